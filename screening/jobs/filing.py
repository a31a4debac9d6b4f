"""How a screen of the store is measured, and what becomes of it: its results are taken in, or its refusal is noted.

May import: `store`, `core` and `jobs.queue`.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

from screening.core.errors import InputError
from screening.core.settings import Settings, StoreSettings
from screening.jobs.queue import Job, JobQueue
from screening.store import ConsentKind, TakeState, open_store

#: Who measures, in the audit.
WORKER: Final = "worker"
#: Key of the sentence that says why someone should look at a screen with a refused take.
TAKE_REFUSED: Final = "take_refused"


def as_wished(queue: JobQueue, job: Job, settings: Settings) -> Settings:
    """Give the settings for a screen of the store: its person may want their head blurred."""
    with open_store(queue.data, settings=settings.store) as store:
        screen = store.screens.get(job.screen)
        wanted = screen is not None and store.people.agrees(screen.person, ConsentKind.BLURRED)
    return blurred(settings) if wanted else settings


def blurred(settings: Settings) -> Settings:
    """Give the settings with which heads are blurred in everything that is made."""
    return replace(settings, report=replace(settings.report, blur_face=True))


def file_results(queue: JobQueue, job: Job, out: Path, settings: StoreSettings) -> None:
    """Take a finished screen into the store, and let go of what earlier jobs of this screen have left.

    Parameters
    ----------
    queue, job : JobQueue, Job
        The job; its `screen` is the id of the screen.
    out : Path
        The folder that `screen_to_folder` has made; takes lie below `takes/` under their names.
    settings : StoreSettings
        How to open the store.
    """
    with open_store(queue.data, settings=settings) as store:
        screen = store.screens.get(job.screen)
        if screen is None:  # erased while it was measured; what was made goes with the job
            return
        store.results.add(screen.id, out, who=WORKER)
        for take in store.takes.of_screen(screen.id):
            if (out / "takes" / take.name).is_dir():
                store.takes.set_outcome(take.id, TakeState.MEASURED, who=WORKER)
        if screen.needs_attention == TAKE_REFUSED:
            store.screens.set_attention(screen.id, "", who=WORKER)
    for old in queue.forget_earlier(job):
        shutil.rmtree(queue.folder(old), ignore_errors=True)


def file_refusal(queue: JobQueue, job: Job, err: InputError, settings: StoreSettings) -> None:
    """Note a refusal with the take that it names, and that someone should look at the screen."""
    with open_store(queue.data, settings=settings) as store:
        screen = store.screens.get(job.screen)
        if screen is None:
            return
        video, _, what = err.what.partition(": ")
        while what.startswith(f"{video}: "):  # the reader of the video names it too
            what = what.partition(": ")[2]
        for take in store.takes.of_screen(screen.id):
            if what and take.name == Path(video).stem:
                store.takes.set_outcome(take.id, TakeState.REFUSED, (what, err.hint), who=WORKER)
        store.screens.set_attention(screen.id, TAKE_REFUSED, who=WORKER)
