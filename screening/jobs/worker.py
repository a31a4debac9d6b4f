"""A process that works off the queue: `python -m screening.jobs.worker DATA`.

May import: `store`, `core` and the rest of `jobs`.

It ends when its standard input ends, which is when the process that started it is gone, however that happened.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from screening.core.errors import CancelledError, InputError, ScreeningError, StorageError
from screening.core.progress import overall
from screening.core.settings import DEFAULTS, Settings
from screening.jobs.queue import Job, JobQueue, JobState
from screening.jobs.take import analyze_to_folder

#: Folder of the results inside a job's folder.
RESULTS: Final = "results"
#: Ending of a file that describes a whole screen.
SCREEN_SUFFIX: Final = ".toml"
_GRACE_S: Final = 10.0
_HOUSEKEEPING_S: Final = 3600.0


class Meter:
    """Writes a running job's progress to the table and stops the work if it is no longer wanted.

    Parameters
    ----------
    queue, job : JobQueue, Job
        Where the job stands.
    stop : threading.Event
        Set when this process has to end.
    interval_s : float
        Shortest time between two writes.
    """

    def __init__(self, queue: JobQueue, job: Job, stop: threading.Event, interval_s: float) -> None:
        self._queue, self._job, self._stop, self._interval_s = queue, job, stop, interval_s
        self._started = self._written = time.monotonic()
        self._stage = ""

    def __call__(self, stage: str, done: float, total: float) -> None:
        """Note how far the stage is."""
        if self._stop.is_set():
            raise CancelledError("The program was closed.", hint="Start it again; the video waits in the queue.")
        now = time.monotonic()
        if stage == self._stage and now - self._written < self._interval_s:
            return
        self._stage, self._written = stage, now
        share = overall(stage, done, total)
        left = (now - self._started) * (1 - share) / share if share > 0.03 else None
        if not self._queue.beat(self._job, stage=stage, done=done, total=total, fraction=share, seconds_left=left):
            raise CancelledError("The measuring was stopped on request.", hint="Start it again whenever you like.")


@contextmanager
def _heartbeat(queue: JobQueue, job: Job, interval_s: float) -> Iterator[None]:
    """Say that this process is alive also while a stage has nothing to tell."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(interval_s):
            queue.beat(job)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _outcome(queue: JobQueue, job: Job, stop: threading.Event) -> Iterator[None]:
    """Write into the table how the block ended; a bug is noted and goes on its way."""
    try:
        yield
    except CancelledError as err:
        if stop.is_set():
            queue.release(job)
        else:
            queue.finish(job, JobState.CANCELLED, err.lines)
    except InputError as err:
        queue.finish(job, JobState.REFUSED, err.lines)
    except ScreeningError as err:
        queue.finish(job, JobState.FAILED, err.lines)
    except BaseException as err:
        if isinstance(err, OSError) and not queue.exists(job.id):
            return  # its owner deleted the job and its folder under our hands
        lines = (
            f"Something in the program broke ({type(err).__name__}); this is not your recording's fault.",
            "Try another recording; whoever looks after the program finds the details in worker.log.",
        )
        queue.finish(job, JobState.FAILED, lines)
        raise
    else:
        queue.finish(job, JobState.DONE)


def run_job(queue: JobQueue, job: Job, stop: threading.Event, *, settings: Settings = DEFAULTS) -> None:
    """Work off one claimed job, with its outcome in the table."""
    folder = queue.folder(job.id)
    meter = Meter(queue, job, stop, settings.web.progress_s)
    with _heartbeat(queue, job, settings.web.heartbeat_s), _outcome(queue, job, stop):
        _measure(queue, job, meter, settings)
    if not queue.exists(job.id):  # deleted by its owner while it ran
        shutil.rmtree(folder, ignore_errors=True)


def _measure(queue: JobQueue, job: Job, meter: Meter, settings: Settings) -> None:
    """Measure a take, or a whole screen if the job's file describes one."""
    source, out = queue.folder(job.id) / job.video, queue.folder(job.id) / RESULTS
    if job.blur_face:
        from screening.jobs.filing import blurred  # noqa: PLC0415  (only where it is wanted)

        settings = blurred(settings)
    if source.suffix == SCREEN_SUFFIX:
        _measure_screen(queue, job, meter, settings)
    else:
        analyze_to_folder(source, out, options=job.options, settings=settings, force=True, progress=meter)


def _measure_screen(queue: JobQueue, job: Job, meter: Meter, settings: Settings) -> None:
    from screening.jobs.filing import as_wished, file_refusal, file_results  # noqa: PLC0415
    from screening.jobs.screen_folder import screen_to_folder  # noqa: PLC0415  (catalogues that a take does not need)

    source, out = queue.folder(job.id) / job.video, queue.folder(job.id) / RESULTS
    settings = as_wished(queue, job, settings) if job.screen else settings
    try:
        screen_to_folder(source, out, settings=settings, force=True, language=job.options.language, progress=meter)
    except InputError as err:
        if job.screen:
            file_refusal(queue, job, err, settings.store)
        raise
    if job.screen:
        file_results(queue, job, out, settings.store)


def keep_house(data: Path, settings: Settings = DEFAULTS) -> None:
    """Delete the videos whose time is over; trouble with it waits for the next time."""
    from screening.store import open_store  # noqa: PLC0415
    from screening.store.retention import expire  # noqa: PLC0415

    with suppress(StorageError, OSError), open_store(data, settings=settings.store) as store:
        expire(store, settings=settings.store)


def work(data: Path, stop: threading.Event, *, settings: Settings = DEFAULTS) -> None:
    """Take jobs until told to stop."""
    queue = JobQueue(data, settings=settings.web)
    name, pid = f"{os.getpid()}-{secrets.token_hex(4)}", os.getpid()
    next_look = 0.0
    while not stop.is_set():
        if time.monotonic() >= next_look:
            keep_house(data, settings)
            next_look = time.monotonic() + _HOUSEKEEPING_S
        queue.recover()
        job = queue.claim(name, pid)
        if job is None:
            stop.wait(settings.web.idle_s)
        else:
            run_job(queue, job, stop, settings=settings)
    queue.close()


def _stop_with_parent(stop: threading.Event) -> None:
    # Bytes from the system itself: Python's own reader holds a lock, which a process that ends by a bug would wait for.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    stop.set()
    time.sleep(_GRACE_S)  # a step that does not come back must not outlive the page either
    os._exit(1)


def main(arguments: list[str]) -> int:
    """Run as a process; the only argument is the data folder."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the page, which then stops us
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    threading.Thread(target=_stop_with_parent, args=(stop,), daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(5)  # the page stays quick while we measure
    work(Path(arguments[0]), stop)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
