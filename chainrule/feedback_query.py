"""Asks the gradebook for what students' pages tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from nbgrader.api import Assignment as AssignmentRow
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
)

from .feedback_facts import Points, Remarks, Told
from .gradebook import of_cells
from .roster import Roster
from .text import one_line


def read_told(
    gradebook: Gradebook, roster: Roster, assignment: str, students: Iterable[str] | None = None
) -> dict[str, Told]:
    """What to tell each of ``students`` (by default all with a submission), by their ids.

    A few queries for everybody: a class is looked through each time that it is graded.
    """
    chosen = None if students is None else set(students)
    found = {
        told.student: told
        for told in _submissions(gradebook, roster, assignment)
        if chosen is None or told.student in chosen
    }
    scored = of_cells(gradebook, Grade, assignment).with_entities(
        *_PLACE, Grade.score, Grade.max_score, Grade.needs_manual_grade, Grade.manual_score
    )
    for student, notebook, cell, points, of, waits, manual in scored:
        if student in found:
            score = Points(points, of, bool(waits), manual is not None)
            found[student].points[notebook, cell] = score
    said = of_cells(gradebook, Comment, assignment).with_entities(
        *_PLACE, Comment.auto_comment, Comment.manual_comment
    )
    for student, notebook, cell, automatic, manual in said:
        if student in found:
            found[student].remarks[notebook, cell] = Remarks(automatic or "", manual or "")
    return found


_PLACE = (SubmittedAssignment.student_id, Notebook.name, BaseCell.name)


def _submissions(gradebook: Gradebook, roster: Roster, assignment: str) -> Iterator[Told]:
    rows = (
        gradebook.db.query(
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            SubmittedAssignment.late_submission_penalty,
            AssignmentRow.duedate,
            Student.first_name,
            Student.last_name,
        )
        .join(AssignmentRow, SubmittedAssignment.assignment_id == AssignmentRow.id)
        .join(Student, SubmittedAssignment.student_id == Student.id)
        .filter(AssignmentRow.name == assignment)
    )
    for student, handed_in, extension, penalty, stored, first, last in rows:
        yield Told(
            student,
            one_line(roster[student].name or " ".join(filter(None, (first, last)))),
            handed_in and handed_in.replace(tzinfo=UTC),
            roster.due(assignment, student, stored, extension),
            penalty or 0.0,
        )


def last_due(gradebook: Gradebook, roster: Roster, assignment: str) -> datetime | None:
    """The moment from which nobody may hand in any more, extensions included."""
    moments = [told.due.moment for told in _submissions(gradebook, roster, assignment)]
    moments += [roster.due(assignment, student).moment for student in roster.students]
    moments.append(roster.deadlines.get(assignment))
    return max((moment for moment in moments if moment is not None), default=None)
