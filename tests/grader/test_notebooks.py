"""Reading what was handed in: every kind of bad bytes gives a sentence, never an exception."""

import json
import os

import nbformat
import pytest

from chainrule import notebooks
from chainrule.course import Assignment
from chainrule.notebooks import is_answered, parse_cells, read_submission, stub_source


@pytest.fixture
def assignment(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    cell = notebooks.new_cell(
        "markdown", "Derive.", {"grade_id": "linear-formula"}, "linear-formula"
    )
    (source / "1_modules.ipynb").write_bytes(
        notebooks.notebook_bytes(nbformat.v4.new_notebook(), [cell])
    )
    return Assignment("tiny", source, tmp_path / "tests")


@pytest.fixture
def read(tmp_path, assignment):
    def read(data):
        folder = tmp_path / "submitted"
        folder.mkdir()
        if data is not None:
            (folder / "1_modules.ipynb").write_bytes(data)
        return read_submission(folder, assignment)

    return read


def notebook(*cells, **changes):
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells} | changes
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "is missing"),
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"<html>", "line 1, column 1"),
        (b'{"cells": [', "line 1, column 12"),
        (b"\xff\xfe\x00", "byte 0 is not UTF-8"),
        (b"[]", "expected a JSON object"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "too large"),
        (notebook(nbformat=3).encode(), "it says 3"),
        (notebook(cells={}).encode(), "format 4"),
        (notebook(*[{}] * (notebooks.MAX_CELLS + 1)).encode(), "more than"),
        (b" " * (notebooks.MAX_BYTES + 1), "larger than"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_unusable_notebook_is_named_with_its_reason(read, data, reason):
    submission = read(data)
    assert submission.notebooks == {"1_modules": None}
    (problem,) = submission.problems
    assert problem.startswith("1_modules.ipynb ") and reason in problem


@pytest.mark.parametrize(
    "make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/etc/passwd", path)]
)
def test_only_a_regular_file_is_opened(tmp_path, assignment, make):
    folder = tmp_path / "submitted"
    folder.mkdir()
    make(folder / "1_modules.ipynb")
    assert read_submission(folder, assignment).notebooks == {"1_modules": None}


def test_a_byte_order_mark_does_no_harm(read):
    submission = read(b"\xef\xbb\xbf" + notebook({"cell_type": "code", "source": "x"}).encode())
    assert submission.notebooks["1_modules"][0].source == "x"


@pytest.mark.parametrize(
    "cell",
    [
        None,
        3,
        {},
        {"cell_type": "video"},
        {"cell_type": "code", "source": {"a": 1}},
        {"cell_type": []},
    ],
)
def test_something_that_is_not_a_cell_is_left_out(cell):
    data = notebook(cell, {"cell_type": "code", "source": ["a\n", "b"]}).encode()
    assert [found.source for found in parse_cells(data)] == ["a\nb"]


@pytest.mark.parametrize(
    "metadata", [None, [], {"nbgrader": 3}, {"nbgrader": {"grade_id": ["x"]}}, {"nbgrader": {}}]
)
def test_odd_metadata_does_not_hide_a_cell(metadata):
    data = notebook({"cell_type": "code", "source": "x", "metadata": metadata}).encode()
    assert parse_cells(data, {"known"})[0].grade_id == ""


def test_a_cell_that_lost_its_metadata_is_known_by_its_id():
    data = notebook({"cell_type": "code", "source": "x", "id": "known"}).encode()
    assert parse_cells(data, {"known"})[0].grade_id == "known"


def test_a_retyped_cell_is_graded_as_what_it_was(read):
    cell = {"cell_type": "raw", "source": "$x$", "id": "linear-formula"}
    submission = read(notebook(cell).encode())
    assert submission.notebooks["1_modules"][0].kind == "markdown"
    assert "was made a raw cell" in submission.problems[0]


def test_half_a_surrogate_pair_can_be_written_again():
    (cell,) = parse_cells(notebook({"cell_type": "code", "source": "\ud800"}).encode())
    cell.source.encode()


def test_only_pictures_are_kept_of_the_attachments():
    bundle = {
        "a.png": {"image/png": "aGk=", "text/html": "<script>"},
        "b.svg": {"image/svg+xml": "x"},
    }
    data = notebook({"cell_type": "markdown", "source": "", "attachments": bundle}).encode()
    assert parse_cells(data)[0].attachments == {"a.png": {"image/png": "aGk="}}


RELEASED = "Derive the gradient.\n\nYOUR ANSWER HERE"


@pytest.mark.parametrize(
    "text", ["", RELEASED, RELEASED + "\n \n", "YOUR  ANSWER HERE", "Derive the gradient."]
)
def test_nothing_but_the_prompt_is_no_answer(text):
    assert not is_answered(text, RELEASED)


@pytest.mark.parametrize("text", [RELEASED + "\n$x$", "Derive the gradient.\n\n$2x$", "x"])
def test_anything_else_is_an_answer(text):
    assert is_answered(text, RELEASED)


def test_the_stub_is_what_nbgrader_releases():
    from nbgrader.preprocessors import ClearSolutions

    source = "def f():\n    a\n    ### BEGIN SOLUTION\n    b\n    ### END SOLUTION\n    c"
    cell = notebooks.new_cell("code", source, {"grade_id": "f", "solution": True}, "f")
    expected, _ = ClearSolutions().preprocess_cell(cell.copy(), {"language": "python"}, 0)
    assert stub_source(notebooks.new_cell("code", source)) == expected.source
