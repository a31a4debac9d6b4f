"""The 33 landmarks, their left/right partners and the segments between them.

May import: numpy and `core.vocabulary`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from screening.core.vocabulary import Side

LANDMARKS: Final[tuple[str, ...]] = (
    "nose",
    "left_eye_inner",
    "left_eye",
    "left_eye_outer",
    "right_eye_inner",
    "right_eye",
    "right_eye_outer",
    "left_ear",
    "right_ear",
    "mouth_left",
    "mouth_right",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_pinky",
    "right_pinky",
    "left_index",
    "right_index",
    "left_thumb",
    "right_thumb",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_foot_index",
    "right_foot_index",
)
INDEX: Final[dict[str, int]] = {name: i for i, name in enumerate(LANDMARKS)}


def _partner_name(name: str) -> str:
    if "left" in name:
        return name.replace("left", "right")
    return name.replace("right", "left")


#: `PARTNER[i]` is the landmark on the other side of the body; midline points are their own partner.
PARTNER: Final = np.array([INDEX[_partner_name(name)] for name in LANDMARKS])
PARTNER.setflags(write=False)

LEG: Final[tuple[str, ...]] = ("knee", "ankle", "heel", "foot_index")

SEGMENTS: Final[tuple[tuple[str, str], ...]] = (
    ("left_shoulder", "right_shoulder"),
    ("left_hip", "right_hip"),
    *(
        (f"{side}_{a}", f"{side}_{b}")
        for side in ("left", "right")
        for a, b in (
            ("shoulder", "elbow"),
            ("elbow", "wrist"),
            ("shoulder", "hip"),
            ("hip", "knee"),
            ("knee", "ankle"),
            ("ankle", "heel"),
            ("heel", "foot_index"),
            ("ankle", "foot_index"),
        )
    ),
)


def of(side: Side, part: str) -> str:
    """Name of a body part on a side.

    Examples
    --------
    >>> of(Side.LEFT, "hip")
    'left_hip'
    """
    return f"{side.value}_{part}"


def leg_indices(side: Side) -> list[int]:
    """Indices of knee, ankle, heel and foot tip of one side, in this order."""
    return [INDEX[of(side, part)] for part in LEG]


def side_of(name: str) -> Side | None:
    """Side of the body a landmark belongs to, None on the midline."""
    for side in Side:
        if side.value in name:
            return side
    return None
