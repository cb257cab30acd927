"""Hidden tests of the predicted probabilities; the charts are for a person."""

import numpy as np
import pytest

from chainrule.homework import assert_close

pytestmark = pytest.mark.component("Predictions")

# What this network gives depends on its mode, as with Dropout or BatchNormalization.
NETWORK = """
def make(factor, k):
    class Doubtful(modules.Module):
        def update_output(self, input):
            self.output = input * (0.0 if self.training else factor)
            return self.output

    network = modules.Sequential()
    for layer in (modules.Flatten(), Doubtful(), modules.LogSoftMax()):
        network.add(layer)
    return network
"""


def softmax(scores):
    a = np.exp(scores - scores.max(axis=1, keepdims=True))
    return a / a.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("shape", [(6, 4), (1, 10), (3, 2, 2)])
def test_probabilities(student, rng, shape):
    """probabilities: those of the network in evaluation mode, a row for each example"""
    predict = student.predict_probabilities
    network = student.define(NETWORK, "make")(2.0, shape[-1])
    x = rng.normal(size=shape)
    expected = softmax(2 * x.reshape(len(x), -1))
    equal = np.full_like(expected, 1 / expected.shape[1])
    logs = {
        "these are the logarithms": np.log(expected),
        "the network seems to be in training mode": equal,
    }
    actual = predict(network, x.copy())
    assert_close(actual, expected, "the probabilities", mistakes=logs)


def test_twice(student, rng):
    """probabilities: the same when asked again, and after training mode"""
    network = student.define(NETWORK, "make")(1.0, 5)
    x = rng.normal(size=(4, 5))
    for _ in range(2):
        actual = student.predict_probabilities(network, x.copy())
        assert_close(actual, softmax(x), "the probabilities")
        network.train()
