"""The protocol's encoding: what crosses, what must not, and what malformed bytes do."""

import struct

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
    [
        *(None, True, -3, 2**63, 1.5, "text", "\u20ac" * wire.LONG_TEXT),
        *([1, [2.5]], (1, (2,)), {"a": [None], 3: "b"}, [], {}),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_plain_data_arrives_equal_and_of_the_same_type(value):
    arrived = round_trip(value)
    assert arrived == value and type(arrived) is type(value)


@pytest.mark.parametrize("dtype", ["?", "i1", "u8", "f2", "f4", "f8", ">f8", ">i4"])
@pytest.mark.parametrize("shape", [(), (0, 3), (1,), (2, 3, 4)])
def test_arrays_keep_values_shape_and_kind(dtype, shape):
    sent = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    arrived = round_trip(sent)
    assert arrived.shape == shape and arrived.dtype == np.dtype(dtype).newbyteorder("=")
    np.testing.assert_array_equal(arrived, sent)


def test_longer_floats_arrive_as_float64():
    arrived = round_trip(np.array([1, 2.5], dtype=np.longdouble))
    assert arrived.dtype == np.float64 and arrived.tolist() == [1.0, 2.5]


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
        wire.encode([None] * (wire.MAX_HEADER + 1), lambda thing: None)


@pytest.mark.parametrize(
    "prefix",
    [(5, 6), (wire.MAX_BODY + 10, 5), (2**32 - 1, 0), (2**32 - 1, 2**32 - 1)],
)
def test_a_frame_with_impossible_lengths_is_refused_before_it_is_read(prefix):
    with pytest.raises(wire.WireError):
        wire.check_prefix(wire.PREFIX.pack(*prefix))


def extension(code, data):
    return msgpack.packb(msgpack.ExtType(code, data))


def array_fields(code, *shape):
    return struct.pack(f"<B{len(shape)}I", code, *shape)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\xc1",
        b"\x91" * 5000,
        b"\xdd\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        extension(99, b"x"),
        extension(1, b""),
        extension(1, b"\x0b\0"),
        extension(1, array_fields(11, 2)),
        extension(1, array_fields(12, 1)),
        extension(1, array_fields(255, 1)),
        extension(1, array_fields(11, 2**32 - 1)),
        extension(1, array_fields(11, 2**31, 2**31)),
        extension(1, array_fields(11, 2**27, 0)),
        extension(1, array_fields(11, *[1] * 65)),
        extension(2, msgpack.packb(1)),
        extension(2, b"\xc1"),
        extension(3, b"1234"),
        extension(5, struct.pack("<I", 9)),
        extension(5, b"\x08"),
        msgpack.packb(None),
    ],
)
def test_a_malformed_frame_is_refused_with_one_error(header):
    with pytest.raises(wire.WireError):
        wire.decode(header + b"\0" * 8, len(header), lambda reference: reference)


def test_a_type_name_that_is_not_a_name_does_not_get_through():
    header = extension(3, struct.pack("<QB", 1, 0) + b"<script>")
    assert wire.decode(header, len(header), lambda reference: reference).type_name == "object"


def frame(header, body):
    return header + body, len(header)


def decoded(header, body=b""):
    return wire.decode(*frame(msgpack.packb(header), body), lambda reference: reference)


def test_no_bytes_can_be_used_twice():
    one = msgpack.ExtType(1, array_fields(11, 1000))
    body = bytes(8000)
    assert len(decoded([one], body)) == 1
    with pytest.raises(wire.WireError, match="larger than its frame"):
        decoded([one, one], body)


def test_no_bytes_are_left_over():
    with pytest.raises(wire.WireError, match="belong to nothing"):
        decoded([], b"x")


def test_arrays_and_texts_within_tuples_keep_their_order():
    value = (np.arange(3.0), ["a" * 5000, (np.arange(2), "b" * 5000)], {"c": np.ones(1)})
    arrived = round_trip(value)
    assert [arrived[1][0][0], arrived[1][1][1][0]] == ["a", "b"]
    for sent, got in ((value[0], arrived[0]), (value[1][1][0], arrived[1][1][0])):
        np.testing.assert_array_equal(sent, got)


def test_extensions_within_extensions_end():
    data = msgpack.packb([])
    for _ in range(100):
        data = msgpack.packb([msgpack.ExtType(2, data)])
    with pytest.raises(wire.WireError, match="nested"):
        wire.decode(data, len(data), lambda reference: reference)


def test_a_bool_is_true_or_false_whatever_its_byte():
    header = msgpack.ExtType(1, array_fields(0, 3))
    assert decoded(header, b"\0\x02\xff").tolist() == [False, True, True]
    assert decoded(header, b"\0\x02\xff").view(np.uint8).tolist() == [0, 1, 1]


def test_half_a_surrogate_pair_arrives_as_a_question_mark():
    assert round_trip("a\ud800") == "a?"
    assert round_trip("\udfff" * 5000) == "?" * 5000


def test_an_array_has_as_many_axes_as_it_likes():
    assert round_trip(np.zeros((1,) * 64)).shape == (1,) * 64


def test_a_large_view_of_few_bytes_is_refused_without_a_copy():
    assert round_trip(np.broadcast_to(1.0, (10**6, 10**6))) == wire.Refused(wire.TOO_LARGE)


def test_the_words_of_a_refusal_are_ours():
    class Secret0123(np.ndarray):
        pass

    for value in (
        np.zeros(2).view(Secret0123),
        np.zeros(2, dtype=[("Secret0123", float)]),
        np.array(["Secret0123"]),
    ):
        reason = round_trip(value).reason
        assert "0123" not in reason and reason in wire.REASONS
    forged = msgpack.ExtType(4, b"Secret0123")
    assert decoded(forged) == wire.Refused(wire.UNKNOWN)
