"""Landmarks of another tracker (.trc of Sports2D, Pose2Sim, OpenSim) into the same report as a video.

May import: `pipeline`, `report`, `core`, the stages and the rest of `jobs`.

There are no pictures: the pelvis is not followed, nothing is drawn, and nothing is said about light or camera. The
errors of another tracker are not known here, so that those of the registry are stated wider by a fixed factor.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from screening import movements
from screening.core.datatypes import (
    FloatArray,
    LandmarkSequence,
    PoseVariant,
    QualityCheck,
    RawPose,
    Recording,
    Step,
    TakeResult,
)
from screening.core.errors import LowFrameRateError, NoPersonError, TooShortError
from screening.core.settings import DEFAULTS, Settings, TakeOptions
from screening.core.skeleton import INDEX
from screening.core.vocabulary import CheckLevel, Frame, Side, View
from screening.movements.base import Movement
from screening.report.exchange.markers import landmark_positions
from screening.report.exchange.trc import MarkerFile, read_trc

SUFFIXES: Final = (".trc",)
#: Checks that only pictures can answer.
_OF_PICTURES: Final = ("brightness", "camera_still", "body_size", "roll", "mirrored", "mirror_disagreement")
#: Direction a person faces, degrees from the camera towards the picture's right edge.
_HEADING: Final = {View.FRONT: 0.0, View.RIGHT: 90.0, View.BACK: 180.0, View.LEFT: -90.0, View.OBLIQUE: 45.0}
_TRUNK_M: Final = 0.5
#: Half the width of shoulders and hips, trunk lengths: depth that a flat file does not hold.
_HALF_WIDTH: Final = {"shoulder": 0.36, "hip": 0.18}
_NEEDED: Final = tuple(f"{s.value}_{p}" for s in Side for p in ("shoulder", "hip", "knee", "ankle"))
_FLAT: Final = 0.05


def is_landmark_file(path: Path) -> bool:
    """Whether a file is one of landmarks instead of a video, told by its name."""
    return path.suffix.lower() in SUFFIXES


def analyze_landmarks(path: Path, *, options: TakeOptions, settings: Settings = DEFAULTS) -> TakeResult:
    """Measure one take from a file of landmarks.

    Parameters
    ----------
    path : Path
        A .trc file in metres (three axes, or flat as Sports2D writes it) or in pixels, Y up.
    options : TakeOptions
        What is known; `view` says from where a file of three axes is read (default: the side of the leg in front) or
        from where a flat one was filmed (default: what the points tell).

    Raises
    ------
    InputError
        If it is no such file, too short, or holds no body.
    """
    from screening.pipeline import interpret  # noqa: PLC0415  (loads the network's library)

    movement = movements.load(options.movement)
    found = read_trc(path)
    raw, recording, view = as_seen(found, path, options, settings)
    told = replace(options, view=view, mirrored=False)
    as_they_are = replace(settings, joints=replace(settings.joints, of_the_network=False))
    result = interpret(raw, recording, options=told, settings=as_they_are)
    return _wider(result, movement, settings)


def _wider(result: TakeResult, movement: Movement, settings: Settings) -> TakeResult:
    """State every error wider, measure again with it, and say where the landmarks come from."""
    from screening.catalog import load_wordings  # noqa: PLC0415
    from screening.findings.metrics import measure  # noqa: PLC0415

    factor = settings.landmarks.error_factor
    table = replace(result.angle_table, sd=result.angle_table.sd * factor)
    check = QualityCheck(key="foreign_landmarks", level=CheckLevel.NOTICE, values={"factor": factor})
    check = replace(check, sentence=load_wordings(result.language).check(check))
    return replace(
        result,
        angle_table=table,
        measurements=measure(movement.metrics, table, result.timeline),
        checks=(check, *(c for c in result.checks if c.key not in _OF_PICTURES)),
    )


def as_seen(found: MarkerFile, path: Path, options: TakeOptions, settings: Settings) -> tuple[RawPose, Recording, View]:
    """Turn markers into what a camera would have seen of them.

    Returns
    -------
    raw : RawPose
        One run: `image` in pixels and `world` in CAMERA_M.
    recording : Recording
        Times and size of the picture that they would fill.
    view : View
        Side of the person that faces this camera.
    """
    _refuse_short(found, settings)
    points = landmark_positions(found.names, found.position)
    missing = [name for name in _NEEDED if not np.isfinite(points[:, INDEX[name]]).any()]
    if missing:
        raise NoPersonError(
            f"{path.name} has no markers for {', '.join(m.replace('_', ' ') for m in missing[:4])}.",
            hint="Give a file with shoulders, hips, knees and ankles, named as in HALPE_26 or COCO (RHip, LKnee, ...).",
        )
    points = points * (_TRUNK_M / trunk_length(points) if found.unit == "px" else 1.0)
    camera, view = _flat(points, options) if _is_flat(points) else _standing(points, options)
    image, size = _picture(camera, settings)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    recording = Recording(
        path=str(path), sha256=digest, size_bytes=path.stat().st_size, width=size[0], height=size[1],
        codec="landmarks", time_s=found.time_s,
    )  # fmt: skip
    return _raw(image, camera, found, digest), recording, view


def _refuse_short(found: MarkerFile, settings: Settings) -> None:
    span, n = float(found.time_s[-1]), len(found.time_s)
    rate = (n - 1) / span
    if span < settings.video.min_duration_s:
        raise TooShortError(
            f"The file holds {span:.1f} s; at least {settings.video.min_duration_s:g} s are needed.",
            hint="Give a file of a whole set with at least one repetition.",
        )
    if rate < settings.video.min_fps:
        raise LowFrameRateError(
            f"The file holds {rate:.0f} frames a second; at least {settings.video.min_fps:g} are needed.",
            hint="Track the video at its full rate.",
        )


def trunk_length(points: FloatArray) -> float:
    """Median distance from mid-hip to mid-shoulder, in the unit of points (time, landmark, axis)."""
    middle = {p: 0.5 * (points[:, INDEX[f"left_{p}"]] + points[:, INDEX[f"right_{p}"]]) for p in ("shoulder", "hip")}
    return float(np.nanmedian(np.linalg.norm(middle["shoulder"] - middle["hip"], axis=1)))


def _is_flat(points: FloatArray) -> bool:
    depth = points[..., 2]
    return float(np.nanmax(depth) - np.nanmin(depth)) < _FLAT * trunk_length(points)


def _flat(points: FloatArray, options: TakeOptions) -> tuple[FloatArray, View]:
    """Flat points, Y up: as in the picture, with the depth of shoulders and hips that belongs to the view."""
    view = options.view or flat_view(points)
    camera = np.stack([points[..., 0], -points[..., 1], np.zeros(points.shape[:2])], axis=2)
    away = np.sin(np.radians(_HEADING[view])) * trunk_length(points)
    for part, half in _HALF_WIDTH.items():
        for side in Side:
            # The side that faces the camera is the nearer one.
            camera[:, INDEX[f"{side.value}_{part}"], 2] = half * away * (-1.0 if side is Side.RIGHT else 1.0)
    return camera, view


def flat_view(points: FloatArray) -> View:
    """View that flat points (time, landmark, axis), Y up, tell.

    Shoulders wide apart: from the front if the left one lies to the picture's right, else from behind. Otherwise the
    feet tell which way the person faces, and so which side faces the camera.
    """

    def x(name: str) -> FloatArray:
        return points[:, INDEX[name], 0]

    wide = float(np.nanmedian(x("left_shoulder") - x("right_shoulder"))) / trunk_length(points)
    if abs(wide) > _HALF_WIDTH["shoulder"]:
        return View.FRONT if wide > 0 else View.BACK
    toes = [x(f"{s.value}_foot_index") - x(f"{s.value}_heel") for s in Side]
    forward = float(np.nanmedian(np.concatenate(toes))) if np.isfinite(np.concatenate(toes)).any() else 1.0
    return View.RIGHT if forward > 0 else View.LEFT


def _standing(points: FloatArray, options: TakeOptions) -> tuple[FloatArray, View]:
    """Points of three axes, Y up, as a camera sees them that looks at one side of the person."""
    across = points[:, INDEX["right_hip"]] - points[:, INDEX["left_hip"]]
    right = np.nanmean(across, axis=0) * [1.0, 0.0, 1.0]
    right = right / np.linalg.norm(right)
    up = np.array([0.0, 1.0, 0.0])
    forward = np.cross(up, right)
    body = points @ np.stack([forward, up, right]).T
    view = options.view or _side_in_front(body, options)
    h = np.radians(_HEADING[view])
    ahead, up_seen = np.array([np.sin(h), 0.0, -np.cos(h)]), np.array([0.0, -1.0, 0.0])
    return body @ np.stack([ahead, up_seen, np.cross(ahead, up_seen)]), view


def _side_in_front(body: FloatArray, options: TakeOptions) -> View:
    """Side of the leg in front: told, or the foot that is further ahead on the whole."""
    if options.lead is not None:
        return View(options.lead.value)
    ahead = np.nanmedian(body[:, INDEX["left_ankle"], 0] - body[:, INDEX["right_ankle"], 0])
    return View.LEFT if ahead > 0 else View.RIGHT


def _picture(camera: FloatArray, settings: Settings) -> tuple[FloatArray, tuple[int, int]]:
    """Points in pixels of a picture that holds them all with room around, and its size."""
    given = settings.landmarks
    flat = given.px_per_m * camera[..., :2]
    low, high = (reach(flat.reshape(-1, 2), axis=0) for reach in (np.nanmin, np.nanmax))
    width, height = (int(np.ceil(n)) for n in high - low + 2 * given.margin_px)
    return flat - low + given.margin_px, (width, height)


def _raw(image: FloatArray, camera: FloatArray, found: MarkerFile, digest: str) -> RawPose:
    seen = np.isfinite(image).all(axis=2)
    hips = 0.5 * (camera[:, INDEX["left_hip"]] + camera[:, INDEX["right_hip"]])
    step = Step(name="markers", parameters={"unit": found.unit})

    def sequence(position: FloatArray, frame: Frame) -> LandmarkSequence:
        visibility = seen.astype(float)
        return LandmarkSequence(
            position=position, visibility=visibility, time_s=found.time_s, frame=frame, history=(step,)
        )

    variant = PoseVariant(
        name="markers",
        image=sequence(image, Frame.IMAGE_PX),
        world=sequence(camera - hips[:, None], Frame.CAMERA_M),
    )
    n = len(found.time_s)
    return RawPose(
        variants=(variant,),
        luma=np.zeros(n),
        background_shift_px=np.full(n, np.nan),
        edge_roll_deg=0.0,
        model="markers of another tracker",
        model_sha256=digest,
        sides_known=True,
    )
