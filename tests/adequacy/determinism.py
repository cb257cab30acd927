"""The same submission gets the same verdict whatever the seed: python -m tests.adequacy.determinism

200 judgements with four seeds: the reference, correct variants, and mutants of every component.
"""

from __future__ import annotations

from pathlib import Path

from .catalogue import mutants, pairs, variants
from .measure import Outcome, Task, judge_all

FOLDER = Path(__file__).parent / "nn_framework"
SEEDS = (1, 2, 3, 2**31)


def main() -> int:
    wrong = [mutant for mutant in mutants(FOLDER / "mutants") if not mutant.equivalent]
    found = pairs(variants(FOLDER / "variants"))
    right = [Task("", name, cells=cells.pop(""), others=cells) for name, cells in found]
    count, faults = 0, []
    for turn, seed in enumerate(SEEDS):
        some = wrong[turn :: len(wrong) // 25][:25]
        tasks = [Task("", "the reference")] * 5 + right[turn % 2 :: 2]
        tasks += [Task(m.component, m.name, m.code) for m in some]
        for outcome in judge_all("nn_framework", tasks, seed=seed):
            count += 1
            faults += _faults(outcome, seed)
    print(f"{count} judgements with {len(SEEDS)} seeds: {len(faults)} unlike the others.")
    print(*faults, sep="\n")
    return 1 if faults else 0


def _faults(outcome: Outcome, seed: int) -> list[str]:
    if outcome.task.component:
        return [] if outcome.failed else [f"seed {seed}: {outcome.task.name} was not caught"]
    return [f"seed {seed}: {outcome.task.name}: {c.requirement}" for c in outcome.failed]


if __name__ == "__main__":
    raise SystemExit(main())
