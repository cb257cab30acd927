"""Wrong batches, training loops and networks for blobs."""


# %% base
def batches(x, y, batch_size):
    order = np.random.permutation(len(x))
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        yield x[chosen], y[chosen]


def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses


def make_blobs_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 2))
    network.add(modules.LogSoftMax())
    return network


# %% mutant: last-batch-dropped
# method: batches
# wrong: the examples that do not fill a batch are left out
def batches(x, y, batch_size):
    order = np.random.permutation(len(x))
    for start in range(0, len(x) - batch_size + 1, batch_size):
        yield x[order[start:start + batch_size]], y[order[start:start + batch_size]]


# %% mutant: not-shuffled
# method: batches
# wrong: the batches come in the order of the data
def batches(x, y, batch_size):
    for start in range(0, len(x), batch_size):
        yield x[start:start + batch_size], y[start:start + batch_size]


# %% mutant: targets-not-shuffled
# method: batches
# wrong: the examples are shuffled and their targets are not
def batches(x, y, batch_size):
    order = np.random.permutation(len(x))
    for start in range(0, len(x), batch_size):
        yield x[order[start:start + batch_size]], y[start:start + batch_size]


# %% mutant: two-orders
# method: batches
# wrong: examples and targets get an order each
def batches(x, y, batch_size):
    one, two = np.random.permutation(len(x)), np.random.permutation(len(x))
    for start in range(0, len(x), batch_size):
        yield x[one[start:start + batch_size]], y[two[start:start + batch_size]]


# %% mutant: always-the-same-order
# method: batches
# wrong: seeds its generator in each epoch
def batches(x, y, batch_size):
    order = np.random.default_rng(0).permutation(len(x))
    for start in range(0, len(x), batch_size):
        yield x[order[start:start + batch_size]], y[order[start:start + batch_size]]


# %% mutant: only-batches-shuffled
# method: batches
# wrong: the order of the batches is new, the batches are not
def batches(x, y, batch_size):
    starts = np.random.permutation(np.arange(0, len(x), batch_size))
    for start in starts:
        yield x[start:start + batch_size], y[start:start + batch_size]


# %% mutant: with-replacement
# method: batches
# wrong: draws each batch anew, so some examples are missed
def batches(x, y, batch_size):
    for start in range(0, len(x), batch_size):
        chosen = np.random.randint(len(x), size=min(batch_size, len(x) - start))
        yield x[chosen], y[chosen]


# %% mutant: shuffles-in-place
# method: batches
# wrong: changes the order of the caller's own arrays
def batches(x, y, batch_size):
    order = np.random.permutation(len(x))
    x[...], y[...] = x[order], y[order]
    for start in range(0, len(x), batch_size):
        yield x[start:start + batch_size], y[start:start + batch_size]


# %% mutant: last-batch-filled-up
# method: batches
# wrong: the last batch is filled with examples that were dealt before
def batches(x, y, batch_size):
    order = np.random.permutation(len(x))
    order = np.resize(order, -(-len(x) // batch_size) * batch_size)
    for start in range(0, len(order), batch_size):
        yield x[order[start:start + batch_size]], y[order[start:start + batch_size]]


# %% mutant: batches-overlap
# method: batches
# wrong: each batch begins with the last example of the one before
def batches(x, y, batch_size):
    order = np.random.permutation(len(x))
    for start in range(0, len(x), batch_size):
        chosen = order[max(start - 1, 0):start + batch_size]
        yield x[chosen], y[chosen]


# %% mutant: one-batch-only
# method: batches
# wrong: yields the first batch and no other
def batches(x, y, batch_size):
    chosen = np.random.permutation(len(x))[:batch_size]
    yield x[chosen], y[chosen]


# %% mutant: uneven-batches
# method: batches
# wrong: splits into batches of nearly equal size
def batches(x, y, batch_size):
    order = np.random.permutation(len(x))
    for chosen in np.array_split(order, -(-len(x) // batch_size)):
        yield x[chosen], y[chosen]


# %% mutant: gradients-add-up
# method: training
# wrong: the gradients of the batch before are never cleared
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses


# %% mutant: cleared-before-the-step
# method: training
# wrong: clears the gradients between backward and the step
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            network.zero_grad_params()
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses


# %% mutant: state-for-each-epoch
# method: training
# wrong: the velocities are lost after each epoch
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        state = {}
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses


# %% mutant: state-for-each-batch
# method: training
# wrong: a new state for each batch: momentum has no effect
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, {})
        losses.append(total / len(x))
    return losses


# %% mutant: first-batch-only
# method: training
# wrong: each epoch is trained with its first batch only
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
            break
        losses.append(total / len(x))
    return losses


# %% mutant: half-the-batches
# method: training
# wrong: every second batch is left out
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            skip = not locals().get('skip', True)
            if skip:
                continue
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses


# %% mutant: loss-of-the-last-batch
# method: training
# wrong: the loss of the epoch is that of its last batch
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(criterion.output)
    return losses


# %% mutant: unweighted-mean
# method: training
# wrong: a smaller last batch counts as much as the others
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) / -(-len(x) // batch_size)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total)
    return losses


# %% mutant: sum-of-losses
# method: training
# wrong: the losses are added up and not averaged
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total)
    return losses


# %% mutant: loss-after-the-step
# method: training
# wrong: the loss is computed after the step
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
            total += criterion.forward(network.forward(a), b) * len(a)
        losses.append(total / len(x))
    return losses


# %% mutant: loss-of-the-whole-data-after
# method: training
# wrong: the loss of all data after the epoch
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(criterion.forward(network.forward(x), y))
    return losses


# %% mutant: mode-not-set
# method: training
# wrong: the network stays in the mode it was in
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses


# %% mutant: trained-in-evaluation-mode
# method: training
# wrong: the network is switched to evaluation
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.evaluate()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses


# %% mutant: returns-nothing
# method: training
# wrong: the losses are not returned
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    losses


# %% mutant: returns-the-last-loss
# method: training
# wrong: only the last loss is returned
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses[-1]


# %% mutant: a-loss-for-each-batch
# method: training
# wrong: returns the loss of each batch
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            losses.append(criterion.forward(out, b))
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
    return losses


# %% mutant: one-epoch
# method: training
# wrong: one epoch, whatever epochs is
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(1):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses * epochs


# %% mutant: one-epoch-too-few
# method: training
# wrong: an epoch is missing
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs - 1):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses + losses[-1:]


# %% mutant: own-learning-rate
# method: training
# wrong: config is ignored
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), {'learning_rate': 0.01, 'momentum': 0.9}, state)
        losses.append(total / len(x))
    return losses


# %% mutant: batch-size-ignored
# method: training
# wrong: batches of 32, whatever batch_size is
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, 32):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses


# %% mutant: whole-data-in-each-step
# method: training
# wrong: each step is made with all the data
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            a, b = x, y
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses


# %% mutant: output-as-gradient
# method: training
# wrong: the network's output is passed back and not the criterion's gradient
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, out)
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses


# %% mutant: target-first
# method: training
# wrong: the criterion gets target and output exchanged
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(b, out))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses


# %% mutant: no-step
# method: training
# wrong: SGD is not called
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
        losses.append(total / len(x))
    return losses


# %% mutant: two-steps
# method: training
# wrong: two steps for each batch
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses


# %% mutant: learning-rate-decays
# method: training
# wrong: the learning rate is halved after each epoch
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        config = dict(config, learning_rate=config['learning_rate'] / (2 if epoch else 1))
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses


# %% mutant: constant-losses
# method: training
# wrong: makes the losses up
def train_model(network, criterion, config, x, y, epochs, batch_size):
    losses, state = [], {}
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(1 / (epoch + 1))
    return losses


# %% mutant: state-for-ever
# method: training
# wrong: one state for all trainings: the next one starts with old velocities
def train_model(network, criterion, config, x, y, epochs, batch_size, state={}):
    losses = []
    network.train()
    for epoch in range(epochs):
        total = 0
        for a, b in batches(x, y, batch_size):
            network.zero_grad_params()
            out = network.forward(a)
            total += criterion.forward(out, b) * len(a)
            network.backward(a, criterion.backward(out, b))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        losses.append(total / len(x))
    return losses


# %% mutant: one-network-for-ever
# method: network
# wrong: returns the same network each time
ONLY = make_blobs_network()


def make_blobs_network():
    return ONLY


# %% mutant: no-log-softmax
# method: network
# wrong: ends with the scores
def make_blobs_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 2))
    return network


# %% mutant: softmax-at-the-end
# method: network
# wrong: gives probabilities, not their logarithms
def make_blobs_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 2))
    network.add(modules.SoftMax())
    return network


# %% mutant: one-output
# method: network
# wrong: has one output in place of two
def make_blobs_network():
    network = modules.Sequential()
    network.add(modules.Linear(2, 1))
    network.add(modules.LogSoftMax())
    return network


# %% mutant: not-a-layer-that-learns
# method: network
# wrong: no layer has parameters
def make_blobs_network():
    network = modules.Sequential()
    network.add(modules.LogSoftMax())
    return network
