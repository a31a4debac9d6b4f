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
#: Standard error, rotation, obliquity and tilt, for each part of the texture that is not explained beyond the usual.
_UNEXPLAINED_DEG = np.array([6.0, 3.0, 4.0])
_USUALLY_EXPLAINED = 0.8
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
    the texture that the picture explains; beside (patch,): the same in the picture next to the reference, where only
    the camera's noise differs; what the background told of the camera.
    """

    angles_deg: FloatArray
    explained: FloatArray
    beside: FloatArray
    camera_known: bool
    camera_roll_rad: float

    @staticmethod
    def merged(parts: Sequence[Found]) -> Found:
        """The patches of all references together."""
        return Found(
            angles_deg=np.concatenate([p.angles_deg for p in parts]),
            explained=np.concatenate([p.explained for p in parts]),
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
    in_rep = timeline.rep_of_frame() > 0
    moving = in_rep[frames]
    if moving.sum() < settings.min_followed_share * sum(in_rep[k] for k in found):
        return withheld(POOR_TEXTURE, view, n)
    reason = clothing.slides(stack[moving, :, 0].std(axis=1, ddof=1), settings)
    if reason:
        return withheld(reason, view, n)
    smooth = smooth_samples(
        np.median(stack, axis=1), recording.time_s[frames], _cutoff_hz(timeline, recording, settings)
    )
    lost = np.maximum(_USUALLY_EXPLAINED - np.array([np.median(found[k].explained) for k in frames]), 0.0)
    error = np.hypot(stack.std(axis=1, ddof=1), lost[:, None] * _UNEXPLAINED_DEG)
    near = _between_neighbours(frames, recording.time_s, settings.max_gap_s)
    value, sd = np.full((n, 3), np.nan), np.full((n, 3), np.nan)
    for k in range(3):
        value[near, k] = np.interp(near, frames, smooth[:, k])
        sd[near, k] = np.interp(near, frames, error[:, k])
    if view is View.BACK:
        value[:, 1] += front_leg_pull_deg(timeline)
    reference = [k for k in timeline.reference if np.isfinite(value[k, 0])]
    value -= np.median(value[reference], axis=0) if reference else np.nan
    return Track(
        names=NAMES[:shown], value_deg=value[:, :shown], sd_deg=np.where(np.isfinite(value), sd, np.nan)[:, :shown]
    )


def _believed(found: Mapping[int, Found], settings: SurfaceSettings) -> IntArray:
    """Frames in which enough of the texture was found again, and the camera's motion is known if it moves."""
    rolls = np.abs([f.camera_roll_rad for f in found.values()])
    shaky = bool((np.degrees(rolls) > settings.still_camera_deg).any())
    good = [
        k
        for k, f in found.items()
        if np.median(f.explained) >= settings.min_explained * np.median(f.beside) and (f.camera_known or not shaky)
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


def _cutoff_hz(timeline: Timeline, recording: Recording, settings: SurfaceSettings) -> float:
    """Cut-off of the low-pass: a slow movement is smoothed more than a quick one."""
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
