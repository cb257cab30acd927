"""The sample class: every submission gets what examples/expected.json says, by the real judge."""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from chainrule.course import Course, find_course
from chainrule.judge import Judge
from chainrule.notebooks import read_submission
from chainrule.roster import read_roster
from chainrule.sandbox import session
from chainrule.settings import load_config, load_settings

COURSE = find_course(Path(__file__).parent)
EXAMPLES = COURSE.root / "examples"
EXPECTED = json.loads((EXAMPLES / "expected.json").read_text())
# By assignment: each of the others has a file of its own.
EVERY = {"nn_framework": EXPECTED} | {
    path.stem.removeprefix("expected_"): json.loads(path.read_text())
    for path in sorted(EXAMPLES.glob("expected_*.json"))
}


@pytest.fixture(scope="module")
def judge(request):
    with Judge(COURSE.assignment(request.param)) as judge:
        yield judge


def pytest_generate_tests(metafunc):
    if "sample" in metafunc.fixturenames:
        pairs = [(name, student) for name, expected in EVERY.items() for student in expected]
        metafunc.parametrize(("judge", "sample"), pairs, indirect=["judge"])


def test_every_sample_is_expected_and_every_expected_one_is_there():
    found = {(path.parent.name, path.name) for path in (EXAMPLES / "submitted").glob("*/*")}
    assert found == {(student, name) for name, expected in EVERY.items() for student in expected}


def test_a_sample_gets_what_is_expected(judge, sample, monkeypatch):
    monkeypatch.setattr(session, "CALL_SECONDS", 1.0)  # dogwood never ends
    folder = EXAMPLES / "submitted" / sample / judge.assignment.name
    verdict = judge.judge(read_submission(folder, judge.assignment))
    expected = EVERY[judge.assignment.name][sample]
    found = {
        part.component.id: {
            "passed": part.passed,
            # What is late waits for nobody, but that is known to the gradebook alone.
            "waiting": part.needs_manual and not expected["late"],
        }
        for part in verdict.components
    }
    assert found == expected["components"]
    problems = [text for text in expected["problems"] if "deadline" not in text]
    assert [text for text in problems if not any(text in line for line in verdict.problems)] == []


# ---- its roster


def test_the_roster_has_everybody_somebody_who_handed_in_nothing_and_an_extension(tmp_path):
    shutil.copytree(COURSE.root / "source", tmp_path / "source")
    shutil.copy(EXAMPLES / "students.csv", tmp_path)
    settings = load_settings(load_config(COURSE.root))
    roster = read_roster(Course(tmp_path), settings)
    assert set(roster.students) - set(EXPECTED) == {"quince"}
    assert set(EXPECTED) <= set(roster.students)
    extended = [s.id for s in roster.students.values() if "nn_framework" in s.extensions]
    assert extended == ["ginkgo"]


@pytest.fixture
def folder(tmp_path):
    """A course's folder with nothing in it but the sample class."""
    (tmp_path / "submitted").mkdir()
    (tmp_path / "examples/submitted/alder/tiny").mkdir(parents=True)
    (tmp_path / "examples/submitted/alder/tiny/1.ipynb").write_text("{}")
    (tmp_path / "examples/students.csv").write_text("id\nalder\nquince\n")
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    return tmp_path


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("script", COURSE.root / "scripts/sample_class.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_roster_comes_with_the_class_and_goes_with_it(script, folder):
    script.add(folder)
    assert (folder / "students.csv").read_text() == "id\nalder\nquince\n"
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        for student in ("alder", "quince", "rue"):
            gradebook.add_student(student)
    script.remove(folder)
    assert not (folder / "students.csv").exists() and not list((folder / "submitted").iterdir())
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        assert [student.id for student in gradebook.students] == ["rue"]


def test_another_roster_is_left_alone(script, folder):
    (folder / "students.csv").write_text("id\nquince\n")
    script.add(folder)
    script.remove(folder)
    assert (folder / "students.csv").read_text() == "id\nquince\n"


def test_no_roster_is_put_beside_other_students(script, folder):
    (folder / "submitted/zelkova").mkdir()
    script.add(folder)
    assert not (folder / "students.csv").exists()
