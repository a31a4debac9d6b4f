"""The field's words, each spelled once.

May import: the standard library only.
"""

from __future__ import annotations

from enum import Enum


class Word(str, Enum):
    """A word that is its own JSON value."""

    def __str__(self) -> str:
        """Give the word itself."""
        return str(self.value)


class Side(Word):
    """A side of the person, never of the picture."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class View(Word):
    """Which side of the person faces the camera."""

    FRONT = "front"
    BACK = "back"
    LEFT = "left"
    RIGHT = "right"
    OBLIQUE = "oblique"

    @property
    def mirrored(self) -> View:
        """The view that a mirrored picture of this one seems to show."""
        swap = {View.LEFT: View.RIGHT, View.RIGHT: View.LEFT}
        return swap.get(self, self)

    @property
    def is_side(self) -> bool:
        """Whether the sagittal plane lies in the picture."""
        return self in (View.LEFT, View.RIGHT)

    @property
    def is_frontal(self) -> bool:
        """Whether the frontal plane lies in the picture."""
        return self in (View.FRONT, View.BACK)


class Phase(Word):
    """What the body is doing in one frame."""

    STAND = "stand"
    DESCENT = "descent"
    BOTTOM = "bottom"
    ASCENT = "ascent"
    TOP = "top"
    OTHER = "other"


class Posture(Word):
    """How the body stands or sits as far as the angles need to know it.

    SEATED: thighs level, shanks hanging; FOOT_FLAT: the front foot stays flat on a level floor.
    """

    UPRIGHT = "upright"
    SEATED = "seated"
    FOOT_FLAT = "foot_flat"


class Plane(Word):
    """Anatomical plane in which an angle is read."""

    SAGITTAL = "sagittal"
    FRONTAL = "frontal"
    TRANSVERSE = "transverse"


class Observability(Word):
    """How well one view shows one angle (SCIENCE section 3)."""

    GOOD = "good"
    TREND = "trend"
    NONE = "none"


class Verdict(Word):
    """What may be said about a value."""

    MEASURED = "measured"
    TREND = "trend"
    CLEAR = "clear"
    POSSIBLE = "possible"
    NOT_DISTINGUISHABLE = "not_distinguishable"
    NOT_ASSESSED = "not_assessed"


class CheckLevel(Word):
    """Outcome of a quality check."""

    OK = "ok"
    NOTICE = "notice"
    WARNING = "warning"


class Quality(Word):
    """How much work is spent on a take."""

    FAST = "fast"
    STANDARD = "standard"
    BEST = "best"


class Frame(Word):
    """Coordinate frame of a landmark sequence; it fixes the unit and the number of axes.

    IMAGE_PX: upright, un-mirrored picture; origin top-left, x right, y down; pixels; 2 axes.
    CAMERA_M: metres, x right, y down, z away from the camera; origin mid-hip in every frame.
    BODY_M: metres, ISB axes: X anterior, Y up, Z to the person's right.
    """

    IMAGE_PX = "image_px"
    CAMERA_M = "camera_m"
    BODY_M = "body_m"

    @property
    def axes(self) -> int:
        """Number of coordinates of a point."""
        return 2 if self is Frame.IMAGE_PX else 3
