"""What grading writes into nbgrader's gradebook, and what it leaves alone."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import text

from chainrule import gradebook as gradebook_module
from chainrule import registration
from chainrule.database import connect
from chainrule.errors import NotGradedError, UsageError
from chainrule.gradebook import forget, open_gradebook, record
from chainrule.registration import register
from chainrule.settings import load_config, load_settings

IN_TIME = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATE = datetime(2026, 11, 21, 2, 13, tzinfo=UTC)  # 2 h 14 min after the deadline
FORMULA = ("double-formula", "1_layers")


@pytest.fixture
def book(course, assignment):
    """The open gradebook of the tiny course, with its assignment registered."""
    config = load_config(course.root)
    with open_gradebook(course, config) as gradebook:
        again(gradebook, course)
        yield gradebook


def again(gradebook, course):
    """Register what the source says now."""
    config = load_config(course.root)
    deadline = load_settings(config).deadline("tiny")
    register(gradebook, course, course.assignment("tiny"), deadline, config)


def grade_of(gradebook, cell, notebook="2_test_layers", student="alder"):
    return gradebook.find_grade(cell, notebook, "tiny", student)


def formula(gradebook):
    return grade_of(gradebook, *FORMULA)


def comment_of(gradebook, cell, notebook="1_layers"):
    return gradebook.find_comment(cell, notebook, "tiny", "alder")


def give_manual_score(gradebook, points):
    formula(gradebook).manual_score = points
    formula(gradebook).needs_manual_grade = False
    comment_of(gradebook, "double-formula").manual_comment = "Well argued."
    gradebook.db.commit()


def edit_source(course, old, new, name="1_layers"):
    path = course.root / "source" / "tiny" / f"{name}.ipynb"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


# ---- the assignment


def test_registering_stores_what_nbgrader_would(book, course):
    row = book.find_assignment("tiny")
    assert row.duedate == datetime(2026, 11, 20, 23, 59)
    assert row.course_id == "tiny_course"
    assert row.max_score == 4.5
    assert [notebook.name for notebook in row.notebooks] == ["1_layers", "2_test_layers"]
    source = book.find_source_cell("double-solution", "1_layers", "tiny").source
    assert "NotImplementedError" in source and "2 * x" not in source


def test_registering_again_does_not_convert_anything(book, course, monkeypatch):
    def generated(*_, **__):
        raise AssertionError("an unchanged assignment was generated again")

    monkeypatch.setattr(registration, "generated", generated)
    again(book, course)


def test_a_changed_text_is_taken_over_without_losing_grades(book, judged, course):
    record(book, "tiny", "alder", judged(), IN_TIME)
    give_manual_score(book, 1.5)
    edit_source(course, 'check(\\"Double\\")', 'check(\\"Double\\")  # at once')
    again(book, course)
    assert book.find_source_cell("double-check", "1_layers", "tiny").source.endswith("# at once")
    assert formula(book).manual_score == 1.5


def test_changed_points_are_taken_over(book, course):
    edit_source(course, '"points": 1.5', '"points": 2.5', "2_test_layers")
    again(book, course)
    assert book.find_assignment("tiny").max_score == 5.5


def test_a_cell_that_disappears_under_submissions_is_refused(book, judged, course):
    record(book, "tiny", "alder", judged(), IN_TIME)
    edit_source(course, "add-solution", "add-answer")
    with pytest.raises(UsageError, match="submissions"):
        again(book, course)
    assert grade_of(book, "add-tests").auto_score == 1.5


def test_a_deadline_of_the_formgrader_stays_where_the_course_sets_none(book, course):
    registration.set_deadline(book, "tiny", None)
    assert book.find_assignment("tiny").duedate == datetime(2026, 11, 20, 23, 59)


# ---- scores


def test_a_derivation_waits_for_a_person_and_code_does_not(book, judged):
    late = record(book, "tiny", "alder", judged(), IN_TIME)
    assert not late
    assert grade_of(book, "double-tests").auto_score == 1.0
    assert not grade_of(book, "double-tests").needs_manual_grade
    assert (formula(book).auto_score, formula(book).needs_manual_grade) == (None, True)
    submission = book.find_submission("tiny", "alder")
    assert submission.timestamp == datetime(2026, 11, 20, 12)
    assert [notebook.late_submission_penalty for notebook in submission.notebooks] == [None, None]


def test_the_derivation_of_failing_code_is_zero_and_does_not_wait(book, judged):
    record(book, "tiny", "alder", judged(passed=["add"]), IN_TIME)
    assert (formula(book).auto_score, formula(book).needs_manual_grade) == (0.0, False)
    assert book.find_submission("tiny", "alder").score == 1.5


def test_a_manual_score_and_comment_survive_grading_again(book, judged):
    record(book, "tiny", "alder", judged(), IN_TIME)
    give_manual_score(book, 1.5)
    record(book, "tiny", "alder", judged(passed=[]), IN_TIME)
    assert (formula(book).manual_score, formula(book).score) == (1.5, 1.5)
    assert formula(book).needs_manual_grade  # a person should look at it again
    assert comment_of(book, "double-formula").comment == "Well argued."


def test_comments_are_stored_and_taken_back(book, judged):
    verdict = judged()
    first = replace(verdict.comments[0], comment="No response.")
    record(
        book, "tiny", "alder", replace(verdict, comments=(first, *verdict.comments[1:])), IN_TIME
    )
    assert comment_of(book, "double-formula").auto_comment == "No response."
    record(book, "tiny", "alder", verdict, IN_TIME)
    assert comment_of(book, "double-formula").auto_comment is None


def test_a_submission_without_time_is_not_late_any_more(book, judged):
    record(book, "tiny", "alder", judged(), LATE)
    assert not record(book, "tiny", "alder", judged(), None)
    assert book.find_submission("tiny", "alder").timestamp is None


# ---- late


def test_nothing_of_a_late_submission_counts_or_waits(book, judged):
    late = record(book, "tiny", "alder", judged(), LATE)
    assert late == timedelta(hours=2, minutes=14)
    submission = book.find_submission("tiny", "alder")
    assert submission.score - submission.late_submission_penalty == 0
    assert [notebook.late_submission_penalty for notebook in submission.notebooks] == [0.0, 2.5]
    assert (formula(book).auto_score, formula(book).needs_manual_grade) == (0.0, False)
    assert "2 h 14 min after the deadline" in comment_of(book, "double-formula").auto_comment
    assert not submission.needs_manual_grade


def test_the_penalty_is_the_one_of_nbgraders_plugin(book, judged, course, assignment):
    from nbformat.v4 import new_notebook
    from nbgrader.preprocessors import AssignLatePenalties

    record(book, "tiny", "alder", judged(), LATE)
    give_manual_score(book, 1.5)
    record(book, "tiny", "alder", judged(), LATE)

    def penalties():
        book.db.expire_all()
        rows = book.find_submission("tiny", "alder").notebooks
        return [row.late_submission_penalty for row in rows]

    ours = penalties()
    for name in assignment.notebooks:
        names = {"notebook": name, "assignment": "tiny", "student": "alder"}
        names["db_url"] = f"sqlite:///{course.root / 'gradebook.db'}"
        step = AssignLatePenalties(config=load_config(course.root))
        step.preprocess(new_notebook(), {"nbgrader": names})
    assert ours == penalties() == [1.5, 2.5]


def test_an_extension_moves_the_deadline_of_one_student(book, judged):
    record(book, "tiny", "alder", judged(), LATE)
    book.grant_extension("tiny", "alder", hours=3)
    assert not record(book, "tiny", "alder", judged(), LATE)
    assert formula(book).needs_manual_grade
    assert comment_of(book, "double-formula").auto_comment is None
    assert record(book, "tiny", "birch", judged(), LATE)


# ---- all or nothing


def test_a_failure_on_the_way_leaves_what_was_there(book, judged, monkeypatch):
    record(book, "tiny", "alder", judged(), IN_TIME)

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(gradebook_module, "_penalty", fail)
    for student in ("alder", "birch"):
        with pytest.raises(OSError):
            record(book, "tiny", student, judged(passed=[]), LATE)
    assert grade_of(book, "double-tests").auto_score == 1.0
    assert book.find_submission("tiny", "alder").timestamp == datetime(2026, 11, 20, 12)
    assert [student.id for student in book.students] == ["alder"]


def test_another_reader_sees_all_of_a_submission_or_nothing(book, judged, course, monkeypatch):
    seen = []
    original = gradebook_module._penalty

    def look(*arguments):
        with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}", "tiny_course") as other:
            seen.append(len(other.students))
        return original(*arguments)

    monkeypatch.setattr(gradebook_module, "_penalty", look)
    record(book, "tiny", "alder", judged(), IN_TIME)
    assert seen == [0, 0]


def test_a_verdict_on_other_cells_is_refused(book, judged):
    verdict = judged()
    with pytest.raises(NotGradedError, match="nbgrader generate_assignment"):
        record(book, "tiny", "alder", replace(verdict, grades=verdict.grades[1:]), IN_TIME)
    assert book.students == []


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "a\\b", "-x", "", ".x", "a\nb", "a..b", "x" * 200, "a "]
)
def test_an_unsafe_student_id_is_refused_and_nothing_is_written(book, judged, name):
    with pytest.raises(UsageError, match="student id"):
        record(book, "tiny", name, judged(), IN_TIME)
    assert book.students == []


@pytest.mark.parametrize("name", ["alder", "s123", "a.b@c-d.example", "Anna Maria", "x_1+2"])
def test_ordinary_student_ids_are_accepted(book, judged, name):
    record(book, "tiny", name, judged(), IN_TIME)
    assert [student.id for student in book.students] == [name]


def test_a_submission_that_could_not_be_judged_keeps_only_what_people_gave(book, judged):
    record(book, "tiny", "alder", judged(), IN_TIME)
    give_manual_score(book, 1.5)
    forget(book, "tiny", "alder")
    assert (formula(book).manual_score, grade_of(book, "add-tests").auto_score) == (1.5, None)


def searched(url, table, column):
    """How the database looks for the rows of one submission."""
    # Opened twice: "explain" knows the tables as they were when its connection began.
    connect(url, "course").close()
    with closing(connect(url, "course")) as gradebook:
        plan = f"explain query plan select * from {table} where {column} = 'x'"
        return str(gradebook.db.execute(text(plan)).fetchall())


def without_indexes(path):
    """A gradebook as nbgrader makes them; its URL."""
    url = f"sqlite:///{path}"
    with closing(connect(url, "course")) as gradebook:
        for table in ("submitted_notebook", "grade", "comment"):
            gradebook.db.execute(text(f"drop index chainrule_{table}"))
        gradebook.db.commit()
    return url


@pytest.mark.parametrize(
    ("table", "column"),
    [("submitted_notebook", "assignment_id"), ("grade", "notebook_id"), ("comment", "notebook_id")],
)
def test_the_rows_of_one_submission_are_found_without_reading_all(tmp_path, table, column):
    for url in (f"sqlite:///{tmp_path / 'new.db'}", without_indexes(tmp_path / "old.db")):
        assert "USING INDEX" in searched(url, table, column)


def test_a_gradebook_that_may_only_be_read_is_opened_as_it_is(tmp_path):
    without_indexes(tmp_path / "old.db")
    url = f"sqlite:///file:{tmp_path / 'old.db'}?mode=ro&uri=true"
    assert "SCAN grade" in searched(url, "grade", "notebook_id")
