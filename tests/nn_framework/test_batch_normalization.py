"""Hidden tests of BatchNormalization.

What is set beforehand has the shape in which the solution itself keeps its moving statistics,
(d,) or (1, d). Not graded: evaluation before any training, and the gradient in evaluation mode.
"""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from chainrule.homework import assert_close

from .oracles import (
    array_of,
    assert_chain,
    assert_formula,
    assert_linear,
    assert_second_batch,
    assert_shares_input,
    assert_vanishes,
    backward,
    layer_mistakes,
    normal,
    single,
)

pytestmark = pytest.mark.component("BatchNormalization")

EPS = 1e-3


def definition(x):
    mean = anp.mean(x, axis=0)
    return (x - mean) / anp.sqrt(anp.mean((x - mean) ** 2, axis=0) + EPS)


def gradient(x, grad_output):
    """By the chain rule through the batch's mean and variance."""
    n = len(x)
    centred = x - x.mean(axis=0)
    variance = np.mean(centred**2, axis=0) + EPS
    by_variance = -0.5 * np.sum(grad_output * centred, axis=0) * variance**-1.5
    by_mean = -np.sum(grad_output, axis=0) / np.sqrt(variance)
    return grad_output / np.sqrt(variance) + by_mean / n + by_variance * 2 * centred / n


def forward_mistakes(x):
    centred, variance = x - x.mean(axis=0), x.var(axis=0)
    by_row = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + EPS)
    return {
        "the variance looks divided by N - 1": centred
        / np.sqrt(variance * len(x) / max(len(x) - 1, 1) + EPS),
        "EPS belongs inside of the square root": centred / (np.sqrt(variance) + EPS),
        "EPS seems to be another constant, or to be missing": (
            *(centred / np.sqrt(variance + eps) for eps in (1e-5, 1e-8, 1e-30)),
        ),
        "the statistics seem to run over the features, not over the batch": by_row,
        "each feature has a mean and variance of its own": (x - x.mean()) / np.sqrt(x.var() + EPS),
        "the square root seems to be missing": centred / (variance + EPS),
        "the mean does not seem to be subtracted": x / np.sqrt(variance + EPS),
        "the variance needs the input minus its mean": centred
        / np.sqrt(np.mean(x**2, axis=0) + EPS),
        "only the mean is divided, it seems: look at the parentheses": x
        - x.mean(axis=0) / np.sqrt(variance + EPS),
    }


def gradient_mistakes(x, g):
    n, centred = len(x), x - x.mean(axis=0)
    std = np.sqrt(x.var(axis=0) + EPS)
    normal_x = centred / std
    mean_term, variance_term = g.mean(axis=0), normal_x * np.mean(g * normal_x, axis=0)
    unbiased = np.sqrt(x.var(axis=0) * n / max(n - 1, 1) + EPS)
    unbiased_x = centred / unbiased
    more = {
        "the terms of the batch's mean and variance are missing": g / std,
        "the term of the batch's mean is missing": (g - variance_term) / std,
        "the term of the batch's variance is missing": (g - mean_term) / std,
        "the terms of mean and variance lack their 1/N": (g - n * mean_term - n * variance_term)
        / std,
        "the term of the variance is twice too large": (g - mean_term - 2 * variance_term) / std,
        "the term of the variance has the wrong sign": (g - mean_term + variance_term) / std,
        "the two means seem to run over the features, not over the batch": (
            g
            - g.mean(axis=1, keepdims=True)
            - normal_x * np.mean(g * normal_x, axis=1, keepdims=True)
        )
        / std,
        "the two means seem to run over all elements, not over the batch": (
            g - g.mean() - normal_x * np.mean(g * normal_x)
        )
        / std,
        "the term of the variance needs the input minus its mean": (
            g - mean_term - x / std * np.mean(g * x / std, axis=0),
            g - mean_term - x / std**2 * np.mean(g * x, axis=0),
        ),
        "the derivative of the variance's root has the exponent -3/2": (
            g - mean_term - centred * np.mean(g * centred, axis=0)
        )
        / std,
        "the variance looks divided by N - 1": (
            g - mean_term - unbiased_x * np.mean(g * unbiased_x, axis=0)
        )
        / unbiased,
        "it looks as if it were computed from the diagonal of the Jacobian only": g
        * (1 - 1 / n - normal_x**2 / n)
        / std,
    }
    return layer_mistakes(gradient, x, g, more)


def update_mistakes(alpha, old, new, rows, of_variance=False):
    """After one batch with the statistics ``new``, where ``old`` ones were there before."""
    found = {
        "alpha and 1 - alpha look swapped": (1 - alpha) * old + alpha * new,
        "they are those of the last batch, as if alpha were 0": new,
        "they did not change": old,
        "alpha seems to be another one than the argument": tuple(
            other * old + (1 - other) * new for other in (0.5, 0.9, 0.99, 0.1) if other != alpha
        ),
        "the factor 1 - alpha of the new ones is missing": alpha * old + new,
    }
    if of_variance:
        found["the variance looks divided by N - 1"] = alpha * old + (1 - alpha) * new * rows / (
            rows - 1
        )
        found["these look like standard deviations, not variances"] = alpha * old + (
            1 - alpha
        ) * np.sqrt(new)
    return found


def first_mistakes(alpha, x):
    """Of the moving mean and of the moving variance, after the first batch."""
    n, mean, variance = len(x), x.mean(axis=0), x.var(axis=0)
    zeros = "it looks as if the first batch were averaged with 0, or with 1"
    of_mean = {
        zeros: (1 - alpha) * mean,
        "a row is taken for the mean of the batch": x[0],
        "these look like the statistics of the output": definition(x).mean(axis=0),
    }
    of_variance = {
        zeros: ((1 - alpha) * variance, alpha + (1 - alpha) * variance),
        "the variance looks divided by N - 1": variance * n / (n - 1),
        "these look like standard deviations, not variances": np.sqrt(variance),
        "EPS is not part of the moving variance": variance + EPS,
    }
    return of_mean, of_variance


def batch(rng, n, d):
    """Features of different means and spreads; the last has a variance of about EPS."""
    x = normal(rng, n, d) * rng.uniform(0.5, 2, size=d) + rng.uniform(-3, 3, size=d)
    x[:, -1] = 0.03 * rng.normal(size=n)
    return single(x)


def statistics(layer, d):
    """moving_mean and moving_variance as (d,)."""
    found = []
    for name in ("moving_mean", "moving_variance"):
        value = getattr(layer, name)
        shape = (1, d) if np.shape(value) == (1, d) else (d,)
        found.append(array_of(value, shape, name).reshape(d))
    return found


def set_statistics(layer, rng, d):
    """Give the layer moving statistics, after a first batch of its own, and return them."""
    layer.forward(batch(rng, 6, d))
    shape = np.shape(layer.moving_mean)
    statistics(layer, d)
    mean, variance = normal(rng, d), single(rng.uniform(0.5, 2, size=d))
    layer.moving_mean = mean.reshape(shape).copy()
    layer.moving_variance = variance.reshape(shape).copy()
    return mean, variance


def test_forward_batch(student, rng):
    """forward: each feature minus its mean over the square root of variance plus EPS"""
    for n, d in [(8, 3), (3, 5), (4, 4)]:
        x = batch(rng, n, d)
        actual = student.BatchNormalization().forward(x.copy())
        assert_close(actual, definition(x), "forward", mistakes=forward_mistakes(x))


def test_forward_biased(student):
    """forward: the variance is divided by the batch size N"""
    x = np.array([[1.0, 0.0], [3.0, 8.0]])
    expected = np.array([[-1.0, -4.0], [1.0, 4.0]]) / np.sqrt(np.array([1.0, 16.0]) + EPS)
    assert_close(student.BatchNormalization().forward(x.copy()), expected, "forward")


def test_forward_eps(student, rng):
    """forward: EPS is added to the variance, inside of the square root"""
    x = single(0.03 * rng.normal(size=(6, 4)))
    actual = student.BatchNormalization().forward(x.copy())
    assert_close(actual, definition(x), "forward", mistakes=forward_mistakes(x))


def test_forward_constant_feature(student, rng):
    """forward: a feature that does not vary becomes zero"""
    x = batch(rng, 5, 3)
    x[:, 1] = 2.5
    output = array_of(student.BatchNormalization().forward(x.copy()), x.shape, "forward")
    assert_close(output, definition(x), "forward")
    assert_vanishes(output[:, 1], (5,), 1.0, "forward of a constant feature")


def test_forward_large_offset(student, rng):
    """forward: right for features far from zero"""
    x = single(100 + 5 * rng.normal(size=(8, 3)))
    assert_close(student.BatchNormalization().forward(x.copy()), definition(x), "forward")


def test_forward_one_row(student, rng):
    """forward: a batch of one row is zero, with two dimensions"""
    layer, x = student.BatchNormalization(), normal(rng, 1, 4)
    assert_vanishes(layer.forward(x.copy()), (1, 4), 1.0, "forward")


def test_grad_input(student, rng):
    """input gradient: includes the terms of the batch's mean and variance"""
    for n, d in [(8, 3), (3, 5), (4, 4)]:
        x, g = batch(rng, n, d), normal(rng, n, d)
        actual = array_of(backward(student.BatchNormalization(), x, g), (n, d), "grad_input")
        expected = gradient(x, g)
        # The gradient of the feature that hardly varies is much larger than the others.
        assert_close(actual[:, :-1], expected[:, :-1], "grad_input")
        assert_close(actual[:, -1], expected[:, -1], "grad_input of a feature that hardly varies")


def test_grad_input_autograd(student, rng):
    """input gradient: agrees with automatic differentiation"""
    x, g = normal(rng, 7, 4) * 2 + 1, normal(rng, 7, 4)
    expected = autograd.grad(lambda z: anp.sum(g * definition(z)))(x)
    actual, mistakes = backward(student.BatchNormalization(), x, g), gradient_mistakes(x, g)
    assert_close(actual, expected, "grad_input", mistakes=mistakes)


def test_grad_input_one_row(student, rng):
    """input gradient: zero for a batch of one row"""
    layer, x, g = student.BatchNormalization(), normal(rng, 1, 4), normal(rng, 1, 4)
    assert_vanishes(backward(layer, x, g), (1, 4), 1 / np.sqrt(EPS), "grad_input")


def test_grad_input_constant(student, rng):
    """input gradient: zero where the outputs of a feature are all pushed alike"""
    x, g = normal(rng, 6, 3), np.repeat(normal(rng, 1, 3), 6, axis=0)
    assert_vanishes(backward(student.BatchNormalization(), x, g), (6, 3), 1.0, "grad_input")


def test_grad_input_linear(student, rng):
    """input gradient: linear in the upstream gradient, and zero where that is zero"""
    x = normal(rng, 5, 3)
    assert_linear(student.BatchNormalization(), x, normal(rng, 5, 3), normal(rng, 5, 3))


def test_another_batch(student, rng):
    """state: later batches, of another or the same size, are not mixed up"""
    assert_second_batch(student.BatchNormalization(0.9), definition, gradient, rng)


def test_first_batch(student, rng):
    """statistics: the first training batch initialises them with its mean and biased variance"""
    for alpha in (0.0, 0.75):
        layer, x = student.BatchNormalization(alpha), batch(rng, 5, 3)
        layer.forward(x.copy())
        mean, variance = statistics(layer, 3)
        mistakes = first_mistakes(alpha, x)
        assert_close(mean, x.mean(axis=0), "moving_mean", mistakes=mistakes[0])
        assert_close(variance, x.var(axis=0), "moving_variance", mistakes=mistakes[1])


def test_moving_statistics(student, rng):
    """statistics: an update keeps the share alpha of the old ones"""
    for alpha in (0.25, 0.9):
        layer = student.BatchNormalization(alpha)
        mean, variance = set_statistics(layer, rng, 3)
        for rows in (7, 4):
            x = batch(rng, rows, 3)
            layer.forward(x.copy())
            new, old = (x.mean(axis=0), x.var(axis=0)), (mean, variance)
            mean = alpha * mean + (1 - alpha) * new[0]
            variance = alpha * variance + (1 - alpha) * new[1]
            found = statistics(layer, 3)
            mistakes = update_mistakes(alpha, old[0], new[0], rows)
            assert_close(found[0], mean, "moving_mean", mistakes=mistakes)
            mistakes = update_mistakes(alpha, old[1], new[1], rows, of_variance=True)
            assert_close(found[1], variance, "moving_variance", mistakes=mistakes)


def test_default_alpha(student, rng):
    """statistics: with alpha = 0, the default, they are those of the last batch"""
    layer = student.BatchNormalization()
    layer.forward(batch(rng, 6, 3))
    x = batch(rng, 4, 3)
    layer.forward(x.copy())
    mean, variance = statistics(layer, 3)
    assert_close(mean, x.mean(axis=0), "moving_mean")
    assert_close(variance, x.var(axis=0), "moving_variance")


def test_backward_keeps_statistics(student, rng):
    """statistics: forward updates them once, backward does not"""
    layer = student.BatchNormalization(0.5)
    mean, variance = set_statistics(layer, rng, 3)
    x = batch(rng, 6, 3)
    backward(layer, x, normal(rng, 6, 3))
    actual_mean, actual_variance = statistics(layer, 3)
    new = x.mean(axis=0)
    mistakes = {"they seem to be updated twice for one batch": mean / 4 + 3 * new / 4}
    assert_close(actual_mean, (mean + new) / 2, "moving_mean", mistakes=mistakes)
    assert_close(actual_variance, (variance + x.var(axis=0)) / 2, "moving_variance")


def test_training_ignores_statistics(student, rng):
    """mode: training normalises by the batch, not by the moving statistics"""
    layer = student.BatchNormalization(0.75)
    mean, variance = set_statistics(layer, rng, 3)
    x, g = batch(rng, 6, 3), normal(rng, 6, 3)
    new = 0.75 * mean + 0.25 * x.mean(axis=0), 0.75 * variance + 0.25 * x.var(axis=0)
    mistakes = {
        "the moving statistics seem to be used in training": tuple(
            (x - m) / np.sqrt(v + EPS) for m, v in ((mean, variance), new)
        )
    }
    assert_close(layer.forward(x.copy()), definition(x), "forward", mistakes=mistakes)
    assert_close(layer.backward(x.copy(), g.copy()), gradient(x, g), "grad_input")


def test_evaluation(student, rng):
    """evaluation mode: uses the moving statistics, for one row as for many"""
    layer = student.BatchNormalization(0.5)
    mean, variance = set_statistics(layer, rng, 3)
    layer.evaluate()
    for rows in (5, 1, 2):
        x = batch(rng, rows, 3)
        mistakes = {
            "the batch's own statistics seem to be used in evaluation": (
                definition(x),
                (x - x.mean(axis=0)) / np.sqrt(variance + EPS),
            ),
            "evaluation changes nothing, but it should normalise": x,
            "EPS seems to be another constant, or to be missing": tuple(
                (x - mean) / np.sqrt(variance + eps) for eps in (1e-5, 1e-8, 1e-30)
            ),
        }
        expected = (x - mean) / np.sqrt(variance + EPS)
        assert_close(layer.forward(x.copy()), expected, "forward", mistakes=mistakes)


def test_evaluation_after_training(student, rng):
    """evaluation mode: uses what the training batches have left"""
    layer, first, second = student.BatchNormalization(0.75), batch(rng, 6, 3), batch(rng, 4, 3)
    layer.forward(first.copy())
    layer.forward(second.copy())
    layer.evaluate()
    mean = 0.75 * first.mean(axis=0) + 0.25 * second.mean(axis=0)
    variance = 0.75 * first.var(axis=0) + 0.25 * second.var(axis=0)
    x = batch(rng, 5, 3)
    assert_close(layer.forward(x.copy()), (x - mean) / np.sqrt(variance + EPS), "forward")


def test_evaluation_keeps_statistics(student, rng):
    """evaluation mode: leaves the moving statistics as they are"""
    layer = student.BatchNormalization(0.5)
    mean, variance = set_statistics(layer, rng, 3)
    layer.evaluate()
    x = batch(rng, 5, 3)
    layer.forward(x.copy())
    actual_mean, actual_variance = statistics(layer, 3)
    changed = "evaluation seems to change the moving statistics"
    mistakes = {changed: (mean + x.mean(axis=0)) / 2}
    assert_close(actual_mean, mean, "moving_mean", mistakes=mistakes)
    assert_close(actual_variance, variance, "moving_variance")


def test_train_again(student, rng):
    """evaluation mode: train() switches back to the batch, and keeps the statistics"""
    layer = student.BatchNormalization(0.5)
    mean, variance = set_statistics(layer, rng, 3)
    layer.evaluate()
    layer.forward(batch(rng, 5, 3))
    layer.train()
    x, g = batch(rng, 6, 3), normal(rng, 6, 3)
    assert_close(layer.forward(x.copy()), definition(x), "forward")
    assert_close(layer.backward(x.copy(), g.copy()), gradient(x, g), "grad_input")
    actual_mean, actual_variance = statistics(layer, 3)
    assert_close(actual_mean, (mean + x.mean(axis=0)) / 2, "moving_mean after train()")
    assert_close(actual_variance, (variance + x.var(axis=0)) / 2, "moving_variance after train()")


def test_two_layers(student, rng):
    """state: two layers keep their own statistics"""
    first, second, x = student.BatchNormalization(), student.BatchNormalization(), batch(rng, 5, 3)
    first.forward(x.copy())
    second.forward(batch(rng, 4, 3))
    mean, variance = statistics(first, 3)
    assert_close(mean, x.mean(axis=0), "moving_mean")
    assert_close(variance, x.var(axis=0), "moving_variance")


def test_chain(student, rng):
    """chain: between a Scaling and a LogSoftMax, the gradient reaches the start of the chain"""
    assert_chain(student, student.BatchNormalization(), definition, gradient, rng)


def test_shared_arrays(student, rng):
    """chain: forward and backward share the input array, as inside of a Sequential"""
    assert_shares_input(student, student.BatchNormalization(), definition, gradient, rng)


def test_derived(student, rng):
    """derivation: the gradient comes from a formula, not from differences of forward"""
    x, g = single(2 + 3 * normal(rng, 5, 4)), normal(rng, 5, 4)
    assert_formula(student, student.BatchNormalization(), x, g)
    # Beside inputs of 1e11 a step is nothing, while the formula does not care for the scale. And
    # in a sum over all outputs the first feature drowns the others, on which it has no influence.
    x, g = single(1e11 * rng.normal(size=(7, 3))), normal(rng, 7, 3)
    g[:, 0] *= 1e14
    actual = array_of(backward(student.BatchNormalization(), x, g), (7, 3), "grad_input")
    assert_close(actual[:, 0], gradient(x, g)[:, 0], "grad_input")
    assert_close(actual[:, 1:], gradient(x, g)[:, 1:], "grad_input")
