"""The catalogue is complete and well-formed, and what is not is named with its file and line."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from chainrule.course import grade_id
from chainrule.judge import calls

from .catalogue import METHODS, CatalogueError, mutants, pairs, variants
from .measure import COURSE, solution_notebook

FOLDER = Path(__file__).parent
ASSIGNMENTS = [name for name in COURSE.assignments() if (FOLDER / name / "mutants").is_dir()]
# The least numbers of mutants for each component and of variants: what a large homework needs more
# of than an evening's.
MANY, ENOUGH = (15, 8), (10, 5)
LARGE = 10  # components
# Components that are differences themselves, where a numerical gradient is no mistake, and one that
# gets its gradients from others.
WITHOUT_DERIVATION = {"finite-differences", "numeric-gradient", "descent"}
# What can be wrong where no layer has parameters, or where there are no layers.
OF_FUNCTIONS = {"forward", "input gradient", "several"}
BLOCK = "# %% mutant: sign\n# method: forward\n# wrong: the sign\ndef f(x):\n    return -x\n"
BASE = "# %% base\ndef f(x):\n    return x\n\n\n"


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def assignment(request):
    return COURSE.assignment(request.param)


@pytest.fixture(scope="module")
def catalogue(assignment):
    return mutants(FOLDER / assignment.name / "mutants")


@pytest.fixture(scope="module")
def solutions(assignment):
    return variants(FOLDER / assignment.name / "variants")


def trains(assignment, component):
    """Whether a component belongs to a notebook that builds on another one."""
    return bool(calls(assignment, solution_notebook(assignment, component), "load"))


def least(assignment):
    return MANY if len(assignment.components) > LARGE else ENOUGH


def test_every_component_has_mutants_enough_and_no_other_has_any(assignment, catalogue):
    counts = Counter(mutant.component for mutant in catalogue if not mutant.equivalent)
    assert set(counts) == {part.id for part in assignment.components}
    assert min(counts.values()) >= least(assignment)[0]


def test_the_names_of_a_component_are_unique(catalogue):
    counts = Counter((mutant.component, mutant.name) for mutant in catalogue)
    assert [name for name, count in counts.items() if count > 1] == []


def test_no_two_mutants_are_the_same_code(catalogue):
    counts = Counter(ast.dump(ast.parse(mutant.code)) for mutant in catalogue)
    assert max(counts.values()) == 1


def test_a_mutant_defines_a_part_of_its_component_last(assignment, catalogue):
    for mutant in catalogue:
        defined = ast.parse(mutant.code).body[-1]
        if trains(assignment, mutant.component):  # its functions have names of their own
            continue
        assert isinstance(defined, (ast.ClassDef, ast.FunctionDef)), mutant.name
        assert defined.name in names_of(assignment, mutant.component), mutant.name


def test_every_kind_of_method_has_mutants_where_components_are_layers(catalogue):
    kinds = {mutant.method for mutant in catalogue}
    assert kinds == set(METHODS) or kinds <= OF_FUNCTIONS


def test_every_component_has_numeric_gradients_unless_it_has_no_gradient(assignment, catalogue):
    layers = [m for m in catalogue if not trains(assignment, m.component)]
    without = {m.component for m in layers} - {
        m.component for m in layers if m.name.startswith("numeric-")
    }
    no_gradient = {m.component for m in layers if m.method == "update"}
    assert without == no_gradient | (WITHOUT_DERIVATION & without)


def names_of(assignment, component):
    """What a solution of the component has to define."""
    notebook = assignment.notebooks[solution_notebook(assignment, component)]
    cell = next(c for c in notebook.cells if grade_id(c) == f"{component}-solution")
    kinds = (ast.ClassDef, ast.FunctionDef)
    return [node.name for node in ast.parse(cell.source).body if isinstance(node, kinds)]


def test_there_are_variants_enough_and_each_defines_every_component(assignment, solutions):
    assert len(solutions) >= least(assignment)[1]
    layers = solution_notebook(assignment, assignment.components[0].id)
    for solution in solutions:
        text = "\n".join(solution.cells)
        for part in assignment.components:
            if solution_notebook(assignment, part.id) == (solution.notebook or layers):
                for name in names_of(assignment, part.id)[:1]:
                    assert name in text, (solution.name, name)


def test_each_variant_is_judged_and_each_submission_is_whole(assignment, solutions):
    found = pairs(solutions)
    judged = {cells for _, notebooks in found for cells in notebooks.values()}
    assert judged == {solution.cells for solution in solutions}
    assert all(len(notebooks) == len(assignment.student_notebooks) for _, notebooks in found)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (BLOCK, 1, "base"),
        ("# %% base\n\n" + BLOCK, 1, "base"),
        (BASE + BLOCK.replace("mutant: sign", "mutant: The Sign"), 6, "mutant"),
        (BASE + BLOCK.replace("# wrong: the sign\n", ""), 6, "wrong"),
        (BASE + BLOCK.replace("# method: forward\n", ""), 6, "method"),
        (BASE + BLOCK.replace("forward", "sideways"), 7, "method"),
        (BASE + BLOCK.split("def")[0], 6, "changes nothing"),
        (BASE + BLOCK + "# %%\n", 11, "mutant"),
    ],
)
def test_a_malformed_block_is_named_with_file_and_line(tmp_path, text, line, problem):
    path = tmp_path / "linear.py"
    path.write_text(text)
    with pytest.raises(CatalogueError, match=problem) as caught:
        mutants(tmp_path)
    assert f"{path}:{line}: " in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("# %%\nx = 1\n", 1, "style"),
        ("# style: none\n", 1, "no code cell"),
        ("# style: short\n# %%\n\n# %%\nx = 1\n", 2, "empty"),
        ("# style: odd\n# %% [raw]\nx\n", 2, "markdown"),
    ],
)
def test_a_malformed_variant_is_named_with_file_and_line(tmp_path, text, line, problem):
    path = tmp_path / "01_odd.py"
    path.write_text(text)
    with pytest.raises(CatalogueError, match=problem) as caught:
        variants(tmp_path)
    assert f"{path}:{line}: " in str(caught.value)


def test_a_mutant_is_the_base_and_then_the_changes(tmp_path):
    (tmp_path / "leaky_relu.py").write_text(
        BASE + BLOCK.replace("the sign\n", "the sign\n# equivalent: f is odd\n")
    )
    (mutant,) = mutants(tmp_path)
    names = {}
    exec(mutant.code, names)
    assert names["f"](1) == -1
    assert (mutant.component, mutant.name, mutant.method, mutant.wrong, mutant.equivalent) == (
        "leaky-relu",
        "sign",
        "forward",
        "the sign",
        "f is odd",
    )
    assert mutant.code.startswith("def f(x):\n    return x\n")


def test_a_variant_is_its_code_cells_with_magics_and_without_markdown(tmp_path):
    (tmp_path / "01_plots.py").write_text(
        "# style: plots\n\n# %% [markdown]\n# Text.\n\n# %%\n%%time\nx = 1\n\n# %%\ny = 2\n"
    )
    (variant,) = variants(tmp_path)
    assert (variant.name, variant.style) == ("01_plots", "plots")
    assert variant.cells == ("%%time\nx = 1", "y = 2")
