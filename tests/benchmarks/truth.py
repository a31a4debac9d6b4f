"""Exact truth of a rendered clip in the program's own angles and signs."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from screening.core.datatypes import BoolArray, FloatArray
from screening.core.skeleton import INDEX
from screening.core.vocabulary import Side
from screening.kinematics import limbs, pelvis, spine
from screening.kinematics.frames import PlanePoints

_JOINTS = {"hip": "hip", "knee": "knee", "ankle": "ankle", "shoulder": "shoulder", "foot_index": "toe"}
_PELVIS = {
    "pelvic_rotation_deg": "pelvis_rotation",
    "pelvic_obliquity_deg": "pelvis_obliquity",
    "anterior_pelvic_tilt_deg": "pelvis_tilt",
    "lumbar_extension_deg": "lumbar_ext",
}
#: Angles that are changes from the top of the split.
ZEROED = tuple(_PELVIS)


@dataclass(frozen=True, kw_only=True)
class Truth:
    """angles (time,) by column name, NaN where there is none; `moving`: frames in the split; joints in pixels."""

    person: str
    lead: Side
    n_reps: int
    angles: dict[str, FloatArray]
    moving: BoolArray
    bottoms: tuple[FloatArray, ...]
    legs_px: dict[Side, FloatArray]


def read(video: Path) -> Truth:
    """Read `NAME_gt.csv` or `NAME_truth.csv` and `NAME_meta.json` or `NAME_camera.json` beside a video."""
    table = next(p for end in ("gt", "truth") if (p := video.with_name(f"{video.stem}_{end}.csv")).exists())
    meta = next(p for end in ("meta", "camera") if (p := video.with_name(f"{video.stem}_{end}.json")).exists())
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    info = json.loads(meta.read_text(encoding="utf-8"))

    def column(name: str) -> FloatArray:
        return np.array([float(r[name]) for r in rows])

    phase = np.array([r["phase"] for r in rows])
    rep = column("rep").astype(int)
    count = int(rep.max()) + 1
    return Truth(
        person=info["person"],
        lead=Side(info["motion"]["lead"]),
        n_reps=count,
        angles=_angles(column, len(rows), Side(info["motion"]["lead"])),
        moving=~np.isin(phase, ["stand", "step"]),
        bottoms=tuple(np.flatnonzero((rep == k) & (phase == "bottom")) for k in range(count)),
        legs_px={
            side: np.stack(
                [
                    np.stack([column(f"{joint}_{side.value[0].upper()}_{axis}") for axis in "uv"], axis=1)
                    for joint in ("knee", "ankle")
                ],
                axis=1,
            )
            for side in Side
        },
    )


def sagittal(video: Path, sides: tuple[Side, Side]) -> tuple[FloatArray, FloatArray]:
    """Exact mid-shoulder, hip, knee and ankle of two legs: in the picture, pixels, and in space, (time, 7, axis).

    In space: (forward, up), metres.
    """
    table = next(p for end in ("gt", "truth") if (p := video.with_name(f"{video.stem}_{end}.csv")).exists())
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def joint(name: str, side: Side, axes: str) -> FloatArray:
        return np.array([[float(r[f"{name}_{side.value[0].upper()}_{a}"]) for a in axes] for r in rows])

    def points(axes: str) -> FloatArray:
        middle = 0.5 * (joint("shoulder", Side.LEFT, axes) + joint("shoulder", Side.RIGHT, axes))
        return np.stack([middle, *(joint(n, s, axes) for s in sides for n in ("hip", "knee", "ankle"))], axis=1)

    return points("uv"), points("zy")


def _angles(column, n: int, lead: Side) -> dict[str, FloatArray]:
    body = np.full((n, 33, 3), np.nan)  # anterior, up, right
    for side in Side:
        for part, joint in _JOINTS.items():
            left, up, forward = (column(f"{joint}_{side.value[0].upper()}_{axis}") for axis in "xyz")
            body[:, INDEX[f"{side.value}_{part}"]] = np.stack([forward, up, -left], axis=1)
    nothing = np.zeros((n, 33))
    sagittal = PlanePoints(position=body[..., [0, 1]], sd=nothing)
    frontal = PlanePoints(position=body[..., [2, 1]] * [-1.0, 1.0], sd=nothing)
    space = PlanePoints(position=body, sd=nothing)
    out = {name: column(source) for name, source in _PELVIS.items()}
    out["trunk_forward_lean_deg"] = spine.trunk_forward_lean_deg(sagittal)
    out["trunk_lateral_lean_deg"] = spine.trunk_lateral_lean_deg(frontal)
    out["pelvis_shift_pct"] = pelvis.pelvis_shift_pct(sagittal)
    for side in Side:
        out[f"knee_flexion_{side.value}_deg"] = column(f"knee_flex_{side.value[0].upper()}")
        out[f"hip_flexion_{side.value}_deg"] = limbs.hip_flexion_deg(sagittal, side)
        out[f"thigh_inclination_{side.value}_deg"] = limbs.thigh_inclination_deg(sagittal, side)
        out[f"hip_adduction_{side.value}_deg"] = limbs.hip_adduction_deg(frontal, side)
        out[f"knee_fppa_{side.value}_deg"] = limbs.knee_fppa_deg(frontal, side)
        out[f"hip_internal_rotation_{side.value}_deg"] = limbs.hip_internal_rotation_deg(space, side)
    # The front foot stays flat on the floor, so its ankle's angle is that of the shank; the rear heel has no truth.
    out[f"ankle_dorsiflexion_{lead.value}_deg"] = limbs.wall_dorsiflexion_deg(sagittal, lead)
    return out
