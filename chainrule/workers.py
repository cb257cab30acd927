"""Processes that judge: each holds a judge, gets submissions as data and returns verdicts."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .course import Assignment
from .notebooks import Submission
from .verdict import Verdict

if TYPE_CHECKING:
    from .judge import Judge


@dataclass(frozen=True)
class Task:
    """What a worker needs to judge the submissions of one assignment."""

    assignment: Assignment
    seed: int
    weak_sandbox: bool = False


_judges: dict[Task, Judge] = {}  # of this worker process


def judge_one(task: Task, submission: Submission) -> Verdict:
    """Judge one submission in the process that calls, which prepares itself the first time."""
    if task not in _judges:
        from .judge import Judge

        _judges[task] = Judge(task.assignment, seed=task.seed, weak_sandbox=task.weak_sandbox)
    return _judges[task].judge(submission)


def new_pool(tasks: int) -> Executor:
    """Worker processes for so many tasks: one for each processor, and no more than tasks."""
    return ProcessPoolExecutor(
        min(tasks, _processors()),
        mp_context=multiprocessing.get_context("spawn"),  # a fork would copy open databases
        initializer=_start,
    )


@contextmanager
def pool(tasks: int) -> Iterator[Executor]:
    """A new pool that is gone after the block, at once if the block fails."""
    with new_pool(tasks) as executor:
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise


def _processors() -> int:
    usable = getattr(os, "sched_getaffinity", None)  # what a container allows; Linux only
    return len(usable(0)) if usable else os.cpu_count() or 1


def _start() -> None:
    """One thread for linear algebra in each worker, set before NumPy is imported."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started us deals with it
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


def judge_all(
    executor: Executor, task: Task, submissions: dict[str, Submission]
) -> Iterator[tuple[str, Future[Verdict]]]:
    """Judge submissions by student; give each student's finished future as soon as it is there.

    If a worker process dies, those that it took with it are judged one at a time, each in a
    process of its own, so that only the submission at fault is left without a verdict.
    """
    task = replace(task, assignment=replace(task.assignment))  # without what it has read so far
    waiting = {}
    broken = []
    for student, work in submissions.items():
        try:
            waiting[executor.submit(judge_one, task, work)] = student
        except BrokenProcessPool:
            broken.append(student)
    for future in as_completed(waiting):
        if isinstance(future.exception(), BrokenProcessPool):
            broken.append(waiting[future])
        else:
            yield waiting[future], future
    for student in broken:
        with pool(1) as single:
            future = single.submit(judge_one, task, submissions[student])
            future.exception()
            yield student, future
