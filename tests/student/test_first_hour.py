"""The released folder as a new student finds it, and as it becomes while they work."""

import os
import re
import subprocess
import sys

import nbformat
import pytest

from .conftest import FRAMEWORK


def components(library):
    """The components that are written in 1_modules.ipynb: title -> id."""
    tests = library._tests().items()
    return {title: library._part(cell) for title, cell in tests if cell["of"] == FRAMEWORK}


def outcomes(library, titles, names):
    """The checks of each component, by title."""
    tests = library._tests()
    return {
        title: library._check_one(title, tests, library._live(names, tests)) for title in titles
    }


def green(library, titles, names):
    """Those of ``titles`` whose checks all pass."""
    found = outcomes(library, titles, names)
    return {title for title, checks in found.items() if all(check.passed for check in checks)}


def test_the_notebook_runs_from_top_to_bottom_before_anything_is_written(folder, library, capsys):
    library.load(FRAMEWORK)
    assert "failed" not in capsys.readouterr().out


def test_every_check_of_the_stub_says_what_is_not_written_and_where(library, names):
    for title, checks in outcomes(library, components(library), names).items():
        for check in checks:
            assert not check.passed, (title, check.requirement)
            assert re.fullmatch(
                r"not implemented yet \(in \w+, cell \d+, line \d+\)", check.message
            ), (title, check.message)


def test_a_component_that_is_written_turns_green_and_no_other(library, names, solutions):
    titles = components(library)
    for title, part in titles.items():
        now = dict(names)
        exec(solutions[part], now)
        assert green(library, titles, now) == {title}


def test_a_framework_that_is_written_is_green(library, names, solutions, capsys):
    titles = components(library)
    for part in titles.values():
        exec(solutions[part], names)
    assert green(library, titles, names) == set(titles)
    safe = sum(library._points(library._tests()[title]) for title in titles)
    exec("from homework import check; check()", names)
    assert re.search(rf"^{safe:g} of \d+ points pass", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize("title", ["Linear", "SGD"])
def test_a_name_that_is_not_defined_is_a_sentence(library, names, capsys, title):
    del names[title]
    exec(f"from homework import check; check({title!r})", names)
    printed = capsys.readouterr().out
    assert f"{title} is not defined" in printed
    assert f"Run the cell that defines {title}" in printed and "Traceback" not in printed


def test_a_cell_with_a_syntax_error_is_named_and_the_rest_is_checked(folder, library, capsys):
    notebook = nbformat.read(folder / FRAMEWORK, as_version=4)
    cell = next(c for c in notebook.cells if c.source.startswith("class Linear"))
    cell.source = "class Linear(Module)\n    pass"
    nbformat.write(notebook, folder / FRAMEWORK)
    names = library.load(FRAMEWORK)._names
    assert re.search(
        r"1_modules.ipynb, cell \d+ \(class Linear\(Module\)\) failed: SyntaxError",
        capsys.readouterr().out,
    )
    exec("from homework import check; check('Linear'); check('SoftMax')", names)
    printed = capsys.readouterr().out
    assert "Linear is not defined" in printed and "not implemented yet (in update_out" in printed


def run_with_kernel(path):
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": path.parent}}).execute()
    return {
        cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell.get("outputs", [])
        for cell in notebook.cells
    }


def test_in_a_real_kernel_checks_are_tables_with_a_text_beside_them(solved, library):
    outputs = run_with_kernel(solved)
    for title, part in components(library).items():
        (shown,) = outputs[f"{part}-check"]
        assert shown.output_type == "display_data"
        assert title in shown.data["text/plain"] and "  ok  " in shown.data["text/plain"]
        assert shown.data["text/html"].count("<tr>") == shown.data["text/plain"].count("  ok  ")
        assert "\x1b" not in shown.data["text/plain"]
    (board,) = outputs["scoreboard-check"]
    assert "points pass the checks here" in board.data["text/html"]


def test_the_notebook_of_checks_runs_to_its_end_whatever_fails(folder, library):
    outputs = run_with_kernel(folder / "2_test_modules.ipynb")
    for part in components(library).values():
        assert [shown.output_type for shown in outputs[f"{part}-tests"]][-1] == "error"
    assert "Sequential" in str(outputs["summary"]) and "Predictions" in str(outputs["summary"])


def pytest_in(folder, *arguments):
    """What pytest prints in the released folder, where it has no settings of ours."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=."]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    run = subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return run.returncode, run.stdout + run.stderr


def test_pytest_runs_the_same_checks_by_component_and_direction(solved):
    status, printed = pytest_in(solved.parent, "-rp", "-k", "linear and backward or sgd")
    found = re.findall(r"PASSED .*test\[(.*)\]", printed)
    assert status == 0 and len(found) >= 6
    assert all(name.startswith(("linear-backward-", "sgd-")) for name in found)


def test_pytest_gives_the_reason_and_no_traceback(folder):
    status, printed = pytest_in(folder, "-k", "softplus and forward")
    assert status == 1
    assert "not implemented yet (in update_output, cell" in printed
    assert not re.search(r"Traceback|\.py:\d", printed)
