# style: value, first and second derivative in a class of its own (jets), micrograd-like helpers, NumPy scalars

# %%
import numpy as np

# %%
one_sided_difference = lambda f, x, h: (f(x + h) - f(x)) / h
central_difference = lambda f, x, h: (f(x + h) - f(x - h)) / h / 2

def difference_errors(f, derivative, x, steps):
    rules = np.vectorize(lambda h: (one_sided_difference(f, x, h), central_difference(f, x, h)))
    one, two = rules(steps)
    return np.absolute(one - derivative), np.absolute(two - derivative)

# %%
class Dual:
    def __init__(self, value, derivative=0.0):
        self.value, self.derivative = value, derivative
    def compose(self, y, slope):
        return Dual(y, slope * self.derivative)
    def __add__(self, other):
        if isinstance(other, Jet): return NotImplemented
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.value + other.value, self.derivative + other.derivative)
    def __mul__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.value * other.value, self.derivative * other.value + other.derivative * self.value)
    def __pow__(self, n):
        return self.compose(self.value ** n, n * self.value ** (n - 1))
    def __neg__(self): return self * -1
    def __radd__(self, other): return self + other
    def __sub__(self, other): return self + (-other)
    def __rsub__(self, other): return other + (-self)
    def __rmul__(self, other): return self * other
    def __truediv__(self, other): return self * other ** -1.0
    def __rtruediv__(self, other): return other * self ** -1.0

class Jet:
    """Value, first and second derivative together."""
    def __init__(self, v, a=0.0, b=0.0):
        self.v, self.a, self.b = v, a, b
    def compose(self, y, slope, curvature):
        return Jet(y, slope * self.a, slope * self.b + curvature * self.a ** 2)
    def __add__(self, other):
        other = other if isinstance(other, Jet) else Jet(other)
        return Jet(self.v + other.v, self.a + other.a, self.b + other.b)
    def __mul__(self, other):
        o = other if isinstance(other, Jet) else Jet(other)
        return Jet(self.v * o.v, self.a * o.v + self.v * o.a, self.b * o.v + 2 * self.a * o.a + self.v * o.b)
    def __pow__(self, n):
        v = self.v
        return self.compose(v ** n, n * v ** (n - 1), n * (n - 1) * v ** (n - 2))
    __neg__, __radd__, __sub__ = Dual.__neg__, Dual.__radd__, Dual.__sub__
    __rsub__, __rmul__ = Dual.__rsub__, Dual.__rmul__
    __truediv__, __rtruediv__ = Dual.__truediv__, Dual.__rtruediv__

def unary(function, slope, curvature):
    def apply(x):
        if isinstance(x, Dual):
            return x.compose(apply(x.value), slope(x.value))
        if isinstance(x, Jet):
            return x.compose(function(x.v), slope(x.v), curvature(x.v))
        return function(x)
    return apply

_s = lambda x: 1 / (1 + np.exp(-x))
exp = unary(np.exp, np.exp, np.exp)
log = unary(np.log, lambda x: x ** -1.0, lambda x: -(x ** -2.0))
tanh = unary(np.tanh, lambda x: 1 - np.tanh(x) ** 2, lambda x: -2 * np.tanh(x) * (1 - np.tanh(x) ** 2))
sigmoid = unary(_s, lambda x: _s(x) * (1 - _s(x)), lambda x: _s(x) * (1 - _s(x)) * (1 - 2 * _s(x)))

def forward_gradient(f, inputs):
    n = len(inputs)
    out = np.zeros_like(inputs)
    for i in range(n):
        e = np.zeros(n)
        e[i] = 1
        out[i] = f(*(Dual(v, d) for v, d in zip(inputs, e))).derivative
    return out

# %%
class AddGate:
    def forward(self, a, b): return a + b
    def backward(self, upstream): return (+upstream, +upstream)

class MultiplyGate:
    def forward(self, a, b):
        self.ab = np.stack([a, b])
        return self.ab.prod(axis=0)
    def backward(self, upstream):
        return tuple(self.ab[::-1] * upstream)

class ExpGate:
    def forward(self, x):
        self.out = np.exp(x)
        return self.out.copy()
    def backward(self, upstream): return (np.multiply(self.out, upstream),)

class ReciprocalGate:
    def forward(self, x):
        self.out = np.power(x, -1)
        return self.out
    def backward(self, upstream): return (np.negative(upstream) * np.square(self.out),)

class TanhGate:
    def forward(self, x):
        self.out = np.sinh(x) / np.cosh(x)
        return self.out
    def backward(self, upstream): return (upstream * (1 - np.square(self.out)),)

class MeanGate:
    def forward(self, x):
        self.like = x
        return np.average(x)
    def backward(self, upstream): return (np.full_like(self.like, upstream) / self.like.size,)

# %%
class ComputationalGraph:
    def __init__(self):
        self.gates, self.inputs = {}, {}
    def add(self, name, gate, *inputs):
        self.gates[name], self.inputs[name] = gate, inputs
    def depth(self, name, memory):
        if name not in self.gates: return 0
        if name not in memory:
            memory[name] = 1 + max(self.depth(i, memory) for i in self.inputs[name])
        return memory[name]
    def order(self):
        memory = {}
        return sorted(self.gates, key=lambda name: self.depth(name, memory))
    def forward(self, inputs):
        self.values = {k: np.asarray(v) * 1.0 for k, v in inputs.items()}
        for name in self.order():
            self.values[name] = self.gates[name].forward(*[self.values[i] for i in self.inputs[name]])
        return self.values
    def backward(self, output, upstream=None):
        value = self.values[output]
        grad = {k: np.zeros(np.shape(v)) for k, v in self.values.items()}
        grad[output] = (np.ones(np.shape(value)) if upstream is None else upstream).copy()
        limit = self.depth(output, {})
        for name in reversed(self.order()):
            if self.depth(name, {}) <= limit:
                for i, part in zip(self.inputs[name], self.gates[name].backward(grad[name])):
                    grad[i] = grad[i] + part
        return grad

# %%
def linear_jacobians(W, x):
    m, n = W.shape
    rows = [np.vstack([x if i == k else np.zeros(n) for k in range(m)]) for i in range(m)]
    return W.copy(), np.array(rows)

def linear_vjp(W, x, v):
    return np.sum(v[:, np.newaxis] * W, 0), np.array([vi * x for vi in v])

def sigmoid_jacobian(x):
    J = np.zeros((x.size, x.size))
    np.fill_diagonal(J, _s(x) * _s(-x))
    return J

def sigmoid_vjp(x, v):
    e = np.exp(-x)
    return v * e / np.square(1 + e)

def relu_jacobian(x):
    J = np.zeros((x.size, x.size))
    J[x > 0, x > 0] = 1
    return J

def relu_vjp(x, v):
    out = v.copy()
    out[x < 0] = 0
    return out

# %%
def predict(params, inputs):
    x = np.copy(inputs)
    for i in range(len(params) - 1):
        x = np.tanh(np.add(np.dot(x, params[i][0]), params[i][1]))
    return np.add(np.dot(x, params[-1][0]), params[-1][1])

class SquareGate:
    def forward(self, x):
        self.x = x
        return x ** 2
    def backward(self, upstream): return (2 * self.x * upstream,)

class SubtractGate:
    def forward(self, a, b): return a - b
    def backward(self, upstream): return (upstream, -upstream)

def mlp_graph(layers):
    graph = ComputationalGraph()
    name = "inputs"
    for k in range(1, layers + 1):
        if k > 1:
            graph.add("tanh%d" % k, TanhGate(), name)
            name = "tanh%d" % k
        graph.add("matmul%d" % k, MatMulGate(), name, "W%d" % k)
        name = "predictions" if k == layers else "row%d" % k
        graph.add(name, AddRowGate(), "matmul%d" % k, "b%d" % k)
    graph.add("error", SubtractGate(), "predictions", "targets")
    graph.add("squares", SquareGate(), "error")
    graph.add("loss", MeanGate(), "squares")
    return graph

# %%
def first_and_second(f, x):
    jet = f(Jet(x, 1.0))
    return jet.a, jet.b
