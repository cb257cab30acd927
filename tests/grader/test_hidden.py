"""Running hidden pytest files: what counts as the student's failure and what as the grader's."""

import textwrap

import pytest

from chainrule import homework
from chainrule.errors import NotGradedError
from chainrule.hidden import HiddenTests

HEAD = 'import pytest\npytestmark = pytest.mark.component("Thing")\n'


@pytest.fixture
def run(tmp_path):
    """Runs one test body against a student; gives the check."""

    def run(body, student=5, head=HEAD):
        source = f'{head}def test_it(student, rng):\n    """forward: works"""\n'
        (tmp_path / "test_thing.py").write_text(source + textwrap.indent(body, "    "))
        hidden = HiddenTests(tmp_path, seed=3)
        component = homework.component("Thing")
        hidden.run("Thing", student, component)
        (check,) = component.checks
        return check

    return run


def test_a_test_that_passes_is_a_requirement_met(run):
    check = run("assert student == 5", 5)
    assert check.passed and check.hidden
    assert (check.name, check.requirement) == ("test_it", "forward: works")


@pytest.mark.parametrize("error", ["TypeError()", "ValueError()", "KeyError()", "IndexError()"])
def test_an_exception_that_a_returned_value_can_cause_is_the_students(run, error):
    assert not run(f"raise {error}").passed


@pytest.mark.parametrize("body", ["misspelt", "import not_there", "eval('(')"])
def test_a_fault_of_the_test_itself_is_not_the_students(run, body):
    with pytest.raises(NotGradedError, match="test_it"):
        run(body)


def test_files_that_cannot_be_collected_stop_the_grading(run):
    with pytest.raises(NotGradedError, match="cannot be collected"):
        run("pass", head=HEAD + "import not_there\n")


def test_a_test_without_a_component_stops_the_grading(run):
    with pytest.raises(NotGradedError, match="no component mark"):
        run("pass", head="")


def test_a_component_without_hidden_tests_stops_the_grading(tmp_path):
    (tmp_path / "test_thing.py").write_text(HEAD + "def test_it(): pass")
    with pytest.raises(NotGradedError, match="no hidden tests for the component Other"):
        HiddenTests(tmp_path, seed=0).run("Other", None, homework.component("Other"))


def test_the_seed_decides_the_random_inputs(tmp_path, run):
    seen = []
    for seed in (0, 0, 1):
        (tmp_path / "test_thing.py").write_text(HEAD + "def test_it(student, rng): student(rng)")
        hidden = HiddenTests(tmp_path, seed)
        hidden.run("Thing", lambda rng: seen.append(rng.random()), homework.component("Thing"))
    assert seen[0] == seen[1] != seen[2]


KINDS = """
import pytest

pytestmark = pytest.mark.component("Thing")
seen = []


@pytest.fixture
def nine():
    return 9


def test_plain(student, rng):
    \"\"\"one: plain\"\"\"
    student.append(("plain", float(rng.normal())))


@pytest.mark.parametrize("number", [1, 2])
def test_parameters(student, number, rng):
    \"\"\"two: parameters\"\"\"
    student.append((number, float(rng.normal())))


def test_a_fixture_of_its_own(student, nine):
    \"\"\"three: a fixture\"\"\"
    student.append(nine)


class TestGroup:
    def test_in_a_class(self, student):
        \"\"\"four: a class\"\"\"
        student.append("class")


@pytest.mark.skipif(True, reason="not here")
def test_skipped(student):
    \"\"\"five: skipped\"\"\"
"""


def of_all_kinds(folder, **options):
    (folder / "test_kinds.py").write_text(KINDS)
    component, given = homework.component("Thing"), []
    HiddenTests(folder, seed=3, **options).run("Thing", given, component)
    return given, [(check.name, check.passed) for check in component.checks]


def test_tests_of_all_kinds_go_the_same_way_as_with_pytest(tmp_path):
    given, checks = of_all_kinds(tmp_path)
    assert (given, checks) == of_all_kinds(tmp_path, by_pytest=True)
    assert [str(item) for item in given[-2:]] == ["9", "class"] and len(checks) == 6


def test_a_test_that_is_skipped_is_no_requirement_met(tmp_path):
    assert of_all_kinds(tmp_path)[1][-1] == ("test_skipped", False)
