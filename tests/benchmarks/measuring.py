"""Measures many clips with exact truth, in a few processes, from saved landmarks where there are some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from screening import movements
from screening.core.datatypes import Measurement, TakeResult
from screening.core.errors import InputError
from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.vocabulary import Quality
from screening.findings.metrics import measure
from screening.pipeline import analyze, interpret, look_again
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

    def true_metrics(self) -> tuple[Measurement, ...]:
        """Metrics of the true angles, in the repetitions and frames that were measured."""
        if self.result is None:
            return ()
        table = self.result.angle_table
        value = table.value.copy()
        for k, name in enumerate(table.names):
            value[:, k] = np.where(np.isfinite(value[:, k]), self.exact.angles.get(name, np.nan), np.nan)
        specs = movements.load(self.result.movement).metrics
        return measure(specs, replace(table, value=value), self.result.timeline)


def measured(video: Path, landmarks: Path | None, options: TakeOptions) -> TakeResult:
    """Measure one video, from `landmarks/NAME.npz` if that folder is given."""
    if landmarks is None:
        return analyze(video, options=options)
    recording = probe(video, limits=DEFAULTS.video)
    raw = replay.load(landmarks / f"{video.stem}.npz")
    return interpret(raw, recording, options=options, pictures=look_again(recording, options=options))


def measured_clip(video: Path, landmarks: Path | None, quality: Quality) -> Clip:
    """Measure one clip that has a truth beside it; a refused one stays in the list with its reason."""
    exact = truth.read(video)
    try:
        result = measured(video, landmarks, TakeOptions(mirrored=False, quality=quality))
    except InputError as err:
        return Clip(name=video.stem, exact=exact, result=None, refused=err.what)
    return Clip(name=video.stem, exact=exact, result=result)


def measured_clips(clips: Path, landmarks: Path | None, *, quality: Quality, jobs: int) -> Iterator[Clip]:
    """Measure all clips of a folder, in the order of their names."""
    videos = sorted(clips.glob("*.mp4"))
    if not videos:
        raise SystemExit(f"{clips} holds no clips (*.mp4 with their truth beside them).")
    work = partial(measured_clip, landmarks=landmarks, quality=quality)
    yield from in_order(work, videos, jobs)


def in_order(work: partial[Clip], videos: Sequence[Path], jobs: int) -> Iterator[Clip]:
    """Results of a piece of work on each video, in order; one job works in this process."""
    if jobs <= 1:
        yield from map(work, videos)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(work, videos)
