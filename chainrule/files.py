"""Folders and files that are there as a whole or not at all, whenever the power fails."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .errors import UsageError

WORK_FOLDER = ".chainrule"  # in a course's folder: locks, and what is not finished
_TEMPORARY = ".chainrule-"


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """An empty folder to fill; it takes the place of ``folder`` when the block ends without error.

    What a run left behind that was killed at it is removed.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f"{_TEMPORARY}{folder.name}-"
    for stale in folder.parent.glob(f"{prefix}*"):
        shutil.rmtree(stale, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=folder.parent) as temporary:
        new = Path(temporary) / "new"
        new.mkdir()
        yield new
        _flush(new)
        if folder.exists():
            folder.rename(Path(temporary) / "old")
        new.rename(folder)


def _flush(folder: Path) -> None:
    """Put the contents of all files on the disk, before a rename makes them count."""
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def remove(folder: Path) -> None:
    """Remove a folder, if it is there. Whoever looks meanwhile sees all of it or nothing."""
    if folder.exists():
        with tempfile.TemporaryDirectory(
            prefix=f"{_TEMPORARY}{folder.name}-", dir=folder.parent
        ) as temporary:
            folder.rename(Path(temporary) / "old")


@contextmanager
def to_the_end() -> Iterator[None]:
    """Let Ctrl-C wait until this block is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


@contextmanager
def only_one(lock: Path, what: str) -> Iterator[None]:
    """Raise UsageError if another process is within such a block. A kill releases the lock."""
    with _lock_file(lock) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"{what} is being graded by another process: wait for it.") from None
        yield


@contextmanager
def one_after_the_other(lock: Path) -> Iterator[None]:
    """Wait until no other process is within such a block."""
    with _lock_file(lock) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock_file(lock: Path) -> IO[str]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    return lock.open("a")
