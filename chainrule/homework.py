"""Load a homework notebook, check it, and say what is wrong and how.

This one file lies beside the released notebooks and needs nothing but NumPy
(Python 3.9 or newer, NumPy 1.24 or newer). In a notebook::

    from homework import check
    check("Linear")      # the checks of one component
    check()              # the scoreboard

and in the notebook of checks::

    student = load("1_modules.ipynb")
    with component("Linear") as requirement:
        with requirement("forward: y = xW + b"):
            assert_close(student.Linear(3, 4).forward(x), expected, "forward")
"""

from __future__ import annotations

import ast
import json
import linecache
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
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
    "load",
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
        stored = "self.grad_input" if what.startswith("grad_input") else "self.output"
        hint = "is a return missing?"
        if what.startswith(("grad_input", "forward")):
            hint = "the result has to be stored in %s and returned" % stored
        raise CheckFailed("type", "%s is None, expected %s" % (what, wanted), hint=hint)
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
        return None

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


def describe(title: str, checks: list[Check], worth: str = "") -> str:
    """The outcomes of one component as lines of text."""
    lines = [("%-36s %s" % (title, worth)).rstrip()]
    if checks and all(item.kind == "missing" for item in checks):
        return "%s\n  not started: %s" % (lines[0], checks[0].message)
    return "\n".join(lines + outcome_lines(checks))


def outcome_lines(checks: Iterable[Any], hidden_mark: str = "") -> list[str]:
    """Where to look, then each requirement with what is wrong below it; each hint is given once.

    ``hidden_mark`` is put after the requirements of hidden checks.
    """
    checks = list(checks)
    method = diagnosis(checks)
    lines = ["  look at: " + LOOK_AT[method]] if method else []
    left = shown_hints(checks)
    for item in checks:
        state, mark = "ok  " if item.passed else "FAIL", hidden_mark if item.hidden else ""
        lines.append("  %s  %s%s" % (state, item.requirement, mark))
        if item.passed:
            continue
        text, hint = split_hint(item.message)
        lines += ["        " + line for line in text.splitlines()]
        if hint in left and _applies(item, method):
            lines.append("        hint: " + hint)
            left.remove(hint)
    return lines


def shown_hints(checks: Iterable[Any]) -> list[str]:
    """The hints of a report, each once."""
    checks = list(checks)
    method = diagnosis(checks)
    hints = [split_hint(c.message)[1] for c in checks if not c.passed and _applies(c, method)]
    return list(dict.fromkeys(hint for hint in hints if hint))


def _applies(item: Any, method: str) -> bool:
    """Whether a check's hint can be trusted; one at a gradient presumes a right forward."""
    return method != "forward" or _subject(item) not in ("input gradient", "parameter gradients")


# Where each thing that can be wrong is written down.
LOOK_AT = {
    "forward": "update_output (forward)",
    "input gradient": "update_grad_input (input gradient)",
    "parameter gradients": "update_grad_params and zero_grad_params (parameter gradients)",
    "mode": "what differs between training and evaluation (mode)",
    "statistics": "the moving statistics (statistics)",
    "update": "the step that changes the variables (update)",
}

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
_ASPECTS = {"evaluation mode": "mode", "derivation": "input gradient", "state": "", "chain": ""}


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
    for subject, beginning in _SUBJECTS:
        if re.match(beginning, item.message):
            return subject
    aspect = _ASPECTS.get(_aspect(item), _aspect(item))
    return aspect if aspect in LOOK_AT else ""


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


def _load_here(path: str) -> Any:
    """Run the notebook's code cells in this process; report the cells that fail and go on."""
    global _loading
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
    _loading = True
    try:
        for number, source in _code_cells(path):
            try:
                _run(source, "%s, cell %d" % (path, number), names)
            except Exception as error:  # a failing cell costs what depends on it and nothing else
                print(
                    "%s, cell %d (%s) failed: %s: %s"
                    % (
                        path,
                        number,
                        _first_line(source),
                        type(error).__name__,
                        _shorten(str(error)),
                    )
                )
    finally:
        _loading = False
    return Namespace(names, path)


loader: Callable[[str], Any] = _load_here  # the grader puts its sandbox here


def load(path: str) -> Any:
    """Run the code cells of the notebook at ``path`` and give what they define.

    A cell that fails is reported and the next one is run. Raises FileNotFoundError, or ValueError
    where the file is not a notebook.
    """
    return loader(path)


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


def check(title: str | None = None) -> None:
    """Check one component of the notebook you are in, or print the scoreboard of all of them.

    The checks are the visible cells of the notebook of checks beside this one (2_test_....ipynb).
    """
    if _loading:
        return
    names = sys._getframe(1).f_globals
    try:
        tests = _tests()
    except (OSError, ValueError) as error:
        print(error)
        return
    if title is not None and title not in tests:
        print("There is no component called %r. There are: %s." % (title, ", ".join(tests)))
        return
    if title is not None:
        print(describe(title, _check_one(title, tests, names), _worth(tests[title])))
        if all(item.passed for item in board.checks[title]):
            print("  All of these pass. Further checks on other inputs run when you hand in.")
        return
    _scoreboard(tests, names)


def _tests() -> dict[str, dict[str, Any]]:
    """The graded cells of the notebook of checks, by the component's title."""
    paths = sorted(Path().glob("2_test_*.ipynb"))
    if not paths:
        raise FileNotFoundError(
            "The notebook of checks (2_test_....ipynb) is not in %s: keep it beside this notebook."
            % os.getcwd()
        )
    tests = {}
    shared = []
    for cell in _read_cells(str(paths[0])):
        title = component_title(_source(cell)) if cell.get("cell_type") == "code" else None
        if title is not None:
            tests[title] = cell
        elif cell.get("cell_type") == "code":
            shared.append(_source(cell))
    for cell in tests.values():
        cell["shared"] = shared
    return tests


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


def _check_one(title: str, tests: dict[str, Any], live: dict[str, Any]) -> list[Check]:
    """Run one graded cell against the names ``live`` of the running notebook."""
    global loader, _loading
    before = loader
    loader = lambda path: Namespace(live, "this notebook")  # noqa: E731
    names: dict[str, Any] = {"__name__": "checks"}
    try:
        for source in tests[title]["shared"]:
            if "summary()" not in source:
                _run(source, "notebook of checks", names)
        _run(_source(tests[title]), "checks of " + title, names)
    except AssertionError:
        pass  # every failed requirement is on the board
    finally:
        loader = before
    return board.checks[title]


def _points(cell: dict[str, Any]) -> float:
    return float(cell.get("metadata", {}).get("nbgrader", {}).get("points", 0))


def _formula_points() -> dict[str, float]:
    """Points of the derivations in the notebooks beside this one, by the component's id."""
    points = {}
    for path in Path().glob("*.ipynb"):
        try:
            cells = _read_cells(str(path))
        except ValueError:
            continue
        for cell in cells:
            name = str(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", ""))
            if re.fullmatch(r".+-formula", name):
                points[name[: -len("-formula")]] = _points(cell)
    return points


def _formula_of(cell: dict[str, Any]) -> float:
    name = str(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", ""))
    return _formula_points().get(name[: -len("-tests")], 0.0)


def _worth(cell: dict[str, Any]) -> str:
    code, formula = _points(cell), _formula_of(cell)
    return "%g for the code" % code + (", %g for the derivation" % formula if formula else "")


def _scoreboard(tests: dict[str, Any], names: dict[str, Any]) -> None:
    safe, open_points, total, best = 0.0, 0.0, 0.0, 0.0
    waiting: list[str] = []
    for title, cell in tests.items():
        checks = _check_one(title, tests, names)
        code, formula = _points(cell), _formula_of(cell)
        total += code + formula
        if all(item.passed for item in checks):
            safe, open_points, state = safe + code, open_points + formula, "ok"
        else:
            state = "not started" if all(c.kind == "missing" for c in checks) else "FAIL"
            if code + formula > best:
                best, waiting = code + formula, []
            if code + formula == best:
                waiting.append(title)
        print("  %-24s %4g + %-4g %s" % (title, code, formula, state))
    print("%g of %g points pass the checks here" % (safe, total), end="")
    print("; %g more after a person reads your derivations." % open_points if open_points else ".")
    if waiting:
        print("Worth most now: %s (%g)." % (", ".join(waiting), best))
