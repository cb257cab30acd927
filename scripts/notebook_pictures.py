"""Pictures of check() in JupyterLab, light and dark: docs/check.png and docs/scoreboard.png.

.venv/bin/python scripts/notebook_pictures.py        needs Chromium
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
THEMES = ("JupyterLab Light", "JupyterLab Dark")
NOTEBOOK = "1_modules.ipynb"
PICTURES = {"check": "Linear", "scoreboard": "Scoreboard"}  # by the heading of the output
WIDTH, HEIGHT = 1240, 1000


def settings(folder: Path, theme: str) -> None:
    """JupyterLab's settings: the theme, and every cell drawn, in view or not."""
    for name, content in {
        "apputils-extension/themes": {"theme": theme},
        "notebook-extension/tracker": {"windowingMode": "none"},
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    }.items():
        path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))


def code_of(student: str) -> str:
    """A notebook of the sample class without its text, which takes long to draw."""
    path = ROOT / "examples/submitted" / student / "nn_framework" / NOTEBOOK
    notebook = json.loads(path.read_text(encoding="utf-8"))
    answers = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("points")]
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return json.dumps({**notebook, "cells": [*code, *answers]})


@contextmanager
def jupyterlab(folder: Path, home: Path) -> Iterator[str]:
    """The address of a JupyterLab that shows ``folder`` and keeps its own files in ``home``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"]
    variables = ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "JUPYTER_DATA_DIR")
    environment = {**os.environ, **{name: str(home / name) for name in variables}}
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(command, env=environment, stdout=-3, stderr=-3)
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api/status", timeout=5).close()
                break
            except OSError:
                time.sleep(1)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def photograph(page: Page, address: str, folder: Path) -> dict[str, Path]:
    """Run all cells; give a picture of each cell of PICTURES with its output."""
    page.goto(f"{address}/lab/tree/{NOTEBOOK}")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=120_000)
    page.wait_for_selector("text=| Idle")  # the kernel is there
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    found = {}
    for name, heading in reversed(PICTURES.items()):  # the scoreboard comes last
        bold = page.locator(".jp-OutputArea-output b").get_by_text(heading, exact=True)
        cell = page.locator(".jp-CodeCell").filter(has=bold)
        cell.wait_for(state="attached")
        cell.scroll_into_view_if_needed()
        page.wait_for_timeout(1000)
        found[name] = folder / f"{name}.png"
        cell.screenshot(path=found[name])
    return found


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    taken: dict[str, list[Image.Image]] = {name: [] for name in PICTURES}
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder, home = Path(place, "nn_framework"), Path(place, "home")
        shutil.copytree(ROOT / "release/nn_framework", folder)
        (folder / NOTEBOOK).write_text(code_of("larch"))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for theme in THEMES:
            settings(home / "JUPYTERLAB_SETTINGS_DIR", theme)
            with jupyterlab(folder, home) as address:
                size = {"width": WIDTH, "height": HEIGHT}
                page = browser.new_page(viewport=size, device_scale_factor=1.5)
                page.set_default_timeout(180_000)
                for name, path in photograph(page, address, Path(place)).items():
                    with Image.open(path) as picture:
                        taken[name].append(picture.convert("RGB"))
                page.close()
        browser.close()
    for name, pictures in taken.items():
        whole = Image.new("RGB", (pictures[0].width, sum(p.height for p in pictures)))
        top = 0
        for picture in pictures:
            whole.paste(picture, (0, top))
            top += picture.height
        whole.quantize(128).save(ROOT / f"docs/{name}.png", optimize=True)


if __name__ == "__main__":
    main()
