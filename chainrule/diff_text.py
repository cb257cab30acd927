"""What ``chainrule diff`` prints for people."""

from __future__ import annotations

from collections.abc import Iterator

from .diff import Cause, Difference, PartChange
from .homework import split_hint
from .report import number
from .text import one_line


def text(found: Difference) -> str:
    """The changes student by student, then the requirements behind them, then how many."""
    lines: list[str] = []
    for change in found.changes:
        notes = "".join(f", {note}" for note in change.notes)
        lines.append(f"{change.student}  {_step(change.before, change.after)}{notes}")
        for part in change.components:
            lines += _part_lines(part)
        lines.append("")
    for cause in found.causes:
        lines.append(
            f"{cause.component}, {_named(cause.requirement, cause.hidden)}: {_whom(cause)}"
        )
    lines += [""] if found.causes else []
    lines += [f"{one_line(name)}  {one_line(why)}" for name, why in sorted(found.failures.items())]
    if found.new:
        lines.append(f"Nothing to compare with: {', '.join(found.new)}.")
    same = found.compared - len(found.changes)
    lines.append(
        f"{found.assignment}: {len(found.gain)} gain points, {len(found.lose)} lose points, "
        f"{len(found.changes) - len(found.gain) - len(found.lose)} change without a point, "
        f"{same} stay as they are."
    )
    return "\n".join(lines)


def _part_lines(part: PartChange) -> Iterator[str]:
    notes = "".join(f"; {note}" for note in part.notes)
    yield f"  {part.title}  {_step(part.before, part.after)}{notes}"
    for said, checks in (("fails now", part.fails_now), ("failed before", part.failed_before)):
        for check in checks:
            message, _ = split_hint(check.message)
            yield f"    {said}: {_named(check.requirement, check.hidden)}: {one_line(message)}"


def _named(requirement: str, hidden: bool) -> str:
    return f'{"hidden " if hidden else ""}check "{one_line(requirement)}"'


def _step(before: float, after: float) -> str:
    if before == after:
        return number(before)
    return f"{number(before)} -> {number(after)}"


def _whom(cause: Cause) -> str:
    said = []
    if cause.fails_now:
        said.append(f"{cause.fails_now} lose by it")
    if cause.failed_before:
        said.append(f"{cause.failed_before} gain")
    return ", ".join(said)
