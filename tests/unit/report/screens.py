"""Whole screens made by hand, for tests of what is written about them."""

from __future__ import annotations

import numpy as np

from screening.core.datatypes import Provenance, QualityCheck
from screening.core.screen import (
    Asymmetry,
    Basis,
    Confidence,
    DifferenceCurve,
    Finding,
    FlagLevel,
    FrameToLook,
    Person,
    PhaseDifference,
    Plan,
    PlanItem,
    RedFlag,
    ScreenResult,
    ScreenTake,
    TakeEntry,
    Withheld,
)
from screening.core.vocabulary import CheckLevel, Side, Verdict, View

METRICS = (
    ("hip_hike_deg", Verdict.CLEAR, "back"),
    ("rotation_to_front_deg", Verdict.POSSIBLE, "back"),
    ("arch_deg", Verdict.CLEAR, "side"),
    ("tilt_deg", Verdict.NOT_DISTINGUISHABLE, "side"),
    ("depth_deg", Verdict.NOT_DISTINGUISHABLE, "side"),
    ("trunk_lean_deg", Verdict.NOT_DISTINGUISHABLE, "back"),
    ("rear_hip_extension_deg", Verdict.NOT_DISTINGUISHABLE, "side"),
    ("knee_drift_deg", Verdict.NOT_ASSESSED, None),
    ("dorsiflexion_deg", Verdict.NOT_DISTINGUISHABLE, "side"),
    ("descent_s", Verdict.NOT_DISTINGUISHABLE, "back"),
)
NAMES = ("left_back", "left_side", "right_back", "right_side")
RULES = ("hip_hikes_more", "pelvis_turns_more", "back_arches_more")


def make_asymmetry(metric: str, verdict: Verdict, view: str | None) -> Asymmetry:
    known = verdict is not Verdict.NOT_ASSESSED
    nan = float("nan")
    difference = {Verdict.CLEAR: 9.6, Verdict.POSSIBLE: 6.1}.get(verdict, 0.7)
    return Asymmetry(
        metric=metric,
        unit="s" if metric == "descent_s" else "deg",
        left=-1.4 if known else nan,
        right=difference - 1.4 if known else nan,
        difference=difference if known else nan,
        ci95=(difference - 1.5, difference + 1.5) if known else (nan, nan),
        mdc95=5.2 if known else nan,
        n_left=5 if known else 0,
        n_right=5 if known else 0,
        larger_side=Side.RIGHT if verdict in (Verdict.CLEAR, Verdict.POSSIBLE) else None,
        verdict=verdict,
        reason="" if known else "reason.view_cannot_show",
        view=view,
        sem_left=1.9 if known else nan,
        sem_right=1.8 if known else nan,
        phases=(PhaseDifference(phase="bottom", left=-1.4, right=8.2, difference=9.6, ci95=(8.0, 11.0)),)
        if known
        else (),
    )


def make_finding(rule: str, sentence: str, metric: str, frames: tuple[FrameToLook, ...] = ()) -> Finding:
    return Finding(
        rule=rule,
        link="pelvis",
        side=Side.RIGHT,
        verdict=Verdict.CLEAR,
        basis=Basis.VIDEO,
        confidence=Confidence.MODERATE,
        sentence=sentence,
        asymmetries=(metric,),
        frames=frames,
        speaks_for=("painful_side",),
        source=("baker_2001",),
    )


def make_curve(metric: str) -> DifferenceCurve:
    wave = np.sin(np.linspace(0, np.pi, 101))
    left, right = 2 * wave, 11 * wave
    right[40:45] = np.nan
    one = np.ones(101)
    return DifferenceCurve(
        metric=metric,
        unit="deg",
        left_mean=left,
        left_sd=one,
        right_mean=right,
        right_sd=one,
        difference=right - left,
        low=right - left - 2,
        high=right - left + 2,
    )


def make_screen(
    *,
    code: str = "A-17",
    flags: bool = False,
    findings: int = 3,
    note: str = "",
    frames: tuple[FrameToLook, ...] = (),
) -> ScreenResult:
    takes = tuple(
        ScreenTake(
            name=name,
            entry=TakeEntry(video=f"{name}.mp4", pain=2.0),
            view=View.BACK if name.endswith("back") else View.LEFT,
            lead=Side(name.split("_")[0]),
            reps_found=5,
            reps_used=5,
            video_sha256="ab" * 32,
            checks=(QualityCheck(key="brightness", level=CheckLevel.WARNING, values={"luma": 31}, sentence="Dark."),),
        )
        for name in NAMES
    )
    sentence = "With the right leg in front, the left hip is lifted 10° more on the way down."
    said = tuple(
        make_finding(RULES[k % 3], f"{sentence} {note} ({k + 1})", METRICS[k % 3][0], frames) for k in range(findings)
    )
    flag = RedFlag(question="fever", level=FlagLevel.URGENT, sentence="You reported fever, chills or night sweats.")
    plan = Plan(
        items=(
            PlanItem(exercise="front_foot_elevated_split_squat", phase=1, side=Side.RIGHT, because=("hip_hikes_more",)),
            PlanItem(exercise="cross_connect_hip_extension", phase=2, side=Side.LEFT, because=("back_arches_more",)),
            PlanItem(exercise="cable_lift_lateral_lunge", phase=3, side=None, because=("pelvis_turns_more",)),
        ),
        withheld=(Withheld(exercise="calf_raise", reason="Left out because an ankle gives way."),),
        stop_rules=("Stop if you feel dizzy.",),
        note="The exercises follow the differences seen.",
    )
    withheld = Plan(withheld_because="You reported fever. Please have this looked at by a doctor first.")
    return ScreenResult(
        person=Person(code=code, height_cm=171.0),
        intake={"painful_side": "right", "pain_now": 4, "fever": flags},
        flags=(flag,) if flags else (),
        takes=takes,
        asymmetries=tuple(make_asymmetry(*row) for row in METRICS),
        curves=tuple(make_curve(metric) for metric, verdict, _ in METRICS[:4]),
        findings=said,
        plan=withheld if flags else plan,
        provenance=Provenance(
            program_version="0.1.0",
            catalogue_version="1",
            model="pose_landmarker_full",
            model_sha256="cd" * 32,
            settings_sha256="ef" * 32,
            libraries={"mediapipe": "0.10.21"},
        ),
        sentences={"reason.view_cannot_show": "This cannot be read in these videos."},
    )
