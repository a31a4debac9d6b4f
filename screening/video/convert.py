"""Decoded frames to upright RGB arrays.

May import: PyAV, numpy, `core` and this room.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import av
import numpy as np
from av.sidedata.sidedata import Type as SideData
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from screening.core.datatypes import Recording
from screening.video.upright import Turn, turn_of_matrix, turned


def frame_turn(frame: av.VideoFrame) -> Turn:
    """Read how a frame has to be turned; all eight cases (`frame.rotation` alone loses the mirrored ones)."""
    side_data: Any = frame.side_data  # a mapping by kind, whatever its annotation says
    for data in side_data:
        if data.type == SideData.DISPLAYMATRIX:
            return turn_of_matrix(bytes(data))
    return Turn()


def fitted(width: int, height: int, max_side_px: int | None) -> tuple[int, int]:
    """Largest size of the same shape whose longer side is at most `max_side_px`; never larger than the original.

    Examples
    --------
    >>> fitted(1920, 1080, 960)
    (960, 540)
    """
    longest = max(width, height)
    if max_side_px is None or longest <= max_side_px:
        return width, height
    scale = max_side_px / longest
    return max(1, round(width * scale)), max(1, round(height * scale))


class Converter:
    """Turns frames of one recording into upright, un-mirrored RGB pictures of one size.

    Holds the scaler, which is expensive to set up. Pixels that are not square are made square; there is no tone
    mapping, HDR pictures come out paler.
    """

    def __init__(self, recording: Recording, *, mirrored: bool, max_side_px: int | None) -> None:
        self._turn = Turn(quarters=recording.rotation_deg // 90 % 4, flip=recording.flipped)
        width, height = fitted(recording.width, recording.height, max_side_px)
        self._stored = (height, width) if self._turn.swaps_axes else (width, height)
        if mirrored:
            self._turn = replace(self._turn, flip=not self._turn.flip)
        self._scaler = VideoReformatter()

    def fits(self, frame: av.VideoFrame, first: av.VideoFrame) -> bool:
        """Whether a frame has the shape of the first one, in whatever size."""
        return abs(frame.width * first.height - frame.height * first.width) <= 0.02 * frame.width * first.height

    def rgb(self, frame: av.VideoFrame) -> NDArray[np.uint8]:
        """Convert one frame to (row, column, channel), 8 bit, C-contiguous, the caller's own."""
        width, height = self._stored
        picture = self._scaler.reformat(
            frame, width=width, height=height, format="rgb24", interpolation=Interpolation.AREA
        )
        plane = picture.planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(height, plane.line_size)  # type: ignore[call-overload]
        rgb = turned(rows[:, : width * 3].reshape(height, width, 3), self._turn)
        # Callers may draw into it, but a decoder that gives RGB itself still needs its own picture.
        return rgb.copy() if picture is frame else rgb
