"""The data that crosses between the judge and a sandbox: plain values, arrays, handles.

A frame is ``length | header length | header | body``, both lengths as unsigned 32-bit little-endian
integers. The header is msgpack; the body holds the bytes of arrays and long texts, one after the
other in the order in which the header names them, so that no byte stands for two of them. Nothing
else can be said: no class and no code ever crosses. What comes out of a sandbox is decoded with
every length checked.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np

MAX_HEADER = 1 << 20  # bytes; one byte of msgpack becomes at most about 60 bytes of Python objects
MAX_BODY = 1 << 26
MAX_DEPTH = 16
LONG_TEXT = 1 << 12  # characters; from there on a string's bytes stand in the body
PREFIX = struct.Struct("<II")
# The first byte on a channel, before any frame: whether the process could be confined.
LOCKED_UP, FAILED = b"+", b"-"

_ARRAY, _TUPLE, _HANDLE, _REFUSED, _TEXT = 1, 2, 3, 4, 5
_DTYPE = re.compile(r"[<|][biuf](1|2|4|8|16)")

# Why a value may not cross. The words are fixed: a student reads them below hidden checks, and a
# submission that could choose them would have its hidden inputs printed there.
_KINDS = {
    "O": "object",
    "U": "str",
    "S": "bytes",
    "V": "records",
    "c": "complex numbers",
    "M": "dates",
    "m": "spans of time",
}
_SUBCLASSES = ("matrix", "MaskedArray", "recarray", "memmap", "chararray", "ndarray subclass")
NESTED = f"data nested more than {MAX_DEPTH} deep"
HUGE_INTEGER = "an integer of more than 64 bits"
ODD_KEYS = "a dict with keys other than strings and integers"
TOO_LARGE = f"more than {MAX_BODY >> 20} MB of arrays"
UNKNOWN = "something that is not plain data"
REASONS = frozenset(
    (
        *(f"an array of {kind}" for kind in _KINDS.values()),
        *(f"a {name} in place of a plain array" for name in _SUBCLASSES),
        *(NESTED, HUGE_INTEGER, ODD_KEYS, TOO_LARGE, UNKNOWN),
    )
)


class WireError(Exception):
    """Bytes that are not a frame of this protocol."""


@dataclass(frozen=True)
class Refused:
    """Stands for a value that must not cross, such as an object array; one of REASONS."""

    reason: str


@dataclass(frozen=True)
class Reference:
    """Names an object that stays in the sandbox."""

    number: int
    type_name: str
    is_callable: bool


class _Encoder:
    def __init__(self, refer: Callable[[Any], Any]) -> None:
        self.refer = refer
        self.body = bytearray()

    def pack(self, value: Any, depth: int = 0) -> Any:
        """The msgpack form of a value; arrays and long texts go to the body."""
        if value is None or value is True or value is False:
            return value
        if depth > MAX_DEPTH:
            return self.refuse(NESTED)
        if isinstance(value, str):
            return self.text(str(value))
        if isinstance(value, (np.ndarray, np.generic)):
            return self.array(value)
        if isinstance(value, int):
            number = int(value)
            if not -(1 << 63) <= number < 1 << 64:
                return self.refuse(HUGE_INTEGER)
            return number
        if isinstance(value, float):
            return float(value)
        if isinstance(value, list):
            return [self.pack(item, depth + 1) for item in value]
        if isinstance(value, tuple):
            return msgpack.ExtType(_TUPLE, _packb([self.pack(item, depth + 1) for item in value]))
        if isinstance(value, dict):
            if all(isinstance(key, (str, int)) for key in value):
                return {
                    str(key) if isinstance(key, str) else key: self.pack(item, depth + 1)
                    for key, item in value.items()
                }
            return self.refuse(ODD_KEYS)
        if isinstance(value, Refused):
            return self.refuse(value.reason)
        reference = value if isinstance(value, Reference) else self.refer(value)
        return msgpack.ExtType(
            _HANDLE, _packb([reference.number, reference.type_name, reference.is_callable])
        )

    def text(self, value: str) -> Any:
        # Half of a surrogate pair is legal in Python, but it is no Unicode.
        data = value.encode("utf-8", "replace")
        if len(value) < LONG_TEXT or len(self.body) + len(data) > MAX_BODY:
            return data.decode()
        self.body += data
        return msgpack.ExtType(_TEXT, _packb(len(data)))

    def array(self, value: Any) -> Any:
        if isinstance(value, np.ndarray) and type(value) is not np.ndarray:
            name = next((n for n in _SUBCLASSES if n == type(value).__name__), _SUBCLASSES[-1])
            return self.refuse(f"a {name} in place of a plain array")
        if not _DTYPE.fullmatch(value.dtype.newbyteorder("<").str):
            kind = _KINDS.get(value.dtype.kind)
            return self.refuse(f"an array of {kind}" if kind else UNKNOWN)
        if len(self.body) + value.nbytes > MAX_BODY:  # before a view of few bytes becomes a copy
            return self.refuse(TOO_LARGE)
        plain = np.ascontiguousarray(value).reshape(np.shape(value))
        plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
        self.body += plain.tobytes()
        return msgpack.ExtType(_ARRAY, _packb([plain.dtype.str, list(plain.shape)]))

    def refuse(self, reason: str) -> Any:
        return msgpack.ExtType(_REFUSED, _packb(reason))


def _packb(value: Any) -> bytes:
    return bytes(msgpack.packb(value))


def encode(value: Any, refer: Callable[[Any], Any]) -> bytes:
    """A frame with one value. ``refer(object)`` gives the Reference of anything that must stay."""
    encoder = _Encoder(refer)
    try:
        header = _packb(encoder.pack(value))
    except RecursionError:
        header = b""
    if not header or len(header) > MAX_HEADER:
        raise WireError(f"a message of more than {MAX_HEADER >> 20} MB")
    return PREFIX.pack(len(header) + len(encoder.body), len(header)) + header + encoder.body


def check_prefix(prefix: bytes) -> tuple[int, int]:
    """(bytes that follow, of these the header's). Raises WireError where a limit is exceeded."""
    total, header = PREFIX.unpack(prefix)
    if header > MAX_HEADER or header > total or total - header > MAX_BODY:
        raise WireError(f"a frame of {total} bytes with a header of {header}")
    return total, header


def decode(frame: bytes, header: int, resolve: Callable[[Reference], Any]) -> Any:
    """The value in a frame, without its prefix. Raises WireError for anything malformed.

    ``resolve(reference)`` gives what stands for an object that stayed on the other side.
    """
    decoder = _Decoder(memoryview(frame)[header:], resolve)
    try:
        value = decoder.unpack(frame[:header])
    except WireError:
        raise
    except Exception as error:  # msgpack has no common base for what malformed bytes raise
        raise WireError(f"malformed bytes ({type(error).__name__})") from error
    if decoder.body:
        raise WireError("bytes that belong to nothing")
    return value


class _Decoder:
    """Decodes one header; arrays and long texts take their bytes from the front of ``body``."""

    def __init__(self, body: memoryview, resolve: Callable[[Reference], Any]) -> None:
        self.body = body
        self.resolve = resolve
        self.depth = 0

    def unpack(self, data: bytes) -> Any:
        # Each level of extensions within extensions holds a copy of all that is below it.
        if self.depth > MAX_DEPTH + 2:
            raise WireError("extensions nested too deeply")
        self.depth += 1
        value = msgpack.unpackb(data, ext_hook=self.extension, strict_map_key=False)
        self.depth -= 1
        return value

    def extension(self, code: int, data: bytes) -> Any:
        fields = self.unpack(data)
        if code == _REFUSED:
            known = isinstance(fields, str) and fields in REASONS
            return Refused(fields if known else UNKNOWN)
        if code == _TEXT and type(fields) is int:
            return str(self.take(fields), "utf-8", "replace")
        if not isinstance(fields, list):
            raise WireError("an extension that is not a list")
        if code == _TUPLE:
            return tuple(fields)
        if code == _ARRAY and len(fields) == 2:
            return self.array(*fields)
        if code == _HANDLE and len(fields) == 3:
            number, name, is_callable = fields
            if type(number) is int and isinstance(name, str) and isinstance(is_callable, bool):
                name = name if name.isidentifier() and len(name) <= 60 else "object"
                return self.resolve(Reference(number, name, is_callable))
        raise WireError(f"an unknown extension {code}")

    def take(self, size: int) -> memoryview:
        if not 0 <= size <= len(self.body):
            raise WireError("data larger than its frame")
        taken, self.body = self.body[:size], self.body[size:]
        return taken

    def array(self, dtype: Any, shape: Any) -> np.ndarray:
        """A fresh, writable array. Raises WireError unless every field is in range."""
        if not (isinstance(dtype, str) and _DTYPE.fullmatch(dtype)):
            raise WireError("an array of a dtype that may not cross")
        if not (
            isinstance(shape, list)
            and len(shape) <= 32
            and all(type(n) is int and 0 <= n <= MAX_BODY for n in shape)
        ):
            raise WireError("an array of an impossible shape")
        kind = np.dtype(dtype)
        count = 1
        for length in shape:
            count *= length
        data = self.take(count * kind.itemsize)
        if kind.kind == "b":  # a byte other than 0 and 1 would be neither true nor false
            bits: np.ndarray = np.frombuffer(data, np.uint8, count) != 0
            return bits.reshape(shape)
        flat = np.frombuffer(data, kind, count) if count else np.empty(0, kind)
        return flat.reshape(shape).astype(kind.newbyteorder("="), copy=True)
