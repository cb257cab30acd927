"""Hidden tests of the network for circles: trained by the student's loop, measured here."""

import numpy as np
import pytest

from .training import check_fresh, check_learns, check_output

pytestmark = pytest.mark.component("Circles")


def circles(rng, n, swapped):
    """Two rings around a common centre that is not quite in the middle."""
    labels = rng.integers(2, size=n)
    radius = np.where(labels == 1, 0.5, 1.0)
    angle = rng.uniform(0, 2 * np.pi, size=n)
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    x += rng.uniform(-0.2, 0.2, size=2) + 0.05 * rng.normal(size=(n, 2))
    return x, labels ^ swapped


def test_output(student, rng):
    """network: gives log-probabilities, for one point as well"""
    for n in (1, 6):
        network = student.make_circles_network()
        if n == 1:  # a single point has no statistics of its own
            network.forward(rng.normal(size=(8, 2)))
            network.evaluate()
        check_output(network, rng.normal(size=(n, 2)), 2)


def test_fresh(student, rng):
    """network: a new one each time, which training another one does not change"""
    student.budget(120)
    check_fresh(student, "make_circles_network", *circles(rng, 64, 0))


@pytest.mark.parametrize("swapped", [0, 1])
def test_learns(student, rng, swapped):
    """learning: circles with labels either way"""
    student.budget(120)
    x, labels = circles(rng, 384, swapped)
    check_learns(student, "make_circles_network", x, labels, 100, 0.9, rng)
