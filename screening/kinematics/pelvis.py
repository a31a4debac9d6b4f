"""The pelvis, as far as landmarks show it.

May import: numpy and `core`. Landmarks give neither rotation nor tilt (METHOD); the hip line gives a trend of
obliquity, the feet give where the pelvis stands between them.
"""

from __future__ import annotations

import numpy as np

from screening.core.datatypes import FloatArray
from screening.core.vocabulary import Side
from screening.kinematics.frames import PlanePoints
from screening.kinematics.vectors import elevation_deg


def pelvic_obliquity_deg(points: PlanePoints, reference: tuple[int, ...]) -> FloatArray:
    """Tilt of the line between the hip points in the frontal plane, as change from the reference frames.

    Notes
    -----
    Zero: median of the reference frames. Positive: left hip up. View: front and back, as a trend: the hip line
    follows the truth with a slope of about 0.3-0.5 (METHOD).
    """
    line = elevation_deg(points.of(Side.LEFT, "hip") - points.of(Side.RIGHT, "hip"))
    frames = list(reference)
    known = line[frames][np.isfinite(line[frames])] if frames else np.empty(0)
    return line - (float(np.median(known)) if known.size else np.nan)


def pelvis_shift_pct(points: PlanePoints) -> FloatArray:
    """Where mid-hip stands between the feet in the sagittal plane, percent of the stance's length.

    Notes
    -----
    Zero: over the rear foot; 100: over the front foot. A foot is the middle of ankle and foot tip. NaN where the
    feet are closer together than a third of the trunk's length: there is no stance then. View: side; oblique as a
    trend. The same for both leads: which foot is in front is read from the points.
    """
    feet = np.stack([0.5 * (points.of(side, "ankle") + points.of(side, "foot_index"))[:, 0] for side in Side], axis=1)
    rear, front = feet.min(axis=1), feet.max(axis=1)
    trunk = np.linalg.norm(points.middle("shoulder") - points.middle("hip"), axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = 100.0 * (points.middle("hip")[:, 0] - rear) / (front - rear)
        return np.where(front - rear > trunk / 3.0, share, np.nan)
