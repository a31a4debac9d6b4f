"""Hand-posed figures: one for every sign of SCIENCE section 2."""

import numpy as np
import pytest

from screening.core.skeleton import INDEX
from screening.core.vocabulary import Side
from screening.kinematics import limbs, pelvis, spine
from screening.kinematics.frames import PlanePoints

BOTH = pytest.mark.parametrize("side", list(Side))


def pose(axes=2, **points):
    position = np.full((1, 33, axes), np.nan)
    for name, point in points.items():
        position[0, INDEX[name]] = point
    return PlanePoints(position=position, sd=np.zeros((1, 33)))


def sagittal(side, *, hip=(0.0, 1.0), knee, ankle=(0.0, 0.0), heel=(-0.05, 0.0), toe=(0.15, 0.0), shoulder=(0.0, 1.5)):
    s = side.value
    hips = {f"{x}_hip": hip for x in ("left", "right")} | {f"{x}_shoulder": shoulder for x in ("left", "right")}
    return pose(**hips, **{f"{s}_knee": knee, f"{s}_ankle": ankle, f"{s}_heel": heel, f"{s}_foot_index": toe})


@BOTH
def test_knee_and_hip_flexion_are_positive_when_bent(side):
    sitting = sagittal(side, hip=(0.0, 0.5), knee=(0.4, 0.5), ankle=(0.4, 0.0), shoulder=(0.0, 1.0))
    assert limbs.knee_flexion_deg(sitting, side) == pytest.approx(90)
    assert limbs.hip_flexion_deg(sitting, side) == pytest.approx(90)
    assert limbs.thigh_inclination_deg(sitting, side) == pytest.approx(90)


@BOTH
def test_straight_leg_is_zero_and_thigh_behind_is_extension(side):
    straight = sagittal(side, knee=(0.0, 0.5))
    assert limbs.knee_flexion_deg(straight, side) == pytest.approx(0)
    assert limbs.hip_flexion_deg(straight, side) == pytest.approx(0)
    behind = sagittal(side, knee=(-0.25, 0.567), ankle=(-0.5, 0.134))
    assert limbs.hip_flexion_deg(behind, side) == pytest.approx(-30, abs=0.1)


@BOTH
def test_leaning_the_trunk_forward_adds_to_hip_flexion(side):
    leaning = sagittal(side, knee=(0.0, 0.5), shoulder=(0.5, 1.5))
    assert spine.trunk_forward_lean_deg(leaning) == pytest.approx(45)
    assert limbs.hip_flexion_deg(leaning, side) == pytest.approx(45)


@BOTH
def test_knee_over_the_toes_is_dorsiflexion(side):
    upright = sagittal(side, knee=(0.0, 0.5))
    forward = sagittal(side, knee=(0.5, 0.5))
    change = limbs.ankle_dorsiflexion_deg(forward, side) - limbs.ankle_dorsiflexion_deg(upright, side)
    assert change == pytest.approx(45)
    flat_foot = sagittal(side, knee=(0.0, 0.5), toe=(0.15, -0.0175))
    assert limbs.ankle_dorsiflexion_deg(flat_foot, side) == pytest.approx(0, abs=0.1)


def frontal(side, *, knee_inward):
    """Straight legs seen in the frontal plane, (to the person's left, up); one knee moved towards the midline."""
    sign = 1.0 if side is Side.LEFT else -1.0
    points = {"left_hip": (0.1, 1.0), "right_hip": (-0.1, 1.0)}
    points |= {f"{side.value}_knee": (sign * (0.1 - knee_inward), 0.5), f"{side.value}_ankle": (sign * 0.1, 0.0)}
    return pose(**points)


@BOTH
def test_knee_towards_the_midline_is_positive(side):
    inward = frontal(side, knee_inward=0.05)
    assert limbs.knee_fppa_deg(inward, side) == pytest.approx(2 * np.degrees(np.arctan(0.1)))
    assert limbs.hip_adduction_deg(inward, side) == pytest.approx(np.degrees(np.arctan(0.1)))
    assert limbs.knee_fppa_deg(frontal(side, knee_inward=-0.05), side)[0] < 0


def test_left_hip_up_is_positive_obliquity_and_adducts_the_left_thigh():
    level = pose(left_hip=(0.1, 1.0), right_hip=(-0.1, 1.0), left_knee=(0.1, 0.5), right_knee=(-0.1, 0.5))
    up = pose(left_hip=(0.1, 1.02), right_hip=(-0.1, 0.98), left_knee=(0.1, 0.52), right_knee=(-0.1, 0.48))
    both = PlanePoints(position=np.concatenate([level.position, up.position]), sd=np.zeros((2, 33)))
    assert pelvis.pelvic_obliquity_deg(both, (0,)) == pytest.approx([0, np.degrees(np.arctan(0.2))])
    assert limbs.hip_adduction_deg(both, Side.LEFT)[1] > 0 > limbs.hip_adduction_deg(both, Side.RIGHT)[1]


def test_leaning_to_the_left_is_positive():
    left = pose(left_hip=(0.1, 1), right_hip=(-0.1, 1), left_shoulder=(0.7, 1.5), right_shoulder=(0.3, 1.5))
    assert spine.trunk_lateral_lean_deg(left) == pytest.approx(45)


@BOTH
def test_foot_outward_of_a_bent_knee_is_internal_rotation(side):
    """Sitting, shank hanging; the foot swings outward: the hip turns inward (axes anterior, up, right)."""
    out = -1.0 if side is Side.LEFT else 1.0
    seated = {"left_hip": (0, 0.5, -0.1), "right_hip": (0, 0.5, 0.1)}
    z = 0.1 * out

    def at(swing_deg):
        swing = np.radians(swing_deg)
        ankle = (0.4, 0.5 - 0.4 * np.cos(swing), z + out * 0.4 * np.sin(swing))
        points = pose(3, **seated, **{f"{side.value}_knee": (0.4, 0.5, z), f"{side.value}_ankle": ankle})
        return limbs.hip_internal_rotation_deg(points, side)[0]

    assert at(0) == pytest.approx(0, abs=1e-9)
    assert at(25) == pytest.approx(25)
    assert at(-25) == pytest.approx(-25)


@BOTH
def test_rotation_is_not_read_near_a_straight_knee(side):
    z = -0.1 if side is Side.LEFT else 0.1
    nearly = {f"{side.value}_knee": (0.1, 0.6, z), f"{side.value}_ankle": (0.1, 0.2, z)}
    points = pose(3, left_hip=(0, 1, -0.1), right_hip=(0, 1, 0.1), **nearly)
    assert np.isnan(limbs.hip_internal_rotation_deg(points, side)).all()


def test_pelvis_shift_is_zero_over_the_rear_foot_and_hundred_over_the_front_foot():
    feet = {"left_ankle": (0.6, 0), "left_foot_index": (0.6, 0), "right_ankle": (0, 0), "right_foot_index": (0, 0)}
    for x, expected in ((0.0, 0), (0.3, 50), (0.6, 100)):
        hips = {f"{s}_hip": (x, 0.8) for s in ("left", "right")} | {
            f"{s}_shoulder": (x, 1.3) for s in ("left", "right")
        }
        assert pelvis.pelvis_shift_pct(pose(**feet, **hips)) == pytest.approx(expected)


def test_feet_together_have_no_shift():
    feet = {f"{s}_{p}": (0.0, 0.0) for s in ("left", "right") for p in ("ankle", "foot_index")}
    hips = {f"{s}_hip": (0, 0.8) for s in ("left", "right")} | {f"{s}_shoulder": (0, 1.3) for s in ("left", "right")}
    assert np.isnan(pelvis.pelvis_shift_pct(pose(**feet, **hips))).all()


@BOTH
def test_shank_over_a_flat_foot_is_dorsiflexion(side):
    forward = sagittal(side, knee=(0.5, 0.5))
    assert limbs.wall_dorsiflexion_deg(forward, side) == pytest.approx(45)
    # The foot's own line does not matter there.
    raised = sagittal(side, knee=(0.5, 0.5), heel=(-0.05, 0.2))
    assert limbs.wall_dorsiflexion_deg(raised, side) == pytest.approx(45)


@BOTH
def test_a_seated_foot_outward_is_internal_rotation(side):
    # (to the person's left, up): outward is left for the left leg.
    outward = 1.0 if side is Side.LEFT else -1.0
    s = side.value
    out, inside = (pose(**{f"{s}_knee": (0.0, 0.5), f"{s}_ankle": (x * outward, 0.0)}) for x in (0.5, -0.5))
    assert limbs.seated_hip_rotation_deg(out, side) == pytest.approx(45)
    assert limbs.seated_hip_rotation_deg(inside, side) == pytest.approx(-45)
