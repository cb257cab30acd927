"""What a course decides, read from its nbgrader_config.py, and how it joins chainrule to nbgrader.

Nothing here imports nbgrader, which takes seconds: a plain ``chainrule check`` never needs it.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from traitlets import Dict, Integer, TraitError, Unicode
from traitlets.config import Config, Configurable
from traitlets.config.loader import PyFileConfigLoader

from .disclosure import check_matrix
from .errors import UsageError
from .moments import moment_as_written

CONFIG_FILE = "nbgrader_config.py"
STATE_FILE = ".chainrule.json"  # in each folder of autograded/: what the verdict was made from


class ChainruleSettings(Configurable):
    """The section ``c.ChainruleSettings`` of a course's nbgrader_config.py."""

    deadlines = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help='The last moment to hand in, with its time zone: {"name": "2026-11-20 23:59 UTC"}.',
    ).tag(config=True)
    canvas_columns = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help='The headings of Canvas\'s own export: {"name": "Title in Canvas (12345)"}.',
    ).tag(config=True)
    published = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help='From when on marks are published: {"name": "2026-12-01 09:00 UTC"}.',
    ).tag(config=True)
    feedback = Dict(
        help="What pages tell of hidden tests that failed, by phase: before (the deadline), after, "
        'published. {"before": ["requirements"]}; there are names, requirements, magnitudes.'
    ).tag(config=True)
    seed = Integer(0, help="Seeds the inputs of the hidden tests.").tag(config=True)

    def deadline(self, assignment: str) -> datetime | None:
        """The deadline of ``assignment`` as it is written, or None where the course sets none."""
        text = self.deadlines.get(assignment)
        return None if text is None else _deadline(text)

    def publication(self, assignment: str) -> datetime | None:
        """From when on the marks of ``assignment`` are published; None until that is set."""
        text = self.published.get(assignment)
        return None if text is None else _deadline(text, "publication")


def _deadline(text: str, what: str = "deadline") -> datetime:
    try:
        return moment_as_written(text)
    except ValueError as error:
        raise UsageError(
            f"{CONFIG_FILE}: the {what} {text!r} cannot be read, because {error}. Write a date, "
            "a time and a time zone: 2026-11-20 23:59 UTC, or 2026-11-20 23:59 Europe/Prague."
        ) from None


def load_config(root: Path) -> Config:
    """Everything that nbgrader_config.py in the folder ``root`` sets; empty where there is none."""
    if not (root / CONFIG_FILE).is_file():
        return Config()
    try:
        return PyFileConfigLoader(CONFIG_FILE, path=str(root)).load_config()
    except UsageError:
        raise
    except Exception as error:  # the file is a program of the instructor's: anything may happen
        raise UsageError(
            f"{root / CONFIG_FILE} cannot be read: {type(error).__name__}: {error}"
        ) from error


def load_settings(config: Config) -> ChainruleSettings:
    """The settings in ``config``. Raises UsageError for names and deadlines that make no sense."""
    known = ChainruleSettings.class_trait_names(config=True)
    for name in config.get("ChainruleSettings", {}):
        if name not in known:
            raise UsageError(
                f"{CONFIG_FILE}: there is no c.ChainruleSettings.{name}. "
                f"There are: {', '.join(sorted(known))}."
            )
    try:
        settings = ChainruleSettings(config=config)
    except TraitError as error:
        raise UsageError(f"{CONFIG_FILE}: {error}") from error
    for text in settings.deadlines.values():
        _deadline(text)
    for text in settings.published.values():
        _deadline(text, "publication")
    check_matrix(settings.feedback)
    return settings


def configure(c: Any) -> None:
    """Make nbgrader's commands judge as chainrule does; for a course's nbgrader_config.py.

    Autograding takes notebooks and scores from the judge, and students get chainrule's page. The
    formgrader shows of a student's Markdown and outputs only what can do no harm in the browser of
    the person who reads them.
    """
    put_tools_on_path()
    c.Autograde.exporter_class = "chainrule.nbgrader_door.JudgedNotebookExporter"
    c.Autograde.sanitize_preprocessors = []
    c.Autograde.autograde_preprocessors = []
    c.Autograde.pre_convert_hook = "chainrule.nbgrader_door.add_missing_notebooks"
    c.GenerateFeedback.exporter_class = "chainrule.feedback_door.PageExporter"
    c.GenerateFeedback.post_convert_hook = "chainrule.feedback_door.keep_one_page"
    c.ExchangeFactory.release_feedback = "chainrule.feedback_door.ReleaseFeedback"
    c.GenerateAssignment.post_convert_hook = "chainrule.nbgrader_door.set_deadline"
    c.GenerateFeedback.pre_convert_hook = "chainrule.nbgrader_door.keep_voids"
    c.ExportApp.plugin_class = "chainrule.nbgrader_door.ExportPlugin"
    c.ZipCollectApp.collector_plugin = "chainrule.collecting.Collector"
    c.ExtractorPlugin.zip_ext = [".zip"]
    c.LateSubmissionPlugin.penalty_method = "zero"
    c.CourseDirectory.ignore.append(STATE_FILE)
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.filters = {"markdown2html": "chainrule.safe_html.markdown_to_safe_html"}


def put_tools_on_path() -> None:
    """Let nbgrader find ``alembic``, which it calls by name, in an environment not activated."""
    folder = os.path.dirname(sys.executable)
    entries = os.environ.get("PATH", "").split(os.pathsep)
    if folder not in entries:
        os.environ["PATH"] = os.pathsep.join([folder, *entries])
