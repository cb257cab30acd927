"""Hidden tests of the paired test: expected p-values are exact fractions, from the definition."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from chainrule.homework import assert_close

pytestmark = pytest.mark.component("Significance")


def heads(n):
    """How many of the 2 ** n sequences of n tosses have 0, 1, ... n heads, by Pascal's rule."""
    row = [1]
    for _ in range(n):
        row = [1, *(a + b for a, b in pairwise(row)), 1]
    return row


def exact(b, c):
    """The share of sequences of b + c tosses that are at least as lopsided as b to c."""
    n = b + c
    lopsided = sum(count for k, count in enumerate(heads(n)) if abs(2 * k - n) >= abs(b - c))
    return float(Fraction(lopsided, 2**n))


def p_value(student, rng, b, c, both=20, neither=5):
    kinds = rng.permutation(np.repeat([3, 1, 2, 0], [both, b, c, neither]))
    return student.paired_test(kinds % 2 == 1, kinds >= 2)


def mistakes(b, c, both, neither):
    """What a wrong test gives, for hints."""
    p, n = exact(b, c), b + c
    return {
        "only one direction seems to be counted": p / 2,
        "the result that was seen seems to be left out": p - 2 * heads(n)[min(b, c)] / 2.0**n,
        "only the result that was seen seems to be counted": heads(n)[min(b, c)] / 2.0**n,
        "this is 1 - p": 1 - p,
        "the networks seem to be compared by all they get right, not by where they disagree": (
            exact(both + b, both + c)
        ),
        "the images that both get wrong seem to count": exact(b + neither, c + neither),
    }


@pytest.mark.parametrize(("b", "c"), [(7, 2), (3, 9), (1, 0), (12, 13), (30, 14)])
def test_exact(student, rng, b, c):
    """p-value: exact for other numbers of disagreements"""
    known = mistakes(b, c, 20, 5)
    assert_close(p_value(student, rng, b, c), exact(b, c), "p", mistakes=known, atol=0)


def test_only_disagreements(student, rng):
    """p-value: what both get right, or both get wrong, makes no difference"""
    for both, neither in ((0, 0), (60, 2), (3, 40)):
        known = mistakes(8, 3, both, neither)
        actual = p_value(student, rng, 8, 3, both, neither)
        assert_close(actual, exact(8, 3), "p", mistakes=known)


def test_symmetric(student, rng):
    """p-value: the same when the networks change places"""
    for b, c in ((6, 1), (1, 6)):
        assert_close(p_value(student, rng, b, c), exact(6, 1), "p")


def test_tiny(student, rng):
    """p-value: right also where it is tiny"""
    assert_close(p_value(student, rng, 40, 1), exact(40, 1), "p", atol=0)


def test_no_difference(student, rng):
    """p-value: never above 1, and 1 for as many disagreements each way or none"""
    for n in (0, 1, 5, 20):
        assert_close(p_value(student, rng, n, n), 1.0, "p")
    assert_close(p_value(student, rng, 0, 0, 0, 0), 1.0, "p without any example")


def test_many(student, rng):
    """p-value: hundreds of disagreements"""
    assert_close(p_value(student, rng, 230, 190), exact(230, 190), "p")
