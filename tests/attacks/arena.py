"""A course full of secrets, a class of attackers between two honest students, and what is left."""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest import mock

import chainrule
from chainrule import classroom, cli, workers
from chainrule.classroom import Report
from chainrule.course import Course
from chainrule.gradebook import open_gradebook
from chainrule.report import verdict_text
from chainrule.scores import StudentScores, scores
from chainrule.settings import load_config
from chainrule.verdict import Verdict
from tests.attacks import worker
from tests.attacks.attack import PREAMBLE, Attack, Folder
from tests.grader.conftest import CONFIG, HIDDEN, TESTS, notebook

FIRST, LAST = "0-honest", "zz-honest"
PLACES = (
    *("source", "hidden", "gradebook", "submission", "coordinator", "worker", "memory", "home"),
    *("temporary", "descriptor"),
)
KEPT = ("gradebook.db", "grading.log", "grading.jsonl")
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER

SOURCE = [
    ("markdown", "# Layers\nWrite them.", "title", {}),
    ("code", "import numpy as np\nfrom homework import check", "imports", {}),
    (
        "markdown",
        "Derive it.\n\n### BEGIN SOLUTION\n@SOURCE@\n### END SOLUTION",
        "double-formula",
        {"grade": True, "solution": True, "points": 2},
    ),
    (
        "code",
        "class Double:\n    def __init__(self):\n        self.parts = [1.0, 1.0]\n"
        "    def forward(self, x):\n        ### BEGIN SOLUTION\n        # @SOURCE@\n"
        "        return x + x\n        ### END SOLUTION",
        "double-solution",
        {"solution": True},
    ),
    ("code", 'check("Double")', "double-check", {"locked": True}),
    (
        "code",
        "class Add:\n    def forward(self, x):\n        ### BEGIN SOLUTION\n"
        "        return x + 1\n        ### END SOLUTION",
        "add-solution",
        {"solution": True},
    ),
]

# The number is an input of this test, and its double the expected value.
HIDDEN_DOUBLE = (
    "# @HIDDEN@\nimport numpy as np\n"
    + HIDDEN.format(title="Double", expected="2 * x")
    + '''

def test_secret(student):
    """forward: a large number"""
    x = np.array([[@NUMBER@.0]])
    assert_close(student.Double().forward(x), np.array([[@TWICE@.0]]))


def test_parts(student):
    """parts: the factors"""
    assert_close(sum([part for part in student.Double().parts]), 2.0, "the sum of parts")
'''
)

ADD = "class Add:\n    def forward(self, x):\n        return x + 1"


@dataclass
class Aftermath:
    """Everything there is to be seen after the class has been graded."""

    course: Course
    names: dict[str, str]  # the secrets and whatever else stands between two @ in an attack
    report: Report = field(default_factory=Report)
    futures: list[Future[Any]] = field(default_factory=list)  # of the judges' answers
    seconds: dict[str, float] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    rows: dict[str, StudentScores] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)  # by command
    exits: dict[str, int] = field(default_factory=dict)
    resident: list[int] = field(default_factory=list)  # bytes of each worker after the last one
    running: list[str] = field(default_factory=list)  # sandboxes after the last submission
    survivors: list[str] = field(default_factory=list)  # processes after the workers have ended
    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)
    contacts: list[str] = field(default_factory=list)

    @property
    def canaries(self) -> dict[str, str]:
        hidden = {"number": self.names["NUMBER"], "twice the number": self.names["TWICE"]}
        return {place: self.names[place.upper()] for place in PLACES} | hidden

    def files(self, student: str) -> dict[Path, str]:
        """What was written for one student."""
        found = {}
        for step in ("autograded", "feedback"):
            for path in sorted((self.course.root / step / student).rglob("*")):
                if path.is_file():
                    found[path] = path.read_text(encoding="utf-8", errors="replace")
        return found

    def text(self, student: str) -> str:
        """All that a person may read about one student, in one string."""
        parts = list(self.files(student).values())
        parts += self.report.problems.get(student, [])
        parts += [self.report.failures.get(student, "")]
        if student in self.verdicts:
            verdict = self.verdicts[student]
            parts += [verdict_text(verdict), json.dumps(verdict.to_json(), ensure_ascii=False)]
        return "\n".join(parts)

    def outputs(self, student: str) -> list[dict[str, Any]]:
        """What the cells of a student's notebook showed."""
        path = self.course.root / "autograded" / student / "tiny" / "1_layers.ipynb"
        cells = json.loads(path.read_text())["cells"] if path.exists() else []
        return [output for cell in cells for output in cell.get("outputs", [])]


class _Pool(ProcessPoolExecutor):
    """Real judges with short limits; what they answer and how they are in the end is kept."""

    def __init__(self, size: int, names: dict[str, str], aftermath: Aftermath) -> None:
        mine = {place: names[place.upper()] for place in ("memory", "worker", "descriptor")}
        super().__init__(min(size, 2), get_context("spawn"), worker.start, (mine,))
        self.aftermath = aftermath

    def submit(self, function: Any, /, *arguments: Any, **_: Any) -> Future[Any]:
        if function is not workers.judge_one:
            return super().submit(function, *arguments)
        future = super().submit(worker.guarded, function, *arguments)
        self.aftermath.futures.append(future)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        workers = list(self._processes or ())
        self.aftermath.resident += [_resident(pid) for pid in workers if _status(pid)]
        self.aftermath.running += [_describe(p) for p in _descendants() if _is_sandbox(p, workers)]
        super().shutdown(wait, cancel_futures=cancel_futures)


def fill(text: str, names: dict[str, str]) -> str:
    """The text with each @NAME@ replaced."""
    for name, value in names.items():
        text = text.replace(f"@{name}@", value)
    return text


def fight(base: Path, attacks: list[Attack]) -> Aftermath:
    """Grade the attackers and two honest students with the real command; look at what is left."""
    with _surroundings(base) as (names, listeners):
        course = _make_course(base / "course", names)
        aftermath = Aftermath(course, names)
        for student in (FIRST, LAST):
            _hand_in(course, Attack(student, "", student=student), names)
        folder = course.root / "submitted" / FIRST / "tiny"
        (folder / "notes.txt").write_text(names["SUBMISSION"])
        new_pool = partial(_Pool, names=names, aftermath=aftermath)
        with mock.patch.object(workers, "new_pool", new_pool), _family() as children:
            classroom.grade(course, course.assignment("tiny"), [FIRST])
            _grade_by_hand(course, names)
            for attack in attacks:
                _hand_in(course, attack, names)
            aftermath.before = _listing(base)
            _run_commands(aftermath, [a.student for a in attacks if a.group == "feedback"])
            aftermath.after = _listing(base)
            aftermath.survivors = _survivors(children)
        aftermath.contacts = _contacts(listeners)
        with open_gradebook(course, load_config(course.root)) as gradebook:
            found = scores(gradebook, course, course.assignment("tiny"))
            aftermath.rows = {row.student: row for row in found}
    return aftermath


def _make_course(root: Path, names: dict[str, str]) -> Course:
    source, hidden = root / "source" / "tiny", root / "tests" / "tiny"
    for folder in (source, hidden, root / "submitted"):
        folder.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    cells = [(kind, fill(text, names), *rest) for kind, text, *rest in SOURCE]
    (source / "1_layers.ipynb").write_bytes(notebook(cells))
    (source / "2_test_layers.ipynb").write_bytes(notebook(TESTS))
    shutil.copy(Path(chainrule.__file__).with_name("homework.py"), source)
    (hidden / "test_double.py").write_text(fill(HIDDEN_DOUBLE, names))
    (hidden / "test_add.py").write_text(HIDDEN.format(title="Add", expected="x + 1"))
    return Course(root)


def _hand_in(course: Course, attack: Attack, names: dict[str, str]) -> None:
    path = course.root / "submitted" / attack.student / "tiny"
    path.mkdir(parents=True)
    cells = [
        ("code", PREAMBLE, "preamble", {}),
        ("code", "import numpy as np\nfrom homework import check", "imports", {}),
        ("markdown", "Times two.", "double-formula", SOURCE[2][3]),
    ]
    for index, source in enumerate(attack.cells):
        name = "double-solution" if index == 0 else f"more-{index}"
        marks = {"solution": True} if index == 0 else {}
        cells.append(("code", fill(source, names), name, marks))
    cells += [SOURCE[4], ("code", ADD, "add-solution", {"solution": True})]
    content = json.loads(notebook(cells))
    (path / "timestamp.txt").write_text("2026-11-20 12:00:00 UTC")
    folder = Folder(path, content, names)
    if attack.prepare:
        attack.prepare(folder)
    if folder.notebook:
        text = json.dumps(folder.notebook)
        (path / "1_layers.ipynb").write_text(text)


def _grade_by_hand(course: Course, names: dict[str, str]) -> None:
    """What only the first honest student and the instructor may read."""
    with open_gradebook(course, load_config(course.root)) as gradebook:
        grade = gradebook.find_grade("double-formula", "1_layers", "tiny", FIRST)
        grade.manual_score = 2
        comment = gradebook.find_comment("double-formula", "1_layers", "tiny", FIRST)
        comment.manual_comment = names["GRADEBOOK"]
        gradebook.db.commit()


def _run_commands(aftermath: Aftermath, students: list[str]) -> None:
    """The commands that people read, in this process but for the judges."""

    def grade(*arguments: Any, **options: Any) -> Report:
        aftermath.report = real(*arguments, **options)
        return aftermath.report

    real = classroom.grade
    with contextlib.chdir(aftermath.course.root), mock.patch.object(classroom, "grade", grade):
        commands = ["grade tiny", "scores tiny", "scores tiny --format csv"]
        for command in (*commands, *(f"explain tiny {student}" for student in students)):
            output, errors = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
                aftermath.exits[command] = cli.main(command.split())
            aftermath.printed[command] = output.getvalue() + errors.getvalue()
    report = aftermath.report
    aftermath.seconds = dict(zip(report.graded, report.seconds, strict=True))
    verdicts = [future.result() for future in aftermath.futures if not future.exception()]
    by_seconds = {verdict.seconds: verdict for verdict in verdicts}
    aftermath.verdicts = {
        student: by_seconds[seconds] for student, seconds in aftermath.seconds.items()
    }
    for student, verdict in aftermath.verdicts.items():
        aftermath.printed[f"check {student}"] = verdict_text(verdict)


# ---------------------------------------------------------------------------------------
# The machine around the course


@contextlib.contextmanager
def _surroundings(base: Path) -> Iterator[tuple[dict[str, str], list[socket.socket]]]:
    """Secrets at home, in the environment and in descriptors; sockets that wait for a call."""
    home, temporary = base / "home", base / "temporary"
    home.mkdir()
    temporary.mkdir()
    names = {place.upper(): f"canary-{place}-{secrets.token_hex(12)}" for place in PLACES}
    number = 10**8 + secrets.randbelow(4 * 10**8)
    names |= {"NUMBER": str(number), "TWICE": str(2 * number), "FOUR": str(number)[:4]}
    names["SEVEN"] = str(number)[:7]
    # As a message would give it, where an error is as large as the first three digits say.
    names["SIZE"] = f"{float('{}.{}e1{}'.format(*str(number)[:3])):.2g}"
    names |= {"PLANT": f"plant{secrets.token_hex(8)}", "PID": str(os.getpid())}
    names |= {"ROOT": str(base / "course"), "HOMEDIR": str(home), "TMP": str(temporary)}
    names |= {"PACKAGE": str(Path(chainrule.__file__).parent), "VICTIM": FIRST}
    names["SITE"] = next(path for path in sys.path if path.endswith("site-packages"))
    for folder, place in ((home, "HOME"), (temporary, "TEMPORARY")):
        (folder / "open.txt").write_text(names[place])
        (folder / "open.txt").chmod(0o666)
    tcp = socket.create_server(("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    abstract = socket.socket(socket.AF_UNIX)
    names["ABSTRACT"] = f"chainrule-{secrets.token_hex(4)}"
    abstract.bind("\0" + names["ABSTRACT"])
    abstract.listen()
    path = socket.socket(socket.AF_UNIX)
    names["SOCKET"] = str(temporary / "s")
    # A short way to a path that may be longer than an address can be.
    with contextlib.chdir(temporary):
        path.bind("s")
    path.listen()
    names |= {"TCP": str(tcp.getsockname()[1]), "UDP": str(udp.getsockname()[1])}
    descriptor = worker.leave_open(names["DESCRIPTOR"])
    names["FD"] = str(descriptor)
    # The font cache stays where it is: to make it anew takes long.
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    environment = {"HOME": str(home), "XDG_CACHE_HOME": cache, "TMPDIR": str(temporary)}
    listeners = [tcp, udp, abstract, path]
    environment["COORDINATOR_SECRET"] = names["COORDINATOR"]
    try:
        with mock.patch.dict(os.environ, environment):
            yield names, listeners
    finally:
        os.close(descriptor)
        for listener in listeners:
            listener.close()


def _contacts(listeners: list[socket.socket]) -> list[str]:
    """Which of the sockets somebody has talked to."""
    found = []
    for listener in listeners:
        listener.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            if listener.type == socket.SOCK_DGRAM:
                listener.recv(1)
            else:
                listener.accept()[0].close()
            found.append(str(listener.getsockname()))
    return found


def _listing(base: Path) -> set[str]:
    """Everything below, but for the folders that grading is there to fill."""
    course = base / "course"
    ours = [course / "autograded", course / "feedback", course / "gradebook.db"]
    return {
        str(path.relative_to(base))
        for path in base.rglob("*")
        if not any(path.is_relative_to(folder) for folder in ours)
    }


def planted(names: dict[str, str]) -> list[str]:
    """Files anywhere that an attack may have left: their names, or what is in them, says so."""
    folders = [names["PACKAGE"], names["SITE"], "/tmp", "/var/tmp", "/dev/shm", "/", os.getcwd()]
    found = []
    for folder in {*folders, str(Path.home()), str(Path(sys.executable).parent)}:
        with contextlib.suppress(OSError):
            found += [entry.path for entry in os.scandir(folder) if names["PLANT"] in entry.name]
    for folder in (names["PACKAGE"], names["HOMEDIR"], names["TMP"], names["ROOT"]):
        for path in Path(folder).rglob("*"):
            inside = path.is_file() and "submitted" not in path.parts
            # What a submission says of itself may be kept where graders keep such things.
            theirs = {"autograded", "feedback"} & {*path.parts} or path.name in KEPT
            content = path.read_bytes() if inside and not theirs else b""
            if names["PLANT"] in path.name or names["PLANT"].encode() in content:
                found.append(str(path))
    return found


# ---------------------------------------------------------------------------------------
# Processes


@contextlib.contextmanager
def _family() -> Iterator[Any]:
    """Gives a function that lists this process's new descendants; orphans stay among them."""
    libc = ctypes.CDLL(None)
    known = _descendants()
    libc.prctl(SUBREAPER, 1, 0, 0, 0)
    try:
        yield lambda: sorted(_descendants() - known)
    finally:
        libc.prctl(SUBREAPER, 0, 0, 0, 0)


def _status(pid: int) -> dict[str, str]:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # it has just ended
        return {}
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def _descendants() -> set[int]:
    parents = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit() and (status := _status(int(path.name))):
            parents[int(path.name)] = int(status["PPid"])
    found, new = set(), {os.getpid()}
    while new:
        new = {pid for pid, parent in parents.items() if parent in new} - found
        found |= new
    return {pid for pid in found if not _status(pid).get("State", "Z").startswith("Z")}


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


def _is_sandbox(pid: int, workers: list[int]) -> bool:
    """Whether it is a fork of a worker's zygote, and not the zygote or a process of another run."""
    parent = int(_status(pid).get("PPid", 0))
    return int(_status(parent).get("PPid", 0)) in workers


def _describe(pid: int) -> str:
    return f"{pid} ({_status(pid).get('State', 'gone')}): {_command(pid)[:200]}"


def _survivors(children: Any) -> list[str]:
    """What still runs after the workers; the zygotes get a moment to end, and then are ended."""
    end = time.monotonic() + 5
    left: list[int] = []
    while time.monotonic() < end:
        left = [pid for pid in children() if "resource_tracker" not in _command(pid)]
        if not left:
            return []
        time.sleep(0.1)
    found = [_describe(pid) for pid in left]
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return found


def _resident(pid: int) -> int:
    return int(_status(pid)["VmRSS"].split()[0]) << 10
