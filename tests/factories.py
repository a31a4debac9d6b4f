"""Results made by hand, for tests of everything that comes after the measuring.

The figure is a stick person in a left-side view: knees, hips and trunk follow a smooth up and down, so that the
numbers at the lowest point are known.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from screening.core.datatypes import (
    AngleTable,
    LandmarkSequence,
    Measurement,
    Provenance,
    QualityCheck,
    Recording,
    Repetition,
    Scene,
    TakeResult,
    Timeline,
)
from screening.core.skeleton import INDEX, LANDMARKS
from screening.core.vocabulary import CheckLevel, Frame, Observability, Phase, Side, Verdict, View

SIDED = (
    "hip_flexion",
    "hip_adduction",
    "hip_internal_rotation",
    "knee_flexion",
    "knee_fppa",
    "ankle_dorsiflexion",
    "thigh_inclination",
)
ANGLES = (
    "pelvic_rotation_deg",
    "pelvic_obliquity_deg",
    "anterior_pelvic_tilt_deg",
    "lumbar_extension_deg",
    "trunk_lateral_lean_deg",
    "trunk_forward_lean_deg",
    *(f"{stem}_{side}_deg" for side in ("left", "right") for stem in SIDED),
    "pelvis_shift_pct",
)
NEEDS_MORE = {
    "pelvic_rotation_deg": "reason.needs_surface",
    "anterior_pelvic_tilt_deg": "reason.needs_surface",
    "lumbar_extension_deg": "reason.needs_back_contour",
}
SAGITTAL = ("hip_flexion", "knee_flexion", "ankle_dorsiflexion", "thigh_inclination", "trunk_forward")
FPS = 30.0
REP_FRAMES = 60
LEAD_IN = 30


def depth(n_frames: int) -> np.ndarray:
    """0 at the top, 1 at the bottom, a repetition every `REP_FRAMES` after `LEAD_IN` frames."""
    t = np.arange(n_frames) - LEAD_IN
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * t / REP_FRAMES)
    return np.where(t < 0, 0.0, wave)


def make_timeline(leads: tuple[Side | None, ...], *, unused: tuple[int, ...] = ()) -> Timeline:
    n = LEAD_IN + REP_FRAMES * len(leads)
    phase = [Phase.STAND] * n
    reps = []
    for k, lead in enumerate(leads):
        start = LEAD_IN + k * REP_FRAMES
        for begin, end, name in ((0, 24, Phase.DESCENT), (24, 37, Phase.BOTTOM), (37, REP_FRAMES, Phase.ASCENT)):
            phase[start + begin : start + end] = [name] * (end - begin)
        used = k + 1 not in unused
        reps.append(
            Repetition(
                index=k + 1,
                lead=lead,
                start=start,
                bottom=start + 30,
                end=start + REP_FRAMES,
                bottom_start=start + 24,
                bottom_end=start + 37,
                drop_pct=40.0,
                depth_deg=90.0,
                used=used,
                reason="" if used else "reason.shallow",
            )
        )
    common = leads[0] if leads and len(set(leads)) == 1 else None
    return Timeline(
        repetitions=tuple(reps), phase=tuple(phase), lead=common, reference=(28, 29, 30), signal_pct=100 * depth(n)
    )


def make_angles(n_frames: int, view: View) -> AngleTable:
    """Sagittal angles of a side view, or the frontal ones of a back view, with amplitude 90 and an error of 3."""
    seen: dict[str, Observability] = {}
    reason: dict[str, str] = {}
    value = np.full((n_frames, len(ANGLES)), np.nan)
    for i, name in enumerate(ANGLES):
        sagittal = name.startswith(SAGITTAL)
        if name in NEEDS_MORE:
            seen[name], reason[name] = Observability.NONE, NEEDS_MORE[name]
        elif sagittal == view.is_side and name != "pelvic_obliquity_deg":
            seen[name] = Observability.GOOD
        elif name == "pelvic_obliquity_deg" and view.is_frontal:
            seen[name], reason[name] = Observability.TREND, "reason.hip_line_trend"
        else:
            seen[name], reason[name] = Observability.NONE, "reason.view_cannot_show"
        if seen[name] is not Observability.NONE:
            amplitude = {"right": 60.0}.get(name.rsplit("_", 2)[-2], 90.0) if sagittal else -6.0
            value[:, i] = amplitude * depth(n_frames)
    sd = np.where(np.isfinite(value), 3.0, np.nan)
    return AngleTable(
        names=ANGLES,
        value=value,
        sd=sd,
        time_s=np.arange(n_frames) / FPS,
        view=view,
        observability=seen,
        reason=reason,
    )


def make_landmarks(n_frames: int, frame: Frame) -> LandmarkSequence:
    """A stick person facing the picture's left edge, going down and up."""
    d = depth(n_frames)
    spots = {
        "nose": (250, 200), "shoulder": (270, 300), "elbow": (250, 390), "wrist": (230, 450), "hip": (275, 500),
        "knee": (230, 640), "ankle": (215, 800), "heel": (230, 825), "foot_index": (175, 830),
    }  # fmt: skip
    position = np.empty((n_frames, len(LANDMARKS), frame.axes))
    for name, i in INDEX.items():
        part = next((p for p in spots if name.endswith(p)), "nose")
        x, y = spots[part]
        back = 90.0 if "right" in name and part in ("knee", "ankle", "heel", "foot_index") else 6.0 * ("right" in name)
        low = 0.0 if part in ("ankle", "heel", "foot_index") else 60.0 if part == "knee" else 130.0
        position[:, i, 0] = x + back
        position[:, i, 1] = y + low * d
        if frame is not Frame.IMAGE_PX:
            position[:, i, :2] /= -400.0
            position[:, i, 2] = 0.1 if "right" in name else -0.1
    return LandmarkSequence(
        position=position,
        visibility=np.full((n_frames, len(LANDMARKS)), 0.9),
        time_s=np.arange(n_frames) / FPS,
        frame=frame,
    )


def make_measurement(key: str, lead: Side | None, n_reps: int, *, verdict: Verdict = Verdict.MEASURED) -> Measurement:
    known = verdict is not Verdict.NOT_ASSESSED
    per_rep = np.linspace(-4.0, -2.0, n_reps) if known else np.full(n_reps, np.nan)
    nan = float("nan")
    return Measurement(
        key=key,
        unit="s" if key == "descent_s" else "deg",
        lead=lead,
        per_rep=per_rep,
        value=-3.0 if known else nan,
        n=n_reps if known else 0,
        sd=1.0 if known else nan,
        sem=1.5 if known else nan,
        mdc95=4.16 if known else nan,
        view=View.LEFT,
        verdict=verdict,
        reason="" if verdict is Verdict.MEASURED else "reason.needs_surface",
    )


def make_result(
    *,
    view: View = View.LEFT,
    leads: tuple[Side | None, ...] = (Side.LEFT, Side.LEFT, Side.LEFT),
    unused: tuple[int, ...] = (),
    movement: str = "split_squat",
    path: str = "clip.mp4",
) -> TakeResult:
    timeline = make_timeline(leads, unused=unused)
    n = len(timeline.phase)
    sets = tuple(dict.fromkeys(leads))
    checks = (
        QualityCheck(key="body_visible", level=CheckLevel.OK, values={"share_pct": 100}),
        QualityCheck(key="brightness", level=CheckLevel.WARNING, values={"luma": 31}),
        QualityCheck(key="mirrored", level=CheckLevel.OK, values={"state": "told_no"}),
    )
    return TakeResult(
        recording=Recording(
            path=path,
            sha256="ab" * 32,
            size_bytes=1,
            width=540,
            height=960,
            codec="h264",
            time_s=np.arange(n) / FPS,
        ),
        options={"movement": movement, "view": None, "mirrored": "no", "height_cm": None},
        movement=movement,
        scene=Scene(
            view=view,
            view_source="told",
            heading_deg=-90.0,
            facing=-1,
            mirrored=False,
            mirrored_source="told",
            roll_deg=0.4,
            roll_source="edges",
            standing=(0, LEAD_IN),
        ),
        checks=checks,
        timeline=timeline,
        angle_table=make_angles(n, view),
        measurements=tuple(
            make_measurement(key, lead, len(leads), verdict=verdict)
            for lead in sets
            for key, verdict in (
                ("hip_hike_deg", Verdict.TREND),
                ("arch_deg", Verdict.NOT_ASSESSED),
                ("depth_deg", Verdict.MEASURED),
                ("descent_s", Verdict.MEASURED),
            )
        ),
        image=make_landmarks(n, Frame.IMAGE_PX),
        body=make_landmarks(n, Frame.BODY_M),
        provenance=Provenance(
            program_version="0.1.0",
            catalogue_version="1",
            model="pose_landmarker_full",
            model_sha256="cd" * 32,
            settings_sha256="ef" * 32,
            libraries={"mediapipe": "0.10.21"},
        ),
    )


def with_gap(result: TakeResult, name: str, frames: slice) -> TakeResult:
    """The same result with one angle missing over some frames."""
    table = result.angle_table
    value = table.value.copy()
    value[frames, table.names.index(name)] = np.nan
    return replace(result, angle_table=replace(table, value=value))
