"""Wrong implementations of SGD(variables, gradients, config, state) with momentum."""


# %% base
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: not-in-place
# method: update
# wrong: variable = variable - velocity binds a local name, the arrays stay as they are
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable = variable - velocity
            index += 1


# %% mutant: replaces-list-entry
# method: update
# wrong: puts a new array into the list of the caller, the array of the layer is not changed
def SGD(variables, gradients, config, state):
    velocities = state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for i in range(len(layer_variables)):
            old = velocities.get(index, 0)
            velocities[index] = (
                config["momentum"] * old + config["learning_rate"] * layer_gradients[i]
            )
            layer_variables[i] = layer_variables[i] - velocities[index]
            index += 1


# %% mutant: returns-new-variables
# method: update
# wrong: returns the new variables and leaves the old ones alone
def SGD(variables, gradients, config, state):
    velocities = state.setdefault("accumulated_grads", {})
    result = []
    for i, (layer_variables, layer_gradients) in enumerate(zip(variables, gradients)):
        result.append([])
        for j, (w, g) in enumerate(zip(layer_variables, layer_gradients)):
            velocities[i, j] = (
                config["momentum"] * velocities.get((i, j), 0) + config["learning_rate"] * g
            )
            result[-1].append(w - velocities[i, j])
    return result


# %% mutant: one-shared-velocity
# method: update
# wrong: one velocity for all variables of a shape
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(
                variable.shape, np.zeros_like(variable)
            )
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: one-shared-velocity-crash
# method: update
# wrong: one velocity for all variables: crashes where shapes differ
def SGD(variables, gradients, config, state):
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            old = state.get("accumulated_grads", 0)
            state["accumulated_grads"] = (
                config["momentum"] * old + config["learning_rate"] * gradient
            )
            variable -= state["accumulated_grads"]


# %% mutant: index-not-incremented
# method: update
# wrong: index += 1 is missing: one velocity for all variables
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity


# %% mutant: index-incremented-per-layer
# method: update
# wrong: the index is incremented once for each layer
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
        index += 1


# %% mutant: index-within-layer
# method: update
# wrong: the index is the position within the layer, so layers overwrite each other
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        index = 0
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: index-within-layer-by-shape
# method: update
# wrong: velocity indexed by position within the layer; a new one is made when the shape differs
def SGD(variables, gradients, config, state):
    velocities = state.setdefault("accumulated_grads", {})
    for layer_variables, layer_gradients in zip(variables, gradients):
        for i, (variable, gradient) in enumerate(zip(layer_variables, layer_gradients)):
            old = velocities.get(i)
            if old is None or old.shape != variable.shape:
                old = np.zeros_like(variable)
            velocities[i] = config["momentum"] * old + config["learning_rate"] * gradient
            variable -= velocities[i]


# %% mutant: list-appended-on-every-call
# method: update
# wrong: appends the velocities to a list on each call and reads those of the first
def SGD(variables, gradients, config, state):
    velocities = state.setdefault("accumulated_grads", [])
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            old = velocities[index] if index < len(velocities) else np.zeros_like(variable)
            velocity = config["momentum"] * old + config["learning_rate"] * gradient
            velocities.append(velocity)
            variable -= velocity
            index += 1


# %% mutant: velocity-by-gradient-id
# method: update
# wrong: velocities by id(gradient): lost where a layer assigns new gradient arrays
def SGD(variables, gradients, config, state):
    velocities = state.setdefault("accumulated_grads", {})
    state.setdefault("keep", []).append(gradients)
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            old = velocities.get(id(gradient), np.zeros_like(variable))
            velocities[id(gradient)] = config["momentum"] * old + config["learning_rate"] * gradient
            variable -= velocities[id(gradient)]


# %% mutant: momentum-ignored
# method: update
# wrong: plain gradient descent: the momentum is ignored
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            variable -= config["learning_rate"] * gradient
            index += 1


# %% mutant: velocity-not-stored
# method: update
# wrong: the new velocity is a local variable, the stored one stays zero
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: state-reset-on-every-call
# method: update
# wrong: the velocities are set to zero on each call
def SGD(variables, gradients, config, state):
    state["accumulated_grads"] = {}
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: state-expected-to-exist
# method: update
# wrong: reads state['accumulated_grads'] without creating it: crashes with an empty state
def SGD(variables, gradients, config, state):
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: velocities-in-default-argument
# method: update
# wrong: the velocities live in a mutable default argument: all optimizers share them
def SGD(variables, gradients, config, state, velocities={}):
    state["accumulated_grads"] = velocities
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            old = velocities.get(index)
            if old is None or old.shape != variable.shape:
                old = np.zeros_like(variable)
            velocities[index] = config["momentum"] * old + config["learning_rate"] * gradient
            variable -= velocities[index]
            index += 1


# %% mutant: velocities-global
# method: update
# wrong: the velocities live in a global variable
VELOCITIES = {}


def SGD(variables, gradients, config, state):
    state["accumulated_grads"] = VELOCITIES
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            key = (index, variable.shape)
            VELOCITIES[key] = (
                config["momentum"] * VELOCITIES.get(key, 0) + config["learning_rate"] * gradient
            )
            variable -= VELOCITIES[key]
            index += 1


# %% mutant: sign-of-step
# method: update
# wrong: variable += velocity: gradient ascent
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable += velocity
            index += 1


# %% mutant: sign-of-gradient
# method: update
# wrong: the velocity has minus the gradient, and is subtracted: gradient ascent
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity - config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: sign-of-momentum
# method: update
# wrong: the momentum term has the wrong sign
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["learning_rate"] * gradient - config["momentum"] * velocity
            variable -= velocity
            index += 1


# %% mutant: learning-rate-ignored
# method: update
# wrong: the learning rate is missing
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + gradient
            variable -= velocity
            index += 1


# %% mutant: learning-rate-squared
# method: update
# wrong: the learning rate is applied to the gradient and to the velocity
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= config["learning_rate"] * velocity
            index += 1


# %% mutant: learning-rate-hard-coded
# method: update
# wrong: learning rate 0.01 whatever config
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + 0.01 * gradient
            variable -= velocity
            index += 1


# %% mutant: learning-rate-on-momentum-too
# method: update
# wrong: lr * (momentum * v + g), stored with the factor
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["learning_rate"] * (config["momentum"] * velocity + gradient)
            variable -= velocity
            index += 1


# %% mutant: learning-rate-decays
# method: update
# wrong: the learning rate in config is made smaller on each call
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    config["learning_rate"] *= 0.9
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: momentum-hard-coded
# method: update
# wrong: momentum 0.9 whatever config
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = 0.9 * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: momentum-and-rate-exchanged
# method: update
# wrong: momentum and learning rate are exchanged
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["learning_rate"] * velocity + config["momentum"] * gradient
            variable -= velocity
            index += 1


# %% mutant: dampening
# method: update
# wrong: exponential average: (1 - momentum) * gradient
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = (
                config["momentum"] * velocity
                + (1 - config["momentum"]) * config["learning_rate"] * gradient
            )
            variable -= velocity
            index += 1


# %% mutant: momentum-squared
# method: update
# wrong: applies the momentum when storing and again when reading
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            velocity *= config["momentum"]
            index += 1


# %% mutant: momentum-one-minus
# method: update
# wrong: 1 - momentum in place of momentum
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = (1 - config["momentum"]) * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: momentum-one
# method: update
# wrong: velocities add up without decay
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: momentum-of-last-gradient-only
# method: update
# wrong: keeps the last gradient, not the accumulated velocity
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            step = config["learning_rate"] * (gradient + config["momentum"] * velocity)
            velocity[...] = gradient
            variable -= step
            index += 1


# %% mutant: nesterov
# method: update
# wrong: Nesterov momentum: another method
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= config["momentum"] * velocity + config["learning_rate"] * gradient
            index += 1


# %% mutant: old-velocity
# method: update
# wrong: the variable is updated before the velocity: one step late
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            variable -= velocity
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            index += 1


# %% mutant: first-step-only-initialises
# method: update
# wrong: the first call fills the velocities and does not move the variables
def SGD(variables, gradients, config, state):
    first = "accumulated_grads" not in state
    velocities = state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            old = velocities.get(index, np.zeros_like(variable))
            velocities[index] = config["momentum"] * old + config["learning_rate"] * gradient
            if not first:
                variable -= velocities[index]
            index += 1


# %% mutant: velocity-starts-at-gradient
# method: update
# wrong: the velocity starts at the gradient in place of zero
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, gradient.copy())
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: velocity-is-the-gradient-array
# method: update
# wrong: the gradient array itself becomes the velocity: counted twice and overwritten
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, gradient)
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: velocity-aliases-gradient
# method: update
# wrong: the velocity starts as the gradient array itself, which the layer overwrites
def SGD(variables, gradients, config, state):
    velocities = state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            if index not in velocities:
                velocities[index] = gradient
            else:
                velocities[index] = config["momentum"] * velocities[index] + gradient
            variable -= config["learning_rate"] * velocities[index]
            index += 1


# %% mutant: velocity-aliases-variable
# method: update
# wrong: the velocity starts as the variable itself
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, variable)
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: first-layer-only
# method: update
# wrong: return within the loop: only the first layer is updated
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1
        return


# %% mutant: stops-at-empty-layer
# method: update
# wrong: break at the first layer without parameters
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        if not layer_variables:
            break
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: crash-at-empty-layer
# method: update
# wrong: takes weight and bias of each layer: crashes for layers without parameters
def SGD(variables, gradients, config, state):
    velocities = state.setdefault("accumulated_grads", {})
    for i in range(len(variables)):
        W, b = variables[i]
        gradW, gradb = gradients[i]
        velocities[i, 0] = (
            config["momentum"] * velocities.get((i, 0), 0) + config["learning_rate"] * gradW
        )
        velocities[i, 1] = (
            config["momentum"] * velocities.get((i, 1), 0) + config["learning_rate"] * gradb
        )
        W -= velocities[i, 0]
        b -= velocities[i, 1]


# %% mutant: last-layer-left-out
# method: update
# wrong: the loop ends before the last layer
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in list(zip(variables, gradients))[:-1]:
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: weights-only
# method: update
# wrong: only the first array of each layer is updated
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables[:1], layer_gradients[:1]):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: biases-left-out
# method: update
# wrong: only arrays with two dimensions are updated
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            if variable.ndim < 2:
                continue
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: more-than-two-arrays-ignored
# method: update
# wrong: at most two arrays for each layer
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables[:2], layer_gradients[:2]):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: flat-lists-expected
# method: update
# wrong: expects flat lists: layers are taken for arrays
def SGD(variables, gradients, config, state):
    velocities = state.setdefault("accumulated_grads", {})
    for i, (variable, gradient) in enumerate(zip(variables, gradients)):
        velocities[i] = config["momentum"] * velocities.get(i, 0) + config[
            "learning_rate"
        ] * np.asarray(gradient)
        variable -= velocities[i]


# %% mutant: layers-paired-in-reverse
# method: update
# wrong: the gradients are read from the last layer to the first
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, reversed(gradients)):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: arguments-exchanged
# method: update
# wrong: variables and gradients are exchanged: the gradients are changed
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(gradients, variables):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * gradient
            variable -= velocity
            index += 1


# %% mutant: divided-by-rows
# method: update
# wrong: divides by the first dimension of the variable, taken for the batch size
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config[
                "learning_rate"
            ] * gradient / len(gradient)
            variable -= velocity
            index += 1


# %% mutant: gradient-clipped
# method: update
# wrong: the gradient is clipped to [-1, 1]
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * np.clip(
                gradient, -1, 1
            )
            variable -= velocity
            index += 1


# %% mutant: weight-decay
# method: update
# wrong: adds a weight decay
def SGD(variables, gradients, config, state):
    state.setdefault("accumulated_grads", {})
    index = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            velocity = state["accumulated_grads"].setdefault(index, np.zeros_like(variable))
            velocity[...] = config["momentum"] * velocity + config["learning_rate"] * (
                gradient + 0.01 * variable
            )
            variable -= velocity
            index += 1


# %% mutant: flat-velocity-overlaps
# method: update
# wrong: one flat velocity whose offset advances after each layer only: its arrays overlap
def SGD(variables, gradients, config, state):
    total = sum(v.size for layer in variables for v in layer)
    flat = state.setdefault("accumulated_grads", np.zeros(total))
    offset = 0
    for layer_variables, layer_gradients in zip(variables, gradients):
        for variable, gradient in zip(layer_variables, layer_gradients):
            part = flat[offset : offset + variable.size].reshape(variable.shape)
            part[...] = config["momentum"] * part + config["learning_rate"] * gradient
            variable -= part
        offset += sum(v.size for v in layer_variables)
