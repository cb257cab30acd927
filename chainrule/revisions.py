"""Whether an answer that a person has graded is still the one they saw.

A person's score is given for what the cell held, for how its component's checks went and for what
the cell is worth. These are remembered with each verdict: ``passed 5f0c… 2``. When a submission is
judged again, a score for which they are no longer the same is to be looked at again, and no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .verdict import Verdict


def answers_in(verdict: Verdict) -> dict[str, str]:
    """What a person sees of each graded cell, by its notebook and name.

    For a cell that takes an answer, that is the answer; for a cell of tests, the submission.
    """
    parts = {part.component.id: part for part in verdict.components}
    found = {}
    for cell in verdict.grades:
        name, _, kind = cell.grade_id.rpartition("-")
        part = parts.get(name)  # a cell may belong to no component
        outcome = "passed" if part is None or part.passed else "failed"
        seen = cell.answer or verdict.submission[:16] or "-"
        scheme = part.component if part else None
        points = scheme and (scheme.formula_points if kind == "formula" else scheme.code_points)
        found[cell_key(cell.notebook, cell.grade_id)] = f"{outcome} {seen} {points or 0:g}"
    return found


def cell_key(notebook: str, grade_id: str) -> str:
    return f"{notebook}/{grade_id}"


def graded_for(manual: Mapping[str, bool], latest: Mapping[str, Any] | None) -> dict[str, str]:
    """What each score of a person was given for, as far as the record knows.

    ``manual`` says of each cell with such a score whether it waits to be looked at again;
    ``latest`` is the record's latest entry about the submission. A score that does not wait was
    given, or confirmed, for what that entry is about; one that waits was given for something older.
    Of a submission that is late or void nothing waits, whatever it was given for.
    """
    if latest is None:
        return {}
    seen, older = latest.get("answers", {}), latest.get("graded", {})
    found = {
        cell: (older if waits or not latest.get("counts", True) else seen).get(cell)
        for cell, waits in manual.items()
    }
    return {cell: answer for cell, answer in found.items() if answer is not None}


def what_changed(graded: str | None, now: str | None) -> str:
    """What a grader reads about a score that is to be looked at again."""
    if graded is None or now is None:
        return "Graded before it was judged again. Whether it has changed since is not known."
    (before, seen, worth), (outcome, answer, points) = graded.split(), now.split()
    said = []
    if seen != answer:
        said.append("The answer has changed since it was graded.")
    if before != outcome:
        said.append(f"The checks {before} when it was graded, and now they {_NOW[outcome]}.")
    if worth != points:
        said.append(f"It was worth {worth} points when it was graded, and now {points}.")
    return " ".join(said) or "Unchanged since it was graded."


_NOW = {"passed": "pass", "failed": "fail: the points count as long as you leave them here"}
