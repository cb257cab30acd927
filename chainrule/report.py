"""What people read on the terminal: the table of scores, and one submission's checks."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from . import state
from .homework import outcome_lines
from .text import clean, one_line
from .verdict import Component, ComponentVerdict, Verdict

if TYPE_CHECKING:
    from .scores import StudentScores

_SIGNS = {state.FAILED: "x", state.TIMEOUT: "t", state.MISSING: "-"}
_LEGEND = "x failed   t timed out   - not attempted   + more when the derivations are read"


def number(value: float) -> str:
    """Points as people write them: 3, .5, 12.5."""
    text = f"{round(value, 2):g}"
    return text.replace("0.", ".", 1) if text.startswith("0.") else text


# ---------------------------------------------------------------------------------------
# The score table


def score_table(rows: Sequence[StudentScores], components: Sequence[Component]) -> str:
    """One line for each student: points by component, then the sums and the mark."""
    heads = ["student", *short_names([part.title for part in components])]
    sums = ["|", "code", "formula", "penalty", "total", "mark"]
    lines = [[*heads, *sums]]
    for row in rows:
        parts = [_component_sign(row, part) for part in components]
        lines.append([one_line(row.student), *parts, "|", *_sums(row, components)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([*text, _LEGEND])


def _component_sign(row: StudentScores, part: Component) -> str:
    points = row.code[part.id].points
    if points == 0 and part.code_points > 0:
        return _SIGNS.get(row.outcomes.get(part.id, state.FAILED), "0")
    return number(points)


def _sums(row: StudentScores, components: Iterable[Component]) -> list[str]:
    read = sum(score.points for score in row.formula.values())
    unread = sum(
        part.formula_points or 0.0
        for part in components
        if part.id in row.formula and row.formula[part.id].waits
    )
    formula = [number(read)] if read else []
    if unread:
        formula.append(f"{number(unread)} to read")
    more = "+" if row.waiting else ""
    return [
        number(sum(score.points for score in row.code.values())),
        " + ".join(formula) or "-",
        number(-row.penalty) if row.penalty else "",
        number(row.total) + more,
        f"{row.mark + 1e-9:.1f}{more}",
    ]


def short_names(titles: Sequence[str]) -> list[str]:
    """A column head of a few letters for each title, all different: BatchNormalization is BN."""
    heads: list[str] = []
    for title in titles:
        words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|\d+", title) or [title]
        letters = [word if word.isupper() or word.isdigit() else word[0] for word in words]
        head = "".join(letters) if len(words) > 1 else words[0][:4]
        longer = (title[:length] for length in range(len(head), len(title) + 1))
        counted = (f"{head}{number}" for number in itertools.count(2))
        choices = itertools.chain([head], longer, counted)
        heads.append(next(name for name in choices if name not in heads))
    return heads


# ---------------------------------------------------------------------------------------
# The same for programs


def score_records(
    rows: Iterable[StudentScores], components: Sequence[Component]
) -> list[dict[str, Any]]:
    """Plain data, one object for each student; None stands for a derivation not yet read."""
    return [
        {
            "student": row.student,
            "components": [
                {
                    "id": part.id,
                    "title": part.title,
                    "outcome": row.outcomes.get(part.id),
                    "code": row.code[part.id].points,
                    "formula": row.formula[part.id].points if part.id in row.formula else None,
                    "waits": part.id in row.formula and row.formula[part.id].waits,
                }
                for part in components
            ],
            "penalty": row.penalty,
            "total": row.total,
            "max_score": row.max_score,
            "waiting": row.waiting,
            "mark": round(row.mark, 2),
        }
        for row in rows
    ]


def score_json(rows: Iterable[StudentScores], components: Sequence[Component]) -> str:
    return json.dumps(score_records(rows, components), indent=1, ensure_ascii=False)


def score_csv(rows: Iterable[StudentScores], components: Sequence[Component]) -> str:
    """A table for spreadsheets; a cell that waits for a person is empty."""
    columns = [(part, kind) for part in components for kind in ("tests", "formula")]
    columns = [(p, kind) for p, kind in columns if kind == "tests" or p.formula_points is not None]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = [f"{part.id}-{kind}" for part, kind in columns]
    tail = ["penalty", "total", "max_score", "waiting", "mark"]
    writer.writerow(map(_harmless, ["student", *names, *tail]))
    for row in rows:
        cells = [(row.code if kind == "tests" else row.formula)[part.id] for part, kind in columns]
        points = ["" if cell.waits else cell.points for cell in cells]
        sums = [row.penalty, row.total, row.max_score, len(row.waiting), round(row.mark, 2)]
        writer.writerow([_harmless(row.student), *points, *sums])
    return text.getvalue()


def _harmless(text: str) -> str:
    """``text`` as a spreadsheet shows it and does not run it."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


# ---------------------------------------------------------------------------------------
# One submission


def verdict_text(verdict: Verdict) -> str:
    """Every component with its points and checks, then what was odd about the submission."""
    blocks = [_component_text(part) for part in verdict.components]
    if verdict.problems:
        blocks.append("\n".join(verdict.problems))
    open_points = sum(
        part.component.formula_points or 0.0 for part in verdict.components if part.needs_manual
    )
    more = (
        f"; {number(open_points)} more after a person reads the derivations" if open_points else ""
    )
    total = f"{number(verdict.score)} of {number(verdict.max_score)} points are certain{more}"
    blocks.append(f"{total}.\nJudged in {verdict.seconds:.2f} s.")
    return "\n\n".join(blocks)


def _component_text(part: ComponentVerdict) -> str:
    points = part.component.code_points + (part.component.formula_points or 0.0)
    worth = f"{number(part.code_score)} of {number(points)} points"
    if part.needs_manual:
        worth += f" ({number(part.component.formula_points or 0.0)} to read)"
    head = f"{part.component.title:<48}  {worth}"
    # What a check says may quote what student code has raised.
    return "\n".join([head, *map(clean, outcome_lines(part.checks, " (hidden)"))])
