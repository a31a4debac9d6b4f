"""Runs of the network averaged into one body, their disagreement kept as its error.

May import: numpy and `core`. The runs come with the true sides (see `identity`); averaging a run on the picture with
one on the mirrored picture takes out the network's left/right bias by construction.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from screening.core.datatypes import BoolArray, FloatArray, LandmarkSequence, RawPose, Step
from screening.core.settings import CleaningSettings


def average(runs: Sequence[LandmarkSequence], trunk: float, settings: CleaningSettings) -> LandmarkSequence:
    """Mean of several runs with its standard error.

    Parameters
    ----------
    runs : sequence of LandmarkSequence
        The same take in the same frame, position (time, landmark, axis).
    trunk : float
        Length of the trunk in the unit of the runs; a single run's error is known only in proportion to it.
    settings : CleaningSettings
        Gives the error of a single run.

    Returns
    -------
    LandmarkSequence
        `sd` is the standard error of one coordinate of the mean: the root mean square disagreement over about half
        a second, and `single_run_sd` trunk lengths where only one run saw the point.
    """
    stack = np.stack([r.position for r in runs])
    seen = np.isfinite(stack).all(axis=3)
    n = seen.sum(axis=0)
    total = np.where(seen[..., None], stack, 0.0).sum(axis=0)
    mean = np.where(n[..., None] > 0, total / np.maximum(n, 1)[..., None], np.nan)
    single = settings.single_run_sd * trunk
    square = np.where(seen, ((stack - mean) ** 2).mean(axis=3), 0.0).sum(axis=0)
    error = np.sqrt(square / np.maximum(n * (n - 1), 1))
    half = max(1, round(0.25 * runs[0].fps))
    sd = np.where(n > 1, _steady(error, n > 1, half), single)
    weight = np.stack([r.visibility for r in runs])
    return LandmarkSequence(
        position=mean,
        visibility=np.nan_to_num(weight, nan=0.0).mean(axis=0),
        time_s=runs[0].time_s,
        frame=runs[0].frame,
        sd=np.where(n > 0, sd, 0.0),
        history=(*runs[0].history, Step(name="average", parameters={"runs": len(runs)})),
    )


def mean_image(raw: RawPose) -> LandmarkSequence:
    """Mean of all runs in the picture, for looking at the take as a whole; a mirrored take gives the mirrored mean.

    Legs may still be exchanged in it, and its errors say nothing.
    """
    return average([v.image for v in raw.variants], 0.0, CleaningSettings())


def _steady(error: FloatArray, known: BoolArray, half: int) -> FloatArray:
    """Root mean square over 2 half + 1 frames of the known errors, (time, landmark)."""
    kernel: FloatArray = np.ones(2 * half + 1)

    def sums(columns: FloatArray) -> FloatArray:
        out: FloatArray = np.apply_along_axis(lambda c: np.convolve(c, kernel, mode="same")[: len(c)], 0, columns)
        return out

    if len(error) < len(kernel):
        kernel = np.ones(1)
    square = sums(np.where(known, error**2, 0.0))
    mean: FloatArray = square / np.maximum(sums(np.where(known, 1.0, 0.0)), 1.0)
    return np.sqrt(mean)
