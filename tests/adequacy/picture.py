"""The matrix of mutants by requirement as a picture: which tests catch which mistakes."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from chainrule.course import Assignment

from .measure import Outcome


def draw(assignment: Assignment, outcomes: list[Outcome], path: Path) -> None:
    """One panel for each component: a row for each requirement, a column for each mutant.

    A dark square is a requirement that the mutant does not meet. Mutants are sorted so that those
    caught by many requirements come first; the number at a row's end counts its dark squares.
    """
    parts = assignment.components
    rows_of_panels = -(-len(parts) // 2)
    figure, panels = plt.subplots(rows_of_panels, 2, figsize=(18, 4.6 * rows_of_panels))
    for panel in panels.flat[len(parts) :]:
        panel.set_axis_off()
    for panel, part in zip(panels.flat, parts, strict=False):
        mine = [outcome for outcome in outcomes if outcome.task.component == part.id]
        mine.sort(key=lambda outcome: -len(outcome.failed))
        rows = [check.requirement for check in mine[0].checks[part.id]]
        matrix = np.array([[not c.passed for c in o.checks[part.id]] for o in mine]).T
        panel.imshow(matrix, aspect="auto", cmap="Blues", interpolation="nearest", vmin=0, vmax=1.2)
        panel.set_title(f"{part.title}: {len(mine)} mutants, {len(rows)} requirements", loc="left")
        labels = [
            f"{text if len(text) < 60 else text[:59] + '…'}  {count}"
            for text, count in zip(rows, matrix.sum(axis=1), strict=True)
        ]
        panel.set_yticks(range(len(rows)), labels, fontsize=6)
        panel.set_xticks([])
    figure.tight_layout()
    figure.savefig(path, dpi=80)
