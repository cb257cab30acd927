"""The confinement of the process that runs one submission: what it may do, and what enforces it.

A trusted zygote (a clean Python, single-threaded, the packages below imported) calls `prepare`
once. Each submission is a fork of it that calls `lock_down` before the first line of student code.
Assume from then on that the process executes arbitrary machine code: nothing here relies on Python.

    descriptors, environment    nothing inherited but the protocol's descriptors
    rlimits                     memory, CPU seconds, file size, open files, threads, core dumps
    user, capabilities          never root, but a user of its own where root is the judge; at most
                                the one capability explained at `READ_SEARCH`
    Landlock                    reads the interpreter and a few packages, writes nothing; no TCP;
                                no signals or abstract sockets out of the sandbox (newer kernels)
    seccomp                     the system calls of `ALLOWED` and `CONDITIONAL`, no others

Landlock and seccomp overlap on purpose, and neither suffices alone. What they leave open: `stat`
and `readlink` work on every path, so that the existence, size and times of a file whose name can be
guessed are visible; and a sleeping process uses no CPU time, so that the judge must limit
wall-clock time from outside.
"""

import ctypes
import errno
import importlib.util
import os
import platform
import stat
import struct
import sys
import sysconfig
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chainrule.errors import SandboxError

if sys.platform != "win32":
    import resource

# ---- What may be read --------------------------------------------------------------------------

# NumPy, IPython and matplotlib with what they import, since much of that is imported lazily.
PACKAGES = (
    *("numpy", "IPython", "traitlets", "pygments", "prompt_toolkit", "wcwidth", "decorator"),
    *("stack_data", "executing", "asttokens", "pure_eval", "jedi", "parso", "exceptiongroup"),
    *("ipython_pygments_lexers", "typing_extensions", "matplotlib", "matplotlib_inline"),
    *("mpl_toolkits", "contourpy", "cycler", "dateutil", "fontTools", "kiwisolver", "packaging"),
    *("PIL", "pyparsing", "six"),
)
# Installed packages may lie inside the directory of the standard library, the course among them.
NOT_STANDARD_LIBRARY = {"site-packages", "dist-packages", "test"}

# ---- Which system calls are answered -----------------------------------------------------------

# name: its number on x86_64, its number on aarch64 (None: does not exist there)
# fmt: off
ALLOWED: dict[str, tuple[int, int | None]] = {
    # descriptors that are already open, and waiting for them
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67),
    "lseek": (8, 62), "close": (3, 57), "close_range": (436, 436), "dup": (32, 23),
    "dup2": (33, None), "dup3": (292, 24), "poll": (7, None), "ppoll": (271, 73),
    "select": (23, None), "pselect6": (270, 72), "fstat": (5, 80), "getdents64": (217, 61),
    # questions about paths, which the import system asks; opening one is below
    "stat": (4, None), "lstat": (6, None), "newfstatat": (262, 79), "statx": (332, 291),
    "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439),
    "readlink": (89, None), "readlinkat": (267, 78), "getcwd": (79, 17),
    # memory; pages both writable and executable are allowed because ctypes' callbacks need them
    # and forbidding them would not stop a process that may run any machine code anyway
    "brk": (12, 214), "mmap": (9, 222), "munmap": (11, 215), "mremap": (25, 216),
    "mprotect": (10, 226), "madvise": (28, 233),
    # threads of this process
    "futex": (202, 98), "set_robust_list": (273, 99), "rseq": (334, 293),
    "set_tid_address": (218, 96), "exit": (60, 93), "exit_group": (231, 94),
    "sched_yield": (24, 124), "getcpu": (309, 168),
    # signals that arrive
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136), "rt_sigsuspend": (130, 133), "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    # time and randomness
    "nanosleep": (35, 101), "gettimeofday": (96, 169), "time": (201, None), "times": (100, 153),
    "getrandom": (318, 278),
    # questions about this process and this machine
    "getpid": (39, 172), "gettid": (186, 178), "getppid": (110, 173), "getpgrp": (111, None),
    "getuid": (102, 174), "geteuid": (107, 175),
    "getgid": (104, 176), "getegid": (108, 177), "getresuid": (118, 148), "getresgid": (120, 150),
    "getgroups": (115, 158), "capget": (125, 90), "getrlimit": (97, 163), "getrusage": (98, 165),
    "uname": (63, 160), "sysinfo": (99, 179),
}
# fmt: on


@dataclass(frozen=True)
class Check:
    """Half of a system call's argument, masked, must be one of the values.

    The kernel ignores the high half of an `int`, so that comparing the low half is exact.
    """

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    high: bool = False


# O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_PATH and the own bit of O_TMPFILE: Landlock refuses writing
# by itself, and this says so a second time.
READ_ONLY = Check(2, (0,), mask=0x1 | 0x2 | 0o100 | 0o1000 | 0x200000 | 0x400000)
# CLONE_THREAD is demanded. CLONE_VM, _FS, _FILES, _SIGHAND, _SYSVSEM, _SETTLS, _PARENT_SETTID,
# _CHILD_CLEARTID and (musl) _DETACHED are free: what pthread_create uses, and no namespaces.
ONLY_THREADS = Check(0, (0x10000,), mask=0xFFFFFFFF & ~0x7C0F00)
TERMINAL_QUESTIONS = Check(1, (0x5401, 0x5413))  # TCGETS (isatty) and TIOCGWINSZ
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC; F_SETOWN would send signals to others.
DESCRIPTOR_FLAGS = Check(1, (0, 1, 2, 3, 1030))
# PR_GET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_GET_SECCOMP, PR_CAPBSET_READ,
# PR_GET_NO_NEW_PRIVS: nothing that undoes a layer.
HARMLESS_PRCTL = Check(0, (2, 3, 15, 16, 21, 23, 39))

# The clocks that have names. The others are those of processes, anybody's: how much processor time
# the judge spends on what would tell something about the answers.
NAMED_CLOCK = Check(0, tuple(range(12)))

CONDITIONAL: dict[str, tuple[int, int | None, tuple[Check, ...]]] = {
    "openat": (257, 56, (READ_ONLY,)),
    "open": (2, None, (Check(1, READ_ONLY.values, READ_ONLY.mask),)),
    "clone": (56, 220, (ONLY_THREADS,)),
    "ioctl": (16, 29, (TERMINAL_QUESTIONS,)),
    "fcntl": (72, 25, (DESCRIPTOR_FLAGS,)),
    "prctl": (157, 167, (HARMLESS_PRCTL,)),
    "clock_gettime": (228, 113, (NAMED_CLOCK,)),
    "clock_getres": (229, 114, (NAMED_CLOCK,)),
    "clock_nanosleep": (230, 115, (NAMED_CLOCK,)),
    # Own limits may be read: process 0, and both halves of the pointer to new limits NULL.
    "prlimit64": (302, 261, (Check(0, (0,)), Check(2, (0,)), Check(2, (0,), high=True))),
}
# Signals, to this process itself only (abort() needs one): the process id is known after the fork.
# Last, the argument that is the signal. SIGKILL is left out, so that a process that died of it was
# killed from outside, which must not be held against the submission; and so is SIGSTOP.
OWN_SIGNALS = {"kill": (62, 129, 1), "tgkill": (234, 131, 2)}
SENDABLE = tuple(number for number in range(32) if number not in (9, 19))
# Questions that can be asked about any process, and so would list those of the machine.
OWN_QUESTIONS = {"getpgid": (121, 155), "getsid": (124, 156), "sched_getaffinity": (204, 123)}
# Its flags lie in memory that a filter cannot read; told that it does not exist, glibc uses clone.
CLONE3 = 435
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

# ---- Other constants of the kernel -------------------------------------------------------------

LANDLOCK_ABI_NEEDED = 4  # Linux 6.7: files and TCP
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
READ_FILE, READ_DIR = 1 << 2, 1 << 3
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_SECCOMP = 1, 4, 8, 22
PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 23, 24, 38
SECCOMP_MODE_FILTER, SIGKILL = 2, 9
CAP_SETGID, CAP_SETUID, CAPABILITY_VERSION = 6, 7, 0x20080522
NOBODY = 65534
# Whom root's sandboxes become, so that two that run at the same time share no user and with it no
# limit on tasks: numbers for services without an account of their own, below `NOBODY` so that most
# user namespaces map them.
USERS = range(61184, 65280)

# When the zygote is root and its Python lies below a private directory (/root/.pyenv), nobody could
# not reach the modules that are imported later. Then, and only then, this one capability stays: it
# skips the permission bits on the way to a file when reading. Landlock does not ask for permission
# bits, so everything outside of its list stays shut, and seccomp refuses open_by_handle_at, the
# other thing that the capability would open. What it does widen is `stat`, to private directories.
READ_SEARCH = 2


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Bytes and seconds, each for the whole process."""

    memory_bytes: int = 1 << 30  # address space beyond what is mapped at the time of lock-down
    cpu_seconds: int = 120  # then SIGXCPU, which may be ignored; SIGKILL one second later
    file_bytes: int = 0
    open_files: int = 32
    stack_bytes: int = 8 << 20
    # Counted over all the processes of the user, other sandboxes included, hence generous; only a
    # bound on thread bombs. New processes are refused by seccomp.
    tasks: int = 4096


@dataclass(frozen=True)
class Prepared:
    """What a zygote has built for its children. A layer that is None is skipped."""

    zygote: int
    landlock: int | None  # descriptor of the ruleset
    landlock_flags: int
    seccomp: bytes | None  # the program but for its end, which needs the child's process id
    user: range | None  # whom to become, one of these for each child; None: nobody else
    keep_read_search: bool


# ---- In the judge: what does this machine offer? -----------------------------------------------


def missing_layers() -> list[str]:
    """Name the layers that this machine lacks, one sentence each; none is what grading needs."""
    if not _is_supported():
        here = f"{platform.system()} on {platform.machine()}, {sys.maxsize.bit_length() + 1} bits"
        return [f"Landlock and seccomp need 64-bit Linux on x86_64 or aarch64; this is {here}."]
    missing = []
    abi = _landlock_abi()
    if abi < LANDLOCK_ABI_NEEDED:
        missing.append(
            f"Landlock: this kernel offers version {abi} (0: none), the sandbox needs version "
            f"{LANDLOCK_ABI_NEEDED} (Linux 6.7) to restrict files and TCP."
        )
    if not _has_seccomp():
        missing.append("seccomp: this kernel has no system call filter (CONFIG_SECCOMP_FILTER).")
    if os.geteuid() == 0 and not _can_become_nobody():
        missing.append(
            "user: root may not change to an unprivileged user here; run as an ordinary user or "
            f"grant CAP_SETUID and CAP_SETGID and map user and group {NOBODY}."
        )
    return missing


def _is_supported() -> bool:
    # A 32-bit Python on a 64-bit kernel makes the system calls of another architecture.
    is_64_bit = sys.maxsize > 1 << 32
    return sys.platform == "linux" and is_64_bit and platform.machine() in ARCHITECTURES


def _landlock_abi() -> int:
    """The version of Landlock; 0 when the kernel was built or booted without it."""
    version: int = _libc().syscall(LANDLOCK_CREATE_RULESET, None, 0, 1)
    return max(0, version)


def _has_seccomp() -> bool:
    """Ask for a filter at address 0: EFAULT if there are filters, EINVAL if there are none."""
    _libc().prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, None, 0, 0)
    return ctypes.get_errno() == errno.EFAULT


def _can_become_nobody() -> bool:
    data = ctypes.create_string_buffer(24)
    _check("capget", _libc().capget(struct.pack("=Ii", CAPABILITY_VERSION, 0), data))
    effective: int = struct.unpack_from("=I", data)[0]
    needed = 1 << CAP_SETUID | 1 << CAP_SETGID
    return effective & needed == needed and _are_mapped(range(NOBODY, NOBODY + 1))


def _are_mapped(users: range) -> bool:
    """Do these users and groups exist in this user namespace?"""
    return all(
        any(
            int(first) <= users[0] and users[-1] < int(first) + int(count)
            for first, _, count in map(
                str.split, Path("/proc/self", table).read_text().splitlines()
            )
        )
        for table in ("uid_map", "gid_map")
    )


# ---- In the zygote, once -----------------------------------------------------------------------


def default_readable(packages: Sequence[str] = PACKAGES) -> list[str]:
    """List the files and directories that Python and these packages need, those that exist.

    The children of the standard library's directory are listed one by one, which leaves out an
    installation's site-packages. Of the packages' own directory only these packages are listed.
    """
    standard = _standard_library()
    paths = [path for path in standard.iterdir() if path.name not in NOT_STANDARD_LIBRARY]
    dynamic = sysconfig.get_config_var("DESTSHARED")  # a child of `standard` nearly everywhere
    if dynamic and Path(dynamic).parent != standard:
        paths.append(Path(dynamic))
    for name in packages:
        spec = importlib.util.find_spec(name)
        if spec is None:
            continue
        found = spec.submodule_search_locations or [spec.origin or ""]
        paths += map(Path, found)
        # Wheels keep the shared libraries of a package beside it.
        libraries = "pillow.libs" if name == "PIL" else f"{name}.libs"
        paths += (Path(location).with_name(libraries) for location in found)
    return sorted({str(path) for path in paths if path.exists()})


def _standard_library() -> Path:
    return Path(sysconfig.get_path("stdlib"))


def prepare(readable: Sequence[str], *, weak: bool = False) -> Prepared:
    """Build what the children need: the Landlock ruleset and the seccomp program.

    Raises SandboxError when a layer is missing, unless `weak`, or when a readable path is.
    """
    missing = missing_layers()
    if missing and not weak:
        raise SandboxError("This machine cannot confine submissions. " + " ".join(missing))
    supported = _is_supported()
    abi = _landlock_abi() if supported else 0
    change_user = sys.platform == "linux" and os.geteuid() == 0 and _can_become_nobody()
    return Prepared(
        zygote=os.getpid(),
        landlock=_landlock_ruleset(abi, readable) if abi else None,
        # A submission must not be able to fill the system's audit log (version 7).
        landlock_flags=1 if abi >= 7 else 0,
        seccomp=_seccomp_program(platform.machine()) if supported and _has_seccomp() else None,
        user=_unprivileged_users() if change_user else None,
        # Without Landlock the capability would open every file of the machine.
        keep_read_search=change_user and abi > 0 and not all(map(_open_to_everyone, readable)),
    )


def _unprivileged_users() -> range:
    return USERS if _are_mapped(USERS) else range(NOBODY, NOBODY + 1)


def _landlock_ruleset(abi: int, readable: Sequence[str]) -> int:
    """Build the ruleset: every right that this version knows is refused but reading these paths.

    Loading a shared library needs no right to execute; that one is for execve alone.
    """
    files = (1 << (13 + (abi >= 2) + (abi >= 3) + (abi >= 5))) - 1  # REFER, TRUNCATE, IOCTL_DEV
    network = 0b11 if abi >= 4 else 0  # bind and connect TCP
    scope = 0b11 if abi >= 6 else 0  # abstract unix sockets and signals
    attributes = struct.pack("=QQQ", files, network, scope)
    ruleset = _check(
        "landlock_create_ruleset",
        _libc().syscall(LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0),
    )
    for path in readable:
        _add_rule(ruleset, path, READ_FILE | READ_DIR)
    # The import system lists a directory before it opens a module in it. Names below it become
    # visible, those of installed packages too; their contents do not.
    _add_rule(ruleset, str(_standard_library()), READ_DIR)
    return ruleset


def _add_rule(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError as error:
        raise SandboxError(f"{path} cannot be made readable in the sandbox: {error}") from error
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= ~READ_DIR
        rule = struct.pack("=Qi", rights, descriptor)
        _check("landlock_add_rule", _libc().syscall(LANDLOCK_ADD_RULE, ruleset, 1, rule, 0))
    finally:
        os.close(descriptor)


def _open_to_everyone(path: str) -> bool:
    """Do the permission bits let any user read this path, by its own spelling and the real one?"""
    for spelling in {Path(path).absolute(), Path(path).resolve()}:
        needed = stat.S_IROTH | (stat.S_IXOTH if spelling.is_dir() else 0)
        if spelling.stat().st_mode & needed != needed:
            return False
        if not all(parent.stat().st_mode & stat.S_IXOTH for parent in spelling.parents):
            return False
    return True


# ---- The seccomp program -----------------------------------------------------------------------

LOAD, EQUAL, AND, RETURN = 0x20, 0x15, 0x54, 0x06  # classic BPF; every load is 32 bits wide
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
NOT_IMPLEMENTED = 0x00050000 | errno.ENOSYS


def _seccomp_program(machine: str) -> bytes:
    """Compile the tables, but for `_seccomp_end`.

    Numbers are compared whole, so that calls of the x32 ABI, which set one bit more, match nothing.
    """
    column, architecture = ARCHITECTURES[machine]
    program = _op(LOAD, 4) + _op(EQUAL, architecture, 1, 0) + _op(RETURN, KILL) + _op(LOAD, 0)
    program += _rule(CLONE3, verdict=NOT_IMPLEMENTED)
    for numbers in ALLOWED.values():
        if (number := numbers[column]) is not None:
            program += _rule(number)
    for *conditional, checks in CONDITIONAL.values():
        if (number := conditional[column]) is not None:
            program += _rule(number, checks)
    return program


def _seccomp_end(machine: str, process: int) -> bytes:
    column, _ = ARCHITECTURES[machine]
    rules = [
        _rule(call[column], (Check(0, (process,)), Check(call[2], SENDABLE)))
        for call in OWN_SIGNALS.values()
    ]
    rules += [
        _rule(numbers[column], (Check(0, (0, process)),)) for numbers in OWN_QUESTIONS.values()
    ]
    return b"".join(rules) + _op(RETURN, REFUSE)


def _rule(number: int, checks: tuple[Check, ...] = (), verdict: int = ALLOW) -> bytes:
    """If this is the call of that number, end with a verdict; otherwise jump behind."""
    body = b"".join(map(_compile, checks)) + _op(RETURN, verdict)
    return _op(EQUAL, number, 0, len(body) // 8) + body


def _compile(check: Check) -> bytes:
    """Refuse the call unless the argument has one of the values; otherwise go on behind."""
    half = 16 + 8 * check.argument + 4 * check.high
    values = reversed(list(enumerate(reversed(check.values), start=1)))
    tests = b"".join(_op(EQUAL, value, distance, 0) for distance, value in values)
    return _op(LOAD, half) + _op(AND, check.mask) + tests + _op(RETURN, REFUSE)


def _op(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


# ---- In the child ------------------------------------------------------------------------------


def lock_down(prepared: Prepared, limits: Limits, keep_fds: tuple[int, ...]) -> None:
    """Confine this process, a fork of the zygote, for good; only `keep_fds` stay open.

    Each step needs rights that a later one takes away, so that the order matters. Raises
    SandboxError when a step fails: the caller must then exit without running anything.
    """
    try:
        os.setsid()
        _keep_only({*keep_fds, *(() if prepared.landlock is None else (prepared.landlock,))})
        os.chdir("/")
        _clear_environment()
        _limit_resources(limits)
        if sys.platform == "linux":
            _volunteer_for_oom()
            _drop_privileges(prepared)
            _die_with(prepared.zygote)
            _enter_landlock(prepared)
            _enter_seccomp(prepared)
    except (OSError, ValueError) as error:
        raise SandboxError(f"The sandbox could not be closed: {error}") from error


def _keep_only(kept: set[int]) -> None:
    """Close every descriptor but these; standard input, output and error become /dev/null."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in {0, 1, 2} - kept:
        os.dup2(null, standard)
    listing = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"
    for descriptor in map(int, os.listdir(listing)):
        if descriptor > 2 and descriptor not in kept:
            with suppress(OSError):  # the descriptor of the listing itself is gone
                os.close(descriptor)


def _clear_environment() -> None:
    os.environ.clear()
    if sys.platform == "linux":
        _libc().clearenv()  # variables that Python does not know, set by C code


def _limit_resources(limits: Limits) -> None:
    ceilings = {
        resource.RLIMIT_CPU: (limits.cpu_seconds, limits.cpu_seconds + 1),
        resource.RLIMIT_FSIZE: (limits.file_bytes, limits.file_bytes),
        resource.RLIMIT_NOFILE: (limits.open_files, limits.open_files),
        resource.RLIMIT_STACK: (limits.stack_bytes, limits.stack_bytes),
        resource.RLIMIT_NPROC: (limits.tasks, limits.tasks),
        resource.RLIMIT_MEMLOCK: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
    }
    if sys.platform == "linux":
        with open("/proc/self/statm", "rb", buffering=0) as file:
            mapped = int(file.read().split()[0]) * resource.getpagesize()
        ceilings[resource.RLIMIT_AS] = (mapped + limits.memory_bytes,) * 2
    for kind, (soft, hard) in ceilings.items():
        allowed = resource.getrlimit(kind)[1]
        if allowed != resource.RLIM_INFINITY:  # someone has set a lower limit already
            soft, hard = min(soft, allowed), min(hard, allowed)
        resource.setrlimit(kind, (soft, hard))


def _volunteer_for_oom() -> None:
    """When the machine runs out of memory, the kernel shall choose a submission, not the judge."""
    # A courtesy to the judge, not a layer: some containers forbid it.
    with suppress(OSError), open("/proc/self/oom_score_adj", "wb", buffering=0) as file:
        file.write(b"1000")


def _drop_privileges(prepared: Prepared) -> None:
    """Become an unprivileged user, with no capability or the one of `READ_SEARCH`."""
    for capability in range(64):
        # Refused to those without CAP_SETPCAP; harmless, since this set counts in execve only.
        if _libc().prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1:
            _libc().prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    if prepared.user is not None:
        _prctl(PR_SET_KEEPCAPS, int(prepared.keep_read_search))
        user = prepared.user[os.getpid() % len(prepared.user)]
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    kept = 1 << READ_SEARCH if prepared.keep_read_search else 0
    header = struct.pack("=Ii", CAPABILITY_VERSION, 0)
    # Effective, permitted, inheritable: of the first 32 capabilities, then of the others. Ambient
    # ones must be inheritable, so that this empties them too.
    _check("capset", _libc().capset(header, struct.pack("=6I", kept, kept, 0, 0, 0, 0)))
    _prctl(PR_SET_NO_NEW_PRIVS, 1)


def _die_with(zygote: int) -> None:
    """Ask to be killed with the zygote. A change of user or capabilities would undo both calls."""
    _prctl(PR_SET_DUMPABLE, 0)
    _prctl(PR_SET_PDEATHSIG, SIGKILL)
    if os.getppid() != zygote:
        raise SandboxError("The zygote died before its child was locked up.")


def _enter_landlock(prepared: Prepared) -> None:
    if prepared.landlock is not None:
        flags = prepared.landlock_flags
        result = _libc().syscall(LANDLOCK_RESTRICT_SELF, prepared.landlock, flags)
        _check("landlock_restrict_self", result)
        os.close(prepared.landlock)


def _enter_seccomp(prepared: Prepared) -> None:
    if prepared.seccomp is not None:
        program = prepared.seccomp + _seccomp_end(platform.machine(), os.getpid())
        code = ctypes.create_string_buffer(program, len(program))
        fprog = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
        _check("seccomp", _libc().prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, fprog, 0, 0))


# ---- ctypes ------------------------------------------------------------------------------------

_LIBC: list[ctypes.CDLL] = []


def _libc() -> ctypes.CDLL:
    """The C library, opened at the first use: Windows has none to open, and need not."""
    if not _LIBC:
        _LIBC.append(ctypes.CDLL(None, use_errno=True))
    return _LIBC[0]


def _prctl(option: int, argument: int) -> None:
    _check(f"prctl {option}", _libc().prctl(option, argument, 0, 0, 0))


def _check(call: str, result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
    return result
