"""The score table of a class, the marks, and the same for spreadsheets and programs."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chainrule.gradebook import open_gradebook, record
from chainrule.marks import mark
from chainrule.registration import register
from chainrule.report import score_csv, score_json, score_table, short_names
from chainrule.scores import scores
from chainrule.settings import load_config, load_settings
from chainrule.state import state_of

IN_TIME = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATE = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def book(course, assignment):
    config = load_config(course.root)
    with open_gradebook(course, config) as gradebook:
        register(gradebook, course, assignment, load_settings(config).deadline("tiny"), config)
        yield gradebook


@pytest.fixture
def add(book, course, judged):
    """Records a verdict for a student as grading does."""

    def put(student, timestamp=IN_TIME, **what):
        verdict = judged(**what)
        record(book, "tiny", student, verdict, timestamp)
        folder = course.root / "autograded" / student / "tiny"
        folder.mkdir(parents=True, exist_ok=True)
        state_of(verdict, "", []).write(folder)

    return put


@pytest.fixture
def rows(book, course, assignment):
    return lambda: scores(book, course, assignment)


def read(book, points):
    """A person reads alder's derivation."""
    grade = book.find_grade("double-formula", "1_layers", "tiny", "alder")
    grade.manual_score, grade.needs_manual_grade = points, False
    book.db.commit()


# ---- marks


@pytest.mark.parametrize(
    ("points", "expected"),
    [(0, 0), (5, 1.5), (10, 3), (14, 6.5), (18, 10), (19, 10), (20, 10), (25, 10)],
)
def test_the_mark_is_linear_between_the_corners_of_the_scale(points, expected):
    assert mark(points, 20) == pytest.approx(expected)


def test_a_sum_that_misses_a_corner_by_rounding_has_the_corners_mark():
    assert mark(18 - 1e-12, 20) == 10
    assert mark(sum([0.1] * 9), 1) == 10
    assert mark(10 - 1e-12, 20) == pytest.approx(3)


def test_an_assignment_without_points_has_mark_zero():
    assert mark(0, 0) == 0


# ---- rows


def test_points_are_read_by_component(add, rows):
    add("alder")
    (row,) = rows()
    assert {part: score.points for part, score in row.code.items()} == {"double": 1.0, "add": 1.5}
    assert (row.total, row.max_score, row.penalty) == (2.5, 4.5, 0.0)
    assert row.waiting == ["double-formula"]


def test_a_derivation_counts_when_a_person_has_read_it(add, rows, book):
    add("alder")
    read(book, 1.5)
    (row,) = rows()
    assert (row.total, row.waiting) == (4.0, [])
    assert row.mark == pytest.approx(3 + 7 * (4 / 4.5 - 0.5) / 0.4)


def test_extra_credit_and_corrections_of_code_count(add, rows, book):
    add("alder", passed=[])
    grade = book.find_grade("add-tests", "2_test_layers", "tiny", "alder")
    grade.manual_score, grade.extra_credit = 1.0, 0.5
    book.db.commit()
    assert rows()[0].total == 1.5


def test_a_late_submission_has_a_total_of_zero(add, rows):
    add("alder", LATE)
    (row,) = rows()
    assert (row.penalty, row.total, row.mark, row.waiting) == (2.5, 0.0, 0.0, [])


def test_students_are_in_the_order_of_their_ids(add, rows):
    for student in ("cedar", "alder", "birch"):
        add(student)
    assert [row.student for row in rows()] == ["alder", "birch", "cedar"]


def test_a_submission_that_was_never_judged_has_no_row(book, rows):
    book.add_student("alder")
    book.add_submission("tiny", "alder")
    assert rows() == []


# ---- the table


def table(rows, assignment):
    lines = score_table(rows, assignment.components).splitlines()
    return {line.split()[0]: " ".join(line.split()) for line in lines[:-1]}


def test_the_table_says_what_waits(add, rows, assignment):
    add("alder")
    lines = table(rows(), assignment)
    assert lines["student"] == "student Doub Add | code formula penalty total mark"
    assert lines["alder"] == "alder 1 1.5 | 2.5 2 to read 2.5+ 4.0+"


def test_the_table_has_the_mark_when_all_is_read(add, rows, assignment, book):
    add("alder")
    read(book, 2)
    assert table(rows(), assignment)["alder"] == "alder 1 1.5 | 2.5 2 4.5 10.0"


@pytest.mark.parametrize(("kind", "sign"), [("values", "x"), ("timeout", "t"), ("crashed", "x")])
def test_the_table_says_how_a_component_failed(add, rows, assignment, kind, sign):
    add("alder", passed=["add"], kind=kind)
    assert table(rows(), assignment)["alder"] == f"alder {sign} 1.5 | 1.5 - 1.5 2.0"


@pytest.mark.parametrize(
    ("comment", "kind", "outcome"),
    [
        ("No response.", "values", "missing"),  # code that was given passed or failed a check
        ("No response.", "missing", "missing"),
        ("This cell was missing from the submission.", "missing", "missing"),
        ("This cell was missing from the submission.", "values", "failed"),  # it moved elsewhere
        (None, "missing", "failed"),  # a syntax error
    ],
)
def test_not_attempted_means_that_nothing_was_written(judged, comment, kind, outcome):
    verdict = judged(passed=[], kind=kind)
    comments = tuple(replace(cell, comment=comment) for cell in verdict.comments)
    outcomes = state_of(replace(verdict, comments=comments), "", []).outcomes
    assert outcomes == {"double": outcome, "add": outcome}


def test_a_penalty_is_shown_as_what_it_takes(add, rows, assignment):
    add("alder", LATE)
    assert table(rows(), assignment)["alder"] == "alder 1 1.5 | 2.5 - -2.5 0 0.0"


def test_column_heads_are_short_and_different():
    titles = ["Sequential", "Linear", "SoftMax", "BatchNormalization", "ELU", "LeakyReLU"]
    assert short_names(titles) == ["Sequ", "Line", "SM", "BN", "ELU", "LRLU"]
    assert short_names(["MSECriterion", "NLLCriterion"]) == ["MSEC", "NLLC"]
    heads = short_names(["SoftMax", "SignMap", "Softer", "Soften", "SM"])
    assert len(set(heads)) == 5


# ---- other formats


def test_json_holds_the_same(add, rows, assignment):
    add("alder", passed=["double"])
    (record,) = json.loads(score_json(rows(), assignment.components))
    assert record["components"][0] == {
        "id": "double",
        "title": "Double",
        "outcome": "passed",
        "code": 1.0,
        "formula": 0.0,
        "waits": True,
    }
    assert record["components"][1]["formula"] is None
    assert (record["total"], record["max_score"], record["waiting"]) == (
        1.0,
        4.5,
        ["double-formula"],
    )


def test_csv_has_a_column_for_each_graded_cell(add, rows, assignment):
    add("alder")
    (record,) = csv.DictReader(io.StringIO(score_csv(rows(), assignment.components)))
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
    }


def test_a_spreadsheet_does_not_run_a_students_id(add, rows, assignment):
    add("alder")
    evil = [replace(rows()[0], student='=HYPERLINK("x","y"),z')]
    (_, line) = csv.reader(io.StringIO(score_csv(evil, assignment.components)))
    assert line[0] == '\'=HYPERLINK("x","y"),z'
