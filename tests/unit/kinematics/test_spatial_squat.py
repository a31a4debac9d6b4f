"""Legs in space of somebody whose feet stay side by side: a figure with exact angles, filmed from the front side."""

from dataclasses import replace

import numpy as np
import pytest

from screening.core.settings import DEFAULTS, SpatialSettings, TakeOptions
from screening.core.skeleton import INDEX
from screening.core.vocabulary import Observability, Plane, Posture, Side
from screening.kinematics import registry
from screening.kinematics.spatial_squat import feet_stay, planted_points
from screening.pipeline import interpret
from tests import figure

#: The figure's camera is level and longer than a phone's, and its network has no bias.
KNOWN = replace(
    DEFAULTS, joints=replace(DEFAULTS.joints, in_space=SpatialSettings(focal=3.5 * 420.0 / 1280.0, pitch_bias_deg=0.0))
)
MOVES = {
    "squat": figure.squats(reps=1),
    "chair": figure.sits(reps=1),
    "chair, standing first": figure.sits(reps=1, seated_first=False),
}


def take(points, heading, *, noise_px=1.0, depth=1.0):
    """A take; `depth`: the share of the depth along the line of sight that the network sees."""
    runs = []
    for seed in (1, 2):
        run = figure.film(points, heading, noise_px=noise_px, seed=seed)
        runs.append(figure.variant(run.image.position, run.world.position * [1.0, 1.0, depth]))
    options = TakeOptions(movement="squat")
    return interpret(figure.raw_pose(*runs), figure.recording(len(points)), options=options, settings=KNOWN)


def worst(result, name, wanted):
    return float(np.nanmax(np.abs(result.angle_table.column(name) - wanted)))


@pytest.mark.parametrize("heading", [0, -30, 45])
@pytest.mark.parametrize("name", list(MOVES))
def test_knees_follow_the_truth_from_the_front_and_obliquely(name, heading):
    angles = MOVES[name]
    result = take(figure.side_by_side(angles), heading)
    knee = angles["thigh"] - angles["shank"]
    for side in Side:
        column = f"knee_flexion_{side}_deg"
        error = result.angle_table.column(column) - knee
        assert np.sqrt(np.mean(error**2)) < 3.5
        assert np.abs(error[knee > 40.0]).max() < 6.0
        assert result.angle_table.observability[column] is Observability.TREND
        assert np.mean(np.abs(error) < 2.0 * result.angle_table.column_sd(column)) > 0.95


def test_obliquely_hip_thigh_and_trunk_are_told_too_but_not_from_the_front():
    angles = MOVES["squat"]
    points = figure.side_by_side(angles)
    oblique, front = take(points, -40).angle_table, take(points, 5).angle_table
    wanted = {
        "thigh_inclination_left_deg": angles["thigh"],
        "hip_flexion_right_deg": angles["thigh"] + angles["lean"],
        "trunk_forward_lean_deg": angles["lean"],
    }
    for name, truth in wanted.items():
        assert np.sqrt(np.mean((oblique.column(name) - truth) ** 2)) < 4.0
        assert front.observability[name] is Observability.NONE
        assert np.isnan(front.column(name)).all()


def test_depth_that_the_network_does_not_see_costs_little():
    """With a third of the depth missing, world landmarks alone would lose 20 deg at the bottom."""
    angles = MOVES["squat"]
    knee = angles["thigh"] - angles["shank"]
    result = take(figure.side_by_side(angles), 10, depth=0.65)
    assert worst(result, "knee_flexion_left_deg", knee) < 14.0
    deep = knee > 80.0
    assert np.abs(result.angle_table.column("knee_flexion_left_deg") - knee)[deep].max() < 5.0


def test_mirrored_take_gives_the_mirrored_angles():
    one_side = dict(MOVES["squat"])
    points = figure.side_by_side(one_side)
    run = figure.film(points, -25, noise_px=1.5, seed=3)
    raw, mirror = figure.raw_pose(run), figure.raw_pose(figure.mirrored(run))
    options = TakeOptions(movement="squat")
    here, there = (interpret(r, figure.recording(len(points)), options=options).angle_table for r in (raw, mirror))
    for side in Side:
        a, b = here.column(f"knee_flexion_{side}_deg"), there.column(f"knee_flexion_{side.other}_deg")
        assert np.abs(a - b).max() < 0.05


def motion_of(points, heading, **changed):
    """What the registry gets of a take without noise."""
    seen = []
    compute = registry.compute

    def listen(motion, **known):
        seen.append(motion)
        return compute(motion, **known)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "compute", listen)
        take(points, heading, noise_px=0.0)
    return replace(seen[0], **changed)


def test_a_point_that_was_not_seen_leaves_its_frames_empty():
    motion = motion_of(figure.side_by_side(MOVES["squat"]), -30)
    position = motion.image.position.copy()
    position[40:50, INDEX["left_knee"]] = np.nan
    hidden = replace(motion, image=replace(motion.image, position=position))
    for track in planted_points(hidden, KNOWN.joints.in_space)[Plane.SAGITTAL].position[:, INDEX["right_knee"]].T:
        assert np.isnan(track[40:50]).all()
        assert np.isfinite(np.delete(track, np.s_[40:50])).all()


@pytest.mark.parametrize("heading", [180, 150, 90])
def test_it_is_for_people_who_face_the_camera(heading):
    motion = motion_of(figure.side_by_side(MOVES["squat"]), heading)
    assert planted_points(motion, KNOWN.joints.in_space) is None


def test_a_step_ends_it_and_so_does_a_stance_with_one_foot_in_front():
    settings = KNOWN.joints.in_space
    motion = motion_of(figure.side_by_side(MOVES["squat"]), 10)
    assert feet_stay(motion, settings)
    stepped = motion.image.position.copy()
    stepped[60:, [INDEX["left_ankle"], INDEX["left_heel"], INDEX["left_foot_index"]], 0] += 80.0
    assert not feet_stay(replace(motion, image=replace(motion.image, position=stepped)), settings)
    ahead = motion.body.position.copy()
    ahead[:, INDEX["left_ankle"], 0] += 0.4
    assert not feet_stay(replace(motion, body=replace(motion.body, position=ahead)), settings)
    assert planted_points(replace(motion, picture_px=None), settings) is None


def test_somebody_who_only_stands_shows_nothing_of_it():
    result = interpret(
        figure.raw_pose(figure.film(figure.standing(4.0), 10)),
        figure.recording(round(4.0 * figure.FPS)),
        options=TakeOptions(movement="free"),
    )
    assert result.angle_table.observability["knee_flexion_left_deg"] is Observability.NONE


def test_a_forward_lean_seen_from_aside_is_no_lateral_lean():
    result = take(figure.side_by_side(MOVES["squat"]), 15)
    lateral = result.angle_table.column("trunk_lateral_lean_deg")
    assert np.abs(lateral).max() < 2.5  # the picture shows 11 deg
    assert result.angle_table.observability["trunk_lateral_lean_deg"] is Observability.TREND


@pytest.mark.parametrize(
    "known", [{"posture": Posture.SEATED}, {"joints": replace(KNOWN.joints, of_the_network=False)}]
)
def test_people_who_sit_and_markers_of_others_are_read_in_their_own_way(known):
    motion = motion_of(figure.side_by_side(MOVES["squat"]), 10)
    here = {"reference": (0,), "lead": (None,) * motion.image.n_frames}
    name = "knee_flexion_left_deg"
    assert registry.compute(motion, **here).observability[name] is Observability.TREND
    assert registry.compute(motion, **here, **known).observability[name] is Observability.NONE


def test_swaying_shoulders_over_feet_that_stay_are_no_turn():
    points = figure.side_by_side(MOVES["squat"])
    sway = 0.25 * np.sin(np.linspace(0.0, 12.0, len(points)))
    points[:, INDEX["left_shoulder"], 0] += sway
    points[:, INDEX["right_shoulder"], 0] -= sway
    result = take(points, -35)
    assert result.scene.turns
    shown = result.angle_table.observability
    assert shown["knee_flexion_left_deg"] is Observability.TREND
    assert shown["ankle_dorsiflexion_left_deg"] is Observability.NONE
