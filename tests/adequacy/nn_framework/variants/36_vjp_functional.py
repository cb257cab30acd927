# style: functional: each operation returns its value and a function for its gradient

# %% [markdown]
# Functional: every op returns `(y, vjp)`; the classes only wrap.

# %%
import numpy as np

# %%
def op_linear(x, W, b):
    return x @ W + b, lambda g: (g @ W.T, x.T @ g, g.sum(0))
def op_softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    y = e / e.sum(1, keepdims=True)
    return y, lambda g: y * g - y * (y * g).sum(1, keepdims=True)
def op_sub(a, b):
    return a - b, lambda g: (g, -g.sum(0))
def op_meanrows(x):
    n = len(x)
    return x.mean(0), lambda g: np.tile(g / n, (n, 1))
def op_square(x):
    return x * x, lambda g: 2 * x * g
def op_rsqrt(v, eps):
    r = (v + eps) ** -.5
    return r, lambda g: -.5 * r ** 3 * g
def op_mulrow(x, r):
    return x * r, lambda g: (g * r, (g * x).sum(0))
def op_where(x, f, df):
    return f(x), lambda g: df(x) * g

# %%
class Op(Module):
    _vjp = None
    def update_output(self, input):
        self.output, self._vjp = self.op(input)
        return self.output
    def update_grad_input(self, input, grad_output):
        if self._vjp is None:
            self.update_output(input)
        self.grad_input = self._vjp(grad_output)
        return self.grad_input

# %%
class Sequential(Op):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module): self.modules.append(module)
    def op(self, x):
        steps = []
        for m in self.modules:
            steps.insert(0, (m.backward, x))
            x = m.forward(x)
        def vjp(g):
            for back, seen in steps:
                g = back(seen, g)
            return g
        return x, vjp
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
        r = 1 / n_in ** .5
        self.W, self.b = np.random.uniform(-r, r, (n_in, n_out)), np.random.uniform(-r, r, (n_out,))
        self.zero_grad_params()
    def update_output(self, input):
        self.output, self._vjp = op_linear(input, self.W, self.b)
        return self.output
    def update_grad_input(self, input, grad_output):
        # all three at once; update_grad_params has nothing left to do
        self.grad_input, self.gradW, self.gradb = op_linear(input, self.W, self.b)[1](grad_output)
        return self.grad_input
    def zero_grad_params(self):
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Op):
    op = staticmethod(op_softmax)
class Dropout(Op):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def op(self, x):
        if not self.training:
            return x, lambda g: g
        m = (np.random.default_rng().uniform(size=x.shape) >= self.p) / (1 - self.p)
        return x * m, lambda g: g * m
class BatchNormalization(Op):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def op(self, x):
        if not self.training:
            r = (self.moving_variance + self.EPS) ** -.5
            return (x - self.moving_mean) * r, lambda g: g * r
        mean, d_mean = op_meanrows(x)
        c, d_sub = op_sub(x, mean)
        sq, d_sq = op_square(c)
        var, d_var = op_meanrows(sq)
        r, d_r = op_rsqrt(var, self.EPS)
        y, d_mul = op_mulrow(c, r)
        if self.moving_mean is None:
            self.moving_mean, self.moving_variance = mean, var
        else:
            a = self.alpha
            self.moving_mean, self.moving_variance = a * self.moving_mean + (1 - a) * mean, a * self.moving_variance + (1 - a) * var
        def vjp(g):
            gc, gr = d_mul(g)
            gc = gc + d_sq(d_var(d_r(gr)))
            gx, gm = d_sub(gc)
            return gx + d_mean(gm)
        return y, vjp

# %%
class LeakyReLU(Op):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def op(self, x):
        return op_where(x, lambda x: np.where(x > 0, x, self.slope * x), lambda x: np.where(x > 0, 1, self.slope))
class ELU(Op):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def op(self, x):
        return op_where(x, lambda x: np.where(x > 0, x, self.alpha * (np.exp(x) - 1)), lambda x: np.where(x > 0, 1, self.alpha * np.exp(x)))
class SoftPlus(Op):
    def op(self, x):
        e = np.exp(x)
        one_plus, d_add = 1 + e, lambda g: g
        return np.log(one_plus), lambda g: d_add(g / one_plus) * e

# %%
class CriterionOp(Criterion):
    def update_output(self, input, target):
        self.output, self._vjp = self.op(input, target)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = self.op(input, target)[1](1.0)
        return self.grad_input
class MSECriterion(CriterionOp):
    def op(self, x, t):
        sq, d = op_square(x - t)
        return sq.sum() / len(x), lambda g: d(np.full(x.shape, g / len(x)))
class NLLCriterion(CriterionOp):
    def op(self, x, t):
        return -(x * t).sum() / len(x), lambda g: -g * t / len(x)
class NLLCriterionUnstable(NLLCriterion):
    EPS = 1e-15
    def op(self, x, t):
        p = np.clip(x, self.EPS, 1 - self.EPS)
        y, d = super().op(np.log(p), t)
        return y, lambda g: d(g) / p

# %%
def momentum_update(v, w, g, lr, m):
    v = m * v + lr * g
    return v, w - v
def SGD(variables, gradients, config, state):
    old = state.get('accumulated_grads') or {}
    new = {}
    for i, (ws, gs) in enumerate(zip(variables, gradients)):
        for j, (w, g) in enumerate(zip(ws, gs)):
            new[i, j], w[...] = momentum_update(old.get((i, j), 0.), w, g, config['learning_rate'], config['momentum'])
    state['accumulated_grads'] = new
