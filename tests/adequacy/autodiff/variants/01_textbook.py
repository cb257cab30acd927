# style: short textbook NumPy, Kahn's algorithm with counters, the given cells as handed out

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

# %%
def one_sided_difference(f, x, h):
    return (f(x + h) - f(x)) / h


def central_difference(f, x, h):
    return (f(x + h) - f(x - h)) / (h + h)


def difference_errors(f, derivative, x, steps):
    n = len(steps)
    a, b = np.zeros(n), np.zeros(n)
    for i in range(n):
        a[i] = abs(one_sided_difference(f, x, steps[i]) - derivative)
        b[i] = abs(central_difference(f, x, steps[i]) - derivative)
    return a, b

# %%
class Dual:
    def __init__(self, value, derivative=0.0):
        self.value = value
        self.derivative = derivative

    def __add__(self, o):
        if isinstance(o, Dual):
            return Dual(self.value + o.value, self.derivative + o.derivative)
        return Dual(self.value + o, self.derivative)

    __radd__ = __add__

    def __sub__(self, o):
        if isinstance(o, Dual):
            return Dual(self.value - o.value, self.derivative - o.derivative)
        return Dual(self.value - o, self.derivative)

    def __rsub__(self, o):
        return Dual(o - self.value, -self.derivative)

    def __neg__(self):
        return Dual(-self.value, -self.derivative)

    def __mul__(self, o):
        if isinstance(o, Dual):
            return Dual(self.value * o.value, self.value * o.derivative + self.derivative * o.value)
        return Dual(self.value * o, self.derivative * o)

    __rmul__ = __mul__

    def __truediv__(self, o):
        if isinstance(o, Dual):
            q = self.value / o.value
            return Dual(q, (self.derivative - q * o.derivative) / o.value)
        return Dual(self.value / o, self.derivative / o)

    def __rtruediv__(self, o):
        q = o / self.value
        return Dual(q, -q * self.derivative / self.value)

    def __pow__(self, n):
        return Dual(self.value**n, self.derivative * n * self.value ** (n - 1))


def exp(x):
    if isinstance(x, Dual):
        e = exp(x.value)
        return Dual(e, e * x.derivative)
    return math.exp(x)


def log(x):
    if isinstance(x, Dual):
        return Dual(log(x.value), x.derivative / x.value)
    return math.log(x)


def tanh(x):
    if isinstance(x, Dual):
        t = tanh(x.value)
        return Dual(t, x.derivative * (1 - t**2))
    return math.tanh(x)


def sigmoid(x):
    return 1 / (1 + exp(-x))


def forward_gradient(f, inputs):
    n = len(inputs)
    seeds = np.eye(n)
    return np.array([f(*[Dual(v, s) for v, s in zip(inputs, row)]).derivative for row in seeds])

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


class AddGate:
    def forward(self, a, b):
        return np.add(a, b)

    def backward(self, upstream):
        return upstream, upstream


class MultiplyGate:
    def forward(self, a, b):
        self.inputs = a, b
        return np.multiply(a, b)

    def backward(self, upstream):
        a, b = self.inputs
        return b * upstream, a * upstream


class ExpGate:
    def forward(self, x):
        self.y = np.exp(x)
        return self.y

    def backward(self, upstream):
        return (self.y * upstream,)


class ReciprocalGate:
    def forward(self, x):
        self.x = x
        return 1.0 / x

    def backward(self, upstream):
        return (-upstream / self.x**2,)


class TanhGate:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, upstream):
        return (upstream * (1 - self.y * self.y),)


class MeanGate:
    def forward(self, x):
        self.x = x
        return np.mean(x)

    def backward(self, upstream):
        return (np.ones_like(self.x) * upstream / np.size(self.x),)

# %%
class ComputationalGraph:
    def __init__(self):
        self.gates = {}
        self.inputs = {}

    def add(self, name, gate, *inputs):
        self.gates[name] = gate
        self.inputs[name] = inputs

    def order(self):
        waiting = {g: len([i for i in self.inputs[g] if i in self.gates]) for g in self.gates}
        users = {g: [] for g in self.gates}
        for g in self.gates:
            for i in self.inputs[g]:
                if i in users:
                    users[i].append(g)
        ready = [g for g in self.gates if waiting[g] == 0]
        result = []
        while ready:
            g = ready.pop()
            result.append(g)
            for u in users[g]:
                waiting[u] -= 1
                if waiting[u] == 0:
                    ready.append(u)
        return result

    def forward(self, inputs):
        self.values = {k: np.asarray(v, dtype=float) for k, v in inputs.items()}
        for g in self.order():
            self.values[g] = self.gates[g].forward(*[self.values[i] for i in self.inputs[g]])
        return dict(self.values)

    def backward(self, output, upstream=None):
        grads = {k: np.zeros_like(v) for k, v in self.values.items()}
        grads[output] = np.ones_like(self.values[output]) if upstream is None else upstream
        for g in self.order()[::-1]:
            for i, d in zip(self.inputs[g], self.gates[g].backward(grads[g])):
                grads[i] = grads[i] + d
        return grads

# %%
def linear_jacobians(W, x):
    m, n = W.shape
    dW = np.zeros((m, m, n))
    dW[np.arange(m), np.arange(m)] = x
    return W, dW


def linear_vjp(W, x, v):
    return v @ W, v[:, None] * x[None, :]


def sigmoid_jacobian(x):
    return np.diag(np.exp(-x) / (1 + np.exp(-x)) ** 2)


def sigmoid_vjp(x, v):
    s = 1 / (1 + np.exp(-x))
    return v * (s - s**2)


def relu_jacobian(x):
    return np.diag((x > 0).astype(float))


def relu_vjp(x, v):
    return v * (x > 0)

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
    for W, b in params:
        outputs = np.dot(inputs, W) + b
        inputs = np.tanh(outputs)
    return outputs


def mlp_graph(layers):
    g = ComputationalGraph()
    g.add("loss", MeanGate(), "squares")
    g.add("squares", MultiplyGate(), "d", "d")
    g.add("d", AddGate(), "predictions", "-t")
    g.add("-t", ScaleGate(-1), "targets")
    h = "inputs"
    for k in range(1, layers + 1):
        g.add(f"xW{k}", MatMulGate(), h, f"W{k}")
        if k == layers:
            g.add("predictions", AddRowGate(), f"xW{k}", f"b{k}")
        else:
            g.add(f"z{k}", AddRowGate(), f"xW{k}", f"b{k}")
            g.add(f"h{k}", TanhGate(), f"z{k}")
            h = f"h{k}"
    return g

# %%
def first_and_second(f, x):
    y = f(Dual(Dual(x, 1.0), 1.0))
    return y.value.derivative, y.derivative.derivative
