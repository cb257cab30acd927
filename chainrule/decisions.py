"""A person's decision that a submission counts nothing, carried out and taken back."""

from __future__ import annotations

from .classroom import feedback
from .course import Assignment, Course
from .errors import UsageError
from .files import remove
from .gradebook import has_submission, open_gradebook, set_void
from .settings import load_config
from .state import read_state
from .submitted import check_student_id, students
from .text import one_line
from .voids import in_force, reason, undo, void


def void_submission(course: Course, assignment: Assignment, student: str, why: str) -> str:
    """Let nothing of a submission count, from now on and however it is graded; say what was done.

    Raises UsageError where there is no such submission or no reason.
    """
    check_student_id(student)
    name = assignment.name
    with open_gradebook(course, load_config(course.root)) as gradebook:
        if student not in students(course, name) and not has_submission(gradebook, name, student):
            raise UsageError(f"There is no submission of {name} by {student}.")
        # The file first: after a crash in between, whoever opens the gradebook next goes on.
        void(course.root, name, student, why)
        set_void(gradebook, assignment, student, reason(course.root, name, student))
    return f"{name} of {student} counts 0 points. {_new_feedback(course, assignment, student)}"


def undo_void(course: Course, assignment: Assignment, student: str) -> str:
    """Let a submission count again, as if it had never been voided; say what was done."""
    name = assignment.name
    if reason(course.root, name, student) is None:
        raise UsageError(f"{name} of {one_line(student)} is not set to 0: chainrule void {name}")
    with open_gradebook(course, load_config(course.root)) as gradebook:
        # The file last: as long as it has the decision, the decision holds.
        set_void(gradebook, assignment, student, None)
        undo(course.root, name, student)
    return f"{name} of {student} counts again. {_new_feedback(course, assignment, student)}"


def _new_feedback(course: Course, assignment: Assignment, student: str) -> str:
    """Write the student's page anew. The old one, which says something else, goes in any case."""
    name = assignment.name
    remove(course.root / "feedback" / student / name)
    if read_state(course.root / "autograded" / student / name) is None:
        return "It is not graded yet."
    try:
        failures = feedback(course, assignment, [student]).failures
    except UsageError as error:  # it is being graded, or no longer in submitted/
        failures = {student: str(error)}
    if failures:
        command = f"chainrule feedback {name} --student {student}"
        return f"The feedback could not be written ({failures[student]}). Later: {command}"
    return "The feedback says so."


def voided_text(course: Course, assignment: Assignment) -> str:
    """The decisions that hold, one on a line."""
    found = [each for each in in_force(course.root) if each.assignment == assignment.name]
    width = max((len(one_line(each.student)) for each in found), default=0)
    lines = [f"{one_line(each.student):<{width}}  {each.time}  {each.reason}" for each in found]
    return "\n".join(lines) or f"Nobody's {assignment.name} is set to 0."
