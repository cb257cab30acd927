"""Hidden tests of Gates. Expected values come from autograd, gate by gate."""

from functools import partial

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from chainrule.homework import assert_close

from .oracles import (
    WATCHED,
    assert_at_one_point,
    assert_exact,
    assert_real,
    assert_unchanged,
    away_from_zero,
    normal,
    parts_of,
    remembered,
)

pytestmark = pytest.mark.component("Gates")

# Each gate: its definition, and what its gradients may be by mistake in place of the right ones.
DEFINITIONS = {
    "AddGate": lambda a, b: a + b,
    "MultiplyGate": lambda a, b: a * b,
    "ExpGate": anp.exp,
    "ReciprocalGate": lambda x: 1 / x,
    "TanhGate": anp.tanh,
    "MeanGate": anp.mean,
}
ONE_INPUT = ("ExpGate", "ReciprocalGate", "TanhGate", "MeanGate")
MISTAKES = {
    "AddGate": {
        "each input gets the whole upstream gradient, not half of it": lambda g, a, b: (
            g / 2,
            g / 2,
        ),
        "a sum does not exchange its inputs, as a product does": lambda g, a, b: (g * b, g * a),
    },
    "MultiplyGate": {
        "each input gets the value of the other one, not its own": lambda g, a, b: (g * a, g * b),
        "a product does not hand its gradient on unchanged": lambda g, a, b: (g, g),
        "the upstream gradient is multiplied by the output": lambda g, a, b: (g * a * b, g * a * b),
    },
    "ExpGate": {
        "the derivative of exp is exp itself": lambda g, x: (g * x,),
        "exp is applied twice": lambda g, x: (g * np.exp(np.exp(x)),),
        "the upstream gradient is in the exponent": lambda g, x: (np.exp(g),),
    },
    "ReciprocalGate": {
        "the minus sign is missing": lambda g, x: (g / x**2,),
        "the square is missing": lambda g, x: (-g / x,),
        "the square is that of the output, not of the input": lambda g, x: (-g * x**2,),
        "this is the logarithm of x, not its derivative": lambda g, x: (g * np.log(np.abs(x)),),
    },
    "TanhGate": {
        "the square is missing: 1 - tanh squared": lambda g, x: (g * (1 - np.tanh(x)),),
        "it is 1 minus the square, not 1 plus": lambda g, x: (g * (1 + np.tanh(x) ** 2),),
        "the square is that of the output, not of the input": lambda g, x: (g * (1 - x**2),),
        "tanh is applied twice: the output is a tanh already": (
            lambda g, x: (g * (1 - np.tanh(np.tanh(x)) ** 2),)
        ),
        "it looks like the derivative of the sigmoid": (
            lambda g, x: (g * np.tanh(x) * (1 - np.tanh(x)),)
        ),
    },
    "MeanGate": {
        "each element has only its share in the mean: divide by their number": (
            lambda g, x: (np.full(x.shape, g),)
        ),
        "it is divided by the rows, not by all elements": (
            lambda g, x: (np.full(x.shape, g / max(len(np.atleast_1d(x)), 1)),)
        ),
        "it is divided by the columns, not by all elements": (
            lambda g, x: (np.full(x.shape, g / (x.shape or (1,))[-1]),)
        ),
        "the mean does not depend on the elements' size": lambda g, x: (g * x / x.size,),
    },
}


def draw(rng, name, *shape):
    """The inputs of a gate, and an upstream gradient that is nowhere 0."""
    inputs = [away_from_zero(rng, *shape) for _ in range(1 if name in ONE_INPUT else 2)]
    return inputs, away_from_zero(rng, *(() if name == "MeanGate" else shape))


@remembered
def gradients(name, inputs, g):
    """The right gradients, one for each input."""
    return [
        autograd.grad(lambda *a: anp.sum(g * DEFINITIONS[name](*a)), i)(*inputs)
        for i in range(len(inputs))
    ]


def mistakes_of(name, inputs, g, number):
    found = {hint: give(g, *inputs)[number] for hint, give in MISTAKES[name].items()}
    found["it looks like the local derivative, without the upstream gradient"] = gradients(
        name, inputs, np.ones_like(g)
    )[number]
    if name not in ("AddGate", "MultiplyGate"):
        found["it equals the upstream gradient, as if the local derivative were 1"] = (
            g if name != "MeanGate" else np.full(inputs[0].shape, g)
        )
    return found


def check_backward(gate, name, inputs, g):
    """Backward of a gate whose last forward saw these inputs."""
    actual = parts_of(gate.backward(g.copy()), len(inputs), f"{name}'s backward")
    for number, expected in enumerate(gradients(name, inputs, g)):
        what = f"gradient {number + 1} of {name}"
        mistakes = partial(mistakes_of, name, inputs, g, number)
        assert_exact(actual[number], expected, what, mistakes=mistakes)


def check(gate, name, inputs, g):
    output = gate.forward(*(x.copy() for x in inputs))
    expected = DEFINITIONS[name](*inputs)
    mistakes = partial(forward_mistakes, name, inputs)
    assert_exact(output, expected, f"{name}'s forward", mistakes=mistakes)
    check_backward(gate, name, inputs, g)


def forward_mistakes(name, inputs):
    x = inputs[0]
    return {
        "AddGate": {"it is a product, not a sum": inputs[0] * inputs[-1]},
        "MultiplyGate": {"it is a sum, not a product": inputs[0] + inputs[-1]},
        "MeanGate": {
            "it is the sum, not the mean": np.sum(x),
            "one number is due, not one for each column": np.mean(x, axis=0) if x.ndim else x,
        },
        "TanhGate": {"it is a sigmoid, not tanh": 1 / (1 + np.exp(-x))},
        "ReciprocalGate": {"the sign is wrong": -1 / x},
    }.get(name, {})


@pytest.mark.parametrize("name", DEFINITIONS)
def test_gate(student, rng, name):
    """each gate: forward and backward, for matrices and vectors"""
    for shape in ((3, 4), (5,), (1, 2)):
        check(getattr(student, name)(), name, *draw(rng, name, *shape))


def test_shapes(student, rng):
    """shapes: a single number, one element, and three axes"""
    for name in DEFINITIONS:
        for shape in ((), (1,), (2, 3, 2)):
            check(getattr(student, name)(), name, *draw(rng, name, *shape))


def test_last_forward(student, rng):
    """state: backward belongs to the last forward, also after one of another shape"""
    for name in DEFINITIONS:
        gate = getattr(student, name)()
        check(gate, name, *draw(rng, name, 2, 3))
        check(gate, name, *draw(rng, name, 2, 3))
        check(gate, name, *draw(rng, name, 4))


def test_two_gates(student, rng):
    """state: two gates of one kind do not disturb each other"""
    for name in DEFINITIONS:
        kind = getattr(student, name)
        first, second = kind(), kind()
        inputs, g = draw(rng, name, 2, 3)
        first.forward(*(x.copy() for x in inputs))
        second.forward(*(x.copy() for x in draw(rng, name, 2, 3)[0]))
        check_backward(first, name, inputs, g)


def test_backward_again(student, rng):
    """state: backward works several times after one forward"""
    for name in DEFINITIONS:
        gate = getattr(student, name)()
        inputs, g = draw(rng, name, 2, 3)
        check(gate, name, inputs, g)
        check_backward(gate, name, inputs, -2 * g)


def test_linear(student, rng):
    """upstream: a gradient of zero gives zero"""
    for name in DEFINITIONS:
        inputs, g = draw(rng, name, 3, 2)
        gate = getattr(student, name)()
        gate.forward(*(x.copy() for x in inputs))
        for part in parts_of(gate.backward(0 * g), len(inputs), f"{name}'s backward"):
            assert_close(part, np.zeros((3, 2)), f"gradient of {name} for an upstream one of 0")


def test_arrays_stay(student, rng):
    """arrays: neither the inputs nor the upstream gradient are changed"""
    for name in DEFINITIONS:
        inputs, g = draw(rng, name, 2, 3)
        shared, upstream = [student.array(x) for x in inputs], student.array(g)
        gate = getattr(student, name)()
        gate.forward(*shared)
        gate.backward(upstream)
        for array, values in zip(shared, inputs, strict=True):
            assert_unchanged(array, values, f"an input of {name}")
        assert_unchanged(upstream, g, f"the upstream gradient of {name}")


def test_extreme_numbers(student):
    """derivation: right for huge and tiny numbers"""
    huge, tiny = np.array([1e20, 3e25]), np.array([2e-20, -1e-22])
    for name in ("AddGate", "MultiplyGate"):
        for inputs in ([huge, tiny], [tiny, huge]):
            for index in range(2):  # one by one, so that each counts
                some = [x[index : index + 1] for x in inputs]
                check(getattr(student, name)(), name, some, np.array([1.5]))
    for x in (3e20, 3e-20, -5e8):
        check(student.ReciprocalGate(), "ReciprocalGate", [np.array([x])], np.array([1.5]))
    for scale in (1e20, 1e-20):
        x = scale * np.array([1.0, 2.0, -0.5])
        check(student.MeanGate(), "MeanGate", [x], np.array(1.5))


def test_derived(student, rng):
    """derivation: the gradients come from formulas, not from differences"""
    x = np.linspace(-3, 3, 60).reshape(12, 5) + 0.01
    g = rng.choice([-2.0, -1.0, 0.5, 1.0], size=x.shape)
    for name in ("ExpGate", "TanhGate", "ReciprocalGate"):
        check(getattr(student, name)(), name, [x], g)
    watched = student.define(WATCHED, "watched_gate")
    for name in DEFINITIONS:
        inputs, g = draw(rng, name, 4, 5)
        gate = getattr(student, name)()
        assert_real(student, gate.forward, *inputs)
        assert_real(student, gate.backward, g)
        others = [normal(rng, 4, 5) for _ in inputs[1:]]
        assert_at_one_point(student, watched(gate, *others), inputs[0], g)
