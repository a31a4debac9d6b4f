"""One store: the database, the files, and everything that can be asked of them.

May import: `core` and the rest of `store`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from screening.core.settings import DEFAULTS, StoreSettings
from screening.store.audit import Audit
from screening.store.database import Database
from screening.store.files import Files
from screening.store.people import People, Users
from screening.store.results import Results
from screening.store.reviews import Reviews
from screening.store.screens import Screens
from screening.store.takes import Takes


class Store:
    """Everything of one data folder; threads may share it; close it in the end or use it with `with`.

    Parameters
    ----------
    database : Database
        The tables, which must be prepared.
    files : Files
        The folder of videos and results.
    """

    def __init__(self, database: Database, files: Files) -> None:
        self.database, self.files = database, files
        self.people, self.users, self.screens = People(database), Users(database), Screens(database)
        self.takes, self.results = Takes(database, files), Results(database, files)
        self.reviews, self.audit = Reviews(database, self.results), Audit(database)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def recover(self) -> int:
        """Put right what a crash has left; call it once when the server starts. Return how many takes were saved."""
        self.results.sweep()
        return self.takes.recover()

    def __enter__(self) -> Store:
        """Give the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, err: BaseException | None, where: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def open_store(
    folder: Path,
    url: str | None = None,
    *,
    settings: StoreSettings = DEFAULTS.store,
    clock: Callable[[], float] = time.time,
) -> Store:
    """Open the store of a data folder; folder and tables are made or upgraded where needed.

    Parameters
    ----------
    folder : Path
        The data folder: `screening.db` and `files/` lie in it.
    url : str or None
        Another database, as "postgresql://user@host/name"; by default SCREENING_DATABASE, else SQLite.
    settings : StoreSettings
        How long to wait for another writer.
    clock : callable
        Seconds since 1970 UTC.

    Raises
    ------
    StorageError
        If a newer version of the program made the database, or it cannot be reached.
    """
    database = Database(folder, url, settings=settings, clock=clock)
    try:
        database.prepare()
        files = Files(folder / "files")
        files.prepare()
    except BaseException:
        database.close()
        raise
    return Store(database, files)
