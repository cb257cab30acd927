"""The rubrics: which derivations have one, what it gives away, and who never sees it."""

import json
from pathlib import Path

import pytest

from chainrule.course import find_course
from chainrule.errors import UsageError
from chainrule.release import LeakError, check_for_leaks, student_version
from chainrule.rubrics import GENERAL, RUBRICS_FILE, read_rubrics
from chainrule.submitted import digest_of_grader

RUBRIC = """# How to grade tiny

Be kind.

## double

- [1/4] The start, with $\\frac{1}{2}$.
- [3/4] The rest.
"""


@pytest.fixture
def write(assignment):
    return (assignment.tests / RUBRICS_FILE).write_text


def test_shares_become_points_of_the_cell(assignment, write):
    write(RUBRIC)
    assert read_rubrics(assignment) == {
        GENERAL: "Be kind.",
        "double": "- **0.5** The start, with $\\frac{1}{2}$.\n- **1.5** The rest.",
    }


def test_an_assignment_may_have_none(assignment):
    assert read_rubrics(assignment) == {GENERAL: ""}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("3/4", "1/2", "the shares of double add up to 3/4, not to 1"),
        ("## double", "## add", "'add' names no derivation.*There are: double"),
        ("## double", "## duoble", "'duoble' names no derivation"),
        ("- [3/4] The rest.", "- [3/4] The rest.\n\n## double", "has its rubric already"),
    ],
)
def test_what_cannot_be_meant_is_refused(assignment, write, old, new, said):
    write(RUBRIC.replace(old, new))
    with pytest.raises(UsageError, match=said):
        read_rubrics(assignment)


def test_every_derivation_of_every_homework_has_its_rubric():
    course = find_course(Path(__file__))
    for name in course.assignments():
        assignment = course.assignment(name)
        wanted = {part.id for part in assignment.components if part.formula_points}
        assert set(read_rubrics(assignment)) - {GENERAL} == wanted


def test_a_released_line_of_a_rubric_is_a_leak(course, assignment, write):
    write(RUBRIC)
    files = student_version(course, assignment)
    check_for_leaks(assignment, files)
    notebook = json.loads(files["1_layers.ipynb"])
    notebook["cells"][0]["source"] = ["# Layers\n", "- [3/4] The rest.\n"]
    for name, content in (("1_layers.ipynb", json.dumps(notebook)), ("a.py", "x\n  Be kind.\n")):
        with pytest.raises(LeakError, match="a line of a rubric"):
            check_for_leaks(assignment, files | {name: content.encode()})


def test_to_edit_a_rubric_is_no_reason_to_judge_again(assignment, write):
    before = digest_of_grader(assignment)
    write(RUBRIC)
    assert digest_of_grader(assignment) == before
