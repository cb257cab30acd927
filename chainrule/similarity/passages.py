"""The passages that two works have in common, to be looked at side by side."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from .prints import Numbers, Prints, lines_of
from .works import Piece, Work

MAX_PASSAGES = 12  # of a pair and kind
MAX_LINES = 60  # of a passage
MAX_COLUMNS = 500


@dataclass(frozen=True)
class Line:
    text: str
    matches: bool


@dataclass(frozen=True)
class Side:
    """One student's side of a passage, and where it stands."""

    place: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Passage:
    left: Side
    right: Side
    weight: float


def passages(one: Work, other: Work, kind: str, weights: dict[int, float]) -> list[Passage]:
    """What the pieces of ``one`` have in common with those of ``other``, the weightiest first."""
    mine, yours = one.prints[kind], other.prints[kind]
    shared = np.intersect1d(mine.hashes, yours.hashes)
    places = defaultdict(set)  # the other's units that have a fingerprint
    for value, unit in zip(yours.hashes.tolist(), yours.unit.tolist(), strict=True):
        places[value].add(unit)
    here = np.isin(mine.hashes, shared)
    found = []
    for unit in np.unique(mine.unit[here]).tolist():
        values = mine.hashes[here & (mine.unit == unit)]
        alike: dict[int, float] = defaultdict(float)
        for value in values.tolist():
            for place in places[value]:
                alike[place] += weights[value]
        partner, weight = max(alike.items(), key=lambda item: item[1])
        if weight > 0:
            common = np.intersect1d(values, yours.hashes[yours.unit == partner])
            left = _side(one.pieces[kind][unit], _starts(mine, unit, common), mine.length)
            right = _side(other.pieces[kind][partner], _starts(yours, partner, common), mine.length)
            found.append(Passage(left, right, weight))
    return sorted(found, key=lambda passage: -passage.weight)


def _starts(prints: Prints, unit: int, common: Numbers) -> Numbers:
    start: Numbers = prints.start[(prints.unit == unit) & np.isin(prints.hashes, common)]
    return start


def _side(piece: Piece, start: Numbers, length: int) -> Side:
    """The lines of a piece, from the one above it, in which a function begins."""
    marked = lines_of(piece.unit, start, length)
    source = piece.cell.source.split("\n")
    first = max(1, min(piece.unit.lines) - 1)
    last = min(max(piece.unit.lines), len(source))
    if last - first >= MAX_LINES:  # rather around what matches
        first = max(first, min(marked) - 1)
        last = min(last, first + MAX_LINES - 1)
    shown = range(first, last + 1)
    text = textwrap.dedent("\n".join(source[number - 1] for number in shown)).split("\n")
    lines = (Line(_short(line), number in marked) for number, line in zip(shown, text, strict=True))
    return Side(f"{piece.cell.notebook}, cell {piece.cell.number}", tuple(lines))


def _short(line: str) -> str:
    return line if len(line) <= MAX_COLUMNS else f"{line[:MAX_COLUMNS]} …"
