"""LaTeX as MathML, which browsers show by themselves: no script, no network, no fonts to load.

What is converted may be written to do harm. A formula is limited in length, depth and commands,
and what the converter gives is not trusted: it is built anew from elements and attributes that can
only show something. Whatever is not understood is shown as it was written.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

MAX_LENGTH = 4000  # characters of a formula
MAX_DEPTH = 60  # of elements in one another
MAX_NODES = 4000  # elements of a formula

# Definitions can grow without end; the others reach beyond a formula.
_REFUSED = re.compile(
    r"\\(?:[egx]?def|let|(?:re|provide)?newcommand|newenvironment|DeclareMathOperator|csname"
    r"|href|url|require|style|class|cssId|mmlToken|bbox|unicode|verb|input|include)(?![a-zA-Z])"
)
# The converter knows the environments of a page of their own; numbers of equations say nothing.
_ENVIRONMENTS = {
    **dict.fromkeys(("align", "aligned", "split", "eqnarray", "flalign"), "align*"),
    **dict.fromkeys(("gather", "gathered", "multline"), "matrix"),
    "dcases": "cases",
}
_KNOWN = {"align*", "array", "cases", "matrix", "smallmatrix", *(f"{c}matrix" for c in "pbBvV")}
_COMMENT, _SPACE = re.compile(r"(?<!\\)%[^\n]*"), re.compile(r"\s+")
_ROW_SPACING = re.compile(r"\\\\ ?\[-?[\d.]+ ?[a-z]{2}\]")
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{(\w+)\*?\}")
_PLAIN_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{(?:equation|displaymath|math)\*?\}")

_TAGS = {
    *("math", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom", "mroot"),
    *("mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd"),
    *("mtext", "mtr", "munder", "munderover"),
}
_FLAGS = {
    *("accent", "accentunder", "displaystyle", "fence", "largeop", "movablelimits", "separator"),
    *("stretchy", "symmetric"),
}
_VALUES = {**dict.fromkeys(_FLAGS, ("true", "false")), "form": ("prefix", "infix", "postfix")}
_LENGTHS = {"depth", "height", "linethickness", "lspace", "maxsize", "minsize", "rspace", "width"}
_LENGTH = re.compile(r"[+-]?(\d*\.?\d+)(em|ex|pt|px|mu)?")
_LARGEST = {"em": 4.0, "ex": 8.0, "pt": 40.0, "px": 40.0, "mu": 72.0, None: 0.0}
_LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_WITH_LIMITS = set("∑∏∐⋃⋂⨁⨂") | {"max", "min", "sup", "inf", "lim", "argmax", "argmin"}
_LETTERS = {"∂", "∇"}
_OF_NAMES = {"lspace": "0.17em", "rspace": "0.06em"}
_PRIMES = {"′": "ʹ", "″": "ʹʹ", "‴": "ʹʹʹ"}
_ACCENTS = set("^~˜ˆ¯―‾→⃗˙¨ˇ˘´`")


class _NotUnderstoodError(Exception):
    """The formula is shown as it was written."""


@lru_cache(maxsize=5000)  # most formulas are the homework's own
def math(source: str, display: bool = False) -> str:
    """The MathML of a formula without its dollars, or its text where that cannot be had."""
    try:
        tree = _converted(source, display)
        return _Builder(display).html(tree)
    # The converter was written for honest formulas: others end in whatever it runs into.
    except Exception:
        return _as_written(source, display)


def _as_written(source: str, display: bool) -> str:
    kind = "formula display" if display else "formula"
    return f'<code class="{kind}">{escape(source.strip())}</code>'


def _converted(source: str, display: bool) -> Element:
    if len(source) > MAX_LENGTH or _REFUSED.search(source):
        raise _NotUnderstoodError
    # Long runs of spaces would keep the converter's patterns busy.
    source = _SPACE.sub(" ", _COMMENT.sub("", source)).strip()
    source = _ROW_SPACING.sub(r"\\\\", _PLAIN_ENVIRONMENT.sub("", source))
    source = _ENVIRONMENT.sub(_known_environment, source)
    mode = "block" if display else "inline"
    tree = convert_to_element(source, display=mode)
    if any(item.get("linebreak") for item in tree.iter("mspace")):  # \\\\ outside of a table
        tree = convert_to_element(f"\\begin{{matrix}}{source}\\end{{matrix}}", display=mode)
    return tree


def _known_environment(match: re.Match[str]) -> str:
    name = _ENVIRONMENTS.get(match[2], match[2])
    if name not in _KNOWN:
        raise _NotUnderstoodError
    return f"\\{match[1]}{{{name}}}"


class _Builder:
    """Writes the converter's tree anew, as HTML."""

    def __init__(self, display: bool) -> None:
        self.display = display
        self.left = MAX_NODES

    def html(self, tree: Element) -> str:
        inner = "".join(map(self.element, tree))
        return f'<math display="block">{inner}</math>' if self.display else f"<math>{inner}</math>"

    def element(self, node: Element, depth: int = 0) -> str:
        self.left -= 1
        tag = node.tag
        if tag not in _TAGS or node.get("linebreak") or self.left < 0 or depth > MAX_DEPTH:
            raise _NotUnderstoodError
        raw = node.text or ""
        text = unescape(raw)
        # A command or a separator that was not understood stays behind as a name.
        if tag != "mtext" and (text.startswith("\\") or text == "&"):
            raise _NotUnderstoodError
        attributes = self.attributes(node)
        children = list(node)
        if tag == "msup" and _text(children[1]) in _PRIMES:
            return self._primed(children[0], _PRIMES[_text(children[1])], depth)
        if tag in _LIMITS and _text(children[0]) in _WITH_LIMITS:
            tag = _LIMITS[tag]
        if tag == "mover" and len(children) == 2 and _text(children[1]) in _ACCENTS:
            attributes["accent"] = "true"
        if tag == "mo" and text in _LETTERS:
            tag = "mi"  # an operator would stand apart from what it is applied to
        if tag == "mo" and (text == "/" or (len(text) > 1 and text.isalpha())):
            # As TeX sets them: a fraction on the line without spaces, a name with little ones.
            attributes |= {"lspace": "0", "rspace": "0"} if text == "/" else _OF_NAMES
        if tag == "mi" and re.fullmatch(r"&#x0*[0-9A-Fa-f]+;", raw) and text.isascii():
            attributes["mathvariant"] = "normal"  # \mathrm{d}
        if tag == "mtext":
            text = text.replace(" ", "\u00a0")
        inner = escape(text) + "".join(self.element(child, depth + 1) for child in children)
        given = "".join(f' {name}="{value}"' for name, value in attributes.items())
        return f"<{tag}{given}>{inner}</{tag}>"

    def _primed(self, base: Element, primes: str, depth: int) -> str:
        """A base with primes of its own size: as exponents they would hardly be seen."""
        inner = self.element(base, depth + 1)
        return f'<mrow>{inner}<mo lspace="0" rspace="0">{primes}</mo></mrow>'

    def attributes(self, node: Element) -> dict[str, str]:
        """Those that can only show something, with values that stay within their line."""
        found = {}
        classes = []
        for name, value in node.attrib.items():
            if value in _VALUES.get(name, ()) or (name in _LENGTHS and _is_short(value)):
                found[name] = value
            elif name == "columnalign" and value in ("left", "right", "center"):
                classes.append(f"to-{value}")
            elif name == "mathvariant":
                classes += [word for word in ("bold",) if word in value]
        if node.tag == "mo" and _text(node) in _ACCENTS and "stretchy" not in found:
            found["stretchy"] = "true" if _text(node) in "―‾" else "false"
        if classes:
            found["class"] = " ".join(classes)
        return found


def _text(node: Element) -> str:
    return unescape(node.text or "") if not len(node) else ""


def _is_short(value: str) -> bool:
    match = _LENGTH.fullmatch(value)
    return match is not None and float(match[1]) <= _LARGEST[match[2]]
