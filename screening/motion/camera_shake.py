"""A phone that is not quite still: how its picture moved and turned and its light changed, told by the background.

May import: numpy, OpenCV and `core`.

A patch of the trunk that is followed turns with the picture. What the background outside of the person did since the
first picture is the camera's own motion and is taken out of the pelvis' angles; exposure and white balance that the
phone sets anew while the person moves are brought back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2 as _cv2
import numpy as np
from numpy.typing import NDArray

from screening.core.datatypes import FloatArray

cv2: Any = _cv2  # its type stubs know neither dtypes nor defaults

_SIDE_PX = 360
_POINTS = 160
#: A point that comes back within this many pixels after going there and back was found.
_RETURN_PX = 0.5
_INLIER_PX = 0.8
_MIN_POINTS = 10
#: Motion of the background below this (pixels of the small picture) is that of the measurement.
_STILL_PX = 0.12
#: Light is compared at every so many pixels of the small picture, where neither picture is dark or burnt out (0-255);
#: it has changed where a colour's median ratio differs by more than this share from 1.
_LIGHT_STEP, _LIGHT_FROM, _LIGHT_TO = 3, 20, 245
_LIGHT_SHARE = 0.02
_MIN_PIXELS = 200
#: The points must span this share of the picture's diagonal, or the turn is not known.
_MIN_SPAN = 0.25


@dataclass(frozen=True, kw_only=True)
class CameraMotion:
    """Motion of the picture since the first one: `turn` (2, 2) and `shift` (2,) in pixels, new = turn @ old + shift.

    `roll_rad`: positive if the content turned clockwise; `known` is False where the background told nothing.
    """

    turn: FloatArray
    shift: FloatArray
    roll_rad: float
    known: bool

    @staticmethod
    def none(*, known: bool) -> CameraMotion:
        """A picture that did not move, or of which nothing is known."""
        return CameraMotion(turn=np.eye(2), shift=np.zeros(2), roll_rad=0.0, known=known)

    def undone(self, point: FloatArray) -> FloatArray:
        """Where a point of this picture, (2,), would lie in the first one."""
        out: FloatArray = np.linalg.solve(self.turn, point - self.shift)
        return out


class Background:
    """Compares the background of every picture with that of the first.

    Parameters
    ----------
    rgb : (row, column, 3)
        The first picture.
    person : (left, top, right, bottom)
        Box that holds the person in all pictures, pixels; nothing in it counts as background.
    """

    def __init__(self, rgb: NDArray[np.uint8], person: tuple[float, float, float, float]) -> None:
        self._scale = min(1.0, _SIDE_PX / max(rgb.shape[:2]))
        self._first = self._small(rgb)
        outside = np.full(self._first.shape, 255, np.uint8)
        left, top, right, bottom = (round(v * self._scale) for v in person)
        outside[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = 0
        rows, columns = np.nonzero(outside[::_LIGHT_STEP, ::_LIGHT_STEP])
        self._outside = tuple(np.round(_LIGHT_STEP / self._scale * v).astype(int) for v in (rows, columns))
        self._colours = rgb[self._outside].astype(np.float64)
        points = cv2.goodFeaturesToTrack(self._first, _POINTS, 0.02, 5, mask=outside)
        self._points = np.zeros((0, 1, 2), np.float32) if points is None else points

    def _small(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        size = (round(rgb.shape[1] * self._scale), round(rgb.shape[0] * self._scale))
        grey: NDArray[np.uint8] = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        return cv2.resize(grey, size, interpolation=cv2.INTER_AREA) if self._scale < 1 else grey

    def in_first_light(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A picture with the exposure and white balance of the first one: each colour times one factor.

        The picture itself where the background's light is the same, or too little of it is seen.
        """
        colours = rgb[self._outside].astype(np.float64)
        usable = [((v >= _LIGHT_FROM) & (v <= _LIGHT_TO)).all(axis=1) for v in (colours, self._colours)]
        both = usable[0] & usable[1]
        if int(both.sum()) < _MIN_PIXELS:
            return rgb
        factor = np.median(self._colours[both] / colours[both], axis=0)
        if (np.abs(factor - 1.0) <= _LIGHT_SHARE).all():
            return rgb
        table = np.clip(np.round(np.arange(256)[:, None] * factor), 0, 255).astype(np.uint8)
        out: NDArray[np.uint8] = cv2.LUT(rgb, table[None])
        return out

    def motion(self, rgb: NDArray[np.uint8]) -> CameraMotion:
        """Motion of a picture against the first one."""
        if len(self._points) < _MIN_POINTS:
            return CameraMotion.none(known=False)
        before, after = self._matched(self._small(rgb))
        diagonal = float(np.linalg.norm(self._first.shape))
        if len(before) < _MIN_POINTS or np.linalg.norm(np.ptp(before, axis=0)) < _MIN_SPAN * diagonal:
            return CameraMotion.none(known=False)
        cv2.setRNGSeed(0)
        found, inliers = cv2.estimateAffinePartial2D(before, after, ransacReprojThreshold=_INLIER_PX)
        if found is None or int(inliers.sum()) < max(_MIN_POINTS, 0.4 * len(before)):
            return CameraMotion.none(known=False)
        if float(np.median(np.linalg.norm(after - before, axis=1)[inliers.ravel() > 0])) < _STILL_PX:
            return CameraMotion.none(known=True)
        turn = found[:, :2]
        return CameraMotion(
            turn=turn, shift=found[:, 2] / self._scale, roll_rad=float(np.arctan2(turn[1, 0], turn[0, 0])), known=True
        )

    def _matched(self, grey: NDArray[np.uint8]) -> tuple[FloatArray, FloatArray]:
        """Points of the first picture that were found again, and where, (point, 2)."""
        there, found, _ = cv2.calcOpticalFlowPyrLK(self._first, grey, self._points, None, winSize=(13, 13), maxLevel=3)
        back, again, _ = cv2.calcOpticalFlowPyrLK(grey, self._first, there, None, winSize=(13, 13), maxLevel=3)
        gap = np.linalg.norm(back - self._points, axis=2).ravel()
        good = (found.ravel() > 0) & (again.ravel() > 0) & (gap < _RETURN_PX)
        return self._points[good, 0].astype(np.float64), there[good, 0].astype(np.float64)
