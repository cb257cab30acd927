# style: masks, out arguments, work arrays that are used again, np.select; redefined further down

# %%
import numpy as np
import warnings

# %%
class Threshold(Module):
    def __init__(self, b):
        super(Threshold, self).__init__()
        self.b = b

    def update_output(self, input):
        self.output = np.zeros(input.shape)
        self.output[input > self.b] = 1
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.zeros(input.shape)
        return self.grad_input

    def __repr__(self):
        return "Threshold(%g)" % self.b

# %%
class Sigmoid(Module):
    def update_output(self, input):
        out = np.negative(np.abs(input))
        np.exp(out, out=out)
        upper = np.ones_like(out)
        np.copyto(upper, out, where=input < 0)
        out += 1
        self.output = np.divide(upper, out)
        return self.output

    def update_grad_input(self, input, grad_output):
        work = 1.0 - self.output
        work *= self.output
        work *= grad_output
        self.grad_input = work
        return work

# %%
class Tanh(Module):
    def update_output(self, input):
        self.output = np.tanh(input, out=np.empty(input.shape))
        return self.output

    def update_grad_input(self, input, grad_output):
        work = np.square(self.output)
        np.subtract(1.0, work, out=work)
        np.multiply(work, grad_output, out=work)
        self.grad_input = work
        return self.grad_input

# %%
class GELU(Module):
    def __init__(self, kind="exact"):
        super().__init__()
        self.kind = kind
        self.slopes = None

    def update_output(self, input):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            root = np.sqrt(2 / np.pi)
            x = np.clip(input, -50.0, 50.0)  # beyond, the gate is 0 or 1
            t = np.tanh(root * (x + 0.044715 * x**3))
            s = 1 / (1 + np.exp(-1.702 * x))
            kinds = ["exact", "tanh", "sigmoid"]
            gates = [(1 + erf(x / np.sqrt(2))) / 2, (1 + t) / 2, s]
            bells = [
                np.exp(-x * x / 2) / np.sqrt(2 * np.pi),
                (1 - t * t) * root * (1 + 3 * 0.044715 * x * x) / 2,
                1.702 * s * (1 - s),
            ]
            which = [np.full(x.shape, self.kind == kind) for kind in kinds]
            gate = np.select(which, gates)
            self.slopes = gate + x * np.select(which, bells)
            self.output = input * gate
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = self.slopes * grad_output
        return self.grad_input

# %%
class CrossEntropyCriterion(Criterion):
    def __init__(self, weights=None):
        super().__init__()
        self.weights = weights

    def update_output(self, input, target):
        work = np.array(input, dtype=float)
        work -= work.max(axis=1, keepdims=True)
        picked = work[range(len(work)), target].copy()
        np.exp(work, out=work)
        sums = work.sum(axis=1)
        losses = np.log(sums) - picked
        if self.weights is None:
            self.output = losses.sum() / losses.size
        else:
            each = np.array([self.weights[c] for c in target])
            self.output = (losses * each).sum() / each.sum()
        return self.output

    def update_grad_input(self, input, target):
        work = np.array(input, dtype=float)
        work -= work.max(axis=1, keepdims=True)
        np.exp(work, out=work)
        work /= work.sum(axis=1, keepdims=True)
        for i, c in enumerate(target):
            work[i, c] -= 1
        if self.weights is None:
            work /= len(target)
        else:
            each = np.array([self.weights[c] for c in target])
            work *= (each / each.sum())[:, np.newaxis]
        self.grad_input = work
        return self.grad_input

# %%
class BCECriterion(Criterion):
    def update_output(self, input, target):
        p = input.copy()
        p[p < 1e-12] = 1e-12
        p[p > 1 - 1e-12] = 1 - 1e-12
        yes = target == 1
        self.output = -(np.log(p[yes]).sum() + np.log(1 - p[~yes]).sum()) / p.size
        return self.output

    def update_grad_input(self, input, target):
        p = input.copy()
        p[p < 1e-12] = 1e-12
        p[p > 1 - 1e-12] = 1 - 1e-12
        yes = target == 1
        gradient = np.empty(p.shape)
        gradient[yes] = -1 / p[yes]
        gradient[~yes] = 1 / (1 - p[~yes])
        gradient /= p.size
        self.grad_input = gradient
        return gradient

class BCEWithLogitsCriterion(Criterion):
    pass

# %%
class BCEWithLogitsCriterion(Criterion):
    """Once more, finished."""

    def update_output(self, input, target):
        wrong = np.where(target == 1, -input, input)  # how far on the wrong side
        loss = np.log1p(np.exp(-np.abs(wrong)))
        loss[wrong > 0] += wrong[wrong > 0]
        self.output = loss.mean()
        return self.output

    def update_grad_input(self, input, target):
        gradient = Sigmoid().forward(input)
        gradient -= target
        gradient /= gradient.size
        self.grad_input = gradient
        return self.grad_input

# %%
def merge_linear(W1, b1, W2, b2):
    stacked = np.vstack([W1, b1]) @ W2
    return [stacked[:-1], stacked[-1] + b2]

def predict(params, inputs):
    W1, b1, W2, b2 = (np.asarray(p) for p in params)
    ones = np.ones((len(inputs), 1))
    hidden = Tanh().forward(np.hstack([inputs, ones]) @ np.vstack([W1, b1]))
    return np.hstack([hidden, ones]) @ np.vstack([W2, b2])

def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = (np.asarray(p) for p in params)
    ones = np.ones((len(inputs), 1))
    x = np.hstack([inputs, ones])
    tanh = Tanh()
    sums = x @ np.vstack([W1, b1])
    h = np.hstack([tanh.forward(sums), ones])
    logits = h @ np.vstack([W2, b2])
    criterion = BCEWithLogitsCriterion()
    loss = criterion.forward(logits, targets)
    up = criterion.backward(logits, targets)
    second = h.T @ up
    first = x.T @ tanh.backward(sums, up @ W2.T)
    return [loss, [first[:-1], first[-1], second[:-1], second[-1]]]

def train(params, inputs, targets, learning_rate, steps):
    params = [np.array(p, dtype=float) for p in params]
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(float(loss))
        for p, g in zip(params, gradients):
            p -= learning_rate * g
    return [params, losses]
