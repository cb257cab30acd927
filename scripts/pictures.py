"""Draws the pictures of the README from what the commands really print and write: docs/*.png.

.venv/bin/python scripts/pictures.py        after ``make grade`` on the sample class

The pictures of feedback need Chromium. A score and a comment that a person has given to larch's
derivation of SoftMax in the formgrader are on them.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page, sync_playwright

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


def feedback(student: str, cell: str) -> None:
    """The top of a student's page above the surroundings of a cell, on a desk and on a phone."""
    path = ROOT / f"feedback/{student}/nn_framework/nn_framework.html"
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, width, heights, scheme in (
            ("feedback.png", 1200, (1060, 640), "light"),
            ("feedback_phone_dark.png", 390, (620, 780), "dark"),
        ):
            page = browser.new_page(
                viewport={"width": width, "height": 900}, color_scheme=scheme, device_scale_factor=1
            )
            page.goto(path.as_uri())
            top = part_of(page, 0, heights[0])
            where = page.locator(f"#{cell}").bounding_box()
            below = part_of(page, (where or {"y": 0})["y"] - 24, heights[1])
            picture = Image.new("RGB", (width, sum(heights) + 4), "#8c959f")
            picture.paste(top, (0, 0))
            picture.paste(below, (0, heights[0] + 4))
            picture.save(ROOT / "docs" / name, optimize=True)
        browser.close()


def part_of(page: Page, y: float, height: int) -> Image.Image:
    clip = {"x": 0, "y": y, "width": page.viewport_size["width"], "height": height}
    return Image.open(io.BytesIO(page.screenshot(clip=clip, full_page=True)))


def main() -> None:
    chainrule = str(Path(sys.executable).parent / "chainrule")
    draw(output_of(chainrule, "grade", "nn_framework"), ROOT / "docs/grade.png")
    feedback("larch", "cell-softmax-formula")


if __name__ == "__main__":
    main()
