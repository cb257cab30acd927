"""Measures chainrule against other graders and against a floor: ``python -m benchmarks``.

Prints one table. Each ratio comes from contenders that took turns in this run on the same
submissions; it is the median of the rounds. Exit status 0, whether or not the targets are met.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console

from .groups import GROUPS, Bench, warmed_tests
from .report import show, write
from .results import Results

PACKAGES = ("numpy", "nbgrader", "nbclient", "ipykernel", "ipython", "pytest", "otter-grader")
DEFAULT_SIZES, LARGE = (10, 100, 1000), 5000


def main() -> None:
    options = _parser().parse_args()
    if options.read:
        results = Results.from_json(json.loads(options.read.read_text()))
    else:
        results = _measure(options)
    console = Console()
    console.width = max(console.width, 124)
    show(results, console)
    if options.json:
        options.json.write_text(json.dumps(results.to_json(), indent=1, ensure_ascii=False))
    if options.write:
        write(results)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, help="of classes, default 10,100,1000")
    parser.add_argument("--large", action="store_true", help=f"a class of {LARGE} as well")
    parser.add_argument("--only", action="append", choices=GROUPS, help="may be given again")
    parser.add_argument("--rounds", type=int, default=3, help="default 3")
    parser.add_argument(
        "--few", type=int, default=10, help="submissions for nbgrader and otter, default 10"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also keep the results there")
    parser.add_argument("--read", type=Path, metavar="FILE", help="measure nothing: show these")
    parser.add_argument(
        "--write", action="store_true", help="put the tables and the picture into docs/"
    )
    return parser


def _sizes(text: str) -> list[int]:
    return sorted(int(number) for number in text.split(","))


def _measure(options: argparse.Namespace) -> Results:
    sizes = [*(options.sizes or DEFAULT_SIZES), *([LARGE] if options.large else [])]
    results = Results(machine())
    console, started = Console(stderr=True), time.monotonic()
    temporary = tempfile.TemporaryDirectory(prefix="chainrule-bench-")
    with temporary as folder, console.status("") as status:

        def say(text: str) -> None:
            line = f"{time.monotonic() - started:5.0f} s  {text}"
            if console.is_terminal:
                status.update(line)
            else:
                console.print(line, highlight=False)

        say("warming up")
        tests = warmed_tests(Path(folder, "warm"))
        for name in options.only or GROUPS:
            here = Path(folder, name)
            here.mkdir()
            GROUPS[name](Bench(here, sizes, options.rounds, options.few, tests, results, say))
            if options.json:  # what was measured is not lost with what comes after it
                options.json.write_text(json.dumps(results.to_json(), indent=1) + "\n")
    results.machine["load at the end"] = _load()
    results.machine["minutes"] = f"{(time.monotonic() - started) / 60:.1f}"
    return results


def machine() -> dict[str, str]:
    """What the numbers depend on."""
    versions = {name: _version(name) for name in PACKAGES}
    return {
        "processors": f"{len(os.sched_getaffinity(0))}, {_first('/proc/cpuinfo', 'model name')}",
        "memory": f"{int(_first('/proc/meminfo', 'MemTotal').split()[0]) / 2**20:.0f} GB",
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "packages": ", ".join(f"{name} {found}" for name, found in versions.items() if found),
        "load at the start": _load(),
    }


def _load() -> str:
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _first(file: str, key: str) -> str:
    lines = Path(file).read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "?")


if __name__ == "__main__":
    main()
