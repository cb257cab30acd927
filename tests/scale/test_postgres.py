"""The gradebook in PostgreSQL: the same as in SQLite, and several who grade at once."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import IntegrityError

from chainrule import database, gradebook
from chainrule.classroom import grade
from chainrule.cli import main
from chainrule.course import Course
from chainrule.errors import GradebookError, UsageError
from chainrule.gradebook import open_gradebook, record
from chainrule.registration import register
from chainrule.settings import load_config
from chainrule.workers import new_pool
from tests.crash.conftest import ROWS, run, start, wait_until
from tests.grader.conftest import verdict_on
from tests.scale.conftest import STUDENTS

pytest.importorskip("psycopg")
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
pytestmark = pytest.mark.skipif(not BINARIES, reason="PostgreSQL is not installed")


class Server:
    """A server of our own that answers on a socket in a folder of its own."""

    def __init__(self, folder):
        self.folder, self.process = folder, None
        self.user = {}
        if os.geteuid() == 0:  # which PostgreSQL refuses to run as
            self.user = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(folder, "postgres", "postgres")
        self._run("initdb", "-D", "data", "-U", "grader", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    def _run(self, name, *arguments):
        command = [BINARIES[-1].with_name(name), *arguments]
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, **self.user)

    def start(self):
        settings = {"listen_addresses": "", "unix_socket_directories": self.folder, "fsync": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [BINARIES[-1].with_name("postgres"), "-D", "data", *options],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **self.user,
            )
        assert wait_until(self._answers)

    def _answers(self):
        command = [BINARIES[-1].with_name("pg_isready"), "-q", "-h", self.folder]
        return subprocess.run(command, check=False).returncode == 0

    def stop(self):
        """At once, without a word to those who are connected."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    def url(self, name):
        return f"postgresql://grader@/{name}?host={self.folder}"

    def create(self, name, template="template1"):
        engine = create_engine(self.url("postgres"), poolclass=NullPool)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"create database {name} template {template}"))
        return self.url(name)


def use(course, url):
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write(f"\nc.CourseDirectory.db_url = {url!r}\n")


def query(url, statement):
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        found = connection.execute(text(statement)).fetchall()
    return sorted(tuple(_plain(value) for value in row) for row in found)


def _plain(value):
    """A value as text that says the same for both databases."""
    if isinstance(value, bool | int):
        return str(float(value))
    return str(value).removesuffix(".000000")


def execute(url, statement):
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text(statement))


@pytest.fixture(scope="session")
def server():
    folder = Path(tempfile.mkdtemp(prefix="chainrule-"))  # whose parents postgres may enter
    made = Server(folder)
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def pool():
    with new_pool(2) as executor:
        yield executor


@pytest.fixture(scope="session")
def registered(server, registered_class, tmp_path_factory):
    """The name of a database that knows the assignment. To register it takes seconds."""
    course = copy(registered_class, tmp_path_factory.mktemp("postgres") / "course")
    use(course, server.create("registered"))
    config = load_config(course.root)
    with open_gradebook(course, config) as made:
        register(made, course, course.assignment("tiny"), None, config)
    return "registered"


def copy(course, root):
    shutil.copytree(course.root, root)
    return Course(root)


@pytest.fixture
def empty(server, request):
    """A new database without any table."""
    return server.create(f"empty_{abs(hash(request.node.name))}")


@pytest.fixture
def url(server, registered, request):
    """A new database in which the assignment is registered."""
    return server.create(f"copy_{abs(hash(request.node.name))}", registered)


@pytest.fixture
def class_there(course, url):
    """A class whose gradebook is in PostgreSQL."""
    use(course, url)
    return course


def rows_here(course):
    return query(f"sqlite:///{course.root / 'gradebook.db'}", ROWS)


def test_postgres_has_the_rows_that_sqlite_has(class_there, url, pool, graded_here):
    report = grade(class_there, class_there.assignment("tiny"), executor=pool)
    assert not report.failures
    assert query(url, ROWS) == rows_here(graded_here)


def test_a_new_database_is_filled_from_nothing(course, empty, pool, graded_here):
    use(course, empty)
    grade(course, course.assignment("tiny"), executor=pool)
    assert query(empty, ROWS) == rows_here(graded_here)


def test_the_scores_are_those_of_sqlite(class_there, pool, graded_here, monkeypatch, capsys):
    grade(class_there, class_there.assignment("tiny"), executor=pool)
    said = []
    for course in (class_there, graded_here):
        monkeypatch.chdir(course.root)
        assert main(["scores", "tiny", "--format", "csv"]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


def test_a_second_run_judges_nothing(class_there, pool):
    assignment = class_there.assignment("tiny")
    grade(class_there, assignment, executor=pool)
    report = grade(class_there, assignment, executor=pool)
    assert (len(report.unchanged), report.graded) == (STUDENTS, [])


def test_scores_given_by_a_person_survive_force(class_there, url, pool):
    assignment = class_there.assignment("tiny")
    grade(class_there, assignment, executor=pool)
    execute(url, "update grade set manual_score = 1.25 where needs_manual_grade")
    execute(url, "update comment set manual_comment = 'Well derived.'")
    given = "select id, manual_score from grade", "select id, manual_comment from comment"
    before = [query(url, statement) for statement in given]
    grade(class_there, assignment, force=True, executor=pool)
    assert [query(url, statement) for statement in given] == before


def test_characters_that_postgres_cannot_store_do_not_stop_a_class(class_there, pool):
    path = class_there.root / "submitted/student00/tiny/1_layers.ipynb"
    said = r"raise ValueError('\\0 \\ud800')"
    path.write_text(path.read_text().replace("return 2 * x", said))
    assert said in path.read_text()
    report = grade(class_there, class_there.assignment("tiny"), executor=pool)
    assert not report.failures


def test_several_who_grade_at_once_fill_an_empty_database(course, empty, graded_here, tmp_path):
    use(course, empty)
    other = copy(course, tmp_path / "other")
    half = STUDENTS // 2 + 1  # one student is graded by both
    first = [f"--student=student{number:02}" for number in range(half)]
    last = [f"--student=student{number:02}" for number in range(half - 1, STUDENTS)]
    running = [start(course, "--jobs=1", *first), start(other, "--jobs=1", *last)]
    said = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert query(empty, ROWS) == rows_here(graded_here)


def test_a_student_whom_another_grader_adds_meanwhile_is_graded(class_there, url, monkeypatch):
    config, assignment = load_config(class_there.root), class_there.assignment("tiny")
    find, added = gradebook._find, []

    def find_too_late(session, *names):
        if not added:
            added.append("late")
            execute(url, "insert into student (id) values ('late')")
        return find(session, *names)

    with open_gradebook(class_there, config) as made:
        monkeypatch.setattr(gradebook, "_find", find_too_late)
        record(made, "tiny", "late", verdict_on(assignment), None)
    assert len(query(url, "select * from submitted_assignment where student_id = 'late'")) == 1


def test_what_is_in_the_way_of_a_grade_for_good_is_said(class_there, monkeypatch):
    def in_the_way(*_):
        raise IntegrityError("insert", {}, Exception("in the way"))

    monkeypatch.setattr(gradebook, "_submission", in_the_way)
    with (
        pytest.raises(GradebookError, match="in the way"),
        open_gradebook(class_there, load_config(class_there.root)) as made,
    ):
        record(made, "tiny", "someone", verdict_on(class_there.assignment("tiny")), None)


def test_only_one_at_a_time_makes_tables_and_cells(empty):
    inside, overlaps = [], []

    def enter():
        with database.alone(empty):
            overlaps.append(len(inside))
            inside.append(1)
            threading.Event().wait(0.1)
            inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert overlaps == [0, 0, 0]


@pytest.fixture
def interrupted(server, class_there):
    """(course, exit status, what was said) of a run whose server has stopped meanwhile."""
    process = start(class_there, "--jobs=1")
    graded = class_there.root / "autograded"
    assert wait_until(lambda: len(list(graded.glob("*/tiny"))) >= 2, 60)
    server.stop()
    try:
        said, _ = process.communicate(timeout=60)
    finally:
        server.start()
    return class_there, process.returncode, said


def test_a_server_that_stops_is_said_and_the_next_run_goes_on(interrupted, url, graded_here):
    course, status, said = interrupted
    assert status == 1
    assert "cannot be reached" in said
    assert "Traceback" not in said
    status, said = run(course)
    assert status == 0
    assert f"{STUDENTS} graded" in said
    assert "(0 unchanged)" not in said
    assert query(url, ROWS) == rows_here(graded_here)


def test_a_server_that_is_not_there_is_said(course, tmp_path, monkeypatch, capsys):
    use(course, f"postgresql://grader:secret@/grades?host={tmp_path}")
    monkeypatch.chdir(course.root)
    assert main(["grade", "tiny"]) == 1
    said = capsys.readouterr().err
    assert "The database 'grades' cannot be reached" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+pg8000://localhost/grades", "pg8000"),
        ("oldsql://localhost/grades", "oldsql"),
        ("grades", "parse"),
    ],
)
def test_a_url_that_cannot_be_used_is_wrong_usage(course, url, said):
    use(course, url)
    with (
        pytest.raises(UsageError, match=rf"c\.CourseDirectory\.db_url.*{said}"),
        open_gradebook(course, load_config(course.root)),
    ):
        pass
