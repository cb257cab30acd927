"""Which students' pages there are to write, and where they go.

feedback/<student>/<assignment>/<assignment>.html is one file that needs nothing else: no script,
no network. nbgrader's own commands give the same page (feedback_door.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from nbgrader.api import Gradebook

from . import voids
from .course import Course
from .disclosure import Shown, in_words, now, phase_at, shown_in
from .errors import UsageError
from .feedback_facts import Told, fingerprint
from .feedback_page import Page, judged
from .feedback_query import last_due, read_told
from .files import replacing
from .moments import Due
from .roster import Roster
from .settings import CONFIG_FILE, ChainruleSettings

# What nbgrader's exchange needs to know whose page it is and of which submission.
_FOR_EXCHANGE = ("timestamp.txt", "submission_secret.txt")


def page_path(root: Path, assignment: str, student: str) -> Path:
    return root / "feedback" / student / assignment / f"{assignment}.html"


def write_page(root: Path, assignment: str, student: str, html: str) -> None:
    """Write feedback/<student>/<assignment>/: the page, and what nbgrader's exchange needs."""
    path = page_path(root, assignment, student)
    graded = root / "autograded" / student / assignment
    with replacing(path.parent) as new:
        (new / path.name).write_text(html, encoding="utf-8")
        for name in _FOR_EXCHANGE:
            if (graded / name).is_file():
                (new / name).write_bytes((graded / name).read_bytes())


def is_current(page: Page) -> bool:
    """Whether the page that is there says what it would say now."""
    try:
        with page_path(page.root, page.assignment, page.told.student).open("rb") as file:
            head = file.read(1000)
        return fingerprint(page.told, judged(page), page.shown).encode() in head
    except OSError:
        return False


def pages_of(
    gradebook: Gradebook,
    course: Course,
    assignment: str,
    students: Iterable[str],
    roster: Roster,
    shown: Shown,
) -> Iterator[Page]:
    """What each student's page is to say now."""
    students = list(students)
    found = read_told(gradebook, roster, assignment, students)
    reasons = voids.reasons(course.root, assignment)
    for student in students:
        told = found.get(student, Told(student, "", None, Due(), 0.0))
        told = replace(told, void=reasons.get(student, ""))
        yield Page(course.root, assignment, told, shown)


def shown_now(
    gradebook: Gradebook,
    course: Course,
    assignment: str,
    settings: ChainruleSettings,
    roster: Roster,
) -> tuple[Shown, str]:
    """What pages may tell of hidden tests at this moment, and the phase in words.

    Raises UsageError where the publication of an assignment is set that there is not.
    """
    for name in settings.published:
        if name not in course.assignments():
            raise UsageError(
                f"{CONFIG_FILE}: c.ChainruleSettings.published sets {name!r}, which is no "
                f"assignment. There are: {', '.join(course.assignments())}."
            )
    last = last_due(gradebook, roster, assignment)
    published = settings.publication(assignment)
    phase = phase_at(now(), last, published)
    shown = shown_in(phase, settings.feedback)
    told = ", ".join(shown.words) or "nothing but how many"
    return shown, f"{in_words(phase, last, published)}; told of failed hidden tests: {told}"
