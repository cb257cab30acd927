# style: from numpy import *, which replaces names of Python

# %%
from numpy import *
import numpy as np

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module):
        self.modules.append(module)
    def update_output(self, input):
        y = input
        self.inputs = []
        for m in self.modules:
            self.inputs.append(copy(y))
            y = m.forward(y)
        self.output = y
        return y
    def backward(self, input, grad_output):
        n = len(self.modules)
        g = grad_output
        for i in arange(n)[::-1]:
            g = self.modules[i].backward(self.inputs[i], g)
        self.grad_input = g
        return g
    def zero_grad_params(self):
        for m in self.modules: m.zero_grad_params()
    def get_parameters(self):
        return [m.get_parameters() for m in self.modules]
    def get_grad_params(self):
        return [m.get_grad_params() for m in self.modules]
    def train(self):
        self.training = True
        for m in self.modules: m.train()
    def evaluate(self):
        self.training = False
        for m in self.modules: m.evaluate()
    def __getitem__(self, i): return self.modules[i]
    def __repr__(self): return 'Sequential'

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        a = 1 / sqrt(n_in)
        self.W = random.uniform(-a, a, (n_in, n_out))
        self.b = random.uniform(-a, a, n_out)
        self.gradW = zeros((n_in, n_out))
        self.gradb = zeros(n_out)
    def update_output(self, input):
        self.output = dot(input, self.W) + tile(self.b, (len(input), 1))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = dot(grad_output, transpose(self.W))
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW += dot(transpose(input), grad_output)
        self.gradb += sum(grad_output, 0)
    def zero_grad_params(self):
        self.gradW = zeros(shape(self.W))
        self.gradb = zeros(shape(self.b))
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        e = exp(input - amax(input, 1, keepdims=True))
        self.output = e / sum(e, 1, keepdims=True)
        return self.output
    def update_grad_input(self, input, grad_output):
        n, k = shape(self.output)
        self.grad_input = zeros((n, k))
        for j in range(k):
            # column j of the Jacobians of all samples
            col = -self.output * self.output[:, [j]]
            col[:, j] += self.output[:, j]
            self.grad_input[:, j] = sum(col * grad_output, 1)
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def update_output(self, input):
        if self.training:
            self.mask = random.rand(*shape(input)) >= self.p
            self.output = where(self.mask, input, 0) / (1 - self.p)
        else:
            self.output = input
        return self.output
    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = where(self.mask, grad_output, 0) / (1 - self.p)
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
            mu, v = mean(input, 0), var(input, 0)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = mu, v
            self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mu
            self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * v
        else:
            mu, v = self.moving_mean, self.moving_variance
        self.output = (input - mu) / sqrt(v + self.EPS)
        return self.output
    def update_grad_input(self, input, grad_output):
        mu, v = mean(input, 0), var(input, 0)
        x = (input - mu) / sqrt(v + self.EPS)
        self.grad_input = (grad_output - mean(grad_output, 0) - x * mean(grad_output * x, 0)) / sqrt(v + self.EPS)
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = select([input > 0, input <= 0], [input, input * self.slope])
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * select([input > 0, input <= 0], [1., self.slope])
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = piecewise(input, [input > 0], [lambda x: x, lambda x: self.alpha * (exp(x) - 1)])
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * piecewise(input, [input > 0], [1, lambda x: self.alpha * exp(x)])
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = log(1 + e ** input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * e ** input / (1 + e ** input)
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = sum((input - target) ** 2) / shape(input)[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / shape(input)[0]
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        self.output = -sum(target * log(clip(input, self.EPS, 1 - self.EPS))) / shape(input)[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / clip(input, self.EPS, 1 - self.EPS) / shape(input)[0]
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -sum(target * input) / shape(input)[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / shape(input)[0]
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    if 'accumulated_grads' not in state:
        state['accumulated_grads'] = {}
    A = state['accumulated_grads']
    k = 0
    for vs, gs in zip(variables, gradients):
        for v, g in zip(vs, gs):
            A[k] = config['momentum'] * A.get(k, zeros(shape(v))) + config['learning_rate'] * g
            copyto(v, v - A[k])
            k += 1
