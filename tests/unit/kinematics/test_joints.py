from dataclasses import replace

import numpy as np
import pytest

from screening.core.settings import JointSettings
from screening.kinematics.joints import below_skin, joints, segment_lengths
from screening.kinematics.linkage import fitted, own_lengths

#: No offsets and lengths that fit the figure below.
PLAIN = JointSettings(
    hip_ahead=0.0,
    hip_up=0.0,
    hip_climb=0.0,
    knee_ahead=0.0,
    hip_turn=0.0,
    ankle_up=0.0,
    ankle_ahead_front=0.0,
    ankle_ahead_rear=0.0,
    thigh=0.8,
    shank=0.85,
    near_far=0.0,
    thigh_turned=0.0,
)
#: Before the take has told how it reads its knees.
UNTOLD = replace(PLAIN, knee_sd=PLAIN.untold_knee_sd)
#: Mid-shoulder, mid-hip, front knee and ankle, rear knee and ankle: trunk 1, thighs 0.8, shanks 0.85.
HIP = np.array([0.0, 1.5])


def figure(front_deg=50.0, rear_deg=-10.0, front_shank_deg=-10.0, rear_shank_deg=-60.0, n=9):
    def down(angle, length):
        a = np.radians(angle)
        return length * np.array([np.sin(a), -np.cos(a)])

    front, rear = HIP + down(front_deg, 0.8), HIP + down(rear_deg, 0.8)
    neck = HIP + np.array([0, 1.0])
    points = [neck, HIP, front, front + down(front_shank_deg, 0.85), rear, rear + down(rear_shank_deg, 0.85)]
    return np.tile(np.stack(points), (n, 1, 1))


def zeros(track):
    return np.zeros(track.shape[:2])


def both_hips(track):
    """As joints come out: a hip for each leg, here both in the middle."""
    return track[:, [0, 1, 2, 3, 1, 4, 5]]


def as_landmarks(points):
    """As landmarks come in: the middle of the hips."""
    track = points[:, [0, 1, 2, 3, 5, 6]].copy()
    track[:, 1] = 0.5 * (points[:, 1] + points[:, 4])
    return track


def test_a_body_of_the_expected_proportions_stays_where_it_is():
    track = figure()
    np.testing.assert_allclose(joints(track, zeros(track), near=None, settings=PLAIN), both_hips(track), atol=1e-9)


@pytest.mark.parametrize("scale", [1.0, 140.0])
def test_the_unit_does_not_matter(scale):
    track = figure() + np.random.default_rng(1).normal(0, 0.02, figure().shape)
    small = joints(track, zeros(track) + 0.01, near=0, settings=JointSettings())
    large = joints(scale * track, scale * (zeros(track) + 0.01), near=0, settings=JointSettings())
    np.testing.assert_allclose(large / scale, small, atol=1e-9)


def test_both_legs_are_treated_alike():
    track = figure()
    track += np.random.default_rng(2).normal(0, 0.02, track.shape)
    other = track[:, [0, 1, 4, 5, 2, 3]]
    here = joints(track, zeros(track), near=0, settings=JointSettings())
    there = joints(other, zeros(track), near=1, settings=JointSettings())
    np.testing.assert_allclose(there[:, [0, 4, 5, 6, 1, 2, 3]], here, atol=1e-12)


def test_offsets_are_taken_off_along_and_square_to_the_segments():
    settings = replace(PLAIN, hip_ahead=0.1, hip_up=0.05, ankle_up=0.04, ankle_ahead_front=0.03)
    upright = figure(0.0, 0.0, 0.0, 0.0)
    front = np.tile([1.0, 0.0], (len(upright), 1))
    moved = below_skin(upright, front, settings) - upright
    np.testing.assert_allclose(moved[0, 1], [-0.1, -0.05], atol=1e-9)
    np.testing.assert_allclose(moved[0, 3], [-0.03, -0.04], atol=1e-9)  # front: back and down
    np.testing.assert_allclose(moved[0, 5], [0.0, -0.04], atol=1e-9)
    np.testing.assert_allclose(moved[0, [0, 2, 4]], 0.0, atol=1e-9)


def test_the_hip_is_lowered_the_more_it_is_bent():
    settings = replace(PLAIN, hip_climb=0.1)
    front = np.tile([1.0, 0.0], (9, 1))
    drops = [(figure(angle) - below_skin(figure(angle), front, settings))[0, 1, 1] for angle in (10.0, 40.0, 80.0)]
    np.testing.assert_allclose(drops, 0.1 * np.radians([10.0, 40.0, 80.0]), atol=1e-9)


def test_a_knee_that_is_too_high_is_brought_back_by_the_lengths():
    track = figure()
    wrong = track.copy()
    wrong[:, 4, 1] += 0.12
    found = fitted(wrong, zeros(track), average(track), near=None, settings=PLAIN)
    assert np.linalg.norm(found[0, 5] - track[0, 4]) < 0.5 * 0.12
    thigh = np.linalg.norm(found[0, 5] - found[0, 4])
    assert thigh == pytest.approx(0.8, abs=0.01)
    np.testing.assert_allclose(found[0, [2, 3]], track[0, [2, 3]], atol=0.02)  # the other leg hardly moves


def test_a_doubted_ankle_is_pulled_to_where_the_lengths_want_it():
    track = figure()
    wrong, sd = track.copy(), zeros(track)
    wrong[:, 5] += [0.15, 0.0]
    trusted = fitted(wrong, sd, average(track), near=None, settings=PLAIN)
    sd[:, 5] = 0.2
    doubted = fitted(wrong, sd, average(track), near=None, settings=PLAIN)
    assert np.linalg.norm(doubted[0, 6] - wrong[0, 5]) > 2 * np.linalg.norm(trusted[0, 6] - wrong[0, 5])


def test_what_was_not_seen_stays_unseen_and_moves_nothing_else():
    track = figure()
    track[3, 4:] = np.nan
    found = joints(track, zeros(track), near=None, settings=PLAIN)
    assert np.isnan(found[3, 5:]).all()
    assert np.isfinite(np.delete(found, 3, axis=0)).all()
    np.testing.assert_allclose(found[3, :4], figure()[3, :4], atol=1e-9)


def test_nobody_seen_gives_nobody():
    track = np.full((5, 6, 2), np.nan)
    found = joints(track, zeros(track), near=None, settings=PLAIN)
    assert found.shape == (5, 7, 2)
    assert np.isnan(found).all()


def squatting(thigh, shank, n=150):
    """A split squat of somebody whose thighs and shanks are longer than the average person's by these factors."""
    frames = []
    for depth in np.linspace(0.0, 1.0, n):
        bent = figure(20 + 50 * depth, -10 + 5 * depth, 0.0, -45 - 35 * depth, n=1)[0]
        for knee in (2, 4):
            upper, lower = bent[knee] - bent[1], bent[knee + 1] - bent[knee]
            bent[knee] = bent[1] + thigh * upper
            bent[knee + 1] = bent[knee] + shank * lower
        frames.append(bent)
    return np.stack(frames)


def average(track):
    return segment_lengths(track, np.full((len(track), 2), 0.5), None, PLAIN)


@pytest.mark.parametrize(("thigh", "shank"), [(1.0, 1.0), (1.08, 1.08), (1.05, 0.94), (0.92, 1.03)])
def test_the_frames_of_a_take_tell_how_long_the_segments_are(thigh, shank):
    track = squatting(thigh, shank)
    own = own_lengths(track, zeros(track), average(track), near=None, settings=UNTOLD)
    np.testing.assert_allclose(own, [thigh, shank, thigh, shank], atol=1e-2)


def test_a_rear_knee_that_is_read_too_high_hardly_changes_the_lengths():
    track = squatting(1.0, 1.0)
    track[:, 4, 1] += 0.06  # 8 % of the thigh
    own = own_lengths(track, zeros(track), average(track), near=None, settings=UNTOLD)
    np.testing.assert_allclose(own, 1.0, atol=0.04)


def test_a_long_legged_person_stays_where_it_is():
    track = squatting(1.07, 1.07)
    np.testing.assert_allclose(joints(track, zeros(track), near=None, settings=PLAIN), both_hips(track), atol=3e-3)


def test_steps_into_the_stance_do_not_change_the_lengths():
    track = squatting(1.05, 1.0)
    walking = figure(0.0, 0.0, 0.0, 0.0, n=20)  # feet together, the legs seen foreshortened
    walking[:, [2, 4]] = HIP - [0.0, 0.6]
    walking[:, [3, 5]] = HIP - [0.0, 1.3]
    both = np.concatenate([walking, track])
    alone = joints(track, zeros(track), near=None, settings=PLAIN)
    together = joints(both, zeros(both), near=None, settings=PLAIN)
    np.testing.assert_allclose(together[20:], alone, atol=1e-9)


def test_lengths_beyond_any_body_are_not_believed():
    track = squatting(1.6, 1.6)
    assert own_lengths(track, zeros(track), average(track), near=None, settings=UNTOLD).max() <= 1.2


def test_where_nobody_is_seen_lengths_are_the_average_ones():
    track = np.full((4, 6, 2), np.nan)
    np.testing.assert_allclose(own_lengths(track, zeros(track), np.ones((4, 4)), near=None, settings=UNTOLD), 1.0)
    np.testing.assert_allclose(
        own_lengths(track[:0], zeros(track)[:0], np.ones((0, 4)), near=None, settings=UNTOLD), 1.0
    )


def knee_deg(points, leg):
    thigh, shank = points[:, 2 + 3 * leg] - points[:, 1 + 3 * leg], points[:, 3 + 3 * leg] - points[:, 2 + 3 * leg]
    return np.degrees(np.arctan2(thigh[:, 0], -thigh[:, 1]) - np.arctan2(shank[:, 0], -shank[:, 1]))


def squatting_and_turning(ahead, n=150):
    """A split squat whose pelvis turns on the way down: one hip comes forward by as much as the other goes back."""
    depth = np.linspace(0.0, 1.0, n)
    bends = zip(20 + 50 * depth, -10 + 5 * depth, np.zeros(n), -45 - 35 * depth, strict=True)
    points = both_hips(np.concatenate([figure(*bend, n=1) for bend in bends]))
    points[:, 1, 0] += ahead * depth
    points[:, 4, 0] -= ahead * depth
    points[:, 2], points[:, 5] = meeting(points[:, 1], points[:, 3]), meeting(points[:, 4], points[:, 6])
    return points


@pytest.mark.parametrize("ahead", [0.04, -0.04])
def test_a_pelvis_that_turns_does_not_bend_the_knees(ahead):
    exact = squatting_and_turning(ahead)
    track = as_landmarks(exact)
    found = joints(track, zeros(track), near=None, settings=PLAIN)
    stiff = joints(track, zeros(track), near=None, settings=replace(PLAIN, turn_sd=1e-4))
    off = [np.abs(knee_deg(found, leg) - knee_deg(exact, leg)).max() for leg in (0, 1)]
    stiff_off = [np.abs(knee_deg(stiff, leg) - knee_deg(exact, leg)).max() for leg in (0, 1)]
    assert max(off) < 0.8 * max(stiff_off)
    turn = 0.5 * (found[:, 1, 0] - found[:, 4, 0])
    assert 0.25 < (turn[-1] - turn[0]) / ahead < 1.1


def meeting(hip, ankle, thigh=0.8, shank=0.85):
    """Knees in front of the line from hip to ankle."""
    line = ankle - hip
    far = np.linalg.norm(line, axis=1)
    along = (far**2 + thigh**2 - shank**2) / (2 * far)
    across = np.sqrt(thigh**2 - along**2)
    way = line / far[:, None]
    return hip + along[:, None] * way + across[:, None] * np.stack([-way[:, 1], way[:, 0]], axis=1)


@pytest.mark.parametrize("leg", [0, 1])
def test_a_knee_that_the_whole_take_reads_too_far_down_is_brought_back(leg):
    track = squatting(1.0, 1.0)
    exact = both_hips(track.copy())
    thigh = track[:, 1] - track[:, 2 + 2 * leg]
    track[:, 2 + 2 * leg] -= 0.06 * thigh / np.linalg.norm(thigh, axis=1, keepdims=True)
    found = joints(track, zeros(track), near=None, settings=PLAIN)
    off = knee_deg(found, leg) - knee_deg(exact, leg)
    assert np.ptp(off) < 1.0
    assert np.abs(off).max() < 4.0


def test_hips_that_the_turning_pelvis_draws_back_are_put_right():
    exact = squatting_and_turning(0.04)
    track = as_landmarks(exact)
    track[:, 1, 0] -= 0.4 * 0.5 * (exact[:, 1, 0] - exact[:, 4, 0])
    told = joints(track, zeros(track), near=0, settings=replace(PLAIN, hip_turn=0.4))
    untold = joints(track, zeros(track), near=0, settings=PLAIN)
    off, more = (np.abs(0.5 * (f[:, 1] + f[:, 4]) - 0.5 * (exact[:, 1] + exact[:, 4]))[-1, 0] for f in (told, untold))
    assert off < 0.7 * more


def test_the_near_leg_looks_longer_and_a_rear_thigh_shorter():
    settings = replace(PLAIN, near_far=0.03, thigh_turned=0.05)
    in_front = np.array([[1.0, 0.0]])
    split = segment_lengths(figure(n=1), in_front, 0, settings)[0]
    np.testing.assert_allclose(split, [0.8 * 1.03 * 1.05, 0.85 * 1.03, 0.8 * 0.97 * 0.95, 0.85 * 0.97])
    straight = segment_lengths(figure(10.0, -20.0, 10.0, -20.0, n=1), in_front, 0, settings)[0]
    np.testing.assert_allclose(straight, [0.8 * 1.03, 0.85 * 1.03, 0.8 * 0.97, 0.85 * 0.97])
