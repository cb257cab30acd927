"""The database behind the gradebook: SQLite in a file, or a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath

from alembic.script import ScriptDirectory
from nbgrader.api import Gradebook
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import URL, Engine, NullPool, create_engine, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from .errors import UsageError
from .files import WORK_FOLDER, one_after_the_other
from .settings import CONFIG_FILE

# nbgrader's tables can be searched by cell and notebook, but not by notebook alone: then to store a
# verdict takes the longer, the more there are.
_INDEXES = {
    "submitted_notebook": "assignment_id",
    "grade": "notebook_id",
    "comment": "notebook_id",
}
_LOCK = 0x636861696E  # "chain": any number that other programs of the server do not use


def create_file(url: str, course_id: str) -> None:
    """Make a gradebook that is a file, if it is not there: as a whole, whenever this is killed."""
    database = _read(url).database
    if _read(url).get_backend_name() != "sqlite" or not database or Path(database).exists():
        return
    work = Path(database).parent / WORK_FOLDER
    with one_after_the_other(work / "gradebook.lock"):
        if not Path(database).exists():
            new = work / "new.db"
            new.unlink(missing_ok=True)
            connect(f"sqlite:///{new}", course_id).close()
            new.rename(database)


def connect(url: str, course_id: str) -> Gradebook:
    """nbgrader's gradebook at ``url``, with its tables.

    nbgrader asks the program ``alembic`` for the version of a new gradebook, which takes two
    seconds to say what alembic's library says at once.
    """
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        if not inspect(connection).get_table_names():
            head = ScriptDirectory(ALEMBIC_DIR).get_current_head()
            connection.execute(
                text("create table alembic_version (version_num varchar(32) not null)")
            )
            connection.execute(text("insert into alembic_version values (:head)"), {"head": head})
    gradebook = Gradebook(url, course_id)
    with suppress(DBAPIError):  # a gradebook that may only be read is slower, and no worse
        _add_indexes(engine)
    return gradebook


def _add_indexes(engine: Engine) -> None:
    known = inspect(engine)
    missing = [
        f"create index chainrule_{table} on {table} ({column})"
        for table, column in _INDEXES.items()
        if not any(found["column_names"][0] == column for found in known.get_indexes(table))
    ]
    if missing:
        with engine.begin() as connection:
            for statement in missing:
                connection.execute(text(statement))


@contextmanager
def alone(url: str | URL) -> Iterator[None]:
    """Wait until nobody else who grades with this server is within such a block.

    nbgrader looks which tables and cells there are and then adds the others, which fails when two
    do it at the same time. On one machine, locks of files see to that.
    """
    if _read(url).get_backend_name() != "postgresql":
        yield
        return
    # Without a pool: the server takes the lock back when this connection ends, however it ends.
    with create_engine(url, poolclass=NullPool).connect() as connection:
        connection.execute(text("select pg_advisory_lock(:number)"), {"number": _LOCK})
        yield


def _read(url: str | URL) -> URL:
    """The parts of a database's URL. Raises UsageError for one that cannot be used."""
    try:
        found = make_url(url)
        found.get_dialect().import_dbapi()
    except ImportError as error:
        raise UsageError(
            f"{CONFIG_FILE}: c.CourseDirectory.db_url needs the package {error.name}. For "
            "PostgreSQL, install chainrule with its extra, chainrule[postgres]."
        ) from error
    except ArgumentError as error:
        raise UsageError(f"{CONFIG_FILE}: c.CourseDirectory.db_url: {error}") from error
    return found


def trouble(url: str, said: str) -> str:
    """What the database said about its trouble, and what to do."""
    if make_url(url).get_backend_name() != "sqlite":
        return _trouble_of_server(make_url(url), said)
    name = PurePath(url).name
    if "locked" in said:
        return (
            f"{name} is locked by another program, perhaps a formgrader or a database viewer. "
            "Close it and run the command again: what was graded so far is stored."
        )
    if "full" in said:
        return f"{name}: there is no room on the disk. Make some and run the command again."
    if "readonly" in said or "unable to open" in said:
        return f"{name} cannot be written: check the permissions of the file and of its folder."
    if any(words in said for words in ("malformed", "not a database", "corrupt")):
        return (
            f"{name} is damaged ({said}); nothing was written to it. Restore it from a backup and "
            "run the command again. Without one, move it away: grading makes a new one, but scores "
            "and comments given by a person are lost with the file."
        )
    return f"{name}: {said}"


def _trouble_of_server(url: URL, said: str) -> str:
    """The same for a server. A URL may hold a password: only the database's name is told."""
    said = " ".join(said.split())
    if "connection" in said or "the database system" in said:
        return (
            f"The database {url.database!r} cannot be reached ({said}). What was graded so far is "
            "stored: see to the server and run the command again."
        )
    return f"The database {url.database!r}: {said}"
