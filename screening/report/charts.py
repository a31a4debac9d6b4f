"""Interactive curves for the HTML file and the page: angles over time, and the mean over the repetitions.

May import: catalog, core, plotly, numpy and the sibling files `curves` and `palette`.

A figure takes the colours of what it stands on: grounds are transparent, text and grid are set by the page's style.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from screening.catalog import Wordings
from screening.catalog.wordings import split_side
from screening.core.datatypes import FloatArray, TakeResult
from screening.core.vocabulary import Observability, Side
from screening.report.bottom import used_repetitions
from screening.report.curves import mean_curve, normalised, runs, thinned
from screening.report.palette import PHASE_SHADE, faded, line_colour, line_dash

PANEL_PX = 190
TITLE_PX = 26
LEGEND_PX = 32
NUMBERS_PX = 16
BOTTOM_PX = 46
CONFIG: dict[str, Any] = {"displaylogo": False, "responsive": True, "modeBarButtonsToRemove": ["select2d", "lasso2d"]}
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
_GREY = "#6b7280"


def groups(result: TakeResult, wordings: Wordings) -> tuple[str, ...]:
    """Return the groups of angles that have at least one value, in the order of the catalogue."""
    found = {wordings.angle(name).group for name in _shown(result)}
    return tuple(group for group in wordings.words["group"] if group in found)


def figure_angles(result: TakeResult, wordings: Wordings, group: str, *, rep: int | None = None) -> go.Figure:
    """Angles of one group over time, one panel an angle, left and right in the same panel.

    Parameters
    ----------
    group : str
        One of `groups(result, wordings)`.
    rep : int or None
        Number of the repetition to zoom to; None shows the whole take.
    """
    panels = _panels(result, wordings, group)
    figure = _empty(panels, wordings, x_title=wordings.word("label", "time_axis"), numbered=True)
    keep = thinned(len(result.angle_table.time_s))
    time_s = result.angle_table.time_s[keep]
    legend: set[Side | None] = set()
    for row, names in enumerate(panels.values(), start=1):
        for name in names:
            side = split_side(name)[1]
            value = result.angle_table.column(name)[keep]
            sd = result.angle_table.column_sd(name)[keep]
            figure.add_trace(band(time_s, value - sd, value + sd, side), row=row, col=1)
            figure.add_trace(line(time_s, value, side, wordings, first=side not in legend), row=row, col=1)
            legend.add(side)
    _shade_phases(figure, result)
    _number_repetitions(figure, result)
    _zoom(figure, result, rep)
    return figure


def figure_mean(result: TakeResult, wordings: Wordings, group: str, lead: Side | None) -> go.Figure:
    """Angles of one group over the normalised repetition: single repetitions, their mean and spread.

    Only used repetitions of one lead; x is 0 to 100 % of the repetition.
    """
    panels = _panels(result, wordings, group)
    figure = _empty(panels, wordings, x_title=wordings.word("label", "repetition_axis"), numbered=False)
    reps = used_repetitions(result, lead)
    legend: set[Side | None] = set()
    for row, names in enumerate(panels.values(), start=1):
        for name in names:
            side = split_side(name)[1]
            percent, curves = normalised(result.angle_table.column(name), reps)
            mean, sd = mean_curve(curves)
            for rep, curve in zip(reps, curves, strict=True):
                figure.add_trace(_thin(percent, curve, side, rep.index), row=row, col=1)
            figure.add_trace(band(percent, mean - sd, mean + sd, side), row=row, col=1)
            figure.add_trace(line(percent, mean, side, wordings, first=side not in legend, width=3), row=row, col=1)
            legend.add(side)
    figure.update_xaxes(range=[0, 100], dtick=25)
    return figure


def rep_ranges(result: TakeResult) -> dict[int, tuple[float, float]]:
    """Return the range of time to show for each repetition, seconds, with a little room on both sides."""
    time_s = result.angle_table.time_s
    out = {}
    for rep in result.timeline.repetitions:
        start, end = float(time_s[rep.start]), float(time_s[rep.end - 1])
        room = 0.1 * (end - start)
        out[rep.index] = (start - room, end + room)
    return out


def _shown(result: TakeResult) -> list[str]:
    table = result.angle_table
    return [
        name
        for name in table.names
        if table.observability[name] is not Observability.NONE and np.isfinite(table.column(name)).any()
    ]


def _panels(result: TakeResult, wordings: Wordings, group: str) -> dict[str, list[str]]:
    panels: dict[str, list[str]] = {}
    for name in _shown(result):
        if wordings.angle(name).group == group:
            panels.setdefault(split_side(name)[0], []).append(name)
    return panels


def _empty(panels: dict[str, list[str]], wordings: Wordings, *, x_title: str, numbered: bool) -> go.Figure:
    n = len(panels)
    titles = [f"{wordings.angle_label(stem)} ({_unit(stem)})" for stem in panels]
    sided = any(split_side(name)[1] for names in panels.values() for name in names)
    above = NUMBERS_PX if numbered else 0
    top = TITLE_PX + above + (LEGEND_PX if sided else 0)
    height = top + BOTTOM_PX + n * PANEL_PX
    figure = make_subplots(
        rows=n,
        cols=1,
        shared_xaxes=True,
        subplot_titles=titles,
        vertical_spacing=0.0 if n == 1 else 42 / (n * PANEL_PX),
    )
    figure.update_layout(
        height=height,
        margin={"l": 44, "r": 10, "t": top, "b": BOTTOM_PX},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": _FONT, "size": 13, "color": _GREY},
        hovermode="x unified",
        dragmode="zoom",
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yref": "container", "yanchor": "top"},
    )
    figure.update_annotations(x=0, xanchor="left", font={"size": 13})
    # The first panel's title makes room for the numbers of the repetitions below it.
    figure.layout.annotations[0].yshift = above
    figure.update_xaxes(
        gridcolor="rgba(128,128,128,0.25)", zeroline=False, showline=True, linecolor=_GREY, hoverformat=".2f"
    )
    figure.update_yaxes(
        gridcolor="rgba(128,128,128,0.25)", zerolinecolor="rgba(128,128,128,0.6)", nticks=5, fixedrange=True
    )
    figure.update_xaxes(title={"text": x_title, "standoff": 6}, row=n, col=1)
    return figure


def _unit(stem: str) -> str:
    return "%" if stem.endswith("_pct") else "°"


def line(
    x: FloatArray, y: FloatArray, side: Side | None, wordings: Wordings, *, first: bool, width: int = 2
) -> go.Scatter:
    """One curve in colour and dash of its side; `first` puts the side into the legend."""
    name = wordings.word("side", str(side)).capitalize() if side else wordings.word("label", "middle")
    return go.Scatter(
        x=_round(x),
        y=_round(y),
        name=name,
        legendgroup=name,
        showlegend=first and side is not None,
        mode="lines",
        connectgaps=False,
        line={"color": line_colour(side), "dash": line_dash(side), "width": width},
        hovertemplate="%{y:.0f}",
    )


def _thin(x: FloatArray, y: FloatArray, side: Side | None, index: int) -> go.Scatter:
    return go.Scatter(
        x=_round(x),
        y=_round(y),
        name=f"{index}",
        showlegend=False,
        mode="lines",
        connectgaps=False,
        line={"color": faded(line_colour(side), 0.5), "dash": line_dash(side), "width": 1},
        hoverinfo="skip",
    )


def band(x: FloatArray, low: FloatArray, high: FloatArray, side: Side | None) -> go.Scatter:
    """Area between two curves, one closed piece for each stretch without a gap."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for start, end in runs(np.isfinite(low) & np.isfinite(high)):
        piece = slice(start, end)
        xs += [*_round(x[piece]), *_round(x[piece][::-1]), None]
        ys += [*_round(high[piece]), *_round(low[piece][::-1]), None]
    return go.Scatter(
        x=xs,
        y=ys,
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=faded(line_colour(side), 0.18),
        showlegend=False,
        hoverinfo="skip",
    )


def _round(values: FloatArray) -> list[float | None]:
    """Three decimals as plain numbers, None for a gap: short in the file, and never joined across."""
    return [round(v, 3) if np.isfinite(v) else None for v in values.tolist()]


def _shade_phases(figure: go.Figure, result: TakeResult) -> None:
    """Grey behind the repetitions, over all panels; one list of shapes, because adding them singly is slow."""
    time_s, phase = result.angle_table.time_s, result.timeline.phase
    shapes = []
    for kind, colour in PHASE_SHADE.items():
        for start, end in runs(np.array([p is kind for p in phase])):
            shapes.append(
                {
                    "type": "rect", "xref": "x", "yref": "paper", "y0": 0, "y1": 1,
                    "x0": float(time_s[start]), "x1": float(time_s[min(end, len(time_s) - 1)]),
                    "fillcolor": colour, "line": {"width": 0}, "layer": "below",
                }
            )  # fmt: skip
    figure.update_layout(shapes=shapes)


def _number_repetitions(figure: go.Figure, result: TakeResult) -> None:
    """Number of each repetition above the first panel, in brackets if it is not used."""
    time_s = result.angle_table.time_s
    numbers = [
        {
            "x": float(time_s[rep.bottom]), "xref": "x", "y": 1, "yref": "y domain", "yanchor": "bottom",
            "text": f"<b>{rep.index}</b>" if rep.used else f"({rep.index})", "showarrow": False,
        }
        for rep in result.timeline.repetitions
    ]  # fmt: skip
    figure.update_layout(annotations=[*figure.layout.annotations, *numbers])


def _zoom(figure: go.Figure, result: TakeResult, rep: int | None) -> None:
    time_s = result.angle_table.time_s
    whole = (float(time_s[0]), float(time_s[-1]))
    shown: Sequence[float] = whole if rep is None else rep_ranges(result)[rep]
    figure.update_xaxes(range=list(shown))
