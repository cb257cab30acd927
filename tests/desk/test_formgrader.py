"""The formgrader as a grader meets it: a real Jupyter server, and Chromium."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from chainrule.classroom import grade
from chainrule.course import Course
from tests.attacks.feedback import HTML

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

ROOT = Path(__file__).resolve().parents[2]
NAME = "nn_framework"
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
pytestmark = pytest.mark.skipif(not BROWSER, reason="there is no Chromium")

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9])\nplt.show()"
LATEX = "from IPython.display import Math\nMath(r'\\frac{a}{b}')"


def made_course(root):
    """The homework with four students: all right, SoftMax wrong, one who attacks, nothing done."""
    for name in ("source", f"tests/{NAME}"):
        shutil.copytree(ROOT / name, root / name, symlinks=False)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for student in ("alder", "birch", "cedar", "hazel"):
        shutil.copytree(ROOT / "examples/submitted" / student, root / "submitted" / student)
        # One notebook of each student waits, so that it is known which one is next.
        (root / "submitted" / student / NAME / "0_train_model.ipynb").unlink(missing_ok=True)
    edit_cells(root, "alder", append=[PLOT, LATEX])
    edit_cells(root, "hazel", {"elu-formula": lambda text: f"{text}\n\n{HTML}"})
    return Course(root)


def edit_cells(root, student, changes=(), append=()):
    """Hand in again, with these cells changed and this code added."""
    path = root / "submitted" / student / NAME / "1_modules.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in dict(changes):
            cell["source"] = dict(changes)[name]("".join(cell["source"]))
    for number, source in enumerate(append):
        cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
        notebook["cells"].append(cell | {"execution_count": None, "id": f"added-{number}"})
    path.write_text(json.dumps(notebook))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = made_course(tmp_path_factory.mktemp("desk") / "course")
    assert grade(course, course.assignment(NAME)).failures == {}
    return course


@pytest.fixture(scope="module")
def server(course):
    """The address with its token, as ``make formgrader`` prints it."""
    home = course.root.parent / "home"
    home.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "IPYTHON"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "chainrule.formgrader", "--no-browser"],
        cwd=course.root,
        env=environment | {"HOME": str(home)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    said = []
    address = ""
    for line in process.stderr:
        said.append(line)
        if found := re.search(r"http://\S+token=\w+", line):
            address = found[0]
            break
    assert address, "".join(said)
    parts = urlsplit(address)
    for _ in range(200):
        with suppress(OSError), closing(socket.create_connection((parts.hostname, parts.port))):
            break
        time.sleep(0.1)
    threading.Thread(target=said.extend, args=(process.stderr,), daemon=True).start()
    yield SimpleNamespace(address=address, said=said, process=process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def visit(server):
    """A grader's browser: opens a page of the formgrader, and remembers what went wrong."""
    base = "{0.scheme}://{0.netloc}".format(urlsplit(server.address))
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1500, "height": 1000})
        page.set_default_timeout(20_000)
        seen = SimpleNamespace(hosts=set(), errors=[])
        page.on("request", lambda request: seen.hosts.add(urlsplit(request.url).netloc))
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.goto(server.address)

        def to(path):
            page.goto(f"{base}/formgrader/{path}")
            page.wait_for_load_state("networkidle")
            return page

        to.seen, to.netloc, to.page = seen, urlsplit(base).netloc, page
        yield to
        chromium.close()


def query(course, sql, *values):
    with closing(sqlite3.connect(course.root / "gradebook.db")) as database:
        return database.execute(sql, values).fetchall()


GRADE = """
    select g.manual_score, g.needs_manual_grade, c.manual_comment
    from grade g join base_cell b on b.id = g.cell_id
    join submitted_notebook n on n.id = g.notebook_id
    join submitted_assignment s on s.id = n.assignment_id
    left join comment c on c.notebook_id = n.id and c.cell_id in
        (select id from base_cell where name = b.name and notebook_id = b.notebook_id)
    where s.student_id = ? and b.name = ?
"""


def page_of(course, student):
    sql = """select n.id from submitted_notebook n
             join submitted_assignment s on s.id = n.assignment_id
             join notebook b on b.id = n.notebook_id
             where s.student_id = ? and b.name = '1_modules'"""
    ((found,),) = query(course, sql, student)
    return f"submissions/{found}/"


def beside(page, name):
    return page.locator(f"#desk-{name}")


def shown_score(page, name):
    return page.locator(f"input#{name}")


def give(page, name, points, comment):
    """Type a score and a comment as a grader does; both are saved when the field is left."""
    with page.expect_response(lambda r: "/api/grade/" in r.url and r.request.method == "PUT"):
        shown_score(page, name).fill(points)
        shown_score(page, name).blur()
    with page.expect_response(lambda r: "/api/comment/" in r.url and r.request.method == "PUT"):
        page.locator(f"textarea#{name}-comment").fill(comment)
        page.locator(f"textarea#{name}-comment").blur()


def test_only_this_machine_can_reach_it_and_only_with_the_token(server):
    address = urlsplit(server.address)
    assert address.hostname == "127.0.0.1" and address.path == "/formgrader"
    listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    port = f":{address.port:04X}"
    hosts = {line.split()[1] for line in listening.splitlines()[1:] if port in line.split()[1]}
    assert hosts == {f"0100007F{port}"}


def test_the_list_of_assignments_has_the_homework(visit):
    page = visit("manage_assignments")
    assert page.locator("td.name", has_text=NAME).count() == 1


def test_the_list_for_manual_grading_marks_exactly_what_waits(visit, course):
    page = visit(f"gradebook/{NAME}/1_modules")
    page.get_by_text("Show All Names").click()
    rows = {
        row.locator("a.name-shown").inner_text(): row.locator(".needs-manual-grade span").count()
        for row in page.locator("#main-table tr").all()
    }
    assert rows == {"alder": 1, "birch": 1, "cedar": 0, "hazel": 1}


def test_formulas_plots_checks_and_rubric_stand_on_the_page(visit, course):
    page = visit(page_of(course, "alder"))
    pair = beside(page, "linear-formula")
    assert pair.locator(".text_cell_render math").count() > 10
    assert "$" not in pair.locator(".text_cell_render").inner_text()
    assert "Linear: all" in pair.locator("aside").inner_text()
    rubric = pair.locator("aside details")
    assert rubric.locator("li").count() == 3 and rubric.locator("math").count() > 3
    assert "Rubric: 1 points" in rubric.inner_text()
    left, right = pair.locator(".nbgrader_cell").bounding_box(), rubric.bounding_box()
    assert left["x"] + left["width"] <= right["x"], "not side by side"
    plot = page.locator(".output_png img")
    assert plot.count() == 1 and plot.evaluate("image => image.naturalWidth") > 100
    assert page.locator(".output_latex math mfrac").count() == 1


def test_the_derivation_of_failing_code_is_zero_and_nobody_is_asked(visit, course):
    page = visit(page_of(course, "birch"))
    waiting = page.locator(".desk-waits").all_inner_texts()
    assert "Linear" in waiting and "SoftMax" not in waiting and len(waiting) == 8
    score = shown_score(page, "softmax-formula")
    assert score.get_attribute("placeholder") == "0"
    assert "needs_manual_grade" not in score.get_attribute("class")
    assert "needs_manual_grade" in shown_score(page, "linear-formula").get_attribute("class")
    said = beside(page, "softmax-formula").locator("aside").inner_text()
    assert re.match(
        r"SoftMax: \d+ of \d+ checks failed\. The derivation counts only when all", said
    )


def test_a_photographed_derivation_is_shown(visit, course):
    page = visit(page_of(course, "hazel"))
    picture = beside(page, "softmax-formula").locator("img")
    assert picture.evaluate("image => image.naturalWidth") > 10


def test_nothing_that_a_student_wrote_acts(visit, course):
    page = visit(page_of(course, "hazel"))
    page.wait_for_timeout(300)
    assert "PWNED" not in page.title() and page.locator("#pwned").count() == 0
    assert beside(page, "elu-formula").locator(".text_cell_render iframe, script").count() == 0


def test_score_comment_next_and_feedback(visit, course):
    page = visit(page_of(course, "birch"))
    give(page, "linear-formula", "0.75", "The shape of $b$ is missing.")
    assert query(course, GRADE, "birch", "linear-formula") == [
        (0.75, 0, "The shape of $b$ is missing.")
    ]
    page.locator("a.desk-next").click()
    others = [page_of(course, student) for student in ("alder", "hazel")]
    page.wait_for_url(lambda url: any(url.endswith(other) for other in others))

    page = visit(f"manage_submissions/{NAME}")
    row = page.locator("#main-table tr", has=page.locator("a[href*='/birch/']"))
    row.locator(".generate-feedback a").click()
    page.locator(".modal-title", has_text="Success").wait_for()
    (feedback,) = (course.root / "feedback/birch" / NAME).glob("*.html")
    assert "is missing." in feedback.read_text() and ".75" in feedback.read_text()


def test_regrading_keeps_scores_and_says_what_has_changed(visit, course):
    page = visit(page_of(course, "alder"))
    for name in ("linear-formula", "softmax-formula"):
        give(page, name, "0.5", "Half.")
    edit_cells(course.root, "alder", {"linear-formula": lambda text: text + "\n\nOne more step."})
    assert grade(course, course.assignment(NAME), ["alder"]).graded == ["alder"]

    page = visit(page_of(course, "alder"))
    linear, softmax = (beside(page, name) for name in ("linear-formula", "softmax-formula"))
    assert linear.locator(".desk-changed").inner_text() == (
        "The answer has changed since it was graded."
    )
    assert softmax.locator(".desk-changed").inner_text() == "Unchanged since it was graded."
    waiting = page.locator(".desk-waits").all_inner_texts()
    assert "Linear" in waiting and "SoftMax" not in waiting
    assert shown_score(page, "linear-formula").input_value() == "0.5"
    assert query(course, GRADE, "alder", "softmax-formula") == [(0.5, 0, "Half.")]

    linear.locator("button.mark-graded").click()
    page.locator("input#linear-formula:not(.needs_manual_grade)").wait_for()
    page = visit(page_of(course, "alder"))
    assert beside(page, "linear-formula").locator(".desk-changed").count() == 0


def test_a_rubric_is_on_no_page_of_a_student(course):
    secret = "so the sum goes over the outputs"
    assert secret in (course.root / f"tests/{NAME}/rubrics.md").read_text()
    for path in course.root.rglob("*"):
        if path.suffix in (".html", ".ipynb", ".json"):
            assert secret not in path.read_text(), path


def test_no_script_failed_and_nothing_came_from_elsewhere(visit):
    assert visit.seen.errors == []
    assert {host for host in visit.seen.hosts if host} == {visit.netloc}
