"""The record of grading: one line of JSON for each verdict that was stored, never changed again.

It explains a grade when submission, tests and grader have long been something else.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .errors import UsageError

if TYPE_CHECKING:
    from .intake import Intake
    from .verdict import Verdict

RECORD_FILE = "grading.jsonl"


def entry(intake: Intake, verdict: Verdict, seed: int, problems: list[str]) -> dict[str, Any]:
    """What is remembered of a verdict. The hashes are SHA-256."""
    judged = verdict.to_json()
    return {
        "time": datetime.now(UTC).isoformat(" ", "milliseconds"),
        "assignment": verdict.assignment,
        "student": intake.student,
        "handed_in": str(intake.timestamp) if intake.timestamp else None,
        "submission": verdict.submission,
        "tests": intake.grader,
        "verdict": digest_of_verdict(verdict),
        "seed": seed,
        "versions": _versions(),
        "seconds": round(verdict.seconds, 3),
        "score": judged["score"],
        "max_score": judged["max_score"],
        "components": [
            {**part, "checks": [check for check in part["checks"] if not check["passed"]]}
            for part in judged["components"]
        ],
        "problems": problems,
    }


def digest_of_verdict(verdict: Verdict) -> str:
    """A hash of every check, score and problem; the same for the same work under the same tests."""
    text = json.dumps(verdict.to_json(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _versions() -> dict[str, str]:
    packages = ("numpy", "ipython", "nbgrader", "pytest")
    return {
        "chainrule": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def append(root: Path, line: dict[str, Any]) -> None:
    """Add a line to the record in the folder ``root``, which is on the disk when this returns.

    A line that a crash has cut off stays as it is; the new one begins on a line of its own.
    """
    data = json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    with (root / RECORD_FILE).open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                data = b"\n" + data
        file.write(data)  # one write: lines of two graders do not mix
        file.flush()
        os.fsync(file.fileno())


def read(root: Path, assignment: str, student: str) -> list[dict[str, Any]]:
    """The entries about one submission, oldest first. Raises UsageError where there is no record.

    Lines that are not whole are passed over.
    """
    return read_class(root, assignment).get(student, [])


def read_class(root: Path, assignment: str) -> dict[str, list[dict[str, Any]]]:
    """The same for everybody whose submission was judged, by student."""
    try:
        lines = (root / RECORD_FILE).read_bytes().split(b"\n")
    except FileNotFoundError:
        raise UsageError(f"There is no {RECORD_FILE}: nothing was graded here yet.") from None
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in map(_entry, lines):
        if entry and entry.get("assignment") == assignment:
            found.setdefault(str(entry.get("student")), []).append(entry)
    return found


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
