# style: vectorised NumPy as in a textbook, the given classes in their cells as handed out

# %% [markdown]
# # Homework: neural network modules
# Implementation part. Derivations are in LaTeX under each module.

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

    def add(self, module):
        self.modules.append(module)

    def update_output(self, input):
        self.layer_inputs = []
        x = input
        for module in self.modules:
            self.layer_inputs.append(x)
            x = module.forward(x)
        self.output = x
        return self.output

    def backward(self, input, grad_output):
        grad = grad_output
        for module, x in zip(reversed(self.modules), reversed(self.layer_inputs)):
            grad = module.backward(x, grad)
        self.grad_input = grad
        return self.grad_input

    def zero_grad_params(self):
        for module in self.modules:
            module.zero_grad_params()

    def get_parameters(self):
        return [module.get_parameters() for module in self.modules]

    def get_grad_params(self):
        return [module.get_grad_params() for module in self.modules]

    def train(self):
        self.training = True
        for module in self.modules:
            module.train()

    def evaluate(self):
        self.training = False
        for module in self.modules:
            module.evaluate()

    def __getitem__(self, i):
        return self.modules[i]

    def __repr__(self):
        return '\n'.join(str(m) for m in self.modules)

# %% [markdown]
# ### Linear
# $y = xW + b$, $\partial L/\partial x = g W^T$, $\partial L/\partial W = x^T g$, $\partial L/\partial b = \sum_i g_i$

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
        self.gradW.fill(0)
        self.gradb.fill(0)

    def get_parameters(self):
        return [self.W, self.b]

    def get_grad_params(self):
        return [self.gradW, self.gradb]

    def __repr__(self):
        return 'Linear %d -> %d' % self.W.shape

# %%
class SoftMax(Module):
    def update_output(self, input):
        e = np.exp(input - input.max(axis=1, keepdims=True))
        self.output = e / e.sum(axis=1, keepdims=True)
        return self.output

    def update_grad_input(self, input, grad_output):
        s = self.output
        self.grad_input = s * (grad_output - (s * grad_output).sum(axis=1, keepdims=True))
        return self.grad_input

    def __repr__(self):
        return 'SoftMax'

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
        self.mask = None

    def update_output(self, input):
        if self.training:
            self.mask = np.random.binomial(1, 1 - self.p, size=input.shape)
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
            mean = input.mean(axis=0)
            var = input.var(axis=0)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = mean, var
            else:
                self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
                self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * var
        else:
            mean, var = self.moving_mean, self.moving_variance
        self.std = np.sqrt(var + self.EPS)
        self.output = (input - mean) / self.std
        return self.output

    def update_grad_input(self, input, grad_output):
        xhat = self.output
        self.grad_input = (grad_output - grad_output.mean(axis=0)
                           - xhat * (grad_output * xhat).mean(axis=0)) / self.std
        return self.grad_input

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
        self.grad_input = grad_output * np.where(input > 0, 1., self.slope)
        return self.grad_input

# %%
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * (np.exp(input) - 1))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input > 0, 1., self.alpha * np.exp(input))
        return self.grad_input

# %%
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output / (1 + np.exp(-input))
        return self.grad_input

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
        self.grad_input = 2 * (input - target) / input.shape[0]
        return self.grad_input

# %%
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

# %%
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -np.sum(target * input) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = -target / input.shape[0]
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    state.setdefault('accumulated_grads', {})
    i = 0
    for layer_vars, layer_grads in zip(variables, gradients):
        for var, grad in zip(layer_vars, layer_grads):
            old = state['accumulated_grads'].setdefault(i, np.zeros_like(grad))
            np.add(config['momentum'] * old, config['learning_rate'] * grad, out=old)
            var -= old
            i += 1
