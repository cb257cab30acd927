"""Wrong implementations of BCECriterion() and BCEWithLogitsCriterion()."""


# %% base
class BCECriterion(Criterion):
    EPS = 1e-12

    def update_output(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.output = -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
        return self.output

    def update_grad_input(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.grad_input = (p - target) / (p * (1 - p)) / input.size
        return self.grad_input


class BCEWithLogitsCriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.mean(np.maximum(input, 0) - input * target + np.log1p(np.exp(-np.abs(input))))
        return self.output

    def update_grad_input(self, input, target):
        s = (1 + np.tanh(input / 2)) / 2
        self.grad_input = (s - target) / input.size
        return self.grad_input


# %% mutant: yes-only
# method: forward
# wrong: answers of no cost nothing
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.output = -np.mean(target * np.log(p))
        return self.output


# %% mutant: no-only
# method: forward
# wrong: answers of yes cost nothing
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.output = -np.mean((1 - target) * np.log(1 - p))
        return self.output


# %% mutant: exchanged
# method: forward
# wrong: yes and no are exchanged
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.output = -np.mean((1 - target) * np.log(p) + target * np.log(1 - p))
        return self.output


# %% mutant: sum
# method: forward
# wrong: the sum in place of the mean
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.output = -np.sum(target * np.log(p) + (1 - target) * np.log(1 - p))
        return self.output


# %% mutant: over-rows
# method: forward
# wrong: divided by the rows only
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.output = -np.sum(target * np.log(p) + (1 - target) * np.log(1 - p)) / len(input)
        return self.output


# %% mutant: over-columns
# method: forward
# wrong: divided by the columns only
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.output = -np.sum(target * np.log(p) + (1 - target) * np.log(1 - p)) / input.shape[1]
        return self.output


# %% mutant: plus
# method: forward
# wrong: the minus is missing
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.output = np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
        return self.output


# %% mutant: not-clipped
# method: forward
# wrong: nothing is clipped
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = input
        self.output = -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
        return self.output


# %% mutant: clipped-coarsely
# method: forward
# wrong: clipped at 0.001
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.clip(input, 1e-3, 1 - 1e-3)
        self.output = -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
        return self.output


# %% mutant: clipped-below-only
# method: forward
# wrong: clipped below only
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.maximum(input, 1e-12)
        self.output = -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
        return self.output


# %% mutant: clipped-above-only
# method: forward
# wrong: clipped above only
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.minimum(input, 1 - 1e-12)
        self.output = -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
        return self.output


# %% mutant: eps-added
# method: forward
# wrong: EPS is added, so that 1 is not clipped
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = input + 1e-12
        self.output = -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
        return self.output


# %% mutant: clipped-finely
# method: forward
# wrong: clipped at 1e-15
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.clip(input, 1e-15, 1 - 1e-15)
        self.output = -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
        return self.output


# %% mutant: normalised
# method: forward
# wrong: each row is made to add up to 1
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.clip(input / np.sum(input, axis=1, keepdims=True), 1e-12, 1 - 1e-12)
        self.output = -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
        return self.output


# %% mutant: squared
# method: forward
# wrong: the squared error
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.output = np.mean((p - target) ** 2)
        return self.output


# %% mutant: base-two
# method: forward
# wrong: the logarithm to base 2
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.output = -np.mean(target * np.log2(p) + (1 - target) * np.log2(1 - p))
        return self.output


# %% mutant: sigmoid-first
# method: forward
# wrong: takes its input for a logit
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = 1 / (1 + np.exp(-input))
        self.output = -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
        return self.output


# %% mutant: one-loss-each
# method: forward
# wrong: a loss for each row
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.output = -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p), axis=1)
        return self.output


# %% mutant: clips-in-place
# method: forward
# wrong: clips the array that it was given
class BCECriterion(BCECriterion):
    def update_output(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        if isinstance(input, np.ndarray):
            input[...] = p
        self.output = -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
        return self.output


# %% mutant: gradient-of-logits
# method: input gradient
# wrong: the gradient by the logits
class BCECriterion(BCECriterion):
    def update_grad_input(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.grad_input = (p - target) / input.size
        return self.grad_input


# %% mutant: gradient-not-divided
# method: input gradient
# wrong: the division is missing
class BCECriterion(BCECriterion):
    def update_grad_input(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.grad_input = (p - target) / (p * (1 - p))
        return self.grad_input


# %% mutant: gradient-over-rows
# method: input gradient
# wrong: divided by the rows only
class BCECriterion(BCECriterion):
    def update_grad_input(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.grad_input = (p - target) / (p * (1 - p)) / len(input)
        return self.grad_input


# %% mutant: gradient-sign
# method: input gradient
# wrong: the sign
class BCECriterion(BCECriterion):
    def update_grad_input(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.grad_input = (target - p) / (p * (1 - p)) / input.size
        return self.grad_input


# %% mutant: gradient-yes-only
# method: input gradient
# wrong: answers of no have no gradient
class BCECriterion(BCECriterion):
    def update_grad_input(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.grad_input = -target / p / input.size
        return self.grad_input


# %% mutant: gradient-inner-sign
# method: input gradient
# wrong: the inner derivative of log(1 - p) is forgotten
class BCECriterion(BCECriterion):
    def update_grad_input(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.grad_input = -(target / p + (1 - target) / (1 - p)) / input.size
        return self.grad_input


# %% mutant: gradient-not-clipped
# method: input gradient
# wrong: the gradient is not clipped
class BCECriterion(BCECriterion):
    def update_grad_input(self, input, target):
        p = input
        self.grad_input = (p - target) / (p * (1 - p)) / input.size
        return self.grad_input


# %% mutant: gradient-of-the-clipping
# method: input gradient
# wrong: the clipping is differentiated
class BCECriterion(BCECriterion):
    def update_grad_input(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.grad_input = (p - target) / (p * (1 - p)) / input.size * ((input > 1e-12) & (input < 1 - 1e-12))
        return self.grad_input


# %% mutant: gradient-eps-in-denominator
# method: input gradient
# wrong: EPS in the denominator in place of clipping
class BCECriterion(BCECriterion):
    def update_grad_input(self, input, target):
        p = input
        self.grad_input = (p - target) / (p * (1 - p) + 1e-12) / input.size
        return self.grad_input


# %% mutant: naive
# method: forward
# wrong: the logarithm of a sigmoid that is rounded to 0
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_output(self, input, target):
        s = 1 / (1 + np.exp(-input))
        self.output = -np.mean(target * np.log(s) + (1 - target) * np.log(1 - s))
        return self.output


# %% mutant: naive-clipped
# method: forward
# wrong: the logarithm of a clipped sigmoid
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_output(self, input, target):
        s = np.clip(1 / (1 + np.exp(-input)), 1e-12, 1 - 1e-12)
        self.output = -np.mean(target * np.log(s) + (1 - target) * np.log(1 - s))
        return self.output


# %% mutant: half-stable
# method: forward
# wrong: log(1 + exp(x)) overflows
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_output(self, input, target):
        self.output = np.mean(np.log(1 + np.exp(input)) - input * target)
        return self.output


# %% mutant: other-half-stable
# method: forward
# wrong: log(1 + exp(-x)) overflows
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_output(self, input, target):
        self.output = np.mean((1 - target) * input + np.log(1 + np.exp(-input)))
        return self.output


# %% mutant: without-log
# method: forward
# wrong: the logarithm's term is missing
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_output(self, input, target):
        self.output = np.mean(np.maximum(input, 0) - input * target)
        return self.output


# %% mutant: abs-missing
# method: forward
# wrong: exp(-x) in place of exp(-|x|)
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_output(self, input, target):
        self.output = np.mean(np.maximum(input, 0) - input * target + np.log1p(np.exp(-input)))
        return self.output


# %% mutant: logits-over-rows
# method: forward
# wrong: divided by the rows only
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_output(self, input, target):
        self.output = np.sum(np.maximum(input, 0) - input * target + np.log1p(np.exp(-np.abs(input)))) / len(input)
        return self.output


# %% mutant: logits-sum
# method: forward
# wrong: the sum in place of the mean
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_output(self, input, target):
        self.output = np.sum(np.maximum(input, 0) - input * target + np.log1p(np.exp(-np.abs(input))))
        return self.output


# %% mutant: logits-exchanged
# method: forward
# wrong: yes and no are exchanged
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_output(self, input, target):
        self.output = np.mean(np.maximum(input, 0) - input * (1 - target) + np.log1p(np.exp(-np.abs(input))))
        return self.output


# %% mutant: logits-softmax
# method: forward
# wrong: softmax over the row
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_output(self, input, target):
        m = np.max(input, axis=1, keepdims=True)
        self.output = -np.mean(np.sum(target * (input - m - np.log(np.sum(np.exp(input - m), axis=1, keepdims=True))), axis=1))
        return self.output


# %% mutant: logits-clipped
# method: forward
# wrong: logits are clipped at 50
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_output(self, input, target):
        z = np.clip(input, -50, 50)
        self.output = np.mean(np.maximum(z, 0) - z * target + np.log1p(np.exp(-np.abs(z))))
        return self.output


# %% mutant: logits-gradient-not-divided
# method: input gradient
# wrong: the division is missing
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_grad_input(self, input, target):
        s = (1 + np.tanh(input / 2)) / 2
        self.grad_input = s - target
        return self.grad_input


# %% mutant: logits-gradient-over-rows
# method: input gradient
# wrong: divided by the rows only
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_grad_input(self, input, target):
        s = (1 + np.tanh(input / 2)) / 2
        self.grad_input = (s - target) / len(input)
        return self.grad_input


# %% mutant: logits-gradient-sign
# method: input gradient
# wrong: the sign
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_grad_input(self, input, target):
        s = (1 + np.tanh(input / 2)) / 2
        self.grad_input = (target - s) / input.size
        return self.grad_input


# %% mutant: logits-gradient-without-sigmoid
# method: input gradient
# wrong: the logit minus the target
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_grad_input(self, input, target):
        s = (1 + np.tanh(input / 2)) / 2
        self.grad_input = (input - target) / input.size
        return self.grad_input


# %% mutant: logits-gradient-of-probabilities
# method: input gradient
# wrong: the gradient by the probabilities
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_grad_input(self, input, target):
        s = (1 + np.tanh(input / 2)) / 2
        self.grad_input = (s - target) / (s * (1 - s)) / input.size
        return self.grad_input


# %% mutant: logits-gradient-sigmoid-twice
# method: input gradient
# wrong: the sigmoid's derivative once more
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_grad_input(self, input, target):
        s = (1 + np.tanh(input / 2)) / 2
        self.grad_input = (s - target) * s * (1 - s) / input.size
        return self.grad_input


# %% mutant: logits-gradient-unstable
# method: input gradient
# wrong: the sigmoid from exp(x), nan for large x
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_grad_input(self, input, target):
        s = np.exp(input) / (1 + np.exp(input))
        self.grad_input = (s - target) / input.size
        return self.grad_input


# %% mutant: logits-gradient-summed
# method: input gradient
# wrong: the rows are added up
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_grad_input(self, input, target):
        s = (1 + np.tanh(input / 2)) / 2
        self.grad_input = np.sum(s - target, axis=0) / input.size
        return self.grad_input


# %% mutant: logits-stale-size
# method: input gradient
# wrong: divides by the size of the first batch
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_grad_input(self, input, target):
        self.n = getattr(self, 'n', input.size)
        s = (1 + np.tanh(input / 2)) / 2
        self.grad_input = (s - target) / self.n
        return self.grad_input


# %% mutant: numeric-central
# method: input gradient
# wrong: central differences of the own forward, from logits
def numerical_gradient(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += h
        behind[index] -= h
        gradient[index] = (f(ahead) - f(behind)) / (2 * h)
    return gradient


class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_grad_input(self, input, target):
        self.grad_input = numerical_gradient(lambda x: BCEWithLogitsCriterion().forward(x, target), input)
        return self.grad_input


# %% mutant: numeric-central-probabilities
# method: input gradient
# wrong: central differences of the own forward, from probabilities
def numerical_gradient(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += h
        behind[index] -= h
        gradient[index] = (f(ahead) - f(behind)) / (2 * h)
    return gradient


class BCECriterion(BCECriterion):
    def update_grad_input(self, input, target):
        self.grad_input = numerical_gradient(lambda x: BCECriterion().forward(x, target), input, 1e-6)
        return self.grad_input


# %% mutant: numeric-one-sided
# method: input gradient
# wrong: one-sided differences of the own forward
class BCECriterion(BCECriterion):
    def update_grad_input(self, input, target):
        h, base = 1e-8, BCECriterion().forward(input, target)
        self.grad_input = np.zeros(input.shape)
        for index in np.ndindex(*input.shape):
            moved = input.copy()
            moved[index] += h
            self.grad_input[index] = (BCECriterion().forward(moved, target) - base) / h
        return self.grad_input


# %% mutant: numeric-complex
# method: input gradient
# wrong: complex steps
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_grad_input(self, input, target):
        z = input + 1e-20j
        self.grad_input = (np.log(1 + np.exp(z)) - z * target).imag * 1e20 / input.size
        return self.grad_input


# %% mutant: numeric-library
# method: input gradient
# wrong: imports a library for automatic differentiation
class BCEWithLogitsCriterion(BCEWithLogitsCriterion):
    def update_grad_input(self, input, target):
        import torch
        x = torch.tensor(input, requires_grad=True)
        torch.nn.functional.binary_cross_entropy_with_logits(x, torch.tensor(target)).backward()
        self.grad_input = x.grad.numpy()
        return self.grad_input
