"""Attacks that look for what a submission must not see."""

# The text of an attack stays as it would be handed in.
# ruff: noqa: E501

from tests.attacks.attack import Attack, forward, table

LIBC = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def done(result):
    if result is None or result < 0 or result == 2**64 - 1:
        raise OSError(ctypes.get_errno(), "refused")
    return result
"""

ATTACKS: list[Attack] = table(
    "read",
    {
        # Without Landlock the solution is found, run and handed in.
        "the solution": """
            import json
            with attempt():
                cells = json.load(open("@ROOT@/source/tiny/1_layers.ipynb"))["cells"]
                show(cells)
                exec("".join(cells[3]["source"]))
            """,
        # Without Landlock.
        "the hidden tests": """
            with attempt():
                number = os.open("@ROOT@/tests/tiny/test_double.py", os.O_RDONLY)
                show(os.read(number, 100000))
            with attempt():
                show(os.listdir("@ROOT@/tests/tiny"))
            """,
        # Without Landlock, the comments on other people's work.
        "the gradebook": """
            for form in ("file:@ROOT@/gradebook.db?mode=ro", "file:@ROOT@/gradebook.db?immutable=1"):
                with attempt(ImportError, Exception):
                    import sqlite3
                    show(sqlite3.connect(form, uri=True).execute("select * from comment").fetchall())
            with attempt():
                show(open("@ROOT@/gradebook.db", "rb").read().decode("latin-1"))
            """,
        # Without Landlock, other people's work, before and after it was graded.
        "another submission": """
            from pathlib import Path
            for folder in ("submitted", "autograded", "feedback"):
                path = Path("@ROOT@", folder, "@VICTIM@", "tiny")
                with attempt():
                    for file in os.scandir(path):
                        show(open(file.path, errors="replace").read())
                for name in ("notes.txt", "1_layers.ipynb", "1_layers.html"):
                    with attempt():
                        show((path / name).read_text())
            """,
        # Without Landlock: the same file, opened by other code than open().
        "a file by mmap and NumPy": """
            import mmap, numpy as np
            path = "@ROOT@/tests/tiny/test_double.py"
            with attempt():
                number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
                show(mmap.mmap(number, 0, prot=mmap.PROT_READ)[:])
            for read in (
                lambda: np.fromfile(path, np.uint8).tobytes(),
                lambda: np.memmap(path, np.uint8, "r").tobytes(),
                lambda: np.loadtxt(path, dtype=str, delimiter="\\0"),
                lambda: np.genfromtxt(path, dtype=str, delimiter="\\0"),
                lambda: np.load(path, allow_pickle=True),
                lambda: np.lib.npyio.DataSource().open(path).read(),
            ):
                with attempt():
                    show(read())
            """,
        # Without Landlock: no Python between the attack and the kernel.
        "a file by the C library": LIBC
        + """
path = b"@ROOT@/tests/tiny/test_double.py"
buffer = ctypes.create_string_buffer(10000)
def read(number):
    show(buffer.raw[:done(libc.read(number, buffer, 10000))])
for call in (
    lambda: libc.open(path, 0),
    lambda: libc.openat(-100, path, 0),
    lambda: libc.syscall(437, -100, path, ctypes.create_string_buffer(24), 24),  # openat2
    lambda: libc.syscall(2, path, 0),
):
    with attempt():
        read(done(call()))
libc.fopen.restype = ctypes.c_void_p
with attempt():
    done(-1 if not libc.fopen(path, b"r") else 0)
with attempt():
    ctypes.CDLL(path.decode())
""",
        # The one capability that is left to a sandbox below /root opens files by handle.
        "a file by its handle": LIBC
        + """
import platform
find, open_by = (303, 304) if platform.machine() == "x86_64" else (264, 265)
handle = ctypes.create_string_buffer((128).to_bytes(4, "little"), 136)
mount = ctypes.c_int()
with attempt():
    done(libc.syscall(find, -100, b"@ROOT@/tests/tiny/test_double.py", handle, ctypes.byref(mount), 0))
root = os.open(os.path.dirname(os.__file__), os.O_RDONLY)
with attempt():
    number = done(libc.syscall(open_by, root, handle, 0))
    show(os.read(number, 10000))
""",
        # Without seccomp: the kernel's own threads would open the file. Landlock still sees it.
        "a file by io_uring": LIBC
        + """
with attempt():
    done(libc.syscall(425, 8, ctypes.create_string_buffer(120)))
""",
        # Without Landlock: the import system reads files as well.
        "a file by import": """
            import importlib.machinery, importlib.util, linecache, pkgutil, runpy, zipimport, tokenize
            path = "@ROOT@/tests/tiny/test_double.py"
            loader = importlib.machinery.SourceFileLoader("hidden", path)
            for read in (
                lambda: loader.get_data(path),
                lambda: loader.load_module(),
                lambda: runpy.run_path(path),
                lambda: tokenize.open(path).read(),
                lambda: zipimport.zipimporter("@ROOT@/tests.zip"),
                lambda: importlib.machinery.SourcelessFileLoader("x", path).get_code("x"),
            ):
                with attempt(OSError, ImportError):
                    show(read())
            with attempt():
                linecache.checkcache()
                show(linecache.getlines(path))
            with attempt(ImportError):
                sys.path.insert(0, "@ROOT@/tests/tiny")
                sys.meta_path[:] = [importlib.machinery.PathFinder]
                sys.path_importer_cache.clear()
                import test_double
                show(open(test_double.__file__).read())
            """,
        # Without Landlock, and without seccomp for the shells.
        "a file by magic": (
            "%cat @ROOT@/tests/tiny/test_double.py",
            "!cat @ROOT@/tests/tiny/test_double.py",
            "loot = !cat @ROOT@/gradebook.db\nshow(loot)",
            "%%bash\ncat @ROOT@/tests/tiny/test_double.py",
            "%%script sh\ncat @ROOT@/tests/tiny/test_double.py",
            "%run @ROOT@/tests/tiny/test_double.py",
            "%load @ROOT@/tests/tiny/test_double.py",
            "%pycat @ROOT@/tests/tiny/test_double.py",
            "%env",
            "%cd @ROOT@\n%ls\n%psearch canary*",
            'with attempt(OSError, Exception):\n    show(get_ipython().getoutput("cat @ROOT@/*"))',
        ),
        # Without the walls around /proc and with an environment that was handed on.
        "the environment": LIBC
        + """
show(dict(os.environ))
libc.getenv.restype = ctypes.c_char_p
show([libc.getenv(name) for name in (b"COORDINATOR_SECRET", b"WORKER_SECRET", b"HOME", b"PATH")])
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
if environ:
    show([environ[0]])
for process in ("self", os.getppid(), "@PID@", *range(os.getppid() - 20, os.getppid())):
    with attempt():
        show(open(f"/proc/{process}/environ").read())
""",
        # What was in the environment when the zygote began lies at the end of its stack for good.
        "the stack from before the fork": LIBC
        + """
libc.getauxval.restype = ctypes.c_ulong
start = libc.getauxval(31) & ~4095  # AT_EXECFN, behind the strings of the environment
with attempt():
    show(ctypes.string_at(start - 4096, 8000).replace(b"\\0", b"\\n").decode("latin-1"))
""",
        # Without the walls around /proc: being dumpable, Landlock, no capability.
        "the memory of others by /proc": """
            for process in (os.getppid(), "@PID@", *range(os.getppid() - 5, os.getppid())):
                for name in ("mem", "maps", "cmdline", "stack", "syscall", "fd/3", "cwd/gradebook.db",
                             "root@ROOT@/tests/tiny/test_double.py", "task", "fdinfo", "ns/user"):
                    with attempt():
                        show(open(f"/proc/{process}/{name}", "rb").read(10000))
            """,
        # Without seccomp, and with a process that may be traced.
        "the memory of others by system call": LIBC
        + """
import platform, struct
x86 = platform.machine() == "x86_64"
buffer = ctypes.create_string_buffer(4096)
here = struct.pack("QQ", ctypes.addressof(buffer), 4096)
there = struct.pack("QQ", id(object), 4096)
for process in (os.getppid(), @PID@, os.getppid() - 1):
    with attempt():
        done(libc.process_vm_readv(process, here, 1, there, 1, 0))
        show(buffer.raw)
    with attempt():
        done(libc.ptrace(16, process, None, None))  # PTRACE_ATTACH
    with attempt():
        done(libc.ptrace(0x4206, process, None, None))  # PTRACE_SEIZE
    with attempt():
        pidfd = done(libc.syscall(434, process, 0))
        show(os.read(done(libc.syscall(438, pidfd, 3, 0)), 1000))  # pidfd_getfd
    with attempt():
        done(libc.syscall(312 if x86 else 272, process, process, 0, 0, 0))  # kcmp
""",
        # A process forked from the judge would hold a copy of all that the judge knows.
        "its own heap": LIBC
        + """
libc.sbrk.restype = ctypes.c_void_p
with attempt():
    top = libc.sbrk(0)
    heap = ctypes.string_at(top - (2 << 20), 2 << 20)
    at = -1
    while (at := heap.find(b"canary" + b"-", at + 1)) >= 0:
        show(heap[at:at + 80])
""",
        # With descriptors that were inherited.
        "descriptors": """
            for number in {*range(256), @FD@}:
                for read in (os.pread, lambda n, size, at: os.read(os.open(f"/dev/fd/{n}", 0), size)):
                    try:
                        show(read(number, 1000, 0))
                    except OSError as error:
                        stopped = error
            with attempt():
                raise stopped
            with attempt():
                show(os.listdir("/proc/self/fd"))
            """,
        # With tests that run in the same process.
        "the frames that call": forward(
            """
            import gc, inspect, sys
            found = []
            frame = sys._getframe()
            while frame:
                found += [*frame.f_locals.values(), *frame.f_globals.values()]
                frame = frame.f_back
            for other in sys._current_frames().values():
                found += other.f_locals.values()
            found += [item for item in gc.get_objects() if isinstance(item, (list, tuple, dict))]
            for item in list(found):
                if isinstance(item, (list, tuple)):
                    found += item
                if isinstance(item, dict):
                    found += item.values()
            for value in found:
                if isinstance(value, np.ndarray) and value.shape == x.shape and value is not x:
                    if value.dtype == float and not np.array_equal(value, x) and value.all():
                        return value
            raise LookupError
            """
        ),
        # With the grader's modules in the same process, or readable.
        "the grader's modules": """
            import importlib.machinery
            sys.meta_path[:] = [m for m in sys.meta_path if "OnlyWhat" not in type(m).__name__]
            sys.path[:0] = ["@SITE@", "@PACKAGE@/.."]
            for name in ("pytest", "_pytest.config", "nbgrader.api", "nbformat", "sqlalchemy",
                         "chainrule.hidden", "chainrule.judge", "chainrule.gradebook", "bleach",
                         "tests.attacks.worker"):
                with attempt(ImportError, OSError):
                    module = __import__(name, fromlist=["*"])
                    show({key: str(value)[:500] for key, value in vars(module).items()})
            show(sorted(name for name in sys.modules if name.startswith("chainrule")))
            import homework
            show((homework.board.checks, homework.board.open, homework.loader))
            for name, module in list(sys.modules.items()):
                if "attacks" in name or "hidden" in name or "judge" in name:
                    show(vars(module))
            """,
        # Without Landlock, since the permission bits are wide open.
        "files that everybody may read": """
            for path in ("@HOMEDIR@/open.txt", "@TMP@/open.txt", "~/open.txt", "/etc/passwd"):
                with attempt():
                    show(open(os.path.expanduser(path)).read())
            for folder in ("@HOMEDIR@", "@TMP@", "/tmp", "/home", "/root", "/var/tmp", "/dev/shm", "."):
                with attempt():
                    show(os.listdir(folder))
            """,
        # With a directory that was left open or may be opened for its path alone.
        "files relative to directories": """
            for number in range(64):
                try:
                    show(os.listdir(number))
                except OSError as error:
                    stopped = error
            for flags in (os.O_PATH, os.O_PATH | os.O_DIRECTORY, os.O_RDONLY | os.O_DIRECTORY):
                with attempt():
                    root = os.open("/", flags)
                    show(os.read(os.open("@ROOT@/gradebook.db".lstrip("/"), os.O_RDONLY, dir_fd=root), 9999))
            library = os.open(os.path.dirname(os.__file__), os.O_RDONLY)
            with attempt():
                up = "../" * 30 + "@ROOT@/tests/tiny/test_double.py".lstrip("/")
                show(os.read(os.open(up, os.O_RDONLY, dir_fd=library), 9999))
            with attempt():
                os.chroot("/")
            with attempt():
                os.chdir("@ROOT@")
                show(open("gradebook.db", "rb").read())
            """,
        # With expected values, seeds or random states left in the process.
        "the seed": forward(
            """
            import random, zlib
            for seed in (*range(20), *([s, zlib.crc32(b"test_batch")] for s in range(1, 20))):
                guess = np.random.default_rng(seed).normal(size=x.shape)
                if np.array_equal(guess, x):
                    raise LookupError("the inputs can be foretold")
            raise LookupError
            """
        ),
    },
)
