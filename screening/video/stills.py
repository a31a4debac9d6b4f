"""Single pictures out of a recording, without reading all of it.

May import: PyAV, numpy, `core` and this room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from screening.core.datatypes import Recording
from screening.core.errors import UnreadableVideoError
from screening.video.convert import Converter
from screening.video.reader import FrameClock
from screening.video.source import check_file, is_counted, open_source, packets, unreadable

#: A wanted frame this close ahead is reached by decoding on; beyond, by seeking to the key frame before it.
_NEAR_S = 1.0


def pictures_at(
    path: Path,
    recording: Recording,
    indices: Iterable[int],
    *,
    mirrored: bool = False,
    max_side_px: int | None = None,
) -> dict[int, NDArray[np.uint8]]:
    """Read the frames with these indices.

    Returns
    -------
    dict
        index: picture (row, column, channel), uint8, upright and un-mirrored as from `VideoReader`.
    """
    wanted = sorted(set(indices))
    if wanted and not 0 <= wanted[0] <= wanted[-1] < recording.n_frames:
        raise IndexError(f"indices {wanted[0]}..{wanted[-1]} outside of 0..{recording.n_frames - 1}")
    if not wanted:
        return {}
    check_file(path)
    convert = Converter(recording, mirrored=mirrored, max_side_px=max_side_px)
    found: dict[int, NDArray[np.uint8]] = {}
    with suppress(UnreadableVideoError):  # files without an index seek to the wrong place or not at all
        found = _read(path, recording, wanted, convert, near_s=_NEAR_S * recording.time_scale)
    if missing := [i for i in wanted if i not in found]:
        found |= _read(path, recording, missing, convert, near_s=np.inf)
    if missing := [i for i in wanted if i not in found]:
        raise unreadable(path, f"frame {missing[0]} cannot be decoded.", hint="Copy the file from the phone again.")
    return found


def _read(
    path: Path, recording: Recording, wanted: list[int], convert: Converter, *, near_s: float
) -> dict[int, NDArray[np.uint8]]:
    with open_source(path) as (container, stream):
        stream.thread_type = "AUTO"
        search = _Search(path, recording, container, stream)
        near_s = np.inf if is_counted(container) else near_s
        return {i: convert.rgb(frame) for i, frame in search.chosen(wanted, near_s)}


class _Search:
    """Moves through one opened file, forwards, decoding or seeking."""

    def __init__(self, path: Path, recording: Recording, container: InputContainer, stream: VideoStream) -> None:
        self._path, self._container, self._stream = path, container, stream
        self._time_s = recording.time_s
        self._clock = FrameClock(recording, container, stream)

    def chosen(self, wanted: list[int], near_s: float) -> Iterator[tuple[int, av.VideoFrame]]:
        """Yield the wanted frames that are found; `wanted` rises."""
        frames, left = self._frames(), wanted
        while left:
            if self._time_s[left[0]] - self._time_s[max(self._clock.last, 0)] > near_s:
                if self._clock.origin is None and next(frames, None) is None:
                    return
                self._container.seek(self._clock.ticks(left[0]), stream=self._stream)
                self._clock.rewind()
                frames = self._frames()
            for index, frame in frames:
                if index in left:
                    yield index, frame
                if index >= left[0]:
                    break
            else:
                return
            left = [i for i in left if i > index]

    def _frames(self) -> Iterator[tuple[int, av.VideoFrame]]:
        for packet in packets(self._path, self._container, self._stream):
            for frame in packet.decode():
                index = self._clock.index_of(frame)
                if index is not None:
                    yield index, frame
