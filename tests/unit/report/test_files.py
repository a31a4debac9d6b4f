import csv
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from screening.core.errors import ConfigError
from screening.core.serial import to_plain
from screening.core.skeleton import LANDMARKS
from screening.core.vocabulary import Side, View
from screening.kinematics.registry import column_names
from screening.report.atomic import writing
from screening.report.files import read_result, write_result, write_tables
from screening.report.tables import METRICS, number, safe_text
from tests.factories import make_result, with_gap

FIRST_SIX = (
    "pelvic_rotation",
    "pelvic_obliquity",
    "anterior_pelvic_tilt",
    "lumbar_extension",
    "trunk_lateral_lean",
    "trunk_forward_lean",
)
LEG = "hip_flexion hip_adduction hip_internal_rotation knee_flexion knee_fppa ankle_dorsiflexion thigh_inclination"


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def result():
    made = make_result(leads=(Side.LEFT, Side.RIGHT, Side.LEFT), unused=(3,))
    return with_gap(made, "knee_flexion_left_deg", slice(40, 50))


def test_angles_have_the_columns_of_the_contract_in_its_order(result, tmp_path):
    ordered = replace(result.angle_table, names=column_names())
    write_tables(replace(result, angle_table=ordered), tmp_path)
    with (tmp_path / "angles.csv").open() as file:
        header = file.readline().strip().split(",")
    expected = ["frame", "time_s", "phase", "rep", "lead"]
    for stem in FIRST_SIX:
        expected += [f"{stem}_deg", f"{stem}_sd_deg"]
    expected += [f"{stem}_{side}_deg" for side in ("left", "right") for stem in LEG.split()]
    assert header == [*expected, "pelvis_shift_pct"]


def test_angles_have_one_row_a_frame_and_empty_cells_for_gaps(result, tmp_path):
    write_tables(result, tmp_path)
    rows = rows_of(tmp_path / "angles.csv")
    assert len(rows) == result.recording.n_frames
    assert rows[0]["rep"] == "" and rows[0]["lead"] == "" and rows[0]["phase"] == "stand"
    assert (rows[100]["rep"], rows[100]["lead"]) == ("2", "right")
    assert rows[1]["time_s"] == "0.033333"
    assert rows[45]["knee_flexion_left_deg"] == ""
    assert rows[60]["knee_flexion_left_deg"] == "90.000"
    assert rows[60]["pelvic_rotation_deg"] == "" == rows[60]["pelvic_rotation_sd_deg"]
    assert "nan" not in (tmp_path / "angles.csv").read_text().lower()


def test_angles_in_the_file_are_those_of_the_table(result, tmp_path):
    write_tables(result, tmp_path)
    written, table = pd.read_csv(tmp_path / "angles.csv"), result.angles
    assert list(written.columns) == list(table.columns)
    np.testing.assert_array_equal(written["rep"], table["rep"].astype(float))
    for name in table.columns[5:]:
        np.testing.assert_allclose(written[name], table[name], atol=5.1e-4)


def test_landmarks_have_six_columns_a_point_and_empty_cells(result, tmp_path):
    position = result.image.position.copy()
    position[5, LANDMARKS.index("left_hip")] = np.nan
    write_tables(replace(result, image=replace(result.image, position=position, valid=None)), tmp_path)
    rows = rows_of(tmp_path / "landmarks.csv")
    assert len(rows) == result.recording.n_frames
    names = ["x_px", "y_px", "visibility", "x_m", "y_m", "z_m"]
    assert list(rows[0]) == ["frame", "time_s", *(f"{mark}_{tail}" for mark in LANDMARKS for tail in names)]
    assert (rows[5]["left_hip_x_px"], rows[5]["left_hip_visibility"]) == ("", "0.900")
    assert rows[6]["left_hip_x_px"] == f"{result.image.point('left_hip')[6, 0]:.2f}"
    assert rows[6]["left_hip_z_m"] == "-0.1000"


def test_repetitions_have_all_ten_metrics_and_belong_to_their_lead(result, tmp_path):
    left, right = result.measurements[0], result.measurements[4]
    assert (left.lead, right.lead) == (Side.LEFT, Side.RIGHT)
    made = replace(
        result,
        measurements=(replace(left, per_rep=np.array([1.0, 3.0])), replace(right, per_rep=np.array([2.0]))),
        sentences={"reason.shallow": "Too shallow, it is."},
    )
    write_tables(made, tmp_path)
    rows = rows_of(tmp_path / "reps.csv")
    header = ["rep", "lead", "start_s", "bottom_s", "end_s", "depth_deg", "used", "reason"]
    assert list(rows[0])[: len(header)] == header
    assert set(METRICS) <= set(rows[0])
    assert [r["hip_hike_deg"] for r in rows] == ["1.000", "2.000", "3.000"]
    assert [r["used"] for r in rows] == ["true", "true", "false"]
    assert rows[2]["reason"] == "Too shallow, it is."
    assert rows[0]["arch_deg"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_is_never_a_formula(start):
    assert safe_text(f"{start}cmd|' /C calc'!A0").startswith("'")
    assert safe_text("left") == "left"


def test_numbers_have_no_negative_zero():
    assert number(-0.0001, 3) == "0.000"
    assert number(float("inf"), 3) == ""


def test_result_comes_back_as_it_was(result, tmp_path):
    write_result(result, tmp_path / "result.json")
    assert to_plain(read_result(tmp_path / "result.json")) == to_plain(result)


@pytest.mark.slow
def test_long_result_is_written_in_pieces_and_comes_back(tmp_path):
    long = make_result(leads=(Side.LEFT,) * 25)
    assert long.recording.n_frames > 3 * 500
    write_result(long, tmp_path / "result.json")
    assert to_plain(read_result(tmp_path / "result.json")) == to_plain(long)


def test_result_explains_itself(result, tmp_path):
    write_result(make_result(view=View.BACK), tmp_path / "result.json")
    plain = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert plain["schema_version"] == 1
    first = plain["measurements"][0]
    assert {"value", "unit", "n", "sd", "sem", "mdc95", "view", "verdict", "reason"} <= set(first)
    said = plain["report"]
    assert any("Signs" in line for line in said["method"])
    unseen = [item for item in said["missing"] if "Lumbar extension" in item["labels"]]
    assert unseen[0]["reason"].startswith("The arch")
    assert plain["image"]["frame"] == "image_px"
    assert plain["body"]["frame"] == "body_m"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"schema_version": 1}', '{"schema_version": 99}', '{"schema_version": 1, "extra": 2}'],
)
def test_a_damaged_result_is_refused_in_two_lines(text, tmp_path):
    path = tmp_path / "result.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_result(path)
    assert all(caught.value.lines)


@pytest.mark.parametrize("field", ["scene", "timeline", "image", "recording"])
def test_a_result_with_a_broken_part_is_refused(result, tmp_path, field):
    path = tmp_path / "result.json"
    write_result(result, path)
    plain = json.loads(path.read_text(encoding="utf-8"))
    plain[field] = {"a": 1} if field != "image" else {**plain["image"], "frame": "moon"}
    path.write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(ConfigError):
        read_result(path)


def test_a_result_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="does not exist"):
        read_result(tmp_path / "nothing.json")


def test_a_failing_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), writing(path) as file:
        file.write("half")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
