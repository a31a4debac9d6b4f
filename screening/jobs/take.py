"""One take, from the video to the folder with all of its files, or no folder at all.

May import: `pipeline`, `review`, `report`, `core` and the rest of `jobs`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from screening.core.corrections import NO_HOOKS
from screening.core.datatypes import TakeResult
from screening.core.progress import Progress
from screening.core.settings import DEFAULTS, Settings, TakeOptions
from screening.jobs.folders import check_free, complete_or_nothing

#: The only files that `force` may replace.
OUTPUT_FILES: Final = (
    "angles.csv",
    "landmarks.csv",
    "reps.csv",
    "result.json",
    "overlay.mp4",
    "report.html",
    "report.pdf",
)
#: What the network saw and what was followed, so that a review can compute everything anew: `review.evidence`.
EVIDENCE: Final = "evidence.npz"
#: Every file that a measured take leaves.
KEPT_FILES: Final = (*OUTPUT_FILES, EVIDENCE)


def analyze_to_folder(  # noqa: PLR0913  (what a person may choose about one run)
    video: Path,
    out: Path,
    *,
    options: TakeOptions,
    settings: Settings = DEFAULTS,
    overlay: bool = True,
    report: bool = True,
    evidence: bool = False,
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
    overlay, report, evidence, force : bool
        Whether the overlay, the reports and what a review needs are written too; whether earlier results are replaced
        in the end.
    progress : Progress or None
        Called while it goes on; raising `CancelledError` in it stops the work and leaves nothing behind.

    Raises
    ------
    ScreeningError
        If something is in the way, the recording is refused, or the disk is full.
    """
    from screening.pipeline import analyze  # noqa: PLC0415  (loads the network's library)
    from screening.review.evidence import keep  # noqa: PLC0415

    out = out.absolute()
    check_free(out, earlier_results(out), force=force)
    tell = progress or _silent
    with complete_or_nothing(out) as part:
        hooks = keep(part / EVIDENCE) if evidence else NO_HOOKS
        result = analyze(video, options=options, settings=settings, progress=tell, hooks=hooks)
        _write(result, video, part, settings=settings, progress=tell, overlay=overlay, report=report)
    return result


def landmarks_to_folder(
    path: Path,
    out: Path,
    *,
    options: TakeOptions,
    settings: Settings = DEFAULTS,
    report: bool = True,
    force: bool = False,
) -> TakeResult:
    """Measure one take from landmarks of another tracker and write its files; there is no overlay.

    Parameters
    ----------
    path : Path
        A .trc file.
    out, options, report, force
        As in `analyze_to_folder`.
    """
    from screening.jobs.landmark_file import analyze_landmarks  # noqa: PLC0415
    from screening.report.files import write_tables  # noqa: PLC0415

    out = out.absolute()
    check_free(out, earlier_results(out), force=force)
    with complete_or_nothing(out) as part:
        result = analyze_landmarks(path, options=options, settings=settings)
        write_tables(result, part)
        if report:
            _write_reports(result, None, part, settings)
    return result


def earlier_results(folder: Path) -> tuple[Path, ...]:
    """Files of a folder that `force` may replace."""
    return tuple(folder / name for name in KEPT_FILES)


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
        _write_reports(result, video, part, settings)
    progress("report", 2, 2)


def _write_reports(result: TakeResult, video: Path | None, part: Path, settings: Settings) -> None:
    """Write HTML and PDF; the pictures are read from the video once for both."""
    from screening.catalog import load_wordings  # noqa: PLC0415
    from screening.report.html import write_html  # noqa: PLC0415
    from screening.report.pdf import write_take_pdf  # noqa: PLC0415
    from screening.report.pictures import key_pictures  # noqa: PLC0415

    pictures = key_pictures(result, video, load_wordings(result.language), settings=settings.report) if video else ()
    write_html(result, video or Path(), part / "report.html", settings=settings.report, pictures=pictures)
    write_take_pdf(result, part / "report.pdf", video=video, settings=settings.report, pictures=pictures)
