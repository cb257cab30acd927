"""Attacks by what surrounds the code: metadata, names, kinds of files."""

# The text of an attack stays as it would be handed in.

import json
import os
import shutil
from collections.abc import Callable
from typing import Any

from tests.attacks.attack import RAN, WRONG_DOUBLE, Attack, Folder

Prepare = Callable[[Folder], None]


def _points(folder: Folder) -> None:
    for cell in folder.notebook["cells"]:
        cell["metadata"]["nbgrader"] = cell["metadata"].get("nbgrader", {}) | {
            "points": 1000,
            "grade": True,
            "score": 1000,
            "auto_score": 1000,
            "manual_score": 1000,
            "extra_credit": 1000,
        }


def _checksums(folder: Folder) -> None:
    for cell in folder.notebook["cells"]:
        marks = cell["metadata"].setdefault("nbgrader", {})
        marks |= {"checksum": "0" * 32, "schema_version": 1, "cell_type": "markdown", "task": True}


def _kernel(folder: Folder) -> None:
    folder.notebook["metadata"]["kernelspec"] = {
        "name": "../../../../tmp/evil",
        "display_name": "x",
        "language": "bash",
        "argv": ["/bin/sh", "-c", "touch /tmp/@PLANT@"],
    }
    folder.notebook["metadata"]["language_info"] = {"name": "bash", "file_extension": "/../../x"}


def _unlocked(folder: Folder) -> None:
    for name in ("double-check", "imports", "title"):
        for cell in folder.notebook["cells"]:
            if cell["id"] == name:
                cell["metadata"]["nbgrader"] = {
                    "grade_id": name,
                    "locked": False,
                    "solution": True,
                    "grade": True,
                    "points": 50,
                    "schema_version": 3,
                    "cell_type": "code",
                }
    folder.cell("double-check")["source"] = f"print('{RAN}')"


def _names_exchanged(folder: Folder) -> None:
    """Add, which works, stands where Double is due, and the other way round."""
    for mine, other in (("double-solution", "add-solution"), ("add-solution", "double-solution")):
        cell = folder.cell(mine)
        cell["metadata"] = {"nbgrader": dict(cell["metadata"]["nbgrader"], grade_id=other)}
    first, second = folder.cell("double-solution"), folder.cell("add-solution")
    first["id"], second["id"] = "add-solution", "double-solution"


def _tests_of_its_own(folder: Folder) -> None:
    """Graded cells of the notebook of tests, in the student's own notebook."""
    for name in ("double-tests", "add-tests", "summary", "setup"):
        marks = {"grade": True, "locked": True, "points": 100, "solution": False}
        marks |= {"grade_id": name, "schema_version": 3, "cell_type": "code"}
        folder.notebook["cells"].append(
            {
                "cell_type": "code",
                "id": name,
                "metadata": {"nbgrader": marks},
                "outputs": [],
                "execution_count": None,
                "source": f"print('{RAN}')",
            }
        )


def _twice(folder: Folder) -> None:
    cells = folder.notebook["cells"]
    cells += [dict(cell) for cell in cells]
    folder.notebook["cells"] = cells * 3


def _odd_marks(folder: Folder) -> None:
    deep: Any = {}
    for _ in range(200):
        deep = {"nbgrader": [deep], "grade_id": {}}
    odd = [[], 3, None, "x", True, deep, {"grade_id": {}}, {"grade_id": 7}, {"grade_id": None}]
    cells = folder.notebook["cells"]
    for number, marks in enumerate(odd):
        cells.append(
            {
                "cell_type": "markdown",
                "id": f"odd-{number}",
                "metadata": {"nbgrader": marks} if number % 2 else marks,
                "source": RAN,
            }
        )
    cells += [None, 3, [], "x", {}, {"cell_type": "x"}, {"cell_type": []}, {"cell_type": "code"}]
    cells += [{"cell_type": "code", "source": source} for source in (3, None, {}, [1], [["x"]], "")]
    cells += [{"cell_type": "markdown", "source": RAN, "id": n} for n in ([], {}, 3, "x" * 9999)]


def _huge_metadata(folder: Folder) -> None:
    folder.notebook["metadata"]["x"] = ["y" * 100] * 100_000
    folder.cell("double-solution")["metadata"]["x"] = {str(n): [[[]]] for n in range(100_000)}
    folder.cell("double-formula")["source"] = RAN


def _attachments(folder: Folder) -> None:
    odd = ([], 3, "x", {"a": 3}, {"a.png": []}, {"a.png": {"image/png": 3}}, {"../../x.png": {}})
    picture = {"image/png": "aGVsbG8="}
    more = (
        {"../../../x.png": picture},
        {"x" * 5000 + ".png": picture},
        {".": picture, "..": picture},
    )
    for number, value in enumerate((*odd, *more)):
        folder.notebook["cells"].append(
            {
                "cell_type": "markdown",
                "id": f"attached-{number}",
                "metadata": {},
                "source": RAN,
                "attachments": value,
            }
        )


def _half_letters(folder: Folder) -> None:
    """Half of a surrogate pair, NUL and the like, in sources and names."""
    bad = "\ud800 \udfff \x00 \ufffe \U0010ffff"
    folder.notebook["cells"].append(
        {"cell_type": "markdown", "id": bad, "metadata": {bad: bad}, "source": f"{RAN} {bad}"}
    )
    folder.notebook["cells"].append({"cell_type": "code", "id": "nul", "source": f"x = '{bad}'"})
    folder.notebook["cells"].append(
        {"cell_type": "code", "id": "say", "source": f"print('{RAN} \\ud800')"}
    )


def _content(text: str | bytes) -> Prepare:
    """In place of the notebook."""

    def prepare(folder: Folder) -> None:
        folder.notebook.clear()
        data = text.encode() if isinstance(text, str) else text
        (folder.path / "1_layers.ipynb").write_bytes(data)

    return prepare


def _in_place(make: Callable[[Folder, str], object]) -> Prepare:
    """Something that is no regular file in place of the notebook."""

    def prepare(folder: Folder) -> None:
        folder.notebook.clear()
        make(folder, str(folder.path / "1_layers.ipynb"))

    return prepare


def _root(folder: Folder) -> str:
    return folder.secrets["ROOT"]


def _victim(folder: Folder) -> str:
    return f"{_root(folder)}/submitted/{folder.secrets['VICTIM']}/tiny"


def _linked_student(folder: Folder) -> None:
    folder.notebook.clear()
    student = folder.path.parent
    shutil.rmtree(student)
    student.symlink_to(folder.secrets["VICTIM"])


def _linked_folder(folder: Folder) -> None:
    folder.notebook.clear()
    shutil.rmtree(folder.path)
    folder.path.symlink_to(_victim(folder))


def _file_for_a_folder(folder: Folder) -> None:
    folder.notebook.clear()
    shutil.rmtree(folder.path)
    folder.path.write_text("x")


def _links_beside(folder: Folder) -> None:
    folder.cell("double-formula")["source"] = RAN
    for name, target in (
        ("notes.txt", f"{_victim(folder)}/notes.txt"),
        ("source", f"{_root(folder)}/source"),
        ("hidden.py", f"{_root(folder)}/tests/tiny/test_double.py"),
        ("gradebook.db", f"{_root(folder)}/gradebook.db"),
        ("loop", "."),
        ("zero", "/dev/zero"),
    ):
        (folder.path / name).symlink_to(target)
    (folder.path / "sub").mkdir()
    (folder.path / "sub" / "up").symlink_to("../../..")
    os.mkfifo(folder.path / "pipe.txt")


def _files_of_ours(folder: Folder) -> None:
    """Files that would be ours, if what is handed in came last."""
    folder.cell("double-formula")["source"] = RAN
    state = {"fingerprint": "x", "outcomes": {"double": "passed"}, "problems": []}
    tests = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for name, text in {
        ".chainrule.json": json.dumps(state),
        "2_test_layers.ipynb": json.dumps(tests),
        "0_test_more.ipynb": json.dumps(tests),
        "homework.py": "def assert_close(*a, **k): pass",
        "chainrule.py": "",
        "numpy.py": "",
        "conftest.py": "import os; os._exit(0)",
        "nbgrader_config.py": "raise SystemExit",
        "sitecustomize.py": "raise SystemExit",
        "gradebook.db": "x",
        "1_layers.html": "<script>document.title='PWNED'</script>",
        "2_test_layers.html": "<script>document.title='PWNED'</script>",
        "pytest.ini": "[pytest]",
        "index.html": "<script>document.title='PWNED'</script>",
    }.items():
        (folder.path / name).write_text(text)
    (folder.path / "__pycache__").mkdir()
    (folder.path / "__pycache__" / "homework.cpython-311.pyc").write_bytes(b"x")


def _many_files(folder: Folder) -> None:
    folder.cell("double-formula")["source"] = RAN
    deep = folder.path
    for number in range(30):
        deep = deep / f"d{number}"
        deep.mkdir()
        (deep / "x.txt").write_text("x")
    for number in range(1000):
        (folder.path / f"{number}.txt").write_text("x")
    with (folder.path / "sparse.bin").open("wb") as file:
        file.truncate(1 << 40)


def _timestamp(text: bytes) -> Prepare:
    def prepare(folder: Folder) -> None:
        (folder.path / "timestamp.txt").write_bytes(text)

    return prepare


def _linked_timestamp(folder: Folder) -> None:
    (folder.path / "timestamp.txt").unlink()
    (folder.path / "timestamp.txt").symlink_to(f"{_victim(folder)}/notes.txt")


def _piped_timestamp(folder: Folder) -> None:
    (folder.path / "timestamp.txt").unlink()
    os.mkfifo(folder.path / "timestamp.txt")


def _names(name: str, prepare: Prepare, **more: Any) -> Attack:
    return Attack(name, "metadata", (WRONG_DOUBLE + f"\nprint('{RAN}')\n",), prepare, **more)


def _unreadable(name: str, prepare: Prepare) -> Attack:
    return _names(name, prepare, add=False, shows="1_layers.ipynb ")


def _nothing(folder: Folder) -> None:
    pass


ATTACKS: list[Attack] = [
    # With points that are read from what was handed in.
    _names("points", _points),
    # With nbgrader's checks of what was handed in.
    _names("checksums and versions", _checksums),
    # With a kernel that is started.
    _names("a kernel", _kernel),
    # With marks that are read from what was handed in.
    _names("unlocked cells", _unlocked),
    _names("names exchanged", _names_exchanged),
    _names("tests of its own", _tests_of_its_own),
    _names("every cell six times", _twice),
    # With a reader that expects what notebooks usually hold.
    _names("marks of the wrong types", _odd_marks),
    _names("huge metadata", _huge_metadata),
    _names("attachments of the wrong types", _attachments),
    _names("half letters", _half_letters, slips=True),
    _unreadable("deep json", _content('{"nbformat":4,"cells":' + "[" * 200_000)),
    _unreadable(
        "a number of a million digits", _content('{"nbformat":4,"x":' + "9" * 1_000_000 + "}")
    ),
    _unreadable("a format that is text", _content('{"nbformat":"\\u001b[31m<b>","cells":[]}')),
    _unreadable("21 MB", _content(b" " * (21 << 20))),
    _unreadable("too many cells", _content('{"nbformat":4,"cells":[' + "{}," * 2500 + "{}]}")),
    # With a reader that follows links, waits for pipes or reads devices.
    _unreadable(
        "a link to the source",
        _in_place(lambda f, p: os.symlink(f"{_root(f)}/source/tiny/1_layers.ipynb", p)),
    ),
    _unreadable(
        "a link to another notebook",
        _in_place(lambda f, p: os.symlink(f"{_victim(f)}/1_layers.ipynb", p)),
    ),
    _unreadable("a pipe", _in_place(lambda f, p: os.mkfifo(p))),
    _unreadable("a directory", _in_place(lambda f, p: os.mkdir(p))),
    _unreadable("a link to a device", _in_place(lambda f, p: os.symlink("/dev/zero", p))),
    # With a folder that is taken for one's own.
    _names("a link to another student", _linked_student, graded=False, shows="not graded"),
    _names("a link to another folder", _linked_folder, graded=False, shows="not graded"),
    _names("a file for a folder", _file_for_a_folder, graded=False, shows="not graded"),
    # With files that are copied whatever they are.
    _names("links beside the notebook", _links_beside),
    _names("files of ours", _files_of_ours),
    _names("many files", _many_files),
    # With times that are read from whatever is there.
    _names("a time that is a link", _linked_timestamp, graded=False, shows="timestamp.txt"),
    _names("a time that is a pipe", _piped_timestamp, graded=False, shows="timestamp.txt"),
    _names(
        "a time of a gigabyte", _timestamp(b"x" * 5_000_000), graded=False, shows="timestamp.txt"
    ),
    _names(
        "a time with codes",
        _timestamp(b"\x1b[31m<script>\xe2\x80\xae2026"),
        graded=False,
        shows="timestamp.txt",
    ),
    # With names that are taken for options, for paths, for HTML or for what a terminal obeys.
    *(
        _names(name, _nothing, student=student, graded=False, shows="student id")
        for name, student in {
            "an id that is an option": "-rf",
            "an id that goes up": "..x",
            "an id of HTML": "<img src=x onerror=document.title='PWNED'>",
            "an id with codes": "x\x1b[31m\x9b31m",
            "an id of two lines": "x\ny  100 points",
            "an id turned round": "\u202ex\u2066",
            "a hidden id": ".hidden",
            "a formula for a spreadsheet": "=1+cmd",
            "a long id": "x" * 200,
            "a template": "{student_id}",
            "a pattern": "*",
        }.items()
    ),
]
