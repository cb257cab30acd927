"""Hidden tests of Linear. Expected values are matrix products with the layer's own W and b."""

import numpy as np
import pytest

from chainrule.homework import CheckFailed, assert_close

from .oracles import (
    DIVIDED,
    array_of,
    assert_formula,
    assert_linear,
    assert_modes_agree,
    assert_vanishes,
    backward,
    hint_if_changed,
    layer_mistakes,
    normal,
    single,
)

pytestmark = pytest.mark.component("Linear")


def make(student, n_in, n_out):
    """A layer, its W (n_in, n_out) and its b as (n_out,)."""
    layer = student.Linear(n_in, n_out)
    return layer, array_of(layer.W, (n_in, n_out), "W"), bias(layer.b, n_out, "b")


def bias(value, n_out, what):
    """A bias or its gradient as (n_out,); (1, n_out) broadcasts in the same way."""
    shape = (1, n_out) if np.shape(value) == (1, n_out) else (n_out,)
    return array_of(value, shape, what).reshape(n_out)


def forward_mistakes(x, W, b):
    found = {
        "b seems to be missing": x @ W,
        "b belongs to every row, not only to the first": x @ W + np.eye(len(x))[:, :1] * b,
    }
    if W.shape[0] == W.shape[1]:
        found["it looks as if W were transposed"] = x @ W.T + b
    if len(x) == len(b):
        found["b is added along the batch, not along the outputs"] = x @ W + b[:, None]
    return found


def gradient_mistakes(W, x, g):
    more = {"this is the gradient with respect to W": x.T @ g}
    if W.shape[0] == W.shape[1]:
        more["it looks as if W lacked its transpose"] = g @ W
    return layer_mistakes(lambda x, g: g @ W.T, x, g, more)


def param_mistakes(x, g):
    return {
        DIVIDED: x.T @ g / len(x),
        "only one row of the batch seems to count": (np.outer(x[0], g[0]), np.outer(x[-1], g[-1])),
        "the product is summed over the batch, not each factor": np.outer(x.sum(0), g.sum(0)),
    }


def assert_param_gradients(layer, x, grad_output):
    """One backward after zero_grad_params has left the gradients of this batch."""
    expected = x.T @ grad_output
    assert_close(layer.gradW, expected, "gradW", mistakes=lambda: param_mistakes(x, grad_output))
    n_out = grad_output.shape[1]
    mistakes = {
        DIVIDED: grad_output.mean(axis=0),
        "it looks as if the sum ran over the outputs, not over the batch": grad_output.sum(axis=1),
    }
    expected = grad_output.sum(axis=0)
    assert_close(bias(layer.gradb, n_out, "gradb"), expected, "gradb", mistakes=mistakes)
    if np.shape(layer.gradb) != np.shape(layer.b):
        hint = "an optimizer adds arrays of one shape: compare the shapes of gradb and b"
        raise CheckFailed("shape", "gradb does not have the shape of b", hint=hint)


def test_forward_batch(student, rng):
    """forward: y = xW + b for a batch, with more or fewer outputs than inputs"""
    for n, n_in, n_out in [(7, 3, 5), (2, 6, 4), (3, 2, 1)]:
        layer, W, b = make(student, n_in, n_out)
        x = normal(rng, n, n_in)
        mistakes = forward_mistakes(x, W, b)
        assert_close(layer.forward(x.copy()), x @ W + b, "forward", mistakes=mistakes)


def test_forward_one_row(student, rng):
    """forward: a batch of one row keeps its two dimensions"""
    layer, W, b = make(student, 4, 3)
    x = normal(rng, 1, 4)
    assert_close(layer.forward(x.copy()), x @ W + b, "forward")


def test_forward_square(student, rng):
    """forward: a square W is not transposed"""
    layer, W, b = make(student, 4, 4)
    x = normal(rng, 4, 4)
    mistakes = forward_mistakes(x, W, b)
    assert_close(layer.forward(x.copy()), x @ W + b, "forward", mistakes=mistakes)


def test_forward_bias(student):
    """forward: where the input is zero, each row of the output is b"""
    layer, _, b = make(student, 3, 5)
    assert_close(layer.forward(np.zeros((2, 3))), np.stack([b, b]), "forward")


def test_grad_input(student, rng):
    """input gradient: every output passes its gradient back through its weights"""
    for n, n_in, n_out in [(6, 3, 5), (2, 5, 2), (4, 4, 4), (3, 1, 2)]:
        layer, W, _ = make(student, n_in, n_out)
        x, g = normal(rng, n, n_in), normal(rng, n, n_out)
        mistakes = gradient_mistakes(W, x, g)
        assert_close(backward(layer, x, g), g @ W.T, "grad_input", mistakes=mistakes)


def test_grad_input_one_row(student, rng):
    """input gradient: a batch of one row keeps its two dimensions"""
    layer, W, _ = make(student, 3, 2)
    x, g = normal(rng, 1, 3), normal(rng, 1, 2)
    assert_close(backward(layer, x, g), g @ W.T, "grad_input")


def test_grad_input_linear(student, rng):
    """input gradient: linear in the upstream gradient, and zero where that is zero"""
    layer, _, _ = make(student, 3, 4)
    assert_linear(layer, normal(rng, 5, 3), normal(rng, 5, 4), normal(rng, 5, 4))


def test_grad_params(student, rng):
    """parameter gradients: gradW and gradb sum over the batch and have the parameters' shapes"""
    for n, n_in, n_out in [(6, 3, 5), (2, 5, 2), (4, 4, 4), (5, 2, 1)]:
        layer, _, _ = make(student, n_in, n_out)
        x, g = normal(rng, n, n_in), normal(rng, n, n_out)
        layer.zero_grad_params()
        backward(layer, x, g)
        assert_param_gradients(layer, x, g)


def test_grad_params_one_row(student, rng):
    """parameter gradients: right for a batch of one row"""
    layer, _, _ = make(student, 3, 2)
    x, g = normal(rng, 1, 3), normal(rng, 1, 2)
    layer.zero_grad_params()
    backward(layer, x, g)
    assert_param_gradients(layer, x, g)


def test_grad_params_cleared(student, rng):
    """parameter gradients: zero_grad_params sets them to zero, and the next batch counts alone"""
    layer, _, _ = make(student, 3, 4)
    backward(layer, normal(rng, 5, 3), normal(rng, 5, 4))
    left = "zero_grad_params leaves the gradient as it was"
    mistakes = {left: layer.gradW}
    bias_mistakes = {left: bias(layer.gradb, 4, "gradb")}
    layer.zero_grad_params()
    what = "gradW after zero_grad_params"
    assert_close(layer.gradW, np.zeros((3, 4)), what, mistakes=mistakes)
    found, what = bias(layer.gradb, 4, "gradb"), "gradb after zero_grad_params"
    assert_close(found, np.zeros(4), what, mistakes=bias_mistakes)
    x, g = normal(rng, 2, 3), normal(rng, 2, 4)
    backward(layer, x, g)
    assert_param_gradients(layer, x, g)


def test_grad_params_zero_upstream(student, rng):
    """parameter gradients: zero for a zero upstream gradient"""
    layer, _, _ = make(student, 3, 4)
    layer.zero_grad_params()
    backward(layer, normal(rng, 5, 3), np.zeros((5, 4)))
    assert_vanishes(layer.gradW, (3, 4), 1.0, "gradW")
    assert_close(bias(layer.gradb, 4, "gradb"), np.zeros(4), "gradb")


def test_another_batch(student, rng):
    """state: later batches, of another or the same size, are not mixed up"""
    layer, W, b = make(student, 3, 5)
    layer.forward(normal(rng, 4, 3))
    batches = [(normal(rng, 9, 3), normal(rng, 9, 5)) for _ in range(2)]
    before = np.zeros((9, 3))  # what the batch before gave
    for x, g in batches:
        assert_close(layer.forward(x.copy()), x @ W + b, "forward")
        layer.zero_grad_params()
        expected = g @ W.T
        mistakes = {"the result of the batch before seems to be added": before + expected}
        actual = layer.backward(x.copy(), g.copy())
        assert_close(actual, expected, "grad_input", mistakes=mistakes)
        stale = {"it looks as if the input of an earlier batch were used": batches[0][0].T @ g}
        assert_close(layer.gradW, x.T @ g, "gradW", mistakes=stale)
        assert_param_gradients(layer, x, g)
        before = expected


def test_evaluation(student, rng):
    """evaluation mode: the same as in training"""
    layer, W, b = make(student, 4, 4)
    assert_modes_agree(layer, lambda x: x @ W + b, lambda x, g: g @ W.T, rng)


def set_parameters(student, layer, W, b):
    """Write into the arrays that get_parameters gives, as an optimizer does."""
    for array in student.references(layer.get_parameters):
        own = np.shape(array.get())
        array[()] = W if own == W.shape else b.reshape(own)


def test_updated_parameters(student, rng):
    """parameters: what an optimizer writes into the arrays of get_parameters counts from then on"""
    layer, old_W, old_b = make(student, 3, 5)
    backward(layer, normal(rng, 4, 3), normal(rng, 4, 5))
    W, b = old_W + normal(rng, 3, 5), old_b + normal(rng, 5)
    set_parameters(student, layer, W, b)
    x, g = normal(rng, 4, 3), normal(rng, 4, 5)
    hint = "the parameters from before the update seem to be used: is a copy of them kept?"
    mistakes = {hint: x @ old_W + old_b}
    output = layer.forward(x.copy())
    assert_close(output, x @ W + b, "forward after an update", mistakes=mistakes)
    layer.zero_grad_params()
    actual, mistakes = layer.backward(x.copy(), g.copy()), {hint: g @ old_W.T}
    assert_close(actual, g @ W.T, "grad_input after an update", mistakes=mistakes)
    assert_param_gradients(layer, x, g)


def test_parameter_lists(student, rng):
    """parameter gradients: get_parameters and get_grad_params list them in the same order"""
    layer, W, b = make(student, 3, 5)
    x, g = normal(rng, 4, 3), normal(rng, 4, 5)
    layer.zero_grad_params()
    backward(layer, x, g)
    parameters, gradients = layer.get_parameters(), layer.get_grad_params()
    if len(parameters) != 2 or len(gradients) != 2:
        raise CheckFailed("values", "the lists of parameters and gradients do not have 2 entries")
    first, second = (0, 1) if np.shape(parameters[0]) == (3, 5) else (1, 0)
    assert_close(parameters[first], W, "W in get_parameters")
    assert_close(bias(parameters[second], 5, "b in get_parameters"), b, "b in get_parameters")
    hint = "the list does not hold the array that gradW is now"
    mistakes = {hint: np.zeros((3, 5))} if np.any(layer.gradW) else {}
    assert_close(gradients[first], x.T @ g, "gradW in get_grad_params", mistakes=mistakes)
    found = bias(gradients[second], 5, "gradb in get_grad_params")
    assert_close(found, g.sum(axis=0), "gradb in get_grad_params")


def test_initial_values(student):
    """parameters: W and b start uniform in plus or minus 1/sqrt(n_in)"""
    _, W, b = make(student, 4, 2500)
    for name, values in (("W", W), ("b", b)):
        scaled = values.ravel() * 2  # 1 / sqrt(4) is one half
        if np.max(np.abs(scaled)) > 1 + 1e-6:
            raise CheckFailed("values", f"{name} starts outside of its interval")
        # The share of a quarter of the interval has a standard deviation of 0.009 for b, which
        # is nine times below what is allowed; a false alarm has a probability below 1e-17.
        shares = np.histogram(scaled, bins=4, range=(-1, 1))[0] / scaled.size
        if np.max(np.abs(shares - 0.25)) > 0.08:
            raise CheckFailed("values", f"{name} does not start uniformly distributed")


def test_chain(student, rng):
    """chain: between a Scaling and a ReLU, all gradients are those of the whole chain"""
    before, after = student.Scaling(3), student.ReLU()
    layer, W, b = make(student, 3, 4)
    gamma, beta = before.gamma, before.beta
    x, g = normal(rng, 6, 3), normal(rng, 6, 4)
    hidden = gamma * x + beta
    assert_close(layer.forward(before.forward(x.copy())), hidden @ W + b, "forward")
    layer.zero_grad_params()
    upstream = after.backward(hidden @ W + b, g.copy())
    grad_input = layer.backward(hidden.copy(), upstream)
    passed = g * (hidden @ W + b > 0)
    assert_close(grad_input, passed @ W.T, "grad_input")
    assert_param_gradients(layer, hidden, passed)
    assert_close(
        before.backward(x.copy(), grad_input), passed @ W.T * gamma, "the chain's gradient"
    )


def test_shared_arrays(student, rng):
    """chain: forward and backward share the input array, as inside of a Sequential"""
    for n_out in (4, 3):
        layer, W, b = make(student, 3, n_out)
        x, g = normal(rng, 6, 3), normal(rng, 6, n_out)
        shared = student.array(x)
        with hint_if_changed(shared, x):
            assert_close(layer.forward(shared), x @ W + b, "forward")
            layer.zero_grad_params()
            assert_close(layer.backward(shared, student.array(g)), g @ W.T, "grad_input")
            assert_param_gradients(layer, x, g)


def test_derived(student, rng):
    """derivation: the gradients come from formulas, not from differences of forward"""
    assert_formula(student, student.Linear(4, 5), normal(rng, 5, 4), normal(rng, 5, 5))
    layer, W, _ = make(student, 3, 4)
    x, g = normal(rng, 5, 3), normal(rng, 5, 4)
    # Outputs near 1e14 are rounded to steps of 1/64. No gradient but the first row of gradW knows.
    x[:, 0] = single(1e14 * rng.uniform(1, 2, size=5))
    layer.zero_grad_params()
    assert_close(backward(layer, x, g), g @ W.T, "grad_input")
    grad_w = array_of(layer.gradW, (3, 4), "gradW")
    assert_close(grad_w[1:], x[:, 1:].T @ g, "gradW")
    assert_close(bias(layer.gradb, 4, "gradb"), g.sum(axis=0), "gradb")
    # Nor does any know b, beside which also a step of 1 is lost.
    set_parameters(student, layer, W, np.full(4, 2.0**60))
    x = normal(rng, 5, 3)
    layer.zero_grad_params()
    assert_close(backward(layer, x, g), g @ W.T, "grad_input")
    assert_close(layer.gradW, x.T @ g, "gradW")
