"""Notebooks as they come out of editors, merges and transfers that went wrong: mutated bytes."""

import json
from pathlib import Path

from hypothesis import strategies as st

SOURCE = Path(__file__).parents[2] / "source" / "nn_framework"
REFERENCE = (SOURCE / "1_modules.ipynb").read_bytes()
OTHER = (SOURCE / "2_test_modules.ipynb").read_bytes()

ODD_TEXTS = (
    *("", "\0", "\ud800", "\udfff\ud800", "\ufeff", "\u2028", "\x1b[2J", "a" * 5000),
    *("code", "markdown", "raw", "double-solution", "linear-formula", "😀e\u0301", "\r\n\x85"),
    *("### BEGIN SOLUTION", "### END SOLUTION", "<script>", "_" * 200, "image/png", "../../x"),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 5),
    st.sampled_from([10**30, -(2**63), 2**64, 1.5, 4.0, -0.0, 1e308]),
    st.floats(),
    st.sampled_from(ODD_TEXTS),
    st.text(max_size=20),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(ODD_TEXTS), inner, max_size=3)
    ),
    max_leaves=8,
)
FRAGMENTS = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(
        [
            *(b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"\xc0\x80", b"\xed\xa0\x80", b"\\ud800"),
            *(
                b'"',
                b"\\",
                b"{",
                b"}",
                b"[",
                b"]",
                b",",
                b":",
                b"\n",
                b"NaN",
                b"-Infinity",
                b"1e999",
            ),
            *(b"[" * 3000, b'{"a":' * 3000, b"9" * 5000, b'"cells": [],', b'"nbformat": 3,'),
        ]
    ),
)


@st.composite
def mutated(draw, data=REFERENCE, other=OTHER):
    """A notebook's bytes after one to six mutations."""
    for _ in range(draw(st.integers(1, 6))):
        data = draw(st.sampled_from(MUTATIONS))(draw, data, other)
    return data


def _slice(draw, data, longest=2000):
    start = draw(st.integers(0, len(data)))
    return start, min(len(data), start + draw(st.integers(0, longest)))


def flip_bits(draw, data, other):
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 4)) if data else 0):
        changed[draw(st.integers(0, len(data) - 1))] ^= 1 << draw(st.integers(0, 7))
    return bytes(changed)


def cut_off(draw, data, other):
    return data[: draw(st.integers(0, len(data)))]


def delete(draw, data, other):
    start, end = _slice(draw, data)
    return data[:start] + data[end:]


def repeat(draw, data, other):
    start, end = _slice(draw, data)
    return data[:end] + data[start:end] * draw(st.integers(1, 3)) + data[end:]


def insert(draw, data, other):
    place = draw(st.integers(0, len(data)))
    return data[:place] + draw(FRAGMENTS) + data[place:]


def splice(draw, data, other):
    start, end = _slice(draw, other, len(other))
    place = draw(st.integers(0, len(data)))
    return data[:place] + other[start:end] + data[draw(st.integers(place, len(data))) :]


def change_encoding(draw, data, other):
    text = data.decode("utf-8", "replace")
    name = draw(st.sampled_from(["utf-8-sig", "utf-16", "utf-16-le", "latin-1", "utf-7", "cp1251"]))
    return text.encode(name, "replace")


def change_json(draw, data, other):
    """Put another value at a place of the JSON, take it out, double it or exchange two."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return flip_bits(draw, data, other)
    places = list(_places(content))
    if not places:
        return json.dumps(draw(VALUES)).encode()
    # Half of them among what the notebook is made of, not among thousands of lines of text.
    high = [place for place in places if place[2] <= 3]
    holder, key, _ = draw(st.sampled_from(high if high and draw(st.booleans()) else places))
    kind = draw(st.sampled_from(["change", "change", "delete", "double", "exchange", "wrap"]))
    if kind == "change":
        holder[key] = draw(VALUES)
    elif kind == "delete":
        del holder[key]
    elif kind == "double" and isinstance(holder, list):
        holder.insert(draw(st.integers(0, len(holder))), holder[key])
    elif kind == "wrap":
        holder[key] = draw(st.sampled_from([[holder[key]], {"source": holder[key]}]))
    else:
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        second = draw(st.sampled_from(keys))
        holder[key], holder[second] = holder[second], holder[key]
    text = json.dumps(content, ensure_ascii=draw(st.booleans()))
    return text.encode("utf-8", "surrogatepass")


def _places(value, depth=0):
    """All places of nested data, as (holder, key, depth)."""
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, item in items:
        yield value, key, depth
        yield from _places(item, depth + 1)


MUTATIONS = [
    *(flip_bits, cut_off, delete, repeat, insert, splice, change_encoding),
    *([change_json] * 6),
]
