# style: closures: every gate keeps a function that pulls a gradient back, the graph keeps a tape

# %%
import numpy as np
from math import exp as _exp, log as _log, tanh as _tanh

# %%
def slope_between(points, scale):
    left, right = points
    return lambda f: (f(right) - f(left)) / scale

def one_sided_difference(f, x, h):
    return slope_between((x, x + h), h)(f)

def central_difference(f, x, h):
    return slope_between((x - h, x + h), 2 * h)(f)

def difference_errors(f, derivative, x, steps):
    error = lambda rule: lambda h: abs(rule(f, x, h) - derivative)
    return [np.array(list(map(error(rule), steps))) for rule in (one_sided_difference, central_difference)]

# %%
class Dual(object):
    def __init__(self, value, derivative=0.0):
        self.value = value
        self.derivative = derivative

    def __repr__(self):
        return "<%s, %s>" % (self.value, self.derivative)

def _operator(rule):
    def straight(self, other):
        v, dv = (other.value, other.derivative) if isinstance(other, Dual) else (other, 0.0)
        return Dual(*rule(self.value, self.derivative, v, dv))
    def turned(self, other):
        return Dual(*rule(other, 0.0, self.value, self.derivative))
    return straight, turned

Dual.__add__, Dual.__radd__ = _operator(lambda u, du, v, dv: (u + v, du + dv))
Dual.__sub__, Dual.__rsub__ = _operator(lambda u, du, v, dv: (u - v, du - dv))
Dual.__mul__, Dual.__rmul__ = _operator(lambda u, du, v, dv: (u * v, du * v + u * dv))
Dual.__truediv__, Dual.__rtruediv__ = _operator(lambda u, du, v, dv: (u / v, du / v - u * dv / (v * v)))
Dual.__neg__ = lambda self: Dual(-self.value, -self.derivative)
Dual.__pow__ = lambda self, n: Dual(self.value ** n, n * (self.value ** (n - 1)) * self.derivative)

def _function(plain, slope):
    def function(x):
        if not isinstance(x, Dual):
            return plain(x)
        y = function(x.value)
        return Dual(y, slope(x.value, y) * x.derivative)
    return function

exp = _function(_exp, lambda x, y: y)
log = _function(_log, lambda x, y: 1 / x)
tanh = _function(_tanh, lambda x, y: 1 - y * y)
sigmoid = _function(lambda x: 1 / (1 + _exp(-x)), lambda x, y: y * (1 - y))

def forward_gradient(f, inputs):
    def run(k):
        duals = [Dual(x) for x in inputs]
        duals[k].derivative = 1.0
        return f(*duals).derivative
    return np.array([run(k) for k in range(len(inputs))])

# %%
def gate(pullback):
    """A class of gates from a function that gives the output and the function back."""
    class Gate:
        def forward(self, *inputs):
            output, self.pull = pullback(*inputs)
            return output
        def backward(self, upstream):
            return self.pull(upstream)
    return Gate

def _mean(x):
    n = np.size(x)
    return np.sum(x) / n, lambda g: (np.zeros(np.shape(x)) + g / n,)

def _exp_gate(x):
    y = np.exp(x)
    return y, lambda g: (g * y,)

def _tanh_gate(x):
    y = np.tanh(x)
    return y, lambda g: (g - g * y ** 2,)

AddGate = gate(lambda a, b: (a + b, lambda g: (g, g)))
MultiplyGate = gate(lambda a, b: (a * b, lambda g: (g * b, g * a)))
ExpGate = gate(_exp_gate)
ReciprocalGate = gate(lambda x: (1 / x, lambda g: (-g / (x * x),)))
TanhGate = gate(_tanh_gate)
MeanGate = gate(_mean)
class ScaleGate(gate(None)):
    def __init__(self, factor):
        self.factor = factor
    def forward(self, x):
        self.pull = lambda g: (self.factor * g,)
        return self.factor * x

# %%
class ComputationalGraph:
    def __init__(self):
        self.lines = []

    def add(self, name, gate, *inputs):
        self.lines.append((name, gate, inputs))

    def sorted_lines(self):
        rest, known = list(self.lines), []
        names = {line[0] for line in rest}
        while rest:
            for line in rest:
                if not any(i in names for i in line[2]):
                    break
            rest.remove(line)
            names.discard(line[0])
            known.append(line)
        return known

    def order(self):
        return [line[0] for line in self.sorted_lines()]

    def forward(self, inputs):
        values = {}
        values.update(inputs)
        self.tape = []
        for name, gate, used in self.sorted_lines():
            values[name] = gate.forward(*[np.asarray(values[i], dtype=float) for i in used])
            self.tape.insert(0, (name, gate.backward, used))
        self.shapes = {name: np.shape(value) for name, value in values.items()}
        return values

    def backward(self, output, upstream=None):
        gradients = {}
        gradients[output] = np.ones(self.shapes[output]) if upstream is None else np.array(upstream, float)
        for name, pull, used in self.tape:
            if name in gradients:
                for i, part in zip(used, pull(gradients[name])):
                    gradients[i] = gradients[i] + part if i in gradients else part
        for name in self.shapes:
            gradients.setdefault(name, np.zeros(self.shapes[name]))
        return gradients

# %%
def linear_jacobians(W, x):
    m, n = W.shape
    entry = lambda i, k, j: x[j.astype(int)] * (i == k)
    return 1.0 * W, np.fromfunction(entry, (m, m, n))

def linear_vjp(W, x, v):
    return (W * v[:, None]).sum(axis=0), v.reshape(-1, 1) @ x.reshape(1, -1)

def elementwise(slope):
    return lambda x: np.eye(x.size) * slope(x), lambda x, v: slope(x) * v

sigmoid_jacobian, sigmoid_vjp = elementwise(lambda x: 1 / ((1 + np.exp(-x)) * (1 + np.exp(x))))
relu_jacobian, relu_vjp = elementwise(lambda x: np.where(x > 0, 1, 0))

# %%
def predict(params, inputs):
    from functools import reduce
    *hidden, (W, b) = params
    return reduce(lambda h, layer: np.tanh(h @ layer[0] + layer[1]), hidden, inputs) @ W + b

def mlp_graph(layers):
    graph = ComputationalGraph()
    count = iter(range(1000))
    def put(gate, *inputs, name=None):
        name = name or "v%d" % next(count)
        graph.add(name, gate, *inputs)
        return name
    h = "inputs"
    for k in range(1, layers):
        h = put(TanhGate(), put(AddRowGate(), put(MatMulGate(), h, "W%d" % k), "b%d" % k))
    put(AddRowGate(), put(MatMulGate(), h, "W%d" % layers), "b%d" % layers, name="predictions")
    d = put(AddGate(), put(ScaleGate(-1.0), "predictions"), "targets")
    put(MeanGate(), put(MultiplyGate(), d, d), name="loss")
    return graph

# %%
def first_and_second(f, x):
    slope = lambda z: f(Dual(z, 1.0)).derivative
    twice = slope(Dual(x, 1.0))
    return twice.value, twice.derivative
