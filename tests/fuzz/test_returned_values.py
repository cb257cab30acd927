"""Whatever a student's method returns: a check fails with CheckFailed, or the value is right."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from chainrule.homework import (
    ATOL,
    ATOL_OF_ZEROS,
    RTOL,
    CheckFailed,
    assert_close,
    assert_gradients,
)
from chainrule.sandbox.wire import Reference, Refused

from .budget import budget
from .frames import BAD_DTYPES, SMALL, arrays


class Opaque:
    """An object that stays in the sandbox, as the judge sees it."""

    _type_name = "Linear"


ANYTHING = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=5),
    arrays(),
    arrays(BAD_DTYPES),
    SMALL,
    st.sampled_from([Opaque(), Refused("x"), Reference(1, "x", False), 10**400, np.float64(2)]),
)
EXPECTED = st.one_of(
    st.floats(-1e6, 1e6),
    npst.arrays(
        float,
        npst.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4),
        elements=st.one_of(
            st.floats(-10, 10),
            st.sampled_from([0.0, 1.0, -1.0, 1e-7, 1e6, 1e-300, 5e-324, 1e300, -0.0]),
        ),
    ),
)
PARTS = {"where it is negative": np.array([True])}


@pytest.fixture(autouse=True)
def quiet():
    """As in the judge: nan and inf in what is compared are no cause for warnings."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def is_accepted(check, *args, **options):
    """Whether a check passes. What it raises but CheckFailed is not caught."""
    try:
        check(*args, **options)
    except CheckFailed as failure:
        assert failure.kind in ("type", "shape", "values")
        assert str(failure).isprintable()
        return False
    return True


def is_right(value, expected, rtol=RTOL, atol=ATOL, zeros=ATOL_OF_ZEROS):
    """The definition, element by element, without NumPy's arithmetic."""
    wanted = np.asarray(expected, dtype=float)
    if isinstance(value, (list, tuple)) or not isinstance(
        value, (int, float, np.ndarray, np.generic)
    ):
        return False
    got = np.asarray(value)
    if got.dtype.kind not in "biuf":
        return False
    if got.shape != wanted.shape and not (wanted.ndim == 0 and got.size == 1):
        return False
    pairs = [(float(g), float(w)) for g, w in zip(got.ravel(), wanted.ravel(), strict=True)]
    largest = max((abs(w) for _, w in pairs), default=0.0)
    for g, w in pairs:
        allowed = rtol * abs(w) + (atol * largest if largest else zeros)
        if not math.isfinite(g) or not abs(g - w) <= allowed * (1 + 1e-9):
            return False
    return True


@st.composite
def nearly(draw, expected):
    """A value off by about what is allowed, in some elements and some dtype."""
    wanted = np.asarray(expected, dtype=float)
    scale = float(np.max(np.abs(wanted))) if wanted.size else 0.0
    steps = st.sampled_from([0.0, 0.0, 0.5, 0.9, 1.1, 2.0, 1e3, np.inf, np.nan])
    signs = st.sampled_from([-1.0, 1.0])
    elements = st.tuples(steps, signs).map(lambda pair: pair[0] * pair[1])
    off = draw(npst.arrays(float, wanted.shape, elements=elements))
    allowed = RTOL * np.abs(wanted) + (ATOL * scale if scale else ATOL_OF_ZEROS)
    dtype = draw(st.sampled_from(["f8", "f8", "f4", "f2", "g", ">f8", "i8", "?", "O", "c16"]))
    return (wanted + off * allowed).astype(dtype)


@st.composite
def pairs(draw):
    expected = draw(EXPECTED)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = draw(nearly(expected) if draw(st.booleans()) else ANYTHING)
    return value, expected


@budget(15)
@given(pairs())
def test_a_value_is_accepted_if_it_is_within_tolerance_and_only_then(pair):
    value, expected = pair
    assert is_accepted(assert_close, value, expected) == is_right(value, expected)


MISTAKES = st.dictionaries(
    st.sampled_from(["its sign", "its scale", "a transpose"]),
    st.one_of(EXPECTED, EXPECTED.map(lambda value: (value, 2 * np.asarray(value)))),
    max_size=3,
)


@budget(8)
@given(pairs(), MISTAKES, st.sampled_from(["forward", "grad_input", "the result"]))
def test_hints_never_change_what_is_accepted(pair, mistakes, what):
    value, expected = pair
    parts = {"where it is negative": np.asarray(expected) < 0}
    with_hints = is_accepted(assert_close, value, expected, what, mistakes=mistakes, parts=parts)
    assert with_hints == is_accepted(assert_close, value, expected, what)


@budget(2)
@given(npst.array_shapes(max_dims=3), npst.array_shapes(max_dims=4, max_side=5), st.booleans())
def test_another_shape_is_never_accepted(one, other, zeros):
    assume(one != other)
    assert not is_accepted(assert_close, np.zeros(one) if zeros else np.ones(one), np.ones(other))


# ---------------------------------------------------------------------------------------
# Gradients

FACTORS = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
X = np.array([[0.3, -0.2, 0.7], [1.1, 0.9, -0.4]])
TRUE = FACTORS * np.cos(X)


class Layer:
    """forward is FACTORS * sin(x), unless told otherwise; backward is what it is told."""

    def __init__(self, gradient, outputs=()):
        self.gradient = gradient
        self.outputs = iter(outputs)

    def forward(self, x, target=None):
        output = next(self.outputs, FACTORS * np.sin(x))
        return float(np.sum(output)) if target is not None and self.sums(output) else output

    @staticmethod
    def sums(output):
        return isinstance(output, np.ndarray) and output.shape == X.shape

    def backward(self, x, second):
        return self.gradient


PROPER = st.sampled_from([{}, {"grad_output": np.ones(X.shape)}, {"target": np.zeros(X.shape)}])


@example(np.where(np.eye(2, 3), np.inf, TRUE), {})
@budget(5)
@given(ANYTHING | arrays().map(lambda a: np.resize(a, X.shape)), PROPER)
def test_a_gradient_of_any_kind_is_accepted_only_if_it_is_right(gradient, second):
    if is_accepted(assert_gradients, Layer(gradient), X, **second):
        assert is_right(gradient, TRUE, 2e-3, 2e-3)


SIZES = st.sampled_from([1e-2, 0.1, 1.0, 1e3, 1e9, 1e30, 1e160, 1e308, np.inf, np.nan])
CHANGES = st.dictionaries(
    st.integers(0, X.size - 1), st.tuples(SIZES, st.sampled_from([-1.0, 1.0])), min_size=1
)


@budget(10)
@given(CHANGES, PROPER)
def test_a_gradient_that_is_wrong_in_some_elements_is_not_accepted(changes, second):
    gradient = TRUE.copy()
    for index, (size, sign) in changes.items():
        gradient.flat[index] += sign * size * np.max(np.abs(TRUE))
    assert not is_accepted(assert_gradients, Layer(gradient), X, **second)


LARGE = np.linspace(-1.3, 1.4, 16).reshape(4, 4)


@budget(3)
@given(st.sets(st.integers(0, LARGE.size - 1), min_size=2, max_size=2))
def test_a_gradient_of_which_two_elements_are_exchanged_is_not_accepted(places):
    layer = Layer(np.cos(LARGE))
    layer.forward = np.sin
    one, other = places
    assume(abs(layer.gradient.flat[one] - layer.gradient.flat[other]) > 0.01)
    layer.gradient.flat[[one, other]] = layer.gradient.flat[[other, one]]
    assert not is_accepted(assert_gradients, layer, LARGE)


@budget(3)
@given(
    st.lists(st.floats(-2e-4, 2e-4), min_size=X.size, max_size=X.size),
    st.sampled_from(["f8", "f4", ">f8", "g"]),
    PROPER,
)
def test_a_gradient_within_rounding_is_accepted(errors, dtype, second):
    gradient = (TRUE * (1 + np.reshape(errors, X.shape))).astype(dtype)
    assert is_accepted(assert_gradients, Layer(gradient), X, **second)


@budget(8)
@given(st.lists(ANYTHING, min_size=1, max_size=6), st.sampled_from([TRUE, None]), PROPER)
def test_a_forward_that_gives_another_thing_each_time_fails_the_check(outputs, gradient, second):
    """Whatever comes first or later, nothing but CheckFailed is raised."""
    is_accepted(assert_gradients, Layer(gradient, outputs), X, **second)


@budget(2)
@given(npst.array_shapes(max_dims=4, max_side=3), st.integers(1, 4), PROPER)
def test_a_forward_that_changes_its_shape_fails_the_check(shape, calls, second):
    assume(shape != X.shape)
    outputs = [FACTORS * np.sin(X)] * calls + [np.ones(shape)]
    assert not is_accepted(assert_gradients, Layer(TRUE, outputs), X, **second)


def test_the_right_gradient_is_accepted():
    assert is_accepted(assert_gradients, Layer(TRUE), X)
