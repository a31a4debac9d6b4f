"""The two legs of a short test compared in a screen."""

import functools

import pytest

from screening.core.screen import Person, TakeEntry
from screening.core.vocabulary import Quality, Side, Verdict
from screening.screens import MeasuredTake, assess
from tests import figure
from tests.unit.movements.test_short_tests import NEAR, SIDED, take

PAIRS = {
    "seated_internal_rotation_deg": ("seated_hip_rotation", figure.seated, "internal_deg", (45.0, 25.0)),
    "standing_hip_extension_deg": ("standing_hip_extension", figure.hip_extension, "back_deg", (24.0, 8.0)),
    "wall_dorsiflexion_deg": ("knee_to_wall", figure.at_the_wall, "bend_deg", (42.0, 26.0)),
    "pelvic_drop_deg": ("single_leg_stance", figure.one_leg, "drop_deg", (10.0, -8.0)),
}


@functools.cache
def filmed(metric, side, more):
    """A take of one leg that shows more or less."""
    movement, pose, name, values = PAIRS[metric]
    posed = pose(side, **{name: values[0] if more else values[1]})
    result = take(posed, SIDED[movement][1][side], movement, noise_px=1.5, quality=Quality.FAST)
    entry = TakeEntry(video=f"{side}.mp4", movement=movement, lead=side)
    return MeasuredTake(name=f"{movement}_{side}", entry=entry, result=result)


@functools.cache
def difference(metric, larger):
    """The comparison of both legs, `larger` the side that shows more; equal sides where None."""
    screen = assess(Person(code="A-1"), {}, [filmed(metric, side, side is larger) for side in Side])
    (found,) = [a for a in screen.asymmetries if a.metric == metric]
    return found, screen


@pytest.mark.parametrize("metric", PAIRS)
def test_a_large_difference_is_seen_on_its_side_with_its_size(metric):
    movement, _, _, (high, low) = PAIRS[metric]
    found, screen = difference(metric, Side.RIGHT)
    assert found.movement == movement
    assert found.n_left == found.n_right == 3
    assert found.difference == pytest.approx(high - low, abs=3.0)
    assert found.verdict in (Verdict.CLEAR, Verdict.POSSIBLE)
    assert found.larger_side is Side.RIGHT
    assert set(found.takes) == {f"{movement}_left", f"{movement}_right"}
    assert found.view == ("side" if SIDED[movement][1] is NEAR else found.view)
    assert any(metric in f.asymmetries for f in screen.findings)


@pytest.mark.slow
@pytest.mark.parametrize("metric", PAIRS)
def test_exchanging_the_legs_turns_the_difference(metric):
    a, b = difference(metric, Side.RIGHT)[0], difference(metric, Side.LEFT)[0]
    assert (a.larger_side, b.larger_side) == (Side.RIGHT, Side.LEFT)
    assert a.difference == pytest.approx(-b.difference, abs=2.5)


@pytest.mark.parametrize("metric", PAIRS)
def test_equal_legs_are_not_told_apart(metric):
    found, _ = difference(metric, None)
    assert found.verdict is Verdict.NOT_DISTINGUISHABLE
    assert found.larger_side is None
