"""Wrong implementations of LinearRegression."""


# %% base
class LinearRegression:
    """Predict numbers as weighted sums of features.

    w: the weights, (d,)
    """

    def __init__(self, w):
        self.w = np.array(w, dtype=float)

    def predict(self, X):
        """X: (N, d); returns the predictions, (N,)"""
        return X @ self.w

    def loss(self, X, y):
        """The mean squared error, a number. X: (N, d), y: (N,)"""
        return np.mean((self.predict(X) - y) ** 2)

    def gradient(self, X, y):
        """The gradient of the loss with respect to w, (d,). X: (N, d), y: (N,)"""
        return 2 / len(y) * X.T @ (self.predict(X) - y)


# %% mutant: predict-transposed
# method: several
# wrong: the weights are multiplied to the columns of X where that fits
class LinearRegression(LinearRegression):
    def predict(self, X):
        return X.T @ self.w if X.shape[0] == X.shape[1] else X @ self.w


# %% mutant: predict-column
# method: several
# wrong: predictions of shape (N, 1)
class LinearRegression(LinearRegression):
    def predict(self, X):
        return (X @ self.w)[:, None]

    def loss(self, X, y):
        return np.mean((X @ self.w - y) ** 2)

    def gradient(self, X, y):
        return 2 / len(y) * X.T @ (X @ self.w - y)


# %% mutant: predict-without-weights
# method: several
# wrong: the features are added up without their weights
class LinearRegression(LinearRegression):
    def predict(self, X):
        return X.sum(axis=1)

    def loss(self, X, y):
        return np.mean((X @ self.w - y) ** 2)

    def gradient(self, X, y):
        return 2 / len(y) * X.T @ (X @ self.w - y)


# %% mutant: loss-sum
# method: several
# wrong: the sum of the squares, not their mean
class LinearRegression(LinearRegression):
    def loss(self, X, y):
        return np.sum((self.predict(X) - y) ** 2)


# %% mutant: loss-half
# method: several
# wrong: half of the mean
class LinearRegression(LinearRegression):
    def loss(self, X, y):
        return np.mean((self.predict(X) - y) ** 2) / 2


# %% mutant: loss-root
# method: several
# wrong: the root of the mean square
class LinearRegression(LinearRegression):
    def loss(self, X, y):
        return np.sqrt(np.mean((self.predict(X) - y) ** 2))


# %% mutant: loss-absolute
# method: several
# wrong: absolute errors in place of squares
class LinearRegression(LinearRegression):
    def loss(self, X, y):
        return np.mean(np.abs(self.predict(X) - y))


# %% mutant: loss-broadcast
# method: several
# wrong: each prediction meets every target
class LinearRegression(LinearRegression):
    def loss(self, X, y):
        return np.mean((self.predict(X)[:, None] - y) ** 2)


# %% mutant: loss-features
# method: several
# wrong: divided by the number of features
class LinearRegression(LinearRegression):
    def loss(self, X, y):
        return np.sum((self.predict(X) - y) ** 2) / X.shape[1]


# %% mutant: loss-each
# method: several
# wrong: a loss for each example, not one number
class LinearRegression(LinearRegression):
    def loss(self, X, y):
        return (self.predict(X) - y) ** 2


# %% mutant: gradient-not-divided
# method: several
# wrong: the gradient of the sum, not of the mean
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        return 2 * X.T @ (self.predict(X) - y)


# %% mutant: gradient-without-two
# method: several
# wrong: the factor 2 is missing
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        return X.T @ (self.predict(X) - y) / len(y)


# %% mutant: gradient-features
# method: several
# wrong: divided by the number of features
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        return 2 * X.T @ (self.predict(X) - y) / X.shape[1]


# %% mutant: gradient-uphill
# method: several
# wrong: target minus prediction
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        return 2 / len(y) * X.T @ (y - self.predict(X))


# %% mutant: gradient-transpose
# method: several
# wrong: the transpose is missing where that fits
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        A = X if X.shape[0] == X.shape[1] else X.T
        return 2 / len(y) * A @ (self.predict(X) - y)


# %% mutant: gradient-means
# method: several
# wrong: the mean error times the mean features
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        return 2 * np.mean(self.predict(X) - y) * X.mean(axis=0)


# %% mutant: gradient-sign
# method: several
# wrong: only the sign of the errors counts
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        return 2 / len(y) * X.T @ np.sign(self.predict(X) - y)


# %% mutant: gradient-without-targets
# method: several
# wrong: the targets are forgotten
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        return 2 / len(y) * X.T @ self.predict(X)


# %% mutant: gradient-column
# method: several
# wrong: the gradient has shape (d, 1)
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        return (2 / len(y) * X.T @ (self.predict(X) - y))[:, None]


# %% mutant: gradient-one-example
# method: several
# wrong: only the last example counts
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        for row, target in zip(X, y):
            gradient = 2 * (row @ self.w - target) * row
        return gradient


# %% mutant: gradient-collects
# method: several
# wrong: gradients of earlier calls are added
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        new = 2 / len(y) * X.T @ (self.predict(X) - y)
        self.total = getattr(self, "total", 0) + new
        return self.total


# %% mutant: gradient-remembers
# method: several
# wrong: the error of the first call is kept
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        if getattr(self, "error", np.zeros(0)).shape != y.shape:
            self.error = self.predict(X) - y
        return 2 / len(y) * X.T @ self.error


# %% mutant: weights-of-the-start
# method: several
# wrong: the weights of the constructor are used for ever
class LinearRegression(LinearRegression):
    def __init__(self, w):
        super().__init__(w)
        self.first = self.w

    def predict(self, X):
        return X @ self.first


# %% mutant: normalized-weights
# method: several
# wrong: the gradient is scaled to length 1
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        g = 2 / len(y) * X.T @ (self.predict(X) - y)
        return g / max(np.linalg.norm(g), 1e-12)


# %% mutant: writes-into-targets
# method: several
# wrong: the errors are computed in y itself
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        y -= self.predict(X)
        return -2 / len(y) * X.T @ y


# %% mutant: writes-into-features
# method: several
# wrong: the features are scaled in place
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        error = self.predict(X) - y
        X *= error[:, None]
        return 2 / len(y) * X.sum(axis=0)


# %% mutant: single-precision
# method: several
# wrong: computed in float32
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        A = X.astype(np.float32)
        return 2 / len(y) * A.T @ (A @ self.w.astype(np.float32) - y.astype(np.float32))


# %% mutant: numeric-central
# method: several
# wrong: central differences of the loss
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        w, found = self.w, np.zeros(len(self.w))
        for j in range(len(w)):
            step = np.zeros(len(w))
            step[j] = 1e-5
            self.w = w + step
            ahead = self.loss(X, y)
            self.w = w - step
            found[j] = (ahead - self.loss(X, y)) / 2e-5
        self.w = w
        return found


# %% mutant: numeric-large-step
# method: several
# wrong: central differences with a step of 1, which are exact for a parabola
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        def loss(w):
            return np.mean((X @ w - y) ** 2)

        rows = np.eye(len(self.w))
        return np.array([(loss(self.w + row) - loss(self.w - row)) / 2 for row in rows])


# %% mutant: numeric-predictions
# method: several
# wrong: differences of the predictions with a step of 1, exact for a line
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        p = X @ self.w
        J = np.stack([X @ (self.w + row) - p for row in np.eye(len(self.w))], axis=1)
        return 2 / len(y) * J.T @ (p - y)


# %% mutant: numeric-complex
# method: several
# wrong: a complex step
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        rows = np.eye(len(self.w)) * 1e-30j
        return np.array([np.mean((X @ (self.w + row) - y) ** 2).imag / 1e-30 for row in rows])


# %% mutant: library
# method: several
# wrong: an import of a library for automatic differentiation
class LinearRegression(LinearRegression):
    def gradient(self, X, y):
        import autograd

        return autograd.grad(lambda w: ((X @ w - y) ** 2).mean())(self.w)
