"""How much of what each student wrote stands in somebody else's work too, and what is unusual.

All pairs are compared at once, by an index from fingerprints to works. A fingerprint that many
people have says little, as all correct solutions share short passages: its weight falls from 1, for
what two people have, to 0, for what everybody has.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .prints import Numbers
from .works import Work

Matrix = NDArray[np.float64]
SMALLEST_CLASS = 8  # with less work to compare there is no telling what is unusual
DEVIATIONS = 7.0  # from the median, from which on a share is unusual
LEAST_SHARE = 0.4  # ... which it has to reach in any case
_ALL = 0.999  # a share that counts as everything
_TO_DEVIATION = 1.4826  # a normal distribution's, from its median absolute deviation
# With less than this a share counts less: so many fingerprints, which are about 20 lines, and a
# quarter of what the work of a student usually weighs.
_ENOUGH = 40.0
_ENOUGH_OF_USUAL = 0.25
_BLOCK = 4096  # fingerprints that are dealt with at once


@dataclass(frozen=True)
class Threshold:
    """From which share on a pair is unusual, and what that follows from."""

    share: float | None  # None: too few students
    median: float  # of the largest share that each student has in common with anybody
    deviation: float  # of the logarithm of the rest that each has alone, told from medians
    best: tuple[float, ...]  # those shares themselves, in order


@dataclass(frozen=True)
class Measure:
    """One kind of work compared: the first ``size`` works are this class's, others follow.

    weights: of each fingerprint
    total: (works,) what the fingerprints of each weigh together
    ours: (size, works) what those weigh of this class's work that the other has as well
    theirs: (works, size) the same of the other's work
    scores: (size, works) what decides: the larger share, as far as there is enough of either's work
    """

    weights: dict[int, float]
    total: Matrix
    ours: Matrix
    theirs: Matrix
    scores: Matrix
    threshold: Threshold

    def shares(self, one: int, other: int) -> tuple[float, float]:
        """How much of each one's work the other has as well, from 0 to 1."""
        of_one = self.ours[one, other] / max(self.total[one], 1e-9)
        of_other = self.theirs[other, one] / max(self.total[other], 1e-9)
        return min(float(of_one), 1.0), min(float(of_other), 1.0)  # sums of floats

    def unusual(self, scores: Any) -> Any:
        """Whether a score, or each of an array of scores, is unusual."""
        limit = self.threshold.share
        return scores >= (math.inf if limit is None else limit)


def measure(works: Sequence[Work], size: int, kind: str) -> Measure:
    """Compare the first ``size`` of ``works``, this class's, with each other and all others."""
    prints = [work.prints[kind].distinct for work in works]
    known, place = np.unique(np.concatenate([found for found, _ in prints]), return_inverse=True)
    owner = np.repeat(np.arange(len(works)), [len(found) for found, _ in prints])
    count = np.concatenate([number for _, number in prints]).astype(np.float32)
    people, person = np.unique([work.person for work in works], return_inverse=True)
    weight = _weights(place, person[owner], len(known), len(people))
    total: Matrix = np.zeros(len(works))
    np.add.at(total, owner, count * weight[place])
    shape = size, len(works)
    ours, theirs = np.zeros(shape), np.zeros(shape[::-1])
    order = np.argsort(place, kind="stable")
    edges = np.searchsorted(place[order], np.arange(0, len(known) + _BLOCK, _BLOCK))
    for number, (start, end) in enumerate(pairwise(edges)):
        chosen = order[start:end]
        column = place[chosen] - number * _BLOCK
        has = np.zeros((len(works), _BLOCK), np.float32)
        has[owner[chosen], column] = 1
        weighs = np.zeros_like(has)
        weighs[owner[chosen], column] = count[chosen] * weight[place[chosen]]
        ours += weighs[:size] @ has.T
        theirs += weighs @ has[:size].T
    written = np.bincount(owner, count, minlength=len(works)).astype(np.float64)
    scores = _scores(total, ours, theirs, written)
    oneself = np.equal.outer(person[:size], person)  # also in earlier years
    threshold = _threshold(np.where(oneself, 0.0, scores), total[:size])
    weights = dict(zip(known.tolist(), weight.tolist(), strict=True))
    return Measure(weights, total, ours, theirs, scores, threshold)


def _weights(place: Numbers, person: Numbers, known: int, people: int) -> Matrix:
    """1 for what one or two people have, less the more have it, 0 for what all have."""
    once = np.unique(place * people + person)
    having = np.bincount(once // people, minlength=known)
    scale = np.log(max(people / 2, 2))
    weights: Matrix = np.clip(np.log(people / np.maximum(having, 1)) / scale, 0, 1)
    return weights


def _scores(total: Matrix, ours: Matrix, theirs: Matrix, written: Matrix) -> Matrix:
    """(size, works): the larger share of each pair; ``written`` are the fingerprints of each."""
    size = len(ours)
    wrote = total[:size][total[:size] > 0]
    least = _ENOUGH_OF_USUAL * float(np.median(wrote)) if len(wrote) else 0.0
    part = np.minimum(written / _ENOUGH, 1) / np.maximum(total, max(least, 1e-9))
    return np.minimum(np.maximum(ours * part[:size, None], (theirs * part[:, None]).T), 1.0)


def _threshold(scores: Matrix, total: Matrix) -> Threshold:
    """What is unusual in this class, told from the largest score of each who wrote anything.

    It is the rest that tells, which stands in nobody else's work: between 85 and 95 % in common it
    shrinks to a third. So its logarithm is looked at, and the median and the median deviation,
    which hardly move when some in the class have copied.
    """
    best = scores[total > 0].max(axis=1, initial=0.0)
    if not len(best):
        return Threshold(None, 0.0, 0.0, ())
    rest = -np.log(1 - np.minimum(best, _ALL))
    median = float(np.median(rest))
    deviation = _TO_DEVIATION * float(np.median(np.abs(rest - median)))
    share = max(LEAST_SHARE, min(_ALL, 1 - math.exp(-median - DEVIATIONS * deviation)))
    small = len(best) < SMALLEST_CLASS
    usual = float(np.median(best))
    return Threshold(None if small else share, usual, deviation, tuple(sorted(best.tolist())))
