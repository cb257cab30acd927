"""Wrong implementations of predict and mlp_graph."""


# %% base
def predict(params, inputs):
    """The network's predictions, with plain NumPy.

    params: a list of pairs (W, b), W of shape (n_in, n_out) and b of shape (n_out,)
    inputs: (N, n_in of the first layer)
    returns: (N, n_out of the last layer)
    """
    hidden = inputs
    for W, b in params[:-1]:
        hidden = np.tanh(hidden @ W + b)
    W, b = params[-1]
    return hidden @ W + b


def mlp_graph(layers):
    """The graph of the loss of a network with so many layers.

    returns: a ComputationalGraph of "inputs", "targets", "W1", "b1", ..., which computes
    "predictions" and "loss"
    """
    graph = ComputationalGraph()
    hidden = "inputs"
    for k in range(1, layers + 1):
        graph.add("product%d" % k, MatMulGate(), hidden, "W%d" % k)
        sums = "predictions" if k == layers else "sum%d" % k
        graph.add(sums, AddRowGate(), "product%d" % k, "b%d" % k)
        if k < layers:
            hidden = "hidden%d" % k
            graph.add(hidden, TanhGate(), sums)
    graph.add("minus", ScaleGate(-1.0), "targets")
    graph.add("difference", AddGate(), "predictions", "minus")
    graph.add("square", MultiplyGate(), "difference", "difference")
    graph.add("loss", MeanGate(), "square")
    return graph


# %% mutant: predict-tanh-at-the-end
# method: several
# wrong: a tanh after the last layer
def predict(params, inputs):
    for W, b in params:
        inputs = np.tanh(inputs @ W + b)
    return inputs


# %% mutant: predict-without-tanh
# method: several
# wrong: no tanh at all
def predict(params, inputs):
    for W, b in params:
        inputs = inputs @ W + b
    return inputs


# %% mutant: predict-without-bias
# method: several
# wrong: biases are forgotten
def predict(params, inputs):
    for W, b in params[:-1]:
        inputs = np.tanh(inputs @ W)
    return inputs @ params[-1][0]


# %% mutant: predict-bias-after-tanh
# method: several
# wrong: the bias is added after the tanh
def predict(params, inputs):
    for W, b in params[:-1]:
        inputs = np.tanh(inputs @ W) + b
    return inputs @ params[-1][0] + params[-1][1]


# %% mutant: predict-relu
# method: several
# wrong: ReLU in place of tanh
def predict(params, inputs):
    for W, b in params[:-1]:
        inputs = np.maximum(inputs @ W + b, 0)
    return inputs @ params[-1][0] + params[-1][1]


# %% mutant: predict-two-layers
# method: several
# wrong: right for two layers only
def predict(params, inputs):
    return np.tanh(inputs @ params[0][0] + params[0][1]) @ params[-1][0] + params[-1][1]


# %% mutant: predict-changes-inputs
# method: several
# wrong: writes into its inputs
def predict(params, inputs):
    result = inputs.copy()
    for W, b in params[:-1]:
        result = np.tanh(result @ W + b)
    inputs *= 0
    return result @ params[-1][0] + params[-1][1]


# %% mutant: predict-squeezed
# method: several
# wrong: one output gives a vector
def predict(params, inputs):
    for W, b in params[:-1]:
        inputs = np.tanh(inputs @ W + b)
    return np.squeeze(inputs @ params[-1][0] + params[-1][1])


# %% mutant: graph-tanh-at-the-end
# method: several
# wrong: a tanh after the last layer
def finish(graph):
    graph.add("minus", ScaleGate(-1.0), "targets")
    graph.add("difference", AddGate(), "predictions", "minus")
    graph.add("square", MultiplyGate(), "difference", "difference")
    graph.add("loss", MeanGate(), "square")
    return graph


def mlp_graph(layers):
    graph = ComputationalGraph()
    hidden = "inputs"
    for k in range(1, layers + 1):
        graph.add("product%d" % k, MatMulGate(), hidden, "W%d" % k)
        graph.add("sum%d" % k, AddRowGate(), "product%d" % k, "b%d" % k)
        hidden = "predictions" if k == layers else "hidden%d" % k
        graph.add(hidden, TanhGate(), "sum%d" % k)
    return finish(graph)


# %% mutant: graph-without-tanh
# method: several
# wrong: no tanh in the graph
def rest():
    graph = ComputationalGraph()
    graph.add("minus", ScaleGate(-1.0), "targets")
    graph.add("difference", AddGate(), "predictions", "minus")
    graph.add("square", MultiplyGate(), "difference", "difference")
    graph.add("loss", MeanGate(), "square")
    return graph


def mlp_graph(layers):
    graph = rest()
    hidden = "inputs"
    for k in range(1, layers + 1):
        graph.add("product%d" % k, MatMulGate(), hidden, "W%d" % k)
        hidden = "predictions" if k == layers else "sum%d" % k
        graph.add(hidden, AddRowGate(), "product%d" % k, "b%d" % k)
    return graph


# %% mutant: loss-half
# method: several
# wrong: half of the mean
def mlp_graph(layers, right=mlp_graph):
    graph = right(layers)
    graph.add("mean", MeanGate(), "square")
    graph.add("loss", ScaleGate(0.5), "mean")
    return graph


# %% mutant: loss-not-squared
# method: several
# wrong: the mean of the differences
def mlp_graph(layers, right=mlp_graph):
    graph = right(layers)
    graph.add("loss", MeanGate(), "difference")
    return graph


# %% mutant: loss-square-of-the-mean
# method: several
# wrong: the square of the mean difference
def mlp_graph(layers, right=mlp_graph):
    graph = right(layers)
    graph.add("mean", MeanGate(), "difference")
    graph.add("loss", MultiplyGate(), "mean", "mean")
    return graph


# %% mutant: loss-of-sums
# method: several
# wrong: predictions plus targets
def mlp_graph(layers, right=mlp_graph):
    graph = right(layers)
    graph.add("difference", AddGate(), "predictions", "targets")
    return graph


# %% mutant: loss-is-a-sum
# method: several
# wrong: the sum of the squares in place of the mean
class SumGate:
    def forward(self, x):
        self.shape = x.shape
        return np.sum(x)

    def backward(self, upstream):
        return (np.full(self.shape, upstream),)


def mlp_graph(layers, right=mlp_graph):
    graph = right(layers)
    graph.add("loss", SumGate(), "square")
    return graph


# %% mutant: loss-by-rows
# method: several
# wrong: divided by the number of rows, not of elements
class RowsGate:
    def forward(self, x):
        self.shape = x.shape
        return np.sum(x) / len(x)

    def backward(self, upstream):
        return (np.full(self.shape, upstream / self.shape[0]),)


def mlp_graph(layers, right=mlp_graph):
    graph = right(layers)
    graph.add("loss", RowsGate(), "square")
    return graph


# %% mutant: square-of-one-use
# method: several
# wrong: a square whose gradient is that of one factor
class HalfSquareGate:
    def forward(self, x):
        self.x = x
        return x * x

    def backward(self, upstream):
        return (upstream * self.x,)


def mlp_graph(layers, right=mlp_graph):
    graph = right(layers)
    graph.add("square", HalfSquareGate(), "difference")
    return graph


# %% mutant: bias-not-summed
# method: several
# wrong: the gradient of a bias is not summed over the rows
class WrongRowGate(AddRowGate):
    def backward(self, upstream):
        return (upstream, upstream)


def mlp_graph(layers, right=mlp_graph):
    graph = right(layers)
    graph.add("predictions", WrongRowGate(), "product%d" % layers, "b%d" % layers)
    return graph


# %% mutant: bias-averaged
# method: several
# wrong: the mean over the rows in place of the sum
class MeanRowGate(AddRowGate):
    def backward(self, upstream):
        return (upstream, np.mean(upstream, axis=0))


def mlp_graph(layers, right=mlp_graph):
    graph = right(layers)
    graph.add("predictions", MeanRowGate(), "product%d" % layers, "b%d" % layers)
    return graph


# %% mutant: one-gate-for-all
# method: several
# wrong: the same gate object in every layer
def complete(graph):
    graph.add("minus", ScaleGate(-1.0), "targets")
    graph.add("difference", AddGate(), "predictions", "minus")
    graph.add("square", MultiplyGate(), "difference", "difference")
    graph.add("loss", MeanGate(), "square")
    return graph


def mlp_graph(layers):
    graph = ComputationalGraph()
    matmul, tanh_gate = MatMulGate(), TanhGate()
    hidden = "inputs"
    for k in range(1, layers + 1):
        graph.add("product%d" % k, matmul, hidden, "W%d" % k)
        sums = "predictions" if k == layers else "sum%d" % k
        graph.add(sums, AddRowGate(), "product%d" % k, "b%d" % k)
        if k < layers:
            hidden = "hidden%d" % k
            graph.add(hidden, tanh_gate, sums)
    return complete(graph)


# %% mutant: names-from-zero
# method: several
# wrong: W0, b0, ... in place of W1, b1, ...
def mlp_graph(layers):
    graph = ComputationalGraph()
    hidden = "inputs"
    for k in range(layers):
        graph.add("product%d" % k, MatMulGate(), hidden, "W%d" % k)
        sums = "predictions" if k == layers - 1 else "sum%d" % k
        graph.add(sums, AddRowGate(), "product%d" % k, "b%d" % k)
        if k < layers - 1:
            hidden = "hidden%d" % k
            graph.add(hidden, TanhGate(), sums)
    graph.add("minus", ScaleGate(-1.0), "targets")
    graph.add("difference", AddGate(), "predictions", "minus")
    graph.add("square", MultiplyGate(), "difference", "difference")
    graph.add("loss", MeanGate(), "square")
    return graph


# %% mutant: two-layers-only
# method: several
# wrong: always two layers
def mlp_graph(layers, right=mlp_graph):
    return right(2)


# %% mutant: returns-nothing
# method: several
# wrong: no return
def mlp_graph(layers, right=mlp_graph):
    right(layers)


# %% mutant: returns-the-loss-only
# method: several
# wrong: forward gives the loss, no dict
class LossOnly:
    def __init__(self, graph):
        self.graph = graph

    def forward(self, values):
        return self.graph.forward(values)["loss"]

    def backward(self, output):
        return self.graph.backward(output)


def mlp_graph(layers, right=mlp_graph):
    return LossOnly(right(layers))


# %% mutant: numeric-differences
# method: several
# wrong: central differences of the loss
class Numeric:
    def __init__(self, graph):
        self.graph = graph

    def forward(self, values):
        self.inputs = {name: np.array(value) for name, value in values.items()}
        return self.graph.forward(self.inputs)

    def backward(self, output):
        gradients = {}
        for name, array in self.inputs.items():
            gradients[name] = np.zeros(array.shape)
            for index in np.ndindex(*array.shape):
                found = []
                for step in (1e-5, -1e-5):
                    moved = array.copy()
                    moved[index] += step
                    found.append(self.graph.forward({**self.inputs, name: moved})[output])
                gradients[name][index] = (found[0] - found[1]) / 2e-5
        return gradients


def mlp_graph(layers, right=mlp_graph):
    return Numeric(right(layers))


# %% mutant: numeric-complex-step
# method: several
# wrong: complex steps through the loss
class ComplexStep:
    def __init__(self, graph):
        self.graph = graph

    def forward(self, values):
        self.inputs = {name: np.array(value) for name, value in values.items()}
        return self.graph.forward(self.inputs)

    def backward(self, output):
        gradients = {}
        for name, array in self.inputs.items():
            gradients[name] = np.zeros(array.shape)
            for index in np.ndindex(*array.shape):
                moved = array.astype(complex)
                moved[index] += 1e-30j
                found = self.graph.forward({**self.inputs, name: moved})[output]
                gradients[name][index] = found.imag / 1e-30
        return gradients


def mlp_graph(layers, right=mlp_graph):
    return ComplexStep(right(layers))


# %% mutant: library-autograd
# method: several
# wrong: a library for automatic differentiation
class ByLibrary:
    def __init__(self, graph):
        self.graph = graph

    def forward(self, values):
        self.inputs = values
        return self.graph.forward(values)

    def backward(self, output):
        import autograd

        return autograd.grad(lambda values: self.graph.forward(values)[output])(self.inputs)


def mlp_graph(layers, right=mlp_graph):
    return ByLibrary(right(layers))
