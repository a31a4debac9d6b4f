"""What the angles are at the lowest point, over the used repetitions of one lead.

May import: numpy and core.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screening.core.datatypes import FloatArray, Repetition, TakeResult
from screening.core.vocabulary import Side


@dataclass(frozen=True, kw_only=True)
class BottomValue:
    """One angle at the lowest point, in the unit of its name.

    `value` is the mean of the repetitions' means over the bottom phase; `n` counts the repetitions that gave one;
    `sd` is the spread between them (NaN below two); `sem` the standard error of the value. NaN if it is not known.
    """

    value: float
    n: int
    sd: float
    sem: float


def leads(result: TakeResult) -> tuple[Side | None, ...]:
    """Return the leads among the used repetitions, left before right; (None,) for a movement without a lead."""
    found = {rep.lead for rep in result.timeline.repetitions if rep.used}
    return tuple(side for side in (*Side, None) if side in found)


def used_repetitions(result: TakeResult, lead: Side | None) -> tuple[Repetition, ...]:
    """Return the used repetitions of one lead."""
    return tuple(rep for rep in result.timeline.repetitions if rep.used and rep.lead == lead)


def bottom_value(result: TakeResult, name: str, repetitions: tuple[Repetition, ...]) -> BottomValue:
    """Read one angle at the lowest point of some repetitions.

    Notes
    -----
    The error of single frames comes from bias and from the smoothed tracks, so it does not shrink with the number of
    frames or repetitions: it is carried over whole, and the spread between repetitions (over the root of n) is added
    to it in squares.
    """
    value, sd = result.angle_table.column(name), result.angle_table.column_sd(name)
    means = np.array([_mean(value[rep.bottom_start : rep.bottom_end]) for rep in repetitions])
    errors = np.array([_rms(sd[rep.bottom_start : rep.bottom_end]) for rep in repetitions])
    seen = np.isfinite(means)
    n = int(seen.sum())
    if n == 0:
        return BottomValue(value=float("nan"), n=0, sd=float("nan"), sem=float("nan"))
    spread = float(np.std(means[seen], ddof=1)) if n > 1 else float("nan")
    between = 0.0 if n == 1 else spread / np.sqrt(n)
    sem = float(np.hypot(_rms(errors[seen]), between))
    return BottomValue(value=float(np.mean(means[seen])), n=n, sd=spread, sem=sem)


def whole_range(result: TakeResult, name: str) -> tuple[float, float, float]:
    """Return smallest and largest value over the take and the standard error of one frame, NaN if there is none."""
    value = result.angle_table.column(name)
    finite = value[np.isfinite(value)]
    if not finite.size:
        return float("nan"), float("nan"), float("nan")
    return float(finite.min()), float(finite.max()), _rms(result.angle_table.column_sd(name))


def _mean(values: FloatArray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")


def _rms(values: FloatArray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(finite**2))) if finite.size else float("nan")
