"""The report of a whole screen as one HTML file that needs nothing but itself.

May import: catalog, core, jinja2, plotly and the sibling files of `report`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from plotly.offline import get_plotlyjs

from screening.catalog.exercises import read_drawing
from screening.catalog.language import DEFAULT_LANGUAGE
from screening.core.errors import CatalogError
from screening.core.screen import FrameToLook, ScreenResult
from screening.report.charts import CONFIG
from screening.report.drawings import for_side, without_ids
from screening.report.html import Chart, as_json, asset, environment, inline
from screening.report.pictures import KeyPicture
from screening.report.screen_curves import HEIGHT_PX, UNIT, figure_sides
from screening.report.screen_findings import ExerciseLine, FindingLine
from screening.report.screen_model import ScreenReport
from screening.report.screen_words import Words, metric_label

_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One picture of a finding; `data` is its file, base64."""

    id: str
    data: str
    width: int
    height: int
    alt: str
    caption: str


def render_screen(  # noqa: PLR0913  (what there is to show)
    report: ScreenReport,
    result: ScreenResult,
    words: Words,
    *,
    pictures: Mapping[FrameToLook, KeyPicture],
    linked: Collection[str] = (),
    pair: str = "",
    language: str = DEFAULT_LANGUAGE,
) -> str:
    """Return the whole page as text.

    Parameters
    ----------
    report : ScreenReport
        The screen in words.
    result : ScreenResult
        The same in numbers, for the curves.
    words : Words
        The catalogue in one language.
    pictures : mapping
        Pictures of the frames that the findings name.
    linked : collection of str
        Folders of the takes that have a report of their own.
    pair : str
        File beside the page that shows both sides together, if there is one.
    language : str
        Language of the page.
    """
    charts = _charts(result, words)
    return (
        environment()
        .get_template("screen.html.j2")
        .render(
            report=report,
            language=language,
            findings=_illustrated(report.findings, pictures),
            has_pictures=bool(pictures),
            plan=[(line, _drawings(line)) for line in report.plan],
            linked=frozenset(linked),
            pair=pair,
            charts=charts,
            config=as_json({**CONFIG, "displayModeBar": False}),
            say=words.say,
            common=words.texts,
            css=asset("report.css"),
            screen_css=asset("screen.css"),
            script=asset("report.js"),
            plotly_js=Markup(get_plotlyjs() if charts else ""),
        )
    )


def _illustrated(
    findings: Sequence[FindingLine], pictures: Mapping[FrameToLook, KeyPicture]
) -> list[tuple[FindingLine, list[Shown], list[Shown], str]]:
    """Every finding with the pictures and the measured values that no finding above it has shown yet.

    The second list holds the pictures that stand further up already; the text is empty where it was said before.
    """
    shown = {frame: _shown(f"picture-{k}", picture) for k, (frame, picture) in enumerate(pictures.items(), start=1)}
    before: set[FrameToLook | str] = set()
    out = []
    for line in findings:
        frames = [f for f in line.frames if f in shown]
        new = [shown[f] for f in frames if f not in before]
        again = [shown[f] for f in frames if f in before]
        said = next((text for text in line.measured[:1] if text not in before), "")
        out.append((line, new, again, said))
        before |= {*frames, said}
    return out


def _shown(name: str, picture: KeyPicture) -> Shown:
    return Shown(
        id=name,
        data=base64.b64encode(picture.jpeg).decode("ascii"),
        width=picture.width,
        height=picture.height,
        alt=picture.alt,
        caption=picture.caption,
    )


def _drawings(line: ExerciseLine) -> list[tuple[Markup, str]]:
    """The step pictures of an exercise for its side, in the colours of the page, with their captions."""
    out = []
    for drawing in line.exercise.drawings:
        try:
            svg = for_side(read_drawing(drawing), line.picture_side)
        except CatalogError:
            continue
        # The program's own file; its words are escaped, its colours come from the page.
        out.append((Markup(without_ids(_STYLE.sub("", svg), label=drawing.caption)), drawing.caption))
    return out


def _charts(result: ScreenResult, words: Words) -> list[Chart]:
    out = []
    for k, curve in enumerate(result.curves):
        label = metric_label(curve.metric, words.wordings)
        text = inline(figure_sides(curve, words).to_json())
        alt = words.say("page.curve_alt", label=label)
        heading = f"{label} ({UNIT.get(curve.unit, curve.unit)})"
        out.append(Chart(id=f"curve-{k}", heading=heading, alt=alt, height=HEIGHT_PX, time=False, json=text))
    return out
