"""Motion of a drawn background whose motion is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from screening.motion.camera_shake import Background

HEIGHT, WIDTH = 640, 360
PERSON = (120.0, 100.0, 240.0, 600.0)


def room(seed: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    spots = cv2.GaussianBlur(rng.uniform(0, 255, (HEIGHT, WIDTH, 3)).astype(np.float32), (0, 0), 6)
    return cv2.normalize(spots, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def moved(picture: np.ndarray, roll_deg: float, shift: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Content turned clockwise about the middle and shifted, and the matrix (2, 3) that does it."""
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), -roll_deg, 1.0)
    matrix[:, 2] += shift
    return cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE), matrix


@pytest.mark.parametrize(("roll_deg", "shift"), [(1.5, (0.0, 0.0)), (-2.0, (6.0, -4.0)), (0.0, (5.0, 3.0))], ids=str)
def test_roll_and_shift_of_the_camera_are_found(roll_deg, shift):
    picture = room()
    shaken, matrix = moved(picture, roll_deg, shift)
    motion = Background(picture, PERSON).motion(shaken)
    assert motion.known
    assert np.degrees(motion.roll_rad) == pytest.approx(roll_deg, abs=0.1)
    point = np.array([180.0, 300.0])
    assert motion.undone(matrix[:, :2] @ point + matrix[:, 2]) == pytest.approx(point, abs=0.5)


def test_a_still_camera_moves_by_nothing_at_all_even_with_noise():
    picture, rng = room(), np.random.default_rng(1)
    noisy = np.clip(picture + rng.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)
    motion = Background(picture, PERSON).motion(noisy)
    assert motion.known
    assert (motion.roll_rad, *motion.shift) == (0.0, 0.0, 0.0)


def test_what_moves_inside_of_the_person_is_not_the_camera():
    picture = room()
    other = picture.copy()
    other[100:600, 120:240] = moved(picture, 5.0, (8.0, 8.0))[0][100:600, 120:240]
    assert Background(picture, PERSON).motion(other).roll_rad == 0.0


@pytest.mark.parametrize("factor", [(0.7, 0.7, 0.7), (1.25, 1.25, 1.25), (1.1, 1.0, 0.85)], ids=str)
def test_exposure_and_white_balance_are_brought_back_and_do_not_hide_the_cameras_motion(factor):
    picture = cv2.convertScaleAbs(room(), alpha=0.6, beta=30)
    shaken, matrix = moved(picture, 1.5, (4.0, -3.0))
    other = np.clip(np.round(shaken * np.array(factor)), 0, 255).astype(np.uint8)
    background = Background(picture, PERSON)
    back = background.in_first_light(other)
    assert np.abs(back.astype(float) - shaken).mean() < 3.0 < np.abs(other.astype(float) - shaken).mean()
    motion = background.motion(back)
    assert motion.known
    assert np.degrees(motion.roll_rad) == pytest.approx(1.5, abs=0.1)
    assert motion.undone(matrix[:, 2]) == pytest.approx(np.zeros(2), abs=0.5)


def test_the_same_light_leaves_the_picture_alone_and_so_does_the_person():
    picture, rng = room(), np.random.default_rng(1)
    noisy = np.clip(picture + rng.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)
    noisy[100:600, 120:240] //= 2
    assert Background(picture, PERSON).in_first_light(noisy) is noisy
    nowhere = Background(picture, (-9.0, -9.0, 999.0, 999.0))
    assert nowhere.in_first_light(picture // 2).mean() == (picture // 2).mean()


def test_a_plain_wall_or_another_room_tells_nothing():
    plain = np.full((HEIGHT, WIDTH, 3), 130, np.uint8)
    assert not Background(plain, PERSON).motion(plain).known
    assert not Background(room(1), PERSON).motion(room(2)).known
