"""Hips, knees and ankles as a linkage of segments of constant length, in side views.

May import: numpy and `core`.

A body's thighs and shanks do not change their lengths in the course of a take: all of its frames together tell them,
and each frame's points are moved as little as it takes to have them (weighted least squares).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screening.core.datatypes import FloatArray
from screening.core.settings import JointSettings

#: Segments between the points hip, knee and ankle of one leg, knee and ankle of the other: thigh, shank, thigh, shank.
CHAINS = ((0, 1), (1, 2), (0, 3), (3, 4))
#: Whose length each chain is: 0 a thigh, 1 a shank.
_KIND = np.array([0, 1, 0, 1])
_STEPS = 3
_LENGTH_STEPS = 5
#: A body's segments lie within this share of the average ones.
_MAX_OTHER = 0.2


@dataclass(frozen=True, kw_only=True)
class _Linkage:
    """Landmarks of hip, knees and ankles as one vector a frame, (time, 10), and how much each is worth.

    weight (time, 10), used (time, chain): one over the squared standard error; next to nothing, and nothing, where
    a point was not seen.
    """

    goal: FloatArray
    weight: FloatArray
    used: FloatArray

    @staticmethod
    def of(track: FloatArray, sd: FloatArray, settings: JointSettings) -> _Linkage:
        seen = np.isfinite(track[:, 1:]).all(axis=2)
        own = np.array([settings.hip_sd, settings.knee_sd, settings.ankle_sd, settings.knee_sd, settings.ankle_sd])
        weight = np.repeat(np.where(seen, 1.0 / (own**2 + sd[:, 1:] ** 2), 1e-3), 2, axis=1)
        used = np.stack([seen[:, a] & seen[:, b] for a, b in CHAINS], axis=1) / settings.length_sd**2
        return _Linkage(goal=np.nan_to_num(track[:, 1:], nan=0.0).reshape(len(track), 10), weight=weight, used=used)

    def linearised(self, place: FloatArray, lengths: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Normal matrix (time, 10, 10) and pull (time, 10) of the points; slope of the lengths (time, chain, 10)."""
        points = place.reshape(len(place), 5, 2)
        slope = np.zeros((len(place), len(CHAINS), 10))
        for k, (a, b) in enumerate(CHAINS):
            line = points[:, b] - points[:, a]
            unit = line / np.maximum(np.linalg.norm(line, axis=1), 1e-6)[:, None]
            slope[:, k, 2 * b : 2 * b + 2], slope[:, k, 2 * a : 2 * a + 2] = unit, -unit
        normal = self.weight[:, :, None] * np.eye(10)
        normal += np.einsum("tk,tki,tkj->tij", self.used, slope, slope, optimize=True)
        pull = self.weight * (self.goal - place)
        pull += np.einsum("tk,tki->ti", self.used * (lengths - lengths_of(place)), slope)
        return normal, pull, slope


def lengths_of(place: FloatArray) -> FloatArray:
    """Lengths of the segments between points (time, 10), (time, chain)."""
    points = place.reshape(len(place), 5, 2)
    return np.stack([np.linalg.norm(points[:, b] - points[:, a], axis=1) for a, b in CHAINS], axis=1)


def own_lengths(track: FloatArray, sd: FloatArray, lengths: FloatArray, settings: JointSettings) -> FloatArray:
    """Thighs and shanks of the person in a take against those of the average one, (chain,).

    Parameters
    ----------
    track, sd : (time, 6, axis), (time, 6)
        As for `fitted`.
    lengths : (time, chain)
        What the average person's segments would look like in these frames.

    Notes
    -----
    Both thighs are equally long, and both shanks. Gauss-Newton on the same sum of squares as in `fitted`, over all
    frames at once; the points of each frame are eliminated from the two common unknowns (Schur complement). 1 where
    nothing was seen.
    """
    linkage = _Linkage.of(track, sd, settings)
    place, scale = linkage.goal.copy(), np.ones(2)
    firm = 1.0 / settings.own_length_sd**2
    for _ in range(_LENGTH_STEPS):
        wanted = scale[_KIND] * lengths
        normal, pull, slope = linkage.linearised(place, wanted)
        coupling = np.einsum("tk,tki,kj->tij", linkage.used * lengths, slope, np.eye(2)[_KIND], optimize=True)
        solved = np.linalg.solve(normal, np.concatenate([pull[..., None], coupling], axis=2))
        missing = linkage.used * lengths * (lengths_of(place) - wanted)
        side = firm * (1.0 - scale) + np.array([missing[:, j == _KIND].sum() for j in (0, 1)])
        square = np.diag(firm + np.array([(linkage.used * lengths**2)[:, j == _KIND].sum() for j in (0, 1)]))
        square -= np.einsum("tij,tik->jk", coupling, solved[..., 1:])
        change = np.linalg.solve(square, side + np.einsum("tij,ti->j", coupling, solved[..., 0]))
        scale = np.clip(scale + change, 1.0 - _MAX_OTHER, 1.0 + _MAX_OTHER)
        place = place + solved[..., 0] + solved[..., 1:] @ change
    out: FloatArray = scale[_KIND]
    return out


def fitted(track: FloatArray, sd: FloatArray, lengths: FloatArray, settings: JointSettings) -> FloatArray:
    """Hip, knees and ankles moved so that thighs and shanks have their lengths, (time, 6, axis), trunk lengths.

    Gauss-Newton on the sum of squares of moves and of length errors, each in its own standard error; a point that was
    not seen has no weight, and stays NaN.
    """
    linkage = _Linkage.of(track, sd, settings)
    place = linkage.goal.copy()
    for _ in range(_STEPS):
        normal, pull, _ = linkage.linearised(place, lengths)
        place = place + np.linalg.solve(normal, pull[..., None])[..., 0]
    out = track.copy()
    seen = np.isfinite(track[:, 1:]).all(axis=2, keepdims=True)
    out[:, 1:] = np.where(seen, place.reshape(-1, 5, 2), np.nan)
    return out
