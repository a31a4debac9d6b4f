"""The objects that travel from room to room; frozen, checked on construction, arrays read-only.

May import: numpy, the standard library and `core`. pandas is loaded on demand by `TakeResult.angles` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from screening.core.skeleton import INDEX, LANDMARKS
from screening.core.vocabulary import CheckLevel, Frame, Observability, Phase, Side, Verdict, View

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

SCHEMA_VERSION: Final = 1


def _frozen_array(array: Any, dtype: Any) -> NDArray[Any]:
    out = np.array(array, dtype=dtype, copy=True)
    out.setflags(write=False)
    return out


def _freeze(instance: object, **arrays: NDArray[Any]) -> None:
    for name, array in arrays.items():
        object.__setattr__(instance, name, array)


@dataclass(frozen=True, kw_only=True)
class Recording:
    """One video as filmed.

    `width` and `height` are those of the upright picture in pixels; `time_s` are presentation times of all frames
    from the first one, seconds; `rotation_deg` and `flipped` tell what the container asked for and the reader has
    already undone; `capture_fps` is the rate the camera filmed at, where somebody told it (slow motion), and
    `time_scale` the seconds of `time_s` in a second of the file's own clock, 1 unless `capture_fps` was told.
    """

    path: str
    sha256: str
    size_bytes: int
    width: int
    height: int
    codec: str
    time_s: FloatArray
    rotation_deg: int = 0
    flipped: bool = False
    hdr: bool = False
    capture_fps: float | None = None
    time_scale: float = 1.0

    def __post_init__(self) -> None:
        """Freeze the times and check that they rise."""
        time_s = _frozen_array(self.time_s, np.float64)
        if time_s.ndim != 1 or np.any(np.diff(time_s) <= 0):
            raise ValueError(f"time_s must be (time,) and strictly rising, got shape {time_s.shape}")
        _freeze(self, time_s=time_s)

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return len(self.time_s)

    @property
    def duration_s(self) -> float:
        """From the first frame to the end of the last one, seconds."""
        return float(self.time_s[-1]) + 1.0 / self.fps if self.n_frames > 1 else 0.0

    @property
    def fps(self) -> float:
        """Median frame rate, 1/s."""
        return float(1.0 / np.median(np.diff(self.time_s))) if self.n_frames > 1 else 0.0


@dataclass(frozen=True, kw_only=True)
class Step:
    """One entry of a sequence's history: what was done with which parameters."""

    name: str
    parameters: Mapping[str, float | int | str | bool] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LandmarkSequence:
    """Landmarks over time.

    position (time, landmark, axis) in the unit of `frame`; visibility (time, landmark), the model's score, not a
    probability; valid (time, landmark): position is NaN exactly where it is False; filled (time, landmark):
    interpolated; sd (time, landmark): standard error of one coordinate in the unit of `frame`; time_s (time,).
    """

    position: FloatArray
    visibility: FloatArray
    time_s: FloatArray
    frame: Frame
    valid: BoolArray = None  # type: ignore[assignment]
    filled: BoolArray = None  # type: ignore[assignment]
    sd: FloatArray = None  # type: ignore[assignment]
    history: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        """Check shapes, derive what was not given, freeze."""
        position = _frozen_array(self.position, np.float64)
        time_s = _frozen_array(self.time_s, np.float64)
        expected = (len(time_s), len(LANDMARKS), self.frame.axes)
        if position.shape != expected:
            raise ValueError(f"position must be (time, landmark, axis) = {expected}, got {position.shape}")
        grid = expected[:2]
        finite = np.isfinite(position).all(axis=2)
        arrays = {
            "visibility": _frozen_array(self.visibility, np.float64),
            "valid": finite if self.valid is None else _frozen_array(self.valid, np.bool_),
            "filled": _frozen_array(np.zeros(grid) if self.filled is None else self.filled, np.bool_),
            "sd": _frozen_array(np.zeros(grid) if self.sd is None else self.sd, np.float64),
        }
        for name, array in arrays.items():
            if array.shape != grid:
                raise ValueError(f"{name} must be (time, landmark) = {grid}, got {array.shape}")
        valid = _frozen_array(arrays["valid"] & finite, np.bool_)
        arrays |= {"valid": valid, "filled": _frozen_array(arrays["filled"] & valid, np.bool_)}
        cleared = np.where(valid[..., None], position, np.nan)
        cleared.setflags(write=False)
        _freeze(self, position=cleared, time_s=time_s, **arrays)

    def point(self, name: str) -> FloatArray:
        """Track of one landmark, (time, axis)."""
        return self.position[:, INDEX[name]]

    def point_sd(self, name: str) -> FloatArray:
        """Standard error of one coordinate of one landmark, (time,)."""
        return self.sd[:, INDEX[name]]

    def midpoint(self, a: str, b: str) -> FloatArray:
        """Middle of two landmarks, (time, axis)."""
        return 0.5 * (self.point(a) + self.point(b))

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return len(self.time_s)

    @property
    def fps(self) -> float:
        """Median frame rate, 1/s."""
        return float(1.0 / np.median(np.diff(self.time_s))) if self.n_frames > 1 else 0.0

    def changed(self, step: Step, **fields: Any) -> LandmarkSequence:
        """Return a new sequence with some fields replaced and one more step in its history."""
        fresh = {"valid": None} if "position" in fields and "valid" not in fields else {}
        return replace(self, **{**fresh, **fields, "history": (*self.history, step)})


@dataclass(frozen=True, kw_only=True)
class PoseVariant:
    """What one run of the network saw: `image` in IMAGE_PX and `world` in CAMERA_M, both of the true sides."""

    name: str
    image: LandmarkSequence
    world: LandmarkSequence


@dataclass(frozen=True, kw_only=True)
class RawPose:
    """All runs of the network over one take, and what was noticed about the pictures on the way.

    luma (time,): mean brightness 0-255; background_shift_px (time,): motion of the background since the
    measurement before (0.2 s earlier), NaN where it was not measured; edge_roll_deg: roll of vertical edges, positive
    if the content is turned clockwise, NaN if there were too few;
    model and model_sha256 name the network.
    """

    variants: tuple[PoseVariant, ...]
    luma: FloatArray
    background_shift_px: FloatArray
    edge_roll_deg: float
    model: str
    model_sha256: str

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        _freeze(
            self,
            luma=_frozen_array(self.luma, np.float64),
            background_shift_px=_frozen_array(self.background_shift_px, np.float64),
        )


@dataclass(frozen=True, kw_only=True)
class Scene:
    """How the take was filmed, as far as it matters for reading it.

    `facing` is +1 if the person faces the picture's right edge, -1 the left edge, 0 along the camera axis;
    `heading_deg` is the direction the person faces, seen from above: 0 towards the camera, +90 towards the
    picture's right edge; `roll_deg` is the camera's roll that was taken out, positive if the picture's content was
    turned clockwise; `*_source` says how it is known: "told" or the cue; `standing` is a half-open frame range or None.
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


@dataclass(frozen=True, kw_only=True)
class Track:
    """Angles read from the pictures themselves instead of from landmarks, as changes from the top of the split.

    names (angle,): stems of registry rows; value_deg, sd_deg (time, angle): the angles and their standard errors
    without the one that all frames share; NaN where nothing was followed. Signs as in SCIENCE section 2.
    """

    names: tuple[str, ...]
    value_deg: FloatArray
    sd_deg: FloatArray

    def __post_init__(self) -> None:
        """Check shapes and freeze."""
        value, sd = _frozen_array(self.value_deg, np.float64), _frozen_array(self.sd_deg, np.float64)
        if value.ndim != 2 or value.shape[1] != len(self.names) or sd.shape != value.shape:
            raise ValueError(
                f"value_deg and sd_deg must be (time, angle) = (time, {len(self.names)}), "
                f"got {value.shape} and {sd.shape}"
            )
        _freeze(self, value_deg=value, sd_deg=sd)


@dataclass(frozen=True, kw_only=True)
class BodyMotion:
    """Repaired, averaged, smoothed and levelled landmarks of one take.

    `image` in IMAGE_PX turned level, `body` in BODY_M; `trunk_px` is the median length of the trunk in pixels;
    `lead_in_picture` is the front leg where the side view told it, else None; `track` is there where the trunk's
    surface or the contour of the back was followed.
    """

    image: LandmarkSequence
    body: LandmarkSequence
    scene: Scene
    trunk_px: float
    lead_in_picture: Side | None = None
    track: Track | None = None


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
        time_s = _frozen_array(self.time_s, np.float64)
        value, sd = _frozen_array(self.value, np.float64), _frozen_array(self.sd, np.float64)
        expected = (len(time_s), len(self.names))
        for name, array in (("value", value), ("sd", sd)):
            if array.shape != expected:
                raise ValueError(f"{name} must be (time, angle) = {expected}, got {array.shape}")
        _freeze(self, time_s=time_s, value=value, sd=sd)

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
        _freeze(self, signal_pct=_frozen_array(self.signal_pct, np.float64))

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
    gone half-way down), "descent_s" (time from start to bottom phase; no angle). `sign_by_lead`, +1 or -1: multiply
    by it for a left lead and by its negative for a right lead; 0: do not. `factor` turns an angle's positive
    direction around.
    """

    key: str
    unit: str
    rule: str
    angle: str = ""
    sign_by_lead: int = 0
    factor: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A metric of one lead's set within a take.

    per_rep (repetition,) in `unit`, NaN where a repetition does not give it; value is their mean over the used
    repetitions; sd their spread; sem the standard error of the value (one set-up); mdc95 = 1.96 sqrt(2) sem.
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

    def __post_init__(self) -> None:
        """Freeze the values."""
        _freeze(self, per_rep=_frozen_array(self.per_rep, np.float64))


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What a result was made with, so that it can be made again."""

    program_version: str
    catalogue_version: str
    model: str
    model_sha256: str
    settings_sha256: str
    libraries: Mapping[str, str]


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
        columns = {name: table.value[:, i] for i, name in enumerate(table.names)}
        spread = {_sd_name(name): table.column_sd(name) for name in table.names[:N_ANGLES_WITH_SD]}
        ordered = [c for name in table.names for c in (name, _sd_name(name)) if c in columns or c in spread]
        joined: pd.DataFrame = frame.join(pd.DataFrame({**columns, **spread})[ordered])
        return joined


#: The first angles of the table, those of pelvis and trunk, have a standard error beside them in `angles.csv`.
N_ANGLES_WITH_SD: Final = 6


def _sd_name(name: str) -> str:
    stem, _, unit = name.rpartition("_")
    return f"{stem}_sd_{unit}"
