"""The roster: students.csv in the course's folder, with names, groups and extensions.

One line for each student, below a line that names the columns::

    id,first_name,last_name,email,group,lms_id,extension
    fir,Fiona,Fir,fir@example.org,A,1042,nn_framework: 2026-11-25 23:59 UTC

Only the column ``id`` has to be there. Whatever cannot be understood stops the command that reads
it: a deadline that is not moved because of a slip of the pen costs a student all points.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NoReturn

from .course import Course
from .errors import UsageError
from .moments import Due, in_full, moment_as_written, stored_due
from .settings import ChainruleSettings
from .submitted import check_student_id
from .text import one_line

ROSTER_FILE = "students.csv"
MAX_BYTES = 4 << 20
MAX_LENGTH = 128  # of a name or an address, in the gradebook's columns
COLUMNS = ("id", "name", "first_name", "last_name", "email", "group", "lms_id", "extension", "note")
# How else people and programs call them, without capitals, spaces and signs.
_SPELLINGS = {
    "id": ("studentid", "student", "username", "login", "userid", "sisloginid"),
    "name": ("names", "fullname", "studentname"),
    "first_name": ("first", "firstnames", "givenname", "givennames", "forename"),
    "last_name": ("last", "lastnames", "surname", "familyname"),
    "email": ("mail", "emailaddress"),
    "group": ("groups", "section", "class", "tutorial"),
    "lms_id": ("lmsuserid", "canvasid", "moodleid", "idnumber"),
    "extension": ("extensions", "extendedto", "extendeduntil"),
    "note": ("notes", "comment", "comments", "remark", "remarks"),
}
_COLUMN = {
    spelling: column
    for column in COLUMNS
    for spelling in (column.replace("_", ""), *_SPELLINGS[column])
}
_ADDRESS = re.compile(r"[^\s@,;<>=+\-][^\s@,;<>]*@[^\s@,;<>]+")
_EXTENSION = re.compile(
    r"(?:(?P<assignment>[^:;]*?[^:;\s])\s*[:=\s]\s*)?(?P<moment>\d{4}-\d\d-\d\d.*)"
)


@dataclass(frozen=True)
class Student:
    """One line of the roster. A column that is not there is None, an empty cell is ""."""

    id: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    group: str | None = None
    lms_id: str | None = None
    extensions: Mapping[str, datetime] = field(default_factory=dict)  # by assignment, as written

    @property
    def name(self) -> str:
        """As people say it; "" where the roster has no name."""
        return " ".join(filter(None, (self.first_name, self.last_name)))

    @property
    def sorted_name(self) -> str:
        """As lists have it: last name first."""
        return ", ".join(filter(None, (self.last_name, self.first_name)))


@dataclass(frozen=True)
class Roster:
    """Everybody in students.csv, and the deadlines that the course sets."""

    students: Mapping[str, Student] = field(default_factory=dict)
    deadlines: Mapping[str, datetime] = field(default_factory=dict)  # by assignment, as written
    exists: bool = False
    extends: bool = False  # has a column of extensions: then nobody has any other extension

    def __getitem__(self, student: str) -> Student:
        """The student's line, or one that holds the id alone."""
        return self.students.get(student) or Student(student)

    def __contains__(self, student: str) -> bool:
        return student in self.students

    def zone(self, assignment: str, student: str) -> tzinfo:
        """In which time zone the student's deadline is written."""
        written = self[student].extensions.get(assignment) or self.deadlines.get(assignment)
        return (written and written.tzinfo) or UTC

    def due(
        self,
        assignment: str,
        student: str,
        stored: datetime | None = None,
        extension: timedelta | None = None,
    ) -> Due:
        """Until when the student may hand in.

        ``stored`` and ``extension`` are those of the gradebook, the former in UTC without a zone.
        They count where the course sets no deadline and the roster has no column of extensions.
        """
        zone = self.zone(assignment, student)
        moment = self.deadlines.get(assignment) or stored_due(stored, None, zone).moment
        if moment is None:
            return Due()
        if not self.extends:
            return stored_due(moment.astimezone(UTC), extension, zone)
        later = max(moment, self[student].extensions.get(assignment, moment))
        return Due(later, later != moment)

    def in_group(self, group: str) -> set[str]:
        """The ids of those in ``group``. Raises UsageError where nobody is."""
        found = {student.id for student in self.students.values() if student.group == group}
        if not found:
            groups = sorted({student.group for student in self.students.values() if student.group})
            there = f"There are: {', '.join(groups)}." if groups else f"{ROSTER_FILE} has none."
            raise UsageError(f"There is no group {group!r}. {there}")
        return found


def read_roster(course: Course, settings: ChainruleSettings) -> Roster:
    """What students.csv says; an empty roster where there is none.

    Raises UsageError that names the line of the first thing that is wrong.
    """
    names = settings.deadlines
    deadlines = {name: moment for name in names if (moment := settings.deadline(name)) is not None}
    path = course.root / ROSTER_FILE
    if not path.exists():
        return Roster(deadlines=deadlines)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{ROSTER_FILE} cannot be read: {error.strerror}.") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"{ROSTER_FILE} is larger than {MAX_BYTES >> 20} MB: is it the roster?")
    return _Reader(course.assignments(), deadlines).read(_text(data))


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UsageError(
            f"{ROSTER_FILE} is not UTF-8 text: save it as CSV UTF-8 in your spreadsheet."
        )
    return text


@dataclass
class _Reader:
    assignments: list[str]
    deadlines: Mapping[str, datetime]
    line: int = 0

    def read(self, text: str) -> Roster:
        lines = self._lines(text)
        self.line, head = next(lines, (1, []))
        columns = self._columns(head)
        students: dict[str, Student] = {}
        seen: dict[str, int] = {}  # in which line
        for self.line, cells in lines:
            student = self._student(self._record(columns, cells))
            if student.id in seen:
                self._refuse(
                    f"the id {student.id!r} stands in line {seen[student.id]} already. "
                    "Put all of a student into one line"
                )
            seen[student.id] = self.line
            students[student.id] = student
        return Roster(students, self.deadlines, exists=True, extends="extension" in columns)

    def _lines(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """The lines that are not empty, with their numbers."""
        first = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")
        separator = max(",;\t", key=first.count)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        while True:
            number = rows.line_num + 1
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                self.line = number
                self._refuse(
                    f"it is not a line of a CSV file ({error}): are there two quotation marks "
                    "around each cell that has any?"
                )
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield number, cells

    def _columns(self, head: list[str]) -> list[str]:
        columns = []
        for name in head:
            column = _COLUMN.get(re.sub(r"[\s_\-.]", "", name.casefold()))
            if column is None and name:
                self._refuse(
                    f"there is no column {name!r}. The columns are: {', '.join(COLUMNS)}. "
                    "Remove it, or call it note, which nothing reads"
                )
            if column in columns and column != "note":
                self._refuse(f"there are two columns for {column}: remove one")
            columns.append(column or "note")
        if "id" not in columns:
            self._refuse(
                f"there is no column id. The first line names the columns: {', '.join(COLUMNS)}"
            )
        if "name" in columns and {"first_name", "last_name"} & {*columns}:
            self._refuse("there is a column name beside first_name or last_name: remove one")
        return columns

    def _record(self, columns: list[str], cells: list[str]) -> dict[str, str]:
        if any(cells[len(columns) :]):
            self._refuse(
                f"there are {len(cells)} cells, and {len(columns)} columns. Put quotation marks "
                "around a cell that holds the separator"
            )
        cells = cells + [""] * (len(columns) - len(cells))
        record = dict(zip(columns, cells, strict=False))
        for column, cell in record.items():
            if column in ("note", "extension"):
                continue
            if cell != one_line(cell):
                self._refuse(f"{column} holds what cannot be seen: write {one_line(cell)!r}")
            if len(cell) > MAX_LENGTH:
                self._refuse(f"{column} is longer than {MAX_LENGTH} letters: shorten it")
        return record

    def _student(self, record: dict[str, str]) -> Student:
        if not record["id"]:
            self._refuse("the id is missing")
        try:
            check_student_id(record["id"])
        except UsageError as error:
            self._refuse(str(error).replace(" Rename the folder.", "").rstrip("."))
        email = record.get("email")
        if email and not _ADDRESS.fullmatch(email):
            self._refuse(f"{email!r} is no e-mail address: write it as name@example.org")
        first, last = record.get("first_name"), record.get("last_name")
        if "name" in record:  # where it ends and the other begins, only a comma says
            last, _, first = (part.strip() for part in record["name"].partition(","))
        extensions = self._extensions(record.get("extension", ""))
        return Student(
            record["id"], first, last, email, record.get("group"), record.get("lms_id"), extensions
        )

    def _extensions(self, cell: str) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for text in filter(None, map(str.strip, re.split(r"[;\n]", cell))):
            name, moment = self._extension(text)
            if name in found:
                self._refuse(f"there are two extensions for {name}: remove one")
            found[name] = moment
        return found

    def _extension(self, text: str) -> tuple[str, datetime]:
        example = (
            f"{self.assignments[0] if self.assignments else 'ASSIGNMENT'}: 2026-11-25 23:59 UTC"
        )
        match = _EXTENSION.fullmatch(text)
        if match is None:
            self._refuse(
                f"the extension {text!r} cannot be read. Write the assignment and the new deadline "
                f"with its time zone: {example}"
            )
        name = match["assignment"]
        if name is None and len(self.assignments) == 1:
            name = self.assignments[0]
        if name not in self.assignments:
            what = "does not say for which assignment" if name is None else f"is for {name!r}"
            self._refuse(
                f"the extension {text!r} {what}. The assignments are: "
                f"{', '.join(self.assignments) or 'none'}. Write: {example}"
            )
        try:
            moment = moment_as_written(match["moment"])
        except ValueError as error:
            self._refuse(
                f"the extension {text!r} cannot be read, because {error}. Write a date, a time and "
                f"a time zone: {example}"
            )
        deadline = self.deadlines.get(name)
        if deadline is not None and moment <= deadline:
            self._refuse(
                f"the extension {text!r} is not after the deadline of {name}, which is "
                f"{in_full(deadline)}: correct it, or leave it out"
            )
        return name, moment

    def _refuse(self, what: str) -> NoReturn:
        raise UsageError(f"{ROSTER_FILE}, line {self.line}: {one_line(what)}.")
