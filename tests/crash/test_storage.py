"""A full disk, a folder that cannot be written, a gradebook that is locked or damaged."""

import os
import shutil
import sqlite3
import subprocess
import threading
from concurrent.futures import Executor, Future
from dataclasses import replace

import pytest

from chainrule import classroom, workers
from chainrule import gradebook as gradebook_module
from chainrule.classroom import grade
from chainrule.cli import main
from chainrule.course import Course
from chainrule.errors import UsageError
from chainrule.files import only_one, replacing
from chainrule.judge import Judge
from chainrule.notebooks import parse
from chainrule.sandbox import policy

from .conftest import MANUAL, made, query

if missing := policy.missing_layers():
    pytest.skip(" ".join(missing), allow_module_level=True)


def mount(*arguments):
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"cannot mount: {done.stderr}")


@pytest.fixture
def disk(tmp_path, undisturbed):
    """The class on a file system of its own, which can be filled and write-protected."""
    if os.geteuid():
        pytest.skip("only root can mount")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder))
    yield Course(shutil.copytree(undisturbed.root, folder / "course", symlinks=True))
    subprocess.run(["umount", "-l", str(folder)], check=True)


def leave(course, free):
    """Fill the disk but for so many bytes."""
    ballast = course.root.parent / "ballast"
    left = os.statvfs(course.root)
    with ballast.open("wb") as file:
        remaining = left.f_bavail * left.f_frsize - free
        while remaining > 0:
            remaining -= file.write(bytes(min(1 << 20, remaining)))
    return ballast


def same(course, undisturbed):
    return made(course) == made(undisturbed)


@pytest.fixture(scope="module")
def judge(undisturbed):
    with Judge(undisturbed.assignment("tiny")) as judge:
        yield judge


@pytest.fixture
def run(judge, monkeypatch, capsys):
    """``chainrule grade tiny`` with a judge in this process: (exit status, what it printed)."""

    class InThisProcess(Executor):
        def submit(self, function, task, handed_in):
            future = Future()
            verdict = judge.judge(parse(handed_in, judge.assignment))
            future.set_result(replace(verdict, submission=handed_in.digest()))
            return future

    monkeypatch.setattr(
        classroom,
        "judge_all",
        lambda task, work, size: workers.judge_with(InThisProcess(), task, work, size),
    )

    def run(course, *arguments):
        monkeypatch.chdir(course.root)
        status = main(["grade", "tiny", *arguments])
        done = capsys.readouterr()
        return status, done.out + done.err

    return run


@pytest.mark.parametrize("free", [0, 12 << 10, 32 << 10])
def test_a_full_disk_is_named_and_costs_nothing(disk, undisturbed, run, free):
    manual = query(disk, MANUAL)
    ballast = leave(disk, free)
    status, said = run(disk, "--force")
    assert "Traceback" not in said, said
    # A little room may do: pages that are written anew make some.
    assert (status == 0 and free) or (status == 1 and ("room" in said or "space" in said)), said
    ballast.unlink()
    assert query(disk, MANUAL) == manual
    assert run(disk)[0] == 0
    assert same(disk, undisturbed)


def test_a_write_protected_disk_is_named_and_costs_nothing(disk, undisturbed, run):
    mount("-o", "remount,ro", str(disk.root.parent))
    status, said = run(disk, "--force")
    mount("-o", "remount,rw", str(disk.root.parent))
    assert status == 1 and "Traceback" not in said and "ead-only" in said, said
    assert run(disk)[0] == 0
    assert same(disk, undisturbed)


@pytest.mark.parametrize("step", ["autograded", "feedback"])
def test_a_folder_that_cannot_be_written_is_named_for_each_student(disk, undisturbed, run, step):
    folder = str(disk.root / step)
    mount("--bind", folder, folder)
    mount("-o", "remount,bind,ro", folder)
    status, said = run(disk, "--force")
    subprocess.run(["umount", "-l", folder], check=True)
    assert status == 1 and "ead-only" in said and "12 not graded" in said, said
    assert run(disk)[0] == 0
    assert same(disk, undisturbed)


def test_a_locked_gradebook_is_named_and_costs_nothing(course, undisturbed, run, monkeypatch):
    monkeypatch.setattr(gradebook_module, "LOCK_SECONDS", 0)
    other = sqlite3.connect(course.root / "gradebook.db")
    other.execute("begin exclusive")
    status, said = run(course, "--force")
    other.rollback()
    other.close()
    assert status == 1 and "locked by another program" in said, said
    assert run(course)[0] == 0
    assert same(course, undisturbed)


def test_a_gradebook_that_is_locked_for_a_moment_is_waited_for(course, run):
    other = sqlite3.connect(course.root / "gradebook.db", check_same_thread=False)
    other.execute("begin exclusive")
    moment = threading.Timer(1.0, other.rollback)
    moment.start()
    assert run(course, "--force")[0] == 0
    moment.join()
    other.close()


DAMAGE = {
    "cut off": lambda data: data[: len(data) // 2],
    "another file": lambda data: b"These are not the bytes you are looking for. " * 100,
    "overwritten": lambda data: data[:100] + b"\xa5" * (len(data) - 100),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_gradebook_is_named_and_left_as_it_is(course, undisturbed, run, damage):
    path = course.root / "gradebook.db"
    whole = path.read_bytes()
    path.write_bytes(DAMAGE[damage](whole))
    damaged = path.read_bytes()
    status, said = run(course, "--force")
    assert status == 1 and "is damaged" in said and "backup" in said, said
    assert path.read_bytes() == damaged
    path.write_bytes(whole)
    assert run(course)[0] == 0
    assert same(course, undisturbed)


def test_a_lost_gradebook_is_made_anew_from_the_submissions(course, run):
    (course.root / "gradebook.db").unlink()
    status, said = run(course)
    assert status == 0 and "12 graded (0 unchanged)" in said, said


def test_two_runs_at_once_do_not_mix(course):
    with (
        only_one(course.root / ".chainrule" / "tiny.lock", "tiny"),
        pytest.raises(UsageError, match="another process"),
    ):
        grade(course, course.assignment("tiny"))


def test_a_folder_is_replaced_as_a_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "x" / "y"
    with replacing(folder) as new:
        (new / "a").write_text("1")
    with pytest.raises(ZeroDivisionError), replacing(folder) as new:
        (new / "b").write_text("2")
        1 / 0  # noqa: B018
    assert [path.name for path in folder.iterdir()] == ["a"]
    assert [path.name for path in folder.parent.iterdir()] == ["y"]
