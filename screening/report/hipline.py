"""The pelvis as a line in the picture: the one place that decides where it is drawn.

May import: numpy and `core`.
"""

from __future__ import annotations

import numpy as np

from screening.core.datatypes import FloatArray, TakeResult
from screening.core.vocabulary import Observability

_OBLIQUITY = "pelvic_obliquity_deg"


def up_in_picture(result: TakeResult) -> FloatArray:
    """Direction against gravity in the picture, (2,), x right and y down."""
    roll = np.radians(result.scene.roll_deg)
    return np.array([np.sin(roll), -np.cos(roll)])


def hip_ends(result: TakeResult) -> FloatArray:
    """Left and right end of the hip line in every frame, (time, 2, 2), pixels; NaN where a hip was not found.

    They are the two hip points, but where the trunk's surface was followed their line is turned: to its tilt at the top
    of the split plus the obliquity measured since, which the points themselves show only in part.
    """
    ends = np.stack([result.image.point("left_hip"), result.image.point("right_hip")], axis=1)
    table = result.angle_table
    if table.observability.get(_OBLIQUITY) is not Observability.GOOD:
        return ends
    tilt = line_tilt_deg(result, ends)
    frames = [k for k in result.timeline.reference if np.isfinite(tilt[k])]
    wanted = (float(np.median(tilt[frames])) if frames else np.nan) + table.column(_OBLIQUITY)
    up = up_in_picture(result)
    level = np.array([-up[1], up[0]])
    line = ends[:, 0] - ends[:, 1]
    half = 0.5 * np.linalg.norm(line, axis=1)[:, None]
    angle = np.radians(wanted)[:, None]
    turned = half * (np.cos(angle) * np.sign(line @ level)[:, None] * level + np.sin(angle) * up)
    middle = ends.mean(axis=1)
    known = np.isfinite(turned).all(axis=1)
    ends[known, 0], ends[known, 1] = (middle + turned)[known], (middle - turned)[known]
    return ends


def line_tilt_deg(result: TakeResult, ends: FloatArray) -> FloatArray:
    """Angle of lines (time, 2, 2) against the horizontal, camera roll taken out, (time,); positive: left end higher."""
    up = up_in_picture(result)
    line = ends[:, 0] - ends[:, 1]
    out: FloatArray = np.degrees(np.arctan2(line @ up, np.abs(line @ np.array([-up[1], up[0]]))))
    return out
