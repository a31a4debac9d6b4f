"""Plane and space vectors over time.

May import: numpy and `core`. NaN in gives NaN out; a vector without length gives NaN.
"""

from __future__ import annotations

import numpy as np

from screening.core.datatypes import FloatArray


def angle_from_up_deg(vector: FloatArray) -> FloatArray:
    """Angle of a plane vector (time, 2) = (sideways, up) from straight up, degrees, positive to the sideways side.

    Examples
    --------
    >>> import numpy as np
    >>> angle_from_up_deg(np.array([[0.0, 1.0], [1.0, 1.0]])).round(6).tolist()
    [0.0, 45.0]
    """
    out: FloatArray = np.degrees(np.arctan2(vector[:, 0], vector[:, 1]))
    return _without_zero_length(out, vector)


def angle_from_down_deg(vector: FloatArray) -> FloatArray:
    """Angle of a plane vector (time, 2) = (sideways, up) from straight down, degrees, positive to the sideways side.

    Examples
    --------
    >>> import numpy as np
    >>> angle_from_down_deg(np.array([[0.0, -1.0], [1.0, -1.0]])).round(6).tolist()
    [0.0, 45.0]
    """
    out: FloatArray = np.degrees(np.arctan2(vector[:, 0], -vector[:, 1]))
    return _without_zero_length(out, vector)


def elevation_deg(vector: FloatArray) -> FloatArray:
    """Angle of a plane vector (time, 2) = (sideways, up) above the sideways axis, degrees."""
    out: FloatArray = np.degrees(np.arctan2(vector[:, 1], vector[:, 0]))
    return _without_zero_length(out, vector)


def wrapped_deg(angle: FloatArray) -> FloatArray:
    """Same direction in [-180, 180).

    Examples
    --------
    >>> import numpy as np
    >>> wrapped_deg(np.array([190.0, -190.0])).tolist()
    [-170.0, 170.0]
    """
    return (angle + 180.0) % 360.0 - 180.0


def unit(vector: FloatArray) -> FloatArray:
    """Vectors (time, axis) of length one; NaN where there is no length."""
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        out: FloatArray = np.where(length > 0, vector / length, np.nan)
    return out


def _without_zero_length(angle: FloatArray, vector: FloatArray) -> FloatArray:
    return np.where(np.linalg.norm(vector, axis=-1) > 0, angle, np.nan)
