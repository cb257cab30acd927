"""Wrong implementations of Sigmoid() and Tanh()."""


# %% base
class Sigmoid(Module):
    def update_output(self, input):
        small = np.exp(-np.abs(input))
        self.output = np.where(input >= 0, 1, small) / (1 + small)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.output * (1 - self.output)
        return self.grad_input


class Tanh(Module):
    def update_output(self, input):
        self.output = np.tanh(input)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (1 - self.output**2)
        return self.grad_input


# %% mutant: sigmoid-unstable
# method: forward
# wrong: exp(x) / (1 + exp(x)) is nan for large x
class Sigmoid(Sigmoid):
    def update_output(self, input):
        self.output = np.exp(input) / (1 + np.exp(input))
        return self.output


# %% mutant: sigmoid-sign
# method: forward
# wrong: 1 / (1 + exp(x))
class Sigmoid(Sigmoid):
    def update_output(self, input):
        self.output = 1 / (1 + np.exp(input))
        return self.output


# %% mutant: sigmoid-without-one
# method: forward
# wrong: 1 / exp(-x)
class Sigmoid(Sigmoid):
    def update_output(self, input):
        self.output = 1 / np.exp(-input)
        return self.output


# %% mutant: sigmoid-clipped
# method: forward
# wrong: the input is clipped to -5 and 5
class Sigmoid(Sigmoid):
    def update_output(self, input):
        self.output = 1 / (1 + np.exp(-np.clip(input, -5, 5)))
        return self.output


# %% mutant: sigmoid-is-tanh
# method: forward
# wrong: tanh in place of the sigmoid
class Sigmoid(Sigmoid):
    def update_output(self, input):
        self.output = np.tanh(input)
        return self.output


# %% mutant: sigmoid-hard
# method: forward
# wrong: a piecewise linear sigmoid
class Sigmoid(Sigmoid):
    def update_output(self, input):
        self.output = np.clip(input / 4 + 0.5, 0, 1)
        return self.output


# %% mutant: sigmoid-twice-the-input
# method: forward
# wrong: the sigmoid of 2x
class Sigmoid(Sigmoid):
    def update_output(self, input):
        self.output = (1 + np.tanh(input)) / 2
        return self.output


# %% mutant: sigmoid-branches-by-first
# method: forward
# wrong: the first element decides which formula is used for all
class Sigmoid(Sigmoid):
    def update_output(self, input):
        if input.flat[0] >= 0:
            self.output = 1 / (1 + np.exp(-input))
        else:
            self.output = np.exp(input) / (1 + np.exp(input))
        return self.output


# %% mutant: sigmoid-softmax
# method: forward
# wrong: normalised over the row
class Sigmoid(Sigmoid):
    def update_output(self, input):
        e = np.exp(input - np.max(input))
        self.output = e / np.sum(e, axis=-1, keepdims=True)
        return self.output


# %% mutant: sigmoid-writes-into-input
# method: forward
# wrong: works in the input's own array
class Sigmoid(Sigmoid):
    def update_output(self, input):
        small = np.exp(-np.abs(input))
        input[...] = np.where(input >= 0, 1, small) / (1 + small)
        self.output = input.copy()
        return self.output


# %% mutant: sigmoid-gradient-of-input
# method: input gradient
# wrong: x (1 - x)
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * input * (1 - input)
        return self.grad_input


# %% mutant: sigmoid-gradient-half
# method: input gradient
# wrong: the factor 1 - y is missing
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.output
        return self.grad_input


# %% mutant: sigmoid-gradient-other-half
# method: input gradient
# wrong: the factor y is missing
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (1 - self.output)
        return self.grad_input


# %% mutant: sigmoid-gradient-plus
# method: input gradient
# wrong: y (1 + y)
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.output * (1 + self.output)
        return self.grad_input


# %% mutant: sigmoid-gradient-of-tanh
# method: input gradient
# wrong: 1 - y squared
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (1 - self.output**2)
        return self.grad_input


# %% mutant: sigmoid-gradient-alone
# method: input gradient
# wrong: the upstream gradient is missing
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        self.grad_input = self.output * (1 - self.output)
        return self.grad_input


# %% mutant: sigmoid-gradient-applied-twice
# method: input gradient
# wrong: the sigmoid of the output
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        s = 1 / (1 + np.exp(-self.output))
        self.grad_input = grad_output * s * (1 - s)
        return self.grad_input


# %% mutant: sigmoid-gradient-unstable
# method: input gradient
# wrong: exp(-x) / (1 + exp(-x))^2 is nan for very negative x
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        e = np.exp(-input)
        self.grad_input = grad_output * e / (1 + e) ** 2
        return self.grad_input


# %% mutant: sigmoid-gradient-divided
# method: input gradient
# wrong: a mean over the batch
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.output * (1 - self.output) / len(input)
        return self.grad_input


# %% mutant: sigmoid-gradient-summed
# method: input gradient
# wrong: added to the gradient of the batch before
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        now = grad_output * self.output * (1 - self.output)
        before = self.grad_input
        self.grad_input = now if before is None or before.shape != now.shape else now + before
        return self.grad_input


# %% mutant: sigmoid-writes-into-grad-output
# method: input gradient
# wrong: works in the array of the upstream gradient
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        grad_output *= self.output * (1 - self.output)
        self.grad_input = grad_output.copy()
        return self.grad_input


# %% mutant: sigmoid-shared-output
# method: input gradient
# wrong: the output is kept in the class, for all layers
class Sigmoid(Sigmoid):
    def update_output(self, input):
        small = np.exp(-np.abs(input))
        Sigmoid.kept = self.output = np.where(input >= 0, 1, small) / (1 + small)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * Sigmoid.kept * (1 - Sigmoid.kept)
        return self.grad_input


# %% mutant: tanh-unstable
# method: forward
# wrong: the quotient of the definition is nan for large x
class Tanh(Tanh):
    def update_output(self, input):
        a, b = np.exp(input), np.exp(-input)
        self.output = (a - b) / (a + b)
        return self.output


# %% mutant: tanh-one-sided
# method: forward
# wrong: stable on one side only
class Tanh(Tanh):
    def update_output(self, input):
        e = np.exp(2 * input)
        self.output = (e - 1) / (e + 1)
        return self.output


# %% mutant: tanh-of-half
# method: forward
# wrong: 2 sigmoid(x) - 1
class Tanh(Tanh):
    def update_output(self, input):
        self.output = np.tanh(input / 2)
        return self.output


# %% mutant: tanh-sign
# method: forward
# wrong: the sign
class Tanh(Tanh):
    def update_output(self, input):
        self.output = np.tanh(-input)
        return self.output


# %% mutant: tanh-is-sigmoid
# method: forward
# wrong: the sigmoid of 2x, from 0 to 1
class Tanh(Tanh):
    def update_output(self, input):
        self.output = (1 + np.tanh(input)) / 2
        return self.output


# %% mutant: tanh-clipped
# method: forward
# wrong: a straight line, clipped
class Tanh(Tanh):
    def update_output(self, input):
        self.output = np.clip(input, -1, 1)
        return self.output


# %% mutant: tanh-sinh
# method: forward
# wrong: sinh: the denominator is missing
class Tanh(Tanh):
    def update_output(self, input):
        self.output = np.sinh(input)
        return self.output


# %% mutant: tanh-gradient-no-square
# method: input gradient
# wrong: 1 - y
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (1 - self.output)
        return self.grad_input


# %% mutant: tanh-gradient-plus
# method: input gradient
# wrong: 1 + y squared
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (1 + self.output**2)
        return self.grad_input


# %% mutant: tanh-gradient-of-input
# method: input gradient
# wrong: 1 - x squared
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (1 - input**2)
        return self.grad_input


# %% mutant: tanh-gradient-of-sigmoid
# method: input gradient
# wrong: y (1 - y)
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.output * (1 - self.output)
        return self.grad_input


# %% mutant: tanh-gradient-applied-twice
# method: input gradient
# wrong: 1 - tanh(y) squared
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (1 - np.tanh(self.output) ** 2)
        return self.grad_input


# %% mutant: tanh-gradient-unchanged
# method: input gradient
# wrong: the upstream gradient unchanged
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output.copy()
        return self.grad_input


# %% mutant: tanh-gradient-alone
# method: input gradient
# wrong: the upstream gradient is missing
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        self.grad_input = 1 - self.output**2
        return self.grad_input


# %% mutant: tanh-gradient-unstable
# method: input gradient
# wrong: exponentials of x, nan far away
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        a, b = np.exp(input), np.exp(-input)
        self.grad_input = grad_output * (1 - ((a - b) / (a + b)) ** 2)
        return self.grad_input


# %% mutant: tanh-stale
# method: input gradient
# wrong: keeps the output of the first batch of a shape
class Tanh(Tanh):
    def __init__(self):
        Module.__init__(self)
        self.kept = {}

    def update_output(self, input):
        self.output = np.tanh(input)
        self.kept.setdefault(input.shape, self.output)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (1 - self.kept[input.shape] ** 2)
        return self.grad_input


# %% mutant: tanh-rows-mixed
# method: input gradient
# wrong: the upstream gradient of the first row for all
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output[0] * (1 - self.output**2)
        return self.grad_input


# %% mutant: tanh-gradient-nothing
# method: input gradient
# wrong: stored under another name, not returned
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        self.gradient = grad_output * (1 - self.output**2)


# %% mutant: numeric-complex
# method: input gradient
# wrong: complex steps through tanh
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.tanh(input + 1e-20j).imag * 1e20
        return self.grad_input


# %% mutant: numeric-central-sigmoid
# method: input gradient
# wrong: central differences of the own forward, in Sigmoid
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        h = 1e-5
        ahead, behind = Sigmoid().forward(input + h), Sigmoid().forward(input - h)
        self.grad_input = grad_output * (ahead - behind) / (2 * h)
        return self.grad_input


# %% mutant: numeric-one-sided-sigmoid
# method: input gradient
# wrong: one-sided differences of the own forward, in Sigmoid
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        h = 1e-7
        self.grad_input = grad_output * (Sigmoid().forward(input + h) - Sigmoid().forward(input)) / h
        return self.grad_input


# %% mutant: numeric-five-points-sigmoid
# method: input gradient
# wrong: differences at four points, in Sigmoid
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        h = 1e-3
        f = Sigmoid().update_output
        slope = (8 * (f(input + h) - f(input - h)) - (f(input + 2 * h) - f(input - 2 * h))) / (12 * h)
        self.grad_input = grad_output * slope
        return self.grad_input


# %% mutant: numeric-library-sigmoid
# method: input gradient
# wrong: imports a library for automatic differentiation, in Sigmoid
class Sigmoid(Sigmoid):
    def update_grad_input(self, input, grad_output):
        import autograd
        self.grad_input = autograd.elementwise_grad(Sigmoid().forward)(input) * grad_output
        return self.grad_input


# %% mutant: numeric-central-tanh
# method: input gradient
# wrong: central differences of the own forward, in Tanh
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        h = 1e-5
        ahead, behind = Tanh().forward(input + h), Tanh().forward(input - h)
        self.grad_input = grad_output * (ahead - behind) / (2 * h)
        return self.grad_input


# %% mutant: numeric-one-sided-tanh
# method: input gradient
# wrong: one-sided differences of the own forward, in Tanh
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        h = 1e-7
        self.grad_input = grad_output * (Tanh().forward(input + h) - Tanh().forward(input)) / h
        return self.grad_input


# %% mutant: numeric-five-points-tanh
# method: input gradient
# wrong: differences at four points, in Tanh
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        h = 1e-3
        f = Tanh().update_output
        slope = (8 * (f(input + h) - f(input - h)) - (f(input + 2 * h) - f(input - 2 * h))) / (12 * h)
        self.grad_input = grad_output * slope
        return self.grad_input


# %% mutant: numeric-library-tanh
# method: input gradient
# wrong: imports a library for automatic differentiation, in Tanh
class Tanh(Tanh):
    def update_grad_input(self, input, grad_output):
        import autograd
        self.grad_input = autograd.elementwise_grad(Tanh().forward)(input) * grad_output
        return self.grad_input
