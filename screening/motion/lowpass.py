"""Zero-lag Butterworth low-pass.

May import: numpy and scipy.linalg. The same as `scipy.signal.sosfiltfilt` with one section of `scipy.signal.butter`,
which would load 60 MB of statistics and optimisation beside it, as much as ten minutes of landmarks need.
"""

from __future__ import annotations

import numpy as np

from screening.core.datatypes import FloatArray

#: Order of both passes together.
ORDER = 4
#: Both passes of a 2nd-order filter lose 3 dB twice; a cut-off divided by this is that of one pass.
TWO_PASSES = 0.802


def zero_lag(values: FloatArray, cutoff: float, *, pad: int) -> FloatArray:
    """Filter forwards and backwards.

    Parameters
    ----------
    values : (time, column)
        Evenly spaced.
    cutoff : float
        At which one pass loses 3 dB, as a share of the sample rate, below 0.5.
    pad : int
        Samples by which both ends are continued, turned about the end itself; fewer than there are.

    Returns
    -------
    (time, column)
    """
    slope = np.tan(np.pi * cutoff)
    gain = 1.0 / (1.0 + np.sqrt(2.0) * slope + slope**2)
    forward = gain * slope**2 * np.array([1.0, 2.0, 1.0])
    back = gain * np.array([1.0 / gain, 2.0 * (slope**2 - 1.0), 1.0 - np.sqrt(2.0) * slope + slope**2])
    ends = 2 * values[0] - values[pad:0:-1], 2 * values[-1] - values[-2 : -pad - 2 : -1]
    longer = np.concatenate([ends[0], values, ends[1]]) if pad else values
    for _ in range(2):  # there and back
        longer = _one_pass(longer, forward, back)[::-1]
    return longer[pad : pad + len(values)]


def _one_pass(values: FloatArray, forward: FloatArray, back: FloatArray) -> FloatArray:
    """One pass over something that has always been as it is at first: `back` * result = `forward` * values."""
    from scipy.linalg import solve_banded  # noqa: PLC0415  (needed only once the network is gone)

    risen = values - values[0]
    weighed = forward[0] * risen
    for lag in (1, 2):
        weighed[lag:] += forward[lag] * risen[:-lag]
    bands = np.repeat(back[:, None], len(values), axis=1)
    out: FloatArray = values[0] + solve_banded((2, 0), bands, weighed, overwrite_b=True, check_finite=False)
    return out
