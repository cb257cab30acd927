# style: defensive: assertions and checks of shapes and values in every method

# %%
import numpy as np
import copy
def check(cond, msg):
    if not cond:
        raise ValueError(msg)

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
        self._x = None
    def add(self, module):
        check(isinstance(module, Module), 'only Modules, please')
        self.modules.append(module)
    def update_output(self, input):
        x = copy.deepcopy(input)
        self._x = []
        for m in self.modules:
            self._x.append(copy.deepcopy(x))
            x = m.forward(x)
        self.output = copy.deepcopy(x)
        return self.output
    def backward(self, input, grad_output):
        check(self._x is not None, 'forward must be called first')
        check(np.array_equal(input, self._x[0]), 'backward with another input than forward!')
        check(grad_output.shape == self.output.shape, 'wrong gradient shape %s' % (grad_output.shape,))
        g = copy.deepcopy(grad_output)
        for m, x in zip(reversed(self.modules), reversed(self._x)):
            g = m.backward(x, copy.deepcopy(g))
        self.grad_input = g
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
        check(int(n_in) == n_in and n_in > 0 and int(n_out) == n_out and n_out > 0, 'sizes must be positive integers')
        stdv = 1. / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        assert np.all(np.abs(self.W) <= stdv)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    def update_output(self, input):
        check(input.ndim == 2 and input.shape[1] == self.W.shape[0], 'Linear: input shape %s' % (input.shape,))
        self.output = np.matmul(input, self.W) + self.b
        assert self.output.shape == (input.shape[0], self.W.shape[1])
        return self.output
    def update_grad_input(self, input, grad_output):
        check(grad_output.shape == self.output.shape, 'Linear: grad_output shape')
        self.grad_input = np.matmul(grad_output, np.transpose(self.W))
        assert self.grad_input.shape == input.shape
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW = np.matmul(np.transpose(input), grad_output)
        self.gradb = np.sum(grad_output, axis=0)
        assert self.gradW.shape == self.W.shape and self.gradb.shape == self.b.shape
    def zero_grad_params(self):
        self.gradW.fill(0); self.gradb.fill(0)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        check(np.isfinite(input).all(), 'SoftMax: input not finite')
        z = np.exp(input - input.max(axis=1, keepdims=True))
        self.output = z / z.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(self.output.sum(axis=1), 1, rtol=1e-6)
        return self.output
    def update_grad_input(self, input, grad_output):
        s, g = self.output.copy(), np.array(grad_output, dtype=float)
        self.grad_input = s * g - s * (s * g).sum(axis=1, keepdims=True)
        # shifting the inputs does not change softmax, so the rows sum up to zero
        assert np.abs(self.grad_input.sum(axis=1)).max() < 1e-6 * (1 + np.abs(g).max())
        return self.grad_input

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        check(0 <= p < 1, 'p must be in [0, 1)')
        self.p = p
        self.mask = None
    def update_output(self, input):
        self.output = np.array(input, dtype=float, copy=True)
        if self.training:
            self.mask = np.random.uniform(size=input.shape) >= self.p
            self.output[~self.mask] = 0.
            self.output[self.mask] /= 1. - self.p
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.array(grad_output, dtype=float, copy=True)
        if self.training:
            check(self.mask is not None and self.mask.shape == grad_output.shape, 'Dropout: no mask of this shape')
            self.grad_input[~self.mask] = 0.
            self.grad_input[self.mask] /= 1. - self.p
        return self.grad_input

# %%
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        check(0 <= alpha <= 1, 'alpha')
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def update_output(self, input):
        if self.training:
            mean, variance = input.mean(axis=0), input.var(axis=0)
            if self.moving_mean is None or self.moving_variance is None:
                self.moving_mean, self.moving_variance = mean.copy(), variance.copy()
            else:
                self.moving_mean = self.alpha * self.moving_mean + (1. - self.alpha) * mean
                self.moving_variance = self.alpha * self.moving_variance + (1. - self.alpha) * variance
        else:
            check(self.moving_mean is not None, 'BatchNormalization: evaluate() before any training batch')
            mean, variance = self.moving_mean, self.moving_variance
        self.output = (input - mean) / np.sqrt(variance + self.EPS)
        return self.output
    def update_grad_input(self, input, grad_output):
        if not self.training:
            raise NotImplementedError('no gradient in evaluation mode')
        N = input.shape[0]
        mean, variance = input.mean(axis=0), input.var(axis=0)
        x_hat = (input - mean) / np.sqrt(variance + self.EPS)
        term = N * grad_output - grad_output.sum(axis=0) - x_hat * (grad_output * x_hat).sum(axis=0)
        self.grad_input = term / (N * np.sqrt(variance + self.EPS))
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        assert isinstance(slope, (int, float)), 'slope must be a number'
        self.slope = slope
    def update_output(self, input):
        assert isinstance(input, np.ndarray)
        self.output = np.where(input > 0, input, self.slope * input)
        return self.output
    def update_grad_input(self, input, grad_output):
        assert input.shape == grad_output.shape
        self.grad_input = np.where(input > 0, grad_output, self.slope * grad_output)
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        assert isinstance(alpha, (int, float)) and alpha > 0
        self.alpha = alpha
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * (np.exp(np.where(input > 0, 0, input)) - 1))
        assert (self.output >= -self.alpha).all()
        return self.output
    def update_grad_input(self, input, grad_output):
        assert input.shape == grad_output.shape
        self.grad_input = np.where(input > 0, grad_output, grad_output * self.alpha * np.exp(np.where(input > 0, 0, input)))
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log1p(np.exp(input))
        assert (self.output > 0).all()
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output / (1 + np.exp(-input))
        return self.grad_input

# %%
def check_pair(input, target):
    if input.shape != target.shape:
        raise ValueError(f'{input.shape} != {target.shape}')
class MSECriterion(Criterion):
    def update_output(self, input, target):
        check_pair(input, target)
        self.output = np.sum(np.square(input - target)) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        check_pair(input, target)
        self.grad_input = 2 * (input - target) / input.shape[0]
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        check_pair(input, target)
        assert input.min() >= 0 and input.max() <= 1 + 1e-9, 'probabilities expected'
        self.output = -np.sum(target * np.log(np.clip(input, self.EPS, 1 - self.EPS))) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        check_pair(input, target)
        self.grad_input = -target / np.clip(input, self.EPS, 1 - self.EPS) / input.shape[0]
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        check_pair(input, target)
        assert input.max() <= 1e-9, 'log probabilities are never positive'
        assert np.array_equal(target.sum(axis=1), np.ones(len(target))), 'one-hot expected'
        self.output = -np.sum(target * input) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        check_pair(input, target)
        self.grad_input = -target / input.shape[0]
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    check(len(variables) == len(gradients), 'one list per layer')
    check(config['learning_rate'] > 0 and 0 <= config['momentum'] < 1, 'config')
    acc = state.setdefault('accumulated_grads', {})
    for i, (vs, gs) in enumerate(zip(variables, gradients)):
        check(len(vs) == len(gs), 'layer %d' % i)
        for j, (v, g) in enumerate(zip(vs, gs)):
            check(v.shape == g.shape, 'layer %d, array %d' % (i, j))
            old = acc.get((i, j))
            new = config['learning_rate'] * g if old is None else config['momentum'] * old + config['learning_rate'] * g
            acc[(i, j)] = new
            before = id(v)
            v -= new
            assert id(v) == before

# %%
l = Linear(3, 2)
assert l.forward(np.zeros((4, 3))).shape == (4, 2)
assert np.allclose(SoftMax().forward(np.array([[1e5, 0.]])), [[1, 0]])
