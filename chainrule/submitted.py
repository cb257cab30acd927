"""The folders of submitted/: whose they are, when they came, and which of their files count."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .course import SAFE_NAME, Assignment, Course
from .errors import NotGradedError, UsageError
from .moments import parse_moment
from .rubrics import RUBRICS_FILE
from .settings import STATE_FILE

TIMESTAMP_FILE = "timestamp.txt"
MAX_FILE_BYTES = 20 << 20
MAX_BYTES = 100 << 20  # of all files together
MAX_FILES = 200
MAX_DEPTH = 4
_CACHES = {"__pycache__", ".ipynb_checkpoints", "feedback"}  # not for students nor for us


def check_student_id(student_id: str) -> None:
    """Raise UsageError for an id that cannot safely name a folder and a student."""
    if not _is_safe(student_id) or len(student_id) > 128:
        raise UsageError(
            f"The student id {student_id!r} is refused: an id begins with a letter or a digit and "
            "goes on with letters, digits, and . _ @ + - or spaces. Rename the folder."
        )


def _is_safe(name: str) -> bool:
    return SAFE_NAME.fullmatch(name) is not None and ".." not in name and name == name.strip(" .")


def students(course: Course, assignment: str) -> list[str]:
    """The names of the folders of submitted/ that hold ``assignment``, safe or not, in order."""
    folder = course.root / "submitted"
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if os.path.lexists(path / assignment))


def not_yet_graded(course: Course, assignment: str, names: Iterable[str]) -> set[str]:
    """Those of ``names`` who certainly have to be judged: nothing was remembered about them."""
    folder = course.root / "autograded"
    return {
        name
        for name in names
        if _is_safe(name) and not (folder / name / assignment / STATE_FILE).exists()
    }


def submission_folder(course: Course, student_id: str, assignment: str) -> Path:
    """The folder that ``student_id`` handed in. Raises NotGradedError if it is none of theirs."""
    folder = course.root / "submitted" / student_id / assignment
    for part in (folder.parent, folder):
        if part.is_symlink() or not part.is_dir():  # a link may lead to what another student wrote
            raise NotGradedError(f"{part.relative_to(course.root)} is not a folder: replace it.")
    return folder


def read_timestamp(folder: Path) -> datetime | None:
    """When the submission in ``folder`` was handed in, in UTC; None where nothing says so.

    A time without a zone is UTC, as for nbgrader. Raises NotGradedError if timestamp.txt holds
    something else than a time.
    """
    path = folder / TIMESTAMP_FILE
    if not os.path.lexists(path):
        return None
    if path.is_symlink() or not path.is_file():
        raise NotGradedError(f"{TIMESTAMP_FILE} is not a regular file: replace or remove it.")
    with path.open("rb") as file:
        text = file.read(200).decode("utf-8", "replace").strip()
    if not text:
        return None
    try:
        return parse_moment(text, UTC)
    except ValueError as error:
        raise NotGradedError(
            f"{TIMESTAMP_FILE} holds {text[:40]!r}, which cannot be read, because {error}. "
            "Write when it was handed in: 2026-11-20 21:04:00 UTC."
        ) from None


@dataclass(frozen=True)
class Extras:
    """The other files of a submission, by path within it: those that are kept, and the rest."""

    kept: tuple[str, ...]
    refused: tuple[str, ...]

    @property
    def problems(self) -> list[str]:
        if not self.refused:
            return []
        more = f" and {len(self.refused) - 1} more" if len(self.refused) > 1 else ""
        return [f"not copied to autograded/: {self.refused[0]!r}{more} (kind, name or size)"]


def extra_files(folder: Path) -> Extras:
    """The files beside the notebooks. Only regular files of harmless name and size are kept."""
    kept: list[str] = []
    refused: list[str] = []
    left = MAX_BYTES
    for path in _walk(folder, MAX_DEPTH):
        status = path.lstat()
        harmless = (
            stat.S_ISREG(status.st_mode)
            and _is_safe(path.name)
            and status.st_size <= min(MAX_FILE_BYTES, left)
            and len(kept) < MAX_FILES
        )
        left -= status.st_size if harmless else 0
        (kept if harmless else refused).append(str(path.relative_to(folder)))
    return Extras(tuple(kept), tuple(refused))


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    """All of ``folder`` but notebooks and caches, in order; folders that are not entered too."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in _CACHES or path.suffix in (".ipynb", ".pyc"):
            continue
        if depth > 1 and path.is_dir() and not path.is_symlink() and _is_safe(path.name):
            yield from _walk(path, depth - 1)
        else:
            yield path


def copy_extras(submission: Path, extras: Extras, assignment: Assignment, folder: Path) -> None:
    """Put a submission's other files into ``folder``, and over them those of the source."""
    for name in extras.kept:
        _copy(submission / name, folder / name)
    for path in source_files(assignment):
        _copy(path, folder / path.relative_to(assignment.source))


def source_files(assignment: Assignment) -> list[Path]:
    """The files that lie beside the source notebooks and go wherever those go."""
    return [path for path in _walk(assignment.source, MAX_DEPTH) if path.is_file()]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        shutil.rmtree(target)  # a student's folder that is called like a file of ours
    shutil.copyfile(source, target)


# ---------------------------------------------------------------------------------------
# What a verdict depends on


def digest_of_grader(assignment: Assignment, *settings: object) -> str:
    """A hash of the assignment's source and hidden tests, of this package, and of ``settings``.

    Not of the rubrics, which are for people: to edit them is no reason to judge again.
    """
    digest = hashlib.sha256(repr(settings).encode())
    for folder in (assignment.source, assignment.tests, Path(__file__).parent):
        for path in sorted(folder.rglob("*")):
            if path == assignment.tests / RUBRICS_FILE:
                continue
            if path.is_file() and not _CACHES & {*path.relative_to(folder).parts}:
                _add(digest, path.relative_to(folder), path)
    return digest.hexdigest()


def digest_of_submission(folder: Path, assignment: Assignment, extras: Extras) -> str:
    """A hash of everything in ``folder`` that grading looks at."""
    digest = hashlib.sha256()
    notebooks = [f"{name}.ipynb" for name in assignment.student_notebooks]
    for name in (*notebooks, *extras.kept, *extras.refused):
        path = folder / name
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= MAX_FILE_BYTES:
            _add(digest, name, path)
        else:
            digest.update(f"{name}: {path.exists()}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _add(digest: hashlib._Hash, name: object, path: Path) -> None:
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    digest.update(f"{name}\0{content}\0".encode(errors="surrogateescape"))
