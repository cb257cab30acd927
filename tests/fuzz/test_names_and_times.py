"""Texts that become paths and moments: refused with one kind of error, or harmless."""

import os
import string
from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chainrule.errors import NotGradedError, UsageError
from chainrule.moments import parse_moment
from chainrule.submitted import TIMESTAMP_FILE, check_student_id, read_timestamp

from .budget import budget

IDS = st.one_of(
    st.text(max_size=20),
    st.text(alphabet=string.ascii_letters + string.digits + "._@+- /\\\n\0~*'\"$;", max_size=20),
    st.text(alphabet="./\\ -a", max_size=8),
    st.sampled_from(
        ["x" * 128, "x" * 129, "x" * 5000, "NUL", "a\u202eb", "é", "e\u0301", "\ud800"]
    ),
)
FOLDER = "/course/submitted"


@example("..")
@example("a\n")
@example("a/../..")
@example("-rf")
@budget(40)
@given(IDS)
def test_an_accepted_id_never_leads_out_of_its_folder(student_id):
    try:
        check_student_id(student_id)
    except UsageError:
        return
    for kind in (PurePosixPath, PureWindowsPath):
        path = kind(FOLDER, student_id, "tiny")
        assert (path.parent.name, path.parent.parent) == (student_id, kind(FOLDER))
    assert os.path.normpath(f"{FOLDER}/{student_id}/x") == f"{FOLDER}/{student_id}/x"


@budget(20)
@given(IDS)
def test_an_accepted_id_is_printable_and_no_option(student_id):
    try:
        check_student_id(student_id)
    except UsageError:
        return
    assert student_id.isascii() and student_id.isprintable() and student_id[0] not in "-.~ "


@budget(10)
@given(IDS)
def test_what_is_said_about_a_refused_id_is_one_printable_line(student_id):
    try:
        check_student_id(student_id)
    except UsageError as error:
        assert str(error).isprintable()


def test_ordinary_ids_are_accepted():
    for student_id in ("alder", "j.doe", "a_b-c@uni", "2026001", "Ada Lovelace", "x+1"):
        check_student_id(student_id)


# ---------------------------------------------------------------------------------------

DIGITS = st.sampled_from([*string.digits, "٣", "७", "２", "²"])
NUMBERS = st.integers(0, 99).map("{:02}".format) | st.lists(DIGITS, max_size=3).map("".join)
ZONES = st.one_of(
    st.sampled_from(["", " UTC", "Z", " z", "+02:00", "-2359", "+2400", "+9999", "+02:60", " +02"]),
    st.sampled_from([" Europe/Prague", " Europe", " posix/UTC", " leapseconds", " a/" + "b" * 300]),
    st.sampled_from([" SystemV/../UTC", " zone1970", " Ünix", " A\u0130", " localtime", " GMT+5"]),
    st.text(alphabet=string.ascii_letters + "/_+-", max_size=12).map(" {}".format),
    st.text(max_size=6),
)


@st.composite
def moments(draw):
    """Texts that look like a moment."""
    year = draw(
        st.sampled_from(["2026", "0001", "9999", "0000", "20260"])
        | st.lists(DIGITS, min_size=4, max_size=4).map("".join)
    )
    parts = [draw(NUMBERS) for _ in range(5)]
    text = f"{year}-{parts[0]}-{parts[1]}{draw(st.sampled_from(['T', ' ', '_']))}"
    text += f"{parts[2]}:{parts[3]}"
    text += draw(st.sampled_from(["", f":{parts[4]}", f":{parts[4]}.5", f":{parts[4]}.1234567"]))
    return text + draw(ZONES)


DEFAULTS = st.sampled_from(
    [None, UTC, timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))]
)


@example("0001-01-01 00:00 +23:59", None)
@example("9999-12-31 23:59:59.999999 -23:59", None)
@example("0001-01-01 00:00 Asia/Tokyo", None)
@budget(20)
@given(moments() | st.text(max_size=40), DEFAULTS)
def test_a_text_is_a_moment_in_utc_or_a_value_error(text, default):
    try:
        moment = parse_moment(text, default)
    except ValueError as error:
        assert str(error)
    else:
        assert moment.utcoffset() == timedelta(0)


@budget(10)
@given(
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28)),
    st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(
        lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
    ),
)
def test_a_moment_that_is_written_out_is_read_as_itself(moment, zone):
    moment = moment.replace(tzinfo=zone)
    assert parse_moment(moment.isoformat(" ")) == moment


@budget(5)
@given(st.binary(max_size=300) | moments().map(lambda text: text.encode("utf-8", "replace")))
def test_a_file_with_a_time_is_a_moment_nothing_or_not_graded(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    (folder / TIMESTAMP_FILE).write_bytes(data)
    try:
        moment = read_timestamp(folder)
    except NotGradedError as error:
        assert str(error).isprintable()
    else:
        assert moment is None or moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["2026-11-20 21:04 UTC", "2026-11-20T22:04+01:00"])
def test_ordinary_moments_are_read(text):
    assert parse_moment(text) == datetime(2026, 11, 20, 21, 4, tzinfo=UTC)
