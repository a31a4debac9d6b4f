"""Leg angles, one function for both sides; clinical signs mean the same on both.

May import: numpy and `core`. Points come as `PlanePoints`; results are (time,), in degrees unless said otherwise.
"""

from __future__ import annotations

import numpy as np

from screening.core.datatypes import FloatArray
from screening.core.vocabulary import Side
from screening.kinematics.frames import PlanePoints
from screening.kinematics.spine import trunk_forward_lean_deg
from screening.kinematics.vectors import angle_from_down_deg, angle_from_up_deg, elevation_deg, unit, wrapped_deg

#: The thigh-shank plane is lost in noise near a straight knee: below this flexion there is no rotation (SCIENCE 2).
MIN_FLEXION_FOR_ROTATION_DEG = 60.0
#: A thigh that points at the camera has no direction in the picture: below this share of its longest it gives none.
_MIN_SEEN_LENGTH = 0.6
#: With the foot flat, the line from heel point to foot tip slopes down by 4-7 deg in side views of standing people.
_SOLE_DEG = 5.0


def thigh_inclination_deg(points: PlanePoints, side: Side) -> FloatArray:
    """Thigh against the vertical in the sagittal plane.

    Notes
    -----
    Zero: hanging straight down. Positive: knee in front of the hip. View: side; oblique as a trend.
    """
    return angle_from_down_deg(points.of(side, "knee") - points.of(side, "hip"))


def knee_flexion_deg(points: PlanePoints, side: Side) -> FloatArray:
    """Knee flexion in the sagittal plane: thigh inclination minus shank inclination.

    Notes
    -----
    Zero: straight. Positive: flexion. View: side; oblique as a trend. Each person
    left out of the fit of the joints (`joints`), the error is 1-3 deg in front and 2-6 deg behind.
    """
    shank = angle_from_down_deg(points.of(side, "ankle") - points.of(side, "knee"))
    return wrapped_deg(thigh_inclination_deg(points, side) - shank)


def hip_flexion_deg(points: PlanePoints, side: Side) -> FloatArray:
    """Hip flexion in the sagittal plane: thigh against the line from mid-hip to mid-shoulder.

    Notes
    -----
    Zero: thigh in line with the trunk. Positive: flexion, negative: extension. The trunk stands for the pelvis, so
    bending the back counts as hip flexion here. View: side; oblique as a trend.
    """
    return wrapped_deg(thigh_inclination_deg(points, side) + trunk_forward_lean_deg(points))


def ankle_dorsiflexion_deg(points: PlanePoints, side: Side) -> FloatArray:
    """Shank against the foot (heel to foot tip) in the sagittal plane.

    Notes
    -----
    Zero: shank at right angles to the sole, which is taken to rise 5 deg more than the line from heel to foot tip.
    Positive: toes towards the shin. View: side; oblique as a trend.
    """
    shank = angle_from_up_deg(points.of(side, "knee") - points.of(side, "ankle"))
    foot = elevation_deg(points.of(side, "foot_index") - points.of(side, "heel"))
    return wrapped_deg(shank + foot + _SOLE_DEG)


def wall_dorsiflexion_deg(points: PlanePoints, side: Side) -> FloatArray:
    """Shank against the vertical in the sagittal plane: the ankle's flexion while the foot is flat on a level floor.

    Notes
    -----
    Zero: shank vertical. Positive: knee in front of the ankle. View: side. More exact than against the foot's own
    line, whose heel and tip are read with large errors.
    """
    return angle_from_up_deg(points.of(side, "knee") - points.of(side, "ankle"))


def seated_hip_rotation_deg(points: PlanePoints, side: Side) -> FloatArray:
    """Hip rotation of a person who sits with the thighs towards the camera: shank against the vertical.

    Notes
    -----
    Zero: shank hanging straight down in the frontal plane. Positive: internal rotation, which brings the foot outward;
    the same on both sides. View: front. Seen along the thigh, the knee's own bend does not change it.
    """
    outward = 1.0 if side is Side.LEFT else -1.0
    return outward * angle_from_down_deg(points.of(side, "ankle") - points.of(side, "knee"))


def hip_adduction_deg(points: PlanePoints, side: Side) -> FloatArray:
    """Thigh against the normal of the hip line in the frontal plane.

    Notes
    -----
    Zero: at right angles to the hip line. Positive: knee towards the midline, the same on both sides. NaN where the
    thigh points at the camera (seen shorter than 60 % of its longest). View: front or back, as a trend.
    """
    thigh = points.of(side, "knee") - points.of(side, "hip")
    lean = angle_from_down_deg(thigh)
    hips = points.of(Side.LEFT, "hip") - points.of(Side.RIGHT, "hip")
    tilt = elevation_deg(hips)
    # Sideways is the person's left: a left thigh that leans to the right, and a right one to the left, is adducted.
    towards_midline = -1.0 if side is Side.LEFT else 1.0
    angle = towards_midline * wrapped_deg(lean - tilt)
    return np.where(_seen_share(thigh) >= _MIN_SEEN_LENGTH, angle, np.nan)


def knee_fppa_deg(points: PlanePoints, side: Side) -> FloatArray:
    """Frontal-plane projection angle of the knee: shank against thigh in the frontal plane.

    Notes
    -----
    Zero: hip, knee and ankle in line. Positive: knee towards the midline, the same on both sides. NaN where thigh
    or shank point at the camera (seen shorter than 60 % of their longest): near a deep knee the angle means nothing
    (SCIENCE 2). View: front; back as a trend.
    """
    thigh = points.of(side, "knee") - points.of(side, "hip")
    shank = points.of(side, "ankle") - points.of(side, "knee")
    towards_midline = -1.0 if side is Side.LEFT else 1.0
    angle = towards_midline * wrapped_deg(angle_from_down_deg(thigh) - angle_from_down_deg(shank))
    seen = np.minimum(_seen_share(thigh), _seen_share(shank)) >= _MIN_SEEN_LENGTH
    return np.where(seen, angle, np.nan)


def _seen_share(segment: FloatArray) -> FloatArray:
    """Seen length of a segment (time, axis) as a share of its longest (98th percentile), (time,)."""
    length: FloatArray = np.linalg.norm(segment, axis=1)
    if not np.isfinite(length).any():
        return length
    share: FloatArray = length / np.nanpercentile(length, 98)
    return share


def hip_internal_rotation_deg(points: PlanePoints, side: Side) -> FloatArray:
    """Turn of the thigh-shank plane against the hip line.

    Parameters
    ----------
    points : PlanePoints
        All three axes (anterior, up, right).

    Notes
    -----
    Zero: shank plane at right angles to the hip line. Positive: internal, the same on both sides. Formula in
    SCIENCE 2: t = hip - knee, u = ankle - knee, y = t/|t|, z = t x u/|t x u|, x = y x z, p = unit hip line (left to
    right); rotation = atan2(-p.x, p.z), negated on the left. NaN below 60 deg of knee flexion.
    """
    hip, knee, ankle = (points.of(side, part) for part in ("hip", "knee", "ankle"))
    thigh, shank = hip - knee, ankle - knee
    y = unit(thigh)
    z = unit(np.cross(thigh, shank))
    x = np.cross(y, z)
    p = unit(points.of(Side.RIGHT, "hip") - points.of(Side.LEFT, "hip"))
    rotation = np.degrees(np.arctan2(-(p * x).sum(axis=1), (p * z).sum(axis=1)))
    inward = -1.0 if side is Side.LEFT else 1.0
    bent = 180.0 - np.degrees(np.arctan2(np.linalg.norm(np.cross(thigh, shank), axis=1), (thigh * shank).sum(axis=1)))
    return np.where(bent >= MIN_FLEXION_FOR_ROTATION_DEG, inward * rotation, np.nan)
