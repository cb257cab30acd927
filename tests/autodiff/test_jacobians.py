"""Hidden tests of Jacobians. Expected values come from autograd."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from chainrule.homework import assert_close

from .oracles import (
    WATCHED,
    assert_at_one_point,
    assert_exact,
    assert_real,
    assert_unchanged,
    away_from_zero,
    normal,
    parts_of,
    remembered,
)

pytestmark = pytest.mark.component("Jacobians")

SHAPES = ((2, 3), (4, 2), (3, 3), (1, 4), (5, 1))
FUNCTIONS = {
    "sigmoid": lambda x: 1 / (1 + anp.exp(-x)),
    "relu": lambda x: anp.where(x > 0, x, 0.0),
}
LONG = 20_000


def linear(W, x):
    return anp.dot(W, x)


@remembered
def linear_jacobian(argument, W, x):
    """The Jacobian of the linear map for its argument 0 (W) or 1 (x)."""
    return autograd.jacobian(linear, argument)(W, x)


@remembered
def jacobian(name, x):
    return autograd.jacobian(FUNCTIONS[name])(x)


@remembered
def product(name, x, v):
    """The vector-Jacobian product of a function."""
    return autograd.grad(lambda x: anp.dot(v, FUNCTIONS[name](x)))(x)


def pair(result):
    return parts_of(result, 2, "the result")


def test_linear_jacobian_of_x(student, rng):
    """linear: the Jacobian for x, for several shapes"""
    for m, n in SHAPES:
        W, x = normal(rng, m, n), normal(rng, n)
        expected = linear_jacobian(1, W, x)
        actual, _ = pair(student.linear_jacobians(W.copy(), x.copy()))
        mistakes = {"it is multiplied by x, which the derivative does not contain": W * x}
        assert_exact(actual, expected, "dy/dx", mistakes=mistakes)


def test_linear_jacobian_of_w(student, rng):
    """linear: the Jacobian for W, for several shapes"""
    for m, n in SHAPES:
        W, x = normal(rng, m, n), normal(rng, n)
        expected = linear_jacobian(0, W, x)
        _, actual = pair(student.linear_jacobians(W.copy(), x.copy()))
        mistakes = {
            "y[i] depends only on row i of W: all else is 0": np.broadcast_to(x, (m, m, n)),
            "the entries are those of x, not ones": np.where(expected != 0, 1.0, 0.0),
            "the entries are those of x, not of W": np.eye(m)[:, :, None] * W,
            "the shape is that of W: an index for the outputs is missing": np.tile(x, (m, 1)),
            "the axes are in another order: [i, k, j]": (
                expected.transpose(1, 2, 0),
                expected.transpose(0, 2, 1),
                expected.transpose(2, 0, 1),
            ),
        }
        assert_exact(actual, expected, "dy/dW", mistakes=mistakes)


def test_linear_vjp(student, rng):
    """linear: both vector-Jacobian products, for several shapes"""
    for m, n in SHAPES:
        W, x, v = normal(rng, m, n), normal(rng, n), away_from_zero(rng, m)
        by_W, by_x = autograd.grad(lambda a, v=v: anp.dot(v, linear(*a)))((W, x))
        actual = pair(student.linear_vjp(W.copy(), x.copy(), v.copy()))
        mistakes = {"the upstream gradient seems to be ignored": W.sum(axis=0)}
        if m == n:
            mistakes["it is W v: a transpose is missing"] = W @ v
        assert_exact(actual[0], by_x, "dL/dx", mistakes=mistakes)
        mistakes = {
            "the upstream gradient seems to be ignored": np.tile(x, (m, 1)),
            "it is multiplied by W, which the derivative does not contain": by_W * W,
        }
        assert_exact(actual[1], by_W, "dL/dW", mistakes=mistakes)


def slope_mistakes(name, x):
    """What the slopes of a function may be by mistake, for hints."""
    s = 1 / (1 + np.exp(-x))
    if name == "relu":
        return {
            "it is ReLU itself, not its derivative": np.maximum(x, 0),
            "the derivative of ReLU is 1 where x is positive": np.where(x < 0, 1.0, 0.0),
            "the slope is 0, not -1, where x is negative": np.sign(x),
            "the slope is 1 everywhere, as if there were no bend": np.ones_like(x),
        }
    return {
        "it is the sigmoid itself, not its derivative": s,
        "the factor 1 - s is that of the sigmoid, not of x": s * (1 - x),
        "it is x (1 - x), not s (1 - s)": x * (1 - x),
        "the sign is wrong": -s * (1 - s),
        "the factor s is missing": 1 - s,
        "it looks like the derivative of tanh": 1 - np.tanh(x) ** 2,
        "it is 1 minus the square of the sigmoid": 1 - s**2,
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_jacobian(student, rng, name):
    """element by element: the Jacobian is diagonal, for several lengths"""
    for n in (4, 7, 1):
        x = away_from_zero(rng, n)
        expected = jacobian(name, x)
        actual = getattr(student, f"{name}_jacobian")(x.copy())
        slopes = np.diag(expected)
        mistakes = {hint: np.diag(v) for hint, v in slope_mistakes(name, x).items()}
        mistakes |= {
            "only the slopes are there: they belong on the diagonal of a matrix": slopes,
            "y[i] depends on x[i] only: all else is 0": (
                np.tile(slopes, (n, 1)),
                np.tile(slopes, (n, 1)).T,
            ),
        }
        assert_exact(actual, expected, f"the Jacobian of {name}", mistakes=mistakes)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_vjp(student, rng, name):
    """element by element: the vector-Jacobian product, for several lengths"""
    for n in (4, 7, 1):
        x, v = away_from_zero(rng, n), away_from_zero(rng, n)
        expected = product(name, x, v)
        actual = getattr(student, f"{name}_vjp")(x.copy(), v.copy())
        mistakes = {hint: v * slope for hint, slope in slope_mistakes(name, x).items()}
        slopes = np.diag(jacobian(name, x))
        mistakes |= {
            "the upstream gradient seems to be ignored": slopes,
            "it equals the upstream gradient, as if the slope were 1": v,
            "x decides where a gradient passes, not the upstream gradient": v * (v > 0),
            "it is one number for all: nothing is to be added up": slopes @ v,
        }
        assert_exact(actual, expected, f"the product of {name}", mistakes=mistakes)


def test_long_vectors(student, rng):
    """size: the products need no Jacobian, which would not fit into memory"""
    x, v = away_from_zero(rng, LONG), away_from_zero(rng, LONG)
    for name in FUNCTIONS:
        expected = product(name, x, v)
        actual = getattr(student, f"{name}_vjp")(x.copy(), v.copy())
        assert_exact(actual, expected, f"the product of {name}")


def test_large_weights(student, rng):
    """size: the products of a large linear map need no Jacobian"""
    W, x, v = normal(rng, 600, 600), normal(rng, 600), normal(rng, 600)
    by_x, by_W = pair(student.linear_vjp(W.copy(), x.copy(), v.copy()))
    assert_close(by_x, v @ W, "dL/dx")
    assert_close(by_W, v[:, None] * x, "dL/dW")


def test_arrays_stay(student, rng):
    """arrays: nothing that is given is changed"""
    values = normal(rng, 3, 4), away_from_zero(rng, 4), away_from_zero(rng, 3)
    W, x, v = (student.array(value) for value in values)
    student.linear_jacobians(W, x)
    student.linear_vjp(W, x, v)
    for name in FUNCTIONS:
        getattr(student, f"{name}_jacobian")(x)
        getattr(student, f"{name}_vjp")(x, x)
    for array, value, what in zip((W, x, v), values, ("W", "x", "v"), strict=True):
        assert_unchanged(array, value, what)


def test_near_the_bend(student):
    """ReLU: right for numbers close to 0 as well"""
    x = np.array([1e-9, -1e-9, 2e-5, -3e-4, 1e-12])
    slopes = np.array([1.0, 0.0, 1.0, 0.0, 1.0])
    assert_exact(student.relu_jacobian(x.copy()), np.diag(slopes), "the Jacobian of relu")
    v = np.array([1.0, 2.0, -3.0, 4.0, 0.5])
    assert_exact(student.relu_vjp(x.copy(), v.copy()), v * slopes, "the product of relu")


def test_derived(student, rng):
    """derivation: exact for large and small numbers, and without differences"""
    x = np.array([1e12, -2.0, 3e-7])  # sums in which small numbers are lost
    W = np.array([[1.0, 3e8, -2.0], [4e-6, 1.0, 1e9]])
    by_x, by_W = pair(student.linear_jacobians(W.copy(), x.copy()))
    for actual, expected, what in (
        (by_x, W, "dy/dx"),
        (by_W, linear_jacobian(0, W, x), "dy/dW"),
    ):
        assert_close(actual, expected, what)
        # Relative to each element, not to the largest one.
        ratio = np.where(expected == 0, 1.0, actual / np.where(expected == 0, 1.0, expected))
        assert_exact(ratio, np.ones(expected.shape), f"each element of {what}")
    x = np.linspace(-4, 4, 60) + 0.01
    v = rng.choice([-2.0, -1.0, 0.5, 1.0], size=60)
    expected = product("sigmoid", x, v)
    assert_exact(student.sigmoid_vjp(x.copy(), v), expected, "the product of sigmoid")
    Watched = student.define(WATCHED, "Watched")
    x, v = away_from_zero(rng, 6), away_from_zero(rng, 6)
    for name in FUNCTIONS:
        jacobian, vjp = getattr(student, f"{name}_jacobian"), getattr(student, f"{name}_vjp")
        assert_real(student, jacobian, x)
        assert_real(student, vjp, x, v)
        assert_at_one_point(student, Watched(jacobian, vjp), x, v)
    W = normal(rng, 6, 6)
    assert_real(student, student.linear_jacobians, W, x)
    assert_real(student, student.linear_vjp, W, x, v)
