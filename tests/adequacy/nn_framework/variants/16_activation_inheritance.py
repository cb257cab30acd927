# style: inheritance between layers and mixins: SoftMax from LogSoftMax, layers remember their input

# %%
import numpy as np

# %%
class ContainerMixin:
    def _each(self, name):
        return [getattr(m, name)() for m in self.modules]
    def zero_grad_params(self): self._each('zero_grad_params')
    def get_parameters(self): return self._each('get_parameters')
    def get_grad_params(self): return self._each('get_grad_params')
    def train(self):
        super().train(); self._each('train')
    def evaluate(self):
        super().evaluate(); self._each('evaluate')

class Sequential(ContainerMixin, Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module): self.modules.append(module)
    def __getitem__(self, i): return self.modules[i]
    def __repr__(self): return 'Sequential'
    def update_output(self, input):
        for m in self.modules:
            m.last_input = input            # the layer itself remembers what it saw
            input = m.forward(input)
        self.output = input
        return self.output
    def backward(self, input, grad_output):
        for m in reversed(self.modules):
            grad_output = m.backward(m.last_input, grad_output)
        self.grad_input = grad_output
        return self.grad_input

# %%
class ParamMixin:
    """W, b, gradW, gradb by name"""
    names = ()
    def get_parameters(self): return [getattr(self, n) for n in self.names]
    def get_grad_params(self): return [getattr(self, 'grad' + n) for n in self.names]
    def zero_grad_params(self):
        for n in self.names: setattr(self, 'grad' + n, np.zeros_like(getattr(self, n)))

class Linear(ParamMixin, Module):
    names = ('W', 'b')
    def __init__(self, n_in, n_out):
        super().__init__()
        stdv = 1. / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.zero_grad_params()
    def update_output(self, input):
        self.output = input @ self.W + self.b
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output @ self.W.T
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW += input.T @ grad_output
        self.gradb += grad_output.sum(axis=0)

# %%
class SoftMax(LogSoftMax):
    """exp of LogSoftMax, chain rule through it"""
    def update_output(self, input):
        self.output = np.exp(super().update_output(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        s = np.exp(LogSoftMax.update_output(self, input))
        self.grad_input = super().update_grad_input(input, grad_output * s)
        self.output = s
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    @staticmethod
    def draw(shape, p):
        return np.random.rand(*shape) > p
    def update_output(self, input):
        self.output = self._apply(input, new=True)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = self._apply(grad_output)
        return self.grad_input
    def _apply(self, x, new=False):
        if not self.training:
            return x
        if new:
            self.mask = self.draw(x.shape, self.p)
        return x * self.mask / (1 - self.p)

# %%
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def update_output(self, input):
        return (self._train_step if self.training else self._eval_step)(input)
    def _eval_step(self, x):
        self.std = np.sqrt(self.moving_variance + self.EPS)
        self.output = (x - self.moving_mean) / self.std
        return self.output
    def _train_step(self, x):
        mean, var = x.mean(0), x.var(0)
        if self.moving_mean is not None:
            self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
            self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * var
        else:
            self.moving_mean, self.moving_variance = mean, var
        self.std = np.sqrt(var + self.EPS)
        self.output = (x - mean) / self.std
        return self.output
    def update_grad_input(self, input, grad_output):
        g = grad_output - grad_output.mean(0)          # projection on the mean-free part
        g = g - self.output * np.mean(g * self.output, axis=0)
        self.grad_input = g / self.std
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def negative(self, x): return self.slope * x
    def negative_derivative(self, x): return self.slope * np.ones_like(x)
    def update_output(self, input):
        self.output = np.array(input, dtype=float)
        n = self.output < 0
        self.output[n] = self.negative(self.output[n])
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.array(grad_output, dtype=float)
        n = input < 0
        self.grad_input[n] *= self.negative_derivative(input[n])
        return self.grad_input

class ELU(LeakyReLU):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def negative(self, x): return self.alpha * (np.exp(x) - 1)
    def negative_derivative(self, x): return self.alpha * np.exp(x)

class SoftPlus(ELU):
    """does not need the split but shares the interface"""
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * np.exp(input) / (1 + np.exp(input))
        return self.grad_input

# %%
class RowMean(Criterion):
    def update_output(self, input, target):
        self.output = self.rows(input, target).sum(axis=1).mean(axis=0)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = self.d_rows(input, target) / len(input)
        return self.grad_input
class MSECriterion(RowMean):
    def rows(self, x, t): return (x - t) ** 2
    def d_rows(self, x, t): return 2 * (x - t)
class NLLCriterion(RowMean):
    def rows(self, x, t): return -t * x
    def d_rows(self, x, t): return -t
class NLLCriterionUnstable(NLLCriterion):
    EPS = 1e-15
    def rows(self, x, t): return super().rows(np.log(self.clip(x)), t)
    def d_rows(self, x, t): return super().d_rows(np.log(self.clip(x)), t) / self.clip(x)
    def clip(self, x): return np.clip(x, self.EPS, 1 - self.EPS)

# %%
def SGD(variables, gradients, config, state):
    state.setdefault('accumulated_grads', {})
    for l, (vs, gs) in enumerate(zip(variables, gradients)):
        old = state['accumulated_grads'].get(l, [0] * len(vs))
        state['accumulated_grads'][l] = [config['momentum'] * o + config['learning_rate'] * g for o, g in zip(old, gs)]
        for v, d in zip(vs, state['accumulated_grads'][l]):
            v -= d
