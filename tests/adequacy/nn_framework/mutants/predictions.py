"""Wrong probabilities."""


# %% base
def predict_probabilities(network, x):
    network.evaluate()
    return np.exp(network.forward(x))


# %% mutant: logarithms
# method: probabilities
# wrong: gives the logarithms
def predict_probabilities(network, x):
    network.evaluate()
    return network.forward(x)


# %% mutant: training-mode
# method: probabilities
# wrong: the network is in training mode
def predict_probabilities(network, x):
    network.train()
    return np.exp(network.forward(x))


# %% mutant: mode-as-it-is
# method: probabilities
# wrong: the mode is left as it was
def predict_probabilities(network, x):
    return np.exp(network.forward(x))


# %% mutant: over-the-batch
# method: probabilities
# wrong: each column adds up to 1
def predict_probabilities(network, x):
    network.evaluate()
    p = np.exp(network.forward(x))
    return p / p.sum(axis=0)


# %% mutant: all-add-up-to-1
# method: probabilities
# wrong: all elements together add up to 1
def predict_probabilities(network, x):
    network.evaluate()
    p = np.exp(network.forward(x))
    return p / p.sum()


# %% mutant: one-hot
# method: probabilities
# wrong: 1 for the likeliest class and 0 elsewhere
def predict_probabilities(network, x):
    network.evaluate()
    out = network.forward(x)
    return np.eye(out.shape[1])[out.argmax(axis=1)]


# %% mutant: labels
# method: probabilities
# wrong: the likeliest class only
def predict_probabilities(network, x):
    network.evaluate()
    return network.forward(x).argmax(axis=1)


# %% mutant: largest-only
# method: probabilities
# wrong: only the largest probability
def predict_probabilities(network, x):
    network.evaluate()
    return np.exp(network.forward(x)).max(axis=1)


# %% mutant: twice
# method: probabilities
# wrong: the exponential is taken twice
def predict_probabilities(network, x):
    network.evaluate()
    p = np.exp(np.exp(network.forward(x)))
    return p / p.sum(axis=1, keepdims=True)


# %% mutant: percent
# method: probabilities
# wrong: per cent
def predict_probabilities(network, x):
    network.evaluate()
    return 100 * np.exp(network.forward(x))


# %% mutant: rounded
# method: probabilities
# wrong: rounded to two digits
def predict_probabilities(network, x):
    network.evaluate()
    return np.round(np.exp(network.forward(x)), 2)


# %% mutant: sorted
# method: probabilities
# wrong: sorted, so that nobody knows which class is which
def predict_probabilities(network, x):
    network.evaluate()
    return np.sort(np.exp(network.forward(x)), axis=1)


# %% mutant: first-row
# method: probabilities
# wrong: the first example only
def predict_probabilities(network, x):
    network.evaluate()
    return np.exp(network.forward(x))[0]


# %% mutant: transposed
# method: probabilities
# wrong: a column for each example
def predict_probabilities(network, x):
    network.evaluate()
    return np.exp(network.forward(x)).T


# %% mutant: base-2
# method: probabilities
# wrong: powers of 2
def predict_probabilities(network, x):
    network.evaluate()
    return 2.0 ** network.forward(x)


# %% mutant: evaluated-once
# method: probabilities
# wrong: switches to evaluation the first time only
SEEN = []


def predict_probabilities(network, x):
    if network not in SEEN:
        network.evaluate()
        SEEN.append(network)
    return np.exp(network.forward(x))
