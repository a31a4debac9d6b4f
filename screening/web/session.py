"""What the page's threads and the routes of one server share: data folder, queue, store, tickets, live check.

May import: `jobs`, `store`, `pose`, `core` and the rest of `web` but pages.
"""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from screening.core.screen import TakeEntry
from screening.core.settings import DEFAULTS, Settings, TakeOptions
from screening.jobs.queue import Job, JobQueue, new_secret
from screening.store import Store, TakeRecord, open_store
from screening.web.config import data_folder
from screening.web.live import Checker
from screening.web.log_in import LogIn, log_in
from screening.web.slots import take_entry
from screening.web.tickets import SUFFIX, Ticket, Tickets

#: Who changes something as long as nobody logs in.
LOCAL = "local"
#: File in the folder of a job without a screen: the id of whoever sent the video.
OWNER = "owner"


@dataclass(frozen=True)
class Site:
    """One server's state.

    `data` is the data folder, `queue` its jobs, `tickets` the permissions to upload, `checker` looks at live pictures,
    `log_in` tells how people log in, None if nobody does.
    """

    data: Path
    queue: JobQueue
    tickets: Tickets
    settings: Settings
    checker: Checker
    _open: Callable[[], Store] = field(repr=False)
    log_in: LogIn | None = None

    @property
    def store(self) -> Store:
        """People, screens and takes; opened when first needed."""
        return self._open()

    @property
    def uploads(self) -> Path:
        """Folder of uploads that are not yet jobs or takes."""
        return self.data / "uploads"

    def prepare(self) -> None:
        """Make the folders and the tables, and put right what a crash has left."""
        self.queue.create_schema()
        for folder in (self.uploads, self.data / "jobs"):
            folder.mkdir(exist_ok=True, mode=0o700)
        self.tickets.load()
        self.store.recover()
        self.sweep()

    def close(self) -> None:
        """Close what is open."""
        self.queue.close()
        self.store.close()
        self.checker.close()

    def sweep(self) -> None:
        """Remove what nobody can reach any more: old uploads without a job, folders without a row."""
        oldest = time.time() - 3600 * self.settings.web.abandoned_hours
        for path in self.uploads.iterdir():
            if path.stat().st_mtime < oldest:
                if path.suffix == SUFFIX:
                    self.tickets.drop(path.stem)
                path.unlink(missing_ok=True)
        for folder in (self.data / "jobs").iterdir():
            if folder.stat().st_mtime < oldest and not self.queue.exists(folder.name):
                shutil.rmtree(folder, ignore_errors=True)

    def submit(self, upload: Ticket, options: TakeOptions, *, blur_face: bool = False) -> tuple[str, str]:
        """Turn an upload that has arrived into a job, with the head blurred if wanted; return its id and key."""
        if upload.path is None:
            raise ValueError(f"ticket {upload.id} has no upload yet")
        job_id, key = new_secret(), new_secret()
        video = Path("video") / safe_name(upload.name)
        folder = self.queue.folder(job_id)
        (folder / "video").mkdir(parents=True, mode=0o700)
        (folder / OWNER).write_text(upload.who or LOCAL, encoding="utf-8")
        upload.path.rename(folder / video)
        self.queue.submit(job_id, key, video=video.as_posix(), options=options, blur_face=blur_face)
        return job_id, key

    def owner(self, job: Job) -> str:
        """Id of whoever sent the video of a job, empty if nobody knows."""
        path = self.queue.folder(job.id) / OWNER
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def keep_take(self, ticket: Ticket, video: Path) -> TakeRecord:
        """Take a complete recording into the screen that its ticket names; an earlier one of the same kind gives way.

        Raises
        ------
        ScreeningError
            If it cannot be kept; the file then still lies where it was.
        """
        entry = take_entry(ticket.take, ticket.mirrored)
        earlier = [take for take in self.store.takes.of_screen(ticket.screen) if ticket.take and _same(take, entry)]
        who = ticket.who or LOCAL
        kept = self.store.takes.add(ticket.screen, entry, video, file_name=safe_name(ticket.name), who=who)
        for take in earlier:
            self.store.takes.delete(take.id, who=who)
        return kept

    def delete(self, job: Job) -> None:
        """Remove a job with its video and everything made from it."""
        self.queue.forget(job)
        shutil.rmtree(self.queue.folder(job.id), ignore_errors=True)


def _same(take: TakeRecord, entry: TakeEntry) -> bool:
    return (take.movement, take.lead, take.view) == (entry.movement, entry.lead, entry.view)


def safe_name(name: str) -> str:
    """Make a file name of what a browser sent: no folders, nothing hidden, nothing long.

    Examples
    --------
    >>> safe_name("../../etc/pass wd.mp4")
    'pass wd.mp4'
    >>> safe_name("..")
    'video'
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r"[^\w .()+-]", "_", last).strip(" .")
    stem, dot, suffix = kept.rpartition(".")
    if dot and len(suffix) <= 5:
        return f"{stem[:60] or 'video'}.{suffix}"
    return kept[:60] or "video"


def make_site(data: Path, settings: Settings = DEFAULTS, *, log_in: LogIn | None = None) -> Site:
    """Build the state of a server for one data folder."""
    tickets = Tickets(settings.web, folder=data / "uploads")
    queue = JobQueue(data, settings=settings.web)
    return Site(data, queue, tickets, settings, Checker(settings), _once(lambda: open_store(data)), log_in)


def _once(make: Callable[[], Store]) -> Callable[[], Store]:
    """Open the store once, whichever thread asks first."""
    lock = threading.Lock()
    made: list[Store] = []

    def get() -> Store:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return get


@lru_cache(maxsize=1)
def _site_of(data: Path) -> Site:
    return make_site(data, log_in=log_in())


def site() -> Site:
    """Give the state of this process's server."""
    return _site_of(data_folder())
