# style: functions that lift and dispatch, depth-first recursion, einsum, given classes left to the grader

# %%
import math
import operator
import numpy as np

# %%
def one_sided_difference(f, x, h):
    here, ahead = f(x), f(x + h)
    return (ahead - here) / h

def central_difference(f, x, h):
    return 0.5 * (one_sided_difference(f, x, h) + one_sided_difference(f, x, -h))

def difference_errors(f, derivative, x, steps):
    table = np.array([
        [one_sided_difference(f, x, h), central_difference(f, x, h)] for h in steps
    ]) - derivative
    return tuple(np.abs(table.T))

# %%
class Dual:
    def __init__(self, value, derivative=0.0):
        self.value, self.derivative = value, derivative

    def __add__(self, other): return binary(self, other, operator.add, lambda u, v: (1, 1))
    def __radd__(self, other): return binary(other, self, operator.add, lambda u, v: (1, 1))
    def __sub__(self, other): return binary(self, other, operator.sub, lambda u, v: (1, -1))
    def __rsub__(self, other): return binary(other, self, operator.sub, lambda u, v: (1, -1))
    def __mul__(self, other): return binary(self, other, operator.mul, lambda u, v: (v, u))
    def __rmul__(self, other): return binary(other, self, operator.mul, lambda u, v: (v, u))
    def __truediv__(self, other): return binary(self, other, operator.truediv, quotient)
    def __rtruediv__(self, other): return binary(other, self, operator.truediv, quotient)
    def __neg__(self): return -1 * self
    def __pow__(self, n): return chain(self, lambda u: u ** n, lambda u: n * u ** (n - 1))

def quotient(u, v):
    return 1 / v, -u / (v * v)

def split(x):
    return (x.value, x.derivative) if isinstance(x, Dual) else (x, 0)

def binary(left, right, function, slopes):
    """Any operation of two numbers by its two partial derivatives."""
    (u, du), (v, dv) = split(left), split(right)
    by_u, by_v = slopes(u, v)
    return Dual(function(u, v), by_u * du + by_v * dv)

def chain(x, function, slope):
    return Dual(function(x.value), slope(x.value) * x.derivative)

def exp(x):
    return chain(x, exp, exp) if isinstance(x, Dual) else math.exp(x)

def log(x):
    return chain(x, log, lambda u: 1 / u) if isinstance(x, Dual) else math.log(x)

def tanh(x):
    return chain(x, tanh, lambda u: 1 - tanh(u) ** 2) if isinstance(x, Dual) else math.tanh(x)

def sigmoid(x):
    slope = lambda u: sigmoid(u) * sigmoid(-u)
    return chain(x, sigmoid, slope) if isinstance(x, Dual) else 0.5 * (1 + math.tanh(x / 2))

def forward_gradient(f, inputs):
    def partial(i):
        return f(*(Dual(float(x), float(i == j)) for j, x in enumerate(inputs))).derivative
    return np.fromiter(map(partial, range(len(inputs))), dtype=float)

# %%
class Elementwise:
    """A gate that keeps its local derivatives in place of its inputs."""
    def forward(self, *inputs):
        output, self.slopes = self.compute(*inputs)
        return output

    def backward(self, upstream):
        return tuple(upstream * slope for slope in self.slopes)

class AddGate(Elementwise):
    def compute(self, a, b):
        return a + b, (1.0, 1.0)

class MultiplyGate(Elementwise):
    def compute(self, a, b):
        return a * b, (b, a)

class ExpGate(Elementwise):
    def compute(self, x):
        y = np.exp(x)
        return y, [y]

class ReciprocalGate(Elementwise):
    def compute(self, x):
        y = np.reciprocal(x)
        return y, [-y * y]

class TanhGate(Elementwise):
    def compute(self, x):
        y = np.tanh(x)
        return y, [(1 - y) * (1 + y)]

class MeanGate(Elementwise):
    def compute(self, x):
        return x.mean(), [np.full(x.shape, 1 / x.size)]

# %%
class ComputationalGraph:
    def __init__(self):
        self.gates = {}
        self.inputs = {}

    def add(self, name, gate, *inputs):
        self.gates[name] = gate
        self.inputs[name] = inputs

    def order(self):
        seen = []
        def visit(name):
            if name in self.gates and name not in seen:
                for used in self.inputs[name]:
                    visit(used)
                seen.append(name)
        for name in self.gates:
            visit(name)
        return seen

    def forward(self, inputs):
        values = {name: np.array(value, float) for name, value in inputs.items()}
        def value(name):
            if name not in values:
                values[name] = self.gates[name].forward(*map(value, self.inputs[name]))
            return values[name]
        for name in self.gates:
            value(name)
        self.values = values
        return values

    def backward(self, output, upstream=None):
        parts = {name: [np.zeros_like(value)] for name, value in self.values.items()}
        parts[output].append(np.ones_like(self.values[output]) if upstream is None else upstream)
        for name in reversed(self.order()):
            if len(parts[name]) > 1:  # otherwise the output does not depend on it
                for used, part in zip(self.inputs[name], self.gates[name].backward(sum(parts[name]))):
                    parts[used].append(part)
        return {name: sum(each) for name, each in parts.items()}

# %%
def linear_jacobians(W, x):
    return np.array(W), np.einsum("ik,j->ikj", np.eye(len(W)), x)

def linear_vjp(W, x, v):
    return np.einsum("i,ij->j", v, W), np.einsum("k,j->kj", v, x)

def s(x):
    return 0.5 * (1 + np.tanh(x / 2))

def sigmoid_jacobian(x):
    return np.einsum("i,ij->ij", s(x) * s(-x), np.eye(len(x)))

def sigmoid_vjp(x, v):
    return v * s(x) * s(-x)

def relu_jacobian(x):
    return np.eye(len(x)) * np.heaviside(x, 0)

def relu_vjp(x, v):
    return np.where(x <= 0, 0, v)

# %%
def predict(params, inputs):
    (W, b), *rest = params
    z = inputs @ W + b
    return predict(rest, np.tanh(z)) if rest else z

def mlp_graph(layers):
    graph = ComputationalGraph()
    def layer(k):
        """The name of the sums of layer k."""
        below = "inputs" if k == 1 else "h%d" % (k - 1)
        if k > 1:
            graph.add(below, TanhGate(), layer(k - 1))
        name = "predictions" if k == layers else "z%d" % k
        graph.add("m%d" % k, MatMulGate(), below, "W%d" % k)
        graph.add(name, AddRowGate(), "m%d" % k, "b%d" % k)
        return name
    graph.add("-p", ScaleGate(-1.0), layer(layers))
    graph.add("e", AddGate(), "targets", "-p")
    graph.add("e2", MultiplyGate(), "e", "e")
    graph.add("loss", MeanGate(), "e2")
    return graph

# %%
def derivative(f):
    return lambda x: f(Dual(x, 1.0)).derivative

def first_and_second(f, x):
    first = derivative(f)
    return first(x), derivative(first)(x)
