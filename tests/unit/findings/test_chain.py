from dataclasses import replace

import pytest

from screening.core.intake import AnswerCondition
from screening.core.rules import About, Direction, Match, Need, Rule
from screening.core.screen import Asymmetry, Basis, Confidence
from screening.core.vocabulary import Side, Verdict, View
from screening.findings.chain import confidence, find, in_words
from tests.screens import filmed

NAN = float("nan")
RULE = Rule(
    key="hike",
    link="pelvis",
    needs=(Need(metric="hip_hike_deg", direction=Direction.LARGER),),
    supports=(Need(metric="arch_deg", direction=Direction.LARGER),),
    about=About.OTHER,
    for_answers=(AnswerCondition(question="tight_side", values=("side",)),),
    against_answers=(AnswerCondition(question="tight_side", values=("other",)),),
    sentence="rules.hike",
    cap=Confidence.HIGH,
    sources=("a_source",),
)
FROM_ANSWERS = Rule(
    key="fall",
    link="pelvis",
    when=(AnswerCondition(question="trauma", values=("yes",)),),
    about=About.NONE,
    sentence="rules.fall",
    cap=Confidence.LOW,
)


class Words:
    """Sentences that show what they were given."""

    def sentence(self, key, **values):
        return f"{key} {values['side']} {values['other']} {values['value']}"


def asymmetry(metric, difference, verdict, **named):
    sided = {} if verdict is Verdict.NOT_ASSESSED else {"larger_side": Side.RIGHT if difference > 0 else Side.LEFT}
    return Asymmetry(
        **{
            "metric": metric,
            "unit": "deg",
            "left": 0.0,
            "right": difference,
            "difference": difference,
            "ci95": (difference - 1, difference + 1),
            "mdc95": 3.0,
            "n_left": 5,
            "n_right": 5,
            "larger_side": None,
            "verdict": verdict,
            **sided,
            **named,
        }
    )


def found(rule, *asymmetries, answers=None, takes=()):
    return find((rule,), asymmetries, answers or {}, takes, Words())


def test_a_clear_difference_becomes_a_finding_with_its_evidence():
    takes = [
        filmed("l", Side.LEFT, View.BACK, {"pelvic_obliquity_deg": [0, 0, 0]}),
        filmed("r", Side.RIGHT, View.BACK, {"pelvic_obliquity_deg": [2, 9, 8]}),
    ]
    (one,) = found(RULE, asymmetry("hip_hike_deg", 8.4, Verdict.CLEAR, takes=("l", "r")), takes=takes)
    assert (one.rule, one.link, one.side, one.verdict) == ("hike", "pelvis", Side.LEFT, Verdict.CLEAR)
    assert (one.basis, one.confidence, one.source) == (Basis.VIDEO, Confidence.MODERATE, ("a_source",))
    assert one.sentence == "rules.hike right left 8°"
    assert one.asymmetries == ("hip_hike_deg",)
    # The third repetition of the right set is the typical one; its lowest point is shown.
    assert [(f.take, f.rep) for f in one.frames] == [("l", 1), ("r", 3)]
    assert one.frames[1].frame == takes[1].result.timeline.repetitions[2].bottom
    assert one.frames[1].time_s == pytest.approx(one.frames[1].frame / 30.0, abs=1e-3)


def test_the_other_sign_names_the_other_side():
    (one,) = found(RULE, asymmetry("hip_hike_deg", -8.4, Verdict.CLEAR))
    assert (one.side, one.sentence) == (Side.RIGHT, "rules.hike left right 8°")


@pytest.mark.parametrize("verdict", [Verdict.NOT_DISTINGUISHABLE, Verdict.NOT_ASSESSED])
def test_nothing_is_concluded_from_what_error_hides(verdict):
    hidden = asymmetry("hip_hike_deg", 8.4, verdict, larger_side=None, reason="reason.gap")
    assert not [f for f in found(RULE, hidden) if f.verdict is not Verdict.NOT_ASSESSED]


def test_what_could_not_be_looked_at_is_listed_with_the_reason():
    (one,) = found(RULE, asymmetry("hip_hike_deg", NAN, Verdict.NOT_ASSESSED, reason="reason.few_per_side"))
    assert (one.verdict, one.reason, one.side) == (Verdict.NOT_ASSESSED, "reason.few_per_side", None)
    assert (one.sentence, one.confidence) == ("", Confidence.LOW)
    assert not found(RULE)  # a test that was not part of the screen is not listed


def test_a_finding_from_answers_alone_is_marked():
    (one,) = found(FROM_ANSWERS, answers={"trauma": True})
    assert (one.basis, one.verdict, one.confidence) == (Basis.INTAKE, Verdict.NOT_ASSESSED, Confidence.LOW)
    assert not found(FROM_ANSWERS, answers={"trauma": False})


def test_answers_speak_for_and_against():
    clear = asymmetry("hip_hike_deg", 8.0, Verdict.CLEAR)
    (fits,) = found(RULE, clear, answers={"tight_side": "right"})
    (against,) = found(RULE, clear, answers={"tight_side": "left"})
    assert (fits.speaks_for, fits.speaks_against, fits.basis) == (("tight_side",), (), Basis.BOTH)
    assert (against.speaks_for, against.speaks_against) == ((), ("tight_side",))
    assert (fits.confidence, against.confidence) == (Confidence.HIGH, Confidence.LOW)


@pytest.mark.parametrize(
    ("needed", "supporting", "speaks_for", "speaks_against", "cap", "expected"),
    [
        (Verdict.CLEAR, None, False, False, Confidence.HIGH, Confidence.MODERATE),
        (Verdict.CLEAR, Verdict.CLEAR, False, False, Confidence.HIGH, Confidence.HIGH),
        (Verdict.CLEAR, Verdict.CLEAR, False, False, Confidence.MODERATE, Confidence.MODERATE),
        (Verdict.CLEAR, Verdict.POSSIBLE, False, False, Confidence.HIGH, Confidence.MODERATE),
        (Verdict.CLEAR, None, True, True, Confidence.HIGH, Confidence.MODERATE),
        (Verdict.CLEAR, None, False, True, Confidence.HIGH, Confidence.LOW),
        (Verdict.POSSIBLE, Verdict.CLEAR, True, False, Confidence.HIGH, Confidence.LOW),
    ],
)
def test_confidence_follows_the_evidence(needed, supporting, speaks_for, speaks_against, cap, expected):
    match = Match(
        side=Side.RIGHT,
        needed=(asymmetry("hip_hike_deg", 8.0, needed),),
        supporting=(asymmetry("arch_deg", 8.0, supporting),) if supporting else (),
    )
    assert confidence(replace(RULE, cap=cap), match, speaks_for, speaks_against) is expected


def test_one_of_several_is_enough_where_the_rule_says_so():
    either = replace(
        RULE, at_least=1, supports=(), needs=(*RULE.needs, Need(metric="arch_deg", direction=Direction.LARGER))
    )
    both = (asymmetry("hip_hike_deg", 8.0, Verdict.CLEAR), asymmetry("arch_deg", 6.0, Verdict.POSSIBLE))
    (one,) = found(either, *both)
    assert (one.verdict, one.confidence) == (Verdict.CLEAR, Confidence.MODERATE)
    (one,) = found(replace(either, at_least=None), *both)
    assert (one.verdict, one.confidence) == (Verdict.POSSIBLE, Confidence.LOW)


@pytest.mark.parametrize(
    ("difference", "unit", "text"),
    [(-6.6, "deg", "7°"), (0.44, "s", "0.4 s"), (12.2, "pct", "12 %"), (1.26, "deg", "1.3°")],
)
def test_sizes_are_said_with_their_unit(difference, unit, text):
    assert in_words(asymmetry("x", difference, Verdict.CLEAR, unit=unit)) == text
