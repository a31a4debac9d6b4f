"""The lower trunk's surface, registered to the top of the split: rotation, obliquity and tilt from behind.

May import: numpy, OpenCV and `core`.

The surface lies some 10 cm off the pelvis' axis, so that turning moves its texture where the hip line only shortens
(METHOD). A piece of an elliptic cylinder is laid over the reference picture; its texture is found again in every other
picture by a direct, robust least-squares registration with six parameters: shift, scale, and a rotation vector. The
registration is inverse compositional: gradients belong to the reference picture and are computed once. Above the waist
the piece may bend with the lumbar spine, so that a tall piece tells the pelvis' own angles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2 as _cv2
import numpy as np
from numpy.typing import NDArray

from screening.core.datatypes import FloatArray, IntArray

cv2: Any = _cv2  # its type stubs know neither dtypes nor defaults
Picture = NDArray[np.uint8]
Texture = NDArray[np.float32]

#: Half axes of the trunk's cross-section in hip widths (distance of the hip points in a frontal view).
_HALF_WIDTH, _HALF_DEPTH = 0.85, 0.56
#: Bending begins so far above the hip line and is counted over this length, both in hip widths.
_WAIST, _BENDING_LENGTH = 0.5, 0.7
#: Standard deviations of the weak prior: shift x, y (pixels), log scale, pitch, yaw, roll, bending by pitch and by
#: roll (radians).
_PRIOR_SD = np.array([6.0, 12.0, 0.03, 0.052, 0.6, 0.5, 0.1, 0.1])
#: What stands for a bending that is not allowed.
_RIGID_SD = 1e-6
_PARAMETERS = len(_PRIOR_SD)
_LARGEST_STEP = np.array([4.0, 4.0, 0.05, 0.08, 0.08, 0.08, 0.08, 0.08])
_SMALL_STEP = np.array([0.1, 0.1, 0.001, 0.0015, 0.0015, 0.0015, 0.0015, 0.0015])
_ITERATIONS = 8
#: Neighbouring texture is not independent evidence: weight of one sample against the prior.
_EVIDENCE = 0.5
#: Blur against the camera's noise, window of the local contrast, and blur of the coarse layers, hip widths.
_NOISE_SIGMA = 0.02
_TEXTURE_SIGMA = 0.1
_BLUR = (0.08, 0.04, 0.0)
#: Contrast below this (Lab units squared) is noise of the camera and is not blown up to texture.
_TEXTURE_FLOOR = 500.0


@dataclass(frozen=True, kw_only=True)
class Extent:
    """Size of a patch: lower and upper edge in hip widths above the hip line, width as share of the half width."""

    low: float
    high: float
    width: float
    bends: bool = False


@dataclass(frozen=True, kw_only=True)
class Pose:
    """Where the patch is: shift (2,) in pixels, log scale and rotation vector (3,) in camera axes, radians.

    `bend` (2,): pitch and roll of the spine over its lower part, radians.
    """

    shift: FloatArray
    log_scale: float
    turn: FloatArray
    bend: FloatArray = field(default_factory=lambda: np.zeros(2))

    @staticmethod
    def rest() -> Pose:
        """The reference itself."""
        return Pose(shift=np.zeros(2), log_scale=0.0, turn=np.zeros(3))

    def vector(self) -> FloatArray:
        """All parameters in the order of the prior."""
        return np.concatenate([self.shift, [self.log_scale], self.turn, self.bend])

    def rotation(self) -> FloatArray:
        """Rotation matrix of the patch in camera axes, (3, 3)."""
        out: FloatArray = cv2.Rodrigues(self.turn)[0]
        return out


def texture(picture: Picture, hip_width_px: float) -> Texture:
    """Lab colour freed of local brightness and contrast, (row, column, 3)."""
    sigma = _TEXTURE_SIGMA * hip_width_px
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab = cv2.GaussianBlur(lab, (0, 0), _NOISE_SIGMA * hip_width_px)
    detail = lab - cv2.GaussianBlur(lab, (0, 0), sigma)
    power = cv2.GaussianBlur((detail * detail).sum(axis=2), (0, 0), sigma)
    out: Texture = detail / np.sqrt(power + _TEXTURE_FLOOR)[..., None]
    return out


def pyramid(image: Texture, hip_width_px: float) -> list[Texture]:
    """Texture from coarse to fine."""
    return [cv2.GaussianBlur(image, (0, 0), s * hip_width_px) if s else image for s in _BLUR]


@dataclass(frozen=True, kw_only=True)
class _Level:
    """One layer of the reference: which samples it uses, their texture (sample * 3,) and gradients (sample * 3, 8)."""

    used: IntArray
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
    extent : size of the piece, and whether it bends above the waist
    step_px : distance of the samples
    """

    def __init__(
        self, reference: list[Texture], *, centre: FloatArray, hip_width_px: float, extent: Extent, step_px: float
    ) -> None:
        a, b = _HALF_WIDTH * hip_width_px, _HALF_DEPTH * hip_width_px
        # As many samples to the left as to the right: a mirrored picture must give the mirrored answer.
        half = np.arange(0.5 * step_px, extent.width * a, step_px)
        columns = np.concatenate([-half[::-1], half])
        rows = np.arange(-extent.high * hip_width_px, -extent.low * hip_width_px, step_px)
        x, y = (grid.ravel() for grid in np.meshgrid(columns, rows))
        self.points = np.stack([x, y, -b * np.sqrt(1.0 - (x / a) ** 2)])
        self.centre = centre
        self._outer = [np.flatnonzero(side * x > half.max() / 3) for side in (-1, 1)]
        above = np.maximum(-y - _WAIST * hip_width_px, 0.0)
        length, nil = _BENDING_LENGTH * hip_width_px, np.zeros_like(x)
        # Picture motion of a sample for a bent spine: by pitch, by roll; (bending, axis, sample).
        self._bent = np.array([[nil, -self.points[2] * above], [0.5 * above**2, x * above]]) / length
        self._bends = extent.bends
        bending = _PRIOR_SD[6:] if extent.bends else np.full(2, _RIGID_SD)
        self._stiffness = 1.0 / np.concatenate([_PRIOR_SD[:6], bending]) ** 2
        order = np.abs(np.arange(len(columns)) - (len(columns) - 1) / 2).astype(int) % 2
        coarse = np.flatnonzero((np.arange(len(rows)) % 2 == 0)[:, None] & (order == 0)[None])
        every = [coarse] * (len(reference) - 1) + [np.arange(len(x))]
        self._levels = [self._level(image, used) for image, used in zip(reference, every, strict=True)]

    def _level(self, image: Texture, used: IntArray) -> _Level:
        at = self.project(Pose.rest(), used)
        gx = _sample(cv2.Sobel(image, cv2.CV_32F, 1, 0, ksize=3, scale=0.125), at)
        gy = _sample(cv2.Sobel(image, cv2.CV_32F, 0, 1, ksize=3, scale=0.125), at)
        x, y, z = self.points[:, used]
        nil, one = np.zeros_like(x), np.ones_like(x)
        # Motion of the picture point for a small shift, growth and rotation (x pitch, y yaw, z roll) of the surface.
        dx = np.stack([one, nil, x, nil, z, -y, *self._bent[:, 0, used]], axis=1)
        dy = np.stack([nil, one, y, -z, nil, x, *self._bent[:, 1, used]], axis=1)
        jacobian = gx[:, :, None] * dx[:, None] + gy[:, :, None] * dy[:, None]
        values = _sample(image, at)
        power = max(float(np.median((values * values).sum(axis=1))), 1e-9)
        return _Level(used=used, values=values, jacobian=jacobian.reshape(-1, _PARAMETERS), power=power)

    def project(self, pose: Pose, used: IntArray | slice = slice(None)) -> FloatArray:
        """Picture points of the samples, (2, sample)."""
        points = self.points[:, used]
        if self._bends:
            pitch, roll = self._bent
            points = points.copy()
            points[:2] += pose.bend[0] * pitch[:, used] + pose.bend[1] * roll[:, used]
        turned = cv2.Rodrigues(pose.turn)[0][:2] @ points
        out: FloatArray = (self.centre + pose.shift)[:, None] + np.exp(pose.log_scale) * turned
        return out

    def register(self, image: list[Texture], start: Pose, prior: Pose) -> tuple[Pose, float]:
        """Find the patch in a picture.

        Returns its pose and how much of its texture the picture explains there: 1 - residual / texture (robust
        powers, finest level); 1 is a perfect match, 0 what noise gives.
        """
        pose, explained, expected = start, 0.0, prior.vector()
        for level, texture_ in zip(self._levels, image, strict=True):
            for _ in range(_ITERATIONS):
                residual = _sample(texture_, self.project(pose, level.used)) - level.values
                error = np.sqrt((residual * residual).sum(axis=1))
                middle = float(np.median(error))
                spread = max(1.2 * middle, 0.15)
                weight = _EVIDENCE / (spread * (1.0 + (error / spread) ** 2)) ** 2
                step = self._step(level.jacobian, residual, weight, pose.vector() - expected)
                pose = _compose(pose, step)
                explained = 1.0 - middle**2 / level.power
                if (np.abs(step) < _SMALL_STEP).all():
                    break
        return pose, explained

    def worse_side(self, image: Texture, pose: Pose) -> float:
        """How much of the texture a picture explains on the outer third of the patch where it explains less.

        As `register` counts it, at its finest level; 0 or less where something else covers that side.
        """
        values, shares = self._levels[-1].values, []
        for side in self._outer:
            residual = _sample(image, self.project(pose, side)) - values[side]
            power = max(float(np.median((values[side] ** 2).sum(axis=1))), 1e-9)
            shares.append(1.0 - float(np.median((residual * residual).sum(axis=1))) / power)
        return min(shares)

    def _step(
        self, jacobian: FloatArray, residual: FloatArray, weight: FloatArray, off_prior: FloatArray
    ) -> FloatArray:
        weighted = jacobian * np.repeat(weight, 3)[:, None]
        normal = weighted.T @ jacobian + np.diag(self._stiffness)
        step = np.linalg.solve(normal, weighted.T @ residual.ravel() + self._stiffness * off_prior)
        limited: FloatArray = np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
        return limited


def _sample(image: Texture, at: FloatArray) -> FloatArray:
    x, y = at.astype(np.float32)
    out: FloatArray = cv2.remap(image, x[None], y[None], cv2.INTER_LINEAR)[0].astype(np.float64)
    return out


def _compose(pose: Pose, step: FloatArray) -> Pose:
    """Pose after undoing a small motion of the surface in its own axes."""
    rotation = cv2.Rodrigues(pose.turn)[0]
    moved = np.exp(pose.log_scale) * (rotation @ np.array([step[0], step[1], 0.0]))
    back = cv2.Rodrigues(-step[3:6])[0]
    return Pose(
        shift=pose.shift - moved[:2],
        log_scale=pose.log_scale - float(step[2]),
        turn=cv2.Rodrigues(rotation @ back)[0].ravel(),
        bend=pose.bend - step[6:],
    )


def patches(
    layers: list[Texture],
    extents: Sequence[Extent],
    *,
    centre: FloatArray,
    hip_width_px: float,
    samples_per_hip_width: float,
) -> list[Patch]:
    """The ensemble of patches on one reference picture, given as its pyramid."""
    step = hip_width_px / samples_per_hip_width
    return [Patch(layers, centre=centre, hip_width_px=hip_width_px, extent=extent, step_px=step) for extent in extents]


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


def turned_camera(roll_rad: float) -> FloatArray:
    """Rotation in camera axes that a picture turned clockwise by `roll_rad` seems to show, (3, 3)."""
    c, s = np.cos(roll_rad), np.sin(roll_rad)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
