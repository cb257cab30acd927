"""Pictures for a page and for files: SVG that goes with light and dark, and PNG.

In the page, the colours are CSS variables, so that the same picture is readable on white and on
black. They can be told apart with every kind of colour blindness.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

# The names of these in report.html.j2 are --ink and so on; here, as they are on white.
INK, FAINT, BLUE, ORANGE, RED, GREY = (
    "#1f2430",
    "#d5d9e0",
    "#0072b2",
    "#b86e00",
    "#c43c00",
    "#76797f",
)
PALETTE = {"ink": INK, "faint": FAINT, "blue": BLUE, "orange": ORANGE, "red": RED, "grey": GREY}
WIDTH = 7.4  # inches
_DPI = 150
_STYLE: dict[Any, Any] = {
    "axes.edgecolor": GREY,
    "axes.facecolor": "none",
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "none",
    "svg.hashsalt": "chainrule",
    "text.color": INK,
    "text.parse_math": False,  # a requirement may hold dollars, and they are only dollars
    "xtick.color": INK,
    "ytick.color": INK,
}


@dataclass(frozen=True)
class Picture:
    """A picture in both forms. ``name`` is its file's without ending."""

    name: str
    title: str
    svg: str
    png: bytes


def picture(name: str, title: str, describe: str, draw: Callable[[Figure], None]) -> Picture:
    """The picture that ``draw`` makes of an empty figure. ``describe`` says it in words."""
    with _style():
        figure = Figure(figsize=(WIDTH, 3.2), layout="constrained")
        draw(figure)
        _settle(figure)
        svg = _for_page(_svg(figure), name, title, describe)
        return Picture(name, title, svg, _png(figure, title))


def _settle(figure: Figure) -> None:
    """Find out what goes where, once for both files."""
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
    figure.set_layout_engine("none")


# Figure.savefig would draw everything twice, to learn what is known here.


def _svg(figure: Figure) -> str:
    figure.patch.set_visible(False)  # the page is behind
    text = io.StringIO()
    FigureCanvasSVG(figure).print_svg(text, metadata={"Date": None})
    figure.patch.set_visible(True)
    return text.getvalue()


def _png(figure: Figure, title: str) -> bytes:
    figure.set_dpi(_DPI)
    data = io.BytesIO()
    FigureCanvasAgg(figure).print_png(data, metadata={"Software": None, "Title": title})
    return data.getvalue()


@contextmanager
def _style() -> Iterator[None]:
    """Our settings, on top of matplotlib's own and not of whatever the user's matplotlibrc says."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


# ---------------------------------------------------------------------------------------
# SVG in a page

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_COLOUR = re.compile("|".join(PALETTE.values()))
_NAMES = {colour: name for name, colour in PALETTE.items()}


def _for_page(svg: str, name: str, title: str, describe: str) -> str:
    """The SVG as an element of a page that holds several: ids of its own, a title, CSS colours."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root = ElementTree.fromstring(svg)
    for element in list(root):
        if element.tag.endswith("metadata"):
            root.remove(element)
    for element in root.iter():
        for key, value in element.attrib.items():
            element.set(key, _attribute(key, value, name))
    for tag, text in (("desc", describe), ("title", title)):
        element = ElementTree.Element(f"{{{_SVG}}}{tag}", {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(0, element)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    for size in ("width", "height"):  # the page says how wide, the viewBox how high
        root.attrib.pop(size, None)
    return ElementTree.tostring(root, encoding="unicode")


def _attribute(key: str, value: str, name: str) -> str:
    if key == "id":
        return f"{name}-{value}"
    if key == f"{{{_XLINK}}}href":
        return value.replace("#", f"#{name}-", 1)
    value = _REFERENCE.sub(rf"url(#{name}-\1)", value)
    if key == "style":
        value = _COLOUR.sub(lambda found: f"var(--{_NAMES[found[0]]})", value)
        value = value.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    return value
