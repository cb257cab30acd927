"""The parts of a report about grading itself: what waits, and who has how many points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from functools import partial
from statistics import median

from . import plots
from .class_data import ClassData, Graded
from .marks import BEST
from .pictures import picture
from .report import number
from .report_page import Section, Table, counted, percent
from .text import one_line

_MOST_STUDENTS = 20  # of those who wait longest

# ---------------------------------------------------------------------------------------
# Progress


def progress_section(data: ClassData) -> Section:
    title = "What waits for a person"
    rows = [row for row in _readings(data) if row.read or row.waits]
    if not rows:
        return Section("progress", title, ["No answer waits, and none was read."])
    rows.sort(key=lambda row: -row.waits)
    waits, read = sum(row.waits for row in rows), sum(row.read for row in rows)
    done = (
        "Everything is read: the marks are final."
        if not waits
        else f"{waits} to go. Read one component after the other, from the top: the answers to one "
        "question are quickest to compare."
    )
    says = [
        f"{read} of {counted(read + waits, 'answer')} are read. {done}",
        "A derivation is only asked for where the code passes; what is not in the picture has 0 "
        "points without anybody's time.",
    ]
    return Section(
        "progress",
        title,
        says,
        picture(
            "progress",
            title,
            f"Bars for each component: {read} answers are read and {waits} wait in all.",
            partial(plots.progress, data=rows),
        ),
        Table(
            ["component", "wait", "read"],
            "lrr",
            [[row.title, str(row.waits), str(row.read)] for row in rows],
        ),
    )


def _readings(data: ClassData) -> Iterator[plots.Reading]:
    for part in data.components:
        cells = {f"{part.id}-tests", f"{part.id}-formula"}
        yield plots.Reading(
            part.title,
            sum(len(cells & one.read) for one in data.graded),
            sum(len(cells & {*one.scores.waiting}) for one in data.graded),
        )


def waits_section(data: ClassData) -> Section | None:
    waiting = [one for one in data.graded if one.scores.waiting]
    if not waiting:
        return None
    order = sorted(waiting, key=_handed_in)
    shown = order[:_MOST_STUDENTS]
    more = f" The table shows {len(shown)} of {len(order)}." if len(order) > len(shown) else ""
    return Section(
        "waits",
        "Who waits longest",
        [f"Students with answers that nobody has read, by when they handed in.{more}"],
        table=Table(
            ["student", "handed in", "answers", "points at stake"],
            "llrr",
            [
                [
                    one_line(f"{one.scores.student} {one.scores.line.name}"),
                    _moment(one, data.zone),
                    str(len(one.scores.waiting)),
                    number(one.at_stake),
                ]
                for one in shown
            ],
        ),
    )


def _handed_in(one: Graded) -> float:
    return one.scores.handed_in.timestamp() if one.scores.handed_in else math.inf


def _moment(one: Graded, zone: tzinfo) -> str:
    moment = one.scores.handed_in
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "unknown"


# ---------------------------------------------------------------------------------------
# Points and marks


def points_section(data: ClassData) -> Section:
    now = [one.scores.total for one in data.graded]
    most = [one.possible for one in data.graded]
    edges = plots.bins(data.max_score)
    labels = [number(edge) for edge in edges[:-1]]
    return _distribution("points", "Points", now, most, edges, labels, data.max_score)


def marks_section(data: ClassData) -> Section:
    now = [one.scores.mark for one in data.graded]
    most = [one.possible_mark for one in data.graded]
    top = int(BEST)
    edges = [float(edge) for edge in range(top + 2)]
    labels = [str(edge) for edge in range(top + 1)]
    return _distribution("marks", "Marks", now, most, edges, labels, BEST)


def _distribution(
    key: str,
    title: str,
    now: Sequence[float],
    most: Sequence[float],
    edges: Sequence[float],
    labels: list[str],
    top: float,
) -> Section:
    """How many students have how much: what is certain, and what may still become of it."""
    data = plots.Histogram(
        labels, plots.counted(now, edges), plots.counted(most, edges), f"{title.lower()}, from"
    )
    says = [
        f"From {number(min(now))} to {number(max(now))} of {number(top)}; the median is "
        f"{number(median(now))}. A bar holds the students from its number up to the next one, the "
        "last bar all from its number on."
    ]
    if most != now:
        says.append(
            "What is certain now, without what a person still has to read. If all of that were "
            f"right, the hatched bars: the median would be {number(median(most))}. The final "
            "distribution lies between the two, so wait with conclusions."
        )
    zero = sum(value < 1e-9 for value in now)
    if zero:
        says.append(f"{counted(zero, 'student')} with 0: write to them while there is time.")
    describe = (
        f"Histogram of {len(now)} students. The median is {number(median(now))} of {number(top)}."
    )
    rows = [
        [label, str(count), str(more)]
        for label, count, more in zip(labels, data.now, data.most, strict=True)
    ]
    return Section(
        key,
        title,
        says,
        picture(key, title, describe, partial(plots.histogram, data=data)),
        Table([f"{title.lower()}, from", "students now", "at most right"], "rrr", rows),
    )


def shares_section(data: ClassData) -> Section:
    """How much of the points of each component the class has got."""
    rows = []
    counting = data.counting
    for part in data.components:
        code = [one.scores.code[part.id].points for one in counting]
        formula = waits = None
        if part.formula_points:
            told = [one.scores.formula[part.id] for one in counting]
            of = part.formula_points * len(told)
            formula = sum(score.points for score in told) / of
            waits = sum(part.formula_points - score.points for score in told if score.waits) / of
        of = part.code_points * len(counting)
        rows.append(plots.Share(part.title, sum(code) / of if of else 0.0, formula, waits or 0.0))
    lowest = min(rows, key=lambda row: row.code)
    return Section(
        "shares",
        "Share of points by component",
        [
            "Of all the points there were, how many the class has got: for the code and for the "
            "derivation, before the penalty for being late. A derivation counts only where the "
            "code passes, so its bar is rarely longer than that of the code.",
            f"The lowest for code is {lowest.title} with {percent(lowest.code)}. Where code does "
            "well and the derivation does not, it is the mathematics that needs another hour.",
        ],
        picture(
            "shares",
            "Share of points by component",
            f"Bars for code and derivation of each component. The lowest share for code is "
            f"{percent(lowest.code)}: {lowest.title}.",
            partial(plots.shares, data=rows),
        ),
        Table(
            ["component", "code", "derivation", "waits"],
            "lrrr",
            [
                [
                    row.title,
                    percent(row.code),
                    percent(row.formula),
                    "" if row.formula is None else percent(row.waits),
                ]
                for row in sorted(rows, key=lambda row: row.code)
            ],
        ),
    )
