"""The pieces that work is cut into, as words with the lines on which they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Words = list[tuple[str, int]]  # with their lines


@dataclass(frozen=True)
class Unit:
    """A piece whose inside keeps its order: a function's body, or a cell's text.

    Pieces may stand in any order. ``lines`` has the line of the cell for each of ``words``.
    """

    words: tuple[str, ...]
    lines: tuple[int, ...]


def unit_of(words: Words) -> Iterator[Unit]:
    """A unit of these words, if there are any."""
    if words:
        said, lines = zip(*words, strict=True)
        yield Unit(said, lines)


def texts(words: Words) -> list[str]:
    return [text for text, _ in words]
