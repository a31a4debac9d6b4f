"""Left lead and right lead side by side, phase by phase: the same moment of the movement in both pictures.

May import: video, core, numpy and the sibling files `faces`, `overlay`, `panel`.

Repetition k of one take stands beside repetition k of the other; going down, the lowest phase and coming up are each
stretched to the mean of both, so that tempo is not what one sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from screening.core.datatypes import FloatArray, IntArray, Repetition, TakeResult
from screening.core.settings import ReportSettings
from screening.report.faces import heads_to_blur
from screening.report.lettering import Picture
from screening.report.overlay import Painter
from screening.report.panel import nearest_rows
from screening.report.pictures import Film
from screening.video import VideoReader, VideoWriter, fitted

_FPS: Final = 25.0


def used(result: TakeResult) -> tuple[Repetition, ...]:
    """Repetitions that count, in order of time."""
    return tuple(rep for rep in result.timeline.repetitions if rep.used)


def aligned_frames(left: TakeResult, right: TakeResult) -> IntArray:
    """Which frames stand side by side.

    Returns
    -------
    (picture, 2)
        Rows of the left and the right result for each picture at 25 pictures a second; empty without a repetition on
        either side. Rows never go back.
    """
    pairs = list(zip(used(left), used(right), strict=False))
    pieces = [_aligned(a, left, b, right) for a, b in pairs]
    return np.concatenate(pieces) if pieces else np.zeros((0, 2), np.int64)


def _aligned(a: Repetition, left: TakeResult, b: Repetition, right: TakeResult) -> IntArray:
    times = [left.angle_table.time_s, right.angle_table.time_s]
    knots = [_knots(rep, t) for rep, t in zip((a, b), times, strict=True)]
    shared = np.concatenate([[0.0], np.cumsum(0.5 * (np.diff(knots[0]) + np.diff(knots[1])))])
    at = np.arange(0.0, shared[-1], 1.0 / _FPS)
    columns = [
        np.clip(np.searchsorted(t, np.interp(at, shared, k)), 0, len(t) - 1) for t, k in zip(times, knots, strict=True)
    ]
    return np.stack(columns, axis=1)


def _knots(rep: Repetition, time_s: FloatArray) -> FloatArray:
    """Times at which the parts of a repetition begin and end, seconds."""
    return np.array([time_s[k] for k in (rep.start, rep.bottom_start, rep.bottom_end - 1, rep.end - 1)])


def write_overlay_pair(left: Film, right: Film, out: Path, *, settings: ReportSettings) -> bool:
    """Draw two takes side by side, the left lead on the left.

    Parameters
    ----------
    left, right : Film
        The take with the left and the one with the right leg in front.
    out : Path
        The mp4 file to write; it appears when it is complete.
    settings : ReportSettings
        Size and quality; each half gets half of the width.

    Returns
    -------
    bool
        Whether there was something to show: without a repetition on either side no file is written.
    """
    rows = aligned_frames(left.result, right.result)
    if not len(rows):
        return False
    halves = [_Drawn(half, rows[:, k], settings) for k, half in enumerate((left, right))]
    height = max(half.size[1] for half in halves)
    width = sum(half.size[0] for half in halves)
    with VideoWriter(out, width=width, height=height, crf=settings.overlay_crf) as writer:
        for k, pair in enumerate(zip(*(half.pictures() for half in halves), strict=True)):
            writer.write(np.hstack([_padded(picture, height) for picture in pair]), k / _FPS)
    return True


class _Drawn:
    """One half: its size and its drawn pictures, one for each wanted row."""

    def __init__(self, half: Film, rows: IntArray, settings: ReportSettings) -> None:
        self._half, self._rows, self._settings = half, rows, settings
        recording = half.result.recording
        self.size = fitted(recording.width, recording.height, 2 * settings.overlay_max_side_px // 3)

    def pictures(self) -> Iterator[Picture]:
        """Drawn pictures (row, column, channel), one for each wanted row."""
        result, video = self._half.result, self._half.video
        recording = result.recording
        frames = _frames_of(result)[self._rows]
        scale = np.array(self.size) / (recording.width, recording.height)
        painter = Painter(result, self.size)
        heads = heads_to_blur(result, self._settings)
        rows = nearest_rows(result)
        with VideoReader(
            video,
            recording=recording,
            mirrored=result.scene.mirrored,
            max_side_px=max(self.size),
            only=sorted(set(frames.tolist())),
        ) as reader:
            for picture, times in zip(reader, _counts(frames), strict=True):
                row = int(rows[picture.index])
                if heads is not None:
                    heads.blur(picture.rgb, row, origin=np.zeros(2), scale=scale)
                painter.draw(picture.rgb, row, picture.time_s)
                for _ in range(times):
                    yield picture.rgb


def _frames_of(result: TakeResult) -> IntArray:
    """Frame of the recording that is closest in time to each row of the result, (row,)."""
    return np.array([int(np.argmin(np.abs(result.recording.time_s - t))) for t in result.angle_table.time_s])


def _counts(frames: IntArray) -> Sequence[int]:
    """How many times in a row each frame is shown."""
    counts: Sequence[int] = np.unique(frames, return_counts=True)[1].tolist()
    return counts


def _padded(picture: Picture, height: int) -> Picture:
    """A picture with dark ground below it, of a height in pixels."""
    below = height - picture.shape[0]
    return picture if below <= 0 else np.pad(picture, ((0, below), (0, 0), (0, 0)))
