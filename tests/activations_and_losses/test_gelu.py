"""Hidden tests of GELU, in its three kinds."""

import math
from functools import partial

import numpy as np
import pytest

from chainrule.homework import assert_close

from .oracles import (
    assert_any_shape,
    assert_exact,
    assert_formula,
    assert_layer_leaves_arrays,
    assert_linear,
    assert_two_layers,
    backward,
    layer_mistakes,
    normal,
    single,
)

pytestmark = pytest.mark.component("GELU")

ROOT = math.sqrt(2 / math.pi)
CUBIC = 0.044715
SCALE = 1.702


def normal_distribution(x):
    return np.array([math.erfc(-v / math.sqrt(2)) / 2 for v in np.ravel(x)]).reshape(np.shape(x))


def density(x):
    return np.exp(-np.square(x) / 2) / math.sqrt(2 * math.pi)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def inner(x):
    return ROOT * (x + CUBIC * x**3)


# The gate of each kind and the gate's slope. (1 + tanh u) / 2 is the sigmoid of 2u.
GATES = {
    "exact": normal_distribution,
    "tanh": lambda x: sigmoid(2 * inner(x)),
    "sigmoid": lambda x: sigmoid(SCALE * x),
}
GATE_SLOPES = {
    "exact": density,
    "tanh": lambda x: ROOT * (1 + 3 * CUBIC * x**2) / (2 * np.cosh(inner(x)) ** 2),
    "sigmoid": lambda x: SCALE / (2 * np.cosh(SCALE * x / 2)) ** 2,
}


def function(kind):
    return lambda x: x * GATES[kind](x)


def slope(kind):
    return lambda x: GATES[kind](x) + x * GATE_SLOPES[kind](x)


def forward_mistakes(kind, x):
    found = {f"this is the kind {other}": function(other)(x) for other in GATES if other != kind}
    found["this is the gate alone, without the factor x"] = GATES[kind](x)
    found["the gate opens for negative inputs"] = x * (1 - GATES[kind](x))
    if kind == "exact":
        found["inside of erf, x is to be divided by the root of 2"] = x * normal_distribution(
            x * math.sqrt(2)
        )
        found["the gate is the distribution, not the density"] = x * density(x)
        found["the gate runs from 0 to 1: half of 1 + erf"] = 2 * x * GATES[kind](x)
        found["the 1 in the gate seems to be missing"] = x * (normal_distribution(x) - 0.5)
    if kind == "tanh":
        found["the factor in front of the bracket is the root of 2/pi"] = (
            x * sigmoid(2 * (x + CUBIC * x**3)),
            x * sigmoid(2 * (x + CUBIC * x**3) * 2 / math.pi),
            x * sigmoid(2 * (x + CUBIC * x**3) * math.sqrt(2 * math.pi)),
        )
        found["x stands to the third power there, not to the second"] = x * sigmoid(
            2 * ROOT * (x + CUBIC * x**2)
        )
        found["the cubic term seems to be missing"] = x * sigmoid(2 * ROOT * x)
        found["the half seems to be missing"] = 2 * x * GATES[kind](x)
    if kind == "sigmoid":
        found["the factor 1.702 seems to be missing"] = x * sigmoid(x)
        found["1.702 is divided by, not multiplied with"] = x * sigmoid(x / SCALE)
    return found


def gradient_mistakes(kind, x, g):
    gate, gate_slope = GATES[kind](x), GATE_SLOPES[kind](x)
    more = {
        f"this is the derivative of the kind {other}": g * slope(other)(x)
        for other in GATES
        if other != kind
    }
    more["the product rule has a second term, with the gate's own derivative"] = g * gate
    more["the product rule has a first term, the gate itself"] = g * x * gate_slope
    more["the gate's derivative is to be multiplied by x"] = g * (gate + gate_slope)
    more["the second term is added, not subtracted"] = g * (gate - x * gate_slope)
    if kind == "exact":
        wide = np.exp(-(x**2) / 2)
        more["the density's factor 1 / root of 2 pi is wrong"] = (
            g * (gate + x * wide),
            g * (gate + x * wide / (2 * math.pi)),
            g * (gate + x * wide * math.sqrt(2 / math.pi)),
        )
        more["the exponent of the density is half of x squared"] = g * (
            gate + x * np.exp(-(x**2)) / math.sqrt(2 * math.pi)
        )
    if kind == "tanh":
        flat = 1 / (2 * np.cosh(inner(x)) ** 2)
        more["the inner derivative is incomplete"] = (
            g * (gate + x * flat),
            g * (gate + x * flat * ROOT),
            g * (gate + x * flat * (1 + 3 * CUBIC * x**2)),
        )
        more["the derivative of x cubed is 3 x squared"] = g * (
            gate + x * flat * ROOT * (1 + CUBIC * x**2)
        )
        more["there is a half in front of 1 - tanh squared"] = g * (gate + 2 * x * gate_slope)
    if kind == "sigmoid":
        more["the inner derivative, 1.702, seems to be missing"] = g * (
            gate + x * gate_slope / SCALE
        )
    return layer_mistakes(slope(kind)(x), g, more)


def test_forward(student, rng):
    """forward: x times the gate of the kind that was chosen"""
    for kind in GATES:
        x = 1.5 * normal(rng, 8, 5)
        mistakes = forward_mistakes(kind, x)
        actual = student.GELU(kind).forward(x.copy())
        what = f"forward of {kind}"
        # The kinds differ by as little as 0.0005.
        assert_close(actual, function(kind)(x), what, rtol=1e-6, atol=1e-6, mistakes=mistakes)


def test_forward_default(student, rng):
    """forward: the exact kind is what one gets without an argument"""
    x = 1.5 * normal(rng, 4, 5)
    mistakes = {f"this is the kind {kind}": function(kind)(x) for kind in ("tanh", "sigmoid")}
    actual, expected = student.GELU().forward(x.copy()), function("exact")(x)
    assert_close(actual, expected, "forward", rtol=1e-6, atol=1e-6, mistakes=mistakes)


def test_grad_input_default(student, rng):
    """input gradient: that of the exact kind without an argument"""
    x, g = 1.5 * normal(rng, 4, 5), normal(rng, 4, 5)
    actual, expected = backward(student.GELU(), x, g), g * slope("exact")(x)
    assert_close(actual, expected, "grad_input", rtol=1e-6, atol=1e-6)


def test_forward_large(student):
    """forward: right for large inputs, x on one side and 0 on the other"""
    for kind in GATES:
        x = np.array([[0.0, 40.0, -40.0], [1000.0, -1000.0, 2000.0]])
        actual = student.GELU(kind).forward(x.copy())
        assert_close(actual, np.maximum(x, 0), f"forward of {kind}")
        actual = student.GELU(kind).forward(np.array([[-1000.0]]))
        assert_close(actual, np.zeros((1, 1)), f"forward of {kind}")


def test_grad_input(student, rng):
    """input gradient: the product rule, for the kind that was chosen"""
    for kind in GATES:
        x, g = 1.5 * normal(rng, 8, 5), normal(rng, 8, 5)
        mistakes = gradient_mistakes(kind, x, g)
        actual = backward(student.GELU(kind), x, g)
        what = f"grad_input of {kind}"
        assert_close(actual, g * slope(kind)(x), what, rtol=1e-6, atol=1e-6, mistakes=mistakes)


def test_grad_input_large(student):
    """input gradient: right for large inputs, 1 on one side and 0 on the other"""
    for kind in GATES:
        x = np.array([[0.0, 40.0, -40.0], [1000.0, -1000.0, 2000.0]])
        expected = np.array([[0.5, 1, 0], [1, 0, 1]])
        actual = backward(student.GELU(kind), x, np.ones(x.shape))
        assert_close(actual, expected, f"grad_input of {kind}")


def test_grad_input_linear(student, rng):
    """input gradient: proportional to the upstream gradient, and 0 where that is 0"""
    for kind in GATES:
        assert_linear(student.GELU(kind), normal(rng, 4, 3), normal(rng, 4, 3), f" of {kind}")


def test_shapes(student, rng):
    """state: right for one, two and three axes, one batch after another"""
    for kind in GATES:
        assert_any_shape(student.GELU(kind), function(kind), slope(kind), rng, f" of {kind}")


def test_two_layers(student, rng):
    """state: two layers of one kind do not disturb each other"""
    for kind in GATES:
        assert_two_layers(
            partial(student.GELU, kind), function(kind), slope(kind), rng, f" of {kind}"
        )


def test_kinds_side_by_side(student, rng):
    """state: layers of different kinds do not disturb each other"""
    x, g = 1.5 * normal(rng, 4, 5), normal(rng, 4, 5)
    layers = {kind: student.GELU(kind) for kind in GATES}
    for kind, layer in layers.items():
        actual = layer.forward(x.copy())
        assert_close(actual, function(kind)(x), f"forward of {kind}", rtol=1e-6, atol=1e-6)
    for kind, layer in layers.items():
        actual = layer.backward(x.copy(), g.copy())
        assert_close(actual, g * slope(kind)(x), f"grad_input of {kind}", rtol=1e-6, atol=1e-6)


def test_arrays_stay(student, rng):
    """arrays: neither the input nor the upstream gradient is changed"""
    for kind in GATES:
        assert_layer_leaves_arrays(student, student.GELU(kind), rng)


def test_derived(student, rng):
    """derivation: the gradient comes from a formula, not from differences of forward"""
    for kind in GATES:
        layer = student.GELU(kind)
        assert_formula(student, layer, normal(rng, 5, 4), normal(rng, 5, 4))
        x = single(rng.uniform(-3, 3, size=(10, 5)))
        g = rng.choice([-2.0, -1.0, 0.5, 1.0], size=x.shape)
        assert_exact(backward(layer, x, g), g * slope(kind)(x), f"grad_input of {kind}")
