"""What ``chainrule scores`` prints, in every format, and what it has to say about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from .course import Assignment, Course
from .errors import UsageError
from .exports import canvas_csv, course_csv, course_json, moodle_csv, score_csv, score_json
from .gradebook import open_gradebook
from .roster import ROSTER_FILE, read_roster
from .scores import CourseScores, StudentScores, whole_class, whole_course
from .settings import CONFIG_FILE, load_config, load_settings
from .tables import course_table, score_notes, score_table
from .text import one_line

_FOR_OTHERS = ("canvas", "moodle")  # systems that take what they get for final


@dataclass
class Output:
    """The text, remarks for the person who asked for it, and whether all grades are in it."""

    text: str = ""
    remarks: list[str] = field(default_factory=list)
    complete: bool = True


def score_output(
    course: Course,
    assignment: Assignment | None,
    style: str,
    group: str | None = None,
    marks: bool = False,
    width: int | None = None,
) -> Output:
    """The scores of one assignment, or of all, in the format ``style``.

    Raises UsageError for a group that nobody is in, and for columns of no assignment.
    """
    config = load_config(course.root)
    settings = load_settings(config)
    roster = read_roster(course, settings)
    members = None if group is None else roster.in_group(group)
    if marks and style != "canvas":
        raise UsageError("--marks belongs to --format canvas: the other formats hold marks anyway.")
    for name in settings.canvas_columns:
        if name not in course.assignments():
            raise UsageError(f"{CONFIG_FILE}: canvas_columns names {name!r}, no assignment.")
    output = Output()
    rows: list[StudentScores] = []
    with open_gradebook(course, config) as gradebook:
        if assignment is None:
            everything, left_out = whole_course(gradebook, course, roster)
            output.remarks += [f"{name}: nobody is graded, so it is left out." for name in left_out]
        else:
            rows = whole_class(gradebook, course, assignment, roster)
            everything = [CourseScores(row.line, {assignment.name: row}) for row in rows]
    if members is not None:
        rows = [row for row in rows if row.student in members]
        everything = [row for row in everything if row.student in members]
    if style == "canvas":
        output.text = canvas_csv(everything, settings.canvas_columns, marks)
    elif style == "moodle":
        output.text = moodle_csv(everything)
    elif assignment is None:
        show = {"csv": course_csv, "json": course_json}.get(style)
        output.text = show(everything) if show else course_table(everything, width) + "\n"
    elif style == "table":
        notes = score_notes(rows)
        table = score_table(rows, assignment.components, width)
        output.text = "\n".join([table, *(["", notes] if notes else []), ""])
    else:
        output.text = {"csv": score_csv, "json": score_json}[style](rows, assignment.components)
    unknown = [row.student for row in everything if roster.exists and row.student not in roster]
    if unknown:
        output.remarks.append(f"Not in {ROSTER_FILE}: {_listed(unknown)}.")
    if style in _FOR_OTHERS:
        left_empty = _left_empty(everything)
        output.remarks += left_empty
        output.complete = not left_empty
        if style == "moodle":
            output.remarks += _without_address(everything)
    return output


def _left_empty(rows: Sequence[CourseScores]) -> list[str]:
    """Whose cells hold no grade, and why."""
    found = sorted(
        (name, part.open(), row.student)
        for row in rows
        for name, part in row.rows.items()
        if part.open()
    )
    return [
        f"{name}: left empty, {why}: {_listed(student for *_, student in part)}."
        for (name, why), part in groupby(found, itemgetter(0, 1))
    ]


def _without_address(rows: Sequence[CourseScores]) -> list[str]:
    missing = [row.student for row in rows if not row.line.email]
    if not missing or len(missing) == len(rows):  # without any, nobody would match by address
        return []
    return [f"Without an e-mail address, by which Moodle then cannot match: {_listed(missing)}."]


def _listed(names: Iterable[str], most: int = 20) -> str:
    shown = [one_line(name) for name in names]
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more
