"""Hidden tests of SGD. Variables and state live with the student's code, from step to step.

Only the variables are compared, at a constant learning rate: how the velocities are kept, and
whether they contain the learning rate, is left to the solution.
"""

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


class Run:
    """One optimisation, by the student's SGD and by the definition."""

    def __init__(self, student, rng, shapes, learning_rate, momentum):
        self.student, self.rng, self.shapes = student, rng, shapes
        self.config = config(learning_rate, momentum)
        values = draw(rng, shapes)
        self.variables = [[student.array(value) for value in layer] for layer in values]
        self.expected = values
        self.restart()

    def restart(self):
        """Begin with an empty state, that is, without velocities."""
        self.state = self.student.dict()
        self.velocities = [[np.zeros(shape) for shape in layer] for layer in self.shapes]

    def step(self, scale=1.0):
        gradients = [[scale * value for value in layer] for layer in draw(self.rng, self.shapes)]
        given = [[value.copy() for value in layer] for layer in gradients]
        self.student.SGD(self.variables, given, dict(self.config), self.state)
        for layer, (own, gradient) in enumerate(zip(self.expected, gradients, strict=True)):
            for index in range(len(own)):
                velocity = self.config["momentum"] * self.velocities[layer][index]
                self.velocities[layer][index] = velocity + gradient[index]
                step = self.config["learning_rate"] * self.velocities[layer][index]
                own[index] = own[index] - step

    def check(self):
        for number, (layer, own) in enumerate(zip(self.variables, self.expected, strict=True)):
            for index, (variable, expected) in enumerate(zip(layer, own, strict=True)):
                assert_close(variable.get(), expected, f"variable {index} of layer {number}")


def test_one_step(student, rng):
    """update: one step against the gradient, in place"""
    for momentum in (0.0, 0.9):
        run = Run(student, rng, [[(3, 2)]], 0.1, momentum)
        run.step()
        run.check()


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
    assert_close(variable.get(), np.array([-1.75, 3.0]), "the variable")


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
