# style: float32 inside, whatever comes in

# %%
import numpy as np
DTYPE = np.float32
def f32(a):
    return np.asarray(a, dtype=DTYPE)

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module): self.modules.append(module)
    def update_output(self, input):
        self.y = []
        self.output = f32(input)
        for m in self.modules:
            self.y.append(self.output)
            self.output = m.forward(self.output)
        return self.output
    def backward(self, input, grad_output):
        g = f32(grad_output)
        for m, y in zip(self.modules[::-1], self.y[::-1]):
            g = m.backward(y, g)
        self.grad_input = g
        return g
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
    def __repr__(self): return "\n".join(map(str, self.modules))

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        stdv = 1. / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, (n_in, n_out)).astype(np.float32)
        self.b = np.random.uniform(-stdv, stdv, (n_out,)).astype(np.float32)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    def update_output(self, input):
        self.output = f32(input) @ f32(self.W) + f32(self.b)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = f32(grad_output) @ f32(self.W).T
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW = f32(input).T @ f32(grad_output)
        self.gradb = f32(grad_output).sum(axis=0)
    def zero_grad_params(self):
        self.gradW.fill(0); self.gradb.fill(0)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        x = f32(input)
        e = np.exp(x - x.max(axis=1)[:, None])
        self.output = e / e.sum(axis=1)[:, None]
        return self.output
    def update_grad_input(self, input, grad_output):
        g = f32(grad_output)
        dot = np.einsum('ij,ij->i', g, self.output)
        self.grad_input = (g - dot[:, None]) * self.output
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
        self.gen = np.random.default_rng(2023)
    def update_output(self, input):
        self.output = f32(input)
        if self.training:
            self.mask = (self.gen.random(input.shape, dtype=np.float32) >= self.p).astype(np.float32) / np.float32(1 - self.p)
            self.output = self.output * self.mask
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = f32(grad_output) * (self.mask if self.training else 1)
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
        x = f32(input)
        if self.training:
            mu = x.mean(axis=0)
            var = ((x - mu) ** 2).mean(axis=0)
            if self.moving_mean is None:
                self.moving_mean = mu
                self.moving_variance = var
            else:
                self.moving_mean = f32(self.alpha * self.moving_mean + (1 - self.alpha) * mu)
                self.moving_variance = f32(self.alpha * self.moving_variance + (1 - self.alpha) * var)
        else:
            mu, var = f32(self.moving_mean), f32(self.moving_variance)
        self.istd = 1 / np.sqrt(var + np.float32(self.EPS))
        self.output = (x - mu) * self.istd
        return self.output
    def update_grad_input(self, input, grad_output):
        g = f32(grad_output)
        n = np.float32(len(g))
        self.grad_input = self.istd / n * (n * g - g.sum(0) - self.output * (g * self.output).sum(0))
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = np.float32(slope)
    def update_output(self, input):
        x = f32(input)
        self.output = np.where(x > 0, x, self.slope * x)
        return self.output
    def update_grad_input(self, input, grad_output):
        g = f32(grad_output)
        self.grad_input = np.where(input > 0, g, self.slope * g)
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = np.float32(alpha)
    def update_output(self, input):
        x = f32(input)
        self.output = np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0)))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input > 0, f32(1), self.output + self.alpha) * f32(grad_output)
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log1p(np.exp(f32(input)))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = f32(grad_output) / (1 + np.exp(-f32(input)))
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.sum((f32(input) - f32(target)) ** 2) / np.float32(len(input))
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = np.float32(2 / len(input)) * (f32(input) - f32(target))
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        p = f32(np.clip(input, self.EPS, 1 - self.EPS))
        self.output = -np.sum(f32(target) * np.log(p)) / np.float32(len(input))
        return self.output
    def update_grad_input(self, input, target):
        p = f32(np.clip(input, self.EPS, 1 - self.EPS))
        self.grad_input = -f32(target) / p / np.float32(len(input))
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -np.sum(f32(target) * f32(input)) / np.float32(len(input))
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -f32(target) / np.float32(len(input))
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    acc = state.setdefault('accumulated_grads', {})
    for i, layer in enumerate(variables):
        for j, w in enumerate(layer):
            v = f32(config['momentum'] * acc.get((i, j), 0) + config['learning_rate'] * f32(gradients[i][j]))
            acc[(i, j)] = v
            w -= v
