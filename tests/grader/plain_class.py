"""Students who have copied from nobody and still write much alike: the plain way, as in a textbook.

Every line has the few forms in which it is usually written, and each student takes one of them for
each line. Names, which the comparison does not look at, are the same for all. Derivations are made
in the same way, of sentences and formulas that a correct one has to have.
"""

# ruff: noqa: E501
import random

# In braces, what is chosen from: {one|another}. A choice called by number is made once for a class.
CODE = [
    """class Sequential(Module):
    def update_output(self, input):
        {self.inputs = []
        for m in self.modules:
            self.inputs.append(input)
            input = m.forward(input)
        self.output = input|self.inputs = [input]
        for m in self.modules:
            self.inputs.append(m.forward(self.inputs[-1]))
        self.output = self.inputs[-1]|x = input
        self.inputs = []
        for m in self.modules:
            self.inputs.append(x)
            x = m.forward(x)
        self.output = x}
        return self.output

    def backward(self, input, grad_output):
        {for m, x in zip(reversed(self.modules), reversed(self.inputs)):
            grad_output = m.backward(x, grad_output)
        self.grad_input = grad_output|for i in range(len(self.modules) - 1, -1, -1):
            grad_output = self.modules[i].backward(self.inputs[i], grad_output)
        self.grad_input = grad_output|g = grad_output
        for i in reversed(range(len(self.modules))):
            g = self.modules[i].backward(self.inputs[i], g)
        self.grad_input = g|for m, x in zip(self.modules[::-1], self.inputs[::-1]):
            grad_output = m.backward(x, grad_output)
        self.grad_input = grad_output}
        return self.grad_input

    def get_parameters(self):
        {return [m.get_parameters() for m in self.modules]|result = []
        for m in self.modules:
            result.append(m.get_parameters())
        return result}

    def train(self):
        {super().train()|self.training = True|Module.train(self)}
        for m in self.modules:
            m.train()
""",
    """class Linear(Module):
    def update_output(self, input):
        {self.output = input @ self.W + self.b|self.output = np.dot(input, self.W) + self.b|\
self.output = np.matmul(input, self.W) + self.b|self.output = input.dot(self.W)
        self.output += self.b}
        return self.output

    def update_grad_input(self, input, grad_output):
        {self.grad_input = grad_output @ self.W.T|self.grad_input = np.dot(grad_output, self.W.T)|\
self.grad_input = np.matmul(grad_output, self.W.T)}
        return self.grad_input

    def update_grad_params(self, input, grad_output):
        {self.gradW += input.T @ grad_output|self.gradW = input.T @ grad_output|\
self.gradW += np.dot(input.T, grad_output)}
        {self.gradb += grad_output.sum(axis=0)|self.gradb = np.sum(grad_output, axis=0)}
""",
    """class SoftMax(Module):
    def update_output(self, input):
        {z = input - np.max(input, axis=1, keepdims=True)|\
z = input - input.max(axis=1)[:, None]|z = input - np.max(input, axis=1).reshape(-1, 1)}
        {e = np.exp(z)
        self.output = e / np.sum(e, axis=1, keepdims=True)|z = np.exp(z)
        self.output = z / z.sum(axis=1)[:, None]|self.output = np.exp(z)
        self.output /= np.sum(self.output, axis=1, keepdims=True)}
        return self.output

    def update_grad_input(self, input, grad_output):
        {s = np.sum(self.output * grad_output, axis=1, keepdims=True)
        self.grad_input = self.output * (grad_output - s)|ag = self.output * grad_output
        self.grad_input = ag - self.output * ag.sum(axis=1, keepdims=True)|\
self.grad_input = self.output * (grad_output - (grad_output * self.output).sum(axis=1)[:, None])|\
a = self.output
        self.grad_input = a * (grad_output - np.sum(a * grad_output, axis=1, keepdims=True))}
        return self.grad_input
""",
    """class Dropout(Module):
    def update_output(self, input):
        {if self.training:
            self.mask = np.random.rand(*input.shape) > self.p
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input|if not self.training:
            self.output = input
            return self.output
        self.mask = np.random.binomial(1, 1 - self.p, input.shape) / (1 - self.p)
        self.output = self.mask * input|if self.training:
            self.mask = (np.random.uniform(size=input.shape) >= self.p) / (1.0 - self.p)
            self.output = input * self.mask
        else:
            self.output = input}
        return self.output

    def update_grad_input(self, input, grad_output):
        {if self.training:
            self.grad_input = grad_output * self.mask / (1 - self.p)
        else:
            self.grad_input = grad_output|if not self.training:
            self.grad_input = grad_output
        else:
            self.grad_input = grad_output * self.mask|\
self.grad_input = grad_output * self.mask if self.training else grad_output}
        return self.grad_input
""",
    """class BatchNormalization(Module):
    def update_output(self, input):
        if self.training:
            {mean = input.mean(axis=0)
            var = input.var(axis=0)|mean = np.mean(input, axis=0, keepdims=True)
            var = np.var(input, axis=0, keepdims=True)|mean = np.sum(input, axis=0) / len(input)
            var = np.sum((input - mean) ** 2, axis=0) / len(input)}
            {if self.moving_mean is None:
                self.moving_mean = mean
                self.moving_variance = var
            else:
                self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
                self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * var|\
if self.moving_mean is None:
                self.moving_mean, self.moving_variance = np.zeros_like(mean), np.ones_like(var)
            a = self.alpha
            self.moving_mean = self.moving_mean * a + mean * (1 - a)
            self.moving_variance = self.moving_variance * a + var * (1 - a)|\
self.moving_mean = self.moving_mean * self.alpha + mean * (1 - self.alpha)
            self.moving_variance = self.moving_variance * self.alpha + var * (1 - self.alpha)}
        else:
            {mean, var = self.moving_mean, self.moving_variance|mean = self.moving_mean
            var = self.moving_variance}
        {self.std = np.sqrt(var + self.EPS)
        self.output = (input - mean) / self.std|self.output = (input - mean) / np.sqrt(var + self.EPS)
        self.var = var|self.inv = 1 / np.sqrt(var + self.EPS)
        self.output = (input - mean) * self.inv|self.centred = input - mean
        self.std = (var + self.EPS) ** 0.5
        self.output = self.centred / self.std}
        return self.output

    def update_grad_input(self, input, grad_output):
        {n = input.shape[0]|n = len(input)|N, _ = input.shape}
        {self.grad_input = (grad_output - grad_output.mean(axis=0) \
- self.output * (grad_output * self.output).mean(axis=0)) / self.std|\
g = n * grad_output - grad_output.sum(axis=0) - self.output * np.sum(grad_output * self.output, axis=0)
        self.grad_input = g / (n * np.sqrt(self.var + self.EPS))|\
dvar = np.sum(grad_output * self.centred * -0.5 * self.std ** -3, axis=0)
        dmean = np.sum(-grad_output / self.std, axis=0) - 2 * dvar * np.mean(self.centred, axis=0)
        self.grad_input = grad_output / self.std + dvar * 2 * self.centred / n + dmean / n}
        return self.grad_input
""",
    """class LeakyReLU(Module):
    def update_output(self, input):
        {self.output = np.where(input > 0, input, self.slope * input)|\
self.output = np.maximum(input, self.slope * input)|self.output = input * (input > 0) \
+ self.slope * input * (input <= 0)|self.output = input.copy()
        self.output[input < 0] *= self.slope}
        return self.output

    def update_grad_input(self, input, grad_output):
        {self.grad_input = np.where(input > 0, grad_output, self.slope * grad_output)|\
self.grad_input = grad_output * np.where(input > 0, 1, self.slope)|\
self.grad_input = grad_output.copy()
        self.grad_input[input < 0] *= self.slope}
        return self.grad_input
""",
    """class ELU(Module):
    def update_output(self, input):
        {self.output = np.where(input > 0, input, self.alpha * (np.exp(input) - 1))|\
self.output = np.where(input > 0, input, self.alpha * np.expm1(np.minimum(input, 0)))|\
self.output = np.maximum(input, 0) + np.minimum(self.alpha * (np.exp(input) - 1), 0)}
        return self.output

    def update_grad_input(self, input, grad_output):
        {self.grad_input = grad_output * np.where(input > 0, 1, self.alpha * np.exp(input))|\
self.grad_input = np.where(input > 0, grad_output, grad_output * self.alpha * np.exp(input))|\
self.grad_input = grad_output * np.where(input > 0, 1, self.output + self.alpha)}
        return self.grad_input
""",
    """class SoftPlus(Module):
    def update_output(self, input):
        {self.output = np.logaddexp(0, input)|self.output = np.log(1 + np.exp(input))|\
self.output = np.log1p(np.exp(-np.abs(input))) + np.maximum(input, 0)}
        return self.output

    def update_grad_input(self, input, grad_output):
        {self.grad_input = grad_output / (1 + np.exp(-input))|\
self.grad_input = grad_output * (1 / (1 + np.exp(-input)))|s = 1 / (1 + np.exp(-input))
        self.grad_input = grad_output * s}
        return self.grad_input
""",
    """class MSECriterion(Criterion):
    def update_output(self, input, target):
        {self.output = np.sum((input - target) ** 2) / input.shape[0]|\
self.output = np.sum(np.square(input - target)) / len(input)|d = input - target
        self.output = np.sum(d * d) / len(d)|self.output = ((input - target) ** 2).sum(axis=1).mean()}
        return self.output

    def update_grad_input(self, input, target):
        {self.grad_input = 2 * (input - target) / input.shape[0]|\
self.grad_input = (input - target) * 2 / len(input)|self.grad_input = 2 / len(input) * (input - target)}
        return self.grad_input
""",
    """class NLLCriterion(Criterion):
    def update_output(self, input, target):
        {self.output = -np.sum(target * input) / input.shape[0]|\
self.output = -np.mean(np.sum(input * target, axis=1))|\
self.output = -(input * target).sum() / len(input)}
        return self.output

    def update_grad_input(self, input, target):
        {self.grad_input = -target / input.shape[0]|self.grad_input = -1 / len(target) * target}
        return self.grad_input
""",
    """def SGD(variables, gradients, config, state):
    {state.setdefault("v", {})
    i = 0
    for vs, gs in zip(variables, gradients):
        for v, g in zip(vs, gs):
            old = state["v"].setdefault(i, np.zeros_like(g))
            old *= config["momentum"]
            old += config["learning_rate"] * g
            v -= old
            i += 1|if "v" not in state:
        state["v"] = [np.zeros_like(v) for vs in variables for v in vs]
    i = 0
    for vs, gs in zip(variables, gradients):
        for v, g in zip(vs, gs):
            state["v"][i] = config["momentum"] * state["v"][i] + config["learning_rate"] * g
            v -= state["v"][i]
            i += 1|lr, momentum = config["learning_rate"], config["momentum"]
    flat = [v for vs in variables for v in vs]
    flat_g = [g for gs in gradients for g in gs]
    if not state:
        state["v"] = [0 * v for v in flat]
    for i, (v, g) in enumerate(zip(flat, flat_g)):
        state["v"][i] = momentum * state["v"][i] + lr * g
        v -= state["v"][i]|n = 0
    for layer in range(len(variables)):
        for k in range(len(variables[layer])):
            if n not in state:
                state[n] = np.zeros_like(gradients[layer][k])
            state[n] = config["momentum"] * state[n] + config["learning_rate"] * gradients[layer][k]
            variables[layer][k] -= state[n]
            n += 1}
""",
]

TEXTS = {
    "linear-formula": [
        "{By the chain rule|With the chain rule|Using the chain rule we get|The chain rule says}",
        r"$${\frac{\partial L}{\partial X_{ij}} = \sum_k G_{ik} W_{jk}|\frac{\partial L}{\partial "
        r"X_{ij}} = \sum_k \frac{\partial L}{\partial Y_{ik}} \frac{\partial Y_{ik}}{\partial X_{ij}"
        r"} = \sum_k G_{ik} W_{jk}|\frac{dL}{dX} = G W^T}$$",
        "{so for the batch|which is for all rows|in matrix form|or, for the whole batch,}",
        r"${\frac{\partial L}{\partial X} = G W^T|\partial L / \partial X = G W^\top}$, "
        "{of shape|with the shape|which is} $(N, n_{in})$.",
        "{The same for W:|For the weights we sum over the rows:|W is used by all rows, therefore}",
        r"$${\frac{\partial L}{\partial W_{jk}} = \sum_i X_{ij} G_{ik} = (X^T G)_{jk}|\frac{\partial "
        r"L}{\partial W} = X^T G, \quad \frac{\partial L}{\partial W_{jk}} = \sum_i G_{ik} X_{ij}}$$",
        r"{and|Finally|For the bias} $\frac{\partial L}{\partial b_k} = \sum_i G_{ik}$.",
    ],
    "softmax-formula": [
        "{Let|We write|Denote} $S = \\sum_t e^{x_t}$. {By the quotient rule|Quotient rule:|Then}",
        r"$${\frac{\partial a_s}{\partial x_s} = \frac{e^{x_s} S - e^{2 x_s}}{S^2} = a_s (1 - a_s)|"
        r"\frac{\partial a_s}{\partial x_k} = a_s (\delta_{sk} - a_k)|\frac{\partial a_s}{\partial "
        r"x_s} = a_s - a_s^2}$$",
        "{if k = s, and if not|for equal indices, and otherwise|on the diagonal, off it}",
        r"$${\frac{\partial a_s}{\partial x_k} = -\frac{e^{x_s} e^{x_k}}{S^2} = -a_s a_k|-a_s a_k|"
        r"\frac{\partial a_s}{\partial x_k} = \frac{0 - e^{x_s} e^{x_k}}{S^2} = -a_s a_k}$$",
        "{Together|Hence|Now sum over all outputs:|All outputs depend on x_k, so}",
        r"$${\frac{\partial L}{\partial x_k} = \sum_s g_s a_s (\delta_{sk} - a_k) = a_k (g_k - \sum_s "
        r"g_s a_s)|\frac{\partial L}{\partial x_k} = g_k a_k - a_k \sum_s g_s a_s|\sum_s g_s "
        r"\frac{\partial a_s}{\partial x_k} = a_k g_k - \sum_s g_s a_s a_k}$$",
        r"{For the batch|In arrays|For all rows}: $A \odot {(G - r)|G - A \odot r}$ {where|with} r "
        "{is the column of row sums of|holds the sums along rows of} $A \\odot G$.",
    ],
}


def _choose(template, rng):
    """The template with one of what stands in its outermost braces that hold a bar."""
    made, depth, start = "", 0, 0
    for at, sign in enumerate(template):
        if sign == "{":
            depth += 1
            start = at if depth == 1 else start
        elif sign == "}":
            depth -= 1
            if depth == 0:
                inner = template[start + 1 : at]
                made += rng.choice(inner.split("|")) if "|" in inner else template[start : at + 1]
        elif depth == 0:
            made += sign
    return made


def code(seed):
    """The code cells of one student."""
    rng = random.Random(seed)
    return [_choose(template, rng) for template in CODE]


def texts(seed):
    """The derivations of one student, by cell."""
    rng = random.Random(seed)
    return {name: "\n".join(_choose(line, rng) for line in lines) for name, lines in TEXTS.items()}
