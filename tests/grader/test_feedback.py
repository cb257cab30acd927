"""The page that a student gets back: what stands on it, what does not, and when it is made anew."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from chainrule import feedback as feedback_module
from chainrule import voids
from chainrule.classroom import feedback, grade
from chainrule.cli import main
from chainrule.course import find_course
from chainrule.errors import UsageError
from chainrule.feedback_cells import code
from chainrule.homework import HINT
from chainrule.notebooks import new_output
from chainrule.settings import load_config, load_settings
from chainrule.verdict import Check

BEFORE = datetime(2026, 11, 20, 12, tzinfo=UTC)
AFTER = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = datetime(2026, 12, 24, 12, tzinfo=UTC)
PUBLIC = Check("forward: one number", "forward: one number", True, "", "", False)
HIDDEN = Check(
    "test_far_away",
    "forward: far from 0",
    False,
    "values",
    f"7 of 8 values differ, by 0.61 at most{HINT}a factor of 1.5 is missing",
    True,
)
OTHER = replace(HIDDEN, name="test_again", requirement="forward: another batch")


@pytest.fixture
def at(monkeypatch):
    """Sets what the clock says to pages."""

    def set_to(moment):
        monkeypatch.setattr(feedback_module, "now", lambda: moment)

    set_to(AFTER)
    return set_to


@pytest.fixture
def run(course, assignment, fake_judges, judged, at):
    """Grades the class, with Add failed and Double right, unless another verdict is given."""

    def grade_all(verdict=None, **options):
        verdict = verdict or failing(judged, HIDDEN, OTHER)
        return grade(course, assignment, executor=fake_judges(lambda _: verdict), **options)

    return grade_all


def failing(judged, *checks, **options):
    """A verdict in which Add fails these checks."""
    verdict = judged(passed=["double"], **options)
    parts = [
        replace(part, checks=(PUBLIC, *checks)) if not part.passed else part
        for part in verdict.components
    ]
    return replace(verdict, components=tuple(parts))


def with_cells(verdict, **cells):
    """The verdict with these changes of the notebook's cells, by their ids."""
    notebook = json.loads(verdict.notebooks["1_layers"])
    for cell in notebook["cells"]:
        cell |= cells.get(cell["id"].replace("-", "_"), {})
    notebooks = verdict.notebooks | {"1_layers": json.dumps(notebook).encode()}
    return replace(verdict, notebooks=notebooks)


def path_of(course, student="alder"):
    return course.root / "feedback" / student / "tiny" / "tiny.html"


def page(course, student="alder"):
    return BeautifulSoup(path_of(course, student).read_text(), "html.parser")


def words(node):
    return " ".join(node.get_text(" ").split())


def card(soup, title):
    return words(soup.find("dt", string=title).find_next("dd"))


def line(soup, title):
    """The cells of one component's line in the table."""
    (row,) = [row for row in soup.select(".parts tbody tr") if words(row.th) == title]
    return [words(cell) for cell in row.find_all("td")]


def set_in_config(course, text):
    path = course.root / "nbgrader_config.py"
    path.write_text(f"{path.read_text()}\n{text}\n")


def person(course, points, comment=None, cell="double-formula", notebook="1_layers"):
    """What a person does in the formgrader."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        row = gradebook.find_grade(cell, notebook, "tiny", "alder")
        row.manual_score, row.needs_manual_grade = points, False
        if comment:
            gradebook.find_comment(cell, notebook, "tiny", "alder").manual_comment = comment
        gradebook.db.commit()


# ---- the summary


def test_it_says_what_each_component_got_and_of_how_much(course, run, hand_in):
    hand_in("alder")
    run()
    soup = page(course)
    assert line(soup, "Double") == ["✓ 1 of 1 passed", "… ? of 2 waits for a person", "1 of 1"]
    assert line(soup, "Add")[0] == "✗ 0 of 1.5 failed"
    assert line(soup, "Add")[2] == "1 of 3"


def test_it_says_the_sum_and_the_mark_and_what_may_be_added(course, run, hand_in):
    hand_in("alder")
    run()
    assert card(page(course), "Points") == "1 of 4.5 up to 2 more when a person has read"
    assert card(page(course), "Mark") == "1.3 of 10 so far"
    person(course, 2.0)
    run()
    assert card(page(course), "Points") == "3 of 4.5"
    assert card(page(course), "Mark") == "5.9 of 10"


def test_it_says_which_requirement_failed_and_how_and_gives_each_hint_once(
    course, run, hand_in, judged
):
    hand_in("alder")
    third = replace(HIDDEN, message=HIDDEN.message.replace("7 of 8", "1 of 9"))
    run(failing(judged, HIDDEN, OTHER, third))
    lost = page(course).select_one("#lost-add")
    text = words(lost)
    assert text.startswith("Add failed")
    assert "forward: far from 0 (hidden test)" in text and "forward: another batch" in text
    assert text.count("7 of 8 values differ, by 0.61 at most") == 1
    assert text.count("Hint: a factor of 1.5 is missing") == 1
    assert "forward: one number" not in text


def test_it_lists_the_derivations_that_wait_and_leads_to_them(course, run, hand_in):
    hand_in("alder")
    run()
    soup = page(course)
    (link,) = soup.select("section[aria-labelledby=waiting] a")
    assert words(link) == "Double"
    assert words(soup.select_one(link["href"])).startswith("Derive it")


def test_every_link_leads_to_something_on_the_page(course, run, hand_in):
    hand_in("alder")
    run()
    soup = page(course)
    targets = [link["href"] for link in soup.find_all("a")]
    assert len(targets) > 5
    assert all(target[0] == "#" and soup.find(id=target[1:]) for target in targets)


def test_a_page_without_losses_does_not_look_for_any(course, run, hand_in, judged):
    hand_in("alder")
    run(judged())
    soup = page(course)
    assert not soup.select("#lost, .lost, #notes") and soup.select("#waiting")


def test_it_says_when_it_was_handed_in_and_until_when_it_could_be(course, run, hand_in):
    hand_in("alder")
    hand_in("birch", timestamp=None)
    run()
    assert card(page(course), "Handed in") == "2026-11-20 12:00 UTC in time"
    assert card(page(course), "Deadline") == "2026-11-20 23:59 UTC"
    assert card(page(course, "birch"), "Handed in") == "at an unknown time"


def test_a_deadline_is_told_in_its_own_time_zone_too(course, run, hand_in):
    hand_in("alder")
    set_in_config(
        course, 'c.ChainruleSettings.deadlines = {"tiny": "2026-11-21 00:59 Europe/Prague"}'
    )
    run()
    deadline = "2026-11-21 00:59 Europe/Prague (2026-11-20 23:59 UTC)"
    assert card(page(course), "Deadline") == deadline


def test_a_late_submission_is_told_why_nothing_counts(course, run, hand_in):
    hand_in("alder", timestamp="2026-11-21 02:13 UTC")
    run()
    soup = page(course)
    assert "Handed in too late. It came 2 h 14 min after the deadline" in words(soup)
    assert card(soup, "Points") == "0 of 4.5"
    assert not soup.select("#waiting")


def test_points_are_never_less_than_none(course, run, hand_in):
    hand_in("alder", timestamp="2026-11-21 02:13 UTC")
    run()
    # What the penalty took away is gone as well.
    person(course, 0.0, cell="double-tests", notebook="2_test_layers")
    run()
    assert card(page(course), "Points") == "0 of 4.5"


def test_an_extension_is_named_and_counts(course, run, hand_in):
    (course.root / "students.csv").write_text(
        'id,name,extension\nalder,"Alder, Ada",tiny: 2026-11-21 23:59 UTC\n'
    )
    hand_in("alder", timestamp="2026-11-21 02:13 UTC")
    run()
    soup = page(course)
    assert card(soup, "Deadline") == "2026-11-21 23:59 UTC, with an extension"
    assert card(soup, "Points").startswith("1 of 4.5")
    assert words(soup.select_one(".who")) == "Ada Alder alder"


def test_a_decision_that_nothing_counts_shows_its_reason(course, run, hand_in):
    hand_in("alder")
    run()
    voids.void(course.root, "tiny", "alder", "the same work as another's, see our mail")
    run()
    soup = page(course)
    assert "counts nothing. the same work as another's, see our mail" in words(soup)
    assert card(soup, "Points") == "0 of 4.5"
    assert not soup.select("#waiting")


def test_problems_that_a_student_can_mend_are_told_and_suspicions_are_not(
    course, run, hand_in, judged
):
    hand_in("alder")
    cell = "1_layers.ipynb, cell 5 (1 / 0): ZeroDivisionError: division by zero"
    odd = "1_layers.ipynb, cell 6 uses inspect: look at it before you trust the gradients"
    run(judged(problems=[cell, odd]))
    text = words(page(course))
    assert cell in text and "trust" not in text and "inspect" not in text


# ---- the notebooks


def test_it_shows_the_students_notebook_with_points_and_comments(course, run, hand_in, judged):
    hand_in("alder")
    verdict = failing(judged, HIDDEN)
    note = [replace(c, comment="No response.") for c in verdict.comments]
    run(replace(verdict, comments=tuple(note)))
    person(course, 1.5, "Where is the **sum**? $\\sum_i x_i$")
    run()
    soup = page(course)
    cell = soup.select_one("#cell-double-formula")
    assert words(cell.select_one(".score")) == "1.5 of 2"
    assert words(cell.select_one(".person")).startswith("Your grader writes Where is the sum ?")
    assert cell.select_one(".person math") and cell.select_one(".automatic").text == "No response."
    assert words(soup.select_one("#cell-add-solution .score")) == "Add: 0 of 1.5"
    assert "def forward" in soup.select_one("#cell-add-solution pre").text
    assert [words(h) for h in soup.select(".notebook > h2")] == ["1_layers.ipynb"]


def test_outputs_pictures_and_errors_are_shown(course, run, hand_in, judged):
    hand_in("alder")
    outputs = [
        new_output("stream", name="stdout", text="hello <there>"),
        new_output("display_data", data={"image/png": "aGVsbG8=", "text/plain": "<Figure>"}),
        new_output("display_data", data={"text/latex": "$\\frac{a}{b}$"}),
        new_output("error", ename="ValueError", evalue="x", traceback=["ValueError: x"]),
    ]
    run(with_cells(judged(), double_solution={"outputs": outputs}))
    cell = page(course).select_one("#cell-double-solution")
    assert [pre.text for pre in cell.select(".output pre")] == ["hello <there>", "ValueError: x"]
    assert cell.img["src"] == "data:image/png;base64,aGVsbG8="
    assert cell.img["alt"] == "Picture made by cell 4. <Figure>"
    assert cell.select_one(".output math mfrac")


@pytest.mark.parametrize("name", find_course(Path(__file__).parent).assignments())
def test_code_is_coloured_as_in_a_notebook(name):
    assignment = find_course(Path(__file__).parent).assignment(name)
    for notebook in assignment.notebooks.values():
        for cell in notebook.cells:
            if cell.cell_type == "code":
                in_a_notebook = highlight(
                    cell.source, get_lexer_by_name("ipython3"), HtmlFormatter(nowrap=True)
                )
                assert code(cell.source) == f'<pre class="code">{in_a_notebook}</pre>'


def test_a_magic_is_coloured_as_in_a_notebook():
    assert '<span class="o">%</span><span class="k">time</span>' in code("x = 1\n%time x")


def test_code_is_coloured_as_python_whatever_stands_in_it():
    source = "\n".join(
        (
            "@wraps(f)",
            "def f(x: int = .5, *, y=1.) -> None:  # a comment",
            '    """A text"""',
            "    i = i%6; a[...] = x.y @ z[1:, ::2] if not x else -1.5e-3j",
            "    return f'{x:>{width}} and {y!r}', r'\\d', b'x', '%s of %d' % (x, y)",
            "match x:",
            "    case [1, _]: pass",
            "lambda x, /: (yield)",
            "x\\",
            "  .y",
        )
    )
    coloured = highlight(source, get_lexer_by_name("python"), HtmlFormatter(nowrap=True))
    assert code(source) == f'<pre class="code">{coloured}</pre>'


def test_a_page_is_rendered_without_nbgrader():
    """Its import would take longer than the pages of most classes."""
    program = "import sys, chainrule.feedback_page; print('nbgrader' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().strip() == "False"


# ---- what must not be on it


def test_no_hidden_test_no_path_and_nobody_else_is_on_it(course, run, hand_in):
    hand_in("alder")
    hand_in("birch")
    run()
    text = path_of(course).read_text()
    secrets = ["run_hidden_tests", "rng.normal", "np.array([[6.0]])", "test_double.py", "birch"]
    secrets += [str(course.root), "/home", "/usr"]
    assert [secret for secret in secrets if secret in text] == []


def test_it_needs_nothing_from_elsewhere_and_runs_nothing(course, run, hand_in):
    hand_in("alder")
    run()
    soup = page(course)
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert not soup.find_all(["script", "link", "iframe", "object", "form", "base"])
    assert not soup.find_all(src=re.compile("^(?!data:image/)"))
    assert not re.search(r"@import|url\(", soup.style.text)


HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)></style></title>"
    "<p id=lost-add class='person'>Your grader writes</p>"
)


def test_what_a_student_or_a_grader_writes_stays_text(course, run, hand_in, judged):
    hand_in("alder")
    check = replace(HIDDEN, message=HOSTILE, requirement=HOSTILE)
    verdict = with_cells(
        failing(judged, check, problems=[HOSTILE]),
        double_formula={"source": f"{HOSTILE}\n\n${HOSTILE}$\n\n# {HOSTILE}"},
        double_solution={
            "source": HOSTILE,
            "outputs": [new_output("stream", name="stdout", text=HOSTILE)],
        },
        title={"cell_type": "raw", "source": HOSTILE},
    )
    comments = tuple(replace(c, comment=HOSTILE) for c in verdict.comments)
    run(replace(verdict, comments=comments))
    person(course, 1, HOSTILE)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.find_student("alder").first_name = HOSTILE
        gradebook.db.commit()
    run()
    soup = page(course)
    assert not soup.find_all("script") and len(soup.find_all("style")) == 1
    assert not [tag for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on")]
    assert len(soup.find_all(id="lost-add")) == 1
    assert len(soup.select(".person")) == 1
    assert not soup.select("img[src=x]")


# ---- what is told when


def told(course):
    return words(page(course).select_one("#lost-add"))


def test_before_the_deadline_hidden_tests_tell_no_magnitudes(course, run, hand_in, at):
    at(BEFORE)
    hand_in("alder")
    run()
    assert "forward: far from 0" in told(course) and "the values are wrong" in told(course)
    assert not re.search("0.61|7 of 8|1.5 is|test_far_away", told(course))


def test_after_the_deadline_they_tell_how_far_off_and_not_what_they_are_called(
    course, run, hand_in
):
    hand_in("alder")
    run()
    assert "0.61" in told(course) and "test_far_away" not in told(course)


def test_after_publication_they_tell_their_names(course, run, hand_in, at):
    set_in_config(course, 'c.ChainruleSettings.published = {"tiny": "2026-12-01 09:00 UTC"}')
    hand_in("alder")
    run()
    assert "test_far_away" not in told(course)
    at(LATER)
    assert run().graded == []
    assert "test_far_away" in told(course)


def test_as_long_as_anybody_may_hand_in_it_is_before_the_deadline(course, run, hand_in, at):
    set_in_config(course, 'c.ChainruleSettings.published = {"tiny": "2026-11-21 09:00 UTC"}')
    (course.root / "students.csv").write_text("id,extension\nbirch,tiny: 2026-11-30 23:59 UTC\n")
    hand_in("alder")
    report = run()
    assert "0.61" not in told(course)
    assert report.phase.startswith("before the deadline; the last deadline is 2026-11-30 23:59 UTC")


@pytest.mark.parametrize(
    ("words_shown", "there", "gone"),
    [
        ([], ["2 hidden tests failed"], ["far from 0", "0.61", "test_far_away", "values"]),
        (["names"], ["a hidden test (test_far_away)"], ["far from 0", "0.61"]),
        (["magnitudes"], ["a hidden test", "0.61"], ["far from 0", "test_far_away"]),
        (["requirements"], ["far from 0"], ["0.61", "test_far_away"]),
    ],
)
def test_the_course_decides_what_is_told(course, run, hand_in, words_shown, there, gone):
    set_in_config(course, f'c.ChainruleSettings.feedback = {{"after": {words_shown}}}')
    hand_in("alder")
    run()
    assert [text for text in there if text not in told(course)] == []
    assert [text for text in gone if text in path_of(course).read_text()] == []


def test_checks_that_students_have_are_always_told_in_full(course, run, hand_in, judged):
    set_in_config(course, 'c.ChainruleSettings.feedback = {"after": []}')
    hand_in("alder")
    run(failing(judged, replace(HIDDEN, hidden=False)))
    assert "far from 0" in told(course) and "0.61" in told(course)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ('{"befor": ["names"]}', "befor.*before, after, published"),
        ('{"after": ["nmaes"]}', "nmaes.*names, requirements, magnitudes"),
        ('{"after": "names"}', "no list"),
        ('["names"]', "feedback"),
    ],
)
def test_unknown_words_are_refused(course, run, setting, said):
    set_in_config(course, f"c.ChainruleSettings.feedback = {setting}")
    with pytest.raises(UsageError, match=said):
        run()


def test_a_publication_without_time_zone_is_refused(course):
    set_in_config(course, 'c.ChainruleSettings.published = {"tiny": "2026-12-01 09:00"}')
    with pytest.raises(UsageError, match=r"publication.*time zone"):
        load_settings(load_config(course.root))


def test_the_publication_of_an_assignment_that_there_is_not_is_refused(course, run):
    set_in_config(course, 'c.ChainruleSettings.published = {"tny": "2026-12-01 09:00 UTC"}')
    with pytest.raises(UsageError, match="'tny', which is no assignment"):
        run()


# ---- when it is made anew


def test_a_page_is_left_alone_as_long_as_it_says_what_it_would_say_now(course, run, hand_in):
    hand_in("alder")
    run()
    before = path_of(course).stat()
    assert run().written == []
    assert path_of(course).stat().st_mtime_ns == before.st_mtime_ns


def test_what_a_person_gives_reaches_the_page_when_the_class_is_graded_again(course, run, hand_in):
    hand_in("alder")
    hand_in("birch")
    run()
    person(course, 1.25)
    report = run()
    assert (report.graded, report.written) == ([], ["alder"])
    assert line(page(course), "Double")[1] == "◐ 1.25 of 2 read by a person"


def test_the_command_writes_pages_anew_and_judges_nothing(course, assignment, run, hand_in):
    hand_in("alder")
    hand_in("birch")
    run()
    person(course, 2)
    path_of(course, "birch").write_text("broken")
    assert feedback(course, assignment, ["birch"]).written == ["birch"]
    assert "? of 2" in line(page(course), "Double")[1]
    assert feedback(course, assignment).written == ["alder", "birch"]
    assert "2 of 2" in line(page(course), "Double")[1]


def test_the_command_names_who_was_not_graded(course, assignment, run, hand_in):
    hand_in("alder")
    run()
    hand_in("birch")
    report = feedback(course, assignment)
    assert report.written == ["alder"] and "grade" in report.failures["birch"]
    assert not path_of(course, "birch").exists()
    with pytest.raises(UsageError, match="no submission"):
        feedback(course, assignment, ["cedar"])


def test_the_command_says_what_is_told_and_exits_with_1_if_a_page_is_missing(
    course, run, hand_in, capsys, monkeypatch
):
    monkeypatch.chdir(course.root)
    hand_in("alder")
    run()
    assert main(["feedback", "tiny", "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("1 page written to feedback/: after the deadline;")
    hand_in("birch")
    assert main(["feedback", "tiny", "--quiet", "--student", "birch"]) == 1
    assert capsys.readouterr().out.startswith("birch  has no feedback: ")
    assert main(["feedback", "tiny", "--student", "cedar"]) == 2


def test_what_was_not_attempted_is_said_once_and_not_for_each_requirement(
    course, run, hand_in, judged
):
    hand_in("alder")
    check = replace(HIDDEN, kind="missing", message="Add is not defined", hidden=False)
    other = replace(check, requirement="backward: another")
    verdict = judged(passed=["double"])
    parts = [
        part if part.passed else replace(part, checks=(check, other)) for part in verdict.components
    ]
    note = tuple(replace(c, comment="No response.") for c in verdict.comments)
    run(replace(verdict, components=tuple(parts), comments=note))
    assert told(course) == "Add not attempted Add is not defined"


def test_a_solution_in_another_cell_is_told_what_is_wrong_with_it(course, run, hand_in, judged):
    hand_in("alder")
    verdict = failing(judged, HIDDEN)
    note = tuple(replace(c, comment="No response.") for c in verdict.comments)
    run(replace(verdict, comments=note))
    assert "far from 0" in told(course) and "0.61" in told(course)
