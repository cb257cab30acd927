# style: vectorised NumPy with one-hot arrays, backward recomputes from the input, nothing is kept

# %%
import numpy as np

# %%
class Threshold(Module):
    def __init__(self, b):
        Module.__init__(self)
        self.threshold = b

    def update_output(self, input):
        self.output = np.heaviside(input - self.threshold, 0)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.zeros_like(grad_output)
        return self.grad_input

# %%
def sigma(x):
    result = np.empty(x.shape)
    positive = x >= 0
    result[positive] = 1 / (1 + np.exp(-x[positive]))
    result[~positive] = np.exp(x[~positive]) / (1 + np.exp(x[~positive]))
    return result

class Sigmoid(Module):
    def update_output(self, input):
        self.output = sigma(input)
        return self.output

    def update_grad_input(self, input, grad_output):
        s = sigma(input)
        self.grad_input = grad_output * (s - s ** 2)
        return self.grad_input

class Tanh(Module):
    def update_output(self, input):
        self.output = 2 * sigma(2 * input) - 1
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * 4 * sigma(2 * input) * sigma(-2 * input)
        return self.grad_input

# %%
class GELU(Module):
    def __init__(self, kind="exact"):
        super().__init__()
        self.kind = kind

    def Phi(self, x):
        return 0.5 + 0.5 * erf(x / 2 ** 0.5)

    def phi(self, x):
        return np.exp(-0.5 * x * x) * (2 * np.pi) ** -0.5

    def update_output(self, input):
        x = input
        if self.kind == "exact":
            self.output = x * self.Phi(x)
        if self.kind == "tanh":
            self.output = 0.5 * x * (1 + np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x ** 3)))
        if self.kind == "sigmoid":
            self.output = x * sigma(1.702 * x)
        return self.output

    def update_grad_input(self, input, grad_output):
        x = input
        if self.kind == "exact":
            d = self.Phi(x) + x * self.phi(x)
        if self.kind == "tanh":
            t = np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x ** 3))
            d = 0.5 * (1 + t) + 0.5 * x * (1 - t ** 2) * (2 / np.pi) ** 0.5 * (1 + 0.134145 * x ** 2)
        if self.kind == "sigmoid":
            s = sigma(1.702 * x)
            d = s + 1.702 * x * s * (1 - s)
        self.grad_input = grad_output * d
        return self.grad_input

# %%
class CrossEntropyCriterion(Criterion):
    def __init__(self, weights=None):
        super().__init__()
        self.weights = weights

    def parts(self, input, target):
        N, K = input.shape
        hot = np.zeros((N, K))
        hot[np.arange(N), target] = 1
        if self.weights is not None:
            w = hot @ self.weights
        else:
            w = np.ones(N)
        z = input - input.max(axis=1)[:, None]
        log_p = z - np.log(np.exp(z).sum(axis=1))[:, None]
        return hot, w / w.sum(), log_p

    def update_output(self, input, target):
        hot, w, log_p = self.parts(input, target)
        self.output = -(w[:, None] * hot * log_p).sum()
        return self.output

    def update_grad_input(self, input, target):
        hot, w, log_p = self.parts(input, target)
        self.grad_input = w[:, None] * (np.exp(log_p) - hot)
        return self.grad_input

# %%
class BCECriterion(Criterion):
    def update_output(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.output = -(target * np.log(p) + (1 - target) * np.log(1 - p)).mean()
        return self.output

    def update_grad_input(self, input, target):
        p = np.clip(input, 1e-12, 1 - 1e-12)
        self.grad_input = -(target / p - (1 - target) / (1 - p)) / p.size
        return self.grad_input

class BCEWithLogitsCriterion(Criterion):
    def update_output(self, input, target):
        x = input
        self.output = (np.maximum(x, 0) - x * target + np.log(1 + np.exp(-abs(x)))).mean()
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = (sigma(input) - target) / input.size
        return self.grad_input

# %%
def merge_linear(W1, b1, W2, b2):
    W = W1.dot(W2)
    b = b1.dot(W2) + b2
    return W, b

def predict(params, inputs):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs.dot(W1) + b1)
    return H.dot(W2) + b2

def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs.dot(W1) + b1)
    Z = H.dot(W2) + b2
    loss = BCEWithLogitsCriterion().forward(Z, targets)
    dZ = BCEWithLogitsCriterion().backward(Z, targets)
    dW2 = H.T.dot(dZ)
    db2 = dZ.sum(axis=0)
    dS = dZ.dot(W2.T) * (1 - H ** 2)
    return loss, [inputs.T.dot(dS), dS.sum(axis=0), dW2, db2]

def train(params, inputs, targets, learning_rate, steps):
    params = list(params)
    losses = []
    for step in range(steps):
        loss, grads = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        for i in range(4):
            params[i] = params[i] - learning_rate * grads[i]
    return params, losses
