"""Grading again: what a person gave stays, and is looked at again where something has changed."""

import json
from dataclasses import replace

import pytest

from chainrule.autograded import Answers
from chainrule.classroom import grade
from chainrule.errors import UsageError
from chainrule.gradebook import forget, open_gradebook
from chainrule.notebooks import SubmittedCell
from chainrule.registration import refuse_other_cells
from chainrule.revisions import graded_for, what_changed
from chainrule.settings import load_config
from chainrule.state import read_state


def manual_score(course, student, points, cell="double-formula", notebook="1_layers"):
    """What the formgrader does when a person types a score."""
    with open_gradebook(course, load_config(course.root)) as gradebook:
        row = gradebook.find_grade(cell, notebook, "tiny", student)
        row.manual_score, row.needs_manual_grade = points, False
        gradebook.db.commit()


@pytest.fixture
def judge(course, judged, fake_judges):
    """Stores a verdict on alder's submission; gives the derivation's points and if it waits.

    ``answer`` stands for the derivation that was handed in, which the real judge makes a hash of.
    """

    def run(answer="as before", points=2.0, **options):
        verdict = judged(**options)
        grades = tuple(
            replace(
                cell, answer=answer.replace(" ", "-") if cell.grade_id.endswith("formula") else ""
            )
            for cell in verdict.grades
        )
        parts = tuple(
            replace(part, component=replace(part.component, formula_points=points))
            for part in verdict.components
        )
        verdict = replace(verdict, grades=grades, components=parts)
        report = grade(
            course, course.assignment("tiny"), executor=fake_judges(lambda _: verdict), force=True
        )
        assert report.failures == {}
        return derivation(course)

    return run


def derivation(course):
    with open_gradebook(course, load_config(course.root)) as gradebook:
        found = gradebook.find_grade("double-formula", "1_layers", "tiny", "alder")
        return found.manual_score, found.needs_manual_grade


def said(course, cell="1_layers/double-formula"):
    """What a grader reads about a score that was given before."""
    state = read_state(course.root / "autograded/alder/tiny")
    return what_changed(state.graded.get(cell), state.answers[cell])


def edit(course, path, old, new):
    file = course.root / path
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_an_unchanged_answer_is_not_looked_at_again(course, hand_in, judge):
    hand_in("alder")
    assert judge() == (None, True)
    manual_score(course, "alder", 1.5)
    assert judge() == (1.5, False)
    assert said(course) == "Unchanged since it was graded."


def test_a_changed_answer_is_looked_at_again_until_a_person_has(course, hand_in, judge):
    hand_in("alder")
    judge()
    manual_score(course, "alder", 1.5)
    assert judge(answer="another") == (1.5, True)
    assert said(course) == "The answer has changed since it was graded."
    assert judge(answer="another") == (1.5, True), "to judge it again is not to look at it"
    assert said(course) == "The answer has changed since it was graded."
    manual_score(course, "alder", 1.0)
    assert judge(answer="another") == (1.0, False)


def test_an_answer_that_is_again_what_was_graded_needs_no_second_look(course, hand_in, judge):
    hand_in("alder")
    judge()
    manual_score(course, "alder", 1.5)
    assert judge(answer="another") == (1.5, True)
    assert judge() == (1.5, False)


def test_checks_that_fail_now_are_a_reason_to_look_again(course, hand_in, judge):
    hand_in("alder")
    judge()
    manual_score(course, "alder", 1.5)
    assert judge(passed=["add"]) == (1.5, True)
    assert "The checks passed when it was graded, and now they fail" in said(course)


def test_other_points_for_the_cell_are_a_reason_to_look_again(course, hand_in, judge):
    hand_in("alder")
    judge()
    manual_score(course, "alder", 1.5)
    assert judge(points=1.0) == (1.5, True)
    assert said(course) == "It was worth 2 points when it was graded, and now 1."


def test_what_changed_while_it_was_late_is_looked_at_when_it_counts(course, hand_in, judge):
    hand_in("alder")
    judge()
    manual_score(course, "alder", 1.5)
    hand_in("alder", timestamp="2026-11-25 12:00:00 UTC")
    assert judge(answer="another") == (1.5, False), "nobody reads what is late"
    edit(course, "nbgrader_config.py", "2026-11-20 23:59", "2026-11-27 23:59")
    assert judge(answer="another") == (1.5, True)


def test_without_a_record_everything_is_looked_at_again(course, hand_in, judge):
    hand_in("alder")
    judge()
    manual_score(course, "alder", 1.5)
    (course.root / "grading.jsonl").unlink()
    assert judge() == (1.5, True)
    assert "not known" in said(course)


def test_a_submission_that_cannot_be_judged_still_waits_for_its_second_look(course, hand_in, judge):
    hand_in("alder")
    judge()
    manual_score(course, "alder", 1.5)
    judge(answer="another")
    with open_gradebook(course, load_config(course.root)) as gradebook:
        forget(gradebook, "tiny", "alder")
    assert judge(answer="another") == (1.5, True)


def test_what_a_score_was_given_for_survives_a_second_judging_before_it_is_confirmed():
    latest = {"answers": {"a": "passed 2 1"}, "graded": {"a": "passed 1 1"}}
    assert graded_for({"a": True}, latest) == {"a": "passed 1 1"}
    assert graded_for({"a": False}, latest) == {"a": "passed 2 1"}
    assert graded_for({"a": True}, {"answers": {"a": "passed 2 1"}}) == {}
    assert graded_for({"a": False}, None) == {}


def test_an_answer_is_told_by_its_text_and_pictures_alone(assignment):
    source = assignment.notebooks["1_layers"].cells[2]

    def digest(text, name="double-formula", attachments=None, more=()):
        cells = (SubmittedCell("markdown", text, name, attachments or {}), *more)
        return Answers("1_layers", cells).digest(source)

    before = digest("Times two.")
    assert (
        digest("Times two.\n", more=[SubmittedCell("code", "x = 1", "add-solution", {})]) == before
    )
    picture = {"a.png": {"image/png": "AAAA"}}
    others = {
        digest("Times three."),
        digest("Times two.", attachments=picture),
        digest("", "other"),
    }
    assert len(others | {before}) == 4
    # In a notebook without names, the answer may be anywhere.
    unnamed = [SubmittedCell("markdown", "", "", {}), SubmittedCell("code", "# Times two.", "", {})]
    assert Answers("1_layers", tuple(unnamed)).digest(source) != Answers(
        "1_layers", tuple(unnamed[:1])
    ).digest(source)


# ---- an assignment that changes under its submissions


def add_cell(course):
    path = course.root / "source/tiny/1_layers.ipynb"
    notebook = json.loads(path.read_text())
    new = json.loads(json.dumps(notebook["cells"][2]))
    new["id"] = new["metadata"]["nbgrader"]["grade_id"] = "add-formula"
    notebook["cells"].append(new)
    path.write_text(json.dumps(notebook))


def test_a_new_cell_under_submissions_is_refused_with_what_to_do(course, hand_in, judge):
    hand_in("alder")
    judge()
    add_cell(course)
    with pytest.raises(UsageError) as refused:
        judge()
    text = str(refused.value)
    assert "1_layers.ipynb: add-formula is new" in text
    assert "new requirements go into the tests" in text and "another name" in text


def test_a_cell_that_is_gone_or_of_another_kind_is_named(course, hand_in, judge):
    hand_in("alder")
    judge()
    edit(course, "source/tiny/1_layers.ipynb", "add-solution", "add-answer")
    edit(course, "source/tiny/1_layers.ipynb", '"locked": true', '"locked": false')
    with pytest.raises(UsageError, match=r"add-solution is gone.*add-answer is new"):
        judge()


def test_a_new_cell_is_taken_over_as_long_as_nobody_has_handed_in(course):
    add_cell(course)
    assert grade(course, course.assignment("tiny")).failures == {}
    config = load_config(course.root)
    with open_gradebook(course, config) as gradebook:
        refuse_other_cells(gradebook, course.assignment("tiny"), config)
        assert gradebook.find_assignment("tiny").max_score == 6.5
