"""The overlay video: the recording with skeleton, hip line, live values and phases, in the timing of the input.

May import: catalog, video, core, numpy, OpenCV and the sibling files `faces`, `hipline`, `lettering`, `panel`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from screening.catalog import load_wordings
from screening.core.datatypes import FloatArray, TakeResult
from screening.core.settings import ReportSettings
from screening.core.skeleton import INDEX, SEGMENTS, of, side_of
from screening.core.vocabulary import Side
from screening.report.faces import heads_to_blur
from screening.report.hipline import hip_ends, up_in_picture
from screening.report.lettering import Colour, Lettering, Picture
from screening.report.panel import SIDE_COLOUR, WHITE, Panel, PhaseBar, font_px, has_accents, nearest_rows
from screening.video import VideoReader, VideoWriter, fitted

_DARK: Final = (25, 25, 25)
_HIP_LINE: Final = (240, 228, 66)
_LABELLED: Final = ("knee", "ankle")
_SUBPIXEL_BITS: Final = 3
#: Pictures that may wait for the encoder.
_WAITING = 3
#: Side and ends of each bone; the hip line is drawn apart from them.
_BONES: Final = [
    (side_of(a) if side_of(a) is side_of(b) else None, INDEX[a], INDEX[b])
    for a, b in SEGMENTS
    if (a, b) != ("left_hip", "right_hip")
]
_MARKED: Final = sorted({INDEX[name] for pair in SEGMENTS for name in pair})


def write_overlay(
    result: TakeResult,
    video: Path,
    out: Path,
    *,
    settings: ReportSettings,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Draw a result into its video and write it as an mp4 that plays in a browser.

    Parameters
    ----------
    result : TakeResult
        `image` in pixels of the upright, un-mirrored picture.
    video : Path
        The recording.
    out : Path
        The mp4 file to write; it appears when it is complete.
    settings : ReportSettings
        Size and quality.
    progress : callable, optional
        Is told frames done and frames in all; an exception from it ends the work and leaves no file.
    """
    recording = result.recording
    size = fitted(recording.width, recording.height, settings.overlay_max_side_px)
    painter = Painter(result, size)
    heads = heads_to_blur(result, settings)
    scale = np.array(size) / (recording.width, recording.height)
    rows, total = nearest_rows(result), recording.n_frames
    with (
        VideoReader(
            video,
            recording=recording,
            mirrored=result.scene.mirrored,
            max_side_px=settings.overlay_max_side_px,
        ) as reader,
        VideoWriter(out, width=size[0], height=size[1], crf=settings.overlay_crf) as writer,
        ThreadPoolExecutor(max_workers=1) as encoder,
    ):
        waiting: deque[Future[None]] = deque()
        for done, picture in enumerate(reader, start=1):
            row = int(rows[picture.index])
            if heads is not None:
                heads.blur(picture.rgb, row, origin=np.zeros(2), scale=scale)
            painter.draw(picture.rgb, row, picture.time_s)
            # The file's own clock: slow motion stays slow. Encoding runs beside reading and drawing.
            waiting.append(encoder.submit(writer.write, picture.rgb, picture.time_s / recording.time_scale))
            if len(waiting) > _WAITING:
                waiting.popleft().result()
            if progress is not None:
                progress(done, total)
        for written in waiting:
            written.result()


class Painter:
    """Draws one row of a result into a picture of (width, height), in place; holds letters and fixed parts."""

    def __init__(self, result: TakeResult, size: tuple[int, int]) -> None:
        scale = np.array(size) / (result.recording.width, result.recording.height)
        # Landmarks count from the picture's edge, OpenCV from the middle of the first pixel.
        self._points = result.image.position * scale - 0.5
        self._hips = hip_ends(result) * scale - 0.5
        assert result.image.filled is not None
        self._filled = result.image.filled
        self._up = up_in_picture(result)
        self._frontal = result.scene.view.is_frontal
        self._thick = max(2, round(max(size) / 320))
        wordings = load_wordings(result.language)
        self._letters = Lettering(round(1.25 * font_px(size)), accents=has_accents(wordings))
        self._side_word = {side: wordings.word("side_short", str(side)) for side in Side}
        self._panel = Panel(result, wordings, size, self._points)
        self._bar = PhaseBar(result, wordings, size)

    def draw(self, canvas: Picture, row: int, time_s: float) -> None:
        """Draw one row of the result at a time of the take."""
        points = self._points[row]
        seen = np.isfinite(points).all(axis=1)
        self._skeleton(canvas, points, seen, self._filled[row])
        self._hip_line(canvas, *self._hips[row])
        self._side_labels(canvas, points, seen)
        self._panel.draw(canvas, row)
        self._bar.draw(canvas, time_s)

    def _skeleton(
        self, canvas: Picture, points: FloatArray, seen: NDArray[np.bool_], filled: NDArray[np.bool_]
    ) -> None:
        bones = [(side, points[i], points[j]) for side, i, j in _BONES if seen[i] and seen[j]]
        for _, a, b in bones:
            _line(canvas, a, b, _DARK, self._thick + 2)
        for side, a, b in bones:
            self._bone(canvas, a, b, side)
        for i in _MARKED:
            if seen[i]:
                self._joint(canvas, points[i], hollow=bool(filled[i]))

    def _bone(self, canvas: Picture, a: FloatArray, b: FloatArray, side: Side | None) -> None:
        colour = WHITE if side is None else SIDE_COLOUR[side]
        if side is not Side.RIGHT:
            _line(canvas, a, b, colour, self._thick)
            return
        dashes = max(2, int(np.linalg.norm(b - a) / (4 * self._thick)))
        for k in range(dashes):  # the right side is dashed, for eyes that do not tell the colours apart
            start, end = (k + 0.15) / dashes, (k + 0.85) / dashes
            _line(canvas, a + start * (b - a), a + end * (b - a), colour, self._thick)

    def _joint(self, canvas: Picture, point: FloatArray, *, hollow: bool) -> None:
        radius = self._thick + 1
        _circle(canvas, point, radius + 1, _DARK, -1)
        _circle(canvas, point, radius, WHITE, 1 if hollow else -1)

    def _hip_line(self, canvas: Picture, left: FloatArray, right: FloatArray) -> None:
        if not (np.isfinite(left).all() and np.isfinite(right).all()):
            return
        length = float(np.linalg.norm(left - right))
        if self._frontal and length > 1.0:  # elsewhere the angle shows the camera, not the pelvis
            middle, along = 0.5 * (left + right), (left - right) / length
            reach = max(0.9 * length, 24.0 * self._thick)
            level = np.array([-self._up[1], self._up[0]])
            self._dashed(canvas, middle - 1.15 * reach * level, middle + 1.15 * reach * level)
            left, right = middle + reach * along, middle - reach * along
            self._hip_angle(canvas, left - right, max(left, right, key=lambda p: float(p[0])))
        _line(canvas, left, right, _DARK, self._thick + 4)
        _line(canvas, left, right, _HIP_LINE, self._thick + 1)

    def _hip_angle(self, canvas: Picture, line: FloatArray, at: FloatArray) -> None:
        """Write the hip line's angle to the horizontal at its end on the picture's right, positive if left is up."""
        across = abs(float(line @ np.array([-self._up[1], self._up[0]])))
        angle = float(np.degrees(np.arctan2(float(line @ self._up), across)))
        text = f"{angle:+.0f}°" if abs(angle) >= 0.5 else "0°"
        x = min(round(float(at[0])) + 3 * self._thick, canvas.shape[1] - self._letters.width(text) - 2)
        self._letters.over(canvas, text, x, round(float(at[1])) - self._letters.height // 2, _HIP_LINE)

    def _dashed(self, canvas: Picture, start: FloatArray, end: FloatArray) -> None:
        steps = max(3, int(np.linalg.norm(end - start) / 8))
        for k in range(0, steps, 2):
            a, b = start + (end - start) * k / steps, start + (end - start) * (k + 1) / steps
            _line(canvas, a, b, WHITE, max(1, self._thick - 2))

    def _side_labels(self, canvas: Picture, points: FloatArray, seen: NDArray[np.bool_]) -> None:
        """Write the sides' letters beside knees and ankles, away from the other leg."""
        for part in _LABELLED:
            for side in Side:
                i, other = INDEX[of(side, part)], INDEX[of(side.other, part)]
                if not seen[i]:
                    continue
                text = self._side_word[side]
                left_of_other = bool(seen[other]) and points[i, 0] < points[other, 0]
                gap = 3 * self._thick
                x = float(points[i, 0]) + (-gap - self._letters.width(text) if left_of_other else gap)
                y = round(float(points[i, 1])) - self._letters.height // 2
                self._letters.over(canvas, text, round(x), y, SIDE_COLOUR[side])


def _fixed(point: FloatArray) -> tuple[int, int]:
    """A point in OpenCV's fixed-point numbers, so that lines do not jump from pixel to pixel."""
    scale = 1 << _SUBPIXEL_BITS
    return round(float(point[0]) * scale), round(float(point[1]) * scale)


def _line(canvas: Picture, a: FloatArray, b: FloatArray, colour: Colour, thick: int) -> None:
    cv2.line(canvas, _fixed(a), _fixed(b), colour, thick, cv2.LINE_AA, _SUBPIXEL_BITS)


def _circle(canvas: Picture, at: FloatArray, radius: int, colour: Colour, thick: int) -> None:
    cv2.circle(canvas, _fixed(at), radius << _SUBPIXEL_BITS, colour, thick, cv2.LINE_AA, _SUBPIXEL_BITS)
