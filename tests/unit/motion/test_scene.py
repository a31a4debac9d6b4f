from dataclasses import replace

import numpy as np
import pytest

from screening import pipeline
from screening.core.errors import WrongViewError
from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.skeleton import INDEX
from screening.core.vocabulary import Frame, View
from screening.motion.scene import camera_roll, describe, heading_deg, level, quiet_standing, to_body, view_of
from tests import figure

SETTINGS = DEFAULTS.scene
BODY = figure.body(figure.Motion(reps=2))


def scene(heading=0.0, *, flipped=False, edge_roll_deg=0.0, **told):
    raw = figure.raw_pose(figure.film(BODY, heading), edge_roll_deg=edge_roll_deg)
    return describe(raw, TakeOptions(**told), container_flipped=flipped, settings=SETTINGS)


def turned(seq, degrees):
    """Content turned clockwise as seen in the picture, about its origin."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = np.eye(seq.frame.axes)
    turn[:2, :2] = [[c, -s], [s, c]]
    return replace(seq, position=seq.position @ turn.T)


@pytest.mark.parametrize(
    ("heading", "view", "facing"),
    [
        (0, View.FRONT, 0),
        (15, View.FRONT, 0),
        (45, View.OBLIQUE, 1),
        (90, View.RIGHT, 1),
        (115, View.RIGHT, 1),
        (140, View.OBLIQUE, 1),
        (179, View.BACK, 0),
        (-165, View.BACK, 0),
        (-90, View.LEFT, -1),
        (-45, View.OBLIQUE, -1),
    ],
)
def test_heading_view_and_facing_are_those_of_the_camera(heading, view, facing):
    found = scene(heading)
    assert found.heading_deg == pytest.approx(heading, abs=0.01)
    assert (found.view, found.view_source, found.facing) == (view, "picture", facing)
    assert view_of(-heading, SETTINGS) is view.mirrored


def test_heading_does_not_break_where_the_circle_closes():
    worlds = [figure.film(BODY, h).world for h in (179, -179)]
    assert abs(heading_deg(worlds)[0]) == pytest.approx(180, abs=0.01)


@pytest.mark.parametrize(("told", "heading"), [(View.LEFT, 90), (View.FRONT, 180), (View.BACK, -90), (View.RIGHT, 0)])
def test_a_declared_view_that_cannot_be_is_asked_back(told, heading):
    with pytest.raises(WrongViewError, match=f"declared as a {told} view") as refused:
        scene(heading, view=told)
    assert all(refused.value.lines)


def test_a_declared_view_stands_where_the_picture_is_in_doubt():
    found = scene(-45, view=View.LEFT)
    assert (found.view, found.view_source) == (View.LEFT, "told")
    assert scene(30, view=View.OBLIQUE).view is View.OBLIQUE


@pytest.mark.parametrize(
    ("told", "flipped", "mirrored", "source"),
    [
        (None, False, False, "assumed"),
        (None, True, False, "container"),
        (True, False, True, "told"),
        (False, False, False, "told"),
        (False, True, False, "told"),
    ],
)
def test_mirroring_is_told_or_assumed_and_never_guessed_silently(told, flipped, mirrored, source):
    found = scene(mirrored=told, flipped=flipped)
    assert (found.mirrored, found.mirrored_source) == (mirrored, source)


@pytest.mark.parametrize("degrees", [-6.0, 4.0])
@pytest.mark.parametrize("heading", [0, 180])
def test_roll_of_the_standing_body_is_positive_clockwise_and_levelling_takes_it_out(degrees, heading):
    upright = figure.film(BODY, heading)
    rolled = replace(upright, image=turned(upright.image, degrees), world=turned(upright.world, degrees))
    raw = figure.raw_pose(rolled, edge_roll_deg=float("nan"))
    view = View.FRONT if heading == 0 else View.BACK
    roll, source = camera_roll(raw, view, SETTINGS)
    assert source == "standing"
    assert roll == pytest.approx(degrees, abs=0.6)
    for kind in ("image", "world"):
        back = level(getattr(rolled, kind), degrees)
        np.testing.assert_allclose(back.position, getattr(upright, kind).position, atol=1e-9)
    nose, heel = rolled.image.point("nose")[0], rolled.image.midpoint("left_heel", "right_heel")[0]
    assert np.sign((nose - heel)[0]) == np.sign(degrees)  # clockwise: the head goes to the right


def test_edges_come_before_the_body_and_a_side_view_has_no_body_to_ask():
    raw = figure.raw_pose(figure.film(BODY, 0.0), edge_roll_deg=3.5)
    assert camera_roll(raw, View.FRONT, SETTINGS) == (3.5, "edges")
    side = figure.raw_pose(figure.film(BODY, 90.0), edge_roll_deg=float("nan"))
    assert camera_roll(side, View.RIGHT, SETTINGS) == (0.0, "assumed")


def test_levelling_by_nothing_changes_nothing_and_body_axes_are_level_already():
    run = figure.film(BODY, 0.0)
    assert level(run.image, 0.0) is run.image
    with pytest.raises(ValueError, match="level already"):
        level(to_body(run.world, 0.0), 2.0)
    with pytest.raises(ValueError, match="needs CAMERA_M"):
        to_body(run.image, 0.0)


@pytest.mark.parametrize("heading", [0, 90, 180, -90, 37])
def test_body_axes_are_those_of_the_person_whatever_the_camera(heading):
    found = to_body(figure.film(BODY, heading).world, heading)
    middle = 0.5 * (BODY[:, [INDEX["left_hip"]]] + BODY[:, [INDEX["right_hip"]]])
    assert found.frame is Frame.BODY_M
    np.testing.assert_allclose(found.position, BODY - middle, atol=1e-9)
    assert found.point("right_shoulder")[0, 2] > found.point("left_shoulder")[0, 2]


def test_quiet_standing_is_the_first_stretch_at_rest():
    image = figure.film(BODY, 180.0).image
    start, end = quiet_standing(image, 210.0, SETTINGS)
    assert start == 0
    assert end == pytest.approx(30, abs=6)
    swaying = image.position + 60 * np.sin(np.arange(image.n_frames) / 3)[:, None, None]
    assert quiet_standing(replace(image, position=swaying), 210.0, SETTINGS) is None


@pytest.mark.parametrize(("heading", "swing", "turns"), [(45, 3, False), (45, 14, True), (0, 8, True), (90, 14, False)])
def test_somebody_who_turns_is_noticed_where_the_plane_of_the_picture_matters(heading, swing, turns):
    one, other = (figure.film(BODY, heading + k * swing) for k in (-1, 1))
    half = len(BODY) // 2
    joined = figure.variant(
        np.concatenate([one.image.position[:half], other.image.position[half:]]),
        np.concatenate([one.world.position[:half], other.world.position[half:]]),
    )
    raw, recording = figure.raw_pose(joined), figure.recording(len(BODY))
    assert describe(raw, TakeOptions(), container_flipped=False, settings=SETTINGS).turns is turns
    table = pipeline.interpret(raw, recording, options=TakeOptions(movement="free")).angle_table
    withheld = {name for name, reason in table.reason.items() if reason == "reason.person_turns"}
    assert bool(withheld) is turns
    assert all(np.isnan(table.column(name)).all() for name in withheld)
