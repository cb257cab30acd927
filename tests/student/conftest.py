"""The folder that students get, and their library as they have it: a file beside the notebooks."""

import importlib.util
import re
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FRAMEWORK = "1_modules.ipynb"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A student's copy of release/nn_framework, as the working directory."""
    path = tmp_path / "nn_framework"
    shutil.copytree(ROOT / "release" / "nn_framework", path)
    monkeypatch.chdir(path)
    return path


@pytest.fixture
def library(folder, monkeypatch):
    """The student's homework.py, imported from their folder."""
    spec = importlib.util.spec_from_file_location("homework", folder / "homework.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "homework", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def names(library):
    """What the released 1_modules.ipynb defines when it is run."""
    return library.load(FRAMEWORK)._names


@pytest.fixture(scope="session")
def solutions():
    """The reference's code for each component of 1_modules.ipynb, by the component's id."""
    import nbformat

    cells = nbformat.read(ROOT / "source/nn_framework" / FRAMEWORK, as_version=4).cells
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in cells]
    return {
        name.removesuffix("-solution"): re.sub(r"\n *### (BEGIN|END) SOLUTION", "", cell.source)
        for name, cell in zip(ids, cells, strict=True)
        if name.endswith("-solution")
    }


@pytest.fixture
def solved(folder, solutions):
    """The student's 1_modules.ipynb with every component written, and every derivation."""
    import nbformat

    notebook = nbformat.read(folder / FRAMEWORK, as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        cell.source = solutions.get(name.removesuffix("-solution"), cell.source)
        if name.endswith("-formula"):
            cell.source = cell.source.replace("YOUR ANSWER HERE", "By the chain rule.")
    nbformat.write(notebook, folder / FRAMEWORK)
    return folder / FRAMEWORK
