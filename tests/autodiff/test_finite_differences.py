"""Hidden tests of FiniteDifferences. Expected values are the quotients themselves."""

import numpy as np
import pytest

from chainrule.homework import CheckFailed, assert_close

from .oracles import assert_unchanged, parts_of

pytestmark = pytest.mark.component("FiniteDifferences")

# Programs, each as a function here and there; math's functions take no arrays.
PROGRAMS = {
    "math.sin(3 * t)": lambda t: np.sin(3 * t),
    "math.exp(-t) + t * t": lambda t: np.exp(-t) + t * t,
    "t ** 4 - 2 * t": lambda t: t**4 - 2 * t,
    "abs(t) * t + 1 / (2 + t)": lambda t: np.abs(t) * t + 1 / (2 + t),
}
POINTS = (-1.25, -0.5, 0.0, 0.75, 1.5)


def defined(student, program):
    return student.define(f"import math\ndef f(t):\n    return {program}", "f")


def slopes(f, x, h):
    """The right quotients: one-sided and central."""
    return (f(x + h) - f(x)) / h, (f(x + h) - f(x - h)) / (2 * h)


def quotient_mistakes(f, x, h):
    ahead, here, behind = f(x + h), f(x), f(x - h)
    return {
        "it is the difference of two values, not yet divided by the step": (
            ahead - here,
            ahead - behind,
        ),
        "it is multiplied by the step, not divided by it": (
            (ahead - here) * h,
            (ahead - behind) * h,
        ),
        "the points are 2h apart, so h alone does not divide their distance out": (ahead - behind)
        / h,
        "the sign is turned round: which value is subtracted from which?": (
            (here - ahead) / h,
            (behind - ahead) / (2 * h),
        ),
        "this is the slope between x - h and x": (here - behind) / h,
        "this is the slope between x and x + h": (ahead - here) / h,
        "this is the slope between x - h and x + h": (ahead - behind) / (2 * h),
        "this is the second derivative": (ahead - 2 * here + behind) / h**2,
        "the whole difference is to be divided: parentheses are missing": (
            ahead - here / h,
            ahead - behind / (2 * h),
        ),
        "a / 2 * h is a / 2, times h: parentheses are missing": (ahead - behind) / 2 * h,
        "the two values are added": ((ahead + here) / h, (ahead + behind) / (2 * h)),
        "the points are half a step away from x": (f(x + h / 2) - f(x - h / 2)) / h,
    }


def check_quotients(student, name, which, steps):
    for program, f in PROGRAMS.items():
        program, arguments = defined(student, program), [(x, h) for x in POINTS for h in steps]
        actual = getattr(student, name).call_each([(program, x, h) for x, h in arguments])
        for value, (x, h) in zip(actual, arguments, strict=True):
            expected = slopes(f, x, h)[which]
            mistakes = quotient_mistakes(f, x, h)
            assert_close(value, expected, "the slope", rtol=1e-8, atol=1e-8, mistakes=mistakes)


def test_one_sided(student):
    """one-sided: the slope between x and x + h, at positive and negative x"""
    check_quotients(student, "one_sided_difference", 0, (0.5, 0.1, 0.01))


def test_central(student):
    """central: the slope between x - h and x + h, at positive and negative x"""
    check_quotients(student, "central_difference", 1, (0.5, 0.1, 0.01))


def test_small_steps(student):
    """small steps: as exact as differences can be"""
    f = defined(student, "math.sin(3 * t)")
    for x in POINTS:
        exact = 3 * np.cos(3 * x)
        for name, step, allowed in (
            ("one_sided_difference", 1e-8, 5e-7),
            ("central_difference", 1e-5, 5e-9),
        ):
            actual = getattr(student, name)(f, x, step)
            assert_close(actual, exact, "the slope", rtol=allowed, atol=allowed)


def error_mistakes(f, derivative, x, steps, which):
    one_sided, central = (np.array(values) for values in slopes(f, x, steps))
    own, other = (one_sided, central)[:: 1 if which == 0 else -1]
    return {
        "these are the differences themselves: how far are they from the derivative?": own,
        "some are negative: the absolute value is due": own - derivative,
        "it is the error of the other one of the two differences": np.abs(other - derivative),
        "it is relative to the derivative": np.abs(own - derivative) / max(abs(derivative), 1e-9),
        "it is squared": (own - derivative) ** 2,
        "a sign is lost or turned round: compare the values themselves": np.abs(
            np.abs(own) - abs(derivative)
        ),
        "the order of the steps is turned round": np.abs(own - derivative)[::-1],
    }


def pair(result):
    """The errors of both differences; an array with two rows is a pair as well."""
    if isinstance(result, np.ndarray) and result.ndim == 2:
        result = list(result)
    return parts_of(result, 2, "the result")


def check_errors(student, steps, derivative=None):
    slope = {
        "math.sin(3 * t)": lambda t: 3 * np.cos(3 * t),
        "t ** 4 - 2 * t": lambda t: 4 * t**3 - 2,
    }
    for program, exact in slope.items():
        f = PROGRAMS[program]
        for x in (-0.5, 0.75):
            right = float(exact(x)) if derivative is None else derivative
            result = student.difference_errors(defined(student, program), right, x, steps.copy())
            found = pair(result)
            for which, name in enumerate(("one-sided", "central")):
                expected = np.abs(slopes(f, x, steps)[which] - right)
                mistakes = error_mistakes(f, right, x, steps, which)
                what = f"the errors, {name}"
                assert_close(found[which], expected, what, atol=1e-4, mistakes=mistakes)


def test_errors(student):
    """errors: of both differences, for each step"""
    check_errors(student, np.array([0.3, 0.01, 0.1, 0.2]))


def test_errors_of_one_step(student):
    """errors: one step gives arrays with one element"""
    check_errors(student, np.array([0.2]))


def test_errors_of_another_derivative(student):
    """errors: compared with the derivative that is given, whatever it is"""
    check_errors(student, np.array([0.3, 0.1]), derivative=-1.5)


def test_errors_at_tiny_steps(student):
    """errors: rounding rules where the step is tiny, truncation where it is not"""
    steps = np.array([1e-1, 1e-5, 1e-8, 1e-13])
    f = defined(student, "math.exp(-t) + t * t")
    result = student.difference_errors(f, float(2 - np.exp(-1)), 1.0, steps)
    found = np.array([np.ravel(errors) for errors in pair(result)])
    if found.shape != (2, 4):
        raise CheckFailed("shape", "the errors do not have the shape of the steps")
    least = np.array([[1e-2, 1e-7, 0, 0], [1e-5, 0, 0, 0]])
    most = np.array([[1, 1e-4, 1e-6, 1e-1], [1e-2, 1e-9, 1e-6, 1e-1]])
    if not np.all((least <= found) & (found <= most)):
        raise CheckFailed("values", "the errors are not of the size that such steps give")


def test_steps_unchanged(student):
    """errors: the array of steps stays as it is"""
    values = np.array([0.3, 0.1, 0.01])
    steps = student.array(values)
    student.difference_errors(defined(student, "t ** 4 - 2 * t"), 2.0, 1.0, steps)
    assert_unchanged(steps, values, "the array of steps")
