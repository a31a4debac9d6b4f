"""Runs of the network averaged into one body, their disagreement kept as its error.

May import: numpy and `core`. The runs come with the true sides (see `identity`); averaging a run on the picture with
one on the mirrored picture takes out the network's left/right bias by construction.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from screening.core.arrays import given
from screening.core.datatypes import BoolArray, FloatArray, IntArray, LandmarkSequence, RawPose, Step
from screening.core.settings import CleaningSettings

#: Frames that are averaged at a time, so that a long take needs little more memory than a short one.
_PIECE = 1024


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
    single = settings.single_run_sd * trunk
    n_frames = runs[0].n_frames
    grid = runs[0].position.shape[:2]
    mean, visibility = np.empty(runs[0].position.shape), np.empty(grid, np.float32)
    error, own, n = np.empty(grid, np.float32), np.empty(grid, np.float32), np.empty(grid, np.int8)
    for start in range(0, n_frames, _PIECE):
        piece = slice(start, start + _PIECE)
        mean[piece], error[piece], own[piece], n[piece] = _mean(runs, piece, single)
        visibility[piece] = sum(np.nan_to_num(r.visibility[piece], nan=0.0) for r in runs) / len(runs)
    if len(runs) > 1:
        half = max(1, round(0.25 * runs[0].fps))
        for k in range(grid[1]):
            own[:, k] = np.hypot(own[:, k], _steady(error[:, k].astype(np.float64), n[:, k] > 1, half))
    own[n == 0] = 0.0
    return LandmarkSequence(
        position=given(mean),
        visibility=given(visibility),
        time_s=runs[0].time_s,
        frame=runs[0].frame,
        sd=given(own),
        history=(*runs[0].history, Step(name="average", parameters={"runs": len(runs)})),
    )


def _mean(
    runs: Sequence[LandmarkSequence], piece: slice, single: float
) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
    """Mean over the runs in some frames, its error by their disagreement and by their own, and how many saw a point.

    The runs count by their errors: equally, unless one of them is doubted. Where one counts for nearly all, the error
    of a single run stands; where all are doubted, so is their mean.
    """
    doubt = np.stack([r.sd[piece] for r in runs]).astype(np.float64)
    seen = np.stack([r.valid[piece] for r in runs])
    weight = np.where(seen, 1.0 / (single**2 + doubt**2) if single > 0 else 1.0, 0.0)
    weight /= np.maximum(weight.sum(axis=0), np.finfo(float).tiny)
    n = seen.sum(axis=0)
    position = np.stack([r.position[piece] for r in runs]).astype(np.float64)
    mean = np.where(n[..., None] > 0, np.nansum(weight[..., None] * position, axis=0), np.nan)
    square = (np.nan_to_num(weight[..., None] * (position - mean), nan=0.0) ** 2).mean(axis=3).sum(axis=0)
    error = np.sqrt(square * n / np.maximum(n - 1, 1))
    alone = np.clip(2.0 - 1.0 / np.maximum((weight**2).sum(axis=0), 1e-9), 0.0, 1.0)
    with np.errstate(divide="ignore"):
        common = 1.0 / np.sqrt(np.where(seen, 1.0 / doubt**2, 0.0).sum(axis=0))
    own = np.hypot(np.sqrt(alone) * single, np.where(n > 0, common, 0.0))
    return mean, error, own, n


def mean_image(raw: RawPose) -> LandmarkSequence:
    """Mean of all runs in the picture, for looking at the take as a whole; a mirrored take gives the mirrored mean.

    Legs may still be exchanged in it, and its errors say nothing.
    """
    return average([v.image for v in raw.variants], 0.0, CleaningSettings())


def _steady(error: FloatArray, known: BoolArray, half: int) -> FloatArray:
    """Root mean square over 2 half + 1 frames of the known errors of a landmark, 0 where none is known, (time,)."""
    kernel: FloatArray = np.ones(2 * half + 1 if len(error) > 2 * half else 1)
    square = np.convolve(np.where(known, error**2, 0.0), kernel, mode="same")
    mean: FloatArray = square / np.maximum(np.convolve(known.astype(np.float64), kernel, mode="same"), 1.0)
    return np.where(known, np.sqrt(np.maximum(mean, 0.0)), 0.0)
