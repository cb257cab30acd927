"""Wrong implementations of the differences and of their errors."""


# %% base
def one_sided_difference(f, x, h):
    """The slope of f between x and x + h, a number.

    f: a function that takes one number and returns one
    x, h: numbers
    """
    return (f(x + h) - f(x)) / h


def central_difference(f, x, h):
    """The slope of f between x - h and x + h, a number."""
    return (f(x + h) - f(x - h)) / (2 * h)


def difference_errors(f, derivative, x, steps):
    """How far both differences are from the derivative, for each of many steps.

    derivative: the exact derivative of f at x, a number
    steps: (n,)
    returns: the absolute errors of the one-sided and of the central differences, two arrays (n,)
    """
    one_sided = [abs(one_sided_difference(f, x, h) - derivative) for h in steps]
    central = [abs(central_difference(f, x, h) - derivative) for h in steps]
    return np.array(one_sided), np.array(central)


# %% mutant: one-sided-not-divided
# method: several
# wrong: the difference of the values is not divided by h
def one_sided_difference(f, x, h):
    return f(x + h) - f(x)


# %% mutant: one-sided-multiplied
# method: several
# wrong: multiplied by h
def one_sided_difference(f, x, h):
    return (f(x + h) - f(x)) * h


# %% mutant: one-sided-precedence
# method: several
# wrong: parentheses are missing: only f(x) is divided
def one_sided_difference(f, x, h):
    return f(x + h) - f(x) / h


# %% mutant: one-sided-backward
# method: several
# wrong: the slope between x - h and x
def one_sided_difference(f, x, h):
    return (f(x) - f(x - h)) / h


# %% mutant: one-sided-sign
# method: several
# wrong: f(x) - f(x + h)
def one_sided_difference(f, x, h):
    return (f(x) - f(x + h)) / h


# %% mutant: one-sided-is-central
# method: several
# wrong: the central difference in place of the one-sided one
def one_sided_difference(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


# %% mutant: one-sided-step-clipped
# method: several
# wrong: steps are never smaller than 1e-6
def one_sided_difference(f, x, h):
    h = max(h, 1e-6)
    return (f(x + h) - f(x)) / h


# %% mutant: central-divided-by-h
# method: several
# wrong: divided by h, not by 2h
def central_difference(f, x, h):
    return (f(x + h) - f(x - h)) / h


# %% mutant: central-precedence
# method: several
# wrong: divides by 2 and multiplies by h
def central_difference(f, x, h):
    return (f(x + h) - f(x - h)) / 2 * h


# %% mutant: central-half-steps
# method: several
# wrong: half a step to each side
def central_difference(f, x, h):
    return (f(x + h / 2) - f(x - h / 2)) / h


# %% mutant: central-sign
# method: several
# wrong: the sign is turned round
def central_difference(f, x, h):
    return (f(x - h) - f(x + h)) / (2 * h)


# %% mutant: central-second-derivative
# method: several
# wrong: the formula for the second derivative
def central_difference(f, x, h):
    return (f(x + h) - 2 * f(x) + f(x - h)) / h**2


# %% mutant: central-five-point
# method: several
# wrong: a better formula that nobody asked for
def central_difference(f, x, h):
    return (8 * (f(x + h) - f(x - h)) - f(x + 2 * h) + f(x - 2 * h)) / (12 * h)


# %% mutant: central-step-relative
# method: several
# wrong: the step is relative to x, so 0 at x = 0
def central_difference(f, x, h):
    h = h * abs(x) if x else h
    return (f(x + h) - f(x - h)) / (2 * h)


# %% mutant: central-single
# method: several
# wrong: computed in float32
def central_difference(f, x, h):
    return float(np.float32(f(x + h)) - np.float32(f(x - h))) / (2 * h)


# %% mutant: one-sided-single
# method: several
# wrong: computed in float32
def one_sided_difference(f, x, h):
    return float(np.float32(f(x + h)) - np.float32(f(x))) / h


# %% mutant: returns-nothing
# method: several
# wrong: the result is printed, not returned
def central_difference(f, x, h):
    print((f(x + h) - f(x - h)) / (2 * h))


# %% mutant: errors-signed
# method: several
# wrong: no absolute value
def difference_errors(f, derivative, x, steps):
    one_sided = [one_sided_difference(f, x, h) - derivative for h in steps]
    central = [central_difference(f, x, h) - derivative for h in steps]
    return np.array(one_sided), np.array(central)


# %% mutant: errors-exchanged
# method: several
# wrong: central first
def difference_errors(f, derivative, x, steps):
    one_sided = [abs(one_sided_difference(f, x, h) - derivative) for h in steps]
    central = [abs(central_difference(f, x, h) - derivative) for h in steps]
    return np.array(central), np.array(one_sided)


# %% mutant: errors-relative
# method: several
# wrong: relative to the derivative
def difference_errors(f, derivative, x, steps):
    one_sided = [abs(one_sided_difference(f, x, h) / derivative - 1) for h in steps]
    central = [abs(central_difference(f, x, h) / derivative - 1) for h in steps]
    return np.array(one_sided), np.array(central)


# %% mutant: errors-are-the-slopes
# method: several
# wrong: returns the differences themselves
def difference_errors(f, derivative, x, steps):
    one_sided = [one_sided_difference(f, x, h) for h in steps]
    central = [central_difference(f, x, h) for h in steps]
    return np.array(one_sided), np.array(central)


# %% mutant: errors-squared
# method: several
# wrong: squared errors
def difference_errors(f, derivative, x, steps):
    one_sided = [(one_sided_difference(f, x, h) - derivative) ** 2 for h in steps]
    central = [(central_difference(f, x, h) - derivative) ** 2 for h in steps]
    return np.array(one_sided), np.array(central)


# %% mutant: errors-sorted
# method: several
# wrong: the steps are sorted first
def difference_errors(f, derivative, x, steps):
    steps = sorted(steps)
    one_sided = [abs(one_sided_difference(f, x, h) - derivative) for h in steps]
    central = [abs(central_difference(f, x, h) - derivative) for h in steps]
    return np.array(one_sided), np.array(central)


# %% mutant: errors-sort-in-place
# method: several
# wrong: sorts the given array of steps, largest first
def difference_errors(f, derivative, x, steps):
    steps[::-1].sort()
    one_sided = [abs(one_sided_difference(f, x, h) - derivative) for h in steps]
    central = [abs(central_difference(f, x, h) - derivative) for h in steps]
    return np.array(one_sided), np.array(central)


# %% mutant: errors-of-the-first-step
# method: several
# wrong: only the first step is tried
def difference_errors(f, derivative, x, steps):
    h = steps[0]
    return (
        np.array([abs(one_sided_difference(f, x, h) - derivative)]),
        np.array([abs(central_difference(f, x, h) - derivative)]),
    )


# %% mutant: errors-as-column
# method: several
# wrong: shape (n, 1)
def difference_errors(f, derivative, x, steps):
    one_sided = [[abs(one_sided_difference(f, x, h) - derivative)] for h in steps]
    central = [[abs(central_difference(f, x, h) - derivative)] for h in steps]
    return np.array(one_sided), np.array(central)


# %% mutant: errors-of-absolute-values
# method: several
# wrong: compares absolute values, so a wrong sign goes unnoticed
def difference_errors(f, derivative, x, steps):
    one_sided = [abs(abs(one_sided_difference(f, x, h)) - abs(derivative)) for h in steps]
    central = [abs(abs(central_difference(f, x, h)) - abs(derivative)) for h in steps]
    return np.array(one_sided), np.array(central)


# %% mutant: errors-with-own-derivative
# method: several
# wrong: ignores the derivative that is given and takes a difference for it
def difference_errors(f, derivative, x, steps):
    derivative = central_difference(f, x, 1e-5)
    one_sided = [abs(one_sided_difference(f, x, h) - derivative) for h in steps]
    central = [abs(central_difference(f, x, h) - derivative) for h in steps]
    return np.array(one_sided), np.array(central)


# %% mutant: errors-squeezed
# method: several
# wrong: one step gives numbers in place of arrays
def difference_errors(f, derivative, x, steps):
    one_sided = [abs(one_sided_difference(f, x, h) - derivative) for h in steps]
    central = [abs(central_difference(f, x, h) - derivative) for h in steps]
    return np.squeeze(one_sided), np.squeeze(central)


# %% mutant: errors-of-central-alone
# method: several
# wrong: one array in place of two
def difference_errors(f, derivative, x, steps):
    return np.array([abs(central_difference(f, x, h) - derivative) for h in steps])
