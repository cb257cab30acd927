# style: explicit Jacobian matrices for each sample

# %%
import numpy as np
from numpy import diag, outer

# %%
class Sequential(Module):
    def __init__(self):
        super(Sequential, self).__init__()
        self.modules = []
    def add(self, module):
        self.modules.append(module)
    def update_output(self, input):
        out = input
        for layer in self.modules:
            out = layer.forward(out)
        self.output = out
        return out
    def backward(self, input, grad_output):
        # every layer remembers its own output, so take it from there
        for k in range(len(self.modules) - 1, 0, -1):
            grad_output = self.modules[k].backward(self.modules[k - 1].output, grad_output)
        self.grad_input = self.modules[0].backward(input, grad_output)
        return self.grad_input
    def zero_grad_params(self):
        for layer in self.modules: layer.zero_grad_params()
    def get_parameters(self):
        return [layer.get_parameters() for layer in self.modules]
    def get_grad_params(self):
        return [layer.get_grad_params() for layer in self.modules]
    def __repr__(self):
        return "".join([str(x) + '\n' for x in self.modules])
    def __getitem__(self, x):
        return self.modules.__getitem__(x)
    def train(self):
        self.training = True
        for layer in self.modules: layer.train()
    def evaluate(self):
        self.training = False
        for layer in self.modules: layer.evaluate()

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super(Linear, self).__init__()
        stdv = 1./np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size = (n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size = n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    def update_output(self, input):
        self.output = np.array([self.W.T.dot(x) + self.b for x in input])
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.array([self.W.dot(g) for g in grad_output])
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        for x, g in zip(input, grad_output):
            self.gradW += outer(x, g)
            self.gradb += g
    def zero_grad_params(self):
        self.gradW.fill(0)
        self.gradb.fill(0)
    def get_parameters(self):
        return [self.W, self.b]
    def get_grad_params(self):
        return [self.gradW, self.gradb]
    def __repr__(self):
        s = self.W.shape
        return 'Linear %d -> %d' %(s[0],s[1])

# %% [markdown]
# $J = \mathrm{diag}(s) - s s^T$ for each sample

# %%
class SoftMax(Module):
    def update_output(self, input):
        rows = []
        for x in input:
            e = np.exp(x - x.max())
            rows.append(e / e.sum())
        self.output = np.vstack(rows)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.empty(input.shape)
        for n, (s, g) in enumerate(zip(self.output, grad_output)):
            J = diag(s) - outer(s, s)
            self.grad_input[n] = J.T @ g
        return self.grad_input
    def __repr__(self): return "SoftMax"

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super(Dropout, self).__init__()
        self.p = p
        self.mask = None
    def update_output(self, input):
        if self.training:
            self.mask = np.random.choice([0, 1], size=input.shape, p=[self.p, 1 - self.p])
            self.output = np.array([diag(m) @ x for m, x in zip(self.mask, input)]) / (1 - self.p)
        else:
            self.output = input.copy()
        return self.output
    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = np.array([diag(m) @ g for m, g in zip(self.mask, grad_output)]) / (1 - self.p)
        else:
            self.grad_input = grad_output.copy()
        return self.grad_input
    def __repr__(self): return "Dropout"

# %%
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha = 0.):
        super(BatchNormalization, self).__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def update_output(self, input):
        if self.training:
            m, v = np.mean(input, 0, keepdims=True), np.var(input, 0, keepdims=True)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = m, v
            else:
                self.moving_mean = self.moving_mean * self.alpha + m * (1 - self.alpha)
                self.moving_variance = self.moving_variance * self.alpha + v * (1 - self.alpha)
            self.output = (input - m) / np.sqrt(v + self.EPS)
        else:
            self.output = (input - self.moving_mean) / np.sqrt(self.moving_variance + self.EPS)
        return self.output
    def update_grad_input(self, input, grad_output):
        N, D = input.shape
        self.grad_input = np.zeros((N, D))
        I, one = np.eye(N), np.ones((N, N)) / N
        for d in range(D):
            x = input[:, d]
            if self.training:
                c = x - x.mean(); s2 = x.var() + self.EPS
                J = (I - one) / np.sqrt(s2) - outer(c, c) / N / s2 ** 1.5
            else:
                J = I / np.sqrt(np.ravel(self.moving_variance)[d] + self.EPS)
            self.grad_input[:, d] = J.T @ grad_output[:, d]
        return self.grad_input
    def __repr__(self): return "BatchNormalization"

# %%
class LeakyReLU(Module):
    def __init__(self, slope = 0.03):
        super(LeakyReLU, self).__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = np.array([diag((x > 0) + (x <= 0) * self.slope) @ x for x in input])
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.array([diag((x > 0) + (x <= 0) * self.slope) @ g for x, g in zip(input, grad_output)])
        return self.grad_input

# %%
class ELU(Module):
    def __init__(self, alpha = 1.0):
        super(ELU, self).__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = input.copy()
        neg = input < 0
        self.output[neg] = self.alpha * (np.exp(input[neg]) - 1)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.array([diag(np.where(x < 0, self.alpha * np.exp(x), 1)) @ g for x, g in zip(input, grad_output)])
        return self.grad_input

# %%
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log1p(np.exp(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.array([diag(np.exp(x) / (np.exp(x) + 1)) @ g for x, g in zip(input, grad_output)])
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.mean([np.dot(i - t, i - t) for i, t in zip(input, target)])
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = np.stack([2 * (i - t) for i, t in zip(input, target)]) / len(input)
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        q = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = np.mean([-np.dot(t, np.log(p)) for p, t in zip(q, target)])
        return self.output
    def update_grad_input(self, input, target):
        q = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = np.stack([-t / p for p, t in zip(q, target)]) / len(input)
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -np.trace(input @ target.T) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = np.stack([-t for t in target]) / len(input)
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    # list of lists, the same structure as variables
    if not state.get('accumulated_grads'):
        state['accumulated_grads'] = [[np.zeros_like(v) for v in layer] for layer in variables]
    for layer_v, layer_g, layer_a in zip(variables, gradients, state['accumulated_grads']):
        for v, g, a in zip(layer_v, layer_g, layer_a):
            a *= config['momentum']
            a += config['learning_rate'] * g
            v -= a
