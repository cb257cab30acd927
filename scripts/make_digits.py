"""Make source/nn_framework/digits.npz from the handwritten digits that scikit-learn bundles.

    python -m pip install scikit-learn
    python scripts/make_digits.py

The file is committed, so that neither students nor the grader need scikit-learn or a network. It
holds images (1797, 8, 8), whole numbers from 0 to 16, and labels (1797,), from 0 to 9, both uint8.
What is checked is their content: the bytes of the file depend on the version of zlib.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parent.parent / "source/nn_framework/digits.npz"
SHA256 = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"


def checksum(images: np.ndarray, labels: np.ndarray) -> str:
    """Of all pixels and labels, each as one byte."""
    return hashlib.sha256(images.astype("u1").tobytes() + labels.astype("u1").tobytes()).hexdigest()


def main() -> None:
    from sklearn.datasets import load_digits

    digits = load_digits()
    images, labels = digits.images.astype("u1"), digits.target.astype("u1")
    if (found := checksum(images, labels)) != SHA256:
        sys.exit(f"This scikit-learn has other digits: their checksum is {found}.")
    np.savez_compressed(TARGET, images=images, labels=labels)
    print(f"{TARGET}: {len(images)} images, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
