"""Judges mutants and variants through the real sandbox, in parallel."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from chainrule.course import Assignment, find_course, grade_id
from chainrule.judge import Judge, calls, reference
from chainrule.notebooks import Submission, SubmittedCell
from chainrule.verdict import Check

COURSE = find_course(Path(__file__).parent)


@dataclass(frozen=True)
class Task:
    """One solution to judge: the reference with ``code`` put in, or with whole notebooks."""

    component: str  # judged alone; "" for all of them
    name: str
    code: str = ""
    replaces: bool = False  # the code stands in place of the component's cell, not after the others
    cells: tuple[str, ...] = ()
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # notebooks, by name


@dataclass(frozen=True)
class Outcome:
    """What judging gave: the checks by component id."""

    task: Task
    checks: dict[str, tuple[Check, ...]]

    @property
    def failed(self) -> list[Check]:
        return [check for checks in self.checks.values() for check in checks if not check.passed]


_judge: Judge


def judge_all(
    assignment: str, tasks: Sequence[Task], *, seed: int = 0, jobs: int | None = None
) -> Iterator[Outcome]:
    """The outcomes in the order of the tasks."""
    with ProcessPoolExecutor(jobs or os.cpu_count(), None, _start, (assignment, seed)) as pool:
        yield from pool.map(_judge_one, tasks, chunksize=4)


def _start(name: str, seed: int) -> None:
    global _judge
    _judge = Judge(COURSE.assignment(name), seed=seed)


def _judge_one(task: Task) -> Outcome:
    assignment = _judge.assignment
    titles = {part.id: part.title for part in assignment.components}
    submission = submission_of(assignment, task)
    if task.component:
        checks = _judge.checks(submission, titles[task.component])
        return Outcome(task, {task.component: checks})
    verdict = _judge.judge(submission)
    return Outcome(task, {part.component.id: part.checks for part in verdict.components})


def submission_of(assignment: Assignment, task: Task) -> Submission:
    """The notebooks that a task stands for."""
    right = reference(assignment).notebooks
    if not task.component:
        whole = {name: tuple(map(_code, cells)) for name, cells in task.others.items()}
        if task.cells:
            name = solution_notebook(assignment, assignment.components[0].id)
            whole[name] = tuple(map(_code, task.cells))
        return Submission({**right, **whole})
    name = solution_notebook(assignment, task.component)
    # Where another notebook is loaded, cells that only train and draw are not needed, and slow.
    slow = bool(calls(assignment, name, "load"))
    cells = [cell for cell in right[name] or () if cell.grade_id or not slow]
    # No check looks at a picture, and drawing it takes longer than all checks.
    cells = [cell for cell in cells if not cell.grade_id.endswith("-picture")]
    if task.replaces:
        (index,) = [i for i, c in enumerate(cells) if c.grade_id == f"{task.component}-solution"]
        cells[index] = replace(cells[index], source=task.code)
    else:
        cells.append(_code(task.code))
    return Submission({**right, name: tuple(cells)})


def solution_notebook(assignment: Assignment, component: str) -> str:
    """The notebook in which a component is written."""
    for name in assignment.student_notebooks:
        if any(grade_id(c) == f"{component}-solution" for c in assignment.notebooks[name].cells):
            return name
    raise ValueError(f"{component} has no solution cell")


def _code(source: str) -> SubmittedCell:
    return SubmittedCell("code", source, "", {})
