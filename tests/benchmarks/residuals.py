"""What measured takes were wrong by: angles frame by frame, metrics repetition by repetition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from screening.core.datatypes import AngleTable, FloatArray
from screening.core.errormodel import ErrorModel, FrameError, Leg, Source, kind_of
from screening.core.vocabulary import Observability, Side, View
from screening.kinematics.registry import REGISTRY, Row, with_errors
from tests.benchmarks import truth
from tests.benchmarks.measuring import Clip

#: Times have no angle whose truth could be compared.
_WITHOUT_TRUTH = ("descent_s", "hold_s")
FrameKey = tuple[str, str, Leg, Source]
MetricKey = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Residual:
    """Errors of one angle or metric in one take.

    error: (frame,) or (repetition,), measured minus true; own (frame,) or (repetition,): the standard error that the
    take itself states for each of them.
    """

    take: str
    person: str
    error: FloatArray
    own: FloatArray


def columns(clip: Clip, *, pictures: bool) -> Iterator[tuple[Row, str, Side | None, FrameKey]]:
    """Columns of a take that show something and have a truth, each with its row and its key in the table of errors."""
    assert clip.result is not None
    table = clip.result.angle_table
    for row in REGISTRY:
        source = Source.PICTURES if pictures and clip.view in row.tracked else Source.LANDMARKS
        for name, side in row.names():
            if name not in clip.exact.angles or table.observability[name] is Observability.NONE:
                continue
            leg = Leg.BODY if side is None else Leg.FRONT if side is clip.exact.lead else Leg.REAR
            yield row, name, side, (row.stem, clip.view, leg, source)


def of_frames(clips: Iterable[Clip], *, pictures: bool) -> dict[FrameKey, list[Residual]]:
    """Errors of all frames in repetitions."""
    out: dict[FrameKey, list[Residual]] = defaultdict(list)
    for clip in clips:
        if clip.result is None:
            continue
        table, timeline = clip.result.angle_table, clip.result.timeline
        moving = clip.exact.moving & (timeline.rep_of_frame() > 0)
        for _, name, _, key in columns(clip, pictures=pictures):
            true = clip.exact.angles[name]
            if name in truth.ZEROED:
                true = true - np.median(true[list(timeline.reference)])
            error = table.column(name) - true
            seen = moving & np.isfinite(error)
            if seen.sum() > 10:
                out[key].append(
                    Residual(
                        take=clip.name,
                        person=clip.exact.person,
                        error=error[seen],
                        own=table.column_sd(name)[seen],
                    )
                )
    return dict(out)


def of_metrics(clips: Iterable[Clip], errors: ErrorModel, *, pictures: bool) -> dict[MetricKey, list[Residual]]:
    """Errors of all repetitions; what the frames state is stated with the frames' errors as they are now known."""
    out: dict[MetricKey, list[Residual]] = defaultdict(list)
    for clip in clips:
        if clip.result is None:
            continue
        table = restated(clip, errors, pictures=pictures)
        for found, true in zip(clip.metrics(table), clip.true_metrics(), strict=True):
            error = found.per_rep - true.per_rep
            if found.key in _WITHOUT_TRUTH or not np.isfinite(error).any():
                continue
            spread = 0.0 if np.isnan(found.sd) else found.sd / np.sqrt(found.n)
            stated = float(np.sqrt(max(found.sem**2 - spread**2, 0.0)))
            error = error[np.isfinite(error)]
            out[clip.result.movement, found.key, clip.view].append(
                Residual(take=clip.name, person=clip.exact.person, error=error, own=np.full(len(error), stated))
            )
    return dict(out)


def restated(clip: Clip, errors: ErrorModel, *, pictures: bool) -> AngleTable:
    """Angles of a take that was measured with `without_shared`, with the errors that all frames share put in."""
    assert clip.result is not None
    table = clip.result.angle_table
    sd = table.sd.copy()
    lead = clip.result.timeline.lead_of_frame()
    for row, name, side, key in columns(clip, pictures=pictures):
        tracked = key[3] is Source.PICTURES
        seen = row.seen(table.view, tracked=tracked)
        assert seen is not None
        known = with_errors(row, seen, table.view, tracked=tracked, errors=errors)
        shared = np.full(len(sd), known.sd)
        if side is not None and known.rear_sd is not None:
            shared[[leg is not side for leg in lead]] = known.rear_sd
        k = table.names.index(name)
        sd[:, k] = np.hypot(sd[:, k], shared)
    return replace(table, sd=sd)


def without_shared() -> ErrorModel:
    """Errors as if frames shared nothing, so that takes state their own part only."""
    kinds = sorted({kind_of(view) for view in View})
    basis = None
    frames = {
        key: FrameError(angle=row.stem, view=key[1], leg=key[2], source=key[3], sd=0.0, basis=basis)  # type: ignore[arg-type]
        for row in REGISTRY
        for key in ((row.stem, kind, leg, source) for kind in kinds for leg in Leg for source in Source)
    }
    return ErrorModel(frames=frames)
