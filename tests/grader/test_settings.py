"""What nbgrader_config.py may say to chainrule, and what is refused."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from chainrule.errors import UsageError
from chainrule.moments import in_words, parse_moment
from chainrule.settings import load_config, load_settings, put_tools_on_path


def settings_of(tmp_path, text):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n" + text)
    return load_settings(load_config(tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20 23:59 UTC",
        "2026-11-20T23:59:00Z",
        "2026-11-21 00:59 +01:00",
        "2026-11-21 00:59+0100",
        "2026-11-21 00:59 Europe/Prague",
    ],
)
def test_a_deadline_is_a_moment_whatever_zone_it_is_written_in(tmp_path, text):
    settings = settings_of(tmp_path, f"c.ChainruleSettings.deadlines = {{'a': {text!r}}}")
    assert settings.deadline("a") == datetime(2026, 11, 20, 23, 59, tzinfo=UTC)


def test_summer_time_counts(tmp_path):
    assert parse_moment("2026-07-01 12:00 Europe/Prague").hour == 10


def test_an_assignment_without_deadline_has_none(tmp_path):
    assert settings_of(tmp_path, "").deadline("a") is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20 23:59",
        "2026-11-20",
        "soon",
        "",
        "2026-13-20 23:59 UTC",
        "2026-11-20 23:59 Nowhere",
    ],
)
def test_a_deadline_without_time_zone_or_sense_is_refused(tmp_path, text):
    with pytest.raises(UsageError, match="deadline"):
        settings_of(tmp_path, f"c.ChainruleSettings.deadlines = {{'a': {text!r}}}")


def test_a_misspelt_setting_is_refused(tmp_path):
    with pytest.raises(UsageError, match="deadline"):
        settings_of(tmp_path, "c.ChainruleSettings.deadline = {}")


def test_a_setting_of_the_wrong_type_is_refused(tmp_path):
    with pytest.raises(UsageError, match="seed"):
        settings_of(tmp_path, "c.ChainruleSettings.seed = 'seven'")


def test_a_broken_configuration_is_one_sentence(tmp_path):
    with pytest.raises(UsageError, match="ZeroDivisionError"):
        settings_of(tmp_path, "1 / 0")


def test_a_folder_without_configuration_has_the_defaults(tmp_path):
    assert load_settings(load_config(tmp_path)).seed == 0


def test_the_settings_do_not_import_nbgrader(course):
    code = (
        "import sys; from pathlib import Path; from chainrule.settings import *; "
        f"load_settings(load_config(Path({str(course.root)!r}))); "
        "print([name for name in sys.modules if name.startswith('nbgrader')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_programs_of_this_python_are_found_by_name(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    put_tools_on_path()
    put_tools_on_path()
    assert os.environ["PATH"].split(os.pathsep) == [os.path.dirname(sys.executable), "/nowhere"]


def test_time_spans_in_words():
    from datetime import timedelta

    assert in_words(timedelta(hours=2, minutes=14, seconds=59)) == "2 h 14 min"
    assert in_words(timedelta(seconds=1)) == "1 min"
    assert in_words(timedelta(days=1, minutes=5)) == "1 d 5 min"
