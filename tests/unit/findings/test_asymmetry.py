from dataclasses import replace

import numpy as np
import pytest

from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Side, Verdict, View
from screening.findings.asymmetry import Wanted, compare_sides
from screening.findings.curves import curves
from screening.movements.split_squat import METRICS
from tests.screens import PERSON, filmed, mirrored

SETTINGS = replace(DEFAULTS.screen, bootstrap_draws=400)
WANTED = [Wanted(movement="split_squat", spec=spec) for spec in METRICS]
OBLIQUITY, TILT, KNEES = "pelvic_obliquity_deg", "anterior_pelvic_tilt_deg", "knee_flexion_{}_deg"


def compared(takes, settings=SETTINGS):
    return {a.metric: a for a in compare_sides(takes, WANTED, settings)}


def pair(left, right, *, angle=OBLIQUITY, views=(View.BACK, View.BACK), **named):
    return [
        filmed("l", Side.LEFT, views[0], {angle.format("left"): left}, **named),
        filmed("r", Side.RIGHT, views[1], {angle.format("right"): right}, **named),
    ]


def test_every_metric_is_there_assessed_or_not():
    found = compared(pair([1, 2, 1], [2, 1, 2]))
    assert list(found) == [spec.key for spec in METRICS]
    arch = found["arch_deg"]
    assert (arch.verdict, arch.reason, arch.larger_side) == (Verdict.NOT_ASSESSED, "reason.needs_surface", None)
    assert np.isnan([arch.left, arch.right, arch.difference, arch.mdc95, *arch.ci95]).all()


def test_the_person_of_the_example_lifts_the_left_hip_with_the_right_leg_in_front():
    found = compared([filmed(*take) for take in PERSON])
    hike = found["hip_hike_deg"]
    assert (hike.left, hike.right, hike.difference) == pytest.approx((0.0, 10.0, 10.0))
    assert hike.ci95[0] <= 10.0 <= hike.ci95[1]
    assert (hike.larger_side, hike.verdict, hike.view) == (Side.RIGHT, Verdict.CLEAR, "back")
    assert (hike.n_left, hike.n_right, hike.takes) == (5, 5, ("left_back", "right_back"))
    assert found["rotation_to_front_deg"].difference == pytest.approx(5.0)
    assert (found["arch_deg"].difference, found["arch_deg"].view) == (pytest.approx(10.0), "side")
    assert found["depth_deg"].verdict is Verdict.NOT_DISTINGUISHABLE
    assert found["depth_deg"].symmetry_index_pct == pytest.approx(100.0, abs=2.0)
    assert np.isnan(hike.symmetry_index_pct)


def test_mdc_comes_from_the_errors_of_both_sides():
    left, right = [0.0, 1.0, 2.0, 3.0], [5.0, 5.0, 5.0, 5.0]
    hike = compared(pair(left, right, sd=2.0))["hip_hike_deg"]
    sem_left = np.hypot(2.0, np.std(left, ddof=1) / 2.0)
    assert (hike.sem_left, hike.sem_right) == pytest.approx((sem_left, 2.0))
    assert hike.mdc95 == pytest.approx(1.96 * np.sqrt(2) * np.sqrt((sem_left**2 + 4.0) / 2.0))


def test_exchanging_left_and_right_exchanges_everything():
    straight = compared([filmed(*take) for take in PERSON])
    swapped = compared([filmed(name, *mirrored(*rest)) for name, *rest in PERSON])
    for key, a in straight.items():
        b = swapped[key]
        np.testing.assert_allclose((b.left, b.right, b.difference), (a.right, a.left, -a.difference), atol=1e-9)
        np.testing.assert_allclose(b.ci95, (-a.ci95[1], -a.ci95[0]), atol=1e-9)
        assert b.mdc95 == pytest.approx(a.mdc95, nan_ok=True)
        assert (b.verdict, b.reason, b.larger_side) == (a.verdict, a.reason, a.larger_side and a.larger_side.other)
        for p, q in zip(a.phases, b.phases, strict=True):
            assert (q.left, q.right, q.difference) == pytest.approx((p.right, p.left, -p.difference))


@pytest.mark.parametrize(
    ("takes", "reason"),
    [
        (pair([1, 2], [2, 1, 2]), "reason.few_per_side"),
        (pair([1, 2, 1], [2, 1, 2])[:1], "reason.one_side_only"),
        (pair([1, 2, 1], [2, 1, 2], views=(View.BACK, View.FRONT)), "reason.sides_filmed_differently"),
        ([], "reason.not_filmed"),
    ],
)
def test_what_cannot_be_compared_says_why(takes, reason):
    hike = compared(takes)["hip_hike_deg"]
    assert (hike.verdict, hike.reason) == (Verdict.NOT_ASSESSED, reason)


def test_legs_are_compared_only_where_both_were_seen_from_the_same_side_of_the_body():
    near = pair([90] * 3, [91] * 3, angle=KNEES, views=(View.LEFT, View.RIGHT))
    mixed = pair([90] * 3, [91] * 3, angle=KNEES, views=(View.LEFT, View.LEFT))
    assert compared(near)["depth_deg"].verdict is Verdict.NOT_DISTINGUISHABLE
    assert compared(mixed)["depth_deg"].reason == "reason.sides_filmed_differently"


def test_repetitions_without_a_partner_of_equal_depth_are_left_out_and_counted():
    deep, mixed = [40, 41, 39, 40], [40, 41, 60, 42]
    takes = [
        filmed("l", Side.LEFT, View.BACK, {OBLIQUITY: [0, 0, 0, 0]}, depth=deep),
        filmed("r", Side.RIGHT, View.BACK, {OBLIQUITY: [5, 5, 90, 5]}, depth=mixed),
    ]
    hike = compared(takes)["hip_hike_deg"]
    assert (hike.n_left, hike.n_right, hike.unmatched) == (4, 3, 1)
    assert (hike.right, hike.difference) == (5.0, 5.0)


def test_sets_of_different_depth_are_not_compared():
    takes = [
        filmed("l", Side.LEFT, View.BACK, {OBLIQUITY: [0, 0, 0]}, depth=[40, 40, 40]),
        filmed("r", Side.RIGHT, View.BACK, {OBLIQUITY: [5, 5, 5]}, depth=[60, 60, 60]),
    ]
    found = compared(takes)
    assert found["hip_hike_deg"].reason == "reason.no_partners"
    # Depth itself must not be paired by depth, or it could never differ.
    knees = [
        filmed("l", Side.LEFT, View.LEFT, {KNEES.format("left"): [60, 61, 60]}, depth=[40, 40, 40]),
        filmed("r", Side.RIGHT, View.RIGHT, {KNEES.format("right"): [90, 91, 90]}, depth=[60, 60, 60]),
    ]
    assert compared(knees)["depth_deg"].larger_side is Side.RIGHT


def test_the_view_that_shows_it_well_comes_before_a_trend():
    back = pair([0, 0, 0], [9, 9, 9], trend=(OBLIQUITY,))
    front = [
        filmed("lf", Side.LEFT, View.FRONT, {OBLIQUITY: [0, 0, 0]}),
        filmed("rf", Side.RIGHT, View.FRONT, {OBLIQUITY: [5, 5, 5]}),
    ]
    assert compared([*back, *front])["hip_hike_deg"].view == "front"
    assert compared([*pair([0, 0, 0], [9, 9, 9]), *front])["hip_hike_deg"].view == "back"


def test_tilt_from_two_views_is_averaged_if_they_agree():
    def screen(side_right):
        side = [
            filmed("ls", Side.LEFT, View.LEFT, {TILT: [0, 0, 0]}, sd=2.0, trend=(TILT,)),
            filmed("rs", Side.RIGHT, View.RIGHT, {TILT: [side_right] * 3}, sd=2.0, trend=(TILT,)),
        ]
        return compared([*pair([0, 0, 0], [5, 5, 5], angle=TILT), *side])["tilt_deg"]

    agreeing = screen(7)
    assert agreeing.difference == pytest.approx((5 / 1 + 7 / 4) / (1 / 1 + 1 / 4))
    assert agreeing.sem_left == pytest.approx(np.sqrt(1 / (1 / 1 + 1 / 4)))
    assert (agreeing.n_left, agreeing.takes) == (6, ("l", "r", "ls", "rs"))
    contradicting = screen(25)
    assert (contradicting.difference, contradicting.n_left, contradicting.view) == (5.0, 3, "back")


def test_phases_and_curves_show_where_the_difference_is():
    takes = [filmed(*take) for take in PERSON]
    found = compare_sides(takes, WANTED, SETTINGS)
    hike = next(a for a in found if a.metric == "hip_hike_deg")
    by_phase = {p.phase: p for p in hike.phases}
    assert list(by_phase) == ["descent", "bottom", "ascent"]
    assert by_phase["bottom"].difference == pytest.approx(10.0)
    assert by_phase["descent"].difference == pytest.approx(0.0)
    drawn = {c.metric: c for c in curves(takes, [(w.movement, w.spec) for w in WANTED], found, SETTINGS)}
    assert set(drawn) == {"hip_hike_deg", "rotation_to_front_deg", "arch_deg", "depth_deg"}
    curve = drawn["hip_hike_deg"]
    assert len(curve.difference) == SETTINGS.curve_points
    assert curve.difference[50] == pytest.approx(9.8 - 0.2)
    assert (curve.left_mean[0], curve.right_mean[100]) == (0.0, 0.0)
    error = np.sqrt(1 + 1 + curve.left_sd[50] ** 2 / 5 + curve.right_sd[50] ** 2 / 5)
    assert curve.high[50] - curve.difference[50] == pytest.approx(1.96 * error)


def test_a_gap_in_one_repetition_leaves_the_curve_to_the_others():
    takes = [filmed(*take) for take in PERSON]
    table = takes[0].result.angle_table
    value = table.value.copy()
    value[40:70, table.names.index(OBLIQUITY)] = np.nan
    takes[0] = replace(takes[0], result=replace(takes[0].result, angle_table=replace(table, value=value)))
    found = compare_sides(takes, WANTED, SETTINGS)
    curve = curves(takes, [(w.movement, w.spec) for w in WANTED], found, SETTINGS)[0]
    assert np.isfinite(curve.difference).all()
