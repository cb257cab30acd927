"""What is listed as equivalent in gradient_descent behaves like the reference, in numbers."""

import numpy as np
import pytest

from chainrule.course import grade_id

from .generated import generated
from .gradient_descent.equivalent import EQUIVALENT
from .measure import COURSE

ASSIGNMENT = COURSE.assignment("gradient_descent")
GENERATED = {(mutant.component, mutant.name): mutant for mutant in generated(ASSIGNMENT)}


def behaviour(component, code=""):
    """Arrays that show what a component does, with its cell replaced where there is code."""
    assert component == "numeric-gradient"
    (cell,) = (
        cell
        for cell in ASSIGNMENT.notebooks["1_gradient_descent"].cells
        if grade_id(cell) == f"{component}-solution"
    )
    names = {"np": np}
    exec(code or cell.source, names)
    rng = np.random.default_rng(0)
    shapes = [(3,), (2, 3), (2, 1, 3)]
    return [
        names["numeric_gradient"](lambda x: np.sum(np.sin(x)), rng.normal(size=shape), h, central)
        for shape in shapes
        for h in (1e-5, 0.1)
        for central in (True, False)
    ]


def assert_alike(component, code):
    for actual, expected in zip(behaviour(component, code), behaviour(component), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("component", "name"), EQUIVALENT, ids=str)
def test_an_equivalent_mutant_behaves_like_the_reference(component, name):
    assert_alike(component, GENERATED[component, name].code)


def test_the_comparison_sees_a_mutant_that_is_not_equivalent():
    key = next(key for key in GENERATED if key[0] == "numeric-gradient" and "- becomes +" in key[1])
    with pytest.raises(AssertionError):
        assert_alike(key[0], GENERATED[key].code)
