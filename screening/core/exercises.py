"""Exercises, filming protocols and the rules of a plan, as the catalogue holds them in one language.

May import: the standard library and `core`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from screening.core.intake import AnswerCondition
from screening.core.vocabulary import Side, View, Word


class SideRule(Word):
    """Which side an exercise is done on, given the side that the finding it answers names."""

    SAME = "same"
    OTHER = "other"
    BOTH = "both"


class Grade(Word):
    """How well a statement is supported: A trials, B single studies, C measurements beside the point, D opinion."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True, kw_only=True)
class Contraindication:
    """When an exercise is left out: an answer, or a finding (by rule key); `reason` is the sentence why."""

    reason: str
    answer: AnswerCondition | None = None
    finding: str = ""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """One step picture: its file below `data/drawings`, and what it shows, in words."""

    file: str
    caption: str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise with its words in one language.

    `phase`: 1 internal rotation, 2 extension, 3 integration. `answers`: rule key -> which side of the finding's it is
    done on. `side_text` says what the side means here ("the leg in front"). `general`: belongs to the neutral set.
    `note` holds what must be said beside it, such as a set-up that is this project's reconstruction (may be empty).
    """

    key: str
    phase: int
    answers: Mapping[str, SideRule]
    general: bool
    grade: Grade
    sources: tuple[str, ...]
    contraindications: tuple[Contraindication, ...]
    drawings: tuple[Drawing, ...]
    name: str
    purpose: str
    side_text: str
    setup: str
    steps: tuple[str, ...]
    dose: str
    tempo: str
    cues: tuple[str, ...]
    errors: tuple[str, ...]
    easier: str
    harder: str
    stop: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class PlanPolicy:
    """The limits and sentences of a plan.

    max_take_pain: pain (0-10) above which a session stops; max_start_pain: pain above which one waits before starting.
    max_items: exercises in one plan. sentences: by key, with places to fill; phases: name of each phase.
    """

    max_take_pain: float
    max_start_pain: float
    max_items: int
    sources: tuple[str, ...]
    phases: Mapping[int, str]
    stop_rules: tuple[str, ...]
    sentences: Mapping[str, str] = field(default_factory=dict)


class Camera(Word):
    """Where the camera stands; `NEAR_SIDE` is the side of the leg in front, or of the leg that moves."""

    BACK = "back"
    FRONT = "front"
    NEAR_SIDE = "near_side"


@dataclass(frozen=True, kw_only=True)
class ProtocolTake:
    """One take of a movement: where the camera stands, and whether it is filmed once for each leg (`per_side`)."""

    camera: Camera
    per_side: bool
    optional: bool
    drawing: Drawing
    text: str

    def view(self, side: Side | None) -> View:
        """Return the view for the leg in front (or the leg that moves); the person's right side if there is none."""
        if self.camera is Camera.NEAR_SIDE:
            return View.LEFT if side is Side.LEFT else View.RIGHT
        return View.BACK if self.camera is Camera.BACK else View.FRONT


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """One sentence said and shown while filming; `seconds` how long it lasts, 0 until the person goes on."""

    key: str
    spoken: str
    written: str
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How one movement is filmed.

    `practice` and `reps`: repetitions a side; `still_s` quiet standing first; `down_s`, `hold_s`, `up_s` the tempo, 0
    where the movement has none. `in_short_screen`: part of the short screen too. Texts may hold {side}, the word of the
    leg in front or of the leg that moves.
    """

    movement: str
    in_short_screen: bool
    practice: int
    reps: int
    still_s: float
    down_s: float
    hold_s: float
    up_s: float
    sources: tuple[str, ...]
    takes: tuple[ProtocolTake, ...]
    name: str
    purpose: str
    setup: tuple[str, ...]
    steps: tuple[str, ...]
    camera: tuple[str, ...]
    clothing: str
    avoid: tuple[str, ...]
    prompts: tuple[Prompt, ...]
