"""What ``chainrule diff`` says about grading again."""

import json
from functools import partial

import pytest

from chainrule.classroom import grade
from chainrule.cli import main
from chainrule.diff import dry_run, since
from chainrule.diff_text import text
from chainrule.errors import NotGradedError, UsageError
from chainrule.workers import judge_with
from tests.grader.test_regrading import manual_score


@pytest.fixture
def book(course, fake_judges):
    """Stores and compares what fake judges say: ``book.grade(verdict)``, ``book.diff(verdict)``."""

    class Book:
        def grade(self, verdict, **options):
            judges = fake_judges(lambda _: verdict)
            return grade(course, course.assignment("tiny"), executor=judges, force=True, **options)

        def diff(self, verdict):
            def judge(_):
                if isinstance(verdict, Exception):
                    raise verdict
                return verdict

            self.judges = fake_judges(judge)
            work = partial(judge_with, self.judges, at_once=2)
            return dry_run(course, course.assignment("tiny"), judges=work)

        def change_tests(self):
            path = course.root / "tests/tiny/test_add.py"
            path.write_text(path.read_text() + "# mended\n")

        def stored(self):
            names = ("gradebook.db", "grading.jsonl", "autograded/alder/tiny/.chainrule.json")
            return [(course.root / name).read_bytes() for name in names]

    return Book()


def test_where_grading_would_do_nothing_nothing_is_judged(book, hand_in, judged):
    hand_in("alder")
    book.grade(judged())
    found = book.diff(judged(passed=[]))
    assert (found.changes, found.compared, book.judges.judged) == ((), 1, 0)


def test_a_check_that_fails_now_is_named_with_the_points_it_costs(book, hand_in, judged):
    hand_in("alder")
    book.grade(judged())
    book.change_tests()
    before = book.stored()
    found = book.diff(judged(passed=["double"]))
    assert book.stored() == before, "a dry run stores nothing"
    (alder,) = found.changes
    (part,) = alder.components
    assert (alder.student, alder.before, alder.after) == ("alder", 2.5, 1.0)
    assert (part.id, part.before, part.after, part.notes) == ("add", 1.5, 0.0, ())
    assert [check.requirement for check in part.fails_now] == ["forward: a batch"]
    assert (found.gain, found.lose, part.failed_before) == ([], [alder], ())
    (cause,) = found.causes
    assert (cause.component, cause.hidden, cause.fails_now) == ("Add", True, 1)
    lines = text(found).splitlines()
    assert lines[:3] == [
        "alder  2.5 -> 1",
        "  Add  1.5 -> 0",
        '    fails now: hidden check "forward: a batch": wrong',
    ]
    assert lines[-1].startswith("tiny: 0 gain points, 1 lose points, 0 change without a point, 0")


def test_a_derivation_that_waits_then_or_no_longer_is_mentioned(book, hand_in, judged):
    hand_in("alder")
    book.grade(judged())
    book.change_tests()
    (alder,) = book.diff(judged(passed=["add"])).changes
    assert alder.components[0].notes == ("its derivation (2) does not count then",)
    book.grade(judged(passed=["add"]))
    book.change_tests()
    (alder,) = book.diff(judged()).changes
    assert alder.components[0].notes == ("its derivation (2) waits for a person then",)
    assert [check.message for check in alder.components[0].failed_before] == ["wrong"]


def test_what_a_person_gave_stays(book, course, hand_in, judged):
    hand_in("alder")
    book.grade(judged())
    manual_score(course, "alder", 1.5)
    book.change_tests()
    (alder,) = book.diff(judged(passed=["add"])).changes
    assert "the points stay, to be looked at again" in alder.components[0].notes[0]
    manual_score(course, "alder", 0.25, "double-tests", "2_test_layers")
    (alder,) = book.diff(judged(passed=["add"])).changes
    assert (alder.before, alder.after) == (2.5, 2.5)
    assert alder.components[0].notes[0] == "its points were given by a person and stay"


def test_who_has_handed_in_again_or_for_the_first_time_is_told_apart(book, hand_in, judged):
    hand_in("alder")
    book.grade(judged())
    hand_in("alder", files={"notes.txt": "again"})
    hand_in("birch")
    found = book.diff(judged(passed=["double"]))
    assert ([change.student for change in found.changes], found.new) == (["alder"], ("birch",))
    assert "Nothing to compare with: birch." in text(found)


def test_of_a_late_submission_nothing_changes_but_its_checks(book, hand_in, judged):
    hand_in("alder", timestamp="2026-11-25 12:00:00 UTC")
    book.grade(judged())
    book.change_tests()
    found = book.diff(judged(passed=["double"]))
    (alder,) = found.changes
    assert (alder.before, alder.after, found.lose, found.causes) == (0.0, 0.0, [], [])
    assert alder.notes == ("counts nothing: late, or void",)


def test_who_cannot_be_judged_is_named(book, hand_in, judged):
    hand_in("alder")
    book.grade(judged())
    book.change_tests()
    found = book.diff(NotGradedError("the disk is full"))
    assert (found.changes, found.failures) == ((), {"alder": "NotGradedError: the disk is full"})
    assert "the disk is full" in text(found)


def test_two_stored_gradings_are_compared_without_judging(book, course, hand_in, judged):
    hand_in("alder")
    book.grade(judged())
    assert since(course, course.assignment("tiny"), None).new == ("alder",)
    book.grade(judged(passed=["double"]))
    book.grade(judged(passed=["double"]))
    tiny = course.assignment("tiny")
    assert since(course, tiny, None).changes == ()
    first = json.loads((course.root / "grading.jsonl").read_text().splitlines()[0])["time"]
    (alder,) = since(course, tiny, first).changes
    assert (alder.before, alder.after) == (2.5, 1.0)
    assert since(course, tiny, "2020-01-01 00:00:00.000+00:00").new == ("alder",)


def test_without_a_grading_there_is_nothing_to_compare(course, assignment):
    with pytest.raises(UsageError, match="nothing was graded"):
        dry_run(course, assignment)


def test_the_command_judges_for_real_and_its_status_is_for_scripts(
    course, hand_in, monkeypatch, capsys
):
    hand_in("alder")
    hand_in("birch", [("return x + 1", "return x + 2")])
    monkeypatch.chdir(course.root)
    assert main(["grade", "tiny", "--quiet", "--jobs", "1"]) == 0
    assert main(["diff", "tiny", "--quiet", "--jobs", "1"]) == 0
    path = course.root / "tests/tiny/test_add.py"
    path.write_text(path.read_text().replace("x + 1", "x + 2"))
    capsys.readouterr()
    assert main(["diff", "tiny", "--quiet", "--jobs", "1", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["compared"], found["gain"], found["lose"]) == (2, 0, 1)
    by_student = {change["student"]: change for change in found["students"]}
    assert by_student["alder"]["after"] == 1.0 and by_student["birch"]["after"] == 1.0
    assert by_student["birch"]["components"][0]["failed_before"][0]["hidden"]
    assert main(["diff", "tiny", "--since", "yesterday"]) == 2
    assert "--since 'yesterday' cannot be read" in capsys.readouterr().err
    assert main(["diff", "tiny", "--since"]) == 0
