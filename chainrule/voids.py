"""Work that counts nothing because a person decided so, such as a confirmed copy: voided.jsonl.

The file is only added to. The last line about a student and an assignment is the one that holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .errors import UsageError
from .record import append_line, read_lines
from .text import one_line

VOIDS_FILE = "voided.jsonl"
MAX_REASON = 500


@dataclass(frozen=True)
class Void:
    """A decision that holds: an assignment of a student counts nothing, and why."""

    assignment: str
    student: str
    reason: str
    time: str


def void(root: Path, assignment: str, student: str, reason: str) -> None:
    """Write down that a student's work counts nothing. It is on the disk when this returns.

    Raises UsageError where ``reason`` says nothing, or more than a sentence or two.
    """
    reason = one_line(reason)
    if not reason or len(reason) > MAX_REASON:
        raise UsageError(
            f"The reason is what the student reads: write 1 to {MAX_REASON} characters."
        )
    _add(root, assignment, student, reason)


def undo(root: Path, assignment: str, student: str) -> None:
    """Write down that a student's work counts again."""
    _add(root, assignment, student, None)


def _add(root: Path, assignment: str, student: str, reason: str | None) -> None:
    line = {
        "time": datetime.now(UTC).isoformat(" ", "seconds"),
        "assignment": assignment,
        "student": student,
        "void": reason is not None,
        "reason": reason,
    }
    append_line(root / VOIDS_FILE, line)


def in_force(root: Path) -> list[Void]:
    """The decisions that hold, the oldest first."""
    found: dict[tuple[str, str], Void] = {}
    for line in read_lines(root / VOIDS_FILE):
        about = str(line.get("assignment")), str(line.get("student"))
        found.pop(about, None)
        if line.get("void"):
            found[about] = Void(*about, str(line.get("reason")), str(line.get("time")))
    return list(found.values())


def reason(root: Path, assignment: str, student: str) -> str | None:
    """Why a student's work counts nothing, or None where it counts."""
    return reasons(root, assignment).get(student)


def reasons(root: Path, assignment: str) -> dict[str, str]:
    """The same for everybody to whom it applies, by student."""
    return {each.student: each.reason for each in in_force(root) if each.assignment == assignment}


def sentence(reason: str) -> str:
    """What the student and everybody who grades reads."""
    return f"Set to 0 points: {reason}"
