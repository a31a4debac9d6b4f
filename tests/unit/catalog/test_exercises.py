import copy
import re
from xml.etree import ElementTree as ET

import pytest

from screening.catalog.exercises import load_exercises, parse_exercises, read_drawing
from screening.catalog.loading import read_data
from screening.catalog.plan import load_plan, parse_plan
from screening.catalog.protocols import load_protocols, parse_protocols
from screening.catalog.rules import load_rules
from screening.core.errors import CatalogError
from screening.core.exercises import Camera, Drawing, Grade
from screening.core.vocabulary import Side, View
from screening.report.drawings import for_side, without_ids
from screening.report.palette import LEFT, MIDDLE, RIGHT
from tests.benchmarks.drawings import pictures

EXERCISES = {e.key: e for e in load_exercises()}
PROTOCOLS = load_protocols()
DRAWINGS = [d for e in EXERCISES.values() for d in e.drawings] + [
    t.drawing for p in PROTOCOLS.values() for t in p.takes
]


def test_the_exercises_are_complete():
    assert {"front_foot_elevated_split_squat", "cross_connect_hip_extension", "cable_lift_lateral_lunge"} <= set(
        EXERCISES
    )
    assert "reconstruction" in EXERCISES["cross_connect_hip_extension"].note
    assert [e.phase for e in EXERCISES.values()] == sorted(e.phase for e in EXERCISES.values())
    for exercise in EXERCISES.values():
        assert 2 <= len(exercise.drawings) <= 4
        assert exercise.answers or exercise.general
        assert exercise.grade is not Grade.A


def test_every_rule_that_an_exercise_answers_may_reach_more_than_low_confidence_or_is_not_from_answers_alone():
    rules = {rule.key: rule for rule in load_rules()}
    assert not [key for e in EXERCISES.values() for key in e.answers if rules[key].from_intake]


def row(plain, key="calf_raise", group="exercises"):
    return next(r for r in plain[group] if r["key"] == key)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p, w: row(p).update(fase=1), "fase"),
        (lambda p, w: row(p).update(phase=4), "phase"),
        (lambda p, w: row(p).update(grade="E"), "'E'"),
        (lambda p, w: row(p).update(grade="B"), "grade D"),
        (lambda p, w: row(p).update(answers={}), "answers no rule"),
        (lambda p, w: row(p).update(answers={"nose": "same"}), "nose"),
        (lambda p, w: row(p).update(answers={"ankle_bends_less": "near"}), "near"),
        (lambda p, w: row(p).update(sources=["nobody_1900"]), "nobody_1900"),
        (lambda p, w: row(p)["leave_out"].append({"finding": "nose", "reason": "ankle_first"}), "nose"),
        (lambda p, w: row(p)["leave_out"].append({"finding": "heel_hurts", "reason": "nose"}), "nose"),
        (lambda p, w: w["exercises"]["calf_raise"].pop("tempo"), "tempo"),
        (lambda p, w: w["exercises"]["calf_raise"]["pictures"].pop(), "captions"),
        (lambda p, w: w["reasons"].update(nose="x"), "nose"),
    ],
)
def test_a_fault_in_the_exercises_is_named(change, said):
    plain, words = copy.deepcopy(read_data("exercises.yaml")), copy.deepcopy(read_data("en/exercises.yaml"))
    change(plain, words)
    with pytest.raises(CatalogError, match=said):
        parse_exercises(plain, words, words_file="en/exercises.yaml")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p, w: p.update(max_take_pain="much"), "max_take_pain"),
        (lambda p, w: p.pop("max_items"), "max_items"),
        (lambda p, w: w["sentences"].update(wait="{height}"), "height"),
        (lambda p, w: w["phases"].pop("phase_2"), "phase_2"),
    ],
)
def test_a_fault_in_the_plan_is_named(change, said):
    plain, words = copy.deepcopy(read_data("plan.yaml")), copy.deepcopy(read_data("en/plan.yaml"))
    change(plain, words)
    with pytest.raises(CatalogError, match=said):
        parse_plan(plain, words, words_file="en/plan.yaml")
    assert load_plan().max_take_pain == 5


def test_protocols_cover_all_movements_and_the_short_screen_is_the_split_squat():
    short_tests = ["seated_hip_rotation", "standing_hip_extension", "knee_to_wall", "single_leg_stance"]
    assert list(PROTOCOLS) == ["split_squat", "quiet_standing", *short_tests]
    assert [key for key, p in PROTOCOLS.items() if p.in_short_screen] == ["split_squat"]
    split = PROTOCOLS["split_squat"]
    assert (split.reps >= 5, split.down_s, split.hold_s, split.up_s, split.still_s) == (True, 3, 1, 2, 2)
    cameras = {take.camera: take for take in split.takes}
    assert not cameras[Camera.BACK].optional
    assert [cameras[Camera.NEAR_SIDE].view(side) for side in Side] == [View.LEFT, View.RIGHT]
    assert cameras[Camera.BACK].view(Side.LEFT) is View.BACK
    for protocol in PROTOCOLS.values():
        assert all(prompt.spoken and prompt.written for prompt in protocol.prompts)
        asks = [p for p in protocol.prompts if p.key == "ask_pain"]
        assert asks or protocol.movement == "quiet_standing"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p, w: row(p, "split_squat", "protocols").update(reps="many"), "reps"),
        (lambda p, w: row(p, "split_squat", "protocols")["takes"][0].update(camera="above"), "above"),
        (lambda p, w: w["protocols"]["split_squat"]["prompts"].pop("begin"), "begin"),
        (lambda p, w: w["protocols"]["split_squat"]["steps"].append("{height}"), "height"),
        (lambda p, w: w["common"].pop("avoid"), "avoid"),
    ],
)
def test_a_fault_in_the_protocols_is_named(change, said):
    plain, words = copy.deepcopy(read_data("protocols.yaml")), copy.deepcopy(read_data("en/protocols.yaml"))
    change(plain, words)
    with pytest.raises(CatalogError, match=said):
        parse_protocols(plain, words, words_file="en/protocols.yaml")


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda d: d.file)
def test_a_drawing_is_small_plain_and_shows_the_side_and_both_grounds(drawing):
    svg = read_drawing(drawing)
    root = ET.fromstring(svg)
    assert len(svg) < 6000
    assert "prefers-color-scheme:dark" in svg
    assert "currentColor" in svg
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "style", "g", "polyline", "polygon", "rect", "circle"}
    width, height = map(float, root.get("viewBox").split()[2:])
    points = [p for e in root.iter() for p in re.findall(r"(-?\d+),(-?\d+)", e.get("points", ""))]
    assert points
    assert all(-1 <= float(x) <= width + 1 and -1 <= float(y) <= height + 1 for x, y in points)


def test_the_drawings_are_what_their_script_makes():
    made = dict(pictures())
    assert set(made) == {d.file for d in DRAWINGS}
    assert all(read_drawing(Drawing(file=name, caption="")) == svg for name, svg in made.items())


def test_a_drawing_that_is_missing_is_named():
    with pytest.raises(CatalogError, match=r"nose\.svg"):
        read_drawing(Drawing(file="nose.svg", caption=""))


def test_one_drawing_serves_both_sides():
    svg = read_drawing(EXERCISES["lateral_step_up"].drawings[0])
    left, both = for_side(svg, Side.LEFT), for_side(svg, None)
    assert for_side(svg, Side.RIGHT) == svg
    assert LEFT in left
    assert RIGHT not in left
    assert "scale(-1 1)" in left
    assert MIDDLE in both
    assert RIGHT not in both
    with pytest.raises(ValueError, match="figure"):
        for_side("<svg/>", Side.LEFT)
    page = without_ids(left, label='A "step" & more')
    assert 'id="' not in page
    assert ET.fromstring(page).get("aria-label") == 'A "step" & more'
    assert "scale(-1 1)" in page
