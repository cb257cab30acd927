"""Hidden tests of Sequential, built from given layers only.

Expected values: the same chain written down with autograd's NumPy, and automatic differentiation.
"""

from functools import partial

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from chainrule.homework import UNCHANGED, CheckFailed, assert_close

from .oracles import assert_formula, assert_linear, normal

pytestmark = pytest.mark.component("Sequential")

CHAINS = (
    ["Scaling"],
    ["Scaling", "ReLU"],
    ["Scaling", "LogSoftMax", "Scaling"],
    ["Scaling", "ReLU", "Scaling", "LogSoftMax", "Scaling"],
)


def add_layers(student, network, kinds, width):
    """Make layers, add them to the network, and return them."""
    classes = {kind: getattr(student, kind) for kind in dict.fromkeys(kinds)}
    layers = [classes[kind](width) if kind == "Scaling" else classes[kind]() for kind in kinds]
    for layer in layers:
        network.add(layer)
    return layers


def build(student, kinds, width):
    """A Sequential of new layers, and the list of these."""
    network = student.Sequential()
    return network, add_layers(student, network, kinds, width)


def parameters_of(kinds, layers):
    """[gamma, beta] for each Scaling and [] for the others, by value."""
    return [
        [np.array(values) for values in layer.get_parameters()] if kind == "Scaling" else []
        for kind, layer in zip(kinds, layers, strict=True)
    ]


def definition(kinds, parameters, x):
    for kind, own in zip(kinds, parameters, strict=True):
        if kind == "Scaling":
            x = own[0] * x + own[1]
        elif kind == "ReLU":
            x = anp.maximum(x, 0)
        elif kind == "LogSoftMax":
            x = x - anp.log(anp.sum(anp.exp(x), axis=1, keepdims=True))
        elif kind == "Flatten":
            x = anp.reshape(x, (len(x), -1))
    return x


def gradients(kinds, parameters, x, grad_output):
    """The gradients with respect to the input and to each list of parameters."""

    def loss(x, parameters):
        return anp.sum(grad_output * definition(kinds, parameters, x))

    return autograd.grad(loss, 0)(x, parameters), autograd.grad(loss, 1)(x, parameters)


def forward_mistakes(kinds, parameters, x):
    """What known mistakes make of the output, for hints."""
    every = list(zip(kinds, parameters, strict=True))

    def through(chosen):
        return definition(*zip(*chosen, strict=True), x)

    if len(kinds) < 3:  # too short to tell these apart
        return {}
    return {
        "the last layer seems to be left out": through(every[:-1]),
        "the first layer seems to be left out": through(every[1:]),
        "the layers seem to run from the last to the first": through(every[::-1]),
        "only the first layer seems to run": through(every[:1]),
        "each layer seems to get the network's input": through(every[-1:]),
    }


def gradient_mistakes(kinds, parameters, x, g):
    """What known mistakes make of the input gradient, for hints."""
    seen = [x]
    for kind, own in zip(kinds, parameters, strict=True):
        seen.append(definition([kind], [own], seen[-1]))

    def back(order, inputs):
        passed = g
        for number in order:
            passed, _ = gradients([kinds[number]], [parameters[number]], inputs[number], passed)
        return passed

    order = list(range(len(kinds)))[::-1]
    right = back(order, seen)
    found = {
        UNCHANGED: g,
        "each layer's backward seems to get the network's input": back(order, [x] * len(kinds)),
        "each layer's backward seems to get its own output": back(order, seen[1:]),
        "each layer's backward seems to get the input of the layer before it": back(
            order, [x, *seen]
        ),
        "a mean over the batch seems to be taken in backward": (
            right / len(x),
            right / len(x) ** len(kinds),
        ),
    }
    if len(kinds) > 2:
        found |= {
            "backward seems to leave out the first layer": back(order[:-1], seen),
            "backward seems to leave out the last layer": back(order[1:], seen),
            "backward seems to go from the first layer to the last": back(order[::-1], seen),
            "backward seems to leave out layers without parameters": back(
                [number for number in order if len(parameters[number])], seen
            ),
            "every layer seems to be given the upstream gradient of the network": back([0], seen),
            "backward seems to leave out layers in the middle": back([order[0], 0], seen),
        }
    return found


def assert_param_gradients(kinds, layers, expected):
    for number, (kind, layer, own) in enumerate(zip(kinds, layers, expected, strict=True)):
        if kind == "Scaling":
            grad_gamma, grad_beta = layer.get_grad_params()
            assert_close(grad_gamma, own[0], f"gradGamma of layer {number}")
            assert_close(grad_beta, own[1], f"gradBeta of layer {number}")


def test_forward(student, rng):
    """forward: each layer is applied to the output of the one before, for 1, 2, 3 and 5 layers"""
    for kinds in reversed(CHAINS):  # in a long chain mistakes differ more
        network, layers = build(student, kinds, 4)
        x = normal(rng, 6, 4)
        parameters = parameters_of(kinds, layers)
        expected, what = definition(kinds, parameters, x), f"forward of {len(kinds)} layers"
        mistakes = partial(forward_mistakes, kinds, parameters, x)
        assert_close(network.forward(x.copy()), expected, what, mistakes=mistakes)


def test_forward_one_row(student, rng):
    """forward: a batch of one row keeps its two dimensions"""
    network, layers = build(student, CHAINS[2], 3)
    x = normal(rng, 1, 3)
    expected = definition(CHAINS[2], parameters_of(CHAINS[2], layers), x)
    assert_close(network.forward(x.copy()), expected, "forward")


def test_grad_input(student, rng):
    """input gradient: passed back through every layer, for 1, 2, 3 and 5 layers"""
    for kinds in reversed(CHAINS):
        network, layers = build(student, kinds, 4)
        x, g = normal(rng, 6, 4), normal(rng, 6, 4)
        parameters = parameters_of(kinds, layers)
        expected, _ = gradients(kinds, parameters, x, g)
        network.forward(x.copy())
        actual, what = network.backward(x.copy(), g.copy()), f"grad_input of {len(kinds)} layers"
        mistakes = partial(gradient_mistakes, kinds, parameters, x, g)
        assert_close(actual, expected, what, mistakes=mistakes)


def test_grad_input_one_row(student, rng):
    """input gradient: a batch of one row keeps its two dimensions"""
    network, layers = build(student, CHAINS[2], 3)
    x, g = normal(rng, 1, 3), normal(rng, 1, 3)
    expected, _ = gradients(CHAINS[2], parameters_of(CHAINS[2], layers), x, g)
    network.forward(x.copy())
    assert_close(network.backward(x.copy(), g.copy()), expected, "grad_input")


def test_grad_input_shape(student, rng):
    """input gradient: has the shape of the input where layers change the shape"""
    kinds = ["Flatten", "Scaling", "ReLU"]
    hint = (
        "Flatten's backward gives back the shape of the input that forward saw: is it given that?"
    )
    network, layers = build(student, kinds, 6)
    x, g = normal(rng, 5, 2, 3), normal(rng, 5, 6)
    parameters = parameters_of(kinds, layers)
    assert_close(network.forward(x.copy()), definition(kinds, parameters, x), "forward")
    expected, _ = gradients(kinds, parameters, x, g)
    actual, mistakes = network.backward(x.copy(), g.copy()), {hint: expected.reshape(5, 6)}
    assert_close(actual, expected, "grad_input", mistakes=mistakes)


def test_grad_input_linear(student, rng):
    """input gradient: linear in the upstream gradient, and zero where that is zero"""
    network, _ = build(student, CHAINS[3], 3)
    assert_linear(network, normal(rng, 5, 3), normal(rng, 5, 3), normal(rng, 5, 3))


def test_grad_params(student, rng):
    """parameter gradients: each layer's backward gets the input that this layer saw, once"""
    for kinds in (CHAINS[0], CHAINS[3]):
        network, layers = build(student, kinds, 4)
        x, g = normal(rng, 6, 4), normal(rng, 6, 4)
        _, expected = gradients(kinds, parameters_of(kinds, layers), x, g)
        network.forward(x.copy())
        network.backward(x.copy(), g.copy())
        assert_param_gradients(kinds, layers, expected)


def test_second_batch(student, rng):
    """state: batches of equal and of other sizes, one after another, are not mixed up"""
    kinds = CHAINS[3]
    network, layers = build(student, kinds, 4)
    parameters = parameters_of(kinds, layers)
    for rows in (5, 8, 8, 1):
        x, g = normal(rng, rows, 4), normal(rng, rows, 4)
        for layer in layers:
            layer.zero_grad_params()
        output = network.forward(x.copy())
        assert_close(output, definition(kinds, parameters, x), "forward of a later batch")
        actual = network.backward(x.copy(), g.copy())
        expected, of_parameters = gradients(kinds, parameters, x, g)
        assert_close(actual, expected, "grad_input of a later batch")
        assert_param_gradients(kinds, layers, of_parameters)


def test_two_forwards(student, rng):
    """state: after several forward passes backward belongs to the last one"""
    kinds = CHAINS[3]
    network, layers = build(student, kinds, 4)
    x, g = normal(rng, 6, 4), normal(rng, 6, 4)
    for rows in (6, 2):
        network.forward(normal(rng, rows, 4))
    network.forward(x.copy())
    expected, of_parameters = gradients(kinds, parameters_of(kinds, layers), x, g)
    assert_close(network.backward(x.copy(), g.copy()), expected, "grad_input")
    assert_param_gradients(kinds, layers, of_parameters)


def test_changed_parameters(student, rng):
    """state: new parameters of a layer count from the next forward pass on"""
    kinds = CHAINS[2]
    network, layers = build(student, kinds, 4)
    x = normal(rng, 6, 4)
    network.forward(x.copy())
    layers[0].gamma = normal(rng, 1, 4)
    expected = definition(kinds, parameters_of(kinds, layers), x)
    assert_close(network.forward(x.copy()), expected, "forward")


def test_updated_parameters(student, rng):
    """parameter lists: what an optimizer writes into the arrays of get_parameters counts"""
    kinds = CHAINS[2]
    network, _ = build(student, kinds, 4)
    written = []
    for own in student.references(network.get_parameters):
        written.append([normal(rng, 1, 4) for _ in own])
        for array, values in zip(own, written[-1], strict=True):
            array[()] = values
    x = normal(rng, 6, 4)
    expected = definition(kinds, written, x)
    assert_close(network.forward(x.copy()), expected, "forward after an update")


# A layer that is another one in each forward, as Dropout is; it notes the mode that it ran in.
COUNTING = """
class Counting(Module):
    def __init__(self):
        super().__init__()
        self.factor = 1
        self.mode = None

    def update_output(self, input):
        self.factor = self.factor + 1
        self.mode = self.training
        self.output = input * self.factor
        return self.output

    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * self.factor
        return self.grad_input
"""


def with_counting(student):
    """Scaling, Counting, Scaling: the network, the layer that counts, and the other two."""
    network, counting = student.Sequential(), student.define(COUNTING, "Counting")()
    (first,) = add_layers(student, network, ["Scaling"], 4)
    network.add(counting)
    (last,) = add_layers(student, network, ["Scaling"], 4)
    return network, counting, [first, last]


def test_forward_runs_once(student, rng):
    """chain: backward does not run forward again, which would draw new masks in a Dropout"""
    network, counting, layers = with_counting(student)
    kinds = ["Scaling", "Scaling"]
    (gamma, beta), last = parameters_of(kinds, layers)
    for factor in (2, 3):
        x, g = normal(rng, 6, 4), normal(rng, 6, 4)
        parameters = [[factor * gamma, factor * beta], last]
        for layer in layers:
            layer.zero_grad_params()
        output = network.forward(x.copy())
        if counting.factor != factor:
            raise CheckFailed("values", "forward does not run each layer's forward once")
        assert_close(output, definition(kinds, parameters, x), "forward")
        actual = network.backward(x.copy(), g.copy())
        if counting.factor != factor:
            hint = "backward needs what forward has seen: keep it instead of computing it again"
            raise CheckFailed("values", "backward runs a layer's forward again", hint=hint)
        expected, (by_first, by_last) = gradients(kinds, parameters, x, g)
        assert_close(actual, expected, "grad_input")
        by_first = [factor * values for values in by_first]
        assert_param_gradients(kinds, layers, [by_first, by_last])


def test_forward_keeps_modes(student, rng):
    """evaluation mode: forward and backward leave the mode of every layer as it is"""
    network, counting, layers = with_counting(student)
    network.evaluate()
    assert_mode([layers[0], counting, layers[1]], False)
    network.forward(normal(rng, 3, 4))
    hint = "forward and backward leave the mode alone; only train() and evaluate() switch it"
    assert_mode([layers[0], counting, layers[1]], False, hint)
    network.train()
    assert_mode([layers[0], counting, layers[1]], True)
    x = normal(rng, 3, 4)
    network.forward(x.copy())
    network.backward(x.copy(), normal(rng, 3, 4))
    assert_mode([layers[0], counting, layers[1]], True, hint)
    network.evaluate()
    network.forward(x.copy())
    if counting.mode is not False:
        raise CheckFailed("values", "a layer's forward ran in the wrong mode")


def test_zero_grad_params(student, rng):
    """parameter gradients: zero_grad_params reaches every layer"""
    kinds = CHAINS[3]
    network, layers = build(student, kinds, 4)
    x = normal(rng, 6, 4)
    network.forward(x.copy())
    network.backward(x.copy(), normal(rng, 6, 4))
    for number in (0, 2, 4):  # whatever backward has left there
        layers[number].gradGamma = np.ones((1, 4))
        layers[number].gradBeta = np.ones((1, 4))
    network.zero_grad_params()
    mistakes = {"zero_grad_params leaves the gradients of this layer as they were": np.ones((1, 4))}
    for number in (0, 2, 4):
        for name in ("gradGamma", "gradBeta"):
            found, what = getattr(layers[number], name), f"{name} of layer {number}"
            assert_close(found, np.zeros((1, 4)), what, mistakes=mistakes)


def assert_lists(actual, expected, what):
    """``actual`` has one list for each layer, with the expected arrays."""
    if not isinstance(actual, (list, tuple)) or len(actual) != len(expected):
        hint = "" if actual is not None else "is a return missing?"
        if isinstance(actual, (list, tuple)):
            hint = "each layer has a list of its own in it; without parameters it is empty"
        raise CheckFailed("values", f"{what} does not give one list for each layer", hint=hint)
    for found, own in zip(actual, expected, strict=True):
        if not isinstance(found, (list, tuple)) or len(found) != len(own):
            hint = "the list holds what the layers' own methods return when they are called"
            raise CheckFailed("values", f"{what} does not give each layer's own list", hint=hint)
        for array, values in zip(found, own, strict=True):
            assert_close(array, values, "an array in " + what)


def test_parameter_lists(student, rng):
    """parameter lists: one list for each layer, in their order, empty without parameters"""
    for kinds in (CHAINS[3], ["ReLU", "Scaling"]):
        network, layers = build(student, kinds, 4)
        x, g = normal(rng, 6, 4), normal(rng, 6, 4)
        network.forward(x.copy())
        network.backward(x.copy(), g.copy())
        parameters = parameters_of(kinds, layers)
        assert_lists(network.get_parameters(), parameters, "get_parameters")
        own = [layer.get_grad_params() for layer in layers]
        assert_lists(network.get_grad_params(), own, "get_grad_params")


def assert_mode(layers, training, hint="each layer has to be told: its own train() or evaluate()"):
    for number, layer in enumerate(layers):
        if bool(layer.training) is not training:
            raise CheckFailed("values", f"layer {number} is in the wrong mode", hint=hint)


def test_modes(student):
    """evaluation mode: evaluate and train reach every layer"""
    network, layers = build(student, CHAINS[3], 4)
    network.evaluate()
    assert_mode(layers, False)
    network.train()
    assert_mode(layers, True)


def nested(student, width):
    """Scaling, (Scaling, ReLU), Scaling: the outer network and all layers in their order."""
    network, inner = student.Sequential(), student.Sequential()
    first = add_layers(student, network, ["Scaling"], width)
    network.add(inner)
    middle = add_layers(student, inner, ["Scaling", "ReLU"], width)
    last = add_layers(student, network, ["Scaling"], width)
    return network, [*first, *middle, *last]


NESTED = ["Scaling", "Scaling", "ReLU", "Scaling"]


def test_nested(student, rng):
    """chain: a Sequential inside of a Sequential"""
    network, layers = nested(student, 4)
    parameters = parameters_of(NESTED, layers)
    for rows in (6, 3):
        x, g = normal(rng, rows, 4), normal(rng, rows, 4)
        for layer in layers:
            layer.zero_grad_params()
        assert_close(network.forward(x.copy()), definition(NESTED, parameters, x), "forward")
        expected, of_parameters = gradients(NESTED, parameters, x, g)
        assert_close(network.backward(x.copy(), g.copy()), expected, "grad_input")
        assert_param_gradients(NESTED, layers, of_parameters)


def test_nested_modes(student):
    """evaluation mode: evaluate and train reach the layers of a nested Sequential"""
    network, layers = nested(student, 3)
    network.evaluate()
    assert_mode(layers, False)
    network.train()
    assert_mode(layers, True)


def test_nested_zero_grad_params(student, rng):
    """parameter gradients: zero_grad_params reaches the layers of a nested Sequential"""
    network, layers = nested(student, 3)
    x = normal(rng, 4, 3)
    network.forward(x.copy())
    network.backward(x.copy(), normal(rng, 4, 3))
    layers[1].gradGamma = np.ones((1, 3))
    network.zero_grad_params()
    for number in (0, 1, 3):
        assert_close(layers[number].gradGamma, np.zeros((1, 3)), f"gradGamma of layer {number}")


def test_modules(student):
    """modules: the layers in the order of add, also by index"""
    network, layers = build(student, ["Scaling", "ReLU", "Scaling"], 3)
    if len(network.modules) != 3:
        raise CheckFailed("values", "modules does not hold the layers that were added")
    for number in (0, 2):
        gamma = layers[number].gamma
        assert_close(network.modules[number].gamma, gamma, "gamma of a layer in modules")
        assert_close(network[number].gamma, gamma, "gamma of a layer by index")


def test_two_networks(student, rng):
    """modules: two networks do not share their layers"""
    first, _ = build(student, ["Scaling"], 3)
    second, layers = build(student, ["Scaling", "ReLU"], 3)
    if len(first.modules) != 1 or len(second.modules) != 2:
        hint = "what every network needs for itself is made in __init__"
        raise CheckFailed("values", "two networks share their modules", hint=hint)
    x = normal(rng, 4, 3)
    kinds = ["Scaling", "ReLU"]
    expected = definition(kinds, parameters_of(kinds, layers), x)
    assert_close(second.forward(x.copy()), expected, "forward")


def test_add_later(student, rng):
    """modules: layers can be added after a forward pass"""
    kinds = ["Scaling", "ReLU", "Scaling"]
    network, layers = build(student, kinds[:2], 3)
    network.forward(normal(rng, 4, 3))
    layers += add_layers(student, network, kinds[2:], 3)
    x, g = normal(rng, 5, 3), normal(rng, 5, 3)
    parameters = parameters_of(kinds, layers)
    assert_close(network.forward(x.copy()), definition(kinds, parameters, x), "forward")
    expected, _ = gradients(kinds, parameters, x, g)
    assert_close(network.backward(x.copy(), g.copy()), expected, "grad_input")


def test_shared_arrays(student, rng):
    """chain: the arrays of the caller may live on between forward and backward"""
    kinds = CHAINS[3]
    network, layers = build(student, kinds, 4)
    x, g = normal(rng, 6, 4), normal(rng, 6, 4)
    shared = student.array(x)
    parameters = parameters_of(kinds, layers)
    assert_close(network.forward(shared), definition(kinds, parameters, x), "forward")
    expected, _ = gradients(kinds, parameters, x, g)
    assert_close(network.backward(shared, student.array(g)), expected, "grad_input")


def test_derived(student, rng):
    """derivation: backward calls the layers' backward, and takes no differences of forward"""
    network, _ = build(student, CHAINS[2], 4)
    assert_formula(student, network, normal(rng, 6, 4), normal(rng, 6, 4))
    kinds = ["Scaling", "ReLU", "Scaling"]
    network, layers = build(student, kinds, 4)
    layers[2].beta = np.full((1, 4), 1e14)  # beside it every step is lost in rounding
    x, g = normal(rng, 6, 4), normal(rng, 6, 4)
    expected, of_parameters = gradients(kinds, parameters_of(kinds, layers), x, g)
    network.forward(x.copy())
    assert_close(network.backward(x.copy(), g.copy()), expected, "grad_input")
    assert_param_gradients(kinds, layers, of_parameters)
