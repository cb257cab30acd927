# style: generators, views in Fortran order, several random generators

# %%
import numpy as np
import random as pyrandom
rs = np.random.RandomState(7)

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module): self.modules.append(module)
    def _walk(self, x):
        for m in self.modules:
            y = m.forward(x)
            yield m, x, y
            x = y
    def update_output(self, input):
        self.output = input
        self.record = []
        for m, x, y in self._walk(input):
            self.record.append((m, x))
            self.output = y
        return self.output
    def backward(self, input, grad_output):
        self.grad_input = grad_output
        for m, x in self.record[::-1]:
            self.grad_input = m.backward(x, self.grad_input)
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
    """weights are stored transposed, W is a view (Fortran order)"""
    def __init__(self, n_in, n_out):
        super().__init__()
        stdv = 1. / np.sqrt(n_in)
        self._Wt = rs.uniform(-stdv, stdv, size=(n_out, n_in))
        self.W = self._Wt.T
        self.b = rs.uniform(-stdv, stdv, size=n_out)
        self._gradWt = np.zeros((n_out, n_in))
        self.gradW = self._gradWt.T
        self.gradb = np.zeros(n_out)
    def update_output(self, input):
        self.output = input @ self.W + self.b
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output @ self.W.T
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW += (grad_output.T @ input).T
        self.gradb += grad_output.sum(axis=0)
    def zero_grad_params(self):
        self.gradW.fill(0)
        self.gradb.fill(0)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        x = input.T
        e = np.exp(x - x.max(axis=0))
        self.output = (e / e.sum(axis=0)).T
        return self.output
    def update_grad_input(self, input, grad_output):
        a, g = self.output.T, grad_output.T
        self.grad_input = (a * (g - (a * g).sum(axis=0))).T
        return self.grad_input
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def update_output(self, input):
        if self.training:
            flat = pyrandom.choices([0., 1.], weights=[self.p, 1 - self.p], k=input.size)
            self.mask = np.array(flat).reshape(input.shape) / (1 - self.p)
            self.output = input * self.mask
        else:
            self.output = input[:]
        return self.output
    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.mask
        else:
            self.grad_input = grad_output[:]
        return self.grad_input
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def update_output(self, input):
        columns = input.T
        if self.training:
            mean = np.array([c.mean() for c in columns])
            variance = np.array([c.var() for c in columns])
            if self.moving_mean is None:
                self.moving_mean = mean
                self.moving_variance = variance
            else:
                self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
                self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * variance
        else:
            mean, variance = np.ravel(self.moving_mean), np.ravel(self.moving_variance)
        self.output = np.array([(c - m) / np.sqrt(v + self.EPS) for c, m, v in zip(columns, mean, variance)]).T
        return self.output
    def update_grad_input(self, input, grad_output):
        def column(x, y, g):
            s = np.sqrt(x.var() + self.EPS)
            return (g - g.mean() - y * (g @ y) / len(g)) / s
        self.grad_input = np.array([column(x, y, g) for x, y, g in zip(input.T, self.output.T, grad_output.T)]).T
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = np.array([v if v > 0 else v * self.slope for v in input.flat]).reshape(input.shape)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.array([g if v > 0 else g * self.slope for v, g in zip(input.flat, grad_output.flat)]).reshape(input.shape)
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        out = np.copy(input).astype('float64')
        with np.nditer([input, out], [], [['readonly'], ['readwrite']]) as it:
            for x, y in it:
                if x < 0:
                    y[...] = self.alpha * (np.exp(x) - 1)
        self.output = out
        return self.output
    def update_grad_input(self, input, grad_output):
        gen = (g * (1. if v >= 0 else self.alpha * np.exp(v)) for v, g in zip(input.flat, grad_output.flat))
        self.grad_input = np.fromiter(gen, dtype=np.float64, count=input.size).reshape(input.shape)
        return self.grad_input
class SoftPlus(Module):
    softplus = np.vectorize(lambda t: np.log(1 + np.exp(t)), otypes=[float])
    sigmoid = np.vectorize(lambda t: np.exp(t) / (1 + np.exp(t)), otypes=[float])
    def update_output(self, input):
        self.output = SoftPlus.softplus(input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = SoftPlus.sigmoid(input) * grad_output
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = sum(float((i - t) ** 2) for i, t in zip(input.flat, target.flat)) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = np.array([[2 * (i - t) / len(input) for i, t in zip(r, s)] for r, s in zip(input, target)])
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        c = [min(max(float(p), self.EPS), 1 - self.EPS) for p in input.flat]
        self.output = -sum(float(t) * np.log(p) for p, t in zip(c, target.flat)) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        c = np.array([min(max(float(p), self.EPS), 1 - self.EPS) for p in input.flat]).reshape(input.shape)
        self.grad_input = -target / c / len(input)
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -sum(row[hot.argmax()] for row, hot in zip(input, target)) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = np.zeros_like(input)
        for row, hot in zip(self.grad_input, target):
            row[hot.argmax()] = -1 / len(input)
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    if 'accumulated_grads' not in state:
        state['accumulated_grads'] = {}
    def triples():
        n = 0
        for vs, gs in zip(variables, gradients):
            for v, g in zip(vs, gs):
                yield n, v, g
                n += 1
    for n, v, g in triples():
        old = state['accumulated_grads'].pop(n, np.zeros_like(v))
        state['accumulated_grads'][n] = config['momentum'] * old + config['learning_rate'] * g
        v.__isub__(state['accumulated_grads'][n])
