"""Grades a class: submitted/ in, gradebook, autograded/ and feedback/ out."""

from __future__ import annotations

import statistics
import traceback
from collections.abc import Iterable
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.api import Gradebook
from traitlets.config import Config

from . import submitted
from .converters import ConverterError, write_feedback
from .course import Assignment, Course
from .errors import ChainruleError, SandboxError, UsageError
from .gradebook import open_gradebook
from .intake import Intake, settle, take_in, write_autograded
from .notebooks import read_submission
from .progress import Progress, silent
from .registration import register
from .settings import load_config, load_settings
from .state import read_state
from .verdict import Verdict
from .workers import Task, judge_all, pool

LOG_FILE = "grading.log"


@dataclass
class Report:
    """What one run did."""

    graded: list[str] = field(default_factory=list)  # judged anew
    unchanged: list[str] = field(default_factory=list)
    problems: dict[str, list[str]] = field(default_factory=dict)  # by student, one line each
    failures: dict[str, str] = field(default_factory=dict)  # why a student was not graded
    seconds: list[float] = field(default_factory=list)  # what each judgement took

    @property
    def median_seconds(self) -> float | None:
        return statistics.median(self.seconds) if self.seconds else None


def grade(
    course: Course,
    assignment: Assignment,
    students: Iterable[str] | None = None,
    *,
    force: bool = False,
    weak_sandbox: bool = False,
    executor: Executor | None = None,
    progress: Progress = silent,
) -> Report:
    """Grade all submissions of ``assignment``, or those of ``students``, and write the feedback.

    What has not changed since it was graded is left as it is, unless ``force``. A submission that
    the grader itself cannot deal with is reported, with its traceback in grading.log, and the
    others go on. Raises UsageError and SandboxError where nothing could be graded at all.
    """
    config = load_config(course.root)
    settings = load_settings(config)
    chosen = _chosen(course, assignment.name, students)
    report = Report()
    with open_gradebook(course, config) as gradebook:
        register(gradebook, course, assignment, settings.deadline(assignment.name), config)
        run = _Run(course, assignment, gradebook, settings.seed, report)
        todo = run.take_in(chosen, force)
        with ExitStack() as stack:
            if todo:
                executor = executor or stack.enter_context(pool(len(todo)))
                run.judge(executor, Task(assignment, settings.seed, weak_sandbox), todo, progress)
        run.write_feedback(config, progress)
    return report


def _chosen(course: Course, assignment: str, students: Iterable[str] | None) -> list[str]:
    found = submitted.students(course, assignment)
    if students is None:
        return found
    wanted = sorted(set(students))
    for student in wanted:
        submitted.check_student_id(student)
        if student not in found:
            raise UsageError(f"There is no submission: {Path('submitted', student, assignment)}.")
    return wanted


@dataclass
class _Run:
    course: Course
    assignment: Assignment
    gradebook: Gradebook
    seed: int
    report: Report

    def take_in(self, students: list[str], force: bool) -> list[Intake]:
        """What has to be judged; the rest goes into the report."""
        grader = submitted.digest_of_grader(self.assignment, self.seed)
        todo = []
        for student in students:
            try:
                intake = take_in(self.gradebook, self.course, self.assignment, student, grader)
            except Exception as error:
                self._failed(student, error)
                continue
            state = read_state(self._folder("autograded", student)) if intake.recorded else None
            if not force and state is not None and state.fingerprint == intake.fingerprint:
                self.report.unchanged.append(student)
                self.report.problems[student] = state.problems
            else:
                todo.append(intake)
        return todo

    def judge(self, executor: Executor, task: Task, todo: list[Intake], show: Progress) -> None:
        """Judge and store, one student after the other as the verdicts come in."""
        intakes = {intake.student: intake for intake in todo}
        work = {who: read_submission(it.folder, self.assignment) for who, it in intakes.items()}
        with show(f"grading {self.assignment.name}", len(todo)) as advance:
            for student, future in judge_all(executor, task, work):
                try:
                    self._store(intakes[student], future.result())
                except SandboxError:
                    raise
                except Exception as error:
                    self._failed(student, error)
                advance(student)

    def _store(self, intake: Intake, verdict: Verdict) -> None:
        """The gradebook first: after a crash in between, the next run does it again."""
        state = settle(self.gradebook, self.assignment, intake, verdict)
        write_autograded(self.course, self.assignment, intake, verdict, state)
        self.report.graded.append(intake.student)
        self.report.problems[intake.student] = state.problems
        self.report.seconds.append(verdict.seconds)

    def write_feedback(self, config: Config, show: Progress) -> None:
        """Pages for all who were judged now, and for those whose pages are not there."""
        todo = [*self.report.graded]
        todo += [who for who in self.report.unchanged if not self._has_feedback(who)]
        if not todo:
            return
        with show("writing feedback", len(todo)) as advance:
            try:
                write_feedback(self.course, config, self.assignment.name, todo, advance)
            except ConverterError as error:
                self._log("feedback", error.log)
                for student in todo:
                    if not self._has_feedback(student):
                        self.report.failures[student] = f"has no feedback: {error}"

    def _has_feedback(self, student: str) -> bool:
        folder = self._folder("feedback", student)
        return all((folder / f"{name}.html").is_file() for name in self.assignment.notebooks)

    def _folder(self, step: str, student: str) -> Path:
        return self.course.root / step / student / self.assignment.name

    def _failed(self, student: str, error: Exception) -> None:
        known = isinstance(error, ChainruleError)
        text = str(error) if known else f"{type(error).__name__}: {error}"
        self.report.failures[student] = f"not graded: {text}"
        if not isinstance(error, UsageError):
            self._log(student, "".join(traceback.format_exception(error)))

    def _log(self, student: str, text: str) -> None:
        now = datetime.now(UTC).isoformat(" ", "seconds")
        with (self.course.root / LOG_FILE).open("a", encoding="utf-8") as file:
            file.write(f"{now} {self.assignment.name} {student!r}\n{text}\n")
