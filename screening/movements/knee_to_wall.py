"""Knee to the wall: the front knee goes forward over its foot while the heel stays down.

May import: numpy and `core`, and the sibling files.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from screening.core.datatypes import BodyMotion, FloatArray, MetricSpec, Repetition, Timeline
from screening.core.errors import NoRepetitionError
from screening.core.settings import MovementSettings, TakeOptions
from screening.core.vocabulary import Posture, Side
from screening.movements.base import Movement, Traits
from screening.movements.cycles import Cycle
from screening.movements.limbs import (
    LimbCycle,
    from_rest,
    limb_cycles,
    limb_timeline,
    of_declared,
    repetitions,
    require_view,
    sink_pct,
    slide_pct,
)
from screening.movements.split_squat import left_ahead

METRICS: Final = (
    MetricSpec(
        key="wall_dorsiflexion_deg",
        unit="deg",
        rule="at_bottom",
        angle="ankle_dorsiflexion_{lead}_deg",
        true_zero=True,
        paired_by=(),
    ),
)


def find(motion: BodyMotion, options: TakeOptions, settings: MovementSettings) -> Timeline:
    """Find the times at which the knee of the front leg goes forward over its planted foot.

    Raises
    ------
    WrongViewError
        Not filmed from the side, or the other foot is in front.
    NoRepetitionError
        There is none; the message tells what was seen instead.
    """
    require_view(
        motion, ("side",), "knee to the wall", hint="Film from the side of the leg in front, lens at knee height."
    )
    signal = _forward_pct(motion)
    ahead = 100.0 * left_ahead(motion)
    cycles = limb_cycles(signal, motion.image.time_s, settings)
    front = [c for c in cycles if _is_front(ahead, c, settings)]
    planted = [c for c in front if max(slide_pct(motion, s, c.cycle) for s in Side) <= settings.max_foot_slide_pct]
    found = [c for c in planted if not _sinks(motion, c, settings)]
    if not found:
        raise _nothing_found(motion, (cycles, front, planted), settings)
    found = of_declared(found, options, what="is in front")
    reps = [_heel_checked(motion, rep, settings) for rep in repetitions(found, settings)]
    return limb_timeline(motion, reps, signal, settings)


#: Repetitions of one knee moving forward; the lead of a repetition is the foot in front.
MOVEMENT: Final = Movement(
    name="knee_to_wall",
    metrics=METRICS,
    traits=Traits(posture=Posture.FOOT_FLAT, follows_pelvis=False, paced=False, errors_measured=False),
    find=find,
)


def _forward_pct(motion: BodyMotion) -> dict[Side, FloatArray]:
    """How far each knee is behind where it rests over its ankle, percent of the trunk's length; negative: forward."""
    image = motion.image

    def behind(side: Side) -> FloatArray:
        knee, ankle = image.point(f"{side.value}_knee"), image.point(f"{side.value}_ankle")
        out: FloatArray = -100.0 * motion.scene.facing * (knee - ankle)[:, 0] / motion.trunk_px
        return out

    return {side: from_rest(behind(side), image.time_s) for side in Side}


def _is_front(ahead: FloatArray, found: LimbCycle, settings: MovementSettings) -> bool:
    """Whether the foot of a cycle stands in front of the other one by at least a step."""
    seen = ahead[found.cycle.start : found.cycle.end]
    seen = seen[np.isfinite(seen)]
    own = 1.0 if found.side is Side.LEFT else -1.0
    return bool(seen.size) and own * float(np.median(seen)) >= settings.min_step_pct


def _sinks(motion: BodyMotion, found: LimbCycle, settings: MovementSettings) -> bool:
    """Whether the hips go down more than the knee goes forward; a leaning shank alone lowers them by less."""
    return sink_pct(motion, found.cycle) > max(settings.max_sink_pct, found.cycle.drop_pct)


def _heel_checked(motion: BodyMotion, rep: Repetition, settings: MovementSettings) -> Repetition:
    """Repetition that does not count if its heel comes up."""
    if rep.lead is None or not rep.used or _heel_rise_pct(motion, rep.lead, rep) <= settings.heel_lift_pct:
        return rep
    return replace(rep, used=False, reason="reason.heel_lifted")


def _heel_rise_pct(motion: BodyMotion, side: Side, rep: Repetition | Cycle) -> float:
    """How much higher the heel is at the end of the way forward than before it, percent; 0 where it is not seen."""
    height = -100.0 * motion.image.point(f"{side.value}_heel")[:, 1] / motion.trunk_px
    before = height[max(0, rep.start - round(0.3 * motion.image.fps)) : rep.start + 1]
    there = height[rep.bottom_start : rep.bottom_end]
    before, there = before[np.isfinite(before)], there[np.isfinite(there)]
    return float(np.median(there) - np.median(before)) if before.size and there.size else 0.0


def _nothing_found(
    motion: BodyMotion,
    left_over: tuple[list[LimbCycle], list[LimbCycle], list[LimbCycle]],
    settings: MovementSettings,
) -> NoRepetitionError:
    """Say what was seen; left_over: all ways forward, those of a front leg, those with planted feet."""
    cycles, front, planted = left_over
    hint = "One foot in front of a wall, the other one behind; bring the front knee forward with the heel down."
    if planted:
        deepest = max(sink_pct(motion, c.cycle) for c in planted)
        return NoRepetitionError(
            f"The hips sink by {deepest:.0f} % of the trunk's length, more than the knee goes forward: this looks like "
            "a split squat, not like knee to the wall.",
            hint=hint,
        )
    if front:
        return NoRepetitionError("A knee goes forward, but the feet do not stay in place.", hint=hint)
    if cycles:
        return NoRepetitionError(
            "A knee goes forward, but no foot stands clearly in front of the other: it cannot be told whose ankle "
            "is measured.",
            hint=hint,
        )
    return NoRepetitionError(
        f"No knee was seen moving forward over its foot by {settings.min_drop_pct:.0f} % of the trunk's length and "
        "back.",
        hint=hint,
    )
