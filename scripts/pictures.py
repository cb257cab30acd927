"""Draws the pictures of the README from what the commands really print: docs/*.png.

.venv/bin/python scripts/pictures.py        after ``make grade`` on the sample class
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
INK, PAPER, MARGIN, SIZE = "#e6e6e6", "#1d2330", 24, 20
COLOURS = {"FAIL": "#ff8f80", "ok": "#8fd694", "$": "#8ab4f8"}


def output_of(*command: str, folder: Path = ROOT) -> str:
    """What a command prints, after a line that shows the command."""
    shown = " ".join(command).replace(sys.executable, "python")
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return f"$ {shown.replace(str(Path(sys.executable).parent) + '/', '')}\n{run.stdout.rstrip()}"


def draw(text: str, path: Path) -> None:
    """A picture of lines of text as a terminal shows them."""
    fonts = Path(matplotlib.get_data_path()) / "fonts/ttf"
    font = ImageFont.truetype(str(fonts / "DejaVuSansMono.ttf"), SIZE)
    lines = text.split("\n")
    width = max(int(font.getlength(line)) for line in lines) + 2 * MARGIN
    height = int(len(lines) * SIZE * 1.4) + 2 * MARGIN
    picture = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        first = line.split()[0] if line.split() else ""
        pen.text((MARGIN, MARGIN + number * SIZE * 1.4), line, COLOURS.get(first, INK), font)
    picture.save(path, optimize=True)


def check_in_a_notebook(title: str, submission: Path) -> str:
    """What ``check(title)`` prints in the notebook of a submission."""
    call = f"check({title!r})"
    program = (
        "import io, sys, contextlib; sys.path.insert(0, '.'); import homework; names = {}\n"
        "homework._loading = True\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    for _, cell in homework._code_cells({str(submission)!r}): exec(cell, names)\n"
        f"homework._loading = False; exec({call!r}, names)"
    )
    text = output_of(sys.executable, "-c", program, folder=ROOT / "release/nn_framework")
    return f'check("{title}")\n\n' + text.split(f"{call!r}, names)\n", 1)[1]


def main() -> None:
    chainrule = str(Path(sys.executable).parent / "chainrule")
    draw(output_of(chainrule, "grade", "nn_framework"), ROOT / "docs/grade.png")
    larch = ROOT / "examples/submitted/larch/nn_framework/1_modules.ipynb"
    draw(check_in_a_notebook("Linear", larch), ROOT / "docs/check.png")


if __name__ == "__main__":
    main()
