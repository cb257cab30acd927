"""The final mark, from the share of points."""

from __future__ import annotations

import math
from itertools import pairwise

# (share of points, mark out of 10); linear in between, and nothing above the last.
SCALE = ((0.0, 0.0), (0.5, 3.0), (0.9, 10.0))
BEST = SCALE[-1][1]


def mark(points: float, max_points: float) -> float:
    """The mark out of 10 for ``points``. A share within 1e-9 of a corner of the scale is there."""
    share = points / max_points if max_points else 0.0
    for (low, mark_low), (high, mark_high) in pairwise(SCALE):
        if share < high - 1e-9:
            return max(0.0, mark_low + (mark_high - mark_low) * (share - low) / (high - low))
    return BEST


def rounded(mark: float, digits: int = 1) -> float:
    """``mark`` as people are shown it: halves go up, but 10 is only for those who reach it.

    What misses a half by less than 1e-9, as sums of floats do, counts as that half.
    """
    if mark >= BEST:
        return BEST
    scale = 10.0**digits
    return min(math.floor(mark * scale + 0.5 + 1e-9), BEST * scale - 1) / scale
