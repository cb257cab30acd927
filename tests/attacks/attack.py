"""What an attack is, and the code that all of them share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

# An attack says how far it got, so that one which fails by a slip of the pen is noticed.
RAN = "attack ran"

PREAMBLE = f"""
import os, sys

class attempt:
    def __init__(self, *expected):
        self.expected = expected or (OSError,)
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        if kind is None:
            print("{RAN} to its end")
        elif issubclass(kind, self.expected):
            print("{RAN}, stopped by", kind.__name__, str(error)[:200])
            return True

def show(loot):
    print(str(loot)[:20000])
"""

HONEST_DOUBLE = """
class Double:
    def __init__(self):
        self.parts = [1.0, 1.0]
    def forward(self, x):
        return 2 * x
"""

WRONG_DOUBLE = """
class Double:
    def __init__(self):
        self.parts = [1.0, 1.0]
    def forward(self, x):
        return 0 * x
"""

CODE_OF_DOUBLE, CODE_OF_ADD = 1.0, 1.5  # points


@dataclass(frozen=True)
class Attack:
    """One hostile submission. ``@NAME@`` in its texts stands for what the arena calls NAME."""

    name: str
    group: str
    cells: tuple[str, ...] = (HONEST_DOUBLE,)  # in place of the solution of Double
    prepare: Callable[[Any], None] | None = None  # changes what was handed in: a ``Folder``
    double: bool = False  # whether Double is honest and keeps its point
    add: bool | None = True  # whether Add, always honest, keeps its points; None: that is a race
    shows: str = RAN  # what the pages of the student must hold, if the attack is a real one
    never: tuple[str, ...] = ()  # what they must not hold, besides the secrets
    slips: bool = False  # whether a NameError and the like is part of the attack
    student: str = ""
    graded: bool = True  # or refused, with a line that says why

    def __post_init__(self) -> None:
        if not self.student:
            name = re.sub(r"[^a-z0-9]+", "-", f"{self.group} {self.name}".lower()).strip("-")
            object.__setattr__(self, "student", name)

    @property
    def earns(self) -> float:
        """The most points that it may have."""
        return CODE_OF_DOUBLE * self.double + CODE_OF_ADD * (self.add is not False)


def code(*sources: str) -> tuple[str, ...]:
    """The cells of an attack; where they define no Double, a wrong one comes last."""
    cells = tuple(dedent(source).strip("\n") for source in sources)
    return cells if "Double" in "".join(cells) else (*cells, WRONG_DOUBLE)


def table(group: str, attacks: Mapping[str, str | Iterable[str]], **same: Any) -> list[Attack]:
    """Attacks that need nothing but their code, by name."""
    return [
        Attack(name, group, code(*([cells] if isinstance(cells, str) else cells)), **same)
        for name, cells in attacks.items()
    ]


def forward(body: str, parts: str = "[1.0, 1.0]") -> str:
    """A Double whose forward does this."""
    lines = dedent(body).strip("\n").split("\n")
    text = "\n".join("        " + line for line in lines)
    return (
        "import numpy as np\n\nclass Double:\n    def __init__(self):\n"
        f"        self.parts = {parts}\n    def forward(self, x):\n{text}\n"
    )


@dataclass
class Folder:
    """What one student handed in, for ``Attack.prepare`` to spoil."""

    path: Path
    notebook: dict[str, Any]  # the JSON of 1_layers.ipynb, written after ``prepare`` if not {}
    secrets: Mapping[str, str]

    def cell(self, grade_id: str) -> dict[str, Any]:
        """The cell with this name."""
        return next(cell for cell in self.notebook["cells"] if cell["id"] == grade_id)
