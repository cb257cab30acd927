"""A sandbox that sends whatever it likes: the judge gets plain data or sees it as dead."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
import time

import msgpack
import nbformat
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chainrule.autograded import outputs
from chainrule.homework import CheckFailed, StudentError
from chainrule.sandbox import wire
from chainrule.sandbox.client import Ending, Sandbox, SandboxDied
from chainrule.sandbox.session import Cell, CellResult, Session

from .budget import budget
from .frames import NEARLY, SMALL, arrays, frames
from .test_round_trip import is_plain

SLACK = 1.0  # of a busy machine, in seconds


@pytest.fixture(scope="module")
def dead():
    """The descriptor of a process that has ended: a sandbox can be killed only once."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    descriptor = os.pidfd_open(process.pid)
    os.waitid(os.P_PIDFD, descriptor, os.WEXITED | os.WNOWAIT)
    yield descriptor
    os.close(descriptor)
    process.wait()


@contextlib.contextmanager
def peer(dead, chunks, pause=0.0, stays=False):
    """A sandbox whose process is asked, sends ``chunks`` and then closes the channel or stays."""
    ours, theirs = socket.socketpair()
    over = threading.Event()

    def send():
        with theirs, contextlib.suppress(OSError):
            theirs.recv(1 << 16)
            for chunk in chunks:
                theirs.sendall(chunk)
                over.wait(pause)
            if stays:
                over.wait(10)

    sandbox = Sandbox(ours, os.dup(dead), lambda: Ending(0, 0.0))
    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        yield sandbox
    finally:
        over.set()
        sandbox.kill()
        thread.join()


@st.composite
def chunked(draw, sent):
    """What is sent, in pieces."""
    data = draw(sent)
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=4)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def ask(sandbox, seconds):
    """The reply, or None if the sandbox is dead; how long it took."""
    started = time.monotonic()
    try:
        return sandbox.request(seconds, lambda reference: reference, "call"), 0.0
    except SandboxDied as death:
        assert not sandbox.alive
        assert death.kind in ("timeout", "crashed")
        return None, time.monotonic() - started


@budget(4)
@given(chunked(frames()))
def test_a_request_gives_plain_data_or_sees_a_dead_sandbox(dead, chunks):
    with peer(dead, chunks) as sandbox:
        reply, seconds = ask(sandbox, 5.0)
    assert is_plain(reply) and seconds < 5.0 + SLACK


@budget(0.3)
@given(chunked(frames()), st.sampled_from([0.0, 0.002, 0.05]))
def test_a_sandbox_that_sends_slowly_is_given_its_time_and_no_more(dead, chunks, pause):
    with peer(dead, chunks, pause, stays=True) as sandbox:
        _, seconds = ask(sandbox, 0.1)
    assert seconds < 0.1 + SLACK


def test_a_sandbox_that_never_stops_sending_is_stopped(dead):
    data = wire.PREFIX.pack(1 << 26, 10)
    chunks = iter(lambda: data, None)
    with peer(dead, chunks, 0.01) as sandbox:
        reply, seconds = ask(sandbox, 0.3)
    assert reply is None and seconds < 0.3 + SLACK


def test_a_right_reply_is_received(dead):
    """Else the properties above would hold for a judge that refuses everything."""
    data = wire.encode(("ok", [1, np.ones(3)]), lambda thing: None)
    with peer(dead, [data[:5], data[5:9], data[9:]], 0.001) as sandbox:
        reply, _ = ask(sandbox, 5.0)
    assert reply[0] == "ok" and reply[1][1].tolist() == [1, 1, 1]


# ---------------------------------------------------------------------------------------
# Replies that are plain data of another form than the protocol's

OBJECT = object()  # which stays in the sandbox: the judge gets a handle
FIELDS = st.one_of(
    SMALL,
    arrays(),
    st.just(OBJECT),
    st.sampled_from(["ValueError", "nb.ipynb, cell 1", "print", "\x1b[2J\n", "LinAlgError"]),
    st.integers(-5, 5),
    st.booleans(),
)
OUTPUT = st.fixed_dictionaries(
    {},
    optional={
        "output_type": st.sampled_from(["stream", "display_data", "execute_result", "error"])
        | FIELDS,
        "name": st.sampled_from(["stdout", "stderr"]) | FIELDS,
        "text": FIELDS,
        "data": FIELDS
        | st.dictionaries(
            st.sampled_from(["text/plain", "text/html", "image/png", "image/svg+xml", "x"])
            | st.integers(),
            FIELDS | st.sampled_from(["aGk=", "<script>", ""]),
            max_size=3,
        ),
        "ename": FIELDS,
        "evalue": FIELDS,
        "traceback": FIELDS | st.lists(FIELDS, max_size=3),
        "metadata": FIELDS,
    },
)
PICTURES = ("image/png", "image/jpeg")
SHOWN = st.fixed_dictionaries(
    {
        "output_type": st.sampled_from(["display_data", "execute_result"]),
        "data": st.dictionaries(
            st.sampled_from([*PICTURES, "text/plain", "text/html", "image/svg+xml"])
            | st.text(max_size=5),
            st.sampled_from(["aGk=", "<script>alert(1)</script>", '"><b>', "javascript:x", ""]),
            max_size=4,
        ),
    }
)
CELL_REPLIES = st.one_of(
    FIELDS,
    st.fixed_dictionaries(
        {}, optional={"outputs": FIELDS | st.lists(OUTPUT | FIELDS, max_size=4), "success": FIELDS}
    ),
)
REPLIES = st.one_of(
    st.tuples(st.just("ok"), FIELDS | CELL_REPLIES),
    st.tuples(st.just("raised"), FIELDS, FIELDS, FIELDS, FIELDS, FIELDS),
    st.tuples(FIELDS, FIELDS),
    st.tuples(FIELDS, FIELDS, FIELDS, FIELDS, FIELDS, FIELDS),
    FIELDS,
)


def encoded(reply):
    return wire.encode(reply, lambda thing: wire.Reference(1, "Linear", True))


def replies(strategy):
    return strategy.map(encoded)


@contextlib.contextmanager
def session_with(dead, chunks):
    session = Session(None, [Cell("nb.ipynb, cell 1", "\n\nx = 1\n")])
    session.begin("first")
    with peer(dead, chunks) as session.sandbox:
        yield session
        session.close()


TWO = np.array([1, 2])
ODD_REPLIES = [
    (TWO, 1),
    (TWO, 1, 2, 3, 4, 5),
    ("raised", "ValueError", "no", TWO, 1, False),
    ("raised", TWO, TWO, "nb.ipynb, cell 1", TWO, TWO),
    ("raised", "ValueError", "no", "nb.ipynb, cell 1", 2**63, False),
    ("raised", "__import__", "no", "nb.ipynb, cell 1", True, 1),
    ("ok", TWO),
    ("ok", {"outputs": TWO, "success": TWO}),
    ("ok", {"outputs": [{"output_type": TWO}], "success": False}),
    ("ok", {"outputs": [{"output_type": "error", "ename": TWO}], "success": False}),
    ("ok", {"outputs": 3.0, "success": True}),
    ("ok", {"outputs": OBJECT, "success": True}),
    ("ok", OBJECT),
]


def with_odd_replies(test):
    for reply in ODD_REPLIES:
        test = example([encoded(reply)])(test)
    return test


@with_odd_replies
@budget(4)
@given(chunked(replies(REPLIES) | frames(NEARLY.map(msgpack.packb))))
def test_an_exchange_gives_a_value_or_the_students_error_or_death(dead, chunks):
    with session_with(dead, chunks) as session, contextlib.suppress(SandboxDied):
        try:
            session._exchange(5.0, "call")
        except StudentError as error:
            assert all(isinstance(t, str) for t in (error.type_name, str(error), error.where))
            assert error.where.isprintable() and error.type_name.isprintable()


@with_odd_replies
@budget(4)
@given(chunked(replies(REPLIES) | frames(NEARLY.map(msgpack.packb))))
def test_a_request_of_a_test_gives_a_value_or_the_fault_of_the_submission(dead, chunks):
    with session_with(dead, chunks) as session, contextlib.suppress(CheckFailed, StudentError):
        session.ask("call")


@with_odd_replies
@budget(4)
@given(chunked(replies(st.tuples(st.just("ok"), CELL_REPLIES) | REPLIES)))
def test_whatever_a_cell_answers_loading_goes_on(dead, chunks):
    with session_with(dead, chunks) as session:
        session._run(session.cells[0], session.results["nb.ipynb, cell 1"])
        assert isinstance(session.results["nb.ipynb, cell 1"].problem, str)


@budget(4)
@given(st.lists(OUTPUT, max_size=4), st.text(max_size=20))
def test_whatever_a_cell_shows_can_be_written_into_a_notebook(shown, problem):
    cell = nbformat.v4.new_code_cell("x")
    cell.outputs = outputs(CellResult(shown, problem))
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))


@budget(2)
@given(st.lists(SHOWN, max_size=4))
def test_nothing_that_could_run_is_among_what_a_cell_shows(shown):
    """Text, and pictures whose data is nothing but base64."""
    for new in outputs(CellResult(shown)):
        assert set(new["data"]) <= {"text/plain", "text/latex", *PICTURES}
        for kind in set(new["data"]) & set(PICTURES):
            assert re.fullmatch(r"[A-Za-z0-9+/=\s]*", new["data"][kind])


@budget(1)
@given(replies(SMALL), replies(SMALL))
def test_two_replies_to_one_request_are_none(dead, one, other):
    with peer(dead, [one + other]) as sandbox:
        reply, _ = ask(sandbox, 5.0)
    assert reply is None and not sandbox.alive
