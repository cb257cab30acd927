"""The scores of a class and of a course: the rows, the marks, and the tables on the terminal."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from rich.cells import cell_len

from chainrule.gradebook import open_gradebook, record
from chainrule.marks import SCALE, mark, rounded
from chainrule.moments import Due
from chainrule.registration import register
from chainrule.roster import Roster, Student, read_roster
from chainrule.scores import CourseScores, scores, whole_class, whole_course
from chainrule.settings import load_config, load_settings
from chainrule.state import state_of
from chainrule.tables import course_table, score_notes, score_table, short_names
from chainrule.verdict import Component

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

    def put(student, timestamp=IN_TIME, assignment="tiny", **what):
        verdict = judged(**what)
        record(book, assignment, student, verdict, timestamp)
        folder = course.root / "autograded" / student / assignment
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


def test_the_scale_is_the_one_of_the_course():
    assert SCALE == ((0, 0), (0.5, 3), (0.9, 10))


def test_more_points_never_give_a_lower_mark():
    marks = [mark(points / 100, 20) for points in range(2001)]
    assert all(before <= after for before, after in pairwise(marks))
    assert (marks[0], marks[-1]) == (0, 10)


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        (0.05, 0.1),
        (2.25, 2.3),  # a half goes up, also where the float lies below it
        (3.15, 3.2),
        (0.35, 0.4),
        (2.949, 2.9),
        (5.649999, 5.6),
        (0.0499, 0.0),
        (9.95, 9.9),  # 10 is only for those who reach it
        (9.999999, 9.9),
        (10, 10),
    ],
)
def test_a_mark_is_shown_with_one_digit(exact, shown):
    assert rounded(exact) == shown


def test_a_half_that_floats_miss_is_a_half():
    exact = mark(20 * (0.5 + 0.4 * (5.65 - 3) / 7) - 1e-11, 20)
    assert 5.6499 < exact < 5.65
    assert rounded(exact) == 5.7


def test_a_mark_for_programs_has_two_digits_and_reaches_10_no_earlier():
    assert [rounded(exact, 2) for exact in (3.125, 3.9722, 9.996, 10)] == [3.13, 3.97, 9.99, 10]


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
    assert table(rows(), assignment)["alder"] == "alder 1 1.5 | 2.5 - -2.5 0 0.0 late"


def test_column_heads_are_short_and_different():
    titles = ["Sequential", "Linear", "SoftMax", "BatchNormalization", "ELU", "LeakyReLU"]
    assert short_names(titles) == ["Sequ", "Line", "SM", "BN", "ELU", "LRLU"]
    assert short_names(["MSECriterion", "NLLCriterion"]) == ["MSEC", "NLLC"]
    heads = short_names(["SoftMax", "SignMap", "Softer", "Soften", "SM"])
    assert len(set(heads)) == 5


# ---- the whole class


@pytest.fixture
def roster_of(course):
    """Writes students.csv and reads it."""

    def put(*lines):
        (course.root / "students.csv").write_text("\n".join(lines), encoding="utf-8")
        return read_roster(course, load_settings(load_config(course.root)))

    return put


@pytest.fixture
def everybody(book, course, assignment):
    return lambda roster: {
        row.student: row for row in whole_class(book, course, assignment, roster)
    }


def test_who_handed_in_nothing_has_zero_points(add, everybody, roster_of):
    add("alder")
    found = everybody(roster_of("id", "birch", "alder"))
    assert list(found) == ["alder", "birch"]
    assert (found["birch"].status, found["birch"].total) == ("nothing handed in", 0)
    assert found["birch"].max_score == found["alder"].max_score == 4.5


def test_who_is_not_in_the_roster_has_a_row_all_the_same(add, everybody, roster_of):
    add("cedar")
    assert everybody(roster_of("id", "birch"))["cedar"].total == 2.5


def test_what_is_handed_in_but_not_graded_is_no_zero(everybody, hand_in, roster_of):
    hand_in("alder")
    hand_in("-rf")  # refused, as grading says
    found = everybody(roster_of("id", "alder"))
    assert {name: row.status for name, row in found.items()} == {"alder": "not graded"}


BEFORE = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
AFTER = datetime(2026, 11, 21, tzinfo=UTC)


def test_points_are_open_while_a_person_has_to_read(add, everybody, book):
    add("alder")
    assert everybody(Roster())["alder"].open(AFTER) == "waiting for a person"
    read(book, 0)
    assert everybody(Roster())["alder"].open(AFTER) == ""


def test_nothing_is_final_before_the_deadline(everybody, roster_of):
    row = everybody(roster_of("id", "birch"))["birch"]
    assert row.open(BEFORE) == "may still hand in" and row.open(AFTER) == ""


def test_an_extension_keeps_the_points_of_nothing_open(everybody, roster_of):
    row = everybody(roster_of("id,extension", "birch,tiny: 2026-11-22 10:00 UTC"))["birch"]
    assert row.open(AFTER) == "may still hand in"


def test_points_given_by_another_deadline_are_open(add, everybody, roster_of, book):
    add("alder", passed=["add"])
    assert everybody(roster_of("id,extension", "alder"))["alder"].open(AFTER) == ""
    later = roster_of("id,extension", "alder,tiny: 2026-11-22 10:00 UTC")
    assert everybody(later)["alder"].open(AFTER) == "graded by another deadline than now"


# ---- the table of a class


def line_of(text, student):
    return next(" ".join(x.split()) for x in text.splitlines() if x.startswith(student))


def test_the_table_tells_zero_from_not_known(add, everybody, hand_in, roster_of, assignment):
    hand_in("birch")
    add("cedar", passed=[])
    rows = everybody(roster_of("id", "alder")).values()
    text = score_table(list(rows), assignment.components)
    assert line_of(text, "alder") == "alder | 0 0.0 nothing"
    assert line_of(text, "birch") == "birch | ? ? not graded"
    assert line_of(text, "cedar") == "cedar x x | 0 - 0 0.0"


def test_the_table_says_who_is_late_and_below_it_why(add, everybody, assignment):
    add("alder", LATE)
    rows = list(everybody(Roster()).values())
    assert line_of(score_table(rows, assignment.components), "alder").endswith("0 0.0 late")
    assert score_notes(rows) == (
        "alder  handed in 1 d 12 h 1 min after the deadline: 0 points. It came at "
        "2026-11-22 12:00 UTC, the deadline was 2026-11-20 23:59 UTC"
    )


def test_times_are_told_in_the_zone_of_the_deadline_and_in_utc(add, book, course, assignment):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace("23:59 UTC", "23:59 Europe/Prague"))
    settings = load_settings(load_config(course.root))
    add("alder", LATE)
    roster = read_roster(course, settings)
    register(book, course, assignment, settings.deadline("tiny"), load_config(course.root))
    (row,) = whole_class(book, course, assignment, roster)
    assert score_notes([row]).endswith(
        "It came at 2026-11-22 13:00 Europe/Prague (2026-11-22 12:00 UTC), the deadline was "
        "2026-11-20 23:59 Europe/Prague (2026-11-20 22:59 UTC)"
    )


def test_an_extension_is_in_the_table(add, everybody, assignment, book, judged, roster_of):
    roster = roster_of("id,extension", "alder,tiny: 2026-11-23 12:00 +01:00")
    record(book, "tiny", "alder", judged(), LATE, roster.due("tiny", "alder"))
    rows = list(everybody(roster).values())
    assert rows[0].total == 2.5
    assert line_of(score_table(rows, assignment.components), "alder").endswith("extended")
    assert "until 2026-11-23 12:00 +01:00 (2026-11-23 11:00 UTC)" in score_notes(rows)


NAMES = ("Ann Lee", "Đặng Thị Hồng Nhung", "王小明", "Ольга", "e\u0301ric", "x" * 200, "👩‍🔬 Ada")


def many(row, count):
    """A class of ``count`` students, with names in all kinds of writing."""
    return [
        replace(
            row,
            student=f"s{number:05}",
            line=Student(f"s{number:05}", last_name=NAMES[number % len(NAMES)]),
        )
        for number in range(count)
    ]


PARTS = [
    Component(name.lower(), name, 1.0, 1.0, "2_test_layers", "1_layers")
    for name in ("Sequential", "Linear", "SoftMax", "Dropout", "BatchNormalization", "LeakyReLU")
]


@pytest.fixture
def wide_row(add, rows):
    add("alder")
    (row,) = rows()
    score = row.formula["double"]
    parts = {part.id: score for part in PARTS}
    return replace(row, code=parts, formula=parts)


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_a_table_is_as_wide_as_the_terminal_whatever_the_names(wide_row, width):
    lines = score_table(many(wide_row, 300), PARTS, width).splitlines()
    assert len(lines) >= 303
    assert max(cell_len(line) for line in lines[:302]) <= width


def test_columns_stand_below_each_other_in_any_writing(wide_row):
    lines = score_table(many(wide_row, 14), PARTS).splitlines()
    places = {cell_len(line[: line.index("|")]) for line in lines[:15]}
    assert len(places) == 1


def test_a_wide_name_takes_the_room_of_its_letters(wide_row):
    row = replace(wide_row, line=Student("alder", last_name="王小明王小明"))
    head, line, *_ = score_table([row], PARTS).splitlines()
    assert cell_len(head[: head.index("|")]) == cell_len(line[: line.index("|")])


def test_a_long_name_is_cut(wide_row):
    row = replace(wide_row, line=Student("alder", last_name="w" * 200))
    assert score_table([row], PARTS).splitlines()[1].count("w") == 24


def test_the_heads_of_a_long_table_stand_at_both_ends(wide_row):
    lines = score_table(many(wide_row, 300), PARTS).splitlines()
    assert lines[0] == lines[301] and lines[0].startswith("student")
    assert score_table(many(wide_row, 10), PARTS).count("student") == 1


def test_numbers_in_place_of_titles_are_explained(wide_row):
    text = score_table(many(wide_row, 3), PARTS, 62)
    assert "BN" not in text and "5 BatchNormalization" in text


# ---- the course


def in_course(student, roster=None, **rows):
    return CourseScores((roster or Roster())[student], rows)


def test_points_of_all_assignments_add_up_and_have_a_mark(add, rows, book):
    add("alder")
    read(book, 2)
    (full,) = rows()
    half = replace(full, code={}, formula={}, other=0.0)
    row = in_course("alder", tiny=full, small=half)
    assert (row.total, row.max_score) == (4.5, 9.0)
    assert row.mark == mark(4.5, 9) == pytest.approx(3)


def test_a_student_has_a_row_in_each_assignment_that_has_begun(course, book, add, roster_of):
    second(course, book, "small")
    second(course, book, "later")
    add("alder")
    add("cedar", assignment="small")
    rows, left_out = whole_course(book, course, roster_of("id", "birch"))
    assert left_out == ["later"]
    found = {row.student: {name: part.status for name, part in row.rows.items()} for row in rows}
    assert found == {
        "alder": {"small": "nothing handed in", "tiny": "graded"},
        "birch": {"small": "nothing handed in", "tiny": "nothing handed in"},
        "cedar": {"small": "graded", "tiny": "nothing handed in"},
    }
    assert [(row.total, row.max_score) for row in rows] == [(2.5, 9), (0, 9), (2.5, 9)]


def second(course, book, name):
    """Another assignment in the course: in source/ and in the gradebook."""
    shutil.copytree(course.root / "source" / "tiny", course.root / "source" / name)
    book.add_assignment(name)
    for notebook in book.find_assignment("tiny").notebooks:
        book.add_notebook(notebook.name, name)
        for cell in notebook.grade_cells:
            about = {"max_score": cell.max_score, "cell_type": cell.cell_type}
            book.add_grade_cell(cell.name, notebook.name, name, **about)
        for cell in notebook.solution_cells:
            book.add_solution_cell(cell.name, notebook.name, name)


def test_the_table_of_the_course_has_points_and_mark_of_each_and_of_all(add, rows, book):
    add("alder")
    read(book, 2)
    (full,) = rows()
    nothing = replace(full, code={}, formula={}, other=0.0, status="nothing handed in")
    unknown = replace(nothing, status="not graded")
    text = course_table(
        [
            in_course("alder", tiny=full, small=full),
            in_course("birch", tiny=full, small=nothing),
            in_course("cedar", tiny=full, small=unknown),
        ]
    )
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[:4] == [
        "student tiny (4.5) small (4.5) | total (9) mark",
        "alder 4.5 10.0 4.5 10.0 | 9 10.0",
        "birch 4.5 10.0 - | 4.5 3.0",
        "cedar 4.5 10.0 ? | 4.5+ 3.0+",
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_table_of_the_course_fits_too(add, rows, width):
    add("alder")
    (row,) = rows()
    names = ("gradient_descent", "autodiff", "activations_and_losses", "nn_framework")
    class_ = [CourseScores(one.line, {name: one for name in names}) for one in many(row, 50)]
    lines = course_table(class_, width).splitlines()
    assert max(cell_len(line) for line in lines) <= width


def test_a_course_without_students_has_an_empty_table(course, book):
    rows, left_out = whole_course(book, course, Roster())
    assert (rows, left_out) == ([], ["tiny"])
    assert course_table(rows).splitlines()[0].split() == ["student", "|", "total", "mark"]


def test_lateness_needs_both_moments():
    due = Due(datetime(2026, 11, 20, tzinfo=UTC))
    assert due.lateness(datetime(2026, 11, 20, 1, tzinfo=UTC)) == timedelta(hours=1)
    assert not due.lateness(None) and not Due().lateness(AFTER)
    assert not due.lateness(datetime(2026, 11, 19, tzinfo=UTC))
