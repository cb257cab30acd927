"""The student's library: comparisons, their messages, and what check() prints."""

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
