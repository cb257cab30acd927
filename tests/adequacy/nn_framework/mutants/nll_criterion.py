"""Wrong implementations of NLLCriterion(): -1/N sum of y times log-probability."""


# %% base
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -np.sum(target * input) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = -target / input.shape[0]
        return self.grad_input

    def __repr__(self):
        return "NLLCriterion"


# %% mutant: log-twice
# method: several
# wrong: takes the logarithm of the log-probabilities (of their absolute value)
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = -np.sum(target * np.log(np.abs(input) + 1e-15)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = -target / input / input.shape[0]
        return self.grad_input


# %% mutant: copied-from-unstable
# method: several
# wrong: copied from NLLCriterionUnstable: clips to [EPS, 1 - EPS] and takes the logarithm
class NLLCriterion(NLLCriterion):
    EPS = 1e-15

    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.sum(target * np.log(p)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -target / p / input.shape[0]
        return self.grad_input


# %% mutant: clips-log-probabilities
# method: forward
# wrong: clips log-probabilities to [EPS, 1 - EPS], which makes the loss constant
class NLLCriterion(NLLCriterion):
    EPS = 1e-15

    def update_output(self, input, target):
        self.output = -np.sum(target * np.clip(input, self.EPS, 1 - self.EPS)) / input.shape[0]
        return self.output


# %% mutant: sign-lost
# method: several
# wrong: the minus sign is missing
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = np.sum(target * input) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = target / input.shape[0]
        return self.grad_input


# %% mutant: forward-sign-lost
# method: forward
# wrong: the minus sign is missing in the loss
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = np.sum(target * input) / input.shape[0]
        return self.output


# %% mutant: gradient-sign-lost
# method: input gradient
# wrong: the minus sign is missing in the gradient
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        self.grad_input = target / input.shape[0]
        return self.grad_input


# %% mutant: mean-over-all-elements
# method: several
# wrong: divides by N K in loss and gradient
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = -np.mean(target * input)
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = -target / input.size
        return self.grad_input


# %% mutant: forward-mean-over-all-elements
# method: forward
# wrong: the loss is a mean over N K
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = -np.mean(target * input)
        return self.output


# %% mutant: gradient-mean-over-all-elements
# method: input gradient
# wrong: the gradient divides by N K
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        self.grad_input = -target / target.size
        return self.grad_input


# %% mutant: no-division
# method: several
# wrong: 1/N is missing in loss and gradient
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = -np.sum(target * input)
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = -target
        return self.grad_input


# %% mutant: gradient-no-division
# method: input gradient
# wrong: 1/N is missing in the gradient
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        self.grad_input = -1.0 * target
        return self.grad_input


# %% mutant: divides-by-classes
# method: several
# wrong: divides by the number of classes in place of N
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = -np.sum(target * input) / input.shape[1]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = -target / input.shape[1]
        return self.grad_input


# %% mutant: gradient-of-unstable
# method: input gradient
# wrong: -y / (N x): gradient copied from the criterion for probabilities
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        self.grad_input = -target / input / input.shape[0]
        return self.grad_input


# %% mutant: gradient-softmax-combined
# method: input gradient
# wrong: exp(x) - y: the gradient of log-softmax and NLL together
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        self.grad_input = (np.exp(input) - target) / input.shape[0]
        return self.grad_input


# %% mutant: gradient-times-input
# method: input gradient
# wrong: -y x / N: the loss terms in place of the derivative
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        self.grad_input = -target * input / input.shape[0]
        return self.grad_input


# %% mutant: gradient-everywhere
# method: input gradient
# wrong: the gradient is -1/N for every class
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        self.grad_input = -np.ones_like(input) / input.shape[0]
        return self.grad_input


# %% mutant: gradient-input-instead-of-target
# method: input gradient
# wrong: the gradient with respect to the target: -x / N
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        self.grad_input = -input / input.shape[0]
        return self.grad_input


# %% mutant: gradient-summed-over-batch
# method: input gradient
# wrong: the gradient is summed over the batch
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        self.grad_input = -np.sum(target, axis=0) / input.shape[0]
        return self.grad_input


# %% mutant: exp-applied
# method: several
# wrong: converts to probabilities and forgets the logarithm
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = -np.sum(target * np.exp(input)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = -target * np.exp(input) / input.shape[0]
        return self.grad_input


# %% mutant: log-softmax-again
# method: input gradient
# wrong: applies log-softmax again: same loss, but the gradient of both together
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        shifted = input - input.max(axis=1, keepdims=True)
        self.log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.output = -np.sum(target * self.log_p) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = (np.exp(self.log_p) - target) / input.shape[0]
        return self.grad_input


# %% mutant: per-row-losses
# method: forward
# wrong: returns a vector with the loss of each row
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = -np.sum(target * input, axis=1)
        return self.output


# %% mutant: per-class-losses
# method: forward
# wrong: mean over the batch only: one value per class
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = -np.mean(target * input, axis=0)
        return self.output


# %% mutant: label-indexing-rows
# method: forward
# wrong: x[:, labels] in place of x[arange(N), labels]
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = -np.mean(input[:, np.argmax(target, axis=1)])
        return self.output


# %% mutant: predicted-class
# method: forward
# wrong: the largest log-probability of each row, whatever the target
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = -np.sum(np.max(input, axis=1)) / input.shape[0]
        return self.output


# %% mutant: labels-expected
# method: several
# wrong: expects class indices in place of one-hot targets
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = -np.mean(input[np.arange(len(input)), target.astype(int)])
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = np.zeros(input.shape)
        self.grad_input[np.arange(len(input)), target.astype(int)] = -1 / len(input)
        return self.grad_input


# %% mutant: matrix-product
# method: forward
# wrong: sums the whole matrix target @ input.T in place of its trace; right for N = 1
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = -np.sum(target.dot(input.T)) / input.shape[0]
        return self.output


# %% mutant: last-row-overwrites
# method: forward
# wrong: the loop assigns in place of adding up
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        loss = 0.0
        for x, y in zip(input, target):
            loss = -np.sum(x * y)
        self.output = loss / len(input)
        return self.output


# %% mutant: accumulates-over-calls
# method: forward
# wrong: adds the loss to that of the previous calls
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = (self.output or 0.0) - np.sum(target * input) / input.shape[0]
        return self.output


# %% mutant: binary-cross-entropy
# method: several
# wrong: adds the terms (1 - y) log(1 - exp(x))
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = (
            -np.sum(target * input + (1 - target) * np.log(1 - np.exp(input))) / input.shape[0]
        )
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = (
            -(target - (1 - target) * np.exp(input) / (1 - np.exp(input))) / input.shape[0]
        )
        return self.grad_input


# %% mutant: batch-size-128-hard-coded
# method: several
# wrong: divides by 128 whatever the batch
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        self.output = -np.sum(target * input) / 128
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = -target / 128
        return self.grad_input


# %% mutant: stale-batch-size
# method: several
# wrong: keeps the batch size of the first batch
class NLLCriterion(NLLCriterion):
    def __init__(self):
        Criterion.__init__(self)
        self.n = None

    def update_output(self, input, target):
        if self.n is None:
            self.n = input.shape[0]
        self.output = -np.sum(target * input) / self.n
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = -target / self.n
        return self.grad_input


# %% mutant: stale-target
# method: input gradient
# wrong: keeps the target of the first batch of a shape
class NLLCriterion(NLLCriterion):
    def __init__(self):
        Criterion.__init__(self)
        self.targets = {}

    def update_output(self, input, target):
        self.targets.setdefault(target.shape, target.copy())
        self.output = -np.sum(target * input) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = -self.targets[target.shape] / input.shape[0]
        return self.grad_input


# %% mutant: gradient-integer
# method: input gradient
# wrong: integer division makes the gradient 0 or -1
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        self.grad_input = -target // input.shape[0]
        return self.grad_input


# %% mutant: gradient-nothing-stored
# method: input gradient
# wrong: the gradient is neither stored nor returned
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        gradient = -target / input.shape[0]


# %% mutant: forward-nothing-stored
# method: forward
# wrong: the loss is neither stored nor returned
class NLLCriterion(NLLCriterion):
    def update_output(self, input, target):
        loss = -np.sum(target * input) / input.shape[0]


# %% mutant: gradient-returns-tuple
# method: input gradient
# wrong: grad_input is a pair: gradients with respect to input and target
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        self.grad_input = (-target / input.shape[0], -input / input.shape[0])
        return self.grad_input


# %% mutant: numeric-central-difference
# method: input gradient
# wrong: central differences of the own forward
def numerical_gradient(f, x, h=1e-5):
    x = x.astype(np.float64)
    grad = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        old = x[index]
        x[index] = old + h
        plus = f(x)
        x[index] = old - h
        minus = f(x)
        x[index] = old
        grad[index] = (plus - minus) / (2 * h)
    return grad


class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        output = self.output
        self.grad_input = numerical_gradient(lambda x: self.forward(x, target), input)
        self.output = output
        return self.grad_input


# %% mutant: numeric-one-sided
# method: input gradient
# wrong: one-sided differences of the own forward
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        h = 1e-6
        x = np.array(input, dtype=np.float64)
        base = self.update_output(x, target)
        self.grad_input = np.zeros_like(x)
        for i, j in np.ndindex(*x.shape):
            x[i, j] += h
            self.grad_input[i, j] = (NLLCriterion().update_output(x, target) - base) / h
            x[i, j] -= h
        return self.grad_input


# %% mutant: numeric-complex-step
# method: input gradient
# wrong: complex step through the own forward
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        gradient = np.zeros(input.shape)
        for index in np.ndindex(*input.shape):
            z = input.astype(complex)
            z[index] += 1e-20j
            gradient[index] = NLLCriterion().forward(z, target).imag * 1e20
        self.grad_input = gradient
        return self.grad_input


# %% mutant: numeric-unit-step
# method: input gradient
# wrong: difference with step 1: exact because the loss is linear, but without any derivation
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        base = NLLCriterion().forward(input, target)
        self.grad_input = np.zeros(input.shape)
        for index in np.ndindex(*input.shape):
            moved = input.copy()
            moved[index] += 1
            self.grad_input[index] = NLLCriterion().forward(moved, target) - base
        return self.grad_input
