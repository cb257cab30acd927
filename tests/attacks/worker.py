"""The judging processes of the attacked class: short limits, and secrets of their own."""

from __future__ import annotations

import os
import resource
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

CALL_SECONDS, COMPONENT_SECONDS, CELL_SECONDS, NOTEBOOK_SECONDS = 1.0, 3.0, 3.0, 6.0
# Loading once, loading again after kills, and two components; the rest is for a busy machine.
MOST_SECONDS = 3 * NOTEBOOK_SECONDS + 2 * COMPONENT_SECONDS + 10
STUCK_SECONDS = 30
MOST_MEMORY = 700 << 20  # of a judge: a few copies of the largest frame that may come
MEMORY = 6 << 30  # so that an attack that works fills the worker and not the machine

in_memory = ""  # a secret, in the workers only


def start(secrets: dict[str, str]) -> None:
    """In place of the initializer of chainrule's own pool."""
    global in_memory
    from chainrule import workers
    from chainrule.sandbox import session

    workers._start()
    session.CALL_SECONDS = CALL_SECONDS
    session.COMPONENT_SECONDS = COMPONENT_SECONDS
    session.CELL_SECONDS = CELL_SECONDS
    session.NOTEBOOK_SECONDS = NOTEBOOK_SECONDS
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    in_memory = secrets["memory"]
    os.environ["WORKER_SECRET"] = secrets["worker"]
    leave_open(secrets["descriptor"])


def leave_open(secret: str) -> int:
    """An inheritable descriptor of a file that has no name any more."""
    with tempfile.TemporaryFile() as file:
        file.write(secret.encode())
        file.flush()
        descriptor = os.dup(file.fileno())
    os.set_inheritable(descriptor, True)
    return descriptor


def guarded(function: Callable[..., Any], *arguments: Any) -> Any:
    """An attack that blocks the judge for ever must not block the other attacks."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, STUCK_SECONDS, 1)
    Path("/proc/self/clear_refs").write_text("5")  # the peak is that of this submission
    try:
        verdict = function(*arguments)
        vars(verdict)["peak"] = _peak()
        return verdict
    except KeyboardInterrupt:
        raise RuntimeError(f"the judge was stuck for {STUCK_SECONDS} s") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _peak() -> int:
    """The most memory that this process had at once, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1]) << 10
