"""The protocol's encoding: plain data arrives as it was sent, and no bytes do harm."""

import struct
import tracemalloc

import msgpack
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from chainrule.sandbox import wire

from .budget import budget
from .frames import BAD_DTYPES, BOASTING, HEADERS, NEARLY, PLAIN, arrays, frame, same


def send(value):
    data = wire.encode(value, lambda thing: wire.Reference(7, type(thing).__name__, False))
    _, header = wire.check_prefix(data[: wire.PREFIX.size])
    return wire.decode(data[wire.PREFIX.size :], header, lambda reference: reference)


@budget(5)
@given(PLAIN)
def test_plain_data_arrives_equal_and_of_the_same_types(value):
    assert same(value, send(value))


@budget(1)
@given(arrays())
def test_an_array_that_arrived_is_nobody_elses_and_can_be_changed(array):
    arrived = send([array, array])
    arrived[0][...] = 1
    assert same(array, arrived[1]) and not np.shares_memory(*arrived)


@budget(1)
@given(arrays(BAD_DTYPES))
def test_arrays_of_anything_but_numbers_are_refused(array):
    assert isinstance(send([array])[0], wire.Refused)


# Of the memory that Python takes for what one byte of msgpack can say: an empty dict.
OF_HEADER, OF_BODY, AT_LEAST = 100, 6, 1 << 16
# msgpack sets aside up to 10,000 places for each of some 1000 containers within one another.
SET_ASIDE = 100 << 20


def peak_of_decoding(header, body):
    """The most memory that is in use at once."""
    frame = header + body
    tracemalloc.start()
    try:
        wire.decode(frame, len(header), lambda reference: reference)
    except wire.WireError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return peak


@example(msgpack.packb([msgpack.ExtType(1, msgpack.packb(["|i1", [64]]))] * 100), b"x" * 64)
@example(msgpack.packb([msgpack.ExtType(1, msgpack.packb(["|i1", [64], 0]))] * 100), b"x" * 64)
@example(msgpack.packb([msgpack.ExtType(1, msgpack.packb(["|i1", [0]]))] * 500), b"")
@example(msgpack.packb([{}] * 2000), b"")
@example(msgpack.packb([[]] * 2000), b"")
@budget(5)
@given(NEARLY.map(msgpack.packb) | st.binary(max_size=60), st.binary(max_size=40))
def test_decoding_takes_no_more_than_a_few_times_the_bytes(header, body):
    bound = OF_HEADER * len(header) + OF_BODY * len(body) + AT_LEAST
    assert peak_of_decoding(header, body) < bound


@pytest.mark.parametrize(("count", "size"), [(200, 3000), (500, 10_000), (1000, 1_000_000)])
@pytest.mark.parametrize("kind", [b"\xdd", b"\xdf", b"\xc6", b"\xdb", b"\xc9"])
def test_what_says_that_it_is_large_takes_little_all_the_same(kind, count, size):
    header = (kind + size.to_bytes(4, "big")) * count
    assert peak_of_decoding(header.ljust(wire.MAX_HEADER, b"\1"), b"") < SET_ASIDE


@budget(2)
@given(BOASTING)
def test_nothing_small_takes_much(header):
    assert peak_of_decoding(header, b"") < AT_LEAST


@budget(20)
@given(HEADERS, st.binary(max_size=40))
def test_bytes_are_decoded_or_refused_with_one_error(header, body):
    """Nothing else is raised, and what is decoded is plain data."""
    try:
        value = wire.decode(header + body, len(header), lambda reference: reference)
    except wire.WireError as error:
        assert str(error).isprintable() and len(str(error)) < 200
    else:
        assert is_plain(value)


@budget(2)
@given(PLAIN, st.data())
def test_a_mutated_frame_is_decoded_or_refused_with_one_error(value, data):
    sent = bytearray(wire.encode(value, lambda thing: None))
    for _ in range(data.draw(st.integers(1, 3))):
        sent[data.draw(st.integers(0, len(sent) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        total, header = wire.check_prefix(bytes(sent[: wire.PREFIX.size]))
        assume(total == len(sent) - wire.PREFIX.size)
        arrived = wire.decode(bytes(sent[wire.PREFIX.size :]), header, lambda reference: reference)
    except wire.WireError:
        return
    assert is_plain(arrived)


@budget(2)
@given(st.binary(min_size=wire.PREFIX.size, max_size=wire.PREFIX.size))
def test_a_prefix_that_is_accepted_is_within_limits(prefix):
    try:
        total, header = wire.check_prefix(prefix)
    except wire.WireError:
        return
    assert 0 <= header <= min(total, wire.MAX_HEADER) and total - header <= wire.MAX_BODY


def is_plain(value):
    if isinstance(value, dict):
        return all(map(is_plain, value)) and all(map(is_plain, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(is_plain, value))
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biuf" and value.flags.owndata | value.flags.writeable
    return value is None or type(value) in (
        *(bool, int, float, str, bytes),
        *(wire.Refused, wire.Reference, msgpack.Timestamp),
    )


@pytest.mark.parametrize("length", [wire.LONG_TEXT - 1, wire.LONG_TEXT])
def test_long_texts_arrive_on_both_sides_of_the_limit(length):
    assert send("é" * length) == "é" * length


def test_the_frames_of_these_tests_are_right():
    """Else the properties above would hold for a decoder that refuses everything."""
    data = frame(msgpack.packb(["ok", msgpack.ExtType(1, struct.pack("<BI", 1, 2))]), b"\1\2")
    _, header = wire.check_prefix(data[: wire.PREFIX.size])
    value = wire.decode(data[wire.PREFIX.size :], header, lambda reference: reference)
    assert value[0] == "ok" and value[1].tolist() == [1, 2]
