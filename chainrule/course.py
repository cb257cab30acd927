"""Where things are in a course's folder, and the point scheme that its source notebooks carry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from .errors import UsageError
from .homework import component_title
from .verdict import Component

# The judge's notebooks; all others belong to the student.
_TEST_NOTEBOOK = re.compile(r"\d+_test_.*|test_.*")
SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+\- ]*")


def nbgrader_metadata(cell: NotebookNode) -> dict[str, object]:
    """A cell's nbgrader metadata, or {} where there is none or it is not an object."""
    metadata = cell.get("metadata", {}).get("nbgrader", {})
    return metadata if isinstance(metadata, dict) else {}


def grade_id(cell: NotebookNode) -> str:
    """The name a cell carries in nbgrader's metadata, or ""."""
    return str(nbgrader_metadata(cell).get("grade_id", ""))


@dataclass(frozen=True)
class Assignment:
    """One folder of ``source/`` with the hidden tests that belong to it."""

    name: str
    source: Path
    tests: Path

    @cached_property
    def notebooks(self) -> dict[str, NotebookNode]:
        """The source notebooks by name, in the order of their names."""
        paths = sorted(self.source.glob("*.ipynb"))
        if not paths:
            raise UsageError(
                f"There is no notebook in {self.source}: add the assignment's sources."
            )
        return {path.stem: nbformat.read(path, as_version=4) for path in paths}

    @property
    def student_notebooks(self) -> list[str]:
        return [name for name in self.notebooks if not _TEST_NOTEBOOK.fullmatch(name)]

    @property
    def test_notebooks(self) -> list[str]:
        return [name for name in self.notebooks if _TEST_NOTEBOOK.fullmatch(name)]

    @cached_property
    def components(self) -> tuple[Component, ...]:
        """The point scheme, in the order of the graded cells of the notebooks of tests."""
        formulas = {}
        for name in self.student_notebooks:
            for cell in self.notebooks[name].cells:
                if nbgrader_metadata(cell).get("grade") and grade_id(cell).endswith("-formula"):
                    formulas[grade_id(cell).removesuffix("-formula")] = (name, _points(cell))
        found = []
        for name in self.test_notebooks:
            for cell in self.notebooks[name].cells:
                if not nbgrader_metadata(cell).get("grade"):
                    continue
                title = component_title(cell.source)
                if not grade_id(cell).endswith("-tests") or title is None:
                    raise UsageError(
                        f"{name}.ipynb, cell {grade_id(cell)!r}: a graded cell is called "
                        '<component>-tests and holds one with component("Title").'
                    )
                part = grade_id(cell).removesuffix("-tests")
                notebook, points = formulas.pop(part, (None, None))
                found.append(Component(part, title, _points(cell), points, name, notebook))
        if formulas:
            raise UsageError(
                f"{self.source}: no tests for the derivations of {', '.join(sorted(formulas))}."
            )
        return tuple(found)


def _points(cell: NotebookNode) -> float:
    return float(str(nbgrader_metadata(cell)["points"]))


@dataclass(frozen=True)
class Course:
    """The folder of a course, in nbgrader's layout."""

    root: Path

    def assignment(self, name: str) -> Assignment:
        """The assignment called ``name``. Raises UsageError where there is none."""
        if not SAFE_NAME.fullmatch(name) or not (self.root / "source" / name).is_dir():
            raise UsageError(
                f"There is no assignment {name!r} in {self.root / 'source'}. "
                f"There are: {', '.join(self.assignments()) or 'none'}."
            )
        return Assignment(name, self.root / "source" / name, self.root / "tests" / name)

    def assignments(self) -> list[str]:
        folder = self.root / "source"
        if not folder.is_dir():
            return []
        return sorted(path.name for path in folder.iterdir() if any(path.glob("*.ipynb")))


def find_course(start: Path) -> Course:
    """The course that ``start`` lies in: the nearest folder with nbgrader_config.py and source/."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "nbgrader_config.py").is_file() and (folder / "source").is_dir():
            return Course(folder)
    raise UsageError(
        f"{start} is not in a course: go to the folder that holds nbgrader_config.py and source/."
    )
