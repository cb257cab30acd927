"""What the hidden tests share: fair inputs, ways to run a layer, and the rules for a derivation.

A derivative has to come from a formula and not from differences: see chainrule.formulas.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule import formulas
from chainrule.homework import ALONE, UNCHANGED, CheckFailed, assert_close

Map = Callable[[np.ndarray], np.ndarray]

STAY_AWAY = "write down the derivative itself: it needs no difference of two values"
assert_exact = functools.partial(formulas.assert_exact, hint=STAY_AWAY)
assert_formula = functools.partial(formulas.assert_formula, hint=STAY_AWAY)


def single(values: Any) -> np.ndarray:
    """The values rounded to float32, which leaves room for steps that are exact in float64."""
    return np.asarray(values).astype(np.float32).astype(np.float64)


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Standard normal numbers."""
    return single(rng.normal(size=shape))


# ---- Layers that work element by element. ``of`` names the layer in messages: " of Tanh".


def layer_mistakes(
    slope: np.ndarray, g: np.ndarray, more: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What backward may give by mistake in place of g times slope, for hints."""
    return {
        UNCHANGED: g,
        ALONE: slope,
        "the upstream gradient is added, not multiplied": g + slope,
        "it is divided by the number of rows, but the mean over the batch is the criterion's": (
            g * slope / len(g)
        ),
        **(more or {}),
    }


def backward(layer: Any, x: np.ndarray, grad_output: np.ndarray) -> Any:
    """What backward returns after forward on the same input; both get copies to write into."""
    layer.forward(x.copy())
    return layer.backward(x.copy(), grad_output.copy())


def assert_any_shape(
    layer: Any, function: Map, slope: Map, rng: np.random.Generator, of: str = ""
) -> None:
    """Raise CheckFailed unless the layer is right for one, two and three axes, one after another.

    Two batches have the same shape: what was kept of the first must not be taken for the second.
    """
    for shape in ((5,), (1, 4), (3, 1), (2, 3, 4), (2, 3, 4)):
        x, g = normal(rng, *shape), normal(rng, *shape)
        assert_close(layer.forward(x.copy()), function(x), f"forward{of}")
        assert_close(layer.backward(x.copy(), g.copy()), g * slope(x), f"grad_input{of}")


def assert_two_layers(
    make: Any, function: Map, slope: Map, rng: np.random.Generator, of: str
) -> None:
    """Raise CheckFailed if two layers of one kind disturb each other."""
    first, second = make(), make()
    x, other, g = normal(rng, 3, 4), normal(rng, 3, 4), normal(rng, 3, 4)
    first.forward(x.copy())
    second.forward(other.copy())
    mistakes = {"another layer's output seems to be used": g * slope(other)}
    assert_close(
        first.backward(x.copy(), g.copy()), g * slope(x), f"grad_input{of}", mistakes=mistakes
    )
    assert_close(second.backward(other.copy(), g.copy()), g * slope(other), f"grad_input{of}")
    assert_close(first.forward(other.copy()), function(other), f"forward{of}")


def assert_unchanged(shared: Any, values: np.ndarray, otherwise: str) -> None:
    """Raise CheckFailed, and say so, unless the student's array holds what it was made with."""
    if not np.array_equal(shared.get(), values):
        raise CheckFailed("values", otherwise, hint="make a new array instead")


def assert_layer_leaves_arrays(student: Any, layer: Any, rng: np.random.Generator) -> None:
    """Raise CheckFailed if the layer writes into its input or into the upstream gradient."""
    x, g = normal(rng, 3, 4), normal(rng, 3, 4)
    shared, upstream = student.array(x), student.array(g)
    layer.forward(shared)
    assert_unchanged(shared, x, "forward has changed its input")
    layer.backward(shared, upstream)
    assert_unchanged(shared, x, "backward has changed its input")
    assert_unchanged(upstream, g, "backward has changed the upstream gradient")


def assert_criterion_leaves_arrays(
    student: Any, criterion: Any, x: np.ndarray, target: np.ndarray
) -> None:
    """Raise CheckFailed if the criterion writes into the predictions."""
    shared = student.array(x)
    criterion.forward(shared, target.copy())
    assert_unchanged(shared, x, "forward has changed its input")
    criterion.backward(shared, target.copy())
    assert_unchanged(shared, x, "backward has changed its input")


def assert_linear(layer: Any, x: np.ndarray, g: np.ndarray, of: str) -> None:
    """Raise CheckFailed unless backward is proportional to the upstream gradient, and 0 for 0."""
    layer.forward(x.copy())
    once = layer.backward(x.copy(), g.copy())
    assert_close(once, np.asarray(once) * 1.0, f"grad_input{of}")  # says so if it is no array
    again = layer.backward(x.copy(), -3 * g)
    ignored = {"the upstream gradient seems to be ignored": once}
    what = f"grad_input{of} for an upstream gradient times -3"
    assert_close(again, -3 * np.asarray(once), what, mistakes=ignored)
    zero = layer.backward(x.copy(), 0 * g)
    assert_close(zero, np.zeros(x.shape), f"grad_input{of} for an upstream gradient of 0")
