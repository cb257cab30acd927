# style: abstract base class for element-wise layers, closures for the backward pass

# %%
import numpy as np
from abc import ABC, abstractmethod

# %%
class Pointwise(Module, ABC):
    """y = f(x), element by element"""
    @abstractmethod
    def f(self, x): ...
    @abstractmethod
    def df(self, x): ...
    def update_output(self, input):
        self.output = self.f(input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = self.df(input) * grad_output
        return self.grad_input
    def __repr__(self):
        return type(self).__name__

# %%
class LeakyReLU(Pointwise):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def f(self, x): return x * self.df(x)
    def df(self, x): return np.where(x < 0, self.slope, 1.)
class ELU(Pointwise):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def f(self, x): return np.where(x < 0, self.alpha * np.expm1(x), x)
    def df(self, x): return np.where(x < 0, self.alpha * np.exp(x), 1.)
class SoftPlus(Pointwise):
    f = staticmethod(lambda x: np.log1p(np.exp(x)))
    df = staticmethod(lambda x: 1 / (1 + np.exp(-x)))

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
        self._pullback = None
    def add(self, module): self.modules.append(module)
    def update_output(self, input):
        pullback = lambda g: g
        x = input
        for m in self.modules:
            pullback = (lambda m, x, rest: lambda g: rest(m.backward(x, g)))(m, x, pullback)
            x = m.forward(x)
        self._pullback, self.output = pullback, x
        return self.output
    def backward(self, input, grad_output):
        self.grad_input = self._pullback(grad_output)
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
    def __repr__(self): return 'Sequential'

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        u = lambda *size: np.random.uniform(-1, 1, size) / np.sqrt(n_in)
        self.W, self.b = u(n_in, n_out), u(n_out)
        self.zero_grad_params()
    def update_output(self, input):
        self.output = self.b + input @ self.W
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output @ self.W.swapaxes(0, 1)
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW, self.gradb = input.swapaxes(0, 1) @ grad_output, np.ones(len(input)) @ grad_output
    def zero_grad_params(self):
        self.gradW, self.gradb = np.zeros(self.W.shape), np.zeros(self.b.shape)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        def row(x):
            w = np.exp(x - np.max(x))
            return w / np.sum(w)
        self.output = np.apply_along_axis(row, 1, input)
        self._vjp = lambda g: np.stack([s * (q - s @ q) for s, q in zip(self.output, g)])
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = self._vjp(grad_output)
        return self.grad_input
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
        self.apply = lambda x: x
    def update_output(self, input):
        if self.training:
            keep = np.random.rand(*input.shape) >= self.p
            self.apply = lambda x: np.where(keep, x / (1 - self.p), 0)
        else:
            self.apply = lambda x: x
        self.output = self.apply(input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = self.apply(grad_output)
        return self.grad_input
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def update_output(self, input):
        mix = lambda old, new: new if old is None else self.alpha * old + (1 - self.alpha) * new
        if self.training:
            m, v = input.mean(axis=0, keepdims=True), input.var(axis=0, keepdims=True)
            self.moving_mean, self.moving_variance = mix(self.moving_mean, m), mix(self.moving_variance, v)
            sd = np.sqrt(v + self.EPS)
            y = (input - m) / sd
            self._vjp = lambda g: (g - g.mean(0) - y * (y * g).mean(0)) / sd
        else:
            m, sd = self.moving_mean, np.sqrt(self.moving_variance + self.EPS)
            y = (input - m) / sd
            self._vjp = lambda g: g / sd
        self.output = y
        return y
    def update_grad_input(self, input, grad_output):
        self.grad_input = self._vjp(grad_output)
        return self.grad_input

# %%
def criterion(f, df):
    class _C(Criterion):
        def update_output(self, input, target):
            self.output = f(self, input, target) / input.shape[0]
            return self.output
        def update_grad_input(self, input, target):
            self.grad_input = df(self, input, target) / input.shape[0]
            return self.grad_input
    return _C
_clip = lambda s, p: np.clip(p, s.EPS, 1 - s.EPS)
MSECriterion = criterion(lambda s, x, t: ((x - t) ** 2).sum(), lambda s, x, t: 2 * (x - t))
class NLLCriterionUnstable(criterion(lambda s, x, t: -(t * np.log(_clip(s, x))).sum(), lambda s, x, t: -t / _clip(s, x))):
    EPS = 1e-15
NLLCriterion = criterion(lambda s, x, t: -(t * x).sum(), lambda s, x, t: -t)

# %%
def make_sgd():
    def SGD(variables, gradients, config, state):
        velocity = state.setdefault('accumulated_grads', {})
        def step(key, w, g):
            v = velocity[key] = config['momentum'] * velocity.get(key, 0.) - config['learning_rate'] * g
            w += v
        [step((i, j), w, g) for i, (ws, gs) in enumerate(zip(variables, gradients)) for j, (w, g) in enumerate(zip(ws, gs))]
    return SGD
SGD = make_sgd()
