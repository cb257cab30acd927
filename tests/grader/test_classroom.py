"""A whole class: what is graded, what is left alone, and what happens when something fails."""

import json
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace

import pytest

from chainrule import classroom, intake, workers
from chainrule.classroom import LOG_FILE, grade
from chainrule.errors import NotGradedError, SandboxError, UsageError
from chainrule.gradebook import open_gradebook
from chainrule.notebooks import HandedIn
from chainrule.scores import scores
from chainrule.settings import STATE_FILE, load_config


@pytest.fixture
def run(course, fake_judges):
    """Grades the class with fake judges; ``run.judges`` counts what they were asked."""

    def grade_class(judge=None, students=None, **options):
        grade_class.judges = fake_judges(judge)
        assignment = course.assignment("tiny")
        return grade(course, assignment, students, executor=grade_class.judges, **options)

    return grade_class


def rows(course):
    with open_gradebook(course, load_config(course.root)) as gradebook:
        return {row.student: row for row in scores(gradebook, course, course.assignment("tiny"))}


def graded(course, student):
    return course.root / "autograded" / student / "tiny"


def test_a_class_gets_gradebook_notebooks_and_feedback(course, run, hand_in):
    hand_in("alder")
    hand_in("birch")
    report = run()
    assert (sorted(report.graded), report.failures) == (["alder", "birch"], {})
    assert rows(course)["alder"].total == 2.5
    names = sorted(path.name for path in graded(course, "birch").iterdir())
    notebooks = ["1_layers.ipynb", "2_test_layers.ipynb"]
    assert names == [STATE_FILE, *notebooks, "homework.py", "timestamp.txt"]
    pages = sorted(path.name for path in (course.root / "feedback/alder/tiny").iterdir())
    assert pages == ["timestamp.txt", "tiny.html"]


def test_feedback_does_not_hold_our_own_notes(course, run, hand_in):
    hand_in("alder")
    run()
    assert not (course.root / "feedback" / "alder" / "tiny" / STATE_FILE).exists()


def test_an_empty_class_is_no_error(course, run):
    report = run()
    assert (report.graded, report.failures) == ([], {})


def test_a_second_run_judges_nothing_and_changes_nothing(course, run, hand_in, judged):
    hand_in("alder")
    run(lambda _: judged(problems=["1_layers.ipynb, cell 3: odd"]))
    before = {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for step in ("autograded", "feedback")
        for path in (course.root / step).rglob("*")
        if path.is_file()
    }
    report = run()
    assert (run.judges.judged, report.graded, report.unchanged) == (0, [], ["alder"])
    assert report.problems == {"alder": ["1_layers.ipynb, cell 3: odd"]}
    assert before == {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before}


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "submitted/alder/tiny/1_layers.ipynb").write_text("{}"),
        lambda root: (root / "submitted/alder/tiny/timestamp.txt").write_text("2026-11-01 10:00"),
        lambda root: (root / "submitted/alder/tiny/notes.txt").write_text("more"),
        lambda root: (root / "tests/tiny/test_add.py").write_text("harder = True"),
        lambda root: (root / "autograded/alder/tiny" / STATE_FILE).unlink(),
        lambda root: (root / "gradebook.db").unlink(),
        lambda root: (root / "nbgrader_config.py").write_text(
            (root / "nbgrader_config.py").read_text() + "c.ChainruleSettings.seed = 8"
        ),
        lambda root: (root / "nbgrader_config.py").write_text(
            (root / "nbgrader_config.py").read_text().replace("11-20", "11-19")
        ),
    ],
    ids=["notebook", "time", "file", "hidden-test", "state", "gradebook", "seed", "deadline"],
)
def test_whatever_a_score_depends_on_makes_it_be_judged_again(course, run, hand_in, change):
    hand_in("alder")
    hand_in("birch")
    run()
    change(course.root)
    assert "alder" in run().graded
    assert run().graded == []


def test_an_extension_makes_a_late_submission_count(course, run, hand_in):
    hand_in("alder", timestamp="2026-11-21 01:59 UTC")
    assert run().problems["alder"] == [
        "handed in 2 h after the deadline: 0 points. It came at 2026-11-21 01:59 UTC, "
        "the deadline was 2026-11-20 23:59 UTC"
    ]
    assert rows(course)["alder"].total == 0
    with open_gradebook(course, load_config(course.root)) as gradebook:
        gradebook.grant_extension("tiny", "alder", hours=3)
    assert run().problems["alder"] == []
    assert rows(course)["alder"].total == 2.5


def test_force_and_student_choose_what_is_judged(course, run, hand_in):
    hand_in("alder")
    hand_in("birch")
    assert run(students=["birch"]).graded == ["birch"]
    assert run().graded == ["alder"]
    assert run(students=["birch"], force=True).graded == ["birch"]
    with pytest.raises(UsageError, match="no submission"):
        run(students=["cedar"])


def test_missing_feedback_is_written_without_judging(course, run, hand_in):
    hand_in("alder")
    run()
    page = course.root / "feedback" / "alder" / "tiny" / "tiny.html"
    page.unlink()
    assert run().graded == []
    assert page.exists()


# ---- files of students


def test_other_files_are_kept_and_ours_win(course, run, hand_in):
    hand_in("alder", files={"helper.py": "x = 1", "homework.py": "cheat = True", STATE_FILE: "{}"})
    run()
    assert (graded(course, "alder") / "helper.py").read_text() == "x = 1"
    assert "cheat" not in (graded(course, "alder") / "homework.py").read_text()
    assert json.loads((graded(course, "alder") / STATE_FILE).read_text())["fingerprint"]


def test_links_and_odd_names_are_not_copied(course, run, hand_in):
    folder = hand_in("alder", files={"bad\nname.txt": "", "-rf": ""})
    (folder / "passwords.txt").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(".")
    report = run()
    kept = {path.name for path in graded(course, "alder").iterdir()}
    assert not kept & {"bad\nname.txt", "-rf", "passwords.txt", "loop"}
    assert "and 3 more" in report.problems["alder"][0]


def test_a_folder_named_like_our_library_does_not_stop_us(course, run, hand_in):
    folder = hand_in("alder", files={"keep.txt": ""})
    (folder / "homework.py").mkdir()
    (folder / "homework.py" / "x.txt").write_text("")
    assert run().graded == ["alder"]
    assert (graded(course, "alder") / "homework.py").is_file()


def test_a_submission_that_is_a_link_is_not_graded(course, run, hand_in):
    hand_in("alder")
    (course.root / "submitted" / "birch").mkdir()
    (course.root / "submitted" / "birch" / "tiny").symlink_to(course.root / "source" / "tiny")
    report = run()
    assert (report.graded, list(report.failures)) == (["alder"], ["birch"])
    assert list(rows(course)) == ["alder"]


@pytest.mark.parametrize("name", ["-rf", "..x", "a\nb", "ä", ".hidden"])
def test_an_unsafe_id_is_reported_and_the_others_go_on(course, run, hand_in, name):
    hand_in("alder")
    hand_in(name)
    report = run()
    assert (report.graded, list(report.failures)) == (["alder"], [name])
    assert "student id" in report.failures[name]
    assert [path.name for path in (course.root / "autograded").iterdir()] == ["alder"]


@pytest.mark.parametrize("text", ["yesterday", "2026-99-99 10:00", "\xff\xfe", "10"])
def test_a_time_that_cannot_be_read_is_reported_not_guessed(course, run, hand_in, text):
    hand_in("alder", timestamp=text)
    assert "timestamp.txt" in run().failures["alder"]
    assert rows(course) == {}


# ---- failures of the grader


def test_one_failure_is_reported_with_its_traceback_and_the_others_go_on(
    course, run, hand_in, judged
):
    hand_in("alder")
    hand_in("birch")
    verdicts = iter([ZeroDivisionError("in the judge"), judged()])

    def judge(_):
        verdict = next(verdicts)
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    report = run(judge)
    assert report.graded == ["birch"]
    assert report.failures == {"alder": "not graded: ZeroDivisionError: in the judge"}
    assert "Traceback" in (course.root / LOG_FILE).read_text()
    assert run().graded == ["alder"]


def test_a_crash_after_the_gradebook_makes_the_next_run_do_it_again(
    course, run, hand_in, monkeypatch
):
    hand_in("alder")
    monkeypatch.setattr(classroom, "write_autograded", lambda *_: 1 / 0)
    assert "alder" in run().failures
    assert not graded(course, "alder").exists()
    monkeypatch.undo()
    assert run().graded == ["alder"]


def test_autograded_notebooks_are_replaced_as_a_whole(course, run, hand_in, monkeypatch):
    hand_in("alder", files={"old.txt": ""})
    run()
    hand_in("alder", files={"new.txt": ""})
    (course.root / "submitted/alder/tiny/old.txt").unlink()
    monkeypatch.setattr(intake.submitted, "copy_extras", lambda *_: 1 / 0)
    assert "alder" in run().failures
    assert (graded(course, "alder") / "old.txt").exists()
    monkeypatch.undo()
    run()
    assert not (graded(course, "alder") / "old.txt").exists()
    assert [path.name for path in graded(course, "alder").parent.iterdir()] == ["tiny"]


def test_a_machine_that_cannot_confine_stops_the_run(run, hand_in):
    def judge(_):
        raise SandboxError("no seccomp")

    hand_in("alder")
    with pytest.raises(SandboxError):
        run(judge)


def test_a_page_that_cannot_be_written_is_reported(course, run, hand_in, judged):
    hand_in("alder")
    hand_in("birch")
    good = judged()
    verdicts = iter([replace(good, notebooks={**good.notebooks, "1_layers": b"{}"}), good])
    report = run(lambda _: next(verdicts))
    assert list(report.failures) == ["alder"] and "feedback" in report.failures["alder"]
    assert (course.root / "feedback" / "birch" / "tiny" / "tiny.html").exists()


class Pools:
    """In place of pools of processes: a submission of ``deadly`` bytes kills the one it is in."""

    def __init__(self):
        self.made = 0

    @contextmanager
    def __call__(self, size):
        self.made += 1
        self.broken = False
        yield self

    def submit(self, function, task, handed_in):
        future = Future()
        self.broken = self.broken or handed_in == HandedIn({"1_layers": b"deadly"})
        if self.broken:
            future.set_exception(BrokenProcessPool("a worker died"))
        else:
            future.set_result("verdict")
        return future


def test_a_worker_that_dies_takes_one_submission_with_it(assignment, monkeypatch):
    monkeypatch.setattr(workers, "pool", Pools())
    kinds = [b"a", b"deadly", b"b", b"c", b"d", b"deadly", b"e"]
    work = [(str(number), HandedIn({"1_layers": kind})) for number, kind in enumerate(kinds)]
    results = dict(workers.judge_all(workers.Task(assignment, 0), iter(work), 1))
    assert set(results) == {who for who, _ in work}
    assert {who for who, future in results.items() if future.exception()} == {"1", "5"}


def test_work_is_read_no_faster_than_it_is_judged(assignment, fake_judges):
    read = []

    def work():
        for number in range(20):
            read.append(number)
            yield str(number), HandedIn({})

    judged = workers.judge_with(fake_judges(), workers.Task(assignment, 0), work(), 3)
    next(judged)
    assert len(read) == 3


def test_not_graded_errors_have_no_traceback_for_people(course, run, hand_in):
    def judge(_):
        raise NotGradedError("No hidden test ran for Double.")

    hand_in("alder")
    assert run(judge).failures["alder"] == "not graded: No hidden test ran for Double."
