"""What measures speed has to do the same work: requirements met and checked, of one submission."""

import pytest

from benchmarks.alone import Contender
from benchmarks.measured import environment
from benchmarks.submissions import ROOT
from chainrule.sandbox import policy

if missing := policy.missing_layers():
    pytest.skip(" ".join(missing), allow_module_level=True)


@pytest.fixture(scope="module")
def found():
    """What the judge and both floors find in a sample that has mistakes."""
    folder = ROOT / "examples/submitted/nutmeg/nn_framework"
    passes = {}
    for name in ("judge", "floor", "bare"):
        with Contender(name, environment(), ROOT) as contender:
            passes[name] = contender.judge([folder])
    return passes


@pytest.mark.parametrize("name", ["floor", "bare"])
def test_a_floor_checks_what_the_judge_checks_and_finds_the_same(found, name):
    assert 0 < found["judge"].met < found["judge"].checked
    assert (found[name].met, found[name].checked) == (found["judge"].met, found["judge"].checked)


def test_processor_time_is_counted_for_all_processes(found):
    assert all(one.cpu > 0.02 and one.wall > 0.02 for one in found.values())
