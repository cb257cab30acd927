"""The scores of a class, read from the gradebook: points by component, totals and marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from nbgrader.api import Assignment as AssignmentRow
from nbgrader.api import (
    BaseCell,
    Grade,
    Gradebook,
    Notebook,
    SubmittedAssignment,
)

from . import voids
from .course import Assignment, Course
from .errors import UsageError
from .gradebook import of_cells
from .marks import mark
from .moments import Due, stored_due
from .roster import Roster, Student
from .state import read_state
from .submitted import check_student_id
from .submitted import students as with_folders
from .verdict import Component

GRADED, NOTHING, NOT_GRADED = "graded", "nothing handed in", "not graded"


@dataclass(frozen=True)
class Score:
    """The points of one graded cell that count now; ``waits`` if a person has to look at it."""

    points: float
    waits: bool


@dataclass(frozen=True)
class StudentScores:
    """One student's row of the score table."""

    student: str
    code: dict[str, Score]  # by the component's id
    formula: dict[str, Score]  # of the components that have a derivation
    other: float  # points of graded cells that belong to no component
    penalty: float
    max_score: float
    outcomes: dict[str, str]  # how each component went, as far as autograded/ tells
    status: str = GRADED
    handed_in: datetime | None = None  # in the time zone of the deadline
    due: Due = field(default_factory=Due)  # what the points were given by
    due_now: Due = field(default_factory=Due)  # what course and roster say now
    line: Student = field(default_factory=lambda: Student(""))  # of the roster
    voided: str | None = None  # why nothing counts, by a person's decision

    @property
    def waiting(self) -> list[str]:
        """The graded cells that a person has to look at, as far as they can count."""
        if self.voided is not None:
            return []
        cells = {f"{part}-tests": score for part, score in self.code.items()}
        cells |= {f"{part}-formula": score for part, score in self.formula.items()}
        return [cell for cell, score in cells.items() if score.waits]

    @property
    def total(self) -> float:
        """The points that are certain now; as in nbgrader's export, never less than none."""
        if self.voided is not None:
            return 0.0
        cells = [*self.code.values(), *self.formula.values()]
        return max(0.0, sum(cell.points for cell in cells) + self.other - self.penalty)

    @property
    def mark(self) -> float:
        return mark(self.total, self.max_score)

    @property
    def late(self) -> timedelta:
        return self.due.lateness(self.handed_in)

    def open(self, now: datetime | None = None) -> str:
        """Why these are not yet the student's final points, in a few words; "" where they are."""
        if self.voided is not None:
            return ""
        if self.status == NOT_GRADED:
            return "handed in, but not graded"
        if self.status == NOTHING:
            end = self.due_now.moment
            return "may still hand in" if end and end > (now or datetime.now(UTC)) else ""
        if self.due.moment != self.due_now.moment:
            return "graded by another deadline than now"
        return "waiting for a person" if self.waiting else ""


def scores(
    gradebook: Gradebook, course: Course, assignment: Assignment, roster: Roster | None = None
) -> list[StudentScores]:
    """The rows of all students with a graded submission, by their ids.

    A submission that was never judged has no row: its scores in the gradebook mean nothing yet.
    """
    rows = of_cells(gradebook, Grade, assignment.name).with_entities(
        SubmittedAssignment.student_id,
        Notebook.name,
        BaseCell.name,
        Grade.auto_score,
        Grade.manual_score,
        Grade.score,
        Grade.needs_manual_grade,
    )
    cells: dict[str, dict[tuple[str, str], Score]] = defaultdict(dict)
    judged = set()
    for student, notebook, cell, auto, manual, points, waits in rows:
        cells[student][notebook, cell] = Score(points, waits)
        if auto is not None or manual is not None:
            judged.add(student)
    submissions = _submissions(gradebook, assignment.name)
    voided = voids.reasons(course.root, assignment.name)
    found = [
        _row(cells[student], submissions[student], course, assignment, roster or Roster())
        for student in sorted(judged)
    ]
    return [replace(row, voided=voided.get(row.student)) for row in found]


def whole_class(
    gradebook: Gradebook,
    course: Course,
    assignment: Assignment,
    roster: Roster,
    others: Iterable[str] = (),
) -> list[StudentScores]:
    """The same, and a row for everybody else in the roster, in submitted/ or among ``others``."""
    rows = {row.student: row for row in scores(gradebook, course, assignment, roster)}
    ungraded = set(_with_folders(course, assignment.name)) - rows.keys()
    stored = gradebook.db.query(AssignmentRow.duedate).filter_by(name=assignment.name).scalar()
    for student in {*roster.students, *ungraded, *others} - rows.keys():
        status = NOT_GRADED if student in ungraded else NOTHING
        due = roster.due(assignment.name, student, stored)
        rows[student] = _empty_row(student, assignment, status, due, roster[student])
    return [rows[student] for student in sorted(rows)]


def _with_folders(course: Course, assignment: str) -> Iterator[str]:
    for name in with_folders(course, assignment):
        with suppress(UsageError):  # grading says why it refuses the others
            check_student_id(name)
            yield name


def _empty_row(
    student: str, assignment: Assignment, status: str, due: Due, line: Student
) -> StudentScores:
    parts = assignment.components
    code = {part.id: _NONE for part in parts}
    formula = {part.id: _NONE for part in parts if part.formula_notebook is not None}
    most = max_score(parts)
    return StudentScores(student, code, formula, 0.0, 0.0, most, {}, status, None, due, due, line)


_NONE = Score(0.0, False)


@dataclass(frozen=True)
class _Submission:
    """What the gradebook holds about a submission as a whole; moments in UTC, without a zone."""

    student: str
    penalty: float
    timestamp: datetime | None
    extension: timedelta | None
    duedate: datetime | None


def _submissions(gradebook: Gradebook, assignment: str) -> dict[str, _Submission]:
    rows: Iterable[Any] = (
        gradebook.db.query(
            SubmittedAssignment.student_id,
            SubmittedAssignment.late_submission_penalty,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            AssignmentRow.duedate,
        )
        .join(AssignmentRow, SubmittedAssignment.assignment_id == AssignmentRow.id)
        .filter(AssignmentRow.name == assignment)
    )
    return {row[0]: _Submission(*row) for row in rows}


def _row(
    cells: dict[tuple[str, str], Score],
    stored: _Submission,
    course: Course,
    assignment: Assignment,
    roster: Roster,
) -> StudentScores:
    rest = dict(cells)
    code = {}
    formula = {}
    for part in assignment.components:
        code[part.id] = rest.pop((part.test_notebook, f"{part.id}-tests"), _NONE)
        if part.formula_notebook is not None:
            formula[part.id] = rest.pop((part.formula_notebook, f"{part.id}-formula"), _NONE)
    student, name = stored.student, assignment.name
    state = read_state(course.root / "autograded" / student / name)
    zone = roster.zone(name, student)
    return StudentScores(
        student,
        code,
        formula,
        sum(score.points for score in rest.values()),
        stored.penalty,
        max_score(assignment.components),
        state.outcomes if state else {},
        GRADED,
        stored.timestamp and stored.timestamp.replace(tzinfo=UTC).astimezone(zone),
        stored_due(stored.duedate, stored.extension, zone),
        roster.due(name, student, stored.duedate, stored.extension),
        roster[student],
    )


def max_score(components: Iterable[Component]) -> float:
    return sum(part.code_points + (part.formula_points or 0.0) for part in components)


# ---------------------------------------------------------------------------------------
# The course


@dataclass(frozen=True)
class CourseScores:
    """One student in all assignments that count so far."""

    line: Student
    rows: dict[str, StudentScores]  # by assignment

    @property
    def student(self) -> str:
        return self.line.id

    @property
    def total(self) -> float:
        return sum(row.total for row in self.rows.values())

    @property
    def max_score(self) -> float:
        return sum(row.max_score for row in self.rows.values())

    @property
    def mark(self) -> float:
        """The mark of the share of all points."""
        return mark(self.total, self.max_score)

    @property
    def waiting(self) -> int:
        """How many answers wait for a person."""
        return sum(len(row.waiting) for row in self.rows.values())

    def open(self, now: datetime | None = None) -> bool:
        return any(row.open(now) for row in self.rows.values())


def whole_course(
    gradebook: Gradebook, course: Course, roster: Roster
) -> tuple[list[CourseScores], list[str]]:
    """A row for everybody in the roster or with a submission, and the assignments left out.

    Those are left out in which nobody has been graded: they may not even have been given out.
    """
    names = course.assignments()
    assignments = [course.assignment(name) for name in names]
    students = {name for a in names for name in _with_folders(course, a)} | {*roster.students}
    for assignment in assignments:
        students |= _submissions(gradebook, assignment.name).keys()
    rows: dict[str, dict[str, StudentScores]] = {student: {} for student in sorted(students)}
    left_out = []
    for assignment in assignments:
        found = whole_class(gradebook, course, assignment, roster, students)
        if any(row.status == GRADED for row in found):
            for row in found:
                rows[row.student][assignment.name] = row
        else:
            left_out.append(assignment.name)
    return [CourseScores(roster[name], by_name) for name, by_name in rows.items()], left_out
