# style: everything as einsum contractions

# %% [markdown]
# Everything is a tensor contraction.

# %%
import numpy as np
es = np.einsum

# %%
class Sequential(Module):
    def __init__(self, *modules):
        super().__init__()
        self.modules = list(modules)
    def add(self, module):
        self.modules.append(module)
        return self
    def update_output(self, input):
        self.activations = [input]
        for m in self.modules:
            self.activations += [m.forward(self.activations[-1])]
        self.output = self.activations[-1]
        return self.output
    def backward(self, input, grad_output):
        self.grad_input = grad_output
        for m, a in zip(self.modules[::-1], self.activations[-2::-1]):
            self.grad_input = m.backward(a, self.grad_input)
        return self.grad_input
    def zero_grad_params(self): [m.zero_grad_params() for m in self.modules]
    def get_parameters(self): return [m.get_parameters() for m in self.modules]
    def get_grad_params(self): return [m.get_grad_params() for m in self.modules]
    def train(self):
        super().train(); [m.train() for m in self.modules]
    def evaluate(self):
        super().evaluate(); [m.evaluate() for m in self.modules]
    def __getitem__(self, i): return self.modules[i]
    def __len__(self): return len(self.modules)
    def __repr__(self): return 'Sequential(%s)' % ', '.join(map(repr, self.modules))

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        lim = n_in ** -0.5
        self.W, self.b = (np.random.uniform(-lim, lim, s) for s in ((n_in, n_out), (n_out,)))
        self.gradW, self.gradb = np.zeros((n_in, n_out)), np.zeros((n_out,))
    def update_output(self, input):
        self.output = es('ni,io->no', input, self.W) + self.b
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = es('no,io->ni', grad_output, self.W)
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW += es('ni,no->io', input, grad_output)
        self.gradb += es('no->o', grad_output)
    def zero_grad_params(self):
        self.gradW[:] = 0
        self.gradb[:] = 0
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]
    def __repr__(self): return 'Linear(%d, %d)' % self.W.shape

# %%
class SoftMax(Module):
    def update_output(self, input):
        e = np.exp(input - np.amax(input, 1)[:, None])
        self.output = es('nk,n->nk', e, 1 / es('nk->n', e))
        return self.output
    def update_grad_input(self, input, grad_output):
        s = self.output
        J = es('nk,kl->nkl', s, np.eye(s.shape[1])) - es('nk,nl->nkl', s, s)
        self.grad_input = es('nkl,nl->nk', J, grad_output)
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def update_output(self, input):
        if self.training:
            self.mask = (np.random.rand(*input.shape) > self.p) / (1 - self.p)
            self.output = es('nd,nd->nd', self.mask, input)
        else:
            self.mask = np.ones_like(input)
            self.output = input
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = es('nd,nd->nd', self.mask, grad_output)
        return self.grad_input

# %%
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = self.moving_variance = None
    def update_output(self, input):
        if self.training:
            n = len(input)
            mu = es('nd->d', input) / n
            c = input - mu
            var = es('nd,nd->d', c, c) / n
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = mu, var
            self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mu
            self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * var
        else:
            c, var = input - self.moving_mean, self.moving_variance
        self.inv = (var + self.EPS) ** -0.5
        self.output = c * self.inv
        return self.output
    def update_grad_input(self, input, grad_output):
        n = len(input)
        o, g = self.output, grad_output
        # full Jacobian d out[m, d] / d in[n, d]
        J = np.eye(n)[:, :, None] - 1 / n - es('md,nd->mnd', o, o) / n
        self.grad_input = es('mnd,d,md->nd', J, self.inv.reshape(-1), g)
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = np.maximum(input, 0) + self.slope * np.minimum(input, 0)
        return self.output
    def update_grad_input(self, input, grad_output):
        d = (input > 0) + self.slope * (input <= 0)
        self.grad_input = es('...,...->...', d, grad_output)
        return self.grad_input

class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = np.maximum(input, 0) + self.alpha * np.expm1(np.minimum(input, 0))
        return self.output
    def update_grad_input(self, input, grad_output):
        d = (input > 0) + (input <= 0) * (self.output + self.alpha)
        self.grad_input = es('...,...->...', d, grad_output)
        return self.grad_input

class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.logaddexp(0, input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = es('...,...->...', 1 - np.exp(-self.output), grad_output)
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        d = input - target
        self.output = es('nk,nk->', d, d) / len(d)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = 2. / len(input) * (input - target)
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        self.output = -es('nk,nk->', target, np.log(np.clip(input, self.EPS, 1 - self.EPS))) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -1. / len(input) * (target / np.clip(input, self.EPS, 1 - self.EPS))
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -es('nk,nk->', target, input) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -1. / len(input) * target
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    lr, m = config['learning_rate'], config['momentum']
    V = state.setdefault('accumulated_grads', {})
    for i, (vs, gs) in enumerate(zip(variables, gradients)):
        for j, (v, g) in enumerate(zip(vs, gs)):
            V[i, j] = m * V.get((i, j), 0) + g
            v -= lr * V[i, j]
