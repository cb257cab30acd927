"""Hidden tests of the network that solves XOR. Expected gradients are written out with sums."""

from functools import partial

import numpy as np
import pytest

from chainrule.homework import CheckFailed, assert_close

from .oracles import STAY_AWAY, assert_exact, assert_formula, assert_unchanged, normal

pytestmark = pytest.mark.component("XOR")

NAMES = ("W1", "b1", "W2", "b2")
INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TARGETS = np.array([[0.0], [1.0], [1.0], [0.0]])
SHAPES = ((4, 2, 5, 1), (6, 3, 4, 2), (1, 2, 3, 1), (3, 3, 3, 3))  # N, inputs, hidden, outputs


def parameters(rng, d, h, k):
    return [normal(rng, d, h), normal(rng, h), normal(rng, h, k), normal(rng, k)]


def problem(rng, n, d, h, k):
    return parameters(rng, d, h, k), normal(rng, n, d), (rng.random((n, k)) < 0.5) * 1.0


def copies(arrays):
    return [array.copy() for array in arrays]


def hidden_of(params, x):
    return np.tanh(np.einsum("nd,dh->nh", x, params[0]) + params[1])


def logits_of(params, x):
    return np.einsum("nh,hk->nk", hidden_of(params, x), params[2]) + params[3]


def loss_of(params, x, t):
    z = logits_of(params, x)
    return float(np.mean(np.logaddexp(0, z) - t * z))


def gradients_of(params, x, t):
    hidden = hidden_of(params, x)
    g = (1 / (1 + np.exp(-logits_of(params, x))) - t) / t.size
    s = np.einsum("nk,hk,nh->nh", g, params[2], 1 - hidden**2)
    return [
        np.einsum("nd,nh->dh", x, s),
        np.einsum("nh->h", s),
        np.einsum("nh,nk->hk", hidden, g),
        np.einsum("nk->k", g),
    ]


def gradients_without_sigmoid(params, x, t):
    hidden = hidden_of(params, x)
    g = (logits_of(params, x) - t) / t.size
    s = g @ params[2].T * (1 - hidden**2)
    return [x.T @ s, s.sum(axis=0), hidden.T @ g, g.sum(axis=0)]


def parts(result, count, what):
    """The elements of a pair or list. Raises CheckFailed for anything else."""
    if isinstance(result, np.ndarray) or not hasattr(result, "__len__"):
        raise CheckFailed("type", f"{what} is not a pair, tuple or list")
    if len(result) != count:
        raise CheckFailed("shape", f"{what} has {len(result)} elements, expected {count}")
    return list(result)


def results(result):
    """The loss, and the four gradients."""
    loss, gradients = parts(result, 2, "what loss_and_gradients returns")
    return loss, parts(gradients, 4, "the list of gradients")


def trained(result):
    """The four parameters, and the losses."""
    params, losses = parts(result, 2, "what train returns")
    return parts(params, 4, "the list of new parameters"), np.asarray(losses)


def gradient_mistakes(params, x, t, number):
    right, hidden = gradients_of(params, x, t), hidden_of(params, x)
    g = (1 / (1 + np.exp(-logits_of(params, x))) - t) / t.size
    through = g @ params[2].T
    bent = through * hidden * (1 - hidden)
    of_sigmoid = [x.T @ bent, bent.sum(axis=0), *right[2:]]
    slopeless = [x.T @ through, through.sum(axis=0), right[2], right[3]]
    return {
        "the slope of tanh seems to be missing": slopeless[number],
        "the slope of tanh is 1 minus the square of its output": (
            [x.T @ (through * hidden), (through * hidden).sum(axis=0), *right[2:]][number],
            of_sigmoid[number],
            [
                x.T @ (through * (1 - hidden)),
                (through * (1 - hidden)).sum(axis=0),
                *right[2:],
            ][number],
        ),
        "this is the gradient without the division by the number of answers": (
            right[number] * t.size
        ),
        "it is divided by the rows, not by all answers": right[number] * t.shape[1],
        "the sign is turned round": -right[number],
        "logits become probabilities by a sigmoid first": gradients_without_sigmoid(params, x, t)[
            number
        ],
        "it is the mean over the batch, where the sum is due": right[number] / len(x),
        "the second layer saw the output of tanh, not its input": (
            np.arctanh(np.clip(hidden, -1 + 1e-15, 1 - 1e-15)).T @ g if number == 2 else g * 0
        ),
    }


def check_gradients(student, params, x, t):
    loss, gradients = results(student.loss_and_gradients(copies(params), x.copy(), t.copy()))
    right, z = loss_of(params, x, t), logits_of(params, x)
    mistakes = {
        "it is the sum, not the mean over all answers": right * t.size,
        "it is a squared error": np.mean((z - t) ** 2),
        "the sigmoid is there twice": np.mean(
            np.logaddexp(0, 1 / (1 + np.exp(-z))) - t / (1 + np.exp(-z))
        ),
    }
    assert_close(loss, right, "the loss", mistakes=mistakes)
    for number, expected in enumerate(gradients_of(params, x, t)):
        mistakes = partial(gradient_mistakes, params, x, t, number)
        what = f"the gradient of {NAMES[number]}"
        assert_close(gradients[number], expected, what, mistakes=mistakes)


def test_merge(student, rng):
    """merging: W and b of the single layer, for any sizes"""
    for _, d, h, k in SHAPES:
        W1, b1, W2, b2 = parameters(rng, d, h, k)
        merged = student.merge_linear(W1.copy(), b1.copy(), W2.copy(), b2.copy())
        W, b = parts(merged, 2, "what merge_linear returns")
        wanted = np.einsum("dh,hk->dk", W1, W2)
        assert_close(W, wanted, "W", mistakes={"W2 comes after W1": (W2 @ W1) if d == k else W1})
        mistakes = {
            "b1 goes through the second layer, too": np.sum(b1) + b2,
            "b2 seems to be missing": np.einsum("h,hk->k", b1, W2),
            "b1 seems to be missing": b2,
            "there is no bend between the two layers": np.tanh(b1) @ W2 + b2,
        }
        assert_close(b, np.einsum("h,hk->k", b1, W2) + b2, "b", mistakes=mistakes)


def test_predict(student, rng):
    """predict: the logits, for any sizes"""
    for n, d, h, k in SHAPES:
        params, x, _ = problem(rng, n, d, h, k)
        z = logits_of(params, x)
        W1, b1, W2, b2 = params
        mistakes = {
            "tanh seems to be missing": (x @ W1 + b1) @ W2 + b2,
            "the logits are due, not their sigmoid": 1 / (1 + np.exp(-z)),
            "the last layer has no bend: tanh comes after the first one only": np.tanh(z),
            "the bias b2 seems to be missing": z - b2,
            "the bias b1 seems to be missing": np.tanh(x @ W1) @ W2 + b2,
            "the bias b1 belongs inside of tanh": (np.tanh(x @ W1) + b1) @ W2 + b2,
            "the bend is tanh": (
                np.maximum(x @ W1 + b1, 0) @ W2 + b2,
                1 / (1 + np.exp(-(x @ W1 + b1))) @ W2 + b2,
            ),
            "yes or no is not due, but the logits": (z > 0) * 1.0,
        }
        actual = student.predict(copies(params), x.copy())
        assert_close(actual, z, "what predict returns", mistakes=mistakes)


def test_loss_and_gradients(student, rng):
    """gradients: the loss and all four gradients, for any sizes"""
    for shape in SHAPES:
        check_gradients(student, *problem(rng, *shape))


def test_gradients_again(student, rng):
    """gradients: nothing is left from an earlier call"""
    params, x, t = problem(rng, 4, 2, 3, 1)
    check_gradients(student, params, x, t)
    check_gradients(student, params, x, 1 - t)
    check_gradients(student, [2 * p for p in params], x, t)
    check_gradients(student, params, x, t)


def test_gradients_large(student, rng):
    """gradients: stable where the logits are large"""
    params, x, t = problem(rng, 4, 2, 3, 1)
    params[3] = np.array([900.0])
    check_gradients(student, params, x, t)
    params[3] = np.array([-900.0])
    z = logits_of(params, x)
    loss, gradients = results(student.loss_and_gradients(copies(params), x.copy(), t.copy()))
    assert_close(loss, np.mean(np.logaddexp(0, z) - t * z), "the loss")
    assert_close(gradients[3], -np.mean(t, axis=0), "the gradient of b2")


def test_train(student, rng):
    """training: several steps, with the losses before each"""
    for steps, rate in ((1, 0.5), (3, 0.25), (4, 2.0)):
        params, x, t = problem(rng, 5, 2, 3, 1)
        expected, losses = copies(params), []
        for _ in range(steps):
            losses.append(loss_of(expected, x, t))
            slopes = gradients_of(expected, x, t)
            expected = [p - rate * g for p, g in zip(expected, slopes, strict=True)]
        after, found = trained(student.train(copies(params), x.copy(), t.copy(), rate, steps))
        later = [*losses[1:], loss_of(expected, x, t)]
        mistakes = {"the loss before each step is due, not the one after it": later}
        assert_close(found, np.array(losses), "the list of losses", mistakes=mistakes)
        for number, name in enumerate(NAMES):
            up = 2 * params[number] - expected[number]
            wrong = {"the step goes up the hill": up} if steps == 1 else {}
            wrong["nothing was changed"] = params[number]
            assert_close(after[number], expected[number], f"{name} after training", mistakes=wrong)


def test_solved(student):
    """training: XOR is solved from several starts"""
    for seed in (1, 3, 8):
        rng = np.random.default_rng(seed)
        start = [rng.normal(size=(2, 4)), np.zeros(4), rng.normal(size=(4, 1)), np.zeros(1)]
        after, losses = trained(student.train(start, INPUTS.copy(), TARGETS.copy(), 1.0, 400))
        says_yes = np.asarray(student.predict(after, INPUTS.copy())) > 0
        assert_close(says_yes, TARGETS, "the answers to the four inputs")
        if not losses[-1] < 0.05:
            raise CheckFailed("values", "the loss is still large at the end of the training")


def test_arrays_stay(student, rng):
    """arrays: neither the parameters nor the inputs and targets are changed"""
    params, x, t = problem(rng, 4, 2, 3, 1)
    arrays = [*params, x, t]
    shared = [student.array(array) for array in arrays]
    student.merge_linear(*shared[:4])
    student.predict(shared[:4], shared[4])
    student.loss_and_gradients(shared[:4], shared[4], shared[5])
    student.train(shared[:4], shared[4], shared[5], 0.5, 2)
    for name, array, values in zip((*NAMES, "inputs", "targets"), shared, arrays, strict=True):
        assert_unchanged(array, values, f"the array {name} that was given has been changed")


# Lets the gradients be watched as a layer's are; x stands for W1.
WATCHED = """
class Watched:
    def __init__(self, params, inputs, targets):
        self.params, self.inputs, self.targets = params, inputs, targets

    def forward(self, x):
        return predict([x] + list(self.params[1:]), self.inputs)

    def backward(self, x, second):
        return loss_and_gradients([x] + list(self.params[1:]), self.inputs, self.targets)


def watched(*arguments):
    return Watched(*arguments)
"""


def test_derived(student, rng):
    """derivation: the gradients come from formulas, not from differences of the loss"""
    params, x, t = problem(rng, 6, 5, 4, 2)
    watched = student.define(WATCHED, "watched")(copies(params), x.copy(), t.copy())
    assert_formula(student, watched, params[0], t)
    if student.uses_complex(student.loss_and_gradients, copies(params), x, t):
        raise CheckFailed(
            "values", "the gradients are computed with complex numbers", hint=STAY_AWAY
        )
    _, gradients = results(student.loss_and_gradients(copies(params), x.copy(), t.copy()))
    for number, expected in enumerate(gradients_of(params, x, t)):
        assert_exact(gradients[number], expected, f"the gradient of {NAMES[number]}")
