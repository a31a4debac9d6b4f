"""Who saw and changed what: lines are only ever added.

May import: SQLAlchemy, `core` and the rest of `store`.

A line names ids, never a code, a name or a word that someone wrote, so that it may stay when a person is erased.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from screening.store.database import Database
from screening.store.records import Action, AuditLine
from screening.store.schema import AUDIT

_ID: Final = re.compile(r"[\w-]{1,40}", re.ASCII)


def note(
    db: sa.Connection, at: float, who: str, action: Action, target: tuple[str, str], **detail: str | int | float | bool
) -> None:
    """Add a line within a transaction that is going on.

    Parameters
    ----------
    db : Connection
        The transaction that makes the change.
    at : float
        Seconds since 1970 UTC.
    who : str
        Id of a user, or "local" and the like; never a name or an e-mail address.
    action : Action
        What was done.
    target : tuple of str
        Kind and id of the object, as ("take", "f3...").
    **detail
        What else belongs to it; no personal data.
    """
    if not _ID.fullmatch(who):
        raise ValueError(f"the audit wants an id in `who`, letters, digits, - and _ only; got {len(who)} characters")
    kind, number = target
    row = {"at": at, "who": who, "action": action.value, "kind": kind, "object": number, "detail": detail}
    db.execute(sa.insert(AUDIT).values(row))


class Audit:
    """The audit of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def saw(self, kind: str, number: str, *, who: str, part: str = "") -> None:
        """Note that someone looked at something; `part` says at which side of it, as "video" or "report"."""
        with self._database.write() as db:
            detail = {"part": part} if part else {}
            note(db, self._database.clock(), who, Action.SAW, (kind, number), **detail)

    def exported(self, kind: str, number: str, *, who: str) -> None:
        """Note that someone took a copy away."""
        with self._database.write() as db:
            note(db, self._database.clock(), who, Action.EXPORTED, (kind, number))

    def lines(self, number: str | None = None, *, limit: int = 1000, before: int | None = None) -> list[AuditLine]:
        """Give the lines about one object or about all, the newest first; `before` is a line's number."""
        query = sa.select(AUDIT).order_by(AUDIT.c.number.desc()).limit(limit)
        if number is not None:
            query = query.where(AUDIT.c.object == number)
        if before is not None:
            query = query.where(AUDIT.c.number < before)
        with self._database.read() as db:
            return [_line(dict(row._mapping)) for row in db.execute(query)]


def _line(row: Mapping[str, Any]) -> AuditLine:
    return AuditLine(**{**row, "action": Action(row["action"])})
