"""Networks that do not learn circles."""


# %% base
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 50))
    network.add(modules.ReLU())
    network.add(modules.Linear(50, 2))
    network.add(modules.LogSoftMax())
    return network


# %% mutant: no-log-softmax
# method: network
# wrong: ends with the scores
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 50))
    network.add(modules.ReLU())
    network.add(modules.Linear(50, 2))
    return network


# %% mutant: softmax-at-the-end
# method: network
# wrong: gives probabilities, not their logarithms
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 50))
    network.add(modules.ReLU())
    network.add(modules.Linear(50, 2))
    network.add(modules.SoftMax())
    return network


# %% mutant: a-class-too-many
# method: network
# wrong: has one output too many
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 50))
    network.add(modules.ReLU())
    network.add(modules.Linear(50, 3))
    network.add(modules.LogSoftMax())
    return network


# %% mutant: a-class-too-few
# method: network
# wrong: has one output too few
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 50))
    network.add(modules.ReLU())
    network.add(modules.Linear(50, 1))
    network.add(modules.LogSoftMax())
    return network


# %% mutant: one-network-for-ever
# method: network
# wrong: returns the same network each time
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 50))
    network.add(modules.ReLU())
    network.add(modules.Linear(50, 2))
    network.add(modules.LogSoftMax())
    return network


ONLY = make_circles_network()


def make_circles_network():
    return ONLY


# %% mutant: one-hidden-feature
# method: network
# wrong: a single hidden feature
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 1))
    network.add(modules.ReLU())
    network.add(modules.Linear(1, 2))
    network.add(modules.LogSoftMax())
    return network


# %% mutant: zero-weights
# method: network
# wrong: all weights start at 0, so the hidden features stay alike
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 50))
    network.add(modules.ReLU())
    network.add(modules.Linear(50, 2))
    network.add(modules.LogSoftMax())
    for layer in network.get_parameters():
        for array in layer:
            array[...] = 0
    return network


# %% mutant: nearly-everything-dropped
# method: network
# wrong: Dropout sets almost everything to 0
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 50))
    network.add(modules.ReLU())
    network.add(modules.Dropout(0.995))
    network.add(modules.Linear(50, 2))
    network.add(modules.LogSoftMax())
    return network


# %% mutant: nothing-but-log-softmax
# method: network
# wrong: there is no layer with parameters
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.LogSoftMax())
    return network


# %% mutant: constant
# method: network
# wrong: predicts class 0, whatever the input
class Constant(modules.Module):
    def update_output(self, input):
        self.output = np.log(np.full((len(input), 2), 0.1 / 1))
        self.output[:, 0] = np.log(0.9)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.zeros_like(input)
        return self.grad_input


def make_circles_network():
    network = modules.Sequential()
    network.add(Constant())
    return network


# %% mutant: remembers-the-data
# method: network
# wrong: looks up the notebook's own data in place of learning
class Remembers(modules.Module):
    def __init__(self):
        super().__init__()
        self.x, self.labels = make_circles(400)
        self.x = self.x.reshape(len(self.x), -1)

    def update_output(self, input):
        flat = input.reshape(len(input), -1)
        near = ((flat[:, None] - self.x) ** 2).sum(axis=2).argmin(axis=1)
        self.output = np.log(np.full((len(input), 2), 1e-6))
        self.output[np.arange(len(input)), self.labels[near]] = np.log(1 - 1 * 1e-6)
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = np.zeros_like(input)
        return self.grad_input


def make_circles_network():
    network = modules.Sequential()
    network.add(Remembers())
    return network


# %% mutant: parameters-out-of-reach
# method: network
# wrong: the layers do not tell SGD of their parameters
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 50))
    network.add(modules.ReLU())
    network.add(modules.Linear(50, 2))
    network.add(modules.LogSoftMax())
    network.get_parameters = network.get_grad_params = lambda: []
    return network


# %% mutant: bias-of-the-loss
# method: network
# wrong: the output is cut off from the hidden layer's gradient
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 50))
    network.add(modules.ReLU())
    network.add(modules.Linear(50, 2))
    network.add(modules.LogSoftMax())
    network.backward = lambda input, grad_output: np.zeros_like(input)
    return network


# %% mutant: no-hidden-layer
# method: network
# wrong: one linear layer only
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 2))
    network.add(modules.LogSoftMax())
    return network


# %% mutant: no-bend
# method: network
# wrong: two linear layers without a bend between them
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 50))
    network.add(modules.Linear(50, 2))
    network.add(modules.LogSoftMax())
    return network


# %% mutant: two-hidden-features
# method: network
# wrong: two hidden features cannot fence in the inner ring
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 2))
    network.add(modules.ReLU())
    network.add(modules.Linear(2, 2))
    network.add(modules.LogSoftMax())
    return network
