"""One take, from the video to the folder with all of its files, or no folder at all.

May import: `pipeline`, `report`, `core` and the rest of `jobs`.

Everything is written into a hidden folder beside the wanted one, which gets its name in the end. What a killed run
left there is removed by the next one.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from screening.core.datatypes import TakeResult
from screening.core.errors import OutputExistsError, ScreeningError, StorageError
from screening.core.progress import Progress
from screening.core.settings import DEFAULTS, Settings, TakeOptions
from screening.jobs.process import process_alive

#: The only files that `force` may replace.
OUTPUT_FILES: Final = (
    "angles.csv",
    "landmarks.csv",
    "reps.csv",
    "result.json",
    "overlay.mp4",
    "report.html",
)
_DISK_ERRORS: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def analyze_to_folder(  # noqa: PLR0913  (what a person may choose about one run)
    video: Path,
    out: Path,
    *,
    options: TakeOptions,
    settings: Settings = DEFAULTS,
    overlay: bool = True,
    report: bool = True,
    force: bool = False,
    progress: Progress | None = None,
) -> TakeResult:
    """Measure one take and write its files.

    Parameters
    ----------
    video : Path
        The recording.
    out : Path
        Folder that is made; it may exist if it is empty, or with `force` if it holds nothing but earlier results.
    options : TakeOptions
        What the person told about the take.
    overlay, report, force : bool
        Whether `overlay.mp4` and `report.html` are written too; whether earlier results are replaced in the end.
    progress : Progress or None
        Called while it goes on; raising `CancelledError` in it stops the work and leaves nothing behind.

    Raises
    ------
    ScreeningError
        If something is in the way, the recording is refused, or the disk is full.
    """
    from screening.pipeline import analyze  # noqa: PLC0415  (loads the network's library)

    out = out.absolute()
    _check_free(out, force=force)
    tell = progress or _silent
    with _complete_or_nothing(out) as part:
        result = analyze(video, options=options, settings=settings, progress=tell)
        _write(result, video, part, settings=settings, progress=tell, overlay=overlay, report=report)
    return result


def _silent(_stage: str, _done: float, _total: float) -> None:
    return None


def _write(  # noqa: PLR0913
    result: TakeResult,
    video: Path,
    part: Path,
    *,
    settings: Settings,
    progress: Progress,
    overlay: bool,
    report: bool,
) -> None:
    from screening.report.files import write_tables  # noqa: PLC0415  (heavy, and only after the measuring)

    if overlay:
        from screening.report.overlay import write_overlay  # noqa: PLC0415

        write_overlay(
            result,
            video,
            part / "overlay.mp4",
            settings=settings.report,
            progress=lambda done, total: progress("overlay", done, total),
        )
    progress("report", 0, 2)
    write_tables(result, part)
    progress("report", 1, 2)
    if report:
        from screening.report.html import write_html  # noqa: PLC0415

        write_html(result, video, part / "report.html", settings=settings.report)
    progress("report", 2, 2)


def _check_free(out: Path, *, force: bool) -> None:
    if not os.path.lexists(out):
        return
    if not out.is_dir():
        raise OutputExistsError(f"{out} is a file; a folder is needed.", hint="Name another folder with -o.")
    found = sorted(entry.name for entry in out.iterdir())
    foreign = [name for name in found if name not in OUTPUT_FILES]
    if foreign:
        raise OutputExistsError(
            f"{out} holds files that are not earlier results ({', '.join(foreign[:3])}); they are never replaced.",
            hint="Name a new folder with -o.",
        )
    if found and not force:
        raise OutputExistsError(
            f"{out} already holds results, and they are not overwritten unasked.",
            hint="Name a new folder with -o, or say --force.",
        )


@contextmanager
def _complete_or_nothing(out: Path) -> Iterator[Path]:
    """Give a hidden folder that becomes `out` if the block ends well and vanishes if it does not."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _clean_up_after_killed_runs(out)
        part = out.parent / _hidden_name(out, "part")
        part.mkdir()
    except OSError as err:
        raise _disk_trouble(out, err) from err
    try:
        yield part
        _replace(out, part)
    except OSError as err:
        if err.errno in _DISK_ERRORS:
            raise _disk_trouble(out, err) from err
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _hidden_name(out: Path, kind: str) -> str:
    return f".{out.name}.{kind}-{os.getpid()}-{secrets.token_hex(4)}"


def _replace(out: Path, part: Path) -> None:
    if out.exists():
        old = out.parent / _hidden_name(out, "old")
        out.rename(old)
        part.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    else:
        part.rename(out)


def _clean_up_after_killed_runs(out: Path) -> None:
    for kind in ("part", "old"):
        prefix = f".{out.name}.{kind}-"
        for folder in out.parent.iterdir():
            pid = folder.name.removeprefix(prefix).partition("-")[0]
            if not folder.name.startswith(prefix) or not pid.isdecimal() or process_alive(int(pid)):
                continue
            if kind == "old" and not out.exists():
                folder.rename(out)  # killed between two renamings: the earlier results are still whole
            else:
                shutil.rmtree(folder, ignore_errors=True)


def _disk_trouble(out: Path, err: OSError) -> ScreeningError:
    if err.errno in _DISK_ERRORS:
        return StorageError(
            f"The disk that holds {out.parent} is full; the files of this take found no room.",
            hint="Make room there or name a folder on another disk; nothing half-written was left.",
        )
    return OutputExistsError(
        f"The folder {out} cannot be made: {err.strerror or err}.",
        hint="Name a folder that you may write to.",
    )
