"""How long the fuzzing lasts, and the tiny course that it judges.

CHAINRULE_FUZZ=long looks for new cases, others each time; without it the same ones are tried in
about a minute.
"""

import importlib.util
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from chainrule.course import find_course
from chainrule.judge import Judge
from chainrule.sandbox import session

COMMON = {
    "deadline": None,  # a busy machine is no failure
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
settings.register_profile("ci", derandomize=True, max_examples=60, **COMMON)
settings.register_profile("long", max_examples=3000, print_blob=True, **COMMON)
settings.load_profile("long" if os.environ.get("CHAINRULE_FUZZ") == "long" else "ci")


@pytest.fixture(scope="session")
def homework():
    """The real assignment."""
    return find_course(Path(__file__)).assignment("nn_framework")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """The tiny assignment: Double (1 + 2 points) and Add (1.5 points)."""
    path = Path(__file__).parents[1] / "grader" / "conftest.py"
    spec = importlib.util.spec_from_file_location("tiny_course", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make_course(tmp_path_factory.mktemp("tiny") / "course").assignment("tiny")


@pytest.fixture(scope="session")
def judge(tiny):
    """A judge of the tiny assignment, whose limits of time are those of a test."""
    with pytest.MonkeyPatch.context() as patch, Judge(tiny) as judge:
        for name in ("CALL_SECONDS", "CELL_SECONDS"):
            patch.setattr(session, name, 2.0)
        yield judge
