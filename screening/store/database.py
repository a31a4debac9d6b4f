"""The connection: SQLite or PostgreSQL, transactions that read or write, tables of the right version.

May import: SQLAlchemy, Alembic (on demand), `core` and `store.schema`.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from screening.core.errors import ConfigError, StorageError
from screening.core.settings import DEFAULTS, StoreSettings
from screening.store.schema import HEAD, JOBS

DATABASE_VARIABLE: Final = "SCREENING_DATABASE"
FILE_NAME: Final = "screening.db"
#: Where earlier versions of the program kept their jobs.
OLD_JOBS: Final = "jobs.db"
_LOCK: Final = 7_302_114  # any number that nobody else uses in this database
_WRITES: Final = "screening_writes"


class Database:
    """The database of one data folder.

    Parameters
    ----------
    folder : Path
        The data folder; SQLite's file lies in it.
    url : str or None
        Another database, as SQLAlchemy writes it; by default what SCREENING_DATABASE says, else SQLite.
    settings : StoreSettings
        How long to wait for another writer.
    clock : callable
        Seconds since 1970 UTC.
    """

    def __init__(
        self,
        folder: Path,
        url: str | None = None,
        *,
        settings: StoreSettings = DEFAULTS.store,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self.clock = clock
        self.url = _url(folder, url)
        self.engine = _engine(self.url, settings)
        sa.event.listen(self.engine, "begin", _begin)

    @property
    def is_sqlite(self) -> bool:
        """Whether everything lies in one file of the data folder."""
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one state of everything."""
        with _two_lines(), self.engine.connect() as db, db.begin():
            yield db

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """Give a connection for many readings of one and the same state, while others go on writing."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with _two_lines(), self.engine.connect().execution_options(**options) as db, db.begin():
            yield db

    def scrub(self, tables: Iterable[str]) -> bool:
        """Make deleted rows of these tables vanish from the database's files too.

        Returns
        -------
        bool
            False if another program has read for so long that the old bytes could not be overwritten.
        """
        with _two_lines(), closing(self.engine.raw_connection()) as db:
            cursor = db.cursor()
            if not self.is_sqlite:
                db.rollback()
                db.driver_connection.autocommit = True  # type: ignore[union-attr]
                for table in tables:
                    cursor.execute(f'VACUUM FULL "{table}"')
                db.driver_connection.autocommit = False  # type: ignore[union-attr]
                return True
            cursor.execute("VACUUM")
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return busy is not None and not busy[0]

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Give a connection whose changes all happen, or none; in SQLite it waits for other writers first."""
        with _two_lines(), self.engine.connect().execution_options(**{_WRITES: True}) as db, db.begin():
            yield db

    def prepare(self) -> None:
        """Make or upgrade the tables; several processes may do it at once.

        Raises
        ------
        StorageError
            If a newer version of the program made them, or nobody can write.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as err:
            raise StorageError(
                f"The data folder {self.folder} cannot be made: {err.strerror or err}.",
                hint="Name another folder with SCREENING_DATA or --data.",
            ) from err
        if self.version() != HEAD or self._old_jobs.exists():
            with self.write() as db:
                if not self.is_sqlite:
                    db.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                _upgrade(db)
                if self._old_jobs.exists():
                    _take_over_jobs(db, self._old_jobs)
            self._drop_old_jobs()

    def version(self) -> str | None:
        """Version of the tables, None if there are none."""
        with self.read() as db:
            if not sa.inspect(db).has_table("alembic_version"):
                return None
            found: str | None = db.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            return found

    @property
    def _old_jobs(self) -> Path:
        return self.folder / OLD_JOBS

    def _drop_old_jobs(self) -> None:
        for ending in ("-wal", "-shm", ""):  # the file itself last: while it is there, its rows are taken over again
            self._old_jobs.with_name(OLD_JOBS + ending).unlink(missing_ok=True)


def _url(folder: Path, told: str | None) -> sa.URL:
    text = told or os.environ.get(DATABASE_VARIABLE)
    if not text:
        return sa.URL.create("sqlite", database=str(folder / FILE_NAME))
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError as err:
        raise ConfigError(
            f"{DATABASE_VARIABLE} is not the address of a database.",
            hint="Write it like postgresql://user:password@host/name, or leave it out for a file in the data folder.",
        ) from err
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _engine(url: sa.URL, settings: StoreSettings) -> sa.Engine:
    name = url.get_backend_name()
    if name == "sqlite":
        # The driver's own idea of transactions is switched off; `_begin` says which kind is meant.
        arguments = {"timeout": settings.busy_timeout_s, "isolation_level": None}
        engine = sa.create_engine(url, connect_args=arguments)
        sa.event.listen(engine, "connect", _prepare_sqlite)
        return engine
    if name != "postgresql":
        raise ConfigError(f"Databases of the kind {name} are not known.", hint="Use SQLite or PostgreSQL.")
    try:
        return sa.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": int(settings.busy_timeout_s)})
    except ImportError as err:
        raise ConfigError(
            "PostgreSQL is wanted, and its library psycopg is not installed.",
            hint="Install it with: pip install 'movement-screen[postgres]'",
        ) from err


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    _write_ahead(cursor)  # readers do not wait for the writer
    cursor.execute("PRAGMA synchronous=FULL")  # what was said to be saved survives a power cut
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # deleted rows are overwritten with zeros
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Switch to write-ahead logging; while another process switches a new file, SQLite refuses without waiting."""
    for _ in range(100):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as err:
            if "locked" not in str(err):
                raise
            time.sleep(0.05)
    cursor.execute("PRAGMA journal_mode=WAL")


def _begin(db: sa.Connection) -> None:
    if db.dialect.name == "sqlite":
        # A transaction that reads first and writes later cannot wait for others any more: say it at once.
        db.exec_driver_sql("BEGIN IMMEDIATE" if db.get_execution_options().get(_WRITES) else "BEGIN")


@contextmanager
def _two_lines() -> Iterator[None]:
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InternalError) as err:
        raise _explain(str(err.orig)) from err
    except sqlite3.DatabaseError as err:  # from the settings of a new connection, or from the file of old jobs
        raise _explain(str(err)) from err
    except sa.exc.DatabaseError as err:
        if isinstance(err.orig, sqlite3.DatabaseError) and not isinstance(err, sa.exc.IntegrityError):
            raise _explain(str(err.orig)) from err
        raise


def _explain(seen: str) -> StorageError:
    first = seen.strip().splitlines()[0] if seen.strip() else "no reason was given"
    if "is full" in seen or "No space left" in seen:
        return StorageError(
            "The disk that holds the database is full; the last change was not saved, everything before it was.",
            hint="Make room on this disk and do it again.",
        )
    if "locked" in seen:
        return StorageError(
            "Another program keeps the database busy; the last change was not saved.",
            hint="Wait until it has finished and do it again.",
        )
    return StorageError(
        f"The database did not do what was asked ({first}); the last change was not saved.",
        hint="Check that the database runs, that its disk has room and that it may be written to.",
    )


def _upgrade(db: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415  (needed once in a database's life)
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = db
    found = None
    if sa.inspect(db).has_table("alembic_version"):
        found = db.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StorageError(
            f"A newer version of the program made this database (version {found}, known here: up to {HEAD}).",
            hint="Install the newer version of the program, or name another data folder.",
        )
    command.upgrade(config, "head")


def _take_over_jobs(db: sa.Connection, old: Path) -> None:
    """Copy the rows of the file that held nothing but jobs; those that are here already stay as they are."""
    here = set(db.execute(sa.select(JOBS.c.id)).scalars())
    known = {column.name for column in JOBS.c} - {"number"}
    with closing(sqlite3.connect(old)) as source:
        source.row_factory = sqlite3.Row
        if not source.execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchone():
            return
        rows = [dict(row) for row in source.execute("SELECT * FROM jobs ORDER BY number")]
    fresh = [{k: v for k, v in row.items() if k in known} for row in rows if row["id"] not in here]
    for row in fresh:
        db.execute(sa.insert(JOBS).values(**{**row, "cancel": bool(row["cancel"])}))
