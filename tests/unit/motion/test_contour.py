"""A drawn back before a wall almost of its own colour, with a line along its inside that is the stronger edge."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from screening.motion.contour import HEIGHT, contours

WIDTH, ROWS, TRUNK = 300, 320, 140.0
HIPS = np.array([190.0, 230.0])
#: Up along the trunk and backwards: the person looks to the right.
AXES = np.array([[0.0, -1.0], [-1.0, 0.0]])
#: Colours (RGB) of the skin, of a line on it, and of the wall; how far inside the line lies, and half its width.
SKIN, LINE, WALL = np.array([225, 200, 185]), np.array([195, 200, 230]), np.array([205, 190, 172])
LINE_PX, HALF_PX = 4.5, 1.5


def edge_column(row: np.ndarray) -> np.ndarray:
    """Column at which the person ends, pixels from the picture's corner."""
    return 150.0 + 6.0 * np.sin(row / 40.0)


def drawn(mask_off_px: float) -> tuple[np.ndarray, np.ndarray]:
    """Picture and mask; the mask ends too far outside."""
    rows = (np.arange(ROWS) + 0.5)[:, None]
    inside = (np.arange(WIDTH) + 0.5)[None] - edge_column(rows)
    person = np.clip(inside + 0.5, 0.0, 1.0)[..., None]
    on_line = np.clip(0.5 + HALF_PX - np.abs(inside - LINE_PX), 0.0, 1.0)[..., None]
    rgb = (1 - person) * WALL + person * ((1 - on_line) * SKIN + on_line * LINE)
    rgb = cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), 0.8) + np.random.default_rng(1).normal(0, 1.0, rgb.shape)
    mask = np.clip(0.5 + (inside + mask_off_px) / 4.0, 0.0, 1.0).astype(np.float32)
    return np.clip(rgb, 0, 255).astype(np.uint8), mask


def true_distance() -> np.ndarray:
    rows = HIPS[1] - TRUNK * HEIGHT
    return (HIPS[0] - edge_column(rows)) / TRUNK


@pytest.mark.parametrize("mask_off_px", [-2.0, 0.0, 2.0])
def test_the_contour_lies_where_the_person_ends_not_at_a_line_on_it(mask_off_px):
    rgb, mask = drawn(mask_off_px)
    by_mask, by_edge = contours(rgb, mask, HIPS, AXES, TRUNK)
    seen = slice(5, -5)
    assert np.abs(by_mask - true_distance())[seen] * TRUNK == pytest.approx(abs(mask_off_px), abs=0.5)
    error_px = (by_edge - true_distance())[seen] * TRUNK
    assert np.abs(error_px).max() < 1.5
    assert abs(error_px.mean()) < 1.0


def test_a_mirrored_picture_has_the_same_contour():
    rgb, mask = drawn(1.0)
    there = contours(rgb, mask, HIPS, AXES, TRUNK)
    flipped = np.array([WIDTH - HIPS[0], HIPS[1]])
    back = contours(
        np.ascontiguousarray(rgb[:, ::-1]), np.ascontiguousarray(mask[:, ::-1]), flipped, AXES * [-1, 1], TRUNK
    )
    assert np.abs(there - back).max() * TRUNK < 0.05


def test_where_no_colour_changes_the_mask_decides():
    _, mask = drawn(0.0)
    by_mask, by_edge = contours(np.full((ROWS, WIDTH, 3), 128, np.uint8), mask, HIPS, AXES, TRUNK)
    assert by_edge == pytest.approx(by_mask, abs=1e-6)


def test_nothing_ends_where_the_mask_fills_the_picture():
    rgb, mask = drawn(0.0)
    assert np.isnan(contours(rgb, np.ones_like(mask), HIPS, AXES, TRUNK)).all()
