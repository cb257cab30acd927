"""The hidden tests called as plain functions, for graders that run tests in the notebook's kernel.

It is copied beside the folder of tests, so that ``from inline import run_hidden_tests`` is all that
a graded cell needs. Without pytest there is less to do than under chainrule.
"""

from __future__ import annotations

import importlib
import inspect
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from chainrule import homework

SEED = 7


def run_hidden_tests(title: str, student: Any) -> None:
    """Run the hidden tests of the component that is open."""
    component = homework.board.open
    assert component is not None
    for function in _tests()[title]:
        check = homework.Check(function.__doc__ or "", function.__name__, hidden=True)
        component.add(check, raised(function, student))


def raised(function: Callable[..., None], student: Any) -> Exception | None:
    """What a test function raised."""
    seed = [SEED, zlib.crc32(function.__name__.encode())]
    offered = {"student": student, "rng": np.random.default_rng(seed)}
    arguments = inspect.signature(function).parameters
    try:
        function(**{name: offered[name] for name in arguments})
    except Exception as error:
        return error
    return None


@cache
def _tests() -> dict[str, list[Callable[..., None]]]:
    """The test functions by the component's title."""
    found: dict[str, list[Callable[..., None]]] = {}
    for path in sorted(Path(__file__).parent.glob("*/test_*.py")):
        module = importlib.import_module(f"{path.parent.name}.{path.stem}")
        functions = [value for name, value in vars(module).items() if name.startswith("test_")]
        found[module.pytestmark.args[0]] = functions
    return found
