# style: no stored state: backward recomputes everything from its input, but for the mask

# %% [markdown]
# Stateless backward: all quantities are recomputed from `input`
# (only the dropout mask must be kept).

# %%
import numpy as np

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module):
        self.modules.append(module)
    def update_output(self, input):
        self.inputs = []
        for m in self.modules:
            self.inputs.append(input)
            input = m.forward(input)
        self.output = input
        return self.output
    def update_grad_input(self, input, grad_output):
        # Module.backward calls this one, so backward itself need not be overridden
        for m, x in list(zip(self.modules, self.inputs))[::-1]:
            grad_output = m.backward(x, grad_output)
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
    def __getitem__(self, i):
        return self.modules[i]
    def __repr__(self):
        return 'Sequential' + repr(self.modules)

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        r = 1 / np.sqrt(n_in)
        self.W = r * (2 * np.random.rand(n_in, n_out) - 1)
        self.b = r * (2 * np.random.rand(n_out) - 1)
        self.gradW = np.zeros((n_in, n_out))
        self.gradb = np.zeros(n_out)
    def update_output(self, input):
        self.output = np.dot(input, self.W) + self.b
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.dot(grad_output, self.W.transpose())
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW = np.dot(input.transpose(), grad_output)
        self.gradb = np.dot(np.ones(len(input)), grad_output)
    def zero_grad_params(self):
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    def get_parameters(self):
        return [self.W, self.b]
    def get_grad_params(self):
        return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        z = input - np.max(input, axis=1).reshape(-1, 1)
        self.output = np.exp(z) / np.exp(z).sum(1).reshape(-1, 1)
        return self.output
    def update_grad_input(self, input, grad_output):
        s = self.update_output(input)
        self.grad_input = s * grad_output - s * np.sum(s * grad_output, axis=1).reshape(-1, 1)
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def update_output(self, input):
        self.keep = np.ones(input.shape, bool) if not self.training else np.random.random_sample(input.shape) >= self.p
        self.scale = 1 / (1 - self.p) if self.training else 1
        self.output = np.where(self.keep, input * self.scale, 0)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(self.keep, grad_output * self.scale, 0)
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
        if self.training:
            mean, variance = np.mean(input, axis=0), np.var(input, axis=0)
            self.moving_mean = mean if self.moving_mean is None else self.alpha * self.moving_mean + (1 - self.alpha) * mean
            self.moving_variance = variance if self.moving_variance is None else self.alpha * self.moving_variance + (1 - self.alpha) * variance
            self.output = (input - mean) / np.sqrt(variance + self.EPS)
        else:
            self.output = (input - self.moving_mean) / np.sqrt(self.moving_variance + self.EPS)
        return self.output
    def update_grad_input(self, input, grad_output):
        # following the computational graph, as in the batchnorm paper
        m = input.shape[0]
        mean, var = input.mean(axis=0), input.var(axis=0)
        dvar = np.sum(grad_output * (input - mean), axis=0) * -0.5 * (var + self.EPS) ** -1.5
        dmean = -np.sum(grad_output, axis=0) / np.sqrt(var + self.EPS) + dvar * np.mean(-2 * (input - mean), axis=0)
        self.grad_input = grad_output / np.sqrt(var + self.EPS) + dvar * 2 * (input - mean) / m + dmean / m
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = np.maximum(input, self.slope * input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.where(input >= 0, grad_output, self.slope * grad_output)
        return self.grad_input

# %%
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = (input >= 0) * input + (input < 0) * self.alpha * (np.exp(input) - 1)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = ((input >= 0) + (input < 0) * self.alpha * np.exp(input)) * grad_output
        return self.grad_input

# %%
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log(1.0 + np.exp(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.exp(input - self.update_output(input)) * grad_output
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.linalg.norm(input - target) ** 2 / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = (input - target) * 2 / input.shape[0]
        return self.grad_input

# %%
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        input_clamp = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.mean(np.log(input_clamp[target.astype(bool)]))
        return self.output
    def update_grad_input(self, input, target):
        input_clamp = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = np.zeros_like(input_clamp)
        hot = target.astype(bool)
        self.grad_input[hot] = -1 / (len(input) * input_clamp[hot])
        return self.grad_input

# %%
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -np.mean(input[np.arange(len(input)), target.argmax(1)])
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = np.zeros(input.shape)
        self.grad_input[np.arange(len(input)), target.argmax(axis=1)] = -1 / len(input)
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    if 'accumulated_grads' not in state:
        state['accumulated_grads'] = {}
    for layer in range(len(variables)):
        for p in range(len(variables[layer])):
            key = f'{layer}_{p}'
            v = config['momentum'] * state['accumulated_grads'].get(key, 0.) + config['learning_rate'] * gradients[layer][p]
            state['accumulated_grads'][key] = v
            variables[layer][p][...] = variables[layer][p] - v
