from __future__ import annotations

import numpy as np
import pytest

from screening.core.skeleton import INDEX, LANDMARKS
from screening.pose.estimator import Body


def a_body(seed: int = 0) -> Body:
    rng = np.random.default_rng(seed)
    n = len(LANDMARKS)
    return Body(pixels=rng.uniform(0, 400, (n, 2)), world=rng.normal(0, 1, (n, 3)), visibility=rng.uniform(0, 1, n))


def test_flipping_back_swaps_sides_and_measures_from_the_other_edge():
    body = a_body()
    back = body.unmirrored(540)
    left, right = INDEX["left_knee"], INDEX["right_knee"]
    assert back.pixels[left] == pytest.approx([540 - body.pixels[right, 0], body.pixels[right, 1]])
    assert back.world[left] == pytest.approx(body.world[right] * [-1, 1, 1])
    assert back.visibility[left] == body.visibility[right]


def test_flipping_twice_changes_nothing():
    body = a_body(1)
    twice = body.unmirrored(540).unmirrored(540)
    assert np.allclose(twice.pixels, body.pixels)
    assert np.allclose(twice.world, body.world)
    assert np.array_equal(twice.visibility, body.visibility)


def test_stature_of_a_stick_figure_is_the_same_standing_and_squatting():
    standing, squatting = np.zeros((len(LANDMARKS), 2)), np.zeros((len(LANDMARKS), 2))
    for part, y in {"shoulder": 100, "hip": 250, "knee": 350, "ankle": 450}.items():
        for side in ("left", "right"):
            standing[INDEX[f"{side}_{part}"]] = [0, y]
            squatting[INDEX[f"{side}_{part}"]] = [0, y + 100]
    standing[INDEX["nose"]], squatting[INDEX["nose"]] = [0, 60], [0, 160]
    for side in ("left", "right"):
        squatting[INDEX[f"{side}_knee"]] = [100, 350]
        squatting[INDEX[f"{side}_ankle"]] = [100, 450]
    empty = {"world": np.zeros((len(LANDMARKS), 3)), "visibility": np.ones(len(LANDMARKS))}
    assert Body(pixels=standing, **empty).stature_px == pytest.approx(40 + 150 + 200)
    assert Body(pixels=squatting, **empty).stature_px == pytest.approx(40 + 150 + 200)
    assert Body(pixels=standing, **empty).torso_px == pytest.approx(150)
