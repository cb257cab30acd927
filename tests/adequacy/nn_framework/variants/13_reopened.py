# style: classes reopened in later cells: class Linear(Linear) with the next method

# %%
import numpy as np

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module):
        self.modules.append(module)
    def __getitem__(self, i):
        return self.modules[i]
    def __repr__(self):
        return '\n'.join(repr(m) for m in self.modules)

# %%
class Sequential(Sequential):
    def update_output(self, input):
        self.output = input
        self.seen = []
        for m in self.modules:
            self.seen.append(self.output)
            self.output = m.forward(self.output)
        return self.output
    def backward(self, input, grad_output):
        self.grad_input = grad_output
        for m, s in zip(self.modules[::-1], self.seen[::-1]):
            self.grad_input = m.backward(s, self.grad_input)
        return self.grad_input

# %%
class Sequential(Sequential):
    def zero_grad_params(self):
        for m in self.modules: m.zero_grad_params()
    def get_parameters(self): return [m.get_parameters() for m in self.modules]
    def get_grad_params(self): return [m.get_grad_params() for m in self.modules]
    def train(self):
        super().train()
        for m in self.modules: m.train()
    def evaluate(self):
        super().evaluate()
        for m in self.modules: m.evaluate()

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        stdv = 1. / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]
    def zero_grad_params(self):
        self.gradW.fill(0); self.gradb.fill(0)

# %%
class Linear(Linear):
    def update_output(self, input):
        self.output = input @ self.W + self.b
        return self.output

# %% [markdown]
# and now the derivatives

# %%
class Linear(Linear):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output @ self.W.T
        return self.grad_input
class Linear(Linear):
    def update_grad_params(self, input, grad_output):
        self.gradW = input.T @ grad_output
        self.gradb = np.einsum('ij->j', grad_output)

# %%
class SoftMax(Module):
    def update_output(self, input):
        self.output = np.exp(input - np.max(input, axis=1, keepdims=True))
        self.output = self.output / np.sum(self.output, axis=1, keepdims=True)
        return self.output

# %%
class SoftMax(SoftMax):
    def update_grad_input(self, input, grad_output):
        s = super().update_output(input)
        total = np.sum(grad_output * s, axis=1, keepdims=True)
        self.grad_input = s * (grad_output - total)
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
        self.mask = None

# %%
class Dropout(Dropout):
    def update_output(self, input):
        self.output = input
        if self.training:
            self.mask = np.random.uniform(0, 1, input.shape)
            self.mask = (self.mask > self.p).astype(float)
            self.output = self.output * self.mask / (1 - self.p)
        return self.output
class Dropout(Dropout):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output
        if self.training:
            self.grad_input = self.grad_input * self.mask / (1 - self.p)
        return self.grad_input

# %%
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None

# %%
class BatchNormalization(BatchNormalization):
    def _update_moving(self, m, v):
        if self.moving_mean is None:
            self.moving_mean, self.moving_variance = m, v
            return
        self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * m
        self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * v
    def update_output(self, input):
        m, v = self.moving_mean, self.moving_variance
        if self.training:
            m, v = input.mean(axis=0), input.var(axis=0)
            self._update_moving(m, v)
        self.last = (m, v)
        self.output = (input - m) / np.sqrt(v + self.EPS)
        return self.output
class BatchNormalization(BatchNormalization):
    def update_grad_input(self, input, grad_output):
        m, v = self.last
        s = np.sqrt(v + self.EPS)
        dxhat_mean = grad_output.mean(axis=0)
        cov = ((input - m) * grad_output).mean(axis=0)
        self.grad_input = (grad_output - dxhat_mean) / s - (input - m) * cov / s ** 3
        return self.grad_input

# %%
class LeakyReLU(ReLU):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        pos = super().update_output(input).copy()
        neg = super().update_output(-input)
        self.output = pos - self.slope * neg
        return self.output
    def update_grad_input(self, input, grad_output):
        a = super().update_grad_input(input, grad_output)
        b = super().update_grad_input(-input, grad_output)
        self.grad_input = a + self.slope * b
        return self.grad_input

# %%
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * (np.exp(input) - 1))
        return self.output
class ELU(ELU):
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 0, 1, super().update_output(input) + self.alpha) * grad_output
        return self.grad_input

# %%
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input)); return self.output
class SoftPlus(SoftPlus):
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (1 - 1 / (1 + np.exp(input))); return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = ((input - target) ** 2).sum() / input.shape[0]
        return self.output
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -(input * target).sum() / input.shape[0]
        return self.output
class NLLCriterionUnstable(NLLCriterion):
    EPS = 1e-15
    def update_output(self, input, target):
        return super().update_output(np.log(np.clip(input, self.EPS, 1 - self.EPS)), target)

# %%
class MSECriterion(MSECriterion):
    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / input.shape[0]
        return self.grad_input
class NLLCriterion(NLLCriterion):
    def update_grad_input(self, input, target):
        self.grad_input = -target / input.shape[0]
        return self.grad_input
class NLLCriterionUnstable(NLLCriterionUnstable):
    def update_grad_input(self, input, target):
        self.grad_input = -target / input.shape[0] / np.clip(input, self.EPS, 1 - self.EPS)
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    if not state.get('accumulated_grads'):
        state['accumulated_grads'] = {i: [0 * v for v in layer] for i, layer in enumerate(variables)}
    for i, layer in enumerate(variables):
        vel = state['accumulated_grads'][i]
        for j in range(len(layer)):
            vel[j] = config['momentum'] * vel[j] + config['learning_rate'] * gradients[i][j]
            layer[j] -= vel[j]
