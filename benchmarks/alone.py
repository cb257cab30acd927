"""Judging alone, and the floor below it: processes that take turns at the same submissions.

``python -m benchmarks.alone judge|floor|bare`` reads lines, each a JSON list of folders with a
notebook, and answers each with a line of JSON: processor seconds, wall seconds, requirements met
and checked.

The floor does what nobody can do without: it forks a warm interpreter, executes the notebook's
cells in IPython's shell and runs the same tests on what they define, in one process. Nothing is
confined, limited, kept or written. It has chainrule's own way to run hidden tests, with pytest; the
bare floor calls the test functions.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import resource
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from .measured import MeasuredError

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Pass(NamedTuple):
    """What one pass over some submissions took, and what it found."""

    cpu: float
    wall: float
    met: int
    checked: int


class Contender:
    """One of them in a process of its own, asked over pipes."""

    def __init__(self, name: str, env: dict[str, str], root: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.alone", name],
            cwd=root,
            env={**env, **dict.fromkeys(THREADS, "1")},  # as the workers do
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Contender:
        return self

    def __exit__(self, *exception: object) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()

    def judge(self, folders: Iterable[Path]) -> Pass:
        assert self.process.stdin and self.process.stdout
        print(json.dumps([str(f) for f in folders]), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise MeasuredError(f"{' '.join(map(str, self.process.args))} ended: see above")
        return Pass(*json.loads(answer))


# ---------------------------------------------------------------------------------------
# In a contender's process

Counts = tuple[int, int]  # requirements met and checked


def main() -> None:
    # Student code that is run in this process, or in a fork of it, may write to descriptor 1.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    from chainrule.notebooks import read_submission

    from .submissions import ASSIGNMENT

    one, spent = {"judge": _judge, "floor": _floor, "bare": _bare}[sys.argv[1]]()
    for line in sys.stdin:
        work = [read_submission(Path(folder), ASSIGNMENT) for folder in json.loads(line)]
        cpu, wall = spent(), time.perf_counter()
        counts = [one(submission) for submission in work]
        cpu, wall = spent() - cpu, time.perf_counter() - wall
        met, checked = (sum(column) for column in zip(*counts, strict=True))
        print(json.dumps(Pass(cpu, wall, met, checked)), file=answers, flush=True)


Ready = tuple[Callable[[Any], Counts], Callable[[], float]]


def _judge() -> Ready:
    """chainrule's judge with its zygote and sandboxes."""
    from chainrule.judge import Judge

    from .inline import SEED
    from .submissions import ASSIGNMENT

    judge = Judge(ASSIGNMENT, seed=SEED)
    for process in (0, judge.zygote.process.pid):  # one processor for both, as in a worker
        os.sched_setaffinity(process, {min(os.sched_getaffinity(0))})
    layers = _layers()

    def one(submission: Any) -> Counts:
        parts = [p for p in judge.judge(submission).components if p.component.title in layers]
        checks = [check for part in parts for check in part.checks]
        return sum(check.passed for check in checks), len(checks)

    return one, lambda: _cpu_of_this() + _cpu_of(judge.zygote.process.pid)


def _layers() -> set[str]:
    """The titles of the components in the one notebook that all of them run."""
    from tests.adequacy.measure import solution_notebook

    from .submissions import ASSIGNMENT, NOTEBOOK

    parts = ASSIGNMENT.components
    return {part.title for part in parts if solution_notebook(ASSIGNMENT, part.id) == NOTEBOOK}


def _floor() -> Ready:
    from chainrule.hidden import HiddenTests

    from .inline import SEED
    from .submissions import ASSIGNMENT

    return _forking(HiddenTests(ASSIGNMENT.tests, SEED, by_pytest=True))


def _bare() -> Ready:
    from chainrule import hidden, homework

    from .inline import SEED, raised
    from .submissions import ASSIGNMENT

    class Plain(hidden.HiddenTests):
        def run(self, title: str, student: Any, component: Any) -> None:
            for item in self.items[title]:
                check = homework.Check(hidden.requirement(item), item.name, hidden=True)
                component.add(check, raised(item.function, student))

    return _forking(Plain(ASSIGNMENT.tests, SEED))


def _forking(hidden: Any) -> Ready:
    """Fork for each submission, and run everything in the fork."""
    from chainrule.judge import _compile
    from chainrule.sandbox.shell import create_shell

    from .submissions import ASSIGNMENT

    layers = _layers()
    cells = [cell for cell in _compile(ASSIGNMENT) if not cell.title or cell.title in layers]
    shell = create_shell()
    gc.collect()
    gc.freeze()

    def one(submission: Any) -> Counts:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                counts = _run_here(submission, shell, cells, hidden)
                os.write(write, json.dumps(counts).encode())
            except BaseException:  # sys.stderr is collected as a cell's output by now
                os.write(2, traceback.format_exc().encode())
            finally:
                os._exit(0)
        os.close(write)
        with open(read) as answer:
            met, checked = json.loads(answer.read())
        os.waitpid(child, 0)
        return met, checked

    return one, _cpu_of_this


def _run_here(submission: Any, shell: Any, cells: list[Any], hidden: Any) -> Counts:
    """Run the notebook and then the notebook of tests, all in this process."""
    from chainrule import homework
    from chainrule.judge import _judging, _quiet, code_to_run
    from chainrule.sandbox.shell import run_cell

    from .submissions import ASSIGNMENT, NOTEBOOK

    sys.modules["homework"] = homework
    homework._loading = True
    for cell in code_to_run(ASSIGNMENT, NOTEBOOK, submission.notebooks[NOTEBOOK]):
        run_cell(shell, cell.source, cell.label)
    homework._loading = False
    student = homework.Namespace(shell.user_ns, f"{NOTEBOOK}.ipynb")
    board, names = homework.Board(), {"__name__": "__main__"}
    silence = contextlib.redirect_stdout(io.StringIO())
    with _judging(board, _Loaded(ASSIGNMENT, student)), hidden.active(), _quiet(), silence:
        for cell in cells:
            cell.run(names)
    checks = [check for checks in board.checks.values() for check in checks]
    return sum(check.passed for check in checks), len(checks)


class _Loaded:
    """In place of sandboxed sessions."""

    def __init__(self, assignment: Any, student: Any) -> None:
        self.assignment, self.student = assignment, student

    def load(self, path: str) -> Any:
        return self.student


def _cpu_of_this() -> float:
    """Of this process and of the children it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _cpu_of(process: int) -> float:
    """Of another process and of the children it has waited for, in the kernel's coarse ticks."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
