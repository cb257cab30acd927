"""A tiny course, made anew for each test, and verdicts on it that no judge had to give."""

import contextlib
import io
import json
import math
import shutil
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule.course import Course, grade_id
from chainrule.gradebook import open_gradebook
from chainrule.notebooks import new_cell, notebook_bytes
from chainrule.registration import register
from chainrule.settings import load_config
from chainrule.verdict import (
    CellComment,
    CellGrade,
    Check,
    ComponentVerdict,
    Verdict,
)

CONFIG = """
from chainrule.settings import configure
c = get_config()
configure(c)
c.CourseDirectory.course_id = "tiny_course"
c.ChainruleSettings.deadlines = {"tiny": "2026-11-20 23:59 UTC"}
"""

LAYERS = [
    ("markdown", "# Layers\nWrite them.", "title", {}),
    ("code", "import numpy as np\nfrom homework import check", "imports", {}),
    (
        "markdown",
        "Derive it.\n\n### BEGIN SOLUTION\nThe upstream gradient times two.\n### END SOLUTION",
        "double-formula",
        {"grade": True, "solution": True, "points": 2},
    ),
    (
        "code",
        "class Double:\n    def forward(self, x):\n        ### BEGIN SOLUTION\n"
        "        return 2 * x\n        ### END SOLUTION",
        "double-solution",
        {"solution": True},
    ),
    ("code", 'check("Double")', "double-check", {"locked": True}),
    (
        "code",
        "class Add:\n    def forward(self, x):\n        ### BEGIN SOLUTION\n"
        "        return x + 1\n        ### END SOLUTION",
        "add-solution",
        {"solution": True},
    ),
]

CHECKS = """with component("{title}") as requirement:
    with requirement("forward: one number"):
        assert_close(student.{title}().forward(np.array([[3.0]])), {expected})
    ### BEGIN HIDDEN TESTS
    from chainrule.hidden import run_hidden_tests
    run_hidden_tests("{title}", student)
    ### END HIDDEN TESTS"""

TESTS = [
    (
        "code",
        "import numpy as np\nfrom homework import assert_close, component, load, summary\n"
        'student = load("1_layers.ipynb")',
        "setup",
        {"locked": True},
    ),
    (
        "code",
        CHECKS.format(title="Double", expected="np.array([[6.0]])"),
        "double-tests",
        {"grade": True, "locked": True, "points": 1},
    ),
    (
        "code",
        CHECKS.format(title="Add", expected="np.array([[4.0]])"),
        "add-tests",
        {"grade": True, "locked": True, "points": 1.5},
    ),
    ("code", "summary()", "summary", {"locked": True}),
]

HIDDEN = '''import pytest
from chainrule.homework import assert_close

pytestmark = pytest.mark.component("{title}")


def test_batch(student, rng):
    """forward: a batch"""
    x = rng.normal(size=(4, 3))
    assert_close(student.{title}().forward(x.copy()), {expected})
'''

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def notebook(cells):
    """The bytes of a notebook with (kind, source, id, nbgrader metadata) cells."""
    made = []
    for kind, source, name, marks in cells:
        metadata = None
        if marks:
            metadata = {"grade": False, "solution": False, "locked": False, **marks}
            metadata |= {"grade_id": name, "schema_version": 3, "cell_type": kind}
        made.append(new_cell(kind, source, metadata, name))
    source = type("Source", (), {"metadata": {"kernelspec": KERNEL}})
    return notebook_bytes(source, made)


def make_course(root):
    """A course with the assignment ``tiny``: Double (1 + 2 points) and Add (1.5 points)."""
    source = root / "source" / "tiny"
    hidden = root / "tests" / "tiny"
    for folder in (source, hidden, root / "submitted"):
        folder.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    (source / "1_layers.ipynb").write_bytes(notebook(LAYERS))
    (source / "2_test_layers.ipynb").write_bytes(notebook(TESTS))
    shutil.copy(Path(chainrule.__file__).with_name("homework.py"), source)
    (hidden / "test_double.py").write_text(HIDDEN.format(title="Double", expected="2 * x"))
    (hidden / "test_add.py").write_text(HIDDEN.format(title="Add", expected="x + 1"))
    return Course(root)


@pytest.fixture(scope="session")
def registered(tmp_path_factory):
    """A gradebook in which the tiny assignment is registered. To make one takes seconds."""
    course = make_course(tmp_path_factory.mktemp("registered"))
    config = load_config(course.root)
    with open_gradebook(course, config) as gradebook:
        register(gradebook, course, course.assignment("tiny"), None, config)
    return course.root / "gradebook.db"


@pytest.fixture
def course(tmp_path, registered):
    """The tiny course, with its gradebook."""
    course = make_course(tmp_path / "course")
    shutil.copy(registered, course.root)
    return course


@pytest.fixture
def assignment(course):
    return course.assignment("tiny")


@pytest.fixture
def hand_in(course):
    """Puts a submission into submitted/: the reference, unless ``changes`` replace text in it."""

    def put(student, changes=(), timestamp="2026-11-20 12:00:00 UTC", files=()):
        folder = course.root / "submitted" / student / "tiny"
        folder.mkdir(parents=True, exist_ok=True)
        text = (course.root / "source/tiny/1_layers.ipynb").read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (folder / "1_layers.ipynb").write_text(text)
        if timestamp:
            (folder / "timestamp.txt").write_text(timestamp)
        for name, content in dict(files).items():
            (folder / name).write_text(content)
        return folder

    return put


def verdict_on(assignment, passed=("double", "add"), answered=True, problems=(), kind="values"):
    """A verdict in which the components ``passed`` work and the others fail with ``kind``."""
    parts = []
    for part in assignment.components:
        good = part.id in passed
        check = Check("test", "forward: a batch", good, "" if good else kind, "wrong", True)
        parts.append(ComponentVerdict(part, good, answered, (check,)))
    grades, comments, notebooks = [], [], {}
    by_id = {part.component.id: part for part in parts}
    for name, source in assignment.notebooks.items():
        notebooks[name] = json.dumps(source).encode()
        for cell in source.cells:
            marks = cell.metadata.get("nbgrader", {})
            if marks.get("grade"):
                part = by_id[marks["grade_id"].rpartition("-")[0]]
                waits = marks["solution"] and part.needs_manual
                score = 0.0 if marks["solution"] else part.code_score
                grades.append(CellGrade(name, marks["grade_id"], None if waits else score))
            if marks.get("solution"):
                comments.append(CellComment(name, marks["grade_id"], None))
    return Verdict(
        assignment.name, tuple(parts), tuple(grades), tuple(comments), notebooks, tuple(problems)
    )


@pytest.fixture
def judged(assignment):
    """Makes verdicts on the tiny assignment: ``judged(passed=["add"])``."""
    return partial(verdict_on, assignment)


class FakeJudges(Executor):
    """In place of a pool of judges: answers each submission with what ``judge`` gives for it."""

    def __init__(self, judge):
        self.judge = judge
        self.judged = 0

    def submit(self, function, task, submission):
        self.judged += 1
        future = Future()
        try:
            future.set_result(self.judge(submission))
        except Exception as error:
            future.set_exception(error)
        return future


@pytest.fixture
def fake_judges(judged):
    """Judges whose verdict is full marks, or what is given."""
    return lambda judge=None: FakeJudges(judge or (lambda _: judged()))


@pytest.fixture(scope="session")
def reference_names():
    """A function: what an assignment's reference notebook defines, without pictures and checks."""

    def names(assignment):
        found = {"__name__": "reference", "np": np, "math": math}
        (notebook,) = assignment.student_notebooks
        with contextlib.redirect_stdout(io.StringIO()):
            for cell in assignment.notebooks[notebook].cells:
                if grade_id(cell).endswith(("-given", "-solution")):
                    exec(cell.source, found)
        return found

    return names
