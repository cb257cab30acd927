"""A class of its own for what may happen to the machine, and everything grading made of it."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chainrule.course import Course
from chainrule.settings import STATE_FILE
from tests.grader.conftest import make_course
from tests.grader.test_doors import ROWS

PACKAGE = Path(__file__).parents[2]
MANUAL = """
    select s.student_id, b.name, g.manual_score, c.manual_comment
    from submitted_assignment s
    join submitted_notebook sn on sn.assignment_id = s.id
    join base_cell b on b.notebook_id = sn.notebook_id
    left join grade g on g.notebook_id = sn.id and g.cell_id = b.id
    left join comment c on c.notebook_id = sn.id and c.cell_id = b.id
    where g.manual_score is not null or c.manual_comment is not null
    order by 1, 2
"""
CHANGES = (
    [],
    [("return 2 * x", "return 3 * x")],
    [("return x + 1", "raise SystemExit")],
    [("return 2 * x", "import os; os._exit(0)")],
    [("Derive it.", "import time")],
    [("import numpy as np\\n", "import numpy as np, time; time.sleep(0.2)\\n")],
)


def make_class(root, students):
    """A tiny course with so many submissions, none of them like the next."""
    course = make_course(root)
    text = (course.root / "source/tiny/1_layers.ipynb").read_text()
    for number in range(students):
        changed = text
        for old, new in CHANGES[number % len(CHANGES)]:
            assert old in changed
            changed = changed.replace(old, new)
        folder = course.root / "submitted" / f"student{number:02}" / "tiny"
        folder.mkdir(parents=True)
        (folder / "1_layers.ipynb").write_text(changed)
        (folder / "timestamp.txt").write_text("2026-11-20 12:00:00 UTC")
    return course


def start(course, *arguments):
    """``chainrule grade tiny`` in a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "chainrule", "grade", "tiny", *arguments],
        cwd=course.root,
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run(course, *arguments):
    """(exit status, what it printed) of a run that nobody disturbs."""
    process = start(course, *arguments)
    said, _ = process.communicate(timeout=300)
    return process.returncode, said


def query(course, statement):
    with sqlite3.connect(course.root / "gradebook.db", timeout=30) as database:
        found = database.execute(statement).fetchall()
    database.close()
    return found


def execute(course, statement):
    with sqlite3.connect(course.root / "gradebook.db", timeout=30) as database:
        database.execute(statement)
    database.close()


def grade_by_hand(course):
    """Scores and comments as the formgrader writes them."""
    execute(
        course,
        "update grade set manual_score = 1.25, needs_manual_grade = 0"
        " where needs_manual_grade and notebook_id in (select n.id from submitted_notebook n"
        "  join submitted_assignment s on s.id = n.assignment_id where s.student_id < 'student06')",
    )
    execute(course, "update comment set manual_comment = 'Well derived.'")


def made(course):
    """All that grading has made: rows, notebooks, pages; a state only tells that there is one."""
    files = {
        str(path.relative_to(course.root)): b"" if path.name == STATE_FILE else path.read_bytes()
        for step in ("autograded", "feedback")
        for path in sorted((course.root / step).rglob("*"))
        if path.is_file()
    }
    return query(course, ROWS), files


def descendants(process):
    """The living processes below ``process``, by what they are."""
    parents, commands = {}, {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            commands[int(folder.name)] = (folder / "cmdline").read_text()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(folder.name)] = int(fields[1])
    found = {"worker": [], "zygote": [], "sandbox": [], "other": []}
    below = [process]
    while below:
        parent = below.pop()
        for child in (number for number, above in parents.items() if above == parent):
            below.append(child)
            command = commands.get(child, "")
            kind = "worker" if "multiprocessing-fork" in command else "other"
            if "import zygote" in command:
                kind = (
                    "sandbox" if child in found["zygote"] or parent in found["zygote"] else "zygote"
                )
            found[kind].append(child)
    return found


def kill(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def alive(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, seconds=15.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """A class that was graded, read by a person and graded again without any trouble."""
    course = make_class(tmp_path_factory.mktemp("undisturbed") / "course", 12)
    assert run(course)[0] == 0
    grade_by_hand(course)
    assert run(course, "--force")[0] == 0
    return course


@pytest.fixture
def course(undisturbed, tmp_path):
    """A copy of that class."""
    shutil.copytree(undisturbed.root, tmp_path / "course", symlinks=True)
    return Course(tmp_path / "course")
