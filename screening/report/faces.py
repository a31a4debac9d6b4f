"""Heads made unrecognisable in whatever leaves the house.

May import: numpy, OpenCV, core.

A face that the network does not find is a face still: where head points are missing the place comes from the
shoulders, then from the frames before and after; a take in which nothing tells where the head is gets blurred whole.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from screening.core.datatypes import FloatArray, TakeResult
from screening.core.settings import ReportSettings
from screening.core.skeleton import INDEX

Picture = NDArray[np.uint8]
_HEAD: Final = [i for name, i in INDEX.items() if any(p in name for p in ("nose", "eye", "ear", "mouth"))]
#: Middle and radius of the head above the shoulders, trunk lengths; generous, as hair and chin belong to it.
_ABOVE, _RADIUS = 0.36, 0.4
#: Blocks across a head: too few to tell who it is.
_BLOCKS: Final = 5


class Heads:
    """Where the head is in every frame of a take, and how it is blurred."""

    def __init__(self, result: TakeResult) -> None:
        image = result.image
        shoulders = image.midpoint("left_shoulder", "right_shoulder")
        hips = image.midpoint("left_hip", "right_hip")
        lengths = np.linalg.norm(shoulders - hips, axis=1)
        trunk = float(np.median(lengths[np.isfinite(lengths)])) if np.isfinite(lengths).any() else np.nan
        self._radius = _RADIUS * trunk
        self._centre = _everywhere(_centres(image.position, shoulders, hips))

    def blur(self, picture: Picture, frame: int, *, origin: FloatArray, scale: FloatArray | float) -> None:
        """Blur the head of a frame in a picture (row, column, channel), in place.

        `origin` (2,) is where the picture's corner lies in the recording, pixels; `scale` its pixels per pixel of it.
        """
        centre = (self._centre[frame] - origin) * scale
        radius = self._radius * float(np.mean(scale))
        if not (np.isfinite(centre).all() and np.isfinite(radius)):
            picture[:] = _coarse(picture, max(picture.shape[:2]) / 12)
            return
        low = np.floor(centre - radius).astype(int).clip(0)
        high = np.ceil(centre + radius).astype(int).clip(0)
        part = picture[low[1] : high[1], low[0] : high[0]]
        if part.size == 0:
            return
        rows, columns = np.mgrid[low[1] : low[1] + part.shape[0], low[0] : low[0] + part.shape[1]]
        inside = (columns - centre[0]) ** 2 + (rows - centre[1]) ** 2 <= radius**2
        coarse = _coarse(part, 2 * radius / _BLOCKS)
        part[inside] = coarse[inside]


def heads_to_blur(result: TakeResult, settings: ReportSettings) -> Heads | None:
    """Heads that are blurred in every picture of a take: where it is asked for now, or was when it was measured."""
    return Heads(result) if settings.blur_face or result.provenance.faces_blurred else None


def _centres(position: FloatArray, shoulders: FloatArray, hips: FloatArray) -> FloatArray:
    """Middle of the head, (time, 2): between its points and the place above the shoulders; NaN if neither is known."""
    points = position[:, _HEAD]
    seen = np.isfinite(points).all(axis=2)
    n = seen.sum(axis=1)[:, None]
    face = np.where(n > 0, np.where(seen[..., None], points, 0.0).sum(axis=1) / np.maximum(n, 1), np.nan)
    above = shoulders + _ABOVE * (shoulders - hips)
    both = 0.5 * (face + above)
    out: FloatArray = np.where(np.isfinite(both), both, np.where(np.isfinite(face), face, above))
    return out


def _everywhere(centre: FloatArray) -> FloatArray:
    """Places of frames without one from those before and after, (time, 2); all NaN if there is none at all."""
    known = np.flatnonzero(np.isfinite(centre).all(axis=1))
    if not known.size:
        return centre
    frames = np.arange(len(centre))
    return np.stack([np.interp(frames, known, centre[known, axis]) for axis in range(2)], axis=1)


def _coarse(part: Picture, block: float) -> Picture:
    """The same picture in blocks of a size in pixels, their edges smoothed away."""
    height, width = part.shape[:2]
    small = (max(1, round(width / block)), max(1, round(height / block)))
    shrunk = cv2.resize(part, small, interpolation=cv2.INTER_AREA)
    grown = cv2.resize(shrunk, (width, height), interpolation=cv2.INTER_LINEAR)
    return grown.reshape(part.shape).astype(np.uint8)
