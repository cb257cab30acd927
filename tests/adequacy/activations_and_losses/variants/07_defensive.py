# style: defensive: every argument is checked for what the text promises of it, results as well

# %%
import numpy as np


def need(condition, text):
    if not condition:
        raise ValueError(text)


def check_array(x, what="input"):
    need(isinstance(x, np.ndarray), what + " is no array")
    need(x.dtype.kind == "f", what + " holds no floats")
    need(not np.isnan(x).any(), what + " holds nan")


def check_pair(input, grad_output):
    check_array(input)
    check_array(grad_output, "grad_output")
    need(input.shape == grad_output.shape, "grad_output has another shape than input")


# %%
class Threshold(Module):
    def __init__(self, b):
        super().__init__()
        need(isinstance(b, (int, float)), "b has to be a number")
        self.b = b

    def update_output(self, input):
        check_array(input)
        self.output = (input > self.b).astype(float)
        return self.output

    def update_grad_input(self, input, grad_output):
        check_pair(input, grad_output)
        self.grad_input = np.zeros(input.shape)
        return self.grad_input

# %%
def stable_sigmoid(x):
    small = np.exp(-np.abs(x))
    p = np.where(x >= 0, 1 / (1 + small), small / (1 + small))
    assert ((p >= 0) & (p <= 1)).all()
    return p

class Sigmoid(Module):
    def update_output(self, input):
        check_array(input)
        self.output = stable_sigmoid(input)
        return self.output

    def update_grad_input(self, input, grad_output):
        check_pair(input, grad_output)
        self.grad_input = grad_output * stable_sigmoid(input) * stable_sigmoid(-input)
        assert self.grad_input.shape == input.shape
        return self.grad_input

class Tanh(Module):
    def update_output(self, input):
        check_array(input)
        self.output = np.tanh(input)
        return self.output

    def update_grad_input(self, input, grad_output):
        check_pair(input, grad_output)
        self.grad_input = grad_output * 4 * stable_sigmoid(2 * input) * stable_sigmoid(-2 * input)
        return self.grad_input

# %%
class GELU(Module):
    KINDS = ("exact", "tanh", "sigmoid")

    def __init__(self, kind="exact"):
        super().__init__()
        need(kind in self.KINDS, "kind has to be one of %s" % (self.KINDS,))
        self.kind = kind

    def gate(self, x):
        """The gate and its derivative."""
        if self.kind == "exact":
            return (1 + erf(x / np.sqrt(2))) / 2, np.exp(-x**2 / 2) / np.sqrt(2 * np.pi)
        if self.kind == "tanh":
            c = np.sqrt(2 / np.pi)
            t = np.tanh(c * (x + 0.044715 * x**3))
            return (1 + t) / 2, (1 - t**2) / 2 * c * (1 + 3 * 0.044715 * x**2)
        s = stable_sigmoid(1.702 * x)
        return s, 1.702 * s * (1 - s)

    def update_output(self, input):
        check_array(input)
        self.output = input * self.gate(input)[0]
        return self.output

    def update_grad_input(self, input, grad_output):
        check_pair(input, grad_output)
        value, slope = self.gate(input)
        self.grad_input = grad_output * (value + input * slope)
        assert self.grad_input.shape == input.shape
        return self.grad_input

# %%
class CrossEntropyCriterion(Criterion):
    def __init__(self, weights=None):
        super().__init__()
        if weights is not None:
            need(np.ndim(weights) == 1, "one weight for each class")
            need((np.asarray(weights) >= 0).all(), "weights are not negative")
        self.weights = weights

    def checked(self, input, target):
        check_array(input)
        need(input.ndim == 2, "logits have two axes")
        n, k = input.shape
        need(isinstance(target, np.ndarray) and target.shape == (n,), "one label for each row")
        need(np.issubdtype(target.dtype, np.integer), "labels are integers")
        need(((0 <= target) & (target < k)).all(), "labels count from 0")
        need(self.weights is None or len(self.weights) == k, "as many weights as classes")
        each = np.ones(k) if self.weights is None else np.asarray(self.weights, dtype=float)
        w = each[target]
        need(w.sum() > 0, "no example counts")
        logits = input - input.max(axis=1, keepdims=True)
        log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        assert (log_p <= 0).all()
        return w / w.sum(), log_p

    def update_output(self, input, target):
        w, log_p = self.checked(input, target)
        self.output = float(-np.sum(w * log_p[np.arange(len(target)), target]))
        return self.output

    def update_grad_input(self, input, target):
        w, log_p = self.checked(input, target)
        p = np.exp(log_p)
        np.testing.assert_allclose(p.sum(axis=1), 1)
        p[np.arange(len(target)), target] -= 1
        self.grad_input = w[:, None] * p
        return self.grad_input

# %%
def check_questions(input, target):
    check_array(input)
    need(input.ndim == 2 and np.shape(target) == input.shape, "one answer for each question")
    need(np.isin(target, (0, 1)).all(), "answers are 0 or 1")

class BCECriterion(Criterion):
    def update_output(self, input, target):
        check_questions(input, target)
        need(((0 <= input) & (input <= 1)).all(), "probabilities lie between 0 and 1")
        p = np.clip(input, self.EPS if hasattr(self, "EPS") else 1e-12, 1 - 1e-12)
        self.output = float(-np.mean(target * np.log(p) + (1 - target) * np.log(1 - p)))
        return self.output

    def update_grad_input(self, input, target):
        check_questions(input, target)
        need(((0 <= input) & (input <= 1)).all(), "probabilities lie between 0 and 1")
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.grad_input = ((1 - target) / (1 - p) - target / p) / input.size
        return self.grad_input

class BCEWithLogitsCriterion(Criterion):
    def update_output(self, input, target):
        check_questions(input, target)
        self.output = float(np.mean(np.logaddexp(0, input) - target * input))
        assert self.output >= 0
        return self.output

    def update_grad_input(self, input, target):
        check_questions(input, target)
        self.grad_input = (stable_sigmoid(input) - target) / input.size
        return self.grad_input

# %%
def check_layers(W1, b1, W2, b2):
    for W, b in ((W1, b1), (W2, b2)):
        need(W.ndim == 2 and b.shape == (W.shape[1],), "W and b do not belong together")
    need(W1.shape[1] == W2.shape[0], "the layers do not fit together")

def merge_linear(W1, b1, W2, b2):
    check_layers(W1, b1, W2, b2)
    return W1 @ W2, b1 @ W2 + b2

def hidden(params, inputs):
    need(len(params) == 4, "four parameters are needed")
    check_layers(*params)
    check_array(inputs, "inputs")
    need(inputs.ndim == 2 and inputs.shape[1] == params[0].shape[0], "inputs of another size")
    return np.tanh(inputs @ params[0] + params[1])

def predict(params, inputs):
    return hidden(params, inputs) @ params[2] + params[3]

def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    h = hidden(params, inputs)
    z = h @ W2 + b2
    criterion = BCEWithLogitsCriterion()
    loss = criterion.forward(z, targets)
    dz = criterion.backward(z, targets)
    ds = dz @ W2.T * (1 - h**2)
    gradients = [inputs.T @ ds, ds.sum(axis=0), h.T @ dz, dz.sum(axis=0)]
    for p, g in zip(params, gradients):
        assert p.shape == g.shape
    return loss, gradients

def train(params, inputs, targets, learning_rate, steps):
    need(learning_rate > 0, "the learning rate has to be positive")
    need(steps == int(steps) and steps >= 1, "at least one step")
    params = [np.array(p, dtype=float) for p in params]
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        params = [p - learning_rate * g for p, g in zip(params, gradients)]
    assert len(losses) == steps
    return params, losses
