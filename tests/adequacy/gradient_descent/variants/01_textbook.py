# style: as in a textbook: whole arrays, nothing stored, copies where arrays are changed in place

# %%
import numpy as np
import matplotlib.pyplot as plt


# %%
class LinearRegression:
    def __init__(self, w):
        self.w = np.array(w, dtype=float)

    def predict(self, X):
        return np.dot(X, self.w)

    def loss(self, X, y):
        residual = y - np.dot(X, self.w)
        return np.dot(residual, residual) / residual.size

    def gradient(self, X, y):
        N = X.shape[0]
        return (2.0 / N) * (np.dot(X.T, np.dot(X, self.w)) - np.dot(X.T, y))


# %%
def descent(model, X, y, learning_rate, steps):
    history = {"w": [], "loss": [], "gradient": []}
    for t in range(steps):
        history["loss"].append(model.loss(X, y))
        g = model.gradient(X, y)
        history["gradient"].append(g.copy())
        model.w -= learning_rate * g
        history["w"].append(model.w.copy())
    return {name: np.array(values) for name, values in history.items()}


# %%
def numeric_gradient(f, x, h=1e-5, central=True):
    g = np.zeros(x.shape)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        i = it.multi_index
        plus = x.copy()
        plus[i] += h
        if central:
            minus = x.copy()
            minus[i] -= h
            g[i] = (f(plus) - f(minus)) / (2 * h)
        else:
            g[i] = (f(plus) - f(x)) / h
        it.iternext()
    return g


# %%
def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


class LogisticRegression:
    def __init__(self, w, b=0.0):
        self.w = np.array(w, dtype=float)
        self.b = float(b)

    def predict(self, X):
        return sigmoid(np.dot(X, self.w) + self.b)

    def loss(self, X, y):
        z = np.dot(X, self.w) + self.b
        return np.sum(np.log(1 + np.exp(z)) - y * z)

    def gradient(self, X, y):
        delta = self.predict(X) - y
        return np.dot(delta, X), delta.sum()


# %%
class Optimizer:
    def __init__(self, parameters, learning_rate):
        self.parameters = list(parameters)
        self.learning_rate = learning_rate

    def step(self, gradients):
        for p, g in zip(self.parameters, gradients):
            np.subtract(p, self.learning_rate * g, out=p)


class Line:
    def __init__(self):
        self.theta = [np.zeros(1), np.zeros(1)]

    def parameters(self):
        return self.theta

    def predict(self, X):
        w, b = self.theta
        return X[:, 0] * w[0] + b[0]

    def loss(self, X, y):
        return float(np.mean(np.square(self.predict(X) - y)))

    def gradients(self, X, y):
        r = self.predict(X) - y
        return [np.array([2 * np.mean(r * X[:, 0])]), np.array([2 * np.mean(r)])]


# %%
check()
