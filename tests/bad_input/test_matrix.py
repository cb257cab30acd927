"""Whatever is handed in: what it costs, what the report and the page say, and that others go on.

Each row of the tables is one student of a class that is graded once, beside two honest students.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent

import nbformat
import pytest

from chainrule.cli import main
from chainrule.notebooks import MAX_BYTES, MAX_CELLS, MAX_SOURCE
from chainrule.settings import STATE_FILE

NOTEBOOK = "1_layers.ipynb"
FULL, ADD_ALONE = 2.5, 1.5
# Of the reference's cells, counted from 0; people count from 1.
TITLE, IMPORTS, FORMULA, DOUBLE, CHECK, ADD = range(6)


@dataclass(frozen=True)
class Row:
    """One bad input, and what has to become of it."""

    make: Callable[[bytes], bytes | None]  # from the bytes of the reference notebook
    points: float
    reason: str = ""  # a pattern in one line of the report, which begins with the file's name
    cell: int | None = None  # counted from 1, where that line has to name it
    page: str = ""  # a pattern in the feedback


# ---------------------------------------------------------------------------------------
# Making notebooks


def constant(data):
    return lambda reference: data


def whole(**changes):
    """Changes keys of the notebook; those whose value is ``...`` are taken out."""

    def make(reference):
        content = json.loads(reference) | changes
        return json.dumps({k: v for k, v in content.items() if v is not ...}).encode()

    return make


def edit(change):
    """Lets ``change`` alter the list of cells."""

    def make(reference):
        content = json.loads(reference)
        change(content["cells"])
        return json.dumps(content).encode()

    return make


def update(number, **keys):
    """Changes keys of one cell; those whose value is ``...`` are taken out."""

    def change(cells):
        cells[number].update(keys)
        for key in [key for key, value in cells[number].items() if value is ...]:
            del cells[number][key]

    return edit(change)


def every_cell(change):
    return edit(lambda cells: [change(cell) for cell in cells])


def insert(cell, at=2):
    return edit(lambda cells: cells.insert(at, cell))


def code_cell(source, **changes):
    return {"cell_type": "code", "metadata": {}, "source": dedent(source)} | changes


def text_cell(**changes):
    return {"cell_type": "markdown", "metadata": {}, "source": "notes"} | changes


def source_of(cell):
    return "".join(cell["source"])


def marks(number, **changes):
    """Changes the nbgrader metadata of one cell."""
    return edit(lambda cells: cells[number]["metadata"]["nbgrader"].update(changes))


# ---------------------------------------------------------------------------------------
# The file as a whole


def a_zip(reference):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(NOTEBOOK, reference)
    return file.getvalue()


def many_cells(count):
    return edit(lambda cells: cells.extend([text_cell()] * (count - len(cells))))


def unusable(make, reason):
    return Row(make, 0.0, reason, page=f"{NOTEBOOK}.*{reason}")


NOT_JSON = r" is not a notebook: line \d+, column \d+: "
VERSION = r" is not a notebook of format 4 \(it says {}\)"
DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000

FILES = {
    "missing": unusable(constant(None), " is missing"),
    "empty": unusable(constant(b""), " is empty"),
    "blank": unusable(constant(b" \n\t\n"), " is empty"),
    "truncated": unusable(lambda reference: reference[: len(reference) // 2], NOT_JSON),
    "cut-by-one-byte": unusable(lambda reference: reference.rstrip()[:-1], NOT_JSON),
    "twice": unusable(lambda reference: reference * 2, NOT_JSON),
    "prose": unusable(constant(b"Dear teacher, my dog ate it."), NOT_JSON),
    "html-page": unusable(constant(b"<!DOCTYPE html><html><body>Sign in</body></html>"), NOT_JSON),
    "python-file": unusable(constant(b"class Double:\n    pass\n"), NOT_JSON),
    "merge-conflict": unusable(lambda reference: b"<<<<<<< HEAD\n" + reference, NOT_JSON),
    "zip": unusable(a_zip, " is not a notebook"),
    "nul-bytes": unusable(constant(b"\0" * 1000), NOT_JSON),
    "nul-byte-inside": unusable(lambda r: r.replace(b"class Double", b"class \0Double"), NOT_JSON),
    "latin-1": unusable(
        lambda r: r.decode().replace("Write them", "Für Zoë").encode("latin-1"),
        r" is not a notebook: byte \d+ is not UTF-8",
    ),
    "utf-16": unusable(
        lambda r: r.decode().encode("utf-16"), " is not a notebook: byte 0 is not UTF-8"
    ),
    "utf-16-without-mark": unusable(lambda r: r.decode().encode("utf-16-le"), NOT_JSON),
    "json-list": unusable(lambda r: b"[" + r + b"]", NOT_JSON),
    "json-number": unusable(constant(b"4"), NOT_JSON),
    "json-string": unusable(constant(b'"cells"'), NOT_JSON),
    "json-null": unusable(constant(b"null"), NOT_JSON),
    "json-nan": unusable(constant(b"NaN"), NOT_JSON),
    "format-3": unusable(whole(nbformat=3), VERSION.format(3)),
    "format-5": unusable(whole(nbformat=5), VERSION.format(5)),
    "format-as-text": unusable(whole(nbformat="4"), VERSION.format(".*")),
    "format-null": unusable(whole(nbformat=None), VERSION.format(".*")),
    "format-true": unusable(whole(nbformat=True), VERSION.format(".*")),
    "format-list": unusable(whole(nbformat=[4]), VERSION.format(".*")),
    "format-absent": unusable(whole(nbformat=...), VERSION.format(".*")),
    "format-infinite": unusable(whole(nbformat=float("inf")), VERSION.format(".*")),
    "format-of-two-lines": unusable(whole(nbformat="3\n4\x1b[2J"), VERSION.format(".*")),
    "no-cells": unusable(whole(cells=...), " is not a notebook"),
    "cells-an-object": unusable(whole(cells={"0": {}}), " is not a notebook"),
    "cells-a-text": unusable(whole(cells="class Double: pass"), " is not a notebook"),
    "cells-null": unusable(whole(cells=None), " is not a notebook"),
    "too-many-cells": unusable(many_cells(MAX_CELLS + 1), f" has more than {MAX_CELLS} cells"),
    "too-large": unusable(lambda r: r + b" " * (MAX_BYTES + 1 - len(r)), " is larger than 20 MB"),
    "deep-lists": unusable(constant(b"[" * 100_000 + b"]" * 100_000), ".*nested too deeply"),
    "deep-metadata": unusable(
        lambda r: r.replace(b'"metadata"', b'"deep": ' + DEEP + b', "metadata"', 1),
        ".*nested too deeply",
    ),
    "huge-integer": unusable(
        lambda r: r.replace(b'"metadata"', b'"big": ' + b"9" * 10_000 + b', "metadata"', 1),
        ".*too large",
    ),
}


# ---------------------------------------------------------------------------------------
# Files that are odd and yet hold all that is needed: nothing is lost and nothing to be said

ODD_BUT_FINE = {
    "byte-order-mark": lambda r: b"\xef\xbb\xbf" + r,
    "blanks-around": lambda r: b"\n\n " + r + b"\n\n",
    "windows-lines": lambda r: r.replace(b"\n", b"\r\n"),
    "as-large-as-allowed": lambda r: r + b" " * (MAX_BYTES - len(r)),
    "as-many-cells-as-allowed": many_cells(MAX_CELLS),
    "format-as-float": whole(nbformat=4.0),
    "format-minor-odd": whole(nbformat_minor="x"),
    "notebook-metadata-odd": whole(metadata=[{"kernelspec": 3}]),
    "unknown-keys": whole(extra={"a": [None]}, worksheets=[]),
    "nan-in-metadata": whole(metadata={"a": float("nan"), "b": float("inf"), "c": -float("inf")}),
    "long-integer": whole(nbformat_minor=10**1000),
    "duplicate-keys": lambda r: b'{"cells": [], "nbformat": 3,' + r.lstrip()[1:],
    "half-surrogates": insert(text_cell(source="\ud800 \udfff")),
    "half-surrogate-in-code": insert(code_cell("x = 'a\udc80'")),
    "controls-in-prose": insert(text_cell(source="a\0b \x1b[31m \x07 \u202e \ufeff \u2028")),
    "outputs-odd": update(DOUBLE, outputs={"a": 1}, execution_count="x"),
    "attachments-odd": insert(text_cell(attachments={"a.png": {"image/png": 3}, "b": None})),
    "ids-odd": every_cell(lambda cell: cell.update(id=[1])),
    "ids-all-the-same": every_cell(lambda cell: cell.update(id="x")),
    "source-as-one-text": every_cell(lambda cell: cell.update(source=source_of(cell))),
    "source-of-windows": every_cell(
        lambda cell: cell.update(source=source_of(cell).replace("\n", "\r\n"))
    ),
    "reordered-solutions": edit(lambda cells: cells.insert(DOUBLE, cells.pop(ADD))),
    "metadata-null": update(DOUBLE, metadata=None),
    "metadata-a-list": update(DOUBLE, metadata=[1]),
    "metadata-a-text": update(FORMULA, metadata="nbgrader"),
    "marks-a-number": update(FORMULA, metadata={"nbgrader": 3}),
    "mark-a-list": marks(DOUBLE, grade_id=["double-solution"]),
    "mark-an-object": marks(DOUBLE, grade_id={"a": 1}),
    "mark-changed": marks(DOUBLE, grade_id="something-else"),
    "prose-of-many-brackets": insert(text_cell(source="[" * 3000 + "\n\n" + "> " * 300 + "x")),
    "prose-of-many-stars": insert(text_cell(source="*" * 3000 + "a" + "_" * 3000)),
    "prose-of-html": insert(text_cell(source="<div>" * 2000 + "<script>alert(1)</script>")),
}


# ---------------------------------------------------------------------------------------
# Cells and metadata that were changed


WRONG_DOUBLE = code_cell("class Double:\n    def forward(self, x): return 3 * x")


def without(*numbers):
    return edit(lambda cells: [cells.pop(number) for number in sorted(numbers, reverse=True)])


def no_names(cells):
    for cell in cells:
        cell["metadata"] = {}
        cell.pop("id", None)


def a_copy(**changes):
    """The solution of Double once more, right below it."""
    return edit(lambda cells: cells.insert(DOUBLE + 1, cells[DOUBLE] | changes))


def lost(make, **more):
    """A cell that is none beside all that is needed."""
    return Row(make, FULL, "", cell=3, page=f"{NOTEBOOK}, cell 3", **more)


CELLS = {
    "no-cells-left": Row(whole(cells=[]), 0.0, ".*(missing|no) cells"),
    "solution-missing": Row(without(DOUBLE), ADD_ALONE, ": missing cells: double-solution"),
    "derivation-missing": Row(without(FORMULA), FULL, ": missing cells: double-formula"),
    "all-solutions-missing": Row(
        without(DOUBLE, ADD), 0.0, ": missing cells: double-solution, add-solution"
    ),
    "names-lost": Row(edit(no_names), FULL, ": its cells carry no names"),
    "name-of-one-lost": Row(
        update(DOUBLE, metadata={}, id=...), FULL, ": missing cells: double-solution"
    ),
    "name-and-id-changed": Row(
        edit(
            lambda cells: [
                cells[DOUBLE].update(id="other"),
                cells[DOUBLE]["metadata"]["nbgrader"].update(grade_id="other"),
            ]
        ),
        FULL,
        ": missing cells: double-solution",
    ),
    "reordered": Row(
        edit(lambda cells: cells.reverse()),
        FULL,
        ".*'check' is not defined",
        cell=2,
        page="'check'",
    ),
    "solution-twice": Row(a_copy(), FULL, ": a second cell named double-solution", cell=5),
    "solution-twice-the-last-is-wrong": Row(
        a_copy(source=WRONG_DOUBLE["source"]),
        ADD_ALONE,
        ": a second cell named double-solution",
        cell=5,
    ),
    "solution-twice-the-first-is-wrong": Row(
        edit(lambda c: c.insert(DOUBLE, c[DOUBLE] | {"source": WRONG_DOUBLE["source"]})),
        FULL,
        ": a second cell named double-solution",
        cell=5,
    ),
    "solution-made-markdown": Row(
        update(DOUBLE, cell_type="markdown"), FULL, ".*double-solution was made a markdown", cell=4
    ),
    "solution-made-raw": Row(
        update(DOUBLE, cell_type="raw"), FULL, ".*double-solution was made a raw", cell=4
    ),
    "derivation-made-code": Row(
        update(FORMULA, cell_type="code"), FULL, ".*double-formula was made a code", cell=3
    ),
    "read-only-cell-changed": Row(
        update(CHECK, source="print('harder')"), FULL, ".*double-check was changed", cell=5
    ),
    "points-changed": Row(marks(FORMULA, points=100), FULL, ".*double-formula", cell=3),
    "points-of-another-type": Row(marks(FORMULA, points="many"), FULL, ".*double-formula", cell=3),
    "graded-cell-unlocked": Row(
        marks(FORMULA, grade=False, locked=False), FULL, ".*double-formula", cell=3
    ),
    "marks-of-other-types": Row(
        marks(DOUBLE, grade=7, solution=None, locked="yes", schema_version="x", cell_type=5),
        FULL,
        ".*double-solution",
        cell=4,
    ),
    "cell-a-number": lost(insert(3)),
    "cell-null": lost(insert(None)),
    "cell-a-text": lost(insert("class Double: pass")),
    "cell-a-list": lost(insert([])),
    "cell-empty": lost(insert({})),
    "cell-of-unknown-type": lost(insert(text_cell(cell_type="video"))),
    "cell-of-type-list": lost(insert(text_cell(cell_type=["code"]))),
    "source-a-number": lost(insert(code_cell("") | {"source": 3})),
    "source-an-object": lost(insert(code_cell("") | {"source": {"a": 1}})),
    "source-of-numbers": lost(insert(code_cell("") | {"source": [1, 2]})),
    "source-null": lost(insert(code_cell("") | {"source": None})),
    "source-too-large": lost(insert(code_cell("#" * (MAX_SOURCE + 1)))),
    "prose-too-large": lost(insert(text_cell(source="x" * (MAX_SOURCE + 1)))),
    "solution-too-large": Row(
        edit(lambda c: c[DOUBLE].update(source=source_of(c[DOUBLE]) + "#" * MAX_SOURCE)),
        ADD_ALONE,
        "",
        cell=4,
        page=f"{NOTEBOOK}, cell 4",
    ),
    "error-below-a-cell-that-is-none": Row(
        edit(lambda cells: cells.__setitem__(slice(2, 2), [3, code_cell("1 / 0")])),
        FULL,
        ".*ZeroDivisionError",
        cell=4,
        page="ZeroDivisionError",
    ),
}


# ---------------------------------------------------------------------------------------
# Code that fails

BOMB = "blocks = [bytearray(1 << 40) for _ in range(10**6)]"
NO_MEMORY = "(MemoryError|process ended|took more than 1 s)"


def double(body):
    """Replaces the solution of Double."""
    return update(DOUBLE, source=dedent(body).strip())


def method(body):
    return double(f"class Double:\n    def forward(self, x):\n        {body}\n        return 2 * x")


def another(source):
    """A cell of its own in third place, beside all that is needed."""
    return insert(code_cell(source))


def breaks_double(make, what):
    return Row(make, ADD_ALONE, rf" \(class Double:.*\): .*{what}", cell=4, page=what)


def stops(source, what):
    return Row(another(source), FULL, rf" \(.*\): .*{what}", cell=3, page=what)


def harmless(source):
    return Row(another(source), FULL)


CODE = {
    "syntax-error": breaks_double(
        double("class Double:\n    def forward(self, x)\n        return 2 * x"), "SyntaxError"
    ),
    "tabs-and-blanks": breaks_double(
        double("class Double:\n    a = 1\n\tdef forward(self, x): return 2 * x"),
        "(IndentationError|TabError)",
    ),
    "merge-conflict-in-code": breaks_double(
        double("class Double:\n    a = 1\n<<<<<<< HEAD\n    b = 2"), "SyntaxError"
    ),
    "nul-in-code": breaks_double(double("class Double:\n    a = '\0'"), "(SyntaxError|ValueError)"),
    "exception-in-a-class": breaks_double(
        double("class Double:\n    1 / 0\n    def forward(self, x): return 2 * x"),
        "ZeroDivisionError",
    ),
    "exit-in-a-class": breaks_double(
        double("class Double:\n    import os; os._exit(0)\n"), "process ended"
    ),
    "bomb-in-a-class": breaks_double(double(f"class Double:\n    {BOMB}\n"), NO_MEMORY),
    "exception-in-a-method": Row(
        method("1 / 0"), ADD_ALONE, page=r"raised ZeroDivisionError.*cell 4, line 3"
    ),
    "exit-in-a-method": Row(method("import os; os._exit(0)"), ADD_ALONE, page="process ended"),
    "bomb-in-a-method": Row(
        method(BOMB), ADD_ALONE, page=r"(raised MemoryError.*cell 4, line 3|process ended)"
    ),
    "loop-in-a-method": Row(method("while True: pass"), ADD_ALONE, page="took more than 1 s"),
    "recursion-in-a-method": Row(
        method("self.forward(x)"), ADD_ALONE, page=r"raised RecursionError.*cell 4, line 3"
    ),
    "flood-in-a-method": Row(method("print('x' * 10**7)"), FULL),
    "exception": stops("1 / 0", "ZeroDivisionError"),
    "exception-of-many-lines": stops("raise ValueError('a\\n\\x1b[2J\\x07b\\r\\nc')", "ValueError"),
    "exception-of-much-text": stops("raise ValueError('x' * 10**7)", "ValueError"),
    "exception-of-no-text": stops(
        "class Odd(Exception):\n    def __str__(self): raise self\nraise Odd()", "(Odd|failed)"
    ),
    "import-of-nothing": stops("import tensorflow", "No module named"),
    "loop": stops("while True: pass", "took more than 1 s"),
    "loop-of-output": stops("while True: print('x')", "took more than 1 s"),
    "loop-that-catches-all": stops(
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "took more than 1 s",
    ),
    "sleep": stops("import time; time.sleep(10**6)", "took more than 1 s"),
    "bomb": stops(BOMB, NO_MEMORY),
    "bomb-of-text": stops("x = 'x'\nwhile True: x += x", NO_MEMORY),
    "exit": stops("import os; os._exit(0)", "process ended"),
    "abort": stops("import os; os.abort()", "process ended"),
    "crash": stops("import ctypes; ctypes.string_at(0)", "process ended"),
    "descriptors-closed": stops("import os; os.closerange(0, 1000)", "process ended"),
    "interrupt": stops("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "question-to-a-person": stops("input('name? ')", "Error"),
    "shell": stops("%%bash\necho hello", "Error"),
    "flood": harmless("print('x' * 10**8)"),
    "flood-of-lines": harmless("for i in range(10**5): print(i)"),
    "flood-of-two-streams": harmless(
        "import sys\nfor i in range(10**5): print(i, file=(sys.stdout, sys.stderr)[i % 2])"
    ),
    "flood-of-values": harmless("for i in range(10**4): display(i)"),
    "flood-of-pictures": harmless(
        "for i in range(5): display({'image/png': 'A' * 3_000_000}, raw=True)"
    ),
    "flood-of-html": harmless("display({'text/html': '<b>' * 10**6}, raw=True)"),
    "last-value-large": harmless("list(range(10**6))"),
}


ROWS = {
    **FILES,
    **{f"fine-{name}": Row(make, FULL) for name, make in ODD_BUT_FINE.items()},
    **CELLS,
    **CODE,
}


# ---------------------------------------------------------------------------------------


def rows(table):
    return pytest.mark.parametrize("name", table)


@pytest.fixture(scope="module")
def room(new_class, reference, judge):
    """The class, graded."""
    room = new_class()
    for name, row in ROWS.items():
        room.hand_in(name, row.make(reference))
    room.before = sorted(room.course.root.parent.iterdir())
    room.contents = contents(room.course)
    room.grade(judge)
    room.scores = room.rows()
    return room


@rows(ROWS)
def test_it_gets_the_points_of_what_works(room, name):
    assert room.scores[name].total == ROWS[name].points


@rows([name for name, row in ROWS.items() if row.reason or row.cell])
def test_one_line_of_the_report_says_why_with_file_and_cell(room, name):
    row = ROWS[name]
    cell = f", cell {row.cell}\\b" if row.cell else ""
    pattern = re.escape(NOTEBOOK) + cell + row.reason
    found = [line for line in room.report.problems[name] if re.match(pattern, line)]
    assert len(found) == 1, room.report.problems[name]


@rows([name for name, row in ROWS.items() if not row.reason and not row.cell])
def test_nothing_is_said_about_what_is_fine(room, name):
    assert room.report.problems[name] == []


@rows(ROWS)
def test_what_the_report_says_is_printable_and_short(room, name):
    lines = room.report.problems[name]
    assert all(line.isprintable() and len(line) < 600 for line in lines)


@rows([name for name, row in ROWS.items() if row.page])
def test_the_feedback_says_why(room, name):
    assert re.search(ROWS[name].page, room.page(name))


@rows(ROWS)
def test_its_notebooks_are_whole_and_nothing_else_is_left(room, name):
    folder = room.folder("autograded", name)
    files = sorted(path.name for path in folder.iterdir())
    notebooks = [NOTEBOOK, "2_test_layers.ipynb"]
    assert files == [STATE_FILE, *notebooks, "homework.py", "timestamp.txt"]
    assert [path.name for path in folder.parent.iterdir()] == ["tiny"]
    for notebook in notebooks:
        nbformat.validate(nbformat.read(folder / notebook, as_version=4))


@rows(ROWS)
def test_its_pages_are_whole(room, name):
    pages = list(room.folder("feedback", name).glob("*.html"))
    assert [page.name for page in pages] == ["tiny.html"]
    assert all(page.read_text().rstrip().endswith("</html>") for page in pages)


@rows(ROWS)
def test_the_metadata_of_the_source_wins(room, name):
    def marked(path):
        cells = nbformat.read(path, as_version=4).cells
        found = [cell.metadata.nbgrader for cell in cells if "nbgrader" in cell.metadata]
        return {marks["grade_id"]: marks for marks in found}

    source = marked(room.course.root / "source/tiny" / NOTEBOOK)
    handed_in = marked(room.folder("autograded", name) / NOTEBOOK)
    assert handed_in == {key: source[key] for key in handed_in}


@rows(ROWS)
def test_a_derivation_is_never_lost_and_never_graded_by_a_machine(room, name):
    """A person reads it exactly where the component's code counts and something was handed in."""
    row, works = room.scores[name], ROWS[name].points == FULL
    assert row.formula["double"].points == 0
    assert row.formula["double"].waits is (works and name != "derivation-missing")


@rows(ROWS)
def test_it_is_graded_and_the_exit_status_is_0(room, name, monkeypatch, capsys):
    monkeypatch.chdir(room.course.root)
    assert main(["grade", "tiny", "--student", name]) == 0


@rows(ROWS)
def test_check_says_the_same_as_the_class(room, check, name):
    done = check(room.folder("submitted", name))
    assert (done.status, done.verdict["score"]) == (0, ROWS[name].points)
    if name != "bomb-of-text":  # which has two ways to end
        assert done.verdict["problems"] == room.report.problems[name]


@pytest.mark.parametrize("name", ["truncated", "solution-missing", "exit-in-a-class"])
def test_check_alone_is_enough(room, name, monkeypatch, capsys):
    """With the judge that the command makes for itself."""
    monkeypatch.chdir(room.course.root)
    assert main(["check", str(room.folder("submitted", name)), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["score"] == ROWS[name].points


@pytest.mark.parametrize("name", ["aa-honest", "zz-honest"])
def test_the_others_get_full_marks(room, name):
    assert (room.scores[name].total, room.scores[name].waiting) == (FULL, ["double-formula"])


@pytest.mark.parametrize("name", ["aa-honest", "zz-honest"])
def test_nothing_is_said_about_the_others(room, name):
    assert room.report.problems[name] == []


def test_nobody_is_left_out(room):
    assert room.report.failures == {}
    assert sorted(room.report.graded) == sorted([*ROWS, "aa-honest", "zz-honest"])


def test_nothing_is_written_outside_of_the_course(room):
    assert sorted(room.course.root.parent.iterdir()) == room.before


def test_what_was_there_before_is_as_it_was(room):
    assert contents(room.course) == room.contents


def contents(course):
    """What grading only reads."""
    files = [
        path
        for step in ("source", "tests", "submitted")
        for path in (course.root / step).rglob("*")
    ]
    return {path: path.read_bytes() for path in files if path.is_file() and path.suffix != ".pyc"}


# ---------------------------------------------------------------------------------------
# What a method returns

OBJECT = "np.array([[object()]])"
RETURNS = {
    "nothing": ("None", "type"),
    "list": ("(2 * x).tolist()", "type"),
    "list-of-an-array": ("[2 * x]", "type"),
    "tuple": ("(2 * x, x)", "type"),
    "dict": ("{'output': 2 * x}", "type"),
    "text": ("str(2 * x)", "type"),
    "bytes": ("(2 * x).tobytes()", "type"),
    "set": ("{1.0}", "type"),
    "function": ("lambda: 2 * x", "type"),
    "class": ("Double", "type"),
    "itself": ("self", "type"),
    "generator": ("(row for row in 2 * x)", "type"),
    "module": ("np", "type"),
    "huge-number": ("10**400", "type"),
    "complex": ("2 * x + 0j", "type"),
    "objects": ("(2 * x).astype(object)", "type"),
    "texts": ("(2 * x).astype(str)", "type"),
    "dates": ("x.astype('datetime64[s]')", "type"),
    "records": ("np.zeros(x.shape, dtype=[('a', float)])", "type"),
    "matrix": ("np.matrix(2 * x)", "type"),
    "masked": ("np.ma.masked_array(2 * x)", "type"),
    "too-much": ("np.zeros((5000, 5000))", "type"),
    "number": ("2.0", "shape"),
    "integer": ("6", "shape"),
    "truth": ("True", "shape"),
    "scalar": ("np.float64(6.0)", "shape"),
    "one-axis-less": ("(2 * x)[0]", "shape"),
    "one-axis-more": ("(2 * x)[None]", "shape"),
    "no-rows": ("(2 * x)[:0]", "shape"),
    "no-columns": ("(2 * x)[:, :0]", "shape"),
    "no-rows-of-much": ("np.zeros((0, 1 << 25, 1 << 25))", "shape"),
    "too-many": ("np.zeros((3000, 1000))", "shape"),
    "very-many-axes": ("np.reshape(x[:1, :1], (1,) * 40)", "shape"),
    "nan": ("2 * x * np.nan", "values"),
    "one-nan": ("np.where(np.arange(x.size).reshape(x.shape), 2 * x, np.nan)", "values"),
    "inf": ("2 * x + np.inf", "values"),
    "wrong-sign": ("-2 * x", "values"),
    "zeros": ("0 * x", "values"),
    "truths": ("x > 0", "values"),
    "integers": ("x.astype(int)", "values"),
    "slightly-off": ("2 * x + 0.01", "values"),
}
METHODS = {
    "class-missing": ("", "missing"),
    "class-deleted": ("class Double: pass\ndel Double", "missing"),
    "method-missing": ("class Double:\n    pass", "missing"),
    "method-of-another-name": ("class Double:\n    def Forward(self, x): return 2 * x", "missing"),
    "not-implemented": (
        "class Double:\n    def forward(self, x): raise NotImplementedError()",
        "missing",
    ),
    "argument-missing": ("class Double:\n    def forward(self): return 2", "raised"),
    "argument-too-many": (
        "class Double:\n    def __init__(self, n): pass\n    def forward(self, x): return 2 * x",
        "raised",
    ),
    "exception": ("class Double:\n    def forward(self, x): raise KeyError(3)", "raised"),
    "exit": ("class Double:\n    def forward(self, x): raise SystemExit", "raised"),
    "end": ("class Double:\n    def forward(self, x):\n        import os; os._exit(1)", "crashed"),
    "loop": ("class Double:\n    def forward(self, x):\n        while True: pass", "timeout"),
} | {
    f"returns-{name}": (f"class Double:\n    def forward(self, x): return {expression}", kind)
    for name, (expression, kind) in RETURNS.items()
}
GOOD = {
    "single": "(2 * x).astype(np.float32)",
    "long": "(2 * x).astype(np.longdouble)",
    "other-byte-order": "(2 * x).astype('>f8')",
    "fortran": "np.asfortranarray(2 * x)",
    "strided": "np.repeat(2 * x, 2, axis=1)[:, ::2]",
    "backwards": "(2 * x)[::-1][::-1]",
    "read-only": "np.broadcast_to(2 * x, x.shape)",
    "view-of-its-own-memory": "np.array(memoryview(2 * x))",
}


@pytest.fixture
def judged_double(judge, reference, tmp_path, check):
    """Judges Double with another text."""

    def judged(text):
        (tmp_path / NOTEBOOK).write_bytes(update(DOUBLE, source=text)(reference))
        return check(tmp_path).verdict["components"]

    return judged


@rows(METHODS)
def test_a_component_fails_with_the_kind_of_what_is_wrong(judged_double, name):
    text, kind = METHODS[name]
    double, _ = judged_double(text)
    assert not double["passed"] and double["code"]["score"] == 0
    assert {check["kind"] for check in double["checks"]} == {kind}


@rows(METHODS)
def test_what_is_wrong_with_one_component_costs_no_other(judged_double, name):
    _, add = judged_double(METHODS[name][0])
    assert add["passed"]


@rows(GOOD)
def test_the_memory_and_precision_of_an_array_cost_nothing(judged_double, name):
    double, _ = judged_double(f"class Double:\n    def forward(self, x): return {GOOD[name]}")
    assert double["passed"]
