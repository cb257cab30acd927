"""The judge on the real homework: the reference, the stub, and submissions that try to cheat."""

import contextlib
import signal
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from chainrule import homework
from chainrule.course import find_course
from chainrule.errors import NotGradedError
from chainrule.hidden import subject
from chainrule.judge import Judge, Sessions, _Board, _judging, code_to_run, reference
from chainrule.notebooks import Submission, SubmittedCell, stub_source
from chainrule.sandbox.client import Sandbox

NOTEBOOK = "1_modules"
ASSIGNMENT = find_course(Path(__file__).parent).assignment("nn_framework")
# The components of this notebook; those of the training notebook have tests of their own.
PARTS = [part.id for part in ASSIGNMENT.components if subject(ASSIGNMENT, part) == "student"]


@pytest.fixture(scope="module")
def assignment():
    return ASSIGNMENT


@pytest.fixture(scope="module")
def judge(assignment):
    with Judge(assignment) as judge:
        yield judge


@pytest.fixture
def right(assignment):
    """The reference's cells."""
    return reference(assignment).notebooks[NOTEBOOK]


def submit(*cells):
    return Submission({NOTEBOOK: tuple(cells)})


def code(source):
    return SubmittedCell("code", source, "", {})


def failures(verdict):
    """The components of this notebook that did not pass."""
    return [p for p in verdict.components if p.component.id in PARTS and not p.passed]


def failed(verdict):
    return [part.component.id for part in failures(verdict)]


def stub(assignment, name):
    """A notebook's cells as students get them."""
    right = reference(assignment).notebooks[name]
    source = assignment.notebooks[name].cells
    return tuple(
        replace(cell, source=stub_source(original))
        for cell, original in zip(right, source, strict=True)
    )


def change(cells, grade_id, old, new):
    """The cells with a piece of one of them replaced."""
    (index,) = [i for i, cell in enumerate(cells) if cell.grade_id == grade_id]
    assert old in cells[index].source
    changed = replace(cells[index], source=cells[index].source.replace(old, new))
    return (*cells[:index], changed, *cells[index + 1 :])


def test_the_reference_gets_all_code_points_and_its_derivations_wait(judge, assignment):
    verdict = judge.judge(reference(assignment))
    assert all(part.passed for part in verdict.components) and verdict.problems == ()
    assert (verdict.score, verdict.max_score) == (21.0, 30.0)
    waiting = [part.component.formula_points for part in verdict.components if part.needs_manual]
    assert sum(waiting) == 9.0


def test_the_stub_gets_nothing_and_nothing_waits(judge, assignment):
    notebooks = {name: stub(assignment, name) for name in assignment.student_notebooks}
    verdict = judge.judge(Submission(notebooks))
    assert (verdict.score, verdict.needs_manual) == (0.0, False)
    assert {grade.auto_score for grade in verdict.grades} == {0.0}
    comments = {c.comment for c in verdict.comments if c.grade_id.endswith("-formula")}
    assert comments == {"No response."}


def test_a_missing_notebook_gets_nothing(judge):
    verdict = judge.judge(Submission({NOTEBOOK: None}, (f"{NOTEBOOK}.ipynb is missing",)))
    assert (verdict.score, verdict.needs_manual) == (0.0, False)
    assert verdict.problems == (f"{NOTEBOOK}.ipynb is missing",)


def test_a_wrong_layer_costs_itself_alone_and_its_derivation(judge, right):
    verdict = judge.judge(submit(*change(right, "linear-solution", "self.W.T", "self.W.T / 2")))
    assert failed(verdict) == ["linear"]
    (grade,) = [grade for grade in verdict.grades if grade.grade_id == "linear-formula"]
    assert grade.auto_score == 0.0


def test_a_notebook_without_marks_is_judged_by_the_names_it_defines(judge, right):
    cells = [replace(cell, grade_id="") for cell in right]
    verdict = judge.judge(submit(*cells))
    assert failed(verdict) == [] and verdict.needs_manual


def test_one_giant_cell_is_as_good_as_many(judge, right):
    verdict = judge.judge(submit(code("\n\n".join(c.source for c in right if c.kind == "code"))))
    assert failed(verdict) == []


def test_given_classes_that_were_deleted_are_put_back(judge, right):
    verdict = judge.judge(submit(*[cell for cell in right if not cell.grade_id.endswith("-given")]))
    assert failed(verdict) == []


def test_a_given_class_that_was_deleted_is_put_back_after_the_one_it_builds_on(judge, right):
    cells = [cell for cell in right if cell.grade_id != "scaling-given"]
    assert failed(judge.judge(submit(*cells))) == []


def test_checks_that_were_deleted_do_not_run(assignment, right):
    cells = tuple(cell for cell in right if not cell.grade_id.endswith("-check"))
    labels = [cell.label for cell in code_to_run(assignment, NOTEBOOK, cells)]
    assert labels == [
        f"{NOTEBOOK}.ipynb, cell {number}"
        for number, cell in enumerate(cells, 1)
        if cell.kind == "code"
    ]


def test_a_changed_read_only_cell_counts_as_released_and_keeps_what_was_added(judge, right):
    cells = change(right, "relu-given", "np.maximum(input, 0)", "np.sin(input)")
    cells = change(cells, "relu-given", "class ReLU", "HELPER = 1\n\nclass ReLU")
    verdict = judge.judge(submit(*cells, code("assert HELPER == 1")))
    assert failed(verdict) == []
    assert any("relu-given was changed" in problem for problem in verdict.problems)
    assert not any("HELPER" in problem for problem in verdict.problems)


def test_a_cell_that_fails_costs_what_depends_on_it(judge, right):
    cells = change(right, "elu-solution", "def update_output", "def update_output(")
    verdict = judge.judge(submit(code("import tensorflow"), *cells))
    assert failed(verdict) == ["elu"]
    assert any("cell 1 (import tensorflow)" in problem for problem in verdict.problems)
    assert any("SyntaxError" in problem for problem in verdict.problems)


def test_the_autograded_notebooks_hold_no_hidden_test_and_no_path(judge, right):
    verdict = judge.judge(submit(*right, code("import numpy; print(numpy.__file__)")))
    for data in verdict.notebooks.values():
        assert b"run_hidden_tests" not in data and b"HIDDEN TESTS" not in data
        assert str(Path.home()).encode() not in data
        assert str(Path(__file__).parents[2]).encode() not in data


@pytest.mark.parametrize("part", PARTS)
def test_a_component_that_is_not_written_costs_nothing_but_itself(judge, assignment, right, part):
    (source,) = [c for c in assignment.notebooks[NOTEBOOK].cells if c.id == f"{part}-solution"]
    cells = [
        replace(cell, source=stub_source(source)) if cell.grade_id == f"{part}-solution" else cell
        for cell in right
    ]
    assert failed(judge.judge(submit(*cells))) == [part]


@pytest.mark.parametrize("part", PARTS)
def test_a_component_whose_cell_was_deleted_costs_nothing_but_itself(judge, right, part):
    cells = [cell for cell in right if cell.grade_id != f"{part}-solution"]
    verdict = judge.judge(submit(*cells))
    assert failed(verdict) == [part]
    (missing,) = failures(verdict)
    assert {check.kind for check in missing.checks} == {"missing"}


def test_a_notebook_that_was_not_handed_in_is_missing_and_starts_no_process(judge, monkeypatch):
    monkeypatch.setattr(judge.zygote, "fork", pytest.fail)
    verdict = judge.judge(Submission({}, ("1_modules.ipynb is missing",)))
    assert [part.component.id for part in verdict.components if part.passed] == []
    checks = [check for part in verdict.components for check in part.checks]
    assert {check.kind for check in checks} == {"missing"}
    assert {check.message for check in checks} == {
        f"{name}.ipynb was not handed in, or it could not be read"
        for name in ("0_train_model", "1_modules")
    }


def test_solutions_may_stand_in_any_order(judge, right):
    solutions = [cell for cell in right if cell.grade_id.endswith("-solution")]
    rest = [cell for cell in right if not cell.grade_id.endswith("-solution")]
    assert failed(judge.judge(submit(*rest, *reversed(solutions)))) == []


def test_the_last_definition_of_a_name_counts(judge, right):
    wrong = code("class ELU(Module):\n    def update_output(self, input): return input")
    assert failed(judge.judge(submit(*right[:10], wrong, *right[10:]))) == []
    assert failed(judge.judge(submit(*right, wrong))) == ["elu"]


def test_a_helper_in_a_later_cell_is_found(judge, right):
    cells = change(right, "softplus-solution", "np.logaddexp(0, input)", "helper(input)")
    assert failed(judge.judge(submit(*cells))) == ["softplus"]
    helper = code("def helper(x):\n    return np.log(1 + np.exp(x))")
    assert failed(judge.judge(submit(*cells, helper))) == []


def test_a_class_may_be_split_over_cells(judge, right):
    start = code("class Linear(Linear):\n    update_output = update_grad_input = None")
    rest = code(
        "def f(self, x):\n    self.output = x @ self.W + self.b\n    return self.output\n"
        "Linear.update_output = f\n"
        "def f(self, x, g):\n    self.grad_input = g @ self.W.T\n    return self.grad_input\n"
        "Linear.update_grad_input = f"
    )
    assert failed(judge.judge(submit(*right, start))) == ["linear"]
    assert failed(judge.judge(submit(*right, start, rest))) == []


def test_settings_of_numpy_in_one_cell_do_not_disturb_the_judge(judge, right):
    noisy = code("np.seterr(all='raise'); np.set_printoptions(precision=1); import random")
    assert failed(judge.judge(submit(*right, noisy))) == []


STUB_LINEAR = """
class Linear(Module):
    def __init__(self, *args): super().__init__()
"""
CHEATS = {
    "rebind assert_allclose": """
        import numpy.testing
        np.testing.assert_allclose = np.testing.assert_equal = np.allclose = lambda *a, **k: True
        """,
    "replace the library's comparisons": """
        import homework, sys
        for name in ("assert_close", "assert_gradients"):
            setattr(homework, name, lambda *a, **k: None)
        homework.Check.fail = lambda *a: None
        homework.board = None
        """,
    "replace NumPy functions": """
        np.isfinite = np.isclose = np.array_equal = lambda *a, **k: True
        np.max = np.sum = lambda *a, **k: 0.0
        """,
    "an object equal to everything": """
        class Equal:
            def __eq__(self, other): return True
            def __float__(self): return 1.0
            def __array__(self, *a, **k): return np.ones((3, 4))
            shape = (5, 4)
        Linear.forward = Linear.backward = lambda *a: Equal()
        """,
    "an ndarray subclass": """
        class Equal(np.ndarray):
            def __eq__(self, other): return True
            def __sub__(self, other): return np.zeros(self.shape)
        Linear.forward = lambda self, x: np.zeros((len(x), 4)).view(Equal)
        """,
    "read the source": """
        from pathlib import Path
        for path in Path.cwd().rglob("**/source/**/*.ipynb"): exec(path.read_text())
        """,
    "open the gradebook": "import sqlite3; sqlite3.connect('gradebook.db').execute('select 1')",
    "print and leave": "print('score: 100'); raise SystemExit(0)",
    "end the process": "import os; os._exit(0)",
    "write to every descriptor": """
        import os
        for number in range(64):
            try: os.write(number, b'\\x00' * 100)
            except OSError: pass
        """,
    "patch the shell": """
        get_ipython().ast_transformers.append(None)
        type(get_ipython()).run_cell = lambda *a, **k: None
        """,
}


@pytest.mark.parametrize("cheat", CHEATS, ids=str)
def test_a_cheat_gains_nothing(judge, right, cheat):
    from textwrap import dedent

    cells = [cell for cell in right if cell.grade_id != "linear-solution"]
    verdict = judge.judge(submit(*cells, code(STUB_LINEAR), code(dedent(CHEATS[cheat]))))
    assert "linear" in failed(verdict)


HARMLESS = set(CHEATS) - {"replace NumPy functions"}


@pytest.mark.parametrize("cheat", sorted(HARMLESS), ids=str)
def test_a_cheat_does_not_cost_the_components_whose_code_works(judge, right, cheat):
    from textwrap import dedent

    cells = [cell for cell in right if cell.grade_id != "linear-solution"]
    verdict = judge.judge(submit(*cells, code(STUB_LINEAR), code(dedent(CHEATS[cheat]))))
    assert failed(verdict) == ["linear"]


@pytest.mark.parametrize("end", ["os._exit(0)", "raise SystemExit", "raise KeyboardInterrupt"])
def test_a_method_that_ends_the_process_costs_its_component_alone(judge, right, end):
    cells = change(right, "elu-solution", "slope = ", f"import os; {end}; slope = ")
    assert failed(judge.judge(submit(*cells))) == ["elu"]


def test_an_endless_loop_costs_its_component_alone(judge, right, monkeypatch):
    from chainrule.sandbox import session

    monkeypatch.setattr(session, "CALL_SECONDS", 0.5)
    cells = change(right, "softplus-solution", "sigmoid = ", "while True: pass\n        sigmoid = ")
    verdict = judge.judge(submit(*cells))
    assert failed(verdict) == ["softplus"]
    (part,) = failures(verdict)
    assert "timeout" in {check.kind for check in part.checks}


def test_an_exception_cannot_carry_a_hidden_input_into_the_report(judge, right):
    cells = change(
        right, "elu-solution", "slope = ", "raise ValueError('canary', input.tolist()); slope = "
    )
    verdict = judge.judge(submit(*cells))
    (part,) = failures(verdict)
    messages = [check.message for check in part.checks if check.hidden and not check.passed]
    assert messages and not any("canary" in message for message in messages)


def test_the_same_submission_gets_the_same_verdict(judge, right):
    first, second = (judge.judge(submit(*right)) for _ in range(2))
    assert first.components == second.components and first.notebooks == second.notebooks


# ---- processes that are killed from outside


def killing(monkeypatch, times, victim):
    """Kill the sandbox or the zygote in the middle of a submission, so often."""
    plain = Sandbox.request
    count = {"requests": 0, "kills": 0}

    def request(self, seconds, resolve, *message):
        count["requests"] += 1
        if count["requests"] % 500 == 0 and count["kills"] < times:
            count["kills"] += 1
            victim(self)
        return plain(self, seconds, resolve, *message)

    monkeypatch.setattr(Sandbox, "request", request)
    return count


def kill_sandbox(sandbox):
    signal.pidfd_send_signal(sandbox.pidfd, signal.SIGKILL)


@pytest.mark.parametrize("times", [1, 2])
def test_a_sandbox_that_was_killed_is_judged_again(judge, right, monkeypatch, times):
    count = killing(monkeypatch, times, kill_sandbox)
    assert failed(judge.judge(submit(*right))) == []
    assert count["kills"] == times


def test_a_zygote_that_was_killed_is_replaced(judge, right, monkeypatch):
    count = killing(monkeypatch, 1, lambda sandbox: judge.zygote.process.kill())
    assert failed(judge.judge(submit(*right))) == []
    assert count["kills"] == 1


def test_a_submission_that_is_killed_time_and_again_is_not_graded(judge, right, monkeypatch):
    killing(monkeypatch, 100, kill_sandbox)
    with pytest.raises(NotGradedError, match="killed from outside"):
        judge.judge(submit(*right))


@pytest.mark.parametrize(
    "end",
    ["os._exit(9)", "os.kill(os.getpid(), 9)", "os.abort()", "os.kill(os.getpid(), 11)"],
)
def test_a_submission_that_ends_itself_is_not_judged_again(judge, right, end, monkeypatch):
    cells = change(right, "elu-solution", "slope = ", f"import os; {end}; slope = ")
    attempts = []
    plain = Judge._attempt
    monkeypatch.setattr(
        Judge, "_attempt", lambda *arguments: attempts.append(1) or plain(*arguments)
    )
    assert failed(judge.judge(submit(*cells))) == ["elu"]
    assert len(attempts) == 1


def test_the_autograded_notebooks_are_what_nbformat_would_write(judge, right):
    verdict = judge.judge(
        submit(
            *right,
            code("print('a\\nb'); 6 * 7"),
            code("import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()"),
            code("1 / 0"),
        )
    )
    for data in verdict.notebooks.values():
        notebook = nbformat.reads(data.decode(), as_version=4)
        nbformat.validate(notebook)
        assert data.decode() == nbformat.writes(notebook) + "\n"
    assert (
        b"image/png" in verdict.notebooks[NOTEBOOK]
        and b"ZeroDivision" in verdict.notebooks[NOTEBOOK]
    )


def test_many_cells_that_fail_are_counted_and_the_first_is_named(judge, right):
    broken = [code(f"missing_{n}") for n in range(4)]
    problems = judge.judge(submit(*right, *broken)).problems
    first, more = (line for line in problems if line.startswith(f"{NOTEBOOK}.ipynb"))
    assert first.endswith(
        f"cell {len(right) + 1} (missing_0): NameError: name 'missing_0' is not defined"
    )
    assert more == f"{NOTEBOOK}.ipynb: 3 more cells of this notebook stopped with an error"


def test_a_few_cells_that_fail_are_named_each(judge, right):
    problems = judge.judge(submit(*right, *[code(f"missing_{n}") for n in range(3)])).problems
    said = [line for line in problems if line.startswith(f"{NOTEBOOK}.ipynb")]
    assert [f"'missing_{n}' is not defined" in line for n, line in enumerate(said)] == [True] * 3


@pytest.fixture
def frail(judge, assignment):
    """A notebook with a class whose objects cannot always be made, while it is judged."""
    source = (
        "class Frail:\n"
        "    def __init__(self, n):\n"
        "        if n < 0: raise ValueError('negative')\n"
        "    def value(self): return 1"
    )
    sessions = Sessions(judge.zygote, assignment, submit(code(source)))
    with _judging(_Board(sessions), sessions):
        yield sessions.load(f"{NOTEBOOK}.ipynb")
    sessions.close()


def outcomes(checks):
    return {check.requirement: check.passed for check in checks}


def test_a_check_fails_for_an_object_that_it_has_made_and_not_used(frail):
    with contextlib.suppress(AssertionError), homework.component("A") as requirement:
        with requirement("can be made"):
            frail.Frail(-1)
        with requirement("has a value"):
            assert frail.Frail(1).value() == 1
    checks = homework.board.checks["A"]
    assert outcomes(checks) == {"can be made": False, "has a value": True}
    assert "ValueError: negative" in checks[0].message


def test_what_a_failed_check_has_left_undone_fails_no_other(frail):
    with contextlib.suppress(AssertionError), homework.component("A") as requirement:
        with requirement("fails"):
            frail.Frail(-1)
            raise homework.CheckFailed("values", "for another reason")
        with requirement("has a value"):
            assert frail.Frail(1).value() == 1
    checks = homework.board.checks["A"]
    assert outcomes(checks) == {"fails": False, "has a value": True}
    assert checks[0].message == "for another reason"


def test_an_object_made_before_the_checks_fails_them_all(frail):
    with contextlib.suppress(AssertionError), homework.component("A") as requirement:
        frail.Frail(-1)
        with requirement("has a value"):
            pass
    assert outcomes(homework.board.checks["A"]) == {"the checks can run": False}
