"""Curves of the PDF, drawn as lines and areas, sharp at any size: panels with axes, bands and both sides.

May import: reportlab, numpy, core and the sibling files of `report`.

Left is a solid blue line, right a dashed orange one, the midline green, as everywhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from reportlab.lib.colors import Color, HexColor
from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from screening.core.datatypes import FloatArray
from screening.core.vocabulary import Side
from screening.report.curves import runs
from screening.report.palette import line_colour
from screening.report.pdf_fonts import BOLD, REGULAR, legible
from screening.report.pdf_parts import INK, LINE, SOFT
from screening.report.pdf_tags import of_layout, piece

_LEFT, _RIGHT, _TOP, _BOTTOM = 26.0, 6.0, 14.0, 20.0
_STEPS: Final = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90)


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One line over the panel's x, (point,), with a band from low to high and thin single lines behind it."""

    y: FloatArray
    low: FloatArray
    high: FloatArray
    side: Side | None
    thin: tuple[FloatArray, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PanelData:
    """What one panel shows: x is 0 to 100 % of the repetition."""

    title: str
    unit: str
    x: FloatArray
    curves: tuple[Curve, ...]
    x_label: str
    marks: tuple[str, str, str] = field(default=("0", "50", "100"))


class Panel(Flowable):  # type: ignore[misc]
    """One panel of a given size in points."""

    def __init__(self, data: PanelData, width: float, height: float) -> None:
        super().__init__()
        self.data, self.width, self.height = data, width, height
        self._low, self._high, self._ticks = _range(data)

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the size."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw onto the page."""
        with piece(self.canv, "Figure", alt=f"{self.data.title} ({self.data.unit}), {self.data.x_label}"):
            self._draw()

    def _draw(self) -> None:
        self._axes()
        for curve in self.data.curves:
            for line in curve.thin:
                self._line(line, curve.side, width=0.4, alpha=0.45)
        for curve in self.data.curves:
            self._band(curve)
        for curve in self.data.curves:
            self._line(curve.y, curve.side, width=1.5, alpha=1.0)

    def _place(self, x: float, y: float) -> tuple[float, float]:
        wide, high = self.width - _LEFT - _RIGHT, self.height - _TOP - _BOTTOM
        share = (y - self._low) / (self._high - self._low)
        return _LEFT + wide * x / 100.0, _BOTTOM + high * share

    def _axes(self) -> None:
        c: Any = self.canv
        c.setFont(BOLD, 7.5)
        c.setFillColor(INK)
        c.drawString(0, self.height - 9, legible(f"{self.data.title} ({self.data.unit})"))
        c.setFont(REGULAR, 6.5)
        c.setFillColor(SOFT)
        for tick in self._ticks:
            _, y = self._place(0.0, tick)
            c.setStrokeColor(SOFT if tick == 0 else LINE)
            c.setLineWidth(0.6 if tick == 0 else 0.3)
            c.line(_LEFT, y, self.width - _RIGHT, y)
            c.drawRightString(_LEFT - 3, y - 2.2, f"{tick:.0f}".replace("-", "\N{MINUS SIGN}"))
        c.setStrokeColor(LINE)
        for place, mark in zip((0.0, 50.0, 100.0), self.data.marks, strict=True):
            x, _ = self._place(place, self._low)
            c.line(x, _BOTTOM, x, self.height - _TOP)
            c.drawCentredString(x, _BOTTOM - 8, mark)
        c.drawRightString(self.width - _RIGHT, 3, self.data.x_label)

    def _band(self, curve: Curve) -> None:
        c: Any = self.canv
        colour = HexColor(line_colour(curve.side))
        c.setFillColor(Color(colour.red, colour.green, colour.blue, alpha=0.16))
        for start, end in runs(np.isfinite(curve.low) & np.isfinite(curve.high)):
            path = c.beginPath()
            top = [self._place(self.data.x[k], curve.high[k]) for k in range(start, end)]
            back = [self._place(self.data.x[k], curve.low[k]) for k in range(end - 1, start - 1, -1)]
            path.moveTo(*top[0])
            for point in (*top[1:], *back):
                path.lineTo(*point)
            path.close()
            c.drawPath(path, stroke=0, fill=1)

    def _line(self, y: FloatArray, side: Side | None, *, width: float, alpha: float) -> None:
        c: Any = self.canv
        colour = HexColor(line_colour(side))
        c.setStrokeColor(Color(colour.red, colour.green, colour.blue, alpha=alpha))
        c.setLineWidth(width)
        c.setLineJoin(1)
        c.setDash([4, 2] if side is Side.RIGHT else [])
        for start, end in runs(np.isfinite(y)):
            path = c.beginPath()
            path.moveTo(*self._place(self.data.x[start], y[start]))
            for k in range(start + 1, end):
                path.lineTo(*self._place(self.data.x[k], y[k]))
            c.drawPath(path, stroke=1, fill=0)
        c.setDash([])


def _range(data: PanelData) -> tuple[float, float, tuple[float, ...]]:
    """Lowest and highest value of the axis and its ticks, with a little room; at least 10 units high."""
    parts = [a for curve in data.curves for a in (curve.y, curve.low, curve.high, *curve.thin)]
    values = np.concatenate(parts) if parts else np.zeros(1)
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    if high - low < 10.0:
        middle = 0.5 * (low + high)
        low, high = middle - 5.0, middle + 5.0
    room = 0.06 * (high - low)
    low, high = low - room, high + room
    step = next((s for s in _STEPS if (high - low) / s <= 5), 90)
    first = int(np.ceil(low / step))
    ticks = tuple(float(step * k) for k in range(first, int(np.floor(high / step)) + 1))
    return low, high, ticks


def panels(data: Sequence[PanelData], *, width: float, columns: int = 2, height: float = 120.0) -> list[Flowable]:
    """Panels side by side, as many rows as they need."""
    share = width / columns
    out: list[Flowable] = []
    for k in range(0, len(data), columns):
        cells: list[Any] = [Panel(one, share - 8, height) for one in data[k : k + columns]]
        cells += [()] * (columns - len(cells))
        table = Table([cells], colWidths=[share] * columns, hAlign="LEFT", renderCB=of_layout)
        table.setStyle(TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 8)]))
        out += [table, Spacer(1, 2)]
    return out
