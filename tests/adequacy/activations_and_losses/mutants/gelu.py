"""Wrong implementations of GELU(kind)."""


# %% base
class GELU(Module):
    def __init__(self, kind="exact"):
        super().__init__()
        self.kind = kind

    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output

    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: exact-without-root
# method: forward
# wrong: erf of x, not of x over the root of 2
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input)) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: exact-root-multiplied
# method: forward
# wrong: erf of x times the root of 2
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input * np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: exact-density
# method: forward
# wrong: the density in place of the distribution
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: exact-without-half
# method: forward
# wrong: the gate runs from 0 to 2
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = 1 + erf(input / np.sqrt(2))
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: exact-without-one
# method: forward
# wrong: the 1 in the gate is missing
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = erf(input / np.sqrt(2)) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: exact-by-tanh
# method: forward
# wrong: the tanh approximation is passed off as exact
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: exact-by-sigmoid
# method: forward
# wrong: the sigmoid approximation is passed off as exact
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: tanh-by-exact
# method: forward
# wrong: the exact one in place of the approximation
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: tanh-square
# method: forward
# wrong: x squared in place of x cubed
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**2))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: tanh-without-cubic
# method: forward
# wrong: the cubic term is missing
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * input)) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: tanh-without-factor
# method: forward
# wrong: the factor in front of the bracket is missing
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(input + 0.044715 * input**3)) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: tanh-factor-without-root
# method: forward
# wrong: 2/pi without the root
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(2 / np.pi * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: tanh-digits
# method: forward
# wrong: 0.04715: a digit is missing
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.04715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: tanh-rounded
# method: forward
# wrong: 0.8 in place of the root of 2/pi
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(0.8 * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: sigmoid-without-scale
# method: forward
# wrong: sigmoid of x: the SiLU
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.5 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: sigmoid-rounded
# method: forward
# wrong: 1.7 in place of 1.702
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.85 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: sigmoid-divided
# method: forward
# wrong: x divided by 1.702
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(input / 3.404)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: sigmoid-unstable
# method: forward
# wrong: exp(z) / (1 + exp(z)) is nan for large z
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = np.exp(1.702 * input) / (1 + np.exp(1.702 * input))
        self.output = input * self.gate
        return self.output


# %% mutant: gate-alone
# method: forward
# wrong: the factor x is missing
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = self.gate
        return self.output


# %% mutant: gate-closed
# method: forward
# wrong: the gate is turned round
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * (1 - self.gate)
        return self.output


# %% mutant: relu
# method: forward
# wrong: the gate is cut at 0
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = np.maximum(input * self.gate, 0)
        return self.output


# %% mutant: default-tanh
# method: forward
# wrong: the default is the tanh kind
class GELU(GELU):
    def __init__(self, kind="tanh"):
        super().__init__(kind)


# %% mutant: kind-ignored
# method: forward
# wrong: always exact
class GELU(GELU):
    def __init__(self, kind="exact"):
        super().__init__("exact")


# %% mutant: kind-of-the-class
# method: several
# wrong: the last kind that was asked for holds for all layers
class GELU(GELU):
    def __init__(self, kind="exact"):
        super().__init__(kind)
        GELU.kind = kind
        del self.kind


# %% mutant: no-default
# method: forward
# wrong: an argument is necessary
class GELU(GELU):
    def __init__(self, kind):
        super().__init__(kind)


# %% mutant: one-axis-lost
# method: forward
# wrong: flattens its input
class GELU(GELU):
    def update_output(self, input):
        GELU.__base__.update_output(self, input)
        self.output = self.output.ravel()
        return self.output


# %% mutant: writes-into-input
# method: forward
# wrong: multiplies the input in its own array
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input.copy() * self.gate
        input *= self.gate
        return self.output


# %% mutant: gate-only
# method: input gradient
# wrong: the product rule's second term is missing
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * s
        return self.grad_input


# %% mutant: slope-only
# method: input gradient
# wrong: the product rule's first term is missing
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * input * slope
        return self.grad_input


# %% mutant: slope-without-x
# method: input gradient
# wrong: the factor x of the second term is missing
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + slope)
        return self.grad_input


# %% mutant: minus
# method: input gradient
# wrong: the second term is subtracted
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s - input * slope)
        return self.grad_input


# %% mutant: alone
# method: input gradient
# wrong: the upstream gradient is missing
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = s + input * slope
        return self.grad_input


# %% mutant: exact-density-without-factor
# method: input gradient
# wrong: the density without its factor
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: exact-density-exponent
# method: input gradient
# wrong: exp(-x^2)
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2)) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: exact-density-sign
# method: input gradient
# wrong: exp(+x^2/2)
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(input**2 / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: exact-factor-without-root
# method: input gradient
# wrong: 1 / 2 pi without the root
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / (2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: exact-gradient-of-tanh
# method: input gradient
# wrong: the exact kind uses the derivative of a sigmoid
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = 1.702 * s * (1 - s)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: tanh-gradient-exact
# method: input gradient
# wrong: the tanh kind uses the exact slope
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: tanh-inner-missing
# method: input gradient
# wrong: the inner derivative is missing
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: tanh-inner-without-bracket
# method: input gradient
# wrong: the inner derivative without the cubic term
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: tanh-inner-without-three
# method: input gradient
# wrong: x cubed has the derivative x squared
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.044715 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: tanh-without-half
# method: input gradient
# wrong: 1 - t^2 without the half
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 4 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: tanh-gate-for-t
# method: input gradient
# wrong: 1 - s^2 with the gate in place of tanh
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = (1 - s**2) / 2 * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: sigmoid-inner-missing
# method: input gradient
# wrong: the factor 1.702 is missing
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: sigmoid-inner-twice
# method: input gradient
# wrong: the factor 1.702 is there twice
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702**2 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: stale-shape
# method: input gradient
# wrong: divided by the batch
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope) / len(input)
        return self.grad_input


# %% mutant: writes-into-grad-output
# method: input gradient
# wrong: works in the array of the upstream gradient
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output.copy() * (s + input * slope)
        grad_output *= s
        return self.grad_input


# %% mutant: shared-gate
# method: input gradient
# wrong: the gate is kept in the class, for all layers
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            GELU.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            GELU.gate = (1 + np.tanh(np.sqrt(2 / np.pi) * (input + 0.044715 * input**3))) / 2
        else:
            GELU.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * GELU.gate
        return self.output

    def update_grad_input(self, input, grad_output):
        s = self.gate
        if self.kind == "exact":
            slope = np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        elif self.kind == "tanh":
            slope = 2 * s * (1 - s) * np.sqrt(2 / np.pi) * (1 + 0.134145 * input**2)
        else:
            slope = 1.702 * s * (1 - s)
        self.grad_input = grad_output * (s + input * slope)
        return self.grad_input


# %% mutant: tanh-overflows
# method: forward
# wrong: tanh from exponentials, nan for large x
class GELU(GELU):
    def update_output(self, input):
        if self.kind == "exact":
            self.gate = (1 + erf(input / np.sqrt(2))) / 2
        elif self.kind == "tanh":
            self.gate = (lambda e: e / (1 + e))(np.exp(2 * np.sqrt(2 / np.pi) * (input + 0.044715 * input**3)))
        else:
            self.gate = (1 + np.tanh(0.851 * input)) / 2
        self.output = input * self.gate
        return self.output


# %% mutant: numeric-complex
# method: input gradient
# wrong: complex steps for the kinds that allow them
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        if self.kind == "exact":
            slope = self.gate + input * np.exp(-(input**2) / 2) / np.sqrt(2 * np.pi)
        else:
            slope = GELU(self.kind).update_output(input + 1e-20j).imag * 1e20
        self.grad_input = grad_output * slope
        return self.grad_input


# %% mutant: numeric-central
# method: input gradient
# wrong: central differences of the own forward, in GELU
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        h = 1e-5
        ahead, behind = GELU(self.kind).forward(input + h), GELU(self.kind).forward(input - h)
        self.grad_input = grad_output * (ahead - behind) / (2 * h)
        return self.grad_input


# %% mutant: numeric-one-sided
# method: input gradient
# wrong: one-sided differences of the own forward, in GELU
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        h = 1e-7
        self.grad_input = grad_output * (GELU(self.kind).forward(input + h) - GELU(self.kind).forward(input)) / h
        return self.grad_input


# %% mutant: numeric-five-points
# method: input gradient
# wrong: differences at four points, in GELU
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        h = 1e-3
        f = GELU(self.kind).update_output
        slope = (8 * (f(input + h) - f(input - h)) - (f(input + 2 * h) - f(input - 2 * h))) / (12 * h)
        self.grad_input = grad_output * slope
        return self.grad_input


# %% mutant: numeric-library
# method: input gradient
# wrong: imports a library for automatic differentiation, in GELU
class GELU(GELU):
    def update_grad_input(self, input, grad_output):
        import autograd
        self.grad_input = autograd.elementwise_grad(GELU(self.kind).forward)(input) * grad_output
        return self.grad_input
