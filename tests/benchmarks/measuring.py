"""Measures many clips with exact truth, in a few processes, from saved landmarks where there are some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from screening import movements
from screening.core.datatypes import AngleTable, Measurement, TakeResult
from screening.core.errormodel import NO_ERRORS, ErrorModel, MetricError
from screening.core.errors import InputError
from screening.core.settings import DEFAULTS, JointSettings, Settings, TakeOptions
from screening.core.vocabulary import Quality
from screening.findings.metrics import measure
from screening.pipeline import interpret, look_again, watch
from screening.pose import replay
from screening.video.probe import probe
from tests.benchmarks import truth


@dataclass(frozen=True, kw_only=True)
class Clip:
    """One clip with its truth and what was measured, or the reason why it was refused."""

    name: str
    exact: truth.Truth
    result: TakeResult | None
    refused: str = ""

    @property
    def view(self) -> str:
        """Kind of view: front, back, oblique or side."""
        if self.result is None:
            return ""
        return "side" if self.result.scene.view.is_side else str(self.result.scene.view)

    def metrics(self, table: AngleTable, errors: ErrorModel = NO_ERRORS) -> tuple[Measurement, ...]:
        """Metrics of some angles, in the repetitions that were measured."""
        assert self.result is not None
        known: dict[str, MetricError] = errors.of_movement(self.result.movement, table.view)
        return measure(movements.load(self.result.movement).metrics, table, self.result.timeline, known)

    def true_metrics(self) -> tuple[Measurement, ...]:
        """Metrics of the true angles, in the repetitions and frames that were measured."""
        assert self.result is not None
        table = self.result.angle_table
        value = table.value.copy()
        for k, name in enumerate(table.names):
            value[:, k] = np.where(np.isfinite(value[:, k]), self.exact.angles.get(name, np.nan), np.nan)
        return self.metrics(replace(table, value=value))


def measured(
    video: Path,
    landmarks: Path | None,
    options: TakeOptions,
    *,
    errors: ErrorModel | None = None,
    again: bool = True,
    settings: Settings = DEFAULTS,
) -> TakeResult:
    """Measure one video, from `landmarks/NAME.npz` if that folder is given; `again`: look at its pictures again."""
    recording = probe(video, limits=DEFAULTS.video)
    raw = watch(recording, options=options) if landmarks is None else replay.load(landmarks / f"{video.stem}.npz")
    pictures = look_again(recording, options=options) if again else None
    return interpret(raw, recording, options=options, settings=settings, pictures=pictures, errors=errors)


def measured_clip(
    video: Path,
    landmarks: Path | None,
    quality: Quality,
    errors: ErrorModel | None = None,
    again: bool = True,
    joints: Mapping[str, JointSettings] | None = None,
) -> Clip:
    """Measure one clip that has a truth beside it; a refused one stays in the list with its reason.

    `joints` holds constants by person, those of the settings stand for everybody else.
    """
    exact = truth.read(video)
    options = TakeOptions(mirrored=False, quality=quality)
    try:
        settings = replace(DEFAULTS, joints=(joints or {}).get(exact.person, DEFAULTS.joints))
        result = measured(video, landmarks, options, errors=errors, again=again, settings=settings)
    except InputError as err:
        return Clip(name=video.stem, exact=exact, result=None, refused=err.what)
    return Clip(name=video.stem, exact=exact, result=result)


def measured_clips(clips: Path, jobs: int, **how: Any) -> Iterator[Clip]:
    """Measure all clips of a folder, in the order of their names; the rest as `measured_clip` takes it."""
    videos = sorted(clips.glob("*.mp4"))
    if not videos:
        raise SystemExit(f"{clips} holds no clips (*.mp4 with their truth beside them).")
    work = partial(measured_clip, **how)
    if jobs <= 1:
        yield from map(work, videos)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(work, videos)
