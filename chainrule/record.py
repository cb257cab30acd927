"""The record of grading: one line of JSON for each verdict that was stored, never changed again.

It explains a grade when submission, tests and grader have long been something else.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from datetime import UTC, datetime
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .errors import UsageError
from .revisions import answers_in

if TYPE_CHECKING:
    from .intake import Intake
    from .verdict import Verdict

RECORD_FILE = "grading.jsonl"


def entry(
    intake: Intake,
    verdict: Verdict,
    seed: int,
    problems: list[str],
    graded: dict[str, str],
    counts: bool,
) -> dict[str, Any]:
    """What is remembered of a verdict. The hashes are SHA-256.

    ``graded`` holds what scores of a person were given for; ``counts`` is false for what is late or
    void.
    """
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
        "components": with_failing_checks(judged),
        "problems": problems,
        "answers": answers_in(verdict),
        "graded": graded,
        "counts": counts,
    }


def with_failing_checks(judged: dict[str, Any]) -> list[dict[str, Any]]:
    """The components of a verdict's JSON, of their checks only those that failed."""
    return [
        {**part, "checks": [check for check in part["checks"] if not check["passed"]]}
        for part in judged["components"]
    ]


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
    """Add a line to the record in the folder ``root``, which is on the disk when this returns."""
    append_line(root / RECORD_FILE, line)


def append_line(path: Path, line: dict[str, Any]) -> None:
    """Add a line of JSON to a file, which is on the disk when this returns.

    A line that a crash has cut off stays as it is; the new one begins on a line of its own.
    """
    data = json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                data = b"\n" + data
        file.write(data)  # one write: lines of two graders do not mix
        file.flush()
        os.fsync(file.fileno())


def read(root: Path, assignment: str, student: str) -> list[dict[str, Any]]:
    """The entries about one submission, the oldest first.

    Raises UsageError where there is no record.
    """
    return read_class(root, assignment).get(student, [])


def read_class(root: Path, assignment: str) -> dict[str, list[dict[str, Any]]]:
    """The same for everybody whose submission was judged, by student."""
    if not (root / RECORD_FILE).is_file():
        raise UsageError(f"There is no {RECORD_FILE}: nothing was graded here yet.")
    return _by_student(root, assignment)


def _by_student(root: Path, assignment: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in read_lines(root / RECORD_FILE):
        if entry.get("assignment") == assignment:
            found.setdefault(str(entry.get("student")), []).append(entry)
    return found


def read_lines(path: Path) -> list[dict[str, Any]]:
    """What ``append_line`` has written, the oldest first; nothing where there is no file.

    Lines that are not whole are passed over.
    """
    if not path.is_file():
        return []
    return [entry for entry in map(_entry, path.read_bytes().split(b"\n")) if entry]


class Past:
    """The latest entry about each submission of an assignment, read when it is first asked for."""

    def __init__(self, root: Path, assignment: str) -> None:
        self.root, self.assignment = root, assignment

    @cached_property
    def _latest(self) -> dict[str, dict[str, Any]]:
        found = _by_student(self.root, self.assignment)
        return {student: entries[-1] for student, entries in found.items()}

    def latest(self, student: str) -> dict[str, Any] | None:
        return self._latest.get(student)


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
