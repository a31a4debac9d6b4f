from dataclasses import replace

import numpy as np
import pytest

from screening.core.errors import NoRepetitionError, UsageError, WrongViewError
from screening.core.settings import TakeOptions
from screening.core.vocabulary import Phase, Side, View
from screening.movements import load, names
from screening.pipeline import interpret
from tests import figure


def take(body, heading, *, noise_px=0.0, **options):
    runs = [figure.film(body, heading, noise_px=noise_px, seed=s) for s in (1, 2)]
    return interpret(figure.raw_pose(*runs), figure.recording(len(body)), options=TakeOptions(**options))


@pytest.mark.parametrize("heading", [0, 180, 90, -90, 45, -45, 150])
@pytest.mark.parametrize("lead", list(Side))
@pytest.mark.parametrize("reps", [1, 4])
def test_repetitions_and_lead_are_exact_from_every_side(heading, lead, reps):
    result = take(figure.body(figure.Motion(lead=lead, reps=reps)), heading, noise_px=1.5)
    assert len(result.timeline.repetitions) == reps
    assert all(r.used and r.lead is lead for r in result.timeline.repetitions)
    assert result.timeline.lead is lead


@pytest.mark.parametrize("heading", [0, 180, 90, -90])
@pytest.mark.parametrize("lead", list(Side))
def test_a_declared_lead_that_is_not_in_front_is_a_question(heading, lead):
    body = figure.body(figure.Motion(lead=lead, reps=2))
    with pytest.raises(WrongViewError, match=f"The {lead.other} leg was declared .* shows the {lead} leg") as refused:
        take(body, heading, lead=lead.other)
    assert "?" in refused.value.hint
    assert take(body, heading, lead=lead).timeline.lead is lead


def test_phases_follow_each_other_and_the_bottom_is_the_deepest():
    result = take(figure.body(figure.Motion(reps=3)), -90)
    for rep in result.timeline.repetitions:
        assert rep.start < rep.bottom_start <= rep.bottom < rep.bottom_end < rep.end
        kinds = [p for k, p in enumerate(result.timeline.phase) if rep.start <= k < rep.end]
        order = [p for k, p in enumerate(kinds) if k == 0 or kinds[k - 1] is not p]
        assert order == [Phase.DESCENT, Phase.BOTTOM, Phase.ASCENT]
    cycle = figure.cycle(figure.Motion(reps=3))
    for rep in result.timeline.repetitions:
        assert cycle[rep.bottom] > 0.97
    assert result.timeline.reference
    assert all(result.timeline.phase[k] is Phase.TOP for k in result.timeline.reference)


def test_alternating_lunges_have_a_lead_for_every_repetition():
    bodies = [figure.body(figure.Motion(lead=lead, reps=1)) for lead in (Side.LEFT, Side.RIGHT, Side.LEFT, Side.RIGHT)]
    result = take(np.concatenate(bodies), 20)
    assert [r.lead for r in result.timeline.repetitions] == [Side.LEFT, Side.RIGHT, Side.LEFT, Side.RIGHT]
    assert result.timeline.lead is None


def test_shallow_repetition_is_found_but_does_not_count():
    deep, shallow = (figure.body(figure.Motion(reps=n, drop_m=d)) for n, d in ((3, 0.24), (1, 0.10)))
    result = take(np.concatenate([deep, shallow]), 180)
    assert [r.used for r in result.timeline.repetitions] == [True, True, True, False]
    assert result.timeline.repetitions[-1].reason == "reason.shallow"
    assert all(np.isnan(m.per_rep[-1]) for m in result.measurements)


def test_feet_side_by_side_are_not_a_split_squat_but_a_squat():
    body = figure.body(figure.Motion(stride_m=0.0))
    with pytest.raises(NoRepetitionError, match="side by side"):
        take(body, 0)
    assert len(take(body, 0, movement="squat").timeline.repetitions) == 3


def test_walking_is_not_taken_for_split_squats():
    t = np.arange(240) / figure.FPS
    body = np.repeat(figure.body(figure.Motion(reps=1))[:1], len(t), axis=0)
    body[..., 1] += 0.09 * np.cos(2 * np.pi * 1.8 * t)[:, None]
    for side, phase in ((Side.LEFT, 0.0), (Side.RIGHT, np.pi)):
        swing = 0.35 * np.sin(2 * np.pi * 0.9 * t + phase)
        for part, share in (("knee", 0.5), ("ankle", 1.0), ("heel", 1.0), ("foot_index", 1.0)):
            body[:, figure.INDEX[f"{side.value}_{part}"], 0] = swing * share
    with pytest.raises(NoRepetitionError):
        take(body, -90)


def test_standing_still_has_no_repetition():
    body = np.repeat(figure.body(figure.Motion(reps=1))[:1], 120, axis=0)
    with pytest.raises(NoRepetitionError, match="never go down"):
        take(body, 0, noise_px=1.0)
    free = take(body, 0, noise_px=1.0, movement="free")
    assert free.timeline.repetitions == ()
    assert len(free.timeline.reference) == pytest.approx(figure.FPS, abs=1)


def test_declared_lead_that_contradicts_the_floor_is_asked_back():
    body = figure.body(figure.Motion(lead=Side.LEFT))
    with pytest.raises(WrongViewError, match="right leg was declared"):
        take(body, -90, lead=Side.RIGHT)
    assert take(body, -90, lead=Side.LEFT).timeline.lead is Side.LEFT


def test_declared_view_that_contradicts_the_picture_is_asked_back():
    body = figure.body(figure.Motion())
    with pytest.raises(WrongViewError, match="declared as a front view"):
        take(body, 180, view=View.FRONT)
    assert take(body, 180, view=View.BACK).scene.view_source == "told"


def test_unknown_movement_lists_the_known_ones():
    assert {"split_squat", "squat", "free", "quiet_standing", "single_leg_stance"} < set(names())
    assert not {"base", "cycles", "limbs"} & set(names())
    with pytest.raises(UsageError, match="no movement called 'hop'"):
        load("hop")


def test_resampling_keeps_the_number_of_repetitions():
    body = figure.body(figure.Motion(reps=3))
    slow = body[::2]
    run = figure.film(slow, 180)
    from dataclasses import replace

    twice = [replace(s, time_s=np.arange(len(slow)) * 2 / figure.FPS) for s in (run.image, run.world)]
    run = replace(run, image=twice[0], world=twice[1])
    recording = replace(figure.recording(len(slow)), time_s=twice[0].time_s)
    assert len(interpret(figure.raw_pose(run, run), recording, options=TakeOptions()).timeline.repetitions) == 3


@pytest.mark.parametrize("heading", [0, 180, 90, -90])
def test_a_hand_that_holds_the_camera_costs_no_repetition(heading):
    body = figure.body(figure.Motion(reps=4))
    runs = [figure.film(body, heading, noise_px=1.5, seed=s) for s in (1, 2)]
    time_s = runs[0].image.time_s
    sway_px = 16.0 * np.sin(2 * np.pi * 1.1 * time_s) + 12.0 * np.sin(2 * np.pi * 1.9 * time_s + 1.0)
    shift_px = np.stack([np.zeros_like(sway_px), sway_px], axis=1)[:, None]
    moved = [replace(run, image=replace(run.image, position=run.image.position + shift_px)) for run in runs]

    def found(background_shift_px):
        raw = replace(figure.raw_pose(*moved), background_shift_px=np.full(len(body), background_shift_px))
        return interpret(raw, figure.recording(len(body)), options=TakeOptions()).timeline.repetitions

    assert [r.used for r in found(9.0)] == [True] * 4
    # It is the background that tells a hand from hips that go up and down by themselves.
    assert len(found(0.0)) != 4


def test_what_happens_after_a_set_however_fast_costs_no_repetition():
    set_of_four = figure.body(figure.Motion(reps=4))
    # The picture jumps from the end of one set to the standing before the next: faster than anybody moves.
    result = take(np.concatenate([set_of_four, set_of_four, set_of_four]), 180)
    assert len(result.timeline.repetitions) == 12
