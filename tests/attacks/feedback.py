"""Attacks on people: on the browser and on the terminal of whoever reads what was handed in."""

# The text of an attack stays as it would be handed in.
# ruff: noqa: E501

import base64
from collections.abc import Callable

from tests.attacks.attack import HONEST_DOUBLE, RAN, Attack, Folder, table

# Without quotes, so that it fits everywhere; an element with this id alone is a success as well.
DO = "document.title=/PWNED/.source"
HTML = (
    f"<img src=x onerror={DO}><script>{DO}</script><svg onload={DO}></svg><p id=pwned>x</p>"
    f"<iframe srcdoc='<script>parent.{DO}</script>'></iframe><body onload={DO}>"
)
CLOSING = f"</pre></div></code></textarea></title></style></script>{HTML}"

# Colours, a title, a link and the clipboard of a terminal; 8-bit controls; lines turned round.
CODES = (
    "\\x1b[31m\\x1b[2J\\x1b]0;PWNED\\x07\\x1b]52;c;UFdORUQ=\\x07\\x1b]8;;http://x\\x1b\\\\"
    "\\x9b31m\\x9d0;x\\x9c\\u202e\\u2066\\u200f\\rPWNED\\x08\\x0b\\x0c\\x7f\\x85\\u2028"
)
RAW_CODES = CODES.encode().decode("unicode_escape")

FORGE = f"""
import gc
server = next(item for item in gc.get_objects() if type(item).__name__ == "Server")
outputs = type(server).cell.__globals__["run_cell"].__globals__["outputs"]
print("{RAN}")
bad = {HTML!r}
"""


def markdown(*texts: str) -> Callable[[Folder], None]:
    """Puts Markdown into the derivation and behind it, each text in a cell of its own."""

    def prepare(folder: Folder) -> None:
        cells = folder.notebook["cells"]
        for number, text in enumerate((f"{RAN}\n\n{texts[0]}", *texts)):
            cell = {"cell_type": "markdown", "metadata": {}, "source": text, "id": f"text-{number}"}
            cells.insert(3, cell)
        folder.cell("double-formula")["source"] = f"{RAN}\n\n" + "\n\n".join(texts)

    return prepare


MARKDOWN = {
    # Without a sanitiser: nbconvert alone lets HTML through.
    "scripts and handlers": (
        HTML,
        CLOSING,
        f"<ScRiPt\n>{DO}</sCrIpT\t\n>",
        f"<script/x>{DO}</script>",
        f"<<script>script>{DO}<</script>/script>",
        f"<IMG SRC=x OnErRoR = {DO}>",
        f"<img/src=x/onerror={DO}>",
        f"<img src='x' onerror&#61;{DO} onerror\x00={DO}>",
        f"<b onmouseover={DO} onfocus={DO} autofocus tabindex=1>x</b>",
        f"<details open ontoggle={DO}>x</details>",
        f"<td background='javascript:{DO}'>x</td>",
    ),
    # With a sanitiser that looks for the word javascript, or one that is fooled by its spelling.
    "links that run": (
        f"[x](javascript:{DO}) [x](JaVaScRiPt:{DO}) [x](<javascript:{DO}>) [x](vbscript:{DO})",
        f"[x](&#106;avascript:{DO}) [x](javascript&colon;{DO}) [x](java%0ascript:{DO})",
        f"<javascript:{DO}> ![x](javascript:{DO})\n\n[x][y]\n\n[y]: javascript:{DO}",
        f"<a href='java&Tab;script:{DO}'>x</a> <a href='java\nscript:{DO}'>x</a>",
        f"<a href=' &#1; javascript:{DO}'>x</a> <a href='\x01javascript:{DO}'>x</a>",
        f"<a href='data:text/html,<script>{DO}</script>'>x</a> [x](data:text/html;base64,PHA+)",
        f"<a href='//x' xlink:href='javascript:{DO}' ping='http://x'>x</a>",
        f"<img src='data:image/svg+xml,<svg onload={DO}>'> <img src=x longdesc=javascript:{DO}>",
        f"<a href='blob:x' target=_blank formaction=javascript:{DO}>x</a>",
    ),
    # With a sanitiser that knows scripts only.
    "pages in pages": (
        f"<iframe src='javascript:{DO}'></iframe><iframe srcdoc='&lt;script&gt;{DO}'></iframe>",
        f"<object data='data:text/html,<script>{DO}</script>'></object><embed src=javascript:{DO}>",
        "<style>body{background:url(http://x/)} @import 'http://x/';</style>",
        "<link rel=stylesheet href=http://x/><base href=http://x/><meta http-equiv=refresh content=0>",
        f"<form action=javascript:{DO}><input name=x autofocus onfocus={DO}><button>x</button></form>",
        f"<video><source onerror={DO}></video><audio src=x onerror={DO}></audio>",
        "<div style='position:fixed;background:url(http://x/)' id=pwned class=x>x</div>",
        f"<template><script>{DO}</script></template><marquee onstart={DO}>x</marquee>",
    ),
    # With a sanitiser whose parser reads something else than the browser does.
    "two parsers": (
        f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={DO}&gt;'>",
        f"<svg></p><style><a id='</style><img src=1 onerror={DO}>'></svg>",
        f"<noscript><p title='</noscript><img src=x onerror={DO}>'>",
        f"<form><math><mtext></form><form><mglyph><style></math><img src onerror={DO}>",
        f"<select><template><style><!--</style><a rel='--></style></template></select><img onerror={DO} src=x>'>",
        f"<textarea><img title='</textarea><img src=x onerror={DO}>'></textarea>",
        f"<title><img title='</title><img src=x onerror={DO}>'></title><xmp><img src=x></xmp>",
        f"<a title='`<img src=x onerror={DO}>`'>x</a> `<b title='`<img src=x onerror={DO}>'>",
    ),
    # With comments that end elsewhere.
    "comments": (
        f"<!--><script>{DO}</script>-->",
        f"<!---><img src=x onerror={DO}>-->",
        f"<!-- --!><img src=x onerror={DO}> -->",
        f"<!-- x\n\n--\n\n<img src=x onerror={DO}> ><script>{DO}</script> -->",
        f"<![CDATA[><img src=x onerror={DO}>]]> <?x ><img src=x onerror={DO}>?>",
        f"<!DOCTYPE x [<!ENTITY y '<script>{DO}</script>'>]> &y;",
    ),
    # With formulas that pass the sanitiser as text, and become HTML by MathJax or before it.
    "formulas": (
        f"$</script><script>{DO}</script>$ $$<img src=x onerror={DO}>$$",
        f"\\begin{{align}}<img src=x onerror={DO}>\\end{{align}} $`<script>{DO}</script>`$",
        f"\\(<svg onload={DO}>\\) \\[<img src=x onerror={DO}>\\] $a<b onclick={DO}>$",
        f"$\\text{{<img src=x onerror={DO}>}}$ $&lt;img src=x onerror={DO}&gt;$",
    ),
    # With the extensions of MathJax that make links, styles, classes and elements.
    "formulas that act": (
        f"$\\href{{javascript:{DO}}}{{x}}$ $$\\href {{java script:{DO}}} {{x}}$$",
        f"\\begin{{equation}}\\href{{javascript:{DO}}}{{x}}\\end{{equation}}",
        "$\\style{position:fixed;top:0;background:url(http://x/)}{x}$ $\\class{pwned}{x}$",
        "$\\cssId{pwned}{x}$ $\\require{HTML}$ $\\unicode{x3c}$",
        f"$\\mmlToken{{mtext}}[href='javascript:{DO}']{{x}}$ $\\def\\y{{\\href}}\\y{{javascript:{DO}}}{{x}}$",
        f"# $\\href{{javascript:{DO}}}{{x}}$\n\n| a |\n|---|\n| $\\href{{javascript:{DO}}}{{x}}$ |",
    ),
    # With code that is highlighted by hand.
    "fences": (
        f"```html\n{CLOSING}\n```",
        f'```"><script>{DO}</script>\nx\n```',
        f"```<img/src=x/onerror={DO}>\nx\n```",
        f"~~~ python {{.x onclick={DO}}}\nx = 1\n~~~",
        f"`{HTML}` ``</code>{HTML}``",
    ),
    # With names that are put together to attributes.
    "pictures": (
        f'![" onerror={DO} "](x) ![x](x" onerror={DO} x=") ![x](x "y\' onerror={DO}")',
        f"![<img src=x onerror={DO}>](http://x/)",
        f'[x](http://x/" onmouseover={DO} ") [x](http://x/ "y" onclick={DO})',
        f'# x" onclick={DO} <img src=x onerror={DO}>',
    ),
}


def _attachments(folder: Folder) -> None:
    """Attachments of kinds and names that are no pictures, beside one that is."""
    data = base64.b64encode(HTML.encode()).decode()
    markdown("![x](attachment:fine.png) ![](attachment:fine.png)")(folder)
    bundle = {
        "fine.png": {"image/png": data, "text/html": data, "image/svg+xml": data},
        "a.png": {"text/html": data, "image/png": f'"><script>{DO}</script>'},
        "b.svg": {"image/svg+xml": data},
        "c.html": {"text/html": data, f'image/png"onerror={DO} ': data},
        "d.png": {"image/png": [data], "image/jpeg": {"a": data}},
        f'"onerror={DO} ': {"image/png": data},
    }
    for cell in folder.notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["attachments"] = bundle


def _ids_and_metadata(folder: Folder) -> None:
    """HTML in everything that a template could put into a page."""
    for cell in folder.notebook["cells"]:
        cell["metadata"] |= {
            "tags": [f'"><script>{DO}</script>', "hide_input", f"x onclick={DO}"],
            "name": HTML,
            "collapsed": HTML,
            "scrolled": HTML,
            "slideshow": {"slide_type": f'"{HTML}'},
            "jupyter": {"source_hidden": f'"{HTML}'},
            "raw_mimetype": "text/html",
        }
    for number, cell in enumerate(folder.notebook["cells"]):
        if "solution" not in cell["id"] and "formula" not in cell["id"]:
            cell["id"] = f'"><script>{DO}</script>{number}'
    folder.notebook["metadata"] = {
        "title": f"</title>{HTML}",
        "authors": [{"name": HTML}],
        "kernelspec": {"display_name": HTML, "language": f'"{HTML}', "name": HTML},
        "language_info": {"name": HTML, "pygments_lexer": HTML, "codemirror_mode": HTML},
        "widgets": {
            "application/vnd.jupyter.widget-state+json": {
                "version_major": 2,
                "version_minor": 0,
                "state": {"pwned": {"model_name": f"</script>{HTML}"}},
            }
        },
    }
    folder.cell("double-solution")["source"] += f"\nprint('{RAN}')"


def _raw_cells(folder: Folder) -> None:
    """Cells that nbconvert puts into a page as they are, and code that is shown."""
    cells = folder.notebook["cells"]
    for number, kind in enumerate(("text/html", "text/restructuredtext", "text/latex", HTML)):
        cells.append(
            {
                "cell_type": "raw",
                "metadata": {"raw_mimetype": kind, "format": kind},
                "source": f"{RAN}\n{CLOSING}",
                "id": f"raw-{number}",
            }
        )
    source = f"# {CLOSING}\nx = '''{CLOSING}'''\n%%html\n{CLOSING}"
    more = {"metadata": {}, "outputs": [], "execution_count": None, "source": source}
    cells.append({"cell_type": "code", "id": "raw-code", **more})
    outputs = [
        {"output_type": "display_data", "data": {"text/html": HTML}, "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": HTML},
    ]
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["outputs"] = outputs


def _codes_everywhere(folder: Folder) -> None:
    """Control codes in what is quoted on the terminal: first lines, names, files."""
    cells = folder.notebook["cells"]
    more = {"metadata": {}, "outputs": [], "execution_count": None}
    failing = [
        f"# {RAN} {RAW_CODES}\n1 / 0",
        f"raise ValueError('{CODES}')",
        f"raise type('{CODES}', (Exception,), {{}})('{CODES}')",
        f"\u202e\u2066def {RAW_CODES}",
        f"{RAW_CODES.replace(chr(13), '')}",
    ]
    for number, source in enumerate(failing):
        cells.append({"cell_type": "code", "id": f"codes-{number}", "source": source, **more})
    for name in ("\u202etxt.exe", "\x1b[31mred", "a\nb", "x\x9bm", "<img src=x onerror=x>"):
        (folder.path / name).write_text("x")


ATTACKS: list[Attack] = [
    *table(
        "feedback",
        {
            # Without escaping.
            "html in streams": (
                HONEST_DOUBLE,
                f"print('{RAN}')\nprint({CLOSING!r})\nprint({CLOSING!r}, file=sys.stderr)\n"
                f"print('\\x1b[31m' + {HTML!r} + '\\x1b[0m\\x1b[38;2;1;2;3\"onclick={DO} m x')",
            ),
            # With pages that show HTML as a notebook does.
            "html displays": (
                HONEST_DOUBLE,
                f"""
                from IPython.display import HTML, IFrame, display
                print("{RAN}")
                display(HTML({HTML!r}), IFrame("javascript:{DO}", 1, 1))
                class Shown:
                    def _repr_html_(self): return {HTML!r}
                    def __repr__(self): return {CLOSING!r}
                Shown()
                """,
            ),
            # With pages that show drawings as a notebook does.
            "svg displays": (
                HONEST_DOUBLE,
                f"""
                from IPython.display import SVG, display
                print("{RAN}")
                display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='{DO}'><script>{DO}</script></svg>"))
                display({{"image/svg+xml": {HTML!r}, "text/plain": "x"}}, raw=True)
                """,
            ),
            # With pages that run what a notebook runs.
            "javascript displays": (
                HONEST_DOUBLE,
                f"""
                from IPython.display import Javascript, display
                print("{RAN}")
                display(Javascript("{DO}"))
                display({{"application/javascript": "{DO}", "text/javascript": "{DO}"}}, raw=True)
                """,
                f"%%javascript\n{DO}",
                f"%%html\n{HTML}",
                f"%%svg\n<svg onload={DO}></svg>",
            ),
            # With pages that make HTML of Markdown from outputs.
            "markdown displays": (
                HONEST_DOUBLE,
                f"""
                from IPython.display import Markdown, display
                print("{RAN}")
                display(Markdown({HTML!r}), Markdown("[x](javascript:{DO})"))
                """,
                f"%%markdown\n{HTML}",
            ),
            # With pages that take LaTeX for HTML, or a MathJax with its extensions.
            "latex displays": (
                HONEST_DOUBLE,
                rf"""
                from IPython.display import Latex, Math, display
                print("{RAN}")
                display(Latex({CLOSING!r}), Math({HTML!r}))
                display(Latex(r"$\href{{javascript:{DO}}}{{x}}$"))
                display(Math(r"\href{{javascript:{DO}}}{{x}} \cssId{{pwned}}{{x}} \style{{color:red}}{{x}}"))
                display(Latex(r"$\class{{x}}{{y}} \require{{HTML}} \mmlToken{{mi}}[href='javascript:{DO}']{{x}}$"))
                """,
            ),
            # With pages that show more than they should.
            "other kinds of displays": (
                HONEST_DOUBLE,
                f"""
                from IPython.display import display
                print("{RAN}")
                for kind in ("application/vnd.jupyter.widget-view+json", "application/pdf", "text/xml",
                             "application/xhtml+xml", "text/vnd.mermaid", "application/json",
                             "application/geo+json", "text/html; charset=utf-8", "TEXT/HTML",
                             "text/plain\\"><script>{DO}</script>", "video/mp4", "application/x-tex"):
                    display({{kind: {HTML!r}}}, raw=True)
                    display({{kind: {HTML!r}, "text/plain": {HTML!r}}}, raw=True)
                """,
            ),
            # With pictures that are no pictures, and measures that are no numbers.
            "pictures that are none": (
                HONEST_DOUBLE,
                f"""
                from IPython.display import display
                print("{RAN}")
                for kind in ("image/png", "image/jpeg", "image/gif"):
                    display({{kind: '"><script>{DO}</script>'}}, raw=True)
                    display({{kind: {HTML!r}.encode()}}, raw=True)
                    display({{kind: "aGVsbG8="}}, raw=True, metadata={{kind: {{
                        "width": '1" onerror="{DO}', "height": {HTML!r}, "alt": '" onerror={DO} x="',
                        "unconfined": True, "needs_background": '" onerror={DO} x="'}}}})
                """,
            ),
            # Without escaping.
            "errors": (
                HONEST_DOUBLE,
                f"print('{RAN}')\nraise type({HTML!r}, (Exception,), {{}})({CLOSING!r})",
                f"exec(compile('1/0', {HTML!r}, 'exec'))",
                f"def f(x={HTML!r}):\n    raise ValueError(x)\nf()",
            ),
            # With a judge that leaves it to the sandbox's shell to be harmless.
            "outputs of its own making": (
                HONEST_DOUBLE,
                FORGE
                + """
outputs.items += [
    {"output_type": "stream", "name": bad, "text": [bad]},
    {"output_type": "error", "ename": bad, "evalue": bad, "traceback": ["\\x1b[31m" + bad, bad]},
    {"output_type": "display_data", "data": {"text/html": bad, "text/plain": bad}, "metadata": {}},
    {"output_type": "execute_result", "data": {"text/html": bad, "text/latex": bad},
     "metadata": {"text/html": {"isolated": True}}, "execution_count": bad},
    {"output_type": "update_display_data", "data": {"text/html": bad}, "metadata": {}},
    {"output_type": bad, "data": {bad: bad}, "metadata": {bad: bad}},
    {"output_type": "display_data", "data": {"image/png": bad}, "metadata": {"image/png": {"width": bad}}},
]
""",
            ),
            # Without removal of the codes for terminals.
            "codes for terminals in outputs": (
                HONEST_DOUBLE,
                f"print('{RAN}')\nprint('{CODES}')",
                f"raise ValueError('{CODES}')",
                f"raise type('{CODES}', (Exception,), {{}})('{CODES}')",
            ),
        },
        double=True,
    ),
    # The same in the messages of checks.
    *table(
        "feedback",
        {
            "html in messages of checks": f"""
                class Double:
                    def forward(self, x):
                        raise type({HTML!r}, (Exception,), {{}})({CLOSING!r})
                """,
            "codes for terminals in messages of checks": f"""
                class Double:
                    def forward(self, x):
                        raise ValueError('{CODES}')
                """,
            "html in the names of types": f"""
                import numpy as np
                class Double:
                    parts = [1.0, 1.0]
                    def forward(self, x):
                        return type({HTML!r}, (), {{}})() if x.size == 1 else np.zeros(2).view(
                            type({HTML!r}, (np.ndarray,), {{}}))
                """,
            "codes in the names of types": f"""
                import numpy as np
                class Double:
                    parts = [1.0, 1.0]
                    def forward(self, x):
                        return type("N\\u202e{CODES}", (), {{}})() if x.size == 1 else np.zeros(2).view(
                            type("{CODES}", (np.ndarray,), {{}}))
                """,
            "codes in the names of fields": f"""
                import numpy as np
                class Double:
                    parts = [1.0, 1.0]
                    def forward(self, x):
                        return np.zeros(x.shape, [("{CODES}", float)])
                """,
        },
        shows="FAIL",
    ),
    *(
        Attack(f"markdown: {name}", "feedback", prepare=markdown(*texts), double=True)
        for name, texts in MARKDOWN.items()
    ),
    # With pages that cannot be made where a picture is missing, or has the name of no picture.
    Attack(
        "pictures that are gone",
        "feedback",
        prepare=markdown(
            "![x](attachment:gone.png)",
            f'![x](attachment:a.png" onerror={DO}) ![x](attachment:"onerror={DO}.png)',
        ),
        double=True,
    ),
    # With attachments of any kind.
    Attack("attachments", "feedback", prepare=_attachments, double=True),
    # With templates that do not escape.
    Attack("ids and metadata", "feedback", prepare=_ids_and_metadata, double=True),
    # With raw cells in pages, or outputs that were handed in.
    Attack("raw cells and code", "feedback", prepare=_raw_cells, double=True, slips=True),
    # With reports that quote as they read.
    Attack(
        "codes for terminals in code and file names",
        "feedback",
        prepare=_codes_everywhere,
        double=True,
        slips=True,
    ),
]
