"""A new assignment: the folders that an instructor starts from, with one component that works."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import ExitStack
from pathlib import Path

from .course import Course
from .errors import UsageError
from .files import remove, replacing

TEMPLATES = Path(__file__).parent / "templates" / "new"
_PLACEHOLDER = "ASSIGNMENT"  # in the templates' names and texts
# One that begins with test_ would make its first notebook one of tests.
_NAME = re.compile(r"(?!test_)[a-z][a-z0-9_]{0,59}")
_LIBRARY = "homework.py"
_NEXT = """
It can be graded as it stands, with the component Wave as an example. Next:
  1. chainrule release {name}    makes release/{name}/, what students get
  2. pytest tests/{name}         runs the hidden tests on the reference solution
  3. write your own components in place of Wave, and repeat both
  4. set its deadline in nbgrader_config.py
docs/new_assignment.md goes through it step by step."""


def new_assignment(course: Course, name: str) -> str:
    """Write the folders of the assignment ``name``: all or none. Gives what to tell about it.

    Raises UsageError for a name that cannot be used or is taken.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"An assignment cannot be called {name[:80]!r}: write a small letter and then small "
            "letters, digits and _, at most 60 in all and not test_ first, as in gradient_descent."
        )
    # source/ makes it an assignment. It is entered first, so it is the last to take its place.
    wanted = {
        Path("source", name): _files("source", name),
        Path("tests", name): _files("tests", name),
        Path("tests", "adequacy", name): _files("adequacy", name),
    }
    for folder, files in wanted.items():
        _check_free(course.root, folder, files)
    try:
        with ExitStack() as stack:
            for folder, files in wanted.items():
                new = stack.enter_context(replacing(course.root / folder))
                _fill(new, files)
                if folder.parts[0] == "source":
                    _add_library(course, new)
    except BaseException:
        for folder in wanted:
            remove(course.root / folder)
        raise
    return "\n".join(f"{folder}/" for folder in wanted) + _NEXT.format(name=name)


def _files(part: str, name: str) -> dict[Path, bytes]:
    """The files of one part of the templates as they stand in the assignment ``name``."""
    found = {}
    for path in sorted((TEMPLATES / part).rglob("*")):
        if path.is_file():
            # Code is kept as .py.txt, so that no tool takes it for a part of this package.
            place = str(path.relative_to(TEMPLATES / part)).removesuffix(".txt")
            text = path.read_text(encoding="utf-8").replace(_PLACEHOLDER, name)
            found[Path(place.replace(_PLACEHOLDER, name))] = text.encode()
    return found


def _check_free(root: Path, folder: Path, files: dict[Path, bytes]) -> None:
    """Raise UsageError if there is anything else than what a run left behind that was killed."""
    for path in (root / folder, (root / folder).with_suffix(".py")):
        if os.path.lexists(path) and (folder.parts[0] == "source" or _contents(path) != files):
            raise UsageError(
                f"{path.relative_to(root)} is there already: choose another name, or remove it."
            )


def _contents(folder: Path) -> dict[Path, bytes]:
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _fill(folder: Path, files: dict[Path, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _add_library(course: Course, folder: Path) -> None:
    """Put homework.py beside the notebooks: a link to the course's own, or a copy of ours."""
    if (course.root / "chainrule" / _LIBRARY).is_file():
        try:
            (folder / _LIBRARY).symlink_to(Path("..", "..", "chainrule", _LIBRARY))
            return
        except OSError:  # this file system has no links
            pass
    shutil.copyfile(Path(__file__).with_name(_LIBRARY), folder / _LIBRARY)
