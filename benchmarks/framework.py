"""The framework that students write against PyTorch: ``python -m benchmarks.framework``.

One epoch of training (784, 128)-ReLU-(128, 128)-ReLU-(128, 10) on 48,000 random images, batches of
128, single precision, with the reference solution and with PyTorch on the processor. Both have the
same number of threads and take turns. Wants an interpreter that has NumPy and PyTorch.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
IMAGES, PIXELS, HIDDEN, CLASSES, BATCH = 48_000, 784, 128, 10, 128
RATE, MOMENTUM = 1e-2, 0.9
SOURCE = Path(__file__).resolve().parents[1] / "source" / "nn_framework"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.framework", description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="of both, default 1")
    parser.add_argument("--rounds", type=int, default=5, help="default 5")
    parser.add_argument("--json", action="store_true", help="print the ratios as JSON")
    options = parser.parse_args()
    if os.environ.get(THREADS[0]) != str(options.threads):  # libraries read it when they are loaded
        os.environ.update(dict.fromkeys(THREADS, str(options.threads)))
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks.framework", *sys.argv[1:]])
    found = _measure(options.threads, options.rounds)
    if options.json:
        print(json.dumps(found))
        return
    for ours, theirs, ratio in zip(found["ours"], found["torch"], found["ratios"], strict=True):
        print(f"NumPy {ours:.2f} s   PyTorch {theirs:.2f} s   ratio {ratio:.2f}")
    low, high = min(found["ratios"]), max(found["ratios"])
    median = statistics.median(found["ratios"])
    print(
        f"median {median:.2f} ({low:.2f} to {high:.2f}), {options.threads} thread(s), "
        f"losses {found['losses'][0]:.4f} and {found['losses'][1]:.4f}"
    )


def _measure(threads: int, rounds: int) -> dict[str, Any]:
    import numpy as np
    import torch

    torch.set_num_threads(threads)
    rng = np.random.default_rng(0)
    images = rng.random((IMAGES, PIXELS), dtype=np.float32)
    labels = rng.integers(CLASSES, size=IMAGES)
    sizes = (PIXELS, HIDDEN, HIDDEN, CLASSES)
    weights = [
        rng.uniform(-(a**-0.5), a**-0.5, size=(a, b)).astype(np.float32) for a, b in pairwise(sizes)
    ]
    ours = _ours(images, labels, weights)
    theirs = _torch(images, labels, weights)
    losses = ours(), theirs()  # the first epoch of each warms up
    found: dict[str, Any] = {"ours": [], "torch": [], "ratios": [], "losses": losses}
    for _ in range(rounds):
        for name, epoch in (("ours", ours), ("torch", theirs)):
            started = time.perf_counter()
            epoch()
            found[name].append(time.perf_counter() - started)
        found["ratios"].append(found["ours"][-1] / found["torch"][-1])
    return found


def _ours(images: Any, labels: Any, weights: list[Any]) -> Callable[[], float]:
    """An epoch with the reference solution; it gives the mean loss of its batches."""
    import numpy as np

    sys.path.insert(0, str(SOURCE))
    import homework

    with contextlib.redirect_stdout(io.StringIO()):
        modules = homework.load(str(SOURCE / "1_modules.ipynb"))
    network, criterion, state = modules.Sequential(), modules.NLLCriterion(), {}
    for number, start in enumerate(weights):
        layer = modules.Linear(*start.shape)
        layer.W, layer.b = start.copy(), np.zeros(start.shape[1], np.float32)
        layer.gradW, layer.gradb = np.zeros_like(layer.W), np.zeros_like(layer.b)
        network.add(layer)
        network.add(modules.ReLU() if number < len(weights) - 1 else modules.LogSoftMax())
    one_hot = np.eye(CLASSES, dtype=np.float32)[labels]
    config = {"learning_rate": RATE, "momentum": MOMENTUM}

    def epoch() -> float:
        losses = []
        for first in range(0, IMAGES, BATCH):
            x, y = images[first : first + BATCH], one_hot[first : first + BATCH]
            network.zero_grad_params()
            predicted = network.forward(x)
            losses.append(criterion.forward(predicted, y))
            network.backward(x, criterion.backward(predicted, y))
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        assert predicted.dtype == np.float32
        return float(np.mean(losses))

    return epoch


def _torch(images: Any, labels: Any, weights: list[Any]) -> Callable[[], float]:
    """The same epoch with PyTorch's own layers, loss and optimizer."""
    import torch

    layers: list[Any] = []
    for start in weights:
        layer = torch.nn.Linear(*start.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(start.T.copy()))
            layer.bias.zero_()
        layers += [layer, torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1], torch.nn.LogSoftmax(dim=1))
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE, momentum=MOMENTUM)
    criterion = torch.nn.NLLLoss()
    x_all, y_all = torch.from_numpy(images), torch.from_numpy(labels)

    def epoch() -> float:
        losses = []
        for first in range(0, IMAGES, BATCH):
            x, y = x_all[first : first + BATCH], y_all[first : first + BATCH]
            optimizer.zero_grad()
            loss = criterion(network(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return float(sum(losses) / len(losses))

    return epoch


if __name__ == "__main__":
    main()
