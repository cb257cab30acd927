"""Does the sandbox hold? Each promise of `policy.py` is probed inside of a locked-down process.

Every probe runs twice where the tests run as root: with root as the judge, and with an ordinary
user. `full`, `landlock_only` and `seccomp_only` say which layers the probe meets.
"""

import ctypes
import dataclasses
import errno
import importlib
import io
import json
import os
import platform
import re
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the zygote does: one thread when it forks
import numpy as np

from chainrule.errors import SandboxError
from chainrule.sandbox import policy
from chainrule.sandbox.policy import Limits, Prepared, lock_down, prepare

REPOSITORY = Path(__file__).resolve().parents[2]
COLUMN = policy.ARCHITECTURES.get(platform.machine(), (0, 0))[0]
SECRET = "canary-7f3a91"
REFUSED = {errno.EPERM, errno.EACCES}

if missing := policy.missing_layers():
    pytest.skip(" ".join(missing), allow_module_level=True)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a probe ended: with a value, with an exception, or by a signal."""

    value: Any = None
    error: str | None = None
    text: str | None = None
    number: int | None = None
    signal: int | None = None


@dataclasses.dataclass(frozen=True)
class Sandbox:
    """Forks, locks the fork up with these layers, and runs a probe in it."""

    prepared: Prepared
    become: int | None  # an ordinary user to change to before anything else

    def run(
        self,
        probe: Callable[[], Any],
        limits: Limits = Limits(),  # noqa: B008 (frozen)
        keep: tuple[int, ...] = (),
        before: Callable[[], Any] = lambda: None,
    ) -> Outcome:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            self._child(probe, limits, keep, before, writer)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            reply = pipe.read()
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return Outcome(signal=os.WTERMSIG(status))
        return Outcome(**json.loads(reply))

    def _child(
        self,
        probe: Callable[[], Any],
        limits: Limits,
        keep: tuple[int, ...],
        before: Callable[[], Any],
        writer: int,
    ) -> None:
        try:
            if self.become is not None:
                os.setgroups([])
                os.setresgid(*(self.become,) * 3)
                os.setresuid(*(self.become,) * 3)
                # Undo a consequence of the change that a zygote started by that user has not.
                ctypes.CDLL(None).prctl(policy.PR_SET_DUMPABLE, 1, 0, 0, 0)
            before()
            lock_down(self.prepared, limits, (*keep, writer))
            reply = {"value": probe()}
        except BaseException as error:
            number = error.errno if isinstance(error, OSError) else None
            reply = {"error": type(error).__name__, "text": str(error), "number": number}
        os.write(writer, json.dumps(reply).encode())
        os._exit(0)

    def refuses(self, probe: Callable[[], Any], **options: Any) -> bool:
        """Whether the kernel said no, rather than something else having gone wrong."""
        outcome = self.run(probe, **options)
        assert outcome.number in REFUSED, outcome
        return True

    def only(self, layer: str) -> "Sandbox":
        """The same with one of the two big layers; like `prepare`, it then keeps no capability."""
        if layer == "landlock":
            return Sandbox(dataclasses.replace(self.prepared, seccomp=None), self.become)
        alone = dataclasses.replace(self.prepared, landlock=None, keep_read_search=False)
        return Sandbox(alone, self.become)

    @property
    def reaches_modules(self) -> bool:
        """False for an ordinary user when Python itself lies in a private directory of root's."""
        return self.become is None or not _PREPARED.keep_read_search


_PREPARED = prepare(policy.default_readable())


@pytest.fixture(params=["as root", "as an ordinary user"])
def full(request: pytest.FixtureRequest) -> Sandbox:
    if os.geteuid() != 0:
        if request.param == "as root":
            pytest.skip("not run by root")
        return Sandbox(_PREPARED, None)
    if request.param == "as root":
        return Sandbox(_PREPARED, None)
    ordinary = dataclasses.replace(_PREPARED, user=None, keep_read_search=False)
    return Sandbox(ordinary, policy.NOBODY)


@pytest.fixture
def landlock_only(full: Sandbox) -> Sandbox:
    return full.only("landlock")


@pytest.fixture
def seccomp_only(full: Sandbox) -> Sandbox:
    return full.only("seccomp")


@pytest.fixture(scope="module")
def course() -> Iterator[Path]:
    """A directory as open to everyone as can be, so that only the sandbox can refuse it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        secret = folder / "answers.py"
        secret.write_text(SECRET)
        secret.chmod(0o666)
        yield folder


def raw(number: int, *arguments: Any) -> int:
    """A system call by its number. Raises OSError; negative results never come back."""
    libc = ctypes.CDLL(None, use_errno=True)
    result: int = libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


# ---- Files: reading ----------------------------------------------------------------------------

OUTSIDE = {
    "etc": "/etc/passwd",
    "this test": __file__,
    "the grader": policy.__file__,
    "another package": str(Path(pytest.__file__)),
    "a way up from NumPy": f"{Path(np.__file__).parent}/../../../../../../../../etc/passwd",
    "beside NumPy": f"{Path(np.__file__).parent}/../pytest/__init__.py",
    "through proc": "/proc/self/root/etc/passwd",
    "init's environment": "/proc/1/environ",
    "parent's environment": f"/proc/{os.getpid()}/environ",
    "parent's memory": f"/proc/{os.getpid()}/mem",
    "parent's command line": f"/proc/{os.getpid()}/cmdline",
    "parent's root": f"/proc/{os.getpid()}/root/etc/passwd",
    "own memory": "/proc/self/mem",
    "own environment": "/proc/self/environ",
    "kernel log": "/proc/version",
}


@pytest.mark.parametrize("path", OUTSIDE.values(), ids=OUTSIDE)
def test_files_outside_cannot_be_read(full: Sandbox, path: str) -> None:
    assert full.refuses(lambda: Path(path).read_bytes())


@pytest.mark.parametrize("path", OUTSIDE.values(), ids=OUTSIDE)
def test_landlock_alone_refuses_to_read_outside(landlock_only: Sandbox, path: str) -> None:
    assert landlock_only.refuses(lambda: Path(path).read_bytes())


def test_the_course_cannot_be_read(full: Sandbox, course: Path) -> None:
    assert full.refuses((course / "answers.py").read_text)
    assert full.only("landlock").refuses((course / "answers.py").read_text)


HOME = str(Path.home()) if Path.home().exists() else "/home"


@pytest.mark.parametrize("folder", ["/", ".", "/tmp", "/proc", "/proc/self/fd", HOME])
def test_directories_outside_cannot_be_listed(full: Sandbox, folder: str) -> None:
    assert full.refuses(lambda: os.listdir(folder))


@pytest.mark.parametrize("name", ["cwd", "exe", "root", "fd/0"])
def test_the_links_of_the_parent_tell_nothing(full: Sandbox, name: str) -> None:
    assert full.refuses(lambda: os.readlink(f"/proc/{os.getppid()}/{name}"))
    assert full.refuses(lambda: os.stat(f"/proc/{os.getppid()}/{name}"))


def test_a_descriptor_that_only_names_a_path_cannot_be_opened(full: Sandbox) -> None:
    assert full.refuses(lambda: os.open("/etc", os.O_PATH))


def test_modules_of_the_standard_library_can_still_be_imported(full: Sandbox) -> None:
    if not full.reaches_modules:
        pytest.skip("Python lies in a private directory")

    def probe() -> list[str]:
        importlib.invalidate_caches()  # the import system has to list the directory again
        late = ["colorsys", "wave", "cProfile", "audioop", "mailbox"]
        late = [name for name in late if name not in sys.modules]
        return [__import__(name).__name__ for name in late if name in sys.stdlib_module_names]

    assert len(full.run(probe).value or []) >= 3


def test_a_submodule_of_numpy_can_still_be_imported(full: Sandbox) -> None:
    if not full.reaches_modules:
        pytest.skip("Python lies in a private directory")
    outcome = full.run(lambda: __import__("numpy.ma.mrecords").__name__)
    assert outcome.value == "numpy", outcome


def test_the_readable_list_names_packages_and_never_all_of_them() -> None:
    readable = set(map(Path, policy.default_readable()))
    purelib, standard = (Path(sysconfig.get_path(name)) for name in ("purelib", "stdlib"))
    assert Path(np.__file__).parent in readable
    assert standard / "json" in readable
    forbidden = {*purelib.parents, purelib, standard, standard / "site-packages"}
    assert not readable & {*forbidden, REPOSITORY, REPOSITORY / "chainrule"}
    assert not any(path in REPOSITORY.parents for path in readable)


def test_installed_packages_inside_the_standard_library_are_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("json", "site-packages", "dist-packages", "test"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(policy, "_standard_library", lambda: tmp_path)
    readable = policy.default_readable(())
    assert [path for path in readable if str(tmp_path) in path] == [str(tmp_path / "json")]


def test_a_readable_path_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(SandboxError, match="nowhere"):
        prepare(["/nowhere"])


# ---- Files: writing ----------------------------------------------------------------------------

WRITABLE = [".", "/tmp", "/dev/shm", "/var/tmp", HOME, str(REPOSITORY)]


@pytest.mark.parametrize("folder", WRITABLE)
def test_no_file_can_be_created(full: Sandbox, folder: str) -> None:
    assert full.refuses(lambda: Path(folder, "chainrule-probe").write_text("x"))
    assert full.refuses(lambda: os.mkdir(f"{folder}/chainrule-probe"))
    assert not os.path.exists(f"{folder}/chainrule-probe")


@pytest.mark.parametrize("layer", ["landlock", "seccomp"])
def test_each_layer_alone_refuses_to_write(full: Sandbox, layer: str, course: Path) -> None:
    sandbox, secret = full.only(layer), course / "answers.py"
    assert sandbox.refuses(lambda: secret.write_text("x"))
    assert sandbox.refuses(lambda: secret.open("r+"))
    assert sandbox.refuses(lambda: os.mkdir(course / "new"))
    assert sandbox.refuses(lambda: os.unlink(secret))
    assert sandbox.refuses(lambda: os.truncate(secret, 0))
    assert sandbox.refuses(lambda: os.symlink("x", course / "link"))
    assert sandbox.refuses(lambda: os.mkfifo(course / "fifo"))
    assert sandbox.refuses(lambda: tempfile.mkstemp(dir=course))
    assert secret.read_text() == SECRET
    assert list(course.iterdir()) == [secret]


def test_files_cannot_be_changed_by_their_names(full: Sandbox, course: Path) -> None:
    secret = course / "answers.py"
    before = secret.stat()
    changes: list[Callable[[], Any]] = [
        lambda: os.unlink(secret),
        lambda: os.rename(secret, course / "b"),
        lambda: os.link(secret, course / "b"),
        lambda: os.chmod(secret, 0o600),
        lambda: os.chown(secret, policy.NOBODY, -1),
        lambda: os.utime(secret),
        lambda: os.setxattr(secret, "user.x", b"x"),
        lambda: os.truncate(secret, 0),
        lambda: os.chdir(course),
        lambda: os.chroot(course),
    ]
    for change in changes:
        assert full.refuses(change)
    assert secret.stat() == before


# ---- Network -----------------------------------------------------------------------------------

SOCKETS = {
    "tcp": (socket.AF_INET, socket.SOCK_STREAM),
    "tcp6": (socket.AF_INET6, socket.SOCK_STREAM),
    "udp": (socket.AF_INET, socket.SOCK_DGRAM),
    "raw": (socket.AF_INET, socket.SOCK_RAW),
    "unix": (socket.AF_UNIX, socket.SOCK_STREAM),
    "unix datagrams": (socket.AF_UNIX, socket.SOCK_DGRAM),
    "netlink": (socket.AF_NETLINK, socket.SOCK_RAW),
    "packet": (socket.AF_PACKET, socket.SOCK_RAW),
    "vsock": (socket.AF_VSOCK, socket.SOCK_STREAM),
}


@pytest.mark.parametrize("kind", SOCKETS.values(), ids=SOCKETS)
def test_no_socket_can_be_made(full: Sandbox, kind: tuple[int, int]) -> None:
    assert full.refuses(lambda: socket.socket(*kind))
    assert full.refuses(socket.socketpair)


def test_landlock_alone_refuses_tcp(landlock_only: Sandbox) -> None:
    "".encode("idna")  # what sockets import late, and what an ordinary user may not reach
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        assert landlock_only.refuses(lambda: socket.create_connection(address))
    assert landlock_only.refuses(lambda: socket.create_server(("127.0.0.1", 0)))


def test_landlock_alone_refuses_abstract_sockets(landlock_only: Sandbox) -> None:
    if policy._landlock_abi() < 6:
        pytest.skip("this kernel's Landlock has no scopes")
    name = f"\0chainrule-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()
        assert landlock_only.refuses(lambda: socket.socket(socket.AF_UNIX).connect(name))


def test_no_descriptor_can_be_passed_over_the_channel(full: Sandbox) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        handle = theirs.fileno()
        send, receive = ((46, 211)[COLUMN], (47, 212)[COLUMN])
        assert full.refuses(lambda: raw(send, handle, b"\0" * 56, 0), keep=(handle,))
        assert full.refuses(lambda: raw(receive, handle, b"\0" * 56, 0), keep=(handle,))
        assert full.run(lambda: os.write(handle, b"hello"), keep=(handle,)).value == 5
        assert ours.recv(5) == b"hello"


# ---- Processes and signals ---------------------------------------------------------------------


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _clone(flags: int) -> Callable[[], int]:
    """A clone with a stack of NULL, as fork makes it."""

    def probe() -> int:
        if (child := raw((56, 220)[COLUMN], flags, None, None, None, None)) == 0:
            os._exit(0)
        return child

    return probe


PROCESSES: dict[str, Callable[[], Any]] = {
    "fork": _fork,
    "forkpty": os.forkpty,
    "clone": _clone(signal.SIGCHLD),
    "clone into a user namespace": _clone(signal.SIGCHLD | 0x10000000),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "exec a descriptor": lambda: os.execve(os.open(os.__file__, os.O_RDONLY), ["x"], {}),
    "posix_spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "subprocess": lambda: subprocess.run(["/bin/true"]),
}


@pytest.mark.parametrize("name", PROCESSES)
def test_no_process_can_be_started(full: Sandbox, name: str) -> None:
    if name == "exec a descriptor" and not full.reaches_modules:
        pytest.skip("Python lies in a private directory")
    assert full.refuses(PROCESSES[name])


@pytest.mark.parametrize("name", ["fork", "clone", "posix_spawn"])
def test_seccomp_alone_refuses_processes(seccomp_only: Sandbox, name: str) -> None:
    assert seccomp_only.refuses(PROCESSES[name])


@pytest.mark.skipif(platform.machine() != "x86_64", reason="has no vfork call")
def test_vfork_is_refused(full: Sandbox) -> None:
    assert full.refuses(lambda: raw(58))


def test_multiprocessing_is_refused(full: Sandbox) -> None:
    import multiprocessing.popen_fork

    context = multiprocessing.get_context("fork")
    assert full.refuses(lambda: context.Process(target=print).start())


def test_clone3_does_not_exist(full: Sandbox) -> None:
    assert full.run(lambda: raw(435, b"\0" * 88, 88)).number == errno.ENOSYS


def test_threads_work(full: Sandbox) -> None:
    def probe() -> int:
        results: list[int] = []
        threads = [threading.Thread(target=results.append, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(results)

    assert full.run(probe).value == 28


def test_a_thread_is_as_confined_as_the_process(full: Sandbox) -> None:
    def probe() -> list[int | None]:
        numbers: list[int | None] = []

        def attack() -> None:
            for attempt in (_fork, socket.socket, Path("/etc/passwd").read_text):
                try:
                    attempt()
                    numbers.append(None)
                except OSError as error:
                    numbers.append(error.errno)

        thread = threading.Thread(target=attack)
        thread.start()
        thread.join()
        return numbers

    numbers = full.run(probe).value
    assert len(numbers) == 3
    assert set(numbers) <= REFUSED


def test_threads_are_bounded(full: Sandbox) -> None:
    def probe() -> None:
        threading.stack_size(1 << 16)
        for _ in range(64):
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()

    assert full.run(probe, limits=Limits(tasks=32)).error == "RuntimeError"


PARENT = os.getpid()
AT_PARENT: dict[str, Callable[[], Any]] = {  # signal 0 asks for the right to send one
    "kill": lambda: os.kill(PARENT, 0),
    "kill everyone": lambda: os.kill(-1, 0),
    "kill the group": lambda: os.killpg(os.getpgid(PARENT), 0),
    "tgkill": lambda: raw((234, 131)[COLUMN], PARENT, PARENT, 0),
    "tkill": lambda: raw((200, 130)[COLUMN], PARENT, 0),
    "pidfd": lambda: os.pidfd_open(PARENT),
    "ptrace": lambda: raw((101, 117)[COLUMN], 16, PARENT, None, None),
    "read memory": lambda: raw((310, 270)[COLUMN], PARENT, None, 0, None, 0, 0),
    "write memory": lambda: raw((311, 271)[COLUMN], PARENT, None, 0, None, 0, 0),
    "limits": lambda: resource.prlimit(PARENT, resource.RLIMIT_CPU),
    "priority": lambda: os.setpriority(os.PRIO_PROCESS, PARENT, 5),
    "scheduler": lambda: os.sched_setaffinity(PARENT, {0}),
}


@pytest.mark.parametrize("probe", AT_PARENT.values(), ids=AT_PARENT)
def test_the_parent_cannot_be_touched(full: Sandbox, probe: Callable[[], Any]) -> None:
    assert full.refuses(probe)


def test_the_processes_of_the_machine_cannot_be_counted(full: Sandbox) -> None:
    assert full.refuses(lambda: os.getpgid(os.getppid()))
    assert full.refuses(lambda: os.getsid(1))
    assert full.refuses(lambda: os.sched_getaffinity(1))
    assert full.refuses(lambda: time.clock_gettime((~os.getppid() << 3) | 2))


def test_a_process_may_ask_about_itself(full: Sandbox) -> None:
    def probe() -> bool:
        own = os.getpgid(0) == os.getsid(os.getpid()) and os.sched_getaffinity(0)
        return bool(own) and time.process_time() > 0 and time.thread_time() > 0

    assert full.run(probe).value is True


@pytest.fixture
def neighbour() -> Iterator[int]:
    """Another process of the very user that the sandbox runs as, as other sandboxes are."""
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        if os.geteuid() == 0:
            os.setresuid(*(policy.NOBODY,) * 3)
            ctypes.CDLL(None).prctl(policy.PR_SET_DUMPABLE, 1, 0, 0, 0)
        os.write(writer, b"x")
        time.sleep(60)
        os._exit(0)
    os.read(reader, 1)
    yield process
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    os.close(reader)
    os.close(writer)


@pytest.mark.parametrize("layer", ["landlock", "seccomp"])
def test_each_layer_alone_refuses_signals_and_ptrace(
    full: Sandbox, layer: str, neighbour: int
) -> None:
    sandbox = full.only(layer)
    if sandbox.prepared.user is not None:  # another user's process would be out of reach anyway
        same = range(policy.NOBODY, policy.NOBODY + 1)
        sandbox = Sandbox(dataclasses.replace(sandbox.prepared, user=same), None)
    assert sandbox.refuses(lambda: raw((101, 117)[COLUMN], 16, neighbour, None, None))
    if layer == "seccomp" or policy._landlock_abi() >= 6:
        assert sandbox.refuses(lambda: os.kill(neighbour, 0))


def test_signals_to_itself_work(full: Sandbox) -> None:
    assert full.run(lambda: os.kill(os.getpid(), 0)) == Outcome()
    assert full.run(os.abort).signal == signal.SIGABRT


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_only_others_can_kill_or_stop_it(full: Sandbox, number: int) -> None:
    assert full.refuses(lambda: os.kill(os.getpid(), number))
    assert full.refuses(lambda: signal.raise_signal(number))


def test_it_has_a_session_of_its_own(full: Sandbox) -> None:
    assert full.run(lambda: os.getsid(0) == os.getpid()).value is True


def test_it_dies_with_the_zygote() -> None:
    reader, writer = os.pipe()
    zygote = os.fork()
    if zygote == 0:
        prepared = dataclasses.replace(_PREPARED, zygote=os.getpid())
        if os.fork() == 0:
            signal.alarm(30)  # should the sandbox not keep its promise
            lock_down(prepared, Limits(), (writer,))
            os.write(writer, b"locked")
        while True:
            time.sleep(60)
    os.close(writer)
    assert os.read(reader, 6) == b"locked"
    os.kill(zygote, signal.SIGKILL)
    os.waitpid(zygote, 0)
    # The end of the pipe comes when nobody holds its other end any more.
    assert select.select([reader], [], [], 5)[0]
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_a_child_of_a_zygote_that_is_gone_does_not_start(full: Sandbox) -> None:
    orphan = Sandbox(dataclasses.replace(full.prepared, zygote=1), full.become)
    assert orphan.run(lambda: 1).error == "SandboxError"


# ---- Other system calls ------------------------------------------------------------------------

FORBIDDEN: dict[str, tuple[int, int | None]] = {
    **{"socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201)},
    **{"accept": (43, 202), "accept4": (288, 242), "socketpair": (53, 199), "sendto": (44, 206)},
    **{"sendmsg": (46, 211), "recvmsg": (47, 212), "sendmmsg": (307, 269), "recvmmsg": (299, 243)},
    **{"fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281)},
    **{"ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271)},
    **{"kcmp": (312, 272), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138)},
    **{"rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438)},
    **{"pidfd_send_signal": (424, 424), "mount": (165, 40), "umount2": (166, 39)},
    **{"move_mount": (429, 429), "open_tree": (428, 428), "fsopen": (430, 430)},
    **{"pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97), "setns": (308, 268)},
    **{"bpf": (321, 280), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426)},
    **{"io_uring_register": (427, 427), "userfaultfd": (323, 282), "perf_event_open": (298, 241)},
    **{"keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218)},
    **{"open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "openat2": (437, 437)},
    **{"memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194)},
    **{"msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180), "seccomp": (317, 277)},
    **{"setuid": (105, 146), "setgid": (106, 144), "setresuid": (117, 147)},
    **{"setresgid": (119, 149), "setgroups": (116, 159), "capset": (126, 91)},
    **{"setrlimit": (160, 164), "personality": (135, 92), "modify_ldt": (154, None)},
    **{"iopl": (172, None), "ioperm": (173, None), "quotactl": (179, 60), "syslog": (103, 116)},
    **{"creat": (85, None), "truncate": (76, 45), "ftruncate": (77, 46), "pwrite64": (18, 68)},
    **{"sendfile": (40, 71), "splice": (275, 76), "vmsplice": (278, 75), "tee": (276, 77)},
    **{"pipe2": (293, 59), "eventfd2": (290, 19), "epoll_create1": (291, 20)},
    **{"inotify_init1": (294, 26), "fanotify_init": (300, 262), "timer_create": (222, 107)},
    **{"sched_setaffinity": (203, 122), "setpriority": (141, 140), "setsid": (112, 157)},
    **{"setpgid": (109, 154), "process_madvise": (440, 440), "flock": (73, 32)},
}
# These would do harm, or nothing to learn from, if a hole let them through: only simulated below.
DANGEROUS = {
    **{"reboot": (169, 142), "kexec_load": (246, 104), "init_module": (175, 105)},
    **{"finit_module": (313, 273), "delete_module": (176, 106), "swapon": (167, 224)},
    **{"settimeofday": (164, 170), "clock_settime": (227, 112), "sethostname": (170, 161)},
    **{"vhangup": (153, 58), "acct": (163, 89), "pause": (34, None), "sync": (162, 81)},
    **{"landlock_restrict_self": (446, 446), "clock_adjtime": (305, 266)},
}


@pytest.mark.parametrize("name", [n for n in FORBIDDEN if FORBIDDEN[n][COLUMN] is not None])
def test_forbidden_system_calls_are_refused(full: Sandbox, name: str) -> None:
    number = FORBIDDEN[name][COLUMN]
    assert number is not None
    if name in ("fork", "vfork", "setsid"):  # a hole here would leave a second process behind
        assert simulate(platform.machine(), number) == policy.REFUSE
        return
    outcome = full.run(lambda: raw(number, *(None,) * 6))
    assert outcome.number == errno.EPERM, outcome


def test_nested_namespaces_are_refused(full: Sandbox) -> None:
    for kind in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x8000000):
        assert full.refuses(partial(raw, (272, 97)[COLUMN], kind))


def test_only_questions_about_terminals_are_passed_on(full: Sandbox) -> None:
    import fcntl
    import termios

    assert full.run(lambda: os.isatty(0)).value is False
    assert full.run(lambda: fcntl.ioctl(0, termios.TCGETS, bytes(64))).number == errno.ENOTTY
    assert full.run(lambda: fcntl.ioctl(0, termios.TIOCSTI, b"x")).number == errno.EPERM
    assert full.refuses(lambda: fcntl.fcntl(0, fcntl.F_SETOWN, PARENT))


# ---- The seccomp program, run by an interpreter of our own: for both machines, any arguments ----


def simulate(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """The verdict of the compiled program on one system call of process 4242."""
    program = policy._seccomp_program(machine) + policy._seccomp_end(machine, 4242)
    if architecture is None:
        architecture = policy.ARCHITECTURES[machine][1]
    padded = [argument & (1 << 64) - 1 for argument in (*arguments, 0, 0, 0, 0, 0, 0)[:6]]
    data = struct.pack("<IIQ6Q", number, architecture, 0, *padded)
    counter = accumulator = 0
    while True:
        code, if_true, if_false, value = struct.unpack_from("<HBBI", program, counter * 8)
        counter += 1
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, value)[0]
        elif code == 0x54:
            accumulator &= value
        elif code == 0x15:
            counter += if_true if accumulator == value else if_false
        elif code == 0x06:
            return int(value)
        else:
            raise AssertionError(f"unknown instruction {code:#x}")


MACHINES = pytest.mark.parametrize("machine", ["x86_64", "aarch64"])


@MACHINES
def test_the_program_allows_its_tables_and_nothing_else(machine: str) -> None:
    column = policy.ARCHITECTURES[machine][0]
    unconditional = {numbers[column] for numbers in policy.ALLOWED.values()}
    conditional = {numbers[column] for numbers in policy.CONDITIONAL.values()}
    conditional |= {numbers[column] for numbers in policy.OWN_SIGNALS.values()}
    conditional |= {numbers[column] for numbers in policy.OWN_QUESTIONS.values()}
    for number in set(range(1024)) - conditional - {policy.CLONE3}:
        expected = policy.ALLOW if number in unconditional else policy.REFUSE
        assert simulate(machine, number, 1, 1, 1, 1, 1, 1) == expected
    assert simulate(machine, 0xFFFFFFFF) == policy.REFUSE


@MACHINES
def test_the_program_refuses_what_must_never_pass(machine: str) -> None:
    column = policy.ARCHITECTURES[machine][0]
    for numbers in (*FORBIDDEN.values(), *DANGEROUS.values()):
        if (number := numbers[column]) is not None:
            for argument in (0, 1, 0x10000, 4242):
                assert simulate(machine, number, *(argument,) * 6) == policy.REFUSE


@MACHINES
def test_another_architecture_kills(machine: str) -> None:
    for architecture in (0x40000003, 0, 0xC000003E, 0xC00000B7, 0x40000028):
        if architecture != policy.ARCHITECTURES[machine][1]:
            for number in (0, 1, 11, 60):
                verdict = simulate(machine, number, architecture=architecture)
                assert verdict == policy.KILL


def test_no_call_of_the_x32_abi_passes() -> None:
    for number in range(1024):
        assert simulate("x86_64", number | 0x40000000) == policy.REFUSE


ALLOWED_ARGUMENTS: dict[str, list[tuple[int, ...]]] = {
    "clone": [(0x3D0F00,), (0x7D0F00,), (0x10000,)],
    "openat": [(0, 0, 0o2000000), (0, 0, 0o200000 | 0o4000), (0, 0, 0, 0o777)],
    "ioctl": [(0, 0x5401), (0, 0x5413), (0, 0x5401 | 1 << 32)],
    "fcntl": [(5, 0), (5, 1), (5, 2, 1), (5, 3), (5, 1030)],
    "prctl": [(2,), (15,), (16,), (23,), (39,)],
    "prlimit64": [(0, 7, 0, 1 << 40)],
    **{key: [(0,), (4242,)] for key in policy.OWN_QUESTIONS},
    **{key: [(0,), (2,), (3,)] for key in ("clock_gettime", "clock_getres", "clock_nanosleep")},
    "kill": [(4242, 0), (4242, 15)],
    "tgkill": [(4242, 7, 6)],
}
REFUSED_ARGUMENTS: dict[str, list[tuple[int, ...]]] = {
    "clone": [
        *((flags,) for flags in (17, 0, 0x4111, 0x10010000, 0x3D0F11, 0x3F0F00)),
        *((0x3D0F00 | flag,) for flag in (0x80, 0x2000, 0x8000, 0x2000000, 0x40000000, 1 << 31)),
    ],
    "openat": [
        (0, 0, flag | extra)
        for flag in (1, 2, 3, 0o100, 0o1000, 0x200000, 0x410000, 0x404000)
        for extra in (0, 0o2000000, 1 << 32)
    ],
    "ioctl": [(0, 0x5412), (0, 0x541C), (0, 0), (0, 0x5402), (0, 0x8901)],
    "fcntl": [(5, command) for command in (4, 5, 6, 7, 8, 10, 15, 36, 1024, 1031, 1033)],
    "prctl": [(op,) for op in (1, 4, 8, 22, 24, 26, 28, 31, 35, 36, 38, 47, 59, 0x59616D61)],
    "prlimit64": [(0, 7, 1), (0, 7, 1 << 32), (4243, 7, 0), (1, 7, 0)],
    **{key: [(1,), (4243,), (-1,)] for key in policy.OWN_QUESTIONS},
    **{
        key: [(~process << 3 | kind,) for process in (1, 4243) for kind in (0, 1, 2, 6)]
        for key in ("clock_gettime", "clock_getres", "clock_nanosleep")
    },
    "kill": [*((to, 15) for to in (4243, 0, -1, -4242)), (1, 0), (4242, 9), (4242, 19)],
    "tgkill": [*((to, 4242, 6) for to in (4243, -1, 0)), (4242, 7, 9), (4242, 4242, 9)],
}


@MACHINES
@pytest.mark.parametrize("name", ALLOWED_ARGUMENTS)
def test_arguments_decide(machine: str, name: str) -> None:
    column = policy.ARCHITECTURES[machine][0]
    own: dict[str, Any] = {**policy.OWN_SIGNALS, **policy.OWN_QUESTIONS}
    numbers: Any = policy.CONDITIONAL.get(name) or own[name]
    for arguments in ALLOWED_ARGUMENTS[name]:
        assert simulate(machine, numbers[column], *arguments) == policy.ALLOW, arguments
    for arguments in REFUSED_ARGUMENTS[name]:
        assert simulate(machine, numbers[column], *arguments) == policy.REFUSE, arguments


@pytest.mark.parametrize(
    ("column", "header"),
    [(0, "x86_64-linux-gnu/asm/unistd_64.h"), (1, "asm-generic/unistd.h")],
    ids=["x86_64", "aarch64"],
)
def test_the_numbers_are_those_of_the_kernel_headers(column: int, header: str) -> None:
    path = Path("/usr/include", header)
    if not path.exists():
        pytest.skip("the kernel's headers are not installed")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", path.read_text())
    official: dict[str, int] = {}
    for name, number in found:
        official.setdefault({"fstatat": "newfstatat"}.get(name, name), int(number))
    tables = (policy.ALLOWED, policy.CONDITIONAL, policy.OWN_SIGNALS, FORBIDDEN, DANGEROUS)
    for name, numbers in ((n, v) for table in tables for n, v in table.items()):
        if name in official or numbers[column] is None:
            assert numbers[column] == official.get(name), name


# ---- Resources ---------------------------------------------------------------------------------


def test_memory_beyond_the_limit_is_an_ordinary_error(full: Sandbox) -> None:
    limits = Limits(memory_bytes=256 << 20)
    assert full.run(lambda: len(bytearray(64 << 20)), limits).value == 64 << 20
    assert full.run(lambda: len(bytearray(5 << 20)), Limits(memory_bytes=8 << 20)).value
    assert full.run(lambda: len(bytearray(300 << 20)), limits).error == "MemoryError"
    assert "MemoryError" in (full.run(lambda: np.ones(40 << 20).sum(), limits).error or "")


def test_memory_bombs_of_small_pieces_end(full: Sandbox) -> None:
    def probe() -> None:
        pieces = []
        while True:
            pieces.append(bytes(1 << 20))

    assert full.run(probe, Limits(memory_bytes=128 << 20)).error == "MemoryError"


def test_processor_time_is_limited() -> None:
    def spin() -> None:
        while True:
            pass

    def stubborn() -> None:
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        spin()

    sandbox = Sandbox(_PREPARED, None)
    limits = Limits(cpu_seconds=1)
    assert sandbox.run(spin, limits).signal == signal.SIGXCPU
    assert sandbox.run(stubborn, limits).signal == signal.SIGKILL


def test_even_a_writable_descriptor_takes_no_data(full: Sandbox) -> None:
    with tempfile.TemporaryFile() as file:
        handle = file.fileno()
        outcome = full.run(lambda: os.write(handle, b"x"), keep=(handle,))
        assert outcome.number == errno.EFBIG
        assert os.fstat(handle).st_size == 0


def test_open_files_are_limited(full: Sandbox) -> None:
    assert full.run(lambda: [os.dup(0) for _ in range(64)]).number == errno.EMFILE


def test_no_core_is_dumped(full: Sandbox) -> None:
    assert full.run(lambda: resource.getrlimit(resource.RLIMIT_CORE)).value == [0, 0]


def test_limits_cannot_be_raised(full: Sandbox) -> None:
    highest = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
        assert full.run(partial(resource.setrlimit, kind, highest)).error == "ValueError"
    assert full.refuses(lambda: raw((302, 261)[COLUMN], 0, 7, b"\xff" * 16, None))


def test_a_lower_limit_of_the_machine_stays(full: Sandbox) -> None:
    lower = (5, 7)
    outcome = full.run(
        lambda: resource.getrlimit(resource.RLIMIT_CPU),
        before=lambda: resource.setrlimit(resource.RLIMIT_CPU, lower),
    )
    assert outcome.value == [7, 7]


# ---- What is inherited -------------------------------------------------------------------------


def test_no_descriptor_is_left_but_the_kept_ones(full: Sandbox, course: Path) -> None:
    def probe() -> list[int]:
        found = []
        for descriptor in range(1024):
            try:
                os.fstat(descriptor)
                found.append(descriptor)
            except OSError:
                pass
        return found

    with (course / "answers.py").open() as secret, tempfile.TemporaryFile() as kept:
        os.set_inheritable(secret.fileno(), True)
        handle = kept.fileno()
        found = full.run(probe, keep=(handle,)).value
    # three standard ones, the kept one, and the pipe that brought this answer
    assert set(found) >= {0, 1, 2, handle}
    assert len(found) == 5


def test_standard_streams_lead_nowhere(full: Sandbox) -> None:
    null = os.stat(os.devnull).st_rdev
    assert full.run(lambda: [os.fstat(fd).st_rdev for fd in (0, 1, 2)]).value == [null] * 3
    assert full.run(lambda: os.read(0, 10).decode()).value == ""
    assert full.run(lambda: os.write(1, b"lost")).value == 4


def test_the_environment_is_empty(full: Sandbox) -> None:
    def probe() -> list[Any]:
        environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
        return [dict(os.environ), bool(environ) and environ[0] is not None]

    libc = ctypes.CDLL(None)
    outcome = full.run(probe, before=lambda: libc.setenv(b"SECRET", SECRET.encode(), 1))
    assert outcome.value == [{}, False]


def test_the_working_directory_says_nothing(full: Sandbox) -> None:
    assert full.run(os.getcwd).value == "/"


def test_home_is_unknown(full: Sandbox) -> None:
    assert full.run(lambda: os.path.expanduser("~")).value == "~"


# ---- Who it is ---------------------------------------------------------------------------------


def _capabilities() -> list[int]:
    data = ctypes.create_string_buffer(24)
    raw((125, 90)[COLUMN], struct.pack("=Ii", 0x20080522, 0), data)
    return list(struct.unpack("=6I", data.raw))


def _prctl(option: int, argument: int = 0) -> int:
    return raw((157, 167)[COLUMN], option, argument, 0, 0, 0)


def test_it_is_never_root(full: Sandbox) -> None:
    def before() -> None:
        if os.geteuid() == 0:
            os.setgroups([0, 4])

    def probe() -> list[Any]:
        return [os.getresuid(), os.getresgid(), os.getgroups()]

    users, groups, others = full.run(probe, before=before).value
    assert 0 not in (*users, *groups, *others)
    if os.geteuid() == 0:
        assert users == groups and len(set(users)) == 1 and others == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change to other users")
def test_sandboxes_of_root_share_no_user() -> None:
    sandbox = Sandbox(_PREPARED, None)
    first, second = (sandbox.run(os.getuid).value for _ in range(2))
    assert first != second and {first, second} <= {*policy.USERS}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change to other users")
def test_where_few_users_exist_sandboxes_become_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "_are_mapped", lambda users: users != policy.USERS)
    prepared = prepare(policy.default_readable())
    assert Sandbox(prepared, None).run(os.getuid).value == policy.NOBODY


def test_no_capability_is_left_but_the_explained_one(full: Sandbox) -> None:
    kept = 1 << policy.READ_SEARCH if full.prepared.keep_read_search else 0
    assert full.run(_capabilities).value == [kept, kept, 0, 0, 0, 0]
    if full.prepared.user is not None:
        bounding = full.run(lambda: [_prctl(23, capability) for capability in range(38)]).value
        assert bounding == [0] * 38


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has capabilities to keep")
def test_no_capability_is_kept_when_everybody_may_read_the_list() -> None:
    prepared = prepare(["/usr"])
    assert not prepared.keep_read_search
    assert Sandbox(prepared, None).run(_capabilities).value == [0] * 6
    assert prepared.landlock is not None
    os.close(prepared.landlock)


def test_private_directories_are_recognised(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    module = tmp_path / "module.py"
    module.touch(0o644)
    assert not policy._open_to_everyone(str(module))
    assert policy._open_to_everyone("/usr")


@pytest.mark.skipif(not _PREPARED.keep_read_search, reason="the capability is not needed here")
def test_the_capability_opens_no_private_file_outside_of_the_list(tmp_path: Path) -> None:
    secret = tmp_path / "gradebook.db"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    sandbox = Sandbox(_PREPARED, None)
    assert sandbox.refuses(secret.read_text)
    assert sandbox.refuses(lambda: os.listdir(tmp_path))


def test_the_locks_on_the_process_itself(full: Sandbox) -> None:
    locks = {"no new privileges": 39, "seccomp": 21, "dumpable": 3}
    found = full.run(lambda: {name: _prctl(option) for name, option in locks.items()}).value
    assert found == {"no new privileges": 1, "seccomp": 2, "dumpable": 0}


def test_the_locks_cannot_be_opened(full: Sandbox) -> None:
    for option, argument in ((1, 0), (4, 1), (8, 1), (22, 0), (28, 0), (47, 4)):
        assert full.refuses(partial(_prctl, option, argument))
    for identity in (0, 1000):
        assert full.refuses(partial(os.setuid, identity))
        assert full.refuses(partial(os.setgid, identity))


# ---- What must go on working -------------------------------------------------------------------


def test_numpy_works(full: Sandbox) -> None:
    rng = np.random.default_rng()

    def probe() -> float:
        a, b = rng.normal(size=(300, 300)), rng.normal(size=300)
        return float(np.abs(a @ np.linalg.solve(a, b) - b).max())

    assert full.run(probe).value < 1e-6


def test_a_figure_can_be_drawn(full: Sandbox) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    if not full.reaches_modules:
        pytest.skip("matplotlib lies in a private directory")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    def probe() -> str:
        figure, axes = plt.subplots()
        axes.plot([1, 2, 3])
        axes.set_title(r"loss $\mathcal{L}$")
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
        return buffer.getvalue()[1:4].decode()

    assert full.run(probe).value == "PNG"


def test_a_cell_of_a_notebook_runs(full: Sandbox) -> None:
    pytest.importorskip("IPython")
    if not full.reaches_modules:
        pytest.skip("IPython lies in a private directory")
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    shells: list[Any] = []

    def before() -> None:
        sys.stdout = sys.stderr = io.StringIO()  # pytest's own lead to closed descriptors
        config = Config()
        config.HistoryManager.enabled = False
        shells.append(InteractiveShell.instance(config=config, ipython_dir=folder))

    def probe() -> list[Any]:
        shell = shells[0]
        good = shell.run_cell("import colorsys\n%timeit -n1 -r1 1\n6 * 7")
        good.raise_error()
        bad = shell.run_cell("def f(): return 1 / 0\nf()")
        return [good.result, type(bad.error_in_exec).__name__]

    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        outcome = full.run(probe, before=before)
    assert outcome.value == [42, "ZeroDivisionError"], outcome


def test_a_callback_through_ctypes_works(full: Sandbox) -> None:
    def probe() -> int:
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
        result: int = kind(lambda number: number + 1)(41)
        return result

    assert full.run(probe).value == 42


def test_sleeping_and_waiting_work(full: Sandbox) -> None:
    def probe() -> bool:
        time.sleep(0.01)
        return not threading.Event().wait(0.01)

    assert full.run(probe).value is True


def test_locking_up_is_quick(full: Sandbox) -> None:
    started = [0.0]

    def before() -> None:
        started[0] = time.perf_counter()

    def probe() -> float:
        return time.perf_counter() - started[0]

    seconds = [full.run(probe, before=before).value for _ in range(9)]
    assert min(seconds) < 0.02  # some 2 ms; the bound allows for a busy machine


SCRIPT = """
import os, sys
from chainrule.sandbox import policy
prepared = policy.prepare(policy.default_readable(()))
assert not prepared.keep_read_search and prepared.user is None
reader, writer = os.pipe()
if os.fork() == 0:
    policy.lock_down(prepared, policy.Limits(), (writer,))
    import colorsys, wave
    for attempt in (os.fork, lambda: open("/etc/passwd"), lambda: os.kill(os.getppid(), 0)):
        try:
            attempt()
        except PermissionError:
            os.write(writer, b"refused ")
    os._exit(0)
os.close(writer)
os.wait()
print(os.read(reader, 100).decode())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="this very run is that of an ordinary user")
def test_a_zygote_of_an_ordinary_user_needs_no_privilege() -> None:
    candidates = [sys.executable, shutil.which("python3", path="/usr/bin:/usr/local/bin")]
    reachable = [path for path in candidates if path and policy._open_to_everyone(path)]
    if not reachable or not policy._open_to_everyone(policy.__file__):
        pytest.skip("no Python that an ordinary user may start")
    finished = subprocess.run(
        [reachable[0], "-c", SCRIPT],
        env={"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd="/",
        user=policy.NOBODY,
        group=policy.NOBODY,
        extra_groups=[],
        capture_output=True,
        text=True,
    )
    assert finished.stdout.split() == ["refused"] * 3, finished.stderr


# ---- Machines that lack a layer ----------------------------------------------------------------


def test_this_machine_lacks_nothing() -> None:
    assert policy.missing_layers() == []


@pytest.mark.parametrize("version", [0, 1, 3])
def test_an_old_landlock_is_named_and_refused(
    monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    monkeypatch.setattr(policy, "_landlock_abi", lambda: version)
    (sentence,) = policy.missing_layers()
    assert sentence.startswith("Landlock:")
    assert f"version {version}" in sentence
    with pytest.raises(SandboxError, match="Landlock"):
        prepare(policy.default_readable())


@pytest.mark.parametrize("version", [0, 1, 2, 3, 4, 5, 6])
def test_a_weak_sandbox_uses_what_there_is(monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    monkeypatch.setattr(policy, "_landlock_abi", lambda: version)
    prepared = prepare(policy.default_readable(), weak=True)
    sandbox = Sandbox(prepared, None)
    assert (prepared.landlock is None) == (version == 0)
    assert not (prepared.keep_read_search and version == 0)
    assert sandbox.refuses(socket.socket)
    if prepared.landlock is not None:
        assert sandbox.refuses(Path("/etc/passwd").read_text)
        os.close(prepared.landlock)


def test_a_missing_filter_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "_has_seccomp", lambda: False)
    assert policy.missing_layers()[0].startswith("seccomp:")
    prepared = prepare(policy.default_readable(), weak=True)
    assert prepared.seccomp is None
    assert Sandbox(prepared, None).refuses(Path("/etc/passwd").read_text)


@pytest.mark.skipif(os.geteuid() != 0, reason="concerns root")
def test_a_root_that_cannot_change_its_user_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "_can_become_nobody", lambda: False)
    assert policy.missing_layers()[0].startswith("user:")
    assert prepare(policy.default_readable(), weak=True).user is None


OTHERS = [
    ("linux", "riscv64", 1 << 63),
    ("linux", "aarch64", 1 << 31),
    ("darwin", "x86_64", 1 << 63),
]


@pytest.mark.parametrize(("system", "machine", "size"), OTHERS)
def test_other_machines_get_the_portable_part(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, size: int
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(sys, "maxsize", size - 1)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert "need 64-bit Linux on x86_64 or aarch64" in policy.missing_layers()[0]
    prepared = prepare([], weak=True)
    assert (prepared.landlock, prepared.seccomp) == (None, None)
    sandbox = Sandbox(prepared, None)
    assert sandbox.run(lambda: [len(os.environ), os.getcwd()]).value == [0, "/"]
    if system == "linux":
        assert sandbox.run(lambda: 0 in os.getresuid()).value is False
