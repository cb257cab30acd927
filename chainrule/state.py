"""What is remembered about each graded submission, in autograded/<student>/<assignment>/."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .revisions import answers_in
from .settings import STATE_FILE
from .verdict import ComponentVerdict, Verdict

PASSED, FAILED, MISSING, TIMEOUT = "passed", "failed", "missing", "timeout"


@dataclass(frozen=True)
class State:
    """What a submission was judged from, and what the gradebook has no column for."""

    fingerprint: str
    outcomes: dict[str, str]  # of each component, by its id
    problems: list[str]
    components: list[dict[str, Any]] = field(default_factory=list)  # as Verdict.to_json gives them
    answers: dict[str, str] = field(default_factory=dict)  # what a grader sees, by cell
    graded: dict[str, str] = field(default_factory=dict)  # what scores of a person were given for

    def write(self, folder: Path) -> None:
        text = json.dumps(vars(self), ensure_ascii=False)
        (folder / STATE_FILE).write_text(text + "\n", encoding="utf-8")


def state_of(
    verdict: Verdict, fingerprint: str, problems: list[str], graded: dict[str, str] | None = None
) -> State:
    comments = {cell.grade_id: cell.comment for cell in verdict.comments}
    outcomes = {
        part.component.id: outcome(part, comments.get(f"{part.component.id}-solution", ""))
        for part in verdict.components
    }
    parts = [part.to_json() for part in verdict.components]
    return State(fingerprint, outcomes, problems, parts, answers_in(verdict), graded or {})


def outcome(part: ComponentVerdict, comment: str | None) -> str:
    """In one word how a component went: passed, failed, missing (not attempted) or timeout.

    ``comment`` is the automatic one on the component's solution cell. None means that something
    was written there, even if, after a syntax error, the checks find nothing defined.
    """
    if part.passed:
        return PASSED
    kinds = [check.kind for check in part.checks]
    nothing_found = all(kind == "missing" for kind in kinds)
    if comment == "No response." or (nothing_found and comment is not None):
        return MISSING
    return TIMEOUT if TIMEOUT in kinds else FAILED


def read_state(folder: Path) -> State | None:
    """The state of an autograded submission, or None where there is none that can be read."""
    try:
        return State(**json.loads((folder / STATE_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def forget_state(folder: Path) -> None:
    """Let an autograded submission count as not graded."""
    (folder / STATE_FILE).unlink(missing_ok=True)
