"""What in a notebook's code is shown to a person, and what is too ordinary for that."""

import pytest

from chainrule.notebooks import SubmittedCell
from chainrule.unusual import unusual


def lines(source, kind="code"):
    return unusual("1_modules", (SubmittedCell(kind, source, "", {}),))


@pytest.mark.parametrize(
    "source",
    [
        "import gc",
        "from gc import get_objects",
        "import ctypes.util",
        "exec('x = 1')",
        "sys._getframe(1).f_back",
        "getattr(sys, 'setprofile')(None)",
        "%matplotlib inline\nimport inspect",
        "sys.meta_path.insert(0, x)",
    ],
)
def test_means_to_reach_into_the_grader_are_named(source):
    (line,) = lines(source)
    assert line.startswith("1_modules.ipynb, cell 1 uses ") and "look at it" in line


@pytest.mark.parametrize(
    "source",
    [
        "gc = np.ones(3)",
        "import numpy as np, sys, time",
        "layer.evaluate(); model.eval()",
        "# exec and gc are words",
        "import re; re.compile('x')",
        "def (:",
        "!ls\n%timeit f(x)",
        "x = 1 + 2j",
    ],
)
def test_ordinary_code_is_not(source):
    assert lines(source) == []


def test_text_is_not_code():
    assert lines("import gc", "markdown") == []
