"""What README.md tells students: the points that the cells carry, and names that there are."""

import re


def test_the_points_are_those_of_the_cells(folder, library):
    tests, formulas = library._tests(), library._formulas()
    points = dict.fromkeys(("1_modules.ipynb", "0_train_model.ipynb"), 0.0)
    for cell in tests.values():
        points[cell["of"]] += library._points(cell)
        points[cell["of"]] += library._formula_of(cell, formulas).points
    framework, training = points.values()
    said = f"There are {framework + training:g} points: {framework:g} for the framework"
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert said in text and f"{training:g} for training" in text


def test_the_files_and_functions_it_names_are_there(folder, library):
    text = (folder / "README.md").read_text(encoding="utf-8")
    files = set(re.findall(r"`(\w+\.(?:ipynb|py))`", text))
    assert len(files) >= 4 and all((folder / name).is_file() for name in files)
    assert set(re.findall(r"(check|hand_in)\(", text)) == {"check", "hand_in"}
    assert {"check", "hand_in"} <= set(library.__all__)
