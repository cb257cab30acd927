"""What each student wrote: the cells of a submission, without what everybody was given."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from ..course import Assignment
from ..errors import UsageError
from ..judge import reference
from ..notebooks import Submission, stub_source
from ..submitted import check_student_id
from .latex import text_unit
from .normal import Names, code_units, numpy_names
from .prints import Numbers, Prints, fingerprints, given_hashes
from .units import Unit

KINDS = CODE, TEXT = "code", "derivations"
# The words of a fingerprint. A line of code is about ten words long, a formula about twenty.
LENGTHS = {CODE: 12, TEXT: 16}
MAX_CHARACTERS = 200_000  # of code, and of text: ten times what the longest serious work has
THIS_CLASS, REFERENCE = "", "the reference solution"


@dataclass(frozen=True)
class Cell:
    """A cell of a submission, for the report."""

    notebook: str
    number: int
    source: str


@dataclass(frozen=True)
class Piece:
    """A unit of a student's work and the cell that it stands in."""

    cell: Cell
    unit: Unit


@dataclass(frozen=True)
class Work:
    """One student's work, from ``origin``: this class, a folder of another year, or the course."""

    student: str
    origin: str
    pieces: dict[str, tuple[Piece, ...]]  # code and derivations
    prints: dict[str, Prints]

    @property
    def person(self) -> str:
        """Whose work it is: the same one's in two years is nobody's copy."""
        return self.student or self.origin

    @property
    def name(self) -> str:
        if self.origin == REFERENCE:
            return REFERENCE
        return f"{self.student} ({self.origin})" if self.origin else self.student


@dataclass(frozen=True)
class Given:
    """What everybody was given, in the forms in which it is taken out of a student's work."""

    api: frozenset[str]  # the names that the assignment fixes
    lines: frozenset[str]  # of text, without blanks
    hashes: dict[str, Numbers]

    @classmethod
    def of(cls, assignment: Assignment) -> Given:
        cells = _cells(assignment)
        code = [stub_source(cell) for cell in cells if cell.cell_type == "code"]
        text = [stub_source(cell) for cell in cells if cell.cell_type == "markdown"]
        api = frozenset(re.findall(r"[^\W\d]\w*", "\n".join(code)))
        units = {
            CODE: [unit for source in code for unit in code_units(source, Names(api))],
            TEXT: [unit for source in text for unit in text_unit(source)],
        }
        return cls(
            api,
            frozenset("".join(line.split()) for source in text for line in source.split("\n")),
            {kind: given_hashes(found, LENGTHS[kind]) for kind, found in units.items()},
        )


def _cells(assignment: Assignment) -> list[NotebookNode]:
    return [c for name in assignment.student_notebooks for c in assignment.notebooks[name].cells]


def work_of(student: str, origin: str, submission: Submission, given: Given) -> Work:
    """What ``student`` wrote, within limits: what goes beyond them is not compared."""
    cells_of_all = [cell for cells in submission.notebooks.values() for cell in cells or ()]
    names = Names(given.api, numpy_names(cell.source for cell in cells_of_all))
    pieces: dict[str, list[Piece]] = {CODE: [], TEXT: []}
    left = dict.fromkeys(pieces, MAX_CHARACTERS)
    for name, cells in submission.notebooks.items():
        for number, cell in enumerate(cells or (), 1):
            kind = CODE if cell.kind == "code" else TEXT
            source = cell.source[: max(0, left[kind])]
            left[kind] -= len(cell.source)
            shown = Cell(name, number, source)
            found = code_units(source, names) if kind == CODE else text_unit(source, given.lines)
            pieces[kind] += [Piece(shown, unit) for unit in found]
    prints = {
        kind: fingerprints([piece.unit for piece in found], LENGTHS[kind], given.hashes[kind])
        for kind, found in pieces.items()
    }
    return Work(student, origin, {kind: tuple(found) for kind, found in pieces.items()}, prints)


def reference_work(assignment: Assignment, given: Given) -> Work:
    """The course's own solution, as if a student had handed it in."""
    return work_of("", REFERENCE, reference(assignment), given)


@dataclass(frozen=True)
class Folder:
    """Where the work of a student lies, of this class or of another year's."""

    student: str
    origin: str
    path: Path


def folders_in(base: Path, origin: str, assignment: str) -> tuple[list[Folder], list[str]]:
    """The submissions in a folder like submitted/, and the names that are passed over.

    Raises UsageError where there is no such folder or no submission in it.
    """
    if not base.is_dir():
        raise UsageError(f"{base} is not a folder: name one like submitted/.")
    found, refused = [], []
    for student in sorted(path.name for path in base.iterdir()):
        path = base / student / assignment
        if not os.path.lexists(path):
            continue
        links = any(part.is_symlink() for part in (path, path.parent))
        if _is_safe(student) and path.is_dir() and not links:
            found.append(Folder(student, origin, path))
        else:
            refused.append(student)
    if not found:
        raise UsageError(f"{base} holds no submission of {assignment}.")
    return found, refused


def _is_safe(student: str) -> bool:
    try:
        check_student_id(student)
    except UsageError:
        return False
    return True
