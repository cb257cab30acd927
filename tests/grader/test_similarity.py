"""Copies are found whatever their disguise, and nobody is accused of a right solution."""

import json
import random
from pathlib import Path

import pytest

from chainrule.cli import main
from chainrule.course import find_course
from chainrule.errors import UsageError
from chainrule.judge import reference
from chainrule.notebooks import Submission, SubmittedCell, stub_source
from chainrule.similarity import CODE, TEXT, compare, similarity
from chainrule.similarity.compare import LEAST_SHARE
from chainrule.similarity.latex import text_unit
from chainrule.similarity.normal import Names, code_units
from chainrule.similarity.page import page
from chainrule.similarity.passages import passages
from chainrule.similarity.prints import hashes_of
from chainrule.similarity.told import table, to_json
from chainrule.similarity.works import MAX_CHARACTERS, Given, reference_work, work_of
from tests.adequacy.catalogue import variants

from . import disguise, plain_class

COURSE = find_course(Path(__file__))
ASSIGNMENT = COURSE.assignment("nn_framework")
GIVEN = Given.of(ASSIGNMENT)
VARIANTS = {v.name: v.cells for v in variants(COURSE.root / "tests/adequacy/nn_framework/variants")}
DISGUISES = disguise.disguises(set(GIVEN.api))


def work(student, code=(), texts=(), origin=""):
    """A student's work with these code cells and derivations."""
    cells = [SubmittedCell("code", source, "", {}) for source in code]
    cells += [SubmittedCell("markdown", source, "", {}) for source in texts]
    return work_of(student, origin, Submission({"1_modules": tuple(cells)}), GIVEN)


@pytest.fixture(scope="module")
def right():
    """Students with right solutions that have nothing to do with each other."""
    return [work(name, cells) for name, cells in VARIANTS.items()]


@pytest.fixture(scope="module")
def plain():
    """Forty who write as everybody writes, code and derivations."""
    return [
        work(f"s{seed}", plain_class.code(seed), plain_class.texts(seed).values())
        for seed in range(40)
    ]


def names(pair):
    return {pair.one.name, pair.other.name}


# ---- fairness


def test_nobody_is_accused_who_wrote_a_right_solution(right):
    found = compare("nn_framework", [*right, reference_work(ASSIGNMENT, GIVEN)])
    assert found.size == len(VARIANTS) and found.measures[CODE].threshold.share >= LEAST_SHARE
    assert found.unusual == []


def test_nobody_is_accused_who_writes_as_everybody_writes(plain):
    found = compare("nn_framework", [*plain, reference_work(ASSIGNMENT, GIVEN)])
    limit = found.measures[CODE].threshold
    assert limit.median > 0.4, "this class is not as much alike as the test wants it"
    assert found.unusual == []


def test_a_copy_stands_out_even_where_all_write_alike(plain):
    copy = work(
        "copy",
        DISGUISES["everything"](plain_class.code(7)),
        map(disguise.redrafted, plain_class.texts(7).values()),
    )
    found = compare("nn_framework", [*plain, copy])
    assert [(names(pair), pair.unusual) for pair in found.unusual] == [
        ({"s7", "copy"}, (CODE, TEXT))
    ]


def test_only_the_copied_derivations_of_the_sample_class_are_found():
    folders = sorted((COURSE.root / "examples/submitted").iterdir())
    from chainrule.notebooks import read_submission

    works = [
        work_of(folder.name, "", read_submission(folder / ASSIGNMENT.name, ASSIGNMENT), GIVEN)
        for folder in folders
    ]
    found = compare(ASSIGNMENT.name, [*works, reference_work(ASSIGNMENT, GIVEN)])
    assert [(names(pair), pair.unusual) for pair in found.unusual] == [({"alder", "oak"}, (TEXT,))]


def test_a_small_class_is_put_in_order_and_nobody_is_accused(right):
    copy = work("copy", VARIANTS["03_einsum"])
    found = compare("nn_framework", [*right[:6], copy])
    assert names(found.pairs[0]) == {"03_einsum", "copy"}
    assert found.unusual == [] and found.measures[CODE].threshold.share is None
    assert "too few to say what is unusual" in table(found)


def test_a_few_lines_in_common_accuse_nobody(right):
    lines = "def extra(a, b, c):\n" + "".join(
        f"    v{n} = np.outer(a[{n}], b) @ c.T - np.eye({n + 7})\n" for n in range(3)
    )
    both = [work(name, [lines]) for name in ("one", "two")]
    found = compare("nn_framework", [*right, *both])
    assert found.unusual == []
    (pair,) = (pair for pair in found.pairs if names(pair) == {"one", "two"})
    assert pair.shares[CODE] == (1.0, 1.0)


def test_what_was_given_is_nobodys_work():
    given = [cell for cell in ASSIGNMENT.notebooks["1_modules"].cells]
    cells = tuple(SubmittedCell(c.cell_type, stub_source(c), "", {}) for c in given)
    stubs = [work_of(f"s{n}", "", Submission({"1_modules": cells}), GIVEN) for n in range(10)]
    found = compare("nn_framework", stubs)
    assert found.pairs == ()
    assert [prints.words for prints in stubs[0].prints.values()] == [0, 0]


def test_what_everybody_has_weighs_nothing_and_what_two_have_all(right):
    shared = "def shared(a, b):\n    return np.tanh(a @ b - b.T @ a) / np.cosh(a ** 3 - b ** 5)"
    rare = "def rare(a, b):\n    return np.sinh(a - b @ b) * np.outer(b, a)[2:5] // np.hypot(a, b)"
    works = [
        work(f"s{n}", [cells, shared, *([rare] if n < 2 else [])])
        for n, cells in enumerate(cells[0] for cells in list(VARIANTS.values())[:10])
    ]
    weights = compare("nn_framework", works).measures[CODE].weights

    def weight(source):
        (unit,) = code_units(source, Names(GIVEN.api))
        return {weights[value] for value in hashes_of(unit, 12).tolist() if value in weights}

    assert weight(shared) == {0.0} and weight(rare) == {1.0}


# ---- disguises


@pytest.mark.parametrize("name", DISGUISES)
@pytest.mark.parametrize("original", ["04_jacobians", "07_mutating"])
def test_a_disguised_copy_is_found_and_ranks_first(right, name, original):
    copy = work("copy", DISGUISES[name](list(VARIANTS[original])))
    found = compare("nn_framework", [*right, copy])
    assert [names(pair) for pair in found.unusual] == [{original, "copy"}]
    assert names(found.pairs[0]) == {original, "copy"}
    assert found.pairs[0].scores[CODE] > 0.8


def test_a_copied_half_is_found(right):
    half = [*VARIANTS["03_einsum"][:7], *VARIANTS["17_abstract_base_closures"][-3:]]
    found = compare("nn_framework", [*right, work("copy", half)])
    assert {"03_einsum", "copy"} in [names(pair) for pair in found.unusual]


def test_broken_lines_do_not_hide_a_copy(right):
    cells = [f"%matplotlib inline\n{source}\nthis is (broken\n" for source in VARIANTS["03_einsum"]]
    found = compare("nn_framework", [*right, work("copy", cells)])
    assert [names(pair) for pair in found.unusual] == [{"03_einsum", "copy"}]


def test_letters_spacing_and_environments_do_not_hide_a_derivation():
    text = r"By the quotient rule $$\frac{\partial a_s}{\partial x_k} = a_s (\delta_{sk} - a_k).$$"
    (unit,), (redrafted,) = text_unit(text), text_unit(disguise.redrafted(text))
    assert unit.words == redrafted.words
    assert "v" in unit.words and "quotient" in unit.words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = x + y * 2", "b = 2.0 * q + z"),
        ("x += 1", "x = 1 + x"),
        ("a > b", "b < a"),
        ("np.sum(x, axis=0, keepdims=True)", "y.sum(keepdims=True, axis=0)"),
        ("a, b = f(x), 2", "a = f(x)\nb = 2"),
        ("a = f(x)\nself.b = g(y)", "self.c = g(y)\nd = f(z)"),
        ("x: int = 3  # three", "y = 3"),
        ("import numpy as np\n'''text'''\nprint(x)\nx = np.exp(y)", "x = np.exp(y)"),
    ],
)
def test_two_ways_to_write_the_same_have_one_normal_form(one, other):
    assert [unit.words for unit in code_units(one, Names())] == [
        unit.words for unit in code_units(other, Names())
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x - y * 2", "2 * y - x * 1"),
        ("np.sum(x, axis=0)", "np.mean(x, axis=0)"),
        ("a = f(x)\nb = g(a) - 1", "b = g(a) - 1\na = f(x)"),
    ],
)
def test_what_says_something_else_has_another(one, other):
    assert [unit.words for unit in code_units(one, Names())] != [
        unit.words for unit in code_units(other, Names())
    ]


# ---- other years, and the course's own solution


def test_a_copy_from_last_year_is_found_and_ones_own_work_is_told_apart(right):
    last_year = [
        work("senior", VARIANTS["03_einsum"], origin="2025"),
        work("05_recompute", VARIANTS["05_recompute"], origin="2025"),
    ]
    copier = work("copier", DISGUISES["renamed"](list(VARIANTS["03_einsum"])))
    found = compare(
        "nn_framework", [*(w for w in right if w.student != "03_einsum"), copier, *last_year]
    )
    assert [names(pair) for pair in found.unusual] == [{"copier", "senior (2025)"}]
    (own,) = (pair for pair in found.pairs if pair.own)
    assert own.shares[CODE][0] == pytest.approx(1) and own.unusual == ()
    assert "own earlier work" in table(found)


def test_a_copy_of_the_reference_solution_is_found(right):
    copy = work_of("copy", "", reference(ASSIGNMENT), GIVEN)
    found = compare("nn_framework", [*right, copy, reference_work(ASSIGNMENT, GIVEN)])
    assert [names(pair) for pair in found.unusual] == [{"copy", "the reference solution"}]


# ---- what a person sees


def test_passages_stand_side_by_side_with_what_matches_marked(right):
    copy = work("copy", DISGUISES["renamed"](list(VARIANTS["08_float32"])))
    found = compare("nn_framework", [*right, copy])
    pair = found.pairs[0]
    first = passages(pair.one, pair.other, CODE, found.measures[CODE].weights)[0]
    marked = [
        [line.text for line in side.lines if line.matches] for side in (first.left, first.right)
    ]
    assert len(marked[0]) > 2 and len(marked[0]) == pytest.approx(len(marked[1]), abs=2)
    assert all("np." in "".join(lines) or "f32" in "".join(lines) for lines in marked[:1])


def test_the_report_says_how_the_limit_came_about_and_that_it_is_no_proof(right):
    found = compare("nn_framework", [*right, work("copy", VARIANTS["03_einsum"])])
    html, text = page(found), table(found)
    for words in (
        "This is no proof",
        f"the median of the {len(right) + 1} students",
        "7 times the spread",
    ):
        assert words in html and words in text
    assert "chainrule void nn_framework" in html
    assert to_json(found)["thresholds"][CODE]["students"] == len(right) + 1


def test_the_page_runs_and_fetches_nothing_and_shows_hostile_text_as_text(right):
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202e"
    code = [f"# {evil}\n{source}\nx = '''{evil}'''" for source in VARIANTS["03_einsum"]]
    text = [rf"{evil} $\frac{{a}}{{b}}$ " + "one two three four five six seven eight nine ten " * 4]
    works = [work(f"<b>z{n}</b>", code, text, "<i>2024</i>" if n else "") for n in range(2)]
    html = page(compare("nn_framework", [*right, *works]))
    assert "<script" not in html and "<img" not in html and "<b>z" not in html
    assert "<i>2024" not in html and "\u202e" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "http" not in html.replace("http-equiv", "")
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html


# ---- hostile bytes


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000 + ")" * 5000,
        "-" * 50_000 + "1",
        "1+" * 50_000 + "1",
        "x" + ".y" * 20_000,
        "x = " * 5000 + "1",
        "if a: pass\n" + "elif a: pass\n" * 5000,
        "".join(" " * n + "if a:\n" for n in range(300)),
        "x = 1\n\0\0\0y = 2",
        "\ud800 = 1".encode("utf-8", "replace").decode(),
        "é" * 1_000_000,
        "1" * 10_000,
        "a = 1\n" * 100_000,
        "'''" * 1001,
    ],
    ids=lambda source: ascii(source[:12]),
)
def test_no_code_breaks_the_comparison(source):
    made = work(
        "evil", [source, "def f(x):\n    return np.exp(x) - np.log(x) @ x.T / np.cosh(x)"], [source]
    )
    compare("nn_framework", [made, work("other", [source], [source])])
    assert sum(len(p.cell.source) for p in made.pieces[CODE][:1]) <= MAX_CHARACTERS


@pytest.fixture
def course_of(tmp_path):
    """A course with the real assignment, and submissions of bytes."""
    for name in ("source", "nbgrader_config.py"):
        (tmp_path / name).symlink_to(COURSE.root / name)

    def put(students, folder="submitted"):
        for student, data in students.items():
            place = tmp_path / folder / student / "nn_framework"
            place.mkdir(parents=True)
            (place / "1_modules.ipynb").write_bytes(data)
        return find_course(tmp_path)

    return put


def notebook(cells):
    made = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": 1}
        for source in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def test_no_bytes_break_the_comparison(course_of):
    right = {name: notebook(VARIANTS[name]) for name in ("03_einsum", "08_float32")}
    course = course_of(
        {
            **right,
            "bytes": random.Random(0).randbytes(10_000),
            "empty": b"",
            "nested": b"[" * 100_000,
            "long": notebook(["x = 1 + 2\n" * 1_000_000]),
            "<b>x": right["03_einsum"],
            "-rf": right["03_einsum"],
        }
    )
    (course.root / "submitted" / "link").symlink_to(course.root / "submitted" / "03_einsum")
    found = similarity(course, course.assignment("nn_framework"))
    assert found.size == 6 and set(found.refused) == {"<b>x", "-rf", "link"}
    assert "Not compared, as folders: -rf, <b>x, link" in table(found)
    assert "&lt;b&gt;x" in page(found)


def test_the_command_prints_a_table_or_json_and_writes_the_page(course_of, monkeypatch, capsys):
    right = {name: notebook(VARIANTS[name]) for name in list(VARIANTS)[:9]}
    course = course_of(right)
    course_of({"senior": right["03_einsum"]}, "../2025")
    monkeypatch.chdir(course.root)
    previous = ["--previous", "../2025"]
    assert main(["similarity", "nn_framework", "--quiet", *previous]) == 0
    assert "03_einsum" in capsys.readouterr().out.splitlines()[1]
    assert (course.root / "reports/similarity/nn_framework.html").is_file()
    assert main(["similarity", "nn_framework", "--quiet", "--json", *previous]) == 0
    found = json.loads(capsys.readouterr().out)
    other = found["pairs"][0]["works"][1]
    assert (other["student"], other["from"], other["words"] > 500) == ("senior", "../2025", True)
    assert found["pairs"][0]["unusual"] == ["code"] and found["compared"] == 9 * 8 // 2 + 9 * 2


def test_a_folder_without_submissions_is_refused(course_of, tmp_path):
    course = course_of({"alder": notebook(["x = 1"])})
    for folder in (tmp_path / "nowhere", COURSE.root / "docs"):
        with pytest.raises(UsageError, match=r"like submitted|no submission"):
            similarity(course, course.assignment("nn_framework"), [folder])


def test_a_report_says_the_same_tomorrow():
    (unit,) = code_units("def f(x):\n    return np.exp(x) - np.log(x) @ x.T", Names())
    assert hashes_of(unit, 4).tolist()[0] == 164558776251929
