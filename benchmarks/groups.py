"""The measurements. In each group the contenders take turns, and each round gives one ratio."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from .alone import Contender, Pass
from .courses import NAME, forget_results
from .graders import Chainrule, Otter, Plain, passed
from .measured import MeasuredError, Run, environment, measure
from .results import ClassSize, Results, Row, at_least, at_most, medians
from .submissions import ROOT, HandIn, school_class

MAX_SECONDS, MAX_COORDINATOR, MAX_WORKER, MAX_FIRST = 180.0, 300.0, 250.0, 3.0
ALONE = 40  # submissions for the contenders that only judge
SAME = 1.1  # what differs by less has not grown


@dataclass
class Bench:
    """What the groups have in common."""

    folder: Path  # for courses, empty
    sizes: Sequence[int]
    rounds: int
    plain: int  # submissions that the slow graders get
    tests: Path  # the hidden tests, used before
    results: Results
    say: Callable[[str], None]

    @property
    def size(self) -> int:
        """The class for comparisons: the largest one that can be graded several times."""
        return max([size for size in self.sizes if size <= 100], default=min(self.sizes))

    def add(self, *rows: Row) -> None:
        self.results.rows.extend(rows)

    def course(self, name: str, hand_ins: Sequence[HandIn]) -> Chainrule:
        return Chainrule(self.folder / name, hand_ins, self.tests)


def warmed_tests(folder: Path) -> Path:
    """A copy of the hidden tests with what the first grading leaves beside them: bytecode."""
    course = Chainrule(folder, school_class(1), ROOT / "tests" / NAME)
    course.grade()
    return folder / "tests" / NAME


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    return [a / b for a, b in zip(above, below, strict=True)]


# ---------------------------------------------------------------------------------------
# Against other graders


def plain(bench: Bench) -> None:
    """``chainrule grade`` against ``nbgrader autograde`` and ``generate_feedback``."""
    few = school_class(bench.plain)
    same = bench.course("few", few)
    whole = bench.course("class", school_class(bench.size))
    other = Plain(bench.folder / "nbgrader", few)
    ours_few: list[Run] = []
    ours: list[Run] = []
    scores: list[Run] = []
    pages: list[Run] = []
    for turn in range(1, bench.rounds + 1):
        bench.say(f"chainrule and nbgrader, round {turn} of {bench.rounds}")
        ours_few.append(same.grade())
        first, second = other.grade()
        scores.append(first)
        pages.append(second)
        ours.append(whole.grade())
    bench.add(*_whole_commands(bench.plain, ours_few, scores, pages))
    bench.add(*_class_against(bench, ours, scores, pages))
    bench.add(_agreement("nbgrader", passed(same.folder), passed(other.folder)))


def _whole_commands(
    size: int, ours: list[Run], scores: list[Run], pages: list[Run]
) -> tuple[Row, ...]:
    stored = [run.reached("verdicts", size) for run in ours]
    autograde = [run.wall for run in scores]
    both = [a.wall + b.wall for a, b in zip(scores, pages, strict=True)]
    cpu = [a.cpu + b.cpu for a, b in zip(scores, pages, strict=True)]
    walls, cpus = [run.wall for run in ours], [run.cpu for run in ours]
    group = "nbgrader"
    what = f"{size} submissions, whole commands: "
    return (
        _faster(group, what + "until the last score", stored, autograde, "s"),
        _faster(group, what + "until the last page", walls, both, "s"),
        _faster(group, what + "processor time", cpus, cpu, "s CPU"),
    )


def _faster(
    group: str,
    what: str,
    ours: list[float],
    other: list[float],
    unit: str,
    target: float | None = None,
) -> Row:
    """How many times as long the other one takes."""
    values = ratios(other, ours)
    bound = at_least(target) if target else None
    return Row(group, what, medians(ours, unit), medians(other, unit), values, bound)


def _class_against(
    bench: Bench, ours: list[Run], scores: list[Run], pages: list[Run]
) -> tuple[Row, ...]:
    """The whole of our command by submission, against nbgrader's without its start-up."""
    size, few = bench.size, bench.plain
    stored = [run.reached("verdicts", size) / size for run in ours]
    walls = [run.wall / size for run in ours]
    autograde = [run.pace("graded", 1, few) for run in scores]
    feedback = [run.pace("pages", 1, few) for run in pages]
    both = [a + b for a, b in zip(autograde, feedback, strict=True)]
    what = f"for each of {size} (nbgrader: of {few}): "
    return (
        _faster("nbgrader", what + "score", stored, autograde, "s", 40),
        _faster("nbgrader", what + "score and feedback", walls, both, "s", 15),
    )


def _agreement(
    name: str, ours: dict[str, dict[str, bool]], other: dict[str, dict[str, bool]]
) -> Row:
    """Whether the other grader did the same work: it has to find the same components right."""
    pairs = [
        (right, other.get(student, {}).get(cell))
        for student, cells in ours.items()
        for cell, right in cells.items()
    ]
    same = sum(a == b for a, b in pairs)
    return Row(name, "components with the same verdict", remark=f"{same} of {len(pairs)}")


def otter(bench: Bench) -> None:
    """``chainrule grade`` against ``otter run``, where otter is installed."""
    program = Otter.program_here()
    if program is None:
        bench.add(Row("otter", "otter run", remark="not installed"))
        return
    few = school_class(bench.plain)
    same = bench.course("few", few)
    whole = bench.course("class", school_class(bench.size))
    other = Otter(bench.folder / "otter", few, program)
    ours_few, ours, theirs = [], [], []
    verdicts: dict[str, dict[str, bool]] = {}
    for turn in range(1, bench.rounds + 1):
        bench.say(f"chainrule and otter, round {turn} of {bench.rounds}")
        ours_few.append(same.grade())
        try:
            found = other.grade()
        except MeasuredError as error:  # in an environment that is not ours
            bench.add(Row("otter", "otter run", remark=f"fails: {str(error).splitlines()[-1]}"))
            return
        theirs.append([run for run, _ in found])
        verdicts = {one.student: right for one, (_, right) in zip(few, found, strict=True)}
        ours.append(whole.grade())
    walls = [sum(run.wall for run in runs) for runs in theirs]
    what = f"{len(few)} submissions, whole commands"
    each = [wall / len(few) for wall in walls]
    by_submission = [run.wall / bench.size for run in ours]
    scaled = f"for each of {bench.size} (otter: of {len(few)})"
    bench.add(
        _faster("otter", what, [run.wall for run in ours_few], walls, "s"),
        _faster("otter", scaled, by_submission, each, "s"),
        _agreement("otter", passed(same.folder), verdicts),
    )


# ---------------------------------------------------------------------------------------
# Against the floor


def floor(bench: Bench) -> None:
    """Judging alone, and the whole of grading, against executing and testing in one process."""
    small = bench.course("ten", school_class(10))
    whole = bench.course("class", school_class(max(bench.size, 20)))
    folders = whole.submissions[:ALONE]
    alone: dict[str, list[Pass]] = {"judge": [], "floor": [], "bare": []}
    few: list[Run] = []
    many: list[Run] = []
    with ExitStack() as stack:
        env = environment()
        contenders = {n: stack.enter_context(Contender(n, env, ROOT)) for n in alone}
        for contender in contenders.values():
            contender.judge(folders[:2])
        for turn in range(1, bench.rounds + 1):
            bench.say(f"chainrule and the floor, round {turn} of {bench.rounds}")
            for name, found in in_turns(contenders, folders).items():
                alone[name].append(found)
            few.append(small.grade())
            many.append(whole.grade())
    bench.add(*_against_floor(whole.size, len(folders), alone, few, many))


def in_turns(contenders: dict[str, Contender], folders: list[Path]) -> dict[str, Pass]:
    """One pass of each over all submissions, ten by one, the same ten by the next, and so on."""
    passes: dict[str, list[Pass]] = {name: [] for name in contenders}
    for begin in range(0, len(folders), 10):
        for name, contender in contenders.items():
            passes[name].append(contender.judge(folders[begin : begin + 10]))
    return {name: Pass(*map(sum, zip(*found, strict=True))) for name, found in passes.items()}


def _against_floor(
    size: int, judged: int, alone: dict[str, list[Pass]], few: list[Run], many: list[Run]
) -> tuple[Row, ...]:
    cpu = {name: [one.cpu / judged for one in passes] for name, passes in alone.items()}
    further = [(b.cpu - a.cpu) / (size - 10) for a, b in zip(few, many, strict=True)]
    whole = [run.cpu / size for run in many]
    met = " / ".join(str(sum(one.met for one in passes)) for passes in alone.values())
    checked = sum(one.checked for one in alone["judge"])
    return (
        _more("judging alone", cpu["judge"], cpu["floor"], 2),
        _more("each further submission of chainrule grade", further, cpu["floor"], 3),
        _more(f"chainrule grade on {size}, start-up included", whole, cpu["floor"], 3),
        _more("judging alone; the floor calls tests without pytest", cpu["judge"], cpu["bare"]),
        Row(
            "floor",
            "requirements met: judge / floor / without pytest",
            remark=f"{met} of {checked}",
        ),
    )


def _more(what: str, ours: list[float], other: list[float], target: float | None = None) -> Row:
    unit = "s CPU"
    bound = at_most(target) if target else None
    return Row("floor", what, medians(ours, unit), medians(other, unit), ratios(ours, other), bound)


# ---------------------------------------------------------------------------------------
# Against itself


def workers(bench: Bench) -> None:
    """Two workers against one."""
    course = bench.course("class", school_class(bench.size))
    one: list[Run] = []
    two: list[Run] = []
    for turn in range(1, bench.rounds + 1):
        bench.say(f"one worker and two, round {turn} of {bench.rounds}")
        one.append(course.grade("--jobs", "1"))
        two.append(course.grade("--jobs", "2"))
    size = bench.size
    what = f"a class of {size}: "
    walls = [[run.wall for run in runs] for runs in (two, one)]
    judging = [[run.pace("verdicts", 1, size) for run in runs] for runs in (two, one)]
    bench.add(
        _faster("workers", what + "the whole command", *walls, "s", 1.8),
        _faster("workers", what + "for each, from the first score to the last", *judging, "s"),
    )


def sizes(bench: Bench) -> None:
    """Classes of all sizes: throughput, memory, growth."""
    for size in bench.sizes:
        course = bench.course(f"{size}", school_class(size))
        rounds = bench.rounds if size <= 100 else 1
        runs = []
        for turn in range(1, rounds + 1):
            bench.say(f"a class of {size}, round {turn} of {rounds}")
            runs.append(course.grade())
        runs.sort(key=lambda run: run.wall)
        middle = class_size(size, runs[len(runs) // 2])
        bench.results.sizes.append(middle)
        bench.add(*_rows_of_size(middle, [run.reached("verdicts", 1) for run in runs]))
    found = bench.results.sizes
    if len(found) > 1:
        small, large = found[0], found[-1]
        each = (large.wall - small.wall) / (large.size - small.size)
        what = f"each further submission, from {small.size} to {large.size}"
        bench.add(Row("sizes", what, values=[1 / each], unit="submissions/s"))


def class_size(size: int, run: Run) -> ClassSize:
    found = ClassSize(
        size,
        run.wall,
        run.cpu,
        run.reached("verdicts", 1),
        run.reached("verdicts", size),
        run.peaks,
    )
    if size > 200:
        span = min(200, (size - 100) // 2)
        early = run.pace("verdicts", 100, 100 + span)
        found.growth = run.pace("verdicts", size - span, size) / early
        begin, end = run.at("verdicts", 100), run.at("verdicts", size)
        found.memory_growth = {
            role: end.memory.get(role, 0.0) - begin.memory.get(role, 0.0)
            for role in ("coordinator", "worker", "zygote")
        }
    return found


def _rows_of_size(found: ClassSize, firsts: list[float]) -> list[Row]:
    first = Row(
        "sizes",
        f"{found.size}: time to the first score",
        values=firsts,
        target=at_most(MAX_FIRST, "s"),
        unit="s",
    )
    if found.growth is None:
        return [first]
    whole = f"{found.size}: "
    coordinator, worker = (found.peaks.get(role, 0.0) for role in ("coordinator", "worker"))
    limit = at_most(MAX_SECONDS, "s") if found.size == 1000 else None
    text = whole + "pace of the last 200 over that after the 100th"
    rows = [
        first,
        Row("sizes", whole + "the whole command", values=[found.wall], target=limit, unit="s"),
        Row("sizes", text, values=[found.growth], target=at_most(SAME)),
        _memory(whole + "the coordinator's peak memory", coordinator, MAX_COORDINATOR),
        _memory(whole + "the largest worker's peak memory", worker, MAX_WORKER),
    ]
    for role in ("coordinator", "worker"):
        text = f"the {role} grows from the 100th to the last by"
        rows.append(Row("sizes", whole + text, values=[found.memory_growth[role]], unit="MB"))
    return rows


def _memory(what: str, value: float, bound: float) -> Row:
    return Row("sizes", what, values=[value], target=at_most(bound, "MB"), unit="MB")


def parts(bench: Bench) -> None:
    """Where the time goes, from one instrumented run."""
    course = bench.course("class", school_class(min(bench.size, 50)))
    bench.say("where the time goes")
    forget_results(course.folder)
    command = [sys.executable, "-m", "benchmarks.parts", str(course.folder), NAME]
    run = measure(command, course.folder)
    found = json.loads(run.output.splitlines()[-1])
    bench.results.parts, bench.results.parts_size = found["seconds"], found["submissions"]


GROUPS: dict[str, Callable[[Bench], None]] = {
    "nbgrader": plain,
    "otter": otter,
    "floor": floor,
    "workers": workers,
    "sizes": sizes,
    "parts": parts,
}
