"""A drawn elliptic cylinder with a waistband, turned and tilted by known angles."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from screening.motion import back_flank, shirt
from screening.motion.back_flank import HIP, SCALE

BAND = 0.15
HALF_WIDTH, HALF_DEPTH = 0.24, 0.34
UP = np.linspace(-0.3, 0.6, 91)
BACK = np.stack([np.full(91, -0.28), UP])
NO_ARM = np.full((4, 2), np.nan)


def pattern(angle: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Trousers below a waistband, skin above, both with weak spots; from the angle around the trunk and the height."""
    spots = 12.0 * np.sin(9.0 * angle + 25.0 * up) + 10.0 * np.cos(14.0 * angle - 31.0 * up)
    trousers = up < BAND + 0.03 * np.sin(3.0 * angle)
    colour = np.where(trousers[..., None], [50.0, 50.0, 60.0], [210.0, 170.0, 150.0])
    return np.clip(colour + spots[..., None], 0, 255)


def picture(turn_deg: float = 0.0, tilt_deg: float = 0.0, *, background: float = 120.0) -> np.ndarray:
    """Cut-out of a trunk whose near side went backwards by a turn and that tilted around the waistband."""
    shape = back_flank.cut(np.zeros((900, 900, 3), np.uint8), np.array([450.0, 450.0]), SCALE, 1).shape
    row, column = np.mgrid[: shape[0], : shape[1]].astype(float)
    x, y = (column - HIP[0]) / SCALE + 0.28 - HALF_WIDTH, (HIP[1] - row) / SCALE - BAND
    c, s = np.cos(np.radians(tilt_deg)), np.sin(np.radians(tilt_deg))
    x, y = c * x - s * y, s * x + c * y
    inside = np.abs(x) < HALF_WIDTH
    angle = np.arcsin(np.clip(x / HALF_WIDTH, -1, 1))
    # The section stays where it is while its skin goes around: material angle of what is seen now.
    z = HALF_DEPTH * np.cos(angle)
    t = np.radians(turn_deg)
    material = np.arctan2((x * np.cos(t) + z * np.sin(t)) / HALF_WIDTH, (z * np.cos(t) - x * np.sin(t)) / HALF_DEPTH)
    rgb = np.where(inside[..., None], pattern(material, y + BAND), background)
    return cv2.GaussianBlur(rgb.astype(np.uint8), (0, 0), 0.8)


def view(turn_deg: float = 0.0, tilt_deg: float = 0.0, *, told_deg: float | None = None, **other) -> back_flank.View:
    lean = np.tan(np.radians(tilt_deg))
    back = np.stack([BACK[0] + lean * (UP - BAND), UP])
    told = tilt_deg if told_deg is None else told_deg
    values = {"picture": picture(turn_deg, tilt_deg), "back": back, "arm": NO_ARM, "tilt_deg": told}
    return back_flank.View(**(values | other))


@pytest.mark.parametrize("turn", [-8.0, 6.0, 10.0])
def test_a_turn_is_seen_and_taken_out_of_the_tilt_that_the_contour_tells(turn):
    # The contour is misled by 0.45 deg a degree; the truth is a tilt of 4 deg.
    steps = [view(share * turn, share * 4.0, told_deg=share * (4.0 - 0.45 * turn)) for share in (0.0, 0.3, 0.6, 1.0)]
    angles, explained = back_flank.follow(steps, [0], BAND)
    tilt, found = np.median(angles[:, -1], axis=0)
    assert abs(found - turn) < 0.4 * abs(turn)
    assert abs(tilt - 4.0) < 0.6 * abs(0.45 * turn)
    assert explained.min() > 0.5


def test_nothing_moves_nothing_is_found():
    angles, explained = back_flank.follow([view(), view(), view()], [1], BAND)
    np.testing.assert_allclose(angles, 0.0, atol=1e-6)
    np.testing.assert_allclose(explained, 1.0)


def test_earlier_pictures_are_followed_backwards():
    forth, _ = back_flank.follow([view(), view(4.0, 2.0)], [0], BAND)
    back, _ = back_flank.follow([view(4.0, 2.0), view()], [1], BAND)
    np.testing.assert_allclose(back[:, 0], forth[:, 1], atol=1e-9)


def test_noise_of_one_reference_picture_is_not_looked_for_in_the_others():
    noise = np.random.default_rng(3)

    def grainy(**pose: float) -> back_flank.View:
        rgb = picture(**pose)
        return view(**pose, picture=np.clip(rgb + noise.normal(0.0, 12.0, rgb.shape), 0, 255).astype(np.uint8))

    rest = [grainy() for _ in range(5)]
    moved = [grainy(turn_deg=3.0, tilt_deg=1.0)]
    alone, many = (back_flank.follow(rest + moved, anchors, BAND)[1][-1] for anchors in ([2], [0, 1, 2, 3, 4]))
    assert 1.0 - many < 0.8 * (1.0 - alone)


def test_a_turn_found_from_the_wrong_start_is_averaged_with_what_explains_as_much():
    poses = [(np.radians([0.0, 0.0, 0.0, 0.0, turn, tilt]), share) for turn, tilt, share in ((0, 2, 0.8), (8, 6, 0.8))]
    assert back_flank._mean_angles(poses) == pytest.approx([4.0, 4.0])
    worse = [poses[0], (poses[1][0], 0.5)]
    assert back_flank._mean_angles(worse) == pytest.approx([2.0, 0.0], abs=0.01)


def test_an_arm_before_the_flank_leaves_nothing_to_follow():
    # Up and down before the flank, wider than the patches are high.
    across = HIP + SCALE * np.array([[-0.25, 0.05], [-0.25, -0.4], [-0.1, -0.4], [-0.1, 0.05]])
    angles, explained = back_flank.follow([view(), view(arm=across)], [0], BAND)
    assert np.isnan(angles[:, 1]).all() and np.isnan(explained[1])
    assert np.isfinite(angles[:, 0]).all()


def test_another_picture_explains_little():
    noise = np.random.default_rng(1).integers(0, 255, view().picture.shape).astype(np.uint8)
    _, explained = back_flank.follow([view(), view(picture=noise)], [0], BAND)
    assert not explained[1] > 0.5


def test_a_flipped_picture_gives_the_same_cut_out():
    rgb = np.random.default_rng(2).integers(0, 255, (300, 400, 3)).astype(np.uint8)
    right = back_flank.cut(rgb, np.array([210.0, 160.0]), 130.0, 1)
    left = back_flank.cut(np.ascontiguousarray(rgb[:, ::-1]), np.array([190.0, 160.0]), 130.0, -1)
    assert np.abs(right.astype(int) - left).max() <= 1


def test_the_waistband_is_found_and_is_no_hanging_shirt():
    found = shirt.edge([picture(), picture()], [BACK, BACK], HIP, SCALE)
    assert found is not None and abs(found.height - BAND) < 0.04 and not found.hangs_over_hips


def coloured(*bands: tuple[float, int]) -> np.ndarray:
    """Cut-out whose rows have one brightness from each height upwards."""
    rows = (HIP[1] - np.arange(picture().shape[0])) / SCALE
    grey = np.zeros(len(rows))
    for above, level in bands:
        grey[rows >= above] = level
    return np.repeat(np.repeat(grey[:, None, None], picture().shape[1], 1), 3, 2).astype(np.uint8)


@pytest.mark.parametrize(
    ("bands", "height"),
    [
        (((-9, 60), (-0.04, 220)), -0.04),  # a shirt over the hips
        (((-9, 30), (0.0, 120), (0.02, 30), (0.28, 200)), 0.28),  # a light strip on the trousers below the waistband
        (((-9, 30),), None),  # one colour
        (((-9, 30), (0.15, 31)), None),  # camera noise
    ],
)
def test_the_highest_clear_edge_counts(bands, height):
    found = shirt.edge([coloured(*bands)], [BACK], HIP, SCALE)
    assert (found is None) == (height is None)
    if height is not None:
        assert abs(found.height - height) < 0.015
        assert found.hangs_over_hips == (height < 0.05)
