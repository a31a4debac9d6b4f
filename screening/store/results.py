"""Folders of results: what the measuring wrote, copied whole, with a checksum of every file.

May import: SQLAlchemy, `core` and the rest of `store`.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from screening.store.audit import note
from screening.store.database import Database
from screening.store.files import Files
from screening.store.people import new_id
from screening.store.records import Action, ResultRecord, ScreenState
from screening.store.schema import RESULTS, SCREENS
from screening.store.screens import touch

_SETTLED_S: Final = 3600.0


class Results:
    """The results of one database; each is a folder, never changed afterwards."""

    def __init__(self, database: Database, files: Files) -> None:
        self._database, self._files = database, files

    def add(self, screen: str, folder: Path, *, who: str) -> ResultRecord:
        """Copy a finished folder of results; a screen that was only recorded is then analysed.

        Raises
        ------
        StorageError
            If the disk is full; nothing half-written stays.
        """
        number, now = new_id(), self._database.clock()
        inside = f"results/{number}"
        sums = self._files.copy_folder_in(folder, inside)
        row = {"id": number, "screen": screen, "folder": inside, "files": sums, "created_at": now}
        try:
            with self._database.write() as db:
                db.execute(sa.insert(RESULTS).values(row))
                state = db.execute(sa.select(SCREENS.c.state).where(SCREENS.c.id == screen)).scalar()
                touch(db, screen, now, ScreenState.ANALYSED if state == ScreenState.RECORDED.value else None)
                note(db, now, who, Action.CREATED, ("result", number), screen=screen)
        except BaseException:
            self._files.remove(inside)
            raise
        return ResultRecord(**row)  # type: ignore[arg-type]

    def get(self, number: str) -> ResultRecord | None:
        """Look up a result by id."""
        with self._database.read() as db:
            row = db.execute(sa.select(RESULTS).where(RESULTS.c.id == number)).first()
        return None if row is None else _result(row)

    def of_screen(self, screen: str) -> list[ResultRecord]:
        """Give the results of a screen, the newest last."""
        query = sa.select(RESULTS).where(RESULTS.c.screen == screen).order_by(RESULTS.c.created_at)
        with self._database.read() as db:
            return [_result(row) for row in db.execute(query)]

    def latest(self, screen: str) -> ResultRecord | None:
        """Give the newest result of a screen."""
        found = self.of_screen(screen)
        return found[-1] if found else None

    def folder(self, result: ResultRecord) -> Path:
        """Where the files lie."""
        return self._files.path(result.folder)

    def changed_files(self, result: ResultRecord) -> list[str]:
        """Give the files that are not what they were when they were written; empty if all is well."""
        return self._files.changed(result.folder, result.files)

    def sweep(self) -> int:
        """Remove old folders that no row names (a crash between copying and writing it down); return how many."""
        with self._database.read() as db:
            known = {Path(folder).name for folder in db.execute(sa.select(RESULTS.c.folder)).scalars()}
        root = self._files.root / "results"
        old = time.time() - _SETTLED_S  # a younger one may be on its way in another process
        found = list(root.iterdir()) if root.is_dir() else []
        loose = [path for path in found if path.name not in known and path.stat().st_mtime < old]
        for path in loose:
            self._files.remove(f"results/{path.name}")
        return len(loose)


def _result(row: sa.Row[Any]) -> ResultRecord:
    return ResultRecord(
        id=row.id, screen=row.screen, folder=row.folder, files=dict(row.files), created_at=row.created_at
    )
