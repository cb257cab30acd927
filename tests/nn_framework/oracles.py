"""What the hidden tests share: inputs that are fair to every precision, and ways to run a layer.

A backward pass has to come from a derivation and not from differences of the forward pass. Two
things tell them apart by values. Most components have inputs at which the formula is as easy as
anywhere, while differences of any step are lost in rounding, because something large on which the
gradient does not depend is added to what is differenced; there the ordinary tolerance decides.
Where no such input exists, ``assert_derived`` compares to the precision of float64. What values
cannot show, such as complex steps, ``assert_formula`` sees in what runs.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from chainrule import formulas
from chainrule.homework import ALONE, UNCHANGED, CheckFailed, assert_close

Map = Callable[[np.ndarray], np.ndarray]  # from an input to the output
Gradient = Callable[[np.ndarray, np.ndarray], np.ndarray]  # from input and upstream gradient
Rng = np.random.Generator
Mistakes = dict[str, Any]  # from a hint at a mistake to the result, or results, that it gives

DIVIDED = "it is divided by the number of rows, but the mean over the batch is the criterion's"
STAY_AWAY = "write down the derivative itself: it needs no difference of two values of forward"
assert_formula = functools.partial(formulas.assert_formula, hint=STAY_AWAY)

# A forward pass that is further off than this was computed in float32.
SINGLE = 1e-9


def single(values: np.ndarray) -> np.ndarray:
    """The values rounded to float32: a solution that converts its input loses nothing by it."""
    return np.asarray(values).astype(np.float32).astype(np.float64)


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Standard normal numbers, exact in float32."""
    return single(rng.normal(size=shape))


def away_from_zero(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Numbers of both signs with magnitudes from 0.1 to 3, exact in float32: no kink is near."""
    return single(rng.uniform(0.1, 3.0, size=shape) * rng.choice([-1.0, 1.0], size=shape))


def powers_of_two(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Upstream gradients whose products with float32 numbers are float32 numbers again."""
    return rng.choice([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0], size=shape)


def one_hot(rng: np.random.Generator, n: int, k: int, dtype: type = float) -> np.ndarray:
    """Targets for n samples of k classes, shape (n, k)."""
    return np.eye(k, dtype=dtype)[rng.permutation(n) % k]


def signs(x: np.ndarray) -> dict[str, np.ndarray]:
    """The parts of a batch that a function with a kink at 0 treats differently, for hints."""
    return {"where the input is negative": x < 0, "where the input is positive": x > 0}


def layer_mistakes(
    gradient: Gradient, x: np.ndarray, g: np.ndarray, more: Mistakes | None = None
) -> Callable[[], Mistakes]:
    """What backward of any layer may give by mistake in place of gradient(x, g), for hints."""
    return lambda: {
        UNCHANGED: g,
        ALONE: gradient(x, np.ones_like(g)),
        DIVIDED: gradient(x, g) / len(x),
        **(more or {}),
    }


def loss_mistakes(loss: float, shape: tuple[int, ...]) -> Mistakes:
    """What a criterion may give by mistake in place of a loss or gradient, for hints."""
    n, k = shape
    return {
        "it looks divided by all elements, not by the rows": loss / k,
        "the division by the number of rows seems to be missing": loss * n,
        "it looks divided by the columns, not by the rows": loss * n / k,
        "it looks divided by N twice": loss / n,
        "it looks divided by the 128 rows of the training, not by those of the batch": loss
        * n
        / 128,
        "it looks divided by N - 1": loss * n / (n - 1),
        "it is twice as large as it should be": 2 * loss,
        "it is half as large as it should be": loss / 2,
    }


def later_mistakes(
    gradient: Gradient, x: np.ndarray, g: np.ndarray, old_x: np.ndarray, old_g: np.ndarray
) -> Callable[[], Mistakes]:
    """What backward may give by mistake after an earlier batch of the same size, for hints."""
    return lambda: {
        "it looks as if the input of an earlier batch were used": gradient(old_x, g),
        "it looks like the result of the batch before": gradient(old_x, old_g),
        "the result of the batch before seems to be added": gradient(x, g) + gradient(old_x, old_g),
    }


def backward(layer: Any, x: np.ndarray, grad_output: np.ndarray) -> Any:
    """What backward returns after forward on the same input; both get copies to write into."""
    layer.forward(x.copy())
    return layer.backward(x.copy(), grad_output.copy())


def array_of(value: Any, shape: tuple[int, ...], what: str) -> np.ndarray:
    """A float64 copy of ``value``. Raises CheckFailed unless it is an array of this shape."""
    if not isinstance(value, np.ndarray) or value.shape != shape:
        assert_close(value, np.full(shape, np.nan), what)  # says what it is in place of that
    return np.array(value, dtype=np.float64)


def assert_vanishes(actual: Any, shape: tuple[int, ...], scale: float, what: str) -> None:
    """Raise CheckFailed unless ``actual`` is 0 up to the rounding of terms of size ``scale``."""
    if not np.max(np.abs(array_of(actual, shape, what))) <= 1e-4 * scale:
        raise CheckFailed("values", f"{what} is not 0 where it should be")


def assert_linear(layer: Any, x: np.ndarray, first: np.ndarray, second: np.ndarray) -> None:
    """Raise CheckFailed unless backward is linear in the upstream gradient, and 0 for a zero one.

    ``first`` and ``second`` are upstream gradients, shaped like the output for the input ``x``.
    """
    a = array_of(backward(layer, x, first), x.shape, "grad_input")
    b = array_of(backward(layer, x, second), x.shape, "grad_input")
    combined = backward(layer, x, 2 * first - 3 * second)
    mistakes = {"the upstream gradient seems to be ignored": a}
    assert_close(combined, 2 * a - 3 * b, "grad_input of a sum", mistakes=mistakes)
    zero = backward(layer, x, np.zeros_like(first))
    assert_vanishes(zero, x.shape, float(np.max(np.abs(a))), "grad_input of a zero gradient")


def assert_second_batch(layer: Any, definition: Map, gradient: Gradient, rng: Rng) -> None:
    """Raise CheckFailed unless batches go as they should after one of other and of equal size."""
    layer.forward(normal(rng, 3, 4))
    old_x, old_g = normal(rng, 7, 4), normal(rng, 7, 4)
    assert_close(layer.forward(old_x.copy()), definition(old_x), "forward")
    assert_close(layer.backward(old_x.copy(), old_g.copy()), gradient(old_x, old_g), "grad_input")
    x, g = normal(rng, 7, 4), normal(rng, 7, 4)
    assert_close(layer.forward(x.copy()), definition(x), "forward")
    mistakes = later_mistakes(gradient, x, g, old_x, old_g)
    actual = layer.backward(x.copy(), g.copy())
    assert_close(actual, gradient(x, g), "grad_input", mistakes=mistakes)


def assert_modes_agree(layer: Any, definition: Map, gradient: Gradient, rng: Rng) -> None:
    """Raise CheckFailed unless evaluation changes nothing, for a layer that knows no modes."""
    x, g = normal(rng, 5, 4), normal(rng, 5, 4)
    layer.evaluate()
    assert_close(layer.forward(x.copy()), definition(x), "forward in evaluation mode")
    actual = layer.backward(x.copy(), g.copy())
    assert_close(actual, gradient(x, g), "grad_input in evaluation mode")


@contextlib.contextmanager
def hint_if_changed(shared: Any, x: np.ndarray) -> Iterator[None]:
    """Add a hint to a failure in this block if the student's array is no longer equal to x."""
    try:
        yield
    except CheckFailed as error:
        if not np.array_equal(shared.get(), x):
            error.hint = "the input itself was written into, and backward needs it as it was"
        raise


def assert_shares_input(
    student: Any, layer: Any, definition: Map, gradient: Gradient, rng: Rng
) -> None:
    """Raise CheckFailed if writing into its input makes the layer wrong.

    In a Sequential, backward gets the very array that forward was given, not a copy of it.
    """
    x, g = normal(rng, 6, 3), normal(rng, 6, 3)
    shared = student.array(x)
    with hint_if_changed(shared, x):
        assert_close(layer.forward(shared), definition(x), "forward")
        assert_close(layer.backward(shared, student.array(g)), gradient(x, g), "grad_input")


def assert_chain(student: Any, layer: Any, definition: Map, gradient: Gradient, rng: Rng) -> None:
    """Raise CheckFailed unless the layer works between a Scaling and a LogSoftMax."""
    before, after = student.Scaling(4), student.LogSoftMax()
    gamma, beta = before.gamma, before.beta
    x, g = normal(rng, 5, 4), normal(rng, 5, 4)
    hidden = gamma * x + beta
    output = array_of(layer.forward(before.forward(x.copy())), (5, 4), "forward")
    assert_close(output, definition(hidden), "forward")
    after.forward(output.copy())
    passed = layer.backward(hidden.copy(), after.backward(output.copy(), g.copy()))
    scores = np.exp(definition(hidden))
    upstream = g - scores / scores.sum(axis=1, keepdims=True) * g.sum(axis=1, keepdims=True)
    expected = gradient(hidden, upstream)
    assert_close(passed, expected, "grad_input")
    assert_close(before.backward(x.copy(), passed), expected * gamma, "the chain's gradient")


def assert_derived(
    actual: Any, expected: np.ndarray, output: Any, expected_output: np.ndarray
) -> None:
    """Raise CheckFailed unless ``actual`` is as exact as ``output``, the result of forward, is.

    Differences of a forward pass in float64 lose at least a quarter of its digits, a formula
    loses none. Solutions that compute in float32 are recognised by their results, and for them
    the ordinary tolerance holds. Give inputs and upstream gradients that are exact in float32.
    """
    assert_close(output, expected_output, "forward")
    assert_close(actual, expected, "grad_input")
    if _relative_error(output, expected_output) > SINGLE or np.all(single(actual) == actual):
        return
    error = _relative_error(actual, expected)
    if error > formulas.EXACT:
        raise CheckFailed(
            "values",
            f"grad_input is only nearly right, off by {error:.1g} of the largest value, as "
            "differences of forward are; a formula is exact to rounding",
            hint=STAY_AWAY,
        )


def _relative_error(actual: Any, expected: np.ndarray) -> float:
    return float(np.max(np.abs(np.asarray(actual, float) - expected)) / np.max(np.abs(expected)))
