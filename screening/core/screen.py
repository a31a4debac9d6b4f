"""A whole screen: several takes of one person, their answers, what differs between the sides, and what to do.

May import: numpy, the standard library and `core`.

Everything here is written to `screen.json` and read back unchanged; names of metrics, questions, rules and exercises
are keys of the catalogue, whose words reach the reader through `sentences` or the catalogue itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from screening.core.arrays import FloatArray, freeze, frozen_array
from screening.core.datatypes import Provenance, QualityCheck
from screening.core.settings import DEFAULT_LANGUAGE
from screening.core.vocabulary import Side, Verdict, View, Word

SCREEN_SCHEMA_VERSION: Final = 1

#: What a person may answer to one question of the intake.
Answer = str | int | float | bool | tuple[str, ...]


class Confidence(Word):
    """How firmly a finding rests on what was measured."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


class Basis(Word):
    """What a finding rests on."""

    VIDEO = "video"
    INTAKE = "intake"
    BOTH = "video_and_intake"


class FlagLevel(Word):
    """Levels of the safety questions (SCIENCE section 8), the most pressing first."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    CLINICIAN_FIRST = "clinician_first"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who was screened; only the code is needed."""

    code: str
    height_cm: float | None = None
    birth_year: int | None = None
    sex: str | None = None


@dataclass(frozen=True, kw_only=True)
class TakeEntry:
    """What was declared about one take of a screen; `pain` is 0-10 after the set, None if nobody asked."""

    video: str
    movement: str = "split_squat"
    lead: Side | None = None
    view: View | None = None
    mirrored: bool | None = None
    capture_fps: float | None = None
    pain: float | None = None


@dataclass(frozen=True, kw_only=True)
class ScreenTake:
    """One take of a screen as it was read: `name` is its folder under `takes/`; `view` and `lead` as seen.

    `reps_found`, `reps_used`: repetitions of the set. `checks`: what was noticed about the recording.
    """

    name: str
    entry: TakeEntry
    view: View
    lead: Side | None
    reps_found: int
    reps_used: int
    video_sha256: str
    checks: tuple[QualityCheck, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PhaseDifference:
    """Right minus left within one phase of the repetition, in the metric's unit."""

    phase: str
    left: float
    right: float
    difference: float
    ci95: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class DifferenceCurve:
    """Both sides over the normalised repetition, (point,): mean, spread of the repetitions, band of the difference.

    0 % is the start, 50 % the lowest point, 100 % the end; NaN where a side has no value.
    """

    metric: str
    unit: str
    left_mean: FloatArray
    left_sd: FloatArray
    right_mean: FloatArray
    right_sd: FloatArray
    difference: FloatArray
    low: FloatArray
    high: FloatArray

    def __post_init__(self) -> None:
        """Freeze the curves."""
        names = ("left_mean", "left_sd", "right_mean", "right_sd", "difference", "low", "high")
        freeze(self, **{name: frozen_array(getattr(self, name), float) for name in names})


@dataclass(frozen=True, kw_only=True)
class Asymmetry:
    """A compared pair: the set with the left leg in front against the one with the right leg in front, or two limbs.

    left, right: value of each side in `unit` (median of the repetitions that were paired); difference = right - left,
    Hodges-Lehmann; ci95 its bootstrap interval; mdc95 the smallest change that one such comparison can tell from
    measurement error; n_left, n_right repetitions; `larger_side` is None where nothing is distinguishable;
    `symmetry_index_pct` only for ranges and times; `view` the kind of view it came from (front, back, side, oblique),
    None where it was not assessed; `takes` the names of the takes; `unmatched` repetitions without a partner of equal
    depth and tempo.
    """

    metric: str
    unit: str
    left: float
    right: float
    difference: float
    ci95: tuple[float, float]
    mdc95: float
    n_left: int
    n_right: int
    larger_side: Side | None
    verdict: Verdict
    reason: str = ""
    view: str | None = None
    movement: str = "split_squat"
    sem_left: float = float("nan")
    sem_right: float = float("nan")
    symmetry_index_pct: float = float("nan")
    unmatched: int = 0
    takes: tuple[str, ...] = ()
    phases: tuple[PhaseDifference, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FrameToLook:
    """One picture that shows what a finding means."""

    take: str
    rep: int
    frame: int
    time_s: float


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An observation along the chain with its evidence; `rule` names the row of the catalogue.

    `side` is the side that the observation is about (None: both or neither); `asymmetries` are the metrics it rests
    on; `speaks_for`, `speaks_against` keys of intake answers; `sentence` is filled from the catalogue; `verdict` is
    NOT_ASSESSED with a `reason` where the rule could not be looked at.
    """

    rule: str
    link: str
    side: Side | None
    verdict: Verdict
    basis: Basis
    confidence: Confidence
    sentence: str
    asymmetries: tuple[str, ...] = ()
    frames: tuple[FrameToLook, ...] = ()
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RedFlag:
    """One safety question that was answered with yes."""

    question: str
    level: FlagLevel
    sentence: str


@dataclass(frozen=True, kw_only=True)
class PlanItem:
    """One exercise with its side; `because` names the rules it answers; `general` marks the neutral set."""

    exercise: str
    phase: int
    side: Side | None
    because: tuple[str, ...] = ()
    general: bool = False


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """An exercise that an answer or a finding rules out, with the sentence why."""

    exercise: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Exercises in order, what was left out and why, and when to stop.

    `withheld_because` is empty, or the sentence why there are no exercises at all.
    """

    items: tuple[PlanItem, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    stop_rules: tuple[str, ...] = ()
    withheld_because: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ScreenResult:
    """Everything the report of a whole screen shows; `language` is that of its sentences."""

    schema_version: int = SCREEN_SCHEMA_VERSION
    person: Person
    intake: Mapping[str, Answer]
    flags: tuple[RedFlag, ...]
    takes: tuple[ScreenTake, ...]
    asymmetries: tuple[Asymmetry, ...]
    curves: tuple[DifferenceCurve, ...]
    findings: tuple[Finding, ...]
    plan: Plan
    provenance: Provenance
    sentences: Mapping[str, str] = field(default_factory=dict)
    language: str = DEFAULT_LANGUAGE


@dataclass(frozen=True, kw_only=True)
class Change:
    """One value of two sessions: `what` is left, right or difference (right minus left), or value without sides.

    `change` = new - old; `mdc95` the smallest change that two sessions can tell from measurement error; `verdict` CLEAR
    beyond it, NOT_DISTINGUISHABLE within it, NOT_ASSESSED with the key of a `reason`.
    """

    movement: str
    metric: str
    unit: str
    what: str
    old: float
    new: float
    change: float
    mdc95: float
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two sessions of one person; `kind` is "screen" or "take", `old` and `new` the folders as they were named.

    `language` is that of the later one.
    """

    schema_version: int = SCREEN_SCHEMA_VERSION
    kind: str
    person: str
    old: str
    new: str
    changes: tuple[Change, ...]
    sentences: Mapping[str, str] = field(default_factory=dict)
    language: str = DEFAULT_LANGUAGE
