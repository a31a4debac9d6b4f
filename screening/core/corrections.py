"""What a clinician corrects about one take, and everything that is needed to compute it anew without a network.

May import: numpy, the standard library and `core`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from screening.core.arrays import FloatArray, freeze, frozen_array
from screening.core.datatypes import BodyMotion, RawPose, Recording, Scene, Timeline, Track
from screening.core.settings import TakeOptions
from screening.core.vocabulary import Side, View, Word

Point = tuple[float, float]


class Border(Word):
    """Borders of the phases within one repetition, in the order of time."""

    START = "start"
    BOTTOM_START = "bottom_start"
    BOTTOM_END = "bottom_end"
    END = "end"


@dataclass(frozen=True, kw_only=True)
class MovedBorder:
    """A border put on another frame; `rep` is the number of the repetition, counted from 1.

    The phase that begins at a border begins with its frame; `END` is the first frame after the repetition.
    """

    rep: int
    border: Border
    frame: int


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A frame worth coming back to, with a few words."""

    frame: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class DrawnAngle:
    """An angle drawn by hand on one frame.

    points: end of the first leg, vertex, end of the second leg, in pixels of the upright recording as it is shown,
    x to the right, y down. `angle` names the column it is compared with, empty for none.
    """

    frame: int
    points: tuple[Point, Point, Point]
    angle: str = ""


@dataclass(frozen=True, kw_only=True)
class Corrections:
    """What a clinician says against what the program read in one take; None and empty: as it was.

    `dropped`: numbers of the repetitions that shall not count, from 1. Marks and drawn angles change no result.
    """

    lead: Side | None = None
    view: View | None = None
    mirrored: bool | None = None
    dropped: tuple[int, ...] = ()
    borders: tuple[MovedBorder, ...] = ()
    marks: tuple[Mark, ...] = ()
    drawn: tuple[DrawnAngle, ...] = ()

    @property
    def changes_results(self) -> bool:
        """Whether anything here can change a number."""
        told = (self.lead, self.view, self.mirrored)
        return any(value is not None for value in told) or bool(self.dropped or self.borders)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was seen in one take, kept beside its results.

    `raw` is in single precision; `view` as it was read; `track` what was followed in the pictures, None if nothing
    was; pulled_deg (time,): what `track` has in its obliquity for the pull of the front leg, which hangs on the
    repetitions and the leg in front.
    """

    raw: RawPose
    recording: Recording
    options: TakeOptions
    view: View
    track: Track | None
    pulled_deg: FloatArray

    def __post_init__(self) -> None:
        """Freeze the array."""
        freeze(self, pulled_deg=frozen_array(self.pulled_deg, float))


def _nothing(*_: object) -> None:
    return None


def _as_found(_motion: BodyMotion, timeline: Timeline) -> Timeline:
    return timeline


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """Where somebody looks on, or has a say, while a take is read.

    saw, followed: are told what the network saw and what was followed in the pictures; edit: gives the repetitions
    that are used; track: gives what was followed instead of following it; `overrules`: what is told about the take
    is taken as true even if the picture seems to say otherwise.
    """

    saw: Callable[[RawPose, Recording, TakeOptions], None] = _nothing
    followed: Callable[[Track | None, Scene, Timeline], None] = _nothing
    edit: Callable[[BodyMotion, Timeline], Timeline] = _as_found
    track: Callable[[Scene, Timeline], Track | None] | None = None
    overrules: bool = False


NO_HOOKS = Hooks()

NO_CORRECTIONS = Corrections()
__all__ = [
    "NO_CORRECTIONS",
    "NO_HOOKS",
    "Border",
    "Corrections",
    "DrawnAngle",
    "Evidence",
    "Hooks",
    "Mark",
    "MovedBorder",
    "Point",
]
