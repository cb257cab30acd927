"""Wrong implementations of LogisticRegression."""


# %% base
class LogisticRegression:
    """Predict the probability that a target is 1.

    w: the weights, (d,)
    b: the bias, a number
    """

    def __init__(self, w, b=0.0):
        self.w = np.array(w, dtype=float)
        self.b = float(b)

    def predict(self, X):
        """X: (N, d); returns the probabilities p, (N,)"""
        z = X @ self.w + self.b
        return 1 / (1 + np.exp(-z))

    def loss(self, X, y):
        """Q, minus the logarithm of the likelihood, a number. X: (N, d), y: (N,) of 0 and 1"""
        p = self.predict(X)
        return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))

    def gradient(self, X, y):
        """The pair (dQ/dw, dQ/db): an array (d,) and a number. X: (N, d), y: (N,)"""
        error = self.predict(X) - y
        return X.T @ error, np.sum(error)


# %% mutant: sigmoid-sign
# method: several
# wrong: exp(z) in place of exp(-z)
class LogisticRegression(LogisticRegression):
    def predict(self, X):
        return 1 / (1 + np.exp(X @ self.w + self.b))


# %% mutant: scores
# method: several
# wrong: the scores, without the sigmoid
class LogisticRegression(LogisticRegression):
    def predict(self, X):
        return X @ self.w + self.b


# %% mutant: answers
# method: several
# wrong: answers in place of probabilities
class LogisticRegression(LogisticRegression):
    def predict(self, X):
        return (X @ self.w + self.b > 0) * 1.0


# %% mutant: tanh
# method: several
# wrong: tanh in place of the sigmoid
class LogisticRegression(LogisticRegression):
    def predict(self, X):
        return np.tanh(X @ self.w + self.b)


# %% mutant: bias-forgotten
# method: several
# wrong: the bias is not added
class LogisticRegression(LogisticRegression):
    def predict(self, X):
        return 1 / (1 + np.exp(-(X @ self.w)))


# %% mutant: bias-in-denominator
# method: several
# wrong: a parenthesis is missing in the exponent
class LogisticRegression(LogisticRegression):
    def predict(self, X):
        return 1 / (1 + np.exp(-X @ self.w + self.b))


# %% mutant: probabilities-clipped
# method: several
# wrong: probabilities stay between 0.001 and 0.999
class LogisticRegression(LogisticRegression):
    def predict(self, X):
        return np.clip(1 / (1 + np.exp(-(X @ self.w + self.b))), 1e-3, 1 - 1e-3)


# %% mutant: predict-column
# method: several
# wrong: probabilities of shape (N, 1)
class LogisticRegression(LogisticRegression):
    def predict(self, X):
        return (1 / (1 + np.exp(-(X @ self.w + self.b))))[:, None]


# %% mutant: loss-mean
# method: several
# wrong: the mean in place of the sum
class LogisticRegression(LogisticRegression):
    def loss(self, X, y):
        p = self.predict(X)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


# %% mutant: loss-sign
# method: several
# wrong: the log-likelihood, without the minus
class LogisticRegression(LogisticRegression):
    def loss(self, X, y):
        p = self.predict(X)
        return np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


# %% mutant: loss-ones-only
# method: several
# wrong: targets that are 0 do not count
class LogisticRegression(LogisticRegression):
    def loss(self, X, y):
        return -np.sum(y * np.log(self.predict(X)))


# %% mutant: loss-zeros-only
# method: several
# wrong: targets that are 1 do not count
class LogisticRegression(LogisticRegression):
    def loss(self, X, y):
        return -np.sum((1 - y) * np.log(1 - self.predict(X)))


# %% mutant: loss-exchanged
# method: several
# wrong: 0 and 1 are exchanged
class LogisticRegression(LogisticRegression):
    def loss(self, X, y):
        p = self.predict(X)
        return -np.sum((1 - y) * np.log(p) + y * np.log(1 - p))


# %% mutant: loss-log2
# method: several
# wrong: logarithms to the base 2
class LogisticRegression(LogisticRegression):
    def loss(self, X, y):
        p = self.predict(X)
        return -np.sum(y * np.log2(p) + (1 - y) * np.log2(1 - p))


# %% mutant: loss-squares
# method: several
# wrong: squared errors
class LogisticRegression(LogisticRegression):
    def loss(self, X, y):
        return np.sum((self.predict(X) - y) ** 2)


# %% mutant: loss-epsilon
# method: several
# wrong: 0.001 is added in the logarithm
class LogisticRegression(LogisticRegression):
    def loss(self, X, y):
        p = self.predict(X)
        return -np.sum(y * np.log(p + 1e-3) + (1 - y) * np.log(1 - p + 1e-3))


# %% mutant: gradient-mean
# method: several
# wrong: divided by N
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        error = self.predict(X) - y
        return X.T @ error / len(y), np.mean(error)


# %% mutant: gradient-sigmoid-left
# method: several
# wrong: the derivative of the sigmoid is not cancelled
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        p = self.predict(X)
        error = (p - y) * p * (1 - p)
        return X.T @ error, np.sum(error)


# %% mutant: gradient-two
# method: several
# wrong: with the 2 of a squared error
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        error = 2 * (self.predict(X) - y)
        return X.T @ error, np.sum(error)


# %% mutant: gradient-sign
# method: several
# wrong: y - p
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        error = y - self.predict(X)
        return X.T @ error, np.sum(error)


# %% mutant: gradient-scores
# method: several
# wrong: z - y
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        error = X @ self.w + self.b - y
        return X.T @ error, np.sum(error)


# %% mutant: gradient-without-targets
# method: several
# wrong: the targets are forgotten
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        p = self.predict(X)
        return X.T @ p, np.sum(p)


# %% mutant: gradient-transpose
# method: several
# wrong: the transpose is missing where that fits
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        error = self.predict(X) - y
        A = X if X.shape[0] == X.shape[1] else X.T
        return A @ error, np.sum(error)


# %% mutant: gradient-without-bias
# method: several
# wrong: the probabilities of the gradient lack the bias
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        error = 1 / (1 + np.exp(-(X @ self.w))) - y
        return X.T @ error, np.sum(error)


# %% mutant: bias-gradient-each
# method: several
# wrong: a gradient of the bias for each example
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        error = self.predict(X) - y
        return X.T @ error, error


# %% mutant: bias-gradient-times-bias
# method: several
# wrong: multiplied by b
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        error = self.predict(X) - y
        return X.T @ error, np.sum(error) * self.b


# %% mutant: bias-gradient-zero
# method: several
# wrong: the bias does not learn
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        return X.T @ (self.predict(X) - y), 0.0


# %% mutant: weights-only
# method: several
# wrong: the gradient of the bias is not returned
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        return X.T @ (self.predict(X) - y)


# %% mutant: remembers
# method: several
# wrong: the probabilities of the first call are kept while the size is the same
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        if getattr(self, "p", np.zeros(0)).shape != y.shape:
            self.p = self.predict(X)
        return X.T @ (self.p - y), np.sum(self.p - y)


# %% mutant: weights-of-the-start
# method: several
# wrong: weights and bias of the constructor are used for ever
class LogisticRegression(LogisticRegression):
    def __init__(self, w, b=0.0):
        super().__init__(w, b)
        self.first = self.w, self.b

    def predict(self, X):
        return 1 / (1 + np.exp(-(X @ self.first[0] + self.first[1])))


# %% mutant: writes-into-targets
# method: several
# wrong: the errors are computed in y itself
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        y -= self.predict(X)
        return -X.T @ y, -np.sum(y)


# %% mutant: single-precision
# method: several
# wrong: computed in float32
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        error = (self.predict(X) - y).astype(np.float32)
        return X.T @ error, np.sum(error)


# %% mutant: numeric-central
# method: several
# wrong: central differences of the loss
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        def Q(w, b):
            return LogisticRegression(w, b).loss(X, y)

        h, rows = 1e-5, np.eye(len(self.w))
        dw = [(Q(self.w + h * row, self.b) - Q(self.w - h * row, self.b)) / (2 * h) for row in rows]
        return np.array(dw), (Q(self.w, self.b + h) - Q(self.w, self.b - h)) / (2 * h)


# %% mutant: numeric-five-points
# method: several
# wrong: differences of fourth order
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        def slope(f, h=1e-3):
            return (f(-2 * h) - 8 * f(-h) + 8 * f(h) - f(2 * h)) / (12 * h)

        def Q(w, b):
            return LogisticRegression(w, b).loss(X, y)

        rows = np.eye(len(self.w))
        dw = [slope(lambda t: Q(self.w + t * row, self.b)) for row in rows]
        return np.array(dw), slope(lambda t: Q(self.w, self.b + t))


# %% mutant: numeric-scores
# method: several
# wrong: differences of the scores with a step of 1, exact for a sum
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        error = self.predict(X) - y
        z = X @ self.w
        J = np.stack([X @ (self.w + row) - z for row in np.eye(len(self.w))], axis=1)
        return J.T @ error, np.sum(error)


# %% mutant: numeric-complex
# method: several
# wrong: a complex step
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        def Q(w, b):
            p = 1 / (1 + np.exp(-(X @ w + b)))
            return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))

        h, rows = 1e-30, np.eye(len(self.w))
        dw = [Q(self.w + 1j * h * row, self.b).imag / h for row in rows]
        return np.array(dw), Q(self.w, self.b + 1j * h).imag / h


# %% mutant: library
# method: several
# wrong: an import of a library for automatic differentiation
class LogisticRegression(LogisticRegression):
    def gradient(self, X, y):
        import autograd

        return autograd.grad(lambda w, b: LogisticRegression(w, b).loss(X, y), (0, 1))(self.w, self.b)
