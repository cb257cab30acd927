"""A class on the tiny course, judged by a real judge in this process."""

import html
import importlib.util
import json
import re
import shutil
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from chainrule import judge as judge_module
from chainrule import workers
from chainrule.classroom import grade
from chainrule.course import Course
from chainrule.gradebook import open_gradebook
from chainrule.judge import Judge
from chainrule.sandbox import session
from chainrule.scores import scores
from chainrule.settings import load_config


def _tiny_course():
    path = Path(__file__).parents[1] / "grader" / "conftest.py"
    spec = importlib.util.spec_from_file_location("tiny_course", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make_course


make_course = _tiny_course()


class InThisProcess(Executor):
    """A pool that judges at once, where tests can lower the limits and look on."""

    def __init__(self, judge):
        self.judge = judge

    def submit(self, function, task, work):
        workers._judges[task] = self.judge
        future = Future()
        try:
            future.set_result(function(task, work))
        except Exception as error:
            future.set_exception(error)
        return future


class Class:
    """A course with its submissions, and what one run of grading made of them."""

    def __init__(self, course: Course):
        self.course = course
        self.report = None

    def folder(self, step, student):
        return self.course.root / step / student / "tiny"

    def hand_in(self, student, data):
        """Put a notebook's bytes into submitted/; None stands for no notebook."""
        folder = self.folder("submitted", student)
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text("2026-11-20 12:00:00 UTC")
        if data is not None:
            (folder / "1_layers.ipynb").write_bytes(data)
        return folder

    def grade(self, judge):
        assignment = self.course.assignment("tiny")
        self.report = grade(self.course, assignment, executor=InThisProcess(judge))
        return self.report

    def rows(self):
        with open_gradebook(self.course, load_config(self.course.root)) as gradebook:
            found = scores(gradebook, self.course, self.course.assignment("tiny"))
        return {row.student: row for row in found}

    def page(self, student):
        """The words of a student's feedback page, on one line."""
        text = (self.folder("feedback", student) / "tiny.html").read_text()
        text = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", "", text)
        return " ".join(html.unescape(text).split())


@pytest.fixture(scope="session")
def reference(tmp_path_factory):
    """The bytes of the tiny notebook that gets full marks."""
    course = make_course(tmp_path_factory.mktemp("reference"))
    return (course.root / "source/tiny/1_layers.ipynb").read_bytes()


@pytest.fixture(scope="session")
def judge(tmp_path_factory):
    """A real judge of the tiny course, whose limits of time are those of a test."""
    course = make_course(tmp_path_factory.mktemp("judge"))
    with pytest.MonkeyPatch.context() as patch, Judge(course.assignment("tiny")) as judge:
        for name in ("CALL_SECONDS", "CELL_SECONDS"):
            patch.setattr(session, name, 1.0)
        yield judge


@pytest.fixture
def check(judge, monkeypatch, capsys):
    """``chainrule check FOLDER --json`` without the second that a new judge takes to start."""
    from chainrule.cli import main

    def check(folder):
        monkeypatch.chdir(judge.assignment.source)
        monkeypatch.setattr(judge_module, "Judge", lambda *_, **__: nullcontext(judge))
        status = main(["check", str(folder), "--assignment", "tiny", "--json"])
        return SimpleNamespace(status=status, verdict=json.loads(capsys.readouterr().out))

    return check


@pytest.fixture(scope="session")
def new_class(tmp_path_factory, reference):
    """Makes a class of two honest students, to which others can be added."""
    empty = Class(make_course(tmp_path_factory.mktemp("empty")))
    empty.grade(None)  # makes the gradebook, which takes seconds

    def make():
        room = Class(make_course(tmp_path_factory.mktemp("class") / "course"))
        shutil.copy(empty.course.root / "gradebook.db", room.course.root)
        room.hand_in("aa-honest", reference)
        room.hand_in("zz-honest", reference)
        return room

    return make
