"""The numbers of the assignment gradient_descent: its reference gives them, and so do others.

The others are exact fractions, complex steps, autograd, and PyTorch where it is installed: none of
them is the code under test.
"""

from fractions import Fraction
from pathlib import Path

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from chainrule.course import find_course

COURSE = find_course(Path(__file__).parent)
ASSIGNMENT = COURSE.assignment("gradient_descent")

X1 = np.array([[1.0, 40.0], [2.0, 30.0], [3.0, 20.0], [4.0, 10.0]])
Y1 = np.array([42.0, 34.0, 26.0, 18.0])
X3 = np.array([[0.0, 0.8], [-0.1, 1.1], [-0.2, 0.8], [0.2, 0.7]])
Y3 = np.array([0.0, 1.0, 1.0, 0.0])
START = np.array([-9.1, 0.4])


@pytest.fixture(scope="module")
def names(reference_names):
    return reference_names(ASSIGNMENT)


@pytest.fixture(scope="module")
def slow(names):
    return names["descent"](names["LinearRegression"]([0.0, 0.0]), X1, Y1, 0.0013, 1001)


def test_the_points_are_those_of_the_specification():
    points = {part.id: (part.formula_points, part.code_points) for part in ASSIGNMENT.components}
    assert points == {
        "linear-regression": (1, 1.5),
        "descent": (None, 1.5),
        "numeric-gradient": (None, 1),
        "logistic-regression": (1.5, 1.5),
        "broadcasting-bug": (1, 1),
    }
    assert sum(code + (formula or 0) for formula, code in points.values()) == 10


# ---- linear regression


@pytest.mark.parametrize(
    ("step", "w", "loss", "gradient", "digits"),
    [
        (0, (0.169, 2.21), 980.0, (-130.0, -1700.0), 9),
        (5, (0.13813, 0.24422), 646.588709, (77.23857, 1378.76100), 5),
        (10, (0.33966, 1.82453), 427.493018, None, 5),
        (20, (0.49880, 1.56850), 188.612226, None, 5),
        (1000, (1.99996, 1.00000), None, None, 5),
    ],
)
def test_the_slow_training_goes_through_the_points_of_the_text(
    slow, step, w, loss, gradient, digits
):
    assert slow["w"][step] == pytest.approx(w, abs=0.51 * 10.0**-digits)
    if loss is not None:
        assert slow["loss"][step] == pytest.approx(loss, abs=0.51e-6)
    if gradient is not None:
        assert slow["gradient"][step] == pytest.approx(gradient, abs=0.51e-5)


def test_the_slow_training_is_the_same_in_exact_fractions(slow):
    w, rate = [Fraction(0), Fraction(0)], Fraction(13, 10000)
    for step in range(21):
        errors = [w[0] * int(a) + w[1] * int(b) - int(t) for (a, b), t in zip(X1, Y1, strict=True)]
        slope = [sum(e * int(x) for e, x in zip(errors, col, strict=True)) / 2 for col in X1.T]
        assert slow["loss"][step] == pytest.approx(float(sum(e**2 for e in errors) / 4), rel=1e-12)
        assert slow["gradient"][step] == pytest.approx([float(s) for s in slope], rel=1e-11)
        w = [a - rate * s for a, s in zip(w, slope, strict=True)]
        assert slow["w"][step] == pytest.approx([float(a) for a in w], rel=1e-12)


def test_the_quick_training_is_over_after_21_steps(names):
    X, y = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [4.0, 0.0]]), np.array([2.0, 4, 6, 8])
    history = names["descent"](names["LinearRegression"]([0.0, 0.0]), X, y, 0.05, 21)
    assert history["w"].shape == (21, 2)
    assert history["w"][-1] == pytest.approx([2.0, 0.0], abs=1e-11)
    left = np.append(2.0, 2.0 - history["w"][:, 0])  # the way that is left after each step
    assert left[1:10] == pytest.approx(left[:9] / 4, rel=1e-6)


def test_the_valley_is_as_the_text_says():
    flat, steep = np.linalg.eigvalsh(X1.T @ X1 / 2)
    assert steep / flat == pytest.approx(180, rel=0.02)
    assert 1 - 0.0013 * steep == pytest.approx(-0.96, abs=0.005)
    assert 0.0013 * flat == pytest.approx(0.011, abs=0.0005)
    assert 2 / steep == pytest.approx(0.00133, abs=0.000005)


def test_the_gradient_of_linear_regression_is_that_of_autograd_and_of_complex_steps(names):
    rng = np.random.default_rng(1)
    for n, d in [(5, 3), (2, 4), (1, 1)]:
        X, y, w = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d)
        found = names["LinearRegression"](w).gradient(X, y)
        expected = autograd.grad(lambda w: anp.mean((anp.dot(X, w) - y) ** 2))(w)  # noqa: B023
        assert found == pytest.approx(expected, rel=1e-12)
        steps = [np.mean((X @ (w + 1e-30j * row) - y) ** 2).imag / 1e-30 for row in np.eye(d)]
        assert found == pytest.approx(np.array(steps), rel=1e-12)


# ---- logistic regression


def test_the_four_points_have_the_predictions_loss_and_gradients_of_the_text(names):
    model = names["LogisticRegression"](START)
    expected = (0.5793, 0.7941, 0.8947, 0.1765)
    assert model.predict(X3) == pytest.approx(expected, abs=0.51e-4)
    assert model.loss(X3, Y3) / 4 == pytest.approx(0.350467, abs=0.51e-6)
    by_w, _ = model.gradient(X3, Y3)
    assert by_w / 4 == pytest.approx([0.019237, 0.069090], abs=0.51e-6)
    assert by_w == pytest.approx([0.076948, 0.276361], abs=0.51e-6)


def test_the_weights_of_one_published_text_do_not_give_these_predictions(names):
    wrong = names["LogisticRegression"]([-5.1, 0.4], 0.5).predict(X3)
    assert np.max(np.abs(wrong - (0.5793, 0.7941, 0.8947, 0.1765))) > 0.05


def test_training_leads_to_the_weights_and_the_loss_of_the_text(names):
    model = names["LogisticRegression"](START)
    for _ in range(1000):
        loss = model.loss(X3, Y3) / 4
        model.w = model.w - 0.5 * model.gradient(X3, Y3)[0] / 4
    assert model.w == pytest.approx([-16.34928, -0.53723], abs=0.51e-5)
    assert loss == pytest.approx(0.221389, abs=0.51e-6)  # before the last update
    assert list(model.predict(X3) > 0.5) == [False, True, True, False]


def test_the_gradient_of_logistic_regression_is_that_of_autograd(names):
    rng = np.random.default_rng(2)
    X, w, b, y = rng.normal(size=(5, 3)), rng.normal(size=3), 0.7, np.array([1.0, 0, 0, 1, 0])

    def loss(w, b):
        return anp.sum(anp.logaddexp(0, anp.dot(X, w) + b) - y * (anp.dot(X, w) + b))

    model = names["LogisticRegression"](w, b)
    assert model.loss(X, y) == pytest.approx(loss(w, b), rel=1e-12)
    by_w, by_b = model.gradient(X, y)
    assert by_w == pytest.approx(autograd.grad(loss, 0)(w, b), rel=1e-12)
    assert by_b == pytest.approx(autograd.grad(loss, 1)(w, b), rel=1e-12)


def test_pytorch_agrees_where_it_is_installed(names):
    torch = pytest.importorskip("torch")
    w = torch.tensor(START, requires_grad=True)
    scores = torch.tensor(X3) @ w
    loss = torch.nn.functional.binary_cross_entropy_with_logits(
        scores, torch.tensor(Y3), reduction="sum"
    )
    loss.backward()
    model = names["LogisticRegression"](START)
    assert model.loss(X3, Y3) == pytest.approx(loss.item(), rel=1e-12)
    assert model.gradient(X3, Y3)[0] == pytest.approx(w.grad.numpy(), rel=1e-12)


# ---- differences and the broken program


def test_differences_of_the_loss_agree_with_the_formula(names):
    w = np.array([0.5, 1.5])
    formula = names["LinearRegression"](w).gradient(X1, Y1)

    def loss(w):
        return names["LinearRegression"](w).loss(X1, Y1)

    central = names["numeric_gradient"](loss, w)
    one_sided = names["numeric_gradient"](loss, w, central=False)
    assert central == pytest.approx(formula, rel=1e-7)
    assert one_sided == pytest.approx(formula, rel=1e-4)
    assert np.all(np.abs(central - formula) < np.abs(one_sided - formula))


def train(names, optimizer, line):
    X = np.array([[-2.0], [-1.0], [0.0], [1.0], [2.0]])
    made = names[line]()
    step = names[optimizer](made.parameters(), 0.1)
    return names["train"](made, step, X, 3 * X[:, 0], 50)


def test_either_mistake_of_the_broken_program_alone_keeps_the_loss_where_it_is(names):
    for optimizer, line in [
        ("BrokenOptimizer", "BrokenLine"),
        ("Optimizer", "BrokenLine"),
        ("BrokenOptimizer", "Line"),
    ]:
        assert train(names, optimizer, line) == pytest.approx([18.0] * 50), (optimizer, line)
    assert train(names, "Optimizer", "Line")[-1] < 1e-12


def test_the_broken_line_fits_the_mean_of_the_targets(names):
    X, y = np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 2.0, 6.0])
    line = names["BrokenLine"]()
    losses = names["train"](line, names["Optimizer"](line.parameters(), 0.1), X, y, 500)
    assert [line.w.item(), line.b.item()] == pytest.approx([0.0, 3.0], abs=1e-6)
    assert losses[-1] == pytest.approx(np.var(y))
