"""Text that comes from a submission, made harmless for terminals, tables and pages."""

from __future__ import annotations

import re
import sys
from pathlib import Path

# Escape sequences with what belongs to them, then all that is left of control characters but tab
# and newline, then what turns the direction of the text around it.
_ESCAPES = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x9b[0-9;?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_MACHINE = sorted(
    {sys.prefix, sys.base_prefix, str(Path(__file__).resolve().parents[1]), str(Path.home())},
    key=len,
    reverse=True,
)
# What MathJax would turn into links, styles, attributes or more of its own code to load.
_LATEX = re.compile(r"\\(href|require|style|class|cssId|mmlToken|bbox|csname|unicode)\b")


def clean(text: str) -> str:
    """Text without control characters, half surrogates or paths of this machine."""
    text = _ESCAPES.sub("", text).encode("utf-8", "replace").decode("utf-8")
    for path in _MACHINE:
        if len(path) > 1:
            text = text.replace(path, "…")
    return text


def one_line(text: str) -> str:
    """The same on one line, for a table or a list, without what cannot be seen."""
    return "".join(filter(str.isprintable, " ".join(clean(text).split())))


def harmless_latex(text: str) -> str:
    """LaTeX whose commands that reach beyond a formula are shown by name and do nothing."""
    return _LATEX.sub(r"\\backslash \1", text)
