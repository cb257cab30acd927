"""From the archive that a student makes to the points: hand_in, zip_collect, grade."""

import json
import re
import shutil
import sys
import zipfile

import pytest
from nbgrader.apps.zipcollectapp import ZipCollectApp
from nbgrader.coursedir import CourseDirectory

from chainrule import homework, notebooks
from chainrule.cli import main
from chainrule.settings import load_config

MOMENT = "20261119T120000Z"


@pytest.fixture
def desk(course, tmp_path, monkeypatch):
    """A student's folder with the solved notebooks of the tiny assignment, to work in."""
    folder = tmp_path / "tiny"
    shutil.copytree(course.root / "source" / "tiny", folder)
    monkeypatch.chdir(folder)
    monkeypatch.setitem(sys.modules, "homework", homework)
    return folder


def edit(path, *changes):
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def archives(folder):
    return sorted(folder.glob("*.zip"))


def collect(course):
    """What ``nbgrader zip_collect tiny`` does."""
    app = ZipCollectApp(config=load_config(course.root))
    app.coursedir = CourseDirectory(parent=app, root=str(course.root), assignment_id="tiny")
    app.init_plugins()
    app.extract_archive_files()
    app.process_extracted_files()


@pytest.fixture
def download(course):
    """Puts an archive where an instructor puts what the learning management system gives out."""

    def put(name, text="{}", member="1_layers.ipynb"):
        path = course.root / "downloaded" / "tiny" / "archive" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, text)

    return put


def collected(course):
    """The text of the notebook that was collected from each student."""
    found = (course.root / "submitted").glob("*/tiny/1_layers.ipynb")
    return {path.parts[-3]: path.read_text() for path in found}


# ---- the archive


def test_hand_in_puts_the_homework_s_notebooks_into_an_archive(desk, capsys):
    (desk / "scratch.ipynb").write_text("{}")
    homework.hand_in("alder")
    (archive,) = archives(desk)
    assert re.fullmatch(r"tiny__alder__\d{8}T\d{6}Z\.zip", archive.name)
    with zipfile.ZipFile(archive) as content:
        assert content.namelist() == ["1_layers.ipynb", "2_test_layers.ipynb"]
        assert content.read("1_layers.ipynb") == (desk / "1_layers.ipynb").read_bytes()
    printed = capsys.readouterr().out
    assert str(archive) in printed and "SHA-256 " in printed
    assert "Nothing was found that costs points" in printed


@pytest.mark.parametrize(
    "student_id", [None, "", 7, "a__b", "../a", "a/b", "-rf", "a\n", "_a", "a."]
)
def test_an_id_that_an_archive_s_name_cannot_hold_is_a_sentence(desk, capsys, student_id):
    homework.hand_in(student_id)
    assert "Say who you are" in capsys.readouterr().out and not archives(desk)


def test_handing_in_does_nothing_while_a_notebook_is_loaded(desk, monkeypatch):
    monkeypatch.setattr(homework, "_loading", True)
    homework.hand_in("alder")
    assert not archives(desk)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("return 2 * x", "return 3 * x"), r"Double \(3\): 1 of 1 checks fail"),
        (("class Double", "class Duble"), r"Double \(3\): not started"),
        (("class Add:", "clas Add:"), r"cell 6 \(clas Add:\) failed: SyntaxError.*from the top"),
        (("import numpy as np", "undefined"), r"cell 2 .* failed: NameError"),
        (("import numpy as np", "import os; os._exit(0)"), "ends the Python that runs it"),
        (('"cells"', '"sells"'), "is not a notebook.*its points are 0"),
    ],
)
def test_hand_in_warns_of_what_costs_points_and_makes_the_archive(desk, capsys, change, words):
    edit(desk / "1_layers.ipynb", change)
    homework.hand_in("alder")
    assert re.search(words, capsys.readouterr().out) and archives(desk)


def test_a_notebook_that_does_not_end_is_stopped(desk, capsys, monkeypatch):
    monkeypatch.setattr(homework, "SECONDS", 2)
    edit(desk / "1_layers.ipynb", ("import numpy as np", "while True: pass"))
    homework.hand_in("alder")
    assert "still runs after 2 s" in capsys.readouterr().out and archives(desk)


def test_a_notebook_that_is_not_there_is_named(desk, capsys):
    (desk / "1_layers.ipynb").unlink()
    homework.hand_in("alder")
    printed = capsys.readouterr().out
    assert "1_layers.ipynb is not in this folder: its points are 0" in printed and archives(desk)


def test_a_notebook_that_is_too_large_is_named(desk, monkeypatch):
    monkeypatch.setattr(homework, "MAX_BYTES", 100)
    (remark,) = homework.look_at_file(desk / "1_layers.ipynb")
    assert "1_layers.ipynb has 3 kB and will not be read" in remark


def test_the_largest_notebook_is_that_which_the_grader_reads():
    assert homework.MAX_BYTES == notebooks.MAX_BYTES


def test_large_outputs_and_missing_derivations_are_named(desk):
    notebook = json.loads((desk / "1_layers.ipynb").read_text())
    notebook["cells"][1]["outputs"] = [{"text": "x" * (homework.LARGE + 1)}]
    notebook["cells"][2]["source"] = "Derive it.\n\nYOUR ANSWER HERE"
    (desk / "1_layers.ipynb").write_text(json.dumps(notebook))
    outputs, derivation = homework.look_at_file(desk / "1_layers.ipynb")
    assert "the outputs take 5.0 MB" in outputs
    assert "cell 3: no derivation yet (double, 2)" in derivation


@pytest.mark.parametrize("saved", [True, False])
def test_what_was_run_and_not_saved_is_named(desk, monkeypatch, saved):
    source = json.loads((desk / "1_layers.ipynb").read_text())["cells"][3]["source"]
    ran = "".join(source) + ("" if saved else "\n\n    # better")
    history = type("History", (), {"input_hist_raw": ["", "class Double: ...", ran, "%time 1"]})
    shell = type("Shell", (), {"history_manager": history})
    monkeypatch.setattr(homework, "_shell", lambda: shell)
    remarks = homework._unsaved(["1_layers.ipynb"])
    assert remarks == [] if saved else "Double: what you ran is not" in remarks[0]


# ---- chainrule package


def test_package_makes_the_same_archive_and_asks_the_judge(course, desk, monkeypatch, capsys):
    changes = ("return 2 * x", "return 3 * x"), ("import numpy as np", "undefined")
    edit(desk / "1_layers.ipynb", *changes)
    monkeypatch.chdir(course.root)
    assert main(["package", str(desk), "--student", "alder"]) == 0
    printed = capsys.readouterr().out
    assert "Double: 2 of 2 checks fail" in printed and "Add:" not in printed
    assert "NameError" in printed
    (archive,) = archives(desk)
    with zipfile.ZipFile(archive) as content:
        assert content.namelist() == ["1_layers.ipynb", "2_test_layers.ipynb"]


def test_package_wants_a_folder_with_notebooks_and_an_id(course, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(course.root)
    for folder, student in ((tmp_path / "no", "a"), (tmp_path, "a"), (tmp_path, "../a")):
        assert main(["package", str(folder), "--student", student]) == 2
    assert "cannot be the id" in capsys.readouterr().err


# ---- collecting


@pytest.mark.parametrize(
    "name",
    [
        f"tiny__alder__{MOMENT}.zip",
        f"tiny__alder__{MOMENT} (1).zip",
        f"smithalder_123_4567_tiny__alder__{MOMENT}-2.zip",
        f"smithalder_LATE_123_4567_tiny__alder__{MOMENT}.zip",
        f"Alder Smith_123_assignsubmission_file_tiny__alder__{MOMENT}.zip",
        f"Alder Smith_123_assignsubmission_file/tiny__alder__{MOMENT}.zip",
    ],
)
def test_an_archive_is_collected_as_the_systems_name_it(course, download, name):
    download(name)
    collect(course)
    assert collected(course) == {"alder": "{}"}
    timestamp = course.root / "submitted/alder/tiny/timestamp.txt"
    assert timestamp.read_text() == "2026-11-19 12:00:00"


@pytest.mark.parametrize("student_id", ["alder", "a_b", "anna.smith@example.org", "x-1+2", "1"])
def test_every_id_that_can_be_handed_in_is_read_again(course, download, student_id):
    assert homework.is_student_id(student_id)
    download(f"smith_1_2_tiny__{student_id}__{MOMENT}.zip")
    collect(course)
    assert set(collected(course)) == {student_id}


def test_of_a_student_s_archives_the_newest_counts(course, download):
    download(f"alder_1_3_tiny__alder__{MOMENT}.zip", "new")
    download("alder_1_4_tiny__alder__20261118T120000Z.zip", "old")
    collect(course)
    assert collected(course) == {"alder": "new"}


@pytest.mark.parametrize(
    "inner", ["x__birch__20990101T000000Z", "extracted/x__birch__20990101T000000Z"]
)
def test_a_folder_in_an_archive_names_nobody(course, download, inner):
    download(f"alder_1_2_tiny__alder__{MOMENT}.zip", "forged", f"{inner}/1_layers.ipynb")
    download(f"birch_3_4_tiny__birch__{MOMENT}.zip", "honest")
    collect(course)
    assert collected(course) == {"birch": "honest"}


@pytest.mark.parametrize(
    "place", ["{}_2_", "{}_assignsubmission_file_", "{}_assignsubmission_file/"]
)
def test_where_two_people_hand_in_as_one_student_neither_is_collected(course, download, place):
    download(place.format("alder_1") + "tiny__birch__20990101T000000Z.zip", "forged")
    download(place.format("birch_3") + f"tiny__birch__{MOMENT}.zip", "honest")
    download(f"cedar_5_6_tiny__cedar__{MOMENT}.zip", "honest")
    collect(course)
    assert collected(course) == {"cedar": "honest"}


def test_from_the_student_s_archive_to_the_points(course, desk, monkeypatch, capsys):
    edit(desk / "1_layers.ipynb", ("return x + 1", "return x + 2"))
    homework.hand_in("alder")
    (archive,) = archives(desk)
    place = course.root / "downloaded" / "tiny" / "archive"
    place.mkdir(parents=True)
    shutil.copy(archive, place / f"smithalder_123_4567_{archive.name}")
    edit(course.root / "nbgrader_config.py", ("2026-11-20", "2999-11-20"))
    collect(course)
    monkeypatch.chdir(course.root)
    assert main(["grade", "tiny", "--quiet"]) == 0
    capsys.readouterr()
    assert main(["scores", "tiny", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["student"] == "alder"
    assert {part["title"]: part["code"] for part in row["components"]} == {"Double": 1, "Add": 0}
