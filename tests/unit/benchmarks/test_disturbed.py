"""Changed copies of clips: their truth follows what was done to them."""

import numpy as np
import pytest

from screening.core.vocabulary import Side
from tests.benchmarks.disturbed import CHANGES, Copy, truth_of
from tests.benchmarks.truth import Truth

N = 10
EYE = np.broadcast_to(np.eye(2, 3), (N, 2, 3))


def exact():
    ramp = np.arange(N, dtype=float)
    return Truth(
        person="a",
        lead=Side.LEFT,
        n_reps=1,
        angles={"pelvic_rotation_deg": ramp, "anterior_pelvic_tilt_deg": ramp, "knee_flexion_left_deg": ramp},
        moving=np.arange(N) > 2,
        bottoms=(np.array([4, 5, 6]),),
        legs_px={side: np.full((N, 2, 2), 10.0 * k) for k, side in enumerate(Side)},
    )


def test_the_other_side_leads_in_a_flipped_copy_and_signs_that_name_a_side_turn():
    maps = np.array([[[-1.0, 0.0, 99.0], [0.0, 1.0, 0.0]]] * N)
    made = truth_of(exact(), CHANGES["mirrored"], Copy(kept=np.arange(N), maps=maps))
    assert made.lead is Side.RIGHT
    assert list(made.angles["pelvic_rotation_deg"]) == [-k for k in range(N)]
    assert list(made.angles["anterior_pelvic_tilt_deg"]) == list(range(N))
    assert set(made.angles) == {"pelvic_rotation_deg", "anterior_pelvic_tilt_deg", "knee_flexion_right_deg"}
    assert made.legs_px[Side.LEFT][0, 0] == pytest.approx([89.0, 10.0])


def test_frames_left_out_are_left_out_of_the_truth():
    kept = np.array([0, 1, 2, 3, 5, 6, 7, 8])
    made = truth_of(exact(), CHANGES["24 a second"], Copy(kept=kept, maps=EYE[kept]))
    assert list(made.angles["pelvic_rotation_deg"]) == list(kept)
    assert [list(b) for b in made.bottoms] == [[4, 5]]
    assert made.moving.sum() == 5


@pytest.mark.parametrize("name", ["roll 4 deg", "hand"])
def test_what_turns_the_picture_keeps_distances(name):
    matrix = CHANGES[name].maps(1.3, (540, 960))
    assert np.linalg.norm(matrix[:, :2] @ [3.0, 4.0]) == pytest.approx(5.0)
    assert np.linalg.det(matrix[:, :2]) == pytest.approx(1.0)


def test_a_positive_roll_turns_the_content_clockwise():
    matrix = CHANGES["roll 4 deg"].maps(0.0, (540, 960))
    up = matrix[:, :2] @ [0.0, -1.0]
    assert np.degrees(np.arctan2(up[0], -up[1])) == pytest.approx(4.0)


def test_a_hand_begins_at_rest_and_moves_by_about_a_hundredth_of_the_height():
    maps = np.array([CHANGES["hand"].maps(t, (540, 960)) for t in np.arange(0, 20, 0.1)])
    assert np.allclose(maps[0], np.eye(2, 3))
    middle = maps[:, :, :2] @ [270.0, 480.0] + maps[:, :, 2]
    assert 3.0 < middle.std(axis=0).min() < middle.std(axis=0).max() < 7.0
