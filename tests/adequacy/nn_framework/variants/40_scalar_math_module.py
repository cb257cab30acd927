# style: Python floats, the math module and lists of lists inside

# %%
import math
from math import exp, log, sqrt
import numpy as np
import random

# %% [markdown]
# Everything is computed with Python floats and lists of lists; NumPy arrays are only made at the end.

# %%
def arr(rows): return np.array(rows, dtype=np.float64)
def lst(a): return np.asarray(a).tolist()
def transpose(rows): return [list(c) for c in zip(*rows)]
def matmul(A, B):
    Bt = transpose(B)
    return [[math.fsum(a * b for a, b in zip(r, c)) for c in Bt] for r in A]
def matmap(f, *ms): return [[f(*v) for v in zip(*rows)] for rows in zip(*ms)]

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module): self.modules.append(module)
    def update_output(self, input):
        self.saved = ()
        for m in self.modules:
            self.saved += (input,)
            input = m.forward(input)
        self.output = input
        return self.output
    def backward(self, input, grad_output):
        saved = list(self.saved)
        for m in reversed(self.modules):
            grad_output = m.backward(saved.pop(), grad_output)
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
        s = 1 / sqrt(n_in)
        self.W = arr([[random.uniform(-s, s) for _ in range(n_out)] for _ in range(n_in)])
        self.b = arr([random.uniform(-s, s) for _ in range(n_out)])
        self.zero_grad_params()
    def update_output(self, input):
        b = lst(self.b)
        self.output = arr([[y + c for y, c in zip(row, b)] for row in matmul(lst(input), lst(self.W))])
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = arr(matmul(lst(grad_output), transpose(lst(self.W))))
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        g = lst(grad_output)
        self.gradW = arr(matmul(transpose(lst(input)), g))
        self.gradb = arr([math.fsum(c) for c in zip(*g)])
    def zero_grad_params(self):
        self.gradW = arr([[0.] * len(self.b) for _ in self.W])
        self.gradb = arr([0.] * len(self.b))
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        rows = []
        for r in lst(input):
            m = max(r)
            e = [exp(v - m) for v in r]
            z = sum(e)
            rows.append([v / z for v in e])
        self.probs = rows
        self.output = arr(rows)
        return self.output
    def update_grad_input(self, input, grad_output):
        rows = []
        for a, g in zip(self.probs, lst(grad_output)):
            dot = sum(p * q for p, q in zip(a, g))
            rows.append([p * (q - dot) for p, q in zip(a, g)])
        self.grad_input = arr(rows)
        return self.grad_input
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def update_output(self, input):
        q = 1 - self.p
        self.factor = [[(0. if random.random() < self.p else 1 / q) if self.training else 1. for _ in r] for r in lst(input)]
        self.output = arr(matmap(float.__mul__, matmap(float, lst(input)), self.factor))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = arr(matmap(lambda a, b: a * b, lst(grad_output), self.factor))
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
        cols = transpose(lst(input))
        if self.training:
            means = [math.fsum(c) / len(c) for c in cols]
            variances = [math.fsum((v - m) ** 2 for v in c) / len(c) for c, m in zip(cols, means)]
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = arr(means), arr(variances)
            else:
                a = self.alpha
                self.moving_mean = arr([a * o + (1 - a) * n for o, n in zip(np.ravel(self.moving_mean), means)])
                self.moving_variance = arr([a * o + (1 - a) * n for o, n in zip(np.ravel(self.moving_variance), variances)])
        else:
            means, variances = lst(np.ravel(self.moving_mean)), lst(np.ravel(self.moving_variance))
        self.sd = [sqrt(v + self.EPS) for v in variances]
        self.normed = [[(v - m) / s for v in c] for c, m, s in zip(cols, means, self.sd)]
        self.output = arr(transpose(self.normed))
        return self.output
    def update_grad_input(self, input, grad_output):
        res = []
        for y, g, s in zip(self.normed, transpose(lst(grad_output)), self.sd):
            n = len(g)
            gm, gy = sum(g) / n, sum(p * q for p, q in zip(g, y)) / n
            res.append([(p - gm - q * gy) / s for p, q in zip(g, y)])
        self.grad_input = arr(transpose(res))
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = arr(matmap(lambda v: max(v, self.slope * v), lst(input)))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = arr(matmap(lambda v, g: g if v > 0 else g * self.slope, lst(input), lst(grad_output)))
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = arr(matmap(lambda v: v if v > 0 else self.alpha * math.expm1(v), lst(input)))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = arr(matmap(lambda v, g: g if v > 0 else g * self.alpha * exp(v), lst(input), lst(grad_output)))
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = arr(matmap(lambda v: log(1 + exp(v)), lst(input)))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = arr(matmap(lambda v, g: g / (1 + exp(-v)), lst(input), lst(grad_output)))
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = sum(math.dist(a, b) ** 2 for a, b in zip(lst(input), lst(target))) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        n = len(input)
        self.grad_input = arr(matmap(lambda a, b: 2 * (a - b) / n, lst(input), lst(target)))
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def _p(self, p): return min(max(p, self.EPS), 1 - self.EPS)
    def update_output(self, input, target):
        self.output = -sum(sum(matmap(lambda p, t: t * log(self._p(p)), lst(input), lst(target)), [])) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        n = len(input)
        self.grad_input = arr(matmap(lambda p, t: -t / self._p(p) / n, lst(input), lst(target)))
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -sum(sum(matmap(lambda l, t: l * t, lst(input), lst(target)), [])) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        n = len(input)
        self.grad_input = arr(matmap(lambda t: -t / n, lst(target)))
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    lr, m = config['learning_rate'], config['momentum']
    acc = state.setdefault('accumulated_grads', {})
    for i in range(len(variables)):
        for j in range(len(variables[i])):
            w, g = variables[i][j], gradients[i][j]
            v = acc.setdefault((i, j), [0.] * w.size)
            for k, gk in enumerate(lst(np.ravel(g))):
                v[k] = m * v[k] + lr * gk
                w.flat[k] -= v[k]
