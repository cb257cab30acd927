"""A notebook in the sandbox: what cells show, what names do, and how its process may end."""

import io
import time

import numpy as np
import pytest

from chainrule.homework import CheckFailed, StudentError, call_each
from chainrule.sandbox import client as client_module
from chainrule.sandbox import session as session_module
from chainrule.sandbox.client import SandboxDied, Zygote
from chainrule.sandbox.session import Beside, Cell, Session, Student

LAYER = """
import numpy as np

class Layer:
    def __init__(self, n):
        self.W = np.ones((n, n))
        self.children = [n, self]
    def double(self, x):
        x *= 2
        return x
    def fail(self):
        raise ValueError("no")
    def later(self):
        raise NotImplementedError()
    def loop(self):
        while True:
            pass
    def end(self):
        import os
        os._exit(0)

def step(rows, state):
    for row in rows:
        for array in row:
            array -= 1
    state["steps"] = state.get("steps", 0) + 1
"""


@pytest.fixture(scope="module")
def zygote():
    zygote = Zygote()
    yield zygote
    zygote.close()


@pytest.fixture
def open_notebook(zygote):
    sessions = []

    def open_notebook(*sources):
        cells = [Cell(f"nb.ipynb, cell {i}", text) for i, text in enumerate(sources, 1)]
        session = Session(zygote, cells)
        sessions.append(session)
        session.open()
        session.begin("first")
        return session

    yield open_notebook
    for session in sessions:
        session.close()


@pytest.fixture
def student(open_notebook):
    return Student(open_notebook(LAYER), "nb.ipynb")


def results(session):
    return list(session.results.values())


def test_a_cell_that_fails_does_not_stop_the_next(open_notebook):
    session = open_notebook("1 / 0", "x = 2")
    assert Student(session, "nb.ipynb").x == 2
    assert "ZeroDivisionError" in results(session)[0].problem


def test_a_syntax_error_is_a_problem_of_its_cell(open_notebook):
    session = open_notebook("def (:", "x = 2")
    assert "SyntaxError" in results(session)[0].problem
    assert Student(session, "nb.ipynb").x == 2


def test_outputs_are_what_a_notebook_shows(open_notebook):
    text, value, figure = results(
        open_notebook(
            "print('hello')",
            "6 * 7",
            "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);\nplt.show()",
        )
    )
    assert text.outputs == [{"output_type": "stream", "name": "stdout", "text": "hello\n"}]
    assert value.outputs[0]["data"] == {"text/plain": "42"}
    assert "image/png" in figure.outputs[0]["data"]


def test_a_function_may_print_when_it_is_called_after_a_cell_that_printed(open_notebook):
    session = open_notebook("def f():\n    print('called')\n    return 1\nprint('defined')")
    assert Student(session, "nb.ipynb").f() == 1
    assert results(session)[0].outputs[0]["text"] == "defined\n"


@pytest.mark.parametrize(
    "cell",
    [
        "%timeit count.append(1)",
        "%timeit -n 100 -r 3 count.append(1)",
        "%timeit -n100 -q count.append(1)",
        "%%timeit\ncount.append(1)",
        "took = %timeit -o count.append(1)\nassert took.average > 0",
    ],
)
def test_a_statement_is_timed_once(open_notebook, cell):
    session = open_notebook("count = []", cell)
    assert results(session)[-1].problem == ""
    assert session.name("count") == [1]


def test_how_often_a_statement_was_timed_is_shown(open_notebook):
    shown = results(open_notebook("%timeit -n 5 1 + 1"))[0].outputs[0]["text"]
    assert "1 run, 1 loop each" in shown


def test_other_magics_work_as_in_a_notebook(open_notebook):
    session = open_notebook("%%time\nx = 1", "%%capture out\nprint(5)", "%prun -q y = 2")
    assert [result.problem for result in results(session)] == ["", "", ""]
    assert (session.name("x"), session.name("y")) == (1, 2)


def test_an_output_flood_is_cut(open_notebook):
    (flood,) = results(open_notebook("print('x' * 10_000_000)"))
    assert not flood.problem
    assert len(flood.outputs[0]["text"]) < 200_000


def test_arrays_cross_by_value(student):
    layer = student.Layer(2)
    x = np.ones(2)
    np.testing.assert_array_equal(layer.double(x), [2, 2])
    np.testing.assert_array_equal(x, [1, 1])


REUSING = """
import numpy as np

class Layer:
    buffer = np.zeros(2)
    def forward(self, x):
        return np.multiply(x, 2, out=self.buffer)
"""


def test_many_calls_at_once_give_each_result_as_it_was(open_notebook):
    layer = Student(open_notebook(REUSING), "nb.ipynb").Layer()
    layer.forward(np.ones(2))
    for forward in (layer.forward, layer._ask("getattr", "forward")):
        results = call_each(forward, [(np.full(2, float(k)),) for k in range(3)])
        np.testing.assert_array_equal(results, [[0, 0], [2, 2], [4, 4]])


def test_one_of_many_calls_that_fails_fails_them_all(student):
    layer = student.Layer(2)
    with pytest.raises(StudentError, match="no"):
        call_each(layer.fail, [(), ()])


def test_an_attribute_can_be_set(student):
    layer = student.Layer(2)
    layer.W = np.zeros((2, 3))
    assert layer.W.shape == (2, 3)


FRAIL = """
made = []

class Frail:
    def __init__(self, n):
        made.append(n)
        if n < 0:
            raise ValueError("negative")
        while n == 999:
            pass
        if n == 0:
            self.m
        self.n = n
    def value(self):
        return self.n

def reset():
    made.clear()
"""


@pytest.fixture
def frail(open_notebook):
    student = Student(open_notebook(FRAIL), "nb.ipynb")
    assert student.Frail is not None  # a class is asked for once
    return student


def requests_of(monkeypatch, action):
    """How many round trips ``action()`` takes."""
    plain, seen = client_module.Sandbox._receive, []
    monkeypatch.setattr(
        client_module.Sandbox, "_receive", lambda self: seen.append(1) or plain(self)
    )
    action()
    return len(seen)


def test_an_object_and_what_is_set_share_the_round_trip_of_what_is_asked_next(frail, monkeypatch):
    frail.Frail(1).value()  # from here on, value is known to be a method

    def action():
        layer = frail.Frail(2)
        layer.n = 3
        assert layer.value() == 3

    assert requests_of(monkeypatch, action) == 1


def test_what_nobody_waits_for_is_done_in_order(frail):
    for n in (1, 2, 3):
        frail.Frail(n)
    assert frail.made == [1, 2, 3]


def test_arguments_are_sent_as_they_were_when_they_were_given(open_notebook):
    student = Student(open_notebook("class Keep:\n    def __init__(self, x): self.x = x"), "nb")
    x = np.zeros(3)
    kept = student.Keep(x)
    x += 1
    assert kept.x.tolist() == [0, 0, 0]


def test_an_object_that_cannot_be_made_fails_whoever_asks_for_something_next(frail):
    layer = frail.Frail(-1)
    with pytest.raises(StudentError, match="negative") as failure:
        layer.value()
    assert failure.value.type_name == "ValueError"
    assert failure.value.where == "nb.ipynb, cell 1, line 8"
    assert frail.Frail(5).value() == 5


def test_a_failure_is_not_taken_for_a_name_or_an_attribute_that_is_missing(frail):
    layer = frail.Frail(0)
    with pytest.raises(StudentError, match="'Frail' object has no attribute 'm'"):
        getattr(layer, "n")  # noqa: B009
    frail.Frail(-1)
    with pytest.raises(StudentError, match="negative"):
        frail.reset()


def test_what_comes_after_a_failure_is_not_done(frail):
    for n in (1, -1, 2):
        frail.Frail(n)
    with pytest.raises(StudentError):
        frail.reset()
    assert frail.made == [1, -1]


def test_settling_waits_for_what_nobody_has_asked_for(frail):
    frail.Frail(-1)
    with pytest.raises(StudentError, match="negative"):
        frail._session.settle()
    frail._session.settle()


def test_what_is_not_wanted_any_more_is_not_done(frail):
    frail.Frail(-1)
    frail._session.forget()
    assert frail.made == []


def test_making_an_object_without_an_end_is_stopped(frail, monkeypatch):
    monkeypatch.setattr(session_module, "CALL_SECONDS", 0.3)
    frail._session.begin("second")
    layer = frail.Frail(999)
    with pytest.raises(CheckFailed, match="took more than"):
        layer.value()


def test_what_waits_counts_to_the_components_time(frail, monkeypatch):
    monkeypatch.setattr(session_module, "CALL_SECONDS", 0.2)
    monkeypatch.setattr(session_module, "COMPONENT_SECONDS", 0.5)
    frail._session.begin("second")
    for n in range(1, 40):
        frail.Frail(n)
    layer, started = frail.Frail(999), time.monotonic()
    with pytest.raises(CheckFailed, match="took more than"):
        layer.value()
    assert time.monotonic() - started < 4  # 41 calls would have 8 s


def test_each_call_that_waits_has_its_time(open_notebook, monkeypatch):
    source = "import time\nclass Slow:\n    def __init__(self): time.sleep(0.3)"
    student = Student(open_notebook(source), "nb.ipynb")
    monkeypatch.setattr(session_module, "CALL_SECONDS", 0.5)
    student._session.begin("second")
    assert student.Slow is not None
    for _ in range(3):
        student.Slow()
    student._session.settle()


def test_more_than_one_frame_of_a_socket_waits(open_notebook):
    student = Student(open_notebook("def total(*arrays):\n    return sum(map(sum, arrays))"), "nb")
    arrays = [student.array(np.full(20_000, k)) for k in range(9)]
    assert student.total(*arrays) == 20_000 * 36


def test_a_method_that_is_missing_where_it_has_to_cross_is_the_tests_own_failure(frail):
    frail.Frail(1).value()
    layer = frail.Frail(-1)
    with pytest.raises(StudentError, match="negative"):
        frail.uses_complex(layer.value)
    assert frail.Frail(5).value() == 5


def test_objects_in_a_list_are_handles(student):
    number, layer = student.Layer(3).children
    assert number == 3 and layer.W.shape == (3, 3)


def test_an_array_of_the_sandbox_is_updated_in_place(student):
    array, state = student.array([1, 2]), student.dict()
    student.step([[array]], state)
    student.step([[array]], state)
    np.testing.assert_array_equal(array.get(), [-1, 0])
    assert state["steps"] == 2


def test_a_name_that_is_not_defined_is_missing(student):
    with pytest.raises(CheckFailed) as failure:
        student.Nothing()
    assert failure.value.kind == "missing" and "Nothing is not defined" in str(failure.value)


def test_a_missing_method_is_missing(student):
    with pytest.raises(CheckFailed) as failure:
        student.Layer(2).backward(1)
    assert failure.value.kind == "missing"


def test_an_exception_says_its_type_and_line(student):
    with pytest.raises(StudentError) as failure:
        student.Layer(2).fail()
    assert failure.value.type_name == "ValueError"
    assert failure.value.where == "nb.ipynb, cell 1, line 12"


def test_not_implemented_is_recognised(student):
    with pytest.raises(StudentError) as failure:
        student.Layer(2).later()
    assert failure.value.missing


def test_an_endless_loop_is_stopped_and_the_next_component_runs(student, monkeypatch):
    monkeypatch.setattr(session_module, "CALL_SECONDS", 0.3)
    with pytest.raises(CheckFailed) as failure:
        student.Layer(2).loop()
    assert failure.value.kind == "timeout"
    with pytest.raises(CheckFailed):
        student.Layer(2)
    student._session.begin("second")
    assert student.Layer(2).W.shape == (2, 2)


def test_a_process_that_exits_is_replaced_for_the_next_component(student):
    with pytest.raises(CheckFailed) as failure:
        student.Layer(2).end()
    assert failure.value.kind == "crashed"
    student._session.begin("second")
    assert student.Layer(2).W.shape == (2, 2)


def test_a_handle_does_not_outlive_its_process(student):
    layer = student.Layer(2)
    with pytest.raises(CheckFailed):
        layer.end()
    student._session.begin("second")
    with pytest.raises(CheckFailed) as failure:
        layer.end()
    assert failure.value.kind == "crashed"


def test_a_cell_that_ends_the_process_is_left_out_of_the_reload(open_notebook):
    session = open_notebook("x = 1", "import os; os._exit(1)", "y = 2")
    student = Student(session, "nb.ipynb")
    assert (student.x, student.y) == (1, 2)
    assert "process ended" in results(session)[1].problem


def test_an_endless_cell_is_left_out(open_notebook, monkeypatch):
    monkeypatch.setattr(session_module, "CELL_SECONDS", 0.3)
    session = open_notebook("x = 1", "while True: pass", "y = 2")
    student = Student(session, "nb.ipynb")
    assert (student.x, student.y) == (1, 2)
    assert "0 s" in results(session)[1].problem


def test_a_notebook_that_kills_every_process_is_given_up(open_notebook, monkeypatch):
    monkeypatch.setattr(session_module, "NOTEBOOK_SECONDS", 0.5)
    monkeypatch.setattr(session_module, "CELL_SECONDS", 0.3)
    session = open_notebook(*["while True: pass"] * 20)
    assert "was not run" in results(session)[-1].problem


def test_sys_exit_in_a_cell_costs_nothing(open_notebook):
    session = open_notebook("import sys; sys.exit(0)", "y = 2")
    assert Student(session, "nb.ipynb").y == 2


def test_check_does_nothing_in_the_sandbox(open_notebook):
    (result,) = results(open_notebook("from homework import check\ncheck('Linear')"))
    assert not result.problem and not result.outputs


def test_a_value_that_must_not_cross_is_a_wrong_type(open_notebook):
    student = Student(
        open_notebook("import numpy as np\ndef f():\n    return np.matrix([[1]])"), "n"
    )
    with pytest.raises(CheckFailed) as failure:
        student.f()
    assert failure.value.kind == "type" and "matrix" in str(failure.value)


def test_a_test_can_write_into_the_arrays_that_a_method_gives(open_notebook):
    student = Student(
        open_notebook(LAYER + "\nlayer = Layer(2)\ndef give(): return [[layer.W]]"), "n"
    )
    ((array,),) = student.references(student.give)
    array[()] = np.full((2, 2), 7.0)
    np.testing.assert_array_equal(student.layer.W, np.full((2, 2), 7.0))


def test_code_of_a_test_runs_beside_the_students_names(open_notebook):
    student = Student(open_notebook(LAYER), "n")
    made = student.define("class Twice(Layer):\n    def twice(self): return 2 * self.W", "Twice")(2)
    np.testing.assert_array_equal(made.twice(), np.full((2, 2), 2.0))
    with pytest.raises(CheckFailed):
        student.Twice()


GRADIENTS = """
import numpy as np

def softplus(x):
    return np.log(1 + np.exp(x))

class Honest:
    def forward(self, x):
        self.output = softplus(x)
        return self.output
    def backward(self, x, g):
        return g * (1 - np.exp(-softplus(x)))

class Complex(Honest):
    def backward(self, x, g):
        return g * softplus(x + 1e-20j).imag / 1e-20

class Differences(Honest):
    def backward(self, x, g):
        return g * (softplus(x + 1e-6) - softplus(x - 1e-6)) / 2e-6
"""


@pytest.mark.parametrize(
    ("name", "is_complex", "is_nearby"),
    [("Honest", False, False), ("Complex", True, False), ("Differences", False, True)],
)
def test_a_gradient_from_differences_is_recognised(open_notebook, name, is_complex, is_nearby):
    student = Student(open_notebook(GRADIENTS), "nb.ipynb")
    x, g = np.array([[0.5, -1.0]]), np.array([[1.0, 2.0]])
    layer = getattr(student, name)()
    layer.forward(x)
    assert bool(student.uses_complex(layer.backward, x, g)) is is_complex
    assert bool(student.tries_nearby(layer, x, g)) is is_nearby


# ---- a notebook that builds on another one


@pytest.fixture
def open_beside(zygote):
    """A session of one notebook that loads another one, and the other one's session."""
    opened = []

    def open_beside(first, second, files=()):
        one = Session(zygote, [Cell(f"1.ipynb, cell {i}", s) for i, s in enumerate(first, 1)])
        beside = Beside({"1.ipynb": one.cells}, one.results, dict(files))
        cells = [Cell(f"0.ipynb, cell {i}", s) for i, s in enumerate(second, 1)]
        two = Session(zygote, cells, beside)
        opened.extend((one, two))
        two.begin("first")
        return one, two

    yield open_beside
    for session in opened:
        session.close()


LOADING = "from homework import load, data\nmodules = load('1.ipynb')"


def test_a_notebook_loads_what_another_one_defines(open_beside):
    _, session = open_beside(["class A: size = 3"], [LOADING, "a = modules.A(); size = a.size"])
    assert Student(session, "0.ipynb").size == 3


def test_two_notebooks_have_names_of_their_own(open_beside):
    first = ["x = 1\ndef f(): return x"]
    _, session = open_beside(first, [LOADING, "x = 2; y = modules.f(); z = modules.x"])
    student = Student(session, "0.ipynb")
    assert (student.x, student.y, student.z) == (2, 1, 1)
    with pytest.raises(CheckFailed, match="not defined"):
        _ = student.f


def test_only_what_is_given_can_be_loaded(open_beside):
    _, session = open_beside(["x = 1"], [LOADING, "load('2.ipynb')", "y = 1"])
    assert Student(session, "0.ipynb").y == 1
    assert "FileNotFoundError: 2.ipynb" in results(session)[1].problem


def test_an_error_in_the_loaded_notebook_is_named_with_its_cell(open_beside):
    _, session = open_beside(
        ["\n\ndef f(): return 1 / 0"], [LOADING, "def g(): return modules.f()"]
    )
    with pytest.raises(StudentError) as caught:
        Student(session, "0.ipynb").g()
    assert caught.value.where == "1.ipynb, cell 1, line 3"


def test_a_cell_that_killed_one_session_is_left_out_of_the_other(open_beside, monkeypatch):
    one, two = open_beside(["x = 1", "import os; os._exit(0)", "y = 2"], [LOADING])
    one.open()
    asked = []
    plain = two._exchange
    monkeypatch.setattr(two, "_exchange", lambda s, *m: asked.append(m[-1]) or plain(s, *m))
    assert Student(two, "0.ipynb").modules.y == 2
    assert "1.ipynb, cell 3" in asked and "1.ipynb, cell 2" not in asked


def test_a_loaded_notebook_that_kills_costs_one_cell(open_beside):
    _, session = open_beside(["x = 1", "import os; os._exit(0)"], [LOADING, "y = modules.x"])
    assert Student(session, "0.ipynb").y == 1


def test_data_are_handed_over_and_no_pickle_is_read(open_beside):
    plain, pickled = io.BytesIO(), io.BytesIO()
    np.savez(plain, a=np.arange(3))
    np.savez(pickled, a=np.array([None], dtype=object))
    files = {"a.npz": plain.getvalue(), "b.npz": pickled.getvalue()}
    cells = [LOADING, "a = data('a.npz')['a']", "b = data('b.npz')", "c = data('c.npz')"]
    _, session = open_beside(["x = 1"], cells, files)
    assert Student(session, "0.ipynb").a.tolist() == [0, 1, 2]
    assert "allow_pickle" in results(session)[2].problem
    assert "FileNotFoundError" in results(session)[3].problem


def test_a_budget_lets_calls_and_component_take_longer(open_notebook, monkeypatch):
    monkeypatch.setattr(session_module, "CALL_SECONDS", 0.3)
    monkeypatch.setattr(session_module, "COMPONENT_SECONDS", 0.4)
    session = open_notebook(SLEEPS)
    student = Student(session, "nb.ipynb")
    session.begin("short")
    with pytest.raises(CheckFailed, match="0 s"):
        student.f(0.6)
    session.begin("long")
    student.budget(5)
    student.budget(5)  # asked for twice, it is the same
    assert session.deadline - time.monotonic() < 5.1
    assert student.f(0.6) == 1
    session.begin("short again")
    with pytest.raises(CheckFailed, match="0 s"):
        student.f(0.6)


def test_a_sandbox_may_use_the_processor_time_that_it_was_given(zygote):
    sandbox = zygote.fork(cpu_seconds=1)
    with pytest.raises(SandboxDied) as caught:
        sandbox.request(20, lambda r: r, "cell", "while True: pass", "a cell")
        sandbox.request(20, lambda r: r, "cell", "while True: pass", "a cell")
    assert caught.value.kind in ("timeout", "crashed")
    assert sandbox.cpu_seconds == 1


SLEEPS = "import time\ndef f(seconds):\n    time.sleep(seconds)\n    return 1"


def test_what_a_busy_machine_takes_is_not_the_students_time(open_notebook, monkeypatch):
    monkeypatch.setattr(session_module, "CALL_SECONDS", 0.2)
    monkeypatch.setattr(session_module, "COMPONENT_SECONDS", 0.3)
    session = open_notebook(SLEEPS)
    student = Student(session, "nb.ipynb")
    monkeypatch.setattr(client_module.Sandbox, "waited", lambda self: time.monotonic())
    session.begin("waits for a processor all the time")
    assert student.f(0.6) == 1
    assert student.f(0.6) == 1


def test_waiting_before_a_component_is_no_reason_for_more_time(open_notebook, monkeypatch):
    monkeypatch.setattr(session_module, "CALL_SECONDS", 0.2)
    session = open_notebook(SLEEPS)
    student = Student(session, "nb.ipynb")
    monkeypatch.setattr(client_module.Sandbox, "waited", lambda self: 100.0)
    session.begin("waited long ago")
    with pytest.raises(CheckFailed, match="was stopped"):
        student.f(0.6)


def test_the_kernel_says_how_long_a_process_has_waited():
    assert 0 <= client_module.waiting_time() < 10_000
    assert client_module.waiting_time(2**22 + 1) == 0.0
