"""Where a piece of clothing ends at the lower back: a waistband, or a shirt that hangs over the hips.

May import: numpy, OpenCV and `core`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2 as _cv2
import numpy as np
from numpy.typing import NDArray

from screening.core.datatypes import FloatArray

cv2: Any = _cv2  # its type stubs know neither dtypes nor defaults

#: Heights (trunks above the hip points) at which an edge is looked for: from below the buttocks' widest part to above
#: the iliac crest; and how far inside the back's contour.
_HEIGHTS = np.arange(-0.12, 0.365, 0.01)
_INSIDE = np.linspace(0.02, 0.16, 12)
#: Colour step (Lab units per 0.01 trunks) that an edge has at least, and as a multiple of that of usual rows.
#: Waistbands between black and skin: 20-45 times; light jeans under a bare back: 4, and following them made tilt worse.
_MIN_STEP, _MIN_RATIO = 1.0, 6.0
#: Of several edges (a strip on the trousers, a seam) the highest counts that is at least this share of the clearest.
_MIN_SHARE = 0.3
#: Where the highest edge lies below this height, it is the hem of a shirt that covers the waistband: hems of rendered
#: people are found at -0.04, waistbands at 0.14-0.16 and, on a filmed person, 0.28.
_HANGING_BELOW = 0.05


@dataclass(frozen=True, kw_only=True)
class Edge:
    """The highest clear clothing edge at the lower back: height in trunks above the hip points."""

    height: float

    @property
    def hangs_over_hips(self) -> bool:
        """Whether this is a shirt's hem below the waistband, so that cloth and not the pelvis is seen."""
        return self.height < _HANGING_BELOW


def edge(
    pictures: Sequence[NDArray[np.uint8]], backs: Sequence[FloatArray], hip: FloatArray, scale: float
) -> Edge | None:
    """Find the clothing edge across the lower back.

    Parameters
    ----------
    pictures : of (row, column, 3)
        Cut-outs of a person who looks to the right, RGB.
    backs : of (2, point)
        The back's contour in each: forward and up from the hip point, trunks, rising.
    hip : (2,), column and row of the hip point, pixels
    scale : pixels in a trunk's length

    Returns
    -------
    Edge or None
        None where no row stands out: clothes of one colour, or a bare back in the dark.
    """
    steps = np.median([_steps(*each, hip, scale) for each in zip(pictures, backs, strict=True)], axis=0)
    least = max(_MIN_STEP, _MIN_RATIO * float(np.median(steps)), _MIN_SHARE * float(steps.max()))
    padded = np.concatenate([[0.0], steps, [0.0]])
    peaks = (steps >= least) & (steps >= padded[:-2]) & (steps > padded[2:])
    if not peaks.any():
        return None
    return Edge(height=float(_HEIGHTS[np.flatnonzero(peaks)[-1]]))


def _steps(picture: NDArray[np.uint8], back: FloatArray, hip: FloatArray, scale: float) -> FloatArray:
    """Median colour step from each height to the next along the strip inside the contour, (height,)."""
    lab = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32), (0, 0), 1.2)
    forward = np.interp(_HEIGHTS, back[1], back[0])[:, None] + _INSIDE
    column = hip[0] + scale * forward
    row = np.broadcast_to(hip[1] - scale * _HEIGHTS[:, None], column.shape)
    colour = cv2.remap(lab, column.astype(np.float32), row.astype(np.float32), cv2.INTER_LINEAR)
    out: FloatArray = np.median(np.sqrt((np.gradient(colour, axis=0) ** 2).sum(axis=-1)), axis=1)
    return out
