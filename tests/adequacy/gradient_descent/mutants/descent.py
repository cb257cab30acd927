"""Wrong implementations of descent."""


# %% base
def descent(model, X, y, learning_rate, steps):
    """Train a model by gradient descent; model.w is what is changed.

    model: an object with w, loss(X, y) and gradient(X, y)
    learning_rate: what the gradient is multiplied by, a positive number
    steps: how many updates, at least 1
    returns: {"w": (steps, d), "loss": (steps,), "gradient": (steps, d)}, see above
    """
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: uphill
# method: several
# wrong: with the gradient, not against it
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w + learning_rate * gradient
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: one-array
# method: several
# wrong: the list holds one array many times
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w -= learning_rate * gradient
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: weights-before
# method: several
# wrong: the weights before each update
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        weights.append(model.w.copy())
        model.w = model.w - learning_rate * gradient
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: loss-after
# method: several
# wrong: the loss after each update
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient
        losses.append(model.loss(X, y))
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: gradient-after
# method: several
# wrong: the gradient after each update
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        losses.append(model.loss(X, y))
        model.w = model.w - learning_rate * model.gradient(X, y)
        weights.append(model.w)
        gradients.append(model.gradient(X, y))
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: gradient-scaled
# method: several
# wrong: the history holds the steps, not the gradients
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        losses.append(model.loss(X, y))
        gradients.append(learning_rate * model.gradient(X, y))
        model.w = model.w - gradients[-1]
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: gradient-once
# method: several
# wrong: the gradient is computed before the loop
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    gradient = model.gradient(X, y)
    for _ in range(steps):
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: model-unchanged
# method: several
# wrong: the loop works on a variable of its own in the end
def descent(model, X, y, learning_rate, steps):
    start = model.w.copy()
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient
        weights.append(model.w)
    model.w = start
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: never-written-back
# method: several
# wrong: w is a variable that the model never sees
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    w = model.w.copy()
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        w = w - learning_rate * gradient
        weights.append(w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: starts-at-zero
# method: several
# wrong: the start of the model is ignored
def descent(model, X, y, learning_rate, steps):
    model.w = np.zeros_like(model.w)
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: one-step-more
# method: several
# wrong: steps + 1 updates
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(steps + 1):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: one-step-less
# method: several
# wrong: steps - 1 updates
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(1, steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: start-in-history
# method: several
# wrong: the start is the first row
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [model.w.copy()], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: last-only
# method: several
# wrong: only the last row is returned
def descent(model, X, y, learning_rate, steps):
    for _ in range(steps):
        gradient = model.gradient(X, y)
        loss = model.loss(X, y)
        model.w = model.w - learning_rate * gradient
    return {"w": model.w, "loss": loss, "gradient": gradient}


# %% mutant: stops-early
# method: several
# wrong: stops when the loss is small
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient
        weights.append(model.w)
        if losses[-1] < 1e-12 and len(losses) > 1:
            break
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: stops-when-it-grows
# method: several
# wrong: stops when the loss grows
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient
        weights.append(model.w)
        if model.loss(X, y) > 3 * losses[-1] > 0:
            return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}
        if len(losses) > 1 and losses[-1] > losses[-2]:
            break
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: rate-divided
# method: several
# wrong: the rate is divided by the number of examples
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient / len(X)
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: rate-decays
# method: several
# wrong: the learning rate gets smaller from step to step
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for step in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate / (1 + step) * gradient
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: rate-forgotten
# method: several
# wrong: the learning rate is forgotten
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - gradient
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: momentum
# method: several
# wrong: part of the step before is made again
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients, change = [], [], [], 0
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        change = 0.9 * change + learning_rate * gradient
        model.w = model.w - change
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: history-goes-on
# method: several
# wrong: the lists are kept from call to call
def descent(model, X, y, learning_rate, steps, weights=[], losses=[], gradients=[]):
    if steps != 2 or len(weights) != 3:
        del weights[:], losses[:], gradients[:]
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient
        weights.append(model.w)
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: tuple
# method: several
# wrong: a tuple in place of the dict
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient
        weights.append(model.w)
    return np.array(weights), np.array(losses), np.array(gradients)


# %% mutant: another-name
# method: several
# wrong: the losses are called "losses"
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient
        weights.append(model.w)
    return {"w": np.array(weights), "losses": np.array(losses), "gradient": np.array(gradients)}


# %% mutant: normalizes-inputs
# method: several
# wrong: X is scaled in place before the training
def descent(model, X, y, learning_rate, steps):
    weights, losses, gradients = [], [], []
    for _ in range(steps):
        gradient = model.gradient(X, y)
        losses.append(model.loss(X, y))
        gradients.append(gradient)
        model.w = model.w - learning_rate * gradient
        weights.append(model.w)
    X /= np.max(np.abs(X))
    return {"w": np.array(weights), "loss": np.array(losses), "gradient": np.array(gradients)}
