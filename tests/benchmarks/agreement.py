"""Agreement with other systems on real recordings: `python -m tests.benchmarks.agreement REAL [--landmarks DIR]`.

REAL is a folder with `squat_two_phones/` and `beam_four_cameras/`: videos of one person with the joint angles
(`reference.mot`) and points (`reference.trc`) that a system of several cameras gave. Those are markerless themselves
and wrong by 4 to 7 deg, so the figures are an agreement, not an error. Printed are, for each recording and angle,
bias, root mean square difference, correlation, how many standard errors hold how many frames and how many frames were
compared; for each reference how much its own segments change their lengths, which bones do not. Clocks that differ are
brought together by the height of the hips. Saved landmarks are `FOLDER__CLIP.npz`.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from screening.core.datatypes import FloatArray, TakeResult
from screening.core.errors import ScreeningError
from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.vocabulary import Observability, Quality, Side
from screening.pipeline import interpret, look_again, watch
from screening.pose import replay
from screening.video.probe import probe
from tests.benchmarks import truth

FOLDERS = {"squat_two_phones": "squat", "beam_four_cameras": "free"}
#: Column of the reference and the sign that turns it into this program's.
_MIDDLE = {
    "pelvic_rotation_deg": ("pelvis_rotation", 1.0),
    "pelvic_obliquity_deg": ("pelvis_list", -1.0),
    "anterior_pelvic_tilt_deg": ("pelvis_tilt", -1.0),
    "lumbar_extension_deg": ("lumbar_extension", 1.0),
}
_SIDED = {"hip_flexion": "hip_flexion", "knee_flexion": "knee_angle", "ankle_dorsiflexion": "ankle_angle"}
#: The clocks of a recording and its reference differ by no more than this, and only so alike a movement tells by how
#: much.
_MAX_LAG_S, _ALIKE = 0.2, 0.9
_SEGMENTS = {"thigh": ("Hip", "Knee"), "shank": ("Knee", "Ankle"), "trunk": ("Hip", "Shoulder")}


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Measured against a reference in the frames that show both, degrees; `within`: share in two standard errors."""

    bias: float
    rmse: float
    r: float
    within: float
    frames: int


def read_mot(path: Path) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Times and columns of a .mot file in degrees."""
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next(k for k, line in enumerate(lines) if line.strip() == "endheader") + 1
    names = lines[start].split()
    rows = np.array([[float(v) for v in line.split()] for line in lines[start + 1 :] if line.strip()])
    return rows[:, 0], {name: rows[:, k] for k, name in enumerate(names)}


def read_trc(path: Path) -> dict[str, FloatArray]:
    """Points of a .trc file, (time, 3), Y up."""
    lines = path.read_text(encoding="utf-8").splitlines()
    names = [n for n in lines[3].rstrip("\n").split("\t")[2:] if n.strip()]
    rows = [line.split("\t")[2:] for line in lines[5:] if line.strip()]
    flat = np.array([[float(v) if v.strip() else np.nan for v in row[: 3 * len(names)]] for row in rows])
    return {name: flat[:, 3 * k : 3 * k + 3] for k, name in enumerate(names)}


def reference_angles(folder: Path) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Times from the first row, and angles by the names and with the signs of this program."""
    time_s, columns = read_mot(folder / "reference.mot")
    out = {name: sign * columns[source] for name, (source, sign) in _MIDDLE.items() if source in columns}
    for stem, source in _SIDED.items():
        for side in Side:
            out[f"{stem}_{side.value}_deg"] = columns[f"{source}_{side.value[0]}"]
    out |= _from_points(read_trc(folder / "reference.trc"), len(time_s))
    return time_s - time_s[0], out


def _from_points(points: Mapping[str, FloatArray], n: int) -> dict[str, FloatArray]:
    """Lean of the trunk and inclination of the thighs, in the person's own sagittal plane."""
    hips, shoulders = ({s: points[f"{s.value[0].upper()}{p}"][:n] for s in Side} for p in ("Hip", "Shoulder"))
    across = hips[Side.RIGHT] - hips[Side.LEFT]
    right = across * [1.0, 0.0, 1.0]
    right = right / np.linalg.norm(right, axis=1, keepdims=True)
    ahead = np.cross(np.array([0.0, 1.0, 0.0]), right)
    trunk = 0.5 * sum(shoulders.values()) - 0.5 * sum(hips.values())
    out = {
        "trunk_forward_lean_deg": _degrees(np.sum(trunk * ahead, axis=1), trunk[:, 1]),
        "trunk_lateral_lean_deg": _degrees(-np.sum(trunk * right, axis=1), trunk[:, 1]),
    }
    for side in Side:
        thigh = points[f"{side.value[0].upper()}Knee"][:n] - hips[side]
        out[f"thigh_inclination_{side.value}_deg"] = _degrees(np.sum(thigh * ahead, axis=1), -thigh[:, 1])
    return out


def _degrees(y: FloatArray, x: FloatArray) -> FloatArray:
    return np.degrees(np.unwrap(np.arctan2(y, x)))


def hip_height(folder: Path) -> FloatArray:
    """Height of mid-hip in the reference, metres, (time,)."""
    points = read_trc(folder / "reference.trc")
    return 0.5 * (points["LHip"] + points["RHip"])[:, 1]


def lag_s(time_s: FloatArray, height: FloatArray, reference_s: FloatArray, reference: FloatArray) -> float:
    """How much later the recording shows the same movement than the reference, seconds; 0 where that is not told."""
    found = {}
    for lag in np.arange(-_MAX_LAG_S, _MAX_LAG_S + 1e-9, 1.0 / 60.0):
        wanted = np.interp(time_s - lag, reference_s, reference, left=np.nan, right=np.nan)
        seen = np.isfinite(wanted) & np.isfinite(height)
        if seen.sum() > 10 and wanted[seen].std() > 0.0:
            found[float(np.corrcoef(height[seen], wanted[seen])[0, 1])] = float(lag)
    best = max(found, default=0.0)
    return found[best] if best >= _ALIKE else 0.0


def length_changes(folder: Path) -> dict[str, float]:
    """By how much the reference's segments change their lengths, 95 % range over the median, percent."""
    points, out = read_trc(folder / "reference.trc"), {}
    for name, (upper, lower) in _SEGMENTS.items():
        lengths = [np.linalg.norm(points[f"{s}{upper}"] - points[f"{s}{lower}"], axis=1) for s in "LR"]
        spread = [np.ptp(np.nanpercentile(v, [2.5, 97.5])) / np.nanmedian(v) for v in lengths]
        out[name] = 100.0 * float(np.mean(spread))
    return out


def agreement(value: FloatArray, reference: FloatArray, sd: FloatArray) -> Agreement:
    """Compare two tracks of one length; `sd` is the standard error of the first."""
    seen = np.isfinite(value) & np.isfinite(reference)
    a, b = value[seen], reference[seen]
    moves = len(a) > 2 and a.std() > 0.5 and b.std() > 0.5
    return Agreement(
        bias=float(np.mean(a - b)),
        rmse=float(np.sqrt(np.mean((a - b) ** 2))),
        r=float(np.corrcoef(a, b)[0, 1]) if moves else float("nan"),
        within=float(np.mean(np.abs(a - b) <= 2.0 * sd[seen])),
        frames=len(a),
    )


def measured(video: Path, movement: str, landmarks: Path | None) -> TakeResult:
    """Measure a recording."""
    options = TakeOptions(movement=movement, mirrored=False, quality=Quality.STANDARD)
    recording = probe(video, limits=DEFAULTS.video)
    if landmarks is None:
        raw = watch(recording, options=options)
    else:
        raw = replay.load(landmarks / f"{video.parent.name}__{video.stem}.npz")
    return interpret(raw, recording, options=options, pictures=look_again(recording, options=options))


def compared(
    result: TakeResult, time_s: FloatArray, reference: Mapping[str, FloatArray], lag: float
) -> dict[str, Agreement]:
    """Agreement of every angle that both have; changes are taken from the same reference frames."""
    table, out = result.angle_table, {}
    at = table.time_s - lag
    for name in table.names:
        if name not in reference or table.observability[name] is Observability.NONE:
            continue
        wanted = np.interp(at, time_s, reference[name], left=np.nan, right=np.nan)
        if name in truth.ZEROED:
            wanted = wanted - np.nanmedian(wanted[list(result.timeline.reference)])
        if (np.isfinite(table.column(name)) & np.isfinite(wanted)).sum() > 10:
            out[name] = agreement(table.column(name), wanted, table.column_sd(name))
    return out


def main() -> None:
    """Measure the recordings and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("real", type=Path)
    parser.add_argument("--landmarks", type=Path)
    arguments = parser.parse_args()
    print(
        "| recording | view | angle | bias | RMS difference | r | within 2 standard errors | frames |\n|" + "---|" * 8
    )
    notes = []
    for folder, movement in FOLDERS.items():
        time_s, reference = reference_angles(arguments.real / folder)
        height = hip_height(arguments.real / folder)[: len(time_s)]
        changes = ", ".join(f"{k} {v:.0f} %" for k, v in length_changes(arguments.real / folder).items())
        notes.append(f"{folder}: lengths in the reference change by {changes}")
        for video in sorted(p for p in (arguments.real / folder).iterdir() if p.suffix in (".mp4", ".mov")):
            try:
                result = measured(video, movement, arguments.landmarks)
            except ScreeningError as err:
                print(f"| {folder}/{video.stem} | | refused: {err.what} | | | | | |")
                continue
            lag = lag_s(result.angle_table.time_s, np.asarray(result.timeline.signal_pct), time_s, height)
            notes.append(f"{folder}/{video.stem}: {lag:+.2f} s later than the reference")
            for name, a in compared(result, time_s, reference, lag).items():
                print(
                    f"| {folder}/{video.stem} | {result.scene.view} | {name.rpartition('_')[0].replace('_', ' ')} "
                    f"| {a.bias:+.1f} | {a.rmse:.1f} | {a.r:.2f} | {100.0 * a.within:.0f} % | {a.frames} |"
                )
    print("\n" + "\n".join(notes))


if __name__ == "__main__":
    main()
