# style: defensive: every argument is checked for what the text promises of it, results as well

# %%
import numpy as np
import matplotlib.pyplot as plt


def need(condition, text):
    if not condition:
        raise ValueError(text)


def check_data(X, y=None, features=None):
    need(isinstance(X, np.ndarray) and X.ndim == 2, "X has to be a matrix")
    need(X.dtype.kind == "f" and np.isfinite(X).all(), "X has to hold finite numbers")
    need(len(X) > 0, "there are no examples")
    need(features is None or X.shape[1] == features, "X has another number of features")
    if y is not None:
        need(isinstance(y, np.ndarray) and y.shape == (len(X),), "y has to be a vector")
        need(np.isfinite(y).all(), "y has to be finite")


# %%
class LinearRegression:
    def __init__(self, w):
        self.w = np.array(w, dtype=float)
        need(self.w.ndim == 1, "w has to be a vector")

    def predict(self, X):
        check_data(X, None, self.w.size)
        result = X @ self.w
        assert result.shape == (len(X),)
        return result

    def loss(self, X, y):
        check_data(X, y, self.w.size)
        value = float(np.mean((self.predict(X) - y) ** 2))
        assert value >= 0
        return value

    def gradient(self, X, y):
        check_data(X, y, self.w.size)
        result = 2 / len(X) * X.T @ (X @ self.w - y)
        assert result.shape == self.w.shape
        return result


# %%
def descent(model, X, y, learning_rate, steps):
    check_data(X, y)
    need(learning_rate > 0, "the learning rate has to be positive")
    need(steps == int(steps) and steps >= 1, "steps has to be 1 or more")
    for name in ("loss", "gradient"):
        need(callable(getattr(model, name, None)), "the model has no " + name)
    need(np.ndim(model.w) == 1, "model.w has to be a vector")
    rows = {"w": [], "loss": [], "gradient": []}
    for _ in range(steps):
        loss, gradient = model.loss(X, y), model.gradient(X, y)
        need(np.ndim(loss) == 0, "the loss has to be a number")
        need(np.shape(gradient) == np.shape(model.w), "the gradient has another shape than w")
        model.w = model.w - learning_rate * gradient
        rows["w"].append(np.array(model.w))
        rows["loss"].append(float(loss))
        rows["gradient"].append(np.array(gradient))
    return {name: np.array(found) for name, found in rows.items()}


# %%
def numeric_gradient(f, x, h=1e-5, central=True):
    need(callable(f), "f has to be a function")
    need(isinstance(x, np.ndarray) and x.dtype == np.float64, "x has to be a float64 array")
    need(h > 0, "the step has to be positive")
    need(central in (True, False), "central has to be True or False")

    def at(index, step):
        moved = x.copy()
        moved[index] += step
        value = f(moved)
        need(np.ndim(value) == 0 or np.size(value) == 1, "f has to return a number")
        return float(value)

    before = x.copy()
    result = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        if central:
            result[index] = (at(index, h) - at(index, -h)) / (2 * h)
        else:
            result[index] = (at(index, h) - at(index, 0.0)) / h
    assert np.array_equal(before, x), "f has changed x"
    return result


# %%
class LogisticRegression:
    def __init__(self, w, b=0.0):
        self.w = np.array(w, dtype=float)
        self.b = float(b)
        need(self.w.ndim == 1, "w has to be a vector")

    def scores(self, X):
        check_data(X, None, self.w.size)
        return X @ self.w + self.b

    def predict(self, X):
        p = 1 / (1 + np.exp(-self.scores(X)))
        assert ((0 <= p) & (p <= 1)).all()
        return p

    def loss(self, X, y):
        check_data(X, y, self.w.size)
        need(set(np.unique(y)) <= {0.0, 1.0}, "targets are 0 or 1")
        z = self.scores(X)
        value = float(np.sum(np.logaddexp(0, z) - y * z))
        assert value >= 0
        return value

    def gradient(self, X, y):
        check_data(X, y, self.w.size)
        need(set(np.unique(y)) <= {0.0, 1.0}, "targets are 0 or 1")
        wrong = self.predict(X) - y
        return X.T @ wrong, float(wrong.sum())


# %%
class Optimizer:
    def __init__(self, parameters, learning_rate):
        need(isinstance(parameters, list) and len(parameters) > 0, "a list of arrays is needed")
        for p in parameters:
            need(isinstance(p, np.ndarray) and p.dtype == np.float64, "parameters are float64 arrays")
        need(learning_rate > 0, "the learning rate has to be positive")
        self.parameters, self.learning_rate = parameters, learning_rate

    def step(self, gradients):
        need(len(gradients) == len(self.parameters), "one gradient for each parameter")
        for p, g in zip(self.parameters, gradients):
            need(np.shape(g) == p.shape, "a gradient has another shape than its parameter")
            p -= self.learning_rate * np.asarray(g)


class Line:
    def __init__(self):
        self.weight, self.bias = np.zeros(1), np.zeros(1)

    def parameters(self):
        return [self.weight, self.bias]

    def predict(self, X):
        check_data(X, None, 1)
        result = X[:, 0] * self.weight + self.bias
        assert result.shape == (len(X),)
        return result

    def loss(self, X, y):
        check_data(X, y, 1)
        return float(np.mean((self.predict(X) - y) ** 2))

    def gradients(self, X, y):
        check_data(X, y, 1)
        wrong = self.predict(X) - y
        weight, bias = 2 * np.mean(wrong * X[:, 0]), 2 * np.mean(wrong)
        return [np.array([weight]), np.array([bias])]


# %%
check()
