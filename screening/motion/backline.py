"""Arch and pelvic tilt from the side: contour of the back and surface of the flank.

May import: numpy, `core`; `back_ensemble`, `back_flank`, `contour`, `shirt`, `clothing`, `cleaning`, `pelvis_error`
and `pelvis_track` of this room.

The contour, bent like a spine until it fits, tells how the thorax leans and how the pelvis is tilted against it; the
flank beside the waistband tells how much of that tilt is a turn of the pelvis. Arch is tilt minus the thorax' lean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from screening.core.ahead import ahead
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
from screening.motion import back_flank, pelvis_track, shirt
from screening.motion.back_ensemble import Ensemble
from screening.motion.cleaning import smooth_samples
from screening.motion.clothing import LOOSE_CLOTHING
from screening.motion.contour import HEIGHT, contours
from screening.motion.pelvis_error import cutoff_hz

#: The flank is believed in a take if so many of its frames explain so much of the texture.
_MIN_EXPLAINED, _MIN_FOLLOWED = 0.5, 0.8
#: Standard error of tilt and arch where the flank is not followed: a turn of 5-6 deg that nobody sees.
_UNSEEN_TURN_DEG = 2.5
#: What the outline takes for tilt per degree of turn differs between people by this much (0.03 to 0.64 in seven takes),
#: and shorts that the thigh pulls along look like a turn.
_LEAK_SD = 0.2

#: The reference is looked at so often a second, however sparse the rest is: everything is compared with it.
_REFERENCE_FPS = 15.0

NAMES = ("lumbar_extension", "anterior_pelvic_tilt")
CONTOUR_ONLY = "reason.back_contour_trend"


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
    """The back against its shape at the top of the split, from its contour and the flank.

    value_deg, sd_deg (time, 3): lumbar extension, anterior pelvic tilt, forward lean of the thorax, and their standard
    errors without the one that all frames share; NaN where no contour was followed. quality (time,): 1 where the bent
    contour fits perfectly, 0 where it is not the same back. `withheld`: key of the reason why nothing is shown, or "".
    `turn_deg` (time,): turn of the near side backwards that the flank tells, NaN where it was not followed. Signs as in
    SCIENCE section 2.
    """

    value_deg: FloatArray
    sd_deg: FloatArray
    quality: FloatArray
    turn_deg: FloatArray
    withheld: str = ""

    def __post_init__(self) -> None:
        """Check shapes and freeze."""
        n = len(self.quality)
        if self.value_deg.shape != (n, 3) or self.sd_deg.shape != (n, 3):
            raise ValueError(f"value_deg and sd_deg must be ({n}, 3), got {self.value_deg.shape}, {self.sd_deg.shape}")
        for array in (self.value_deg, self.sd_deg, self.quality, self.turn_deg):
            array.setflags(write=False)

    def track(self) -> Track:
        """Arch and tilt for the angle table; the turn is a help and no angle of its own."""
        value, sd = self.value_deg[:, :2], self.sd_deg[:, :2]
        if self.withheld:
            value, sd = np.full_like(value, np.nan), np.full_like(sd, np.nan)
        trend = "" if np.isfinite(self.turn_deg).any() else CONTOUR_ONLY
        return Track(names=NAMES, value_deg=value, sd_deg=sd, withheld=self.withheld, trend=trend)


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """One picture: contours (kind, height), lean of the hip-shoulder line, cut-out and near arm for the flank."""

    index: int
    lines: FloatArray
    lean_deg: float
    picture: NDArray[np.uint8]
    arm: FloatArray

    def back(self) -> FloatArray:
        """Contour by the picture's edge, forward and up from the hip point, trunks, (2, point), rising."""
        lean, behind = np.radians(self.lean_deg), self.lines[1]
        known = np.isfinite(behind)
        height, behind = HEIGHT[known], behind[known]
        forward = height * np.sin(lean) - behind * np.cos(lean)
        up = height * np.cos(lean) + behind * np.sin(lean)
        order = np.argsort(up)
        back: FloatArray = np.stack([forward, up])[:, order]
        return back


def frames_to_follow(recording: Recording, timeline: Timeline, settings: SurfaceSettings) -> list[int]:
    """Frames of the movement, evenly spaced, that are worth following, and more of those of the reference."""
    frames = pelvis_track.frames_to_follow(recording, timeline, settings)
    if not frames:
        return []
    stride = max(1, round(recording.fps / max(settings.fps, _REFERENCE_FPS)))
    return sorted({*frames, *timeline.reference[::stride]})


def follow(
    outlines: Iterable[Outline],
    *,
    image: LandmarkSequence,
    recording: Recording,
    scene: Scene,
    timeline: Timeline,
    settings: SurfaceSettings,
) -> BackTrack:
    """Follow the contour of the back and the flank in a view from the side.

    Parameters
    ----------
    outlines : iterable of Outline
        Those of `frames_to_follow`, in order of time, with masks; of any size with the same aspect.
    image : LandmarkSequence
        Cleaned landmarks in IMAGE_PX as they lie in the picture, not levelled.
    recording, scene, timeline, settings

    Returns
    -------
    BackTrack
        Changes from the reference frames.

    Notes
    -----
    Positive: more arch; anterior; forward. The camera's roll falls out of the changes. Left and right views are one
    computation: pictures of a person who looks to the left are flipped. A shirt that hangs over the hips is recognised
    by its hem, and nothing is shown.

    References
    ----------
    METHOD, where two tangents stand in the place of the bent contour; `back_flank` for the turn.
    """
    seen = list(_looked_at(ahead(outlines), image, recording, scene))
    reference = np.isin([s.index for s in seen], timeline.reference)
    if not reference.any():
        return _nothing(recording.n_frames)
    contour = Ensemble.of(np.stack([s.lines for s in seen]), np.array([s.lean_deg for s in seen]), reference)
    if not (contour.good & reference).any():
        return _nothing(recording.n_frames)
    edge = _clothing_edge([s for s, at in zip(seen, reference, strict=True) if at])
    value, error = _fused(contour, _flank(seen, contour, reference, edge))
    settings = replace(settings, cutoff_hz=cutoff_hz(timeline, recording, settings))
    track = _as_track(np.array([s.index for s in seen]), value, error, contour, recording, settings)
    hangs = edge is not None and edge.hangs_over_hips
    return replace(track, withheld=LOOSE_CLOTHING) if hangs else track


def _looked_at(
    outlines: Iterable[Outline], image: LandmarkSequence, recording: Recording, scene: Scene
) -> Iterator[_Seen]:
    """What is read from each picture in which the person is seen."""
    hips = image.midpoint("left_hip", "right_hip")
    up = image.midpoint("left_shoulder", "right_shoulder") - hips
    trunk = float(np.nanmedian(np.linalg.norm(up, axis=1)))
    near = "right" if scene.facing > 0 else "left"
    arm = np.stack([image.point(f"{near}_{part}") for part in ("shoulder", "elbow", "wrist", "index")], axis=1)
    arm = back_flank.HIP + (arm - hips[:, None]) / trunk * back_flank.SCALE * [scene.facing, 1.0]
    for outline in outlines:
        k = outline.index
        if scene.facing == 0 or outline.mask is None or not np.isfinite(hips[k] + up[k]).all():
            continue
        scale = outline.rgb.shape[1] / recording.width
        along = up[k] / np.linalg.norm(up[k])
        axes = np.stack([along, scene.facing * np.array([along[1], -along[0]])])
        yield _Seen(
            index=k,
            lines=contours(outline.rgb, outline.mask, hips[k] * scale, axes, trunk * scale),
            lean_deg=float(np.degrees(np.arctan2(scene.facing * up[k, 0], -up[k, 1]))),
            picture=back_flank.cut(outline.rgb, hips[k] * scale, trunk * scale, scene.facing),
            arm=arm[k],
        )


@dataclass(frozen=True, kw_only=True)
class _Flank:
    """Tilt and turn of the near side backwards by the flank, with the tilt's standard error, (frame,), degrees."""

    tilt_deg: FloatArray
    turn_deg: FloatArray
    error_deg: FloatArray


def _clothing_edge(seen: list[_Seen]) -> shirt.Edge | None:
    """Waistband or hem in the reference pictures."""
    shown = [s for s in seen if np.isfinite(s.lines[1]).sum() > 2]
    if not shown:
        return None
    return shirt.edge([s.picture for s in shown], [s.back() for s in shown], back_flank.HIP, back_flank.SCALE)


def _flank(seen: list[_Seen], contour: Ensemble, reference: BoolArray, edge: shirt.Edge | None) -> _Flank | None:
    """Follow the flank; None where there is no waistband to follow or the surface is lost."""
    if edge is None or edge.hangs_over_hips:
        return None
    good = np.flatnonzero(contour.good)
    views = [
        back_flank.View(
            picture=seen[k].picture, back=seen[k].back(), arm=seen[k].arm, tilt_deg=float(contour.angles_deg[k, 1])
        )
        for k in good
    ]
    angles, explained = back_flank.follow(views, np.flatnonzero(reference[good]).tolist(), edge.height)
    lost = ~(explained >= _MIN_EXPLAINED)
    if lost.mean() > 1.0 - _MIN_FOLLOWED or not (reference[good] & ~lost).any():
        return None
    angles[:, lost] = np.nan
    angles = angles - np.nanmedian(angles[:, reference[good]], axis=1)[:, None]
    out = np.full((3, len(seen)), np.nan)
    out[:2, good] = angles.mean(axis=0).T
    spread = angles[..., 0].std(axis=0, ddof=1) / np.sqrt(len(angles))
    out[2, good] = np.hypot(spread, _LEAK_SD * out[1, good])
    return _Flank(tilt_deg=out[0], turn_deg=out[1], error_deg=out[2])


def _nothing(n: int) -> BackTrack:
    return BackTrack(
        value_deg=np.full((n, 3), np.nan),
        sd_deg=np.full((n, 3), np.nan),
        quality=np.zeros(n),
        turn_deg=np.full(n, np.nan),
    )


def _fused(contour: Ensemble, flank: _Flank | None) -> tuple[FloatArray, FloatArray]:
    """Extension, tilt, thorax and turn, (frame, 4), and the standard errors of the first three."""
    value = np.concatenate([contour.angles_deg, np.full((len(contour.fits), 1), np.nan)], axis=1)
    error = contour.error_deg.copy()
    if flank is None:
        error[:, :2] = np.hypot(error[:, :2], _UNSEEN_TURN_DEG)
        return value, error
    value[:, 1], value[:, 3] = flank.tilt_deg, flank.turn_deg
    value[:, 0] = flank.tilt_deg - value[:, 2]
    error[:, 1] = flank.error_deg
    error[:, 0] = np.hypot(flank.error_deg, error[:, 2])
    return value, error


def _as_track(
    frames: IntArray,
    value: FloatArray,
    error: FloatArray,
    contour: Ensemble,
    recording: Recording,
    settings: SurfaceSettings,
) -> BackTrack:
    """Smoothed, also between followed frames that are not far apart; zero is where the ensemble has it."""
    n = recording.n_frames
    out, sd, quality = np.full((n, 4), np.nan), np.full((n, 3), np.nan), np.zeros(n)
    good = contour.good & np.isfinite(value[:, :3]).all(axis=1)
    good[good] = _even(recording.time_s[frames[good]])
    breaks = np.flatnonzero(np.diff(recording.time_s[frames[good]]) > settings.max_gap_s) + 1
    for part in np.split(np.flatnonzero(good), breaks) if good.any() else []:
        k = frames[part]
        smooth = smooth_samples(value[part], recording.time_s[k], settings.cutoff_hz)
        span = np.arange(k[0], k[-1] + 1)
        for axis in range(4):
            out[span, axis] = np.interp(span, k, smooth[:, axis])
        # What the filter takes away is flutter of cloth or hair, or a contour that jumps.
        rough = np.hypot(error[part], (smooth - value[part])[:, :3])
        for axis in range(3):
            sd[span, axis] = np.interp(span, k, rough[:, axis])
        quality[span] = np.interp(span, k, contour.fits[part])
    return BackTrack(value_deg=out[:, :3].copy(), sd_deg=sd, quality=quality, turn_deg=out[:, 3].copy())


def _even(time_s: FloatArray) -> BoolArray:
    """Frames that are as far apart as most are, (frame,): the others serve as reference only, the filter skips them."""
    if len(time_s) < 3:
        return np.ones(len(time_s), bool)
    least, last = 0.7 * float(np.median(np.diff(time_s))), -np.inf
    keep = np.zeros(len(time_s), bool)
    for i, t in enumerate(time_s.tolist()):
        if t - last >= least:
            keep[i], last = True, t
    return keep
