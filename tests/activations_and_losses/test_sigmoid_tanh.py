"""Hidden tests of Sigmoid and Tanh. Whether a layer is stable shows at large inputs."""

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

pytestmark = pytest.mark.component("SigmoidTanh")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


FUNCTIONS = {"Sigmoid": sigmoid, "Tanh": np.tanh}
# The slopes from the input: no code of a student's kind is compared with itself.
SLOPES = {
    "Sigmoid": lambda x: 1 / (2 + np.exp(x) + np.exp(-x)),
    "Tanh": lambda x: 1 / np.cosh(x) ** 2,
}


def forward_mistakes(name, x):
    s, t = sigmoid(x), np.tanh(x)
    if name == "Sigmoid":
        return {
            "the sign of the exponent is turned round": 1 - s,
            "this is tanh": t,
            "the 1 below the line seems to be missing": np.exp(x),
            "this is the derivative": s * (1 - s),
            "it is a sigmoid, but of twice the input": sigmoid(2 * x),
        }
    return {
        "the sign of the exponents is turned round": -t,
        "this is the sigmoid": s,
        "tanh is the sigmoid of twice the input, stretched to -1 and 1": (
            2 * s - 1,
            sigmoid(2 * x),
        ),
        "this is the derivative": 1 - t**2,
        "this is the other way round, the hyperbolic cotangent": 1 / t,
    }


def gradient_mistakes(name, x, g):
    y, slope = FUNCTIONS[name](x), SLOPES[name](x)
    if name == "Sigmoid":
        more = {
            "it is y (1 - y) with the output y, not with the input": g * x * (1 - x),
            "the factor y seems to be missing": g * (1 - y),
            "the factor 1 - y seems to be missing": g * y,
            "it is 1 - y, not 1 + y": g * y * (1 + y),
            "this is the derivative of tanh": g * (1 - y**2),
            "the sigmoid is applied twice": g * sigmoid(y) * (1 - sigmoid(y)),
        }
    else:
        more = {
            "the square is missing": g * (1 - y),
            "it is 1 minus the square, not 1 plus": g * (1 + y**2),
            "the square is that of the output, not of the input": g * (1 - x**2),
            "this is the derivative of the sigmoid": g * y * (1 - y),
            "tanh is applied twice": g * (1 - np.tanh(y) ** 2),
            "the 1 is missing": -g * y**2,
        }
    return layer_mistakes(slope, g, more)


def test_forward(student, rng):
    """forward: the values of Sigmoid and Tanh"""
    for name in FUNCTIONS:
        x = 1.5 * normal(rng, 6, 5)
        mistakes = forward_mistakes(name, x)
        actual = getattr(student, name)().forward(x.copy())
        assert_close(actual, FUNCTIONS[name](x), f"forward of {name}", mistakes=mistakes)


def test_forward_large(student):
    """forward: stable, right for inputs of any size and of both signs"""
    for name in FUNCTIONS:
        x = np.array([[0.0, 30.0, -30.0, 720.0], [-720.0, 1e4, -1e4, 1e300]])
        low, middle = (0.0, 0.5) if name == "Sigmoid" else (-1.0, 0.0)
        ends = np.array([[middle, 1.0, low, 1.0], [low, 1.0, low, 1.0]])
        for order in ((0, 1), (1, 0)):  # whatever comes first
            actual = getattr(student, name)().forward(x[order, :])
            assert_close(actual, ends[order, :], f"forward of {name}")


def test_grad_input(student, rng):
    """input gradient: the upstream gradient times the slope"""
    for name in FUNCTIONS:
        x, g = 1.5 * normal(rng, 6, 5), normal(rng, 6, 5)
        mistakes = gradient_mistakes(name, x, g)
        actual = backward(getattr(student, name)(), x, g)
        assert_close(actual, g * SLOPES[name](x), f"grad_input of {name}", mistakes=mistakes)


def test_grad_input_large(student):
    """input gradient: stable, 0 far away from 0"""
    for name in FUNCTIONS:
        x = np.array([[0.0, 720.0, -720.0], [-1e4, 1e4, 1e300]])
        middle = 0.25 if name == "Sigmoid" else 1.0
        expected = np.array([[middle, 0, 0], [0, 0, 0]])
        for order in ((0, 1), (1, 0)):
            actual = backward(getattr(student, name)(), x[order, :], np.ones(x.shape))
            assert_close(actual, expected[order, :], f"grad_input of {name}")


def test_grad_input_linear(student, rng):
    """input gradient: proportional to the upstream gradient, and 0 where that is 0"""
    for name in FUNCTIONS:
        assert_linear(getattr(student, name)(), normal(rng, 4, 3), normal(rng, 4, 3), f" of {name}")


def test_shapes(student, rng):
    """state: right for one, two and three axes, one batch after another"""
    for name in FUNCTIONS:
        assert_any_shape(
            getattr(student, name)(), FUNCTIONS[name], SLOPES[name], rng, f" of {name}"
        )


def test_two_layers(student, rng):
    """state: two layers of one kind do not disturb each other"""
    for name in FUNCTIONS:
        assert_two_layers(getattr(student, name), FUNCTIONS[name], SLOPES[name], rng, f" of {name}")


def test_arrays_stay(student, rng):
    """arrays: neither the input nor the upstream gradient is changed"""
    for name in FUNCTIONS:
        assert_layer_leaves_arrays(student, getattr(student, name)(), rng)


def test_derived(student, rng):
    """derivation: the gradient comes from a formula, not from differences of forward"""
    for name in FUNCTIONS:
        layer = getattr(student, name)()
        assert_formula(student, layer, normal(rng, 5, 4), normal(rng, 5, 4))
        x = single(rng.uniform(-3, 3, size=(10, 5)))
        g = rng.choice([-2.0, -1.0, 0.5, 1.0], size=x.shape)
        assert_exact(backward(layer, x, g), g * SLOPES[name](x), f"grad_input of {name}")
