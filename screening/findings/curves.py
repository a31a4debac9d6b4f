"""Both sides over the normalised repetition, and phase by phase.

May import: numpy, `core` and the sibling files `sets`, `metrics`, `verdicts`.

0 % is the start of a repetition, 50 % its lowest point, 100 % its end; either half is stretched by itself, so that
the lowest points meet. Curves are exploratory: their bands hold pointwise, not for the curve as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from screening.core.datatypes import FloatArray, MetricSpec, Repetition
from screening.core.screen import Asymmetry, DifferenceCurve, PhaseDifference
from screening.core.settings import ScreenSettings
from screening.core.vocabulary import Phase, Side
from screening.findings import verdicts
from screening.findings.metrics import angle_of, sign_of, top_before
from screening.findings.sets import Filmed, SideSet

_PHASES: Final = (Phase.DESCENT, Phase.BOTTOM, Phase.ASCENT)
#: Rules whose metric is an angle that means something in every frame of the repetition.
_THROUGHOUT: Final = ("at_bottom", "change_at_bottom")


def has_curve(spec: MetricSpec) -> bool:
    """Tell whether a metric can be followed through the repetition."""
    return spec.rule in _THROUGHOUT and not spec.less


def phase_differences(
    takes: Sequence[Filmed], spec: MetricSpec, left: SideSet, right: SideSet, settings: ScreenSettings
) -> tuple[PhaseDifference, ...]:
    """Right minus left within the descent, the bottom and the ascent; a phase that one side lacks is left out."""
    if not has_curve(spec):
        return ()
    found = {}
    for one in (left, right):
        take = _take(takes, one.take)
        rows = [_phase_means(_track(take, spec, one.side, rep)[0], rep) for rep in _counted(take, one)]
        found[one.side] = np.array(rows).reshape(-1, len(_PHASES))
    return tuple(_phase_rows(found[Side.LEFT], found[Side.RIGHT], settings))


def _phase_rows(left: FloatArray, right: FloatArray, settings: ScreenSettings) -> Iterator[PhaseDifference]:
    for k, phase in enumerate(_PHASES):
        a, b = (x[np.isfinite(x[:, k]), k] for x in (left, right))
        if min(len(a), len(b)) < settings.min_reps:
            continue
        draws = verdicts.bootstrap(a, b, draws=settings.bootstrap_draws, seed=settings.seed)
        low, high = verdicts.interval95(draws)
        yield PhaseDifference(
            phase=str(phase),
            left=float(np.median(a)),
            right=float(np.median(b)),
            difference=float(verdicts.hodges_lehmann(a, b)),
            ci95=(float(low), float(high)),
        )


def curves(
    takes: Sequence[Filmed],
    specs: Sequence[tuple[str, MetricSpec]],
    asymmetries: Sequence[Asymmetry],
    settings: ScreenSettings,
) -> tuple[DifferenceCurve, ...]:
    """Follow every assessed metric through the repetition, from the takes its asymmetry came from.

    Parameters
    ----------
    takes : sequence of Filmed
        All takes of the screen.
    specs : sequence of (movement, MetricSpec)
        How each metric is read.
    asymmetries : sequence of Asymmetry
        What was compared; those not assessed have no curve.
    settings : ScreenSettings
        Number of points.
    """
    how = {(movement, spec.key): spec for movement, spec in specs}
    out = []
    for found in asymmetries:
        spec = how.get((found.movement, found.metric))
        if spec is None or not found.takes or not has_curve(spec):
            continue
        sides = [_side_curve(takes, spec, found, side, settings) for side in (Side.LEFT, Side.RIGHT)]
        if all(len(curves) for curves, _ in sides):
            out.append(_difference_curve(spec, *sides))
    return tuple(out)


def _side_curve(
    takes: Sequence[Filmed], spec: MetricSpec, found: Asymmetry, side: Side, settings: ScreenSettings
) -> tuple[FloatArray, FloatArray]:
    """Curves of one side (repetition, point), and the mean standard error of a point (point,)."""
    for name in found.takes:
        take = _take(takes, name)
        reps = [r for r in take.reps_of(side) if r.used]
        if reps:
            tracks = [_track(take, spec, side, rep) for rep in reps]
            both = [
                [_normalised(t, rep, settings.curve_points) for t in ts] for ts, rep in zip(tracks, reps, strict=True)
            ]
            value, error = (np.array([row[k] for row in both]) for k in range(2))
            return value, _rms(error)
    return np.empty((0, settings.curve_points)), np.full(settings.curve_points, np.nan)


def _difference_curve(
    spec: MetricSpec, left: tuple[FloatArray, FloatArray], right: tuple[FloatArray, FloatArray]
) -> DifferenceCurve:
    (mean_l, sd_l, n_l), (mean_r, sd_r, n_r) = _mean_sd(left[0]), _mean_sd(right[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.sqrt(left[1] ** 2 + right[1] ** 2 + sd_l**2 / n_l + sd_r**2 / n_r)
    difference = mean_r - mean_l
    return DifferenceCurve(
        metric=spec.key,
        unit=spec.unit,
        left_mean=mean_l,
        left_sd=sd_l,
        right_mean=mean_r,
        right_sd=sd_r,
        difference=difference,
        low=difference - verdicts.Z95 * error,
        high=difference + verdicts.Z95 * error,
    )


def _mean_sd(rows: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean, spread and number of the repetitions at each point; NaN where fewer than two of them have a value."""
    seen = np.isfinite(rows)
    n = seen.sum(axis=0)
    enough = n >= 2
    filled = np.where(seen, rows, 0.0)
    mean = np.where(enough, filled.sum(axis=0) / np.maximum(n, 1), np.nan)
    square = np.where(seen, (rows - mean) ** 2, 0.0).sum(axis=0)
    return mean, np.where(enough, np.sqrt(square / np.maximum(n - 1, 1)), np.nan), n.astype(np.float64)


def _rms(rows: FloatArray) -> FloatArray:
    seen = np.isfinite(rows)
    n = seen.sum(axis=0)
    square = np.where(seen, rows**2, 0.0).sum(axis=0) / np.maximum(n, 1)
    out: FloatArray = np.where(n > 0, np.sqrt(square), np.nan)
    return out


def _take(takes: Sequence[Filmed], name: str) -> Filmed:
    return next(t for t in takes if t.name == name)


def _counted(take: Filmed, chosen: SideSet) -> list[Repetition]:
    """Repetitions of a set that have a value."""
    reps = take.reps_of(chosen.side)
    return [rep for rep, seen in zip(reps, np.isfinite(chosen.value), strict=True) if seen]


def _track(take: Filmed, spec: MetricSpec, side: Side, rep: Repetition) -> tuple[FloatArray, FloatArray]:
    """Metric in every frame of a repetition and its standard error, (frame,); changes are counted from its top."""
    table = take.result.angle_table
    name = angle_of(spec, side)
    value, sd = table.column(name), table.column_sd(name)[rep.start : rep.end]
    zero = top_before(value, table.time_s, rep) if spec.rule == "change_at_bottom" else 0.0
    return sign_of(spec, side) * (value[rep.start : rep.end] - zero), sd


def _phase_means(track: FloatArray, rep: Repetition) -> list[float]:
    edges = (0, rep.bottom_start - rep.start, rep.bottom_end - rep.start, rep.end - rep.start)
    spans = [track[a:b][np.isfinite(track[a:b])] for a, b in pairwise(edges)]
    return [float(s.mean()) if s.size else float("nan") for s in spans]


def _normalised(track: FloatArray, rep: Repetition, points: int) -> FloatArray:
    """Track at even shares of the repetition, (point,); NaN between frames of which one is NaN."""
    half = points // 2
    bottom, last = rep.bottom - rep.start, rep.end - rep.start - 1
    where = np.concatenate([np.linspace(0, bottom, half + 1), np.linspace(bottom, last, points - half)[1:]])
    before = np.minimum(where.astype(int), max(last - 1, 0))
    share = where - before
    after = np.minimum(before + 1, last)
    left = np.where(share == 1.0, 0.0, track[before])
    right = np.where(share == 0.0, 0.0, track[after])
    out: FloatArray = left * (1.0 - share) + right * share
    return out
