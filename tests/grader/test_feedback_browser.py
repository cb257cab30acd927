"""The page in a real browser: on a phone, in the dark, on paper, and with hostile content."""

import json
import shutil
from dataclasses import replace

import pytest

from chainrule.classroom import grade
from chainrule.mathml import math
from chainrule.notebooks import new_output
from chainrule.verdict import Check
from tests.grader.conftest import FakeJudges, make_course, verdict_on

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

HOSTILE = (
    "<script>document.title='PWNED'</script><img src=x onerror=\"document.title='PWNED'\">"
    "<img src='data:image/png;base64,aGVsbG8='><img src='https://example.org/pixel.png'><iframe src='https://example.org'></iframe>"
    "<style>body{background:url(https://example.org/x.png)}</style>"
)
WIDE = "wide_" * 60
TEXT = f"""# {WIDE}

{HOSTILE}

{"word " * 80}{WIDE}

$${" + ".join(f"x_{{{i}}}" for i in range(60))}$$

Inline ${" + ".join(f"y_{{{i}}}" for i in range(40))}$ and `{WIDE}`.

| {" | ".join(WIDE[:30] for _ in range(8))} |
|{"---|" * 8}
| {" | ".join("cell" for _ in range(8))} |

$$f(x) = \\begin{{cases}} x & x > 0, \\\\ \\frac{{a}}{{b}} & \\text{{else}} \\end{{cases}}$$
"""


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    """The page of a submission that holds what is too wide, and what would act."""
    course = make_course(tmp_path_factory.mktemp("browser") / "course")
    folder = course.root / "submitted" / "alder" / "tiny"
    folder.mkdir(parents=True)
    shutil.copy(course.root / "source/tiny/1_layers.ipynb", folder)
    verdict = verdict_on(course.assignment("tiny"), passed=["double"], problems=[WIDE, HOSTILE])
    check = Check("test_x", f"forward: {WIDE}", False, "values", f"{HOSTILE} {WIDE}", False)
    parts = tuple(replace(p, checks=(check,)) if not p.passed else p for p in verdict.components)
    notebook = json.loads(verdict.notebooks["1_layers"])
    output = new_output("stream", name="stdout", text=f"{WIDE}\n{HOSTILE}")
    for cell in notebook["cells"]:
        cell["source"] = TEXT if cell["cell_type"] == "markdown" else f"x = '{WIDE}'"
        if cell["cell_type"] == "code":
            cell["outputs"] = [output]
    notebooks = verdict.notebooks | {"1_layers": json.dumps(notebook).encode()}
    verdict = replace(verdict, components=parts, notebooks=notebooks)
    report = grade(course, course.assignment("tiny"), executor=FakeJudges(lambda _: verdict))
    assert report.failures == {}
    return course.root / "feedback/alder/tiny/tiny.html"


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def look(browser, page_file):
    """Opens the page; ``look.noted`` has what it asked for and what the browser said about it."""

    def open_page(width=1200, scheme="light", media="screen"):
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        page.emulate_media(media=media)
        page.on("request", lambda request: open_page.requests.append(request.url))
        page.on("console", lambda message: open_page.said.append(message.text))
        page.goto(page_file.as_uri())
        return page

    open_page.requests, open_page.said = [], []
    yield open_page
    for context in browser.contexts:
        context.close()


@pytest.mark.parametrize("width", [320, 390, 768, 1200])
def test_nothing_is_wider_than_the_screen(look, width):
    page = look(width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = """() => [...document.querySelectorAll('main *')].filter(each => {
        for (let up = each; up; up = up.parentElement)
            if (getComputedStyle(up).overflowX !== 'visible') return false;
        return each.getBoundingClientRect().right > innerWidth + 1;
    }).map(each => each.outerHTML.slice(0, 80))"""
    assert page.evaluate(outside) == []


def test_it_asks_for_nothing_and_the_browser_has_nothing_to_say(look, page_file):
    page = look()
    assert [url for url in look.requests if not url.startswith("data:")] == [page_file.as_uri()]
    assert look.said == []
    assert "PWNED" not in page.title()


def test_formulas_are_drawn_by_the_browser(look):
    page = look()
    tall, flat = page.evaluate(
        "['mfrac', 'mi'].map(tag => document.querySelector('math ' + tag)"
        ".getBoundingClientRect().height)"
    )
    assert tall > 1.5 * flat > 0


@pytest.mark.parametrize(
    ("latex", "edge"),
    [
        ("\\begin{cases} x & y \\\\ x + y + z & y \\end{cases}", "left"),
        ("\\begin{aligned} x &= y \\\\ x + y + z &= y \\end{aligned}", "right"),
        ("\\begin{pmatrix} x & y \\\\ x + y + z & y \\end{pmatrix}", "centre"),
    ],
)
def test_columns_of_formulas_are_aligned_as_in_latex(browser, look, latex, edge):
    page = look()
    page.evaluate("html => document.querySelector('main').innerHTML = html", math(latex, True))
    upper, lower = page.evaluate(
        "[...document.querySelectorAll('mtd:first-child')].map(cell => {"
        " const boxes = [...cell.children].map(each => each.getBoundingClientRect());"
        " const [left, right] = [boxes[0].left, boxes.at(-1).right];"
        " return {left, right, centre: (left + right) / 2}; })"
    )
    edges = {name for name in upper if abs(upper[name] - lower[name]) < 1.5}
    assert edges == {edge}


CONTRAST = """() => {
    const context = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const light = colour => {
        context.clearRect(0, 0, 1, 1);
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).map(value => {
            value /= 255;
            return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = node => {
        for (; node; node = node.parentElement) {
            const colour = getComputedStyle(node).backgroundColor;
            if (colour !== 'rgba(0, 0, 0, 0)') return colour;
        }
        return 'rgb(255, 255, 255)';
    };
    const poor = new Set();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim()) continue;
        const [a, b] = [light(getComputedStyle(node).color), light(behind(node))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5) poor.add(`${node.tagName}.${node.className}: ${contrast.toFixed(2)}`);
    }
    return [...poor];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_what_is_behind_it(look, scheme):
    page = look(scheme=scheme)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")
    assert page.evaluate(CONTRAST) == []


def test_on_paper_it_is_light_and_nothing_is_cut_off(look):
    page = look(width=700, scheme="dark", media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    hidden = "[...document.querySelectorAll('nav, footer, .skip')].map(each => each.offsetHeight)"
    assert set(page.evaluate(hidden)) == {0}
    wraps = "[...document.querySelectorAll('pre')].filter(p => p.scrollWidth > p.clientWidth + 1)"
    assert page.evaluate(f"{wraps}.length") == 0


def test_a_screen_reader_finds_its_way(look):
    page = look()
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("heading", level=1).inner_text() == "tiny"
    assert page.get_by_role("navigation", name="On this page").get_by_role("link").count() >= 3
    table = page.get_by_role("table", name="Points by component")
    assert table.get_by_role("columnheader").count() == 4
    assert table.get_by_role("rowheader").all_inner_texts() == ["Double", "Add"]
    assert page.locator("img:not([alt])").count() == 0
    levels = page.evaluate("[...document.querySelectorAll('h1,h2')].map(h => h.tagName)")
    assert levels[0] == "H1" and "H1" not in levels[1:]


def test_a_phone_keeps_the_tables_meaning(look):
    page = look(390)
    table = page.get_by_role("table", name="Points by component")
    assert table.get_by_role("rowheader").count() == 2
    labels = "getComputedStyle(document.querySelector('.parts td'), '::before').content"
    assert page.evaluate(labels) == '"Code"'
