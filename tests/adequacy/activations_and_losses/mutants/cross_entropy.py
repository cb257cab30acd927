"""Wrong implementations of CrossEntropyCriterion(weights)."""


# %% base
class CrossEntropyCriterion(Criterion):
    def __init__(self, weights=None):
        super().__init__()
        self.weights = weights

    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output

    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = np.eye(input.shape[1])[target]
        self.grad_input = self.w[:, None] * (p - hot) / np.sum(self.w)
        return self.grad_input


# %% mutant: unstable
# method: forward
# wrong: the largest logit is not subtracted
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - 0
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: shift-of-the-batch
# method: forward
# wrong: the largest logit of the whole batch is subtracted
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: shift-of-columns
# method: forward
# wrong: the largest logit of each column is subtracted
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=0)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: shift-mean
# method: forward
# wrong: the mean is subtracted, not the maximum
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.mean(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: log-of-probability
# method: forward
# wrong: the logarithm of a probability that is rounded to 0
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - 0
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -np.log((np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True))[np.arange(len(input)), target])
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: log-clipped
# method: forward
# wrong: probabilities are clipped at 1e-15
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -np.log(np.clip(np.exp(self.log_p[np.arange(len(input)), target]), 1e-15, 1))
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: over-samples
# method: forward
# wrong: softmax over the samples
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=0)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=0))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: over-everything
# method: forward
# wrong: softmax over the whole batch
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input)
        self.log_p = z - np.log(np.sum(np.exp(z)))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: sum
# method: forward
# wrong: the sum in place of the mean
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses)
        return self.output


# %% mutant: mean-of-products
# method: forward
# wrong: divided by the number of samples in spite of weights
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.mean(w * losses)
        return self.output


# %% mutant: all-weights
# method: forward
# wrong: divided by the sum of all weights
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / (len(input) if self.weights is None else np.sum(self.weights))
        return self.output


# %% mutant: weights-ignored
# method: forward
# wrong: no weights
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input))
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: weights-of-predicted
# method: forward
# wrong: the weight of the predicted class
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[np.argmax(input, axis=1)]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: minus-missing
# method: forward
# wrong: the sign
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: predicted-class
# method: forward
# wrong: the largest probability, whatever the label
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -np.max(self.log_p, axis=1)
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: all-pairs
# method: forward
# wrong: the labels of all rows for each row
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = np.mean(-self.log_p[:, target], axis=1)
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: probability
# method: forward
# wrong: one minus the probability in place of its logarithm
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = 1 - np.exp(self.log_p[np.arange(len(input)), target])
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: logit-alone
# method: forward
# wrong: minus the logit of the right class
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -input[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: base-two
# method: forward
# wrong: the logarithm to base 2
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target] / np.log(2)
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: divided-by-classes
# method: forward
# wrong: divided by the classes, too
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w) / input.shape[1]
        return self.output


# %% mutant: labels-from-one
# method: forward
# wrong: labels are counted from 1
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target - 1]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: one-loss-each
# method: forward
# wrong: a loss for each sample
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = losses
        return self.output


# %% mutant: softmax-twice
# method: forward
# wrong: softmax of the probabilities
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -(lambda p: p - np.log(np.sum(np.exp(p), axis=1, keepdims=True)))(np.exp(self.log_p))[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: one-hot-expected
# method: forward
# wrong: targets are taken to be one-hot
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -np.sum(target * self.log_p.T, axis=0)
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: weights-multiply-logits
# method: forward
# wrong: the weights multiply the logits
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - 0
        self.log_p = z - 0
        w = np.ones(len(input))
        self.w = w
        losses = -(lambda y: y - np.log(np.sum(np.exp(y - y.max(axis=1, keepdims=True)), axis=1, keepdims=True)) - y.max(axis=1, keepdims=True))(input * (1 if self.weights is None else self.weights))[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: writes-into-input
# method: forward
# wrong: subtracts in the input's own array
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        input -= np.max(input, axis=1, keepdims=True)
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: running-loss
# method: forward
# wrong: adds the loss to that before
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = (self.output or 0.0) + np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: weights-of-the-class
# method: forward
# wrong: all criteria share the last weights
class CrossEntropyCriterion(CrossEntropyCriterion):
    def __init__(self, weights=None):
        Criterion.__init__(self)
        CrossEntropyCriterion.shared = weights

    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if CrossEntropyCriterion.shared is None else CrossEntropyCriterion.shared[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        return self.output


# %% mutant: p-alone
# method: input gradient
# wrong: the right class is not subtracted
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = 0
        self.grad_input = self.w[:, None] * (p - hot) / np.sum(self.w)
        return self.grad_input


# %% mutant: hot-alone
# method: input gradient
# wrong: the probabilities are missing
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = 0
        hot = np.eye(input.shape[1])[target]
        self.grad_input = self.w[:, None] * (p - hot) / np.sum(self.w)
        return self.grad_input


# %% mutant: plus
# method: input gradient
# wrong: the right class is added
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = np.eye(input.shape[1])[target]
        self.grad_input = self.w[:, None] * (p + hot) / np.sum(self.w)
        return self.grad_input


# %% mutant: sign
# method: input gradient
# wrong: the sign
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = np.eye(input.shape[1])[target]
        self.grad_input = self.w[:, None] * (hot - p) / np.sum(self.w)
        return self.grad_input


# %% mutant: not-divided
# method: input gradient
# wrong: the division is missing
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = np.eye(input.shape[1])[target]
        self.grad_input = self.w[:, None] * (p - hot)
        return self.grad_input


# %% mutant: divided-by-samples
# method: input gradient
# wrong: divided by the number of samples in spite of weights
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = np.eye(input.shape[1])[target]
        self.grad_input = self.w[:, None] * (p - hot) / len(input)
        return self.grad_input


# %% mutant: divided-by-all-weights
# method: input gradient
# wrong: divided by the sum of all weights
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = np.eye(input.shape[1])[target]
        self.grad_input = self.w[:, None] * (p - hot) / (len(input) if self.weights is None else np.sum(self.weights))
        return self.grad_input


# %% mutant: divided-by-elements
# method: input gradient
# wrong: divided by all elements
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = np.eye(input.shape[1])[target]
        self.grad_input = self.w[:, None] * (p - hot) / np.sum(self.w) / input.shape[1]
        return self.grad_input


# %% mutant: weights-ignored-in-gradient
# method: input gradient
# wrong: no weights in the gradient
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = np.eye(input.shape[1])[target]
        self.grad_input = (p - hot) / len(input)
        return self.grad_input


# %% mutant: weight-of-each-class
# method: input gradient
# wrong: each column has its own weight
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = np.eye(input.shape[1])[target]
        self.grad_input = (1 if self.weights is None else self.weights) * (p - hot) / np.sum(self.w)
        return self.grad_input


# %% mutant: weight-of-hot-only
# method: input gradient
# wrong: only the right class is weighted
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = np.eye(input.shape[1])[target]
        self.grad_input = (p - self.w[:, None] * hot) / np.sum(self.w)
        return self.grad_input


# %% mutant: of-probabilities
# method: input gradient
# wrong: the gradient by the probabilities
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = np.eye(input.shape[1])[target]
        self.grad_input = -self.w[:, None] * hot / p / np.sum(self.w)
        return self.grad_input


# %% mutant: logits-for-p
# method: input gradient
# wrong: the logits in place of the probabilities
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = input
        hot = np.eye(input.shape[1])[target]
        self.grad_input = self.w[:, None] * (p - hot) / np.sum(self.w)
        return self.grad_input


# %% mutant: p-unstable
# method: input gradient
# wrong: probabilities without the shift
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(input) / np.sum(np.exp(input), axis=1, keepdims=True)
        hot = np.eye(input.shape[1])[target]
        self.grad_input = self.w[:, None] * (p - hot) / np.sum(self.w)
        return self.grad_input


# %% mutant: only-right-class
# method: input gradient
# wrong: only the right class has a gradient
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = np.eye(input.shape[1])[target]
        self.grad_input = self.w[:, None] * (p - hot) * hot / np.sum(self.w)
        return self.grad_input


# %% mutant: all-columns
# method: input gradient
# wrong: the labels' columns in all rows
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = (lambda a: (a.__setitem__((slice(None), target), 1.0), a)[1])(np.zeros(input.shape))
        self.grad_input = self.w[:, None] * (p - hot) / np.sum(self.w)
        return self.grad_input


# %% mutant: stale-labels
# method: input gradient
# wrong: keeps the probabilities of the first batch of a shape
class CrossEntropyCriterion(CrossEntropyCriterion):
    def __init__(self, weights=None):
        Criterion.__init__(self)
        self.weights, self.kept = weights, {}

    def update_output(self, input, target):
        z = input - np.max(input, axis=1, keepdims=True)
        self.log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        w = np.ones(len(input)) if self.weights is None else self.weights[target]
        self.w = w
        losses = -self.log_p[np.arange(len(input)), target]
        self.output = np.sum(w * losses) / np.sum(w)
        self.kept.setdefault(input.shape, self.log_p)
        return self.output

    def update_grad_input(self, input, target):
        p = np.exp(self.kept[input.shape])
        hot = np.eye(input.shape[1])[target]
        self.grad_input = self.w[:, None] * (p - hot) / np.sum(self.w)
        return self.grad_input


# %% mutant: writes-into-input-in-backward
# method: input gradient
# wrong: works in the input's own array
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        p = np.exp(self.log_p)
        hot = np.eye(input.shape[1])[target]
        self.grad_input = self.w[:, None] * (p - hot) / np.sum(self.w)
        input -= 1
        return self.grad_input


# %% mutant: numeric-central
# method: input gradient
# wrong: central differences of the own forward
def numerical_gradient(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += h
        behind[index] -= h
        gradient[index] = (f(ahead) - f(behind)) / (2 * h)
    return gradient


class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        other = CrossEntropyCriterion(self.weights)
        self.grad_input = numerical_gradient(lambda x: other.forward(x, target), input)
        return self.grad_input


# %% mutant: numeric-one-sided
# method: input gradient
# wrong: one-sided differences of the own forward
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        other = CrossEntropyCriterion(self.weights)
        base, h = other.forward(input, target), 1e-7
        self.grad_input = np.zeros(input.shape)
        for index in np.ndindex(*input.shape):
            moved = input.copy()
            moved[index] += h
            self.grad_input[index] = (other.forward(moved, target) - base) / h
        return self.grad_input


# %% mutant: numeric-five-points
# method: input gradient
# wrong: differences at four points
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        other, h = CrossEntropyCriterion(self.weights), 1e-3
        f = lambda x: other.forward(x, target)
        self.grad_input = np.zeros(input.shape)
        for index in np.ndindex(*input.shape):
            e = np.zeros(input.shape)
            e[index] = h
            self.grad_input[index] = (8 * (f(input + e) - f(input - e)) - f(input + 2 * e) + f(input - 2 * e)) / (12 * h)
        return self.grad_input


# %% mutant: numeric-complex
# method: input gradient
# wrong: complex steps
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        rows = np.arange(len(input))
        self.grad_input = np.zeros(input.shape)
        for index in np.ndindex(*input.shape):
            z = input - np.max(input, axis=1, keepdims=True) + 0j
            z[index] += 1e-20j
            losses = np.log(np.sum(np.exp(z), axis=1)) - z[rows, target]
            self.grad_input[index] = np.sum(self.w * losses).imag * 1e20 / np.sum(self.w)
        return self.grad_input


# %% mutant: numeric-library
# method: input gradient
# wrong: imports a library for automatic differentiation
class CrossEntropyCriterion(CrossEntropyCriterion):
    def update_grad_input(self, input, target):
        import autograd
        self.grad_input = autograd.grad(lambda x: CrossEntropyCriterion(self.weights).forward(x, target))(input)
        return self.grad_input
