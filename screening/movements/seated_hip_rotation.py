"""Sitting, one foot swings out and in: the hip's internal and external rotation from the shank against the vertical.

May import: numpy and `core`, and the sibling files.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np

from screening.core.datatypes import BodyMotion, FloatArray, MetricSpec, Timeline
from screening.core.errors import NoRepetitionError
from screening.core.settings import MovementSettings, TakeOptions
from screening.core.vocabulary import Posture, Side, View
from screening.movements.base import Movement, Traits
from screening.movements.limbs import (
    LimbCycle,
    from_rest,
    limb_cycles,
    limb_timeline,
    of_declared,
    repetitions,
    require_view,
)

_ROTATION: Final = "hip_internal_rotation_{lead}_deg"
METRICS: Final = (
    MetricSpec(key="seated_internal_rotation_deg", unit="deg", rule="at_bottom", angle=_ROTATION, paired_by=()),
    MetricSpec(
        key="seated_external_rotation_deg",
        unit="deg",
        rule="at_opposite",
        angle=_ROTATION,
        factor=-1.0,
        paired_by=(),
    ),
    MetricSpec(
        key="seated_rotation_range_deg",
        unit="deg",
        rule="range_to_opposite",
        angle=_ROTATION,
        true_zero=True,
        paired_by=(),
    ),
    MetricSpec(
        key="seated_trunk_lean_deg",
        unit="deg",
        rule="change_at_bottom",
        angle="trunk_lateral_lean_deg",
        sign_by_lead=1,
        paired_by=(),
    ),
)
#: Seen from the front, the thighs of a person who sits are this much shorter than the shanks, and more.
_MAX_THIGH_SHARE = 0.6


def find(motion: BodyMotion, options: TakeOptions, settings: MovementSettings) -> Timeline:
    """Find the swings outward of each foot, with the swing inward that follows.

    Raises
    ------
    WrongViewError
        Not filmed from the front, or only the other leg moves.
    NoRepetitionError
        The person does not sit, or no foot swings outward.
    """
    hint = "Film from the front, lens at knee height, both knees and feet in the picture."
    require_view(motion, (View.FRONT.value,), "the seated hip turn", hint=hint)
    _refuse_standing(motion)
    inward = {side: _inward_pct(motion, side) for side in Side}
    outward = limb_cycles(inward, motion.image.time_s, settings)
    back = limb_cycles({side: -values for side, values in inward.items()}, motion.image.time_s, settings)
    if not outward:
        raise NoRepetitionError(
            f"No foot was seen swinging outward by {settings.min_drop_pct:.0f} % of the shank's length and back"
            + (", only inward." if back else "."),
            hint="Sit with the knees at a right angle; swing one foot slowly out, then in, five times.",
        )
    found = of_declared(outward, options, what="moves")
    with_back = [c for side in Side for c in _joined(side, found, back)]
    reps = repetitions(sorted(with_back, key=lambda c: c.cycle.bottom), settings)
    return limb_timeline(motion, reps, inward, settings)


#: Repetitions of one foot swinging out, and in afterwards; the lead of a repetition is the leg that moves.
MOVEMENT: Final = Movement(
    name="seated_hip_rotation",
    metrics=METRICS,
    traits=Traits(posture=Posture.SEATED, follows_pelvis=False, paced=False, errors_measured=False),
    find=find,
)


def _inward_pct(motion: BodyMotion, side: Side) -> FloatArray:
    """How far a foot is inward of where it hangs at rest, percent of the shank's length; negative: outward, (time,)."""
    image = motion.image
    shank = image.point(f"{side.value}_ankle") - image.point(f"{side.value}_knee")
    # Seen from the front, the person's left is the picture's right.
    outward = shank[:, 0] * (1.0 if side is Side.LEFT else -1.0)
    length = float(np.nanpercentile(np.linalg.norm(shank, axis=1), 90))
    return from_rest(-100.0 * outward / length, image.time_s)


def _joined(side: Side, outward: list[LimbCycle], back: list[LimbCycle]) -> list[LimbCycle]:
    """Swings outward of one side, each lasting until the swing inward that follows it is over."""
    own = [c.cycle for c in outward if c.side is side]
    inward = [c.cycle for c in back if c.side is side]
    out = []
    for k, cycle in enumerate(own):
        until = own[k + 1].bottom_start if k + 1 < len(own) else np.inf
        after = [c for c in inward if cycle.bottom < c.bottom < until]
        end = max(cycle.end, min(after[-1].end, until)) if after else cycle.end
        out.append(replace(cycle, end=int(end)))
    # Where the foot does not stop in between, a swing begins where the one before has ended.
    starts = [out[0], *(replace(b, start=max(b.start, a.end)) for a, b in pairwise(out))] if out else []
    ends = [replace(a, end=min(a.end, b.start)) for a, b in pairwise(starts)]
    return [LimbCycle(side=side, cycle=c) for c in (*ends, *starts[-1:])]


def _refuse_standing(motion: BodyMotion) -> None:
    """Refuse a person who stands: from the front, the thighs of one who sits point at the camera and look short."""
    image = motion.image
    for side in Side:
        hip, knee, ankle = (image.point(f"{side.value}_{part}") for part in ("hip", "knee", "ankle"))
        thigh, shank = (float(np.nanmedian(np.linalg.norm(v, axis=1))) for v in (knee - hip, ankle - knee))
        if thigh > _MAX_THIGH_SHARE * shank:
            raise NoRepetitionError(
                f"The person does not seem to sit: the {side} thigh looks {100 * thigh / shank:.0f} % as long as the "
                f"shank (limit {100 * _MAX_THIGH_SHARE:.0f} %).",
                hint="Sit on a table with the knees at a right angle, thighs towards the camera, feet off the floor.",
            )
