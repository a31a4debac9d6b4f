"""The anatomical planes as a camera shows them.

May import: numpy and `core`. The only place in which picture coordinates become body coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from screening.core.datatypes import BodyMotion, FloatArray
from screening.core.settings import JointSettings
from screening.core.skeleton import INDEX, of
from screening.core.vocabulary import Plane, Side, View
from screening.kinematics.joints import joints

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


def plane_points(motion: BodyMotion, plane: Plane, settings: JointSettings) -> PlanePoints:
    """Points of a plane: from the picture where it lies in it, else from the world landmarks.

    The sagittal plane lies in the picture of side views, in which hips, knees and ankles are moved to the joints, the
    frontal plane in that of front and back views. The transverse plane needs all three axes and always comes from the
    world landmarks.
    """
    image, body, view = motion.image, motion.body, motion.scene.view
    if plane is Plane.SAGITTAL and view.is_side:
        axes = np.array([float(motion.scene.facing), -1.0])
        near = Side.LEFT if view is View.LEFT else Side.RIGHT
        points = PlanePoints(position=image.position * axes, sd=image.sd)
        return _at_the_joints(points, near, settings) if settings.of_the_network else points
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


def _at_the_joints(points: PlanePoints, near: Side, settings: JointSettings) -> PlanePoints:
    """Hips, knees and ankles moved to the joints, in sagittal points (forward, up) of a side view.

    A side view shows the middle between the hips; how far the turning pelvis takes them off it, the legs tell.
    """
    sides = tuple(Side)
    names = [of(side, part) for side in sides for part in ("knee", "ankle")]
    track = np.stack([points.middle("shoulder"), points.middle("hip"), *(points.at(name) for name in names)], axis=1)
    middles = [0.5 * np.hypot(*(points.sd[:, INDEX[of(s, part)]] for s in sides)) for part in ("shoulder", "hip")]
    sd = np.stack([*middles, *(points.sd[:, INDEX[name]] for name in names)], axis=1)
    moved = joints(track, sd, near=sides.index(near), settings=settings)
    position = points.position.copy()
    position[:, [INDEX[of(side, part)] for side in sides for part in ("hip", "knee", "ankle")]] = moved[:, 1:]
    return replace(points, position=position)
