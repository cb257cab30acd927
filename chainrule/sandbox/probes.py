"""Attempts to break out of the sandbox, by layer, and what becomes of each on this machine.

An attempt returns when it got what it wanted and raises when it did not. It is made in a fork that
is locked up with the layer in question and, if it fails there, once more without that layer: only
an attempt that succeeds then was stopped by the layer, and not by something else.
"""

import ctypes
import errno
import json
import mmap
import os
import platform
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import IO, Any, NoReturn

from . import policy
from .policy import Limits, Prepared

if sys.platform != "win32":
    import resource

AS_ROOT, AS_ORDINARY = "as root", "as an ordinary user"  # who is the judge
# Untestable: it fails without the layer too. Unclear: it fails in a way that no layer explains.
STOPPED, THROUGH, UNTESTABLE, UNCLEAR = "stopped", "through", "untestable", "unclear"

SECONDS = 20  # after which an attempt is given up
VARIABLE, VARIABLE_OF_C = "CHAINRULE_SECRET", "CHAINRULE_SECRET_OF_C"
REFUSALS = frozenset({errno.EPERM, errno.EACCES, errno.ENOSYS})
ANY_LIMITS = Limits()
PTRACE_SEIZE, PR_SET_PTRACER = 0x4206, 0x59616D61
NEW_MOUNTS, NEW_USERS, NEW_NETWORK = 0x20000, 0x10000000, 0x40000000  # CLONE_NEW...


@dataclass(frozen=True)
class Scene:
    """What there is to steal, and whom to disturb. Everybody may enter the folder."""

    folder: str
    secret: bytes
    address: int  # of the secret, in the memory of the judge and its forks
    descriptor: int  # of the secret, which the sandbox must not inherit
    writable: int  # the one descriptor besides the channel that the sandbox keeps
    port: int  # of TCP
    port6: int  # of TCP over IPv6, or 0
    abstract: str  # the name of a socket
    victim: int = 0  # a process that sleeps
    capabilities: int = 0  # those that are meant to be left


@dataclass(frozen=True)
class Probe:
    """An attempt, the layers that stop it each alone, and the signs that one of them did."""

    name: str
    attempt: Callable[[Scene], object]
    layers: tuple[str, ...]
    errors: tuple[type[Exception], ...] = ()
    errnos: tuple[int, ...] = ()  # besides the refusals
    signals: tuple[str, ...] = ()
    limits: Limits = ANY_LIMITS
    landlock: int = 1  # the first version that stops it
    orphaned: bool = False  # whether the parent is to die meanwhile


@dataclass(frozen=True)
class Record:
    """What became of one attempt at one layer; a detail is an error's name, for example."""

    judge: str
    layer: str
    attempt: str
    outcome: str
    detail: str


class WithheldError(Exception):
    """The attempt ran, but what it was after is not there."""


Attempt = Callable[[Scene], object]
PROBES: list[Probe] = []


def stopped_by(*layers: str, name: str = "", **signs: Any) -> Callable[[Attempt], Attempt]:
    """Enter an attempt into the list, by the name of its function unless it has another one."""

    def enter(attempt: Attempt) -> Attempt:
        label = name or getattr(attempt, "__name__", "").replace("_", " ")
        PROBES.append(Probe(label, attempt, layers, **signs))
        return attempt

    return enter


def _call(numbers: tuple[int, int], *arguments: object) -> int:
    """A system call by its numbers on x86_64 and aarch64."""
    column, _ = policy.ARCHITECTURES.get(platform.machine(), (0, 0))
    # Of an int, ctypes sets the lower half of the word alone.
    words = (ctypes.c_long(word) if isinstance(word, int) else word for word in arguments)
    return _succeed(policy._libc().syscall(numbers[column], *words))


def _succeed(result: int) -> int:
    return policy._check("", result)


def _find(data: bytes, scene: Scene) -> None:
    _demand(scene.secret in data)


def _demand(reached: bool) -> None:
    if not reached:
        raise WithheldError


# ---- Descriptors and environment ---------------------------------------------------------------


@stopped_by("descriptors", errnos=(errno.EBADF,))
def read_an_inherited_descriptor(scene: Scene) -> None:
    _find(os.pread(scene.descriptor, 100, 0), scene)


@stopped_by("descriptors")
def read_the_standard_input_of_the_judge(scene: Scene) -> None:
    _find(os.pread(0, 100, 0), scene)


@stopped_by("descriptors")
def see_a_variable_of_the_environment(scene: Scene) -> None:
    _find(os.environ.get(VARIABLE, "").encode(), scene)


@stopped_by("descriptors")
def see_a_variable_of_the_C_library(scene: Scene) -> None:
    getenv = policy._libc().getenv
    getenv.restype = ctypes.c_char_p
    _find(getenv(VARIABLE_OF_C.encode()) or b"", scene)


@stopped_by("descriptors")
def be_in_the_working_directory_of_the_judge(scene: Scene) -> None:
    _demand(os.getcwd() == scene.folder)


@stopped_by("descriptors")
def be_in_the_session_of_the_judge(scene: Scene) -> None:
    _demand(os.getsid(0) == os.getsid(os.getppid()))


# ---- Limits ------------------------------------------------------------------------------------


@stopped_by("rlimits", errors=(MemoryError,), limits=Limits(memory_bytes=16 << 20))
def take_too_much_memory(scene: Scene) -> None:
    bytearray(32 << 20)


@stopped_by("rlimits", signals=("SIGXCPU", "SIGKILL"), limits=Limits(cpu_seconds=0))
def use_too_much_processor_time(scene: Scene) -> None:
    while time.process_time() < 0.5:  # the limit counts whole ticks, some hundredths of a second
        pass


@stopped_by("rlimits", errnos=(errno.EFBIG,))
def write_into_a_descriptor_that_may_be_kept(scene: Scene) -> None:
    os.write(scene.writable, b"x")


@stopped_by("rlimits", errnos=(errno.EMFILE,))
def open_too_many_files(scene: Scene) -> None:
    for _ in range(64):
        os.dup(0)


@stopped_by("rlimits", errors=(RuntimeError,), limits=Limits(tasks=8))
def start_too_many_threads(scene: Scene) -> None:
    threading.stack_size(1 << 16)
    for _ in range(16):
        threading.Thread(target=time.sleep, args=(SECONDS,), daemon=True).start()


@stopped_by("rlimits", errnos=(errno.ENOMEM,))
def pin_memory(scene: Scene) -> None:
    _succeed(policy._libc().mlock(ctypes.c_void_p(scene.address), ctypes.c_size_t(1)))


def _set_limit(kind: str, value: int, scene: Scene) -> None:
    resource.setrlimit(getattr(resource, kind), (value, value))


for _name, _kind, _value in (
    ("allow itself core dumps", "RLIMIT_CORE", 1),
    ("raise the limit on memory", "RLIMIT_AS", 1 << 40),
    ("raise the limit on processor time", "RLIMIT_CPU", 3600),
    ("raise the limit on the size of files", "RLIMIT_FSIZE", 1),
    ("raise the limit on open files", "RLIMIT_NOFILE", 64),
):
    stopped_by("rlimits", name=_name, errors=(ValueError,))(partial(_set_limit, _kind, _value))


# ---- User and capabilities ---------------------------------------------------------------------


@stopped_by("user")
def be_root(scene: Scene) -> None:
    _demand(0 in (*os.getresuid(), *os.getresgid(), *os.getgroups()))


@stopped_by("user")
def become_root_again(scene: Scene) -> None:
    os.setresuid(0, 0, 0)


@stopped_by("user")
def hold_a_capability(scene: Scene) -> None:
    data = ctypes.create_string_buffer(24)
    _succeed(policy._libc().capget(struct.pack("=Ii", policy.CAPABILITY_VERSION, 0), data))
    low, high = (a | b | c for a, b, c in struct.iter_unpack("=3I", data.raw))
    _demand(bool(low & ~scene.capabilities or high))


@stopped_by("user")
def read_a_private_file_of_the_judge(scene: Scene) -> None:
    _find(Path(scene.folder, "private").read_bytes(), scene)


# ---- Files -------------------------------------------------------------------------------------


@stopped_by("landlock")
def read_a_file_that_is_open_to_everybody(scene: Scene) -> None:
    _find(Path(scene.folder, "secret").read_bytes(), scene)


@stopped_by("landlock")
def list_a_directory(scene: Scene) -> None:
    os.listdir(scene.folder)


@stopped_by("landlock", "seccomp")
def open_a_file_for_writing(scene: Scene) -> None:
    os.open(f"{scene.folder}/notes", os.O_WRONLY)


@stopped_by("landlock", "seccomp")
def create_a_file(scene: Scene) -> None:
    os.open(f"{scene.folder}/file-{os.getpid()}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)


@stopped_by("landlock", "seccomp", landlock=3)
def truncate_a_file(scene: Scene) -> None:
    os.truncate(f"{scene.folder}/notes", 0)


@stopped_by("landlock", "seccomp")
def make_a_directory(scene: Scene) -> None:
    os.mkdir(f"{scene.folder}/directory-{os.getpid()}")


@stopped_by("landlock", "seccomp")
def mount_a_file_system(scene: Scene) -> None:
    _call((272, 97), NEW_USERS | NEW_MOUNTS)  # where everybody may mount, and nobody else sees it
    _succeed(policy._libc().mount(b"none", scene.folder.encode(), b"tmpfs", 0, None))


@stopped_by("landlock", "seccomp")
def start_another_program(scene: Scene) -> None:
    os.execv("/bin/sh", ["sh", "-c", "exit 0"])


# ---- The judge's process, and others -----------------------------------------------------------


@stopped_by("user", "landlock")
def read_the_environment_of_the_judge(scene: Scene) -> None:
    _find(Path(f"/proc/{os.getppid()}/environ").read_bytes(), scene)


@stopped_by("user", "landlock", "seccomp")
def read_the_memory_of_the_judge(scene: Scene) -> None:
    length = len(scene.secret)
    copy = ctypes.create_string_buffer(length)
    mine = struct.pack("@PN", ctypes.addressof(copy), length)
    theirs = struct.pack("@PN", scene.address, length)
    _call((310, 270), os.getppid(), mine, 1, theirs, 1, 0)  # process_vm_readv
    _find(copy.raw, scene)


@stopped_by("user", "landlock", "seccomp")
def trace_the_judge(scene: Scene) -> None:
    _call((101, 117), PTRACE_SEIZE, os.getppid(), None, None)  # does not stop it, unlike ATTACH


@stopped_by("user", "landlock", "seccomp", landlock=6)
def send_a_signal_to_the_judge(scene: Scene) -> None:
    os.kill(os.getppid(), signal.SIGURG)


@stopped_by("user", "landlock", "seccomp", landlock=6)
def kill_another_process(scene: Scene) -> None:
    os.kill(scene.victim, signal.SIGKILL)


@stopped_by("seccomp")
def get_a_handle_on_the_judge(scene: Scene) -> None:
    os.pidfd_open(os.getppid())


@stopped_by("together", signals=("SIGKILL",), orphaned=True)
def outlive_its_parent(scene: Scene) -> None:
    parent = os.getppid()
    os.write(scene.writable, b"x")  # at this the parent ends
    while os.getppid() == parent:
        time.sleep(0.001)
    time.sleep(0.2)


# ---- Network -----------------------------------------------------------------------------------


def _connect(family: str, address: Any) -> None:
    with socket.socket(getattr(socket, family)) as client:
        client.connect(address)


@stopped_by("landlock", landlock=4)
def connect_by_TCP(scene: Scene) -> None:
    _connect("AF_INET", ("127.0.0.1", scene.port))


@stopped_by("landlock", landlock=4, name="connect by TCP over IPv6")
def _connect_by_tcp6(scene: Scene) -> None:
    _connect("AF_INET6", ("::1", scene.port6))


@stopped_by("landlock", landlock=4)
def wait_for_TCP_connections(scene: Scene) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))


@stopped_by("landlock", landlock=6)
def connect_to_an_abstract_socket(scene: Scene) -> None:
    _connect("AF_UNIX", scene.abstract)


def _make_socket(family: str, kind: str, scene: Scene) -> None:
    socket.socket(getattr(socket, family), getattr(socket, kind)).close()


for _name, _family, _kind in (
    ("make a TCP socket", "AF_INET", "SOCK_STREAM"),
    ("make a UDP socket", "AF_INET", "SOCK_DGRAM"),
    ("make a unix socket", "AF_UNIX", "SOCK_STREAM"),
    ("make a netlink socket", "AF_NETLINK", "SOCK_RAW"),
):
    stopped_by("seccomp", name=_name)(partial(_make_socket, _family, _kind))


# ---- New processes and other system calls ------------------------------------------------------


def _fork(start: Callable[[], int], scene: Scene) -> None:
    child = start()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _clone() -> int:
    return _call((56, 220), signal.SIGCHLD, None, None, None, None)


def _clone3() -> int:
    arguments = struct.pack("=8Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
    return _call((435, 435), arguments, len(arguments))


def _run_machine_code(code: str) -> int:
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(bytes.fromhex(code))
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    result: int = ctypes.CFUNCTYPE(ctypes.c_long)(address)()
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return result


def _io_uring(scene: Scene) -> None:
    try:
        _call((425, 425), 1, ctypes.create_string_buffer(120))
    except OSError as error:
        if error.errno != errno.ENOMEM:  # the kernel would, but may not pin the memory for it
            raise


def _bpf(scene: Scene) -> None:
    path = ctypes.create_string_buffer(b"/chainrule-has-none")
    question = struct.pack("=QII", ctypes.addressof(path), 0, 0)
    with suppress(FileNotFoundError):  # the kernel did look for that object
        _call((321, 280), 7, question, len(question))


# Events that never happen, and not in the kernel: these need no privilege.
PERF_EVENT = struct.pack("=IIQQQQQ16x", 1, 64, 9, 0, 0, 0, 1 << 5 | 1 << 6)
CALLS: dict[str, Attempt] = {
    "fork": partial(_fork, lambda: os.fork()),
    "clone as fork does": partial(_fork, _clone),
    "clone3 as fork does": partial(_fork, _clone3),
    "set up io_uring": _io_uring,
    "ask for a BPF object": _bpf,
    "handle page faults (userfaultfd)": lambda scene: _call((323, 282), 1),
    "make a keyring": lambda scene: _call((250, 219), 0, -2, 1),
    "count events (perf_event_open)": lambda scene: _call((298, 241), PERF_EVENT, 0, -1, -1, 0),
    "make a file in memory (memfd_create)": lambda scene: os.memfd_create("chainrule"),
    "enter a new user namespace": lambda scene: _call((272, 97), NEW_USERS),
    "enter a new network": lambda scene: _call((272, 97), NEW_USERS | NEW_NETWORK),
}
for _name, _attempt in CALLS.items():
    stopped_by("seccomp", name=_name)(_attempt)

if platform.machine() == "x86_64":
    # The child shares the stack of its parent and must not return: call 58; there exit(0), call 60.
    VFORK = "b83a000000 0f05 85c0 7509 31ff b83c000000 0f05 c3"
    GETPID_OF_32_BITS = "b814000000 cd80 c3"
    stopped_by("seccomp", name="vfork")(partial(_fork, partial(_run_machine_code, VFORK)))
    stopped_by("seccomp", name="call the kernel as a 32-bit program", signals=("SIGSYS",))(
        lambda scene: _run_machine_code(GETPID_OF_32_BITS)
    )


# ---- The runner --------------------------------------------------------------------------------

Judge = tuple[str, Callable[[], object], tuple[str, ...]]


def main() -> None:
    """Print the records as JSON. The process must be born with a secret in `VARIABLE`."""
    prepared = policy.prepare(policy.default_readable(), weak=True)
    with _scene() as scene:
        plays = [_start(judge, scene, prepared) for judge in _judges(prepared)]
        records = [record for play in plays for record in json.load(play)]
    json.dump(records, sys.stdout)


def _judges(prepared: Prepared) -> list[Judge]:
    """Who is to judge, how this process becomes that, and which layers it tries.

    To try one layer alone, the judge is no mightier than the sandbox: nothing else stops it then.
    """
    built = {"landlock": prepared.landlock, "seccomp": prepared.seccomp}
    alone = tuple(layer for layer, what in built.items() if what is not None)
    layers = ("descriptors", "rlimits", *alone, "together")
    if os.geteuid() != 0:
        return [(AS_ORDINARY, lambda: None, layers)]
    judges: list[Judge] = [
        (AS_ROOT, lambda: None, ("descriptors", "rlimits", "user", "together")),
    ]
    if alone:
        judges.append((AS_ROOT, _give_up_capabilities, alone))
    if prepared.user is not None:
        judges.append((AS_ORDINARY, _become_ordinary, layers))
    return judges


def _give_up_capabilities() -> None:
    header = struct.pack("=Ii", policy.CAPABILITY_VERSION, 0)
    _succeed(policy._libc().capset(header, bytes(24)))


def _become_ordinary() -> None:
    os.setgroups([])
    os.setresgid(*(policy.NOBODY,) * 3)
    os.setresuid(*(policy.NOBODY,) * 3)
    # Undo a consequence of the change that a judge started by that user has not.
    policy._prctl(policy.PR_SET_DUMPABLE, 1)


@contextmanager
def _scene() -> Iterator[Scene]:
    secret = os.environ[VARIABLE].encode()
    memory = ctypes.create_string_buffer(secret)
    policy._libc().setenv(VARIABLE_OF_C.encode(), secret, 1)
    with tempfile.TemporaryDirectory() as name, ExitStack() as sockets:
        folder = Path(name).resolve()
        folder.chmod(0o777)
        for file, mode in (("secret", 0o666), ("notes", 0o666), ("private", 0o600)):
            (folder / file).write_bytes(secret)
            (folder / file).chmod(mode)
        os.chdir(folder)
        descriptor = os.open("secret", os.O_RDONLY)
        os.dup2(descriptor, 0)
        abstract = f"\0chainrule-{os.getpid()}"
        _listen(sockets, "AF_UNIX", abstract)
        yield Scene(
            folder=str(folder),
            secret=secret,
            address=ctypes.addressof(memory),
            descriptor=descriptor,
            writable=os.open("notes", os.O_WRONLY),
            port=_listen(sockets, "AF_INET", ("127.0.0.1", 0)),
            port6=_listen(sockets, "AF_INET6", ("::1", 0)),
            abstract=abstract,
        )


def _listen(sockets: ExitStack, family: str, address: Any) -> int:
    """Wait for connections, where this machine can; give the port."""
    try:
        server = sockets.enter_context(socket.socket(getattr(socket, family)))
        server.bind(address)
        server.listen()
    except (OSError, ValueError):
        return 0
    return 0 if family == "AF_UNIX" else int(server.getsockname()[1])


def _start(judge: Judge, scene: Scene, prepared: Prepared) -> IO[str]:
    """Fork a process that becomes the judge; its records come through the pipe."""
    name, become, layers = judge
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            become()
            if sys.platform == "linux":
                # A security module (Yama) lets a child trace its parent only if that agrees.
                policy._libc().prctl(PR_SET_PTRACER, ctypes.c_long(-1), 0, 0, 0)
            records = [asdict(record) for record in _try_layers(name, layers, scene, prepared)]
            with os.fdopen(writer, "w") as pipe:
                json.dump(records, pipe)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writer)
    return os.fdopen(reader)


def _try_layers(
    judge: str, layers: tuple[str, ...], scene: Scene, prepared: Prepared
) -> Iterator[Record]:
    prepared = replace(prepared, zygote=os.getpid())
    if os.geteuid() != 0:
        prepared = replace(prepared, user=None, keep_read_search=False)

    @cache
    def ending(probe: Probe, confinement: Prepared | None) -> tuple[str, str]:
        return _ending(probe, scene, confinement)

    for layer in layers:
        with_it, without_it = _confinements(layer, prepared)
        for probe in _probes(layer, layers, prepared):
            outcome, detail = ending(probe, with_it)
            if outcome != THROUGH:
                control, why = ending(probe, without_it)
                if control != THROUGH:
                    outcome, detail = UNTESTABLE, why
            yield Record(judge, layer, probe.name, outcome, detail)


def _confinements(layer: str, prepared: Prepared) -> tuple[Prepared, Prepared | None]:
    """What an attempt is confined by with this layer, and without it (None: not at all)."""
    bare = replace(prepared, landlock=None, seccomp=None, keep_read_search=False)
    equal = replace(bare, user=None)
    if layer == "landlock":
        return replace(equal, landlock=prepared.landlock), equal
    if layer == "seccomp":
        return replace(equal, seccomp=prepared.seccomp), equal
    return (prepared if layer == "together" else bare), None


def _probes(layer: str, layers: tuple[str, ...], prepared: Prepared) -> list[Probe]:
    if layer == "together":
        built = [name for name in ("landlock", "seccomp") if getattr(prepared, name) is not None]
        return [probe for probe in PROBES if {*layers, *built}.intersection(probe.layers)]
    version = policy._landlock_abi() if layer == "landlock" else sys.maxsize
    return [probe for probe in PROBES if layer in probe.layers and probe.landlock <= version]


def _ending(probe: Probe, scene: Scene, confinement: Prepared | None) -> tuple[str, str]:
    """Make an attempt in a fork; give its outcome, and what stopped it."""
    with _victim() as victim:  # before the pipe, whose end it would hold open
        kept = confinement.keep_read_search << policy.READ_SEARCH if confinement else 0
        scene = replace(scene, victim=victim, capabilities=kept)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            (_attack_orphaned if probe.orphaned else _attack)(probe, scene, confinement, writer)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            answer = pipe.read()
        _, status = os.waitpid(child, 0)
    if answer:
        outcome, detail = json.loads(answer)
        return outcome, detail
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return STOPPED if name in probe.signals else UNCLEAR, name
    # Only a program that has taken the place of the attempt ends with 0.
    return UNCLEAR if status else THROUGH, ""


@contextmanager
def _victim() -> Iterator[int]:
    process = os.fork()
    if process == 0:
        signal.alarm(2 * SECONDS)
        while True:
            signal.pause()
    try:
        yield process
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def _attack(probe: Probe, scene: Scene, confinement: Prepared | None, writer: int) -> NoReturn:
    try:
        signal.alarm(SECONDS)
        try:
            if confinement is not None:
                policy.lock_down(confinement, probe.limits, (writer, scene.writable))
            probe.attempt(scene)
            answer = THROUGH, ""
        except BaseException as error:
            answer = _judge(probe, error)
        os.write(writer, json.dumps(answer).encode())
    finally:
        os._exit(1)


def _attack_orphaned(
    probe: Probe, scene: Scene, confinement: Prepared | None, writer: int
) -> NoReturn:
    """Fork the attempt, wait for a byte from it, and die as a zygote might."""
    reader, ready = os.pipe()
    if confinement is not None:
        confinement = replace(confinement, zygote=os.getpid())
    if os.fork() == 0:
        _attack(probe, replace(scene, writable=ready), confinement, writer)
    os.close(ready)
    os.read(reader, 1)
    os.kill(os.getpid(), signal.SIGKILL)
    os._exit(1)


def _judge(probe: Probe, error: BaseException) -> tuple[str, str]:
    if isinstance(error, WithheldError):
        return STOPPED, "nothing was there"
    if isinstance(error, OSError) and error.errno is not None:
        stopped = error.errno in REFUSALS.union(probe.errnos)
        return STOPPED if stopped else UNCLEAR, errno.errorcode.get(error.errno, str(error.errno))
    stopped = isinstance(error, probe.errors)
    return STOPPED if stopped else UNCLEAR, f"{type(error).__name__}: {error}"
