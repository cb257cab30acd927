# style: plain Python loops over rows and elements, no broadcasting

# %%
import numpy as np
import math

# %% [markdown]
# I do not trust broadcasting, so I write everything with loops.

# %%
class Sequential(Module):
    def __init__(self):
        Module.__init__(self)
        self.modules = []
        self.outs = []
    def add(self, module):
        self.modules.append(module)
    def update_output(self, input):
        self.outs = []
        cur = input
        for i in range(len(self.modules)):
            cur = self.modules[i].forward(cur)
            self.outs.append(cur)
        self.output = cur
        return self.output
    def backward(self, input, grad_output):
        i = len(self.modules) - 1
        g = grad_output
        while i >= 0:
            if i == 0:
                g = self.modules[0].backward(input, g)
            else:
                g = self.modules[i].backward(self.outs[i - 1], g)
            i = i - 1
        self.grad_input = g
        return g
    def zero_grad_params(self):
        for i in range(len(self.modules)):
            self.modules[i].zero_grad_params()
    def get_parameters(self):
        r = []
        for i in range(len(self.modules)):
            r.append(self.modules[i].get_parameters())
        return r
    def get_grad_params(self):
        r = []
        for i in range(len(self.modules)):
            r.append(self.modules[i].get_grad_params())
        return r
    def __getitem__(self, k):
        return self.modules[k]
    def train(self):
        self.training = True
        for i in range(len(self.modules)):
            self.modules[i].train()
    def evaluate(self):
        self.training = False
        for i in range(len(self.modules)):
            self.modules[i].evaluate()
    def __repr__(self):
        r = ''
        for i in range(len(self.modules)):
            r += str(self.modules[i]) + '\n'
        return r

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        Module.__init__(self)
        c = 1 / math.sqrt(n_in)
        self.W = np.zeros((n_in, n_out))
        self.b = np.zeros(n_out)
        for i in range(n_in):
            for j in range(n_out):
                self.W[i, j] = np.random.uniform(-c, c)
        for j in range(n_out):
            self.b[j] = np.random.uniform(-c, c)
        self.gradW = np.zeros((n_in, n_out))
        self.gradb = np.zeros(n_out)
    def update_output(self, input):
        N = input.shape[0]
        n_in, n_out = self.W.shape
        self.output = np.zeros((N, n_out))
        for n in range(N):
            for k in range(n_out):
                t = 0.0
                for i in range(n_in):
                    t += input[n, i] * self.W[i, k]
                self.output[n, k] = t + self.b[k]
        return self.output
    def update_grad_input(self, input, grad_output):
        N = input.shape[0]
        n_in, n_out = self.W.shape
        self.grad_input = np.zeros((N, n_in))
        for n in range(N):
            for i in range(n_in):
                for k in range(n_out):
                    self.grad_input[n, i] += grad_output[n, k] * self.W[i, k]
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        for n in range(input.shape[0]):
            for k in range(self.W.shape[1]):
                self.gradb[k] += grad_output[n, k]
                for i in range(self.W.shape[0]):
                    self.gradW[i, k] += input[n, i] * grad_output[n, k]
    def zero_grad_params(self):
        self.gradW = np.zeros(self.W.shape)
        self.gradb = np.zeros(self.b.shape)
    def get_parameters(self):
        return [self.W, self.b]
    def get_grad_params(self):
        return [self.gradW, self.gradb]
    def __repr__(self):
        return 'Linear'

# %%
class SoftMax(Module):
    def __init__(self):
        Module.__init__(self)
    def update_output(self, input):
        self.output = np.zeros(input.shape)
        for n in range(len(input)):
            m = max(input[n])
            z = 0.0
            for k in range(len(input[n])):
                self.output[n, k] = math.exp(input[n, k] - m)
                z += self.output[n, k]
            for k in range(len(input[n])):
                self.output[n, k] /= z
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.zeros(input.shape)
        K = input.shape[1]
        for n in range(len(input)):
            for j in range(K):
                for k in range(K):
                    if j == k:
                        d = self.output[n, j] * (1 - self.output[n, j])
                    else:
                        d = -self.output[n, j] * self.output[n, k]
                    self.grad_input[n, j] += grad_output[n, k] * d
        return self.grad_input

# %%
import random
class Dropout(Module):
    def __init__(self, p=0.5):
        Module.__init__(self)
        self.p = p
    def update_output(self, input):
        if not self.training:
            self.output = input
            return self.output
        self.mask = [[random.random() >= self.p for _ in row] for row in input]
        self.output = np.zeros(input.shape)
        for n in range(input.shape[0]):
            for d in range(input.shape[1]):
                if self.mask[n][d]:
                    self.output[n, d] = input[n, d] / (1 - self.p)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.zeros(input.shape)
        for n in range(input.shape[0]):
            for d in range(input.shape[1]):
                if not self.training:
                    self.grad_input[n, d] = grad_output[n, d]
                elif self.mask[n][d]:
                    self.grad_input[n, d] = grad_output[n, d] / (1 - self.p)
        return self.grad_input

# %%
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        Module.__init__(self)
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def update_output(self, input):
        N, D = input.shape
        self.output = np.zeros((N, D))
        if self.training:
            self.mu = np.zeros(D)
            self.var = np.zeros(D)
            for d in range(D):
                for n in range(N):
                    self.mu[d] += input[n, d] / N
                for n in range(N):
                    self.var[d] += (input[n, d] - self.mu[d]) ** 2 / N
            if self.moving_mean is None:
                self.moving_mean = np.copy(self.mu)
                self.moving_variance = np.copy(self.var)
            else:
                for d in range(D):
                    self.moving_mean[d] = self.alpha * self.moving_mean[d] + (1 - self.alpha) * self.mu[d]
                    self.moving_variance[d] = self.alpha * self.moving_variance[d] + (1 - self.alpha) * self.var[d]
            m, v = self.mu, self.var
        else:
            m, v = self.moving_mean, self.moving_variance
        for n in range(N):
            for d in range(D):
                self.output[n, d] = (input[n, d] - m[d]) / math.sqrt(v[d] + self.EPS)
        return self.output
    def update_grad_input(self, input, grad_output):
        N, D = input.shape
        self.grad_input = np.zeros((N, D))
        for d in range(D):
            s = math.sqrt(self.var[d] + self.EPS)
            for i in range(N):
                for j in range(N):
                    # d out[j] / d in[i]
                    delta = 1.0 if i == j else 0.0
                    J = (delta - 1 / N) / s - (input[j, d] - self.mu[d]) * (input[i, d] - self.mu[d]) / (N * s ** 3)
                    self.grad_input[i, d] += grad_output[j, d] * J
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        Module.__init__(self)
        self.slope = slope
    def update_output(self, input):
        self.output = np.array([[x if x > 0 else self.slope * x for x in row] for row in input])
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.array([[g if x > 0 else self.slope * g for x, g in zip(r, q)] for r, q in zip(input, grad_output)])
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        Module.__init__(self)
        self.alpha = alpha
    def update_output(self, input):
        self.output = np.array([[x if x > 0 else self.alpha * (math.exp(x) - 1) for x in row] for row in input])
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.array([[g if x > 0 else self.alpha * math.exp(x) * g for x, g in zip(r, q)] for r, q in zip(input, grad_output)])
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.array([[math.log(1 + math.exp(x)) for x in row] for row in input])
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.array([[g * math.exp(x) / (1 + math.exp(x)) for x, g in zip(r, q)] for r, q in zip(input, grad_output)])
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        s = 0
        for n in range(len(input)):
            for k in range(len(input[n])):
                s += (input[n][k] - target[n][k]) ** 2
        self.output = float(s / len(input))
        return self.output
    def update_grad_input(self, input, target):
        g = np.zeros(np.shape(input))
        for n in range(len(input)):
            for k in range(len(input[n])):
                g[n][k] = 2 * (input[n][k] - target[n][k]) / len(input)
        self.grad_input = g
        return g
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        s = 0.0
        for n in range(len(input)):
            for k in range(len(input[n])):
                p = min(max(input[n][k], self.EPS), 1 - self.EPS)
                s -= target[n][k] * math.log(p)
        self.output = s / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = np.zeros(input.shape)
        for n in range(len(input)):
            for k in range(len(input[n])):
                p = min(max(input[n][k], self.EPS), 1 - self.EPS)
                self.grad_input[n][k] = -target[n][k] / p / len(input)
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        s = 0.0
        for n in range(len(input)):
            for k in range(len(input[n])):
                s -= target[n][k] * input[n][k]
        self.output = s / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = np.zeros(input.shape)
        for n in range(len(input)):
            for k in range(len(input[n])):
                self.grad_input[n][k] = -target[n][k] / len(input)
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    if 'accumulated_grads' not in state:
        state['accumulated_grads'] = {}
    acc = state['accumulated_grads']
    for i in range(len(variables)):
        for j in range(len(variables[i])):
            if (i, j) not in acc:
                acc[(i, j)] = np.zeros(variables[i][j].shape)
            for idx in np.ndindex(variables[i][j].shape):
                acc[(i, j)][idx] = config['momentum'] * acc[(i, j)][idx] + config['learning_rate'] * gradients[i][j][idx]
                variables[i][j][idx] -= acc[(i, j)][idx]
