"""Which leg is which: left/right swaps of the network repaired before anything is averaged.

May import: numpy and `core`.

From the front, from behind and obliquely the network keeps the legs apart; in the side view it swaps them back and
forth, for long stretches in most frames. There the feet of a split stance tell more than the labels: the foremost and
the rearmost foot are found for every frame and run of the network without asking which is left, and the labels are
then chosen for the whole stance at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from screening.core.datatypes import BoolArray, FloatArray, LandmarkSequence, PoseVariant, Step
from screening.core.skeleton import INDEX, leg_indices
from screening.core.vocabulary import Side, View
from screening.motion.cleaning import stretches
from screening.motion.doubt import doubted

#: Feet further apart than this, in trunk lengths, are a split stance in which foremost and rearmost are certain.
_SPLIT = 0.8
#: A planted foot stays within this many trunk lengths of its place; further off the leg has collapsed or been lost.
_PLANTED = 0.35
#: The legs of a split stance may seem to fall together for this long before the stance counts as left.
_COLLAPSE_S = 1.5
#: Least share of the frames of a split stance in which both feet are in their places; less is walking.
_MOSTLY = 0.6
#: Cost of a change of labels between two frames of continuous motion, in units of the emission cost.
_SWITCH = 1.0
#: Vertical distance of the feet (front minus rear, in trunk lengths) that a raised rear heel adds on its own.
_HEEL_BIAS = 0.04
#: Least evidence of the floor, in trunk lengths, that overrules the usual set-up (front leg next to the camera); more
#: where the camera's roll is not known, as 1.5 deg of it lift one end of the stance by 0.05.
_FLOOR_EVIDENCE, _WITHOUT_ROLL = 0.05, 0.1
#: A rear foot this much higher than the front one, in trunk lengths, rests on something: the floor tells nothing.
_RAISED = 0.4


@dataclass(frozen=True, kw_only=True)
class LegRepair:
    """Outcome of the repair.

    `lead` is the leg in front during the split stance as the picture shows it, None where there is no stance or
    the view keeps the legs apart by itself; `evidence` is its strength in trunk lengths, positive for the leg next
    to the camera; `certain` tells whether that evidence is enough; `repaired_share` is the share of frames of
    split stance in which labels were exchanged.
    """

    variants: tuple[PoseVariant, ...]
    lead: Side | None
    evidence: float
    certain: bool
    repaired_share: float


def repair_legs(
    variants: tuple[PoseVariant, ...],
    *,
    view: View,
    facing: int,
    roll_deg: float,
    told_lead: Side | None,
    roll_known: bool = True,
) -> LegRepair:
    """Give the legs of every run of the network their true sides.

    Parameters
    ----------
    variants : tuple of PoseVariant
        Runs of the network, not yet averaged.
    view, facing : View, int
        How the person stands to the camera; only side views are repaired.
    roll_deg : float
        Camera roll, needed to compare the height of the feet; `roll_known` tells whether it was seen or assumed.
    told_lead : Side or None
        The front leg as declared; it decides the labels, the picture's own answer is in `lead` of the result.
    """
    if not view.is_side:
        return LegRepair(variants=variants, lead=None, evidence=0.0, certain=True, repaired_share=0.0)
    trunk = trunk_length_px(variants)
    stances = [_Stance.find(v.image, facing, trunk) for v in variants]
    if not any(s.split.any() for s in stances):
        return LegRepair(variants=variants, lead=None, evidence=0.0, certain=False, repaired_share=0.0)
    near = Side.LEFT if view is View.LEFT else Side.RIGHT
    evidence = _floor_evidence(stances, facing, roll_deg, trunk)
    enough = _FLOOR_EVIDENCE if roll_known else _WITHOUT_ROLL
    seen = near if evidence > -enough else near.other
    lead = told_lead or seen
    swaps = [_swaps(v.image, s, lead, trunk) for v, s in zip(variants, stances, strict=True)]
    shares = [float(w[s.split].mean()) if s.split.any() else 0.0 for w, s in zip(swaps, stances, strict=True)]
    fixed = [_apply(v, w, s, lead, trunk) for v, w, s in zip(variants, swaps, stances, strict=True)]
    fixed = doubted(fixed, [s.stance for s in stances], trunk)
    return LegRepair(
        variants=tuple(fixed),
        lead=seen,
        evidence=evidence,
        certain=abs(evidence) > enough,
        repaired_share=float(np.mean(shares)),
    )


def trunk_length_px(variants: tuple[PoseVariant, ...]) -> float:
    """Median distance from mid-hip to mid-shoulder over all frames and runs, pixels."""
    lengths = [
        np.linalg.norm(
            v.image.midpoint("left_shoulder", "right_shoulder") - v.image.midpoint("left_hip", "right_hip"), axis=1
        )
        for v in variants
    ]
    return float(np.nanmedian(np.concatenate(lengths)))


@dataclass(frozen=True, kw_only=True)
class _Stance:
    """Feet without names.

    `split` (time,): they are clearly apart; `stance` (time,): and the frames between, in which a leg has collapsed;
    places of both ankles, (time, axis), pixels, one for each stance of the take; `floor_px`: how much lower in the
    picture the front foot's tip is.
    """

    split: BoolArray
    stance: BoolArray
    front_is_left: BoolArray
    front_place: FloatArray
    rear_place: FloatArray
    floor_px: float

    @staticmethod
    def find(image: LandmarkSequence, facing: int, trunk: float) -> _Stance:
        left, right = image.point("left_ankle"), image.point("right_ankle")
        ahead = facing * (left - right)[:, 0] / trunk
        with np.errstate(invalid="ignore"):
            split, front_is_left = np.abs(ahead) > _SPLIT, ahead > 0
        ankles = np.where(front_is_left[:, None], left, right), np.where(front_is_left[:, None], right, left)
        places = [np.full(left.shape, np.nan) for _ in ankles]
        for start, end in stretches(_closed(split, round(_COLLAPSE_S * image.fps))):
            here = np.flatnonzero(split[start:end]) + start
            spots = [np.nanmedian(a[here], axis=0) for a in ankles]
            off = [np.linalg.norm(a[here] - s, axis=1) / trunk for a, s in zip(ankles, spots, strict=True)]
            if (np.maximum(*off) <= _PLANTED).mean() < _MOSTLY:
                split[start:end] = False  # walking: no foot stays in its place
            for place, spot in zip(places, spots, strict=True):
                place[start:end] = spot
        front, rear = _feet(image, front_is_left)
        floor = np.nanmedian((front - rear)[split, 1]) if split.any() else np.nan
        return _Stance(
            split=split,
            stance=_closed(split, round(_COLLAPSE_S * image.fps)),
            front_is_left=front_is_left,
            front_place=places[0],
            rear_place=places[1],
            floor_px=float(floor),
        )


def _closed(mask: BoolArray, longest: int) -> BoolArray:
    """Close gaps of at most `longest` frames between two True frames."""
    out = mask.copy()
    index = np.flatnonzero(mask)
    for a, b in pairwise(index):
        if b - a <= longest:
            out[a:b] = True
    return out


def _feet(image: LandmarkSequence, front_is_left: BoolArray) -> tuple[FloatArray, FloatArray]:
    left, right = image.point("left_foot_index"), image.point("right_foot_index")
    choice = front_is_left[:, None]
    return np.where(choice, left, right), np.where(choice, right, left)


def _floor_evidence(stances: list[_Stance], facing: int, roll_deg: float, trunk: float) -> float:
    """How much lower in the picture the front foot stands than it would half-way between near and far leg.

    On a level floor the foot next to the camera appears lower. Camera roll lifts one end of the stance and is taken
    out; so is what a raised heel adds. A rear foot on a bench says nothing: 0.
    """
    drops = []
    for stance in stances:
        if not np.isfinite(stance.floor_px):
            continue
        ahead_px = float(np.median((stance.front_place - stance.rear_place)[stance.split, 0]))
        drops.append((stance.floor_px - ahead_px * np.tan(np.radians(roll_deg))) / trunk)
    drop = float(np.median(drops)) if drops else 0.0
    return 0.0 if abs(drop) > _RAISED else drop - _HEEL_BIAS


def _swaps(image: LandmarkSequence, stance: _Stance, lead: Side, trunk: float) -> BoolArray:
    """Frames in which left and right must be exchanged, (time,): Viterbi over keep and exchange.

    In split stance the planted feet decide; elsewhere the continuity of knees and ankles does.
    """
    legs = np.stack([image.position[:, leg_indices(side)[:2]] for side in Side], axis=1)  # (time, side, joint, axis)
    lead_index, rear_index = (0, 1) if lead is Side.LEFT else (1, 0)
    cost = np.zeros((len(legs), 2))
    for state in (0, 1):
        front = legs[:, lead_index if state == 0 else rear_index, 1]
        rear = legs[:, rear_index if state == 0 else lead_index, 1]
        off = [np.linalg.norm(p - q, axis=1) for p, q in ((front, stance.front_place), (rear, stance.rear_place))]
        cost[:, state] = sum(np.minimum(np.nan_to_num(o / trunk, nan=1.0), 1.0) for o in off)
    cost[~stance.stance] = (0.0, 0.05)
    return _viterbi(cost, legs / trunk)


def _viterbi(cost: FloatArray, legs: FloatArray) -> BoolArray:
    n = len(cost)
    exchanged = legs[:, ::-1]
    stay = np.nan_to_num(np.abs(legs[1:] - legs[:-1]).mean(axis=(1, 2, 3)), nan=0.0)
    move = np.nan_to_num(np.abs(exchanged[1:] - legs[:-1]).mean(axis=(1, 2, 3)), nan=0.0)
    step = _SWITCH * np.minimum(4 * np.stack([stay, move], axis=1), 1.5)
    total, back = cost[0].copy(), np.zeros((n, 2), int)
    for t in range(1, n):
        same, other = total + step[t - 1, 0], total[::-1] + step[t - 1, 1]
        back[t] = np.where(same <= other, (0, 1), (1, 0))
        total = np.minimum(same, other) + cost[t]
    path = np.zeros(n, bool)
    state = int(np.argmin(total))
    for t in range(n - 1, -1, -1):
        path[t], state = bool(state), int(back[t, state])
    return path


def _apply(variant: PoseVariant, swap: BoolArray, stance: _Stance, lead: Side, trunk: float) -> PoseVariant:
    """Exchange the legs where told and mark legs as unseen that left their planted foot."""
    image, world = _exchange(variant.image, swap), _exchange(variant.world, swap)
    gone = np.zeros(image.valid.shape, bool)
    for side in Side:
        place = stance.front_place if side is lead else stance.rear_place
        off = np.linalg.norm(image.position[:, INDEX[f"{side.value}_ankle"]] - place, axis=1) / trunk
        lost = stance.stance & ~(off <= _PLANTED)
        gone[np.ix_(lost, leg_indices(side))] = True
    step = Step(name="legs", parameters={"exchanged": int(swap.sum()), "lost": int(gone.any(axis=1).sum())})
    image = image.changed(step, valid=image.valid & ~gone)
    world = world.changed(step, valid=world.valid & ~gone)
    return replace(variant, image=image, world=world)


def _exchange(seq: LandmarkSequence, swap: BoolArray) -> LandmarkSequence:
    if not swap.any():
        return seq
    left, right = leg_indices(Side.LEFT), leg_indices(Side.RIGHT)
    frames = np.flatnonzero(swap)[:, None]
    fields = {}
    for name in ("position", "visibility", "valid", "filled", "sd"):
        before = getattr(seq, name)
        field = before.copy()
        for to, source in ((left, right), (right, left)):
            field[frames, to] = before[frames, source]
        fields[name] = field
    return replace(seq, **fields)
