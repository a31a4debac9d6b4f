"""The left side against the right one: one estimate a metric, its interval, and what may be said about it.

May import: numpy, `core` and the sibling files `arch`, `curves`, `sets`, `verdicts`.

Both sides of a metric come from the same kind of view; the kind that shows the metric best is taken. Takes filmed one
after another are never merged frame by frame: what is averaged are whole sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from screening.core.datatypes import FloatArray, MetricSpec
from screening.core.screen import Asymmetry
from screening.core.settings import ScreenSettings
from screening.core.vocabulary import Side, Verdict
from screening.findings import arch, verdicts
from screening.findings.curves import phase_differences
from screening.findings.sets import Filmed, SideSet, partners, sets_of

#: Kinds of view in the order in which they are preferred where they show a metric equally well.
_KINDS: Final = ("back", "near_side", "front", "oblique", "far_side")
_NAN: Final = float("nan")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A metric that a screen reports, assessed or not."""

    movement: str
    spec: MetricSpec


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Both sides of a metric in one kind of view, with the repetitions that have partners."""

    left: SideSet
    right: SideSet
    unmatched: int
    draws: FloatArray

    @property
    def values(self) -> tuple[float, float]:
        """Median of each side."""
        return float(np.median(self.left.seen)), float(np.median(self.right.seen))

    @property
    def difference(self) -> float:
        """Hodges-Lehmann difference, right minus left."""
        return float(verdicts.hodges_lehmann(self.left.seen, self.right.seen))

    @property
    def error(self) -> float:
        """Standard error of the difference."""
        return float(np.hypot(self.left.sem, self.right.sem))


def compare_sides(takes: Sequence[Filmed], wanted: Sequence[Wanted], settings: ScreenSettings) -> tuple[Asymmetry, ...]:
    """Compare the two sides in every metric that a screen reports.

    Parameters
    ----------
    takes : sequence of Filmed
        All takes of the screen.
    wanted : sequence of Wanted
        What is reported, in this order.
    settings : ScreenSettings
        Tolerances, number of resamples, level of false alarms.

    Returns
    -------
    tuple of Asymmetry
        One for each metric wanted; NOT_ASSESSED with the key of a reason where it cannot be compared.
    """
    found = [_compare(takes, w, settings) for w in wanted]
    return judged([a for a, _ in found], [p for _, p in found], settings)


def judged(found: Sequence[Asymmetry], p_values: Sequence[float], settings: ScreenSettings) -> tuple[Asymmetry, ...]:
    """Give every asymmetry its verdict; all of them together decide how firm a single one may be."""
    among_all = verdicts.stands_out(p_values, level=settings.false_discovery)
    return tuple(_judged(a, bool(out)) for a, out in zip(found, among_all, strict=True))


def _judged(found: Asymmetry, among_all: bool) -> Asymmetry:
    verdict = verdicts.decide(found.difference, found.ci95, found.mdc95, among_all=among_all)
    if verdict is Verdict.NOT_ASSESSED:
        return replace(found, verdict=verdict, larger_side=None)
    larger = None
    if verdict is not Verdict.NOT_DISTINGUISHABLE:
        larger = Side.RIGHT if found.difference > 0 else Side.LEFT
    return replace(found, verdict=verdict, larger_side=larger)


def _compare(takes: Sequence[Filmed], wanted: Wanted, settings: ScreenSettings) -> tuple[Asymmetry, float]:
    """Compare one metric; the second is the chance of such a difference between equal sides, NaN if not assessed."""
    left, right = (sets_of(takes, wanted.spec, wanted.movement, side) for side in (Side.LEFT, Side.RIGHT))
    chosen = _by_kind(left, right)
    if wanted.spec.key == arch.ARCH:
        chosen = [arch.steadied(sets, takes, wanted.movement, settings) for sets in chosen]
    pairs = [_pair(*sets, wanted.spec, settings) for sets in chosen]
    usable = sorted((p for p in pairs if p is not None), key=_preference)
    if not usable:
        return _not_assessed(wanted, _why_not(left, right, settings), left, right), _NAN
    fused = wanted.spec.key in settings.fused and len(usable) > 1 and agree(*usable[:2])
    best = tuple(usable[: 2 if fused else 1])
    found = _asymmetry(wanted, takes, best, settings)
    return found, verdicts.p_value(found.difference, found.mdc95 / verdicts.Z95, _freedom(best))


def _freedom(pairs: Sequence[Pair]) -> float:
    """Degrees of freedom of the error of a difference, that of the most exact pair where two were averaged."""
    sides = (pairs[0].left, pairs[0].right)
    return verdicts.degrees_of_freedom(
        [s.sem**2 for s in sides], [s.sem**2 - s.shared**2 for s in sides], [s.n for s in sides]
    )


def _by_kind(left: Sequence[SideSet], right: Sequence[SideSet]) -> list[tuple[SideSet, SideSet]]:
    """For each kind of view that shows both sides, the most exact set of either side."""
    out = []
    for kind in _KINDS:
        ours, theirs = ([s for s in sets if s.kind == kind and s.assessed] for sets in (left, right))
        if ours and theirs:
            out.append((min(ours, key=lambda s: s.sem), min(theirs, key=lambda s: s.sem)))
    return out


def _pair(left: SideSet, right: SideSet, spec: MetricSpec, settings: ScreenSettings) -> Pair | None:
    left, right, unmatched = partners(left, right, spec.paired_by, settings)
    if min(left.n, right.n) < settings.min_reps:
        return None
    draws = verdicts.bootstrap(left.seen, right.seen, draws=settings.bootstrap_draws, seed=settings.seed)
    return Pair(left=left, right=right, unmatched=unmatched, draws=draws)


def _preference(pair: Pair) -> tuple[bool, int]:
    return pair.left.trend or pair.right.trend, _KINDS.index(pair.left.kind)


def agree(first: Pair, second: Pair) -> bool:
    """Tell whether two kinds of view say the same within their errors."""
    return abs(first.difference - second.difference) <= verdicts.Z95 * float(np.hypot(first.error, second.error))


def _asymmetry(wanted: Wanted, takes: Sequence[Filmed], pairs: tuple[Pair, ...], settings: ScreenSettings) -> Asymmetry:
    """Describe one comparison, or the mean of two that agree, weighted by the inverse of their variances."""
    weight = np.array([p.error**-2 if p.error else 1.0 for p in pairs])
    weight = weight / weight.sum()
    sides = [p.left for p in pairs], [p.right for p in pairs]
    ends = [_joined(weight, [s.sem for s in sets]) for sets in sides]
    sem_left, sem_right = (_joined(weight, [s.sem_value for s in sets]) for sets in sides)
    left, right = (float(weight @ np.array([p.values[k] for p in pairs])) for k in range(2))
    # Draws of two takes are independent: the second's are turned by half, so that they do not pair up by their place.
    turned = [np.roll(p.draws, k * (len(p.draws) // 4)) for k, p in enumerate(pairs)]
    low, high = verdicts.interval95(weight @ np.stack(turned))
    best = pairs[0]
    return Asymmetry(
        metric=wanted.spec.key,
        unit=wanted.spec.unit,
        movement=wanted.movement,
        left=left,
        right=right,
        difference=float(weight @ np.array([p.difference for p in pairs])),
        ci95=(float(low), float(high)),
        mdc95=verdicts.mdc95(verdicts.pooled_sem(*ends)),
        n_left=sum(p.left.n for p in pairs),
        n_right=sum(p.right.n for p in pairs),
        larger_side=None,
        verdict=Verdict.NOT_ASSESSED,
        reason=best.left.reason or best.right.reason,
        view="side" if best.left.view.is_side else str(best.left.view),
        sem_left=sem_left,
        sem_right=sem_right,
        symmetry_index_pct=symmetry_index_pct(left, right) if wanted.spec.true_zero else _NAN,
        unmatched=sum(p.unmatched for p in pairs),
        takes=tuple(dict.fromkeys(name for k in ("take", "helped_by") for name in _names(pairs, k))),
        phases=phase_differences(takes, wanted.spec, best.left, best.right, settings),
    )


def _joined(weight: FloatArray, errors: Sequence[float]) -> float:
    """Standard error of a weighted mean of independent values."""
    return float(np.sqrt(np.sum((weight * np.array(errors)) ** 2)))


def _names(pairs: Sequence[Pair], field: str) -> list[str]:
    """Names of takes in a field of the sets, empty ones left out."""
    return [name for p in pairs for s in (p.left, p.right) if (name := getattr(s, field))]


def symmetry_index_pct(left: float, right: float) -> float:
    """Return the smaller side in percent of the larger one; NaN where a side is not above zero.

    Examples
    --------
    >>> symmetry_index_pct(80.0, 100.0), symmetry_index_pct(100.0, 80.0)
    (80.0, 80.0)
    """
    low, high = min(left, right), max(left, right)
    return 100.0 * low / high if low > 0 else _NAN


def _why_not(left: Sequence[SideSet], right: Sequence[SideSet], settings: ScreenSettings) -> str:
    """Key of the sentence why two sides cannot be compared."""
    if not left and not right:
        return "reason.not_filmed"
    seen = [[s for s in sets if s.assessed] for sets in (left, right)]
    if not any(seen):
        best = min((*left, *right), key=lambda s: _KINDS.index(s.kind))
        return best.reason or "reason.not_filmed"
    if not all(seen):
        return "reason.one_side_only"
    if not {s.kind for s in seen[0]} & {s.kind for s in seen[1]}:
        return "reason.sides_filmed_differently"
    if min(max(s.n for s in sets) for sets in seen) < settings.min_reps:
        return "reason.few_per_side"
    return "reason.no_partners"


def _not_assessed(wanted: Wanted, reason: str, left: Sequence[SideSet], right: Sequence[SideSet]) -> Asymmetry:
    return Asymmetry(
        metric=wanted.spec.key,
        unit=wanted.spec.unit,
        movement=wanted.movement,
        left=_NAN,
        right=_NAN,
        difference=_NAN,
        ci95=(_NAN, _NAN),
        mdc95=_NAN,
        n_left=max((s.n for s in left), default=0),
        n_right=max((s.n for s in right), default=0),
        larger_side=None,
        verdict=Verdict.NOT_ASSESSED,
        reason=reason,
    )
