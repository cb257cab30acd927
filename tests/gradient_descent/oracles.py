"""What the hidden tests share: inputs, exact comparisons, and what tells formulas from differences.

A gradient has to come from a formula: see chainrule.formulas. Where differences are as exact as
formulas, since the function is a parabola or a line, the tests use numbers beside which the step of
a difference is rounded away.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from chainrule import formulas
from chainrule.homework import CheckFailed

STAY_AWAY = "type in the formula that you derived: it needs no difference of two values"
assert_exact = functools.partial(formulas.assert_exact, hint=STAY_AWAY, exact=1e-12)
assert_real = functools.partial(formulas.assert_real, hint=STAY_AWAY)
# Powers of 2, so that multiplying by them rounds nothing. Beside a weight of LARGE no step of an
# ordinary difference is left, not even 1; its feature of SMALL brings the product back to an
# ordinary size.
LARGE, SMALL = 2.0**60, 2.0**-60


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Standard normal numbers."""
    return rng.normal(size=shape)


def pair(result: Any, what: str) -> list[Any]:
    """The two elements of a tuple or list. Raises CheckFailed for anything else."""
    if isinstance(result, np.ndarray) or not hasattr(result, "__len__"):
        raise CheckFailed("type", f"{what} is not a pair")
    if len(result) != 2:
        raise CheckFailed("shape", f"{what} has {len(result)} elements, expected 2")
    return list(result)


def assert_inputs_unchanged(student: Any, methods: list[Any], X: np.ndarray, y: np.ndarray) -> None:
    """Raise CheckFailed if a method, called with ``X`` and ``y``, writes into one of them."""
    for method in methods:
        shared = {"X": student.array(X), "y": student.array(y)}
        method(shared["X"], shared["y"])
        for name, values in (("X", X), ("y", y)):
            if not np.array_equal(shared[name].get(), values):
                raise CheckFailed("values", f"{name} was changed", hint="make a new array instead")
