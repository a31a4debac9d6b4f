"""People who were seen too late: a lost stretch is followed back in time from where somebody was found again.

May import: numpy, the standard library, `core` and the modules of this room.

The network finds a person only when most of the body is in the picture, but follows one it knows for longer. So the
pictures of a stretch in which a run saw nobody are kept for a moment, packed; once that run sees somebody, a fresh
network follows the person from there backwards until it loses them. Where it never saw anybody, nothing is added.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from screening.core.settings import PoseSettings
from screening.pose.estimator import Body, Rgb, Tracker
from screening.pose.gathering import Bodies
from screening.pose.people import packed, same, unpacked

Box = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Pictures to be followed back: the one in which `run` found somebody and those before it, latest first."""

    run: int
    found: int
    pictures: tuple[tuple[int, bytes], ...]


class Rewind:
    """Keeps the latest pictures in which a run saw nobody, and the stretches that are worth following back."""

    def __init__(self, n_runs: int, fps: float, settings: PoseSettings) -> None:
        self._latest: deque[tuple[int, bytes]] = deque(maxlen=max(1, round(settings.backwards_s * min(fps, 60.0))))
        self._lost = [False] * n_runs
        self._room = settings.backwards_pictures
        self.stretches: list[Stretch] = []

    def note(self, picture: int, rgb: Rgb, found: list[Body | None]) -> None:
        """Take note of what the runs saw in a picture; call it for every picture in the order of time."""
        again = [run for run, body in enumerate(found) if body is not None and self._lost[run]]
        lost = [body is None for body in found]
        if not again and not any(lost):
            self._latest.clear()
            self._lost = lost
            return
        here = (picture, packed(rgb))
        for run in again:
            before = [entry for entry in reversed(self._latest) if entry[0] < picture]
            before = before[: self._room]
            self._room -= len(before)
            if before:
                self.stretches.append(Stretch(run=run, found=picture, pictures=(here, *before)))
        self._lost = lost
        if any(lost):
            self._latest.append(here)


def follow_back(
    stretches: list[Stretch],
    bodies: tuple[Bodies, ...],
    new_tracker: Callable[[], Tracker],
    crop: Box | None,
    settings: PoseSettings,
) -> int:
    """Fill the stretches in which a run lost the person, as far as a fresh network follows them; number of pictures.

    Parameters
    ----------
    stretches : list of Stretch
    bodies : tuple of Bodies
        What each run saw; the second run sees flipped pictures. Filled in place.
    new_tracker : callable
        Makes a network that knows nobody yet.
    crop : box or None
        Part of the pictures that the runs were shown.
    """
    filled = 0
    for stretch in stretches:
        with closing(new_tracker()) as tracker:
            filled += _one(stretch, bodies[stretch.run], tracker, crop, settings)
    return filled


def _one(stretch: Stretch, bodies: Bodies, tracker: Tracker, crop: Box | None, settings: PoseSettings) -> int:
    known, filled = bodies[stretch.found], 0
    for step, (picture, data) in enumerate(stretch.pictures):
        rgb = unpacked(data)
        body = track_part(tracker, rgb, step / 30.0, flip=stretch.run == 1, crop=crop)
        if body is None or known is None or not same(body, known, settings.same_person_torsos):
            break
        if step and not _in_picture(body, rgb):
            break
        if step:
            if bodies[picture] is not None:
                break
            bodies.put(picture, body)
            filled += 1
        known = body
    return filled


def _in_picture(body: Body, rgb: Rgb) -> bool:
    """Whether head, trunk and knees are in the picture: the network goes on about a body that is hardly there."""
    middles = np.array([body.mid(part) for part in ("ear", "shoulder", "hip", "knee")])
    size = np.array([rgb.shape[1], rgb.shape[0]])
    return bool(((middles >= 0) & (middles <= size)).all())


def track_part(tracker: Tracker, rgb: Rgb, time_s: float, *, flip: bool, crop: Box | None) -> Body | None:
    """Body in a part of a picture, seen flipped or not, in the whole picture's pixels and with its true sides."""
    left, top, right, bottom = crop or (0, 0, rgb.shape[1], rgb.shape[0])
    part = rgb[top:bottom, left:right]
    body = tracker.track(np.ascontiguousarray(part[:, ::-1] if flip else part), time_s)
    if body is not None and flip:
        body = body.unmirrored(part.shape[1])
    return body.moved(left, top) if body is not None and crop else body
