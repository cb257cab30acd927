# style: defensive: every argument is checked for what the text promises of it, results as well
# notebook: 0_train_model

# %%
def need(condition, text):
    if not condition:
        raise ValueError(text)


def check_examples(x, y):
    for what, rows in (("x", x), ("y", y)):
        need(isinstance(rows, np.ndarray) and rows.dtype.kind in "fiub", what + " is no array of numbers")
        need(np.isfinite(rows).all(), what + " holds nan or inf")
    need(x.ndim >= 2 and y.ndim == 2, "an example in each row, please")
    need(len(x) == len(y) and len(x) > 0, "x and y do not belong together")


def check_size(number, what):
    need(number == int(number) and number >= 1, what + " has to be 1 or more")


def batches(x, y, batch_size):
    check_examples(x, y)
    check_size(batch_size, "batch_size")
    dealt = np.zeros(len(x), dtype=int)
    order = np.random.permutation(len(x))
    for start in range(0, len(x), batch_size):
        chosen = order[start:start + batch_size]
        dealt[chosen] += 1
        yield x[chosen], y[chosen]
    assert (dealt == 1).all(), "each example once"

# %%
def check_one_hot(y):
    need(((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all(), "targets are one-hot")


def train_model(network, criterion, config, x, y, epochs, batch_size):
    need(isinstance(network, modules.Sequential), "the network has to be a Sequential")
    need(isinstance(criterion, modules.Criterion), "the criterion has to be a Criterion")
    need(set(config) >= {"learning_rate", "momentum"}, "config lacks something")
    need(config["learning_rate"] > 0, "the learning rate has to be positive")
    need(0 <= config["momentum"] < 1, "momentum lies between 0 and 1")
    check_examples(x, y)
    check_one_hot(y)
    check_size(epochs, "epochs")
    check_size(batch_size, "batch_size")
    network.train()
    state, losses = {}, []
    for epoch in range(epochs):
        total, count = 0.0, 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            output = network.forward(a)
            need(output.shape == b.shape, "the network gives another shape than the targets have")
            need(np.isfinite(output).all(), "the network gives nan or inf: too large a learning rate?")
            loss = float(criterion.forward(output, b))
            network.backward(a, criterion.backward(output, b))
            parameters, gradients = network.get_parameters(), network.get_grad_params()
            need(len(parameters) == len(gradients), "a list for each layer")
            modules.SGD(parameters, gradients, config, state)
            total += loss * len(a)
            count += len(a)
        assert count == len(x)
        losses.append(total / count)
    assert len(losses) == epochs and np.isfinite(losses).all()
    return losses

# %%
def checked(network, example, classes):
    """The network, after it has been tried on two examples."""
    output = network.forward(example)
    assert output.shape == (2, classes), output.shape
    np.testing.assert_allclose(np.exp(output).sum(axis=1), 1, rtol=1e-5)
    return network


def make_blobs_network():
    network = modules.Sequential()
    for layer in (modules.Linear(2, 10), modules.LeakyReLU(), modules.Linear(10, 2), modules.LogSoftMax()):
        assert isinstance(layer, modules.Module)
        network.add(layer)
    return checked(network, np.zeros((2, 2)), 2)

# %%
def make_circles_network():
    network = modules.Sequential()
    for layer in (modules.Linear(2, 48), modules.ELU(), modules.Linear(48, 2), modules.LogSoftMax()):
        assert isinstance(layer, modules.Module)
        network.add(layer)
    return checked(network, np.zeros((2, 2)), 2)

# %%
def make_image_network():
    network = modules.Sequential()
    network.add(modules.Flatten())
    for layer in (modules.Linear(64, 64), modules.LeakyReLU(), modules.Linear(64, 10), modules.LogSoftMax()):
        assert isinstance(layer, modules.Module)
        network.add(layer)
    return checked(network, np.zeros((2, 8, 8)), 10)

# %%
import math


def paired_test(first_right, second_right):
    for right in (first_right, second_right):
        need(isinstance(right, np.ndarray) and right.ndim == 1, "a vector for each network")
        need(right.dtype == bool, "True or False for each example")
    need(len(first_right) == len(second_right), "the same examples for both")
    first = int(np.sum(first_right & ~second_right))
    second = int(np.sum(second_right & ~first_right))
    n, least = first + second, min(first, second)
    p = sum(math.comb(n, k) for k in range(least + 1)) * 2 / 2**n if n < 1000 else None
    if p is None:
        logs = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(least + 1)]
        p = 2 * sum(math.exp(v - n * math.log(2)) for v in logs)
    p = min(1.0, p)
    assert 0 <= p <= 1
    return p

# %%
def predict_probabilities(network, x):
    need(isinstance(network, modules.Sequential), "the network has to be a Sequential")
    need(isinstance(x, np.ndarray) and x.ndim >= 2, "an example in each row, please")
    before = network.training
    network.evaluate()
    p = np.exp(network.forward(x))
    if before:
        network.train()
    assert p.shape[0] == len(x) and (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    return p
