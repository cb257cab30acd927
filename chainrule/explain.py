"""Why a student has the points that the gradebook shows: from the record and the gradebook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbgrader.api import Gradebook

from .course import Assignment, Course
from .errors import NotGradedError, UsageError
from .homework import split_hint
from .notebooks import collect
from .record import read
from .report import number
from .scores import StudentScores, scores
from .submitted import check_student_id, digest_of_grader, submission_folder
from .text import one_line


def explain(gradebook: Gradebook, course: Course, assignment: Assignment, student: str) -> str:
    """Each component's points and what they follow from, then how all of it was judged.

    Raises UsageError where the record has nothing about this submission.
    """
    check_student_id(student)
    entries = read(course.root, assignment.name, student)
    if not entries:
        raise UsageError(f"{assignment.name} of {student} was not graded here yet.")
    latest = entries[-1]
    rows = [row for row in scores(gradebook, course, assignment) if row.student == student]
    lines = [f"{assignment.name}, {student}", ""]
    for part in latest["components"]:
        lines += _component(part, rows[0] if rows else None)
    lines += [f"  {one_line(problem)}" for problem in latest["problems"]]
    lines += ["", *_totals(rows), *_judged(latest), *_since(course, assignment, student, latest)]
    if len(entries) > 1:
        lines += ["", f"Judged {len(entries)} times:", *map(_history, entries)]
    return "\n".join(lines)


def _component(part: dict[str, Any], row: StudentScores | None) -> Iterable[str]:
    code = part["code"]
    yield f"{part['title']}: {number(code['score'])} of {number(code['max'])} for the code"
    for check in part["checks"]:
        place = "hidden check" if check["hidden"] else "check"
        text, hint = split_hint(check["message"])
        yield f'  the {place} "{one_line(check["requirement"])}" failed: {one_line(text)}'
        if hint:
            yield f"    hint: {one_line(hint)}"
    formula = part["formula"]
    if formula is None:
        return
    told = row.formula.get(part["id"]) if row else None
    of = f"of {number(formula['max'])} for the derivation"
    if told and told.waits:
        yield f"  {number(told.points)} {of}, which waits for a person"
    elif told and part["passed"] and told.points:
        yield f"  {number(told.points)} {of}, given by a person"
    elif not part["passed"]:
        yield f"  0 {of}: it counts only when the code passes"
    else:
        yield f"  {number(told.points if told else 0)} {of}"


def _totals(rows: list[StudentScores]) -> Iterable[str]:
    if not rows:
        yield "The gradebook has no score for this submission: grade it again."
        return
    (row,) = rows
    penalty = f", {number(row.penalty)} taken off for being late" if row.penalty else ""
    if row.voided is not None:
        penalty = f", set to 0: {row.voided.rstrip('.')}"
    more = f", {len(row.waiting)} answers wait for a person" if row.waiting else ""
    yield f"{number(row.total)} of {number(row.max_score)} points{penalty}{more}."


def _judged(entry: dict[str, Any]) -> Iterable[str]:
    versions = ", ".join(f"{name} {value}" for name, value in entry["versions"].items())
    yield f"Judged {entry['time']}, handed in {entry['handed_in'] or 'at an unknown time'}."
    yield f"Submission {entry['submission'][:16]}, tests and grader {entry['tests'][:16]},"
    yield f"seed {entry['seed']}, verdict {entry['verdict'][:16]}."
    yield f"With {versions}."


def _since(
    course: Course, assignment: Assignment, student: str, entry: dict[str, Any]
) -> Iterable[str]:
    """What is no longer as it was when the submission was judged."""
    try:
        folder = submission_folder(course, student, assignment.name)
    except NotGradedError:
        yield "The submission is not in submitted/ any more."
    else:
        if collect(folder, assignment).digest() != entry["submission"]:
            yield "The submission in submitted/ has changed since."
    if digest_of_grader(assignment, entry["seed"]) != entry["tests"]:
        yield "The tests or the grader have changed since."


def _history(entry: dict[str, Any]) -> str:
    score = f"{number(entry['score'])} of {number(entry['max_score'])} certain"
    return f"  {entry['time'][:19]}  submission {entry['submission'][:8]}  {score}"
