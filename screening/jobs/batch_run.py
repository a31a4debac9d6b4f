"""One piece of a batch on whatever worker: measured into its folder, or known from an earlier run.

May import: `catalog.refusals`, `core` and the rest of `jobs`.

A folder of results holds a record of what it was made from. The record appears together with the results, so a batch
that was killed at any time finds exactly what is finished.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from screening import __version__
from screening.catalog.refusals import in_language
from screening.core.errors import CancelledError, ConfigError, InputError, OutputExistsError, ScreeningError
from screening.core.progress import Progress, overall
from screening.core.serial import to_plain
from screening.core.settings import DEFAULT_LANGUAGE, DEFAULTS, Settings, TakeOptions
from screening.core.vocabulary import Quality, Word
from screening.jobs import screen_folder, take
from screening.jobs.batch_items import Item
from screening.jobs.batch_rows import Row, screen_rows, take_rows
from screening.jobs.executor import interrupted
from screening.jobs.folders import check_free, complete_or_nothing
from screening.jobs.landmark_file import is_landmark_file
from screening.jobs.screen_file import ScreenFile, read_screen_file

#: Beside the results: what they were made from, and their rows of the summary.
RECORD: Final = "batch.json"
_RECORD_VERSION: Final = 1
_INSIDE: Final = "results"
_CHUNK: Final = 1 << 20


class Status(Word):
    """How a piece of work ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    NOT_RUN = "not_run"


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What holds for a whole batch.

    `movement` and `mirrored` are those of single videos, screen files name their own; `quality` None: the usual one of
    takes and of screens; `language` that of sentences and reports; `overlay`, `report` as in `take.analyze_to_folder`;
    `force`: results that were made from other videos or with other settings are replaced.
    """

    movement: str = TakeOptions().movement
    mirrored: bool | None = None
    quality: Quality | None = None
    language: str = DEFAULT_LANGUAGE
    settings: Settings = DEFAULTS
    overlay: bool = True
    report: bool = True
    force: bool = False

    @property
    def options(self) -> TakeOptions:
        """What is told about every single video."""
        quality = self.quality or TakeOptions().quality
        return TakeOptions(movement=self.movement, mirrored=self.mirrored, quality=quality, language=self.language)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How it went: rows of the summary, or both lines of what was in the way; `earlier`: found finished."""

    status: Status
    rows: tuple[Row, ...] = ()
    what: str = ""
    hint: str = ""
    exit_code: int = 0
    earlier: bool = False

    def in_language(self, language: str) -> Outcome:
        """Say both lines in a language."""
        what, hint = in_language((self.what, self.hint), language)
        return replace(self, what=what, hint=hint)


def run_item(item: Item, choices: Choices, sign: Path) -> Outcome:
    """Measure one item, unless it is finished already; a refusal is an outcome, not an error.

    Parameters
    ----------
    item : Item
        What to measure.
    choices : Choices
        What holds for the whole batch.
    sign : Path
        File in a folder that is there as long as the batch is wanted; it gets the share that is done, 0 to 1.
    """
    try:
        tell = _Sign(sign, choices.settings.web.progress_s)
        tell.show(0.0)
        return _known_or_measured(item, choices, tell)
    except CancelledError as err:
        return Outcome(status=Status.NOT_RUN, what=err.what, hint=err.hint, exit_code=err.exit_code)
    except (InputError, ConfigError) as err:
        return Outcome(status=Status.REFUSED, what=err.what, hint=err.hint, exit_code=err.exit_code)
    except ScreeningError as err:
        return Outcome(status=Status.FAILED, what=err.what, hint=err.hint, exit_code=err.exit_code)
    finally:
        sign.unlink(missing_ok=True)


class _Sign:
    """Writes how far the work is, and stops it when nobody wants it any more."""

    def __init__(self, path: Path, interval_s: float) -> None:
        self._path, self._interval_s, self._next = path, interval_s, 0.0

    def __call__(self, stage: str, done: float, total: float) -> None:
        if interrupted():
            raise CancelledError("The work was interrupted.", hint="Run the same command again when you like.")
        now = time.monotonic()
        if now >= self._next:
            self._next = now + self._interval_s
            self.show(overall(stage, done, total))

    def show(self, share: float) -> None:
        """Write a share, 0 to 1."""
        try:
            self._path.write_text(f"{share:.4f}", encoding="ascii")
        except FileNotFoundError as err:
            raise CancelledError(
                f"The batch was stopped, or its folder {self._path.parent.parent} cannot be seen from this worker.",
                hint="Run the same command again; all workers need the folders of recordings and results.",
            ) from err
        except OSError:
            return  # progress is worth no measured take; a full disk is said when the results find no room


def _known_or_measured(item: Item, choices: Choices, tell: Progress) -> Outcome:
    described = read_screen_file(item.source) if item.is_screen else None
    mark = _fingerprint(item, described, choices)
    record = _record(item.out / RECORD)
    if record is not None and record["made_from"] == mark:
        return Outcome(status=Status.DONE, rows=tuple(record["rows"]), earlier=True)
    if record is not None and not choices.force:
        raise OutputExistsError(
            f"{item.out} holds results of another video or of other settings, and they are not overwritten unasked.",
            hint="Name a new folder with -o, or say --force.",
        )
    earlier = screen_folder.earlier_results(item.out) if item.is_screen else take.earlier_results(item.out)
    check_free(item.out, (*earlier, item.out / RECORD), force=choices.force)
    with complete_or_nothing(item.out) as part:
        rows = _measure(item, described, part / _INSIDE, choices, tell)
        for path in list((part / _INSIDE).iterdir()):
            path.rename(part / path.name)
        (part / _INSIDE).rmdir()
        plain = {"record_version": _RECORD_VERSION, "made_from": mark, "rows": rows}
        (part / RECORD).write_text(json.dumps(plain, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    return Outcome(status=Status.DONE, rows=tuple(rows))


def _measure(item: Item, described: ScreenFile | None, out: Path, choices: Choices, tell: Progress) -> Sequence[Row]:
    """Measure into a new folder and give the rows."""
    if is_landmark_file(item.source):
        found = take.landmarks_to_folder(
            item.source, out, options=choices.options, settings=choices.settings, report=choices.report
        )
        return list(take_rows(found))
    if described is None:
        result = take.analyze_to_folder(
            item.source,
            out,
            options=choices.options,
            settings=choices.settings,
            overlay=choices.overlay,
            report=choices.report,
            progress=tell,
        )
        return list(take_rows(result))
    screen = screen_folder.screen_to_folder(
        described,
        out,
        quality=choices.quality,
        language=choices.language,
        settings=choices.settings,
        overlay=choices.overlay,
        report=choices.report,
        progress=tell,
    )
    from screening.report.files import read_result  # noqa: PLC0415

    folders = {t.name: out / screen_folder.TAKES / t.name for t in screen.takes}
    return list(screen_rows(screen, {name: read_result(path / "result.json") for name, path in folders.items()}))


def _fingerprint(item: Item, described: ScreenFile | None, choices: Choices) -> str:
    """SHA-256 of everything that the results depend on."""
    settings = [choices.settings.sha256(), choices.overlay, choices.report, __version__]
    if described is None:
        made_from: list[Any] = [_sha256(item.source), to_plain(asdict(choices.options))]
    else:
        takes = [[t.name, t.alternating, to_plain(t.entry), _sha256(t.video)] for t in described.takes]
        quality = str(choices.quality or choices.settings.screen.quality)
        made_from = [to_plain(described.person), to_plain(described.answers), takes, quality, choices.language]
    return hashlib.sha256(json.dumps([settings, made_from], sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_CHUNK):
                digest.update(block)
    except OSError:
        return ""  # the measuring says what is wrong with it
    return digest.hexdigest()


def _record(path: Path) -> dict[str, Any] | None:
    """Read a record; one that is damaged or of another version was made from something else."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        plain = None
    if isinstance(plain, dict) and plain.get("record_version") == _RECORD_VERSION and isinstance(plain["rows"], list):
        return plain
    return {"made_from": ""}
