"""Metrics of a take: one value a repetition, their mean, and what may be said about it.

May import: numpy and `core`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from screening.core.datatypes import AngleTable, FloatArray, Measurement, MetricSpec, Repetition, Timeline
from screening.core.vocabulary import Observability, Side, Verdict

#: The top before a repetition: frames of this long before its start.
_TOP_S = 0.3
_Z95 = 1.96


def measure(specs: Sequence[MetricSpec], table: AngleTable, timeline: Timeline) -> tuple[Measurement, ...]:
    """Measure every metric for every lead that occurs in the take.

    Returns
    -------
    tuple of Measurement
        `per_rep` follows the repetitions of the lead in order of time, NaN where one does not count or does not
        show the metric. `sem` joins the mean standard error of the angle at these frames with the spread of the
        repetitions divided by the root of their number; the first part does not shrink with more repetitions.
    """
    leads = sorted({r.lead for r in timeline.repetitions}, key=str)
    return tuple(_measure(spec, table, timeline, lead) for lead in leads for spec in specs)


def _measure(spec: MetricSpec, table: AngleTable, timeline: Timeline, lead: Side | None) -> Measurement:
    reps = [r for r in timeline.repetitions if r.lead is lead]
    angle = _angle_name(spec, lead)
    pairs = [_of_rep(spec, angle, table, timeline, r) if r.used else (np.nan, np.nan) for r in reps]
    sign = spec.factor * (1.0 if spec.sign_by_lead == 0 else spec.sign_by_lead * (1 if lead is Side.LEFT else -1))
    per_rep = sign * np.array([p[0] for p in pairs])
    error = np.array([p[1] for p in pairs])
    seen = np.isfinite(per_rep)
    n = int(seen.sum())
    value = float(per_rep[seen].mean()) if n else float("nan")
    sd = float(per_rep[seen].std(ddof=1)) if n > 1 else float("nan")
    shared = float(np.sqrt(np.mean(error[seen] ** 2))) if n else float("nan")
    sem = float(np.hypot(shared, (0.0 if np.isnan(sd) else sd) / np.sqrt(max(n, 1))))
    mdc95 = float(_Z95 * np.sqrt(2.0) * sem)
    verdict, reason = _verdict(spec, angle, table, value=value, mdc95=mdc95, n=n)
    return Measurement(
        key=spec.key,
        unit=spec.unit,
        lead=lead,
        per_rep=per_rep,
        value=value,
        n=n,
        sd=sd,
        sem=sem,
        mdc95=mdc95,
        view=table.view,
        verdict=verdict,
        reason=reason,
    )


def _angle_name(spec: MetricSpec, lead: Side | None) -> str:
    if lead is None:
        return spec.angle
    return spec.angle.format(lead=lead.value, rear=lead.other.value)


def _of_rep(
    spec: MetricSpec, angle: str, table: AngleTable, timeline: Timeline, rep: Repetition
) -> tuple[float, float]:
    """Value of one repetition and its standard error."""
    if spec.rule == "descent_s":
        frame_s = float(np.median(np.diff(table.time_s)))
        return float(table.time_s[rep.bottom_start] - table.time_s[rep.start]), frame_s
    value, sd = table.column(angle), table.column_sd(angle)
    bottom = slice(rep.bottom_start, rep.bottom_end)
    if spec.rule == "at_bottom":
        return _mean(value[bottom]), _mean(sd[bottom])
    if spec.rule == "change_at_bottom":
        first = np.searchsorted(table.time_s, table.time_s[rep.start] - _TOP_S)
        return _mean(value[bottom]) - _mean(value[int(first) : rep.start + 1]), _mean(sd[bottom])
    if spec.rule == "at_half_descent":
        k = _half_way(timeline.signal_pct, rep)
        return float(value[k]), float(sd[k])
    raise ValueError(f"unknown rule {spec.rule}")


def _mean(values: FloatArray) -> float:
    """Mean where at least half of the frames have a value, else NaN."""
    seen = values[np.isfinite(values)]
    return float(seen.mean()) if values.size and 2 * seen.size >= values.size else float("nan")


def _half_way(signal: FloatArray, rep: Repetition) -> int:
    half = 0.5 * (signal[rep.start] + signal[rep.bottom])
    below = np.flatnonzero(signal[rep.start : rep.bottom + 1] <= half)
    return rep.start + int(below[0]) if below.size else rep.bottom


def _verdict(
    spec: MetricSpec, angle: str, table: AngleTable, *, value: float, mdc95: float, n: int
) -> tuple[Verdict, str]:
    if n == 0:
        reason = table.reason.get(angle, "")
        if table.observability.get(angle) is Observability.NONE:
            return Verdict.NOT_ASSESSED, reason
        return Verdict.NOT_ASSESSED, "reason.no_reps" if spec.rule == "descent_s" else table.gap_reason.get(
            angle, "reason.gap"
        )
    if spec.rule == "change_at_bottom" and abs(value) <= mdc95:
        return Verdict.NOT_DISTINGUISHABLE, table.reason.get(angle, "")
    if table.observability.get(angle) is Observability.TREND:
        return Verdict.TREND, table.reason.get(angle, "")
    return Verdict.MEASURED, "reason.too_few_reps" if n < 3 else ""


def with_depth(timeline: Timeline, table: AngleTable) -> Timeline:
    """Repetitions with the front knee's flexion at the bottom filled in where the view shows it, degrees."""

    def depth(rep: Repetition) -> float:
        sides = [rep.lead] if rep.lead is not None else list(Side)
        names = [f"knee_flexion_{side.value}_deg" for side in sides]
        return float(np.mean([_mean(table.column(n)[rep.bottom_start : rep.bottom_end]) for n in names]))

    return replace(timeline, repetitions=tuple(replace(r, depth_deg=depth(r)) for r in timeline.repetitions))
