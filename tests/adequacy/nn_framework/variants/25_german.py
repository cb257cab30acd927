# style: explanations and docstrings in German

# %% [markdown]
# # Hausaufgabe: Neuronale Netze – „Bausteine“
# Lösung mit Erklärungen auf Deutsch. Für die Übungsgruppe, größtenteils vektorisiert.

# %%
import numpy as np

# %%
class Sequential(Module):
    """Führt die Schichten nacheinander aus."""
    def __init__(self):
        super().__init__()
        self.modules = []
        self.eingaben = []
    def add(self, module):
        """Hängt eine Schicht an."""
        self.modules.append(module)
    def update_output(self, input):
        # Eingaben der Schichten merken, sonst geht der Rückwärtslauf schief!
        self.eingaben = []
        größe = input
        for schicht in self.modules:
            self.eingaben.append(größe)
            größe = schicht.forward(größe)
        self.output = größe
        return self.output
    def backward(self, input, grad_output):
        rückfluss = grad_output
        for schicht, eingabe in zip(reversed(self.modules), reversed(self.eingaben)):
            rückfluss = schicht.backward(eingabe, rückfluss)
        self.grad_input = rückfluss
        return self.grad_input
    def zero_grad_params(self):
        for schicht in self.modules: schicht.zero_grad_params()
    def get_parameters(self):
        return [schicht.get_parameters() for schicht in self.modules]
    def get_grad_params(self):
        return [schicht.get_grad_params() for schicht in self.modules]
    def train(self):
        self.training = True
        for schicht in self.modules: schicht.train()
    def evaluate(self):
        self.training = False
        for schicht in self.modules: schicht.evaluate()
    def __getitem__(self, nr): return self.modules[nr]
    def __repr__(self): return ' → '.join(repr(s) for s in self.modules)

# %%
class Linear(Module):
    """Lineare Schicht: y = xW + b"""
    def __init__(self, n_in, n_out):
        super().__init__()
        grenze = 1. / np.sqrt(n_in)
        self.W = np.random.uniform(-grenze, grenze, size=(n_in, n_out))
        self.b = np.random.uniform(-grenze, grenze, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    def update_output(self, input):
        self.output = input @ self.W + self.b
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output @ self.W.T   # Kettenregel
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        anzahl = len(input)
        self.gradW = anzahl * np.mean(input[:, :, None] * grad_output[:, None, :], axis=0)
        self.gradb = anzahl * np.mean(grad_output, axis=0)   # Summe, nicht Mittelwert
    def zero_grad_params(self):
        self.gradW.fill(0)
        self.gradb.fill(0)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]
    def __repr__(self): return 'Linear(%d×%d)' % self.W.shape

# %%
class SoftMax(Module):
    """Zeilenweise; das Maximum wird abgezogen (Überlauf!)."""
    def update_output(self, input):
        verschoben = input - np.max(input, axis=1, keepdims=True)
        zähler = np.exp(verschoben)
        nenner = zähler.sum(axis=1, keepdims=True)
        self.output = zähler / nenner
        return self.output
    def update_grad_input(self, input, grad_output):
        a = self.output
        K = a.shape[1]
        δ = np.eye(K)
        # ∂a_k/∂x_s = a_k (δ_ks − a_s)
        jacobi = np.einsum('nk,nks->nks', a, δ[None] - a[:, None, :])
        self.grad_input = np.einsum('nk,nks->ns', grad_output, jacobi)
        return self.grad_input

# %%
class Dropout(Module):
    """Löscht jedes Element mit Wahrscheinlichkeit p."""
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
        self.maske = None
    def update_output(self, input):
        if self.training:
            self.maske = np.random.binomial(1, 1 - self.p, size=input.shape).astype(bool)
            self.output = np.where(self.maske, input, 0.0) / (1 - self.p)
        else:
            self.output = input
        return self.output
    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = np.where(self.maske, grad_output, 0.0) / (1 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input

# %%
class BatchNormalization(Module):
    """Normierung über den Stapel; ε verhindert Division durch null."""
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def update_output(self, input):
        if self.training:
            μ = input.mean(axis=0)
            σ2 = input.var(axis=0)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = μ, σ2
            else:
                α = self.alpha
                self.moving_mean = α * self.moving_mean + (1 - α) * μ
                self.moving_variance = α * self.moving_variance + (1 - α) * σ2
        else:
            μ, σ2 = self.moving_mean, self.moving_variance
        self.output = (input - μ) / np.sqrt(σ2 + self.EPS)
        return self.output
    def update_grad_input(self, input, grad_output):
        m = len(input)
        μ, σ2 = input.mean(axis=0), input.var(axis=0)
        x̂ = (input - μ) / np.sqrt(σ2 + self.EPS)
        σ = np.sqrt(σ2 + self.EPS)
        self.grad_input = 1 / (m * σ) * (m * grad_output - grad_output.sum(axis=0) - x̂ * (grad_output * x̂).sum(axis=0))
        return self.grad_input

# %%
class LeakyReLU(Module):
    """Undichte Gleichrichtung"""
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = np.where(input > 0, input, input * self.slope)
        return self.output
    def update_grad_input(self, input, grad_output):
        steigung = np.full(input.shape, self.slope)
        steigung[input > 0] = 1
        self.grad_input = grad_output * steigung
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * (np.exp(input) - 1))
        return self.output
    def update_grad_input(self, input, grad_output):
        steigung = np.ones(input.shape)
        steigung[input <= 0] = self.alpha * np.exp(input[input <= 0])
        self.grad_input = grad_output * steigung
        return self.grad_input
class SoftPlus(Module):
    """Ableitung ist die Sigmoidfunktion"""
    def update_output(self, input):
        self.output = np.log(1 + np.exp(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        σ = 1 / (1 + np.exp(-input))
        self.grad_input = grad_output * σ
        return self.grad_input

# %%
class MSECriterion(Criterion):
    """Mittlerer quadratischer Fehler, geteilt durch die Zahl der Zeilen"""
    def update_output(self, input, target):
        abweichung = input - target
        self.output = (abweichung * abweichung).sum() / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / input.shape[0]
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        begrenzt = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.sum(target * np.log(begrenzt)) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        begrenzt = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -target / begrenzt / input.shape[0]
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -np.sum(target * input) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / input.shape[0]
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    """Stochastischer Gradientenabstieg mit Trägheit (Momentum)"""
    geschwindigkeit = state.setdefault('accumulated_grads', {})
    for i in range(len(variables)):
        for j in range(len(variables[i])):
            alt = geschwindigkeit.get((i, j), np.zeros_like(variables[i][j]))
            neu = config['momentum'] * alt + config['learning_rate'] * gradients[i][j]
            geschwindigkeit[(i, j)] = neu
            variables[i][j] -= neu
