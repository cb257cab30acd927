"""A page of pictures, tables and plain sentences: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from jinja2 import Template

from .files import replacing
from .pictures import Picture
from .templating import template

PAGE = "report.html"


@dataclass(frozen=True)
class Table:
    """The numbers behind a picture. ``align`` has a letter for each column: l text, r numbers."""

    head: Sequence[str]
    align: str
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Section:
    """One thing to know: sentences, a picture and its numbers."""

    id: str
    title: str
    says: Sequence[str]
    picture: Picture | None = None
    table: Table | None = None


@dataclass(frozen=True)
class Page:
    """What one page holds. ``facts`` are the sentences that come first, the most useful one first.

    ``links`` leads to other pages: their addresses, relative to this one, by what is read.
    """

    title: str
    intro: Sequence[str]
    facts: Sequence[str]
    sections: Sequence[Section]
    links: Sequence[tuple[str, str]] = ()


def write_page(folder: Path, page: Page) -> Path:
    """Write the page and its pictures as all that ``folder`` holds; give the page's path."""
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    html = _template().render(page=page, made=made)
    with replacing(folder) as new:
        (new / PAGE).write_text(html, encoding="utf-8")
        for section in page.sections:
            if section.picture:
                (new / f"{section.picture.name}.png").write_bytes(section.picture.png)
    return folder / PAGE


@cache
def _template() -> Template:
    return template("report.html.j2")


def counted(number: int, thing: str, things: str = "") -> str:
    """A number with its noun: 1 student, 2 students."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def percent(share: float | None) -> str:
    """A share for a table; empty where there is none."""
    return "" if share is None else f"{100 * share:.0f} %"
