"""What the hidden tests share: inputs, exact comparisons, and what tells formulas from differences.

A gradient has to come from a formula. Formulas lose no digits, so ``assert_exact`` compares to
the precision of float64, which differences do not reach. Where they could, since the function is a
parabola or a line, the tests use numbers beside which the step of a difference is rounded away.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.homework import CheckFailed, Mistakes, assert_close

# Relative to the largest element. Formulas in float64 are right to about 1e-15, whichever way they
# are written; central differences of a curved function reach 1e-11 with the best of steps.
EXACT = 1e-12
STAY_AWAY = "type in the formula that you derived: it needs no difference of two values"
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


def assert_exact(actual: Any, expected: Any, what: str, mistakes: Mistakes | None = None) -> None:
    """Raise CheckFailed unless ``actual`` is right, and as exact as a formula in float64 is."""
    assert_close(actual, expected, what, mistakes=mistakes)
    wanted = np.asarray(expected, dtype=np.float64)
    got = np.asarray(actual, dtype=np.float64).reshape(wanted.shape)
    if np.max(np.abs(got - wanted)) > EXACT * np.max(np.abs(wanted)):
        raise CheckFailed(
            "values",
            f"{what} is only nearly right, as differences are (or numbers in float32); "
            "a formula in float64 is exact to rounding",
            hint=STAY_AWAY,
        )


def assert_real(student: Any, function: Any, *args: Any) -> None:
    """Raise CheckFailed if ``function(*args)`` works with complex numbers."""
    if student.uses_complex(function, *args):
        raise CheckFailed(
            "values",
            "the gradient is computed with complex numbers, as differences",
            hint=STAY_AWAY,
        )


def assert_inputs_unchanged(student: Any, methods: list[Any], X: np.ndarray, y: np.ndarray) -> None:
    """Raise CheckFailed if a method, called with ``X`` and ``y``, writes into one of them."""
    for method in methods:
        shared = {"X": student.array(X), "y": student.array(y)}
        method(shared["X"], shared["y"])
        for name, values in (("X", X), ("y", y)):
            if not np.array_equal(shared[name].get(), values):
                raise CheckFailed("values", f"{name} was changed", hint="make a new array instead")
