"""What check() shows: in a plain terminal, in colour, and as a table in a notebook."""

import io
import json
import re

import pytest

from chainrule import homework

TESTS = """with component("Double") as requirement:
    with requirement("forward: twice <b>"):
        assert_close(student.Double().forward(3.0), 6.0, "forward")
    with requirement("input gradient: two"):
        assert_close(student.Double().slope(), 2.0, "grad_input")"""
SETUP = "from homework import assert_close, component, load\nstudent = load('1_layers.ipynb')"
RIGHT = """class Double:
    def forward(self, x):
        return 2 * x

    def slope(self):
        return 2.0"""


def cell(kind, source, name, points=0):
    marks = {"grade_id": name, "grade": bool(points), "points": points}
    return {"cell_type": kind, "source": source, "metadata": {"nbgrader": marks}}


def write(path, *cells):
    path.write_text(json.dumps({"cells": cells}))


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with one component: one point for its code, two for its derivation."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(homework, "board", homework.Board())
    monkeypatch.setattr(homework, "loaded", {})
    monkeypatch.setitem(__import__("sys").modules, "homework", homework)
    write(
        tmp_path / "2_test_layers.ipynb",
        cell("code", SETUP, "setup"),
        cell("code", TESTS, "double-tests", 1),
    )
    write(tmp_path / "1_layers.ipynb", cell("markdown", "By the chain rule.", "double-formula", 2))
    return tmp_path


def show(source, call, capsys):
    names = {"__name__": "__main__"}
    exec(source, names)
    exec("from homework import check\n" + call, names)
    return capsys.readouterr().out


def page(source, title):
    names = {}
    exec(source, names)
    return homework._report(title, homework._tests(), names)[1]


def test_each_requirement_is_a_line_with_its_reason_and_hint_below(desk, capsys):
    printed = show(RIGHT.replace("2 * x", "None"), "check('Double')", capsys)
    assert "Double                               1 for the code, 2 for the derivation" in printed
    assert "  FAIL  forward: twice <b>\n        forward is None, expected a number" in printed
    assert "        hint: is a return missing?" in printed
    assert "  ok    input gradient: two" in printed


def test_the_page_says_the_same_and_shows_what_students_say_as_text(desk):
    source = RIGHT.replace("return 2 * x", "raise ValueError('<script>alert(1)</script>')")
    shown = page(source, "Double")
    assert shown.count("<tr>") == 2 and ">FAIL</span>" in shown and ">ok</span>" in shown
    assert "<script" not in shown and "&lt;script&gt;alert(1)" in shown
    assert "<b>Double</b>" in shown and "twice &lt;b&gt;" in shown


@pytest.mark.parametrize(
    ("call", "meant"),
    [
        ("check('double')", 'Did you mean check("Double")?'),
        ("check('Doubel')", 'Did you mean check("Double")?'),
        ("check('Other')", "There are: Double."),
        ("check(7)", "There are: Double."),
    ],
)
def test_a_wrong_name_is_a_sentence_with_the_nearest_names(desk, capsys, call, meant):
    printed = show(RIGHT, call, capsys)
    assert printed.startswith("There is no component called ") and meant in printed


def test_the_class_itself_will_do_for_its_name(desk, capsys):
    assert "All of these pass" in show(RIGHT, "check(Double)", capsys)


@pytest.mark.parametrize("broken", ["import no_such_module", "student = load("])
def test_a_notebook_of_checks_that_was_changed_is_a_sentence(desk, capsys, broken):
    cells = cell("code", broken, "setup"), cell("code", TESTS, "double-tests", 1)
    write(desk / "2_test_layers.ipynb", *cells)
    printed = show(RIGHT, "check('Double')", capsys)
    assert "take a fresh copy of 2_test_layers.ipynb" in printed


@pytest.mark.parametrize("content", ["not JSON", "{}", '{"cells": []}'])
def test_a_notebook_of_checks_that_cannot_be_read_is_a_sentence(desk, capsys, content):
    (desk / "2_test_layers.ipynb").write_text(content)
    assert show(RIGHT, "check()", capsys).startswith("2_test_layers.ipynb ")


def test_a_notebook_of_checks_that_is_missing_is_a_sentence(desk, capsys):
    (desk / "2_test_layers.ipynb").unlink()
    assert "keep it beside this notebook" in show(RIGHT, "check()", capsys)


@pytest.mark.parametrize(
    ("source", "answer", "lines"),
    [
        (RIGHT, "Written.", ["1 of 3 points pass the checks here; 2 more when a person has read"]),
        (
            RIGHT,
            "YOUR ANSWER HERE",
            ["pass the checks here; 2 for derivations that", "now: Double (2)."],
        ),
        ("", "Written.", ["  --    Double  1 + 2      not started", "0 of 3", "now: Double (3)."]),
        (RIGHT.replace("2.0", "3.0"), "Written.", ["1 of 2 checks fail: look at the gradient"]),
    ],
)
def test_the_scoreboard_adds_up_the_points_that_the_cells_carry(
    desk, capsys, source, answer, lines
):
    write(desk / "1_layers.ipynb", cell("markdown", answer, "double-formula", 2))
    printed = show(source, "check()", capsys)
    assert all(line in printed for line in lines)


def test_several_that_are_worth_the_most_are_all_named(desk, capsys):
    tests = [cell("code", TESTS.replace("Double", n), f"{n}-tests", 1.5) for n in ("A", "B")]
    write(desk / "2_test_layers.ipynb", cell("code", SETUP, "setup"), *tests)
    assert "Worth most now: A, B (1.5 each)." in show("", "check()", capsys)


def test_the_methods_to_look_at_are_named_where_the_class_has_them(desk, capsys):
    wrong = RIGHT.replace("2 * x", "3 * x")
    assert "look at: the forward pass\n" in show(wrong, "check('Double')", capsys)
    module = wrong + "\n    update_output = forward"
    assert "look at: update_output (the forward pass)\n" in show(module, "check('Double')", capsys)


def test_nothing_is_concluded_from_a_requirement_in_other_words():
    check = homework.Check("weights: each")
    check.fail(homework.CheckFailed("values", "each weight is wrong"))
    assert homework.diagnosis([check]) == ""


# ---- colour


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("environment", "stream", "coloured"),
    [
        ({"TERM": "xterm"}, Terminal(), True),
        ({"TERM": "xterm"}, io.StringIO(), False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, Terminal(), False),
        ({"TERM": "dumb"}, Terminal(), False),
        ({}, Terminal(), False),
    ],
)
def test_colours_are_for_terminals_that_show_them(monkeypatch, environment, stream, coloured):
    monkeypatch.setattr(homework.os, "environ", environment)
    assert homework._has_colours(stream) is coloured


def test_colours_add_nothing_but_colour():
    text = "Linear\n  look at: x\n  ok    a ok b\n  FAIL  b\n        hint: c"
    painted = homework._coloured(text)
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == text
    assert painted.count("\x1b[") == 6


def test_a_terminal_without_these_letters_gets_others(monkeypatch):
    output = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", output)
    homework._show("forward: 2∂x", "")
    output.flush()
    assert output.buffer.getvalue() == b"forward: 2?x\n"
