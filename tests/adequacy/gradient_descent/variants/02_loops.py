# style: Python loops over every element, floats from the math module, arrays made at the end

# %%
import math
import numpy as np


# %%
class LinearRegression:
    """One example at a time."""

    def __init__(self, w):
        self.w = np.array(w, dtype=float)

    def predict(self, X):
        result = []
        for i in range(len(X)):
            total = 0.0
            for j in range(len(self.w)):
                total += X[i][j] * self.w[j]
            result.append(total)
        return np.array(result)

    def loss(self, X, y):
        total = 0.0
        p = self.predict(X)
        for i in range(len(y)):
            total += (p[i] - y[i]) ** 2
        return total / len(y)

    def gradient(self, X, y):
        p = self.predict(X)
        g = np.zeros(len(self.w))
        for j in range(len(self.w)):
            for i in range(len(y)):
                g[j] += (p[i] - y[i]) * X[i][j]
            g[j] *= 2
            g[j] /= len(y)
        return g


# %%
def descent(model, X, y, learning_rate, steps):
    ws = []
    losses = []
    gs = []
    t = 0
    while t < steps:
        losses.append(float(model.loss(X, y)))
        g = model.gradient(X, y)
        gs.append([float(value) for value in g])
        new = model.w.copy()
        for j in range(len(new)):
            new[j] = new[j] - learning_rate * g[j]
        model.w = new
        ws.append([float(value) for value in new])
        t = t + 1
    return dict(w=np.array(ws), loss=np.array(losses), gradient=np.array(gs))


# %%
def numeric_gradient(f, x, h=1e-5, central=True):
    flat = x.reshape(-1)
    result = []
    for k in range(flat.size):
        moved = flat.copy()
        moved[k] = flat[k] + h
        ahead = f(moved.reshape(x.shape))
        if central:
            moved[k] = flat[k] - h
            behind = f(moved.reshape(x.shape))
            result.append((ahead - behind) / (2 * h))
        else:
            result.append((ahead - f(x)) / h)
    return np.array(result).reshape(x.shape)


# %%
class LogisticRegression:
    def __init__(self, w, b=0.0):
        self.w = np.array(w, dtype=float)
        self.b = float(b)

    def predict(self, X):
        p = []
        for row in X:
            z = self.b
            for x, weight in zip(row, self.w):
                z += x * weight
            p.append(1 / (1 + math.exp(-z)))
        return np.array(p)

    def loss(self, X, y):
        Q = 0.0
        for p, target in zip(self.predict(X), y):
            if target == 1:
                Q -= math.log(p)
            else:
                Q -= math.log(1 - p)
        return Q

    def gradient(self, X, y):
        dw = np.zeros(len(self.w))
        db = 0.0
        for row, p, target in zip(X, self.predict(X), y):
            for j in range(len(row)):
                dw[j] += (p - target) * row[j]
            db += p - target
        return [dw, db]


# %%
class Optimizer:
    def __init__(self, parameters, learning_rate):
        self.parameters = parameters
        self.rate = learning_rate

    def step(self, gradients):
        for k in range(len(self.parameters)):
            p = self.parameters[k]
            for index in np.ndindex(*p.shape):
                p[index] = p[index] - self.rate * gradients[k][index]


class Line:
    def __init__(self):
        self.w = np.array([[0.0]])
        self.b = np.array([0.0])

    def parameters(self):
        return [self.w, self.b]

    def predict(self, X):
        return np.array([self.w[0, 0] * x[0] + self.b[0] for x in X])

    def loss(self, X, y):
        total = 0.0
        p = self.predict(X)
        for i in range(len(y)):
            total += (p[i] - y[i]) ** 2
        return total / len(y)

    def gradients(self, X, y):
        p = self.predict(X)
        dw = db = 0.0
        for i in range(len(y)):
            dw += 2 * (p[i] - y[i]) * X[i, 0] / len(y)
            db += 2 * (p[i] - y[i]) / len(y)
        return [np.array([[dw]]), np.array([db])]


# %%
check("Line")
