import pytest

from screening.catalog.exercises import load_exercises
from screening.catalog.intake import load_intake
from screening.catalog.plan import load_plan
from screening.catalog.rules import load_rules
from screening.core.screen import Basis, Confidence, Finding
from screening.core.vocabulary import Side, Verdict
from screening.planning.ordering import plan
from screening.planning.redflags import raised

EXERCISES = load_exercises()
POLICY = load_plan()
INTAKE = load_intake()
RULES = {rule.key: rule for rule in load_rules()}
MISSION = ["front_foot_elevated_split_squat", "cross_connect_hip_extension", "cable_lift_lateral_lunge"]


def finding(rule, side=Side.RIGHT, **more):
    plain = {"verdict": Verdict.CLEAR, "basis": Basis.VIDEO, "confidence": Confidence.MODERATE}
    return Finding(rule=rule, link=RULES[rule].link, side=side, sentence="", **{**plain, **more})


def make(findings, answers=None, stopped=()):
    answers = answers or {}
    return plan(EXERCISES, findings, answers, raised(INTAKE, answers), policy=POLICY, stopped=stopped)


def sides(made):
    return {item.exercise: item.side for item in made.items}


def test_the_three_of_the_mission_come_in_order_with_their_sides():
    made = make([finding("hip_hikes_more"), finding("back_arches_more"), finding("pelvis_turns_more")])
    assert [item.exercise for item in made.items] == MISSION
    assert [item.phase for item in made.items] == [1, 2, 3]
    assert list(sides(made).values()) == [Side.RIGHT, Side.LEFT, Side.RIGHT]
    assert made.items[0].because == ("hip_hikes_more", "back_arches_more")
    assert not any(item.general for item in made.items)
    assert made.stop_rules
    assert "coaching" in made.note


@pytest.mark.parametrize("rule", [key for key, rule in RULES.items() if not rule.from_intake])
def test_swapped_findings_swap_the_sides(rule):
    made, mirrored = make([finding(rule, Side.RIGHT)]), make([finding(rule, Side.LEFT)])
    flip = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, None: None}
    assert {k: flip[s] for k, s in sides(made).items()} == sides(mirrored)


def test_every_link_that_a_video_shows_leads_to_an_exercise():
    answered = {key for e in EXERCISES for key in e.answers}
    links = {RULES[key].link for key in answered}
    assert links >= {
        "pelvis",
        "hip_internal_rotation",
        "hip_extension",
        "hip_flexors",
        "glute",
        "lumbar_spine",
        "knee",
        "ankle",
    }


@pytest.mark.parametrize(
    "findings",
    [
        [],
        [finding("hip_hikes_more", confidence=Confidence.LOW)],
        [finding("hip_hikes_more", verdict=Verdict.NOT_ASSESSED)],
        [finding("ankle_old_sprain", basis=Basis.INTAKE)],
        [finding("descends_faster")],
    ],
)
def test_nothing_firm_gives_the_general_set_and_says_so(findings):
    made = make(findings)
    assert made.items
    assert all(item.general and item.side is None and not item.because for item in made.items)
    assert made.note.startswith("No difference")
    assert [item.phase for item in made.items] == [1, 2, 3]


def test_findings_of_both_sides_ask_for_both():
    made = make([finding("hip_hikes_more", Side.RIGHT), finding("back_arches_more", Side.LEFT)])
    assert sides(made)["front_foot_elevated_split_squat"] is None


@pytest.mark.parametrize("answer", [q.key for q in INTAKE.questions if q.flag])
def test_any_safety_answer_withholds_everything_and_says_why(answer):
    made = make([finding("hip_hikes_more")], {answer: True})
    assert made.items == ()
    assert INTAKE.question(answer).said in made.withheld_because


def test_a_session_that_was_stopped_has_no_exercises():
    made = make([finding("hip_hikes_more")], stopped=("The pain was 7.",))
    assert made.items == ()
    assert made.withheld_because.startswith("The pain was 7. The session stops here")


def test_what_an_answer_rules_out_is_listed_with_its_reason():
    made = make([finding("hip_hikes_more")], {"knee_gives_way": "left"})
    assert {w.exercise for w in made.withheld} == {"front_foot_elevated_split_squat", "cable_lift_lateral_lunge"}
    assert all("knee gives way" in w.reason for w in made.withheld)
    assert not {w.exercise for w in made.withheld} & set(sides(made))


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.key)
def test_each_reason_against_an_exercise_leaves_it_out(exercise):
    rules = [key for key in exercise.answers if not RULES[key].from_intake]
    base = [finding(rules[0])] if rules else []
    for against in exercise.contraindications:
        if against.answer is None:
            made = make([*base, finding(against.finding)])
        else:
            value = against.answer.values[0]
            multi = INTAKE.question(against.answer.question).kind == "multi"
            made = make(base, {against.answer.question: (value,) if multi else True if value == "yes" else value})
        assert against.reason in [w.reason for w in made.withheld if w.exercise == exercise.key]


def test_the_ankle_comes_before_the_knee():
    made = make([finding("knee_drifts_more"), finding("ankle_bends_less")])
    assert "step_down_with_mirror" not in sides(made)
    assert sides(made)["knee_to_wall_rocks"] is Side.RIGHT
    assert "step_down_with_mirror" in sides(make([finding("knee_drifts_more")]))


def test_a_plan_stays_short_and_keeps_each_phase():
    made = make([finding(key) for key, rule in RULES.items() if not rule.from_intake])
    assert len(made.items) == POLICY.max_items
    assert {item.phase for item in made.items} == {1, 2, 3}
    assert set(MISSION) <= set(sides(made))
    assert POLICY.sentences["too_many"] in made.note


def test_pain_now_asks_to_wait():
    assert "4 of 10" in make([finding("hip_hikes_more")], {"pain_now": 4}).note
    assert "of 10. Please begin" not in make([finding("hip_hikes_more")], {"pain_now": 3}).note


def test_when_everything_is_ruled_out_it_says_so():
    made = make([finding("knee_drifts_more")], {"knee_gives_way": "right"})
    assert made.items == ()
    assert made.note == POLICY.sentences["nothing_left"]
