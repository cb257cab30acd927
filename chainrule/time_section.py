"""The part of a report that says when submissions came, and how many points they have."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from functools import partial
from statistics import median

from . import items, plots
from .class_data import ClassData, Graded
from .moments import in_full, in_words
from .pictures import picture
from .report import number
from .report_page import Section, Table, counted

_HOUR = timedelta(hours=1)
# (name, hours left of the student's own time: at least), the earliest first.
_PERIODS = (
    ("more than a week before", 168.0),
    ("2 to 7 days before", 48.0),
    ("1 to 2 days before", 24.0),
    ("6 to 24 hours before", 6.0),
    ("1 to 6 hours before", 1.0),
    ("in the last hour", 0.0),
    ("late", -math.inf),
)


def times_section(data: ClassData) -> Section | None:
    known = [one for one in data.counting if one.scores.handed_in]
    if not known:
        return None
    title = "When they handed in, and their points"
    arrivals = [
        plots.Arrival(moment, one.before_penalty, one.late, one.scores.due.extended)
        for one in known
        if (moment := one.scores.handed_in)
    ]
    late = sum(one.late for one in known)
    extended = sum(one.scores.due.extended for one in known)
    describe = (
        f"A point for each of {len(known)} submissions: when it came and its points. {late} came "
        f"late, {extended} had an extension."
    )
    draw = partial(
        plots.times,
        data=arrivals,
        deadline=data.deadline,
        zone=data.zone,
        max_points=data.max_score,
    )
    says = list(_about_times(data, known))
    return Section(
        "times", title, says, picture("times", title, describe, draw), _table_of_times(known)
    )


def _about_times(data: ClassData, known: Sequence[Graded]) -> Iterator[str]:
    if data.deadline is None:
        yield "There is no deadline: set one in nbgrader_config.py."
    else:
        yield (
            f"The line is the deadline, {in_full(data.deadline)}. Points are those before a "
            "penalty: what came late (hollow) counts nothing, and would have had this."
        )
    if unknown := len(data.counting) - len(known):
        yield f"{counted(unknown, 'submission')} without a timestamp.txt: not in the picture."
    if late := [one.scores.late for one in known if one.late]:
        yield f"{len(late)} late, by up to {in_words(max(late))}."
    yield from _trend([one for one in known if not one.late])
    edges = (plots.EARLIEST, plots.LATEST)
    moments = [one.scores.handed_in for one in known if one.scores.handed_in]
    if data.deadline and any(not edges[0] <= m - data.deadline <= edges[1] for m in moments):
        yield "What came more than ten days before it or a week after stands at the edge."


def _trend(in_time: Sequence[Graded]) -> Iterator[str]:
    """Whether those who hand in early have more points."""
    pairs = [(hours, one.before_penalty) for one in in_time if (hours := _left(one)) is not None]
    if len(pairs) < items.SMALL_CLASS:
        yield "Too few came in time to say whether early ones do better."
        return
    r = items.correlation([hours for hours, _ in pairs], [points for _, points in pairs])
    if r is None:
        return
    low, high = items.interval(r, len(pairs))
    found = "there is no clear difference between early and late ones"
    if low > 0:
        found = "who came earlier has more points"
    elif high < 0:
        found = "who came earlier has fewer points"
    yield (
        f"Of those in time, {found} (correlation between hours left and points {r:+.2f}, 95 % "
        f"from {low:+.2f} to {high:+.2f})."
    )


def _left(one: Graded) -> float | None:
    """How many hours before the student's own deadline it came."""
    due, moment = one.scores.due.moment, one.scores.handed_in
    return (due.astimezone(UTC) - moment.astimezone(UTC)) / _HOUR if due and moment else None


def _table_of_times(known: Sequence[Graded]) -> Table | None:
    left = [(hours, one) for one in known if (hours := _left(one)) is not None]
    if not left:
        return None
    rows = []
    for period, least in _PERIODS:
        here = [one for hours, one in left if hours >= least]
        left = [(hours, one) for hours, one in left if hours < least]
        middle = number(median(one.before_penalty for one in here)) if here else ""
        extended = str(sum(one.scores.due.extended for one in here))
        rows.append([period, str(len(here)), extended, middle])
    return Table(
        ["handed in, from their own deadline", "students", "with extension", "median points"],
        "lrrr",
        rows,
    )
