"""A whole screen, from its file to the folder with all of its results, or no folder at all.

May import: `screens`, `report`, `core` and the rest of `jobs`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from screening.core.datatypes import TakeResult
from screening.core.errors import ConfigError, ScreeningError
from screening.core.progress import WHOLE, Progress, overall
from screening.core.screen import SCREEN_SCHEMA_VERSION, ScreenResult
from screening.core.serial import from_plain, to_plain
from screening.core.settings import DEFAULT_LANGUAGE, DEFAULTS, Settings, TakeOptions
from screening.core.vocabulary import Quality
from screening.jobs.folders import check_free, complete_or_nothing
from screening.jobs.screen_file import NamedTake, ScreenFile, read_screen_file
from screening.jobs.take import analyze_to_folder
from screening.jobs.take import earlier_results as results_of_take

#: Files for the whole screen; those of each take lie in a folder of its name below `TAKES`.
SCREEN_FILES: Final = ("screen.json", "report.html", "report.pdf", "overlay_pair.mp4")
TAKES: Final = "takes"

#: Measures one take; the last argument tells how far it is.
Measure = Callable[[NamedTake, TakeOptions, Progress], TakeResult]


def screen(
    file: Path | str,
    *,
    quality: Quality | None = None,
    settings: Settings = DEFAULTS,
    language: str = DEFAULT_LANGUAGE,
    progress: Progress | None = None,
) -> ScreenResult:
    """Measure a whole screen and give its results as objects, without writing anything.

    Parameters
    ----------
    file : Path or str
        The screen file.
    quality : Quality, optional
        Work spent on each take; that of the settings if left out.
    settings : Settings
        Limits and parameters of the stages.
    language : str
        Language of the sentences.
    progress : Progress, optional
        Called with the share of the whole screen that is done.

    Returns
    -------
    ScreenResult
        Differences between the sides, findings, plan.
    """
    from screening.pipeline import analyze  # noqa: PLC0415  (loads the network's library)

    def measure(take: NamedTake, options: TakeOptions, tell: Progress) -> TakeResult:
        return analyze(take.video, options=options, settings=settings, progress=tell)

    described = read_screen_file(Path(file))
    return _run(described, measure, quality=quality, settings=settings, language=language, progress=progress)


def screen_to_folder(  # noqa: PLR0913  (what a person may choose about one run)
    file: Path | ScreenFile,
    out: Path,
    *,
    quality: Quality | None = None,
    settings: Settings = DEFAULTS,
    overlay: bool = True,
    report: bool = True,
    force: bool = False,
    language: str = DEFAULT_LANGUAGE,
    progress: Progress | None = None,
) -> ScreenResult:
    """Measure a whole screen and write its files and those of its takes.

    Parameters
    ----------
    file : Path or ScreenFile
        The screen file, or what was read of it.
    out : Path
        Folder that is made; it may exist if it is empty, or with `force` if it holds nothing but earlier results.
    quality : Quality or None
        Work spent on each take; None: that of the settings.
    overlay, report, force : bool
        Whether each take gets its `overlay.mp4` and its reports; whether earlier results are replaced in the end.
    language : str
        Language of the sentences and reports.
    progress : Progress or None
        Called while it goes on; raising `CancelledError` in it stops the work and leaves nothing behind.

    Raises
    ------
    ScreeningError
        If the file is wrong, a take is refused or contradicts what was declared, or something is in the way.
    """
    described = file if isinstance(file, ScreenFile) else read_screen_file(file)
    out = out.absolute()
    check_free(out, earlier_results(out), force=force)
    with complete_or_nothing(out) as part:

        def measure(take: NamedTake, options: TakeOptions, tell: Progress) -> TakeResult:
            return analyze_to_folder(
                take.video,
                part / TAKES / take.name,
                options=options,
                settings=settings,
                overlay=overlay,
                report=report,
                evidence=True,
                progress=tell,
            )

        result = _run(described, measure, quality=quality, settings=settings, language=language, progress=progress)
        write_screen(result, part / "screen.json")
        if overlay:
            from screening.jobs.screen_reports import write_pair  # noqa: PLC0415  (heavy)

            write_pair(result, part, part / "overlay_pair.mp4", settings=settings)
        if report:  # links to what is there
            from screening.jobs.screen_reports import write_reports  # noqa: PLC0415  (heavy, and only at the end)

            write_reports(result, part, settings=settings)
    return result


def earlier_results(out: Path) -> tuple[Path, ...]:
    """Files of a folder that `force` may replace."""
    takes = out / TAKES
    folders = [p for p in takes.iterdir() if p.is_dir()] if takes.is_dir() else []
    return (*(out / name for name in SCREEN_FILES), *(path for folder in folders for path in results_of_take(folder)))


def _run(
    described: ScreenFile,
    measure: Measure,
    *,
    quality: Quality | None,
    settings: Settings,
    language: str,
    progress: Progress | None,
) -> ScreenResult:
    """Measure take by take, then assess them together."""
    from screening.screens import MeasuredTake, assess  # noqa: PLC0415  (loads the stages)

    measured, n = [], len(described.takes)
    for k, take in enumerate(described.takes):
        options = _options(take, described, quality or settings.screen.quality, language)
        try:
            result = measure(take, options, _part_of(progress, k, n))
        except ScreeningError as err:
            raise type(err)(f"{take.entry.video}: {err.what}", hint=err.hint) from err
        measured.append(MeasuredTake(name=take.name, entry=take.entry, result=result))
    return assess(described.person, described.answers, measured, settings=settings, language=language)


def _options(take: NamedTake, described: ScreenFile, quality: Quality, language: str) -> TakeOptions:
    entry = take.entry
    return TakeOptions(
        movement=entry.movement,
        view=entry.view,
        lead=entry.lead,
        alternating=take.alternating,
        mirrored=entry.mirrored,
        capture_fps=entry.capture_fps,
        height_cm=described.person.height_cm,
        quality=quality,
        language=language,
    )


def _part_of(progress: Progress | None, k: int, n: int) -> Progress:
    """Progress of take k of n, told as a share of the whole screen."""

    def tell(stage: str, done: float, total: float) -> None:
        if progress is not None:
            progress(WHOLE, k + overall(stage, done, total), n)

    return tell


def write_screen(result: ScreenResult, path: Path) -> None:
    """Write `screen.json`."""
    from screening.report.atomic import writing  # noqa: PLC0415

    with writing(path) as file:
        json.dump(to_plain(result), file, ensure_ascii=False, allow_nan=False, indent=1)
        file.write("\n")


def read_screen(path: Path) -> ScreenResult:
    """Read a `screen.json` of this version.

    Raises
    ------
    ConfigError
        If it is missing, damaged, or of another version.
    """
    hint = "Give a screen.json written by this version of the program, or run the screen again."
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as err:
        raise ConfigError(f"{path} cannot be read as a screen: {err}.", hint=hint) from err
    version = plain.get("schema_version") if isinstance(plain, dict) else None
    if version != SCREEN_SCHEMA_VERSION:
        raise ConfigError(f"{path} has schema version {version}; {SCREEN_SCHEMA_VERSION} is needed.", hint=hint)
    try:
        return from_plain(ScreenResult, plain)
    except (AttributeError, KeyError, TypeError, ValueError) as err:
        raise ConfigError(f"{path} does not hold a whole screen: {err}.", hint=hint) from err
