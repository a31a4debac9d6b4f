"""Writes a video that plays in a browser: H.264, yuv420p, index first, true presentation times.

May import: PyAV, numpy, `core` and this room.
"""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from screening.core.errors import ScreeningError, StorageError

_TICKS_PER_S: Final = 90_000
_KEY_EVERY_FRAMES: Final = 24  # so that a player jumps at once: it decodes from the last of these
_BT709: Final = 1


class VideoWriter:
    """Context manager; the file appears under its name only when everything was written.

    Parameters
    ----------
    path : Path
        The mp4 file to write; replaced if it exists.
    width, height : int
        Size of the pictures, pixels. H.264 needs even numbers: an odd last column or row is left out.
    crf : int
        Constant quality of x264, lower is better.
    preset : str
        Speed of x264.
    """

    def __init__(self, path: Path, *, width: int, height: int, crf: int, preset: str = "superfast") -> None:
        self._path, self._part = path, path.with_suffix(f".{os.getpid()}.part.mp4")
        self._size = (width // 2 * 2, height // 2 * 2)
        self._options = {"crf": str(crf), "preset": preset, "bf": "0", "g": str(_KEY_EVERY_FRAMES)}
        self._scaler = VideoReformatter()
        self._container: av.container.OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._last = -1

    def __enter__(self) -> VideoWriter:
        """Create the file beside its final name."""
        try:
            self._container = av.open(str(self._part.absolute()), "w", format="mp4", options={"movflags": "+faststart"})
        except (av.FFmpegError, OSError) as err:
            raise self._refusal(err) from err
        stream = self._container.add_stream("libx264", rate=30, options=self._options)
        stream.width, stream.height = self._size
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS_PER_S)
        stream.codec_context.thread_type = "AUTO"
        stream.codec_context.color_range = ColorRange.MPEG
        stream.codec_context.colorspace = stream.codec_context.color_primaries = _BT709
        stream.codec_context.color_trc = _BT709
        self._stream = stream
        return self

    def write(self, rgb: NDArray[np.uint8], time_s: float) -> None:
        """Append one picture (row, column, channel) that is shown from `time_s` on; times must rise."""
        assert self._container is not None and self._stream is not None
        tick = round(time_s * _TICKS_PER_S)
        if tick <= self._last:
            raise ValueError(f"times must rise by 1/{_TICKS_PER_S} s at least, got {time_s} s")
        self._last = tick
        width, height = self._size
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb[:height, :width]), format="rgb24")
        frame = self._scaler.reformat(
            picture, format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        frame.pts, frame.time_base = tick, Fraction(1, _TICKS_PER_S)
        try:
            self._container.mux(self._stream.encode(frame))
        except (av.FFmpegError, OSError) as err:
            raise self._refusal(err) from err

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish and rename, or remove what was begun."""
        assert self._container is not None and self._stream is not None
        try:
            if kind is None:
                self._container.mux(self._stream.encode(None))
            self._container.close()
            if kind is None:
                self._part.replace(self._path)
        except (av.FFmpegError, OSError) as err:
            if kind is None:
                raise self._refusal(err) from err
        finally:
            self._container = self._stream = None
            self._part.unlink(missing_ok=True)

    def _refusal(self, err: Exception) -> ScreeningError:
        reason = getattr(err, "strerror", None) or str(err)
        return StorageError(
            f"{self._path.name} cannot be written ({str(reason).lower()}).",
            hint="Free some space, or choose another output folder.",
        )
