"""The tables of scores that people read on the terminal."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from . import state
from .gradebook import late_sentence
from .marks import rounded
from .report import number
from .scores import GRADED, NOT_GRADED, NOTHING, CourseScores, StudentScores
from .text import one_line
from .verdict import Component

LONG_TABLE = 40  # lines, from which on the heads stand at both ends
NAME_CELLS = 24  # of a name, at most
_SIGNS = {state.FAILED: "x", state.TIMEOUT: "t", state.MISSING: "-"}
_MORE = "+ more when the derivations are read"
_LEGEND = ("x failed", "t timed out", "- not attempted", _MORE)
_COURSE_LEGEND = (
    "points and mark in each",
    "- nothing handed in",
    "? not graded",
    "+ may become more",
)
_NARROW = {"formula": "form", "penalty": "pen"}


# ---------------------------------------------------------------------------------------
# Tables


@dataclass(frozen=True)
class _Column:
    """A column of a table: its head, and what is below it."""

    head: str
    cells: Sequence[str]


def _laid_out(columns: Iterable[_Column], gap: int = 2) -> list[str]:
    """The lines of a table, without empty columns. A wide letter takes the room of two."""
    full = [[column.head, *column.cells] for column in columns if column.head or any(column.cells)]
    widths = [max(map(cell_len, column)) for column in full]
    return [
        (" " * gap)
        .join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)
        )
        .rstrip()
        for line in zip(*full, strict=True)
    ]


# The columns of a table, how many cells are between them, and what explains its signs
_Table = tuple[list[_Column], int, Sequence[str]]


def _first_that_fits(tables: Sequence[_Table], width: int | None) -> str:
    """The first of some tables that is no wider than ``width`` cells, or the last, as text.

    The heads of a long table stand below it too.
    """
    text: list[str] = []
    for columns, gap, legend in tables:
        lines = _laid_out(columns, gap)
        again = lines[:1] if len(lines) > LONG_TABLE else []
        text = [*lines, *again, *_packed(legend, width)]
        if width is None or max(map(cell_len, lines)) <= width:
            break
    return "\n".join(text)


def _packed(items: Iterable[str], width: int | None) -> list[str]:
    """Lines of whole items."""
    lines: list[str] = []
    for item in items:
        longer = f"{lines[-1]}   {item}" if lines else item
        if lines and (width is None or cell_len(longer) <= width):
            lines[-1] = longer
        else:
            lines.append(item)
    return lines


def _who(rows: Sequence[StudentScores | CourseScores]) -> tuple[_Column, _Column]:
    """The columns of ids and of names; that of names is empty where there are none."""
    ids = _Column("student", [one_line(row.student) for row in rows])
    names = [one_line(row.line.name) for row in rows]
    short = [set_cell_size(name, min(cell_len(name), NAME_CELLS)) for name in names]
    return ids, _Column("name" if any(short) else "", short)


# ---------------------------------------------------------------------------------------
# One assignment


def score_table(
    rows: Sequence[StudentScores], components: Sequence[Component], width: int | None = None
) -> str:
    """One line for each student: points by component, then the sums and the mark.

    Where that is wider than ``width`` cells, names are left out, then space, then the titles of
    components, and at last the components.
    """
    titles = [part.title for part in components]
    ids, names = _who(rows)
    signs = [[_component_sign(row, part) for row in rows] for part in components]
    parts = [_Column(*column) for column in zip(short_names(titles), signs, strict=True)]
    counted = [_Column(str(count), column.cells) for count, column in enumerate(parts, 1)]
    sums = _sums(rows, components)
    narrow = [_Column(_NARROW.get(c.head, c.head), [_narrow(t) for t in c.cells]) for c in sums]
    tables: list[_Table] = [
        ([ids, names, *parts, *sums], 2, _LEGEND),
        ([ids, names, *parts, *sums], 1, _LEGEND),
        ([ids, names, *parts, *narrow], 1, (*_LEGEND, "? to read")),
        ([ids, *parts, *sums], 2, _LEGEND),
        ([ids, *parts, *sums], 1, _LEGEND),
        ([ids, *counted, *narrow], 1, (*_LEGEND, "? to read", *_key(titles))),
        ([ids, *narrow], 1, (_MORE, "? to read")),
    ]
    return _first_that_fits(tables, width)


def _component_sign(row: StudentScores, part: Component) -> str:
    points = row.code[part.id].points
    if row.status != GRADED:
        return ""
    if points == 0 and part.code_points > 0:
        return _SIGNS.get(row.outcomes.get(part.id, state.FAILED), "0")
    return number(points)


def _sums(rows: Sequence[StudentScores], components: Sequence[Component]) -> list[_Column]:
    columns = zip(*(_sums_of(row, components) for row in rows), strict=True)
    cells = list(columns) or [()] * 7
    heads = ("|", "code", "formula", "penalty", "total", "mark", "")
    return [_Column(*column) for column in zip(heads, cells, strict=True)]


def _sums_of(row: StudentScores, components: Iterable[Component]) -> list[str]:
    if row.status == NOT_GRADED:
        return ["|", "", "", "", "?", "?", "not graded"]
    if row.status == NOTHING:
        return ["|", "", "", "", "0", "0.0", "nothing"]
    read = sum(score.points for score in row.formula.values())
    unread = sum(
        part.formula_points or 0.0
        for part in components
        if part.id in row.formula and row.formula[part.id].waits
    )
    formula = [number(read)] if read else []
    if unread:
        formula.append(f"{number(unread)} to read")
    return [
        "|",
        number(sum(score.points for score in row.code.values())),
        " + ".join(formula) or "-",
        number(-row.penalty) if row.penalty else "",
        *_total_and_mark(row.total, row.mark, bool(row.waiting)),
        _sign(row),
    ]


def _sign(row: StudentScores) -> str:
    if row.voided is not None:
        return "set to 0"
    return "late" if row.late else "extended" if row.due.extended else ""


def _total_and_mark(total: float, mark: float, waits: bool) -> tuple[str, str]:
    more = "+" if waits else ""
    return number(total) + more, f"{rounded(mark):.1f}{more}"


def _narrow(cell: str) -> str:
    return cell.replace(" to read", "?").replace(" + ", "+")


def score_notes(rows: Iterable[StudentScores]) -> str:
    """What the last column of the table stands for, a line for each student it is about."""
    said = [(one_line(row.student), note) for row in rows for note in _notes(row)]
    width = max((len(student) for student, _ in said), default=0)
    return "\n".join(f"{student:<{width}}  {note}" for student, note in said)


def _notes(row: StudentScores) -> Iterator[str]:
    if row.voided is not None:
        yield f"set to 0: {one_line(row.voided)}"
    if row.late:
        yield late_sentence(row.handed_in, row.due)
    elif row.due_now.extended:
        yield f"may hand in until {row.due_now}"
    if row.status == NOTHING:
        yield "has handed in nothing"
    elif row.status == NOT_GRADED:
        yield "has handed in, but is not graded: run chainrule grade"
    elif row.due.moment != row.due_now.moment:
        yield f"was graded by another deadline than now, {row.due_now}: run chainrule grade"


def short_names(titles: Sequence[str]) -> list[str]:
    """A column head of a few letters for each title, all different: BatchNormalization is BN."""
    heads: list[str] = []
    for title in titles:
        words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|\d+", title) or [title]
        letters = [word if word.isupper() or word.isdigit() else word[0] for word in words]
        head = "".join(letters) if len(words) > 1 else words[0][:4]
        longer = (title[:length] for length in range(len(head), len(title) + 1))
        counted = (f"{head}{number}" for number in itertools.count(2))
        choices = itertools.chain([head], longer, counted)
        heads.append(next(name for name in choices if name not in heads))
    return heads


# ---------------------------------------------------------------------------------------
# The course


def course_table(rows: Sequence[CourseScores], width: int | None = None) -> str:
    """One line for each student: points and mark in each assignment, then those of all."""
    ids, names = _who(rows)
    titles = list(rows[0].rows) if rows else []
    most = [number(rows[0].rows[title].max_score) for title in titles]
    cells = [_points_and_marks(row.rows[title] for row in rows) for title in titles]
    sums = [_total_and_mark(row.total, row.mark, row.open()) for row in rows]
    every = f" ({number(rows[0].max_score)})" if rows else ""
    last = [
        _Column("|", ["|"] * len(rows)),
        _Column(f"total{every}", [total for total, _ in sums]),
        _Column("mark", [mark for _, mark in sums]),
    ]
    full = [_Column(f"{t} ({m})", c) for t, m, c in zip(titles, most, cells, strict=True)]
    counted = [
        _Column(f"{n} ({m})", c) for n, (m, c) in enumerate(zip(most, cells, strict=True), 1)
    ]
    tables: list[_Table] = [
        ([ids, names, *full, *last], 2, _COURSE_LEGEND),
        ([ids, *full, *last], 2, _COURSE_LEGEND),
        ([ids, *counted, *last], 2, (*_COURSE_LEGEND, *_key(titles))),
        ([ids, *last[1:]], 2, _COURSE_LEGEND),
    ]
    return _first_that_fits(tables, width)


def _points_and_marks(rows: Iterable[StudentScores]) -> list[str]:
    pairs = [_points_and_mark(row) for row in rows]
    width = max((len(points) for points, _ in pairs), default=0)
    return [f"{points:<{width}} {mark}".rstrip() for points, mark in pairs]


def _points_and_mark(row: StudentScores) -> tuple[str, str]:
    if row.status == NOT_GRADED:
        return "?", ""
    if row.status == NOTHING:
        return "-", ""
    return _total_and_mark(row.total, row.mark, bool(row.open()))


def _key(titles: Iterable[str]) -> list[str]:
    """What the numbers stand for that columns have in place of titles."""
    return [f"{count} {title}" for count, title in enumerate(titles, 1)]
