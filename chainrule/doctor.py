"""Can this machine grade? What it offers, and whether each layer of the sandbox holds on it."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from . import __version__
from .sandbox import policy
from .sandbox.probes import (
    AS_ORDINARY,
    STOPPED,
    THROUGH,
    UNCLEAR,
    UNTESTABLE,
    VARIABLE,
    Record,
)

SECONDS = 300  # for all the probes, on a busy machine
PACKAGES = ("numpy", "ipython", "matplotlib", "nbgrader", "nbconvert", "pytest")
CELL = "import numpy as np; np.ones(3).sum()"
_PACKAGE_ROOT = Path(__file__).resolve().parents[1]
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); from chainrule.sandbox import probes; "
    "probes.main()"
)


@dataclass(frozen=True)
class Layer:
    """A row of the table; the danger where an attempt gets through, and what to do about it."""

    name: str
    title: str
    danger: str
    remedy: str


NOTHING_TO_LOSE = ("user", AS_ORDINARY)
REPORT = "do not grade here, and report this with the output of `chainrule doctor --json`"
LAYERS = (
    Layer(
        "descriptors",
        "descriptors and environment",
        "a submission inherits what the judge has open or knows",
        REPORT,
    ),
    Layer(
        "rlimits",
        "limits",
        "a submission can exhaust this machine",
        "use a system that enforces resource limits (Linux does), outside of emulators",
    ),
    Layer(
        "user",
        "user and capabilities",
        "a submission has rights of root",
        "run chainrule as an ordinary user",
    ),
    Layer(
        "landlock",
        "Landlock",
        "a submission can reach files, processes or the network of this machine",
        "see that the kernel is Linux 6.7 or newer and its boot option lsm= names landlock",
    ),
    Layer(
        "seccomp",
        "seccomp",
        "a submission can use parts of the kernel that it must not reach",
        "see that the kernel has CONFIG_SECCOMP_FILTER, and that no emulator (such as QEMU's user "
        "mode, gVisor or Rosetta) stands between",
    ),
    Layer("together", "all together", "a submission can break out", REPORT),
)


@dataclass(frozen=True)
class Proof:
    """How the last test went: a cell that runs in a real sandbox."""

    works: bool
    detail: str


@dataclass(frozen=True)
class Examination:
    """All that was found out. ``trouble`` is why the probes could not be run, or empty."""

    versions: dict[str, str]
    machine: dict[str, str | int | bool]
    missing: list[str]
    records: list[Record]
    trouble: str
    cell: Proof

    @property
    def judges(self) -> list[str]:
        """Who judged in the probes."""
        return list(dict.fromkeys(record.judge for record in self.records))

    def of(self, layer: str, judge: str) -> list[Record]:
        return [r for r in self.records if (r.layer, r.judge) == (layer, judge)]

    def is_proven(self, layer: str, judge: str) -> bool:
        """Every attempt was stopped, but for those that this machine refuses to everybody."""
        outcomes = {record.outcome for record in self.of(layer, judge)}
        holds = STOPPED in outcomes and outcomes <= {STOPPED, UNTESTABLE}
        return holds or (layer, judge) == NOTHING_TO_LOSE

    @property
    def can_grade(self) -> bool:
        proven = [self.is_proven(layer.name, judge) for layer in LAYERS for judge in self.judges]
        return not self.missing and bool(proven) and all(proven) and self.cell.works

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        layers = [
            {
                "layer": layer.name,
                "judge": judge,
                "proven": self.is_proven(layer.name, judge),
                "attempts": [
                    {"attempt": r.attempt, "outcome": r.outcome, "detail": r.detail}
                    for r in self.of(layer.name, judge)
                ],
            }
            for layer in LAYERS
            for judge in self.judges
        ]
        return {
            "can_grade": self.can_grade,
            "versions": self.versions,
            "machine": self.machine,
            "missing": self.missing,
            "layers": layers,
            "trouble": self.trouble,
            "cell": asdict(self.cell),
        }


def examine() -> Examination:
    """Find out everything; takes some seconds."""
    missing = policy.missing_layers()
    records, trouble = run_probes()
    return Examination(versions(), machine(), missing, records, trouble, run_a_cell(missing))


# ---- What there is -----------------------------------------------------------------------------


def versions() -> dict[str, str]:
    """By name; of packages as their metadata say, without importing them."""
    found = {"chainrule": __version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def machine() -> dict[str, str | int | bool]:
    """The kernel and what it offers; memory in bytes, 0 if it cannot be told."""
    supported = policy._is_supported()
    return {
        "system": platform.system(),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "user": _user(),
        "processors": os.cpu_count() or 1,
        "memory": _memory(),
        "landlock": policy._landlock_abi() if supported else 0,
        "seccomp": supported and policy._has_seccomp(),
        "bubblewrap": shutil.which("bwrap") is not None,
    }


def _user() -> str:
    number = os.geteuid() if hasattr(os, "geteuid") else -1
    return "root" if number == 0 else f"user {number}" if number > 0 else "an unknown user"


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 0


# ---- What holds --------------------------------------------------------------------------------


def run_probes() -> tuple[list[Record], str]:
    """Run the probes in a process of their own; give the records, and what went wrong, if so."""
    if not hasattr(os, "fork"):
        return [], f"{platform.system()} cannot fork"
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _BOOT, str(_PACKAGE_ROOT)],
            env={VARIABLE: secrets.token_hex(16), "LANG": "C.UTF-8"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [], str(error)
    try:
        return [Record(**record) for record in json.loads(done.stdout)], ""
    except (ValueError, TypeError):
        return [], (done.stderr.strip().splitlines() or ["they ended without an answer"])[-1]


def run_a_cell(missing: Sequence[str]) -> Proof:
    """Start the process that grading starts, and run one cell in a sandbox of it."""
    if missing:
        return Proof(False, "not tried, since a layer is missing")
    started = time.monotonic()
    try:
        problem = _problem_of_a_cell()
    except Exception as error:  # whatever it is, it is what the person wants to know
        problem = f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - started
    return Proof(not problem, problem or f"gave 3.0 in {seconds:.1f} s")


def _problem_of_a_cell() -> str:
    from .sandbox.client import Zygote
    from .sandbox.session import Cell, Session

    session = Session(Zygote(), [Cell("doctor", CELL)])
    try:
        session.load()
    finally:
        session.close()
        session.zygote.close()
    result = session.results["doctor"]
    shown = json.dumps(result.outputs)
    return result.problem or ("" if "3.0" in shown else f"showed {shown[:200]}, and not 3.0")


# ---- For people --------------------------------------------------------------------------------


def text(found: Examination) -> str:
    """The examination as a table, what in it needs an explanation, and the conclusion."""
    explanations = "\n".join([*_shortcomings(found), *_explanations(found.records)])
    blocks = [_facts(found), _table(found), explanations, _conclusion(found)]
    return "\n\n".join(block for block in blocks if block)


def _facts(found: Examination) -> str:
    here, packages = found.machine, dict(found.versions)
    own, python = packages.pop("chainrule"), packages.pop("python")
    memory = f"{int(here['memory']) / (1 << 30):.1f} GB of memory, " if here["memory"] else ""
    rows = {
        "chainrule": f"{own}, Python {python}",
        "packages": ", ".join(f"{name} {version}" for name, version in packages.items()),
        "machine": f"{here['system']} {here['kernel']}, {here['machine']}, "
        f"{here['processors']} processors, {memory}run by {here['user']}",
        "kernel": f"Landlock version {here['landlock']} (needed: {policy.LANDLOCK_ABI_NEEDED}), "
        f"seccomp {'yes' if here['seccomp'] else 'no'}",
        "bubblewrap": f"{'found' if here['bubblewrap'] else 'not found'} (optional, not used)",
    }
    return "\n".join(f"{name:<12} {value}" for name, value in rows.items())


def _table(found: Examination) -> str:
    rows = [["layer", *found.judges]]
    for layer in LAYERS:
        cells = [_count(layer.name, found.of(layer.name, judge), judge) for judge in found.judges]
        rows.append([layer.title, *(cells or ["not tried"])])
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    rows.append(["a cell in a sandbox", found.cell.detail])
    lines = ["   ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=False)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _count(layer: str, records: Sequence[Record], judge: str) -> str:
    if not records:
        return "no rights to lose" if (layer, judge) == NOTHING_TO_LOSE else "missing"
    outcomes = [record.outcome for record in records]
    untold = outcomes.count(UNTESTABLE) + outcomes.count(UNCLEAR)
    count = f"{outcomes.count(STOPPED)} of {len(outcomes)} attempts stopped"
    return f"{count}, {untold} cannot be told" if untold else count


def _shortcomings(found: Examination) -> list[str]:
    """What is missing, and what could not be tried at all."""
    lines = [f"missing      {sentence}" for sentence in found.missing]
    if found.trouble:
        lines.append(f"not tried    The attempts to break out could not be made: {found.trouble}")
    return lines


def _explanations(records: Sequence[Record]) -> list[str]:
    """A line for each attempt that was not stopped, wherever it was made: its meaning, a remedy."""
    lines = []
    same: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        if record.outcome != STOPPED:
            same.setdefault((record.outcome, record.attempt, record.detail), []).append(record)
    for (outcome, attempt, detail), group in sorted(same.items()):
        layers = [layer for layer in LAYERS if any(r.layer == layer.name for r in group)]
        judges = dict.fromkeys(record.judge for record in group)
        where = f"{', '.join(layer.title for layer in layers)}; {', '.join(judges)}"
        meaning = {
            THROUGH: f"{layers[0].danger}; {layers[0].remedy}",
            UNTESTABLE: f"fails without the sandbox as well ({detail}); nothing to do",
            UNCLEAR: f"failed, but not as the sandbox makes it fail ({detail}); try again",
        }[outcome]
        sign = "got through" if outcome == THROUGH else "cannot tell"
        lines.append(f"{sign:<12} {attempt} ({where}): {meaning}.")
    return lines


def _conclusion(found: Examination) -> str:
    if found.can_grade:
        return "This machine can grade."
    unproven = [
        layer.title
        for layer in LAYERS
        if not all(found.is_proven(layer.name, judge) for judge in found.judges)
    ]
    reasons = [
        "it lacks a layer of the sandbox" * bool(found.missing),
        f"not proven to hold: {', '.join(unproven)}" * bool(unproven),
        "the attempts to break out could not be made" * bool(found.trouble),
        "no cell ran in a sandbox" * (not found.cell.works),
    ]
    conclusion = f"This machine cannot grade: {'; '.join(filter(None, reasons))}."
    if found.missing:
        conclusion += " Submissions that you trust can be graded with --allow-weak-sandbox."
    return conclusion
