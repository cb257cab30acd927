"""The judge's side: starts the zygote, asks it for sandboxes, talks to one within time limits."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import SandboxError
from . import wire

START_SECONDS = 60.0
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); from chainrule.sandbox import zygote; "
    "zygote.main(int(sys.argv[2]), sys.argv[3] == 'weak')"
)


class SandboxDied(Exception):
    """The sandbox is gone. ``kind`` is timeout or crashed; the text is fit for a student."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Zygote:
    """A running zygote; ``fork()`` gives a fresh, locked-down sandbox in a few milliseconds."""

    def __init__(self, weak: bool = False) -> None:
        self.socket, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-c", _BOOT, str(_PACKAGE_ROOT)),
                    *(str(theirs.fileno()), "weak" if weak else "strong"),
                ],
                pass_fds=(theirs.fileno(),),
                env=_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        self.socket.settimeout(START_SECONDS)
        if self.socket.recv(6) != b"ready\n":
            text = (
                self.process.stderr.read().decode(errors="replace") if self.process.stderr else ""
            )
            last = text.strip().splitlines()[-1:] or ["it ended without a message"]
            raise SandboxError("The sandbox could not be started: " + last[0])

    def fork(self) -> Sandbox:
        ours, theirs = socket.socketpair()
        descriptors: list[int] = []
        with theirs, contextlib.suppress(OSError):
            socket.send_fds(self.socket, [b"f"], [theirs.fileno()])
            _, descriptors, _, _ = socket.recv_fds(self.socket, 64, 1)
        if not descriptors:
            ours.close()
            raise SandboxError("The process that starts sandboxes has ended.")
        sandbox = Sandbox(ours, descriptors[0])
        sandbox.expect_confined()
        return sandbox

    def close(self) -> None:
        self.socket.close()
        if self.process.stderr:
            self.process.stderr.close()
        self.process.wait()


def _environment() -> dict[str, str]:
    """All that the zygote is told: one thread for linear algebra, and a folder for font caches."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chainrule"
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    return {
        **dict.fromkeys(threads, "1"),
        "MPLCONFIGDIR": str(cache),
        "IPYTHONDIR": str(cache),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "LANG": "C.UTF-8",
    }


class Sandbox:
    """One forked process that runs one submission. It is killed as soon as it misbehaves."""

    def __init__(self, channel: socket.socket, pidfd: int) -> None:
        self.channel = channel
        self.pidfd = pidfd
        self.alive = True

    def expect_confined(self) -> None:
        """Raise SandboxError unless the process says that it is locked up."""
        answer = b""
        with contextlib.suppress(OSError):
            self.channel.settimeout(START_SECONDS)
            answer = self.channel.recv(1)
            if answer == wire.FAILED:
                answer += self.channel.recv(1000)
        if answer != wire.LOCKED_UP:
            self.kill()
            reason = answer[1:].decode(errors="replace") or "its process ended at once"
            raise SandboxError(f"A sandbox could not be closed: {reason}")

    def request(
        self, seconds: float, resolve: Callable[[wire.Reference], Any], *message: Any
    ) -> Any:
        """Send one request and give the decoded reply. Raises SandboxDied after a kill."""
        if not self.alive:
            raise SandboxDied("crashed", "the notebook's process had ended already")
        deadline = time.monotonic() + seconds
        try:
            self._send(wire.encode(message, _as_reference), deadline)
            frame, header = self._receive(deadline)
            return wire.decode(frame, header, resolve)
        except TimeoutError:
            self.kill()
            raise SandboxDied(
                "timeout", f"took more than {seconds:.0f} s and was stopped"
            ) from None
        except (OSError, EOFError):
            self.kill()
            text = "the notebook's process ended (it exited, or ran out of memory or time)"
            raise SandboxDied("crashed", text) from None
        except wire.WireError as error:
            self.kill()
            raise SandboxDied("crashed", f"the notebook's process sent {error}") from None
        except BaseException:
            self.kill()
            raise

    def _send(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            self.channel.settimeout(_left(deadline))
            view = view[self.channel.send(view) :]

    def _receive(self, deadline: float) -> tuple[bytes, int]:
        """One frame without its prefix, and the length of its header."""
        data = bytearray()
        total, header = wire.PREFIX.size, 0
        while len(data) < wire.PREFIX.size or len(data) < wire.PREFIX.size + total:
            self.channel.settimeout(_left(deadline))
            chunk = self.channel.recv(1 << 14)
            if not chunk:
                raise EOFError
            data += chunk
            if len(data) >= wire.PREFIX.size:
                total, header = wire.check_prefix(bytes(data[: wire.PREFIX.size]))
        if len(data) > wire.PREFIX.size + total:
            raise wire.WireError("more than one reply")
        return bytes(data[wire.PREFIX.size :]), header

    def kill(self) -> None:
        """Kill the process and wait until it is gone."""
        if self.alive:
            self.alive = False
            self.channel.close()
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            select.select([self.pidfd], [], [], 10.0)
            os.close(self.pidfd)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _as_reference(value: Any) -> wire.Reference:
    reference = getattr(value, "_reference", None)
    if not isinstance(reference, wire.Reference):
        raise TypeError(f"a test passed a {type(value).__name__}, which cannot cross")
    return reference
