from dataclasses import replace

import numpy as np
import pytest

from screening.catalog import load_wordings
from screening.core.vocabulary import CheckLevel, Observability, Side, Verdict, View
from screening.report.bottom import bottom_value, leads, used_repetitions
from screening.report.model import build_report
from screening.report.numbers import decimals, value_and_error, with_unit
from tests.factories import make_result, with_gap

WORDS = load_wordings()
LEFT3 = (Side.LEFT, Side.LEFT, Side.LEFT)


def report(**options):
    return build_report(make_result(**options), WORDS)


def row(result, key):
    return next(r for r in build_report(result, WORDS).rows if r.key == key)


@pytest.mark.parametrize(
    ("value", "sem", "unit", "expected"),
    [
        (91.63, 3.1, "deg", ("92°", "± 6°")),
        (3.26, 0.6, "deg", ("3.3°", "± 1.2°")),
        (-3.26, 0.6, "deg", ("−3.3°", "± 1.2°")),
        (-0.2, 3.0, "deg", ("0°", "± 6°")),
        (1.234, 0.05, "s", ("1.23 s", "± 0.10 s")),
        (1.234, 0.5, "s", ("1.2 s", "± 1.0 s")),
        (48.2, 3.0, "pct", ("48 %", "± 6 %")),
        (5.0, float("nan"), "deg", ("5°", "")),
        (float("nan"), float("nan"), "deg", ("", "")),
        (5.0, 0.0, "deg", ("5.0°", "± 0.1°")),
    ],
)
def test_value_and_error_are_rounded_by_the_error(value, sem, unit, expected):
    assert value_and_error(value, sem, unit) == expected


def test_signs_are_shown_where_both_directions_occur():
    assert with_unit(3.0, 0, "deg", signed=True) == "+3°"
    assert with_unit(0.3, 0, "deg", signed=True) == "0°"
    assert decimals(float("nan"), "deg") == 0


def test_bottom_value_is_the_mean_over_used_repetitions_with_an_undiminished_error():
    result = make_result(leads=LEFT3, unused=(3,))
    found = bottom_value(result, "knee_flexion_left_deg", used_repetitions(result, Side.LEFT))
    bottom = 90 * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(24, 37) / 60))
    assert found.n == 2
    assert found.value == pytest.approx(bottom.mean())
    assert found.sd == pytest.approx(0.0)
    # Twenty-six frames, each with 3 degrees that they share: still 3 degrees.
    assert found.sem == pytest.approx(3.0)


def test_spread_between_repetitions_adds_to_the_error():
    result = make_result(leads=(Side.LEFT, Side.LEFT))
    table = result.angle_table
    value = table.value.copy()
    value[result.timeline.repetitions[1].start :] += 8.0
    result = replace(result, angle_table=replace(table, value=value))
    found = bottom_value(result, "knee_flexion_left_deg", result.timeline.repetitions)
    assert found.sd == pytest.approx(8.0 / np.sqrt(2))
    assert found.sem == pytest.approx(np.hypot(3.0, 4.0))


def test_summary_says_lead_count_depth_and_camera():
    text = " ".join(report(leads=LEFT3, unused=(3,)).summary)
    assert "3 split squat repetitions were seen; 2 of them are used" in text
    assert "left leg was in front" in text
    assert "bent by 87° (6° either way)" in text
    assert "the person's left side" in text


def test_summary_when_all_are_used():
    assert "3 split squat repetitions were seen, and all of them" in report(leads=LEFT3).summary[0]


def test_summary_of_a_view_that_does_not_show_the_depth():
    assert any("does not show how far the knee" in line for line in report(view=View.BACK).summary)


def test_alternating_legs_are_counted_and_kept_apart():
    result = build_report(make_result(leads=(Side.LEFT, Side.RIGHT, Side.LEFT)), WORDS)
    assert any("2 times the left, 1 times the right" in line for line in result.summary)
    assert [s.lead for s in result.sets] == ["left", "right"]
    assert leads(make_result(leads=(Side.RIGHT, Side.LEFT))) == (Side.LEFT, Side.RIGHT)


def test_squat_without_a_lead_speaks_of_both_knees():
    result = report(leads=(None, None), movement="squat")
    assert any("left knee was bent by 87° and the right knee by 58°" in line for line in result.summary)
    assert result.sets[0].lead == ""
    assert not any("front" in r.label for s in result.sets for r in s.angles)


def test_free_movement_shows_ranges_instead_of_a_lowest_point():
    result = report(leads=(), movement="free")
    assert "free movement" in result.summary[0].lower()
    knee = next(r for r in result.rows if r.key == "knee_flexion_left_deg")
    assert (knee.value, knee.error) == ("0° to 0°", "± 6°")
    assert "whole video" in result.values_note


def test_no_repetition_is_said_and_does_not_break_the_report():
    result = report(leads=(), movement="split_squat")
    assert "No repetitions were counted" in result.summary[0]
    assert result.repetitions == ()


def test_every_row_has_value_error_view_and_verdict():
    for r in report(leads=LEFT3).sets[0].angles:
        assert r.value
        assert r.error.startswith("± ")
        assert r.view == "left side"
        assert (r.verdict, r.verdict_label) == (Verdict.MEASURED, "Measured")


def test_front_leg_comes_first_and_is_named():
    labels = [r.label for r in report(leads=(Side.RIGHT,) * 3).sets[0].angles if r.key.startswith("knee_flexion")]
    assert labels == ["Knee flexion, right (front)", "Knee flexion, left (rear)"]


def test_a_trend_says_why():
    found = row(make_result(view=View.BACK), "pelvic_obliquity_deg")
    assert found.verdict is Verdict.TREND
    assert "third to a half" in found.reason


def test_a_gap_at_every_lowest_point_is_not_assessed_because_of_the_gap():
    result = with_gap(make_result(), "knee_flexion_left_deg", slice(50, None))
    found = row(result, "knee_flexion_left_deg")
    assert found.verdict is Verdict.NOT_ASSESSED
    assert found.value == ""
    assert "hidden or not found" in found.reason
    assert any("does not show how far" in line for line in build_report(result, WORDS).summary)


def test_a_metric_that_cannot_be_assessed_has_no_number_but_a_reason():
    found = row(make_result(), "arch_deg")
    assert (found.value, found.error, found.smallest_change) == ("", "", "")
    assert found.reason
    group = build_report(make_result(), WORDS).sets[0].not_assessed
    assert ("Low-back arch",) in [item.labels for item in group]


def test_a_change_within_error_says_what_that_means():
    result = make_result()
    first = replace(result.measurements[0], verdict=Verdict.NOT_DISTINGUISHABLE)
    found = row(replace(result, measurements=(first,)), first.key)
    assert found.value == "−3°"
    assert "no larger than the measurement error" in found.reason


def test_missing_angles_are_grouped_by_reason_and_both_sides_named_once():
    result = make_result()
    groups = build_report(result, WORDS).missing
    labels = [label for item in groups for label in item.labels]
    assert "Hip adduction (both sides)" in labels
    assert len(labels) == len(set(labels))
    none = [n for n, how in result.angle_table.observability.items() if how is Observability.NONE]
    assert sum(2 if "(both sides)" in label else 1 for label in labels) == len(none)
    assert all(item.reason for item in groups)


def test_one_missing_side_is_named_alone():
    result = make_result()
    table = result.angle_table
    seen = {**table.observability, "knee_flexion_right_deg": Observability.NONE}
    why = {**table.reason, "knee_flexion_right_deg": "reason.gap"}
    result = replace(result, angle_table=replace(table, observability=seen, reason=why))
    assert ("Knee flexion, right",) in [item.labels for item in build_report(result, WORDS).missing]


def test_warnings_are_named_and_turned_into_advice():
    result = report()
    assert any("light" in line for line in result.certainty)
    assert result.advice[0].startswith("Switch on more light")
    assert any("other leg" in line for line in result.advice)
    assert any("from behind" in line for line in result.advice)


def test_nothing_to_improve_is_said_too():
    result = make_result(view=View.BACK, leads=(None,), movement="squat")
    fine = tuple(replace(c, level=CheckLevel.OK) for c in result.checks)
    assert build_report(replace(result, checks=fine), WORDS).advice == (WORDS.sentence("report.next_nothing"),)


def test_an_unknown_mirror_state_is_said_beside_the_certainty():
    result = make_result()
    unknown = replace(result, scene=replace(result.scene, mirrored_source="assumed"))
    assert any("Nobody stated" in line for line in build_report(unknown, WORDS).certainty)


def test_an_unused_repetition_says_why():
    rows = report(leads=LEFT3, unused=(2,)).repetitions
    assert [r.used for r in rows] == [True, False, True]
    assert "shallower" in rows[1].reason


def test_only_the_name_of_the_video_is_shown():
    result = report(path="/home/somebody/videos/a.mp4")
    assert result.video_name == "a.mp4"
    assert "somebody" not in repr(result)
