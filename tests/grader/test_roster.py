"""students.csv: how it is read, what is refused, and what it does to gradebook and scores."""

import shutil
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from chainrule.classroom import grade
from chainrule.course import Course
from chainrule.errors import UsageError
from chainrule.gradebook import known, open_gradebook
from chainrule.moments import in_full, moment_as_written
from chainrule.registration import enrol
from chainrule.roster import MAX_BYTES, Roster, Student, read_roster
from chainrule.scores import scores
from chainrule.settings import load_config, load_settings
from tests.grader.test_doors import nbgrader

LATER = "2026-11-25 23:59 UTC"
LATER_MOMENT = datetime(2026, 11, 25, 23, 59, tzinfo=UTC)


@pytest.fixture
def read(course):
    """Writes students.csv, bytes or text, and reads it."""

    def put(text):
        data = text if isinstance(text, bytes) else text.encode()
        (course.root / "students.csv").write_bytes(data)
        return read_roster(course, load_settings(load_config(course.root)))

    return put


@pytest.fixture
def two_assignments(course):
    shutil.copytree(course.root / "source" / "tiny", course.root / "source" / "small")


# ---- what is understood


def test_all_columns_are_read(read):
    roster = read(
        "id,first_name,last_name,email,group,lms_id,extension,note\n"
        f"alder,Ada,Alder,ada@example.org,A,1042,tiny: {LATER},was ill\n"
    )
    assert roster["alder"] == Student(
        "alder", "Ada", "Alder", "ada@example.org", "A", "1042", {"tiny": LATER_MOMENT}
    )
    assert (roster["alder"].name, roster["alder"].sorted_name) == ("Ada Alder", "Alder, Ada")


def test_without_the_file_nobody_is_missing_from_it(course):
    roster = read_roster(course, load_settings(load_config(course.root)))
    assert (roster.exists, dict(roster.students)) == (False, {})


def test_the_column_of_ids_is_enough(read):
    roster = read("id\nalder\nbirch\n")
    assert list(roster.students) == ["alder", "birch"] and roster.exists
    assert roster["alder"] == Student("alder") and not roster.extends


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbfid,email\r\nalder,a@example.org\r\n",  # as Excel saves it
        "id;email\nalder;a@example.org\n",  # where the comma is a decimal point
        "id\temail\nalder\ta@example.org\n",
        "\n,\nid,email\n\n , \nalder,a@example.org\n\n",
        "  ID , E-Mail \n alder , a@example.org \n",
        "Username,Email address\nalder,a@example.org",
        'SIS Login ID,"email"\n"alder","a@example.org"\n',
        "email,id\na@example.org,alder\n",
        "id,email,\nalder,a@example.org,\n",
        "id,email,group\nalder,a@example.org\n",
    ],
)
def test_spreadsheets_and_people_write_it_in_their_own_ways(read, text):
    student = read(text)["alder"]
    assert (student.id, student.email) == ("alder", "a@example.org")


@pytest.mark.parametrize(
    ("column", "cell", "first", "last"),
    [
        ("name", '"Alder, Ada"', "Ada", "Alder"),  # as Canvas writes names
        ("names", "Ada Alder", "", "Ada Alder"),  # which is which is not guessed
        ("name", "王小明", "", "王小明"),
    ],
)
def test_a_name_in_one_column(read, column, cell, first, last):
    student = read(f"id,{column}\nalder,{cell}\n")["alder"]
    assert (student.first_name, student.last_name) == (first, last)


@pytest.mark.parametrize(
    "cell",
    [
        f"tiny: {LATER}",
        f"tiny {LATER}",
        f"tiny={LATER}",
        f" tiny :{LATER} ; ",
        "tiny: 2026-11-26T00:59+01:00",
        "tiny: 2026-11-26 00:59 Europe/Prague",
        LATER,  # there is one assignment
    ],
)
def test_an_extension_is_an_assignment_and_a_moment(read, cell):
    assert read(f"id,extension\nalder,{cell}\n")["alder"].extensions == {"tiny": LATER_MOMENT}


def test_several_extensions_stand_in_one_cell(read, two_assignments):
    roster = read(f'id,extension\nalder,"tiny: {LATER}; small: 2026-12-01 10:00 UTC"\n')
    assert set(roster["alder"].extensions) == {"tiny", "small"}


def test_a_line_break_in_a_cell_separates_extensions_too(read, two_assignments):
    roster = read(f'id,extension\nalder,"tiny: {LATER}\nsmall: {LATER}"\nbirch,\n')
    assert set(roster["alder"].extensions) == {"tiny", "small"}


# ---- what is refused


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "no column id"),
        ("name,email\nAda,a@example.org\n", 1, "no column id"),
        ("id,extention\nalder,\n", 1, "no column 'extention'"),
        ("id,email,E-Mail\nalder,,\n", 1, "two columns for email"),
        ("id,name,last_name\nalder,,\n", 1, "column name beside"),
        ("id\nalder\n\nalder\n", 4, "stands in line 2 already"),
        ("id,email\n,a@example.org\n", 2, "the id is missing"),
        ("id\nalder\n../alder\n", 3, "is refused"),
        ("id\nalder\n-rf\n", 3, "is refused"),
        ("id\nalder\nä\n", 3, "is refused"),
        ("id,email\nalder,Ada\n", 2, "no e-mail address"),
        ("id,email\nalder,=cmd@example.org\n", 2, "no e-mail address"),
        ("id,group\nalder,A,B\n", 2, "3 cells, and 2 columns"),
        ('id,group\n"alder,A\n', 2, "not a line of a CSV file"),
        ('id,group\nalder,"A"B\n', 2, "not a line of a CSV file"),
        ("id,last_name\nalder,Al\u202eder\n", 2, "cannot be seen"),
        (f"id,last_name\nalder,{'x' * 129}\n", 2, "longer than 128"),
        ("id,extension\nalder,tiny: tomorrow\n", 2, "cannot be read"),
        ("id,extension\nalder,tiny: 25.11.2026 23:59 UTC\n", 2, "cannot be read"),
        ("id,extension\nalder,tiny: 2026-11-25 23:59\n", 2, "no time zone"),
        ("id,extension\nalder,tiny: 2026-11-25\n", 2, "not a date and a time"),
        ("id,extension\nalder,tiny: 2026-11-25 23:59 Nowhere\n", 2, "no time zone called"),
        (f"id,extension\nalder,tyni: {LATER}\n", 2, "is for 'tyni'"),
        (f"id,extension\nalder,tiny: {LATER}; tiny: {LATER}\n", 2, "two extensions"),
        ("id,extension\nalder,\nbirch,tiny: 2025-11-25 23:59 UTC\n", 3, "not after the deadline"),
        ('id,extension\nalder,"tiny: \n"\nbirch,3 days\n', 2, "cannot be read"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_do(read, text, line, what):
    with pytest.raises(UsageError) as told:
        read(text)
    assert str(told.value).startswith(f"students.csv, line {line}: ")
    assert what in str(told.value)


def test_an_extension_that_does_not_say_for_what_is_refused(read, two_assignments):
    with pytest.raises(UsageError, match="does not say for which assignment"):
        read(f"id,extension\nalder,{LATER}\n")


@pytest.mark.parametrize(
    "data",
    [
        "id,last_name\nalder,Größe\n".encode("latin-1"),
        "id\nalder\n".encode("utf-16"),
        b"id\nal\0der\n",
        b"id\n" + b"x" * MAX_BYTES,
    ],
)
def test_a_file_that_is_no_text_is_refused(read, data):
    with pytest.raises(UsageError, match=r"students\.csv is"):
        read(data)


def test_a_folder_of_that_name_is_refused(course):
    (course.root / "students.csv").mkdir()
    with pytest.raises(UsageError, match=r"students\.csv cannot be read"):
        read_roster(course, load_settings(load_config(course.root)))


def test_what_is_quoted_from_the_file_does_no_harm_to_a_terminal(read):
    with pytest.raises(UsageError) as told:
        read("id,extension\nalder,\x1b[2Jtiny\n")
    assert "\x1b" not in str(told.value)


def test_grading_does_not_begin_with_a_roster_that_is_wrong(read, course, hand_in, fake_judges):
    hand_in("alder")
    with pytest.raises(UsageError):
        read("id\nalder\nalder\n")
    judges = fake_judges()
    with pytest.raises(UsageError, match="line 3"):
        grade(course, course.assignment("tiny"), executor=judges)
    assert judges.judged == 0


# ---- groups


def test_a_group_is_its_students(read):
    assert read("id,group\nalder,A\nbirch,B\ncedar,A\n").in_group("A") == {"alder", "cedar"}


def test_a_group_that_nobody_is_in_is_refused(read):
    with pytest.raises(UsageError, match="There are: A, B"):
        read("id,group\nalder,A\nbirch,B\n").in_group("C")
    with pytest.raises(UsageError, match="has none"):
        Roster().in_group("A")


# ---- until when somebody may hand in


def test_a_deadline_is_told_in_the_time_zone_it_was_written_in(read):
    roster = read("id,extension\nalder,tiny: 2026-11-26 00:59 +01:00\nbirch,\n")
    assert roster.zone("tiny", "alder").utcoffset(None) == timedelta(hours=1)
    moment = datetime(2026, 11, 20)
    assert roster.zone("tiny", "birch").utcoffset(moment) == timedelta()  # the course's own
    assert Roster().zone("tiny", "alder") == UTC  # nobody has written any


def test_an_extension_is_for_one_student_and_one_assignment(read):
    roster = read(f"id,extension\nalder,tiny: {LATER}\nbirch,\n")
    assert roster.due("tiny", "alder").moment == LATER_MOMENT
    assert roster.due("tiny", "alder").extended
    for other in ("birch", "nobody"):
        assert roster.due("tiny", other).moment == datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
        assert not roster.due("tiny", other).extended
    assert roster.due("another", "alder").moment is None


def test_a_column_of_extensions_replaces_those_of_the_gradebook(read):
    hours = timedelta(hours=3)
    without, having = read("id\nalder\n"), read("id,extension\nalder,\n")
    assert without.due("tiny", "alder", None, hours).extended
    assert not having.due("tiny", "alder", None, hours).extended


def test_an_extension_never_shortens_a_deadline_that_only_the_gradebook_knows(course):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace("c.ChainruleSettings.deadlines", "_"))
    (course.root / "students.csv").write_text(f"id,extension\nalder,tiny: {LATER}\n")
    roster = read_roster(course, load_settings(load_config(course.root)))
    assert roster.due("tiny", "alder", datetime(2026, 12, 1)).moment.month == 12
    assert roster.due("tiny", "alder", datetime(2026, 11, 1)).moment == LATER_MOMENT


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-20 23:59 UTC", "2026-11-20 23:59 UTC"),
        ("2026-11-20 23:59:30 Z", "2026-11-20 23:59:30 UTC"),
        ("2026-07-01 12:00 Europe/Prague", "2026-07-01 12:00 Europe/Prague (2026-07-01 10:00 UTC)"),
        ("2026-11-21 00:59 +01:00", "2026-11-21 00:59 +01:00 (2026-11-20 23:59 UTC)"),
    ],
)
def test_a_moment_is_shown_as_it_was_written_and_in_utc(text, shown):
    assert in_full(moment_as_written(text)) == shown


# ---- grading


@pytest.fixture
def run(course, fake_judges):
    return lambda: grade(course, course.assignment("tiny"), executor=fake_judges())


def query(course, text):
    with sqlite3.connect(course.root / "gradebook.db") as connection:
        return connection.execute(text).fetchall()


def total_of_alder(course):
    with open_gradebook(course, load_config(course.root)) as gradebook:
        (row,) = scores(gradebook, course, course.assignment("tiny"))
        return row.total


def test_an_extension_counts_from_the_next_grading_on_and_so_does_its_end(
    read, run, course, hand_in
):
    hand_in("alder", timestamp="2026-11-24 12:00 UTC")
    read("id,extension\nalder,\n")
    assert "after the deadline: 0 points" in run().problems["alder"][0]
    read(f"id,extension\nalder,tiny: {LATER}\n")
    assert (run().problems["alder"], total_of_alder(course)) == ([], 2.5)
    assert run().graded == []
    read("id,extension\nbirch,\n")
    assert "2026-11-24 12:00 UTC, the deadline was 2026-11-20" in run().problems["alder"][0]
    assert total_of_alder(course) == 0


def test_who_is_late_in_spite_of_an_extension_reads_about_both(read, run, hand_in):
    hand_in("alder", timestamp="2026-11-26 00:29 UTC")
    read(f"id,extension\nalder,tiny: {LATER}\n")
    assert run().problems["alder"] == [
        "handed in 30 min after the deadline: 0 points. It came at 2026-11-26 00:29 UTC, "
        "the deadline was 2026-11-25 23:59 UTC, with an extension"
    ]


def test_nbgrader_knows_the_extension_and_the_names(read, run, course, hand_in):
    hand_in("alder", timestamp="2026-11-24 12:00 UTC")
    read(
        "id,first_name,last_name,email,lms_id,extension\n"
        f"alder,Ada,Alder,ada@example.org,7,tiny: {LATER}\nbirch,,Birch,,,\n"
    )
    run()
    with open_gradebook(course, load_config(course.root)) as gradebook:
        submission = gradebook.find_submission("tiny", "alder")
        assert submission.duedate == LATER_MOMENT.replace(tzinfo=None)
        assert submission.total_seconds_late == 0
    assert query(course, "select * from student order by id") == [
        ("alder", "Ada", "Alder", "ada@example.org", "7"),
        ("birch", None, "Birch", None, None),
    ]


def test_what_the_roster_has_no_column_for_stays_in_the_gradebook(read, course):
    with open_gradebook(course, load_config(course.root)) as gradebook:
        gradebook.add_student("alder", first_name="Ada", email="old@example.org")
        enrol(gradebook, read("id,email\nalder,new@example.org\n"))
        enrol(gradebook, read("id\nalder\n"))
        student = gradebook.find_student("alder")
        assert (student.first_name, student.email) == ("Ada", "new@example.org")
        enrol(gradebook, read("id,email\nalder,\n"))
        assert gradebook.find_student("alder").email is None


def test_who_is_not_in_the_roster_is_graded_and_named(read, run, hand_in):
    hand_in("alder")
    hand_in("birch")
    read("id\nalder\n")
    report = run()
    assert (report.graded, report.unknown) == (["alder", "birch"], ["birch"])


def test_the_deadline_of_a_student_is_known_before_anything_is_handed_in(read, course):
    roster = read(f"id,extension\nalder,tiny: {LATER}\n")
    with open_gradebook(course, load_config(course.root)) as gradebook:
        assert known(gradebook, "tiny").due("alder", roster).moment == LATER_MOMENT


def test_both_doors_make_the_same_of_a_roster(read, run, course, hand_in):
    hand_in("alder", timestamp="2026-11-24 12:00 UTC")
    hand_in("birch", timestamp="2026-11-24 12:00 UTC")
    read(f"id,name,email,extension\nalder,Ada,a@example.org,tiny: {LATER}\ncedar,Cy,,\n")
    other = Course(course.root.parent / "other")
    shutil.copytree(course.root, other.root)
    grade(course, course.assignment("tiny"))
    status, said = nbgrader(other, "autograde", "tiny")
    assert status == 0, said
    assert "birch: not in students.csv" in said
    for text in (
        "select * from student order by id",
        "select student_id, timestamp, extension from submitted_assignment order by 1",
        "select auto_comment from comment order by 1",
        "select late_submission_penalty from submitted_notebook order by 1",
    ):
        assert query(course, text) == query(other, text)
    assert grade(other, other.assignment("tiny")).graded == []
