"""The student version of an assignment: made by nbgrader, checked for leaks, put into release/."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from nbformat import NotebookNode

from .converters import generated
from .course import Assignment, Course, nbgrader_metadata
from .errors import ChainruleError, UsageError
from .rubrics import secret_lines
from .settings import load_config
from .submitted import source_files

_MARKERS = re.compile(
    "BEGIN SOLUTION|END SOLUTION|BEGIN HIDDEN TESTS|END HIDDEN TESTS"
    r"|chainrule\.hidden|run_hidden_tests"
)
_BEGIN = re.compile("BEGIN (SOLUTION|HIDDEN TESTS)")
_END = re.compile("END (SOLUTION|HIDDEN TESTS)")
_STUBS = {"# YOUR CODE HERE", "raise NotImplementedError()", "YOUR ANSWER HERE"}


class LeakError(ChainruleError):
    """A released file would show a solution or a hidden test."""


def release(course: Course, assignment: Assignment) -> list[str]:
    """Bring release/<assignment>/ up to date; give the names of the files that changed.

    Raises LeakError, and leaves release/ as it was, if a solution or hidden test would show.
    """
    folder = course.root / "release" / assignment.name
    wanted = student_version(course, assignment)
    changed = differences(folder, wanted)
    for name in changed:
        path = folder / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{path.name}.new")
            temporary.write_bytes(wanted[name])
            os.replace(temporary, path)
        else:
            path.unlink()
    return changed


def outdated(course: Course, assignment: Assignment) -> list[str]:
    """The names of the files of release/<assignment>/ that are not what the source gives."""
    folder = course.root / "release" / assignment.name
    return differences(folder, student_version(course, assignment))


def differences(folder: Path, wanted: dict[str, bytes]) -> list[str]:
    """The files that are missing from ``folder``, too many there, or different, by name."""
    found = {
        str(path.relative_to(folder)): path
        for path in folder.rglob("*")
        if path.is_file() or path.is_symlink()
    }
    return sorted(
        name
        for name in {*wanted, *found}
        if name not in wanted
        or name not in found
        or found[name].is_symlink()
        or found[name].read_bytes() != wanted[name]
    )


def student_version(course: Course, assignment: Assignment) -> dict[str, bytes]:
    """The content of every file that students get, by name; the same on every run."""
    _check_ids(assignment)
    with generated(assignment, course, load_config(course.root), save=False) as folder:
        files = {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
    notebooks = {f"{name}.ipynb" for name in assignment.notebooks}
    others = {str(path.relative_to(assignment.source)) for path in source_files(assignment)}
    odd = sorted((notebooks | others) ^ set(files))
    if odd:
        raise UsageError(f"nbgrader did not release the files of {assignment.source}: {odd[0]}.")
    check_for_leaks(assignment, files)
    return files


def _check_ids(assignment: Assignment) -> None:
    """Cells without ids would get random ones, others on each run."""
    for name in assignment.notebooks:
        path = assignment.source / f"{name}.ipynb"
        for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"], 1):
            if not cell.get("id"):
                raise UsageError(
                    f"{path}, cell {number} has no id: save the notebook in nbformat 4.5 or newer."
                )


# ---------------------------------------------------------------------------------------
# Leaks


def check_for_leaks(assignment: Assignment, files: dict[str, bytes]) -> None:
    """Raise LeakError if any released file shows a solution, a hidden test or a rubric."""
    secrets, regions = _secret_lines(assignment), list(_regions(assignment))
    rubrics = secret_lines(assignment)
    for name, content in files.items():
        text = content.decode("utf-8", "replace")
        found = _MARKERS.search(text)
        if found:
            raise LeakError(f"{name} would be released with the text {found[0]!r}.")
        if name.endswith(".ipynb"):
            shown = list(_shown_lines(name, text))
            leaked = next((line for line in shown if line in secrets), None)
        else:
            shown = _lines(text)
            lines = "\n".join(_lines(text))
            long = (region for region in regions if len(region) > 1)
            leaked = next((region[0] for region in long if "\n".join(region) in lines), None)
        if leaked is not None:
            raise LeakError(f"{name} would be released with a line of a solution: {leaked!r}.")
        leaked = next((line for line in shown if line in rubrics), None)
        if leaked is not None:
            raise LeakError(f"{name} would be released with a line of a rubric: {leaked!r}.")


def _shown_lines(name: str, text: str) -> Iterator[str]:
    for cell in json.loads(text)["cells"]:
        if cell.get("outputs"):
            raise LeakError(f"{name} would be released with the outputs of cell {cell['id']}.")
        yield from _lines("".join(cell["source"]))


def _secret_lines(assignment: Assignment) -> set[str]:
    """The lines that the source notebooks have inside of solutions and hidden tests alone."""
    secret = {line for region in _regions(assignment) for line in region}
    public = {
        line
        for notebook in assignment.notebooks.values()
        for cell in notebook.cells
        for line, inside in _marked(cell)
        if not inside
    }
    return secret - public - _STUBS


def _regions(assignment: Assignment) -> Iterator[list[str]]:
    """The lines of each stretch of the source notebooks that students must not see."""
    for notebook in assignment.notebooks.values():
        for cell in notebook.cells:
            for inside, lines in groupby(_marked(cell), key=itemgetter(1)):
                if inside:
                    yield [line for line, _ in lines]


def _marked(cell: NotebookNode) -> list[tuple[str, bool]]:
    """The lines of a cell that are not blank, each with whether it is to be kept from students."""
    marked = []
    # nbgrader takes the whole of a solution cell that marks no region in it.
    inside = bool(nbgrader_metadata(cell).get("solution")) and not _BEGIN.search(cell.source)
    for line in cell.source.splitlines():
        if _BEGIN.search(line):
            inside = True
        elif _END.search(line):
            inside = False
        elif line.strip():
            marked.append((line.strip(), inside))
    return marked


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
