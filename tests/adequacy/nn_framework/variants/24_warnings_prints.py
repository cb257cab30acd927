# style: prints and warnings on every call, floating-point errors raised

# %%
import sys, warnings, logging
import numpy as np
np.seterr(divide='raise', invalid='raise')
log = logging.getLogger('nn')
VERBOSE = True

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
        self.acts = []
    def add(self, module):
        print('adding', module)
        self.modules.append(module)
    def update_output(self, input):
        self.acts[:] = [input]
        for k, m in enumerate(self.modules):
            y = m.forward(self.acts[k])
            if VERBOSE: print(f'layer {k}: {self.acts[k].shape} -> {y.shape}')
            self.acts.append(y)
        self.output = y
        return self.output
    def backward(self, input, grad_output):
        g = grad_output
        for k in range(len(self.modules))[::-1]:
            print('backward through', k, file=sys.stderr)
            g = self.modules[k].backward(self.acts[k], g)
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
        if n_in == n_out:
            warnings.warn('square layer: transposition errors will not be noticed!')
    def update_output(self, input):
        print('Linear', input.shape, self.W.shape)
        self.output = input @ self.W + self.b
        return self.output
    def update_grad_input(self, input, grad_output):
        print('grad', grad_output.shape)
        self.grad_input = grad_output @ self.W.T
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        if self.gradW.any():
            warnings.warn('gradients are not zero, I accumulate', RuntimeWarning)
        self.gradW += input.T @ grad_output
        self.gradb += grad_output.sum(axis=0)
    def zero_grad_params(self):
        self.gradW.fill(0); self.gradb.fill(0)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        if np.abs(input).max() > 100:
            warnings.warn('large input to softmax', UserWarning, stacklevel=2)
        z = input - input.max(axis=1, keepdims=True)
        e = np.exp(np.maximum(z, -700))
        self.output = e / e.sum(axis=1, keepdims=True)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.empty_like(self.output)
        for i in range(len(input)):
            s = self.output[i].reshape(-1, 1)
            self.grad_input[i] = (np.diagflat(s) - s @ s.T) @ grad_output[i]
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p > 0.6: warnings.warn('p is the probability to ZERO an element', DeprecationWarning)
        self.p = p
    def update_output(self, input):
        if self.training:
            self.mask = np.random.rand(*input.shape) >= self.p
            print('kept %.2f' % self.mask.mean())
            self.output = input * self.mask / (1 - self.p)
        else:
            print('dropout off')
            self.output = input
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.mask / (1 - self.p) if self.training else grad_output
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
            if len(input) < 2:
                log.warning('batch of one'); warnings.warn('batch normalization with one sample')
            self.mu, self.var = input.mean(axis=0), input.var(axis=0)
            if self.moving_mean is None:
                log.info('first batch')
                self.moving_mean, self.moving_variance = self.mu, self.var
            else:
                self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * self.mu
                self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * self.var
            self.output = (input - self.mu) / np.sqrt(self.var + self.EPS)
        else:
            self.output = (input - self.moving_mean) / np.sqrt(self.moving_variance + self.EPS)
        return self.output
    def update_grad_input(self, input, grad_output):
        if not self.training:
            warnings.warn('backward in evaluation mode?')
        std = np.sqrt(self.var + self.EPS)
        xh = (input - self.mu) / std
        self.grad_input = (grad_output - grad_output.mean(0) - xh * (xh * grad_output).mean(0)) / std
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.slope * input)
        print('negative: %d of %d' % ((input < 0).sum(), input.size))
        return self.output
    def update_grad_input(self, input, grad_output):
        if (input == 0).any(): warnings.warn('not differentiable at 0')
        self.grad_input = grad_output * np.where(input > 0, 1, self.slope)
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * (np.exp(input) - 1))
        print(self.output, file=sys.stderr)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.where(input > 0, 1, self.alpha * np.exp(input))
        sys.stderr.write('ELU grad done\n')
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output / (1 + np.exp(-input))
        return self.grad_input

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = np.sum((input - target) ** 2) / len(input)
        print('MSE = ', self.output)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / len(input)
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        if (input <= 0).any(): warnings.warn('probabilities of zero are clipped')
        self.output = -np.sum(target * np.log(np.clip(input, self.EPS, 1 - self.EPS))) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / np.clip(input, self.EPS, 1 - self.EPS) / len(input)
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        if (input > 0).any(): print('these are no log probabilities!!!', file=sys.stderr)
        self.output = -np.sum(target * input) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / len(input)
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    acc = state.setdefault('accumulated_grads', {})
    i = 0
    for vs, gs in zip(variables, gradients):
        for v, g in zip(vs, gs):
            acc[i] = config['momentum'] * acc.get(i, np.zeros_like(v)) + config['learning_rate'] * g
            print('step', i, 'norm', np.linalg.norm(acc[i]))
            v -= acc[i]
            i += 1
