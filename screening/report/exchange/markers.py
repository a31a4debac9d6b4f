"""Landmarks under the marker names that Sports2D and Pose2Sim write (HALPE_26 and COCO), both ways.

May import: numpy and core.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from screening.core.datatypes import FloatArray, LandmarkSequence
from screening.core.skeleton import INDEX, LANDMARKS
from screening.core.vocabulary import Side

_PARTS: Final = {
    "hip": "Hip",
    "knee": "Knee",
    "ankle": "Ankle",
    "foot_index": "BigToe",
    "heel": "Heel",
    "shoulder": "Shoulder",
    "elbow": "Elbow",
    "wrist": "Wrist",
    "eye": "Eye",
    "ear": "Ear",
    "index": "Index",
    "pinky": "Pinky",
    "thumb": "Thumb",
}
#: Marker of each landmark that has one; `nose` is on the midline.
MARKER: Final[dict[str, str]] = {"nose": "Nose"} | {
    f"{side.value}_{part}": f"{side.value[0].upper()}{name}" for side in Side for part, name in _PARTS.items()
}
#: Markers that are the middle of two landmarks.
MIDDLES: Final[dict[str, tuple[str, str]]] = {
    "Hip": ("left_hip", "right_hip"),
    "Neck": ("left_shoulder", "right_shoulder"),
}
#: Other spellings that trackers use, lower case.
_ALIASES: Final = {"midhip": "hip", "centerhip": "hip", "rfoot": "rbigtoe", "lfoot": "lbigtoe", "rtoe": "rbigtoe"} | {
    "ltoe": "lbigtoe"
}


def named_points(body: LandmarkSequence) -> tuple[tuple[str, ...], FloatArray]:
    """Markers of a take in the order of Pose2Sim's models: pelvis, right leg, left leg, trunk, arms, face.

    Returns
    -------
    names : (marker,)
    position : (time, marker, 3)
        In the unit of the sequence, NaN where a landmark was not found.
    """
    legs = ("hip", "knee", "ankle", "foot_index", "heel")
    arms = ("shoulder", "elbow", "wrist", "index", "pinky", "thumb")
    face = ("eye", "ear")
    columns: dict[str, FloatArray] = {"Hip": body.midpoint(*MIDDLES["Hip"])}
    for parts in (legs, arms, face):
        if parts is arms:
            columns["Neck"] = body.midpoint(*MIDDLES["Neck"])
        if parts is face:
            columns["Nose"] = body.point("nose")
        for side in (Side.RIGHT, Side.LEFT):
            columns |= {MARKER[f"{side.value}_{p}"]: body.point(f"{side.value}_{p}") for p in parts}
    return tuple(columns), np.stack(list(columns.values()), axis=1)


def landmark_positions(names: tuple[str, ...], position: FloatArray) -> FloatArray:
    """Place markers at the landmarks they stand for.

    Parameters
    ----------
    names : (marker,)
        Names as a tracker writes them; capitals and blanks do not matter; unknown ones are left out.
    position : (time, marker, axis)

    Returns
    -------
    (time, landmark, axis)
        NaN for landmarks without a marker. Eyes, ears, mouth and hands, which no angle needs, are put at nose and
        wrists where they are missing, so that every landmark of a body that is there is known.
    """
    found = {_plain(name): position[:, k] for k, name in enumerate(names)}
    out = np.full((len(position), len(LANDMARKS), position.shape[2]), np.nan)
    for landmark, marker in MARKER.items():
        if marker.lower() in found:
            out[:, INDEX[landmark]] = found[marker.lower()]
    _complete(out, found)
    return out


def _complete(out: FloatArray, found: dict[str, FloatArray]) -> None:
    nose = INDEX["nose"]
    if "nose" not in found:
        middle = 0.5 * (out[:, INDEX["left_shoulder"]] + out[:, INDEX["right_shoulder"]])
        out[:, nose] = found.get("head", middle)
    for name, i in INDEX.items():
        side = next((s.value for s in Side if s.value in name), "")
        if i == nose or f"{side}_{name.removeprefix(f'{side}_')}" in _KEPT:
            continue
        hand = any(part in name for part in ("pinky", "thumb")) or (name.endswith("index") and "foot" not in name)
        source = INDEX[f"{side}_wrist"] if hand else nose
        missing = ~np.isfinite(out[:, i]).all(axis=1)
        out[missing, i] = out[missing, source]


_KEPT: Final = frozenset(
    f"{side.value}_{part}"
    for side in Side
    for part in ("hip", "knee", "ankle", "foot_index", "heel", "shoulder", "elbow", "wrist")
)


def _plain(name: str) -> str:
    key = name.strip().lower().replace("_", "").replace(" ", "")
    return _ALIASES.get(key, key)
