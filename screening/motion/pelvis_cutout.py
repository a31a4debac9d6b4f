"""What following the pelvis needs of every picture: the hips' surroundings as texture, and the camera's own motion.

May import: numpy and `core`; `surface` and `camera_shake` of this room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from screening.core.datatypes import FloatArray, LandmarkSequence, Recording, Scene
from screening.core.settings import SurfaceSettings
from screening.core.vocabulary import View
from screening.motion import surface
from screening.motion.camera_shake import Background, CameraMotion

_AZIMUTH_DEG = {View.BACK: 180.0, View.FRONT: 0.0}
#: The background begins so far outside of the landmarks' box, hip widths.
_MARGIN = 0.5
_Item = TypeVar("_Item")


class Picture(Protocol):
    """A picture of the recording with its index."""

    @property
    def index(self) -> int:
        """Index into the recording's times."""
        ...

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """Red, green, blue, (row, column, 3)."""
        ...


@dataclass(frozen=True, kw_only=True)
class Geometry:
    """What the registration must know of the take, in pixels of the pictures given.

    hips (time, 2), trunk (time,): middle of the hips and length of the trunk; hip_width: distance of the hip points
    when standing, at the scale of the anchor picture; body (3, 3): camera axes in body axes; half: half the side of a
    cut-out; samples: of the surface, in a hip width; person: box of all landmarks over the
    take (left, top, right, bottom).
    """

    hips: FloatArray
    trunk: FloatArray
    hip_width: float
    size: tuple[int, int]
    focal: float
    body: FloatArray
    half: int
    samples: float
    person: tuple[float, float, float, float]

    @staticmethod
    def of(
        picture: Picture,
        image: LandmarkSequence,
        recording: Recording,
        scene: Scene,
        settings: SurfaceSettings,
        anchor: int,
    ) -> Geometry:
        """Read it from the landmarks; `picture` gives the size alone, `anchor` is the reference frame."""
        height, width = picture.rgb.shape[:2]
        scale = width / recording.width
        hips = image.midpoint("left_hip", "right_hip") * scale
        trunk = np.linalg.norm(image.midpoint("left_shoulder", "right_shoulder") * scale - hips, axis=1)
        apart = np.abs(image.point("left_hip") - image.point("right_hip"))[:, 0] * scale
        rest = slice(*(scene.standing or (anchor, anchor + 1)))
        hip_width = float(np.nanmedian(apart[rest] / trunk[rest]) * trunk[anchor])
        low, high = (np.nanmin(image.position, axis=(0, 1)) * scale, np.nanmax(image.position, axis=(0, 1)) * scale)
        return Geometry(
            hips=hips,
            trunk=trunk,
            hip_width=hip_width,
            size=(width, height),
            focal=settings.focal_heights * max(width, height),
            body=surface.camera_from_body(_AZIMUTH_DEG[scene.view], scene.roll_deg),
            half=int(settings.cutout * hip_width),
            samples=settings.samples_per_hip_width,
            person=(*(low - _MARGIN * hip_width).tolist(), *(high + _MARGIN * hip_width).tolist()),
        )


@dataclass(frozen=True, kw_only=True)
class Cutout:
    """Square around the hips of one picture, where its corner lies in the picture, and how the camera moved."""

    index: int
    geometry: Geometry
    rgb: NDArray[np.uint8]
    corner: FloatArray
    camera: CameraMotion

    def layers(self) -> list[surface.Texture]:
        """Its texture, coarse to fine."""
        width = self.geometry.hip_width
        return surface.pyramid(surface.texture(self.rgb, width), width)


def cutouts(
    pictures: Iterable[Picture],
    *,
    image: LandmarkSequence,
    recording: Recording,
    scene: Scene,
    settings: SurfaceSettings,
    anchor: int,
) -> Iterator[Cutout]:
    """Surroundings of the hips in every picture; beyond the picture its edge is repeated."""
    geometry: Geometry | None = None
    background: Background | None = None
    for picture in pictures:
        if geometry is None or background is None:
            geometry = Geometry.of(picture, image, recording, scene, settings, anchor)
            background = Background(picture.rgb, geometry.person)
        if not np.isfinite(geometry.hips[picture.index]).all() or not np.isfinite(geometry.trunk[picture.index]):
            continue
        rgb = background.in_first_light(picture.rgb)
        x, y = (round(v) - geometry.half for v in geometry.hips[picture.index].tolist())
        columns = np.clip(np.arange(x, x + 2 * geometry.half), 0, geometry.size[0] - 1)
        rows = np.clip(np.arange(y, y + 2 * geometry.half), 0, geometry.size[1] - 1)
        yield Cutout(
            index=picture.index,
            geometry=geometry,
            rgb=np.ascontiguousarray(rgb[rows[:, None], columns]),
            corner=np.array([x, y], float),
            camera=background.motion(rgb),
        )


def ahead(items: Iterator[_Item]) -> Iterator[_Item]:
    """The same items, each prepared in another thread while the one before is used."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item
