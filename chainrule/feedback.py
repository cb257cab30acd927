"""The pages that students get back: nbgrader's, rendered without its converters.

nbgrader's GenerateFeedback opens the gradebook for each notebook, compiles its template for each,
and writes pages in place, so that a crash leaves half of one. The pages here are the same, from one
exporter, and a student's are there together or not at all.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode, from_dict
from nbgrader import utils
from nbgrader.converters import GenerateFeedback
from traitlets.config import Config

from .converters import course_directory
from .course import Assignment, Course, grade_id
from .errors import NotGradedError
from .files import replacing
from .gradebook import NotebookGrades
from .notebooks import rejoined
from .settings import load_config


class Renderer:
    """Renders autograded notebooks of one course; made once, since that compiles the template.

    Most of a notebook is the same for everybody, so that highlighted code and Markdown are kept.
    """

    def __init__(self, course: Course, config: Config) -> None:
        # nbgrader's converter knows where its template lies.
        settings = GenerateFeedback(
            coursedir=course_directory(course, config), config=config
        ).config
        self.exporter: Any = _Exporter(config=settings)

    def page(
        self, name: str, assignment: str, student: str, data: bytes, told: NotebookGrades
    ) -> str:
        """The page of one autograded notebook's bytes."""
        notebook = from_dict(rejoined(json.loads(data)))
        for cell in notebook.cells:
            _fill_in(cell, told)
        resources = {
            "unique_key": name,
            "output_files_dir": f"{name}_files",
            "nbgrader": {
                "student": student,
                "assignment": assignment,
                "notebook": name,
                "score": told.score - told.penalty,
                "max_score": told.max_score,
                "late_penalty": told.penalty,
            },
        }
        html: str = self.exporter.from_notebook_node(notebook, resources=resources)[0]
        return html


class _Exporter(HTMLExporter):
    """nbconvert's, which would parse each finished page again, to give pictures a text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.highlighters: dict[str | None, Any] = {}

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **_: Any
    ) -> tuple[str, dict[str, Any]]:
        resources = self._init_resources(resources)
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name"))
        if lexer not in self.highlighters:
            highlight = Highlight2HTML(pygments_lexer=lexer, parent=self)
            self.highlighters[lexer] = _remembering(highlight)
        show = WidgetsDataTypeFilter(notebook_metadata={}, parent=self, resources=resources)
        self.register_filter("highlight_code", self.highlighters[lexer])
        self.register_filter("filter_data_type", show)
        html, resources = TemplateExporter.from_notebook_node(self, nb, resources)
        return _WITHOUT_ALT.sub(f'<img alt="{_ALT}"', html), resources


_ALT = "No description has been provided for this image"
_WITHOUT_ALT = re.compile(r"<img(?![^>]*\balt=)")


def _remembering(highlight: Any) -> Any:
    @lru_cache(maxsize=2000)
    def remembered(source: str) -> str:
        return str(highlight(source))

    return lambda source, language=None, metadata=None: remembered(source)


def _fill_in(cell: NotebookNode, told: NotebookGrades) -> None:
    """Put points and comments where nbgrader's template looks for them."""
    name = grade_id(cell)
    if utils.is_solution(cell) or utils.is_task(cell):
        cell.metadata.nbgrader["comment"] = told.comments.get(name)
    if utils.is_grade(cell) or utils.is_task(cell):
        cell.metadata.nbgrader["score"], cell.metadata.nbgrader["points"] = told.scores[name]


_renderers: dict[Path, Renderer] = {}  # of this process


def pages(
    root: Path, assignment: str, student: str, grades: dict[str, NotebookGrades]
) -> dict[str, str]:
    """The pages of a submission by notebook, from autograded/ and what the gradebook says."""
    if root not in _renderers:
        _renderers[root] = Renderer(Course(root), load_config(root))
    graded = root / "autograded" / student / assignment
    return {
        name: _renderers[root].page(
            name, assignment, student, (graded / f"{name}.ipynb").read_bytes(), told
        )
        for name, told in grades.items()
    }


def write_pages(
    course: Course, assignment: Assignment, student: str, written: dict[str, str]
) -> None:
    """Write feedback/<student>/<assignment>/, all pages of it or none."""
    if set(written) != set(assignment.notebooks):
        raise NotGradedError(f"The gradebook knows nothing of {student}: grade with --force.")
    with replacing(course.root / "feedback" / student / assignment.name) as new:
        for name, html in written.items():
            (new / f"{name}.html").write_text(html, encoding="utf-8")


def has_pages(course: Course, assignment: Assignment, student: str) -> bool:
    folder: Path = course.root / "feedback" / student / assignment.name
    return all((folder / f"{name}.html").is_file() for name in assignment.notebooks)
