"""Wrong implementations of Linear(n_in, n_out): y = x W + b."""


# %% base
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        stdv = 1.0 / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)

    def update_output(self, input):
        self.output = np.dot(input, self.W) + self.b
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.dot(grad_output, self.W.T)
        return self.grad_input

    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(input.T, grad_output)
        self.gradb = np.sum(grad_output, axis=0)

    def zero_grad_params(self):
        self.gradW.fill(0)
        self.gradb.fill(0)

    def get_parameters(self):
        return [self.W, self.b]

    def get_grad_params(self):
        return [self.gradW, self.gradb]

    def __repr__(self):
        return f"Linear {self.W.shape[0]} -> {self.W.shape[1]}"


# %% mutant: bias-forgotten
# method: forward
# wrong: the bias is not added
class Linear(Linear):
    def update_output(self, input):
        self.output = np.dot(input, self.W)
        return self.output


# %% mutant: bias-once-for-the-batch
# method: forward
# wrong: only the first row receives the bias
class Linear(Linear):
    def update_output(self, input):
        self.output = np.dot(input, self.W)
        self.output[0] += self.b
        return self.output


# %% mutant: bias-as-column
# method: forward
# wrong: the bias is added along the batch: works for N = n_out only and is wrong there
class Linear(Linear):
    def update_output(self, input):
        self.output = np.dot(input, self.W) + self.b[:, None]
        return self.output


# %% mutant: forward-transposed
# method: forward
# wrong: x W^T: works for square weights only and is wrong there
class Linear(Linear):
    def update_output(self, input):
        self.output = np.dot(input, self.W.T) + self.b
        return self.output


# %% mutant: weights-transposed-shape
# method: several
# wrong: W and gradW have shape (n_out, n_in)
class Linear(Linear):
    def __init__(self, n_in, n_out):
        Module.__init__(self)
        stdv = 1.0 / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_out, n_in))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)

    def update_output(self, input):
        self.output = np.dot(input, self.W.T) + self.b
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.dot(grad_output, self.W)
        return self.grad_input

    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(grad_output.T, input)
        self.gradb = np.sum(grad_output, axis=0)


# %% mutant: gradw-from-w
# method: parameter gradient
# wrong: multiplies W in place of the input with grad_output: square shapes only
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(self.W.T, grad_output)
        self.gradb = np.sum(grad_output, axis=0)


# %% mutant: gradw-from-output
# method: parameter gradient
# wrong: multiplies the output in place of the input with grad_output: n_in = n_out only
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(self.output.T, grad_output)
        self.gradb = np.sum(grad_output, axis=0)


# %% mutant: gradw-transposed
# method: parameter gradient
# wrong: grad_output^T x: right shape for square weights only
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(grad_output.T, input)
        self.gradb = np.sum(grad_output, axis=0)


# %% mutant: gradw-divided-by-n
# method: parameter gradient
# wrong: gradW is divided by N
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(input.T, grad_output) / input.shape[0]
        self.gradb = np.sum(grad_output, axis=0)


# %% mutant: all-gradients-divided-by-n
# method: several
# wrong: input and parameter gradients are divided by N
class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.dot(grad_output, self.W.T) / len(input)
        return self.grad_input

    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(input.T, grad_output) / len(input)
        self.gradb = np.mean(grad_output, axis=0)


# %% mutant: gradb-mean
# method: parameter gradient
# wrong: gradb is the mean over the batch
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(input.T, grad_output)
        self.gradb = np.mean(grad_output, axis=0)


# %% mutant: gradb-not-summed
# method: parameter gradient
# wrong: gradb is grad_output itself, shape (N, n_out)
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(input.T, grad_output)
        self.gradb = grad_output


# %% mutant: gradb-wrong-axis
# method: parameter gradient
# wrong: gradb is summed over axis 1
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(input.T, grad_output)
        self.gradb = np.sum(grad_output, axis=1)


# %% mutant: gradb-keepdims
# method: parameter gradient
# wrong: gradb has shape (1, n_out), so that b cannot be updated in place
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(input.T, grad_output)
        self.gradb = np.sum(grad_output, axis=0, keepdims=True)


# %% mutant: gradb-forgotten
# method: parameter gradient
# wrong: gradb is never computed
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(input.T, grad_output)


# %% mutant: gradw-last-sample
# method: parameter gradient
# wrong: the loop over samples assigns in place of adding up
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        for x, g in zip(input, grad_output):
            self.gradW = np.outer(x, g)
            self.gradb = g.copy()


# %% mutant: gradw-product-of-sums
# method: parameter gradient
# wrong: the product of two sums over the batch in place of the sum of products: right for N = 1
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW = np.outer(input.sum(axis=0), grad_output.sum(axis=0))
        self.gradb = np.sum(grad_output, axis=0)


# %% mutant: gradw-sign
# method: parameter gradient
# wrong: gradW and gradb have the wrong sign
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW = -np.dot(input.T, grad_output)
        self.gradb = -np.sum(grad_output, axis=0)


# %% mutant: gradw-stale-input
# method: parameter gradient
# wrong: uses the input of the first batch of a shape
class Linear(Linear):
    def __init__(self, n_in, n_out):
        Module.__init__(self)
        stdv = 1.0 / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
        self.first_input = None

    def update_output(self, input):
        if self.first_input is None or self.first_input.shape != input.shape:
            self.first_input = input.copy()
        self.output = np.dot(input, self.W) + self.b
        return self.output

    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(self.first_input.T, grad_output)
        self.gradb = np.sum(grad_output, axis=0)


# %% mutant: gradw-uses-grad-input
# method: parameter gradient
# wrong: multiplies the input with grad_input in place of grad_output: n_in = n_out only
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(input.T, self.grad_input)
        self.gradb = np.sum(grad_output, axis=0)


# %% mutant: parameter-gradients-counted-twice
# method: parameter gradient
# wrong: update_grad_input also accumulates the parameter gradients, so backward counts them twice
class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.dot(grad_output, self.W.T)
        self.update_grad_params(input, grad_output)
        return self.grad_input

    def update_grad_params(self, input, grad_output):
        self.gradW += np.dot(input.T, grad_output)
        self.gradb += np.sum(grad_output, axis=0)


# %% mutant: updates-weights-itself
# method: several
# wrong: update_grad_params makes a gradient step on W and b
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW += np.dot(input.T, grad_output)
        self.gradb += np.sum(grad_output, axis=0)
        self.W -= 0.01 * self.gradW
        self.b -= 0.01 * self.gradb


# %% mutant: input-gradient-not-transposed
# method: input gradient
# wrong: grad_output W: works for square weights only and is wrong there
class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.dot(grad_output, self.W)
        return self.grad_input


# %% mutant: input-gradient-passed-unchanged
# method: input gradient
# wrong: passes grad_output on unchanged
class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output
        return self.grad_input


# %% mutant: input-gradient-is-gradw
# method: input gradient
# wrong: returns x^T grad_output, the gradient with respect to W
class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.dot(input.T, grad_output)
        return self.grad_input


# %% mutant: input-gradient-without-grad-output
# method: input gradient
# wrong: returns the row sums of W: takes grad_output for ones
class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.tile(self.W.sum(axis=1), (input.shape[0], 1))
        return self.grad_input


# %% mutant: input-gradient-divided-by-n
# method: input gradient
# wrong: the input gradient is divided by N
class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.dot(grad_output, self.W.T) / grad_output.shape[0]
        return self.grad_input


# %% mutant: input-gradient-initial-weights
# method: input gradient
# wrong: keeps a copy of the transposed initial weights: wrong as soon as W changes
class Linear(Linear):
    def __init__(self, n_in, n_out):
        Module.__init__(self)
        stdv = 1.0 / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
        self.WT = self.W.T.copy()

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.dot(grad_output, self.WT)
        return self.grad_input


# %% mutant: input-gradient-accumulates
# method: input gradient
# wrong: adds to the input gradient of the previous call
class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        gradient = np.dot(grad_output, self.W.T)
        if self.grad_input is None or np.shape(self.grad_input) != gradient.shape:
            self.grad_input = gradient
        else:
            self.grad_input = self.grad_input + gradient
        return self.grad_input


# %% mutant: input-gradient-not-stored
# method: input gradient
# wrong: returned but not stored, so that backward gives None
class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        return np.dot(grad_output, self.W.T)


# %% mutant: input-gradient-overwrites-grad-output
# method: several
# wrong: writes into grad_output before update_grad_params uses it (square weights)
class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        if self.W.shape[0] == self.W.shape[1]:
            grad_output[...] = np.dot(grad_output, self.W.T)
            self.grad_input = grad_output
        else:
            self.grad_input = np.dot(grad_output, self.W.T)
        return self.grad_input


# %% mutant: forward-changes-input
# method: several
# wrong: centres the input in place "for numerical reasons"
class Linear(Linear):
    def update_output(self, input):
        input -= input.mean(axis=0)
        self.output = np.dot(input, self.W) + self.b
        return self.output


# %% mutant: forward-square-view
# method: several
# wrong: writes the output into the input where W is square: gradW in a chain sees the output
class Linear(Linear):
    def update_output(self, input):
        if self.W.shape[0] == self.W.shape[1]:
            input[...] = np.dot(input, self.W) + self.b
            self.output = input
        else:
            self.output = np.dot(input, self.W) + self.b
        return self.output


# %% mutant: forward-nothing-stored
# method: forward
# wrong: the result is neither stored nor returned
class Linear(Linear):
    def update_output(self, input):
        output = np.dot(input, self.W) + self.b


# %% mutant: zero-forgets-bias
# method: parameter gradient
# wrong: gradb is accumulated but never zeroed
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW += np.dot(input.T, grad_output)
        self.gradb += np.sum(grad_output, axis=0)

    def zero_grad_params(self):
        self.gradW.fill(0)


# %% mutant: zero-missing
# method: parameter gradient
# wrong: gradients are accumulated and zero_grad_params does nothing
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW += np.dot(input.T, grad_output)
        self.gradb += np.sum(grad_output, axis=0)

    def zero_grad_params(self):
        pass


# %% mutant: parameters-only-weights
# method: several
# wrong: get_parameters and get_grad_params leave out the bias
class Linear(Linear):
    def get_parameters(self):
        return [self.W]

    def get_grad_params(self):
        return [self.gradW]


# %% mutant: parameters-copied
# method: several
# wrong: get_parameters returns copies: an optimizer updates them without effect
class Linear(Linear):
    def get_parameters(self):
        return [self.W.copy(), self.b.copy()]


# %% mutant: gradients-in-other-order
# method: several
# wrong: get_grad_params has another order than get_parameters
class Linear(Linear):
    def get_grad_params(self):
        return [self.gradb, self.gradW]


# %% mutant: gradients-are-parameters
# method: several
# wrong: get_grad_params returns the parameters
class Linear(Linear):
    def get_grad_params(self):
        return [self.W, self.b]


# %% mutant: gradients-first-arrays
# method: several
# wrong: get_grad_params returns the arrays of the constructor, which have been replaced
class Linear(Linear):
    def __init__(self, n_in, n_out):
        Module.__init__(self)
        stdv = 1.0 / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
        self.grad_params = [self.gradW, self.gradb]

    def get_grad_params(self):
        return self.grad_params


# %% mutant: init-positive-only
# method: several
# wrong: W is uniform in [0, 1/sqrt(n_in)]
class Linear(Linear):
    def __init__(self, n_in, n_out):
        Module.__init__(self)
        stdv = 1.0 / np.sqrt(n_in)
        self.W = np.random.uniform(0, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)


# %% mutant: init-without-root
# method: several
# wrong: W and b are uniform in ±1/n_in
class Linear(Linear):
    def __init__(self, n_in, n_out):
        Module.__init__(self)
        stdv = 1.0 / n_in
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)


# %% mutant: init-from-n-out
# method: several
# wrong: W and b are uniform in ±1/sqrt(n_out)
class Linear(Linear):
    def __init__(self, n_in, n_out):
        Module.__init__(self)
        stdv = 1.0 / np.sqrt(n_out)
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)


# %% mutant: init-normal
# method: several
# wrong: W is drawn from a normal distribution
class Linear(Linear):
    def __init__(self, n_in, n_out):
        Module.__init__(self)
        stdv = 1.0 / np.sqrt(n_in)
        self.W = stdv * np.random.randn(n_in, n_out)
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)


# %% mutant: init-zeros
# method: several
# wrong: W starts at zero
class Linear(Linear):
    def __init__(self, n_in, n_out):
        Module.__init__(self)
        stdv = 1.0 / np.sqrt(n_in)
        self.W = np.zeros((n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)


# %% mutant: init-bias-zero
# method: several
# wrong: the bias starts at zero
class Linear(Linear):
    def __init__(self, n_in, n_out):
        Module.__init__(self)
        stdv = 1.0 / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.zeros(n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)


# %% mutant: init-fixed-seed
# method: several
# wrong: seeds the generator in the constructor: layers of one shape start alike
# equivalent: uniform in the right range all the same; correct solutions seed their generator too
class Linear(Linear):
    def __init__(self, n_in, n_out):
        Module.__init__(self)
        np.random.seed(0)
        stdv = 1.0 / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)


# %% mutant: numeric-central-input
# method: input gradient
# wrong: input gradient by central differences of the own forward
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


class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        output = self.output
        self.grad_input = numerical_gradient(self.update_output, input, grad_output)
        self.output = output
        return self.grad_input


# %% mutant: numeric-one-sided-input
# method: input gradient
# wrong: one-sided differences of the own forward, column by column
class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        h = 1e-6
        x = input.astype(np.float64)
        saved = self.output
        base = self.update_output(x)
        self.grad_input = np.zeros_like(x)
        for j in range(x.shape[1]):
            moved = x.copy()
            moved[:, j] += h
            self.grad_input[:, j] = np.sum(
                (self.update_output(moved) - base) / h * grad_output, axis=1
            )
        self.output = saved
        return self.grad_input


# %% mutant: numeric-complex-step-input
# method: input gradient
# wrong: complex step through the own forward
class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        saved = self.output
        self.grad_input = np.zeros(input.shape)
        for j in range(input.shape[1]):
            z = input.astype(complex)
            z[:, j] += 1e-20j
            self.grad_input[:, j] = np.sum(self.update_output(z).imag * 1e20 * grad_output, axis=1)
        self.output = saved
        return self.grad_input


# %% mutant: numeric-unit-step-input
# method: input gradient
# wrong: differences with step 1 (exact for a linear map) of the own forward
class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        zero = np.zeros((1, self.W.shape[0]))
        saved = self.output
        base = self.update_output(zero)
        jacobian = self.update_output(np.eye(self.W.shape[0])) - base
        self.output = saved
        self.grad_input = np.dot(grad_output, jacobian.T)
        return self.grad_input


# %% mutant: numeric-central-parameters
# method: parameter gradient
# wrong: parameter gradients by central differences of the own forward
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        h = 1e-5
        saved = self.output
        for parameter, gradient in ((self.W, self.gradW), (self.b, self.gradb)):
            for index in np.ndindex(*parameter.shape):
                old = parameter[index]
                parameter[index] = old + h
                plus = np.sum(self.update_output(input) * grad_output)
                parameter[index] = old - h
                minus = np.sum(self.update_output(input) * grad_output)
                parameter[index] = old
                gradient[index] = (plus - minus) / (2 * h)
        self.output = saved
