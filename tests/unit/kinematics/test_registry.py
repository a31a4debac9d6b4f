from dataclasses import replace

import numpy as np
import pytest

from screening.core.settings import DEFAULTS, JointSettings, TakeOptions
from screening.core.vocabulary import Observability, Posture, Side, View
from screening.kinematics import registry
from screening.pipeline import interpret
from tests import figure

CONTRACT_COLUMNS = [
    "pelvic_rotation_deg",
    "pelvic_obliquity_deg",
    "anterior_pelvic_tilt_deg",
    "lumbar_extension_deg",
    "trunk_lateral_lean_deg",
    "trunk_forward_lean_deg",
    "hip_flexion_left_deg",
    "hip_adduction_left_deg",
    "hip_internal_rotation_left_deg",
    "knee_flexion_left_deg",
    "knee_fppa_left_deg",
    "ankle_dorsiflexion_left_deg",
    "thigh_inclination_left_deg",
    "hip_flexion_right_deg",
    "hip_adduction_right_deg",
    "hip_internal_rotation_right_deg",
    "knee_flexion_right_deg",
    "knee_fppa_right_deg",
    "ankle_dorsiflexion_right_deg",
    "thigh_inclination_right_deg",
    "pelvis_shift_pct",
]

#: Where the figure's joints lie below its landmarks: it is not the network's person.
FIGURE = JointSettings(
    hip_ahead=figure.HIPS_AHEAD,
    hip_up=0.0,
    hip_climb=0.0,
    knee_ahead=0.0,
    ankle_up=0.0,
    ankle_ahead_front=0.0,
    ankle_ahead_rear=0.0,
    thigh_turned=0.0,
)


def result(heading, settings=DEFAULTS, **motion):
    body = figure.body(figure.Motion(**motion))
    run = figure.film(body, heading)
    recording = figure.recording(len(body))
    return interpret(figure.raw_pose(run, run), recording, options=TakeOptions(), settings=settings), body


def test_registry_holds_every_column_of_the_contract_in_its_order():
    assert list(registry.column_names()) == CONTRACT_COLUMNS


@pytest.mark.parametrize("heading", [0, 180, 90, -90, 45])
def test_every_empty_column_has_a_reason_and_every_value_an_error(heading):
    take, _ = result(heading)
    table = take.angle_table
    for k, name in enumerate(table.names):
        seen = np.isfinite(table.value[:, k])
        assert np.array_equal(seen, np.isfinite(table.sd[:, k]))
        assert (table.sd[seen, k] > 0).all()
        if table.observability[name] is not Observability.GOOD:
            assert table.reason[name] in take.sentences
        if table.observability[name] is Observability.NONE:
            assert not seen.any(), f"{name} is said to be not assessed, but has values"
        if not seen.any() and table.observability[name] is Observability.GOOD:
            pytest.fail(f"{name} is said to be seen from {take.scene.view}, but is empty")


@pytest.mark.parametrize(("heading", "lead"), [(-90, Side.LEFT), (90, Side.RIGHT)])
def test_sagittal_angles_of_the_figure_come_out_as_posed(heading, lead):
    take, body = result(heading, settings=replace(DEFAULTS, joints=FIGURE), lead=lead, lean_deg=12.0)
    from screening.core.skeleton import of

    frames = np.arange(len(body))
    bottom = take.timeline.repetitions[1].bottom
    hip, knee, ankle = (body[:, figure.INDEX[of(lead, part)]] for part in ("hip", "knee", "ankle"))
    thigh = np.degrees(np.arctan2(*(knee - hip)[bottom, [0, 1]] * [1, -1]))
    shank = np.degrees(np.arctan2(*(ankle - knee)[bottom, [0, 1]] * [1, -1]))
    table = take.angle_table
    assert table.column(f"knee_flexion_{lead.value}_deg")[bottom] == pytest.approx(thigh - shank, abs=4)
    assert table.column("trunk_forward_lean_deg")[bottom] == pytest.approx(12, abs=1)
    assert len(frames) == len(table.time_s)


def test_hike_of_the_rear_hip_has_the_sign_of_the_contract():
    for lead in Side:
        take, _ = result(180, lead=lead, hike_deg=8.0)
        hike = next(m for m in take.measurements if m.key == "hip_hike_deg")
        assert hike.value == pytest.approx(8.0, abs=1.0)


def test_lateral_lean_towards_the_front_leg_is_positive_for_both_leads():
    for lead in Side:
        left = 6.0 if lead is Side.LEFT else -6.0
        take, _ = result(0, lead=lead, lateral_deg=left)
        lean = next(m for m in take.measurements if m.key == "trunk_lean_deg")
        assert lean.value == pytest.approx(6.0, abs=0.7)


def test_view_from_45_degrees_gives_no_pelvis():
    take, _ = result(45)
    assert take.scene.view is View.OBLIQUE
    for name in ("pelvic_rotation_deg", "pelvic_obliquity_deg", "anterior_pelvic_tilt_deg"):
        assert np.isnan(take.angle_table.column(name)).all()


@pytest.mark.parametrize("posture", list(Posture))
def test_every_posture_has_the_same_columns_in_the_same_order(posture):
    rows = registry.rows_of(posture)
    assert [(r.stem, r.unit, r.sided) for r in rows] == [(r.stem, r.unit, r.sided) for r in registry.REGISTRY]
    assert {r.plane for r in rows} <= {r.plane for r in registry.REGISTRY}


def test_only_who_sits_shows_hip_rotation_to_the_front():
    stem = "hip_internal_rotation"
    seen = {p: next(r for r in registry.rows_of(p) if r.stem == stem).views for p in Posture}
    assert not seen[Posture.UPRIGHT]
    assert seen[Posture.SEATED]["front"].how is Observability.GOOD
