# style: names and comments in Russian

# %% [markdown]
# ## Домашнее задание: модули нейронной сети
# Базовые классы даны, поэтому здесь только мои.

# %%
import numpy as np  # импорт

# %%
class Sequential(Module):
    """Контейнер: применяет слои по очереди."""
    def __init__(self):
        super(Sequential, self).__init__()
        self.modules = []
    def add(self, module):
        self.modules.append(module)
    def update_output(self, input):
        # прямой проход
        вход = input
        for слой in self.modules:
            вход = слой.forward(вход)
        self.output = вход
        return self.output
    def backward(self, input, grad_output):
        # обратный проход: выход предыдущего слоя = вход следующего
        входы = [input] + [слой.output for слой in self.modules[:-1]]
        grad = grad_output
        for слой, вход in zip(self.modules[::-1], входы[::-1]):
            grad = слой.backward(вход, grad)
        self.grad_input = grad
        return self.grad_input
    def zero_grad_params(self):
        for слой in self.modules: слой.zero_grad_params()
    def get_parameters(self):
        return [слой.get_parameters() for слой in self.modules]
    def get_grad_params(self):
        return [слой.get_grad_params() for слой in self.modules]
    def train(self):
        self.training = True
        for слой in self.modules: слой.train()
    def evaluate(self):
        self.training = False
        for слой in self.modules: слой.evaluate()
    def __getitem__(self, x): return self.modules.__getitem__(x)
    def __repr__(self): return ''.join(str(x) + '\n' for x in self.modules)

# %%
class Linear(Module):
    """Полносвязный слой"""
    def __init__(self, n_in, n_out):
        super(Linear, self).__init__()
        stdv = 1. / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    def update_output(self, input):
        self.output = np.dot(input, self.W) + self.b.reshape(1, -1)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.dot(grad_output, self.W.T)
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        # накапливаем градиент по объектам
        for i in range(input.shape[0]):
            self.gradW += input[i][:, None] @ grad_output[i][None, :]
        self.gradb += grad_output.sum(axis=0)
    def zero_grad_params(self):
        self.gradW.fill(0)
        self.gradb.fill(0)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    def update_output(self, input):
        """устойчивый софтмакс"""
        self.output = np.subtract(input, input.max(axis=1, keepdims=True))
        e = np.exp(self.output)
        self.output = e / np.sum(e, axis=1, keepdims=True)
        return self.output
    def update_grad_input(self, input, grad_output):
        s = self.output
        матрица = -s[:, :, None] * s[:, None, :] + np.array([np.diag(r) for r in s])
        self.grad_input = np.einsum('ijk,ik->ij', матрица, grad_output)
        return self.grad_input

# %%
class Dropout(Module):
    """Зануляет с вероятностью p"""
    def __init__(self, p=0.5):
        super(Dropout, self).__init__()
        self.p = p
        self.mask = None
    def update_output(self, input):
        if self.training:
            self.mask = 1 - np.random.binomial(1, self.p, size=input.shape)
            self.output = np.multiply(input, self.mask) / (1 - self.p)
        else:
            self.output = input
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.multiply(grad_output, self.mask) / (1 - self.p) if self.training else grad_output
        return self.grad_input

# %%
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super(BatchNormalization, self).__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def update_output(self, input):
        if self.training:
            среднее = np.mean(input, axis=0, keepdims=True)
            дисперсия = np.mean((input - среднее) ** 2, axis=0, keepdims=True)
            if self.moving_mean is None:
                self.moving_mean = среднее
                self.moving_variance = дисперсия
            else:
                self.moving_mean = self.moving_mean * self.alpha + среднее * (1 - self.alpha)
                self.moving_variance = self.moving_variance * self.alpha + дисперсия * (1 - self.alpha)
            self.output = (input - среднее) / (дисперсия + self.EPS) ** 0.5
        else:
            self.output = (input - self.moving_mean) / (self.moving_variance + self.EPS) ** 0.5
        return self.output
    def update_grad_input(self, input, grad_output):
        n = input.shape[0]
        mu = input.mean(axis=0, keepdims=True)
        sigma = np.sqrt(input.var(axis=0, keepdims=True) + self.EPS)
        self.grad_input = np.zeros_like(input, dtype=float)
        for i in range(n):
            # производная функции потерь по i-му объекту
            self.grad_input[i] = (grad_output[i] - grad_output.mean(axis=0)
                                  - (input[i] - mu[0]) * ((input - mu) * grad_output).mean(axis=0) / sigma[0] ** 2) / sigma[0]
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super(LeakyReLU, self).__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.slope * input)
        return self.output
    def update_grad_input(self, input, grad_output):
        маска = (input > 0).astype(float)
        маска[маска == 0] = self.slope
        self.grad_input = grad_output * маска
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super(ELU, self).__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = input.astype(float).copy()
        i = np.nonzero(input < 0)
        self.output[i] = self.alpha * (np.exp(self.output[i]) - 1)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output.astype(float).copy()
        i = np.nonzero(input < 0)
        self.grad_input[i] = self.grad_input[i] * self.alpha * np.exp(input[i])
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log(1. + np.exp(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.multiply(grad_output, 1. / (1. + np.exp(-input)))
        return self.grad_input

# %%
class MSECriterion(Criterion):
    """среднеквадратичная ошибка"""
    def update_output(self, input, target):
        self.output = np.sum(np.power(input - target, 2)) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = (input - target) * 2 / input.shape[0]
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.sum(target * np.log(p)) / input.shape[0]
        return self.output
    def update_grad_input(self, input, target):
        p = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -(target / p) / input.shape[0]
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
    """стохастический градиентный спуск с моментом"""
    state.setdefault('accumulated_grads', {})
    номер = 0
    for переменные, градиенты in zip(variables, gradients):
        for w, g in zip(переменные, градиенты):
            v = state['accumulated_grads'].setdefault(номер, np.zeros_like(g))
            v *= config['momentum']
            v += g
            w -= config['learning_rate'] * v
            номер += 1

# %%
print('Готово ✓')
