"""Mutated submissions through the whole judge: always a verdict, and no points for garbage."""

import ast
import json
from pathlib import Path

import nbformat
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chainrule.notebooks import HandedIn, parse

from .budget import budget
from .mutations import OTHER, mutated

NOTEBOOK = "1_layers"
WORKS = {"Double": ("return 2 * x", 2), "Add": ("return x + 1", 1)}


@pytest.fixture(scope="module")
def reference(tiny):
    return (Path(tiny.source) / f"{NOTEBOOK}.ipynb").read_bytes()


@pytest.fixture(scope="module")
def verdict_on(tiny, judge):
    """Judges a notebook's bytes."""

    def verdict_on(data):
        return judge.judge(parse(HandedIn({NOTEBOOK: data}), tiny))

    return verdict_on


def mutations(data, reference, other=OTHER):
    return data.draw(mutated(reference, other), label="notebook")


def holds(data, tiny, title):
    """Whether any cell still has what a component's solution is made of, however it is written."""
    cells = parse(HandedIn({NOTEBOOK: data}), tiny).notebooks[NOTEBOOK] or ()
    _, number = WORKS[title]
    for cell in cells:
        try:
            nodes = list(ast.walk(ast.parse(cell.source)))
        except (SyntaxError, ValueError):
            continue
        if any(isinstance(node, ast.Constant) and node.value == number for node in nodes) and any(
            isinstance(node, ast.ClassDef) and node.name == title for node in nodes
        ):
            return True
    return False


@budget(1.5)
@given(st.data())
def test_every_notebook_gets_a_verdict_and_points_only_for_what_is_intact(
    tiny, reference, verdict_on, data
):
    submitted = mutations(data, reference)
    verdict = verdict_on(submitted)
    for part in verdict.components:
        title = part.component.title
        assert part.code_score in (0, part.component.code_points)
        assert not part.passed or holds(submitted, tiny, title)
    for written in verdict.notebooks.values():
        nbformat.validate(nbformat.reads(written.decode(), as_version=4))


@budget(1)
@given(st.data(), st.sampled_from(sorted(WORKS)))
def test_a_component_whose_text_was_destroyed_gets_nothing(reference, verdict_on, data, title):
    text, _ = WORKS[title]
    submitted = mutations(data, reference)
    wrong = data.draw(
        st.sampled_from([b"return x", b"return 3 * x + 1", b"return", b"raise ValueError", b"pass"])
        | st.text("xyz+-/()=3579. ", max_size=12).map(str.encode)
    )
    submitted = submitted.replace(text.encode(), wrong)
    (part,) = [p for p in verdict_on(submitted).components if p.component.title == title]
    assert part.code_score == 0


@budget(0.7)
@given(st.data(), st.sampled_from(sorted(WORKS)))
def test_garbage_in_one_solution_costs_no_other(reference, verdict_on, data, title):
    content = json.loads(reference)
    (cell,) = [c for c in content["cells"] if f"class {title}" in "".join(c["source"])]
    garbage = st.text(max_size=60) | st.text("class Double():\n\t #%!?'\"\\=~@$", max_size=60)
    cell["source"] = data.draw(garbage, label="garbage")
    assume(title not in cell["source"])
    passed = {
        p.component.title for p in verdict_on(json.dumps(content).encode()).components if p.passed
    }
    assert passed == set(WORKS) - {title}


def test_the_reference_gets_full_marks(reference, verdict_on):
    """Else the properties above would hold for a judge that gives nobody anything."""
    assert verdict_on(reference).score == 2.5


def test_what_is_intact_is_seen(tiny, reference):
    assert all(holds(reference, tiny, title) for title in WORKS)
    assert not holds(reference.replace(b"2 * x", b"3 * x"), tiny, "Double")
