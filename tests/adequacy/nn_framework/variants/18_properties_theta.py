# style: W and b as properties, views of one matrix with a bias row

# %%
import numpy as np

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self._layers = []
        self._values = ()
    @property
    def modules(self):
        return self._layers
    def add(self, module):
        self._layers.append(module)
    def update_output(self, input):
        vals = [input]
        for m in self._layers:
            vals.append(m.forward(vals[-1]))
        self._values = tuple(vals)
        self.output = vals[-1]
        return self.output
    def backward(self, input, grad_output):
        for m, v in zip(self._layers[::-1], self._values[:-1][::-1]):
            grad_output = m.backward(v, grad_output)
        self.grad_input = grad_output
        return grad_output
    def zero_grad_params(self):
        for m in self._layers: m.zero_grad_params()
    def get_parameters(self): return [m.get_parameters() for m in self._layers]
    def get_grad_params(self): return [m.get_grad_params() for m in self._layers]
    @property
    def training(self): return self._training
    @training.setter
    def training(self, flag):
        self._training = flag
        for m in getattr(self, '_layers', []): m.training = flag
    def train(self):
        self._training = True
        for m in self._layers: m.train()
    def evaluate(self):
        self._training = False
        for m in self._layers: m.evaluate()
    def __getitem__(self, i): return self._layers[i]
    def __repr__(self): return 'Sequential(%d)' % len(self._layers)

# %% [markdown]
# Bias trick: $[x, 1]\,\Theta$ with $\Theta = [W; b]$. `W` and `b` are views.

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        s = 1 / np.sqrt(n_in)
        self.theta = np.random.uniform(-s, s, (n_in + 1, n_out))
        self.gradTheta = np.zeros_like(self.theta)
    W = property(lambda self: self.theta[:-1], lambda self, v: self.theta.__setitem__(slice(None, -1), v))
    @property
    def b(self): return self.theta[-1]
    @b.setter
    def b(self, value): self.theta[-1] = value
    @property
    def gradW(self): return self.gradTheta[:-1]
    @gradW.setter
    def gradW(self, value): self.gradTheta[:-1] = value
    @property
    def gradb(self): return self.gradTheta[-1]
    @gradb.setter
    def gradb(self, value): self.gradTheta[-1] = value
    @staticmethod
    def _aug(x): return np.hstack([x, np.ones((len(x), 1))])
    def update_output(self, input):
        self.output = self._aug(input) @ self.theta
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = (grad_output @ self.theta.T)[:, :-1]
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradTheta += self._aug(input).T @ grad_output
    def zero_grad_params(self): self.gradTheta.fill(0)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        self._e = np.exp(input - np.max(input, 1, keepdims=True))
        self.output = self._e / self._z
        return self.output
    @property
    def _z(self): return self._e.sum(axis=1, keepdims=True)
    def update_grad_input(self, input, grad_output):
        # quotient rule: d(e/z) = (de z - e dz) / z^2
        e, z = self._e, self._z
        self.grad_input = e * (grad_output * z - (grad_output * e).sum(axis=1, keepdims=True)) / z ** 2
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    @property
    def keep(self): return 1 - self.p
    def update_output(self, input):
        if self.training:
            self._mask = np.random.binomial(1, self.keep, input.shape)
            self.output = input * self._mask / self.keep
        else:
            self.output = input
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self._mask / self.keep if self.training else grad_output
        return self.grad_input

# %%
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self._stats = None
    @property
    def moving_mean(self): return None if self._stats is None else self._stats[0]
    @moving_mean.setter
    def moving_mean(self, m):
        v = np.ones_like(m) if self._stats is None else self._stats[1]
        self._stats = [np.ravel(m), np.ravel(v)]
    @property
    def moving_variance(self): return None if self._stats is None else self._stats[1]
    @moving_variance.setter
    def moving_variance(self, v):
        m = np.zeros_like(v) if self._stats is None else self._stats[0]
        self._stats = [np.ravel(m), np.ravel(v)]
    def update_output(self, input):
        if self.training:
            batch = [input.mean(0), input.var(0)]
            if self._stats is None:
                self._stats = batch
            else:
                self._stats = [self.alpha * o + (1 - self.alpha) * n for o, n in zip(self._stats, batch)]
            self._used = batch
        else:
            self._used = self._stats
        self.output = (input - self._used[0]) / np.sqrt(self._used[1] + self.EPS)
        return self.output
    def update_grad_input(self, input, grad_output):
        s = np.sqrt(self._used[1] + self.EPS)
        g = grad_output / s
        if self.training:
            g = g - g.mean(0) - self.output * (g * self.output).mean(0)
        self.grad_input = g
        return g

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self._derivative = np.where(input > 0, 1, self.slope)
        self.output = input * self._derivative
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self._derivative
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        neg = self.alpha * np.expm1(np.clip(input, None, 0))
        self.output = np.clip(input, 0, None) + neg
        self._derivative = np.where(input > 0, 1, neg + self.alpha)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self._derivative
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        sig = 1 / (1 + np.exp(-input))
        self.output = -np.log(1 - sig)
        self._derivative = sig
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self._derivative
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.asarray(np.sum((input - target) ** 2) / len(input))   # 0-d
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / len(input)
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    @property
    def EPS(self): return 1e-15
    def update_output(self, input, target):
        self.output = np.asarray(-np.sum(target * np.log(np.clip(input, self.EPS, 1 - self.EPS))) / len(input))
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / np.clip(input, self.EPS, 1 - self.EPS) / len(input)
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.asarray(-np.sum(target * input) / len(input))
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -np.asarray(target, dtype=float) / len(input)
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    state.setdefault('accumulated_grads', [])
    acc = state['accumulated_grads']
    k = 0
    for vs, gs in zip(variables, gradients):
        for v, g in zip(vs, gs):
            if k == len(acc):
                acc.append(np.zeros_like(v))
            acc[k] = config['momentum'] * acc[k] + config['learning_rate'] * g
            v[...] = v - acc[k]
            k += 1
