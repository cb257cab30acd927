"""Hidden tests of numeric_gradient. Expected values are the quotients, element by element."""

import numpy as np
import pytest

from chainrule.homework import CheckFailed, assert_close

pytestmark = pytest.mark.component("numeric_gradient")

# Functions of arrays with the shape beside them, as programs; evaluated here as well.
PROGRAMS = {
    "numpy.sin(x[0]) * x[1] ** 2 + numpy.exp(x[2] * x[0])": (3,),
    "x[0] ** 3 - 2 * x[0]": (1,),
    "numpy.sum(x ** 3) + x[0, 1] * x[1, 2] * x[0, 0]": (2, 3),
    "numpy.sum(numpy.cos(x)) + x[1, 0, 2] ** 2 * x[0, 0, 0]": (2, 1, 3),
}


def function_of(program):
    return eval(f"lambda x: {program}", {"numpy": np})


def defined(student, program):
    return student.define(f"import numpy\ndef f(x):\n    return float({program})", "f")


def quotients(f, x, h, central):
    """The differences of f at x, each element by itself."""
    found = np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += h
        behind[index] -= h
        found[index] = (f(ahead) - f(behind)) / (2 * h) if central else (f(ahead) - f(x)) / h
    return found


def quotient_mistakes(f, x, h, central):
    wrong = quotients(f, x, h, not central)
    own = quotients(f, x, h, central)
    behind = quotients(f, x, -h, False)
    return {
        "this is the other one of the two differences": wrong,
        "it is not divided by the step": (own * h, own * 2 * h),
        "the points are 2h apart, so h alone does not divide their distance out": own * 2,
        "the points are h apart, not 2h": own / 2,
        "it is multiplied by the step": (own * h * h, own * 4 * h * h),
        "this is the difference to the point x - h": behind,
        "all elements are moved at once, not each by itself": np.full(
            x.shape,
            (f(x + h) - (f(x - h) if central else f(x))) / (2 * h if central else h),
        ),
        "each step stays in while the next element is moved": left_in(f, x, h, central),
        "the points are half a step away from x": quotients(f, x, h / 2, central),
        "only the first element has a result": np.where(np.arange(x.size) == 0, own.ravel(), 0.0)
        .reshape(x.shape)
        .copy(),
        "the result has the shape of x, not that of a list": own.ravel(),
    }


def left_in(f, x, h, central):
    found, moved = np.empty(x.shape), x.copy()
    for index in np.ndindex(*x.shape):
        before = f(moved)
        moved[index] += h
        ahead = f(moved)
        if central:
            moved[index] -= 2 * h
            before, divisor = f(moved), 2 * h
        else:
            divisor = h
        found[index] = (ahead - before) / divisor
    return found


def check(student, rng, central):
    for program, shape in PROGRAMS.items():
        f, defined_there = function_of(program), defined(student, program)
        for h in (0.5, 0.1, 0.01):
            x = rng.normal(size=shape)
            actual = student.numeric_gradient(defined_there, x.copy(), h, central)
            expected = quotients(f, x, h, central)
            mistakes = quotient_mistakes(f, x, h, central)
            what = "the gradient"
            assert_close(actual, expected, what, rtol=1e-8, atol=1e-8, mistakes=mistakes)


def test_central(student, rng):
    """central: the quotient for each element, with any step, at arrays of any shape"""
    check(student, rng, True)


def test_one_sided(student, rng):
    """one-sided: the quotient for each element, with any step, at arrays of any shape"""
    check(student, rng, False)


def test_default(student, rng):
    """default: central, as exact as with a step of 1e-5"""
    program = "numpy.sum(numpy.exp(3 * x))"
    x = rng.uniform(-1, 1, size=(2, 2))
    actual = student.numeric_gradient(defined(student, program), x.copy())
    assert_close(actual, 3 * np.exp(3 * x), "the gradient", rtol=1e-8, atol=1e-8)


def test_at_zero_and_far_away(student):
    """step: the same wherever x is, at 0 and at large numbers"""
    program = "numpy.sum(x ** 3)"
    f, x, h = function_of(program), np.array([0.0, 10.0, -20.0]), 0.25
    for central in (True, False):
        actual = student.numeric_gradient(defined(student, program), x.copy(), h, central)
        for index, expected in enumerate(quotients(f, x, h, central)):  # of very different size
            assert_close(np.ravel(actual)[index], expected, "the gradient", rtol=1e-8)


def test_step_by_name(student):
    """step: h and central may be given by name"""
    f, x = defined(student, "x[0] ** 2 + x[1]"), np.array([1.0, 2.0])
    actual = student.numeric_gradient(f, x.copy(), central=False, h=0.5)
    assert_close(actual, np.array([2.5, 1.0]), "the gradient", rtol=1e-8)


def test_x_unchanged(student, rng):
    """x: holds exactly the numbers that it held before"""
    x = rng.normal(size=(3, 4))
    f = defined(student, "numpy.sum(x * x)")
    for central in (True, False):
        shared = student.array(x)
        student.numeric_gradient(f, shared, 1e-5, central)
        if not np.array_equal(shared.get(), x):
            hint = "x + h - h is not exactly x: keep the old number, or change a copy"
            raise CheckFailed("values", "x is not what it was", hint=hint)
