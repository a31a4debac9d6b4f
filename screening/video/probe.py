"""Is this a usable recording? Reads the container and every packet's time, but decodes two frames only.

May import: PyAV, numpy, `core` and this room.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from screening.core.datatypes import FloatArray, Recording
from screening.core.errors import InputError, LowFrameRateError, TooLargeError, TooShortError, UsageError
from screening.core.settings import VideoSettings
from screening.video.convert import frame_turn
from screening.video.source import check_file, is_counted, open_source, packets, unreadable

_HDR_TRANSFERS: Final = (16, 18)  # PQ and HLG, ITU-T H.273
_CUT_OFF: Final = "Copy the whole file from the phone again, or film once more."
_MAX_LOST_START_S: Final = 0.5
_MIN_DECLARED_SHARE: Final = 0.9
_BROADCAST: Final = ("mpegts", "mpeg")
_MAX_PIXEL_STRETCH: Final = 4


@dataclass(kw_only=True)
class _Track:
    """What the packets tell: first decoded frame, presentation times and key frames in ticks, damage."""

    tick_s: Fraction
    ticks: set[int] = field(default_factory=set)
    last_key: int | None = None
    first: av.VideoFrame | None = None
    corrupt: bool = False

    @property
    def span_s(self) -> float:
        """From the first to the last frame, seconds."""
        return float((max(self.ticks) - min(self.ticks)) * self.tick_s) if self.ticks else 0.0


def probe(path: Path, *, limits: VideoSettings, capture_fps: float | None = None) -> Recording:
    """Read what a video is, or refuse it.

    Parameters
    ----------
    path : Path
        Video file.
    limits : VideoSettings
        What is still usable.
    capture_fps : float, optional
        Rate the camera filmed at, 1/s, if the phone re-timed a slow-motion take; times are scaled to it before
        anything is checked.

    Returns
    -------
    Recording
        `time_s` has one entry for each frame that `VideoReader` yields.

    Raises
    ------
    InputError
        The file is refused; both lines say why and what to do.
    """
    if capture_fps is not None and not (math.isfinite(capture_fps) and capture_fps > 0):
        raise UsageError(f"Capture rate {capture_fps:g} 1/s; a positive number is needed.", hint="Give e.g. 240.")
    size_bytes = check_file(path)
    with open_source(path) as (container, stream):
        _check_size(stream.codec_context.width, stream.codec_context.height, limits)
        track = _read_track(path, container, stream, None if capture_fps else limits.max_duration_s)
        first, time_s = _presentation(path, container, track)
        _check_complete(path, container, stream, track)
        codec, (width, height) = stream.codec_context.codec.canonical_name, _upright_size(first, stream)
    scale = _time_scale(time_s, capture_fps)
    turn = frame_turn(first)
    _check_size(width, height, limits)
    recording = Recording(
        path=str(path),
        sha256=_sha256(path),
        size_bytes=size_bytes,
        width=width,
        height=height,
        codec=codec,
        time_s=time_s * scale,
        rotation_deg=turn.quarters * 90,
        flipped=turn.flip,
        hdr=int(first.color_trc) in _HDR_TRANSFERS,
        capture_fps=capture_fps,
        time_scale=scale,
    )
    _check_times(recording, limits)
    return recording


def _read_track(path: Path, container: InputContainer, stream: VideoStream, max_s: float | None) -> _Track:
    track = _Track(tick_s=stream.time_base or Fraction(1, 1000))
    start: int | None = None
    counted = is_counted(container)
    for packet in packets(path, container, stream):
        track.corrupt |= packet.is_corrupt
        if track.first is None:
            track.first = _first_frame(packet)
        tick = packet.dts if counted else packet.pts
        if tick is None or packet.size == 0 or packet.is_discard:  # the last one, and what the edit list leaves out
            continue
        start = tick if start is None else start
        if max_s is not None and (tick - start) * track.tick_s > max_s:
            raise _too_long(max_s)
        track.ticks.add(tick)
        if packet.is_keyframe:
            track.last_key = tick
    return track


def _presentation(path: Path, container: InputContainer, track: _Track) -> tuple[av.VideoFrame, FloatArray]:
    first = track.first
    if first is None or first.pts is None or not track.ticks:
        raise unreadable(path, "not one frame can be decoded (damaged, encrypted or cut off).", hint=_CUT_OFF)
    origin = min(track.ticks)
    if not is_counted(container) and first.pts in track.ticks:
        # What lies before the first frame that can be decoded never comes out of the reader either.
        if (first.pts - origin) * track.tick_s > _MAX_LOST_START_S:
            raise unreadable(path, "the beginning cannot be decoded (damaged or cut off).", hint=_CUT_OFF)
        origin = first.pts
    shown = sorted(t for t in track.ticks if t >= origin)
    return first, np.array([float((t - origin) * track.tick_s) for t in shown])


def _first_frame(packet: av.Packet[VideoStream]) -> av.VideoFrame | None:
    try:
        return next(iter(packet.decode()), None)
    except av.FFmpegError:  # a stream that was cut begins with frames whose key frame is gone
        return None


def _check_complete(path: Path, container: InputContainer, stream: VideoStream, track: _Track) -> None:
    """Refuse a file whose end is missing or cannot be decoded."""
    name, declared_s = container.format.name, (container.duration or 0) / av.time_base
    # Broadcast streams may begin and end anywhere; in mov files the duration is another track's or that of an edit.
    if track.corrupt and name not in _BROADCAST:
        raise unreadable(path, f"the file is cut off after {track.span_s:.1f} s.", hint=_CUT_OFF)
    if "mov" not in name and track.span_s + 1.0 < declared_s * _MIN_DECLARED_SHARE:
        raise unreadable(path, f"the file is cut off: {track.span_s:.1f} of {declared_s:.1f} s.", hint=_CUT_OFF)
    if track.last_key is None or track.last_key <= min(track.ticks) or name in _BROADCAST:
        return
    container.seek(track.last_key, stream=stream)
    n_packets = 0
    for packet in packets(path, container, stream):
        n_packets += packet.size > 0
        if _first_frame(packet) is not None:
            return
    if n_packets:  # none at all: this file cannot be sought in
        raise unreadable(path, "the end of the video cannot be decoded (damaged).", hint=_CUT_OFF)


def _check_size(width: int, height: int, limits: VideoSettings) -> None:
    if max(width, height) > limits.max_side_px or width * height > limits.max_pixels:
        raise TooLargeError(
            f"Picture of {width} x {height} pixels; at most 4K can be read.",
            hint="Set the camera to 1080p or 4K and film again.",
        )
    if min(width, height) < limits.min_side_px:
        raise InputError(
            f"Picture of {width} x {height} pixels; each side must have at least {limits.min_side_px}.",
            hint="Use the original recording, not a thumbnail.",
        )


def _check_times(recording: Recording, limits: VideoSettings) -> None:
    duration_s, n = recording.duration_s, recording.n_frames
    if duration_s > limits.max_duration_s:
        raise _too_long(limits.max_duration_s)
    if n < 2 or duration_s < limits.min_duration_s:
        raise TooShortError(
            f"{duration_s:.1f} s with {n} frames; at least {limits.min_duration_s:g} s are needed.",
            hint="Film the whole movement, from standing still to standing still.",
        )
    mean_fps = (n - 1) / float(recording.time_s[-1])
    if round(mean_fps) < limits.min_fps:  # webcams that promise 15 deliver 14.9
        raise LowFrameRateError(
            f"{mean_fps:.1f} frames a second; at least {limits.min_fps:g} are needed.",
            hint="Film with more light, and set the camera to 30 or 60 frames a second.",
        )


def _too_long(max_s: float) -> TooLargeError:
    return TooLargeError(
        f"The video is longer than {max_s / 60:g} minutes, the longest that is read.",
        hint="Cut it to the movement, or film each set as a video of its own.",
    )


def _time_scale(time_s: FloatArray, capture_fps: float | None) -> float:
    if capture_fps is None or len(time_s) < 2:
        return 1.0
    return float(1.0 / np.median(np.diff(time_s)) / capture_fps)


def _upright_size(frame: av.VideoFrame, stream: VideoStream) -> tuple[int, int]:
    """Width and height of the upright picture with square pixels; the shorter direction is stretched, none shrunk."""
    aspect = float(stream.sample_aspect_ratio or 1)
    if not 1 / _MAX_PIXEL_STRETCH <= aspect <= _MAX_PIXEL_STRETCH:  # nonsense in a damaged header
        aspect = 1.0
    width, height = round(frame.width * max(1.0, aspect)), round(frame.height / min(1.0, aspect))
    return (height, width) if frame_turn(frame).swaps_axes else (width, height)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
