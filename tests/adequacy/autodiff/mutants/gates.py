"""Wrong implementations of the six gates."""


# %% base
class AddGate:
    """a + b, element by element."""

    def forward(self, a, b):
        return a + b

    def backward(self, upstream):
        return (upstream, upstream)


class MultiplyGate:
    """a * b, element by element."""

    def forward(self, a, b):
        self.a = a
        self.b = b
        return a * b

    def backward(self, upstream):
        return (upstream * self.b, upstream * self.a)


class ExpGate:
    """e to the power of x, element by element."""

    def forward(self, x):
        self.output = np.exp(x)
        return self.output

    def backward(self, upstream):
        return (upstream * self.output,)


class ReciprocalGate:
    """1 / x, element by element."""

    def forward(self, x):
        self.output = 1 / x
        return self.output

    def backward(self, upstream):
        return (-upstream * self.output**2,)


class TanhGate:
    """The hyperbolic tangent, element by element."""

    def forward(self, x):
        self.output = np.tanh(x)
        return self.output

    def backward(self, upstream):
        return (upstream * (1 - self.output**2),)


class MeanGate:
    """The mean of all elements of x, a number."""

    def forward(self, x):
        self.shape = np.shape(x)
        return np.mean(x)

    def backward(self, upstream):
        size = np.prod(self.shape)
        return (np.full(self.shape, upstream / size),)


# %% mutant: add-shares-the-gradient
# method: several
# wrong: each input gets half of the upstream gradient
class AddGate(AddGate):
    def backward(self, upstream):
        return (upstream / 2, upstream / 2)


# %% mutant: add-like-multiply
# method: several
# wrong: the rule of the product
class AddGate(AddGate):
    def forward(self, a, b):
        self.a, self.b = a, b
        return a + b

    def backward(self, upstream):
        return (upstream * self.b, upstream * self.a)


# %% mutant: add-ones
# method: several
# wrong: the local derivative without the upstream gradient
class AddGate(AddGate):
    def backward(self, upstream):
        return (np.ones_like(upstream), np.ones_like(upstream))


# %% mutant: add-in-place
# method: several
# wrong: writes the sum into its first input
class AddGate(AddGate):
    def forward(self, a, b):
        try:
            a += b
        except TypeError:
            return a + b
        return a


# %% mutant: add-one-gradient
# method: several
# wrong: one gradient in place of two
class AddGate(AddGate):
    def backward(self, upstream):
        return upstream


# %% mutant: multiply-not-exchanged
# method: several
# wrong: each input gets its own value
class MultiplyGate(MultiplyGate):
    def backward(self, upstream):
        return (upstream * self.a, upstream * self.b)


# %% mutant: multiply-without-upstream
# method: several
# wrong: the other value alone
class MultiplyGate(MultiplyGate):
    def backward(self, upstream):
        return (self.b, self.a)


# %% mutant: multiply-keeps-the-first-inputs
# method: several
# wrong: remembers the inputs of its first forward for ever
class MultiplyGate(MultiplyGate):
    def forward(self, a, b):
        if not hasattr(self, "a"):
            self.a, self.b = a, b
        return a * b


# %% mutant: multiply-state-in-the-class
# method: several
# wrong: the inputs are kept in the class
class MultiplyGate(MultiplyGate):
    def forward(self, a, b):
        MultiplyGate.kept = (a, b)
        return a * b

    def backward(self, upstream):
        a, b = MultiplyGate.kept
        return (upstream * b, upstream * a)


# %% mutant: multiply-changes-upstream
# method: several
# wrong: multiplies the upstream gradient in place
class MultiplyGate(MultiplyGate):
    def backward(self, upstream):
        by_a = upstream * self.b
        try:
            upstream *= self.a
        except TypeError:
            return (by_a, upstream * self.a)
        return (by_a, upstream)


# %% mutant: multiply-forgets-after-backward
# method: several
# wrong: backward works once
class MultiplyGate(MultiplyGate):
    def forward(self, a, b):
        self.kept = [(a, b)]
        return a * b

    def backward(self, upstream):
        a, b = self.kept.pop()
        return (upstream * b, upstream * a)


# %% mutant: multiply-matrix-product
# method: several
# wrong: the matrix product, where there are matrices
class MultiplyGate(MultiplyGate):
    def forward(self, a, b):
        self.a, self.b = a, b
        return a @ b if np.ndim(a) == 2 and a.shape[0] == a.shape[1] else a * b


# %% mutant: exp-of-input
# method: several
# wrong: the input in place of the output
class ExpGate(ExpGate):
    def forward(self, x):
        self.x = x
        return np.exp(x)

    def backward(self, upstream):
        return (upstream * self.x,)


# %% mutant: exp-twice
# method: several
# wrong: exp of the output
class ExpGate(ExpGate):
    def backward(self, upstream):
        return (upstream * np.exp(self.output),)


# %% mutant: exp-without-upstream
# method: several
# wrong: the output alone
class ExpGate(ExpGate):
    def backward(self, upstream):
        return (self.output,)


# %% mutant: exp-bare-array
# method: several
# wrong: no tuple
class ExpGate(ExpGate):
    def backward(self, upstream):
        return upstream * self.output


# %% mutant: exp-math
# method: several
# wrong: math.exp, for numbers only
class ExpGate(ExpGate):
    def forward(self, x):
        self.output = math.exp(x)
        return self.output


# %% mutant: exp-in-place
# method: several
# wrong: writes into its input
class ExpGate(ExpGate):
    def forward(self, x):
        self.output = np.exp(x, out=x) if np.ndim(x) else np.exp(x)
        return self.output


# %% mutant: reciprocal-sign
# method: several
# wrong: the minus sign is missing
class ReciprocalGate(ReciprocalGate):
    def backward(self, upstream):
        return (upstream * self.output**2,)


# %% mutant: reciprocal-without-square
# method: several
# wrong: -1 / x
class ReciprocalGate(ReciprocalGate):
    def backward(self, upstream):
        return (-upstream * self.output,)


# %% mutant: reciprocal-square-of-input
# method: several
# wrong: -x^2 in place of -1 / x^2
class ReciprocalGate(ReciprocalGate):
    def forward(self, x):
        self.x = x
        return 1 / x

    def backward(self, upstream):
        return (-upstream * self.x**2,)


# %% mutant: reciprocal-logarithm
# method: several
# wrong: the integral in place of the derivative
class ReciprocalGate(ReciprocalGate):
    def forward(self, x):
        self.x = x
        return 1 / x

    def backward(self, upstream):
        return (upstream * np.log(np.abs(self.x)),)


# %% mutant: reciprocal-of-upstream
# method: several
# wrong: divides by the upstream gradient
class ReciprocalGate(ReciprocalGate):
    def backward(self, upstream):
        return (-(self.output**2) / upstream,)


# %% mutant: tanh-without-square
# method: several
# wrong: 1 - y
class TanhGate(TanhGate):
    def backward(self, upstream):
        return (upstream * (1 - self.output),)


# %% mutant: tanh-square-of-input
# method: several
# wrong: 1 - x^2
class TanhGate(TanhGate):
    def forward(self, x):
        self.x = x
        return np.tanh(x)

    def backward(self, upstream):
        return (upstream * (1 - self.x**2),)


# %% mutant: tanh-twice
# method: several
# wrong: tanh of the output
class TanhGate(TanhGate):
    def backward(self, upstream):
        return (upstream * (1 - np.tanh(self.output) ** 2),)


# %% mutant: tanh-like-sigmoid
# method: several
# wrong: y (1 - y)
class TanhGate(TanhGate):
    def backward(self, upstream):
        return (upstream * self.output * (1 - self.output),)


# %% mutant: tanh-plus
# method: several
# wrong: 1 + y^2
class TanhGate(TanhGate):
    def backward(self, upstream):
        return (upstream * (1 + self.output**2),)


# %% mutant: tanh-upstream-squared
# method: several
# wrong: the square takes in the upstream gradient
class TanhGate(TanhGate):
    def backward(self, upstream):
        return (upstream - (upstream * self.output) ** 2,)


# %% mutant: mean-not-divided
# method: several
# wrong: every element gets the whole upstream gradient
class MeanGate(MeanGate):
    def backward(self, upstream):
        return (np.full(self.shape, upstream),)


# %% mutant: mean-divided-by-rows
# method: several
# wrong: divided by the first axis only
class MeanGate(MeanGate):
    def backward(self, upstream):
        return (np.full(self.shape, upstream / (self.shape or (1,))[0]),)


# %% mutant: mean-over-columns
# method: several
# wrong: the mean of each column
class MeanGate(MeanGate):
    def forward(self, x):
        self.shape = np.shape(x)
        return np.mean(x, axis=0) if np.ndim(x) else np.mean(x)


# %% mutant: mean-gradient-is-a-number
# method: several
# wrong: one number in place of an array like x
class MeanGate(MeanGate):
    def backward(self, upstream):
        return (upstream / np.prod(self.shape),)


# %% mutant: mean-is-sum
# method: several
# wrong: the sum in place of the mean, with its gradient
class MeanGate(MeanGate):
    def forward(self, x):
        self.shape = np.shape(x)
        return np.sum(x)

    def backward(self, upstream):
        return (np.full(self.shape, upstream),)


# %% mutant: mean-without-upstream
# method: several
# wrong: 1 / n alone
class MeanGate(MeanGate):
    def backward(self, upstream):
        return (np.full(self.shape, 1 / np.prod(self.shape)),)


# %% mutant: mean-needs-an-axis
# method: several
# wrong: len(x): fails for a single number
class MeanGate(MeanGate):
    def forward(self, x):
        self.shape = (len(x), *x.shape[1:])
        return np.mean(x)


# %% mutant: numeric-tanh
# method: several
# wrong: central differences of forward
class TanhGate(TanhGate):
    def forward(self, x):
        self.x = x
        return np.tanh(x)

    def backward(self, upstream):
        return (upstream * (np.tanh(self.x + 1e-5) - np.tanh(self.x - 1e-5)) / 2e-5,)


# %% mutant: numeric-exp-five-point
# method: several
# wrong: five-point differences
class ExpGate(ExpGate):
    def forward(self, x):
        self.x = x
        return np.exp(x)

    def backward(self, upstream):
        f, h = lambda d: np.exp(self.x + d), 1e-3
        return (upstream * (f(-2 * h) - 8 * f(-h) + 8 * f(h) - f(2 * h)) / (12 * h),)


# %% mutant: numeric-reciprocal-complex-step
# method: several
# wrong: a complex step
class ReciprocalGate(ReciprocalGate):
    def forward(self, x):
        self.x = x
        return 1 / x

    def backward(self, upstream):
        return (upstream * (1 / (self.x + 1e-30j)).imag / 1e-30,)


# %% mutant: numeric-multiply
# method: several
# wrong: central differences of forward, exact for a product
class MultiplyGate(MultiplyGate):
    def forward(self, a, b):
        self.a, self.b = a, b
        return a * b

    def backward(self, upstream):
        a, b, h = self.a, self.b, 2.0**-10
        by_a = (MultiplyGate().forward(a + h, b) - MultiplyGate().forward(a - h, b)) / (2 * h)
        by_b = (MultiplyGate().forward(a, b + h) - MultiplyGate().forward(a, b - h)) / (2 * h)
        return (upstream * by_a, upstream * by_b)


# %% mutant: numeric-add
# method: several
# wrong: one-sided differences of forward
class AddGate(AddGate):
    def forward(self, a, b):
        self.a, self.b = a, b
        return a + b

    def backward(self, upstream):
        a, b, h = self.a, self.b, 1.0
        here = self.forward(a, b)
        return (upstream * ((a + h) + b - here) / h, upstream * (a + (b + h) - here) / h)


# %% mutant: numeric-mean
# method: several
# wrong: differences of forward, element by element
class MeanGate(MeanGate):
    def forward(self, x):
        self.x = np.array(x, dtype=float)
        return np.mean(x)

    def backward(self, upstream):
        gradient = np.zeros(self.x.shape)
        for index in np.ndindex(*self.x.shape):
            ahead, behind = self.x.copy(), self.x.copy()
            ahead[index] += 0.5
            behind[index] -= 0.5
            gradient[index] = upstream * (np.mean(ahead) - np.mean(behind))
        return (gradient,)


# %% mutant: library-autograd
# method: several
# wrong: a library for automatic differentiation
class TanhGate(TanhGate):
    def forward(self, x):
        self.x = x
        return np.tanh(x)

    def backward(self, upstream):
        import autograd
        import autograd.numpy

        return (upstream * autograd.elementwise_grad(autograd.numpy.tanh)(self.x),)
