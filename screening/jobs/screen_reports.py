"""What a whole screen shows, made from its folder: its reports, and both sides in one video.

May import: `report`, `core` and the sibling file `screen_folder`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from screening.core.datatypes import TakeResult
from screening.core.screen import ScreenResult
from screening.core.settings import Settings
from screening.core.vocabulary import Side, View
from screening.jobs.screen_folder import TAKES
from screening.report.files import read_result

if TYPE_CHECKING:
    from screening.report.pictures import Film


def write_reports(result: ScreenResult, folder: Path, *, settings: Settings) -> None:
    """Write `report.html` and `report.pdf` of a screen into its folder, which holds its takes.

    The videos are looked for where they were and beside each take; without one there are no pictures of that take.
    """
    from screening.report.screen_files import write_screen_reports  # noqa: PLC0415  (heavy)

    write_screen_reports(result, folder, films_of(result, folder), settings=settings.report)


def films_of(result: ScreenResult, folder: Path) -> dict[str, Film]:
    """Read the takes of a screen that lie in its folder and whose videos are at hand, by name."""
    folders = {take.name: folder / TAKES / take.name for take in result.takes}
    there = {name: path for name, path in folders.items() if (path / "result.json").is_file()}
    found = {name: read_result(path / "result.json") for name, path in there.items()}
    return films({name: (take, video_of(take, there[name])) for name, take in found.items()})


def films(takes: Mapping[str, tuple[TakeResult, Path | None]]) -> dict[str, Film]:
    """Takes with their videos, but for those without one."""
    from screening.report.pictures import Film  # noqa: PLC0415  (heavy)

    return {name: Film(result=take, video=video) for name, (take, video) in takes.items() if video is not None}


def pair_of(result: ScreenResult) -> tuple[str, str] | None:
    """Names of a take with the left and one with the right leg in front that were filmed alike, from behind first."""
    order = [View.BACK, View.FRONT, View.LEFT, View.OBLIQUE]
    takes = [t for t in result.takes if t.lead is not None and t.reps_used]
    alike = [
        (a, b)
        for a in takes
        for b in takes
        if (a.lead, b.lead) == (Side.LEFT, Side.RIGHT)
        and a.entry.movement == b.entry.movement
        and (a.view is b.view or (a.view.is_side and b.view.is_side))
    ]
    places = {view: k for k, view in enumerate(order)}
    best = min(alike, key=lambda pair: places.get(pair[0].view, len(order)), default=None)
    return (best[0].name, best[1].name) if best else None


def write_pair(result: ScreenResult, folder: Path, to: Path, *, settings: Settings) -> bool:
    """Write both leads side by side; tell whether there were two takes filmed alike with their videos at hand."""
    from screening.report.overlay_pair import write_overlay_pair  # noqa: PLC0415  (heavy)

    names = pair_of(result)
    if names is None:
        return False
    both = replace(result, takes=tuple(take for take in result.takes if take.name in names))
    found = films_of(both, folder)
    if len(found) < 2:
        return False
    left, right = (found[name] for name in names)
    return write_overlay_pair(left, right, to, settings=settings.report)


def video_of(result: TakeResult, folder: Path) -> Path | None:
    """Return the video of a result, at its path or beside its folder, if it is still the same size."""
    named = Path(result.recording.path)
    for path in (named, folder / named.name, folder.parent / named.name):
        if path.is_file() and path.stat().st_size == result.recording.size_bytes:
            return path
    return None
