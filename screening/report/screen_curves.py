"""Interactive curves of a screen: left against right over the normalised repetition, and their difference.

May import: plotly, numpy, core and the sibling files of `report`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from screening.core.screen import DifferenceCurve
from screening.core.vocabulary import Side
from screening.report.charts import band, line
from screening.report.screen_words import Words

HEIGHT_PX: Final = 400
UNIT: Final = {"deg": "°", "pct": "%", "s": "s"}
_GREY: Final = "#6b7280"
_FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"


def figure_sides(curve: DifferenceCurve, words: Words) -> go.Figure:
    """Both sides above, their difference below.

    Parameters
    ----------
    curve : DifferenceCurve
        Curves over 0 to 100 % of the repetition; NaN is a gap and stays one.
    words : Words
        The catalogue in one language.

    Returns
    -------
    go.Figure
        Two panels that share the horizontal axis; grounds are transparent.
    """
    percent = np.linspace(0.0, 100.0, len(curve.difference))
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.64, 0.36], vertical_spacing=0.07)
    sides = ((Side.LEFT, curve.left_mean, curve.left_sd), (Side.RIGHT, curve.right_mean, curve.right_sd))
    for side, mean, sd in sides:
        figure.add_trace(band(percent, mean - sd, mean + sd, side), row=1, col=1)
        figure.add_trace(line(percent, mean, side, words.wordings, first=True, width=3), row=1, col=1)
    figure.add_trace(band(percent, curve.low, curve.high, None), row=2, col=1)
    figure.add_trace(line(percent, curve.difference, None, words.wordings, first=False), row=2, col=1)
    _dress(figure, words)
    return figure


def _dress(figure: go.Figure, words: Words) -> None:
    figure.update_layout(
        height=HEIGHT_PX,
        margin={"l": 58, "r": 24, "t": 30, "b": 46},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": _FONT, "size": 13, "color": _GREY},
        hovermode="x unified",
        dragmode="zoom",
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yref": "container", "yanchor": "top"},
    )
    texts = words.texts
    figure.update_xaxes(
        gridcolor="rgba(128,128,128,0.25)",
        zeroline=False,
        showline=True,
        linecolor=_GREY,
        range=[0, 100],
        tickvals=[0, 25, 50, 75, 100],
        ticktext=[texts("axis.start"), "25", texts("axis.bottom"), "75", texts("axis.end")],
    )
    figure.update_yaxes(
        gridcolor="rgba(128,128,128,0.25)", zerolinecolor="rgba(128,128,128,0.8)", nticks=5, fixedrange=True
    )
    difference = {"text": words.say("page.curve_difference"), "standoff": 4}
    figure.update_yaxes(title=difference, zerolinewidth=2, row=2, col=1)
    figure.update_xaxes(title={"text": texts("axis.repetition"), "standoff": 6}, row=2, col=1)
