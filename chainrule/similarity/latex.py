"""The normal form of derivations: words and formulas, without how they look.

Spacing, sizes, fonts and environments are left out, commands that say the same become one, and so
do all letters, which a copier changes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .units import Unit, Words, unit_of

# Spacing, sizes and styles, which change how a formula looks and not what it says.
_LOOKS = re.compile(
    r"\\(?:left|right|[bB]igg?[lrm]?|displaystyle|textstyle|limits|q?quad|text|mathrm|mathbf|mathit"
    r"|operatorname|boldsymbol|begin|end|label|tag|nonumber|hfill)(?![A-Za-z])\*?|\\[,;:!>\\ ]"
    r"|\{(?:aligned|align|equation|gather|split)\*?\}|&nbsp;|[{}$&*`#~\s]+"
)
_SAME = {
    "dfrac": "frac", "tfrac": "frac", "times": "cdot", "to": "rightarrow", "ne": "neq",
    "longrightarrow": "rightarrow", "implies": "rightarrow", "Rightarrow": "rightarrow",
    "Longrightarrow": "rightarrow", "dots": "ldots", "cdots": "ldots", "le": "leq", "ge": "geq",
}  # fmt: skip
_GREEK = re.compile(
    r"\\(?:alpha|beta|[gG]amma|[dD]elta|(?:var)?epsilon|zeta|eta|(?:var)?theta|Theta|iota|kappa|mu"
    r"|[lL]ambda|nu|[xX]i|[pP]i|rho|[sS]igma|tau|upsilon|(?:var)?phi|Phi|chi|[pP]si|[oO]mega|ell)"
)
_WORD = re.compile(r"\\?[^\W\d_]+|\d+|[^\w\s]|_")


def text_unit(source: str, released: frozenset[str] = frozenset()) -> list[Unit]:
    """A Markdown cell without the lines ``released``, whatever letters its formulas use."""
    words: Words = []
    for number, line in enumerate(source.split("\n"), 1):
        if "".join(line.split()) not in released:
            words += [(text, number) for text in _words(line)]
    return list(unit_of(words))


def _words(line: str) -> Iterator[str]:
    for found in _WORD.findall(_LOOKS.sub(" ", line)):
        name = found.removeprefix("\\")
        if (len(name) == 1 and name.isalpha()) or _GREEK.fullmatch(found):
            yield "v"
        elif found != name and name:
            yield "\\" + _SAME.get(name, name)
        else:
            yield found.lower()
