"""Hidden tests of CrossEntropyCriterion. Expected values come row by row, with math.fsum."""

import math
from functools import partial

import numpy as np
import pytest

from chainrule.homework import assert_close

from .oracles import (
    assert_criterion_leaves_arrays,
    assert_exact,
    assert_formula,
    normal,
)

pytestmark = pytest.mark.component("CrossEntropyCriterion")


def row_losses(x, labels):
    """Minus the log-probability of each row's right class."""
    losses = []
    for row, label in zip(x, labels, strict=True):
        top = max(row)
        losses.append(math.log(math.fsum(math.exp(v - top) for v in row)) + top - row[label])
    return np.array(losses)


def definition(x, labels, weights=None):
    used = np.ones(len(x)) if weights is None else weights[labels]
    return float(np.sum(used * row_losses(x, labels)) / np.sum(used))


def probabilities(x):
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def one_hot(labels, k):
    return np.eye(k)[labels]


def gradient(x, labels, weights=None):
    used = np.ones(len(x)) if weights is None else weights[labels]
    return (used / np.sum(used))[:, None] * (probabilities(x) - one_hot(labels, x.shape[1]))


def batches(rng, weighted):
    """Logits, labels and weights of several shapes (N, K); in one of them N = K."""
    for n, k in ((6, 3), (2, 5), (4, 4)):
        labels = rng.permutation(n) % k
        labels[-1] = labels[0]  # one class twice, so that the weights used are not all weights
        weights = rng.permutation(np.linspace(0.25, 2.5, k)) if weighted else None
        yield 2 * normal(rng, n, k), labels, weights


def make(student, weights):
    return (
        student.CrossEntropyCriterion()
        if weights is None
        else (student.CrossEntropyCriterion(weights.copy()))
    )


def forward_mistakes(x, labels, weights):
    n, k = x.shape
    losses, p = row_losses(x, labels), probabilities(x)
    right = p[np.arange(n), labels]
    found = {
        "it is the sum, not the mean": n * definition(x, labels, weights),
        "the target decides, not the most likely class": -np.log(p.max(axis=1)).mean(),
        "it looks divided by all elements, not by the samples": losses.sum() / (n * k),
        "the minus is missing": -definition(x, labels, weights),
        "the logarithm is missing: this is a mean of probabilities": (
            right.mean(),
            1 - right.mean(),
            -right.mean(),
        ),
        "the logit of the right class alone is not its log-probability": (
            -x[np.arange(n), labels].mean()
        ),
        "the logarithm has base e, not 2 or 10": (
            losses.mean() / math.log(2),
            losses.mean() / math.log(10),
        ),
        "softmax is over the classes of a sample, not over the samples": (
            row_losses_over_samples(x, labels)
        ),
        "softmax seems to be applied twice": definition(p, labels, weights),
        "classes of other rows seem to be in the mean": -np.log(p[:, labels]).mean(),
    }
    if weights is not None:
        used = weights[labels]
        found |= {
            "the weights seem to be ignored": losses.mean(),
            "it is divided by the number of samples, not by the sum of the weights used": (
                np.sum(used * losses) / n
            ),
            "it is divided by the sum of all weights, not of those used": (
                np.sum(used * losses) / weights.sum()
            ),
            "the weighted losses are to be divided by the sum of the weights used": (
                np.sum(used * losses)
            ),
            "the weights seem to multiply the logits": definition(x * weights, labels),
            "each sample has the weight of its right class": (
                np.mean(np.log(1 / p) @ weights),
                np.average(losses, weights=weights[p.argmax(axis=1)]),
            ),
        }
    return found


def row_losses_over_samples(x, labels):
    shifted = x - x.max(axis=0)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0))
    return -log_p[np.arange(len(x)), labels].mean()


def gradient_mistakes(x, labels, weights):
    n, k = x.shape
    p, hot, right = probabilities(x), one_hot(labels, k), gradient(x, labels, weights)
    found = {
        "the division by the number of samples seems to be missing": (p - hot),
        "it looks divided by all elements, not by the samples": (p - hot) / (n * k),
        "the minus of the right class is missing": (p / n, (p + hot) / n),
        "the logits of the other classes matter, too": (-hot / n, (p - 1) * hot / n),
        "the sign is turned round": -right,
        "this is the gradient of the probabilities, not of the logits": -hot / p / n,
        "it is the probability minus 1, not the logit": (x - hot) / n,
    }
    if weights is not None:
        used = weights[labels][:, None]
        found |= {
            "the weights seem to be ignored": (p - hot) / n,
            "it is divided by the number of samples, not by the sum of the weights used": (
                used * (p - hot) / n
            ),
            "it is divided by the sum of all weights, not of those used": (
                used * (p - hot) / weights.sum()
            ),
            "the division by the sum of the weights seems to be missing": used * (p - hot),
            "a sample's weight counts for the whole row, not for the right class alone": (
                weights * (p - hot) / used.sum(),
                (p - used * hot) / used.sum(),
            ),
        }
    return found


def check_forward(student, x, labels, weights):
    mistakes = partial(forward_mistakes, x, labels, weights)
    actual = make(student, weights).forward(x.copy(), labels.copy())
    assert_close(actual, definition(x, labels, weights), "forward", mistakes=mistakes)


def check_gradient(student, x, labels, weights):
    criterion = make(student, weights)
    criterion.forward(x.copy(), labels.copy())
    actual = criterion.backward(x.copy(), labels.copy())
    mistakes = partial(gradient_mistakes, x, labels, weights)
    assert_close(actual, gradient(x, labels, weights), "grad_input", mistakes=mistakes)


def test_forward(student, rng):
    """forward: the mean over the samples of minus the right class's log-probability"""
    for batch in batches(rng, weighted=False):
        check_forward(student, *batch)


def test_forward_weights(student, rng):
    """forward: the weighted mean, divided by the sum of the weights of the samples' classes"""
    for batch in batches(rng, weighted=True):
        check_forward(student, *batch)


def test_forward_one_sample(student, rng):
    """forward: for one sample the weights cancel out"""
    x = normal(rng, 1, 4)
    for weights in (None, np.array([0.5, 2.0, 3.0, 1.0])):
        check_forward(student, x, np.array([2]), weights)


def test_forward_known(student):
    """forward: log K where all K classes are equally likely, 0 for a sure and right answer"""
    labels = np.array([1, 3, 3])
    actual = student.CrossEntropyCriterion().forward(np.full((3, 4), 7.0), labels.copy())
    assert_close(actual, math.log(4), "forward")
    sure = 60 * one_hot(labels, 4)
    assert_close(student.CrossEntropyCriterion().forward(sure, labels.copy()), 0.0, "forward")


def test_forward_large(student):
    """forward: stable for logits of any size, with nothing clipped"""
    for x, labels in (
        ([[800.0, 0.0, -800.0]], [0]),
        ([[4000.0, 0.0, 0.0, 1.0], [3.0, 4000.0, 1.0, 2.0]], [1, 1]),
        ([[-2000.0, -2000.0, -2001.0]], [2]),
        ([[5000.0, -5000.0], [-5000.0, 5000.0]], [1, 1]),
        ([[0.0, 60.0], [100.0, 0.0]], [0, 1]),
    ):
        check_forward(student, np.array(x), np.array(labels), None)


def test_grad_input(student, rng):
    """input gradient: that of the mean over the samples"""
    for batch in batches(rng, weighted=False):
        check_gradient(student, *batch)


def test_grad_input_weights(student, rng):
    """input gradient: that of the weighted mean"""
    for batch in batches(rng, weighted=True):
        check_gradient(student, *batch)


def test_grad_input_one_sample(student, rng):
    """input gradient: one sample keeps its two dimensions"""
    check_gradient(student, normal(rng, 1, 4), np.array([1]), None)
    check_gradient(student, normal(rng, 1, 4), np.array([3]), np.array([0.5, 2.0, 3.0, 1.0]))


def test_grad_input_large(student):
    """input gradient: stable for logits of any size"""
    x = np.array([[1000.0, 0.0, -1000.0], [-5000.0, -5000.0, -5000.0], [4000.0, 0.0, 1.0]])
    check_gradient(student, x, np.array([1, 2, 0]), None)


def test_another_batch(student, rng):
    """state: batches of equal and of other sizes, one after another, are not mixed up"""
    weights = np.array([0.5, 2.0, 1.0, 0.25])
    for criterion, used in ((make(student, None), None), (make(student, weights), weights)):
        for n in (5, 3, 3, 6):
            x, labels = normal(rng, n, 4), rng.integers(0, 4, n)
            actual = criterion.forward(x.copy(), labels.copy())
            assert_close(actual, definition(x, labels, used), "forward")
            actual = criterion.backward(x.copy(), labels.copy())
            assert_close(actual, gradient(x, labels, used), "grad_input")


def test_two_criteria(student, rng):
    """state: criteria with different weights do not disturb each other"""
    x, labels = normal(rng, 5, 3), np.array([0, 1, 2, 2, 1])
    several = [None, np.array([0.5, 2.0, 1.0]), np.array([3.0, 1.0, 0.5])]
    criteria = [make(student, weights) for weights in several]
    for criterion, weights in zip(criteria, several, strict=True):
        actual = criterion.forward(x.copy(), labels.copy())
        assert_close(actual, definition(x, labels, weights), "forward")
    for criterion, weights in zip(criteria, several, strict=True):
        actual = criterion.backward(x.copy(), labels.copy())
        assert_close(actual, gradient(x, labels, weights), "grad_input")


def test_arrays_stay(student, rng):
    """arrays: the logits are not changed"""
    criterion = student.CrossEntropyCriterion()
    assert_criterion_leaves_arrays(student, criterion, normal(rng, 3, 4), np.array([1, 0, 3]))


def test_derived(student, rng):
    """derivation: the gradient comes from a formula, not from differences of forward"""
    for weights in (None, np.array([0.5, 2.0, 1.0, 0.25])):
        x, labels = normal(rng, 5, 4), np.array([3, 0, 1, 2, 1])
        criterion = make(student, weights)
        assert_formula(student, criterion, x, labels, labels)
        criterion.forward(x.copy(), labels.copy())
        actual = criterion.backward(x.copy(), labels.copy())
        assert_exact(actual, gradient(x, labels, weights), "grad_input")
