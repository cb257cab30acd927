"""Keeps the gradebook's picture of an assignment equal to its source notebooks."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry, Student
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import SaveCells
from sqlalchemy.exc import IntegrityError
from traitlets.config import Config

from .converters import ConverterError, generated
from .course import Assignment, Course, grade_id
from .database import alone
from .errors import UsageError
from .roster import Roster


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
        _refuse_other_cells(gradebook, assignment, wanted)
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


def refuse_other_cells(gradebook: Gradebook, assignment: Assignment, config: Config) -> None:
    """Raise UsageError where nbgrader could not follow the source, as ``register`` does."""
    _refuse_other_cells(gradebook, assignment, _in_source(assignment, config))


def _refuse_other_cells(
    gradebook: Gradebook, assignment: Assignment, wanted: dict[str, Any]
) -> None:
    """Once there are submissions, nbgrader's gradebook takes no other cells than it has."""
    stored = _in_gradebook(gradebook, assignment.name)
    if stored is None or not gradebook.find_assignment(assignment.name).submissions:
        return
    odd = []
    for name, notebook in stored.items():
        if name not in wanted:
            odd.append(f"{name}.ipynb is gone")
            continue
        before, after = _names(notebook), _names(wanted[name])
        odd += [f"{name}.ipynb: {cell} is gone" for cell in sorted(before.keys() - after.keys())]
        odd += [f"{name}.ipynb: {cell} is new" for cell in sorted(after.keys() - before.keys())]
        odd += [
            f"{name}.ipynb: {cell} is of another kind"
            for cell in sorted(before.keys() & after.keys())
            if before[cell] != after[cell]
        ]
    if odd:
        more = f" ({len(odd) - 4} more)" if len(odd) > 4 else ""
        raise UsageError(
            f"The gradebook has submissions of {assignment.name} already, so its cells can neither "
            f"come nor go: {'; '.join(odd[:4])}{more}. Points, texts and tests of the cells that "
            "are there may change; new requirements go into the tests of a component that is "
            "there. Put the cells back, or give the assignment with the new ones another name. "
            f"(nbgrader db assignment remove {assignment.name} --force makes room, and loses all "
            "scores and comments that people have given.)"
        )


def _names(notebook: tuple[Any, ...]) -> dict[str, tuple[bool, ...]]:
    """What kind of cell each name stands for, in one of the two descriptions of a notebook."""
    _, graded, solutions, tasks, sources = notebook
    kinds = [
        {cell[0] for cell in graded},
        set(solutions),
        {cell[0] for cell in tasks},
        {cell[0] for cell in sources},
    ]
    return {name: tuple(name in kind for kind in kinds) for name in set().union(*kinds)}


def set_deadline(gradebook: Gradebook, assignment: str, deadline: datetime | None) -> None:
    """Store the deadline, in UTC; with None the gradebook keeps what the formgrader was told."""
    row = gradebook.find_assignment(assignment)
    if deadline is None:
        return
    moment = deadline.astimezone(UTC).replace(tzinfo=None)
    if row.duedate != moment:
        row.duedate = moment
        gradebook.db.commit()


_OF_A_STUDENT = ("first_name", "last_name", "email", "lms_user_id")


def enrol(gradebook: Gradebook, roster: Roster) -> None:
    """Give everybody in the roster a row, with the names and addresses that the roster has."""
    try:
        _enrol(gradebook, roster)
    except IntegrityError:  # another program has added the same rows meanwhile; now they are there
        gradebook.db.rollback()
        _enrol(gradebook, roster)


def _enrol(gradebook: Gradebook, roster: Roster) -> None:
    session = gradebook.db
    columns = [getattr(Student, name) for name in ("id", *_OF_A_STUDENT)]
    stored = {row[0]: tuple(row[1:]) for row in session.query(*columns)}
    for line in roster.students.values():
        told = (line.first_name, line.last_name, line.email, line.lms_id)
        before = stored.get(line.id, (None, None, None, None))
        # What the roster has no column for stays as nbgrader was told.
        now = [old if new is None else new or None for new, old in zip(told, before, strict=True)]
        if line.id in stored and tuple(now) == before:
            continue
        row = session.get(Student, line.id) or Student(id=line.id)
        for name, value in zip(_OF_A_STUDENT, now, strict=True):
            setattr(row, name, value)
        session.add(row)
    session.commit()


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
