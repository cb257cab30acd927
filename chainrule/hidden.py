"""Runs an assignment's hidden pytest files, collected once, on one submission after another."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from . import homework, pytest_plugin
from .course import Assignment, grade_id
from .errors import ChainruleError, NotGradedError
from .verdict import Component

_active: HiddenTests | None = None

# No value that a student returns leads to these, and what their code raises has types of its own.
_MARKS = {"skip", "skipif", "xfail", "usefixtures", "filterwarnings"}  # pytest's runner heeds them
_FAULTS_OF_A_TEST = (NameError, ImportError, SyntaxError, pytest.FixtureLookupError)


class HiddenTests:
    """The test functions under ``folder``, by component title.

    A function that wants nothing but ``student``, ``rng`` and its own parameters is called as it
    is, which takes half the time that pytest's runner needs; the others, and all of them with
    ``by_pytest``, are run by pytest.
    """

    def __init__(self, folder: Path, seed: int, *, by_pytest: bool = False) -> None:
        self.plugin = _Plugin()
        self.seed = seed
        self.items: dict[str, list[pytest.Function]] = {}
        arguments = [
            *(
                str(folder),
                "--rootdir",
                str(folder),
                "-c",
                "/dev/null",
                "-s",
                "--assert=plain",
                "--import-mode=importlib",
            ),
            "--disable-plugin-autoload",
            *("-p", "no:cacheprovider", "-p", "no:warnings", "-p", "no:faulthandler"),
            *("-p", "no:unraisableexception", "-p", "no:threadexception", "-p", "no:logging"),
            *("-p", "chainrule.pytest_plugin", f"--hidden-seed={seed}"),
        ]
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            session = _collect(arguments, self.plugin)
        _forget_modules(folder)
        if self.plugin.errors:
            raise NotGradedError(
                f"The hidden tests in {folder} cannot be collected:\n"
                + "\n".join(self.plugin.errors)
            )
        for item in session.items:
            mark = item.get_closest_marker("component")
            if mark is None:
                raise NotGradedError(f"{item.nodeid} has no component mark: add pytestmark.")
            assert isinstance(item, pytest.Function)
            self.items.setdefault(mark.args[0], []).append(item)
        # Found out once, not for each submission.
        self.plain = {item for item in session.items if not by_pytest and _is_plain(item)}

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        """Within this block, run_hidden_tests uses these tests."""
        global _active
        _active = self
        try:
            yield
        finally:
            _active = None

    def run(self, title: str, student: Any, component: homework._Component) -> None:
        """Add the outcome of every test of the component called ``title``."""
        if not self.items.get(title):
            raise NotGradedError(f"There are no hidden tests for the component {title}.")
        for item in self.items[title]:
            check = homework.Check(requirement(item), item.name, hidden=True)
            call = self._call if item in self.plain else self.plugin.outcome
            raised = call(item, student)
            if isinstance(raised, ChainruleError):
                raise raised
            if isinstance(raised, _FAULTS_OF_A_TEST):
                raise NotGradedError(f"{item.nodeid}: {type(raised).__name__}: {raised}")
            component.add(check, raised)

    def _call(self, item: pytest.Function, student: Any) -> BaseException | None:
        """What the test function raised, or None if its requirement is met."""
        given = {"student": student, "rng": pytest_plugin.generator(self.seed, item.name)}
        given |= item.callspec.params if hasattr(item, "callspec") else {}
        try:
            item.obj(**{name: given[name] for name in item._fixtureinfo.argnames})
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return error
        return None


def _is_plain(item: Any) -> bool:
    """Whether a test can be called without pytest: no fixtures but ours, no class, no marks."""
    if item.cls is not None or any(mark.name in _MARKS for mark in item.iter_markers()):
        return False
    for name in item.fixturenames:
        (*_, definition) = item._fixtureinfo.name2fixturedefs.get(name) or (None,)
        source = getattr(getattr(definition, "func", None), "__module__", "")
        is_ours = name in ("student", "rng") and source == pytest_plugin.__name__
        is_parameter = source == "_pytest.python" and name in item._fixtureinfo.argnames
        if not (is_ours or is_parameter or name == "request"):
            return False
    return "request" not in item._fixtureinfo.argnames


def requirement(item: pytest.Function) -> str:
    """A test's docstring on one line: the words that a student reads."""
    return " ".join((item.function.__doc__ or item.name).split())


def subject(assignment: Assignment, part: Component) -> str:
    """What a component's graded cell calls that which it gives to the hidden tests."""
    cells = assignment.notebooks[part.test_notebook].cells
    source = next(cell.source for cell in cells if grade_id(cell) == f"{part.id}-tests")
    found = re.search(r"run_hidden_tests\(.+, (\w+)\)", source)
    if found is None:
        raise NotGradedError(f"No hidden test runs for {part.title}: its graded cell calls none.")
    return found[1]


def _forget_modules(folder: Path) -> None:
    """Two assignments may have test files of one name: the next one shall not find this one's."""
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(f"{folder}{os.sep}"):
            del sys.modules[name]


def _collect(arguments: list[str], plugin: object) -> pytest.Session:
    from _pytest.config import _prepareconfig

    config = _prepareconfig(arguments, plugins=[plugin])
    config._do_configure()
    session = pytest.Session.from_config(config)
    config.hook.pytest_sessionstart(session=session)
    config.hook.pytest_collection(session=session)
    return session


class _Plugin:
    """Keeps what the running test raised, and gives it the submission."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.raised: BaseException | None = None

    def outcome(self, item: pytest.Function, student: Any) -> BaseException | None:
        """What the test raised, or None if its requirement is met."""
        from _pytest.runner import runtestprotocol

        self.raised = None
        pytest_plugin.submission = student
        item._initrequest()  # fixtures anew for this submission
        try:
            runtestprotocol(item, log=False, nextitem=None)
        finally:
            pytest_plugin.submission = None
        return self.raised

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        """In place of pytest's own report, which would format a traceback for nobody."""
        if call.excinfo is not None:
            self.raised = self.raised or call.excinfo.value
        outcome = "passed" if call.excinfo is None else "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)  # type: ignore[arg-type]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.errors.append(str(report.longrepr))


def run_hidden_tests(title: str, student: Any) -> None:
    """Run the hidden tests of a component; only within ``with component(title)``, while grading.

    An instructor who runs the source notebook by hand gets only the visible checks.
    """
    if _active is not None:
        component = homework.board.open
        if component is None or component.title != title:
            raise NotGradedError(f"run_hidden_tests({title!r}) stands outside of its component.")
        _active.run(title, student, component)
