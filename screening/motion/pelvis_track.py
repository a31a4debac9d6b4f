"""The pelvis from behind or in front: the trunk's surface followed through the repetitions.

May import: numpy and `core`; `surface`, `pelvis_cutout` and `pelvis_error` of this room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from screening.core.datatypes import FloatArray, LandmarkSequence, Recording, Scene, Timeline, Track
from screening.core.settings import SurfaceSettings
from screening.core.vocabulary import View
from screening.motion import clothing, surface
from screening.motion.pelvis_cutout import Cutout, Picture, ahead, cutouts
from screening.motion.pelvis_error import Found, as_track, withheld
from screening.motion.surface import Extent

__all__ = ["Picture", "follow", "frames_to_follow"]

#: The patches of each reference picture. Tall ones see how the waist turns under the shirt's pattern or the back's
#: furrow; half of them bend above the waist, so that the lumbar spine's own motion is not taken for the pelvis'.
_BACK = (
    (Extent(low=0.1, high=1.3, width=0.9), Extent(low=-0.1, high=1.3, width=0.98, bends=True)),
    (Extent(low=0.1, high=1.3, width=0.98), Extent(low=-0.1, high=1.3, width=0.9, bends=True)),
)
#: In front the thigh comes up over the lowest part.
_FRONT = (
    (Extent(low=0.25, high=1.3, width=0.9), Extent(low=0.25, high=1.3, width=0.98, bends=True)),
    (Extent(low=0.25, high=1.3, width=0.98), Extent(low=0.25, high=1.3, width=0.9, bends=True)),
)
_PATCHES = {View.BACK: _BACK, View.FRONT: _FRONT}


def _anchors(timeline: Timeline, recording: Recording, settings: SurfaceSettings) -> tuple[int, int]:
    """The two reference frames: the top before the first repetition, and the one before the second.

    Where the second one is too far away or in another stance, both are the first.
    """
    first = timeline.reference[len(timeline.reference) // 2]
    reps = timeline.repetitions
    if len(reps) < 2 or reps[0].lead is not reps[1].lead:
        return first, first
    second = (reps[0].end + reps[1].start) // 2
    near = recording.time_s[second] - recording.time_s[first] <= settings.second_reference_s
    return (first, second) if near else (first, first)


def frames_to_follow(recording: Recording, timeline: Timeline, settings: SurfaceSettings) -> list[int]:
    """Frames of the movement, evenly spaced, that are worth following; the first reference frame is among them."""
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
        `scene.view` is back or front.

    Returns
    -------
    Track
        Changes from the reference frames: median of the ensemble, and its error. The error that all frames share
        stands in the registry. `withheld` says why nothing is shown of a take that cannot be followed.

    References
    ----------
    METHOD; registration after the cylinder head tracker, inverse compositional (Baker and Matthews 2004).
    """
    covered = clothing.hands_on_hips(image, scene, timeline, settings)
    if covered:
        return withheld(covered, scene.view, recording.n_frames)
    frames = frames_to_follow(recording, timeline, settings)
    anchors = [min(frames, key=lambda k: abs(k - anchor)) for anchor in _anchors(timeline, recording, settings)]
    cut = cutouts(pictures, image=image, recording=recording, scene=scene, settings=settings, anchor=anchors[0])
    found = dict(_registered(ahead(_textured(cut)), anchors, _PATCHES[scene.view]))
    return as_track(found, recording=recording, view=scene.view, timeline=timeline, settings=settings)


_Textured = tuple[Cutout, list[surface.Texture]]


def _textured(items: Iterable[Cutout]) -> Iterator[_Textured]:
    return ((cut, cut.layers()) for cut in items)


def _registered(
    items: Iterator[_Textured], anchors: Sequence[int], extents: Sequence[Sequence[Extent]]
) -> Iterator[tuple[int, Found]]:
    """Every cut-out registered to the reference pictures; those before the last reference wait for it."""
    waiting: list[Cutout] = []
    for cut, _ in items:
        waiting.append(cut)
        if cut.index >= max(anchors):
            break
    by_index = {cut.index: cut for cut in waiting}
    if any(anchor not in by_index for anchor in anchors):
        return
    followers = [_Follower(by_index[anchor], some) for anchor, some in zip(anchors, extents, strict=True)]
    earlier: dict[int, list[Found]] = {cut.index: [] for cut in waiting}
    for follower in followers:
        back = _Follower(follower.anchor, (), follower.patches)
        for cut in reversed(waiting):
            if cut.index < follower.anchor.index:
                earlier[cut.index].append(back.next(cut, cut.layers()))
        for cut in waiting:
            if cut.index >= follower.anchor.index:
                earlier[cut.index].append(follower.next(cut, cut.layers()))
    yield from ((index, Found.merged(parts)) for index, parts in earlier.items())
    for cut, layers in items:
        yield cut.index, Found.merged([follower.next(cut, layers) for follower in followers])


class _Follower:
    """Registers one cut-out after the other to one reference, starting from the pose before."""

    def __init__(self, anchor: Cutout, extents: Sequence[Extent], patches: list[surface.Patch] | None = None) -> None:
        g = anchor.geometry
        self.anchor = anchor
        self.patches = patches or surface.patches(
            anchor.layers(),
            extents,
            # Landmarks count from the picture's edge, samples from the middle of its first pixel.
            centre=g.hips[anchor.index] - anchor.corner - 0.5,
            hip_width_px=g.hip_width,
            samples_per_hip_width=g.samples,
        )
        self._poses = [surface.Pose.rest() for _ in self.patches]
        self._previous = anchor.index
        self._beside: FloatArray | None = None

    def next(self, cut: Cutout, layers: list[surface.Texture]) -> Found:
        """What each patch finds in a cut-out."""
        g, index, start = cut.geometry, cut.index, self.anchor.index
        moved = cut.corner - self.anchor.corner
        expected = g.hips[index] - g.hips[start] - moved
        growth = float(np.log(g.trunk[index] / g.trunk[start]))
        step = g.hips[index] - g.hips[self._previous] - moved
        found = [
            _register(patch, layers, pose, (expected, growth, step))
            for patch, pose in zip(self.patches, self._poses, strict=True)
        ]
        sides = [patch.worse_side(layers[-1], pose) for patch, (pose, _) in zip(self.patches, found, strict=True)]
        self._poses = [replace(pose, shift=pose.shift + moved) for pose, _ in found]
        self._previous = index
        explained = np.array([share for _, share in found])
        if self._beside is None and index != start:
            self._beside = explained
        return Found(
            angles_deg=np.stack([self._angles_deg(pose, cut) for pose in self._poses]),
            explained=explained,
            worse_side=np.array(sides),
            beside=explained if self._beside is None else self._beside,
            camera_known=cut.camera.known,
            camera_roll_rad=cut.camera.roll_rad,
        )

    def _angles_deg(self, pose: surface.Pose, cut: Cutout) -> FloatArray:
        """Rotation, obliquity and tilt against the reference; viewing rays and the camera's own motion taken out."""
        g = cut.geometry
        centre = g.hips[self.anchor.index]
        here = surface.viewing_ray(cut.camera.undone(centre + pose.shift), g.size, g.focal)
        there = surface.viewing_ray(self.anchor.camera.undone(centre), g.size, g.focal)
        roll = surface.turned_camera(self.anchor.camera.roll_rad - cut.camera.roll_rad)
        turned = here @ roll @ pose.rotation() @ there.T
        return surface.cardan_deg(g.body.T @ turned @ g.body)


def _register(
    patch: surface.Patch,
    layers: list[surface.Texture],
    last: surface.Pose,
    landmarks: tuple[FloatArray, float, FloatArray],
) -> tuple[surface.Pose, float]:
    """One registration, started where the pose before and the landmarks' motion since then put it."""
    expected, growth, step = landmarks
    start = replace(last, shift=last.shift + step, log_scale=0.5 * (last.log_scale + growth))
    prior = surface.Pose(shift=expected, log_scale=growth, turn=last.turn * np.array([0.0, 0.9, 0.9]))
    return patch.register(layers, start, prior)
