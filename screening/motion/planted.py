"""Which leg is which in a side view where one foot stays planted and the other leg moves back and returns.

May import: numpy and `core`; `identity` of this room.

There is no split stance then, so that the repair of `identity` does not apply. What is certain without labels is which
foot is behind the other while they are apart; whether that is the near or the far leg is decided once for every time
out and back: the leg next to the camera, as the filming advice asks, unless the network names the other one all along.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from screening.core.datatypes import BoolArray, FloatArray, LandmarkSequence, PoseVariant, Step
from screening.core.skeleton import leg_indices
from screening.core.vocabulary import Side, View
from screening.motion.identity import LegRepair, trunk_length_px

#: Ankles further apart than this along the way the person faces, trunk lengths, are one behind the other for certain.
_APART = 0.2
#: The far leg moves where at least this share of the frames of an excursion, over all runs, name it.
_NAMED = 0.9


def repair_moving_leg(variants: tuple[PoseVariant, ...], *, view: View, facing: int, told: Side | None) -> LegRepair:
    """Give the leg that goes back its true side in every run of the network.

    Parameters
    ----------
    variants : tuple of PoseVariant
        Runs of the network, not yet averaged.
    view, facing : View, int
        How the person stands to the camera; only side views are repaired.
    told : Side or None
        The leg that moves, as declared.

    Returns
    -------
    LegRepair
        Without a lead, as no leg is in front.
    """
    untouched = LegRepair(variants=variants, lead=None, evidence=0.0, certain=True, repaired_share=0.0)
    if not view.is_side:
        return untouched
    trunk = trunk_length_px(variants)
    ahead = [_left_ahead(v.image, facing, trunk) for v in variants]
    mean = np.nanmean([np.abs(a) for a in ahead], axis=0)
    near = Side.LEFT if view is View.LEFT else Side.RIGHT
    swaps = [np.zeros(len(mean), np.bool_) for _ in variants]
    for start, end in _excursions(mean):
        named_left = np.concatenate([_certain(a[start:end]) < 0 for a in ahead])
        moving = told or _moving(named_left, near)
        for swap, a in zip(swaps, ahead, strict=True):
            swap[start:end] = _wrong(a[start:end], moving)
    fixed = tuple(_exchanged(v, s) for v, s in zip(variants, swaps, strict=True))
    return replace(untouched, variants=fixed, repaired_share=float(np.mean([s.mean() for s in swaps])))


def _left_ahead(image: LandmarkSequence, facing: int, trunk: float) -> FloatArray:
    """How far the left ankle is in front of the right one, trunk lengths, (time,)."""
    gap: FloatArray = facing * (image.point("left_ankle") - image.point("right_ankle"))[:, 0] / trunk
    return gap


def _certain(left_ahead: FloatArray) -> FloatArray:
    """Those frames in which the feet are apart, (certain,)."""
    with np.errstate(invalid="ignore"):
        out: FloatArray = left_ahead[np.abs(left_ahead) > _APART]
    return out


def _excursions(apart: FloatArray) -> list[tuple[int, int]]:
    """Half-open ranges in which the feet are apart, each grown half-way to its neighbours."""
    with np.errstate(invalid="ignore"):
        far = apart > _APART
    edges = np.diff(np.concatenate([[0], far.astype(int), [0]]))
    runs = list(zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True))
    middles = [(a[1] + b[0]) // 2 for a, b in pairwise(runs)]
    return list(zip([0, *middles], [*middles, len(apart)], strict=True)) if runs else []


def _moving(named_left: BoolArray, near: Side) -> Side:
    """Leg that moves in an excursion; named_left: frames and runs whose rear foot is called left."""
    far_named = named_left if near is Side.RIGHT else ~named_left
    return near.other if far_named.size and far_named.mean() >= _NAMED else near


def _wrong(left_ahead: FloatArray, moving: Side) -> BoolArray:
    """Frames whose labels must be exchanged so that the rear foot is that of the moving leg, (time,).

    Where the feet are together the labels of the next frame in which they are apart hold.
    """
    certain = np.flatnonzero(np.abs(left_ahead) > _APART)
    if not certain.size:
        return np.zeros(len(left_ahead), np.bool_)
    rear_is_left = left_ahead[certain] < 0
    exchange = rear_is_left if moving is Side.RIGHT else ~rear_is_left
    frames = np.arange(len(left_ahead))
    place = np.clip(np.searchsorted(certain, frames), 0, len(certain) - 1)
    before = np.maximum(place - 1, 0)
    nearest = np.where(np.abs(certain[before] - frames) < np.abs(certain[place] - frames), before, place)
    out: BoolArray = exchange[nearest]
    return out


def _exchanged(variant: PoseVariant, swap: BoolArray) -> PoseVariant:
    """Exchange knees, ankles and feet of both sides in some frames."""
    if not swap.any():
        return variant
    left, right = (np.array(leg_indices(side)) for side in Side)
    frames, step = np.flatnonzero(swap), Step(name="legs", parameters={"exchanged": int(swap.sum())})

    def turned(seq: LandmarkSequence) -> LandmarkSequence:
        fields = {}
        for name in ("position", "visibility", "valid", "filled", "sd"):
            before = getattr(seq, name)
            field = before.copy()
            field[np.ix_(frames, left)], field[np.ix_(frames, right)] = (
                before[np.ix_(frames, right)],
                before[np.ix_(frames, left)],
            )
            fields[name] = field
        return replace(seq, history=(*seq.history, step), **fields)

    return replace(variant, image=turned(variant.image), world=turned(variant.world))
