"""Hidden tests of ComputationalGraph, with gates of their own, so that nothing depends on Gates.

Expected values: the same program written down with autograd's NumPy. The gradient with respect to
a value in the middle is that with respect to something added there.
"""

from functools import partial

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from chainrule.homework import CheckFailed, assert_close

from .oracles import assert_real, assert_unchanged, away_from_zero, parts_of, remembered

pytestmark = pytest.mark.component("ComputationalGraph")

GATES = """
import numpy as np

calls = []


class Sum:
    def forward(self, a, b):
        return a + b

    def backward(self, upstream):
        return (upstream, upstream)


class Product:
    def forward(self, a, b):
        self.a, self.b = a, b
        return a * b

    def backward(self, upstream):
        return (upstream * self.b, upstream * self.a)


class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, upstream):
        return (upstream * (1 - self.y**2),)


class Same:
    def forward(self, x):
        return x

    def backward(self, upstream):
        return (upstream,)


class Total:
    def forward(self, x):
        self.shape = np.shape(x)
        return np.sum(x)

    def backward(self, upstream):
        return (np.full(self.shape, upstream),)


class Mix:
    def forward(self, a, b, c):
        self.b, self.c = b, c
        return a + b * c

    def backward(self, upstream):
        return (upstream, upstream * self.c, upstream * self.b)


class Middle:
    def forward(self, a, b):
        return (a + b) / 2

    def backward(self, upstream):
        return (upstream / 2, upstream / 2)


class Wave(Product):
    def forward(self, a, b):
        return np.sin(super().forward(a, b))

    def backward(self, upstream):
        return super().backward(upstream * np.cos(self.a * self.b))


class Counting:
    def __init__(self, gate, name):
        self.gate, self.name = gate, name

    def forward(self, *inputs):
        calls.append("forward of " + self.name)
        return self.gate.forward(*inputs)

    def backward(self, upstream):
        calls.append("backward of " + self.name)
        return self.gate.backward(upstream)


KINDS = {"+": Sum, "*": Product, "tanh": Tanh, "same": Same, "total": Total, "mix": Mix}
KINDS.update({"middle": Middle, "wave": Wave})


def build(lines, counting):
    graph = ComputationalGraph()
    for name, kind, *inputs in lines:
        gate = KINDS[kind]()
        graph.add(name, Counting(gate, name) if counting else gate, *inputs)
    return graph


def called():
    return list(calls)


def tools():
    return [build, called]
"""

FUNCTIONS = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "tanh": anp.tanh,
    "same": lambda x: 1.0 * x,
    "total": anp.sum,
    "mix": lambda a, b, c: a + b * c,
    "middle": lambda a, b: (a + b) / 2,
    "wave": lambda a, b: anp.sin(a * b),
}


def lines_of(*texts):
    """["f", "+", "a", "b"] for "f = + a b"."""
    return [text.replace("= ", "").split() for text in texts]


def evaluate(lines, inputs, added):
    """All values of a program, by name, with something added to each of them."""
    values = {name: value + added[name] for name, value in inputs.items()}
    left = list(lines)
    while left:
        line = next(each for each in left if all(i in values for i in each[2:]))
        left.remove(line)
        name, kind, *names = line
        values[name] = FUNCTIONS[kind](*(values[i] for i in names)) + added.get(name, 0.0)
    return values


@remembered
def expected_of(lines, inputs, output, upstream=None):
    """All values, and the gradients of one with respect to all of them."""
    values = evaluate(lines, inputs, {name: 0.0 for name in inputs})
    zeros = {name: np.zeros(np.shape(value)) for name, value in values.items()}
    weights = np.ones(np.shape(values[output])) if upstream is None else upstream

    def result(added):
        return anp.sum(weights * evaluate(lines, inputs, added)[output])

    return values, autograd.grad(result)(zeros)


def build(student, lines):
    return student.define(GATES, "build")(lines, False)


def entry(found, name, what):
    """One entry of a dict that the student returns."""
    if not isinstance(found, dict):
        raise CheckFailed("type", f"{what} returns no dict", hint="is a return missing?")
    if name not in found:
        raise CheckFailed("missing", f"the dict that {what} returns has no entry for some name")
    return found[name]


def check(graph, lines, inputs, output, upstream=None):
    """A forward and a backward: every value and every gradient."""
    values, gradients = expected_of(lines, inputs, output, upstream)
    found = graph.forward({name: np.copy(value) for name, value in inputs.items()})
    for name, value in values.items():
        what = "the value of an input" if name in inputs else "the value of a gate"
        assert_close(entry(found, name, "forward"), value, what)
    given = [] if upstream is None else [upstream.copy()]
    found = graph.backward(output, *given)
    for name, gradient in gradients.items():
        what = "df/d" + name if len(name) < 3 else "the gradient for a value"
        wrong = partial(mistakes_of, lines, values, gradients, output, upstream, name)
        assert_close(entry(found, name, "backward"), gradient, what, mistakes=wrong)


def mistakes_of(lines, values, gradients, output, upstream, name):
    """What a gradient may be by mistake, for hints: one contribution in place of their sum."""
    parts = []
    for user, kind, *names in lines:
        for place, used in enumerate(names):
            if used == name:
                local = autograd.grad(
                    lambda *a, kind=kind, user=user: anp.sum(gradients[user] * FUNCTIONS[kind](*a)),
                    place,
                )
                parts.append(local(*(np.asarray(values[i], float) for i in names)))
    found = {}
    if len(parts) > 1:
        hint = "a value that is used several times collects the sum of all contributions"
        found[hint] = (parts[0], parts[-1])
    if upstream is not None:
        _, plain = gradients_of_ones(lines, values, output)
        found["the upstream gradient that is given seems to be ignored"] = plain[name]
    return found


def gradients_of_ones(lines, values, output):
    computed = {line[0] for line in lines}
    inputs = {name: value for name, value in values.items() if name not in computed}
    return expected_of(lines, inputs, output)


def random_program(rng, inputs, size):
    """Lines in random order: each takes some of the values before it, which all stay small."""
    names, lines = list(inputs), []
    for number in range(size):
        kind = str(rng.choice(["middle", "wave", "tanh", "same"]))
        count = 2 if kind in ("middle", "wave") else 1
        chosen = [str(name) for name in rng.choice(names[-6:], size=count)]
        lines.append([f"v{number}", kind, *chosen])
        names.append(f"v{number}")
    output = lines[-1][0]
    return [lines[i] for i in rng.permutation(size)], output


def test_order(student, rng):
    """order: all gates, each once, and each after those that it takes values from"""
    for size in (1, 4, 12, 20):
        lines, _ = random_program(rng, "ab", size)
        order = parts_of(build(student, lines).order(), size, "the order")
        if sorted(map(str, order)) != sorted(line[0] for line in lines):
            hint = "inputs of the program are no gates"
            raise CheckFailed("values", "the order does not name each gate once", hint=hint)
        place = {name: number for number, name in enumerate(order)}
        for name, _, *used in lines:
            if any(place.get(other, -1) >= place[name] for other in used):
                hint = "a gate can only run when the values of all its inputs are there"
                raise CheckFailed("values", "a gate comes before one that it needs", hint=hint)


def test_order_of_nothing(student):
    """order: a graph without gates has an empty order"""
    parts_of(student.ComputationalGraph().order(), 0, "the order")


def test_values(student, rng):
    """values: of all gates and inputs, for programs whose gates are added in any order"""
    for size in (2, 6, 15):
        lines, _ = random_program(rng, "abc", size)
        inputs = {name: away_from_zero(rng) for name in "abc"}
        values = evaluate(lines, inputs, {name: 0.0 for name in inputs})
        found = build(student, lines).forward({name: np.copy(x) for name, x in inputs.items()})
        for name, value in values.items():
            assert_close(entry(found, name, "forward"), value, "the value of a gate or input")


def test_gradients(student, rng):
    """gradients: with respect to everything, for programs whose gates are added in any order"""
    for size in (1, 3, 8, 15):
        lines, output = random_program(rng, "abc", size)
        inputs = {name: away_from_zero(rng) for name in "abc"}
        check(build(student, lines), lines, inputs, output)


def test_used_several_times(student, rng):
    """gradients: a value used two, three or four times collects the sum"""
    lines = lines_of("p = * x x", "q = * x p", "s = + q p", "t = tanh x", "f = * s t")
    check(build(student, lines), lines, {"x": np.array(0.7)}, "f")
    lines = lines_of("f = mix x x x")
    check(build(student, lines), lines, {"x": away_from_zero(rng, 3)}, "f")


def test_doubling(student):
    """gradients: eleven doublings multiply by 2048"""
    lines = [[f"y{k}", "+", *([f"y{k - 1}"] * 2)] for k in range(1, 12)]
    x, upstream = np.array([1.0, -2.0, 0.5]), np.array([0.1, 1.0, 0.0001])
    graph = build(student, lines)
    values = graph.forward({"y0": x})
    assert_close(entry(values, "y11", "forward"), 2048 * x, "the value after eleven doublings")
    found = graph.backward("y11", upstream)
    expected = np.array([204.8, 2048.0, 0.2048])
    mistakes = {"a value that is used twice collects both contributions": upstream}
    what = "the gradient after eleven doublings"
    assert_close(entry(found, "y0", "backward"), expected, what, mistakes=mistakes)


def test_shared_arrays(student, rng):
    """gradients: contributions that are one and the same array do not disturb each other"""
    lines = lines_of("s = + x y", "p = * x c", "t = same y", "u = + s p", "f = + u t")
    inputs = {name: away_from_zero(rng, 2, 3) for name in "xyc"}
    check(build(student, lines), lines, inputs, "f", away_from_zero(rng, 2, 3))


def test_upstream(student, rng):
    """upstream: the gradient that is given, or ones, for arrays of several shapes"""
    lines = lines_of("p = * x y", "f = tanh p")
    for shape in ((4,), (2, 3), ()):
        inputs = {name: away_from_zero(rng, *shape) for name in "xy"}
        check(build(student, lines), lines, inputs, "f", away_from_zero(rng, *shape))
        check(build(student, lines), lines, inputs, "f")


def test_shapes(student, rng):
    """gradients: each has the shape of its value, where shapes differ"""
    lines = lines_of("m = total x", "t = * m m", "f = * t s")
    inputs = {"x": away_from_zero(rng, 3, 2), "s": away_from_zero(rng)}
    check(build(student, lines), lines, inputs, "f")


def test_plain_numbers(student):
    """values: inputs may be plain numbers"""
    lines = lines_of("p = * x y", "f = + p x")
    graph = build(student, lines)
    found = graph.forward({"x": 3.0, "y": 2.0})
    assert_close(entry(found, "f", "forward"), 9.0, "the value of f")
    found = graph.backward("f")
    assert_close(entry(found, "x", "backward"), 3.0, "df/dx")
    assert_close(entry(found, "y", "backward"), 3.0, "df/dy")


def test_other_outputs(student, rng):
    """outputs: any value may be the output, also one in the middle, and even an input"""
    lines = lines_of("p = * a b", "q = tanh p", "f = + q b", "o = * c a")
    inputs = {name: away_from_zero(rng, 2) for name in "abc"}
    graph = build(student, lines)
    for output in ("q", "o", "p", "a", "f"):
        check(graph, lines, inputs, output)


def test_zeros(student, rng):
    """gradients: zeros shaped like the value where the output does not depend on it"""
    lines = lines_of("p = * a b", "q = tanh c", "r = total q")
    inputs = {name: away_from_zero(rng, 2, 3) for name in "abcd"}
    check(build(student, lines), lines, inputs, "p")


def test_again(student, rng):
    """again: forward and backward start afresh, also for other shapes"""
    lines = lines_of("p = * a b", "s = + p a", "f = tanh s")
    graph = build(student, lines)
    for shape in ((2,), (2,), (3, 2)):
        check(graph, lines, {name: away_from_zero(rng, *shape) for name in "ab"}, "f")
    found, second = graph.backward("f"), graph.backward("f")
    for name in "abpsf":
        mistakes = {"gradients of an earlier backward seem to be added": 2 * found[name]}
        what = "a gradient, the second time"
        assert_close(entry(second, name, "backward"), found[name], what, mistakes=mistakes)


def test_growing(student, rng):
    """again: gates may be added after a forward"""
    lines = lines_of("p = * a b", "f = tanh p")
    graph = build(student, lines)
    inputs = {name: away_from_zero(rng, 2) for name in "ab"}
    check(graph, lines, inputs, "f")
    graph.add("g", student.define(f"{GATES}\n\ndef gate():\n    return Sum()", "gate")(), "f", "a")
    check(graph, [*lines, ["g", "+", "f", "a"]], inputs, "g")


def test_two_graphs(student, rng):
    """state: two graphs do not disturb each other"""
    first, second = lines_of("f = * a b"), lines_of("f = + a b", "h = tanh f")
    graphs = build(student, first), build(student, second)
    inputs = {name: away_from_zero(rng, 2) for name in "ab"}
    others = {name: away_from_zero(rng, 3) for name in "ab"}
    graphs[0].forward(inputs)
    check(graphs[1], second, others, "h")
    _, expected = expected_of(first, inputs, "f")
    found = graphs[0].backward("f")
    assert_close(entry(found, "a", "backward"), expected["a"], "df/da")


def test_each_gate_once(student):
    """calls: each gate runs once forward, and once at most backward"""
    make, called = student.define(GATES, "tools")()
    lines = [[f"y{k}", "+", *([f"y{k - 1}"] * 2)] for k in range(1, 31)][::-1]
    graph = make(lines, True)
    graph.forward({"y0": 1.0})
    found = called()
    if sorted(found) != sorted(f"forward of y{k}" for k in range(1, 31)):
        hint = "keep every value, so that no gate has to run a second time"
        raise CheckFailed("values", "forward does not run each gate once", hint=hint)
    gradients = graph.backward("y30")
    later = called()[len(found) :]
    if len(set(later)) != len(later) or any(name.startswith("forward") for name in later):
        hint = "a gate's backward waits until its output's gradient is complete"
        raise CheckFailed("values", "backward runs gates several times, or forward", hint=hint)
    assert_close(entry(gradients, "y0", "backward"), 2.0**30, "df/dx after thirty doublings")


def test_arrays_stay(student, rng):
    """arrays: the given dict, inputs and upstream gradient are not changed"""
    source = """
def run(graph, x, y, upstream):
    given = {"x": x, "y": y}
    graph.forward(given)
    graph.backward("f", upstream)
    return list(given)
"""
    values = [away_from_zero(rng, 3) for _ in range(3)]
    shared = [student.array(value) for value in values]
    lines = lines_of("s = same x", "t = + x y", "p = + s t", "f = + p x")
    names = student.define(source, "run")(build(student, lines), *shared)
    for array, value in zip(shared, values, strict=True):
        assert_unchanged(array, value, "an array that was given")
    if list(names) != ["x", "y"]:
        hint = "begin with a copy: dict(inputs)"
        raise CheckFailed("values", "the dict of inputs was changed", hint=hint)


def test_real(student):
    """derivation: no complex numbers are used"""
    lines = lines_of("p = * a b", "f = tanh p")
    graph = build(student, lines)
    assert_real(student, graph.forward, {"a": np.array(0.5), "b": np.array(2.0)})
    assert_real(student, graph.backward, "f")
