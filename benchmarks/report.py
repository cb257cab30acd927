"""The tables, in the terminal and in docs/performance.md, and the picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from .parts import EACH, ONCE
from .results import ClassSize, Results, number
from .submissions import ROOT

PAGE, PICTURE = ROOT / "docs/performance.md", ROOT / "docs/performance.png"
BEGIN, END = "<!-- results: written by python -m benchmarks --write -->", "<!-- end of results -->"
ROLES = ("coordinator", "worker", "zygote", "sandbox")

Lines = list[list[str]]


TITLES = {
    "nbgrader": "nbgrader autograde, generate_feedback",
    "otter": "otter run",
    "floor": "the floor; processor time for each",
    "workers": "--jobs 2 against --jobs 1",
    "sizes": "chainrule grade, by size of the class",
}


def tables(results: Results) -> list[tuple[str, Lines]]:
    """Title and lines, the head first, of each table that there is something to show in."""
    found = [
        ("", _ratios(results)),
        ("By size; memory is the peak of the largest such process in MB", _sizes(results.sizes)),
        *_parts(results),
    ]
    return [(title, lines) for title, lines in found if len(lines) > 1]


def _ratios(results: Results) -> Lines:
    """A line of one cell is the heading of those below it."""
    lines = [["", "chainrule", "other", "result (rounds)", "target"]]
    for group, title in TITLES.items():
        rows = [row for row in results.rows if row.group == group]
        lines += [[title]] if rows else []
        for row in rows:
            result = f"{row.result} ({row.spread})" if row.spread else row.result
            target = f"{row.target}: {row.verdict}" if row.target else ""
            lines.append([row.what, row.ours, row.other, result, target])
    return lines


def _sizes(sizes: Sequence[ClassSize]) -> Lines:
    head = ["class", "per second", "wall s", "CPU s each", "first score s", "last score s"]
    lines = [[*head, *ROLES]]
    for one in sizes:
        values = (one.throughput, one.wall, one.cpu / one.size, one.first, one.stored)
        memory = [number(one.peaks.get(role, 0.0)) for role in ROLES]
        lines.append([str(one.size), *map(number, values), *memory])
    return lines


def _parts(results: Results) -> list[tuple[str, Lines]]:
    if not results.parts:
        return []
    size = results.parts_size
    each = sum(results.parts.get(name, 0.0) for name in EACH)
    lines = [["for each submission", "ms", "share"]]
    for name in EACH:
        seconds = results.parts.get(name, 0.0)
        lines.append([name, number(1000 * seconds / size), f"{seconds / each:.0%}"])
    once = [["once for a class", "s"]]
    once += [[name, number(results.parts.get(name, 0.0))] for name in ONCE]
    return [("Where the time goes, in one process", lines), ("Start-up, in one process", once)]


def show(results: Results, console: Console) -> None:
    for name, value in results.machine.items():
        console.print(f"{name}: {value}", highlight=False)
    for title, (head, *lines) in tables(results):
        table = Table(title=title or None, title_justify="left")
        for index, name in enumerate(head):
            table.add_column(name, min_width=36 if not title and index == 0 else None)
        for line in lines:
            if len(line) == 1:
                table.add_section()
            table.add_row(*line, style="bold" if len(line) == 1 else "")
        console.print()
        console.print(table)


def write(results: Results) -> None:
    """Put the tables between the marks in docs/performance.md, and draw the picture beside it."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    machine = "\n".join(f"- {name}: {value}" for name, value in results.machine.items())
    shown = "\n\n".join(_markdown(title, lines) for title, lines in tables(results))
    new = f"{before}{BEGIN}\n\n{machine}\n\n{shown}\n\n{END}{after}"
    PAGE.write_text(new, encoding="utf-8")
    draw(results, PICTURE)


def _markdown(title: str, lines: Lines) -> str:
    rows = ["| " + " | ".join(_filled(line, len(lines[0]))) + " |" for line in lines]
    rows.insert(1, "| " + " | ".join("---" for _ in lines[0]) + " |")
    return "\n".join(([f"**{title}**", ""] if title else []) + rows)


def _filled(line: list[str], width: int) -> list[str]:
    return line if len(line) == width else [f"**{line[0]}**", *[""] * (width - 1)]


def draw(results: Results, path: Path) -> None:
    """Throughput by size, and where the time goes; what was not measured is left out."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 4.8), width_ratios=(2, 3))
    _draw_throughput(left, results.sizes)
    _draw_parts(right, results)
    figure.tight_layout(w_pad=3)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _draw_throughput(panel: Any, sizes: Sequence[ClassSize]) -> None:
    names = [f"{one.size:,}" for one in sizes]
    values = [one.throughput for one in sizes]
    bars = panel.bar(names, values, color="#4878a8", width=0.6)
    panel.bar_label(bars, [number(value) for value in values], padding=2)
    panel.set_title("Submissions graded per second, start-up included", loc="left", fontsize=11)
    panel.set_xlabel("submissions in the class")
    panel.margins(y=0.12)
    panel.spines[["top", "right"]].set_visible(False)


def _draw_parts(panel: Any, results: Results) -> None:
    size = results.parts_size or 1
    values = [1000 * results.parts.get(name, 0.0) / size for name in EACH]
    bars = panel.barh(EACH, values, color="#c8824a", height=0.65)
    panel.bar_label(bars, [number(value) for value in values], padding=3)
    panel.invert_yaxis()
    panel.set_title(
        f"Milliseconds for each submission, in one process: {sum(values):.0f} in all",
        loc="left",
        fontsize=11,
    )
    panel.margins(x=0.1)
    panel.spines[["top", "right"]].set_visible(False)
