"""Runs one command and measures it with all of its descendants; a process of its own does that.

``python -m benchmarks.measured FOLDER COMMAND...`` prints the measurement as JSON. As a subreaper
it inherits, waits for and counts what the command leaves behind, such as a worker's zygote. What
it finds out while the command runs it reads from outside: /proc and the course's folder.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .submissions import ROOT

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
LOOK_EVERY, WEIGH_EVERY = 0.02, 0.25  # seconds


@dataclass
class Moment:
    """How far the command was after so many seconds."""

    seconds: float
    verdicts: int  # lines of grading.jsonl
    graded: int  # students with a folder in autograded/
    pages: int  # students with a folder in feedback/
    memory: dict[str, float]  # resident MB of the largest process, by role


@dataclass
class Run:
    """What one command took."""

    wall: float
    cpu: float  # of the whole tree of processes
    status: int
    peaks: dict[str, float] = field(default_factory=dict)  # VmHWM in MB by role, of the largest
    moments: list[Moment] = field(default_factory=list)
    output: str = ""

    @classmethod
    def from_json(cls, text: str) -> Run:
        values = json.loads(text)
        return cls(**{**values, "moments": [Moment(**m) for m in values["moments"]]})

    def reached(self, what: str, number: int) -> float:
        """After how many seconds there were so many verdicts, folders or pages."""
        return next(m.seconds for m in self.moments if getattr(m, what) >= number)

    def at(self, what: str, number: int) -> Moment:
        return next(m for m in self.moments if getattr(m, what) >= number)

    def pace(self, what: str, begin: int, end: int) -> float:
        """Seconds for each submission between two counts."""
        return (self.reached(what, end) - self.reached(what, begin)) / (end - begin)


class MeasuredError(RuntimeError):
    """A command failed; a time of it would mean nothing."""


def measure(command: Sequence[str], folder: Path, env: dict[str, str] | None = None) -> Run:
    """Run ``command`` in ``folder`` and measure it. Raises MeasuredError where it fails."""
    helper = [sys.executable, "-m", "benchmarks.measured", str(folder), *command]
    done = subprocess.run(
        helper, cwd=ROOT, env=env or environment(), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise MeasuredError(f"{' '.join(command)}:\n{done.stderr[-2000:]}")
    run = Run.from_json(done.stdout)
    if run.status != 0:
        raise MeasuredError(f"{' '.join(command)} ended with {run.status}:\n{run.output[-2000:]}")
    return run


def environment() -> dict[str, str]:
    """The user's, with this checkout's package and this environment's programs first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


# ---------------------------------------------------------------------------------------
# In the process that measures


def main() -> None:
    folder, command = Path(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)
    with (folder / ".output").open("w+b") as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        watcher = _Watcher(process.pid, folder, started)
        watcher.start()
        wall, cpu, status = _wait_for_all(process.pid, started)
        watcher.stop()
        output.seek(0)
        text = output.read().decode(errors="replace")
    run = Run(wall, cpu, status, watcher.peaks, watcher.moments, text[-20_000:])
    print(json.dumps(asdict(run)))


def _wait_for_all(main_process: int, started: float) -> tuple[float, float, int]:
    """Wall time and status of the command, and processor time of it and of all it has started."""
    wall, cpu, status = 0.0, 0.0, 0
    while True:
        try:
            process, ended, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return wall, cpu, status
        cpu += usage.ru_utime + usage.ru_stime
        if process == main_process:
            wall = time.perf_counter() - started
            status = os.waitstatus_to_exitcode(ended)


class _Watcher(threading.Thread):
    def __init__(self, process: int, folder: Path, started: float) -> None:
        super().__init__(daemon=True)
        self.process, self.folder, self.started = process, folder, started
        self.peaks: dict[str, float] = {}
        self.moments: list[Moment] = []
        self.memory: dict[str, float] = {}
        self.verdicts = self.offset = 0
        self.ended = threading.Event()

    def stop(self) -> None:
        self.ended.set()
        self.join()
        self._look()

    def run(self) -> None:
        weighed = 0.0
        while not self.ended.wait(LOOK_EVERY):
            if time.perf_counter() - weighed > WEIGH_EVERY:
                weighed = time.perf_counter()
                self._weigh()
            self._look()

    def _look(self) -> None:
        counts = (self._verdicts(), self._entries("autograded"), self._entries("feedback"))
        last = self.moments[-1] if self.moments else None
        if last is None or counts != (last.verdicts, last.graded, last.pages):
            seconds = time.perf_counter() - self.started
            self.moments.append(Moment(seconds, *counts, dict(self.memory)))

    def _verdicts(self) -> int:
        try:
            with (self.folder / "grading.jsonl").open("rb") as file:
                file.seek(self.offset)
                new = file.read()
        except FileNotFoundError:
            return 0
        self.offset += len(new)
        self.verdicts += new.count(b"\n")
        return self.verdicts

    def _entries(self, name: str) -> int:
        try:
            return sum(not entry.startswith(".") for entry in os.listdir(self.folder / name))
        except FileNotFoundError:
            return 0

    def _weigh(self) -> None:
        self.memory = {}
        for role, process in _tree(self.process):
            now, peak = _memory(process)
            self.memory[role] = max(self.memory.get(role, 0.0), now)
            self.peaks[role] = max(self.peaks.get(role, 0.0), peak)


def _tree(root: int) -> Iterator[tuple[str, int]]:
    """The role and id of ``root`` and of each of its descendants."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdecimal():
            children.setdefault(_parent(name), []).append(int(name))
    yield "coordinator", root
    todo = [(root, "coordinator")]
    while todo:
        process, role = todo.pop()
        for child in children.get(process, ()):
            todo.append((child, _role(child, role)))
            yield todo[-1][1], child


def _parent(process: str) -> int:
    try:
        status = Path("/proc", process, "stat").read_text()
    except OSError:  # it has ended meanwhile
        return 0
    return int(status.rpartition(")")[2].split()[1])


def _role(process: int, role_of_parent: str) -> str:
    if role_of_parent in ("zygote", "sandbox"):
        return "sandbox"
    try:
        command = Path(f"/proc/{process}/cmdline").read_text(errors="replace")
    except OSError:
        return "other"
    known = {"spawn_main": "worker", "zygote": "zygote", "ipykernel": "kernel"}
    return next((role for word, role in known.items() if word in command), "other")


def _memory(process: int) -> tuple[float, float]:
    """Resident memory in MB: now, and the most there ever was."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0, 0.0
    found = dict(line.split(":", 1) for line in lines if line.startswith("Vm"))
    now, peak = (float(found.get(key, "0 kB").split()[0]) for key in ("VmRSS", "VmHWM"))
    return now / 1024, peak / 1024


if __name__ == "__main__":
    main()
