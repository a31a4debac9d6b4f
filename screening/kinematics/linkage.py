"""Hips, knees and ankles as a linkage of segments of constant length, in side views.

May import: numpy, `core` and `vectors`.

A body's thighs and shanks do not change their lengths in the course of a take: all of its frames together tell them,
and each frame's points are moved as little as it takes to have them (weighted least squares). A pelvis that turns
takes one hip forward and the other back, which a side view shows by nothing but the thighs: how far is one of the
unknowns of each frame.

Limits: the turn is there to keep it out of the knees; with it, the hips follow the exact pelvic rotation with r 0.5 to
1.0 on rendered people, at 0.4 to 1.4 of its size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screening.core.datatypes import FloatArray
from screening.core.settings import JointSettings
from screening.kinematics.vectors import unit

#: Unknowns of a frame: mid-hip, how far the one leg's hip is ahead of it, knee and ankle of that leg and of the other.
_UNKNOWNS, _AHEAD = 11, 2
_MIDDLE, _KNEES, _ANKLES = 0, (3, 7), (5, 9)
#: Which of the points below each segment ends in: thigh, shank, thigh, shank.
_CHAINS = ((0, 1), (1, 2), (3, 4), (4, 5))
#: Whose length each segment is: 0 a thigh, 1 a shank.
_KIND = np.array([0, 1, 0, 1])
_STEPS = 4
_LENGTH_STEPS = 5
#: A body's segments lie within this share of the average ones.
_MAX_OTHER = 0.2


def _points() -> FloatArray:
    """What each unknown does to hip, knee and ankle of one leg and of the other, (point, axis, unknown)."""
    out = np.zeros((6, 2, _UNKNOWNS))
    for leg, forward in enumerate((1.0, -1.0)):
        out[3 * leg, 0, _AHEAD] = forward
        for point, start in ((0, _MIDDLE), (1, _KNEES[leg]), (2, _ANKLES[leg])):
            out[3 * leg + point, [0, 1], [start, start + 1]] = 1.0
    return out


_POINTS = _points()
_LINES = np.stack([_POINTS[b] - _POINTS[a] for a, b in _CHAINS])


@dataclass(frozen=True, kw_only=True)
class _Linkage:
    """Unknowns as the landmarks have them, (time, 11), and how much they are worth.

    weight (time, 11, 11), used (time, segment): inverse of the squared standard errors; next to nothing, and nothing,
    where a point was not seen.
    """

    goal: FloatArray
    weight: FloatArray
    used: FloatArray

    @staticmethod
    def of(track: FloatArray, sd: FloatArray, near: int | None, settings: JointSettings) -> _Linkage:
        seen = np.isfinite(track[:, 1:]).all(axis=2)
        own = np.array([settings.hip_sd, settings.knee_sd, settings.ankle_sd, settings.knee_sd, settings.ankle_sd])
        worth = np.where(seen, 1.0 / (own**2 + sd[:, 1:] ** 2), 1e-3)
        points = np.nan_to_num(track[:, 1:], nan=0.0)
        goal, weight = np.zeros((len(track), _UNKNOWNS)), np.zeros((len(track), _UNKNOWNS, _UNKNOWNS))
        weight[:, _AHEAD, _AHEAD] = settings.turn_sd**-2
        for k, start in enumerate((_MIDDLE, _KNEES[0], _ANKLES[0], _KNEES[1], _ANKLES[1])):
            here = slice(start, start + 2)
            goal[:, here] = points[:, k]
            weight[:, here, here] = worth[:, k, None, None] * np.eye(2)
        # Cloth and shadows take a knee along its shank rather than off it.
        for k, start in zip((1, 3), _KNEES, strict=True):
            shank = np.nan_to_num(unit(points[:, k] - points[:, k + 1]))
            less = (1.0 - settings.knee_along**-2) * worth[:, k, None, None]
            weight[:, start : start + 2, start : start + 2] -= less * shank[:, :, None] * shank[:, None, :]
        # The landmarks of the hips are not in the middle, but drawn back by the hip that comes forward on this side.
        shows = np.eye(_UNKNOWNS)
        shows[_MIDDLE, _AHEAD] = 0.0 if near is None else settings.hip_turn * (-1.0 if near == 0 else 1.0)
        used = np.stack([seen[:, a] & seen[:, b] for a, b in ((0, 1), (1, 2), (0, 3), (3, 4))], axis=1)
        return _Linkage(goal=goal, weight=shows.T @ weight @ shows, used=used / settings.length_sd**2)

    def linearised(self, place: FloatArray, lengths: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Normal matrix (time, 11, 11) and pull (time, 11); slope of the lengths (time, segment, 11)."""
        line = _lines(place)
        length = np.linalg.norm(line, axis=2)
        slope = np.einsum("tka,kai->tki", line / np.maximum(length, 1e-6)[..., None], _LINES)
        weighed = self.used[..., None] * slope
        normal = self.weight + weighed.transpose(0, 2, 1) @ slope
        pull = self.weight @ (self.goal - place)[..., None] + weighed.transpose(0, 2, 1) @ (lengths - length)[..., None]
        return normal, pull[..., 0], slope


def _lines(place: FloatArray) -> FloatArray:
    """Segments between the points that unknowns (time, 11) stand for, (time, segment, axis)."""
    out: FloatArray = np.einsum("kai,ti->tka", _LINES, place)
    return out


def own_lengths(
    track: FloatArray, sd: FloatArray, lengths: FloatArray, *, near: int | None, settings: JointSettings
) -> FloatArray:
    """Thighs and shanks of the person in a take against those of the average one, (segment,).

    Parameters
    ----------
    track, sd : (time, 6, axis), (time, 6)
        As for `fitted`.
    lengths : (time, segment)
        What the average person's segments would look like in these frames.

    Notes
    -----
    Both thighs are equally long, and both shanks. Gauss-Newton on the same sum of squares as in `fitted`, over all
    frames at once; the points of each frame are eliminated from the two common unknowns (Schur complement). 1 where
    nothing was seen.
    """
    linkage = _Linkage.of(track, sd, near, settings)
    place, scale = linkage.goal.copy(), np.ones(2)
    firm = 1.0 / settings.own_length_sd**2
    for _ in range(_LENGTH_STEPS):
        wanted = scale[_KIND] * lengths
        normal, pull, slope = linkage.linearised(place, wanted)
        coupling = np.einsum("tk,tki,kj->tij", linkage.used * lengths, slope, np.eye(2)[_KIND], optimize=True)
        solved = np.linalg.solve(normal, np.concatenate([pull[..., None], coupling], axis=2))
        missing = linkage.used * lengths * (np.linalg.norm(_lines(place), axis=2) - wanted)
        side = firm * (1.0 - scale) + np.array([missing[:, j == _KIND].sum() for j in (0, 1)])
        square = np.diag(firm + np.array([(linkage.used * lengths**2)[:, j == _KIND].sum() for j in (0, 1)]))
        square -= np.einsum("tij,tik->jk", coupling, solved[..., 1:])
        change = np.linalg.solve(square, side + np.einsum("tij,ti->j", coupling, solved[..., 0]))
        scale = np.clip(scale + change, 1.0 - _MAX_OTHER, 1.0 + _MAX_OTHER)
        place = place + solved[..., 0] + solved[..., 1:] @ change
    out: FloatArray = scale[_KIND]
    return out


def fitted(
    track: FloatArray, sd: FloatArray, lengths: FloatArray, *, near: int | None, settings: JointSettings
) -> FloatArray:
    """Hips, knees and ankles moved so that thighs and shanks have their lengths.

    Parameters
    ----------
    track : (time, 6, axis)
        Mid-shoulder, mid-hip, knee and ankle of one leg, knee and ankle of the other: (forward, up), trunk lengths.
    sd : (time, 6)
        Standard errors of one coordinate.
    lengths : (time, segment)
        Thigh, shank, thigh, shank.
    near : int or None
        Which leg is next to the camera, 0 or 1, if any.

    Returns
    -------
    (time, 7, axis)
        Mid-shoulder; hip, knee and ankle of one leg and of the other.

    Notes
    -----
    Gauss-Newton on the sum of squares of moves and of length errors, each in its own standard error; a point that was
    not seen has no weight, and stays NaN.
    """
    linkage = _Linkage.of(track, sd, near, settings)
    place = linkage.goal.copy()
    for _ in range(_STEPS):
        normal, pull, _ = linkage.linearised(place, lengths)
        place = place + np.linalg.solve(normal, pull[..., None])[..., 0]
    out: FloatArray = np.concatenate([track[:, :1], np.einsum("pai,ti->tpa", _POINTS, place)], axis=1)
    seen = np.isfinite(track[:, [0, 1, 2, 3, 1, 4, 5]]).all(axis=2)
    out[:, 1:][~seen[:, 1:]] = np.nan
    return out
