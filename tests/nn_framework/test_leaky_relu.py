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
    normal,
    powers_of_two,
)

pytestmark = pytest.mark.component("LeakyReLU")


def definition(x, slope=0.03):
    return np.where(x > 0, x, slope * x)


def gradient(x, grad_output, slope=0.03):
    return grad_output * np.where(x > 0, 1.0, slope)


def test_forward_batch(student, rng):
    """forward: x where it is positive, 0.03 x elsewhere"""
    for n, d in [(6, 3), (2, 5)]:
        x = away_from_zero(rng, n, d)
        assert_close(student.LeakyReLU().forward(x.copy()), definition(x), "forward")


def test_forward_negative(student, rng):
    """forward: right for a batch that is negative throughout, and for one that is positive"""
    x = -np.abs(away_from_zero(rng, 4, 3))
    assert_close(student.LeakyReLU().forward(x.copy()), 0.03 * x, "forward")
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
    assert_close(student.LeakyReLU(0.25).forward(x.copy()), definition(x, 0.25), "forward")


def test_grad_input(student, rng):
    """input gradient: passes where the input is positive, times the slope elsewhere"""
    for n, d in [(6, 3), (2, 5)]:
        x, g = away_from_zero(rng, n, d), normal(rng, n, d)
        assert_close(backward(student.LeakyReLU(), x, g), gradient(x, g), "grad_input")


def test_grad_input_negative(student, rng):
    """input gradient: right for a batch that is negative throughout"""
    x, g = -np.abs(away_from_zero(rng, 4, 3)), normal(rng, 4, 3)
    assert_close(backward(student.LeakyReLU(), x, g), 0.03 * g, "grad_input")


def test_grad_input_one_row(student, rng):
    """input gradient: a batch of one row keeps its two dimensions"""
    x, g = away_from_zero(rng, 1, 4), normal(rng, 1, 4)
    assert_close(backward(student.LeakyReLU(), x, g), gradient(x, g), "grad_input")


def test_grad_input_slope(student, rng):
    """input gradient: another slope than the default, in two layers side by side"""
    x, g = away_from_zero(rng, 5, 4), normal(rng, 5, 4)
    first, second = student.LeakyReLU(0.25), student.LeakyReLU(0.5)
    assert_close(backward(first, x, g), gradient(x, g, 0.25), "grad_input")
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
