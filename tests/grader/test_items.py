"""Difficulty, discrimination and mistakes, against definitions worked out another way."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule import items
from chainrule.course import find_course
from chainrule.items import (
    PartWork,
    component_items,
    correlation,
    interval,
    mistakes,
    not_attempted,
    requirement_items,
)
from chainrule.verdict import Check, Component

A = Component("a", "A", 1.0, None, "t", None)
B = Component("b", "B", 2.0, 1.0, "t", "s")
C = Component("c", "C", 0.5, None, "t", None)
PARTS = (A, B, C)


def check(requirement, passed=True, kind="values", message="wrong", hidden=False):
    return Check(requirement, requirement, passed, "" if passed else kind, message, hidden)


def part(*outcomes, attempted=True):
    """A component whose requirements r0, r1, ... went like this."""
    checks = tuple(check(f"r{k}", passed) for k, passed in enumerate(outcomes))
    return PartWork(attempted, all(outcomes), checks)


def work(a, b=True, c=True):
    parts = {"a": a, "b": b, "c": c}
    return {k: v if isinstance(v, PartWork) else part(v) for k, v in parts.items()}


# ---- correlation

quarters = st.integers(-40, 40).map(lambda n: n / 4)
pairs = st.lists(st.tuples(quarters, quarters), min_size=2, max_size=40)


@given(pairs)
def test_a_correlation_is_numpys(values):
    x, y = map(list, zip(*values, strict=True))
    found = correlation(x, y)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert found is None
    else:
        assert -1 <= found <= 1
        assert found == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-9)


@given(pairs, quarters, st.sampled_from([0.25, 1, 8]))
def test_a_correlation_stays_when_points_are_shifted_or_scaled(values, shift, factor):
    x, y = map(list, zip(*values, strict=True))
    moved = [factor * value + shift for value in x]
    expected = correlation(x, y)
    assert correlation(moved, y) == (
        None if expected is None else pytest.approx(expected, abs=1e-9)
    )


@given(pairs)
def test_a_correlation_changes_its_sign_with_one_side_and_not_when_sides_are_swapped(values):
    x, y = map(list, zip(*values, strict=True))
    found = correlation(x, y)
    if found is not None:
        assert correlation([-value for value in x], y) == pytest.approx(-found, abs=1e-9)
        assert correlation(y, x) == pytest.approx(found, abs=1e-9)


def test_sums_that_differ_by_rounding_do_not_vary():
    assert correlation([0.0, 1.0, 1.0], [0.1 + 0.2, 0.3, 0.3]) is None


def test_the_interval_holds_the_true_correlation_19_times_of_20():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(2000, 25))
    y = 0.6 * x + 0.8 * rng.normal(size=x.shape)  # correlated by 0.6
    reaches = [interval(np.corrcoef(a, b)[0, 1], 25) for a, b in zip(x, y, strict=True)]
    assert np.mean([low <= 0.6 <= high for low, high in reaches]) == pytest.approx(0.95, abs=0.015)


@given(st.floats(-1, 1), st.integers(4, 400))
def test_an_interval_holds_its_correlation_and_lies_within_one(r, size):
    low, high = interval(r, size)
    assert -1 <= low <= r + 1e-12 and r - 1e-12 <= high <= 1


# ---- items of a class

bits = st.tuples(*[st.booleans()] * 4)
classes = st.lists(st.tuples(bits, st.booleans()), min_size=1, max_size=30)


def class_of(rows):
    """Component a has two requirements, b and c one; a may be not attempted."""
    return [
        work(part(a0 and tried, a1 and tried, attempted=tried), b, c)
        for (a0, a1, b, c), tried in rows
    ]


@settings(max_examples=60)
@given(classes)
def test_a_component_is_compared_with_the_points_of_all_others(rows):
    points = np.array([[t and a0 and a1, b, c] for (a0, a1, b, c), t in rows]) * [1.0, 2.0, 0.5]
    for k, item in enumerate(component_items(class_of(rows), PARTS)):
        met = points[:, k] > 0
        rest = points.sum(axis=1) - points[:, k]
        assert (item.tried, item.met, item.failed) == (len(rows), met.sum(), (~met).sum())
        assert item.difficulty == pytest.approx(met.mean())
        _same_discrimination(item, met, rest)


@settings(max_examples=60)
@given(classes)
def test_a_requirement_is_looked_at_among_those_who_attempted_its_component(rows):
    tried = [row for row, attempted in rows if attempted]
    found = {
        item.requirement: item
        for item in requirement_items(class_of(rows), PARTS)
        if item.component == "A"
    }
    assert set(found) == ({"r0", "r1"} if tried else set())
    for name, item in found.items():
        met = np.array([row[int(name[1])] for row in tried])
        rest = np.array([2.0 * b + 0.5 * c for _, _, b, c in tried])
        assert (item.tried, item.met) == (len(tried), met.sum())
        _same_discrimination(item, met, rest)


def _same_discrimination(item, met, rest):
    if len(met) < 10 or met.all() or not met.any() or np.ptp(rest) == 0:
        assert item.discrimination is None and item.interval is None and item.why_none
    else:
        assert item.discrimination == pytest.approx(np.corrcoef(met, rest)[0, 1], abs=1e-9)
        assert not item.why_none


@pytest.mark.parametrize(
    ("works", "parts", "why"),
    [
        ([work(part(True))] * 4 + [work(part(False), False)] * 5, PARTS, items.FEW),
        ([work(part(True))] * 5 + [work(part(True), False)] * 5, PARTS, items.ALIKE),
        ([work(part(True))] * 5 + [work(part(False))] * 5, PARTS, items.REST_ALIKE),
        ([work(part(True))] * 5 + [work(part(False), False)] * 5, (A,), items.ALONE),
    ],
)
def test_where_there_is_no_discrimination_the_item_says_why(works, parts, why):
    assert component_items(works, parts)[0].why_none == why


def test_a_requirement_is_met_only_if_all_of_its_checks_pass():
    both = PartWork(True, False, (check("r"), check("r", False, hidden=True)))
    one = PartWork(True, True, (check("r"), check("r", hidden=True)))
    (item, *_) = requirement_items([work(both), work(one)], PARTS)
    assert (item.requirement, item.tried, item.met) == ("r", 2, 1)


def remark(works):
    return component_items(works, PARTS)[0].remark


def test_a_component_that_weak_students_pass_and_strong_ones_do_not_is_remarked():
    assert remark([work(part(False))] * 10 + [work(part(True), False)] * 10) == items.BACKWARDS


def test_a_correlation_below_zero_that_may_be_chance_is_not_remarked():
    works = [work(part(True))] * 4 + [work(part(True), False)] * 2
    works += [work(part(False))] * 3 + [work(part(False), False)]
    (item, *_) = component_items(works, PARTS)
    assert item.discrimination < 0 and item.remark == ""


def test_what_nobody_or_everybody_met_and_what_is_hard_is_remarked():
    assert remark([work(part(True))] * 3) == items.NOBODY_FAILED
    assert remark([work(part(False))] * 3) == items.NOBODY_MET
    assert remark([work(part(False))] * 2 + [work(part(True))]) == items.HARD
    assert remark([work(part(False)), work(part(True))]) == ""


def test_the_sample_class_has_the_items_that_numpy_gives():
    root = Path(__file__).parents[2]
    parts = find_course(root).assignment("nn_framework").components
    expected = json.loads((root / "examples/expected.json").read_text())
    works = [
        {name: part(found["passed"]) for name, found in student["components"].items()}
        for student in expected.values()
    ]
    passed = np.array([[work[p.id].passed for p in parts] for work in works], float)
    points = passed * [p.code_points for p in parts]
    rest = points.sum(axis=1, keepdims=True) - points
    for number, item in enumerate(component_items(works, parts)):
        met = int(passed[:, number].sum())
        assert (item.met, item.failed) == (met, len(works) - met)
        expected = np.corrcoef(passed[:, number], rest[:, number])[0, 1]
        assert item.discrimination == pytest.approx(expected)


# ---- mistakes


def test_mistakes_are_counted_by_student_the_commonest_first():
    first = PartWork(True, False, (check("x", False, "shape"), check("y", False)))
    second = PartWork(True, False, (check("x", False, "shape"), check("y")))
    found = mistakes([work(first), work(second), work(part(True))], PARTS)
    assert [(m.component, m.requirement, m.kind, m.students, m.only) for m in found] == [
        ("A", "x", "shape", 2, 1),
        ("A", "y", "values", 1, 0),
    ]


def test_what_was_not_attempted_is_no_mistake_and_is_counted_apart():
    left = part(False, False, False, attempted=False)
    works = [work(left), work(left), work(part(True))]
    assert mistakes(works, PARTS) == []
    assert not_attempted(works, PARTS) == {"a": 2, "b": 0, "c": 0}


def test_several_failed_checks_of_one_requirement_are_one_mistake_with_the_hint_of_any():
    checks = (
        check("x", False, "values", "off by 2", hidden=True),
        check("x", False, "shape", "is (3,)\nhint: sum over the batch"),
    )
    (found,) = mistakes([work(PartWork(True, False, checks))], PARTS)
    assert (found.kind, found.hint, found.students) == ("shape", "sum over the batch", 1)


def test_the_same_requirement_missed_in_another_way_is_another_mistake():
    works = [
        work(PartWork(True, False, (check("x", False, kind),))) for kind in ("shape", "values")
    ]
    assert {m.kind: m.students for m in mistakes(works, PARTS)} == {"shape": 1, "values": 1}


def test_requirements_that_the_same_students_fail_are_one_mistake_told_by_the_hint():
    hint = "wrong\nhint: divide by N"
    faulty = PartWork(
        True, False, (check("x", False), check("y", False, message=hint), check("z", False))
    )
    other = PartWork(True, False, (check("x"), check("y"), check("z", False)))
    found = mistakes([work(faulty), work(faulty), work(other)], PARTS)
    assert [(m.requirement, m.students, m.only, m.with_it) for m in found] == [
        ("z", 3, 1, ()),
        ("y", 2, 0, ("x",)),
    ]
    (alone,) = mistakes([work(faulty)], PARTS)
    assert (alone.only, alone.with_it) == (1, ("x", "z"))


def test_a_hint_that_quotes_student_code_is_made_harmless():
    message = "raised\nhint: no \x1b[31mname\u202e"
    (found,) = mistakes(
        [work(PartWork(True, False, (check("x", False, "raised", message),)))], PARTS
    )
    assert found.hint == "no name"
