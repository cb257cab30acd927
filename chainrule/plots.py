"""The drawings of a report, made from plain numbers.

No colour stands alone: what waits is hatched, what is late is hollow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from statistics import median
from typing import Any

from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from .pictures import BLUE, FAINT, GREY, INK, ORANGE, RED, WIDTH

_ROW = 0.27  # inches: the height of a row
_SHORT, _LONGEST = 28, 88  # letters of a label beside its row, and above it
_HATCH = "//////"

# ---------------------------------------------------------------------------------------
# Distributions


def bins(top: float) -> list[float]:
    """The edges of at most 20 bins from 0 to ``top`` or just above, of a width that people use."""
    if top <= 0:
        return [0.0, 1.0]
    power = 10.0 ** math.floor(math.log10(top / 20))
    width = next(w for w in (power, 2 * power, 2.5 * power, 5 * power, 10 * power) if top / w <= 20)
    width = max(width, 0.5) if top >= 5 else width
    return [width * number for number in range(math.ceil(top / width - 1e-9) + 1)]


def counted(values: Sequence[float], edges: Sequence[float]) -> list[int]:
    """How many values lie in each bin; one on an edge is above it, the last edge belongs below.

    What lies outside is counted in the first or last bin. Rounding by 1e-9 does not matter.
    """
    counts = [0] * (len(edges) - 1)
    for value in values:
        above = sum(edge <= value + 1e-9 for edge in edges)
        counts[min(max(above - 1, 0), len(counts) - 1)] += 1
    return counts


@dataclass(frozen=True)
class Histogram:
    """How many students are in each bin now, and at most."""

    labels: list[str]
    now: list[int]
    most: list[int]
    unit: str


def histogram(figure: Figure, data: Histogram) -> None:
    """A bar for what is certain and, where it differs, one for what may still become of it."""
    axes = figure.subplots()
    places = range(len(data.labels))
    if data.most == data.now:
        _counted_bars(axes, places, data.now, 0.9, facecolor=BLUE)
    else:
        waits: dict[str, Any] = {
            "facecolor": "none",
            "edgecolor": ORANGE,
            "hatch": _HATCH,
            "linewidth": 0.8,
        }
        _counted_bars(axes, [place - 0.21 for place in places], data.now, 0.4, facecolor=BLUE)
        _counted_bars(axes, [place + 0.21 for place in places], data.most, 0.4, **waits)
        _legend(
            figure, Patch(color=BLUE, label="certain now"), _waiting("if all that waits is right")
        )
    axes.set_xticks(places, data.labels)
    axes.set_xlim(-0.6, len(data.labels) - 0.4)
    axes.set_xlabel(data.unit)
    axes.set_ylabel("students")
    axes.yaxis.set_major_locator(_whole_numbers())
    axes.set_ylim(0, max([1, *data.now, *data.most]) * 1.1)


def _counted_bars(
    axes: Axes, places: Sequence[float], counts: Sequence[int], width: float, **style: Any
) -> None:
    bars = axes.bar(places, counts, width=width, **style)
    axes.bar_label(bars, [str(count) if count else "" for count in counts], padding=1, fontsize=8)


def _whole_numbers() -> MaxNLocator:
    return MaxNLocator(7, integer=True, min_n_ticks=1)


def _legend(figure: Figure, *handles: Patch | Line2D) -> None:
    figure.legend(
        handles=handles, loc="outside upper left", ncols=len(handles), frameon=False, fontsize=9
    )


# ---------------------------------------------------------------------------------------
# Pictures with a row for each component, requirement or mistake


def _rows(figure: Figure, axes: Axes, labels: Sequence[str], height: float = 1.0) -> None:
    """Make room for the rows, the first at the top, and write their labels.

    Short labels stand to the left. If one is long, all of them stand above their rows.
    """
    if max(map(len, labels)) <= _SHORT:
        axes.set_yticks(range(len(labels)), labels)
    else:
        height += 0.6
        axes.set_yticks([])
        axes.set_zorder(2)  # a long label may reach into the picture beside
        axes.patch.set_visible(False)
        for place, label in enumerate(labels):
            text = label if len(label) <= _LONGEST else label[: _LONGEST - 1].rstrip() + "…"
            written = axes.annotate(text, (0, place - 0.3), ha="left", va="bottom", fontsize=9)
            written.set_in_layout(False)
    figure.set_size_inches(WIDTH, 1.1 + _ROW * height * len(labels))
    axes.set_ylim(len(labels) - 0.4, -0.6 if axes.get_yticks().size else -0.8)
    axes.tick_params(axis="y", length=0)


def _grid(axes: Axes) -> None:
    axes.set_axisbelow(True)
    axes.grid(axis="x", color=FAINT, linewidth=0.8)
    axes.spines["left"].set_visible(False)


def _percentages(axes: Axes) -> None:
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _hatched(
    axes: Axes,
    places: Sequence[float],
    widths: Sequence[float],
    left: Sequence[float],
    height: float,
) -> BarContainer:
    style: dict[str, Any] = {"facecolor": "none", "edgecolor": ORANGE, "hatch": _HATCH}
    return axes.barh(places, widths, left=left, height=height, linewidth=0.8, **style)


def _waiting(label: str) -> Patch:
    return Patch(facecolor="none", edgecolor=ORANGE, hatch=_HATCH, label=label)


def _at_ends(axes: Axes, bars: BarContainer, texts: Sequence[str]) -> None:
    axes.bar_label(bars, texts, padding=4, fontsize=8.5)


@dataclass(frozen=True)
class Share:
    """The share of its points that a component has brought the class; None: no derivation."""

    title: str
    code: float
    formula: float | None
    waits: float  # the share of the points for derivations that waits for a person


def shares(figure: Figure, data: Sequence[Share]) -> None:
    axes = figure.subplots()
    _rows(figure, axes, [row.title for row in data], 1.6)
    upper = [place - (0.2 if row.formula is not None else 0) for place, row in enumerate(data)]
    code = axes.barh(upper, [row.code for row in data], height=0.36, color=BLUE)
    _at_ends(axes, code, [_percent(row.code) for row in data])
    derived = [(place + 0.2, row) for place, row in enumerate(data) if row.formula is not None]
    lower = [place for place, _ in derived]
    formula = [row.formula or 0.0 for _, row in derived]
    axes.barh(lower, formula, height=0.36, color=ORANGE)
    waits = _hatched(axes, lower, [row.waits for _, row in derived], formula, 0.36)
    _at_ends(
        axes,
        waits,
        [
            _percent(row.formula or 0.0) + (f" + {_percent(row.waits)} waits" if row.waits else "")
            for _, row in derived
        ],
    )
    _percentages(axes)
    axes.set_xlabel("share of the points that the class has got, before penalties")
    _grid(axes)
    handles = [Patch(color=BLUE, label="code")]
    if derived:
        handles.append(Patch(color=ORANGE, label="derivation, read"))
    if any(row.waits for row in data):
        handles.append(_waiting("derivation, waits"))
    _legend(figure, *handles)


@dataclass(frozen=True)
class Reading:
    """How far a person is with the answers to one component."""

    title: str
    read: int
    waits: int


def progress(figure: Figure, data: Sequence[Reading]) -> None:
    axes = figure.subplots()
    _rows(figure, axes, [row.title for row in data])
    read, places = [row.read for row in data], range(len(data))
    axes.barh(places, read, height=0.62, color=BLUE)
    waits = _hatched(axes, places, [row.waits for row in data], read, 0.62)
    _at_ends(axes, waits, [f"{row.read} read, {row.waits} wait" for row in data])
    axes.set_xlabel("answers")
    axes.xaxis.set_major_locator(_whole_numbers())
    axes.set_xlim(0, max([1, *(row.read + row.waits for row in data)]) * 1.02)
    _grid(axes)
    _legend(figure, Patch(color=BLUE, label="read"), _waiting("wait for a person"))


def mistakes(figure: Figure, data: Sequence[tuple[str, int, str]]) -> None:
    """A bar for each (label, how many students, kind)."""
    axes = figure.subplots()
    _rows(figure, axes, [label for label, _, _ in data])
    bars = axes.barh(range(len(data)), [count for _, count, _ in data], height=0.5, color=BLUE)
    _at_ends(axes, bars, [f"{count}: {kind}" for _, count, kind in data])
    axes.set_xlabel("students")
    axes.xaxis.set_major_locator(_whole_numbers())
    axes.set_xlim(0, max([1, *(count for _, count, _ in data)]) * 1.02)
    _grid(axes)


@dataclass(frozen=True)
class Mark:
    """One row of a picture of items."""

    label: str
    difficulty: float
    discrimination: float | None
    interval: tuple[float, float] | None
    alarming: bool


def items(figure: Figure, data: Sequence[Mark], who: str) -> None:
    """Difficulty on the left; on the right, where there is any, discrimination."""
    told = any(row.discrimination is not None for row in data)
    left, right = figure.subplots(1, 2, width_ratios=(3, 2)) if told else (figure.subplots(), None)
    _rows(figure, left, [row.label for row in data])
    colours = [RED if row.alarming else BLUE for row in data]
    places, shares = range(len(data)), [row.difficulty for row in data]
    bars = left.barh(places, shares, height=0.3, color=colours)
    _at_ends(left, bars, [_percent(share) for share in shares])
    _percentages(left)
    left.set_xlabel(who)
    _grid(left)
    if right is None:
        return
    for colour, marker in ((BLUE, "o"), (RED, "D")):
        chosen = [
            (place, row.discrimination, row.interval)
            for place, row in enumerate(data)
            if row.alarming == (colour == RED) and row.interval is not None
        ]
        rows = [place for place, _, _ in chosen]
        right.hlines(
            rows, [low for _, _, (low, _) in chosen], [high for _, _, (_, high) in chosen], colour
        )
        right.plot([r for _, r, _ in chosen], rows, marker, color=colour, markersize=6)
    right.set_ylim(left.get_ylim())
    right.set_yticks([])
    right.set_xlim(-1, 1)
    right.set_xticks([-1, -0.5, 0, 0.5, 1], ["−1", "−.5", "0", ".5", "1"])
    right.axvline(0, color=GREY, linewidth=1)
    right.set_xlabel("correlation with the rest")
    _grid(right)


# ---------------------------------------------------------------------------------------
# Time


@dataclass(frozen=True)
class Arrival:
    """One submission: when it came, and its points before a penalty."""

    moment: datetime
    points: float
    late: bool
    extended: bool


EARLIEST, LATEST = timedelta(days=-10), timedelta(days=7)  # from the deadline, that are drawn


def times(
    figure: Figure,
    data: Sequence[Arrival],
    deadline: datetime | None,
    zone: tzinfo,
    max_points: float,
) -> None:
    """A point for each submission. What came long before or after stands at the edge."""
    axes = figure.subplots()
    groups = (
        ("in time", "o", BLUE, lambda one: not one.late and not one.extended),
        ("in time, with an extension", "^", ORANGE, lambda one: not one.late and one.extended),
        ("late: counts nothing", "o", RED, lambda one: one.late),
    )
    handles: list[Patch | Line2D] = []
    for label, marker, colour, belongs in groups:
        chosen = [one for one in data if belongs(one)]
        hollow = {"markerfacecolor": "none"} if colour == RED else {"alpha": 0.75}
        style: dict[str, Any] = {
            "marker": marker,
            "color": colour,
            "linestyle": "",
            "markersize": 7,
            **hollow,
        }
        moments = [date2num(_within(one.moment, deadline)) for one in chosen]
        axes.plot(moments, [one.points for one in chosen], clip_on=False, zorder=3, **style)
        if chosen:
            handles.append(Line2D([], [], label=f"{label} ({len(chosen)})", **style))
    if deadline is not None:
        axes.axvline(date2num(deadline), color=INK, linewidth=1.2)
        axes.annotate(
            "deadline ",
            (date2num(deadline), 1),
            xycoords=("data", "axes fraction"),
            ha="right",
            va="bottom",
            fontsize=9,
        )
        _at_the_edges(axes, data, deadline)
    locator = AutoDateLocator(tz=zone)
    formatter = ConciseDateFormatter(locator, tz=zone, show_offset=False)
    formatter.formats[2], formatter.zero_formats[2] = "%d %b", "%d %b"
    formatter.zero_formats[3] = "%d %b"
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)
    axes.set_xlabel(f"handed in ({zone}), {max(one.moment for one in data):%Y}")
    axes.yaxis.set_major_locator(_whole_numbers())
    axes.set_ylabel("points before a penalty")
    axes.set_ylim(0, max_points or 1)
    axes.grid(color=FAINT, linewidth=0.8)
    figure.set_size_inches(WIDTH, 3.8)
    _legend(figure, *handles)


def _at_the_edges(axes: Axes, data: Sequence[Arrival], deadline: datetime) -> None:
    """Say how many have come before or after what is drawn."""
    earlier = sum(one.moment < deadline + EARLIEST for one in data)
    later = sum(one.moment > deadline + LATEST for one in data)
    for count, edge, text, side in (
        (earlier, EARLIEST, f"← {earlier} earlier", "left"),
        (later, LATEST, f"{later} later →", "right"),
    ):
        if count:
            place = (date2num(deadline + edge), 1)
            axes.annotate(
                text, place, xycoords=("data", "axes fraction"), ha=side, va="bottom", fontsize=9
            )


def _within(moment: datetime, deadline: datetime | None) -> datetime:
    if deadline is None:
        return moment
    return min(max(moment, deadline + EARLIEST), deadline + LATEST)


# ---------------------------------------------------------------------------------------
# A course


def strips(figure: Figure, data: Sequence[tuple[str, Sequence[float]]]) -> None:
    """For each (assignment, shares of points): all students as ticks, the median as a diamond."""
    axes = figure.subplots()
    _rows(figure, axes, [name for name, _ in data], 1.8)
    for place, (_, values) in enumerate(data):
        axes.plot(
            values, [place] * len(values), "|", color=BLUE, markersize=16, alpha=0.6, clip_on=False
        )
        if values:
            axes.plot(median(values), place, "D", color=RED, markersize=8, clip_on=False, zorder=3)
    _percentages(axes)
    axes.set_xlabel("share of the points that are certain now")
    _grid(axes)
    _legend(
        figure,
        Line2D([], [], marker="|", color=BLUE, linestyle="", markersize=12, label="one student"),
        Line2D([], [], marker="D", color=RED, linestyle="", label="median"),
    )
