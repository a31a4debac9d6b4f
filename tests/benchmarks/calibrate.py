"""Measure the errors of angles and metrics: `python -m tests.benchmarks.calibrate CLIPS [--landmarks DIR] [--write]`.

CLIPS is a folder of rendered clips with their truth. Each is measured twice, with and without looking at its pictures
again, with the constants of the joints fitted to all other people. Printed are, for each angle and each metric in
each kind of view, the standard error that a take shares, how many takes and people it comes from, and the share of
errors within two standard errors when the person is left out of what the error is taken from. `--write` puts the
table into `screening/data/errors.yaml`.

A figure comes from three takes of three people or more (two remain when one is left out); every person counts the
same. It is widened by Student's t for the takes it comes from, where takes of one person count as correlated by one
half.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from itertools import combinations
from pathlib import Path

import numpy as np

from screening.core.datatypes import FloatArray
from screening.core.errormodel import Basis, ErrorModel, FrameError, Made, MetricError
from screening.core.vocabulary import Quality
from screening.motion.pelvis_error import _AT_DROP_PCT as AT_DROP_PCT
from screening.motion.pelvis_error import _REAR_UP_DEG as REAR_UP_DEG
from tests.benchmarks import refit, residuals
from tests.benchmarks.measuring import Clip, measured_clips
from tests.benchmarks.residuals import FrameKey, MetricKey, Residual

VERSION = "2026.11.1"
#: Correlation of the errors of two takes of one person; that of their squares is its square.
SAME_PERSON = 0.5
#: Errors below this are not believed, degrees or percent.
SMALLEST = 0.3
#: However much of the spread within sets is noise, this share of the mean square error stays.
LEAST_SHARED = 0.25
COVERED = 0.95
#: What fewer takes or people show has no figure; the stated errors of the registry stand there.
MIN_TAKES, MIN_PEOPLE = 3, 3
#: A difference of two takes of one person is stated smaller than that of two values if so many pairs of takes allow
#: it, and this share of the pairs of a person left out lies within it.
MIN_PAIRS, MIN_WITHIN = 3, 0.9


def widened(freedom: float) -> float:
    """By how much a standard error known from few takes is widened so that 1.96 of it hold 95 %."""
    from scipy.stats import t

    return float(t.ppf(0.975, freedom)) / 1.96


def effective_takes(people: Sequence[str]) -> float:
    """Number of independent takes that tell as much as these, given whose each of them is.

    Examples
    --------
    >>> effective_takes(["a", "b", "c"]), effective_takes(["a", "a"])
    (3.0, 1.6)
    """
    counts = np.array([people.count(p) for p in sorted(set(people))])
    return float(counts.sum() ** 2 / np.sum(counts + counts * (counts - 1) * SAME_PERSON**2))


def mean_over_people(found: Sequence[Residual], of: Callable[[Residual], float]) -> float:
    """Mean over people of the mean over their takes."""
    people = sorted({r.person for r in found})
    return float(np.mean([np.mean([of(r) for r in found if r.person == p]) for p in people]))


def shared_sd(found: Sequence[Residual]) -> float:
    """Standard error that frames share.

    The larger of two: what is left of the mean square error beyond what the takes state, widened; and the smallest
    with which 95 % of the frames lie within two standard errors. The second is for errors that a few doubtful frames
    state much too large and the many others too small.
    """
    square = mean_over_people(found, lambda r: float(np.mean(r.error**2 - r.own**2)))
    factor = widened(effective_takes([r.person for r in found]))
    return max(factor * float(np.sqrt(max(square, 0.0))), covering_sd(found), SMALLEST)


def covering_sd(found: Sequence[Residual]) -> float:
    """Smallest shared standard error with which `COVERED` of the frames lie within two standard errors, bisected."""
    low, high = 0.0, 2.0 * max(float(np.abs(r.error).max()) for r in found) + 1e-9
    for _ in range(30):
        middle = 0.5 * (low + high)
        share = mean_over_people(found, lambda r: float(np.mean(np.abs(r.error) <= 2 * np.hypot(middle, r.own))))  # noqa: B023
        low, high = (low, middle) if share >= COVERED else (middle, high)
    return high


def noise(found: Sequence[Residual]) -> float:
    """Variance of the errors within sets of alike repetitions; it is in the spread of the repetitions already."""
    alike = [float(r.error.var(ddof=1)) for r in found if len(r.error) >= 3]
    return float(np.mean(alike)) if alike else 0.0


def set_sem(found: Sequence[Residual]) -> float:
    """Standard error that the repetitions of a set share.

    Takes of repetitions that were moved differently count repetition by repetition: a set of alike ones would share
    the error of each.
    """
    square = mean_over_people(found, lambda r: float(np.mean(r.error**2)))
    square = max(square - noise(found), LEAST_SHARED * square)
    return max(widened(effective_takes([r.person for r in found])) * float(np.sqrt(square)), SMALLEST)


def repeat_sem(found: Sequence[Residual]) -> float:
    """Standard error of a set that another set of the same person does not share; NaN if nobody has two takes."""
    square, freedom = 0.0, 0
    for person in sorted({r.person for r in found}):
        errors = [r.error for r in found if r.person == person]
        centre = float(np.mean([e.mean() for e in errors]))
        if len(errors) > 1:
            square += float(sum(np.mean((e - centre) ** 2) for e in errors))
            freedom += len(errors) - 1
    if not freedom:
        return float("nan")
    square /= freedom
    square = max(square - noise(found), LEAST_SHARED * square)
    return max(widened(freedom) * float(np.sqrt(square)), SMALLEST)


def end_of_difference(found: Sequence[Residual]) -> float:
    """Error of one end of a difference: the smaller one, if the left-out people's own differences lie within it."""
    within, pairs = [], 0
    for person in sorted({r.person for r in found}):
        own, others = [r for r in found if r.person == person], [r for r in found if r.person != person]
        error = repeat_sem(others)
        for a, b in combinations(own, 2):
            pairs += 1
            within.append(abs(a.error.mean() - b.error.mean()) <= 1.96 * np.sqrt(2.0) * error)
    if pairs < MIN_PAIRS or np.mean(within) < MIN_WITHIN:
        return set_sem(found)
    return min(set_sem(found), repeat_sem(found))


def within(found: Sequence[Residual], known: Callable[[Sequence[Residual]], float], noisy: bool) -> float:
    """Share of errors within two standard errors, each person's taken from the others, percent."""
    shares = []
    for person in sorted({r.person for r in found}):
        error = known([r for r in found if r.person != person])
        for r in found:
            if r.person == person:
                stated = np.hypot(error, np.sqrt(noise(found))) if noisy else np.hypot(error, r.own)
                shares.append((person, float(np.mean(np.abs(r.error) <= 2 * stated))))
    people = sorted({p for p, _ in shares})
    return 100 * float(np.mean([np.mean([s for p, s in shares if p == q]) for q in people]))


def basis(found: Sequence[Residual], known: Callable[[Sequence[Residual]], float], *, noisy: bool) -> Basis | None:
    """What a figure stands on; None if that is too little."""
    people = {r.person for r in found}
    if len(people) < MIN_PEOPLE or len(found) < MIN_TAKES:
        return None
    return Basis(takes=len(found), people=len(people), within_pct=round(within(found, known, noisy)))


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The clips as they were measured, with and without a second look at the pictures."""

    with_pictures: list[Clip]
    without: list[Clip]


def frame_errors(measured: Measured) -> dict[FrameKey, FrameError]:
    """Shared errors of all angles that enough people show."""
    found = residuals.of_frames(measured.with_pictures, pictures=True)
    # What the pictures do not take the place of is the same without them.
    found = {**residuals.of_frames(measured.without, pictures=False), **found}
    out = {}
    for key, rows in sorted(found.items()):
        stands_on = basis(rows, shared_sd, noisy=False)
        if stands_on is not None:
            angle, view, leg, source = key
            out[key] = FrameError(
                angle=angle, view=view, leg=leg, source=source, sd=round(shared_sd(rows), 2), basis=stands_on
            )
    return out


def as_if_stated(found: Residual, stated: float) -> Residual:
    """Errors of a take in proportion, as if its frames had stated another error."""
    share = stated / float(np.sqrt(np.mean(found.own**2)))
    return replace(found, error=found.error * share, own=found.own * share)


def metric_errors(measured: Measured, frames: Mapping[FrameKey, FrameError]) -> dict[MetricKey, MetricError]:
    """Errors of sets of all metrics that enough people show."""
    out = {}
    for key, rows in sorted(
        residuals.of_metrics(measured.with_pictures, ErrorModel(frames=frames), pictures=True).items()
    ):
        stated = float(np.median([np.sqrt(np.mean(r.own**2)) for r in rows]))
        alike = [as_if_stated(r, stated) for r in rows]
        stands_on = basis(alike, set_sem, noisy=True)
        if stands_on is not None:
            movement, metric, view = key
            out[key] = MetricError(
                movement=movement,
                metric=metric,
                view=view,
                sem=round(set_sem(alike), 2),
                repeat=round(end_of_difference(alike), 2),
                stated=round(stated, 2),
                basis=stands_on,
            )
    return out


def calibrated(measured: Measured, how: str) -> ErrorModel:
    """The whole table."""
    frames = frame_errors(measured)
    seen = [c for c in measured.with_pictures if c.result is not None]
    return ErrorModel(
        made=Made(date=date.today().isoformat(), how=how, takes=len(seen), people=len({c.exact.person for c in seen})),
        frames=frames,
        metrics=metric_errors(measured, frames),
    )


def as_yaml(model: ErrorModel) -> str:
    """Text of `errors.yaml`."""
    made = model.made
    lines = [
        "# Standard errors measured on people with exact truth. Generated: do not edit, run",
        "# python -m tests.benchmarks.calibrate CLIPS --write",
        "# sd, sem, repeat, stated in the unit of the angle or metric; within_pct: errors within two standard errors",
        "# when the person is left out of what the error is taken from.",
        f'version: "{VERSION}"',
        "made:",
        f'  date: "{made.date}"',
        f"  how: {made.how}",
        f"  takes: {made.takes}",
        f"  people: {made.people}",
        "frames:",
        *(
            f"  - {{angle: {f.angle}, view: {f.view}, leg: {f.leg}, source: {f.source}, sd: {f.sd:g}, "
            f"{_basis(f.basis)}}}"
            for f in model.frames.values()
        ),
        "metrics:",
        *(
            f"  - {{movement: {m.movement}, metric: {m.metric}, view: {m.view}, sem: {m.sem:g}, repeat: {m.repeat:g}, "
            f"stated: {m.stated:g}, {_basis(m.basis)}}}"
            for m in model.metrics.values()
        ),
    ]
    return "\n".join(lines) + "\n"


def _basis(known: Basis) -> str:
    return f"takes: {known.takes}, people: {known.people}, within_pct: {known.within_pct:g}"


def arch_slope(measured: Measured) -> tuple[float, float, int]:
    """How much of the outline's error of the tilt the arch has too: slope, correlation, number of repetitions."""
    pairs: list[FloatArray] = []
    for clip in measured.with_pictures:
        if clip.result is None or clip.view != "side":
            continue
        sets = zip(clip.metrics(clip.result.angle_table), clip.true_metrics(), strict=True)
        error = {a.key: a.per_rep - b.per_rep for a, b in sets}
        both = np.stack([error["tilt_deg"], error["arch_deg"]])
        pairs.append(both[:, np.isfinite(both).all(axis=0)])
    tilt, arch = np.concatenate(pairs, axis=1)
    return float(tilt @ arch / (tilt @ tilt)), float(np.corrcoef(tilt, arch)[0, 1]), len(tilt)


def pulls(measured: Measured) -> dict[str, float]:
    """Rear hip read too high at the usual depth, by person, degrees: what is taken out of it and what is left."""
    found: dict[str, list[float]] = {}
    for clip in measured.with_pictures:
        if clip.result is None or clip.view != "back":
            continue
        sets = zip(clip.metrics(clip.result.angle_table), clip.true_metrics(), strict=True)
        left = next(a.per_rep - b.per_rep for a, b in sets if a.key == "hip_hike_deg")
        drop = np.array([r.drop_pct for r in clip.result.timeline.repetitions])
        if np.isfinite(left).any():
            rest = float(np.nanmean(left * AT_DROP_PCT / drop))
            found.setdefault(clip.exact.person, []).append(REAR_UP_DEG + rest)
    return {person: float(np.mean(values)) for person, values in found.items()}


def show_left_out(measured: Measured) -> None:
    """Print the constants that this folder can refit, each person left out in turn."""
    slope, r, n = arch_slope(measured)
    print(f"error of the arch for that of the tilt, from the outline: slope {slope:.2f}, r {r:.2f}, {n} repetitions")
    own = pulls(measured)
    others = {p: float(np.mean([v for q, v in own.items() if q != p])) for p in own}
    print(f"rear hip read too high, taken out: {REAR_UP_DEG:.1f} deg; each person's own and that of the others:")
    for person, value in own.items():
        print(
            f"  {person:8s} own {value:+.1f}, the others {others[person]:+.1f}, left over {value - others[person]:+.1f}"
        )


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", type=Path)
    parser.add_argument("--landmarks", type=Path)
    parser.add_argument("--quality", type=Quality, default=Quality.STANDARD)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    joints = refit.left_out(refit.read_all(arguments.clips, arguments.landmarks))
    both = (
        list(
            measured_clips(
                arguments.clips,
                arguments.jobs,
                landmarks=arguments.landmarks,
                quality=arguments.quality,
                errors=residuals.without_shared(),
                again=again,
                joints=joints,
            )
        )
        for again in (True, False)
    )
    measured = Measured(with_pictures=next(both), without=next(both))
    how = f"rendered people with exact truth, {arguments.quality}, each person left out in turn for within_pct"
    model = calibrated(measured, how)
    text = as_yaml(model)
    print(text)
    for kind, rows in (("angles", model.frames), ("metrics", model.metrics)):
        shares = [row.basis.within_pct for row in rows.values()]
        print(f"{kind}: mean within two standard errors, person left out: {np.mean(shares):.1f} %")
    show_left_out(measured)
    if arguments.write:
        Path(str(resources.files("screening").joinpath("data", "errors.yaml"))).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
