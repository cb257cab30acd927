"""Hidden tests of BCECriterion and BCEWithLogitsCriterion. Targets hold several ones in a row."""

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
    single,
)

pytestmark = pytest.mark.component("BinaryCrossEntropy")

NAMES = ("BCECriterion", "BCEWithLogitsCriterion")
# The loss of a wrong answer that is as sure as it can be, for other bounds than EPS.
CLIPPED_ELSEWHERE = tuple(d * math.log(10) for d in range(2, 21) if d != 12)
SHAPES = ((5, 3), (2, 4), (3, 3), (4, 1))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def answers(rng, n, k):
    """Targets: about half of them are 1, neither all nor none."""
    target = (rng.random((n, k)) < 0.5) * 1.0
    target.flat[0], target.flat[-1] = 1.0, 0.0
    return target


def inputs(rng, name, n, k):
    """Probabilities, or logits."""
    return (
        single(rng.uniform(0.05, 0.95, (n, k))) if name == "BCECriterion" else 2 * normal(rng, n, k)
    )


def probabilities(name, x):
    return x if name == "BCECriterion" else sigmoid(x)


def definition(name, x, target):
    p = probabilities(name, x)
    return float(-np.log(np.where(target == 1, p, 1 - p)).mean())


def gradient(name, x, target):
    if name == "BCECriterion":
        return np.where(target == 1, -1 / x, 1 / (1 - x)) / x.size
    return (sigmoid(x) - target) / x.size


def forward_mistakes(name, x, target):
    (n, k), right, p = x.shape, definition(name, x, target), probabilities(name, x)
    yes, no = -np.log(p), -np.log(1 - p)
    found = {
        "it is the sum, not the mean over all questions": right * n * k,
        "it is divided by the rows, not by all questions": right * k,
        "it is divided by the columns, not by all questions": right * n,
        "a question whose answer is no costs something, too": (target * yes).mean(),
        "a question whose answer is yes costs something, too": ((1 - target) * no).mean(),
        "yes and no are exchanged": ((1 - target) * yes + target * no).mean(),
        "the minus is missing": -right,
        "the logarithm has base e, not 2 or 10": (right / math.log(2), right / math.log(10)),
        "this is a squared error": np.mean((p - target) ** 2),
    }
    if name == "BCECriterion":
        found["the input is a probability already: no sigmoid"] = definition("logits", x, target)
        return found
    return found | {
        "each label is a question of its own: no softmax over the row": softmax_losses(x, target),
        "the sigmoid is there twice": definition("logits", sigmoid(x), target),
        "the term with the logarithm seems to be missing": np.mean(np.maximum(x, 0) - x * target),
        "logits become probabilities by a sigmoid first": np.mean((x - target) ** 2),
    }


def softmax_losses(x, target):
    """Divided by the rows, or by all questions."""
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    total = -np.sum(target * np.log(powers / powers.sum(axis=1, keepdims=True)))
    return (total / len(x), total / x.size)


def gradient_mistakes(name, x, target):
    (n, k), right, p = x.shape, gradient(name, x, target), probabilities(name, x)
    found = {
        "the division by the number of questions seems to be missing": right * n * k,
        "it is divided by the rows, not by all questions": right * k,
        "it is divided by the columns, not by all questions": right * n,
        "the sign is turned round": -right,
        "a question whose answer is no has a gradient, too": right * target,
        "a question whose answer is yes has a gradient, too": right * (1 - target),
        "this is the gradient of a squared error": 2 * (x - target) / x.size,
    }
    if name == "BCECriterion":
        return found | {
            "this is the gradient by the logits, not by the probabilities": (x - target) / x.size,
            "the inner derivative of log(1 - p) is -1": (
                np.where(target == 1, -1 / x, -1 / (1 - x)) / x.size
            ),
        }
    return found | {
        "this is the gradient by the probabilities, not by the logits": (
            (p - target) / (p * (1 - p)) / x.size
        ),
        "the derivative of the sigmoid is there twice": (p - target) * p * (1 - p) / x.size,
        "the sigmoid is missing: the input is a logit": (x - target) / x.size,
    }


def test_forward(student, rng):
    """forward: the mean over all questions, from probabilities and from logits"""
    for name in NAMES:
        for n, k in SHAPES:
            x, target = inputs(rng, name, n, k), answers(rng, n, k)
            actual = getattr(student, name)().forward(x.copy(), target.copy())
            mistakes = partial(forward_mistakes, name, x, target)
            assert_close(
                actual, definition(name, x, target), f"forward of {name}", mistakes=mistakes
            )


def test_forward_extreme_rows(student, rng):
    """forward: right where all labels of a row are 1, and where none is"""
    for name in NAMES:
        x = inputs(rng, name, 2, 4)
        for target in (np.array([[1.0] * 4, [0.0] * 4]), np.ones((2, 4)), np.zeros((2, 4))):
            actual = getattr(student, name)().forward(x.copy(), target.copy())
            assert_close(actual, definition(name, x, target), f"forward of {name}")


def test_forward_clipped(student):
    """forward: probabilities outside of EPS and 1 - EPS are clipped, others are not"""
    for p, target, expected in (
        (0.0, 1.0, -math.log(1e-12)),
        (1e-20, 1.0, -math.log(1e-12)),
        (1.0, 0.0, -math.log(1 - (1 - 1e-12))),
        (1e-10, 1.0, -math.log(1e-10)),
    ):
        actual = student.BCECriterion().forward(np.array([[p]]), np.array([[target]]))
        other = {"it is clipped elsewhere than at EPS and 1 - EPS": CLIPPED_ELSEWHERE}
        assert_close(actual, expected, "forward", rtol=1e-3, mistakes=other)
    sure = np.array([[0.0, 1.0]])
    assert_close(student.BCECriterion().forward(sure, sure.copy()), 0.0, "forward")


def test_forward_large(student):
    """forward: from logits, stable for logits of any size, with nothing clipped"""
    for x, target, expected in (
        (-800.0, 1.0, 800.0),
        (800.0, 0.0, 800.0),
        (-5000.0, 1.0, 5000.0),
        (60.0, 0.0, 60.0),
        (-60.0, 1.0, 60.0),
        (800.0, 1.0, 0.0),
        (-800.0, 0.0, 0.0),
        (0.0, 1.0, math.log(2)),
    ):
        criterion = student.BCEWithLogitsCriterion()
        actual = criterion.forward(np.array([[x]]), np.array([[target]]))
        assert_close(actual, expected, "forward")


def test_grad_input(student, rng):
    """input gradient: that of the mean over all questions"""
    for name in NAMES:
        for n, k in SHAPES:
            x, target = inputs(rng, name, n, k), answers(rng, n, k)
            criterion = getattr(student, name)()
            criterion.forward(x.copy(), target.copy())
            actual = criterion.backward(x.copy(), target.copy())
            mistakes = partial(gradient_mistakes, name, x, target)
            assert_close(
                actual, gradient(name, x, target), f"grad_input of {name}", mistakes=mistakes
            )


def test_grad_input_clipped(student):
    """input gradient: from probabilities, evaluated at the clipped ones"""
    for p, target, expected in (
        (0.0, 1.0, -1e12),
        (1.0, 0.0, 1 / (1 - (1 - 1e-12))),
        (0.0, 0.0, 1.0),
        (1.0, 1.0, -1.0),
    ):
        criterion = student.BCECriterion()
        criterion.forward(np.array([[p]]), np.array([[target]]))
        actual = criterion.backward(np.array([[p]]), np.array([[target]]))
        assert_close(actual, np.array([[expected]]), "grad_input", rtol=1e-3)


def test_grad_input_large(student):
    """input gradient: from logits, stable for logits of any size"""
    x = np.array([[800.0, 800.0, -800.0, -800.0, 0.0]])
    target = np.array([[1.0, 0.0, 1.0, 0.0, 1.0]])
    criterion = student.BCEWithLogitsCriterion()
    criterion.forward(x.copy(), target.copy())
    actual = criterion.backward(x.copy(), target.copy())
    assert_close(actual, np.array([[0.0, 1.0, -1.0, 0.0, -0.5]]) / 5, "grad_input")


def test_another_batch(student, rng):
    """state: batches of equal and of other sizes, one after another, are not mixed up"""
    for name in NAMES:
        criterion = getattr(student, name)()
        for n, k in ((4, 3), (2, 5), (2, 5), (6, 2)):
            x, target = inputs(rng, name, n, k), answers(rng, n, k)
            actual = criterion.forward(x.copy(), target.copy())
            assert_close(actual, definition(name, x, target), f"forward of {name}")
            actual = criterion.backward(x.copy(), target.copy())
            assert_close(actual, gradient(name, x, target), f"grad_input of {name}")


def test_arrays_stay(student, rng):
    """arrays: the predictions are not changed"""
    for name in NAMES:
        x, target = inputs(rng, name, 3, 4), answers(rng, 3, 4)
        if name == "BCECriterion":
            x[0, 0], x[1, 1] = 0.0, 1.0  # these are clipped
        assert_criterion_leaves_arrays(student, getattr(student, name)(), x, target)


def test_derived(student, rng):
    """derivation: the gradient comes from a formula, not from differences of forward"""
    for name in NAMES:
        x, target = inputs(rng, name, 5, 4), answers(rng, 5, 4)
        criterion = getattr(student, name)()
        assert_formula(student, criterion, x, target, target)
        criterion.forward(x.copy(), target.copy())
        actual = criterion.backward(x.copy(), target.copy())
        assert_exact(actual, gradient(name, x, target), f"grad_input of {name}")
