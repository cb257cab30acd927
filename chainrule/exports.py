"""Scores as data for programs, spreadsheets, Canvas and Moodle. docs/exports.md describes them."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from .gradebook import late_sentence
from .marks import BEST, rounded
from .scores import NOT_GRADED, NOTHING, CourseScores, StudentScores
from .text import one_line
from .verdict import Component

Cell = str | float | int


# ---------------------------------------------------------------------------------------
# JSON


def score_json(rows: Iterable[StudentScores], components: Sequence[Component]) -> str:
    return _json([score_record(row, components) for row in rows])


def score_record(row: StudentScores, components: Sequence[Component]) -> dict[str, Any]:
    """One student's row as plain data. What is not graded has null for total and mark."""
    return {
        "student": row.student,
        "components": [
            {
                "id": part.id,
                "title": part.title,
                "outcome": row.outcomes.get(part.id),
                "code": row.code[part.id].points,
                "formula": row.formula[part.id].points if part.id in row.formula else None,
                "waits": part.id in row.formula and row.formula[part.id].waits,
            }
            for part in components
        ],
        **_sums(row),
        "name": row.line.name,
        "email": row.line.email or "",
        "group": row.line.group or "",
        "handed_in": row.handed_in and row.handed_in.isoformat(" ", "seconds"),
        "due": row.due.moment and row.due.moment.isoformat(" ", "seconds"),
        "extension": row.due.extended,
        "late_seconds": row.late.total_seconds(),
    }


def _sums(row: StudentScores) -> dict[str, Any]:
    known = row.status != NOT_GRADED
    return {
        "status": row.status,
        "penalty": row.penalty,
        "total": row.total if known else None,
        "max_score": row.max_score,
        "waiting": row.waiting,
        "mark": rounded(row.mark, 2) if known else None,
        "open": row.open(),
    }


def course_json(rows: Iterable[CourseScores]) -> str:
    return _json(
        [
            {
                "student": row.student,
                "name": row.line.name,
                "email": row.line.email or "",
                "group": row.line.group or "",
                "assignments": {name: _sums(part) for name, part in row.rows.items()},
                "total": row.total,
                "max_score": row.max_score,
                "mark": rounded(row.mark, 2),
                "waiting": row.waiting,
                "final": not row.open(),
            }
            for row in rows
        ]
    )


def _json(data: object) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


# ---------------------------------------------------------------------------------------
# Tables for spreadsheets


def score_csv(rows: Iterable[StudentScores], components: Sequence[Component]) -> str:
    """A column for each graded cell, then the sums; a cell that waits for a person is empty."""
    columns = [(part, kind) for part in components for kind in ("tests", "formula")]
    columns = [(p, kind) for p, kind in columns if kind == "tests" or p.formula_points is not None]
    names = [f"{part.id}-{kind}" for part, kind in columns]
    sums = ["penalty", "total", "max_score", "waiting", "mark", "status", "handed_in", "due"]
    lines: list[list[Cell]] = [["student", *names, *sums, "extension", *_ABOUT]]
    for row in rows:
        cells = [(row.code if kind == "tests" else row.formula)[part.id] for part, kind in columns]
        known = row.status != NOT_GRADED
        points = ["" if cell.waits or not known else cell.points for cell in cells]
        lines.append(
            [
                row.student,
                *points,
                row.penalty,
                _exact(row.total) if known else "",
                row.max_score,
                len(row.waiting),
                rounded(row.mark, 2) if known else "",
                row.status,
                row.handed_in.isoformat(" ", "seconds") if row.handed_in else "",
                row.due.moment.isoformat(" ", "seconds") if row.due.moment else "",
                "yes" if row.due.extended else "",
                *_about(row),
            ]
        )
    return _csv(lines)


_ABOUT = ("first_name", "last_name", "email", "group")


def _about(row: StudentScores | CourseScores) -> list[Cell]:
    return [getattr(row.line, name) or "" for name in _ABOUT]


def course_csv(rows: Sequence[CourseScores]) -> str:
    """Points and mark of each assignment, then those of all; what is not graded is empty."""
    names = _assignments(rows)
    head = [column for name in names for column in (name, f"{name} mark")]
    lines: list[list[Cell]] = [
        ["student", *head, "total", "max_score", "mark", "waiting", "final", *_ABOUT]
    ]
    for row in rows:
        cells: list[Cell] = []
        for part in (row.rows[name] for name in names):
            known = part.status != NOT_GRADED
            cells += [_exact(part.total), rounded(part.mark, 2)] if known else ["", ""]
        sums = [_exact(row.total), row.max_score, rounded(row.mark, 2), row.waiting]
        final = "" if row.open() else "yes"
        lines.append([row.student, *cells, *sums, final, *_about(row)])
    return _csv(lines)


def canvas_csv(
    rows: Sequence[CourseScores],
    columns: Mapping[str, str],
    marks: bool = False,
    now: datetime | None = None,
) -> str:
    """What Canvas's gradebook imports: points, or with ``marks`` marks out of 10.

    ``columns`` has the headings of Canvas's own export for assignments that it knows already. An
    empty cell stands for points that are not final.
    """
    names = _assignments(rows)
    most = {name: row.max_score for one in rows for name, row in one.rows.items()}
    head: list[Cell] = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    possible = ["    Points Possible", "", "", "", ""]
    lines: list[list[Cell]] = [
        [*head, *(columns.get(name, name) for name in names)],
        [*possible, *(_plain(BEST if marks else most[name]) for name in names)],
    ]
    for row in rows:
        about = [row.line.sorted_name or row.student, row.line.lms_id or "", "", row.student]
        cells = [_final(row.rows[name], marks, now) for name in names]
        lines.append([*about, row.line.group or "", *cells])
    return _csv(lines, harmless_from=2)


def moodle_csv(rows: Sequence[CourseScores], now: datetime | None = None) -> str:
    """What Moodle's import of grades reads; which column is which is chosen there.

    An empty cell stands for points that are not final.
    """
    names = _assignments(rows)
    lines: list[list[Cell]] = [["Username", "ID number", "Email address", "First name"]]
    lines[0].append("Last name")
    for name in names:
        lines[0] += [f"{name} points", f"{name} mark", f"{name} feedback"]
    for row in rows:
        line = row.line
        cells: list[Cell] = [row.student, line.lms_id or "", line.email or ""]
        cells += [line.first_name or "", line.last_name or ""]
        for part in (row.rows[name] for name in names):
            cells += [_final(part, False, now), _final(part, True, now)]
            cells.append("" if part.open(now) else _in_words(part))
        lines.append(cells)
    return _csv(lines)


def _final(row: StudentScores, mark: bool, now: datetime | None) -> str:
    if row.open(now):
        return ""
    return _plain(rounded(row.mark, 2) if mark else row.total)


def _in_words(row: StudentScores) -> str:
    """Where the points come from, for the student."""
    if row.status == NOTHING:
        return "Nothing was handed in."
    if row.voided is not None:
        return f"Set to 0: {row.voided}"
    if row.late:
        sentence = late_sentence(row.handed_in, row.due)
        return f"{sentence[0].upper()}{sentence[1:]}."
    code, formula = (
        sum(score.points for score in scores.values()) for scores in (row.code, row.formula)
    )
    parts = f"{_plain(code)} points for code, {_plain(formula)} for derivations"
    off = f", {_plain(row.penalty)} taken off" if row.penalty else ""
    return f"{parts}{off}: {_plain(row.total)} of {_plain(row.max_score)}."


def _assignments(rows: Sequence[CourseScores]) -> list[str]:
    return list(rows[0].rows) if rows else []


# ---------------------------------------------------------------------------------------
# Cells


def _exact(points: float) -> float:
    """A sum without the dust that adding floats leaves: 0.3, and not 0.30000000000000004."""
    return round(points, 6)


def _plain(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _csv(lines: Sequence[Sequence[Cell]], harmless_from: int = 1) -> str:
    """Lines of headings, which are ours, and lines of cells, in which text is made harmless."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for number, line in enumerate(lines):
        ours = number < harmless_from
        writer.writerow(
            [cell if ours or not isinstance(cell, str) else harmless(cell) for cell in line]
        )
    return text.getvalue()


def harmless(text: str) -> str:
    """``text`` as a spreadsheet shows it and does not run it, on one line.

    Spreadsheets take what begins with one of = + - @ for a formula, some of them also after spaces
    and invisible characters, and in the wide forms of East Asian writing.
    """
    line = one_line(text)
    first = unicodedata.normalize("NFKD", line).lstrip()[:1]
    return "'" + line if first in ("=", "+", "-", "@") else line
