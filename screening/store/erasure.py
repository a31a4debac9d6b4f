"""Erasing a person: rows, files, and the bytes that deleted rows leave in a database's file.

May import: SQLAlchemy, `core` and the rest of `store`.

What stays is one line of the audit with ids that nobody can trace back. Backups are out of reach: the outcome names
those that were made while the person was known here, and restoring one over this store erases the person again.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from screening.core.errors import StorageError, UsageError
from screening.store.audit import note
from screening.store.files import full_disk
from screening.store.records import Action
from screening.store.schema import AUDIT, CONSENTS, JOBS, PEOPLE, RESULTS, REVIEWS, SCREENS, TAKES, USERS
from screening.store.store import Store

_TOUCHED: Final = (USERS, PEOPLE, CONSENTS, SCREENS, TAKES, RESULTS, REVIEWS, JOBS)


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What was erased: number of rows and of screens; times of backups that still hold the person."""

    rows: int
    screens: int
    backups: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class _Traces:
    """Ids and paths of everything about one person."""

    created_at: float
    user: str | None
    screens: tuple[str, ...]
    jobs: tuple[str, ...]
    inside: tuple[str, ...]
    uploads: tuple[str, ...]


def erase(store: Store, person: str, *, who: str) -> Erased:
    """Erase a person and everything about them.

    Files go first, then all rows at once: broken off in between, it can simply be done again.

    Parameters
    ----------
    store : Store
        Where the person is.
    person : str
        Id of the person.
    who : str
        Who erases.

    Raises
    ------
    UsageError
        If nobody has this id.
    StorageError
        If another program reads without end, so that old bytes may remain in the file; do it again with `scrub`.
    """
    found = _traces(store, person)
    _remove_files(store, found)
    rows = 0
    with store.database.write() as db:
        for delete in _deletions(person, found):
            rows += db.execute(delete).rowcount
        now = store.database.clock()
        note(db, now, who, Action.ERASED, ("person", person), screens=len(found.screens))
        made = sa.select(AUDIT.c.at).where(AUDIT.c.action == Action.BACKED_UP.value, AUDIT.c.at >= found.created_at)
        backups = tuple(db.execute(made.order_by(AUDIT.c.at)).scalars())
    scrub(store)
    return Erased(rows=rows, screens=len(found.screens), backups=backups)


def scrub(store: Store) -> None:
    """Overwrite what deleted rows have left.

    Raises
    ------
    StorageError
        If another program reads without end.
    """
    if not store.database.scrub(table.name for table in _TOUCHED):
        raise StorageError(
            "The rows are deleted, but another program still reads the database, so their bytes may be in its file.",
            hint="Close the other program and erase once more.",
        )


def _traces(store: Store, person: str) -> _Traces:
    with store.database.snapshot() as db:
        row = db.execute(sa.select(PEOPLE).where(PEOPLE.c.id == person)).first()
        if row is None:
            raise UsageError("Nobody with this id is known here.", hint="Look up the person in the list again.")
        screens = tuple(db.execute(sa.select(SCREENS.c.id).where(SCREENS.c.person == person)).scalars())
        takes = db.execute(sa.select(TAKES.c.id, TAKES.c.source).where(TAKES.c.screen.in_(screens))).all()
        results = db.execute(sa.select(RESULTS.c.folder).where(RESULTS.c.screen.in_(screens))).scalars()
        named = set(
            db.execute(sa.select(SCREENS.c.job).where(SCREENS.c.id.in_(screens), SCREENS.c.job != "")).scalars()
        )
        jobs = named | set(db.execute(sa.select(JOBS.c.id).where(JOBS.c.screen.in_(screens))).scalars())
        return _Traces(
            created_at=row.created_at,
            user=row.user,
            screens=screens,
            jobs=tuple(jobs),
            inside=(*(f"videos/{take.id}" for take in takes), *results),
            uploads=tuple(take.source for take in takes if take.source),
        )


def _remove_files(store: Store, found: _Traces) -> None:
    data = store.database.folder
    with full_disk(data):
        for inside in found.inside:
            store.files.remove(inside)
        for job in found.jobs:
            shutil.rmtree(data / "jobs" / job, ignore_errors=True)
        for path in map(Path, found.uploads):
            path.unlink(missing_ok=True)
        for path in _unfinished_uploads(data / "uploads", found.screens):
            path.unlink(missing_ok=True)


def _unfinished_uploads(folder: Path, screens: tuple[str, ...]) -> list[Path]:
    """Tickets of uploads for these screens, with the parts that have arrived."""
    stems = set()
    for ticket in folder.glob("*.ticket"):
        text = ticket.read_text(encoding="utf-8", errors="replace")
        if any(screen in text for screen in screens):
            stems.add(ticket.stem)
    return [path for path in folder.glob("*") if path.is_file() and path.name.partition(".")[0] in stems]


def _deletions(person: str, found: _Traces) -> list[sa.Delete]:
    screens = found.screens
    deletions = [
        sa.delete(JOBS).where(JOBS.c.id.in_(found.jobs)),
        *(sa.delete(table).where(table.c.screen.in_(screens)) for table in (REVIEWS, RESULTS, TAKES)),
        sa.delete(SCREENS).where(SCREENS.c.person == person),
        sa.delete(CONSENTS).where(CONSENTS.c.person == person),
        sa.delete(PEOPLE).where(PEOPLE.c.id == person),
    ]
    return [*deletions, sa.delete(USERS).where(USERS.c.id == found.user)] if found.user else deletions
