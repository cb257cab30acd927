"""Grades a class: submitted/ in, gradebook, autograded/ and feedback/ out."""

from __future__ import annotations

import statistics
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path

from nbgrader.api import Gradebook
from sqlalchemy.exc import DBAPIError

from . import submitted
from .course import Assignment, Course
from .errors import ChainruleError, GradebookError, SandboxError, UsageError
from .feedback import is_current, pages_of, shown_now, write_page
from .feedback_page import Page, render
from .files import WORK_FOLDER, only_one, to_the_end
from .gradebook import known, open_gradebook
from .intake import Intake, current_state, settle, take_in, write_autograded
from .notebooks import HandedIn, collect
from .progress import Progress, silent
from .record import Past
from .registration import enrol, register
from .roster import Roster, read_roster
from .settings import ChainruleSettings, load_config, load_settings
from .verdict import Verdict
from .workers import Judges, Task, ahead, judge_all, judge_with, pool, processors

LOG_FILE = "grading.log"
PAGES_FOR_A_PROCESS = 25  # to start one takes as long as the pages of so many students
# What concerns the whole class, and not the submission at which it came up.
_FOR_ALL = (SandboxError, GradebookError, DBAPIError)


@dataclass
class Report:
    """What one run did."""

    graded: list[str] = field(default_factory=list)  # judged anew
    unchanged: list[str] = field(default_factory=list)
    problems: dict[str, list[str]] = field(default_factory=dict)  # by student, one line each
    failures: dict[str, str] = field(default_factory=dict)  # why a student was not graded
    unknown: list[str] = field(default_factory=list)  # who is not in the roster
    seconds: list[float] = field(default_factory=list)  # what each judgement took
    written: list[str] = field(default_factory=list)  # whose page was written
    phase: str = ""  # which of the course's rules for pages holds now, in words

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
    jobs: int | None = None,
    executor: Executor | None = None,
    judges: Judges | None = None,
    progress: Progress = silent,
) -> Report:
    """Grade all submissions of ``assignment``, or those of ``students``, and write the feedback.

    They are judged in ``jobs`` processes, as many as there are processors by default, or by
    ``executor``, or by whatever else ``judges`` stands for: a function that takes a task and work,
    as ``judge_all`` does, and gives students with their futures.

    What has not changed since it was graded is left as it is, unless ``force``. A submission that
    the grader itself cannot deal with is reported, with its traceback in grading.log, and the
    others go on. Raises UsageError, SandboxError and GradebookError where nothing more can be
    graded; what was graded by then is stored, and the next run goes on from there.
    """
    config = load_config(course.root)
    settings = load_settings(config)
    roster = read_roster(course, settings)
    chosen = _chosen(course, assignment.name, students)
    report = Report(unknown=[name for name in chosen if roster.exists and name not in roster])
    lock = course.root / WORK_FOLDER / f"{assignment.name}.lock"
    with only_one(lock, assignment.name), open_gradebook(course, config) as gradebook:
        register(gradebook, course, assignment, settings.deadline(assignment.name), config)
        enrol(gradebook, roster)
        run = _Run(course, assignment, gradebook, roster, settings, report)
        todo = run.take_in(chosen, force)
        gradebook.db.rollback()  # no transaction stays open while others judge
        if todo:
            task = Task(assignment, settings.seed, weak_sandbox)
            size = min(len(todo), jobs or processors())
            if judges is None:
                judges = partial(judge_with, executor, at_once=2 * size) if executor else None
            run.judge(judges or partial(judge_all, size=size), task, todo, progress)
            report.graded.sort()
        run.write_feedback(jobs or processors(), progress)
    return report


def feedback(
    course: Course,
    assignment: Assignment,
    students: Iterable[str] | None = None,
    *,
    jobs: int | None = None,
    progress: Progress = silent,
) -> Report:
    """Write the pages of all who are graded, or of ``students``, anew; nothing is judged."""
    config = load_config(course.root)
    settings = load_settings(config)
    roster = read_roster(course, settings)
    chosen = _chosen(course, assignment.name, students)
    report = Report()
    lock = course.root / WORK_FOLDER / f"{assignment.name}.lock"
    with only_one(lock, assignment.name), open_gradebook(course, config) as gradebook:
        run = _Run(course, assignment, gradebook, roster, settings, report)
        todo = run.pages(chosen)
        gradebook.db.rollback()
        run.write_pages(todo, jobs or processors(), progress)
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
    roster: Roster
    settings: ChainruleSettings
    report: Report

    @cached_property
    def past(self) -> Past:
        return Past(self.course.root, self.assignment.name)

    def take_in(self, students: list[str], force: bool) -> list[Intake]:
        """What has to be judged; the rest goes into the report."""
        grader = submitted.digest_of_grader(self.assignment, self.settings.seed)
        of_all = known(self.gradebook, self.assignment.name)
        todo = []
        for student in students:
            try:
                intake = take_in(of_all, self.course, self.assignment, student, grader, self.roster)
            except _FOR_ALL:
                raise
            except Exception as error:
                self._failed(student, error)
                continue
            state = None if force else current_state(self.course, self.assignment, intake)
            if state is not None:
                self.report.unchanged.append(student)
                self.report.problems[student] = state.problems
            else:
                todo.append(intake)
        return todo

    def judge(self, judges: Judges, task: Task, todo: list[Intake], show: Progress) -> None:
        """Judge and store, one student after the other as the verdicts come in."""
        intakes = {intake.student: intake for intake in todo}
        with show(f"grading {self.assignment.name}", len(todo)) as advance:
            for student, future in judges(task, self._collected(todo)):
                try:
                    with to_the_end():
                        self._store(intakes[student], future.result())
                except _FOR_ALL:
                    raise
                except Exception as error:
                    self._failed(student, error)
                advance(student)

    def _collected(self, todo: list[Intake]) -> Iterator[tuple[str, HandedIn]]:
        for intake in todo:
            try:
                handed_in = collect(intake.folder, self.assignment)
            except Exception as error:
                self._failed(intake.student, error)
            else:
                yield intake.student, handed_in

    def _store(self, intake: Intake, verdict: Verdict) -> None:
        """The gradebook first: after a crash in between, the next run does it again."""
        seed = self.settings.seed
        state = settle(
            self.gradebook, self.course, self.assignment, intake, verdict, seed, self.past
        )
        write_autograded(self.course, self.assignment, intake, verdict, state)
        self.report.graded.append(intake.student)
        self.report.problems[intake.student] = state.problems
        self.report.seconds.append(verdict.seconds)

    def write_feedback(self, size: int, show: Progress) -> None:
        """Pages for all who were judged now, and for those whose page would say something else."""
        pages = self.pages([*self.report.graded, *self.report.unchanged])
        todo = {student: page for student, page in pages.items() if not is_current(page)}
        self.gradebook.db.rollback()
        if todo:
            self.write_pages(todo, size, show)

    def pages(self, students: list[str]) -> dict[str, Page]:
        """What each student's page is to say now; the report tells the phase that decides it."""
        about = self.gradebook, self.course, self.assignment.name
        shown, self.report.phase = shown_now(*about, self.settings, self.roster)
        of_all = pages_of(*about, students, self.roster, shown)
        return {page.told.student: page for page in of_all}

    def write_pages(self, todo: dict[str, Page], size: int, show: Progress) -> None:
        size = min(size, len(todo) // PAGES_FOR_A_PROCESS)
        work = ((student, (page,)) for student, page in todo.items())
        with (
            show("writing feedback", len(todo)) as advance,
            pool(size) if size > 1 else nullcontext() as many,
        ):
            for student, future in ahead(many, render, work, 2 * size):
                try:
                    with to_the_end():
                        write_page(self.course.root, self.assignment.name, student, future.result())
                    self.report.written.append(student)
                except _FOR_ALL:
                    raise
                except Exception as error:
                    self._failed(student, error, "has no feedback")
                advance(student)

    def _failed(self, student: str, error: Exception, what: str = "not graded") -> None:
        known = isinstance(error, ChainruleError)
        text = str(error) if known else f"{type(error).__name__}: {error}"
        self.report.failures[student] = f"{what}: {text}"
        if not isinstance(error, UsageError):
            self._log(student, "".join(traceback.format_exception(error)))

    def _log(self, student: str, text: str) -> None:
        now = datetime.now(UTC).isoformat(" ", "seconds")
        # Where there is no room for it, the report still says what went wrong.
        with (
            suppress(OSError),
            (self.course.root / LOG_FILE).open("a", encoding="utf-8", errors="replace") as file,
        ):
            file.write(f"{now} {self.assignment.name} {student!r}\n{text}\n")
