"""What the hidden tests share: programs on both sides of the boundary, and exact comparisons.

A program is a text: the student's code runs it on its own objects in the sandbox, autograd runs it
here. From the second component on a derivative has to come from rules and not from differences:
see chainrule.formulas.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np

from chainrule import formulas
from chainrule.homework import CheckFailed, assert_close

STAY_AWAY = "apply the rule for the derivative itself: it needs no difference of two values"
assert_exact = functools.partial(formulas.assert_exact, hint=STAY_AWAY)
assert_real = functools.partial(formulas.assert_real, hint=STAY_AWAY)
assert_at_one_point = functools.partial(formulas.assert_at_one_point, hint=STAY_AWAY)

FUNCTIONS = {
    "exp": anp.exp,
    "log": anp.log,
    "tanh": anp.tanh,
    "sigmoid": lambda x: 1 / (1 + anp.exp(-x)),
}


def single(values: Any) -> np.ndarray:
    """The values rounded to float32, which leaves room for steps that are exact in float64."""
    return np.asarray(values).astype(np.float32).astype(np.float64)


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Standard normal numbers."""
    return single(rng.normal(size=shape))


def away_from_zero(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Numbers of both signs with magnitudes from 0.3 to 2."""
    return single(rng.uniform(0.3, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape))


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, computed once for the same arguments: all submissions get the same inputs."""
    results: dict[Any, Any] = {}

    @functools.wraps(function)
    def wrapper(*arguments: Any) -> Any:
        key = _key(arguments)
        if key not in results:
            results[key] = function(*arguments)
        return results[key]

    return wrapper


def _key(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return (value.shape, value.tobytes())
    if isinstance(value, dict):
        return tuple((name, _key(item)) for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(map(_key, value))
    return value


def function_of(program: str, names: str) -> Any:
    """A program, an expression in the variables ``names``, as a function that autograd can run."""
    function = eval(f"lambda {names}: {program}", dict(FUNCTIONS))
    return function


@remembered
def gradient_of(program: str, names: str, values: Any) -> np.ndarray:
    """The partial derivatives of a program at the values of its variables."""
    function, count = function_of(program, names), len(values)
    values = [float(value) for value in values]
    return np.array([autograd.grad(function, i)(*values) for i in range(count)])


def parts_of(result: Any, count: int, what: str) -> list[Any]:
    """The elements of a tuple or list of so many results. Raises CheckFailed for anything else."""
    if isinstance(result, np.ndarray) or not hasattr(result, "__len__"):
        hint = "one gradient for each input, in a tuple, also if there is only one: (gradient,)"
        raise CheckFailed("type", f"{what} is not a tuple", hint=hint if "backward" in what else "")
    if len(result) != count:
        raise CheckFailed("shape", f"{what} has {len(result)} elements, expected {count}")
    return list(result)


def number(value: Any, what: str) -> float:
    """A plain number. Raises CheckFailed where ``value`` is none."""
    if isinstance(value, (int, float, np.ndarray, np.generic)) and np.size(value) == 1:
        return float(np.asarray(value).reshape(()))
    assert_close(value, 0.0, what)  # says what it is in place of that
    raise CheckFailed("type", f"{what} is not a number")


# Lets a function, or a gate, be watched as a layer is.
WATCHED = """
class Watched:
    def __init__(self, forward, backward):
        self.first, self.second = forward, backward

    def forward(self, x):
        return self.first(x)

    def backward(self, x, second):
        return self.second(x, second)


def watched_gate(gate, *others):
    return Watched(lambda x: gate.forward(x, *others), lambda x, second: gate.backward(second))
"""


def assert_unchanged(shared: Any, values: np.ndarray, what: str) -> None:
    """Raise CheckFailed unless the student's array still holds the values it was made with."""
    if not np.array_equal(shared.get(), values):
        raise CheckFailed("values", f"{what} was changed", hint="make a new array instead")
