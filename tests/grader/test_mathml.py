"""Formulas without the web: what becomes MathML, and what nobody may make of it."""

import re
import time
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from chainrule import mathml
from chainrule.feedback_cells import markdown
from chainrule.mathml import MAX_LENGTH, math

ALLOWED = {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle"}
ALLOWED |= {"msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd"}
ALLOWED |= {"mpadded", "mphantom", "menclose", "ms", "code"}


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(
    ("latex", "tags", "text"),
    [
        (r"\frac{\partial L}{\partial X}", ["mfrac"], "∂L∂X"),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", ["mtable", "mtr", "mtd"], "a=b=c"),
        (r"\begin{split} a &= b \end{split}", ["mtable"], "a=b"),
        (r"\begin{gathered} a \\ b \end{gathered}", ["mtable", "mtr"], "ab"),
        (r"\begin{equation} a = b \end{equation}", ["mo"], "a=b"),
        (
            r"\begin{cases} x & x > 0, \\[2pt] 0 & \text{else} \end{cases}",
            ["mtable"],
            "{xx>0,0else",
        ),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", ["mtable"], "(1234)"),
        (r"a \\ b", ["mtable"], "ab"),
        (r"\hat{\mathbf{x}}_i", ["mover", "msub"], "𝐱^i"),
        (r"\sum_{i=1}^N x_i", ["munderover"], "∑i=1Nxi"),
        (r"\left(\sum_i x\right)", ["munder"], "(∑ix)"),
        (r"\max_j x_j", ["munder"], "maxjxj"),
        (r"A \odot (G - r) \in \mathbb{R}^{N \times K}", ["msup"], "A⊙(G−r)∈ℝN×K"),
        (r"\operatorname{softmax}(X)", ["mo"], "softmax(X)"),
        ("a_1 < b_2", ["msub"], "a1<b2"),
        ("f'(x) = g''(x)", ["mrow"], "fʹ(x)=gʹʹ(x)"),
    ],
)
def test_formulas_of_derivations_become_mathml(latex, tags, text):
    found = Tags(math(latex, True))
    assert found.tags[0] == "math" and set(tags) <= set(found.tags)
    assert found.text.replace("\xa0", " ") == text


def test_columns_of_aligned_formulas_meet_at_the_sign():
    html = math(r"\begin{aligned} a &= b \end{aligned}", True)
    assert re.search(r'<mtd class="to-right">.*<mtd class="to-left">', html)


def test_what_is_bold_or_upright_in_latex_is_so_on_the_page():
    assert 'class="bold"' in math(r"\boldsymbol{\mu}")
    assert 'mathvariant="normal"' in math(r"\mathrm{d}x")


def test_all_formulas_of_the_homework_are_understood():
    from pathlib import Path

    import nbformat

    for path in Path(__file__).parents[2].glob("source/*/*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                html = markdown(cell.source)
                assert 'class="formula' not in html and "$" not in html.replace("\\$", "")


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\class{grader}{x}",
        r"\style{position:fixed}{x}",
        r"\cssId{pwned}{x}",
        r"\require{HTML}",
        r"\def\a{x}\def\b{\a\a}\b",
        r"\newcommand{\a}{x}\a",
        r"\unknown{x}",
        r"\left( x",
        r"\begin{foo} x \end{foo}",
        "a & b",
        "x^a^b",
        "x" * (MAX_LENGTH + 1),
        "{" * 3000,
        r"\sqrt" * 600 + "x",
        r"\frac{" * 500 + "x" + "}" * 500,
    ],
)
def test_what_is_not_understood_is_shown_as_written(latex):
    found = Tags(math(latex))
    assert found.tags == ["code"] and found.text == latex.strip()


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;script&gt;&#x3c;img src=x onerror=alert(1)&#x3e;}",
        r"</math><script>alert(1)</script>",
        r"<img src=x onerror=alert(1)>",
        r"\mathrm{<b>}",
        r"\operatorname{a}<svg onload=alert(1)>",
        r"\color{red}{x}\textcolor{url(http://x/)}{y}\colorbox{red}{z}",
        r"\text{</mtext></math><style>*{display:none}</style>}",
        "\"'><p id=pwned>x",
    ],
)
@pytest.mark.parametrize("display", [True, False])
def test_a_formula_makes_no_other_elements_and_no_attribute_that_acts(latex, display):
    found = Tags(math(latex, display))
    assert set(found.tags) <= ALLOWED
    names = {name for name, _ in found.attributes}
    assert not names & {"href", "src", "style", "id", "mathcolor", "mathbackground"}
    assert not any(name.startswith("on") for name in names)


@pytest.mark.parametrize("tag", ["script", "annotation-xml", "mglyph", "a"])
def test_elements_that_do_more_than_show_are_refused_whoever_makes_them(monkeypatch, tag):
    tree = ElementTree.fromstring(f"<math><mrow><{tag}>x</{tag}></mrow></math>")
    monkeypatch.setattr(mathml, "convert_to_element", lambda *_, **__: tree)
    assert Tags(math(f"an element {tag}")).tags == ["code"]


@pytest.mark.parametrize("space", [r"\hspace{500em}", r"\hspace{-90em}", r"\kern{99cm}"])
def test_a_formula_stays_within_its_line(space):
    assert not re.search(r"\d\dem|cm", math(f"a {space} b").partition("<code")[0])


@pytest.mark.parametrize(
    "latex",
    [
        r"\operatorname{" + " " * 3000,
        r"\text{" * 600,
        r"\verb|" * 500,
        r"\begin{matrix}" * 250,
        "%" * 3000,
        "x'" * 1900,
        r"\left(" * 500,
        "_a" * 1900,
    ],
)
def test_a_formula_written_to_take_long_takes_less_than_a_second(latex):
    start = time.process_time()
    math.__wrapped__(latex, True)
    assert time.process_time() - start < 1


def test_a_formula_in_a_pictures_text_stays_text():
    html = markdown('![$x < "y"$](attachment:gone.png) ![a $b^2$](data:image/png;base64,aGVsbG8=)')
    assert "<math" not in html.partition("<img")[2].partition(">")[0]
    assert 'alt="a b^2"' in html


def test_marks_of_formulas_that_a_student_writes_are_nothing():
    assert markdown("\ue0000\ue001 $x$ \ue0005\ue001").count("<math") == 1


def test_dollars_in_code_are_no_formulas():
    assert "<math" not in markdown("`$x$`\n\n```\n$y$\n```")
