"""A drawn trunk whose back is bent by known angles, seen from either side."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest

from screening.core.datatypes import LandmarkSequence, Recording, Repetition, Scene, Timeline
from screening.core.settings import SurfaceSettings
from screening.core.skeleton import INDEX, LANDMARKS
from screening.core.vocabulary import Frame, Phase, View
from screening.motion import backline

#: Many small runs, seconds in all.
pytestmark = pytest.mark.slow

WIDTH, HEIGHT = 420, 460
TRUNK = 180.0
FPS = 15.0
N = 24
REFERENCE = tuple(range(5))


@dataclass(frozen=True, kw_only=True)
class Drawn:
    index: int
    rgb: np.ndarray
    mask: np.ndarray | None


def trunk(extension_deg: float, tilt_deg: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Back line (point, 2), hips and shoulders: forward and up in trunk lengths, for a person who looks forward.

    The line is drawn direction by direction: sacrum and thorax keep their shape, the hollow between them bends evenly.
    """
    s = np.linspace(-0.5, 1.2, 341)
    below = np.clip((0.45 - s) / 0.26, 0.0, 1.0)
    hollow = 25.0 * np.exp(-(((s - 0.08) / 0.14) ** 2)) - 15.0 * np.exp(-(((s - 0.5) / 0.25) ** 2))
    lean = np.radians(hollow + tilt_deg - extension_deg + extension_deg * below)
    steps = (s[1] - s[0]) * np.stack([np.sin(lean), np.cos(lean)], axis=1)
    line = np.cumsum(steps, axis=0)
    line = line - line[np.argmin(np.abs(s))]
    hips = turned(0.24, 0.0, tilt_deg)
    shoulders = line[np.argmin(np.abs(s - 0.95))] + turned(0.2, 0.0, tilt_deg - extension_deg)
    return line, hips, shoulders


def turned(forward: float, up: float, lean_deg: float) -> np.ndarray:
    c, s = np.cos(np.radians(lean_deg)), np.sin(np.radians(lean_deg))
    return np.array([c * forward + s * up, -s * forward + c * up])


def pixels(points: np.ndarray, facing: int, roll_deg: float = 0.0) -> np.ndarray:
    c, s = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
    flat = np.asarray(points) * TRUNK * [1.0, -1.0] @ np.array([[c, s], [-s, c]])
    x = 150.0 + flat[..., 0]
    return np.stack([x if facing > 0 else WIDTH - x, 300.0 + flat[..., 1]], axis=-1)


def draw(line_px: np.ndarray, facing: int, index: int, *, mask_noise: float = 0.0) -> Drawn:
    """A body of one colour before a soft background; the mask is blurred and, where asked for, uneven."""
    rng = np.random.default_rng(index)
    front = line_px[::-1] + np.array([facing * 0.45 * TRUNK, 0.0])
    outline = np.round((np.concatenate([line_px, front]) - 0.5) * 16).astype(np.int32)
    body = cv2.fillPoly(np.zeros((HEIGHT, WIDTH), np.uint8), [outline], 255, cv2.LINE_AA, shift=4) / np.float32(255)
    wall = np.array([190.0, 195.0, 205.0]) + np.linspace(-20, 20, WIDTH)[None, :, None]
    rgb = body[..., None] * np.array([70.0, 60.0, 140.0]) + (1 - body[..., None]) * wall + rng.normal(0, 3, (1, 1, 3))
    uneven = cv2.GaussianBlur(rng.normal(0, 1, body.shape).astype(np.float32), (0, 0), 6)
    mask = np.clip(cv2.GaussianBlur(body, (0, 0), 3) + mask_noise * uneven / uneven.std(), 0, 1).astype(np.float32)
    return Drawn(index=index, rgb=np.clip(rgb, 0, 255).astype(np.uint8), mask=mask)


def take(facing: int, *, extension=12.0, tilt=8.0, roll_deg=0.0, mask_noise=0.0, slip=0.0):
    """Pictures of a back that bends from rest to the given angles and back, with all that `follow` wants."""
    course = np.concatenate([np.zeros(6), 0.5 - 0.5 * np.cos(np.linspace(0, 2 * np.pi, N - 6))])
    position = np.full((N, len(LANDMARKS), 2), np.nan)
    drawn = []
    for k, share in enumerate(course):
        line, hips, shoulders = trunk(share * extension, share * tilt)
        along = (shoulders - hips) * slip * share
        for part, point in (("hip", hips + along), ("shoulder", shoulders)):
            for side in ("left", "right"):
                position[k, INDEX[f"{side}_{part}"]] = pixels(point, facing, roll_deg)
        drawn.append(draw(pixels(line, facing, roll_deg), facing, k, mask_noise=mask_noise))
    time_s = np.arange(N) / FPS
    image = LandmarkSequence(
        position=position, visibility=np.ones((N, len(LANDMARKS))), time_s=time_s, frame=Frame.IMAGE_PX
    )
    recording = Recording(
        path="drawn.mp4", sha256="0" * 64, size_bytes=1, width=WIDTH, height=HEIGHT, codec="h264", time_s=time_s
    )
    scene = Scene(
        view=View.RIGHT if facing > 0 else View.LEFT,
        view_source="told",
        heading_deg=90.0 * facing,
        facing=facing,
        mirrored=False,
        mirrored_source="told",
        roll_deg=roll_deg,
        roll_source="told",
        standing=None,
    )
    timeline = Timeline(
        repetitions=(), phase=(Phase.OTHER,) * N, lead=None, reference=REFERENCE, signal_pct=np.zeros(N)
    )
    rest = {"image": image, "recording": recording, "scene": scene, "timeline": timeline}
    return drawn, rest, course


def follow(drawn, rest) -> backline.BackTrack:
    return backline.follow(drawn, **rest, settings=SurfaceSettings(cutoff_hz=7.0))


@pytest.mark.parametrize("facing", [1, -1])
@pytest.mark.parametrize(("extension", "tilt"), [(12.0, 8.0), (-6.0, 5.0), (0.0, 9.0), (10.0, 0.0)])
def test_a_bent_back_gives_its_angles(facing, extension, tilt):
    drawn, rest, course = take(facing, extension=extension, tilt=tilt)
    track = follow(drawn, rest)
    truth = course[:, None] * [extension, tilt, tilt - extension]
    assert np.abs(track.value_deg - truth).max() < 1.5
    assert np.median(track.quality) > 0.8


def test_both_facings_give_the_same_values():
    right, left = (follow(*take(facing)[:2]) for facing in (1, -1))
    # Half a pixel of where the drawing program puts its edges.
    np.testing.assert_allclose(right.value_deg, left.value_deg, atol=0.7)


def test_a_rolled_camera_changes_nothing():
    level, rolled = (follow(*take(1, roll_deg=roll)[:2]) for roll in (0.0, 4.0))
    np.testing.assert_allclose(level.value_deg, rolled.value_deg, atol=0.8)


def test_an_uneven_mask_is_tolerated():
    drawn, rest, course = take(1, mask_noise=0.15)
    track = follow(drawn, rest)
    assert np.sqrt(np.mean((track.value_deg[:, 0] - course * 12.0) ** 2)) < 2.0
    assert np.sqrt(np.mean((track.value_deg[:, 1] - course * 8.0) ** 2)) < 2.0


def test_hip_points_that_slip_along_the_trunk_are_allowed_for():
    drawn, rest, course = take(1, slip=0.05)
    track = follow(drawn, rest)
    off = np.abs(track.value_deg - course[:, None] * [12.0, 8.0, -4.0])
    assert (off <= 2.0 * track.sd_deg).mean() > 0.95
    assert off[:, :2].max() < 5.0


def test_pictures_may_be_smaller_than_the_recording():
    drawn, rest, course = take(1)
    small = [
        replace(d, rgb=cv2.resize(d.rgb, None, fx=0.7, fy=0.7), mask=cv2.resize(d.mask, None, fx=0.7, fy=0.7))
        for d in drawn
    ]
    assert np.abs(follow(small, rest).value_deg[:, 0] - course * 12.0).max() < 2.0


def test_nobody_no_facing_or_no_reference_gives_nothing():
    drawn, rest, _ = take(1)
    empty = [replace(d, mask=None) for d in drawn]
    along = {**rest, "scene": replace(rest["scene"], facing=0)}
    for pictures, other in ((empty, rest), (drawn, along), (drawn[8:], rest), ([], rest)):
        track = follow(pictures, other)
        assert np.isnan(track.value_deg).all() and np.isnan(track.sd_deg).all()
        assert not track.quality.any()


def test_a_mask_that_covers_everything_has_no_contour():
    drawn, rest, _ = take(1)
    assert np.isnan(follow([replace(d, mask=np.ones_like(d.mask)) for d in drawn], rest).value_deg).all()


def test_an_arm_behind_the_back_empties_these_frames_only():
    drawn, rest, course = take(1)
    hidden = slice(14, 18)
    for k in range(hidden.start, hidden.stop):
        # A forearm that sticks out behind the hollow of the back, and an elbow behind the shoulder blade.
        mask = drawn[k].mask.copy()
        hips = rest["image"].midpoint("left_hip", "right_hip")[k]
        for up, out in ((0.15, 0.55), (0.6, 0.5)):
            end = (int(hips[0] - out * TRUNK), int(hips[1] - up * TRUNK))
            cv2.line(mask, (int(hips[0]), int(hips[1] - 0.4 * TRUNK)), end, 1.0, 30)
        rgb = np.where(mask[..., None] > 0.5, np.uint8([70, 60, 140]), drawn[k].rgb)
        drawn[k] = replace(drawn[k], mask=mask, rgb=rgb)
    track = follow(drawn, rest)
    assert np.isnan(track.value_deg[hidden]).all()
    kept = [k for k in range(N) if not hidden.start - 1 <= k <= hidden.stop]
    assert np.nanmax(np.abs(track.value_deg[kept, 0] - course[kept] * 12.0)) < 2.0


def test_gaps_longer_than_allowed_stay_empty_and_short_ones_are_bridged():
    drawn, rest, _ = take(1)
    long, short = range(12, 18), (9, 10)
    track = follow([d for d in drawn if d.index not in (*long, *short)], rest)
    assert np.isnan(track.value_deg[list(long)]).all()
    assert np.isfinite(track.value_deg[list(short)]).all()


def test_shapes_are_checked_and_arrays_read_only():
    with pytest.raises(ValueError, match="sd_deg"):
        backline.BackTrack(
            value_deg=np.zeros((4, 3)), sd_deg=np.zeros((4, 2)), quality=np.zeros(4), turn_deg=np.zeros(4)
        )
    track = backline.BackTrack(
        value_deg=np.zeros((4, 3)), sd_deg=np.zeros((4, 3)), quality=np.zeros(4), turn_deg=np.zeros(4)
    )
    with pytest.raises(ValueError, match="read-only"):
        track.value_deg[0] = 1.0


def test_without_a_waistband_arch_and_tilt_are_a_trend_with_a_larger_error():
    drawn, rest, _ = take(1)
    back = follow(drawn, rest)
    assert np.isnan(back.turn_deg).all()
    assert back.track().trend == backline.CONTOUR_ONLY and not back.track().withheld
    assert np.nanmin(back.sd_deg[:, 1]) > 2.0


def test_a_hanging_shirt_withholds_the_take():
    drawn, rest, _ = take(1)
    hips = rest["image"].midpoint("left_hip", "right_hip")
    for k, picture in enumerate(drawn):
        rgb = picture.rgb.copy()
        # Everything of the body above a hem just below the hip points becomes white cloth.
        cloth = picture.mask > 0.5
        cloth[int(hips[k, 1] + 0.05 * TRUNK) :] = False
        rgb[cloth] = (250, 250, 250)
        drawn[k] = replace(picture, rgb=rgb)
    back = follow(drawn, rest)
    assert back.withheld == "reason.loose_clothing"
    assert back.track().withheld == back.withheld and np.isnan(back.track().value_deg).all()


def test_a_sparse_take_still_looks_at_most_of_the_reference():
    _, rest, _ = take(1)
    settings = SurfaceSettings(fps=3.0)
    reps = (
        Repetition(
            index=1, lead=None, start=5, bottom=12, end=20, bottom_start=11, bottom_end=13, drop_pct=40, depth_deg=90
        ),
    )
    timeline = replace(rest["timeline"], repetitions=reps)
    frames = backline.frames_to_follow(rest["recording"], timeline, settings)
    assert set(REFERENCE) <= set(frames)
    assert max(np.diff([k for k in frames if k > REFERENCE[-1]])) == 5
    assert backline.frames_to_follow(rest["recording"], rest["timeline"], settings) == []


def test_pictures_closer_together_than_usual_are_left_out_of_the_filter():
    keep = backline._even(np.array([0.0, 0.05, 0.2, 0.4, 0.45, 0.6, 0.8]))
    assert keep.tolist() == [True, False, True, True, False, True, True]
