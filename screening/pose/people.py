"""Who is in the picture, and whether one person is clearly meant.

May import: numpy, the standard library, `core`, `estimator`; OpenCV on demand through `libraries`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from screening.core.datatypes import FloatArray
from screening.core.errors import NoPersonError, SeveralPeopleError
from screening.core.settings import PoseSettings
from screening.core.skeleton import INDEX, SEGMENTS
from screening.pose.estimator import Body, Finder, Rgb
from screening.pose.libraries import load

GREY = 128
#: Parts that stay where they are when left and right legs are taken for each other.
STEADY_PARTS = ("ear", "shoulder", "hip", "knee", "ankle")


@dataclass(frozen=True, kw_only=True)
class Look:
    """Everybody seen in one picture, the tallest first; `picture` counts the pictures that were given."""

    picture: int
    people: tuple[Body, ...]

    def rivals(self, ratio: float) -> int:
        """How many others are nearly as tall as the tallest."""
        return sum(p.stature_px * ratio > self.people[0].stature_px for p in self.people[1:])


def look(finder: Finder, rgb: Rgb, picture: int, settings: PoseSettings) -> Look:
    """Find everybody in one picture.

    Notes
    -----
    The network reports mostly one body even if there are more. So the bodies found are painted over and the rest is
    searched again. Plants and coat stands are found then, too: whoever could be taken for the person meant must be
    found in the same place when the picture is flipped.
    """
    people = list(finder.find(rgb))
    if people:
        others = finder.find(hide(rgb, people))
        people += [b for b in others if not any(same(a, b, settings.same_person_torsos) for a in people)]
    people.sort(key=lambda body: -body.stature_px)
    if len(people) > 1:
        people = _confirmed(finder, rgb, people, settings)
    return Look(picture=picture, people=tuple(people))


def _confirmed(finder: Finder, rgb: Rgb, people: list[Body], settings: PoseSettings) -> list[Body]:
    kept: list[Body] = []
    for body in people:
        tallest = kept[0].stature_px if kept else body.stature_px
        if body.stature_px * settings.clear_height_ratio < tallest:
            kept.append(body)  # too small to be meant: it need not be real
            continue
        hidden = hide(rgb, [other for other in people if other is not body])
        if _seen_flipped(finder, hidden, body, settings.confirm_share):
            kept.append(body)
    return kept


def _seen_flipped(finder: Finder, rgb: Rgb, body: Body, share: float) -> bool:
    crop, corner = _around(rgb, body)
    flipped = np.ascontiguousarray(crop[:, ::-1])
    limit = share * float(body.box[3] - body.box[1])
    for found in finder.find(flipped):
        again = found.unmirrored(crop.shape[1]).moved(*corner)
        gaps = [np.linalg.norm(again.mid(part) - body.mid(part)) for part in STEADY_PARTS]
        if np.median(gaps) < limit:
            return True
    return False


def _around(rgb: Rgb, body: Body) -> tuple[Rgb, tuple[float, float]]:
    """Square piece of the picture around a body, grey where it leaves the picture, and its corner."""
    left, top, right, bottom = body.box
    side = max(int(1.5 * max(right - left, bottom - top)), 16)
    x, y = int((left + right - side) / 2), int((top + bottom - side) / 2)
    out = np.full((side, side, 3), GREY, np.uint8)
    height, width = rgb.shape[:2]
    x0, x1, y0, y1 = max(x, 0), min(x + side, width), max(y, 0), min(y + side, height)
    if x1 > x0 and y1 > y0:
        out[y0 - y : y1 - y, x0 - x : x1 - x] = rgb[y0:y1, x0:x1]
    return out, (float(x), float(y))


def hide(rgb: Rgb, bodies: Sequence[Body]) -> Rgb:
    """Copy of a picture with bodies painted over by their hulls: a hull no longer looks like a person."""
    cv2: Any = load("cv2")
    out: Rgb = rgb.copy()
    mask = np.zeros(rgb.shape[:2], np.uint8)
    for body in bodies:
        hull = cv2.convexHull(np.round(body.pixels).astype(np.int32))
        cv2.fillConvexPoly(mask, hull, 1)
        cv2.polylines(mask, [hull], True, 1, _thickness(0.6 * body.torso_px))
    out[mask > 0] = GREY
    return out


def silhouette(shape: tuple[int, ...], bodies: Sequence[Body], scale: float = 1.0) -> Rgb:
    """Mask (row, column), 1 where a limb, trunk or head of the bodies is about; `scale` shrinks their pixels."""
    cv2: Any = load("cv2")
    mask = np.zeros(shape[:2], np.uint8)
    for body in bodies:
        points = np.round(body.pixels * scale).astype(np.int32)
        thickness = _thickness(0.5 * body.torso_px * scale)
        for a, b in SEGMENTS:
            start, end = points[INDEX[a]].tolist(), points[INDEX[b]].tolist()
            cv2.line(mask, start, end, 1, thickness)
        trunk = [INDEX[name] for name in ("left_shoulder", "right_shoulder", "right_hip", "left_hip")]
        cv2.fillConvexPoly(mask, cv2.convexHull(points[trunk]), 1)
        cv2.circle(mask, np.round(body.mid("ear") * scale).astype(int).tolist(), thickness, 1, -1)
    return mask


def _thickness(pixels: float) -> int:
    # OpenCV draws lines of up to 32767 pixels.
    return int(np.clip(pixels, 2, 1000))


def same(a: Body, b: Body, torsos: float) -> bool:
    """Whether two finds are one person: shoulders and hips within some torso lengths."""
    limit = torsos * max(a.torso_px, b.torso_px)
    return all(float(np.linalg.norm(a.mid(part) - b.mid(part))) < limit for part in ("shoulder", "hip"))


def packed(rgb: Rgb) -> bytes:
    """Return a picture as JPEG, to be looked at later."""
    cv2: Any = load("cv2")
    _, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 92])
    return bytes(data)


def unpacked(data: bytes) -> Rgb:
    """Return the picture that was packed."""
    cv2: Any = load("cv2")
    rgb: Rgb = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    return rgb


def choose(looks: Sequence[Look], settings: PoseSettings) -> tuple[Look, ...]:
    """Looks in which one person is clearly meant: the tallest there.

    Raises
    ------
    SeveralPeopleError
        If in too many looks somebody else is nearly as tall.
    """
    seen = [entry for entry in looks if entry.people]
    crowded = [entry for entry in seen if entry.rivals(settings.clear_height_ratio)]
    if len(crowded) > (1.0 - settings.clear_share) * len(seen):
        most = 1 + max(entry.rivals(settings.clear_height_ratio) for entry in crowded)
        raise SeveralPeopleError(
            f"{most} people of similar size in {len(crowded)} of {len(seen)} pictures looked at; one person is needed.",
            hint="Film one person alone, or let the others stand far behind; mind mirrors and posters.",
        )
    return tuple(entry for entry in seen if not entry.rivals(settings.clear_height_ratio))


class Tracked(Protocol):
    """Bodies by the number of their picture."""

    def __getitem__(self, picture: int) -> Body | None:
        """Return the body of a picture, None where nobody was seen."""


def follows(tracked: Tracked, chosen: Sequence[Look], settings: PoseSettings) -> bool:
    """Whether the network followed the person meant, in nearly all of the looks in which it followed anybody."""
    pairs = [(tracked[entry.picture], entry.people[0]) for entry in chosen]
    checked = [same(body, meant, 2 * settings.same_person_torsos) for body, meant in pairs if body is not None]
    return not checked or sum(checked) >= settings.clear_share * len(checked)


def require_one_followed(ok: bool) -> None:
    """Refuse a take in which the person meant cannot be followed.

    Raises
    ------
    SeveralPeopleError
        If `ok` is false.
    """
    if not ok:
        raise SeveralPeopleError(
            "Several people cross each other, so that no single one can be followed; one person is needed.",
            hint="Film one person alone, or let the others stand far behind and still.",
        )


def require_person(n_seen: int, n_pictures: int, settings: PoseSettings) -> None:
    """Refuse a take in which too often nobody is seen.

    Raises
    ------
    NoPersonError
        If nobody is seen in more than `1 - min_person_share` of the pictures.
    """
    missing, limit = n_pictures - n_seen, int((1.0 - settings.min_person_share) * n_pictures)
    if missing > limit:
        raise NoPersonError(
            f"No person in {missing} of {n_pictures} frames (limit {limit}).",
            hint="Film the whole body from 2-4 m, in good light, with the camera standing still.",
        )


def union_box(chosen: Sequence[Look], shape: tuple[int, ...], margin: float = 0.2) -> tuple[int, int, int, int]:
    """Part of the picture in which the person meant moves: left, top, right, bottom, pixels, with a margin."""
    boxes: FloatArray = np.array([entry.people[0].box for entry in chosen])
    pad = margin * float(np.median(boxes[:, 3] - boxes[:, 1]))
    low, high = boxes[:, :2].min(axis=0) - pad, boxes[:, 2:].max(axis=0) + pad
    height, width = shape[:2]
    left, top = np.clip(low, 0, [width - 16, height - 16]).astype(int)
    right, bottom = np.clip(high, [left + 16, top + 16], [width, height]).astype(int)
    return int(left), int(top), int(right), int(bottom)
