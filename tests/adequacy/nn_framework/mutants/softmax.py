"""Wrong implementations of SoftMax(): over axis 1, stable, full Jacobian in the backward pass."""


# %% base
class SoftMax(Module):
    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=1, keepdims=True))
        self.output = e / np.sum(e, axis=1, keepdims=True)
        return self.output

    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = s * (grad_output - np.sum(grad_output * s, axis=1, keepdims=True))
        return self.grad_input

    def __repr__(self):
        return "SoftMax"


# %% mutant: jacobian-diagonal-only
# method: input gradient
# wrong: s (1 - s): only the diagonal of the Jacobian
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = grad_output * s * (1 - s)
        return self.grad_input


# %% mutant: jacobian-off-diagonal-only
# method: input gradient
# wrong: only the terms -s_i s_j
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = -s * np.sum(grad_output * s, axis=1, keepdims=True)
        return self.grad_input


# %% mutant: jacobian-diagonal-plus-all
# method: input gradient
# wrong: counts the diagonal of the Jacobian twice
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = s * (1 - s) * grad_output - s * np.sum(
            grad_output * s, axis=1, keepdims=True
        )
        return self.grad_input


# %% mutant: jacobian-sign-off-diagonal
# method: input gradient
# wrong: plus in place of minus off the diagonal
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = s * (grad_output + np.sum(grad_output * s, axis=1, keepdims=True))
        return self.grad_input


# %% mutant: gradient-sign
# method: input gradient
# wrong: the whole gradient has the wrong sign
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = s * (np.sum(grad_output * s, axis=1, keepdims=True) - grad_output)
        return self.grad_input


# %% mutant: gradient-without-softmax-weight
# method: input gradient
# wrong: sum of grad_output without the weights s
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = s * (grad_output - np.sum(grad_output, axis=1, keepdims=True))
        return self.grad_input


# %% mutant: gradient-of-log-softmax
# method: input gradient
# wrong: the gradient of LogSoftMax
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = grad_output - s * np.sum(grad_output, axis=1, keepdims=True)
        return self.grad_input


# %% mutant: gradient-outer-factor-missing
# method: input gradient
# wrong: the factor s in front is missing
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = grad_output - np.sum(grad_output * s, axis=1, keepdims=True)
        return self.grad_input


# %% mutant: gradient-wrong-axis
# method: input gradient
# wrong: the inner sum runs over the batch
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = s * (grad_output - np.sum(grad_output * s, axis=0, keepdims=True))
        return self.grad_input


# %% mutant: gradient-keepdims-missing
# method: input gradient
# wrong: keepdims is missing: crashes, or is wrong for N = K
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = s * (grad_output - np.sum(grad_output * s, axis=1))
        return self.grad_input


# %% mutant: gradient-sum-over-everything
# method: input gradient
# wrong: the inner sum runs over the whole batch; right for N = 1
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = s * (grad_output - np.sum(grad_output * s))
        return self.grad_input


# %% mutant: gradient-combined-with-nll
# method: input gradient
# wrong: s - grad_output: takes grad_output for the target
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = s - grad_output
        return self.grad_input


# %% mutant: gradient-passed-unchanged
# method: input gradient
# wrong: passes grad_output on unchanged
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output.copy()
        return self.grad_input


# %% mutant: gradient-jacobian-first-sample
# method: input gradient
# wrong: one Jacobian, that of the first row, for the whole batch
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output[0]
        jacobian = np.diag(s) - np.outer(s, s)
        self.grad_input = grad_output.dot(jacobian)
        return self.grad_input


# %% mutant: gradient-jacobian-einsum-subscripts
# method: input gradient
# wrong: wrong subscripts in einsum: the sum over k is over the softmax alone, so all cancels
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = np.einsum("ij,ij->ij", s, grad_output) - np.einsum(
            "ij,ik,ij->ij", s, s, grad_output
        )
        return self.grad_input


# %% mutant: gradient-identity-batch-size
# method: input gradient
# wrong: np.eye(N) in place of np.eye(K): runs for N = K only and is wrong there
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        jacobian = np.eye(s.shape[0]) - s
        self.grad_input = s * np.dot(grad_output, jacobian)
        return self.grad_input


# %% mutant: gradient-divided-by-n
# method: input gradient
# wrong: the gradient is divided by N
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = (
            s * (grad_output - np.sum(grad_output * s, axis=1, keepdims=True)) / s.shape[0]
        )
        return self.grad_input


# %% mutant: gradient-exponentials-not-normalised
# method: input gradient
# wrong: uses exp(x - max) without normalisation
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = np.exp(input - np.max(input, axis=1, keepdims=True))
        self.grad_input = s * (grad_output - np.sum(grad_output * s, axis=1, keepdims=True))
        return self.grad_input


# %% mutant: gradient-stale-output
# method: input gradient
# wrong: keeps the softmax of the first batch of a shape
class SoftMax(SoftMax):
    def __init__(self):
        Module.__init__(self)
        self.s = None

    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=1, keepdims=True))
        self.output = e / np.sum(e, axis=1, keepdims=True)
        if self.s is None or self.s.shape != self.output.shape:
            self.s = self.output
        return self.output

    def update_grad_input(self, input, grad_output):
        s = self.s
        self.grad_input = s * (grad_output - np.sum(grad_output * s, axis=1, keepdims=True))
        return self.grad_input


# %% mutant: gradient-accumulates
# method: input gradient
# wrong: adds to the gradient of the previous call
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        gradient = s * (grad_output - np.sum(grad_output * s, axis=1, keepdims=True))
        if self.grad_input is None or np.shape(self.grad_input) != gradient.shape:
            self.grad_input = np.zeros_like(gradient)
        self.grad_input = self.grad_input + gradient
        return self.grad_input


# %% mutant: gradient-not-stored
# method: input gradient
# wrong: returned but not stored: backward gives None
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        return s * (grad_output - np.sum(grad_output * s, axis=1, keepdims=True))


# %% mutant: gradient-overwritten-on-the-way
# method: input gradient
# wrong: grad_output is multiplied by s in place, and the product is then multiplied by s again
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        grad_output *= s
        self.grad_input = s * (grad_output - np.sum(grad_output, axis=1, keepdims=True))
        return self.grad_input


# %% mutant: gradient-missing-last-class
# method: input gradient
# wrong: off by one: the inner sum leaves out the last class
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        inner = np.zeros((s.shape[0], 1))
        for k in range(s.shape[1] - 1):
            inner[:, 0] += s[:, k] * grad_output[:, k]
        self.grad_input = s * (grad_output - inner)
        return self.grad_input


# %% mutant: gradient-two-classes-only
# method: input gradient
# wrong: p (1 - p) (g0 - g1): right for two classes only
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = np.zeros(s.shape)
        common = s[:, 0] * s[:, 1] * (grad_output[:, 0] - grad_output[:, 1])
        self.grad_input[:, 0] = common
        self.grad_input[:, 1] = -common
        return self.grad_input


# %% mutant: overflow
# method: forward
# wrong: no maximum subtracted: overflow for large inputs
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input)
        self.output = e / np.sum(e, axis=1, keepdims=True)
        return self.output


# %% mutant: overflow-clipped
# method: forward
# wrong: clips the scores to [-50, 50]: wrong probabilities for large ones
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(np.clip(input, -50, 50))
        self.output = e / np.sum(e, axis=1, keepdims=True)
        return self.output


# %% mutant: mean-subtracted
# method: forward
# wrong: subtracts the row mean, which does not prevent overflow
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input - np.mean(input, axis=1, keepdims=True))
        self.output = e / np.sum(e, axis=1, keepdims=True)
        return self.output


# %% mutant: global-maximum-subtracted
# method: forward
# wrong: the maximum of the whole batch: rows far below it become 0 / 0
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input - np.max(input))
        self.output = e / np.sum(e, axis=1, keepdims=True)
        return self.output


# %% mutant: maximum-in-numerator-only
# method: forward
# wrong: the maximum is subtracted in the numerator only
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=1, keepdims=True))
        self.output = e / np.sum(np.exp(input), axis=1, keepdims=True)
        return self.output


# %% mutant: maximum-along-columns
# method: forward
# wrong: the column maximum is subtracted, which changes the ratios within a row
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=0))
        self.output = e / np.sum(e, axis=1, keepdims=True)
        return self.output


# %% mutant: softmax-over-batch
# method: several
# wrong: normalises over the batch (axis 0)
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=0, keepdims=True))
        self.output = e / np.sum(e, axis=0, keepdims=True)
        return self.output

    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = s * (grad_output - np.sum(grad_output * s, axis=0, keepdims=True))
        return self.grad_input


# %% mutant: forward-wrong-axis
# method: forward
# wrong: the sum of the exponentials runs over the batch
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=1, keepdims=True))
        self.output = e / np.sum(e, axis=0)
        return self.output


# %% mutant: normalised-over-everything
# method: forward
# wrong: the sum runs over the whole batch; right for N = 1
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=1, keepdims=True))
        self.output = e / np.sum(e)
        return self.output


# %% mutant: forward-keepdims-missing
# method: forward
# wrong: keepdims is missing: crashes, or is wrong for N = K
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=1, keepdims=True))
        self.output = e / np.sum(e, axis=1)
        return self.output


# %% mutant: not-normalised
# method: forward
# wrong: the division is forgotten
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=1, keepdims=True))
        self.output = e
        return self.output


# %% mutant: log-softmax
# method: forward
# wrong: returns the logarithm of the softmax
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=1, keepdims=True))
        self.output = np.log(e / np.sum(e, axis=1, keepdims=True))
        return self.output


# %% mutant: elementwise-sigmoid
# method: several
# wrong: a sigmoid for each element
class SoftMax(SoftMax):
    def update_output(self, input):
        self.output = 1 / (1 + np.exp(-input))
        return self.output

    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = grad_output * s * (1 - s)
        return self.grad_input


# %% mutant: eps-in-denominator
# method: forward
# wrong: adds 1e-2 to the denominator, so that rows do not sum to 1
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=1, keepdims=True))
        self.output = e / (np.sum(e, axis=1, keepdims=True) + 1e-2)
        return self.output


# %% mutant: returns-tuple
# method: forward
# wrong: the output is a pair of softmax and exponentials
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=1, keepdims=True))
        self.output = (e / np.sum(e, axis=1, keepdims=True), e)
        return self.output

    def update_grad_input(self, input, grad_output):
        s = self.output[0]
        self.grad_input = s * (grad_output - np.sum(grad_output * s, axis=1, keepdims=True))
        return self.grad_input


# %% mutant: forward-nothing-stored
# method: forward
# wrong: the softmax is neither stored nor returned
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=1, keepdims=True))
        output = e / np.sum(e, axis=1, keepdims=True)


# %% mutant: changes-its-input
# method: several
# wrong: works in place: backward in a chain takes the softmax for the input
class SoftMax(SoftMax):
    def update_output(self, input):
        input -= np.max(input, axis=1, keepdims=True)
        np.exp(input, out=input)
        input /= np.sum(input, axis=1, keepdims=True)
        self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        e = np.exp(input - np.max(input, axis=1, keepdims=True))
        s = e / e.sum(axis=1, keepdims=True)
        self.grad_input = s * (grad_output - np.sum(grad_output * s, axis=1, keepdims=True))
        return self.grad_input


# %% mutant: numeric-central-difference
# method: input gradient
# wrong: central differences of the own forward, element by element
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


class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        output = self.output
        self.grad_input = numerical_gradient(self.update_output, input, grad_output)
        self.output = output
        return self.grad_input


# %% mutant: numeric-one-sided
# method: input gradient
# wrong: one-sided differences of the own forward, class by class
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        h = 1e-7
        x = np.array(input, dtype=np.float64)
        base = SoftMax().forward(x)
        self.grad_input = np.zeros_like(x)
        for k in range(x.shape[1]):
            moved = x.copy()
            moved[:, k] += h
            self.grad_input[:, k] = ((SoftMax().forward(moved) - base) / h * grad_output).sum(
                axis=1
            )
        return self.grad_input


# %% mutant: numeric-complex-step
# method: input gradient
# wrong: complex step through the own forward
class SoftMax(SoftMax):
    def update_output(self, input):
        e = np.exp(input - np.max(input.real, axis=1, keepdims=True))
        self.output = e / np.sum(e, axis=1, keepdims=True)
        return self.output

    def update_grad_input(self, input, grad_output):
        output = self.output
        self.grad_input = np.zeros(input.shape)
        for k in range(input.shape[1]):
            z = input.astype(complex)
            z[:, k] += 1e-20j
            self.grad_input[:, k] = np.sum(self.update_output(z).imag / 1e-20 * grad_output, axis=1)
        self.output = output
        return self.grad_input


# %% mutant: numeric-jacobian-per-sample
# method: input gradient
# wrong: a finite-difference Jacobian for each sample
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        h = 1e-5
        rows = []
        for x, g in zip(np.asarray(input, dtype=np.float64), grad_output):
            steps = h * np.eye(len(x))
            jacobian = (SoftMax().forward(x + steps) - SoftMax().forward(x - steps)) / (2 * h)
            rows.append(jacobian.dot(g))
        self.grad_input = np.array(rows)
        return self.grad_input


# %% mutant: numeric-directional
# method: input gradient
# wrong: central difference of forward along grad_output, which a symmetric Jacobian allows
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        h = 1e-6
        saved = self.output
        plus = self.update_output(input + h * grad_output)
        minus = self.update_output(input - h * grad_output)
        self.output = saved
        self.grad_input = (plus - minus) / (2 * h)
        return self.grad_input
