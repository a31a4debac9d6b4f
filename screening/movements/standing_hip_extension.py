"""Standing on one leg, the other one moves back with a straight knee: how far the thigh goes, and what helps it.

May import: numpy and `core`, and the sibling files.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from screening.core.datatypes import BodyMotion, FloatArray, MetricSpec, Timeline
from screening.core.errors import NoRepetitionError
from screening.core.settings import MovementSettings, TakeOptions
from screening.core.vocabulary import Side
from screening.movements.base import Movement, Traits
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
        key="standing_hip_extension_deg",
        unit="deg",
        rule="at_bottom",
        angle="thigh_inclination_{lead}_deg",
        factor=-1.0,
        paired_by=(),
    ),
    MetricSpec(
        key="thigh_against_trunk_deg",
        unit="deg",
        rule="at_bottom",
        angle="hip_flexion_{lead}_deg",
        factor=-1.0,
        paired_by=(),
    ),
    MetricSpec(
        key="standing_hip_own_extension_deg",
        unit="deg",
        rule="at_bottom",
        angle="hip_flexion_{lead}_deg",
        factor=-1.0,
        less="lumbar_extension_deg",
        paired_by=(),
    ),
    MetricSpec(
        key="extension_lean_deg",
        unit="deg",
        rule="change_at_bottom",
        angle="trunk_forward_lean_deg",
        paired_by=("depth",),
    ),
    MetricSpec(
        key="extension_arch_deg",
        unit="deg",
        rule="change_at_bottom",
        angle="lumbar_extension_deg",
        paired_by=("depth",),
    ),
    MetricSpec(
        key="extension_tilt_deg",
        unit="deg",
        rule="change_at_bottom",
        angle="anterior_pelvic_tilt_deg",
        paired_by=("depth",),
    ),
)


def find(motion: BodyMotion, options: TakeOptions, settings: MovementSettings) -> Timeline:
    """Find the times at which one foot goes behind the other and returns, the other one planted.

    Raises
    ------
    WrongViewError
        Not filmed from the side, or only the other leg moves.
    NoRepetitionError
        There is none; the message tells what was seen instead.
    """
    require_view(
        motion,
        ("side",),
        "the leg moving back",
        hint="Film from the side of the leg that moves, lens at hip height.",
    )
    signal = _behind_pct(motion)
    gap = 100.0 * np.abs(left_ahead(motion))
    cycles = limb_cycles(signal, motion.image.time_s, settings)
    cycles = [c for c in cycles if min(gap[c.cycle.start], gap[c.cycle.end - 1]) <= 2.0 * settings.min_step_pct]
    planted = [c for c in cycles if slide_pct(motion, c.side.other, c.cycle) <= settings.max_foot_slide_pct]
    upright = [c for c in planted if sink_pct(motion, c.cycle) <= settings.max_sink_pct]
    if not upright:
        raise _nothing_found(cycles, planted, settings)
    found = of_declared(upright, options, what="moves")
    return limb_timeline(motion, repetitions(found, settings), signal, settings)


#: Repetitions of one leg moving back; the lead of a repetition is the leg that moves.
MOVEMENT: Final = Movement(
    name="standing_hip_extension",
    metrics=METRICS,
    traits=Traits(one_leg_moves=True, paced=False, errors_measured=False),
    find=find,
)


def _behind_pct(motion: BodyMotion) -> dict[Side, FloatArray]:
    """How far each foot is in front of the other, change from rest, percent of the trunk's length; negative: behind."""
    ahead = 100.0 * left_ahead(motion)
    return {side: from_rest(ahead if side is Side.LEFT else -ahead, motion.image.time_s) for side in Side}


def _nothing_found(cycles: list[LimbCycle], planted: list[LimbCycle], settings: MovementSettings) -> NoRepetitionError:
    hint = "Stand on one leg, move the other one slowly back with a straight knee and return, five times."
    if planted:
        return NoRepetitionError(
            f"A foot goes back, but the hips sink by more than {settings.max_sink_pct:.0f} % of the trunk's length: "
            "this looks like a lunge.",
            hint=hint,
        )
    if cycles:
        return NoRepetitionError(
            "Both feet move: this looks like walking; one foot must stay in its place while the other leg moves back.",
            hint=hint,
        )
    return NoRepetitionError(
        f"No leg was seen moving back: no foot goes behind the other by {settings.min_drop_pct:.0f} % of the trunk's "
        "length and returns.",
        hint=hint,
    )
