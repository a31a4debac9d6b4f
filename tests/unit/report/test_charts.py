import numpy as np
import pytest

from screening.catalog import load_wordings
from screening.core.vocabulary import Side, View
from screening.report.charts import figure_angles, figure_mean, groups, rep_ranges
from screening.report.curves import mean_curve, normalised, runs, thinned
from screening.report.palette import LEFT, RIGHT
from tests.factories import make_result, make_timeline, with_gap

WORDS = load_wordings()
LEFT3 = (Side.LEFT, Side.LEFT, Side.LEFT)


def lines(figure, name):
    return [t for t in figure.data if t.name == name and t.fill is None]


def test_runs_are_half_open():
    assert runs(np.array([False, True, True, False, True])) == [(1, 3), (4, 5)]
    assert runs(np.array([], dtype=bool)) == []


def test_a_long_take_is_thinned_and_a_short_one_is_not():
    assert list(thinned(5)) == [0, 1, 2, 3, 4]
    assert len(thinned(36000)) <= 4000


def test_normalised_repetitions_have_one_length_and_keep_their_gaps():
    reps = make_timeline(LEFT3).repetitions
    value = np.arange(210.0)
    value[40:45] = np.nan
    percent, curves = normalised(value, reps)
    assert curves.shape == (3, 101)
    assert (percent[0], percent[-1]) == (0.0, 100.0)
    assert (curves[1][0], curves[1][-1]) == (90.0, 149.0)
    assert curves[1][50] == pytest.approx(90 + 29.5)
    at = percent / 100 * 59
    assert np.array_equal(np.isnan(curves[0]), (at > 9) & (at < 15))


def test_mean_and_deviation_leave_out_what_few_reach():
    nan = np.nan
    mean, sd = mean_curve(np.array([[1.0, 1.0, nan], [3.0, nan, nan], [5.0, nan, 4.0]]))
    assert mean[0] == 3.0
    assert sd[0] == 2.0
    assert np.isnan(mean[1:]).all() and np.isnan(sd[1:]).all()


def test_one_repetition_has_a_mean_and_no_deviation():
    mean, sd = mean_curve(np.array([[1.0, 2.0]]))
    assert list(mean) == [1.0, 2.0]
    assert np.isnan(sd).all()


def test_groups_are_those_with_values():
    assert groups(make_result(), WORDS) == ("trunk", "hip", "knee", "ankle")
    assert groups(make_result(view=View.BACK), WORDS) == ("pelvis", "trunk", "hip", "knee", "shift")


def test_left_is_solid_blue_and_right_dashed_orange():
    figure = figure_angles(make_result(), WORDS, "knee")
    (left,), (right,) = lines(figure, "Left"), lines(figure, "Right")
    assert (left.line.color, left.line.dash) == (LEFT, "solid")
    assert (right.line.color, right.line.dash) == (RIGHT, "dash")
    assert left.showlegend and right.showlegend


def test_each_side_stands_once_in_the_legend():
    figure = figure_angles(make_result(), WORDS, "hip")
    assert sum(bool(t.showlegend) for t in figure.data) == 2


def test_gaps_stay_gaps_in_line_and_band():
    result = with_gap(make_result(), "knee_flexion_left_deg", slice(40, 50))
    figure = figure_angles(result, WORDS, "knee")
    (left,) = lines(figure, "Left")
    assert left.connectgaps is False
    assert [i for i, y in enumerate(left.y) if y is None] == list(range(40, 50))
    band = next(t for t in figure.data if t.fill == "toself")
    assert list(band.x).count(None) == 2


def test_phases_are_shaded_and_repetitions_numbered_unused_ones_in_brackets():
    figure = figure_angles(make_result(leads=LEFT3, unused=(2,)), WORDS, "knee")
    assert len(figure.layout.shapes) == 9
    assert [a.text for a in figure.layout.annotations][1:] == ["<b>1</b>", "(2)", "<b>3</b>"]


def test_a_repetition_can_be_shown_alone():
    result = make_result()
    low, high = rep_ranges(result)[2]
    assert low < 3.0
    assert high > 4.9
    assert tuple(figure_angles(result, WORDS, "knee", rep=2).layout.xaxis.range) == (low, high)
    assert tuple(figure_angles(result, WORDS, "knee").layout.xaxis.range) == (0.0, pytest.approx(209 / 30))


def test_mean_figure_shows_used_repetitions_of_one_lead_only():
    result = make_result(leads=(Side.LEFT, Side.RIGHT, Side.LEFT, Side.LEFT), unused=(4,))
    figure = figure_mean(result, WORDS, "knee", Side.LEFT)
    thin = [t for t in figure.data if t.line.width == 1]
    assert sorted({t.name for t in thin}) == ["1", "3"]
    (mean,) = lines(figure, "Left")
    assert len(mean.x) == 101
    assert max(mean.y) == pytest.approx(90.0, abs=0.1)


def test_height_grows_with_the_number_of_panels():
    one, two = (figure_angles(make_result(), WORDS, group).layout.height for group in ("knee", "hip"))
    assert two > one + 100
