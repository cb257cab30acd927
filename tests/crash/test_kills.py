"""kill -9 at random moments: whatever dies, the next run ends with what an undisturbed one makes.

CHAINRULE_KILLS says how often (make chaos); CHAINRULE_CHAOS_SEED which moments.
"""

import json
import os
import random
import signal
import subprocess
import time

import nbformat
import pytest

from chainrule.sandbox import policy

from .conftest import (
    MANUAL,
    alive,
    descendants,
    grade_by_hand,
    kill,
    made,
    make_class,
    query,
    run,
    start,
    wait_until,
)

if missing := policy.missing_layers():
    pytest.skip(" ".join(missing), allow_module_level=True)

KILLS = int(os.environ.get("CHAINRULE_KILLS", "50"))
SEED = int(os.environ.get("CHAINRULE_CHAOS_SEED", "0")) or random.randrange(1, 10**6)


class Chaos:
    """Grades a class again and again while its processes are killed."""

    def __init__(self, course, moments):
        self.course = course
        self.random = moments
        self.kills = {"coordinator": 0, "worker": 0, "zygote": 0, "sandbox": 0}
        self.orphans = []
        self.broken = []
        self.manual = []
        self.said = []

    @property
    def killed(self):
        return sum(self.kills.values())

    def disturb(self, arguments, target):
        """One run. Its coordinator is killed once, or others of its processes until it ends."""
        process = start(self.course, *arguments)
        while process.poll() is None:
            longest = {"coordinator": 4.0, "sandbox": 0.02}.get(target, 0.3)  # one lives that long
            time.sleep(self.random.uniform(0.0, longest))
            below = descendants(process.pid)
            if target == "coordinator":
                self.kills[target] += kill(process.pid)
                self.expect_no_orphans([one for group in below.values() for one in group])
                break
            victims = below[target]
            if victims and self.random.random() < 0.7:
                self.kills[target] += kill(self.random.choice(victims))
        try:
            said, _ = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            said = "hangs"
        self.said.append((process.returncode, said))
        self.look()

    def expect_no_orphans(self, processes):
        if not wait_until(lambda: not any(map(alive, processes))):
            self.orphans += [one for one in processes if alive(one)]

    def look(self):
        """What must hold at every moment, in the middle of a class too."""
        for path in (self.course.root / "autograded").rglob("*.ipynb"):
            try:
                nbformat.validate(nbformat.read(path, as_version=4))
            except Exception as error:
                self.broken.append(f"{path}: {error}")
        for path in (self.course.root / "feedback").rglob("*.html"):
            if not path.read_text().rstrip().endswith("</html>"):
                self.broken.append(str(path))
        if (self.course.root / "gradebook.db").exists():
            self.broken += [r for (r,) in query(self.course, "pragma integrity_check") if r != "ok"]
            if self.manual:
                found = query(self.course, MANUAL)
                self.broken += [row for row in self.manual if row not in found]


@pytest.fixture(scope="module")
def chaos(tmp_path_factory, undisturbed):
    """A class that was graded from nothing under kills, read by a person, and again under kills."""
    course = make_class(tmp_path_factory.mktemp("chaos") / "course", 12)
    chaos = Chaos(course, random.Random(SEED))
    targets = ("coordinator", "coordinator", "worker", "zygote", "sandbox")
    for number in range(200):
        if chaos.killed >= KILLS // 5:
            break
        chaos.disturb([], targets[number % len(targets)])
    chaos.first_rerun = run(course)
    grade_by_hand(course)
    chaos.manual = query(course, MANUAL)
    for number in range(2000):
        if chaos.killed >= KILLS and all(chaos.kills.values()):
            break
        chaos.disturb(["--force"], targets[number % len(targets)])
    chaos.last_rerun = run(course)
    chaos.forced_rerun = run(course, "--force")
    return chaos


@pytest.mark.parametrize("moment", [0.3, 2.0, 2.6, 3.2])
def test_ctrl_c_says_how_to_go_on_and_costs_nothing(course, undisturbed, moment):
    process = start(course, "--force")
    time.sleep(moment)
    below = [one for group in descendants(process.pid).values() for one in group]
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert (process.returncode == 1 and "run the same command again" in said) or (
        process.returncode == 0 and "12 graded" in said
    ), said
    assert wait_until(lambda: not any(map(alive, below)))
    assert run(course)[0] == 0
    assert made(course) == made(undisturbed)


def test_every_kind_of_process_was_killed(chaos):
    assert chaos.killed >= KILLS and all(chaos.kills.values()), (SEED, chaos.kills)


def test_the_class_ends_as_if_nothing_had_happened(chaos, undisturbed):
    rows, files = made(chaos.course)
    expected_rows, expected_files = made(undisturbed)
    assert rows == expected_rows, SEED
    assert files == expected_files, SEED


def test_the_rerun_grades_everything(chaos):
    for status, said in (chaos.first_rerun, chaos.last_rerun, chaos.forced_rerun):
        assert status == 0, (SEED, said)
        assert "12 submissions: 12 graded" in said and "0 not graded" in said, (SEED, said)


def test_nothing_is_ever_half_written_and_no_manual_score_or_comment_is_lost(chaos):
    assert chaos.broken == [], SEED


def test_no_process_outlives_a_coordinator_that_was_killed(chaos):
    assert chaos.orphans == [], SEED


def test_a_run_says_what_it_could_not_grade_or_was_killed_itself(chaos):
    odd = [(s, text) for s, text in chaos.said if s not in (0, 1, -9) or "Traceback" in text]
    assert odd == [], SEED
    assert all("not graded" in text for status, text in chaos.said if status == 1), SEED


def test_nothing_is_left_of_unfinished_work(chaos):
    left = [path for path in chaos.course.root.rglob(".chainrule-*") if path.is_dir()]
    assert left == [], SEED


def test_the_record_has_a_line_for_every_grade_and_survives_cut_off_lines(chaos):
    lines = (chaos.course.root / "grading.jsonl").read_bytes().splitlines()
    entries = []
    for line in lines:
        try:
            entries.append(json.loads(line))
        except ValueError:
            continue
    verdicts = {}
    for entry in entries:
        verdicts.setdefault(entry["student"], set()).add((entry["verdict"], entry["submission"]))
    assert len(verdicts) == 12
    assert all(len(found) == 1 for found in verdicts.values()), "the same work, another verdict"
