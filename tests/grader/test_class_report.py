"""The report on a class: its numbers against the database and the files, and its page."""

import json
import re
import sqlite3
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule import pictures, plots, report_page, voids
from chainrule.class_data import ClassData, Graded, History, read_class_data
from chainrule.class_report import class_page
from chainrule.cli import main
from chainrule.course_report import write_class_report, write_course_report
from chainrule.gradebook import open_gradebook, record
from chainrule.items import PartWork, component_items, mistakes, requirement_items
from chainrule.moments import Due
from chainrule.pictures import PALETTE
from chainrule.registration import register
from chainrule.report_page import write_page
from chainrule.roster import read_roster
from chainrule.scores import Score, StudentScores
from chainrule.settings import load_config, load_settings
from chainrule.state import MISSING, state_of
from chainrule.verdict import Check, Component

DUE = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)


@pytest.fixture(autouse=True)
def sketched(request, monkeypatch):
    """Pictures that take no time, but in the tests that look at them."""
    if "drawn" not in request.fixturenames:
        monkeypatch.setattr(pictures, "_settle", lambda figure: None)
        monkeypatch.setattr(pictures, "_svg", lambda figure: SKETCH)
        monkeypatch.setattr(pictures, "_png", lambda figure, title: b"")


SKETCH = '<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.fixture
def book(course, assignment):
    config = load_config(course.root)
    with open_gradebook(course, config) as gradebook:
        register(gradebook, course, assignment, DUE, config)
        yield gradebook


@pytest.fixture
def add(book, course, judged):
    """Records a verdict for a student as grading does."""

    def put(student, hours=10.0, message="wrong", left_out=(), **what):
        verdict = judged(**what)
        parts = tuple(
            replace(part, checks=tuple(_said(check, message) for check in part.checks))
            for part in verdict.components
        )
        verdict = replace(verdict, components=parts)
        due = roster_of(course).due("tiny", student)
        record(book, "tiny", student, verdict, DUE - timedelta(hours=hours), due)
        folder = course.root / "autograded" / student / "tiny"
        folder.mkdir(parents=True, exist_ok=True)
        state = state_of(verdict, "", [])
        outcomes = state.outcomes | {part: MISSING for part in left_out}
        replace(state, outcomes=outcomes).write(folder)

    return put


def roster_of(course):
    return read_roster(course, load_settings(load_config(course.root)))


def _said(check, message):
    return check if check.passed else replace(check, message=message)


@pytest.fixture
def data(book, course, assignment):
    def read():
        return read_class_data(book, course, assignment, roster_of(course))

    return read


@pytest.fixture
def page(book, course, assignment):
    """The text of the page that is written, and its folder."""

    def write(anonymous=False):
        path, _ = write_class_report(book, course, assignment, roster_of(course), anonymous)
        return path.read_text()

    return write


@pytest.fixture
def school(add):
    """A dozen students who differ, and one who has left a component out."""
    rng = np.random.default_rng(3)
    for number in range(12):
        passed = [name for name in ("double", "add") if rng.random() < 0.6]
        add(f"s{number:02}", hours=2.0 * number + 0.5, passed=passed)
    add("s12", passed=["add"], left_out=["double"])


def read_answer(book, student, points):
    """A person reads a derivation."""
    grade = book.find_grade("double-formula", "1_layers", "tiny", student)
    grade.manual_score, grade.needs_manual_grade = points, False
    book.db.commit()


# ---- numbers, worked out again from the database and from autograded/


def raw_rows(course):
    """(student, cell, points, waits, read) of every graded cell, by SQL alone."""
    query = """
        select submitted_assignment.student_id, base_cell.name,
               coalesce(grade.manual_score, grade.auto_score, 0) + coalesce(extra_credit, 0),
               needs_manual_grade, manual_score is not null and not needs_manual_grade
        from grade join base_cell on grade.cell_id = base_cell.id
        join submitted_notebook on grade.notebook_id = submitted_notebook.id
        join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
    """
    with sqlite3.connect(course.root / "gradebook.db") as database:
        return database.execute(query).fetchall()


def raw_checks(course):
    """Every component of every submission, as the files of autograded/ hold it."""
    for path in sorted((course.root / "autograded").glob("*/tiny/.chainrule.json")):
        state = json.loads(path.read_text())
        for part in state["components"]:
            yield path.parts[-3], state["outcomes"][part["id"]] != "missing", part


def test_points_and_answers_are_those_of_the_database(school, data, course, book):
    waiting = [name for name, cell, _, waits, _ in raw_rows(course) if waits]
    read_answer(book, waiting[0], 1.5)
    rows = raw_rows(course)
    for one in data().graded:
        mine = [row for row in rows if row[0] == one.scores.student]
        points = sum(row[2] for row in mine)
        left = sum(2.0 for row in mine if row[3])
        assert one.before_penalty == pytest.approx(points)
        assert one.scores.total == pytest.approx(points)
        assert one.possible == pytest.approx(points + left)
        assert one.read == {row[1] for row in mine if row[4]}
    assert sum(len(one.read) for one in data().graded) == 1


def test_items_are_those_of_the_files(school, data, course):
    passes = {}
    for student, _, part in raw_checks(course):
        passes.setdefault(student, {})[part["id"]] = part["passed"]
    double = np.array([row["double"] for row in passes.values()], float)
    add = np.array([row["add"] for row in passes.values()], float)
    assert 0 < double.sum() < 13 and 0 < add.sum() < 13
    found = {i.component: i for i in component_items(data().works, data().components)}
    expected = np.corrcoef(double, 1.5 * add)[0, 1]
    assert found["Double"].discrimination == pytest.approx(expected)
    assert found["Add"].discrimination == pytest.approx(expected)
    assert (found["Double"].met, found["Add"].met) == (double.sum(), add.sum())


def test_requirements_and_mistakes_are_those_of_the_files(school, data, course):
    counts, tried, met = Counter(), Counter(), Counter()
    for _, attempted, part in raw_checks(course):
        for check in part["checks"] if attempted else ():
            tried[part["title"]] += 1
            met[part["title"]] += check["passed"]
            if not check["passed"]:
                counts[part["title"], check["requirement"], check["kind"]] += 1
    assert counts and sum(tried.values()) == 25  # one left a component out
    found = mistakes(data().works, data().components)
    assert {(m.component, m.requirement, m.kind): m.students for m in found} == counts
    for item in requirement_items(data().works, data().components):
        assert (item.tried, item.met) == (tried[item.component], met[item.component])


def test_shares_of_points_are_those_of_the_database(school, data, course, book, page):
    rows = raw_rows(course)
    students = len({row[0] for row in rows})
    code = sum(row[2] for row in rows if row[1] == "add-tests") / (1.5 * students)
    waits = sum(2.0 for row in rows if row[1] == "double-formula" and row[3]) / (2 * students)
    table = cells_of(page(), "shares")
    assert ["Add", f"{100 * code:.0f} %", "", ""] in table
    (double,) = (row for row in table if row[0] == "Double")
    assert double[2:] == ["0 %", f"{100 * waits:.0f} %"]


# ---- who is in it


def test_who_handed_in_nothing_and_who_has_no_score_are_counted_apart(
    add, data, course, hand_in, page
):
    (course.root / "students.csv").write_text("id,name\nalder,Al\nyew,Yu\n")
    add("alder")
    hand_in("oak")
    assert (data().absent, data().not_graded) == (("yew",), ("oak",))
    assert [one.scores.student for one in data().graded] == ["alder"]
    assert "1 submission judged; 1 handed in without a score; 1 student handed in nothing" in page()


def test_voided_work_is_in_the_points_and_not_in_the_items(add, data, course, page):
    add("alder")
    add("birch", passed=["add"])
    voids.void(course.root, "tiny", "birch", "copied")
    assert len(data().graded) == 2 and len(data().works) == 1
    assert mistakes(data().works, data().components) == []
    assert "1 submission set to 0 by a decision" in page()


def test_work_without_checks_is_left_out_and_said(add, data, course, page):
    add("alder")
    add("birch")
    path = course.root / "autograded/birch/tiny/.chainrule.json"
    state = json.loads(path.read_text())
    del state["components"]
    path.write_text(json.dumps(state))
    assert len(data().works) == 1
    assert "1 submission without the outcome of each check" in page()


def test_late_work_has_no_points_and_is_in_the_items(add, data, page):
    add("alder", hours=-3)
    (one,) = data().graded
    assert one.late and one.scores.total == 0 and one.possible == 0 and one.before_penalty == 2.5
    assert len(data().works) == 1
    assert ["late", "1", "0", "2.5"] in cells_of(page(), "times")


def test_an_extension_moves_the_students_deadline_alone(add, data, course, page):
    (course.root / "students.csv").write_text("id,extension\nalder,tiny: 2026-11-22 23:59 UTC\n")
    add("alder", hours=-3)
    assert ["1 to 2 days before", "1", "1", "2.5"] in cells_of(page(), "times")


def test_who_waits_longest_comes_first(add, page):
    add("alder", hours=1)
    add("birch", hours=30)
    assert [row[0] for row in cells_of(page(), "waits")] == ["birch", "alder"]


@pytest.mark.parametrize("size", [0, 1, 2])
def test_a_class_of_any_size_has_a_page(add, page, size):
    for number in range(size):
        add(f"s{number}")
    html = page()
    assert f"{size} submission{'' if size == 1 else 's'} judged" in html
    assert ("<svg" in html) == (size > 0)


def test_below_ten_students_there_is_no_discrimination(add, page):
    for number in range(9):
        add(f"s{number}", passed=["add"] if number % 2 else ["double", "add"])
    assert "this takes a larger class" in page()
    assert cells_of(page(), "components")[0][5] == "fewer than 10 students"


# ---- the page


class _Reader(HTMLParser):
    """Collects tags, attributes, and the cells of tables by section."""

    def __init__(self):
        super().__init__()
        self.tags, self.ids, self.tables = [], [], {}
        self.section = self.cell = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        self.ids += [attrs["id"]] if "id" in attrs else []
        if tag == "section":
            self.section = attrs["id"]
        elif tag == "tr":
            self.tables.setdefault(self.section, []).append([])
        elif tag == "td":
            self.cell = ""

    def handle_data(self, text):
        if self.cell is not None:
            self.cell += text

    def handle_endtag(self, tag):
        if tag == "td":
            self.tables[self.section][-1].append(self.cell)
            self.cell = None


def read_html(html):
    reader = _Reader()
    reader.feed(html)
    return reader


def cells_of(html, section):
    """The rows of a section's table, without its head."""
    return read_html(html).tables[section][1:]


PARTS = (
    Component("one", "One", 1.0, 2.0, "2_test", "1_layers"),
    Component("two", "Two", 1.5, None, "2_test", None),
    Component("long", "Longer", 0.5, None, "2_test", None),
)
COST = "the cost is $2, not $3: a requirement whose words need a line of their own"


def made_up(number):
    """A student of a class that no gradebook holds."""
    checks = {part.id: [Check("a", "r", number % 3 > 0, "values", "", True)] for part in PARTS}
    checks["long"] = [Check("b", COST, number % 4 > 0, "shape", "no\nhint: look", False)]
    passed = {name: all(check.passed for check in found) for name, found in checks.items()}
    code = {part.id: Score(part.code_points * passed[part.id], False) for part in PARTS}
    waits = passed["one"] and number % 2 == 0
    formula = {"one": Score(0.0 if waits else 1.5 * passed["one"], waits)}
    due = Due(DUE + timedelta(days=2 * (number == 5)), number == 5)
    moment = DUE + timedelta(hours=number - 11, days=-30 * (number == 1))
    row = StudentScores(f"student{number}", code, formula, 0.0, 0.0, 5.0, {})
    row = replace(row, handed_in=moment, due=due, due_now=due)
    work = {name: PartWork(True, passed[name], tuple(found)) for name, found in checks.items()}
    read = frozenset() if waits or not passed["one"] else frozenset({"one-formula"})
    return Graded(row, work, read, 2.0 * waits)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The page of a made-up class with all of its pictures, and the folder."""
    students = tuple(map(made_up, range(13)))
    data = ClassData("tiny", PARTS, DUE, UTC, students, (), ("absentee",), History(13))
    path = write_page(tmp_path_factory.mktemp("drawn"), class_page(data, anonymous=False))
    return path.read_text(), path.parent


def test_the_page_loads_nothing_and_runs_nothing(drawn):
    reader = read_html(drawn[0])
    tags = {tag for tag, _ in reader.tags}
    assert not tags & {"script", "link", "iframe", "img", "object", "embed", "form"}
    (policy,) = (a["content"] for t, a in reader.tags if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    for _, attrs in reader.tags:
        assert not any(name.startswith("on") for name in attrs)
        for name in ("href", "src", "xlink:href"):
            assert ":" not in (attrs.get(name) or "")


def test_what_the_page_refers_to_is_there_once(drawn):
    html, folder = drawn
    reader = read_html(html)
    assert [name for name, count in Counter(reader.ids).items() if count > 1] == []
    files = {path.name for path in folder.iterdir()}
    named = set(re.findall(r"url\(#([^)]+)\)", html))
    for tag, attrs in reader.tags:
        named |= {*(attrs.get("aria-labelledby") or "").split()}
        address = attrs.get("href") or attrs.get("xlink:href") or ""
        named |= {address[1:]} if address.startswith("#") else set()
        assert tag != "a" or address.startswith("#") or address in files
    assert named and named <= set(reader.ids)


def test_every_picture_has_a_title_a_description_and_a_file(drawn):
    html, folder = drawn
    assert html.count("<svg") == 8
    assert len(re.findall(r"<title id=", html)) == len(re.findall(r"<desc id=", html)) == 8
    files = list(folder.glob("*.png"))
    assert len(files) == 8
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in files)


def test_the_colours_of_pictures_are_those_of_the_page(drawn):
    pictures = "".join(re.findall(r"<svg.*?</svg>", drawn[0], re.S))
    assert {"ink", "blue", "orange"} <= set(re.findall(r"var\(--(\w+)\)", pictures)) <= set(PALETTE)
    styles = " ".join(re.findall(r'style="([^"]*)"', pictures))
    assert set(re.findall(r"#[0-9a-f]{6}", styles)) == set()
    for name, colour in PALETTE.items():
        assert f"--{name}: {colour};" in drawn[0]


def test_words_in_pictures_are_words_also_with_dollars(drawn):
    pictures = "".join(re.findall(r"<svg.*?</svg>", drawn[0], re.S))
    assert pictures.count(f"Longer: {COST}") >= 2


def test_what_students_and_rosters_say_is_text(add, course, page):
    (course.root / "students.csv").write_text("id,name\nalder,<b>Al</b>\n")
    add("alder")
    add("birch", passed=["double"], message="wrong\nhint: <script>alert($x$)</script>")
    html = page()
    assert "<b>" not in html and "<script" not in html
    assert "&lt;b&gt;Al" in html and "&lt;script&gt;alert($x$)" in html


def test_without_names_no_student_is_named_anywhere(add, course, page):
    (course.root / "students.csv").write_text("id,name\nalder,Alfred\nyewtree,Yolanda\n")
    add("alder")
    add("birchwood", hours=-5, passed=[])
    names = ("alder", "birchwood", "yewtree", "Alfred", "Yolanda")
    assert any(name in page() for name in names)
    assert not any(name in page(anonymous=True) for name in names)


def test_a_page_that_cannot_be_finished_leaves_the_old_one(school, page, course, monkeypatch):
    before = page()
    monkeypatch.setattr(report_page, "PAGE", "no/such/folder.html")
    with pytest.raises(OSError):
        page()
    assert (course.root / "reports/tiny/report.html").read_text() == before


# ---- the course and the command


def test_the_course_has_a_page_that_leads_to_the_others(book, course, add):
    add("alder")
    add("birch", passed=["add"])
    path, _ = write_course_report(book, course, roster_of(course), False)
    html = path.read_text()
    assert (path.parent / "../tiny/report.html").exists() and "../tiny/report.html" in html
    assert [row[0].strip() for row in cells_of(html, "students")] == ["birch", "alder"]
    assert cells_of(html, "assignments") == [["tiny", "2", "0", "0", "1", "44 %", "3.0"]]
    path, _ = write_course_report(book, course, roster_of(course), True)
    assert "alder" not in path.read_text()


def test_the_command_says_where_the_page_is_and_three_facts(school, course, monkeypatch, capsys):
    monkeypatch.chdir(course.root)
    assert main(["report", "tiny"]) == 0
    first, *facts = capsys.readouterr().out.splitlines()
    assert first == str(course.root / "reports/tiny/report.html")
    assert len(facts) == 3 and "to be read by a person" in facts[0]
    assert main(["report"]) == 0
    assert capsys.readouterr().out.startswith(str(course.root / "reports/whole-course"))
    assert main(["report", "nothing"]) == 2


# ---- bins


@given(st.lists(st.integers(0, 4000).map(lambda n: n / 100), max_size=60), st.integers(1, 40))
def test_bins_hold_everybody_once(values, top):
    edges = plots.bins(top)
    assert len(edges) <= 21 and edges[0] == 0 and edges[-1] >= top
    assert sum(plots.counted(values, edges)) == len(values)


@given(st.lists(st.integers(0, 160).map(lambda n: n / 8), max_size=60))
def test_bins_are_numpys(values):
    edges = plots.bins(20)
    assert plots.counted(values, edges) == np.histogram(values, edges)[0].tolist()
