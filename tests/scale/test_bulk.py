"""Many submissions: one door or the other, one process or several, the same rows and files."""

import random
import shutil
from pathlib import Path

import pytest

from chainrule import classroom
from chainrule.classroom import grade
from chainrule.course import Course, find_course
from chainrule.sandbox import policy
from chainrule.settings import STATE_FILE
from tests.crash.conftest import query
from tests.grader.conftest import make_course
from tests.grader.test_doors import ROWS, copy_of, nbgrader

if missing := policy.missing_layers():
    pytest.skip(" ".join(missing), allow_module_level=True)

PACKAGE = Path(__file__).parents[2]
CODE = (
    ("return 2 * x", "return 3 * x"),
    ("return 2 * x", "return x + x"),
    ("return 2 * x", "import os; os._exit(0)"),
    ("return 2 * x", "raise ValueError('<b>')"),
    ("return 2 * x", "return [2 * x]"),
    ("return 2 * x", "print(2 * x)"),
    ("return x + 1", "return x - 1"),
    ("return x + 1", "return (x.T + 1).T"),
    ("return x + 1", "raise NotImplementedError()"),
    ("return x + 1", "return x +"),
    ("The upstream gradient times two.", ""),
    ("The upstream gradient times two.", "$\\\\\\\\alpha$ <script>x</script>"),
    ('"double-solution"', '"add-solution"'),
    ('"add-solution"', '"nothing"'),
    ("import numpy as np", "import numpy as np\\\\nprint('x' * 1000)"),
    ('"points": 2', '"points": 200'),
)
KEPT = ("alder", "juniper")  # training that is right, and training that is half done
TIMES = ("2026-11-20 12:00:00 UTC", "2026-11-21 09:30:00 +02:00", "2026-12-01 00:00:00 UTC", None)
BYTES = (b"", b"{", b"[]", b"\xff\xfe", b'{"nbformat": 4, "cells": []}')


def generate(course, count, seed):
    """So many submissions with faults of all kinds, the same ones for the same seed."""
    moments = random.Random(seed)
    text = (course.root / "source/tiny/1_layers.ipynb").read_text()
    for number in range(count):
        folder = course.root / "submitted" / f"student{number:02}" / "tiny"
        folder.mkdir(parents=True)
        changed = text
        for old, new in moments.sample(CODE, moments.randrange(4)):
            changed = changed.replace(old, new)
        data = changed.encode()
        if moments.random() < 0.15:
            data = moments.choice(BYTES)
        elif moments.random() < 0.1:
            data = data[: moments.randrange(len(data))]
        # nbgrader does not see a folder without any notebook.
        name = "1_layers.ipynb" if moments.random() < 0.95 else "another.ipynb"
        (folder / name).write_bytes(data)
        if time := moments.choice(TIMES):
            (folder / "timestamp.txt").write_text(time)
        if moments.random() < 0.3:
            (folder / "notes.txt").write_text("x")


def files(course, step):
    return {
        str(path.relative_to(course.root)): path.read_bytes()
        for path in sorted((course.root / step).rglob("*"))
        if path.is_file()
    }


def by_both_doors(course, assignment):
    other = copy_of(course, "other")
    report = grade(course, course.assignment(assignment))
    assert report.failures == {}
    for command in ("generate_assignment", "autograde"):
        status, said = nbgrader(other, command, assignment)
        assert status == 0, said
    return other


@pytest.fixture(scope="module")
def fifty(tmp_path_factory):
    """The same fifty submissions, graded by ``chainrule grade`` and by ``nbgrader autograde``."""
    course = make_course(tmp_path_factory.mktemp("fifty") / "course")
    generate(course, 50, seed=2026)
    return course, by_both_doors(course, "tiny")


def test_fifty_submissions_get_the_same_rows_from_both_doors(fifty):
    ours, theirs = (query(course, ROWS) for course in fifty)
    assert len({row[0] for row in ours}) == 50 and ours == theirs


def test_fifty_submissions_are_of_all_kinds(fifty):
    scores = {row[6] for row in query(fifty[0], ROWS)}
    assert {None, 0.0, 1.0, 1.5} <= scores


def test_fifty_submissions_get_the_same_notebooks_from_both_doors(fifty):
    ours, theirs = (files(course, "autograded") for course in fifty)
    assert ours == theirs


@pytest.fixture(scope="module")
def sample_class(tmp_path_factory):
    """The sample class of the real homework, by both doors."""
    here = find_course(PACKAGE)
    course = Course(tmp_path_factory.mktemp("sample") / "course")
    for folder in ("source", "tests/nn_framework"):
        shutil.copytree(here.root / folder, course.root / folder)
    # Without the notebook that trains, except for two: training takes the most time.
    shutil.copytree(
        here.root / "examples/submitted",
        course.root / "submitted",
        ignore=lambda folder, _: (
            () if Path(folder).parent.name in KEPT else {"0_train_model.ipynb"}
        ),
    )
    shutil.copy(here.root / "nbgrader_config.py", course.root)
    return course, by_both_doors(course, "nn_framework")


def test_the_sample_class_gets_the_same_rows_from_both_doors(sample_class):
    ours, theirs = (query(course, ROWS) for course in sample_class)
    assert len({row[0] for row in ours}) == 16 and ours == theirs


def test_the_sample_class_gets_the_same_notebooks_from_both_doors(sample_class):
    ours, theirs = (files(course, "autograded") for course in sample_class)
    assert ours == theirs


def test_scores_and_files_do_not_depend_on_the_number_of_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(classroom, "PAGES_FOR_A_PROCESS", 4)  # three processes for twelve
    course = make_course(tmp_path / "one")
    generate(course, 12, seed=7)
    other = copy_of(course, "three")
    reports = [grade(c, c.assignment("tiny"), jobs=n) for c, n in ((course, 1), (other, 3))]
    assert reports[0].graded == reports[1].graded and reports[0].problems == reports[1].problems
    assert query(course, ROWS) == query(other, ROWS)
    for step in ("autograded", "feedback"):
        assert files(course, step) == files(other, step)
    assert any(STATE_FILE in name for name in files(course, "autograded"))
