"""What a report says about a course: all of its assignments together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from nbgrader.api import Gradebook

from . import plots
from .class_data import read_class_data
from .class_report import class_page
from .course import Assignment, Course
from .marks import rounded
from .pictures import picture
from .report import number
from .report_page import PAGE, Page, Section, Table, counted, percent, write_page
from .roster import Roster
from .scores import GRADED, NOT_GRADED, CourseScores, StudentScores, whole_course
from .text import one_line

FOLDER = "reports"
COURSE_FOLDER = "whole-course"  # beside the folders of the assignments


def write_class_report(
    gradebook: Gradebook, course: Course, assignment: Assignment, roster: Roster, anonymous: bool
) -> tuple[Path, Page]:
    """Write reports/<assignment>/ and say where the page is and what is on it."""
    data = read_class_data(gradebook, course, assignment, roster)
    page = class_page(data, anonymous=anonymous)
    return write_page(course.root / FOLDER / assignment.name, page), page


def write_course_report(
    gradebook: Gradebook, course: Course, roster: Roster, anonymous: bool
) -> tuple[Path, Page]:
    """Write the report on every assignment, and one on all of them that leads to the others."""
    for name in course.assignments():
        write_class_report(gradebook, course, course.assignment(name), roster, anonymous)
    found, left_out = whole_course(gradebook, course, roster)
    page = course_page(found, left_out, anonymous=anonymous)
    return write_page(course.root / FOLDER / COURSE_FOLDER, page), page


def course_page(found: Sequence[CourseScores], left_out: Sequence[str], *, anonymous: bool) -> Page:
    """The report on all assignments; ``anonymous``: without the name of a student."""
    names = list(found[0].rows) if found else []
    by_assignment = {name: [one.rows[name] for one in found] for name in names}
    intro = [
        f"{counted(len(names), 'assignment')} with judged submissions, "
        f"{counted(len(found), 'student')}. What was not handed in brings 0 points."
    ]
    if left_out:
        intro.append(f"Nobody is graded in {', '.join(left_out)}: not in the numbers below.")
    sections = []
    if names:
        sections = [_assignments(by_assignment), _sums(found)]
        if not anonymous:
            sections.append(_students(found, names))
    return Page(
        "The course: how all assignments went",
        intro,
        list(_facts(by_assignment)),
        sections,
        [(f"All about {name}", f"../{name}/{PAGE}") for name in (*names, *left_out)],
    )


_Rows = dict[str, list[StudentScores]]  # by assignment


def _facts(by_assignment: _Rows) -> Iterator[str]:
    rows = [row for found in by_assignment.values() for row in found]
    if not rows:
        yield "Nothing is graded yet: run chainrule grade ASSIGNMENT."
        return
    if ungraded := sum(row.status == NOT_GRADED for row in rows):
        yield f"{counted(ungraded, 'submission')} without a score: run chainrule grade."
    if waits := sum(len(row.waiting) for row in rows):
        yield f"{counted(waits, 'answer')} to be read by a person: open the formgrader."
    lowest = min(by_assignment, key=lambda name: median(_shares(by_assignment[name])))
    middle = percent(median(_shares(by_assignment[lowest])))
    yield f"The lowest median is that of {lowest}: {middle} of the points."
    missing = {
        name: sum(row.status not in (GRADED, NOT_GRADED) for row in found)
        for name, found in by_assignment.items()
    }
    name, count = max(missing.items(), key=lambda pair: pair[1])
    if count:
        yield f"{counted(count, 'student')} of {len(by_assignment[name])} handed in no {name}."


def _shares(rows: Sequence[StudentScores]) -> list[float]:
    """Of those whose submission was judged."""
    return [row.total / (row.max_score or 1.0) for row in rows if row.status == GRADED]


def _assignments(by_assignment: _Rows) -> Section:
    rows = []
    for name, found in by_assignment.items():
        judged = [row for row in found if row.status == GRADED]
        rows.append(
            [
                name,
                str(len(judged)),
                str(sum(row.status == NOT_GRADED for row in found)),
                str(sum(row.status not in (GRADED, NOT_GRADED) for row in found)),
                str(sum(len(row.waiting) for row in found)),
                percent(median(_shares(found))),
                f"{rounded(median(row.mark for row in judged)):.1f}",
            ]
        )
    drawn = [(name, _shares(found)) for name, found in by_assignment.items()]
    title = "The assignments"
    describe = "For each assignment the shares of points of all submissions, and their median."
    head = ["judged", "without a score", "not handed in", "answers that wait", "median", "mark"]
    return Section(
        "assignments",
        title,
        [
            "Each line stands for one judged submission, the diamond for the one in the middle. "
            "Where much still waits for a person, the points are lower than they will be."
        ],
        picture("assignments", title, describe, partial(plots.strips, data=drawn)),
        Table(["assignment", *head], "lrrrrrr", rows),
    )


def _sums(found: Sequence[CourseScores]) -> Section:
    values = [one.total for one in found]
    top = found[0].max_score
    edges = plots.bins(top)
    labels = [number(edge) for edge in edges[:-1]]
    counts = plots.counted(values, edges)
    data = plots.Histogram(labels, counts, counts, "points in all assignments, from")
    title = "Points in all assignments"
    describe = f"Histogram of {counted(len(values), 'student')}."
    return Section(
        "sums",
        title,
        [
            f"From {number(min(values))} to {number(max(values))} of {number(top)}, as far as they "
            f"are certain now; the median is {number(median(values))}."
        ],
        picture("sums", title, describe, partial(plots.histogram, data=data)),
        Table(["points, from", "students"], "rr", [*zip(labels, map(str, counts), strict=True)]),
    )


def _students(found: Sequence[CourseScores], names: Sequence[str]) -> Section:
    order = sorted(found, key=lambda one: (one.total, one.student))
    return Section(
        "students",
        "The students",
        [
            "Points and, in brackets, the mark in each assignment; those with the fewest points "
            "come first. + more when the rest is read, - nothing handed in, ? not graded."
        ],
        table=Table(
            ["student", *names, "points", "mark"],
            "l" + "r" * (len(names) + 2),
            [
                [
                    one_line(f"{one.student} {one.line.name}"),
                    *(_cell(one.rows[name]) for name in names),
                    number(one.total),
                    f"{rounded(one.mark):.1f}",
                ]
                for one in order
            ],
        ),
    )


def _cell(row: StudentScores) -> str:
    if row.status != GRADED:
        return "?" if row.status == NOT_GRADED else "-"
    more = "+" if row.waiting else ""
    return f"{number(row.total)}{more} ({rounded(row.mark):.1f}{more})"
