# style: samples as columns inside, transposed at the borders

# %% [markdown]
# In the lecture the samples are **columns**, so I transpose at the borders and work with columns inside.
# Only the classes I had to write are in this notebook.

# %%
import numpy as np
def T(a):
    return np.ascontiguousarray(np.transpose(a))

# %%
class Columns(Module):
    def update_output(self, input):
        self._X = T(input)
        self._Y = self.fwd(self._X)
        self.output = T(self._Y)
        return self.output
    def update_grad_input(self, input, grad_output):
        self._G = T(grad_output)
        self.grad_input = T(self.bwd(T(input), self._G))
        return self.grad_input

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module): self.modules.append(module)
    def update_output(self, input):
        chain = [input]
        for m in self.modules: chain = chain + [m.forward(chain[-1])]
        self.chain = chain
        self.output = chain[-1]
        return self.output
    def backward(self, input, grad_output):
        todo = list(zip(self.modules, self.chain))
        while todo:
            m, x = todo.pop()
            grad_output = m.backward(x, grad_output)
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
class Linear(Columns):
    def __init__(self, n_in, n_out):
        super().__init__()
        c = 1 / np.sqrt(n_in)
        self.W = np.random.uniform(-c, c, (n_in, n_out))
        self.b = np.random.uniform(-c, c, n_out)
        self.gradW, self.gradb = np.zeros((n_in, n_out)), np.zeros(n_out)
    def fwd(self, X): return self.W.T @ X + self.b[:, None]
    def bwd(self, X, G): return self.W @ G
    def update_grad_params(self, input, grad_output):
        X, G = T(input), T(grad_output)
        self.gradW = X @ G.T
        self.gradb = G.sum(axis=1)
    def zero_grad_params(self):
        self.gradW, self.gradb = np.zeros(self.W.shape), np.zeros(self.b.shape)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]
class SoftMax(Columns):
    def fwd(self, X):
        E = np.exp(X - X.max(axis=0))
        return E / E.sum(axis=0)
    def bwd(self, X, G):
        S = self.fwd(X)
        return S * (G - np.sum(S * G, axis=0))

# %%
class Dropout(Columns):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def fwd(self, X):
        if not self.training: return X
        self.M = np.random.rand(X.shape[0], X.shape[1]) > self.p
        return X * self.M / (1 - self.p)
    def bwd(self, X, G):
        if not self.training: return G
        return G * self.M / (1 - self.p)

# %%
class BatchNormalization(Columns):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def fwd(self, X):
        if self.training:
            mu, var = X.mean(axis=1), X.var(axis=1)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = mu, var
            else:
                self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mu
                self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * var
        else:
            mu, var = self.moving_mean, self.moving_variance
        return (X - np.reshape(mu, (-1, 1))) / np.sqrt(np.reshape(var, (-1, 1)) + self.EPS)
    def bwd(self, X, G):
        N = X.shape[1]
        C = X - X.mean(axis=1, keepdims=True)
        s2 = (C @ C.T).diagonal()[:, None] / N + self.EPS
        return (G - G.mean(axis=1, keepdims=True) - C * (C * G).sum(axis=1, keepdims=True) / (N * s2)) / np.sqrt(s2)

# %%
class LeakyReLU(Columns):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def fwd(self, X): return np.where(X > 0, X, self.slope * X)
    def bwd(self, X, G): return np.where(X > 0, G, self.slope * G)
class ELU(Columns):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def fwd(self, X): return np.where(X > 0, X, self.alpha * np.exp(X) - self.alpha)
    def bwd(self, X, G): return np.where(X > 0, G, (self._Y + self.alpha) * G)
class SoftPlus(Columns):
    def fwd(self, X): return np.log(1 + np.exp(X))
    def bwd(self, X, G): return G / (1 + np.exp(-X))

# %%
class ColumnCriterion(Criterion):
    def update_output(self, input, target):
        X, Y = T(input), T(target)
        self.output = self.loss(X, Y).mean()
        return self.output
    def update_grad_input(self, input, target):
        X, Y = T(input), T(target)
        self.grad_input = T(self.dloss(X, Y)) / X.shape[1]
        return self.grad_input
class MSECriterion(ColumnCriterion):
    def loss(self, X, Y): return np.sum((X - Y) ** 2, axis=0)
    def dloss(self, X, Y): return 2 * (X - Y)
class NLLCriterionUnstable(ColumnCriterion):
    EPS = 1e-15
    def loss(self, X, Y): return -np.sum(Y * np.log(np.clip(X, self.EPS, 1 - self.EPS)), axis=0)
    def dloss(self, X, Y): return -Y / np.clip(X, self.EPS, 1 - self.EPS)
class NLLCriterion(ColumnCriterion):
    def loss(self, X, Y): return -np.sum(Y * X, axis=0)
    def dloss(self, X, Y): return -Y

# %%
def SGD(variables, gradients, config, state):
    """all velocities in one long vector"""
    g = np.concatenate([a.ravel() for layer in gradients for a in layer])
    prev = state.get('accumulated_grads')
    if prev is None or len(prev) == 0:
        prev = np.zeros_like(g)
    v = config['momentum'] * prev + config['learning_rate'] * g
    state['accumulated_grads'] = v
    start = 0
    for layer in variables:
        for w in layer:
            w -= v[start:start + w.size].reshape(w.shape)
            start += w.size
