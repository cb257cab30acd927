"""Fingerprints: the few hashes by which a piece of code or text is known, whatever surrounds it.

Winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003) keeps the smallest of each few neighbouring
hashes, so that every passage of ``LENGTH + WINDOW - 1`` words which two pieces share has at least
one fingerprint in common. copydetect's winnowing is used with hashes of our own: Python's, which
copydetect takes, are different in each run, and a report shall say the same tomorrow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from copydetect.utils import get_copied_slices, winnow
from numpy.typing import NDArray

from .units import Unit

Numbers = NDArray[np.int64]
WINDOW = 4
_HASH_BYTES = 6  # the winnowing compares them as floats, which are exact up to 53 bits


@dataclass(frozen=True)
class Prints:
    """The fingerprints of one student's units, without those of what everybody was given."""

    length: int  # the words of one fingerprint
    hashes: Numbers
    unit: Numbers  # in which unit each stands
    start: Numbers  # and from which of its words on
    words: int  # how many words the student wrote: those that were given are not counted

    @cached_property
    def distinct(self) -> tuple[Numbers, Numbers]:
        """Each hash once, and how often it occurs."""
        return np.unique(self.hashes, return_counts=True)


def hashes_of(unit: Unit, length: int) -> Numbers:
    """A hash of every ``length`` words that follow each other."""
    words = [word.encode("utf-8", "replace") for word in unit.words]
    found = [
        hashlib.blake2b(b"\0".join(words[at : at + length]), digest_size=_HASH_BYTES).digest()
        for at in range(len(words) - length + 1)
    ]
    return np.array([int.from_bytes(each, "big") for each in found], dtype=np.int64)


def given_hashes(units: Sequence[Unit], length: int) -> Numbers:
    """All hashes of what everybody was given."""
    return np.unique(
        np.concatenate([np.zeros(0, np.int64), *(hashes_of(u, length) for u in units)])
    )


def fingerprints(units: Sequence[Unit], length: int, given: Numbers) -> Prints:
    """The fingerprints of ``units`` that are not among ``given``."""
    none = np.zeros(0, np.int64)
    hashes = [hashes_of(unit, length) for unit in units]
    known = np.isin(np.concatenate([none, *hashes]), given)
    parts = [(none, none, none)]
    words = begin = 0
    for number, (unit, every) in enumerate(zip(units, hashes, strict=True)):
        here = known[begin : begin + len(every)]
        begin += len(every)
        words += len(unit.words) if len(every) else 0  # shorter ones are not compared
        if here.any():
            words -= int(_covered(np.flatnonzero(here), length, len(unit.words)).sum())
        if len(every):
            _, start = winnow(every, WINDOW, remove_duplicates=False)
            start = start[~here[start]]
            parts.append((every[start], np.full(len(start), number, np.int64), start))
    found, unit_of, starts = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Prints(length, found, unit_of, starts, words)


def _covered(start: Numbers, length: int, size: int) -> NDArray[np.bool_]:
    """Which of ``size`` words belong to passages that begin at ``start``."""
    found = np.zeros(size, np.bool_)
    for begin, end in get_copied_slices(start, length).astype(int).T:
        found[begin:end] = True
    return found


def lines_of(unit: Unit, start: Numbers, length: int) -> set[int]:
    """The lines of the passages of a unit that begin at ``start``."""
    covered = _covered(start, length, len(unit.words))
    return {unit.lines[at] for at in np.flatnonzero(covered)}
