"""Judges a submission: the student's notebooks run in a sandbox, the notebooks of tests here."""

from __future__ import annotations

import contextlib
import io
import re
import sys
import time
import warnings
from collections.abc import Iterator
from types import CodeType
from typing import Any

import numpy as np
from nbformat import NotebookNode

from . import homework
from .autograded import Answers, findings
from .course import Assignment, grade_id, nbgrader_metadata
from .errors import ChainruleError, Disturbed, NotGradedError
from .hidden import HiddenTests, subject
from .notebooks import Submission, SubmittedCell
from .sandbox.client import Zygote
from .sandbox.session import Absent, Beside, Cell, CellResult, Session, Student
from .verdict import Check, Component, ComponentVerdict, Verdict

ATTEMPTS = 3  # at a submission whose processes are killed from outside


class Judge:
    """Judges submissions of one assignment, one after the other.

    Holds what is prepared once: the compiled cells of the notebooks of tests, the collected hidden
    tests and the zygote. Use it as a context manager, or call ``close()``.
    """

    def __init__(
        self, assignment: Assignment, *, seed: int = 0, weak_sandbox: bool = False
    ) -> None:
        self.assignment = assignment
        self.weak_sandbox = weak_sandbox
        self.zygote = Zygote(weak_sandbox, wait=False)  # meanwhile, the rest
        try:
            self.cells = list(_compile(assignment))
            self.hidden = HiddenTests(assignment.tests, seed)
            self.zygote.wait()
        except BaseException:
            self.zygote.close()
            raise

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self.zygote.close()

    def judge(self, submission: Submission) -> Verdict:
        """The verdict on one submission. Raises NotGradedError if the grader itself fails."""
        started = time.perf_counter()
        board, sessions, shown = self._run(submission)
        answers = {
            name: Answers(name, submission.notebooks.get(name))
            for name in self.assignment.student_notebooks
        }
        parts = tuple(
            _component_verdict(
                part,
                board.checks.get(part.title, []),
                _answered(part, self.assignment, answers),
            )
            for part in self.assignment.components
        )
        found = findings(self.assignment, submission, answers, parts, sessions.results(), shown)
        return Verdict(
            self.assignment.name,
            parts,
            found.grades,
            found.comments,
            found.notebooks,
            found.problems,
            time.perf_counter() - started,
        )

    def checks(self, submission: Submission, title: str) -> tuple[Check, ...]:
        """The outcomes of one component alone, for measuring the tests themselves."""
        board, _, _ = self._run(submission, title)
        return _outcomes(board.checks[title])

    def _run(
        self, submission: Submission, only: str = ""
    ) -> tuple[homework.Board, Sessions, dict[str, str]]:
        """Run the notebooks of tests on a submission, or of their graded cells only one.

        Starts again from nothing where a process was killed from outside: half of a verdict, or a
        crash that was none, must not be held against the submission.
        """
        disturbances: list[str] = []
        while len(disturbances) < ATTEMPTS:
            try:
                return self._attempt(submission, only)
            except Disturbed as error:
                disturbances.append(str(error))
        raise NotGradedError(
            f"{disturbances[-1]} So it went {ATTEMPTS} times: is the machine out of memory?"
        )

    def _attempt(
        self, submission: Submission, only: str
    ) -> tuple[homework.Board, Sessions, dict[str, str]]:
        if not self.zygote.alive:  # it was killed: a new one costs a second
            self.zygote.close()
            self.zygote = Zygote(self.weak_sandbox)
        sessions = Sessions(self.zygote, self.assignment, submission)
        board = _Board(sessions)
        try:
            with _judging(board, sessions), self.hidden.active(), _quiet():
                return board, sessions, self._run_tests(sessions, only)
        finally:
            sessions.close()

    def _run_tests(self, sessions: Sessions, only: str) -> dict[str, str]:
        """Run every cell of the notebooks of tests; give what each printed, by cell id."""
        shown = {}
        for name in self.assignment.test_notebooks:
            names: dict[str, Any] = {"__name__": "__main__"}
            for test in (cell for cell in self.cells if cell.notebook == name):
                if only and test.title and test.title != only:
                    continue
                output = io.StringIO()
                if test.title:
                    sessions.begin(test.title)
                with contextlib.redirect_stdout(output):
                    test.run(names)
                shown[test.cell_id] = output.getvalue()
        return shown


def _component_verdict(
    part: Component, checks: list[homework.Check], answered: bool
) -> ComponentVerdict:
    passed = all(check.passed for check in checks)
    if passed and not any(check.hidden for check in checks):
        raise NotGradedError(
            f"No hidden test ran for {part.title}: its graded cell must call them."
        )
    return ComponentVerdict(
        part,
        passed=passed,
        formula_answered=answered,
        checks=_outcomes(checks),
    )


def _outcomes(checks: list[homework.Check]) -> tuple[Check, ...]:
    return tuple(
        Check(c.name, c.requirement, c.passed, c.kind, c.message, c.hidden) for c in checks
    )


class _TestCell:
    """One compiled code cell of a notebook of tests."""

    def __init__(self, notebook: str, cell: NotebookNode, code: CodeType, title: str) -> None:
        self.notebook, self.cell_id, self.code, self.title = notebook, cell["id"], code, title

    def run(self, names: dict[str, Any]) -> None:
        try:
            exec(self.code, names)
        except AssertionError:
            if not self.title or self.title not in homework.board.checks:
                raise NotGradedError(f"{self.code.co_filename} failed before its checks.") from None
            print(homework.describe(self.title, homework.board.checks[self.title]))
        except ChainruleError:
            raise
        except Exception as error:
            raise NotGradedError(
                f"{self.code.co_filename}: {type(error).__name__}: {error}"
            ) from error


def _compile(assignment: Assignment) -> Iterator[_TestCell]:
    titles = {f"{part.id}-tests": part.title for part in assignment.components}
    for name in assignment.test_notebooks:
        for number, cell in enumerate(assignment.notebooks[name].cells, 1):
            if cell.cell_type == "code":
                code = compile(cell.source, f"{name}.ipynb, test cell {number}", "exec")
                title = titles.get(grade_id(cell), "")
                yield _TestCell(name, cell, code, title)


class _Board(homework.Board):
    """Has a check fail for all that was asked for in it, and no other check."""

    def __init__(self, sessions: Sessions) -> None:
        super().__init__()
        self.sessions = sessions

    def settled(self, error: BaseException | None = None) -> BaseException | None:
        try:
            self.sessions.settle(wanted=error is None)
        except (homework.CheckFailed, homework.StudentError) as late:
            return late
        return error


@contextlib.contextmanager
def _judging(board: homework.Board, sessions: Sessions) -> Iterator[None]:
    """The notebooks' ``homework`` is this module; it records on ``board``, loads into sandboxes."""
    before = homework.board, homework.loader, homework.folder
    known = "homework" in sys.modules
    homework.board, homework.loader = board, sessions.load
    homework.folder = sessions.assignment.source
    sys.modules["homework"] = homework
    try:
        yield
    finally:
        homework.board, homework.loader, homework.folder = before
        if not known:
            del sys.modules["homework"]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Comparing what students return with nan and inf in it is no cause for warnings."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class Sessions:
    """The sandboxed sessions of one submission, one for each notebook that the tests load.

    A notebook that builds on others runs when the first check asks for it: it may train for long.
    """

    def __init__(self, zygote: Zygote, assignment: Assignment, submission: Submission) -> None:
        self.zygote, self.assignment, self.submission = zygote, assignment, submission
        self.sessions: dict[str, Session] = {}

    def load(self, path: str) -> Student:
        """What ``load("1_modules.ipynb")`` gives while grading."""
        name = path.removesuffix(".ipynb")
        if name not in self.assignment.student_notebooks:
            raise NotGradedError(f"load({path!r}): there is no such notebook in the source.")
        session = self._session(name)
        if session.sandbox is None and not session.trains:
            session.open()
        return Student(session, path)

    def _session(self, name: str) -> Session:
        if name not in self.sessions:
            cells = self.submission.notebooks.get(name)
            to_run = code_to_run(self.assignment, name, cells or ())
            self.sessions[name] = (
                Absent(self.zygote, to_run, f"{name}.ipynb")
                if cells is None
                else Session(self.zygote, to_run, self._beside(name))
            )
        return self.sessions[name]

    def _beside(self, name: str) -> Beside:
        """What the given cells of a notebook load: other notebooks of the submission, and data."""
        notebooks: dict[str, list[Cell]] = {}
        results: dict[str, CellResult] = {}
        for path in calls(self.assignment, name, "load"):
            session = self._session(path.removesuffix(".ipynb"))
            notebooks[path] = session.cells
            results |= session.results
        files = {
            path: (self.assignment.source / path).read_bytes()
            for path in calls(self.assignment, name, "data")
        }
        return Beside(notebooks, results, files)

    def begin(self, title: str) -> None:
        for session in self.sessions.values():
            session.begin(title)

    def settle(self, wanted: bool = True) -> None:
        """Wait for what nobody has waited for, or forget it where it is not wanted."""
        for session in self.sessions.values():
            session.settle() if wanted else session.forget()

    def results(self) -> dict[str, dict[str, CellResult]]:
        """What each code cell showed when it was loaded, by notebook and label."""
        return {name: session.results for name, session in self.sessions.items()}

    def close(self) -> None:
        for session in self.sessions.values():
            session.close()


def code_to_run(assignment: Assignment, name: str, cells: tuple[SubmittedCell, ...]) -> list[Cell]:
    """The code cells of a submission, in order, with the given cells that it lacks.

    Each of those runs right after the given cell before it, whose names it may need; checks, which
    do nothing while grading, are not missed.
    A read-only cell that was changed is run as handed in and then as released, so that names which
    the student added there are kept and the given ones are what the text says.
    """
    given = {
        grade_id(cell): cell.source
        for cell in assignment.notebooks[name].cells
        if cell.cell_type == "code" and is_given(cell)
    }
    present = {cell.grade_id for cell in cells}
    missing_after: dict[str, list[Cell]] = {"": []}
    before = ""
    for key, source in given.items():
        if key in present:
            before = key
            missing_after[key] = []
        elif not key.endswith("-check"):
            missing_after[before].append(Cell(f"{name}.ipynb, given cell {key}", source))
    to_run = missing_after.pop("")
    for number, cell in enumerate(cells, 1):
        released = given.get(cell.grade_id)
        if cell.kind == "code":
            to_run.append(Cell(f"{name}.ipynb, cell {number}", cell.source))
        if released is not None and cell.source.strip() != released.strip():
            to_run.append(Cell(f"{name}.ipynb, given cell {cell.grade_id}", released))
        to_run += missing_after.pop(cell.grade_id, [])
    return to_run


def calls(assignment: Assignment, name: str, function: str) -> list[str]:
    """With which texts the given cells of a notebook call ``load`` or ``data``."""
    call = re.compile(rf"""\b{function}\(["'](.+?)["']\)""")
    cells = [cell for cell in assignment.notebooks[name].cells if cell.cell_type == "code"]
    return [text for cell in cells if is_given(cell) for text in call.findall(cell.source)]


def is_given(cell: NotebookNode) -> bool:
    """Whether a source cell is code that students get and may not change."""
    metadata = nbgrader_metadata(cell)
    return (
        bool(metadata.get("locked")) and not metadata.get("grade") and not metadata.get("solution")
    )


def _answered(part: Component, assignment: Assignment, answers: dict[str, Answers]) -> bool:
    """Whether there is a derivation for a person to read."""
    if part.formula_notebook is None:
        return False
    source = assignment.notebooks[part.formula_notebook]
    cell = next(c for c in source.cells if grade_id(c) == f"{part.id}-formula")
    return answers[part.formula_notebook].waits(cell)


@contextlib.contextmanager
def open_student(
    assignment: Assignment, submission: Submission
) -> Iterator[tuple[Sessions, dict[str, Any]]]:
    """What each component's hidden tests are given, by title, for tests that are run by hand."""
    zygote = Zygote()
    sessions = Sessions(zygote, assignment, submission)
    names: dict[str, Any] = {"__name__": "__main__"}
    try:
        with _judging(_Board(sessions), sessions):
            for test in _compile(assignment):
                if not test.title:
                    test.run(names)
        # Outside of the block: other tests of the same process find everything as it was.
        proxies = {part.title: names[subject(assignment, part)] for part in assignment.components}
        yield sessions, proxies
    finally:
        sessions.close()
        zygote.close()


def reference(assignment: Assignment) -> Submission:
    """The reference solution as a submission."""
    found = {}
    for name in assignment.student_notebooks:
        found[name] = tuple(
            SubmittedCell(cell.cell_type, cell.source, grade_id(cell), {})
            for cell in assignment.notebooks[name].cells
        )
    return Submission(found)
