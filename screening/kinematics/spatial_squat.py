"""Legs and trunk of somebody whose feet stay side by side, filmed from the front or obliquely from the front.

May import: numpy and `core`.

The network's depth is wrong by 10 to 16 deg of knee flexion there, but its points in the picture are right within 2 %
of the leg's length, and much else is known: segments keep the lengths they have while the person stands, the feet stay
where they are, both hips are about as far ahead, and somebody who is not seated balances over the feet. Shanks, thighs
and trunk of each frame are the angles that agree best with all of it, seen through a camera whose pitch the standing
body tells (Levenberg-Marquardt; the network's own angles are the start and a weak prior). Lengths are in leg lengths
(hip to ankle), places are ahead of the ankles and above them.

Limits: one plane for the whole body, so bow-legged or twisted squats read too deep; a leg that is nearly straight gives
its angle by the square root of a small difference in height; hips whose landmarks climb as they bend are not corrected
(2 % of the leg on a real person, 3 to 7 % on rendered ones, 2 to 4 deg of knee flexion for each per cent).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from screening.core.datatypes import BodyMotion, BoolArray, FloatArray
from screening.core.settings import SpatialSettings
from screening.core.skeleton import INDEX, of
from screening.core.vocabulary import Plane, Side, View
from screening.kinematics.frames import PlanePoints

#: Unknowns of a frame: shanks, thighs (left, right), trunk; radians from the vertical, forward positive for shank (knee
#: ahead of the ankle), thigh (knee ahead of the hip) and trunk.
_UNKNOWNS = 5
_STEPS, _PIECE = 15, 2048
#: Masses in shares of the body's, and where the upper body's centre lies between mid-hip and mid-shoulder.
_UPPER, _THIGHS, _SHANKS, _UP_THE_TRUNK = 0.68, 0.20, 0.12, 0.6
#: A balance further off than so many standard errors is somebody seated: it pulls no harder from there on.
_SEATED = 2.0
_STANDING_SHARE = 0.96


@dataclass(frozen=True, kw_only=True)
class _Sight:
    """What the camera sees, as slopes of the rays to the points in a level camera.

    ankle, knee, hip (time, side) and shoulder (time,): down over away; across (time, 3): right over away of mid-knee,
    mid-hip and mid-shoulder, across_ankle (time,) of mid-ankle; prior (time, 5): the network's angles.
    """

    ankle: FloatArray
    knee: FloatArray
    hip: FloatArray
    shoulder: FloatArray
    across: FloatArray
    across_ankle: FloatArray
    prior: FloatArray

    def piece(self, part: slice) -> _Sight:
        """Some of the frames."""
        return _Sight(**{name: track[part] for name, track in vars(self).items()})


@dataclass(frozen=True, kw_only=True)
class _Body:
    """Lengths in leg lengths, thigh and shank (side,); how far the camera is; which way the person faces."""

    thigh: FloatArray
    shank: FloatArray
    trunk: float
    away: float
    towards: float
    right: float


def planted_points(motion: BodyMotion, settings: SpatialSettings) -> Mapping[Plane, PlanePoints] | None:
    """Shoulders, hips, knees and ankles in the sagittal plane, shoulders and hips in the frontal one.

    Parameters
    ----------
    motion : BodyMotion
        `picture_px` must be known.
    settings : SpatialSettings

    Returns
    -------
    Mapping or None
        (forward, up) and (to the person's left, up) in leg lengths, mid-hip at the origin, both hips and both shoulders
        at their middle; NaN where one of the points was not seen. None where the person does not face the camera more
        than sideways, the feet do not stay side by side, or the hips never go down.
    """
    scene = motion.scene
    if motion.picture_px is None or scene.view not in (View.FRONT, View.OBLIQUE):
        return None
    if np.cos(np.radians(scene.heading_deg)) <= 0.0 or not feet_stay(motion, settings):
        return None
    rays = _rays(motion, motion.picture_px, settings)
    if rays is None:
        return None
    sight, upright = rays
    body = _body(sight, upright, scene.heading_deg)
    pieces = [slice(k, k + _PIECE) for k in range(0, motion.image.n_frames, _PIECE)]
    angles = np.concatenate([_solved(sight.piece(piece), body, settings) for piece in pieces])
    sd = motion.image.sd / motion.trunk_px * body.trunk
    return {
        Plane.SAGITTAL: PlanePoints(position=_sagittal(angles, body), sd=sd),
        Plane.FRONTAL: PlanePoints(position=_frontal(angles[:, 4], body, motion), sd=sd),
    }


def feet_stay(motion: BodyMotion, settings: SpatialSettings) -> bool:
    """Whether both feet stay where they are, side by side, while the hips go down."""
    image, world = motion.image, motion.body
    ankles = np.stack([image.point(of(side, "ankle")) for side in Side], axis=1)
    height = ankles[..., 1].mean(axis=1) - image.midpoint("left_hip", "right_hip")[:, 1]
    known = np.isfinite(height) & np.isfinite(ankles).all(axis=(1, 2))
    if known.sum() < 2:
        return False
    leg = float(np.percentile(height[known], 95))
    slide = np.ptp(np.percentile(ankles[known], [5, 95], axis=0), axis=0).max()
    lowest = float(np.percentile(height[known], 5))
    step = np.nanmedian(world.point("left_ankle")[:, 0] - world.point("right_ankle")[:, 0])
    size = np.nanmedian(np.linalg.norm(world.midpoint("left_hip", "right_hip") - world.point("left_ankle"), axis=1))
    return bool(
        leg > 0.0
        and slide <= settings.max_slide * leg
        and leg - lowest >= settings.min_drop * leg
        and abs(step) <= settings.max_step * size
    )


def _rays(
    motion: BodyMotion, picture_px: tuple[float, float], settings: SpatialSettings
) -> tuple[_Sight, BoolArray] | None:
    """Slopes of the rays to all points in a level camera, and the frames in which the person stands upright."""
    image = motion.image
    height = 0.5 * (image.point("left_ankle") + image.point("right_ankle"))[:, 1] - _middle(image.position, "hip")[:, 1]
    upright = height >= _STANDING_SHARE * np.nanpercentile(height, 95)
    heading = np.radians(motion.scene.heading_deg)
    world = motion.body.position.astype(np.float64)
    up = np.nanmedian((_middle(world, "shoulder") - _middle(world, "ankle"))[upright], axis=0)
    if not np.isfinite(up).all():
        return None
    to_camera = float(up @ [np.cos(heading), 0.0, np.sin(heading)])
    pitch = np.arctan2(to_camera, up[1]) - np.radians(settings.pitch_bias_deg)
    x, y = np.moveaxis(
        (image.position.astype(np.float64) - _centre(motion, picture_px)) / (settings.focal * max(picture_px)), -1, 0
    )
    away = np.cos(pitch) - y * np.sin(pitch)
    down, right = (y * np.cos(pitch) + np.sin(pitch)) / away, x / away
    legs = {p: np.stack([down[:, INDEX[of(s, p)]] for s in Side], axis=1) for p in ("ankle", "knee", "hip")}
    sight = _Sight(
        **legs,
        shoulder=_middle(down, "shoulder"),
        across=np.stack([_middle(right, part) for part in ("knee", "hip", "shoulder")], axis=1),
        across_ankle=_middle(right, "ankle"),
        prior=_of_the_network(world, lean=float(np.arctan2(up[0], up[1]))),
    )
    return sight, upright


def _centre(motion: BodyMotion, picture_px: tuple[float, float]) -> FloatArray:
    """Middle of the picture, turned level like the landmarks."""
    roll = np.radians(motion.scene.roll_deg)
    x, y = 0.5 * picture_px[0], 0.5 * picture_px[1]
    return np.array([x * np.cos(roll) + y * np.sin(roll), y * np.cos(roll) - x * np.sin(roll)])


def _middle(track: FloatArray, part: str) -> FloatArray:
    middle: FloatArray = 0.5 * (track[:, INDEX[of(Side.LEFT, part)]] + track[:, INDEX[of(Side.RIGHT, part)]])
    return middle


def _of_the_network(world: FloatArray, *, lean: float) -> FloatArray:
    """Angles of the world landmarks, the lean of the standing body taken out, (time, 5)."""

    def forward(lower: FloatArray, upper: FloatArray) -> FloatArray:
        line = upper - lower
        return np.arctan2(line[:, 0], line[:, 1]) - lean

    def point(side: Side, part: str) -> FloatArray:
        return world[:, INDEX[of(side, part)]]

    shanks = [forward(point(s, "ankle"), point(s, "knee")) for s in Side]
    thighs = [-forward(point(s, "knee"), point(s, "hip")) for s in Side]
    trunk = forward(_middle(world, "hip"), _middle(world, "shoulder"))
    return np.stack([*shanks, *thighs, trunk], axis=1)


def _body(sight: _Sight, upright: BoolArray, heading_deg: float) -> _Body:
    """Lengths as they look while the person stands, each leg by itself: that takes out how far away each is."""
    thigh = np.nanmedian((sight.knee - sight.hip)[upright], axis=0)
    shank = np.nanmedian((sight.ankle - sight.knee)[upright], axis=0)
    trunk = float(np.nanmedian((sight.hip.mean(axis=1) - sight.shoulder)[upright]))
    leg = float((thigh + shank).mean())
    heading = np.radians(heading_deg)
    return _Body(
        thigh=thigh / leg,
        shank=shank / leg,
        trunk=trunk / leg,
        away=1.0 / leg,
        towards=float(np.cos(heading)),
        right=float(np.sin(heading)),
    )


def _residuals(angles: FloatArray, sight: _Sight, body: _Body, settings: SpatialSettings) -> FloatArray:
    """What is seen and known against what the angles (time, 5) say, each in its standard errors, (time, 15)."""
    shank, thigh, trunk = angles[:, :2], angles[:, 2:4], angles[:, 4]
    knee, knee_up = body.shank * np.sin(shank), body.shank * np.cos(shank)
    hips, hip_up = knee - body.thigh * np.sin(thigh), knee_up + body.thigh * np.cos(thigh)
    hip = hips.mean(axis=1)
    shoulder = hip + body.trunk * np.sin(trunk)
    floor = sight.ankle * body.away
    heights = [
        sight.knee * (body.away - knee * body.towards) - (floor - knee_up),
        sight.hip * (body.away - hips * body.towards) - (floor - hip_up),
        (
            sight.shoulder * (body.away - shoulder * body.towards)
            - (floor - hip_up).mean(axis=1)
            + body.trunk * np.cos(trunk)
        )[:, None],
    ]
    ahead = np.stack([knee.mean(axis=1), hip, shoulder], axis=1)
    sideways = sight.across * (body.away - ahead * body.towards) - sight.across_ankle[:, None] * body.away
    centre = _UPPER * (hip + _UP_THE_TRUNK * (shoulder - hip))
    centre = centre + _THIGHS * 0.5 * (hip + ahead[:, 0]) + _SHANKS * 0.5 * ahead[:, 0]
    off = (centre - settings.balance_ahead) / settings.balance_sd
    return np.concatenate(
        [
            *(h / settings.height_sd for h in heights),
            (sideways - ahead * body.right) / settings.across_sd,
            ((hips[:, 0] - hips[:, 1]) / settings.hips_sd)[:, None],
            (off / np.sqrt(1.0 + (off / _SEATED) ** 2))[:, None],
            (angles - sight.prior) / np.radians(settings.network_sd_deg),
        ],
        axis=1,
    )


def _solved(sight: _Sight, body: _Body, settings: SpatialSettings) -> FloatArray:
    """Angles of each frame with the least sum of squares, (time, 5), radians; NaN where a point was not seen."""
    lowest, highest = np.array([-0.2, -0.2, 0.0, 0.0, 0.0]), np.array([0.9, 0.9, 1.9, 1.9, 1.2])
    angles = np.clip(sight.prior, lowest, highest)
    here = _residuals(angles, sight, body, settings)
    seen = np.isfinite(here).all(axis=1)
    damping = np.full(len(angles), 1e-2)
    for _ in range(_STEPS):
        slope = _slope(angles, here, sight, body, settings)
        slope[~seen], now = 0.0, np.where(seen[:, None], here, 0.0)
        normal = np.einsum("tik,til->tkl", slope, slope) + (damping[:, None, None] + 1e-9) * np.eye(_UNKNOWNS) * 1e3
        step = np.linalg.solve(normal, np.einsum("tik,ti->tk", slope, now)[..., None])[..., 0]
        tried = angles - step
        there = _residuals(tried, sight, body, settings)
        better = (there**2).sum(axis=1) < (here**2).sum(axis=1)
        angles, here = np.where(better[:, None], tried, angles), np.where(better[:, None], there, here)
        damping = np.where(better, 0.2 * damping, 8.0 * damping)
    return np.where(seen[:, None], angles, np.nan)


def _slope(angles: FloatArray, here: FloatArray, sight: _Sight, body: _Body, settings: SpatialSettings) -> FloatArray:
    """Change of the residuals with each angle, (time, residual, 5)."""
    out = np.empty((*here.shape, _UNKNOWNS))
    for k in range(_UNKNOWNS):
        moved = angles.copy()
        moved[:, k] += 1e-5
        out[..., k] = (_residuals(moved, sight, body, settings) - here) / 1e-5
    return out


def _sagittal(angles: FloatArray, body: _Body) -> FloatArray:
    """Points of these angles in the sagittal plane, (time, landmark, 2); NaN for all others."""
    position = np.full((len(angles), len(INDEX), 2), np.nan)

    def line(length: float, angle: FloatArray) -> FloatArray:
        out: FloatArray = length * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        return out

    for k, side in enumerate(Side):
        # A knee ahead of hip and ankle: from the hip down the thigh, from the knee down the shank.
        knee = line(float(body.thigh[k]), angles[:, 2 + k]) * [1.0, -1.0]
        position[:, INDEX[of(side, "hip")]] = 0.0 * knee
        position[:, INDEX[of(side, "knee")]] = knee
        position[:, INDEX[of(side, "ankle")]] = knee - line(float(body.shank[k]), angles[:, k])
        position[:, INDEX[of(side, "shoulder")]] = line(body.trunk, angles[:, 4])
    return position


def _frontal(lean: FloatArray, body: _Body, motion: BodyMotion) -> FloatArray:
    """Hips and shoulders in the frontal plane, (time, landmark, 2); NaN for all others.

    From somewhat aside, a trunk that leans forward seems to lean sideways; that part is taken out.
    """
    trunk = _middle(motion.image.position, "shoulder") - _middle(motion.image.position, "hip")
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = np.where(trunk[:, 1] < 0.0, trunk[:, 0] / -trunk[:, 1], np.nan)
    left = body.trunk * (seen * np.cos(lean) - np.sin(lean) * body.right) / body.towards
    position = np.full((len(lean), len(INDEX), 2), np.nan)
    for side in Side:
        position[:, INDEX[of(side, "shoulder")]] = np.stack([left, body.trunk * np.cos(lean)], axis=1)
        position[:, INDEX[of(side, "hip")]] = 0.0 * position[:, INDEX[of(side, "shoulder")]]
    return position
