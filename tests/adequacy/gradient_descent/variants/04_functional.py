# style: small functions outside of the classes, einsum and lambda, tuples, 0-dimensional arrays

# %%
from functools import reduce

import numpy as np

score = lambda X, w, b=0.0: np.einsum("nd,d->n", X, w) + b
expit = lambda z: 0.5 * (1 + np.tanh(z / 2))
mse = lambda p, y: ((p - y) ** 2).sum() / y.size


# %%
class LinearRegression:
    def __init__(self, w):
        self.w = np.array(w, dtype=float)

    predict = lambda self, X: score(X, self.w)
    loss = lambda self, X, y: mse(self.predict(X), y)
    gradient = lambda self, X, y: np.einsum("n,nd->d", score(X, self.w) - y, X) / (y.size / 2)


# %%
def one_step(model, X, y, learning_rate):
    loss, gradient = model.loss(X, y), model.gradient(X, y)
    model.w = model.w - learning_rate * gradient
    return model.w.copy(), loss, gradient


def descent(model, X, y, learning_rate, steps):
    rows = [one_step(model, X, y, learning_rate) for _ in range(steps)]
    return dict(zip(("w", "loss", "gradient"), map(np.array, zip(*rows))))


# %%
def numeric_gradient(f, x, h=1e-5, central=True):
    basis = np.eye(x.size).reshape(x.size, *x.shape)
    behind = (lambda e: f(x - h * e)) if central else (lambda e: f(x))
    quotients = [(f(x + h * e) - behind(e)) / (h * (1 + central)) for e in basis]
    return np.array(quotients).reshape(x.shape)


# %%
class LogisticRegression:
    def __init__(self, w, b=0.0):
        self.w = np.array(w, dtype=float)
        self.b = float(b)

    predict = lambda self, X: expit(score(X, self.w, self.b))

    def loss(self, X, y):
        signs = 1 - 2 * y
        return np.sum(np.logaddexp(0, signs * score(X, self.w, self.b)))

    def gradient(self, X, y):
        delta = self.predict(X) - y
        extended = np.column_stack([X, np.ones(len(X))])
        both = np.einsum("n,nd->d", delta, extended)
        return both[:-1], both[-1]


# %%
class Optimizer:
    def __init__(self, parameters, learning_rate):
        self.parameters, self.learning_rate = tuple(parameters), learning_rate

    def step(self, gradients):
        for parameter, gradient in zip(self.parameters, gradients):
            parameter[...] = parameter - self.learning_rate * np.asarray(gradient)


class Line:
    def __init__(self):
        self.w, self.b = np.zeros(()), np.zeros(())

    parameters = lambda self: (self.w, self.b)
    predict = lambda self, X: X[:, 0] * self.w + self.b
    loss = lambda self, X, y: mse(self.predict(X), y)

    def gradients(self, X, y):
        delta = 2 * (self.predict(X) - y) / len(y)
        return np.asarray(delta @ X[:, 0]), np.asarray(delta.sum())


# %%
check()
