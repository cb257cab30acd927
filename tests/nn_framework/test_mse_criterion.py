"""Hidden tests of MSECriterion."""

import numpy as np
import pytest

from chainrule.homework import assert_close

from .oracles import array_of, assert_formula, loss_mistakes, normal, single

pytestmark = pytest.mark.component("MSECriterion")


def definition(x, target):
    return sum((x[i, k] - target[i, k]) ** 2 for i, k in np.ndindex(*x.shape)) / len(x)


def gradient(x, target):
    return 2 * (x - target) / len(x)


def pairs(rng):
    """Predictions and targets of several shapes (N, K)."""
    return [(normal(rng, n, k), normal(rng, n, k)) for n, k in [(6, 3), (2, 5), (4, 4)]]


def backward(student, x, target):
    criterion = student.MSECriterion()
    criterion.forward(x.copy(), target.copy())
    return criterion.backward(x.copy(), target.copy())


def forward_mistakes(x, target):
    n, loss, differences = len(x), definition(x, target), x - target
    return {
        **loss_mistakes(loss, x.shape),
        "it looks as if a root of the loss were taken": (np.sqrt(loss), np.sqrt(loss * n)),
        "absolute values seem to be taken where squares are due": np.sum(np.abs(differences)) / n,
        "the difference is squared, not each of the two": np.sum(x**2 - target**2) / n,
        "only the last row seems to count": np.sum(differences[-1] ** 2) / n,
        "products of different rows seem to be in the sum": np.sum(differences.sum(axis=0) ** 2)
        / n,
    }


def gradient_mistakes(x, target):
    expected, n = gradient(x, target), len(x)
    return {
        **loss_mistakes(expected, x.shape),
        "the target seems to be forgotten": 2 * x / n,
        "every row has a gradient of its own, and is neither summed nor averaged": (
            np.broadcast_to(expected.sum(axis=0), x.shape),
            np.broadcast_to(expected.mean(axis=0), x.shape),
        ),
        "this looks like the derivative of an absolute value": np.sign(x - target) / n,
    }


def test_forward_batch(student, rng):
    """forward: squared differences summed over all elements, divided by the number of rows"""
    for x, target in pairs(rng):
        actual = student.MSECriterion().forward(x.copy(), target.copy())
        assert_close(actual, definition(x, target), "forward", mistakes=forward_mistakes(x, target))


def test_forward_one_row(student, rng):
    """forward: right for a batch of one row"""
    x, target = normal(rng, 1, 4), normal(rng, 1, 4)
    actual = student.MSECriterion().forward(x.copy(), target.copy())
    assert_close(actual, definition(x, target), "forward")


def test_forward_one_column(student, rng):
    """forward: right for a single output"""
    x, target = normal(rng, 6, 1), normal(rng, 6, 1)
    actual = student.MSECriterion().forward(x.copy(), target.copy())
    assert_close(actual, definition(x, target), "forward")


def test_forward_known(student):
    """forward: zero for perfect predictions, and known values"""
    criterion, x = student.MSECriterion(), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert_close(criterion.forward(x.copy(), x.copy()), 0.0, "forward")
    assert_close(criterion.forward(x + 1, x.copy()), 3.0, "forward")
    assert_close(criterion.forward(x - 2, x.copy()), 12.0, "forward")


def test_grad_input(student, rng):
    """input gradient: the derivative of each squared difference, divided by the number of rows"""
    for x, target in pairs(rng):
        mistakes = gradient_mistakes(x, target)
        actual = backward(student, x, target)
        assert_close(actual, gradient(x, target), "grad_input", mistakes=mistakes)


def test_grad_input_one_row(student, rng):
    """input gradient: a batch of one row keeps its two dimensions"""
    x, target = normal(rng, 1, 4), normal(rng, 1, 4)
    assert_close(backward(student, x, target), gradient(x, target), "grad_input")


def test_grad_input_one_column(student, rng):
    """input gradient: right for a single output"""
    x, target = normal(rng, 6, 1), normal(rng, 6, 1)
    assert_close(backward(student, x, target), gradient(x, target), "grad_input")


def test_grad_input_perfect(student, rng):
    """input gradient: zero for perfect predictions"""
    x = normal(rng, 4, 3)
    assert_close(backward(student, x, x), np.zeros((4, 3)), "grad_input")


def test_single_precision(student, rng):
    """targets: float32 is as good as float64"""
    x, target = normal(rng, 5, 3), normal(rng, 5, 3).astype(np.float32)
    actual = student.MSECriterion().forward(x.copy(), target.copy())
    assert_close(actual, definition(x, target), "forward")
    assert_close(backward(student, x, target), gradient(x, target), "grad_input")


def test_another_batch(student, rng):
    """state: batches of equal and of other sizes, one after another, are not mixed up"""
    criterion = student.MSECriterion()
    before = 0.0
    for x, target in [*pairs(rng), (normal(rng, 4, 4), normal(rng, 4, 4))]:
        loss = definition(x, target)
        mistakes = {"the loss of the batch before seems to be added": before + loss}
        actual = criterion.forward(x.copy(), target.copy())
        assert_close(actual, loss, "forward", mistakes=mistakes)
        before = loss
        actual = criterion.backward(x.copy(), target.copy())
        assert_close(actual, gradient(x, target), "grad_input")


def test_chain(student, rng):
    """chain: after a Scaling, the gradient reaches the start of the chain"""
    layer, criterion = student.Scaling(3), student.MSECriterion()
    gamma, beta = layer.gamma, layer.beta
    x, target = normal(rng, 5, 3), normal(rng, 5, 3)
    predictions = layer.forward(x.copy())
    criterion.forward(predictions.copy(), target.copy())
    passed = array_of(criterion.backward(predictions.copy(), target.copy()), (5, 3), "grad_input")
    expected = gradient(gamma * x + beta, target) * gamma
    assert_close(layer.backward(x.copy(), passed), expected, "the chain's gradient")


def test_shared_arrays(student, rng):
    """chain: forward and backward share the arrays of predictions and targets"""
    criterion, x, target = student.MSECriterion(), normal(rng, 5, 3), normal(rng, 5, 3)
    shared, answers = student.array(x), student.array(target)
    assert_close(criterion.forward(shared, answers), definition(x, target), "forward")
    assert_close(criterion.backward(shared, answers), gradient(x, target), "grad_input")


def test_derived(student, rng):
    """derivation: the gradient comes from a formula, not from differences of forward"""
    x, target = normal(rng, 5, 4), normal(rng, 5, 4)
    assert_formula(student, student.MSECriterion(), x, target, target)
    x, target = normal(rng, 5, 3), normal(rng, 5, 3)
    # One outlier makes a loss of 1e21, beside which the others' steps are lost in rounding.
    x[2, 1] = single(1e11)
    actual = array_of(backward(student, x, target), (5, 3), "grad_input")
    expected = gradient(x, target)
    others = x < 1e10
    assert_close(actual, expected, "grad_input")
    assert_close(actual[others], expected[others], "grad_input beside an outlier")
