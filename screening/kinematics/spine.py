"""Leans of the trunk.

May import: numpy and `core`. Points come as `PlanePoints`; results are (time,), in degrees.
"""

from __future__ import annotations

from screening.core.datatypes import FloatArray
from screening.kinematics.frames import PlanePoints
from screening.kinematics.vectors import angle_from_up_deg


def trunk_forward_lean_deg(points: PlanePoints) -> FloatArray:
    """Line from mid-hip to mid-shoulder against the vertical in the sagittal plane.

    Notes
    -----
    Zero: vertical. Positive: forward. View: side; oblique as a trend.
    """
    return angle_from_up_deg(points.middle("shoulder") - points.middle("hip"))


def trunk_lateral_lean_deg(points: PlanePoints) -> FloatArray:
    """Line from mid-hip to mid-shoulder against the vertical in the frontal plane.

    Notes
    -----
    Zero: vertical. Positive: to the person's left. View: front and back.
    """
    return angle_from_up_deg(points.middle("shoulder") - points.middle("hip"))
