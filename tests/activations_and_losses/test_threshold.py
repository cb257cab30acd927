"""Hidden tests of Threshold."""

import numpy as np
import pytest

from chainrule.homework import UNCHANGED, assert_close

from .oracles import assert_any_shape, assert_formula, assert_layer_leaves_arrays, backward, normal

pytestmark = pytest.mark.component("Threshold")


def step(x, b):
    return np.where(x > b, 1.0, 0.0)


def flat(x):
    return np.zeros(x.shape)


def test_forward(student, rng):
    """forward: 1 above b and 0 below, for b of both signs"""
    x = normal(rng, 6, 5)
    for b in (-1.25, 0.25, 1):
        mistakes = {
            "b seems to be ignored": step(x, 0),
            "b has the wrong sign": step(x, -b),
            "above and below are exchanged": 1 - step(x, b),
            "below b the output is 0, not -1": 2 * step(x, b) - 1,
            "above b the output is 1, not x": x * step(x, b),
            "above b the output is 1, not x - b": (x - b) * step(x, b),
        }
        actual = student.Threshold(b).forward(x.copy())
        assert_close(actual, step(x, b), "forward", mistakes=mistakes)


def test_forward_at_b(student):
    """forward: 0 at b itself, and 1 just above it"""
    for b in (0.0, 0.5, -2.0):
        x = np.array([[b, np.nextafter(b, 9), np.nextafter(b, -9), b]])
        mistakes = {
            "at x = b the output is 0": (
                np.array([[1.0, 1.0, 0.0, 1.0]]),
                np.array([[0.5, 1.0, 0.0, 0.5]]),
            )
        }
        actual = student.Threshold(b).forward(x)
        assert_close(actual, np.array([[0.0, 1.0, 0.0, 0.0]]), "forward", mistakes=mistakes)


def test_grad_input(student, rng):
    """input gradient: the upstream gradient times the slope, on both sides of b"""
    x, g = normal(rng, 6, 5), normal(rng, 6, 5)
    for b in (0.0, 0.75):
        mistakes = {
            UNCHANGED: g,
            "this is the gradient of ReLU, whose slope above b is 1": g * (x > b),
            "the output itself is not the slope": step(x, b),
            "this is the slope of a sigmoid, not of a step": g * np.exp(-x) / (1 + np.exp(-x)) ** 2,
        }
        actual = backward(student.Threshold(b), x, g)
        assert_close(actual, flat(x), "grad_input", mistakes=mistakes)


def test_shapes(student, rng):
    """state: right for one, two and three axes, one batch after another"""
    assert_any_shape(student.Threshold(0.3), lambda x: step(x, 0.3), flat, rng)


def test_two_layers(student, rng):
    """state: two layers with different b do not disturb each other"""
    x = normal(rng, 4, 5)
    low, high = student.Threshold(-0.5), student.Threshold(0.75)
    assert_close(low.forward(x.copy()), step(x, -0.5), "forward")
    assert_close(high.forward(x.copy()), step(x, 0.75), "forward")


def test_arrays_stay(student, rng):
    """arrays: neither the input nor the upstream gradient is changed"""
    assert_layer_leaves_arrays(student, student.Threshold(0.2), rng)


def test_derived(student, rng):
    """derivation: the gradient comes from a formula, not from differences of forward"""
    x, g = normal(rng, 5, 4), normal(rng, 5, 4)
    assert_formula(student, student.Threshold(0.2), x, g)
    # A difference jumps across b; x = b itself has the same value as elsewhere.
    x = 0.5 + np.array([[1e-12, -1e-12, 1e-9, 0.0], [-1e-7, 1e-5, 1e-3, -1e-3]])
    assert_close(backward(student.Threshold(0.5), x, g[:2]), flat(x), "grad_input")
