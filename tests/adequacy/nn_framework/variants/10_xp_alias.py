# style: NumPy imported under another name, a seed of its own, tensordot

# %%
import numpy as xp   # could be cupy
import os, sys
xp.random.seed(42)
xp.set_printoptions(precision=3)

# %%
class Sequential(Module):
    def __init__(self):
        Module.__init__(self)
        self.modules = []
        self.cache = {}
    def add(self, module):
        self.modules.append(module)
    def update_output(self, input):
        self.cache = {0: input}
        for k, m in enumerate(self.modules, start=1):
            self.cache[k] = m.forward(self.cache[k - 1])
        self.output = self.cache[len(self.modules)]
        return self.output
    def backward(self, input, grad_output):
        k = len(self.modules)
        while k:
            k -= 1
            grad_output = self.modules[k].backward(self.cache[k], grad_output)
        self.grad_input = grad_output
        return grad_output
    def zero_grad_params(self):
        any(m.zero_grad_params() for m in self.modules)
    def get_parameters(self):
        return list(m.get_parameters() for m in self.modules)
    def get_grad_params(self):
        return list(m.get_grad_params() for m in self.modules)
    def train(self, mode=True):
        self.training = mode
        for m in self.modules:
            m.train() if mode else m.evaluate()
    def evaluate(self):
        self.train(False)
    def __getitem__(self, key):
        return self.modules[key]
    def __repr__(self):
        return f'<Sequential of {len(self.modules)}>'

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        Module.__init__(self)
        c = 1 / xp.sqrt(n_in)
        self.W, self.b = xp.random.uniform(-c, c, (n_in, n_out)), xp.random.uniform(-c, c, (n_out))
        self.gradW, self.gradb = 0 * self.W, 0 * self.b
    def update_output(self, input):
        self.output = xp.tensordot(input, self.W, axes=1) + self.b
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = xp.tensordot(grad_output, self.W, axes=([1], [1]))
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW = self.gradW + xp.tensordot(input, grad_output, axes=([0], [0]))
        self.gradb = self.gradb + xp.add.reduce(grad_output)
    def zero_grad_params(self):
        self.gradW, self.gradb = 0 * self.W, 0 * self.b
    def get_parameters(self):
        return [self.W, self.b]
    def get_grad_params(self):
        return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        m = xp.expand_dims(xp.max(input, axis=-1), -1)
        logz = m + xp.log(xp.expand_dims(xp.sum(xp.exp(input - m), axis=-1), -1))
        self.output = xp.exp(input - logz)
        return self.output
    def update_grad_input(self, input, grad_output):
        gs = grad_output * self.output
        self.grad_input = gs - self.output * xp.expand_dims(gs.sum(-1), -1)
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        Module.__init__(self)
        self.p = p
    def update_output(self, input):
        if self.training:
            self.mask = xp.random.RandomState().rand(*input.shape)
            self.mask = xp.where(self.mask < self.p, 0., 1. / (1. - self.p))
            self.output = xp.multiply(input, self.mask)
        else:
            self.output = xp.array(input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = xp.multiply(grad_output, self.mask)
        return self.grad_input

# %%
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        Module.__init__(self)
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def _moments(self, x):
        return xp.average(x, axis=0), xp.average((x - xp.average(x, axis=0)) ** 2, axis=0)
    def update_output(self, input):
        if self.training:
            self.m, self.v = self._moments(input)
            a = 0 if self.moving_mean is None else self.alpha
            if self.moving_mean is None:
                self.moving_mean = self.moving_variance = 0.
            self.moving_mean = a * self.moving_mean + (1 - a) * self.m
            self.moving_variance = a * self.moving_variance + (1 - a) * self.v
        else:
            self.m, self.v = self.moving_mean, self.moving_variance
        self.output = (input - self.m) * xp.power(self.v + self.EPS, -.5)
        return self.output
    def update_grad_input(self, input, grad_output):
        N = input.shape[0]
        s = xp.power(self.v + self.EPS, -.5)
        g = grad_output * s
        if self.training:
            c = input - self.m
            g = g - g.mean(0) - c * s ** 2 * (g * c).mean(0)
        self.grad_input = g
        return g

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        Module.__init__(self)
        self.slope = slope
    def update_output(self, input):
        self.output = input * self._d(input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self._d(input)
        return self.grad_input
    def _d(self, x):
        return xp.heaviside(x, 0) * (1 - self.slope) + self.slope

# %%
class ELU(Module):
    def __init__(self, alpha=1.0):
        Module.__init__(self)
        self.alpha = alpha
    def update_output(self, input):
        step = xp.heaviside(input, 1)
        self.output = step * input + (1 - step) * self.alpha * (xp.exp(input) - 1)
        return self.output
    def update_grad_input(self, input, grad_output):
        step = xp.heaviside(input, 1)
        self.grad_input = (step + (1 - step) * self.alpha * xp.exp(input)) * grad_output
        return self.grad_input

# %%
class SoftPlus(Module):
    def update_output(self, input):
        self.output = input + xp.log(1 + xp.exp(-input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = xp.reciprocal(1 + xp.exp(-input)) * grad_output
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        r = (input - target).ravel()
        self.output = float(r @ r) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        r = input - target
        self.grad_input = (r + r) / len(input)
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        self.output = float(xp.vdot(target, xp.log(input.clip(self.EPS, 1 - self.EPS)))) / -len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = target * xp.reciprocal(input.clip(self.EPS, 1 - self.EPS)) / -len(input)
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = float(xp.vdot(target, input)) / -len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = target / -float(len(input))
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    lr = config['learning_rate']; mu = config['momentum']
    if 'accumulated_grads' not in state or len(state['accumulated_grads']) == 0:
        state['accumulated_grads'] = [xp.zeros_like(v) for layer in variables for v in layer]
    flat_v = [v for layer in variables for v in layer]
    flat_g = [g for layer in gradients for g in layer]
    for a, v, g in zip(state['accumulated_grads'], flat_v, flat_g):
        xp.add(mu * a, g, out=a)
        xp.add(v, -lr * a, out=v)
