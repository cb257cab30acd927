"""What the hidden tests of the training notebook share.

Their ``student`` is the training notebook; ``student.modules`` is the framework that it has loaded.
How well a network has learnt is measured here, on examples whose labels the sandbox never sees.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.homework import CheckFailed, assert_close

Rng = np.random.Generator
STARTS = 3  # a network may begin unluckily
CONFIG = {"learning_rate": 0.1, "momentum": 0.9}  # as the text says

# Beside the student's code, since a generator cannot cross. A thousand batches are enough.
DEAL = """
def deal(x, y, batch_size):
    pairs = zip(batches(x, y, batch_size), range(1000))
    return [(pair[0].copy(), pair[1].copy()) for pair, number in pairs]
"""

# A network of given layers, whose training can be computed by hand. The first of them changes
# nothing, and notes which rows each step of the training is made with, and in which mode.
NETWORK = """
def make(gamma, beta):
    import numpy as np

    class Noting(modules.Module):
        def __init__(self):
            super().__init__()
            self.seen, self.modes = [], []

        def update_output(self, input):
            self.output = input
            return input

        def update_grad_input(self, input, grad_output):
            self.seen.append(np.array(input))
            self.modes.append(bool(self.training))
            self.grad_input = grad_output
            return grad_output

    class Loss(modules.Criterion):
        def update_output(self, input, target):
            self.output = -np.sum(target * input) / len(input)
            return self.output

        def update_grad_input(self, input, target):
            self.grad_input = -target / len(input)
            return self.grad_input

    noting, scaling = Noting(), modules.Scaling(len(gamma))
    scaling.gamma[...], scaling.beta[...] = gamma, beta
    network = modules.Sequential()
    for layer in (noting, scaling, modules.LogSoftMax()):
        network.add(layer)
    return [network, Loss(), noting, scaling]
"""


def deal(student: Any, x: Any, y: Any, batch_size: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The batches of one epoch."""
    assert callable(student.batches)
    dealt = student.define(DEAL, "deal")(x, y, batch_size)
    for pair in dealt:
        for rows in pair:
            if not isinstance(rows, np.ndarray) or rows.ndim == 0:
                raise CheckFailed("type", "a batch is not a pair of arrays")
    return [(rows, targets) for rows, targets in dealt]


class Run:
    """One training of the small network, by the student's loop and by the definition."""

    def __init__(self, student: Any, rng: Rng, n: int = 40, features: int = 3) -> None:
        self.student = student
        # Rounded, so that a solution in float32 loses nothing; all rows are different.
        self.x = np.round(rng.normal(size=(n, features)), 3)
        self.y = np.eye(features)[rng.permutation(n) % features]
        self.gamma, self.beta = rng.normal(size=features), rng.normal(size=features)

    def train(self, epochs: int, batch_size: int, rate: float, momentum: float) -> None:
        """Let the student's loop train a new network."""
        train_model = self.student.train_model
        made = self.student.define(NETWORK, "make")(self.gamma, self.beta)
        self.network, criterion, noting, scaling = made
        config = {"learning_rate": rate, "momentum": momentum}
        losses = train_model(
            self.network, criterion, config, self.x.copy(), self.y.copy(), epochs, batch_size
        )
        self.losses = numbers(losses, epochs)
        self.steps = [self._which(rows) for rows in noting.seen]
        self.modes = noting.modes
        self.learnt = np.concatenate([scaling.gamma, scaling.beta])
        self.epochs, self.rate, self.momentum = epochs, rate, momentum

    def _which(self, rows: Any) -> np.ndarray:
        """Which examples the rows of a batch are."""
        if not isinstance(rows, np.ndarray) or rows.shape[1:] != self.x.shape[1:]:
            raise CheckFailed("shape", "a step was made with a batch of another shape")
        distances = np.abs(rows[:, None] - self.x).max(axis=2)
        if not (distances.min(axis=1) < 1e-5).all():
            raise CheckFailed("values", "a step was made with rows that are no examples")
        return np.asarray(distances.argmin(axis=1))

    def expected(self, forget: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """The epochs' losses, and gamma with beta, that follow from the steps' batches.

        With ``forget`` the velocities are lost after each epoch, which is a known mistake.
        """
        learnt = np.array([self.gamma, self.beta])
        velocity = np.zeros_like(learnt)
        each = len(self.steps) // self.epochs
        losses = []
        for number, chosen in enumerate(self.steps):
            if number % each == 0:
                losses.append(0.0)
                velocity *= not forget
            x, y = self.x[chosen], self.y[chosen]
            scores = learnt[0] * x + learnt[1]
            scores = scores - scores.max(axis=1, keepdims=True)
            output = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
            losses[-1] -= float(np.sum(y * output)) / len(self.x)
            upstream = (np.exp(output) - y) / len(x)
            gradient = np.array([np.sum(upstream * x, axis=0), np.sum(upstream, axis=0)])
            velocity = self.momentum * velocity + self.rate * gradient
            learnt = learnt - velocity
        return np.array(losses), learnt

    def check_steps(self, batch_size: int) -> None:
        """Raise CheckFailed unless each epoch makes a step with every example, each once."""
        n = len(self.x)
        each = -(-n // batch_size)
        if len(self.steps) != each * self.epochs:
            text = f"{len(self.steps)} steps were made, expected {each} in each epoch"
            raise CheckFailed("values", text)
        for start in range(0, len(self.steps), each):
            seen = np.sort(np.concatenate(self.steps[start : start + each]))
            if not np.array_equal(seen, np.arange(n)):
                raise CheckFailed("values", "an epoch does not use every example once")

    def check_learnt(self) -> None:
        """Raise CheckFailed unless the parameters are those that the steps lead to."""
        _, expected = self.expected()
        start = np.array([self.gamma, self.beta])
        mistakes = {
            "nothing was learnt: is SGD called with the layers' own arrays?": start,
            "the velocities seem to be lost after each epoch": self.expected(forget=True)[1],
        }
        assert_close(
            self.learnt, expected, "what was learnt", rtol=1e-3, atol=1e-3, mistakes=mistakes
        )

    def check_losses(self) -> None:
        """Raise CheckFailed unless the losses are those of the batches before their steps."""
        losses, _ = self.expected()
        assert_close(self.losses, losses, "the losses", rtol=1e-3, atol=1e-3)


def numbers(value: Any, count: int) -> np.ndarray:
    """A list or array of numbers as an array. Raises CheckFailed for anything else."""
    if isinstance(value, (list, tuple)) and all(np.size(item) == 1 for item in value):
        value = np.array([float(np.ravel(item)[0]) for item in value])
    if not isinstance(value, np.ndarray):
        raise CheckFailed("type", "train_model does not return a list of losses")
    if value.size != count:
        raise CheckFailed("shape", f"{value.size} losses are returned, one for each epoch is due")
    return np.ravel(value)


def check_output(network: Any, x: np.ndarray, classes: int) -> None:
    """Raise CheckFailed unless the network gives log-probabilities for each row of ``x``."""
    output = network.forward(x.copy())
    shape = (len(x), classes)
    if not isinstance(output, np.ndarray) or output.shape != shape:
        assert_close(output, np.zeros(shape), "the network's output")
    assert_close(np.exp(output).sum(axis=1), np.ones(len(x)), "the sum of the probabilities")


def check_fresh(student: Any, name: str, x: np.ndarray, labels: np.ndarray) -> None:
    """Raise CheckFailed if training one network changes another one."""
    first, second = getattr(student, name)(), getattr(student, name)()
    second.forward(x.copy())  # BatchNormalization cannot be evaluated before
    second.evaluate()
    before = np.array(second.forward(x.copy()))
    _train(student, first, x, labels, 1)
    second.evaluate()
    assert_close(second.forward(x.copy()), before, "the output of a network that was not trained")


def check_learns(
    student: Any, name: str, x: np.ndarray, labels: np.ndarray, epochs: int, needed: float, rng: Rng
) -> None:
    """Raise CheckFailed unless the network of function ``name`` learns from the first examples.

    The rest of them, which it never sees, measures what it has learnt: a third of all.
    """
    seen = len(x) * 2 // 3
    found: list[float] = []
    while len(found) < STARTS and (not found or found[-1] < needed):
        student.seed(int(rng.integers(2**31)))
        network = getattr(student, name)()
        _train(student, network, x[:seen], labels[:seen], epochs)
        found.append(accuracy(network, x[seen:], labels[seen:]))
    if found[-1] < needed:
        text = f"accuracy {max(found):.2f} on examples that it has not seen, {needed} is needed"
        raise CheckFailed("values", text)


def _train(student: Any, network: Any, x: np.ndarray, labels: np.ndarray, epochs: int) -> None:
    targets = np.eye(labels.max() + 1)[labels]
    criterion = student.modules.NLLCriterion()
    student.train_model(network, criterion, dict(CONFIG), x.copy(), targets, epochs, 32)


def accuracy(network: Any, x: np.ndarray, labels: np.ndarray) -> float:
    """The share of examples whose label has the largest output in evaluation mode."""
    network.evaluate()
    output = network.forward(x.copy())
    if not isinstance(output, np.ndarray) or output.shape != (len(x), labels.max() + 1):
        raise CheckFailed("shape", "the trained network's output has another shape")
    return float(np.mean(output.argmax(axis=1) == labels)) if np.isfinite(output).all() else 0.0
