"""Hidden tests of SGD. Variables and state live with the student's code, from step to step.

Only the variables are compared, at a constant learning rate: how the velocities are kept, and
whether they contain the learning rate, is left to the solution.
"""

from functools import partial

import numpy as np
import pytest

from chainrule.homework import assert_close

from .oracles import normal

pytestmark = pytest.mark.component("SGD")

# The shapes of each layer's variables; some layers have none.
SEVERAL = [[(3, 4), (4,)], [], [(1, 4), (1, 4)], [], [(4, 2), (2,)]]
ALIKE = [[(2, 3), (2, 3)], [(2, 3)], [(2, 3), (2, 3), (2, 3)]]


def draw(rng, shapes):
    """An array for each shape, in the same lists."""
    return [[normal(rng, *shape) for shape in layer] for layer in shapes]


def config(learning_rate, momentum):
    return {"learning_rate": learning_rate, "momentum": momentum}


def right(v, g, rate, momentum):
    return momentum * v + g, rate * (momentum * v + g)


# Known mistakes: from velocity v, gradient g, learning rate and momentum m to velocity and step.
RULES = {
    "momentum has no effect: is the velocity kept from step to step?": lambda v, g, rate, m: (
        v,
        rate * g,
    ),
    "the step goes uphill": lambda v, g, rate, m: (m * v + g, -rate * (m * v + g)),
    "the learning rate seems to be missing": lambda v, g, rate, m: right(v, g, 1.0, m),
    "the learning rate seems to be applied twice": lambda v, g, rate, m: right(v, g, rate**2, m),
    "the learning rate seems to be 0.01 whatever config says": lambda v, g, rate, m: right(
        v, g, 0.01, m
    ),
    "momentum seems to be 0.9 whatever config says": lambda v, g, rate, m: right(v, g, rate, 0.9),
    "momentum and learning rate look exchanged": lambda v, g, rate, m: right(v, g, m, rate),
    "1 - momentum seems to stand where momentum belongs": lambda v, g, rate, m: right(
        v, g, rate, 1 - m
    ),
    "the gradient seems to be multiplied by 1 - momentum": lambda v, g, rate, m: right(
        v, (1 - m) * g, rate, m
    ),
    "velocities add up without fading": lambda v, g, rate, m: right(v, g, rate, 1.0),
    "the old velocity has the wrong sign": lambda v, g, rate, m: right(v, g, rate, -m),
    "momentum seems to be applied twice to the old velocity": lambda v, g, rate, m: right(
        v, g, rate, m**2
    ),
    "the step uses the velocity from before its update": lambda v, g, rate, m: (
        m * v + g,
        rate * v,
    ),
    "only the last gradient seems to be remembered": lambda v, g, rate, m: (
        g,
        rate * (m * v + g),
    ),
    "this is Nesterov's momentum, another method": lambda v, g, rate, m: (
        m * v + g,
        rate * (g + m * (m * v + g)),
    ),
    "the learning rate seems to act on the old velocity again in each step": lambda v, g, rate, m: (
        rate * (m * v + g),
        rate * (m * v + g),
    ),
    "the gradient seems to be divided by its number of rows": lambda v, g, rate, m: right(
        v, g / len(g), rate, m
    ),
    "the gradient seems to be clipped": lambda v, g, rate, m: right(v, np.clip(g, -1, 1), rate, m),
}

# Velocities that serve several variables: which ones share, by layer, index and shape.
SHARED = {
    "variables of equal shape seem to share a velocity": lambda layer, index: 0,
    "the variables of a layer seem to share a velocity": lambda layer, index: layer,
    "variables at the same place of different layers seem to share a velocity": (
        lambda layer, index: index
    ),
}


class Run:
    """One optimisation, by the student's SGD and by the definition."""

    def __init__(self, student, rng, shapes, learning_rate, momentum):
        self.student, self.rng, self.shapes = student, rng, shapes
        self.config = config(learning_rate, momentum)
        self.start = draw(rng, shapes)
        self.variables = [[student.array(value) for value in layer] for layer in self.start]
        self.gradients = []  # of each step
        self.restart()

    def restart(self):
        """Begin with an empty state, that is, without velocities."""
        self.state = self.student.dict()
        self.restarted = len(self.gradients)

    def step(self, scale=1.0):
        gradients = [[scale * value for value in layer] for layer in draw(self.rng, self.shapes)]
        given = [[value.copy() for value in layer] for layer in gradients]
        self.student.SGD(self.variables, given, dict(self.config), self.state)
        self.gradients.append(gradients)

    def check(self):
        expected = self.follow(right)
        for number, (layer, own) in enumerate(zip(self.variables, expected, strict=True)):
            for index, (variable, value) in enumerate(zip(layer, own, strict=True)):
                known = partial(self.mistakes, number, index)
                what = f"variable {index} of layer {number}"
                assert_close(variable.get(), value, what, mistakes=known)

    def follow(self, rule, key=lambda layer, index: (layer, index), restarts=True):
        """The variables after all steps by the rule; the key says which velocity is whose."""
        values = [[value.copy() for value in layer] for layer in self.start]
        velocities = {}
        for number, gradients in enumerate(self.gradients):
            if restarts and number == self.restarted:
                velocities = {}
            for layer, own in enumerate(gradients):
                for index, gradient in enumerate(own):
                    name = (gradient.shape, key(layer, index))
                    old = velocities.get(name, np.zeros(gradient.shape))
                    velocities[name], step = rule(old, gradient, *self.config.values())
                    values[layer][index] -= step
        return values

    def mistakes(self, layer, index):
        """What known mistakes make of one variable, for hints."""
        found = {hint: self.follow(rule) for hint, rule in RULES.items()}
        found.update((hint, self.follow(right, key)) for hint, key in SHARED.items())
        if self.restarted:
            hint = "velocities seem to be kept elsewhere than in the state"
            found[hint] = self.follow(right, restarts=False)
        found["the variable did not change: is it changed in place?"] = self.start
        return {hint: values[layer][index] for hint, values in found.items()}


def test_without_momentum(student, rng):
    """update: without momentum every step follows its own gradient alone"""
    run = Run(student, rng, SEVERAL, 0.1, 0.0)
    for _ in range(3):
        run.step()
    run.check()


def test_with_momentum(student, rng):
    """update: with momentum each step keeps its share of the one before"""
    run = Run(student, rng, [[(4, 3), (3,)]], 0.1, 0.9)
    for _ in range(2):
        run.step()
    run.check()
    for _ in range(3):
        run.step()
    run.check()


def test_other_settings(student, rng):
    """update: other learning rates and momenta"""
    for learning_rate, momentum in ((1.0, 0.5), (0.01, 0.99), (2.0, 0.25)):
        run = Run(student, rng, [[(3, 2), (2,)]], learning_rate, momentum)
        for _ in range(3):
            run.step()
        run.check()


def test_several_layers(student, rng):
    """state: every variable of every layer has its own velocity; layers may have no variables"""
    run = Run(student, rng, SEVERAL, 0.1, 0.9)
    for _ in range(4):
        run.step()
    run.check()


def test_equal_shapes(student, rng):
    """state: variables of equal shape do not share a velocity, within a layer or between layers"""
    run = Run(student, rng, ALIKE, 0.1, 0.9)
    for _ in range(4):
        run.step()
    run.check()


def test_gradient_stops(student, rng):
    """update: with a zero gradient momentum goes on, and fades away"""
    run = Run(student, rng, ALIKE, 0.1, 0.5)
    run.step()
    for _ in range(3):
        run.step(scale=0.0)
    run.check()


def test_gradients_of_different_sizes(student, rng):
    """update: proportional to the gradient, whatever its size"""
    run = Run(student, rng, [[(3, 2), (2,)]], 0.1, 0.9)
    for scale in (1e-3, 10.0, 1e-2, 1.0):
        run.step(scale)
    run.check()


def test_new_state(student, rng):
    """state: an empty state begins without velocities"""
    run = Run(student, rng, ALIKE, 0.1, 0.9)
    for _ in range(2):
        run.step()
    run.restart()
    for _ in range(2):
        run.step()
    run.check()


def test_two_states(student, rng):
    """state: two optimisations with their own states do not disturb each other"""
    runs = [Run(student, rng, ALIKE, 0.1, 0.9), Run(student, rng, ALIKE, 0.2, 0.5)]
    for _ in range(3):
        for run in runs:
            run.step()
    for run in runs:
        run.check()


def test_gradient_array_lives_on(student):
    """state: velocities are arrays of their own, not those that layers keep their gradients in"""
    variable, gradient, state = (
        student.array([1.0, 2.0]),
        student.array([1.0, -2.0]),
        student.dict(),
    )
    settings = config(0.5, 0.5)
    student.SGD([[variable]], [[gradient]], dict(settings), state)
    assert_close(variable.get(), np.array([0.5, 3.0]), "the variable")
    for index, value in enumerate((4.0, 1.0)):  # what the next batch's backward would do
        gradient[index] = value
    student.SGD([[variable]], [[gradient]], dict(settings), state)
    # The velocities are (1, -2) and then (4.5, 0), without the learning rate.
    # If the first velocity were that array, it would be (4, 1) by now.
    mistakes = {"the velocity seems to be the array of the gradient itself": np.array([-2.5, 2.25])}
    assert_close(variable.get(), np.array([-1.75, 3.0]), "the variable", mistakes=mistakes)


def test_chain(student, rng):
    """chain: steps on the gradients of a Scaling lower the loss as they should"""
    x, target = normal(rng, 6, 3), normal(rng, 6, 3)
    layer = student.Scaling(3)
    gamma, beta = layer.gamma, layer.beta
    variables, state = [[student.array(gamma), student.array(beta)]], student.dict()
    velocity = [np.zeros((1, 3)), np.zeros((1, 3))]
    for _ in range(3):
        layer.gamma, layer.beta = (variable.get() for variable in variables[0])
        grad_output = 2 * (gamma * x + beta - target) / 6
        layer.zero_grad_params()
        layer.forward(x.copy())
        layer.backward(x.copy(), grad_output.copy())
        student.SGD(variables, [[layer.gradGamma, layer.gradBeta]], config(0.1, 0.9), state)
        gradients = [np.sum(grad_output * x, axis=0), np.sum(grad_output, axis=0)]
        velocity = [0.9 * v + g for v, g in zip(velocity, gradients, strict=True)]
        gamma, beta = gamma - 0.1 * velocity[0], beta - 0.1 * velocity[1]
    assert_close(variables[0][0].get(), gamma, "gamma")
    assert_close(variables[0][1].get(), beta, "beta")
