"""Submitted notebooks: read within limits, whatever the bytes are, and written with what was found.

Reading never raises for what a student made: it gives what can be used and says what cannot.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from .course import Assignment, grade_id, nbgrader_metadata

MAX_BYTES = 20 << 20
MAX_CELLS = 2000
MAX_SOURCE = 1 << 20
_IMAGES = {"image/png", "image/jpeg", "image/gif"}
_BEGIN, _END = "BEGIN SOLUTION", "END SOLUTION"
_CODE_STUB = ["# YOUR CODE HERE", "raise NotImplementedError()"]
_TEXT_STUB = ["YOUR ANSWER HERE"]


@dataclass(frozen=True)
class SubmittedCell:
    """One cell as handed in; ``grade_id`` is "" where it carries none."""

    kind: str  # code, markdown or raw
    source: str
    grade_id: str
    attachments: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Submission:
    """The student's notebooks by name; None stands for one that is missing or unreadable."""

    notebooks: Mapping[str, tuple[SubmittedCell, ...] | None]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class HandedIn:
    """The bytes of the student's notebooks by name, or why there are none, as it was handed in.

    A submission travels to whoever judges it in this form: bytes that may be hostile are parsed by
    the process that judges them, not by the one that writes the gradebook.
    """

    notebooks: Mapping[str, bytes | str]

    def digest(self) -> str:
        """A hash of what is judged."""
        digest = hashlib.sha256()
        for name, content in sorted(self.notebooks.items()):
            data = content if isinstance(content, bytes) else b""
            digest.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\0".encode())
        return digest.hexdigest()


def collect(folder: Path, assignment: Assignment) -> HandedIn:
    """Fetch the student's notebooks of one submission, within limits."""
    found: dict[str, bytes | str] = {}
    for name in assignment.student_notebooks:
        try:
            found[name] = _read_bytes(folder / f"{name}.ipynb")
        except _Unreadable as error:
            found[name] = str(error)
    return HandedIn(found)


def parse(handed_in: HandedIn, assignment: Assignment) -> Submission:
    """Read what was handed in; what is wrong with it becomes problems."""
    notebooks: dict[str, tuple[SubmittedCell, ...] | None] = {}
    problems: list[str] = []
    for name in assignment.student_notebooks:
        content = handed_in.notebooks.get(name, "is missing")
        try:
            if isinstance(content, str):
                raise _Unreadable(content)
            notebooks[name] = _parse(name, content, assignment, problems)
        except _Unreadable as error:
            notebooks[name] = None
            problems.append(f"{name}.ipynb {error}")
    return Submission(notebooks, tuple(problems))


def read_submission(folder: Path, assignment: Assignment) -> Submission:
    """Read the student's notebooks of one submission; what is wrong with them becomes problems."""
    return parse(collect(folder, assignment), assignment)


def _parse(
    name: str, data: bytes, assignment: Assignment, problems: list[str]
) -> tuple[SubmittedCell, ...]:
    sources = {grade_id(c): c for c in assignment.notebooks[name].cells if grade_id(c)}
    kinds = {key: cell.cell_type for key, cell in sources.items()}
    cells = []
    items = _items(data)
    if not items:
        problems.append(f"{name}.ipynb has no cells")
    for number, found in enumerate(items, 1):
        cell = _cell(found, kinds)
        if isinstance(cell, str):
            problems.append(f"{name}.ipynb, cell {number} {cell}")
            # In its place, so that the others keep their numbers and a reader sees what happened.
            cell = SubmittedCell("markdown", f"*{problems[-1]}.*", "", {})
        if changed := _changed_marks(found, sources.get(cell.grade_id)):
            problems.append(
                f"{name}.ipynb, cell {number}: {changed} of {cell.grade_id} was changed; what the "
                "source says counts"
            )
        kind = kinds.get(cell.grade_id, cell.kind)
        if kind != cell.kind:
            problems.append(
                f"{name}.ipynb, cell {number}: {cell.grade_id} was made a {cell.kind} "
                f"cell; it is graded as the {kind} cell it was"
            )
        cells.append(replace(cell, kind=kind))
    return tuple(cells)


class _Unreadable(Exception):
    """Why a notebook cannot be used, as the rest of a sentence that starts with its name."""


def _read_bytes(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise _Unreadable("is not a regular file")
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _Unreadable("is missing") from None
    except OSError as error:
        raise _Unreadable(f"cannot be opened: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise _Unreadable(
            f"is larger than {MAX_BYTES >> 20} MB: clear the outputs and save it again"
        )
    return data


_MARKS = ("points", "grade", "solution", "locked", "task")  # what nbgrader calls its metadata


def _changed_marks(item: Any, source: NotebookNode | None) -> str:
    """Which of a cell's marks are not as they were released, if the cell carries any."""
    metadata = item.get("metadata") if source is not None else None
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if source is None or not isinstance(marks, dict):
        return ""
    original = nbgrader_metadata(source)
    return ", ".join(
        mark
        for mark in _MARKS
        if mark in marks and (marks[mark] != original.get(mark, 0 if mark == "points" else False))
    )


def _items(data: bytes) -> list[Any]:
    """What stands in the list of cells of a notebook's bytes, whatever it is."""
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _Unreadable(f"is not a notebook: byte {error.start} is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        found = "expected a JSON object" if error.pos == 0 else error.msg
        text = f"is not a notebook: line {error.lineno}, column {error.colno}: {found}"
        raise _Unreadable(text if data.strip() else "is empty") from None
    except (RecursionError, ValueError):
        raise _Unreadable("is not a notebook: its JSON is nested too deeply or too large") from None
    if not isinstance(content, dict):
        raise _Unreadable("is not a notebook: line 1, column 1: expected a JSON object")
    if content.get("nbformat") != 4 or not isinstance(content.get("cells"), list):
        version = str(content.get("nbformat"))[:20]
        raise _Unreadable(
            f"is not a notebook of format 4 (it says {version}): save it with Jupyter"
        )
    if len(content["cells"]) > MAX_CELLS:
        raise _Unreadable(f"has more than {MAX_CELLS} cells")
    return list(content["cells"])


def parse_cells(data: bytes, known: Iterable[str] = ()) -> list[SubmittedCell]:
    """The cells of a notebook's bytes; ``known`` are the grade ids that cells may carry."""
    names = set(known)
    cells = [_cell(item, names) for item in _items(data)]
    return [cell for cell in cells if not isinstance(cell, str)]


def _cell(item: Any, known: Container[str]) -> SubmittedCell | str:
    """A cell, or why it is none, as the rest of a sentence that starts with its place."""
    if not isinstance(item, dict) or item.get("cell_type") not in ("code", "markdown", "raw"):
        return "is not a cell: left out"
    source = item.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return "holds no text: left out"
    if len(source) > MAX_SOURCE:
        return f"holds more than {MAX_SOURCE >> 20} MB of text: left out"
    # Half of a surrogate pair is legal in JSON but cannot be written as UTF-8 again.
    source = source.encode("utf-8", "replace").decode("utf-8")
    metadata = item.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    marked = marks.get("grade_id") if isinstance(marks, dict) else None
    # Some editors drop a cell's metadata but keep its id.
    names = [name for name in (marked, item.get("id")) if isinstance(name, str) and name in known]
    attachments = _attachments(item.get("attachments"))
    return SubmittedCell(item["cell_type"], source, names[0] if names else "", attachments)


def _attachments(value: Any) -> dict[str, dict[str, str]]:
    """Only pictures: a photograph of a derivation on paper."""
    kept: dict[str, dict[str, str]] = {}
    if isinstance(value, dict):
        for name, bundle in value.items():
            if isinstance(bundle, dict) and re.fullmatch(r"[\w.\- ()]{1,200}", name):
                pictures = {
                    mime: data
                    for mime, data in bundle.items()
                    if mime in _IMAGES
                    and isinstance(data, str)
                    and re.fullmatch(r"[A-Za-z0-9+/=\s]*", data)
                }
                if pictures:
                    kept[name] = pictures
    return kept


# ---------------------------------------------------------------------------------------
# What was released, computed from the source as nbgrader does


def stub_source(cell: NotebookNode) -> str:
    """The text of a source cell as students get it: solution regions replaced by the stub."""
    stub = _CODE_STUB if cell.cell_type == "code" else _TEXT_STUB
    lines: list[str] = []
    inside = False
    for line in cell.source.split("\n"):
        if _BEGIN in line:
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            lines += [indent + text for text in stub]
        elif _END in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def is_answered(submitted: str, released: str) -> bool:
    """Whether a written answer holds anything that the released cell does not."""
    prompt = {"".join(line.split()) for line in released.split("\n")}
    return any("".join(line.split()) not in prompt | {""} for line in submitted.split("\n"))


def without_hidden_tests(source: str) -> str:
    """A graded cell's text without its hidden region."""
    lines: list[str] = []
    hidden = False
    for line in source.split("\n"):
        if "BEGIN HIDDEN TESTS" in line:
            hidden = True
        elif "END HIDDEN TESTS" in line:
            hidden = False
        elif not hidden:
            lines.append(line)
    return "\n".join(lines)


# ---------------------------------------------------------------------------------------
# Writing


def notebook_bytes(source: NotebookNode, cells: list[NotebookNode]) -> bytes:
    """A valid notebook with these cells and the kernel that the source names.

    The bytes that nbformat would write. It would also copy and validate everything, which takes
    longer than to judge a component; that the result is valid is tested instead.
    """
    metadata = {
        key: source.metadata[key]
        for key in ("kernelspec", "language_info")
        if key in source.metadata
    }
    used: set[str] = set()
    for index, cell in enumerate(cells):
        wanted = cell.get("id") or f"cell-{index}"
        cell["id"] = wanted if wanted not in used else f"cell-{index}"
        used.add(cell["id"])
    notebook = {
        "cells": [_split_lines(cell) for cell in cells],
        "metadata": metadata,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)
    return (text + "\n").encode()


def _split_lines(cell: Mapping[str, Any]) -> dict[str, Any]:
    """A cell whose long texts are lists of lines, as they stand in files."""
    new = dict(cell, source=cell["source"].splitlines(True))
    if "outputs" in cell:
        new["outputs"] = [_split_output(output) for output in cell["outputs"]]
    return new


def _split_output(output: Mapping[str, Any]) -> dict[str, Any]:
    new = dict(output)
    if "text" in output:
        new["text"] = output["text"].splitlines(True)
    if "data" in output:
        new["data"] = {
            mime: text.splitlines(True) if mime.startswith("text/") else text
            for mime, text in output["data"].items()
        }
    return new


def rejoined(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook of ``notebook_bytes`` with its texts in one piece again, changed in place."""
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
        for output in cell.get("outputs", ()):
            if "text" in output:
                output["text"] = "".join(output["text"])
            for mime, text in output.get("data", {}).items():
                output["data"][mime] = "".join(text)
    return notebook


def new_cell(
    kind: str, source: str, metadata: Mapping[str, Any] | None = None, cell_id: str = ""
) -> NotebookNode:
    """A fresh cell; ``metadata`` is its nbgrader metadata."""
    cell = NotebookNode(cell_type=kind, id=cell_id, source=source, metadata=NotebookNode())
    if kind == "code":
        cell.update(execution_count=None, outputs=[])
    if metadata:
        cell.metadata["nbgrader"] = NotebookNode(metadata)
    return cell


def new_output(kind: str, **fields: Any) -> NotebookNode:
    """A fresh output of a code cell: a stream, display_data or an error."""
    if kind == "display_data":
        fields["metadata"] = {}
    return NotebookNode(output_type=kind, **fields)
