"""For hidden tests: does a derivative come from a formula, and not from differences?

A formula in float64 loses no digits, so ``assert_exact`` compares to the precision of float64.
What values cannot show, such as complex steps or a difference that happens to be exact,
``assert_real`` and ``assert_formula`` see in what the student's code does.

``hint`` is what the student reads below the message: what to write in place of differences.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .homework import CheckFailed, Mistakes, assert_close

# Relative to the largest element. A formula in float64 is right to about 1e-15, whichever way it
# is written; central differences reach 1e-11 with the best of steps, five-point ones 1e-12.
EXACT = 1e-13


def assert_exact(
    actual: Any,
    expected: Any,
    what: str,
    *,
    hint: str,
    mistakes: Mistakes | None = None,
    exact: float = EXACT,
) -> None:
    """Raise CheckFailed unless ``actual`` is right, and as exact as a formula in float64 is.

    ``exact`` is how far it may be off, relative to the largest element expected.
    """
    assert_close(actual, expected, what, mistakes=mistakes)
    wanted = np.asarray(expected, dtype=np.float64)
    got = np.asarray(actual, dtype=np.float64).reshape(wanted.shape)
    error = np.max(np.abs(got - wanted), initial=0.0)
    if error > exact * np.max(np.abs(wanted), initial=0.0):
        raise CheckFailed(
            "values",
            f"{what} is only nearly right, as differences are (or numbers in float32); "
            "a formula in float64 is exact to rounding",
            hint=hint,
        )


def assert_real(student: Any, function: Any, *args: Any, hint: str) -> None:
    """Raise CheckFailed if ``function(*args)`` works with complex numbers."""
    if student.uses_complex(function, *args):
        raise CheckFailed(
            "values",
            "the derivative is computed with complex numbers: differences, also complex ones, are "
            "not a derivation",
            hint=hint,
        )


def assert_at_one_point(
    student: Any, layer: Any, x: np.ndarray, second: np.ndarray, *more: np.ndarray, hint: str
) -> None:
    """Raise CheckFailed if backward runs forward beside ``x``, the input of its own forward pass.

    ``second`` is what backward takes besides ``x``, ``more`` what forward does. At least four
    columns of unrelated numbers, exact in float32, are no false alarm for any formula.
    """
    if student.tries_nearby(layer, x, second, *more):
        raise CheckFailed(
            "values",
            "the derivative is computed by evaluating the function beside its input: differences "
            "are not a derivation",
            hint=hint,
        )


def assert_formula(
    student: Any, layer: Any, x: np.ndarray, second: np.ndarray, *more: np.ndarray, hint: str
) -> None:
    """Raise CheckFailed if backward differentiates by complex steps, or by small real ones."""
    assert_real(student, layer.forward, x, *more, hint=hint)
    assert_real(student, layer.backward, x, second, hint=hint)
    assert_at_one_point(student, layer, x, second, *more, hint=hint)
