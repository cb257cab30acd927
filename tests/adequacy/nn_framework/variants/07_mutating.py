# style: works in place on grad_output and on inputs to save memory

# %%
import numpy as np

# %% [markdown]
# To save memory I work in place on the gradients that come from above.

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules, self.tape = [], None
    def add(self, module):
        self.modules.append(module)
    def update_output(self, input):
        self.tape = [input]
        for m in self.modules:
            self.tape.append(m.forward(self.tape[-1]))
        self.output = self.tape[-1]
        return self.output
    def backward(self, input, grad_output):
        for i in reversed(range(len(self.modules))):
            grad_output = self.modules[i].backward(self.tape[i], grad_output)
        self.grad_input = grad_output
        return self.grad_input
    def zero_grad_params(self):
        for m in self.modules: m.zero_grad_params()
    def get_parameters(self):
        return [m.get_parameters() for m in self.modules]
    def get_grad_params(self):
        return [m.get_grad_params() for m in self.modules]
    def train(self):
        self.training = True
        for m in self.modules: m.train()
    def evaluate(self):
        self.training = False
        for m in self.modules: m.evaluate()
    def __getitem__(self, i): return self.modules[i]
    def __repr__(self): return str(self.modules)

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        s = 1 / np.sqrt(n_in)
        self.W = np.random.uniform(low=-s, high=s, size=[n_in, n_out])
        self.b = np.random.uniform(low=-s, high=s, size=[n_out])
        self.gradW = np.zeros([n_in, n_out])
        self.gradb = np.zeros([n_out])
    def update_output(self, input):
        self.output = input.dot(self.W)
        self.output += self.b[None, :]
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output.dot(self.W.T)
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW[...] = input.T.dot(grad_output)
        self.gradb[...] = grad_output.sum(0)
    def zero_grad_params(self):
        self.gradW *= 0
        self.gradb *= 0
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        out = input - input.max(1, keepdims=True)
        np.exp(out, out)
        out /= out.sum(1, keepdims=True)
        self.output = out
        return out
    def update_grad_input(self, input, grad_output):
        grad_output -= (grad_output * self.output).sum(1, keepdims=True)
        grad_output *= self.output
        self.grad_input = grad_output
        return grad_output

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def update_output(self, input):
        self.output = input.copy()
        if self.training:
            self.dropped = np.random.uniform(size=input.shape) < self.p
            self.output[self.dropped] = 0
            self.output /= 1 - self.p
        return self.output
    def update_grad_input(self, input, grad_output):
        if self.training:
            grad_output[self.dropped] = 0
            grad_output /= 1 - self.p
        self.grad_input = grad_output
        return self.grad_input

# %%
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha, self.moving_mean, self.moving_variance = alpha, None, None
    def update_output(self, input):
        if self.training:
            m, v = input.mean(0), input.var(0)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = m, v
            self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * m
            self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * v
        else:
            m, v = self.moving_mean, self.moving_variance
        self.std = np.sqrt(v + self.EPS)
        self.output = input - m
        self.output /= self.std
        return self.output
    def update_grad_input(self, input, grad_output):
        proj = (grad_output * self.output).mean(0) * self.output
        grad_output -= grad_output.mean(0)
        grad_output -= proj
        grad_output /= self.std
        self.grad_input = grad_output
        return grad_output

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = input.copy()
        self.output[input <= 0] *= self.slope
        return self.output
    def update_grad_input(self, input, grad_output):
        grad_output[input <= 0] *= self.slope
        self.grad_input = grad_output
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.neg = input <= 0
        self.output = input.copy()
        self.output[self.neg] = self.alpha * (np.exp(self.output[self.neg]) - 1)
        return self.output
    def update_grad_input(self, input, grad_output):
        grad_output[self.neg] *= self.alpha * np.exp(input[self.neg])
        self.grad_input = grad_output
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        grad_output *= 1 / (1 + np.exp(-input))
        self.grad_input = grad_output
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.diff = input - target
        self.output = (self.diff ** 2).sum() / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.diff *= 2 / len(input)
        self.grad_input = self.diff
        self.diff = input - target
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        np.clip(input, self.EPS, 1 - self.EPS, out=input)
        self.output = -(target * np.log(input)).sum() / len(input)
        return self.output
    def update_grad_input(self, input, target):
        np.clip(input, self.EPS, 1 - self.EPS, out=input)
        self.grad_input = target / input
        self.grad_input /= -len(input)
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -(target * input).sum() / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = target / -len(input)
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    if 'accumulated_grads' not in state:
        state['accumulated_grads'] = {}
    n = 0
    for lv, lg in zip(variables, gradients):
        for v, g in zip(lv, lg):
            g *= config['learning_rate']
            if n in state['accumulated_grads']:
                g += config['momentum'] * state['accumulated_grads'][n]
            state['accumulated_grads'][n] = g.copy()
            v -= g
            n += 1
