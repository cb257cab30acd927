"""Wrong implementations of BatchNormalization(alpha=0.0), by batch and moving statistics."""


# %% base
class BatchNormalization(Module):
    EPS = 1e-3

    def __init__(self, alpha=0.0):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None

    def update_output(self, input):
        if self.training:
            mean, variance = self.batch_statistics(input)
            self.update_moving_statistics(mean, variance)
            self.output = self.normalise(input, mean, variance)
        else:
            self.output = self.normalise(input, self.moving_mean, self.moving_variance)
        return self.output

    def batch_statistics(self, input):
        return np.mean(input, axis=0), np.var(input, axis=0)

    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = mean
            self.moving_variance = variance
        self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
        self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * variance

    def normalise(self, input, mean, variance):
        return (input - mean) / np.sqrt(variance + self.EPS)

    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        self.grad_input = (
            grad_output
            - np.mean(grad_output, axis=0)
            - centered / std**2 * np.mean(grad_output * centered, axis=0)
        ) / std
        return self.grad_input

    def __repr__(self):
        return "BatchNormalization"


# %% mutant: ddof-one
# method: several
# wrong: normalises with the unbiased variance (ddof=1)
class BatchNormalization(BatchNormalization):
    def batch_statistics(self, input):
        return np.mean(input, axis=0), np.var(input, axis=0, ddof=1)


# %% mutant: moving-variance-unbiased
# method: statistics
# wrong: the moving variance is that with ddof=1, the batch is normalised with the biased one
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if self.training:
            mean, variance = self.batch_statistics(input)
            self.update_moving_statistics(mean, variance * len(input) / max(len(input) - 1, 1))
            self.output = self.normalise(input, mean, variance)
        else:
            self.output = self.normalise(input, self.moving_mean, self.moving_variance)
        return self.output


# %% mutant: eps-outside-root
# method: several
# wrong: adds EPS outside of the root: sqrt(variance) + EPS
class BatchNormalization(BatchNormalization):
    def normalise(self, input, mean, variance):
        return (input - mean) / (np.sqrt(variance) + self.EPS)


# %% mutant: eps-missing
# method: several
# wrong: no EPS in the forward pass
class BatchNormalization(BatchNormalization):
    def normalise(self, input, mean, variance):
        return (input - mean) / np.sqrt(variance)


# %% mutant: eps-missing-in-evaluation
# method: mode
# wrong: no EPS in evaluation
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if self.training:
            mean, variance = self.batch_statistics(input)
            self.update_moving_statistics(mean, variance)
            self.output = self.normalise(input, mean, variance)
        else:
            self.output = (input - self.moving_mean) / np.sqrt(self.moving_variance)
        return self.output


# %% mutant: eps-added-to-moving-variance
# method: statistics
# wrong: EPS goes into the stored moving variance
class BatchNormalization(BatchNormalization):
    def batch_statistics(self, input):
        return np.mean(input, axis=0), np.var(input, axis=0) + self.EPS

    def normalise(self, input, mean, variance):
        return (input - mean) / np.sqrt(variance)


# %% mutant: eps-other-constant
# method: several
# wrong: EPS = 1e-5 as in other libraries
class BatchNormalization(BatchNormalization):
    EPS = 1e-5


# %% mutant: wrong-axis
# method: several
# wrong: statistics over axis 1 (layer normalisation)
class BatchNormalization(BatchNormalization):
    def batch_statistics(self, input):
        return np.mean(input, axis=1, keepdims=True), np.var(input, axis=1, keepdims=True)

    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=1, keepdims=True)
        std = np.sqrt(np.var(input, axis=1, keepdims=True) + self.EPS)
        self.grad_input = (
            grad_output
            - np.mean(grad_output, axis=1, keepdims=True)
            - centered / std**2 * np.mean(grad_output * centered, axis=1, keepdims=True)
        ) / std
        return self.grad_input


# %% mutant: global-statistics
# method: several
# wrong: one mean and one variance for all elements
class BatchNormalization(BatchNormalization):
    def batch_statistics(self, input):
        return np.mean(input), np.var(input)


# %% mutant: divides-by-variance
# method: forward
# wrong: divides by the variance: the square root is missing
class BatchNormalization(BatchNormalization):
    def normalise(self, input, mean, variance):
        return (input - mean) / (variance + self.EPS)


# %% mutant: mean-not-subtracted
# method: forward
# wrong: the mean is not subtracted
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if self.training:
            mean, variance = self.batch_statistics(input)
            self.update_moving_statistics(mean, variance)
            self.output = input / np.sqrt(variance + self.EPS)
        else:
            self.output = self.normalise(input, self.moving_mean, self.moving_variance)
        return self.output


# %% mutant: operator-precedence
# method: forward
# wrong: input - mean / sqrt(...): parentheses missing
class BatchNormalization(BatchNormalization):
    def normalise(self, input, mean, variance):
        return input - mean / np.sqrt(variance + self.EPS)


# %% mutant: variance-without-centring
# method: several
# wrong: takes the mean of the squares for the variance
class BatchNormalization(BatchNormalization):
    def batch_statistics(self, input):
        return np.mean(input, axis=0), np.mean(input**2, axis=0)


# %% mutant: evaluation-batch-statistics
# method: mode
# wrong: uses the batch statistics in evaluation
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if self.training:
            mean, variance = self.batch_statistics(input)
            self.update_moving_statistics(mean, variance)
            self.output = self.normalise(input, mean, variance)
        else:
            self.output = (input - np.mean(input, axis=0)) / np.sqrt(
                np.var(input, axis=0) + self.EPS
            )
        return self.output


# %% mutant: evaluation-identity
# method: mode
# wrong: evaluation returns the input
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if self.training:
            mean, variance = self.batch_statistics(input)
            self.update_moving_statistics(mean, variance)
            self.output = self.normalise(input, mean, variance)
        else:
            self.output = input
        return self.output


# %% mutant: evaluation-mean-from-batch
# method: mode
# wrong: evaluation subtracts the mean of the batch and divides by the moving variance
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if self.training:
            mean, variance = self.batch_statistics(input)
            self.update_moving_statistics(mean, variance)
            self.output = self.normalise(input, mean, variance)
        else:
            self.output = (input - np.mean(input, axis=0)) / np.sqrt(
                self.moving_variance + self.EPS
            )
        return self.output


# %% mutant: evaluation-updates-statistics
# method: statistics
# wrong: the moving statistics are updated in evaluation too
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        mean = np.mean(input, axis=0)
        variance = np.var(input, axis=0)
        if self.moving_mean is None:
            self.moving_mean = mean
            self.moving_variance = variance
        used_mean, used_variance = (
            (mean, variance) if self.training else (self.moving_mean, self.moving_variance)
        )
        self.output = (input - used_mean) / np.sqrt(used_variance + self.EPS)
        self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
        self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * variance
        return self.output


# %% mutant: statistics-updated-in-evaluation-only
# method: statistics
# wrong: the moving statistics are updated in evaluation only: the update is in the wrong branch
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if self.training:
            mean, variance = np.mean(input, axis=0), np.var(input, axis=0)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = mean, variance
        else:
            mean, variance = self.moving_mean, self.moving_variance
            self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * np.mean(
                input, axis=0
            )
            self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * np.var(
                input, axis=0
            )
        self.output = (input - mean) / np.sqrt(variance + self.EPS)
        return self.output


# %% mutant: training-moving-statistics
# method: mode
# wrong: normalises with the moving statistics in training too
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if self.training:
            mean, variance = self.batch_statistics(input)
            self.update_moving_statistics(mean, variance)
            self.output = (input - self.moving_mean) / np.sqrt(self.moving_variance + self.EPS)
        else:
            self.output = self.normalise(input, self.moving_mean, self.moving_variance)
        return self.output


# %% mutant: modes-exchanged
# method: mode
# wrong: the branches of training and evaluation are exchanged
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if not self.training:
            mean, variance = self.batch_statistics(input)
            self.update_moving_statistics(mean, variance)
            self.output = self.normalise(input, mean, variance)
        else:
            self.output = self.normalise(input, self.moving_mean, self.moving_variance)
        return self.output


# %% mutant: training-flag-copied
# method: mode
# wrong: asks a copy of the flag that the constructor made: never in evaluation mode
class BatchNormalization(BatchNormalization):
    def __init__(self, alpha=0.0):
        Module.__init__(self)
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
        self.is_training = self.training

    def update_output(self, input):
        if self.is_training:
            mean, variance = self.batch_statistics(input)
            self.update_moving_statistics(mean, variance)
            self.output = self.normalise(input, mean, variance)
        else:
            self.output = self.normalise(input, self.moving_mean, self.moving_variance)
        return self.output


# %% mutant: alpha-swapped
# method: statistics
# wrong: moving = (1 - alpha) * moving + alpha * batch
class BatchNormalization(BatchNormalization):
    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = mean
            self.moving_variance = variance
        self.moving_mean = (1 - self.alpha) * self.moving_mean + self.alpha * mean
        self.moving_variance = (1 - self.alpha) * self.moving_variance + self.alpha * variance


# %% mutant: alpha-swapped-variance-only
# method: statistics
# wrong: alpha and 1 - alpha are exchanged for the variance only
class BatchNormalization(BatchNormalization):
    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = mean
            self.moving_variance = variance
        self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
        self.moving_variance = (1 - self.alpha) * self.moving_variance + self.alpha * variance


# %% mutant: alpha-ignored
# method: statistics
# wrong: the moving statistics are those of the last batch: right for alpha = 0 only
class BatchNormalization(BatchNormalization):
    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = mean
            self.moving_variance = variance
        self.moving_mean = mean
        self.moving_variance = variance


# %% mutant: alpha-hard-coded
# method: statistics
# wrong: alpha = 0.9 whatever the argument
class BatchNormalization(BatchNormalization):
    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = mean
            self.moving_variance = variance
        self.moving_mean = 0.9 * self.moving_mean + 0.1 * mean
        self.moving_variance = 0.9 * self.moving_variance + 0.1 * variance


# %% mutant: weights-do-not-sum-to-one
# method: statistics
# wrong: moving = alpha * moving + batch: the factor 1 - alpha is missing
class BatchNormalization(BatchNormalization):
    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = mean
            self.moving_variance = variance
        self.moving_mean = self.alpha * self.moving_mean + mean
        self.moving_variance = self.alpha * self.moving_variance + variance


# %% mutant: statistics-never-updated
# method: statistics
# wrong: initialised by the first batch and never changed
class BatchNormalization(BatchNormalization):
    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = mean
            self.moving_variance = variance


# %% mutant: variance-never-updated
# method: statistics
# wrong: only the moving mean is updated
class BatchNormalization(BatchNormalization):
    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = mean
            self.moving_variance = variance
        self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean


# %% mutant: variance-from-mean
# method: statistics
# wrong: copy and paste: the moving variance is updated from the moving mean
class BatchNormalization(BatchNormalization):
    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = mean
            self.moving_variance = variance
        self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
        self.moving_variance = self.alpha * self.moving_mean + (1 - self.alpha) * variance


# %% mutant: moving-standard-deviation
# method: statistics
# wrong: stores the standard deviation as moving variance
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if self.training:
            mean, variance = self.batch_statistics(input)
            self.update_moving_statistics(mean, variance)
            self.output = self.normalise(input, mean, variance)
        else:
            self.output = (input - self.moving_mean) / (self.moving_variance + self.EPS)
        return self.output

    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = mean
            self.moving_variance = np.sqrt(variance)
        self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
        self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * np.sqrt(
            variance
        )


# %% mutant: moving-average-of-root
# method: statistics
# wrong: averages the standard deviations and squares the result
class BatchNormalization(BatchNormalization):
    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = mean
            self.moving_variance = variance
        self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
        self.moving_variance = (
            self.alpha * np.sqrt(self.moving_variance) + (1 - self.alpha) * np.sqrt(variance)
        ) ** 2


# %% mutant: cumulative-average
# method: statistics
# wrong: a cumulative mean over all batches, alpha is not used
class BatchNormalization(BatchNormalization):
    def __init__(self, alpha=0.0):
        Module.__init__(self)
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
        self.batches = 0

    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = mean
            self.moving_variance = variance
        self.moving_mean = self.moving_mean + (mean - self.moving_mean) / (self.batches + 1)
        self.moving_variance = self.moving_variance + (variance - self.moving_variance) / (
            self.batches + 1
        )
        self.batches += 1


# %% mutant: initialised-with-zero-and-one
# method: statistics
# wrong: moving mean 0 and variance 1 at first: the first batch does not initialise them
class BatchNormalization(BatchNormalization):
    def __init__(self, alpha=0.0):
        Module.__init__(self)
        self.alpha = alpha
        self.moving_mean = 0.0
        self.moving_variance = 1.0


# %% mutant: initialised-with-zeros-in-forward
# method: statistics
# wrong: the first batch starts from zeros
class BatchNormalization(BatchNormalization):
    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = np.zeros_like(mean)
            self.moving_variance = np.zeros_like(variance)
        self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
        self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * variance


# %% mutant: crash-on-first-call
# method: statistics
# wrong: multiplies alpha with None: the first training batch crashes
class BatchNormalization(BatchNormalization):
    def update_moving_statistics(self, mean, variance):
        self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
        self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * variance


# %% mutant: statistics-from-output
# method: statistics
# wrong: the moving statistics are those of the normalised output
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if self.training:
            mean, variance = np.mean(input, axis=0), np.var(input, axis=0)
            self.output = (input - mean) / np.sqrt(variance + self.EPS)
            mean, variance = np.mean(self.output, axis=0), np.var(self.output, axis=0)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = mean, variance
            self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
            self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * variance
        else:
            self.output = (input - self.moving_mean) / np.sqrt(self.moving_variance + self.EPS)
        return self.output


# %% mutant: statistics-updated-twice
# method: statistics
# wrong: backward updates the moving statistics a second time
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        self.update_output(input)
        self.grad_input = (
            grad_output
            - np.mean(grad_output, axis=0)
            - centered / std**2 * np.mean(grad_output * centered, axis=0)
        ) / std
        return self.grad_input


# %% mutant: statistics-reset-by-train
# method: statistics
# wrong: train() sets the moving statistics back to None
class BatchNormalization(BatchNormalization):
    def train(self):
        Module.train(self)
        self.moving_mean = None
        self.moving_variance = None


# %% mutant: statistics-reset-by-evaluate
# method: statistics
# wrong: evaluate() sets the moving mean to zero
class BatchNormalization(BatchNormalization):
    def evaluate(self):
        Module.evaluate(self)
        if self.moving_mean is not None:
            self.moving_mean = np.zeros_like(self.moving_mean)


# %% mutant: statistics-shared-by-class
# method: statistics
# wrong: the moving statistics belong to the class, so all layers share them
class BatchNormalization(BatchNormalization):
    moving_mean = None

    moving_variance = None

    def __init__(self, alpha=0.0):
        Module.__init__(self)
        self.alpha = alpha

    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            BatchNormalization.moving_mean = mean
            BatchNormalization.moving_variance = variance
        BatchNormalization.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
        BatchNormalization.moving_variance = (
            self.alpha * self.moving_variance + (1 - self.alpha) * variance
        )


# %% mutant: statistics-scalar
# method: statistics
# wrong: the moving statistics are averaged over the features
class BatchNormalization(BatchNormalization):
    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = np.mean(mean)
            self.moving_variance = np.mean(variance)
        self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * np.mean(mean)
        self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * np.mean(
            variance
        )


# %% mutant: statistics-first-sample
# method: statistics
# wrong: initialised by the first row of the first batch, not by its mean
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if self.training:
            mean = np.mean(input, axis=0)
            variance = np.var(input, axis=0)
            if self.moving_mean is None:
                self.moving_mean = input[0].copy()
                self.moving_variance = variance
            self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
            self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * variance
            self.output = (input - mean) / np.sqrt(variance + self.EPS)
        else:
            self.output = (input - self.moving_mean) / np.sqrt(self.moving_variance + self.EPS)
        return self.output


# %% mutant: gradient-without-statistics-terms
# method: input gradient
# wrong: grad_output / std: mean and variance are taken for constants
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        self.grad_input = grad_output / std
        return self.grad_input


# %% mutant: gradient-without-mean-term
# method: input gradient
# wrong: the term of the mean is missing
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        self.grad_input = (
            grad_output - centered / std**2 * np.mean(grad_output * centered, axis=0)
        ) / std
        return self.grad_input


# %% mutant: gradient-without-variance-term
# method: input gradient
# wrong: the term of the variance is missing
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        self.grad_input = (grad_output - np.mean(grad_output, axis=0)) / std
        return self.grad_input


# %% mutant: gradient-passed-unchanged
# method: input gradient
# wrong: passes grad_output on unchanged
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: gradient-sums-for-means
# method: input gradient
# wrong: sums in place of means: 1/N is missing in both terms
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        self.grad_input = (
            grad_output
            - np.sum(grad_output, axis=0)
            - centered / std**2 * np.sum(grad_output * centered, axis=0)
        ) / std
        return self.grad_input


# %% mutant: gradient-variance-factor-two
# method: input gradient
# wrong: the term of the variance is twice too large
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        self.grad_input = (
            grad_output
            - np.mean(grad_output, axis=0)
            - 2 * centered / std**2 * np.mean(grad_output * centered, axis=0)
        ) / std
        return self.grad_input


# %% mutant: gradient-variance-exponent
# method: input gradient
# wrong: exponent -1/2 in place of -3/2 in the derivative of the variance
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        n = input.shape[0]
        centered = input - np.mean(input, axis=0)
        variance = np.var(input, axis=0) + self.EPS
        d_variance = np.sum(grad_output * centered, axis=0) * -0.5 * variance**-0.5
        d_mean = -np.sum(grad_output, axis=0) / np.sqrt(variance)
        self.grad_input = (
            grad_output / np.sqrt(variance) + d_variance * 2 * centered / n + d_mean / n
        )
        return self.grad_input


# %% mutant: gradient-variance-sign
# method: input gradient
# wrong: the term of the variance has the wrong sign
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        self.grad_input = (
            grad_output
            - np.mean(grad_output, axis=0)
            + centered / std**2 * np.mean(grad_output * centered, axis=0)
        ) / std
        return self.grad_input


# %% mutant: gradient-input-not-centred
# method: input gradient
# wrong: the term of the variance uses the input, not input - mean
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        self.grad_input = (
            grad_output
            - np.mean(grad_output, axis=0)
            - input / std**2 * np.mean(grad_output * input, axis=0)
        ) / std
        return self.grad_input


# %% mutant: gradient-wrong-axis
# method: input gradient
# wrong: the two means run over the features, not over the batch
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        self.grad_input = (
            grad_output
            - np.mean(grad_output, axis=1, keepdims=True)
            - centered / std**2 * np.mean(grad_output * centered, axis=1, keepdims=True)
        ) / std
        return self.grad_input


# %% mutant: gradient-means-over-everything
# method: input gradient
# wrong: the two means run over all elements, not over the batch
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        self.grad_input = (
            grad_output - np.mean(grad_output) - centered / std**2 * np.mean(grad_output * centered)
        ) / std
        return self.grad_input


# %% mutant: gradient-ddof
# method: input gradient
# wrong: backward recomputes the variance with ddof=1
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0, ddof=1) + self.EPS)
        self.grad_input = (
            grad_output
            - np.mean(grad_output, axis=0)
            - centered / std**2 * np.mean(grad_output * centered, axis=0)
        ) / std
        return self.grad_input


# %% mutant: gradient-eps-missing
# method: input gradient
# wrong: no EPS in backward: wrong for features of small variance
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0))
        self.grad_input = (
            grad_output
            - np.mean(grad_output, axis=0)
            - centered / std**2 * np.mean(grad_output * centered, axis=0)
        ) / std
        return self.grad_input


# %% mutant: gradient-divided-by-n
# method: input gradient
# wrong: the whole gradient is divided by N once too often
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        n = input.shape[0]
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        self.grad_input = (
            (
                grad_output
                - np.mean(grad_output, axis=0)
                - centered / std**2 * np.mean(grad_output * centered, axis=0)
            )
            / std
            / n
        )
        return self.grad_input


# %% mutant: gradient-stale-statistics
# method: input gradient
# wrong: mean and variance of the first batch are used in backward for ever
class BatchNormalization(BatchNormalization):
    def __init__(self, alpha=0.0):
        Module.__init__(self)
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
        self.first = None

    def update_moving_statistics(self, mean, variance):
        if self.moving_mean is None:
            self.moving_mean = mean
            self.moving_variance = variance
        self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
        self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * variance
        if self.first is None:
            self.first = (mean, variance)

    def update_grad_input(self, input, grad_output):
        mean, variance = self.first
        centered = input - mean
        std = np.sqrt(variance + self.EPS)
        self.grad_input = (
            grad_output
            - np.mean(grad_output, axis=0)
            - centered / std**2 * np.mean(grad_output * centered, axis=0)
        ) / std
        return self.grad_input


# %% mutant: gradient-moving-statistics
# method: input gradient
# wrong: backward in training uses the moving statistics: right for alpha = 0 only
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        centered = input - self.moving_mean
        std = np.sqrt(self.moving_variance + self.EPS)
        self.grad_input = (
            grad_output
            - np.mean(grad_output, axis=0)
            - centered / std**2 * np.mean(grad_output * centered, axis=0)
        ) / std
        return self.grad_input


# %% mutant: gradient-jacobian-diagonal
# method: input gradient
# wrong: only the diagonal of the Jacobian
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        n = input.shape[0]
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        self.grad_input = grad_output * (1 - 1 / n - centered**2 / (n * std**2)) / std
        return self.grad_input


# %% mutant: gradient-not-stored
# method: input gradient
# wrong: returned but not stored: backward gives None
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        return (
            grad_output
            - np.mean(grad_output, axis=0)
            - centered / std**2 * np.mean(grad_output * centered, axis=0)
        ) / std


# %% mutant: changes-its-input
# method: several
# wrong: normalises its input in place: backward in a chain recomputes from changed values
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if self.training:
            mean, variance = np.mean(input, axis=0), np.var(input, axis=0)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = mean, variance
            self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
            self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * variance
        else:
            mean, variance = self.moving_mean, self.moving_variance
        input -= mean
        input /= np.sqrt(variance + self.EPS)
        self.output = input
        return self.output


# %% mutant: grad-output-overwritten
# method: input gradient
# wrong: centres grad_output in place before the term of the variance has used it
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        centered = input - np.mean(input, axis=0)
        std = np.sqrt(np.var(input, axis=0) + self.EPS)
        grad_output /= std
        grad_output -= np.mean(grad_output, axis=0)
        grad_output -= centered / std**2 * np.mean(grad_output * centered, axis=0) / std
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: returns-tuple
# method: forward
# wrong: the output is a triple with the statistics
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if self.training:
            mean, variance = self.batch_statistics(input)
            self.update_moving_statistics(mean, variance)
            self.output = ((input - mean) / np.sqrt(variance + self.EPS), mean, variance)
        else:
            self.output = self.normalise(input, self.moving_mean, self.moving_variance)
        return self.output


# %% mutant: numeric-central-difference
# method: input gradient
# wrong: central differences of its own forward, with the moving statistics saved and restored
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


class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        saved = self.output, self.moving_mean, self.moving_variance
        self.grad_input = numerical_gradient(self.update_output, input, grad_output)
        self.output, self.moving_mean, self.moving_variance = saved
        return self.grad_input


# %% mutant: numeric-one-sided
# method: input gradient
# wrong: one-sided differences with a second instance of the class
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        h = 1e-7
        x = input.astype(np.float64)
        base = np.sum(BatchNormalization().forward(x) * grad_output)
        self.grad_input = np.zeros_like(x)
        for index in np.ndindex(*x.shape):
            moved = x.copy()
            moved[index] += h
            self.grad_input[index] = (
                np.sum(BatchNormalization().forward(moved) * grad_output) - base
            ) / h
        return self.grad_input


# %% mutant: numeric-complex-step
# method: input gradient
# wrong: complex step through the normalisation
class BatchNormalization(BatchNormalization):
    def update_output(self, input):
        if self.training:
            mean = np.mean(input, axis=0)
            variance = np.mean((input - mean) ** 2, axis=0)
            if self.moving_mean is None:
                self.moving_mean = mean
                self.moving_variance = variance
            self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
            self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * variance
            self.output = (input - mean) / np.sqrt(variance + self.EPS)
        else:
            self.output = (input - self.moving_mean) / np.sqrt(self.moving_variance + self.EPS)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.zeros(input.shape)
        for index in np.ndindex(*input.shape):
            z = input.astype(complex)
            z[index] += 1e-20j
            self.grad_input[index] = (
                np.sum(BatchNormalization().forward(z).imag * grad_output) / 1e-20
            )
        return self.grad_input


# %% mutant: numeric-row-by-row
# method: input gradient
# wrong: central differences row by row, all features at once
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        h = 1e-5
        x = np.array(input, dtype=np.float64)
        self.grad_input = np.empty_like(x)
        for i in range(len(x)):
            step = np.zeros_like(x)
            step[i] = h
            difference = self.in_training(x + step) - self.in_training(x - step)
            self.grad_input[i] = np.sum(difference * grad_output, axis=0) / (2 * h)
        return self.grad_input

    def in_training(self, x):
        return self.normalise(x, *self.batch_statistics(x))
