"""Wrong implementations of Threshold(b): 1 where x > b, else 0."""


# %% base
class Threshold(Module):
    def __init__(self, b):
        super().__init__()
        self.b = b

    def update_output(self, input):
        self.output = (input > self.b).astype(float)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = 0.0 * grad_output
        return self.grad_input


# %% mutant: one-at-b
# method: forward
# wrong: the output at b is 1
class Threshold(Threshold):
    def update_output(self, input):
        self.output = (input >= self.b) * 1.0
        return self.output


# %% mutant: half-at-b
# method: forward
# wrong: Heaviside's convention, 1/2 at b
class Threshold(Threshold):
    def update_output(self, input):
        self.output = np.heaviside(input - self.b, 0.5)
        return self.output


# %% mutant: b-ignored
# method: forward
# wrong: the step is at 0
class Threshold(Threshold):
    def update_output(self, input):
        self.output = (input > 0) * 1.0
        return self.output


# %% mutant: b-sign
# method: forward
# wrong: the step is at -b
class Threshold(Threshold):
    def update_output(self, input):
        self.output = (input + self.b > 0) * 1.0
        return self.output


# %% mutant: below
# method: forward
# wrong: 1 below b
class Threshold(Threshold):
    def update_output(self, input):
        self.output = (input < self.b) * 1.0
        return self.output


# %% mutant: signs
# method: forward
# wrong: -1 below b
class Threshold(Threshold):
    def update_output(self, input):
        self.output = np.where(input > self.b, 1.0, -1.0)
        return self.output


# %% mutant: relu
# method: forward
# wrong: x itself above b
class Threshold(Threshold):
    def update_output(self, input):
        self.output = np.where(input > self.b, input, 0.0)
        return self.output


# %% mutant: shifted-relu
# method: forward
# wrong: x - b above b
class Threshold(Threshold):
    def update_output(self, input):
        self.output = np.maximum(input - self.b, 0)
        return self.output


# %% mutant: first-row-only
# method: forward
# wrong: the first row decides for the whole batch
class Threshold(Threshold):
    def update_output(self, input):
        self.output = np.zeros_like(input) + (input[0] > self.b)
        return self.output


# %% mutant: writes-into-input
# method: forward
# wrong: writes the output into the input
class Threshold(Threshold):
    def update_output(self, input):
        input[...] = input > self.b
        self.output = input * 1.0
        return self.output


# %% mutant: integer-b
# method: forward
# wrong: b is rounded to an integer
class Threshold(Threshold):
    def update_output(self, input):
        self.output = (input > int(self.b)) * 1.0
        return self.output


# %% mutant: b-of-the-class
# method: forward
# wrong: all layers share the last b
class Threshold(Threshold):
    def __init__(self, b):
        Module.__init__(self)
        Threshold.shared = b

    def update_output(self, input):
        self.output = (input > Threshold.shared) * 1.0
        return self.output


# %% mutant: output-nothing
# method: forward
# wrong: nothing is returned
class Threshold(Threshold):
    def update_output(self, input):
        self.output = (input > self.b) * 1.0


# %% mutant: straight-through
# method: input gradient
# wrong: hands the upstream gradient on
class Threshold(Threshold):
    def update_grad_input(self, input, grad_output):
        self.grad_input = 1.0 * grad_output
        return self.grad_input


# %% mutant: slope-of-relu
# method: input gradient
# wrong: slope 1 above b
class Threshold(Threshold):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (input > self.b)
        return self.grad_input


# %% mutant: output-as-slope
# method: input gradient
# wrong: the output in place of a gradient
class Threshold(Threshold):
    def update_grad_input(self, input, grad_output):
        self.grad_input = self.output
        return self.grad_input


# %% mutant: slope-of-sigmoid
# method: input gradient
# wrong: the slope of a soft step
class Threshold(Threshold):
    def update_grad_input(self, input, grad_output):
        s = 1 / (1 + np.exp(self.b - input))
        self.grad_input = grad_output * s * (1 - s)
        return self.grad_input


# %% mutant: infinite-at-b
# method: input gradient
# wrong: an infinite slope at b
class Threshold(Threshold):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input == self.b, np.inf, 0.0)
        return self.grad_input


# %% mutant: gradient-a-number
# method: input gradient
# wrong: the number 0 in place of an array
class Threshold(Threshold):
    def update_grad_input(self, input, grad_output):
        self.grad_input = 0.0
        return self.grad_input


# %% mutant: gradient-one-row
# method: input gradient
# wrong: the gradient of one row
class Threshold(Threshold):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.zeros(input.shape[1:])
        return self.grad_input


# %% mutant: gradient-none
# method: input gradient
# wrong: no gradient, as there is none
class Threshold(Threshold):
    def update_grad_input(self, input, grad_output):
        return None


# %% mutant: writes-into-grad-output
# method: input gradient
# wrong: zeroes the upstream gradient itself
class Threshold(Threshold):
    def update_grad_input(self, input, grad_output):
        grad_output *= 0
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: numeric-central
# method: input gradient
# wrong: central differences of the own forward, in Threshold
class Threshold(Threshold):
    def update_grad_input(self, input, grad_output):
        h = 1e-5
        ahead, behind = Threshold(self.b).forward(input + h), Threshold(self.b).forward(input - h)
        self.grad_input = grad_output * (ahead - behind) / (2 * h)
        return self.grad_input


# %% mutant: numeric-one-sided
# method: input gradient
# wrong: one-sided differences of the own forward, in Threshold
class Threshold(Threshold):
    def update_grad_input(self, input, grad_output):
        h = 1e-7
        self.grad_input = grad_output * (Threshold(self.b).forward(input + h) - Threshold(self.b).forward(input)) / h
        return self.grad_input


# %% mutant: numeric-five-points
# method: input gradient
# wrong: differences at four points, in Threshold
class Threshold(Threshold):
    def update_grad_input(self, input, grad_output):
        h = 1e-3
        f = Threshold(self.b).update_output
        slope = (8 * (f(input + h) - f(input - h)) - (f(input + 2 * h) - f(input - 2 * h))) / (12 * h)
        self.grad_input = grad_output * slope
        return self.grad_input


# %% mutant: numeric-library
# method: input gradient
# wrong: imports a library for automatic differentiation, in Threshold
class Threshold(Threshold):
    def update_grad_input(self, input, grad_output):
        import autograd
        self.grad_input = autograd.elementwise_grad(Threshold(self.b).forward)(input) * grad_output
        return self.grad_input
