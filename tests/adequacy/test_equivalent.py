"""What is listed as equivalent behaves like the reference, in numbers, where it is graded."""

import contextlib

import numpy as np
import pytest

from chainrule.course import grade_id

from .generated import generated
from .measure import COURSE
from .nn_framework.equivalent import EQUIVALENT

ASSIGNMENT = COURSE.assignment("nn_framework")
GENERATED = {(mutant.component, mutant.name): mutant for mutant in generated(ASSIGNMENT)}


def names_with(component="", code=""):
    """What the reference notebook defines, with one component's cell replaced."""
    names = {"__name__": "reference", "np": np}
    for cell in ASSIGNMENT.notebooks["1_modules"].cells:
        if grade_id(cell).endswith(("-given", "-solution")):
            exec(code if grade_id(cell) == f"{component}-solution" else cell.source, names)
    return names


def behaviour(names, title):
    """Arrays that show what a component does, for the same random inputs every time."""
    np.random.seed(0)
    rng = np.random.default_rng(0)
    if title == "SGD":
        w, state = [rng.normal(size=(2, 3))], {}
        for _ in range(3):
            names["SGD"](
                [w], [[rng.normal(size=(2, 3))]], dict(learning_rate=0.1, momentum=0.9), state
            )
        return w
    if title.endswith(("Criterion", "Unstable")):
        target = np.eye(4)[[0, 3, 1]]
        p = np.array([[1.0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4], [0.25, 0.5, 0.25, 0]])
        criterion = names[title]()
        return [criterion.forward(p, target), criterion.backward(p, target)]
    arguments = {"Linear": (4, 3)}.get(title, ())
    layer, outer = names[title](*arguments), rng.normal(size=(5, 3 if arguments else 4))
    if title == "Sequential":
        for inner in (names["Scaling"](4), names["LogSoftMax"]()):
            layer.add(inner)
    shown = []
    for _ in range(3):
        x = rng.normal(size=(5, 4)) * 3  # never exactly 0, where a derivative is left open
        layer.zero_grad_params()
        shown += [layer.forward(x), layer.backward(x, outer)]
        for gradients in layer.get_grad_params():
            shown += gradients if isinstance(gradients, list) else [gradients.copy()]
    layer.evaluate()
    return [*shown, layer.forward(x)]


@pytest.mark.parametrize(("component", "name"), EQUIVALENT, ids=str)
def test_an_equivalent_mutant_behaves_like_the_reference(component, name):
    title = next(part.title for part in ASSIGNMENT.components if part.id == component)
    mutant = names_with(component, GENERATED[component, name].code)
    for actual, expected in zip(
        behaviour(mutant, title), behaviour(names_with(), title), strict=True
    ):
        np.testing.assert_allclose(
            np.asarray(actual, float), np.asarray(expected, float), rtol=1e-12, atol=1e-12
        )


def test_the_comparison_sees_a_mutant_that_is_not_equivalent():
    key = ("softmax", next(n for c, n in GENERATED if c == "softmax" and "axis dropped" in n))
    with pytest.raises(AssertionError), contextlib.suppress(TypeError):
        test_an_equivalent_mutant_behaves_like_the_reference(*key)
