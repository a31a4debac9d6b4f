"""Standing on one leg: what pelvis and trunk do over it while the other foot is lifted.

May import: numpy and `core`, and the sibling files.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from screening.core.datatypes import BodyMotion, BoolArray, FloatArray, MetricSpec, Repetition, Timeline
from screening.core.errors import NoRepetitionError
from screening.core.settings import MovementSettings, TakeOptions
from screening.core.vocabulary import Phase, Side, View
from screening.movements.base import Movement, Traits
from screening.movements.cycles import Cycle, hip_height_pct, repetition
from screening.movements.limbs import LimbCycle, from_rest, of_declared, require_view, sink_pct

METRICS: Final = (
    MetricSpec(
        key="pelvic_drop_deg",
        unit="deg",
        rule="change_at_bottom",
        angle="pelvic_obliquity_deg",
        sign_by_lead=1,
        paired_by=(),
    ),
    MetricSpec(
        key="stance_lean_deg",
        unit="deg",
        rule="change_at_bottom",
        angle="trunk_lateral_lean_deg",
        sign_by_lead=1,
        paired_by=(),
    ),
    MetricSpec(
        key="trunk_sway_deg",
        unit="deg",
        rule="spread_at_bottom",
        angle="trunk_lateral_lean_deg",
        true_zero=True,
        paired_by=(),
    ),
    MetricSpec(key="hold_s", unit="s", rule="hold_s", true_zero=True, paired_by=()),
)
#: The weight goes over before the foot leaves the floor: a repetition begins so long before that.
_SHIFT_S = 0.5
#: Gaps of a hold that are closed, seconds.
_GAP_S = 0.3


def find(motion: BodyMotion, options: TakeOptions, settings: MovementSettings) -> Timeline:
    """Find the stretches in which one foot is lifted, counted from both feet on the floor.

    Raises
    ------
    WrongViewError
        Not filmed from the front or from behind, or only the other leg is stood on.
    NoRepetitionError
        No foot is lifted for long enough; the message tells what was seen instead.
    """
    hint = "Film from behind or from the front, lens at hip height."
    require_view(motion, (View.BACK.value, View.FRONT.value), "standing on one leg", hint=hint)
    lift = {side: _lift_pct(motion, side) for side in Side}
    lifted = sorted((c for side in Side for c in _holds(lift[side], side, motion, settings)), key=_place)
    upright = [c for c in lifted if sink_pct(motion, c.cycle) <= settings.max_sink_pct]
    long = [c for c in upright if _hold_s(motion, c.cycle) >= settings.min_hold_s]
    if not long:
        raise _nothing_found(lifted, upright, settings)
    found = of_declared(long, options, what="is stood on")
    reps = [
        repetition(k, c.cycle, lead=c.side, reason="reason.cut" if c.cycle.cut else "")
        for k, c in enumerate(found, start=1)
    ]
    return _timeline(motion, reps)


#: Holds on one leg; the lead of a hold is the leg that is stood on.
MOVEMENT: Final = Movement(
    name="single_leg_stance", metrics=METRICS, traits=Traits(paced=False, errors_measured=False), find=find
)


def _lift_pct(motion: BodyMotion, stance: Side) -> FloatArray:
    """How much higher the foot of the other leg is than at rest, against the stance leg's, percent, (time,)."""
    image = motion.image
    own, other = (image.point(f"{side.value}_ankle")[:, 1] for side in (stance, stance.other))
    return from_rest(100.0 * (own - other) / motion.trunk_px, image.time_s)


def _holds(lift: FloatArray, stance: Side, motion: BodyMotion, settings: MovementSettings) -> list[LimbCycle]:
    """Stretches in which the other foot is lifted, each from before the lift until the foot is down again."""
    with np.errstate(invalid="ignore"):
        up, floor = lift > settings.min_lift_pct, lift > 0.25 * settings.min_lift_pct
    gap = round(_GAP_S * motion.image.fps)
    out: list[LimbCycle] = []
    for a, b in _runs(up, gap):
        start, end = a, b
        while start > 0 and floor[start - 1]:
            start -= 1
        while end < len(lift) and floor[end]:
            end += 1
        height = float(np.nanmedian(lift[a:b]))
        high = np.flatnonzero(lift[a:b] >= 0.7 * height) + a
        begin = max(start - round(_SHIFT_S * motion.image.fps), out[-1].cycle.end if out else 0)
        cycle = Cycle(
            start=begin,
            bottom_start=int(high[0]),
            bottom=int(high[len(high) // 2]),
            bottom_end=int(high[-1]) + 1,
            end=end,
            drop_pct=height,
            cut=start == 0 or end == len(lift),
        )
        out.append(LimbCycle(side=stance, cycle=cycle))
    return out


def _runs(mask: BoolArray, gap: int) -> list[tuple[int, int]]:
    """Half-open runs of True; neighbours at most `gap` frames apart are one."""
    edges = np.diff(np.concatenate([[0], mask.astype(int), [0]]))
    out: list[tuple[int, int]] = []
    for a, b in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        if out and a - out[-1][1] <= gap:
            out[-1] = (out[-1][0], int(b))
        else:
            out.append((int(a), int(b)))
    return out


def _place(found: LimbCycle) -> int:
    return found.cycle.start


def _hold_s(motion: BodyMotion, cycle: Cycle) -> float:
    time_s = motion.image.time_s
    return float(time_s[cycle.bottom_end - 1] - time_s[cycle.bottom_start])


def _timeline(motion: BodyMotion, reps: list[Repetition]) -> Timeline:
    """Both feet down is the top, a hold is the bottom; the hips' own height stays the signal."""
    n = motion.image.n_frames
    phase = [Phase.OTHER] * n
    frames = round(0.5 * motion.image.fps)
    for k, rep in enumerate(reps):
        before = max(reps[k - 1].end if k else 0, rep.start - frames)
        phase[before : rep.start] = [Phase.TOP] * (rep.start - before)
    if motion.scene.standing is not None:
        first, last = motion.scene.standing
        last = min(last, reps[0].start)
        phase[first:last] = [Phase.STAND] * max(0, last - first)
    for rep in reps:
        for name, a, b in (
            (Phase.DESCENT, rep.start, rep.bottom_start),
            (Phase.BOTTOM, rep.bottom_start, rep.bottom_end),
            (Phase.ASCENT, rep.bottom_end, rep.end),
        ):
            phase[a:b] = [name] * (b - a)
    first_used = next((r for r in reps if r.used), reps[0])
    start = first_used.start
    leads = {rep.lead for rep in reps}
    return Timeline(
        repetitions=tuple(reps),
        phase=tuple(phase),
        lead=next(iter(leads)) if len(leads) == 1 else None,
        reference=tuple(range(max(0, start - frames), start)) or (start,),
        signal_pct=hip_height_pct(motion),
    )


def _nothing_found(lifted: list[LimbCycle], upright: list[LimbCycle], settings: MovementSettings) -> NoRepetitionError:
    hint = "Stand on both feet for two seconds, then on one leg for ten seconds, and put the foot down again."
    if lifted and not upright:
        return NoRepetitionError(
            f"The hips sink by more than {settings.max_sink_pct:.0f} % of the trunk's length: this looks like a squat "
            "or a lunge, not like standing on one leg.",
            hint=hint,
        )
    if upright:
        return NoRepetitionError(
            f"A foot is lifted, but never for {settings.min_hold_s:.0f} seconds: this looks like walking.", hint=hint
        )
    return NoRepetitionError(
        f"No foot was seen lifted by {settings.min_lift_pct:.0f} % of the trunk's length above where it stands.",
        hint=hint,
    )
