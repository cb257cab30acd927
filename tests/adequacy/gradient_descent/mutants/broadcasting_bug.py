"""Wrong implementations of Line and Optimizer, the mended program."""


# %% base
class Optimizer:
    """Descent for a list of arrays, which step changes in place."""

    def __init__(self, parameters, learning_rate):
        """parameters: list of float64 arrays; learning_rate: a positive number"""
        self.parameters = parameters
        self.learning_rate = learning_rate

    def step(self, gradients):
        """gradients: list of arrays, each with the shape of its parameter"""
        for parameter, gradient in zip(self.parameters, gradients):
            parameter -= self.learning_rate * gradient


class Line:
    """The line w x + b for one feature, with the mean squared error."""

    def __init__(self):
        self.w = np.zeros(1)
        self.b = np.zeros(1)

    def parameters(self):
        """The list of the weight and the bias, arrays with one element each."""
        return [self.w, self.b]

    def predict(self, X):
        """X: (N, 1); returns N numbers"""
        return X @ self.w + self.b

    def loss(self, X, y):
        """The mean squared error, a number. X: (N, 1), y: (N,)"""
        return np.mean((self.predict(X) - y) ** 2)

    def gradients(self, X, y):
        """The list of the gradients of the weight and of the bias. X: (N, 1), y: (N,)"""
        error = self.predict(X) - y
        by_w, by_b = 2 * np.mean(error * X[:, 0]), 2 * np.mean(error)
        return [np.full(self.w.shape, by_w), np.full(self.b.shape, by_b)]


# %% mutant: as-it-was
# method: several
# wrong: both mistakes are still there
class Optimizer(BrokenOptimizer):
    pass


class Line(BrokenLine):
    pass


# %% mutant: only-the-optimizer
# method: several
# wrong: each prediction still meets every target
class Line(BrokenLine):
    pass


# %% mutant: only-the-line
# method: several
# wrong: the optimizer still has copies
class Optimizer(BrokenOptimizer):
    pass


class Line(Line):
    pass


# %% mutant: only-the-loss
# method: several
# wrong: the gradients still use every target
class Line(BrokenLine):
    def loss(self, X, y):
        return np.mean((self.predict(X)[:, 0] - y) ** 2)


# %% mutant: only-the-gradients
# method: several
# wrong: the loss still uses every target
class Line(BrokenLine):
    def gradients(self, X, y):
        error = self.predict(X) - y[:, None]
        return [np.full(self.w.shape, 2 * np.mean(error * X)), np.full(self.b.shape, 2 * np.mean(error))]


# %% mutant: error-mended-product-not
# method: several
# wrong: the errors have shape (N,) and meet every x
class Line(Line):
    def gradients(self, X, y):
        error = self.predict(X) - y
        return [np.full(self.w.shape, 2 * np.mean(error * X)), np.full(self.b.shape, 2 * np.mean(error))]


# %% mutant: mean-target
# method: several
# wrong: the targets are replaced by their mean, which broadcasts as well
class Line(Line):
    def loss(self, X, y):
        return np.mean((self.predict(X) - np.mean(y)) ** 2)


# %% mutant: parameters-copied
# method: several
# wrong: parameters() gives copies
class Line(Line):
    def parameters(self):
        return [self.w.copy(), self.b.copy()]


# %% mutant: parameters-exchanged
# method: several
# wrong: the bias comes first
class Line(Line):
    def parameters(self):
        return [self.b, self.w]

    def gradients(self, X, y):
        return super().gradients(X, y)[::-1]


# %% mutant: parameters-numbers
# method: several
# wrong: the parameters are numbers, which nobody can write into
class Line(Line):
    def __init__(self):
        self.w, self.b = np.zeros(1), np.zeros(1)

    def parameters(self):
        return [float(self.w[0]), float(self.b[0])]


# %% mutant: parameters-shared
# method: several
# wrong: all lines share one weight
class Line(Line):
    W, B = np.zeros(1), np.zeros(1)

    def __init__(self):
        self.w, self.b = self.W, self.B


# %% mutant: starts-elsewhere
# method: several
# wrong: the line does not start at 0
class Line(Line):
    def __init__(self):
        self.w, self.b = np.full(1, 0.5), np.zeros(1)


# %% mutant: parameters-as-they-were
# method: several
# wrong: the line computes with what it started with
class Line(Line):
    def loss(self, X, y):
        return np.mean(y**2)


# %% mutant: without-bias
# method: several
# wrong: the bias is forgotten in the prediction
class Line(Line):
    def predict(self, X):
        return X @ self.w


# %% mutant: predict-bias-twice
# method: several
# wrong: only predict is wrong: the bias is added twice
class Line(Line):
    def predict(self, X):
        return X @ self.w + 2 * self.b

    def loss(self, X, y):
        return np.mean((X @ self.w + self.b - y) ** 2)

    def gradients(self, X, y):
        error = X @ self.w + self.b - y
        return [np.full(1, 2 * np.mean(error * X[:, 0])), np.full(1, 2 * np.mean(error))]


# %% mutant: loss-sum
# method: several
# wrong: the sum of the squares
class Line(Line):
    def loss(self, X, y):
        return np.sum((self.predict(X) - y) ** 2)


# %% mutant: gradient-sum
# method: several
# wrong: the gradients of the sum
class Line(Line):
    def gradients(self, X, y):
        error = self.predict(X) - y
        return [np.full(1, 2 * np.sum(error * X[:, 0])), np.full(1, 2 * np.sum(error))]


# %% mutant: gradient-without-x
# method: several
# wrong: the gradient of the weight lacks the x
class Line(Line):
    def gradients(self, X, y):
        error = self.predict(X) - y
        return [np.full(1, 2 * np.mean(error)), np.full(1, 2 * np.mean(error))]


# %% mutant: gradient-shapes
# method: several
# wrong: gradients of another shape than the parameters
class Line(Line):
    def gradients(self, X, y):
        return [gradient.reshape(1, 1) for gradient in super().gradients(X, y)]


# %% mutant: optimizer-rebinds
# method: several
# wrong: step makes new arrays
class Optimizer(Optimizer):
    def step(self, gradients):
        rate = self.learning_rate
        self.parameters = [p - rate * g for p, g in zip(self.parameters, gradients)]


class Line(Line):
    pass


# %% mutant: optimizer-rebinds-in-loop
# method: several
# wrong: parameter = parameter - ... changes a name, nothing else
class Optimizer(Optimizer):
    def step(self, gradients):
        for parameter, gradient in zip(self.parameters, gradients):
            parameter = parameter - self.learning_rate * gradient


class Line(Line):
    pass


# %% mutant: optimizer-uphill
# method: several
# wrong: the gradients are added
class Optimizer(Optimizer):
    def step(self, gradients):
        for parameter, gradient in zip(self.parameters, gradients):
            parameter += self.learning_rate * gradient


class Line(Line):
    pass


# %% mutant: optimizer-two-only
# method: several
# wrong: only the first two arrays are changed
class Optimizer(Optimizer):
    def step(self, gradients):
        for parameter, gradient in list(zip(self.parameters, gradients))[:2]:
            parameter -= self.learning_rate * gradient


class Line(Line):
    pass


# %% mutant: optimizer-from-start
# method: several
# wrong: each step starts from the first values
class Optimizer(Optimizer):
    def __init__(self, parameters, learning_rate):
        super().__init__(parameters, learning_rate)
        self.values = [np.array(p) for p in parameters]

    def step(self, gradients):
        for parameter, value, gradient in zip(self.parameters, self.values, gradients):
            value -= self.learning_rate * gradient
            parameter[...] = value


class Line(Line):
    pass


# %% mutant: optimizer-only-first-step
# method: several
# wrong: each step undoes the one before
class Optimizer(Optimizer):
    def __init__(self, parameters, learning_rate):
        super().__init__(parameters, learning_rate)
        self.values = [np.array(p) for p in parameters]

    def step(self, gradients):
        for parameter, value, gradient in zip(self.parameters, self.values, gradients):
            parameter[...] = value - self.learning_rate * gradient


class Line(Line):
    pass


# %% mutant: optimizer-scales-gradients
# method: several
# wrong: the gradients are multiplied in place
class Optimizer(Optimizer):
    def step(self, gradients):
        for parameter, gradient in zip(self.parameters, gradients):
            gradient *= self.learning_rate
            parameter -= gradient


class Line(Line):
    pass


# %% mutant: optimizer-fixed-rate
# method: several
# wrong: the learning rate is always 0.1
class Optimizer(Optimizer):
    def __init__(self, parameters, learning_rate):
        super().__init__(parameters, 0.1)


class Line(Line):
    pass


# %% mutant: writes-into-targets
# method: several
# wrong: the targets get another shape and are changed
class Line(Line):
    def gradients(self, X, y):
        y -= self.predict(X)
        return [np.full(1, -2 * np.mean(y * X[:, 0])), np.full(1, -2 * np.mean(y))]


# %% mutant: single-precision
# method: several
# wrong: computed in float32
class Line(Line):
    def gradients(self, X, y):
        return [gradient.astype(np.float32).astype(float) for gradient in super().gradients(X, y)]


# %% mutant: numeric-central
# method: several
# wrong: central differences of the loss
class Line(Line):
    def gradients(self, X, y):
        found = []
        for parameter in self.parameters():
            old, h = parameter[0], 1e-5
            parameter[0] = old + h
            ahead = self.loss(X, y)
            parameter[0] = old - h
            found.append(np.full(1, (ahead - self.loss(X, y)) / (2 * h)))
            parameter[0] = old
        return found


# %% mutant: numeric-large-step
# method: several
# wrong: central differences with a step of 1, exact for a parabola
class Line(Line):
    def gradients(self, X, y):
        found = []
        for parameter in self.parameters():
            old = parameter[0]
            parameter[0] = old + 1
            ahead = self.loss(X, y)
            parameter[0] = old - 1
            found.append(np.full(1, (ahead - self.loss(X, y)) / 2))
            parameter[0] = old
        return found


# %% mutant: numeric-complex
# method: several
# wrong: a complex step
class Line(Line):
    def gradients(self, X, y):
        def loss(w, b):
            return np.mean((w * X[:, 0] + b - y) ** 2)

        h, w, b = 1e-30, self.w[0], self.b[0]
        return [np.full(1, loss(w + 1j * h, b).imag / h), np.full(1, loss(w, b + 1j * h).imag / h)]
