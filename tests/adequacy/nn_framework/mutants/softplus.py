"""Wrong implementations of SoftPlus(): ln(1 + exp(x))."""


# %% base
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output / (1 + np.exp(-input))
        return self.grad_input

    def __repr__(self):
        return "SoftPlus"


# %% mutant: sigmoid-sign
# method: input gradient
# wrong: sign error in the sigmoid: 1 / (1 + exp(x))
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output / (1 + np.exp(input))
        return self.grad_input


# %% mutant: forward-exp-of-minus-x
# method: forward
# wrong: ln(1 + exp(-x)): the exponent has the wrong sign
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(-input))
        return self.output


# %% mutant: minus-x-consistently
# method: several
# wrong: ln(1 + exp(-x)) with the derivative that belongs to it
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(-input))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = -grad_output / (1 + np.exp(input))
        return self.grad_input


# %% mutant: gradient-minus-sign
# method: input gradient
# wrong: the gradient has the wrong sign
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        self.grad_input = -grad_output / (1 + np.exp(-input))
        return self.grad_input


# %% mutant: log-base-two
# method: forward
# wrong: logarithm to base 2
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = np.log2(1 + np.exp(input))
        return self.output


# %% mutant: log1p-without-exp
# method: forward
# wrong: np.log1p(|x|): the exponential is forgotten
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = np.log1p(np.abs(input))
        return self.output


# %% mutant: log-exp-plus-one-outside
# method: forward
# wrong: ln(exp(x)) + 1 in place of ln(exp(x) + 1)
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = np.log(np.exp(input)) + 1
        return self.output


# %% mutant: forward-is-sigmoid
# method: forward
# wrong: returns the derivative (sigmoid) in the forward pass
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = 1 / (1 + np.exp(-input))
        return self.output


# %% mutant: forward-is-relu
# method: several
# wrong: max(0, x), which softplus only approximates
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = np.maximum(input, 0)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (input > 0)
        return self.grad_input


# %% mutant: early-linear-branch
# method: forward
# wrong: returns x itself from x > 1 on: the threshold is much too low
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = np.where(input > 1, input, np.log(1 + np.exp(input)))
        return self.output


# %% mutant: early-exp-branch
# method: several
# wrong: takes exp(x) for all negative x, which is close for very negative x only
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = np.where(input > 0, np.log(1 + np.exp(input)), np.exp(input))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input > 0, 1 / (1 + np.exp(-input)), np.exp(input))
        return self.grad_input


# %% mutant: stable-form-without-max
# method: forward
# wrong: the stable form without its term max(x, 0)
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = np.log1p(np.exp(-np.abs(input)))
        return self.output


# %% mutant: stable-form-abs-instead-of-max
# method: forward
# wrong: the stable form with |x| in place of max(x, 0): wrong for negative inputs
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = np.abs(input) + np.log1p(np.exp(-np.abs(input)))
        return self.output


# %% mutant: beta-two
# method: several
# wrong: ln(1 + exp(2 x)) / 2, the softplus of another sharpness
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(2 * input)) / 2
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output / (1 + np.exp(-2 * input))
        return self.grad_input


# %% mutant: shifted-softplus
# method: forward
# wrong: subtracts ln 2 so that f(0) = 0
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input)) - np.log(2)
        return self.output


# %% mutant: gradient-exp-over-one
# method: input gradient
# wrong: the inner derivative only: exp(x)
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.exp(input)
        return self.grad_input


# %% mutant: gradient-sigmoid-of-output
# method: input gradient
# wrong: the sigmoid of the output in place of that of the input
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output / (1 + np.exp(-self.output))
        return self.grad_input


# %% mutant: gradient-sigmoid-derivative
# method: input gradient
# wrong: s (1 - s): the derivative of the sigmoid
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        s = 1 / (1 + np.exp(-input))
        self.grad_input = grad_output * s * (1 - s)
        return self.grad_input


# %% mutant: gradient-one-minus-exp-output
# method: input gradient
# wrong: 1 - exp(output) in place of 1 - exp(-output)
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (1 - np.exp(self.output))
        return self.grad_input


# %% mutant: gradient-passed-unchanged
# method: input gradient
# wrong: grad_output is passed on unchanged
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: gradient-without-grad-output
# method: input gradient
# wrong: the sigmoid alone, chain rule forgotten
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        self.grad_input = 1 / (1 + np.exp(-input))
        return self.grad_input


# %% mutant: gradient-sigmoid-of-grad-output
# method: input gradient
# wrong: the sigmoid is applied to grad_output
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        self.grad_input = 1 / (1 + np.exp(-grad_output))
        return self.grad_input


# %% mutant: gradient-relu-step
# method: input gradient
# wrong: the step function in place of the sigmoid
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (input > 0)
        return self.grad_input


# %% mutant: gradient-operator-precedence
# method: input gradient
# wrong: grad_output / 1 + exp(-x): parentheses missing
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output / 1 + np.exp(-input)
        return self.grad_input


# %% mutant: gradient-not-stored
# method: input gradient
# wrong: self.grad_input is never set, backward gives None
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        grad_input = grad_output * np.exp(input) / (1 + np.exp(input))
        return grad_input


# %% mutant: gradient-stale-exponential
# method: input gradient
# wrong: keeps exp(x) of the first batch of a shape
class SoftPlus(SoftPlus):
    def __init__(self):
        Module.__init__(self)
        self.exp = None

    def update_output(self, input):
        if self.exp is None or self.exp.shape != input.shape:
            self.exp = np.exp(input)
        self.output = np.log(1 + np.exp(input))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.exp / (1 + self.exp)
        return self.grad_input


# %% mutant: changes-its-input
# method: several
# wrong: np.exp(input, out=input): in a chain the backward pass sees exp(x) as input
class SoftPlus(SoftPlus):
    def update_output(self, input):
        np.exp(input, out=input)
        self.output = np.log(1 + input)
        return self.output


# %% mutant: forward-log-sum-exp
# method: several
# wrong: subtracts the row maximum "for stability" and never adds it again
class SoftPlus(SoftPlus):
    def update_output(self, input):
        shifted = input - np.max(input, axis=1, keepdims=True)
        self.output = np.log(1 + np.exp(shifted))
        return self.output

    def update_grad_input(self, input, grad_output):
        shifted = input - np.max(input, axis=1, keepdims=True)
        self.grad_input = grad_output / (1 + np.exp(-shifted))
        return self.grad_input


# %% mutant: forward-nothing-stored
# method: forward
# wrong: the result is neither stored nor returned
class SoftPlus(SoftPlus):
    def update_output(self, input):
        result = np.log(1 + np.exp(input))


# %% mutant: clips-input-to-one
# method: forward
# wrong: clips the input to [-1, 1] against overflow
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(np.clip(input, -1, 1)))
        return self.output


# %% mutant: numeric-central-difference
# method: input gradient
# wrong: central differences of the own forward
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        h = 1e-5
        output = self.output
        self.grad_input = (
            grad_output * (self.update_output(input + h) - self.update_output(input - h)) / (2 * h)
        )
        self.output = output
        return self.grad_input


# %% mutant: numeric-one-sided
# method: input gradient
# wrong: one-sided difference of the own forward
class SoftPlus(SoftPlus):
    def update_output(self, input):
        self.output = self.f(input)
        return self.output

    def update_grad_input(self, input, grad_output):
        h = 1e-7
        self.grad_input = grad_output * (self.f(input + h) - self.f(input)) / h
        return self.grad_input

    @staticmethod
    def f(x):
        return np.log(1 + np.exp(np.asarray(x, dtype=np.float64)))


# %% mutant: numeric-complex-step
# method: input gradient
# wrong: complex step through the own forward
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        step = 1e-25
        self.grad_input = np.imag(SoftPlus().forward(input + step * 1j)) / step * grad_output
        return self.grad_input


# %% mutant: numeric-helper-per-element
# method: input gradient
# wrong: perturbs every element of the input by itself
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


class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        self.grad_input = numerical_gradient(SoftPlus().forward, input, grad_output)
        return self.grad_input
