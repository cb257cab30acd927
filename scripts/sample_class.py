"""Put the sample class of examples/ into submitted/, and take it out again.

Called by ``make grade`` (add) and ``make clean-class`` (remove).
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from chainrule.voids import in_force, undo

ROOT = Path(__file__).resolve().parent.parent
ROSTER = "students.csv"


def add(root: Path) -> None:
    """Copy the sample class to submitted/, unless a student's folder is already there.

    Its roster comes along, unless there is a students.csv.
    """
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
    roster = root / "examples" / ROSTER
    if roster.is_file() and not (root / ROSTER).exists():
        shutil.copyfile(roster, root / ROSTER)


def remove(root: Path) -> None:
    """Remove the sample students: their folders, their rows in the gradebook, and their roster.

    A student of the same name whose files are not those of the example is kept, and so is a
    students.csv that is another one.
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
    _remove_from_gradebook(root, [*removed, *_in_roster_alone(root)])
    for decision in in_force(root):
        if decision.student in removed:  # whoever comes by that name later starts anew
            undo(root, decision.assignment, decision.student)
    # The submissions go last: they are what a second run knows the sample class by.
    for folder in ("feedback", "autograded", "submitted"):
        for student in removed:
            shutil.rmtree(root / folder / student, ignore_errors=folder != "submitted")
    if _has_sample_roster(root):
        (root / ROSTER).unlink()
    print(f"Removed from the sample class: {', '.join(removed) or 'nothing, it is not there'}.")


def _students(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _has_sample_roster(root: Path) -> bool:
    sample, here = root / "examples" / ROSTER, root / ROSTER
    return sample.is_file() and here.is_file() and sample.read_bytes() == here.read_bytes()


def _in_roster_alone(root: Path) -> list[str]:
    """Who is in the sample's roster, while it is the course's, and has handed in nothing."""
    if not _has_sample_roster(root):
        return []
    with (root / ROSTER).open(encoding="utf-8", newline="") as file:
        students = [line["id"] for line in csv.DictReader(file)]
    return [student for student in students if not (root / "submitted" / student).exists()]


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
