"""The pelvis from behind: the trunk's surface followed through the repetitions.

May import: numpy, scipy, OpenCV and `core`; `surface` and `cleaning` of this room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from screening.core.datatypes import FloatArray, IntArray, LandmarkSequence, Recording, Scene, Timeline, Track
from screening.core.settings import SurfaceSettings
from screening.core.vocabulary import Side, View
from screening.motion import surface
from screening.motion.cleaning import smooth_samples

#: From behind, the patch reads the rear hip too high as the front hip bends: the buttock of the front leg is drawn
#: down. 2.1 deg for hips that go down by 45 % of the trunk's length; 2.1-2.3 on each of three people in fitted clothes.
_REAR_UP_DEG, _AT_DROP_PCT = 2.1, 45.0
#: Standard error for a picture that explains nothing of the texture; it shrinks in proportion to what is explained.
#: Fitted clothes and bare backs explain 0.8-0.99, a loose shirt 0.6-0.8, noise less than 0.
_UNEXPLAINED_DEG = 12.0
NAMES = ("pelvic_rotation", "pelvic_obliquity", "anterior_pelvic_tilt")
_AZIMUTH_DEG = {View.BACK: 180.0, View.FRONT: 0.0}


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
class _Cutout:
    """Square around the hips of one picture: its texture and where its corner lies in the picture."""

    index: int
    geometry: _Geometry
    layers: list[surface.Texture]
    corner: FloatArray


def frames_to_follow(recording: Recording, timeline: Timeline, settings: SurfaceSettings) -> list[int]:
    """Frames of the movement, evenly spaced, that are worth following; the reference frame is among them."""
    reps = timeline.repetitions
    if not reps or not timeline.reference:
        return []
    anchor = timeline.reference[len(timeline.reference) // 2]
    stride = max(1, round(recording.fps / settings.fps))
    first, last = timeline.reference[0], min(reps[-1].end + 2 * stride, recording.n_frames)
    return sorted({*range(anchor, first - 1, -stride), *range(anchor, last, stride)})


def follow(
    pictures: Iterable[Picture],
    *,
    image: LandmarkSequence,
    recording: Recording,
    scene: Scene,
    timeline: Timeline,
    settings: SurfaceSettings,
) -> Track:
    """Follow the surface of the lower trunk.

    Parameters
    ----------
    pictures : iterable of Picture
        Those of `frames_to_follow`, in order of time, upright and un-mirrored; of any size with the same aspect.
    image : LandmarkSequence
        Cleaned landmarks in IMAGE_PX as they lie in the picture, not levelled.
    recording, scene, timeline, settings

    Returns
    -------
    Track
        Changes from the reference frames: median of the ensemble, and its spread. The error that all patches share
        stands in the registry.

    References
    ----------
    METHOD; registration after the cylinder head tracker, inverse compositional (Baker and Matthews 2004).
    """
    anchor = timeline.reference[len(timeline.reference) // 2]
    first: _Follower | None = None
    waiting: list[_Cutout] = []
    found: dict[int, tuple[FloatArray, float]] = {}
    for cut in _ahead(_cutouts(pictures, image, recording, scene, settings, anchor)):
        if cut.index < anchor:
            waiting.append(cut)
            continue
        if first is None:
            first = _Follower(cut)
            back = _Follower(cut, first.patches)
            for earlier in reversed(waiting):
                found[earlier.index] = back.next(earlier)
        found[cut.index] = first.next(cut)
    return _as_track(found, recording, timeline, settings)


@dataclass(frozen=True, kw_only=True)
class _Geometry:
    """What the registration must know of the take, in pixels of the pictures given."""

    hips: FloatArray
    trunk: FloatArray
    hip_width: float
    size: tuple[int, int]
    focal: float
    body: FloatArray
    anchor: int
    half: int
    samples: float

    @staticmethod
    def of(
        picture: Picture,
        image: LandmarkSequence,
        recording: Recording,
        scene: Scene,
        settings: SurfaceSettings,
        anchor: int,
    ) -> _Geometry:
        height, width = picture.rgb.shape[:2]
        scale = width / recording.width
        hips = image.midpoint("left_hip", "right_hip") * scale
        trunk = np.linalg.norm(image.midpoint("left_shoulder", "right_shoulder") * scale - hips, axis=1)
        apart = np.abs(image.point("left_hip") - image.point("right_hip"))[:, 0] * scale
        rest = slice(*(scene.standing or (anchor, anchor + 1)))
        hip_width = float(np.nanmedian(apart[rest] / trunk[rest]) * trunk[anchor])
        return _Geometry(
            hips=hips,
            trunk=trunk,
            hip_width=hip_width,
            size=(width, height),
            focal=settings.focal_heights * max(width, height),
            body=surface.camera_from_body(_AZIMUTH_DEG[scene.view], scene.roll_deg),
            anchor=anchor,
            half=int(settings.cutout * hip_width),
            samples=settings.samples_per_hip_width,
        )

    def cut(self, picture: Picture) -> _Cutout:
        """Cut the surroundings of the hips out; beyond the picture its edge is repeated."""
        x, y = (round(v) - self.half for v in self.hips[picture.index].tolist())
        columns = np.clip(np.arange(x, x + 2 * self.half), 0, self.size[0] - 1)
        rows = np.clip(np.arange(y, y + 2 * self.half), 0, self.size[1] - 1)
        part = np.ascontiguousarray(picture.rgb[rows[:, None], columns])
        layers = surface.pyramid(surface.texture(part))
        return _Cutout(index=picture.index, geometry=self, layers=layers, corner=np.array([x, y], float))


def _cutouts(
    pictures: Iterable[Picture],
    image: LandmarkSequence,
    recording: Recording,
    scene: Scene,
    settings: SurfaceSettings,
    anchor: int,
) -> Iterator[_Cutout]:
    """Surroundings of the hips in every picture."""
    geometry: _Geometry | None = None
    for picture in pictures:
        geometry = geometry or _Geometry.of(picture, image, recording, scene, settings, anchor)
        yield geometry.cut(picture)


def _ahead(items: Iterator[_Cutout]) -> Iterator[_Cutout]:
    """The same items, each prepared in another thread while the one before is used."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item


class _Follower:
    """Registers one cut-out after the other, starting from the pose before."""

    def __init__(self, anchor: _Cutout, patches: list[surface.Patch] | None = None) -> None:
        g = anchor.geometry
        self._corner = anchor.corner
        self.patches = patches or surface.patches(
            anchor.layers,
            # Landmarks count from the picture's edge, samples from the middle of its first pixel.
            centre=g.hips[g.anchor] - anchor.corner - 0.5,
            hip_width_px=g.hip_width,
            samples_per_hip_width=g.samples,
        )
        self._poses = [surface.Pose.rest() for _ in self.patches]
        self._previous = g.anchor

    def next(self, cut: _Cutout) -> tuple[FloatArray, float]:
        """Rotation, obliquity and tilt that each patch finds, (patch, 3), degrees, and how well they explain it."""
        g, index = cut.geometry, cut.index
        moved = cut.corner - self._corner
        expected = g.hips[index] - g.hips[g.anchor] - moved
        growth = float(np.log(g.trunk[index] / g.trunk[g.anchor]))
        step = g.hips[index] - g.hips[self._previous] - moved
        found = [
            _register(patch, cut.layers, pose, (expected, growth, step))
            for patch, pose in zip(self.patches, self._poses, strict=True)
        ]
        self._poses = [replace(pose, shift=pose.shift + moved) for pose, _ in found]
        self._previous = index
        centre = g.hips[g.anchor]
        angles = [surface.body_rotation_deg(pose, centre, g.body, g.size, g.focal) for pose in self._poses]
        return np.stack(angles), float(np.median([explained for _, explained in found]))


def _register(
    patch: surface.Patch,
    layers: list[surface.Texture],
    last: surface.Pose,
    landmarks: tuple[FloatArray, float, FloatArray],
) -> tuple[surface.Pose, float]:
    """One registration, started where the pose before and the landmarks' motion since then put it."""
    expected, growth, step = landmarks
    start = surface.Pose(shift=last.shift + step, log_scale=0.5 * (last.log_scale + growth), turn=last.turn)
    prior = surface.Pose(shift=expected, log_scale=growth, turn=last.turn * np.array([0.0, 0.9, 0.9]))
    return patch.register(layers, start, prior)


def _as_track(
    found: dict[int, tuple[FloatArray, float]], recording: Recording, timeline: Timeline, settings: SurfaceSettings
) -> Track:
    """Median and spread over the patches, smoothed, at every frame between two followed ones that are not far apart."""
    n = recording.n_frames
    value, sd = np.full((n, 3), np.nan), np.full((n, 3), np.nan)
    frames = np.array(sorted(k for k, (_, explained) in found.items() if explained >= settings.min_explained))
    if len(frames) < 3 or not set(timeline.reference) & set(range(frames[0], frames[-1] + 1)):
        return Track(names=NAMES, value_deg=value, sd_deg=sd)
    stack = np.stack([found[k][0] for k in frames])
    unexplained = _UNEXPLAINED_DEG * (1.0 - np.array([found[k][1] for k in frames]))
    smooth = smooth_samples(np.median(stack, axis=1), recording.time_s[frames], settings.cutoff_hz)
    near = _between_neighbours(frames, recording.time_s, settings.max_gap_s)
    for k in range(3):
        value[near, k] = np.interp(near, frames, smooth[:, k])
        sd[near, k] = np.interp(near, frames, np.hypot(stack[:, :, k].std(axis=1, ddof=1), unexplained))
    value[:, 1] += _front_buttock_deg(timeline)
    reference = [k for k in timeline.reference if np.isfinite(value[k, 0])]
    value -= np.median(value[reference], axis=0) if reference else np.nan
    return Track(names=NAMES, value_deg=value, sd_deg=np.where(np.isfinite(value), sd, np.nan))


def _between_neighbours(frames: IntArray, time_s: FloatArray, max_gap_s: float) -> IntArray:
    """Frames that lie between two followed frames at most `max_gap_s` apart, those included."""
    spans = [np.arange(a, b + 1) for a, b in pairwise(frames) if time_s[b] - time_s[a] <= max_gap_s]
    return np.unique(np.concatenate(spans)) if spans else np.zeros(0, np.int64)


def _front_buttock_deg(timeline: Timeline) -> FloatArray:
    """What is added to the obliquity for the pull of the front leg on the patch, (time,)."""
    out = np.zeros(len(timeline.phase))
    for rep in timeline.repetitions:
        frames = np.arange(rep.start, rep.end)
        top = max(timeline.signal_pct[rep.start], timeline.signal_pct[rep.end - 1])
        drop = np.clip(top - timeline.signal_pct[frames], 0.0, None)
        sign = {Side.LEFT: 1.0, Side.RIGHT: -1.0, None: 0.0}[rep.lead]
        out[frames] = sign * _REAR_UP_DEG * np.nan_to_num(drop) / _AT_DROP_PCT
    return out
