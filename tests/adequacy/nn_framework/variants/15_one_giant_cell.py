# style: one giant cell with everything, its own Module and other given classes included

# %% [markdown]
# all in one

# %%
import numpy as np
class Module(object):
    def __init__(self):
        self.output, self.grad_input, self.training = None, None, True
    def forward(self, input): return self.update_output(input)
    def backward(self, input, grad_output):
        self.update_grad_input(input, grad_output); self.update_grad_params(input, grad_output)
        return self.grad_input
    def update_output(self, input): pass
    def update_grad_input(self, input, grad_output): pass
    def update_grad_params(self, input, grad_output): pass
    def zero_grad_params(self): pass
    def get_parameters(self): return []
    def get_grad_params(self): return []
    def train(self): self.training = True
    def evaluate(self): self.training = False
    def __repr__(self): return "Module"
class Criterion(object):
    def __init__(self): self.output, self.grad_input = None, None
    def forward(self, input, target): return self.update_output(input, target)
    def backward(self, input, target): return self.update_grad_input(input, target)
    def update_output(self, input, target): pass
    def update_grad_input(self, input, target): pass
    def __repr__(self): return "Criterion"
class Sequential(Module):
    def __init__(self): super().__init__(); self.modules = []
    def add(self, module): self.modules.append(module)
    def update_output(self, input):
        self.xs = [input]
        for m in self.modules: self.xs.append(m.forward(self.xs[-1]))
        self.output = self.xs[-1]; return self.output
    def backward(self, input, grad_output):
        self.gs = [grad_output]
        for m, x in zip(self.modules[::-1], self.xs[-2::-1]): self.gs.insert(0, m.backward(x, self.gs[0]))
        self.grad_input = self.gs[0]; return self.grad_input
    def zero_grad_params(self):
        for m in self.modules: m.zero_grad_params()
    def get_parameters(self): return [m.get_parameters() for m in self.modules]
    def get_grad_params(self): return [m.get_grad_params() for m in self.modules]
    def train(self):
        self.training = True
        for m in self.modules: m.train()
    def evaluate(self):
        self.training = False
        for m in self.modules: m.evaluate()
    def __getitem__(self, i): return self.modules[i]
    def __repr__(self): return "\n".join(map(str, self.modules))
class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__(); r = n_in ** -.5
        self.W = np.random.uniform(-r, r, (n_in, n_out)); self.b = np.random.uniform(-r, r, n_out)
        self.gradW = np.zeros((n_in, n_out)); self.gradb = np.zeros(n_out)
    def update_output(self, input): self.output = input @ self.W + self.b; return self.output
    def update_grad_input(self, input, grad_output): self.grad_input = grad_output @ self.W.T; return self.grad_input
    def update_grad_params(self, input, grad_output): self.gradW += input.T @ grad_output; self.gradb += grad_output.sum(0)
    def zero_grad_params(self): self.gradW[:] = 0; self.gradb[:] = 0
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]
class SoftMax(Module):
    def update_output(self, input):
        e = np.exp(input - input.max(1, keepdims=True)); self.output = e / e.sum(1, keepdims=True); return self.output
    def update_grad_input(self, input, grad_output):
        t = self.output * grad_output; self.grad_input = t - self.output * t.sum(1, keepdims=True); return self.grad_input
class LogSoftMax(Module):
    def update_output(self, input):
        z = input - input.max(1, keepdims=True); self.output = z - np.log(np.exp(z).sum(1, keepdims=True)); return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output - np.exp(self.output) * grad_output.sum(1, keepdims=True); return self.grad_input
class Dropout(Module):
    def __init__(self, p=0.5): super().__init__(); self.p = p
    def update_output(self, input):
        self.m = (np.random.rand(*input.shape) >= self.p) / (1 - self.p) if self.training else 1.
        self.output = input * self.m; return self.output
    def update_grad_input(self, input, grad_output): self.grad_input = grad_output * self.m; return self.grad_input
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha=0.): super().__init__(); self.alpha = alpha; self.moving_mean = self.moving_variance = None
    def update_output(self, input):
        if self.training:
            m, v = input.mean(0), input.var(0); a = self.alpha if self.moving_mean is not None else 0
            self.moving_mean = a * (0 if self.moving_mean is None else self.moving_mean) + (1 - a) * m
            self.moving_variance = a * (0 if self.moving_variance is None else self.moving_variance) + (1 - a) * v
        else: m, v = self.moving_mean, self.moving_variance
        self.s = np.sqrt(v + self.EPS); self.output = (input - m) / self.s; return self.output
    def update_grad_input(self, input, grad_output):
        y, g = self.output, grad_output
        self.grad_input = (g - g.mean(0) - y * (g * y).mean(0)) / self.s if self.training else g / self.s
        return self.grad_input
class Scaling(Module):
    def __init__(self, n_out):
        super().__init__(); r = n_out ** -.5
        self.gamma = np.random.uniform(-r, r, (1, n_out)); self.beta = np.random.uniform(-r, r, (1, n_out))
        self.gradGamma = np.zeros((1, n_out)); self.gradBeta = np.zeros((1, n_out))
    def update_output(self, input): self.output = self.gamma * input + self.beta; return self.output
    def update_grad_input(self, input, grad_output): self.grad_input = grad_output * self.gamma; return self.grad_input
    def update_grad_params(self, input, grad_output): self.gradGamma += (grad_output * input).sum(0); self.gradBeta += grad_output.sum(0)
    def zero_grad_params(self): self.gradGamma[:] = 0; self.gradBeta[:] = 0
    def get_parameters(self): return [self.gamma, self.beta]
    def get_grad_params(self): return [self.gradGamma, self.gradBeta]
class Flatten(Module):
    def update_output(self, input): self.output = input.reshape(len(input), -1); return self.output
    def update_grad_input(self, input, grad_output): self.grad_input = grad_output.reshape(input.shape); return self.grad_input
class LeakyReLU(Module):
    def __init__(self, slope=0.03): super().__init__(); self.slope = slope
    def update_output(self, input): self.output = np.where(input > 0, input, input * self.slope); return self.output
    def update_grad_input(self, input, grad_output): self.grad_input = np.where(input > 0, grad_output, grad_output * self.slope); return self.grad_input
class ReLU(LeakyReLU):
    def __init__(self): super().__init__(slope=0.)
class ELU(Module):
    def __init__(self, alpha=1.0): super().__init__(); self.alpha = alpha
    def update_output(self, input): self.output = np.where(input > 0, input, self.alpha * (np.exp(np.minimum(input, 0)) - 1)); return self.output
    def update_grad_input(self, input, grad_output): self.grad_input = grad_output * np.where(input > 0, 1, self.alpha * np.exp(np.minimum(input, 0))); return self.grad_input
class SoftPlus(Module):
    def update_output(self, input): self.output = np.log(1 + np.exp(-abs(input))) + np.maximum(input, 0); return self.output
    def update_grad_input(self, input, grad_output): self.grad_input = grad_output / (1 + np.exp(-input)); return self.grad_input
class MSECriterion(Criterion):
    def update_output(self, input, target): self.output = ((input - target) ** 2).sum() / len(input); return self.output
    def update_grad_input(self, input, target): self.grad_input = 2 * (input - target) / len(input); return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def update_output(self, input, target): self.output = -(target * np.log(input.clip(self.EPS, 1 - self.EPS))).sum() / len(input); return self.output
    def update_grad_input(self, input, target): self.grad_input = -target / input.clip(self.EPS, 1 - self.EPS) / len(input); return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target): self.output = -(target * input).sum() / len(input); return self.output
    def update_grad_input(self, input, target): self.grad_input = -target / len(input); return self.grad_input
def SGD(variables, gradients, config, state):
    s = state.setdefault('accumulated_grads', {}); n = 0
    for a, b in zip(variables, gradients):
        for v, g in zip(a, b):
            s[n] = config['momentum'] * s.get(n, 0) + config['learning_rate'] * g; v -= s[n]; n += 1
if __name__ == '__main__':
    n = Sequential(); n.add(Linear(3, 2)); n.add(SoftMax()); print(n); print(n.forward(np.eye(3)))
