"""The repetitions of one side in one take, and which of two sides' repetitions are partners.

May import: numpy, `core` and `findings.metrics`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from screening.core.arrays import freeze, frozen_array
from screening.core.datatypes import BoolArray, FloatArray, Measurement, MetricSpec, Repetition, TakeResult
from screening.core.settings import ScreenSettings
from screening.core.vocabulary import Observability, Side, Verdict, View
from screening.findings.metrics import angle_of


@dataclass(frozen=True, kw_only=True)
class Filmed:
    """A take of a screen: its name, what was measured in it, and the metrics of its movement."""

    name: str
    result: TakeResult
    specs: tuple[MetricSpec, ...]

    def reps_of(self, side: Side | None) -> tuple[Repetition, ...]:
        """Repetitions with one leg in front, or of one limb."""
        return tuple(r for r in self.result.timeline.repetitions if r.lead is side)


@dataclass(frozen=True, kw_only=True)
class SideSet:
    """A metric of one side in one take.

    value, depth, seconds (repetition,): the metric in its unit, how deep and how long each repetition was; value is
    NaN where one does not count. `shared` is the standard error that more repetitions do not lessen and that the other
    side's set does not have in common, `shared_value` that of the side's value itself. `kind` is the
    kind of view: front, back, oblique, `near_side` (seen from the side of the leg in front) or `far_side`. `helped_by`
    names another take that made it firmer.
    """

    take: str
    side: Side
    view: View
    kind: str
    trend: bool
    value: FloatArray
    depth: FloatArray
    seconds: FloatArray
    shared: float
    shared_value: float
    assessed: bool
    reason: str
    helped_by: str = ""

    def __post_init__(self) -> None:
        """Freeze the values."""
        freeze(self, **{k: frozen_array(getattr(self, k), np.float64) for k in ("value", "depth", "seconds")})

    @property
    def n(self) -> int:
        """Number of repetitions with a value."""
        return int(np.isfinite(self.value).sum())

    @property
    def seen(self) -> FloatArray:
        """Values of the repetitions that have one."""
        out: FloatArray = self.value[np.isfinite(self.value)]
        return out

    @property
    def sem(self) -> float:
        """Standard error of the side's end of a difference: the shared part, and that of the mean of repetitions."""
        return float(np.hypot(self.shared, self._spread))

    @property
    def sem_value(self) -> float:
        """Standard error of the side's value."""
        return float(np.hypot(self.shared_value, self._spread))

    @property
    def _spread(self) -> float:
        sd = float(self.seen.std(ddof=1)) if self.n > 1 else 0.0
        return sd / float(np.sqrt(max(self.n, 1)))

    def only(self, kept: BoolArray) -> SideSet:
        """Return the set without the repetitions that are not kept, (repetition,)."""
        return replace(self, value=np.where(kept, self.value, np.nan))


def kind_of(view: View, side: Side) -> str:
    """Kind of view: the two sides of a person are comparable only in takes of one kind."""
    if not view.is_side:
        return str(view)
    return "near_side" if view.value == side.value else "far_side"


def sets_of(takes: Sequence[Filmed], spec: MetricSpec, movement: str, side: Side) -> tuple[SideSet, ...]:
    """All sets of a metric and a side, one for each take of the movement that has them."""
    return tuple(_sets(takes, spec, movement, side))


def _sets(takes: Sequence[Filmed], spec: MetricSpec, movement: str, side: Side) -> Iterator[SideSet]:
    for take in takes:
        if take.result.movement != movement:
            continue
        for found in take.result.measurements:
            if found.key == spec.key and found.lead is side:
                yield _set(take, spec, found, side)


def _set(take: Filmed, spec: MetricSpec, found: Measurement, side: Side) -> SideSet:
    reps, time_s = take.reps_of(side), take.result.angle_table.time_s
    spread = 0.0 if np.isnan(found.sd) else found.sd / np.sqrt(max(found.n, 1))
    seen = take.result.angle_table.observability.get(angle_of(spec, side))
    return SideSet(
        take=take.name,
        side=side,
        view=found.view,
        kind=kind_of(found.view, side),
        trend=seen is Observability.TREND,
        value=found.per_rep,
        depth=np.array([r.drop_pct for r in reps]),
        seconds=np.array([time_s[r.end - 1] - time_s[r.start] for r in reps]),
        shared=float(np.sqrt(max(found.sem_repeat**2 - spread**2, 0.0))),
        shared_value=float(np.sqrt(max(found.sem**2 - spread**2, 0.0))),
        assessed=found.verdict is not Verdict.NOT_ASSESSED,
        reason=found.reason,
    )


def partners(
    left: SideSet, right: SideSet, by: tuple[str, ...], settings: ScreenSettings
) -> tuple[SideSet, SideSet, int]:
    """Both sets without the repetitions that have no partner on the other side, and how many those are.

    Partners differ in depth and in duration by no more than the tolerated shares of the larger one; an unknown depth
    fits any.
    """
    fits = np.outer(np.isfinite(left.value), np.isfinite(right.value))
    if "depth" in by:
        fits &= _alike(left.depth, right.depth, settings.depth_tolerance)
    if "tempo" in by:
        fits &= _alike(left.seconds, right.seconds, settings.tempo_tolerance)
    pair = left.only(fits.any(axis=1)), right.only(fits.any(axis=0))
    return *pair, left.n + right.n - pair[0].n - pair[1].n


def _alike(left: FloatArray, right: FloatArray, tolerance: float) -> BoolArray:
    a, b = left[:, None], right[None, :]
    unknown = ~np.isfinite(a) | ~np.isfinite(b)
    with np.errstate(invalid="ignore"):
        out: BoolArray = unknown | (np.abs(a - b) <= tolerance * np.maximum(np.abs(a), np.abs(b)))
    return out
