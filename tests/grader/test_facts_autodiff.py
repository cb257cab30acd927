"""The numbers of the assignment autodiff: its reference gives them, and so do others.

The others are complex steps, autograd, and PyTorch where it is installed: none of them is the code
under test.
"""

import math
from pathlib import Path

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from chainrule.course import find_course

COURSE = find_course(Path(__file__).parent)
ASSIGNMENT = COURSE.assignment("autodiff")


@pytest.fixture(scope="module")
def names(reference_names):
    return reference_names(ASSIGNMENT)


def complex_steps(function, inputs):
    """The gradient of an analytic function, right to the last digit."""
    inputs = np.asarray(inputs, dtype=complex)
    return np.array(
        [function(*(inputs + 1e-30j * row)).imag / 1e-30 for row in np.eye(len(inputs))]
    )


def graph(names, *lines):
    """A graph of lines such as ("p", "MultiplyGate", "w", "x"); a gate may have an argument."""
    made = names["ComputationalGraph"]()
    for name, gate, *inputs in lines:
        kind, *arguments = gate.split()
        made.add(name, names[kind](*map(float, arguments)), *inputs)
    return made


def numbers(found, order):
    return [float(found[name]) for name in order.split()]


def test_the_points_are_those_of_the_specification():
    points = {part.id: (part.formula_points, part.code_points) for part in ASSIGNMENT.components}
    assert points == {
        "finite-differences": (1, 1),
        "dual-numbers": (None, 2.5),
        "gates": (1, 2),
        "graph": (None, 2.5),
        "jacobians": (1.5, 1.5),
        "mlp-gradient": (None, 1),
        "higher-order": (0.5, 0.5),
    }
    assert sum(code + (formula or 0) for formula, code in points.values()) == 15


# ---- exp(w1 x1 + w2 x2 + w0): by hand, in forward and in reverse mode

POINT = [0.5, 2.0, -1.0, 0.25, -0.75]  # w1, x1, w2, x2, w0
BY_HAND = [2.0, 0.5, 0.25, -1.0, 1.0]
EXAMPLE = [
    ("v1", "MultiplyGate", "w1", "x1"),
    ("v2", "MultiplyGate", "w2", "x2"),
    ("v3", "AddGate", "v1", "v2"),
    ("v4", "AddGate", "v3", "w0"),
    ("f", "ExpGate", "v4"),
]


def test_the_example_by_hand_in_forward_and_in_reverse_mode(names):
    def f(w1, x1, w2, x2, w0):
        return names["exp"](w1 * x1 + w2 * x2 + w0)

    assert complex_steps(lambda a, b, c, d, e: np.exp(a * b + c * d + e), POINT) == pytest.approx(
        BY_HAND, rel=1e-15
    )
    assert names["forward_gradient"](f, np.array(POINT)) == pytest.approx(BY_HAND, rel=1e-15)
    made = graph(names, *EXAMPLE)
    values = made.forward(dict(zip(["w1", "x1", "w2", "x2", "w0"], POINT, strict=True)))
    assert numbers(values, "v1 v2 v3 v4 f") == [1.0, -0.25, 0.75, 0.0, 1.0]
    gradients = made.backward("f")
    assert numbers(gradients, "w1 x1 w2 x2 w0") == pytest.approx(BY_HAND, rel=1e-15)
    assert numbers(gradients, "v1 v2 v3 v4 f") == [1.0] * 5


@pytest.mark.parametrize("n", [1, 2, 8])
def test_the_operations_of_both_modes_are_those_that_the_text_counts(names, n):
    counts = {"forward mode": 0, "forward": 0, "backward": 0}

    def f(*inputs):
        total = inputs[-1]
        for k in range(0, 2 * n, 2):
            total = total + inputs[k] * inputs[k + 1]
            counts["forward mode"] += 2
        counts["forward mode"] += 1
        return names["exp"](total)

    names["forward_gradient"](f, np.linspace(-0.5, 0.5, 2 * n + 1))
    assert counts["forward mode"] == (2 * n + 1) ** 2

    class Counted:
        def __init__(self, gate):
            self.gate = gate

        def forward(self, *inputs):
            counts["forward"] += 1
            return self.gate.forward(*inputs)

        def backward(self, upstream):
            counts["backward"] += 1
            return self.gate.backward(upstream)

    made, total = names["ComputationalGraph"](), "w0"
    for k in range(n):
        made.add(f"p{k}", Counted(names["MultiplyGate"]()), f"w{k + 1}", f"x{k + 1}")
        made.add(f"s{k}", Counted(names["AddGate"]()), total, f"p{k}")
        total = f"s{k}"
    made.add("f", Counted(names["ExpGate"]()), total)
    made.forward({"w0": 0.0, **{f"{c}{k + 1}": 0.5 for c in "wx" for k in range(n)}})
    made.backward("f")
    # Backward costs as much as forward, whatever the number of inputs.
    assert counts["forward"] == counts["backward"] == 2 * n + 1


# ---- The neuron

NEURON = [
    ("p0", "MultiplyGate", "w0", "x0"),
    ("p1", "MultiplyGate", "w1", "x1"),
    ("s", "AddGate", "p0", "p1"),
    ("z", "AddGate", "s", "w2"),
    ("minus", "ScaleGate -1", "z"),
    ("e", "ExpGate", "minus"),
    ("below", "ShiftGate 1", "e"),
    ("f", "ReciprocalGate", "below"),
]
OF_NEURON = "w0 w1 w2 x0 x1"
AT_NEURON = [2.0, -3.0, -3.0, -1.0, -2.0]
GRADIENT = [-0.196612, -0.393224, 0.196612, 0.393224, -0.589836]


def sigmoid_neuron(w0, w1, w2, x0, x1):
    return 1 / (1 + anp.exp(-(w0 * x0 + w1 * x1 + w2)))


def test_the_neuron_by_the_graph_and_by_dual_numbers(names):
    made = graph(names, *NEURON)
    values = made.forward(dict(zip(OF_NEURON.split(), AT_NEURON, strict=True)))
    assert float(values["f"]) == pytest.approx(0.731059, abs=5e-7)
    gradients = made.backward("f")
    assert numbers(gradients, OF_NEURON) == pytest.approx(GRADIENT, abs=1e-6)
    assert float(gradients["z"]) == pytest.approx(0.196612, abs=5e-7)

    def f(w0, w1, w2, x0, x1):
        return names["sigmoid"](w0 * x0 + w1 * x1 + w2)

    found = names["forward_gradient"](f, np.array(AT_NEURON))
    assert found == pytest.approx(GRADIENT, abs=1e-6)
    exact = complex_steps(sigmoid_neuron, AT_NEURON)
    assert found == pytest.approx(exact, rel=1e-14)
    assert numbers(gradients, OF_NEURON) == pytest.approx(exact, rel=1e-14)


def test_the_neuron_by_pytorch():
    torch = pytest.importorskip("torch")
    inputs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in AT_NEURON]
    w0, w1, w2, x0, x1 = inputs
    f = torch.sigmoid(w0 * x0 + w1 * x1 + w2)
    f.backward()
    assert f.item() == pytest.approx(0.731059, abs=5e-7)
    assert [x.grad.item() for x in inputs] == pytest.approx(GRADIENT, abs=1e-6)


# ---- Vectors


def test_eleven_doublings_of_a_vector(names):
    made = graph(names, *((f"y{k}", "AddGate", f"y{k - 1}", f"y{k - 1}") for k in range(1, 12)))
    x, upstream = np.array([0.5, -1.0, 3.0]), np.array([0.1, 1.0, 0.0001])
    assert np.array_equal(made.forward({"y0": x})["y11"], 2**11 * x)
    expected = np.array([204.8, 2048.0, 0.2048])
    assert made.backward("y11", upstream)["y0"] == pytest.approx(expected, rel=1e-15)
    by_x, _ = names["linear_vjp"](2.0**11 * np.eye(3), x, upstream)
    assert by_x == pytest.approx(expected, rel=1e-15)
    make_vjp, _ = autograd.make_vjp(lambda x: 2.0**11 * x)(x)
    assert make_vjp(upstream) == pytest.approx(expected, rel=1e-15)


def test_the_mean_of_three_times_x_plus_two_squared(names):
    made = graph(
        names,
        ("y", "ShiftGate 2", "x"),
        ("y2", "MultiplyGate", "y", "y"),
        ("q", "ScaleGate 3", "y2"),
        ("z", "MeanGate", "q"),
    )
    x = np.array([1.0, -0.5, 2.0])
    assert float(made.forward({"x": x})["z"]) == pytest.approx(np.mean(3 * (x + 2) ** 2))
    gradient = made.backward("z")["x"]
    assert gradient == pytest.approx(2 * (x + 2), rel=1e-15)
    assert autograd.grad(lambda x: anp.mean(3 * (x + 2) ** 2))(x) == pytest.approx(gradient)


# ---- One neuron in each layer


def chain(names, layers):
    """C = (a0 - y)^2 with ak = sigmoid(wk a(k+1) + bk)."""
    lines = []
    for k in range(layers):
        lines += [
            (f"p{k}", "MultiplyGate", f"w{k}", f"a{k + 1}"),
            (f"z{k}", "AddGate", f"p{k}", f"b{k}"),
            (f"m{k}", "ScaleGate -1", f"z{k}"),
            (f"e{k}", "ExpGate", f"m{k}"),
            (f"d{k}", "ShiftGate 1", f"e{k}"),
            (f"a{k}", "ReciprocalGate", f"d{k}"),
        ]
    lines += [
        ("n", "ScaleGate -1", "y"),
        ("r", "AddGate", "a0", "n"),
        ("C", "MultiplyGate", "r", "r"),
    ]
    return graph(names, *lines)


def test_the_cost_and_the_slopes_of_the_last_neuron(names):
    made = chain(names, 1)
    z = math.log(0.66 / 0.34)  # so that the neuron gives 0.66
    values = made.forward({"w0": 1.0, "b0": 0.0, "a1": z, "y": 1.0})
    assert numbers(values, "a0 C") == pytest.approx([0.66, 0.1156], abs=1e-12)
    found = made.backward("C")
    assert numbers(found, "a0 b0") == pytest.approx([-0.68, -0.152592], abs=1e-12)
    assert float(found["b0"] / found["a0"]) == pytest.approx(0.2244, abs=1e-12)


def test_the_gradients_of_a_chain_of_neurons_and_one_layer_further_back(names):
    w0, b0, w1, b1, a2, y = 1.2, -0.4, -0.7, 0.3, 0.8, 1.0
    made = chain(names, 2)
    values = made.forward({"w0": w0, "b0": b0, "w1": w1, "b1": b1, "a2": a2, "y": y})
    a, previous = float(values["a0"]), float(values["a1"])
    found = made.backward("C")
    dz = 2 * (a - y) * a * (1 - a)
    assert numbers(found, "w0 b0 a1") == pytest.approx([dz * previous, dz, dz * w0], rel=1e-14)
    further = dz * w0 * previous * (1 - previous)
    assert numbers(found, "w1 b1 a2") == pytest.approx([further * a2, further, further * w1])

    def cost(w0, b0, w1, b1, a2, y):
        inner = 1 / (1 + np.exp(-(w1 * a2 + b1)))
        return (1 / (1 + np.exp(-(w0 * inner + b0))) - y) ** 2

    exact = complex_steps(cost, [w0, b0, w1, b1, a2, y])
    assert numbers(found, "w0 b0 w1 b1 a2 y") == pytest.approx(exact, rel=1e-13)


def test_the_cost_over_several_examples_is_the_mean_of_theirs(names):
    w, b, inputs, targets = 0.9, -0.2, np.array([0.3, -0.8, 0.5]), np.array([1.0, 0.0, 1.0])
    made = chain(names, 1)
    gradients = []
    for a1, y in zip(inputs, targets, strict=True):
        made.forward({"w0": w, "b0": b, "a1": a1, "y": y})
        gradients.append(numbers(made.backward("C"), "w0 b0"))
    made.add("mean", names["MeanGate"](), "C")
    made.forward({"w0": np.full(3, w), "b0": np.full(3, b), "a1": inputs, "y": targets})
    found = made.backward("mean")
    both = [np.sum(found["w0"]), np.sum(found["b0"])]
    assert both == pytest.approx(np.mean(gradients, axis=0), rel=1e-14)


# ---- Other oracles of what the hidden tests compare with autograd


def test_the_gradients_of_the_network_agree_with_complex_steps(names):
    rng = np.random.default_rng(1)
    shapes = {"W1": (2, 3), "b1": (3,), "W2": (3, 2), "b2": (2,)}
    values = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    inputs, targets = rng.normal(size=(4, 2)), rng.normal(size=(4, 2))
    params = [(values["W1"], values["b1"]), (values["W2"], values["b2"])]
    loss, pairs = names["loss_and_gradients"](params, inputs, targets)
    found = dict(zip(shapes, [g for pair in pairs for g in pair], strict=True))
    assert loss == pytest.approx(np.mean((names["predict"](params, inputs) - targets) ** 2))
    for name, value in values.items():
        for index in np.ndindex(*value.shape):
            moved = {key: each.astype(complex) for key, each in values.items()}
            moved[name][index] += 1e-30j
            hidden = np.tanh(inputs @ moved["W1"] + moved["b1"])
            error = hidden @ moved["W2"] + moved["b2"] - targets
            exact = np.mean(error**2).imag / 1e-30
            assert found[name][index] == pytest.approx(exact, rel=1e-11, abs=1e-14)


def test_the_jacobians_agree_with_complex_steps(names):
    x = np.array([0.7, -1.3, 2.1])
    columns = [(1 / (1 + np.exp(-(x + 1e-30j * row)))).imag / 1e-30 for row in np.eye(3)]
    assert names["sigmoid_jacobian"](x) == pytest.approx(np.array(columns).T, rel=1e-14)


def test_both_derivatives_of_tanh(names):
    for x in (-2.0, -0.3, 0.0, 1.1):
        t = math.tanh(x)
        first, second = names["first_and_second"](names["tanh"], x)
        assert first == pytest.approx(1 - t**2, rel=1e-15)
        assert second == pytest.approx(-2 * t * (1 - t**2), rel=1e-14, abs=1e-16)
        exact = (1 - np.tanh(x + 1e-30j) ** 2).imag / 1e-30
        assert second == pytest.approx(exact, rel=1e-14, abs=1e-16)


def test_the_best_steps_of_differences_are_where_the_text_says(names):
    steps = np.logspace(0, -16, 97)
    one_sided, central = names["difference_errors"](math.exp, math.e, 1.0, steps)
    assert 1e-9 < steps[one_sided.argmin()] < 1e-7 and one_sided.min() < 1e-7
    assert 1e-7 < steps[central.argmin()] < 1e-4 and central.min() < 1e-9
    for errors, slope, least in ((one_sided, 1, 1e-6), (central, 2, 1e-4)):
        some = (steps > least) & (steps < 0.1)
        found = np.polyfit(np.log10(steps[some]), np.log10(errors[some]), 1)[0]
        assert found == pytest.approx(slope, abs=0.05)
    small = (steps > 1e-14) & (steps < 1e-9)
    found = np.polyfit(np.log10(steps[small]), np.log10(one_sided[small] + 1e-18), 1)[0]
    assert found == pytest.approx(-1, abs=0.15)
