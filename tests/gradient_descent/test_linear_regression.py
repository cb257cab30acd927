"""Hidden tests of LinearRegression. Expected values are the definitions, one example at a time."""

import numpy as np
import pytest

from chainrule.homework import assert_close

from .oracles import LARGE, SMALL, assert_exact, assert_inputs_unchanged, assert_real, normal

pytestmark = pytest.mark.component("LinearRegression")

SHAPES = [(5, 3), (2, 4), (3, 3), (1, 2), (4, 1), (1, 1)]  # examples, features


def errors_of(X, w, y):
    """Prediction minus target, one example at a time."""
    return np.array(
        [
            sum(x * weight for x, weight in zip(row, w, strict=True)) - t
            for row, t in zip(X, y, strict=True)
        ]
    )


def gradient_of(X, w, y):
    """The mean over the examples of twice the error times the features."""
    parts = [2 * error * row for error, row in zip(errors_of(X, w, y), X, strict=True)]
    return np.sum(parts, axis=0) / len(X)


def predict_mistakes(X, w):
    found = {"the features of a row are added up without their weights": X.sum(axis=1)}
    if X.shape[0] == X.shape[1]:
        found["the weights belong to the columns of X"] = X.T @ w
    return found


def loss_mistakes(X, w, y):
    error = X @ w - y
    return {
        "the sum of the squares is not divided by N": np.sum(error**2),
        "this is half of the mean": np.mean(error**2) / 2,
        "the root was taken": np.sqrt(np.mean(error**2)),
        "the errors are not squared": (np.mean(np.abs(error)), np.mean(error)),
        "it is divided by the number of features": np.sum(error**2) / len(w),
        "the mean is squared, not each error": np.mean(error) ** 2,
        "prediction and target are added": np.mean((X @ w + y) ** 2),
    }


def gradient_mistakes(X, w, y):
    error, right = X @ w - y, gradient_of(X, w, y)
    found = {
        "the gradient is not divided by N": right * len(X),
        "the 2 of the square's derivative seems to be missing": right / 2,
        "neither the 2 nor the division by N is there": right * len(X) / 2,
        "it is divided by the number of features": right * len(X) / len(w),
        "the targets seem to be missing": 2 / len(X) * X.T @ (X @ w),
        "the predictions seem to be missing: only the targets count": -2 / len(X) * X.T @ y,
        "the error seems to be missing": 2 * X.mean(axis=0),
        "each error has its own row of X; the mean of the errors is not enough": (
            2 * error.mean() * X.mean(axis=0)
        ),
        "only the sign of each error counts": 2 / len(X) * X.T @ np.sign(error),
    }
    if X.shape[0] == X.shape[1]:
        found["X lacks its transpose"] = 2 / len(X) * X @ error
    return found


def test_predict(student, rng):
    """predict: the weighted sum of each row, for any numbers of examples and features"""
    for n, d in SHAPES:
        X, w = normal(rng, n, d), normal(rng, d)
        expected = errors_of(X, w, np.zeros(n))
        actual = student.LinearRegression(w.copy()).predict(X.copy())
        assert_close(actual, expected, "the predictions", mistakes=predict_mistakes(X, w))


def test_loss(student, rng):
    """loss: the mean of the squared errors, a number"""
    for n, d in SHAPES:
        X, w, y = normal(rng, n, d), normal(rng, d), normal(rng, n)
        expected = sum(error**2 for error in errors_of(X, w, y)) / n
        actual = student.LinearRegression(w.copy()).loss(X.copy(), y.copy())
        assert_close(actual, expected, "the loss", mistakes=loss_mistakes(X, w, y))


def test_gradient(student, rng):
    """gradient: of the mean squared error, for any numbers of examples and features"""
    for n, d in SHAPES:
        X, w, y = normal(rng, n, d), normal(rng, d), normal(rng, n)
        actual = student.LinearRegression(w.copy()).gradient(X.copy(), y.copy())
        mistakes = gradient_mistakes(X, w, y)
        assert_close(actual, gradient_of(X, w, y), "the gradient", mistakes=mistakes)


def test_gradient_vanishes(student, rng):
    """gradient: zero where the predictions are right"""
    X, w = normal(rng, 5, 3), normal(rng, 3)
    actual = student.LinearRegression(w.copy()).gradient(X.copy(), X @ w)
    assert_close(1 + actual, np.ones(3), "1 + the gradient")


def test_weights(student, rng):
    """weights: others may replace them; every method uses those that are there"""
    X, y = normal(rng, 4, 2), normal(rng, 4)
    model = student.LinearRegression(normal(rng, 2))
    model.gradient(X.copy(), y.copy())
    w = normal(rng, 2)
    model.w = w.copy()
    assert_close(model.gradient(X.copy(), y.copy()), gradient_of(X, w, y), "the gradient")
    assert_close(model.loss(X.copy(), y.copy()), np.mean(errors_of(X, w, y) ** 2), "the loss")
    assert_close(model.predict(X.copy()), X @ w, "the predictions")
    assert_close(model.w, w, "model.w")


def test_other_data(student, rng):
    """state: other data, of another size, are not mixed up with earlier ones"""
    w = normal(rng, 3)
    model = student.LinearRegression(w.copy())
    for n in (5, 5, 2):
        X, y = normal(rng, n, 3), normal(rng, n)
        assert_close(model.gradient(X.copy(), y.copy()), gradient_of(X, w, y), "the gradient")
        assert_close(model.loss(X.copy(), y.copy()), np.mean(errors_of(X, w, y) ** 2), "the loss")


def test_inputs(student, rng):
    """inputs: X and y stay as they are"""
    model = student.LinearRegression(normal(rng, 3))
    methods = [lambda X, y: model.predict(X), model.loss, model.gradient]
    assert_inputs_unchanged(student, methods, normal(rng, 4, 3), normal(rng, 4))


def test_formula(student, rng):
    """formula: the gradient is exact, as a formula is and differences are not"""
    for size in (1.0, 100.0):
        X, w, y = size * normal(rng, 6, 3), normal(rng, 3), size * normal(rng, 6)
        model = student.LinearRegression(w.copy())
        assert_exact(model.gradient(X.copy(), y.copy()), gradient_of(X, w, y), "the gradient")
        assert_real(student, model.gradient, X.copy(), y.copy())


def test_formula_at_any_size(student, rng):
    """formula: right also for a weight, or a loss, beside which small steps do not count"""
    X, w, y = normal(rng, 6, 3), normal(rng, 3), normal(rng, 6)
    expected = gradient_of(X, w, y)
    sizes = np.array([1.0, LARGE, 1.0])  # of the weights; the products stay what they were
    actual = student.LinearRegression(w * sizes).gradient(X / sizes, y.copy())
    assert_close(actual * sizes, expected, "the gradient, at a large weight")
    # An example without features is never predicted better, but its error makes the loss huge.
    X, y = np.vstack([X, np.zeros(3)]), np.append(y, 1 / SMALL)
    actual = student.LinearRegression(w.copy()).gradient(X, y)
    assert_close(actual, expected * 6 / 7, "the gradient, at a huge loss")
