from __future__ import annotations

import csv
import os

import numpy as np
import pytest

from screening.core.errors import ModelError
from screening.core.settings import PoseSettings
from screening.core.skeleton import INDEX
from screening.pose.blazepose import BlazePoseTracker, quiet
from tests.unit.pose.conftest import SAMPLES, sample_pictures, stills

#: Whole runs on real pixels.
pytestmark = pytest.mark.slow


@pytest.fixture
def tracker(model):
    with quiet():
        made = BlazePoseTracker(model, PoseSettings())
    yield made
    made.close()


def test_joints_lie_where_the_rendered_person_has_them(tracker):
    pictures = sample_pictures("front_left_lead", 189, 3)
    bodies = [tracker.track(p.rgb, p.time_s) for p in pictures]
    rows = list(csv.DictReader((SAMPLES / "front_left_lead_truth.csv").open()))[::3]
    for joint in ("hip", "knee", "ankle"):
        for side in ("left", "right"):
            truth = np.array([[float(r[f"{joint}_{side[0].upper()}_{axis}"]) for axis in "uv"] for r in rows])
            seen = np.array([b.pixels[INDEX[f"{side}_{joint}"]] for b in bodies])
            # 15 px of a trunk of 150 px: sides are right and nothing is mirrored, scaled or shifted.
            assert np.median(np.linalg.norm(seen - truth, axis=1)) < 15, (joint, side)


def test_world_landmarks_are_metres_with_y_down_around_the_hips(tracker):
    body = tracker.track(sample_pictures("front_left_lead", 10)[0].rgb, 0.0)
    hips = 0.5 * (body.world[INDEX["left_hip"]] + body.world[INDEX["right_hip"]])
    assert np.abs(hips).max() < 0.05
    assert body.world[INDEX["left_ankle"], 1] > 0.5
    assert body.world[INDEX["nose"], 1] < -0.4
    # The person faces the camera, so her left is on the right of the picture.
    assert body.world[INDEX["left_shoulder"], 0] > 0.1


def test_times_closer_than_a_millisecond_are_kept_apart(tracker):
    picture = sample_pictures("front_left_lead", 10)[0].rgb
    for time_s in [0.0, 0.0042, 0.0083, 0.0084, 0.00845, 0.0085, 0.0125]:
        assert tracker.track(picture, time_s) is not None


def test_landmarks_do_not_lag_behind_a_body_that_moves(tracker):
    picture = sample_pictures("front_left_lead", 10)[0].rgb
    moved = np.roll(picture, 3, axis=1)
    before = [tracker.track(picture, k / 30.0).pixels for k in range(6)][-1]
    after = tracker.track(moved, 6 / 30.0).pixels
    # The network's own filter lets them come a third of the way.
    assert np.median((after - before)[:, 0]) == pytest.approx(3.0, abs=0.7)


def test_an_empty_picture_holds_nobody(tracker):
    assert tracker.track(stills([np.full((200, 100, 3), 127, np.uint8)])[0].rgb, 0.0) is None


@pytest.mark.parametrize("content", [b"", b"not a model" * 100])
def test_a_damaged_model_is_said_in_two_lines(tmp_path, content):
    path = tmp_path / "broken.task"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"broken\.task") as caught, quiet():
        BlazePoseTracker(path, PoseSettings())
    assert "screening models build" in caught.value.hint


def test_only_the_usual_lines_are_kept_off_stderr(capfd, model):
    with quiet():
        BlazePoseTracker(model, PoseSettings()).close()
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\nE0000 out of memory\n")
    assert capfd.readouterr().err == "E0000 out of memory\n"
