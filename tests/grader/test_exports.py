"""Scores as JSON, for spreadsheets, for Canvas and for Moodle, and nbgrader's own export."""

import csv
import io
import json
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader.plugins import CsvExportPlugin

from chainrule.classroom import grade
from chainrule.cli import main
from chainrule.course import Course, find_course
from chainrule.exports import (
    canvas_csv,
    course_csv,
    course_json,
    harmless,
    moodle_csv,
    score_csv,
    score_json,
)
from chainrule.gradebook import open_gradebook
from chainrule.moments import Due
from chainrule.roster import Student, read_roster
from chainrule.scores import CourseScores, Score, StudentScores, whole_class
from chainrule.settings import load_config, load_settings
from chainrule.verdict import Component

PACKAGE = find_course(Path(__file__).parent)
PARTS = (
    Component("double", "Double", 1.0, 2.0, "2_test_layers", "1_layers"),
    Component("add", "Add", 1.5, None, "2_test_layers", None),
)
DUE = Due(datetime(2026, 11, 20, 23, 59, tzinfo=UTC))
AFTER = datetime(2026, 12, 1, tzinfo=UTC)
ADA = Student("alder", "Ada", "Alder", "ada@example.org", "A", "1042")


def row(line=ADA, code=1.0, formula=2.0, waits=False, **more):
    """A student's row of the tiny assignment."""
    return StudentScores(
        line.id,
        {"double": Score(code, False), "add": Score(1.5, False)},
        {"double": Score(0.0 if waits else formula, waits)},
        0.0,
        more.pop("penalty", 0.0),
        4.5,
        {"double": "passed", "add": "passed"},
        handed_in=more.pop("handed_in", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        due=DUE,
        due_now=DUE,
        line=line,
        **more,
    )


def nothing(line=ADA):
    none = Score(0.0, False)
    code, formula = {"double": none, "add": none}, {"double": none}
    empty = replace(row(line), code=code, formula=formula, handed_in=None, due=Due())
    return replace(empty, status="nothing handed in")


def not_graded(line=ADA):
    return replace(nothing(line), status="not graded")


def late(line=ADA):
    return row(line, formula=0.0, penalty=2.5, handed_in=datetime(2026, 11, 21, tzinfo=UTC))


def in_course(*rows, name="tiny"):
    return [CourseScores(one.line, {name: one}) for one in rows]


def table(text):
    """The lines of a CSV file, as a program of this kind reads them."""
    return list(csv.reader(io.StringIO(text)))


def records(text):
    return list(csv.DictReader(io.StringIO(text)))


# ---- JSON


def test_json_holds_points_by_component_and_sums():
    (record,) = json.loads(score_json([row(waits=True)], PARTS))
    assert record["components"] == [
        {
            "id": "double",
            "title": "Double",
            "outcome": "passed",
            "code": 1.0,
            "formula": 0.0,
            "waits": True,
        },
        {
            "id": "add",
            "title": "Add",
            "outcome": "passed",
            "code": 1.5,
            "formula": None,
            "waits": False,
        },
    ]
    sums = {key: record[key] for key in ("student", "penalty", "total", "max_score", "mark")}
    assert sums == {
        "student": "alder",
        "penalty": 0.0,
        "total": 2.5,
        "max_score": 4.5,
        "mark": 3.97,
    }
    assert (record["waiting"], record["open"]) == (["double-formula"], "waiting for a person")


def test_json_says_who_when_and_until_when():
    (record,) = json.loads(score_json([late()], PARTS))
    about = ("name", "email", "group", "handed_in", "due", "extension", "late_seconds", "status")
    assert [record[key] for key in about] == [
        "Ada Alder",
        "ada@example.org",
        "A",
        "2026-11-21 00:00:00+00:00",
        "2026-11-20 23:59:00+00:00",
        False,
        60.0,
        "graded",
    ]


def test_json_has_no_number_for_what_is_not_graded():
    (record,) = json.loads(score_json([not_graded()], PARTS))
    assert (record["status"], record["total"], record["mark"]) == ("not graded", None, None)


def test_json_of_the_course_has_every_assignment_and_the_sums():
    rows = [CourseScores(ADA, {"tiny": row(), "small": row(waits=True)})]
    (record,) = json.loads(course_json(rows))
    assert {name: part["total"] for name, part in record["assignments"].items()} == {
        "tiny": 4.5,
        "small": 2.5,
    }
    assert (record["total"], record["max_score"], record["mark"]) == (7.0, 9.0, 7.86)
    assert (record["waiting"], record["final"], record["name"]) == (1, False, "Ada Alder")


# ---- spreadsheets


def test_csv_has_a_column_for_each_graded_cell():
    (record,) = records(score_csv([row(waits=True)], PARTS))
    assert record == {
        "student": "alder",
        "double-tests": "1.0",
        "double-formula": "",
        "add-tests": "1.5",
        "penalty": "0.0",
        "total": "2.5",
        "max_score": "4.5",
        "waiting": "1",
        "mark": "3.97",
        "status": "graded",
        "handed_in": "2026-11-20 12:00:00+00:00",
        "due": "2026-11-20 23:59:00+00:00",
        "extension": "",
        "first_name": "Ada",
        "last_name": "Alder",
        "email": "ada@example.org",
        "group": "A",
    }


def test_csv_has_no_number_for_what_is_not_graded_and_zero_for_nothing():
    unknown, zero = records(score_csv([not_graded(), nothing()], PARTS))
    assert (unknown["total"], unknown["mark"], unknown["double-tests"]) == ("", "", "")
    assert (zero["total"], zero["mark"], zero["status"]) == ("0.0", "0.0", "nothing handed in")


def test_csv_of_the_course_has_points_and_mark_of_each_assignment():
    rows = [CourseScores(ADA, {"tiny": row(), "small": not_graded()})]
    (record,) = records(course_csv(rows))
    assert [record[key] for key in ("tiny", "tiny mark", "small", "small mark")] == [
        "4.5",
        "10.0",
        "",
        "",
    ]
    assert [record[key] for key in ("total", "max_score", "mark", "final")] == [
        "4.5",
        "9.0",
        "3.0",
        "",
    ]


def test_sums_have_no_dust_of_floats():
    dusty = replace(row(), code={"double": Score(0.1, False), "add": Score(0.2, False)}, formula={})
    assert records(course_csv(in_course(dusty)))[0]["total"] == "0.3"


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x","y")',
        "+1+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\u00a0=1",
        "\u3000=1",
        "\u200b=1",
        "\ufeff=1",
        "\x00=1",
        "＝1",
        "＋1",
        "－1",
        "＠1",
        "﹦1",
        "=\u0338",
    ],
)
def test_a_spreadsheet_takes_no_text_for_a_formula(text):
    assert harmless(text).startswith("'")


def test_a_cell_has_one_line():
    assert harmless("Ada\n=cmd|' /C calc'!A0") == "Ada =cmd|' /C calc'!A0"
    assert harmless("Ada\r\nAlder\u2028x") == "Ada Alderx"


@pytest.mark.parametrize("text", ["Ada", "O'Neil", "a-b", "ada+1@example.org", "王小明", "≠1x"[1:]])
def test_ordinary_text_stays_as_it_is(text):
    assert harmless(text) == text


EVIL = Student("alder", "=1+1", "-Alder", "a@example.org", '@x",y\n=z', "+1")


@pytest.mark.parametrize(
    "export",
    [
        lambda: score_csv([row(EVIL)], PARTS),
        lambda: course_csv(in_course(row(EVIL))),
        lambda: canvas_csv(in_course(row(EVIL)), {}, now=AFTER),
        lambda: moodle_csv(in_course(row(EVIL)), now=AFTER),
    ],
)
def test_no_export_holds_a_formula(export):
    lines = table(export())
    cells = [cell for line in lines for cell in line]
    assert any("Alder" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert {len(line) for line in lines} == {len(lines[0])}


def test_numbers_stay_numbers():
    (record,) = records(score_csv([row(code=-0.5)], PARTS))
    assert record["double-tests"] == "-0.5"


# ---- Canvas


def test_canvas_gets_its_columns_and_the_points_possible():
    head, possible, ada = table(canvas_csv(in_course(row()), {}, now=AFTER))
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "tiny"]
    assert possible == ["    Points Possible", "", "", "", "", "4.5"]
    assert ada == ["Alder, Ada", "1042", "", "alder", "A", "4.5"]


def test_canvas_gets_the_heading_that_it_knows_the_assignment_by():
    head, *_ = table(canvas_csv(in_course(row()), {"tiny": "Tiny homework (77)"}, now=AFTER))
    assert head[5] == "Tiny homework (77)"


def test_canvas_gets_marks_where_marks_are_asked_for():
    _, possible, ada = table(canvas_csv(in_course(row(formula=1.0)), {}, marks=True, now=AFTER))
    assert (possible[5], ada[5]) == ("10", "7.86")


def test_canvas_gets_a_column_for_each_assignment_of_the_course():
    rows = [CourseScores(ADA, {"tiny": row(), "small": late()})]
    lines = table(canvas_csv(rows, {}, now=AFTER))
    assert [line[5:] for line in lines] == [["tiny", "small"], ["4.5", "4.5"], ["4.5", "0"]]


# ---- Moodle


def test_moodle_gets_keys_points_mark_and_feedback():
    (ada,) = records(moodle_csv(in_course(row(formula=1.0)), now=AFTER))
    assert ada == {
        "Username": "alder",
        "ID number": "1042",
        "Email address": "ada@example.org",
        "First name": "Ada",
        "Last name": "Alder",
        "tiny points": "3.5",
        "tiny mark": "7.86",
        "tiny feedback": "2.5 points for code, 1 for derivations: 3.5 of 4.5.",
    }


def test_moodle_gets_the_reason_for_zero_points():
    rows = in_course(late(), nothing(), row(voided="Copied from birch."))
    feedback = [record["tiny feedback"] for record in records(moodle_csv(rows, now=AFTER))]
    assert feedback[0].startswith("Handed in 1 min after the deadline: 0 points. It came at")
    assert feedback[1:] == ["Nothing was handed in.", "Set to 0: Copied from birch."]


# ---- what is not final


OPEN = {
    "waits for a person": (row(waits=True), AFTER),
    "not graded": (not_graded(), AFTER),
    "may still hand in": (nothing(), datetime(2026, 11, 20, 12, tzinfo=UTC)),
    "the deadline has changed since": (replace(row(), due_now=Due(AFTER)), AFTER),
}


@pytest.mark.parametrize(("unfinished", "now"), OPEN.values(), ids=OPEN)
def test_what_is_not_final_is_an_empty_cell_for_canvas_and_moodle(unfinished, now):
    assert table(canvas_csv(in_course(unfinished), {}, now=now))[2][5] == ""
    assert table(moodle_csv(in_course(unfinished), now=now))[1][5:] == ["", "", ""]


FINAL = {"late": late(), "nothing handed in": nothing(), "failed": row(code=0.0, formula=0.0)}


@pytest.mark.parametrize("final", FINAL.values(), ids=FINAL)
def test_what_is_final_has_a_number(final):
    expected = "1.5" if final is FINAL["failed"] else "0"
    assert table(canvas_csv(in_course(final), {}, now=AFTER))[2][5] == expected


# ---- the command


@pytest.fixture
def inside(course, hand_in, fake_judges, monkeypatch):
    """A graded course, in which the command is called."""
    hand_in("alder")
    hand_in("birch", timestamp="2026-11-22 10:00 UTC")
    (course.root / "students.csv").write_text(
        "id,name,email,group\nalder,Ada Älder,a@example.org,A\ncedar,Cy,,B\n", encoding="utf-8"
    )
    grade(course, course.assignment("tiny"), executor=fake_judges())
    monkeypatch.chdir(course.root)


@pytest.mark.parametrize("style", ["canvas", "moodle"])
def test_an_export_with_empty_cells_says_so_and_exits_with_1(inside, capsys, style):
    assert main(["scores", "tiny", "--format", style]) == 1
    said = capsys.readouterr()
    assert "tiny: left empty, waiting for a person: alder." in said.err
    assert "Not in students.csv: birch." in said.err
    students = [line[3 if style == "canvas" else 0] for line in table(said.out)]
    assert students[-3:] == ["alder", "birch", "cedar"]


def test_a_complete_export_exits_with_0(inside, course, capsys):
    with open_gradebook(course, load_config(course.root)) as gradebook:
        grade_of_alder = gradebook.find_grade("double-formula", "1_layers", "tiny", "alder")
        grade_of_alder.manual_score, grade_of_alder.needs_manual_grade = 2.0, False
        gradebook.db.commit()
    assert main(["scores", "tiny", "--format", "canvas"]) == 0
    assert "Ada Älder,,,alder,A,4.5" in capsys.readouterr().out


def test_moodle_is_told_who_has_no_address_to_be_found_by(inside, capsys):
    main(["scores", "tiny", "--format", "moodle"])
    assert "Without an e-mail address" in capsys.readouterr().err


@pytest.mark.parametrize("style", ["table", "csv", "json"])
@pytest.mark.parametrize("assignment", [["tiny"], []])
def test_scores_of_an_assignment_and_of_the_course(inside, capsys, style, assignment):
    assert main(["scores", *assignment, "--format", style]) == 0
    out = capsys.readouterr().out
    assert all(student in out for student in ("alder", "birch", "cedar", "Ada Älder"))


def test_only_a_group(inside, capsys):
    assert main(["scores", "tiny", "--group", "B", "--format", "csv"]) == 0
    assert [record["student"] for record in records(capsys.readouterr().out)] == ["cedar"]


@pytest.mark.parametrize(
    "arguments",
    [["tiny", "--group", "C"], ["tiny", "--marks"], ["nothing"], ["--format", "excel"]],
)
def test_what_scores_cannot_do_is_wrong_usage(inside, capsys, arguments):
    try:
        status = main(["scores", *arguments])
    except SystemExit as stop:
        status = stop.code
    assert status == 2


def test_a_column_for_no_assignment_is_wrong_usage(inside, course, capsys):
    config = course.root / "nbgrader_config.py"
    more = 'c.ChainruleSettings.canvas_columns = {"tyni": "Tiny (7)"}\n'
    config.write_text(config.read_text() + more)
    assert main(["scores", "tiny", "--format", "canvas"]) == 2
    assert "'tyni'" in capsys.readouterr().err


# ---- against nbgrader's export, and against the database itself


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The sample class with its roster, graded by the real judge; some derivations are read."""
    course = Course(tmp_path_factory.mktemp("sample") / "course")
    for folder in ("source", "tests/nn_framework"):
        shutil.copytree(PACKAGE.root / folder, course.root / folder)
    # Without the notebook that trains: there are enough rows, and training takes the most time.
    training = shutil.ignore_patterns("0_train_model.ipynb")
    shutil.copytree(PACKAGE.root / "examples/submitted", course.root / "submitted", ignore=training)
    for file in ("examples/students.csv", "nbgrader_config.py"):
        shutil.copy(PACKAGE.root / file, course.root)
    assert grade(course, course.assignment("nn_framework")).failures == {}
    with sqlite3.connect(course.root / "gradebook.db") as connection:
        waiting = connection.execute(
            "select g.id from grade g join base_cell b on b.id = g.cell_id"
            " join submitted_notebook n on n.id = g.notebook_id"
            " join submitted_assignment s on s.id = n.assignment_id"
            " where g.needs_manual_grade order by s.student_id, b.name"
        ).fetchall()
        for number, (cell,) in enumerate(waiting):
            if number % 3:
                change = "update grade set manual_score = ?, needs_manual_grade = 0 where id = ?"
                connection.execute(change, (number % 5 / 8, cell))
        change = "update grade set extra_credit = 0.25 where id = ?"
        connection.execute(change, waiting[1])
    return course


@pytest.fixture(scope="module")
def ours(sample):
    config = load_config(sample.root)
    roster = read_roster(sample, load_settings(config))
    with open_gradebook(sample, config) as gradebook:
        found = whole_class(gradebook, sample, sample.assignment("nn_framework"), roster)
    return {row.student: row for row in found}


def test_the_sample_class_has_all_kinds_of_rows(ours):
    assert len(ours) == 17
    assert {row.status for row in ours.values()} == {"graded", "nothing handed in"}
    assert any(row.penalty for row in ours.values())
    assert any(row.due.extended for row in ours.values())
    assert any(row.waiting for row in ours.values())
    assert any(score.points for row in ours.values() for score in row.formula.values())


def test_nbgraders_own_export_agrees(sample, ours, tmp_path):
    with open_gradebook(sample, load_config(sample.root)) as gradebook:
        CsvExportPlugin(to=str(tmp_path / "grades.csv")).export(gradebook)
    theirs = records((tmp_path / "grades.csv").read_text())
    assert {
        line["student_id"]: (
            float(line["score"]),
            float(line["max_score"]),
            float(line["late_submission_penalty"]),
            line["first_name"],
            line["last_name"],
            line["email"],
        )
        for line in theirs
    } == {
        student: (
            pytest.approx(row.total),
            row.max_score,
            pytest.approx(row.penalty),
            row.line.first_name,
            row.line.last_name,
            row.line.email,
        )
        for student, row in ours.items()
    }


def test_every_total_is_what_the_rows_of_the_database_add_up_to(sample, ours):
    with sqlite3.connect(sample.root / "gradebook.db") as connection:
        points = dict(
            connection.execute(
                """
                select s.student_id, sum(coalesce(g.manual_score, g.auto_score, 0)
                                         + coalesce(g.extra_credit, 0))
                from grade g
                join submitted_notebook n on n.id = g.notebook_id
                join submitted_assignment s on s.id = n.assignment_id
                group by 1
                """
            )
        )
        penalties = dict(
            connection.execute(
                """
                select s.student_id, sum(coalesce(n.late_submission_penalty, 0))
                from submitted_notebook n join submitted_assignment s on s.id = n.assignment_id
                group by 1
                """
            )
        )
        (most,) = connection.execute("select sum(max_score) from grade_cells").fetchone()
    assert {row.max_score for row in ours.values()} == {most}
    assert {student: row.total for student, row in ours.items()} == {
        student: pytest.approx(points.get(student, 0) - penalties.get(student, 0))
        for student in ours
    }
    assert len(points) == 16
