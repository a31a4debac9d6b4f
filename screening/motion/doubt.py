"""Doubt about legs that are being pulled over to the other leg.

May import: numpy and `core`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from screening.core.datatypes import BoolArray, FloatArray, PoseVariant
from screening.core.skeleton import leg_indices
from screening.core.vocabulary import Side

#: Length of a trunk in metres: the scale of the world landmarks.
_TRUNK_M = 0.5
#: Side of the cells in which the ankles of a stance are counted, trunk lengths; a cell that holds this share of the
#: fullest one's count (its neighbours included) is a place where the ankle stands, any other is on the way elsewhere.
_CELL, _FULL = 0.03, 0.25


def doubted(variants: list[PoseVariant], stances: list[BoolArray], trunk: float) -> list[PoseVariant]:
    """Legs whose ankle is away from where it stands in this take, doubted by that distance.

    The network pulls a hidden leg over to the other one, often in one run only. The doubt stands in `sd`, by which the
    runs are weighted when they are averaged. `stances` are the frames of split stance of each run, (time,).
    """
    doubt = [np.zeros(v.image.valid.shape) for v in variants]
    for side in Side:
        ankles = [v.image.point(f"{side.value}_ankle") / trunk for v in variants]
        homes = _homes(np.concatenate([a[s] for a, s in zip(ankles, stances, strict=True)]))
        for d, ankle, stance in zip(doubt, ankles, stances, strict=True):
            d[:, leg_indices(side)] = _doubt(ankle, stance, homes)[:, None]
    return [
        replace(
            v,
            image=replace(v.image, sd=np.hypot(v.image.sd, trunk * d)),
            world=replace(v.world, sd=np.hypot(v.world.sd, _TRUNK_M * d)),
        )
        for v, d in zip(variants, doubt, strict=True)
    ]


def _doubt(ankle: FloatArray, stance: BoolArray, homes: FloatArray) -> FloatArray:
    """How far an ankle (time, axis) is from the nearest of its homes (place, axis), beyond a cell, (time,)."""
    out = np.zeros(len(ankle))
    seen = stance & np.isfinite(ankle).all(axis=1)
    if len(homes) and seen.any():
        away = np.linalg.norm(ankle[seen, None] - homes[None], axis=2).min(axis=1)
        out[seen] = np.maximum(away - _CELL, 0.0)
    return out


def _homes(ankle: FloatArray) -> FloatArray:
    """Places where an ankle (time, axis) mostly is, (place, axis): the full cells of a grid, trunk lengths.

    A planted foot is in a few cells, a heel that rises in a row of them; a leg that is being pulled over to the other
    one runs through many, none of them full.
    """
    ankle = ankle[np.isfinite(ankle).all(axis=1)]
    if not len(ankle):
        return np.zeros((0, 2))
    # Cells lie evenly about the middle of all places, so that a mirrored take gives mirrored cells.
    middle = np.median(ankle, axis=0)
    cell = np.rint((ankle - middle) / _CELL).astype(int)
    low = cell.min(axis=0) - 1
    count = np.zeros(cell.max(axis=0) - low + 2)
    np.add.at(count, tuple((cell - low).T), 1.0)
    around = np.pad(count, 1)
    n, m = count.shape
    total = np.sum([around[i : i + n, j : j + m] for i in range(3) for j in range(3)], axis=0)
    full = (total >= _FULL * total.max()) & (count > 0)
    homes: FloatArray = (np.argwhere(full) + low) * _CELL + middle
    return homes
