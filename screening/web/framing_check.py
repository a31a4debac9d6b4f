"""Whether a person stands well in the live picture, and the one thing to change if not.

May import: numpy, `pose.estimator`, `core`.

The first fault in the order of `RULES` is the one that is said: whatever would make the later ones meaningless comes
first, so that a person hears one sentence at a time and ends up well framed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from screening.core.settings import DEFAULTS, FramingSettings
from screening.core.skeleton import INDEX
from screening.pose.estimator import Body

FEET: Final = ("left_ankle", "right_ankle", "left_heel", "right_heel", "left_foot_index", "right_foot_index")
HEAD: Final = ("nose", "left_ear", "right_ear")

#: What may be said, each a key of the group `framing` of the page's sentences; only "good" starts a take.
GOOD: Final = "good"


@dataclass(frozen=True, kw_only=True)
class Sight:
    """One live picture: its size in pixels, mean brightness 0-255, everybody seen, the largest first.

    `handheld` tells that a phone or tablet films, which can be turned; `standing` that the person is meant to stand.
    """

    width: int
    height: int
    luma: float
    bodies: tuple[Body, ...]
    handheld: bool = False
    standing: bool = True


def judge(sight: Sight, settings: FramingSettings = DEFAULTS.framing) -> str:
    """Name the one thing to change, or `good`.

    Examples
    --------
    >>> judge(Sight(width=360, height=640, luma=9.0, bodies=()))
    'dark'
    >>> judge(Sight(width=360, height=640, luma=99.0, bodies=()))
    'nobody'
    """
    if sight.luma < settings.min_luma:
        return "dark"
    if not sight.bodies:
        return "nobody"
    if _is_lying(sight.bodies[0]) or (sight.handheld and sight.width > sight.height):
        return "turn"
    for key, is_wrong in RULES:
        if is_wrong(sight, settings):
            return key
    return GOOD


def _is_lying(body: Body) -> bool:
    """Whether the trunk runs across the picture: a phone on its side whose picture was not turned."""
    x, y = np.abs(body.mid("shoulder") - body.mid("hip"))
    return bool(x > y)


def _outside(sight: Sight, names: tuple[str, ...], settings: FramingSettings) -> tuple[bool, bool]:
    """Whether one of the points lies above the picture, and whether one lies below it."""
    y = sight.bodies[0].pixels[[INDEX[name] for name in names], 1] / sight.height
    return bool(np.min(y) < settings.edge_share), bool(np.max(y) > 1.0 - settings.edge_share)


def _feet_lost(sight: Sight, settings: FramingSettings) -> bool:
    seen = sight.bodies[0].visibility[[INDEX[name] for name in FEET]]
    hidden = float(np.max(seen)) < settings.min_visibility
    return _outside(sight, FEET, settings)[1] or hidden


def _head_lost(sight: Sight, settings: FramingSettings) -> bool:
    return _outside(sight, HEAD, settings)[0]


def _body_share(sight: Sight) -> float:
    """Height of the body from its highest to its lowest landmark, share of the picture's height."""
    box = sight.bodies[0].box
    return float(box[3] - box[1]) / sight.height


def _too_near(sight: Sight, settings: FramingSettings) -> bool:
    both = _feet_lost(sight, settings) and _head_lost(sight, settings)
    return both or _body_share(sight) > settings.max_body_share


def _too_far(sight: Sight, settings: FramingSettings) -> bool:
    return sight.standing and _body_share(sight) < settings.min_body_share


def _off_centre(sight: Sight, settings: FramingSettings) -> bool:
    x = float(sight.bodies[0].mid("hip")[0]) / sight.width
    return abs(x - 0.5) > settings.max_off_centre_share


def camera_above_hip_deg(sight: Sight, settings: FramingSettings = DEFAULTS.framing) -> float:
    """How far the hips lie below the camera's own level, seen from the camera, degrees.

    Notes
    -----
    + means that the camera stands higher than the hips. A standing body is upright, so the slope of its axis in
    CAMERA_M tells how far the camera looks down; where the hips lie in the picture tells the rest. NaN for a person who
    is not meant to stand.
    """
    if not sight.standing:
        return float("nan")
    body = sight.bodies[0]
    ankles, shoulders = (
        0.5 * (body.world[INDEX[f"left_{part}"]] + body.world[INDEX[f"right_{part}"]]) for part in ("ankle", "shoulder")
    )
    axis = shoulders - ankles
    looks_down = float(np.degrees(np.arctan2(-axis[2], -axis[1]))) - settings.pitch_bias_deg
    below_middle = float(body.mid("hip")[1]) / sight.height - 0.5
    return looks_down + float(np.degrees(np.arctan2(below_middle, settings.focal_heights)))


def _camera_high(sight: Sight, settings: FramingSettings) -> bool:
    return camera_above_hip_deg(sight, settings) > settings.max_camera_high_deg


def _camera_low(sight: Sight, settings: FramingSettings) -> bool:
    return camera_above_hip_deg(sight, settings) < -settings.max_camera_low_deg


RULES: Final[tuple[tuple[str, Callable[[Sight, FramingSettings], bool]], ...]] = (
    ("back", _too_near),
    ("feet", _feet_lost),
    ("head", _head_lost),
    ("closer", _too_far),
    ("centre", _off_centre),
    ("lower", _camera_high),
    ("raise", _camera_low),
)
