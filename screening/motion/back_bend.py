"""The back's contour, bent like a spine until it lies on the contour of another picture.

May import: numpy, OpenCV, `core` and `contour` of this room.

The contour's shape at the top of the split is bent in three lumbar joints, turned and shifted until it lies on the
contour of another frame. Straight lines laid along parts of the back say the same, but with an error that depends on
where the parts begin: landmarks slip by 2-4 % of the trunk's length, and a hollow back turns by 10 deg over that.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from screening.core.datatypes import BoolArray, FloatArray
from screening.motion.contour import HEIGHT

#: The pelvis turns against the thorax by a third in each of three joints (at these heights, this far in front of the
#: skin); around a joint the skin passes from one part to the other within this distance.
_JOINTS, _JOINT_DEPTH, _BLEND = np.array([0.19, 0.30, 0.45]), 0.12, 0.06
_THORAX = 0.65
#: The contour is used up to this height.
_HIGHEST = 0.85
#: Standard errors: of a height by the landmarks' slip, of a contour point, of the extension before anything is seen.
_SLIP_SD, _POINT_SD, _PRIOR_DEG = 0.03, 0.006, 25.0
#: Neighbouring contour points tell the same: one in so many counts.
_CORRELATED = 4.0
#: Share of the contour that must be seen.
_MIN_SEEN = 0.7


def bend(lines: FloatArray, reference: BoolArray, lowest: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Bend the reference frames' contour until it lies on each frame's, all frames at once.

    Parameters
    ----------
    lines : (frame, height)
        Contours as `contour.contours` gives them, trunks.
    reference : (frame,)
        Frames whose median shape is bent.
    lowest : height at which the part of the contour begins that is used

    Returns
    -------
    turns (frame, 4)
        Turn of the thorax against the hip-shoulder line and extension, radians; shifts up and back, trunks.
    formal (frame, 3)
        Standard errors of extension, tilt and thorax, radians.
    misfit (frame,)
        Root mean square distance that is left, trunks; all of them NaN where too little of the contour is seen.
    """
    n = len(lines)
    turns, formal, misfit = np.full((n, 4), np.nan), np.full((n, 3), np.nan), np.full(n, np.nan)
    usable, shape = _usable(lines, reference, lowest)
    if not usable.any():
        return turns, formal, misfit
    p, left, normal = _gauss_newton(_distance_to(lines[usable], shape, lowest), int(usable.sum()))
    turns[usable], misfit[usable] = p, np.sqrt(np.mean(left**2, axis=1))
    # Curvature of the sum of squares, widened where the contour fits worse than its points are known.
    covariance = np.linalg.inv(normal) * np.maximum(1.0, (misfit[usable] / _POINT_SD) ** 2)[:, None, None]
    thorax, extension, both = covariance[:, 0, 0], covariance[:, 1, 1], covariance[:, 0, 1]
    formal[usable] = np.sqrt(np.stack([extension, thorax + extension - 2.0 * both, thorax], axis=1))
    return turns, formal, misfit


def _bent(z: NDArray[np.complex128], joints: NDArray[np.complex128], p: FloatArray) -> NDArray[np.complex128]:
    """Contour points after the thorax turned and the pelvis turned against it, (frame, point).

    Points are height + i * behind, so that a turn is a product. Every joint turns what lies below it by a third of
    the extension. That the joints lie inside the body shortens the skin behind them as the back arches.
    """
    for joint in joints:
        below = np.clip(0.5 + (joint.real - z.real) / (2.0 * _BLEND), 0.0, 1.0)
        z = z + below * (np.exp(-1j * p[:, 1:2] / len(joints)) - 1.0) * (z - joint)
    bent: NDArray[np.complex128] = _THORAX + np.exp(1j * p[:, :1]) * (z - _THORAX) + p[:, 2:3] + 1j * p[:, 3:4]
    return bent


def _distance_to(lines: FloatArray, shape: FloatArray, lowest: float) -> Callable[[FloatArray], FloatArray]:
    """Distances (frame, point) of the bent `shape` from the contours, across them, as function of the bending."""
    known = np.isfinite(shape)
    used = known & (lowest <= HEIGHT) & (HEIGHT <= _HIGHEST)
    points = (HEIGHT[used] + 1j * shape[used])[None]
    joints = _JOINTS + 1j * (np.interp(_JOINTS, HEIGHT[known], shape[known]) - _JOINT_DEPTH)
    seen = np.stack([_filled(line) for line in lines])
    slopes = np.gradient(cv2.GaussianBlur(seen, (0, 0), sigmaX=1.5, sigmaY=1e-3), HEIGHT, axis=1)

    def distance(p: FloatArray) -> FloatArray:
        z = _bent(points, joints, p)
        across: FloatArray = (_read(seen, z.real) - z.imag) / np.hypot(1.0, _read(slopes, z.real))
        return across

    return distance


def _usable(lines: FloatArray, reference: BoolArray, lowest: float) -> tuple[BoolArray, FloatArray]:
    """Frames in which enough of the contour is seen, and its median shape over the reference frames among them."""
    span = (lowest <= HEIGHT) & (HEIGHT <= _HIGHEST)
    usable = np.isfinite(lines[:, span]).mean(axis=1) >= _MIN_SEEN
    anchors = lines[usable & reference]
    shape = np.full(len(HEIGHT), np.nan)
    common = np.isfinite(anchors).sum(axis=0) > 0.5 * len(anchors)
    if len(anchors):
        shape[common] = np.nanmedian(anchors[:, common], axis=0)
    return usable & bool(common[span].mean() >= _MIN_SEEN), shape


def _gauss_newton(distance: Callable[[FloatArray], FloatArray], n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Parameters (frame, 4), distances left (frame, point), normal matrices (frame, 4, 4); Huber's weights."""
    prior = np.array([1e-6, 1.0 / np.radians(_PRIOR_DEG) ** 2, 1.0 / _SLIP_SD**2, 1e-6])
    p, tiny = np.zeros((n, 4)), 1e-4
    for _ in range(15):
        r = distance(p)
        slope = np.stack([(distance(p + tiny * unit) - r) / tiny for unit in np.eye(4)], axis=2)
        weight = 1.0 / np.maximum(1.0, np.abs(r) / (1.5 * _POINT_SD)) / _POINT_SD**2 / _CORRELATED
        weighted = slope * weight[..., None]
        normal = np.einsum("fpi,fpj->fij", weighted, slope) + np.diag(prior)
        gradient = np.einsum("fpi,fp->fi", weighted, r) + prior * p
        step = np.linalg.solve(normal, -gradient[..., None])[..., 0]
        p = p + np.clip(step, -0.15, 0.15)
        if np.abs(step).max() < 1e-4:
            break
    return p, distance(p), normal


def _filled(line: FloatArray) -> FloatArray:
    known = np.isfinite(line)
    return np.interp(HEIGHT, HEIGHT[known], line[known])


def _read(values: FloatArray, height: FloatArray) -> FloatArray:
    """Values (frame, height) at other heights, (frame, point)."""
    at = np.clip((height - HEIGHT[0]) / (HEIGHT[1] - HEIGHT[0]), 0.0, len(HEIGHT) - 1.001)
    k, share = at.astype(int), at % 1.0
    rows = np.arange(len(values))[:, None]
    between: FloatArray = values[rows, k] * (1.0 - share) + values[rows, k + 1] * share
    return between
