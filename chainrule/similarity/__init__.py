"""Compares what students wrote with what others wrote, in this class and in years before.

It finds what a person should look at and accuses nobody: how much two works have in common, and
whether that is unusual in this class. ``docs/similarity.md`` says how, and what it cannot find.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..course import Assignment, Course
from ..notebooks import read_submission
from ..progress import Progress, silent
from .compare import Measure, measure
from .works import (
    CODE,
    KINDS,
    REFERENCE,
    TEXT,
    THIS_CLASS,
    Given,
    Work,
    folders_in,
    reference_work,
    work_of,
)

MAX_PAIRS = 30  # that are listed although nothing about them is unusual
__all__ = ["CODE", "KINDS", "TEXT", "Found", "Pair", "compare", "similarity"]


@dataclass(frozen=True)
class Pair:
    """Two works: one of this class, and another of it, of an earlier year or of the course.

    shares: of each kind, how much of either's work the other has as well
    unusual: the kinds in which that is more than usual in this class
    own: whether both are by one student, who handed in an earlier year too
    """

    one: Work
    other: Work
    shares: dict[str, tuple[float, float]]
    scores: dict[str, float]
    unusual: tuple[str, ...]
    own: bool


@dataclass(frozen=True)
class Found:
    """What a comparison found. ``pairs``: the unusual ones, then the likest of the others."""

    assignment: str
    works: tuple[Work, ...]
    size: int  # how many of them are this class's
    measures: dict[str, Measure]
    pairs: tuple[Pair, ...]
    refused: tuple[str, ...]  # folders that were passed over

    @property
    def unusual(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.unusual]

    def origins(self) -> list[str]:
        """The folders of earlier years."""
        return sorted({work.origin for work in self.works} - {THIS_CLASS, REFERENCE})


def similarity(
    course: Course,
    assignment: Assignment,
    previous: Sequence[Path] = (),
    progress: Progress = silent,
) -> Found:
    """Compare everything in submitted/ with each other, with ``previous`` years and the reference.

    Raises UsageError for a folder without a submission.
    """
    given = Given.of(assignment)
    folders, refused = [], []
    bases = [(course.root / "submitted", THIS_CLASS), *((path, str(path)) for path in previous)]
    for base, origin in bases:
        found, odd = folders_in(base, origin, assignment.name)
        folders += found
        refused += odd
    works = []
    with progress(f"reading {assignment.name}", len(folders)) as advance:
        for folder in folders:
            submission = read_submission(folder.path, assignment)
            works.append(work_of(folder.student, folder.origin, submission, given))
            advance(folder.student)
    works.append(reference_work(assignment, given))
    return compare(assignment.name, works, refused)


def compare(assignment: str, works: Sequence[Work], refused: Sequence[str] = ()) -> Found:
    """Compare ``works``, of which this class's come first."""
    size = sum(work.origin == THIS_CLASS for work in works)
    measures = {kind: measure(works, size, kind) for kind in KINDS}
    pairs = [_pair(works, measures, *place) for place in _ranked(works, size, measures)]
    return Found(assignment, tuple(works), size, measures, tuple(pairs), tuple(refused))


def _ranked(
    works: Sequence[Work], size: int, measures: dict[str, Measure]
) -> list[tuple[int, int]]:
    """The places of the pairs that are listed, in order."""
    score = np.triu(np.max([found.scores for found in measures.values()], axis=0), 1)
    unusual = np.any([found.unusual(found.scores) for found in measures.values()], axis=0)
    people = np.array([work.person for work in works])
    marked = np.triu(unusual & (people[:size, None] != people), 1)
    order = np.lexsort((-score.ravel(), ~marked.ravel()))[: int(marked.sum()) + MAX_PAIRS]
    places = [divmod(place, len(works)) for place in order.tolist()]
    return [place for place in places if score[place] > 0]


def _pair(works: Sequence[Work], measures: dict[str, Measure], one: int, other: int) -> Pair:
    scores = {kind: float(found.scores[one, other]) for kind, found in measures.items()}
    own = works[one].person == works[other].person
    unusual = (kind for kind, found in measures.items() if found.unusual(scores[kind]))
    return Pair(
        works[one],
        works[other],
        {kind: found.shares(one, other) for kind, found in measures.items()},
        scores,
        () if own else tuple(unusual),
        own,
    )
