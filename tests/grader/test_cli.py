"""The command: what it prints, what it exits with, and where it finds a course."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chainrule import __version__
from chainrule.classroom import grade
from chainrule.cli import _find_assignment, main
from chainrule.errors import UsageError

PACKAGE = Path(__file__).parents[2]


@pytest.fixture
def inside(course, monkeypatch):
    """The course is where the command is called."""
    monkeypatch.chdir(course.root)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


# ---- grade and scores


def test_grade_prints_table_problems_and_counts(
    course, assignment, hand_in, fake_judges, inside, capsys
):
    hand_in("alder", timestamp="2026-11-22 10:00 UTC")
    hand_in("-rf")
    grade(course, assignment, executor=fake_judges())
    assert main(["grade", "tiny"]) == 1
    output = capsys.readouterr().out
    assert "alder" in output and "x failed" in output
    assert "alder  handed in 1 d 10 h 1 min after the deadline: 0 points" in output
    assert "2 submissions: 1 graded (1 unchanged), 1 not graded." in output


def test_an_empty_class_is_graded(inside, capsys):
    assert main(["grade", "tiny"]) == 0
    assert "0 submissions" in capsys.readouterr().out


def test_scores_come_in_three_formats(course, assignment, hand_in, fake_judges, inside, capsys):
    hand_in("alder")
    grade(course, assignment, executor=fake_judges())
    for style, start in (("table", "student"), ("csv", "student,"), ("json", "[")):
        assert main(["scores", "tiny", "--format", style]) == 0
        assert capsys.readouterr().out.startswith(start)


# ---- check


def check(cwd, *arguments):
    """Run ``chainrule check`` in a process of its own; give its output and what it imported."""
    command = [sys.executable, "-X", "importtime", "-m", "chainrule", "check", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout, set(done.stderr.replace("|", " ").split())


def test_check_prints_every_requirement_and_the_points_and_writes_nothing(course, hand_in):
    folder = hand_in("alder", [("return 2 * x", "return 3 * x")])
    before = sorted(course.root.rglob("*"))
    output, imported = check(course.root, str(folder))
    lines = [" ".join(line.split()) for line in output.splitlines()]
    assert "Double 0 of 3 points" in lines
    assert "FAIL forward: a batch (hidden)" in lines
    assert "ok forward: one number" in lines
    assert "1.5 of 4.5 points are certain." in lines
    assert "nbgrader" not in imported and "chainrule.judge" in imported
    assert sorted(course.root.rglob("*")) == before


def test_check_prints_one_json_object_also_from_outside_of_the_course(hand_in, tmp_path):
    output, _ = check(tmp_path, str(hand_in("alder")), "--json")
    verdict = json.loads(output)
    assert (verdict["assignment"], verdict["score"], verdict["max_score"]) == ("tiny", 2.5, 4.5)
    assert verdict["needs_manual"] is True
    assert [part["formula"] for part in verdict["components"]] == [
        {"score": 0.0, "max": 2.0, "needs_manual": True},
        None,
    ]


def test_check_needs_to_be_told_which_of_several_assignments(course, hand_in, inside, capsys):
    shutil.copytree(course.root / "source" / "tiny", course.root / "source" / "small")
    folder = hand_in("alder")
    assert main(["check", str(folder)]) == 2
    assert "--assignment" in capsys.readouterr().err
    assert _find_assignment(folder, "tiny")[1].name == "tiny"
    (course.root / "source/small/1_layers.ipynb").rename(course.root / "source/small/1_x.ipynb")
    assert _find_assignment(folder, None)[1].name == "tiny"
    with pytest.raises(UsageError, match="tiny"):
        _find_assignment(folder, "other")


def test_check_of_a_folder_without_notebooks_takes_the_only_assignment(course, hand_in, inside):
    (hand_in("alder") / "1_layers.ipynb").unlink()
    assert _find_assignment(course.root / "submitted/alder/tiny", None)[1].name == "tiny"


def test_check_of_a_submission_from_anywhere_falls_back_to_the_course_of_the_package(
    tmp_path, elsewhere
):
    (tmp_path / "1_modules.ipynb").write_text("{}")
    assert _find_assignment(tmp_path, "nn_framework")[0].root == PACKAGE


def test_check_of_something_that_is_no_folder_is_wrong_usage(inside, capsys):
    assert main(["check", "submitted/nobody"]) == 2


# ---- usage


@pytest.mark.parametrize(
    "arguments", [["grade"], ["grade", "nothing"], ["scores", "../tiny"], ["frobnicate"], []]
)
def test_wrong_usage_exits_with_2(inside, capsys, arguments):
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = stop.code
    assert status == 2
    assert "Traceback" not in capsys.readouterr().err


def test_outside_of_a_course_the_command_says_where_to_go(elsewhere, capsys):
    assert main(["scores", "tiny"]) == 2
    assert "nbgrader_config.py" in capsys.readouterr().err


def test_the_version_is_printed_without_loading_anything(elsewhere):
    command = [sys.executable, "-X", "importtime", "-m", "chainrule", "--version"]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"chainrule {__version__}")
    assert not {"numpy", "nbformat", "nbgrader"} & set(done.stderr.replace("|", " ").split())
