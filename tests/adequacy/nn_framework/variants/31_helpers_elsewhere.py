# style: helper functions and constants in other cells, some after their use

# %%
import numpy as np

# %% [markdown]
# Constants and helper functions first.

# %%
AXIS = 1
EPS_BN = 1e-3
EPS_LOG = 1e-15

# %%
def sigmoid(x):
    return 1 / (1 + np.exp(-x))
def softmax(x):
    e = np.exp(x - x.max(axis=AXIS, keepdims=True))
    return e / e.sum(axis=AXIS, keepdims=True)
def softmax_backward(a, g):
    return a * (g - (a * g).sum(axis=AXIS, keepdims=True))
def init_uniform(n, *shape):
    return np.random.uniform(-1 / np.sqrt(n), 1 / np.sqrt(n), shape)

# %%
def normalize(x, mean, var):
    return (x - mean) / np.sqrt(var + EPS_BN)
def exp_average(old, new, alpha):
    if old is None:
        return new
    return alpha * old + (1 - alpha) * new

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module): self.modules.append(module)
    def update_output(self, input):
        self.inputs, self.output = run_forward(self.modules, input)
        return self.output
    def backward(self, input, grad_output):
        self.grad_input = run_backward(self.modules, self.inputs, grad_output)
        return self.grad_input
    def zero_grad_params(self): for_all(self.modules, 'zero_grad_params')
    def get_parameters(self): return for_all(self.modules, 'get_parameters')
    def get_grad_params(self): return for_all(self.modules, 'get_grad_params')
    def train(self):
        self.training = True
        for_all(self.modules, 'train')
    def evaluate(self):
        self.training = False
        for_all(self.modules, 'evaluate')
    def __getitem__(self, i): return self.modules[i]
    def __repr__(self): return 'Sequential'

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.W = init_uniform(n_in, n_in, n_out)
        self.b = init_uniform(n_in, n_out)
        self.zero_grad_params()
    def update_output(self, input):
        self.output = affine(input, self.W, self.b)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = affine(grad_output, self.W.T, 0)
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW += affine(input.T, grad_output, 0)
        self.gradb += grad_output.sum(axis=0)
    def zero_grad_params(self):
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        self.output = softmax(input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = softmax_backward(softmax(input), grad_output)
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def update_output(self, input):
        self.mask = draw_mask(input.shape, self.p) if self.training else 1
        self.output = input * self.mask
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.mask
        return self.grad_input
class BatchNormalization(Module):
    EPS = EPS_BN
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def update_output(self, input):
        if self.training:
            m, v = input.mean(axis=0), input.var(axis=0)
            self.moving_mean = exp_average(self.moving_mean, m, self.alpha)
            self.moving_variance = exp_average(self.moving_variance, v, self.alpha)
            self.output = normalize(input, m, v)
        else:
            self.output = normalize(input, self.moving_mean, self.moving_variance)
        return self.output
    def update_grad_input(self, input, grad_output):
        m, v = input.mean(axis=0), input.var(axis=0)
        xhat = normalize(input, m, v)
        self.grad_input = normalize(grad_output - xhat * np.mean(grad_output * xhat, axis=0), np.mean(grad_output, axis=0), v)
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = split(input, input, self.slope * input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = split(input, 1, self.slope) * grad_output
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = split(input, input, self.alpha * (np.exp(input) - 1))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = split(input, 1, self.alpha * np.exp(input)) * grad_output
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = -np.log(sigmoid(-input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = sigmoid(input) * grad_output
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = per_row(np.square(input - target))
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / n_rows(input)
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = EPS_LOG
    def update_output(self, input, target):
        self.output = per_row(-target * np.log(clip01(input)))
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / clip01(input) / n_rows(input)
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = per_row(-target * input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / n_rows(input)
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    for key, w, g in flatten(variables, gradients):
        velocity = state.setdefault('accumulated_grads', {}).setdefault(key, np.zeros_like(w))
        velocity *= config['momentum']
        velocity += g
        w -= config['learning_rate'] * velocity

# %% [markdown]
# More helpers (used above; Python looks names up when they are called)

# %%
def run_forward(modules, x):
    xs = []
    for m in modules:
        xs.append(x)
        x = m.forward(x)
    return xs, x
def run_backward(modules, xs, g):
    for m, x in zip(modules[::-1], xs[::-1]):
        g = m.backward(x, g)
    return g
def for_all(modules, method):
    return [getattr(m, method)() for m in modules]

# %%
affine = lambda x, W, b: x @ W + b
split = lambda x, pos, neg: np.where(x > 0, pos, neg)
clip01 = lambda p: np.clip(p, EPS_LOG, 1 - EPS_LOG)
n_rows = lambda a: a.shape[0]
per_row = lambda a: a.sum() / n_rows(a)
def draw_mask(shape, p):
    return np.random.binomial(1, 1 - p, shape) / (1 - p)
def flatten(variables, gradients):
    for i, (a, b) in enumerate(zip(variables, gradients)):
        for j, (w, g) in enumerate(zip(a, b)):
            yield (i, j), w, g
