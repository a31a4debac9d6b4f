"""The lowest frame of each repetition as a JPEG, with the body points, the hip line and the vertical drawn in.

May import: catalog, video, core, numpy, OpenCV and the sibling file `palette`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from screening.catalog import Wordings
from screening.core.datatypes import FloatArray, Recording, Repetition, TakeResult
from screening.core.settings import ReportSettings
from screening.core.skeleton import INDEX, SEGMENTS, of, side_of
from screening.core.vocabulary import Side
from screening.report.faces import heads_to_blur
from screening.report.hipline import hip_ends, line_tilt_deg, up_in_picture
from screening.report.palette import LEFT, RIGHT, rgb
from screening.video import pictures_at

Picture = NDArray[np.uint8]
_COLOUR = {Side.LEFT: rgb(LEFT), Side.RIGHT: rgb(RIGHT), None: (225, 225, 225)}
_BRIGHT = {Side.LEFT: (120, 200, 255), Side.RIGHT: (255, 190, 130)}
_DARK, _WHITE = (20, 20, 20), (255, 255, 255)
_LABELLED = ("knee", "ankle")
_LEVEL_DEG = 0.5


@dataclass(frozen=True, kw_only=True)
class Film:
    """A measured take and its recording."""

    result: TakeResult
    video: Path


@dataclass(frozen=True, kw_only=True)
class KeyPicture:
    """One drawn picture with its words; `jpeg` is the whole file."""

    rep: int
    jpeg: bytes
    width: int
    height: int
    alt: str
    caption: str
    details: tuple[str, ...]


def key_pictures(
    result: TakeResult, video: Path, wordings: Wordings, *, settings: ReportSettings
) -> tuple[KeyPicture, ...]:
    """Draw the lowest frame of each repetition, used ones first if there are more than `max_pictures`."""
    reps = chosen_repetitions(result, settings.max_pictures)
    if not reps:
        return ()
    frames = {rep.index: frame_in_recording(result, rep.bottom) for rep in reps}
    pictures = pictures_at(
        video,
        result.recording,
        frames.values(),
        mirrored=result.scene.mirrored,
        max_side_px=2 * settings.picture_max_side_px,
    )
    box = person_box(result, reps)
    return tuple(_key_picture(result, rep, pictures[frames[rep.index]], box, wordings, settings) for rep in reps)


def chosen_repetitions(result: TakeResult, limit: int) -> tuple[Repetition, ...]:
    """Return at most `limit` repetitions in order of time, leaving out unused ones before used ones."""
    by_use = sorted(result.timeline.repetitions, key=lambda rep: (not rep.used, rep.index))
    return tuple(sorted(by_use[:limit], key=lambda rep: rep.index))


def frame_in_recording(result: TakeResult, frame: int) -> int:
    """Return the recording's frame that is closest in time to a row of the result."""
    return int(np.argmin(np.abs(result.recording.time_s - result.angle_table.time_s[frame])))


def person_box(result: TakeResult, reps: tuple[Repetition, ...]) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom in pixels of the recording around the body in all of these repetitions.

    The same box serves all pictures of a take, so that they can be compared. It is the whole picture where no
    point is known.
    """
    width, height = result.recording.width, result.recording.height
    points = np.concatenate([result.image.position[rep.start : rep.end].reshape(-1, 2) for rep in reps])
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return 0.0, 0.0, float(width), float(height)
    low, high = np.percentile(points, [0.5, 99.5], axis=0)
    room = 0.14 * float(np.max(high - low))
    left, top = np.maximum(low - room, 0.0)
    right, bottom = np.minimum(high + room, [width, height])
    return float(left), float(top), float(right), float(bottom)


def hip_line_deg(result: TakeResult, frame: int) -> float:
    """Angle of the drawn hip line against the horizontal, camera roll taken out; positive: the left hip is higher.

    NaN where a hip was not found.
    """
    return float(line_tilt_deg(result, hip_ends(result))[frame])


def _key_picture(
    result: TakeResult,
    rep: Repetition,
    picture: Picture,
    box: tuple[float, float, float, float],
    wordings: Wordings,
    settings: ReportSettings,
) -> KeyPicture:
    cut, origin, scale = _cut_out(picture, box, result.recording, settings.picture_max_side_px)
    heads = heads_to_blur(result, settings)
    if heads is not None:
        heads.blur(cut, rep.bottom, origin=origin, scale=scale)
    drawn = draw(result, rep.bottom, cut, origin=origin, scale=scale)
    seconds = float(result.angle_table.time_s[rep.bottom])
    details = [] if result.scene.view.is_side else [_hip_line_text(result, rep.bottom, wordings)]
    if not rep.used:
        reason = wordings.reason(rep.reason, view=result.scene.view) if rep.reason else ""
        details.append(wordings.sentence("report.picture_not_used", reason=reason))
    return KeyPicture(
        rep=rep.index,
        jpeg=_jpeg(drawn, settings.jpeg_quality),
        width=drawn.shape[1],
        height=drawn.shape[0],
        alt=wordings.sentence("report.picture_alt", rep=rep.index, view=wordings.view(result.scene.view)),
        caption=wordings.sentence("report.picture_caption", rep=rep.index, seconds=seconds),
        details=tuple(details),
    )


def frame_picture(result: TakeResult, video: Path, frame: int, *, settings: ReportSettings) -> tuple[bytes, int, int]:
    """Draw any frame of a take; return the JPEG, its width and its height in pixels."""
    return frame_pictures(result, video, [frame], settings=settings)[0]


def frame_pictures(
    result: TakeResult, video: Path, frames: Sequence[int], *, settings: ReportSettings
) -> list[tuple[bytes, int, int]]:
    """Draw several frames of a take, opening its video once; return JPEG, width and height in pixels of each."""
    at = {frame: frame_in_recording(result, frame) for frame in frames}
    mirrored, side = result.scene.mirrored, 2 * settings.picture_max_side_px
    pictures = pictures_at(video, result.recording, at.values(), mirrored=mirrored, max_side_px=side)
    reps = chosen_repetitions(result, settings.max_pictures)
    box = person_box(result, reps) if reps else (0.0, 0.0, result.recording.width, result.recording.height)
    heads = heads_to_blur(result, settings)
    out = []
    for frame in frames:
        cut, origin, scale = _cut_out(pictures[at[frame]], box, result.recording, settings.picture_max_side_px)
        if heads is not None:
            heads.blur(cut, frame, origin=origin, scale=scale)
        drawn = draw(result, frame, cut, origin=origin, scale=scale)
        out.append((_jpeg(drawn, settings.jpeg_quality), drawn.shape[1], drawn.shape[0]))
    return out


def _jpeg(drawn: Picture, quality: int) -> bytes:
    done, data = cv2.imencode(".jpg", cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError(f"OpenCV could not encode a picture of shape {drawn.shape} as JPEG")
    return data.tobytes()


def _hip_line_text(result: TakeResult, frame: int, wordings: Wordings) -> str:
    angle = hip_line_deg(result, frame)
    if not np.isfinite(angle):
        return wordings.sentence("report.picture_no_hips")
    level = abs(angle) < _LEVEL_DEG
    direction = "higher_none" if level else "higher_left" if angle > 0 else "higher_right"
    text = wordings.sentence(f"report.{direction}")
    return wordings.sentence("report.picture_hip_line", angle=f"{abs(angle):.0f}°", direction=text)


def _cut_out(
    picture: Picture, box: tuple[float, float, float, float], recording: Recording, max_side_px: int
) -> tuple[Picture, FloatArray, float]:
    """Cut a box given in pixels of the recording out of a smaller picture of it; returns it, its origin and scale."""
    ratio = picture.shape[1] / recording.width
    left, top, right, bottom = (round(edge * ratio) for edge in box)
    cut = np.ascontiguousarray(picture[top:bottom, left:right])
    shrink = min(1.0, max_side_px / max(cut.shape[:2]))
    if shrink < 1.0:
        cut = cv2.resize(cut, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return cut, np.array([left, top]) / ratio, ratio * shrink


def draw(result: TakeResult, frame: int, picture: Picture, *, origin: FloatArray, scale: float) -> Picture:
    """Draw one frame's landmarks into a picture (row, column, channel), RGB; returns a new picture.

    `origin` (2,) is where the picture's corner lies in the recording, pixels; `scale` its pixels per pixel of it.
    """
    canvas = picture.copy()
    points = (result.image.position[frame] - origin) * scale
    filled = result.image.filled
    assert filled is not None
    thick = max(2, round(max(canvas.shape[:2]) / 260))
    _draw_skeleton(canvas, points, filled[frame], thick)
    hips = (hip_ends(result)[frame] - origin) * scale
    _draw_hip_line(canvas, hips, up_in_picture(result), thick, drawn_out=not result.scene.view.is_side)
    _draw_labels(canvas, points, thick)
    return canvas


def _draw_skeleton(canvas: Picture, points: FloatArray, filled: NDArray[np.bool_], thick: int) -> None:
    seen = np.isfinite(points).all(axis=1)
    for dark in (True, False):
        for a, b in SEGMENTS:
            i, j = INDEX[a], INDEX[b]
            if seen[i] and seen[j]:
                colour = _DARK if dark else _COLOUR[side_of(a) if side_of(a) is side_of(b) else None]
                cv2.line(canvas, _at(points[i]), _at(points[j]), colour, thick + (2 if dark else 0), cv2.LINE_AA)
    for i in {INDEX[name] for pair in SEGMENTS for name in pair}:
        if seen[i]:
            cv2.circle(canvas, _at(points[i]), thick + 1, _WHITE, 1 if filled[i] else -1, cv2.LINE_AA)


def _draw_hip_line(canvas: Picture, hips: FloatArray, up: FloatArray, thick: int, *, drawn_out: bool) -> None:
    left, right = hips
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        return
    middle = 0.5 * (left + right)
    reach = 0.5 * max(canvas.shape[:2]) * 0.45
    _dashed(canvas, middle - reach * up, middle + reach * up, thick)
    ends = (left, right)
    if drawn_out and np.linalg.norm(left - right) > 1.0:
        along = (left - right) / np.linalg.norm(left - right)
        ends = (middle + 0.6 * reach * along, middle - 0.6 * reach * along)
    cv2.line(canvas, _at(ends[0]), _at(ends[1]), _DARK, thick + 3, cv2.LINE_AA)
    cv2.line(canvas, _at(ends[0]), _at(ends[1]), _WHITE, thick, cv2.LINE_AA)


def _dashed(canvas: Picture, start: FloatArray, end: FloatArray, thick: int) -> None:
    length = float(np.linalg.norm(end - start))
    steps = max(1, int(length // 10))
    for k in range(0, steps, 2):
        a, b = start + (end - start) * k / steps, start + (end - start) * (k + 1) / steps
        cv2.line(canvas, _at(a), _at(b), _DARK, thick, cv2.LINE_AA)
        cv2.line(canvas, _at(a), _at(b), _WHITE, max(1, thick - 1), cv2.LINE_AA)


def _draw_labels(canvas: Picture, points: FloatArray, thick: int) -> None:
    """Write L and R beside knees and ankles, away from the other leg."""
    size = 0.28 * thick
    for part in _LABELLED:
        left, right = (points[INDEX[of(side, part)]] for side in Side)
        for side, point, other in ((Side.LEFT, left, right), (Side.RIGHT, right, left)):
            if not np.isfinite(point).all():
                continue
            outwards = -1.0 if np.isfinite(other).all() and point[0] < other[0] else 1.0
            text = side.value[0].upper()
            (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
            place = point + np.array([outwards * (wide + 3 * thick) - wide / 2, high / 2])
            for colour, width in ((_DARK, thick + 3), (_BRIGHT[side], thick)):
                cv2.putText(canvas, text, _at(place), cv2.FONT_HERSHEY_SIMPLEX, size, colour, width, cv2.LINE_AA)


def _at(point: FloatArray) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))
