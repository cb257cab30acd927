# style: layers as dataclasses

# %%
import numpy as np
from dataclasses import dataclass, field

# %%
@dataclass
class Sequential(Module):
    modules: list = field(default_factory=list)
    inputs: list = field(default_factory=list, repr=False)
    def __post_init__(self): Module.__init__(self)
    def add(self, module): self.modules.append(module)
    def update_output(self, input):
        self.inputs = []
        for m in self.modules:
            self.inputs.append(input)
            input = m.forward(input)
        self.output = input
        return self.output
    def backward(self, input, grad_output):
        for m, x in zip(self.modules[::-1], self.inputs[::-1]):
            grad_output = m.backward(x, grad_output)
        self.grad_input = grad_output
        return self.grad_input
    def zero_grad_params(self):
        for m in self.modules: m.zero_grad_params()
    def get_parameters(self): return [m.get_parameters() for m in self.modules]
    def get_grad_params(self): return [m.get_grad_params() for m in self.modules]
    def train(self):
        Module.train(self)
        for m in self.modules: m.train()
    def evaluate(self):
        Module.evaluate(self)
        for m in self.modules: m.evaluate()
    def __getitem__(self, i): return self.modules[i]

# %%
@dataclass
class Linear(Module):
    n_in: int
    n_out: int
    def __post_init__(self):
        super().__init__()
        self.W = np.random.uniform(-1, 1, (self.n_in, self.n_out)) * self.n_in ** -0.5
        self.b = np.random.uniform(-1, 1, self.n_out) * self.n_in ** -0.5
        self.zero_grad_params()
    def zero_grad_params(self):
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    def update_output(self, input):
        self.output = input @ self.W + self.b
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output @ self.W.T
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW += input.T @ grad_output
        self.gradb += grad_output.sum(axis=0)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
@dataclass
class SoftMax(Module):
    axis: int = 1
    def __post_init__(self): super().__init__()
    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=self.axis, keepdims=True))
        self.output = e / np.sum(e, axis=self.axis, keepdims=True)
        return self.output
    def update_grad_input(self, input, grad_output):
        mean_grad = np.average(grad_output, axis=self.axis, weights=self.output, keepdims=True)
        self.grad_input = self.output * (grad_output - mean_grad)
        return self.grad_input

# %%
@dataclass
class Dropout(Module):
    p: float = 0.5
    mask: np.ndarray = field(default=None, init=False, repr=False, compare=False)
    def __post_init__(self): super().__init__()
    def update_output(self, input):
        if self.training:
            self.mask = (np.random.uniform(0, 1, size=input.shape) > self.p) / (1 - self.p)
            self.output = self.mask * input
        else:
            self.output = input
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = self.mask * grad_output if self.training else grad_output
        return self.grad_input

# %%
@dataclass
class Moments:
    mean: np.ndarray
    var: np.ndarray
    @classmethod
    def of(cls, x): return cls(x.mean(0, keepdims=True), x.var(0, keepdims=True))

@dataclass
class BatchNormalization(Module):
    alpha: float = 0.
    moving_mean: np.ndarray = field(default=None, init=False)
    moving_variance: np.ndarray = field(default=None, init=False)
    EPS = 1e-3
    def __post_init__(self): super().__init__()
    def update_output(self, input):
        if self.training:
            self.used = Moments.of(input)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = self.used.mean, self.used.var
            self.moving_mean = self.moving_mean * self.alpha + self.used.mean * (1 - self.alpha)
            self.moving_variance = self.moving_variance * self.alpha + self.used.var * (1 - self.alpha)
        else:
            self.used = Moments(self.moving_mean, self.moving_variance)
        self.output = (input - self.used.mean) / np.sqrt(self.used.var + self.EPS)
        return self.output
    def update_grad_input(self, input, grad_output):
        N = len(input)
        self.grad_input = (N * grad_output - grad_output.sum(0) - self.output * (grad_output * self.output).sum(0)) / (N * np.sqrt(self.used.var + self.EPS))
        return self.grad_input

# %%
@dataclass
class LeakyReLU(Module):
    slope: float = 0.03
    def __post_init__(self): super().__init__()
    def update_output(self, input):
        self.output = np.where(input > 0, 1, self.slope) * input
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 0, 1, self.slope) * grad_output
        return self.grad_input
@dataclass
class ELU(Module):
    alpha: float = 1.0
    def __post_init__(self): super().__init__()
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * np.exp(input) - self.alpha)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 0, 1, self.alpha * np.exp(input)) * grad_output
        return self.grad_input
@dataclass
class SoftPlus(Module):
    def __post_init__(self): super().__init__()
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (1 + np.exp(-input)) ** -1
        return self.grad_input

# %%
@dataclass
class MSECriterion(Criterion):
    output: float = None
    grad_input: np.ndarray = None
    def update_output(self, input, target):
        self.output = ((input - target) ** 2).sum(-1).mean()
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = (input - target) / (len(input) / 2)
        return self.grad_input
@dataclass
class NLLCriterionUnstable(Criterion):
    EPS: float = 1e-15
    def __post_init__(self): super().__init__()
    def update_output(self, input, target):
        self.output = -(np.log(np.clip(input, self.EPS, 1 - self.EPS)) * target).sum(-1).mean()
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / (np.clip(input, self.EPS, 1 - self.EPS) * len(input))
        return self.grad_input
@dataclass
class NLLCriterion(Criterion):
    def __post_init__(self): super().__init__()
    def update_output(self, input, target):
        self.output = -(input * target).sum(-1).mean()
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / len(input)
        return self.grad_input

# %%
@dataclass
class Velocity:
    v: np.ndarray
    def step(self, g, m, lr):
        self.v = m * self.v + g
        return lr * self.v

def SGD(variables, gradients, config, state):
    acc = state.setdefault('accumulated_grads', {})
    for i, (ws, gs) in enumerate(zip(variables, gradients)):
        for j, (w, g) in enumerate(zip(ws, gs)):
            vel = acc.setdefault((i, j), Velocity(np.zeros_like(w)))
            w -= vel.step(g, config['momentum'], config['learning_rate'])
