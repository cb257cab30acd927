"""What judging produces: plain data that any process may hold, compare and store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Check:
    """The outcome of one requirement of a component."""

    name: str
    requirement: str
    passed: bool
    kind: str  # "" or missing, raised, type, shape, values, timeout, crashed
    message: str
    hidden: bool


@dataclass(frozen=True)
class Component:
    """One entry of the point scheme, read from the cells of the source notebooks."""

    id: str  # kebab case: the graded cells are <id>-tests and <id>-formula
    title: str  # what students call it: the class's name
    code_points: float
    formula_points: float | None
    test_notebook: str  # notebook names without .ipynb
    formula_notebook: str | None


@dataclass(frozen=True)
class ComponentVerdict:
    """How one component was judged. Points count only if it passed."""

    component: Component
    passed: bool
    formula_answered: bool  # a person has something to read
    checks: tuple[Check, ...]

    @property
    def code_score(self) -> float:
        return self.component.code_points if self.passed else 0.0

    @property
    def needs_manual(self) -> bool:
        return self.passed and self.formula_answered

    def to_json(self) -> dict[str, Any]:
        part = self.component
        formula = None
        if part.formula_points is not None:
            formula = {"score": 0.0, "max": part.formula_points, "needs_manual": self.needs_manual}
        return {
            "id": part.id,
            "title": part.title,
            "passed": self.passed,
            "code": {"score": self.code_score, "max": part.code_points},
            "formula": formula,
            "checks": [vars(check) for check in self.checks],
        }


@dataclass(frozen=True)
class CellGrade:
    """The automatic score of one graded cell; None means that a person has to read it."""

    notebook: str
    grade_id: str
    auto_score: float | None
    answer: str = ""  # a hash of what was written in the cell, if it takes an answer


@dataclass(frozen=True)
class CellComment:
    """The automatic comment on one solution cell; None means that there is none."""

    notebook: str
    grade_id: str
    comment: str | None


@dataclass(frozen=True)
class Verdict:
    """Everything that is known about one submission after judging it."""

    assignment: str
    components: tuple[ComponentVerdict, ...]
    grades: tuple[CellGrade, ...]  # every graded cell of every source notebook
    comments: tuple[CellComment, ...]  # every solution cell of every source notebook
    notebooks: dict[str, bytes] = field(repr=False)  # the autograded notebooks, by name
    problems: tuple[str, ...] = ()
    seconds: float = 0.0
    submission: str = ""  # a hash of the bytes that were judged

    @property
    def score(self) -> float:
        """Points that are certain now, without what a person still has to read."""
        return sum(part.code_score for part in self.components)

    @property
    def max_score(self) -> float:
        scheme = [part.component for part in self.components]
        return sum(part.code_points + (part.formula_points or 0.0) for part in scheme)

    @property
    def needs_manual(self) -> bool:
        return any(part.needs_manual for part in self.components)

    def to_json(self) -> dict[str, Any]:
        """The object that ``chainrule check --json`` prints."""
        return {
            "assignment": self.assignment,
            "score": self.score,
            "max_score": self.max_score,
            "needs_manual": self.needs_manual,
            "components": [part.to_json() for part in self.components],
            "problems": list(self.problems),
        }
