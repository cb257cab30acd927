"""``chainrule new`` writes what can be graded at once; docs/new_assignment.md says what works."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import nbformat
import pytest

from chainrule import formulas, homework, new
from chainrule.cli import _parser, main
from chainrule.course import Course, grade_id
from chainrule.errors import UsageError
from chainrule.judge import Judge, reference
from chainrule.new import new_assignment
from chainrule.notebooks import new_cell, read_submission
from chainrule.rubrics import read_rubrics
from chainrule.sandbox.session import Student
from tests.adequacy.catalogue import mutants, variants
from tests.adequacy.measure import Task, submission_of

PACKAGE = Path(__file__).parents[2]
DOCUMENT = PACKAGE / "docs" / "new_assignment.md"
MAKEFILE = (PACKAGE / "Makefile").read_text()
CONFIG = "from chainrule.settings import configure\nc = get_config()\nconfigure(c)\n"
FOLDERS = ("source/demo", "tests/demo", "tests/adequacy/demo")


def make_course(root):
    """A course without assignments."""
    (root / "source").mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    return Course(root)


def add_harness(course):
    """What this repository has beside its assignments: pytest's settings, ``tests.adequacy``."""
    shutil.copy(PACKAGE / "pyproject.toml", course.root)
    for path in (PACKAGE / "tests/adequacy").glob("*.py"):
        (course.root / "tests/adequacy").mkdir(parents=True, exist_ok=True)
        shutil.copy(path, course.root / "tests/adequacy")


def python(course, *arguments):
    """Run Python in the course's folder with this package; give what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=course.root,
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def empty(tmp_path):
    return make_course(tmp_path / "course")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with the template as it stands."""
    course = make_course(tmp_path_factory.mktemp("new") / "course")
    new_assignment(course, "demo")
    return course


def left_in(course):
    return sorted(str(p.relative_to(course.root)) for p in course.root.rglob("*") if p.is_file())


# ---- what is written


def test_the_files_carry_the_name_and_say_it(course):
    names = left_in(course)
    assert {"source/demo/1_demo.ipynb", "source/demo/2_test_demo.ipynb"} < {*names}
    for name in names:
        text = (course.root / name).read_text()
        assert "ASSIGNMENT" not in text + name or name.endswith("homework.py")
    assert (
        'load("1_demo.ipynb")'
        in nbformat.read(course.root / "source/demo/2_test_demo.ipynb", 4).cells[1].source
    )


@pytest.mark.parametrize("path", sorted(new.TEMPLATES.rglob("*.ipynb")), ids=lambda p: p.name)
def test_a_template_is_a_valid_notebook_whose_cells_carry_their_names(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert re.fullmatch(r"[a-z-]+", cell.id)
        assert grade_id(cell) in ("", cell.id)


def test_every_template_is_installed_with_the_package():
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    for path in filter(Path.is_file, new.TEMPLATES.rglob("*")):
        assert any(fnmatch(path.name, pattern) for pattern in patterns), path


def test_what_comes_next_is_told_in_at_most_ten_lines(empty, monkeypatch, capsys):
    monkeypatch.chdir(empty.root)
    assert main(["new", "demo"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 10
    assert [f"{folder}/" for folder in FOLDERS] == lines[:3]


def test_the_library_is_a_link_within_the_repository(empty):
    (empty.root / "chainrule").mkdir()
    (empty.root / "chainrule" / "homework.py").write_text("x = 1\n")
    new_assignment(empty, "demo")
    library = empty.root / "source/demo/homework.py"
    assert library.is_symlink() and library.read_text() == "x = 1\n"


def test_the_library_is_a_copy_elsewhere(course):
    library = course.root / "source/demo/homework.py"
    assert not library.is_symlink()
    assert library.read_bytes() == (PACKAGE / "chainrule/homework.py").read_bytes()


# ---- what is refused


@pytest.mark.parametrize(
    "name",
    ["", "Demo", "1demo", "../demo", "a/b", "a.b", "a-b", "a b", "_a", "test_a", "démo", "a" * 61],
)
def test_a_name_that_cannot_be_used_is_refused(empty, name):
    with pytest.raises(UsageError, match="cannot be called"):
        new_assignment(empty, name)
    assert left_in(empty) == ["nbgrader_config.py"]


@pytest.mark.parametrize("taken", [*FOLDERS, "tests/demo.py", "tests/adequacy/demo.py"])
def test_a_name_that_is_taken_is_refused_and_nothing_is_touched(empty, taken):
    (empty.root / taken).mkdir(parents=True)
    (empty.root / taken / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match=f"{taken} is there already"):
        new_assignment(empty, "demo")
    assert left_in(empty) == ["nbgrader_config.py", f"{taken}/mine.txt"]


def test_a_second_time_is_refused(empty, monkeypatch, capsys):
    monkeypatch.chdir(empty.root)
    assert main(["new", "demo"]) == 0
    before = left_in(empty)
    assert main(["new", "demo"]) == 2
    assert "source/demo is there already" in capsys.readouterr().err
    assert left_in(empty) == before


def test_a_failure_leaves_nothing(empty, monkeypatch):
    monkeypatch.setattr(new, "_add_library", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        new_assignment(empty, "demo")
    assert left_in(empty) == ["nbgrader_config.py"]


def test_a_failure_of_the_last_step_leaves_nothing(empty, monkeypatch):
    rename = Path.rename
    monkeypatch.setattr(
        Path, "rename", lambda p, to: 1 / 0 if Path(to).parent.name == "source" else rename(p, to)
    )
    with pytest.raises(ZeroDivisionError):
        new_assignment(empty, "demo")
    assert left_in(empty) == ["nbgrader_config.py"]


def test_what_a_killed_run_left_is_no_obstacle(empty, course):
    new_assignment(empty, "demo")
    (empty.root / "source/demo").rename(empty.root / "elsewhere")
    new_assignment(empty, "demo")
    assert (empty.root / "source/demo/1_demo.ipynb").is_file()


# ---- grading


@pytest.fixture(scope="module")
def released(course):
    """The template as students get it, made by the command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(course.root)
        assert main(["release", "demo"]) == 0
        assert main(["release", "--check"]) == 0
    return course.root / "release" / "demo"


def test_the_release_shows_neither_solutions_nor_hidden_tests(released):
    text = (released / "1_demo.ipynb").read_text()
    assert text.count("YOUR CODE HERE") == 2 and text.count("YOUR ANSWER HERE") == 2
    assert "np.sin" not in text and "np.cos" not in text
    assert "chainrule" not in (released / "2_test_demo.ipynb").read_text()


@pytest.fixture(scope="module")
def judge(course):
    with Judge(course.assignment("demo")) as judge:
        yield judge


def test_the_reference_gets_all_points_and_the_stub_none(judge, released):
    (part,) = judge.assignment.components
    assert (part.id, part.code_points, part.formula_points) == ("wave", 2, 1)
    best = judge.judge(reference(judge.assignment))
    assert best.score == 2 and best.components[0].needs_manual
    stub = judge.judge(read_submission(released, judge.assignment))
    assert stub.score == 0 and not stub.components[0].needs_manual
    assert {check.kind for check in stub.components[0].checks} == {"missing"}


def test_each_mutant_is_caught_and_the_variant_is_accepted(judge, course):
    folder = course.root / "tests/adequacy/demo"
    wrong, right = mutants(folder / "mutants"), variants(folder / "variants")
    assert {mutant.component for mutant in wrong} == {"wave"} and len(right) == 1
    tasks = [Task(mutant.component, mutant.name, mutant.code) for mutant in wrong]
    tasks += [Task("", variant.name, cells=variant.cells) for variant in right]
    scores = [judge.judge(submission_of(judge.assignment, task)).score for task in tasks]
    assert scores == [0] * len(wrong) + [2]


# ---- the document, followed line by line


@dataclass(frozen=True)
class Block:
    """A block of code of the document; ``place`` is what its first line says about it."""

    language: str
    place: str
    text: str


def blocks():
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```$", DOCUMENT.read_text(), re.M | re.S):
        first, _, rest = text.partition("\n")
        place = re.fullmatch(r"(?:#|<!--) ((?:cell|file|append to|in) .*?)(?: -->)?", first)
        if place:
            yield Block(language, place[1], rest)
        else:
            yield Block(language, "", text)


# What nbgrader's panel sets for the types that the document names.
TYPES = {
    "formula": {"grade": True, "solution": True, "locked": False},
    "solution": {"grade": False, "solution": True, "locked": False},
    "check": {"grade": False, "solution": False, "locked": True},
    "tests": {"grade": True, "solution": False, "locked": True},
}


def add_cell(course, name, path, points, kind, source):
    """Put a cell of the document into a notebook, before the last heading."""
    marks = {"grade_id": name, "schema_version": 3, "cell_type": kind}
    marks |= TYPES[name.rpartition("-")[2]] | ({"points": float(points)} if points else {})
    notebook = nbformat.read(course.root / path, as_version=4)
    notebook.cells.insert(-2, new_cell(kind, source.rstrip("\n"), marks, name))
    nbformat.write(notebook, course.root / path)


def write_down(course, block):
    """Do what the first line of a block says."""
    if cell := re.fullmatch(r"cell (\S+) of (\S+?)(?:, ([\d.]+) points)?", block.place):
        kind = "markdown" if block.language == "markdown" else "code"
        add_cell(course, *cell.groups(), kind, block.text)
        return
    what, _, path = block.place.rpartition(" ")
    (course.root / path).parent.mkdir(parents=True, exist_ok=True)
    with (course.root / path).open("w" if what == "file" else "a") as file:
        file.write(block.text)


def hand_in(course, timestamp):
    """The reference by alder, in both places that the document names, and the stub by birch."""
    for folder, origin in (
        ("examples/submitted/alder/demo", "source/demo"),
        ("submitted/alder/demo", "source/demo"),
        ("submitted/birch/demo", "release/demo"),
    ):
        (course.root / folder).mkdir(parents=True)
        shutil.copy(course.root / origin / "1_demo.ipynb", course.root / folder)
        (course.root / folder / "timestamp.txt").write_text(timestamp)


def run(course, line):
    """Run one command of the document."""
    command, *arguments = shlex.split(line)
    if command == "chainrule":
        assert main(arguments) == 0, line
    elif command == "pytest":
        assert " passed" in python(course, "-m", "pytest", "-q", *arguments), line
    elif command == "python":
        python(course, *arguments)
    else:
        assert_is_a_target(line)


def assert_is_a_target(line):
    command, target, *_ = line.split()
    assert command == "make" and re.search(rf"^{target}:", MAKEFILE, re.M), line


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """The course of somebody who did everything that the document says, in its order."""
    course = make_course(tmp_path_factory.mktemp("document") / "course")
    add_harness(course)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(course.root)
        for block in blocks():
            if block.place:
                write_down(course, block)
            elif block.language == "text":
                hand_in(course, block.text)
            else:
                assert block.language == "sh", block
                for line in block.text.splitlines():
                    run(course, line)
    return course


def test_every_command_of_the_document_succeeds(followed):
    assert (followed.root / "feedback/alder/demo/demo.html").is_file()


def test_the_class_of_the_document_is_graded(followed, monkeypatch, capsys):
    monkeypatch.chdir(followed.root)
    parts = followed.assignment("demo").components
    assert [(p.id, p.code_points, p.formula_points) for p in parts] == [
        ("wave", 2, 1),
        ("bump", 1.5, 0.5),
    ]
    assert main(["scores", "demo", "--format", "json"]) == 0
    totals = {row["student"]: row["total"] for row in json.loads(capsys.readouterr().out)}
    assert totals == {"alder": 3.5, "birch": 0}


def test_the_rubrics_can_be_read(followed):
    assert [*read_rubrics(followed.assignment("demo"))][1:] == ["wave", "bump"]


def test_what_is_written_is_in_the_style_of_the_repository(followed):
    first_party = 'lint.isort.known-first-party = ["chainrule"]'  # as it is within the repository
    python(followed, "-m", "ruff", "check", "--config", first_party, "tests/demo")
    python(followed, "-m", "ruff", "format", "--check", "tests/demo")


def test_commands_within_the_text_are_right():
    commands = re.findall(r"`((?:chainrule|make) [^`]+)`", DOCUMENT.read_text())
    assert len(commands) > 5
    for line in commands:
        if line.startswith("make"):
            assert_is_a_target(line)
        else:
            _parser().parse_args(shlex.split(line)[1:])


def test_the_tables_name_what_there_is():
    rows = re.findall(
        r"^\| `(student\.)?(\w+)(?:\(.*?\))?`(?:, `(\w+)`)? \|", DOCUMENT.read_text(), re.M
    )
    of_student = {name for student, name, _ in rows if student}
    assert of_student == {n for n in vars(homework.Namespace) if not n.startswith("_")}
    assert of_student == {n for n in vars(Student) if not n.startswith("_")}
    helpers = {n for student, *names in rows if not student for n in names if n}
    for name in helpers - {"student", "rng"}:
        assert hasattr(homework, name) or hasattr(formulas, name), name
    assert {"assert_close", "assert_gradients", "CheckFailed", "ALONE"} < helpers
    assert {name for name in vars(formulas) if name.startswith("assert_")} <= helpers
