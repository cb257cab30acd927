"""Frames of the protocol: right ones, nearly right ones, and the data in them."""

import struct

import msgpack
import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from chainrule.sandbox import wire

DTYPES = st.sampled_from([*"?bBhHiIlLefd", ">f8", ">i4", ">u2"]).map(np.dtype)
BAD_DTYPES = st.sampled_from(["O", "U3", "S3", "V4", "c8", "M8[s]", "m8[s]", "f4,i4"]).map(np.dtype)


@st.composite
def arrays(draw, dtypes=DTYPES):
    """Arrays of all dtypes, shapes and layouts in memory."""
    shape = draw(npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    dtype = draw(dtypes)
    raw = draw(st.binary(min_size=64, max_size=64))
    count = int(np.prod(shape, dtype=int))
    numbers = np.resize(np.frombuffer(raw, np.int8), count).astype(float)
    with np.errstate(all="ignore"):
        value = (numbers / draw(st.sampled_from([1, 3]))).astype(dtype).reshape(shape)
    if dtype.kind == "f" and value.size and draw(st.booleans()):
        value.flat[0] = draw(st.sampled_from([np.nan, np.inf, -np.inf, -0.0]))
    layout = draw(st.sampled_from(["c", "fortran", "every second", "backwards", "read-only"]))
    if layout == "fortran":
        value = np.asfortranarray(value)
    elif layout == "every second" and value.ndim:
        value = np.repeat(value, 2, axis=0)[::2]
    elif layout == "backwards" and value.ndim:
        value = value[::-1]
    elif layout == "read-only":
        value = np.broadcast_to(value, value.shape)
    return value


INTEGERS = st.integers(-(2**63), 2**64 - 1)
SHORT = st.text(max_size=10)
TEXTS = SHORT | st.sampled_from(["a" * wire.LONG_TEXT, "é" * (wire.LONG_TEXT - 1)])


def plain(texts):
    """Nested data of all kinds that may cross."""
    return st.recursive(
        st.one_of(st.none(), st.booleans(), INTEGERS, st.floats(), texts, arrays()),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.lists(inner, max_size=4).map(tuple),
            st.dictionaries(texts | INTEGERS, inner, max_size=4),
        ),
        max_leaves=10,
    )


PLAIN, SMALL = plain(TEXTS), plain(SHORT)


# ---------------------------------------------------------------------------------------
# Nearly right

NUMBERS = st.one_of(
    st.integers(-2, 5),
    st.sampled_from([2**16, 2**26, 2**26 + 1, 2**31, 2**32, 2**63, 2**64 - 1, -(2**63)]),
    st.sampled_from([1.5, True, None, "1", b"1"]),
)
AXES = st.integers(0, 5) | st.sampled_from([2**16, 2**26, 2**26 + 1, 2**31, 2**32 - 1])


def _ext(code, fields):
    return msgpack.ExtType(code, msgpack.packb(fields))


@st.composite
def extensions(draw, inner):
    """Extensions as the protocol has them, with some of their fields out of range."""
    kind = draw(st.integers(0, 6))
    if kind == 0:
        shape = draw(st.lists(AXES, max_size=5) | st.just([1] * 65))
        return msgpack.ExtType(
            1, struct.pack(f"<B{len(shape)}I", draw(st.integers(0, 13) | st.just(255)), *shape)
        )
    if kind == 1:
        return _ext(2, draw(st.lists(inner, max_size=3)))
    if kind == 2:
        name = draw(st.text(max_size=70) | st.sampled_from(["Linear", "<b>", "list"]))
        number = struct.pack("<QB", draw(st.sampled_from([0, 1, 2**63, 2**64 - 1])), 1)
        return msgpack.ExtType(3, number + name.encode())
    if kind == 3:
        return msgpack.ExtType(4, draw(st.sampled_from([*sorted(wire.REASONS), "other"])).encode())
    if kind == 4:
        return msgpack.ExtType(5, struct.pack("<I", draw(AXES)))
    if kind == 5:
        return _ext(draw(st.integers(0, 127)), draw(inner))
    return msgpack.ExtType(draw(st.integers(0, 6)), draw(st.binary(max_size=20)))


NEARLY = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=10), st.binary(max_size=10)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=5) | st.integers(-2, 2), inner, max_size=3),
        extensions(inner),
    ),
    max_leaves=10,
)
LENGTHS = st.sampled_from([0, 1, 2**16 - 1, 2**20, 2**31, 2**32 - 1]).map(
    lambda count: struct.pack(">I", count)
)
# Containers that say they hold more than there is, within one another.
BOASTING = st.lists(
    st.tuples(st.sampled_from([b"\xdd", b"\xdf", b"\xc6", b"\xdb", b"\xc9"]), LENGTHS).map(b"".join)
    | st.sampled_from([b"\x91", b"\x81", b"\x80", b"\xdc\xff\xff"]),
    max_size=30,
).map(b"".join)
HEADERS = st.one_of(
    NEARLY.map(msgpack.packb), st.binary(max_size=60), BOASTING, st.binary(max_size=9).map(bytes)
)


def frame(header, body=b""):
    return wire.PREFIX.pack(len(header) + len(body), len(header)) + header + body


@st.composite
def frames(draw, headers=HEADERS):
    """Frames that may be wrong in any part."""
    data = frame(draw(headers), draw(st.binary(max_size=40)))
    kind = draw(
        st.sampled_from(["as it is", "as it is", "bits", "lengths", "cut", "more", "noise"])
    )
    if kind == "bits":
        changed = bytearray(data)
        for _ in range(draw(st.integers(1, 5))):
            changed[draw(st.integers(0, len(data) - 1))] ^= 1 << draw(st.integers(0, 7))
        return bytes(changed)
    if kind == "lengths":
        numbers = st.integers(0, 200) | st.integers(0, 2**32 - 1)
        return wire.PREFIX.pack(draw(numbers), draw(numbers)) + data[wire.PREFIX.size :]
    if kind == "cut":
        return data[: draw(st.integers(0, len(data)))]
    if kind == "more":
        return data + draw(st.binary(min_size=1, max_size=20))
    return draw(st.binary(max_size=100)) if kind == "noise" else data


def same(one, other):
    """Whether two values are the same to the last bit, their types too; arrays in their order."""
    if isinstance(one, np.ndarray):
        return (
            isinstance(other, np.ndarray)
            and one.shape == other.shape
            and one.dtype.newbyteorder("=") == other.dtype
            and bool(np.all((one == other) | ((one != one) & (other != other))))
        )
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)
