# style: German names, type hints, generators of indices, warnings and prints
# notebook: 0_train_model

# %%
import warnings
from typing import Dict, Iterator, List, Tuple

Stapel = Tuple[np.ndarray, np.ndarray]


def mische(anzahl: int, groesse: int) -> Iterator[np.ndarray]:
    """Gibt Stapel von Nummern zurück."""
    nummern = np.random.choice(anzahl, size=anzahl, replace=False)
    for anfang in range(0, anzahl, groesse):
        yield nummern[anfang:anfang + groesse]


def batches(x: np.ndarray, y: np.ndarray, batch_size: int) -> List[Stapel]:
    return [(x[stapel], y[stapel]) for stapel in mische(len(x), batch_size)]

# %%
def train_model(network, criterion, config: Dict[str, float], x, y, epochs: int, batch_size: int) -> List[float]:
    network.train()
    zustand: Dict = {}
    verluste: List[float] = []
    warnings.warn("das Training beginnt")
    for epoche in range(epochs):
        verlust = 0.0
        for xs, ys in batches(x, y, batch_size):
            network.zero_grad_params()
            ausgabe = network.forward(xs)
            verlust -= -criterion.forward(ausgabe, ys) * (xs.shape[0] / x.shape[0])
            network.backward(xs, criterion.backward(ausgabe, ys))
            modules.SGD(network.get_parameters(), network.get_grad_params(), dict(config), zustand)
        verluste.append(verlust)
        if epoche % 50 == 0:
            print(f"Epoche {epoche}: {verlust:.3f}")
    return verluste

# %%
def netz(*schichten):
    netzwerk = modules.Sequential()
    for schicht in schichten:
        netzwerk.add(schicht)
    return netzwerk


def make_blobs_network():
    return netz(modules.Linear(2, 2), modules.LogSoftMax())


def make_circles_network():
    m = modules
    return netz(m.Linear(2, 50), m.BatchNormalization(0.9), m.ReLU(), m.Linear(50, 2), m.LogSoftMax())


def make_image_network():
    m = modules
    return netz(m.Flatten(), m.Linear(64, 50), m.LeakyReLU(), m.Linear(50, 50), m.LeakyReLU(),
                m.Linear(50, 10), m.LogSoftMax())

# %%
from fractions import Fraction
from math import comb


def paired_test(first_right, second_right):
    erste = int(sum(a and not b for a, b in zip(first_right, second_right)))
    zweite = int(sum(b and not a for a, b in zip(first_right, second_right)))
    summe = erste + zweite
    wahrscheinlichkeit = [Fraction(comb(summe, k), 2**summe) for k in range(summe + 1)]
    gesehen = wahrscheinlichkeit[erste]
    return float(sum(p for p in wahrscheinlichkeit if p <= gesehen))


def predict_probabilities(network, x):
    network.evaluate()
    return np.exp(np.array(network.forward(x)))
