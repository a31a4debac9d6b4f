"""From landmarks on the skin to the joints inside, in side views.

May import: numpy, `core`, `linkage` and `vectors`.

The network puts its landmarks on what it sees: the hips in front of the hip joints and higher the more the hip is bent,
the ankles above the joint, a hidden rear knee too high. Three things are known better: where a joint lies below its
landmark on people whose joints are known exactly, that thighs and shanks keep their lengths (`linkage`), and that a
take's knees are read too high or too low by about as much in all of its frames.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from screening.core.datatypes import FloatArray, IntArray
from screening.core.settings import JointSettings
from screening.kinematics.linkage import fitted, own_lengths
from screening.kinematics.vectors import unit

#: Frames that are worked on at a time, and about how many tell the lengths.
_PIECE, _SAMPLE = 1024, 150
#: Feet this far apart, in trunk lengths, are a full split stance; closer ones are taken as a share of it.
_SPLIT = 0.8
#: A knee bent by this much, radians, is that of a split stance rather than of a leg that is swung back.
_BENT = 0.25
#: Frames with this share of it tell the lengths where at least this share of all frames has it.
_APART, _ENOUGH = 0.5, 0.2
#: Points of a track that are mid-shoulder, hip, knee and ankle of one leg and of the other.
_BOTH_LEGS = [0, 1, 2, 3, 1, 4, 5]
#: Where each leg's knee is in a track of landmarks, and its hip in one of joints.
_KNEE_AND_HIP = ((2, 1), (4, 4))


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
    (time, 7, axis)
        Mid-shoulder as it was; hip, knee and ankle of one leg and of the other, each at its joint; NaN where the
        landmark was.
    """
    trunk = _usual_length(track, 0, 1)
    if not trunk > 0.0:
        return track[:, _BOTH_LEGS]
    scaled, error = track / trunk, sd / trunk
    untold = replace(settings, knee_sd=settings.untold_knee_sd)
    telling = _telling(scaled)
    placed, lengths = _expected(scaled[telling], near, settings)
    own = own_lengths(placed, error[telling], lengths, near=near, settings=untold)
    about = fitted(placed, error[telling], own * lengths, near=near, settings=untold)
    offsets = _knee_offsets(placed, about)
    out = np.empty((len(track), 7, 2))
    for start in range(0, len(track), _PIECE):
        piece = slice(start, start + _PIECE)
        placed, lengths = _expected(scaled[piece], near, settings)
        about = fitted(placed, error[piece], own * lengths, near=near, settings=untold)
        placed = _at_the_knees(placed, about, offsets)
        out[piece] = trunk * fitted(placed, error[piece], own * lengths, near=near, settings=settings)
    return out


def _knee_offsets(track: FloatArray, about: FloatArray) -> FloatArray:
    """How far a take's knees are read off the joints, along the thigh and in front of it, (leg, axis), trunk lengths.

    The median over frames of what is left between the landmarks `track` (time, 6, axis) and joints `about` (time, 7,
    axis) that were placed by the lengths of the segments, hardly by the knees themselves.
    """
    off = np.zeros((2, 2))
    for leg, (knee, hip) in enumerate(_KNEE_AND_HIP):
        thigh, left = unit(about[:, hip] - about[:, hip + 1]), track[:, knee] - about[:, hip + 1]
        known = np.isfinite(thigh + left).all(axis=1)
        if known.any():
            off[leg] = [np.median((left * way).sum(axis=1)[known]) for way in (thigh, _ahead(thigh))]
    return off


def _at_the_knees(track: FloatArray, about: FloatArray, offsets: FloatArray) -> FloatArray:
    """Landmarks with their knees moved by these offsets."""
    out = track.copy()
    for leg, (knee, hip) in enumerate(_KNEE_AND_HIP):
        thigh = unit(about[:, hip] - about[:, hip + 1])
        out[:, knee] -= offsets[leg, 0] * thigh + offsets[leg, 1] * _ahead(thigh)
    return out


def _expected(track: FloatArray, near: int | None, settings: JointSettings) -> tuple[FloatArray, FloatArray]:
    """Where the joints are by their landmarks, and how long the segments of the average person look there."""
    front = _front_share(track)
    return below_skin(track, front, settings), segment_lengths(track, front, near, settings)


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
    up = unit(track[:, 0] - track[:, 1])
    thighs = [unit(track[:, 1] - track[:, k]) for k in (2, 4)]
    bent = np.fmax(*(np.arctan2(_cross(up, t), (up * t).sum(axis=1)) for t in thighs))
    climb = settings.hip_up + settings.hip_climb * bent
    out[:, 1] -= settings.hip_ahead * _ahead(up) + np.where(np.isfinite(climb), climb, 0.0)[:, None] * up
    for leg, knee in enumerate((2, 4)):
        thigh, shank = unit(out[:, 1] - track[:, knee]), unit(track[:, knee] - track[:, knee + 1])
        forward = settings.ankle_ahead_rear + front[:, leg] * (settings.ankle_ahead_front - settings.ankle_ahead_rear)
        out[:, knee] -= settings.knee_ahead * _ahead(thigh)
        out[:, knee + 1] -= settings.ankle_up * shank + forward[:, None] * _ahead(shank)
    return out


def segment_lengths(track: FloatArray, front: FloatArray, near: int | None, settings: JointSettings) -> FloatArray:
    """Expected lengths of thigh and shank of both legs as the picture shows them, (time, 4), trunk lengths.

    The leg next to the camera looks longer; in a split stance with bent knees the rear thigh turns out of the picture's
    plane.
    """
    out = np.empty((len(front), 4))
    for leg, knee in enumerate((2, 4)):
        closer = 0.0 if near is None else settings.near_far * (1.0 if near == leg else -1.0)
        thigh, shank = unit(track[:, 1] - track[:, knee]), unit(track[:, knee] - track[:, knee + 1])
        bent = np.nan_to_num(np.arctan2(_cross(shank, thigh), (thigh * shank).sum(axis=1)))
        turned = settings.thigh_turned * (1.0 - 2.0 * front[:, leg]) * np.clip(bent / _BENT, 0.0, 1.0)
        out[:, 2 * leg] = settings.thigh * (1.0 + closer) * (1.0 - turned)
        out[:, 2 * leg + 1] = settings.shank * (1.0 + closer)
    return out


def _ahead(up: FloatArray) -> FloatArray:
    """Direction square to `up` (time, axis), forward of it."""
    return np.stack([up[:, 1], -up[:, 0]], axis=1)


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    out: FloatArray = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return out
