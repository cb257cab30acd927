"""Hidden tests of descent. The models and a second implementation of the loop are these tests'."""

import numpy as np
import pytest

from chainrule.homework import CheckFailed, assert_close

from .oracles import normal

pytestmark = pytest.mark.component("descent")

# Two models: a bowl around y / X, and a curve in which every element is for itself.
MODELS = {
    "Bowl": (
        lambda w, X, y: np.sum((X @ w - y) ** 2) / 2,
        lambda w, X, y: X.T @ (X @ w - y),
    ),
    "Curve": (
        lambda w, X, y: np.sum(X @ np.cos(w) + y * w),
        lambda w, X, y: y - X.sum(axis=0) * np.sin(w),
    ),
}
SOURCE = """
import numpy

class Bowl:
    def __init__(self, w):
        self.w = numpy.array(w, dtype=float)

    def loss(self, X, y):
        return float(numpy.sum((X @ self.w - y) ** 2) / 2)

    def gradient(self, X, y):
        return X.T @ (X @ self.w - y)


class Curve(Bowl):
    def loss(self, X, y):
        return float(numpy.sum(X @ numpy.cos(self.w) + y * self.w))

    def gradient(self, X, y):
        return y - X.sum(axis=0) * numpy.sin(self.w)
"""


def right_history(name, w, X, y, rate, steps):
    """Weights before and after each step, losses before and after, gradients at both."""
    loss, gradient = MODELS[name]
    path = [np.array(w)]
    for _ in range(steps):
        path.append(path[-1] - rate * gradient(path[-1], X, y))
    losses = np.array([loss(w, X, y) for w in path])
    return np.array(path), losses, np.array([gradient(w, X, y) for w in path])


def entry(history, name):
    if not isinstance(history, dict):
        raise CheckFailed("type", "the result is not a dict")
    if name not in history:
        raise CheckFailed("missing", f'the history has no entry "{name}"')
    return history[name]


def square(rng, d):
    """X for d examples of d features, in which each weight has an example of its own."""
    return np.diag(rng.uniform(0.5, 1.5, size=d))


def cases(rng):
    for name in MODELS:
        for d, steps in ((3, 7), (1, 4), (4, 1)):
            X, y, w = square(rng, d), normal(rng, d), normal(rng, d)
            yield name, w, X, y, 0.3, steps


def run(student, name, w, X, y, rate, steps):
    model = student.define(SOURCE, name)(w.copy())
    return student.descent(model, X.copy(), y.copy(), rate, steps), model


def test_weights(student, rng):
    """weights: of the history, after each update, for any number of steps and weights"""
    for name, w, X, y, rate, steps in cases(rng):
        path, _, gradients = right_history(name, w, X, y, rate, steps)
        up, _, _ = right_history(name, w, X, y, -rate, steps)
        mistakes = {
            "these are the weights before each update": path[:-1],
            "the start is no step: the first row is due after the first update": path,
            "all rows are the last weights: is one array in the list several times?": (
                np.tile(path[-1], (steps, 1)),
            ),
            "only the last weights are there, a row for each step is due": path[-1],
            "the steps go uphill, with the gradient": up[1:],
            "the learning rate seems to be missing": (
                right_history(name, w, X, y, 1.0, steps)[0][1:],
            ),
            "it looks as if the gradient of the start were used in every step": (
                w - rate * np.arange(1, steps + 1)[:, None] * gradients[0],
            ),
            "the start is that of the model, not zero": (
                right_history(name, 0 * w, X, y, rate, steps)[0][1:],
            ),
            "the learning rate is divided by something that the text does not name": (
                right_history(name, w, X, y, rate / len(X), steps)[0][1:],
            ),
        }
        history, _ = run(student, name, w, X, y, rate, steps)
        what = "the weights of the history"
        assert_close(entry(history, "w"), path[1:], what, mistakes=mistakes)


def test_losses(student, rng):
    """loss: of the history, before each update, a number for each step"""
    for name, w, X, y, rate, steps in cases(rng):
        _, losses, _ = right_history(name, w, X, y, rate, steps)
        mistakes = {
            "these are the losses after each update": losses[1:],
            "one loss too many: as many as steps are due": losses,
            "only the last loss is there": (losses[-2], losses[-1]),
        }
        history, _ = run(student, name, w, X, y, rate, steps)
        assert_close(entry(history, "loss"), losses[:-1], "the losses", mistakes=mistakes)


def test_gradients(student, rng):
    """gradient: of the history, the one that each step used"""
    for name, w, X, y, rate, steps in cases(rng):
        _, _, gradients = right_history(name, w, X, y, rate, steps)
        mistakes = {
            "these are the gradients after each update": gradients[1:],
            "the gradients are multiplied by the learning rate already": rate * gradients[:-1],
            "the sign is turned round": -gradients[:-1],
            "all rows are the last gradient": np.tile(gradients[-2], (steps, 1)),
        }
        history, _ = run(student, name, w, X, y, rate, steps)
        what = "the gradients of the history"
        assert_close(entry(history, "gradient"), gradients[:-1], what, mistakes=mistakes)


def test_model(student, rng):
    """model: holds the last weights afterwards"""
    for name, w, X, y, rate, steps in cases(rng):
        path, _, _ = right_history(name, w, X, y, rate, steps)
        _, model = run(student, name, w, X, y, rate, steps)
        mistakes = {
            "the model has its weights from the start: the loop has to change model.w": path[0],
            "the model is one step behind": path[-2],
        }
        assert_close(model.w, path[-1], "model.w", mistakes=mistakes)


def test_second_training(student, rng):
    """second training: goes on where the first one ended, with a history of its own"""
    X, y, w = square(rng, 3), normal(rng, 3), normal(rng, 3)
    path, losses, _ = right_history("Bowl", w, X, y, 0.2, 5)
    _, model = run(student, "Bowl", w, X, y, 0.2, 3)
    history = student.descent(model, X.copy(), y.copy(), 0.2, 2)
    what = "the second training"
    assert_close(entry(history, "w"), path[4:], f"the weights of {what}")
    assert_close(entry(history, "loss"), losses[3:5], f"the losses of {what}")


def test_all_steps(student, rng):
    """steps: all are made, also when the loss grows or does not change any more"""
    X, y, w = np.eye(2), np.zeros(2), normal(rng, 2)
    for rate, steps in ((2.5, 6), (1.0, 5)):  # grows by 1.5 a step; is there after one step
        path, losses, _ = right_history("Bowl", w, X, y, rate, steps)
        history, _ = run(student, "Bowl", w, X, y, rate, steps)
        what = "the weights of the history"
        assert_close(entry(history, "w"), path[1:], what, atol=1e-9)
        assert_close(entry(history, "loss"), losses[:-1], "the losses", atol=1e-9)


def test_inputs(student, rng):
    """inputs: X and y are handed on as they are, and stay so"""
    X, y, w = square(rng, 3), normal(rng, 3), normal(rng, 3)
    shared = student.array(X), student.array(y)
    student.descent(student.define(SOURCE, "Curve")(w.copy()), *shared, 0.1, 3)
    for name, array, values in zip("Xy", shared, (X, y), strict=True):
        if not np.array_equal(array.get(), values):
            raise CheckFailed("values", f"{name} was changed", hint="make a new array instead")
