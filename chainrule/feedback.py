"""The page that a student gets back: a summary of every point, then the notebooks as they ran.

feedback/<student>/<assignment>/<assignment>.html is one file that needs nothing else: no script,
no network. nbgrader's own commands give the same page (feedback_door.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from jinja2 import Template
from markupsafe import Markup
from nbformat import from_dict
from nbgrader.api import Gradebook

from . import voids
from .course import Assignment, Course
from .disclosure import Shown, in_words, now, phase_at, shown_in
from .errors import NotGradedError, UsageError
from .feedback_cells import CellView, cell_views, markdown
from .feedback_facts import Points, Told, fingerprint, last_due, read_told
from .feedback_summary import Part, Summary, number, summary
from .files import replacing
from .moments import Due
from .notebooks import rejoined
from .roster import Roster
from .settings import CONFIG_FILE, STATE_FILE, ChainruleSettings
from .state import State, read_state
from .templating import template

# What nbgrader's exchange needs to know whose page it is and of which submission.
_FOR_EXCHANGE = ("timestamp.txt", "submission_secret.txt")


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
    state, judged = _state(page)
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
        fingerprint=fingerprint(page.told, judged, page.shown),
    )


def _state(page: Page) -> tuple[State, bytes]:
    state = read_state(_graded(page))
    if state is None or not page.told.points:
        raise NotGradedError(
            f"The gradebook knows nothing of {page.told.student}: grade with --force."
        )
    return state, _judged(page)


def _graded(page: Page) -> Path:
    return page.root / "autograded" / page.told.student / page.assignment


def _judged(page: Page) -> bytes:
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


def page_path(root: Path, assignment: str, student: str) -> Path:
    return root / "feedback" / student / assignment / f"{assignment}.html"


def write_page(root: Path, assignment: str, student: str, html: str) -> None:
    """Write feedback/<student>/<assignment>/: the page, and what nbgrader's exchange needs."""
    path = page_path(root, assignment, student)
    graded = root / "autograded" / student / assignment
    with replacing(path.parent) as new:
        (new / path.name).write_text(html, encoding="utf-8")
        for name in _FOR_EXCHANGE:
            if (graded / name).is_file():
                (new / name).write_bytes((graded / name).read_bytes())


def is_current(page: Page) -> bool:
    """Whether the page that is there says what it would say now."""
    try:
        with page_path(page.root, page.assignment, page.told.student).open("rb") as file:
            head = file.read(1000)
        return fingerprint(page.told, _judged(page), page.shown).encode() in head
    except OSError:
        return False


def pages_of(
    gradebook: Gradebook,
    course: Course,
    assignment: str,
    students: Iterable[str],
    roster: Roster,
    shown: Shown,
) -> Iterator[Page]:
    """What each student's page is to say now."""
    students = list(students)
    found = read_told(gradebook, roster, assignment, students)
    reasons = voids.reasons(course.root, assignment)
    for student in students:
        told = found.get(student, Told(student, "", None, Due(), 0.0))
        told = replace(told, void=reasons.get(student, ""))
        yield Page(course.root, assignment, told, shown)


def shown_now(
    gradebook: Gradebook,
    course: Course,
    assignment: str,
    settings: ChainruleSettings,
    roster: Roster,
) -> tuple[Shown, str]:
    """What pages may tell of hidden tests at this moment, and the phase in words.

    Raises UsageError where the publication of an assignment is set that there is not.
    """
    for name in settings.published:
        if name not in course.assignments():
            raise UsageError(
                f"{CONFIG_FILE}: c.ChainruleSettings.published sets {name!r}, which is no "
                f"assignment. There are: {', '.join(course.assignments())}."
            )
    last = last_due(gradebook, roster, assignment)
    published = settings.publication(assignment)
    phase = phase_at(now(), last, published)
    shown = shown_in(phase, settings.feedback)
    told = ", ".join(shown.words) or "nothing but how many"
    return shown, f"{in_words(phase, last, published)}; told of failed hidden tests: {told}"
