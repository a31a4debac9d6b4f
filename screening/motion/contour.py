"""Where the back ends in a picture: by the person's mask, and by the picture's own edge near it.

May import: numpy, OpenCV and `core`.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from screening.core.datatypes import FloatArray

Strip = NDArray[np.float32]

#: Heights along the line from hips (0) to shoulders (1) at which the contour is read, and how far behind it, trunks.
HEIGHT = np.linspace(-0.25, 0.95, 121)
_BEHIND = np.arange(0.0, 0.75, 1.0 / 280.0)
#: How far the contour may lie from the mask's edge, and what a distance and a jump between rows cost against the edge.
_OFF = np.arange(-12, 13) / 280.0
_OFF_COST, _JUMP_COST = 60.0, 400.0
#: Colour step (Lab units a sample) that an edge must have to draw the contour away from the mask's edge.
_CLEAR_STEP = 4.0
#: The person's own colour and that of what is behind are medians over these distances from the mask's edge, trunks, so
#: that a seam does not count, smoothed over few rows (standard deviation): walls and waistbands end at once.
_BESIDE, _ALIKE_ROWS = np.linspace(0.02, 0.08, 9), 3.0


def contours(
    rgb: NDArray[np.uint8], mask: NDArray[np.float32], hips: FloatArray, axes: FloatArray, trunk_px: float
) -> FloatArray:
    """Distance of the back's contour behind the line from hips to shoulders, by the mask and by the picture's edge.

    Parameters
    ----------
    rgb (row, column, 3), mask (row, column)
    hips : (x, y), pixels from the picture's corner
    axes : (2, 2)
        Unit vectors up along the trunk and backwards, in pixels (x right, y down).
    trunk_px : length of the trunk

    Returns
    -------
    (2, height)
        In trunk lengths at fixed heights; NaN where the line is not inside of the person or nothing ends behind it.
    """
    at = hips - 0.5 + trunk_px * (HEIGHT[:, None, None] * axes[0] + _BEHIND[None, :, None] * axes[1])
    limit = np.array([rgb.shape[1], rgb.shape[0]])
    low = np.clip(np.floor(at.min(axis=(0, 1))).astype(int) - 8, 0, limit - 1)
    high = np.clip(np.ceil(at.max(axis=(0, 1))).astype(int) + 9, low + 1, limit)
    part = (slice(low[1], high[1]), slice(low[0], high[0]))
    x, y = (np.ascontiguousarray(at[..., k] - low[k], dtype=np.float32) for k in (0, 1))
    inside = np.asarray(cv2.remap(np.ascontiguousarray(mask[part]), x, y, cv2.INTER_LINEAR), np.float32)
    lab = cv2.cvtColor(np.ascontiguousarray(rgb[part]), cv2.COLOR_RGB2LAB).astype(np.float32)
    lab = np.asarray(cv2.GaussianBlur(lab, (0, 0), max(0.7, trunk_px / 140.0)), np.float32)
    colour = np.asarray(cv2.remap(lab, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)
    by_mask = _end_of(inside)
    return np.stack([by_mask, _snapped(by_mask, colour)])


def _end_of(inside: Strip) -> FloatArray:
    """Where the mask first falls below one half behind the line, (height,)."""
    outside = inside < 0.5
    first = outside.argmax(axis=1)
    known = outside.any(axis=1) & (first > 0)
    k, rows = np.where(known, first, 1), np.arange(len(inside))
    before, after = inside[rows, k - 1], inside[rows, k]
    share = (before - 0.5) / np.maximum(before - after, 1e-3)
    return np.where(known, _BEHIND[k - 1] + share * _BEHIND[1], np.nan)


def _snapped(line: FloatArray, colour: Strip) -> FloatArray:
    """Path near a line along which the person ends most clearly and that keeps the line's shape (dynamic programming).

    An edge counts by what it changes from the person's colour to the colour behind, `colour` (height, sample, 3):
    shading and folds inside of the person are edges too, and before a wall like skin they are the stronger ones.
    """
    known = np.isfinite(line)
    if known.sum() < 2:
        return line
    rows = np.arange(len(line))
    near = np.interp(rows, rows[known], line[known])
    steps = np.gradient(cv2.GaussianBlur(colour, (0, 0), 1.0), axis=1)
    strength = np.maximum(np.einsum("hoc,hc->ho", _across(steps, near[:, None] + _OFF), _outwards(colour, near)), 0.0)
    cost = _OFF_COST * _OFF**2 - strength / (strength.max(axis=1, keepdims=True) + _CLEAR_STEP)
    jump = _JUMP_COST * (_OFF[:, None] - _OFF) ** 2
    total, came_from = cost[0], np.zeros(cost.shape, int)
    for row in rows[1:]:
        ways = total + jump
        came_from[row] = ways.argmin(axis=1)
        total = cost[row] + ways.min(axis=1)
    path = np.empty(len(rows), int)
    path[-1] = total.argmin()
    for row in rows[:0:-1]:
        path[row - 1] = came_from[row, path[row]]
    return np.where(known, near + _OFF[path], np.nan)


def _outwards(colour: Strip, near: FloatArray) -> FloatArray:
    """Direction in which the colour changes from the person to what is behind, unit vectors (height, 3)."""
    inside, outside = (np.median(_across(colour, near[:, None] + s * _BESIDE), axis=1) for s in (-1.0, 1.0))
    change = cv2.GaussianBlur((outside - inside)[:, None], (0, 0), sigmaX=1e-3, sigmaY=_ALIKE_ROWS)[:, 0]
    unit: FloatArray = change / np.maximum(np.linalg.norm(change, axis=1, keepdims=True), 1e-6)
    return unit


def _across(strip: Strip, behind: FloatArray) -> FloatArray:
    """Colours (height, sample, 3) at other distances behind the line, (height, place), trunks; (height, place, 3)."""
    at = np.clip(behind / _BEHIND[1], 0, len(_BEHIND) - 1.001)
    k, share, rows = at.astype(int), (at % 1.0)[..., None], np.arange(len(strip))[:, None]
    read: FloatArray = strip[rows, k] * (1.0 - share) + strip[rows, k + 1] * share
    return read
