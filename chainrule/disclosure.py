"""What a student is told when: before the deadline, after it, and once marks are published.

Hidden tests that tell all while more work can be handed in are an oracle; afterwards they teach.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from .errors import UsageError
from .moments import in_full

BEFORE, AFTER, PUBLISHED = "before", "after", "published"
PHASES = (BEFORE, AFTER, PUBLISHED)
WORDS = ("names", "requirements", "magnitudes")
DEFAULT = {
    BEFORE: ["requirements"],
    AFTER: ["requirements", "magnitudes"],
    PUBLISHED: ["names", "requirements", "magnitudes"],
}
_SETTING = "nbgrader_config.py: c.ChainruleSettings.feedback"
_EXAMPLE = '{"before": ["requirements"], "after": ["requirements", "magnitudes"]}'


@dataclass(frozen=True)
class Shown:
    """What a page tells of hidden tests that failed."""

    names: bool  # what the test is called
    requirements: bool  # the line that says what it wants
    magnitudes: bool  # how far off a result was, and in which shape: the numbers in messages

    @property
    def words(self) -> list[str]:
        return [word for word in WORDS if getattr(self, word)]


def check_matrix(matrix: Mapping[str, object]) -> None:
    """Raise UsageError for phases and words that there are not."""
    for phase, words in matrix.items():
        if phase not in PHASES:
            raise UsageError(f"{_SETTING} knows no {phase!r}, only {', '.join(PHASES)}.")
        if not isinstance(words, list | tuple):
            raise UsageError(f"{_SETTING}[{phase!r}] is no list. Write it like {_EXAMPLE}.")
        for word in words:
            if word not in WORDS:
                raise UsageError(
                    f"{_SETTING}[{phase!r}] holds {word!r}. It may hold {', '.join(WORDS)}; "
                    "an empty list shows nothing of hidden tests but how many failed."
                )


def shown_in(phase: str, matrix: Mapping[str, Iterable[str]]) -> Shown:
    """What ``matrix`` lets a page tell in ``phase``; where it does not say, the default does."""
    words = {*matrix.get(phase, DEFAULT[phase])}
    return Shown(*(word in words for word in WORDS))


def now() -> datetime:
    return datetime.now(UTC)


def phase_at(moment: datetime, last_due: datetime | None, published: datetime | None) -> str:
    """The phase an assignment is in.

    As long as anybody may hand in, what one student reads another can use: it is "before" for
    all of them, even if the marks were to be published earlier.
    """
    if last_due is not None and moment <= last_due:
        return BEFORE
    if published is not None and moment >= published:
        return PUBLISHED
    return BEFORE if last_due is None else AFTER


def in_words(phase: str, last_due: datetime | None, published: datetime | None) -> str:
    """The phase in words for the instructor, and what will change it."""
    if phase == PUBLISHED and published is not None:
        return f"published since {in_full(published)}"
    later = f"publication {in_full(published)}" if published else "no publication is set"
    if phase == AFTER:
        return f"after the deadline; {later}"
    until = f"the last deadline is {in_full(last_due)}" if last_due else "there is no deadline"
    return f"before the deadline; {until}; {later}"
