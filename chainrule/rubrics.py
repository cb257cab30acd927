"""The rubrics: what graders read beside a derivation, and students never.

They stand in tests/<assignment>/rubrics.md, under a heading ``## <component>`` for each derivation.
``[1/2]`` there stands for half of the points that the derivation's cell carries.
"""

from __future__ import annotations

import re
from fractions import Fraction

from .course import Assignment
from .errors import UsageError

RUBRICS_FILE = "rubrics.md"
GENERAL = ""  # in place of a component: what stands before the first heading
_HEADING = re.compile(r"^##[ \t]+(\S+)[ \t]*$", re.MULTILINE)
_TITLE = re.compile(r"\A#[ \t].*$", re.MULTILINE)
_SHARE = re.compile(r"\[(\d+)/([1-9]\d*)\]")


def read_rubrics(assignment: Assignment) -> dict[str, str]:
    """The rubrics by component, as Markdown with points in place of shares.

    Raises UsageError for a heading that names no derivation, or names one twice, and for shares
    that do not add up to 1.
    """
    where = f"tests/{assignment.name}/{RUBRICS_FILE}"
    formulas = {part.id: part.formula_points for part in assignment.components}
    general, *parts = _HEADING.split(_text(assignment))
    found = {GENERAL: _TITLE.sub("", general).strip()}
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        points = formulas.get(name)
        if points is None or name in found:
            names = ", ".join(name for name, of in formulas.items() if of is not None)
            raise UsageError(
                f"{where}: the heading {name!r} names no derivation, or one that has its rubric "
                f"already. There are: {names}."
            )
        shares = [Fraction(int(share[1]), int(share[2])) for share in _SHARE.finditer(text)]
        if sum(shares) != 1:
            raise UsageError(f"{where}: the shares of {name} add up to {sum(shares)}, not to 1.")
        found[name] = _in_points(text, points).strip()
    return found


def secret_lines(assignment: Assignment) -> set[str]:
    """The lines of the rubrics, none of which a student may see."""
    return {line.strip() for line in _text(assignment).splitlines() if line.strip()}


def _text(assignment: Assignment) -> str:
    path = assignment.tests / RUBRICS_FILE
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _in_points(text: str, points: float) -> str:
    """``[1/2]`` as the points it stands for."""
    return _SHARE.sub(lambda share: f"**{points * int(share[1]) / int(share[2]):.4g}**", text)
