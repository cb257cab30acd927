"""One submission on its way through grading: what came in, and what is kept of its verdict."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook

from . import submitted
from .course import Assignment, Course
from .gradebook import due, has_submission, late_sentence, record
from .state import State, state_of
from .verdict import Verdict


@dataclass(frozen=True)
class Intake:
    """A submission's folder, when it came, and a fingerprint of all that its scores depend on."""

    student: str
    folder: Path
    extras: submitted.Extras
    timestamp: datetime | None
    fingerprint: str
    recorded: bool  # whether the gradebook has a submission of this student


def take_in(
    gradebook: Gradebook, course: Course, assignment: Assignment, student: str, grader: str
) -> Intake:
    """Look at what ``student`` handed in. ``grader`` is the digest of everything on our side.

    Raises UsageError for an id that is refused, NotGradedError for a folder or time that is wrong.
    """
    submitted.check_student_id(student)
    folder = submitted.submission_folder(course, student, assignment.name)
    timestamp = submitted.read_timestamp(folder)
    extras = submitted.extra_files(folder)
    content = submitted.digest_of_submission(folder, assignment, extras)
    deadline = due(gradebook, assignment.name, student)
    return Intake(
        student,
        folder,
        extras,
        timestamp,
        f"{grader[:20]} {content[:20]} handed in {timestamp}, due {deadline}",
        has_submission(gradebook, assignment.name, student),
    )


def settle(gradebook: Gradebook, assignment: Assignment, intake: Intake, verdict: Verdict) -> State:
    """Store a verdict in the gradebook; give what is to be remembered beside the notebooks."""
    late = record(gradebook, assignment.name, intake.student, verdict, intake.timestamp)
    problems = [*verdict.problems, *intake.extras.problems]
    if late:
        problems.append(late_sentence(late))
    return state_of(verdict, intake.fingerprint, problems)


def write_autograded(
    course: Course, assignment: Assignment, intake: Intake, verdict: Verdict, state: State
) -> None:
    """Write autograded/<student>/<assignment>/, which is replaced as a whole.

    Call it after ``settle``: a crash in between makes the next run judge the submission again.
    """
    folder = course.root / "autograded" / intake.student / assignment.name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".chainrule-", dir=folder.parent) as temporary:
        new = Path(temporary) / "new"
        new.mkdir()
        submitted.copy_extras(intake.folder, intake.extras, assignment, new)
        for name, content in verdict.notebooks.items():
            (new / f"{name}.ipynb").write_bytes(content)
        state.write(new)
        if folder.exists():
            folder.rename(Path(temporary) / "old")
        new.rename(folder)
