"""Measures the tests of assignments: ``python -m tests.adequacy [NAME ...] [--picture FILE]``.

Judges every mutant and every correct variant through the real sandbox. Exit status 1 if a mutant
survives, a variant is rejected, or a requirement is broken by no mutant at all; also if the report
that a student reads names the wrong method too often, or gives hints too seldom. Both are measured
on the mutants of the catalogue, which say what is wrong with them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Container
from pathlib import Path

from chainrule.course import Assignment
from chainrule.homework import diagnosis, shown_hints
from chainrule.judge import calls

from .catalogue import Mutant, mutants, pairs, variants
from .generated import generated
from .measure import COURSE, Outcome, Task, judge_all, solution_notebook
from .picture import draw

FOLDER = Path(__file__).parent
LEAST_NAMED, LEAST_HINTED = 0.95, 0.5
_DIAGNOSES = {"parameter gradient": "parameter gradients"}  # the catalogue's word for it


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignment", nargs="*", help="default: all that have a catalogue")
    parser.add_argument("--picture", type=Path, help="draw mutants by requirement into this PNG")
    parser.add_argument("--hints", action="store_true", help="list the hints, for reading")
    parser.add_argument("--only", action="append", default=[], help="a component's id, or ''")
    parser.add_argument(
        "--every",
        type=int,
        default=1,
        metavar="N",
        help="each Nth generated mutant; see measure()",
    )
    options = parser.parse_args()
    names = options.assignment or [
        name for name in COURSE.assignments() if (FOLDER / name).is_dir()
    ]
    if options.picture and len(names) != 1:
        parser.error("--picture: name one assignment, there is one picture of each")
    only = set(options.only)
    return max(
        measure(COURSE.assignment(name), options.picture, options.hints, only, options.every)
        for name in names
    )


def measure(
    assignment: Assignment,
    picture: Path | None,
    hints: bool,
    only: Container[str] = (),
    every: int = 1,
) -> int:
    """Judge everything, print the table and what is wrong; 1 if anything is.

    ``only`` names the components to which it is restricted, with "" for the variants; of the
    generated mutants each ``every``th is judged, and twice as many of the variants and of the
    mutants of training, which take seconds each.
    """
    from importlib import import_module

    started = time.monotonic()
    equivalent = import_module(f".{assignment.name}.equivalent", __package__).EQUIVALENT
    catalogue = {(m.component, m.name): m for m in mutants(FOLDER / assignment.name / "mutants")}
    slow = {part.id for part in assignment.components if _trains(assignment, part.id)}
    some = [m for m in catalogue.values() if m.component in slow][:: max(1, every // 2)]
    by_hand = [m for m in catalogue.values() if m.component not in slow] + some
    tasks = [Task(m.component, m.name, m.code) for m in by_hand]
    tasks += [
        Task(m.component, m.name, m.code, replaces=True)
        for m in list(generated(assignment))[::every]
    ]
    right = pairs(variants(FOLDER / assignment.name / "variants"))[:: max(1, every // 2)]
    tasks += [Task("", name, cells=found.pop(""), others=found) for name, found in right]
    if only:
        tasks = [task for task in tasks if task.component in only]
    outcomes = []
    for outcome in judge_all(assignment.name, tasks):
        outcomes.append(outcome)
        if len(outcomes) % 100 == 0:
            print(f"{len(outcomes)} of {len(tasks)} judged", file=sys.stderr, flush=True)
    report = Report(assignment, catalogue, set(equivalent), outcomes, slow if every > 1 else ())
    print(report.table())
    print(f"{len(tasks)} solutions judged in {time.monotonic() - started:.0f} s.")
    if picture:
        draw(assignment, report.mutants, picture)
    if hints:
        print("\n".join(report.hints()))
    for line in report.faults():
        print(line)
    return 1 if report.faults() else 0


def _trains(assignment: Assignment, component: str) -> bool:
    return bool(calls(assignment, solution_notebook(assignment, component), "load"))


class Report:
    """What the outcomes say about the tests; ``sampled`` names components not judged in full."""

    def __init__(
        self,
        assignment: Assignment,
        catalogue: dict[tuple[str, str], Mutant],
        equivalent: set[tuple[str, str]],
        outcomes: list[Outcome],
        sampled: Container[str] = (),
    ) -> None:
        self.assignment = assignment
        self.sampled = sampled
        self.catalogue = catalogue
        self.variants = [outcome for outcome in outcomes if not outcome.task.component]
        self.excused = [o for o in outcomes if self._is_excused(o.task, equivalent)]
        self.mutants = [o for o in outcomes if o.task.component and o not in self.excused]
        self.broken: dict[str, set[str]] = defaultdict(set)  # requirements by component
        for outcome in self.mutants:
            for check in outcome.failed:
                self.broken[outcome.task.component].add(_key(check))

    def _is_excused(self, task: Task, equivalent: set[tuple[str, str]]) -> bool:
        known = self.catalogue.get((task.component, task.name))
        return (task.component, task.name) in equivalent or bool(known and known.equivalent)

    def table(self) -> str:
        """One line for each component."""
        head = [
            "component",
            "mutants",
            "caught",
            "equivalent",
            "requirements",
            "variants",
            "accepted",
            "method named",
            "with a hint",
        ]
        rows = [head]
        for part in self.assignment.components:
            mine = [o for o in self.mutants if o.task.component == part.id]
            accepted = [o for o in self.variants if all(c.passed for c in o.checks[part.id])]
            rows.append(
                [
                    part.title,
                    str(len(mine)),
                    str(sum(bool(o.failed) for o in mine)),
                    str(sum(o.task.component == part.id for o in self.excused)),
                    str(len(self._requirements(part.id))),
                    str(len(self.variants)),
                    str(len(accepted)),
                    _percent(self._named(part.id)),
                    _percent(self._hinted(part.id)),
                ]
            )
        widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        )

    def _named(self, component: str = "") -> list[bool]:
        """Whether the right method is named, for each mutant that has one wrong method."""
        return [
            diagnosis(outcome.checks[mutant.component])
            == _DIAGNOSES.get(mutant.method, mutant.method)
            for mutant, outcome in self._known(component)
            if mutant.method != "several"
        ]

    def _hinted(self, component: str = "") -> list[bool]:
        """Whether there is a hint, for each mutant of the catalogue."""
        return [bool(_hints(outcome)) for _, outcome in self._known(component)]

    def _known(self, component: str) -> list[tuple[Mutant, Outcome]]:
        """The mutants of the catalogue, of one component or of all, and their outcomes."""
        found = [(self.catalogue.get((o.task.component, o.task.name)), o) for o in self.mutants]
        return [(m, o) for m, o in found if m and component in ("", m.component)]

    def hints(self) -> list[str]:
        """Every hint beside what is really wrong: is it true?"""
        return [
            f"{mutant.component} | {mutant.name} | wrong: {mutant.wrong} | {hint}"
            for mutant, outcome in self._known("")
            for hint in _hints(outcome) or ["-"]
        ]

    def _requirements(self, component: str) -> set[str]:
        return {
            _key(check)
            for outcome in [*self.mutants, *self.variants, *self.excused]
            for check in outcome.checks.get(component, ())
        }

    def faults(self) -> list[str]:
        """What has to be mended, one line each."""
        lines = [
            f"survived: {o.task.component}: {o.task.name}" for o in self.mutants if not o.failed
        ]
        lines += [
            f"caught although equivalent: {o.task.component}: {o.task.name}: {o.failed[0].name}"
            for o in self.excused
            if o.failed
        ]
        lines += [
            f"rejected: {o.task.name}: {check.requirement}: {check.message}"
            for o in self.variants
            for check in o.failed
        ]
        for part in self.assignment.components:
            if part.id in self.sampled:
                continue
            lines += [
                f"vacuous: {part.id}: no mutant breaks {name}"
                for name in sorted(self._requirements(part.id) - self.broken[part.id])
            ]
        for what, found, least in (
            ("the right method is named", self._named(), LEAST_NAMED),
            ("a hint is given", self._hinted(), LEAST_HINTED),
        ):
            if found and sum(found) < least * len(found):
                lines.append(f"{what} for {_percent(found)} of the mutants, below {least:.0%}")
        return lines


def _hints(outcome: Outcome) -> list[str]:
    """The hints that a student reads, each once."""
    return [hint for checks in outcome.checks.values() for hint in shown_hints(checks)]


def _percent(found: list[bool]) -> str:
    return f"{sum(found) / len(found):.1%}" if found else "-"


def _key(check) -> str:
    return check.name if check.hidden else f"{check.requirement} (visible)"


if __name__ == "__main__":
    raise SystemExit(main())
