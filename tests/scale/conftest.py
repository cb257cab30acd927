"""A Dask cluster of real processes on this machine."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from chainrule.classroom import grade
from chainrule.course import Course
from chainrule.gradebook import open_gradebook
from chainrule.registration import register
from chainrule.settings import load_config
from tests.crash.conftest import PACKAGE, make_class, wait_until

STUDENTS = 8


class Cluster:
    """A scheduler, and workers that know nothing but it and a package ``chainrule``."""

    def __init__(self, folder):
        self.folder, self.processes = folder, []
        self.workplace = folder / "workplace"  # nothing is in it
        self.scratch = folder / "scratch"  # where Dask puts its folders
        for made in (self.workplace, self.scratch):
            made.mkdir(parents=True)
        told = folder / "scheduler.json"
        self._start("scheduler", "--port", "0", "--scheduler-file", str(told))
        assert wait_until(lambda: told.exists() and told.read_text().endswith("}"), 30)
        self.address = json.loads(told.read_text())["address"]

    def start_workers(self, number, package=PACKAGE):
        arguments = (self.address, "--nworkers", str(number), "--nthreads", "1")
        scratch = ("--local-directory", str(self.scratch))
        return self._start("worker", *arguments, *scratch, package=package)

    def _start(self, what, *arguments, package=PACKAGE):
        environment = {**os.environ, "PYTHONPATH": str(package)}
        # After two deaths a submission is given up, and not after four.
        environment["DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"] = "1"
        with (self.folder / f"{what}.log").open("a") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments),
                    *("--host", "127.0.0.1", "--no-dashboard"),
                ],
                cwd=self.workplace,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def stop(self, process, how=signal.SIGTERM):
        """End a process of the cluster, and what it has started once it had the time to."""
        process.send_signal(how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.remove(process)

    def pids(self):
        """The processes that judge."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            return list(client.run(os.getpid).values())

    def wait_for(self, workers):
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=30)


@contextmanager
def new_cluster(folder: Path):
    cluster = Cluster(folder)
    try:
        yield cluster
    finally:
        for process in reversed([*cluster.processes]):
            cluster.stop(process)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """A scheduler with two workers, which it starts again when they die."""
    pytest.importorskip("distributed")
    with new_cluster(tmp_path_factory.mktemp("cluster") / "two") as made:
        made.start_workers(2)
        yield made


@pytest.fixture
def lonely(tmp_path):
    """A scheduler without workers."""
    pytest.importorskip("distributed")
    with new_cluster(tmp_path / "lonely") as made:
        yield made


@pytest.fixture(scope="session")
def registered_class(tmp_path_factory):
    """A class with a gradebook that knows the assignment. To register it takes seconds."""
    course = make_class(tmp_path_factory.mktemp("registered") / "course", STUDENTS)
    config = load_config(course.root)
    with open_gradebook(course, config) as gradebook:
        register(gradebook, course, course.assignment("tiny"), None, config)
    return course


@pytest.fixture
def course(registered_class, tmp_path):
    """A class that has not been graded."""
    shutil.copytree(registered_class.root, tmp_path / "course")
    return Course(tmp_path / "course")


@pytest.fixture(scope="session")
def graded_here(registered_class, tmp_path_factory):
    """The same class, graded in this machine's own processes."""
    root = tmp_path_factory.mktemp("here") / "course"
    shutil.copytree(registered_class.root, root)
    course = Course(root)
    grade(course, course.assignment("tiny"))
    return course
