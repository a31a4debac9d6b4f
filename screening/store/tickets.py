"""One-time permissions to upload, which survive a restart of the server.

May import: SQLAlchemy, `core` and the rest of `store`.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from screening.store.database import Database
from screening.store.people import new_id
from screening.store.records import TicketRecord, TicketState
from screening.store.schema import TICKETS
from screening.store.screens import sha256_of


class Tickets:
    """The tickets of one database. A ticket is fresh, then busy, then used; only a fresh or busy one can expire."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def issue(self, *, minutes: float, screen: str = "", slot: Mapping[str, Any] | None = None) -> TicketRecord:
        """Make a ticket; only what is returned here knows the secret."""
        number, secret, now = new_id(), new_id(), self._database.clock()
        row = {
            "id": number,
            "secret_sha256": sha256_of(secret),
            "state": TicketState.FRESH.value,
            "screen": screen,
            "slot": dict(slot or {}),
            "expires_at": now + 60.0 * minutes,
        }
        with self._database.write() as db:
            made = db.execute(sa.insert(TICKETS).values(row).returning(TICKETS)).one()
        return replace(_ticket(made), secret=secret)

    def check(self, number: str, secret: str) -> TicketRecord | None:
        """Give a ticket in whatever state to whoever knows its secret; it may have expired."""
        with self._database.read() as db:
            row = db.execute(sa.select(TICKETS).where(TICKETS.c.id == number)).first()
        if row is None or not hmac.compare_digest(row.secret_sha256, sha256_of(secret)):
            return None
        return _ticket(row)

    def begin(self, number: str, secret: str, *, resume: bool = False) -> TicketRecord | None:
        """Reserve a ticket for one upload, or go on with one that broke off.

        Returns
        -------
        TicketRecord or None
            None if it is unknown, the secret is wrong, it was used, it expired before it began, or it is busy and
            `resume` was not said.
        """
        fresh = (TICKETS.c.state == TicketState.FRESH.value) & (TICKETS.c.expires_at >= self._database.clock())
        free = fresh | (TICKETS.c.state == TicketState.BUSY.value) if resume else fresh
        known = (TICKETS.c.id == number) & (TICKETS.c.secret_sha256 == sha256_of(secret))
        return self._move(known & free, {"state": TicketState.BUSY.value})

    def give_back(self, number: str) -> None:
        """Let a busy ticket be used again, because nothing has arrived."""
        self._move(_in(number, TicketState.BUSY), {"state": TicketState.FRESH.value})

    def complete(self, number: str, path: Path, file_name: str) -> bool:
        """Note where the upload lies; False if nobody wants it any more."""
        change = {"state": TicketState.USED.value, "path": str(path), "file_name": file_name}
        return self._move(_in(number, TicketState.BUSY), change) is not None

    def arrived(self, screen: str = "", *, number: str = "") -> list[TicketRecord]:
        """Give uploads that have arrived and wait to be taken, of one screen or of one ticket."""
        query = sa.select(TICKETS).where(TICKETS.c.state == TicketState.USED.value)
        query = query.where(TICKETS.c.id == number) if number else query.where(TICKETS.c.screen == screen)
        with self._database.read() as db:
            return [_ticket(row) for row in db.execute(query.order_by(TICKETS.c.expires_at))]

    def drop(self, number: str) -> TicketRecord | None:
        """Forget a ticket: its upload became a take, or nobody wants it. Its file is not touched."""
        with self._database.write() as db:
            row = db.execute(sa.delete(TICKETS).where(TICKETS.c.id == number).returning(TICKETS)).first()
        return None if row is None else _ticket(row)

    def is_alive(self, number: str) -> bool:
        """Whether an upload with this ticket can begin, goes on, or has arrived."""
        with self._database.read() as db:
            row = db.execute(sa.select(TICKETS).where(TICKETS.c.id == number)).first()
        if row is None:
            return False
        return bool(row.state != TicketState.FRESH.value or row.expires_at >= self._database.clock())

    def sweep(self, hours: float) -> list[TicketRecord]:
        """Forget tickets that ended longer ago than this; give them back, so that their files can be removed."""
        before = self._database.clock() - 3600.0 * hours
        with self._database.write() as db:
            rows = db.execute(sa.delete(TICKETS).where(TICKETS.c.expires_at < before).returning(TICKETS)).all()
        return [_ticket(row) for row in rows]

    def _move(self, where: sa.ColumnElement[bool], change: dict[str, Any]) -> TicketRecord | None:
        with self._database.write() as db:
            row = db.execute(sa.update(TICKETS).where(where).values(change).returning(TICKETS)).first()
        return None if row is None else _ticket(row)


def _in(number: str, state: TicketState) -> sa.ColumnElement[bool]:
    return (TICKETS.c.id == number) & (TICKETS.c.state == state.value)


def _ticket(row: sa.Row[Any]) -> TicketRecord:
    fields = dict(row._mapping)
    fields.pop("secret_sha256")
    return TicketRecord(**{**fields, "state": TicketState(row.state)})
