"""The data that crosses between the judge and a sandbox: plain values, arrays, handles.

A frame is ``length | header length | header | body``, both lengths as unsigned 32-bit little-endian
integers. The header is msgpack; the body holds the bytes of arrays and long texts, one after the
other in the order in which the header names them, so that no byte stands for two of them. Nothing
else can be said: no class and no code ever crosses. What comes out of a sandbox is decoded with
every length checked.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np

MAX_HEADER = 1 << 20  # bytes; one byte of msgpack becomes at most about 60 bytes of Python objects
MAX_BODY = 1 << 26
MAX_DEPTH = 16
MAX_AXES = 64  # as many as NumPy has
LONG_TEXT = 1 << 12  # characters; from there on a string's bytes stand in the body
PREFIX = struct.Struct("<II")
# The first byte on a channel, before any frame: whether the process could be confined.
LOCKED_UP, FAILED = b"+", b"-"

_ARRAY, _TUPLE, _HANDLE, _REFUSED, _TEXT = 1, 2, 3, 4, 5
# An array's dtype crosses as its place in this list, and its shape as integers of 32 bits.
_DTYPES = tuple(
    map(
        np.dtype,
        (
            "|b1",
            *("|i1", "<i2", "<i4", "<i8"),
            *("|u1", "<u2", "<u4", "<u8"),
            *("<f2", "<f4", "<f8"),
        ),
    )
)
_CODES = {kind: code for code, kind in enumerate(_DTYPES)}
_SHAPES = [struct.Struct(f"<B{axes}I") for axes in range(MAX_AXES + 1)]
_NUMBER = struct.Struct("<QB")

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
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is str and len(value) < LONG_TEXT:
            return value
        if kind is np.ndarray:
            return self.array(value)
        if kind is int and -(1 << 63) <= value < 1 << 64:
            return value
        if depth > MAX_DEPTH:
            return self.refuse(NESTED)
        if kind is list:
            return [self.pack(item, depth + 1) for item in value]
        if kind is tuple:
            return ExtType(_TUPLE, _packb([self.pack(item, depth + 1) for item in value]))
        return self.pack_rarer(value, depth)

    def pack_rarer(self, value: Any, depth: int) -> Any:
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
            return ExtType(_TUPLE, _packb([self.pack(item, depth + 1) for item in value]))
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
        name = reference.type_name.encode("utf-8", "replace")
        return ExtType(_HANDLE, _NUMBER.pack(reference.number, reference.is_callable) + name)

    def text(self, value: str) -> Any:
        # Half of a surrogate pair is legal in Python, but it is no Unicode.
        data = value.encode("utf-8", "replace")
        if len(data) < LONG_TEXT or len(self.body) + len(data) > MAX_BODY:
            return data.decode()
        self.body += data
        return ExtType(_TEXT, len(data).to_bytes(4, "little"))

    def array(self, value: Any) -> Any:
        kind = value.dtype
        code = _CODES.get(kind)
        if code is None:
            # Longer floats lose what the comparison would not look at.
            kind = np.dtype("<f8") if kind.kind == "f" else kind.newbyteorder("<")
            code = _CODES.get(kind)
        if type(value) is not np.ndarray and isinstance(value, np.ndarray):
            name = next((n for n in _SUBCLASSES if n == type(value).__name__), _SUBCLASSES[-1])
            return self.refuse(f"a {name} in place of a plain array")
        if code is None:
            words = _KINDS.get(kind.kind)
            return self.refuse(f"an array of {words}" if words else UNKNOWN)
        if len(self.body) + value.nbytes > MAX_BODY:  # before a view of few bytes becomes a copy
            return self.refuse(TOO_LARGE)
        shape = value.shape
        if max(shape, default=0) > MAX_BODY:  # of no elements, then
            return self.refuse(TOO_LARGE)
        self.body += value.astype(kind, copy=False).tobytes()
        return ExtType(_ARRAY, _SHAPES[len(shape)].pack(code, *shape))

    def refuse(self, reason: str) -> Any:
        return ExtType(_REFUSED, reason.encode())


ExtType = msgpack.ExtType
_packb: Callable[[Any], bytes] = msgpack.Packer(unicode_errors="replace").pack


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
        value = msgpack.unpackb(data, ext_hook=self.extension, strict_map_key=False, timestamp=1)
        self.depth -= 1
        return value

    def extension(self, code: int, data: bytes) -> Any:
        if code == _ARRAY:
            return self.array(data)
        if code == _TUPLE:
            fields = self.unpack(data)
            if isinstance(fields, list):
                return tuple(fields)
        elif code == _HANDLE and len(data) >= _NUMBER.size:
            number, is_callable = _NUMBER.unpack_from(data)
            name = data[_NUMBER.size : _NUMBER.size + 200].decode("utf-8", "replace")
            name = name if name.isidentifier() and len(name) <= 60 else "object"
            return self.resolve(Reference(number, name, is_callable == 1))
        elif code == _REFUSED:
            reason = data[:200].decode("utf-8", "replace")
            return Refused(reason if reason in REASONS else UNKNOWN)
        elif code == _TEXT and len(data) == 4:
            return str(self.take(int.from_bytes(data, "little")), "utf-8", "replace")
        raise WireError(f"an unknown extension {code}")

    def take(self, size: int) -> memoryview:
        if size > len(self.body):
            raise WireError("data larger than its frame")
        taken, self.body = self.body[:size], self.body[size:]
        return taken

    def array(self, data: bytes) -> np.ndarray:
        """A fresh, writable array. Raises WireError unless every field is in range."""
        axes = len(data) // 4
        if len(data) % 4 != 1 or axes > MAX_AXES:
            raise WireError("an array of an impossible shape")
        code, *shape = _SHAPES[axes].unpack(data)
        if code >= len(_DTYPES) or max(shape, default=0) > MAX_BODY:
            raise WireError("an array of an impossible dtype or size")
        kind = _DTYPES[code]
        count = math.prod(shape)
        taken = self.take(count * kind.itemsize)
        if code == 0:  # a byte other than 0 and 1 would be neither true nor false
            bits: np.ndarray = np.frombuffer(taken, np.uint8) != 0
            return bits.reshape(shape)
        return np.frombuffer(bytearray(taken), kind, count).reshape(shape)
