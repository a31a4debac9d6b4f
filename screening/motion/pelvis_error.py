"""From what the patches found to the pelvis' angles with their errors, and to the reason where nothing is shown.

May import: numpy and `core`; `cleaning` and `clothing` of this room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from screening.core.datatypes import FloatArray, IntArray, Recording, Timeline, Track
from screening.core.settings import SurfaceSettings
from screening.core.vocabulary import Side, View
from screening.motion import clothing
from screening.motion.cleaning import smooth_samples

#: From behind, the patches read the rear hip too high as the front hip bends: the buttock of the front leg is drawn
#: down. Degrees for hips that go down by 45 % of the trunk's length; 1.9, 1.7 and 1.2 on three people.
_REAR_UP_DEG, _AT_DROP_PCT = 1.6, 45.0
#: Skin and waistband move less than the bone below them: patches over the waistband alone read as little of the
#: obliquity (0.83 to 0.95) as tall ones. Best factors of three people 1.03, 1.15 and 1.2.
_OBLIQUITY_GAIN = 1.1
#: So much of the obliquity is missing in the rotation, whatever the patch; 0.24 to 0.42 on each of four people, of whom
#: one was not used for it, and more from the front.
_LEAK = 0.27
#: Standard error, rotation, obliquity and tilt, for each part of the texture that is not explained beyond the usual.
_UNEXPLAINED_DEG = np.array([6.0, 3.0, 4.0])
_USUALLY_EXPLAINED = 0.8
#: Neighbouring pictures that differ by less than a camera's noise were copied by strong compression, and so was surface
#: that in truth turned. Standard error where they are all copied, and from where on (shares of the texture).
_COPIED_DEG = np.array([2.5, 0.5, 1.0])
_COPIED_FROM, _COPIED_ALL = 0.97, 0.99
#: The low-pass follows the movement: so many of its periods fit into a usual repetition.
_CUTOFF_PER_REP = 3.5
POOR_TEXTURE, MOVING_CAMERA = "reason.poor_texture", "reason.moving_camera"
NAMES = ("pelvic_rotation", "pelvic_obliquity", "anterior_pelvic_tilt")
#: From the front the belly hides how the pelvis tilts.
_SHOWN = {View.BACK: 3, View.FRONT: 2}


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the patches found in one picture.

    angles_deg (patch, 3): rotation, obliquity, tilt against each patch's own reference; explained (patch,): share of
    the texture that the picture explains; worse_side (patch,): the same on the outer third of the patch where it is
    less, which an arm may cover; beside (patch,): `explained` in the picture next to the reference, where only the
    camera's noise differs; what the background told of the camera.
    """

    angles_deg: FloatArray
    explained: FloatArray
    worse_side: FloatArray
    beside: FloatArray
    camera_known: bool
    camera_roll_rad: float

    @staticmethod
    def merged(parts: Sequence[Found]) -> Found:
        """The patches of all references together."""
        return Found(
            angles_deg=np.concatenate([p.angles_deg for p in parts]),
            explained=np.concatenate([p.explained for p in parts]),
            worse_side=np.concatenate([p.worse_side for p in parts]),
            beside=np.concatenate([p.beside for p in parts]),
            camera_known=parts[0].camera_known,
            camera_roll_rad=parts[0].camera_roll_rad,
        )


def withheld(reason: str, view: View, n_frames: int) -> Track:
    """A track that shows nothing, for a reason."""
    names = NAMES[: _SHOWN[view]]
    nothing = np.full((n_frames, len(names)), np.nan)
    return Track(names=names, value_deg=nothing, sd_deg=nothing, withheld=reason)


def as_track(
    found: Mapping[int, Found], *, recording: Recording, view: View, timeline: Timeline, settings: SurfaceSettings
) -> Track:
    """Angles at every frame between two followed ones that are not far apart.

    Parameters
    ----------
    found : by frame
    recording, timeline, settings
    view : back or front
        From the front only rotation and obliquity are told.

    Returns
    -------
    Track
        Median over the patches, each as change from its own values in the reference frames; smoothed. Errors: spread
        of the patches and what the picture does not explain, without the error that all frames share.
    """
    n, shown = recording.n_frames, _SHOWN[view]
    reason = _unseen(found, timeline, settings)
    frames = _believed(found, settings)
    rest = np.isin(frames, timeline.reference)
    if reason or len(frames) < 3 or not rest.any():
        return withheld(reason or POOR_TEXTURE, view, n)
    stack = np.stack([found[k].angles_deg for k in frames])
    stack = stack - np.median(stack[rest], axis=0)
    # Patches whose rotations lie as far apart as a pelvis turns in a repetition have lost the surface.
    together = stack[:, :, 0].std(axis=1) <= settings.max_spread_deg
    frames, stack = frames[together], stack[together]
    in_rep = timeline.rep_of_frame() > 0
    moving = in_rep[frames]
    if moving.sum() < settings.min_followed_share * sum(in_rep[k] for k in found):
        return withheld(POOR_TEXTURE, view, n)
    reason = clothing.slides(stack[moving, :, 0].std(axis=1, ddof=1), settings)
    if reason:
        return withheld(reason, view, n)
    smooth = smooth_samples(
        np.median(stack, axis=1), recording.time_s[frames], cutoff_hz(timeline, recording, settings)
    )
    error = _error_deg(stack, [found[k] for k in frames])
    near = _between_neighbours(frames, recording.time_s, settings.max_gap_s)
    value, sd = np.full((n, 3), np.nan), np.full((n, 3), np.nan)
    for k in range(3):
        value[near, k] = np.interp(near, frames, smooth[:, k])
        sd[near, k] = np.interp(near, frames, error[:, k])
    if view is View.BACK:
        value[:, 1] += front_leg_pull_deg(timeline)
    value[:, 1] *= _OBLIQUITY_GAIN
    value[:, 0] += _LEAK * value[:, 1]
    reference = [k for k in timeline.reference if np.isfinite(value[k, 0])]
    value -= np.median(value[reference], axis=0) if reference else np.nan
    return Track(
        names=NAMES[:shown], value_deg=value[:, :shown], sd_deg=np.where(np.isfinite(value), sd, np.nan)[:, :shown]
    )


def _error_deg(angles_deg: FloatArray, found: Sequence[Found]) -> FloatArray:
    """Standard error of rotation, obliquity and tilt in each followed frame, (frame, 3), from (frame, patch, 3)."""
    lost = np.maximum(_USUALLY_EXPLAINED - np.array([np.median(f.explained) for f in found]), 0.0)
    beside = float(np.median([np.median(f.beside) for f in found]))
    copied = float(np.clip((beside - _COPIED_FROM) / (_COPIED_ALL - _COPIED_FROM), 0.0, 1.0))
    out: FloatArray = np.hypot(angles_deg.std(axis=1, ddof=1), lost[:, None] * _UNEXPLAINED_DEG)
    out = np.hypot(out, copied * _COPIED_DEG) * np.array([1.0, _OBLIQUITY_GAIN, 1.0])
    out[:, 0] = np.hypot(out[:, 0], _LEAK * out[:, 1])
    return out


def _believed(found: Mapping[int, Found], settings: SurfaceSettings) -> IntArray:
    """Frames in which enough of the texture was found again on both sides, and a moving camera's motion is known."""
    rolls = np.abs([f.camera_roll_rad for f in found.values()])
    shaky = bool((np.degrees(rolls) > settings.still_camera_deg).any())
    good = [
        k
        for k, f in found.items()
        if np.median(f.explained) >= settings.min_explained * np.median(f.beside)
        and np.min(f.worse_side) > settings.min_explained_side
        and (f.camera_known or not shaky)
    ]
    return np.array(sorted(good), dtype=np.int64)


def _unseen(found: Mapping[int, Found], timeline: Timeline, settings: SurfaceSettings) -> str:
    """Reason why the pictures do not show the surface, or not from the same place, else ""."""
    rep_of_frame = timeline.rep_of_frame()
    moving = [f for k, f in found.items() if rep_of_frame[k] > 0]
    beside = np.array([np.median(f.beside) for f in moving])
    if not moving or np.median(beside) < settings.min_beside:
        return POOR_TEXTURE
    turned_deg = np.abs(np.degrees([f.camera_roll_rad for f in moving]))
    unknown = np.mean([not f.camera_known for f in moving])
    shaky = bool((turned_deg > settings.still_camera_deg).any())
    too_far = np.mean(turned_deg > settings.max_camera_turn_deg)
    if too_far > settings.max_shaken_share or (shaky and unknown > settings.max_shaken_share):
        return MOVING_CAMERA
    return clothing.lost(beside - np.array([np.median(f.explained) for f in moving]), settings)


def cutoff_hz(timeline: Timeline, recording: Recording, settings: SurfaceSettings) -> float:
    """Cut-off of the low-pass: a slow movement is smoothed more than a quick one."""
    if not timeline.repetitions:
        return settings.cutoff_hz
    seconds = [float(recording.time_s[r.end - 1] - recording.time_s[r.start]) for r in timeline.repetitions]
    wanted = _CUTOFF_PER_REP / max(float(np.median(seconds)), 1e-3)
    return float(np.clip(wanted, settings.min_cutoff_hz, settings.cutoff_hz))


def _between_neighbours(frames: IntArray, time_s: FloatArray, max_gap_s: float) -> IntArray:
    """Frames that lie between two followed frames at most `max_gap_s` apart, those included."""
    spans = [np.arange(a, b + 1) for a, b in pairwise(frames) if time_s[b] - time_s[a] <= max_gap_s]
    return np.unique(np.concatenate(spans)) if spans else np.zeros(0, np.int64)


def front_leg_pull_deg(timeline: Timeline) -> FloatArray:
    """What is added to the obliquity for the pull of the front leg on the patch, (time,)."""
    out = np.zeros(len(timeline.phase))
    for rep in timeline.repetitions:
        frames = np.arange(rep.start, rep.end)
        top = max(timeline.signal_pct[rep.start], timeline.signal_pct[rep.end - 1])
        drop = np.clip(top - timeline.signal_pct[frames], 0.0, None)
        sign = {Side.LEFT: 1.0, Side.RIGHT: -1.0, None: 0.0}[rep.lead]
        out[frames] = sign * _REAR_UP_DEG * np.nan_to_num(drop) / _AT_DROP_PCT
    return out
