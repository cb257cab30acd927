"""Wrong implementations of Dual, its functions and forward_gradient."""


# %% base
class Dual:
    """A number and its derivative with respect to one chosen input.

    value, derivative: numbers, or Duals in their turn
    """

    def __init__(self, value, derivative=0.0):
        self.value = value
        self.derivative = derivative

    def __add__(self, other):
        other = as_dual(other)
        return Dual(self.value + other.value, self.derivative + other.derivative)

    def __radd__(self, other):
        return self + other

    def __neg__(self):
        return Dual(-self.value, -self.derivative)

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        """other - self, where other is a plain number."""
        return other + (-self)

    def __mul__(self, other):
        other = as_dual(other)
        derivative = self.derivative * other.value + self.value * other.derivative
        return Dual(self.value * other.value, derivative)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        other = as_dual(other)
        above = self.derivative * other.value - self.value * other.derivative
        return Dual(self.value / other.value, above / (other.value * other.value))

    def __rtruediv__(self, other):
        """other / self, where other is a plain number."""
        return as_dual(other) / self

    def __pow__(self, n):
        """self ** n, where n is a plain number."""
        return Dual(self.value**n, n * self.value ** (n - 1) * self.derivative)

    def __repr__(self):
        return "Dual(%r, %r)" % (self.value, self.derivative)


def exp(x):
    """The exponential function of a Dual or a plain number (given)."""
    if isinstance(x, Dual):
        return Dual(exp(x.value), exp(x.value) * x.derivative)
    return math.exp(x)


def log(x):
    """The natural logarithm."""
    if isinstance(x, Dual):
        return Dual(log(x.value), x.derivative / x.value)
    return math.log(x)


def tanh(x):
    """The hyperbolic tangent."""
    if isinstance(x, Dual):
        t = tanh(x.value)
        return Dual(t, (1 - t * t) * x.derivative)
    return math.tanh(x)


def sigmoid(x):
    """1 / (1 + exp(-x)), for |x| up to 30."""
    if isinstance(x, Dual):
        s = sigmoid(x.value)
        return Dual(s, s * (1 - s) * x.derivative)
    return 1 / (1 + math.exp(-x))


def forward_gradient(f, inputs):
    """The derivatives of f with respect to all of its arguments, by one run for each of them.

    f: takes n Duals as n arguments and returns a Dual
    inputs: (n,)
    returns: (n,)
    """
    gradient = np.zeros(len(inputs))
    for chosen in range(len(inputs)):
        duals = [Dual(x, 1.0 if i == chosen else 0.0) for i, x in enumerate(inputs)]
        gradient[chosen] = f(*duals).derivative
    return gradient


# %% mutant: add-value-only
# method: several
# wrong: a sum keeps the derivative of its left side
class Dual(Dual):
    def __add__(self, other):
        return Dual(self.value + as_dual(other).value, self.derivative)


# %% mutant: add-by-product-rule
# method: several
# wrong: the product rule for a sum
class Dual(Dual):
    def __add__(self, other):
        other = as_dual(other)
        return Dual(
            self.value + other.value,
            self.derivative * other.value + self.value * other.derivative,
        )


# %% mutant: add-in-place
# method: several
# wrong: changes and returns the left operand
class Dual(Dual):
    def __add__(self, other):
        other = as_dual(other)
        self.value = self.value + other.value
        self.derivative = self.derivative + other.derivative
        return self


# %% mutant: neg-keeps-the-derivative
# method: several
# wrong: the minus sign concerns the value only
class Dual(Dual):
    def __neg__(self):
        return Dual(-self.value, self.derivative)

    def __sub__(self, other):
        other = as_dual(other)
        return Dual(self.value - other.value, self.derivative - other.derivative)

    def __rsub__(self, other):
        return as_dual(other) - self


# %% mutant: sub-adds-derivatives
# method: several
# wrong: the derivatives are added
class Dual(Dual):
    def __sub__(self, other):
        other = as_dual(other)
        return Dual(self.value - other.value, self.derivative + other.derivative)


# %% mutant: rsub-not-reversed
# method: several
# wrong: 5 - u is computed as u - 5
class Dual(Dual):
    def __rsub__(self, other):
        return self - other


# %% mutant: rsub-derivative-sign
# method: several
# wrong: 5 - u has the derivative of u
class Dual(Dual):
    def __rsub__(self, other):
        return Dual(other - self.value, self.derivative)


# %% mutant: mul-product-of-derivatives
# method: several
# wrong: (uv)' = u'v'
class Dual(Dual):
    def __mul__(self, other):
        other = as_dual(other)
        return Dual(self.value * other.value, self.derivative * other.derivative)


# %% mutant: mul-one-term
# method: several
# wrong: u'v alone
class Dual(Dual):
    def __mul__(self, other):
        other = as_dual(other)
        return Dual(self.value * other.value, self.derivative * other.value)


# %% mutant: mul-own-value
# method: several
# wrong: u'u + v'v
class Dual(Dual):
    def __mul__(self, other):
        other = as_dual(other)
        return Dual(
            self.value * other.value,
            self.derivative * self.value + other.derivative * other.value,
        )


# %% mutant: mul-minus
# method: several
# wrong: u'v - uv'
class Dual(Dual):
    def __mul__(self, other):
        other = as_dual(other)
        return Dual(
            self.value * other.value,
            self.derivative * other.value - self.value * other.derivative,
        )


# %% mutant: constant-with-derivative-1
# method: several
# wrong: a plain number is given the derivative 1
class Dual(Dual):
    def __add__(self, other):
        other = other if isinstance(other, Dual) else Dual(other, 1.0)
        return Dual(self.value + other.value, self.derivative + other.derivative)

    def __mul__(self, other):
        other = other if isinstance(other, Dual) else Dual(other, 1.0)
        derivative = self.derivative * other.value + self.value * other.derivative
        return Dual(self.value * other.value, derivative)


# %% mutant: constant-factor-forgotten
# method: several
# wrong: a plain factor multiplies the value only
class Dual(Dual):
    def __mul__(self, other):
        if not isinstance(other, Dual):
            return Dual(self.value * other, self.derivative)
        return Dual(
            self.value * other.value,
            self.derivative * other.value + self.value * other.derivative,
        )


# %% mutant: div-without-square
# method: several
# wrong: (u'v - uv') / v
class Dual(Dual):
    def __truediv__(self, other):
        other = as_dual(other)
        above = self.derivative * other.value - self.value * other.derivative
        return Dual(self.value / other.value, above / other.value)


# %% mutant: div-plus
# method: several
# wrong: (u'v + uv') / v^2
class Dual(Dual):
    def __truediv__(self, other):
        other = as_dual(other)
        above = self.derivative * other.value + self.value * other.derivative
        return Dual(self.value / other.value, above / other.value**2)


# %% mutant: div-terms-exchanged
# method: several
# wrong: (uv' - u'v) / v^2
class Dual(Dual):
    def __truediv__(self, other):
        other = as_dual(other)
        above = self.value * other.derivative - self.derivative * other.value
        return Dual(self.value / other.value, above / other.value**2)


# %% mutant: div-of-derivatives
# method: several
# wrong: u' / v'
class Dual(Dual):
    def __truediv__(self, other):
        other = as_dual(other)
        if not other.derivative:
            return Dual(self.value / other.value, self.derivative / other.value)
        return Dual(self.value / other.value, self.derivative / other.derivative)


# %% mutant: div-square-of-u
# method: several
# wrong: divided by u^2
class Dual(Dual):
    def __truediv__(self, other):
        other = as_dual(other)
        above = self.derivative * other.value - self.value * other.derivative
        return Dual(self.value / other.value, above / self.value**2)


# %% mutant: rtruediv-not-reversed
# method: several
# wrong: 6 / u is computed as u / 6
class Dual(Dual):
    def __rtruediv__(self, other):
        return self / other


# %% mutant: rtruediv-sign
# method: several
# wrong: the minus sign of (c / u)' is missing
class Dual(Dual):
    def __rtruediv__(self, other):
        return Dual(other / self.value, other * self.derivative / self.value**2)


# %% mutant: rtruediv-missing
# method: several
# wrong: no __rtruediv__ at all
class Dual(Dual):
    __rtruediv__ = None


# %% mutant: pow-without-chain
# method: several
# wrong: n u^(n-1) without u'
class Dual(Dual):
    def __pow__(self, n):
        return Dual(self.value**n, n * self.value ** (n - 1))


# %% mutant: pow-exponent-kept
# method: several
# wrong: n u^n u'
class Dual(Dual):
    def __pow__(self, n):
        return Dual(self.value**n, n * self.value**n * self.derivative)


# %% mutant: pow-without-factor
# method: several
# wrong: u^(n-1) u'
class Dual(Dual):
    def __pow__(self, n):
        return Dual(self.value**n, self.value ** (n - 1) * self.derivative)


# %% mutant: pow-by-multiplication
# method: several
# wrong: repeated products: right for positive integers only
class Dual(Dual):
    def __pow__(self, n):
        result = self
        for _ in range(int(n) - 1):
            result = result * self
        return result


# %% mutant: pow-by-logarithm
# method: several
# wrong: exp(n log u): fails for negative u
class Dual(Dual):
    def __pow__(self, n):
        return exp(n * log(self))


# %% mutant: pow-of-the-derivative
# method: several
# wrong: (u')^n
class Dual(Dual):
    def __pow__(self, n):
        return Dual(self.value**n, self.derivative**n)


# %% mutant: log-multiplied
# method: several
# wrong: u' u in place of u' / u
def log(x):
    if isinstance(x, Dual):
        return Dual(log(x.value), x.derivative * x.value)
    return math.log(x)


# %% mutant: log-of-base-10
# method: several
# wrong: the logarithm to the base 10
def log(x):
    if isinstance(x, Dual):
        return Dual(log(x.value), x.derivative / x.value / math.log(10))
    return math.log10(x)


# %% mutant: log-without-chain
# method: several
# wrong: 1 / u without u'
def log(x):
    if isinstance(x, Dual):
        return Dual(log(x.value), 1 / x.value)
    return math.log(x)


# %% mutant: tanh-without-square
# method: several
# wrong: 1 - t
def tanh(x):
    if isinstance(x, Dual):
        t = tanh(x.value)
        return Dual(t, (1 - t) * x.derivative)
    return math.tanh(x)


# %% mutant: tanh-plus
# method: several
# wrong: 1 + t^2
def tanh(x):
    if isinstance(x, Dual):
        t = tanh(x.value)
        return Dual(t, (1 + t * t) * x.derivative)
    return math.tanh(x)


# %% mutant: tanh-square-of-u
# method: several
# wrong: 1 - u^2
def tanh(x):
    if isinstance(x, Dual):
        return Dual(tanh(x.value), (1 - x.value * x.value) * x.derivative)
    return math.tanh(x)


# %% mutant: tanh-without-chain
# method: several
# wrong: the inner derivative is missing
def tanh(x):
    if isinstance(x, Dual):
        t = tanh(x.value)
        return Dual(t, 1 - t * t)
    return math.tanh(x)


# %% mutant: sigmoid-of-u
# method: several
# wrong: u (1 - u)
def sigmoid(x):
    if isinstance(x, Dual):
        s = sigmoid(x.value)
        return Dual(s, x.value * (1 - x.value) * x.derivative)
    return 1 / (1 + math.exp(-x))


# %% mutant: sigmoid-one-factor
# method: several
# wrong: s alone
def sigmoid(x):
    if isinstance(x, Dual):
        s = sigmoid(x.value)
        return Dual(s, s * x.derivative)
    return 1 / (1 + math.exp(-x))


# %% mutant: sigmoid-sign
# method: several
# wrong: 1 / (1 + e^x)
def sigmoid(x):
    return 1 / (1 + exp(x))


# %% mutant: plain-number-becomes-dual
# method: several
# wrong: tanh of a plain number is a Dual
def tanh(x):
    x = as_dual(x)
    t = math.tanh(x.value)
    return Dual(t, (1 - t * t) * x.derivative)


# %% mutant: gradient-all-seeds-1
# method: several
# wrong: all inputs are seeded at once
def forward_gradient(f, inputs):
    duals = [Dual(x, 1.0) for x in inputs]
    return np.array([f(*duals).derivative for _ in inputs])


# %% mutant: gradient-reversed
# method: several
# wrong: the result is in the wrong order
def forward_gradient(f, inputs):
    gradient = []
    for chosen in range(len(inputs)):
        duals = [Dual(x, 1.0 if i == chosen else 0.0) for i, x in enumerate(inputs)]
        gradient.insert(0, f(*duals).derivative)
    return np.array(gradient)


# %% mutant: gradient-first-input-only
# method: several
# wrong: one run, for the first input
def forward_gradient(f, inputs):
    gradient = np.zeros(len(inputs))
    duals = [Dual(x, 1.0 if i == 0 else 0.0) for i, x in enumerate(inputs)]
    gradient[0] = f(*duals).derivative
    return gradient


# %% mutant: gradient-added-up
# method: several
# wrong: seeds are never reset
def forward_gradient(f, inputs):
    gradient = []
    duals = [Dual(x, 0.0) for x in inputs]
    for dual in duals:
        dual.derivative = 1.0
        gradient.append(f(*duals).derivative)
    return np.array(gradient)


# %% mutant: gradient-as-list
# method: several
# wrong: a list in place of an array
def forward_gradient(f, inputs):
    return [
        f(*[Dual(x, float(i == chosen)) for i, x in enumerate(inputs)]).derivative
        for chosen in range(len(inputs))
    ]


# %% mutant: gradient-of-duals
# method: several
# wrong: the Duals themselves
def forward_gradient(f, inputs):
    return [
        f(*[Dual(x, float(i == chosen)) for i, x in enumerate(inputs)])
        for chosen in range(len(inputs))
    ]


# %% mutant: gradient-overwrites-its-inputs
# method: several
# wrong: the result is written into the given array
def forward_gradient(f, inputs):
    values = list(inputs)
    for chosen in range(len(values)):
        duals = [Dual(x, 1.0 if i == chosen else 0.0) for i, x in enumerate(values)]
        inputs[chosen] = f(*duals).derivative
    return inputs


# %% mutant: gradient-passes-a-list
# method: several
# wrong: f gets one list in place of n arguments
def forward_gradient(f, inputs):
    return np.array([f([Dual(x, 1.0) for x in inputs]).derivative])


# %% mutant: numeric-gradient
# method: several
# wrong: central differences of f, on numbers that do not change
def forward_gradient(f, inputs):
    gradient = np.zeros(len(inputs))
    for i in range(len(inputs)):
        ahead, behind = np.array(inputs), np.array(inputs)
        ahead[i] += 1e-5
        behind[i] -= 1e-5
        gradient[i] = (f(*map(Dual, ahead)).value - f(*map(Dual, behind)).value) / 2e-5
    return gradient


# %% mutant: numeric-tanh
# method: several
# wrong: a central difference in tanh
def tanh(x):
    if isinstance(x, Dual):
        slope = (math.tanh(x.value + 1e-5) - math.tanh(x.value - 1e-5)) / 2e-5
        return Dual(math.tanh(x.value), slope * x.derivative)
    return math.tanh(x)


# %% mutant: numeric-sigmoid-five-point
# method: several
# wrong: a five-point difference in sigmoid
def sigmoid(x):
    if isinstance(x, Dual):
        h = 1e-3
        s = lambda z: sigmoid(x.value + z)
        slope = (s(-2 * h) - 8 * s(-h) + 8 * s(h) - s(2 * h)) / (12 * h)
        return Dual(sigmoid(x.value), slope * x.derivative)
    return 1 / (1 + math.exp(-x))


# %% mutant: numeric-log-complex-step
# method: several
# wrong: a complex step in log
def log(x):
    if isinstance(x, Dual):
        slope = np.log(x.value + 1e-30j).imag / 1e-30
        return Dual(log(x.value), slope * x.derivative)
    return math.log(x)


# %% mutant: numeric-product
# method: several
# wrong: a difference with the step 1 in products
class Dual(Dual):
    def __mul__(self, other):
        other = as_dual(other)
        u, v = self.value, other.value
        by_u, by_v = (u + 1) * v - u * v, u * (v + 1) - u * v
        return Dual(u * v, by_u * self.derivative + by_v * other.derivative)


# %% mutant: library-autograd
# method: several
# wrong: a library for automatic differentiation
def forward_gradient(f, inputs):
    import autograd

    return np.array([autograd.grad(f, i)(*inputs) for i in range(len(inputs))])
