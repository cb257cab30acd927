"""Wrong implementations of LeakyReLU(slope=0.03): x for x > 0, slope * x otherwise."""


# %% base
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope

    def update_output(self, input):
        self.output = np.where(input > 0, input, self.slope * input)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input > 0, 1.0, self.slope)
        return self.grad_input

    def __repr__(self):
        return "LeakyReLU"


# %% mutant: slope-ignored-plain-relu
# method: several
# wrong: the slope is not used at all; this is ReLU
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        self.output = np.maximum(input, 0)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (input > 0)
        return self.grad_input


# %% mutant: forward-relu-only
# method: forward
# wrong: forward is ReLU, only the gradient uses the slope
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        self.output = np.maximum(input, 0)
        return self.output


# %% mutant: maximum-of-input-and-slope
# method: forward
# wrong: np.maximum(input, slope): the product slope * input is forgotten
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        self.output = np.maximum(input, self.slope)
        return self.output


# %% mutant: default-slope-hard-coded
# method: several
# wrong: the constructor argument is ignored, slope is always 0.03
class LeakyReLU(LeakyReLU):
    def __init__(self, slope=0.03):
        Module.__init__(self)
        self.slope = 0.03


# %% mutant: slope-001-hard-coded
# method: forward
# wrong: forward uses the 0.01 known from other libraries in place of the slope
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        self.output = np.where(input > 0, input, 0.01 * input)
        return self.output


# %% mutant: gradient-slope-hard-coded
# method: input gradient
# wrong: the backward pass has 0.03 hard-coded, right for the default slope only
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        derivative = np.ones_like(input)
        derivative[input < 0] = 0.03
        self.grad_input = derivative * grad_output
        return self.grad_input


# %% mutant: slope-minus-sign
# method: several
# wrong: negative inputs are multiplied by -slope
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        self.output = np.where(input > 0, input, -self.slope * input)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 0, grad_output, -self.slope * grad_output)
        return self.grad_input


# %% mutant: branches-swapped
# method: several
# wrong: the slope is applied to positive inputs, negative ones pass
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        self.output = np.where(input > 0, self.slope * input, input)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input > 0, self.slope, 1.0)
        return self.grad_input


# %% mutant: gradient-branches-swapped
# method: input gradient
# wrong: the comparison in the derivative is turned round
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input < 0, 1.0, self.slope)
        return self.grad_input


# %% mutant: gradient-of-relu
# method: input gradient
# wrong: derivative 0 for negative inputs, as of ReLU
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (input > 0)
        return self.grad_input


# %% mutant: gradient-passed-unchanged
# method: input gradient
# wrong: grad_output is passed on unchanged
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: gradient-without-grad-output
# method: input gradient
# wrong: returns the derivative alone, the chain rule is forgotten
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 0, 1.0, self.slope)
        return self.grad_input


# %% mutant: gradient-mask-from-grad-output
# method: input gradient
# wrong: the sign of grad_output, not that of the input, selects the branch
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(grad_output > 0, grad_output, self.slope * grad_output)
        return self.grad_input


# %% mutant: gradient-slope-times-input
# method: input gradient
# wrong: negative branch returns slope * x * grad_output in place of slope * grad_output
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 0, grad_output, self.slope * input * grad_output)
        return self.grad_input


# %% mutant: gradient-times-output
# method: input gradient
# wrong: multiplies by the output of the layer, not by its derivative
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.output
        return self.grad_input


# %% mutant: gradient-branch-without-grad-output
# method: input gradient
# wrong: wrong only for negative inputs: the constant slope without grad_output
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 0, grad_output, self.slope)
        return self.grad_input


# %% mutant: gradient-stale-mask
# method: input gradient
# wrong: keeps the mask of the first batch of a shape
class LeakyReLU(LeakyReLU):
    def __init__(self, slope=0.03):
        Module.__init__(self)
        self.slope = slope
        self.mask = None

    def update_output(self, input):
        if self.mask is None or self.mask.shape != input.shape:
            self.mask = input > 0
        self.output = np.where(input > 0, input, self.slope * input)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(self.mask, grad_output, self.slope * grad_output)
        return self.grad_input


# %% mutant: gradient-accumulates
# method: input gradient
# wrong: the input gradient is added to that of the previous call
class LeakyReLU(LeakyReLU):
    def __init__(self, slope=0.03):
        Module.__init__(self)
        self.slope = slope
        self.grad_input = None

    def update_grad_input(self, input, grad_output):
        grad = grad_output * np.where(input > 0, 1.0, self.slope)
        if self.grad_input is not None and self.grad_input.shape == grad.shape:
            self.grad_input = self.grad_input + grad
        else:
            self.grad_input = grad
        return self.grad_input


# %% mutant: gradient-not-stored
# method: input gradient
# wrong: update_grad_input returns the gradient but never stores it, so backward gives None
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        return grad_output * np.where(input > 0, 1.0, self.slope)


# %% mutant: gradient-threshold-one
# method: input gradient
# wrong: compares with 1 in place of 0: wrong for inputs between 0 and 1
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 1, grad_output, self.slope * grad_output)
        return self.grad_input


# %% mutant: forward-nothing-stored
# method: forward
# wrong: the result is a local variable: neither stored nor returned
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        output = np.where(input > 0, input, self.slope * input)


# %% mutant: whole-row-decision
# method: several
# wrong: one decision for a whole row (any positive entry) in place of one per element
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        positive = (input > 0).any(axis=1, keepdims=True)
        self.output = np.where(positive, input, self.slope * input)
        return self.output

    def update_grad_input(self, input, grad_output):
        positive = (input > 0).any(axis=1, keepdims=True)
        self.grad_input = np.where(positive, grad_output, self.slope * grad_output)
        return self.grad_input


# %% mutant: forward-adds-slope
# method: forward
# wrong: x + slope for negative inputs in place of slope * x
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        self.output = np.where(input > 0, input, input + self.slope)
        return self.output


# %% mutant: relu-plus-slope-times-input
# method: several
# wrong: max(x, 0) + slope * x: the slope also acts on positive inputs
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        self.output = np.maximum(input, 0) + self.slope * input
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * ((input > 0) + self.slope)
        return self.grad_input


# %% mutant: divides-by-slope
# method: several
# wrong: negative inputs are divided by the slope
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        self.output = np.where(input > 0, input, input / self.slope)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input > 0, 1.0, 1.0 / self.slope)
        return self.grad_input


# %% mutant: gradient-divided-by-batch-size
# method: input gradient
# wrong: divides the input gradient by N
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input > 0, 1.0, self.slope) / input.shape[0]
        return self.grad_input


# %% mutant: gradient-in-place-overwritten
# method: input gradient
# wrong: sets the negative entries to the slope and then all positive ones, these too, to 1
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        derivative = input.copy()
        derivative[derivative < 0] = self.slope
        derivative[derivative > 0] = 1.0
        self.grad_input = derivative * grad_output
        return self.grad_input


# %% mutant: integer-mask
# method: input gradient
# wrong: the derivative is kept in an integer array, which rounds the slope to 0
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        derivative = np.ones(input.shape, dtype=int)
        derivative[input <= 0] = self.slope
        self.grad_input = derivative * grad_output
        return self.grad_input


# %% mutant: training-flag-selects-slope
# method: mode
# wrong: evaluation mode is taken for plain ReLU
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        slope = self.slope if self.training else 0.0
        self.output = np.where(input > 0, input, slope * input)
        return self.output


# %% mutant: random-slope
# method: several
# wrong: RReLU: a random slope between 0 and 2 * slope on each forward
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        self.current = np.random.uniform(0, 2 * self.slope, size=input.shape)
        self.output = np.where(input > 0, input, self.current * input)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 0, grad_output, self.current * grad_output)
        return self.grad_input


# %% mutant: numeric-central-difference
# method: input gradient
# wrong: the derivative is computed by central differences of the own forward
class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        h = 1e-6
        output = self.output
        plus = self.update_output(input + h).copy()
        minus = self.update_output(input - h).copy()
        self.output = output
        self.grad_input = grad_output * (plus - minus) / (2 * h)
        return self.grad_input


# %% mutant: numeric-one-sided
# method: input gradient
# wrong: the derivative is a one-sided difference quotient of the own forward
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        self.output = self.function(input)
        return self.output

    def update_grad_input(self, input, grad_output):
        x = np.asarray(input, dtype=np.float64)
        step = 1e-7
        self.grad_input = (self.function(x + step) - self.function(x)) / step * grad_output
        return self.grad_input

    def function(self, x):
        return np.where(x > 0, x, self.slope * x)


# %% mutant: numeric-complex-step
# method: input gradient
# wrong: the derivative comes from a complex step through the own forward
class LeakyReLU(LeakyReLU):
    def update_output(self, input):
        self.output = np.where(np.real(input) > 0, input, self.slope * input)
        return self.output

    def update_grad_input(self, input, grad_output):
        saved = self.output
        self.grad_input = grad_output * np.imag(self.update_output(input + 1e-20j)) / 1e-20
        self.output = saved
        return self.grad_input


# %% mutant: numeric-helper-per-element
# method: input gradient
# wrong: a helper function perturbs each element of the input and calls forward
def numerical_gradient(f, x, grad_output, h=1e-5):
    x = x.astype(np.float64)
    grad = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        old = x[index]
        x[index] = old + h
        plus = f(x)
        x[index] = old - h
        minus = f(x)
        x[index] = old
        grad[index] = np.sum((plus - minus) / (2 * h) * grad_output)
    return grad


class LeakyReLU(LeakyReLU):
    def update_grad_input(self, input, grad_output):
        other = LeakyReLU(self.slope)
        self.grad_input = numerical_gradient(other.forward, input, grad_output)
        return self.grad_input
