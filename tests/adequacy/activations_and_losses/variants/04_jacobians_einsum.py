# style: whole Jacobians and einsum, in many small cells, with type hints

# %%
import numpy as np
from typing import List, Optional, Tuple

Array = np.ndarray

# %%
def vjp(grad_output: Array, slopes: Array) -> Array:
    """Vector times the diagonal Jacobian of an element-wise function, built in full."""
    g, d = grad_output.reshape(-1), slopes.reshape(-1)
    return np.einsum("k,kj->j", g, np.diag(d)).reshape(grad_output.shape)

# %%
class Threshold(Module):
    def __init__(self, b: float) -> None:
        super().__init__()
        self.b = float(b)

    def update_output(self, input: Array) -> Array:
        self.output = np.greater(input, self.b).astype("float64")
        return self.output

    def update_grad_input(self, input: Array, grad_output: Array) -> Array:
        self.grad_input = vjp(grad_output, np.zeros(input.shape))
        return self.grad_input

# %%
class Sigmoid(Module):
    def update_output(self, input: Array) -> Array:
        self.output = np.exp(-np.logaddexp(0.0, -input))
        return self.output

    def update_grad_input(self, input: Array, grad_output: Array) -> Array:
        self.grad_input = vjp(grad_output, self.output * (1.0 - self.output))
        return self.grad_input

# %%
class Tanh(Module):
    def update_output(self, input: Array) -> Array:
        e = np.exp(-2.0 * np.abs(input))
        self.output = np.sign(input) * (1.0 - e) / (1.0 + e)
        return self.output

    def update_grad_input(self, input: Array, grad_output: Array) -> Array:
        self.grad_input = vjp(grad_output, 1.0 - self.output * self.output)
        return self.grad_input

# %%
class GELU(Module):
    def __init__(self, kind: str = "exact") -> None:
        super().__init__()
        assert kind in ("exact", "tanh", "sigmoid")
        self.kind = kind

    def update_output(self, input: Array) -> Array:
        x = input
        if self.kind == "exact":
            self.gate = 0.5 * (1.0 + erf(x / np.sqrt(2.0)))
            self.gate_slope = np.exp(-x**2 / 2.0) / np.sqrt(2.0 * np.pi)
        elif self.kind == "tanh":
            layer = Tanh()
            u = np.sqrt(2.0 / np.pi) * (x + 0.044715 * np.power(x, 3))
            self.gate = 0.5 + 0.5 * layer.forward(u)
            du = np.sqrt(2.0 / np.pi) * (1.0 + 0.134145 * np.power(x, 2))
            self.gate_slope = layer.backward(u, 0.5 * du) if x.size < 500 else None
        else:
            layer = Sigmoid()
            self.gate = layer.forward(1.702 * x)
            self.gate_slope = layer.backward(1.702 * x, np.full(x.shape, 1.702))
        self.output = np.einsum("...,...->...", x, self.gate)
        return self.output

    def update_grad_input(self, input: Array, grad_output: Array) -> Array:
        self.grad_input = vjp(grad_output, self.gate + input * self.gate_slope)
        return self.grad_input

# %%
class CrossEntropyCriterion(Criterion):
    def __init__(self, weights: Optional[Array] = None) -> None:
        super().__init__()
        self.weights = weights

    def sample_weights(self, target: Array, K: int) -> Array:
        weights = np.ones(K) if self.weights is None else np.asarray(self.weights)
        chosen = np.einsum("nk,k->n", np.eye(K)[target], weights)
        return chosen / chosen.sum()

    def update_output(self, input: Array, target: Array) -> float:
        top = input.max(axis=1)
        log_norm = top + np.log(np.exp(input - top[:, None]).sum(axis=1))
        right = np.einsum("nk,nk->n", np.eye(input.shape[1])[target], input)
        self.output = float(np.dot(self.sample_weights(target, input.shape[1]), log_norm - right))
        return self.output

    def update_grad_input(self, input: Array, target: Array) -> Array:
        N, K = input.shape
        powers = np.exp(input - input.max(axis=1, keepdims=True))
        p = powers / powers.sum(axis=1, keepdims=True)
        # d(loss)/d(log p), then the Jacobian of log-softmax, of shape (N, K, K)
        upstream = -np.einsum("n,nk->nk", self.sample_weights(target, K), np.eye(K)[target])
        jacobian = np.eye(K)[None] - p[:, None, :]
        self.grad_input = np.einsum("ns,nsk->nk", upstream, jacobian)
        return self.grad_input

# %%
EPSILON = 1e-12

class BCECriterion(Criterion):
    def update_output(self, input: Array, target: Array) -> float:
        p = np.minimum(np.maximum(input, EPSILON), 1 - EPSILON)
        n, k = p.shape
        self.output = -float(np.einsum("nk,nk->", target, np.log(p)) + np.einsum("nk,nk->", 1 - target, np.log1p(-p))) / (n * k)
        return self.output

    def update_grad_input(self, input: Array, target: Array) -> Array:
        p = np.minimum(np.maximum(input, EPSILON), 1 - EPSILON)
        n, k = p.shape
        self.grad_input = ((1 - target) / (1 - p) - target / p) / (n * k)
        return self.grad_input

# %%
class BCEWithLogitsCriterion(Criterion):
    def update_output(self, input: Array, target: Array) -> float:
        self.output = float(np.mean(np.logaddexp(0.0, input) - input * target))
        return self.output

    def update_grad_input(self, input: Array, target: Array) -> Array:
        self.grad_input = (np.exp(-np.logaddexp(0.0, -input)) - target) / input.size
        return self.grad_input

# %%
def merge_linear(W1: Array, b1: Array, W2: Array, b2: Array) -> Tuple[Array, Array]:
    return np.einsum("ij,jk->ik", W1, W2), np.einsum("j,jk->k", b1, W2) + b2

# %%
def predict(params: List[Array], inputs: Array) -> Array:
    hidden = np.tanh(np.einsum("ni,ij->nj", inputs, params[0]) + params[1])
    return np.einsum("nj,jk->nk", hidden, params[2]) + params[3]

# %%
def loss_and_gradients(params: List[Array], inputs: Array, targets: Array):
    hidden = np.tanh(np.einsum("ni,ij->nj", inputs, params[0]) + params[1])
    logits = np.einsum("nj,jk->nk", hidden, params[2]) + params[3]
    criterion = BCEWithLogitsCriterion()
    loss = criterion.forward(logits, targets)
    G = criterion.backward(logits, targets)
    S = np.einsum("nk,jk,nj->nj", G, params[2], 1 - hidden**2)
    return loss, (
        np.einsum("ni,nj->ij", inputs, S),
        np.einsum("nj->j", S),
        np.einsum("nj,nk->jk", hidden, G),
        np.einsum("nk->k", G),
    )

# %%
def train(params, inputs, targets, learning_rate, steps):
    current = tuple(np.array(p, dtype=float) for p in params)
    history = np.empty(steps)
    for step in range(steps):
        history[step], gradients = loss_and_gradients(current, inputs, targets)
        current = tuple(p - learning_rate * g for p, g in zip(current, gradients))
    return current, history
