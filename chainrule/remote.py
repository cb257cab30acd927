"""What a worker of a cluster does: gets an assignment as bytes, judges, sends verdicts back.

It runs in a process of Dask's, on a machine that has this package and no course.
"""

from __future__ import annotations

import hashlib
import platform
import socket
import tempfile
import threading
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from . import __version__
from .course import Assignment
from .errors import SandboxError, UsageError
from .notebooks import HandedIn, parse
from .verdict import Verdict
from .workers import Task

if TYPE_CHECKING:
    from .judge import Judge

KEPT = 4  # assignments that a worker keeps ready


def _read(folder: Path) -> dict[str, bytes]:
    """All files in a folder, by path below it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def _digest(files: dict[str, bytes], *settings: object) -> str:
    digest = hashlib.sha256(repr(settings).encode())
    for name, content in files.items():
        digest.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\0".encode())
    return digest.hexdigest()


# What this process runs: the files may be others by the time it judges.
_PACKAGE = _digest(_read(Path(__file__).parent))


@cache
def _versions() -> dict[str, str]:
    """What a verdict depends on beside the assignment."""
    packages = ("numpy", "ipython", "pytest")
    return {
        "chainrule": f"{__version__} ({_PACKAGE[:12]})",
        "Python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


@dataclass(frozen=True)
class Parcel:
    """An assignment as it travels, and the versions that have to judge it."""

    name: str
    seed: int
    weak_sandbox: bool
    files: dict[str, bytes] = field(repr=False)  # by path: source/... and tests/...
    versions: dict[str, str] = field(default_factory=_versions)

    @cached_property
    def digest(self) -> str:
        return _digest(self.files, self.name, self.seed, self.weak_sandbox)


class Refused(UsageError):
    """A worker that would give other verdicts than this machine."""


def pack(task: Task) -> Parcel:
    """All that a worker needs to judge the submissions of an assignment."""
    parts = {"source": task.assignment.source, "tests": task.assignment.tests}
    files = {
        f"{part}/{name}": content
        for part, folder in parts.items()
        for name, content in _read(folder).items()
    }
    return Parcel(task.assignment.name, task.seed, task.weak_sandbox, files)


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
            raise Refused(
                f"The worker on {socket.gethostname()} has {name} {here} and this machine "
                f"{parcel.versions[name]}, which may give other verdicts. Install the same on both "
                "and start the worker again."
            )
    found = _unpacked.pop(parcel.digest, None) or _Unpacked(parcel)
    _unpacked[parcel.digest] = found
    while len(_unpacked) > KEPT:
        _unpacked.pop(next(iter(_unpacked))).close()
    return found
