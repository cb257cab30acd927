# style: late in the evening: prints, magics, a scratch cell that fails, intermediate results in fields, lists

# %%
%matplotlib inline
import numpy as np
import random
print("numpy", np.__version__)

# %%
# scratch: what does this give?
np.zeros((3, 1)) - np.array([1.0, 2.0, 3.0])
undefined_thing + 1

# %%
class LinearRegression:
    """my version"""

    def __init__(self, w):
        self.w = np.array(w, dtype=float)
        self.calls = 0

    def predict(self, X):
        self.calls += 1
        self.y_hat = X @ self.w
        return self.y_hat

    def loss(self, X, y):
        self.predict(X)
        self.squares = (self.y_hat - y)**2
        return sum(self.squares) / len(self.squares)

    def gradient(self, X, y):
        self.predict(X)
        self.error = self.y_hat - y
        grads = []
        for j in range(X.shape[1]):
            grads.append(2 * np.average(self.error * X[:, j]))
        return np.array(grads)

# %%
def descent(model, X, y, learning_rate, steps):
    history = {"w": [], "loss": [], "gradient": []}
    for step in range(steps):
        loss = model.loss(X, y)
        gradient = model.gradient(X, y)
        if step % 100 == 0:
            print("step", step, "loss", loss)
        model.w = model.w + (-learning_rate) * gradient
        history["w"] += [1 * model.w]
        history["loss"] += [loss]
        history["gradient"] += [gradient]
    for key in history:
        history[key] = np.stack(history[key])
    history["steps"] = steps
    return history

# %%
def numeric_gradient(f, x, h=1e-5, central=True):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + h
        f1 = f(x)
        x[i] = old - h
        f2 = f(x)
        x[i] = old
        if central == True:
            g[i] = (f1 - f2) / 2 / h
        else:
            g[i] = (f1 - f(x)) / h
    return g

# %%
class LogisticRegression:
    def __init__(self, w, b=0.0):
        self.w = np.array(w, dtype=float)
        self.b = float(b)

    def predict(self, X):
        self.z = X @ self.w
        self.z = self.z + self.b
        self.p = 1 / (1 + np.e ** (-self.z))
        return self.p

    def loss(self, X, y):
        self.predict(X)
        ones = np.log(self.p[y == 1])
        zeros = np.log(1 - self.p[y == 0])
        return -(ones.sum() + zeros.sum())

    def gradient(self, X, y):
        # dQ/dp * dp/dz, not simplified
        self.predict(X)
        dp = -y / self.p + (1 - y) / (1 - self.p)
        dz = dp * self.p * (1 - self.p)
        return (dz[:, None] * X).sum(0), dz.sum()

# %%
class Optimizer:
    def __init__(self, parameters, learning_rate):
        print("optimizer for", len(parameters), "arrays")
        self.params = parameters
        self.lr = learning_rate
        self.count = 0

    def step(self, gradients):
        self.count += 1
        for i, g in enumerate(gradients):
            self.params[i] -= self.lr * g

class Line:
    def __init__(self):
        self.w = np.zeros((1, 1))
        self.b = np.zeros((1, 1))

    def parameters(self):
        return [self.w, self.b]

    def predict(self, X):
        return X * self.w + self.b

    def loss(self, X, y):
        return np.mean((self.predict(X).flatten() - y) ** 2)

    def gradients(self, X, y):
        error = self.predict(X)[:, 0] - y
        return [np.array([[2 * np.mean(error * X[:, 0])]]), np.array([[2 * np.mean(error)]])]

# %%
model = LinearRegression([0, 0])
descent(model, X1, y1, 0.0013, 11)
model.w, model.calls
