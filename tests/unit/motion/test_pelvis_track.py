"""A drawn person from behind, followed picture by picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest

from screening.core.datatypes import LandmarkSequence, Recording, Scene, Timeline, Track
from screening.core.settings import DEFAULTS
from screening.core.skeleton import INDEX
from screening.core.vocabulary import Frame, Side, View
from screening.motion import pelvis_error, pelvis_track
from tests.factories import make_result, make_timeline
from tests.unit.motion.cylinder import CENTRE, HIP_WIDTH, SIZE, cloth, draw, rotation

FPS = 10.0
SETTINGS = replace(DEFAULTS.surface, fps=10.0)
PEAK = (9.0, 5.0, 0.0)


@dataclass(frozen=True)
class Shot:
    index: int
    rgb: np.ndarray


def timeline(n_reps: int = 2) -> Timeline:
    """Short repetitions of ten frames after six frames at the top."""
    long = make_timeline((None,) * n_reps)
    reps = tuple(
        replace(
            r, start=6 + 10 * k, end=16 + 10 * k, bottom=11 + 10 * k, bottom_start=10 + 10 * k, bottom_end=12 + 10 * k
        )
        for k, r in enumerate(long.repetitions)
    )
    n = 8 + 10 * n_reps
    return replace(long, repetitions=reps, phase=long.phase[:1] * n, reference=(3, 4, 5), signal_pct=np.zeros(n))


def depth(k: int) -> float:
    return 0.5 - 0.5 * np.cos(2 * np.pi * max(k - 6, 0) / 10)


def pictures(n: int, texture: np.ndarray, *, roll_deg: float = 0.0) -> list[Shot]:
    """The cylinder in front of a spotted wall; `roll_deg`: how far the camera swings."""
    rng = np.random.default_rng(9)
    wall = cv2.GaussianBlur(rng.uniform(0, 255, (SIZE, SIZE, 3)).astype(np.float32), (0, 0), 3)
    wall = cv2.normalize(wall, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    shots = []
    for k in range(n):
        body = draw(rotation(*(depth(k) * np.array(PEAK))), texture)
        outside = (draw(rotation(*(depth(k) * np.array(PEAK))), np.zeros_like(texture)) > 0).all(axis=2)
        picture = np.where(outside[..., None], wall, body)
        turn = cv2.getRotationMatrix2D((SIZE / 2 - 0.5, SIZE / 2 - 0.5), -roll_deg * np.sin(k), 1.0)
        shots.append(Shot(k, cv2.warpAffine(picture, turn, (SIZE, SIZE), borderMode=cv2.BORDER_REPLICATE)))
    return shots


def landmarks(n: int) -> LandmarkSequence:
    position = np.full((n, 33, 2), np.nan)
    at = {"hip": (0.5, 0.0), "shoulder": (0.7, -1.6), "elbow": (0.8, -0.9), "wrist": (0.8, -0.1)}
    at |= {"ear": (0.2, -2.5), "ankle": (0.5, 1.5)}
    for side, out in ((Side.LEFT, -1.0), (Side.RIGHT, 1.0)):
        for part, (x, y) in at.items():
            position[:, INDEX[f"{side}_{part}"]] = CENTRE + 0.5 + HIP_WIDTH * np.array([out * x, y])
    return LandmarkSequence(
        position=position, visibility=np.ones((n, 33)), time_s=np.arange(n) / FPS, frame=Frame.IMAGE_PX
    )


def scene(view: View = View.BACK) -> Scene:
    return replace(make_result().scene, view=view, roll_deg=0.0, standing=(0, 3))


def follow(shots: list[Shot], when: Timeline) -> Track:
    n = len(when.phase)
    recording = Recording(
        path="a.mp4", sha256="0", size_bytes=1, width=SIZE, height=SIZE, codec="h264", time_s=np.arange(n) / FPS
    )
    wanted = pelvis_track.frames_to_follow(recording, when, SETTINGS)
    return pelvis_track.follow(
        [s for s in shots if s.index in wanted],
        image=landmarks(n),
        recording=recording,
        scene=scene(),
        timeline=when,
        settings=SETTINGS,
    )


@pytest.mark.slow
def test_a_turning_trunk_is_followed_also_by_a_swinging_camera():
    when = timeline()
    drawn = np.array([depth(k) for k in range(len(when.phase))])[:, None] * PEAK
    # The drawn cylinder has no skin that lags behind a bone.
    true = drawn * [1.0, pelvis_error._OBLIQUITY_GAIN, 1.0]
    true[:, 0] += pelvis_error._LEAK * true[:, 1]
    for roll_deg in (0.0, 2.0):
        out = follow(pictures(len(when.phase), cloth(), roll_deg=roll_deg), when)
        assert out.withheld == ""
        seen = np.isfinite(out.value_deg[:, 0])
        assert seen[3:26].all()
        error = np.sqrt(np.mean((out.value_deg - true)[seen] ** 2, axis=0))
        assert error[0] < 1.5, roll_deg
        assert error[1] < 0.8, roll_deg


@pytest.mark.slow
def test_a_trunk_without_pattern_is_not_followed():
    when = timeline(1)
    n, rng = len(when.phase), np.random.default_rng(2)
    grey = [Shot(k, np.clip(128 + rng.normal(0, 3, (SIZE, SIZE, 3)), 0, 255).astype(np.uint8)) for k in range(n)]
    out = follow(grey, when)
    assert out.withheld == "reason.poor_texture"
    assert np.isnan(out.value_deg).all()


def test_frames_are_evenly_spaced_and_hold_the_reference():
    when = timeline()
    recording = Recording(
        path="a.mp4", sha256="0", size_bytes=1, width=9, height=9, codec="h264", time_s=np.arange(28) / 30.0
    )
    frames = pelvis_track.frames_to_follow(recording, when, replace(SETTINGS, fps=10.0))
    assert 4 in frames
    assert set(np.diff(frames)) == {3}
    assert pelvis_track.frames_to_follow(recording, replace(when, repetitions=()), SETTINGS) == []
