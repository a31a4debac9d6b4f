"""The anatomical planes as a camera shows them.

May import: numpy and `core`. The only place in which picture coordinates become body coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from screening.core.datatypes import BodyMotion, FloatArray
from screening.core.skeleton import INDEX, of
from screening.core.vocabulary import Plane, Side, View

#: In side views the network puts the hips in front of the hip joints, by this share of the trunk's length, square to
#: the trunk: 6-8 % on each of four people with exact truth, at the top and at the bottom alike.
_HIPS_AHEAD = 0.07

_TO_PERSONS_LEFT = {View.FRONT: 1.0, View.BACK: -1.0}


@dataclass(frozen=True, kw_only=True)
class PlanePoints:
    """Landmarks seen in one plane.

    position (time, landmark, axis): (forward, up) in the sagittal plane, (to the person's left, up) in the frontal
    plane, (anterior, up, right) for all three; unit is free, as only angles and ratios are taken from it.
    sd (time, landmark): standard error of one coordinate in the same unit.
    """

    position: FloatArray
    sd: FloatArray

    def at(self, name: str) -> FloatArray:
        """Track of one landmark, (time, axis)."""
        return self.position[:, INDEX[name]]

    def of(self, side: Side, part: str) -> FloatArray:
        """Track of one part of one side, (time, axis)."""
        return self.at(of(side, part))

    def middle(self, part: str) -> FloatArray:
        """Middle between the left and the right part, (time, axis)."""
        return 0.5 * (self.of(Side.LEFT, part) + self.of(Side.RIGHT, part))


def plane_points(motion: BodyMotion, plane: Plane) -> PlanePoints:
    """Points of a plane: from the picture where it lies in it, else from the world landmarks.

    The sagittal plane lies in the picture of side views, the frontal plane in that of front and back views. The
    transverse plane needs all three axes and always comes from the world landmarks.
    """
    image, body, view = motion.image, motion.body, motion.scene.view
    if plane is Plane.SAGITTAL and view.is_side:
        axes = np.array([float(motion.scene.facing), -1.0])
        return _hips_set_back(PlanePoints(position=image.position * axes, sd=image.sd))
    if plane is Plane.FRONTAL and view.is_frontal:
        axes = np.array([_TO_PERSONS_LEFT[view], -1.0])
        return PlanePoints(position=image.position * axes, sd=image.sd)
    if plane is Plane.SAGITTAL:
        return PlanePoints(position=body.position[..., [0, 1]], sd=body.sd)
    if plane is Plane.FRONTAL:
        return PlanePoints(position=body.position[..., [2, 1]] * np.array([-1.0, 1.0]), sd=body.sd)
    if plane is Plane.TRANSVERSE:
        return PlanePoints(position=body.position, sd=body.sd)
    raise ValueError(f"unknown plane {plane}")


def _hips_set_back(points: PlanePoints) -> PlanePoints:
    """Hips moved to the hip joints, in sagittal points (forward, up) of a side view."""
    trunk = points.middle("shoulder") - points.middle("hip")
    ahead = np.stack([trunk[:, 1], -trunk[:, 0]], axis=1)
    position = points.position.copy()
    for side in Side:
        position[:, INDEX[of(side, "hip")]] -= _HIPS_AHEAD * ahead
    return replace(points, position=position)
