"""Text on video frames: each string is drawn once, kept, and copied into the frames.

May import: numpy, Pillow and the fonts that come with matplotlib. OpenCV's own letters know neither the degree sign nor
plus-minus, and the font inside Pillow knows no accents.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from screening.core.errors import ConfigError

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]
_Slices = tuple[slice, slice]

#: The font that comes inside Pillow has no minus sign; its hyphen is read as one.
_REPLACED: Final = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{NO-BREAK SPACE}": " "})
#: Values change with every frame, but there are only so many of them.
_MAX_KEPT: Final = 4000
_HALO_PX: Final = 2
_SMALLER: Final = 0.88


class Lettering:
    """One font in one size, with the strings drawn so far.

    `size_px` is the height of the font in pixels; with `accents` it is one that knows the letters of all of Europe.
    """

    def __init__(self, size_px: int, *, accents: bool = False) -> None:
        self._font = _accented(size_px) if accents else ImageFont.load_default(size_px)
        self._inks: dict[tuple[str, Colour], Picture] = {}
        self._rims: dict[str, NDArray[np.uint16]] = {}
        self.height = round(1.25 * size_px)

    def width(self, text: str) -> int:
        """Return how wide a string is, pixels."""
        return int(np.ceil(self._font.getlength(text.translate(_REPLACED))))

    def on_dark(self, canvas: Picture, text: str, x: int, y: int, colour: Colour) -> None:
        """Write on dark ground, top left at (x, y): the lighter of ground and letter stays."""
        ink = self._ink(text, colour)
        there, part = _overlap(canvas.shape, ink.shape, x - _HALO_PX, y - _HALO_PX)
        region = canvas[there]
        np.maximum(region, ink[part], out=region)

    def over(self, canvas: Picture, text: str, x: int, y: int, colour: Colour) -> None:
        """Write with a dark rim, readable on any ground, the letters' top left at (x, y)."""
        ink = self._ink(text, colour)
        if text not in self._rims:
            self._rims[text] = np.subtract(255, self._alpha(text, stroke=_HALO_PX)[..., None], dtype=np.uint16)
        there, part = _overlap(canvas.shape, ink.shape, x - _HALO_PX, y - _HALO_PX)
        ground = (canvas[there] * self._rims[text][part] // 255).astype(np.uint8)
        canvas[there] = np.maximum(ground, ink[part])

    def _ink(self, text: str, colour: Colour) -> Picture:
        key = (text, colour)
        if key not in self._inks:
            if len(self._inks) >= _MAX_KEPT:
                self._inks.clear()
            shade = self._alpha(text, stroke=0)[..., None] / 255.0
            self._inks[key] = np.round(shade * np.array(colour)).astype(np.uint8)
        return self._inks[key]

    def _alpha(self, text: str, *, stroke: int) -> Picture:
        image = Image.new("L", (self.width(text) + 2 * _HALO_PX + 1, self.height + 2 * _HALO_PX))
        plain = text.translate(_REPLACED)
        ImageDraw.Draw(image).text((_HALO_PX, _HALO_PX), plain, fill=255, font=self._font, stroke_width=stroke)
        return np.asarray(image)


def _accented(size_px: int) -> ImageFont.FreeTypeFont:
    """Wider than the font of Pillow, so that it is taken a little smaller."""
    found = find_spec("matplotlib")
    path = Path(found.origin or "").parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf" if found else Path()
    try:
        return ImageFont.truetype(str(path), round(_SMALLER * size_px))
    except OSError as err:
        raise ConfigError(
            "The font DejaVuSans, which accented letters need, is not installed.",
            hint="Install matplotlib again with pip install --force-reinstall matplotlib.",
        ) from err


def _overlap(canvas: tuple[int, ...], item: tuple[int, ...], x: int, y: int) -> tuple[_Slices, _Slices]:
    """Where an item put at (x, y) lies in a canvas, and which part of the item that is."""
    top, left = max(y, 0), max(x, 0)
    bottom, right = max(top, min(y + item[0], canvas[0])), max(left, min(x + item[1], canvas[1]))
    return (slice(top, bottom), slice(left, right)), (slice(top - y, bottom - y), slice(left - x, right - x))
