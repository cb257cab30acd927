"""Hidden tests of the batches, of the training loop, and of the network that separates blobs."""

import numpy as np
import pytest

from chainrule.homework import CheckFailed, assert_close

from .training import Run, check_fresh, check_learns, check_output, deal

pytestmark = pytest.mark.component("Blobs")


def numbered(rng, n, *shape):
    """n examples at random, with targets that say which example they belong to."""
    return rng.normal(size=(n, *shape)), np.stack([np.arange(n), -np.arange(n)], axis=1) * 1.0


def order_of(dealt):
    return np.concatenate([targets[:, 0] for _, targets in dealt])


@pytest.mark.parametrize(("n", "size"), [(37, 10), (40, 8), (9, 1)])
def test_each_example_once(student, rng, n, size):
    """batches: every example once in an epoch, in batches of the given size"""
    x, y = numbered(rng, n, 2)
    dealt = deal(student, x, y, size)
    sizes = sorted(len(rows) for rows, _ in dealt)
    expected = sorted([size] * (n // size) + [n % size] * (n % size > 0))
    assert_close(np.array(sizes), np.array(expected), "the batches' sizes, sorted,")
    assert_close(np.sort(order_of(dealt)), y[:, 0], "what was dealt out, sorted,")


def test_pairs(student, rng):
    """batches: an example and its target stay together, images as well"""
    for shape in ((3,), (4, 4)):
        x, y = numbered(rng, 23, *shape)
        for rows, targets in deal(student, x, y, 5):
            expected = x[targets[:, 0].astype(int)]
            assert_close(rows, expected, "the rows of x that stand beside those of y")


def test_one_batch(student, rng):
    """batches: a batch size larger than the data gives one batch of all of them"""
    x, y = numbered(rng, 7, 2)
    dealt = deal(student, x, y, 100)
    assert_close(np.array([len(rows) for rows, _ in dealt]), np.array([7]), "the batches' sizes")


def test_new_order(student, rng):
    """batches: another order in each epoch"""
    x, y = numbered(rng, 60, 2)
    orders = [order_of(deal(student, x, y, 10)) for _ in range(3)]
    for first, second in ((0, 1), (1, 2), (0, 2)):
        if np.array_equal(orders[first], orders[second]):
            raise CheckFailed("values", "two epochs have the same order")


def test_shuffled(student, rng):
    """batches: examples that lie far apart meet in one batch"""
    x, y = numbered(rng, 60, 2)
    far = [np.ptp(targets[:, 0]) for _, targets in deal(student, x, y, 10)]
    # Ten of sixty at random span 30 in all but one case of 2000.
    if np.mean(far) < 30:
        raise CheckFailed("values", "the examples of a batch are neighbours in the data")


def test_data_stay(student, rng):
    """batches: x and y stay as they are"""
    x, y = numbered(rng, 30, 2)
    given = student.array(x), student.array(y)
    deal(student, *given, 7)
    assert_close(given[0].get(), x, "x after an epoch")
    assert_close(given[1].get(), y, "y after an epoch")


@pytest.mark.parametrize("size", [40, 12])
def test_steps(student, rng, size):
    """training: each epoch makes one step with each batch"""
    run = Run(student, rng)
    run.train(3, size, 0.1, 0.5)
    run.check_steps(size)


@pytest.mark.parametrize(("size", "momentum"), [(40, 0.0), (40, 0.75), (16, 0.9)])
def test_learnt(student, rng, size, momentum):
    """training: every step is that of SGD with the gradients of its batch, to the end"""
    run = Run(student, rng)
    run.train(4, size, float(rng.choice([0.125, 0.25])), momentum)
    run.check_steps(size)
    run.check_learnt()


@pytest.mark.parametrize("size", [40, 16])
def test_losses(student, rng, size):
    """training: the losses are the means over the examples of each epoch, before its steps"""
    run = Run(student, rng, features=4)
    run.train(3, size, 0.25, 0.5)
    run.check_steps(size)
    run.check_losses()


def test_second_training(student, rng):
    """training: a second network starts without the velocities of the first one"""
    for _ in range(2):
        run = Run(student, rng)
        run.train(2, 20, 0.25, 0.875)
        run.check_steps(20)
        run.check_learnt()


def test_mode(student, rng):
    """training: steps are made in training mode, also with a network that was evaluated before"""
    run = Run(student, rng)
    run.train(1, 20, 0.1, 0.5)
    run.network.evaluate()
    criterion = student.modules.NLLCriterion()
    config = {"learning_rate": 0.1, "momentum": 0.5}
    student.train_model(run.network, criterion, config, run.x.copy(), run.y.copy(), 2, 20)
    modes = run.network[0].modes
    if not modes or not all(modes):
        raise CheckFailed("values", "a layer is in evaluation mode while the network learns")


def blobs(rng, n, swapped):
    """Two clouds somewhere in the plane, one on each side of a line in any direction."""
    labels = rng.integers(2, size=n)
    angle = rng.uniform(0, 2 * np.pi)
    apart = 2.0 * np.array([np.cos(angle), np.sin(angle)])
    x = rng.uniform(-1, 1, size=2) + np.where(labels == 1, 1.0, -1.0)[:, None] * apart
    return x + 0.5 * rng.normal(size=(n, 2)), labels ^ swapped


def test_output(student, rng):
    """network: gives log-probabilities, for one point as well"""
    for n in (1, 6):
        check_output(student.make_blobs_network(), rng.normal(size=(n, 2)), 2)


def test_fresh(student, rng):
    """network: a new one each time, which training another one does not change"""
    check_fresh(student, "make_blobs_network", *blobs(rng, 64, 0))


@pytest.mark.parametrize("swapped", [0, 1])
def test_learns(student, rng, swapped):
    """learning: blobs anywhere, with labels either way"""
    student.budget(60)
    x, labels = blobs(rng, 384, swapped)
    check_learns(student, "make_blobs_network", x, labels, 40, 0.95, rng)
