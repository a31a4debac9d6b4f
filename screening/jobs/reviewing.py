"""A whole screen under review: computed anew from the evidence of its takes, and frozen with a signature.

May import: `review`, `screens`, `report`, `core` and the rest of `jobs`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from screening.core.corrections import NO_CORRECTIONS, Corrections
from screening.core.datatypes import Provenance, TakeResult
from screening.core.errors import ConfigError
from screening.core.screen import ScreenResult
from screening.core.serial import from_plain, to_plain
from screening.core.settings import DEFAULTS, Settings
from screening.jobs.screen_folder import TAKES, read_screen, write_screen
from screening.jobs.screen_reports import films
from screening.jobs.signature import REVIEW_FILE, Signature, write_signature
from screening.jobs.take import EVIDENCE, OUTPUT_FILES
from screening.review.decisions import Decision, decided, write_decisions
from screening.review.evidence import read
from screening.review.recompute import recompute

_OVERLAY: Final = "overlay.mp4"
_PAIR: Final = "overlay_pair.mp4"


def read_corrections(plain: Mapping[str, Any]) -> dict[str, Corrections]:
    """Read the corrections of all takes back from JSON, by name of the take.

    Raises
    ------
    ConfigError
        If they are not those of this version.
    """
    try:
        return {str(name): from_plain(Corrections, held) for name, held in plain.items()}
    except (AttributeError, KeyError, TypeError, ValueError) as err:
        raise ConfigError(
            f"The corrections of this review cannot be read: {err}.", hint="Begin the corrections of this screen anew."
        ) from err


def write_corrections(corrections: Mapping[str, Corrections]) -> dict[str, Any]:
    """Turn the corrections of all takes into JSON; takes without any are left out."""
    return {name: to_plain(held) for name, held in corrections.items() if held != NO_CORRECTIONS}


def retake(folder: Path, name: str, corrections: Corrections, *, settings: Settings = DEFAULTS) -> TakeResult:
    """Compute one take of a measured screen anew.

    Parameters
    ----------
    folder : Path
        Folder of the screen's results.
    name : str
        Name of the take.
    corrections : Corrections
        Those of this take.
    """
    path = folder / TAKES / name / EVIDENCE
    if not path.is_file():
        raise ConfigError(
            f"The take {name} was measured without keeping its evidence.", hint="Have the screen measured again."
        )
    return recompute(read(path), corrections, settings=settings)


def reassess(measured: ScreenResult, takes: Mapping[str, TakeResult], *, settings: Settings = DEFAULTS) -> ScreenResult:
    """Compare the sides, follow the chain and plan anew, from takes by name."""
    from screening.screens import MeasuredTake, assess  # noqa: PLC0415  (loads the stages)

    again = [MeasuredTake(name=take.name, entry=take.entry, result=takes[take.name]) for take in measured.takes]
    return assess(measured.person, measured.intake, again, settings=settings, language=measured.language)


def freeze(  # noqa: PLR0913  (everything that a signed report holds)
    base: Path,
    out: Path,
    *,
    corrections: Mapping[str, Corrections],
    decisions: Mapping[str, Decision],
    signature: Signature,
    videos: Mapping[str, Path | None],
    settings: Settings = DEFAULTS,
) -> ScreenResult:
    """Write the folder of a signed screen.

    Parameters
    ----------
    base : Path
        Folder of the results as they were measured.
    out : Path
        Folder to make; it must not exist.
    corrections, decisions : mapping
        By take, and by finding or exercise.
    signature : Signature
        What stands under it.
    videos : mapping
        Recordings by take, for the pictures; None where one was deleted.

    Returns
    -------
    ScreenResult
        The screen as it was signed. Takes that were corrected get tables, reports and overlay anew; without its video
        a corrected take has no overlay, since the old one would contradict it.
    """
    measured = read_screen(base / "screen.json")
    settings = as_private(settings, measured.provenance)
    shutil.copytree(base, out, copy_function=_link, ignore=shutil.ignore_patterns(REVIEW_FILE, "report.*"))
    takes = {}
    for take in measured.takes:
        mine = corrections.get(take.name, NO_CORRECTIONS)
        takes[take.name] = retake(base, take.name, mine, settings=settings)
        if mine.changes_results:
            _write_take(takes[take.name], out / TAKES / take.name, videos.get(take.name), settings)
        else:
            _keep_reports(base / TAKES / take.name, out / TAKES / take.name)
    changed = any(mine.changes_results for mine in corrections.values())
    if changed:  # it shows both sides as they were measured
        (out / _PAIR).unlink(missing_ok=True)
    screen = decided(reassess(measured, takes, settings=settings) if changed else measured, decisions)
    (out / "screen.json").unlink(missing_ok=True)
    write_screen(screen, out / "screen.json")
    said = {"corrections": write_corrections(corrections), "decisions": write_decisions(decisions)}
    write_signature(signature, said, out)
    _write_reports(screen, takes, out, signature=signature, videos=videos, settings=settings)
    return screen


def as_private(settings: Settings, made: Provenance) -> Settings:
    """Settings for results that are made anew: heads that were blurred stay blurred."""
    return replace(settings, report=replace(settings.report, blur_face=settings.report.blur_face or made.faces_blurred))


def _link(source: str, target: str) -> None:
    """Share the bytes where the disk can; nothing changes a file of results in place."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _keep_reports(source: Path, target: Path) -> None:
    for path in source.glob("report.*"):
        _link(str(path), str(target / path.name))


def _write_take(result: TakeResult, folder: Path, video: Path | None, settings: Settings) -> None:
    """Write the files of a corrected take in the place of the old ones."""
    from screening.report.files import write_tables  # noqa: PLC0415
    from screening.report.html import write_html  # noqa: PLC0415
    from screening.report.overlay import write_overlay  # noqa: PLC0415
    from screening.report.pdf import write_take_pdf  # noqa: PLC0415

    for name in OUTPUT_FILES:
        (folder / name).unlink(missing_ok=True)  # a linked file must not be written into
    write_tables(result, folder)
    if video is not None:
        write_overlay(result, video, folder / _OVERLAY, settings=settings.report)
        write_html(result, video, folder / "report.html", settings=settings.report)
    write_take_pdf(result, folder / "report.pdf", video=video, settings=settings.report)


def _write_reports(
    screen: ScreenResult,
    takes: Mapping[str, TakeResult],
    out: Path,
    *,
    signature: Signature,
    videos: Mapping[str, Path | None],
    settings: Settings,
) -> None:
    from screening.report.screen_files import write_screen_reports  # noqa: PLC0415  (heavy)

    shown = films({name: (take, videos.get(name)) for name, take in takes.items()})
    write_screen_reports(screen, out, shown, settings=settings.report, review=signature.review())
