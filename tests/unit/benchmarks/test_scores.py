"""Scores, aims and references of the benchmarks, on tracks that are known."""

import numpy as np
import pytest

from screening.core.vocabulary import Side
from tests.benchmarks import agreement, limits
from tests.benchmarks.scores import ClipScores, Score, Sourced, score
from tests.benchmarks.truth import Truth

N = 100
BOTTOMS = (np.arange(30, 40), np.arange(70, 80))
TRUE = np.where(np.isin(np.arange(N), np.concatenate(BOTTOMS)), 20.0, 0.0)
NAN = float("nan")


def exact():
    return Truth(
        person="a", lead=Side.LEFT, n_reps=2, angles={}, moving=np.arange(N) >= 10, bottoms=BOTTOMS, legs_px={}
    )


def test_a_constant_offset_is_bias_and_no_error_of_the_change():
    found = score(TRUE + 3.0, np.ones(N), TRUE, exact(), [10, 11, 12])
    assert (found.rmse, found.bias, found.bottom, found.reps) == pytest.approx((3.0, 3.0, 3.0, 0.0))
    assert (found.change, found.change_bottom) == pytest.approx((0.0, 0.0))
    assert (found.r, found.slope, found.cover) == pytest.approx((1.0, 1.0, 0.0))


def test_half_of_the_movement_is_a_slope_of_one_half():
    found = score(0.5 * TRUE, np.full(N, 5.0), TRUE, exact(), [10])
    assert (found.slope, found.bottom, found.cover) == pytest.approx((0.5, 10.0, 1.0))
    assert found.zero == pytest.approx(np.sqrt(np.mean(TRUE[10:] ** 2)))


def test_frames_without_a_value_do_not_count():
    value = TRUE.copy()
    value[70:80] = NAN
    found = score(value, np.ones(N), TRUE, exact(), [10])
    assert found.rmse == 0.0
    assert np.isnan(found.reps)


def clip(name="c", *, change=1.0, legs=1.0, view="back", injected=True, hidden=None):
    values = dict.fromkeys(Score.__dataclass_fields__, 0.0) | {"change": change}
    angles = {} if hidden else {"pelvic rotation": Sourced(source="pictures", score=Score(**values))}
    return ClipScores(
        clip=name,
        person="a",
        view=view,
        injected=injected,
        legs_right=legs,
        angles=angles,
        hidden={"pelvic_rotation_deg": hidden} if hidden else {},
    )


def aim(found, **fields):
    return next(j for j in found if all(getattr(j.aim, k) == v for k, v in fields.items()))


def test_a_take_beyond_the_limit_is_named_and_a_grey_one_is_not_hidden():
    found = limits.judged([clip("a", change=2.9), clip("b", change=3.1), clip("c", hidden="reason.loose_clothing")])
    rotation = aim(found, angle="pelvic rotation", field="change", null=False)
    assert (rotation.kept, rotation.missed, rotation.hidden) == (False, {"b": 3.1}, {"c": "loose_clothing"})
    line = limits.table([rotation])[-1]
    assert "1 of 2" in line
    assert "b 3.1" in line
    assert "c (loose_clothing)" in line


def test_takes_with_nothing_injected_have_narrower_limits():
    found = limits.judged([clip("a", change=2.5), clip("b", change=2.5, injected=False)])
    assert aim(found, angle="pelvic rotation", views=("back",), null=True).missed == {"b": 2.5}
    assert aim(found, angle="pelvic rotation", field="change", null=False).kept


def test_legs_must_be_right_in_almost_all_frames():
    legs = aim(limits.judged([clip("a", legs=0.995), clip("b", legs=0.98)]), field="legs_right")
    assert legs.missed == {"b": 0.98}
    assert "98.0 %" in limits.table([legs])[-1]


def test_an_aim_that_no_take_shows_has_its_line_too():
    found = limits.judged([clip("a", hidden="reason.moving_camera")])
    line = limits.table([aim(found, angle="pelvic rotation", field="change", null=False)])[-1]
    assert "a (moving_camera)" in line


def test_agreement_of_two_tracks():
    a = np.array([1.0, 2.0, 3.0, NAN])
    found = agreement.agreement(a + 2.0, a, np.array([1.1, 1.1, 0.9, 0.9]))
    assert (found.bias, found.rmse, found.r, found.frames) == pytest.approx((2.0, 2.0, 1.0, 3))
    assert found.within == pytest.approx(2 / 3)


def test_clocks_are_brought_together_by_the_hips_where_they_move_alike():
    time_s = np.arange(300) / 60.0
    reference = np.sin(time_s * 2.0)
    late = np.sin((time_s - 0.1) * 2.0)
    assert agreement.lag_s(time_s, 100.0 * late + 3.0, time_s, reference) == pytest.approx(0.1, abs=0.01)
    other = np.random.default_rng(1).normal(size=300)
    assert agreement.lag_s(time_s, other, time_s, reference) == 0.0


def test_segments_of_a_reference_should_keep_their_lengths(tmp_path):
    places = {"Hip": [1.0, 1.0], "Knee": [0.6, 0.55], "Ankle": [0.2, 0.2], "Shoulder": [1.5, 1.5]}
    names = [f"{side}{part}" for part in places for side in "LR"]
    head = "P\nD\n1\nFrame#\tTime\t" + "\t\t\t".join(names) + "\n\t\tX1\n"
    rows = [f"{k}\t{k}\t" + "\t".join(f"0\t{places[name[1:]][k]}\t0" for name in names) + "\n" for k in (0, 1)]
    (tmp_path / "reference.trc").write_text(head + "".join(rows))
    found = agreement.length_changes(tmp_path)
    assert found["trunk"] == pytest.approx(0.0)
    assert found["thigh"] == pytest.approx(100.0 * 0.95 * 0.05 / 0.425)


def test_reference_files_are_read(tmp_path):
    (tmp_path / "a.mot").write_text("x\nendheader\ntime\tpelvis_tilt\n0.0\t1.5\n0.5\t-2\n")
    time_s, columns = agreement.read_mot(tmp_path / "a.mot")
    assert (time_s.tolist(), columns["pelvis_tilt"].tolist()) == ([0.0, 0.5], [1.5, -2.0])
    head = "P\nD\n1\nFrame#\tTime\tRHip\t\t\tLHip\t\t\n\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n"
    (tmp_path / "a.trc").write_text(head + "1\t0.0\t1\t2\t3\t4\t5\t\n")
    points = agreement.read_trc(tmp_path / "a.trc")
    assert points["RHip"].tolist() == [[1.0, 2.0, 3.0]]
    assert np.isnan(points["LHip"][0, 2])


def test_angles_of_reference_points_have_the_program_s_signs():
    """Somebody who looks along +X, with the right side at +Z: leans forward 30 deg, right thigh 20 deg forward."""
    lean, thigh = np.radians([30.0, 20.0])
    points = {}
    for side, z in (("R", 0.1), ("L", -0.1)):
        points[f"{side}Hip"] = np.array([[0.0, 1.0, z]])
        points[f"{side}Shoulder"] = np.array([[np.sin(lean), 1.0 + np.cos(lean), z]])
        bend = thigh if side == "R" else 0.0
        points[f"{side}Knee"] = np.array([[0.4 * np.sin(bend), 1.0 - 0.4 * np.cos(bend), z]])
    found = agreement._from_points(points, 1)
    assert found["trunk_forward_lean_deg"] == pytest.approx([30.0])
    assert found["trunk_lateral_lean_deg"] == pytest.approx([0.0])
    assert found["thigh_inclination_right_deg"] == pytest.approx([20.0])
    assert found["thigh_inclination_left_deg"] == pytest.approx([0.0])
