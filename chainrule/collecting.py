"""Whose each file of an archive is that ``nbgrader zip_collect`` has unpacked.

The archives are those of ``hand_in`` and ``chainrule package``: <homework>__<student>__<time>.zip.
A learning management system gives them out with its own words before and after that name, or in a
folder for each student. Everything in an archive is written by a student, so only its place
counts: a notebook lies at the top of an archive, and folders in an archive name nobody.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.plugins import FileNameCollectorPlugin

from .homework import is_student_id

# From the right: what stands before may hold anything.
_ARCHIVE = re.compile(r".*__(?P<student_id>(?:(?!__).)+)__(?P<timestamp>\d{8}T\d{6}Z).*")
# What the systems put before a file's name: who handed it in, by name and number.
_UPLOADERS = (
    re.compile(r"(.+?_\d+)_assignsubmission_file"),  # Moodle
    re.compile(r"([^_]+(?:_LATE)?_\d+)_\d+_"),  # Canvas
)


class Collector(FileNameCollectorPlugin):  # type: ignore[misc]
    """Set by ``settings.configure``; nbgrader calls ``collect`` with each unpacked file."""

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """Whose file it is, its name and the time of the archive; None for one to leave out."""
        path = Path(submitted_file)
        if path.suffix not in self.valid_ext:
            return None
        archive = path.parent
        match = _named(archive) if archive in self._owners else None
        if match is None:
            self.log.error(
                "Not collected: %s does not lie at the top of an archive called "
                "<homework>__<student>__<time>.zip",
                submitted_file,
            )
            return None
        student = match["student_id"]
        rivals = {self._owners[other] for other in self._archives_of[student]} - {""}
        if len(rivals) > 1:
            self.log.error(
                "Not collected: %s. Several people have handed in as %s: %s. Remove the archives "
                "that are not by this student and collect again.",
                *(submitted_file, student, ", ".join(sorted(rivals))),
            )
            return None
        return {**match.groupdict(), "file_id": path.name}

    @cached_property
    def _owners(self) -> dict[Path, str]:
        """The folder of each archive that was unpacked -> who handed it in, where that is told."""
        app: Any = self.parent
        places = {
            "downloaded": app.downloaded_directory,
            "assignment_id": app.coursedir.assignment_id,
        }
        pattern = str(Path(app.coursedir.root, app.collect_directory_structure))
        downloaded = Path(pattern.format(collect_step=app.archive_directory, **places))
        extracted = Path(pattern.format(collect_step=app.extracted_directory, **places))
        found = {}
        for path in downloaded.rglob("*.zip"):
            inside = path.relative_to(downloaded)
            found[extracted / inside.with_suffix("")] = _uploader(inside)
        return found

    @cached_property
    def _archives_of(self) -> dict[str, list[Path]]:
        found = defaultdict(list)
        for path in self._owners:
            match = _named(path)
            if match is not None:
                found[match["student_id"]].append(path)
        return found


def _named(archive: Path) -> re.Match[str] | None:
    match = _ARCHIVE.fullmatch(archive.name)
    return match if match is not None and is_student_id(match["student_id"]) else None


def _uploader(archive: Path) -> str:
    """Who handed in, in the words of the system that the archive comes from; or ""."""
    for pattern in _UPLOADERS:
        for part in archive.parts:
            match = pattern.match(part)
            if match is not None:
                return match[1]
    return ""
