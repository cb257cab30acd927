"""Judges mutants and variants through the real sandbox, in parallel."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from chainrule.course import Assignment, find_course
from chainrule.judge import Judge, reference
from chainrule.notebooks import Submission, SubmittedCell
from chainrule.verdict import Check

COURSE = find_course(Path(__file__).parent)


@dataclass(frozen=True)
class Task:
    """One solution to judge: the reference's notebook with ``code`` put in, or whole ``cells``."""

    component: str  # judged alone; "" for all of them
    name: str
    code: str = ""
    replaces: bool = False  # the code stands in place of the component's cell, not after the others
    cells: tuple[str, ...] = ()


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
    name = assignment.components[0].formula_notebook or assignment.student_notebooks[-1]
    if task.cells:
        return Submission({**right, name: tuple(_code(text) for text in task.cells)})
    cells = list(right[name] or ())
    if task.replaces:
        (index,) = [i for i, c in enumerate(cells) if c.grade_id == f"{task.component}-solution"]
        cells[index] = replace(cells[index], source=task.code)
    else:
        cells.append(_code(task.code))
    return Submission({**right, name: tuple(cells)})


def _code(source: str) -> SubmittedCell:
    return SubmittedCell("code", source, "", {})
