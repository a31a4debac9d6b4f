"""The objects that travel from room to room; frozen, checked on construction, arrays read-only.

May import: numpy, the standard library and `core`. pandas is loaded on demand by `TakeResult.angles` alone.
What was filmed and seen stands in `recordings` and is named here too, so that one import serves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from screening.core.arrays import BoolArray, FloatArray, IntArray, freeze, frozen_array
from screening.core.recordings import LandmarkSequence, PoseVariant, RawPose, Recording, Step
from screening.core.serial import LATER
from screening.core.settings import DEFAULT_LANGUAGE
from screening.core.vocabulary import CheckLevel, Observability, Phase, Side, Verdict, View

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "AngleTable",
    "BodyMotion",
    "BoolArray",
    "FloatArray",
    "IntArray",
    "LandmarkSequence",
    "Measurement",
    "MetricSpec",
    "PoseVariant",
    "Provenance",
    "QualityCheck",
    "RawPose",
    "Recording",
    "Repetition",
    "Scene",
    "Step",
    "TakeResult",
    "Timeline",
    "Track",
]

SCHEMA_VERSION: Final = 1


@dataclass(frozen=True, kw_only=True)
class Scene:
    """How the take was filmed, as far as it matters for reading it.

    `facing` is +1 if the person faces the picture's right edge, -1 the left edge, 0 along the camera axis;
    `heading_deg` is the direction the person faces, seen from above: 0 towards the camera, +90 towards the
    picture's right edge; `roll_deg` is the camera's roll that was taken out, positive if the picture's content was
    turned clockwise; `turns`: the person faces different ways in the course of the take; `*_source` says how it is
    known: "told" or the cue; `standing` is a half-open frame range or None.
    """

    view: View
    view_source: str
    heading_deg: float
    facing: int
    mirrored: bool
    mirrored_source: str
    roll_deg: float
    roll_source: str
    standing: tuple[int, int] | None
    turns: bool = False


@dataclass(frozen=True, kw_only=True)
class Track:
    """Angles read from the pictures themselves instead of from landmarks, as changes from the top of the split.

    names (angle,): stems of registry rows; value_deg, sd_deg (time, angle): the angles and their standard errors
    without the one that all frames share; NaN where nothing was followed. Signs as in SCIENCE section 2.
    `withheld`: key of the reason why nothing of the take is shown, "" where something is. `trend`: key of the reason
    why the angles of this take are a trend only although the view would show them well, or "".
    """

    names: tuple[str, ...]
    value_deg: FloatArray
    sd_deg: FloatArray
    withheld: str = ""
    trend: str = ""

    def __post_init__(self) -> None:
        """Check shapes and freeze."""
        value, sd = frozen_array(self.value_deg, np.float64), frozen_array(self.sd_deg, np.float64)
        if value.ndim != 2 or value.shape[1] != len(self.names) or sd.shape != value.shape:
            raise ValueError(
                f"value_deg and sd_deg must be (time, angle) = (time, {len(self.names)}), "
                f"got {value.shape} and {sd.shape}"
            )
        freeze(self, value_deg=value, sd_deg=sd)


@dataclass(frozen=True, kw_only=True)
class BodyMotion:
    """Repaired, averaged, smoothed and levelled landmarks of one take.

    `image` in IMAGE_PX turned level, `body` in BODY_M; `trunk_px` is the median length of the trunk in pixels;
    `lead_in_picture` is the front leg where the side view told it, else None; `track` is there where the trunk's
    surface or the contour of the back was followed; `picture_px` is the picture's width and height where a camera took
    it; `camera_moves`: the whole picture moves so much that places in it have no meaning for seconds.
    """

    image: LandmarkSequence
    body: LandmarkSequence
    scene: Scene
    trunk_px: float
    lead_in_picture: Side | None = None
    track: Track | None = None
    picture_px: tuple[float, float] | None = None
    camera_moves: bool = False


@dataclass(frozen=True, kw_only=True)
class QualityCheck:
    """One thing that was checked about the recording; `sentence` is filled from the catalogue."""

    key: str
    level: CheckLevel
    values: Mapping[str, float | int | str] = field(default_factory=dict)
    sentence: str = ""


@dataclass(frozen=True, kw_only=True)
class AngleTable:
    """All angles of one take.

    names (angle,); value and sd (time, angle) in the unit that ends the name (`_deg`, `_pct`); NaN = not assessed
    in that frame. `observability` of each angle in this view; `reason` is the key of the sentence that says why an
    angle is not assessed or only a trend, `gap_reason` of why single frames of an angle are empty where that is not
    for want of points. `view` is where all of them came from.
    """

    names: tuple[str, ...]
    value: FloatArray
    sd: FloatArray
    time_s: FloatArray
    view: View
    observability: Mapping[str, Observability]
    reason: Mapping[str, str]
    gap_reason: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check shapes and freeze."""
        time_s = frozen_array(self.time_s, np.float64)
        value, sd = frozen_array(self.value, np.float64), frozen_array(self.sd, np.float64)
        expected = (len(time_s), len(self.names))
        for name, array in (("value", value), ("sd", sd)):
            if array.shape != expected:
                raise ValueError(f"{name} must be (time, angle) = {expected}, got {array.shape}")
        freeze(self, time_s=time_s, value=value, sd=sd)

    def column(self, name: str) -> FloatArray:
        """One angle over time, (time,)."""
        return self.value[:, self.names.index(name)]

    def column_sd(self, name: str) -> FloatArray:
        """Standard error of one angle over time, (time,)."""
        return self.sd[:, self.names.index(name)]


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """Half-open range of frames [start, end) with its deepest frame.

    `index` counts from 1. `bottom_start`, `bottom_end` bound the bottom phase, half-open. `depth_deg` is the
    front-knee flexion at the bottom where the view shows it, else NaN; `drop_pct` is how far the hips went down in
    percent of the trunk's length. `used` with `reason` (a sentence key) if it does not count.
    """

    index: int
    lead: Side | None
    start: int
    bottom: int
    end: int
    bottom_start: int
    bottom_end: int
    drop_pct: float
    depth_deg: float
    used: bool = True
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Repetitions of a take, its phases frame by frame, and the frames that pelvic angles are zeroed at."""

    repetitions: tuple[Repetition, ...]
    phase: tuple[Phase, ...]
    lead: Side | None
    reference: tuple[int, ...]
    signal_pct: FloatArray

    def __post_init__(self) -> None:
        """Freeze the signal."""
        freeze(self, signal_pct=frozen_array(self.signal_pct, np.float64))

    def rep_of_frame(self) -> IntArray:
        """Repetition each frame belongs to, counted from 1, 0 outside, (time,)."""
        out = np.zeros(len(self.phase), np.int64)
        for rep in self.repetitions:
            out[rep.start : rep.end] = rep.index
        return out

    def lead_of_frame(self) -> tuple[Side | None, ...]:
        """Lead of each frame's repetition, None outside of repetitions, (time,)."""
        out: list[Side | None] = [None] * len(self.phase)
        for rep in self.repetitions:
            out[rep.start : rep.end] = [rep.lead] * (rep.end - rep.start)
        return tuple(out)


@dataclass(frozen=True, kw_only=True)
class MetricSpec:
    """How a movement's metric is read from the angles.

    `angle` is an angle's name in which `{lead}` and `{rear}` stand for the sides. `rule`: "at_bottom" (mean over
    the bottom phase), "change_at_bottom" (the same minus the top before), "at_half_descent" (where the hips have
    gone half-way down), "at_opposite" (mean over the extreme the other way, after the bottom), "range_to_opposite"
    (bottom minus that extreme), "spread_at_bottom" (standard deviation over the bottom phase), "descent_s" (time from
    start to bottom phase; no angle), "hold_s" (length of the bottom phase; no angle). `sign_by_lead`, +1 or -1:
    multiply by it for a left lead and by its negative for a right lead; 0: do not. `factor` turns an angle's positive
    direction around. `less` names an angle whose change from the top to the bottom is taken off afterwards.
    `true_zero`: a range or a time, so that the ratio of two sides means something. `paired_by`: what the repetitions
    of two sides must have in common to be compared, of "depth" and "tempo"; never what the metric itself measures.
    `as_trend`: key of the reason why the metric is never more than a trend, "" if the view decides.
    """

    key: str
    unit: str
    rule: str
    angle: str = ""
    sign_by_lead: int = 0
    factor: float = 1.0
    less: str = ""
    true_zero: bool = False
    paired_by: tuple[str, ...] = ("depth", "tempo")
    as_trend: str = ""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A metric of one lead's set within a take.

    per_rep (repetition,) in `unit`, NaN where a repetition does not give it; value is their mean over the used
    repetitions; sd their spread; sem the standard error of the value (one set-up); sem_repeat the part of it that a
    second set of the same person, filmed in the same way, does not share; mdc95 = 1.96 sqrt(2) sem_repeat.
    """

    key: str
    unit: str
    lead: Side | None
    per_rep: FloatArray
    value: float
    n: int
    sd: float
    sem: float
    mdc95: float
    view: View
    verdict: Verdict
    reason: str = ""
    sem_repeat: float = float("nan")

    def __post_init__(self) -> None:
        """Freeze the values; where nothing else is known, two sets share nothing of the error."""
        if math.isnan(self.sem_repeat):
            object.__setattr__(self, "sem_repeat", self.sem)
        freeze(self, per_rep=frozen_array(self.per_rep, np.float64))


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What a result was made with, so that it can be made again.

    `errors_date`, `errors_sha256`: the table of measured errors, empty where it was not written down.
    `faces_blurred`: heads are blurred in every picture of the result, also in those that are drawn later.
    """

    program_version: str
    catalogue_version: str
    model: str
    model_sha256: str
    settings_sha256: str
    libraries: Mapping[str, str]
    errors_date: str = field(default="", metadata=LATER)
    errors_sha256: str = field(default="", metadata=LATER)
    faces_blurred: bool = field(default=False, metadata=LATER)


@dataclass(frozen=True, kw_only=True)
class TakeResult:
    """Everything the report, the page and the files show of one take."""

    schema_version: int = SCHEMA_VERSION
    recording: Recording
    options: Mapping[str, str | float | None]
    movement: str
    scene: Scene
    checks: tuple[QualityCheck, ...]
    timeline: Timeline
    angle_table: AngleTable
    measurements: tuple[Measurement, ...]
    image: LandmarkSequence
    body: LandmarkSequence
    provenance: Provenance
    sentences: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """Language of the sentences, as it was asked for."""
        return str(self.options.get("language") or DEFAULT_LANGUAGE)

    @property
    def angles(self) -> pd.DataFrame:
        """The table of `angles.csv`: one row a frame, in degrees, NaN where not assessed."""
        import pandas as pd  # noqa: PLC0415  (heavy, and only here)

        table, timeline = self.angle_table, self.timeline
        reps = timeline.rep_of_frame()
        frame = pd.DataFrame(
            {
                "frame": np.arange(len(table.time_s)),
                "time_s": table.time_s,
                "phase": [str(p) for p in timeline.phase],
                "rep": pd.array([int(r) if r else None for r in reps], dtype="Int64"),
                "lead": [str(s) if s else "" for s in timeline.lead_of_frame()],
            }
        )
        joined: pd.DataFrame = frame.join(pd.DataFrame(self.numbers()))
        return joined

    def numbers(self) -> dict[str, FloatArray]:
        """Angles and standard errors by their names and in their order in `angles.csv`, (time,) each."""
        out: dict[str, FloatArray] = {}
        for k, name in enumerate(self.angle_table.names):
            out[name] = self.angle_table.value[:, k]
            if k < N_ANGLES_WITH_SD:
                out[_sd_name(name)] = self.angle_table.sd[:, k]
        return out


#: The first angles of the table, those of pelvis and trunk, have a standard error beside them in `angles.csv`.
N_ANGLES_WITH_SD: Final = 6


def _sd_name(name: str) -> str:
    stem, _, unit = name.rpartition("_")
    return f"{stem}_sd_{unit}"
