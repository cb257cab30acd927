"""Hidden tests of Dual. Expected values come from running the same programs with autograd."""

import math

import numpy as np
import pytest

from chainrule.homework import CheckFailed

from .oracles import (
    FUNCTIONS,
    assert_exact,
    assert_real,
    assert_unchanged,
    away_from_zero,
    function_of,
    gradient_of,
    normal,
    number,
    single,
)

pytestmark = pytest.mark.component("Dual")

ONCE = "run the program on dual numbers at the inputs, and nowhere else"
RUN = """
def run(points):
    results = []
    for values, seeds in points:
        u, v = [Dual(value, seed) for value, seed in zip(values, seeds)]
        result = {program}
        results.append((result.value, result.derivative))
    return results
"""


def run(student, program, values, seeds):
    """Values and derivatives of a program in u and v at many points, an array (n,) each."""
    function = student.define(RUN.format(program=program), "run")
    points = [
        [list(map(float, x)), list(map(float, s))] for x, s in zip(values, seeds, strict=True)
    ]
    results = function(points)
    return [
        np.array([number(pair[part], f"the {what} of {program}") for pair in results])
        for part, what in enumerate(("value", "derivative"))
    ]


IGNORED = "the derivatives of the operands seem to be ignored: chain rule"


def check(student, program, values, seeds, mistakes=None):
    """Values (n, 2) and seeds (n, 2) of u and v.

    ``mistakes`` maps a hint to a function of u, v, u', v' that gives the derivative by mistake.
    """
    found, derivatives = run(student, program, values, seeds)
    u, v = np.asarray(values).T
    expected = np.array([function_of(program, "u, v")(*point) for point in values])
    assert_exact(found, expected, f"the value of {program}")
    gradients = np.array([gradient_of(program, "u, v", point) for point in values])
    expected = np.sum(gradients * seeds, axis=1)

    def known():
        wrong = {hint: give(u, v, *seeds.T) for hint, give in (mistakes or {}).items()}
        return {**wrong, IGNORED: gradients.sum(axis=1)} if len(values) > 1 else {}

    assert_exact(derivatives, expected, f"the derivative of {program}", mistakes=known)


def draw(rng, n=4):
    return away_from_zero(rng, n, 2), normal(rng, n, 2)


def test_sums(student, rng):
    """sums and differences: of two dual numbers"""
    check(
        student, "u + v", *draw(rng), {"it is the product rule": lambda u, v, a, b: a * v + b * u}
    )
    sign = {"the second derivative has to be subtracted too": lambda u, v, a, b: a + b}
    check(student, "u - v", *draw(rng), sign)
    check(student, "-u", *draw(rng), {"a minus sign concerns both parts": lambda u, v, a, b: a})


def test_products(student, rng):
    """products: of two dual numbers"""
    mistakes = {
        "the derivative of a product is not the product of the derivatives": (
            lambda u, v, a, b: a * b
        ),
        "one of the two terms of the product rule is missing": lambda u, v, a, b: a * v,
        "the other term of the product rule is missing": lambda u, v, a, b: b * u,
        "each derivative belongs to the value of the other factor": lambda u, v, a, b: (
            a * u + b * v
        ),
        "the terms of the product rule are added": lambda u, v, a, b: a * v - b * u,
    }
    check(student, "u * v", *draw(rng), mistakes)
    check(student, "u * u", *draw(rng))


def test_quotients(student, rng):
    """quotients: of two dual numbers"""
    mistakes = {
        "the derivative of a quotient is not the quotient of the derivatives": (
            lambda u, v, a, b: a / b
        ),
        "the rule for quotients has a minus sign": lambda u, v, a, b: (a * v + b * u) / v**2,
        "the two terms of the rule for quotients are exchanged": (
            lambda u, v, a, b: (b * u - a * v) / v**2
        ),
        "the rule for quotients divides by the square": lambda u, v, a, b: (a * v - b * u) / v,
        "the division by the square is missing": lambda u, v, a, b: a * v - b * u,
        "the derivative of what is below is ignored": lambda u, v, a, b: a / v,
    }
    check(student, "u / v", *draw(rng), mistakes)
    check(student, "(u + v) / (u * u + 1)", *draw(rng))


def test_plain_numbers_on_the_right(student, rng):
    """plain numbers: on the right of an operator"""
    one = {"the derivative of a plain number is 0, not 1": lambda u, v, a, b: a + 1}
    check(student, "u + 3", *draw(rng), one)
    one = {"the derivative of a plain number is 0, not 1": lambda u, v, a, b: a - 1}
    check(student, "u - 2.5", *draw(rng), one)
    one = {"a constant factor stays: it multiplies the derivative too": lambda u, v, a, b: a}
    check(student, "u * 3", *draw(rng), one)
    check(student, "u / 4", *draw(rng), one)


def test_plain_numbers_on_the_left(student, rng):
    """plain numbers: on the left of an operator"""
    check(student, "3 + u", *draw(rng))
    sign = {"in 2.5 - u the derivative of u is subtracted": lambda u, v, a, b: a}
    check(student, "2.5 - u", *draw(rng), sign)
    one = {"a constant factor stays: it multiplies the derivative too": lambda u, v, a, b: a}
    check(student, "3 * u", *draw(rng), one)
    other = {
        "it is u divided by the number, the other way round": lambda u, v, a, b: a / 2,
        "the derivative of 1 / u has a minus sign": lambda u, v, a, b: 2 * a / u**2,
        "the derivative of 1 / u has the square of u below": lambda u, v, a, b: -2 * a / u,
    }
    check(student, "2 / u", *draw(rng), other)


def test_powers(student, rng):
    """powers: integer exponents, positive and negative, of numbers of both signs"""
    for n in (2, 3, 1, -1, -2):
        mistakes = {
            "the factor n is missing": lambda u, v, a, b, n=n: u ** (n - 1) * a,
            "the exponent has to be lower by one": lambda u, v, a, b, n=n: n * u**n * a,
            "the exponent has to be lower by one, not higher": (
                lambda u, v, a, b, n=n: n * u ** (n + 1) * a
            ),
        }
        check(student, f"u ** {n}", *draw(rng), mistakes)


def test_broken_powers(student, rng):
    """powers: exponents that are no integers"""
    values, seeds = draw(rng)
    for n in (0.5, 1.5, -2.5):
        check(student, f"u ** {n}", np.abs(values), seeds)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function(student, rng, name):
    """functions: value and derivative, with the inner derivative"""
    values, seeds = draw(rng)
    if name == "log":
        values = np.abs(values)
    mistakes = {
        "exp": {},
        "log": {
            "the derivative of log u is u' divided by u": lambda u, v, a, b: a * u,
            "this is another logarithm, not the natural one": lambda u, v, a, b: a / u / np.log(10),
        },
        "tanh": {
            "the derivative of tanh needs the square of tanh": (
                lambda u, v, a, b: (1 - np.tanh(u)) * a
            ),
            "the derivative of tanh is 1 minus, not 1 plus": (
                lambda u, v, a, b: (1 + np.tanh(u) ** 2) * a
            ),
            "the square is that of tanh u, not of u": lambda u, v, a, b: (1 - u**2) * a,
            "it looks like the derivative of the sigmoid": (
                lambda u, v, a, b: np.tanh(u) * (1 - np.tanh(u)) * a
            ),
        },
        "sigmoid": {
            "s (1 - s) needs the sigmoid s, not u": lambda u, v, a, b: u * (1 - u) * a,
            "the factor 1 - s is missing": lambda u, v, a, b: a / (1 + np.exp(-u)),
            "the factor s is missing": lambda u, v, a, b: a / (1 + np.exp(u)),
            "the sign of the exponent is turned round": (
                lambda u, v, a, b: -a * np.exp(u) / (1 + np.exp(u)) ** 2
            ),
        },
    }[name]
    check(student, f"{name}(u)", values, seeds, mistakes)
    inner = "u * u + v * v + 0.5" if name == "log" else "u * v - 0.5"
    check(student, f"{name}({inner})", values, seeds)


@pytest.mark.parametrize("name", ["log", "tanh", "sigmoid"])
def test_function_of_a_plain_number(student, rng, name):
    """functions: a plain number gives a plain number"""
    for x in np.abs(away_from_zero(rng, 3)):
        actual = getattr(student, name)(float(x))
        assert_exact(number(actual, f"{name} of a number"), FUNCTIONS[name](x), name)


def test_long_programs(student, rng):
    """programs: many operations, one after the other"""
    for program in (
        "tanh(u * v + 1) * exp(-u) / (1 + v * v)",
        "sigmoid(2 * u - 3 * v) - 1 / (2 + tanh(v))",
        "log(1 + exp(u)) + (u - v) ** 3 / 10 - 4",
        "(3 - u) * (v / 2) ** 2 + sigmoid(tanh(u) + 1) * 5",
    ):
        check(student, program, *draw(rng))


def test_loops(student, rng):
    """programs: a loop works as well as a formula"""
    source = """
def run(x, seed):
    result = Dual(x, seed)
    for k in range(6):
        result = result * 0.5 + tanh(result) / (k + 1)
    return result.value, result.derivative
"""

    def plain(x):
        for k in range(6):
            x = x * 0.5 + FUNCTIONS["tanh"](x) / (k + 1)
        return x

    from autograd import grad

    function = student.define(source, "run")
    for x in (0.3, -1.2):
        value, derivative = function(x, 1.5)
        assert_exact(number(value, "the value"), plain(x), "the value of a loop")
        derivative = number(derivative, "the derivative")
        assert_exact(derivative, 1.5 * grad(plain)(x), "the derivative of a loop")


def test_operands_stay(student):
    """operators: the operands stay as they are"""
    source = """
def run():
    u, v = Dual(3.0, 2.0), Dual(1.5, -1.0)
    for result in (u + v, u - v, u * v, u / v, -u, u ** 2, 2 + u, 2 - u, 2 * u, 2 / u):
        if result is u or result is v:
            return [0.0]
    exp(u), log(u), tanh(u), sigmoid(u)
    return [u.value, u.derivative, v.value, v.derivative]
"""
    actual = [number(part, "an operand") for part in student.define(source, "run")()]
    if actual != [3.0, 2.0, 1.5, -1.0]:
        hint = "return a new Dual"
        raise CheckFailed("values", "an operator changes its operands", hint=hint)


GRADIENTS = {
    "tanh(a)": "a",
    "exp(w1 * x1 + w2 * x2 + w0)": "w1, x1, w2, x2, w0",
    "a * b * c - a / c": "a, b, c",
    "sigmoid(a * b + c) ** 2 + log(d * d + 1) - e / (2 + tanh(f)) + b * f": "a, b, c, d, e, f",
}


def gradient_mistakes(expected):
    return {
        "the derivatives stand in the wrong order": expected[::-1],
        "all inputs seem to be seeded at once: one run for each": np.full(
            len(expected), expected.sum()
        ),
        "only the first input seems to be seeded": np.where(
            np.arange(len(expected)) == 0, expected, 0
        ),
        "only the last run seems to count": np.full(len(expected), expected[-1]),
        "the runs seem to be added up": np.cumsum(expected),
    }


def test_gradient(student, rng):
    """gradient: the derivatives by all inputs, for 1, 3, 5 and 6 of them"""
    for program, names in GRADIENTS.items():
        f = student.define(f"def f({names}):\n    return {program}", "f")
        inputs = away_from_zero(rng, names.count(",") + 1)
        expected = gradient_of(program, names, inputs)
        actual = student.forward_gradient(f, inputs.copy())
        what, mistakes = "the gradient", gradient_mistakes(expected)
        assert_exact(actual, expected, what, mistakes=mistakes if len(expected) > 2 else None)


def test_gradient_leaves_its_inputs(student, rng):
    """gradient: the array of inputs stays as it is"""
    f = student.define("def f(a, b, c):\n    return a * b * c", "f")
    values = normal(rng, 3)
    inputs = student.array(values)
    student.forward_gradient(f, inputs)
    assert_unchanged(inputs, values, "the array of inputs")


def test_gradient_runs_at_its_inputs(student, rng):
    """gradient: the program runs at the inputs alone, not beside them"""
    source = """
seen = []


def f(a, b):
    for x in (a, b):
        while hasattr(x, "value"):
            x = x.value
        seen.append(x)
    return a * b + exp(a)


def points():
    return [float(x) for x in seen]
"""
    inputs = single(rng.uniform(1.0, 1.5, size=2))
    both = student.define(f"{source}\n\ndef both():\n    return [f, points]", "both")()
    student.forward_gradient(both[0], inputs.copy())
    for seen in both[1]():
        if min(abs(seen - inputs)) > 0:
            raise CheckFailed("values", "the program runs beside its inputs", hint=ONCE)


def test_derived(student, rng):
    """derivation: the rules are exact, also at many points and for extreme numbers"""
    n = 40
    values = np.stack([single(rng.uniform(0.05, 4, n)), single(rng.uniform(-4, 4, n))], axis=1)
    seeds = rng.choice([-1.0, 0.5, 1.0, 2.0], size=(n, 2))
    for program in ("exp(v)", "tanh(v)", "sigmoid(v)", "log(u)", "u ** 3", "u ** -0.5"):
        check(student, program, values, seeds)
    huge = np.array([[1e20, 1e-20], [3e-18, 2e19]])
    for program in ("u + v", "u - v", "u * v", "u / v", "1 - u", "5 / v"):
        check(student, program, huge[:1], np.array([[1.0, 0.0]]))
        check(student, program, huge[1:], np.array([[0.0, 1.0]]))


def test_real(student):
    """derivation: no complex numbers are used"""
    for program in ("exp(u)", "log(u)", "tanh(u) * v", "sigmoid(u) / v", "u ** 3 - v"):
        function = student.define(RUN.format(program=program), "run")
        assert_real(student, function, [[[1.5, 0.5], [1.0, 2.0]]])
    f = student.define("def f(a, b):\n    return tanh(a) * b", "f")
    assert_real(student, student.forward_gradient, f, np.array([0.5, math.pi]))
