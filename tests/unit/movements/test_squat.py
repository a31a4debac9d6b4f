"""Squats and standing up from a chair: repetitions, phases, reference and metrics of a posable figure."""

import numpy as np
import pytest

from screening.core.errors import NoRepetitionError
from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.vocabulary import Observability, Phase, View
from screening.movements.cycles import find_cycles, seated_start
from screening.pipeline import interpret
from tests import figure

FPS = figure.FPS
RIGHT_FOOT = [figure.INDEX[f"right_{part}"] for part in ("ankle", "heel", "foot_index")]


def take(points, heading, *, movement="squat", noise_px=1.5, **options):
    run = figure.film(points, heading, noise_px=noise_px, seed=4)
    return interpret(
        figure.raw_pose(run), figure.recording(len(points)), options=TakeOptions(movement=movement, **options)
    )


@pytest.mark.parametrize(("heading", "view"), [(0, "front"), (-30, "oblique"), (45, "oblique"), (90, "right")])
@pytest.mark.parametrize("reps", [1, 3])
@pytest.mark.parametrize("seated_first", [True, False])
def test_standing_up_from_a_chair_is_counted(heading, view, reps, seated_first):
    points = figure.side_by_side(figure.sits(reps=reps, seated_first=seated_first))
    result = take(points, heading)
    assert result.scene.view == view
    assert [r.used for r in result.timeline.repetitions] == [True] * reps


def test_somebody_seated_first_begins_at_the_bottom_and_the_zero_is_taken_standing():
    points = figure.side_by_side(figure.sits(reps=2))
    timeline = take(points, -45).timeline
    first, second = timeline.repetitions
    assert (first.start, first.bottom_start) == (0, 1)
    assert first.bottom_start <= first.bottom < first.bottom_end < first.end < second.start
    assert first.bottom_end / FPS == pytest.approx(1.9, abs=0.4)  # seated for 1 s, leaning forward for half a second
    seen = [p for p, before in zip(timeline.phase, (None, *timeline.phase[:-1]), strict=True) if p is not before]
    rep = [Phase.DESCENT, Phase.BOTTOM, Phase.ASCENT, Phase.TOP]
    assert seen[:8] == [*rep, *rep]
    assert {timeline.phase[k] for k in timeline.reference} == {Phase.TOP}
    assert second.start - FPS <= min(timeline.reference) < second.start
    assert Phase.STAND not in timeline.phase[: first.end]


def test_one_rise_from_a_seat_has_its_zero_at_its_end():
    angles = {name: track[: round(3.2 * FPS)] for name, track in figure.sits(reps=1).items()}
    timeline = take(figure.side_by_side(angles), -45).timeline
    (only,) = timeline.repetitions
    assert timeline.reference[-1] <= only.end
    assert timeline.signal_pct[list(timeline.reference)].min() > -8.0


def test_what_was_not_filmed_of_the_first_way_down_is_not_measured():
    result = take(figure.side_by_side(figure.sits(reps=3)), 90)
    found = {m.key: m for m in result.measurements}
    for key in ("descent_s", "trunk_forward_lean_deg"):
        assert np.isnan(found[key].per_rep[0])
        assert np.isfinite(found[key].per_rep[1:]).all()
    assert np.isfinite(found["depth_left_deg"].per_rep).all()
    assert found["descent_s"].value == pytest.approx(1.0, abs=0.5)


def test_a_take_that_begins_in_the_middle_of_a_squat_does_not_count_it():
    angles = figure.squats(reps=3)
    begun = {name: track[round(2.15 * FPS) :] for name, track in angles.items()}
    assert begun["thigh"][0] == pytest.approx(78.0, abs=6.0)
    assert len(take(figure.side_by_side(begun), 20).timeline.repetitions) == 2


def test_a_seat_much_higher_than_the_squats_is_none():
    time_s = np.arange(300) / FPS
    height = np.zeros(300)
    height[:40] = -15.0
    for k in (120, 220):
        height[k - 25 : k + 25] = -60.0 * 0.5 * (1 + np.cos(np.pi * np.arange(-25, 25) / 25))
    cycles = find_cycles(height, time_s, DEFAULTS.movement)
    assert len(cycles) == 2
    assert seated_start(height, time_s, cycles, DEFAULTS.movement) is None


def test_holding_the_bottom_is_one_repetition_and_raised_arms_are_none():
    share = figure.holds(3, out_s=1.0, hold_s=3.0, rest_s=0.5)
    angles = {"thigh": 70.0 * share, "shank": -25.0 * share, "lean": 35.0 * share}
    reps = take(figure.side_by_side(angles), -30).timeline.repetitions
    assert [r.used for r in reps] == [True] * 3
    assert all((r.bottom_end - r.bottom_start) / FPS > 2.8 for r in reps)
    points = figure.side_by_side(figure.squats(reps=2, arms_s=3.0))
    raised = np.zeros(len(points))
    raised[30:90] = np.sin(np.pi * np.arange(60) / 60)
    arms = [k for name, k in figure.INDEX.items() if "wrist" in name or "elbow" in name]
    points[:, arms, 1] += 0.6 * raised[:, None]
    assert len(take(points, 20).timeline.repetitions) == 2


@pytest.mark.parametrize("view", [None, View.FRONT, View.OBLIQUE])
def test_an_oblique_front_view_is_not_refused_whatever_it_was_called(view):
    result = take(figure.side_by_side(figure.squats(reps=2)), 30, view=view)
    assert len(result.timeline.repetitions) == 2
    assert result.angle_table.observability["knee_flexion_left_deg"] is Observability.TREND
    assert np.isfinite(result.angle_table.column("knee_flexion_left_deg")).all()


def test_free_gives_the_same_angles_without_repetitions():
    points = figure.side_by_side(figure.sits(reps=1))
    squat, free = (take(points, -40, movement=m) for m in ("squat", "free"))
    assert not free.timeline.repetitions
    for name in ("knee_flexion_left_deg", "hip_flexion_right_deg", "trunk_forward_lean_deg"):
        np.testing.assert_allclose(free.angle_table.column(name), squat.angle_table.column(name))
    assert 0 not in free.timeline.reference  # seated is no zero


def test_sitting_still_is_no_squat():
    angles = {"thigh": np.full(90, 88.0), "shank": np.zeros(90), "lean": np.zeros(90)}
    with pytest.raises(NoRepetitionError, match="never go down"):
        take(figure.side_by_side(angles), 45)


def test_hips_that_were_not_seen_are_not_seated():
    time_s = np.arange(120) / FPS
    height = np.zeros(120)
    height[:60] = -40.0
    height[60:90] = -40.0 * (1 - np.arange(30) / 30)
    assert seated_start(height, time_s, [], DEFAULTS.movement) is not None
    height[:45] = np.nan
    assert seated_start(height, time_s, [], DEFAULTS.movement) is None


def walks(reps):
    """Squats of somebody who takes a step with the right foot on each way down and up."""
    angles = figure.squats(reps=reps)
    points = figure.side_by_side(angles)
    ahead = 0.6 * angles["thigh"] / angles["thigh"].max()
    points[:, RIGHT_FOOT, 0] += ahead[:, None]
    return points


@pytest.mark.parametrize("heading", [0, 45, 90])
def test_walking_is_no_squat(heading):
    with pytest.raises(NoRepetitionError, match="looks like walking"):
        take(walks(3), heading)


def test_a_step_between_two_squats_costs_neither():
    points = figure.side_by_side(figure.squats(reps=2))
    half = len(points) // 2 + round(0.5 * FPS)
    points[half:, RIGHT_FOOT, 2] += 0.15
    assert [r.used for r in take(points, 20).timeline.repetitions] == [True] * 2
