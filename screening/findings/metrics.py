"""Metrics of a take: one value a repetition, their mean, and what may be said about it.

May import: numpy and `core`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from screening.core.datatypes import AngleTable, FloatArray, Measurement, MetricSpec, Repetition, Timeline
from screening.core.errormodel import MetricError
from screening.core.vocabulary import Observability, Side, Verdict

#: The top before a repetition: frames of this long before its start.
_TOP_S = 0.3
_Z95 = 1.96
_TIMES = ("descent_s", "hold_s")
#: The other way counts if it is at least this share of the way out; its extreme is this share of it.
_MIN_OPPOSITE, _OPPOSITE_BAND = 0.15, 0.15
#: Slow swaying of a standing body gives about one independent position in this time.
_SWAY_S = 1.0
NOTHING_KNOWN: Final[Mapping[str, MetricError]] = MappingProxyType({})


def measure(
    specs: Sequence[MetricSpec],
    table: AngleTable,
    timeline: Timeline,
    errors: Mapping[str, MetricError] = NOTHING_KNOWN,
) -> tuple[Measurement, ...]:
    """Measure every metric for every lead that occurs in the take.

    Parameters
    ----------
    specs, table, timeline
        What is measured, in which angles, in which repetitions.
    errors : mapping
        What is known about the errors of this movement's sets in this view, by metric.

    Returns
    -------
    tuple of Measurement
        `per_rep` follows the repetitions of the lead in order of time, NaN where one does not count or does not
        show the metric. `sem` joins the error that all repetitions of a set share with their spread divided by the
        root of their number. The shared part does not shrink with more repetitions; it is the measured one, larger
        where the frames state more than any of those it was measured in, and the frames' own where nothing was
        measured.
    """
    leads = sorted({r.lead for r in timeline.repetitions}, key=str)
    return tuple(_measure(spec, table, timeline, lead, errors.get(spec.key)) for lead in leads for spec in specs)


def _measure(
    spec: MetricSpec, table: AngleTable, timeline: Timeline, lead: Side | None, known: MetricError | None
) -> Measurement:
    reps = [r for r in timeline.repetitions if r.lead is lead]
    angle = angle_of(spec, lead)
    pairs = [_of_rep(spec, lead, table, timeline, r) if r.used else (np.nan, np.nan) for r in reps]
    per_rep = np.array([p[0] for p in pairs])
    error = np.array([p[1] for p in pairs])
    seen = np.isfinite(per_rep)
    n = int(seen.sum())
    value = float(per_rep[seen].mean()) if n else float("nan")
    sd = float(per_rep[seen].std(ddof=1)) if n > 1 else float("nan")
    shared = float(np.sqrt(np.mean(error[seen] ** 2))) if n else float("nan")
    spread = (0.0 if np.isnan(sd) else sd) / np.sqrt(max(n, 1))
    parts = (shared, shared) if known is None or not n else (known.of_take(shared), known.of_repeat(shared))
    sem, repeat = (float(np.hypot(part, spread)) for part in parts)
    mdc95 = float(_Z95 * np.sqrt(2.0) * repeat)
    if n == 0:
        verdict, reason = Verdict.NOT_ASSESSED, _why_not(spec, _hidden(spec, lead, table), table, reps)
    else:
        limit = max(mdc95, _Z95 * sem)
        verdict, reason = _verdict(spec, angle, table, value=value, limit=limit, n=n)
    return Measurement(
        key=spec.key,
        unit=spec.unit,
        lead=lead,
        per_rep=per_rep,
        value=value,
        n=n,
        sd=sd,
        sem=sem,
        sem_repeat=repeat,
        mdc95=mdc95,
        view=table.view,
        verdict=verdict,
        reason=reason,
    )


def angle_of(spec: MetricSpec, lead: Side | None) -> str:
    """Name of the angle that a metric reads for a lead; empty if it reads none."""
    return _named(spec.angle, lead)


def sign_of(spec: MetricSpec, lead: Side | None) -> float:
    """Return what turns an angle's positive direction into the metric's, for a lead."""
    if spec.sign_by_lead == 0:
        return spec.factor
    return spec.factor * spec.sign_by_lead * (1 if lead is Side.LEFT else -1)


def _named(angle: str, lead: Side | None) -> str:
    return angle if lead is None else angle.format(lead=lead.value, rear=lead.other.value)


def _hidden(spec: MetricSpec, lead: Side | None, table: AngleTable) -> str:
    """Return the angle that the view does not show, or else the one that the metric mainly reads."""
    names = [_named(name, lead) for name in (spec.angle, spec.less) if name]
    return next((n for n in names if table.observability.get(n) is Observability.NONE), angle_of(spec, lead))


def _of_rep(
    spec: MetricSpec, lead: Side | None, table: AngleTable, timeline: Timeline, rep: Repetition
) -> tuple[float, float]:
    """Value of one repetition, signed as the metric, and its standard error."""
    if spec.rule in ("descent_s", "at_half_descent") and not comes_down(rep):
        return float("nan"), float("nan")
    if spec.rule in _TIMES:
        first, last = (rep.start, rep.bottom_start) if spec.rule == "descent_s" else (rep.bottom_start, rep.bottom_end)
        frame_s = float(np.median(np.diff(table.time_s)))
        last = min(last, len(table.time_s) - 1)
        return float(table.time_s[last] - table.time_s[first]), frame_s
    value, error = _by_rule(spec.rule, angle_of(spec, lead), table, timeline, rep)
    value *= sign_of(spec, lead)
    if spec.less:
        less, less_error = _by_rule("change_at_bottom", _named(spec.less, lead), table, timeline, rep)
        value, error = value - less, float(np.hypot(error, less_error))
    return value, error


def _by_rule(rule: str, angle: str, table: AngleTable, timeline: Timeline, rep: Repetition) -> tuple[float, float]:
    """Value of one angle in one repetition and its standard error, signed as the angle."""
    value, sd = table.column(angle), table.column_sd(angle)
    bottom = slice(rep.bottom_start, rep.bottom_end)
    if rule == "at_bottom":
        return _mean(value[bottom]), _mean(sd[bottom])
    if rule == "change_at_bottom":
        return _mean(value[bottom]) - top_before(value, table.time_s, rep), _mean(sd[bottom])
    if rule == "at_half_descent":
        k = _half_way(timeline.signal_pct, rep)
        return float(value[k]), float(sd[k])
    if rule == "spread_at_bottom":
        return _spread(value[bottom], table.time_s[bottom])
    if rule in ("at_opposite", "range_to_opposite"):
        there, error = _opposite(value, sd, rep)
        if rule == "at_opposite":
            return there, error
        return _mean(value[bottom]) - there, float(np.hypot(error, _mean(sd[bottom])))
    raise ValueError(f"unknown rule {rule}")


def _spread(value: FloatArray, time_s: FloatArray) -> tuple[float, float]:
    """Standard deviation of an angle over a hold, and the standard error of that, from the number of its sways."""
    seen = value[np.isfinite(value)]
    if 2 * seen.size < value.size or seen.size < 3:
        return float("nan"), float("nan")
    spread = float(seen.std(ddof=1))
    sways = max(1.0, float(time_s[-1] - time_s[0]) / _SWAY_S)
    return spread, spread / float(np.sqrt(2.0 * sways))


def _opposite(value: FloatArray, sd: FloatArray, rep: Repetition) -> tuple[float, float]:
    """Mean of an angle around its extreme the other way after the bottom, and its error; NaN if it never goes there."""
    after = np.arange(rep.bottom_end, rep.end)
    after = after[np.isfinite(value[after])]
    there, before = _mean(value[rep.bottom_start : rep.bottom_end]), float(value[rep.start])
    if not after.size or not np.isfinite(there):
        return float("nan"), float("nan")
    way = np.sign(there - before) or 1.0
    back = way * (value[after] - there)
    reached = float(back.min()) + abs(there - before)
    if reached > -_MIN_OPPOSITE * abs(there - before):
        return float("nan"), float("nan")
    near = after[back <= back.min() + _OPPOSITE_BAND * abs(reached)]
    return float(value[near].mean()), float(sd[near].mean())


def comes_down(rep: Repetition) -> bool:
    """Whether the way down is in the video: somebody who is seated when it begins only comes up."""
    return rep.bottom_start - rep.start > 1


def top_before(value: FloatArray, time_s: FloatArray, rep: Repetition) -> float:
    """Mean of an angle at the top before a repetition, NaN where it is hardly seen there or there is none."""
    if not comes_down(rep):
        return float("nan")
    first = int(np.searchsorted(time_s, time_s[rep.start] - _TOP_S))
    return _mean(value[first : rep.start + 1])


def _mean(values: FloatArray) -> float:
    """Mean where at least half of the frames have a value, else NaN."""
    seen = values[np.isfinite(values)]
    return float(seen.mean()) if values.size and 2 * seen.size >= values.size else float("nan")


def _half_way(signal: FloatArray, rep: Repetition) -> int:
    half = 0.5 * (signal[rep.start] + signal[rep.bottom])
    below = np.flatnonzero(signal[rep.start : rep.bottom + 1] <= half)
    return rep.start + int(below[0]) if below.size else rep.bottom


def _why_not(spec: MetricSpec, angle: str, table: AngleTable, reps: Sequence[Repetition]) -> str:
    """Key of the sentence why no repetition gives a value: the view, the repetitions themselves, or gaps."""
    if table.observability.get(angle) is Observability.NONE:
        return table.reason.get(angle, "")
    if reps and not any(r.used for r in reps):
        return "reason.none_used"
    if spec.rule in _TIMES or not reps:
        return "reason.no_reps"
    return table.gap_reason.get(angle, "reason.gap")


def _verdict(
    spec: MetricSpec, angle: str, table: AngleTable, *, value: float, limit: float, n: int
) -> tuple[Verdict, str]:
    if spec.rule == "change_at_bottom" and abs(value) <= limit:
        return Verdict.NOT_DISTINGUISHABLE, table.reason.get(angle, "")
    if spec.as_trend or table.observability.get(angle) is Observability.TREND:
        return Verdict.TREND, spec.as_trend or table.reason.get(angle, "")
    return Verdict.MEASURED, "reason.too_few_reps" if n < 3 else ""


def with_depth(timeline: Timeline, table: AngleTable) -> Timeline:
    """Repetitions with the front knee's flexion at the bottom filled in where the view shows it, degrees."""

    def depth(rep: Repetition) -> float:
        sides = [rep.lead] if rep.lead is not None else list(Side)
        names = [f"knee_flexion_{side.value}_deg" for side in sides]
        return float(np.mean([_mean(table.column(n)[rep.bottom_start : rep.bottom_end]) for n in names]))

    return replace(timeline, repetitions=tuple(replace(r, depth_deg=depth(r)) for r in timeline.repetitions))
