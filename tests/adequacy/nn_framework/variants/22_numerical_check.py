# style: numerical checks as extra methods, which backward does not use

# %%
import numpy as np

# %% [markdown]
# I check every layer against central differences. The check is an extra method and not used in `backward`.

# %%
class Checked:
    """adds __call__ and numerical_check"""
    def __call__(self, x):
        return self.forward(x)
    def numerical_grad_input(self, x, g, eps=1e-6):
        num = np.zeros_like(x)
        for i in np.ndindex(*x.shape):
            xp, xm = x.copy(), x.copy()
            xp[i] += eps; xm[i] -= eps
            num[i] = ((self.forward(xp) - self.forward(xm)) * g).sum() / (2 * eps)
        return num
    def numerical_check(self, x, g, tol=1e-6):
        self.forward(x)
        a = self.backward(x, g)
        return np.allclose(a, self.numerical_grad_input(x, g), atol=tol)

# %%
class Sequential(Checked, Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module):
        self.modules.append(module)
    def update_output(self, input):
        self.h = [np.asarray(input)]
        for m in self.modules:
            self.h.append(m.forward(self.h[-1]))
        self.output = self.h[-1]
        return self.output
    def backward(self, input, grad_output):
        assert self.h[0].shape == input.shape, 'call forward first'
        g = grad_output
        for i in range(len(self.modules) - 1, -1, -1):
            g = self.modules[i].backward(self.h[i], g)
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
    def __repr__(self): return f'{type(self).__name__}{self.modules}'

# %%
class Linear(Checked, Module):
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
        self.grad_input = np.inner(grad_output, self.W)
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW += np.inner(input.T, grad_output.T)
        self.gradb += grad_output.sum(0)
    def zero_grad_params(self):
        self.gradW.fill(0); self.gradb.fill(0)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]
class SoftMax(Checked, Module):
    def update_output(self, input):
        e = np.exp(input - input.max(1, keepdims=True))
        self.output = e / e.sum(1, keepdims=True)
        return self.output
    def update_grad_input(self, input, grad_output):
        s = self.update_output(input)
        diag_part = s * (1 - s) * grad_output
        full = s * (s @ grad_output.T).diagonal()[:, None]
        off_part = full - s * s * grad_output
        self.grad_input = diag_part - off_part
        return self.grad_input

# %%
class Dropout(Checked, Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def numerical_check(self, x, g, tol=1e-6):
        self.forward(x)
        return np.allclose(self.backward(x, g), g * self.mask / (1 - self.p))
    def update_output(self, input):
        self.mask = np.random.binomial(1, 1 - self.p, size=input.shape) if self.training else np.full(input.shape, 1 - self.p)
        self.output = input * self.mask / (1 - self.p)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.mask / (1 - self.p)
        return self.grad_input
class BatchNormalization(Checked, Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha, self.moving_mean, self.moving_variance = alpha, None, None
    def update_output(self, input):
        if self.training:
            m, v = input.mean(0), input.var(0)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = m, v
            else:
                self.moving_mean = (1 - self.alpha) * m + self.alpha * self.moving_mean
                self.moving_variance = (1 - self.alpha) * v + self.alpha * self.moving_variance
        else:
            m, v = self.moving_mean, self.moving_variance
        self.output = (input - m) / (v + self.EPS) ** 0.5
        return self.output
    def update_grad_input(self, input, grad_output):
        if not self.training:
            self.grad_input = grad_output / (self.moving_variance + self.EPS) ** 0.5
            return self.grad_input
        B = input.shape[0]
        m, v = input.mean(0), input.var(0)
        z = (input - m) / (v + self.EPS) ** 0.5
        self.grad_input = (B * grad_output - grad_output.sum(0) - z * (grad_output * z).sum(0)) / (B * (v + self.EPS) ** 0.5)
        return self.grad_input
class LeakyReLU(Checked, Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = input - (1 - self.slope) * np.minimum(input, 0)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output - (1 - self.slope) * grad_output * (input < 0)
        return self.grad_input
class ELU(Checked, Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = np.maximum(input, 0) + np.minimum(self.alpha * (np.exp(input) - 1), 0)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input > 0, 1, self.update_output(input) + self.alpha)
        return self.grad_input
class SoftPlus(Checked, Module):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output / (1 + np.exp(-input))
        return self.grad_input

# %%
class CheckedCriterion(Criterion):
    def __call__(self, x, t): return self.forward(x, t)
    def numerical_check(self, x, t, eps=1e-6):
        num = np.zeros_like(x)
        for i in np.ndindex(*x.shape):
            d = np.zeros_like(x); d[i] = eps
            num[i] = (self(x + d, t) - self(x - d, t)) / (2 * eps)
        return np.allclose(num, self.backward(x, t), atol=1e-5)
class MSECriterion(CheckedCriterion):
    def update_output(self, input, target):
        self.output = np.sum((input - target) ** 2) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = 2. * (input - target) / len(input)
        return self.grad_input
class NLLCriterionUnstable(CheckedCriterion):
    EPS = 1e-15
    def update_output(self, input, target):
        self.output = -np.sum(target * np.log(np.clip(input, self.EPS, 1 - self.EPS))) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = np.where(target != 0, -target / np.clip(input, self.EPS, 1 - self.EPS), 0) / len(input)
        return self.grad_input
class NLLCriterion(CheckedCriterion):
    def update_output(self, input, target):
        self.output = -np.sum(target * input) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -1.0 * target / len(input)
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    state.setdefault('accumulated_grads', {})
    for i, (lv, lg) in enumerate(zip(variables, gradients)):
        for j, (v, g) in enumerate(zip(lv, lg)):
            key = str(i) + ',' + str(j)
            state['accumulated_grads'].setdefault(key, np.zeros(v.shape))
            state['accumulated_grads'][key] *= config['momentum']
            state['accumulated_grads'][key] += config['learning_rate'] * g
            v -= state['accumulated_grads'][key]

# %%
x, g = np.random.randn(4, 3), np.random.randn(4, 3)
for layer in (Linear(3, 3), SoftMax(), Dropout(), BatchNormalization(), LeakyReLU(), ELU(), SoftPlus()):
    ok = layer.numerical_check(x, g)
    print(type(layer).__name__, 'ok' if ok else 'WRONG')
    assert ok
t = np.eye(3)[[0, 1, 2, 1]]
assert MSECriterion().numerical_check(x, t) and NLLCriterion().numerical_check(x, t)
assert NLLCriterionUnstable().numerical_check(SoftMax()(x), t)
