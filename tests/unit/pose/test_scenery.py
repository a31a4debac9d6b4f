from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from screening.core.settings import PoseSettings
from screening.pose.scenery import BackgroundMotion, edge_roll_deg, luma, vertical_edges
from tests.unit.pose.conftest import SAMPLES, sample_pictures

#: Many small runs, seconds in all.
pytestmark = pytest.mark.slow


def test_luma_of_plain_colours():
    assert luma(np.full((64, 64, 3), 100, np.uint8)) == pytest.approx(100)
    assert luma(np.tile(np.array([255, 0, 0], np.uint8), (64, 64, 1))) == pytest.approx(0.299 * 255)


# ------------------------------------------------------------------ background


def shifts(pictures, bodies):
    motion = BackgroundMotion()
    return [motion.shift_px(*motion.prepare(p), body) for p, body in zip(pictures, bodies, strict=True)]


def test_a_moving_person_is_not_a_moving_camera(finder):
    pictures = [p.rgb for p in sample_pictures("left_side_left_lead", 120, 6)]
    values = shifts(pictures, [finder.find(p)[0] for p in pictures])
    assert np.isnan(values[0])
    assert np.isfinite(values[1:]).sum() > 10
    assert np.nanmax(values) < 0.5


@pytest.mark.parametrize("offset", [(8, 0), (-3, 4), (0, 12)])
def test_a_moved_camera_is_measured_in_pixels(finder, offset):
    still = sample_pictures("front_left_lead", 10)[0].rgb
    moved = np.roll(still, offset[::-1], axis=(0, 1))
    values = shifts([still, moved], [finder.find(still)[0], finder.find(moved)[0]])
    assert values[1] == pytest.approx(np.hypot(*offset), abs=0.6)


def test_without_texture_or_body_nothing_is_claimed(finder):
    picture = sample_pictures("front_left_lead", 10)[0].rgb
    body = finder.find(picture)[0]
    assert np.isnan(shifts([picture, picture], [body, None])[1])
    plain = np.full_like(picture, 120)
    assert np.isnan(shifts([plain, plain], [body, body])[1])


# ------------------------------------------------------------------ roll


def boards(roll_deg, convergence_deg=0.0, n=7):
    """White boards with vertical edges, turned clockwise; towards the sides they converge."""
    picture = np.full((720, 1280, 3), 60, np.uint8)
    for x in np.linspace(100, 1180, n):
        angle = np.radians(roll_deg + convergence_deg * (x / 1280 - 0.5))
        along = 250 * np.array([np.sin(angle), -np.cos(angle)])
        left, right = np.array([x - 15, 360]), np.array([x + 15, 360])
        corners = np.array([left - along, left + along, right + along, right - along])
        cv2.fillPoly(picture, [np.round(corners * 16).astype(np.int32)], (220, 220, 220), cv2.LINE_AA, 4)
    return picture


@pytest.mark.parametrize("roll_deg", [-8.0, -2.0, 0.0, 3.0, 10.0])
@pytest.mark.parametrize("convergence_deg", [0.0, 10.0])
def test_roll_of_drawn_boards_is_positive_clockwise(roll_deg, convergence_deg):
    edges = vertical_edges(boards(roll_deg, convergence_deg))
    assert edge_roll_deg([edges], PoseSettings()) == pytest.approx(roll_deg, abs=0.3)


@pytest.mark.parametrize("name", ["front_left_lead", "left_side_left_lead", "right_side_right_lead", "back_right_lead"])
def test_roll_of_the_samples(finder, name):
    settings = PoseSettings()
    # The camera's roll turns the content the other way round.
    truth = -json.loads((SAMPLES / f"{name}_camera.json").read_text())["camera"]["roll"]
    pictures = sample_pictures(name, 180, 36)
    edges = [vertical_edges(p.rgb).off_body(finder.find(p.rgb)[0]) for p in pictures]
    assert edge_roll_deg(edges, settings) == pytest.approx(truth, abs=0.6)


def test_no_edges_no_roll():
    plain = np.full((720, 1280, 3), 90, np.uint8)
    assert np.isnan(edge_roll_deg([vertical_edges(plain)], PoseSettings()))
    assert np.isnan(edge_roll_deg([], PoseSettings()))


def test_edges_that_contradict_each_other_are_no_evidence():
    both = np.vstack([boards(-5.0)[:360], boards(5.0)[:360]])
    assert np.isnan(edge_roll_deg([vertical_edges(both)], PoseSettings()))
