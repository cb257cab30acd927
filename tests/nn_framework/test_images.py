"""Hidden tests of the network for images: digits turned round, with other labels."""

import numpy as np
import pytest

from chainrule.homework import data

from .training import check_fresh, check_learns, check_output

pytestmark = pytest.mark.component("Images")


def digits(rng, n):
    """Digits on their side, each kind with a label that is not its own: nothing to remember."""
    found = data("digits.npz")
    chosen = rng.permutation(len(found["images"]))[:n]
    images = np.rot90(found["images"][chosen] / 16, axes=(1, 2))
    order = rng.permutation(10)
    other = np.empty(10, dtype=int)
    other[order] = np.roll(order, 1)
    return images, other[found["labels"][chosen]]


def test_output(student, rng):
    """network: gives log-probabilities, for one image as well"""
    network = student.make_image_network()
    images, _ = digits(rng, 9)
    check_output(network, images, 10)
    network.evaluate()
    check_output(network, images[:1], 10)


def test_fresh(student, rng):
    """network: a new one each time, which training another one does not change"""
    student.budget(180)
    check_fresh(student, "make_image_network", *digits(rng, 96))


def test_learns(student, rng):
    """learning: images that lie on their side, with other labels"""
    student.budget(180)
    images, labels = digits(rng, 450)
    check_learns(student, "make_image_network", images, labels, 20, 0.75, rng)
