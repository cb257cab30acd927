"""Attacks that try to leave something behind, or to change what is there."""

# The text of an attack stays as it would be handed in.
# ruff: noqa: E501

from tests.attacks.attack import Attack, forward, table
from tests.attacks.read import LIBC

FOLDERS = (
    '"@ROOT@", "@ROOT@/autograded", "@ROOT@/feedback", "@ROOT@/submitted/@VICTIM@/tiny",'
    ' "@ROOT@/source/tiny", "@ROOT@/tests/tiny", "@HOMEDIR@", "@TMP@", "@PACKAGE@", "@SITE@",'
    ' "/tmp", "/var/tmp", "/dev/shm", "/run", "/", ".", "..", "../..", os.path.dirname(os.__file__)'
)

ATTACKS: list[Attack] = table(
    "write",
    {
        # Without Landlock; seccomp alone would stop it as well.
        "files everywhere": f"""
            for folder in ({FOLDERS}):
                with attempt():
                    open(folder + "/@PLANT@", "w").write("here")
                with attempt():
                    os.mkdir(folder + "/@PLANT@-folder")
                with attempt():
                    os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY))
            """,
        # Without Landlock: full marks, written by hand.
        "the gradebook": """
            with attempt(ImportError, Exception):
                import sqlite3
                book = sqlite3.connect("@ROOT@/gradebook.db")
                book.execute("update grade set auto_score = 100, manual_score = 100")
                book.commit()
            for path in ("@ROOT@/gradebook.db", "../../gradebook.db"):
                for mode in ("r+b", "ab", "wb"):
                    with attempt():
                        open(path, mode).write(b"@PLANT@")
                for change in (
                    lambda: os.truncate(path, 0),
                    lambda: os.unlink(path),
                    lambda: os.rename(path, path + "@PLANT@"),
                    lambda: os.link(path, "@TMP@/@PLANT@"),
                    lambda: os.symlink(path, "@TMP@/@PLANT@"),
                ):
                    with attempt():
                        change()
            """,
        # Without Landlock: code that the grader would run as itself the next time.
        "code of the grader": """
            import py_compile
            tag = sys.implementation.cache_tag
            for path in (
                f"@PACKAGE@/__pycache__/judge.{tag}.pyc@PLANT@",
                f"@PACKAGE@/__pycache__/planted@PLANT@.{tag}.pyc",
                "@SITE@/@PLANT@.pth",
                "@SITE@/sitecustomize@PLANT@.py",
                "@ROOT@/tests/tiny/conftest@PLANT@.py",
            ):
                with attempt():
                    open(path, "wb").write(b"import os")
                with attempt():
                    py_compile.compile(os.__file__, path, doraise=True)
            for path in ("@PACKAGE@/homework.py", "@ROOT@/nbgrader_config.py",
                         "@ROOT@/tests/tiny/test_double.py", "@ROOT@/source/tiny/1_layers.ipynb"):
                with attempt():
                    open(path, "a").write("# @PLANT@")
            """,
        # Without seccomp, memory that outlives the process or is shared with others.
        "shared memory": LIBC
        + """
from multiprocessing import shared_memory
with attempt(OSError, ImportError):
    shared_memory.SharedMemory("@PLANT@", create=True, size=100).buf[:4] = b"here"
with attempt():
    done(libc.shm_open(b"/@PLANT@", os.O_CREAT | os.O_RDWR, 0o666))
with attempt():
    os.write(os.memfd_create("@PLANT@"), b"here")
with attempt():
    done(libc.shmget(0x504C414E, 4096, 0o1666))
with attempt():
    done(libc.msgget(0x504C414E, 0o1666))
with attempt():
    done(libc.semget(0x504C414E, 1, 0o1666))
libc.sem_open.restype = ctypes.c_void_p
with attempt():
    done(-1 if not libc.sem_open(b"/@PLANT@", os.O_CREAT, 0o666, 1) else 0)
with attempt():
    done(libc.mq_open(b"/@PLANT@", os.O_CREAT | os.O_RDWR, 0o666, None))
with attempt():
    done(libc.syscall(248, b"user", b"@PLANT@", b"here", 4, -3))  # add_key
""",
        # Without seccomp: Landlock says nothing about what files are besides their contents.
        "owners, modes, times and attributes": """
            for path in ("@ROOT@/tests/tiny/test_double.py", "@TMP@/open.txt", "@HOMEDIR@", os.__file__):
                for change in (
                    lambda: os.chmod(path, 0o777),
                    lambda: os.chown(path, os.getuid(), os.getgid()),
                    lambda: os.utime(path, (0, 0)),
                    lambda: os.setxattr(path, "user.@PLANT@", b"here"),
                    lambda: os.mkfifo(path + "@PLANT@"),
                    lambda: os.mknod(path + "@PLANT@"),
                    lambda: os.removedirs(path),
                ):
                    with attempt():
                        change()
            """,
        # Without Landlock, since the permission bits are wide open.
        "files that everybody may write": """
            for path in ("@HOMEDIR@/open.txt", "@TMP@/open.txt"):
                for flags in (os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_APPEND, os.O_RDONLY | os.O_TRUNC):
                    with attempt():
                        os.write(os.open(path, flags), b"@PLANT@")
            """,
        # Without Landlock: what libraries write for us.
        "files by libraries": """
            import logging, mmap, shelve, tempfile, numpy as np, matplotlib.pyplot as plt
            for write in (
                lambda: tempfile.mkstemp("@PLANT@"),
                lambda: tempfile.TemporaryFile(dir="@TMP@"),
                lambda: np.save("@TMP@/@PLANT@", np.ones(3)),
                lambda: np.memmap("@TMP@/@PLANT@", mode="w+", shape=10),
                lambda: np.ones(3).tofile("@TMP@/@PLANT@"),
                lambda: plt.savefig("@TMP@/@PLANT@.png"),
                lambda: logging.FileHandler("@TMP@/@PLANT@.log"),
            ):
                with attempt():
                    write()
            """,
        # Without Landlock.
        "files by magic": (
            "%%writefile @TMP@/@PLANT@\nhere",
            "%%file @ROOT@/autograded/@PLANT@\nhere",
            "%logstart @TMP@/@PLANT@.log",
            "%save @TMP@/@PLANT@ 1-3",
            "%store PLANT > @TMP@/@PLANT@",
            "%mkdir @TMP@/@PLANT@",
            '!echo here > "@TMP@/@PLANT@"',
            "%history -f @TMP@/@PLANT@.py",
            'with attempt():\n    open(get_ipython().profile_dir.location + "/startup/@PLANT@.py", "w")',
        ),
        # With descriptors open for writing, and without the limit of zero bytes for a file.
        "descriptors": """
            import stat
            for number in range(256):
                try:
                    if not stat.S_ISSOCK(os.fstat(number).st_mode):
                        os.ftruncate(number, 0)
                        os.pwrite(number, b"@PLANT@", 0)
                except OSError as error:
                    stopped = error
            with attempt():
                raise stopped
            """,
        # Without a limit on files, or with room for them.
        "a full disk": """
            for folder in ("/tmp", "/dev/shm", "@TMP@", "@HOMEDIR@"):
                with attempt():
                    with open(folder + "/@PLANT@-full", "wb") as file:
                        for _ in range(1 << 14):
                            file.write(bytes(1 << 20))
                with attempt():
                    os.posix_fallocate(os.open(folder + "/@PLANT@", os.O_RDWR | os.O_CREAT), 0, 1 << 34)
            """,
        # Without Landlock, at the time when no cell runs any more.
        "files from within forward": forward(
            """
            for path in ("/tmp/@PLANT@", "@ROOT@/@PLANT@", "@TMP@/open.txt"):
                try:
                    open(path, "w").write("@PLANT@")
                except OSError as error:
                    stopped = error
            raise stopped
            """
        ),
    },
)
