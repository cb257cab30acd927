"""Hidden tests of HigherOrder. Expected values come from autograd, differentiating twice."""

import autograd
import numpy as np
import pytest

from chainrule.homework import CheckFailed

from .oracles import (
    assert_exact,
    assert_real,
    function_of,
    number,
    parts_of,
    remembered,
)

pytestmark = pytest.mark.component("HigherOrder")

SECOND = 1e-11  # two differentiations lose a little; differences lose much more
ONCE = "run the program on dual numbers at x, and nowhere else"
POINTS = (0.5, -1.25, 2.0)


@remembered
def derivatives(program, x):
    """The value of a program and its first three derivatives."""
    found = [function_of(program, "x")]
    for _ in range(3):
        found.append(autograd.grad(found[-1]))
    return [float(each(x)) for each in found]


def check(student, program, points=POINTS):
    f = student.define(f"def f(x):\n    return {program}", "f")
    for x in points:
        found = parts_of(student.first_and_second(f, x), 2, "the result")
        values = derivatives(program, x)
        mistakes = {
            "it is the value of f": values[0],
            "it is the second derivative": values[2],
            "it is the first derivative": values[1],
            "it is the square of the first derivative": values[1] ** 2,
            "it is half of the second derivative": values[2] / 2,
            "it is twice the second derivative": values[2] * 2,
            "the sign of the second derivative is wrong": -values[2],
            "it is the derivative of the second derivative": values[3],
        }
        for actual, expected, what, exact in (
            (found[0], values[1], "the first derivative", 1e-12),
            (found[1], values[2], "the second derivative", SECOND),
        ):
            actual = number(actual, what)
            assert_exact(actual, expected, what, mistakes=mistakes, exact=exact)


def test_tanh(student):
    """tanh: first and second derivative"""
    check(student, "tanh(x)")


def test_functions(student):
    """functions: exp, log and sigmoid"""
    check(student, "exp(x)")
    check(student, "sigmoid(x)")
    check(student, "log(x)", (0.5, 2.0))


def test_operators(student):
    """operators: sums, products, quotients and powers"""
    check(student, "x * x * x - 2 * x * x")
    check(student, "x ** 4 + x ** -2")
    check(student, "x ** 1.5", (0.5, 2.0))
    check(student, "(1 - x * x) / (2 + x * x)")
    check(student, "3 / (1 + x * x) - (4 - x) * x")


def test_programs(student):
    """programs: functions of functions"""
    check(student, "tanh(x * x) * exp(-x) + sigmoid(3 * x)")
    check(student, "log(1 + exp(x)) / (2 + tanh(x))")
    check(student, "exp(-x * x / 2)")


def test_again(student):
    """again: a second call is not disturbed by the first one"""
    for program in ("tanh(x)", "x ** 3", "tanh(x)"):
        check(student, program, (0.5,))


def test_derived(student):
    """derivation: the program runs at x alone, and without complex numbers"""
    source = """
seen = []


def f(x):
    inner = x
    while hasattr(inner, "value"):
        inner = inner.value
    if isinstance(inner, (int, float)):
        seen.append(float(inner))
    return tanh(x) * x


def points():
    return seen


def both():
    return [f, points]
"""
    f, points = student.define(source, "both")()
    assert_real(student, student.first_and_second, f, 0.75)
    if any(x != 0.75 for x in points()):
        raise CheckFailed("values", "the program runs beside x", hint=ONCE)
    xs = tuple(float(x) for x in np.linspace(-3, 3, 21) + 0.01)
    check(student, "tanh(x)", xs)
