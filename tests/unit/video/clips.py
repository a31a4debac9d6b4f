"""Makes small video files of every odd kind; each frame shows four coloured corners and its own number."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

WIDTH, HEIGHT = 192, 160
CORNERS = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (30, 40, 220), "yellow": (230, 220, 30)}
BITS = 8
TICKS = 90_000


def picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """Red, green / blue, yellow in the corners; in the middle the number as black and white cells, lowest bit left."""
    rgb = np.full((height, width, 3), 128, np.uint8)
    h, w = height // 4, width // 4
    for color, rows, columns in zip(
        CORNERS.values(),
        (slice(0, h), slice(0, h), slice(-h, None), slice(-h, None)),
        (slice(0, w), slice(-w, None), slice(0, w), slice(-w, None)),
        strict=True,
    ):
        rgb[rows, columns] = color
    for bit in range(BITS):
        left, right = (bit * width) // BITS, ((bit + 1) * width) // BITS
        rgb[height * 2 // 5 : height * 3 // 5, left:right] = 255 if number >> bit & 1 else 0
    return rgb


def number_in(rgb: np.ndarray) -> int:
    """Read the number a picture shows."""
    height, width = rgb.shape[:2]
    cells = [rgb[height // 2, (2 * bit + 1) * width // (2 * BITS)].mean() > 127 for bit in range(BITS)]
    return sum(1 << bit for bit, lit in enumerate(cells) if lit)


def corners_in(rgb: np.ndarray) -> list[str]:
    """Names of the colours top left, top right, bottom left, bottom right."""
    height, width = rgb.shape[:2]
    names = []
    for y, x in ((1, 1), (1, 7), (7, 1), (7, 7)):
        seen = rgb[height * y // 8, width * x // 8].astype(int)
        names.append(min(CORNERS, key=lambda name: int(np.abs(seen - CORNERS[name]).sum())))
    return names


def stored_for(shown: np.ndarray, matrix: tuple[int, int, int, int]) -> np.ndarray:
    """Build the stored picture which a display matrix (a, b, c, d) shows as `shown`, pixel by pixel as in the norm."""
    a, b, c, d = matrix
    height, width = (shown.shape[1], shown.shape[0]) if a == 0 else shown.shape[:2]
    q, p = np.mgrid[0:height, 0:width]
    x, y = a * p + c * q, b * p + d * q
    return np.ascontiguousarray(shown[y - y.min(), x - x.min()])


def make(
    path: Path,
    *,
    times_s: np.ndarray | None = None,
    n: int = 60,
    fps: float = 30.0,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    container: str | None = None,
    options: dict[str, str] | None = None,
    matrix: tuple[int, int, int, int] | None = None,
    pixel_aspect: Fraction | None = None,
    seekable: bool = True,
    mux_options: dict[str, str] | None = None,
    transfer: int | None = None,
) -> np.ndarray:
    """Write a clip; returns the times it was given, seconds."""
    times_s = np.arange(n) / fps if times_s is None else times_s
    target = str(path) if seekable else _OneWay(path)
    fast = {"preset": "ultrafast"} if codec == "libx264" else {}
    with av.open(target, "w", format=container, options=mux_options or {}) as out:
        stream = out.add_stream(codec, rate=Fraction(fps).limit_denominator(1001), options={**fast, **(options or {})})
        stream.pix_fmt = pix_fmt
        stream.width, stream.height = size
        if codec not in ("mpeg4", "mpeg2video", "mjpeg"):
            stream.codec_context.time_base = stream.time_base = Fraction(1, TICKS)
        tick = 1 / stream.codec_context.time_base if stream.codec_context.time_base else Fraction(fps)
        if pixel_aspect is not None:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        if transfer is not None:
            stream.codec_context.color_trc = transfer
        if pix_fmt.startswith("yuvj"):
            stream.codec_context.color_range = 2
        shown_size = size
        if matrix is not None:
            a, b, c, d = matrix
            stream.set_display_matrix([v * 65536 for v in (a, b, 0, c, d, 0, 0, 0)] + [1 << 30])
            shown_size = (size[1], size[0]) if a == 0 else size
        for i, t in enumerate(times_s):
            rgb = picture(i % 256, *shown_size)
            rgb = rgb if matrix is None else stored_for(rgb, matrix)
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=pix_fmt)
            frame.pts, frame.time_base = round(Fraction(float(t)) * tick), 1 / Fraction(tick)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return np.asarray(times_s, float)


class _OneWay(io.RawIOBase):
    """A file that can only be appended to, as a browser's recorder writes."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, data: bytes) -> int:
        return self._file.write(data)

    def close(self) -> None:
        self._file.close()


def loop(source: Path, target: Path, times: int) -> None:
    """Copy a clip's packets several times in a row, without decoding."""
    with av.open(str(target), "w") as out:
        copy, offset = None, 0
        for _ in range(times):
            with av.open(str(source)) as file:
                stream = file.streams.video[0]
                copy = copy or out.add_stream_from_template(stream)
                end = offset
                for packet in file.demux(stream):
                    if packet.size == 0:
                        continue
                    packet.pts, packet.dts = packet.pts + offset, packet.dts + offset
                    end = max(end, packet.pts + (packet.duration or 0))
                    packet.stream = copy
                    out.mux(packet)
                offset = end
