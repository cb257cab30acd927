"""The gradebook: nbgrader's database, written in one transaction for each submission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

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
from sqlalchemy.orm import Query, Session
from traitlets.config import Config

from .converters import course_directory
from .course import Assignment, Course, grade_id
from .database import alone, connect, create_file, trouble
from .errors import GradebookError, NotGradedError, UsageError
from .moments import Due, in_full, in_words, stored_due
from .revisions import answers_in, cell_key
from .roster import Roster
from .settings import put_tools_on_path
from .submitted import check_student_id
from .verdict import Verdict
from .voids import in_force
from .zero import says_zero, silence, zero

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
            _keep_voids(gradebook, course)
            yield gradebook
    except DBAPIError as error:
        raise GradebookError(trouble(url, str(error.orig))) from error


def record(
    gradebook: Gradebook,
    assignment: str,
    student_id: str,
    verdict: Verdict,
    timestamp: datetime | None,
    due: Due | None = None,
    void: str | None = None,
    graded: Mapping[str, str] | None = None,
) -> timedelta:
    """Store a verdict, all of it or, if anything fails, nothing; return how late it came.

    The extension becomes that of ``due``; by default the gradebook's stays. With ``void``, the
    reason of a decision, nothing counts. Scores and comments given by a person are never touched. A
    score of theirs is marked to be looked at again unless it was given, says ``graded``, for what
    the verdict is about. Raises NotGradedError where the gradebook has other cells than the
    verdict.
    """
    check_student_id(student_id)
    try:
        return _record(gradebook.db, assignment, student_id, verdict, timestamp, due, void, graded)
    except IntegrityError:  # another program has added the same rows meanwhile; now they are there
        return _record(gradebook.db, assignment, student_id, verdict, timestamp, due, void, graded)


def _record(
    session: Session,
    assignment: str,
    student_id: str,
    verdict: Verdict,
    timestamp: datetime | None,
    due: Due | None,
    void: str | None,
    graded: Mapping[str, str] | None,
) -> timedelta:
    try:
        submission = _submission(session, assignment, student_id)
        submission.timestamp = timestamp and timestamp.astimezone(UTC).replace(tzinfo=None)
        if due is not None:
            submission.extension = _extension(submission.assignment, due)
        late = _lateness(submission)
        cells = _cells(session, assignment)
        _complete(session, submission, cells)
        _write_grades(submission, cells, verdict, late, graded or {})
        stored = stored_due(submission.assignment.duedate, submission.extension)
        why_late = late_sentence(timestamp, due or stored) if late else ""
        _write_comments(submission, cells, verdict, why_late)
        session.flush()
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = _penalty(notebook, student_id, late)
        if void is not None:
            zero(submission, [(c.notebook, c.grade_id) for c in verdict.comments], void)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    return late


def of_cells(gradebook: Gradebook, table: type[Grade | Comment], assignment: str) -> Query[Any]:
    """The rows of grades or of comments of all submissions, joined with what they belong to."""
    rows: Query[Any] = (
        gradebook.db.query(table)
        .join(SubmittedNotebook, table.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(AssignmentRow, SubmittedAssignment.assignment_id == AssignmentRow.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(BaseCell, table.cell_id == BaseCell.id)
    )
    return rows.filter(AssignmentRow.name == assignment)


def manual_scores(gradebook: Gradebook, assignment: str, student_id: str) -> dict[str, bool]:
    """The cells that a person gave a score, each with whether it waits to be looked at again."""
    rows = (
        of_cells(gradebook, Grade, assignment)
        .filter(SubmittedAssignment.student_id == student_id, Grade.manual_score.is_not(None))
        .with_entities(Notebook.name, BaseCell.name, Grade.needs_manual_grade)
    )
    return {cell_key(notebook, cell): waits for notebook, cell, waits in rows}


def set_void(
    gradebook: Gradebook, assignment: Assignment, student_id: str, reason: str | None
) -> None:
    """Let nothing of a submission count, or with None what would count without that decision.

    What was not graded yet has no rows: ``record`` will see to it.
    """
    session: Session = gradebook.db
    submission = _find(session, assignment.name, student_id)
    if submission is not None:
        late = _lateness(submission)
        silence(submission)
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = _penalty(notebook, student_id, late)
        if reason is not None:
            zero(submission, _in_order(assignment), reason)
    session.commit()


def _keep_voids(gradebook: Gradebook, course: Course) -> None:
    """Let decisions hold: the formgrader changes scores and leaves penalties as they were."""
    for decision in in_force(course.root):
        submission = _find(gradebook.db, decision.assignment, decision.student)
        if submission is not None and not says_zero(submission, decision.reason):
            with suppress(UsageError):  # the assignment's source is gone
                assignment = course.assignment(decision.assignment)
                set_void(gradebook, assignment, decision.student, decision.reason)
    gradebook.db.rollback()


def _in_order(assignment: Assignment) -> Iterator[tuple[str, str]]:
    """The named cells of the source."""
    for name, notebook in assignment.notebooks.items():
        yield from ((name, grade_id(cell)) for cell in notebook.cells if grade_id(cell))


def forget(gradebook: Gradebook, assignment: str, student_id: str) -> None:
    """Take back the automatic scores of a submission that could not be judged."""
    session: Session = gradebook.db
    submission = _find(session, assignment, student_id)
    if submission is not None:
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = None
            for row in notebook.grades:
                again = row.needs_manual_grade and row.manual_score is not None
                row.auto_score, row.needs_manual_grade = None, again
    session.commit()


def has_submission(gradebook: Gradebook, assignment: str, student_id: str) -> bool:
    return _find(gradebook.db, assignment, student_id) is not None


@dataclass(frozen=True)
class Known:
    """What the gradebook knows of an assignment before its submissions are judged."""

    assignment: str
    duedate: datetime | None  # UTC, without a zone
    extensions: dict[str, timedelta | None]  # of each student who has a submission

    def due(self, student: str, roster: Roster) -> Due:
        """Until when ``student`` may hand in: what the course and its roster say now."""
        return roster.due(self.assignment, student, self.duedate, self.extensions.get(student))


def known(gradebook: Gradebook, assignment: str) -> Known:
    """Everybody's at once: a class is looked through each time that it is graded."""
    rows = (
        gradebook.db.query(SubmittedAssignment.student_id, SubmittedAssignment.extension)
        .join(AssignmentRow, SubmittedAssignment.assignment_id == AssignmentRow.id)
        .filter(AssignmentRow.name == assignment)
    )
    duedate = gradebook.find_assignment(assignment).duedate
    return Known(assignment, duedate, {student: extension for student, extension in rows})


def _extension(assignment: AssignmentRow, due: Due) -> timedelta | None:
    """``due`` as nbgrader keeps it: a span of time after the deadline."""
    if not due.extended or due.moment is None or assignment.duedate is None:
        return None
    later: timedelta = due.moment.astimezone(UTC).replace(tzinfo=None) - assignment.duedate
    return later


def _lateness(submission: SubmittedAssignment) -> timedelta:
    """How long after the deadline, extensions included, a submission came; zero if it did not."""
    if submission.timestamp is None or submission.assignment.duedate is None:
        return timedelta()
    return timedelta(seconds=submission.total_seconds_late)


def late_sentence(handed_in: datetime | None, due: Due) -> str:
    """What a late submission's student and instructor read; all times in the deadline's zone."""
    if handed_in is None or due.moment is None:
        return ""
    return (
        f"handed in {in_words(due.lateness(handed_in))} after the deadline: 0 points. It came at "
        f"{in_full(handed_in.astimezone(due.moment.tzinfo))}, the deadline was {due}"
    )


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
            # What is not set now would be asked for before it is set.
            notebook = SubmittedNotebook(
                notebook=source, assignment=submission, late_submission_penalty=None
            )
            session.add(notebook)
        has = {row.cell_id for row in (*notebook.grades, *notebook.comments)}
        for cell_id, (name, _, graded) in cells.items():
            if name == source.name and cell_id not in has:
                session.add((Grade if graded else Comment)(cell_id=cell_id, notebook=notebook))


def _write_grades(
    submission: SubmittedAssignment,
    cells: _Cells,
    verdict: Verdict,
    late: timedelta,
    graded: Mapping[str, str],
) -> None:
    answers = answers_in(verdict)
    scores = {(cell.notebook, cell.grade_id): cell.auto_score for cell in verdict.grades}
    rows = {cells[row.cell_id][:2]: row for nb in submission.notebooks for row in nb.grades}
    _same_cells(set(scores), set(rows))
    for cell, row in rows.items():
        score = scores[cell]
        waits = score is None
        if row.manual_score is not None:
            key = cell_key(*cell)
            waits = graded.get(key) != answers[key]
        # A person need not read what was handed in late: it cannot count.
        row.auto_score = 0.0 if score is None and late else score
        row.needs_manual_grade = waits and not late


def _write_comments(
    submission: SubmittedAssignment, cells: _Cells, verdict: Verdict, why_late: str
) -> None:
    comments = {(cell.notebook, cell.grade_id): cell.comment for cell in verdict.comments}
    rows = {cells[row.cell_id][:2]: row for nb in submission.notebooks for row in nb.comments}
    _same_cells(set(comments), set(rows))
    if why_late:
        sentence = f"{why_late[0].upper()}{why_late[1:]}."
        comments = _with_lateness(comments, verdict, sentence)
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
