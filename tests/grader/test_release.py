"""What students get: everything they need, the same on every run, and nothing they must not see."""

import json

import pytest

from chainrule.cli import main
from chainrule.errors import UsageError
from chainrule.release import LeakError, check_for_leaks, outdated, release, student_version


def edit(course, name, old, new):
    path = course.root / "source" / "tiny" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def sources(content):
    return {cell["id"]: "".join(cell["source"]) for cell in json.loads(content)["cells"]}


def test_students_get_notebooks_and_library_and_no_more(course, assignment):
    release(course, assignment)
    folder = course.root / "release" / "tiny"
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
    assert names == ["1_layers.ipynb", "2_test_layers.ipynb", "homework.py"]
    library = course.root / "source" / "tiny" / "homework.py"
    assert (folder / "homework.py").read_bytes() == library.read_bytes()


def test_a_library_that_is_a_link_is_released_as_a_file(course, assignment):
    library = course.root / "source" / "tiny" / "homework.py"
    library.rename(course.root / "homework.py")
    library.symlink_to("../../homework.py")
    release(course, assignment)
    assert not (course.root / "release" / "tiny" / "homework.py").is_symlink()


def test_solutions_and_hidden_tests_are_gone_and_visible_checks_stay(course, assignment):
    files = student_version(course, assignment)
    layers, tests = sources(files["1_layers.ipynb"]), sources(files["2_test_layers.ipynb"])
    assert "2 * x" not in layers["double-solution"]
    assert "NotImplementedError" in layers["double-solution"]
    assert layers["double-formula"] == "Derive it.\n\nYOUR ANSWER HERE"
    assert "hidden" not in tests["double-tests"].lower()
    assert "forward: one number" in tests["double-tests"]


def test_the_result_is_the_same_on_every_run(course, assignment):
    first = student_version(course, assignment)
    assert first == student_version(course, course.assignment("tiny"))
    ids = list(sources(first["1_layers.ipynb"]))
    assert ids == [cell["id"] for cell in assignment.notebooks["1_layers"].cells]


def test_cells_without_ids_are_refused(course, assignment):
    edit(course, "1_layers.ipynb", '"id": "imports",', "")
    with pytest.raises(UsageError, match="cell 2 has no id"):
        student_version(course, assignment)


def test_the_gradebook_is_not_touched(course, assignment):
    before = (course.root / "gradebook.db").read_bytes()
    release(course, assignment)
    assert (course.root / "gradebook.db").read_bytes() == before


def test_a_release_that_is_up_to_date_is_left_alone(course, assignment):
    assert release(course, assignment) == ["1_layers.ipynb", "2_test_layers.ipynb", "homework.py"]
    assert release(course, assignment) == outdated(course, assignment) == []


def test_what_is_missing_changed_or_too_many_is_named_and_mended(course, assignment):
    release(course, assignment)
    folder = course.root / "release" / "tiny"
    (folder / "1_layers.ipynb").unlink()
    (folder / "2_test_layers.ipynb").write_text("{}")
    (folder / "solution.py").write_text("")
    odd = ["1_layers.ipynb", "2_test_layers.ipynb", "solution.py"]
    assert outdated(course, assignment) == odd
    assert release(course, assignment) == odd
    assert outdated(course, assignment) == []
    assert not (folder / "solution.py").exists()


def test_the_command_fails_for_ci_when_the_release_is_out_of_date(course, monkeypatch, capsys):
    monkeypatch.chdir(course.root)
    assert main(["release"]) == 0
    assert main(["release", "tiny", "--check"]) == 0
    edit(course, "1_layers.ipynb", "Write them.", "Write both of them.")
    capsys.readouterr()
    assert main(["release", "tiny", "--check"]) == 1
    output = capsys.readouterr().out
    assert "release/tiny/1_layers.ipynb" in output and "2_test_layers" not in output
    assert main(["release", "nothing"]) == 2


# ---- leaks


def test_a_region_left_open_releases_nothing(course, assignment):
    edit(course, "1_layers.ipynb", "        ### END SOLUTION", "        ### FINIS")
    with pytest.raises(Exception, match="solution"):
        release(course, assignment)
    assert not (course.root / "release").exists()


def test_a_solution_beside_the_notebooks_is_a_leak(course, assignment):
    text = "class Double:\n    def forward(self, x):\n        y = 2 * x\n        return y\n"
    edit(course, "1_layers.ipynb", "return 2 * x\\n", "y = 2 * x\\n        return y\\n")
    (course.root / "source" / "tiny" / "hint.py").write_text(text)
    with pytest.raises(LeakError, match=r"hint\.py"):
        release(course, assignment)


@pytest.mark.parametrize(
    "line", ["return 2 * x", "The upstream gradient times two.", "from chainrule.hidden import x"]
)
def test_a_line_of_a_solution_or_hidden_test_in_any_cell_is_a_leak(course, assignment, line):
    files = student_version(course, assignment)
    notebook = json.loads(files["2_test_layers.ipynb"])
    notebook["cells"][0]["source"] = ["x = 1\n", f"    {line}\n"]
    files["2_test_layers.ipynb"] = json.dumps(notebook).encode()
    with pytest.raises(LeakError, match="2_test_layers"):
        check_for_leaks(assignment, files)


def test_outputs_are_a_leak(course, assignment):
    files = student_version(course, assignment)
    notebook = json.loads(files["2_test_layers.ipynb"])
    notebook["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "6"}]
    files["2_test_layers.ipynb"] = json.dumps(notebook).encode()
    with pytest.raises(LeakError, match="outputs"):
        check_for_leaks(assignment, files)
