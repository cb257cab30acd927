"""What holds for every source notebook: the only source, without anything that a run left in it."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from chainrule.course import find_course, grade_id, nbgrader_metadata

COURSE = find_course(Path(__file__).parent)
NOTEBOOKS = sorted((COURSE.root / "source").glob("*/*.ipynb"))
NOTEBOOKS += sorted((COURSE.root / "chainrule/templates/new/source").glob("*.ipynb"))
each = pytest.mark.parametrize(
    "notebook",
    # Not nbformat.read, which mends ids that stand twice.
    [nbformat.from_dict(json.loads(path.read_text())) for path in NOTEBOOKS],
    ids=[f"{path.parent.name}-{path.stem}" for path in NOTEBOOKS],
)


def test_there_are_notebooks_of_every_assignment():
    assert {path.parent.name for path in NOTEBOOKS} >= set(COURSE.assignments())


@each
def test_it_is_a_valid_notebook_with_ids(notebook):
    ids = [cell.id for cell in notebook.cells]  # before validating, which mends them too
    nbformat.validate(notebook)
    assert len(ids) == len(set(ids)) and (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)


@each
def test_nothing_that_a_run_leaves_is_in_it(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None, cell.id


@each
def test_a_graded_cell_is_named_by_its_component_and_kind(notebook):
    for cell in notebook.cells:
        metadata = nbgrader_metadata(cell)
        if metadata.get("grade") or metadata.get("solution"):
            assert re.fullmatch(
                r"[a-z0-9]+(-[a-z0-9]+)*-(formula|solution|tests)",
                grade_id(cell),
            ), grade_id(cell)


@each
def test_run_all_goes_on_after_a_component_that_fails(notebook):
    for cell in notebook.cells:
        if grade_id(cell).endswith("-tests"):
            assert "raises-exception" in cell.metadata.get("tags", []), grade_id(cell)
