"""The pose network that looks at small live pictures, in a thread of its own.

May import: numpy, Pillow on demand, `pose`, `core` and `web.framing_check`.

One picture at a time: one thread owns the network, and whoever comes while it works is asked to come back. Pictures are
neither kept nor written anywhere.
"""

from __future__ import annotations

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from screening.core.settings import DEFAULTS, Settings
from screening.pose.estimator import Body, Finder, Rgb
from screening.web.framing_check import Sight, judge

_DIGITS: Final = 4


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was seen: key of the sentence, and the landmarks as shares of the picture, (landmark, x y visibility)."""

    key: str
    points: tuple[tuple[float, float, float], ...]


class Checker:
    """The pose network of the live picture, in a thread of its own.

    Parameters
    ----------
    settings : Settings
        Model, limits, and after how long without a question the network is put away.
    """

    def __init__(self, settings: Settings = DEFAULTS) -> None:
        self._settings = settings
        self._busy = threading.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="framing")
        self._finder: Finder | None = None
        self._asked = 0.0

    def check(self, jpeg: bytes, *, handheld: bool, standing: bool) -> Answer | None:
        """Judge one picture; None if another one is being judged.

        Raises
        ------
        ValueError
            If these bytes are no picture, or too large a one.
        ScreeningError
            If the network cannot be used.
        """
        if not self._busy.acquire(blocking=False):
            return None
        try:
            return self._pool.submit(self._look, jpeg, handheld, standing).result()
        finally:
            self._busy.release()

    def tidy(self) -> None:
        """Put the network away if nobody has asked for a while."""
        if self._finder is not None and time.monotonic() - self._asked > self._settings.framing.idle_s:
            self._pool.submit(self._put_away)

    def close(self) -> None:
        """Put the network away and end the thread."""
        self._pool.submit(self._put_away)
        self._pool.shutdown(wait=True)

    def _put_away(self) -> None:
        if self._finder is not None:
            self._finder.close()
            self._finder = None

    def _look(self, jpeg: bytes, handheld: bool, standing: bool) -> Answer:
        self._asked = time.monotonic()
        rgb = decode(jpeg, self._settings.framing.max_side_px)
        bodies = sorted(self._find(rgb), key=lambda body: -body.stature_px)
        height, width = rgb.shape[:2]
        sight = Sight(
            width=width,
            height=height,
            luma=float(rgb[::4, ::4].mean()),
            bodies=tuple(bodies),
            handheld=handheld,
            standing=standing,
        )
        return Answer(key=judge(sight, self._settings.framing), points=_points(bodies, width, height))

    def _find(self, rgb: Rgb) -> tuple[Body, ...]:
        if self._finder is not None:
            return self._finder.find(rgb)
        from screening.pose import bundle  # noqa: PLC0415  (loads the network's library)
        from screening.pose.blazepose import BlazePoseFinder, quiet  # noqa: PLC0415

        with quiet():  # also the first picture makes the library talk
            self._finder = BlazePoseFinder(bundle.ensure(self._settings.pose.model), self._settings.pose)
            return self._finder.find(rgb)


def decode(jpeg: bytes, max_side_px: int) -> Rgb:
    """Pixels (row, column, channel) of a JPEG; its size is read before anything is unpacked.

    Raises
    ------
    ValueError
        If it is not a JPEG, or larger than allowed.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as picture:
            if max(picture.size) > max_side_px:
                raise ValueError(f"picture of {picture.size} pixels")
            return np.ascontiguousarray(np.asarray(picture.convert("RGB")))
    except (UnidentifiedImageError, OSError, SyntaxError) as err:
        raise ValueError("not a whole JPEG") from err


def _points(bodies: list[Body], width: int, height: int) -> tuple[tuple[float, float, float], ...]:
    if not bodies:
        return ()
    shares = bodies[0].pixels / np.array([width, height])
    rows = np.column_stack([shares, bodies[0].visibility]).round(_DIGITS).tolist()
    return tuple((float(x), float(y), float(v)) for x, y, v in rows)
