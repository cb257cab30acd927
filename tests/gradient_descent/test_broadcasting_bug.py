"""Hidden tests of Line and Optimizer. Expected values are sums over the examples, one at a time."""

import numpy as np
import pytest

from chainrule.homework import CheckFailed, assert_close

from .oracles import (
    LARGE,
    SMALL,
    assert_exact,
    assert_inputs_unchanged,
    assert_real,
    normal,
    pair,
)

pytestmark = pytest.mark.component("Line")

FIT = """
def fit(X, y, rate, steps):
    line = Line()
    losses = train(line, Optimizer(line.parameters(), rate), X, y, steps)
    w, b = line.parameters()
    return [float(loss) for loss in losses], [float(np.ravel(w)[0]), float(np.ravel(b)[0])]
"""


def line_with(student, w, b):
    """A Line into whose parameters these numbers were written."""
    line = student.Line()
    for array, value in zip(parameters_of(student, line), (w, b), strict=True):
        array[()] = np.full(np.shape(array.get()), value)
    return line


def parameters_of(student, line):
    found = pair(student.references(line.parameters), "parameters()")
    for array, name in zip(found, ("weight", "bias"), strict=True):
        if not hasattr(array, "get"):
            raise CheckFailed("type", f"the {name} is not an array")
        if np.size(array.get()) != 1:
            raise CheckFailed("shape", f"the {name} is not an array with one element")
    return found


def errors_of(X, y, w, b):
    return np.array([w * x[0] + b - t for x, t in zip(X, y, strict=True)])


def loss_of(X, y, w, b):
    return sum(error**2 for error in errors_of(X, y, w, b)) / len(y)


def gradients_of(X, y, w, b):
    errors = errors_of(X, y, w, b)
    by_w = 2 / len(y) * sum(error * x[0] for error, x in zip(errors, X, strict=True))
    return by_w, 2 / len(y) * sum(errors)


def loss_mistakes(X, y, w, b):
    every = w * X + b - y  # the mistake of the program: (N, N)
    return {
        "each prediction seems to meet every target": np.mean(every**2),
        "the sum of the squares is not divided by N": loss_of(X, y, w, b) * len(y),
        "the parameters that were written into are not what the loss is computed with": np.mean(
            y**2
        ),
        "the bias seems to be missing": loss_of(X, y, w, 0.0),
        "it is the mean of the errors, squared": np.mean(errors_of(X, y, w, b)) ** 2,
    }


def gradient_mistakes(X, y, w, b):
    every, right, n = w * X + b - y, gradients_of(X, y, w, b), len(y)
    errors = errors_of(X, y, w, b)
    each = "each prediction seems to meet every target"
    half = "the 2 of the square's derivative seems to be missing"
    whole = "the gradient is not divided by N"
    return (
        {
            each: (2 * np.mean(every * X), 2 * n * np.mean(every * X)),
            half: right[0] / 2,
            whole: right[0] * n,
            "each error has its own x": (2 * np.mean(errors) * np.mean(X), right[1]),
            "the error alone, prediction minus target, without the x": right[1],
        },
        {half: right[1] / 2, whole: right[1] * n, "this is the gradient of w": right[0]},
    )


def assert_gradients(line, X, y, w, b, compare=assert_close):
    """The gradients of a line, in the shapes of its parameters."""
    found = pair(line.gradients(X.copy(), y.copy()), "the result of gradients")
    expected, mistakes = gradients_of(X, y, w, b), gradient_mistakes(X, y, w, b)
    own = line.parameters()
    for index, name in enumerate("wb"):
        wanted = np.full(np.shape(own[index]), expected[index])
        hints = {text: _shaped(value, wanted.shape) for text, value in mistakes[index].items()}
        compare(found[index], wanted, f"the gradient of {name}", mistakes=hints)


def _shaped(values, shape):
    values = values if isinstance(values, tuple) else (values,)
    return tuple(np.full(shape, value) for value in values)


def case(rng, n):
    """X (N, 1), y (N,), and a line that does not fit."""
    return normal(rng, n, 1), normal(rng, n), float(normal(rng)), float(rng.uniform(0.5, 1.5))


def test_start(student):
    """parameters: weight and bias, arrays with one element that are 0 at the start"""
    for array, name in zip(parameters_of(student, student.Line()), ("weight", "bias"), strict=True):
        assert_close(float(np.ravel(array.get())[0]), 0.0, f"the {name}")


def test_own_parameters(student):
    """parameters: every line has its own"""
    line_with(student, 3.0, 2.0)
    test_start(student)


def test_loss(student, rng):
    """loss: each prediction meets its own target, for any number of examples"""
    for n in (5, 2, 1):
        X, y, w, b = case(rng, n)
        mistakes = loss_mistakes(X, y, w, b)
        actual = line_with(student, w, b).loss(X.copy(), y.copy())
        assert_close(actual, loss_of(X, y, w, b), "the loss", mistakes=mistakes)


def test_predict(student, rng):
    """predict: w x + b for each example"""
    for n in (4, 1):
        X, _, w, b = case(rng, n)
        actual = line_with(student, w, b).predict(X.copy())
        expected = w * X + b if np.shape(actual) == (n, 1) else w * X[:, 0] + b
        assert_close(actual, expected, "the predictions")


def test_gradients(student, rng):
    """gradients: of the weight and of the bias, each with the shape of its parameter"""
    for n in (5, 2, 1):
        X, y, w, b = case(rng, n)
        assert_gradients(line_with(student, w, b), X, y, w, b)


def test_other_parameters(student, rng):
    """parameters: what is written into them counts from then on"""
    X, y, _, _ = case(rng, 4)
    line = student.Line()
    arrays = parameters_of(student, line)
    for w, b in ((2.0, -1.0), (-0.5, 3.0)):
        for array, value in zip(arrays, (w, b), strict=True):
            array[()] = np.full(np.shape(array.get()), value)
        mistakes = loss_mistakes(X, y, w, b)
        assert_close(
            line.loss(X.copy(), y.copy()), loss_of(X, y, w, b), "the loss", mistakes=mistakes
        )
        assert_gradients(line, X, y, w, b)


def test_optimizer(student, rng):
    """optimizer: changes the very arrays that it was given, of any number and shape"""
    shapes = [(3,), (2, 2), (1,)]
    for count, rate in ((3, 0.1), (1, 0.5)):
        starts = [normal(rng, *shape) for shape in shapes[:count]]
        gradients = [normal(rng, *shape) for shape in shapes[:count]]
        arrays = [student.array(start) for start in starts]
        student.Optimizer(list(arrays), rate).step([gradient.copy() for gradient in gradients])
        for array, start, gradient in zip(arrays, starts, gradients, strict=True):
            mistakes = {
                "the array that the model holds has not changed": start,
                "the step goes uphill": start + rate * gradient,
                "the learning rate seems to be missing": start - gradient,
                "the gradient is subtracted twice": start - 2 * rate * gradient,
            }
            assert_close(array.get(), start - rate * gradient, "the array", mistakes=mistakes)


def test_optimizer_goes_on(student, rng):
    """optimizer: a second step starts from where the arrays are, also if others wrote into them"""
    start, first, second, moved = (normal(rng, 2) for _ in range(4))
    array = student.array(start)
    optimizer = student.Optimizer([array], 0.25)
    optimizer.step([first.copy()])
    assert_close(array.get(), start - 0.25 * first, "the array after one step")
    optimizer.step([second.copy()])
    assert_close(array.get(), start - 0.25 * (first + second), "the array after two steps")
    array[()] = moved
    optimizer.step([first.copy()])
    assert_close(array.get(), moved - 0.25 * first, "the array after others wrote into it")


def test_gradients_unchanged(student, rng):
    """optimizer: the gradients stay as they are"""
    values = normal(rng, 3)
    gradient = student.array(values)
    student.Optimizer([student.array(normal(rng, 3))], 0.5).step([gradient])
    if not np.array_equal(gradient.get(), values):
        raise CheckFailed("values", "a gradient was changed", hint="make a new array instead")


def test_training(student, rng):
    """training: each step lowers the loss as gradient descent does"""
    X, y, w, b = normal(rng, 6, 1), normal(rng, 6) + 1, 0.0, 0.0
    losses = []
    for _ in range(8):
        losses.append(loss_of(X, y, w, b))
        by_w, by_b = gradients_of(X, y, w, b)
        w, b = w - 0.1 * by_w, b - 0.1 * by_b
    found, parameters = student.define(FIT, "fit")(X.copy(), y.copy(), 0.1, 8)
    mistakes = {"the loss never changes: who holds which array?": np.full(8, losses[0])}
    assert_close(np.array(found), np.array(losses), "the losses", mistakes=mistakes)
    assert_close(np.array(parameters), np.array([w, b]), "the parameters at the end")


def test_inputs(student, rng):
    """inputs: X and y stay as they are"""
    X, y, w, b = case(rng, 4)
    line = line_with(student, w, b)
    methods = [lambda X, y: line.predict(X), line.loss, line.gradients]
    assert_inputs_unchanged(student, methods, X, y)


def test_formula(student, rng):
    """formula: the gradients are exact, as a formula is and differences are not"""
    X, y, w, b = case(rng, 6)
    line = line_with(student, w, b)
    assert_gradients(line, X, y, w, b, compare=assert_exact)
    assert_real(student, line.gradients, X.copy(), y.copy())


def test_formula_at_any_size(student, rng):
    """formula: right also for a weight, or a loss, beside which small steps do not count"""
    X, y, w, b = case(rng, 6)
    found = pair(line_with(student, w * LARGE, b).gradients(X * SMALL, y.copy()), "gradients")
    expected = gradients_of(X, y, w, b)
    assert_close(np.ravel(found[0]) * LARGE, np.full(1, expected[0]), "the gradient of w")
    # At x = 0 a target that is far off changes nothing for w, but makes the loss huge.
    X, y = np.vstack([X, [[0.0]]]), np.append(y, LARGE)
    found = pair(line_with(student, w, b).gradients(X, y), "gradients")
    assert_close(np.ravel(found[0]), np.full(1, expected[0] * 6 / 7), "the gradient of w")
