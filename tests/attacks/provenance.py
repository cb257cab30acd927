"""Attacks on the question where a gradient comes from: numbers in place of a derivation."""

# The text of an attack stays as it would be handed in.
# ruff: noqa: E501

from tests.attacks.attack import code

# Differences that are right to six digits, and a complex step that is right to the last one.
DIFFERENCES = """
import numpy as np

def f(x):
    return np.logaddexp(0, x)

class SoftPlus(Module):
    def update_output(self, input):
        self.output = f(input)
        return self.output
    def update_grad_input(self, input, grad_output):
        h = 1e-4
        slope = (f(input + h) - f(input - h)) / (2 * h)
        self.grad_input = slope * grad_output
        return self.grad_input
"""
COMPLEX = """
import numpy as np

def f(x):
    return np.log(1 + np.exp(x))

class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.logaddexp(0, input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = f(input + 1e-20j).imag / 1e-20 * grad_output
        return self.grad_input
"""


def inside(slope: str, before: str = "") -> str:
    """A SoftPlus with this expression for the slope."""
    return f"""
import numpy as np
{before}
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.logaddexp(0, input)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = {slope} * grad_output
        return self.grad_input
"""


SERVER = """
import gc
server = next(item for item in gc.get_objects() if type(item).__name__ == "Server")
"""

# What makes each of them fail to begin with, so that what follows is due to the trick alone.
PLAIN = {"differences": code(DIFFERENCES), "a complex step": code(COMPLEX)}

ATTACKS = {
    # With a watch that is looked up where the submission can put another one.
    "a patched uses_complex": code(
        COMPLEX, "import homework\nhomework.uses_complex = lambda *a: False"
    ),
    "a patched tries_nearby": code(
        DIFFERENCES, "import homework\nhomework.tries_nearby = lambda *a: False"
    ),
    "a patched homework in sys.modules": code(
        COMPLEX,
        """
        import sys
        for name in ("homework", "chainrule.homework"):
            if name in sys.modules:
                for function in ("uses_complex", "_mentions_complex", "_is_complex", "_is_of_notebook"):
                    setattr(sys.modules[name], function, lambda *a: False)
        """,
    ),
    "a patched list of names": code(
        COMPLEX,
        "import homework\nhomework._COMPLEX_NAMES = frozenset()\n"
        "homework._is_complex = lambda value: False\nhomework.NEARBY = 0",
    ),
    "patched distances": code(
        DIFFERENCES, "import homework\nhomework._distance = lambda *a: float('inf')\n"
    ),
    # With a watch that uses what the submission can put another one for.
    "a patched setprofile": code(DIFFERENCES, "import sys\nsys.setprofile = lambda watch: None"),
    "a profile that is switched off": code(
        DIFFERENCES.replace("h = 1e-4", "import sys; sys.setprofile(None); h = 1e-4")
    ),
    "a profile that is switched off for the complex": code(
        COMPLEX.replace(
            "        self.grad", "        import sys; sys.setprofile(None)\n        self.grad", 1
        )
    ),
    "a patched NumPy": code(
        DIFFERENCES, "np.max = lambda *a, **k: 1.0\nnp.abs = lambda a: a * 0 + 1"
    ),
    # With a server whose answers are believed because it is the server.
    "a patched server": code(
        COMPLEX,
        SERVER
        + "server.operations['uses_complex'] = server.operations['tries_nearby'] = lambda *a: False",
    ),
    # With a watch that knows notebooks by the names of their files and modules.
    "code of another name": code(
        inside(
            "slope(input)",
            """
TEXT = '''
def f(x):
    return np.log(1 + np.exp(x))
def slope(x):
    return f(x + 1e-20j).imag / 1e-20
'''
names = {"__name__": "library", "np": np}
exec(compile(TEXT, "library.py", "exec"), names)
slope = names["slope"]
""",
        )
    ),
    # With a watch on one thread.
    "another thread": code(
        inside(
            "slope(input)",
            """
import threading
def f(x):
    return np.log(1 + np.exp(x))
def slope(x):
    found = []
    def work():
        found.append(f(x + 1e-20j).imag / 1e-20)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return found[0]
""",
        )
    ),
    # With a watch on arrays alone.
    "lists of numbers": code(
        inside(
            "slope(input.tolist())",
            """
import math
def f(x):
    return math.log1p(math.exp(-abs(x))) + max(x, 0)
def slope(rows):
    h = 2e-3
    return np.array([[(8 * (f(x + h) - f(x - h)) - f(x + 2 * h) + f(x - 2 * h)) / (12 * h)
                      for x in row] for row in rows])
""",
        )
    ),
    # With a watch on functions of the notebook alone: nothing is called but the library.
    "a complex step without a function": code(
        inside("getattr(np.log(1 + np.exp(input + eval('1e-20j'))), 'im' + 'ag') / 1e-20")
    ),
    # With a watch that submissions can see.
    "a derivation for the watch alone": code(
        inside(
            "slope(input)",
            """
import sys
def step(x):
    return np.log(1 + np.exp(x + 1e-20j)).imag / 1e-20
def slope(x):
    return 1 / (1 + np.exp(-x)) if sys.getprofile() is not None else step(x)
""",
        )
    ),
}
