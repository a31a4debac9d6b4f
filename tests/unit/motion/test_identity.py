from dataclasses import replace

import numpy as np
import pytest

from screening.core.skeleton import INDEX, leg_indices
from screening.core.vocabulary import Side, View
from screening.motion.identity import repair_legs
from tests import figure

SIDE_VIEWS = [(View.LEFT, -90.0, -1), (View.RIGHT, 90.0, 1)]
LEFT, RIGHT = leg_indices(Side.LEFT), leg_indices(Side.RIGHT)


def filmed(heading, lead, *, noise_px=1.5, reps=2):
    body = figure.body(figure.Motion(lead=lead, reps=reps))
    return tuple(figure.film(body, heading, noise_px=noise_px, seed=s) for s in (1, 2))


def exchanged(run, frames):
    """The run with left and right leg exchanged in some frames, in the picture and in space."""
    order = np.arange(33)
    order[LEFT], order[RIGHT] = RIGHT, LEFT
    swapped = {}
    for kind in ("image", "world"):
        seq = getattr(run, kind)
        position = seq.position.copy()
        position[frames] = position[frames][:, order]
        swapped[kind] = replace(seq, position=position)
    return replace(run, **swapped)


def bouts(n, share, seed):
    """Frames of random stretches, from one frame to two seconds, that cover about a share of all."""
    rng = np.random.default_rng(seed)
    frames = np.zeros(n, bool)
    while frames.mean() < share:
        start = rng.integers(n)
        frames[start : start + rng.choice([1, 2, 5, 20, 60])] = True
    return frames


def repair(runs, view, facing, **told):
    return repair_legs(runs, view=view, facing=facing, roll_deg=0.0, **{"told_lead": None, **told})


def assert_same_legs(found, truth):
    for a, b in zip(found, truth, strict=True):
        for kind in ("image", "world"):
            np.testing.assert_array_equal(getattr(a, kind).position, getattr(b, kind).position)


@pytest.mark.parametrize(("view", "heading", "facing"), SIDE_VIEWS)
@pytest.mark.parametrize("lead", list(Side))
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_exchanged_legs_are_put_right_in_every_frame_of_both_runs(view, heading, facing, lead, share):
    truth = filmed(heading, lead)
    n = truth[0].image.n_frames
    frames = [bouts(n, share, seed) for seed in (3, 4)]
    repaired = repair(tuple(exchanged(r, f) for r, f in zip(truth, frames, strict=True)), view, facing)
    assert repaired.lead is lead
    assert repaired.repaired_share == pytest.approx(np.mean(frames), abs=1e-9)
    assert_same_legs(repaired.variants, truth)


@pytest.mark.parametrize(("view", "heading", "facing"), SIDE_VIEWS)
@pytest.mark.parametrize("lead", list(Side))
@pytest.mark.parametrize("noise_px", [0.0, 4.0])
def test_what_was_right_is_never_exchanged(view, heading, facing, lead, noise_px):
    truth = filmed(heading, lead, noise_px=noise_px)
    repaired = repair(truth, view, facing)
    assert [v.image.history[-1].parameters["exchanged"] for v in repaired.variants] == [0, 0]
    assert repaired.repaired_share == 0
    assert_same_legs(repaired.variants, truth)


@pytest.mark.parametrize("view", [View.FRONT, View.BACK, View.OBLIQUE])
def test_views_in_which_the_legs_are_apart_are_not_touched(view):
    wrong = tuple(exchanged(r, slice(20, 60)) for r in filmed(0.0, Side.LEFT))
    repaired = repair_legs(wrong, view=view, facing=0, roll_deg=0.0, told_lead=None)
    assert repaired.variants is wrong
    assert (repaired.lead, repaired.certain) == (None, True)


@pytest.mark.parametrize(("view", "heading", "facing"), SIDE_VIEWS)
def test_a_mirrored_take_gives_the_mirrored_result(view, heading, facing):
    truth = filmed(heading, Side.LEFT)
    frames = [bouts(truth[0].image.n_frames, 0.4, seed) for seed in (5, 6)]
    wrong = tuple(exchanged(r, f) for r, f in zip(truth, frames, strict=True))
    there = repair(tuple(figure.mirrored(r) for r in wrong), view.mirrored, -facing)
    here = repair(wrong, view, facing)
    assert there.lead is here.lead.other
    assert there.evidence == pytest.approx(here.evidence, abs=1e-9)
    for a, b in zip(there.variants, here.variants, strict=True):
        np.testing.assert_allclose(a.image.position, figure.mirrored(b).image.position, atol=1e-9)
        np.testing.assert_allclose(a.world.position, figure.mirrored(b).world.position, atol=1e-9)


def test_a_leg_that_collapsed_onto_the_other_is_marked_as_unseen():
    truth = filmed(-90.0, Side.LEFT)
    lost = slice(50, 62)
    position = truth[0].image.position.copy()
    position[lost, RIGHT] = position[lost, LEFT] + 2.0
    broken = (replace(truth[0], image=replace(truth[0].image, position=position)), truth[1])
    repaired = repair(broken, View.LEFT, -1)
    valid = repaired.variants[0].image.valid
    assert not valid[lost][:, RIGHT].any()
    assert not repaired.variants[0].world.valid[lost][:, RIGHT].any()
    assert valid[lost][:, LEFT].all()
    assert valid[:50].all()
    assert valid[62:].all()
    assert repaired.variants[1].image.valid.all()


def test_the_floor_tells_a_far_front_leg_and_the_declaration_decides_the_labels():
    truth = filmed(-90.0, Side.RIGHT)
    seen = repair(truth, View.LEFT, -1)
    assert (seen.lead, seen.certain) == (Side.RIGHT, True)
    assert seen.evidence < 0
    told = repair(truth, View.LEFT, -1, told_lead=Side.LEFT)
    assert told.lead is Side.RIGHT
    ankle = INDEX["left_ankle"]
    np.testing.assert_array_equal(
        told.variants[0].image.position[:, ankle], truth[0].image.position[:, INDEX["right_ankle"]]
    )


def test_feet_side_by_side_are_left_alone():
    body = figure.body(figure.Motion(stride_m=0.0))
    runs = (figure.film(body, -90.0),)
    repaired = repair(runs, View.LEFT, -1)
    assert repaired.variants is runs
    assert (repaired.lead, repaired.certain) == (None, False)


def test_walking_feet_are_not_taken_for_a_stance():
    truth = filmed(-90.0, Side.LEFT)
    walked = []
    for run in truth:
        n = run.image.n_frames
        position = run.image.position.copy()
        position[..., 0] -= np.linspace(0, 1500, n)[:, None]  # the whole body moves on, facing left
        walked.append(replace(run, image=replace(run.image, position=position)))
    repaired = repair(tuple(walked), View.LEFT, -1)
    assert (repaired.lead, repaired.certain) == (None, False)
    assert all(v.image.valid.all() for v in repaired.variants)


def test_a_second_stance_elsewhere_has_its_own_places():
    truth = filmed(-90.0, Side.LEFT)
    moved = []
    for run in truth:
        n = run.image.n_frames
        parts = [run.image.position, run.image.position[:60] * np.nan, run.image.position + np.array([150.0, 0.0])]
        position = np.concatenate(parts)
        seen = np.full(position.shape[:2], 0.99)
        time_s = np.arange(len(position)) / run.image.fps
        image = replace(run.image, position=position, visibility=seen, time_s=time_s, valid=None, filled=None, sd=None)
        world = np.concatenate([run.world.position, run.world.position[:60], run.world.position])
        world = replace(run.world, position=world, visibility=seen, time_s=time_s, valid=None, filled=None, sd=None)
        moved.append(replace(run, image=image, world=world))
    repaired = repair(tuple(moved), View.LEFT, -1)
    assert repaired.lead is Side.LEFT
    valid = repaired.variants[0].image.valid
    assert valid[:n].all()
    assert valid[n + 60 :].all()


def test_a_leg_that_is_pulled_over_in_one_run_is_doubted_there():
    truth = filmed(-90.0, Side.LEFT)
    pulled = slice(50, 62)
    position = truth[0].image.position.copy()
    position[pulled, RIGHT] += [-40.0, 0.0]  # a fifth of the trunk towards the other foot
    broken = (replace(truth[0], image=replace(truth[0].image, position=position)), truth[1])
    repaired = repair(broken, View.LEFT, -1)
    sd = [v.image.sd for v in repaired.variants]
    assert (sd[0][pulled][:, RIGHT] > 15.0).all()
    assert sd[0][:50].max() < 5.0
    assert sd[1].max() < 5.0
    assert sd[0][pulled][:, LEFT].max() < 5.0


@pytest.mark.parametrize(("view", "heading", "facing"), [*SIDE_VIEWS, (View.FRONT, 0.0, 0)])
def test_a_leg_that_is_never_seen_harms_nobody(view, heading, facing):
    runs = []
    for run in filmed(heading, Side.LEFT):
        position = run.image.position.copy()
        position[:, RIGHT] = np.nan
        runs.append(replace(run, image=replace(run.image, position=position, valid=None)))
    repaired = repair(tuple(runs), view, facing)
    assert not repaired.certain or view is View.FRONT
    for before, after in zip(runs, repaired.variants, strict=True):
        np.testing.assert_array_equal(after.image.position, before.image.position)
