"""Hidden tests of SoftMax. Expected gradients come from the full Jacobian or from autograd."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from chainrule.homework import CheckFailed, assert_close

from .oracles import (
    array_of,
    assert_chain,
    assert_formula,
    assert_linear,
    assert_modes_agree,
    assert_second_batch,
    assert_shares_input,
    assert_vanishes,
    backward,
    layer_mistakes,
    normal,
    single,
)

pytestmark = pytest.mark.component("SoftMax")


def definition(x):
    """Softmax of each row, shape (N, K)."""
    exponentials = anp.exp(x - anp.max(x, axis=1, keepdims=True))
    return exponentials / anp.sum(exponentials, axis=1, keepdims=True)


def gradient(x, grad_output):
    """The upstream gradient times the Jacobian diag(a) - a a^T, row by row."""
    rows = [
        (np.diag(a) - np.outer(a, a)) @ g for a, g in zip(definition(x), grad_output, strict=True)
    ]
    return np.array(rows)


def forward_mistakes(x):
    shifted = [np.exp(x), np.exp(x - x.max()), np.exp(x - x.max(axis=1, keepdims=True))]
    return {
        "the sum of the exponentials seems to run over the batch": tuple(
            each / each.sum(axis=0) for each in shifted
        ),
        "the sum of the exponentials seems to run over the whole batch": tuple(
            each / each.sum() for each in shifted
        ),
        "the division by the sum of the row is missing": tuple(shifted),
        "this is the logarithm of the probabilities": np.log(definition(x)),
        "this is a sigmoid of each element by itself": 1 / (1 + np.exp(-x)),
    }


def gradient_mistakes(x, g):
    a = definition(x)
    weighted = np.sum(a * g, axis=1, keepdims=True)
    more = {
        "it looks as if it were computed from the diagonal of the Jacobian only": a * (1 - a) * g,
        "the diagonal of the Jacobian seems to lack its first term": -a * weighted,
        "this is the gradient of LogSoftMax": g - a * g.sum(axis=1, keepdims=True),
        "the sum of the upstream gradient has to be weighted": a
        * (g - g.sum(axis=1, keepdims=True)),
        "a factor in front of the difference is missing": g - weighted,
        "the inner sum seems to run over the batch": a * (g - np.sum(a * g, axis=0)),
        "the inner sum seems to run over the whole batch": a * (g - np.sum(a * g)),
        "the Jacobian has a minus off its diagonal": a * (g + weighted),
        "the inner sum seems to leave out the last class": a
        * (g - np.sum((a * g)[:, :-1], axis=1, keepdims=True)),
        "the probabilities seem to be multiplied in twice": a * (a * g)
        - a * np.sum(a * a * g, axis=1, keepdims=True),
        "the upstream gradient is not the target: this layer knows no loss": a - g,
        "the Jacobian of the first row seems to serve for all rows": g
        @ (np.diag(a[0]) - np.outer(a[0], a[0])),
    }
    return layer_mistakes(gradient, x, g, more)


def test_forward_batch(student, rng):
    """forward: the exponentials of each row over their sum"""
    for n, k in [(6, 3), (2, 5), (4, 4)]:
        x = normal(rng, n, k) * 2
        expected = np.exp(x) / np.exp(x).sum(axis=1).reshape(n, 1)
        actual = student.SoftMax().forward(x.copy())
        assert_close(actual, expected, "forward", mistakes=forward_mistakes(x))


def test_forward_one_row(student, rng):
    """forward: a batch of one row keeps its two dimensions"""
    x = normal(rng, 1, 4)
    assert_close(student.SoftMax().forward(x.copy()), definition(x), "forward")


def test_rows_sum_to_one(student, rng):
    """forward: every row is positive and sums to 1"""
    output = array_of(student.SoftMax().forward(normal(rng, 8, 3) * 3), (8, 3), "forward")
    if not np.all(output > 0):
        raise CheckFailed("values", "forward is not positive everywhere")
    assert_close(output.sum(axis=1), np.ones(8), "the sum of each row")


def test_forward_large(student, rng):
    """forward: stable for scores in the thousands, positive or negative"""
    layer = student.SoftMax()
    # Multiples of 1/8 up to 1e4 are exact in float32.
    scores = np.round(rng.normal(size=(6, 4)) * 8) / 8
    for offset in (1e3, 1e4, -1e3, -1e4):
        assert_close(layer.forward(scores + offset), definition(scores), "forward")


def test_forward_spread(student):
    """forward: stable where the scores of one row, or of different rows, lie far apart"""
    x = np.array([[1e4, 0.0, -1e4], [-1e4, -1e4, -1e4], [0.0, 1e3, 1e3], [-2.0, 1.0, 0.5]])
    expected = definition(x)
    output = student.SoftMax().forward(x.copy())
    assert_close(output, expected, "forward")


def test_grad_input(student, rng):
    """input gradient: full Jacobian, not only its diagonal"""
    for n, k in [(6, 3), (2, 5), (4, 4)]:
        x, g = normal(rng, n, k), normal(rng, n, k)
        actual = backward(student.SoftMax(), x, g)
        assert_close(actual, gradient(x, g), "grad_input", mistakes=gradient_mistakes(x, g))


def test_grad_input_autograd(student, rng):
    """input gradient: agrees with automatic differentiation"""
    x, g = 2 * normal(rng, 5, 4), normal(rng, 5, 4)
    expected = autograd.grad(lambda z: anp.sum(g * definition(z)))(x)
    assert_close(backward(student.SoftMax(), x, g), expected, "grad_input")


def test_grad_input_one_row(student, rng):
    """input gradient: a batch of one row keeps its two dimensions"""
    x, g = normal(rng, 1, 4), normal(rng, 1, 4)
    assert_close(backward(student.SoftMax(), x, g), gradient(x, g), "grad_input")


def test_grad_input_of_one_output(student):
    """input gradient: the gradient of a single probability reaches all scores of its row alone"""
    x = np.array([[0.5, -1.0, 0.25], [1.0, 2.0, -0.5]])
    g = np.array([[0.0, 3.0, 0.0], [0.0, 0.0, 0.0]])
    assert_close(backward(student.SoftMax(), x, g), gradient(x, g), "grad_input")


def test_grad_input_constant(student, rng):
    """input gradient: zero where all probabilities of a row are pushed alike"""
    x, g = normal(rng, 5, 4), np.repeat(normal(rng, 5, 1), 4, axis=1)
    actual = backward(student.SoftMax(), x, g)
    assert_vanishes(actual, x.shape, float(np.max(np.abs(g))), "grad_input")


def test_grad_input_linear(student, rng):
    """input gradient: linear in the upstream gradient, and zero where that is zero"""
    assert_linear(student.SoftMax(), normal(rng, 5, 3), normal(rng, 5, 3), normal(rng, 5, 3))
    for scale in (1e8, 1e-8):
        x, g = normal(rng, 5, 3), scale * normal(rng, 5, 3)
        assert_close(backward(student.SoftMax(), x, g), gradient(x, g), "grad_input")


def test_grad_input_large(student, rng):
    """input gradient: stable for scores in the thousands"""
    scores = np.round(rng.normal(size=(6, 4)) * 8) / 8
    offset = np.array([[1e3], [1e4], [-1e3], [-1e4], [0.0], [2e3]])
    g = normal(rng, 6, 4)
    assert_close(backward(student.SoftMax(), scores + offset, g), gradient(scores, g), "grad_input")


def test_another_batch(student, rng):
    """state: later batches, of another or the same size, are not mixed up"""
    assert_second_batch(student.SoftMax(), definition, gradient, rng)


def test_evaluation(student, rng):
    """evaluation mode: the same as in training"""
    assert_modes_agree(student.SoftMax(), definition, gradient, rng)


def test_chain(student, rng):
    """chain: between a Scaling and a LogSoftMax, the gradient reaches the start of the chain"""
    assert_chain(student, student.SoftMax(), definition, gradient, rng)


def test_shared_arrays(student, rng):
    """chain: forward and backward share the input array, as inside of a Sequential"""
    assert_shares_input(student, student.SoftMax(), definition, gradient, rng)


def test_derived(student, rng):
    """derivation: the gradient comes from a formula, not from differences of forward"""
    assert_formula(student, student.SoftMax(), single(3 + normal(rng, 5, 4)), normal(rng, 5, 4))
    x, g = normal(rng, 6, 5), normal(rng, 6, 5)
    # Two probabilities of each row are about 1e-12. Their gradients are as tiny, and a formula
    # gives them as well as any; differences of the other probabilities are rounded to 1e-16.
    x[:, 2:4] -= 28.0
    actual = array_of(backward(student.SoftMax(), x, g), (6, 5), "grad_input")
    expected = gradient(x, g)
    assert_close(actual, expected, "grad_input")
    assert_close(actual[:, 2:4], expected[:, 2:4], "grad_input of unlikely classes")
