# style: in the manner of PyTorch: contexts, _forward and _backward, __call__, eval

# %%
import numpy as np

# %%
class Tape(dict):
    """self.ctx.x instead of self.ctx['x'] - as in torch.autograd.Function"""
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__
    def __deepcopy__(self, memo): return Tape(self)

class Function(Module):
    """PyTorch style: subclasses write _forward(x) and _backward(g); the tape saves what is needed"""
    def __init__(self):
        super().__init__()
        self.ctx = Tape()
    def update_output(self, input):
        self.ctx.clear()
        self.output = self._forward(self.ctx, input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = self._backward(self.ctx, grad_output)
        return self.grad_input
    def parameters(self): return self.get_parameters()
    def zero_grad(self): self.zero_grad_params()
    def eval(self): self.evaluate()
    __call__ = Module.forward

# %%
class Sequential(Function):
    def __init__(self):
        super().__init__()
        self.modules = []
    def append(self, module): self.modules.append(module)
    add = append
    def _forward(self, ctx, x):
        ctx.xs = []
        for m in self.modules:
            ctx.xs.append(x)
            x = m(x) if callable(m) else m.forward(x)
        return x
    def _backward(self, ctx, g):
        for m, x in zip(self.modules[::-1], ctx.xs[::-1]):
            g = m.backward(x, g)
        return g
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
    def __repr__(self): return 'Sequential(\n  ' + '\n  '.join('(%d): %r' % im for im in enumerate(self.modules)) + '\n)'

# %%
class Linear(Function):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.in_features, self.out_features = n_in, n_out
        k = np.sqrt(1 / n_in)
        self.W = np.random.uniform(-k, k, (n_in, n_out))
        self.b = np.random.uniform(-k, k, n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    weight = property(lambda self: self.W)
    bias = property(lambda self: self.b)
    def _forward(self, ctx, x):
        ctx.x = x
        return x @ self.W + self.b
    def _backward(self, ctx, g):
        return g @ self.W.T
    def update_grad_params(self, input, grad_output):
        self.gradW += self.ctx.x.T @ grad_output
        self.gradb += grad_output.sum(0)
    def zero_grad_params(self):
        self.gradW.fill(0); self.gradb.fill(0)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]
    def __repr__(self): return f'Linear(in_features={self.in_features}, out_features={self.out_features}, bias=True)'

# %%
class SoftMax(Function):
    def _forward(self, ctx, x):
        e = np.exp(x - x.max(-1, keepdims=True))
        ctx.y = e / e.sum(-1, keepdims=True)
        return ctx.y
    def _backward(self, ctx, g):
        return ctx.y * (g - (g * ctx.y).sum(-1, keepdims=True))
class Dropout(Function):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def _forward(self, ctx, x):
        ctx.m = np.random.binomial(1, 1 - self.p, x.shape) / (1 - self.p) if self.training else np.ones(x.shape)
        return x * ctx.m
    def _backward(self, ctx, g):
        return g * ctx.m
class BatchNormalization(Function):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.register_buffer('moving_mean', None)
        self.register_buffer('moving_variance', None)
    def register_buffer(self, name, value): setattr(self, name, value)
    def _forward(self, ctx, x):
        if self.training:
            mean, var = x.mean(0), x.var(0)
            for name, new in (('moving_mean', mean), ('moving_variance', var)):
                old = getattr(self, name)
                setattr(self, name, new if old is None else self.alpha * old + (1 - self.alpha) * new)
        else:
            mean, var = self.moving_mean, self.moving_variance
        ctx.invstd = 1 / np.sqrt(var + self.EPS)
        ctx.xhat = (x - mean) * ctx.invstd
        ctx.batch = self.training
        return ctx.xhat
    def _backward(self, ctx, g):
        if ctx.batch:
            g = g - g.mean(0) - ctx.xhat * (g * ctx.xhat).mean(0)
        return g * ctx.invstd

# %%
class LeakyReLU(Function):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = self.negative_slope = slope
    def _forward(self, ctx, x):
        ctx.d = np.where(x > 0, 1, self.slope)
        return x * ctx.d
    def _backward(self, ctx, g): return g * ctx.d
class ELU(Function):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def _forward(self, ctx, x):
        ctx.pos = x > 0
        ctx.y = np.where(ctx.pos, x, self.alpha * np.expm1(x))
        return ctx.y
    def _backward(self, ctx, g): return np.where(ctx.pos, g, g * (ctx.y + self.alpha))
class SoftPlus(Function):
    def _forward(self, ctx, x):
        ctx.x = x
        return np.log(1 + np.exp(x))
    def _backward(self, ctx, g): return g / (1 + np.exp(-ctx.x))

# %%
class Loss(Criterion):
    __call__ = Criterion.forward
    reduction = 'batchmean'
    def _mean(self, s, n): return s / n
class MSECriterion(Loss):
    def update_output(self, input, target):
        self.d = input - target
        self.output = self._mean((self.d ** 2).sum(), len(input))
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = self._mean(2 * self.d, len(input))
        return self.grad_input
class NLLCriterionUnstable(Loss):
    EPS = 1e-15
    def update_output(self, input, target):
        self.p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = self._mean(-(target * np.log(self.p)).sum(), len(input))
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = self._mean(-target / self.p, len(input))
        return self.grad_input
class NLLCriterion(Loss):
    def update_output(self, input, target):
        self.output = self._mean(-(target * input).sum(), len(input))
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = self._mean(-target, len(input))
        return self.grad_input

# %%
class _SGD:
    """torch.optim.SGD: buf = m buf + g; p -= lr buf"""
    def __init__(self, state): self.buf = state.setdefault('accumulated_grads', {})
    def step(self, params, grads, lr, momentum):
        for k, (p, g) in enumerate(zip(params, grads)):
            self.buf[k] = g.copy() if k not in self.buf else momentum * self.buf[k] + g
            p -= lr * self.buf[k]
def SGD(variables, gradients, config, state):
    flat = lambda ll: [a for l in ll for a in l]
    _SGD(state).step(flat(variables), flat(gradients), config['learning_rate'], config['momentum'])
