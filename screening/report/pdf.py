"""The report as a PDF: the same words and numbers as page and HTML; the same input gives the same bytes.

May import: catalog, core, numpy, OpenCV and the sibling files of `report`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from reportlab.platypus import Flowable

from screening.catalog import load_wordings
from screening.catalog.exercises import read_drawing
from screening.core.datatypes import TakeResult
from screening.core.errors import CatalogError
from screening.core.screen import FrameToLook, ScreenResult
from screening.core.settings import ReportSettings
from screening.report.atomic import writing_bytes
from screening.report.drawings import for_side
from screening.report.model import build_report
from screening.report.pdf_document import build, text_width
from screening.report.pdf_pages import take_story
from screening.report.pdf_parts import Look
from screening.report.pdf_screen import screen_story
from screening.report.pdf_svg import Drawing
from screening.report.pictures import Film, KeyPicture, key_pictures
from screening.report.screen_model import ExerciseLine, Review, build_screen_report
from screening.report.screen_pictures import screen_pictures
from screening.report.screen_words import load_words
from screening.report.texts import PDF, load_texts

_DRAWINGS_ABREAST = 4


def write_take_pdf(
    result: TakeResult,
    out: Path,
    *,
    video: Path | None,
    settings: ReportSettings,
    pictures: Sequence[KeyPicture] | None = None,
) -> None:
    """Write the report of one take.

    Parameters
    ----------
    result : TakeResult
        One measured take.
    out : Path
        The file to write; it appears whole or not at all.
    video : Path or None
        Its recording, for the pictures of the lowest points; without it the report says that there are none.
    settings : ReportSettings
        Sizes and paper.
    pictures : sequence of KeyPicture, optional
        The pictures, where they have been drawn already.
    """
    wordings, texts = load_wordings(result.language), load_texts(PDF, result.language)
    if pictures is None:
        pictures = key_pictures(result, video, wordings, settings=settings) if video else ()
    pictures = [smaller(picture, settings) for picture in middle(pictures, settings.pdf_pictures)]
    report = build_report(result, wordings)
    width = text_width(settings.paper)
    story = take_story(report, result, pictures, wordings=wordings, texts=texts, width=width)
    foot = (texts("foot.left"), texts.sentences["foot.right"])
    subject = texts("foot.subject")
    data = build(story, paper=settings.paper, title=report.title, foot=foot, subject=subject, language=result.language)
    with writing_bytes(out) as file:
        file.write(data)


def middle(pictures: Sequence[KeyPicture], limit: int) -> Sequence[KeyPicture]:
    """At most `limit` pictures, those in the middle of the take."""
    first = max(0, (len(pictures) - limit) // 2)
    return pictures[first : first + limit]


def smaller(picture: KeyPicture, settings: ReportSettings) -> KeyPicture:
    """Bring a picture to the size that is printed."""
    scale = settings.pdf_picture_max_side_px / max(picture.width, picture.height)
    if scale >= 1.0:
        return picture
    pixels = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    done, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, settings.jpeg_quality])
    if not done:
        raise RuntimeError(f"OpenCV could not encode a picture of shape {small.shape} as JPEG")
    return replace(picture, jpeg=data.tobytes(), width=small.shape[1], height=small.shape[0])


def write_screen_pdf(
    result: ScreenResult,
    out: Path,
    films: Mapping[str, Film],
    *,
    settings: ReportSettings,
    review: Review | None = None,
    pictures: Mapping[FrameToLook, KeyPicture] | None = None,
) -> None:
    """Write the report of a whole screen.

    Parameters
    ----------
    result : ScreenResult
        One whole screen.
    out : Path
        The file to write; it appears whole or not at all.
    films : mapping
        Its takes with their recordings by name, for the pictures; what is missing gives no picture.
    settings : ReportSettings
        Sizes and paper.
    review : Review, optional
        Who signed it; a draft without.
    pictures : mapping, optional
        The pictures of the frames that the findings name, where they have been drawn already.
    """
    words = load_words(result.language)
    if pictures is None:
        pictures = screen_pictures(result, words, films, settings=settings)
    report, width = build_screen_report(result, words, review), text_width(settings.paper)
    story = screen_story(
        report,
        result,
        _looks(pictures, settings),
        drawings={line.exercise.key: _drawings(line, width) for line in report.plan},
        wordings=words.wordings,
        texts=words.texts,
        width=width,
    )
    foot = (words.texts("foot.left"), words.texts.sentences["foot.right"])
    title, subject = f"{report.title}: {result.person.code}", words.texts("foot.subject")
    data = build(story, paper=settings.paper, title=title, foot=foot, subject=subject, language=result.language)
    with writing_bytes(out) as file:
        file.write(data)


def _drawings(line: ExerciseLine, width: float) -> list[tuple[Flowable, str]]:
    exercise = line.exercise
    size = width / max(_DRAWINGS_ABREAST, len(exercise.drawings)) - 10
    out: list[tuple[Flowable, str]] = []
    for drawing in exercise.drawings:
        try:
            svg = for_side(read_drawing(drawing), line.picture_side)
        except CatalogError:
            continue
        out.append((Drawing(svg, size, name=drawing.file, alt=drawing.caption), drawing.caption))
    return out


def _looks(pictures: Mapping[FrameToLook, KeyPicture], settings: ReportSettings) -> list[Look]:
    """The first pictures of the findings in the size that is printed."""
    few = [smaller(picture, settings) for picture in list(pictures.values())[: settings.pdf_pictures + 2]]
    return [Look(jpeg=p.jpeg, width=p.width, height=p.height, caption=p.caption, alt=p.alt) for p in few]
