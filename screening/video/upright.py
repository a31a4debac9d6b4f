"""From the stored picture to the upright one: the container's display matrix and its eight cases.

May import: numpy and the standard library; OpenCV on demand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What makes the stored picture upright: `quarters` turns of 90 degrees clockwise, then a left-right flip."""

    quarters: int = 0
    flip: bool = False

    @property
    def swaps_axes(self) -> bool:
        """Whether width and height change places."""
        return self.quarters % 2 == 1


def turn_of_matrix(matrix: bytes | None) -> Turn:
    """Read a display matrix: nine 32-bit integers, row by row, 16.16 fixed point.

    A stored point (x right, y down) is shown at (a x + c y, b x + d y). Scale does not matter; an angle that is not
    a multiple of 90 degrees becomes the nearest one.

    Examples
    --------
    >>> portrait = np.array([0, 1, 0, -1, 0, 0, 0, 0, 1], np.int32) * 65536
    >>> turn_of_matrix(portrait.tobytes())
    Turn(quarters=1, flip=False)
    """
    if matrix is None or len(matrix) < 36:
        return Turn()
    a, b, _, c, d = (int(v) for v in np.frombuffer(matrix, np.int32, 5))
    flip = a * d - b * c < 0
    if flip:  # look at the picture before the flip
        a, c = -a, -c
    # The mean direction of both axes, so that one distorted axis does not decide alone.
    return Turn(quarters=round(math.atan2(b - c, a + d) / (math.pi / 2)) % 4, flip=flip)


def turned(rgb: NDArray[np.uint8], turn: Turn) -> NDArray[np.uint8]:
    """Turn a picture (row, column, channel); the result is C-contiguous and may be the same array."""
    if turn == Turn():
        return np.ascontiguousarray(rgb)
    import cv2  # noqa: PLC0415  (numpy needs ten times as long for a transposed copy)

    if turn.flip:
        if turn.quarters == 0:
            return np.asarray(cv2.flip(rgb, 1), np.uint8)
        if turn.quarters == 2:
            return np.asarray(cv2.flip(rgb, 0), np.uint8)
        transposed = cv2.transpose(rgb)
        return np.asarray(transposed if turn.quarters == 1 else cv2.flip(transposed, -1), np.uint8)
    code = {1: cv2.ROTATE_90_CLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_COUNTERCLOCKWISE}[turn.quarters]
    return np.asarray(cv2.rotate(rgb, code), np.uint8)
