"""The stages of a screen in order, on takes made by hand, with the real catalogue."""

import re
from dataclasses import replace

import numpy as np
import pytest

from screening.core.screen import Basis, Person, ScreenResult
from screening.core.serial import from_plain, to_plain
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Side, Verdict
from screening.screens import assess
from tests.screens import PERSON, measured, mirrored

SETTINGS = replace(DEFAULTS, screen=replace(DEFAULTS.screen, bootstrap_draws=200))
NAMED = [
    "hip_hike_deg",
    "rotation_to_front_deg",
    "arch_deg",
    "tilt_deg",
    "depth_deg",
    "trunk_lean_deg",
    "rear_hip_extension_deg",
    "knee_drift_deg",
    "dorsiflexion_deg",
    "descent_s",
]


def screen(takes=PERSON, answers=None, *, swapped=False, **named):
    arguments = [(name, *(mirrored(*rest) if swapped else rest)) for name, *rest in takes]
    made = [measured(*a, **named) for a in arguments]
    return assess(Person(code="A-17"), answers or {}, made, settings=SETTINGS)


def other(text):
    return re.sub("left|right", lambda m: {"left": "right", "right": "left"}[m.group()], text)


def test_all_metrics_of_the_contract_are_there_in_order():
    result = screen()
    assert [a.metric for a in result.asymmetries][: len(NAMED)] == NAMED
    for a in result.asymmetries:
        assert (a.verdict is Verdict.NOT_ASSESSED) == bool(np.isnan(a.difference))
        assert a.verdict is not Verdict.NOT_ASSESSED or result.sentences[a.reason]


def test_the_chain_names_the_right_side_and_links():
    result = screen(answers={"painful_side": "right", "pain_now": 2})
    found = {f.rule: f for f in result.findings if f.sentence}
    assert found["hip_hikes_more"].side is Side.RIGHT
    assert "left hip is lifted 10°" in found["hip_hikes_more"].sentence
    assert "arch_deg" in found["hip_hikes_more"].asymmetries
    assert found["works_on_painful_side"].basis is Basis.BOTH
    assert result.plan.items
    assert not result.plan.withheld_because


def test_swapping_left_and_right_swaps_every_number_and_every_sentence():
    straight = screen(answers={"painful_side": "right", "pain_now": 2, "tight_side": "left"})
    swapped = screen(answers={"painful_side": "left", "pain_now": 2, "tight_side": "right"}, swapped=True)
    for a, b in zip(straight.asymmetries, swapped.asymmetries, strict=True):
        np.testing.assert_allclose((b.left, b.right, b.difference), (a.right, a.left, -a.difference), atol=1e-9)
        assert (b.verdict, b.larger_side) == (a.verdict, a.larger_side and a.larger_side.other)
    assert len(straight.findings) > 3
    for f, g in zip(straight.findings, swapped.findings, strict=True):
        assert (g.rule, g.sentence, g.confidence) == (f.rule, other(f.sentence), f.confidence)
        assert g.side == (f.side and f.side.other)
    for i, j in zip(straight.plan.items, swapped.plan.items, strict=True):
        assert (j.exercise, j.side) == (i.exercise, i.side and i.side.other)


def test_equal_sides_give_no_finding_from_the_video_and_a_general_plan():
    same = [(name, side, view, {k: [3, 4, 3, 4, 3] for k in values if "rotation" not in k and "obliq" not in k})
            for name, side, view, values in PERSON if view.is_side]  # fmt: skip
    result = screen(same)
    assert not [f for f in result.findings if f.sentence and f.basis is not Basis.INTAKE]
    assert result.plan.items
    assert all(item.general for item in result.plan.items)


def test_a_safety_answer_withholds_every_exercise_and_is_raised():
    result = screen(answers={"saddle_numbness": True})
    assert [f.question for f in result.flags] == ["saddle_numbness"]
    assert not result.plan.items
    assert result.plan.withheld_because


def test_pain_above_the_limit_during_a_take_ends_the_session():
    result = screen(pain=6.0)
    assert not result.plan.items
    assert "6" in result.plan.withheld_because


def test_a_screen_comes_back_from_json_as_it_was():
    result = screen(answers={"tight_place": ("hip_front", "calf"), "pain_now": 2})
    again = from_plain(ScreenResult, to_plain(result))
    assert to_plain(again) == to_plain(result)
    assert again.intake == dict(result.intake)
    assert again.findings == result.findings
    assert again.takes == result.takes


@pytest.mark.parametrize("movement", ["squat"])
def test_takes_without_sides_add_nothing_to_compare(movement):
    lone = [("squat", None, PERSON[2][2], {"knee_flexion_left_deg": [90, 91, 92]})]
    made = [measured(*lone[0], movement=movement), *(measured(*take) for take in PERSON)]
    result = assess(Person(code="A-17"), {}, made, settings=SETTINGS)
    assert {a.movement for a in result.asymmetries} == {"split_squat"}
    assert len(result.takes) == 5
