"""Reviews: what a clinician corrected, decided and wrote, version by version, until it is signed.

May import: SQLAlchemy, `core` and the rest of `store`.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa

from screening.core.errors import StorageError, UsageError
from screening.store.audit import note
from screening.store.database import Database
from screening.store.files import manifest_sha256
from screening.store.people import new_id
from screening.store.records import Action, ResultRecord, ReviewContent, ReviewRecord, ScreenState
from screening.store.results import Results
from screening.store.schema import RESULTS, REVIEWS
from screening.store.screens import touch


class Reviews:
    """The reviews of one database."""

    def __init__(self, database: Database, results: Results) -> None:
        self._database, self._results = database, results

    def open(self, screen: str, *, who: str) -> ReviewRecord:
        """Give the newest version of a screen's review; without one, version 1 is begun and the screen is in review."""
        found = self.latest(screen)
        if found is not None:
            return found
        try:
            with self._database.write() as db:
                return self._begin(db, screen, 1, ReviewContent(), who, Action.CREATED)
        except sa.exc.IntegrityError:  # somebody else began it in this moment
            other = self.latest(screen)
            if other is None:
                raise
            return other

    def latest(self, screen: str) -> ReviewRecord | None:
        """Give the newest version, None if nobody has begun."""
        found = self.versions(screen)
        return found[-1] if found else None

    def versions(self, screen: str) -> list[ReviewRecord]:
        """Give all versions of a screen's review, the oldest first."""
        query = sa.select(REVIEWS).where(REVIEWS.c.screen == screen).order_by(REVIEWS.c.version)
        with self._database.read() as db:
            return [_review(row) for row in db.execute(query)]

    def save(self, review: ReviewRecord, content: ReviewContent, *, who: str) -> ReviewRecord:
        """Save other content of an open version, but for its ratings, which `rate_blind` alone writes.

        Raises
        ------
        StorageError
            If it was signed, or somebody saved something else since `review` was read.
        """
        now = self._database.clock()
        written = _columns(content)
        written.pop("ratings")
        change = {**written, "revision": REVIEWS.c.revision + 1, "changed_at": now}
        with self._database.write() as db:
            row = db.execute(sa.update(REVIEWS).where(_as_read(review)).values(change).returning(REVIEWS)).first()
            if row is None:
                raise _changed_meanwhile()
            touch(db, review.screen, now)
            note(db, now, who, Action.CHANGED, ("review", review.id), revision=row.revision)
            return _review(row)

    def rate_blind(self, review: ReviewRecord, ratings: dict[str, Any], *, who: str) -> ReviewRecord:
        """Save the rating made before the numbers were shown, once and for all.

        Raises
        ------
        UsageError
            If this version was rated already.
        """
        now = self._database.clock()
        change = {"ratings": ratings, "rated_at": now, "revision": REVIEWS.c.revision + 1, "changed_at": now}
        with self._database.write() as db:
            unrated = _as_read(review) & REVIEWS.c.rated_at.is_(None)
            row = db.execute(sa.update(REVIEWS).where(unrated).values(change).returning(REVIEWS)).first()
            if row is None:
                raise UsageError(
                    "This review was rated already, or changed meanwhile.",
                    hint="Load it anew; a rating stays as it is.",
                )
            note(db, now, who, Action.CHANGED, ("review", review.id), part="ratings")
            return _review(row)

    def sign(self, review: ReviewRecord, report: ResultRecord, *, name: str, who: str) -> ReviewRecord:
        """Sign a version with a name and freeze the report that belongs to it.

        Parameters
        ----------
        review : ReviewRecord
            The version as it was last read.
        report : ResultRecord
            The results with the report, taken into the store before.
        name : str
            The name under the report.
        who : str
            Who signs.

        Raises
        ------
        StorageError
            If the review or one of the report's files has changed meanwhile.
        """
        if not name.strip():
            raise UsageError("A signature needs a name.", hint="Write the name that shall stand under the report.")
        wrong = self._results.changed_files(report)
        if wrong:
            raise StorageError(
                f"{len(wrong)} files of this report are not what was measured (first: {wrong[0]}).",
                hint="Have the screen measured again, then sign.",
            )
        now, checksum = self._database.clock(), manifest_sha256(report.files)
        change = {
            "signed_by": name.strip(),
            "signed_user": who,
            "signed_at": now,
            "report": report.id,
            "report_sha256": checksum,
            "content_sha256": content_sha256(review.content),
            "revision": REVIEWS.c.revision + 1,
        }
        with self._database.write() as db:
            row = db.execute(sa.update(REVIEWS).where(_as_read(review)).values(change).returning(REVIEWS)).first()
            if row is None:
                raise _changed_meanwhile()
            touch(db, review.screen, now, ScreenState.SIGNED)
            note(db, now, who, Action.SIGNED, ("review", review.id), report_sha256=checksum)
            return _review(row)

    def reopen(self, review: ReviewRecord, *, who: str) -> ReviewRecord:
        """Begin a new version with the content of a signed one, which stays as it is.

        Raises
        ------
        UsageError
            If it is not signed, or not the newest version.
        """
        newest = self.latest(review.screen)
        if newest is None or newest.id != review.id or not newest.is_signed:
            raise UsageError("Only the newest signed version can be reopened.", hint="Load the screen anew.")
        with self._database.write() as db:
            return self._begin(db, review.screen, review.version + 1, newest.content, who, Action.REOPENED)

    def faults(self, review: ReviewRecord) -> list[str]:
        """Tell which parts of a signed version are no longer what was signed; empty if all is well.

        "review" stands for what was written, "report" for the list of files, everything else is a file's path.
        """
        if not review.is_signed:
            return []
        with self._database.read() as db:
            row = db.execute(sa.select(RESULTS).where(RESULTS.c.id == review.report)).first()
        found = [] if content_sha256(review.content) == review.content_sha256 else ["review"]
        report = self._results.get(review.report) if row is not None else None
        if report is None or manifest_sha256(report.files) != review.report_sha256:
            return [*found, "report"]
        return [*found, *self._results.changed_files(report)]

    def _begin(
        self, db: sa.Connection, screen: str, version: int, content: ReviewContent, who: str, action: Action
    ) -> ReviewRecord:
        number, now = new_id(), self._database.clock()
        row = {
            "id": number,
            "screen": screen,
            "version": version,
            "revision": 1,
            "created_at": now,
            "changed_at": now,
            **_columns(content),
        }
        made = db.execute(sa.insert(REVIEWS).values(row).returning(REVIEWS)).one()
        touch(db, screen, now, ScreenState.IN_REVIEW)
        note(db, now, who, action, ("review", number), screen=screen, version=version)
        return _review(made)


def content_sha256(content: ReviewContent) -> str:
    """Hash what was written, independent of the order of keys."""
    text = json.dumps(_columns(content), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _columns(content: ReviewContent) -> dict[str, Any]:
    return {
        "corrections": dict(content.corrections),
        "decisions": dict(content.decisions),
        "ratings": dict(content.ratings),
        "notes": content.notes,
    }


def _as_read(review: ReviewRecord) -> sa.ColumnElement[bool]:
    unsigned = REVIEWS.c.signed_at.is_(None)
    return (REVIEWS.c.id == review.id) & (REVIEWS.c.revision == review.revision) & unsigned


def _changed_meanwhile() -> StorageError:
    return StorageError(
        "This review was saved or signed elsewhere since it was opened; your change is not in it.",
        hint="Copy what you wrote, load the review anew and add it there.",
    )


def _review(row: sa.Row[Any]) -> ReviewRecord:
    fields = dict(row._mapping)
    names = ("corrections", "decisions", "ratings", "notes")
    content = ReviewContent(**{name: fields.pop(name) for name in names})
    return ReviewRecord(content=content, **fields)
