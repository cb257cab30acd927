# style: wrong first attempts above, defined again rightly further down: the last one wins

# %%
import numpy as np

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module): self.modules.append(module)
    def update_output(self, input):
        self.outs = getattr(self, 'outs', [])
        for m in self.modules:
            self.outs.append(input)
            input = m.forward(input)
        self.output = input
        return input
    def backward(self, input, grad_output):
        for m in self.modules[::-1]:
            grad_output = m.backward(input, grad_output)   # ??? does not work
        return grad_output

# %%
class Linear(Module):
    """first attempt, WRONG shapes"""
    def __init__(self, n_in, n_out):
        super().__init__()
        self.W = np.random.randn(n_out, n_in)
        self.b = np.zeros(n_out)
    def update_output(self, input):
        self.output = input @ self.W
        return self.output
class SoftMax(Module):
    def update_output(self, input):
        self.output = np.exp(input) / np.exp(input).sum()
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.output * (1 - self.output)
        return self.grad_input
def SGD(variables, gradients, config, state):
    for v, g in zip(variables, gradients):
        v = v - config['learning_rate'] * g

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def update_output(self, input):
        self.output = input * np.random.binomial(1, self.p, input.shape)
        return self.output
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * np.exp(input) - 1)
        return self.output
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.mean((input - target) ** 2) / 2
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = input - target
        return self.grad_input

# %% [markdown]
# # Corrected versions after the seminar

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module): self.modules.append(module)
    def update_output(self, input):
        self.outs = [input]
        for m in self.modules:
            self.outs.append(m.forward(self.outs[-1]))
        self.output = self.outs[-1]
        return self.output
    def backward(self, input, grad_output):
        for i, m in reversed(list(enumerate(self.modules))):
            grad_output = m.backward(self.outs[i], grad_output)
        self.grad_input = grad_output
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
    def __repr__(self): return repr(self.modules)

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        stdv = 1. / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b)
    def update_output(self, input):
        self.output = input @ self.W + self.b
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output @ self.W.T
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW = (input[:, :, None] * grad_output[:, None, :]).sum(axis=0)
        self.gradb = grad_output.sum(axis=0)
    def zero_grad_params(self):
        self.gradW.fill(0); self.gradb.fill(0)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        z = np.exp(input - input.max(axis=1)[:, np.newaxis])
        self.output = z / z.sum(axis=1)[:, np.newaxis]
        return self.output
    def update_grad_input(self, input, grad_output):
        a = self.output
        self.grad_input = a * grad_output - a * (a * grad_output).sum(axis=1)[:, np.newaxis]
        return self.grad_input
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def update_output(self, input):
        if self.training:
            self.mask = np.random.binomial(1, 1 - self.p, input.shape) / (1 - self.p)
        else:
            self.mask = np.ones(input.shape)
        self.output = input * self.mask
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.mask
        return self.grad_input

# %%
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean, self.moving_variance = None, None
    def update_output(self, input):
        if self.training:
            self.mu = np.mean(input, axis=0, keepdims=True)
            self.sigma2 = np.var(input, axis=0, keepdims=True, ddof=0)
            first = self.moving_mean is None
            self.moving_mean = self.mu if first else self.alpha * self.moving_mean + (1 - self.alpha) * self.mu
            self.moving_variance = self.sigma2 if first else self.alpha * self.moving_variance + (1 - self.alpha) * self.sigma2
        mu, s2 = (self.mu, self.sigma2) if self.training else (self.moving_mean, self.moving_variance)
        self.output = (input - mu) / np.sqrt(s2 + self.EPS)
        return self.output
    def update_grad_input(self, input, grad_output):
        m = input.shape[0]
        istd = 1 / np.sqrt(self.sigma2 + self.EPS)
        xm = input - self.mu
        dsigma2 = (grad_output * xm * -.5 * istd ** 3).sum(0)
        dmu = (-grad_output * istd).sum(0) + dsigma2 * (-2 * xm).sum(0) / m
        self.grad_input = grad_output * istd + dsigma2 * 2 * xm / m + dmu / m
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.mult = np.ones_like(input)
        self.mult[input < 0] = self.slope
        self.output = self.mult * input
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = self.mult * grad_output
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * (np.exp(input) - 1))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(self.output > 0, 1., self.output + self.alpha) * grad_output
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (1 - np.exp(-self.output))
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.mean(np.sum(np.power(input - target, 2), axis=1))
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / input.shape[0]
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        x = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -1 / input.shape[0] * np.sum(target * np.log(x))
        return self.output
    def update_grad_input(self, input, target):
        x = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -1 / input.shape[0] * (target / x)
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -1 / input.shape[0] * np.sum(target * input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -1 / input.shape[0] * target
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    state.setdefault('accumulated_grads', {})
    var_index = 0
    for current_layer_vars, current_layer_grads in zip(variables, gradients):
        for current_var, current_grad in zip(current_layer_vars, current_layer_grads):
            old_grad = state['accumulated_grads'].setdefault(var_index, np.zeros_like(current_grad))
            np.add(config['momentum'] * old_grad, config['learning_rate'] * current_grad, out=old_grad)
            current_var[:] = current_var - old_grad
            var_index += 1
