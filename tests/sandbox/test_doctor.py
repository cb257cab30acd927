"""The doctor: is everything proven here, and is an attempt seen to get through without its layer?

The probes need a process to themselves, so that each run of them is one of a few subprocesses.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chainrule import doctor
from chainrule.cli import main
from chainrule.doctor import Examination, Proof
from chainrule.sandbox import policy
from chainrule.sandbox.probes import (
    AS_ORDINARY,
    AS_ROOT,
    PROBES,
    STOPPED,
    THROUGH,
    UNCLEAR,
    UNTESTABLE,
    VARIABLE,
    Probe,
    Record,
)

REPOSITORY = Path(__file__).resolve().parents[2]
NAMES = [layer.name for layer in doctor.LAYERS]
TITLES = [layer.title for layer in doctor.LAYERS]

if missing := policy.missing_layers():
    pytest.skip(" ".join(missing), allow_module_level=True)

JUDGES = [AS_ROOT, AS_ORDINARY] if os.geteuid() == 0 else [AS_ORDINARY]


# ---- On this machine ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def command() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chainrule", "doctor", "--json"],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        cwd="/",
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def answer(command: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(command.stdout)


def test_here_the_exit_status_is_0(command: subprocess.CompletedProcess[str]) -> None:
    assert command.returncode == 0, command.stdout + command.stderr


def test_here_nothing_is_missing(answer: Any) -> None:
    assert answer["missing"] == []


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("layer", NAMES)
def test_here_every_layer_is_proven(answer: Any, layer: str, judge: str) -> None:
    (row,) = [row for row in answer["layers"] if (row["layer"], row["judge"]) == (layer, judge)]
    assert row["proven"], row


def test_here_a_cell_runs(answer: Any) -> None:
    assert answer["cell"]["works"], answer["cell"]


def test_the_versions_of_the_packages_are_told(answer: Any) -> None:
    assert {"chainrule", "python", *doctor.PACKAGES} == set(answer["versions"])


def test_what_the_kernel_offers_is_told(answer: Any) -> None:
    offered = (answer["machine"]["landlock"], answer["machine"]["seccomp"])
    assert offered == (policy._landlock_abi(), True)


# ---- Without a layer ---------------------------------------------------------------------------


def probe_with(change: str) -> list[Record]:
    """Run the probes after a change to the modules."""
    done = subprocess.run(
        [
            *(sys.executable, "-I", "-c"),
            "import os, sys; sys.path.insert(0, sys.argv[1]); "
            "from chainrule.sandbox import policy, probes; exec(sys.argv[2]); probes.main()",
            *(str(REPOSITORY), change),
        ],
        env={VARIABLE: "canary-7f3a91"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return [Record(**record) for record in json.loads(done.stdout)]


@pytest.fixture(scope="module")
def without_the_layer() -> list[Record]:
    return probe_with(
        "confinements = probes._confinements; "
        "probes._confinements = lambda *of: (confinements(*of)[1], None)"
    )


def is_tried(judge: str, layer: str, probe: Probe) -> bool:
    """An ordinary user has nothing of root's to lose, and an old Landlock stops less."""
    old = layer == "landlock" and probe.landlock > policy._landlock_abi()
    return layer in probe.layers and (layer, judge) != doctor.NOTHING_TO_LOSE and not old


PLACES = [
    (judge, layer, probe.name)
    for judge in JUDGES
    for probe in PROBES
    for layer in NAMES
    if is_tried(judge, layer, probe)
    or (layer == "together" and any(is_tried(judge, name, probe) for name in NAMES))
]


@pytest.mark.parametrize("place", PLACES, ids=", ".join)
def test_without_a_layer_every_attempt_gets_through(
    without_the_layer: list[Record], place: tuple[str, str, str]
) -> None:
    found = [r for r in without_the_layer if (r.judge, r.layer, r.attempt) == place]
    if [record.outcome for record in found] == [UNTESTABLE]:
        pytest.skip(f"this machine refuses it to everybody: {found[0].detail}")
    assert [record.outcome for record in found] == [THROUGH]


def test_without_seccomp_landlock_is_not_blamed() -> None:
    records = probe_with(
        "policy._enter_seccomp = lambda prepared: None; judges = probes._judges; "
        "probes._judges = lambda prepared: [(n, b, ('landlock', 'seccomp')) "
        "for n, b, _ in judges(prepared)[1:2] or judges(prepared)]"
    )
    assert {r.layer for r in records if r.outcome == THROUGH} == {"seccomp"}


@pytest.fixture(scope="module")
def odd() -> dict[str, str]:
    """Two attempts that no layer explains: one fails everywhere, one where it is confined."""
    records = probe_with(
        "probes._judges = lambda prepared: [(probes.AS_ROOT, lambda: None, ('descriptors',))]; "
        "probes.PROBES[:] = ["
        "probes.Probe('open nothing', lambda _: os.open('/nothing', 0), ('descriptors',)), "
        "probes.Probe('divide', lambda _: 1 / (os.getcwd() != '/'), ('descriptors',))]"
    )
    return {record.attempt: record.outcome for record in records}


def test_what_fails_without_the_layer_too_is_not_counted_as_stopped(odd: dict[str, str]) -> None:
    assert odd["open nothing"] == UNTESTABLE


def test_an_unexpected_failure_is_not_counted_as_stopped(odd: dict[str, str]) -> None:
    assert odd["divide"] == UNCLEAR


# ---- What is printed, and the exit status ------------------------------------------------------


def records(**outcomes: str) -> list[Record]:
    """One attempt at each layer by each judge; stopped, unless an outcome is given."""
    return [
        Record(judge, layer, f"attempt {layer}", outcomes.get(layer, STOPPED), "EPERM")
        for judge in (AS_ROOT, AS_ORDINARY)
        for layer in NAMES
        if (layer, judge) != ("user", AS_ORDINARY)
    ]


def examination(
    found: list[Record] | None = None, cell: bool = True, trouble: str = ""
) -> Examination:
    found = records() if found is None else found
    proof = Proof(cell, "gave 3.0 in 1.0 s")
    return Examination(doctor.versions(), doctor.machine(), [], found, trouble, proof)


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command on a machine where every attempt is stopped."""
    monkeypatch.setattr(doctor, "run_probes", lambda: (records(), ""))

    def run(*arguments: str) -> tuple[int, str]:
        status = main(["doctor", *arguments])
        return status, capsys.readouterr().out

    return run


LACKS: dict[str, tuple[str, Any, str]] = {
    "no Landlock": ("_landlock_abi", lambda: 0, "missing      Landlock: this kernel offers"),
    "an old Landlock": ("_landlock_abi", lambda: 3, "offers version 3 (0: none)"),
    "no seccomp": ("_has_seccomp", lambda: False, "missing      seccomp: this kernel has no"),
}


@pytest.mark.parametrize(("name", "value", "text"), LACKS.values(), ids=LACKS)
def test_a_missing_layer_is_named(
    monkeypatch: pytest.MonkeyPatch, run: Run, name: str, value: Any, text: str
) -> None:
    monkeypatch.setattr(policy, name, value)
    assert text in run()[1]


@pytest.mark.parametrize(("name", "value", "text"), LACKS.values(), ids=LACKS)
def test_a_missing_layer_makes_the_exit_status_1(
    monkeypatch: pytest.MonkeyPatch, run: Run, name: str, value: Any, text: str
) -> None:
    monkeypatch.setattr(policy, name, value)
    assert run()[0] == 1


@pytest.mark.parametrize("title", TITLES)
def test_each_layer_has_one_line(title: str) -> None:
    lines = doctor.text(examination()).splitlines()
    assert len([line for line in lines if line.startswith(f"{title}  ")]) == 1


def test_a_line_counts_the_attempts() -> None:
    text = doctor.text(examination())
    assert re.search("^Landlock +1 of 1 attempts stopped +1 of 1 attempts stopped$", text, re.M)


def test_a_layer_that_was_not_tried_is_shown_as_missing() -> None:
    found = [record for record in records() if record.layer != "landlock"]
    assert re.search("^Landlock +missing +missing$", doctor.text(examination(found)), re.M)


def test_the_last_line_says_that_this_machine_can_grade() -> None:
    assert doctor.text(examination()).splitlines()[-1] == "This machine can grade."


def test_an_attempt_that_got_through_is_explained() -> None:
    text = doctor.text(examination(records(seccomp=THROUGH)))
    line = "got through  attempt seccomp (seccomp; as root, as an ordinary user): a submission"
    assert line in text


@pytest.mark.parametrize("layer", NAMES)
def test_an_attempt_that_got_through_forbids_grading(layer: str) -> None:
    assert not examination(records(**{layer: THROUGH})).can_grade


def test_an_attempt_of_unclear_outcome_forbids_grading() -> None:
    assert not examination(records(landlock=UNCLEAR)).can_grade


def test_a_layer_of_which_nothing_could_be_told_forbids_grading() -> None:
    assert not examination(records(landlock=UNTESTABLE)).can_grade


def test_what_this_machine_refuses_to_everybody_does_not_forbid_grading() -> None:
    more = Record(AS_ROOT, "landlock", "connect over IPv6", UNTESTABLE, "ENETDOWN")
    assert examination([*records(), more]).can_grade


def test_what_this_machine_refuses_to_everybody_is_said() -> None:
    text = doctor.text(examination(records(landlock=UNTESTABLE)))
    assert "cannot tell  attempt landlock (Landlock;" in text


def test_a_cell_that_does_not_run_forbids_grading() -> None:
    assert not examination(cell=False).can_grade


def test_probes_that_cannot_be_run_forbid_grading() -> None:
    assert not examination([], trouble="no memory").can_grade


def test_probes_that_cannot_be_run_are_named() -> None:
    assert "could not be made: no memory" in doctor.text(examination([], trouble="no memory"))


def test_probes_that_break_are_told_from_probes_that_find_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor, "_BOOT", "raise SystemExit('no such thing')")
    assert doctor.run_probes() == ([], "no such thing")


def test_a_system_that_cannot_fork_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    assert "cannot fork" in doctor.run_probes()[1]


def test_a_cell_that_cannot_be_run_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "CELL", "1 / 0")
    assert "ZeroDivisionError" in doctor.run_a_cell([]).detail
