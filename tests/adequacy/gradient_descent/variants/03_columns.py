# style: columns everywhere: targets and weights become (N, 1) and (d, 1) inside; mends by inheritance

# %%
def column(a):
    """(n,) becomes (n, 1)"""
    return np.reshape(a, (-1, 1))


# %%
class LinearRegression:
    def __init__(self, w):
        self.w = np.array(w, dtype=float)

    def _error(self, X, y):
        return X @ column(self.w) - column(y)

    def predict(self, X):
        return (X @ column(self.w)).ravel()

    def loss(self, X, y):
        e = self._error(X, y)
        return (e.T @ e).item() / len(e)

    def gradient(self, X, y):
        return np.mean(2 * self._error(X, y) * X, axis=0)


# %%
def descent(model, X, y, learning_rate, steps):
    w = np.empty((steps, *model.w.shape))
    loss = np.empty(steps)
    gradient = np.empty_like(w)
    for step in range(steps):
        loss[step], gradient[step] = model.loss(X, y), model.gradient(X, y)
        model.w = w[step] = model.w - learning_rate * gradient[step]
    return {"loss": loss, "gradient": gradient, "w": w}


# %%
def numeric_gradient(f, x, h=1e-5, central=True):
    moved, gradient = x.copy(), np.empty_like(x)
    for index, value in np.ndenumerate(x):
        moved[index] = value + h
        ahead = f(moved)
        moved[index] = value - h if central else value
        gradient[index] = (ahead - f(moved)) / (2 * h if central else h)
        moved[index] = value
    return gradient


# %%
class LogisticRegression:
    def __init__(self, w, b=0.0):
        self.w = np.array(w, dtype=float)
        self.b = float(b)

    def predict(self, X):
        z = X @ column(self.w) + self.b
        return np.ravel(np.exp(z) / (np.exp(z) + 1))

    def loss(self, X, y):
        p = self.predict(X)
        return -np.log(np.where(y == 1, p, 1 - p)).sum()

    def gradient(self, X, y):
        delta = column(self.predict(X)) - column(y)
        return (X.T @ delta).ravel(), delta.sum()


# %%
class Optimizer(BrokenOptimizer):
    def __init__(self, parameters, learning_rate):
        super().__init__([], learning_rate)
        self.parameters = [np.asarray(parameter) for parameter in parameters]


class Line(BrokenLine):
    def loss(self, X, y):
        return super().loss(X, column(y))

    def gradients(self, X, y):
        return super().gradients(X, column(y))


# %%
check("Line")
