"""The command ``chainrule``. Exit status: 0 everything graded, 1 something not, 2 wrong usage."""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from . import __version__
from .errors import ChainruleError, UsageError

if TYPE_CHECKING:
    from .classroom import Report
    from .course import Assignment, Course
    from .scores import StudentScores
    from .workers import Judges

DONE, NOT_GRADED, WRONG_USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with ``arguments`` (those of the process by default)."""
    options = _parser().parse_args(arguments)
    # Of the hundred thousands of objects that the imports make, none is garbage. To look for some
    # again and again, and once more at the end, takes more than a second.
    gc.set_threshold(100_000)
    try:
        return int(options.run(options))
    except UsageError as error:
        print(f"chainrule: {error}", file=sys.stderr)
        return WRONG_USAGE
    except ChainruleError as error:
        print(f"chainrule: {error}", file=sys.stderr)
        return NOT_GRADED
    except KeyboardInterrupt:
        print(
            "chainrule: interrupted. What was graded so far is stored: run the same command again "
            "to go on.",
            file=sys.stderr,
        )
        return NOT_GRADED
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:  # no room on the disk, no permission to write
        where = f"{error.filename}: " if error.filename else ""
        print(f"chainrule: {where}{error.strerror or error}", file=sys.stderr)
        print("What was graded so far is stored: mend this and run it again.", file=sys.stderr)
        return NOT_GRADED
    finally:
        gc.freeze()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="chainrule", description=__doc__)
    parser.add_argument("--version", action="version", version=f"chainrule {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    new = commands.add_parser("new", help="start an assignment from a template")
    new.add_argument("assignment")
    new.set_defaults(run=_new)

    release = commands.add_parser("release", help="make the student version in release/")
    release.add_argument("assignment", nargs="?", help="default: all assignments")
    release.add_argument(
        "--check", action="store_true", help="change nothing; exit with 1 if it is out of date"
    )
    release.set_defaults(run=_release)

    grade = commands.add_parser("grade", help="grade what is in submitted/")
    grade.add_argument("assignment")
    grade.add_argument("--student", action="append", metavar="ID", help="only this student")
    grade.add_argument("--force", action="store_true", help="also what has not changed")
    where = grade.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs", type=_positive, metavar="N", help="processes that judge (default: all processors)"
    )
    where.add_argument(
        "--scheduler", metavar="ADDRESS", help="judge on a Dask cluster: tcp://HOST:PORT"
    )
    grade.add_argument("--quiet", action="store_true", help="show no progress")
    _add_weak_sandbox(grade)
    grade.set_defaults(run=_grade)

    feedback = commands.add_parser("feedback", help="write the students' pages anew")
    feedback.add_argument("assignment")
    feedback.add_argument("--student", action="append", metavar="ID", help="only this student")
    feedback.add_argument("--quiet", action="store_true", help="show no progress")
    feedback.set_defaults(run=_feedback)

    check = commands.add_parser("check", help="judge one submission, without the gradebook")
    check.add_argument("folder", metavar="DIR", type=Path)
    check.add_argument("--assignment", metavar="NAME", help="default: found by the notebooks")
    check.add_argument("--json", action="store_true", help="print the verdict as JSON")
    _add_weak_sandbox(check)
    check.set_defaults(run=_check)

    package = commands.add_parser("package", help="make the archive that a student hands in")
    package.add_argument("folder", metavar="DIR", type=Path)
    package.add_argument("--student", metavar="ID", required=True, help="whose it is")
    package.add_argument("--assignment", metavar="NAME", help="default: found by the notebooks")
    _add_weak_sandbox(package)
    package.set_defaults(run=_package)

    explain = commands.add_parser("explain", help="say why a student has these points")
    explain.add_argument("assignment")
    explain.add_argument("student", metavar="STUDENT")
    explain.add_argument("--json", action="store_true", help="print the record's lines about it")
    explain.set_defaults(run=_explain)

    diff = commands.add_parser("diff", help="say whose points change, and because of what")
    diff.add_argument("assignment")
    diff.add_argument(
        "--since",
        nargs="?",
        const="",
        metavar="TIME",
        help="compare gradings that are stored: the latest with the one at TIME, or the one before",
    )
    diff.add_argument("--jobs", type=_positive, metavar="N", help="processes that judge")
    diff.add_argument("--json", action="store_true", help="print the changes as JSON")
    diff.add_argument("--quiet", action="store_true", help="show no progress")
    _add_weak_sandbox(diff)
    diff.set_defaults(run=_diff)

    scores = commands.add_parser("scores", help="print the scores of a class, or of the course")
    scores.add_argument("assignment", nargs="?", help="default: all, with the course's total")
    scores.add_argument(
        "--format", choices=("table", "csv", "json", "canvas", "moodle"), default="table"
    )
    scores.add_argument("--group", metavar="NAME", help="only this group of students.csv")
    scores.add_argument(
        "--marks", action="store_true", help="for canvas: marks out of 10 in place of points"
    )
    scores.set_defaults(run=_scores)

    report = commands.add_parser("report", help="make a page of pictures about a class")
    report.add_argument("assignment", nargs="?", help="default: all of them, and the course")
    report.add_argument("--anonymous", action="store_true", help="without the names of students")
    report.set_defaults(run=_class_report)

    similarity = commands.add_parser("similarity", help="compare what students wrote")
    similarity.add_argument("assignment")
    similarity.add_argument(
        "--previous",
        action="append",
        default=[],
        type=Path,
        metavar="FOLDER",
        help="also with the submissions of another year: a folder like submitted/",
    )
    similarity.add_argument("--json", action="store_true", help="print what was found as JSON")
    similarity.add_argument("--quiet", action="store_true", help="show no progress")
    similarity.set_defaults(run=_similarity)

    void = commands.add_parser(
        "void", help="let a submission count nothing, for a reason; without STUDENT, list those"
    )
    void.add_argument("assignment")
    void.add_argument("student", metavar="STUDENT", nargs="?")
    what = void.add_mutually_exclusive_group()
    what.add_argument("--reason", metavar="TEXT", help="what the student reads")
    what.add_argument("--undo", action="store_true", help="let it count again")
    void.set_defaults(run=_void)

    doctor = commands.add_parser("doctor", help="test whether this machine can grade")
    doctor.add_argument("--json", action="store_true", help="print what was found as JSON")
    doctor.set_defaults(run=_doctor)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _add_weak_sandbox(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow-weak-sandbox",
        action="store_true",
        help="go on where this machine cannot confine a submission fully",
    )


def _course() -> Course:
    from .course import find_course

    return find_course(Path.cwd())


# ---------------------------------------------------------------------------------------
# The commands


def _new(options: argparse.Namespace) -> int:
    from .new import new_assignment

    print(new_assignment(_course(), options.assignment))
    return DONE


def _release(options: argparse.Namespace) -> int:
    from .release import outdated, release

    course = _course()
    names = [options.assignment] if options.assignment else course.assignments()
    status = DONE
    for name in names:
        assignment = course.assignment(name)
        changed = outdated(course, assignment) if options.check else release(course, assignment)
        for file in changed:
            print(f"release/{name}/{file} {'is out of date' if options.check else 'updated'}")
        if options.check and changed:
            print(f"Run: chainrule release {name}")
            status = NOT_GRADED
        elif not changed:
            print(f"release/{name} is up to date")
    return status


def _grade(options: argparse.Namespace) -> int:
    course = _course()
    assignment = course.assignment(options.assignment)
    with _judges(options, course, assignment) as judges:
        from .classroom import grade
        from .progress import on_terminal, silent
        from .tables import score_table

        report = grade(
            course,
            assignment,
            options.student,
            force=options.force,
            jobs=options.jobs,
            judges=judges,
            weak_sandbox=options.allow_weak_sandbox,
            progress=silent if options.quiet else on_terminal,
        )
    rows = _read_scores(course, assignment)
    print(score_table(rows, assignment.components, _terminal_width()))
    _print_report(report, sum(len(row.waiting) for row in rows))
    return NOT_GRADED if report.failures else DONE


def _feedback(options: argparse.Namespace) -> int:
    from .classroom import feedback
    from .progress import on_terminal, silent
    from .text import one_line

    course = _course()
    assignment = course.assignment(options.assignment)
    show = silent if options.quiet else on_terminal
    report = feedback(course, assignment, options.student, progress=show)
    for student, why in sorted(report.failures.items()):
        print(f"{one_line(student)}  {one_line(why)}")
    count = len(report.written)
    print(f"{count} page{'s' * (count != 1)} written to feedback/: {report.phase}.")
    return NOT_GRADED if report.failures else DONE


@contextlib.contextmanager
def _judges(
    options: argparse.Namespace, course: Course, assignment: Assignment
) -> Iterator[Judges | None]:
    """Who judges; None leaves it to ``grade``.

    The pool's processes start now if there is certainly work for them: they are ready by the time
    that nbgrader is imported, which takes as long.
    """
    from .settings import load_config, load_settings
    from .submitted import not_yet_graded, students
    from .workers import Task, head_start, processors

    if options.scheduler is not None:
        from .cluster import judge_on_cluster

        yield partial(judge_on_cluster, options.scheduler)
        return
    todo = set(options.student or students(course, assignment.name))
    if not options.force:
        todo = not_yet_graded(course, assignment.name, todo)
    if not todo:
        yield None
        return
    seed = load_settings(load_config(course.root)).seed
    size = min(len(todo), options.jobs or processors())
    with head_start(Task(assignment, seed, options.allow_weak_sandbox), size) as judges:
        yield judges


def _print_report(report: Report, waiting: int) -> None:
    from .classroom import LOG_FILE
    from .roster import ROSTER_FILE
    from .text import one_line

    said = [(name, line) for name, lines in sorted(report.problems.items()) for line in lines]
    said += sorted(report.failures.items())
    said += [(name, f"not in {ROSTER_FILE}") for name in report.unknown]
    # A folder of submitted/ may be called anything, and a failure may quote anything.
    said = [(one_line(name), one_line(text)) for name, text in said]
    width = max((len(name) for name, _ in said), default=0)
    lines = [f"{name:<{width}}  {text}" for name, text in said]
    if lines:
        print("\n" + "\n".join(lines))
    graded = {*report.graded, *report.unchanged} - set(report.failures)
    print(
        f"\n{len(graded) + len(report.failures)} submissions: {len(graded)} graded "
        f"({len(report.unchanged)} unchanged), {len(report.failures)} not graded."
    )
    if waiting:
        print(f"{waiting} answers wait for a person in the formgrader.")
    if report.median_seconds is not None:
        print(f"Judging a submission took {report.median_seconds:.2f} s (median).")
    if report.failures:
        print(f"What went wrong stands in {LOG_FILE}.")


def _check(options: argparse.Namespace) -> int:
    from .judge import Judge
    from .notebooks import read_submission
    from .report import verdict_text
    from .settings import load_config, load_settings

    if not options.folder.is_dir():
        raise UsageError(f"{options.folder} is not a folder: name one that holds the notebooks.")
    course, assignment = _find_assignment(options.folder, options.assignment)
    seed = load_settings(load_config(course.root)).seed
    with Judge(assignment, seed=seed, weak_sandbox=options.allow_weak_sandbox) as judge:
        verdict = judge.judge(read_submission(options.folder, assignment))
    if options.json:
        print(json.dumps(verdict.to_json(), indent=1, ensure_ascii=False))
    else:
        print(verdict_text(verdict))
    return DONE


def _package(options: argparse.Namespace) -> int:
    from .package import package

    if not options.folder.is_dir():
        raise UsageError(f"{options.folder} is not a folder: name one that holds the notebooks.")
    course, assignment = _find_assignment(options.folder, options.assignment)
    weak = options.allow_weak_sandbox
    print(package(course.root, assignment, options.folder, options.student, weak))
    return DONE


def _find_assignment(folder: Path, name: str | None) -> tuple[Course, Assignment]:
    """The assignment called ``name``, or else the one whose notebooks of students ``folder`` has.

    Courses are looked for around the working directory, around ``folder``, and around this package.
    """
    courses = list(_courses(folder))
    for course in courses:
        names = course.assignments()
        if name is not None:
            matches = [name] if name in names else []
        else:
            here = {path.stem for path in folder.glob("*.ipynb")}
            matches = [n for n in names if here & set(course.assignment(n).student_notebooks)]
        if len(matches) > 1:
            raise UsageError(
                f"{folder} may belong to {' or '.join(matches)}: say which with --assignment NAME."
            )
        if matches:
            return course, course.assignment(matches[0])
    if name is None and courses and len(courses[0].assignments()) == 1:
        name = courses[0].assignments()[0]  # the student's notebooks are missing
    elif name is None or not courses:
        raise UsageError(f"{folder} holds no notebook of an assignment: use --assignment NAME.")
    return courses[0], courses[0].assignment(name)


def _courses(folder: Path) -> Iterator[Course]:
    from .course import find_course

    for start in (Path.cwd(), folder, Path(__file__).parent):
        with contextlib.suppress(UsageError):
            yield find_course(start)


def _explain(options: argparse.Namespace) -> int:
    from .explain import explain
    from .gradebook import open_gradebook
    from .record import read
    from .settings import load_config

    course = _course()
    assignment = course.assignment(options.assignment)
    if options.json:
        entries = read(course.root, assignment.name, options.student)
        print(json.dumps(entries, indent=1, ensure_ascii=False))
        return DONE
    with open_gradebook(course, load_config(course.root)) as gradebook:
        print(explain(gradebook, course, assignment, options.student))
    return DONE


def _diff(options: argparse.Namespace) -> int:
    from .diff import dry_run, since
    from .diff_text import text
    from .progress import on_terminal, silent

    course = _course()
    assignment = course.assignment(options.assignment)
    if options.since is not None:
        found = since(course, assignment, _moment(options.since) if options.since else None)
    else:
        found = dry_run(
            course,
            assignment,
            jobs=options.jobs,
            weak_sandbox=options.allow_weak_sandbox,
            progress=silent if options.quiet else on_terminal,
        )
    if options.json:
        print(json.dumps(found.to_json(), indent=1, ensure_ascii=False))
    else:
        print(text(found))
    return NOT_GRADED if found.changes or found.failures else DONE


def _moment(written: str) -> str:
    """A moment of the command line as the record writes it."""
    from .moments import parse_moment

    try:
        return parse_moment(written).isoformat(" ", "milliseconds")
    except ValueError as error:
        raise UsageError(
            f"--since {written!r} cannot be read, because {error}. Write a date, a time and a time "
            'zone: --since "2026-11-20 23:59 UTC".'
        ) from None


def _scores(options: argparse.Namespace) -> int:
    from .score_output import score_output

    course = _course()
    assignment = course.assignment(options.assignment) if options.assignment else None
    how = (options.format, options.group, options.marks, _terminal_width())
    output = score_output(course, assignment, *how)
    print(output.text, end="")
    for remark in output.remarks:
        print(remark, file=sys.stderr)
    return DONE if output.complete else NOT_GRADED


def _terminal_width() -> int | None:
    """How many letters fit on a line; None where the output goes into a file or a pipe."""
    return shutil.get_terminal_size((0, 0)).columns or None


def _class_report(options: argparse.Namespace) -> int:
    from .course_report import write_class_report, write_course_report
    from .gradebook import open_gradebook
    from .roster import read_roster
    from .settings import load_config, load_settings
    from .text import one_line

    course = _course()
    chosen = course.assignment(options.assignment) if options.assignment is not None else None
    config = load_config(course.root)
    roster = read_roster(course, load_settings(config))
    with open_gradebook(course, config) as gradebook:
        if chosen is None:
            path, page = write_course_report(gradebook, course, roster, options.anonymous)
        else:
            path, page = write_class_report(gradebook, course, chosen, roster, options.anonymous)
    print("\n".join([str(path), *(f"  {one_line(fact)}" for fact in page.facts)]))
    return DONE


def _similarity(options: argparse.Namespace) -> int:
    from .progress import on_terminal, silent
    from .similarity import similarity
    from .similarity.page import write_page
    from .similarity.told import table, to_json

    course = _course()
    assignment = course.assignment(options.assignment)
    show = silent if options.quiet else on_terminal
    found = similarity(course, assignment, options.previous, show)
    page = write_page(course, assignment, found)
    as_json = json.dumps(to_json(found), indent=1, ensure_ascii=False) if options.json else ""
    print(as_json or table(found))
    print(f"The report: {page}", file=sys.stderr if options.json else sys.stdout)
    return DONE


def _void(options: argparse.Namespace) -> int:
    from .decisions import undo_void, void_submission, voided_text

    course = _course()
    assignment = course.assignment(options.assignment)
    student = options.student
    if student is None:
        if options.undo or options.reason is not None:
            raise UsageError("Whose submission? chainrule void ASSIGNMENT STUDENT")
        print(voided_text(course, assignment))
    elif options.undo:
        print(undo_void(course, assignment, student))
    elif options.reason is not None:
        print(void_submission(course, assignment, student, options.reason))
    else:
        raise UsageError('Why? chainrule void ASSIGNMENT STUDENT --reason "..." (or --undo)')
    return DONE


def _doctor(options: argparse.Namespace) -> int:
    from .doctor import examine, text

    found = examine()
    print(json.dumps(found.to_json(), indent=1) if options.json else text(found))
    return DONE if found.can_grade else NOT_GRADED


def _read_scores(course: Course, assignment: Assignment) -> list[StudentScores]:
    from .gradebook import open_gradebook
    from .roster import read_roster
    from .scores import whole_class
    from .settings import load_config, load_settings

    config = load_config(course.root)
    roster = read_roster(course, load_settings(config))
    with open_gradebook(course, config) as gradebook:
        return whole_class(gradebook, course, assignment, roster)
