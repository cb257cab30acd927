"""Wrong implementations of first_and_second."""


# %% base
def first_and_second(f, x):
    """The first and the second derivative of f at x, by differentiating twice.

    f: takes a Dual and returns one
    x: a number
    returns: f'(x) and f''(x), a pair of numbers
    """
    inner = Dual(x, 1.0)
    result = f(Dual(inner, Dual(1.0, 0.0))).derivative
    return result.value, result.derivative


# %% mutant: second-is-first
# method: several
# wrong: the first derivative twice
def first_and_second(f, x):
    slope = f(Dual(x, 1.0)).derivative
    return slope, slope


# %% mutant: second-is-squared
# method: several
# wrong: the square of the first derivative
def first_and_second(f, x):
    slope = f(Dual(x, 1.0)).derivative
    return slope, slope**2


# %% mutant: inner-seed-0
# method: several
# wrong: the inner seed is 0
def first_and_second(f, x):
    result = f(Dual(Dual(x, 0.0), Dual(1.0, 0.0))).derivative
    return result.value, result.derivative


# %% mutant: outer-seed-in-the-derivative
# method: several
# wrong: the seed 1 stands one level too deep
def first_and_second(f, x):
    result = f(Dual(Dual(x, 1.0), Dual(0.0, 1.0))).derivative
    return result.value, result.derivative


# %% mutant: seed-of-the-seed
# method: several
# wrong: the seed itself is said to change
def first_and_second(f, x):
    result = f(Dual(Dual(x, 1.0), Dual(1.0, 1.0))).derivative
    return result.value, result.derivative


# %% mutant: value-in-place-of-derivative
# method: several
# wrong: takes the value of the outer Dual: f and f'
def first_and_second(f, x):
    result = f(Dual(Dual(x, 1.0), Dual(1.0, 0.0))).value
    return result.value, result.derivative


# %% mutant: exchanged
# method: several
# wrong: the second derivative first
def first_and_second(f, x):
    result = f(Dual(Dual(x, 1.0), Dual(1.0, 0.0))).derivative
    return result.derivative, result.value


# %% mutant: returns-a-dual
# method: several
# wrong: the Dual of both in place of a pair
def first_and_second(f, x):
    return f(Dual(Dual(x, 1.0), Dual(1.0, 0.0))).derivative


# %% mutant: returns-three
# method: several
# wrong: the value as well
def first_and_second(f, x):
    result = f(Dual(Dual(x, 1.0), Dual(1.0, 0.0)))
    return result.value.value, result.derivative.value, result.derivative.derivative


# %% mutant: doubled
# method: several
# wrong: both mixed derivatives are added
def first_and_second(f, x):
    result = f(Dual(Dual(x, 1.0), Dual(1.0, 0.0)))
    return result.value.derivative, result.derivative.derivative + result.derivative.derivative


# %% mutant: half
# method: several
# wrong: the coefficient of Taylor's formula, half of the second derivative
def first_and_second(f, x):
    result = f(Dual(Dual(x, 1.0), Dual(1.0, 0.0)))
    return result.value.derivative, result.derivative.derivative / 2


# %% mutant: formula-of-tanh
# method: several
# wrong: the formulas of tanh, whatever f is
def first_and_second(f, x):
    t = math.tanh(x)
    return 1 - t**2, -2 * t * (1 - t**2)


# %% mutant: derivative-at-the-derivative
# method: several
# wrong: differentiates at f'(x) in place of x
def first_and_second(f, x):
    first = f(Dual(x, 1.0)).derivative
    return first, f(Dual(first, 1.0)).derivative


# %% mutant: third
# method: several
# wrong: differentiates once too often
def first_and_second(f, x):
    inner = Dual(Dual(Dual(x, 1.0), Dual(1.0, 0.0)), Dual(Dual(1.0, 0.0), Dual(0.0, 0.0)))
    result = f(inner).derivative.derivative
    return result.value, result.derivative


# %% mutant: rounds-x
# method: several
# wrong: x as an integer
def first_and_second(f, x):
    result = f(Dual(Dual(int(x), 1.0), Dual(1.0, 0.0))).derivative
    return result.value, result.derivative


# %% mutant: remembers-the-first
# method: several
# wrong: the result of the first call, for ever
def first_and_second(f, x, kept={}):
    if x not in kept:
        result = f(Dual(Dual(x, 1.0), Dual(1.0, 0.0))).derivative
        kept[x] = (result.value, result.derivative)
    return kept[x]


# %% mutant: sign
# method: several
# wrong: the sign of the second derivative
def first_and_second(f, x):
    result = f(Dual(Dual(x, 1.0), Dual(1.0, 0.0))).derivative
    return result.value, -result.derivative


# %% mutant: plain-functions
# method: several
# wrong: functions that ask for plain numbers
def sigmoid(x):
    if isinstance(x, Dual):
        s = 1 / (1 + math.exp(-x.value))
        return Dual(s, s * (1 - s) * x.derivative)
    return 1 / (1 + math.exp(-x))


def first_and_second(f, x):
    result = f(Dual(Dual(x, 1.0), Dual(1.0, 0.0))).derivative
    return result.value, result.derivative


# %% mutant: numeric-second
# method: several
# wrong: a difference of exact first derivatives
def first_and_second(f, x):
    slope = lambda z: f(Dual(z, 1.0)).derivative
    return slope(x), (slope(x + 1e-5) - slope(x - 1e-5)) / 2e-5


# %% mutant: numeric-both
# method: several
# wrong: differences of values
def first_and_second(f, x):
    value = lambda z: f(Dual(z, 0.0)).value
    h = 1e-4
    return (value(x + h) - value(x - h)) / (2 * h), (value(x + h) - 2 * value(x) + value(x - h)) / h**2


# %% mutant: numeric-complex-step
# method: several
# wrong: a complex step through exact first derivatives
def exp(x):
    if isinstance(x, Dual):
        return Dual(exp(x.value), exp(x.value) * x.derivative)
    return np.exp(x)


def log(x):
    if isinstance(x, Dual):
        return Dual(log(x.value), x.derivative / x.value)
    return np.log(x)


def tanh(x):
    if isinstance(x, Dual):
        t = tanh(x.value)
        return Dual(t, (1 - t * t) * x.derivative)
    return np.tanh(x)


def sigmoid(x):
    if isinstance(x, Dual):
        s = sigmoid(x.value)
        return Dual(s, s * (1 - s) * x.derivative)
    return 1 / (1 + np.exp(-x))


def first_and_second(f, x):
    slope = f(Dual(x + 1e-30j, 1.0)).derivative
    return slope.real, slope.imag / 1e-30


# %% mutant: library-autograd
# method: several
# wrong: a library for automatic differentiation
def first_and_second(f, x):
    import autograd

    first = autograd.grad(f)
    return first(x), autograd.grad(first)(x)
