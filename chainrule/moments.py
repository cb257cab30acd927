"""Moments in time as people write them: deadlines, and when a submission was handed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MOMENT = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[ T](?P<time>\d\d:\d\d(:\d\d(\.\d{1,6})?)?)"
    r" ?(?P<zone>[A-Za-z][\w/+-]*|[+-]\d\d:?\d\d)?"
)


def parse_moment(text: str, default: tzinfo | None = None) -> datetime:
    """The moment that ``text`` names, in UTC: date, time and zone, as in ``2026-11-20 23:59 UTC``.

    The zone is an offset (+02:00) or a name of the time zone database (UTC, Europe/Prague).
    Raises ValueError, also where there is no zone and no ``default`` for it.
    """
    return moment_as_written(text, default).astimezone(UTC)


def moment_as_written(text: str, default: tzinfo | None = None) -> datetime:
    """The same in the time zone that ``text`` names."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError("it is not a date and a time")
    zone = match["zone"]
    moment = datetime.fromisoformat(f"{match['date']}T{match['time']}")
    if zone is None and default is None:
        raise ValueError("it has no time zone")
    if zone is None:
        moment = moment.replace(tzinfo=default)
    elif zone[0] in "+-":
        offset = datetime.strptime(zone.replace(":", ""), "%z").tzinfo
        moment = moment.replace(tzinfo=offset)
    else:
        moment = moment.replace(tzinfo=_zone(zone))
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("it is outside of the calendar") from None
    return moment


def _zone(name: str) -> tzinfo:
    if name.upper() in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(f"there is no time zone called {name}") from None


def in_words(span: timedelta) -> str:
    """A span of time to the minute: 2 h 14 min."""
    minutes = max(1, int(span.total_seconds() // 60))
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def in_full(moment: datetime) -> str:
    """A moment with its time zone, and in UTC where that is another: 2026-11-20 23:59 UTC."""
    zone = moment.tzinfo
    universal = _to_the_second(moment.astimezone(UTC)) + " UTC"
    if zone is UTC:
        return universal
    name = zone.key if isinstance(zone, ZoneInfo) else moment.isoformat()[-6:]
    return f"{_to_the_second(moment)} {name} ({universal})"


def _to_the_second(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00")


@dataclass(frozen=True)
class Due:
    """The last moment at which a student may hand in, in the time zone in which it was written."""

    moment: datetime | None = None
    extended: bool = False

    def lateness(self, handed_in: datetime | None) -> timedelta:
        """How long after it something came; zero where it is in time, or where nothing is known."""
        if self.moment is None or handed_in is None:
            return timedelta()
        return max(handed_in.astimezone(UTC) - self.moment.astimezone(UTC), timedelta())

    def __str__(self) -> str:
        if self.moment is None:
            return "never"
        return in_full(self.moment) + (", with an extension" if self.extended else "")


def stored_due(stored: datetime | None, extension: timedelta | None, zone: tzinfo = UTC) -> Due:
    """What the gradebook says, which keeps UTC without a zone, written in ``zone``."""
    if stored is None:
        return Due()
    moment = stored.replace(tzinfo=UTC) + (extension or timedelta())
    return Due(moment.astimezone(zone), extension is not None)
