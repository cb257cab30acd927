"""Renders the page that a student gets back: a summary, then the notebooks as they ran.

Nothing here imports nbgrader, which takes a second: pages are rendered in processes of their own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Template
from markupsafe import Markup
from nbformat import from_dict

from .course import Assignment, Course
from .disclosure import Shown
from .errors import NotGradedError
from .feedback_cells import CellView, cell_views, markdown
from .feedback_facts import Points, Told, fingerprint
from .feedback_summary import Part, Summary, number, summary
from .notebooks import rejoined
from .settings import STATE_FILE
from .state import State, read_state
from .templating import template


@dataclass(frozen=True)
class Page:
    """All that one student's page is made from; it travels to the process that renders it."""

    root: Path
    assignment: str
    told: Told
    shown: Shown


@dataclass(frozen=True)
class CellNotes:
    """What stands beside one cell: points, and what the grader and a person say."""

    points: str
    kind: str  # good, part, bad or wait
    automatic: str
    by_person: Markup


@dataclass(frozen=True)
class NotebookView:
    name: str
    cells: tuple[tuple[CellView, CellNotes | None], ...]


def render(page: Page) -> str:
    """The page as HTML. Raises NotGradedError where autograded/ has nothing to show."""
    assignment = _assignment(page.root, page.assignment)
    state, about = _state(page)
    notebooks = {name: tuple(_cells(page, name)) for name in assignment.student_notebooks}
    names = {cell.grade_id for cells in notebooks.values() for cell in cells}
    top = summary(assignment, page.told, state, page.shown, names)
    views = [
        NotebookView(name, tuple((cell, _notes(page.told, name, cell, top)) for cell in cells))
        for name, cells in notebooks.items()
    ]
    return _template().render(
        assignment=page.assignment,
        told=page.told,
        top=top,
        notebooks=views,
        fingerprint=fingerprint(page.told, about, page.shown),
    )


def _state(page: Page) -> tuple[State, bytes]:
    state = read_state(_graded(page))
    if state is None or not page.told.points:
        raise NotGradedError(
            f"The gradebook knows nothing of {page.told.student}: grade with --force."
        )
    return state, judged(page)


def _graded(page: Page) -> Path:
    return page.root / "autograded" / page.told.student / page.assignment


def judged(page: Page) -> bytes:
    """What is remembered of the verdict that the page is about."""
    return (_graded(page) / STATE_FILE).read_bytes()


@cache
def _assignment(root: Path, name: str) -> Assignment:
    return Course(root).assignment(name)


def _cells(page: Page, name: str) -> list[CellView]:
    data = (_graded(page) / f"{name}.ipynb").read_bytes()
    return list(cell_views(from_dict(rejoined(json.loads(data)))))


def _notes(told: Told, notebook: str, cell: CellView, top: Summary) -> CellNotes | None:
    """What to put beside a cell; None where there is nothing."""
    place = notebook, cell.grade_id
    remarks, points = told.remarks.get(place), told.points.get(place)
    part = next((part for part in top.parts if part.code_cell == cell.grade_id != ""), None)
    if part is not None:  # the points of the code belong to a cell of the notebook of tests
        points = part.code
    if points is None and remarks is None:
        return None
    return CellNotes(
        _points_in_words(part, points),
        kind_of(points) if points is not None else "",
        remarks.automatic if remarks else "",
        markdown(remarks.by_person) if remarks and remarks.by_person else Markup(),
    )


def _points_in_words(part: Part | None, points: Points | None) -> str:
    if points is None:
        return ""
    what = f"{part.title}: " if part is not None else ""
    sure = "?" if points.waits and not points.points else number(points.points)
    return f"{what}{sure} of {number(points.of)}"


def kind_of(points: Points) -> str:
    """In one word how a cell went, for signs and colours."""
    if points.waits:
        return "wait"
    if points.points >= points.of:
        return "good"
    return "part" if points.points else "bad"


@cache
def _template() -> Template:
    page = template("feedback.html.j2", number=number, kind=kind_of)
    css = (Path(__file__).parent / "templates" / "feedback.css").read_text(encoding="utf-8")
    page.globals["css"] = Markup(css)
    return page
