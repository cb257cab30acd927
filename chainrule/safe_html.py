"""Markdown written by students, as HTML that can do nothing in the reader's browser."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from .text import harmless_latex

_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "img": {"alt", "height", "src", "title", "width"},
    "ol": {"start"},
    "td": {"align", "style"},
    "th": {"align", "style"},
    # The highlighting of code.
    "code": {"class"},
    "div": {"class"},
    "pre": {"class"},
    "span": {"class"},
}
_PLAIN = """
    abbr b blockquote br dd del details dl dt em h1 h2 h3 h4 h5 h6 hr i kbd li p s strong sub
    summary sup table tbody thead tr u ul
"""
_OF_CODE = re.compile(r"highlight|language-[\w+#.-]+|[a-z]{1,2}[a-z0-9]?")
# None from elsewhere: it would tell its owner who reads the page, and when.
_IMAGES = ("data:image/png;", "data:image/jpeg;", "data:image/gif;")


def _allowed(tag: str, name: str, value: str) -> bool:
    if tag == "a" and name == "href" and value.strip().lower().startswith("data:"):
        return False
    if tag == "img" and name == "src":
        return value.strip().lower().startswith(_IMAGES)
    if name == "class" and not all(map(_OF_CODE.fullmatch, value.split())):
        return False  # a class of the page's own would look like a word of the grader's
    return name in _ATTRIBUTES.get(tag, ())


_cleaner = bleach.Cleaner(
    tags=frozenset(_PLAIN.split()) | set(_ATTRIBUTES),
    attributes=_allowed,
    protocols={"data", "http", "https", "mailto"},
    css_sanitizer=CSSSanitizer(allowed_css_properties=["text-align"]),
    strip=True,
)


class Renderer(IPythonRenderer):
    """nbconvert's, which shows no picture from elsewhere and says where one is missing."""

    def __init__(self, attachments: dict[str, Any]) -> None:
        super().__init__(escape=False, attachments=attachments, exclude_anchor_links=True)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if url.startswith("attachment:") and url[len("attachment:") :] not in self.attachments:
            return str(self.emphasis(escape(f"the picture {text} is missing")))
        if url.strip().lower().startswith(("https:", "http:")):
            return str(self.link(text or url, url, title))
        return str(super().image(text, url, title))


@pass_context
def markdown_to_safe_html(context: Context, source: str) -> str:
    """The HTML of a cell's or a comment's Markdown, for nbconvert's templates.

    Formulas stay as they are for MathJax, but for commands that reach beyond a formula; pasted
    images stay, images from elsewhere become links; scripts and event handlers go.
    """
    cell: dict[str, Any] = context.get("cell") or {}
    attachments = cell.get("attachments")
    return _rendered(source, attachments) if attachments else _remembered(source)


@lru_cache(maxsize=2000)  # the text of a homework is the same for everybody
def _remembered(source: str) -> str:
    return _rendered(source, {})


def _rendered(source: str, attachments: dict[str, Any]) -> str:
    return safe_html(harmless_latex(source), Renderer(attachments))


def safe_html(source: str, renderer: Renderer) -> str:
    """Markdown as ``renderer`` shows it, reduced to what can do nothing."""
    return str(_cleaner.clean(MarkdownWithMath(renderer=renderer).render(source)))
