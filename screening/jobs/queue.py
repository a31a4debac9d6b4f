"""The table of jobs: who asked for what, how far it is, and how it ended.

May import: SQLAlchemy, `store`, `core` and `jobs.process`.

Every change is one UPDATE whose WHERE names the state it starts from, so two processes can never both succeed.
Whoever asks about a job shows its key; the table holds only the key's hash.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from screening.core.serial import from_plain, to_plain
from screening.core.settings import DEFAULTS, TakeOptions, WebSettings
from screening.jobs.process import process_alive
from screening.store.database import Database
from screening.store.schema import JOBS

#: Beside the options, in their column of the table.
_BLUR: Final = "blur_face"


class JobState(str, Enum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One row of the table, without its key.

    `video` is the file's path below the job's folder; `blur_face` tells whether the head is blurred in what is made of
    it (a screen's person is asked at the consents); `screen` the store's screen it belongs to, if any; `done` of
    `total` counts what the stage counts; `fraction` is the share of everything, 0 to 1; `seconds_left` is None until
    it can be told; `what` and `hint` are the two lines of an error.
    """

    number: int
    id: str
    screen: str
    video: str
    options: TakeOptions
    blur_face: bool
    state: JobState
    stage: str
    done: float
    total: float
    fraction: float
    seconds_left: float | None
    what: str
    hint: str
    cancel: bool
    worker: str
    pid: int
    tries: int
    created_at: float
    heartbeat_at: float
    finished_at: float | None


def new_secret() -> str:
    """Make a word that nobody can guess, for ids and keys in addresses."""
    return secrets.token_urlsafe(18)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _asked(options: TakeOptions, *, blur_face: bool) -> str:
    return json.dumps({**to_plain(options), _BLUR: blur_face})


def _job(row: sa.Row[Any]) -> Job:
    fields = dict(row._mapping)
    fields.pop("key_sha256")
    asked = json.loads(fields["options"])
    fields["blur_face"] = bool(asked.pop(_BLUR, False))
    fields["options"] = from_plain(TakeOptions, to_plain(TakeOptions()) | asked)
    fields["state"] = JobState(row.state)
    return Job(**fields)


class JobQueue:
    """The jobs of one data folder.

    Parameters
    ----------
    data : Path
        The data folder; the table lies in the store's database, and each job has a folder below `jobs/`.
    settings : WebSettings
        When a worker counts as silent and how often a job is tried.
    clock : callable
        Seconds since the epoch.
    """

    def __init__(
        self, data: Path, *, settings: WebSettings = DEFAULTS.web, clock: Callable[[], float] = time.time
    ) -> None:
        self.data = data
        self._settings = settings
        self._clock = clock
        self._database = Database(data)

    def create_schema(self) -> None:
        """Make the folder and the tables; call it once, before workers start."""
        self._database.prepare()

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def folder(self, job_id: str) -> Path:
        """Folder of a job that is in the table."""
        return self.data / "jobs" / job_id

    def submit(
        self,
        job_id: str,
        key: str,
        *,
        video: str,
        options: TakeOptions,
        blur_face: bool = False,
        screen: str = "",
    ) -> None:
        """Put a job at the end of the queue; its video or screen file must already lie in its folder."""
        row = {
            "id": job_id,
            "key_sha256": _hash(key),
            "screen": screen,
            "video": video,
            "options": _asked(options, blur_face=blur_face),
            "state": JobState.QUEUED.value,
            "created_at": self._clock(),
        }
        with self._database.write() as db:
            db.execute(sa.insert(JOBS).values(row))

    def find(self, job_id: str, key: str) -> Job | None:
        """Look up the job with this id, if this is its key."""
        with self._database.read() as db:
            row = db.execute(sa.select(JOBS).where(JOBS.c.id == job_id)).first()
        if row is None or not hmac.compare_digest(row.key_sha256, _hash(key)):
            return None
        return _job(row)

    def get(self, job_id: str) -> Job | None:
        """Look up a job by id, for whoever has been let in otherwise."""
        with self._database.read() as db:
            row = db.execute(sa.select(JOBS).where(JOBS.c.id == job_id)).first()
        return None if row is None else _job(row)

    def exists(self, job_id: str) -> bool:
        """Whether the table still knows this job."""
        with self._database.read() as db:
            return db.execute(sa.select(JOBS.c.number).where(JOBS.c.id == job_id)).first() is not None

    def waiting_before(self, job: Job) -> int:
        """Count the jobs that come first."""
        earlier = (JOBS.c.state == JobState.QUEUED.value) & (JOBS.c.number < job.number)
        with self._database.read() as db:
            return db.execute(sa.select(sa.func.count()).where(earlier)).scalar_one()

    def claim(self, worker: str, pid: int) -> Job | None:
        """Give the oldest waiting job to this worker, and to no other."""
        queued = JOBS.c.state == JobState.QUEUED.value
        waiting = sa.select(JOBS.c.number).where(queued).order_by(JOBS.c.number).limit(1)
        oldest = waiting.with_for_update(
            skip_locked=True
        ).scalar_subquery()  # PostgreSQL: not the one another takes now
        change = {
            "state": JobState.RUNNING.value,
            "worker": worker,
            "pid": pid,
            "tries": JOBS.c.tries + 1,
            "heartbeat_at": self._clock(),
            "stage": "",
            "fraction": 0.0,
            "seconds_left": None,
        }
        with self._database.write() as db:
            row = db.execute(
                sa.update(JOBS).where((JOBS.c.number == oldest) & queued).values(change).returning(JOBS)
            ).first()
        return None if row is None else _job(row)

    def beat(self, job: Job, **progress: Any) -> bool:
        """Say that the worker is alive, and how far it is.

        Returns
        -------
        bool
            False if the work is no longer wanted: cancelled, or given to another worker meanwhile.
        """
        change = {"heartbeat_at": self._clock(), **progress}
        with self._database.write() as db:
            row = db.execute(sa.update(JOBS).where(_mine(job)).values(change).returning(JOBS.c.cancel)).first()
        return row is not None and not row.cancel

    def finish(self, job: Job, state: JobState, lines: tuple[str, str] = ("", "")) -> bool:
        """End a running job of this worker; False if it was no longer this worker's."""
        change = {"state": state.value, "finished_at": self._clock(), "what": lines[0], "hint": lines[1]}
        if state is JobState.DONE:
            change |= {"fraction": 1.0, "seconds_left": 0.0}
        return self._update(_mine(job), change)

    def release(self, job: Job) -> None:
        """Give a job back to the queue because its worker has to stop; this try does not count."""
        self._update(_mine(job), {"state": JobState.QUEUED.value, "tries": JOBS.c.tries - 1})

    def cancel(self, job: Job) -> None:
        """Ask for an end: at once if it waits, at the worker's next step if it runs."""
        over = {"state": JobState.CANCELLED.value, "finished_at": self._clock(), "cancel": True}
        if not self._update((JOBS.c.id == job.id) & (JOBS.c.state == JobState.QUEUED.value), over):
            self._update((JOBS.c.id == job.id) & (JOBS.c.state == JobState.RUNNING.value), {"cancel": True})

    def again(self, job: Job, options: TakeOptions, *, blur_face: bool = False) -> bool:
        """Queue a job that is over once more, with other choices."""
        over = JOBS.c.state.in_([state.value for state in JobState if state.is_over])
        asked = _asked(options, blur_face=blur_face)
        change = {"state": JobState.QUEUED.value, "options": asked, "cancel": False}
        return self._update((JOBS.c.id == job.id) & over, change | {"tries": 0, "what": "", "hint": ""})

    def forget(self, job: Job) -> None:
        """Remove a job's row; a worker that still runs it will notice."""
        with self._database.write() as db:
            db.execute(sa.delete(JOBS).where(JOBS.c.id == job.id))

    def forget_earlier(self, job: Job) -> list[str]:
        """Remove the rows of jobs of the same screen that came before and are over; return their ids."""
        over = JOBS.c.state.in_([state.value for state in JobState if state.is_over])
        before = (JOBS.c.screen == job.screen) & (JOBS.c.screen != "") & (JOBS.c.number < job.number)
        with self._database.write() as db:
            return list(db.execute(sa.delete(JOBS).where(before & over).returning(JOBS.c.id)).scalars())

    def recover(self) -> int:
        """Take running jobs away from workers that are dead or silent; return how many."""
        with self._database.read() as db:
            running = db.execute(sa.select(JOBS).where(JOBS.c.state == JobState.RUNNING.value)).all()
        return sum(self._take_back(_job(row)) for row in running)

    def _take_back(self, job: Job) -> bool:
        silent = self._clock() - job.heartbeat_at > self._settings.stale_s
        if not silent and process_alive(job.pid):
            return False
        if job.cancel:
            return self.finish(job, JobState.CANCELLED)
        if job.tries >= self._settings.max_tries:
            lines = (
                f"The measuring of this video broke off {job.tries} times; it needs one undisturbed run.",
                "Try a shorter or smaller recording, or close other programs and try again.",
            )
            return self.finish(job, JobState.FAILED, lines)
        return self._update(_mine(job), {"state": JobState.QUEUED.value})

    def _update(self, where: sa.ColumnElement[bool], change: dict[str, Any]) -> bool:
        with self._database.write() as db:
            return db.execute(sa.update(JOBS).where(where).values(change)).rowcount > 0


def _mine(job: Job) -> sa.ColumnElement[bool]:
    return (JOBS.c.id == job.id) & (JOBS.c.state == JobState.RUNNING.value) & (JOBS.c.worker == job.worker)
