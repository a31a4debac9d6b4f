"""Angles drawn by hand on one picture, beside what the program computed there.

May import: numpy and `core`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from screening.core.corrections import DrawnAngle, Point
from screening.core.datatypes import TakeResult

#: Stems of the angles that three points in the picture can be compared with: 180 degrees minus the angle between the
#: segments.
COMPARABLE: Final = ("knee_flexion", "hip_flexion")


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A drawn angle: `between_deg` between its legs, `drawn_deg` in the convention of the computed one.

    `computed_deg` with its standard error `sd_deg`; NaN where nothing is compared or nothing was computed there.
    """

    drawn: DrawnAngle
    between_deg: float
    drawn_deg: float
    computed_deg: float
    sd_deg: float

    @property
    def difference_deg(self) -> float:
        """Drawn minus computed."""
        return self.drawn_deg - self.computed_deg


def between_deg(points: tuple[Point, Point, Point]) -> float:
    """Angle at the second point between the way to the first and to the third, 0 to 180 degrees.

    Examples
    --------
    >>> round(between_deg(((0.0, 0.0), (0.0, 10.0), (10.0, 10.0))), 6)
    90.0
    >>> between_deg(((1.0, 1.0), (1.0, 1.0), (2.0, 2.0)))
    nan
    """
    first, vertex, third = (np.asarray(point, float) for point in points)
    a, b = first - vertex, third - vertex
    if not (np.any(a) and np.any(b)):
        return float("nan")
    return float(np.degrees(np.arctan2(abs(a[0] * b[1] - a[1] * b[0]), a @ b)))


def compare(drawn: DrawnAngle, result: TakeResult) -> Compared:
    """Put a drawn angle beside the computed one of the same frame."""
    between, table = between_deg(drawn.points), result.angle_table
    nothing = float("nan")
    if not drawn.angle.startswith(COMPARABLE) or drawn.angle not in table.names or drawn.frame >= len(table.time_s):
        return Compared(drawn=drawn, between_deg=between, drawn_deg=between, computed_deg=nothing, sd_deg=nothing)
    return Compared(
        drawn=drawn,
        between_deg=between,
        drawn_deg=180.0 - between,
        computed_deg=float(table.column(drawn.angle)[drawn.frame]),
        sd_deg=float(table.column_sd(drawn.angle)[drawn.frame]),
    )
