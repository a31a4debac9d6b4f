"""Gates: what makes a take unusable, and what is worth a notice.

May import: numpy and `core`. Refusals are errors with two lines; notices are keys with values, worded by the catalogue.
"""

from __future__ import annotations

import numpy as np

from screening.core.datatypes import BoolArray, FloatArray, LandmarkSequence, QualityCheck, RawPose, Recording, Scene
from screening.core.errors import BodyCutOffError, NoPersonError, TiltedCameraError
from screening.core.settings import SceneSettings
from screening.core.skeleton import INDEX
from screening.core.vocabulary import CheckLevel

_PARTS = {"shoulders": "shoulder", "hips": "hip", "knees": "knee", "ankles": "ankle", "feet": "foot_index"}


def refuse_unusable(image: LandmarkSequence, raw: RawPose, recording: Recording, settings: SceneSettings) -> None:
    """Refuse a take in which the body is not there, cut off, or the camera is tilted.

    Parameters
    ----------
    image : LandmarkSequence
        Mean of all runs in IMAGE_PX, before any repair.

    Raises
    ------
    NoPersonError, BodyCutOffError, TiltedCameraError
    """
    found = image.valid.any(axis=1)
    n, missing = image.n_frames, int((~found).sum())
    limit = int(settings.max_missing_share * n)
    if missing > limit:
        raise NoPersonError(
            f"No person in {missing} of {n} frames (limit {limit}).",
            hint="Film the whole body from 3-4 m, in good light, with nobody and nothing in front of it.",
        )
    if np.isfinite(raw.edge_roll_deg) and abs(raw.edge_roll_deg) > settings.max_roll_deg:
        raise TiltedCameraError(
            f"The camera is tilted by about {abs(raw.edge_roll_deg):.0f} degrees (limit {settings.max_roll_deg:.0f}).",
            hint="Stand the phone upright on a shelf or tripod at hip height, lens level, whole body and feet in view.",
        )
    _refuse_tilted_with_hidden_feet(image, raw, recording, settings)
    shares = hidden_shares(image, recording, settings)
    worst = max(shares, key=lambda name: shares[name])
    if shares[worst] > settings.max_hidden_share:
        raise BodyCutOffError(
            f"The {worst} are out of the picture or hidden in {100 * shares[worst]:.0f} % of the frames "
            f"(limit {100 * settings.max_hidden_share:.0f} %).",
            hint="Step back until head and feet are in the picture with a little room, and film again.",
        )


def _refuse_tilted_with_hidden_feet(
    image: LandmarkSequence, raw: RawPose, recording: Recording, settings: SceneSettings
) -> None:
    """A tilted camera can be levelled and a hidden foot lived with; together nothing says where the floor is."""
    roll = abs(raw.edge_roll_deg)
    hidden = _either_hidden(image, "foot_index", recording, settings)
    share = float(hidden.mean()) if hidden.size else 1.0
    if roll > settings.max_roll_feet_hidden_deg and share > settings.max_foot_hidden_share:
        raise TiltedCameraError(
            f"The camera is tilted by about {roll:.0f} degrees, and a foot is hidden or out of the picture in "
            f"{100 * share:.0f} % of the frames.",
            hint="Stand the phone upright and level at hip height, with nothing in front of the feet.",
        )


def _either_hidden(image: LandmarkSequence, part: str, recording: Recording, settings: SceneSettings) -> BoolArray:
    """Frames with a person in which one of a pair of points is out of the picture or not visible, (found,)."""
    found = image.valid.any(axis=1)
    score = np.stack([_score(image, f"{s}_{part}") for s in ("left", "right")])[:, found]
    hidden: BoolArray = _outside(image, part, recording) | (score < settings.visible_score).any(axis=0)
    return hidden


def _outside(image: LandmarkSequence, part: str, recording: Recording) -> BoolArray:
    """Frames with a person in which one of a pair of points is out of the picture, (found,)."""
    found = image.valid.any(axis=1)
    points = np.stack([image.point(f"{s}_{part}") for s in ("left", "right")])[:, found]
    with np.errstate(invalid="ignore"):
        out: BoolArray = ((points < 0) | (points > [recording.width, recording.height])).any(axis=2).any(axis=0)
    return out


def hidden_shares(image: LandmarkSequence, recording: Recording, settings: SceneSettings) -> dict[str, float]:
    """Share of the frames with a person in which a pair of points is out of the picture or both are not visible.

    One of a pair may be hidden by the body itself; a point outside of the picture counts for the pair.
    """
    found = image.valid.any(axis=1)
    shares = {}
    for name, part in _PARTS.items():
        score = np.stack([_score(image, f"{s}_{part}") for s in ("left", "right")])[:, found]
        hidden = _outside(image, part, recording) | (score < settings.visible_score).all(axis=0)
        shares[name] = float(hidden.mean()) if hidden.size else 1.0
    return shares


def _score(image: LandmarkSequence, name: str) -> FloatArray:
    return image.visibility[:, INDEX[name]]


def check(
    image: LandmarkSequence, raw: RawPose, recording: Recording, scene: Scene, settings: SceneSettings
) -> list[QualityCheck]:
    """What the picture was like: one check a line, in the order in which it is told."""
    found = image.valid.any(axis=1)
    hidden = hidden_shares(image, recording, settings)
    height = _body_height_px(image) / recording.height
    luma = float(np.nanmedian(raw.luma))
    standing = 0.0 if scene.standing is None else _span_s(image.time_s, scene.standing)
    state = {"assumed": "assumed", "container": "container"}.get(
        scene.mirrored_source, "told_yes" if scene.mirrored else "told_no"
    )
    return [
        _check("one_person", CheckLevel.OK, seen=round(100 * float(found.mean()))),
        _check(
            "body_visible", _worse_if(max(hidden.values()) > 0.05), share_pct=round(100 * (1 - max(hidden.values())))
        ),
        _check("body_size", _worse_if(height < settings.min_body_share), height_pct=round(100 * height)),
        _check("brightness", _worse_if(luma < settings.dark_luma), luma=round(luma)),
        _check(
            "camera_still", _worse_if(camera_moves(raw, recording, settings)), shift_px=round(_camera_motion(raw), 1)
        ),
        _check("view", CheckLevel.OK, view=str(scene.view), source=scene.view_source),
        _check("mirrored", CheckLevel.NOTICE if state == "assumed" else CheckLevel.OK, state=state),
        _check("roll", _roll_level(scene), deg=round(scene.roll_deg, 1), source=scene.roll_source),
        _check("standing", CheckLevel.OK if standing >= 1.0 else CheckLevel.NOTICE, seconds=round(standing, 1)),
        _check("frame_rate", _notice_if(recording.fps < 29.0), fps=round(recording.fps)),
        *([_check("hdr", CheckLevel.NOTICE)] if recording.hdr else []),
        *([_check("slow_motion", CheckLevel.NOTICE, fps=recording.capture_fps)] if recording.capture_fps else []),
    ]


def _check(key: str, level: CheckLevel, **values: float | int | str) -> QualityCheck:
    return QualityCheck(key=key, level=level, values=values)


def _worse_if(bad: bool) -> CheckLevel:
    return CheckLevel.WARNING if bad else CheckLevel.OK


def _notice_if(noticed: bool) -> CheckLevel:
    return CheckLevel.NOTICE if noticed else CheckLevel.OK


def _roll_level(scene: Scene) -> CheckLevel:
    return _notice_if(scene.roll_source == "assumed" or abs(scene.roll_deg) > 3.0)


def _span_s(time_s: FloatArray, frames: tuple[int, int]) -> float:
    return float(time_s[frames[1] - 1] - time_s[frames[0]])


def _body_height_px(image: LandmarkSequence) -> float:
    vertical = image.position[image.valid.any(axis=1), :, 1]
    return float(np.median(np.nanmax(vertical, axis=1) - np.nanmin(vertical, axis=1))) if len(vertical) else 0.0


def camera_moves(raw: RawPose, recording: Recording, settings: SceneSettings) -> bool:
    """Whether the background moves too much for a camera that stands."""
    return _camera_motion(raw) > settings.moving_camera_share * recording.height


def _camera_motion(raw: RawPose) -> float:
    """95th percentile of the background's motion between looks, pixels; 0 where it was not measured."""
    shift = raw.background_shift_px[np.isfinite(raw.background_shift_px)]
    return float(np.percentile(shift, 95)) if shift.size else 0.0


def mirror_disagreement(image: LandmarkSequence, trunk_px: float) -> QualityCheck:
    """How far the network's answers for the picture and for the mirrored picture lie apart, hips and knees, px."""
    points = [image.point_sd(f"{s}_{p}") for s in ("left", "right") for p in ("hip", "knee")]
    px = float(np.nanmedian(np.concatenate(points)))
    return _check("mirror_disagreement", _notice_if(px > 0.04 * trunk_px), px=round(px, 1))


def front_leg(*, told: bool, certain: bool) -> QualityCheck:
    """How it is known, in a side view, which leg is in front."""
    state = "told" if told else "floor" if certain else "assumed"
    return _check("front_leg", _notice_if(state == "assumed"), state=state)


def leg_identity(repaired_share: float) -> QualityCheck:
    """In how many frames of the split stance the legs had to be exchanged."""
    return _check("leg_identity", _notice_if(repaired_share > 0.05), repaired_pct=round(100 * repaired_share))
