"""The student's library: comparisons, their messages, and what check() prints."""

import contextlib
import json
import sys

import numpy as np
import pytest

from chainrule import homework
from chainrule.homework import CheckFailed, Namespace, assert_close, assert_gradients


def failure(actual, expected, **options):
    with pytest.raises(CheckFailed) as caught:
        assert_close(actual, expected, "y", **options)
    return caught.value


@pytest.mark.parametrize(
    ("actual", "kind"),
    [
        (None, "type"),
        ([1.0, 2.0], "type"),
        ((1.0, 2.0), "type"),
        ("12", "type"),
        (np.array(["a", "b"]), "type"),
        (np.array([1j, 2]), "type"),
        (np.array([1.0, None]), "type"),
        (np.ones((2, 1)), "shape"),
        (np.ones(3), "shape"),
        (1.0, "shape"),
        (np.array([1.0, 2.001]), "values"),
        (np.array([1.0, np.nan]), "values"),
        (np.array([1.0, np.inf]), "values"),
        (np.array([-1.0, -2.0]), "values"),
    ],
)
def test_a_wrong_result_is_of_its_kind(actual, kind):
    assert failure(actual, np.array([1.0, 2.0])).kind == kind


@pytest.mark.parametrize(
    "actual",
    [
        np.array([1.0, 2.0]),
        np.array([1.0, 2.0], dtype=np.float32),
        np.array([1, 2]),
        np.array([1.0, 2.0]) * (1 + 1e-6),
    ],
)
def test_precision_and_integers_make_no_difference(actual):
    assert_close(actual, np.array([1.0, 2.0]))


@pytest.mark.parametrize(
    "number", [3.0, 3, np.float32(3), np.array(3.0), np.array([3.0]), np.array([[3.0]])]
)
def test_where_a_number_is_due_one_element_will_do(number):
    assert_close(number, 3.0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nothing_equals_an_expected_value_that_is_not_finite(value):
    assert failure(np.array([value]), np.array([value])).kind == "values"


def test_an_empty_array_equals_an_empty_array_of_its_shape_only():
    assert_close(np.ones((0, 3)), np.ones((0, 3)))
    assert failure(np.ones((0, 2)), np.ones((0, 3))).kind == "shape"


def test_a_gigantic_array_is_refused_without_a_copy():
    gigantic = np.broadcast_to(np.float64(1.0), (10**6, 10**6))  # 8 TB, were it ever copied
    found = failure(gigantic, np.ones(3))
    assert found.kind == "shape" and "too many" in found.detail


def test_small_elements_beside_large_ones_are_compared_at_the_scale_of_the_large():
    assert_close(np.array([1e6, 1e-3]), np.array([1e6, 0.0]))
    assert failure(np.array([1e6, 200.0]), np.array([1e6, 0.0])).kind == "values"


def test_the_detail_says_how_many_and_where_and_the_example_what():
    found = failure(np.array([[1.0, 2.0], [3.0, 9.0]]), np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert (
        found.detail
        == "y is wrong in 1 of 4 elements, largest at [1, 1], off by 1.2 of the largest value"
    )
    assert found.example == "got 9, expected 4"


def test_a_hidden_check_keeps_the_example_to_itself():
    shown, hidden = homework.Check("r"), homework.Check("r", hidden=True)
    error = CheckFailed("values", "wrong", "got 9, expected 4")
    shown.fail(error)
    hidden.fail(error)
    assert shown.message == "wrong: got 9, expected 4" and hidden.message == "wrong"


class Square:
    def __init__(self, factor=2.0, dtype=np.float64):
        self.factor, self.dtype = factor, dtype

    def forward(self, x):
        return x.astype(self.dtype) ** 2

    def backward(self, x, g):
        return (self.factor * x * g).astype(self.dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_right_gradient_passes_in_either_precision(dtype):
    rng = np.random.default_rng(0)
    assert_gradients(Square(dtype=dtype), rng.normal(size=(4, 3)), rng.normal(size=(4, 3)))


@pytest.mark.parametrize("factor", [1.0, 2.01, -2.0, 0.0, np.nan])
def test_a_wrong_gradient_fails(factor):
    rng = np.random.default_rng(0)
    with pytest.raises(CheckFailed):
        assert_gradients(Square(factor), rng.normal(size=(4, 3)), rng.normal(size=(4, 3)))


def test_the_gradient_of_a_criterion_takes_a_target():
    class Half:
        def forward(self, x, t):
            return np.sum((x - t) ** 2) / 2

        def backward(self, x, t):
            return x - t

    assert_gradients(Half(), np.ones((2, 3)), target=np.zeros((2, 3)))
    Half.backward = lambda self, x, t: t - x
    with pytest.raises(CheckFailed):
        assert_gradients(Half(), np.ones((2, 3)), target=np.zeros((2, 3)))


def test_all_requirements_are_checked_after_one_has_failed():
    with pytest.raises(AssertionError, match="FAIL  first"), homework.component("T") as requirement:
        with requirement("first"):
            raise ValueError("no")
        with requirement("second"):
            pass
    assert [check.passed for check in homework.board.checks["T"]] == [False, True]


def test_a_check_that_cannot_run_at_all_is_a_failure():
    with pytest.raises(AssertionError), homework.component("T"):
        raise ValueError("no")
    assert homework.board.checks["T"][0].kind == "raised"


def test_ctrl_c_stops_the_checks():
    requirement = homework.component("T")
    with pytest.raises(KeyboardInterrupt), requirement, requirement("first"):
        raise KeyboardInterrupt


def test_what_is_not_implemented_is_missing():
    check = homework.Check("r")
    check.fail(NotImplementedError())
    assert check.kind == "missing" and "not implemented yet" in check.message


def test_a_submission_is_never_run_in_the_process_of_nbgrader(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(RuntimeError, match="chainrule grade"):
        homework.load("1_modules.ipynb")


def test_a_name_that_is_not_there_is_missing():
    with pytest.raises(CheckFailed, match=r"Linear is not defined in 1_modules\.ipynb"):
        Namespace({}, "1_modules.ipynb").Linear()


def test_check_names_the_components_when_asked_for_another(release, capsys):
    homework.check("Linaer")
    assert "no component called 'Linaer'" in capsys.readouterr().out


def test_check_says_what_is_wrong_with_the_stub(release, capsys):
    exec_release(release, "check('Linear')")
    printed = capsys.readouterr().out
    assert "not started: not implemented yet (in update_output" in printed


def test_the_scoreboard_of_the_stub_has_no_point(release, capsys):
    exec_release(release, "check()")
    assert "0 of 20 points pass the checks here" in capsys.readouterr().out


@pytest.fixture
def release(monkeypatch):
    """The released folder as the working directory."""
    from chainrule.course import find_course

    folder = find_course(__import__("pathlib").Path(__file__).parent).root / "release/nn_framework"
    monkeypatch.chdir(folder)
    monkeypatch.setattr(homework, "board", homework.Board())
    monkeypatch.setitem(__import__("sys").modules, "homework", homework)
    return folder


def exec_release(folder, last):
    names = {"__name__": "__main__"}
    homework._loading = True
    try:
        for _, source in homework._code_cells(str(folder / "1_modules.ipynb")):
            exec(source, names)
    finally:
        homework._loading = False
    exec("from homework import check\n" + last, names)


# ---------------------------------------------------------------------------------------
# The notebook that trains: it loads another one, reads data, and has loops that take long


def live(folder, name):
    """What a released notebook defines when its cells are run in this process."""
    names = {"__name__": "__main__"}
    for _, source in homework._code_cells(str(folder / name)):
        if "check(" not in source:
            with contextlib.suppress(NotImplementedError, NameError):
                exec(source, names)
    return names


@pytest.fixture
def two_notebooks(release, monkeypatch):
    """The names of the training notebook, which has loaded the other one."""
    monkeypatch.setattr(homework, "loaded", {})
    monkeypatch.setattr(homework, "_loading", True)
    names = live(release, "0_train_model.ipynb")
    monkeypatch.setattr(homework, "_loading", False)
    return names


def ask(names, call):
    exec("from homework import check\n" + call, names)


def test_a_part_of_the_other_notebook_is_checked_there(release, monkeypatch, capsys):
    monkeypatch.setattr(homework, "loaded", {})
    exec_release(release, "check('Circles')")
    assert "Circles is checked in 0_train_model.ipynb" in capsys.readouterr().out


def test_the_training_notebook_checks_its_own_parts_and_what_it_has_loaded(two_notebooks, capsys):
    ask(two_notebooks, "check('Circles')")
    assert "not started" in capsys.readouterr().out
    ask(two_notebooks, "check('Linear')")
    assert "not started: not implemented yet (in update_output" in capsys.readouterr().out


def test_each_scoreboard_is_that_of_its_notebook_and_names_the_other(two_notebooks, capsys):
    ask(two_notebooks, "check()")
    printed = capsys.readouterr().out
    assert "0 of 10 points" in printed and "1_modules.ipynb has 20 more points" in printed
    assert "Blobs" in printed and "Linear" not in printed


def test_data_come_from_beside_the_notebook(tmp_path, monkeypatch):
    np.savez(tmp_path / "a.npz", x=np.arange(3))
    monkeypatch.setattr(homework, "folder", tmp_path)
    assert homework.data("a.npz")["x"].tolist() == [0, 1, 2]
    with pytest.raises(FileNotFoundError, match=r"b\.npz is not in .*beside"):
        homework.data("b.npz")


def test_data_are_never_unpickled(tmp_path, monkeypatch):
    np.savez(tmp_path / "a.npz", x=np.array([None]))
    monkeypatch.setattr(homework, "folder", tmp_path)
    with pytest.raises(ValueError, match="allow_pickle"):
        homework.data("a.npz")


def test_checks_stay_quiet_while_one_notebook_loads_another(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "homework", homework)
    monkeypatch.setattr(homework, "loaded", {})
    cell = '{"cell_type": "code", "source": %s}'
    for name, sources in (
        ("1.ipynb", ["x = 1"]),
        ("0.ipynb", ["import homework", "m = homework.load('1.ipynb')", "homework.check('A')"]),
    ):
        cells = ", ".join(cell % json.dumps(source) for source in sources)
        (tmp_path / name).write_text(f'{{"cells": [{cells}]}}')
    assert homework.load("0.ipynb").m.x == 1
    assert capsys.readouterr().out == "" and not homework._loading


def test_a_bar_that_nobody_watches_is_one_line(capsys):
    bar = homework.progress(range(4), "training")
    for number in bar:
        bar.say(f"loss {number}")
    printed = capsys.readouterr().out
    assert printed.startswith("training [####") and "4 of 4" in printed
    assert printed.endswith("loss 3\n") and printed.count("\n") == 1 and "\r" not in printed


def test_a_bar_that_somebody_watches_is_drawn_again_and_again(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(homework.progress, "SECONDS", 0.0)
    assert list(homework.progress(range(3))) == [0, 1, 2]
    assert "1 of 3" in capsys.readouterr().out


def test_a_bar_over_nothing_is_harmless(capsys):
    assert list(homework.progress([])) == []
    assert "0 of 0" in capsys.readouterr().out


# ---------------------------------------------------------------------------------------
# Hints

MATRIX = np.array([[1.0, -2.0, 4.0], [0.5, 3.0, -1.5], [2.5, 0.25, 6.0]])


def fail(requirement, message="", kind="values", hidden=False):
    """A check that failed."""
    check = homework.Check(requirement, hidden=hidden)
    check.passed, check.kind, check.message = False, kind, message
    return check


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        (-MATRIX, MATRIX, "sign"),
        (-3.0, 3.0, "sign"),
        (2 * MATRIX, MATRIX, "twice"),
        (MATRIX / 2, MATRIX, "half"),
        (MATRIX / 3, MATRIX, "too small by one and the same factor"),
        (-7 * MATRIX, MATRIX, "too large by one and the same factor and has the wrong sign"),
        (MATRIX + 1, MATRIX, "off by the same amount"),
        (MATRIX.T, MATRIX, "transposed"),
        (MATRIX[:2].T, MATRIX[:2], "transposed"),
        (MATRIX, MATRIX.sum(axis=0), "their sum is due"),
        (MATRIX, MATRIX.sum(axis=0, keepdims=True), "their sum is due"),
        (MATRIX, MATRIX.mean(axis=0), "their mean is due"),
        (MATRIX.sum(axis=0), MATRIX, "must not be added up"),
        (MATRIX.sum(axis=0), 3.0, "one number is due"),
        (MATRIX[:1], MATRIX[0], "only their shape"),
        (np.repeat(MATRIX[:1], 3, axis=0), MATRIX, "all rows of the result are the same"),
        (np.where(MATRIX > 5, np.nan, MATRIX), MATRIX, "division by 0"),
        ((MATRIX, MATRIX), MATRIX, "not several values"),
        (None, MATRIX, "return"),
    ],
)
def test_a_result_that_is_wrong_in_a_known_way_gets_a_hint(actual, expected, words):
    assert words in failure(actual, expected).hint


def test_what_is_wrong_in_no_known_way_gets_no_hint():
    assert failure(MATRIX + np.eye(3), MATRIX).hint == ""
    assert failure(1.0, 3.0).hint == ""


def test_nearly_one_factor_is_not_one_factor():
    assert failure(MATRIX * (2 + 1e-3 * np.arange(3)), MATRIX).hint == ""


def test_a_number_that_is_0_is_not_called_an_array_of_zeros():
    with pytest.raises(CheckFailed) as caught:
        assert_close(np.zeros((3, 3)), MATRIX, "forward")
    assert "every element is 0" in caught.value.hint
    assert failure(0.0, 3.0).hint == ""


@pytest.mark.parametrize("wrap", [lambda known: known, lambda known: lambda: known])
def test_the_mistake_that_gives_the_result_is_named(wrap):
    known = {"cubed": MATRIX**3, "shifted or squared": (MATRIX + 1, MATRIX**2)}
    assert failure(MATRIX**3, MATRIX, mistakes=wrap(known)).hint == "cubed"
    assert failure(MATRIX**2, MATRIX, mistakes=wrap(known)).hint == "shifted or squared"
    assert failure(MATRIX + np.eye(3), MATRIX, mistakes=wrap(known)).hint == ""


def test_where_two_mistakes_give_the_same_result_neither_is_named():
    known = {"one": MATRIX**2, "another": MATRIX**2 + 1e-9}
    assert failure(MATRIX**2, MATRIX, mistakes=known).hint == ""


def test_a_mistake_that_makes_no_difference_is_not_named():
    wrong = MATRIX * (1 + 2e-4)
    assert failure(wrong, MATRIX, mistakes={"no": MATRIX}, atol=0).hint != "no"


def test_the_mistakes_are_not_computed_when_nothing_is_wrong():
    assert_close(MATRIX, MATRIX, mistakes=lambda: 1 / 0)


def test_a_part_is_named_only_if_something_outside_of_it_is_right():
    parts = {"where it is negative": MATRIX < 0}
    wrong = np.where(MATRIX < 0, MATRIX**2 + 1, MATRIX)
    assert failure(wrong, MATRIX, parts=parts).hint == "it is wrong only where it is negative"
    assert failure(wrong + np.eye(3), MATRIX, parts=parts).hint == ""
    assert failure(wrong, MATRIX, parts={"everywhere": MATRIX < 99}).hint == ""


@pytest.mark.parametrize(
    ("backward", "hint"),
    [
        (lambda self, x, g: g.copy(), homework.UNCHANGED),
        (lambda self, x, g: 2 * x, homework.ALONE),
        (lambda self, x, g: 2 * x * g + x, ""),
    ],
)
def test_a_layer_that_forgets_a_factor_of_the_chain_rule_is_told_which(backward, hint):
    layer = type("Layer", (Square,), {"backward": backward})()
    rng = np.random.default_rng(0)
    with pytest.raises(CheckFailed) as caught:
        assert_gradients(layer, rng.normal(size=(4, 3)), rng.normal(size=(4, 3)))
    assert caught.value.hint == hint


@pytest.mark.parametrize("hidden", [False, True])
def test_a_hidden_check_gives_the_same_hint_as_a_visible_one(hidden):
    check = homework.Check("r", hidden=hidden)
    check.fail(failure(3 * MATRIX, MATRIX))
    text, hint = homework.split_hint(check.message)
    assert hint == "every element is too large by one and the same factor"
    assert ("expected" in text) is not hidden


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("operands could not be broadcast together with shapes (2,) (3,)"), "shapes"),
        (TypeError("unsupported operand type(s) for *: 'float' and 'NoneType'"), "None"),
        (KeyError("accumulated_grads"), "dict"),
        (IndexError("list index out of range"), "end"),
        (ValueError("secret"), ""),
    ],
)
def test_the_hint_at_an_exception_is_a_fixed_sentence(error, words):
    check = homework.Check("r", hidden=True)
    check.fail(error)
    text, hint = homework.split_hint(check.message)
    assert words in hint and bool(words) == bool(hint)
    assert str(error) not in text + hint


def test_a_report_gives_each_hint_once_and_the_summary_none(capsys, monkeypatch):
    failed = [fail(f"forward: {n}", "wrong\nhint: look up") for n in range(2)]
    assert homework.describe("T", failed).count("hint: look up") == 1
    monkeypatch.setattr(homework, "board", homework.Board())
    homework.board.checks["T"] = failed
    homework.summary()
    printed = capsys.readouterr().out
    assert "forward: 0: wrong" in printed and "look up" not in printed


def test_a_hint_at_a_gradient_waits_until_forward_is_right():
    gradient = fail("input gradient: x", "grad_input is wrong\nhint: a term is missing")
    forward = fail("forward: y", "forward is wrong")
    assert homework.shown_hints([gradient]) == ["a term is missing"]
    assert homework.shown_hints([forward, gradient]) == []
    assert "a term" not in homework.describe("T", [forward, gradient])


# ---------------------------------------------------------------------------------------
# The method that is wrong


@pytest.mark.parametrize(
    ("failed", "method"),
    [
        ([("forward: y", "forward is wrong"), ("input gradient: x", "grad_input is")], "forward"),
        ([("input gradient: x", "forward has shape")], "forward"),
        ([("input gradient: x", "raised ValueError")], "input gradient"),
        ([("state: later", "grad_input is wrong")], "input gradient"),
        ([("derivation: a formula", "the gradient is computed")], "input gradient"),
        ([("chain: three", "gradW is wrong"), ("chain: b", "grad_input is")], "input gradient"),
        ([("chain: three", "gradGamma of layer 2 is")], "parameter gradients"),
        ([("parameter lists: one", "get_grad_params does not")], "parameter gradients"),
        ([("evaluation mode: the same", "forward is wrong")], "mode"),
        ([("evaluation mode: the same", "grad_input is wrong")], "mode"),
        (
            [("evaluation mode: x", "grad_input is"), ("state: y", "grad_input is")],
            "input gradient",
        ),
        ([("evaluation mode: x", "forward is"), ("state: y", "forward is wrong")], "mode"),
        ([("evaluation mode: x", "forward is"), ("forward: y", "forward is wrong")], "forward"),
        ([("evaluation mode: keeps", "moving_mean is wrong")], "statistics"),
        ([("statistics: first", "moving_mean is"), ("evaluation mode: x", "f")], "statistics"),
        ([("update: one step", "the variable is wrong")], "update"),
        ([("modules: two", "two networks share their modules")], ""),
        ([], ""),
    ],
)
@pytest.mark.parametrize("hidden", [False, True])
def test_the_method_is_named_that_the_other_failures_follow_from(failed, method, hidden):
    checks = [fail(*item, hidden=hidden) for item in failed]
    passed = homework.Check("forward: passed", hidden=hidden)
    assert homework.diagnosis([passed, *checks]) == method
    text = homework.describe("T", [passed, *checks])
    assert ("look at: " in text) is bool(method)


def test_what_is_not_started_has_no_method_to_look_at():
    checks = [fail("forward: y", "not implemented yet", kind="missing")] * 2
    assert homework.diagnosis(checks) == ""


def test_a_layer_that_writes_into_one_array_again_and_again_passes():
    class Reusing:
        buffer = np.zeros((2, 3))

        def forward(self, x):
            return np.multiply(x, x, out=self.buffer)

        def backward(self, x, grad_output):
            return 2 * x * grad_output

    homework.assert_gradients(Reusing(), np.arange(6.0).reshape(2, 3) - 2.5)
