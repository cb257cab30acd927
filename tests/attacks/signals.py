"""Attacks with signals: on others, and on what the judge expects of the process itself."""

# The text of an attack stays as it would be handed in.
# ruff: noqa: E501

from tests.attacks.attack import Attack, forward, table
from tests.attacks.read import LIBC

TARGETS = "-1, 0, os.getppid(), @PID@, -os.getppid(), -os.getpgid(os.getppid()), -@PID@, 1"

ATTACKS: list[Attack] = [
    *table(
        "signals",
        {
            # Without seccomp and Landlock's scopes, and as the same user.
            "kill everybody": f"""
                for process in ({TARGETS}):
                    with attempt():
                        os.kill(process, 9)
                with attempt():
                    os.killpg(os.getpgid(os.getppid()), 9)
                """,
            # Without seccomp: a judge that is stopped judges nobody.
            "stop everybody": f"""
                import signal
                for process in ({TARGETS}):
                    for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGUSR1, signal.SIGINT):
                        with attempt():
                            os.kill(process, number)
                """,
            # Without seccomp: the ways that are not called kill.
            "signals by other system calls": LIBC
            + """
import platform
x86 = platform.machine() == "x86_64"
other = os.getppid()
info = ctypes.create_string_buffer(128)
for call in (
    (234 if x86 else 131, other, other, 9),  # tgkill
    (200 if x86 else 130, other, 9),  # tkill
    (129 if x86 else 138, other, 9, info),  # rt_sigqueueinfo
    (297 if x86 else 240, other, other, 9, info),  # rt_tgsigqueueinfo
    (141 if x86 else 140, 0, other, 19),  # setpriority
    (203 if x86 else 122, other, 8, info),  # sched_setaffinity
    (302 if x86 else 261, other, 7, info, None),  # prlimit64
):
    with attempt():
        done(libc.syscall(*call))
import fcntl
with attempt():
    fcntl.fcntl(0, fcntl.F_SETOWN, other)
with attempt():
    fcntl.fcntl(0, 10, 9)  # F_SETSIG
with attempt():
    pidfd = os.pidfd_open(other)
    import signal
    signal.pidfd_send_signal(pidfd, 9)
""",
            # With an end of time that can be ignored: SIGXCPU, SIGTERM, SIGALRM.
            "all signals ignored": """
                import signal
                for number in set(signal.valid_signals()) - {9, 19}:
                    try:
                        signal.signal(number, signal.SIG_IGN)
                    except (OSError, ValueError):
                        pass
                signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
                print("attack ran")
                class Double:
                    parts = [1.0, 1.0]
                    def forward(self, x):
                        while True:
                            pass
                """,
        },
    ),
    *table(
        "signals",
        {
            # With a judge that waits for ever, or that takes what was killed for a mishap.
            "stop or kill itself in a cell": """
                import signal, threading
                for number in (signal.SIGSTOP, signal.SIGKILL):
                    for send in (
                        lambda: os.kill(os.getpid(), number),
                        lambda: os.kill(0, number),
                        lambda: signal.raise_signal(number),
                        lambda: signal.pthread_kill(threading.get_ident(), number),
                        lambda: os.kill(os.getpid(), number | 1 << 32),
                    ):
                        with attempt(OSError, OverflowError):
                            send()
                """,
        },
    ),
    *table(
        "signals",
        {
            # The same, when no cell runs any more.
            "stop or kill itself in forward": forward(
                "import os, signal\n"
                "try: os.kill(os.getpid(), signal.SIGSTOP)\n"
                "except OSError: pass\n"
                "os.kill(os.getpid(), signal.SIGKILL)\n"
                "return 2 * x"
            ),
            # Sent to itself by itself in a way that is allowed, but not by default.
            "signals to itself": forward(
                """
                import os, signal
                for number in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
                    os.kill(os.getpid(), number)
                raise ArithmeticError
                """
            ),
        },
        shows="FAIL",
    ),
    *table(
        "signals",
        {
            # With a process whose end is taken for success.
            "abort": forward("import os\nos.abort()"),
            "leave": forward("import os\nos._exit(0)"),
            "a fault in its memory": forward(
                "import ctypes\nctypes.string_at(0)\nreturn np.zeros(x.shape)"
            ),
            "the end of its processor time": forward(
                "import os, signal\nos.kill(os.getpid(), signal.SIGXCPU)\nreturn 2 * x"
            ),
            # With a filter that knows the numbers of one architecture only: kill is 37 on the other.
            "calls of another architecture": forward(
                """
                import ctypes, mmap, os, platform
                if platform.machine() != "x86_64":
                    os._exit(0)
                program = b"\\xb8" + (37).to_bytes(4, "little") + b"\\xbb" + os.getpid().to_bytes(4, "little")
                program += b"\\xb9" + (9).to_bytes(4, "little") + b"\\xcd\\x80\\xc3"
                page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
                page.write(program)
                address = ctypes.addressof(ctypes.c_char.from_buffer(page))
                ctypes.CFUNCTYPE(ctypes.c_int)(address)()
                return 2 * x
                """
            ),
        },
        shows="process ended",
    ),
]
