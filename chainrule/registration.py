"""Keeps the gradebook's picture of an assignment equal to its source notebooks."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config

from .converters import ConverterError, generated
from .course import Assignment, Course, grade_id
from .database import alone
from .errors import UsageError


def register(
    gradebook: Gradebook,
    course: Course,
    assignment: Assignment,
    deadline: datetime | None,
    config: Config,
) -> None:
    """Make the gradebook's cells and deadline equal to the source's; submissions and grades stay.

    An assignment that has not changed is only read. Raises UsageError where nbgrader cannot
    follow a change because there are submissions already.
    """
    wanted = _in_source(assignment, config)
    if _in_gradebook(gradebook, assignment.name) != wanted:
        gradebook.db.rollback()  # nbgrader writes through a connection of its own
        with alone(gradebook.engine.url):
            if _in_gradebook(gradebook, assignment.name) != wanted:  # nobody else did it meanwhile
                gradebook.db.rollback()
                _save(course, assignment, config)
    set_deadline(gradebook, assignment.name, deadline)


def _save(course: Course, assignment: Assignment, config: Config) -> None:
    try:
        with generated(assignment, course, config, save=True):
            pass
    except ConverterError as error:
        raise UsageError(
            f"The gradebook cannot take over the changes in {assignment.source}: {error}"
        ) from error


def set_deadline(gradebook: Gradebook, assignment: str, deadline: datetime | None) -> None:
    """Store the deadline, in UTC; with None the gradebook keeps what the formgrader was told."""
    row = gradebook.find_assignment(assignment)
    if deadline is None:
        return
    moment = deadline.astimezone(UTC).replace(tzinfo=None)
    if row.duedate != moment:
        row.duedate = moment
        gradebook.db.commit()


def _in_gradebook(gradebook: Gradebook, name: str) -> dict[str, Any] | None:
    try:
        row = gradebook.find_assignment(name)
    except MissingEntry:
        return None
    return {
        notebook.name: (
            json.loads(notebook.kernelspec or "{}"),
            {(cell.name, cell.max_score, cell.cell_type) for cell in notebook.grade_cells},
            {cell.name for cell in notebook.solution_cells},
            {(cell.name, cell.max_score, cell.cell_type) for cell in notebook.task_cells},
            {
                (cell.name, cell.cell_type, cell.locked, cell.source, cell.checksum)
                for cell in notebook.source_cells
            },
        )
        for notebook in row.notebooks
    }


def _in_source(assignment: Assignment, config: Config) -> dict[str, Any]:
    """What nbgrader would store about the assignment's notebooks, without storing it."""
    steps = [step(config=config) for step in _steps_before_saving(config)]
    found = {}
    for name, notebook in assignment.notebooks.items():
        resources: dict[str, Any] = {
            "nbgrader": {"notebook": name, "assignment": assignment.name},
            "metadata": {"path": str(assignment.source)},
        }
        notebook = deepcopy(notebook)
        for step in steps:
            notebook, resources = step(notebook, resources)
        found[name] = _described(notebook)
    return found


def _steps_before_saving(config: Config) -> list[Any]:
    steps: list[Any] = GenerateAssignment(config=config).preprocessors
    return steps[: steps.index(SaveCells)] if SaveCells in steps else steps


def _described(notebook: NotebookNode) -> tuple[Any, ...]:
    def cells(*kinds: Any) -> list[NotebookNode]:
        return [cell for cell in notebook.cells if any(kind(cell) for kind in kinds)]

    kinds = (utils.is_grade, utils.is_solution, utils.is_task, utils.is_locked)
    return (
        dict(notebook.metadata.get("kernelspec", {})),
        {_graded(cell) for cell in cells(utils.is_grade)},
        {grade_id(cell) for cell in cells(utils.is_solution)},
        {_graded(cell) for cell in cells(utils.is_task)},
        {
            (
                grade_id(cell),
                cell.cell_type,
                utils.is_locked(cell),
                cell.source,
                cell.metadata.nbgrader.get("checksum"),
            )
            for cell in cells(*kinds)
        },
    )


def _graded(cell: NotebookNode) -> tuple[str, float, str]:
    return grade_id(cell), float(cell.metadata.nbgrader["points"]), str(cell.cell_type)
