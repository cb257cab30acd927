# style: Python loops over every element, lists in place of tuples, prints and magics, a scratch cell that fails

# %%
%matplotlib inline
import numpy as np
import math
import random
print("numpy", np.__version__)

# %%
def one_sided_difference(f, x, h):
    a = f(x)
    b = f(x + h)
    d = b - a
    print("difference", d)
    return d / h

def central_difference(f, x, h):
    a = f(x - h)
    b = f(x + h)
    return (b - a) / (2 * h)

def difference_errors(f, derivative, x, steps):
    result1 = []
    result2 = []
    for i in range(len(steps)):
        h = float(steps[i])
        e1 = one_sided_difference(f, x, h) - derivative
        e2 = central_difference(f, x, h) - derivative
        if e1 < 0:
            e1 = -e1
        if e2 < 0:
            e2 = -e2
        result1.append(e1)
        result2.append(e2)
    return [np.array(result1), np.array(result2)]

# %%
# scratch: what does this do?
undefined_name + 1

# %%
class Dual:
    """Every operator written out."""
    def __init__(self, value, derivative=0.0):
        self.value = value
        self.derivative = derivative
    def __add__(self, other):
        if not isinstance(other, Dual):
            other = Dual(other, 0.0)
        return Dual(self.value + other.value, self.derivative + other.derivative)
    def __radd__(self, other):
        return self.__add__(other)
    def __sub__(self, other):
        if not isinstance(other, Dual):
            other = Dual(other, 0.0)
        return Dual(self.value - other.value, self.derivative - other.derivative)
    def __rsub__(self, other):
        return Dual(other, 0.0).__sub__(self)
    def __mul__(self, other):
        if not isinstance(other, Dual):
            other = Dual(other, 0.0)
        return Dual(self.value * other.value, self.value * other.derivative + other.value * self.derivative)
    def __rmul__(self, other):
        return self.__mul__(other)
    def __truediv__(self, other):
        if not isinstance(other, Dual):
            other = Dual(other, 0.0)
        v2 = other.value * other.value
        return Dual(self.value / other.value, (other.value * self.derivative - self.value * other.derivative) / v2)
    def __rtruediv__(self, other):
        return Dual(other, 0.0).__truediv__(self)
    def __neg__(self):
        return Dual(0.0 - self.value, 0.0 - self.derivative)
    def __pow__(self, n):
        return Dual(self.value ** n, n * self.value ** (n - 1) * self.derivative)
    def __eq__(self, other):
        return self.value == other.value and self.derivative == other.derivative

def exp(x):
    if type(x) == Dual:
        e = exp(x.value)
        return Dual(e, e * x.derivative)
    else:
        return math.e ** x

def log(x):
    if type(x) == Dual:
        return Dual(log(x.value), 1 / x.value * x.derivative)
    else:
        return math.log(x)

def tanh(x):
    if type(x) == Dual:
        c = (exp(x.value) + exp(-x.value)) / 2
        return Dual(tanh(x.value), x.derivative / (c * c))
    else:
        return math.tanh(x)

def sigmoid(x):
    if type(x) == Dual:
        e = exp(-x.value)
        return Dual(1 / (1 + e), e / ((1 + e) * (1 + e)) * x.derivative)
    else:
        return 1 / (1 + math.exp(-x))

def forward_gradient(f, inputs):
    g = np.empty(len(inputs))
    for i in range(len(inputs)):
        arguments = []
        for j in range(len(inputs)):
            if i == j:
                arguments.append(Dual(inputs[j], 1.0))
            else:
                arguments.append(Dual(inputs[j], 0.0))
        g[i] = f(*arguments).derivative
    return g

# %%
class ScaleGate:
    def __init__(self, factor):
        self.factor = factor
    def forward(self, x):
        return self.factor * x
    def backward(self, upstream):
        return [self.factor * upstream]

class AddGate:
    def forward(self, a, b):
        out = np.zeros(np.shape(a))
        for index in np.ndindex(np.shape(a)):
            out[index] = a[index] + b[index]
        return out
    def backward(self, upstream):
        return [upstream, upstream]

class MultiplyGate:
    def forward(self, a, b):
        self.a = np.array(a)
        self.b = np.array(b)
        out = np.zeros(np.shape(a))
        for index in np.ndindex(np.shape(a)):
            out[index] = self.a[index] * self.b[index]
        return out
    def backward(self, upstream):
        ga = np.zeros(self.a.shape)
        gb = np.zeros(self.a.shape)
        for index in np.ndindex(self.a.shape):
            ga[index] = upstream[index] * self.b[index]
            gb[index] = upstream[index] * self.a[index]
        return [ga, gb]

class ExpGate:
    def forward(self, x):
        self.out = np.zeros(np.shape(x))
        for index in np.ndindex(np.shape(x)):
            self.out[index] = math.exp(x[index])
        return self.out
    def backward(self, upstream):
        return [upstream * self.out]

class ReciprocalGate:
    def forward(self, x):
        self.x = x
        return 1 / x
    def backward(self, upstream):
        g = np.zeros(np.shape(self.x))
        for index in np.ndindex(np.shape(self.x)):
            g[index] = -1 / self.x[index] / self.x[index] * upstream[index]
        return [g]

class TanhGate:
    def forward(self, x):
        self.t = np.zeros(np.shape(x))
        for index in np.ndindex(np.shape(x)):
            self.t[index] = math.tanh(x[index])
        return self.t
    def backward(self, upstream):
        return [(1 - self.t ** 2) * upstream]

class MeanGate:
    def forward(self, x):
        self.x = x
        total = 0.0
        self.n = 0
        for index in np.ndindex(np.shape(x)):
            total += x[index]
            self.n += 1
        return total / self.n
    def backward(self, upstream):
        g = np.zeros(np.shape(self.x))
        for index in np.ndindex(np.shape(self.x)):
            g[index] = upstream / self.n
        return [g]

# %%
class ComputationalGraph:
    def __init__(self):
        self.gates = {}
        self.inputs = {}
        self.values = {}
    def add(self, name, gate, *inputs):
        self.gates[name] = gate
        self.inputs[name] = inputs
    def order(self):
        result = []
        changed = True
        while changed:
            changed = False
            for name in self.gates:
                if name in result:
                    continue
                ok = True
                for other in self.inputs[name]:
                    if other in self.gates and other not in result:
                        ok = False
                if ok:
                    result.append(name)
                    changed = True
        return result
    def forward(self, inputs):
        self.values = {}
        for name in inputs:
            self.values[name] = np.array(inputs[name], dtype=np.float64)
        for name in self.order():
            arguments = []
            for other in self.inputs[name]:
                arguments.append(self.values[other])
            self.values[name] = np.array(self.gates[name].forward(*arguments))
        return self.values
    def backward(self, output, upstream=None):
        gradients = {}
        for name in self.values:
            gradients[name] = np.zeros(self.values[name].shape)
        if upstream is None:
            gradients[output] += 1
        else:
            gradients[output] += upstream
        order = self.order()
        order.reverse()
        for name in order:
            parts = self.gates[name].backward(gradients[name].copy())
            for i in range(len(parts)):
                gradients[self.inputs[name][i]] += parts[i]
        return gradients

# %%
def linear_jacobians(W, x):
    m, n = W.shape
    J1 = np.zeros((m, n))
    J2 = np.zeros((m, m, n))
    for i in range(m):
        for j in range(n):
            J1[i, j] = W[i, j]
            for k in range(m):
                if i == k:
                    J2[i, k, j] = x[j]
    return [J1, J2]

def linear_vjp(W, x, v):
    m, n = W.shape
    gx = np.zeros(n)
    gW = np.zeros((m, n))
    for i in range(m):
        gx += v[i] * W[i]
        gW[i] = v[i] * x
    return [gx, gW]

def sigmoid_jacobian(x):
    n = len(x)
    J = np.zeros((n, n))
    for i in range(n):
        s = 1 / (1 + math.exp(-x[i]))
        J[i, i] = s * (1 - s)
    return J

def sigmoid_vjp(x, v):
    g = np.zeros(len(x))
    for i in range(len(x)):
        s = 1 / (1 + math.exp(-x[i]))
        g[i] = v[i] * s * (1 - s)
    return g

def relu_jacobian(x):
    J = np.zeros((len(x), len(x)))
    for i in range(len(x)):
        if x[i] > 0:
            J[i, i] = 1
    return J

def relu_vjp(x, v):
    g = []
    for i in range(len(x)):
        if x[i] > 0:
            g.append(v[i])
        else:
            g.append(0.0)
    return np.array(g)

# %%
%%time
def predict(params, inputs):
    rows = []
    for row in inputs:
        h = row
        for k in range(len(params)):
            W, b = params[k]
            h = h @ W + b
            if k != len(params) - 1:
                h = np.tanh(h)
        rows.append(h)
    return np.array(rows)

# %%
def mlp_graph(layers):
    g = ComputationalGraph()
    before = "inputs"
    k = 1
    while k <= layers:
        g.add("a" + str(k), MatMulGate(), before, "W" + str(k))
        if k < layers:
            g.add("c" + str(k), AddRowGate(), "a" + str(k), "b" + str(k))
            g.add("h" + str(k), TanhGate(), "c" + str(k))
            before = "h" + str(k)
        else:
            g.add("predictions", AddRowGate(), "a" + str(k), "b" + str(k))
        k = k + 1
    g.add("neg", ScaleGate(-1), "targets")
    g.add("diff", AddGate(), "predictions", "neg")
    g.add("sq", MultiplyGate(), "diff", "diff")
    g.add("loss", MeanGate(), "sq")
    return g

# %%
def first_and_second(f, x):
    inside = Dual(x, 1.0)
    outside = Dual(inside, Dual(1.0, 0.0))
    result = f(outside)
    print(result.value.value)
    return [result.derivative.value, result.derivative.derivative]
