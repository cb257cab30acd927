"""Attacks that start processes, or that go on when their time is over."""

# The text of an attack stays as it would be handed in.
# ruff: noqa: E501

from tests.attacks.attack import Attack, forward, table
from tests.attacks.read import LIBC

ATTACKS: list[Attack] = table(
    "processes",
    {
        # Without seccomp.
        "fork": """
            with attempt():
                if os.fork() == 0:
                    import time
                    time.sleep(1000)
            with attempt():
                os.forkpty()
            """,
        # Without seccomp; Landlock alone would refuse to execute anything.
        "shells": """
            import subprocess
            for run in (
                lambda: subprocess.Popen(["/bin/sh", "-c", "sleep 1000"]),
                lambda: subprocess.run("sleep 1000 &", shell=True),
                lambda: os.popen("sleep 1000 &"),
                lambda: os.spawnv(os.P_NOWAIT, "/bin/sleep", ["sleep", "1000"]),
            ):
                with attempt():
                    run()
            status = os.system("sleep 1000 &")
            print("attack ran:", status)
            """,
        # Without seccomp.
        "multiprocessing": """
            import asyncio, multiprocessing, time
            from concurrent.futures import ProcessPoolExecutor
            for start in ("fork", "spawn", "forkserver"):
                with attempt():
                    multiprocessing.get_context(start).Process(target=time.sleep, args=(1000,)).start()
            with attempt():
                ProcessPoolExecutor(2).submit(time.sleep, 1000)
            with attempt():
                multiprocessing.Pool(2)
            with attempt():
                asyncio.new_event_loop().run_until_complete(asyncio.create_subprocess_exec("sleep", "9"))
            """,
        # Without seccomp.
        "posix_spawn": """
            for spawn in (os.posix_spawn, os.posix_spawnp):
                with attempt():
                    spawn("/bin/sleep", ["sleep", "1000"], {})
            """,
        # Without seccomp, the process would be another program with the same channel.
        "exec": """
            for path in ("/bin/sleep", sys.executable, "/bin/sh"):
                with attempt():
                    os.execv(path, [path, "1000"])
            with attempt():
                os.execve(os.open(os.__file__, os.O_RDONLY), ["x"], {})
            """,
        # Without seccomp, it would belong to init and live for ever.
        "a daemon by forking twice": """
            with attempt():
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        os.chdir("/")
                        os.execv("/bin/sleep", ["sleep", "1000"])
                    os._exit(0)
            with attempt():
                os.setsid()
            with attempt():
                os.setpgid(0, 0)
            """,
        # Without seccomp: the same without a library that could be asked not to.
        "system calls that make processes": LIBC
        + """
import platform
x86 = platform.machine() == "x86_64"
calls = [(56, 17), (57,), (58,), (435, ctypes.create_string_buffer(88), 88)] if x86 else [(220, 17)]
calls += [(59 if x86 else 221, b"/bin/sleep", None, None), (322 if x86 else 281, -100, b"/bin/sleep", 0, 0, 0)]
calls += [(56 if x86 else 220, flag | 17, 0, 0, 0, 0) for flag in (0x10000000, 0x20000000, 0x8000)]
for call in calls:
    with attempt():
        if done(libc.syscall(*call)) == 0:
            os.execv("/bin/sleep", ["sleep", "1000"])
with attempt():
    done(libc.unshare(0x10000000))
""",
        # With a process that is not killed at the end.
        "threads that outlive their cell": """
            import threading, time
            def work():
                while True:
                    time.sleep(0.01)
                    try:
                        Double.forward = lambda self, x: 0 * x
                    except Exception:
                        pass
            for number in range(20):
                threading.Thread(target=work, daemon=number % 2 == 0).start()
            print("attack ran:", threading.active_count())
            """,
        # With a process that is asked to end in place of being killed.
        "what runs at the end": """
            import atexit, signal, threading, time, weakref
            def stay():
                while True:
                    time.sleep(1)
            atexit.register(stay)
            threading._register_atexit(stay)
            weakref.finalize(sys, stay)
            class Last:
                def __del__(self):
                    stay()
            sys.modules["last"] = Last()
            for number in set(signal.valid_signals()) - {9, 19}:
                try:
                    signal.signal(number, lambda *_: stay())
                except (OSError, ValueError):
                    pass
            print("attack ran")
            """,
        # Without seccomp.
        "commands in the background": (
            "!sleep 1000 &",
            "%%script --bg sleep 1000",
            "%%bash --bg\nsleep 1000",
            'with attempt(Exception):\n    get_ipython().system("sleep 1000 &")',
        ),
        # Without seccomp, at the time when no cell runs any more.
        "fork from within forward": forward(
            """
            import os, time
            if os.fork() == 0:
                time.sleep(1000)
            return 0 * x
            """
        ),
    },
)
