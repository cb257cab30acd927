"""What is listed as equivalent in autodiff behaves like the reference, in numbers."""

import itertools

import numpy as np
import pytest

from chainrule.course import grade_id

from .autodiff.equivalent import EQUIVALENT
from .generated import generated
from .measure import COURSE

ASSIGNMENT = COURSE.assignment("autodiff")
GENERATED = {(mutant.component, mutant.name): mutant for mutant in generated(ASSIGNMENT)}


def behaviour(component, code=""):
    """Arrays that show what a component does, with its cell replaced where there is code."""
    names = {"__name__": "reference", "np": np}
    for cell in ASSIGNMENT.notebooks["1_autodiff"].cells:
        if grade_id(cell).endswith(("-given", "-solution")):
            exec(code if code and grade_id(cell) == f"{component}-solution" else cell.source, names)
    rng = np.random.default_rng(0)
    if component == "jacobians":
        W, x, v = rng.normal(size=(4, 5)), rng.normal(size=5), rng.normal(size=5)
        shown = [*names["linear_jacobians"](W, x), *names["linear_vjp"](W, x, v[:4])]
        for name in ("sigmoid", "relu"):
            shown += [names[f"{name}_jacobian"](x), names[f"{name}_vjp"](x, v)]
        return shown
    assert component == "mlp-gradient"
    shown = []
    for widths in ((2, 3), (2, 4, 3), (2, 4, 4, 3)):
        params = [
            (rng.normal(size=(a, b)), rng.normal(size=b)) for a, b in itertools.pairwise(widths)
        ]
        inputs, targets = rng.normal(size=(5, 2)), rng.normal(size=(5, 3))
        loss, pairs = names["loss_and_gradients"](params, inputs, targets)
        shown += [loss, names["predict"](params, inputs), *(g for pair in pairs for g in pair)]
    return shown


def assert_alike(component, code):
    for actual, expected in zip(behaviour(component, code), behaviour(component), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("component", "name"), EQUIVALENT, ids=str)
def test_an_equivalent_mutant_behaves_like_the_reference(component, name):
    assert_alike(component, GENERATED[component, name].code)


def test_the_comparison_sees_a_mutant_that_is_not_equivalent():
    key = next(key for key in GENERATED if key[0] == "jacobians" and "> becomes <" in key[1])
    with pytest.raises(AssertionError):
        assert_alike("jacobians", GENERATED[key].code)
