"""Hidden tests of NLLCriterionUnstable, which takes probabilities.

The gradient is judged where a probability lies inside of the range that clipping leaves alone. At
the ends both 0 and the gradient at the clipped value are accepted; a wrong class has no nan there.
"""

import numpy as np
import pytest

from chainrule.homework import CheckFailed, assert_close

from .oracles import array_of, assert_derived, assert_formula, loss_mistakes, one_hot, single

pytestmark = pytest.mark.component("NLLCriterionUnstable")


def definition(p, target):
    """For probabilities that no clipping changes."""
    return -sum(np.log(p[i, k]) for i, k in zip(*np.nonzero(target), strict=True)) / len(p)


def gradient(p, target):
    return -target.astype(float) / p / len(p)


def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def probabilities(rng, n, k):
    return single(softmax(rng.normal(size=(n, k))))


def pairs(rng):
    """Probabilities and targets of several shapes (N, K)."""
    shapes = [(6, 3), (2, 5), (4, 4)]
    return [(probabilities(rng, n, k), one_hot(rng, n, k)) for n, k in shapes]


def backward(student, p, target):
    criterion = student.NLLCriterionUnstable()
    criterion.forward(p.copy(), target.copy())
    return criterion.backward(p.copy(), target.copy())


def forward_mistakes(p, target):
    n, right = len(p), np.sum(p * target, axis=1)
    return {
        **loss_mistakes(definition(p, target), p.shape),
        "the target decides, not the most likely class": -np.log(np.max(p, axis=1)).mean(),
        "the logarithm seems to be missing": -right.mean(),
        "the logarithm seems to be taken twice": -np.log(-np.log(right)).mean(),
        "the wrong classes seem to count too": definition(p, target)
        - np.sum(np.log(1 - p) * (1 - target)) / n,
        "the input are probabilities already: softmax seems to be taken again": definition(
            softmax(p), target
        ),
        "classes of other rows seem to be in the sum": (
            -np.sum(target @ np.log(p).T) / n,
            -np.sum(target @ np.log(p).T) / n**2,
        ),
    }


def gradient_mistakes(p, target):
    n = len(p)
    return {
        **loss_mistakes(gradient(p, target), p.shape),
        "the derivative of the logarithm seems to be missing": -target / n,
        "SoftMax has a backward of its own: this gradient contains it": (
            (p - target) / n,
            p - target,
        ),
        "only the right class of each row counts": (-1 / p / n, (p - target) / (p * (1 - p)) / n),
        "the derivative of a logarithm divides": -target * p / n,
        "a constant seems to be added to every element": -(target / p - 1) / n,
    }


def test_forward_batch(student, rng):
    """forward: minus the mean over the rows of the log of the right class's probability"""
    for p, target in pairs(rng):
        actual = student.NLLCriterionUnstable().forward(p.copy(), target.copy())
        mistakes = forward_mistakes(p, target)
        assert_close(actual, definition(p, target), "forward", mistakes=mistakes)


def test_forward_one_row(student, rng):
    """forward: right for a batch of one row"""
    p, target = probabilities(rng, 1, 4), one_hot(rng, 1, 4)
    actual = student.NLLCriterionUnstable().forward(p.copy(), target.copy())
    assert_close(actual, definition(p, target), "forward")


def test_forward_known(student):
    """forward: ln K for K classes that are equally likely"""
    p, target = np.full((3, 4), 0.25), np.eye(4)[[1, 3, 3]]
    actual = student.NLLCriterionUnstable().forward(p, target.copy())
    assert_close(actual, np.log(4), "forward")


def test_forward_clips_zero(student):
    """forward: a right class of probability 0 costs -ln(EPS), and not infinity"""
    criterion, wrong = student.NLLCriterionUnstable(), -np.log(1e-15)
    p, target = np.array([[0.0, 1.0], [1.0, 0.0]]), np.eye(2)
    assert_close(criterion.forward(p.copy(), target.copy()), wrong, "forward")
    p = np.array([[0.0, 0.5, 0.5], [0.25, 0.25, 0.5]])
    expected = (wrong + np.log(4)) / 2
    assert_close(criterion.forward(p, np.eye(3)[:2]), expected, "forward")


def test_forward_clips_one(student):
    """forward: a sure and right answer costs nothing"""
    p = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    actual = student.NLLCriterionUnstable().forward(p.copy(), p.copy())
    assert_close(actual, 0.0, "forward")


def test_grad_input(student, rng):
    """input gradient: the derivative of the logarithm, for the right class of each row"""
    for p, target in pairs(rng):
        actual, mistakes = backward(student, p, target), gradient_mistakes(p, target)
        assert_close(actual, gradient(p, target), "grad_input", mistakes=mistakes)


def test_grad_input_one_row(student, rng):
    """input gradient: a batch of one row keeps its two dimensions"""
    p, target = probabilities(rng, 1, 4), one_hot(rng, 1, 4)
    assert_close(backward(student, p, target), gradient(p, target), "grad_input")


def test_grad_input_beside_clipped(student):
    """input gradient: unclipped probabilities have theirs, whatever is clipped beside them"""
    p = np.array([[0.0, 0.25, 0.75], [1.0, 0.0, 0.0], [0.5, 0.5, 0.0]])
    target = np.eye(3)[[1, 0, 0]]
    actual = array_of(backward(student, p, target), (3, 3), "grad_input")
    inside = (p > 0) & (p < 1)
    expected = gradient(np.where(inside, p, 0.5), target)
    assert_close(actual[inside], expected[inside], "grad_input")
    if not np.all(np.isfinite(actual[target == 0])):
        raise CheckFailed("values", "grad_input is nan or inf where a wrong class is clipped")


def test_single_precision(student, rng):
    """targets: float32 is as good as float64"""
    p, target = probabilities(rng, 6, 3), one_hot(rng, 6, 3, np.float32)
    actual = student.NLLCriterionUnstable().forward(p.copy(), target.copy())
    assert_close(actual, definition(p, target), "forward")
    assert_close(backward(student, p, target), gradient(p, target), "grad_input")


def test_another_batch(student, rng):
    """state: batches of equal and of other sizes, one after another, are not mixed up"""
    criterion, batches = student.NLLCriterionUnstable(), pairs(rng)
    # Another batch of the last one's shape, with another class for every row.
    batches.append((probabilities(rng, 4, 4), np.roll(batches[-1][1], 1, axis=1)))
    before = 0.0
    for p, target in batches:
        loss = definition(p, target)
        mistakes = {"the loss of the batch before seems to be added": before + loss}
        actual = criterion.forward(p.copy(), target.copy())
        assert_close(actual, loss, "forward", mistakes=mistakes)
        before = loss
        actual = criterion.backward(p.copy(), target.copy())
        assert_close(actual, gradient(p, target), "grad_input")


def test_chain(student, rng):
    """chain: after a Scaling, the gradient reaches the start of the chain"""
    layer, criterion = student.Scaling(3), student.NLLCriterionUnstable()
    layer.gamma, layer.beta = np.full((1, 3), 0.5), np.full((1, 3), 0.25)
    x, target = probabilities(rng, 5, 3), one_hot(rng, 5, 3)
    p = layer.forward(x.copy())
    criterion.forward(p.copy(), target.copy())
    passed = array_of(criterion.backward(p.copy(), target.copy()), (5, 3), "grad_input")
    expected = gradient(0.5 * x + 0.25, target) * 0.5
    assert_close(layer.backward(x.copy(), passed), expected, "the chain's gradient")


def test_shared_arrays(student, rng):
    """chain: forward and backward share the arrays of predictions and targets"""
    criterion = student.NLLCriterionUnstable()
    p, target = probabilities(rng, 6, 3), one_hot(rng, 6, 3)
    shared, answers = student.array(p), student.array(target)
    assert_close(criterion.forward(shared, answers), definition(p, target), "forward")
    assert_close(criterion.backward(shared, answers), gradient(p, target), "grad_input")


def test_derived(student, rng):
    """derivation: the gradient comes from a formula, not from differences of forward"""
    p, target = probabilities(rng, 5, 4), one_hot(rng, 5, 4)
    assert_formula(student, student.NLLCriterionUnstable(), p, target, target)
    p, target = probabilities(rng, 8, 3), one_hot(rng, 8, 3)
    right = target == 1
    # A step that suits a probability of one half leaps over one of 1e-9.
    p[:4] = np.where(right[:4], single(1e-9 * rng.uniform(1, 9, size=(4, 1))), p[:4])
    criterion = student.NLLCriterionUnstable()
    loss = criterion.forward(p.copy(), target.copy())
    actual = array_of(criterion.backward(p.copy(), target.copy()), (8, 3), "grad_input")
    expected = gradient(p, target)
    assert_close(actual[:4], expected[:4], "grad_input of unlikely classes")
    assert_derived(actual[4:], expected[4:], loss, definition(p, target))
