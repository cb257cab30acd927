"""Hidden tests of Dropout: properties of its masks, never a particular random number.

Shares of zeroed elements are compared with p by Hoeffding's inequality: for n independent elements
the share is off by more than t with a probability of at most 2 exp(-2 n t^2). With n = 12000 and
t = 0.035 that is 4e-13. Other bounds are given where they are used.
"""

import numpy as np
import pytest

from chainrule.homework import UNCHANGED, CheckFailed, assert_close

from .oracles import array_of, assert_formula, normal, single

pytestmark = pytest.mark.component("Dropout")

SHAPE = (100, 120)
ALLOWED = 0.035
ANEW = "a mask owes nothing to the one before: new random numbers each time, and no seed"
ONE_EACH = "every element needs a random number of its own, and is zeroed or not by that alone"


def positive(rng, *shape):
    """Inputs without zeros, so that the zeros of the output show the mask."""
    return single(rng.uniform(0.5, 1.5, size=shape))


def kept(layer, x):
    """Which elements a forward pass kept, a boolean array shaped like x."""
    return array_of(layer.forward(x.copy()), x.shape, "forward") != 0


def hint_of(mask, p, hint):
    """The hint at a mask that is random in a wrong way, unless not even its share is p."""
    return hint if abs(np.mean(~mask) - p) < 3 * ALLOWED else ""


def check_share(mask, p):
    share = np.mean(~mask)
    if abs(share - p) > ALLOWED:
        hint = ""
        if p != 0.5 and abs(share - (1 - p)) < ALLOWED:
            hint = "p looks like the probability of keeping"
        elif share == 0:
            hint = "nothing is zeroed at all"
        raise CheckFailed("values", "the share of zeroed elements is not p", hint=hint)


def test_zero_or_scaled(student, rng):
    """forward: every element is either zero or divided by 1 - p"""
    for p in (0.2, 0.8, 0.5):
        x = normal(rng, 20, 15)
        output = array_of(student.Dropout(p).forward(x.copy()), x.shape, "forward")
        mask = output != 0
        mistakes = {
            "what is kept is not scaled": x * mask,
            "what is kept seems to be divided by p": x * mask / p,
            "what is kept seems to be multiplied, not divided": x * mask * (1 - p),
            "what is kept seems to be scaled twice": x * mask / (1 - p) ** 2,
        }
        assert_close(output, np.where(mask, x / (1 - p), 0), "forward", mistakes=mistakes)


def test_share_of_zeros(student, rng):
    """forward: p is the probability that an element is zeroed, not that it is kept"""
    x = positive(rng, *SHAPE)
    for p in (0.2, 0.8):
        check_share(kept(student.Dropout(p), x), p)


def test_default_p(student, rng):
    """forward: p is one half by default"""
    x = positive(rng, *SHAPE)
    output = array_of(student.Dropout().forward(x.copy()), SHAPE, "forward")
    check_share(output != 0, 0.5)
    assert_close(output, np.where(output != 0, 2 * x, 0), "forward")


def test_elements_are_independent(student, rng):
    """forward: each element is zeroed by itself, not a whole row, column or pattern"""
    mask = kept(student.Dropout(0.3), positive(rng, *SHAPE))
    # Two rows of 120 agree with a probability of 0.58 ** 120 = 4e-29, two columns of 100 with
    # 2e-24, and there are fewer than 7200 pairs of either.
    for lines in (mask, mask.T):
        if len({line.tobytes() for line in lines}) < len(lines):
            raise CheckFailed(
                "values",
                "rows or columns of the mask repeat each other",
                hint=hint_of(mask, 0.3, ONE_EACH),
            )
    # That all of 100 rows keep the same number out of 120 has a probability below 1e-80.
    if len(set(mask.sum(axis=1))) == 1 or len(set(mask.sum(axis=0))) == 1:
        raise CheckFailed(
            "values",
            "each row or column loses the same number of elements",
            hint=hint_of(mask, 0.3, ONE_EACH),
        )
    # Products of neighbours have mean 0 and span 0.7. Every second one is independent of the
    # others, which makes two sets of 5900; Hoeffding gives each a probability below 1e-50.
    noise = mask - 0.7
    for product in (noise[1:] * noise[:-1], noise[:, 1:] * noise[:, :-1]):
        if abs(product.mean()) > 0.07:
            raise CheckFailed(
                "values",
                "neighbours in the mask are not independent",
                hint=hint_of(mask, 0.3, ONE_EACH),
            )


def test_number_varies(student, rng):
    """forward: the number of zeroed elements is random too"""
    layer, x = student.Dropout(0.5), positive(rng, 30, 40)
    # Of 1200 elements no number is kept with a probability above 0.0231; that 8 masks all keep
    # the same one has a probability below 0.0231 ** 7 = 4e-12.
    masks = [kept(layer, x) for _ in range(8)]
    if len({int(mask.sum()) for mask in masks}) == 1:
        same = all(np.array_equal(mask, masks[0]) for mask in masks)
        hint = hint_of(masks[0], 0.5, ANEW if same else ONE_EACH)
        raise CheckFailed("values", "every mask zeroes the same number of elements", hint=hint)


def test_fresh_mask(student, rng):
    """forward: a fresh mask on every forward pass"""
    layer, x = student.Dropout(0.4), positive(rng, 20, 30)
    masks = [kept(layer, x) for _ in range(4)]
    for index, mask in enumerate(masks):
        for other in masks[:index]:
            # The share of 600 elements that differ has mean 0.48; below 0.3 has 2e-17.
            if np.mean(mask != other) < 0.3:
                hint = hint_of(masks[0], 0.4, ANEW)
                raise CheckFailed("values", "two forward passes used the same mask", hint=hint)


def test_one_row(student, rng):
    """forward: a batch of one row keeps its two dimensions, and loses some elements only"""
    x = positive(rng, 1, 400)
    mask = kept(student.Dropout(0.5), x)
    # By Hoeffding, 400 elements are off by 0.2 with a probability of 3e-14.
    if abs(np.mean(mask) - 0.5) > 0.2:
        raise CheckFailed("values", "the share of zeroed elements of one row is not p")


def test_grad_input_mask(student, rng):
    """input gradient: zero where forward was zero, divided by 1 - p elsewhere"""
    for p in (0.2, 0.8):
        layer, x, g = student.Dropout(p), positive(rng, 30, 12), normal(rng, 30, 12)
        mask = kept(layer, x)
        mistakes = {
            UNCHANGED: g,
            "the mask of forward seems to be missing": g / (1 - p),
            "the scale of forward seems to be missing": g * mask,
            "it passes where forward was zero, and is zero where it passed": g * ~mask / (1 - p),
            "it seems to be scaled twice": g * mask / (1 - p) ** 2,
            "it is multiplied by the output, where the mask belongs": g * x * mask / (1 - p),
            "the first row of the mask seems to serve for all rows": g * mask[0] / (1 - p),
        }
        actual = layer.backward(x.copy(), g.copy())
        assert_close(actual, g * mask / (1 - p), "grad_input", mistakes=mistakes)


def test_grad_input_zero_inputs(student, rng):
    """input gradient: follows the mask also where the input itself is zero"""
    layer, x, g = student.Dropout(0.5), positive(rng, 40, 30), normal(rng, 40, 30)
    zeros = np.arange(x.size).reshape(x.shape) % 2 == 0
    x[zeros] = 0
    mask = kept(layer, x)
    actual = array_of(layer.backward(x.copy(), g.copy()), x.shape, "grad_input")
    passed = np.where(zeros, actual != 0, mask)  # a zero of the input does not show its mask
    assert_close(actual, 2 * g * passed, "grad_input")
    # By Hoeffding, 600 elements are off by 0.15 with a probability of 4e-12.
    if abs(np.mean(passed[zeros]) - 0.5) > 0.15:
        raise CheckFailed("values", "the share of blocked gradients of zero inputs is not p")


def test_grad_input_one_row(student, rng):
    """input gradient: a batch of one row keeps its two dimensions"""
    layer, x, g = student.Dropout(0.4), positive(rng, 1, 50), normal(rng, 1, 50)
    mask = kept(layer, x)
    assert_close(layer.backward(x.copy(), g.copy()), g * mask / 0.6, "grad_input")


def test_grad_input_last_mask(student, rng):
    """state: after two batches of different sizes backward uses the mask of the second"""
    layer = student.Dropout(0.5)
    for rows in (8, 25, 5):
        layer.forward(positive(rng, 12, 20))
        x, g = positive(rng, rows, 20), normal(rng, rows, 20)
        mask = kept(layer, x)
        assert_close(layer.backward(x.copy(), g.copy()), g * mask * 2, "grad_input")


def test_p_stays(student, rng):
    """state: p is the same for every batch"""
    layer = student.Dropout(0.2)
    for _ in range(3):
        x, g = positive(rng, 10, 15), normal(rng, 10, 15)
        output = array_of(layer.forward(x.copy()), x.shape, "forward")
        assert_close(output, np.where(output != 0, x / 0.8, 0), "forward")
        actual = layer.backward(x.copy(), g.copy())
        assert_close(actual, np.where(output != 0, g / 0.8, 0), "grad_input")


def test_two_layers(student, rng):
    """state: two layers keep their own p and their own masks"""
    first, second = student.Dropout(0.25), student.Dropout(0.75)
    x, g = positive(rng, 20, 15), normal(rng, 20, 15)
    mask, other = kept(first, x), kept(second, x)
    assert_close(first.backward(x.copy(), g.copy()), g * mask / 0.75, "grad_input")
    assert_close(second.backward(x.copy(), g.copy()), g * other / 0.25, "grad_input")


def test_grad_input_linear(student, rng):
    """input gradient: linear in the upstream gradient, zero where that is zero"""
    layer, x = student.Dropout(0.5), positive(rng, 8, 10)
    zero = np.zeros_like(x)
    for factor in (1e-3, -1.0, 1e3):
        g = factor * normal(rng, 8, 10)
        mask = kept(layer, x)
        assert_close(layer.backward(x.copy(), g.copy()), 2 * g * mask, "grad_input")
    layer.forward(x.copy())
    assert_close(layer.backward(x.copy(), zero), zero, "grad_input of a zero gradient")


def test_evaluation(student, rng):
    """evaluation mode: the identity, before any training and after it"""
    layer = student.Dropout(0.5)
    layer.evaluate()
    for rows in (1, 9):
        x = normal(rng, rows, 8)
        output = array_of(layer.forward(x.copy()), x.shape, "forward")
        mistakes = {"evaluation scales, but nothing is zeroed there": (x / 2, 2 * x)}
        if not output.all():
            mistakes["evaluation zeroes elements too"] = output
        assert_close(output, x, "forward", mistakes=mistakes)
    for rows in (5, 9):
        layer.train()
        layer.forward(normal(rng, rows, 8))
        layer.evaluate()
        assert_close(layer.forward(x.copy()), x, "forward")


def test_train_again(student, rng):
    """evaluation mode: train() switches the zeroing on again"""
    layer, x, g = student.Dropout(0.5), positive(rng, 30, 20), normal(rng, 30, 20)
    layer.forward(x.copy())
    layer.evaluate()
    layer.forward(x[:4].copy())
    layer.train()
    mask = kept(layer, x)
    # By Hoeffding, 600 elements are off by 0.15 with a probability of 4e-12.
    if abs(np.mean(mask) - 0.5) > 0.15:
        raise CheckFailed("values", "the share of zeroed elements is not p after train()")
    assert_close(layer.backward(x.copy(), g.copy()), 2 * g * mask, "grad_input")


def test_p_zero(student, rng):
    """input gradient: with p = 0 forward changes nothing, and the gradient passes"""
    layer, x, g = student.Dropout(0.0), normal(rng, 6, 5), normal(rng, 6, 5)
    assert_close(layer.forward(x.copy()), x, "forward")
    assert_close(layer.backward(x.copy(), g.copy()), g, "grad_input")


def test_chain(student, rng):
    """chain: between a Scaling and a ReLU, the gradient reaches the start of the chain"""
    before, layer, after = student.Scaling(20), student.Dropout(0.5), student.ReLU()
    before.beta = np.full((1, 20), 5.0)  # no hidden value is 0, so zeros show the mask
    gamma = before.gamma
    x, g = normal(rng, 9, 20), normal(rng, 9, 20)
    hidden = before.forward(x.copy())
    output = array_of(layer.forward(hidden.copy()), x.shape, "forward")
    assert_close(output, np.where(output != 0, 2 * (gamma * x + 5), 0), "forward")
    passed = layer.backward(hidden.copy(), after.backward(output.copy(), g.copy()))
    expected = 2 * g * (output > 0)
    assert_close(passed, expected, "grad_input")
    assert_close(before.backward(x.copy(), passed), expected * gamma, "the chain's gradient")


def test_shared_arrays(student, rng):
    """chain: forward and backward share the input array, as inside of a Sequential"""
    layer, x, g = student.Dropout(0.5), positive(rng, 10, 8), normal(rng, 10, 8)
    shared = student.array(x)
    output = array_of(layer.forward(shared), x.shape, "forward")
    assert_close(output, np.where(output != 0, 2 * x, 0), "forward")
    actual = layer.backward(shared, student.array(g))
    assert_close(actual, 2 * g * (output != 0), "grad_input")


def test_derived(student, rng):
    """derivation: the gradient comes from the mask, whatever the size of the input"""
    layer, x, g = student.Dropout(0.5), positive(rng, 10, 8), normal(rng, 10, 8)
    assert_formula(student, layer, positive(rng, 5, 4), normal(rng, 5, 4))
    x[::2] *= 2.0**60  # any step vanishes beside it
    mask = kept(layer, x)
    assert_close(layer.backward(x.copy(), g.copy()), 2 * g * mask, "grad_input")
