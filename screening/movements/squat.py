"""Squat with the feet side by side, and standing up from a chair.

May import: numpy and `core`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from screening.core.datatypes import BodyMotion, MetricSpec, Timeline
from screening.core.errors import NoRepetitionError
from screening.core.settings import MovementSettings, TakeOptions
from screening.movements.base import Movement
from screening.movements.cycles import Cycle, exclusion, find_cycles, hip_height_pct, repetition, seated_start, timeline

METRICS: Final = (
    MetricSpec(key="depth_left_deg", unit="deg", rule="at_bottom", angle="knee_flexion_left_deg"),
    MetricSpec(key="depth_right_deg", unit="deg", rule="at_bottom", angle="knee_flexion_right_deg"),
    MetricSpec(key="tilt_deg", unit="deg", rule="change_at_bottom", angle="anterior_pelvic_tilt_deg"),
    MetricSpec(key="arch_deg", unit="deg", rule="change_at_bottom", angle="lumbar_extension_deg"),
    MetricSpec(key="trunk_forward_lean_deg", unit="deg", rule="change_at_bottom", angle="trunk_forward_lean_deg"),
    MetricSpec(key="descent_s", unit="s", rule="descent_s"),
)


def find(motion: BodyMotion, options: TakeOptions, settings: MovementSettings) -> Timeline:
    """Find cycles of the hips; somebody who is seated at the beginning starts with a way up.

    Raises
    ------
    NoRepetitionError
        There is none; the message tells whether walking feet were seen instead.
    """
    height = hip_height_pct(motion)
    cycles = find_cycles(height, motion.image.time_s, settings)
    first = seated_start(height, motion.image.time_s, cycles, settings)
    found = cycles if first is None else [first, *cycles]
    cycles = [c for c in found if _planted(motion, c, settings)]
    if found and not cycles:
        raise NoRepetitionError(
            "The hips move, but the feet do not stay in place: this looks like walking, not like a squat.",
            hint="Film at least three squats with both feet planted, or choose the movement free.",
        )
    if not cycles:
        raise NoRepetitionError(
            f"No squat was seen: the hips never go down by {settings.min_drop_pct:.0f} % of the trunk's length "
            "and come up again.",
            hint="Film at least three squats, or choose the movement free.",
        )
    reps = [repetition(k, c, lead=None, reason=exclusion(c, cycles, settings)) for k, c in enumerate(cycles, start=1)]
    return timeline(motion, reps, lead=None, height_pct=height, settings=settings)


def _planted(motion: BodyMotion, cycle: Cycle, settings: MovementSettings) -> bool:
    """Whether neither foot steps away from the other while the hips go down, nor while they come up.

    Seated or at the bottom a foot may be drawn back. A camera that moves carries both feet along.
    """
    apart = 100.0 * (motion.image.point("left_ankle") - motion.image.point("right_ankle")) / motion.trunk_px
    for span in (slice(cycle.start, cycle.bottom_start), slice(cycle.bottom_end, cycle.end)):
        seen = apart[span][np.isfinite(apart[span]).all(axis=1)]
        if len(seen) > 2 and np.ptp(np.percentile(seen, [10, 90], axis=0), axis=0).max() > settings.max_foot_slide_pct:
            return False
    return True


#: Repetitions of a squat.
MOVEMENT: Final = Movement(name="squat", metrics=METRICS, find=find)
