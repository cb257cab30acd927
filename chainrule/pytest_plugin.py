"""pytest fixtures of the hidden tests: the submission and a seeded random generator.

pytest tests/nn_framework                      judges the reference solution
pytest tests/nn_framework --submission DIR     judges one submission
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from . import homework

submission: Any = None  # while grading: the student proxy that the next test gets


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("chainrule")
    group.addoption("--submission", help="folder of one submission; default: the reference")
    group.addoption("--hidden-seed", type=int, default=0, help="seed of the hidden tests' inputs")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "component(title): the component a hidden test belongs to")


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A generator of its own for each test, from the course's seed and the test's name."""
    return generator(request.config.getoption("--hidden-seed"), request.node.name)


def generator(seed: int, test: str) -> np.random.Generator:
    """What ``rng`` gives the test of that name."""
    return np.random.default_rng([seed, zlib.crc32(test.encode())])


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The proxy for what the submission under test defines."""
    if submission is not None:
        yield submission
        return
    opened = request.getfixturevalue("_by_hand")
    sessions, proxies = opened(request.path.parent)
    sessions.begin(request.node.name)
    # As while judging: what data("digits.npz") reads lies beside the source notebooks.
    before, homework.folder = homework.folder, sessions.assignment.source
    yield proxies[request.node.get_closest_marker("component").args[0]]
    homework.folder = before
    sessions.settle()


@pytest.fixture(scope="session")
def _by_hand(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Opens the submission in its sandbox, for a folder of tests that is run by hand.

    The folders of two assignments may be run together: one after the other.
    """
    from .course import find_course
    from .judge import open_student, reference
    from .notebooks import read_submission

    with ExitStack() as stack:
        latest: dict[Path, Any] = {}

        def opened(folder: Path) -> Any:
            if folder not in latest:
                stack.close()
                latest.clear()
                assignment = find_course(folder).assignment(folder.name)
                chosen = request.config.getoption("--submission")
                work = (
                    read_submission(Path(chosen), assignment) if chosen else reference(assignment)
                )
                latest[folder] = stack.enter_context(open_student(assignment, work))
            return latest[folder]

        yield opened
