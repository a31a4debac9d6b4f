"""What every movement offers.

May import: numpy and `core`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from screening.core.datatypes import BodyMotion, MetricSpec, Timeline
from screening.core.settings import MovementSettings, TakeOptions
from screening.core.vocabulary import Posture


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What the other stages must know of a movement.

    `posture` chooses how some angles are read. `follows_pelvis`: whether the pictures are looked at once more for the
    pelvis. `one_leg_moves`: in side views one foot stays where it is while the other leg goes back, instead of one
    foot in front of the other. `counted`: whether there are repetitions of which several are wanted; `paced`: whether
    their tempo is told. `errors_measured`: whether errors that were measured on people in split squats hold here; where
    they do not, the wider ones of the registry stand.
    """

    posture: Posture = Posture.UPRIGHT
    follows_pelvis: bool = True
    one_leg_moves: bool = False
    counted: bool = True
    paced: bool = True
    errors_measured: bool = True


#: Finds repetitions, phases, lead and reference frames of a take.
Find = Callable[[BodyMotion, TakeOptions, MovementSettings], Timeline]


@dataclass(frozen=True, kw_only=True)
class Movement:
    """A movement: the word for `--movement`, its metrics in the order of showing, and how its repetitions are found."""

    name: str
    metrics: tuple[MetricSpec, ...]
    traits: Traits = field(default=Traits())
    find: Find
