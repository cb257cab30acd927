"""A submission that a person sets to 0 counts nothing, whoever reads, until it is taken back."""

import csv
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chainrule import voids
from chainrule.classroom import grade
from chainrule.cli import main
from chainrule.decisions import undo_void, void_submission, voided_text
from chainrule.errors import UsageError
from chainrule.explain import explain
from chainrule.gradebook import open_gradebook, record
from chainrule.nbgrader_door import ExportPlugin
from chainrule.registration import register
from chainrule.scores import scores
from chainrule.settings import load_config, load_settings
from chainrule.tables import score_notes, score_table
from chainrule.zero import says_zero
from scripts.sample_class import remove as remove_sample_class
from tests.grader.test_doors import manual_score, nbgrader, rows

WHY = "the derivations are those of another student"
IN_TIME = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATE = datetime(2026, 11, 21, 2, 13, tzinfo=UTC)


@pytest.fixture
def graded(course, assignment, hand_in, judged):
    """Alder in time and birch too late, both with working code; as grading leaves the gradebook."""
    hand_in("alder")
    hand_in("birch", timestamp=LATE.isoformat(" "))
    config = load_config(course.root)
    with open_gradebook(course, config) as gradebook:
        register(gradebook, course, assignment, load_settings(config).deadline("tiny"), config)
        record(gradebook, "tiny", "alder", judged(), IN_TIME)
        record(gradebook, "tiny", "birch", judged(), LATE)
    manual_score(course, "alder", 1.5)
    return course


@pytest.fixture
def voided(graded, assignment):
    void_submission(graded, assignment, "alder", WHY)
    return graded


def row_of(course, assignment, student="alder"):
    with open_gradebook(course, load_config(course.root)) as gradebook:
        return next(r for r in scores(gradebook, course, assignment) if r.student == student)


def exported(course, monkeypatch):
    """What nbgrader's exporter says about alder."""
    monkeypatch.chdir(course.root)
    with open_gradebook(course, load_config(course.root)) as gradebook:
        ExportPlugin(to=str(course.root / "grades.csv")).export(gradebook)
    with (course.root / "grades.csv").open() as file:
        return next(row for row in csv.DictReader(file) if row["student_id"] == "alder")


# ---- it counts nothing


def test_the_scores_are_zero_and_say_why(voided, assignment):
    row = row_of(voided, assignment)
    assert (row.total, row.mark, row.waiting, row.voided) == (0.0, 0.0, [], WHY)
    assert row.penalty == 4.0  # 1 and 1.5 for the code, 1.5 by a person
    assert replace(row, penalty=0.0).total == 0.0  # whatever the formgrader has made of it
    assert "set to 0" in score_table([row], assignment.components)
    assert f"alder  set to 0: {WHY}" in score_notes([row])


def test_explain_says_why(voided, assignment, fake_judges):
    grade(voided, assignment, ["alder"], executor=fake_judges())
    with open_gradebook(voided, load_config(voided.root)) as gradebook:
        text = explain(gradebook, voided, assignment, "alder")
    assert f"0 of 4.5 points, set to 0: {WHY}." in text


def test_the_gradebook_says_it_where_each_notebook_begins(voided):
    with open_gradebook(voided, load_config(voided.root)) as gradebook:
        submission = gradebook.find_submission("tiny", "alder")
        assert submission.score - submission.late_submission_penalty == 0
        comments = {
            row.name: row.auto_comment for nb in submission.notebooks for row in nb.comments
        }
    assert comments["double-formula"] == f"Set to 0 points: {WHY}"
    assert comments["double-solution"] is None and comments["add-solution"] is None


def test_the_feedback_says_so_at_once(graded, assignment, fake_judges):
    grade(graded, assignment, ["alder"], executor=fake_judges())
    page = graded.root / "feedback/alder/tiny"
    before = {path.name: path.read_text() for path in page.glob("*.html")}
    void_submission(graded, assignment, "alder", WHY)
    after = {path.name: path.read_text() for path in page.glob("*.html")}
    assert not any(WHY in text for text in before.values())
    assert any(WHY in text for text in after.values())
    undo_void(graded, assignment, "alder")
    assert not any(WHY in path.read_text() for path in page.glob("*.html"))


def test_nobody_else_is_touched(graded, assignment):
    before = [row for row in rows(graded) if row[0] == "birch"]
    void_submission(graded, assignment, "alder", WHY)
    assert [row for row in rows(graded) if row[0] == "birch"] == before


def test_nbgraders_export_says_zero(voided):
    manual_score(voided, "alder", 2.0)  # the formgrader knows nothing of the decision
    status, said = nbgrader(voided, "export", "--to=grades.csv")
    assert status == 0, said
    with (voided.root / "grades.csv").open() as file:
        found = {row["student_id"]: row for row in csv.DictReader(file)}
    assert (float(found["alder"]["score"]), float(found["alder"]["raw_score"])) == (0.0, 4.5)


# ---- it lasts


def test_it_survives_grading_again_with_the_same_rows(voided, assignment, fake_judges):
    grade(voided, assignment, ["alder"], force=True, executor=fake_judges())
    first = rows(voided)
    assert row_of(voided, assignment).total == 0.0
    undo_void(voided, assignment, "alder")
    void_submission(voided, assignment, "alder", WHY)
    assert rows(voided) == first
    with open_gradebook(voided, load_config(voided.root)) as gradebook:
        assert says_zero(gradebook.find_submission("tiny", "alder"), WHY)


def test_a_submission_can_be_voided_before_it_is_graded(course, assignment, hand_in, fake_judges):
    hand_in("alder")
    assert "not graded yet" in void_submission(course, assignment, "alder", WHY)
    grade(course, assignment, executor=fake_judges())
    assert row_of(course, assignment).voided == WHY
    with open_gradebook(course, load_config(course.root)) as gradebook:
        assert says_zero(gradebook.find_submission("tiny", "alder"), WHY)


def test_a_score_given_later_counts_nothing_either(voided, assignment, monkeypatch):
    manual_score(voided, "alder", 2.0)
    found = exported(voided, monkeypatch)
    assert (float(found["score"]), float(found["raw_score"])) == (0.0, 4.5)
    assert row_of(voided, assignment).total == 0.0
    undo_void(voided, assignment, "alder")
    assert row_of(voided, assignment).total == 4.5


def test_the_export_puts_right_what_was_changed_since_the_gradebook_was_opened(voided, monkeypatch):
    monkeypatch.chdir(voided.root)
    with open_gradebook(voided, load_config(voided.root)) as gradebook:
        manual_score(voided, "alder", 2.0)
        ExportPlugin(to="grades.csv").export(gradebook)
    line = next(line for line in (voided.root / "grades.csv").open() if "alder" in line)
    assert line.strip().endswith(",4.5,4.5,0.0,4.5")


def test_a_crash_after_the_decision_was_written_down_loses_nothing(graded, assignment):
    voids.void(graded.root, "tiny", "alder", WHY)  # and nothing more was done
    assert row_of(graded, assignment).penalty == 4.0


# ---- it is taken back


@pytest.mark.parametrize("student", ["alder", "birch"])
def test_undo_restores_exactly_what_was_there(graded, assignment, student):
    before = rows(graded)
    void_submission(graded, assignment, student, WHY)
    assert rows(graded) != before
    void_submission(graded, assignment, student, "another reason")
    undo_void(graded, assignment, student)
    assert rows(graded) == before


def test_undo_after_grading_again_is_as_if_it_had_never_been(
    graded, assignment, fake_judges, judged
):
    void_submission(graded, assignment, "alder", WHY)
    grade(graded, assignment, force=True, executor=fake_judges(lambda _: judged(passed=["add"])))
    undo_void(graded, assignment, "alder")
    after = rows(graded)
    grade(graded, assignment, force=True, executor=fake_judges(lambda _: judged(passed=["add"])))
    assert rows(graded) == after


def test_what_is_not_voided_cannot_be_taken_back(graded, assignment):
    with pytest.raises(UsageError, match="not set to 0"):
        undo_void(graded, assignment, "alder")


# ---- the file


def test_the_last_line_holds_and_a_broken_one_is_passed_over(tmp_path):
    for reason in ("first", "second"):
        voids.void(tmp_path, "tiny", "alder", reason)
    voids.void(tmp_path, "other", "alder", "elsewhere")
    with (tmp_path / voids.VOIDS_FILE).open("a") as file:
        file.write('{"assignment": "tiny", "stude')  # the power failed
    voids.void(tmp_path, "tiny", "birch", "third")
    assert voids.reasons(tmp_path, "tiny") == {"alder": "second", "birch": "third"}
    voids.undo(tmp_path, "tiny", "alder")
    assert voids.reason(tmp_path, "tiny", "alder") is None
    lines = (tmp_path / voids.VOIDS_FILE).read_text().splitlines()
    assert len(lines) == 6 and json.loads(lines[0])["reason"] == "first"


def test_nothing_is_voided_where_there_is_no_file(tmp_path):
    assert voids.in_force(tmp_path) == [] and voids.reason(tmp_path, "tiny", "alder") is None


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 501])
def test_a_reason_says_something_in_a_sentence_or_two(tmp_path, reason):
    with pytest.raises(UsageError, match="1 to 500"):
        voids.void(tmp_path, "tiny", "alder", reason)
    assert not (tmp_path / voids.VOIDS_FILE).exists()


def test_a_reason_is_one_harmless_line(tmp_path):
    voids.void(tmp_path, "tiny", "alder", "copied\n\nfrom \x1b[31mbirch")
    assert voids.reason(tmp_path, "tiny", "alder") == "copied from birch"


# ---- the command


def test_the_command_voids_lists_and_undoes(graded, monkeypatch, capsys):
    monkeypatch.chdir(graded.root)
    assert main(["void", "tiny"]) == 0
    assert capsys.readouterr().out == "Nobody's tiny is set to 0.\n"
    assert main(["void", "tiny", "alder", "--reason", WHY]) == 0
    assert capsys.readouterr().out.startswith("tiny of alder counts 0 points. ")
    assert main(["void", "tiny"]) == 0
    assert WHY in capsys.readouterr().out
    assert main(["void", "tiny", "alder", "--undo"]) == 0
    assert "counts again" in capsys.readouterr().out
    assert main(["void", "tiny"]) == 0
    assert WHY not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["alder"], "Why?"),
        (["--undo"], "Whose submission?"),
        (["nobody", "--reason", "x"], "no submission of tiny by nobody"),
        (["../alder", "--reason", "x"], "student id"),
        (["alder", "--reason", " "], "1 to 500"),
        (["alder", "--undo"], "not set to 0"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    graded, monkeypatch, capsys, arguments, said
):
    monkeypatch.chdir(graded.root)
    before = rows(graded)
    assert main(["void", "tiny", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert rows(graded) == before and not (graded.root / voids.VOIDS_FILE).exists()


def test_taking_the_sample_class_out_takes_its_decisions_back(voided, hand_in, capsys):
    sample = voided.root / "examples" / "submitted"
    sample.parent.mkdir()
    (voided.root / "submitted").rename(sample)
    shutil.copytree(sample / "alder", voided.root / "submitted" / "alder")
    voids.void(voided.root, "tiny", "cedar", "a student of the course")
    remove_sample_class(voided.root)
    assert voids.reasons(voided.root, "tiny") == {"cedar": "a student of the course"}
    assert "alder" in capsys.readouterr().out


def test_the_list_shows_who_when_and_why(voided, assignment):
    (line,) = voided_text(voided, assignment).splitlines()
    assert line.startswith("alder  20") and line.endswith(WHY)
