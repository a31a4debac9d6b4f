"""What the page's threads and the routes of one server share: data folder, queue, tickets.

May import: `jobs`, `core` and the rest of `web` but pages.
"""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from screening.core.settings import DEFAULTS, Settings, TakeOptions
from screening.jobs.queue import Job, JobQueue, new_secret
from screening.web.config import data_folder
from screening.web.tickets import Ticket, Tickets


@dataclass(frozen=True)
class Site:
    """One server's state.

    `data` is the data folder, `queue` its jobs, `tickets` the permissions to upload.
    """

    data: Path
    queue: JobQueue
    tickets: Tickets
    settings: Settings

    @property
    def uploads(self) -> Path:
        """Folder of uploads that are not yet jobs."""
        return self.data / "uploads"

    def prepare(self) -> None:
        """Make the folders and the table."""
        self.queue.create_schema()
        for folder in (self.uploads, self.data / "jobs"):
            folder.mkdir(exist_ok=True, mode=0o700)
        self.sweep()

    def sweep(self) -> None:
        """Remove what nobody can reach any more: old uploads without a job, folders without a row."""
        oldest = time.time() - 3600 * self.settings.web.abandoned_hours
        for path in self.uploads.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
        for folder in (self.data / "jobs").iterdir():
            if folder.stat().st_mtime < oldest and not self.queue.exists(folder.name):
                shutil.rmtree(folder, ignore_errors=True)

    def submit(self, upload: Ticket, options: TakeOptions) -> tuple[str, str]:
        """Turn an upload that has arrived into a job; return its id and key."""
        if upload.path is None:
            raise ValueError(f"ticket {upload.id} has no upload yet")
        job_id, key = new_secret(), new_secret()
        video = Path("video") / safe_name(upload.name)
        folder = self.queue.folder(job_id)
        (folder / "video").mkdir(parents=True, mode=0o700)
        upload.path.rename(folder / video)
        self.queue.submit(job_id, key, video=video.as_posix(), options=options)
        return job_id, key

    def delete(self, job: Job) -> None:
        """Remove a job with its video and everything made from it."""
        self.queue.forget(job)
        shutil.rmtree(self.queue.folder(job.id), ignore_errors=True)


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


def make_site(data: Path, settings: Settings = DEFAULTS) -> Site:
    """Build the state of a server for one data folder."""
    return Site(data, JobQueue(data, settings=settings.web), Tickets(settings.web), settings)


@lru_cache(maxsize=1)
def _site_of(data: Path) -> Site:
    return make_site(data)


def site() -> Site:
    """Give the state of this process's server."""
    return _site_of(data_folder())
