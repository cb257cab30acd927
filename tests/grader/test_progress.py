"""What long work shows: lines where there is no terminal, a bar where there is one."""

import pytest

from chainrule import progress


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 0.0

    monkeypatch.setattr(progress.time, "monotonic", lambda: Clock.now)
    return Clock


def test_short_work_is_one_line(clock, capsys):
    with progress.on_terminal("grading tiny", 3) as advance:
        for _ in range(3):
            advance("alder")
    assert capsys.readouterr().err == "grading tiny: 3\n"


def test_long_work_says_every_few_seconds_how_fast_and_how_long_still(clock, capsys):
    with progress.on_terminal("grading tiny", 1000) as advance:
        for _ in range(200):
            clock.now += 0.1
            advance("alder")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert lines[1].startswith("grading tiny: 51 of 1000, 10.0/s, 1 min 35 s left")


def test_long_work_says_what_it_took(clock, capsys):
    with progress.on_terminal("grading tiny", 20) as advance:
        for _ in range(20):
            clock.now += 1
            advance("alder")
    assert capsys.readouterr().err.splitlines()[-1] == "grading tiny: 20 of 20, 1.0/s, took 20 s"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "0 s"), (59.6, "1 min"), (75, "1 min 15 s"), (3700, "1 h 1 min")]
)
def test_time_in_words(seconds, words):
    assert progress._in_words(seconds) == words


def test_a_terminal_shows_a_bar_with_the_pace(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    with progress.on_terminal("grading tiny", 2) as advance:
        advance()
        advance()
    shown = capsys.readouterr().err
    assert "━" in shown and "2/2" in shown and "/s, took" in shown
