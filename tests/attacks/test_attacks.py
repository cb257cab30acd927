"""What the attackers of a class have gained, learned and left: nothing."""

import re

import pytest

from chainrule.gradebook import open_gradebook
from chainrule.settings import load_config
from tests.attacks.arena import FIRST, LAST, Aftermath, fill, planted
from tests.attacks.attack import Attack
from tests.attacks.attacks import ATTACKS
from tests.attacks.worker import MOST_MEMORY, MOST_SECONDS

SLIPS = {
    "NameError",
    "SyntaxError",
    "IndentationError",
    "AttributeError",
    "TypeError",
    "ImportError",
}
# What moves the cursor, colours, rings, or turns the direction of a line on a terminal.
UNPRINTABLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)

each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=[a.student for a in ATTACKS])
each_graded = pytest.mark.parametrize(
    "attack", [a for a in ATTACKS if a.graded], ids=[a.student for a in ATTACKS if a.graded]
)


def test_the_names_of_the_attacks_differ() -> None:
    names = [attack.student for attack in ATTACKS]
    assert len(names) >= 70 and len(set(names)) == len(names)


# ---- each attack


@each_attack
def test_the_attack_is_a_real_one(aftermath: Aftermath, attack: Attack) -> None:
    assert fill(attack.shows, aftermath.names) in aftermath.text(attack.student)
    if not attack.slips:
        errors = {output.get("ename") for output in aftermath.outputs(attack.student)}
        assert not errors & SLIPS


@each_graded
def test_no_point_is_gained(aftermath: Aftermath, attack: Attack) -> None:
    row = aftermath.rows[attack.student]
    assert row.code["double"].points == attack.double
    assert row.formula["double"].points == 0
    assert row.total <= attack.earns


@each_graded
def test_honest_code_beside_the_attack_keeps_its_points(
    aftermath: Aftermath, attack: Attack
) -> None:
    row = aftermath.rows[attack.student]
    assert row.total == attack.earns or attack.add is None


@each_attack
def test_nothing_is_learned(aftermath: Aftermath, attack: Attack) -> None:
    text = aftermath.text(attack.student)
    assert not [place for place, secret in aftermath.canaries.items() if secret in text]
    assert not [word for never in attack.never if (word := fill(never, aftermath.names)) in text]


@each_graded
def test_its_time_is_bounded(aftermath: Aftermath, attack: Attack) -> None:
    assert aftermath.seconds[attack.student] < MOST_SECONDS


@each_graded
def test_the_memory_of_its_judge_is_bounded(aftermath: Aftermath, attack: Attack) -> None:
    assert vars(aftermath.verdicts[attack.student])["peak"] < MOST_MEMORY


@pytest.mark.parametrize(
    "attack", [a for a in ATTACKS if not a.graded], ids=[a.student for a in ATTACKS if not a.graded]
)
def test_what_cannot_be_graded_is_named_and_has_no_score(
    aftermath: Aftermath, attack: Attack
) -> None:
    assert attack.student in aftermath.report.failures
    assert attack.student not in aftermath.rows
    assert not aftermath.files(attack.student)


# ---- all of them together


def test_the_class_is_graded_to_its_end(aftermath: Aftermath) -> None:
    refused = {attack.student for attack in ATTACKS if not attack.graded}
    assert set(aftermath.report.failures) == refused
    assert aftermath.exits["grade tiny"] == bool(refused)
    assert aftermath.exits["scores tiny"] == 0


@pytest.mark.parametrize("student", [FIRST, LAST])
def test_the_honest_have_full_marks(aftermath: Aftermath, student: str) -> None:
    row = aftermath.rows[student]
    assert {score.points for score in row.code.values()} == {1.0, 1.5}
    assert row.total == (4.5 if student == FIRST else 2.5)
    assert not aftermath.report.problems[student]


def test_no_secret_is_in_any_file_or_on_the_terminal(aftermath: Aftermath) -> None:
    course = aftermath.course.root
    printed = "\n".join(aftermath.printed.values())
    log = course / "grading.log"
    texts = {"the terminal": printed, "the log": log.read_text() if log.exists() else ""}
    texts["the gradebook"] = (course / "gradebook.db").read_text("latin-1")
    for step in ("autograded", "feedback"):
        for path in (course / step).rglob("*"):
            if path.is_file() and FIRST not in path.parts:
                texts[str(path.relative_to(course))] = path.read_text("latin-1")
    found = [
        (place, name)
        for place, secret in aftermath.canaries.items()
        for name, text in texts.items()
        if secret in text and (place, name) != ("gradebook", "the gradebook")
    ]
    assert not found


def test_a_comment_of_one_student_is_in_no_row_of_another(aftermath: Aftermath) -> None:
    course = aftermath.course
    with open_gradebook(course, load_config(course.root)) as gradebook:
        found = [
            student.id
            for student in gradebook.students
            for submission in student.submissions
            for notebook in submission.notebooks
            for comment in notebook.comments
            if aftermath.names["GRADEBOOK"] in f"{comment.auto_comment} {comment.manual_comment}"
        ]
    assert found == [FIRST]


def test_no_file_is_left_anywhere(aftermath: Aftermath) -> None:
    new = aftermath.after - aftermath.before
    assert new <= {"course/grading.log", "course/grading.jsonl"}
    assert aftermath.before <= aftermath.after
    assert planted(aftermath.names) == []


@pytest.mark.parametrize("place", ["home", "temporary"])
def test_files_that_everybody_may_write_are_as_they_were(aftermath: Aftermath, place: str) -> None:
    folder = aftermath.names[{"home": "HOMEDIR", "temporary": "TMP"}[place]]
    with open(f"{folder}/open.txt") as file:
        assert file.read() == aftermath.canaries[place]


def test_what_instructors_wrote_is_as_it_was(aftermath: Aftermath) -> None:
    root = aftermath.course.root
    assert aftermath.names["SOURCE"] in (root / "source/tiny/1_layers.ipynb").read_text()
    assert aftermath.names["HIDDEN"] in (root / "tests/tiny/test_double.py").read_text()


def test_no_sandbox_outlives_its_submission(aftermath: Aftermath) -> None:
    assert aftermath.running == []


def test_no_process_outlives_the_class(aftermath: Aftermath) -> None:
    assert aftermath.survivors == []


def test_the_judges_have_not_grown(aftermath: Aftermath) -> None:
    assert len(aftermath.resident) >= 3  # of the first student, of the class, of those with pages
    assert max(aftermath.resident) < 500 << 20


def test_nobody_was_called(aftermath: Aftermath) -> None:
    assert aftermath.contacts == []


def test_tables_and_reports_hold_no_control_characters(aftermath: Aftermath) -> None:
    found = {
        command: set(UNPRINTABLE.findall(text))
        for command, text in aftermath.printed.items()
        if UNPRINTABLE.search(text)
    }
    assert found == {}


def test_the_log_holds_no_control_characters(aftermath: Aftermath) -> None:
    log = aftermath.course.root / "grading.log"
    assert not log.exists() or not UNPRINTABLE.findall(log.read_text())
