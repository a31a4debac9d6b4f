"""What the rest of the room knows about a pose network: pictures in, bodies out.

May import: numpy, the standard library and `core`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from screening.core.datatypes import FloatArray
from screening.core.skeleton import INDEX, LANDMARKS, PARTNER

Rgb = NDArray[np.uint8]


class Picture(Protocol):
    """One upright, un-mirrored picture of a recording: rgb (row, column, channel), time from the first frame."""

    @property
    def index(self) -> int:
        """Index of the frame in the recording."""

    @property
    def time_s(self) -> float:
        """Presentation time, seconds."""

    @property
    def rgb(self) -> NDArray[Any]:
        """Pixels, (row, column, channel), uint8, C-contiguous."""


@dataclass(frozen=True, kw_only=True)
class Body:
    """One body in one picture.

    pixels (landmark, 2): x right, y down from the corner of the picture that was given, so that x = width is the
    right edge; world (landmark, 3): CAMERA_M; visibility (landmark,): the network's score.
    """

    pixels: FloatArray
    world: FloatArray
    visibility: FloatArray

    def mid(self, part: str) -> FloatArray:
        """Middle between a left and a right landmark, (2,), pixels."""
        middle: FloatArray = 0.5 * (self.pixels[INDEX[f"left_{part}"]] + self.pixels[INDEX[f"right_{part}"]])
        return middle

    @property
    def torso_px(self) -> float:
        """Length from mid-shoulder to mid-hip, pixels."""
        return float(np.linalg.norm(self.mid("shoulder") - self.mid("hip")))

    @property
    def stature_px(self) -> float:
        """Head to ankle along the segments, pixels: hardly changes when the person squats."""
        legs = [self._length(f"{s}_hip", f"{s}_knee") + self._length(f"{s}_knee", f"{s}_ankle") for s in SIDES]
        head = float(np.linalg.norm(self.pixels[INDEX["nose"]] - self.mid("shoulder")))
        return head + self.torso_px + max(legs)

    @property
    def box(self) -> FloatArray:
        """Smallest box around all landmarks: left, top, right, bottom, pixels."""
        return np.concatenate([self.pixels.min(axis=0), self.pixels.max(axis=0)])

    def _length(self, a: str, b: str) -> float:
        return float(np.linalg.norm(self.pixels[INDEX[a]] - self.pixels[INDEX[b]]))

    def moved(self, x: float, y: float) -> Body:
        """Return the same body in a picture whose corner lies at (-x, -y)."""
        return Body(pixels=self.pixels + np.array([x, y]), world=self.world, visibility=self.visibility)

    def unmirrored(self, width: float) -> Body:
        """Return the body of the true sides, if this one was seen in a picture flipped left to right.

        Notes
        -----
        Pixels count from the left edge (not from the centre of the first pixel), so x becomes `width - x`.
        """
        pixels = self.pixels * np.array([-1.0, 1.0]) + np.array([width, 0.0])
        world = self.world * np.array([-1.0, 1.0, 1.0])
        return Body(pixels=pixels[PARTNER], world=world[PARTNER], visibility=self.visibility[PARTNER])


SIDES = ("left", "right")
N_LANDMARKS = len(LANDMARKS)


class Tracker(Protocol):
    """Follows one person through pictures in the order of time."""

    def track(self, rgb: Rgb, time_s: float) -> Body | None:
        """Find the followed person in the next picture; None where nobody is seen."""

    def close(self) -> None:
        """Give the network's memory back."""


class Finder(Protocol):
    """Looks for everybody in a single picture."""

    def find(self, rgb: Rgb) -> tuple[Body, ...]:
        """All bodies that the network reports."""

    def close(self) -> None:
        """Give the network's memory back."""
