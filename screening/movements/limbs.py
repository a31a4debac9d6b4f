"""Movements of one leg at a time: which leg, when, and what is said where it is not seen.

May import: numpy and `core`, and the sibling file `cycles`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from screening.core.datatypes import BodyMotion, FloatArray, Repetition, Timeline
from screening.core.errors import WrongViewError
from screening.core.settings import MovementSettings, TakeOptions
from screening.core.vocabulary import Side
from screening.movements.cycles import Cycle, exclusion, find_cycles, hip_height_pct, repetition, timeline

#: A limb that varies by less than this within `_REST_S` is at rest, percent of the trunk's length.
_REST_PCT = 2.0
_REST_S = 0.4
#: A leg's ways out and back are looked for in its signal without what is quicker than about this.
_SLOW_S = 0.2
_FROM = {"front": "the front", "back": "behind", "side": "the side", "oblique": "an oblique angle"}


@dataclass(frozen=True, kw_only=True)
class LimbCycle:
    """One way out and back of one leg."""

    side: Side
    cycle: Cycle


def require_view(motion: BodyMotion, allowed: Sequence[str], movement: str, *, hint: str) -> None:
    """Refuse a take whose camera cannot see the movement.

    Parameters
    ----------
    motion : BodyMotion
    allowed : sequence of str
        "front", "back" or "side".
    movement : str
        What the movement is called in a sentence.
    hint : str
        What to do.

    Raises
    ------
    WrongViewError
    """
    view = motion.scene.view
    if ("side" if view.is_side else view.value) not in allowed:
        seen = _FROM["side" if view.is_side else view.value]
        wanted = " or ".join(f"from {_FROM[name]}" for name in allowed)
        raise WrongViewError(f"The picture shows the person from {seen}; {movement} is read {wanted}.", hint=hint)


def from_rest(signal: FloatArray, time_s: FloatArray) -> FloatArray:
    """Signal in percent as change from where the limb first is at rest, (time,); NaN where it is."""
    n = max(2, round(_REST_S / float(np.median(np.diff(time_s)))))
    for start in range(0, max(1, len(signal) - n), max(1, n // 4)):
        piece = signal[start : start + n]
        if np.isfinite(piece).all() and piece.std() < _REST_PCT:
            return signal - float(np.median(piece))
    known = signal[np.isfinite(signal)]
    return signal - (float(np.median(known)) if known.size else np.nan)


def limb_cycles(signal: Mapping[Side, FloatArray], time_s: FloatArray, settings: MovementSettings) -> list[LimbCycle]:
    """Ways down and up of each side's signal (time,), percent, zero at rest; what lies above rest does not count."""
    found = [
        LimbCycle(side=side, cycle=c)
        for side, values in signal.items()
        for c in find_cycles(np.minimum(_slow(values, time_s), 0.0), time_s, settings)
    ]
    return sorted(found, key=lambda c: c.cycle.bottom)


def _slow(values: FloatArray, time_s: FloatArray) -> FloatArray:
    """Signal without tremble: two centred means of `_SLOW_S`, over the frames that are seen; NaN where none is."""
    n = max(1, round(_SLOW_S / float(np.median(np.diff(time_s))))) | 1
    for _ in range(2):
        seen = np.isfinite(values)
        total, count = (np.convolve(v, np.ones(n), "same") for v in (np.where(seen, values, 0.0), seen.astype(float)))
        with np.errstate(invalid="ignore", divide="ignore"):
            values = np.where(count > 0, total / count, np.nan)
    return values


def of_declared(found: list[LimbCycle], options: TakeOptions, *, what: str) -> list[LimbCycle]:
    """Cycles of the declared leg; all of them where none was declared or the legs take turns.

    Raises
    ------
    WrongViewError
        Only the other leg does it. `what` says in a sentence what a leg does: "moves", "is in front", "is stood on".
    """
    if options.lead is None or options.alternating or not found:
        return found
    kept = [c for c in found if c.side is options.lead]
    if not kept:
        seen = options.lead.other
        raise WrongViewError(
            f"The {options.lead} leg was declared, but in the picture it is the {seen} leg that {what}.",
            hint=f"Is it the {seen} leg, or is the picture mirrored? Say so, or leave the lead out.",
        )
    return kept


def slide_pct(motion: BodyMotion, side: Side, cycle: Cycle) -> float:
    """How far a foot moves over the picture during a cycle, percent of the trunk's length; 0 where it is not seen."""
    ankle = motion.image.point(f"{side.value}_ankle")[cycle.start : cycle.end] / motion.trunk_px
    ankle = ankle[np.isfinite(ankle).all(axis=1)]
    if len(ankle) < 3:
        return 0.0
    return float(100.0 * np.ptp(np.percentile(ankle, [10, 90], axis=0), axis=0).max())


def sink_pct(motion: BodyMotion, cycle: Cycle) -> float:
    """How far the hips go down during a cycle, percent of the trunk's length; 0 where they are not seen."""
    height = hip_height_pct(motion)[cycle.start : cycle.end]
    height = height[np.isfinite(height)]
    return float(np.ptp(np.percentile(height, [5, 95]))) if len(height) > 2 else 0.0


def repetitions(found: Sequence[LimbCycle], settings: MovementSettings) -> list[Repetition]:
    """Cycles as repetitions; those much smaller than the others of the same leg do not count."""
    out = []
    for k, one in enumerate(found, start=1):
        same = [c.cycle for c in found if c.side is one.side]
        out.append(repetition(k, one.cycle, lead=one.side, reason=exclusion(one.cycle, same, settings)))
    return out


def limb_timeline(
    motion: BodyMotion, reps: list[Repetition], signal: Mapping[Side, FloatArray], settings: MovementSettings
) -> Timeline:
    """Timeline of repetitions whose leg is their `lead`; one lead for the take where one leg did all of them."""
    sides = {rep.lead for rep in reps}
    lead = next(iter(sides)) if len(sides) == 1 else None
    lowest = np.fmin(*(np.minimum(signal[side], 0.0) for side in Side))
    return timeline(motion, reps, lead=lead, height_pct=np.nan_to_num(lowest, nan=0.0), settings=settings)
