"""Names of students and files that would lead elsewhere or do harm where they are shown."""

import os

import pytest

from chainrule.cli import main

REFUSED = {
    "option": "-rf",
    "long-option": "--help",
    "two-dots": "..x",
    "dots-inside": "a..b",
    "dots-at-the-end": "a..",
    "hidden": ".hidden",
    "home": "~root",
    "blank-first": " a",
    "blank-last": "a ",
    "new-line": "a\nb",
    "new-line-last": "a\n",
    "escape": "a\x1b[2Jb",
    "bell": "a\x07",
    "delete": "a\x7fb",
    "carriage-return": "a\rb",
    "tab": "a\tb",
    "backslash": "a\\b",
    "quote": "a'b",
    "double-quote": 'a"b',
    "dollar": "$HOME",
    "semicolon": "a;b",
    "star": "*",
    "letter-of-two-bytes": "ä",
    "right-to-left": "a\u202eb",
    "zero-width": "a\u200bb",
    "not-utf-8": os.fsdecode(b"a\xffb"),
    "formula": "=1+1",
    "too-long": "x" * 129,
}
WANTED = ["../x", "a/b", "/etc", ".", "..", "", "a\0b", "-rf", "a\nb", "\ud800", "submitted/../x"]
EXTRAS = {
    "option": "-rf",
    "new-line": "a\nb.txt",
    "escape": "a\x1b[2J.txt",
    "not-utf-8": os.fsdecode(b"a\xff.txt"),
    "dots-inside": "a..txt",
    "dots-at-the-end": "a..",
    "backslash": "a\\..\\x",
    "long": "x" * 250,
    "letter-of-two-bytes": "ä.txt",
    "quote": "a'b.txt",
    "blank-last": "a ",
}


def everything(folder):
    return sorted(str(path) for path in folder.rglob("*"))


def named(table):
    return pytest.mark.parametrize("name", table)


@pytest.fixture(scope="module")
def room(new_class, reference, judge):
    """A class with two honest students and all whose ids are refused."""
    room = new_class()
    for student in REFUSED.values():
        room.hand_in(student, reference)
    room.before = everything(room.course.root / "submitted")
    room.around = sorted(room.course.root.parent.iterdir())
    room.grade(judge)
    return room


@pytest.fixture
def output(room, monkeypatch, capsys):
    """What ``chainrule grade`` prints about the class; its exit status."""
    monkeypatch.chdir(room.course.root)
    status = main(["grade", "tiny"])
    return status, capsys.readouterr()


@named(REFUSED)
def test_an_id_that_is_not_safe_is_refused_in_words(room, name):
    assert "student id" in room.report.failures[REFUSED[name]]
    assert "Rename the folder" in room.report.failures[REFUSED[name]]


@named(REFUSED)
def test_what_is_said_about_an_id_is_one_printable_line(room, name):
    assert room.report.failures[REFUSED[name]].isprintable()


def test_a_refused_id_gets_no_row_and_no_points(room):
    assert sorted(room.rows()) == ["aa-honest", "zz-honest"]


def test_a_refused_id_does_not_keep_others_from_full_marks(room):
    assert [row.total for row in room.rows().values()] == [2.5, 2.5]


@pytest.mark.parametrize("step", ["autograded", "feedback"])
def test_nothing_is_written_for_a_refused_id(room, step):
    folders = [path.name for path in (room.course.root / step).iterdir()]
    assert sorted(folders) == ["aa-honest", "zz-honest"]


def test_nothing_is_written_outside_of_the_course(room):
    assert sorted(room.course.root.parent.iterdir()) == room.around


def test_what_was_handed_in_is_left_alone(room):
    assert everything(room.course.root / "submitted") == room.before


def test_a_refused_id_makes_the_exit_status_1(output):
    assert output[0] == 1


def test_all_that_is_printed_is_printable(output):
    lines = [line for text in (output[1].out, output[1].err) for line in text.split("\n")]
    assert [line for line in lines if not line.isprintable()] == []


def test_each_refused_id_has_one_line(output):
    lines = [line for line in output[1].out.splitlines() if "Rename the folder" in line]
    assert len(lines) == len(REFUSED)


@pytest.mark.parametrize("student", WANTED, ids=repr)
def test_asking_for_an_unsafe_id_is_wrong_usage_and_writes_nothing(
    room, student, monkeypatch, capsys
):
    monkeypatch.chdir(room.course.root)
    before = everything(room.course.root.parent)
    assert main(["grade", "tiny", f"--student={student}"]) == 2
    assert everything(room.course.root.parent) == before


@pytest.mark.parametrize("name", ["../tiny", "/etc", "..", ".", "-x", "a\nb", "", "tiny/../tiny"])
def test_an_assignment_that_leads_elsewhere_is_wrong_usage(room, name, monkeypatch, capsys):
    monkeypatch.chdir(room.course.root)
    try:
        status = main(["grade", name])
    except SystemExit as stop:
        status = stop.code
    assert status == 2


# ---------------------------------------------------------------------------------------
# Files beside the notebook


@pytest.fixture(scope="module")
def with_extras(new_class, reference, judge):
    """A class in which each student has one file, and one folder, of a bad name."""
    room = new_class()
    for student, name in EXTRAS.items():
        folder = room.hand_in(student, reference)
        (folder / name).write_text("x")
        folder = room.hand_in(f"folder-{student}", reference)
        (folder / name).mkdir()
        (folder / name / "x.txt").write_text("x")
    room.grade(judge)
    return room


STUDENTS = [*EXTRAS, *(f"folder-{name}" for name in EXTRAS)]


@pytest.mark.parametrize("student", STUDENTS)
def test_a_file_of_a_bad_name_costs_nothing(with_extras, student):
    assert with_extras.report.failures.get(student) is None
    assert with_extras.rows()[student].total == 2.5


@pytest.mark.parametrize("student", STUDENTS)
def test_a_file_of_a_bad_name_is_not_copied(with_extras, student):
    if EXTRAS[student.removeprefix("folder-")] == EXTRAS["long"]:
        pytest.skip("a long name is a harmless one")
    copied = {path.name for path in with_extras.folder("autograded", student).rglob("*")}
    assert not copied & ({*EXTRAS.values()} | {"x.txt"})


@pytest.mark.parametrize("student", STUDENTS)
def test_a_file_of_a_bad_name_is_reported_in_one_printable_line(with_extras, student):
    if EXTRAS[student.removeprefix("folder-")] == EXTRAS["long"]:
        pytest.skip("a long name is a harmless one")
    (line,) = with_extras.report.problems[student]
    assert "not copied" in line and line.isprintable()
