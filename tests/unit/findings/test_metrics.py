from dataclasses import replace

import numpy as np
import pytest

from screening.core.datatypes import AngleTable, MetricSpec
from screening.core.errormodel import Basis, MetricError
from screening.core.vocabulary import Observability, Side, Verdict, View
from screening.findings.metrics import measure, with_depth
from tests.factories import FPS, LEAD_IN, REP_FRAMES, make_timeline

ANGLE = "trunk_lateral_lean_deg"
KNEES = ("knee_flexion_left_deg", "knee_flexion_right_deg")
BOTTOM = slice(24, 37)  # of a repetition, as the factory makes them
NAN = float("nan")
TREND = {"how": Observability.TREND, "reason": "reason.depth_axis"}
HIDDEN = {"how": Observability.NONE, "reason": "reason.view_cannot_show"}


def table(values, sd=1.0, *, how=Observability.GOOD, reason=""):
    """An angle table with one value a frame for each name."""
    names = tuple(values)
    value = np.stack([values[n] for n in names], axis=1)
    return AngleTable(
        names=names,
        value=value,
        sd=np.full(value.shape, sd),
        time_s=np.arange(len(value)) / FPS,
        view=View.BACK,
        observability=dict.fromkeys(names, how),
        reason=dict.fromkeys(names, reason) if reason else {},
    )


def at_bottoms(values, *, top=0.0):
    """A track that has one value in the bottom of each repetition and another one elsewhere."""
    track = np.full(LEAD_IN + REP_FRAMES * len(values), top)
    for k, value in enumerate(values):
        start = LEAD_IN + k * REP_FRAMES
        track[start + BOTTOM.start : start + BOTTOM.stop] = value
    return track


def spec(rule="at_bottom", **changed):
    return MetricSpec(**{"key": "x", "unit": "deg", "rule": rule, "angle": ANGLE, **changed})


def one(metric, values, *, leads=None, unused=(), **kinds):
    timeline = make_timeline(leads or (Side.LEFT,) * ((len(values) - LEAD_IN) // REP_FRAMES), unused=unused)
    return measure((metric,), table({ANGLE: values}, **kinds), timeline)[0]


def test_at_bottom_is_the_mean_over_the_bottom_phase_of_each_repetition():
    track = at_bottoms([10.0, 14.0, 12.0], top=99.0)
    track[LEAD_IN + 24] = 23.0  # one frame of thirteen
    found = one(spec(), track)
    np.testing.assert_allclose(found.per_rep, [11.0, 14.0, 12.0])
    assert found.value == pytest.approx(37 / 3)
    assert (found.n, found.unit, found.view, found.lead) == (3, "deg", View.BACK, Side.LEFT)


def test_change_at_bottom_starts_from_the_three_tenths_of_a_second_before():
    track = at_bottoms([10.0, 14.0, 12.0], top=4.0)
    track[: LEAD_IN - 10] = 50.0  # longer ago: does not count
    np.testing.assert_allclose(one(spec("change_at_bottom"), track).per_rep, [6.0, 10.0, 8.0])


def test_half_way_down_is_read_where_the_hips_are_half_way_down():
    track = np.arange(LEAD_IN + REP_FRAMES, dtype=float)
    timeline = make_timeline((Side.LEFT,))
    falling = replace(timeline, signal_pct=-timeline.signal_pct)
    found = measure((spec("at_half_descent"),), table({ANGLE: track}), falling)[0]
    assert found.value == pytest.approx(LEAD_IN + 15, abs=1)  # half of a cosine from frame 0 to frame 30


def test_time_of_descent_needs_no_angle():
    found = one(MetricSpec(key="descent_s", unit="s", rule="descent_s"), at_bottoms([0.0, 0.0, 0.0]))
    np.testing.assert_allclose(found.per_rep, 24 / FPS)
    assert found.sem == pytest.approx(1 / FPS)
    assert found.verdict is Verdict.MEASURED


@pytest.mark.parametrize(("sign", "left", "right"), [(1, 5.0, -5.0), (-1, -5.0, 5.0), (0, 5.0, 5.0)])
def test_sign_by_lead_turns_around_for_the_right_lead(sign, left, right):
    track = at_bottoms([5.0, 5.0])
    metric = spec(sign_by_lead=sign)
    assert one(metric, track, leads=(Side.LEFT, Side.LEFT)).value == left
    assert one(metric, track, leads=(Side.RIGHT, Side.RIGHT)).value == right


def test_factor_turns_the_direction_around_and_comes_on_top_of_the_lead():
    track = at_bottoms([5.0])
    assert one(spec(factor=-1.0), track).value == -5.0
    assert one(spec(factor=-1.0, sign_by_lead=1), track, leads=(Side.RIGHT,)).value == 5.0


def test_front_and_rear_stand_for_the_sides_of_each_lead():
    n = LEAD_IN + 2 * REP_FRAMES
    angles = table({KNEES[0]: np.full(n, 80.0), KNEES[1]: np.full(n, 60.0)})
    timeline = make_timeline((Side.LEFT, Side.RIGHT))
    front, rear = (spec(angle=f"knee_flexion_{{{which}}}_deg") for which in ("lead", "rear"))
    found = measure((front, rear), angles, timeline)
    assert [(m.lead, m.value, m.n) for m in found] == [
        (Side.LEFT, 80.0, 1),
        (Side.LEFT, 60.0, 1),
        (Side.RIGHT, 60.0, 1),
        (Side.RIGHT, 80.0, 1),
    ]


def test_error_joins_the_shared_error_with_the_spread_of_the_repetitions():
    found = one(spec(), at_bottoms([10.0, 14.0, 12.0, 12.0]), sd=3.0)
    assert found.sd == pytest.approx(np.std([10, 14, 12, 12], ddof=1))
    assert found.sem == pytest.approx(np.hypot(3.0, found.sd / 2))
    assert found.mdc95 == pytest.approx(1.96 * np.sqrt(2) * found.sem)


def test_the_shared_error_does_not_shrink_with_more_repetitions():
    assert one(spec(), at_bottoms([10.0] * 8), sd=3.0).sem == pytest.approx(3.0)
    single = one(spec(), at_bottoms([10.0]), sd=3.0)
    assert single.sem == pytest.approx(3.0)
    assert np.isnan(single.sd)


def test_a_repetition_that_does_not_count_keeps_its_place_and_adds_nothing():
    found = one(spec(), at_bottoms([10.0, 90.0, 12.0, 14.0]), unused=(2,))
    np.testing.assert_allclose(found.per_rep, [10.0, NAN, 12.0, 14.0])
    assert (found.value, found.n) == (12.0, 3)


def test_a_bottom_that_is_mostly_empty_gives_no_value():
    track = at_bottoms([10.0, 10.0, 10.0, 10.0])
    track[LEAD_IN + 24 : LEAD_IN + 24 + 7] = NAN  # seven of thirteen frames
    track[LEAD_IN + REP_FRAMES + 24 : LEAD_IN + REP_FRAMES + 24 + 6] = NAN
    np.testing.assert_allclose(one(spec(), track).per_rep, [NAN, 10.0, 10.0, 10.0])


@pytest.mark.parametrize(
    ("metric", "bottoms", "kinds", "verdict", "reason"),
    [
        (spec(), [9.0, 9.0, 9.0], {}, Verdict.MEASURED, ""),
        (spec(), [9.0, 9.0], {}, Verdict.MEASURED, "reason.too_few_reps"),
        (spec(), [9.0] * 3, TREND, Verdict.TREND, "reason.depth_axis"),
        (spec(), [NAN] * 3, HIDDEN, Verdict.NOT_ASSESSED, "reason.view_cannot_show"),
        (spec(), [NAN] * 3, {}, Verdict.NOT_ASSESSED, "reason.gap"),
        (spec("change_at_bottom"), [2.7] * 3, {}, Verdict.NOT_DISTINGUISHABLE, ""),
        (spec("change_at_bottom"), [-2.7] * 3, {}, Verdict.NOT_DISTINGUISHABLE, ""),
        (spec("change_at_bottom"), [2.8] * 3, {}, Verdict.MEASURED, ""),
        (spec("at_bottom"), [2.7] * 3, {}, Verdict.MEASURED, ""),
    ],
)
def test_what_may_be_said(metric, bottoms, kinds, verdict, reason):
    """With a standard error of 1 the smallest detectable change is 2.77."""
    found = one(metric, at_bottoms(bottoms), **kinds)
    assert (found.verdict, found.reason) == (verdict, reason)
    assert np.isnan(found.value) == (verdict is Verdict.NOT_ASSESSED)


def test_no_repetition_that_counts_is_said():
    found = one(MetricSpec(key="descent_s", unit="s", rule="descent_s"), at_bottoms([0.0]), unused=(1,))
    assert (found.verdict, found.reason, found.n) == (Verdict.NOT_ASSESSED, "reason.none_used", 0)
    found = one(spec(), at_bottoms([4.0, 5.0]), unused=(1, 2))
    assert (found.verdict, found.reason, found.n) == (Verdict.NOT_ASSESSED, "reason.none_used", 0)
    hidden = one(spec(), at_bottoms([4.0, 5.0]), unused=(1, 2), **HIDDEN)
    assert hidden.reason == "reason.view_cannot_show"


def test_what_arch_adds_can_be_taken_off():
    reps = (Side.LEFT,) * 2
    values = {"hip_flexion_right_deg": at_bottoms([-20.0, -24.0]), "lumbar_extension_deg": at_bottoms([6.0, 8.0])}
    metric = MetricSpec(
        key="x", unit="deg", rule="at_bottom", angle="hip_flexion_{rear}_deg", factor=-1.0, less="lumbar_extension_deg"
    )
    found = measure((metric,), table(values, sd=3.0), make_timeline(reps))[0]
    np.testing.assert_allclose(found.per_rep, [14.0, 16.0])
    assert found.sem == pytest.approx(np.hypot(np.hypot(3.0, 3.0), np.sqrt(2.0) / np.sqrt(2)))


def test_an_unknown_rule_is_an_error():
    with pytest.raises(ValueError, match="unknown rule deepest"):
        one(spec("deepest"), at_bottoms([1.0]))


def test_depth_is_that_of_the_front_knee_or_of_both():
    n = LEAD_IN + REP_FRAMES * 3
    angles = table({KNEES[0]: np.full(n, 80.0), KNEES[1]: np.full(n, 60.0)})
    timeline = with_depth(make_timeline((Side.LEFT, Side.RIGHT, None)), angles)
    assert [r.depth_deg for r in timeline.repetitions] == [80.0, 60.0, 70.0]
    unseen = table({name: np.full(n, NAN) for name in KNEES})
    assert all(np.isnan(r.depth_deg) for r in with_depth(timeline, unseen).repetitions)


def spec_of(rule, **more):
    return MetricSpec(key="x_deg", unit="deg", rule=rule, angle=ANGLE, **more)


def other_way(depth=-20.0):
    """30 degrees in the bottom, then `depth` for a fifth of a second, else zero."""
    track = at_bottoms([30.0, 30.0, 30.0])
    for k in range(3):
        start = LEAD_IN + k * REP_FRAMES
        track[start + 45 : start + 51] = depth
    return track


def test_the_extreme_the_other_way_is_read_after_the_bottom():
    timeline = make_timeline((Side.LEFT,) * 3)
    (there,) = measure([spec_of("at_opposite")], table({ANGLE: other_way()}), timeline)
    (both,) = measure([spec_of("range_to_opposite")], table({ANGLE: other_way()}), timeline)
    assert there.value == pytest.approx(-20.0)
    assert both.value == pytest.approx(50.0)
    assert both.sem == pytest.approx(np.sqrt(2.0))


def test_a_way_that_was_not_gone_has_no_extreme():
    timeline = make_timeline((Side.LEFT,) * 3)
    for depth in (0.0, -3.0):
        (there,) = measure([spec_of("at_opposite")], table({ANGLE: other_way(depth)}), timeline)
        assert there.n == 0
        assert there.verdict is Verdict.NOT_ASSESSED


def test_spread_and_time_of_a_hold():
    timeline = make_timeline((Side.RIGHT,) * 3)
    track = np.arange(LEAD_IN + 3 * REP_FRAMES, dtype=float)
    (spread,) = measure([spec_of("spread_at_bottom")], table({ANGLE: track}), timeline)
    assert spread.value == pytest.approx(np.arange(13).std(ddof=1))
    hold = MetricSpec(key="hold_s", unit="s", rule="hold_s")
    (seconds,) = measure([hold], table({ANGLE: track}), timeline)
    assert seconds.value == pytest.approx(13 / FPS)


def test_a_metric_may_be_a_trend_in_every_view():
    timeline = make_timeline((None,) * 3)
    (found,) = measure([spec_of("at_bottom", as_trend="reason.posture_trend")], table({ANGLE: other_way()}), timeline)
    assert found.verdict is Verdict.TREND
    assert found.reason == "reason.posture_trend"


def known_error(**changed):
    fields = {"movement": "m", "metric": "x", "view": "back", "sem": 4.0, "repeat": 3.0, "stated": 2.0}
    return {"x": MetricError(**{**fields, **changed}, basis=Basis(takes=3, people=2, within_pct=95))}


def with_known(sd, **changed):
    track = at_bottoms([10.0, 14.0, 12.0])
    return measure((spec(),), table({ANGLE: track}, sd=sd), make_timeline((Side.LEFT,) * 3), known_error(**changed))[0]


def test_a_measured_error_takes_the_place_of_what_the_frames_state():
    found = with_known(2.0)
    spread = 2.0 / np.sqrt(3)
    assert found.sem == pytest.approx(np.hypot(4.0, spread))
    assert found.sem_repeat == pytest.approx(np.hypot(3.0, spread))
    assert found.mdc95 == pytest.approx(1.96 * np.sqrt(2) * found.sem_repeat)


def test_the_measured_error_goes_with_what_the_take_states():
    spread = 2.0 / np.sqrt(3)
    assert with_known(5.0).sem == pytest.approx(np.hypot(10.0, spread))
    assert with_known(1.5).sem_repeat == pytest.approx(np.hypot(2.25, spread))
    assert with_known(0.1).sem == pytest.approx(np.hypot(2.0, spread))  # never less than half


def test_a_metric_without_a_measured_error_states_that_of_its_frames():
    track = at_bottoms([10.0, 14.0, 12.0])
    found = measure((spec(),), table({ANGLE: track}, sd=1.0), make_timeline((Side.LEFT,) * 3), {})[0]
    assert found.sem == found.sem_repeat == pytest.approx(np.hypot(1.0, 2.0 / np.sqrt(3)))


def test_a_change_is_held_against_the_error_of_its_value_not_of_a_repeat():
    """Two sets share a large bias, so a second set repeats well: still a small change may be nothing but bias."""
    track = at_bottoms([6.0, 6.0, 6.0])
    metric = spec("change_at_bottom")
    timeline = make_timeline((Side.LEFT,) * 3)
    found = [
        measure((metric,), table({ANGLE: track}, sd=0.1), timeline, known_error(sem=sem, repeat=0.5, stated=0.1))[0]
        for sem in (2.0, 4.0)
    ]
    assert [m.verdict for m in found] == [Verdict.MEASURED, Verdict.NOT_DISTINGUISHABLE]
