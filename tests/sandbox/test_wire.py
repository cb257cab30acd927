"""The protocol's encoding: what crosses, what must not, and what malformed bytes do."""

import msgpack
import numpy as np
import pytest

from chainrule.sandbox import wire


def round_trip(value):
    frame = wire.encode(value, lambda thing: wire.Reference(7, type(thing).__name__, False))
    total, header = wire.check_prefix(frame[:8])
    assert total == len(frame) - 8
    return wire.decode(frame[8:], header, lambda reference: reference)


@pytest.mark.parametrize(
    "value",
    [None, True, -3, 2**63, 1.5, "text", [1, [2.5]], (1, (2,)), {"a": [None], 3: "b"}, [], {}],
    ids=repr,
)
def test_plain_data_arrives_equal_and_of_the_same_type(value):
    arrived = round_trip(value)
    assert arrived == value and type(arrived) is type(value)


@pytest.mark.parametrize("dtype", ["?", "i1", "u8", "f2", "f4", "f8", "g", ">f8", ">i4"])
@pytest.mark.parametrize("shape", [(), (0, 3), (1,), (2, 3, 4)])
def test_arrays_keep_values_shape_and_kind(dtype, shape):
    sent = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    arrived = round_trip(sent)
    assert arrived.shape == shape and arrived.dtype == np.dtype(dtype).newbyteorder("=")
    np.testing.assert_array_equal(arrived, sent)


def test_strided_arrays_arrive_contiguous_and_writable():
    arrived = round_trip(np.arange(12.0).reshape(3, 4).T[::2])
    arrived += 1
    np.testing.assert_array_equal(arrived, np.arange(12.0).reshape(3, 4).T[::2] + 1)


def test_a_numpy_scalar_arrives_as_an_array_without_axes():
    assert round_trip(np.float64(2.5)).shape == ()


@pytest.mark.parametrize(
    "value",
    [
        np.array([object()]),
        np.array(["text"]),
        np.array([1j]),
        np.matrix([[1.0]]),
        np.ma.masked_array([1.0]),
        np.zeros(2, dtype=[("a", float)]),
        10**30,
        {(1, 2): 3},
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_refused_by_name(value):
    assert isinstance(round_trip(value), wire.Refused)


def test_a_list_within_itself_is_refused():
    endless = []
    endless.append(endless)
    assert "nested" in repr(round_trip(endless))


def test_objects_stay_and_are_named():
    assert round_trip([object()]) == [wire.Reference(7, "object", False)]


def test_a_message_above_the_limit_is_not_sent():
    with pytest.raises(wire.WireError, match="MB"):
        wire.encode("x" * (wire.MAX_HEADER + 1), lambda thing: None)


@pytest.mark.parametrize(
    "prefix",
    [(5, 6), (wire.MAX_BODY + 10, 5), (2**32 - 1, 0), (2**32 - 1, 2**32 - 1)],
)
def test_a_frame_with_impossible_lengths_is_refused_before_it_is_read(prefix):
    with pytest.raises(wire.WireError):
        wire.check_prefix(wire.PREFIX.pack(*prefix))


def array_field(*fields):
    return msgpack.packb(msgpack.ExtType(1, msgpack.packb(list(fields))))


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\xc1",
        b"\x91" * 5000,
        b"\xdd\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        msgpack.packb(msgpack.ExtType(99, b"x")),
        msgpack.packb(msgpack.ExtType(1, b"\xc1")),
        msgpack.packb(msgpack.ExtType(3, msgpack.packb(["a", "b", "c"]))),
        array_field("<f8", [2], 0),
        array_field("<f8", [1], -8),
        array_field("<f8", [-1], 0),
        array_field("<f8", [2**40, 2**40], 0),
        array_field("<f8", [1.5], 0),
        array_field("<f8", [True], 0),
        array_field("|O", [1], 0),
        array_field("<c16", [1], 0),
        array_field("<f8", "8", 0),
        array_field("<f8", [1] * 40, 0),
    ],
)
def test_a_malformed_frame_is_refused_with_one_error(header):
    with pytest.raises(wire.WireError):
        wire.decode(header + b"\0" * 8, len(header), lambda reference: reference)


def test_a_type_name_that_is_not_a_name_does_not_get_through():
    header = msgpack.packb(msgpack.ExtType(3, msgpack.packb([1, "<script>", False])))
    assert wire.decode(header, len(header), lambda reference: reference).type_name == "object"
