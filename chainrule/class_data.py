"""What is known about a class: from the gradebook, autograded/, submitted/ and the record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from nbgrader.api import Assignment as AssignmentRow
from nbgrader.api import (
    BaseCell,
    Grade,
    Gradebook,
    SubmittedAssignment,
)
from nbgrader.api import Student as StudentRow

from .course import Assignment, Course
from .errors import UsageError
from .gradebook import of_cells
from .items import PartWork, Work
from .marks import mark
from .record import read_class
from .roster import Roster
from .scores import GRADED, NOT_GRADED, NOTHING, StudentScores, max_score, whole_class
from .state import MISSING, State, read_state
from .verdict import Check, Component


@dataclass(frozen=True)
class Graded:
    """One student whose submission was judged."""

    scores: StudentScores
    work: Work | None  # None where autograded/ does not hold every check
    read: frozenset[str]  # graded cells that a person has given points
    at_stake: float  # points that the answers which wait for a person may still bring

    @property
    def late(self) -> bool:
        return bool(self.scores.late)

    @property
    def voided(self) -> bool:
        return self.scores.voided is not None

    @property
    def before_penalty(self) -> float:
        cells = (*self.scores.code.values(), *self.scores.formula.values())
        return sum(cell.points for cell in cells) + self.scores.other

    @property
    def possible(self) -> float:
        """The points there will be if every answer that waits gets all of its points."""
        return self.scores.total + (0.0 if self.late else self.at_stake)

    @property
    def possible_mark(self) -> float:
        return mark(self.possible, self.scores.max_score)


@dataclass(frozen=True)
class History:
    """What the record says about how often this class was graded."""

    verdicts: int = 0
    handed_in_again: int = 0  # students of whom different submissions were judged
    gained: float = 0.0  # points for code by which those have become better, on average


@dataclass(frozen=True)
class ClassData:
    """One assignment of a class."""

    assignment: str
    components: tuple[Component, ...]
    deadline: datetime | None  # without extensions
    zone: tzinfo  # of the deadline: that of all times in the report
    graded: tuple[Graded, ...]
    not_graded: tuple[str, ...]  # handed in, without a score
    absent: tuple[str, ...]  # in the roster or in the gradebook, without a submission
    history: History

    @property
    def counting(self) -> list[Graded]:
        """Those whose work may be taken for their own: voided ones are left out."""
        return [one for one in self.graded if not one.voided]

    @property
    def works(self) -> list[Work]:
        """The submissions in which mistakes and items are counted."""
        return [one.work for one in self.counting if one.work is not None]

    @property
    def max_score(self) -> float:
        return max_score(self.components)


def read_class_data(
    gradebook: Gradebook, course: Course, assignment: Assignment, roster: Roster
) -> ClassData:
    """Everything that a report on ``assignment`` is made from."""
    known = {str(name) for (name,) in gradebook.db.query(StudentRow.id)}
    rows = whole_class(gradebook, course, assignment, roster, known)
    read = _cells_read(gradebook, assignment.name)
    stored = gradebook.db.query(AssignmentRow.duedate).filter_by(name=assignment.name).scalar()
    deadline = roster.deadlines.get(assignment.name) or (stored and stored.replace(tzinfo=UTC))
    return ClassData(
        assignment.name,
        assignment.components,
        deadline,
        (deadline and deadline.tzinfo) or UTC,
        tuple(
            _graded(row, course, assignment, read[row.student])
            for row in rows
            if row.status == GRADED
        ),
        tuple(row.student for row in rows if row.status == NOT_GRADED),
        tuple(row.student for row in rows if row.status == NOTHING),
        _history(course.root, assignment.name),
    )


def _graded(
    row: StudentScores, course: Course, assignment: Assignment, read: frozenset[str]
) -> Graded:
    state = read_state(course.root / "autograded" / row.student / assignment.name)
    worth = {f"{part.id}-tests": part.code_points for part in assignment.components}
    worth |= {f"{part.id}-formula": part.formula_points or 0.0 for part in assignment.components}
    now = {f"{part}-tests": score.points for part, score in row.code.items()}
    now |= {f"{part}-formula": score.points for part, score in row.formula.items()}
    return Graded(
        row,
        work_of(state, assignment.components),
        read,
        sum(max(0.0, worth[cell] - now[cell]) for cell in row.waiting),
    )


def work_of(state: State | None, components: Iterable[Component]) -> Work | None:
    """The checks that autograded/ holds of a submission; None where it does not hold all."""
    if state is None:
        return None
    try:
        parts = {part["id"]: part for part in state.components}
        return {
            part.id: PartWork(
                state.outcomes[part.id] != MISSING,
                bool(parts[part.id]["passed"]),
                tuple(Check(**check) for check in parts[part.id]["checks"]),
            )
            for part in components
        }
    except (KeyError, TypeError):  # from other components, or without checks
        return None


def _cells_read(gradebook: Gradebook, assignment: str) -> Mapping[str, frozenset[str]]:
    """The cells, by student, to which a person has given points that hold."""
    rows = (
        of_cells(gradebook, Grade, assignment)
        .filter(Grade.manual_score.isnot(None), Grade.needs_manual_grade.is_(False))
        .with_entities(SubmittedAssignment.student_id, BaseCell.name)
    )
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for student, cell in rows:
        found[student] |= {cell}
    return found


def _history(root: Path, assignment: str) -> History:
    try:
        by_student = read_class(root, assignment)
    except UsageError:  # graded by nbgrader autograde alone, or the record was put away
        return History()
    gains = [
        float(entries[-1]["score"]) - float(entries[0]["score"])
        for entries in by_student.values()
        if len({entry["submission"] for entry in entries}) > 1
    ]
    verdicts = sum(map(len, by_student.values()))
    return History(verdicts, len(gains), sum(gains) / len(gains) if gains else 0.0)
