# style: scratch cells that raise or do not parse between the right ones, given classes in their cells

# %%
import numpy as np

# %%
class Module(object):
    """Abstract building block."""
    def __init__(self):
        self.output = None
        self.grad_input = None
        self.training = True

    def forward(self, input):
        return self.update_output(input)

    def backward(self, input, grad_output):
        self.update_grad_input(input, grad_output)
        self.update_grad_params(input, grad_output)
        return self.grad_input

    def update_output(self, input):
        pass

    def update_grad_input(self, input, grad_output):
        pass

    def update_grad_params(self, input, grad_output):
        pass

    def zero_grad_params(self):
        pass

    def get_parameters(self):
        return []

    def get_grad_params(self):
        return []

    def train(self):
        self.training = True

    def evaluate(self):
        self.training = False

    def __repr__(self):
        return 'Module'

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module): self.modules.append(module)
    def update_output(self, input):
        self.inputs = [input]
        for m in self.modules[:-1]:
            self.inputs.append(m.forward(self.inputs[-1]))
        self.output = self.modules[-1].forward(self.inputs[-1])
        return self.output
    def backward(self, input, grad_output):
        g = grad_output
        for m, x in zip(self.modules[::-1], self.inputs[::-1]):
            m.update_grad_input(x, g)
            m.update_grad_params(x, g)
            if isinstance(m, Sequential): m.backward(x, g)
            g = m.grad_input
        self.grad_input = g
        return self.grad_input
    def zero_grad_params(self):
        for m in self.modules: m.zero_grad_params()
    def get_parameters(self): return [m.get_parameters() for m in self.modules]
    def get_grad_params(self): return [m.get_grad_params() for m in self.modules]
    def train(self):
        self.training = True
        for m in self.modules: m.train()
    def evaluate(self):
        self.training = False
        for m in self.modules: m.evaluate()
    def __getitem__(self, i): return self.modules[i]
    def __repr__(self): return '\n'.join(map(str, self.modules))

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        stdv = 1. / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    def update_output(self, input):
        self.output = input @ self.W + self.b
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output @ self.W.T
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW = input.T @ grad_output
        self.gradb = grad_output.sum(axis=0)
    def zero_grad_params(self):
        self.gradW.fill(0); self.gradb.fill(0)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
# scratch: how does diag of a batch work?
s = sofmax(np.random.randn(3, 4))
np.diag(s) - np.outer(s, s)

# %%
class SoftMax(Module):
    def update_output(self, input):
        x = np.exp(input - input.max(axis=1, keepdims=True))
        self.output = x / x.sum(axis=1, keepdims=True)
        return self.output
    def update_grad_input(self, input, grad_output):
        dot = np.einsum('nk,nk->n', self.output, grad_output)
        self.grad_input = self.output * (grad_output - dot[:, None])
        return self.grad_input

# %%
# does not work, why? -> shapes (ask in the seminar)
a = np.ones((3, 4)) @ np.ones((3, 4))

# %%
class LogSoftMax(Module):
    def update_output(self, input):
        shifted = input - input.max(axis=1, keepdims=True)
        self.output = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return self.output

    def update_grad_input(self, input, grad_output):
        shifted = input - input.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        a = e / e.sum(axis=1, keepdims=True)
        self.grad_input = grad_output - a * grad_output.sum(axis=1, keepdims=True)
        return self.grad_input

    def __repr__(self):
        return 'LogSoftMax'

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def update_output(self, input):
        self.mask = np.ones(input.shape)
        if self.training:
            self.mask[np.random.random(input.shape) < self.p] = 0
            self.mask = self.mask / (1 - self.p)
        self.output = input * self.mask
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.mask
        return self.grad_input

# %%
1 / 0

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
            m = np.sum(input, axis=0) / len(input)
            v = np.sum((input - m) ** 2, axis=0) / len(input)
            try:
                self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * m
                self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * v
            except TypeError:    # None * float in the first batch
                self.moving_mean, self.moving_variance = m, v
        else:
            m, v = self.moving_mean, self.moving_variance
        self.std = (v + self.EPS) ** .5
        self.output = (input - m) / self.std
        return self.output
    def update_grad_input(self, input, grad_output):
        n = len(input)
        P = np.eye(n) - np.ones((n, n)) / n
        self.grad_input = (P @ grad_output - self.output * np.sum(self.output * grad_output, axis=0) / n) / self.std
        return self.grad_input

# %%
bn = BatchNormalization()
bn.evaluate()
bn.forward(np.ones((2, 2)))   # TypeError, not trained yet

# %%
class Scaling(Module):
    def __init__(self, n_out):
        super().__init__()
        stdv = 1. / np.sqrt(n_out)
        self.gamma = np.random.uniform(-stdv, stdv, size=(1, n_out))
        self.beta = np.random.uniform(-stdv, stdv, size=(1, n_out))
        self.gradGamma = np.zeros_like(self.gamma)
        self.gradBeta = np.zeros_like(self.beta)

    def update_output(self, input):
        self.output = input * self.gamma + self.beta
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.gamma
        return self.grad_input

    def update_grad_params(self, input, grad_output):
        self.gradGamma = np.sum(grad_output * input, axis=0, keepdims=True)
        self.gradBeta = np.sum(grad_output, axis=0, keepdims=True)

    def zero_grad_params(self):
        self.gradGamma.fill(0)
        self.gradBeta.fill(0)

    def get_parameters(self):
        return [self.gamma, self.beta]

    def get_grad_params(self):
        return [self.gradGamma, self.gradBeta]

    def __repr__(self):
        return 'Scaling'

# %%
class Flatten(Module):
    def update_output(self, input):
        self.output = input.reshape(len(input), -1)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output.reshape(input.shape)
        return self.grad_input

    def __repr__(self):
        return 'Flatten'

# %%
class ReLU(Module):
    def update_output(self, input):
        self.output = np.maximum(input, 0)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.multiply(grad_output, input > 0)
        return self.grad_input

    def __repr__(self):
        return 'ReLU'

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.slope * input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output.copy().astype(float)
        self.grad_input[input <= 0] = self.grad_input[input <= 0] * self.slope
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * (np.exp(input) - 1))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 0, grad_output, grad_output * self.alpha * np.exp(input))
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.exp(input) / (np.exp(input) + 1)
        return self.grad_input

# %%
assert False, 'continue here tomorrow'

# %%
class Criterion(object):
    def __init__(self):
        self.output = None
        self.grad_input = None

    def forward(self, input, target):
        return self.update_output(input, target)

    def backward(self, input, target):
        return self.update_grad_input(input, target)

    def update_output(self, input, target):
        pass

    def update_grad_input(self, input, target):
        pass

    def __repr__(self):
        return 'Criterion'

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.sum((input - target) ** 2) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = (2. * input - 2. * target) / input.shape[0]
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        input = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = np.sum(-target * np.log(input)) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        input = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -target / (input.shape[0] * input)
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.sum(-target * input) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / input.shape[0]
        return self.grad_input

# %%
for i in range(3)
    print(i)

# %%
def SGD(variables, gradients, config, state):
    if 'accumulated_grads' not in state:
        state['accumulated_grads'] = {}
    for i in range(len(variables)):
        if i not in state['accumulated_grads']:
            state['accumulated_grads'][i] = {}
        for j in range(len(variables[i])):
            if j not in state['accumulated_grads'][i]:
                state['accumulated_grads'][i][j] = np.zeros_like(variables[i][j])
            state['accumulated_grads'][i][j] = config['momentum'] * state['accumulated_grads'][i][j] + config['learning_rate'] * gradients[i][j]
            variables[i][j] -= state['accumulated_grads'][i][j]
