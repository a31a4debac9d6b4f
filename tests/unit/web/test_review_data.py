"""What the review opens on: the angle that matters, the films of both legs; and the axis of a line over time."""

import re
from dataclasses import replace

import numpy as np
import pytest

from screening.core.screen import Person
from screening.core.vocabulary import Side, View
from screening.jobs.screen_folder import TAKES
from screening.jobs.take import EVIDENCE
from screening.screens import assess
from screening.store import ResultRecord, TakeRecord, TakeState
from screening.web.pages.review_first_look import METRICS
from screening.web.review_data import Case, opens_on, pairs_of
from screening.web.trend_lines import Line, draw
from tests.factories import make_result
from tests.screens import PERSON, measured, result

FIVE = [1.0] * 5
SEEN = {
    "pelvic_obliquity_deg": FIVE,
    "trunk_forward_lean_deg": FIVE,
    "hip_flexion_right_deg": FIVE,
    "knee_flexion_left_deg": FIVE,
}


@pytest.mark.parametrize(
    ("view", "hidden", "angle"),
    [
        (View.BACK, (), "pelvic_obliquity_deg"),
        (View.FRONT, ("pelvic_obliquity_deg",), ""),
        (View.LEFT, (), "hip_flexion_right_deg"),
        (View.LEFT, ("hip_flexion_right_deg",), "knee_flexion_left_deg"),
        (View.OBLIQUE, ("pelvic_obliquity_deg",), "hip_flexion_right_deg"),
    ],
)
def test_the_curves_open_on_the_angle_that_matters(view, hidden, angle):
    values = {name: at for name, at in SEEN.items() if name not in hidden}
    assert opens_on(result(Side.LEFT, view, values)) == angle


def test_an_angle_of_the_leg_in_front_needs_one():
    take = make_result(view=View.LEFT, leads=(Side.LEFT, Side.RIGHT))
    assert take.timeline.lead is None
    assert opens_on(take) == ""
    side = result(Side.LEFT, View.LEFT, SEEN)
    lost = replace(side.angle_table, value=np.full_like(side.angle_table.value, np.nan))
    assert opens_on(replace(side, angle_table=lost)) == ""


def _film(take, *, video="film.mp4"):
    entry = take.entry
    return TakeRecord(
        id=take.name, screen="s", name=take.name, movement=entry.movement, lead=entry.lead, view=entry.view,
        mirrored=False, capture_fps=None, pain=None, state=TakeState.MEASURED, video=video, file_name="f",
        sha256="", size_bytes=1,
    )  # fmt: skip


def _case(tmp_path, takes, *, gone=()):
    screen = assess(Person(code="T"), {}, [measured(*one) for one in takes])
    films = {take.name: _film(take, video="" if take.name in gone else "film.mp4") for take in screen.takes}
    files = {f"{TAKES}/{name}/{EVIDENCE}": "sum" for name in films}
    kept = ResultRecord(id="r", screen="s", folder="r", files=files, created_at=0.0)
    return Case(screen=None, result=kept, folder=tmp_path, measured=screen, films=films)


def test_a_first_look_pairs_the_two_legs_filmed_the_same_way(tmp_path):
    names = {one[0] for one in PERSON}
    assert {"left_back", "right_back", "left_side", "right_side"} <= names
    assert pairs_of(_case(tmp_path, PERSON)) == {
        ("left_back", "right_back"): "front",
        ("left_side", "right_side"): "side",
    }
    assert pairs_of(_case(tmp_path, PERSON, gone=("right_back",))) == {("left_side", "right_side"): "side"}
    assert pairs_of(_case(tmp_path, PERSON[:1])) == {}


def test_no_question_is_asked_of_two_kinds_of_films():
    assert set(METRICS["front"]).isdisjoint(METRICS["side"])


@pytest.mark.parametrize(
    ("unit", "values", "said"),
    [
        ("deg", (12.0, -12.0), ["−10°", "0°", "10°"]),
        ("s", (0.5, 0.62), ["0.0 s", "0.2 s", "0.4 s", "0.6 s"]),
        ("pct", (46.0, 51.0), ["0 %", "20 %", "40 %"]),
    ],
)
def test_each_value_of_an_axis_has_its_unit(unit, values, said):
    line = Line(what="left", unit=unit, at=(1.0, 2.0), value=values, band=float("nan"), changes=(None, None))
    assert re.findall(r'text-anchor="end">(.*?)</text>', draw(line, dates=["a", "b"])) == said
