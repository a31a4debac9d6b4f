"""People and their consents, and the users who log in.

May import: SQLAlchemy, `core` and the rest of `store`.
"""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa

from screening.core.errors import UsageError
from screening.core.screen import Person
from screening.store.audit import note
from screening.store.database import Database
from screening.store.records import Action, Consent, ConsentKind, PersonRecord, Role, UserRecord
from screening.store.schema import CONSENTS, PEOPLE, USERS


def new_id() -> str:
    """Make a word that nobody can guess: 24 letters, digits, - and _."""
    return secrets.token_urlsafe(18)


class People:
    """The people of one database, each found by id or by code."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, person: Person, *, who: str, user: str | None = None) -> PersonRecord:
        """Add a person.

        Raises
        ------
        UsageError
            If the code is empty or somebody has it already.
        """
        code = _checked(person.code)
        number, now = new_id(), self._database.clock()
        row = {"id": number, "code": code, "user": user, "created_at": now, **_facts(person)}
        try:
            with self._database.write() as db:
                db.execute(sa.insert(PEOPLE).values(row))
                note(db, now, who, Action.CREATED, ("person", number))
        except sa.exc.IntegrityError as err:
            raise _taken(code) from err
        return PersonRecord(**row)

    def get(self, number: str) -> PersonRecord | None:
        """Look up a person by id."""
        return self._one(PEOPLE.c.id == number)

    def by_code(self, code: str) -> PersonRecord | None:
        """Look up a person by code."""
        return self._one(PEOPLE.c.code == code.strip())

    def of_user(self, user: str) -> PersonRecord | None:
        """Look up the person who is this user."""
        return self._one(PEOPLE.c.user == user)

    def search(self, words: str = "", *, limit: int = 200) -> list[PersonRecord]:
        """Give the people whose code contains `words`, by code."""
        query = sa.select(PEOPLE).order_by(PEOPLE.c.code).limit(limit)
        if words.strip():
            query = query.where(PEOPLE.c.code.icontains(words.strip(), autoescape=True))
        with self._database.read() as db:
            return [PersonRecord(**row._mapping) for row in db.execute(query)]

    def change(self, number: str, person: Person, *, who: str) -> None:
        """Replace the code and the facts of a person.

        Raises
        ------
        UsageError
            If somebody else has the code.
        """
        change = {"code": _checked(person.code), **_facts(person)}
        try:
            with self._database.write() as db:
                done = db.execute(sa.update(PEOPLE).where(PEOPLE.c.id == number).values(change))
                if done.rowcount:
                    note(db, self._database.clock(), who, Action.CHANGED, ("person", number))
        except sa.exc.IntegrityError as err:
            raise _taken(person.code) from err

    def set_user(self, number: str, user: str, *, who: str) -> None:
        """Note which user a person is.

        Raises
        ------
        UsageError
            If this user is somebody else already.
        """
        try:
            with self._database.write() as db:
                done = db.execute(sa.update(PEOPLE).where(PEOPLE.c.id == number).values(user=user))
                if done.rowcount:
                    note(db, self._database.clock(), who, Action.CHANGED, ("person", number), user=user)
        except sa.exc.IntegrityError as err:
            raise UsageError(
                "This user is another person already.", hint="Choose another user, or open the other person."
            ) from err

    def consent(self, number: str, kind: ConsentKind, *, wording: str, who: str) -> None:
        """Note that a person agrees; `wording` names the version of the text that was shown."""
        now = self._database.clock()
        row = {"person": number, "kind": kind.value, "wording": wording, "given_at": now}
        with self._database.write() as db:
            open_one = sa.select(CONSENTS.c.number).where(_open(number, kind), CONSENTS.c.wording == wording)
            if db.execute(open_one).first() is None:
                db.execute(sa.insert(CONSENTS).values(row))
                note(db, now, who, Action.CONSENTED, ("person", number), kind=kind.value)

    def withdraw(self, number: str, kind: ConsentKind, *, who: str) -> None:
        """Note that a person no longer agrees."""
        now = self._database.clock()
        with self._database.write() as db:
            done = db.execute(sa.update(CONSENTS).where(_open(number, kind)).values(withdrawn_at=now))
            if done.rowcount:
                note(db, now, who, Action.WITHDREW, ("person", number), kind=kind.value)

    def consents(self, number: str) -> list[Consent]:
        """Give every consent of a person, also withdrawn ones, in the order of time."""
        query = sa.select(CONSENTS).where(CONSENTS.c.person == number).order_by(CONSENTS.c.number)
        with self._database.read() as db:
            return [_consent(row) for row in db.execute(query)]

    def agrees(self, number: str, kind: ConsentKind) -> bool:
        """Whether a consent of this kind holds now."""
        with self._database.read() as db:
            return db.execute(sa.select(CONSENTS.c.number).where(_open(number, kind))).first() is not None

    def _one(self, where: sa.ColumnElement[bool]) -> PersonRecord | None:
        with self._database.read() as db:
            row = db.execute(sa.select(PEOPLE).where(where)).first()
        return None if row is None else PersonRecord(**row._mapping)


class Users:
    """Those who log in, and what they may do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(self, subject: str, name: str, role: Role) -> UserRecord:
        """Give the user of this subject; the first time make one with this role, later only the name may change."""
        now = self._database.clock()
        with self._database.write() as db:
            row = db.execute(sa.select(USERS).where(USERS.c.subject == subject)).first()
            if row is None:
                number = new_id()
                fresh = {"id": number, "subject": subject, "name": name, "role": role.value, "created_at": now}
                db.execute(sa.insert(USERS).values(fresh))
                note(db, now, number, Action.CREATED, ("user", number), role=role.value)
                return _user(fresh)
            if row.name != name:
                db.execute(sa.update(USERS).where(USERS.c.id == row.id).values(name=name))
            return _user({**row._mapping, "name": name})

    def get(self, number: str) -> UserRecord | None:
        """Look up a user by id."""
        with self._database.read() as db:
            row = db.execute(sa.select(USERS).where(USERS.c.id == number)).first()
        return None if row is None else _user(dict(row._mapping))

    def set_role(self, number: str, role: Role, *, who: str) -> None:
        """Change what a user may do."""
        with self._database.write() as db:
            done = db.execute(sa.update(USERS).where(USERS.c.id == number).values(role=role.value))
            if done.rowcount:
                note(db, self._database.clock(), who, Action.CHANGED, ("user", number), role=role.value)

    def everybody(self) -> list[UserRecord]:
        """Give all users, by name."""
        with self._database.read() as db:
            return [_user(dict(row._mapping)) for row in db.execute(sa.select(USERS).order_by(USERS.c.name))]


def _facts(person: Person) -> dict[str, Any]:
    return {"height_cm": person.height_cm, "birth_year": person.birth_year, "sex": person.sex}


def _open(number: str, kind: ConsentKind) -> sa.ColumnElement[bool]:
    return (CONSENTS.c.person == number) & (CONSENTS.c.kind == kind.value) & CONSENTS.c.withdrawn_at.is_(None)


def _consent(row: sa.Row[Any]) -> Consent:
    return Consent(
        kind=ConsentKind(row.kind), wording=row.wording, given_at=row.given_at, withdrawn_at=row.withdrawn_at
    )


def _user(row: dict[str, Any]) -> UserRecord:
    return UserRecord(**{**row, "role": Role(row["role"])})


def _checked(code: str) -> str:
    kept = code.strip()
    if not 0 < len(kept) <= 100:
        raise UsageError("A person needs a code of 1 to 100 characters.", hint="Give any short code, for example A-17.")
    return kept


def _taken(code: str) -> UsageError:
    return UsageError(f"Somebody has the code {code.strip()} already.", hint="Choose another code, or open that one.")
