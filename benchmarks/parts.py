"""Where the time of grading goes: ``python -m benchmarks.parts COURSE`` prints seconds by part.

One process judges, stores and writes everything, one submission after the other, with a stopwatch
around the functions below. A part's seconds are without those of the parts called from within it.
Judge and sandbox wait for each other, so that wall time is what either of them needs.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import wraps
from pathlib import Path
from typing import Any

# Parts that are done once for a class, and those that each submission needs, in the order shown.
ONCE = (
    "imports",
    "making the gradebook",
    "assignment into the gradebook",
    "collecting tests, zygote",
)
EACH = (
    "reading",
    "starting and ending the sandbox",
    "loading the notebook",
    "tests: in the judge",
    "tests: in the sandbox",
    "verdict and annotated notebook",
    "gradebook and record",
    "writing autograded/",
    "feedback pages",
    "rest",
)

# module, class or "", function, part
_FUNCTIONS = (
    ("gradebook", "", "create_file", ONCE[1]),
    ("classroom", "", "register", ONCE[2]),
    ("judge", "Judge", "__init__", ONCE[3]),
    ("classroom", "", "take_in", EACH[0]),
    ("classroom", "", "collect", EACH[0]),
    ("workers", "", "parse", EACH[0]),
    ("sandbox.client", "Zygote", "fork", EACH[1]),
    ("sandbox.client", "Sandbox", "kill", EACH[1]),
    ("sandbox.session", "Session", "load", EACH[2]),
    ("judge", "Judge", "_run_tests", EACH[3]),
    ("judge", "Judge", "judge", EACH[5]),
    ("classroom", "", "settle", EACH[6]),
    ("classroom", "", "write_autograded", EACH[7]),
    ("classroom", "_Run", "write_feedback", EACH[8]),
)


class Stopwatch:
    """Adds up exclusive times of parts that call each other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.open = ["rest"]
        self.since = time.perf_counter()

    def _charge(self) -> None:
        now = time.perf_counter()
        self.seconds[self.open[-1]] += now - self.since
        self.since = now

    @contextlib.contextmanager
    def part(self, name: str) -> Iterator[None]:
        self._charge()
        self.open.append(name)
        try:
            yield
        finally:
            self._charge()
            self.open.pop()

    def around(self, owner: Any, name: str, part: Callable[[], str]) -> None:
        """Have ``owner.name`` timed from now on, as the part that ``part()`` says."""
        plain = getattr(owner, name)

        @wraps(plain)
        def timed(*arguments: Any, **options: Any) -> Any:
            with self.part(part()):
                return plain(*arguments, **options)

        setattr(owner, name, timed)


def main() -> None:
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"  # as in a worker, before NumPy is imported
    watch = Stopwatch()
    with watch.part(ONCE[0]):
        from chainrule import classroom, workers
        from chainrule.course import Course
        from chainrule.sandbox.client import Sandbox
    for module, owner, name, part in _FUNCTIONS:
        found: Any = importlib.import_module(f"chainrule.{module}")
        watch.around(getattr(found, owner) if owner else found, name, lambda part=part: part)
    # Waiting for the sandbox belongs to whoever waits, but for tests it is shown apart.
    watch.around(
        Sandbox, "request", lambda: EACH[4] if watch.open[-1] == EACH[3] else watch.open[-1]
    )

    def judge_here(task: Any, work: Any) -> Iterator[tuple[str, Any]]:
        for student, handed_in in work:
            done: Any = Future()
            done.set_result(workers.judge_one(task, handed_in))
            yield student, done

    course = Course(Path(sys.argv[1]))
    report = classroom.grade(course, course.assignment(sys.argv[2]), judges=judge_here)
    watch._charge()
    print(json.dumps({"submissions": len(report.graded), "seconds": watch.seconds}))


if __name__ == "__main__":
    main()
