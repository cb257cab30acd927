"""What in a notebook's code a person should look at before trusting its derivations.

Whether a gradient was derived or computed by differences is asked beside the student's code, which
can be written to deceive the one who asks. That takes means that this homework needs for nothing
else. To use them costs no points: they are named, and a person reads.
"""

from __future__ import annotations

import ast
import re

from .notebooks import SubmittedCell

_MODULES = {"ctypes", "gc", "inspect", "importlib", "tracemalloc", "faulthandler"}
_BUILTINS = {"exec", "eval", "compile", "__import__", "globals"}  # not as methods: re.compile
_NAMES = {
    *("_getframe", "_current_frames", "settrace", "gettrace", "setprofile", "getprofile"),
    *("meta_path", "get_objects", "get_referrers", "f_back", "f_globals", "f_locals", "__code__"),
    *("ast_transformers", "input_transformers_cleanup", "__globals__", "__closure__"),
}


_LOOK = ": look at it before you trust the gradients"


def is_note(line: str) -> bool:
    """Whether a line is one of these, which are for the instructor alone."""
    return line.endswith(_LOOK)


def unusual(name: str, cells: tuple[SubmittedCell, ...]) -> list[str]:
    """One line for each code cell that uses such means."""
    lines = []
    for number, cell in enumerate(cells, 1):
        found = sorted(_used(cell.source)) if cell.kind == "code" else []
        if found:
            lines.append(f"{name}.ipynb, cell {number} uses {', '.join(found)}{_LOOK}")
    return lines


_ANY = re.compile("|".join(sorted(_MODULES | _BUILTINS | _NAMES)))


def _used(source: str) -> set[str]:
    if not _ANY.search(source):
        return set()
    try:
        tree = ast.parse(_without_magics(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()  # what does not compile does not run either
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            used |= {node.id} & (_NAMES | _BUILTINS)
        elif isinstance(node, ast.Attribute):
            used |= {node.attr} & _NAMES
        elif isinstance(node, ast.Import):
            used |= {alias.name.partition(".")[0] for alias in node.names} & _MODULES
        elif isinstance(node, ast.ImportFrom):
            used |= {(node.module or "").partition(".")[0]} & _MODULES
            used |= {alias.name for alias in node.names} & _NAMES
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            used |= {node.value} & (_NAMES | _BUILTINS)  # as in getattr(sys, "setprofile")
    return used


def _without_magics(source: str) -> str:
    lines = source.split("\n")
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)
