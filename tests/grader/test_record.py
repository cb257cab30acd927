"""The record of grading, and what `chainrule explain` says from it."""

import json

import pytest

from chainrule import record
from chainrule.classroom import grade
from chainrule.cli import main
from chainrule.errors import UsageError
from chainrule.gradebook import open_gradebook
from chainrule.settings import load_config


@pytest.fixture
def run(course, fake_judges, judged):
    def run(verdict=None, **options):
        judges = fake_judges(lambda _: verdict or judged())
        return grade(course, course.assignment("tiny"), executor=judges, **options)

    return run


@pytest.fixture
def explained(course, monkeypatch, capsys):
    def explained(*arguments):
        monkeypatch.chdir(course.root)
        status = main(["explain", "tiny", *arguments])
        done = capsys.readouterr()
        return status, done.out + done.err

    return explained


def test_each_stored_verdict_is_one_line(course, run, hand_in):
    hand_in("alder")
    hand_in("birch")
    run()
    run()  # nothing has changed, so that nothing is added
    lines = (course.root / record.RECORD_FILE).read_text().splitlines()
    assert sorted(json.loads(line)["student"] for line in lines) == ["alder", "birch"]


def test_an_entry_says_what_was_judged_and_with_what(course, run, hand_in):
    hand_in("alder")
    run()
    (entry,) = record.read(course.root, "tiny", "alder")
    assert len(entry["tests"]) == len(entry["verdict"]) == 64
    assert {"chainrule", "python", "numpy"} <= set(entry["versions"])
    assert (entry["score"], entry["max_score"], entry["seed"]) == (2.5, 4.5, 0)
    assert entry["handed_in"].startswith("2026-11-20 12:00:00")


def test_only_checks_that_failed_are_kept(course, run, hand_in, judged):
    hand_in("alder")
    run(judged(passed=["add"]))
    (entry,) = record.read(course.root, "tiny", "alder")
    kept = {
        part["id"]: [check["passed"] for check in part["checks"]] for part in entry["components"]
    }
    assert kept == {"double": [False], "add": []}


def test_the_same_verdict_has_the_same_hash_and_another_one_another(judged):
    first, again, other = judged(), judged(), judged(passed=["add"])
    assert record.digest_of_verdict(first) == record.digest_of_verdict(again)
    assert record.digest_of_verdict(first) != record.digest_of_verdict(other)


def test_a_line_that_was_cut_off_costs_no_other(course, run, hand_in):
    hand_in("alder")
    run()
    path = course.root / record.RECORD_FILE
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])
    run(force=True)
    assert len(record.read(course.root, "tiny", "alder")) == 2


def test_without_a_record_one_is_told_so(course):
    with pytest.raises(UsageError, match="nothing was graded"):
        record.read(course.root, "tiny", "alder")


def test_explain_says_for_each_lost_point_why(explained, run, hand_in, judged):
    hand_in("alder")
    run(judged(passed=["add"]))
    status, said = explained("alder")
    assert status == 0
    assert "Double: 0 of 1 for the code" in said
    assert 'the hidden check "forward: a batch" failed: wrong' in said
    assert "0 of 2 for the derivation: it counts only when the code passes" in said


def test_explain_says_what_waits_and_what_a_person_gave(course, explained, run, hand_in):
    hand_in("alder")
    run()
    assert "0 of 2 for the derivation, which waits for a person" in explained("alder")[1]
    with open_gradebook(course, load_config(course.root)) as gradebook:
        grade_of = gradebook.find_grade("double-formula", "1_layers", "tiny", "alder")
        grade_of.manual_score, grade_of.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    said = explained("alder")[1]
    assert "1.5 of 2 for the derivation, given by a person" in said and "4 of 4.5 points." in said


def test_explain_says_what_has_changed_since(course, explained, run, hand_in):
    folder = hand_in("alder")
    run()
    assert "changed since" in explained("alder")[1]  # the judges were no real ones
    (course.root / "tests/tiny/test_add.py").write_text("harder = True")
    assert "The tests or the grader have changed since." in explained("alder")[1]
    (folder / "1_layers.ipynb").unlink()
    folder.rename(folder.with_name("old"))
    assert "not in submitted/ any more" in explained("alder")[1]


def test_explain_lists_earlier_judgements(explained, run, hand_in, judged):
    hand_in("alder")
    run(judged(passed=[]))
    run(force=True)
    said = explained("alder")[1]
    assert "Judged 2 times:" in said and "0 of 4.5 certain" in said and "2.5 of 4.5 certain" in said


def test_explain_as_json_gives_the_entries(explained, run, hand_in):
    hand_in("alder")
    run()
    status, said = explained("alder", "--json")
    assert status == 0 and [entry["student"] for entry in json.loads(said)] == ["alder"]


@pytest.mark.parametrize("student", ["cedar", "../alder", "-x"])
def test_nobody_else_can_be_explained(explained, run, hand_in, student):
    hand_in("alder")
    run()
    assert explained("--", student)[0] == 2
