"""What a comparison found, for the terminal and for programs."""

from __future__ import annotations

import math
from typing import Any

from ..text import one_line
from . import KINDS, Found, Pair
from .compare import DEVIATIONS, LEAST_SHARE, SMALLEST_CLASS, Threshold
from .works import REFERENCE

ON_TERMINAL = 15  # pairs that are printed although nothing about them is unusual
NO_PROOF = (
    "This is no proof. It says where a person should look: two people may have worked together as "
    "they were allowed to, or have used the same book."
)


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def remark(pair: Pair) -> str:
    """What there is to say about a pair, in a few words."""
    if pair.own:
        return "own earlier work"
    return f"unusual: {' and '.join(pair.unusual)}" if pair.unusual else ""


def threshold_text(found: Threshold) -> str:
    """From which share on a pair is called unusual, and how that came about."""
    students = len(found.best)
    if found.share is None:
        return (
            f"{students} works are too few to say what is unusual (at least {SMALLEST_CLASS}): "
            "they are only put in order."
        )
    times = math.exp(DEVIATIONS * found.deviation)
    return (
        f"Unusual from {percent(found.share)} on. {percent(found.median)} is the median of the "
        f"{students} students' largest shares, so that {percent(1 - found.median)} stands in "
        f"nobody else's work. A pair is unusual where this rest is {times:.2g} times smaller, "
        f"which is {DEVIATIONS:.0f} times the spread in this class, and where at least "
        f"{percent(LEAST_SHARE)} are shared."
    )


def table(found: Found) -> str:
    """The pairs, the likest first, and what the numbers mean."""
    lines = [["", "", *KINDS, "words", ""]]
    for pair in found.pairs[: len(found.unusual) + ON_TERMINAL]:
        shares = [" / ".join(map(percent, pair.shares[kind])) for kind in KINDS]
        words = f"{size(pair, 0)} / {size(pair, 1)}"
        names = [one_line(work.name) for work in (pair.one, pair.other)]
        lines.append([*names, *shares, words, remark(pair)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    text += [
        "",
        "How much of each one's own work the other has too; what everybody has counts little.",
    ]
    text += [f"{kind}: {threshold_text(found.measures[kind].threshold)}" for kind in KINDS]
    are = "is" if len(found.unusual) == 1 else "are"
    text.append(f"{len(found.unusual)} of {compared(found)} pairs {are} unusual. {NO_PROOF}")
    if found.refused:
        text.append(f"Not compared, as folders: {', '.join(map(one_line, found.refused))}")
    return "\n".join(text)


def size(pair: Pair, side: int) -> int:
    """How many words and signs a student wrote: those that were given are not counted."""
    work = (pair.one, pair.other)[side]
    return sum(prints.words for prints in work.prints.values())


def compared(found: Found) -> int:
    """How many pairs there are of which one is of this class."""
    size, others = found.size, len(found.works) - found.size
    return size * (size - 1) // 2 + size * others


def to_json(found: Found) -> dict[str, Any]:
    return {
        "assignment": found.assignment,
        "students": found.size,
        "previous": found.origins(),
        "compared": compared(found),
        "thresholds": {
            kind: {
                "share": measure.threshold.share,
                "median": measure.threshold.median,
                "deviation": measure.threshold.deviation,
                "students": len(measure.threshold.best),
            }
            for kind, measure in found.measures.items()
        },
        "pairs": [_pair(pair) for pair in found.pairs],
        "refused": list(found.refused),
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "works": [
            {
                "student": None if work.origin == REFERENCE else work.student,
                "from": work.origin or "this class",
                "words": size(pair, side),
            }
            for side, work in enumerate((pair.one, pair.other))
        ],
        "shares": {kind: [round(share, 4) for share in both] for kind, both in pair.shares.items()},
        "scores": {kind: round(score, 4) for kind, score in pair.scores.items()},
        "unusual": list(pair.unusual),
        "own": pair.own,
    }
