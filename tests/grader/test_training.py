"""The training notebook: what it gets from notebook 1, what it costs, and what does not count."""

import hashlib
import sys
import types
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chainrule import homework
from chainrule.course import find_course, grade_id
from chainrule.hidden import subject
from chainrule.judge import Judge, calls, reference
from chainrule.notebooks import Submission, SubmittedCell, stub_source
from chainrule.sandbox import session

ASSIGNMENT = find_course(Path(__file__).parent).assignment("nn_framework")
LAYERS, TRAINING = "1_modules", "0_train_model"
TITLES = {
    name: [part.title for part in ASSIGNMENT.components if subject(ASSIGNMENT, part) == name]
    for name in ("student", "training")
}
RIGHT = reference(ASSIGNMENT).notebooks


@pytest.fixture(scope="module")
def judge():
    with Judge(ASSIGNMENT, seed=5) as judge:
        yield judge


def code(source):
    return SubmittedCell("code", source, "", {})


def lean(*more):
    """The training notebook without the cells that train and draw, and then more cells."""
    return (*(cell for cell in RIGHT[TRAINING] if cell.grade_id), *map(code, more))


def change(cells, old, new):
    assert any(old in cell.source for cell in cells)
    return tuple(replace(cell, source=cell.source.replace(old, new)) for cell in cells)


def failed(judge, title, cells, layers=RIGHT[LAYERS]):
    """The requirements of a component that are not met."""
    checks = judge.checks(Submission({LAYERS: layers, TRAINING: cells}), title)
    return [check for check in checks if not check.passed]


def test_the_training_notebook_has_ten_points():
    parts = [part for part in ASSIGNMENT.components if part.title in TITLES["training"]]
    code_points = [part.code_points for part in parts]
    formulas = [part.formula_points for part in parts if part.formula_points]
    assert (code_points, formulas) == ([3, 2, 2, 1, 0], [1, 1])


def test_what_a_notebook_loads_is_found_in_its_given_cells():
    assert calls(ASSIGNMENT, TRAINING, "load") == ["1_modules.ipynb"]
    assert calls(ASSIGNMENT, TRAINING, "data") == ["digits.npz"]
    assert calls(ASSIGNMENT, LAYERS, "load") == []


def test_the_layers_of_the_submission_are_what_is_trained(judge):
    broken = code("class LogSoftMax(LogSoftMax):\n    def update_output(self, input): return input")
    assert failed(judge, "Circles", lean()) == []
    assert failed(judge, "Circles", lean(), (*RIGHT[LAYERS], broken))


def test_layers_that_are_not_written_are_the_reason_why_training_fails(judge):
    source = {grade_id(cell): cell for cell in ASSIGNMENT.notebooks[LAYERS].cells}
    layers = tuple(
        replace(cell, source=stub_source(source[cell.grade_id])) if cell.grade_id else cell
        for cell in RIGHT[LAYERS]
    )
    reasons = {check.message for check in failed(judge, "Circles", lean(), layers)}
    assert reasons and all("not implemented yet" in text for text in reasons)
    assert all("1_modules.ipynb, cell" in text for text in reasons)
    assert failed(judge, "Significance", lean(), layers) == []


def test_a_name_of_one_notebook_does_not_change_the_other(judge):
    assert failed(judge, "Circles", lean("Linear = Module = SGD = None")) == []


def test_a_missing_training_notebook_costs_its_components_alone(judge):
    verdict = judge.judge(Submission({LAYERS: RIGHT[LAYERS], TRAINING: None}))
    passed = [part.component.title for part in verdict.components if part.passed]
    assert passed == TITLES["student"]


def test_the_training_notebook_is_not_run_for_a_layer(judge, monkeypatch):
    started = []
    plain = session.Session.load
    monkeypatch.setattr(
        session.Session, "load", lambda self: started.append(self.trains) or plain(self)
    )
    assert failed(judge, "Linear", lean()) == []
    assert started == [False]


def test_a_cell_that_trains_for_ever_costs_nothing_that_does_not_need_it(judge, monkeypatch):
    monkeypatch.setattr(session, "TRAINING_CELL_SECONDS", 1.0)
    cells = (*lean()[:2], code("while True: pass"), *lean()[2:])
    assert failed(judge, "Predictions", cells) == []


def test_a_training_that_never_ends_is_stopped_and_costs_its_component(judge, monkeypatch):
    monkeypatch.setattr(session.Student, "budget", lambda self, seconds: None)
    monkeypatch.setattr(session, "CALL_SECONDS", 0.5)
    cells = change(lean(), "    losses = []\n", "    while True: pass\n    losses = []\n")
    assert "timeout" in {check.kind for check in failed(judge, "Blobs", cells)}
    assert failed(judge, "Significance", cells) == []


CHEATS = {
    "predicts a constant": """
        class Constant(modules.Module):
            def update_output(self, input):
                self.output = np.log(np.tile([0.99, 0.01], (len(input), 1)))
                return self.output
            def update_grad_input(self, input, g): return np.zeros_like(input)
        def make_circles_network():
            network = modules.Sequential(); network.add(Constant()); return network
        """,
    "does not train": "def train_model(*arguments): return [0.1] * arguments[5]",
    "trains with data of its own": """
        learn = train_model
        def train_model(network, criterion, config, x, y, epochs, batch_size):
            x, labels = make_circles(len(x))
            return learn(network, criterion, config, x, one_hot(labels, 2), epochs, batch_size)
        """,
    "ignores the labels": """
        learn = train_model
        def train_model(network, criterion, config, x, y, epochs, batch_size):
            return learn(network, criterion, config, x, np.roll(y, 1, axis=0), epochs, batch_size)
        """,
    "is linear": "make_circles_network = make_blobs_network",
    "was trained beforehand": """
        ready = make_circles_network()
        x, labels = make_circles(300)
        train_model(ready, modules.NLLCriterion(), dict(learning_rate=0.1, momentum=0.9), x,
                    one_hot(labels, 2), 60, 32)
        make_circles_network = lambda: ready
        train_model = lambda *arguments: [0.1] * arguments[5]
        """,
}


@pytest.mark.parametrize("cheat", CHEATS, ids=str)
def test_what_does_not_learn_from_the_data_gets_nothing(judge, cheat):
    from textwrap import dedent

    checks = failed(judge, "Circles", lean(dedent(CHEATS[cheat])))
    assert any("learning" in check.requirement for check in checks)


# ---- what lies beside the notebook


def test_the_digits_are_those_of_scikit_learn():
    sys.path.insert(0, str(ASSIGNMENT.source.parents[1] / "scripts"))
    try:
        from make_digits import SHA256, checksum
    finally:
        sys.path.pop(0)
    with np.load(ASSIGNMENT.source / "digits.npz", allow_pickle=False) as found:
        images, labels = found["images"], found["labels"]
    assert (images.shape, labels.shape) == ((1797, 8, 8), (1797,))
    assert (images.dtype, labels.dtype) == (np.uint8, np.uint8)
    assert checksum(images, labels) == SHA256
    other = images.copy()
    other[0, 0, 0] += 1
    assert checksum(other, labels) != SHA256 and len(SHA256) == hashlib.sha256().digest_size * 2


@pytest.fixture
def fashion(monkeypatch):
    """The notebook's function that fetches Fashion-MNIST, with a stand-in for scikit-learn."""
    cell = next(c for c in ASSIGNMENT.notebooks[TRAINING].cells if c.id == "fashion-given")
    names = {"np": np}
    exec(cell.source, names)

    def fetch_with(fetch_openml):
        module = types.ModuleType("sklearn.datasets")
        if fetch_openml:
            module.fetch_openml = fetch_openml
        monkeypatch.setitem(sys.modules, "sklearn", types.ModuleType("sklearn"))
        monkeypatch.setitem(sys.modules, "sklearn.datasets", module)
        return names["fashion_mnist"]()

    return fetch_with


def test_fashion_mnist_is_taken_where_it_can_be_had(fashion):
    def fetch_openml(name, version, as_frame):
        assert (name, as_frame) == ("Fashion-MNIST", False)
        return types.SimpleNamespace(data=np.full((2, 784), 255), target=np.array(["3", "9"]))

    images, labels = fashion(fetch_openml)
    assert images.dtype == np.float32 and images.shape == (2, 784) and labels.tolist() == [3, 9]


@pytest.mark.parametrize("error", [OSError("no network"), ValueError("md5 checksum"), None])
def test_without_fashion_mnist_it_stays_with_the_digits_and_says_so(fashion, error, capsys):
    def fetch_openml(*arguments, **options):
        raise error

    assert fashion(fetch_openml if error else None) is None
    assert "stays with the digits" in capsys.readouterr().out


# ---- the model solution's training, on which the text's figures were measured


def test_the_model_solution_trains_as_well_as_the_text_says(monkeypatch, capsys):
    monkeypatch.setattr(homework, "folder", ASSIGNMENT.source)
    monkeypatch.setattr(homework, "_loading", True)
    monkeypatch.setattr(homework, "loaded", {})
    monkeypatch.setattr(homework, "loader", homework.load_again)
    monkeypatch.setitem(sys.modules, "homework", homework)
    names = {}
    for name in (LAYERS, TRAINING):
        names = {"__name__": "__main__"}
        for cell in ASSIGNMENT.notebooks[name].cells:
            if grade_id(cell) and cell.cell_type == "code":
                exec(cell.source, names)
        homework.loaded[f"{name}.ipynb"] = homework.Namespace(names)
    criterion = names["modules"].NLLCriterion()
    one_hot, accuracy = names["one_hot"], names["accuracy"]

    def train(make, x, labels, rate, epochs, batch_size):
        network, config = names[make](), {"learning_rate": rate, "momentum": 0.9}
        targets = one_hot(labels, labels.max() + 1)
        losses = names["train_model"](network, criterion, config, x, targets, epochs, batch_size)
        return network, losses[-1]

    for seed in (1, 2):
        np.random.seed(seed)
        points, labels = names["make_blobs"](1024)
        network, loss = train("make_blobs_network", points, labels, 0.01, 30, 128)
        assert loss < 0.025 and accuracy(network, points, labels) > 0.99
        points, labels = names["make_circles"](1024)
        assert 0.68 < train("make_blobs_network", points, labels, 0.05, 20, 64)[1] < 0.71
        network, loss = train("make_circles_network", points, labels, 0.05, 40, 64)
        assert loss < 0.01 and accuracy(network, points, labels) == 1
        images, digit = names["train_images"], names["train_digit"]
        network, loss = train("make_image_network", images, digit, 0.05, 20, 64)
        assert 0.05 < loss < 0.1
        assert 0.95 < accuracy(network, names["test_images"], names["test_digit"]) < 0.98
