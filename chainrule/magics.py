"""Where code can hold what IPython adds to Python: magics, shell commands, help.

Looking for them properly takes long, and most cells of a notebook hold none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Each of them needs one of these in a line.
_SIGN = re.compile(r"\?|=\s*[%!]|^\s*[%!,;/]")


def may_hold_magics(lines: Iterable[str]) -> bool:
    """False only where all lines are plain Python, or no code at all."""
    return any(map(_SIGN.search, lines))
