"""Judges on a Dask cluster: ``chainrule grade ASSIGNMENT --scheduler tcp://HOST:PORT``.

The scheduler and its workers need this package with its extra ``cluster``, and no course: the
assignment travels to them as bytes, like the submissions. Start workers as ``dask worker ADDRESS
--nthreads 1``: a process judges one submission at a time, however many threads it has.

Coordinator, scheduler and workers send each other pickles, so each can run what it likes in the
others: they have to trust each other, and nobody else may reach them (or let Dask use TLS). What
comes out of a sandbox is never a pickle: the worker reads it as the judge does everywhere, and
sends back a Verdict, which holds text, numbers and bytes only.
"""

from __future__ import annotations

import platform
import re
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .course import Assignment
from .errors import ChainruleError, NotGradedError, SandboxError, UsageError
from .notebooks import HandedIn, parse
from .submitted import digest_of_grader
from .verdict import Verdict
from .workers import Judged, Task, Work

if TYPE_CHECKING:
    import distributed

    from .judge import Judge

CONNECT_SECONDS = 10.0
PATIENCE_SECONDS = 60.0  # without any worker
REMINDER_SECONDS = 5.0
AT_ONCE = 4  # submissions under way for each thread of a worker
KEPT = 4  # assignments that a worker keeps ready


@dataclass(frozen=True)
class Parcel:
    """An assignment as it travels, and what has to be the same wherever it is judged."""

    name: str
    seed: int
    weak_sandbox: bool
    files: dict[str, bytes] = field(repr=False)  # by path below a folder that is made for them
    versions: dict[str, str]
    digest: str  # of the assignment, the package, and the above


class Refused(UsageError):
    """A worker that would give other verdicts than this machine."""


def pack(task: Task) -> Parcel:
    """All that a worker needs to judge the submissions of an assignment."""
    assignment = task.assignment
    files = {}
    for part, folder in (("source", assignment.source), ("tests", assignment.tests)):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                files[f"{part}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    digest = digest_of_grader(assignment, task.seed, task.weak_sandbox)
    return Parcel(assignment.name, task.seed, task.weak_sandbox, files, _versions(), digest)


@cache
def _versions() -> dict[str, str]:
    """What a verdict may depend on beside this package and the assignment."""
    packages = ("numpy", "ipython", "pytest")
    return {"Python": platform.python_version(), **{name: version(name) for name in packages}}


# ---------------------------------------------------------------------------------------
# In a worker's process


class _Unpacked:
    """An assignment in a private folder of this process, which is gone when the process ends."""

    def __init__(self, parcel: Parcel) -> None:
        from distributed import get_worker

        self.parcel = parcel
        # Within Dask's folder of this worker: the next worker removes what a killed one left.
        where = get_worker().local_directory
        self.folder = tempfile.TemporaryDirectory(prefix="chainrule-", dir=where)
        root = Path(self.folder.name)
        for name, content in parcel.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        self.assignment = Assignment(parcel.name, root / "source", root / "tests")

    @cached_property
    def judge(self) -> Judge:
        from .judge import Judge

        parcel = self.parcel
        return Judge(self.assignment, seed=parcel.seed, weak_sandbox=parcel.weak_sandbox)

    def close(self) -> None:
        if "judge" in vars(self):
            self.judge.close()
        self.folder.cleanup()


_one_at_a_time = threading.Lock()  # the judge uses what a process has only one of, such as stdout
_unpacked: dict[str, _Unpacked] = {}  # by digest, the one used last at the end


def receive(parcel: Parcel) -> Parcel:
    """Let the worker that calls look at the parcel. Raises Refused."""
    with _one_at_a_time:
        _open(parcel)
    return parcel


def judge_here(parcel: Parcel, work: HandedIn) -> Verdict:
    """Judge one submission in the worker's process that calls."""
    with _one_at_a_time:
        unpacked = _open(parcel)
        try:
            verdict = unpacked.judge.judge(parse(work, unpacked.assignment))
        except SandboxError as error:
            raise SandboxError(f"On the worker {socket.gethostname()}: {error}") from error
    return replace(verdict, submission=work.digest())


def _open(parcel: Parcel) -> _Unpacked:
    for name, here in _versions().items():
        if here != parcel.versions[name]:
            _refuse(f"has {name} {here} and not {parcel.versions[name]}")
    found = _unpacked.pop(parcel.digest, None)
    if found is None:
        found = _Unpacked(parcel)
        if digest_of_grader(found.assignment, parcel.seed, parcel.weak_sandbox) != parcel.digest:
            found.close()
            _refuse("has another chainrule: the files of the package differ")
    _unpacked[parcel.digest] = found
    while len(_unpacked) > KEPT:
        _unpacked.pop(next(iter(_unpacked))).close()
    return found


def _refuse(why: str) -> None:
    raise Refused(
        f"The worker on {socket.gethostname()} {why}. Its verdicts would not be those of this "
        "machine: install there what is installed here, and start the worker again."
    )


# ---------------------------------------------------------------------------------------
# On the machine that grades


def judge_on_cluster(address: str, task: Task, work: Work) -> Iterator[Judged]:
    """Judge submissions on the workers of a scheduler; give each student's future when it is done.

    ``work`` is read no faster than it is judged. What was under way on a worker that is lost is
    judged by another one: Dask sees to that until several have died of it. Such work is judged
    once more at the end, one submission after the other, and the one of which the workers die
    again is left without a verdict.
    """
    client = _connect(address)
    try:
        cluster = _Cluster(client, address, pack(task))
        lost: dict[str, HandedIn] = {}
        yield from cluster.judge(work, lost)
        for suspect in lost.items():
            yield from cluster.judge([suspect])
    finally:
        client.close(timeout=2)


def _connect(address: str) -> distributed.Client:
    if not re.fullmatch(r"(tcp|tls)://\S+:\d+", address):
        raise UsageError(
            f"{address!r} is not the address of a scheduler: write tcp://HOST:PORT or "
            "tls://HOST:PORT."
        )
    try:
        import distributed
    except ImportError:
        raise UsageError(
            "The package distributed is not installed, which --scheduler needs: install chainrule "
            "with its extra, chainrule[cluster]."
        ) from None
    try:
        return distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(
            f"The scheduler {address} cannot be reached: {error or 'no answer'}. Start one with "
            "dask scheduler, or give the address that it prints."
        ) from error


class _Cluster:
    """The workers of one scheduler, which come and go."""

    def __init__(self, client: distributed.Client, address: str, parcel: Parcel) -> None:
        self.client, self.address, self.parcel = client, address, parcel
        self.executor: Any = client.get_executor(pure=False)
        self.threads = 0
        self.looked = -1.0
        self.present = self.reminded = time.monotonic()  # when there was a worker, or we said so

    def judge(self, work: Work, lost: dict[str, HandedIn] | None = None) -> Iterator[Judged]:
        """Judge submissions; with ``lost``, those that killed workers go there and not out."""
        from distributed import KilledWorker

        delivered = self._deliver()
        left = iter(work)
        running: dict[Future[Verdict], tuple[str, HandedIn]] = {}
        while True:
            free = max(1, AT_ONCE * self.threads) - len(running)
            for student, handed_in in islice(left, max(0, free)):
                future = self.executor.submit(judge_here, delivered, handed_in)
                running[future] = student, handed_in
            if not running:
                return
            done, _ = wait(running, timeout=1, return_when=FIRST_COMPLETED)
            self._look()
            for future in done:
                student, handed_in = running.pop(future)
                error = self._error(future)
                if not isinstance(error, KilledWorker):
                    yield student, future
                elif lost is not None:
                    lost[student] = handed_in
                else:
                    yield student, _not_graded("killed the process that judged it twice")

    def _deliver(self) -> Any:
        """Give the assignment to a worker, from which the others get it; wait until it is there.

        As the result of a function, it is made again where all workers that hold it are lost.
        """
        delivered = self.client.submit(receive, self.parcel, pure=False)
        while not delivered.done():
            self._look()
            time.sleep(0.05)
        self._expect(delivered.status != "cancelled")
        error = delivered.exception()
        if isinstance(error, ChainruleError):
            raise error
        if error is not None:
            raise UsageError(
                f"The cluster {self.address} cannot take the assignment. Its scheduler and its "
                f"workers need chainrule[cluster]. {type(error).__name__}: {error}"
            ) from error
        return delivered

    def _error(self, future: Future[Verdict]) -> BaseException | None:
        """What went wrong with one submission. Raises what went wrong with all."""
        self._expect(not future.cancelled())
        error = future.exception()
        if isinstance(error, Refused):
            raise error
        return error

    def _expect(self, connected: bool) -> None:
        if not connected:  # Dask cancels what a scheduler had when the connection to it is lost
            raise NotGradedError(
                f"The scheduler {self.address} is gone. What was graded so far is stored: run the "
                "command again."
            )

    def _look(self) -> None:
        """See once a second how many workers there are; without any, say so and in the end stop."""
        now = time.monotonic()
        if now - self.looked < 1:
            return
        self.looked = now
        try:
            self.threads = sum(self.client.nthreads().values())
        except OSError:
            self._expect(False)
        if self.threads:
            self.present = self.reminded = now
        elif now - self.present > PATIENCE_SECONDS:
            raise UsageError(
                f"There has been no worker at {self.address} for {PATIENCE_SECONDS:.0f} seconds. "
                f"Start some: dask worker {self.address} --nthreads 1. What was graded is stored."
            )
        elif now - self.reminded > REMINDER_SECONDS:
            self.reminded = now
            print(f"chainrule: waiting for a worker at {self.address}", file=sys.stderr)


def _not_graded(why: str) -> Future[Verdict]:
    future: Future[Verdict] = Future()
    future.set_exception(NotGradedError(why))
    return future
