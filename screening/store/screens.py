"""Screens: whose they are, what was answered, how far they are.

May import: SQLAlchemy, `core` and the rest of `store`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from screening.core.screen import Answer
from screening.store.audit import note
from screening.store.database import Database
from screening.store.people import new_id
from screening.store.records import Action, ScreenRecord, ScreenRow, ScreenState
from screening.store.schema import PEOPLE, REVIEWS, SCREENS, TAKES


class Screens:
    """The screens of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, person: str, *, who: str, key: str = "") -> ScreenRecord:
        """Begin a screen of a person (by id); whoever shows `key` may open it without logging in."""
        number, now = new_id(), self._database.clock()
        row = {
            "id": number,
            "person": person,
            "state": ScreenState.RECORDED.value,
            "intake": {},
            "key_sha256": sha256_of(key) if key else "",
            "created_at": now,
            "changed_at": now,
        }
        with self._database.write() as db:
            db.execute(sa.insert(SCREENS).values(row))
            note(db, now, who, Action.CREATED, ("screen", number), person=person)
            return _screen(db.execute(_joined().where(SCREENS.c.id == number)).one())

    def get(self, number: str) -> ScreenRecord | None:
        """Look up a screen by id."""
        with self._database.read() as db:
            row = db.execute(_joined().where(SCREENS.c.id == number)).first()
        return None if row is None else _screen(row)

    def opens(self, number: str, key: str) -> bool:
        """Whether this key opens this screen; a screen without a key is opened by none."""
        with self._database.read() as db:
            held = db.execute(sa.select(SCREENS.c.key_sha256).where(SCREENS.c.id == number)).scalar()
        return bool(held) and hmac.compare_digest(str(held), sha256_of(key))

    def of_person(self, person: str) -> list[ScreenRecord]:
        """Give the screens of one person, the oldest first."""
        query = _joined().where(SCREENS.c.person == person).order_by(SCREENS.c.created_at)
        with self._database.read() as db:
            return [_screen(row) for row in db.execute(query)]

    def search(
        self,
        words: str = "",
        *,
        states: tuple[ScreenState, ...] = (),
        attention_only: bool = False,
        limit: int = 200,
        offset: int = 0,
    ) -> list[ScreenRow]:
        """Give screens with the number of their takes, the last changed first; `words` are looked for in the codes."""
        signed = sa.select(REVIEWS.c.signed_by).where(REVIEWS.c.screen == SCREENS.c.id)
        last = signed.order_by(REVIEWS.c.version.desc()).limit(1).scalar_subquery().label("signed_by")
        takes = sa.select(sa.func.count()).where(TAKES.c.screen == SCREENS.c.id).scalar_subquery().label("takes")
        query = _joined().add_columns(takes, last).order_by(SCREENS.c.changed_at.desc()).limit(limit).offset(offset)
        if words.strip():
            query = query.where(PEOPLE.c.code.icontains(words.strip(), autoescape=True))
        if states:
            query = query.where(SCREENS.c.state.in_([state.value for state in states]))
        if attention_only:
            query = query.where(SCREENS.c.needs_attention != "")
        with self._database.read() as db:
            rows = db.execute(query).all()
        return [ScreenRow(screen=_screen(row), takes=row.takes, signed_by=row.signed_by or "") for row in rows]

    def answer(self, number: str, answers: Mapping[str, Answer], *, who: str) -> None:
        """Replace the answers of the intake."""
        plain = {key: list(value) if isinstance(value, tuple) else value for key, value in answers.items()}
        self._change(number, {"intake": plain}, who, part="intake")

    def set_state(self, number: str, state: ScreenState, *, who: str) -> None:
        """Say how far a screen is."""
        self._change(number, {"state": state.value}, who, state=state.value)

    def set_attention(self, number: str, reason: str, *, who: str) -> None:
        """Say why someone should look (the key of a sentence), or with an empty word that nobody has to."""
        self._change(number, {"needs_attention": reason}, who, part="attention")

    def set_job(self, number: str, job: str, *, who: str) -> None:
        """Note the job that measures this screen."""
        self._change(number, {"job": job}, who, part="job")

    def _change(self, number: str, change: dict[str, Any], who: str, **detail: str) -> None:
        now = self._database.clock()
        with self._database.write() as db:
            done = db.execute(sa.update(SCREENS).where(SCREENS.c.id == number).values(**change, changed_at=now))
            if done.rowcount:
                note(db, now, who, Action.CHANGED, ("screen", number), **detail)


def sha256_of(word: str) -> str:
    """Hash a secret word, so that the table does not hold it."""
    return hashlib.sha256(word.encode()).hexdigest()


def touch(db: sa.Connection, number: str, now: float, state: ScreenState | None = None) -> None:
    """Note within a transaction that a screen has changed, and how far it is now if `state` says so."""
    change: dict[str, Any] = {"changed_at": now}
    if state is not None:
        change["state"] = state.value
    db.execute(sa.update(SCREENS).where(SCREENS.c.id == number).values(change))


def _joined() -> sa.Select[Any]:
    return sa.select(SCREENS, PEOPLE.c.code).join(PEOPLE, SCREENS.c.person == PEOPLE.c.id)


def _screen(row: sa.Row[Any]) -> ScreenRecord:
    intake = {key: tuple(value) if isinstance(value, list) else value for key, value in row.intake.items()}
    return ScreenRecord(
        id=row.id,
        person=row.person,
        code=row.code,
        state=ScreenState(row.state),
        needs_attention=row.needs_attention,
        intake=intake,
        job=row.job,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
