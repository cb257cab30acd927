"""A gradient by numbers stays what it is, whatever a submission does to the ones who ask."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chainrule.course import find_course
from chainrule.judge import Judge, reference
from chainrule.notebooks import Submission, SubmittedCell
from chainrule.verdict import Check
from tests.attacks.provenance import ATTACKS, PLAIN

NOTEBOOK = "1_modules"


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge(find_course(Path(__file__).parent).assignment("nn_framework")) as judge:
        yield judge


def handed_in(judge: Judge, *sources: str) -> Submission:
    """The reference with another SoftPlus."""
    cells = reference(judge.assignment).notebooks[NOTEBOOK]
    assert cells is not None
    kept = [cell for cell in cells if cell.grade_id != "softplus-solution"]
    more = [SubmittedCell("code", source, "", {}) for source in sources if "Double" not in source]
    return Submission({NOTEBOOK: (*kept, *more)})


def failed(judge: Judge, *sources: str) -> list[Check]:
    """The checks of SoftPlus that this code fails."""
    submission = handed_in(judge, *sources)
    return [check for check in judge.checks(submission, "SoftPlus") if not check.passed]


@pytest.mark.parametrize("name", PLAIN)
def test_where_a_gradient_comes_from_is_seen(judge: Judge, name: str) -> None:
    (check,) = failed(judge, *PLAIN[name])
    assert check.requirement.startswith("derivation")


# They reach into the grader's own objects, beside which they run. That cannot be made impossible.
INTO_THE_GRADER = {"a patched server"}


@pytest.mark.parametrize("name", ATTACKS.keys() - INTO_THE_GRADER)
def test_no_trick_hides_where_a_gradient_comes_from(judge: Judge, name: str) -> None:
    assert failed(judge, *ATTACKS[name])


@pytest.mark.parametrize("name", sorted(INTO_THE_GRADER))
def test_a_trick_within_the_grader_is_shown_to_a_person(judge: Judge, name: str) -> None:
    problems = judge.judge(handed_in(judge, *ATTACKS[name])).problems
    assert any("look at it before you trust the gradients" in line for line in problems)
