"""The numbers behind the curves: stretches without gaps, repetitions brought to one length, mean and spread.

May import: numpy and core.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from screening.core.datatypes import BoolArray, FloatArray, IntArray, Repetition
from screening.core.settings import DEFAULTS

#: More points than this are not told apart on a screen.
MAX_POINTS = 4000


def runs(mask: BoolArray) -> list[tuple[int, int]]:
    """Return the half-open ranges in which a mask is true.

    Examples
    --------
    >>> runs(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def thinned(n: int, limit: int = MAX_POINTS) -> IntArray:
    """Return the frames to draw: all of them, or every k-th of a long take."""
    return np.arange(0, n, max(1, -(-n // limit)), dtype=np.int64)


def normalised(
    value: FloatArray, repetitions: Sequence[Repetition], points: int = DEFAULTS.report.curve_points
) -> tuple[FloatArray, FloatArray]:
    """Bring each repetition to the same length.

    Parameters
    ----------
    value : (time,)
        One angle.
    repetitions : sequence of Repetition
        n of them.

    Returns
    -------
    percent : (points,)
        0 to 100.
    curves : (n, points)
        Linear between frames; NaN wherever one of the two frames beside a point is missing.
    """
    percent = np.linspace(0.0, 100.0, points)
    curves = np.full((len(repetitions), points), np.nan)
    for k, rep in enumerate(repetitions):
        piece = value[rep.start : rep.end]
        at = percent / 100.0 * (len(piece) - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, len(piece) - 1)
        share = at - low
        # A point that falls on a frame needs that frame only.
        beside = np.where(share == 0.0, piece[low], piece[high])
        curves[k] = (1.0 - share) * piece[low] + share * beside
    return percent, curves


def mean_curve(curves: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of curves (n, points) at each point.

    A point that fewer than half of the curves reach is NaN in both; the deviation is NaN below two curves.
    """
    seen = np.isfinite(curves)
    n = seen.sum(axis=0)
    total = np.where(seen, curves, 0.0).sum(axis=0)
    mean = np.where((n > 0) & (2 * n >= len(curves)), total / np.maximum(n, 1), np.nan)
    squares = np.where(seen, (curves - mean) ** 2, 0.0).sum(axis=0)
    sd = np.where((n > 1) & np.isfinite(mean), np.sqrt(squares / np.maximum(n - 1, 1)), np.nan)
    return mean, sd
