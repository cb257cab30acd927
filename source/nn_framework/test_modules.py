"""The checks of 2_test_modules.ipynb for pytest, if you like to work in an editor.

    pytest                              every requirement, on the notebooks as you saved them last
    pytest -k linear                    one component
    pytest -k "linear and backward"     its gradients; there is forward as well

They are the checks that check("Linear") runs in the notebook, no more and no less.
"""

import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from homework import outcome, requirements  # noqa: E402

CASES = [pytest.param(title, text, id=name) for title, text, name in requirements(str(FOLDER))]


@pytest.mark.parametrize(("title", "text"), CASES)
def test(title, text, monkeypatch):
    monkeypatch.chdir(FOLDER)
    found = outcome(title, text)
    if not found.passed:
        pytest.fail(f"{text}\n{found.message}", pytrace=False)
