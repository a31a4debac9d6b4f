"""Quiet standing: how trunk, knees and hip line stay over the longest steady stretch. No posture is judged.

May import: numpy and `core`, and the sibling files.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from screening.core.datatypes import BodyMotion, BoolArray, MetricSpec, Repetition, Timeline
from screening.core.errors import NoRepetitionError
from screening.core.settings import MovementSettings, TakeOptions
from screening.core.vocabulary import Phase, View
from screening.movements.base import Movement, Traits
from screening.movements.cycles import hip_height_pct
from screening.movements.limbs import require_view
from screening.movements.split_squat import left_ahead

_TREND: Final = "reason.posture_trend"
METRICS: Final = (
    MetricSpec(
        key="standing_lateral_lean_deg", unit="deg", rule="at_bottom", angle="trunk_lateral_lean_deg", as_trend=_TREND
    ),
    MetricSpec(
        key="standing_forward_lean_deg", unit="deg", rule="at_bottom", angle="trunk_forward_lean_deg", as_trend=_TREND
    ),
    MetricSpec(
        key="standing_hip_line_deg", unit="deg", rule="at_bottom", angle="pelvic_obliquity_deg", as_trend=_TREND
    ),
    MetricSpec(
        key="standing_knee_left_deg", unit="deg", rule="at_bottom", angle="knee_flexion_left_deg", as_trend=_TREND
    ),
    MetricSpec(
        key="standing_knee_right_deg", unit="deg", rule="at_bottom", angle="knee_flexion_right_deg", as_trend=_TREND
    ),
    MetricSpec(
        key="standing_sway_deg",
        unit="deg",
        rule="spread_at_bottom",
        angle="trunk_lateral_lean_deg",
        true_zero=True,
        as_trend=_TREND,
    ),
)
#: Speeds are taken over this time to either side, and interruptions of a steady stretch up to twice that are bridged.
_HALF_S = 0.25


def find(motion: BodyMotion, options: TakeOptions, settings: MovementSettings) -> Timeline:
    """Find the longest stretch in which hips, shoulders and feet stay where they are, the feet side by side.

    Raises
    ------
    WrongViewError
        Filmed from an oblique angle.
    NoRepetitionError
        Nobody stands quietly for long enough.
    """
    hint = "Film from behind, from the front or exactly from the side."
    require_view(motion, (View.BACK.value, View.FRONT.value, "side"), "quiet standing", hint=hint)
    start, end = _longest(_steady(motion, settings))
    time_s = motion.image.time_s
    seconds = float(time_s[end - 1] - time_s[start]) if end > start else 0.0
    if seconds < settings.quiet_min_s:
        raise NoRepetitionError(
            f"Nobody stands quietly for {settings.quiet_min_s:.0f} seconds; the longest quiet stretch lasts "
            f"{seconds:.1f} seconds.",
            hint="Stand still with the feet side by side for ten seconds, arms crossed in front of the chest.",
        )
    return _timeline(motion, start, end)


#: The longest steady stretch as one repetition without a lead; its first second is the reference.
MOVEMENT: Final = Movement(
    name="quiet_standing",
    metrics=METRICS,
    traits=Traits(follows_pelvis=False, counted=False, paced=False, errors_measured=False),
    find=find,
)


def _steady(motion: BodyMotion, settings: MovementSettings) -> BoolArray:
    """Frames in which hips, shoulders and both feet are slow and no foot stands in front of the other, (time,)."""
    image = motion.image
    pairs = [image.midpoint(f"left_{part}", f"right_{part}") for part in ("hip", "shoulder")]
    points = np.stack([*pairs, image.point("left_ankle"), image.point("right_ankle")], axis=1) / motion.trunk_px
    span = max(1, round(_HALF_S * image.fps))
    frames = np.arange(image.n_frames)
    ahead, behind = np.minimum(frames + span, image.n_frames - 1), np.maximum(frames - span, 0)
    moved = np.linalg.norm(points[ahead] - points[behind], axis=2)
    with np.errstate(invalid="ignore"):
        speed = moved / (image.time_s[ahead] - image.time_s[behind])[:, None]
        slow: BoolArray = (speed < settings.quiet_speed).all(axis=1)
        beside = 100.0 * np.abs(left_ahead(motion)) < 2.0 * settings.min_step_pct
    return slow & beside


def _longest(steady: BoolArray) -> tuple[int, int]:
    """Longest half-open run of True."""
    edges = np.diff(np.concatenate([[0], steady.astype(int), [0]]))
    runs = list(zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True))
    start, end = max(runs, key=lambda r: r[1] - r[0], default=(0, 0))
    return int(start), int(end)


def _timeline(motion: BodyMotion, start: int, end: int) -> Timeline:
    second = min(round(motion.image.fps), (end - start) // 3)
    phase = [Phase.OTHER] * motion.image.n_frames
    phase[start:end] = [Phase.STAND] * (end - start)
    rep = Repetition(
        index=1,
        lead=None,
        start=start + second,
        bottom=(start + second + end) // 2,
        end=end,
        bottom_start=start + second,
        bottom_end=end,
        drop_pct=float("nan"),
        depth_deg=float("nan"),
    )
    return Timeline(
        repetitions=(rep,),
        phase=tuple(phase),
        lead=None,
        reference=tuple(range(start, start + second)),
        signal_pct=hip_height_pct(motion),
    )
