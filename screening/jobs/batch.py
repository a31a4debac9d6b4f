"""Every take and screen below a folder, on several workers, into one folder of results with one summary.

May import: `core` and the rest of `jobs`.

Nothing is remembered but the results themselves: the same command goes on where an earlier one ended. A hidden folder
beside the results is there as long as the batch is wanted; workers anywhere stop soon after it has gone.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from screening.core.errors import OutputExistsError
from screening.core.progress import WHOLE, Progress
from screening.jobs.batch_items import Item, find_items
from screening.jobs.batch_rows import SCHEMA, Row, write_summary
from screening.jobs.batch_run import Choices, Outcome, Status, run_item
from screening.jobs.executor import cluster, process_pool
from screening.jobs.process import process_alive, usable_cores

#: Written into the folder of results when the program itself breaks.
FAULTS: Final = "faults.log"
_SIGNS: Final = ".batch-"
_BUG: Final = 70
#: Exit codes of failures that every further item would share: no model, no room on the disk.
_FATAL: Final = (4, 5)

#: Called with each item that has ended.
Told = Callable[[Item, Outcome], None]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What was found and how each of it ended, in the order of the names."""

    out: Path
    items: tuple[Item, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many items ended how."""
        return {str(s): sum(o.status is s for o in self.outcomes) for s in Status}

    @property
    def exit_code(self) -> int:
        """That of the first failure; 0 if everything was measured or refused."""
        return next((o.exit_code for o in self.outcomes if o.status is Status.FAILED), 0)

    @property
    def rows(self) -> Iterator[Row]:
        """All rows of the summary."""
        for item, outcome in zip(self.items, self.outcomes, strict=True):
            about = {"source": item.name, "status": str(outcome.status)}
            for row in outcome.rows:
                yield {**about, **row}
            if not outcome.rows:
                kind = "screen" if item.is_screen else "take"
                yield {**about, "kind": kind, "reason": outcome.what, "hint": outcome.hint}


def batch_to_folder(  # noqa: PLR0913  (what a person may choose about one run)
    folder: Path,
    out: Path,
    choices: Choices,
    *,
    workers: int | None = None,
    scheduler: str = "",
    progress: Progress | None = None,
    told: Told | None = None,
) -> Batch:
    """Measure everything below a folder that is not measured yet, and write the summary of all of it.

    Parameters
    ----------
    folder : Path
        Where videos and screen files lie.
    out : Path
        Folder of the results, new, empty, or that of an earlier batch, which is then continued.
    choices : Choices
        What holds for all.
    workers : int or None
        Processes on this machine, with a core each; by default one for each core.
    scheduler : str
        Address of a Dask cluster that works instead; its workers need to see both folders.
    progress, told : callable or None
        Called with the share of the whole that is done, and with each item that has ended.

    Raises
    ------
    ScreeningError
        There is nothing to do, something is in the way, or the cluster does not answer. What goes wrong with single
        items is part of the outcome.
    """
    items = find_items(folder, out)
    out = items[0].out.parents[items[0].name.count("/")]
    _prepare(out)
    # More processes than items or cores only need memory.
    count = min(workers or len(usable_cores()), len(items))
    opening = (lambda: cluster(scheduler)) if scheduler else (lambda: process_pool(count))
    with _wanted(out) as signs:
        run = _Run(items=items, choices=choices, signs=signs, progress=progress, told=told)
        try:
            run.all(opening, alone=(lambda: process_pool(1)))
        finally:
            batch = Batch(out=out, items=items, outcomes=tuple(run.outcome(k) for k in range(len(items))))
            _tidy(batch)
            write_summary(list(batch.rows), batch.counts, out)
    return batch


def _tidy(batch: Batch) -> None:
    """Remove folders that were made on the way to results that did not come to be."""
    for item in batch.items:
        for folder in item.out.parents[: item.name.count("/")]:
            with suppress(OSError):  # it holds results, or was never made
                folder.rmdir()


def _prepare(out: Path) -> None:
    """Make the folder of results, or see that it is that of a batch."""
    if out.exists() and not out.is_dir():
        raise OutputExistsError(f"{out} is a file; a folder is needed.", hint="Name another folder with -o.")
    strangers = [p.name for p in out.iterdir() if not p.name.startswith(_SIGNS)] if out.is_dir() else []
    if strangers and not _is_batch(out):
        raise OutputExistsError(
            f"{out} holds files that are not those of a batch ({', '.join(sorted(strangers)[:3])}).",
            hint="Name a new folder with -o.",
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not strangers:
            write_summary([], {}, out)  # says whose folder this is, also to a run after this one was killed
    except OSError as err:
        raise OutputExistsError(
            f"The folder {out} cannot be written: {err.strerror or err}.", hint="Name a folder that you may write to."
        ) from err


def _is_batch(out: Path) -> bool:
    try:
        plain = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(plain, dict) and plain.get("kind") == SCHEMA["kind"]


@contextmanager
def _wanted(out: Path) -> Iterator[Path]:
    """Give the folder that is there as long as the batch is wanted; those of killed batches are removed."""
    for old in out.glob(f"{_SIGNS}*"):
        pid = old.name.removeprefix(_SIGNS).partition("-")[0]
        if pid.isdecimal() and not process_alive(int(pid)):
            shutil.rmtree(old, ignore_errors=True)
    signs = out / f"{_SIGNS}{os.getpid()}-{secrets.token_hex(4)}"
    signs.mkdir()
    try:
        yield signs
    finally:
        shutil.rmtree(signs, ignore_errors=True)


@dataclass(kw_only=True)
class _Run:
    """The state of one run: which item ended how."""

    items: Sequence[Item]
    choices: Choices
    signs: Path
    progress: Progress | None
    told: Told | None
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    def outcome(self, k: int) -> Outcome:
        """How item k ended."""
        not_run = Outcome(
            status=Status.NOT_RUN,
            what="It was not measured: the batch ended before.",
            hint="Run the same command again; it goes on where it stopped.",
        )
        return self.outcomes.get(k) or not_run.in_language(self.choices.language)

    def all(
        self,
        opening: Callable[[], AbstractContextManager[Executor]],
        *,
        alone: Callable[[], AbstractContextManager[Executor]],
    ) -> None:
        """Run every item, even if worker processes die: those that ran then are tried once more, each alone.

        The largest come first, so that no worker is left alone with a long one at the end.
        """
        waiting = sorted(range(len(self.items)), key=lambda k: -self.items[k].size_bytes)
        suspects = list[int]()
        while waiting:
            begun = self._round(opening, waiting)
            suspects += begun
            left = [k for k in waiting if k not in self.outcomes and k not in begun]
            if left and not begun:  # no worker lived long enough to begin anything
                suspects, left = suspects + left, []
            waiting = left if self.signs.is_dir() else []
        for k in suspects:
            if self.signs.is_dir() and self._round(alone, [k]):
                self._ended(k, _died())

    def _round(self, opening: Callable[[], AbstractContextManager[Executor]], numbers: Collection[int]) -> list[int]:
        """Run items until all have ended or the workers are gone; give those that had begun then."""
        running: dict[Future[Outcome], int] = {}
        try:
            with opening() as executor:
                try:
                    for k in numbers:
                        sign = self.signs / str(k)
                        running[executor.submit(run_item, self.items[k], self.choices, sign)] = k
                    self._collect(running)
                except BrokenExecutor:
                    pass  # what had begun is found below
                except BaseException:
                    self._stop(running)
                    raise
        finally:  # what still ended well while the workers were leaving
            for future, k in running.items():
                if k not in self.outcomes and future.done() and not future.cancelled() and not future.exception():
                    self._ended(k, future.result())
        lost = [k for k in numbers if k not in self.outcomes and (self.signs / str(k)).exists()]
        for k in lost:
            (self.signs / str(k)).unlink(missing_ok=True)
        return lost

    def _collect(self, running: Mapping[Future[Outcome], int]) -> None:
        open_ = set(running)
        while open_:
            done, open_ = wait(open_, timeout=self.choices.settings.web.progress_s, return_when=FIRST_COMPLETED)
            for future in done:
                self._ended(running[future], self._result(future))
            self._show()
            if any(self._fatal(running[future]) for future in done):
                self._stop(running)
                return

    def _result(self, future: Future[Outcome]) -> Outcome:
        try:
            return future.result()
        except BrokenExecutor:
            raise
        except Exception as err:  # noqa: BLE001  (a fault with one video must not stop the others)
            log = self.signs.parent / FAULTS
            with log.open("a", encoding="utf-8") as file:
                file.write("".join(traceback.format_exception(err)) + "\n")
            what = f"This is a fault of the program ({type(err).__name__}); nothing half-written was left."
            hint = f"Please report it with the log {log}."
            return Outcome(status=Status.FAILED, what=what, hint=hint, exit_code=_BUG)

    def _ended(self, k: int, outcome: Outcome) -> None:
        if outcome.status is Status.NOT_RUN:
            if not self.signs.is_dir():  # it was stopped on request
                return
            outcome = replace(outcome, status=Status.FAILED)
        self.outcomes[k] = outcome = outcome.in_language(self.choices.language)
        if self.told is not None:
            self.told(self.items[k], outcome)

    def _fatal(self, k: int) -> bool:
        ended = self.outcome(k)
        return ended.status is Status.FAILED and ended.exit_code in _FATAL

    def _stop(self, running: Collection[Future[Outcome]]) -> None:
        """Tell every worker to stop, and take back what has not begun."""
        shutil.rmtree(self.signs, ignore_errors=True)
        for future in running:
            future.cancel()

    def _show(self) -> None:
        if self.progress is None:
            return
        shares = 0.0
        for sign in self.signs.iterdir() if self.signs.is_dir() else ():
            try:
                shares += float(sign.read_text(encoding="ascii"))
            except (OSError, ValueError):
                continue  # just being written, or just finished
        self.progress(WHOLE, min(len(self.outcomes) + shares, len(self.items)), len(self.items))


def _died() -> Outcome:
    return Outcome(
        status=Status.FAILED,
        what="The process that measured it was ended from outside, twice; perhaps the memory was full.",
        hint="Try a shorter or smaller copy of the video, or fewer workers.",
        exit_code=_BUG,
    )
