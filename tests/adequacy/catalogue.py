"""The catalogue of an assignment: wrong implementations by component and whole right solutions.

``mutants/<component>.py`` starts with ``# %% base``, one right class or function. Each block after
it holds only what is changed, to be executed after the base:

    # %% mutant: bias-forgotten
    # method: forward
    # wrong: the bias is not added
    # equivalent: why it is no mistake after all     (only where that is so)
    class Linear(Linear): ...

``variants/<name>.py`` is a notebook in percent format, magics and all, with ``# style: ...`` on its
first line. Where it has no cell with a given class, the grader's own stands. A second line
``# notebook: ...`` says which notebook it is, where that is not the one with the layers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

METHODS = (
    "forward",
    "input gradient",
    "parameter gradient",
    "mode",
    "statistics",
    "update",
    "batches",
    "training",
    "network",
    "p-value",
    "probabilities",
    "several",
)
_MARK = "# %%"
_MUTANT = re.compile(r"# %% mutant: ([a-z0-9]+(?:-[a-z0-9]+)*)")
_FIELD = re.compile(r"# (method|wrong|equivalent): (\S.*)")


class CatalogueError(ValueError):
    """A file of the catalogue that cannot be read: the message names file and line."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")


@dataclass(frozen=True)
class Mutant:
    """One wrong implementation. ``code`` is complete: the base and then the changes."""

    component: str  # the id
    name: str
    method: str  # the one that is wrong, of METHODS
    wrong: str
    equivalent: str  # why nothing is wrong after all, or ""
    code: str


@dataclass(frozen=True)
class Variant:
    """One right solution of a whole notebook: the sources of its code cells."""

    name: str
    style: str
    cells: tuple[str, ...]
    notebook: str = ""  # "" for the one with the layers


def mutants(folder: Path) -> list[Mutant]:
    """All mutants in ``folder``, by file and in the order of the file."""
    return [mutant for path in sorted(folder.glob("*.py")) for mutant in _mutants(path)]


def variants(folder: Path) -> list[Variant]:
    """All variants in ``folder``, by name."""
    return [_variant(path) for path in sorted(folder.glob("*.py"))]


def _mutants(path: Path) -> Iterator[Mutant]:
    blocks = _blocks(path)
    number, mark, body = next(blocks, (1, "", []))
    base = "\n".join(body).strip()
    if mark != f"{_MARK} base" or not base:
        raise CatalogueError(path, number, f"the first block is {_MARK} base with a right solution")
    for number, mark, body in blocks:
        match = _MUTANT.fullmatch(mark)
        if match is None:
            raise CatalogueError(path, number, f"expected {_MARK} mutant: a-name, found {mark!r}")
        fields: dict[str, str] = {}
        while body and (field := _FIELD.fullmatch(body[0])) and field[1] not in fields:
            fields[field[1]] = field[2]
            del body[0]
        changes = "\n".join(body).strip()
        if list(fields) not in (["method", "wrong"], ["method", "wrong", "equivalent"]):
            raise CatalogueError(
                path, number, f"{match[1]} needs # method:, # wrong: and perhaps # equivalent:"
            )
        if fields["method"] not in METHODS:
            raise CatalogueError(path, number + 1, f"the method is one of {', '.join(METHODS)}")
        if not changes:
            raise CatalogueError(path, number, f"{match[1]} changes nothing")
        yield Mutant(
            path.stem.replace("_", "-"),
            match[1],
            fields["method"],
            fields["wrong"],
            fields.get("equivalent", ""),
            f"{base}\n\n\n{changes}\n",
        )


def _variant(path: Path) -> Variant:
    with path.open(encoding="utf-8") as file:
        style = re.fullmatch(r"# style: (\S.*)\n", file.readline())
        notebook = re.fullmatch(r"# notebook: (\S.*)\n", file.readline())
    if style is None:
        raise CatalogueError(path, 1, "the first line is # style: how it is written")
    cells = []
    for number, mark, body in _blocks(path):
        if mark not in (_MARK, f"{_MARK} [markdown]"):
            raise CatalogueError(path, number, f"expected {_MARK} or {_MARK} [markdown]: {mark!r}")
        source = "\n".join(body).strip("\n")
        if not source:
            raise CatalogueError(path, number, "the cell is empty")
        if mark == _MARK:
            cells.append(source)
    if not cells:
        raise CatalogueError(path, 1, "there is no code cell")
    return Variant(path.stem, style[1], tuple(cells), notebook[1] if notebook else "")


def pairs(solutions: list[Variant]) -> list[tuple[str, dict[str, tuple[str, ...]]]]:
    """Whole submissions: each variant with one of every other notebook, in turn; with its name."""
    of: dict[str, list[Variant]] = {}
    for solution in solutions:
        of.setdefault(solution.notebook, []).append(solution)
    count = max(map(len, of.values()))
    turns = ([mine[turn % len(mine)] for mine in of.values()] for turn in range(count))
    return [
        (" with ".join(part.name for part in turn), {part.notebook: part.cells for part in turn})
        for turn in turns
    ]


def _blocks(path: Path) -> Iterator[tuple[int, str, list[str]]]:
    """Line number, mark and lines of each block; text above the first mark is for readers."""
    found: tuple[int, str, list[str]] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.startswith(_MARK):
            if found:
                yield found
            found = (number, line, [])
        elif found:
            found[2].append(line)
    if found:
        yield found
