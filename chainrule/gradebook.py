"""The gradebook: nbgrader's database, written in one transaction for each submission."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from nbgrader.api import Assignment as AssignmentRow
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.plugins import LateSubmissionPlugin
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from traitlets.config import Config

from .converters import course_directory
from .course import Course
from .database import alone, connect, create_file, trouble
from .errors import GradebookError, NotGradedError
from .moments import in_words
from .settings import put_tools_on_path
from .submitted import check_student_id
from .verdict import Verdict

LOCK_SECONDS = 30  # to wait for another program that writes, such as a formgrader


@contextmanager
def open_gradebook(course: Course, config: Config) -> Iterator[Gradebook]:
    """One connection to the course's gradebook, which is made where there is none.

    Raises GradebookError, also for what the database says within the block.
    """
    put_tools_on_path()
    directory = course_directory(course, config)
    url, name = directory.db_url, directory.course_id or "default_course"
    try:
        create_file(url, name)
        with alone(url):
            gradebook = connect(url, name)
        with gradebook:
            if gradebook.engine.dialect.name == "sqlite":
                gradebook.db.execute(text(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}"))
                gradebook.db.commit()
            yield gradebook
    except DBAPIError as error:
        raise GradebookError(trouble(url, str(error.orig))) from error


def record(
    gradebook: Gradebook,
    assignment: str,
    student_id: str,
    verdict: Verdict,
    timestamp: datetime | None,
) -> timedelta:
    """Store a verdict, all of it or, if anything fails, nothing; return how late it came.

    Scores and comments given by a person are never touched. A score of theirs is marked to be
    looked at again, as nbgrader does. Raises NotGradedError where the gradebook has other cells
    than the verdict.
    """
    check_student_id(student_id)
    try:
        return _record(gradebook.db, assignment, student_id, verdict, timestamp)
    except IntegrityError:  # another program has added the same rows meanwhile; now they are there
        return _record(gradebook.db, assignment, student_id, verdict, timestamp)


def _record(
    session: Session,
    assignment: str,
    student_id: str,
    verdict: Verdict,
    timestamp: datetime | None,
) -> timedelta:
    try:
        submission = _submission(session, assignment, student_id)
        submission.timestamp = timestamp and timestamp.astimezone(UTC).replace(tzinfo=None)
        late = _lateness(submission)
        cells = _cells(session, assignment)
        _complete(session, submission, cells)
        _write_grades(submission, cells, verdict, late)
        _write_comments(submission, cells, verdict, late)
        session.flush()
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = _penalty(notebook, student_id, late)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    return late


def forget(gradebook: Gradebook, assignment: str, student_id: str) -> None:
    """Take back the automatic scores of a submission that could not be judged."""
    session: Session = gradebook.db
    submission = _find(session, assignment, student_id)
    if submission is not None:
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = None
            for row in notebook.grades:
                row.auto_score, row.needs_manual_grade = None, False
    session.commit()


def has_submission(gradebook: Gradebook, assignment: str, student_id: str) -> bool:
    return _find(gradebook.db, assignment, student_id) is not None


def due(gradebook: Gradebook, assignment: str, student_id: str) -> datetime | None:
    """The last moment at which ``student_id`` may hand in, extension included, in UTC."""
    submission = _find(gradebook.db, assignment, student_id)
    row = submission.assignment if submission else gradebook.find_assignment(assignment)
    moment: datetime | None = row.duedate
    if moment is not None and submission is not None and submission.extension is not None:
        moment += submission.extension
    return moment


def _lateness(submission: SubmittedAssignment) -> timedelta:
    """How long after the deadline, extensions included, a submission came; zero if it did not."""
    if submission.timestamp is None or submission.assignment.duedate is None:
        return timedelta()
    return timedelta(seconds=submission.total_seconds_late)


def late_sentence(late: timedelta) -> str:
    """What a late submission's student and instructor read."""
    return f"handed in {in_words(late)} after the deadline: 0 points"


def _submission(session: Session, assignment: str, student_id: str) -> SubmittedAssignment:
    row = session.query(AssignmentRow).filter_by(name=assignment).one_or_none()
    if row is None:
        raise NotGradedError(
            f"The gradebook has no assignment {assignment!r}: run nbgrader generate_assignment."
        )
    student = session.get(Student, student_id)
    if student is None:
        student = Student(id=student_id)
        session.add(student)
    found = _find(session, assignment, student_id)
    if found is None:
        found = SubmittedAssignment(assignment=row, student=student)
        session.add(found)
    return found


def _find(session: Session, assignment: str, student_id: str) -> SubmittedAssignment | None:
    return (
        session.query(SubmittedAssignment)
        .join(AssignmentRow, SubmittedAssignment.assignment_id == AssignmentRow.id)
        .filter(AssignmentRow.name == assignment, SubmittedAssignment.student_id == student_id)
        .one_or_none()
    )


# (notebook's name, grade_id, whether it holds points) of a cell, by the id of its row
_Cells = dict[str, tuple[str, str, bool]]


def _cells(session: Session, assignment: str) -> _Cells:
    rows = (
        session.query(BaseCell.id, Notebook.name, BaseCell.name, BaseCell.type)
        .join(Notebook, BaseCell.notebook_id == Notebook.id)
        .join(AssignmentRow, Notebook.assignment_id == AssignmentRow.id)
        .filter(AssignmentRow.name == assignment)
    )
    return {row: (notebook, cell, kind == "GradeCell") for row, notebook, cell, kind in rows}


def _complete(session: Session, submission: SubmittedAssignment, cells: _Cells) -> None:
    """Give the submission a row for each notebook, graded cell and commented cell of the source."""
    found = {notebook.notebook_id: notebook for notebook in submission.notebooks}
    for source in submission.assignment.notebooks:
        notebook = found.get(source.id)
        if notebook is None:
            notebook = SubmittedNotebook(notebook=source, assignment=submission)
            session.add(notebook)
        has = {row.cell_id for row in (*notebook.grades, *notebook.comments)}
        for cell_id, (name, _, graded) in cells.items():
            if name == source.name and cell_id not in has:
                session.add((Grade if graded else Comment)(cell_id=cell_id, notebook=notebook))


def _write_grades(
    submission: SubmittedAssignment, cells: _Cells, verdict: Verdict, late: timedelta
) -> None:
    scores = {(cell.notebook, cell.grade_id): cell.auto_score for cell in verdict.grades}
    rows = {cells[row.cell_id][:2]: row for nb in submission.notebooks for row in nb.grades}
    _same_cells(set(scores), set(rows))
    for cell, row in rows.items():
        score = scores[cell]
        waits = score is None or row.manual_score is not None
        # A person need not read what was handed in late: it cannot count.
        row.auto_score = 0.0 if score is None and late else score
        row.needs_manual_grade = waits and not late


def _write_comments(
    submission: SubmittedAssignment, cells: _Cells, verdict: Verdict, late: timedelta
) -> None:
    comments = {(cell.notebook, cell.grade_id): cell.comment for cell in verdict.comments}
    rows = {cells[row.cell_id][:2]: row for nb in submission.notebooks for row in nb.comments}
    _same_cells(set(comments), set(rows))
    if late:
        comments = _with_lateness(comments, verdict, late_sentence(late).capitalize() + ".")
    for cell, row in rows.items():
        row.auto_comment = comments[cell]


_Comments = dict[tuple[str, str], str | None]


def _with_lateness(comments: _Comments, verdict: Verdict, sentence: str) -> _Comments:
    """The comments with ``sentence`` where a notebook begins and where a person would have read."""
    marked = {(g.notebook, g.grade_id) for g in verdict.grades if g.auto_score is None}
    first = {cell[0]: cell for cell in reversed(comments)}
    return {
        cell: "\n\n".join(filter(None, (sentence, text)))
        if cell in marked or cell == first[cell[0]]
        else text
        for cell, text in comments.items()
    }


def _same_cells(judged: set[tuple[str, str]], stored: set[tuple[str, str]]) -> None:
    odd = sorted(judged ^ stored)
    if odd:
        notebook, cell = odd[0]
        raise NotGradedError(
            f"{notebook}.ipynb, cell {cell}: the gradebook does not have the cells of the source. "
            "Run nbgrader generate_assignment and grade again."
        )


def _penalty(notebook: SubmittedNotebook, student_id: str, late: timedelta) -> float | None:
    if not late:
        return None
    plugin = LateSubmissionPlugin(penalty_method="zero")
    return float(plugin.late_submission_penalty(student_id, notebook.score, late.total_seconds()))


@dataclass
class NotebookGrades:
    """What a student is told about one notebook: points and comments by grade id."""

    score: float
    max_score: float
    penalty: float
    scores: dict[str, tuple[float, float]] = field(default_factory=dict)  # points, and of how many
    comments: dict[str, str | None] = field(default_factory=dict)


def grades_of(gradebook: Gradebook, assignment: str, student_id: str) -> dict[str, NotebookGrades]:
    """What the gradebook says about a submission, by notebook; empty where there is none."""
    submission = _find(gradebook.db, assignment, student_id)
    found = {}
    for notebook in submission.notebooks if submission else ():
        told = NotebookGrades(
            notebook.score, notebook.max_score, notebook.late_submission_penalty or 0.0
        )
        for grade in notebook.grades:
            told.scores[grade.name] = grade.score, grade.max_score
        for comment in notebook.comments:
            told.comments[comment.name] = comment.comment
        found[notebook.name] = told
    return found
