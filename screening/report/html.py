"""The report of one take as one HTML file that needs nothing but itself.

May import: catalog, core, jinja2, plotly and sibling files of this room.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from screening.catalog import Wordings, load_wordings
from screening.catalog.errors import load_errors
from screening.core.datatypes import TakeResult
from screening.core.settings import ReportSettings
from screening.core.vocabulary import Verdict
from screening.report.atomic import writing
from screening.report.bottom import leads
from screening.report.charts import CONFIG, figure_angles, figure_mean, groups, rep_ranges
from screening.report.error_table import error_rows, note
from screening.report.legs import leg_heading
from screening.report.model import TakeReport, build_report
from screening.report.pictures import KeyPicture, key_pictures
from screening.report.texts import TAKE, load_texts


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One figure in the page: its JSON and the words around it."""

    id: str
    heading: str
    alt: str
    height: int
    time: bool
    json: Markup


def write_html(
    result: TakeResult,
    video: Path,
    out: Path,
    *,
    settings: ReportSettings,
    pictures: Sequence[KeyPicture] | None = None,
) -> None:
    """Write the report of one take.

    Parameters
    ----------
    result : TakeResult
        One measured take.
    video : Path
        Its recording, for the pictures of the lowest points.
    out : Path
        The file to write; it appears whole or not at all.
    pictures : sequence of KeyPicture, optional
        The pictures, where they have been drawn already.
    """
    wordings = load_wordings(result.language)
    if pictures is None:
        pictures = key_pictures(result, video, wordings, settings=settings)
    page = render_html(build_report(result, wordings), result, pictures, wordings)
    with writing(out) as file:
        file.write(page)


def render_html(report: TakeReport, result: TakeResult, pictures: Sequence[KeyPicture], wordings: Wordings) -> str:
    """Return the whole page as text."""
    ranges: dict[str, tuple[float, float]] = {str(k): v for k, v in rep_ranges(result).items()}
    time_s = result.angle_table.time_s
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            pictures=[_embedded(picture) for picture in pictures],
            charts=_charts(result, wordings),
            config=as_json({**CONFIG, "displayModeBar": False}),
            ranges=as_json({"all": (float(time_s[0]), float(time_s[-1])), **ranges}),
            language=wordings.language,
            page=load_texts(TAKE, wordings.language),
            errors=error_rows(load_errors(), result.movement, wordings, load_texts(TAKE, wordings.language)),
            errors_note=note(load_errors(), load_texts(TAKE, wordings.language)),
            not_assessed=wordings.verdict(Verdict.NOT_ASSESSED)[0],
            text=lambda key, **values: wordings.sentence(f"report.{key}", **values),
            css=asset("report.css"),
            script=asset("report.js"),
            plotly_js=Markup(get_plotlyjs()),
        )
    )


def environment() -> Environment:
    """The templates, with everything escaped that is not marked as safe."""
    loader = PackageLoader("screening.report")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def asset(name: str) -> Markup:
    """One of the program's own files, which needs no escaping."""
    path = resources.files("screening.report").joinpath("templates").joinpath(name)
    return Markup(path.read_text(encoding="utf-8"))


def as_json(value: Any) -> Markup:
    """A value as JSON that may stand in a script element."""
    return inline(json.dumps(value))


def inline(text: str) -> Markup:
    """JSON that may stand in a script element: no character in it can end the element."""
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def _embedded(picture: KeyPicture) -> dict[str, Any]:
    return {
        "data": base64.b64encode(picture.jpeg).decode("ascii"),
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt,
        "caption": picture.caption,
        "details": picture.details,
    }


def _charts(result: TakeResult, wordings: Wordings) -> list[Chart]:
    charts = []
    found = groups(result, wordings)
    for group in found:
        name = wordings.word("group", group)
        figure = figure_angles(result, wordings, group)
        alt = wordings.sentence("report.chart_time_alt", group=name)
        charts.append(_chart(f"time-{group}", name, alt, figure, time=True))
    for lead in leads(result):
        tail = f", {leg_heading(result.movement, lead, wordings)}" if lead else ""
        for group in found:
            name = f"{wordings.word('group', group)}{tail}"
            figure = figure_mean(result, wordings, group, lead)
            alt = wordings.sentence("report.chart_mean_alt", group=name)
            charts.append(_chart(f"mean-{group}-{lead}", name, alt, figure, time=False))
    return charts


def _chart(key: str, heading: str, alt: str, figure: go.Figure, *, time: bool) -> Chart:
    height = int(figure.layout.height)
    return Chart(id=key, heading=heading, alt=alt, height=height, time=time, json=inline(figure.to_json()))
