"""The sample class: every submission gets what examples/expected.json says, by the real judge."""

import json
from pathlib import Path

import pytest

from chainrule.course import find_course
from chainrule.judge import Judge
from chainrule.notebooks import read_submission
from chainrule.sandbox import session

COURSE = find_course(Path(__file__).parent)
EXAMPLES = COURSE.root / "examples"
EXPECTED = json.loads((EXAMPLES / "expected.json").read_text())


@pytest.fixture(scope="module")
def judge():
    with Judge(COURSE.assignment("nn_framework")) as judge:
        yield judge


def test_every_sample_is_expected_and_every_expected_one_is_there():
    assert {path.name for path in (EXAMPLES / "submitted").iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("student", EXPECTED)
def test_a_sample_gets_what_is_expected(judge, student, monkeypatch):
    monkeypatch.setattr(session, "CALL_SECONDS", 1.0)  # dogwood never ends
    folder = EXAMPLES / "submitted" / student / "nn_framework"
    verdict = judge.judge(read_submission(folder, judge.assignment))
    expected = EXPECTED[student]
    found = {
        part.component.id: {
            "passed": part.passed,
            # What is late waits for nobody, but that is known to the gradebook alone.
            "waiting": part.needs_manual and not expected["late"],
        }
        for part in verdict.components
    }
    assert found == expected["components"]
    problems = [text for text in expected["problems"] if "deadline" not in text]
    assert [text for text in problems if not any(text in line for line in verdict.problems)] == []
