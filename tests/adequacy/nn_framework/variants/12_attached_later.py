# style: empty classes at first, methods attached to them in later cells

# %%
import numpy as np

# %% [markdown]
# I fill the classes in later, method by method.

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module): self.modules.append(module)
    def update_output(self, input): raise NotImplementedError
    def __repr__(self): return 'Sequential'
    def __getitem__(self, i): return self.modules[i]

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        init_linear(self, n_in, n_out)
    def update_output(self, input):
        # your code here
        raise NotImplementedError()
class SoftMax(Module): pass
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
class SoftPlus(Module): pass
class MSECriterion(Criterion): pass
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
class NLLCriterion(Criterion): pass

# %%
def seq_forward(self, input):
    self.ins = []
    for m in self.modules:
        self.ins.append(input)
        input = m.forward(input)
    self.output = input
    return input
def seq_backward(self, input, grad_output):
    for m, x in zip(reversed(self.modules), reversed(self.ins)):
        grad_output = m.backward(x, grad_output)
    self.grad_input = grad_output
    return grad_output
Sequential.update_output = seq_forward
Sequential.backward = seq_backward
for _name in ('zero_grad_params', 'train', 'evaluate'):
    def _f(self, _name=_name):
        getattr(Module, _name)(self)
        for m in self.modules:
            getattr(m, _name)()
    setattr(Sequential, _name, _f)
for _name in ('get_parameters', 'get_grad_params'):
    setattr(Sequential, _name, lambda self, _name=_name: [getattr(m, _name)() for m in self.modules])

# %%
def init_linear(self, n_in, n_out):
    stdv = 1. / np.sqrt(n_in)
    self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
    self.b = np.random.uniform(-stdv, stdv, size=n_out)
    self.gradW = np.zeros_like(self.W)
    self.gradb = np.zeros_like(self.b)
def f(self, input):
    self.output = input.dot(self.W) + self.b
    return self.output
Linear.update_output = f
def f(self, input, grad_output):
    self.grad_input = grad_output.dot(self.W.T)
    return self.grad_input
Linear.update_grad_input = f
def f(self, input, grad_output):
    self.gradW += input.T.dot(grad_output)
    self.gradb += grad_output.sum(axis=0)
Linear.update_grad_params = f
def f(self):
    self.gradW.fill(0)
    self.gradb.fill(0)
Linear.zero_grad_params = f
Linear.get_parameters = lambda self: [self.W, self.b]
Linear.get_grad_params = lambda self: [self.gradW, self.gradb]

# %%
def f(self, input):
    ex = np.exp(input - input.max(axis=1, keepdims=True))
    self.output = ex / ex.sum(axis=1, keepdims=True)
    return self.output
SoftMax.update_output = f
def f(self, input, grad_output):
    self.grad_input = np.array([g.dot(np.diag(s) - s[:, None] * s[None, :]) for s, g in zip(self.output, grad_output)])
    return self.grad_input
SoftMax.update_grad_input = f

# %%
def f(self, input):
    if self.training:
        self.mask = np.random.binomial(1, 1 - self.p, input.shape)
        self.output = input * self.mask / (1 - self.p)
    else:
        self.output = input
    return self.output
Dropout.update_output = f
def f(self, input, grad_output):
    self.grad_input = grad_output * self.mask / (1 - self.p) if self.training else grad_output
    return self.grad_input
Dropout.update_grad_input = f

# %%
def f(self, input):
    if self.training:
        mu, s2 = input.mean(axis=0), input.var(axis=0)
        if self.moving_mean is None:
            self.moving_mean, self.moving_variance = mu, s2
        else:
            self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mu
            self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * s2
        self.output = (input - mu) / np.sqrt(s2 + self.EPS)
    else:
        self.output = (input - self.moving_mean) / np.sqrt(self.moving_variance + self.EPS)
    return self.output
def g(self, input, grad_output):
    N = float(len(input))
    c = input - input.mean(axis=0)
    q = input.var(axis=0) + self.EPS
    self.grad_input = grad_output / np.sqrt(q) - c * np.sum(grad_output * c, axis=0) / (N * q * np.sqrt(q))
    self.grad_input = self.grad_input - np.mean(self.grad_input, axis=0)
    return self.grad_input
BatchNormalization.update_output, BatchNormalization.update_grad_input = f, g

# %%
def elementwise(cls, fn, dfn):
    def update_output(self, input):
        self.output = fn(self, input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * dfn(self, input)
        return self.grad_input
    cls.update_output, cls.update_grad_input = update_output, update_grad_input
elementwise(LeakyReLU, lambda self, x: np.where(x > 0, x, self.slope * x), lambda self, x: np.where(x > 0, 1, self.slope))
elementwise(ELU, lambda self, x: np.where(x > 0, x, self.alpha * np.expm1(x)), lambda self, x: np.where(x > 0, 1, self.alpha * np.exp(x)))
elementwise(SoftPlus, lambda self, x: np.log(1 + np.exp(x)), lambda self, x: 1 / (1 + np.exp(-x)))

# %%
def loss(cls, fn, dfn):
    def update_output(self, input, target):
        self.output = fn(self, input, target) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = dfn(self, input, target) / len(input)
        return self.grad_input
    setattr(cls, 'update_output', update_output)
    setattr(cls, 'update_grad_input', update_grad_input)
loss(MSECriterion, lambda s, x, t: np.sum((x - t) ** 2), lambda s, x, t: 2 * (x - t))
loss(NLLCriterionUnstable, lambda s, x, t: -np.sum(t * np.log(np.clip(x, s.EPS, 1 - s.EPS))), lambda s, x, t: -t / np.clip(x, s.EPS, 1 - s.EPS))
loss(NLLCriterion, lambda s, x, t: -np.sum(t * x), lambda s, x, t: -t)

# %%
SGD = None
def _sgd_step(w, g, lr, m, v):
    v[...] = m * v + lr * g
    w -= v
def sgd(variables, gradients, config, state):
    vel = state.setdefault('accumulated_grads', {})
    for i, (lw, lg) in enumerate(zip(variables, gradients)):
        for j, (w, g) in enumerate(zip(lw, lg)):
            _sgd_step(w, g, config['learning_rate'], config['momentum'], vel.setdefault((i, j), np.zeros_like(w)))
SGD = sgd
