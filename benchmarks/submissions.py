"""The class that every grader gets: right and wrong solutions, in the same order every time.

Four kinds take turns: the correct variants and the two kinds of mistakes of ``tests/adequacy``,
and, once each, the sample class of ``examples/``. A class of any size is the beginning of the same
line.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from chainrule.course import Assignment, Course, find_course, grade_id, nbgrader_metadata
from chainrule.judge import is_given
from chainrule.notebooks import new_cell
from tests.adequacy.catalogue import mutants, variants
from tests.adequacy.generated import generated

ROOT = Path(__file__).resolve().parents[1]
COURSE: Course = find_course(ROOT)
ASSIGNMENT: Assignment = COURSE.assignment("nn_framework")
NOTEBOOK = "1_modules"
# Not every grader can grade these: a loop without an end, a file that is no notebook, and code that
# ends its own process. What happens to them is for the tests to say.
LEFT_OUT = {"dogwood", "elm", "maple"}
TIMESTAMP = "2026-11-02 12:00:00 UTC\n"


@dataclass(frozen=True)
class HandIn:
    """One student's notebook."""

    student: str
    made_from: str
    cells: list[NotebookNode]


def school_class(size: int) -> list[HandIn]:
    """The first ``size`` students."""
    found = []
    for number, (made_from, cells) in enumerate(islice(_solutions(), size), 1):
        student = f"s{number:05}"
        found.append(HandIn(student, made_from, [_signed(cell, student) for cell in cells]))
    return found


def _solutions() -> Iterator[tuple[str, list[NotebookNode]]]:
    folder = ROOT / "tests/adequacy" / ASSIGNMENT.name
    right = [variant for variant in variants(folder / "variants") if not variant.notebook]
    by_change = list(generated(ASSIGNMENT))
    layers = {change.component for change in by_change}  # what is written in this notebook
    by_hand = [mutant for mutant in mutants(folder / "mutants") if mutant.component in layers]
    samples = _sample_class()
    for k in count():
        variant = right[k % len(right)]
        yield f"variant {variant.name}", _with_all_cells(variant.cells)
        # The steps have no factor in common with the lengths, so that all components come early.
        mutant = by_hand[13 * k % len(by_hand)]
        yield f"mutant {mutant.component}: {mutant.name}", [*_answered(), _code(mutant.code)]
        change = by_change[7 * k % len(by_change)]
        yield f"change of {change.component}", _with_change(change.component, change.code)
        yield from samples[k : k + 1]


def _sample_class() -> list[tuple[str, list[NotebookNode]]]:
    found = []
    for folder in sorted((ROOT / "examples/submitted").iterdir()):
        if folder.name not in LEFT_OUT:
            path = folder / ASSIGNMENT.name / f"{NOTEBOOK}.ipynb"
            found.append((f"sample {folder.name}", nbformat.read(path, as_version=4).cells))
    return found


def _answered() -> list[NotebookNode]:
    """The reference's notebook as a student would hand it in."""
    cells = copy.deepcopy(ASSIGNMENT.notebooks[NOTEBOOK].cells)
    for cell in cells:
        lines = cell.source.split("\n")
        marks = ("BEGIN SOLUTION", "END SOLUTION")
        cell.source = "\n".join(line for line in lines if not any(m in line for m in marks))
    return cells


def _with_change(component: str, code: str) -> list[NotebookNode]:
    cells = _answered()
    for cell in cells:
        if grade_id(cell) == f"{component}-solution":
            cell.source = code
    return cells


def _with_all_cells(sources: tuple[str, ...]) -> list[NotebookNode]:
    """The reference's text and given code, and these cells in place of all its other code."""
    kept = [cell for cell in _answered() if cell.cell_type == "markdown" or _is_shared(cell)]
    return [*kept, *(_code(source) for source in sources)]


def _is_shared(cell: NotebookNode) -> bool:
    return is_given(cell) and not grade_id(cell).endswith("-check")


def _code(source: str) -> NotebookNode:
    return new_cell("code", source)


def _signed(cell: NotebookNode, student: str) -> NotebookNode:
    """The cell with the student's name in it, if it is the student's own.

    No two students hand in the same bytes, so a grader that remembers what it has highlighted,
    compiled or judged before gains no more here than in a real class.
    """
    cell = copy.deepcopy(cell)
    if cell.cell_type == "code" and not nbgrader_metadata(cell).get("locked"):
        cell.source += f"\n# {student}"
    elif cell.cell_type == "markdown" and nbgrader_metadata(cell).get("solution"):
        cell.source += f"\n\n{student}"
    return cell


def write(cells: list[NotebookNode], path: Path) -> None:
    """Write a notebook as Jupyter saves it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = copy.deepcopy(cells)
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    notebook = nbformat.v4.new_notebook(
        cells=cells, metadata=ASSIGNMENT.notebooks[NOTEBOOK].metadata
    )
    nbformat.write(notebook, path)


def hand_in(folder: Path, cells: list[NotebookNode], name: str) -> None:
    """Write one submission: the notebook and when it came."""
    write(cells, folder / f"{name}.ipynb")
    (folder / "timestamp.txt").write_text(TIMESTAMP)
