"""Hidden tests of NLLCriterion, which takes log-probabilities."""

import numpy as np
import pytest

from chainrule.homework import assert_close

from .oracles import array_of, assert_formula, loss_mistakes, normal, one_hot, single

pytestmark = pytest.mark.component("NLLCriterion")


def definition(log_p, target):
    return -sum(log_p[i, k] for i, k in zip(*np.nonzero(target), strict=True)) / len(log_p)


def gradient(target):
    return -target.astype(float) / len(target)


def log_probabilities(rng, n, k):
    scores = 2 * rng.normal(size=(n, k))
    return single(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)))


def pairs(rng):
    """Log-probabilities and targets of several shapes (N, K)."""
    shapes = [(6, 3), (2, 5), (4, 4)]
    return [(log_probabilities(rng, n, k), one_hot(rng, n, k)) for n, k in shapes]


def backward(student, log_p, target):
    criterion = student.NLLCriterion()
    criterion.forward(log_p.copy(), target.copy())
    return criterion.backward(log_p.copy(), target.copy())


def forward_mistakes(log_p, target):
    n, right = len(log_p), np.sum(log_p * target, axis=1)
    return {
        **loss_mistakes(definition(log_p, target), log_p.shape),
        "the target decides, not the most likely class": -np.max(log_p, axis=1).mean(),
        "only the last row seems to count": -right[-1] / n,
        "the input is a logarithm already": -np.log(-right).mean(),
        "the logarithm seems to be undone: the input is what the loss adds up": -np.exp(
            right
        ).mean(),
        "classes of other rows seem to be in the sum": (
            -np.sum(target @ log_p.T) / n,
            -np.sum(target @ log_p.T) / n**2,
        ),
        "log-probabilities need no clipping": (
            -np.log(1e-15),
            -1e-15,
            -np.clip(right, 1e-15, 1).mean(),
        ),
    }


def gradient_mistakes(log_p, target):
    n = len(log_p)
    return {
        **loss_mistakes(gradient(target), target.shape),
        "the input is a logarithm already: what is its own derivative?": -target / log_p / n,
        "LogSoftMax has a backward of its own: this gradient contains it": (
            (np.exp(log_p) - target) / n,
            np.exp(log_p) - target,
        ),
        "these look like terms of the loss, not like derivatives": -target * log_p / n,
        "only the right class of each row counts": -np.ones_like(log_p) / n,
        "this is the derivative with respect to the target": -log_p / n,
        "every row has a gradient of its own, and is not summed": np.broadcast_to(
            gradient(target).sum(axis=0), target.shape
        ),
    }


def test_forward_batch(student, rng):
    """forward: minus the mean over the rows of the right class's log-probability"""
    for log_p, target in pairs(rng):
        actual = student.NLLCriterion().forward(log_p.copy(), target.copy())
        mistakes = forward_mistakes(log_p, target)
        assert_close(actual, definition(log_p, target), "forward", mistakes=mistakes)


def test_forward_one_row(student, rng):
    """forward: right for a batch of one row"""
    log_p, target = log_probabilities(rng, 1, 4), one_hot(rng, 1, 4)
    actual = student.NLLCriterion().forward(log_p.copy(), target.copy())
    assert_close(actual, definition(log_p, target), "forward")


def test_forward_known(student):
    """forward: ln K for K classes that are equally likely, zero for a sure and right answer"""
    criterion = student.NLLCriterion()
    log_p, target = np.full((3, 4), -np.log(4)), np.eye(4)[[1, 3, 3]]
    assert_close(criterion.forward(log_p, target.copy()), np.log(4), "forward")
    sure = np.where(target == 1, 0.0, -50.0)
    assert_close(criterion.forward(sure, target.copy()), 0.0, "forward")


def test_forward_unlikely(student):
    """forward: right for very small probabilities, with nothing clipped"""
    log_p, target = np.array([[-1000.0, 0.0], [0.0, -700.0]]), np.eye(2)
    assert_close(student.NLLCriterion().forward(log_p, target.copy()), 850.0, "forward")


def test_grad_input(student, rng):
    """input gradient: only the right class of each row has one"""
    for log_p, target in pairs(rng):
        actual, mistakes = backward(student, log_p, target), gradient_mistakes(log_p, target)
        assert_close(actual, gradient(target), "grad_input", mistakes=mistakes)


def test_grad_input_one_row(student, rng):
    """input gradient: a batch of one row keeps its two dimensions"""
    log_p, target = log_probabilities(rng, 1, 4), one_hot(rng, 1, 4)
    assert_close(backward(student, log_p, target), gradient(target), "grad_input")


def test_single_precision(student, rng):
    """targets: float32 is as good as float64"""
    log_p, target = log_probabilities(rng, 6, 3), one_hot(rng, 6, 3, np.float32)
    actual = student.NLLCriterion().forward(log_p.copy(), target.copy())
    assert_close(actual, definition(log_p, target), "forward")
    assert_close(backward(student, log_p, target), gradient(target), "grad_input")


def test_another_batch(student, rng):
    """state: batches of equal and of other sizes, one after another, are not mixed up"""
    criterion, batches = student.NLLCriterion(), pairs(rng)
    # Another batch of the last one's shape, with another class for every row.
    batches.append((log_probabilities(rng, 4, 4), np.roll(batches[-1][1], 1, axis=1)))
    before = 0.0
    for log_p, target in batches:
        loss = definition(log_p, target)
        mistakes = {"the loss of the batch before seems to be added": before + loss}
        actual = criterion.forward(log_p.copy(), target.copy())
        assert_close(actual, loss, "forward", mistakes=mistakes)
        before = loss
        actual = criterion.backward(log_p.copy(), target.copy())
        assert_close(actual, gradient(target), "grad_input")


def test_chain(student, rng):
    """chain: after LogSoftMax, the scores' gradient is (probability minus target) / N"""
    layer, criterion = student.LogSoftMax(), student.NLLCriterion()
    scores, target = normal(rng, 6, 4), one_hot(rng, 6, 4)
    log_p = layer.forward(scores.copy())
    criterion.forward(log_p.copy(), target.copy())
    passed = array_of(criterion.backward(log_p.copy(), target.copy()), (6, 4), "grad_input")
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    expected = (probabilities - target) / 6
    assert_close(layer.backward(scores.copy(), passed), expected, "the chain's gradient")


def test_shared_arrays(student, rng):
    """chain: forward and backward share the arrays of predictions and targets"""
    criterion = student.NLLCriterion()
    log_p, target = log_probabilities(rng, 6, 3), one_hot(rng, 6, 3)
    shared, answers = student.array(log_p), student.array(target)
    assert_close(criterion.forward(shared, answers), definition(log_p, target), "forward")
    assert_close(criterion.backward(shared, answers), gradient(target), "grad_input")


def test_derived(student, rng):
    """derivation: the gradient comes from a formula, not from differences of forward"""
    log_p, target = log_probabilities(rng, 5, 4), one_hot(rng, 5, 4)
    assert_formula(student, student.NLLCriterion(), log_p, target, target)
    log_p, target = log_probabilities(rng, 5, 3), one_hot(rng, 5, 3)
    log_p[0] = single(np.full(3, -1e14))  # beside it every step is lost in rounding
    assert_close(backward(student, log_p, target), gradient(target), "grad_input")
