"""Squat with the feet side by side.

May import: numpy, scipy and `core`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from screening.core.datatypes import BodyMotion, MetricSpec, Timeline
from screening.core.errors import NoRepetitionError
from screening.core.settings import MovementSettings, TakeOptions
from screening.movements.base import Traits
from screening.movements.cycles import exclusion, find_cycles, hip_height_pct, repetition, timeline

METRICS: Final = (
    MetricSpec(key="depth_left_deg", unit="deg", rule="at_bottom", angle="knee_flexion_left_deg"),
    MetricSpec(key="depth_right_deg", unit="deg", rule="at_bottom", angle="knee_flexion_right_deg"),
    MetricSpec(key="tilt_deg", unit="deg", rule="change_at_bottom", angle="anterior_pelvic_tilt_deg"),
    MetricSpec(key="arch_deg", unit="deg", rule="change_at_bottom", angle="lumbar_extension_deg"),
    MetricSpec(key="trunk_forward_lean_deg", unit="deg", rule="change_at_bottom", angle="trunk_forward_lean_deg"),
    MetricSpec(key="descent_s", unit="s", rule="descent_s"),
)

TRAITS: Final = Traits()


@dataclass(frozen=True)
class Squat:
    """Repetitions of a squat."""

    name: str = "squat"
    metrics: tuple[MetricSpec, ...] = field(default=METRICS)
    traits: Traits = TRAITS

    def find(self, motion: BodyMotion, options: TakeOptions, settings: MovementSettings) -> Timeline:
        """Find cycles of the hips.

        Raises
        ------
        NoRepetitionError
            There is none.
        """
        height = hip_height_pct(motion)
        cycles = find_cycles(height, motion.image.time_s, settings)
        if not cycles:
            raise NoRepetitionError(
                f"No squat was seen: the hips never go down by {settings.min_drop_pct:.0f} % of the trunk's length "
                "and come up again.",
                hint="Film at least three squats, or choose the movement free.",
            )
        reps = [
            repetition(k, c, lead=None, reason=exclusion(c, cycles, settings)) for k, c in enumerate(cycles, start=1)
        ]
        return timeline(motion, reps, lead=None, height_pct=height, settings=settings)


MOVEMENT: Final = Squat()
