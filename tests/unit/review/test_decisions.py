"""Decisions about findings and exercises, and angles drawn by hand."""

import json
import math
from dataclasses import replace

import pytest

from screening.core.corrections import Border, Corrections, DrawnAngle, Mark, MovedBorder
from screening.core.errors import ConfigError
from screening.core.screen import Person
from screening.core.serial import to_plain
from screening.core.vocabulary import Side, View
from screening.jobs.reviewing import read_corrections, write_corrections
from screening.review.decisions import (
    Choice,
    Decision,
    decided,
    exercise_id,
    finding_id,
    read_decisions,
    undecided,
    write_decisions,
)
from screening.review.drawn import between_deg, compare
from screening.screens import assess
from tests.review_case import measured
from tests.screens import PERSON
from tests.screens import measured as hand_made

FULL = Corrections(
    lead=Side.LEFT,
    view=View.BACK,
    mirrored=False,
    dropped=(1, 3),
    borders=(MovedBorder(rep=2, border=Border.END, frame=7),),
    marks=(Mark(frame=3, note="ä"),),
    drawn=(DrawnAngle(frame=4, points=((1.0, 2.0), (3.0, 4.5), (5.0, 6.0)), angle="knee_flexion_left_deg"),),
)


@pytest.fixture(scope="module")
def screen():
    return assess(Person(code="x"), {}, [hand_made(*take) for take in PERSON])


def test_corrections_survive_json():
    plain = json.loads(json.dumps(write_corrections({"a": FULL, "b": Corrections()})))
    assert read_corrections(plain) == {"a": FULL}


def test_foreign_corrections_are_refused():
    with pytest.raises(ConfigError):
        read_corrections({"a": {"lead": "left"}})
    with pytest.raises(ConfigError):
        read_corrections({"a": {**to_plain(FULL), "lead": "middle"}})


def test_only_what_can_change_a_number_says_so():
    assert FULL.changes_results
    assert Corrections(mirrored=False).changes_results
    assert not Corrections(marks=FULL.marks, drawn=FULL.drawn).changes_results


def test_rejected_is_left_out_and_reworded_says_so(screen):
    first, second = screen.findings[0], screen.findings[1]
    item = screen.plan.items[0]
    decisions = {
        finding_id(first): Decision(choice=Choice.REJECTED),
        finding_id(second): Decision(choice=Choice.REWORDED, text="  Said otherwise. "),
        exercise_id(item): Decision(choice=Choice.REJECTED),
    }
    after = decided(screen, decisions)
    assert first not in after.findings
    assert replace(second, sentence="Said otherwise.") in after.findings
    assert len(after.findings) == len(screen.findings) - 1
    assert [exercise_id(i) for i in after.plan.items] == [exercise_id(i) for i in screen.plan.items[1:]]
    assert after.asymmetries == screen.asymmetries


def test_empty_words_change_nothing(screen):
    decisions = {finding_id(f): Decision(choice=Choice.REWORDED, text=" ") for f in screen.findings}
    assert decided(screen, decisions) == screen
    assert decided(screen, {}) == screen


def test_every_finding_and_exercise_has_an_id_of_its_own(screen):
    ids = [*map(finding_id, screen.findings), *map(exercise_id, screen.plan.items)]
    assert len(set(ids)) == len(ids) > 3


def test_what_was_not_decided_is_counted(screen):
    said = ("clear", "possible")
    everything = undecided(screen, {}, said)
    assert everything
    assert undecided(screen, {everything[0]: Decision(choice=Choice.ACCEPTED)}, said) == everything[1:]


def test_decisions_survive_json_and_nonsense_is_left_out():
    held = {"finding:a:left": Decision(choice=Choice.REWORDED, text="b")}
    plain = json.loads(json.dumps(write_decisions(held)))
    assert read_decisions({**plain, "x": {"choice": "maybe"}, "y": 3}) == held


@pytest.mark.parametrize(("points", "angle"), [(((0, -5), (0, 0), (0, 5)), 180), (((1, 1), (0, 0), (1, -1)), 90)])
def test_the_angle_between_two_lines(points, angle):
    assert between_deg(points) == pytest.approx(angle)


def test_a_drawn_knee_lies_near_the_computed_one():
    result = measured("left_side_left_lead")
    frame = result.timeline.repetitions[0].bottom
    points = tuple(tuple(map(float, result.image.point(f"left_{name}")[frame])) for name in ("hip", "knee", "ankle"))
    found = compare(DrawnAngle(frame=frame, points=points, angle="knee_flexion_left_deg"), result)
    assert found.drawn_deg == pytest.approx(180 - found.between_deg)
    assert abs(found.difference_deg) < 15
    assert found.sd_deg > 0


def test_an_angle_that_cannot_be_compared_stands_alone():
    found = compare(DrawnAngle(frame=0, points=((0, 1), (0, 0), (1, 0)), angle=""), measured("left_side_left_lead"))
    assert found.drawn_deg == 90
    assert math.isnan(found.difference_deg)
