"""Hidden tests of LeakyReLU. Inputs keep away from the kink at 0, where any derivative will do."""

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
)

pytestmark = pytest.mark.component("LeakyReLU")


def definition(x, slope=0.03):
    return np.where(x > 0, x, slope * x)


def gradient(x, grad_output, slope=0.03):
    return grad_output * np.where(x > 0, 1.0, slope)


def forward_mistakes(x):
    return {
        "this is ReLU: negative inputs do not become 0": np.maximum(x, 0),
        "the slope seems to apply to positive inputs": np.where(x > 0, 0.03 * x, x),
        "the slope seems to be added in place of multiplied": np.where(x > 0, x, x + 0.03),
        "the sign is turned round where the input is negative": np.where(x > 0, x, -0.03 * x),
    }


def gradient_mistakes(x, g):
    more = {
        "negative inputs have a gradient too: this one looks like that of ReLU": g * (x > 0),
        "the slope seems to apply to positive inputs": g * np.where(x > 0, 0.03, 1.0),
        "the sign of the input decides, not that of the upstream gradient": g
        * np.where(g > 0, 1.0, 0.03),
        "it is multiplied by the output of the layer, not by its derivative": g * definition(x),
        "the upstream gradient is missing where the input is negative": np.where(x > 0, g, 0.03),
    }
    return layer_mistakes(gradient, x, g, more)


def test_forward_batch(student, rng):
    """forward: x where it is positive, 0.03 x elsewhere"""
    for n, d in [(6, 3), (2, 5)]:
        x = away_from_zero(rng, n, d)
        actual = student.LeakyReLU().forward(x.copy())
        assert_close(actual, definition(x), "forward", mistakes=forward_mistakes(x), parts=signs(x))


def test_forward_negative(student, rng):
    """forward: right for a batch that is negative throughout, and for one that is positive"""
    x = -np.abs(away_from_zero(rng, 4, 3))
    actual = student.LeakyReLU().forward(x.copy())
    mistakes = {
        "this is ReLU: negative inputs do not become 0": np.zeros_like(x),
        "the slope does not seem to be applied": x,
    }
    assert_close(actual, 0.03 * x, "forward", mistakes=mistakes)
    assert_close(student.LeakyReLU().forward(-x), -x, "forward")


def test_forward_one_row(student, rng):
    """forward: a batch of one row keeps its two dimensions"""
    x = away_from_zero(rng, 1, 4)
    assert_close(student.LeakyReLU().forward(x.copy()), definition(x), "forward")


def test_forward_zero(student):
    """forward: zero stays zero"""
    x = np.array([[0.0, -1.0], [2.0, 0.0]])
    assert_close(student.LeakyReLU().forward(x.copy()), definition(x), "forward")


def test_forward_slope(student, rng):
    """forward: another slope than the default"""
    x = away_from_zero(rng, 5, 4)
    mistakes = {"the slope is always the default, it seems": definition(x)}
    actual = student.LeakyReLU(0.25).forward(x.copy())
    assert_close(actual, definition(x, 0.25), "forward", mistakes=mistakes)


def test_grad_input(student, rng):
    """input gradient: passes where the input is positive, times the slope elsewhere"""
    for n, d in [(6, 3), (2, 5)]:
        x, g = away_from_zero(rng, n, d), normal(rng, n, d)
        actual, mistakes = backward(student.LeakyReLU(), x, g), gradient_mistakes(x, g)
        expected = gradient(x, g)
        assert_close(actual, expected, "grad_input", mistakes=mistakes, parts=signs(x))


def test_grad_input_negative(student, rng):
    """input gradient: right for a batch that is negative throughout"""
    x, g = -np.abs(away_from_zero(rng, 4, 3)), normal(rng, 4, 3)
    mistakes = gradient_mistakes(x, g)
    assert_close(backward(student.LeakyReLU(), x, g), 0.03 * g, "grad_input", mistakes=mistakes)


def test_grad_input_one_row(student, rng):
    """input gradient: a batch of one row keeps its two dimensions"""
    x, g = away_from_zero(rng, 1, 4), normal(rng, 1, 4)
    assert_close(backward(student.LeakyReLU(), x, g), gradient(x, g), "grad_input")


def test_grad_input_slope(student, rng):
    """input gradient: another slope than the default, in two layers side by side"""
    x, g = away_from_zero(rng, 5, 4), normal(rng, 5, 4)
    first, second = student.LeakyReLU(0.25), student.LeakyReLU(0.5)
    mistakes = {"the slope is always the default, it seems": gradient(x, g)}
    assert_close(backward(first, x, g), gradient(x, g, 0.25), "grad_input", mistakes=mistakes)
    assert_close(backward(second, x, g), gradient(x, g, 0.5), "grad_input")
    assert_close(backward(first, x, g), gradient(x, g, 0.25), "grad_input")


def test_grad_input_linear(student, rng):
    """input gradient: linear in the upstream gradient, and zero where that is zero"""
    x = away_from_zero(rng, 5, 3)
    assert_linear(student.LeakyReLU(), x, normal(rng, 5, 3), normal(rng, 5, 3))


def test_another_batch(student, rng):
    """state: later batches, of another or the same size, are not mixed up"""
    assert_second_batch(student.LeakyReLU(), definition, gradient, rng)


def test_evaluation(student, rng):
    """evaluation mode: the same as in training"""
    assert_modes_agree(student.LeakyReLU(), definition, gradient, rng)


def test_chain(student, rng):
    """chain: between a Scaling and a LogSoftMax, the gradient reaches the start of the chain"""
    assert_chain(student, student.LeakyReLU(), definition, gradient, rng)


def test_shared_arrays(student, rng):
    """chain: forward and backward share the input array, as inside of a Sequential"""
    assert_shares_input(student, student.LeakyReLU(), definition, gradient, rng)


def test_derived(student, rng):
    """derivation: the gradient comes from a formula, not from differences of forward"""
    layer = student.LeakyReLU(0.2)
    assert_formula(student, layer, away_from_zero(rng, 5, 4), normal(rng, 5, 4))
    x, g = away_from_zero(rng, 6, 5), powers_of_two(rng, 6, 5)
    output = array_of(layer.forward(x.copy()), x.shape, "forward")
    grad_input = array_of(layer.backward(x.copy(), g.copy()), x.shape, "grad_input")
    assert_derived(grad_input, gradient(x, g, 0.2), output, definition(x, 0.2))
    # Just above the kink a difference sees both sides; at 1e14 it drowns in rounding.
    x[:2] = 1e-12
    x[2:4] *= 1e14
    assert_close(backward(layer, x, g), gradient(x, g, 0.2), "grad_input")
