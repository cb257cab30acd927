"""The same submission gets the same verdict whatever the seed: python -m tests.adequacy.determinism

With four seeds, of every assignment: the reference, correct variants, mutants of every component.
"""

from __future__ import annotations

from pathlib import Path

from .catalogue import mutants, pairs, variants
from .measure import COURSE, Outcome, Task, judge_all

FOLDER = Path(__file__).parent
SEEDS = (1, 2, 3, 2**31)


def main() -> int:
    count, faults = 0, []
    for name in COURSE.assignments():
        for turn, seed in enumerate(SEEDS) if (FOLDER / name).is_dir() else ():
            for outcome in judge_all(name, _tasks(name, turn), seed=seed):
                count += 1
                faults += _faults(outcome, f"{name}, seed {seed}")
    print(f"{count} judgements with {len(SEEDS)} seeds: {len(faults)} unlike the others.")
    print(*faults, sep="\n")
    return 1 if faults else 0


def _tasks(name: str, turn: int) -> list[Task]:
    """Other ones each turn: some variants, and about a mutant for each component."""
    wrong = [mutant for mutant in mutants(FOLDER / name / "mutants") if not mutant.equivalent]
    found = pairs(variants(FOLDER / name / "variants"))
    right = [Task("", variant, cells=cells.pop(""), others=cells) for variant, cells in found]
    size = len(COURSE.assignment(name).components)
    some = wrong[turn :: max(1, len(wrong) // size)][:size]
    # Twice, since nothing may stay behind in a judge. The variant with loops in Python is not among
    # these: it trains for a minute, and make adequacy judges it.
    tasks = [Task("", "the reference")] * 2 + right[turn + 2 :: 8]
    return tasks + [Task(m.component, m.name, m.code) for m in some]


def _faults(outcome: Outcome, where: str) -> list[str]:
    if outcome.task.component:
        return [] if outcome.failed else [f"{where}: {outcome.task.name} was not caught"]
    return [f"{where}: {outcome.task.name}: {c.requirement}" for c in outcome.failed]


if __name__ == "__main__":
    raise SystemExit(main())
