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

import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice
from typing import TYPE_CHECKING, Any

from .errors import ChainruleError, NotGradedError, UsageError
from .notebooks import HandedIn
from .remote import Parcel, Refused, judge_here, pack, receive
from .verdict import Verdict
from .workers import Judged, Task, Work

if TYPE_CHECKING:
    import distributed

CONNECT_SECONDS = 10.0
PATIENCE_SECONDS = 60.0  # without any worker
REMINDER_SECONDS = 5.0
AT_ONCE = 4  # submissions under way for each thread of a worker


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
