"""Hidden tests of MLPGradient. Expected values come from autograd."""

import itertools

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from chainrule.homework import CheckFailed, assert_close

from .oracles import assert_exact, assert_real, assert_unchanged, normal, remembered

pytestmark = pytest.mark.component("MLPGradient")

# The widths of the networks, from the inputs to the outputs, and the number of samples.
NETWORKS = (((3, 2), 4), ((2, 5, 3), 6), ((1, 4, 4, 1), 5), ((3, 2, 4, 3, 2), 1))


def draw(rng, widths, samples):
    """Parameters, inputs and targets of a network."""
    params = [(normal(rng, a, b), normal(rng, b)) for a, b in itertools.pairwise(widths)]
    return params, normal(rng, samples, widths[0]), normal(rng, samples, widths[-1])


def predictions(params, inputs, last=lambda x: x, inner=anp.tanh):
    for W, b in params[:-1]:
        inputs = inner(anp.dot(inputs, W) + b)
    W, b = params[-1]
    return last(anp.dot(inputs, W) + b)


def loss(params, inputs, targets):
    return anp.mean((predictions(params, inputs) - targets) ** 2)


@remembered
def gradients_of(params, inputs, targets):
    return autograd.grad(loss)(params, inputs, targets)


def named(params, inputs, targets):
    """What the graph of the loss is given."""
    values = {"inputs": inputs.copy(), "targets": targets.copy()}
    for k, (W, b) in enumerate(params, 1):
        values[f"W{k}"], values[f"b{k}"] = W.copy(), b.copy()
    return values


def prediction_mistakes(params, inputs):
    found = {"there seems to be a tanh after the last layer": predictions(params, inputs, np.tanh)}
    without = [(W, 0 * b) for W, b in params]
    found["the biases seem to be missing"] = predictions(without, inputs)
    if len(params) > 1:
        found["the tanh seems to be missing"] = predictions(params, inputs, inner=lambda x: x)
        found["it looks like a sigmoid in place of tanh"] = predictions(
            params, inputs, inner=lambda x: 1 / (1 + np.exp(-x))
        )
        found["it looks like ReLU in place of tanh"] = predictions(
            params, inputs, inner=lambda x: np.maximum(x, 0)
        )
    return found


def loss_mistakes(params, inputs, targets):
    difference = predictions(params, inputs) - targets
    n, k = difference.shape
    value = np.mean(difference**2)
    return {
        "it is the sum over all elements, not their mean": value * n * k,
        "it is divided by the rows, not by all elements": value * k,
        "it is divided by the columns, not by all elements": value * n,
        "it is half of the mean of the squares": value / 2,
        "the square seems to be missing": (np.mean(difference), -np.mean(difference)),
        "it is the square of the mean, not the mean of the squares": np.mean(difference) ** 2,
        "it is the square root of the mean": np.sqrt(value),
        "the absolute values are averaged, not the squares": np.mean(np.abs(difference)),
        "predictions and targets are added": np.mean((difference + 2 * targets) ** 2),
    }


def entry(found, name, what):
    if not isinstance(found, dict) or name not in found:
        raise CheckFailed("missing", f"the graph's {what} have no entry {name}")
    return found[name]


def check_gradients(student, params, inputs, targets):
    graph = student.mlp_graph(len(params))
    graph.forward(named(params, inputs, targets))
    found = graph.backward("loss")
    expected = gradients_of(params, inputs, targets)
    for k, pair in enumerate(expected, 1):
        for letter, gradient in zip("Wb", pair, strict=True):
            name = f"{letter}{k}"
            mistakes = {
                "the derivative of a square has a factor 2": gradient / 2,
                "it is divided by the number of samples once too often": gradient / len(inputs),
                "it belongs to the sum of the squares, not to their mean": gradient * targets.size,
                "the sign is wrong: predictions minus targets": -gradient,
            }
            what = f"dL/d{name}"
            actual = entry(found, name, "gradients")
            assert_exact(actual, gradient, what, mistakes=mistakes, exact=1e-12)


def test_predict(student, rng):
    """predict: for networks of one to four layers, and for a single sample"""
    for widths, samples in NETWORKS:
        params, inputs, _ = draw(rng, widths, samples)
        actual = student.predict([(W.copy(), b.copy()) for W, b in params], inputs.copy())
        expected, mistakes = predictions(params, inputs), prediction_mistakes(params, inputs)
        assert_close(actual, expected, "the result", mistakes=mistakes)


def test_predict_leaves_arrays(student, rng):
    """predict: neither the parameters nor the inputs are changed"""
    params, inputs, _ = draw(rng, (2, 3, 2), 4)
    source = "def run(W1, b1, W2, b2, x):\n    predict([(W1, b1), (W2, b2)], x)"
    values = [*params[0], *params[1], inputs]
    shared = [student.array(value) for value in values]
    student.define(source, "run")(*shared)
    for array, value in zip(shared, values, strict=True):
        assert_unchanged(array, value, "an array that predict was given")


def test_predictions_of_the_graph(student, rng):
    """graph: its predictions, for networks of one to four layers"""
    for widths, samples in NETWORKS:
        params, inputs, targets = draw(rng, widths, samples)
        found = student.mlp_graph(len(params)).forward(named(params, inputs, targets))
        actual = entry(found, "predictions", "values")
        expected, mistakes = predictions(params, inputs), prediction_mistakes(params, inputs)
        assert_close(actual, expected, "predictions", mistakes=mistakes)


def test_loss_of_the_graph(student, rng):
    """graph: its loss is the mean over all elements"""
    for widths, samples in NETWORKS:
        params, inputs, targets = draw(rng, widths, samples)
        found = student.mlp_graph(len(params)).forward(named(params, inputs, targets))
        actual, mistakes = entry(found, "loss", "values"), loss_mistakes(params, inputs, targets)
        expected = loss(params, inputs, targets)
        assert_exact(actual, expected, "loss", mistakes=mistakes, exact=1e-12)


def test_gradients(student, rng):
    """graph: the gradients of every W and b, for networks of one to four layers"""
    for widths, samples in NETWORKS:
        check_gradients(student, *draw(rng, widths, samples))


def test_derived(student, rng):
    """derivation: the gradients are exact also for large targets, and need no complex numbers"""
    params, inputs, targets = draw(rng, (2, 3, 2), 5)
    check_gradients(student, params, inputs, 1e4 * targets)
    graph = student.mlp_graph(2)
    assert_real(student, graph.forward, named(params, inputs, targets))
    assert_real(student, graph.backward, "loss")
