"""The one place where the sign of a difference becomes a side."""

from dataclasses import replace

import pytest

from screening.core.intake import AnswerCondition
from screening.core.rules import About, Direction, Need, Rule, Sign, match
from screening.core.screen import Asymmetry
from screening.core.vocabulary import Side, Verdict

HIKE = Need(metric="hip_hike_deg", direction=Direction.LARGER, sign=Sign.POSITIVE)
DROP = Need(metric="hip_hike_deg", direction=Direction.SMALLER, sign=Sign.NEGATIVE)
ARCH = Need(metric="arch_deg", direction=Direction.LARGER, sign=Sign.POSITIVE)


def pair(metric, left, right, verdict=Verdict.CLEAR, movement="split_squat"):
    return Asymmetry(
        metric=metric, unit="deg", left=left, right=right, difference=right - left, ci95=(0, 0), mdc95=3, n_left=5,
        n_right=5, larger_side=Side.RIGHT if right > left else Side.LEFT, verdict=verdict, movement=movement,
    )  # fmt: skip


def swapped(a):
    return replace(a, left=a.right, right=a.left, difference=-a.difference, larger_side=a.larger_side.other)


def rule(**more):
    return Rule(key="k", link="pelvis", **more)


def test_a_hip_that_rises_on_one_side_and_sinks_a_little_on_the_other_is_a_rise_only():
    seen = pair("hip_hike_deg", -2.0, 8.0)
    assert HIKE.met_by(seen, Side.RIGHT)
    assert not HIKE.met_by(seen, Side.LEFT)
    assert not DROP.met_by(seen, Side.LEFT)
    assert not DROP.met_by(seen, Side.RIGHT)


def test_a_hip_that_sinks_more_on_one_side_is_a_drop_only():
    seen = pair("hip_hike_deg", -1.0, -9.0)
    assert DROP.met_by(seen, Side.RIGHT)
    assert not HIKE.met_by(seen, Side.LEFT)


@pytest.mark.parametrize("verdict", [Verdict.NOT_ASSESSED, Verdict.NOT_DISTINGUISHABLE])
def test_nothing_is_concluded_from_what_the_error_hides(verdict):
    assert not HIKE.met_by(pair("hip_hike_deg", -2.0, 8.0, verdict), Side.RIGHT)


def test_a_value_that_is_not_known_meets_nothing():
    nan = float("nan")
    seen = replace(pair("hip_hike_deg", 0.0, 1.0), left=nan, right=nan, difference=nan)
    assert not any(HIKE.met_by(seen, side) for side in Side)


def test_the_movement_counts_where_it_is_named():
    need = Need(metric="pelvic_drop_deg", direction=Direction.LARGER, movement="single_leg_stance")
    assert not need.met_by(pair("pelvic_drop_deg", 1, 9), Side.RIGHT)
    assert need.met_by(pair("pelvic_drop_deg", 1, 9, movement="single_leg_stance"), Side.RIGHT)


def test_swapped_values_swap_the_side():
    both = [pair("hip_hike_deg", -2.0, 8.0), pair("arch_deg", 5.0, 13.0)]
    r = rule(needs=(HIKE,), supports=(ARCH,), about=About.OTHER)
    seen, mirrored = match(r, both, {}), match(r, [swapped(a) for a in both], {})
    assert (seen.side, mirrored.side) == (Side.RIGHT, Side.LEFT)
    assert [a.metric for a in seen.supporting] == [a.metric for a in mirrored.supporting] == ["arch_deg"]
    assert r.named_side(seen.side) is Side.LEFT
    assert rule(about=About.NONE).named_side(Side.LEFT) is None


def test_contradicting_differences_say_nothing():
    r = rule(needs=(HIKE, ARCH), at_least=1)
    assert match(r, [pair("hip_hike_deg", -2, 8), pair("arch_deg", 13, 5)], {}) is None
    assert match(r, [pair("hip_hike_deg", -2, 8)], {}).side is Side.RIGHT
    painful = rule(needs=(HIKE, ARCH), at_least=1, when=(AnswerCondition(question="p", values=("side",)),))
    assert match(painful, [pair("hip_hike_deg", -2, 8), pair("arch_deg", 13, 5)], {"p": "left"}) is None


def test_all_needs_must_hold_for_the_same_side():
    r = rule(needs=(HIKE, ARCH))
    assert match(r, [pair("hip_hike_deg", -2, 8)], {}) is None
    assert match(r, [pair("hip_hike_deg", -2, 8), pair("arch_deg", 13, 5)], {}) is None
    assert len(match(r, [pair("hip_hike_deg", -2, 8), pair("arch_deg", 5, 13)], {}).needed) == 2


def test_an_answer_decides_whether_but_not_which_side():
    same = rule(needs=(HIKE,), when=(AnswerCondition(question="painful_side", values=("side",)),))
    seen = [pair("hip_hike_deg", -2, 8)]
    assert match(same, seen, {"painful_side": "right"}).side is Side.RIGHT
    for answer in ("left", "both", "none"):
        assert match(same, seen, {"painful_side": answer}) is None
    assert match(same, seen, {}) is None


def test_rules_from_the_intake_alone():
    sided = rule(when=(AnswerCondition(question="q", values=("side",)),))
    plain = rule(when=(AnswerCondition(question="q", values=("both",)),))
    assert match(sided, [], {"q": "left"}).side is Side.LEFT
    assert match(sided, [], {"q": "both"}) is None
    assert match(plain, [], {"q": "both"}).side is None
    assert match(plain, [], {}) is None
    assert (
        match(
            rule(when=(AnswerCondition(question="q", values=("foot_side",)),)), [], {"q": ("foot_left", "foot_right")}
        )
        is None
    )
    assert sided.from_intake
    assert not rule(needs=(HIKE,)).from_intake
