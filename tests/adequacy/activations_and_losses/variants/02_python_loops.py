# style: plain Python numbers and loops with the math module, no broadcasting at all

# %%
import math
import numpy as np

def each(f, *arrays):
    shape = arrays[0].shape
    flat = [f(*map(float, values)) for values in zip(*(a.ravel() for a in arrays))]
    return np.array(flat).reshape(shape)

def soft_step(x):
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    e = math.exp(x)
    return e / (1 + e)

# %%
class Threshold(Module):
    def __init__(self, b):
        super().__init__()
        self.b = b
    def update_output(self, input):
        self.output = each(lambda x: 1 if x > self.b else 0, input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = each(lambda x: 0, input)
        return self.grad_input

# %%
class Sigmoid(Module):
    def update_output(self, input):
        self.output = each(soft_step, input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = each(lambda y, g: g * y * (1 - y), self.output, grad_output)
        return self.grad_input

class Tanh(Module):
    def update_output(self, input):
        self.output = each(math.tanh, input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = each(lambda y, g: g * (1 + y) * (1 - y), self.output, grad_output)
        return self.grad_input

# %%
def gelu_exact(x):
    gate = math.erfc(-x / math.sqrt(2)) / 2
    return x * gate, gate + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

def gelu_tanh(x):
    c = math.sqrt(2 / math.pi)
    t = math.tanh(c * (x + 0.044715 * x * x * x))
    return x * (1 + t) / 2, (1 + t) / 2 + x / 2 * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x)

def gelu_sigmoid(x):
    s = soft_step(1.702 * x)
    return x * s, s * (1 + 1.702 * x * (1 - s))

class GELU(Module):
    def __init__(self, kind="exact"):
        super().__init__()
        self.rule = {"exact": gelu_exact, "tanh": gelu_tanh, "sigmoid": gelu_sigmoid}[kind]
    def update_output(self, input):
        self.output = each(lambda x: self.rule(x)[0], input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = each(lambda x, g: g * self.rule(x)[1], input, grad_output)
        return self.grad_input

# %%
class CrossEntropyCriterion(Criterion):
    def __init__(self, weights=None):
        super().__init__()
        self.weights = weights
    def weight(self, c):
        return 1.0 if self.weights is None else float(self.weights[c])
    def update_output(self, input, target):
        total = below = 0.0
        for row, c in zip(input.tolist(), target.tolist()):
            m = max(row)
            loss = math.log(sum(math.exp(x - m) for x in row)) + m - row[c]
            total += self.weight(c) * loss
            below += self.weight(c)
        self.output = total / below
        return self.output
    def update_grad_input(self, input, target):
        below = sum(self.weight(c) for c in target.tolist())
        rows = []
        for row, c in zip(input.tolist(), target.tolist()):
            m = max(row)
            e = [math.exp(x - m) for x in row]
            rows.append([self.weight(c) / below * (e[k] / sum(e) - (1 if k == c else 0)) for k in range(len(row))])
        self.grad_input = np.array(rows)
        return self.grad_input

# %%
def clipped(p):
    return min(max(p, 1e-12), 1 - 1e-12)

class BCECriterion(Criterion):
    def update_output(self, input, target):
        loss = lambda p, t: -math.log(clipped(p)) if t else -math.log(1 - clipped(p))
        self.output = float(each(loss, input, target).mean())
        return self.output
    def update_grad_input(self, input, target):
        slope = lambda p, t: -1 / clipped(p) if t else 1 / (1 - clipped(p))
        self.grad_input = each(slope, input, target) / input.size
        return self.grad_input

class BCEWithLogitsCriterion(Criterion):
    def update_output(self, input, target):
        def loss(x, t):
            x = -x if t else x
            return x + math.log1p(math.exp(-x)) if x > 0 else math.log1p(math.exp(x))
        self.output = float(each(loss, input, target).mean())
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = each(lambda x, t: (soft_step(x) - t) / input.size, input, target)
        return self.grad_input

# %%
def layer(x, W, b):
    return [[sum(row[i] * W[i][k] for i in range(len(W))) + b[k] for k in range(len(b))] for row in x]

def merge_linear(W1, b1, W2, b2):
    W = [[sum(W1[i][j] * W2[j][k] for j in range(len(W2))) for k in range(len(b2))] for i in range(len(W1))]
    return np.array(W), np.array(layer([b1], W2, b2)[0])

def predict(params, inputs):
    W1, b1, W2, b2 = [p.tolist() for p in params]
    hidden = [[math.tanh(s) for s in row] for row in layer(inputs.tolist(), W1, b1)]
    return np.array(layer(hidden, W2, b2))

def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = [p.tolist() for p in params]
    dW1, db1, dW2, db2 = [np.zeros(p.shape) for p in params]
    loss, count = 0.0, targets.size
    for x, t in zip(inputs.tolist(), targets.tolist()):
        h = [math.tanh(s) for s in layer([x], W1, b1)[0]]
        z = layer([h], W2, b2)[0]
        dh = [0.0] * len(h)
        for k in range(len(z)):
            loss += (max(z[k], 0) - z[k] * t[k] + math.log1p(math.exp(-abs(z[k])))) / count
            g = (soft_step(z[k]) - t[k]) / count
            db2[k] += g
            for j in range(len(h)):
                dW2[j, k] += h[j] * g
                dh[j] += W2[j][k] * g
        for j in range(len(h)):
            g = dh[j] * (1 - h[j] ** 2)
            db1[j] += g
            for i in range(len(x)):
                dW1[i, j] += x[i] * g
    return loss, [dW1, db1, dW2, db2]

def train(params, inputs, targets, learning_rate, steps):
    losses = []
    while len(losses) < steps:
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        params = [p - learning_rate * g for p, g in zip(params, gradients)]
    return params, losses
