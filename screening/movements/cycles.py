"""Down-and-up cycles of the hips, and the phases they give.

May import: numpy, `core` and `peaks`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screening.core.datatypes import BodyMotion, FloatArray, Repetition, Timeline
from screening.core.settings import MovementSettings
from screening.core.vocabulary import Phase, Side
from screening.movements.peaks import find_peaks

#: The edges of a repetition lie where the hips' speed falls below this share of the fastest in its descent or ascent.
_EDGE_SPEED = 0.08
_MOVING_SPEED = 0.3
_FOOT = ("ankle", "heel", "foot_index")
#: Somebody whose hips stay within this share of the rise for so long when the take begins sits there; the hips are seen
#: in at least this share of that time.
_SEATED_BAND, _SEATED_S, _SEATED_SEEN = 0.04, 0.3, 0.5


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """One way down and up: half-open frames [start, end), deepest frame, edges of the bottom, depth in percent."""

    start: int
    bottom_start: int
    bottom: int
    bottom_end: int
    end: int
    drop_pct: float
    cut: bool


def hip_height_pct(motion: BodyMotion) -> FloatArray:
    """Height of the mid-hip in the level picture in percent of trunk length, zero at its 90th percentile, (time,).

    NaN where the hips are not seen. Of a camera that moves, the height above the feet.
    """
    low = motion.image.midpoint("left_hip", "right_hip")[:, 1]
    if motion.camera_moves:
        low = low - _sway(motion)
    height = -100.0 * low / motion.trunk_px
    zeroed: FloatArray = height - np.nanpercentile(height, 90)
    return zeroed


def _sway(motion: BodyMotion) -> FloatArray:
    """How far the ground has gone down in the picture, (time,), pixels: both feet against where they usually are.

    A camera that is held by hand moves the whole picture by as much as a shallow repetition moves the hips.
    """
    names = [f"{side.value}_{part}" for side in Side for part in _FOOT]
    down = np.stack([_bridged(motion.image.point(name)[:, 1]) for name in names])
    sway: FloatArray = np.median(down - np.median(down, axis=1, keepdims=True), axis=0)
    return sway


def find_cycles(height_pct: FloatArray, time_s: FloatArray, settings: MovementSettings) -> list[Cycle]:
    """Find the cycles in which the hips go down by at least `min_drop_pct` and come up again.

    Parameters
    ----------
    height_pct : (time,)
        Height of the hips in percent of the trunk's length.
    time_s : (time,)

    Returns
    -------
    list of Cycle
        In order of time. `cut` marks one whose way down begins before the take or whose way up ends after it.
    """
    height = _bridged(height_pct)
    fps = 1.0 / float(np.median(np.diff(time_s)))
    # A plateau at either end lets a first or last repetition count that touches the edge of the take.
    pad = round(settings.min_rep_s * fps)
    top = float(np.max(height))
    padded = np.concatenate([np.full(pad, top), height, np.full(pad, top)])
    valleys = find_peaks(
        -padded, prominence=settings.min_drop_pct, distance=max(1, round(settings.min_rep_s * fps / 2))
    )
    speed = np.gradient(height, time_s)
    bottoms = [int(v) - pad for v in valleys if pad <= v < pad + len(height)]
    # What happens beyond the next bottom says nothing about this repetition, however fast it is.
    between = zip([0, *bottoms], bottoms, [*bottoms[1:], len(height) - 1], strict=False)
    cycles = [_grow(height, speed, around, settings) for around in between]
    whole = [c for c in cycles if c is not None and _lasts(c, time_s, settings)]
    return _apart(whole)


def seated_start(
    height_pct: FloatArray, time_s: FloatArray, cycles: list[Cycle], settings: MovementSettings
) -> Cycle | None:
    """Way up of somebody who is seated when the take begins, if there is one: a repetition without its way down.

    Parameters
    ----------
    height_pct : (time,)
        Height of the hips in percent of the trunk's length.
    time_s : (time,)
    cycles : list of Cycle
        The whole ones; the first of them begins after it. Where there are some it must be as deep as half of them.

    Returns
    -------
    Cycle or None
        One frame stands for the way down.
    """
    height = _bridged(height_pct)
    until = cycles[0].start + 1 if cycles else len(height)
    speed = np.gradient(height, time_s)
    end = min(_edge(speed[:until]) + 1, until)
    rise = float(height[end - 1] - height[:end].min())
    usual = float(np.median([c.drop_pct for c in cycles])) if cycles else 0.0
    if rise < max(settings.min_drop_pct, 0.5 * usual):
        return None
    rest = np.abs(height[:end] - height[0]) <= _SEATED_BAND * rise
    stays = int(np.argmin(rest))
    if time_s[stays] - time_s[0] < _SEATED_S or np.isfinite(height_pct[:stays]).mean() < _SEATED_SEEN:
        return None
    last = int(np.argmin(height[:end] <= height[0] + settings.bottom_band * rise))
    return Cycle(start=0, bottom_start=1, bottom=max(1, last // 2), bottom_end=last, end=end, drop_pct=rise, cut=False)


def _bridged(values: FloatArray) -> FloatArray:
    seen = np.isfinite(values)
    index = np.arange(len(values))
    return np.interp(index, index[seen], values[seen]) if seen.any() else np.zeros(len(values))


def _grow(
    height: FloatArray, speed: FloatArray, around: tuple[int, int, int], settings: MovementSettings
) -> Cycle | None:
    """Cycle of the bottom in the middle of `around`; the others are those before and after it, or the take's ends."""
    before, bottom, after = around
    start = _edge(-speed[before : bottom + 1][::-1])
    end = _edge(speed[bottom : after + 1])
    start, end = bottom - start, min(bottom + end + 1, len(height))
    down, up = height[start] - height[bottom], height[end - 1] - height[bottom]
    drop = max(down, up)
    # A cut edge of the take or a stop half-way: one side may be shorter, but not by more than half.
    if min(down, up) < 0.5 * drop or drop < settings.min_drop_pct:
        return None
    low = np.flatnonzero(height[start:end] <= height[bottom] + settings.bottom_band * drop) + start
    cut = (start == 0 and down < 0.8 * drop) or (end == len(height) and up < 0.8 * drop)
    return Cycle(
        start=start,
        bottom_start=int(low[0]),
        bottom=bottom,
        bottom_end=int(low[-1]) + 1,
        end=end,
        drop_pct=float(drop),
        cut=bool(cut),
    )


def _edge(speed_away: FloatArray) -> int:
    """Number of steps from the bottom until the hips rest again, given their speed up along these steps."""
    # The hips of one repetition: from the bottom's rest into motion, and on until that motion has died down.
    rising = np.maximum.accumulate(speed_away)
    moving = np.flatnonzero((speed_away > _MOVING_SPEED * rising.max()) & (rising > 0))
    if not moving.size:
        return 0
    first = int(moving[0])
    # The fastest point of this motion, not of a later one: it ends at the first fall to rest after it began.
    for k in range(first, len(speed_away)):
        fastest = float(speed_away[: k + 1].max())
        if speed_away[k] < _EDGE_SPEED * fastest:
            return k
    return len(speed_away) - 1


def _lasts(cycle: Cycle, time_s: FloatArray, settings: MovementSettings) -> bool:
    seconds = time_s[cycle.end - 1] - time_s[cycle.start]
    return bool(settings.min_rep_s <= seconds <= settings.max_rep_s) or cycle.cut


def _apart(cycles: list[Cycle]) -> list[Cycle]:
    """Drop the shallower of two that share their bottom; neighbours may touch."""
    out: list[Cycle] = []
    for cycle in cycles:
        if out and cycle.bottom_start < out[-1].bottom_end:
            out[-1] = max(out[-1], cycle, key=lambda c: c.drop_pct)
        else:
            out.append(cycle)
    return out


def repetition(index: int, cycle: Cycle, *, lead: Side | None, reason: str) -> Repetition:
    """Cycle as a counted repetition; `reason` is a sentence key if it does not count, else empty."""
    return Repetition(
        index=index,
        lead=lead,
        start=cycle.start,
        bottom=cycle.bottom,
        end=cycle.end,
        bottom_start=cycle.bottom_start,
        bottom_end=cycle.bottom_end,
        drop_pct=cycle.drop_pct,
        depth_deg=float("nan"),
        used=not reason,
        reason=reason,
    )


def exclusion(cycle: Cycle, cycles: list[Cycle], settings: MovementSettings) -> str:
    """Sentence key of why a cycle does not count, empty if it does."""
    usual = float(np.median([c.drop_pct for c in cycles]))
    if cycle.cut:
        return "reason.cut"
    if cycle.drop_pct < settings.shallow_share * usual:
        return "reason.shallow"
    return ""


def timeline(
    motion: BodyMotion, reps: list[Repetition], *, lead: Side | None, height_pct: FloatArray, settings: MovementSettings
) -> Timeline:
    """Phases of every frame and the reference frames: the top before the first counted repetition.

    Between repetitions the body is at the top where the hips are within a quarter of a repetition's depth of where
    the neighbouring one starts or ends; before the first, quiet standing is told apart by being higher than that.
    """
    phase = [Phase.OTHER] * len(height_pct)
    if motion.scene.standing is not None and (not reps or motion.scene.standing[0] < reps[0].start):
        first, last = motion.scene.standing
        phase[first:last] = [Phase.STAND] * (last - first)
    for k, rep in enumerate(reps):
        before = reps[k - 1].end if k else 0
        after = reps[k + 1].start if k + 1 < len(reps) else len(phase)
        _mark_top(phase, height_pct, (before, rep.start), rep, level=height_pct[rep.start])
        _mark_top(phase, height_pct, (rep.end, after), rep, level=height_pct[rep.end - 1])
    for rep in reps:
        for name, a, b in (
            (Phase.DESCENT, rep.start, rep.bottom_start),
            (Phase.BOTTOM, rep.bottom_start, rep.bottom_end),
            (Phase.ASCENT, rep.bottom_end, rep.end),
        ):
            phase[a:b] = [name] * (b - a)
    return Timeline(
        repetitions=tuple(reps),
        phase=tuple(phase),
        lead=lead,
        reference=_reference(reps, phase, motion.image.fps),
        signal_pct=height_pct,
    )


def _mark_top(
    phase: list[Phase], height_pct: FloatArray, span: tuple[int, int], rep: Repetition, *, level: float
) -> None:
    for k in range(*span):
        if abs(height_pct[k] - level) <= 0.25 * rep.drop_pct:
            phase[k] = Phase.TOP


def _reference(reps: list[Repetition], phase: list[Phase], fps: float) -> tuple[int, ...]:
    """Frames at the top within half a second before the first counted repetition, at least its first frame.

    Of somebody who only stands up from a seat, the last frame of that.
    """
    counted = [r for r in reps if r.used and r.bottom_start - r.start > 1] or reps
    if not counted:
        return ()
    start = counted[0].start if counted[0].bottom_start - counted[0].start > 1 else counted[0].end - 1
    window = range(max(0, start - round(0.5 * fps)), start)
    top = tuple(k for k in window if phase[k] is Phase.TOP)
    return top or (start,)
