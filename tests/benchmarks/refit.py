"""Fit where the joints lie below their landmarks: `python -m tests.benchmarks.refit CLIPS [--landmarks DIR] [--write]`.

CLIPS is a folder of rendered clips with their truth. All side views in it are used: the constants of `JointSettings`
are fitted to the exact angles and joint places of all people at once (least squares with a robust loss, every person
counting the same, held near `START` by a ridge), and, for each person, to all the others: the figures
printed are those of the person left out. `--landmarks` names a folder of saved landmarks (`CLIP.npz`), so that the
network need not run; `--write` puts the constants into `screening/core/settings.py`.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from screening import pipeline
from screening.core import settings as settings_file
from screening.core.datatypes import BoolArray, FloatArray
from screening.core.settings import DEFAULTS, JointSettings, TakeOptions
from screening.core.vocabulary import Quality, Side, View
from screening.kinematics.joints import joints
from screening.kinematics.vectors import angle_from_down_deg, angle_from_up_deg
from screening.motion import scene
from screening.pose import replay
from screening.video.probe import probe
from tests.benchmarks import truth

#: Fitted constants with the change that a ridge of one standard error stands for.
FREE = {
    "hip_ahead": 0.05,
    "hip_up": 0.05,
    "hip_climb": 0.05,
    "knee_ahead": 0.03,
    "ankle_up": 0.03,
    "ankle_ahead_front": 0.03,
    "ankle_ahead_rear": 0.03,
    "thigh_turned": 0.03,
    "hip_turn": 0.5,
}
#: Where the ridge pulls to: hardly an offset. Lengths of the segments are those of the exact skeletons on average.
START = JointSettings(
    hip_ahead=0.07,
    hip_up=0.0,
    hip_climb=0.0,
    knee_ahead=0.0,
    ankle_up=0.0,
    ankle_ahead_front=0.0,
    ankle_ahead_rear=0.0,
    thigh_turned=0.02,
    hip_turn=0.0,
)
RIDGE = 10.0
#: One degree counts as much as this many trunk lengths of a joint's place.
TRUNKS_PER_DEG = 0.03
#: What an error of the change from the top counts against one of the angle itself.
CHANGE = 1.5
EVERY = 3
ANGLES = ("lean", "front thigh", "front shank", "front knee", "rear thigh", "rear shank", "rear knee")


@dataclass(frozen=True, kw_only=True)
class Clip:
    """Landmarks and truth of a take: track, sd as `joints` wants them; front leg first.

    `moving`, `top`, `bottoms` (time,): frames of the split, those before the first repetition, those of each bottom.
    """

    name: str
    person: str
    track: FloatArray
    sd: FloatArray
    near: int
    places: FloatArray
    angles: FloatArray
    moving: BoolArray
    top: BoolArray
    bottoms: tuple[BoolArray, ...]


def angles_of(track: FloatArray) -> FloatArray:
    """`ANGLES` of (time, 7, axis), (time, angle)."""
    out = [angle_from_up_deg(track[:, 0] - 0.5 * (track[:, 1] + track[:, 4]))]
    for knee in (2, 5):
        thigh = angle_from_down_deg(track[:, knee] - track[:, knee - 1])
        shank = angle_from_down_deg(track[:, knee + 1] - track[:, knee])
        out += [thigh, shank, thigh - shank]
    return np.stack(out, axis=1)


def read(video: Path, landmarks: Path | None) -> Clip | None:
    """Read one clip; None if it is no side view."""
    exact = truth.read(video)
    recording = probe(video, limits=DEFAULTS.video)
    options = TakeOptions(quality=Quality.STANDARD)
    if landmarks:
        raw = replay.load(landmarks / f"{video.stem}.npz")
    else:
        raw = pipeline.watch(recording, options=options, settings=DEFAULTS, progress=None)
    view = scene.describe(raw, options, container_flipped=False, settings=DEFAULTS.scene)
    if not view.view.is_side:
        return None
    legs = pipeline._legs(raw, view, options)
    averaged = pipeline._averaged(legs, options, DEFAULTS, overrules=False)
    motion = pipeline._motion(averaged, recording, view, DEFAULTS)[0]
    sides = (exact.lead, exact.lead.other)
    near = sides.index(Side.LEFT if view.view is View.LEFT else Side.RIGHT)
    axes = np.array([float(view.facing), -1.0])
    image = motion.image
    points = [f"{s.value}_{part}" for s in sides for part in ("knee", "ankle")]
    middles = [image.midpoint(f"left_{p}", f"right_{p}") for p in ("shoulder", "hip")]
    track = np.stack([*middles, *(image.point(p) for p in points)], axis=1) * axes
    sds = [0.5 * np.hypot(image.point_sd(f"left_{p}"), image.point_sd(f"right_{p}")) for p in ("shoulder", "hip")]
    places, sagittal = truth.sagittal(video, sides)
    level = scene.level_points(places, view.roll_deg) * axes
    frames = np.flatnonzero(exact.moving)
    angles = angles_of(sagittal)
    for k, side in enumerate(sides):
        angles[:, 3 + 3 * k] = exact.angles[f"knee_flexion_{side.value}_deg"]
    first = exact.bottoms[0][0]
    rest = frames[(frames < first) & (angles[frames, 3] < angles[frames, 3].min() + 3.0)]
    return Clip(
        name=video.stem,
        person=exact.person,
        track=track,
        sd=np.stack([*sds, *(image.point_sd(p) for p in points)], axis=1),
        near=near,
        places=level,
        angles=angles,
        moving=exact.moving,
        top=np.isin(np.arange(len(track)), rest),
        bottoms=tuple(np.isin(np.arange(len(track)), b) for b in exact.bottoms),
    )


def errors(clip: Clip, settings: JointSettings, every: int = 1) -> tuple[FloatArray, FloatArray]:
    """Errors in the frames of the split.

    Of the angles, degrees, (time, angle); of hips, knees and ankles, trunk lengths, (time, 6, axis).
    """
    moved = joints(clip.track[::every], clip.sd[::every], near=clip.near, settings=settings)
    trunk = np.nanmedian(np.linalg.norm(clip.track[:, 0] - clip.track[:, 1], axis=1))
    here = clip.moving[::every]
    return (angles_of(moved) - clip.angles[::every])[here], (moved - clip.places[::every])[here, 1:] / trunk


def since_top(error: FloatArray, clip: Clip, every: int = 1) -> FloatArray:
    """Errors of the change from the top of the split, as `error` (time, angle)."""
    out: FloatArray = error - np.nanmedian(error[clip.top[::every][clip.moving[::every]]], axis=0)
    return out


def fit(clips: list[Clip]) -> JointSettings:
    """Constants that fit these clips."""
    from scipy.optimize import least_squares

    people = [c.person for c in clips]
    start = np.array([getattr(START, name) for name in FREE])
    scale = np.array(list(FREE.values()))

    def with_constants(values: FloatArray) -> JointSettings:
        return replace(START, **dict(zip(FREE, (start + values * scale).tolist(), strict=True)))

    def residuals(values: FloatArray) -> FloatArray:
        settings, out = with_constants(values), [RIDGE * values]
        for clip in clips:
            angle, place = errors(clip, settings, EVERY)
            share = 10.0 / np.sqrt(len(angle) * people.count(clip.person))
            weighed = (angle, CHANGE * since_top(angle, clip, EVERY), place / TRUNKS_PER_DEG)
            out += [share * np.nan_to_num(part).ravel() for part in weighed]
        return np.concatenate(out)

    found = least_squares(residuals, np.zeros(len(FREE)), loss="soft_l1", f_scale=3.0, max_nfev=12)
    return with_constants(found.x)


def row(clip: Clip, settings: JointSettings) -> FloatArray:
    """Root mean square error, that of the change from the top, and the latter's error at the bottom, (3, angle)."""
    error, _ = errors(clip, settings)
    change = since_top(error, clip)
    bottom = [np.nanmean(change[b[clip.moving]], axis=0) for b in clip.bottoms]
    return np.stack(
        [
            np.sqrt(np.nanmean(error**2, axis=0)),
            np.sqrt(np.nanmean(change**2, axis=0)),
            np.nanmean(np.abs(bottom), axis=0),
        ]
    )


def table(clips: list[Clip], settings_of: dict[str, JointSettings]) -> list[str]:
    """Lines with the figures of every clip, each with the constants fitted without its person."""
    out = ["| take | " + " | ".join(ANGLES) + " |", "|---" * (len(ANGLES) + 1) + "|"]
    rows = [row(c, settings_of[c.person]) for c in clips]
    for clip, figures in zip(clips, rows, strict=True):
        out.append(f"| {clip.name} | " + " | ".join("{:.1f}, {:.1f}, {:.1f}".format(*f) for f in figures.T) + " |")
    mean = np.sqrt(np.mean(np.square(rows), axis=0))
    out.append("| all | " + " | ".join("{:.1f}, {:.1f}, {:.1f}".format(*f) for f in mean.T) + " |")
    return out


def written(settings: JointSettings, source: str) -> str:
    """Source text with the constants put in."""
    for name in FREE:
        source = re.sub(rf"(?m)^(    {name}: float = ).*$", rf"\g<1>{getattr(settings, name):.3f}", source)
    return source


def read_all(folder: Path, landmarks: Path | None) -> list[Clip]:
    """All side views of a folder."""
    found = (read(video, landmarks) for video in sorted(folder.glob("*.mp4")))
    return [clip for clip in found if clip is not None]


def left_out(clips: list[Clip]) -> dict[str, JointSettings]:
    """Constants for each person, fitted to all the others."""
    people = sorted({c.person for c in clips})
    return {p: fit([c for c in clips if c.person != p]) for p in people} if len(people) > 1 else {}


def show(folder: Path, landmarks: Path | None) -> JointSettings:
    """Fit to everybody and without each person in turn, print the figures, return the first."""
    clips = read_all(folder, landmarks)
    everybody = fit(clips)
    print("constants:", {name: round(getattr(everybody, name), 3) for name in FREE})
    others = left_out(clips)
    spread = {name: [round(getattr(s, name), 3) for s in others.values()] for name in FREE}
    print("without each person in turn:", spread)
    print("absolute error, error of the change from the top, the latter at the bottom; the person left out, degrees")
    print("\n".join(table(clips, others)))
    return everybody


def main() -> None:
    """Fit, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", type=Path)
    parser.add_argument("--landmarks", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    everybody = show(arguments.clips, arguments.landmarks)
    if arguments.write:
        path = Path(settings_file.__file__)
        path.write_text(written(everybody, path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
