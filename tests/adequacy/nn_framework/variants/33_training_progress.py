# style: a training loop with a progress bar at the end

# %%
%%time
%matplotlib inline
import numpy as np, sys, time
import matplotlib.pyplot as plt
plt.rcParams['figure.figsize'] = (5, 3)

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module):
        self.modules.append(module)
    def update_output(self, input):
        self.seen_by = {}
        x = input
        for k, m in enumerate(self.modules):
            self.seen_by[k] = x
            x = m.forward(x)
        self.output = x
        return x
    def backward(self, input, grad_output):
        def rec(k, g):
            if k < 0:
                return g
            return rec(k - 1, self.modules[k].backward(self.seen_by[k], g))
        self.grad_input = rec(len(self.modules) - 1, grad_output)
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
    def __repr__(self): return '\n'.join(repr(m) for m in self.modules)

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.n_in, self.n_out = n_in, n_out
        self.reset()
    def reset(self):
        stdv = 1. / np.sqrt(self.n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(self.n_in, self.n_out))
        self.b = np.random.uniform(-stdv, stdv, size=self.n_out)
        self.zero_grad_params()
    def update_output(self, input):
        self.output = np.dot(input, self.W)
        self.output = self.output + self.b
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = (self.W @ grad_output.T).T
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW += (grad_output.T @ input).T
        self.gradb += np.ones(grad_output.shape[0]) @ grad_output
    def zero_grad_params(self):
        self.gradW = np.zeros((self.n_in, self.n_out))
        self.gradb = np.zeros(self.n_out)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]
    def __repr__(self): return f'Linear {self.n_in} -> {self.n_out}'

# %%
%%time
class SoftMax(Module):
    def update_output(self, input):
        e = np.exp(input - np.max(input, axis=1, keepdims=True))
        self.output = e / np.linalg.norm(e, ord=1, axis=1, keepdims=True)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.asarray([s * g - s * np.inner(s, g) for s, g in zip(self.output, grad_output)])
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def update_output(self, input):
        if self.training:
            u = np.random.uniform(0., 1., size=input.size).reshape(input.shape)
            self.mask = np.where(u > self.p, 1. / (1. - self.p), 0.)
            self.output = input * self.mask
        else:
            self.output = input
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.mask if self.training else grad_output
        return self.grad_input
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def update_output(self, input):
        if self.training:
            self.batch_mean = input.mean(0, keepdims=True)
            self.batch_var = input.std(0, keepdims=True) ** 2
            if self.moving_mean is None:
                self.moving_mean = self.batch_mean
                self.moving_variance = self.batch_var
            else:
                # mean <- mean + (1 - alpha) (batch - mean)
                self.moving_mean = self.moving_mean + (1 - self.alpha) * (self.batch_mean - self.moving_mean)
                self.moving_variance = self.moving_variance + (1 - self.alpha) * (self.batch_var - self.moving_variance)
            mean, var = self.batch_mean, self.batch_var
        else:
            mean, var = self.moving_mean, self.moving_variance
        self.output = (input - mean) / np.sqrt(var + self.EPS)
        return self.output
    def update_grad_input(self, input, grad_output):
        g = grad_output / np.sqrt(self.batch_var + self.EPS)
        xc = input - self.batch_mean
        self.grad_input = g - np.mean(g, axis=0, keepdims=True) - xc * np.mean(g * xc, axis=0, keepdims=True) / (self.batch_var + self.EPS)
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = ((1 + self.slope) * input + (1 - self.slope) * np.abs(input)) / 2
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = ((1 + self.slope) * grad_output + (1 - self.slope) * np.sign(input) * grad_output) / 2
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * (np.exp(input) - 1))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 0, 1, self.alpha * np.exp(input)) * grad_output
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = (1 - 1 / np.exp(self.output)) * grad_output
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.trace((input - target) @ (input - target).T) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / input.shape[0]
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        self.output = -np.mean(np.log(np.sum(target * np.clip(input, self.EPS, 1 - self.EPS), axis=1)))   # one-hot!
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / (np.clip(input, self.EPS, 1 - self.EPS) * input.shape[0])
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -np.mean(np.sum(target * input, axis=1))
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / input.shape[0]
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    momentum, lr = config.get('momentum', 0.), config['learning_rate']
    acc = state.setdefault('accumulated_grads', {})
    for i, layer in enumerate(variables):
        for j in range(len(layer)):
            v = momentum * acc.get((i, j), 0) + lr * gradients[i][j]
            acc[i, j] = v
            layer[j] -= v

# %% [markdown]
# Try it: two blobs

# %%
def progress(it, total):
    for k, x in enumerate(it):
        sys.stderr.write('\r[%-20s] %3d%%' % ('#' * (20 * (k + 1) // total), 100 * (k + 1) // total)); sys.stderr.flush()
        yield x
    sys.stderr.write('\n')
np.random.seed(0)
X = np.concatenate([np.random.randn(200, 2) - 2, np.random.randn(200, 2) + 2])
Y = np.repeat(np.eye(2), 200, axis=0)
net = Sequential(); net.add(Linear(2, 10)); net.add(BatchNormalization(.9)); net.add(Dropout(.2)); net.add(LeakyReLU()); net.add(Linear(10, 2)); net.add(LogSoftMax())
criterion, state, losses = NLLCriterion(), {}, []
for epoch in progress(range(20), 20):
    for idx in np.array_split(np.random.permutation(400), 4):
        net.zero_grad_params()
        loss = criterion.forward(net.forward(X[idx]), Y[idx])
        net.backward(X[idx], criterion.backward(net.output, Y[idx]))
        SGD(net.get_parameters(), net.get_grad_params(), {'learning_rate': 1e-2, 'momentum': .9}, state)
        losses.append(loss)
    if epoch % 5 == 0: print('epoch %d loss %.4f' % (epoch, loss)); time.sleep(.02)
plt.plot(losses); plt.show()
net.evaluate()
print('accuracy', (net.forward(X).argmax(1) == Y.argmax(1)).mean())
