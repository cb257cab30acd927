# style: buffers allocated once per shape and out= arguments everywhere

# %% [markdown]
# No temporary arrays where possible: everything with `out=`, buffers are allocated once per shape.

# %%
import numpy as np
def buffer(self, name, shape):
    """a reusable array"""
    b = self.__dict__.get(name)
    if b is None or b.shape != shape:
        b = np.empty(shape)
        setattr(self, name, b)
    return b

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module): self.modules.append(module)
    def update_output(self, input):
        for m in self.modules:
            input = m.forward(input)
        self.output = input
        return input
    def backward(self, input, grad_output):
        last = len(self.modules) - 1
        for k in range(last, -1, -1):
            x = self.modules[k - 1].output if k > 0 else input
            grad_output = self.modules[k].backward(x, grad_output)
        self.grad_input = grad_output
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
        stdv = 1. / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    def update_output(self, input):
        out = buffer(self, 'output', (len(input), self.W.shape[1]))
        np.matmul(input, self.W, out=out)
        np.add(out, self.b, out=out)
        return out
    def update_grad_input(self, input, grad_output):
        return np.matmul(grad_output, self.W.T, out=buffer(self, 'grad_input', input.shape))
    def update_grad_params(self, input, grad_output):
        np.matmul(input.T, grad_output, out=self.gradW)
        np.add.reduce(grad_output, axis=0, out=self.gradb)
    def zero_grad_params(self):
        self.gradW.fill(0); self.gradb.fill(0)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        y = buffer(self, 'output', input.shape)
        np.subtract(input, input.max(axis=1, keepdims=True), out=y)
        np.exp(y, out=y)
        np.divide(y, y.sum(axis=1, keepdims=True), out=y)
        return y
    def update_grad_input(self, input, grad_output):
        g = buffer(self, 'grad_input', input.shape)
        np.multiply(grad_output, self.output, out=g)
        total = g.sum(axis=1, keepdims=True)
        np.subtract(grad_output, total, out=g)
        np.multiply(g, self.output, out=g)
        return g

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
        self.rng = np.random.default_rng(0)
    def update_output(self, input):
        y = buffer(self, 'output', input.shape)
        if self.training:
            m = buffer(self, 'mask', input.shape)
            self.rng.random(out=m)
            np.greater_equal(m, self.p, out=m)
            np.divide(m, 1 - self.p, out=m)
            np.multiply(input, m, out=y)
        else:
            np.copyto(y, input)
        return y
    def update_grad_input(self, input, grad_output):
        g = buffer(self, 'grad_input', input.shape)
        if self.training:
            np.multiply(grad_output, self.mask, out=g)
        else:
            np.copyto(g, grad_output)
        return g

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
            m, v = input.mean(axis=0), input.var(axis=0)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = m.copy(), v.copy()
            else:
                for mov, new in ((self.moving_mean, m), (self.moving_variance, v)):
                    np.multiply(mov, self.alpha, out=mov)
                    np.add(mov, (1 - self.alpha) * new, out=mov)
        else:
            m, v = self.moving_mean, self.moving_variance
        self.std = np.sqrt(v + self.EPS)
        y = buffer(self, 'output', input.shape)
        np.subtract(input, m, out=y)
        np.divide(y, self.std, out=y)
        return y
    def update_grad_input(self, input, grad_output):
        g = buffer(self, 'grad_input', input.shape)
        np.multiply(self.output, np.mean(grad_output * self.output, axis=0), out=g)
        np.subtract(grad_output, g, out=g)
        np.subtract(g, grad_output.mean(axis=0), out=g)
        np.divide(g, self.std, out=g)
        return g

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        y = buffer(self, 'output', input.shape)
        np.copyto(y, input)
        np.multiply(y, self.slope, out=y, where=input < 0)
        return y
    def update_grad_input(self, input, grad_output):
        g = buffer(self, 'grad_input', input.shape)
        np.copyto(g, grad_output)
        np.multiply(g, self.slope, out=g, where=input < 0)
        return g
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        y = buffer(self, 'output', input.shape)
        np.minimum(input, 0, out=y)
        np.expm1(y, out=y)
        np.multiply(y, self.alpha, out=y)
        np.add(y, np.maximum(input, 0), out=y)
        return y
    def update_grad_input(self, input, grad_output):
        g = buffer(self, 'grad_input', input.shape)
        np.minimum(input, 0, out=g)
        np.exp(g, out=g)
        np.multiply(g, self.alpha, out=g)
        np.putmask(g, input > 0, 1.)
        np.multiply(g, grad_output, out=g)
        return g
class SoftPlus(Module):
    def update_output(self, input):
        return np.logaddexp(0, input, out=buffer(self, 'output', input.shape))
    def update_grad_input(self, input, grad_output):
        g = buffer(self, 'grad_input', input.shape)
        np.negative(input, out=g)
        np.exp(g, out=g)
        np.add(g, 1, out=g)
        np.divide(grad_output, g, out=g)
        return g

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.diff = np.subtract(input, target)
        self.output = np.vdot(self.diff, self.diff) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = np.subtract(input, target)
        np.multiply(self.grad_input, 2 / len(input), out=self.grad_input)
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        p = np.empty(input.shape)
        np.clip(input, self.EPS, 1 - self.EPS, out=p)
        np.log(p, out=p)
        self.output = np.vdot(p, target) / -len(input)
        return self.output
    def update_grad_input(self, input, target):
        p = np.empty(input.shape)
        np.clip(input, self.EPS, 1 - self.EPS, out=p)
        self.grad_input = np.divide(target, p, out=p)
        np.divide(p, -len(input), out=p)
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.vdot(input, target) / -len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = np.divide(target, -len(input), out=np.empty(input.shape))
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    acc = state.setdefault('accumulated_grads', {})
    for k, (v, g) in enumerate((v, g) for vs, gs in zip(variables, gradients) for v, g in zip(vs, gs)):
        a = acc.setdefault(k, np.zeros_like(v))
        np.multiply(a, config['momentum'], out=a)
        np.add(a, np.multiply(g, config['learning_rate']), out=a)
        np.subtract(v, a, out=v)
