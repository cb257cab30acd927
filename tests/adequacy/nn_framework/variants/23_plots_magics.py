# style: plots, magics and timings between the cells

# %%
%matplotlib inline
%load_ext autoreload
%autoreload 2
import numpy as np
import matplotlib.pyplot as plt
%config InlineBackend.figure_format = 'retina'

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module): self.modules.append(module)
    def update_output(self, input):
        self.ins = []
        out = input
        for m in self.modules:
            self.ins.append(out)
            out = m.forward(out)
        self.output = out
        return out
    def backward(self, input, grad_output):
        for m, i in reversed(list(zip(self.modules, self.ins))):
            grad_output = m.backward(i, grad_output)
        self.grad_input = grad_output
        return grad_output
    def plot_activations(self, input):
        self.forward(input)
        fig, axes = plt.subplots(1, len(self.modules))
        for ax, m in zip(np.atleast_1d(axes), self.modules):
            ax.hist(m.output.ravel(), bins=20)
            ax.set_title(repr(m))
        plt.show()
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
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    def update_output(self, input):
        self.output = input.dot(self.W) + self.b
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output.dot(self.W.T)
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW = input.T.dot(grad_output)
        self.gradb = grad_output.sum(0)
    def zero_grad_params(self):
        self.gradW.fill(0)
        self.gradb.fill(0)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]
    def show(self):
        plt.imshow(self.W); plt.colorbar(); plt.show()

# %%
%%time
class SoftMax(Module):
    def update_output(self, input):
        input = input - input.max(axis=1, keepdims=True)
        self.output = np.exp(input) / np.exp(input).sum(axis=1, keepdims=True)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = self.output * grad_output
        self.grad_input -= self.output * self.grad_input.sum(axis=1, keepdims=True)
        return self.grad_input

# %%
x = np.random.randn(100, 10)
%timeit SoftMax().forward(x)

# %%
%%capture
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def update_output(self, input):
        if self.training:
            self.mask = np.random.choice([0., 1 / (1 - self.p)], size=input.shape, p=[self.p, 1 - self.p])
        else:
            self.mask = np.ones_like(input, dtype=float)
        self.output = input * self.mask
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.mask
        return self.grad_input
print('captured')

# %%
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
        self.history = []
    def update_output(self, input):
        if self.training:
            mean, var = input.mean(axis=0), ((input - input.mean(axis=0)) ** 2).mean(axis=0)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = mean, var
            else:
                self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
                self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * var
            self.history.append(mean)
            self.output = (input - mean) / np.sqrt(var + self.EPS)
        else:
            self.output = (input - self.moving_mean) / np.sqrt(self.moving_variance + self.EPS)
        return self.output
    def update_grad_input(self, input, grad_output):
        mean, var = input.mean(axis=0), input.var(axis=0) + self.EPS
        diff = input - mean
        self.grad_input = (grad_output - grad_output.mean(axis=0) - diff / var * (grad_output * diff).mean(axis=0)) / np.sqrt(var)
        return self.grad_input
    def plot_history(self):
        plt.plot(self.history); plt.show()

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = np.maximum(0, input) + np.minimum(0, input) * self.slope
        return self.output
    def update_grad_input(self, input, grad_output):
        d = np.sign(input) * (1 - self.slope) / 2 + (1 + self.slope) / 2
        self.grad_input = grad_output * d
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = np.maximum(0, input) + self.alpha * (np.exp(np.minimum(0, input)) - 1)
        return self.output
    def update_grad_input(self, input, grad_output):
        d = (input > 0).astype(float)
        d[input <= 0] = self.alpha * np.exp(input[input <= 0])
        self.grad_input = grad_output * d
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (np.tanh(input / 2) + 1) / 2
        return self.grad_input

# %%
def plot_activation(module, lo=-3, hi=3):
    t = np.linspace(lo, hi, 101)[:, None]
    plt.plot(t, module.forward(t), label=type(module).__name__)
    plt.plot(t, module.backward(t, np.ones_like(t)), '--')
    plt.legend()
plt.figure()
for m in (LeakyReLU(.1), ELU(), SoftPlus()):
    plot_activation(m)
plt.show()

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.sum((input - target) ** 2) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = 2 / input.shape[0] * (input - target)
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        self.output = -np.sum(target * np.log(np.clip(input, self.EPS, 1 - self.EPS))) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -1 / input.shape[0] * target / np.clip(input, self.EPS, 1 - self.EPS)
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.sum(target * input) / -input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = target / -input.shape[0]
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    s = state.setdefault('accumulated_grads', {})
    i = 0
    for layer_v, layer_g in zip(variables, gradients):
        for v, g in zip(layer_v, layer_g):
            if i not in s: s[i] = np.zeros_like(g)
            s[i] = config['momentum'] * s[i] + config['learning_rate'] * g
            v -= s[i]
            i += 1

# %%
net = Sequential(); net.add(Linear(2, 8)); net.add(ELU()); net.add(Linear(8, 1))
X = np.random.randn(200, 2); Y = (X[:, :1] * X[:, 1:]); crit = MSECriterion(); losses, st = [], {}
for epoch in range(50):
    net.zero_grad_params()
    losses.append(crit.forward(net.forward(X), Y))
    net.backward(X, crit.backward(net.output, Y))
    SGD(net.get_parameters(), net.get_grad_params(), {'learning_rate': .05, 'momentum': .9}, st)
plt.figure(figsize=(4, 3)); plt.plot(losses); plt.title('loss'); plt.show()
net.plot_activations(X)
