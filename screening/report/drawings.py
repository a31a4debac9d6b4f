"""Turns a step picture into that of one side: mirrored for the left, in the colour of the side.

May import: core and `report.palette`.

The pictures are drawn for the person's right side; both sides share one drawing, so that they cannot differ.
"""

from __future__ import annotations

import re

from screening.core.vocabulary import Side
from screening.report.palette import LEFT, MIDDLE, RIGHT

_GROUP = '<g id="figure">'


def for_side(svg: str, side: Side | None) -> str:
    """Return the drawing for one side.

    Parameters
    ----------
    svg : str
        A drawing of the catalogue, made for the right side, without text.
    side : Side or None
        The side that is named; None for an exercise of both sides, which takes the colour of the middle.

    Returns
    -------
    str
        For the left side mirrored and in the colour of the left.
    """
    if side is None:
        return svg.replace(RIGHT, MIDDLE)
    if side is Side.RIGHT:
        return svg
    width = re.search(r'viewBox="0 0 (\d+) \d+"', svg)
    if width is None or _GROUP not in svg:
        raise ValueError("not a drawing of the catalogue: it has no viewBox or no group named figure")
    mirrored = _GROUP.replace(">", f' transform="translate({width.group(1)} 0) scale(-1 1)">')
    return svg.replace(_GROUP, mirrored).replace(RIGHT, LEFT)


def without_ids(svg: str, *, label: str) -> str:
    """Make a drawing fit to stand in a page beside others: no repeated id, and words for those who cannot see it."""
    plain = svg.replace(' id="figure"', "").strip()
    text = label.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return plain.replace("<svg ", f'<svg role="img" aria-label="{text}" ', 1)
