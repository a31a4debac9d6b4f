import copy

import pytest

from screening.catalog.intake import check_answers, load_intake, parse_condition, parse_intake
from screening.catalog.loading import read_data
from screening.core.errors import CatalogError, ConfigError
from screening.core.intake import AnswerCondition, QuestionKind
from screening.core.screen import FlagLevel
from screening.core.vocabulary import Side

INTAKE = load_intake()


def parse(change):
    """The real files with one change."""
    plain, words = copy.deepcopy(read_data("intake.yaml")), copy.deepcopy(read_data("en/intake.yaml"))
    change(plain, words)
    return parse_intake(plain, words, language="en", words_file="en/intake.yaml")


def row(plain, key):
    return next(r for r in plain["questions"] if r["key"] == key)


def test_what_has_to_be_asked_is_asked():
    asked = {
        "painful_side", "pain_now", "pain_worst", "pain_since", "pain_elsewhere", "ankle_sprain", "abdominal_surgery",
        "trauma", "pregnancy", "long_stress", "tight_side", "activity", "organ_condition", "heel_pain",
    }  # fmt: skip
    assert asked <= set(INTAKE.keys)
    assert INTAKE.question("painful_side").options == ("left", "right", "both", "none")
    assert (INTAKE.question("pain_now").low, INTAKE.question("pain_now").high) == (0, 10)


def test_safety_questions_come_first_and_have_all_three_levels():
    flagged = [q for q in INTAKE.questions if q.flag]
    assert [q.key for q in flagged] == [q.key for q in INTAKE.questions[: len(flagged)]]
    counts = {level: sum(q.flag is level for q in flagged) for level in FlagLevel}
    assert counts == {FlagLevel.EMERGENCY: 5, FlagLevel.URGENT: 14, FlagLevel.CLINICIAN_FIRST: 9}


def test_answers_take_the_form_of_their_question():
    given = {
        "fever": False,
        "pain_elsewhere": ["knee_right", "hip_left"],
        "pain_now": 4.0,
        "pain_worst": 6.5,
        "painful_side": "right",
        "activity_words": " rowing ",
    }
    assert check_answers(INTAKE, given) == {
        "fever": False,
        "painful_side": "right",
        "pain_now": 4,
        "pain_worst": 6.5,
        "pain_elsewhere": ("hip_left", "knee_right"),
        "activity_words": "rowing",
    }


def test_an_empty_intake_is_fine():
    assert check_answers(INTAKE, {}) == {}


@pytest.mark.parametrize(
    ("raw", "said", "hinted"),
    [
        ({"painfull_side": "left"}, "painfull_side", "Did you mean 'painful_side'?"),
        ({"colour": "red"}, "colour", "painful_side"),
        ({"painful_side": "rigth"}, "intake.painful_side: 'rigth'", "Did you mean 'right'?"),
        ({"painful_side": 1}, "one of left, right, both, none", "painful_side ="),
        ({"pain_now": 11}, "from 0 to 10", "pain_now ="),
        ({"pain_now": -1}, "from 0 to 10", "pain_now ="),
        ({"pain_now": True}, "from 0 to 10", "pain_now ="),
        ({"pain_now": float("nan")}, "from 0 to 10", "pain_now ="),
        ({"fever": "yes"}, "true or false", "fever ="),
        ({"fever": 1}, "true or false", "fever ="),
        ({"pain_elsewhere": "knee_left"}, "a list of", "pain_elsewhere ="),
        ({"pain_elsewhere": ["nose"]}, "a list of", "pain_elsewhere ="),
        ({"pain_elsewhere": [["knee_left"]]}, "a list of", "pain_elsewhere ="),
        ({"activity_words": "x" * 501}, "500 characters", "activity_words ="),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(raw, said, hinted):
    with pytest.raises(ConfigError) as caught:
        check_answers(INTAKE, raw)
    assert said in caught.value.what
    assert hinted in caught.value.hint
    assert caught.value.exit_code == 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p, w: row(p, "fever").update(levl="urgent"), "levl"),
        (lambda p, w: row(p, "fever").update(level="soon"), "soon"),
        (lambda p, w: row(p, "fever").update(kind="maybe"), "maybe"),
        (lambda p, w: row(p, "pain_now").pop("range"), "pain_now"),
        (lambda p, w: row(p, "tight_place")["options"].append("hip_side"), "must not end"),
        (lambda p, w: row(p, "painful_side").update(level="urgent"), "painful_side"),
        (lambda p, w: p["questions"].append(dict(row(p, "fever"))), "twice"),
        (lambda p, w: p.update(sources=["nobody_1900"]), "nobody_1900"),
        (lambda p, w: w["questions"].pop("fever"), "fever"),
        (lambda p, w: w["questions"]["fever"].pop("said"), "said"),
        (lambda p, w: w["questions"]["painful_side"]["labels"].pop("both"), "both"),
        (lambda p, w: w["groups"].update(other="Other"), "other"),
    ],
)
def test_a_fault_in_the_files_is_named(change, said):
    with pytest.raises(CatalogError, match=said):
        parse(change)


def test_another_language_that_is_not_there_is_refused():
    with pytest.raises(ConfigError, match="'xx'"):
        load_intake("xx")


def test_a_condition_is_checked_against_its_question():
    good = parse_condition({"question": "ankle_sprain", "is": ["side", "both"]}, INTAKE, file="f", at="a")
    assert good.sided
    assert parse_condition({"question": "pain_now", "at_least": 3}, INTAKE, file="f", at="a").at_least == 3
    for bad in (
        {"question": "nose", "is": ["left"]},
        {"question": "fever", "is": ["left"]},
        {"question": "pain_now", "is": ["3"]},
    ):
        with pytest.raises(CatalogError):
            parse_condition(bad, INTAKE, file="f", at="a")


@pytest.mark.parametrize(
    ("values", "answer", "side", "met"),
    [
        (("side",), "right", Side.RIGHT, True),
        (("side",), "right", Side.LEFT, False),
        (("other",), "right", Side.LEFT, True),
        (("side",), "both", Side.RIGHT, False),
        (("side", "both"), "both", Side.RIGHT, True),
        (("side",), "right", None, False),
        (("knee_side",), ("hip_left", "knee_left"), Side.LEFT, True),
        (("knee_side",), ("hip_left", "knee_left"), Side.RIGHT, False),
        (("knee_side",), (), Side.RIGHT, False),
        (("yes",), True, None, True),
        (("no",), True, None, False),
    ],
)
def test_a_condition_is_met_by_its_answer_only(values, answer, side, met):
    assert AnswerCondition(question="q", values=values).met_by({"q": answer}, side) is met


def test_a_number_meets_at_least_and_silence_meets_nothing():
    condition = AnswerCondition(question="q", at_least=3)
    assert condition.met_by({"q": 3})
    assert not condition.met_by({"q": 2.5})
    assert not condition.met_by({})
    assert not condition.met_by({"q": True})
    assert QuestionKind.SCALE == "scale"
