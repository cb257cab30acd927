"""The graders as commands, each with its own course of the same class."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .courses import NAME, chainrule_course, forget_results, otter_bundle, plain_course
from .measured import MeasuredError, Run, environment, measure
from .submissions import HandIn


class Chainrule:
    """``chainrule grade`` on a course that nothing has been graded in."""

    def __init__(self, folder: Path, hand_ins: Sequence[HandIn], tests: Path) -> None:
        self.folder, self.size = folder, len(hand_ins)
        chainrule_course(folder, hand_ins, tests)

    @property
    def submissions(self) -> list[Path]:
        return [path / NAME for path in sorted((self.folder / "submitted").iterdir())]

    def grade(self, *options: str) -> Run:
        forget_results(self.folder)
        run = self._command(*options)
        if run.moments[-1].verdicts != self.size or run.moments[-1].pages != self.size:
            raise MeasuredError(f"chainrule did not grade everybody:\n{run.output}")
        return run

    def _command(self, *options: str) -> Run:
        command = [sys.executable, "-m", "chainrule", "grade", NAME, "--quiet", *options]
        return measure(command, self.folder)


class Plain:
    """``nbgrader autograde`` and ``generate_feedback`` with nbgrader's own kernels."""

    def __init__(self, folder: Path, hand_ins: Sequence[HandIn]) -> None:
        self.folder, self.size = folder, len(hand_ins)
        plain_course(folder, hand_ins)

    def grade(self) -> tuple[Run, Run]:
        """Autograding and feedback; the assignment is put into the gradebook before."""
        forget_results(self.folder)
        shutil.rmtree(self.folder / "release", ignore_errors=True)
        _nbgrader("generate_assignment", self.folder)
        runs = _nbgrader("autograde", self.folder), _nbgrader("generate_feedback", self.folder)
        if runs[0].moments[-1].graded != self.size or runs[1].moments[-1].pages != self.size:
            raise MeasuredError(f"nbgrader did not grade everybody:\n{runs[0].output}")
        return runs


def _nbgrader(step: str, folder: Path) -> Run:
    return measure([sys.executable, "-m", "nbgrader", step, NAME], folder)


class Otter:
    """``otter run``, one command for each notebook; otter's class-wide command needs Docker."""

    def __init__(self, folder: Path, hand_ins: Sequence[HandIn], program: str) -> None:
        self.folder, self.program = folder, program
        self.notebooks = otter_bundle(folder, hand_ins)
        (folder / "results").mkdir()
        command = [program, "generate", "-t", "tests", "-o", "autograder.zip", "homework.py"]
        subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True)

    @staticmethod
    def program_here() -> str | None:
        beside = str(Path(sys.executable).parent)
        return shutil.which("otter", path=beside) or shutil.which("otter")

    def grade(self) -> list[tuple[Run, dict[str, bool]]]:
        """For each notebook what it took and which components pass."""
        return [self._grade_one(path) for path in self.notebooks]

    def _grade_one(self, path: Path) -> tuple[Run, dict[str, bool]]:
        options = ["-a", "autograder.zip", "-o", "results", "--no-logo"]
        run = measure([self.program, "run", *options, str(path)], self.folder)
        found = json.loads((self.folder / "results/results.json").read_text())["tests"]
        passed = {t["name"]: bool(t["score"]) for t in found if t["name"].endswith("-tests")}
        return run, passed


def passed(folder: Path) -> dict[str, dict[str, bool]]:
    """Which components pass, by student and graded cell, from a course's gradebook."""
    from nbgrader.api import Gradebook

    found: dict[str, dict[str, bool]] = {}
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions(NAME):
            for grade in (g for notebook in submission.notebooks for g in notebook.grades):
                if grade.name.endswith("-tests"):
                    theirs = found.setdefault(submission.student.id, {})
                    theirs[grade.name] = bool(grade.auto_score)
    return found
