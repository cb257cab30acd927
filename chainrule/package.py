"""Makes the archive that a student hands in, and says what in it may cost points.

Students have ``hand_in`` of homework.py, which runs their notebook in a Python beside theirs. Here,
on the course's machine, the same questions are answered by the judge and its sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from . import homework
from .course import Assignment
from .errors import UsageError
from .judge import Judge
from .notebooks import read_submission
from .settings import load_config, load_settings
from .text import one_line
from .verdict import Verdict


def package(root: Path, assignment: Assignment, folder: Path, student_id: str, weak: bool) -> str:
    """Put the notebooks in ``folder`` into an archive beside them; give what to say about it.

    ``root`` is the course's folder. Raises UsageError for an id that the archive's name cannot
    hold, and where there is no notebook at all.
    """
    if not homework.is_student_id(student_id):
        raise UsageError(
            f"{student_id!r} cannot be the id of a student here: an id is of letters, digits and "
            ". _ @ + -, begins with a letter or a digit, and has no two _ in a row."
        )
    wanted = [f"{name}.ipynb" for name in assignment.notebooks]
    names = [name for name in wanted if (folder / name).is_file()]
    if not names:
        raise UsageError(f"{folder} holds none of the notebooks of {assignment.name}.")
    archive = homework.write_archive(student_id, names, str(folder), assignment.name)
    theirs = [f"{name}.ipynb" for name in assignment.student_notebooks if f"{name}.ipynb" in names]
    remarks = [line for name in theirs for line in homework.look_at_file(folder / name)]
    seed = load_settings(load_config(root)).seed
    with Judge(assignment, seed=seed, weak_sandbox=weak) as judge:
        remarks += _lost(judge.judge(read_submission(folder, assignment)))
    return "\n".join(homework.archive_lines(archive, names, [one_line(line) for line in remarks]))


def _lost(verdict: Verdict) -> Iterator[str]:
    yield from verdict.problems
    for part in verdict.components:
        failed = [check for check in part.checks if not check.passed]
        if failed:
            yield f"{part.component.title}: {len(failed)} of {len(part.checks)} checks fail"
