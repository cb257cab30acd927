"""Wrong implementations of NLLCriterionUnstable(): -1/N sum of y log p, with p clipped."""


# %% base
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15

    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.sum(target * np.log(p)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -target / p / input.shape[0]
        return self.grad_input

    def __repr__(self):
        return "NLLCriterionUnstable"


# %% mutant: sign-lost
# method: several
# wrong: the minus sign is missing in both passes
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = np.sum(target * np.log(p)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = target / p / input.shape[0]
        return self.grad_input


# %% mutant: forward-sign-lost
# method: forward
# wrong: the minus sign is missing in the loss
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = np.sum(target * np.log(p)) / input.shape[0]
        return self.output


# %% mutant: gradient-sign-lost
# method: input gradient
# wrong: the minus sign is missing in the gradient
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = target / p / input.shape[0]
        return self.grad_input


# %% mutant: mean-over-all-elements
# method: several
# wrong: divides by N K in loss and gradient
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.mean(target * np.log(p))
        return self.output

    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -target / p / input.size
        return self.grad_input


# %% mutant: forward-mean-over-all-elements
# method: forward
# wrong: the loss is a mean over N K, the gradient is right
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.mean(target * np.log(p))
        return self.output


# %% mutant: gradient-mean-over-all-elements
# method: input gradient
# wrong: the gradient divides by N K
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -target / p / input.size
        return self.grad_input


# %% mutant: no-division
# method: several
# wrong: 1/N is missing in loss and gradient
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.sum(target * np.log(p))
        return self.output

    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -target / p
        return self.grad_input


# %% mutant: gradient-no-division
# method: input gradient
# wrong: 1/N is missing in the gradient
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -target / p
        return self.grad_input


# %% mutant: divides-by-classes
# method: several
# wrong: divides by the number of classes in place of N
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.sum(target * np.log(p)) / input.shape[1]
        return self.output

    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -target / p / input.shape[1]
        return self.grad_input


# %% mutant: log-twice
# method: forward
# wrong: the logarithm is taken twice
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.sum(target * np.log(np.clip(-np.log(p), self.EPS, None))) / input.shape[0]
        return self.output


# %% mutant: no-logarithm
# method: several
# wrong: treats the probabilities as log-probabilities
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.sum(target * p) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -target / input.shape[0]
        return self.grad_input


# %% mutant: gradient-of-log-version
# method: input gradient
# wrong: -y / N: the derivative of the logarithm is forgotten
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        self.grad_input = -target / input.shape[0]
        return self.grad_input


# %% mutant: no-clipping
# method: several
# wrong: no clipping: zero probabilities give nan
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        self.output = -np.sum(target * np.log(input)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = -target / input / input.shape[0]
        return self.grad_input


# %% mutant: forward-no-clipping
# method: forward
# wrong: no clipping in the loss: 0 * log 0 is nan
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        self.output = -np.sum(target * np.log(input)) / input.shape[0]
        return self.output


# %% mutant: gradient-no-clipping
# method: input gradient
# wrong: no clipping in the gradient: 0 / 0 is nan
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        self.grad_input = -(target / input) / input.shape[0]
        return self.grad_input


# %% mutant: clip-result-thrown-away
# method: several
# wrong: np.clip is called, but its result is not used
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.sum(target * np.log(input)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -target / input / input.shape[0]
        return self.grad_input


# %% mutant: eps-much-too-large
# method: several
# wrong: EPS = 0.01 clips probabilities that are not extreme
class NLLCriterionUnstable(NLLCriterionUnstable):
    EPS = 1e-2


# %% mutant: swapped-arguments
# method: several
# wrong: p log y: input and target are exchanged
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        t = np.clip(target, self.EPS, 1 - self.EPS)
        self.output = -np.sum(input * np.log(t)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        t = np.clip(target, self.EPS, 1 - self.EPS)
        self.grad_input = -np.log(t) / input.shape[0]
        return self.grad_input


# %% mutant: binary-cross-entropy
# method: several
# wrong: adds the terms (1 - y) log(1 - p)
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.sum(target * np.log(p) + (1 - target) * np.log(1 - p)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = (-target / p + (1 - target) / (1 - p)) / input.shape[0]
        return self.grad_input


# %% mutant: gradient-binary-cross-entropy
# method: input gradient
# wrong: (p - y) / (p (1 - p)): gradient of the binary loss
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = (p - target) / (p * (1 - p)) / input.shape[0]
        return self.grad_input


# %% mutant: gradient-softmax-combined
# method: input gradient
# wrong: p - y: the gradient of softmax and NLL together
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = (p - target) / input.shape[0]
        return self.grad_input


# %% mutant: gradient-without-target
# method: input gradient
# wrong: the gradient is -1 / (N p) for every class
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -1 / p / input.shape[0]
        return self.grad_input


# %% mutant: gradient-times-p
# method: input gradient
# wrong: y p in place of y / p
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -target * p / input.shape[0]
        return self.grad_input


# %% mutant: gradient-row-vector
# method: input gradient
# wrong: holds the entry of the true class only, in shape (N,)
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -1 / p[np.arange(len(p)), np.argmax(target, axis=1)] / input.shape[0]
        return self.grad_input


# %% mutant: predicted-class
# method: forward
# wrong: uses the probability of the predicted class, not of the true one
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.mean(np.log(np.max(p, axis=1)))
        return self.output


# %% mutant: per-row-losses
# method: forward
# wrong: returns the vector of the losses
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.sum(target * np.log(p), axis=1) / input.shape[0]
        return self.output


# %% mutant: per-class-losses
# method: forward
# wrong: mean over the batch only: one value per class
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.mean(target * np.log(p), axis=0)
        return self.output


# %% mutant: label-indexing-rows
# method: forward
# wrong: p[:, labels] in place of p[arange(N), labels]: mean over an N x N matrix
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.mean(np.log(p[:, np.argmax(target, axis=1)]))
        return self.output


# %% mutant: accumulates-over-calls
# method: forward
# wrong: adds the loss to that of the previous calls
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = (self.output or 0.0) - np.sum(target * np.log(p)) / input.shape[0]
        return self.output


# %% mutant: applies-softmax-again
# method: several
# wrong: takes the probabilities for scores and applies softmax
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        e = np.exp(input - input.max(axis=1, keepdims=True))
        p = np.clip(e / e.sum(axis=1, keepdims=True), self.EPS, 1 - self.EPS)
        self.output = -np.sum(target * np.log(p)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        e = np.exp(input - input.max(axis=1, keepdims=True))
        self.grad_input = (e / e.sum(axis=1, keepdims=True) - target) / input.shape[0]
        return self.grad_input


# %% mutant: stale-probabilities
# method: input gradient
# wrong: keeps the clipped probabilities of the first batch of a shape
class NLLCriterionUnstable(NLLCriterionUnstable):
    def __init__(self):
        Criterion.__init__(self)
        self.p = None

    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        if self.p is None or self.p.shape != p.shape:
            self.p = p
        self.output = -np.sum(target * np.log(p)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = -target / self.p / input.shape[0]
        return self.grad_input


# %% mutant: gradient-nothing-stored
# method: input gradient
# wrong: the gradient is neither stored nor returned
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        grad_input = -target / p / input.shape[0]


# %% mutant: gradient-normalised
# method: input gradient
# wrong: -(y / p - 1) / N, as if the probabilities were normalised again
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -(target / p - 1) / input.shape[0]
        return self.grad_input


# %% mutant: returns-tuple
# method: forward
# wrong: the output is a pair
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = (-np.sum(target * np.log(p)) / input.shape[0], p)
        return self.output


# %% mutant: numeric-central-difference
# method: input gradient
# wrong: central differences of the own forward, with a step relative to p
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        p = np.clip(np.asarray(input, dtype=np.float64), self.EPS, 1 - self.EPS)
        h = 1e-5 * p
        grad = np.zeros_like(p)
        for index in np.ndindex(*p.shape):
            plus, minus = p.copy(), p.copy()
            plus[index] += h[index]
            minus[index] -= h[index]
            criterion = NLLCriterionUnstable()
            grad[index] = (criterion.forward(plus, target) - criterion.forward(minus, target)) / (
                2 * h[index]
            )
        self.grad_input = grad
        return self.grad_input


# %% mutant: numeric-one-sided
# method: input gradient
# wrong: one-sided differences of the own forward
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        p = np.asarray(input, dtype=np.float64)
        base = NLLCriterionUnstable().forward(p, target)
        grad = np.zeros_like(p)
        for index in np.ndindex(*p.shape):
            moved = p.copy()
            step = 1e-7 * max(p[index], 1e-6)
            moved[index] -= step
            grad[index] = (base - NLLCriterionUnstable().forward(moved, target)) / step
        self.grad_input = grad
        return self.grad_input


# %% mutant: numeric-complex-step
# method: input gradient
# wrong: complex step through the logarithm of the own forward
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.sum(target * self.log(p)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -target * self.log(p + 1e-30j).imag / 1e-30 / input.shape[0]
        return self.grad_input

    @staticmethod
    def log(p):
        return np.log(p)


# %% mutant: numeric-helper-per-element
# method: input gradient
# wrong: a general numerical gradient of the loss
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


class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        self.grad_input = numerical_gradient(
            lambda x: NLLCriterionUnstable().forward(x, target), input, h=1e-9
        )
        return self.grad_input
