"""The courses in temporary folders: chainrule's, and an ordinary one for nbgrader alone."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterable
from pathlib import Path

from nbformat import NotebookNode

from chainrule.course import grade_id, nbgrader_metadata
from chainrule.notebooks import new_cell

from .submissions import ASSIGNMENT, NOTEBOOK, ROOT, HandIn, hand_in, write

NAME = ASSIGNMENT.name
PLAIN_NOTEBOOK = "framework"
RESULTS = ("autograded", "feedback", ".chainrule")

PLAIN_CONFIG = '''"""nbgrader as it comes: not one setting is changed."""

c = get_config()
'''

# The names are copied: the cells of tests use names such as x in the notebook's own namespace.
SETUP = """import sys

import numpy as np
from chainrule.homework import Namespace, assert_close, assert_gradients, component

sys.path.insert(0, {folder!r})
student = Namespace(dict(globals()), "this notebook")"""


def chainrule_course(folder: Path, hand_ins: Iterable[HandIn], tests: Path) -> Path:
    """A copy of this repository's course with these submissions."""
    shutil.copytree(ROOT / "source" / NAME, folder / "source" / NAME)
    shutil.copytree(tests, folder / "tests" / NAME)
    shutil.copy2(ROOT / "nbgrader_config.py", folder)
    for one in hand_ins:
        hand_in(folder / "submitted" / one.student / NAME, one.cells, NOTEBOOK)
    return folder


def plain_course(folder: Path, hand_ins: Iterable[HandIn]) -> Path:
    """An ordinary nbgrader course: one notebook, with the tests in cells after the student's.

    The visible checks stand in the graded cells as they do in the source. Where the hidden tests
    are called, the same test functions are imported from a folder and called, without pytest.
    """
    hidden = _hidden_tests(folder)
    (folder / "nbgrader_config.py").write_text(PLAIN_CONFIG)
    source = folder / "source" / NAME
    tests = test_cells(hidden)
    write([*ASSIGNMENT.notebooks[NOTEBOOK].cells, *tests], source / f"{PLAIN_NOTEBOOK}.ipynb")
    shutil.copy2(ROOT / f"release/{NAME}/homework.py", source)
    handed_out = [_without_hidden(cell) for cell in tests]
    for one in hand_ins:
        cells = [*one.cells, *handed_out]
        hand_in(folder / "submitted" / one.student / NAME, cells, PLAIN_NOTEBOOK)
    return folder


def test_cells(hidden: Path) -> list[NotebookNode]:
    """The cells after the student's: a setup cell, and a graded one for each component."""
    marks = {"grade": False, "locked": True, "solution": False, "task": False}
    marks |= {"grade_id": "setup", "schema_version": 3, "cell_type": "code"}
    cells = [new_cell("code", SETUP.format(folder=str(hidden)), marks)]
    for name in ASSIGNMENT.test_notebooks:
        for cell in ASSIGNMENT.notebooks[name].cells:
            if nbgrader_metadata(cell).get("grade"):
                copied = copy.deepcopy(cell)
                copied.source = cell.source.replace("chainrule.hidden", "inline")
                cells.append(copied)
    return cells


def _without_hidden(cell: NotebookNode) -> NotebookNode:
    cell = copy.deepcopy(cell)
    cell.source = cell.source.partition("    ### BEGIN HIDDEN TESTS")[0]
    return cell


OTTER_TEST = """OK_FORMAT = False

from otter.test_files import test_case

name = {name!r}
points = 1


@test_case()
def test_component(env):
    names = dict(env)
    exec({setup!r}, names)
    exec({source!r}, names)
"""


def otter_bundle(folder: Path, hand_ins: Iterable[HandIn]) -> list[Path]:
    """The same cells of tests as files of tests for otter; gives the notebooks to grade."""
    hidden = _hidden_tests(folder)
    setup, *graded = test_cells(hidden)
    (folder / "tests").mkdir()
    for cell in graded:
        name = grade_id(cell)
        text = OTTER_TEST.format(name=name, setup=setup.source, source=cell.source)
        (folder / f"tests/{name.replace('-', '_')}.py").write_text(text)
    shutil.copy2(ROOT / f"release/{NAME}/homework.py", folder)
    found = []
    for one in hand_ins:
        hand_in(folder / one.student, one.cells, PLAIN_NOTEBOOK)
        found.append(folder / one.student / f"{PLAIN_NOTEBOOK}.ipynb")
    return found


def _hidden_tests(folder: Path) -> Path:
    hidden = folder / "hidden"
    shutil.copytree(ROOT / f"tests/{NAME}", hidden / NAME)
    shutil.copy2(Path(__file__).with_name("inline.py"), hidden)
    return hidden


def forget_results(folder: Path) -> None:
    """Take away all that grading has made, so that the course is as new."""
    for name in RESULTS:
        shutil.rmtree(folder / name, ignore_errors=True)
    for pattern in ("gradebook.db*", "grading.*"):
        for path in folder.glob(pattern):
            path.unlink()
