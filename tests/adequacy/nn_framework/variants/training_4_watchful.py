# style: watches the loss of all the data, shuffles once more, copies everything, float32
# notebook: 0_train_model

# %%
def batches(x, y, batch_size):
    x, y = x.astype(np.float32), y.astype(np.float32)
    for _ in range(3):
        order = np.random.permutation(x.shape[0])
        x, y = x[order], y[order]
    start = 0
    while start < x.shape[0]:
        stop = min(start + batch_size, x.shape[0])
        yield x[start:stop].copy(), y[start:stop].copy()
        start = stop

# %%
def train_model(network, criterion, config, x, y, epochs, batch_size):
    rate, momentum = config["learning_rate"], config["momentum"]
    state, losses, monitor = {}, [], []
    order = np.random.permutation(len(x))
    x, y = x[order], y[order]
    for epoch in range(1, epochs + 1):
        per_example = []
        for a, b in batches(x, y, batch_size):
            network.train()
            network.zero_grad_params()
            out = network.forward(a)
            per_example += [criterion.forward(out, b)] * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(),
                        {"learning_rate": rate, "momentum": momentum}, state)
        losses += [np.mean(per_example)]
        network.evaluate()
        monitor.append(np.mean(network.forward(x).argmax(axis=1) == y.argmax(axis=1)))
        network.train()
    return losses

# %%
def make_blobs_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 8))
    network.add(modules.SoftPlus())
    network.add(modules.Linear(8, 2))
    network.add(modules.LogSoftMax())
    return network

# %%
def make_circles_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 64))
    network.add(modules.ELU())
    network.add(modules.Linear(64, 2))
    network.add(modules.LogSoftMax())
    return network

# %%
def make_image_network():
    network = modules.Sequential()
    network.add(modules.Flatten())
    network.add(modules.Linear(64, 96))
    network.add(modules.ReLU())
    network.add(modules.Dropout(0.2))
    network.add(modules.Linear(96, 10))
    network.add(modules.LogSoftMax())
    return network

# %%
def paired_test(first_right, second_right):
    table = np.zeros((2, 2), dtype=int)
    for row, column in zip(first_right.astype(int), second_right.astype(int)):
        table[row, column] += 1
    b, c = table[1, 0].item(), table[0, 1].item()
    # the distribution of b, toss by toss
    distribution = np.ones(1)
    for _ in range(b + c):
        distribution = np.convolve(distribution, [0.5, 0.5])
    m = min(b, c)
    return min(1.0, distribution[:m + 1].sum() + distribution[b + c - m:].sum())

# %%
def predict_probabilities(network, x):
    network.evaluate()
    probabilities = np.exp(network.forward(x.astype(np.float32)))
    network.train()
    return probabilities
