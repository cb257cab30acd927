"""Wrong implementations of MSECriterion(): sum of squared differences divided by N (rows)."""


# %% base
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.sum((input - target) ** 2) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / input.shape[0]
        return self.grad_input

    def __repr__(self):
        return "MSECriterion"


# %% mutant: mean-over-all-elements
# method: several
# wrong: divides by N K in loss and gradient
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = np.mean((input - target) ** 2)
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / input.size
        return self.grad_input


# %% mutant: forward-mean-over-all-elements
# method: forward
# wrong: np.mean over all elements, the gradient is right
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = np.mean((input - target) ** 2)
        return self.output


# %% mutant: gradient-mean-over-all-elements
# method: input gradient
# wrong: the gradient divides by N K, the loss is right
class MSECriterion(MSECriterion):
    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / np.prod(input.shape)
        return self.grad_input


# %% mutant: factor-one-half
# method: several
# wrong: factor 1/2 in the loss, and accordingly no 2 in the gradient
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = 0.5 * np.sum((input - target) ** 2) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = (input - target) / input.shape[0]
        return self.grad_input


# %% mutant: gradient-factor-two-missing
# method: input gradient
# wrong: the factor 2 of the derivative is missing
class MSECriterion(MSECriterion):
    def update_grad_input(self, input, target):
        self.grad_input = (input - target) / input.shape[0]
        return self.grad_input


# %% mutant: sum-over-one-axis
# method: forward
# wrong: sums over axis 1 only and returns a vector
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = np.sum((input - target) ** 2, axis=1) / input.shape[0]
        return self.output


# %% mutant: sum-over-batch-axis-only
# method: forward
# wrong: mean over axis 0 only: one value per output
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = np.mean((input - target) ** 2, axis=0)
        return self.output


# %% mutant: no-division
# method: several
# wrong: 1/N is missing in both passes
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = np.sum((input - target) ** 2)
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target)
        return self.grad_input


# %% mutant: gradient-no-division
# method: input gradient
# wrong: 1/N is missing in the gradient
class MSECriterion(MSECriterion):
    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target)
        return self.grad_input


# %% mutant: divides-by-columns
# method: several
# wrong: divides by shape[1], right for square batches only
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = np.sum((input - target) ** 2) / input.shape[1]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / input.shape[1]
        return self.grad_input


# %% mutant: batch-size-128-hard-coded
# method: several
# wrong: divides by the batch size of the training notebook, 128
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = np.sum((input - target) ** 2) / 128
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / 128
        return self.grad_input


# %% mutant: gradient-sign
# method: input gradient
# wrong: target - input: gradient with respect to the target
class MSECriterion(MSECriterion):
    def update_grad_input(self, input, target):
        self.grad_input = 2 * (target - input) / input.shape[0]
        return self.grad_input


# %% mutant: absolute-error
# method: several
# wrong: the mean absolute error
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = np.sum(np.abs(input - target)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = np.sign(input - target) / input.shape[0]
        return self.grad_input


# %% mutant: root-mean-square
# method: forward
# wrong: takes the square root of the loss
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = np.sqrt(np.sum((input - target) ** 2) / input.shape[0])
        return self.output


# %% mutant: difference-of-squares
# method: several
# wrong: x^2 - t^2 in place of (x - t)^2
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = np.sum(input**2 - target**2) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = 2 * input / input.shape[0]
        return self.grad_input


# %% mutant: division-by-n-squared
# method: several
# wrong: divides by N twice
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = np.mean(np.sum((input - target) ** 2, axis=1)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / input.shape[0] ** 2
        return self.grad_input


# %% mutant: frobenius-norm
# method: forward
# wrong: np.linalg.norm of the differences without its square
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = np.linalg.norm(input - target) / input.shape[0]
        return self.output


# %% mutant: divides-by-n-minus-one
# method: several
# wrong: N - 1 in the denominator
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = np.sum((input - target) ** 2) / (input.shape[0] - 1)
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / (input.shape[0] - 1)
        return self.grad_input


# %% mutant: last-row-overwrites
# method: forward
# wrong: the loop over rows assigns where it should add
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        for x, t in zip(input, target):
            self.output = np.sum((x - t) ** 2) / len(input)
        return self.output


# %% mutant: accumulates-over-calls
# method: forward
# wrong: the loss is added to that of the previous calls
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        if self.output is None:
            self.output = 0.0
        self.output = self.output + np.sum((input - target) ** 2) / input.shape[0]
        return self.output


# %% mutant: gradient-summed-over-batch
# method: input gradient
# wrong: the gradient is summed over the rows
class MSECriterion(MSECriterion):
    def update_grad_input(self, input, target):
        self.grad_input = 2 * np.sum(input - target, axis=0) / input.shape[0]
        return self.grad_input


# %% mutant: gradient-averaged-over-batch
# method: input gradient
# wrong: every row receives the mean gradient
class MSECriterion(MSECriterion):
    def update_grad_input(self, input, target):
        self.grad_input = (
            2
            * np.mean(input - target, axis=0, keepdims=True)
            / input.shape[0]
            * np.ones_like(input)
        )
        return self.grad_input


# %% mutant: gradient-forgets-target
# method: input gradient
# wrong: derivative of x^2: the target is forgotten
class MSECriterion(MSECriterion):
    def update_grad_input(self, input, target):
        self.grad_input = 2 * input / input.shape[0]
        return self.grad_input


# %% mutant: gradient-stale-difference
# method: input gradient
# wrong: keeps the difference of the first batch of a shape
class MSECriterion(MSECriterion):
    def __init__(self):
        Criterion.__init__(self)
        self.difference = None

    def update_output(self, input, target):
        if self.difference is None or self.difference.shape != input.shape:
            self.difference = input - target
        self.output = np.sum((input - target) ** 2) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = 2 * self.difference / input.shape[0]
        return self.grad_input


# %% mutant: gradient-accumulates
# method: input gradient
# wrong: the gradient is added to that of the previous call
class MSECriterion(MSECriterion):
    def update_grad_input(self, input, target):
        gradient = 2 * (input - target) / input.shape[0]
        if self.grad_input is None or np.shape(self.grad_input) != gradient.shape:
            self.grad_input = np.zeros_like(gradient)
        self.grad_input = self.grad_input + gradient
        return self.grad_input


# %% mutant: returns-tuple
# method: forward
# wrong: the output is a pair of loss and gradient
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        self.output = (
            np.sum((input - target) ** 2) / input.shape[0],
            2 * (input - target) / input.shape[0],
        )
        return self.output


# %% mutant: gradient-nothing-stored
# method: input gradient
# wrong: the gradient is neither stored nor returned
class MSECriterion(MSECriterion):
    def update_grad_input(self, input, target):
        grad_input = 2 * (input - target) / input.shape[0]


# %% mutant: forward-nothing-stored
# method: forward
# wrong: the loss is neither stored nor returned
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        loss = np.sum((input - target) ** 2) / input.shape[0]


# %% mutant: matrix-product
# method: forward
# wrong: np.dot(d, d) of the differences: runs for square batches only and is wrong there
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        difference = input - target
        self.output = np.sum(np.dot(difference, difference)) / input.shape[0]
        return self.output


# %% mutant: gram-matrix-sum
# method: forward
# wrong: sums the whole matrix d d^T in place of its trace; right for N = 1
class MSECriterion(MSECriterion):
    def update_output(self, input, target):
        difference = input - target
        self.output = np.sum(np.dot(difference, difference.T)) / input.shape[0]
        return self.output


# %% mutant: numeric-central-difference
# method: input gradient
# wrong: central differences of the own forward, element by element
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


class MSECriterion(MSECriterion):
    def update_grad_input(self, input, target):
        output = self.output
        self.grad_input = numerical_gradient(lambda x: self.update_output(x, target), input)
        self.output = output
        return self.grad_input


# %% mutant: numeric-one-sided
# method: input gradient
# wrong: one-sided differences of the own forward
class MSECriterion(MSECriterion):
    def update_grad_input(self, input, target):
        h = 1e-6
        base = self.update_output(input, target)
        self.grad_input = np.zeros(input.shape)
        for i in range(input.shape[0]):
            for j in range(input.shape[1]):
                moved = np.array(input, dtype=np.float64)
                moved[i, j] += h
                self.grad_input[i, j] = (MSECriterion().forward(moved, target) - base) / h
        return self.grad_input


# %% mutant: numeric-complex-step
# method: input gradient
# wrong: complex step through the own forward
class MSECriterion(MSECriterion):
    def update_grad_input(self, input, target):
        h = 1e-20
        self.grad_input = np.zeros(input.shape)
        for index in np.ndindex(*input.shape):
            moved = input.astype(complex)
            moved[index] += 1j * h
            self.grad_input[index] = MSECriterion().update_output(moved, target).imag / h
        return self.grad_input


# %% mutant: numeric-rowwise-central
# method: input gradient
# wrong: central differences of the loss of each row
class MSECriterion(MSECriterion):
    def update_grad_input(self, input, target):
        h = 1e-4
        n = len(input)
        self.grad_input = np.empty(input.shape)
        f = lambda a, b: MSECriterion().update_output(a[None], b[None])
        for i in range(n):
            for j, e in enumerate(np.eye(input.shape[1]) * h):
                self.grad_input[i, j] = (
                    f(input[i] + e, target[i]) - f(input[i] - e, target[i])
                ) / (2 * h * n)
        return self.grad_input
