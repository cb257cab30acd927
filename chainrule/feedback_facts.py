"""What a student's page tells that is not in autograded/.

Nothing here imports nbgrader, which takes a second: the processes that render pages need none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .disclosure import Shown
from .moments import Due

Cell = tuple[str, str]  # a notebook's name and a cell's grade id


@dataclass(frozen=True)
class Points:
    """The score of one graded cell."""

    points: float
    of: float
    waits: bool  # for a person
    by_person: bool


@dataclass(frozen=True)
class Remarks:
    """What stands beside one cell: from the grader, and from a person."""

    automatic: str
    by_person: str


@dataclass(frozen=True)
class Told:
    """All that one student's page says and that is not in autograded/."""

    student: str
    name: str  # "" where nobody has said it
    handed_in: datetime | None  # UTC
    due: Due
    penalty: float
    points: dict[Cell, Points] = field(default_factory=dict)
    remarks: dict[Cell, Remarks] = field(default_factory=dict)
    void: str = ""  # why the whole assignment counts nothing

    @property
    def late(self) -> timedelta:
        return self.due.lateness(self.handed_in)

    @property
    def max_score(self) -> float:
        return sum(cell.of for cell in self.points.values())

    @property
    def total(self) -> float:
        """The points that are certain now, never less than none: what ``chainrule scores`` says."""
        return max(0.0, sum(cell.points for cell in self.points.values()) - self.penalty)


def fingerprint(told: Told, judged: bytes, shown: Shown) -> str:
    """A hash of all that a page says; ``judged`` is what is remembered of the verdict."""
    points, remarks = dict(sorted(told.points.items())), dict(sorted(told.remarks.items()))
    facts = replace(told, points=points, remarks=remarks)
    return hashlib.sha256(repr((facts, shown)).encode() + judged).hexdigest()[:32]
