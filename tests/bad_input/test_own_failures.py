"""What the grader itself does not understand is never a student's 0: it is said, and loudly."""

import pytest

from chainrule import autograded, classroom, intake, workers
from chainrule import judge as judge_module
from chainrule.classroom import LOG_FILE
from chainrule.cli import main
from chainrule.sandbox import session

# The reference with a result that the broken tests below stumble over.
SINGLE = b"return (2 * x).astype(np.float32)"
STUMBLE = "    if student.Double().forward(np.ones((1, 1))).dtype == np.float32:\n        {}\n"
FAULTS = {
    "name": ("no_such_name", "NameError"),
    "import": ("import no_such_module", "ModuleNotFoundError"),
    "syntax": ('eval("1 +")', "SyntaxError"),
    "own-error": (
        "from chainrule.errors import NotGradedError; raise NotGradedError('odd')",
        "odd",
    ),
}
HIDDEN = '''import numpy as np
import pytest

pytestmark = pytest.mark.component("Double")


def test_broken(student):
    """forward: a broken test"""
'''


def single(reference):
    changed = reference.replace(b"return 2 * x", SINGLE)
    assert changed != reference
    return changed


@pytest.fixture(scope="module", params=FAULTS)
def broken(request, new_class, reference):
    """A class whose hidden tests break on one of three submissions, and the kind of the fault."""
    from chainrule.judge import Judge

    statement, kind = FAULTS[request.param]
    room = new_class()
    room.hand_in("birch", single(reference))
    path = room.course.root / "tests/tiny/test_broken.py"
    path.write_text(HIDDEN + STUMBLE.format(statement))
    with Judge(room.course.assignment("tiny")) as judge:
        room.grade(judge)
    room.kind = kind
    return room


def test_a_fault_of_a_hidden_test_is_reported_as_not_graded(broken):
    assert list(broken.report.failures) == ["birch"]
    assert broken.report.failures["birch"].startswith("not graded: ")
    assert broken.kind in broken.report.failures["birch"]


def test_a_fault_of_a_hidden_test_is_no_score(broken):
    assert "birch" not in broken.rows()


def test_a_fault_of_a_hidden_test_leaves_its_traceback_in_the_log(broken):
    log = (broken.course.root / LOG_FILE).read_text()
    assert "birch" in log and "Traceback" in log and "test_broken" in log


def test_the_others_are_graded_all_the_same(broken):
    assert sorted(broken.report.graded) == ["aa-honest", "zz-honest"]
    assert {row.total for row in broken.rows().values()} == {2.5}


@pytest.mark.parametrize("step", ["autograded", "feedback"])
def test_nothing_is_written_for_who_was_not_graded(broken, step):
    assert not broken.folder(step, "birch").exists()


def test_the_exit_status_of_the_command_is_1(new_class, reference, monkeypatch, capsys):
    """With processes of its own, as people run it."""
    room = new_class()
    room.hand_in("birch", single(reference))
    (room.course.root / "tests/tiny/test_broken.py").write_text(
        HIDDEN + STUMBLE.format("no_such_name")
    )
    monkeypatch.chdir(room.course.root)
    assert main(["grade", "tiny"]) == 1
    output = capsys.readouterr().out
    assert "birch" in output and "not graded" in output and LOG_FILE in output


def test_check_of_one_submission_that_cannot_be_judged_has_exit_status_1(
    new_class, reference, monkeypatch, capsys
):
    room = new_class()
    (room.course.root / "tests/tiny/test_broken.py").write_text(HIDDEN + "    no_such_name\n")
    monkeypatch.chdir(room.course.root)
    assert main(["check", "submitted/aa-honest/tiny", "--json"]) == 1
    printed = capsys.readouterr()
    assert "no_such_name" in printed.err and '"score"' not in printed.out


# ---------------------------------------------------------------------------------------
# Faults within the grader, each hit by one of three submissions


def fail_for_birch(monkeypatch, owner, name, is_birch):
    """Let a function of the grader raise for one student."""
    right = getattr(owner, name)

    def broken(*args, **kwargs):
        if is_birch(*args):
            raise ZeroDivisionError("in the grader")
        return right(*args, **kwargs)

    monkeypatch.setattr(owner, name, broken)


def about_birch(*args):
    return "birch" in repr(args)


def with_single(*args):
    return "float32" in repr(args)


PLACES = {
    "taking-in": (classroom, "take_in", about_birch),
    "reading-what-was-handed-in": (classroom, "collect", about_birch),
    "parsing": (workers, "parse", with_single),
    "running-cells": (session.Session, "load", lambda self: with_single(self.cells)),
    "code-to-run": (judge_module, "code_to_run", with_single),
    "findings": (judge_module, "findings", with_single),
    "writing-notebooks": (autograded, "notebook_bytes", with_single),
    "storing": (classroom, "settle", about_birch),
    "writing-autograded": (classroom, "write_autograded", about_birch),
    "recording": (intake, "record", about_birch),
}


@pytest.fixture(scope="module", params=PLACES)
def stumbled(request, new_class, reference, judge):
    """A class that was graded by a grader with a fault."""
    owner, name, is_birch = PLACES[request.param]
    room = new_class()
    room.hand_in("birch", single(reference))
    with pytest.MonkeyPatch.context() as patch:
        fail_for_birch(patch, owner, name, is_birch)
        room.grade(judge)
    return room


def test_a_fault_of_the_grader_is_reported_as_not_graded(stumbled):
    assert list(stumbled.report.failures) == ["birch"]
    assert "ZeroDivisionError: in the grader" in stumbled.report.failures["birch"]


def test_a_fault_of_the_grader_leaves_its_traceback_in_the_log(stumbled):
    log = (stumbled.course.root / LOG_FILE).read_text()
    assert "birch" in log and "Traceback" in log


def test_a_fault_of_the_grader_costs_no_other_student_a_point(stumbled):
    rows = stumbled.rows()
    assert [rows[who].total for who in ("aa-honest", "zz-honest")] == [2.5, 2.5]


def test_a_fault_of_the_grader_is_never_a_score_of_0(stumbled):
    assert "birch" not in stumbled.rows() or stumbled.rows()["birch"].total == 2.5


@pytest.mark.parametrize("step", ["autograded", "feedback"])
def test_a_fault_of_the_grader_leaves_nothing_half_written(stumbled, step):
    folder = stumbled.folder(step, "birch")
    assert not folder.exists()
    assert not folder.parent.exists() or list(folder.parent.iterdir()) == []


def test_what_was_not_graded_is_graded_by_the_next_run(stumbled, judge):
    assert stumbled.grade(judge).graded == ["birch"]
    assert stumbled.rows()["birch"].total == 2.5
