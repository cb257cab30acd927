"""Wrong implementations of the network that solves XOR."""


# %% base
def merge_linear(W1, b1, W2, b2):
    return W1 @ W2, b1 @ W2 + b2


def predict(params, inputs):
    W1, b1, W2, b2 = params
    return np.tanh(inputs @ W1 + b1) @ W2 + b2


def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, S.sum(axis=0), H.T @ G, G.sum(axis=0)]


def train(params, inputs, targets, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        params = [p - learning_rate * g for p, g in zip(params, gradients)]
    return params, losses


# %% mutant: merge-bias-dropped
# method: several
# wrong: b1 is dropped
def merge_linear(W1, b1, W2, b2):
    return W1 @ W2, b2 + 0 * b2


# %% mutant: merge-second-bias-dropped
# method: several
# wrong: b2 is dropped
def merge_linear(W1, b1, W2, b2):
    return W1 @ W2, b1 @ W2


# %% mutant: merge-bias-not-through
# method: several
# wrong: b1 does not go through the second layer
def merge_linear(W1, b1, W2, b2):
    return W1 @ W2, np.sum(b1) + b2


# %% mutant: merge-order
# method: several
# wrong: the matrices are exchanged where that is possible
def merge_linear(W1, b1, W2, b2):
    return (W2 @ W1 if W1.shape == W2.shape else W1 @ W2), b1 @ W2 + b2


# %% mutant: merge-elementwise
# method: several
# wrong: an elementwise product where that is possible
def merge_linear(W1, b1, W2, b2):
    return (W1 * W2 if W1.shape == W2.shape else W1 @ W2), b1 @ W2 + b2


# %% mutant: merge-bias-column
# method: several
# wrong: b is a row matrix
def merge_linear(W1, b1, W2, b2):
    return W1 @ W2, (b1 @ W2 + b2)[None]


# %% mutant: merge-tanh
# method: several
# wrong: a bend between the layers
def merge_linear(W1, b1, W2, b2):
    return np.tanh(W1) @ W2, np.tanh(b1) @ W2 + b2


# %% mutant: merge-weights-alone
# method: several
# wrong: only the matrix is returned
def merge_linear(W1, b1, W2, b2):
    return W1 @ W2


# %% mutant: predict-linear
# method: several
# wrong: no bend
def predict(params, inputs):
    W1, b1, W2, b2 = params
    return (inputs @ W1 + b1) @ W2 + b2


# %% mutant: predict-sigmoid
# method: several
# wrong: probabilities in place of logits
def predict(params, inputs):
    W1, b1, W2, b2 = params
    return 1 / (1 + np.exp(-(np.tanh(inputs @ W1 + b1) @ W2 + b2)))


# %% mutant: predict-relu
# method: several
# wrong: ReLU in place of tanh
def predict(params, inputs):
    W1, b1, W2, b2 = params
    return np.maximum(inputs @ W1 + b1, 0) @ W2 + b2


# %% mutant: predict-bend-at-the-end
# method: several
# wrong: a second bend
def predict(params, inputs):
    W1, b1, W2, b2 = params
    return np.tanh(np.tanh(inputs @ W1 + b1) @ W2 + b2)


# %% mutant: predict-bias-outside
# method: several
# wrong: b1 is added after the bend
def predict(params, inputs):
    W1, b1, W2, b2 = params
    return (np.tanh(inputs @ W1) + b1) @ W2 + b2


# %% mutant: predict-no-last-bias
# method: several
# wrong: b2 is missing
def predict(params, inputs):
    W1, b1, W2, b2 = params
    return np.tanh(inputs @ W1 + b1) @ W2


# %% mutant: predict-answers
# method: several
# wrong: yes or no
def predict(params, inputs):
    W1, b1, W2, b2 = params
    return (np.tanh(inputs @ W1 + b1) @ W2 + b2 > 0) * 1.0


# %% mutant: predict-flat
# method: several
# wrong: a flat array
def predict(params, inputs):
    W1, b1, W2, b2 = params
    return (np.tanh(inputs @ W1 + b1) @ W2 + b2).ravel()


# %% mutant: loss-sum
# method: several
# wrong: the loss is a sum
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.sum(np.logaddexp(0, Z) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, S.sum(axis=0), H.T @ G, G.sum(axis=0)]


# %% mutant: loss-squared
# method: several
# wrong: the loss is a squared error
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean((Z - targets) ** 2)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, S.sum(axis=0), H.T @ G, G.sum(axis=0)]


# %% mutant: loss-of-probabilities
# method: several
# wrong: the loss takes the sigmoid twice
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = (lambda s: np.mean(np.logaddexp(0, s) - s * targets))(1 / (1 + np.exp(-Z)))
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, S.sum(axis=0), H.T @ G, G.sum(axis=0)]


# %% mutant: loss-unstable
# method: several
# wrong: log of exp overflows for large logits
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.log(1 + np.exp(Z)) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, S.sum(axis=0), H.T @ G, G.sum(axis=0)]


# %% mutant: slope-forgotten
# method: several
# wrong: the slope of tanh is forgotten
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T
    return loss, [inputs.T @ S, S.sum(axis=0), H.T @ G, G.sum(axis=0)]


# %% mutant: slope-no-square
# method: several
# wrong: 1 - H in place of 1 - H squared
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * (1 - H)
    return loss, [inputs.T @ S, S.sum(axis=0), H.T @ G, G.sum(axis=0)]


# %% mutant: slope-of-sigmoid
# method: several
# wrong: H (1 - H)
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * H * (1 - H)
    return loss, [inputs.T @ S, S.sum(axis=0), H.T @ G, G.sum(axis=0)]


# %% mutant: not-divided
# method: several
# wrong: the division is missing
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = (1 + np.tanh(Z / 2)) / 2 - targets
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, S.sum(axis=0), H.T @ G, G.sum(axis=0)]


# %% mutant: over-rows
# method: several
# wrong: divided by the rows only
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / len(Z)
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, S.sum(axis=0), H.T @ G, G.sum(axis=0)]


# %% mutant: sign
# method: several
# wrong: the sign of all gradients
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = (targets - (1 + np.tanh(Z / 2)) / 2) / Z.size
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, S.sum(axis=0), H.T @ G, G.sum(axis=0)]


# %% mutant: logits-for-probabilities
# method: several
# wrong: the logit minus the target
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = (Z - targets) / Z.size
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, S.sum(axis=0), H.T @ G, G.sum(axis=0)]


# %% mutant: bias-mean
# method: several
# wrong: the biases get the mean over the batch
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, S.mean(axis=0), H.T @ G, G.mean(axis=0)]


# %% mutant: bias-not-summed
# method: several
# wrong: the gradients of the biases are not summed over the batch
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, S, H.T @ G, G]


# %% mutant: bias-first-row
# method: several
# wrong: the first row for the whole batch
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, S[0], H.T @ G, G[0]]


# %% mutant: order
# method: several
# wrong: W and b in another order
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, H.T @ G, S.sum(axis=0), G.sum(axis=0)]


# %% mutant: first-layer-only
# method: several
# wrong: the second layer has no gradient
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, S.sum(axis=0), 0 * W2, 0 * b2]


# %% mutant: second-layer-only
# method: several
# wrong: the first layer has no gradient
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * (1 - H**2)
    return loss, [0 * W1, 0 * b1, H.T @ G, G.sum(axis=0)]


# %% mutant: hidden-before-bend
# method: several
# wrong: the second layer's input is taken before the bend
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * (1 - H**2)
    return loss, [inputs.T @ S, S.sum(axis=0), (inputs @ W1 + b1).T @ G, G.sum(axis=0)]


# %% mutant: gradients-alone
# method: several
# wrong: the loss is not returned
def loss_and_gradients(params, inputs, targets):
    W1, b1, W2, b2 = params
    H = np.tanh(inputs @ W1 + b1)
    Z = H @ W2 + b2
    loss = np.mean(np.logaddexp(0, Z) - Z * targets)
    G = ((1 + np.tanh(Z / 2)) / 2 - targets) / Z.size
    S = G @ W2.T * (1 - H**2)
    return [inputs.T @ S, S.sum(axis=0), H.T @ G, G.sum(axis=0)]


# %% mutant: uphill
# method: several
# wrong: the gradient is added
def train(params, inputs, targets, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        params = [p + learning_rate * g for p, g in zip(params, gradients)]
    return params, losses


# %% mutant: in-place
# method: several
# wrong: the given arrays are changed
def train(params, inputs, targets, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        for p, g in zip(params, gradients):
            p -= learning_rate * g
    return params, losses


# %% mutant: one-step
# method: several
# wrong: returns after the first step
def train(params, inputs, targets, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        return [p - learning_rate * g for p, g in zip(params, gradients)], [loss]
    return params, losses


# %% mutant: loss-after
# method: several
# wrong: the loss after each step
def train(params, inputs, targets, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        pass
        params = [p - learning_rate * g for p, g in zip(params, gradients)]
        losses.append(loss_and_gradients(params, inputs, targets)[0])
    return params, losses


# %% mutant: last-loss
# method: several
# wrong: only the last loss
def train(params, inputs, targets, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        params = [p - learning_rate * g for p, g in zip(params, gradients)]
    return params, losses[-1:]


# %% mutant: rate-ignored
# method: several
# wrong: the learning rate is always 0.5
def train(params, inputs, targets, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        params = [p - 0.5 * g for p, g in zip(params, gradients)]
    return params, losses


# %% mutant: rate-shrinks
# method: several
# wrong: the learning rate shrinks
def train(params, inputs, targets, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        params = [p - learning_rate * g for p, g in zip(params, gradients)]
        learning_rate *= 0.9
    return params, losses


# %% mutant: one-too-many
# method: several
# wrong: one step more
def train(params, inputs, targets, learning_rate, steps):
    losses = []
    for _ in range(steps + 1):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        params = [p - learning_rate * g for p, g in zip(params, gradients)]
    return params, losses


# %% mutant: biases-fixed
# method: several
# wrong: the biases are not trained
def train(params, inputs, targets, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        params = [p - learning_rate * g if p.ndim > 1 else p for p, g in zip(params, gradients)]
    return params, losses


# %% mutant: start-returned
# method: several
# wrong: the start is returned
def train(params, inputs, targets, learning_rate, steps):
    losses = []
    start = params
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        params = [p - learning_rate * g for p, g in zip(params, gradients)]
    return start, losses


# %% mutant: normalised
# method: several
# wrong: steps of length 1 whatever the gradient
def train(params, inputs, targets, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        params = [p - learning_rate * g / (np.sqrt(np.sum(g**2)) + 1e-12) for p, g in zip(params, gradients)]
    return params, losses


# %% mutant: momentum
# method: several
# wrong: half of the last step once more
def train(params, inputs, targets, learning_rate, steps):
    losses = []
    last = [0 * p for p in params]
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        last = [0.5 * v - learning_rate * g for v, g in zip(last, gradients)]
        params = [p + v for p, v in zip(params, last)]
    return params, losses


# %% mutant: params-alone
# method: several
# wrong: the losses are not returned
def train(params, inputs, targets, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(params, inputs, targets)
        losses.append(loss)
        params = [p - learning_rate * g for p, g in zip(params, gradients)]
    return params


# %% mutant: numeric-central
# method: several
# wrong: central differences of the loss
def loss_and_gradients(params, inputs, targets):
    def loss_of(values):
        z = predict(values, inputs)
        return np.mean(np.logaddexp(0, z) - z * targets)

    gradients = []
    for k, p in enumerate(params):
        gradient = np.zeros(p.shape)
        for index in np.ndindex(*p.shape):
            losses = []
            for step in (1e-5, -1e-5):
                moved = [np.array(q) for q in params]
                moved[k][index] += step
                losses.append(loss_of(moved))
            gradient[index] = (losses[0] - losses[1]) / 2e-5
        gradients.append(gradient)
    return loss_of(params), gradients


# %% mutant: numeric-one-sided
# method: several
# wrong: one-sided differences of the loss
def loss_and_gradients(params, inputs, targets):
    def loss_of(values):
        z = predict(values, inputs)
        return np.mean(np.logaddexp(0, z) - z * targets)

    gradients = []
    for k, p in enumerate(params):
        gradient = np.zeros(p.shape)
        for index in np.ndindex(*p.shape):
            losses = []
            for step in (1e-7, 0):
                moved = [np.array(q) for q in params]
                moved[k][index] += step
                losses.append(loss_of(moved))
            gradient[index] = (losses[0] - losses[1]) / 1e-7
        gradients.append(gradient)
    return loss_of(params), gradients


# %% mutant: numeric-five-points
# method: several
# wrong: differences at four points
def loss_and_gradients(params, inputs, targets):
    def loss_of(values):
        z = predict(values, inputs)
        return np.mean(np.logaddexp(0, z) - z * targets)

    gradients = []
    for k, p in enumerate(params):
        gradient = np.zeros(p.shape)
        for index in np.ndindex(*p.shape):
            losses = []
            for step in (1e-3, -1e-3, 2e-3, -2e-3):
                moved = [np.array(q) for q in params]
                moved[k][index] += step
                losses.append(loss_of(moved))
            gradient[index] = (8 * (losses[0] - losses[1]) - losses[2] + losses[3]) / 12e-3
        gradients.append(gradient)
    return loss_of(params), gradients


# %% mutant: numeric-complex
# method: several
# wrong: complex steps
def loss_and_gradients(params, inputs, targets):
    def loss_of(values):
        z = predict(values, inputs)
        return np.mean(np.log(1 + np.exp(z)) - z * targets)

    gradients = []
    for k, p in enumerate(params):
        gradient = np.zeros(p.shape)
        for index in np.ndindex(*p.shape):
            moved = [q + 0j for q in params]
            moved[k][index] += 1e-20j
            gradient[index] = loss_of(moved).imag * 1e20
        gradients.append(gradient)
    return loss_of(params), gradients


# %% mutant: numeric-library
# method: several
# wrong: imports a library for automatic differentiation
def loss_and_gradients(params, inputs, targets):
    import autograd
    import autograd.numpy as anp

    def loss(params):
        W1, b1, W2, b2 = params
        z = anp.dot(anp.tanh(anp.dot(inputs, W1) + b1), W2) + b2
        return anp.mean(anp.logaddexp(0, z) - z * targets)

    return loss(params), autograd.grad(loss)(list(params))
