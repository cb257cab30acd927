"""What people read on the terminal about one submission: its components, checks and points."""

from __future__ import annotations

from .homework import outcome_lines
from .text import clean
from .verdict import ComponentVerdict, Verdict


def number(value: float) -> str:
    """Points as people write them: 3, .5, 12.5."""
    text = f"{round(value, 2):g}"
    return text.replace("0.", ".", 1) if text.startswith("0.") else text


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
