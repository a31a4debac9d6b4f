"""The reports of a whole screen, written together: the same words and the same pictures in HTML and PDF.

May import: catalog, core and the sibling files of `report`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from screening.core.screen import ScreenResult
from screening.core.settings import ReportSettings
from screening.report.atomic import writing
from screening.report.pdf import write_screen_pdf
from screening.report.pictures import Film
from screening.report.screen_html import render_screen
from screening.report.screen_model import Review, build_screen_report
from screening.report.screen_pictures import screen_pictures
from screening.report.screen_words import load_words

_TAKES: Final = "takes"
_PAIR: Final = "overlay_pair.mp4"


def write_screen_reports(
    result: ScreenResult,
    out: Path,
    films: Mapping[str, Film],
    *,
    settings: ReportSettings,
    review: Review | None = None,
) -> None:
    """Write `report.html` and `report.pdf` into the folder of a screen.

    Parameters
    ----------
    result : ScreenResult
        One whole screen.
    out : Path
        Its folder; each file appears whole or not at all. Takes with a report of their own below it
        are linked to, and so is the video of both sides if it is there.
    films, settings
        As in `write_screen_pdf`.
    review : Review, optional
        Who signed it; a draft without.
    """
    words = load_words(result.language)
    pictures = screen_pictures(result, words, films, settings=settings)
    linked = [take.name for take in result.takes if (out / _TAKES / take.name / "report.html").is_file()]
    pair = _PAIR if (out / _PAIR).is_file() else ""
    report = build_screen_report(result, words, review)
    page = render_screen(report, result, words, pictures=pictures, linked=linked, pair=pair, language=result.language)
    with writing(out / "report.html") as file:
        file.write(page)
    write_screen_pdf(result, out / "report.pdf", films, settings=settings, review=review, pictures=pictures)
