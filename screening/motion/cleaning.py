"""Spikes, gaps and the zero-lag filter (SCIENCE section 7).

May import: numpy, `core` and `lowpass`. Every step takes a sequence and returns a new one with one more entry in its
history; left and right are never treated differently.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from screening.core.arrays import given
from screening.core.datatypes import BoolArray, FloatArray, LandmarkSequence, Step
from screening.core.settings import CleaningSettings
from screening.motion.lowpass import ORDER, TWO_PASSES, zero_lag

#: Frames that are worked on at a time.
_PIECE = 512
#: Landmarks that are worked on at a time.
_GROUP = 5
_MAD_TO_SD = 1.4826


def clean(seq: LandmarkSequence, settings: CleaningSettings) -> LandmarkSequence:
    """Remove spikes, fill short gaps, smooth without lag.

    The change made by the filter is kept as part of each point's standard error.
    """
    # A step at a time: nobody else holds what was there before, and a long take needs the room.
    seq = remove_spikes(seq, settings)
    seq = fill_gaps(seq, settings)
    return smooth(seq, settings)


def remove_spikes(seq: LandmarkSequence, settings: CleaningSettings) -> LandmarkSequence:
    """Mark points as invalid that jump away from the median of their neighbours in time (Hampel).

    The median is that of the next frames only: it follows a moving body, but no jump of one or two frames. A point
    goes if any of its coordinates is further from it than `hampel_sigmas` robust standard deviations of that distance
    over a longer window, and than `max_still_shift_px` picture pixels (a resting body has almost no spread), each
    plus two frames of the usual motion, by which the median itself may lag beside a spike and at either end.
    """
    if seq.n_frames < 3:
        return seq
    floor = settings.max_still_shift_px * _unit_per_px(seq)
    spike = np.zeros(seq.valid.shape, bool)
    for few in _groups(seq):
        spike[:, few] = _spikes(seq.position[:, few], seq.fps, floor, settings)
    return seq.changed(Step(name="hampel", parameters={"removed": int(spike.sum())}), valid=seq.valid & ~spike)


def _groups(seq: LandmarkSequence) -> list[slice]:
    """Landmarks a few at a time, so that a long take needs little more memory than a short one."""
    return [slice(k, k + _GROUP) for k in range(0, seq.position.shape[1], _GROUP)]


def _spikes(position: FloatArray, fps: float, floor: float, settings: CleaningSettings) -> BoolArray:
    near = max(2, round(0.5 * settings.hampel_near_s * fps))
    half = max(1, round(settings.hampel_window_s * fps))
    off = np.abs(position - _running_median(position, near))
    motion = np.abs(np.diff(position, axis=0, append=position[-1:]))
    limit = np.maximum(settings.hampel_sigmas * _MAD_TO_SD * _running_median(off, half), floor)
    spike: BoolArray = (off > limit + 2 * _running_median(motion, half)).any(axis=2)
    return spike


def _unit_per_px(seq: LandmarkSequence) -> float:
    """Size of a picture pixel in the sequence's unit, taking a trunk of half a metre as 150 px."""
    return 1.0 if seq.frame.axes == 2 else 0.5 / 150.0


def _running_median(values: FloatArray, half: int) -> FloatArray:
    """Median of what is known within `half` frames before and after, NaN where nothing is, as `values`.

    Taken a piece of the take at a time, so that a long one needs no more memory than a short one.
    """
    pad = np.full((half, *values.shape[1:]), np.nan)
    padded = np.concatenate([pad, values, pad])
    out = np.empty_like(values)
    for start in range(0, len(values), _PIECE):
        piece = out[start : start + _PIECE]
        shifted = [padded[start + k : start + k + len(piece)] for k in range(2 * half + 1)]
        window = np.sort(np.stack(shifted), axis=0)
        n = np.isfinite(window).sum(axis=0)  # NaN was sorted to the end
        pick = [np.maximum(k, 0)[None] for k in ((n - 1) // 2, n // 2)]
        median = 0.5 * sum(np.take_along_axis(window, k, axis=0)[0] for k in pick)
        piece[:] = np.where(n > 0, median, np.nan)
    return out


def fill_gaps(seq: LandmarkSequence, settings: CleaningSettings) -> LandmarkSequence:
    """Interpolate gaps of at most `max_gap_s` between two seen points; longer ones and the ends stay empty."""
    if seq.valid.all():
        return seq.changed(Step(name="fill_gaps", parameters={"max_gap_s": settings.max_gap_s}))
    position, filled = seq.position.copy(), seq.filled.copy()
    for k in range(position.shape[1]):
        gap = _short_gaps(seq.valid[:, k], seq.time_s, settings.max_gap_s)
        if gap.any():
            seen = seq.valid[:, k]
            for axis in range(position.shape[2]):
                position[gap, k, axis] = np.interp(seq.time_s[gap], seq.time_s[seen], position[seen, k, axis])
            filled[gap, k] = True
    step = Step(name="fill_gaps", parameters={"max_gap_s": settings.max_gap_s})
    return seq.changed(step, position=given(position), filled=given(filled))


def _short_gaps(seen: BoolArray, time_s: FloatArray, max_gap_s: float) -> BoolArray:
    gap = np.zeros(len(seen), bool)
    index = np.flatnonzero(seen)
    for a, b in pairwise(index):
        if b - a > 1 and time_s[b] - time_s[a] <= max_gap_s + 1e-9:
            gap[a + 1 : b] = True
    return gap


def smooth(seq: LandmarkSequence, settings: CleaningSettings) -> LandmarkSequence:
    """Zero-lag Butterworth low-pass on every coordinate, each unbroken stretch for itself.

    The sequence may have a variable frame rate: stretches are resampled evenly at the median rate, filtered and
    sampled back. The root mean square of what the filter took away, over a quarter of a second, is added to the
    standard errors.
    """
    if seq.n_frames < 3:
        return seq
    fps = seq.fps
    cutoff = _cutoff_of_one_pass(settings, fps) / fps
    position = seq.position.copy()
    for k in range(position.shape[1]):
        for start, end in stretches(seq.valid[:, k]):
            position[start:end, k] = _filter(position[start:end, k], seq.time_s[start:end], cutoff, fps)
    # A low-pass keeps a share of white noise; the share that it took away tells how much noise there was.
    kept = min(1.0, 2 * settings.cutoff_hz / fps)
    share = np.sqrt(kept / max(1 - kept, 0.25))
    sd = seq.sd.copy()
    for few in _groups(seq):
        taken = np.sqrt(((seq.position[:, few] - position[:, few]) ** 2).mean(axis=2))
        residual = _running_rms(np.nan_to_num(taken, nan=0.0), max(1, round(0.125 * fps)))
        sd[:, few] = np.hypot(sd[:, few], share * residual)
    step = Step(name="butterworth", parameters={"cutoff_hz": settings.cutoff_hz, "order": ORDER})
    return seq.changed(step, position=given(position), sd=given(sd))


def _cutoff_of_one_pass(settings: CleaningSettings, fps: float) -> float:
    """Cut-off of one pass in Hz, so that both passes together lose 3 dB at `cutoff_hz` at any frame rate.

    A digital filter follows the tangent of the frequency; at 30 frames a second 6 Hz is far up on it.
    """
    wanted = np.tan(np.pi * min(settings.cutoff_hz, 0.4 * fps) / fps)
    return float(fps / np.pi * np.arctan(wanted / TWO_PASSES))


def _filter(track: FloatArray, time_s: FloatArray, cutoff: float, fps: float) -> FloatArray:
    if len(track) < 3:
        return track
    even = np.linspace(time_s[0], time_s[-1], max(len(track), round((time_s[-1] - time_s[0]) * fps) + 1))
    sampled = np.stack([np.interp(even, time_s, column) for column in track.T], axis=1)
    low = zero_lag(sampled, cutoff, pad=min(len(even) - 1, round(fps)))
    return np.stack([np.interp(time_s, even, column) for column in low.T], axis=1)


def stretches(valid: BoolArray) -> list[tuple[int, int]]:
    """Half-open frame ranges in which `valid` (time,) is True.

    Examples
    --------
    >>> import numpy as np
    >>> stretches(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    edges = np.diff(np.concatenate([[0], np.asarray(valid, np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))


def _running_rms(values: FloatArray, half: int) -> FloatArray:
    kernel = np.ones(2 * half + 1) / (2 * half + 1)
    padded = np.pad(values**2, ((half, half), (0, 0)), mode="edge")
    mean: FloatArray = np.apply_along_axis(lambda c: np.convolve(c, kernel, mode="valid"), 0, padded)
    return np.sqrt(mean)


def smooth_samples(values: FloatArray, time_s: FloatArray, cutoff_hz: float) -> FloatArray:
    """Zero-lag low-pass over evenly spaced samples (time, column); too few of them are left as they are."""
    if len(values) < 12:
        return values
    step_s = float(np.median(np.diff(time_s)))
    return zero_lag(values, min(cutoff_hz / TWO_PASSES * step_s, 0.45), pad=9)


def resample(seq: LandmarkSequence, time_s: FloatArray) -> LandmarkSequence:
    """Read a smoothed sequence at other times, (time,); points between two analysed frames count as filled.

    Used where the camera was faster than the analysis needs: the filter has already removed what lies between.
    """
    if len(time_s) == seq.n_frames and np.array_equal(time_s, seq.time_s):
        return seq
    after = np.clip(np.searchsorted(seq.time_s, time_s), 1, seq.n_frames - 1)
    before = after - 1
    weight = np.clip((time_s - seq.time_s[before]) / (seq.time_s[after] - seq.time_s[before]), 0.0, 1.0)
    nearest = np.where(weight > 0.5, after, before)
    mix = weight[:, None]
    exact = np.isclose(weight, 0.0) | np.isclose(weight, 1.0)
    between = (1 - mix[..., None]) * seq.position[before] + mix[..., None] * seq.position[after]
    # A frame that was analysed keeps its points, also where the one next to it has none.
    position = np.where(exact[:, None, None], seq.position[nearest], between)
    filled = seq.filled[nearest] | ~exact[:, None]
    return replace(
        seq,
        position=position,
        visibility=seq.visibility[nearest],
        time_s=time_s,
        valid=np.isfinite(position).all(axis=2),
        filled=filled,
        sd=(1 - mix) * seq.sd[before] + mix * seq.sd[after],
        history=(*seq.history, Step(name="resample", parameters={"frames": len(time_s)})),
    )
