"""The data that crosses between the judge and a sandbox: plain values, arrays, handles.

A frame is ``length | header length | header | body``, both lengths as unsigned 32-bit little-endian
integers. The header is msgpack; the body holds the arrays' bytes. Nothing else can be said: no
class and no code ever crosses. What comes out of a sandbox is decoded with every length checked.
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
PREFIX = struct.Struct("<II")
# The first byte on a channel, before any frame: whether the process could be confined.
LOCKED_UP, FAILED = b"+", b"-"

_ARRAY, _TUPLE, _HANDLE, _REFUSED = 1, 2, 3, 4
_DTYPE = re.compile(r"[<|][biuf](1|2|4|8|16)")


class WireError(Exception):
    """Bytes that are not a frame of this protocol."""


@dataclass(frozen=True)
class Refused:
    """Stands for a value that must not cross, such as an object array."""

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
        """The msgpack form of a value; arrays go to the body."""
        if value is None or value is True or value is False:
            return value
        if depth > MAX_DEPTH:
            return self.refuse(f"data nested more than {MAX_DEPTH} deep")
        if isinstance(value, str):
            return str(value)
        if isinstance(value, (np.ndarray, np.generic)):
            return self.array(value)
        if isinstance(value, int):
            number = int(value)
            if not -(1 << 63) <= number < 1 << 64:
                return self.refuse("an integer of more than 64 bits")
            return number
        if isinstance(value, float):
            return float(value)
        if isinstance(value, list):
            return [self.pack(item, depth + 1) for item in value]
        if isinstance(value, tuple):
            return msgpack.ExtType(_TUPLE, _packb([self.pack(item, depth + 1) for item in value]))
        if isinstance(value, dict):
            if all(isinstance(key, (str, int)) for key in value):
                return {key: self.pack(item, depth + 1) for key, item in value.items()}
            return self.refuse("a dict with keys other than strings and integers")
        if isinstance(value, Refused):
            return self.refuse(value.reason)
        reference = value if isinstance(value, Reference) else self.refer(value)
        return msgpack.ExtType(
            _HANDLE, _packb([reference.number, reference.type_name, reference.is_callable])
        )

    def array(self, value: Any) -> Any:
        if isinstance(value, np.ndarray) and type(value) is not np.ndarray:
            return self.refuse(f"a {type(value).__name__} in place of a plain array")
        plain = np.ascontiguousarray(value).reshape(np.shape(value))
        plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
        if not _DTYPE.fullmatch(plain.dtype.str):
            return self.refuse(f"an array of dtype {str(plain.dtype)[:40]}")
        if len(self.body) + plain.nbytes > MAX_BODY:
            return self.refuse(f"more than {MAX_BODY >> 20} MB of arrays")
        offset = len(self.body)
        self.body += plain.tobytes()
        return msgpack.ExtType(_ARRAY, _packb([plain.dtype.str, list(plain.shape), offset]))

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
    body = memoryview(frame)[header:]

    def extension(code: int, data: bytes) -> Any:
        if code == _REFUSED:
            reason = unpack(data)
            return Refused(reason[:200] if isinstance(reason, str) else "something")
        fields = unpack(data)
        if not isinstance(fields, list):
            raise WireError("an extension that is not a list")
        if code == _TUPLE:
            return tuple(fields)
        if code == _ARRAY and len(fields) == 3:
            return _array(body, *fields)
        if code == _HANDLE and len(fields) == 3:
            number, name, is_callable = fields
            if type(number) is int and isinstance(name, str) and isinstance(is_callable, bool):
                name = name if name.isidentifier() and len(name) <= 60 else "object"
                return resolve(Reference(number, name, is_callable))
        raise WireError(f"an unknown extension {code}")

    def unpack(data: bytes) -> Any:
        return msgpack.unpackb(data, ext_hook=extension, strict_map_key=False)

    try:
        return unpack(frame[:header])
    except WireError:
        raise
    except Exception as error:  # msgpack has no common base for what malformed bytes raise
        raise WireError(f"malformed bytes ({type(error).__name__})") from error


def _array(body: memoryview, dtype: Any, shape: Any, offset: Any) -> np.ndarray:
    """A fresh, writable array from the body. Raises WireError unless every field is in range."""
    if not (isinstance(dtype, str) and _DTYPE.fullmatch(dtype)):
        raise WireError("an array of a dtype that may not cross")
    if not (
        isinstance(shape, list)
        and len(shape) <= 32
        and all(type(n) is int and 0 <= n <= MAX_BODY for n in shape)
        and type(offset) is int
    ):
        raise WireError("an array of an impossible shape")
    kind = np.dtype(dtype)
    count = 1
    for length in shape:
        count *= length
    if not 0 <= offset <= len(body) or count * kind.itemsize > len(body) - offset:
        raise WireError("an array larger than its frame")
    flat = np.frombuffer(body, kind, count, offset) if count else np.empty(0, kind)
    return flat.reshape(shape).astype(kind.newbyteorder("="), copy=True)
