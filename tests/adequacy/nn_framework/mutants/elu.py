"""Wrong implementations of ELU(alpha=1.0): x for x > 0, alpha * (exp(x) - 1) otherwise."""


# %% base
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * (np.exp(np.minimum(input, 0)) - 1))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(
            input > 0, 1.0, self.alpha * np.exp(np.minimum(input, 0))
        )
        return self.grad_input

    def __repr__(self):
        return "ELU"


# %% mutant: alpha-exp-minus-one
# method: forward
# wrong: alpha * exp(x) - 1: the parentheses are missing, right for alpha = 1 only
class ELU(ELU):
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * np.exp(input) - 1)
        return self.output


# %% mutant: changes-its-input
# method: several
# wrong: writes its result into the input: backward in a chain gets changed values
class ELU(ELU):
    def update_output(self, input):
        negative = input <= 0
        input[negative] = self.alpha * (np.exp(input[negative]) - 1)
        self.output = input
        return self.output


# %% mutant: view-instead-of-copy
# method: several
# wrong: self.output = input is no copy, so writing its negative entries changes the input
class ELU(ELU):
    def update_output(self, input):
        self.output = input
        self.output[self.output < 0] = self.alpha * np.expm1(self.output[self.output < 0])
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output.copy()
        self.grad_input[input < 0] *= self.alpha * np.exp(input[input < 0])
        return self.grad_input


# %% mutant: alpha-hard-coded
# method: several
# wrong: the constructor argument is ignored
class ELU(ELU):
    def __init__(self, alpha=1.0):
        Module.__init__(self)
        self.alpha = 1.0


# %% mutant: forward-without-alpha
# method: forward
# wrong: forward forgets alpha, right for alpha = 1 only
class ELU(ELU):
    def update_output(self, input):
        self.output = np.where(input > 0, input, np.exp(input) - 1)
        return self.output


# %% mutant: gradient-without-alpha
# method: input gradient
# wrong: the derivative forgets alpha, right for alpha = 1 only
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input > 0, 1.0, np.exp(input))
        return self.grad_input


# %% mutant: gradient-output-plus-one
# method: input gradient
# wrong: derivative output + 1 in place of output + alpha
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input > 0, 1.0, self.output + 1)
        return self.grad_input


# %% mutant: gradient-output-only
# method: input gradient
# wrong: derivative alpha * (exp(x) - 1): the output is taken for the derivative
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input > 0, 1.0, self.alpha * (np.exp(input) - 1))
        return self.grad_input


# %% mutant: forward-without-minus-one
# method: forward
# wrong: alpha * exp(x) for negative inputs: not continuous
class ELU(ELU):
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * np.exp(input))
        return self.output


# %% mutant: forward-exp-of-minus-x
# method: forward
# wrong: the exponent has the wrong sign
class ELU(ELU):
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * (np.exp(-input) - 1))
        return self.output


# %% mutant: sign-turned-consistently
# method: several
# wrong: alpha * (1 - exp(x)) and its derivative: consistent with each other, both wrong
class ELU(ELU):
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * (1 - np.exp(input)))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input > 0, 1.0, -self.alpha * np.exp(input))
        return self.grad_input


# %% mutant: alpha-in-exponent
# method: several
# wrong: exp(alpha * x) - 1, right for alpha = 1 only
class ELU(ELU):
    def update_output(self, input):
        self.output = np.where(input > 0, input, np.exp(self.alpha * input) - 1)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(
            input > 0, 1.0, self.alpha * np.exp(self.alpha * input)
        )
        return self.grad_input


# %% mutant: celu
# method: several
# wrong: CELU: alpha * (exp(x / alpha) - 1), right for alpha = 1 only
class ELU(ELU):
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * np.expm1(input / self.alpha))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input > 0, 1.0, np.exp(input / self.alpha))
        return self.grad_input


# %% mutant: selu-constants
# method: several
# wrong: SELU: scaled by 1.0507, with alpha 1.6733
class ELU(ELU):
    def update_output(self, input):
        self.output = 1.0507 * np.where(input > 0, input, 1.6733 * (np.exp(input) - 1))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * 1.0507 * np.where(input > 0, 1.0, 1.6733 * np.exp(input))
        return self.grad_input


# %% mutant: alpha-on-positive-part
# method: several
# wrong: alpha multiplies both branches
class ELU(ELU):
    def update_output(self, input):
        self.output = self.alpha * np.where(input > 0, input, np.exp(input) - 1)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = self.alpha * grad_output * np.where(input > 0, 1.0, np.exp(input))
        return self.grad_input


# %% mutant: branches-swapped
# method: several
# wrong: the exponential is applied to positive inputs
class ELU(ELU):
    def update_output(self, input):
        self.output = np.where(input < 0, input, self.alpha * (np.exp(input) - 1))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input < 0, 1.0, self.alpha * np.exp(input))
        return self.grad_input


# %% mutant: gradient-relu
# method: input gradient
# wrong: derivative 0 for negative inputs, as in ReLU
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (input > 0)
        return self.grad_input


# %% mutant: gradient-passed-unchanged
# method: input gradient
# wrong: grad_output is passed on unchanged
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output.copy()
        return self.grad_input


# %% mutant: gradient-constant-alpha
# method: input gradient
# wrong: the negative branch has derivative alpha, the exponential is forgotten
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 0, grad_output, self.alpha * grad_output)
        return self.grad_input


# %% mutant: gradient-sign
# method: input gradient
# wrong: negative branch with a minus sign
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(
            input > 0, grad_output, -self.alpha * np.exp(input) * grad_output
        )
        return self.grad_input


# %% mutant: gradient-negative-branch-without-grad-output
# method: input gradient
# wrong: wrong only for negative inputs: grad_output is missing there
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 0, grad_output, self.alpha * np.exp(input))
        return self.grad_input


# %% mutant: gradient-without-grad-output
# method: input gradient
# wrong: the derivative alone, chain rule forgotten
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 0, 1.0, self.alpha * np.exp(input))
        return self.grad_input


# %% mutant: gradient-branch-from-grad-output
# method: input gradient
# wrong: the sign of grad_output selects the branch
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(grad_output > 0, 1.0, self.alpha * np.exp(input))
        return self.grad_input


# %% mutant: gradient-exp-of-output
# method: input gradient
# wrong: exp of the output in place of exp of the input
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input > 0, 1.0, self.alpha * np.exp(self.output))
        return self.grad_input


# %% mutant: gradient-stale-output
# method: input gradient
# wrong: uses output + alpha with the output of the first batch for ever
class ELU(ELU):
    def __init__(self, alpha=1.0):
        Module.__init__(self)
        self.alpha = alpha
        self.cache = {}

    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * (np.exp(input) - 1))
        self.cache.setdefault(input.shape, self.output)
        return self.output

    def update_grad_input(self, input, grad_output):
        output = self.cache[input.shape]
        self.grad_input = grad_output * np.where(input > 0, 1.0, output + self.alpha)
        return self.grad_input


# %% mutant: gradient-not-stored
# method: input gradient
# wrong: the gradient is returned but self.grad_input stays None
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        grad_input = grad_output.copy()
        grad_input[input < 0] *= self.alpha * np.exp(input[input < 0])
        return grad_input


# %% mutant: maximum-of-both
# method: forward
# wrong: np.maximum(x, alpha (e^x - 1)): the exponential exceeds x for positive x
class ELU(ELU):
    def update_output(self, input):
        self.output = np.maximum(input, self.alpha * (np.exp(input) - 1))
        return self.output


# %% mutant: sum-of-both-branches
# method: forward
# wrong: max(x, 0) + alpha (e^x - 1): min(..., 0) is missing in the second term
class ELU(ELU):
    def update_output(self, input):
        self.output = np.maximum(input, 0) + self.alpha * (np.exp(input) - 1)
        return self.output


# %% mutant: numeric-central-difference
# method: input gradient
# wrong: central differences of the own forward
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        eps = 1e-5
        saved = self.output
        f1 = self.update_output(np.float64(input) + eps)
        f2 = self.update_output(np.float64(input) - eps)
        self.output = saved
        self.grad_input = (f1 - f2) / (2 * eps) * grad_output
        return self.grad_input


# %% mutant: numeric-one-sided
# method: input gradient
# wrong: one-sided difference of a new instance of the class
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        eps = 1e-7
        layer = ELU(self.alpha)
        before = layer.forward(input.astype(np.float64))
        after = layer.forward(input.astype(np.float64) + eps)
        self.grad_input = grad_output * ((after - before) / eps)
        return self.grad_input


# %% mutant: numeric-complex-step
# method: input gradient
# wrong: complex step through the own forward
class ELU(ELU):
    def update_output(self, input):
        self.output = np.where(np.real(input) > 0, input, self.alpha * (np.exp(input) - 1))
        return self.output

    def update_grad_input(self, input, grad_output):
        real = self.output
        stepped = self.update_output(input + 1j * 1e-30)
        self.output = real
        self.grad_input = grad_output * stepped.imag / 1e-30
        return self.grad_input


# %% mutant: numeric-helper-per-element
# method: input gradient
# wrong: perturbs each input element with a helper function
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


class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        saved = self.output
        self.grad_input = numerical_gradient(self.update_output, input, grad_output)
        self.output = saved
        return self.grad_input


# %% mutant: numeric-five-point
# method: input gradient
# wrong: five-point difference formula on the own forward, no derivation
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        h = 1e-4
        f = lambda x: ELU(self.alpha).update_output(x)
        x = np.array(input, dtype=np.float64)
        slope = (f(x - 2 * h) - 8 * f(x - h) + 8 * f(x + h) - f(x + 2 * h)) / (12 * h)
        self.grad_input = slope * grad_output
        return self.grad_input
