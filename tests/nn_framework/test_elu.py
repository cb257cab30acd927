"""Hidden tests of ELU. Inputs keep away from 0, where any derivative will do."""

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

pytestmark = pytest.mark.component("ELU")


def definition(x, alpha=1.0):
    return np.where(x > 0, x, alpha * (np.exp(x) - 1))


def gradient(x, grad_output, alpha=1.0):
    return grad_output * np.where(x > 0, 1.0, alpha * np.exp(x))


def forward_mistakes(x, alpha=1.0):
    return {
        "it looks as if the sign of the exponent were turned round": np.where(
            x > 0, x, alpha * (np.exp(-x) - 1)
        ),
        "the - 1 seems to be missing": np.where(x > 0, x, alpha * np.exp(x)),
        "the exponential is taken of positive inputs, it seems": np.where(
            x > 0, alpha * (np.exp(x) - 1), x
        ),
    }


def gradient_mistakes(x, g, alpha=1.0):
    negative = alpha * np.exp(np.minimum(x, 0))
    more = {
        "negative inputs have a gradient too: this one looks like that of ReLU": g * (x > 0),
        "the sign of the input decides, not that of the upstream gradient": g
        * np.where(g > 0, 1.0, negative),
        "the output itself seems to be taken for the derivative": g
        * np.where(x > 0, 1.0, negative - alpha),
        "the upstream gradient is missing where the input is negative": np.where(
            x > 0, g, negative
        ),
    }
    return layer_mistakes(gradient, x, g, more)


def test_forward_batch(student, rng):
    """forward: x where it is positive, e^x - 1 elsewhere"""
    for n, d in [(6, 3), (2, 5)]:
        x = away_from_zero(rng, n, d)
        actual = student.ELU().forward(x.copy())
        assert_close(actual, definition(x), "forward", mistakes=forward_mistakes(x), parts=signs(x))


def test_forward_negative(student, rng):
    """forward: right for a batch that is negative throughout, and for one that is positive"""
    x = -np.abs(away_from_zero(rng, 4, 3))
    assert_close(student.ELU().forward(x.copy()), np.exp(x) - 1, "forward")
    assert_close(student.ELU().forward(-x), -x, "forward")


def test_forward_one_row(student, rng):
    """forward: a batch of one row keeps its two dimensions"""
    x = away_from_zero(rng, 1, 4)
    assert_close(student.ELU().forward(x.copy()), definition(x), "forward")


def test_forward_zero(student):
    """forward: zero stays zero, and far below zero the output tends to -alpha"""
    x = np.array([[0.0, -1.0], [2.0, -40.0]])
    assert_close(student.ELU(0.5).forward(x.copy()), definition(x, 0.5), "forward")


def test_forward_alpha(student, rng):
    """forward: alpha multiplies the whole bracket (e^x - 1)"""
    x = -np.abs(away_from_zero(rng, 5, 4))
    for alpha in (0.25, 1.5):
        actual = student.ELU(alpha).forward(x.copy())
        mistakes = {
            "alpha seems to be ignored": np.exp(x) - 1,
            "alpha multiplies the bracket, not only the exponential": alpha * np.exp(x) - 1,
            "alpha seems to be in the exponent": np.exp(alpha * x) - 1,
        }
        assert_close(actual, definition(x, alpha), "forward", mistakes=mistakes)


def test_grad_input(student, rng):
    """input gradient: passes where the input is positive, times e^x elsewhere"""
    for n, d in [(6, 3), (2, 5)]:
        x, g = away_from_zero(rng, n, d), normal(rng, n, d)
        actual, mistakes = backward(student.ELU(), x, g), gradient_mistakes(x, g)
        expected = gradient(x, g)
        assert_close(actual, expected, "grad_input", mistakes=mistakes, parts=signs(x))


def test_grad_input_negative(student, rng):
    """input gradient: right for a batch that is negative throughout"""
    x, g = -np.abs(away_from_zero(rng, 4, 3)), normal(rng, 4, 3)
    mistakes = gradient_mistakes(x, g)
    assert_close(backward(student.ELU(), x, g), g * np.exp(x), "grad_input", mistakes=mistakes)


def test_grad_input_one_row(student, rng):
    """input gradient: a batch of one row keeps its two dimensions"""
    x, g = away_from_zero(rng, 1, 4), normal(rng, 1, 4)
    assert_close(backward(student.ELU(), x, g), gradient(x, g), "grad_input")


def test_grad_input_alpha(student, rng):
    """input gradient: alpha counts on the negative side only, in two layers side by side"""
    x, g = away_from_zero(rng, 5, 4), normal(rng, 5, 4)
    first, second = student.ELU(0.25), student.ELU(1.5)
    mistakes = {
        "alpha seems to be ignored": gradient(x, g),
        "the derivative is output + alpha, which is output + 1 for alpha = 1 only": g
        * np.where(x > 0, 1.0, 0.25 * (np.exp(x) - 1) + 1),
    }
    assert_close(backward(first, x, g), gradient(x, g, 0.25), "grad_input", mistakes=mistakes)
    assert_close(backward(second, x, g), gradient(x, g, 1.5), "grad_input")
    assert_close(backward(first, x, g), gradient(x, g, 0.25), "grad_input")


def test_grad_input_linear(student, rng):
    """input gradient: linear in the upstream gradient, and zero where that is zero"""
    x = away_from_zero(rng, 5, 3)
    assert_linear(student.ELU(), x, normal(rng, 5, 3), normal(rng, 5, 3))


def test_another_batch(student, rng):
    """state: later batches, of another or the same size, are not mixed up"""
    assert_second_batch(student.ELU(), definition, gradient, rng)


def test_evaluation(student, rng):
    """evaluation mode: the same as in training"""
    assert_modes_agree(student.ELU(), definition, gradient, rng)


def test_chain(student, rng):
    """chain: between a Scaling and a LogSoftMax, the gradient reaches the start of the chain"""
    assert_chain(student, student.ELU(), definition, gradient, rng)


def test_shared_arrays(student, rng):
    """chain: forward and backward share the input array, as inside of a Sequential"""
    assert_shares_input(student, student.ELU(), definition, gradient, rng)


def test_derived(student, rng):
    """derivation: the gradient comes from a formula, not from differences of forward"""
    layer = student.ELU(1.5)
    assert_formula(student, layer, away_from_zero(rng, 5, 4), normal(rng, 5, 4))
    x, g = single(rng.uniform(-3, -0.1, size=(8, 5))), powers_of_two(rng, 8, 5)
    output = array_of(layer.forward(x.copy()), x.shape, "forward")
    grad_input = array_of(layer.backward(x.copy(), g.copy()), x.shape, "grad_input")
    assert_derived(grad_input, gradient(x, g, 1.5), output, definition(x, 1.5))
    # Just above 0 a difference sees both sides, whose slopes are 1 and 1.5.
    x[:4] = 1e-12
    assert_close(backward(layer, x, g), gradient(x, g, 1.5), "grad_input")
