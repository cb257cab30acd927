# style: deutsche Namen, eigene Schichten für XOR, Ausgaben und Zeichnungen zwischen den Zellen

# %% [markdown]
# # Hausaufgabe: Aktivierungen und Verluste

# %%
%matplotlib inline
import numpy as np
import matplotlib.pyplot as plt

# %%
class Threshold(Module):
    def __init__(self, b):
        super().__init__()
        self.schwelle = b

    def update_output(self, input):
        self.output = 1.0 * (input > self.schwelle)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = 0.0 * input
        return self.grad_input

print("Schwelle:", Threshold(0).forward(np.array([-1.0, 2.0])))

# %%
class Sigmoid(Module):
    def update_output(self, input):
        with np.errstate(over="ignore"):
            self.output = 1 / (1 + np.exp(-input))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * (0.25 - (self.output - 0.5) ** 2)
        return self.grad_input

class Tanh(Module):
    def __init__(self):
        super().__init__()
        self.innen = Sigmoid()

    def update_output(self, input):
        self.output = 2 * self.innen.forward(2 * input) - 1
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = 4 * self.innen.backward(2 * input, grad_output)
        return self.grad_input

# %%
plt.plot(np.linspace(-3, 3), Sigmoid().forward(np.linspace(-3, 3)))
plt.show()

# %%
class GELU(Module):
    WURZEL = np.sqrt(2 / np.pi)

    def __init__(self, kind="exact"):
        super().__init__()
        self.art = kind
        self.tor = {"exact": self.genau, "tanh": self.mit_tanh, "sigmoid": self.mit_sigmoid}[kind]

    def genau(self, x):
        return (1 + erf(x / np.sqrt(2))) / 2, np.exp(-x ** 2 / 2) / np.sqrt(2 * np.pi)

    def mit_tanh(self, x):
        schicht = Tanh()
        s = self.WURZEL * (x + 0.044715 * x ** 3)
        t = schicht.forward(s)
        return (1 + t) / 2, schicht.backward(s, self.WURZEL * (1 + 0.134145 * x ** 2) / 2)

    def mit_sigmoid(self, x):
        schicht = Sigmoid()
        return schicht.forward(1.702 * x), schicht.backward(1.702 * x, 1.702 * np.ones_like(x))

    def update_output(self, input):
        self.output = input * self.tor(input)[0]
        return self.output

    def update_grad_input(self, input, grad_output):
        offen, steigung = self.tor(input)
        self.grad_input = grad_output * offen + grad_output * input * steigung
        return self.grad_input

# %%
class LogSoftmax(Module):
    def update_output(self, input):
        z = input - np.amax(input, axis=1, keepdims=True)
        self.output = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output - np.exp(self.output) * grad_output.sum(axis=1, keepdims=True)
        return self.grad_input

class CrossEntropyCriterion(Criterion):
    def __init__(self, weights=None):
        super().__init__()
        self.gewichte = weights
        self.schicht = LogSoftmax()

    def anteile(self, target):
        g = np.ones(target.shape) if self.gewichte is None else self.gewichte[target]
        return g / g.sum()

    def update_output(self, input, target):
        log_p = self.schicht.forward(input)
        self.output = -sum(a * zeile[c] for a, zeile, c in zip(self.anteile(target), log_p, target))
        return self.output

    def update_grad_input(self, input, target):
        g = np.zeros(input.shape)
        for i, (a, c) in enumerate(zip(self.anteile(target), target)):
            g[i, c] = -a
        self.schicht.forward(input)
        self.grad_input = self.schicht.backward(input, g)
        return self.grad_input

# %%
class BCECriterion(Criterion):
    def beschnitten(self, p):
        return p.clip(1e-12, 1 - 1e-12)

    def update_output(self, input, target):
        p = self.beschnitten(input)
        self.output = np.mean(-target * np.log(p) - (1 - target) * np.log(1 - p))
        return self.output

    def update_grad_input(self, input, target):
        p = self.beschnitten(input)
        self.grad_input = (p - target) / p / (1 - p) / p.size
        return self.grad_input

class BCEWithLogitsCriterion(Criterion):
    def update_output(self, input, target):
        ja, nein = np.logaddexp(0, -input), np.logaddexp(0, input)
        self.output = np.mean(target * ja + (1 - target) * nein)
        return self.output

    def update_grad_input(self, input, target):
        p = Sigmoid().forward(input)
        self.grad_input = (-target * (1 - p) + (1 - target) * p) / p.size
        return self.grad_input

# %%
class Linear(Module):
    def __init__(self, W, b):
        super().__init__()
        self.W, self.b = W, b

    def update_output(self, input):
        self.output = input @ self.W + self.b
        return self.output

    def update_grad_input(self, input, grad_output):
        self.gradienten = [input.T @ grad_output, grad_output.sum(axis=0)]
        self.grad_input = grad_output @ self.W.T
        return self.grad_input

def netz(params):
    return [Linear(params[0], params[1]), Tanh(), Linear(params[2], params[3])]

def vorwaerts(schichten, x):
    eingaben = []
    for schicht in schichten:
        eingaben.append(x)
        x = schicht.forward(x)
    return x, eingaben

def merge_linear(W1, b1, W2, b2):
    return W1 @ W2, Linear(W2, b2).forward(b1)

def predict(params, inputs):
    return vorwaerts(netz(params), inputs)[0]

def loss_and_gradients(params, inputs, targets):
    schichten, verlust = netz(params), BCEWithLogitsCriterion()
    z, eingaben = vorwaerts(schichten, inputs)
    L = verlust.forward(z, targets)
    g = verlust.backward(z, targets)
    for schicht, x in reversed(list(zip(schichten, eingaben))):
        g = schicht.backward(x, g)
    return L, schichten[0].gradienten + schichten[2].gradienten

def train(params, inputs, targets, learning_rate, steps):
    verluste = []
    for schritt in range(steps):
        L, gradienten = loss_and_gradients(params, inputs, targets)
        verluste += [L]
        params = [p - learning_rate * g for p, g in zip(params, gradienten)]
    return params, verluste
