"""Colours that people with any colour vision tell apart, on light and on dark ground (Okabe and Ito).

May import: core.

Colour is never the only cue: left is solid, right is dashed, and labels say L or R.
"""

from __future__ import annotations

from screening.core.vocabulary import Phase, Side

LEFT = "#0072B2"
RIGHT = "#D55E00"
MIDDLE = "#009E73"
#: Shades behind the curves: light on the way, darker at the lowest point.
PHASE_SHADE = {
    Phase.DESCENT: "rgba(128,128,128,0.10)",
    Phase.BOTTOM: "rgba(128,128,128,0.26)",
    Phase.ASCENT: "rgba(128,128,128,0.10)",
}


def line_colour(side: Side | None) -> str:
    """Colour of a curve."""
    return {Side.LEFT: LEFT, Side.RIGHT: RIGHT, None: MIDDLE}[side]


def line_dash(side: Side | None) -> str:
    """Dash of a curve."""
    return "dash" if side is Side.RIGHT else "solid"


def faded(colour: str, alpha: float) -> str:
    """Make a colour transparent.

    Examples
    --------
    >>> faded("#0072B2", 0.2)
    'rgba(0,114,178,0.2)'
    """
    red, green, blue = rgb(colour)
    return f"rgba({red},{green},{blue},{alpha})"


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of a colour, 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
