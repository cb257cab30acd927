# style: parameter gradients accumulated with +=, inputs kept on a stack

# %%
import numpy as np

# %%
class Sequential(Module):
    """A container; remembers the inputs as a stack and unwinds it."""
    def __init__(self):
        super().__init__()
        self.modules = []
        self._stack = []

    def add(self, module):
        self.modules.append(module)

    def update_output(self, input):
        self._stack.clear()
        for m in self.modules:
            self._stack.append((m, input))
            input = m.forward(input)
        self.output = input
        return self.output

    def backward(self, input, grad_output):
        while self._stack:
            m, x = self._stack.pop()
            grad_output = m.backward(x, grad_output)
        self.grad_input = grad_output
        return self.grad_input

    def zero_grad_params(self):
        for m in self.modules:
            m.zero_grad_params()

    def get_parameters(self):
        params = []
        for m in self.modules:
            params.append(m.get_parameters())
        return params

    def get_grad_params(self):
        grads = []
        for m in self.modules:
            grads.append(m.get_grad_params())
        return grads

    def train(self):
        super().train()
        for m in self.modules:
            m.train()

    def evaluate(self):
        super().evaluate()
        for m in self.modules:
            m.evaluate()

    def __getitem__(self, i):
        return self.modules[i]

    def __repr__(self):
        return ' -> '.join(repr(m) for m in self.modules)

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        bound = 1. / np.sqrt(n_in)
        rng = np.random.default_rng()
        self.W = rng.uniform(-bound, bound, (n_in, n_out))
        self.b = rng.uniform(-bound, bound, n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)

    def update_output(self, input):
        self.output = np.matmul(input, self.W)
        self.output += self.b
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.matmul(grad_output, self.W.T)
        return self.grad_input

    def update_grad_params(self, input, grad_output):
        self.gradW += np.matmul(input.T, grad_output)
        self.gradb += np.sum(grad_output, axis=0)

    def zero_grad_params(self):
        self.gradW.fill(0)
        self.gradb.fill(0)

    def get_parameters(self):
        return [self.W, self.b]

    def get_grad_params(self):
        return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        self.output = np.subtract(input, input.max(axis=1, keepdims=True))
        self.output = np.exp(self.output)
        self.output /= np.sum(self.output, axis=1, keepdims=True)
        return self.output

    def update_grad_input(self, input, grad_output):
        # batched Jacobian
        s = self.output[:, :, np.newaxis]
        jac = -s @ s.transpose(0, 2, 1)
        k = np.arange(s.shape[1])
        jac[:, k, k] += self.output
        self.grad_input = (jac @ grad_output[:, :, np.newaxis])[:, :, 0]
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
        self.rng = np.random.default_rng()

    def update_output(self, input):
        if self.training:
            self.mask = self.rng.binomial(n=1, p=1 - self.p, size=input.shape) / (1. - self.p)
        else:
            self.mask = 1.
        self.output = self.mask * input
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = self.mask * grad_output
        return self.grad_input

# %%
class BatchNormalization(Module):
    EPS = 1e-3

    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None

    def update_output(self, input):
        if self.training:
            batch_mean = np.mean(input, axis=0, keepdims=True)
            batch_variance = np.var(input, axis=0, keepdims=True)
            if self.moving_mean is None:
                self.moving_mean = batch_mean.copy()
                self.moving_variance = batch_variance.copy()
            else:
                self.moving_mean *= self.alpha
                self.moving_mean += (1 - self.alpha) * batch_mean
                self.moving_variance *= self.alpha
                self.moving_variance += (1 - self.alpha) * batch_variance
            self.centered = input - batch_mean
            self.inv_std = 1. / np.sqrt(batch_variance + self.EPS)
        else:
            self.centered = input - self.moving_mean
            self.inv_std = 1. / np.sqrt(self.moving_variance + self.EPS)
        self.output = self.centered * self.inv_std
        return self.output

    def update_grad_input(self, input, grad_output):
        if not self.training:
            self.grad_input = grad_output * self.inv_std
            return self.grad_input
        N = input.shape[0]
        d_inv = (grad_output * self.centered).sum(0, keepdims=True)
        d_centered = grad_output * self.inv_std - self.centered * self.inv_std ** 3 * d_inv / N
        self.grad_input = d_centered - d_centered.mean(0, keepdims=True)
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope

    def update_output(self, input):
        self.output = input.copy()
        self.output[self.output < 0] *= self.slope
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output.copy()
        self.grad_input[input < 0] *= self.slope
        return self.grad_input

# %%
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def update_output(self, input):
        self.output = input + 0.
        self.output[input < 0] = self.alpha * np.expm1(input[input < 0])
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output + 0.
        self.grad_input[input < 0] *= self.output[input < 0] + self.alpha
        return self.grad_input

# %%
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log(np.exp(input) + 1)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (0.5 * (1 + np.tanh(input / 2)))
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.square(input - target).sum(axis=1).mean()
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = (2. / len(target)) * (input - target)
        return self.grad_input

class NLLCriterionUnstable(Criterion):
    EPS = 1e-15

    def update_output(self, input, target):
        self.clipped = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -(target * np.log(self.clipped)).sum(axis=1).mean()
        return self.output

    def update_grad_input(self, input, target):
        inside = (input >= self.EPS) & (input <= 1 - self.EPS)
        self.grad_input = -target / self.clipped / len(target) * inside
        return self.grad_input

class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -(target * input).sum(axis=1).mean()
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = -target / len(target)
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    acc = state.setdefault('accumulated_grads', {})
    pairs = [(v, g) for lv, lg in zip(variables, gradients) for v, g in zip(lv, lg)]
    for k, (v, g) in enumerate(pairs):
        if k not in acc:
            acc[k] = np.zeros_like(v)
        acc[k] *= config['momentum']
        acc[k] += g
        np.subtract(v, config['learning_rate'] * acc[k], out=v)
