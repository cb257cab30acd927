"""What a grader reads beside a student's answers: checks, rubric, and what has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbgrader.api import BaseCell, Grade, Gradebook, SubmittedNotebook

from .course import Assignment, Course
from .errors import UsageError
from .feedback_cells import markdown
from .gradebook import open_gradebook
from .homework import split_hint
from .revisions import cell_key, what_changed
from .rubrics import GENERAL, read_rubrics
from .settings import load_config
from .state import State, read_state
from .text import one_line


@dataclass(frozen=True)
class Failed:
    """A check that did not pass."""

    requirement: str
    message: str
    hint: str
    hidden: bool


@dataclass(frozen=True)
class Beside:
    """What stands beside one cell."""

    title: str
    checks: int
    failed: tuple[Failed, ...]
    waits: bool
    changed: str  # a sentence about a score that a person has given, or ""
    rubric: Markup


@dataclass(frozen=True)
class Desk:
    """What a grader reads on one page."""

    cells: dict[str, Beside]  # by grade id
    general: Markup  # of the rubrics: what holds for all
    next: str | None  # the id of the next submitted notebook with something that waits
    others: int  # how many other notebooks have something that waits
    trouble: str  # what is wrong with the rubrics

    @property
    def waiting(self) -> list[tuple[str, str]]:
        return [(name, beside.title) for name, beside in self.cells.items() if beside.waits]


def desk(course: Course, assignment: Assignment, student: str, submitted_notebook: str) -> Desk:
    """The page of one submitted notebook, which is named by its id in the gradebook."""
    folder: Path = course.root / "autograded" / student / assignment.name
    state = read_state(folder) or State("", {}, [])
    rubrics, trouble = {GENERAL: ""}, ""
    try:
        rubrics = read_rubrics(assignment)
    except UsageError as error:
        trouble = str(error)
    with open_gradebook(course, load_config(course.root)) as gradebook:
        notebook = gradebook.find_submission_notebook_by_id(submitted_notebook)
        scores = _scores(gradebook, submitted_notebook)
        others = _others_that_wait(gradebook, notebook.notebook_id, submitted_notebook)
        name = notebook.name
    cells = {
        cell: beside
        for part in state.components
        for cell, beside in _cells(part, name, state, scores, rubrics)
    }
    later = [other for other in others if other > submitted_notebook]
    return Desk(
        cells,
        markdown(rubrics[GENERAL]),
        next(iter(later or others), None),
        len(others),
        trouble,
    )


def _scores(gradebook: Gradebook, submitted_notebook: str) -> dict[str, tuple[Any, bool]]:
    """The score that a person gave, if any, and whether it waits, by grade id."""
    rows = (
        gradebook.db.query(BaseCell.name, Grade.manual_score, Grade.needs_manual_grade)
        .join(BaseCell, Grade.cell_id == BaseCell.id)
        .filter(Grade.notebook_id == submitted_notebook)
    )
    return {name: (manual, waits) for name, manual, waits in rows}


def _others_that_wait(gradebook: Gradebook, notebook: str, this: str) -> list[str]:
    """Other students' notebooks with something that waits, in the formgrader's order."""
    rows = (
        gradebook.db.query(SubmittedNotebook.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .filter(SubmittedNotebook.notebook_id == notebook, Grade.needs_manual_grade)
        .distinct()
    )
    return sorted(found for (found,) in rows if found != this)


def _cells(
    part: dict[str, Any],
    notebook: str,
    state: State,
    scores: dict[str, tuple[Any, bool]],
    rubrics: dict[str, str],
) -> Iterator[tuple[str, Beside]]:
    """What stands beside a component's answers: its derivation and its code."""
    failed = tuple(map(_failed, (check for check in part["checks"] if not check["passed"])))
    for kind in ("formula", "solution"):
        name = f"{part['id']}-{kind}"
        manual, waits = scores.get(name, (None, False))
        key = cell_key(notebook, name)
        graded, now = state.graded.get(key), state.answers.get(key)
        changed = ""
        if manual is not None and (waits or (graded is not None and graded == now)):
            changed = what_changed(graded, now)
        rubric = rubrics.get(part["id"], "") if kind == "formula" else ""
        yield (
            name,
            Beside(part["title"], len(part["checks"]), failed, waits, changed, markdown(rubric)),
        )


def _failed(check: dict[str, Any]) -> Failed:
    message, hint = split_hint(check["message"])
    return Failed(
        one_line(check["requirement"]), one_line(message), one_line(hint), check["hidden"]
    )
