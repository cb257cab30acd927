# style: boolean masks, np.select, masked arrays; columns computed one by one

# %%
import numpy as np
import numpy.ma as ma

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
        self.x = []
    def add(self, module): self.modules.append(module)
    def update_output(self, input):
        self.x = []
        for i in range(len(self.modules)):
            self.x.append(input if i == 0 else self.modules[i - 1].output)
            self.modules[i].forward(self.x[i])
        self.output = self.modules[-1].output
        return self.output
    def backward(self, input, grad_output):
        self.modules[-1].backward(self.x[-1], grad_output)
        for i in range(len(self.modules) - 2, -1, -1):
            self.modules[i].backward(self.x[i], self.modules[i + 1].grad_input)
        self.grad_input = self.modules[0].grad_input
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
        stdv = 1. / np.sqrt(n_in)
        self.W = (np.random.rand(n_in, n_out) - .5) * 2 * stdv
        self.b = (np.random.rand(n_out) - .5) * 2 * stdv
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b)
    def update_output(self, input):
        self.output = np.stack([input @ self.W[:, k] + self.b[k] for k in range(len(self.b))], axis=1)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = sum(grad_output[:, [k]] * self.W[:, k] for k in range(len(self.b)))
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        for k in range(len(self.b)):
            self.gradW[:, k] = (input * grad_output[:, [k]]).sum(0)
            self.gradb[k] = grad_output[:, k].sum()
    def zero_grad_params(self):
        self.gradW[...] = 0; self.gradb[...] = 0
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        e = np.exp(input - np.take_along_axis(input, input.argmax(1)[:, None], 1))
        self.output = e / e.sum(1)[:, None]
        return self.output
    def update_grad_input(self, input, grad_output):
        n, K = input.shape
        self.grad_input = np.zeros((n, K))
        for s in range(K):
            for k in range(K):
                self.grad_input[:, s] += grad_output[:, k] * self.output[:, k] * ((1 if s == k else 0) - self.output[:, s])
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def update_output(self, input):
        if self.training:
            self.drop = np.random.RandomState(np.random.randint(2 ** 31)).uniform(size=input.shape) < self.p
            self.output = ma.array(input, mask=self.drop).filled(0) / (1 - self.p)
        else:
            self.output = input
        return self.output
    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = ma.array(grad_output, mask=self.drop).filled(0) / (1 - self.p)
        else:
            self.grad_input = grad_output
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
        if self.training is True:
            mean, variance = input.mean(0), np.cov(input.T, bias=True).reshape(input.shape[1], -1).diagonal().copy()
            if self.moving_mean is None: self.moving_mean = mean
            if self.moving_variance is None: self.moving_variance = variance
            self.moving_mean = np.average([self.moving_mean.reshape(-1), mean], axis=0, weights=[self.alpha, 1 - self.alpha])
            self.moving_variance = np.average([self.moving_variance.reshape(-1), variance], axis=0, weights=[self.alpha, 1 - self.alpha])
        else:
            mean, variance = self.moving_mean, self.moving_variance
        self.k = 1 / np.sqrt(variance + self.EPS)
        self.output = (input - mean) * self.k
        return self.output
    def update_grad_input(self, input, grad_output):
        G, Y = grad_output, self.output
        self.grad_input = self.k * (G - G.mean(0) - Y * (Y * G).mean(0))
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = np.choose(input > 0, [self.slope * input, input])
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.choose(input > 0, [self.slope * grad_output, grad_output])
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        pos, neg = input > 0, ~(input > 0)
        self.output = np.empty(input.shape)
        self.output[pos] = input[pos]
        self.output[neg] = self.alpha * (np.exp(input[neg]) - 1)
        return self.output
    def update_grad_input(self, input, grad_output):
        pos, neg = input > 0, ~(input > 0)
        self.grad_input = np.empty(input.shape)
        self.grad_input[pos] = grad_output[pos]
        self.grad_input[neg] = grad_output[neg] * self.alpha * np.exp(input[neg])
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.select([input > 30, input < -30], [input, np.exp(input)], default=np.log(1 + np.exp(np.clip(input, -30, 30))))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.select([input >= 0], [1 / (1 + np.exp(-input))], np.exp(input) / (1 + np.exp(input))) * grad_output
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.mean((input - target) ** 2) * input.shape[1]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = np.subtract(input, target) * 2.0 / input.shape[0]
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def _clip(self, p):
        q = np.array(p, dtype=float)
        q[q < self.EPS] = self.EPS
        q[q > 1 - self.EPS] = 1 - self.EPS
        return q
    def update_output(self, input, target):
        self.output = -np.log(self._clip(input)[np.nonzero(target)]).sum() / len(input)
        return self.output
    def update_grad_input(self, input, target):
        g = np.zeros(input.shape)
        where = np.nonzero(target)
        g[where] = -1 / self._clip(input)[where] / len(input)
        self.grad_input = g
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -input[target == 1].mean()
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = np.where(target == 1, -1 / len(input), 0.)
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    acc = state.setdefault('accumulated_grads', {})
    for w, g in [(w, g) for W, G in zip(variables, gradients) for w, g in zip(W, G)]:
        key = w.__array_interface__['data'][0]      # address of the data
        acc[key] = config['momentum'] * acc.get(key, 0) + config['learning_rate'] * g
        w[...] -= acc[key]
