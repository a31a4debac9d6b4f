"""The pictures that show what the findings of a screen mean, each frame drawn once.

May import: core and the sibling files of `report`.
"""

from __future__ import annotations

from collections.abc import Mapping

from screening.core.datatypes import TakeResult
from screening.core.screen import FrameToLook, ScreenResult
from screening.core.settings import ReportSettings
from screening.report.pictures import Film, KeyPicture, frame_pictures
from screening.report.screen_findings import frame_caption
from screening.report.screen_words import Words


def screen_pictures(
    result: ScreenResult,
    words: Words,
    films: Mapping[str, Film],
    *,
    settings: ReportSettings,
) -> dict[FrameToLook, KeyPicture]:
    """Draw the frames that the findings name, those of the first findings first.

    Parameters
    ----------
    result : ScreenResult
        The screen.
    words : Words
        The catalogue in one language.
    films : mapping
        Its takes with their recordings, by name; what is missing gives no picture.
    settings : ReportSettings
        Sizes; there are at most `max_pictures` for each side.

    Returns
    -------
    dict
        The drawn pictures in the order of the findings.
    """
    named = dict.fromkeys(frame for finding in result.findings for frame in finding.frames)
    wanted = [f for f in named if f.take in films and _inside(f, films[f.take].result)]
    wanted = wanted[: 2 * settings.max_pictures]
    drawn: dict[FrameToLook, KeyPicture] = {}
    for name in dict.fromkeys(f.take for f in wanted):
        frames = [f for f in wanted if f.take == name]
        made = frame_pictures(films[name].result, films[name].video, [f.frame for f in frames], settings=settings)
        drawn |= {f: _picture(f, *made[k], result, words) for k, f in enumerate(frames)}
    return {f: drawn[f] for f in wanted}


def _inside(frame: FrameToLook, take: TakeResult) -> bool:
    return 0 <= frame.frame < len(take.angle_table.time_s)


def _picture(
    frame: FrameToLook, jpeg: bytes, width: int, height: int, result: ScreenResult, words: Words
) -> KeyPicture:
    caption = frame_caption(frame, result, words)
    return KeyPicture(
        rep=frame.rep,
        jpeg=jpeg,
        width=width,
        height=height,
        alt=words.say("said.frame_alt", caption=caption),
        caption=caption,
        details=(),
    )
