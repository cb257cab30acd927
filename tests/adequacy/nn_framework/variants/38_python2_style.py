# style: written for Python 2: xrange, super with arguments, division imported

# %%
from __future__ import print_function, division
import numpy as np
try:
    xrange
except NameError:
    xrange = range

# %%
class Sequential(Module):
    """
         This class implements a container, which processes `input` data sequentially.
    """
    def __init__ (self):
        super(Sequential, self).__init__()
        self.modules = []

    def add(self, module):
        self.modules.append(module)

    def update_output(self, input):
        self.y = [input]
        for i in xrange(len(self.modules)):
            self.y.append(self.modules[i].forward(self.y[i]))
        self.output = self.y[-1]
        return self.output

    def backward(self, input, grad_output):
        self.g = [None] * len(self.modules) + [grad_output]
        for i in xrange(len(self.modules) - 1, -1, -1):
            self.g[i] = self.modules[i].backward(self.y[i], self.g[i + 1])
        self.grad_input = self.g[0]
        return self.grad_input

    def zero_grad_params(self):
        for module in self.modules:
            module.zero_grad_params()

    def get_parameters(self):
        return map_list(lambda m: m.get_parameters(), self.modules)

    def get_grad_params(self):
        return map_list(lambda m: m.get_grad_params(), self.modules)

    def __repr__(self):
        string = "".join([str(x) + '\n' for x in self.modules])
        return string

    def __getitem__(self,x):
        return self.modules.__getitem__(x)

    def train(self):
        self.training = True
        for module in self.modules:
            module.train()

    def evaluate(self):
        self.training = False
        for module in self.modules:
            module.evaluate()

# %%
def map_list(f, l):
    return [f(x) for x in l]

# %%
class Linear(Module):
    def __init__(self, n_in, n_out):
        super(Linear, self).__init__()
        stdv = 1./np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size = (n_in, n_out))
        self.b = np.random.uniform(-stdv, stdv, size = n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)

    def update_output(self, input):
        # W is (n_in, n_out): apply to each row
        self.output = np.apply_along_axis(lambda x: np.dot(x, self.W) + self.b, 1, input)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.apply_along_axis(lambda g: np.dot(self.W, g), 1, grad_output)
        return self.grad_input

    def update_grad_params(self, input, grad_output):
        self.gradW += np.dot(input.T, grad_output)
        self.gradb += np.sum(grad_output, axis=0)

    def zero_grad_params(self):
        self.gradW.fill(0)
        self.gradb.fill(0)

    def get_parameters(self):
        return [self.W, self.b]

    def get_grad_params(self):
        return [self.gradW, self.gradb]

    def __repr__(self):
        s = self.W.shape
        q = 'Linear %d -> %d' %(s[0],s[1])
        return q

# %%
class SoftMax(Module):
    def __init__(self):
         super(SoftMax, self).__init__()

    def update_output(self, input):
        # start with normalization for numerical stability
        self.output = np.subtract(input, input.max(axis=1, keepdims=True))
        self.output = np.exp(self.output) / np.sum(np.exp(self.output), axis=1, keepdims=True)
        return self.output

    def update_grad_input(self, input, grad_output):
        batch_size, n_feats = self.output.shape
        a = self.output.reshape(batch_size, n_feats, -1)
        b = self.output.reshape(batch_size, -1, n_feats)
        self.grad_input = np.multiply(grad_output.reshape(batch_size, -1, n_feats),
                               np.subtract(np.multiply(np.eye(n_feats), a),
                                           np.multiply(a, b))).sum(axis=2)
        return self.grad_input

    def __repr__(self):
        return "SoftMax"

# %%
class Dropout(Module):
    def __init__(self, p=0.5):
        super(Dropout, self).__init__()
        self.p = p
        self.mask = None

    def update_output(self, input):
        if self.training:
            self.mask = np.random.binomial(1, 1. - self.p, input.shape)
            self.output = np.multiply(input, self.mask) / (1. - self.p)
        else:
            self.output = input
        return self.output

    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = np.multiply(grad_output, self.mask) / (1. - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input

    def __repr__(self):
        return "Dropout"

# %%
class BatchNormalization(Module):
    EPS = 1e-3
    def __init__(self, alpha = 0.):
        super(BatchNormalization, self).__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None

    def update_output(self, input):
        if self.training:
            batch_mean = np.mean(input, axis=0, keepdims=True)
            batch_variance = np.var(input, axis=0, keepdims=True)
            if self.moving_mean is None:
                self.moving_mean = batch_mean
            else:
                self.moving_mean = self.moving_mean * self.alpha + batch_mean * (1 - self.alpha)
            if self.moving_variance is None:
                self.moving_variance = batch_variance
            else:
                self.moving_variance = self.moving_variance * self.alpha + batch_variance * (1 - self.alpha)
            self.output = np.divide(np.subtract(input, batch_mean), np.sqrt(np.add(batch_variance, self.EPS)))
        else:
            self.output = np.divide(np.subtract(input, self.moving_mean), np.sqrt(np.add(self.moving_variance, self.EPS)))
        return self.output

    def update_grad_input(self, input, grad_output):
        m = input.shape[0]
        mean = np.mean(input, axis=0)
        var = np.var(input, axis=0)
        x_norm = (input - mean) / np.sqrt(var + self.EPS)
        d1 = grad_output / np.sqrt(var + self.EPS)
        d2 = np.sum(-grad_output / np.sqrt(var + self.EPS), axis=0) / m
        d3 = np.sum(grad_output * x_norm, axis=0) * x_norm / np.sqrt(var + self.EPS) / m
        self.grad_input = d1 + d2 - d3
        return self.grad_input

    def __repr__(self):
        return "BatchNormalization"

# %%
class LeakyReLU(Module):
    def __init__(self, slope = 0.03):
        super(LeakyReLU, self).__init__()
        self.slope = slope

    def update_output(self, input):
        self.output = np.maximum(input, 0) + np.multiply(self.slope, np.minimum(input, 0))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.multiply(grad_output, input > 0) + np.multiply(self.slope, np.multiply(grad_output, input <= 0))
        return self.grad_input

    def __repr__(self):
        return "LeakyReLU"

# %%
class ELU(Module):
    def __init__(self, alpha = 1.0):
        super(ELU, self).__init__()
        self.alpha = alpha

    def update_output(self, input):
        self.output = np.maximum(input, 0) + np.multiply(np.subtract(np.exp(np.minimum(input, 0)), 1), self.alpha)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.multiply(grad_output, input > 0) + np.multiply(grad_output, np.multiply(input <= 0, self.alpha * np.exp(np.minimum(input, 0))))
        return self.grad_input

    def __repr__(self):
        return "ELU"

# %%
class SoftPlus(Module):
    def __init__(self):
        super(SoftPlus, self).__init__()

    def update_output(self, input):
        self.output = np.log(np.add(1, np.exp(input)))
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.multiply(grad_output, np.divide(1, np.add(1, np.exp(np.negative(input)))))
        return self.grad_input

    def __repr__(self):
        return "SoftPlus"

# %%
class MSECriterion(Criterion):
    def __init__(self):
        super(MSECriterion, self).__init__()

    def update_output(self, input, target):
        self.output = np.sum(np.power(np.subtract(input, target), 2)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input  = np.subtract(input, target) * 2 / input.shape[0]
        return self.grad_input

    def __repr__(self):
        return "MSECriterion"

# %%
class NLLCriterionUnstable(Criterion):
    EPS = 1e-15
    def __init__(self):
        a = super(NLLCriterionUnstable, self)
        super(NLLCriterionUnstable, self).__init__()

    def update_output(self, input, target):
        # Use this trick to avoid numerical errors
        input_clamp = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.sum(np.multiply(target, np.log(input_clamp))) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        # Use this trick to avoid numerical errors
        input_clamp = np.clip(input, self.EPS, 1 - self.EPS)
        self.grad_input = -np.divide(target, input_clamp) / input.shape[0]
        return self.grad_input

    def __repr__(self):
        return "NLLCriterionUnstable"

# %%
class NLLCriterion(Criterion):
    def __init__(self):
        a = super(NLLCriterion, self)
        super(NLLCriterion, self).__init__()

    def update_output(self, input, target):
        self.output = -np.sum(np.multiply(input, target)) / input.shape[0]
        return self.output

    def update_grad_input(self, input, target):
        self.grad_input = -target * 1. / input.shape[0]
        return self.grad_input

    def __repr__(self):
        return "NLLCriterion"

# %%
def SGD(variables, gradients, config, state):
    # 'variables' and 'gradients' have complex structure, accumulated_grads will be stored in a simpler one
    state.setdefault('accumulated_grads', {})

    var_index = 0
    for current_layer_vars, current_layer_grads in zip(variables, gradients):
        for current_var, current_grad in zip(current_layer_vars, current_layer_grads):

            old_grad = state['accumulated_grads'].setdefault(var_index, np.zeros_like(current_grad))

            np.add(config['momentum'] * old_grad, config['learning_rate'] * current_grad, out = old_grad)

            current_var -= old_grad
            var_index += 1
