"""The scores of a class, read from the gradebook: points by component, totals and marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Assignment as AssignmentRow
from nbgrader.api import (
    BaseCell,
    Grade,
    Gradebook,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)

from .course import Assignment, Course
from .marks import mark
from .state import read_state
from .verdict import Component


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

    @property
    def waiting(self) -> list[str]:
        """The graded cells that a person has to look at."""
        cells = {f"{part}-tests": score for part, score in self.code.items()}
        cells |= {f"{part}-formula": score for part, score in self.formula.items()}
        return [cell for cell, score in cells.items() if score.waits]

    @property
    def total(self) -> float:
        """The points that are certain now."""
        cells = [*self.code.values(), *self.formula.values()]
        return sum(cell.points for cell in cells) + self.other - self.penalty

    @property
    def mark(self) -> float:
        return mark(self.total, self.max_score)


def scores(gradebook: Gradebook, course: Course, assignment: Assignment) -> list[StudentScores]:
    """The rows of all students with a graded submission, by their ids.

    A submission that was never judged has no row: its scores in the gradebook mean nothing yet.
    """
    session = gradebook.db
    rows = (
        session.query(
            SubmittedAssignment.student_id,
            Notebook.name,
            BaseCell.name,
            Grade.auto_score,
            Grade.manual_score,
            Grade.score,
            Grade.needs_manual_grade,
        )
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(AssignmentRow, SubmittedAssignment.assignment_id == AssignmentRow.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(BaseCell, Grade.cell_id == BaseCell.id)
        .filter(AssignmentRow.name == assignment.name)
    )
    cells: dict[str, dict[tuple[str, str], Score]] = defaultdict(dict)
    judged = set()
    for student, notebook, cell, auto, manual, points, waits in rows:
        cells[student][notebook, cell] = Score(points, waits)
        if auto is not None or manual is not None:
            judged.add(student)
    penalties = _penalties(gradebook, assignment.name)
    return [
        _row(student, cells[student], penalties.get(student, 0.0), course, assignment)
        for student in sorted(judged)
    ]


def _penalties(gradebook: Gradebook, assignment: str) -> dict[str, float]:
    rows: Iterable[Any] = (
        gradebook.db.query(
            SubmittedAssignment.student_id, SubmittedAssignment.late_submission_penalty
        )
        .join(AssignmentRow, SubmittedAssignment.assignment_id == AssignmentRow.id)
        .filter(AssignmentRow.name == assignment)
    )
    return dict(tuple(row) for row in rows)


def _row(
    student: str,
    cells: dict[tuple[str, str], Score],
    penalty: float,
    course: Course,
    assignment: Assignment,
) -> StudentScores:
    rest = dict(cells)
    code = {}
    formula = {}
    none = Score(0.0, False)
    for part in assignment.components:
        code[part.id] = rest.pop((part.test_notebook, f"{part.id}-tests"), none)
        if part.formula_notebook is not None:
            formula[part.id] = rest.pop((part.formula_notebook, f"{part.id}-formula"), none)
    state = read_state(course.root / "autograded" / student / assignment.name)
    return StudentScores(
        student,
        code,
        formula,
        sum(score.points for score in rest.values()),
        penalty,
        max_score(assignment.components),
        state.outcomes if state else {},
    )


def max_score(components: Iterable[Component]) -> float:
    return sum(part.code_points + (part.formula_points or 0.0) for part in components)
