"""The lower trunk's surface, registered to the top of the split: rotation, obliquity and tilt from behind.

May import: numpy, OpenCV and `core`.

The surface lies some 10 cm off the pelvis' axis, so that turning moves its texture where the hip line only shortens
(METHOD). A piece of an elliptic cylinder is laid over the reference picture; its texture is found again in every other
picture by a direct, robust least-squares registration with six parameters: shift, scale, and a rotation vector. The
registration is inverse compositional: gradients belong to the reference picture and are computed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2 as _cv2
import numpy as np
from numpy.typing import NDArray

from screening.core.datatypes import FloatArray

cv2: Any = _cv2  # its type stubs know neither dtypes nor defaults
Picture = NDArray[np.uint8]
Texture = NDArray[np.float32]

#: Half axes of the trunk's cross-section in hip widths (distance of the hip points in a frontal view).
_HALF_WIDTH, _HALF_DEPTH = 0.85, 0.56
#: Lower and upper edge (hip widths above the hip line) and width (share of the half width) of the four patches.
_PATCHES = ((0.15, 0.75, 0.90), (0.15, 0.75, 0.98), (0.10, 0.95, 0.90), (0.10, 0.95, 0.98))
#: Standard deviations of the weak prior: shift x, y (pixels), log scale, pitch, yaw, roll (radians).
_PRIOR_SD = np.array([6.0, 12.0, 0.03, 0.052, 0.6, 0.5])
_BLUR = (4.0, 2.0, 0.0)
_LARGEST_STEP = np.array([4.0, 4.0, 0.05, 0.08, 0.08, 0.08])
_SMALL_STEP = np.array([0.1, 0.1, 0.001, 0.0015, 0.0015, 0.0015])
_ITERATIONS = 8
#: Neighbouring texture is not independent evidence: weight of one sample against the prior.
_EVIDENCE = 0.5
_TEXTURE_SIGMA = 7.0
#: Contrast below this (Lab units squared) is noise of the camera and is not blown up to texture.
_TEXTURE_FLOOR = 500.0


@dataclass(frozen=True, kw_only=True)
class Pose:
    """Where the patch is: shift (2,) in pixels, log scale and rotation vector (3,) in camera axes, radians."""

    shift: FloatArray
    log_scale: float
    turn: FloatArray

    @staticmethod
    def rest() -> Pose:
        """The reference itself."""
        return Pose(shift=np.zeros(2), log_scale=0.0, turn=np.zeros(3))

    def vector(self) -> FloatArray:
        """All six parameters in the order of the prior."""
        return np.concatenate([self.shift, [self.log_scale], self.turn])


def texture(picture: Picture) -> Texture:
    """Lab colour freed of local brightness and contrast, (row, column, 3)."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab = cv2.GaussianBlur(lab, (0, 0), 1.0)
    detail = lab - cv2.GaussianBlur(lab, (0, 0), _TEXTURE_SIGMA)
    power = cv2.GaussianBlur((detail * detail).sum(axis=2), (0, 0), _TEXTURE_SIGMA)
    out: Texture = detail / np.sqrt(power + _TEXTURE_FLOOR)[..., None]
    return out


def pyramid(image: Texture) -> list[Texture]:
    """Texture from coarse to fine."""
    return [cv2.GaussianBlur(image, (0, 0), s) if s else image for s in _BLUR]


@dataclass(frozen=True, kw_only=True)
class _Level:
    values: FloatArray
    jacobian: FloatArray
    power: float


class Patch:
    """One piece of the surface in the reference picture.

    Parameters
    ----------
    reference : pyramid of the reference picture
    centre : (2,), mid-hip in the reference picture, pixels
    hip_width_px : distance of the hip points there
    extent : lower edge, upper edge, width as in `_PATCHES`
    step_px : distance of the samples
    """

    def __init__(
        self,
        reference: list[Texture],
        *,
        centre: FloatArray,
        hip_width_px: float,
        extent: tuple[float, float, float],
        step_px: float,
    ) -> None:
        a, b = _HALF_WIDTH * hip_width_px, _HALF_DEPTH * hip_width_px
        low, high, width = extent
        # As many samples to the left as to the right: a mirrored picture must give the mirrored answer.
        columns = np.arange(0.5 * step_px, width * a, step_px)
        x, y = np.meshgrid(
            np.concatenate([-columns[::-1], columns]), np.arange(-high * hip_width_px, -low * hip_width_px, step_px)
        )
        z = -b * np.sqrt(1.0 - (x / a) ** 2)
        self.points = np.stack([x.ravel(), y.ravel(), z.ravel()])
        self.centre = centre
        self.levels = [self._level(image) for image in reference]

    def _level(self, image: Texture) -> _Level:
        at = self.project(Pose.rest())
        gx = _sample(cv2.Sobel(image, cv2.CV_32F, 1, 0, ksize=3, scale=0.125), at)
        gy = _sample(cv2.Sobel(image, cv2.CV_32F, 0, 1, ksize=3, scale=0.125), at)
        x, y, z = self.points
        nil, one = np.zeros_like(x), np.ones_like(x)
        # Motion of the picture point for a small shift, growth and rotation (x pitch, y yaw, z roll) of the surface.
        dx = np.stack([one, nil, x, nil, z, -y], axis=1)
        dy = np.stack([nil, one, y, -z, nil, x], axis=1)
        jacobian = gx[:, :, None] * dx[:, None] + gy[:, :, None] * dy[:, None]
        values = _sample(image, at)
        power = max(float(np.median((values * values).sum(axis=1))), 1e-9)
        return _Level(values=values, jacobian=jacobian, power=power)

    def project(self, pose: Pose) -> FloatArray:
        """Picture points of the samples, (2, sample)."""
        turned = cv2.Rodrigues(pose.turn)[0] @ self.points
        out: FloatArray = self.centre[:, None] + pose.shift[:, None] + np.exp(pose.log_scale) * turned[:2]
        return out

    def register(self, image: list[Texture], start: Pose, prior: Pose) -> tuple[Pose, float]:
        """Find the patch in a picture.

        Returns its pose and how much of its texture the picture explains there: 1 - residual / texture (robust
        powers, finest level); 1 is a perfect match, 0 what noise gives.
        """
        pose, explained = start, 0.0
        for level, texture_ in zip(self.levels, image, strict=True):
            for _ in range(_ITERATIONS):
                residual = _sample(texture_, self.project(pose)) - level.values
                error = np.sqrt((residual * residual).sum(axis=1))
                spread = max(1.2 * float(np.median(error)), 0.15)
                weight = 1.0 / (1.0 + (error / spread) ** 2) ** 2
                step = _solve(level.jacobian, residual, weight * _EVIDENCE / spread**2, pose.vector() - prior.vector())
                pose = _compose(pose, step)
                explained = 1.0 - float(np.median(error)) ** 2 / level.power
                if (np.abs(step) < _SMALL_STEP).all():
                    break
        return pose, explained


def _sample(image: Texture, at: FloatArray) -> FloatArray:
    x, y = at.astype(np.float32)
    out: FloatArray = cv2.remap(image, x[None], y[None], cv2.INTER_LINEAR)[0].astype(np.float64)
    return out


def _solve(jacobian: FloatArray, residual: FloatArray, weight: FloatArray, off_prior: FloatArray) -> FloatArray:
    flat = jacobian.reshape(-1, 6)
    weighted = (jacobian * weight[:, None, None]).reshape(-1, 6)
    stiffness = 1.0 / _PRIOR_SD**2
    normal = weighted.T @ flat + np.diag(stiffness)
    step = np.linalg.solve(normal, weighted.T @ residual.ravel() + stiffness * off_prior)
    limited: FloatArray = np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
    return limited


def _compose(pose: Pose, step: FloatArray) -> Pose:
    """Pose after undoing a small motion of the surface in its own axes."""
    rotation = cv2.Rodrigues(pose.turn)[0]
    moved = np.exp(pose.log_scale) * (rotation @ np.array([step[0], step[1], 0.0]))
    back = cv2.Rodrigues(-step[3:])[0]
    return Pose(
        shift=pose.shift - moved[:2],
        log_scale=pose.log_scale - float(step[2]),
        turn=cv2.Rodrigues(rotation @ back)[0].ravel(),
    )


def patches(
    layers: list[Texture], *, centre: FloatArray, hip_width_px: float, samples_per_hip_width: float
) -> list[Patch]:
    """The ensemble of patches on one reference picture, given as its pyramid."""
    step = hip_width_px / samples_per_hip_width
    return [Patch(layers, centre=centre, hip_width_px=hip_width_px, extent=extent, step_px=step) for extent in _PATCHES]


def camera_from_body(azimuth_deg: float, roll_deg: float) -> FloatArray:
    """Rows are camera axes (right, down, away) in body axes (left, up, forward), (3, 3).

    `azimuth_deg`: 0 = the person faces the camera, 180 = from behind; `roll_deg`: content turned clockwise.
    """
    t, r = np.radians(azimuth_deg), np.radians(roll_deg)
    c, s = np.cos(t), np.sin(t)
    level = np.array([[c, 0, -s], [0, -1, 0], [-s, 0, -c]])
    roll = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    out: FloatArray = roll @ level
    return out


def viewing_ray(point: FloatArray, size: tuple[int, int], focal_px: float) -> FloatArray:
    """Rotation that takes the optical axis to the ray of a picture point, (3, 3)."""
    x = np.arctan2(point[0] - size[0] / 2, focal_px)
    y = np.arctan2(point[1] - size[1] / 2, focal_px)
    cx, sx, cy, sy = np.cos(x), np.sin(x), np.cos(y), np.sin(y)
    sideways = np.array([[cx, 0, sx], [0, 1, 0], [-sx, 0, cx]])
    out: FloatArray = sideways @ np.array([[1, 0, 0], [0, cy, sy], [0, -sy, cy]])
    return out


def cardan_deg(rotation: FloatArray) -> FloatArray:
    """Rotation, obliquity and anterior tilt of a rotation matrix in body axes (left, up, forward), degrees, (3,).

    Order rotation, obliquity, tilt (Baker 2001); positive: turned to the left, left side up, anterior.
    """
    angles: FloatArray = np.degrees(
        [
            np.arctan2(-rotation[2, 0], rotation[0, 0]),
            np.arcsin(np.clip(rotation[1, 0], -1.0, 1.0)),
            np.arctan2(-rotation[1, 2], rotation[1, 1]),
        ]
    )
    return angles


def body_rotation_deg(
    pose: Pose, centre: FloatArray, body: FloatArray, size: tuple[int, int], focal_px: float
) -> FloatArray:
    """Rotation, obliquity and tilt of the patch against the reference, viewing rays taken out, degrees, (3,)."""
    here = viewing_ray(centre + pose.shift, size, focal_px)
    there = viewing_ray(centre, size, focal_px)
    turned = here @ cv2.Rodrigues(pose.turn)[0] @ there.T
    return cardan_deg(body.T @ turned @ body)
