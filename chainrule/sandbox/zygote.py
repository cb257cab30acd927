"""A clean Python that has imported what notebooks need and is forked for each submission.

No answer, seed, hidden test or submission is ever in this process: a fork holds a copy of its
memory.
It talks with the judge over one socket: asked to fork, with the descriptor of a channel and the
processor time to allow, it sends back the process id with a pidfd; asked about a child that has
ended, it says how. It ends when the judge closes the socket, and its children with it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.abc
import importlib.util
import os
import random
import socket
import struct
import sys
import types
from pathlib import Path

import numpy as np

from . import policy, wire
from .server import Server
from .shell import create_shell

# Standard-library and NumPy modules that students use and that IPython has not imported already.
PRELOADED = ("numpy.testing", "numpy.linalg", "numpy.random", "statistics", "fractions", "timeit")


def main(control: int, weak: bool) -> None:
    """Serve fork requests on the socket ``control`` until it is closed."""
    prepared = policy.prepare(policy.default_readable(), weak=weak)
    for name in PRELOADED:
        importlib.import_module(name)
    homework = _provide_homework_module()
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
        message, descriptors, _, _ = socket.recv_fds(door, 5, 1)
        if len(message) != 5:
            os._exit(0)
        (number,) = struct.unpack("<I", message[1:])
        if message[:1] == b"w":
            door.sendall(_ending(number))
            continue
        child = os.fork()
        if child == 0:
            server = Server(descriptors[0], shell, homework)
            _become_sandbox(server, prepared, policy.Limits(cpu_seconds=number))
        pidfd = os.pidfd_open(child)
        socket.send_fds(door, [struct.pack("<I", child)], [pidfd])
        os.close(pidfd)
        os.close(descriptors[0])


def _ending(child: int) -> bytes:
    """How a child ended that has ended: the signal that killed it, its processor time."""
    status, usage = 0, None
    with contextlib.suppress(ChildProcessError):
        _, status, usage = os.wait4(child, 0)
    seconds = usage.ru_utime + usage.ru_stime if usage else 0.0
    return struct.pack("<id", os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, seconds)


def _become_sandbox(server: Server, prepared: policy.Prepared, limits: policy.Limits) -> None:
    """In the fork: lock up, say so, then serve. Never returns to the zygote's loop."""
    try:
        try:
            policy.lock_down(prepared, limits, keep_fds=(server.channel,))
        except BaseException as error:
            os.write(server.channel, wire.FAILED + str(error).encode()[:1000])
            raise
        os.write(server.channel, wire.LOCKED_UP)
        server.serve()
    finally:
        os._exit(1)


def _provide_homework_module() -> types.ModuleType:
    """``from homework import check`` works in the sandbox; checks do nothing there.

    It is a module of its own: what a submission changes in it changes nothing in the server.
    """
    from chainrule import homework

    spec = importlib.util.spec_from_file_location("homework", homework.__file__)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["homework"] = module
    spec.loader.exec_module(module)
    vars(module).update(_loading=True, loader=module.load_again)
    return module


def _forget_the_course() -> None:
    """Take the grader from the import path and out of reach of an import.

    The import system's caches stay: the folder of packages cannot be listed in the sandbox.
    """
    package = __name__.partition(".")[0]
    for name in list(sys.modules):
        if name.partition(".")[0] == package:
            del sys.modules[name]
    root = str(Path(__file__).resolve().parents[2])
    sys.path[:] = [path for path in sys.path if path and Path(path).resolve() != Path(root)]
    sys.meta_path.insert(0, _OnlyWhatIsOffered())
    sys.getprofile = lambda: None  # a submission shall not see whether it is being watched


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
