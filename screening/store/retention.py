"""Raw videos are deleted after some days, unless somebody keeps them on purpose.

May import: SQLAlchemy, `core` and the rest of `store`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from screening.core.settings import DEFAULTS, StoreSettings
from screening.store.audit import note
from screening.store.records import Action
from screening.store.schema import JOBS
from screening.store.store import Store

#: Who deletes in the audit where nobody is named.
BY_ITSELF: Final = "retention"
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Expired:
    """What was deleted, or would be: ids of takes and of jobs, and the size of their videos."""

    takes: tuple[str, ...]
    jobs: tuple[str, ...]
    size_bytes: int


def expire(
    store: Store, *, settings: StoreSettings = DEFAULTS.store, who: str = BY_ITSELF, only_look: bool = False
) -> Expired:
    """Delete the videos whose time is over; what was measured of them stays.

    Parameters
    ----------
    store : Store
        Where to look.
    settings : StoreSettings
        After how many days.
    who : str
        Who asked for it.
    only_look : bool
        Whether to tell only what would be deleted.
    """
    takes, size = [], 0
    for take in store.takes.due(settings.keep_video_days):
        if only_look or store.takes.expire(take, who=who):
            takes.append(take.id)
            size += take.size_bytes
    jobs = []
    for job in _due_jobs(store, settings.keep_video_days):
        folder = store.database.folder / "jobs" / job / "video"
        if not folder.is_dir():
            continue
        size += sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        jobs.append(job)
        if not only_look:
            shutil.rmtree(folder, ignore_errors=True)
            with store.database.write() as db:
                note(db, store.database.clock(), who, Action.EXPIRED, ("job", job), part="video")
    return Expired(takes=tuple(takes), jobs=tuple(jobs), size_bytes=size)


def _due_jobs(store: Store, days: float) -> list[str]:
    """Ids of jobs that ended long ago; those of a screen hold no video of their own."""
    over = JOBS.c.finished_at < store.database.clock() - days * _DAY_S
    ended = JOBS.c.state.not_in(("queued", "running"))
    with store.database.read() as db:
        return list(db.execute(sa.select(JOBS.c.id).where(over, ended)).scalars())
