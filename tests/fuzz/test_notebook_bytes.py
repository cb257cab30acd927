"""Whatever a notebook's bytes are, reading them gives cells or one sentence, and cells can be
written again."""

from dataclasses import replace

import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chainrule.autograded import Answers, findings
from chainrule.notebooks import HandedIn, _Unreadable, parse, parse_cells
from chainrule.verdict import ComponentVerdict

from .budget import budget
from .mutations import REFERENCE, mutated

KNOWN = {"linear-solution", "linear-formula", "double-solution", "code"}
NOTEBOOK = "1_modules"
CORPUS = [
    b"",
    b"\xef\xbb\xbf",
    b"\xef\xbb\xbf\xef\xbb\xbf{}",
    b"NaN",
    b'{"nbformat": 4, "cells": NaN}',
    b'{"nbformat": 1e999, "cells": []}',
    b'{"nbformat": 4, "cells": [[[]], null, "\\ud800", {"cell_type": NaN}]}',
    b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["\\ud83d", "\\ude00"]}]}',
    b'{"nbformat": 4, "cells": [{"cell_type": "raw", "attachments": {"a": {"image/png": ""}}}]}',
    b'{"nbformat": 4, "cells": [{"cell_type": "raw", "attachments": {"a": {"image/png": 3}}}]}',
    b'{"nbformat": 4, "cells": [{"cell_type": "code", "id": "linear-solution", "metadata": []}]}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"-" + b"9" * 10_000,
    b'"' + b"\\ud800" * 1000 + b'"',
    REFERENCE[:-2],
    REFERENCE + b"\0",
    REFERENCE.decode().encode("utf-16"),
    REFERENCE.replace(b'"code"', b'"markdown"'),
    REFERENCE.replace(b'"markdown"', b'"code"'),
    REFERENCE.replace(b'"id":', b'"di":').replace(b'"grade_id":', b'"id":'),
]


def with_corpus(test):
    for data in CORPUS:
        test = example(data)(test)
    return test


@with_corpus
@budget(4)
@given(mutated() | st.binary(max_size=200))
def test_bytes_are_read_or_refused_in_one_sentence(data):
    try:
        cells = parse_cells(data, KNOWN)
    except _Unreadable as reason:
        assert str(reason).isprintable() and len(str(reason)) < 300
    else:
        assert all(cell.grade_id in KNOWN | {""} for cell in cells)


@with_corpus
@budget(2)
@given(mutated())
def test_what_is_read_can_be_written_as_a_valid_notebook(homework, data):
    for written in autograded(homework, data).notebooks.values():
        nbformat.validate(nbformat.reads(written.decode(), as_version=4))


@with_corpus
@budget(1)
@given(mutated())
def test_what_is_said_about_it_is_one_printable_line_each(homework, data):
    for line in autograded(homework, data).problems:
        assert line.isprintable() and line.startswith(f"{NOTEBOOK}.ipynb")


@with_corpus
@budget(1)
@given(mutated())
def test_a_notebook_that_cannot_be_read_is_always_reported(homework, data):
    submission = parse(HandedIn({NOTEBOOK: data}), only_one(homework))
    assert submission.notebooks[NOTEBOOK] is not None or len(submission.problems) == 1


def only_one(assignment):
    """The assignment without the notebooks that are not the matter here."""
    one = replace(assignment)
    kept = {NOTEBOOK, *assignment.test_notebooks}
    one.__dict__["notebooks"] = {k: v for k, v in assignment.notebooks.items() if k in kept}
    return one


def autograded(assignment, data):
    assignment = only_one(assignment)
    submission = parse(HandedIn({NOTEBOOK: data}), assignment)
    answers = {NOTEBOOK: Answers(NOTEBOOK, submission.notebooks[NOTEBOOK])}
    parts = tuple(ComponentVerdict(part, True, True, ()) for part in assignment.components)
    return findings(assignment, submission, answers, parts, {}, {})


def test_the_reference_itself_is_fine(homework):
    """Else the properties above would hold for a reader that refuses everything."""
    assert autograded(homework, REFERENCE).problems == ()
    assert len(parse_cells(REFERENCE, KNOWN)) > 30


@pytest.mark.parametrize("data", CORPUS[:4], ids=repr)
def test_refused_bytes_stay_refused(data):
    with pytest.raises(_Unreadable):
        parse_cells(data, KNOWN)
