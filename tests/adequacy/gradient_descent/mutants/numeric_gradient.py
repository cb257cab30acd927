"""Wrong implementations of numeric_gradient."""


# %% base
def numeric_gradient(f, x, h=1e-5, central=True):
    """The gradient of a function at x by differences.

    f: takes an array shaped like x and returns one number
    x: float64 array of any shape, unchanged afterwards
    h: the step
    central: True for (f(x + h) - f(x - h)) / 2h, False for (f(x + h) - f(x)) / h
    returns: array shaped like x
    """
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        if central:
            gradient[index] = (f(x + nudge) - f(x - nudge)) / (2 * h)
        else:
            gradient[index] = (f(x + nudge) - f(x)) / h
    return gradient


# %% mutant: divided-by-h
# method: several
# wrong: the central difference is divided by h
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient[index] = (f(x + nudge) - (f(x - nudge) if central else f(x))) / h
    return gradient


# %% mutant: divided-by-2h
# method: several
# wrong: the one-sided difference is divided by 2h
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient[index] = (f(x + nudge) - (f(x - nudge) if central else f(x))) / (2 * h)
    return gradient


# %% mutant: precedence
# method: several
# wrong: / 2 * h without parentheses
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient[index] = (f(x + nudge) - f(x - nudge)) / 2 * h if central else (f(x + nudge) - f(x)) / h
    return gradient


# %% mutant: always-central
# method: several
# wrong: central is ignored
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient[index] = (f(x + nudge) - f(x - nudge)) / (2 * h)
    return gradient


# %% mutant: always-one-sided
# method: several
# wrong: central is ignored, the other way
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient[index] = (f(x + nudge) - f(x)) / h
    return gradient


# %% mutant: exchanged
# method: several
# wrong: the two differences are exchanged
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient[index] = (f(x + nudge) - f(x)) / h if central else (f(x + nudge) - f(x - nudge)) / (2 * h)
    return gradient


# %% mutant: backward
# method: several
# wrong: the one-sided difference uses x - h
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient[index] = (f(x + nudge) - f(x - nudge)) / (2 * h) if central else (f(x) - f(x - nudge)) / h
    return gradient


# %% mutant: sign
# method: several
# wrong: f(x - h) - f(x + h)
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient[index] = (f(x - nudge) - f(x + nudge)) / (2 * h) if central else (f(x) - f(x + nudge)) / h
    return gradient


# %% mutant: all-at-once
# method: several
# wrong: all elements are moved together
def numeric_gradient(f, x, h=1e-5, central=True):
    slope = (f(x + h) - f(x - h)) / (2 * h) if central else (f(x + h) - f(x)) / h
    return np.full(x.shape, slope)


# %% mutant: left-in
# method: several
# wrong: the step of an element stays in while the next one is moved
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient, nudge = np.zeros_like(x), np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge[index] = h
        gradient[index] = (f(x + nudge) - f(x - nudge)) / (2 * h) if central else (f(x + nudge) - f(x)) / h
    return gradient


# %% mutant: not-restored
# method: several
# wrong: x keeps the rounding errors of + h - 2h + h
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        here = f(x)
        x[index] += h
        ahead = f(x)
        x[index] -= 2 * h
        behind = f(x)
        x[index] += h
        gradient[index] = (ahead - behind) / (2 * h) if central else (ahead - here) / h
    return gradient


# %% mutant: flat
# method: several
# wrong: the result is one list of numbers
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = []
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient.append((f(x + nudge) - f(x - nudge)) / (2 * h) if central else (f(x + nudge) - f(x)) / h)
    return np.array(gradient)


# %% mutant: first-axis
# method: several
# wrong: whole rows are moved at once
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = np.zeros_like(x)
    for index in range(len(x)):
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient[index] = (f(x + nudge) - f(x - nudge)) / (2 * h) if central else (f(x + nudge) - f(x)) / h
    return gradient


# %% mutant: two-axes-only
# method: several
# wrong: arrays with three axes are not foreseen
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = np.zeros_like(x)
    indices = range(len(x)) if x.ndim == 1 else [(i, j) for i in range(len(x)) for j in range(len(x[0]))]
    for index in indices:
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient[index] = (f(x + nudge) - f(x - nudge)) / (2 * h) if central else (f(x + nudge) - f(x)) / h
    return gradient


# %% mutant: relative-step
# method: several
# wrong: the step grows with x
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge, step = np.zeros_like(x), h * max(1.0, abs(x[index]))
        nudge[index] = step
        gradient[index] = (f(x + nudge) - f(x - nudge)) / (2 * step) if central else (f(x + nudge) - f(x)) / step
    return gradient


# %% mutant: relative-only
# method: several
# wrong: the step is h times x, and nothing is there at 0
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge, step = np.zeros_like(x), h * x[index]
        if step:
            nudge[index] = step
            gradient[index] = (f(x + nudge) - f(x - nudge)) / (2 * step) if central else (f(x + nudge) - f(x)) / step
    return gradient


# %% mutant: step-ignored
# method: several
# wrong: the step is always 1e-5
def numeric_gradient(f, x, h=1e-5, central=True):
    h, gradient = 1e-5, np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient[index] = (f(x + nudge) - f(x - nudge)) / (2 * h) if central else (f(x + nudge) - f(x)) / h
    return gradient


# %% mutant: half-step
# method: several
# wrong: the points are h/2 away
def numeric_gradient(f, x, h=1e-5, central=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h / 2 if central else h
        gradient[index] = (f(x + nudge) - f(x - nudge if central else x)) / h
    return gradient


# %% mutant: default-step
# method: several
# wrong: the step is 1e-2 if none is given
def numeric_gradient(f, x, h=1e-2, central=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient[index] = (f(x + nudge) - f(x - nudge)) / (2 * h) if central else (f(x + nudge) - f(x)) / h
    return gradient


# %% mutant: default-tiny
# method: several
# wrong: the step is 1e-12 if none is given
def numeric_gradient(f, x, h=1e-12, central=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient[index] = (f(x + nudge) - f(x - nudge)) / (2 * h) if central else (f(x + nudge) - f(x)) / h
    return gradient


# %% mutant: default-one-sided
# method: several
# wrong: one-sided if nothing is said
def numeric_gradient(f, x, h=1e-5, central=False):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = h
        gradient[index] = (f(x + nudge) - f(x - nudge)) / (2 * h) if central else (f(x + nudge) - f(x)) / h
    return gradient


# %% mutant: other-names
# method: several
# wrong: the arguments are called step and two_sided
def numeric_gradient(f, x, step=1e-5, two_sided=True):
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = step
        gradient[index] = (f(x + nudge) - f(x - nudge)) / (2 * step) if two_sided else (f(x + nudge) - f(x)) / step
    return gradient
