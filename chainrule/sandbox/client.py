"""The judge's side: starts the zygote, asks it for sandboxes, talks to one within time limits."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import Disturbed, SandboxError
from . import wire
from .policy import Limits

START_SECONDS = 60.0
USUAL_SECONDS = 5.0  # to wait at a time: another length costs two calls of the system
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


@dataclass(frozen=True)
class Ending:
    """How a process ended: the signal that killed it, or 0, and the processor time it had used."""

    signal: int
    cpu_seconds: float

    FORMAT = struct.Struct("<id")


class Zygote:
    """A running zygote; ``fork()`` gives a fresh, locked-down sandbox in a few milliseconds.

    It takes a second to start. With ``wait=False`` call ``wait()`` before the first fork.
    """

    def __init__(self, weak: bool = False, *, wait: bool = True) -> None:
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
        self.alive = True
        self.socket.settimeout(START_SECONDS)
        if wait:
            self.wait()

    def wait(self) -> None:
        """Until it is ready. Raises SandboxError where it cannot start."""
        try:
            ready = self.socket.recv(6) == b"ready\n"
        except OSError:
            ready = False
        if not ready:
            raise self._failed_to_start()

    def _failed_to_start(self) -> SandboxError | Disturbed:
        self.process.kill()
        _, said = self.process.communicate()
        self.close()
        lines = said.decode(errors="replace").strip().splitlines()
        if not lines:
            return Disturbed("The process that starts sandboxes was killed.")
        return SandboxError("The sandbox could not be started: " + lines[-1])

    def fork(self, cpu_seconds: int | None = None) -> Sandbox:
        """A new sandbox with so much processor time, by default that of `Limits`.

        Raises Disturbed when this process or the new one has been killed.
        """
        seconds = cpu_seconds or Limits().cpu_seconds
        ours, theirs = socket.socketpair()
        answer, descriptors = b"", [-1]
        with theirs, contextlib.suppress(OSError):
            socket.send_fds(self.socket, [_request(b"f", seconds)], [theirs.fileno()])
            answer, descriptors, _, _ = socket.recv_fds(self.socket, 4, 1)
        if len(answer) != 4:
            ours.close()
            self.alive = False
            raise Disturbed("The process that starts sandboxes was killed.")
        (process,) = struct.unpack("<I", answer)
        sandbox = Sandbox(ours, descriptors[0], lambda: self._ending(process), seconds, process)
        sandbox.expect_confined()
        return sandbox

    def _ending(self, process: int) -> Ending | None:
        """How a child of the zygote ended, which must have ended; None if the zygote is gone."""
        answer = b""
        with contextlib.suppress(OSError):
            self.socket.sendall(_request(b"w", process))
            answer = self.socket.recv(Ending.FORMAT.size)
        if len(answer) != Ending.FORMAT.size:
            self.alive = False
            return None
        return Ending(*Ending.FORMAT.unpack(answer))

    def close(self) -> None:
        self.alive = False
        self.socket.close()
        if self.process.stderr:
            self.process.stderr.close()
        self.process.wait()


def _request(what: bytes, number: int) -> bytes:
    return what + struct.pack("<I", number)


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
    """One forked process that runs one submission. It is killed as soon as it misbehaves.

    ``ending()`` says how the process ended, after it has; None if nobody knows any more.
    ``cpu_seconds`` is the processor time that it may use.
    """

    def __init__(
        self,
        channel: socket.socket,
        pidfd: int,
        ending: Callable[[], Ending | None] = lambda: None,
        cpu_seconds: int = Limits().cpu_seconds,
        process: int = 0,
    ) -> None:
        self.channel = channel
        self.pidfd = pidfd
        self.ending = ending
        self.cpu_seconds = cpu_seconds
        self.process = process
        self.alive = True
        self.queue = bytearray()  # requests that wait for the next one that wants a reply
        self.queued = 0
        self.limit = 0.0
        self.deadline = 0.0
        self.allowed_for = 0.0  # of the time that the process has waited for a processor

    def waited(self) -> float:
        """The seconds that it has waited for a processor so far."""
        return waiting_time(self.process)

    def forget_waiting(self) -> None:
        """What it has waited by now is no reason for more time."""
        self.allowed_for = self.waited()

    def expect_confined(self) -> None:
        """Raise SandboxError unless the process says that it is locked up."""
        answer = b""
        with contextlib.suppress(OSError):
            self._limit(START_SECONDS)
            answer = self.channel.recv(1)
            if answer == wire.FAILED:
                answer += self.channel.recv(1000)
        if answer == wire.LOCKED_UP:
            return
        self.kill()
        if not answer:
            raise Disturbed("A sandbox was killed before it was closed.")
        reason = answer[1:].decode(errors="replace")
        raise SandboxError(f"A sandbox could not be closed: {reason}")

    def later(self, number: int, *message: Any) -> None:
        """Have a request carried out before the next one, whose round trip it shares.

        Its result is an object called ``number``. If it fails, that is the next one's reply. Raises
        SandboxDied where the process has ended.
        """
        self.queue += self._encoded("later", number, *message)
        self.queued += 1

    def forget_queue(self) -> None:
        """What waits is not carried out."""
        self.queue.clear()
        self.queued = 0

    def _encoded(self, *message: Any) -> bytes:
        """A frame. To make it may take requests of its own, where a method has to cross."""
        if not self.alive:
            raise SandboxDied("crashed", "the notebook's process had ended already")
        try:
            return wire.encode(list(message), _as_reference)
        except wire.WireError as error:
            self.kill()
            raise SandboxDied("crashed", f"the notebook's process was to get {error}") from None

    def request(
        self, seconds: float, resolve: Callable[[wire.Reference], Any], *message: Any
    ) -> Any:
        """Send one request, after those that wait, and give the decoded reply.

        The reply has to come within so many seconds, and as many more as the process meanwhile
        waits for a processor that others have: a busy machine is not the student's fault.
        Raises SandboxDied where the process has ended or had to be killed, Disturbed where someone
        else has killed it.
        """
        data = self._encoded(*message)
        self.deadline = time.monotonic() + seconds
        if self.queued:
            data = bytes(self.queue) + data
            self.forget_queue()
        try:
            self._limit(min(seconds, USUAL_SECONDS))
            self._send(data)
            frame, header = self._receive()
            return wire.decode(frame, header, resolve)
        except TimeoutError:
            self.kill()
            raise SandboxDied(
                "timeout", f"took more than {seconds:.0f} s and was stopped"
            ) from None
        except (OSError, EOFError):
            raise self._death() from None
        except wire.WireError as error:
            self.kill()
            raise SandboxDied("crashed", f"the notebook's process sent {error}") from None
        except BaseException:
            self.kill()
            raise

    def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self.channel.send(rest) :]
            except BlockingIOError:
                self._limit(self._left())
            else:
                if rest:
                    self._limit(self._left())

    def _receive(self) -> tuple[bytes, int]:
        """One frame without its prefix, and the length of its header."""
        data = self._read()
        while len(data) < wire.PREFIX.size:
            self._limit(self._left())
            data += self._read()
        total, header = wire.check_prefix(data[: wire.PREFIX.size])
        if len(data) < wire.PREFIX.size + total:
            longer = bytearray(data)
            while len(longer) < wire.PREFIX.size + total:
                self._limit(self._left())
                longer += self._read()
            data = bytes(longer)
        if len(data) > wire.PREFIX.size + total:
            raise wire.WireError("more than one reply")
        return data[wire.PREFIX.size :], header

    def _read(self) -> bytes:
        while True:
            try:
                chunk = self.channel.recv(1 << 15)
            except BlockingIOError:
                self._limit(self._left())
                continue
            if not chunk:
                raise EOFError
            return chunk

    def _left(self) -> float:
        """How long the reply may still take. Raises TimeoutError where that is over."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            waited = self.waited()
            self.deadline += max(0.0, waited - self.allowed_for)
            self.allowed_for = waited
            left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _limit(self, seconds: float) -> None:
        """Let the kernel end a send or a receive after so long; it costs no call each time."""
        if seconds != self.limit:
            self.limit = seconds
            whole, part = divmod(max(seconds, 1e-6), 1.0)
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                value = struct.pack("@ll", int(whole), int(part * 1e6))
                self.channel.setsockopt(socket.SOL_SOCKET, option, value)

    def _death(self) -> SandboxDied | Disturbed:
        """Why the channel is closed. A process may close it and live on, so it is killed then.

        No submission can send SIGKILL, not even to itself: it comes from the kernel when the
        processor time is used up, and otherwise from outside (a person, or a machine that ran
        out of memory), which is not the student's failure.
        """
        by_itself = self._has_ended(1.0)
        ending = self.kill()
        if by_itself and ending is None:
            return Disturbed("The process that starts sandboxes was killed.")
        if by_itself and ending is not None and ending.signal == signal.SIGKILL:
            seconds = self.cpu_seconds
            # The kernel counts by ticks, and may be some per cent ahead of what it reports.
            if ending.cpu_seconds < 0.75 * seconds:
                return Disturbed("The notebook's process was killed from outside.")
            return SandboxDied("timeout", f"used more than {seconds} s of processor time")
        text = "the notebook's process ended (it exited, or ran out of memory or time)"
        return SandboxDied("crashed", text)

    def _has_ended(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def kill(self) -> Ending | None:
        """Kill the process, wait until it is gone, and give how it ended, if anyone knows."""
        if not self.alive:
            return None
        self.alive = False
        self.channel.close()
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        gone = self._has_ended(10.0)
        os.close(self.pidfd)
        return self.ending() if gone else None


def waiting_time(process: int | str = "self") -> float:
    """The seconds that a process has waited, ready to run, while others had the processors.

    0 where the kernel does not count them.
    """
    try:  # with bare system calls: it is asked more than a hundred times for a submission
        file = os.open(f"/proc/{process}/schedstat", os.O_RDONLY)
        try:
            return int(os.read(file, 100).split()[1]) / 1e9
        finally:
            os.close(file)
    except (OSError, ValueError, IndexError):
        return 0.0


def _as_reference(value: Any) -> wire.Reference:
    reference = getattr(value, "_reference", None)
    if not isinstance(reference, wire.Reference):
        raise TypeError(f"a test passed a {type(value).__name__}, which cannot cross")
    return reference
