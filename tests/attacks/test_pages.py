"""The pages that attackers hand in: nothing of theirs acts in the browser of who reads them."""

import json
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.attacks.arena import LAST, Aftermath
from tests.attacks.attack import Attack
from tests.attacks.attacks import ATTACKS
from tests.attacks.feedback import DO, HTML

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
# Elements that act, load, or change how the rest of a page looks.
ACTIVE = {
    *("script", "iframe", "object", "embed", "applet", "svg", "form", "input", "button"),
    *("textarea", "select", "base", "meta", "link", "style", "frame", "frameset", "video", "audio"),
    *("source", "template", "noscript", "portal", "marquee", "dialog"),
}
ADDRESSES = {"href", "src", "data", "action", "formaction", "background", "poster", "xlink:href"}
ADDRESSES |= {"srcset", "srcdoc", "ping", "cite", "longdesc"}
RUNNING = re.compile(r"(javascript|vbscript|livescript|data:(?!image/(png|jpeg|gif)[;,]))", re.I)
# What a formula may consist of: nothing of it leads elsewhere, runs, or ends the formula.
FORMULA = {
    *("math", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom", "mroot"),
    *("mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd"),
    *("mtext", "mtr", "munder", "munderover"),
}
OF_FORMULA = {
    *("accent", "accentunder", "depth", "display", "displaystyle", "fence", "form", "height"),
    *("largeop", "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits"),
    *("rspace", "separator", "stretchy", "symmetric", "width"),
}
CLASSES_OF_FORMULA = {"bold", "to-left", "to-right", "to-center"}
POLICY = re.compile(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>")
AT_ONCE = 80  # pages in one browser
each_page = pytest.mark.parametrize(
    "attack", [a for a in ATTACKS if a.graded], ids=[a.student for a in ATTACKS if a.graded]
)


class Page(HTMLParser):
    """Counts what could act, in formulas and outside of them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: Counter[str] = Counter()
        self.formulas = 0
        self.inside = ""  # script or style, or math
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        is_fingerprint = ("name", "chainrule") in attributes and len(attributes) == 2
        if tag in ACTIVE and not is_fingerprint:
            self.found[f"<{tag} {attributes}>"] += 1
        for name, value in attributes:
            address = re.sub(r"[\x00-\x20\x7f-\xa0]", "", value or "")
            if name.startswith("on") or (name == "id" and value == "pwned"):
                self.found[f"{name}={value}"] += 1
            if name in ADDRESSES and RUNNING.match(address):
                self.found[f"{name}={address[:60]}"] += 1
            if name == "style" and re.search(r"url|expression|position|@import", address):
                self.found[f"{name}={address}"] += 1
        if tag == "math":
            self.inside = tag
            self.formulas += 1
        if self.inside == "math":
            self._handle_formula(tag, attributes)
        elif tag in ("script", "style"):
            self.inside = tag

    handle_startendtag = handle_starttag

    def _handle_formula(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in FORMULA:
            self.found[f"<{tag}> in a formula"] += 1
        for name, value in attributes:
            ours = name == "class" and {*(value or "").split()} <= CLASSES_OF_FORMULA
            if name not in OF_FORMULA and not ours:
                self.found[f"{name}={value} in a formula"] += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == self.inside:
            self.inside = ""

    def handle_data(self, text: str) -> None:
        if self.inside in ("script", "style"):
            self.found[text.strip()] += 1


def pages(aftermath: Aftermath, student: str) -> dict[str, str]:
    return {
        path.name: text
        for path, text in aftermath.files(student).items()
        if path.suffix == ".html" and "feedback" in path.parts
    }


def test_what_acts_would_be_found() -> None:
    found = Page(f"<p>{HTML}</p><a href=' java\nscript:{DO}'>x</a>").found
    assert {"<script []>", "id=pwned", f"onerror={DO}", f"href=javascript:{DO}"} <= set(found)


@each_page
def test_there_are_pages(aftermath: Aftermath, attack: Attack) -> None:
    assert set(pages(aftermath, attack.student)) == {"tiny.html"}


@each_page
def test_nothing_acts_but_what_is_on_an_honest_page(aftermath: Aftermath, attack: Attack) -> None:
    honest = pages(aftermath, LAST)
    for name, text in pages(aftermath, attack.student).items():
        assert name in honest, "a page that the student wrote"
        assert Page(text).found - Page(honest[name]).found == Counter()


@each_page
def test_a_page_forbids_all_that_could_act(aftermath: Aftermath, attack: Attack) -> None:
    for text in pages(aftermath, attack.student).values():
        (policy,) = POLICY.findall(text.partition("<title>")[0])
        assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in policy


def test_formulas_are_drawn_without_a_script(aftermath: Aftermath) -> None:
    acting = next(a for a in ATTACKS if a.name == "markdown: formulas")
    (text,) = pages(aftermath, acting.student).values()
    assert Page(text).formulas > 0


@pytest.mark.skipif(not BROWSER, reason="there is no Chromium")
def test_a_real_browser_runs_nothing(aftermath: Aftermath, tmp_path: Path) -> None:
    """All pages in one browser, each in a frame; and one that shows that it would be noticed.

    They are looked at without their policy, which would hide what else keeps them harmless.
    """
    hostile = tmp_path / "hostile.html"
    hostile.write_text(f"<title>x</title><p>{HTML}</p>")
    paths = {str(hostile)}
    for attack in ATTACKS:
        if attack.group in ("feedback", "metadata", "judge", "protocol"):
            for name, text in pages(aftermath, attack.student).items():
                copy = tmp_path / f"{attack.student}-{name}"
                copy.write_text(POLICY.sub("", text))
                paths.add(str(copy))
    assert len(paths) > 100
    pwned: set[str] = set()
    everything = sorted(paths)
    for start in range(0, len(everything), AT_ONCE):
        # A folder for each, since a browser that has not quite ended blocks the next one.
        folder = tmp_path / str(start)
        folder.mkdir()
        pwned |= look(everything[start : start + AT_ONCE], folder)
    assert pwned == {str(hostile)}


def look(paths: list[str], folder: Path) -> set[str]:
    """Which of these pages have run something, or hold the attackers' element."""
    index = folder / "index.html"
    index.write_text(
        "<body><script>const paths = "
        + json.dumps(paths)
        + """
        const frames = paths.map(path => {
            const frame = document.createElement('iframe');
            frame.src = 'file://' + path.split('/').map(encodeURIComponent).join('/');
            document.body.append(frame);
            return frame;
        });
        setTimeout(() => {
            const pwned = paths.filter((path, i) => {
                const page = frames[i].contentDocument;
                return page.title.includes('PWNED') || page.getElementById('pwned');
            });
            const seen = frames.filter(frame => frame.contentDocument.body.innerHTML).length;
            document.body.innerHTML = '<pre></pre>';
            document.querySelector('pre').textContent = JSON.stringify([seen, pwned]);
        }, 4000);
        </script>"""
    )
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-web-security"]
    command += ["--allow-file-access-from-files", f"--user-data-dir={folder / 'profile'}"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=6000"]
    command += ["--dump-dom", f"file://{index}"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    found = re.search(r"<pre>(.*)</pre>", result.stdout)
    assert found, result.stderr[-2000:]
    seen, pwned = json.loads(found[1].replace("&lt;", "<").replace("&amp;", "&"))
    assert seen == len(paths)
    return set(pwned)
