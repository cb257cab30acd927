"""One submission in its sandbox: loads its notebook cell by cell, stands for what it defines."""

from __future__ import annotations

import builtins
import contextlib
import itertools
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from ..homework import CheckFailed, StudentError
from ..text import clean
from .client import Sandbox, SandboxDied, Zygote, waiting_time
from .wire import Reference, Refused

# Generous for honest work: a component's checks need milliseconds, in slow pure Python tenths.
CALL_SECONDS = 5.0
COMPONENT_SECONDS = 20.0
CELL_SECONDS = 20.0
NOTEBOOK_SECONDS = 60.0
# A notebook that loads another one trains with it, which takes as long as its layers are slow.
TRAINING_CELL_SECONDS = 60.0
TRAINING_NOTEBOOK_SECONDS = 180.0
TRAINING_CPU_SECONDS = 900  # of the process: the notebook, loaded anew as well, and its components
NOT_RUN = "was not run: the cells before it took too long"
# Characters that all cells of a notebook together may show, pictures included.
MAX_OUTPUT = 16 << 20
MAX_LINES = 500  # of a cell in which the line of an exception is named: it could spell an input


@dataclass(frozen=True)
class Cell:
    """A code cell to run. ``label`` names it in messages, such as ``1_modules.ipynb, cell 3``."""

    label: str
    source: str


@dataclass
class CellResult:
    """What a cell showed, and what went wrong, if anything."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""
    ran: bool = False
    fatal: bool = False  # it killed the process, so it is left out when the notebook is reloaded


@dataclass(frozen=True)
class Beside:
    """What a notebook finds when it asks for what lies beside it.

    ``notebooks`` are those that it loads, by file name; ``results`` is where it is kept how their
    cells ran, by label, and may be that of another session. ``files`` holds data, by file name.
    """

    notebooks: Mapping[str, list[Cell]] = field(default_factory=dict)
    results: Mapping[str, CellResult] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)


class EarlierError(StudentError):
    """What student code raised in a request before, for which nobody has waited."""


class Session:
    """Runs one notebook and answers for its names; survives the death of the process.

    The notebooks ``beside`` it that it loads run first, each with names of its own.

    ``begin(title)`` marks the start of a component: the time budget starts anew, and after a kill
    the notebook is loaded into a fresh sandbox. Within a component nothing runs after a kill.
    """

    def __init__(self, zygote: Zygote, cells: list[Cell], beside: Beside | None = None) -> None:
        self.zygote = zygote
        self.cells = cells
        self.beside = beside or Beside()
        self.results = {cell.label: CellResult() for cell in cells}
        self.all_cells = [*itertools.chain(*self.beside.notebooks.values()), *cells]
        self.methods: set[tuple[str, str]] = set()  # (type, name) of attributes seen to be callable
        self.words = {word for cell in self.all_cells for word in re.findall(r"\w+", cell.source)}
        self.output_left = MAX_OUTPUT
        self.promised = 0
        self.names: dict[str, Handle] = {}
        self.names_of: Sandbox | None = None  # the process in which they were asked for
        self.sandbox: Sandbox | None = None
        self.death: SandboxDied | None = None
        self.deadline = self.waited_before = 0.0
        self.call_seconds, self.component_seconds = CALL_SECONDS, COMPONENT_SECONDS
        self.trains = bool(self.beside.notebooks)
        self.cell_seconds = TRAINING_CELL_SECONDS if self.trains else CELL_SECONDS
        self.seconds_left_to_load = TRAINING_NOTEBOOK_SECONDS if self.trains else NOTEBOOK_SECONDS
        self.seconds_left_to_reload = 2 * self.seconds_left_to_load

    def begin(self, title: str) -> None:
        self.call_seconds, self.component_seconds = CALL_SECONDS, COMPONENT_SECONDS
        self.deadline = time.monotonic() + COMPONENT_SECONDS
        self.death = None
        self._forget_waiting()

    def _forget_waiting(self) -> None:
        self.waited_before = self._waited()
        if self.sandbox is not None:
            self.sandbox.forget_waiting()

    def _waited(self) -> float:
        """The seconds that judge and sandbox have waited for a processor that others had."""
        return waiting_time() + (self.sandbox.waited() if self.sandbox is not None else 0.0)

    def allow(self, seconds: float) -> None:
        """Let all of the component's checks together take so long, and a single call as well."""
        self.deadline += seconds - self.component_seconds
        self.call_seconds = self.component_seconds = seconds

    def open(self) -> None:
        """Run the notebook's cells, before the first component."""
        self.begin("loading")
        with contextlib.suppress(CheckFailed):
            self.ask("name", "__name__")

    def load(self) -> None:
        """Fork a sandbox and run the cells in it, each failure recorded, none fatal to the rest.

        Raises SandboxDied where loading it anew after kills has used up its time.
        """
        while self.sandbox is None:
            if self.seconds_left_to_reload <= 0:
                for result in self.results.values():
                    if not result.ran:
                        result.problem = NOT_RUN
                raise SandboxDied("timeout", "was not run: loading the notebook took too long")
            self.sandbox = self.zygote.fork(TRAINING_CPU_SECONDS if self.trains else None)
            started = time.monotonic()
            if self._load_beside():
                self._run_all(self.cells, self.results)
            self.seconds_left_to_reload -= time.monotonic() - started

    def _load_beside(self) -> bool:
        """Everything that the notebook may ask for; False if that was the end of the process."""
        for name, cells in self.beside.notebooks.items():
            if not self._run_all(cells, self.beside.results):
                return False
            self._hand_over("finish", name)
        for name, content in self.beside.files.items():
            self._hand_over("provide", name, np.frombuffer(content, np.uint8))
        return True

    def _hand_over(self, *message: Any) -> None:
        try:
            self._exchange(CALL_SECONDS, *message)
        except StudentError:
            raise SandboxDied("crashed", "the notebook's process broke while loading") from None

    def _run_all(self, cells: list[Cell], results: Mapping[str, CellResult]) -> bool:
        """Run cells in order; False if one of them was the end of the process."""
        for cell in cells:
            result = results[cell.label]
            if not result.fatal and not self._run(cell, result):
                return False
        return True

    def _run(self, cell: Cell, result: CellResult) -> bool:
        """Run one cell; False if that was the end of the process."""
        assert self.sandbox is not None
        if not result.ran and self.seconds_left_to_load <= 0:
            result.problem = NOT_RUN
            return True
        limit = self.cell_seconds
        if not result.ran:
            limit = min(limit, self.seconds_left_to_load)
        sandbox = self.sandbox
        started, waited = time.monotonic(), sandbox.waited()
        try:
            reply = self._exchange(limit, "cell", cell.source, cell.label)
            if not result.ran:
                result.outputs = self._within_limits(reply["outputs"])
                result.problem = "" if reply["success"] is True else _last_error(result.outputs)
        except (KeyError, TypeError, StudentError):
            self._close()
            result.problem, result.fatal = "ended without a proper answer", True
        except SandboxDied as death:
            self._close()
            result.problem, result.fatal = str(death), True
        if not result.ran:
            # After a kill nobody knows any more how long it waited: then all of it counts.
            waited = sandbox.waited() - waited if sandbox.alive else 0.0
            self.seconds_left_to_load -= time.monotonic() - started - waited
        result.ran = True
        return self.sandbox is not None

    def _within_limits(self, outputs: Any) -> list[dict[str, Any]]:
        """What a cell showed, unless the notebook has shown too much by then."""
        if not isinstance(outputs, list):
            raise TypeError("outputs that are not a list")
        shown = [item for item in outputs if isinstance(item, dict)]
        self.output_left -= _length(shown)
        if self.output_left >= 0:
            return shown
        errors = [item for item in shown if item.get("output_type") == "error"][-1:]
        note = f"… (left out: the notebook shows more than {MAX_OUTPUT >> 20} MB)\n"
        kept = [{"output_type": "stream", "name": "stderr", "text": note}]
        return kept + (errors if _length(errors) < 10_000 else [])

    def _exchange(self, seconds: float, *message: Any) -> Any:
        """One request; the value of the reply. Raises StudentError, or SandboxDied after a kill."""
        assert self.sandbox is not None
        reply = self.sandbox.request(seconds, self._stand_in, *message)
        if isinstance(reply, list) and len(reply) == 2 and reply[0] == "ok":
            return reply[1]
        if isinstance(reply, list) and len(reply) == 6 and reply[0] in ("raised", "raised before"):
            kind = StudentError if reply[0] == "raised" else EarlierError
            raise kind(*self._facts(*reply[1:]))
        self._close()
        raise SandboxDied("crashed", "the notebook's process sent an answer of another form")

    def _stand_in(self, reference: Reference) -> Handle:
        """A handle; its type has a name only if that stands in the notebook or is Python's own.

        Messages show it, and a name made up at run time could spell a hidden input.
        """
        name = reference.type_name
        if name not in self.words and not hasattr(builtins, name):
            reference = Reference(reference.number, "object", reference.is_callable)
        return Handle(self, reference)

    def _facts(
        self, name: Any, text: Any, label: Any, line: Any, missing: Any
    ) -> tuple[str, str, str, bool]:
        """Of an error, from what the sandbox says: checked, since a person reads each of them.

        IPython drops blank lines at the top of a cell, so they are added to the line's number.
        """
        known = isinstance(name, str) and (
            hasattr(builtins, name) or hasattr(np.exceptions, name) or name == "LinAlgError"
        )
        where = "outside of the notebook's own lines"
        for cell in self.all_cells:
            if cell.label == label and isinstance(line, int):
                lines = cell.source.split("\n")
                line += sum(1 for _ in itertools.takewhile(lambda text: not text.strip(), lines))
                where = f"{label}, line {min(max(line, 1), len(lines))}"
                if len(lines) > MAX_LINES:
                    where = label
        return (
            name if known else "an exception of its own",
            clean(text[:2000]) if isinstance(text, str) else "",
            where,
            missing is True,
        )

    def ask(self, *message: Any, calls: int = 1) -> Any:
        """A request on behalf of a test, which makes so many calls of student code.

        Raises CheckFailed when the process is dead or dies.
        """
        try:
            left = self._seconds_left()
            assert self.sandbox is not None
            calls += self.sandbox.queued
            return self._exchange(min(calls * self.call_seconds, left), *message)
        except SandboxDied as death:
            raise self._died(death) from None

    def later(self, *message: Any) -> int:
        """A request for which nobody waits; gives the number of the object that is its result.

        It is carried out before the next request, in the same round trip. If it fails, that one
        raises an EarlierError: ``settle()``, where no other does.
        """
        try:
            self._seconds_left()
            assert self.sandbox is not None
            self.promised += 1  # far below the numbers that the sandbox gives, which are addresses
            self.sandbox.later(self.promised, *message)
            return self.promised
        except SandboxDied as death:
            raise self._died(death) from None

    def promise(self, type_name: str, *message: Any) -> Handle:
        """A handle on the object that is the result of a request for which nobody waits."""
        return Handle(self, Reference(self.later(*message), type_name, False))

    def _seconds_left(self) -> float:
        """What the component still has of its time; the notebook is loaded by then."""
        if self.death is not None:
            raise self.death
        if self.sandbox is None:
            before = time.monotonic()
            self.load()
            self.deadline += time.monotonic() - before  # not the component's time
            self._forget_waiting()
        left = self.deadline - time.monotonic()
        if left <= 0:
            left += self._waited() - self.waited_before
        if left <= 0:
            seconds = self.component_seconds
            raise SandboxDied("timeout", f"took more than {seconds:.0f} s in all and was stopped")
        return left

    def _died(self, death: SandboxDied) -> CheckFailed:
        self._close()
        self.death = death
        return CheckFailed(death.kind, str(death))

    def settle(self) -> None:
        """Wait for all that nobody has waited for. Raises EarlierError or CheckFailed."""
        if self.sandbox is not None and self.sandbox.queued:
            self.ask("settle")

    def forget(self) -> None:
        """What nobody has waited for is not wanted any more."""
        if self.sandbox is not None:
            self.sandbox.forget_queue()

    def name(self, name: str) -> Any:
        """What the notebook calls ``name``. Classes are asked for once in each process."""
        if self.sandbox is None or self.names_of is not self.sandbox:
            self.names, self.names_of = {}, self.sandbox
        if name in self.names and self.death is None:
            return self.names[name]
        value = self.ask("name", name)
        if isinstance(value, Handle) and value._reference.type_name == "type":
            object.__setattr__(value, "_class_name", name)
            self.names[name], self.names_of = value, self.sandbox
        return value

    def expect(self, sandbox: Sandbox) -> None:
        """What comes next is about an object of ``sandbox``, which may be gone by now."""
        if sandbox is not self.sandbox and self.death is None:
            self.death = SandboxDied("crashed", "the object is gone with the process it lived in")

    def _close(self) -> None:
        if self.sandbox is not None:
            self.sandbox.kill()
            self.sandbox = None

    def close(self) -> None:
        self._close()


class Absent(Session):
    """Stands for a notebook that there is nothing of: whatever it is asked for is missing.

    It costs no process. A notebook that builds on it still finds the ``cells`` that are given.
    """

    def __init__(self, zygote: Zygote, cells: list[Cell], path: str) -> None:
        super().__init__(zygote, cells)
        self.path = path

    def _seconds_left(self) -> NoReturn:
        raise CheckFailed("missing", f"{self.path} was not handed in, or it could not be read")


def _length(value: Any) -> int:
    """How much text there is in nested data."""
    if isinstance(value, dict):
        return sum(len(str(key)) + _length(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return sum(map(_length, value))
    return len(value) if isinstance(value, str) else 8


def _last_error(outputs: list[Any]) -> str:
    for item in reversed(outputs):
        if isinstance(item, dict) and item.get("output_type") == "error":
            return f"{item.get('ename')}: {item.get('evalue')}"[:300]
    return "failed"


class Student:
    """What the notebook defines, by attribute: ``student.Linear`` is a handle on the class."""

    def __init__(self, session: Session, path: str) -> None:
        self._session = session
        self._path = path

    def __getattr__(self, name: str) -> Any:
        try:
            return self._session.name(name)
        except EarlierError:
            raise
        except StudentError:
            text = f"{name} is not defined in {self._path}"
            raise CheckFailed("missing", text) from None

    def budget(self, seconds: float) -> None:
        """Let the checks of this component take so long together, for training takes its time."""
        self._session.allow(seconds)

    def array(self, values: Any) -> Handle:
        """An array that student code can change in place; ``.get()`` fetches its values."""
        return self._session.promise("ndarray", "array", np.asarray(values, dtype=np.float64))

    def dict(self) -> Handle:
        """An empty dict that stays with the student's code from call to call."""
        return self._session.promise("dict", "dict")

    def references(self, function: Handle) -> Any:
        """Call ``function()``, which gives (lists of) arrays; the arrays stay where they are.

        In place of each array comes a handle with ``.get()``, and ``[()] = values`` writes into it.
        """
        return self._session.ask("references", function)

    def define(self, source: str, name: str) -> Any:
        """Run a test's own code beside the student's, and give what it calls ``name``."""
        return self._session.ask("define", source, name)

    def uses_complex(self, function: Any, *args: Any) -> bool:
        """Whether the notebook's code works with complex numbers in ``function(*args)``."""
        return self._session.ask("uses_complex", function, list(args)) is not False

    def tries_nearby(self, layer: Handle, *args: Any) -> bool:
        """Whether forward and backward run one function on ``x`` and on a slightly other array.

        ``args``: the input, what backward takes besides it, what forward takes besides it.
        """
        return self._session.ask("tries_nearby", layer, list(args)) is not False

    def seed(self, number: int) -> None:
        """Seed NumPy's global generator in the sandbox."""
        self._session.later("seed", number)


class Handle:
    """Stands for an object that lives in the sandbox. Plain data comes and goes by value."""

    def __init__(self, session: Session, reference: Reference) -> None:
        assert session.sandbox is not None
        for name, value in (
            ("_session", session),
            ("_sandbox", session.sandbox),
            ("_reference", reference),
            ("_type_name", reference.type_name),
            ("_class_name", ""),  # of a class that a test has asked for by this name
        ):
            object.__setattr__(self, name, value)

    def _ask(self, operation: str, *arguments: Any, calls: int = 1) -> Any:
        self._session.expect(self._sandbox)
        value = self._session.ask(operation, self, *arguments, calls=calls)
        if isinstance(value, Refused):
            raise CheckFailed("type", f"the result is {value.reason}")
        return value

    def _later(self, operation: str, *arguments: Any) -> None:
        self._session.expect(self._sandbox)
        self._session.later(operation, self, *arguments)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """An object of a class is only asked for: the first that is done with it waits for it."""
        if not self._class_name:
            return self._ask("call", list(args), kwargs)
        self._session.expect(self._sandbox)
        return self._session.promise(self._class_name, "call", self, list(args), kwargs)

    def call_each(self, arguments: list[tuple[Any, ...]]) -> list[Any]:
        """The results of several calls, in one round trip."""
        return self._results("call_each", list(map(list, arguments)))

    def _results(self, operation: str, *arguments: Any) -> list[Any]:
        calls = len(arguments[-1])
        results = self._ask(operation, *arguments, calls=calls)
        if not isinstance(results, list) or len(results) != calls:
            raise CheckFailed("crashed", "the notebook's process sent an answer of another form")
        for result in results:
            if isinstance(result, Refused):
                raise CheckFailed("type", f"the result is {result.reason}")
        return results

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if (self._type_name, name) in self._session.methods:
            return _Method(self, name)
        try:
            value = self._ask("getattr", name)
            if isinstance(value, Handle) and value._reference.is_callable:
                self._session.methods.add((self._type_name, name))
            return value
        except StudentError as error:
            if error.type_name != "AttributeError" or isinstance(error, EarlierError):
                raise
            text = f"{self._type_name} has no attribute {name}"
            raise CheckFailed("missing", text) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self._later("setattr", name, value)

    def __getitem__(self, key: Any) -> Any:
        return self._ask("getitem", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._later("setitem", key, value)

    def __len__(self) -> int:
        length = self._ask("len")
        if type(length) is not int:
            raise CheckFailed("type", "len() did not give an integer")
        return length

    def __iter__(self) -> Iterator[Any]:
        for index in range(len(self)):
            yield self[index]

    def get(self) -> Any:
        """The current values of a ``student.array``."""
        return self._ask("fetch")

    def __repr__(self) -> str:
        return f"<{self._type_name} in the sandbox>"


class _Method:
    """A method of a handle; calling it takes one round trip in place of two."""

    def __init__(self, owner: Handle, name: str) -> None:
        self._owner, self._name = owner, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._owner._ask("method", self._name, list(args), kwargs)

    def call_each(self, arguments: list[tuple[Any, ...]]) -> list[Any]:
        return self._owner._results("method_each", self._name, list(map(list, arguments)))

    @property
    def _reference(self) -> Reference:
        """Where the method itself has to cross, it is fetched after all."""
        method = self._owner._ask("getattr", self._name)
        if not isinstance(method, Handle):
            raise CheckFailed("type", f"{self._name} is not a method any more")
        reference: Reference = method._reference
        return reference
