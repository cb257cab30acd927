"""The report: one page that needs nothing else, with the passages side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..course import Assignment, Course
from ..templating import template
from ..text import clean, one_line
from . import KINDS, Found, Pair
from .compare import Threshold
from .passages import MAX_PASSAGES, Passage, passages
from .told import NO_PROOF, compared, percent, remark, size, threshold_text

MAX_ROWS = 200  # pairs
WIDTH, HEIGHT, MARGIN, DOT = 640, 120, 24, 4.0  # of the picture of shares


@dataclass(frozen=True)
class Part:
    """One kind of work of a pair: the passages to show, and how many are left out."""

    kind: str
    shares: tuple[str, str]
    passages: list[Passage]
    more: int


@dataclass(frozen=True)
class Row:
    """A pair as the page shows it."""

    id: str
    names: tuple[str, str]
    pair: Pair
    words: tuple[int, int]
    remark: str
    parts: list[Part]


def write_page(course: Course, assignment: Assignment, found: Found) -> Path:
    """Write reports/similarity/<assignment>.html; give its path.

    Not beside the reports on how an assignment went, which may be shown to others.
    """
    path = course.root / "reports" / "similarity" / f"{assignment.name}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(page(found), encoding="utf-8")
    new.replace(path)
    return path


def page(found: Found) -> str:
    shown = found.pairs[:MAX_ROWS]
    thresholds = {kind: found.measures[kind].threshold for kind in KINDS}
    made_of = template("similarity.html.j2", percent=percent, clean=clean, one_line=one_line)
    return made_of.render(
        found=found,
        rows=[_row(number, pair, found) for number, pair in enumerate(shown, 1)],
        more=len(found.pairs) - len(shown),
        kinds=KINDS,
        compared=compared(found),
        unusual=len(found.unusual),
        no_proof=NO_PROOF,
        thresholds={kind: threshold_text(each) for kind, each in thresholds.items()},
        pictures={kind: Picture.of(each) for kind, each in thresholds.items()},
    )


def _row(number: int, pair: Pair, found: Found) -> Row:
    parts = []
    for kind in sorted(KINDS, key=lambda kind: kind not in pair.unusual):
        both = passages(pair.one, pair.other, kind, found.measures[kind].weights)
        shown = both[:MAX_PASSAGES]
        one, other = map(percent, pair.shares[kind])
        parts.append(Part(kind, (one, other), shown, len(both) - len(shown)))
    return Row(
        f"pair-{number}",
        (pair.one.name, pair.other.name),
        pair,
        (size(pair, 0), size(pair, 1)),
        remark(pair),
        [part for part in parts if part.passages],
    )


@dataclass(frozen=True)
class Picture:
    """Each student's largest share as a dot on a line from 0 to 1, dots above each other."""

    dots: list[tuple[float, float, bool]]  # x, y, and whether it is unusual
    ticks: list[tuple[float, str]]
    limit: float | None  # x of the threshold
    floor: float

    @classmethod
    def of(cls, threshold: Threshold) -> Picture:
        floor = HEIGHT - 24.0
        limit = threshold.share if threshold.share is not None and threshold.share <= 1 else None
        dots = [
            (x, y, limit is not None and share >= limit)
            for share, (x, y) in zip(threshold.best, _stacked(threshold.best, floor), strict=True)
        ]
        ticks = [(_x(tenth / 10), percent(tenth / 10)) for tenth in range(0, 11, 2)]
        return cls(dots, ticks, None if limit is None else _x(limit), floor)


def _x(share: float) -> float:
    return round(MARGIN + min(share, 1.0) * (WIDTH - 2 * MARGIN), 1)


def _stacked(shares: Sequence[float], floor: float) -> list[tuple[float, float]]:
    """Where the dots go: in columns, as close above each other as the height demands."""
    columns: dict[int, int] = {}
    placed = []
    for share in shares:
        column = math.floor(min(share, 1.0) * 80)
        height = columns[column] = columns.get(column, 0) + 1
        placed.append((_x((column + 0.5) / 80), height))
    step = min(2 * DOT + 1, (floor - 3 * DOT) / max(columns.values(), default=1))
    return [(x, round(floor - DOT - 1 - (height - 1) * step, 1)) for x, height in placed]
