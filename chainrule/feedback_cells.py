"""Notebook cells as HTML that can do nothing: text, code, outputs and formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import inherit
from pygments.lexers import get_lexer_by_name
from pygments.lexers.python import PythonLexer
from pygments.token import Operator, Punctuation, Text

from .course import grade_id
from .magics import may_hold_magics
from .mathml import math
from .safe_html import Renderer, safe_html

MAX_MARKDOWN = 400_000  # characters on a page; what comes after is shown as it was written
_PICTURES = ("image/png", "image/jpeg")
_LATEX = re.compile(r"\s*(\$\$?|\\\[)(?P<body>.*?)(\$\$?|\\\])\s*", re.DOTALL)


@dataclass(frozen=True)
class CellView:
    """One cell of a page."""

    number: int
    kind: str  # text, code or raw
    grade_id: str
    html: Markup
    outputs: tuple[Markup, ...]


def cell_views(notebook: NotebookNode) -> Iterator[CellView]:
    """The cells of an autograded notebook that hold something, with their numbers in it."""
    left = MAX_MARKDOWN
    for index, cell in enumerate(notebook.cells, 1):
        name = grade_id(cell)
        outputs: tuple[Markup, ...] = ()
        if cell.cell_type == "markdown":
            left -= len(cell.source)
            kind = "text"
            html = _markdown(cell) if left >= 0 else _plain(cell.source)
        elif cell.cell_type == "code":
            kind, html = "code", code(cell.source)
            outputs = tuple(_outputs(cell.outputs, index))
        else:
            kind, html = "raw", _plain(cell.source)
        if cell.source.strip() or outputs or name:
            yield CellView(index, kind, name, html, outputs)


def _plain(text: str) -> Markup:
    return Markup(f"<pre>{escape(text)}</pre>")


def _markdown(cell: NotebookNode) -> Markup:
    attachments = cell.get("attachments")
    return rendered(cell.source, attachments) if attachments else markdown(cell.source)


@lru_cache(maxsize=2000)  # the text of a homework is the same for everybody
def markdown(source: str) -> Markup:
    """Markdown as HTML, its formulas as MathML."""
    return rendered(source, {})


class _WithFormulas(Renderer):
    """Leaves a mark where a formula stands: what cleans the HTML need not understand MathML."""

    def __init__(self, attachments: dict[str, Any]) -> None:
        super().__init__(attachments)
        self.formulas: list[tuple[str, bool]] = []  # (source, whether on a line of its own)

    def _mark(self, source: str, display: bool) -> str:
        self.formulas.append((source, display))
        return f"{_BEGIN}{len(self.formulas) - 1}{_END}"

    def block_math(self, body: str) -> str:
        return self._mark(body, True)

    def inline_math(self, body: str) -> str:
        return self._mark(body, False)

    def latex_environment(self, name: str, body: str) -> str:
        return self._mark(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        """Below the page's own headings."""
        return str(super().heading(text, min(level + 2, 6), **attributes))


# Two characters that nobody writes: they belong to no alphabet, and are taken out of the source.
_BEGIN, _END = "\ue000", "\ue001"
_MARKS = re.compile(f"[{_BEGIN}{_END}]")
_MARK = re.compile(f"{_BEGIN}(\\d+){_END}")
# A tag as the cleaner writes it, with its attributes in quotation marks.
_TAG = re.compile(r"""(<[a-zA-Z/!](?:[^<>"']|"[^"]*"|'[^']*')*>)""")


def rendered(source: str, attachments: dict[str, Any]) -> Markup:
    renderer = _WithFormulas(attachments)
    html = safe_html(_MARKS.sub("", source), renderer)
    formulas = renderer.formulas
    pieces = _TAG.split(html)
    for index, piece in enumerate(pieces):
        if index % 2:  # a tag: the text of a picture, for one, holds the formula as written
            piece = _MARK.sub(lambda match: escape(formulas[int(match[1])][0]), piece)
            pieces[index] = _picture(piece) if piece.startswith("<img") else piece
        else:
            pieces[index] = _MARK.sub(lambda match: _formula(*formulas[int(match[1])]), piece)
    return Markup("".join(pieces))


def _picture(tag: str) -> str:
    """A picture that is there, with words for those who do not see it."""
    if " src=" not in tag:
        return "<em>(a picture that is not part of the notebook)</em>"
    return tag if " alt=" in tag else f'<img alt="A picture without a description"{tag[4:]}'


def _formula(source: str, display: bool) -> str:
    return f'<span class="display">{math(source, True)}</span>' if display else math(source)


@lru_cache(maxsize=2000)
def code(source: str) -> Markup:
    """Highlighted Python."""
    # IPython's lexer takes three times as long, and i%6 for a magic.
    lexer = _ipython() if may_hold_magics(source.splitlines()) else _python()
    return Markup(f'<pre class="code">{highlight(source, lexer, _formatter())}</pre>')


@cache
def _ipython() -> Any:
    return get_lexer_by_name("ipython3")


class _Python(PythonLexer):  # type: ignore[misc]
    """Finds first what there is most of: its base tries some forty rules before these."""

    tokens = {  # noqa: RUF012
        "root": [
            (r"(?<=\S)[^\S\n]+", Text),
            (r"!=|==|<<|>>|:=|[-~+/*%=<>&^|]|\.(?!\d)", Operator),
            (r"[]{}:(),;[]", Punctuation),
            inherit,
        ]
    }


@cache
def _python() -> Any:
    return _Python()


@cache
def _formatter() -> Any:
    return HtmlFormatter(nowrap=True)


def _outputs(outputs: list[NotebookNode], number: int) -> Iterator[Markup]:
    for output in outputs:
        if output.output_type == "stream":
            kind = "stderr" if output.name == "stderr" else "stdout"
            yield Markup(f'<pre class="{kind}">{escape(output.text)}</pre>')
        elif output.output_type == "error":
            text = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
            yield Markup(f'<pre class="error">{escape(text)}</pre>')
        else:
            yield _data(output.get("data", {}), number)


def _data(data: dict[str, str], number: int) -> Markup:
    for kind in _PICTURES:
        if kind in data and re.fullmatch(r"[A-Za-z0-9+/=\s]+", data[kind]):
            content = "".join(data[kind].split())
            alt = escape(
                f"Picture made by cell {number}. {data.get('text/plain', '')[:80]}".strip()
            )
            return Markup(f'<img src="data:{kind};base64,{content}" alt="{alt}">')
    if match := _LATEX.fullmatch(data.get("text/latex", "")):
        return Markup(f'<span class="display">{math(match["body"], True)}</span>')
    text = data.get("text/plain", data.get("text/latex", ""))
    return Markup(f'<pre class="stdout">{escape(text)}</pre>')
