"""Makes ``nbgrader autograde`` judge as ``chainrule grade`` does, down to the same rows.

nbgrader converts a submission one notebook at a time, twice each. Here the first request for a
notebook of a submission judges and records all of it, and every request is answered from that
verdict. Nothing of a submission is read, executed or scored by nbgrader itself.
"""

from __future__ import annotations

from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import CsvExportPlugin
from traitlets.config import Config
from traitlets.log import get_logger

from . import registration, submitted
from .course import Assignment, Course, find_course
from .errors import ChainruleError
from .gradebook import forget, known, open_gradebook
from .intake import settle, take_in, write_autograded
from .notebooks import HandedIn, collect
from .record import Past
from .roster import ROSTER_FILE, Roster, read_roster
from .settings import ChainruleSettings, load_config, load_settings
from .verdict import Verdict
from .workers import Task, judge_with, new_pool


class JudgedNotebookExporter(NotebookExporter):
    """For ``c.Autograde.exporter_class``: gives judged notebooks in place of submitted ones."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)  # type: ignore[no-untyped-call]
        self._door: _Door | None = None
        self._latest: tuple[str, Verdict] | None = None  # the student judged last

    def from_filename(  # type: ignore[override]  # as in all exporters, the output is text
        self, filename: str, resources: dict[str, Any] | None = None, **_: Any
    ) -> tuple[str, dict[str, Any]]:
        """The judged notebook that ``resources`` names; the file is never opened."""
        resources = dict(resources or {}, output_extension=self.file_extension)
        names = resources["nbgrader"]
        if self._door is None:
            converter: Any = self.parent
            self._door = _Door.open(Path(converter.coursedir.root), names["assignment"])
        if self._latest is None or self._latest[0] != names["student"]:
            self._latest = names["student"], self._door.grade(names["student"])
        return self._latest[1].notebooks[names["notebook"]].decode(), resources


@dataclass
class _Door:
    """One run of nbgrader's autograding over an assignment."""

    course: Course
    assignment: Assignment
    config: Config
    settings: ChainruleSettings
    roster: Roster
    grader: str  # digest of everything on our side
    executor: Executor

    @classmethod
    def open(cls, root: Path, assignment_name: str) -> _Door:
        course = Course(root)
        assignment = course.assignment(assignment_name)
        config = load_config(root)
        settings = load_settings(config)
        roster = read_roster(course, settings)
        grader = submitted.digest_of_grader(assignment, settings.seed)
        return cls(course, assignment, config, settings, roster, grader, new_pool(1))

    def grade(self, student: str) -> Verdict:
        """Judge and record one submission, and write its folder in autograded/.

        If that fails, the rows which nbgrader has made for it say nothing about its score.
        """
        name = self.assignment.name
        with open_gradebook(self.course, self.config) as gradebook:
            registration.set_deadline(gradebook, name, self.settings.deadline(name))
            registration.enrol(gradebook, self.roster)
            try:
                of_all = known(gradebook, name)
                intake = take_in(
                    of_all, self.course, self.assignment, student, self.grader, self.roster
                )
                verdict = self._judge(student, collect(intake.folder, self.assignment))
                seed, past = self.settings.seed, Past(self.course.root, name)
                state = settle(gradebook, self.course, self.assignment, intake, verdict, seed, past)
            except BaseException:
                forget(gradebook, name, student)
                raise
        write_autograded(self.course, self.assignment, intake, verdict, state)
        for problem in state.problems:
            get_logger().warning("%s: %s", student, problem)
        if self.roster.exists and student not in self.roster:
            get_logger().warning("%s: not in %s", student, ROSTER_FILE)
        return verdict

    def _judge(self, student: str, work: HandedIn) -> Verdict:
        task = Task(self.assignment, self.settings.seed)
        ((_, future),) = judge_with(self.executor, task, [(student, work)], 1)
        if isinstance(future.exception(), BrokenProcessPool):
            self.executor = new_pool(1)
            ((_, future),) = judge_with(self.executor, task, [(student, work)], 1)
        return future.result()


def add_missing_notebooks(assignment: str, student: str, notebooks: list[str]) -> None:
    """For ``c.Autograde.pre_convert_hook``: a notebook that was not handed in gets its page too.

    ``notebooks`` is nbgrader's list of what it is about to convert. Without this, nbgrader gives
    up on a submission that holds none of the assignment's notebooks.
    """
    folder = Path(notebooks[0]).parent
    for name in find_course(Path.cwd()).assignment(folder.name).notebooks:
        path = str(folder / f"{name}.ipynb")
        if path not in notebooks:
            notebooks.append(path)


def set_deadline(assignment: str, student: str, notebooks: list[str]) -> None:
    """For ``c.GenerateAssignment.post_convert_hook``: store the deadline that the course sets."""
    try:
        course = find_course(Path.cwd())
        config = load_config(course.root)
        deadline = load_settings(config).deadline(assignment)
        with open_gradebook(course, config) as gradebook:
            registration.set_deadline(gradebook, assignment, deadline)
    except MissingEntry:
        pass  # nbgrader was told not to use the gradebook
    except ChainruleError as error:  # nbgrader hides what a hook raises
        get_logger().error("The deadline was not set. %s", error)


def keep_voids(assignment: str, student: str, notebooks: list[str]) -> None:
    """For ``c.GenerateFeedback.pre_convert_hook``: what is set to 0 is 0 in the pages as well.

    The formgrader may have changed its scores; to open the gradebook puts that right.
    """
    course = find_course(Path.cwd())
    with open_gradebook(course, load_config(course.root)):
        pass


class ExportPlugin(CsvExportPlugin):  # type: ignore[misc]  # nbgrader has no types
    """For ``c.ExportApp.plugin_class``: nbgrader's, after the same."""

    def export(self, gradebook: Gradebook) -> None:
        keep_voids("", "", [])
        super().export(gradebook)
