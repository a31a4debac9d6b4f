"""What was filmed and what the network saw of it; frozen, checked on construction, arrays read-only.

May import: numpy, the standard library and `core`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from screening.core.arrays import BoolArray, FloatArray, freeze, frozen_array, given
from screening.core.skeleton import INDEX, LANDMARKS
from screening.core.vocabulary import Frame


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
        time_s = frozen_array(self.time_s, np.float64)
        if time_s.ndim != 1 or np.any(np.diff(time_s) <= 0):
            raise ValueError(f"time_s must be (time,) and strictly rising, got shape {time_s.shape}")
        freeze(self, time_s=time_s)

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

    Notes
    -----
    Ten minutes are 18000 frames, so what single precision holds is held in it: scores, standard errors, and positions
    that came in it, as the network's do. What is computed from positions is in double precision.
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
        position = np.asarray(self.position)
        if position.dtype != np.float32:
            position = np.asarray(position, np.float64)
        time_s = frozen_array(self.time_s, np.float64)
        expected = (len(time_s), len(LANDMARKS), self.frame.axes)
        if position.shape != expected:
            raise ValueError(f"position must be (time, landmark, axis) = {expected}, got {position.shape}")
        grid = expected[:2]
        finite = np.isfinite(position).all(axis=2)
        arrays = {
            "visibility": frozen_array(self.visibility, np.float32),
            "valid": finite if self.valid is None else frozen_array(self.valid, np.bool_),
            "filled": frozen_array(np.zeros(grid) if self.filled is None else self.filled, np.bool_),
            "sd": frozen_array(np.zeros(grid, np.float32) if self.sd is None else self.sd, np.float32),
        }
        for name, array in arrays.items():
            if array.shape != grid:
                raise ValueError(f"{name} must be (time, landmark) = {grid}, got {array.shape}")
        valid = frozen_array(arrays["valid"] & finite, np.bool_)
        arrays |= {"valid": valid, "filled": frozen_array(arrays["filled"] & valid, np.bool_)}
        if position.flags.writeable or position.base is not None or not np.isnan(position[~valid]).all():
            position = given(np.where(valid[..., None], position, position.dtype.type(np.nan)))
        freeze(self, position=position, time_s=time_s, **arrays)

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
    model and model_sha256 name the network. `sides_known`: left and right are certain, as with markers.
    """

    variants: tuple[PoseVariant, ...]
    luma: FloatArray
    background_shift_px: FloatArray
    edge_roll_deg: float
    model: str
    model_sha256: str
    sides_known: bool = False

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        freeze(
            self,
            luma=frozen_array(self.luma, np.float64),
            background_shift_px=frozen_array(self.background_shift_px, np.float64),
        )
