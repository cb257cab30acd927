# style: defensive: every argument is checked for what the text promises of it, results as well

# %%
import math
import numbers

import matplotlib.pyplot as plt
import numpy as np


def need(condition, text):
    if not condition:
        raise ValueError(text)


# %%
def one_sided_difference(f, x, h):
    need(callable(f), "f has to be a function")
    need(np.ndim(x) == 0 and np.ndim(h) == 0, "x and h have to be numbers")
    need(h != 0, "the step must not be 0")
    return float((f(x + h) - f(x)) / h)


def central_difference(f, x, h):
    need(callable(f), "f has to be a function")
    need(np.ndim(x) == 0 and np.ndim(h) == 0, "x and h have to be numbers")
    need(h != 0, "the step must not be 0")
    return float((f(x + h) - f(x - h)) / (2 * h))


def difference_errors(f, derivative, x, steps):
    need(np.ndim(steps) == 1 and len(steps) > 0, "steps has to be a vector")
    need(np.ndim(derivative) == 0, "the derivative has to be a number")
    one = np.array([abs(one_sided_difference(f, x, h) - derivative) for h in steps])
    two = np.array([abs(central_difference(f, x, h) - derivative) for h in steps])
    assert (one >= 0).all() and (two >= 0).all()
    return one, two

# %%
def parts(x):
    """Value and derivative of a Dual or a plain number."""
    if isinstance(x, Dual):
        return x.value, x.derivative
    if not isinstance(x, numbers.Real):
        raise TypeError("a Dual or a number is needed, not %s" % type(x).__name__)
    return x, 0.0


class Dual:
    def __init__(self, value, derivative=0.0):
        for part in (value, derivative):
            if not isinstance(part, (numbers.Real, Dual)):
                raise TypeError("a number or a Dual is needed, not %s" % type(part).__name__)
        self.value, self.derivative = value, derivative

    def __add__(self, other):
        v, d = parts(other)
        return Dual(self.value + v, self.derivative + d)

    def __radd__(self, other):
        return self + other

    def __neg__(self):
        return Dual(-self.value, -self.derivative)

    def __sub__(self, other):
        v, d = parts(other)
        return Dual(self.value - v, self.derivative - d)

    def __rsub__(self, other):
        v, _ = parts(other)
        return Dual(v - self.value, -self.derivative)

    def __mul__(self, other):
        v, d = parts(other)
        return Dual(self.value * v, self.derivative * v + self.value * d)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        v, d = parts(other)
        return Dual(self.value / v, (self.derivative * v - self.value * d) / (v * v))

    def __rtruediv__(self, other):
        v, _ = parts(other)
        return Dual(v / self.value, -v * self.derivative / (self.value * self.value))

    def __pow__(self, n):
        if not isinstance(n, numbers.Real):
            raise TypeError("the exponent has to be a plain number")
        return Dual(self.value**n, n * self.value ** (n - 1) * self.derivative)

    def __repr__(self):
        return "Dual(%r, %r)" % (self.value, self.derivative)


def exp(x):
    if isinstance(x, Dual):
        e = exp(x.value)
        return Dual(e, e * x.derivative)
    return math.exp(x)


def plain(x):
    """The number inside a Dual, of whatever order."""
    while isinstance(x, Dual):
        x = x.value
    return x


def log(x):
    need(plain(x) > 0, "log of what is not positive")
    if isinstance(x, Dual):
        return Dual(log(x.value), x.derivative / x.value)
    return math.log(x)


def tanh(x):
    if isinstance(x, Dual):
        t = tanh(x.value)
        assert -1 <= plain(t) <= 1
        return Dual(t, (1 - t * t) * x.derivative)
    return math.tanh(x)


def sigmoid(x):
    need(abs(plain(x)) <= 30, "the text promises no more than 30")
    if isinstance(x, Dual):
        s = sigmoid(x.value)
        return Dual(s, s * (1 - s) * x.derivative)
    return 1 / (1 + math.exp(-x))


def forward_gradient(f, inputs):
    need(callable(f) and np.ndim(inputs) == 1, "a function and a vector are needed")
    result = []
    for chosen in range(len(inputs)):
        duals = [Dual(float(v), float(i == chosen)) for i, v in enumerate(inputs)]
        out = f(*duals)
        # A function may ignore all of its inputs.
        result.append(out.derivative if isinstance(out, Dual) else 0.0)
    return np.array(result)

# %%
class ScaleGate:
    def __init__(self, factor):
        self.factor = factor

    def forward(self, x):
        return self.factor * x

    def backward(self, upstream):
        return (self.factor * upstream,)


class ShiftGate:
    def __init__(self, constant):
        self.constant = constant

    def forward(self, x):
        return x + self.constant

    def backward(self, upstream):
        return (upstream,)


class Checked:
    """Remembers the inputs, and checks that shapes fit together."""

    inputs = None

    def keep(self, *inputs):
        need(len({np.shape(x) for x in inputs}) == 1, "inputs of one shape are needed")
        self.inputs = [np.array(x, dtype=float) for x in inputs]
        return self.inputs

    def check(self, upstream, shape=None):
        need(self.inputs is not None, "forward comes before backward")
        expected = self.inputs[0].shape if shape is None else shape
        need(np.shape(upstream) == expected, "the upstream gradient has another shape")
        return np.array(upstream, dtype=float)


class AddGate(Checked):
    def forward(self, a, b):
        a, b = self.keep(a, b)
        return a + b

    def backward(self, upstream):
        g = self.check(upstream)
        return g, g.copy()


class MultiplyGate(Checked):
    def forward(self, a, b):
        a, b = self.keep(a, b)
        return a * b

    def backward(self, upstream):
        g = self.check(upstream)
        a, b = self.inputs
        return g * b, g * a


class ExpGate(Checked):
    def forward(self, x):
        (x,) = self.keep(x)
        return np.exp(x)

    def backward(self, upstream):
        return (self.check(upstream) * np.exp(self.inputs[0]),)


class ReciprocalGate(Checked):
    def forward(self, x):
        (x,) = self.keep(x)
        need((x != 0).all(), "0 has no reciprocal")
        return 1 / x

    def backward(self, upstream):
        return (-self.check(upstream) / self.inputs[0] ** 2,)


class TanhGate(Checked):
    def forward(self, x):
        (x,) = self.keep(x)
        return np.tanh(x)

    def backward(self, upstream):
        return (self.check(upstream) * (1 - np.tanh(self.inputs[0]) ** 2),)


class MeanGate(Checked):
    def forward(self, x):
        (x,) = self.keep(x)
        need(x.size > 0, "the mean of nothing")
        return x.mean()

    def backward(self, upstream):
        g = self.check(upstream, ())
        (x,) = self.inputs
        return (np.full(x.shape, g / x.size),)

# %%
class ComputationalGraph:
    def __init__(self):
        self.gates = {}
        self.inputs = {}
        self.values = None

    def add(self, name, gate, *inputs):
        need(name not in self.gates, "there is a gate of this name")
        need(len(inputs) > 0, "a gate needs inputs")
        for method in ("forward", "backward"):
            need(callable(getattr(gate, method, None)), "a gate needs " + method)
        self.gates[name] = gate
        self.inputs[name] = inputs

    def order(self):
        done, under_way = [], set()

        def visit(name):
            if name in done or name not in self.gates:
                return
            need(name not in under_way, "the graph goes round in a circle")
            under_way.add(name)
            for needed in self.inputs[name]:
                visit(needed)
            done.append(name)

        for name in self.gates:
            visit(name)
        assert sorted(done) == sorted(self.gates)
        return done

    def forward(self, inputs):
        needed = {n for names in self.inputs.values() for n in names} - set(self.gates)
        need(needed <= set(inputs), "some inputs are missing")
        need(not set(inputs) & set(self.gates), "a gate computes what is given")
        values = {name: np.array(value, dtype=float) for name, value in inputs.items()}
        for name in self.order():
            values[name] = self.gates[name].forward(*(values[n] for n in self.inputs[name]))
        self.values = values
        return dict(values)

    def backward(self, output, upstream=None):
        need(self.values is not None, "forward comes before backward")
        need(output in self.values, "there is no such value")
        shape = np.shape(self.values[output])
        start = np.ones(shape) if upstream is None else np.array(upstream, dtype=float)
        need(start.shape == shape, "the upstream gradient has another shape than the output")
        result = {name: np.zeros(np.shape(value)) for name, value in self.values.items()}
        result[output] = start
        for name in reversed(self.order()):
            gradients = self.gates[name].backward(result[name])
            need(len(gradients) == len(self.inputs[name]), "one gradient for each input")
            for needed, gradient in zip(self.inputs[name], gradients):
                need(np.shape(gradient) == result[needed].shape, "a gradient of another shape")
                result[needed] = result[needed] + gradient
        return result

# %%
def check_linear(W, x, v=None):
    need(W.ndim == 2 and x.shape == (W.shape[1],), "W and x do not fit together")
    need(v is None or v.shape == (W.shape[0],), "the upstream gradient has another shape")


def linear_jacobians(W, x):
    check_linear(W, x)
    m, n = W.shape
    by_W = np.einsum("ik,j->ikj", np.eye(m), x)
    assert by_W.shape == (m, m, n)
    return W.copy(), by_W


def linear_vjp(W, x, v):
    check_linear(W, x, v)
    return W.T @ v, np.outer(v, x)


def check_vectors(x, v=None):
    need(x.ndim == 1 and (v is None or v.shape == x.shape), "vectors of one length are needed")


def slope_of_sigmoid(x):
    p = 1 / (1 + np.exp(-x))
    return p * (1 - p)


def sigmoid_jacobian(x):
    check_vectors(x)
    return np.diag(slope_of_sigmoid(x))


def sigmoid_vjp(x, v):
    check_vectors(x, v)
    return v * slope_of_sigmoid(x)


def relu_jacobian(x):
    check_vectors(x)
    need((x != 0).all(), "ReLU has no derivative at 0")
    return np.diag(np.where(x > 0, 1.0, 0.0))


def relu_vjp(x, v):
    check_vectors(x, v)
    need((x != 0).all(), "ReLU has no derivative at 0")
    return np.where(x > 0, v, 0.0)

# %%
class MatMulGate:
    def forward(self, x, w):
        self.x, self.w = x, w
        return x @ w

    def backward(self, upstream):
        return (upstream @ self.w.T, self.x.T @ upstream)


class AddRowGate:
    def forward(self, x, row):
        return x + row

    def backward(self, upstream):
        return (upstream, np.sum(upstream, axis=0))

# %%
def predict(params, inputs):
    need(len(params) >= 1, "at least one layer")
    x = inputs
    for number, (W, b) in enumerate(params):
        need(x.shape[1] == W.shape[0] and b.shape == (W.shape[1],), "layer %d does not fit" % number)
        x = x @ W + b
        if number < len(params) - 1:
            x = np.tanh(x)
    assert x.shape == (len(inputs), params[-1][0].shape[1])
    return x


def mlp_graph(layers):
    need(layers == int(layers) and layers >= 1, "at least one layer")
    graph = ComputationalGraph()
    name = "inputs"
    for k in range(1, layers + 1):
        last = k == layers
        graph.add("product%d" % k, MatMulGate(), name, "W%d" % k)
        graph.add("predictions" if last else "sum%d" % k, AddRowGate(), "product%d" % k, "b%d" % k)
        if not last:
            graph.add("hidden%d" % k, TanhGate(), "sum%d" % k)
            name = "hidden%d" % k
    graph.add("minus", ScaleGate(-1.0), "targets")
    graph.add("difference", AddGate(), "predictions", "minus")
    graph.add("square", MultiplyGate(), "difference", "difference")
    graph.add("loss", MeanGate(), "square")
    return graph

# %%
def first_and_second(f, x):
    need(callable(f) and np.ndim(x) == 0, "a function and a number are needed")
    out = f(Dual(Dual(float(x), 1.0), Dual(1.0, 0.0)))
    first, second = out.derivative.value, out.derivative.derivative
    assert isinstance(first, numbers.Real) and isinstance(second, numbers.Real)
    return first, second
