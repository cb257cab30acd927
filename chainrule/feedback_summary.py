"""The first part of a student's page: every point, why some were lost, and what still waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from . import state as outcomes
from . import unusual
from .course import Assignment
from .disclosure import Shown
from .feedback_facts import Points, Told
from .homework import LOOK_AT, diagnosis, shown_hints, split_hint
from .marks import mark, rounded
from .moments import in_full, in_words
from .state import State
from .text import clean
from .verdict import Component

# What is said of a hidden check instead of its message, which holds numbers.
_KINDS = {
    "missing": "it is not there yet",
    "raised": "your code raised an exception",
    "type": "the result is of the wrong type",
    "shape": "the result has the wrong shape",
    "values": "the values are wrong",
    "timeout": "it took too long",
    "crashed": "your code ended the process it ran in",
}
_OUTCOMES = {
    outcomes.PASSED: "passed",
    outcomes.FAILED: "failed",
    outcomes.MISSING: "not attempted",
    outcomes.TIMEOUT: "timed out",
}


@dataclass(frozen=True)
class Failure:
    """One thing that was wrong, below the requirements that are not met because of it."""

    requirements: tuple[str, ...]
    message: str
    hint: str


@dataclass(frozen=True)
class Part:
    """One component's line and what is to be said about it."""

    id: str
    title: str
    outcome: str  # in words
    passed: bool
    code: Points
    code_cell: str  # grade ids of the cells it is written in; "" where the page has none
    formula: Points | None
    formula_cell: str
    formula_note: str
    checks: str  # how many of them are met
    look_at: str
    failures: tuple[Failure, ...]
    unnamed: int  # hidden checks that failed of which nothing is told


@dataclass(frozen=True)
class Summary:
    """Everything above the notebooks."""

    parts: tuple[Part, ...]
    points: str
    of: str
    mark: str
    waiting: tuple[Part, ...]
    waiting_points: str
    penalty: str
    handed_in: str
    due: str
    late: str
    void: str
    notes: tuple[str, ...]


def number(value: float) -> str:
    """Points as students read them: 3, 0.5, 12.5."""
    return f"{round(value, 2):g}"


def summary(
    assignment: Assignment, told: Told, state: State, shown: Shown, cells: set[str]
) -> Summary:
    """What to say at the top; ``cells`` are the grade ids of the cells on the page."""
    judged = {part["id"]: part for part in state.components}
    parts = tuple(
        _part(component, judged.get(component.id, {}), told, state, shown, cells)
        for component in assignment.components
    )
    counts = not told.void and not told.late
    waiting = tuple(part for part in parts if counts and part.formula and part.formula.waits)
    open_points = sum(cell.of - cell.points for cell in told.points.values() if cell.waits)
    return Summary(
        parts,
        number(told.total),
        number(told.max_score),
        f"{rounded(mark(told.total, told.max_score)):.1f}",
        waiting,
        number(open_points) if counts and open_points else "",
        number(told.penalty) if told.penalty else "",
        in_full(told.handed_in) if told.handed_in else "",
        str(told.due) if told.due.moment else "",
        in_words(told.late) if told.late else "",
        told.void,
        tuple(clean(line) for line in state.problems if _helps(line)),
    )


def _helps(problem: str) -> bool:
    """Whether a line is for the student: what asks a person to look closer is not."""
    return not unusual.is_note(problem) and " after the deadline: " not in problem


_NOTHING = Points(0.0, 0.0, False, False)


def _part(
    component: Component,
    judged: dict[str, Any],
    told: Told,
    state: State,
    shown: Shown,
    cells: set[str],
) -> Part:
    checks = [SimpleNamespace(**check) for check in judged.get("checks", ())]
    passed = bool(judged.get("passed"))
    formula = None
    if component.formula_notebook is not None:
        cell = component.formula_notebook, f"{component.id}-formula"
        formula = told.points.get(cell, _NOTHING)
    failed = [check for check in checks if not check.passed]
    told_of = [check for check in failed if _is_told(check, shown)]
    is_there = any(check.kind != "missing" for check in failed)
    method = diagnosis(told_of) if told_of and is_there else ""
    outcome = state.outcomes.get(component.id, "")
    return Part(
        component.id,
        component.title,
        _OUTCOMES.get(outcome, outcome),
        passed,
        told.points.get((component.test_notebook, f"{component.id}-tests"), _NOTHING),
        _known(f"{component.id}-solution", cells),
        formula,
        _known(f"{component.id}-formula", cells),
        _formula_note(component, formula, passed, told),
        f"{len(checks) - len(failed)} of {len(checks)}",
        LOOK_AT[method] if method else "",
        tuple(_failures(told_of, shown) if is_there else _nothing(told_of, shown)),
        len(failed) - len(told_of) if is_there or not told_of else 0,
    )


def _known(name: str, cells: set[str]) -> str:
    return name if name in cells else ""


def _formula_note(component: Component, formula: Points | None, passed: bool, told: Told) -> str:
    """In a few words why a derivation has the points that it has."""
    if formula is None:
        return ""
    if formula.waits:
        return "a person looks at it again" if formula.by_person else "waits for a person"
    if formula.by_person:
        return "read by a person"
    if not passed:
        return "counts only with the code"
    remarks = told.remarks.get((str(component.formula_notebook), f"{component.id}-formula"))
    if told.late or told.void:
        return "late" if told.late else ""
    return "no answer" if remarks and remarks.automatic else ""


def _is_told(check: Any, shown: Shown) -> bool:
    return not check.hidden or shown.requirements or shown.names or shown.magnitudes


def _failures(checks: Iterable[Any], shown: Shown) -> Iterator[Failure]:
    """What went wrong, each thing once with all the requirements that it breaks."""
    hints = shown_hints(checks)
    requirements: dict[str, list[str]] = {}
    hint_of: dict[str, str] = {}
    for check in checks:
        message, hint = _message(check, shown)
        hint = hint if hint in hints else ""
        requirements.setdefault(message, []).append(_requirement(check, shown))
        if hint:
            hint_of.setdefault(message, hint)
    said: set[str] = set()
    for message, lines in requirements.items():
        hint = hint_of.get(message, "")
        yield Failure(tuple(dict.fromkeys(lines)), message, "" if hint in said else hint)
        said.add(hint)


def _nothing(checks: list[Any], shown: Shown) -> Iterator[Failure]:
    """What is said of a component that is not there, once for all of its requirements."""
    for check in checks[:1]:
        yield Failure((), _message(check, shown)[0], "")


def _message(check: Any, shown: Shown) -> tuple[str, str]:
    """What a check says and its hint, without the numbers that must not be told."""
    message, hint = map(clean, split_hint(check.message))
    if check.hidden and not shown.magnitudes:
        return _KINDS.get(check.kind, "it failed"), "" if any(map(str.isdigit, hint)) else hint
    return message, hint


def _requirement(check: Any, shown: Shown) -> str:
    if not check.hidden:
        return clean(check.requirement)
    text = clean(check.requirement) if shown.requirements else "a hidden test"
    name = f" ({clean(check.name)})" if shown.names and check.name != check.requirement else ""
    mark = " (hidden test)" if shown.requirements and not name else ""
    return f"{text}{name}{mark}"
