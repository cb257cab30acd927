# style: functools and itertools: reduce, accumulate, partialmethod, decorators that store results

# %%
import numpy as np
from functools import reduce, partial, partialmethod, lru_cache, wraps
from itertools import accumulate, chain, count, repeat, starmap
import operator as op

# %%
def stores(attr):
    """decorator: the returned value is stored in `attr`"""
    def deco(fn):
        @wraps(fn)
        def inner(self, *args):
            setattr(self, attr, fn(self, *args))
            return getattr(self, attr)
        return inner
    return deco
out, gin = stores('output'), stores('grad_input')

# %%
class Sequential(Module):
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module): self.modules.append(module)
    @out
    def update_output(self, input):
        self.trace = list(accumulate(self.modules, lambda x, m: m.forward(x), initial=input))
        return self.trace[-1]
    @gin
    def backward(self, input, grad_output):
        return reduce(lambda g, mx: mx[0].backward(mx[1], g), zip(self.modules[::-1], self.trace[-2::-1]), grad_output)
    def _map(self, name): return [op.methodcaller(name)(m) for m in self.modules]
    def _all(self, name):
        getattr(super(), name)()
        self._map(name)
    zero_grad_params = partialmethod(_all, 'zero_grad_params')
    train = partialmethod(_all, 'train')
    evaluate = partialmethod(_all, 'evaluate')
    get_parameters = partialmethod(_map, 'get_parameters')
    get_grad_params = partialmethod(_map, 'get_grad_params')
    def __getitem__(self, i): return op.getitem(self.modules, i)
    def __repr__(self): return reduce(lambda a, b: f'{a}>>{b}', map(repr, self.modules), 'in')

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        draw = partial(np.random.uniform, -1 / np.sqrt(n_in), 1 / np.sqrt(n_in))
        self.W, self.b = map(draw, [(n_in, n_out), (n_out,)])
        self.gradW, self.gradb = map(np.zeros_like, (self.W, self.b))
    @out
    def update_output(self, input): return reduce(op.add, (np.outer(c, w) for c, w in zip(input.T, self.W)), self.b)
    @gin
    def update_grad_input(self, input, grad_output): return op.matmul(grad_output, self.W.T)
    def update_grad_params(self, input, grad_output):
        self.gradW += reduce(op.add, starmap(np.outer, zip(input, grad_output)))
        self.gradb += reduce(op.add, grad_output)
    def zero_grad_params(self): self.gradW, self.gradb = map(np.zeros_like, (self.W, self.b))
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
rowsum, rowmax = partial(np.sum, axis=1, keepdims=True), partial(np.max, axis=1, keepdims=True)
class SoftMax(Module):
    @out
    def update_output(self, input):
        return (lambda e: e / rowsum(e))(np.exp(input - rowmax(input)))
    @gin
    def update_grad_input(self, input, grad_output):
        return self.output * (grad_output - rowsum(grad_output * self.output))
class Dropout(Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
        self.mask = 1
    def _draw(self, shape):
        return np.fromiter((np.random.random() >= self.p for _ in range(int(np.prod(shape)))), dtype=float).reshape(shape) / (1 - self.p)
    @out
    def update_output(self, input):
        self.mask = self._draw(input.shape) if self.training else 1
        return input * self.mask
    @gin
    def update_grad_input(self, input, grad_output): return grad_output * self.mask

# %%
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def _blend(self, old, new):
        return new if old is None else self.alpha * old + (1 - self.alpha) * new
    @out
    def update_output(self, input):
        stats = (self.moving_mean, self.moving_variance)
        if self.training:
            stats = tuple(f(input, axis=0) for f in (np.mean, np.var))
            self.moving_mean, self.moving_variance = map(self._blend, (self.moving_mean, self.moving_variance), stats)
        self.mu, self.sd = stats[0], np.sqrt(stats[1] + self.EPS)
        return (input - self.mu) / self.sd
    @gin
    def update_grad_input(self, input, grad_output):
        center = lambda a: a - np.mean(a, axis=0)
        return (center(grad_output) - self.output * np.mean(grad_output * self.output, axis=0)) / self.sd

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    @out
    def update_output(self, input): return np.where(input > 0, input, self.slope * input)
    @gin
    def update_grad_input(self, input, grad_output): return np.where(input > 0, 1, self.slope) * grad_output
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    @lru_cache(maxsize=None)
    def _f(self, x): return x if x > 0 else self.alpha * np.expm1(x)
    @out
    def update_output(self, input): return np.array(list(map(self._f, input.ravel()))).reshape(input.shape)
    @gin
    def update_grad_input(self, input, grad_output): return np.where(input > 0, 1, self.output + self.alpha) * grad_output
class SoftPlus(Module):
    @out
    def update_output(self, input): return np.log(1 + np.exp(input))
    @gin
    def update_grad_input(self, input, grad_output): return grad_output / (1 + np.exp(-input))

# %%
class MSECriterion(Criterion):
    @out
    def update_output(self, input, target): return sum(map(np.dot, input - target, input - target)) / len(input)
    @gin
    def update_grad_input(self, input, target): return 2 * (input - target) / len(input)
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def clip(self, p): return np.clip(p, self.EPS, 1 - self.EPS)
    @out
    def update_output(self, input, target): return -sum(map(np.dot, target, np.log(self.clip(input)))) / len(input)
    @gin
    def update_grad_input(self, input, target): return -target / self.clip(input) / len(input)
class NLLCriterion(Criterion):
    @out
    def update_output(self, input, target): return -sum(map(np.dot, target, input)) / len(input)
    @gin
    def update_grad_input(self, input, target): return -target / len(input)

# %%
def SGD(variables, gradients, config, state):
    acc = state.setdefault('accumulated_grads', {})
    lr, mom = op.itemgetter('learning_rate', 'momentum')(config)
    for i, w, g in zip(count(), chain.from_iterable(variables), chain.from_iterable(gradients)):
        acc[i] = mom * acc.get(i, 0) + lr * g
        op.isub(w, acc[i])
