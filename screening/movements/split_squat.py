"""Split squat: one foot in front, one behind, both planted; alternating lunges count too.

May import: numpy and `core`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from screening.core.datatypes import BodyMotion, FloatArray, MetricSpec, Timeline
from screening.core.errors import NoRepetitionError, WrongViewError
from screening.core.settings import MovementSettings, TakeOptions
from screening.core.vocabulary import Side
from screening.movements.base import Movement
from screening.movements.cycles import Cycle, exclusion, find_cycles, hip_height_pct, repetition, timeline

METRICS: Final = (
    MetricSpec(key="hip_hike_deg", unit="deg", rule="change_at_bottom", angle="pelvic_obliquity_deg", sign_by_lead=-1),
    MetricSpec(
        key="rotation_to_front_deg", unit="deg", rule="change_at_bottom", angle="pelvic_rotation_deg", sign_by_lead=1
    ),
    MetricSpec(key="arch_deg", unit="deg", rule="change_at_bottom", angle="lumbar_extension_deg"),
    MetricSpec(key="tilt_deg", unit="deg", rule="change_at_bottom", angle="anterior_pelvic_tilt_deg"),
    MetricSpec(
        key="depth_deg",
        unit="deg",
        rule="at_bottom",
        angle="knee_flexion_{lead}_deg",
        true_zero=True,
        paired_by=("tempo",),
    ),
    MetricSpec(
        key="trunk_lean_deg", unit="deg", rule="change_at_bottom", angle="trunk_lateral_lean_deg", sign_by_lead=1
    ),
    MetricSpec(key="rear_hip_extension_deg", unit="deg", rule="at_bottom", angle="hip_flexion_{rear}_deg", factor=-1.0),
    MetricSpec(key="knee_drift_deg", unit="deg", rule="at_half_descent", angle="knee_fppa_{lead}_deg"),
    MetricSpec(key="dorsiflexion_deg", unit="deg", rule="at_bottom", angle="ankle_dorsiflexion_{lead}_deg"),
    MetricSpec(key="descent_s", unit="s", rule="descent_s", true_zero=True, paired_by=("depth",)),
    MetricSpec(
        key="rear_hip_own_extension_deg",
        unit="deg",
        rule="at_bottom",
        angle="hip_flexion_{rear}_deg",
        factor=-1.0,
        less="lumbar_extension_deg",
    ),
    MetricSpec(key="pelvis_shift_pct", unit="pct", rule="at_bottom", angle="pelvis_shift_pct"),
    MetricSpec(key="hip_internal_rotation_deg", unit="deg", rule="at_bottom", angle="hip_internal_rotation_{lead}_deg"),
)

#: Feet at least this far apart along the way the person faces (trunk lengths or half metres) are a split stance.
_MIN_STRIDE = 0.25
#: A planted foot moves less than this during the deeper half of a repetition, trunk lengths.
_MAX_SLIDE = 0.35


def find(motion: BodyMotion, options: TakeOptions, settings: MovementSettings) -> Timeline:
    """Find cycles of the hips above two planted feet, one in front of the other.

    Raises
    ------
    NoRepetitionError
        There is none; the message tells whether feet side by side or walking feet were seen instead.
    """
    height = hip_height_pct(motion)
    ahead = left_ahead(motion)
    cycles = find_cycles(height, motion.image.time_s, settings)
    planted = [c for c in cycles if _planted(motion, height, c)]
    split = [c for c in planted if abs(_stride(ahead, c)) >= _MIN_STRIDE]
    if not split:
        raise _nothing_found(cycles, planted, settings)
    leads = [Side.LEFT if _stride(ahead, c) > 0 else Side.RIGHT for c in split]
    # One foot stays in front for a whole set: single deviating answers are errors, unless legs were alternated.
    common = max(Side, key=leads.count)
    _check_declared(options, motion, [_stride(ahead, c) for c in split])
    alternating = options.alternating or (options.lead is None and leads.count(common) <= 0.8 * len(leads))
    if not alternating:
        leads = [options.lead or common] * len(leads)
    reps = [
        repetition(k, c, lead=lead, reason=exclusion(c, split, settings))
        for k, (c, lead) in enumerate(zip(split, leads, strict=True), start=1)
    ]
    lead = None if alternating else leads[0]
    return timeline(motion, reps, lead=lead, height_pct=height, settings=settings)


#: Repetitions of a split squat or a lunge.
MOVEMENT: Final = Movement(name="split_squat", metrics=METRICS, find=find)


def left_ahead(motion: BodyMotion) -> FloatArray:
    """How far the left foot is in front of the right one, (time,); sides exchanged give the negative.

    Side views: distance of the ankles along the picture's horizontal in trunk lengths. Other views: mean of the
    distance along the body's forward axis (in half metres) and of the height of the feet in the picture (in trunk
    lengths), which perspective lowers for the foot closer to the camera.
    """
    image, scene = motion.image, motion.scene
    gap = (image.point("left_ankle") - image.point("right_ankle")) / motion.trunk_px
    if scene.view.is_side:
        sideways: FloatArray = scene.facing * gap[:, 0]
        return sideways
    forward = (motion.body.point("left_ankle") - motion.body.point("right_ankle"))[:, 0] / 0.5
    towards_camera = np.cos(np.radians(scene.heading_deg))
    foot = image.midpoint("left_heel", "left_foot_index") - image.midpoint("right_heel", "right_foot_index")
    lower: FloatArray = np.sign(towards_camera) * foot[:, 1] / motion.trunk_px
    return 0.5 * (forward + lower)


def _stride(ahead: FloatArray, cycle: Cycle) -> float:
    """Median over the bottom of the repetition, or over all of it where a leg was lost there."""
    for span in (slice(cycle.bottom_start, cycle.bottom_end), slice(cycle.start, cycle.end)):
        seen = ahead[span][np.isfinite(ahead[span])]
        if seen.size:
            return float(np.median(seen))
    return 0.0


def _check_declared(options: TakeOptions, motion: BodyMotion, strides: list[float]) -> None:
    """Refuse a declared lead that a front or back view contradicts in every repetition.

    Side views are not asked here: from there, the labels of the legs follow what was declared.
    """
    if options.lead is None or options.alternating or not motion.scene.view.is_frontal:
        return
    seen = options.lead.other
    if all(stride > 0 if seen is Side.LEFT else stride < 0 for stride in strides):
        raise WrongViewError(
            f"The {options.lead} leg was declared to be in front, but the picture shows the {seen} leg in front.",
            hint=f"Is it the {seen} leg, or is the picture mirrored? Say so, or leave the lead out.",
        )


def _planted(motion: BodyMotion, height: FloatArray, cycle: Cycle) -> bool:
    """Whether both feet stay where they are while the hips are in the deeper half."""
    span = np.arange(cycle.start, cycle.end)
    deep = span[height[span] <= height[cycle.bottom] + 0.5 * cycle.drop_pct]
    for side in Side:
        ankle = motion.image.point(f"{side.value}_ankle")[deep] / motion.trunk_px
        ankle = ankle[np.isfinite(ankle).all(axis=1)]
        if len(ankle) > 2 and np.ptp(np.percentile(ankle, [10, 90], axis=0), axis=0).max() > _MAX_SLIDE:
            return False
    return True


def _nothing_found(cycles: list[Cycle], planted: list[Cycle], settings: MovementSettings) -> NoRepetitionError:
    if planted:
        return NoRepetitionError(
            f"{len(planted)} repetitions with the feet side by side were seen; a split squat needs one foot in front.",
            hint="If this is a squat, choose the movement squat. Otherwise film with one foot well in front.",
        )
    if cycles:
        return NoRepetitionError(
            "The hips move, but the feet do not stay in place: this looks like walking, not like a split squat.",
            hint="Film at least three repetitions with both feet planted, or choose the movement free.",
        )
    return NoRepetitionError(
        f"No repetition was seen: the hips never go down by {settings.min_drop_pct:.0f} % of the trunk's length "
        "and come up again.",
        hint="Film at least three repetitions down and up, or choose the movement free.",
    )
