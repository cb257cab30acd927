"""The numbers of the assignment activations_and_losses: its reference gives them, and so do others.

The others are autograd, complex steps, and PyTorch where it is installed: none of them is the code
under test.
"""

import math
from pathlib import Path

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from chainrule.course import find_course

COURSE = find_course(Path(__file__).parent)
ASSIGNMENT = COURSE.assignment("activations_and_losses")

LOGITS = np.array([[2.4, 1.9, 7.3], [9.5, 2.7, 4.0], [5.7, 4.1, 0.2]])
LABELS = np.array([2, 0, 1])
LOSSES = [0.011892, 0.005187, 1.787295]
MEAN = 0.601458
TWO, TWO_LABELS = np.array([[30.0, 2.0], [30.0, 2.0]]), np.array([0, 1])
WEIGHTED = [(None, 14.0), ((0.2, 0.8), 22.4), ((1.0, 4.0), 22.4)]


@pytest.fixture(scope="module")
def names(reference_names):
    return reference_names(ASSIGNMENT)


def complex_slopes(function, x):
    """The derivative of an analytic function, element by element, right to the last digit."""
    return function(x + 1e-30j).imag / 1e-30


def backward(layer, x):
    layer.forward(x)
    return layer.backward(x, np.ones_like(x))


def gradient_of(criterion, x, target):
    criterion.forward(x, target)
    return criterion.backward(x, target)


def test_the_points_are_those_of_the_specification():
    points = {part.id: (part.formula_points, part.code_points) for part in ASSIGNMENT.components}
    assert points == {
        "threshold": (0.5, 0.5),
        "sigmoid-tanh": (0.5, 1),
        "gelu": (1, 1.5),
        "cross-entropy": (1, 1.5),
        "binary-cross-entropy": (0.5, 1),
        "xor": (None, 1),
    }
    assert sum(code + (formula or 0) for formula, code in points.values()) == 10


# ---- Cross-entropy


def test_the_losses_of_three_samples_and_their_mean(names):
    criterion = names["CrossEntropyCriterion"]()
    for row, loss in enumerate(LOSSES):
        some = slice(row, row + 1)
        assert criterion.forward(LOGITS[some], LABELS[some]) == pytest.approx(loss, abs=5e-7)
    assert criterion.forward(LOGITS, LABELS) == pytest.approx(MEAN, abs=5e-7)


@pytest.mark.parametrize(("weights", "loss"), WEIGHTED)
def test_two_samples_with_and_without_weights(names, weights, loss):
    weights = None if weights is None else np.array(weights)
    criterion = names["CrossEntropyCriterion"](weights)
    assert criterion.forward(TWO, TWO_LABELS) == pytest.approx(loss, abs=1e-9)


@pytest.mark.parametrize("weights", [None, np.array([0.5, 2.0, 1.25])])
def test_the_gradient_of_cross_entropy_agrees_with_autograd(names, weights):
    def loss(x):
        used = np.ones(3) if weights is None else weights[LABELS]
        log_p = x - anp.log(anp.sum(anp.exp(x), axis=1, keepdims=True))
        return -anp.sum(used * log_p[np.arange(3), LABELS]) / np.sum(used)

    criterion = names["CrossEntropyCriterion"](weights)
    assert criterion.forward(LOGITS, LABELS) == pytest.approx(loss(LOGITS), rel=1e-13)
    found = gradient_of(criterion, LOGITS, LABELS)
    assert found == pytest.approx(autograd.grad(loss)(LOGITS), rel=1e-12, abs=1e-15)


# ---- GELU


def erf_series(z, terms=80):
    """The error function's power series, which also takes complex numbers."""
    total, term = 0, z
    for n in range(terms):
        total = total + term / (2 * n + 1)
        term = -term * z * z / (n + 1)
    return 2 / math.sqrt(math.pi) * total


GELUS = {
    "exact": lambda x: x * (1 + erf_series(x / math.sqrt(2))) / 2,
    "tanh": lambda x: x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "sigmoid": lambda x: x / (1 + np.exp(-1.702 * x)),
}


@pytest.mark.parametrize("kind", GELUS)
def test_gelu_and_its_slope_agree_with_a_series_and_complex_steps(names, kind):
    x = np.linspace(-3, 3, 25)
    layer = names["GELU"](kind)
    assert layer.forward(x) == pytest.approx(GELUS[kind](x), rel=1e-12, abs=1e-13)
    assert backward(layer, x) == pytest.approx(complex_slopes(GELUS[kind], x), rel=1e-11, abs=1e-12)


def test_the_approximations_are_as_good_as_the_text_says(names):
    x = np.linspace(-5, 5, 2001)
    exact = names["GELU"]().forward(x)
    errors = {k: np.max(np.abs(names["GELU"](k).forward(x) - exact)) for k in ("tanh", "sigmoid")}
    assert 0.0004 < errors["tanh"] < 0.0005 and 0.02 < errors["sigmoid"] < 0.021
    assert 38 < errors["sigmoid"] / errors["tanh"] < 46
    assert exact.min() < -0.1  # it dips below 0


# ---- The steps


def test_sigmoid_and_tanh_agree_with_complex_steps(names):
    x = np.linspace(-4, 4, 33)
    for name, function in (("Sigmoid", lambda x: 1 / (1 + np.exp(-x))), ("Tanh", np.tanh)):
        layer = names[name]()
        assert layer.forward(x) == pytest.approx(function(x), rel=1e-14)
        assert backward(layer, x) == pytest.approx(complex_slopes(function, x), rel=1e-11)
    assert backward(names["Sigmoid"](), np.zeros(1)) == 0.25
    assert backward(names["Tanh"](), np.zeros(1)) == 1


def test_a_threshold_cannot_be_trained(names):
    layer, x = names["Threshold"](0.5), np.array([0.4, 0.5, 0.6])
    assert layer.forward(x).tolist() == [0, 0, 1]
    assert layer.backward(x, np.array([7.0, -3.0, 1e9])).tolist() == [0, 0, 0]


# ---- Binary cross-entropy


def test_binary_cross_entropy_agrees_with_autograd(names):
    rng = np.random.default_rng(1)
    x, target = rng.normal(size=(3, 4)), (rng.random((3, 4)) < 0.5) * 1.0

    def of_probabilities(p):
        return -anp.mean(target * anp.log(p) + (1 - target) * anp.log(1 - p))

    def of_logits(x):
        return of_probabilities(1 / (1 + anp.exp(-x)))

    p = 1 / (1 + np.exp(-x))
    for criterion, function, at in (
        (names["BCECriterion"](), of_probabilities, p),
        (names["BCEWithLogitsCriterion"](), of_logits, x),
    ):
        assert criterion.forward(at, target) == pytest.approx(function(at), rel=1e-13)
        found = gradient_of(criterion, at, target)
        assert found == pytest.approx(autograd.grad(function)(at), rel=1e-12)


# ---- XOR

INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TARGETS = np.array([[0.0], [1.0], [1.0], [0.0]])


def start(seed):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(2, 4)), np.zeros(4), rng.normal(size=(4, 1)), np.zeros(1)]


def test_the_network_s_gradients_agree_with_autograd(names):
    params = [p + 0.1 for p in start(5)]

    def loss(params):
        W1, b1, W2, b2 = params
        z = anp.dot(anp.tanh(anp.dot(INPUTS, W1) + b1), W2) + b2
        return anp.mean(anp.log(1 + anp.exp(z)) - TARGETS * z)

    value, gradients = names["loss_and_gradients"](params, INPUTS, TARGETS)
    assert value == pytest.approx(loss(params), rel=1e-14)
    for found, expected in zip(gradients, autograd.grad(loss)(params), strict=True):
        assert found == pytest.approx(expected, rel=1e-11, abs=1e-14)


def test_two_linear_layers_are_one(names):
    W1, b1, W2, b2 = [p + 0.5 for p in start(5)]
    W, b = names["merge_linear"](W1, b1, W2, b2)
    assert INPUTS @ W + b == pytest.approx((INPUTS @ W1 + b1) @ W2 + b2, rel=1e-13)


def test_the_network_of_the_picture_solves_xor_and_another_start_gets_stuck(names):
    params, losses = names["train"](start(2), INPUTS, TARGETS, 0.5, 1000)
    assert np.array_equal(names["predict"](params, INPUTS) > 0, TARGETS == 1)
    assert abs(losses[0] - math.log(2)) < 0.05 and losses[-1] < 0.01
    params, losses = names["train"](start(0), INPUTS, TARGETS, 0.5, 1000)
    assert losses[-1] == pytest.approx(0.35, abs=0.005)
    assert np.sum((names["predict"](params, INPUTS) > 0) != TARGETS) == 2


# ---- PyTorch, where it is installed


def test_pytorch_gives_the_same_numbers(names):
    torch = pytest.importorskip("torch")
    cross_entropy = torch.nn.functional.cross_entropy
    labels = torch.tensor(LABELS)
    each = cross_entropy(torch.tensor(LOGITS), labels, reduction="none")
    assert each.tolist() == pytest.approx(LOSSES, abs=5e-7)
    for weights, loss in WEIGHTED:
        weight = None if weights is None else torch.tensor(weights, dtype=torch.float64)
        found = cross_entropy(torch.tensor(TWO), torch.tensor(TWO_LABELS), weight=weight)
        assert found.item() == pytest.approx(loss, abs=1e-9)
    x = torch.linspace(-4, 4, 33, dtype=torch.float64, requires_grad=True)
    for kind, approximate in (("exact", "none"), ("tanh", "tanh")):
        theirs = torch.nn.functional.gelu(x, approximate=approximate)
        (slope,) = torch.autograd.grad(theirs.sum(), x)
        layer, points = names["GELU"](kind), x.detach().numpy()
        assert layer.forward(points) == pytest.approx(theirs.detach().numpy(), rel=1e-12, abs=1e-14)
        assert backward(layer, points) == pytest.approx(slope.numpy(), rel=1e-11, abs=1e-12)
    logits = torch.tensor(LOGITS, requires_grad=True)
    target = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0]])
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.tensor(target))
    theirs.backward()
    criterion = names["BCEWithLogitsCriterion"]()
    assert criterion.forward(LOGITS, target) == pytest.approx(theirs.item(), rel=1e-12)
    found = criterion.backward(LOGITS, target)
    assert found == pytest.approx(logits.grad.numpy(), rel=1e-11, abs=1e-14)
