"""Peaks of a curve.

May import: numpy and `core`. The same as `scipy.signal.find_peaks`, which would load 60 MB of other things beside it.
"""

from __future__ import annotations

import numpy as np

from screening.core.datatypes import FloatArray, IntArray


def find_peaks(values: FloatArray, *, prominence: float, distance: int) -> IntArray:
    """Frames at which a curve is higher than around it.

    Parameters
    ----------
    values : (time,)
    prominence : float
        How far the curve must go down on both sides before it gets as high again, or ends.
    distance : int
        Of two peaks that are closer the lower one is left out, the highest peaks deciding first.

    Returns
    -------
    (peak,)
        In order of time; the middle of a peak that is flat. The ends are no peaks.

    Examples
    --------
    >>> find_peaks(np.array([0.0, 3.0, 2.0, 5.0, 5.0, 0.0, 0.5, 0.0]), prominence=1.0, distance=1)
    array([1, 3])
    """
    apart = _apart(_all_peaks(values), values, distance)
    return np.array([p for p in apart if _prominence(values, p) >= prominence], np.intp)


def _all_peaks(values: FloatArray) -> IntArray:
    starts = np.concatenate([[0], np.flatnonzero(np.diff(values)) + 1])
    ends = np.concatenate([starts[1:], [len(values)]]) - 1
    level = values[starts]
    higher = np.flatnonzero((level[1:-1] > level[:-2]) & (level[1:-1] > level[2:])) + 1
    out: IntArray = (starts[higher] + ends[higher]) // 2
    return out


def _apart(peaks: IntArray, values: FloatArray, distance: int) -> IntArray:
    stays = np.ones(len(peaks), bool)
    for k in np.argsort(values[peaks], kind="stable")[::-1]:
        if stays[k]:
            stays[np.abs(peaks - peaks[k]) < distance] = False
            stays[k] = True
    out: IntArray = peaks[stays]
    return out


def _prominence(values: FloatArray, peak: int) -> float:
    higher = np.flatnonzero(values > values[peak])
    left = higher[higher < peak].max(initial=-1) + 1
    right = higher[higher > peak].min(initial=len(values))
    return float(values[peak] - max(values[left : peak + 1].min(), values[peak:right].min()))
