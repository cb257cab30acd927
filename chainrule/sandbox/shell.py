"""A notebook's cells without a Jupyter kernel: IPython's shell with its outputs collected.

Runs in the sandbox only. What it reports is for people to look at; no score depends on it.
"""

from __future__ import annotations

import io
import sys
import types
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magics.execution import ExecutionMagics
from traitlets import Instance, Type
from traitlets.config import Config

from ..magics import may_hold_magics

MAX_TEXT = 100_000  # characters of text a cell may print
MAX_IMAGES = 4 << 20  # bytes of images and other display data a notebook may show


class Outputs:
    """The outputs of the running cell, in nbformat's words."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.text_left = MAX_TEXT
        self.data_left = MAX_IMAGES

    def start(self) -> None:
        self.items = []
        self.text_left = MAX_TEXT

    def stream(self, name: str, text: str) -> None:
        if self.text_left <= 0:
            return
        if len(text) > self.text_left:
            text = text[: self.text_left] + "\n… (the rest of the output is left out)\n"
        self.text_left -= len(text)
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"].append(text)
        else:
            self.items.append({"output_type": "stream", "name": name, "text": [text]})

    def display(self, kind: str, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        kept = {}
        for mime, value in data.items():
            if isinstance(value, bytes):
                import binascii

                value = binascii.b2a_base64(value).decode("ascii")
            if isinstance(value, str) and len(value) <= self.data_left:
                self.data_left -= len(value)
                kept[str(mime)] = value
        if kept and len(self.items) < 100:
            self.items.append({"output_type": kind, "data": kept, "metadata": {}})

    def error(self, name: str, text: str, traceback: list[str]) -> None:
        lines = [line[:2000] for line in traceback[-60:]]
        self.items.append(
            {
                "output_type": "error",
                "ename": name[:200],
                "evalue": text[:2000],
                "traceback": lines,
            }
        )

    def collected(self) -> list[dict[str, Any]]:
        """Copies: what a function prints when a test calls it is still added to the last cell's."""
        return [
            {**item, "text": "".join(item["text"])} if item["output_type"] == "stream" else item
            for item in self.items
        ]


outputs = Outputs()


class _Stream(io.TextIOBase):
    def __init__(self, name: str) -> None:
        self.name = name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        outputs.stream(self.name, str(text))
        return len(text)

    def fileno(self) -> int:
        raise io.UnsupportedOperation("fileno")


class _Publisher(DisplayPublisher):
    def publish(self, data: Any, metadata: Any = None, *args: Any, **kwargs: Any) -> None:
        outputs.display("display_data", data, metadata or {})

    def clear_output(self, wait: bool = False) -> None:
        outputs.items = []


class _Hook(DisplayHook):
    """Collects a cell's last value in place of printing it."""

    def start_displayhook(self) -> None:
        pass

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        outputs.display("execute_result", format_dict, md_dict or {})

    def finish_displayhook(self) -> None:
        pass

    def log_output(self, format_dict: Any) -> None:
        pass


class _Compiler(CachingCompiler):
    """Names a cell's code after the cell, so that tracebacks say where."""

    label = "a cell"

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return self.label


class _Magics(ExecutionMagics):
    """``%timeit`` runs its statement once: nobody looks at the time.

    As a student has it, it takes some seconds, of those that a cell has twenty of.
    """

    def parse_options(self, arg_str: str, opt_str: str, *long_opts: str, **how: Any) -> Any:
        options, statement = super().parse_options(arg_str, opt_str, *long_opts, **how)
        if opt_str.startswith("n:r:"):  # those of %timeit: how often, and how many times so often
            options["n"] = options["r"] = "1"
        return options, statement


class _Syntax(TransformerManager):
    """Looks for magics, shell commands and help only in cells that can hold any.

    IPython splits every cell into tokens to find them, which takes longer than to run the cell.
    """

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        if not may_hold_magics(lines):
            return lines
        transformed: list[str] = super().do_token_transforms(lines)  # type: ignore[no-untyped-call]
        return transformed


class Shell(InteractiveShell):
    """IPython without terminal, history or files."""

    input_transformer_manager = Instance(_Syntax, ())
    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    compiler_class = Type(_Compiler)

    def should_run_async(self, raw_cell: str, **options: Any) -> bool:
        """IPython would compile the cell to find out."""
        if "await" not in raw_cell and "async" not in raw_cell:
            return False
        return super().should_run_async(raw_cell, **options)

    def init_history(self) -> None:
        super().init_history()  # type: ignore[no-untyped-call]
        assert self.history_manager is not None
        self.history_manager.enabled = False

    def enable_gui(self, gui: Any = None) -> None:
        pass

    def init_virtualenv(self) -> None:
        pass

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        outputs.error(etype.__name__, str(evalue), stb)


def create_shell() -> Shell:
    """The one shell of this process, warmed so that a fork of it runs its first cell at once."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.autoindent = False
    main = _new_main()
    shell = Shell.instance(config=config, user_module=main, user_ns=main.__dict__)
    shell.register_magics(_Magics)
    sys.stdout = _Stream("stdout")
    sys.stderr = _Stream("stderr")
    for cell in (
        "%matplotlib inline\nimport matplotlib.pyplot as _plt",
        "_fig = _plt.figure(figsize=(1, 1)); _plt.plot([0, 1]); _plt.show(); _plt.close('all')",
        "1 + 1",
        "raise ValueError('warm')",
        "def _f(x):\n    '''x'''\n    return x\n_f(1)",
        "del _plt, _fig, _f",
    ):
        run_cell(shell, cell, "warming up")
    outputs.start()
    outputs.data_left = MAX_IMAGES
    shell.execution_count = 1
    return shell


def begin_notebook(shell: Shell) -> None:
    """Give the cells from now on names of their own; those of the cells before live on."""
    main = _new_main()
    shell.user_module, shell.user_ns = main, main.__dict__
    shell.init_user_ns()  # type: ignore[no-untyped-call]


def _new_main() -> types.ModuleType:
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    return main


def run_cell(shell: Shell, source: str, label: str) -> tuple[list[dict[str, Any]], bool]:
    """Run one code cell; give its outputs and whether it ran to its end."""
    outputs.start()
    shell.compile.label = label  # type: ignore[attr-defined]
    result = shell.run_cell(source, store_history=False)  # type: ignore[no-untyped-call]
    return outputs.collected(), bool(result.success)
