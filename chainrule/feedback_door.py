"""Makes nbgrader's own commands give the page that ``chainrule grade`` writes, and no other.

nbgrader would show everything that stands in autograded/, whatever the course lets students see,
and looks for a page for each notebook.
"""

from __future__ import annotations

import shutil
from glob import glob
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash
from traitlets.log import get_logger

from .course import Course, find_course
from .feedback import page_path, pages_of, shown_now, write_page
from .feedback_page import render
from .gradebook import open_gradebook
from .roster import read_roster
from .settings import load_config, load_settings

SECRET_FILE = "submission_secret.txt"  # of nbgrader's exchange: only who handed in knows it


class PageExporter(Exporter):
    """For ``c.GenerateFeedback.exporter_class``: each notebook's page is that of the submission."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)  # type: ignore[no-untyped-call]
        self.file_extension = ".html"
        self._latest = "", ""  # the student whose page was made last, and the page

    def from_filename(  # type: ignore[override]  # as in all exporters, the output is text
        self, filename: str, resources: dict[str, Any] | None = None, **_: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of the submission that ``resources`` names; the file is never opened."""
        resources = dict(resources or {}, output_extension=self.file_extension)
        names = resources["nbgrader"]
        if self._latest[0] != names["student"]:
            converter: Any = self.parent
            course = Course(Path(converter.coursedir.root))
            self._latest = (
                names["student"],
                _page(course, names["assignment"], names["student"]),
            )
        return self._latest[1], resources


def _page(course: Course, assignment: str, student: str) -> str:
    config = load_config(course.root)
    settings = load_settings(config)
    roster = read_roster(course, settings)
    with open_gradebook(course, config) as gradebook:
        shown, phase = shown_now(gradebook, course, assignment, settings, roster)
        (page,) = pages_of(gradebook, course, assignment, [student], roster, shown)
    get_logger().info("%s: %s", student, phase)
    return render(page)


def keep_one_page(assignment: str, student: str, notebooks: list[str]) -> None:
    """For ``c.GenerateFeedback.post_convert_hook``: one page, and none of autograded/'s files.

    ``notebooks`` is nbgrader's list of what it has converted.
    """
    course = find_course(Path.cwd())
    first = Path(notebooks[0])
    student, assignment = first.parent.parent.name, first.parent.name
    written = page_path(course.root, assignment, student).with_name(f"{first.stem}.html")
    write_page(course.root, assignment, student, written.read_text(encoding="utf-8"))


class ReleaseFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]
    """For ``c.ExchangeFactory.release_feedback``.

    A student's nbgrader fetches a page for each notebook that was handed in. It gets the one page
    under each of their names.
    """

    def copy_files(self) -> None:
        name = self.coursedir.assignment_id
        left_out = (self.coursedir.student_id_exclude or "").split(",")
        notebooks = Course(Path(self.coursedir.root)).assignment(name).notebooks
        for folder in sorted(glob(self.src_path)):
            page = Path(folder, f"{name}.html")
            student = page.parent.parent.name
            if student in left_out or not page.is_file():
                continue
            secret = page.with_name(SECRET_FILE)
            if not secret.is_file():
                self.log.warning(
                    "%s did not hand in through nbgrader's exchange: send %s yourself",
                    student,
                    page,
                )
                continue
            for notebook in notebooks:
                key = notebook_hash(secret=secret.read_text(), notebook_id=notebook)
                self._publish(page, Path(self.dest_path) / f"{key}.html")
            self.log.info("Released the feedback of %s", student)

    def _publish(self, page: Path, target: Path) -> None:
        """Who fetches it meanwhile gets the old page or the new one."""
        unfinished = target.with_name(f"{target.stem}-tmp.html")
        shutil.copy(page, unfinished)
        unfinished.replace(target)
