"""nbgrader's own converters, run in this process with a course's configuration."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets import TraitError
from traitlets.config import Config

from .course import Assignment, Course
from .errors import ChainruleError, UsageError

LAYOUT = "{nbgrader_step}/{student_id}/{assignment_id}"


class ConverterError(ChainruleError):
    """A converter of nbgrader's failed; ``log`` is all that it said about it."""

    def __init__(self, message: str, log: str) -> None:
        super().__init__(message)
        self.log = log


def course_directory(course: Course, config: Config, assignment: str = "") -> CourseDirectory:
    """nbgrader's description of the course's folder, as its own commands would see it."""
    try:
        return CourseDirectory(config=config, root=str(course.root), assignment_id=assignment)
    except TraitError as error:
        raise UsageError(str(error)) from error


@contextmanager
def generated(assignment: Assignment, course: Course, config: Config, save: bool) -> Iterator[Path]:
    """A temporary folder with the student version of ``assignment``.

    With ``save`` its cells also go into the gradebook, as ``nbgrader generate_assignment`` does.
    """
    config = deepcopy(config)
    config.GenerateAssignment.no_database = not save
    config.GenerateAssignment.post_convert_hook = _nothing
    config.SaveCells.enabled = save
    with tempfile.TemporaryDirectory(prefix="chainrule-") as folder:
        config.CourseDirectory.release_directory = folder
        config.CourseDirectory.directory_structure = LAYOUT
        directory = course_directory(course, config, assignment.name)
        _run(GenerateAssignment(coursedir=directory, config=config), f"{assignment.source}")
        yield Path(folder) / assignment.name


def _nothing(**_: object) -> None:
    """In place of the course's hook, which is for nbgrader's command alone."""


def _run(converter: BaseConverter, what: str) -> None:
    said = _Collector()
    converter.log.addHandler(said)
    try:
        converter.start()
    except (NbGraderException, TraitError) as error:
        text = "\n".join(said.lines)
        raise ConverterError(
            f"nbgrader could not convert {what}: {said.reason(error)}", text
        ) from error
    finally:
        converter.log.removeHandler(said)


class _Collector(logging.Handler):
    """Keeps the errors that a converter logs: its exception only points to them."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def reason(self, error: Exception) -> str:
        """The last line of the first traceback, or the exception's own words."""
        for text in self.lines:
            if text.startswith("Traceback"):
                return text.strip().splitlines()[-1]
        return str(error)
