"""Put the sample class of examples/ into submitted/, and take it out again.

Called by ``make grade`` (add) and ``make clean-class`` (remove).
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def add(root: Path) -> None:
    """Copy the sample class to submitted/, unless a student's folder is already there."""
    if _students(root / "submitted"):
        return
    samples = _students(root / "examples" / "submitted")
    if not samples:
        sys.exit("submitted/ is empty: put the students' folders there, then run this again.")
    print(
        "submitted/ is empty: grading the sample class from examples/ "
        "(make clean-class takes it out again)"
    )
    for sample in samples:
        shutil.copytree(sample, root / "submitted" / sample.name)


def remove(root: Path) -> None:
    """Remove the sample students: their folders, and their rows in the gradebook.

    A student of the same name whose files are not those of the example is kept.
    """
    removed = []
    for sample in _students(root / "examples" / "submitted"):
        submission = root / "submitted" / sample.name
        if not submission.is_dir():
            continue
        if _contents(submission) != _contents(sample):
            print(f"{sample.name} is kept: submitted/{sample.name} differs from the example.")
            continue
        removed.append(sample.name)
    _remove_from_gradebook(root, removed)
    # The submissions go last: they are what a second run knows the sample class by.
    for folder in ("feedback", "autograded", "submitted"):
        for student in removed:
            shutil.rmtree(root / folder / student, ignore_errors=folder != "submitted")
    print(f"Removed from the sample class: {', '.join(removed) or 'nothing, it is not there'}.")


def _students(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _contents(folder: Path) -> dict[Path, bytes]:
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _remove_from_gradebook(root: Path, students: Iterable[str]) -> None:
    # nbgrader takes seconds to import, which `add` need not wait for.
    from nbgrader.api import Gradebook, MissingEntry
    from nbgrader.coursedir import CourseDirectory
    from sqlalchemy.engine import make_url
    from traitlets.config.loader import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    if "root" not in config.CourseDirectory:
        config.CourseDirectory.root = str(root)
    url = make_url(CourseDirectory(config=config).db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return  # nothing graded yet, and connecting would make the file
    with Gradebook(url.render_as_string(hide_password=False)) as gradebook:
        for student in students:
            try:
                gradebook.remove_student(student)
            except MissingEntry:
                continue


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["add", "remove"])
    action = parser.parse_args().action
    (add if action == "add" else remove)(ROOT)


if __name__ == "__main__":
    main()
