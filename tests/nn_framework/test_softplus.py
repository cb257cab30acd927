"""Hidden tests of SoftPlus, for |x| < 20: the text does not ask for stability beyond that."""

import numpy as np
import pytest

from chainrule.homework import assert_close

from .oracles import (
    array_of,
    assert_chain,
    assert_derived,
    assert_formula,
    assert_linear,
    assert_modes_agree,
    assert_second_batch,
    assert_shares_input,
    away_from_zero,
    backward,
    layer_mistakes,
    normal,
    powers_of_two,
    signs,
    single,
)

pytestmark = pytest.mark.component("SoftPlus")


def definition(x):
    return np.log1p(np.exp(x))


def gradient(x, grad_output):
    return grad_output / (1 + np.exp(-x))


def test_forward_batch(student, rng):
    """forward: ln(1 + e^x)"""
    for n, d in [(6, 3), (2, 5)]:
        x = 2 * normal(rng, n, d)
        mistakes = {
            "it looks as if the sign of the exponent were turned round": definition(-x),
            "this is the derivative, the sigmoid": 1 / (1 + np.exp(-x)),
            "the 1 belongs inside of the logarithm": x + 1,
            "this is ReLU, which SoftPlus only resembles": np.maximum(x, 0),
        }
        actual = student.SoftPlus().forward(x.copy())
        assert_close(actual, definition(x), "forward", mistakes=mistakes, parts=signs(x))


def test_forward_one_row(student, rng):
    """forward: a batch of one row keeps its two dimensions"""
    x = normal(rng, 1, 4)
    assert_close(student.SoftPlus().forward(x.copy()), definition(x), "forward")


def test_forward_negative(student, rng):
    """forward: right for a batch that is negative throughout"""
    x = single(rng.uniform(-6, -1, size=(5, 4)))
    assert_close(student.SoftPlus().forward(x.copy()), definition(x), "forward")


def test_forward_range(student, rng):
    """forward: right from -18 to 18, and ln 2 at zero"""
    x = np.linspace(-18, 18, 25).reshape(5, 5)
    assert_close(student.SoftPlus().forward(x.copy()), definition(x), "forward")


def test_grad_input(student, rng):
    """input gradient: the sigmoid of the input times the upstream gradient"""
    for n, d in [(6, 3), (2, 5)]:
        x, g = 2 * normal(rng, n, d), normal(rng, n, d)
        sigmoid = 1 / (1 + np.exp(-x))
        more = {
            "it looks as if the sign of the exponent were turned round": g * (1 - sigmoid),
            "only the inner derivative seems to be there": g * np.exp(x),
            "this is the derivative of the derivative": g * sigmoid * (1 - sigmoid),
            "this is the gradient of ReLU, which SoftPlus only resembles": g * (x > 0),
            "the output seems to be used where the input belongs": gradient(definition(x), g),
            "it looks like a function of the upstream gradient alone": 1 / (1 + np.exp(-g)),
        }
        actual, mistakes = backward(student.SoftPlus(), x, g), layer_mistakes(gradient, x, g, more)
        assert_close(actual, gradient(x, g), "grad_input", mistakes=mistakes, parts=signs(x))


def test_grad_input_one_row(student, rng):
    """input gradient: a batch of one row keeps its two dimensions"""
    x, g = normal(rng, 1, 4), normal(rng, 1, 4)
    assert_close(backward(student.SoftPlus(), x, g), gradient(x, g), "grad_input")


def test_grad_input_negative(student, rng):
    """input gradient: right for a batch that is negative throughout"""
    x, g = single(rng.uniform(-6, -1, size=(5, 4))), normal(rng, 5, 4)
    assert_close(backward(student.SoftPlus(), x, g), gradient(x, g), "grad_input")


def test_grad_input_range(student, rng):
    """input gradient: right from -18 to 18, and one half at zero"""
    x, g = np.linspace(-18, 18, 25).reshape(5, 5), normal(rng, 5, 5)
    assert_close(backward(student.SoftPlus(), x, g), gradient(x, g), "grad_input")


def test_grad_input_linear(student, rng):
    """input gradient: linear in the upstream gradient, and zero where that is zero"""
    assert_linear(student.SoftPlus(), normal(rng, 5, 3), normal(rng, 5, 3), normal(rng, 5, 3))


def test_another_batch(student, rng):
    """state: later batches, of another or the same size, are not mixed up"""
    assert_second_batch(student.SoftPlus(), definition, gradient, rng)


def test_evaluation(student, rng):
    """evaluation mode: the same as in training"""
    assert_modes_agree(student.SoftPlus(), definition, gradient, rng)


def test_chain(student, rng):
    """chain: between a Scaling and a LogSoftMax, the gradient reaches the start of the chain"""
    assert_chain(student, student.SoftPlus(), definition, gradient, rng)


def test_shared_arrays(student, rng):
    """chain: forward and backward share the input array, as inside of a Sequential"""
    assert_shares_input(student, student.SoftPlus(), definition, gradient, rng)


def test_derived(student, rng):
    """derivation: the gradient comes from a formula, not from differences of forward"""
    layer = student.SoftPlus()
    assert_formula(student, layer, away_from_zero(rng, 5, 4), normal(rng, 5, 4))
    # Around 0 differences suffer from the curvature, at 18 from rounding; no step suits both.
    x = single(np.concatenate([rng.uniform(-3, 3, 40), rng.uniform(12, 18, 40)])).reshape(16, 5)
    g = powers_of_two(rng, 16, 5)
    output = array_of(layer.forward(x.copy()), x.shape, "forward")
    grad_input = array_of(layer.backward(x.copy(), g.copy()), x.shape, "grad_input")
    assert_derived(grad_input, gradient(x, g), output, definition(x))
