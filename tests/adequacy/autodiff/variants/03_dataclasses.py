# style: frozen dataclasses and type hints, nodes as objects, singledispatch

# %%
from __future__ import annotations
import math
from dataclasses import dataclass, field
from functools import singledispatch
from numbers import Real
from typing import Any, Callable
import numpy as np
from numpy.typing import NDArray

# %%
def one_sided_difference(f: Callable[[float], float], x: float, h: float) -> float:
    rise: float = f(x + h) - f(x)
    return rise / h


def central_difference(f: Callable[[float], float], x: float, h: float) -> float:
    rise: float = f(x + h) - f(x - h)
    run: float = 2.0 * h
    return rise / run


def difference_errors(f, derivative: float, x: float, steps: NDArray) -> tuple[NDArray, NDArray]:
    def errors(rule) -> NDArray:
        return np.abs(np.fromiter((rule(f, x, float(h)) for h in steps), float) - derivative)

    return errors(one_sided_difference), errors(central_difference)

# %%
@dataclass(frozen=True)
class Dual:
    value: Any
    derivative: Any = 0.0

    @staticmethod
    def of(x: Any) -> Dual:
        return Dual(x) if isinstance(x, Real) else x

    def __add__(self, other):
        other = Dual.of(other)
        return Dual(self.value + other.value, self.derivative + other.derivative)

    def __radd__(self, other):
        return Dual.of(other) + self

    def __neg__(self):
        return Dual(-self.value, -self.derivative)

    def __sub__(self, other):
        return self + -Dual.of(other)

    def __rsub__(self, other):
        return Dual.of(other) + -self

    def __mul__(self, other):
        other = Dual.of(other)
        return Dual(
            value=self.value * other.value,
            derivative=self.derivative * other.value + other.derivative * self.value,
        )

    def __rmul__(self, other):
        return Dual.of(other) * self

    def __pow__(self, n: float):
        return Dual(self.value**n, (self.value ** (n - 1) * n) * self.derivative)

    def __truediv__(self, other):
        return self * Dual.of(other) ** -1

    def __rtruediv__(self, other):
        return Dual.of(other) * self**-1


@singledispatch
def exp(x):
    return math.exp(x)


@exp.register
def _(x: Dual):
    return Dual(exp(x.value), x.derivative * exp(x.value))


@singledispatch
def log(x):
    return math.log(x)


@log.register
def _(x: Dual):
    return Dual(log(x.value), x.derivative * x.value**-1 if isinstance(x.value, Dual) else x.derivative / x.value)


@singledispatch
def tanh(x):
    return math.tanh(x)


@tanh.register
def _(x: Dual):
    y = tanh(x.value)
    return Dual(y, (1 - y) * (1 + y) * x.derivative)


@singledispatch
def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


@sigmoid.register
def _(x: Dual):
    y = sigmoid(x.value)
    return Dual(y, (y - y * y) * x.derivative)


def forward_gradient(f, inputs: NDArray) -> NDArray:
    def seeded(chosen: int) -> list[Dual]:
        return [Dual(float(v), 1.0 * (k == chosen)) for k, v in enumerate(inputs)]

    return np.array([f(*seeded(k)).derivative for k in range(len(inputs))], dtype=np.float64)

# %%
@dataclass
class ScaleGate:
    factor: float

    def forward(self, x):
        return self.factor * x

    def backward(self, upstream):
        return (self.factor * upstream,)


@dataclass
class ShiftGate:
    constant: float

    def forward(self, x):
        return x + self.constant

    def backward(self, upstream):
        return (upstream,)


@dataclass
class Gate:
    saved: tuple = field(default=(), repr=False)


class AddGate(Gate):
    def forward(self, a: NDArray, b: NDArray) -> NDArray:
        return a + b

    def backward(self, upstream: NDArray) -> tuple[NDArray, NDArray]:
        return upstream.copy(), upstream.copy()


class MultiplyGate(Gate):
    def forward(self, a, b):
        self.saved = (a, b)
        return a * b

    def backward(self, upstream):
        return tuple(upstream * other for other in reversed(self.saved))


class ExpGate(Gate):
    def forward(self, x):
        self.saved = (x,)
        return np.exp(x)

    def backward(self, upstream):
        (x,) = self.saved
        return (np.exp(x) * upstream,)


class ReciprocalGate(Gate):
    def forward(self, x):
        self.saved = (x,)
        return x**-1.0

    def backward(self, upstream):
        (x,) = self.saved
        return (-(x**-2.0) * upstream,)


class TanhGate(Gate):
    def forward(self, x):
        self.saved = (x,)
        return np.tanh(x)

    def backward(self, upstream):
        (x,) = self.saved
        return (upstream / np.cosh(x) ** 2,)


class MeanGate(Gate):
    def forward(self, x):
        self.saved = x.shape
        return np.asarray(x.mean())

    def backward(self, upstream):
        return (np.broadcast_to(upstream / math.prod(self.saved), self.saved),)

# %%
@dataclass
class Node:
    name: str
    gate: Any
    sources: tuple[str, ...]


class ComputationalGraph:
    def __init__(self) -> None:
        self.nodes: list[Node] = []

    def add(self, name: str, gate: Any, *inputs: str) -> None:
        self.nodes = [n for n in self.nodes if n.name != name] + [Node(name, gate, inputs)]

    def sorted_nodes(self) -> list[Node]:
        done: list[Node] = []
        todo = list(self.nodes)
        while todo:
            pending = {n.name for n in todo}
            done += [n for n in todo if pending.isdisjoint(n.sources)]
            todo = [n for n in todo if not pending.isdisjoint(n.sources)]
        return done

    def order(self) -> list[str]:
        return [n.name for n in self.sorted_nodes()]

    def forward(self, inputs: dict[str, Any]) -> dict[str, Any]:
        self.values = {**inputs}
        for node in self.sorted_nodes():
            self.values[node.name] = node.gate.forward(*(np.asarray(self.values[s], float) for s in node.sources))
        return self.values

    def backward(self, output: str, upstream: Any = None) -> dict[str, Any]:
        gradients = {k: np.zeros(np.shape(v)) for k, v in self.values.items()}
        gradients[output] = gradients[output] + (1 if upstream is None else upstream)
        for node in reversed(self.sorted_nodes()):
            for source, part in zip(node.sources, node.gate.backward(gradients[node.name]), strict=True):
                gradients[source] = np.add(gradients[source], part)
        return gradients

# %%
@dataclass(frozen=True)
class Linear:
    W: NDArray
    x: NDArray

    def jacobians(self) -> tuple[NDArray, NDArray]:
        m = len(self.W)
        return self.W, np.stack([np.outer(row, self.x) for row in np.eye(m)])

    def pull(self, v: NDArray) -> tuple[NDArray, NDArray]:
        return np.dot(v, self.W), np.multiply.outer(v, self.x)


def linear_jacobians(W, x):
    return Linear(W, x).jacobians()


def linear_vjp(W, x, v):
    return Linear(W, x).pull(v)


def _slope(x: NDArray) -> NDArray:
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2


def sigmoid_jacobian(x):
    return np.diagflat(_slope(x))


def sigmoid_vjp(x, v):
    return _slope(x) * v


def relu_jacobian(x):
    return np.diagflat(np.float64(x > 0))


def relu_vjp(x, v):
    return np.float64(x > 0) * v

# %%
@dataclass
class MatMulGate:
    def forward(self, x, w):
        self.x, self.w = x, w
        return x @ w

    def backward(self, upstream):
        return (upstream @ self.w.T, self.x.T @ upstream)


@dataclass
class AddRowGate:
    def forward(self, x, row):
        return x + row

    def backward(self, upstream):
        return (upstream, np.sum(upstream, axis=0))


def predict(params: list[tuple[NDArray, NDArray]], inputs: NDArray) -> NDArray:
    activations: NDArray = inputs
    for index, (W, b) in enumerate(params, start=1):
        activations = np.matmul(activations, W) + b[np.newaxis, :]
        if index < len(params):
            activations = np.tanh(activations)
    return activations


def mlp_graph(layers: int) -> ComputationalGraph:
    graph = ComputationalGraph()
    names = ["inputs", *(f"hidden {k}" for k in range(1, layers)), "predictions"]
    for k, (before, after) in enumerate(zip(names, names[1:]), start=1):
        graph.add(f"weighted {k}", MatMulGate(), before, f"W{k}")
        last = k == layers
        graph.add(after if last else f"sum {k}", AddRowGate(), f"weighted {k}", f"b{k}")
        if not last:
            graph.add(after, TanhGate(), f"sum {k}")
    graph.add("negative targets", ScaleGate(-1.0), "targets")
    graph.add("residual", AddGate(), "negative targets", "predictions")
    graph.add("squared", MultiplyGate(), "residual", "residual")
    graph.add("loss", MeanGate(), "squared")
    return graph

# %%
def first_and_second(f: Callable[[Dual], Dual], x: float) -> tuple[float, float]:
    both = f(Dual(Dual(x, 1.0), Dual(1.0, 0.0)))
    return both.derivative.value, both.derivative.derivative
