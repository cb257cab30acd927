"""Load a homework notebook, check it, and say what is wrong and how.

This one file lies beside the released notebooks and needs nothing but NumPy
(Python 3.9 or newer, NumPy 1.24 or newer). In a notebook::

    from homework import check
    check("Linear")      # the checks of one component
    check()              # the scoreboard
    hand_in("alder")     # the archive to hand in, for the student with this id

and in the notebook that trains, which builds on another one::

    modules = load("1_modules.ipynb")
    digits = data("digits.npz")
    for epoch in (bar := progress(range(30))): ...

and in the notebook of checks::

    student = load("1_modules.ipynb")
    with component("Linear") as requirement:
        with requirement("forward: y = xW + b"):
            assert_close(student.Linear(3, 4).forward(x), expected, "forward")
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import hashlib
import html
import io
import json
import linecache
import os
import re
import subprocess
import sys
import time
import traceback
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Union

import numpy as np

__all__ = [
    "CheckFailed",
    "assert_close",
    "assert_gradients",
    "check",
    "component",
    "data",
    "hand_in",
    "load",
    "progress",
    "summary",
]

# The only tolerances there are. A result may be off by RTOL of the element plus ATOL of the
# largest element, so that float32 arithmetic inside a correct solution passes at any scale.
RTOL = 1e-4
ATOL = 1e-5
ATOL_OF_ZEROS = 1e-6
MUCH_LARGER = 1_000_000  # elements: an array that is no mistake of shape, and is not looked at
STEP = 1e-2  # of the differences in assert_gradients
STEPS = (STEP, -STEP, 2 * STEP, -2 * STEP)


# ---------------------------------------------------------------------------------------
# What can be wrong


class CheckFailed(AssertionError):
    """One thing that is wrong with a solution.

    ``kind`` is one of missing, raised, type, shape, values, timeout, crashed. ``detail`` says how
    in words that give away neither inputs nor expected values; ``example`` may show both and is
    only for checks whose text the student can read. ``hint`` points to the idea that is missing,
    where the mistake is a known one.
    """

    def __init__(self, kind: str, detail: str, example: str = "", hint: str = "") -> None:
        super().__init__(detail + (": " + example if example else ""))
        self.kind = kind
        self.detail = detail
        self.example = example
        self.hint = hint


class StudentError(Exception):
    """An exception that student code raised in the grader's sandbox."""

    def __init__(self, type_name: str, text: str, where: str, missing: bool = False) -> None:
        super().__init__(text)
        self.type_name = type_name
        self.where = where
        self.missing = missing  # a NotImplementedError: the student has not come this far


class Check:
    """The outcome of one requirement of a component."""

    def __init__(self, requirement: str, name: str = "", hidden: bool = False) -> None:
        self.requirement = requirement
        self.name = name or requirement
        self.hidden = hidden
        self.passed = True
        self.kind = ""
        self.message = ""

    def fail(self, error: BaseException) -> None:
        """Record why the requirement is not met, without inputs or values if it is a hidden one."""
        self.passed = False
        if isinstance(error, CheckFailed):
            self.kind = error.kind
            self.message = error.detail if self.hidden else str(error)
            self._add_hint(error.hint)
            return
        if not isinstance(error, StudentError):
            missing = isinstance(error, NotImplementedError)
            error = StudentError(type(error).__name__, str(error), _where(error), missing)
        if error.missing:
            self.kind = "missing"
            self.message = "not implemented yet (%s)" % error.where
            return
        # An exception's text is written by student code and could carry a hidden input.
        text = "" if self.hidden or not str(error) else ": " + _shorten(str(error))
        self.kind = "raised"
        self.message = "raised %s%s (%s)" % (error.type_name, text, error.where)
        self._add_hint(_hint_of_exception(error.type_name, str(error)))

    def _add_hint(self, hint: str) -> None:
        if hint:
            self.message += HINT + hint


HINT = "\nhint: "  # between a message and its hint


def split_hint(message: str) -> tuple[str, str]:
    """A check's message in two parts: what is wrong, and the hint or ""."""
    text, _, hint = message.partition(HINT)
    return text, hint


def _hint_of_exception(name: str, text: str) -> str:
    """A fixed sentence for the exceptions that wrong array code raises most often."""
    if any(words in text for words in ("broadcast", "not aligned", "mismatch in its core")):
        return "two arrays do not fit together: print the shapes of both just before that line"
    if "NoneType" in text:
        return "something is None there: it was not set yet, or a function returned nothing"
    if name == "KeyError":
        return "a dict has no such entry yet: it has to be made before it can be read"
    if name == "IndexError" and "out of range" in text:
        return "an index runs past the end: how long is the list when that line runs?"
    return ""


def _shorten(text: str, limit: int = 200) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _where(error: BaseException) -> str:
    """The innermost line of a notebook that an exception passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        if ", cell " in frame.filename or "ipykernel" in frame.filename:
            cell = frame.filename.split(", ")[-1] if ", cell " in frame.filename else "your cell"
            return "in %s, %s, line %s" % (frame.name, cell, frame.lineno)
    return "in %s" % (frames[-1].name if frames else "the check")


# ---------------------------------------------------------------------------------------
# Comparing

# Hints at mistakes that any layer can make.
UNCHANGED = "it equals the upstream gradient, as if the layer's own derivative were 1"
ALONE = "it looks like the layer's own derivative, without the upstream gradient: chain rule"

# What to say about a mistake -> the result that this mistake gives.
Mistakes = Union[dict[str, Any], Callable[[], dict[str, Any]]]


def assert_close(
    actual: Any,
    expected: Any,
    what: str = "the result",
    *,
    rtol: float = RTOL,
    atol: float = ATOL,
    mistakes: Mistakes | None = None,
    parts: dict[str, Any] | None = None,
) -> None:
    """Raise CheckFailed unless ``actual`` equals ``expected`` in shape and, nearly, in values.

    ``expected`` is a number or an array; where it is a number, an array with one element will
    do. ``rtol`` is relative to each expected element, ``atol`` to the largest of them. The
    precision (float32, float64) and whether integers are floats make no difference.

    The rest makes hints, and is looked at only after a failure. ``mistakes`` maps the hint at a
    mistake to the result that this mistake gives, or to a tuple of such results; it may be a
    function that makes this dict.
    ``parts`` maps a phrase such as "where the input is negative" to a mask of elements.
    """
    wanted = np.asarray(expected, dtype=np.float64)
    if isinstance(actual, np.ndarray) and actual.size > wanted.size + MUCH_LARGER:
        raise CheckFailed("shape", "%s has far too many elements" % what)
    got = _as_floats(actual, what, scalar=wanted.ndim == 0)
    if wanted.ndim == 0 and got.size == 1:
        got = got.reshape(())
    if got.shape != wanted.shape:
        raise CheckFailed(
            "shape",
            "%s has %s, expected %s" % (what, _shape_in_words(got.shape), wanted.shape),
            hint=_hint_of_mistake(got, wanted, mistakes, rtol) or _hint_of_shape(got, wanted),
        )
    if wanted.size == 0:
        return
    if not np.isfinite(wanted).all():  # computed from the student's own parameters
        raise CheckFailed("values", "%s depends on values that are nan or inf" % what)
    if not np.isfinite(got).all():
        count = int(np.sum(~np.isfinite(got)))
        found = "nan" if np.isnan(got).any() else "inf"
        raise CheckFailed(
            "values",
            "%s contains %s in %s" % (what, found, _count(count, got.size)),
            hint="look for division by 0, log of 0, exp of a large number, root of a negative one",
        )
    scale = float(np.max(np.abs(wanted)))
    allowed = rtol * np.abs(wanted) + (atol * scale if scale > 0 else ATOL_OF_ZEROS)
    error = np.abs(got - wanted)
    wrong = ~(error <= allowed)  # true for nan as well
    if not wrong.any():
        return
    worst = np.unravel_index(int(np.argmax(np.where(wrong, error, -1.0))), error.shape)
    index = "[%s]" % ", ".join(str(int(i)) for i in worst) if wanted.ndim else ""
    relative = float(error[worst]) / scale if scale > 0 else float(error[worst])
    # Of a gigantic number not even the exponent is told: it could be made up to spell the input.
    far = "%.2g" % relative if relative < 10 else "more than 10"
    unit = (" of" if relative < 10 else " times") + " the largest value"
    place = ", largest at %s" % index if index and wanted.size > 1 else ""
    raise CheckFailed(
        "values",
        "%s is wrong in %s%s, off by %s%s"
        % (
            what,
            _count(int(wrong.sum()), wanted.size),
            place,
            far,
            unit if scale > 0 else " where it should be 0",
        ),
        "got %.6g, expected %.6g" % (float(got[worst]), float(wanted[worst])),
        _hint_of_mistake(got, wanted, mistakes, rtol)
        or _hint_of_values(got, wanted, what, rtol)
        or _hint_of_part(wrong, parts or {}),
    )


def _shape_in_words(shape: tuple[int, ...]) -> str:
    """A shape as a message shows it.

    Only what a mistake gives is written out: below a hidden check, a shape made up for it could
    spell the input.
    """
    if len(shape) <= 4 and all(length <= 1000 for length in shape):
        return "shape %s" % (shape,)
    return "another shape (%d axes)" % len(shape)


def _count(wrong: int, size: int) -> str:
    return "its value" if size == 1 else "%d of %d elements" % (wrong, size)


def _as_floats(value: Any, what: str, scalar: bool = False) -> np.ndarray:
    """A float64 copy of an array or number; anything else is a CheckFailed of kind type."""
    wanted = "a number" if scalar else "a NumPy array"
    if value is None:
        raise CheckFailed(
            "type", "%s is None, expected %s" % (what, wanted), hint="is a return missing?"
        )
    if isinstance(value, (list, tuple)) or not isinstance(
        value, (np.ndarray, np.generic, int, float)
    ):
        several = isinstance(value, (list, tuple)) and len(value) > 1
        raise CheckFailed(
            "type",
            "%s is of type %s, expected %s" % (what, _type_name(value), wanted),
            hint="%s alone is due, not several values" % wanted if several else "",
        )
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise CheckFailed("type", "%s has dtype %s, expected real numbers" % (what, array.dtype))
    return np.array(array, dtype=np.float64)


def _type_name(value: Any) -> str:
    return str(getattr(value, "_type_name", None) or type(value).__name__)


# ---------------------------------------------------------------------------------------
# Hints: computed after a failure, from what was got and what was expected


def _alike(got: Any, wanted: np.ndarray, rtol: float = 1e-3) -> bool:
    """Whether two results are the same one, for a hint; an array of zeros is like no other."""
    other = np.asarray(got, dtype=np.float64)
    scale = float(np.max(np.abs(wanted))) if wanted.size else 0.0
    if other.shape != wanted.shape or scale == 0 or not np.isfinite(other).all():
        return False
    return bool(np.all(np.abs(other - wanted) <= rtol * (np.abs(wanted) + 0.01 * scale)))


def _hint_of_mistake(
    got: np.ndarray, wanted: np.ndarray, mistakes: Mistakes | None, rtol: float
) -> str:
    """The hint at the one known mistake that gives ``got``; none if several do."""
    found = []
    for hint, value in (mistakes() if callable(mistakes) else mistakes or {}).items():
        results = value if isinstance(value, tuple) else (value,)
        arrays = [np.asarray(result, dtype=np.float64) for result in results]
        same = [a for a in arrays if _alike(got, a, rtol) or not (a.any() or got.any())]
        if any(not _alike(wanted, array, rtol) for array in same):
            found.append(hint)
    return found[0] if len(found) == 1 else ""


def _hint_of_shape(got: np.ndarray, wanted: np.ndarray) -> str:
    if got.size == wanted.size and _alike(got.ravel(), wanted.ravel()):
        return "the numbers are right, only their shape is not: look for keepdims and reshape"
    if wanted.ndim == 0:
        return "one number is due for the whole batch, not one for each row or class"
    if _alike(got.T, wanted):
        return "the result is transposed"
    if got.ndim and got.shape[1:] == wanted.shape[wanted.ndim - got.ndim + 1 :]:
        if _alike(np.sum(got, axis=0).ravel(), wanted.ravel()):
            return "the rows of the batch still stand side by side: their sum is due"
        if _alike(np.mean(got, axis=0).ravel(), wanted.ravel()):
            return "the rows of the batch still stand side by side: their mean is due"
    for axis, each in enumerate(("row of the batch", "column")[: wanted.ndim]):
        added = np.sum(wanted, axis=axis)
        if wanted.shape[axis] > 1 and got.size == added.size and _alike(got.ravel(), added.ravel()):
            return "each %s has a result of its own, and they must not be added up" % each
    return ""


def _hint_of_values(got: np.ndarray, wanted: np.ndarray, what: str, rtol: float) -> str:
    """A hint that holds whatever the arrays, of the same shape, stand for.

    A factor is one and the same up to a tenth of ``rtol``, the precision of the comparison.
    """
    if got.size > 1 and not got.any() and what.startswith(("forward", "grad")):
        return "every element is 0: is it computed at all, and which factor makes it vanish?"
    if _alike(-got, wanted):
        return "the sign is turned round"
    if wanted.size < 3:
        return ""
    if wanted.ndim == 2 and _alike(got.T, wanted):
        return "the result is transposed"
    factor = float(np.sum(got * wanted) / max(float(np.sum(wanted**2)), 1e-300))
    if (
        np.count_nonzero(wanted) > 2
        and abs(factor) > 1e-9
        and _alike(got / factor, wanted, rtol / 10)
    ):
        return _hint_of_factor(factor)
    offset = float(np.mean(got - wanted))
    if np.ptp(wanted) > 0 and _alike(got - offset, wanted, rtol / 10):
        return "every element is off by the same amount: is there a term too many or few?"
    if _rows_are_the_same(got) and np.ptp(got) > 0 and not _rows_are_the_same(wanted):
        return "all rows of the result are the same, though the rows of the batch are not"
    return ""


def _rows_are_the_same(values: np.ndarray) -> bool:
    return len(values) > 2 and all(_alike(row, values[0]) for row in values[1:])


def _hint_of_factor(factor: float) -> str:
    if abs(factor - 2) < 1e-3:
        return "every element is twice as large as it should be"
    if abs(factor - 0.5) < 1e-3:
        return "every element is half as large as it should be"
    size = "large" if abs(factor) > 1 else "small"
    sign = " and has the wrong sign" if factor < 0 else ""
    return "every element is too %s by one and the same factor%s" % (size, sign)


def _hint_of_part(wrong: np.ndarray, parts: dict[str, Any]) -> str:
    """Names the part that holds all that is wrong, if something outside of it is right."""
    for phrase, mask in parts.items():
        inside = np.asarray(mask, dtype=bool)
        if not wrong[~inside].any() and not inside.all():
            return "it is wrong only " + phrase
    return ""


def assert_gradients(
    module: Any,
    x: np.ndarray,
    grad_output: np.ndarray | None = None,
    what: str = "grad_input",
    target: np.ndarray | None = None,
    *,
    mistakes: Mistakes | None = None,
    parts: dict[str, Any] | None = None,
) -> None:
    """Raise CheckFailed unless ``module.backward`` agrees with differences of its own forward.

    ``x`` is the input, shape (N, ...); ``grad_output`` has the shape of the output (ones by
    default). For a criterion give ``target`` in its place. What is compared is the gradient of
    sum(grad_output * forward(x)) with respect to x, by differences at four points, 0.01 and 0.02
    to both sides: so far apart, they are right to about 1e-4 also for a forward in float32.
    ``mistakes`` and ``parts`` are those of assert_close.
    """
    x = np.array(x, dtype=np.float64)
    second = [] if target is None else [np.asarray(target, dtype=np.float64)]
    shape = _as_floats(module.forward(x.copy(), *(a.copy() for a in second)), "forward").shape
    weights = np.ones(shape) if grad_output is None else np.asarray(grad_output, dtype=np.float64)
    if shape != weights.shape:
        raise CheckFailed(
            "shape", "forward has %s, expected %s" % (_shape_in_words(shape), weights.shape)
        )
    upstream = second or [weights]
    actual = module.backward(x.copy(), *(a.copy() for a in upstream))

    def slopes(directions: np.ndarray, weights: np.ndarray = weights) -> np.ndarray:
        """The derivatives of the weighted sum of forward in directions, each shaped like x."""
        points = [x + step * each for each in directions for step in STEPS]
        outputs = call_each(module.forward, [(p, *(a.copy() for a in second)) for p in points])
        losses = np.array([float(np.sum(weights * values(output))) for output in outputs])
        ahead, behind, far_ahead, far_behind = losses.reshape(-1, 4).T
        found: np.ndarray = (8 * (ahead - behind) - (far_ahead - far_behind)) / (12 * STEP)
        return found

    def values(output: Any) -> Any:
        got = _as_floats(output, "forward")
        if got.shape != shape:
            words = "forward has %s, and at another input %s"
            raise CheckFailed("shape", words % (_shape_in_words(shape), _shape_in_words(got.shape)))
        return got

    # Three directions at random tell right from wrong; only for a wrong gradient does it take
    # every single element to say where.
    if (
        isinstance(actual, np.ndarray)
        and actual.shape == x.shape
        and actual.dtype.kind in "biuf"
        and np.isfinite(actual).all()
    ):
        # No two elements have the same weight: errors in them cannot cancel out.
        directions = np.random.default_rng(0).normal(size=(3, *x.shape))
        directions /= np.max(np.abs(directions))
        expected = slopes(directions)
        got = np.array([np.sum(actual * direction) for direction in directions])
        scale = float(np.max(np.abs(expected)))
        if np.isfinite(expected).all() and np.allclose(got, expected, rtol=1e-4, atol=1e-4 * scale):
            return

    def differences(weights: np.ndarray) -> np.ndarray:
        return slopes(np.eye(x.size).reshape(x.size, *x.shape), weights).reshape(x.shape)

    def known() -> dict[str, Any]:
        found = dict(mistakes() if callable(mistakes) else mistakes or {})
        if not second:
            found.setdefault(UNCHANGED, weights)
            found.setdefault(ALONE, differences(np.ones_like(weights)))
        return found

    assert_close(
        actual, differences(weights), what, rtol=1e-3, atol=1e-3, mistakes=known, parts=parts
    )


def call_each(function: Callable[..., Any], arguments: list[tuple[Any, ...]]) -> list[Any]:
    """The results of several calls, one after the other.

    While grading, ``function`` is a stand-in for one in the sandbox, which makes all calls at once.
    """
    at_once = getattr(type(function), "call_each", None)
    if at_once is not None:
        return list(at_once(function, arguments))
    return [as_it_is_now(function(*each)) for each in arguments]


def as_it_is_now(value: Any) -> Any:
    """A result that stays what it is: a layer may write the next one into the same array."""
    return value.copy() if isinstance(value, np.ndarray) else value


# ---------------------------------------------------------------------------------------
# Requirements of a component, and the board on which their outcomes stand


class Board:
    """The outcomes of all requirements checked so far, by component."""

    def __init__(self) -> None:
        self.checks: dict[str, list[Check]] = {}
        self.open: _Component | None = None

    def settled(self, error: BaseException | None = None) -> BaseException | None:
        """What went wrong by now: ``error``, and in a grader what nobody has waited for."""
        return error


board = Board()


class _Component:
    """The requirements of one component: ``with component("Linear") as requirement: ...``."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.checks: list[Check] = []
        self.first_error: BaseException | None = None

    def __call__(self, text: str) -> _Requirement:
        return _Requirement(self, Check(text))

    def add(self, check: Check, error: BaseException | None = None) -> None:
        error = board.settled(error)
        if error is not None:
            check.fail(error)
            self.first_error = self.first_error or error
        self.checks.append(check)

    def __enter__(self) -> _Component:
        board.checks[self.title] = self.checks
        board.open = self
        return self

    def __exit__(self, kind: Any, error: BaseException | None, tb: Any) -> None:
        board.open = None
        if error is not None and not _is_a_failure(error):
            return
        if error is not None:
            self.add(Check("the checks can run"), error)
        if self.first_error is not None:
            raise AssertionError("\n" + describe(self.title, self.checks)) from self.first_error


class _Requirement:
    def __init__(self, owner: _Component, check: Check) -> None:
        self.owner = owner
        self.check = check

    def __enter__(self) -> None:
        error = board.settled()
        if error is not None:
            raise error

    def __exit__(self, kind: Any, error: BaseException | None, tb: Any) -> bool:
        if error is not None and not _is_a_failure(error):
            return False
        self.owner.add(self.check, error)
        return True  # the next requirement is checked all the same


def _is_a_failure(error: BaseException) -> bool:
    """Whether an exception is the student code's: not Ctrl-C, and not the grader's own trouble."""
    if getattr(error, "of_the_grader", False):
        return False
    return isinstance(error, (Exception, SystemExit))


def component(title: str) -> _Component:
    """The checks of the component called ``title``; they end with an error if any of them failed.

    Gives a function ``requirement(text)`` whose with-block states one requirement. All of them run,
    also after a failure.
    """
    return _Component(title)


def describe(title: str, checks: list[Check], worth: str = "", owner: Any = None) -> str:
    """The outcomes of one component as lines of text; ``owner`` is what the student wrote."""
    lines = [("%-36s %s" % (title, worth)).rstrip()]
    if _not_started(checks):
        return "%s\n  not started: %s" % (lines[0], checks[0].message)
    return "\n".join(lines + outcome_lines(checks, owner=owner))


def _not_started(checks: list[Check]) -> bool:
    return bool(checks) and all(item.kind == "missing" for item in checks)


def outcome_lines(checks: Iterable[Any], hidden_mark: str = "", owner: Any = None) -> list[str]:
    """Where to look, then each requirement with what is wrong below it; each hint is given once.

    ``hidden_mark`` is put after the requirements of hidden checks.
    """
    checks = list(checks)
    method = diagnosis(checks)
    lines = ["  look at: " + _where_to_look(method, owner)] if method else []
    for item, text, hint in _explained(checks):
        state, mark = "ok  " if item.passed else "FAIL", hidden_mark if item.hidden else ""
        lines.append("  %s  %s%s" % (state, item.requirement, mark))
        lines += ["        " + line for line in text.splitlines()]
        if hint:
            lines.append("        hint: " + hint)
    return lines


def _explained(checks: list[Any]) -> Iterator[tuple[Any, str, str]]:
    """Each check with what is wrong and the hint at it, if nobody before it has given the same."""
    method, left = diagnosis(checks), shown_hints(checks)
    for item in checks:
        text, hint = ("", "") if item.passed else split_hint(item.message)
        given = hint in left and _applies(item, method)
        if given:
            left.remove(hint)
        yield item, text, hint if given else ""


def shown_hints(checks: Iterable[Any]) -> list[str]:
    """The hints of a report, each once."""
    checks = list(checks)
    method = diagnosis(checks)
    hints = [split_hint(c.message)[1] for c in checks if not c.passed and _applies(c, method)]
    return list(dict.fromkeys(hint for hint in hints if hint))


def _applies(item: Any, method: str) -> bool:
    """Whether a check's hint can be trusted; one at a gradient presumes a right forward."""
    return method != "forward" or _subject(item) not in ("input gradient", "parameter gradients")


# What each thing that can be wrong is called.
LOOK_AT = {
    "forward": "the forward pass",
    "input gradient": "the gradient of the input",
    "parameter gradients": "the gradients of the parameters",
    "mode": "what differs between training and evaluation",
    "statistics": "the moving statistics",
    "update": "the step that changes the variables",
    "batches": "how batches deals out the examples",
    "training": "the loop of train_model",
    "network": "the function that makes the network",
    "p-value": "the counts and the sum of paired_test",
    "probabilities": "predict_probabilities",
}
_OF_TRAINING = ("batches", "training", "network", "p-value", "probabilities")
# The methods that compute it, in a class that has them.
_METHODS = {
    "forward": ("update_output",),
    "input gradient": ("update_grad_input",),
    "parameter gradients": ("update_grad_params", "zero_grad_params"),
}


def _where_to_look(method: str, owner: Any = None) -> str:
    """``method`` in words, with the names of the methods where ``owner`` has them."""
    names = [name for name in _METHODS.get(method, ()) if hasattr(owner, name)]
    return "%s (%s)" % (" and ".join(names), LOOK_AT[method]) if names else LOOK_AT[method]


# How messages begin, by what they are about.
_SUBJECTS = (
    ("mode", r"layer \d+ is in the wrong mode|a layer's forward ran in|training\b"),
    ("statistics", r"moving_"),
    ("parameter gradients", r"grad[A-Zb]|get_grad_params|an array in get_grad|the first gradient"),
    (
        "input gradient",
        r"grad_input|backward |the gradient |the chain's gradient|1 \+ |the share of blocked",
    ),
    ("forward", r"forward|the s(um|hare)\b|each |rows or |every mask|neighbours|two forward"),
)
# What a requirement is about by its first words. Of one that begins otherwise, in an assignment
# with other words, nothing is concluded.
_ASPECTS = {
    **{aspect: aspect for aspect in LOOK_AT},
    "evaluation mode": "mode",
    "derivation": "input gradient",
    **dict.fromkeys(("state", "chain", "modules", "parameters", "parameter lists", "targets"), ""),
}


def diagnosis(checks: Iterable[Any]) -> str:
    """What is wrong with a component, of the keys of LOOK_AT, or "" where one cannot tell.

    ``checks`` are the outcomes of all its requirements. Of several things that fail it is the one
    that the others follow from.
    """
    checks = list(checks)
    failed = [item for item in checks if not item.passed]
    if not failed or all(item.kind == "missing" for item in failed):
        return ""
    if any(_aspect(item) == "update" for item in checks):
        return "update"
    aspects = {_aspect(item) for item in failed}
    for aspect in _OF_TRAINING:  # in the order in which one follows from the other
        if aspect in aspects:
            return aspect
    if "learning" in aspects:
        return "network"
    by_mode = [_subject(item) for item in failed if _aspect(item) in ("mode", "evaluation mode")]
    others = [item for item in failed if _aspect(item) not in ("mode", "evaluation mode")]
    subjects = [_subject(item) for item in others]
    # What is right on a new layer, and wrong only in later batches or in a chain, may be due to
    # the mode; what is wrong from the start is not.
    if any(_subject(item) == "forward" and _aspect(item) in _FROM_THE_START for item in others):
        return "forward"
    if "statistics" in subjects:
        return "statistics"
    if "forward" in subjects:
        return "mode" if by_mode else "forward"
    for method in ("input gradient", "parameter gradients"):
        if method in subjects:
            return method
    if by_mode:  # the first check of the mode is the simplest
        return "statistics" if by_mode[0] == "statistics" else "mode"
    return ""


_FROM_THE_START = ("forward", "input gradient", "parameter gradients", "statistics", "targets")


def _aspect(item: Any) -> str:
    """The words before the colon of a requirement."""
    return str(item.requirement).partition(":")[0]


def _subject(item: Any) -> str:
    """What a failed check is about: what its message names, or else its requirement's aspect."""
    aspect = _aspect(item)
    if aspect in _ASPECTS:
        for subject, beginning in _SUBJECTS:
            if re.match(beginning, item.message):
                return subject
    return _ASPECTS.get(aspect, "")


def summary() -> None:
    """Print one line for each component that was checked: how many requirements are met."""
    print("%-24s %-8s %s" % ("component", "checks", "first thing to mend"))
    for title, checks in board.checks.items():
        failed = [item for item in checks if not item.passed]
        first = failed[0].requirement + ": " + split_hint(failed[0].message)[0] if failed else ""
        if all(item.kind == "missing" for item in checks):
            first = "not started"
        print(
            "%-24s %2d/%-5d %s"
            % (
                title,
                len(checks) - len(failed),
                len(checks),
                first,
            )
        )


# ---------------------------------------------------------------------------------------
# Loading the student's notebook

_loading = False  # while a notebook is being loaded, its own check(...) calls do nothing


class Namespace:
    """What a notebook defines, by attribute: ``student.Linear`` is the class Linear."""

    def __init__(self, names: dict[str, Any], path: str = "the notebook") -> None:
        self._names = names
        self._path = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._names:
            raise CheckFailed("missing", "%s is not defined in %s" % (name, self._path))
        return self._names[name]

    @staticmethod
    def budget(seconds: float) -> None:
        """Let the checks of this component take so long together; counts only while grading."""

    @staticmethod
    def array(values: Any) -> np.ndarray:
        """An array that student code can change in place; ``.get()`` fetches its values."""
        return np.array(values, dtype=np.float64).view(_Array)

    @staticmethod
    def dict() -> dict[str, Any]:
        """An empty dict that stays with the student's code from call to call."""
        return {}

    @staticmethod
    def references(function: Callable[[], Any]) -> Any:
        """The arrays that ``function()`` gives in (nested) lists, to write into; with ``get``."""
        return _each_array(function())

    def define(self, source: str, name: str) -> Any:
        """Run a test's own code beside the student's names, and give what it calls ``name``."""
        names = dict(self._names)
        exec(source, names)
        return names[name]

    @staticmethod
    def seed(number: int) -> None:
        """Seed NumPy's global generator."""
        np.random.seed(number)

    @staticmethod
    def uses_complex(function: Callable[..., Any], *args: Any) -> bool:
        """Whether the notebook's code works with complex numbers in ``function(*args)``."""
        return uses_complex(function, *args)

    @staticmethod
    def tries_nearby(layer: Any, x: np.ndarray, second: np.ndarray, *more: np.ndarray) -> bool:
        """Whether forward and backward run one function on ``x`` and on a slightly other array."""
        return tries_nearby(layer, x, second, *more)


def _each_array(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_each_array(item) for item in value]
    return value.view(_Array)  # shares its memory with the student's array


class _Array(np.ndarray):
    def get(self) -> np.ndarray:
        return np.array(self)


# ---------------------------------------------------------------------------------------
# Where a gradient comes from: a derivation asks for a formula, and values alone cannot tell one
# from a good numerical derivative of forward

# What takes a complex number apart or makes one. Nothing real-valued has a use for them.
_COMPLEX_NAMES = frozenset(
    ("imag", "cmath", "complex", "complex64", "complex128", "csingle", "cdouble", "clongdouble")
)
# Of the largest element: what is further off is no step of differences, nor what is closer, which
# is rounding. That two rows of four unrelated numbers are so alike has odds of 1e-10.
NEARBY = 2e-3
ROUNDING, ROUNDING_OF_SINGLE = 1e-13, 1e-5


def uses_complex(function: Callable[..., Any], *args: Any) -> bool:
    """Whether the notebook's own code works with complex numbers while ``function(*args)`` runs.

    A derivative by a complex step is right to the last digit. It shows in a complex constant or
    a name such as ``imag`` in the code that runs, or in a complex variable, argument or result.
    """
    seen: set[CodeType] = set()
    found: list[bool] = []

    def watch(frame: FrameType, event: str, result: Any) -> None:
        if found or event not in ("call", "return") or not _is_of_notebook(frame):
            return
        values = list(frame.f_locals.values())
        if event == "return":
            values.append(result)
        if frame.f_code not in seen:
            seen.add(frame.f_code)
            names = (name for name in frame.f_code.co_names if name in frame.f_globals)
            values.extend(frame.f_globals[name] for name in names)
            if _mentions_complex(frame.f_code):
                found.append(True)
        if any(_is_complex(value) for value in values):
            found.append(True)

    _run_watched(watch, function, *args)
    return bool(found)


def tries_nearby(layer: Any, x: np.ndarray, second: np.ndarray, *more: np.ndarray) -> bool:
    """Whether the notebook runs a function on ``x``, or a row of it, and again a step beside it.

    Differences of forward do, within ``layer.forward(x, ...)`` and ``layer.backward(x, second)``.
    ``more`` is what forward takes besides ``x``: a criterion's target. Recomputing forward from
    the same input is nothing of the kind. Give a batch that is exact in float32.
    """
    origins = [x, *x, *x[:, None]]
    calls: dict[tuple[CodeType, str], list[np.ndarray]] = {}
    found: list[bool] = []

    def watch(frame: FrameType, event: str, result: Any) -> None:
        if found or event != "call" or not _is_of_notebook(frame):
            return
        for name, value in list(frame.f_locals.items()):
            if any(_distance(value, origin) < NEARBY for origin in origins):
                known = calls.setdefault((frame.f_code, name), [])
                if any(_is_a_step(value, other) for other in known):
                    found.append(True)
                if not any(_distance(value, other) == 0 for other in known):
                    known.append(np.array(value))

    _run_watched(watch, layer.forward, np.array(x), *(np.array(a) for a in more))
    _run_watched(watch, layer.backward, np.array(x), np.array(second))
    return bool(found)


# As they are now: a submission may replace them later.
_getprofile, _setprofile = sys.getprofile, sys.setprofile


def _run_watched(watch: Any, function: Callable[..., Any], *args: Any) -> None:
    before = _getprofile()
    _setprofile(watch)
    try:
        function(*args)
    finally:
        _setprofile(before)


_LIBRARIES = (
    os.path.dirname(os.__file__) + os.sep,
    os.path.dirname(os.path.dirname(np.__file__)) + os.sep,
    "<frozen ",
    "<__array_function__",
)


def _is_of_notebook(frame: FrameType) -> bool:
    """Whether the code is of no library: run by ``load``, by Jupyter or by ``exec``."""
    return not frame.f_code.co_filename.startswith(_LIBRARIES)


def _mentions_complex(code: CodeType) -> bool:
    names = set(code.co_names)
    if "isinstance" in names:  # isinstance(x, (int, float, complex)) does not compute
        names.discard("complex")
    if not _COMPLEX_NAMES.isdisjoint(names):
        return True
    for constant in code.co_consts:
        if isinstance(constant, CodeType) and _mentions_complex(constant):
            return True
        if isinstance(constant, complex) or (
            isinstance(constant, str) and constant in _COMPLEX_NAMES
        ):
            return True
    return False


def _is_complex(value: Any) -> bool:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind == "c"
    return isinstance(value, complex)


def _distance(value: Any, other: np.ndarray) -> float:
    """The largest difference over the largest element; infinite for another shape or kind."""
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f" or value.shape != other.shape:
        return np.inf
    return float(np.max(np.abs(value - other)) / np.max(np.abs(other)))


def _is_a_step(value: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays of which both are nearly the input differ by more than rounding."""
    precise = min(value.itemsize, other.itemsize) >= 8
    return (ROUNDING if precise else ROUNDING_OF_SINGLE) < _distance(value, other) < 2 * NEARBY


def _load_here(path: str, tell: Callable[[str], None] = print) -> Any:
    """Run the notebook's code cells in this process; ``tell`` the cells that fail and go on."""
    global _loading, loader
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        raise RuntimeError(
            "A submission is never run in the grader's own process. Grade with 'chainrule grade', "
            "or with nbgrader and the settings of nbgrader_config.py."
        )
    names: dict[str, Any] = {"__name__": "__main__"}
    shell = _shell()
    if shell is not None:
        names["get_ipython"] = lambda: shell
    # The notebook's own "from homework import check" must find this module and its _loading.
    sys.modules.setdefault("homework", sys.modules[__name__])
    outer, _loading = (_loading, loader), True
    loader = _load_here  # a notebook may load another one
    try:
        for number, source in _code_cells(path):
            try:
                _run(source, "%s, cell %d" % (path, number), names)
            except Exception as error:  # a failing cell costs what depends on it and nothing else
                said = [type(error).__name__, _shorten(str(error))]
                place = "%s, cell %d (%s)" % (path, number, _first_line(source))
                tell("%s failed: %s" % (place, ": ".join(filter(None, said))))
    finally:
        _loading, loader = outer
    loaded[path] = Namespace(names, path)
    return loaded[path]


def load_again(path: str) -> Any:
    """What ``load`` has given before; in the grader's sandbox nothing else can be loaded."""
    if path not in loaded:
        raise FileNotFoundError(
            "%s cannot be loaded: only what the given cells load is here" % path
        )
    return loaded[path]


loaded: dict[str, Any] = {}  # the notebooks that this one has loaded
loader: Callable[[str], Any] = _load_here  # the grader puts its sandbox here


def load(path: str) -> Any:
    """Run the code cells of the notebook at ``path`` and give what they define.

    A cell that fails is reported and the next one is run. Raises FileNotFoundError, or ValueError
    where the file is not a notebook.
    """
    return loader(path)


files: dict[str, bytes] = {}  # while grading: what lies beside the notebook
folder = Path()  # where it lies otherwise


def data(name: str) -> dict[str, np.ndarray]:
    """The arrays of the file ``name`` (.npz) that lies beside the notebook, by their names."""
    source = io.BytesIO(files[name]) if name in files else folder / name
    try:
        with np.load(source, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except FileNotFoundError:
        raise FileNotFoundError(
            "%s is not in %s: keep it beside the notebook" % (name, folder.resolve())
        ) from None


class progress:
    """Draws how far a long loop is, how long it takes, and what it said last::

        bar = progress(range(30), "training")
        for epoch in bar:
            ...
            bar.say("loss %.3f" % loss)

    It needs no widgets: one line of text, which the next one overwrites. Where nobody watches it
    (a notebook that ``load`` runs, grading), only the last line is printed; within a check, none
    before it has taken a second.
    """

    WIDTH, SECONDS = 24, 0.2  # of the bar in characters; between two drawings

    def __init__(self, items: Sequence[Any], title: str = "training") -> None:
        self.items, self.title, self.text = items, title, ""
        self.done, self.started, self.drawn, self.length = 0, 0.0, 0.0, 0

    def say(self, text: str) -> None:
        """Show ``text`` behind the bar from now on."""
        self.text = text

    def __iter__(self) -> Iterator[Any]:
        self.done, self.started = 0, time.monotonic()
        watched = not _loading and (_shell() is not None or sys.stdout.isatty())
        for item in self.items:
            yield item
            self.done += 1
            if watched and time.monotonic() - self.drawn > self.SECONDS:
                self._draw("\r")
        self._draw("\r" if watched else "", "\n")

    def _draw(self, before: str, after: str = "") -> None:
        self.drawn = time.monotonic()
        if board.open is not None and self.drawn - self.started < 1:
            return
        total = len(self.items)
        bar = ("#" * (self.WIDTH * self.done // max(total, 1))).ljust(self.WIDTH, ".")
        line = "%s [%s] %d of %d" % (self.title, bar, self.done, total)
        if before:  # where nobody watches, the same run prints the same line
            line += ", %.1f s" % (self.drawn - self.started)
        line += "  " + self.text if self.text else ""
        print(before + line.ljust(self.length), end=after, flush=True)
        self.length = len(line)


def _code_cells(path: str) -> Iterator[tuple[int, str]]:
    for number, cell in enumerate(_read_cells(path), 1):
        if cell.get("cell_type") == "code":
            yield number, _source(cell)


def _read_cells(path: str) -> list[dict[str, Any]]:
    try:
        notebook = json.loads(Path(path).read_text(encoding="utf-8"))
        return list(notebook["cells"])
    except FileNotFoundError:
        raise FileNotFoundError(
            "%s is not in %s: open the notebook from the folder of the homework's files"
            % (path, os.getcwd())
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError("%s is not a notebook: %s" % (path, error)) from None


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _first_line(source: str) -> str:
    return next((line.strip() for line in source.splitlines() if line.strip()), "empty")


def _shell() -> Any:
    """The running IPython shell, or None in a plain Python."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _run(source: str, name: str, names: dict[str, Any]) -> None:
    """Run a cell's text in the namespace ``names`` so that tracebacks can quote it."""
    shell = _shell()
    if shell is not None:
        source = shell.transform_cell(source)  # magics and ! commands become calls
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    exec(compile(source, name, "exec"), names)


# ---------------------------------------------------------------------------------------
# check(): from within the notebook that is being written


def check(title: Any = None) -> None:
    """Check one component of the notebook you are in, or show the scoreboard of all of them.

    The checks are the visible cells of the notebooks of checks beside this one (2_test_....ipynb).
    """
    if _loading:
        return
    names = sys._getframe(1).f_globals
    title = getattr(title, "__name__", title)  # check(Linear) means check("Linear")
    try:
        tests = _tests()
    except (OSError, ValueError) as error:
        print(error)
        return
    if title is None:
        _show(*_scoreboard(tests, names))
    elif title not in tests:
        print(_no_such_component(title, tests))
    elif tests[title]["of"] in (_this_notebook(tests, names), *loaded):
        _show(*_report(title, tests, names))
    else:
        print("%s is checked in %s: run check there." % (title, tests[title]["of"]))


def _no_such_component(title: Any, tests: dict[str, Any]) -> str:
    by_small_letters = {name.lower(): name for name in tests}
    near = difflib.get_close_matches(str(title).lower(), by_small_letters, n=2)
    meant = " or ".join('check("%s")' % by_small_letters[name] for name in near)
    return "There is no component called %r.%s There are: %s." % (
        title,
        " Did you mean %s?" % meant if meant else "",
        ", ".join(tests),
    )


TEST_NOTEBOOK = re.compile(r"(\d+_)?test_.*\.ipynb")


def _tests(folder: str = ".") -> dict[str, dict[str, Any]]:
    """The graded cells of the notebooks of checks in ``folder``, by the component's title."""
    paths = sorted(p for p in Path(folder).glob("*.ipynb") if TEST_NOTEBOOK.fullmatch(p.name))
    if not paths:
        raise FileNotFoundError(
            "The notebook of checks (2_test_....ipynb) is not in %s: keep it beside this notebook."
            % Path(folder).resolve()
        )
    tests = {}
    for path in paths:
        shared = []
        graded = []
        for cell in _read_cells(str(path)):
            title = component_title(_source(cell)) if cell.get("cell_type") == "code" else None
            if title is not None:
                tests[title] = cell
                graded.append(cell)
            elif cell.get("cell_type") == "code":
                shared.append(_source(cell))
        for cell in graded:
            cell["shared"], cell["notebook"] = shared, path.name
            cell["of"], cell["asks"] = _asks(_source(cell), _loads(shared))
    if not tests:
        raise ValueError(
            "%s holds no checks any more: take a fresh copy of it from the course." % paths[0].name
        )
    return tests


def _loads(sources: Iterable[str]) -> dict[str, str]:
    """Which notebooks are loaded by lines such as ``student = load("1_modules.ipynb")``."""
    line = re.compile(r"""^(\w+) = load\(["'](.+?)["']\)""", re.MULTILINE)
    return {name: path for source in sources for name, path in line.findall(source)}


def _asks(source: str, paths: dict[str, str]) -> tuple[str, set[str]]:
    """The notebook that a graded cell is about, and the names that it asks for there."""
    for variable, path in paths.items():
        asked = set(re.findall(r"\b%s\.(\w+)" % variable, source))
        if asked:
            return path, {name for name in asked if not hasattr(Namespace, name)}
    return "", set()


def _this_notebook(tests: dict[str, dict[str, Any]], names: dict[str, Any]) -> str:
    """The notebook in which ``check`` was called: most of what its checks ask for is defined."""
    asked: dict[str, set[str]] = {}
    for cell in tests.values():
        asked.setdefault(cell["of"], set()).update(cell["asks"])

    def share(path: str) -> float:
        return sum(name in names for name in asked[path]) / max(len(asked[path]), 1)

    return max(asked, key=share)


def component_title(source: str) -> str | None:
    """The title in a cell's ``with component("Title")``, or None where there is none."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "component"
            and len(node.args) == 1
            and isinstance(node.args[0], ast.Constant)
        ):
            return str(node.args[0].value)
    return None


def _check_one(
    title: str, tests: dict[str, Any], open_notebook: Callable[[str], Any]
) -> list[Check]:
    """Run one graded cell, with ``open_notebook`` in place of load."""
    global loader
    before, loader = loader, open_notebook
    names: dict[str, Any] = {"__name__": "checks"}
    board.checks.pop(title, None)
    try:
        for source in tests[title]["shared"]:
            if "summary()" not in source:
                _run(source, "notebook of checks", names)
        _run(_source(tests[title]), "checks of " + title, names)
    except AssertionError:
        pass  # every failed requirement is on the board
    except Exception as error:  # the notebook of checks was changed
        broken = Check("the checks can run")
        broken.fail(CheckFailed("raised", "%s: %s" % (type(error).__name__, _shorten(str(error)))))
        broken.message += "%stake a fresh copy of %s from the course" % (
            HINT,
            tests[title]["notebook"],
        )
        board.checks[title] = [broken]
    finally:
        loader = before
    return board.checks.get(title, [])


def _live(names: dict[str, Any], tests: dict[str, Any]) -> Callable[[str], Any]:
    """In place of load: what the running notebook has defined by now, and what it has loaded."""
    here = Namespace(names, "this notebook")
    known = {**loaded, _this_notebook(tests, names): here}
    return lambda path: known.get(path, here)


def _points(cell: dict[str, Any]) -> float:
    return float(_marks(cell).get("points", 0))


def _marks(cell: dict[str, Any]) -> dict[str, Any]:
    """What nbgrader keeps about a cell: its name, its points."""
    found = cell.get("metadata", {}).get("nbgrader", {})
    return found if isinstance(found, dict) else {}


class Formula:
    """A derivation: what it is worth, and whether it was written in the file as saved last."""

    def __init__(self, points: float, written: bool) -> None:
        self.points = points
        self.written = written


def _formulas(folder: str = ".") -> dict[str, Formula]:
    """The derivations in the notebooks of ``folder``, by the component's id."""
    found = {}
    for path in Path(folder).glob("*.ipynb"):
        try:
            cells = _read_cells(str(path))
        except ValueError:
            continue
        for cell in cells:
            name = str(_marks(cell).get("grade_id", ""))
            if re.fullmatch(r".+-formula", name):
                found[name[: -len("-formula")]] = Formula(_points(cell), not _is_blank(cell))
    return found


def _is_blank(cell: dict[str, Any]) -> bool:
    return _source(cell).rstrip().endswith("YOUR ANSWER HERE")


def _part(cell: dict[str, Any]) -> str:
    """The id of the component that a cell belongs to: linear, for linear-tests."""
    return re.sub(r"-(tests|formula|solution|check)$", "", str(_marks(cell).get("grade_id", "")))


def _formula_of(cell: dict[str, Any], formulas: dict[str, Formula]) -> Formula:
    return formulas.get(_part(cell), Formula(0.0, True))


# ---------------------------------------------------------------------------------------
# What check() shows: lines of text, and in a notebook a table


class _Shown:
    """Something with a text for terminals and a page for notebooks, which choose."""

    def __init__(self, text: str, page: str) -> None:
        self.text = text
        self.page = page

    def __repr__(self) -> str:
        return _coloured(self.text) if _has_colours(sys.stdout) else self.text

    def _repr_html_(self) -> str:
        return self.page


def _show(text: str, page: str) -> None:
    shown = _Shown(text, page)
    if _shell() is not None:
        from IPython.display import display

        display(shown)
        return
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(repr(shown).encode(encoding, "replace").decode(encoding))


def _has_colours(stream: Any) -> bool:
    """Whether a terminal is looking that is known to show colours, and nobody objects to them."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") in (None, "", "dumb")
    return not plain and bool(getattr(stream, "isatty", bool)())


_COLOURS = {"ok": "32", "FAIL": "1;31", "hint:": "36"}


def _coloured(text: str) -> str:
    """The same lines; those that begin with ok, FAIL or hint begin in colour."""

    def paint(match: re.Match[str]) -> str:
        return "%s\x1b[%sm%s\x1b[0m" % (match[1], _COLOURS[match[2]], match[2])

    return re.sub(r"^( +)(ok|FAIL|hint:)(?= )", paint, text, flags=re.MULTILINE)


# White on these is legible, so the signs are, whatever the theme's colours are.
_BACKGROUNDS = {"ok": "#1a7f37", "FAIL": "#cf222e"}


def _sign(state: str) -> str:
    return (
        '<span style="background:%s;color:#fff;border-radius:3px;padding:1px 6px;'
        'font-family:monospace">%s</span>' % (_BACKGROUNDS.get(state, "#6e7781"), state)
    )


def _table(caption: str, rows: Iterable[tuple[str, ...]], below: Iterable[str] = ()) -> str:
    """A table of cells that are HTML, with lines of text before and after it."""
    cell = '<td style="text-align:left;vertical-align:top;padding:3px 10px">%s</td>'
    body = "".join("<tr>%s</tr>" % "".join(cell % each for each in row) for row in rows)
    lines = "".join("<div>%s</div>" % html.escape(line) for line in below)
    return (
        '<div style="margin:4px 0"><div style="margin-bottom:4px">%s</div>'
        '<table style="margin:0 0 6px;font-size:13px">%s</table>%s</div>' % (caption, body, lines)
    )


def _report(title: str, tests: dict[str, Any], names: dict[str, Any]) -> tuple[str, str]:
    """The outcomes of one component as text and as HTML."""
    checks = _check_one(title, tests, _live(names, tests))
    formula = _formula_of(tests[title], _formulas()).points
    parts = ((_points(tests[title]), "the code"), (formula, "the derivation"))
    worth = ", ".join("%g for %s" % part for part in parts if part[0])
    owner, method = names.get(title), diagnosis(checks)
    missing = sorted(name for name in tests[title]["asks"] if name not in names)
    elsewhere = tests[title]["of"] != _this_notebook(tests, names)
    below = _what_next(checks, [] if elsewhere else missing)
    text = "\n".join([describe(title, checks, worth, owner), *("  " + line for line in below)])
    caption = "<b>%s</b> &nbsp; %s" % (html.escape(title), html.escape(worth))
    if method:
        caption += "<br>look at: " + html.escape(_where_to_look(method, owner))
    rows = []
    for item, said, hint in _explained(checks):
        state = "ok" if item.passed else "--" if _not_started(checks) else "FAIL"
        words = [html.escape(item.requirement)]
        if not _not_started(checks):
            words += [html.escape(line) for line in said.splitlines()]
            words += ["<i>hint: %s</i>" % html.escape(hint)] if hint else []
        rows.append((_sign(state), "<br>".join(words)))
    if _not_started(checks):
        below = ["Not started: " + checks[0].message, *below]
    return text, _table(caption, rows, below)


def _what_next(checks: list[Check], missing: list[str]) -> list[str]:
    """What to do now; ``missing`` are names that the notebook does not define."""
    if all(item.passed for item in checks):
        return ["All of these pass. Further checks on other inputs run when you hand in."]
    if missing and _not_started(checks):
        return ["Run the cell that defines %s, then check again." % missing[0]]
    return []


def _scoreboard(tests: dict[str, Any], names: dict[str, Any]) -> tuple[str, str]:
    """Every component's state and what is to be done for more points, as text and as HTML."""
    formulas = _formulas()
    rows: list[tuple[str, str, str, str]] = []
    safe = waiting = unwritten = total = 0.0
    left: dict[str, float] = {}
    here = _this_notebook(tests, names)
    mine = {title: cell for title, cell in tests.items() if cell["of"] == here}
    for title, cell in mine.items():
        state, remark = _state(_check_one(title, tests, _live(names, tests)), names.get(title))
        code, formula = _points(cell), _formula_of(cell, formulas)
        total += code + formula.points
        if state != "ok":
            left[title] = code + formula.points
        else:
            safe += code
            waiting += formula.points * formula.written
            unwritten += formula.points * (not formula.written)
            if formula.points:
                remark = "a person reads the derivation"
            if not formula.written:
                left[title], remark = formula.points, "the derivation is still to be written"
        worth = "%g + %g" % (code, formula.points) if formula.points else "%g" % code
        rows.append((state, title, worth, remark))
    below = ["%g of %g points pass the checks here" % (safe, total)]
    below[0] += "; %g more when a person has read your derivations" % waiting if waiting else ""
    below[0] += "; %g for derivations that are not written yet" % unwritten if unwritten else ""
    below[0] += "."
    if left:
        best = max(left.values())
        most = [title for title, points in left.items() if points == best]
        each = " each" if len(most) > 1 else ""
        below.append("Worth most now: %s (%g%s)." % (", ".join(most), best, each))
    for path in dict.fromkeys(cell["of"] for cell in tests.values() if cell["of"] != here):
        others = [cell for cell in tests.values() if cell["of"] == path]
        more = sum(_points(cell) + _formula_of(cell, formulas).points for cell in others)
        below.append("%s has %g more points: its scoreboard is there." % (path, more))
    below.append("Hidden checks run when you hand in: the same requirements, other inputs.")
    below.append('To hand in: from homework import hand_in; hand_in("your student id")')
    width = max(len(title) for title in mine)
    lines = ["  %-4s  %s  %-9s  %s" % (s, t.ljust(width), *more) for s, t, *more in rows]
    text = "\n".join([line.rstrip() for line in lines] + below)
    page = [
        (_sign(state), html.escape(title), worth.replace(" ", "&nbsp;"), html.escape(remark))
        for state, title, worth, remark in rows
    ]
    return text, _table("<b>Scoreboard</b> &nbsp; points: code + derivation", page, below)


def _state(checks: list[Check], owner: Any = None) -> tuple[str, str]:
    """ok, FAIL, or -- for what is not started; and a few words about it."""
    failed = [item for item in checks if not item.passed]
    if checks and not failed:
        return "ok", ""
    if not checks or _not_started(checks):
        return "--", "not started"
    remark = "%d of %d checks fail" % (len(failed), len(checks))
    method = diagnosis(checks)
    return "FAIL", remark + (": look at %s" % _where_to_look(method, owner) if method else "")


# ---------------------------------------------------------------------------------------
# Handing in

MAX_BYTES = 20 << 20  # of a notebook; a larger one is not read
LARGE = 5 << 20  # of outputs, which nobody needs
SECONDS = 300  # for running a notebook from the top, and its checks
STUDENT_ID = re.compile(r"(?!.*(__|\.\.))[A-Za-z0-9]([A-Za-z0-9_.@+\- ]{0,126}[A-Za-z0-9@+\-])?")


def hand_in(student_id: Any = None) -> None:
    """Make the archive to hand in from the notebooks in this folder, and say what may cost points.

    ``student_id`` is the name under which the course knows you. The archive is made whatever is
    found; upload it where the course collects the homework.
    """
    if _loading:
        return
    if not is_student_id(student_id):
        print(
            'Say who you are: hand_in("your student id"), with the id by which the course knows '
            "you.\nAn id is of letters, digits and . _ @ + -, and begins with a letter or a digit."
        )
        return
    names = archive_members()
    if not names:
        print("There is no notebook in %s: nothing to hand in." % os.getcwd())
        return
    archive = write_archive(str(student_id), names)
    remarks = [*missing_notebooks(names), *_unsaved(names)]
    for name in names:
        if not TEST_NOTEBOOK.fullmatch(name):
            remarks += look_at_file(Path(name))
            print("Running %s from the top in a fresh Python (%d s at most)" % (name, SECONDS))
            remarks += _fresh_run(name)
    print("\n".join(archive_lines(archive, names, remarks)))
    print("Upload the archive. It is made anew, under another name, each time you call hand_in.")


def is_student_id(text: Any) -> bool:
    """Whether an archive's name can hold ``text`` so that the course reads it again."""
    return isinstance(text, str) and STUDENT_ID.fullmatch(text) is not None


def _assigned(folder: str = ".") -> list[str]:
    """The names of the notebooks that the checks in ``folder`` load: those to hand in."""
    found: list[str] = []
    for path in sorted(Path(folder).glob("*.ipynb")):
        if TEST_NOTEBOOK.fullmatch(path.name):
            text = path.read_text(encoding="utf-8", errors="replace")
            found += re.findall(r"""\bload\(\\?["']([^"'\\/]+\.ipynb)\\?["']\)""", text)
    return list(dict.fromkeys(found))


def archive_members(folder: str = ".") -> list[str]:
    """The notebooks of ``folder`` that belong to the homework, by name."""
    assigned = _assigned(folder)
    present = sorted(path.name for path in Path(folder).glob("*.ipynb") if path.is_file())
    return [n for n in present if not assigned or n in assigned or TEST_NOTEBOOK.fullmatch(n)]


def missing_notebooks(names: list[str], folder: str = ".") -> list[str]:
    """A remark for each notebook that should be among ``names`` and is not."""
    missing = [name for name in _assigned(folder) if name not in names]
    return ["%s is not in this folder: its points are 0" % name for name in missing]


def write_archive(student_id: str, names: list[str], folder: str = ".", title: str = "") -> Path:
    """Put the notebooks called ``names`` into a new archive in ``folder``; give its path.

    Its name is <title>__<student id>__<time in UTC>.zip, from which the course reads whose it is;
    ``title`` is the folder's name by default. A notebook goes in as the file is, readable or not.
    """
    title = title or Path(folder).resolve().name
    prefix = re.sub(r"[^A-Za-z0-9]+", "_", title).strip("_") or "homework"
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    path = Path(folder, "%s__%s__%s.zip" % (prefix, student_id, moment))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.write(Path(folder, name), name)
    return path


def archive_lines(archive: Path, names: list[str], remarks: list[str]) -> list[str]:
    """What to say about an archive that was made."""
    content = archive.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:16]
    lines = ["", str(archive.resolve())]
    lines.append("  %s, SHA-256 %s..., with %s" % (_size(len(content)), digest, ", ".join(names)))
    if not remarks:
        return [*lines, "  Nothing was found that costs points here. Hidden checks run as well."]
    return [*lines, "  This may cost points:", *("  - " + remark for remark in remarks)]


def _size(number: int) -> str:
    return "%.1f MB" % (number / 2**20) if number >= 2**20 else "%d kB" % -(-number // 1024)


def look_at_file(path: Path) -> list[str]:
    """Remarks on a notebook as a file: can it be read, is it too large, are derivations missing?"""
    size = path.stat().st_size
    if size > MAX_BYTES:
        return [
            "%s has %s and will not be read, the limit is %s: clear the outputs (Edit menu) and "
            "save it" % (path.name, _size(size), _size(MAX_BYTES))
        ]
    try:
        cells = _read_cells(str(path))
    except ValueError as error:
        return ["%s: its points are 0" % error]
    outputs = sum(len(json.dumps(cell.get("outputs", []))) for cell in cells)
    remarks = []
    if outputs > LARGE:
        remarks.append("%s: the outputs take %s: print less" % (path.name, _size(outputs)))
    for number, cell in enumerate(cells, 1):
        points = _points(cell) if cell.get("cell_type") == "markdown" else 0
        if points and _is_blank(cell):
            words = "%s, cell %d: no derivation yet (%s, %g)"
            name = str(_marks(cell).get("grade_id", "")).replace("-formula", "")
            remarks.append(words % (path.name, number, name, points))
    return remarks


def _unsaved(names: list[str]) -> list[str]:
    """Remarks on definitions that were run in this notebook and stand in no file as they were run.

    Only Jupyter knows what was run; elsewhere there is nothing to compare.
    """
    history = getattr(getattr(_shell(), "history_manager", None), "input_hist_raw", [])
    latest: dict[str, str] = {}
    for source in map(str, history):
        try:
            body = ast.parse(source).body
        except SyntaxError:
            continue
        for node in body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                latest[node.name] = source.strip()
    saved: set[str] = set()
    for name in names:
        with contextlib.suppress(ValueError):
            saved.update(source.strip() for _, source in _code_cells(name))
    changed = [name for name, source in latest.items() if source not in saved]
    if not changed:
        return []
    return [
        "%s: what you ran is not what the file holds. Save the notebook and call hand_in again"
        % ", ".join(changed)
    ]


def _fresh_run(name: str) -> list[str]:
    """Remarks on what goes wrong when a notebook is run from the top in a Python of its own."""
    program = "import sys, homework; homework._run_and_tell(sys.argv[1])"
    environment = dict(os.environ, MPLBACKEND="Agg", PYTHONIOENCODING="utf-8")
    environment.pop("NBGRADER_EXECUTION", None)
    try:
        run = subprocess.run(
            [sys.executable, "-c", program, name],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
        )
        output, end = run.stdout, "%s ends the Python that runs it: is there an exit() in it?"
    except subprocess.TimeoutExpired as error:
        output, end = error.stdout or b"", "%%s still runs after %d s: does it end?" % SECONDS
    except OSError as error:  # there is no other Python here, as in a browser
        return ["%s was not run from the top (%s): do it once by hand" % (name, error)]
    lines = output.decode("utf-8", "replace").splitlines()
    told = [json.loads(line[len(_TOLD) :]) for line in lines if line.startswith(_TOLD)]
    remarks = [str(remark) for remark in told if remark is not None]
    return remarks if None in told else [*remarks, end % name]


_TOLD = "homework.py remarks: "  # begins the lines that count; the last of them says null


def _run_and_tell(name: str) -> None:
    """In a fresh Python: run a notebook, check what it defines, and print remarks as JSON."""
    given = sys.stdout

    def tell(remark: str | None) -> None:
        print(_TOLD + json.dumps(remark), file=given, flush=True)

    # What cannot be read is remarked on already.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(OSError, ValueError):
        _start_shell_for(name)
        student = _load_here(name, lambda failure: tell(failure + ", run from the top"))
        tests, formulas = _tests(), _formulas()
        for title in [title for title, cell in tests.items() if cell["of"] == name]:
            state, remark = _state(_check_one(title, tests, lambda path: student))
            worth = _points(tests[title]) + _formula_of(tests[title], formulas).points
            if state != "ok":
                tell("%s (%g): %s" % (title, worth, remark))
    tell(None)


def _start_shell_for(name: str) -> None:
    """Give a notebook with magics the IPython that it needs."""
    if any(re.search(r"^\s*[%!]", source, re.MULTILINE) for _, source in _code_cells(name)):
        with contextlib.suppress(ImportError):
            from IPython.core.interactiveshell import InteractiveShell
            from traitlets.config import Config

            InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))


# ---------------------------------------------------------------------------------------
# For pytest: the same checks, one test for each requirement (test_modules.py)


def requirements(folder: str) -> list[tuple[str, str, str]]:
    """Every requirement in the notebooks of checks: its component, its text, and an id.

    An id begins with the component, then forward or backward. Raises ValueError for one whose text
    is only made when the checks run.
    """
    found = []
    tests = _tests(folder)
    reserved = {"forward", "backward", *map(str.lower, tests)}  # pytest -k looks for them
    for title, cell in tests.items():
        for node in ast.walk(ast.parse(_source(cell))):
            called = getattr(getattr(node, "func", None), "id", "")
            if not isinstance(node, ast.Call) or called != "requirement":
                continue
            if not isinstance(node.args[0], ast.Constant):
                raise ValueError("%s: write the text of requirement(...) out" % title)
            text = str(node.args[0].value)
            words = [w for w in re.findall(r"[a-z0-9]+", text.lower()) if w not in reserved]
            found.append((title, text, "-".join([title.lower(), *_direction(text), *words])))
    return found


def _direction(text: str) -> list[str]:
    aspect = text.partition(":")[0]
    if aspect == "derivation" or "gradient" in aspect:
        return ["backward"]
    return ["forward"] if aspect == "forward" else []


def outcome(title: str, text: str) -> Check:
    """The outcome of one requirement on the notebooks as they are saved in this folder."""
    if title not in board.checks:
        tests = _tests()
        path = tests[title]["of"]  # to run another one would take its time for nothing
        student = loaded.get(path) or load(path)
        _check_one(title, tests, lambda path: student)
    checks = board.checks.get(title) or [Check(text)]
    return next((check for check in checks if check.requirement == text), checks[-1])
