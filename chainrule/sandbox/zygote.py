"""A clean Python that has imported what notebooks need and is forked for each submission.

No answer, seed, hidden test or submission is ever in this process: a fork holds a copy of its
memory.
It talks with the judge over one socket: for each byte that comes with a channel's descriptor
it forks, and sends back the process id with a pidfd. It ends when the judge closes the socket.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.abc
import os
import random
import socket
import sys
from pathlib import Path

import numpy as np

from . import policy, wire
from .server import Server
from .shell import Shell, create_shell

# Standard-library and NumPy modules that students use and that IPython has not imported already.
PRELOADED = ("numpy.testing", "numpy.linalg", "numpy.random", "statistics", "fractions", "timeit")


def main(control: int, weak: bool) -> None:
    """Serve fork requests on the socket ``control`` until it is closed."""
    prepared = policy.prepare(policy.default_readable(), weak=weak)
    for name in PRELOADED:
        importlib.import_module(name)
    _provide_homework_module()
    shell = create_shell()
    # The same for every submission, and no secret: the hidden tests' seed is never in here.
    random.seed(0)
    np.random.seed(0)
    _forget_the_course()
    gc.collect()
    gc.freeze()  # a collection in a fork then leaves the shared pages alone
    door = socket.socket(fileno=control)
    door.sendall(b"ready\n")
    while True:
        message, descriptors, _, _ = socket.recv_fds(door, 1, 1)
        if not message:
            os._exit(0)
        child = os.fork()
        if child == 0:
            _become_sandbox(descriptors[0], shell, prepared)
        pidfd = os.pidfd_open(child)
        socket.send_fds(door, [str(child).encode() + b"\n"], [pidfd])
        os.close(pidfd)
        os.close(descriptors[0])
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # those that have ended by now
                pass


def _become_sandbox(channel: int, shell: Shell, prepared: policy.Prepared) -> None:
    """In the fork: lock up, say so, then serve. Never returns to the zygote's loop."""
    try:
        try:
            policy.lock_down(prepared, policy.Limits(), keep_fds=(channel,))
        except BaseException as error:
            os.write(channel, wire.FAILED + str(error).encode()[:1000])
            raise
        os.write(channel, wire.LOCKED_UP)
        Server(channel, shell).serve()
    finally:
        os._exit(1)


def _provide_homework_module() -> None:
    """``from homework import check`` works in the sandbox; checks do nothing there."""
    from chainrule import homework

    homework._loading = True
    sys.modules["homework"] = homework


def _forget_the_course() -> None:
    """Take the grader's own folder from the import path: nothing more is imported from it.

    The import system's caches stay: the folder of packages cannot be listed in the sandbox.
    """
    root = str(Path(__file__).resolve().parents[2])
    sys.path[:] = [path for path in sys.path if path and Path(path).resolve() != Path(root)]
    sys.meta_path.insert(0, _OnlyWhatIsOffered())


class _OnlyWhatIsOffered(importlib.abc.MetaPathFinder):
    """Packages that Landlock does not let the sandbox read are absent, rather than unreadable.

    Much code has an ``except ImportError`` for an absent package, none for a PermissionError.
    """

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        package = fullname.partition(".")[0]
        if package not in sys.stdlib_module_names and package not in policy.PACKAGES:
            raise ModuleNotFoundError(
                f"No module named {package!r}: the homework is graded with NumPy, Matplotlib and "
                "the standard library",
                name=fullname,
            )
