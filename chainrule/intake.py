"""One submission on its way through grading: what came in, and what is kept of its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook

from . import record as grading_record
from . import submitted, voids
from .course import Assignment, Course
from .files import remove, replacing
from .gradebook import Known, late_sentence, manual_scores, record
from .moments import Due
from .revisions import graded_for
from .roster import Roster
from .state import State, forget_state, read_state, state_of
from .verdict import Verdict


@dataclass(frozen=True)
class Intake:
    """A submission's folder, when it came, and a fingerprint of all that its scores depend on."""

    student: str
    folder: Path
    extras: submitted.Extras
    timestamp: datetime | None
    due: Due
    grader: str  # the digest of everything on our side
    fingerprint: str
    recorded: bool  # whether the gradebook has a submission of this student


def take_in(
    known: Known,
    course: Course,
    assignment: Assignment,
    student: str,
    grader: str,
    roster: Roster,
) -> Intake:
    """Look at what ``student`` handed in; ``known`` is what the gradebook knows of the class.

    Raises UsageError for an id that is refused, NotGradedError for a folder or time that is wrong.
    """
    submitted.check_student_id(student)
    folder = submitted.submission_folder(course, student, assignment.name)
    timestamp = submitted.read_timestamp(folder)
    extras = submitted.extra_files(folder)
    content = submitted.digest_of_submission(folder, assignment, extras)
    until = known.due(student, roster)
    return Intake(
        student,
        folder,
        extras,
        timestamp,
        until,
        grader,
        f"{grader[:20]} {content[:20]} handed in {timestamp}, due {until}",
        student in known.extensions,
    )


def current_state(course: Course, assignment: Assignment, intake: Intake) -> State | None:
    """The state of a submission that is graded and of which nothing has changed since, or None."""
    if not intake.recorded:
        return None
    state = read_state(course.root / "autograded" / intake.student / assignment.name)
    return state if state is not None and state.fingerprint == intake.fingerprint else None


def settle(
    gradebook: Gradebook,
    course: Course,
    assignment: Assignment,
    intake: Intake,
    verdict: Verdict,
    seed: int,
    past: grading_record.Past,
) -> State:
    """Store a verdict in the gradebook and in the record; give what ``write_autograded`` keeps.

    From here until that has been written, nothing says that the submission is graded.
    """
    forget_state(course.root / "autograded" / intake.student / assignment.name)
    name, student = assignment.name, intake.student
    void = voids.reason(course.root, name, student)
    manual = manual_scores(gradebook, name, student)
    graded = graded_for(manual, past.latest(student)) if manual else {}
    late = record(gradebook, name, student, verdict, intake.timestamp, intake.due, void, graded)
    problems = [*verdict.problems, *intake.extras.problems]
    if late:
        problems.append(late_sentence(intake.timestamp, intake.due))
    counts = not late and void is None
    line = grading_record.entry(intake, verdict, seed, problems, graded, counts)
    grading_record.append(course.root, line)
    return state_of(verdict, intake.fingerprint, problems, graded)


def write_autograded(
    course: Course, assignment: Assignment, intake: Intake, verdict: Verdict, state: State
) -> None:
    """Write autograded/<student>/<assignment>/, which is replaced as a whole; drop old feedback.

    The state that says that a submission is graded comes last: whenever a run is killed, the next
    one finds either all of a submission done or judges it again.
    """
    remove(course.root / "feedback" / intake.student / assignment.name)
    with replacing(course.root / "autograded" / intake.student / assignment.name) as new:
        submitted.copy_extras(intake.folder, intake.extras, assignment, new)
        for name, content in verdict.notebooks.items():
            (new / f"{name}.ipynb").write_bytes(content)
        state.write(new)
