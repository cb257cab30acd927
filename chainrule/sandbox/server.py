"""The sandbox's side of the protocol: runs cells, and calls what they define when asked to.

Everything here shares a process with student code, so the judge believes none of it: it only
decodes what arrives, within limits, and compares the values itself.
"""

from __future__ import annotations

import contextlib
import os
import traceback
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from ..homework import call_each, tries_nearby, uses_complex
from . import wire
from .shell import Shell, begin_notebook, run_cell


class Server:
    """Serves one submission over one file descriptor until the judge hangs up.

    ``homework`` is the module that the submission's own cells import by that name.
    """

    def __init__(self, channel: int, shell: Shell, homework: types.ModuleType) -> None:
        self.channel = channel
        self.shell = shell
        self.homework = homework
        self.objects: dict[int, Any] = {}
        self.failed: list[Any] | None = None  # the reply, where a request failed that wants none
        self.operations: dict[str, Callable[..., Any]] = {
            "cell": self.cell,
            "finish": self.finish,
            "provide": self.provide,
            "name": self.name,
            "call": lambda target, args, kwargs: target(*args, **kwargs),
            "method": lambda target, name, args, kwargs: getattr(target, name)(*args, **kwargs),
            "call_each": call_each,
            "method_each": lambda target, name, each: call_each(getattr(target, name), each),
            "getattr": getattr,
            "setattr": lambda target, name, value: setattr(target, name, value),
            "getitem": lambda target, key: target[key],
            "setitem": lambda target, key, value: target.__setitem__(key, value),
            "len": len,
            "array": lambda values: np.array(values, dtype=np.float64),
            "dict": dict,
            "fetch": lambda target: target,
            "settle": lambda: None,
            "references": lambda function: self.by_reference(function()),
            "define": self.define,
            "seed": np.random.seed,
            "uses_complex": lambda function, args: uses_complex(function, *args),
            "tries_nearby": lambda layer, args: tries_nearby(layer, *args),
        }

    def serve(self) -> None:
        data = b""
        while True:
            while len(data) < wire.PREFIX.size:
                data += self.read()  # as a rule the whole request, with those that go before it
            total, header = wire.check_prefix(data[: wire.PREFIX.size])
            end = wire.PREFIX.size + total
            if len(data) < end:
                data = self.rest_of(data, end)
            request = wire.decode(data[wire.PREFIX.size : end], header, self.held)
            data = data[end:]
            if request[0] == "later":
                self.later(*request[1:])
            else:
                self.write(self.answer(*request))

    def held(self, reference: wire.Reference) -> Any:
        return self.objects.get(reference.number)  # nothing, after a failure

    def later(self, number: int, operation: str, *arguments: Any) -> None:
        """A request without a reply, whose result is called ``number``."""
        if self.failed is not None:
            return
        try:
            with np.errstate(all="ignore"):
                self.objects[number] = self.operations[operation](*arguments)
        except BaseException as error:
            self.failed = ["raised before", *self.raised(error)[1:]]

    def answer(self, operation: str, *arguments: Any) -> bytes:
        """The reply: ["ok", value], or ["raised", type, text, file, line, not implemented].

        ["raised before", ...] for an earlier request that failed and wanted none.
        """
        reply, self.failed = self.failed, None
        try:
            # A seterr(all="raise") in one cell must not make an underflow in another a failure.
            with np.errstate(all="ignore") if operation != "cell" else contextlib.nullcontext():
                reply = reply or ["ok", self.operations[operation](*arguments)]
        except BaseException as error:
            reply = self.raised(error)
        try:
            return wire.encode(reply, self.refer)
        except BaseException as error:  # a subclass whose methods fail, or too much data
            return wire.encode(self.raised(error), self.refer)

    def raised(self, error: BaseException) -> list[Any]:
        name, text = type(error).__name__, ""
        with contextlib.suppress(BaseException):
            text = str(error)[:2000]
        label, line = "", 0
        for frame in traceback.extract_tb(error.__traceback__):
            if ", cell " in frame.filename:
                label, line = frame.filename[-200:], frame.lineno or 0
        return ["raised", name[:100], text, label, line, isinstance(error, NotImplementedError)]

    def cell(self, source: str, label: str) -> Any:
        items, success = run_cell(self.shell, source, label)
        return {"outputs": items, "success": success}

    def finish(self, path: str) -> None:
        """The cells so far were those of the notebook ``path``, which the next one may load."""
        self.homework.loaded[path] = self.homework.Namespace(self.shell.user_ns, path)
        begin_notebook(self.shell)

    def provide(self, name: str, content: np.ndarray) -> None:
        """A file for ``homework.data``."""
        self.homework.files[name] = content.tobytes()

    def name(self, name: str) -> Any:
        if name not in self.shell.user_ns:
            raise NameError(name)
        return self.shell.user_ns[name]

    def define(self, source: str, name: str) -> Any:
        """Run the test's own code beside the student's, without touching the student's names."""
        names = dict(self.shell.user_ns)
        exec(source, names)
        return names[name]

    def by_reference(self, value: Any) -> Any:
        """Nested lists of arrays as lists of references, so that the test can write into them."""
        if isinstance(value, (list, tuple)):
            return [self.by_reference(item) for item in value]
        return self.hold(value)

    def hold(self, value: Any) -> wire.Reference:
        self.objects[id(value)] = value
        return wire.Reference(id(value), type(value).__name__[:100], callable(value))

    refer = hold

    def read(self) -> bytes:
        chunk = os.read(self.channel, 1 << 15)
        if not chunk:
            os._exit(0)  # the judge has hung up
        return chunk

    def rest_of(self, start: bytes, size: int) -> bytes:
        data = bytearray(start)
        while len(data) < size:
            data += self.read()
        return bytes(data)

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self.channel, view) :]
