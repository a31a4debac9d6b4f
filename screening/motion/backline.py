"""Arch and pelvic tilt from the side: the contour of the back, bent like a spine until it fits.

May import: numpy, OpenCV, `core`, `contour` and `cleaning` of this room.

The contour's shape at the top of the split is bent in three lumbar joints, turned and shifted until it lies on the
contour of another frame. Straight lines laid along parts of the back say the same, but with an error that depends on
where the parts begin: landmarks slip by 2-4 % of the trunk's length, and a hollow back turns by 10 deg over that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from screening.core.datatypes import (
    BoolArray,
    FloatArray,
    IntArray,
    LandmarkSequence,
    Recording,
    Scene,
    Timeline,
    Track,
)
from screening.core.settings import SurfaceSettings
from screening.motion.cleaning import smooth_samples
from screening.motion.contour import HEIGHT, contours

#: The pelvis turns against the thorax by a third in each of three joints (at these heights, this far in front of the
#: skin); around a joint the skin passes from one part to the other within this distance.
_JOINTS, _JOINT_DEPTH, _BLEND = np.array([0.19, 0.30, 0.45]), 0.12, 0.06
_THORAX = 0.65
#: The contour from each of these heights up to the last is used: the ensemble.
_LOWEST, _HIGHEST = (0.0, 0.05, 0.1), 0.85
#: Standard errors: of a height by the landmarks' slip, of a contour point, of the extension before anything is seen.
_SLIP_SD, _POINT_SD, _PRIOR_DEG = 0.03, 0.006, 25.0
#: Neighbouring contour points tell the same: one in so many counts.
_CORRELATED = 4.0
#: Root mean square distance at which the bent contour no longer is the one seen, trunks.
_WORST_FIT = 0.03
#: Frames of worse quality or with a larger error of the extension show no back: an arm before it, cloth that slides.
#: Medians of takes: backs in fitted and loose clothes 0.8-0.95 and 1.5-3 deg; the belly in place of the back
#: 0.4-0.8 and 7-12 deg; repetitions with a hand on the hip 0.1-0.4 and 9-11 deg.
_MIN_QUALITY, _MAX_SD_DEG = 0.4, 5.0
#: Share of the contour that must be seen.
_MIN_SEEN = 0.7


NAMES = ("lumbar_extension", "anterior_pelvic_tilt")


class Outline(Protocol):
    """A picture of the recording with the mask of the person in it."""

    @property
    def index(self) -> int:
        """Index into the recording's times."""
        ...

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """Red, green, blue, (row, column, 3)."""
        ...

    @property
    def mask(self) -> NDArray[np.float32] | None:
        """Share of the person in each pixel, (row, column), 0 to 1; None where nobody was found."""
        ...


@dataclass(frozen=True, kw_only=True)
class BackTrack:
    """The back against its shape at the top of the split, from its contour.

    value_deg, sd_deg (time, 3): lumbar extension, anterior pelvic tilt, forward lean of the thorax, and their standard
    errors without the one that all frames share; NaN where no contour was followed. quality (time,): 1 where the bent
    contour fits perfectly, 0 where it is not the same back. Signs as in SCIENCE section 2.
    """

    value_deg: FloatArray
    sd_deg: FloatArray
    quality: FloatArray

    def __post_init__(self) -> None:
        """Check shapes and freeze."""
        n = len(self.quality)
        if self.value_deg.shape != (n, 3) or self.sd_deg.shape != (n, 3):
            raise ValueError(f"value_deg and sd_deg must be ({n}, 3), got {self.value_deg.shape}, {self.sd_deg.shape}")
        for array in (self.value_deg, self.sd_deg, self.quality):
            array.setflags(write=False)

    def track(self) -> Track:
        """Arch and tilt for the angle table; the thorax' lean is measured better by landmarks."""
        return Track(names=NAMES, value_deg=self.value_deg[:, :2], sd_deg=self.sd_deg[:, :2])


def follow(
    outlines: Iterable[Outline],
    *,
    image: LandmarkSequence,
    recording: Recording,
    scene: Scene,
    timeline: Timeline,
    settings: SurfaceSettings,
) -> BackTrack:
    """Follow the contour of the back in a view from the side.

    Parameters
    ----------
    outlines : iterable of Outline
        Those of `pelvis_track.frames_to_follow`, in order of time, with masks; of any size with the same aspect.
    image : LandmarkSequence
        Cleaned landmarks in IMAGE_PX as they lie in the picture, not levelled.
    recording, scene, timeline, settings

    Returns
    -------
    BackTrack
        Changes from the reference frames.

    Notes
    -----
    Positive: more arch; anterior; forward. The camera's roll falls out of the changes. A pelvis that turns towards the
    front leg shows the camera another contour and is read as less tilt and arch, by 0.2-0.6 deg per degree;
    a view from the side cannot tell the rotation, so this error is shared by a repetition's frames and not in `sd_deg`.

    References
    ----------
    METHOD, where two tangents stand in the place of the bent contour.
    """
    n = recording.n_frames
    hips = image.midpoint("left_hip", "right_hip")
    up = image.midpoint("left_shoulder", "right_shoulder") - hips
    trunk = float(np.nanmedian(np.linalg.norm(up, axis=1)))
    frames: list[int] = []
    lines: list[FloatArray] = []
    for outline in outlines:
        k = outline.index
        if scene.facing == 0 or outline.mask is None or not np.isfinite(hips[k] + up[k]).all():
            continue
        scale = outline.rgb.shape[1] / recording.width
        along = up[k] / np.linalg.norm(up[k])
        axes = np.stack([along, scene.facing * np.array([along[1], -along[0]])])
        frames.append(k)
        lines.append(contours(outline.rgb, outline.mask, hips[k] * scale, axes, trunk * scale))
    reference = np.isin(frames, timeline.reference)
    if not reference.any():
        return _nothing(n)
    lean = np.degrees(np.arctan2(scene.facing * up[frames, 0], -up[frames, 1]))
    return _as_track(np.array(frames), _Ensemble.of(np.stack(lines), lean, reference), recording, reference, settings)


@dataclass(frozen=True, kw_only=True)
class _Ensemble:
    """What every member finds: angles and their formal errors (member, frame, 3), distances (member, frame)."""

    angles_deg: FloatArray
    formal_deg: FloatArray
    misfit: FloatArray

    @staticmethod
    def of(lines: FloatArray, lean_deg: FloatArray, reference: BoolArray) -> _Ensemble:
        """Fit all members to contours (frame, kind, height); lean of the hip-shoulder line (frame,)."""
        fits = [_fit(lines[:, kind], reference, lowest) for kind in range(lines.shape[1]) for lowest in _LOWEST]
        angles = []
        for turn, _, _ in fits:
            extension, thorax = np.degrees(turn[:, 1]), lean_deg - np.degrees(turn[:, 0])
            found = np.stack([extension, thorax + extension, thorax], axis=1)
            angles.append(found - _median(found[reference]))
        return _Ensemble(
            angles_deg=np.stack(angles),
            formal_deg=np.degrees(np.stack([formal for _, formal, _ in fits])),
            misfit=np.stack([misfit for _, _, misfit in fits]),
        )


def _median(values: FloatArray) -> FloatArray:
    """Median of the rows that are known, NaN if there are none."""
    known = values[np.isfinite(values).all(axis=1)]
    return np.median(known, axis=0) if len(known) else np.full(values.shape[1], np.nan)


def _bent(z: NDArray[np.complex128], joints: NDArray[np.complex128], p: FloatArray) -> NDArray[np.complex128]:
    """Contour points after the thorax turned and the pelvis turned against it, (frame, point).

    Points are height + i * behind, so that a turn is a product. Every joint turns what lies below it by a third of
    the extension. That the joints lie inside the body shortens the skin behind them as the back arches.
    """
    for joint in joints:
        below = np.clip(0.5 + (joint.real - z.real) / (2.0 * _BLEND), 0.0, 1.0)
        z = z + below * (np.exp(-1j * p[:, 1:2] / len(joints)) - 1.0) * (z - joint)
    bent: NDArray[np.complex128] = _THORAX + np.exp(1j * p[:, :1]) * (z - _THORAX) + p[:, 2:3] + 1j * p[:, 3:4]
    return bent


def _fit(lines: FloatArray, reference: BoolArray, lowest: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Bend the reference frames' contour until it lies on each frame's, all frames at once.

    Returns
    -------
    turns (frame, 4)
        Turn of the thorax against the hip-shoulder line and extension, radians; shifts up and back, trunks.
    formal (frame, 3)
        Standard errors of extension, tilt and thorax, radians.
    misfit (frame,)
        Root mean square distance that is left, trunks.
    """
    n = len(lines)
    turns, formal, misfit = np.full((n, 4), np.nan), np.full((n, 3), np.nan), np.full(n, np.nan)
    usable, shape = _usable(lines, reference, lowest)
    if not usable.any():
        return turns, formal, misfit
    p, left, normal = _gauss_newton(_distance_to(lines[usable], shape, lowest), int(usable.sum()))
    turns[usable], misfit[usable] = p, np.sqrt(np.mean(left**2, axis=1))
    # Curvature of the sum of squares, widened where the contour fits worse than its points are known.
    covariance = np.linalg.inv(normal) * np.maximum(1.0, (misfit[usable] / _POINT_SD) ** 2)[:, None, None]
    thorax, extension, both = covariance[:, 0, 0], covariance[:, 1, 1], covariance[:, 0, 1]
    formal[usable] = np.sqrt(np.stack([extension, thorax + extension - 2.0 * both, thorax], axis=1))
    return turns, formal, misfit


def _distance_to(lines: FloatArray, shape: FloatArray, lowest: float) -> Callable[[FloatArray], FloatArray]:
    """Distances (frame, point) of the bent `shape` from the contours, across them, as function of the bending."""
    known = np.isfinite(shape)
    used = known & (lowest <= HEIGHT) & (HEIGHT <= _HIGHEST)
    points = (HEIGHT[used] + 1j * shape[used])[None]
    joints = _JOINTS + 1j * (np.interp(_JOINTS, HEIGHT[known], shape[known]) - _JOINT_DEPTH)
    seen = np.stack([_filled(line) for line in lines])
    slopes = np.gradient(cv2.GaussianBlur(seen, (0, 0), sigmaX=1.5, sigmaY=1e-3), HEIGHT, axis=1)

    def distance(p: FloatArray) -> FloatArray:
        z = _bent(points, joints, p)
        across: FloatArray = (_read(seen, z.real) - z.imag) / np.hypot(1.0, _read(slopes, z.real))
        return across

    return distance


def _usable(lines: FloatArray, reference: BoolArray, lowest: float) -> tuple[BoolArray, FloatArray]:
    """Frames in which enough of the contour is seen, and its median shape over the reference frames among them."""
    span = (lowest <= HEIGHT) & (HEIGHT <= _HIGHEST)
    usable = np.isfinite(lines[:, span]).mean(axis=1) >= _MIN_SEEN
    anchors = lines[usable & reference]
    shape = np.full(len(HEIGHT), np.nan)
    common = np.isfinite(anchors).sum(axis=0) > 0.5 * len(anchors)
    if len(anchors):
        shape[common] = np.nanmedian(anchors[:, common], axis=0)
    return usable & bool(common[span].mean() >= _MIN_SEEN), shape


def _gauss_newton(distance: Callable[[FloatArray], FloatArray], n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Parameters (frame, 4), distances left (frame, point), normal matrices (frame, 4, 4); Huber's weights."""
    prior = np.array([1e-6, 1.0 / np.radians(_PRIOR_DEG) ** 2, 1.0 / _SLIP_SD**2, 1e-6])
    p, tiny = np.zeros((n, 4)), 1e-4
    for _ in range(15):
        r = distance(p)
        slope = np.stack([(distance(p + tiny * unit) - r) / tiny for unit in np.eye(4)], axis=2)
        weight = 1.0 / np.maximum(1.0, np.abs(r) / (1.5 * _POINT_SD)) / _POINT_SD**2 / _CORRELATED
        weighted = slope * weight[..., None]
        normal = np.einsum("fpi,fpj->fij", weighted, slope) + np.diag(prior)
        gradient = np.einsum("fpi,fp->fi", weighted, r) + prior * p
        step = np.linalg.solve(normal, -gradient[..., None])[..., 0]
        p = p + np.clip(step, -0.15, 0.15)
        if np.abs(step).max() < 1e-4:
            break
    return p, distance(p), normal


def _nothing(n: int) -> BackTrack:
    return BackTrack(value_deg=np.full((n, 3), np.nan), sd_deg=np.full((n, 3), np.nan), quality=np.zeros(n))


def _as_track(
    frames: IntArray, found: _Ensemble, recording: Recording, reference: BoolArray, settings: SurfaceSettings
) -> BackTrack:
    """Median and spread over the ensemble, smoothed, also between followed frames that are not far apart."""
    n = recording.n_frames
    value, sd, quality = np.full((n, 3), np.nan), np.full((n, 3), np.nan), np.zeros(n)
    fits = np.clip(1.0 - np.median(found.misfit, axis=0) / _WORST_FIT, 0.0, 1.0)  # NaN stays NaN
    middle = np.median(found.angles_deg, axis=0)
    error = np.hypot(found.angles_deg.std(axis=0, ddof=1), found.formal_deg.mean(axis=0))
    good = (fits >= _MIN_QUALITY) & (error[:, 0] <= _MAX_SD_DEG)
    if not (good & reference).any():
        return _nothing(n)
    middle, error = middle[good], error[good]
    time_s = recording.time_s[frames[good]]
    breaks = np.flatnonzero(np.diff(time_s) > settings.max_gap_s) + 1
    for part in np.split(np.arange(len(time_s)), breaks):
        k = frames[good][part]
        smooth = smooth_samples(middle[part], time_s[part], settings.cutoff_hz)
        span = np.arange(k[0], k[-1] + 1)
        for axis in range(3):
            value[span, axis] = np.interp(span, k, smooth[:, axis])
            # What the filter takes away is flutter of cloth or hair, or a contour that jumps.
            sd[span, axis] = np.interp(span, k, np.hypot(error[part, axis], (smooth - middle[part])[:, axis]))
        quality[span] = np.interp(span, k, fits[good][part])
    value -= _median(value[frames[reference & good]])
    return BackTrack(value_deg=value, sd_deg=sd, quality=quality)


def _filled(line: FloatArray) -> FloatArray:
    known = np.isfinite(line)
    return np.interp(HEIGHT, HEIGHT[known], line[known])


def _read(values: FloatArray, height: FloatArray) -> FloatArray:
    """Values (frame, height) at other heights, (frame, point)."""
    at = np.clip((height - HEIGHT[0]) / (HEIGHT[1] - HEIGHT[0]), 0.0, len(HEIGHT) - 1.001)
    k, share = at.astype(int), at % 1.0
    rows = np.arange(len(values))[:, None]
    between: FloatArray = values[rows, k] * (1.0 - share) + values[rows, k + 1] * share
    return between
