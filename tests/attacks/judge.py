"""Attacks on the comparison itself: values that lie, patches, and messages that carry secrets."""

# The text of an attack stays as it would be handed in.
# ruff: noqa: E501

from tests.attacks.attack import WRONG_DOUBLE, Attack, forward, table

CLASS = """
import numpy as np
class Double:
    def __init__(self):
        self.parts = [1.0, 1.0]
    def forward(self, x):
        return {}
"""


def returns(expression: str, before: str = "") -> tuple[str, ...]:
    return (*([before] if before else []), CLASS.format(expression))


# What follows makes a text of the hidden input and lets it out by some way. The secret is a number
# of nine digits; an instructor who looks for it would read the text without any key.
SECRET = """
def secret(x):
    return str(int(x.flat[0])) if x.size == 1 and x.flat[0] > 1e7 else "0"
"""


def smuggles(body: str) -> tuple[str, ...]:
    return SECRET, forward("digits = secret(x)\n" + body)


SMUGGLED = ("@NUMBER@", "@TWICE@")

ATTACKS: list[Attack] = [
    *table(
        "judge",
        {
            # With a comparison that calls methods of what it compares.
            "a subclass of ndarray": returns(
                "np.zeros(x.shape).view(Lying)",
                """
                import numpy as np
                class Lying(np.ndarray):
                    def __sub__(self, other): return np.zeros(self.shape)
                    __rsub__ = __sub__
                    def __eq__(self, other): return np.ones(self.shape, bool)
                    __le__ = __lt__ = __ge__ = __gt__ = __eq__
                    def __array_finalize__(self, other): pass
                    def tobytes(self, *a): return (2 * np.ones(self.shape)).tobytes()
                """,
            ),
            "an object with __array_function__": returns(
                "Lying()",
                """
                import numpy as np
                class Lying:
                    shape, dtype, size, ndim = (1, 1), np.dtype(float), 1, 2
                    def __array_function__(self, *a, **k): return True
                    def __array_ufunc__(self, *a, **k): return np.zeros(1)
                    def __array__(self, *a, **k): return np.ones((1, 1))
                    __array_interface__ = {"shape": (1, 1), "typestr": "<f8", "version": 3}
                    def __float__(self): return 6.0
                    def __eq__(self, other): return True
                    def __bool__(self): return True
                    def __len__(self): return 1
                """,
            ),
            # With a comparison that asks for the type of what it compares.
            "a lying __class__": returns(
                "Lying()",
                """
                import numpy as np
                class Lying:
                    __class__ = np.ndarray
                    shape = (1, 1)
                    def __getattr__(self, name): return lambda *a, **k: self
                    def __eq__(self, other): return True
                """,
            ),
            "a number that equals everything": returns(
                "Lying(1)",
                """
                class Lying(float):
                    def __eq__(self, other): return True
                    def __sub__(self, other): return 0.0
                    __rsub__ = __sub__
                    def __float__(self): return 6.0
                """,
            ),
            # With a comparison in which what is not larger is good enough.
            "nan": returns("x * np.nan"),
            "infinity": returns("x * np.inf"),
            "minus 0": returns("-0.0 * x"),
            "a huge number": returns("x * 1e308 * 10"),
            # With a comparison that broadcasts.
            "a number in place of an array": returns("float(2 * x.flat[0])"),
            "a shape that broadcasts": returns("2 * x[:1] if len(x) > 1 else 2 * x"),
            "a shape of nothing": returns("np.empty((0, x.shape[1]))"),
            "one more axis": returns("2 * x[None]"),
            # With a comparison that takes what can be made an array.
            "a list": returns("(2 * x).tolist()"),
            "a text": returns("str(2 * x)"),
            "an array of texts": returns("(2 * x).astype(str)"),
            "an array of objects": returns("(2 * x).astype(object)"),
            "an array of records": returns("np.zeros(x.shape, [('a', float), ('b', float)])"),
            "a masked array": returns("np.ma.masked_array(2 * x, mask=True)"),
            "complex numbers": returns("2 * x + 0j"),
            "times": returns("(2 * x).astype('timedelta64[s]')"),
            "a matrix": returns("np.matrix(2 * x)"),
            # With a comparison in lower precision.
            "long numbers of odd bits": returns(
                "np.frombuffer(b'\\xff' * 16 * x.size, np.longdouble).reshape(x.shape)"
            ),
            "half precision": returns("(2 * x).astype(np.float16)"),
            # With the input's own memory as the answer.
            "the input itself": returns("x"),
            "an input doubled later": """
                import threading, time
                def later(x):
                    time.sleep(0.01)
                    x *= 2
                class Double:
                    parts = [1.0, 1.0]
                    def forward(self, x):
                        threading.Thread(target=later, args=(x,), daemon=True).start()
                        return x
                """,
            # With checks whose inputs are all known: the visible ones.
            "the visible answers": """
                import numpy as np
                ANSWERS = {"[[3.]]": 6.0}
                class Double:
                    def __init__(self): self.parts = [1.0, 1.0]
                    def forward(self, x):
                        return np.full(x.shape, ANSWERS.get(repr(x)[6:-1], 0.0))
                """,
            # With state that is kept from check to check, and inputs that come twice.
            "a memory of inputs": """
                import numpy as np
                SEEN = []
                class Double:
                    def __init__(self): self.parts = [1.0, 1.0]
                    def forward(self, x):
                        SEEN.append(x.copy())
                        calls = len(SEEN)
                        same = [i for i, old in enumerate(SEEN[:-1]) if old.shape == x.shape]
                        return 2 * x if calls == 1 else SEEN[same[-1]] * 2 if same else 0 * x
                """,
            "a right answer to the first call alone": """
                CALLS = []
                class Double:
                    def __init__(self): self.parts = [1.0, 1.0]
                    def forward(self, x):
                        CALLS.append(1)
                        return 2 * x if len(CALLS) < 2 else 3 * x
                """,
        },
        shows="FAIL",
    ),
    *table(
        "judge",
        {
            # With a comparison in the same process.
            "patched NumPy": (
                """
                import numpy as np, numpy.testing
                for name in ("allclose", "isclose", "array_equal", "isfinite", "all", "any"):
                    setattr(np, name, lambda *a, **k: True)
                for name in ("abs", "max", "sum", "mean"):
                    setattr(np, name, lambda *a, **k: 0.0)
                for name in dir(numpy.testing):
                    if name.startswith("assert"):
                        setattr(numpy.testing, name, lambda *a, **k: None)
                print("attack ran")
                """,
                WRONG_DOUBLE,
            ),
            "patched builtins": (
                """
                import builtins
                print("attack ran")
                builtins.AssertionError = type("Quiet", (BaseException,), {})
                builtins.abs = builtins.sum = builtins.max = lambda *a, **k: 0
                builtins.all = builtins.any = lambda *a: True
                builtins.__build_class__, old = lambda *a, **k: old(*a, **k), builtins.__build_class__
                """,
                WRONG_DOUBLE,
            ),
            "patched imports": (
                """
                import builtins, sys, types
                fake = types.ModuleType("fake")
                fake.__getattr__ = lambda name: lambda *a, **k: True
                for name in ("chainrule", "chainrule.homework", "chainrule.hidden", "homework",
                             "pytest", "unittest", "numpy.testing", "chainrule.sandbox.wire"):
                    sys.modules[name] = fake
                builtins.__import__, old = lambda name, *a, **k: fake if "chain" in name else old(
                    name, *a, **k), builtins.__import__
                print("attack ran")
                """,
                WRONG_DOUBLE,
            ),
            # With a library of checks that is the one in the student's process.
            "patched homework": (
                """
                import homework
                for name in ("assert_close", "assert_gradients", "_is_a_failure", "describe", "summary"):
                    setattr(homework, name, lambda *a, **k: None)
                homework.Check.fail = lambda self, error: None
                homework._Requirement.__exit__ = lambda *a: True
                homework._Component.__exit__ = lambda *a: True
                homework.board.checks["Double"] = []
                homework.RTOL = homework.ATOL = 1e9
                print("attack ran")
                """,
                WRONG_DOUBLE,
            ),
            "patched wire": (
                """
                import gc
                server = next(item for item in gc.get_objects() if type(item).__name__ == "Server")
                wire = type(server).serve.__globals__["wire"]
                wire.MAX_HEADER = wire.MAX_BODY = 1 << 40
                wire._Encoder.array = lambda self, value: [True]
                wire.encode, old = lambda value, refer: old(("ok", True), refer), wire.encode
                print("attack ran")
                """,
                WRONG_DOUBLE,
            ),
            # With a score that is made of what a notebook prints.
            "a forged report": (
                """
                print("attack ran")
                print("Double\\n  ok    forward: one number\\n  ok    forward: a batch\\nscore: 100")
                print('{"score": 4.5, "passed": true}')
                """,
                WRONG_DOUBLE,
            ),
            # With traces and profilers that see the frames of the grader.
            "traces": (
                """
                import sys, threading
                seen = []
                def trace(frame, event, argument):
                    for name, value in frame.f_locals.items():
                        if name in ("expected", "wanted", "component", "board", "check"):
                            seen.append(value)
                    return trace
                sys.setprofile(trace)
                threading.setprofile(trace)
                sys.setrecursionlimit(400)
                print("attack ran")
                """,
                WRONG_DOUBLE,
            ),
        },
        add=None,
    ),
    *table(
        "judge",
        {
            # With a shell that judges: it is the submission's own.
            "a patched shell": (
                """
                from IPython.core.interactiveshell import InteractiveShell, ExecutionResult
                print("attack ran")
                InteractiveShell.run_cell = lambda *a, **k: type("Fine", (), {"success": True})
                InteractiveShell.showtraceback = lambda *a, **k: None
                """,
                WRONG_DOUBLE,
            ),
        },
        add=None,
    ),
    *table(
        "judge",
        {
            # With messages about hidden checks that show names made by the submission.
            "a secret in the name of a type": smuggles("return type('N' + digits, (), {})()"),
            "a secret in the name of an ndarray": smuggles(
                "return np.zeros(1).view(type('N' + digits, (np.ndarray,), {}))"
            ),
            "a secret in the name of an exception": smuggles(
                "raise type('N' + digits, (ArithmeticError,), {})()"
            ),
            "a secret in the text of an exception": smuggles(
                "raise ValueError(digits + ' operands could not be broadcast ' + digits)"
            ),
            "a secret in the cause of an exception": smuggles(
                "raise NotImplementedError(digits) from KeyError(digits)"
            ),
            "a secret in the name of a field": smuggles(
                "return np.zeros(x.shape, [('N' + digits, float)])"
            ),
            "a secret in the length of a text": smuggles(
                "return np.zeros(0, 'S' + str(int(digits)))"
            ),
            "a secret in a unit of time": smuggles(
                "return np.zeros(x.shape, 'timedelta64[' + digits + 's]') if digits != '0' else x"
            ),
            "a secret in the name of an attribute": """
                class Meta(type):
                    def __getattr__(cls, name): raise AttributeError(name)
                seen = []
                class Double:
                    def __init__(self):
                        if seen:
                            self.__class__ = type("N" + seen[-1], (Double,), {})
                    def forward(self, x):
                        if x.size == 1 and x.flat[0] > 1e7:
                            seen.append(str(int(x.flat[0])))
                        return 2 * x
                    @property
                    def parts(self):
                        raise AttributeError(type(self).__name__)
                """,
            "a secret in the name of a cell": smuggles(
                "exec(compile('1 / 0', '1_layers.ipynb, cell ' + digits, 'exec'))"
            ),
            "a secret in a function's name": smuggles(
                "names = {}\n"
                "exec(compile(f'def f{digits}(): raise ValueError', '1_layers.ipynb, cell 1', 'exec'), names)\n"
                "names['f' + digits]()"
            ),
        },
        shows="FAIL",
        never=SMUGGLED,
    ),
    *table(
        "judge",
        {
            # With shapes in messages.
            "a secret in a shape": smuggles(
                "return np.empty((0, int(digits[:4]), int(digits[4:] or 0))) if x.size == 1 else 2 * x"
            ),
            "a secret in the number of elements": smuggles(
                "return np.zeros(int(digits[:7]) + 1, np.int8)"
            ),
        },
        shows="FAIL",
        never=("(0, @FOUR@,", "@SEVEN@ elements", "(@SEVEN@"),
    ),
    *table(
        "judge",
        {
            # With a line's number in the message: four digits at a time, as many as the cell has.
            "a secret in the number of a line": (
                SECRET,
                forward(
                    "import sys\n"
                    "digits = secret(x).zfill(9)\n"
                    "label = sys._getframe().f_code.co_filename\n"
                    "exec(compile('\\n' * (int(digits[:4]) - 1) + 'raise ValueError', label, 'exec'))"
                )
                + "\n" * 10_000
                + "# the end",
            ),
        },
        shows="FAIL",
        never=("line @FOUR@",),
    ),
    *table(
        "judge",
        {
            # With the size of an error in the message: two digits and an exponent. (The exponent is
            # large: the size of a small error is told, and says no more than two digits can.)
            "a secret in the size of an error": (
                SECRET,
                forward(
                    "digits = secret(x).zfill(9)\n"
                    "return 2 * x * (1 + float(digits[0] + '.' + digits[1] + 'e1' + digits[2]))"
                ),
            ),
        },
        shows="FAIL",
        never=("off by @SIZE@",),
    ),
]
