# style: transposes in place of keepdims, variance as mean of squares minus squared mean

# %% [markdown]
# Here are only my parts; `Module`, `Criterion`, `ReLU` … come from the course file.

# %%
import numpy as np

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module):
        self.modules.append(module)
    def update_output(self, input):
        self.outputs = [input]
        for module in self.modules:
            self.outputs.append(module.forward(self.outputs[-1]))
        self.output = self.outputs[-1]
        return self.output
    def backward(self, input, grad_output):
        self.grads = [grad_output]
        for module, x in zip(reversed(self.modules), reversed(self.outputs[:-1])):
            self.grads.append(module.backward(x, self.grads[-1]))
        self.grad_input = self.grads[-1]
        return self.grad_input
    def zero_grad_params(self):
        for module in self: module.zero_grad_params()
    def get_parameters(self):
        return [module.get_parameters() for module in self]
    def get_grad_params(self):
        return [module.get_grad_params() for module in self]
    def train(self):
        self.training = True
        for module in self: module.train()
    def evaluate(self):
        self.training = False
        for module in self: module.evaluate()
    def __getitem__(self, i):
        return self.modules[i]
    def __iter__(self):
        return iter(self.modules)
    def __repr__(self):
        return '\n'.join(str(x) for x in self)

# %% [markdown]
# **Linear**: $\frac{\partial L}{\partial W} = X^T G$

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        k = 1 / np.sqrt(n_in)
        self.W = np.random.random((n_in, n_out)) * 2 * k - k
        self.b = np.random.random(n_out) * 2 * k - k
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    def update_output(self, input):
        self.output = np.add(np.dot(input, self.W), self.b)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.dot(self.W, grad_output.T).T
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(grad_output.T, input).T
        self.gradb = np.sum(grad_output, 0)
    def zero_grad_params(self):
        self.gradW = 0 * self.gradW
        self.gradb = 0 * self.gradb
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        shifted = (input.T - input.max(axis=1)).T
        e = np.exp(shifted)
        self.output = (e.T / e.sum(axis=1)).T
        return self.output
    def update_grad_input(self, input, grad_output):
        inner = np.diagonal(grad_output @ self.output.T)
        self.grad_input = (self.output.T * (grad_output.T - inner)).T
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
        self.mask = None
    def update_output(self, input):
        if not self.training:
            self.output = input
            return self.output
        self.mask = np.random.rand(*input.shape) > self.p
        self.output = self.mask * input / (1 - self.p)
        return self.output
    def update_grad_input(self, input, grad_output):
        if not self.training:
            self.grad_input = grad_output
            return self.grad_input
        self.grad_input = self.mask * grad_output / (1 - self.p)
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
            self.mean = input.mean(axis=0, keepdims=True)
            self.variance = np.mean(input ** 2, axis=0, keepdims=True) - self.mean ** 2
            if self.moving_mean is None:
                self.moving_mean = np.zeros_like(self.mean) + self.mean
                self.moving_variance = np.zeros_like(self.variance) + self.variance
            self.moving_mean = self.moving_mean * self.alpha + self.mean * (1 - self.alpha)
            self.moving_variance = self.moving_variance * self.alpha + self.variance * (1 - self.alpha)
            self.output = (input - self.mean) / np.sqrt(self.variance + self.EPS)
        else:
            self.output = (input - self.moving_mean) / np.sqrt(self.moving_variance + self.EPS)
        return self.output
    def update_grad_input(self, input, grad_output):
        N = len(input)
        s = np.sqrt(self.variance + self.EPS)
        x_mu = input - self.mean
        first = grad_output / s
        second = grad_output.sum(axis=0) / (N * s)
        third = x_mu * (grad_output * x_mu).sum(axis=0) / (N * s ** 3)
        self.grad_input = first - second - third
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = (input > 0) * input + (input <= 0) * self.slope * input
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = (input > 0) * grad_output + (input <= 0) * self.slope * grad_output
        return self.grad_input

# %%
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = np.where(input >= 0, input, self.alpha * np.expm1(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input >= 0, grad_output, grad_output * (self.output + self.alpha))
        return self.grad_input

# %%
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        e = np.exp(input)
        self.grad_input = grad_output * e / (1 + e)
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.mean(np.sum((input - target) ** 2, axis=1))
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -2 * (target - input) / target.shape[0]
        return self.grad_input

# %%
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        input_clamp = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = np.mean(-np.sum(target * np.log(input_clamp), axis=1))
        return self.output
    def update_grad_input(self, input, target):
        input_clamp = np.maximum(self.EPS, np.minimum(input, 1 - self.EPS))
        self.grad_input = -np.divide(target, input_clamp * target.shape[0])
        return self.grad_input

# %%
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.mean(-np.sum(target * input, axis=1))
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = np.divide(-target, target.shape[0])
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    state.setdefault('accumulated_grads', {})
    for var_layer, grad_layer in zip(variables, gradients):
        for var, grad in zip(var_layer, grad_layer):
            prev = state['accumulated_grads'].get(id(var), np.zeros_like(var))
            new = config['momentum'] * prev + config['learning_rate'] * grad
            state['accumulated_grads'][id(var)] = new
            var -= new

# %%
net = Sequential()
net.add(Linear(2, 4)); net.add(ReLU()); net.add(Linear(4, 2)); net.add(LogSoftMax())
print(net.forward(np.ones((3, 2))))
