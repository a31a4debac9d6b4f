"""What the leg that a repetition belongs to is called: in front, moving, or stood on.

May import: catalog, core.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from screening.catalog import Wordings
from screening.core.vocabulary import Side


@dataclass(frozen=True, kw_only=True)
class Legs:
    """Keys of `words.label`: what the leg is called, and in brackets that leg and the other one."""

    label: str = "lead"
    own: str = "front_leg"
    other: str = "rear_leg"


_FRONT: Final = Legs()
_OF_MOVEMENT: Final[Mapping[str, Legs]] = {
    "seated_hip_rotation": Legs(label="lead_moving", own="moving_leg", other="resting_leg"),
    "standing_hip_extension": Legs(label="lead_moving", own="moving_leg", other="standing_leg"),
    "single_leg_stance": Legs(label="lead_standing", own="standing_leg", other="lifted_leg"),
}
#: Movements whose depth is told by the bend of the knees.
BY_KNEES: Final = ("split_squat", "squat")


def legs_of(movement: str) -> Legs:
    """What the legs of a movement are called."""
    return _OF_MOVEMENT.get(movement, _FRONT)


def phase_words(movement: str) -> str:
    """Group of words that the phases of a movement are called by."""
    return "phase_of_leg" if movement in _OF_MOVEMENT or movement == "knee_to_wall" else "phase"


def leg_heading(movement: str, side: Side, wordings: Wordings) -> str:
    """Heading of what belongs to one leg: "left leg in front", "Leg that moves: left"."""
    word = wordings.word("side", str(side))
    legs = legs_of(movement)
    if legs is _FRONT:
        return wordings.sentence("report.lead_set", side=word)
    return wordings.sentence("report.limb_set", what=wordings.word("label", legs.label), side=word)
