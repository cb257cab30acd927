"""Processes that judge: each holds a judge, gets submissions as bytes and returns verdicts."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from .course import Assignment
from .notebooks import HandedIn, parse
from .verdict import Verdict

if TYPE_CHECKING:
    from .judge import Judge


T = TypeVar("T")


@dataclass(frozen=True)
class Task:
    """What a worker needs to judge the submissions of one assignment."""

    assignment: Assignment
    seed: int
    weak_sandbox: bool = False


# Of this worker process:
_judges: dict[Task, Judge] = {}
_processor: set[int] = set()  # the one it shall keep to, if any


def judge_one(task: Task, work: HandedIn) -> Verdict:
    """Judge one submission in the process that calls, which prepares itself the first time."""
    prepare(task)
    verdict = _judges[task].judge(parse(work, task.assignment))
    return replace(verdict, submission=work.digest())


def prepare(task: Task) -> None:
    """Make what judging needs, if it is not there."""
    if task in _judges:
        return
    from .judge import Judge

    judge = Judge(task.assignment, seed=task.seed, weak_sandbox=task.weak_sandbox)
    if _processor:
        for process in (0, judge.zygote.process.pid):  # 0 is this process
            with suppress(OSError):
                os.sched_setaffinity(process, _processor)
    _judges[task] = judge
    gc.collect()
    gc.freeze()  # what was made by now stays: no later collection needs to look at it
    gc.set_threshold(20_000, 50, 100)  # a verdict is many objects, of which next to none are cycles


def new_pool(size: int) -> Executor:
    """So many worker processes."""
    context = multiprocessing.get_context("spawn")  # a fork would copy open databases
    return ProcessPoolExecutor(
        size,
        mp_context=context,
        initializer=_start,
        initargs=(context.Value("i", 0),),
    )


@contextmanager
def pool(size: int) -> Iterator[Executor]:
    """A new pool that is gone after the block, at once if the block fails."""
    with new_pool(size) as executor:
        try:
            yield executor
        except BaseException:
            stop(executor)
            raise


def stop(executor: Executor) -> None:
    """End a pool's processes at once: nobody waits for what they do."""
    executor.shutdown(wait=False, cancel_futures=True)
    for child in multiprocessing.active_children():
        child.kill()


def processors() -> int:
    """How many processors this process may use."""
    usable = getattr(os, "sched_getaffinity", None)  # what a container allows; Linux only
    return len(usable(0)) if usable else os.cpu_count() or 1


def _start(started: Any = None) -> None:
    """Prepare a worker; ``started`` counts them.

    One thread for linear algebra, set before NumPy is imported. A processor of its own, as soon as
    it is prepared: a worker and its sandbox never run at the same time, and to wake one another on
    two processors costs more than most calls do.
    """
    if started is not None and hasattr(os, "sched_setaffinity"):
        usable = sorted(os.sched_getaffinity(0))
        with started.get_lock():
            number, started.value = started.value, started.value + 1
        _processor.add(usable[number % len(usable)])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started us deals with it
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """A pool's process waits for work for ever when the one that made the pool is killed.

    The zygote and its sandboxes end when this process does.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def ahead(
    executor: Executor | None,
    function: Callable[..., T],
    work: Iterable[tuple[str, tuple[Any, ...]]],
    at_once: int,
) -> Iterator[tuple[str, Future[T]]]:
    """Call ``function`` for each student with the arguments that stand beside them, in order.

    ``executor`` makes so many calls at once; without one, they are made here.
    """
    running: deque[tuple[str, Future[T]]] = deque()
    for student, arguments in work:
        running.append((student, _submit(executor, function, arguments)))
        if executor is None or len(running) == at_once:
            yield running.popleft()
    yield from running


def _submit(
    executor: Executor | None, function: Callable[..., T], arguments: tuple[Any, ...]
) -> Future[T]:
    future: Future[T] = Future()
    try:
        if executor is not None:
            return executor.submit(function, *arguments)
        future.set_result(function(*arguments))
    except Exception as error:
        future.set_exception(error)
    return future


Work = Iterable[tuple[str, HandedIn]]
Judged = tuple[str, "Future[Verdict]"]
Judges = Callable[[Task, Work], Iterator[Judged]]


@contextmanager
def head_start(task: Task, size: int) -> Iterator[Judges]:
    """``judge_all`` with ``size`` processes that prepare themselves from now on.

    For a command that has seconds of imports before it. They are gone after the block.
    """
    with new_pool(size) as first:
        for _ in range(size):
            first.submit(prepare, task)
        try:
            yield partial(judge_all, size=size, first=first)
        finally:
            stop(first)


def judge_all(task: Task, work: Work, size: int, first: Executor | None = None) -> Iterator[Judged]:
    """Judge submissions in ``size`` processes; give each student's future when it is done.

    The processes are those of ``first``, if it is given, as long as none of them dies.

    ``work`` is read no faster than it is judged. When a process dies, a new pool goes on, and what
    was under way is judged once more at the end, each submission in a process of its own: only one
    that kills that one as well is left without a verdict.
    """
    left = iter(work)
    lost: dict[str, HandedIn] = {}
    known = -1
    while known < len(lost):  # as often as a pool breaks
        known = len(lost)
        with nullcontext(first) if first is not None else pool(size) as executor:
            yield from judge_with(executor, task, left, 2 * size, lost)
        first = None
    for suspect in lost.items():
        with pool(1) as executor:
            yield from judge_with(executor, task, [suspect], 1)


def judge_with(
    executor: Executor,
    task: Task,
    work: Work,
    at_once: int,
    lost: dict[str, HandedIn] | None = None,
) -> Iterator[Judged]:
    """Judge submissions with ``executor``, so many at once.

    With ``lost`` it stops when the executor breaks: what was under way then goes there. Without,
    all that a broken executor is given fails.
    """
    task = replace(task, assignment=replace(task.assignment))  # without what it has read so far
    left = iter(work)
    running: dict[Future[Verdict], tuple[str, HandedIn]] = {}
    broken = False
    while True:
        free = 0 if broken and lost is not None else at_once - len(running)
        for student, handed_in in islice(left, free):
            try:
                future = executor.submit(judge_one, task, handed_in)
            except BrokenProcessPool as error:
                broken, future = True, Future()
                future.set_exception(error)
            running[future] = student, handed_in
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            student, handed_in = running.pop(future)
            broken = broken or isinstance(future.exception(), BrokenProcessPool)
            if isinstance(future.exception(), BrokenProcessPool) and lost is not None:
                lost[student] = handed_in
            else:
                yield student, future
