"""Reads a recording: upright, un-mirrored pictures with their true times, in constant memory.

May import: PyAV, numpy, `core` and this room.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from screening.core.datatypes import FloatArray, IntArray, Recording
from screening.core.errors import UnreadableVideoError
from screening.video.convert import Converter
from screening.video.source import check_file, is_counted, open_source, packets, unreadable

_DAMAGED: Final = "Copy the whole file from the phone again, or film once more."
#: Frames a decoder may drop without a word (hidden ones, a torn group at a cut) before the file counts as damaged.
_MAX_LOST_SHARE: Final = 0.02
_MAX_LOST_FRAMES: Final = 2
#: A rate this much above the wanted one is left alone: 60.2 frames a second are 60.
_RATE_SLACK: Final = 0.1
_TIME_TOLERANCE_S: Final = 1e-4


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One frame: `index` into the recording's `time_s`, its time, and rgb (row, column, channel) uint8, contiguous."""

    index: int
    time_s: float
    rgb: NDArray[np.uint8]


def spaced_indices(time_s: FloatArray, max_fps: float | None) -> IntArray:
    """Choose frames at most `max_fps` a second, evenly spaced in time.

    Examples
    --------
    >>> spaced_indices(np.arange(12) / 240.0, 60.0)
    array([0, 4, 8])
    """
    everything = np.arange(len(time_s))
    if max_fps is None or len(time_s) < 2:
        return everything
    gap_s = float(np.median(np.diff(time_s)))
    stride = int(np.ceil(1.0 / (gap_s * max_fps) - _RATE_SLACK))
    if stride <= 1:
        return everything
    chosen, wait_s = [0], (stride - 0.5) * gap_s
    for i, t in enumerate(time_s.tolist()):
        if t - time_s[chosen[-1]] >= wait_s:
            chosen.append(i)
    return np.array(chosen)


class FrameClock:
    """Matches decoded frames with the entries of a recording's `time_s`.

    By presentation time from the first decoded frame on, or by counting where the container has none. Holds the
    state of one pass.
    """

    def __init__(self, recording: Recording, container: InputContainer, stream: VideoStream) -> None:
        self._time_s, self._scale = recording.time_s, recording.time_scale
        self._tick_s = stream.time_base or Fraction(1, 1000)
        self._counted = is_counted(container)
        self.origin: int | None = None
        self.last = -1
        gap_s = float(np.diff(recording.time_s).min()) if recording.n_frames > 1 else 1.0
        self._tolerance_s = min(0.4 * gap_s, max(_TIME_TOLERANCE_S, 0.5 * float(self._tick_s) * self._scale))

    def index_of(self, frame: av.VideoFrame) -> int | None:
        """Index of a frame, None for a frame the recording does not know; call it once a frame, in output order."""
        if self._counted:
            index = self.last + 1
            known = index < len(self._time_s)
        elif frame.pts is None:
            return None
        else:
            self.origin = frame.pts if self.origin is None else self.origin
            t = float((frame.pts - self.origin) * self._tick_s) * self._scale
            index = int(np.searchsorted(self._time_s, t - self._tolerance_s))
            known = index < len(self._time_s) and abs(float(self._time_s[index]) - t) <= self._tolerance_s
        if not known or index <= self.last:
            return None
        self.last = index
        return index

    def ticks(self, index: int) -> int:
        """Presentation time of a frame in the stream's own ticks; only after the first frame was seen."""
        assert self.origin is not None
        return self.origin + round(float(self._time_s[index]) / self._scale / float(self._tick_s))

    def rewind(self) -> None:
        """Forget which frame was last, after a seek."""
        self.last = -1


class VideoReader:
    """Context manager; iterating it decodes the recording once, from its first frame.

    Parameters
    ----------
    path : Path
        The video file.
    recording : Recording
        What `probe` said about it.
    mirrored : bool
        The picture is a mirror image (selfie camera): flip it back.
    max_fps : float, optional
        Frames beyond this rate are decoded but not converted.
    max_side_px : int, optional
        Longer pictures are made smaller, area-averaged, in the conversion.
    only : sequence of int, optional
        Indices of the frames to convert, rising; `max_fps` does not count then.

    Raises
    ------
    UnreadableVideoError
        While iterating, if the file turns out damaged; it tells how far it got.
    """

    def __init__(
        self,
        path: Path,
        *,
        recording: Recording,
        mirrored: bool = False,
        max_fps: float | None = None,
        max_side_px: int | None = None,
        only: Sequence[int] | None = None,
    ) -> None:
        self._path, self._recording = path, recording
        self._convert = Converter(recording, mirrored=mirrored, max_side_px=max_side_px)
        self.indices = spaced_indices(recording.time_s, max_fps) if only is None else np.array(only, np.int64)
        self._source: AbstractContextManager[tuple[InputContainer, VideoStream]] | None = None
        self._opened: tuple[InputContainer, VideoStream] | None = None

    def __enter__(self) -> VideoReader:
        """Open the file."""
        check_file(self._path)
        self._source = open_source(self._path)
        self._opened = self._source.__enter__()
        self._opened[1].thread_type = "AUTO"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        if self._source is not None:
            self._source.__exit__(kind, error, trace)
        self._source = self._opened = None

    def __len__(self) -> int:
        """Count the pictures an undamaged file gives."""
        return len(self.indices)

    def __iter__(self) -> Iterator[Picture]:
        """Yield the pictures in order of time."""
        if self._opened is None:
            raise RuntimeError("VideoReader is a context manager: use it in a with statement")
        container, stream = self._opened
        wanted = np.zeros(self._recording.n_frames, bool)
        wanted[self.indices] = True
        clock = FrameClock(self._recording, container, stream)
        first: av.VideoFrame | None = None
        n_seen = 0
        for frame in self._decoded(container, stream, clock):
            index = clock.index_of(frame)
            if index is None:
                continue
            n_seen += 1
            first = frame if first is None else first
            if not self._convert.fits(frame, first):
                raise self._turned_in_mid_air(first, frame, index)
            if wanted[index]:
                time_s = float(self._recording.time_s[index])
                yield Picture(index=index, time_s=time_s, rgb=self._convert.rgb(frame))
        if self._recording.n_frames - n_seen > max(_MAX_LOST_FRAMES, _MAX_LOST_SHARE * self._recording.n_frames):
            raise self._damaged(f"{self._recording.n_frames - n_seen} of {self._recording.n_frames} frames are missing")

    def _decoded(self, container: InputContainer, stream: VideoStream, clock: FrameClock) -> Iterator[av.VideoFrame]:
        try:
            for packet in packets(self._path, container, stream):
                try:
                    frames = packet.decode()
                except av.FFmpegError:
                    if clock.last >= 0:
                        raise
                    continue  # before the first whole group of frames; the probe left these out
                yield from frames
        except av.FFmpegError as err:
            at_s = self._recording.time_s[max(clock.last, 0)]
            raise self._damaged(f"decoding stops at {at_s:.1f} of {self._recording.duration_s:.1f} s") from err

    def _damaged(self, seen: str) -> UnreadableVideoError:
        return unreadable(self._path, f"the video is damaged, {seen}.", hint=_DAMAGED)

    def _turned_in_mid_air(self, first: av.VideoFrame, frame: av.VideoFrame, index: int) -> UnreadableVideoError:
        sizes = f"from {first.width} x {first.height} to {frame.width} x {frame.height} pixels"
        seen = f"the picture changes its shape {sizes} at {self._recording.time_s[index]:.1f} s."
        return unreadable(self._path, seen, hint="Film again without turning the phone.")
