"""What a report says about one assignment: pictures, their numbers, and what to do about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from . import items
from .class_data import ClassData
from .item_sections import (
    components_section,
    kind,
    mistakes_section,
    name,
    nobody_failed_section,
    requirements_section,
)
from .marks import rounded
from .report import number
from .report_page import Page, Section, counted
from .score_sections import (
    marks_section,
    points_section,
    progress_section,
    shares_section,
    waits_section,
)
from .time_section import times_section

_FACTS = 3


def class_page(data: ClassData, *, anonymous: bool) -> Page:
    """The report on one assignment of a class; ``anonymous``: without the name of a student."""
    mistakes = items.mistakes(data.works, data.components)
    parts = items.component_items(data.works, data.components)
    requirements = items.requirement_items(data.works, data.components)
    sections: list[Section | None] = [progress_section(data)]
    if not anonymous:
        sections.append(waits_section(data))
    if data.graded:
        sections += [points_section(data), marks_section(data)]
    if data.counting:
        sections.append(shares_section(data))
    if data.works:
        sections += [
            mistakes_section(mistakes, data),
            components_section(parts, data),
            requirements_section(requirements),
            nobody_failed_section(requirements),
        ]
    sections.append(times_section(data))
    return Page(
        f"{data.assignment}: how the class did",
        list(_intro(data)),
        list(_facts(data, mistakes, parts, requirements))[:_FACTS],
        [section for section in sections if section is not None],
    )


def _intro(data: ClassData) -> Iterator[str]:
    """Who is in this report, and who is not."""
    told = [f"{counted(len(data.graded), 'submission')} judged"]
    if data.not_graded:
        told.append(f"{len(data.not_graded)} handed in without a score")
    told.append(
        f"{counted(len(data.absent), 'student')} handed in nothing"
        if data.absent
        else "nobody else is known"
    )
    yield "; ".join(told) + ". Only the judged ones are in the numbers below."
    if late := sum(one.late for one in data.graded):
        yield (
            f"{counted(late, 'submission')} came late: 0 points and mark 0. How the code did is "
            "counted all the same, in mistakes, components and requirements."
        )
    if voided := sum(one.voided for one in data.graded):
        yield (
            f"{counted(voided, 'submission')} set to 0 by a decision: counted with 0 in points and "
            "marks and left out of all else, since the work may be somebody else's."
        )
    if unknown := len(data.counting) - len(data.works):
        yield (
            f"{counted(unknown, 'submission')} without the outcome of each check, from another "
            "version of the grader or of the assignment: left out of mistakes, components and "
            f"requirements. Run chainrule grade {data.assignment} to have them in."
        )
    if data.history.verdicts:
        again = data.history.handed_in_again
        more = (
            f" {counted(again, 'student')} handed in more than once and gained "
            f"{number(data.history.gained)} points for code on average."
            if again
            else ""
        )
        yield f"The record holds {counted(data.history.verdicts, 'verdict')}.{more}"
    yield f"All times are {data.zone}."


def _facts(
    data: ClassData,
    mistakes: Sequence[items.Mistake],
    parts: Sequence[items.Item],
    requirements: Sequence[items.Item],
) -> Iterator[str]:
    """The most useful things to know, the most urgent first."""
    if data.not_graded:
        yield (
            f"{counted(len(data.not_graded), 'submission')} without a score: "
            f"run chainrule grade {data.assignment}."
        )
    waiting = [one for one in data.graded if one.scores.waiting]
    if waiting:
        answers = sum(len(one.scores.waiting) for one in waiting)
        points = sum(one.at_stake for one in waiting)
        yield (
            f"{counted(answers, 'answer')} of {counted(len(waiting), 'student')} to be read by a "
            f"person, worth up to {number(points)} points: open the formgrader."
        )
    for item in [*parts, *requirements]:
        if item.remark == items.BACKWARDS:
            yield f"{name(item)} is met less often by strong students: look at the test."
    for item in requirements:
        if item.remark == items.NOBODY_MET and item.tried > 1:
            yield f"Nobody meets “{name(item)}”: look at the test and at the text."
    if mistakes:
        top = mistakes[0]
        hint = f" (hint: {top.hint})" if top.hint else ""
        yield (
            f"The commonest mistake, by {counted(top.students, 'student')}: {name(top)}, "
            f"{kind(top)}{hint}."
        )
    if parts and (hardest := min(parts, key=lambda item: item.met)).failed:
        yield f"The hardest component is {name(hardest)}: {hardest.met} of {hardest.tried} pass."
    if data.graded:
        middle = median(one.scores.mark for one in data.graded)
        more = " before the rest is read" if waiting else ""
        yield f"Half of the class has a mark of {rounded(middle):.1f} or better{more}."
    if not data.graded:
        yield f"Nothing is graded yet: run chainrule grade {data.assignment}."
