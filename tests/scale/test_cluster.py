"""Grading on a Dask cluster."""

import shutil
import signal
import stat
import sys
import threading
import time
from dataclasses import replace
from functools import partial

import pytest

import chainrule.cluster
from chainrule.classroom import grade
from chainrule.cli import main
from chainrule.cluster import judge_on_cluster
from chainrule.errors import UsageError
from chainrule.remote import pack, receive
from chainrule.workers import Task
from tests.crash.conftest import PACKAGE, ROWS, kill, query
from tests.scale.conftest import STUDENTS

pytest.importorskip("distributed")

# A submission that multiplies by 666 kills the process that judges it.
KILLER = '''import os, signal, pytest
pytestmark = pytest.mark.component("Double")


def test_killer(student):
    """forward: a killer"""
    import numpy as np
    if student.Double().forward(np.ones((1, 1)))[0, 0] == 666:
        os.kill(os.getpid(), signal.SIGKILL)
'''


def grade_on(cluster, course, **options):
    judges = partial(judge_on_cluster, cluster.address)
    return grade(course, course.assignment("tiny"), judges=judges, **options)


def test_a_cluster_gives_the_rows_that_this_machine_gives(cluster, course, graded_here):
    report = grade_on(cluster, course)
    assert not report.failures
    assert query(course, ROWS) == query(graded_here, ROWS)


def test_a_cluster_gives_the_pages_that_this_machine_gives(cluster, course, graded_here):
    grade_on(cluster, course, students=["student01"])
    page = "feedback/student01/tiny/tiny.html"
    assert (course.root / page).read_bytes() == (graded_here.root / page).read_bytes()


def test_nobody_else_can_read_the_hidden_tests_on_a_worker(cluster, course):
    grade_on(cluster, course, students=["student00"])
    unpacked = list(cluster.scratch.rglob("chainrule-*"))
    assert unpacked
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in unpacked} == {0o700}


def test_a_worker_leaves_nothing_of_an_assignment_behind(lonely, course):
    workers = lonely.start_workers(1)
    grade_on(lonely, course, students=["student00"])
    lonely.stop(workers)
    assert not list(lonely.scratch.rglob("*test_double*"))


def test_what_a_killed_worker_had_is_judged_all_the_same(cluster, course, graded_here):
    killed = []

    def kill_some():
        for _ in range(2):
            time.sleep(1.5)
            killed.append(kill(cluster.pids()[0]))

    killer = threading.Thread(target=kill_some)
    killer.start()
    report = grade_on(cluster, course)
    killer.join()
    assert any(killed)
    assert not report.failures
    assert query(course, ROWS) == query(graded_here, ROWS)


def test_only_the_submission_that_kills_workers_is_left_without_a_grade(cluster, course):
    (course.root / "tests/tiny/test_killer.py").write_text(KILLER)
    path = course.root / "submitted/student00/tiny/1_layers.ipynb"
    path.write_text(path.read_text().replace("return 2 * x", "return 666 * x"))
    report = grade_on(cluster, course)
    assert report.failures == {"student00": "not graded: killed the process that judged it twice"}
    assert len(report.graded) == STUDENTS - 1


def test_a_worker_that_comes_later_is_waited_for(lonely, course, monkeypatch, capsys):
    monkeypatch.setattr(chainrule.cluster, "REMINDER_SECONDS", 0.5)
    starter = threading.Timer(2, lonely.start_workers, [1])
    starter.start()
    report = grade_on(lonely, course, students=["student00"])
    assert report.graded == ["student00"]
    assert f"waiting for a worker at {lonely.address}" in capsys.readouterr().err


def test_without_any_worker_grading_stops_after_a_while(lonely, course, monkeypatch):
    monkeypatch.setattr(chainrule.cluster, "PATIENCE_SECONDS", 2.0)
    with pytest.raises(UsageError, match=r"no worker at tcp://.* for 2 seconds\. Start some"):
        grade_on(lonely, course)


def test_a_worker_with_another_chainrule_is_refused(lonely, course, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(PACKAGE / "chainrule", other / "chainrule")
    with (other / "chainrule/marks.py").open("a") as file:
        file.write("# another one\n")
    lonely.start_workers(1, package=other)
    with pytest.raises(UsageError, match=r"The worker on .* has chainrule .* and this machine"):
        grade_on(lonely, course)


def test_a_worker_with_another_numpy_is_refused(course):
    parcel = pack(Task(course.assignment("tiny"), 0))
    parcel = replace(parcel, versions={**parcel.versions, "numpy": "1.0"})
    with pytest.raises(UsageError, match=r"has numpy [\d.]+ and this machine 1\.0"):
        receive(parcel)


def test_a_scheduler_that_is_lost_stops_grading_with_a_sentence(
    lonely, course, capsys, monkeypatch
):
    scheduler = lonely.processes[0]
    threading.Timer(2, lonely.stop, [scheduler, signal.SIGKILL]).start()
    monkeypatch.chdir(course.root)
    assert main(["grade", "tiny", "--scheduler", lonely.address]) == 1
    assert f"The scheduler {lonely.address} is gone." in capsys.readouterr().err


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://no-such-host.invalid:8786"])
def test_a_scheduler_that_cannot_be_reached_is_wrong_usage(address, course, monkeypatch, capsys):
    monkeypatch.setattr(chainrule.cluster, "CONNECT_SECONDS", 0.5)
    monkeypatch.chdir(course.root)
    assert main(["grade", "tiny", "--scheduler", address]) == 2
    assert f"The scheduler {address} cannot be reached" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["", "localhost", "127.0.0.1:8786", "inproc://1", "tcp://x"])
def test_what_is_no_address_is_wrong_usage(address, course, monkeypatch, capsys):
    monkeypatch.chdir(course.root)
    assert main(["grade", "tiny", "--scheduler", address]) == 2
    assert "is not the address of a scheduler" in capsys.readouterr().err


def test_without_distributed_a_scheduler_is_wrong_usage(course, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.chdir(course.root)
    assert main(["grade", "tiny", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "chainrule[cluster]" in capsys.readouterr().err


def test_jobs_and_scheduler_exclude_each_other(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["grade", "tiny", "--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"])
    assert stopped.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err
