"""What a class's results say about the components and requirements of an assignment.

Pure functions on plain data: nothing here reads a file, knows a name or draws.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .homework import split_hint
from .text import one_line
from .verdict import Check, Component

SMALL_CLASS = 10  # with fewer students, a correlation says nothing
_SAME = 1e-9  # sums of points that differ by less differ by rounding
_CONFIDENCE = 1.959964  # standard deviations on both sides that hold 95 % of a normal distribution

# Why an item has no discrimination.
FEW = "fewer than 10 students"
ALIKE = "everybody alike"
REST_ALIKE = "equal in all else"
ALONE = "no other component"

# What an instructor should know about an item.
NOBODY_FAILED = "nobody failed"
NOBODY_MET = "nobody met it"
BACKWARDS = "met less often by strong students"
HARD = "met by less than half"


@dataclass(frozen=True)
class PartWork:
    """What one submission has shown in one component."""

    attempted: bool
    passed: bool
    checks: tuple[Check, ...]


Work = Mapping[str, PartWork]  # a submission, by the ids of the components


@dataclass(frozen=True)
class Item:
    """How one component, or one requirement of it, went in a class.

    ``discrimination`` is the correlation between meeting the item and the points for the code of
    all other components, ``interval`` where it lies with 95 % confidence.
    """

    component: str  # its title
    requirement: str  # "" for the component itself
    tried: int  # students
    met: int
    discrimination: float | None
    interval: tuple[float, float] | None
    why_none: str  # why there is no discrimination, or ""

    @property
    def failed(self) -> int:
        return self.tried - self.met

    @property
    def difficulty(self) -> float | None:
        """The share of students who meet it: large is easy. None where nobody tried."""
        return self.met / self.tried if self.tried else None

    @property
    def remark(self) -> str:
        """What stands out, or ""; a correlation only when chance alone hardly explains it."""
        if not self.tried:
            return ""
        if self.met == self.tried:
            return NOBODY_FAILED
        if self.met == 0:
            return NOBODY_MET
        if self.interval is not None and self.interval[1] < 0:
            return BACKWARDS
        return HARD if 2 * self.met < self.tried else ""


def correlation(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Pearson's correlation of two lists of one length; None where one of them does not vary."""
    if len(x) < 2 or max(x) - min(x) < _SAME or max(y) - min(y) < _SAME:
        return None
    return max(-1.0, min(1.0, statistics.correlation(x, y)))


def interval(r: float, size: int) -> tuple[float, float]:
    """Where a correlation found in ``size`` pairs lies with 95 % confidence (Fisher's z)."""
    if abs(r) >= 1 or size <= 3:
        return (r, r) if size > 3 else (-1.0, 1.0)
    reach = _CONFIDENCE / math.sqrt(size - 3)
    return math.tanh(math.atanh(r) - reach), math.tanh(math.atanh(r) + reach)


def component_items(works: Sequence[Work], components: Sequence[Component]) -> list[Item]:
    """An item for each component. Everybody counts: who has not attempted it has not met it."""
    return [
        _item(
            part.title,
            "",
            [(work[part.id].passed, _rest(work, part, components)) for work in works],
            alone=len(components) == 1,
        )
        for part in components
    ]


def requirement_items(works: Sequence[Work], components: Sequence[Component]) -> list[Item]:
    """An item for each requirement, among the students who attempted its component.

    A requirement is met when all checks of it pass, the visible and the hidden ones. The whole
    component is left out of the points it is compared with: it passes only if the requirement is
    met, so the two would be correlated in any case.
    """
    found = []
    for part in components:
        pairs: dict[str, list[tuple[bool, float]]] = defaultdict(list)
        for work in works:
            if work[part.id].attempted:
                rest = _rest(work, part, components)
                for requirement, checks in _by_requirement(work[part.id].checks).items():
                    pairs[requirement].append((all(check.passed for check in checks), rest))
        alone = len(components) == 1
        found += [_item(part.title, name, pair, alone=alone) for name, pair in pairs.items()]
    return found


def _rest(work: Work, part: Component, components: Iterable[Component]) -> float:
    """The points for the code of all components but one."""
    return sum(c.code_points for c in components if c.id != part.id and work[c.id].passed)


def _item(
    component: str, requirement: str, pairs: Sequence[tuple[bool, float]], *, alone: bool
) -> Item:
    met = [float(good) for good, _ in pairs]
    rest = [points for _, points in pairs]
    found = None if alone or len(pairs) < SMALL_CLASS else correlation(met, rest)
    why = ""
    if found is None:
        why = REST_ALIKE
        if alone:
            why = ALONE
        elif len(pairs) < SMALL_CLASS:
            why = FEW
        elif len(set(met)) == 1:
            why = ALIKE
    reach = None if found is None else interval(found, len(pairs))
    return Item(component, requirement, len(pairs), int(sum(met)), found, reach, why)


def _by_requirement(checks: Iterable[Check]) -> dict[str, list[Check]]:
    found: dict[str, list[Check]] = {}
    for check in checks:
        found.setdefault(check.requirement, []).append(check)
    return found


# ---------------------------------------------------------------------------------------
# Mistakes


@dataclass(frozen=True)
class Mistake:
    """What went wrong in the same way for some students."""

    component: str
    requirement: str
    kind: str
    hint: str
    students: int
    only: int  # of these, how many failed nothing else in this component
    with_it: tuple[str, ...] = ()  # requirements that the same students failed, and nobody else


_Fault = tuple[str, str, str, str]  # component, requirement, kind, hint


def mistakes(works: Iterable[Work], components: Sequence[Component]) -> list[Mistake]:
    """The mistakes of a class, the commonest first. What was not attempted is no mistake.

    A student who fails several checks of one requirement makes one mistake: that of the first
    check with a hint, or else of the first. Requirements of a component that exactly the same
    students fail are one mistake too, told by the first one with a hint, or else by the first.
    """
    who: dict[_Fault, set[int]] = defaultdict(set)
    faults: Counter[tuple[int, str]] = Counter()  # of each student in each component
    for student, work in enumerate(works):
        for part in components:
            if work[part.id].attempted:
                for fault in _mistakes_in(part, work[part.id].checks):
                    who[fault].add(student)
                    faults[student, part.title] += 1
    together: dict[tuple[str, frozenset[int]], list[_Fault]] = defaultdict(list)
    for fault, students in who.items():
        together[fault[0], frozenset(students)].append(fault)
    found = [_mistake(group, students, faults) for (_, students), group in together.items()]
    return sorted(found, key=lambda mistake: (-mistake.students, -mistake.only))


def _mistake(
    group: Sequence[_Fault], students: frozenset[int], faults: Mapping[tuple[int, str], int]
) -> Mistake:
    chosen = next((fault for fault in group if fault[3]), group[0])
    only = sum(faults[student, chosen[0]] == len(group) for student in students)
    others = tuple(fault[1] for fault in group if fault is not chosen)
    return Mistake(*chosen, len(students), only, others)


def _mistakes_in(part: Component, checks: Iterable[Check]) -> Iterator[_Fault]:
    for requirement, group in _by_requirement(checks).items():
        failed = [check for check in group if not check.passed]
        if failed:
            hints = [one_line(split_hint(check.message)[1]) for check in failed]
            chosen = next((k for k, hint in enumerate(hints) if hint), 0)
            yield part.title, requirement, failed[chosen].kind, hints[chosen]


def not_attempted(works: Iterable[Work], components: Iterable[Component]) -> dict[str, int]:
    """How many students have left each component as it was, by its id."""
    works = list(works)
    return {part.id: sum(not work[part.id].attempted for work in works) for part in components}
