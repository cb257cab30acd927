"""Wrong implementations of Dropout(p=0.5): scaled by 1 / (1 - p) in training."""


# %% base
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
        self.mask = None

    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.mask / (1 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input

    def __repr__(self):
        return "Dropout"


# %% mutant: p-as-keep-probability
# method: several
# wrong: takes p for the probability of keeping
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) < self.p
            self.output = input * self.mask / self.p
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.mask / self.p
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: keeps-with-p-scales-right
# method: forward
# wrong: keeps with probability p, but divides by 1 - p
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) < self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: scaled-by-p
# method: several
# wrong: divides by p in place of 1 - p
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask / self.p
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.mask / self.p
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: multiplied-by-keep
# method: several
# wrong: multiplied by 1 - p in training in place of divided
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask * (1 - self.p)
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.mask * (1 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: mask-without-scale
# method: several
# wrong: masks without scaling by 1 / (1 - p)
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.mask
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: forward-mask-without-scale
# method: forward
# wrong: the scale is missing in forward
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask
        else:
            self.output = input
        return self.output


# %% mutant: classic-scaling-in-evaluation
# method: several
# wrong: no scale in training, multiplication by 1 - p in evaluation
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask
        else:
            self.output = input * (1 - self.p)
        return self.output

    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.mask
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: scaled-in-evaluation-too
# method: mode
# wrong: inverted dropout in training and (1 - p) again in evaluation
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input * (1 - self.p)
        return self.output


# %% mutant: scale-without-mask
# method: several
# wrong: everything is divided by 1 - p, nothing is zeroed
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input / (1 - self.p)
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output / (1 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: one-mask-for-ever
# method: forward
# wrong: the mask is drawn on the first forward of a shape only
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            if self.mask is None or self.mask.shape != input.shape:
                self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: seeded-on-every-forward
# method: forward
# wrong: np.random.seed in forward: the same mask each time
class Dropout(Dropout):
    def update_output(self, input):
        np.random.seed(42)
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: mask-whole-row
# method: forward
# wrong: one decision for a whole row of the batch
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(input.shape[0], 1) >= self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: mask-whole-column
# method: forward
# wrong: one decision for a whole column of the batch
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(input.shape[1]) >= self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: mask-whole-batch
# method: forward
# wrong: one decision for the whole batch
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand() >= self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: mask-for-half-of-the-rows
# method: forward
# wrong: draws a mask for half of the rows and uses each row of it twice
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.repeat(
                np.random.rand((len(input) + 1) // 2, input.shape[1]) >= self.p, 2, axis=0
            )[: len(input)]
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: active-in-evaluation
# method: mode
# wrong: the training flag is ignored
class Dropout(Dropout):
    def update_output(self, input):
        self.mask = np.random.rand(*input.shape) >= self.p
        self.output = input * self.mask / (1 - self.p)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.mask / (1 - self.p)
        return self.grad_input


# %% mutant: modes-exchanged
# method: mode
# wrong: active in evaluation, identity in training
class Dropout(Dropout):
    def update_output(self, input):
        if not self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if not self.training:
            self.grad_input = grad_output * self.mask / (1 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: training-flag-copied
# method: mode
# wrong: keeps a copy of the training flag from the constructor
class Dropout(Dropout):
    def __init__(self, p=0.5):
        Module.__init__(self)
        self.p = p
        self.mask = None
        self.mode = self.training

    def update_output(self, input):
        if self.mode:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if self.mode:
            self.grad_input = grad_output * self.mask / (1 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: old-mask-in-evaluation
# method: mode
# wrong: evaluation uses the last mask of the training
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = (np.random.rand(*input.shape) >= self.p) / (1 - self.p)
        if self.mask is None or self.mask.shape != input.shape:
            self.mask = np.ones(input.shape)
        self.output = input * self.mask
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.mask
        return self.grad_input


# %% mutant: evaluation-returns-none
# method: mode
# wrong: the evaluation branch is missing
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask / (1 - self.p)
            return self.output
        self.output = None


# %% mutant: backward-new-mask
# method: input gradient
# wrong: backward draws a mask of its own
class Dropout(Dropout):
    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * (np.random.rand(*input.shape) >= self.p) / (1 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: backward-without-mask
# method: input gradient
# wrong: grad_output is passed on unchanged
class Dropout(Dropout):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: backward-scale-only
# method: input gradient
# wrong: backward scales but does not mask
class Dropout(Dropout):
    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output / (1 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: backward-mask-only
# method: input gradient
# wrong: backward masks but does not scale
class Dropout(Dropout):
    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.mask
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: backward-inverted-mask
# method: input gradient
# wrong: backward uses the complement of the mask
class Dropout(Dropout):
    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * (1 - self.mask) / (1 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: backward-output
# method: input gradient
# wrong: multiplies by the output in place of the mask
class Dropout(Dropout):
    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.output
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: backward-mask-from-output
# method: input gradient
# wrong: takes output != 0 for the mask: no gradient where the input itself is 0
class Dropout(Dropout):
    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * (self.output != 0) / (1 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: backward-mask-from-sign
# method: input gradient
# wrong: takes output > 0 for the mask: no gradient for negative inputs
class Dropout(Dropout):
    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * (self.output > 0) / (1 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: backward-scaled-twice
# method: input gradient
# wrong: the mask is scaled already and divided again in backward
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = (np.random.rand(*input.shape) >= self.p) / (1 - self.p)
            self.output = input * self.mask
        else:
            self.output = input
        return self.output


# %% mutant: forward-scaled-twice
# method: forward
# wrong: the mask is scaled already and the product is divided again
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = (np.random.rand(*input.shape) >= self.p) / (1 - self.p)
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.mask
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: backward-previous-mask
# method: input gradient
# wrong: backward uses the mask of the forward before the last
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            mask = np.random.rand(*input.shape) >= self.p
            self.mask, self.next_mask = getattr(self, "next_mask", mask), mask
            if self.mask.shape != mask.shape:
                self.mask = mask
            self.output = input * mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: backward-first-mask
# method: input gradient
# wrong: backward uses the first mask of a shape
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            mask = np.random.rand(*input.shape) >= self.p
            if self.mask is None or self.mask.shape != mask.shape:
                self.mask = mask
            self.output = input * mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: mask-not-stored
# method: input gradient
# wrong: the mask is a local variable of forward, backward crashes
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            mask = np.random.rand(*input.shape) >= self.p
            self.output = input * mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: gradient-not-stored
# method: input gradient
# wrong: grad_input is returned but not stored: backward gives None
class Dropout(Dropout):
    def update_grad_input(self, input, grad_output):
        return grad_output * self.mask / (1 - self.p) if self.training else grad_output


# %% mutant: gradient-first-row-mask
# method: input gradient
# wrong: backward uses the first row of the mask for all rows
class Dropout(Dropout):
    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.mask[0] / (1 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: p-hard-coded
# method: several
# wrong: always 0.5, the argument is ignored
class Dropout(Dropout):
    def __init__(self, p=0.5):
        Module.__init__(self)
        self.p = 0.5
        self.mask = None


# %% mutant: mask-half-hard-coded
# method: forward
# wrong: compares with 0.5 in place of p: right for the default only
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) > 0.5
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: normal-instead-of-uniform
# method: forward
# wrong: compares a normal random number with p
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.randn(*input.shape) > self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: gaussian-noise
# method: several
# wrong: multiplicative Gaussian noise in place of zeros
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = 1 + np.sqrt(self.p / (1 - self.p)) * np.random.randn(*input.shape)
            self.output = input * self.mask
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.mask
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: uniform-noise-as-mask
# method: several
# wrong: the random numbers themselves are the mask, the comparison is forgotten
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape)
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: fixed-number-of-zeros
# method: forward
# wrong: zeroes exactly round(p d) entries of each row: elements are not independent
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.ones(input.shape)
            zeros = int(round(self.p * input.shape[1]))
            for row in self.mask:
                row[np.random.permutation(input.shape[1])[:zeros]] = 0
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: fixed-number-of-zeros-in-batch
# method: forward
# wrong: zeroes exactly round(p N d) entries of the batch
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            mask = np.ones(input.size)
            mask[: int(round(self.p * input.size))] = 0
            self.mask = np.random.permutation(mask).reshape(input.shape)
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: first-columns-dropped
# method: forward
# wrong: drops the first columns, not random ones
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.ones(input.shape)
            self.mask[:, : int(self.p * input.shape[1])] = 0
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: random-choice-with-replacement
# method: forward
# wrong: draws round(p n) positions with replacement: fewer than p are zeroed
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            mask = np.ones(input.size)
            mask[np.random.choice(input.size, int(round(self.p * input.size)))] = 0
            self.mask = mask.reshape(input.shape)
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: scaled-by-kept-fraction
# method: forward
# wrong: divides by the fraction that was kept in place of 1 - p
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask / max(np.mean(self.mask), 1e-12)
        else:
            self.output = input
        return self.output


# %% mutant: two-masks-multiplied
# method: forward
# wrong: two masks are multiplied: kept with probability (1 - p)^2
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = (np.random.rand(*input.shape) >= self.p) * (
                np.random.rand(*input.shape) >= self.p
            )
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: masks-accumulate
# method: forward
# wrong: the new mask is multiplied by the previous one
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            mask = np.random.rand(*input.shape) >= self.p
            if self.mask is not None and self.mask.shape == mask.shape:
                mask = mask * self.mask
            self.mask = mask
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: small-values-dropped
# method: forward
# wrong: compares |input| with p: drops small values, not random ones
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.abs(input) >= self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output


# %% mutant: dropped-become-negative-constant
# method: forward
# wrong: alpha dropout: dropped entries become -1.758, not 0
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = np.where(self.mask, input / (1 - self.p), -1.758)
        else:
            self.output = input
        return self.output


# %% mutant: dropped-entries-keep-value
# method: forward
# wrong: dropped entries keep their value, the others are scaled
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = np.where(self.mask, input / (1 - self.p), input)
        else:
            self.output = input
        return self.output


# %% mutant: scale-applied-to-dropped
# method: forward
# wrong: np.where with exchanged branches
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = np.where(self.mask, 0.0, input / (1 - self.p))
        else:
            self.output = input
        return self.output


# %% mutant: integer-mask-scaled
# method: several
# wrong: keeps the scaled mask as integers, which cuts 1 / (1 - p): right for p = 0.5 only
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = ((np.random.rand(*input.shape) >= self.p) / (1 - self.p)).astype(int)
            self.output = input * self.mask
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.mask
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: returns-tuple
# method: forward
# wrong: the output is a pair of output and mask
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = (input * self.mask / (1 - self.p), self.mask)
        else:
            self.output = input
        return self.output


# %% mutant: p-changes
# method: several
# wrong: p is replaced by 1 - p on every forward
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.p = 1 - self.p
            self.mask = np.random.rand(*input.shape) < self.p
            self.output = input * self.mask / self.p
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.mask / self.p
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: class-attribute-mask
# method: several
# wrong: the mask belongs to the class: two layers of a network overwrite each other's
class Dropout(Dropout):
    mask = None

    def __init__(self, p=0.5):
        Module.__init__(self)
        self.p = p

    def update_output(self, input):
        if self.training:
            Dropout.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * Dropout.mask / (1 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input


# %% mutant: numeric-central-difference
# method: input gradient
# wrong: central differences of the own forward with the mask frozen
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            self.output = self.apply(input)
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if not self.training:
            self.grad_input = grad_output
            return self.grad_input
        h = 1e-5
        x = np.asarray(input, dtype=np.float64)
        self.grad_input = grad_output * (self.apply(x + h) - self.apply(x - h)) / (2 * h)
        return self.grad_input

    def apply(self, x):
        return x * self.mask / (1 - self.p)


# %% mutant: numeric-frozen-forward
# method: input gradient
# wrong: freezes the mask and subtracts forward at x from forward at x + 1
class Dropout(Dropout):
    def __init__(self, p=0.5):
        Module.__init__(self)
        self.p = p
        self.mask = None
        self.frozen = False

    def update_output(self, input):
        if self.training:
            if not self.frozen:
                self.mask = np.random.rand(*input.shape) >= self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        saved = self.output
        self.frozen = True
        self.grad_input = grad_output * (self.update_output(input + 1) - self.update_output(input))
        self.frozen = False
        self.output = saved
        return self.grad_input


# %% mutant: numeric-random-state
# method: input gradient
# wrong: restores the state of the generator and takes a one-sided difference of its own forward
class Dropout(Dropout):
    def update_output(self, input):
        self.state = np.random.get_state()
        if self.training:
            mask = np.random.rand(*input.shape) >= self.p
            self.output = input * mask / (1 - self.p)
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        output, state, now = self.output, self.state, np.random.get_state()
        np.random.set_state(state)
        moved = self.update_output(np.asarray(input, dtype=np.float64) + 1e-3)
        np.random.set_state(now)
        self.output, self.state = output, state
        self.grad_input = grad_output * (moved - output) / 1e-3
        return self.grad_input


# %% mutant: numeric-complex-step
# method: input gradient
# wrong: complex step through the masked product
class Dropout(Dropout):
    def update_output(self, input):
        if self.training:
            self.mask = np.random.binomial(1, 1 - self.p, input.shape)
        else:
            self.mask = np.full(input.shape, 1 - self.p)
        self.output = self.apply(input)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.apply(input + 1e-20j).imag / 1e-20
        return self.grad_input

    def apply(self, x):
        return x * self.mask / (1 - self.p)
