import copy

import pytest

from screening.catalog.loading import read_data
from screening.catalog.rules import load_rule_words, load_rules, parse_rule_words, parse_rules
from screening.core.errors import CatalogError
from screening.core.rules import About, match
from screening.core.screen import Confidence
from screening.core.vocabulary import Side
from tests.unit.core.test_rules import pair, swapped

RULES = {rule.key: rule for rule in load_rules()}
WORDS = load_rule_words()


def found(asymmetries, answers=None):
    """Keys and named sides of the rules that hold."""
    tried = ((rule, match(rule, asymmetries, answers or {})) for rule in RULES.values())
    return {rule.key: rule.named_side(m.side) for rule, m in tried if m}


def test_the_person_of_known_difference_gets_the_right_links_and_sides():
    seen = [pair("hip_hike_deg", -2, 8), pair("rotation_to_front_deg", 4, 10), pair("arch_deg", 5, 13)]
    assert found(seen) == {
        "pelvis_turns_more": Side.RIGHT,
        "hip_hikes_more": Side.RIGHT,
        "back_arches_more": Side.RIGHT,
    }
    assert {RULES[key].link for key in found(seen)} == {"pelvis", "hip_internal_rotation", "lumbar_spine"}
    assert "works_on_painful_side" in found(seen, {"painful_side": "right"})
    assert "works_opposite_to_pain" in found(seen, {"painful_side": "left"})
    assert not {"works_on_painful_side", "works_opposite_to_pain"} & set(found(seen, {"painful_side": "both"}))


CASES = [
    ("rear_hip_extension_deg", 12, 4, "rear_hip_opens_less", Side.LEFT),  # right in front: the left hip is behind
    ("tilt_deg", 2, 9, "pelvis_tips_more", Side.LEFT),
    ("hip_hike_deg", -1, -9, "hip_drops_more", Side.RIGHT),
    ("trunk_lean_deg", 1, 8, "trunk_leans_more", Side.RIGHT),
    ("pelvis_shift_pct", 40, 55, "pelvis_further_forward", Side.RIGHT),
    ("descent_s", 3.0, 2.0, "descends_faster", Side.RIGHT),
    ("depth_deg", 90, 75, "bends_less", Side.RIGHT),
    ("knee_drift_deg", 1, 9, "knee_drifts_more", Side.RIGHT),
    ("dorsiflexion_deg", 30, 22, "ankle_bends_less", Side.RIGHT),
    ("hip_internal_rotation_deg", 20, 8, "squat_rotation_less", Side.RIGHT),
]


@pytest.mark.parametrize(("metric", "left", "right", "key", "side"), CASES)
def test_each_difference_names_its_side_and_swaps_with_it(metric, left, right, key, side):
    seen = pair(metric, left, right)
    assert found([seen])[key] is side
    assert found([swapped(seen)])[key] is side.other


def test_short_tests_name_their_limb():
    for rule in RULES.values():
        for need in rule.needs:
            if need.movement:
                low, high = (1.0, 9.0) if need.direction == "larger" else (9.0, 1.0)
                seen = pair(need.metric, low, high, movement=need.movement)
                assert found([seen])[rule.key] is Side.RIGHT
                assert rule.about is About.SIDE


def test_extension_bought_needs_both_and_names_the_hip_behind():
    own, arch = pair("rear_hip_own_extension_deg", 9, 1), pair("arch_deg", 3, 11)
    assert found([own, arch])["extension_bought"] is Side.LEFT
    assert "extension_bought" not in found([own])
    assert "extension_bought" not in found([own, swapped(arch)])


@pytest.mark.parametrize(
    ("answers", "key", "side"),
    [
        ({"abdominal_surgery": True}, "pelvis_history_surgery", None),
        ({"trauma": True}, "pelvis_history_trauma", None),
        ({"pregnancy": True}, "pelvis_history_pregnancy", None),
        ({"long_stress": True}, "pelvis_history_stress", None),
        ({"organ_condition": True}, "pelvis_history_organ", None),
        ({"tight_side": "left", "tight_place": ("hip_front",)}, "front_of_hip_tight", Side.LEFT),
        ({"ankle_sprain": "right"}, "ankle_old_sprain", Side.RIGHT),
        ({"ankle_sprain": "both"}, "ankle_old_sprains", None),
        ({"heel_pain": "left"}, "heel_hurts", Side.LEFT),
        ({"pain_elsewhere": ("foot_right",)}, "foot_hurts", Side.RIGHT),
        ({"painful_side": "right", "tight_side": "left"}, "other_side_tighter", Side.LEFT),
    ],
)
def test_an_answer_alone_is_a_finding_of_low_confidence(answers, key, side):
    assert found([], answers) == {key: side}
    assert RULES[key].from_intake
    assert RULES[key].cap is Confidence.LOW


def test_no_difference_and_no_answer_find_nothing():
    assert found([]) == {}


def test_the_words_name_the_side_that_was_tried():
    text = WORDS.sentence("rules.hip_hikes_more", side=Side.RIGHT, other=Side.LEFT, value="10°")
    assert text.startswith("With the right leg in front, the left hip is lifted 10° more")
    assert WORDS.word("side", "left") == "left"
    assert WORDS.link("glute") == "Side of the hip"
    for key, values in (("rules.nothing", {}), ("rules.hip_hikes_more", {"side": Side.LEFT})):
        with pytest.raises(CatalogError):
            WORDS.sentence(key, **values)
    with pytest.raises(CatalogError):
        WORDS.word("side", "middle")


def row(plain, key):
    return next(r for r in plain["rules"] if r["key"] == key)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: row(p, "hip_hikes_more").update(lnk="x"), "lnk"),
        (lambda p: row(p, "hip_hikes_more").update(link="nose"), "nose"),
        (lambda p: row(p, "hip_hikes_more").update(sources=["nobody_1900"]), "nobody_1900"),
        (lambda p: row(p, "hip_hikes_more").update(at_least=3), "at_least"),
        (lambda p: row(p, "heel_hurts").update(cap="high"), "low confidence"),
        (lambda p: row(p, "heel_hurts").pop("when"), "differences or answers"),
        (lambda p: row(p, "heel_hurts")["when"][0].update(question="nose"), "nose"),
        (lambda p: row(p, "hip_hikes_more")["needs"][0].update({"is": "bigger"}), "bigger"),
        (lambda p: p["links"].append("shoulder"), "shoulder"),
    ],
)
def test_a_fault_in_the_rules_is_named(change, said):
    plain = copy.deepcopy(read_data("rules.yaml"))
    change(plain)
    with pytest.raises(CatalogError, match=said):
        parse_rules(plain)


@pytest.mark.parametrize(
    ("key", "text"),
    [("heel_hurts", "{value} hurts"), ("pelvis_history_trauma", "the {side} side"), ("hip_hikes_more", "{height}")],
)
def test_a_sentence_has_no_place_that_its_rule_cannot_fill(key, text):
    words = copy.deepcopy(read_data("en/rules.yaml"))
    words["rules"][key] = text
    with pytest.raises(CatalogError, match=key):
        parse_rule_words(words, load_rules(), read_data("rules.yaml")["links"], file="en/rules.yaml", language="en")
