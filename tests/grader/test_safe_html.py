"""What of a student's Markdown reaches the browser of the person who reads it."""

import pytest
from jinja2 import Environment

from chainrule.safe_html import markdown_to_safe_html

PICTURE = {"p.png": {"image/png": "aGVsbG8="}}


def render(source, attachments=PICTURE):
    environment = Environment()
    environment.filters["markdown2html"] = markdown_to_safe_html
    template = environment.from_string("{{ source | markdown2html }}")
    return template.render(source=source, cell={"attachments": attachments})


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("$a_1 < b_2$", "$a_1 &lt; b_2$"),
        ("$$\\frac{a}{b} & c$$", "$$\\frac{a}{b} &amp; c$$"),
        ("\\begin{align}x &= y\\\\z\\end{align}", "x &amp;= y\\\\z"),
        ("$\\hat{y} \\urladdr$", "$\\hat{y} \\urladdr$"),
        ("![a photo](https://example.org/p.png)", '<a href="https://example.org/p.png">a photo'),
        ("**bold** `a < b`", "<strong>bold</strong> <code>a &lt; b</code>"),
        ("[text](https://example.org)", '<a href="https://example.org">text</a>'),
        ("![photo](attachment:p.png)", 'src="data:image/png;base64,aGVsbG8="'),
        ("| a | b |\n|:-:|---|\n| 1 | 2 |", "text-align:center"),
        ("```python\nif x: pass\n```", '<span class="k">if</span>'),
    ],
)
def test_ordinary_answers_look_as_in_jupyter(source, html):
    assert html in render(source)


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "[x](javascript:alert(1))",
        "<a href='data:text/html,x'>x</a>",
        "<svg onload=alert(1)></svg>",
        "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
        "<style>body{display:none}</style>",
        "<iframe src='https://example.org'></iframe>",
        "<form action=/x><input name=a></form>",
        "<b onclick=alert(1)>x</b>",
        "<div style='position:fixed'>x</div>",
        "<base href='https://example.org'>",
        "$</script><script>alert(1)</script>$",
        "# x <script>alert(1)</script>",
        "$\\href{javascript:alert(1)}{x}$",
        "$$\\require{HTML} \\style{background:url(//example.org)}{x}$$",
        "$\\def\\x{\\href} \\bbox[border:1px]{x}$",
        "![x](https://example.org/pixel.png)",
        "<img src='https://example.org/pixel.png'>",
    ],
)
def test_nothing_that_acts_gets_through(source):
    html = render(source).lower()
    bad = ["<script", "onerror=", "<svg", 'href="javascript', 'href="data', "svg+xml", "<style"]
    bad += ["\\href", "\\style", "\\require", "\\bbox", 'src="http']
    bad += ["<iframe", "<form", "<input", "onclick=", "position", "<base"]
    assert not [text for text in bad if text in html]
