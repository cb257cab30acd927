# style: one base class for both models, properties, type hints, star arguments, gradients by outer products

# %%
from __future__ import annotations

import numpy as np

Array = np.ndarray


# %%
class Model:
    """What both models share: scores that are linear in the features."""

    b = 0.0

    def score(self, X: Array) -> Array:
        return np.matmul(X, self.w) + self.b

    def delta(self, X: Array, y: Array) -> Array:
        return np.subtract(self.predict(X), y)


class LinearRegression(Model):
    def __init__(self, w):
        self.w = np.array(w, dtype=float)

    def predict(self, X: Array) -> Array:
        return self.score(X)

    def loss(self, X: Array, y: Array) -> float:
        return float(np.linalg.norm(self.delta(X, y)) ** 2 / len(y))

    def gradient(self, X: Array, y: Array) -> Array:
        return np.tensordot(self.delta(X, y), X, 1) * 2 / len(y)


# %%
def descent(model, X, y, learning_rate: float, steps: int) -> dict[str, Array]:
    def record():
        for _ in range(steps):
            loss, gradient = model.loss(X, y), np.array(model.gradient(X, y))
            model.w[...] = model.w - learning_rate * gradient
            yield np.array(model.w), loss, gradient

    w, loss, gradient = zip(*record())
    return {"w": np.vstack(w), "loss": np.asarray(loss), "gradient": np.vstack(gradient)}


# %%
def numeric_gradient(f, x: Array, h: float = 1e-5, central: bool = True) -> Array:
    def partial(index):
        def at(step: float) -> float:
            moved = np.array(x)
            moved[index] += step
            return f(moved)

        return (at(h) - at(-h)) / (2 * h) if central else (at(h) - at(0.0)) / h

    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        gradient[index] = partial(index)
    return gradient


# %%
class LogisticRegression(Model):
    def __init__(self, w, b=0.0):
        self.w = np.array(w, dtype=float)
        self.b = float(b)

    def predict(self, X: Array) -> Array:
        return np.reciprocal(1 + np.exp(-self.score(X)))

    def loss(self, X: Array, y: Array) -> float:
        p = self.predict(X)
        return float(-(np.log(p) @ y) - (np.log1p(-p) @ (1 - y)))

    def gradient(self, X: Array, y: Array) -> tuple[Array, float]:
        delta = self.delta(X, y)
        return (delta[:, np.newaxis] * X).sum(axis=0), float(delta.sum())


# %%
class Optimizer:
    def __init__(self, parameters, learning_rate):
        self.parameters, self.learning_rate = parameters, learning_rate

    def step(self, gradients):
        for pair in zip(self.parameters, gradients):
            self._one(*pair)

    def _one(self, parameter, gradient):
        parameter[:] -= np.multiply(gradient, self.learning_rate)


class Line(BrokenLine):
    def error(self, X, y):
        return self.predict(X) - y.reshape(len(y), 1)

    def loss(self, X, y):
        return np.mean(self.error(X, y) ** 2)

    def gradients(self, X, y):
        e = self.error(X, y)
        return [2 * X.T @ e / len(e), 2 * e.mean(axis=0)]
