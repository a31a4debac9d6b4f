"""How the take was filmed: view, heading, camera roll, quiet standing.

May import: numpy and `core`.

The direction a person faces comes from the shoulder line of the world landmarks: on the rendered people it lies
within 9 deg of the truth in every view. The picture alone never says whether it is mirrored.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from screening.core.arrays import given
from screening.core.datatypes import FloatArray, LandmarkSequence, RawPose, Scene, Step
from screening.core.errors import WrongViewError
from screening.core.settings import SceneSettings, TakeOptions
from screening.core.vocabulary import Frame, Posture, View
from screening.motion.fusion import mean_image
from screening.motion.identity import trunk_length_px

#: A declared view is contradicted where the person faces a direction further off than this.
_CONTRADICTION_DEG = 60.0
#: Hips lower than this share of their usual highest are not those of somebody who stands.
_STANDING_HEIGHT = 0.85
_CENTRE_DEG = {View.FRONT: 0.0, View.RIGHT: 90.0, View.BACK: 180.0, View.LEFT: -90.0}


def describe(
    raw: RawPose,
    options: TakeOptions,
    *,
    container_flipped: bool,
    settings: SceneSettings,
    posture: Posture = Posture.UPRIGHT,
) -> Scene:
    """Find out how the take was filmed and hold it against what was told.

    Raises
    ------
    WrongViewError
        The declared view contradicts the direction the person faces.
    """
    heading, spread = heading_deg([v.world for v in raw.variants])
    seen = view_of(heading, settings)
    view = options.view or seen
    if options.view in _CENTRE_DEG and abs(_turn(heading - _CENTRE_DEG[options.view])) > _CONTRADICTION_DEG:
        raise WrongViewError(
            f"The take was declared as a {options.view} view, but the picture looks like a {seen} view.",
            hint=f"Declare the view as {seen}, or leave it out; if the picture is a mirrored selfie, say so.",
        )
    sine = np.sin(np.radians(heading))
    facing = int(np.sign(sine)) if abs(sine) > np.sin(np.radians(settings.frontal_half_width_deg)) else 0
    roll, roll_source = camera_roll(raw, view, settings, posture)
    mirrored_source = "told" if options.mirrored is not None else ("container" if container_flipped else "assumed")
    return Scene(
        view=view,
        view_source="told" if options.view else "picture",
        heading_deg=heading,
        turns=_turns(spread, view, settings),
        facing=facing,
        mirrored=bool(options.mirrored),
        mirrored_source=mirrored_source,
        roll_deg=roll,
        roll_source=roll_source,
        standing=quiet_standing(mean_image(raw), trunk_length_px(raw.variants), settings),
    )


def heading_deg(worlds: list[LandmarkSequence]) -> tuple[float, float]:
    """Direction the person faces, seen from above: 0 towards the camera, +90 towards the picture's right edge.

    Circular mean of the normal of the shoulder line over all frames and runs, degrees in (-180, 180], and the standard
    deviation over the frames, degrees: 1-6 of somebody who stays, 10-20 of somebody who turns.
    """
    line = np.stack([w.point("right_shoulder") - w.point("left_shoulder") for w in worlds])
    pointer = np.exp(1j * np.arctan2(-line[..., 2], -line[..., 0]))
    mean = np.angle(np.nanmean(pointer))
    each = pointer.sum(axis=0)
    turned = np.angle(each[np.isfinite(each)] * np.exp(-1j * mean))
    return float(np.degrees(mean)), float(np.degrees(turned.std())) if turned.size else 0.0


def _turns(spread_deg: float, view: View, settings: SceneSettings) -> bool:
    """Whether the person turns so much that the plane of the picture changes; a side view shows its own anyway."""
    limit = settings.max_heading_spread_frontal_deg if view.is_frontal else settings.max_heading_spread_oblique_deg
    return not view.is_side and spread_deg > limit


def view_of(heading: float, settings: SceneSettings) -> View:
    """View that belongs to a heading in degrees; between the four views it is oblique."""
    for view, centre in _CENTRE_DEG.items():
        half = settings.side_half_width_deg if view.is_side else settings.frontal_half_width_deg
        if abs(_turn(heading - centre)) <= half:
            return view
    return View.OBLIQUE


def _turn(angle: float) -> float:
    return (angle + 180.0) % 360.0 - 180.0


def camera_roll(
    raw: RawPose, view: View, settings: SceneSettings, posture: Posture = Posture.UPRIGHT
) -> tuple[float, str]:
    """Camera roll in degrees, positive if the picture's content is turned clockwise, and how it is known.

    Vertical edges of the room come first. Without them the standing body serves in front and back views: the line
    from mid-ankle to mid-shoulder of a person at rest is vertical within a degree or two. Of a person who sits it is
    the trunk, as the feet swing while the trunk is at rest.
    """
    if np.isfinite(raw.edge_roll_deg) and abs(raw.edge_roll_deg) <= settings.max_roll_deg:
        return float(raw.edge_roll_deg), "edges"
    if view.is_frontal:
        image = mean_image(raw)
        base = "hip" if posture is Posture.SEATED else "ankle"
        up = image.midpoint("left_shoulder", "right_shoulder") - image.midpoint(f"left_{base}", f"right_{base}")
        angle = np.degrees(np.arctan2(up[:, 0], -up[:, 1]))
        still = quiet_standing(image, trunk_length_px(raw.variants), settings)
        if still is not None:
            body = float(np.nanmedian(angle[slice(*still)]))
            if abs(body) <= settings.max_roll_deg:
                return body, "standing"
    return 0.0, "assumed"


def quiet_standing(image: LandmarkSequence, trunk_px: float, settings: SceneSettings) -> tuple[int, int] | None:
    """First stretch in which hips and shoulders are at rest with the legs straight below, half-open frames.

    Speed is that of mid-hip and mid-shoulder in trunk lengths a second, over a fifth of a second.
    """
    if image.n_frames < 3 or not np.isfinite(trunk_px):
        return None
    centre = 0.5 * (image.midpoint("left_hip", "right_hip") + image.midpoint("left_shoulder", "right_shoulder"))
    span = max(1, round(0.1 * image.fps))
    ahead = np.minimum(np.arange(image.n_frames) + span, image.n_frames - 1)
    behind = np.maximum(np.arange(image.n_frames) - span, 0)
    moved = np.linalg.norm(centre[ahead] - centre[behind], axis=1) / trunk_px
    with np.errstate(invalid="ignore"):
        still = moved / (image.time_s[ahead] - image.time_s[behind]) < settings.standing_speed
        height = image.midpoint("left_ankle", "right_ankle")[:, 1] - image.midpoint("left_hip", "right_hip")[:, 1]
        if np.isfinite(height).any():
            still &= ~(height < _STANDING_HEIGHT * np.nanpercentile(height, 95))
    edges = np.diff(np.concatenate([[0], still.astype(int), [0]]))
    for start, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        if image.time_s[end - 1] - image.time_s[start] >= settings.standing_min_s:
            return int(start), int(end)
    return None


def level(seq: LandmarkSequence, roll_deg: float) -> LandmarkSequence:
    """Turn a sequence in IMAGE_PX or CAMERA_M so that up is gravity's up; the picture's origin stays.

    Positive `roll_deg` means that the content is turned clockwise; it is turned back counter-clockwise.
    """
    if seq.frame is Frame.BODY_M:
        raise ValueError("BODY_M is level already")
    if roll_deg == 0.0:
        return seq
    step = Step(name="level", parameters={"roll_deg": roll_deg})
    return seq.changed(step, position=given(level_points(seq.position, roll_deg)))


def level_points(points: FloatArray, roll_deg: float) -> FloatArray:
    """Points (..., axis) with axes right, down (and away) turned like a sequence in `level`."""
    c, s = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
    turn = np.eye(points.shape[-1])
    turn[:2, :2] = [[c, s], [-s, c]]
    return points @ turn.T


def to_body(world: LandmarkSequence, heading: float) -> LandmarkSequence:
    """Turn level CAMERA_M landmarks into BODY_M: X the way the person faces, Y up, Z to the person's right.

    One rotation for the whole take, so that turning the body or the pelvis stays visible in the coordinates.
    """
    if world.frame is not Frame.CAMERA_M:
        raise ValueError(f"needs CAMERA_M, got {world.frame}")
    position = given(world.position @ body_axes(heading).T)
    step = Step(name="to_body", parameters={"heading_deg": heading})
    return replace(world, position=position, frame=Frame.BODY_M, history=(*world.history, step))


def body_axes(heading: float) -> FloatArray:
    """Rows are the body's axes (anterior, up, right) in camera axes (right, down, away), (3, 3)."""
    h = np.radians(heading)
    forward, up = np.array([np.sin(h), 0.0, -np.cos(h)]), np.array([0.0, -1.0, 0.0])
    return np.stack([forward, up, np.cross(forward, up)])
