"""From landmarks on the skin to the joints inside, in side views.

May import: numpy and `core`.

The network puts its landmarks on what it sees: the hips in front of the hip joints and higher the more the hip is bent,
the ankles above the joint, a hidden rear knee too high. Two things are known better: where a joint lies below its
landmark on people whose joints are known exactly, and that thighs and shanks keep their lengths (`linkage`).
"""

from __future__ import annotations

import numpy as np

from screening.core.datatypes import FloatArray, IntArray
from screening.core.settings import JointSettings
from screening.kinematics.linkage import fitted, own_lengths

#: Frames that are worked on at a time, and about how many tell the lengths.
_PIECE, _SAMPLE = 1024, 150
#: Feet this far apart, in trunk lengths, are a full split stance; closer ones are taken as a share of it.
_SPLIT = 0.8
#: Frames with this share of it tell the lengths where at least this share of all frames has it.
_APART, _ENOUGH = 0.5, 0.2


def joints(track: FloatArray, sd: FloatArray, *, near: int | None, settings: JointSettings) -> FloatArray:
    """Joint places from landmarks.

    Parameters
    ----------
    track : (time, 6, axis)
        Mid-shoulder, mid-hip, knee and ankle of one leg, knee and ankle of the other: (forward, up), any unit.
    sd : (time, 6)
        Standard errors of one coordinate in the same unit.
    near : int or None
        Which leg is next to the camera, 0 or 1, if any.

    Returns
    -------
    (time, 6, axis)
        The same points moved to the joints; NaN where the landmark was.
    """
    trunk = _usual_length(track, 0, 1)
    if not trunk > 0.0:
        return track
    scaled, error = track / trunk, sd / trunk
    telling = _telling(scaled)
    placed, lengths = _expected(scaled[telling], near, settings)
    own = own_lengths(placed, error[telling], lengths, settings)
    out = np.empty_like(track)
    for start in range(0, len(track), _PIECE):
        piece = slice(start, start + _PIECE)
        placed, lengths = _expected(scaled[piece], near, settings)
        out[piece] = trunk * fitted(placed, error[piece], own * lengths, settings)
    return out


def _expected(track: FloatArray, near: int | None, settings: JointSettings) -> tuple[FloatArray, FloatArray]:
    """Where the joints are by their landmarks, and how long the segments of the average person look there."""
    front = _front_share(track)
    return below_skin(track, front, settings), segment_lengths(front, near, settings)


def _telling(track: FloatArray) -> IntArray:
    """Frames that tell how long this person's segments are: of the split stance if there is one, a sample of all."""
    apart = np.abs(track[:, 3, 0] - track[:, 5, 0]) >= _APART * _SPLIT
    frames = np.flatnonzero(apart if apart.mean() >= _ENOUGH else np.isfinite(track).all(axis=(1, 2)))
    return frames[:: max(1, len(frames) // _SAMPLE)]


def _usual_length(track: FloatArray, a: int, b: int) -> float:
    length = np.linalg.norm(track[:, a] - track[:, b], axis=1)
    known = length[np.isfinite(length)]
    return float(np.median(known)) if known.size else float("nan")


def _front_share(track: FloatArray) -> FloatArray:
    """How far each leg is the front one of a split stance, (time, leg): 1 front, 0 rear, a half side by side."""
    ahead = np.nan_to_num(track[:, 3, 0] - track[:, 5, 0], nan=0.0) / _SPLIT
    share = 0.5 + 0.5 * np.clip(ahead, -1.0, 1.0)
    return np.stack([share, 1.0 - share], axis=1)


def below_skin(track: FloatArray, front: FloatArray, settings: JointSettings) -> FloatArray:
    """Joints below their landmarks, each leg for itself, (time, 6, axis), trunk lengths.

    Notes
    -----
    Hip: back, square to the trunk, and down along it, the further the more the hips are bent (the more bent of the
    two). Knee: square to the thigh. Ankle: down along the shank and square to it.
    """
    out = track.copy()
    up = _unit(track[:, 0] - track[:, 1])
    thighs = [_unit(track[:, 1] - track[:, k]) for k in (2, 4)]
    bent = np.fmax(*(np.arctan2(_cross(up, t), (up * t).sum(axis=1)) for t in thighs))
    climb = settings.hip_up + settings.hip_climb * bent
    out[:, 1] -= settings.hip_ahead * _ahead(up) + np.where(np.isfinite(climb), climb, 0.0)[:, None] * up
    for leg, knee in enumerate((2, 4)):
        thigh, shank = _unit(out[:, 1] - track[:, knee]), _unit(track[:, knee] - track[:, knee + 1])
        forward = settings.ankle_ahead_rear + front[:, leg] * (settings.ankle_ahead_front - settings.ankle_ahead_rear)
        out[:, knee] -= settings.knee_ahead * _ahead(thigh)
        out[:, knee + 1] -= settings.ankle_up * shank + forward[:, None] * _ahead(shank)
    return out


def segment_lengths(front: FloatArray, near: int | None, settings: JointSettings) -> FloatArray:
    """Expected lengths of thigh and shank of both legs as the picture shows them, (time, 4), trunk lengths.

    The leg next to the camera looks longer; a rear thigh turns out of the picture's plane.
    """
    out = np.empty((len(front), 4))
    for leg in (0, 1):
        closer = 0.0 if near is None else settings.near_far * (1.0 if near == leg else -1.0)
        turned = settings.thigh_turned * (2.0 * front[:, leg] - 1.0)
        out[:, 2 * leg] = settings.thigh * (1.0 + closer) * (1.0 + turned)
        out[:, 2 * leg + 1] = settings.shank * (1.0 + closer)
    return out


def _unit(vector: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        out: FloatArray = vector / np.linalg.norm(vector, axis=1, keepdims=True)
    return out


def _ahead(up: FloatArray) -> FloatArray:
    """Direction square to `up` (time, axis), forward of it."""
    return np.stack([up[:, 1], -up[:, 0]], axis=1)


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    out: FloatArray = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return out
