"""Writes what judging found: automatic scores, comments, and the notebooks that a person reads.

An autograded notebook is built anew, cell by cell: the student's text, the source's metadata, the
outputs of the sandboxed run. Nothing else of the submitted file survives.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from .course import Assignment, grade_id, nbgrader_metadata
from .notebooks import (
    Submission,
    SubmittedCell,
    is_answered,
    new_cell,
    new_output,
    notebook_bytes,
    stub_source,
    without_hidden_tests,
)
from .sandbox.session import CellResult
from .text import clean, harmless_latex, one_line
from .unusual import unusual
from .verdict import CellComment, CellGrade, ComponentVerdict

MAX_FAILED = 3  # cells that are named one by one: where one fails, those after it often do
_SHOWN = {"text/plain", "text/latex", "image/png", "image/jpeg"}  # none of these can run a script


@dataclass(frozen=True)
class Findings:
    """What the gradebook stores about one submission, and its notebooks."""

    grades: tuple[CellGrade, ...]
    comments: tuple[CellComment, ...]
    notebooks: dict[str, bytes]
    problems: tuple[str, ...]


def findings(
    assignment: Assignment,
    submission: Submission,
    answers: Mapping[str, Answers],
    parts: tuple[ComponentVerdict, ...],
    ran: Mapping[str, Mapping[str, CellResult]],
    shown: Mapping[str, str],
) -> Findings:
    """Everything to be stored, from the components' verdicts.

    ``answers`` holds what was handed in for the written cells, by notebook;
    ``ran`` holds the results of the code cells by notebook and label, ``shown`` what the cells of
    the notebooks of tests printed, by cell id.
    """
    grades: list[CellGrade] = []
    comments: list[CellComment] = []
    written: dict[str, bytes] = {}
    problems = list(submission.problems)
    passed = {part.component.id: part for part in parts}
    for name, source in assignment.notebooks.items():
        if name in assignment.test_notebooks:
            cells = [_tests_cell(cell, shown) for cell in source.cells]
            for cell in source.cells:
                if nbgrader_metadata(cell).get("grade"):
                    part = passed[_component_of(cell)]
                    grades.append(CellGrade(name, grade_id(cell), part.code_score))
        else:
            handed_in = submission.notebooks.get(name)
            for cell in source.cells:
                if nbgrader_metadata(cell).get("grade"):
                    grades.append(answers[name].grade(cell, passed.get(_component_of(cell))))
                if nbgrader_metadata(cell).get("solution"):
                    comments.append(answers[name].comment(cell, passed.get(_component_of(cell))))
            cells = _student_cells(name, source, handed_in, ran.get(name, {}), submission.problems)
            problems += _problems(name, source, handed_in or (), ran.get(name, {}))
            problems += unusual(name, handed_in or ())
        written[name] = notebook_bytes(source, cells)
    return Findings(tuple(grades), tuple(comments), written, tuple(one_line(p) for p in problems))


def _component_of(cell: NotebookNode) -> str:
    return grade_id(cell).rpartition("-")[0]


class Answers:
    """What was handed in for the cells of one notebook that take an answer."""

    def __init__(self, name: str, cells: tuple[SubmittedCell, ...] | None) -> None:
        self.name = name
        self.readable = cells is not None
        self.found: dict[str, list[SubmittedCell]] = {}
        for cell in cells or ():
            self.found.setdefault(cell.grade_id, []).append(cell)
        # A notebook that lost all of its marks may hold the derivations in cells of no name.
        self.unmarked = self.readable and set(self.found) <= {""}

    def waits(self, cell: NotebookNode) -> bool:
        """Whether a person may find an answer to this source cell."""
        return self.unmarked or self.answered(cell)

    def answered(self, cell: NotebookNode) -> bool:
        released = stub_source(cell)
        return any(
            found.attachments or is_answered(found.source, released)
            for found in self.found.get(grade_id(cell), [])
        )

    def grade(self, cell: NotebookNode, part: ComponentVerdict | None) -> CellGrade:
        """None where a person has to read the answer, 0 where there is nothing to read."""
        counts = part is None or part.passed
        score = None if counts and self.waits(cell) else 0.0
        return CellGrade(self.name, grade_id(cell), score, self.digest(cell))

    def digest(self, cell: NotebookNode) -> str:
        """A hash of what a person reads as the answer to this source cell."""
        found = self.found.get("" if self.unmarked else grade_id(cell), [])
        read = [(answer.source.strip(), answer.attachments) for answer in found]
        return hashlib.sha256(repr(read).encode("utf-8", "replace")).hexdigest()[:16]

    def comment(self, cell: NotebookNode, part: ComponentVerdict | None) -> CellComment:
        text = None
        if not self.readable:
            text = f"{self.name}.ipynb could not be read."
        elif self.unmarked:
            text = "The notebook's cells carry no names: look for this answer in all of them."
        elif grade_id(cell) not in self.found:
            text = "This cell was missing from the submission."
        elif not self.answered(cell):
            text = "No response."
        elif nbgrader_metadata(cell).get("grade") and part is not None and not part.passed:
            text = f"Counts only when the checks of {part.component.title} pass, and they do not."
        return CellComment(self.name, grade_id(cell), text)


def _tests_cell(cell: NotebookNode, shown: Mapping[str, str]) -> NotebookNode:
    """A cell of a notebook of tests for people: without hidden regions, with its report."""
    new = new_cell(
        cell.cell_type, without_hidden_tests(cell.source), nbgrader_metadata(cell), cell["id"]
    )
    if shown.get(cell["id"]):
        new.outputs = [new_output("stream", name="stdout", text=clean(shown[cell["id"]]))]
    return new


def _student_cells(
    name: str,
    source: NotebookNode,
    handed_in: tuple[SubmittedCell, ...] | None,
    ran: Mapping[str, CellResult],
    problems: tuple[str, ...],
) -> list[NotebookNode]:
    """The student's cells with the source's metadata, then graded cells that are missing."""
    known = {grade_id(cell): cell for cell in source.cells if grade_id(cell)}
    cells: list[NotebookNode] = []
    if handed_in is None:
        reason = next((line for line in problems if line.startswith(f"{name}.ipynb ")), "")
        cells.append(new_cell("markdown", f"**{clean(reason)}** Nothing in it could be graded."))
    last = {cell.grade_id: index for index, cell in enumerate(handed_in or ())}
    for index, cell in enumerate(handed_in or ()):
        original = known.get(cell.grade_id)
        # The last of several cells with one name carries it, as in nbgrader.
        new = new_cell(cell.kind, cell.source)
        if original is not None and last[cell.grade_id] == index:
            text = original.source if _is_locked(original) else cell.source
            new = new_cell(cell.kind, text, nbgrader_metadata(original), original["id"])
        if cell.kind == "code":
            result = ran.get(f"{name}.ipynb, cell {index + 1}", CellResult())
            new.outputs = outputs(result)
        elif cell.attachments:
            new["attachments"] = {key: dict(value) for key, value in cell.attachments.items()}
        cells.append(new)
    for key, original in known.items():
        if key not in last and nbgrader_metadata(original).get("grade"):
            note = "*This cell was missing from the submission.*\n\n" + stub_source(original)
            cells.append(new_cell("markdown", note, nbgrader_metadata(original), original["id"]))
    return cells


def _is_locked(cell: NotebookNode) -> bool:
    metadata = nbgrader_metadata(cell)
    return not metadata.get("solution") and bool(metadata.get("locked") or metadata.get("grade"))


def outputs(result: CellResult) -> list[NotebookNode]:
    """Outputs as the sandbox reports them, reduced to what is well-formed and harmless."""
    kept = []
    for item in result.outputs[:200]:
        if isinstance(item, dict) and (new := _output(item)) is not None:
            kept.append(new)
    if result.problem and not any(output.output_type == "error" for output in kept):
        kept.append(
            new_output(
                "error",
                ename="Stopped",
                evalue=clean(result.problem),
                traceback=[f"Stopped: {clean(result.problem)}"],  # the only thing that pages show
            )
        )
    return kept


def _output(item: dict[str, Any]) -> Any:
    kind = item.get("output_type")
    if not isinstance(kind, str):
        return None
    if kind == "stream" and isinstance(item.get("text"), str):
        name = "stderr" if item.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=clean(item["text"]))
    if kind in ("display_data", "execute_result") and isinstance(item.get("data"), dict):
        data = {
            mime: _shown(mime, value)
            for mime, value in item["data"].items()
            if mime in _SHOWN and isinstance(value, str) and _is_well_formed(mime, value)
        }
        return new_output("display_data", data=data) if data else None
    if kind == "error":
        lines = item.get("traceback")
        lines = lines if isinstance(lines, list) else []
        return new_output(
            "error",
            ename=clean(str(item.get("ename"))[:200]),
            evalue=clean(str(item.get("evalue"))[:2000]),
            traceback=[clean(line) for line in lines if isinstance(line, str)],
        )
    return None


def _shown(mime: str, value: str) -> str:
    if mime == "text/latex":
        return clean(harmless_latex(value))
    return clean(value) if mime.startswith("text/") else value


def _is_well_formed(mime: str, value: str) -> bool:
    return mime.startswith("text/") or re.fullmatch(r"[A-Za-z0-9+/=\s]+", value) is not None


def _problems(
    name: str,
    source: NotebookNode,
    handed_in: tuple[SubmittedCell, ...],
    ran: Mapping[str, CellResult],
) -> list[str]:
    """One line for each cell that was repaired or failed to run; one for many that failed."""
    lines = []
    failed = []
    known = {grade_id(cell): cell for cell in source.cells if grade_id(cell)}
    seen: set[str] = set()
    for number, cell in enumerate(handed_in, 1):
        label = f"{name}.ipynb, cell {number}"
        result = ran.get(label)
        if result is not None and result.problem:
            failed.append(
                f"{label} ({_first_line(cell.source)}): {' '.join(result.problem.split())}"
            )
        original = known.get(cell.grade_id)
        if original is None:
            continue
        if cell.grade_id in seen:
            lines.append(
                f"{label}: a second cell named {cell.grade_id}; the last one carries the name"
            )
        seen.add(cell.grade_id)
        if _is_locked(original) and cell.source.strip() != original.source.strip():
            lines.append(
                f"{label}: the read-only cell {cell.grade_id} was changed; the released text counts"
            )
    if len(failed) > MAX_FAILED:
        more = f"{len(failed) - 1} more cells of this notebook stopped with an error"
        failed = [failed[0], f"{name}.ipynb: {more}"]
    lines = failed + lines
    if handed_in and not seen:
        lines.append(
            f"{name}.ipynb: its cells carry no names, so derivations must be looked for by hand"
        )
    elif handed_in:
        missing = [key for key in known if key not in seen and not key.endswith("-check")]
        if missing:
            lines.append(f"{name}.ipynb: missing cells: {', '.join(missing)}")
    return lines


def _first_line(source: str) -> str:
    line = next((line.strip() for line in source.splitlines() if line.strip()), "empty")
    return line if len(line) <= 60 else line[:59] + "…"
