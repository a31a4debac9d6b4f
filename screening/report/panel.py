"""The words and numbers on an overlay frame: panel with live values, and the bar of phases below.

May import: catalog, core, numpy, OpenCV and the sibling files `lettering`, `numbers`, `palette`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from screening.catalog import Wordings
from screening.core.datatypes import FloatArray, IntArray, TakeResult
from screening.core.settings import DEFAULT_LANGUAGE
from screening.core.vocabulary import Observability, Phase, Side
from screening.report.legs import phase_words
from screening.report.lettering import Colour, Lettering, Picture
from screening.report.numbers import value_and_error

WHITE: Final = (255, 255, 255)
GREY: Final = (185, 185, 185)
#: Okabe and Ito's light blue and orange: darker ones are lost on video.
SIDE_COLOUR: Final[dict[Side, Colour]] = {Side.LEFT: (86, 180, 233), Side.RIGHT: (240, 170, 40)}
#: Colour and height of each phase in the bar: the lowest point is the tallest.
PHASE_LOOK: Final[dict[Phase, tuple[Colour, float]]] = {
    Phase.STAND: ((125, 125, 125), 0.3),
    Phase.TOP: ((165, 165, 165), 0.3),
    Phase.OTHER: ((80, 80, 80), 0.3),
    Phase.DESCENT: ((0, 158, 115), 0.65),
    Phase.BOTTOM: ((240, 228, 66), 1.0),
    Phase.ASCENT: ((204, 121, 167), 0.65),
}
_SHADE: Final = 0.25
_WIDEST_VALUE: Final = "~ -188° ±88°"
_MAX_SHARE: Final = 0.72


@dataclass(frozen=True, kw_only=True)
class _Line:
    """One line of the panel: a label and its column of the angle table for no side, left and right."""

    label: str
    columns: dict[Side | None, str]


class Panel:
    """Draws phase, repetition and the values that this view shows into a corner away from the body."""

    def __init__(self, result: TakeResult, wordings: Wordings, size: tuple[int, int], points: FloatArray) -> None:
        self._result, self._words = result, wordings
        self._phases = phase_words(result.movement)
        self._letters = Lettering(font_px(size), accents=has_accents(wordings))
        self._lines = _lines(result, wordings)
        self._pad, self._step = self._letters.height // 2, self._letters.height + 2
        self._reps = result.timeline.rep_of_frame()
        label = max((self._letters.width(line.label) for line in self._lines), default=0)
        self._value_width = self._letters.width(_WIDEST_VALUE)
        # Pelvis and trunk come first; then, under a heading, left and right.
        n_middle = sum(None in line.columns for line in self._lines)
        sided = n_middle < len(self._lines)
        self._line_y = [self._pad + self._step * (i + 1 + (i >= n_middle)) for i in range(len(self._lines))]
        self._first_value = self._pad + label + self._pad
        width = max(self._first_value + (1 + sided) * (self._value_width + self._pad), self._title_width())
        height = 2 * self._pad + self._step * (1 + sided + len(self._lines))
        self._fits = width <= _MAX_SHARE * size[0] and height <= _MAX_SHARE * size[1]
        self._corner = _free_corner(points, (width, height), (size[0], size[1] - bar_px(size)), self._pad)
        self._base = self._labels(width, height, n_middle)

    def draw(self, canvas: Picture, row: int) -> None:
        """Draw the values of one row of the result."""
        if not self._fits:
            return
        x, y = self._corner
        height, width = self._base.shape[:2]
        region = canvas[y : y + height, x : x + width]
        cv2.convertScaleAbs(region, region, _SHADE, 0)
        np.maximum(region, self._base, out=region)
        phase = self._result.timeline.phase[row]
        cv2.rectangle(
            region, (self._pad, self._pad), (2 * self._pad, self._pad + self._step - 6), PHASE_LOOK[phase][0], -1
        )
        self._letters.on_dark(region, self._title(phase, int(self._reps[row])), 3 * self._pad, self._pad, WHITE)
        table = self._result.angle_table
        for line, y in zip(self._lines, self._line_y, strict=True):
            for side, name in line.columns.items():
                column = table.names.index(name)
                value, error = value_and_error(table.value[row, column], table.sd[row, column], name.rpartition("_")[2])
                if value:
                    trend = table.observability[name] is Observability.TREND
                    text = f"{'~ ' if trend else ''}{value} {error.replace('± ', '±')}"
                    self._value(region, text, 1 if side is Side.RIGHT else 0, y, side)

    def _value(self, region: Picture, text: str, place: int, y: int, side: Side | None) -> None:
        right = self._first_value + (place + 1) * self._value_width + place * self._pad
        colour = WHITE if side is None else SIDE_COLOUR[side]
        self._letters.on_dark(region, text, right - self._letters.width(text), y, colour)

    def _labels(self, width: int, height: int, n_middle: int) -> Picture:
        base = np.zeros((height, width, 3), np.uint8)
        if n_middle < len(self._lines):
            for side in Side:
                word = self._words.word("side", side).capitalize()
                self._value(base, word, int(side is Side.RIGHT), self._line_y[n_middle] - self._step, side)
        for line, y in zip(self._lines, self._line_y, strict=True):
            self._letters.on_dark(base, line.label, self._pad, y, GREY if self._only_trends(line) else WHITE)
        return base

    def _only_trends(self, line: _Line) -> bool:
        how = self._result.angle_table.observability
        return all(how[name] is Observability.TREND for name in line.columns.values())

    def _title(self, phase: Phase, rep: int) -> str:
        word = self._words.word(self._phases, phase).capitalize()
        if not rep:
            return word
        total = len(self._result.timeline.repetitions)
        return f"{word} · {self._words.sentence('report.overlay_rep', rep=rep, total=total)}"

    def _title_width(self) -> int:
        total = len(self._result.timeline.repetitions)
        return 4 * self._pad + max(self._letters.width(self._title(phase, total)) for phase in Phase)


class PhaseBar:
    """Draws the take from left to right, coloured by phase, with a cursor, at the bottom of the picture."""

    def __init__(self, result: TakeResult, wordings: Wordings, size: tuple[int, int]) -> None:
        width, height = size[0], bar_px(size)
        letters = Lettering(max(9, font_px(size) - 2), accents=has_accents(wordings))
        self._height, self._bar = height, max(8, height - letters.height - 4)
        self._bar_width = width
        self._base = np.zeros((height, width, 3), np.uint8)
        time_s = result.angle_table.time_s
        self._end_s = max(float(time_s[-1]), 1e-9) if len(time_s) else 1.0
        columns = np.searchsorted(time_s, np.linspace(0, self._end_s, width)).clip(0, max(len(time_s) - 1, 0))
        for x, row in enumerate(columns.tolist() if len(time_s) else []):
            colour, share = PHASE_LOOK[result.timeline.phase[row]]
            self._base[self._bar - max(1, round(share * self._bar)) : self._bar, x] = colour
        for rep in result.timeline.repetitions:
            x = round(time_s[rep.bottom] / self._end_s * (width - 1))
            self._number(letters, str(rep.index) if rep.used else f"({rep.index})", x)
        statement = wordings.sentence("report.statement")
        letters.on_dark(self._base, statement, (width - letters.width(statement)) // 2, self._bar + 2, WHITE)

    def _number(self, letters: Lettering, text: str, x: int) -> None:
        """Write a repetition's number, dark on its bright lowest phase."""
        ink = np.zeros((letters.height, letters.width(text) + 4, 3), np.uint8)
        letters.on_dark(ink, text, 1, 0, WHITE)
        left, top = x - ink.shape[1] // 2, max(0, (self._bar - letters.height) // 2)
        region = self._base[top : top + ink.shape[0], max(left, 0) : left + ink.shape[1]]
        region[:] = np.where(ink[: region.shape[0], : region.shape[1]] > 90, 0, region)

    def draw(self, canvas: Picture, time_s: float) -> None:
        """Draw the bar with its cursor at a time of the take."""
        region = canvas[-self._height :]
        cv2.convertScaleAbs(region, region, _SHADE, 0)
        np.maximum(region, self._base, out=region)
        x = round(min(1.0, time_s / self._end_s) * (self._bar_width - 1))
        cv2.line(region, (x, 0), (x, self._bar - 1), (0, 0, 0), 5)
        cv2.line(region, (x, 0), (x, self._bar - 1), WHITE, 2)


def font_px(size: tuple[int, int]) -> int:
    """Height of the letters for a picture of (width, height)."""
    return int(np.clip(round(min(size) / 34), 9, 22))


def bar_px(size: tuple[int, int]) -> int:
    """Height of the strip with the phases, pixels."""
    return 3 * font_px(size)


def has_accents(wordings: Wordings) -> bool:
    """Whether the words need letters beyond those of English."""
    return wordings.language != DEFAULT_LANGUAGE


def _lines(result: TakeResult, wordings: Wordings) -> tuple[_Line, ...]:
    table = result.angle_table
    seen = [n for i, n in enumerate(table.names) if np.isfinite(table.value[:, i]).any()]
    grouped: dict[str, dict[Side | None, str]] = {}
    for name in seen:
        text = wordings.angle(name)
        label = text.short if text.side is None else text.short.rpartition(" ")[0]
        grouped.setdefault(label, {})[text.side] = name
    lines = [_Line(label=label, columns=columns) for label, columns in grouped.items()]
    return tuple(sorted(lines, key=lambda line: None not in line.columns))


def _free_corner(points: FloatArray, box: tuple[int, int], size: tuple[int, int], margin: int) -> tuple[int, int]:
    """Choose the corner of the picture in which the fewest body points lie over the whole take.

    points (time, landmark, axis) in pixels of the picture; the top is preferred.
    """
    flat = points.reshape(-1, 2)
    flat = flat[np.isfinite(flat).all(axis=1)]
    right, low = max(0, size[0] - box[0] - margin), max(0, size[1] - box[1] - margin)
    corners = [(margin, margin), (right, margin), (margin, low), (right, low)]

    def covered(corner: tuple[int, int]) -> int:
        inside = (flat > np.array(corner) - margin) & (flat < np.array(corner) + box + margin)
        return int(inside.all(axis=1).sum())

    return min(corners, key=covered)


def nearest_rows(result: TakeResult) -> IntArray:
    """Row of the result that is closest in time to each frame of the recording, (frame,)."""
    rows, frames = result.angle_table.time_s, result.recording.time_s
    after = np.searchsorted(rows, frames).clip(1, max(len(rows) - 1, 1))
    closer_before = frames - rows[after - 1] <= rows[np.minimum(after, len(rows) - 1)] - frames
    return np.asarray(np.where(closer_before, after - 1, np.minimum(after, len(rows) - 1)), np.int64)
