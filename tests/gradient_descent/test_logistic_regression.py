"""Hidden tests of LogisticRegression. Expected values are the definitions, in Python's floats."""

import math

import numpy as np
import pytest

from chainrule.homework import assert_close

from .oracles import LARGE, assert_exact, assert_inputs_unchanged, assert_real, normal, pair

pytestmark = pytest.mark.component("LogisticRegression")

SHAPES = [(6, 3), (2, 4), (3, 3), (1, 2), (5, 1)]  # examples, features


def case(rng, n, d):
    """X, w, b and targets of both kinds, with scores between -15 and 15."""
    X, w, b = normal(rng, n, d), normal(rng, d), float(rng.uniform(0.5, 1.5))
    y = (np.arange(n) % 2 == rng.integers(2)).astype(float)
    return X, w, b, y


def probabilities(X, w, b):
    scores = [math.fsum(row * w) + b for row in X]
    return np.array([1 / (1 + math.exp(-z)) for z in scores])


def loss_of(X, w, b, y):
    p = probabilities(X, w, b)
    return -math.fsum(math.log(right if t else 1 - right) for right, t in zip(p, y, strict=True))


def gradient_of(X, w, b, y):
    error = probabilities(X, w, b) - y
    return np.array([math.fsum(error * column) for column in X.T]), math.fsum(error)


def predict_mistakes(X, w, b):
    z = X @ w + b
    p = 1 / (1 + np.exp(-z))
    return {
        "the bias seems to be missing": probabilities(X, w, 0.0),
        "the exponent has the wrong sign": 1 - p,
        "these are the scores z: they still have to go through the sigmoid": z,
        "these are answers 0 and 1, not probabilities": (p > 0.5) * 1.0,
        "this is tanh, not the sigmoid": np.tanh(z),
        "the bias is subtracted": probabilities(X, w, -b),
    }


def loss_mistakes(X, w, b, y):
    p = probabilities(X, w, b)
    right = loss_of(X, w, b, y)
    return {
        "Q is the sum over the examples, not their mean": right / len(y),
        "the minus in front of the sum is missing": -right,
        "both targets have to count, those that are 0 as well": -np.sum(y * np.log(p)),
        "both targets have to count, those that are 1 as well": -np.sum((1 - y) * np.log(1 - p)),
        "the natural logarithm is due": (right / math.log(2), right / math.log(10)),
        "these are squared errors, as for linear regression": (
            np.sum((p - y) ** 2),
            np.mean((p - y) ** 2),
        ),
        "the targets seem to be exchanged, 0 for 1": loss_of(X, w, b, 1 - y),
        "the bias seems to be missing": loss_of(X, w, 0.0, y),
    }


def gradient_mistakes(X, w, b, y):
    p = probabilities(X, w, b)
    dw, db = gradient_of(X, w, b, y)
    slope = p * (1 - p)
    once = "the derivative of the sigmoid cancels in dQ/dz; here it seems to be left"
    mean = "Q is a sum, so its gradient is not divided by N"
    targets = "the targets seem to be missing"
    squares = "this is the gradient of a squared error"
    for_w = {
        once: X.T @ ((p - y) * slope),
        mean: dw / len(y),
        targets: X.T @ p,
        squares: (2 * X.T @ ((p - y) * slope), 2 / len(y) * X.T @ ((p - y) * slope), 2 * dw),
        "the probabilities are due, not the scores": X.T @ (X @ w + b - y),
        "the bias seems to be missing in the probabilities": gradient_of(X, w, 0.0, y)[0],
        "each error has its own row of X": X.sum(axis=0) * db,
    }
    if X.shape[0] == X.shape[1]:
        for_w["X lacks its transpose"] = X @ (p - y)
    for_b = {
        once: np.sum((p - y) * slope),
        mean: db / len(y),
        targets: np.sum(p),
        "the bias has the factor 1 in z: its gradient is not multiplied by b": db * b,
        "the bias has an influence: its gradient is not 0": 0.0,
    }
    return for_w, for_b


def check_gradient(student, rng, which, what):
    for n, d in SHAPES:
        X, w, b, y = case(rng, n, d)
        model = student.LogisticRegression(w.copy(), b)
        found = pair(model.gradient(X.copy(), y.copy()), "the gradient")[which]
        expected, mistakes = gradient_of(X, w, b, y), gradient_mistakes(X, w, b, y)
        assert_close(found, expected[which], what, mistakes=mistakes[which])


def test_predict(student, rng):
    """predict: the sigmoid of Xw + b, for any numbers of examples and features"""
    for n, d in SHAPES:
        X, w, b, _ = case(rng, n, d)
        actual = student.LogisticRegression(w.copy(), b).predict(X.copy())
        mistakes = predict_mistakes(X, w, b)
        assert_close(actual, probabilities(X, w, b), "the probabilities", mistakes=mistakes)


def test_predict_sure(student):
    """predict: also where the model is nearly sure"""
    X = np.array([[15.0], [-15.0], [8.0], [-8.0]])
    actual = student.LogisticRegression([1.0]).predict(X.copy())
    for value, z in zip(np.ravel(actual), X[:, 0], strict=True):
        assert_close(value, 1 / (1 + math.exp(-z)), "the probability", rtol=1e-6)


def test_loss(student, rng):
    """loss: minus the logarithm of the likelihood, summed over the examples"""
    for n, d in SHAPES:
        X, w, b, y = case(rng, n, d)
        actual = student.LogisticRegression(w.copy(), b).loss(X.copy(), y.copy())
        mistakes = loss_mistakes(X, w, b, y)
        assert_close(actual, loss_of(X, w, b, y), "the loss", mistakes=mistakes)


def test_loss_of_sure_models(student):
    """loss: large where the model is sure and wrong, small where it is sure and right"""
    for z in (12.0, -12.0):
        for target in (0.0, 1.0):
            p = 1 / (1 + math.exp(-z))
            expected = -math.log(p if target else 1 - p)
            actual = student.LogisticRegression([z]).loss(np.ones((1, 1)), np.array([target]))
            assert_close(actual, expected, "the loss")


def test_gradient_of_weights(student, rng):
    """gradient: of the weights, for any numbers of examples and features"""
    check_gradient(student, rng, 0, "dQ/dw")


def test_gradient_of_bias(student, rng):
    """gradient: of the bias, a number"""
    check_gradient(student, rng, 1, "dQ/db")


def test_parameters(student, rng):
    """weights: they and the bias may be replaced; every method uses those that are there"""
    X, w, b, y = case(rng, 5, 3)
    model = student.LogisticRegression(normal(rng, 3))
    model.gradient(X.copy(), y.copy())
    model.w, model.b = w.copy(), b
    found, expected = pair(model.gradient(X.copy(), y.copy()), "gradient"), gradient_of(X, w, b, y)
    assert_close(found[0], expected[0], "dQ/dw")
    assert_close(found[1], expected[1], "dQ/db")
    assert_close(model.loss(X.copy(), y.copy()), loss_of(X, w, b, y), "the loss")
    assert_close(model.predict(X.copy()), probabilities(X, w, b), "the probabilities")
    assert_close(model.w, w, "model.w")


def test_other_data(student, rng):
    """state: other data, of another size, are not mixed up with earlier ones"""
    _, w, b, _ = case(rng, 1, 3)
    model = student.LogisticRegression(w.copy(), b)
    for n in (5, 5, 2):
        X, _, _, y = case(rng, n, 3)
        found = pair(model.gradient(X.copy(), y.copy()), "the gradient")
        assert_close(found[0], gradient_of(X, w, b, y)[0], "dQ/dw")
        assert_close(model.loss(X.copy(), y.copy()), loss_of(X, w, b, y), "the loss")


def test_inputs(student, rng):
    """inputs: X and y stay as they are"""
    X, w, b, y = case(rng, 4, 3)
    model = student.LogisticRegression(w, b)
    methods = [lambda X, y: model.predict(X), model.loss, model.gradient]
    assert_inputs_unchanged(student, methods, X, y)


def test_formula(student, rng):
    """formula: the gradient is exact, as a formula is and differences are not"""
    for _ in range(2):
        X, w, b, y = case(rng, 6, 3)
        model = student.LogisticRegression(w.copy(), b)
        found = pair(model.gradient(X.copy(), y.copy()), "the gradient")
        expected = gradient_of(X, w, b, y)
        assert_exact(found[0], expected[0], "dQ/dw")
        assert_exact(found[1], expected[1], "dQ/db")
        assert_real(student, model.gradient, X.copy(), y.copy())


def test_formula_at_any_size(student, rng):
    """formula: right also for a weight beside which small steps do not count"""
    X, w, b, y = case(rng, 6, 3)
    sizes = np.array([1.0, LARGE, 1.0])  # of the weights; the products stay what they were
    model = student.LogisticRegression(w * sizes, b)
    found = pair(model.gradient(X / sizes, y.copy()), "the gradient")[0]
    assert_close(found * sizes, gradient_of(X, w, b, y)[0], "dQ/dw")
