"""nbgrader's formgrader, with what a grader wants to know beside each answer.

A Jupyter server extension in place of ``nbgrader.server_extensions.formgrader``. It is that one
with another exporter: a page shows how the component's checks went, the rubric, and whether an
answer has changed since a person graded it. Formulas are MathML, so that nothing is fetched from
the web.

``python -m chainrule.formgrader`` starts it, with JupyterLab around it, for this machine alone.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from nbgrader.server_extensions.formgrader import handlers
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension
from traitlets.config import Config

from .course import find_course
from .desk import desk
from .feedback_cells import markdown, rendered
from .mathml import math
from .settings import put_tools_on_path

ARGUMENTS = (
    "--ServerApp.ip=127.0.0.1",
    "--LabApp.default_url=/formgrader",
    '--ServerApp.jpserver_extensions={"chainrule.formgrader": True,'
    ' "nbgrader.server_extensions.formgrader": False}',
)
TEMPLATES = Path(__file__).parent / "templates"
_WITHOUT_ALT = re.compile(r"<img(?![^>]*\balt=)")
_LATEX = re.compile(r"\s*(\$\$?|\\\[)(?P<body>.*?)(\$\$?|\\\])\s*", re.DOTALL)


def main(arguments: Sequence[str]) -> None:
    """Run JupyterLab in the working directory, which is a course, until it is stopped."""
    from jupyterlab.labapp import LabApp

    put_tools_on_path()
    # Jupyter asks root to say that it means it.
    as_root = ("--allow-root",) if os.geteuid() == 0 else ()
    LabApp.launch_instance([*ARGUMENTS, *as_root, *arguments])


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    formgrader = Formgrader(parent=server)
    formgrader.root_dir = server.root_dir
    formgrader.log = server.log
    formgrader.initialize([])
    formgrader.init_tornado_settings(server.web_app)
    formgrader.init_handlers(server.web_app)


class Formgrader(FormgradeExtension):  # type: ignore[misc]
    """nbgrader's, with other pages for the notebooks."""

    def init_tornado_settings(self, webapp: Any) -> None:
        super().init_tornado_settings(webapp)
        config: Config = deepcopy(self.config)
        config.HTMLExporter.template_name = "formgrader"
        config.HTMLExporter.extra_template_basedirs = [str(TEMPLATES), handlers.template_path]
        config.HTMLExporter.extra_template_paths = [handlers.template_path]  # what ours extends
        config.HTMLExporter.filters = {"markdown2html": _markdown, "latex_output": _latex}
        webapp.settings["nbgrader_exporter"] = PageExporter(config=config)  # type: ignore[no-untyped-call]


class PageExporter(HTMLExporter):
    """Makes the formgrader's page of one autograded notebook.

    As HTMLExporter does, which would parse the finished page again to give pictures a text: that
    takes longer than all the rest.
    """

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        resources = self._init_resources(resources)  # type: ignore[no-untyped-call]
        course = find_course(Path(resources["metadata"]["path"]))
        resources["desk"] = desk(
            course,
            course.assignment(resources["assignment_id"]),
            resources["student"],
            resources["submission_id"],
        )
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name"))
        show = WidgetsDataTypeFilter(notebook_metadata={}, parent=self, resources=resources)
        highlight = Highlight2HTML(pygments_lexer=lexer, parent=self)
        self.register_filter("highlight_code", highlight)  # type: ignore[no-untyped-call]
        self.register_filter("filter_data_type", show)  # type: ignore[no-untyped-call]
        html, resources = TemplateExporter.from_notebook_node(self, nb, resources, **options)
        return _WITHOUT_ALT.sub('<img alt="A picture in the submission"', html), resources


@pass_context
def _markdown(context: Context, source: str) -> Markup:
    cell: dict[str, Any] = context.get("cell") or {}
    attachments = cell.get("attachments")
    return rendered(source, attachments) if attachments else markdown(source)


def _latex(text: str) -> Markup:
    """A formula that is the output of a cell."""
    if match := _LATEX.fullmatch(text):
        return Markup(math(match["body"], True))
    return escape(text)


if __name__ == "__main__":
    main(sys.argv[1:])
