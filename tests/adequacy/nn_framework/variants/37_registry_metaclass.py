# style: a metaclass registers the layers, one base class stores what methods return

# %%
import numpy as np
from collections import OrderedDict, defaultdict, namedtuple
from types import SimpleNamespace

# %%
LAYERS = {}
class Registered(type):
    """metaclass: every layer is entered in LAYERS and gets a repr"""
    def __new__(mcls, name, bases, ns):
        ns.setdefault('__repr__', lambda self: name)
        cls = super().__new__(mcls, name, bases, ns)
        LAYERS[name] = cls
        return cls
class Layer(Module, metaclass=Registered):
    """keyword arguments from `defaults` become attributes"""
    defaults = OrderedDict()
    def __init__(self, *args, **kwargs):
        super().__init__()
        for (name, value), given in zip(self.defaults.items(), list(args) + [None] * len(self.defaults)):
            setattr(self, name, kwargs.get(name, value if given is None else given))
        self.setup()
    def setup(self): pass
    def update_output(self, input):
        self.output = self.compute(input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = self.differentiate(input, grad_output)
        return self.grad_input

# %%
class Sequential(Layer):
    def setup(self):
        self.modules = []
    def add(self, module): self.modules.append(module)
    def compute(self, x):
        Step = namedtuple('Step', 'module x')
        self.steps = []
        for m in self.modules:
            self.steps.append(Step(m, x))
            x = m.forward(x)
        return x
    def differentiate(self, _, g):
        for step in reversed(self.steps):
            g = step.module.backward(step.x, g)
        return g
    def __getattribute__(self, name):
        # these are distributed to all layers
        if name in ('zero_grad_params', 'get_parameters', 'get_grad_params'):
            return lambda: [getattr(m, name)() for m in self.modules]
        return super().__getattribute__(name)
    def train(self):
        for m in [super()] + self.modules: m.train()
    def evaluate(self):
        for m in [super()] + self.modules: m.evaluate()
    def __getitem__(self, i): return self.modules[i]

# %%
class Linear(Layer):
    defaults = OrderedDict(n_in=1, n_out=1)
    def setup(self):
        s = 1. / np.sqrt(self.n_in)
        self.W = np.random.uniform(-s, s, (self.n_in, self.n_out))
        self.b = np.random.uniform(-s, s, (self.n_out,))
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b)
    def compute(self, x): return np.dot(x, self.W) + self.b
    def differentiate(self, x, g): return np.dot(g, self.W.T)
    def update_grad_params(self, input, grad_output):
        self.gradW[:] = np.dot(input.T, grad_output)
        self.gradb[:] = np.sum(grad_output, axis=0)
    def zero_grad_params(self):
        self.gradW[:], self.gradb[:] = 0, 0
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]
class SoftMax(Layer):
    def compute(self, x):
        w = np.exp(x - x.max(axis=1, keepdims=True))
        return w / w.sum(axis=1, keepdims=True)
    def differentiate(self, x, g):
        J = [np.diag(s) - np.outer(s, s) for s in self.output]
        return np.array([j @ q for j, q in zip(J, g)])

# %%
class Dropout(Layer):
    defaults = OrderedDict(p=0.5)
    def compute(self, x):
        self.st = SimpleNamespace(mask=np.random.rand(*x.shape) >= self.p)
        return x * self.st.mask / (1 - self.p) if self.training else x
    def differentiate(self, x, g):
        return g * self.st.mask / (1 - self.p) if self.training else g
class BatchNormalization(Layer):
    EPS = 1e-3
    defaults = OrderedDict(alpha=0.)
    moving_mean = None          # class attributes until the first batch
    moving_variance = None
    def compute(self, x):
        Stats = namedtuple('Stats', 'mean variance')
        st = Stats(self.moving_mean, self.moving_variance)
        if self.training:
            st = Stats(x.mean(axis=0), x.var(axis=0))
            for name in ('mean', 'variance'):
                old, new = getattr(self, 'moving_' + name), getattr(st, name)
                setattr(self, 'moving_' + name, new if old is None else self.alpha * old + (1 - self.alpha) * new)
        self.scale = np.sqrt(st.variance + self.EPS)
        return (x - st.mean) / self.scale
    def differentiate(self, x, g):
        y = self.output
        return ((g - g.mean(axis=0)) - y * np.mean(y * g, axis=0)) / self.scale

# %%
class LeakyReLU(Layer):
    defaults = OrderedDict(slope=0.03)
    def compute(self, x): return np.where(x > 0, x, self.slope * x)
    def differentiate(self, x, g): return np.where(x > 0, g, self.slope * g)
class ELU(Layer):
    defaults = OrderedDict(alpha=1.0)
    def compute(self, x): return np.where(x > 0, x, self.alpha * np.expm1(x))
    def differentiate(self, x, g): return np.where(x > 0, g, self.alpha * np.exp(x) * g)
class SoftPlus(Layer):
    def compute(self, x): return np.log(1 + np.exp(x))
    def differentiate(self, x, g): return g * np.exp(x) / (1 + np.exp(x))

# %%
class MSECriterion(Criterion):
    def update_output(self, input, target):
        self.output = ((target - input) ** 2).sum() / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -2. * (target - input) / input.shape[0]
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        self.output = -np.tensordot(target, np.log(np.clip(input, self.EPS, 1 - self.EPS)), axes=2) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / np.clip(input, self.EPS, 1 - self.EPS) / input.shape[0]
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -np.tensordot(target, input, axes=2) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / input.shape[0]
        return self.grad_input

# %%
class SGDClass:
    """callable object instead of a function"""
    def __call__(self, variables, gradients, config, state):
        if not isinstance(state.get('accumulated_grads'), defaultdict):
            state['accumulated_grads'] = defaultdict(float)
        acc = state['accumulated_grads']
        for i, (ws, gs) in enumerate(zip(variables, gradients)):
            for j, (w, g) in enumerate(zip(ws, gs)):
                acc[i, j] = acc[i, j] * config['momentum'] + g
                w -= config['learning_rate'] * acc[i, j]
SGD = SGDClass()

# %%
print(sorted(LAYERS))
