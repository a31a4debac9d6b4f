import pytest

from screening.catalog.intake import load_intake
from screening.catalog.plan import load_plan
from screening.core.screen import FlagLevel, ScreenTake, TakeEntry
from screening.core.vocabulary import View
from screening.planning.redflags import advice, raised, stopped

INTAKE = load_intake()
POLICY = load_plan()
FLAGGED = [q for q in INTAKE.questions if q.flag]


def take(pain, name="left_back"):
    return ScreenTake(
        name=name, entry=TakeEntry(video="a.mp4", pain=pain), view=View.BACK, lead=None, reps_found=5, reps_used=5,
        video_sha256="0",
    )  # fmt: skip


@pytest.mark.parametrize("question", FLAGGED, ids=lambda q: q.key)
def test_each_single_answer_raises_its_level_and_says_what_to_do(question):
    flags = raised(INTAKE, {question.key: True})
    assert [(f.question, f.level) for f in flags] == [(question.key, question.flag)]
    text = advice(flags, POLICY)
    assert text.startswith(question.said)
    assert "No filming and no exercises" in text
    needed = {FlagLevel.EMERGENCY: "now", FlagLevel.URGENT: "doctor", FlagLevel.CLINICIAN_FIRST: "clinician first"}
    assert needed[question.flag] in text


def test_no_and_silence_raise_nothing():
    assert raised(INTAKE, {q.key: False for q in FLAGGED}) == ()
    assert raised(INTAKE, {}) == ()
    assert advice((), POLICY) == ""


def test_the_most_pressing_comes_first_and_gives_the_advice():
    flags = raised(INTAKE, {"falls": True, "fever": True, "saddle_numbness": True})
    assert [f.question for f in flags] == ["saddle_numbness", "fever", "falls"]
    assert "emergency" in advice(flags, POLICY)
    assert "fever" in advice(flags, POLICY)


@pytest.mark.parametrize(("pain", "stops"), [(None, False), (0, False), (5, False), (5.5, True), (10, True)])
def test_pain_above_the_limit_in_a_take_ends_the_session(pain, stops):
    said = stopped(INTAKE, {}, [take(pain)], POLICY)
    assert bool(said) is stops
    if stops:
        assert f"{pain:g} of 10" in said[0]
        assert "left_back" in said[0]


def test_what_else_ends_the_session():
    assert stopped(INTAKE, {"take_dizziness": True}, [], POLICY) == ("You felt dizzy during a take.",)
    assert len(stopped(INTAKE, {"take_leg_symptoms": True, "pain_now": 8}, [take(7), take(2)], POLICY)) == 3
    assert stopped(INTAKE, {"pain_now": 5, "take_dizziness": False}, [], POLICY) == ()
