"""Shows how far a long task is: a bar on a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bar

# Called with a title and a number of steps; gives the function that reports one step done.
Progress = Callable[[str, int], AbstractContextManager[Callable[..., None]]]


@contextmanager
def silent(title: str, steps: int) -> Iterator[Callable[..., None]]:
    """Show nothing."""
    yield lambda what="": None


@contextmanager
def on_terminal(title: str, steps: int) -> Iterator[Callable[..., None]]:
    """Show progress on standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(f"{title}: {steps}", highlight=False)
        yield lambda what="": None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task(title, total=steps)
        yield lambda what="": bar.advance(task)
