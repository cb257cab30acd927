"""What changes when a class is graded again: whose points, and because of which requirement.

Either as a dry run, which judges what ``chainrule grade`` would judge now and stores nothing, or
between two gradings that the record remembers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from . import submitted, voids
from .course import Assignment, Course
from .errors import ChainruleError, UsageError
from .gradebook import known, manual_scores, open_gradebook
from .intake import Intake, current_state, take_in
from .notebooks import HandedIn, collect
from .progress import Progress, silent
from .record import read_class, with_failing_checks
from .registration import refuse_other_cells
from .report import number
from .roster import read_roster
from .settings import load_config, load_settings
from .verdict import Verdict
from .workers import Judges, Task, judge_all, processors

Entry = dict[str, Any]  # of the record, or what one would be


@dataclass(frozen=True)
class CheckChange:
    """A check that fails in one of the two gradings only; ``message`` says how it failed there."""

    requirement: str
    hidden: bool
    message: str


@dataclass(frozen=True)
class PartChange:
    """What changed in one component. ``before`` and ``after`` are points for its code."""

    id: str
    title: str
    before: float
    after: float
    fails_now: tuple[CheckChange, ...]
    failed_before: tuple[CheckChange, ...]
    notes: tuple[str, ...]  # what becomes of the derivation, and of points given by a person


@dataclass(frozen=True)
class StudentChange:
    """What changed for one student. Points are those for code, and 0 where nothing counts."""

    student: str
    before: float
    after: float
    counts: bool
    notes: tuple[str, ...]
    components: tuple[PartChange, ...]


@dataclass(frozen=True)
class Cause:
    """A requirement that changes points of students, one way or the other."""

    component: str
    requirement: str
    hidden: bool
    fails_now: int = 0  # how many students lose by it
    failed_before: int = 0  # how many gain, now that it is met or no longer asked for


@dataclass(frozen=True)
class Difference:
    """What changed in a class."""

    assignment: str
    compared: int
    changes: tuple[StudentChange, ...]
    new: tuple[str, ...] = ()  # who has nothing to compare with
    failures: dict[str, str] = field(default_factory=dict)  # why a student could not be judged

    @property
    def gain(self) -> list[StudentChange]:
        return [change for change in self.changes if change.after > change.before]

    @property
    def lose(self) -> list[StudentChange]:
        return [change for change in self.changes if change.after < change.before]

    @property
    def causes(self) -> list[Cause]:
        """The requirements behind changed points, those that concern most students first."""
        worse: Counter[tuple[str, str, bool]] = Counter()
        better: Counter[tuple[str, str, bool]] = Counter()
        for change in self.changes:
            for part in change.components if change.counts else ():
                count = worse if part.after < part.before else better
                checks = part.fails_now if part.after < part.before else part.failed_before
                if part.after != part.before:
                    count.update((part.title, check.requirement, check.hidden) for check in checks)
        found = [Cause(*key, worse[key], better[key]) for key in {**worse, **better}]
        return sorted(found, key=lambda c: (-c.fails_now - c.failed_before, c.component))

    def to_json(self) -> dict[str, Any]:
        """The object that ``chainrule diff --json`` prints."""
        return {
            "assignment": self.assignment,
            "compared": self.compared,
            "gain": len(self.gain),
            "lose": len(self.lose),
            "students": [asdict(change) for change in self.changes],
            "causes": [asdict(cause) for cause in self.causes],
            "new": list(self.new),
            "failures": self.failures,
        }


# ---------------------------------------------------------------------------------------
# Between two gradings of the record


def since(course: Course, assignment: Assignment, moment: str | None) -> Difference:
    """The latest grading of each student against the one that held at ``moment``.

    ``moment`` is a time as the record writes it, in UTC; None stands for the grading before the
    latest one.
    """
    changes, new, compared = [], [], 0
    for student, entries in sorted(read_class(course.root, assignment.name).items()):
        if moment is None:
            older = entries[-2:-1]
        else:
            older = [entry for entry in entries if entry["time"] <= moment][-1:]
        if not older:
            new.append(student)
            continue
        compared += 1
        changes.append(_student(student, older[0], entries[-1], set()))
    return Difference(assignment.name, compared, tuple(filter(None, changes)), tuple(new))


# ---------------------------------------------------------------------------------------
# A dry run


def dry_run(
    course: Course,
    assignment: Assignment,
    *,
    jobs: int | None = None,
    weak_sandbox: bool = False,
    judges: Judges | None = None,
    progress: Progress = silent,
) -> Difference:
    """The record's latest grading of each student against what ``grade`` would find now.

    Only what ``grade`` would judge is judged, and nothing is stored. Raises UsageError where
    nothing was graded yet, and where the gradebook cannot follow the source.
    """
    recorded = read_class(course.root, assignment.name)
    config = load_config(course.root)
    settings = load_settings(config)
    grader = submitted.digest_of_grader(assignment, settings.seed)
    roster = read_roster(course, settings)
    failures: dict[str, str] = {}
    todo: dict[str, Intake] = {}
    manual: dict[str, set[str]] = {}
    students = submitted.students(course, assignment.name)
    with open_gradebook(course, config) as gradebook:
        refuse_other_cells(gradebook, assignment, config)
        of_all = known(gradebook, assignment.name)
        for student in students:
            try:
                intake = take_in(of_all, course, assignment, student, grader, roster)
            except ChainruleError as error:
                failures[student] = str(error)
                continue
            if current_state(course, assignment, intake) is None:
                todo[student] = intake
                manual[student] = set(manual_scores(gradebook, assignment.name, student))
    judged = {}
    task = Task(assignment, settings.seed, weak_sandbox)
    size = min(len(todo), jobs or processors())
    judges = judges or partial(judge_all, size=size)
    with progress(f"judging {assignment.name} without storing", len(todo)) as advance:
        for student, future in judges(task, _collected(assignment, todo)) if todo else ():
            try:
                judged[student] = _as_entry(course, todo[student], future.result())
            except UsageError:
                raise
            except Exception as error:  # reported, and the others are compared
                failures[student] = f"{type(error).__name__}: {error}"
            advance(student)
    old = {student: recorded[student][-1] for student in judged if student in recorded}
    changes = [_student(s, old[s], judged[s], manual[s]) for s in sorted(old)]
    return Difference(
        assignment.name,
        len(students) - len(failures) - len(judged.keys() - old.keys()),
        tuple(filter(None, changes)),
        tuple(sorted(judged.keys() - old.keys())),
        failures,
    )


def _collected(
    assignment: Assignment, todo: Mapping[str, Intake]
) -> Iterator[tuple[str, HandedIn]]:
    for student, intake in todo.items():
        yield student, collect(intake.folder, assignment)


def _as_entry(course: Course, intake: Intake, verdict: Verdict) -> Entry:
    """What the record would say about a verdict, as far as it is compared."""
    late = bool(intake.due.lateness(intake.timestamp))
    void = voids.reason(course.root, verdict.assignment, intake.student) is not None
    return {
        "submission": verdict.submission,
        "components": with_failing_checks(verdict.to_json()),
        "counts": not late and not void,
    }


# ---------------------------------------------------------------------------------------
# Comparing


def _student(student: str, old: Entry, new: Entry, manual: set[str]) -> StudentChange | None:
    """What changed between two entries; None where nothing did."""
    before, after = _by_id(old), _by_id(new)
    parts = [_part(before.get(key), after.get(key), manual) for key in {**before, **after}]
    changed = tuple(part for part in parts if part)
    counted, counts = old.get("counts", True), new.get("counts", True)
    if not changed and counted == counts:
        return None
    points = sum(map(_points, before.values()))
    notes = []
    if old.get("submission") != new.get("submission"):
        notes.append("handed in again since")
    if counted != counts:
        notes.append("counts now" if counts else "counts nothing now: late, or void")
    elif not counts:
        notes.append("counts nothing: late, or void")
    return StudentChange(
        student,
        points if counted else 0.0,
        points + sum(part.after - part.before for part in changed) if counts else 0.0,
        counts,
        tuple(notes),
        changed,
    )


def _by_id(entry: Entry) -> dict[str, Any]:
    return {part["id"]: part for part in entry["components"]}


def _points(part: dict[str, Any] | None) -> float:
    return float(part["code"]["score"]) if part else 0.0


def _part(
    old: dict[str, Any] | None, new: dict[str, Any] | None, manual: set[str]
) -> PartChange | None:
    """What changed in a component, which may be missing on one side; None where nothing did."""
    part = new or old
    assert part is not None
    before, after = _failing(old), _failing(new)
    fails_now = tuple(after[key] for key in after if key not in before)
    failed_before = tuple(before[key] for key in before if key not in after)
    points = _points(old), _points(new)
    if points[0] == points[1] and not fails_now and not failed_before:
        return None
    cells = {cell.rpartition("/")[2] for cell in manual}
    notes = []
    if f"{part['id']}-tests" in cells and points[0] != points[1]:
        notes.append("its points were given by a person and stay")
        points = points[0], points[0]
    notes += _derivation(old, new, f"{part['id']}-formula" in cells)
    return PartChange(
        part["id"], part["title"], *points, fails_now, failed_before, tuple(filter(None, notes))
    )


def _failing(part: dict[str, Any] | None) -> dict[tuple[str, bool], CheckChange]:
    return {
        (check["name"], check["hidden"]): CheckChange(
            check["requirement"], check["hidden"], check["message"]
        )
        for check in (part["checks"] if part else ())
    }


def _derivation(
    old: dict[str, Any] | None, new: dict[str, Any] | None, by_hand: bool
) -> Iterator[str]:
    """What becomes of a component's derivation."""
    formula = new and new["formula"]
    if not old or not new or not formula or old["passed"] == new["passed"]:
        return
    if by_hand:
        yield "a person has graded its derivation: the points stay, to be looked at again"
    elif formula["needs_manual"]:
        yield f"its derivation ({number(formula['max'])}) waits for a person then"
    elif old["formula"] and old["formula"]["needs_manual"]:
        yield f"its derivation ({number(formula['max'])}) does not count then"
