"""Attacks that use up memory, time, or the patience of whoever reads the result."""

# The text of an attack stays as it would be handed in.

from tests.attacks.attack import HONEST_DOUBLE, RAN, WRONG_DOUBLE, Attack, Folder, forward, table
from tests.attacks.worker import CALL_SECONDS


def _flood_of_cells(folder: Folder) -> None:
    """As many cells as a notebook may have, each of which prints as much as a cell may print."""
    cells = folder.notebook["cells"]
    flood = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    flood["source"] = f"print('{RAN} ' + 'x' * 99_000)"
    cells += [dict(flood, id=f"flood-{n}") for n in range(2000 - len(cells))]


def _flood_of_errors(folder: Folder) -> None:
    """Each of many cells fails, at length."""
    cells = folder.notebook["cells"]
    flood = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    flood["source"] = f"raise ValueError('{RAN} ' + 'x' * 1900)"
    cells += [dict(flood, id=f"flood-{n}") for n in range(1000)]


def _huge_sources(folder: Folder) -> None:
    """Nearly as much text as a notebook may hold, all of which is shown."""
    cells = folder.notebook["cells"]
    flood = {"cell_type": "markdown", "metadata": {}}
    flood["source"] = f"{RAN} " + "$x$ *y* `z` [a](b) " * 8_000
    cells += [dict(flood, id=f"flood-{n}") for n in range(5)]


CLASS = """
class Double:
    parts = [1.0, 1.0]
    def forward(self, x):
        return {}
"""

ATTACKS: list[Attack] = [
    *table(
        "resources",
        {
            # Without a limit on memory, the machine's.
            "large arrays": """
                import numpy as np
                kept = []
                with attempt(MemoryError):
                    while True:
                        kept.append(np.ones(1 << 24))
                kept.clear()
                """,
            # Without a limit on memory, and more slowly.
            "many small objects": """
                with attempt(MemoryError):
                    kept = kept_by = []
                    for _ in range(1 << 40):
                        kept = kept * 2 or [object()]
                """,
            # Without a limit on threads.
            "threads": """
                import threading, time
                with attempt(RuntimeError, MemoryError):
                    for _ in range(100_000):
                        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
                """,
            # Without a limit on descriptors.
            "descriptors": """
                with attempt():
                    while True:
                        os.dup(0)
                """,
            # With a judge that keeps all that is printed.
            "printing": (
                "for _ in range(300_000): print('attack ran ' + 'x' * 100)",
                "for _ in range(3000): print('x'); print('y', file=sys.stderr)",
            ),
            # With a judge that keeps all that is displayed.
            "displays": """
                from IPython.display import display, HTML, Latex
                for number in range(3000):
                    display(Latex("attack ran $x$ " + "y" * 20_000))
                """,
            # With a judge that keeps all that is drawn.
            "figures": (
                """
                import matplotlib.pyplot as plt, numpy as np
                print("attack ran")
                for number in range(8):
                    plt.figure(figsize=(9, 9))
                    plt.imshow(np.random.rand(900, 900))
                plt.show()
                """,
            ),
            # With a judge that keeps the text of a value.
            "a huge repr": """
                class Huge:
                    def __repr__(self):
                        return "attack ran " + "x" * 50_000_000
                Huge()
                """,
            # With a judge that keeps tracebacks.
            "a huge traceback": """
                def deeper(n):
                    if n == 0:
                        raise ValueError("attack ran " + "x" * 10_000_000)
                    deeper(n - 1)
                deeper(900)
                """,
            # With a judge that keeps what exceptions say of themselves.
            "an exception with a huge name": """
                print("attack ran")
                raise type("E" * 10_000_000, (Exception,), {})("x")
                """,
        },
    ),
    *table(
        "resources",
        {
            # Without a limit on time.
            "a loop in a cell": ("while True: pass", HONEST_DOUBLE),
        },
        shows="took more than",
        double=True,
    ),
    *table(
        "resources",
        {
            # With a limit on each cell alone: the cells add up.
            "a sleep in every cell": [*["import time; time.sleep(2.5)"] * 9, HONEST_DOUBLE],
        },
        shows="was not run",
        add=False,
    ),
    *table(
        "resources",
        {
            # Without a limit on time.
            "a loop in forward": forward("while True: pass"),
            # Without a limit on time.
            "a loop in the constructor": """
                class Double:
                    def __init__(self):
                        while True: pass
                """,
            # Without a limit on time, where no code of a function runs.
            "a loop in an attribute": """
                class Meta(type):
                    def __call__(self):
                        return self
                    def __getattribute__(self, name):
                        while True: pass
                class Double(metaclass=Meta):
                    pass
                """,
            # Without a limit on time: a single step of Python that never ends.
            "a number too large": forward("return 7 ** (7 ** 77)"),
            # Without a limit on the time of all calls together.
            "a sleep in every call": f"""
                import time
                class Parts:
                    def __len__(self): return 1000
                    def __getitem__(self, index):
                        time.sleep({0.8 * CALL_SECONDS})
                        return 0.0
                class Double:
                    def __init__(self): self.parts = Parts()
                    def forward(self, x):
                        time.sleep({0.8 * CALL_SECONDS})
                        return 2 * x
                """,
            # With an iteration that is not bounded by time, or not if each of its steps is short.
            "a length of 2**62": """
                class Parts:
                    def __len__(self): return 2**62
                    def __getitem__(self, index): return 0.0
                class Double:
                    def __init__(self): self.parts = Parts()
                    def forward(self, x): return 2 * x
                """,
        },
        shows="was stopped",
    ),
    *table(
        "resources",
        {
            # Without a limit on time, on this side: the other one never ends to send.
            "an iterator without end": """
                import itertools
                class Double:
                    def __init__(self): self.parts = itertools.count()
                    def forward(self, x): return 2 * x
                """,
            # With a judge that believes it.
            "a length of -1": """
                class Parts:
                    def __len__(self): return -1
                class Double:
                    def __init__(self): self.parts = Parts()
                    def forward(self, x): return 2 * x
                """,
            # With a judge that counts with it.
            "a length that is no number": """
                class Length(int):
                    def __index__(self): return 2
                class Parts:
                    def __len__(self): return Length(2)
                    def __getitem__(self, index): return float("nan")
                class Double:
                    def __init__(self): self.parts = Parts()
                    def forward(self, x): return 2 * x
                """,
            # With a recursion that ends the process in place of an exception.
            "a recursion without end": CLASS.format("self.forward(x)"),
            # With a stack of machine code that overflows.
            "a recursion in C": forward(
                """
                import sys
                sys.setrecursionlimit(10**9)
                nested = []
                for _ in range(10**7):
                    nested = [nested]
                return repr(nested)
                """
            ),
            # With a judge that makes the array: 8 GB of one number.
            "an array of a billion elements": CLASS.format("np.broadcast_to(1.0, 10**9)"),
            # With a judge that makes the array.
            "a sum that broadcasts": CLASS.format("np.ones((3000, 1)) + np.ones(3000)"),
            # With a judge that believes the shape.
            "a huge shape without elements": CLASS.format("np.empty((0, 2**26, 2**26))"),
            # With a judge that follows without end.
            "a deep list": forward(
                "nested = x\nfor _ in range(100_000):\n    nested = [nested]\nreturn nested"
            ),
            # With a judge that follows without end.
            "a deep dict": forward(
                "nested = {}\nfor _ in range(900):\n    nested = {1: nested}\nreturn nested"
            ),
            # With a judge that follows without end.
            "a list that holds itself": forward(
                "nested = []\nnested.append(nested)\nreturn nested"
            ),
            # With 2**16 paths through it, on either side.
            "a list of itself twice": forward(
                "nested = [0.0]\nfor _ in range(60):\n    nested = [nested, nested]\nreturn nested"
            ),
            # With a judge that makes something for each of them.
            "millions of handles": forward("return [object() for _ in range(1_000_000)]"),
            # With a judge that makes something for each of them.
            "a list of many": forward("return [None] * 3_000_000"),
            # With a judge that makes something for each of them.
            "arrays of nothing": forward("return [np.empty(0)] * 60_000"),
            # With a judge that keeps the text.
            "a long text": forward("return 'x' * 200_000_000"),
            # With a judge that counts on 64 bits.
            "an integer of a million digits": forward("return 1 << 4_000_000"),
            # With a judge that looks at every element for a hint.
            "a million elements too many": forward("return np.ones((1000, 1000))"),
        },
        shows="FAIL",
    ),
    # With limits for a cell and none for the notebook.
    Attack("printing in all cells", "resources", (WRONG_DOUBLE,), _flood_of_cells, add=True),
    # With limits for a cell and none for the notebook.
    Attack("errors in all cells", "resources", (WRONG_DOUBLE,), _flood_of_errors),
    # With pages that take for ever to be written.
    Attack("huge markdown", "resources", (WRONG_DOUBLE,), _huge_sources),
]
