"""What the measurements say: rows of ratios, classes of several sizes, and parts of the time."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Target:
    """A bound that a number has to keep."""

    bound: float
    at_least: bool
    unit: str = "x"

    def met(self, value: float) -> bool:
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        unit = self.unit if self.unit in ("x", "") else f" {self.unit}"
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}{unit}"


def at_least(bound: float, unit: str = "x") -> Target:
    return Target(bound, True, unit)


def at_most(bound: float, unit: str = "x") -> Target:
    return Target(bound, False, unit)


@dataclass
class Row:
    """One line of the table; ``values`` has a number for each round, the median counts."""

    group: str
    what: str
    ours: str = ""
    other: str = ""
    values: list[float] = field(default_factory=list)
    target: Target | None = None
    unit: str = "x"
    remark: str = ""  # in place of a number

    @property
    def value(self) -> float:
        return statistics.median(self.values)

    @property
    def result(self) -> str:
        if not self.values:
            return self.remark
        unit = self.unit if self.unit in ("x", "") else f" {self.unit}"
        return f"{number(self.value)}{unit}"

    @property
    def spread(self) -> str:
        if len(self.values) < 2:
            return ""
        return f"{number(min(self.values))} to {number(max(self.values))}"

    @property
    def verdict(self) -> str:
        if self.target is None or not self.values:
            return ""
        return "met" if self.target.met(self.value) else "NOT MET"

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Row:
        target = values["target"]
        return cls(**{**values, "target": Target(**target) if target else None})


def number(value: float) -> str:
    """Three digits are more than the noise allows."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def medians(values: Sequence[float], unit: str) -> str:
    return f"{number(statistics.median(values))} {unit}"


@dataclass
class ClassSize:
    """One run of ``chainrule grade`` over a class of this size."""

    size: int
    wall: float
    cpu: float
    first: float  # seconds to the first stored verdict
    stored: float  # to the last one
    peaks: dict[str, float]  # MB
    growth: float | None = None  # of the time for each submission, late over early
    memory_growth: dict[str, float] = field(default_factory=dict)  # MB between the same moments

    @property
    def throughput(self) -> float:
        return self.size / self.wall


@dataclass
class Results:
    """All that one run of the benchmarks found."""

    machine: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    sizes: list[ClassSize] = field(default_factory=list)
    parts: dict[str, float] = field(default_factory=dict)  # seconds of a whole run by part
    parts_size: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Results:
        rows = [Row.from_json(row) for row in values["rows"]]
        sizes = [ClassSize(**size) for size in values["sizes"]]
        return cls(**{**values, "rows": rows, "sizes": sizes})
