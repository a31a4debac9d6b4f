"""Takes with their videos.

May import: SQLAlchemy, `core` and the rest of `store`.

A video is written down before it is moved, so that after a crash `recover` finds it in the one place or in the other.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from screening.core.screen import TakeEntry
from screening.core.vocabulary import Side, View
from screening.store.audit import note
from screening.store.database import Database
from screening.store.files import Files, sha256_of_file
from screening.store.people import new_id
from screening.store.records import Action, TakeRecord, TakeState
from screening.store.schema import SCREENS, TAKES
from screening.store.screens import touch

_DAY_S: Final = 86_400.0


class Takes:
    """The takes of one database and their videos."""

    def __init__(self, database: Database, files: Files) -> None:
        self._database, self._files = database, files

    def add(self, screen: str, entry: TakeEntry, video: Path, *, file_name: str, who: str) -> TakeRecord:
        """Take a finished recording into a screen; the file at `video` is moved.

        Parameters
        ----------
        screen : str
            Id of the screen.
        entry : TakeEntry
            What was declared about the take; its `video` does not matter.
        video : Path
            The complete file.
        file_name : str
            What it is called, without folders; its ending is kept.
        who : str
            Who brings it.

        Raises
        ------
        StorageError
            If the disk is full; the file then still lies where it was.
        """
        number, now = new_id(), self._database.clock()
        row = {
            "id": number,
            "screen": screen,
            "state": TakeState.ARRIVING.value,
            "video": f"videos/{number}/{_plain_name(file_name)}",
            "file_name": file_name,
            "source": str(video.absolute()),
            "sha256": sha256_of_file(video),
            "size_bytes": video.stat().st_size,
            "created_at": now,
            **_declared(entry),
        }
        with self._database.write() as db:
            row["name"] = _free_name(db, screen, entry)
            db.execute(sa.insert(TAKES).values(row))
            touch(db, screen, now)
            note(db, now, who, Action.CREATED, ("take", number), screen=screen)
        self._settle(number, video, row["video"])
        found = self.get(number)
        assert found is not None
        return found

    def _settle(self, number: str, source: Path, inside: str) -> None:
        try:
            self._files.move_in(source, inside)
        except BaseException:
            if source.exists():  # nothing was moved: the take never was
                with self._database.write() as db:
                    db.execute(sa.delete(TAKES).where(TAKES.c.id == number))
            raise
        self._set(number, {"state": TakeState.RECORDED.value, "source": ""})

    def recover(self) -> int:
        """Finish what a crash has interrupted; call it before anyone else writes. Return how many were saved."""
        query = sa.select(TAKES).where(TAKES.c.state == TakeState.ARRIVING.value)
        with self._database.read() as db:
            rows = db.execute(query).all()
        saved = 0
        for row in rows:
            source, target = Path(row.source), self._files.path(row.video)
            if target.exists() and sha256_of_file(target) == row.sha256:
                self._set(row.id, {"state": TakeState.RECORDED.value, "source": ""})
            elif source.exists():
                self._settle(row.id, source, row.video)
            else:
                with self._database.write() as db:
                    db.execute(sa.delete(TAKES).where(TAKES.c.id == row.id))
                continue
            saved += 1
        return saved

    def get(self, number: str) -> TakeRecord | None:
        """Look up a take by id."""
        with self._database.read() as db:
            row = db.execute(sa.select(TAKES).where(TAKES.c.id == number)).first()
        return None if row is None else _take(row)

    def of_screen(self, screen: str) -> list[TakeRecord]:
        """Give the takes of a screen in the order they were filmed."""
        query = sa.select(TAKES).where(TAKES.c.screen == screen, TAKES.c.state != TakeState.ARRIVING.value)
        with self._database.read() as db:
            return [_take(row) for row in db.execute(query.order_by(TAKES.c.created_at, TAKES.c.name))]

    def video(self, take: TakeRecord) -> Path | None:
        """Where the video lies, None once it was deleted."""
        return self._files.path(take.video) if take.video else None

    def declare(self, number: str, entry: TakeEntry, *, who: str) -> None:
        """Replace what was declared about a take."""
        self._set(number, _declared(entry), who, part="declared")

    def set_outcome(self, number: str, state: TakeState, lines: tuple[str, str] = ("", ""), *, who: str) -> None:
        """Note that a take was measured, or refused with two lines."""
        self._set(number, {"state": state.value, "what": lines[0], "hint": lines[1]}, who, state=state.value)

    def keep(self, number: str, keep: bool, *, who: str) -> None:
        """Except a video from retention on purpose, or no longer."""
        self._set(number, {"keep_video": keep}, who, keep=keep)

    def delete(self, number: str, *, who: str) -> None:
        """Delete a take and its video, for example because it is filmed again."""
        take = self.get(number)
        if take is None:
            return
        if take.video:
            self._files.remove(take.video)
        now = self._database.clock()
        with self._database.write() as db:
            db.execute(sa.delete(TAKES).where(TAKES.c.id == number))
            touch(db, take.screen, now)
            note(db, now, who, Action.DELETED, ("take", number), screen=take.screen)

    def due(self, keep_days: float) -> list[TakeRecord]:
        """Give the takes whose video is older than this many days and not kept on purpose."""
        before = self._database.clock() - keep_days * _DAY_S
        old = (TAKES.c.created_at < before) & (TAKES.c.video != "") & ~TAKES.c.keep_video
        query = sa.select(TAKES).where(old, TAKES.c.state != TakeState.ARRIVING.value)
        with self._database.read() as db:
            return [_take(row) for row in db.execute(query.order_by(TAKES.c.created_at))]

    def expire(self, take: TakeRecord, *, who: str) -> bool:
        """Delete the video of a take and keep what was measured of it; False if another process did it already."""
        if take.video:
            self._files.remove(take.video)
        now = self._database.clock()
        with self._database.write() as db:
            change = {"video": "", "video_deleted_at": now}
            done = db.execute(sa.update(TAKES).where(TAKES.c.id == take.id, TAKES.c.video != "").values(change))
            if done.rowcount:
                note(db, now, who, Action.EXPIRED, ("take", take.id), part="video")
            return done.rowcount > 0

    def _set(self, number: str, change: dict[str, Any], who: str = "", **detail: str | bool) -> None:
        now = self._database.clock()
        with self._database.write() as db:
            row = db.execute(
                sa.update(TAKES).where(TAKES.c.id == number).values(change).returning(TAKES.c.screen)
            ).first()
            if row is not None and who:
                touch(db, row.screen, now)
                note(db, now, who, Action.CHANGED, ("take", number), **detail)


def _declared(entry: TakeEntry) -> dict[str, Any]:
    return {
        "movement": entry.movement,
        "lead": entry.lead.value if entry.lead else None,
        "view": entry.view.value if entry.view else None,
        "mirrored": entry.mirrored,
        "capture_fps": entry.capture_fps,
        "pain": entry.pain,
    }


def _free_name(db: sa.Connection, screen: str, entry: TakeEntry) -> str:
    """Name a take by what it shows, with a number if the screen has such a one already."""
    # On PostgreSQL two takes may arrive at once: whoever comes second waits here.
    db.execute(sa.select(SCREENS.c.id).where(SCREENS.c.id == screen).with_for_update())
    words = [entry.movement, entry.view.value if entry.view else "", entry.lead.value if entry.lead else ""]
    stem = "_".join(word for word in words if word)
    taken = set(db.execute(sa.select(TAKES.c.name).where(TAKES.c.screen == screen)).scalars())
    return next(name for k in range(1, len(taken) + 3) if (name := stem if k == 1 else f"{stem}_{k}") not in taken)


def _plain_name(file_name: str) -> str:
    """The same ending, and nothing else that somebody typed."""
    suffix = Path(file_name).suffix.lower()
    return "video" + (suffix if suffix[1:].isalnum() and len(suffix) <= 6 else "")


def _take(row: sa.Row[Any]) -> TakeRecord:
    fields = dict(row._mapping)
    fields.pop("source")
    fields["state"] = TakeState(row.state)
    fields["lead"] = Side(row.lead) if row.lead else None
    fields["view"] = View(row.view) if row.view else None
    return TakeRecord(**fields)
