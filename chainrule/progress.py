"""Shows how far a long task is: a bar on a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

# Called with a title and a number of steps; gives the function that reports one step done.
Progress = Callable[[str, int], AbstractContextManager[Callable[..., None]]]

SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def silent(title: str, steps: int) -> Iterator[Callable[..., None]]:
    """Show nothing."""
    yield lambda what="": None


@contextmanager
def on_terminal(title: str, steps: int) -> Iterator[Callable[..., None]]:
    """Show progress on standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(title, steps)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Pace())
    with Bar(*columns, console=console) as bar:
        task = bar.add_task(title, total=steps)
        yield lambda what="": bar.advance(task)


class _Lines:
    """A line at the beginning, one every few seconds, and one at the end of what took long."""

    def __init__(self, title: str, steps: int) -> None:
        self.title, self.steps, self.done = title, steps, 0
        self.started = self.shown = time.monotonic()
        self.say(f"{title}: {steps}")

    def __call__(self, what: str = "") -> None:
        self.done += 1
        now = time.monotonic()
        long = now - self.started > SECONDS_BETWEEN_LINES
        if now - self.shown > SECONDS_BETWEEN_LINES or (long and self.done == self.steps):
            self.shown = now
            pace = _pace(self.done, self.steps, now - self.started)
            self.say(f"{self.title}: {self.done} of {self.steps}, {pace}")

    def say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)


class _Pace(ProgressColumn):
    """So many in a second, and the time that is left."""

    def render(self, task: Task) -> Text:
        return Text(_pace(int(task.completed), int(task.total or 0), task.elapsed or 0.0))


def _pace(done: int, steps: int, seconds: float) -> str:
    if not done or not seconds:
        return ""
    rate = done / seconds
    if done == steps:
        return f"{rate:.1f}/s, took {_in_words(seconds)}"
    return f"{rate:.1f}/s, {_in_words((steps - done) / rate)} left"


def _in_words(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds if not hours else 0, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"
